//! The benchmark of `cargo xtask bench --browser`: the built site in a browser. What a frame takes
//! of the page's thread while a large run plays and is scrubbed backwards, how long the slowest
//! seek in a long run takes, and what memory does while a run plays over and over.
//!
//! A frame's script is from its callback to the end of the microtasks after it; its main-thread
//! time reaches to the first task after it, so that style, layout and painting are in it. Both are
//! what a clock on the wall says: what others take of the machine is in them.

#![allow(clippy::disallowed_types, reason = "a measurement reads a clock; the model does not")]

#[path = "support/browser.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod browser;
#[path = "support/site.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod site;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ackscope::player::Player;
use ackscope::script::Script;
use ackscope::stage::{Part, View, scene};
use browser::Browser;
use serde_json::{Map, Value, json};
use site::Site;

/// How many frames are measured in each direction, and how many seeks.
const FRAMES: usize = 400;
const SEEKS: usize = 60;
/// How often memory is looked at.
const SAMPLE: Duration = Duration::from_secs(2);

/// The largest cluster that is to stay legible, with records everywhere.
const LARGE: &str = include_str!("stage/large.json");

/// Ten minutes of records, one each 100 ms, with a crash in between.
fn long() -> String {
    json!({
        "name": "ten minutes", "kafka": "4.1", "network": { "latency": "1ms" },
        "topics": [{ "name": "orders" }],
        "producers": [{ "sends": [{ "topic": "orders", "count": 6000, "every": "100ms", "keys": ["a"] }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "config": { "auto.offset.reset": "earliest" } }],
        "actions": [{ "at": "4min", "do": { "crash": "broker-1" } }, { "at": "5min", "do": { "restart": "broker-1" } }],
    })
    .to_string()
}

/// What the page needs to measure itself.
const METER: &str = "
    window.meter = { script: [], main: [] };
    const ask = window.requestAnimationFrame.bind(window);
    const channel = new MessageChannel();
    const begun = [];
    channel.port1.onmessage = () => meter.main.push(performance.now() - begun.shift());
    window.requestAnimationFrame = (call) => ask((now) => {
        const start = performance.now();
        begun.push(start);
        channel.port2.postMessage(0);
        call(now);
        queueMicrotask(() => queueMicrotask(() => meter.script.push(performance.now() - start)));
    });
    window.range = () => document.querySelector('[data-scrubber]');
    window.scrub = (value) => {
        range().value = value;
        range().dispatchEvent(new Event('input', { bubbles: true }));
    };
    window.painted = () => new Promise((done) => ask(() => {
        const after = new MessageChannel();
        after.port1.onmessage = done;
        after.port2.postMessage(0);
    }));";

struct Page {
    _site: Site,
    browser: Browser,
}

impl Page {
    async fn open() -> Self {
        let dist = std::env::var_os("ACKSCOPE_DIST").map_or_else(|| "dist".into(), PathBuf::from);
        let site = Site::start(&dist, "/", &[]);
        let browser = Browser::open(1920, 1080).await;
        browser.client.goto(&site.url("")).await.expect("the page opens");
        let page = Self { _site: site, browser };
        page.until("document.documentElement.dataset.ready === 'true'").await;
        page.run(METER, vec![]).await;
        page
    }

    async fn run(&self, script: &str, given: Vec<Value>) -> Value {
        self.browser.client.execute(script, given).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Runs what answers later: `done` is called with the answer.
    async fn wait(&self, script: &str, given: Vec<Value>) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        self.browser.client.execute_async(&script, given).await.expect("an answer")
    }

    async fn until(&self, condition: &str) {
        for _ in 0..600 {
            if self.run(&format!("return Boolean({condition})"), vec![]).await == true {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never true: {condition}");
    }

    /// Opens a script as a file, as a user would.
    async fn script(&self, text: &str) {
        let before = self.run("return document.documentElement.dataset.digest", vec![]).await;
        self.run("document.querySelector('[data-action=menu]').click()", vec![]).await;
        self.until("document.querySelector('dialog[open] input[type=file]')").await;
        let open = "const input = document.querySelector('dialog[open] input[type=file]');
            const files = new DataTransfer();
            files.items.add(new File([arguments[0]], 'script.json'));
            input.files = files.files;
            input.dispatchEvent(new Event('change', { bubbles: true }));";
        self.run(open, vec![json!(text)]).await;
        self.until(&format!("document.documentElement.dataset.digest !== {before}")).await;
        self.run("document.querySelector('[data-action=pause]')?.click()", vec![]).await;
    }

    async fn frames(&self, script: &str, given: Vec<Value>) -> [Vec<f64>; 2] {
        self.run("meter.script.length = meter.main.length = 0", vec![]).await;
        self.wait(script, given).await;
        let told = self.run("return [meter.script, meter.main]", vec![]).await;
        [numbers(&told[0]), numbers(&told[1])]
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn quantile(list: &[f64], part: f64) -> f64 {
    let mut sorted = list.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = ((sorted.len() as f64 - 1.0) * part).round() as usize;
    sorted.get(at).map_or(0.0, |ms| (ms * 100.0).round() / 100.0)
}

/// The moment at which most records are on the stage, how many those are, and of how many shapes the
/// picture is made then.
fn fullest(text: &str) -> (f64, usize, usize) {
    let mut player = Player::new(Script::parse(text).expect("a script")).expect("a run");
    let pace = player.pace().clone();
    let count = |player: &mut Player, play_ms: f64| {
        let moment = player.seek(pace.sim_us(play_ms));
        let scene = scene(moment.world, moment.ledger, moment.now_us, &View::new(1300.0, 700.0));
        let records = scene.hotspots.iter().filter(|spot| matches!(spot.part, Part::Record(..)));
        (records.count(), scene.shapes.len())
    };
    let moments = (0..200).map(|n| pace.total_ms() * f64::from(n) / 200.0);
    let counted = moments.map(|ms| (ms, count(&mut player, ms)));
    let (ms, (records, shapes)) = counted.max_by_key(|(_, count)| *count).expect("moments");
    (ms, records, shapes)
}

/// So many frames of playing from a moment on.
const PLAY: &str = "scrub(arguments[0]);
    document.querySelector('[data-action=play]').click();
    const look = () => meter.main.length >= arguments[1] ? stop() : setTimeout(look, 50);
    const stop = () => { document.querySelector('[data-action=pause]')?.click(); done(0); };
    look();";
/// So many frames back from a moment on.
const BACK: &str = "let at = arguments[0], left = arguments[1];
    const step = () => left-- ? (scrub(at -= 1000 / 60), painted().then(step)) : done(0);
    step();";
/// How long it takes until a place of the timeline is on the stage, for several places.
const SEEK: &str = "const took = [];
    const [count, length] = [arguments[0], Number(range().max)];
    const next = async () => {
        if (took.length === count) return done(took);
        // Places that jump about: the golden section's multiples.
        const start = performance.now();
        scrub(((took.length + 1) * 0.618034 % 1) * length);
        await painted();
        took.push(performance.now() - start);
        setTimeout(next, 0);
    };
    next();";

#[tokio::test]
#[ignore = "a measurement; `cargo xtask bench --browser` runs it"]
async fn how_fast_is_the_page() {
    let page = Page::open().await;
    let mut report = Map::new();
    frames(&page, &mut report).await;
    page.script(&long()).await;
    let took = numbers(&page.wait(SEEK, vec![json!(SEEKS)]).await);
    report.insert("seek_ms_median".to_owned(), json!(quantile(&took, 0.5)));
    report.insert("seek_ms_slowest".to_owned(), json!(quantile(&took, 1.0)));
    memory(&page, &mut report).await;
    if let Ok(bytes) = std::env::var("ACKSCOPE_FIRST_VISIT") {
        report.insert("first_visit_bytes".to_owned(), json!(bytes.parse::<u64>().ok()));
    }
    page.browser.close().await;
    if std::env::var("ACKSCOPE_BENCH_JSON").is_ok_and(|json| !json.is_empty()) {
        println!("{:#}", Value::Object(report));
    } else {
        for (name, value) in &report {
            println!("    {name:<38} {value}");
        }
    }
}

async fn frames(page: &Page, report: &mut Map<String, Value>) {
    let (play_ms, visible, shapes) = fullest(LARGE);
    page.script(LARGE).await;
    report.insert("visible_records".to_owned(), json!(visible));
    report.insert("shapes".to_owned(), json!(shapes));
    let given = || vec![json!(play_ms), json!(FRAMES)];
    for (name, script) in [("forward", PLAY), ("back", BACK)] {
        let [script_ms, main_ms] = page.frames(script, given()).await;
        for (what, list) in [("script", script_ms), ("main_thread", main_ms)] {
            for (part, word) in [(0.5, "median"), (0.99, "p99")] {
                let key = format!("frame_{name}_{what}_ms_{word}");
                report.insert(key, json!(quantile(&list, part)));
            }
        }
    }
}

/// Plays the long run at full speed, over and over, for so many seconds: what the heap of scripts
/// holds, and all that the page's process holds.
async fn memory(page: &Page, report: &mut Map<String, Value>) {
    let seconds = std::env::var("ACKSCOPE_BENCH_SECONDS").ok().and_then(|it| it.parse().ok());
    let seconds = Duration::from_secs(seconds.unwrap_or(60));
    let speed = "const it = document.querySelector('.tempo select'); it.value = '400';
        it.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(speed, vec![]).await;
    let go = "document.querySelector('[data-action=play]')?.click();
        return performance.memory?.usedJSHeapSize ?? 0";
    let (start, mut heap, mut process) = (Instant::now(), Vec::new(), Vec::new());
    while start.elapsed() < seconds {
        let bytes = page.run(go, vec![]).await.as_f64().unwrap_or(0.0);
        heap.push((start.elapsed().as_secs_f64() / 60.0, bytes / 1e6));
        process.push((start.elapsed().as_secs_f64() / 60.0, resident_mb()));
        tokio::time::sleep(SAMPLE).await;
    }
    report.insert("memory_seconds".to_owned(), json!(seconds.as_secs()));
    for (name, samples) in [("script_heap", heap), ("page_process", process)] {
        // What comes first is still being compiled and cached.
        let settled = &samples[samples.len() / 4..];
        let last = settled.last().map_or(0.0, |sample| sample.1);
        report.insert(format!("{name}_mb"), json!((last * 10.0).round() / 10.0));
        let slope = (slope(settled) * 100.0).round() / 100.0;
        report.insert(format!("{name}_mb_per_minute"), json!(slope));
    }
}

/// The slope of the line that fits best.
fn slope(samples: &[(f64, f64)]) -> f64 {
    let count = samples.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let across: f64 = samples.iter().map(|it| (it.0 - x) * (it.1 - y)).sum();
    let along: f64 = samples.iter().map(|it| (it.0 - x).powi(2)).sum();
    across / along.max(f64::MIN_POSITIVE)
}

/// What the processes hold in which this one's browser runs pages, in megabytes; 0 where the system
/// does not tell.
fn resident_mb() -> f64 {
    cpu::renderers().filter_map(cpu::resident_kb).sum::<u64>() as f64 / 1e3
}

#[path = "support/cpu.rs"]
#[allow(dead_code, reason = "shared with the other benchmark, which uses the rest")]
mod cpu;
