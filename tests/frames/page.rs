//! The page that is measured, and what it needs to measure itself.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::browser::Browser;
use crate::site::Site;

/// What is told at the end.
pub type Report = Map<String, Value>;

/// The page's own meter. Of each frame it notes the script, from the callback to the end of the
/// microtasks after it, and the page's thread up to the first task after the frame.
///
/// `acted` does what a hand would do and answers with two times: what that took of the page's thread,
/// the frame that shows it included, and how long it took from `due` (when the hand would have done
/// it: a page that is busy then is late) until that frame is over.
const METER: &str = "
    window.meter = { script: [], main: [], long: 0 };
    new PerformanceObserver((list) => meter.long += list.getEntries().length).observe({ type: 'longtask' });
    const ask = window.requestAnimationFrame.bind(window);
    const channel = new MessageChannel();
    const begun = [];
    channel.port1.onmessage = () => {
        meter.main.push(performance.now() - begun.shift());
        meter.look?.();
    };
    window.requestAnimationFrame = (call) => ask((now) => {
        const start = performance.now();
        begun.push(start);
        channel.port2.postMessage(0);
        call(now);
        queueMicrotask(() => queueMicrotask(() => meter.script.push(performance.now() - start)));
    });
    const turn = () => new Promise((done) => {
        const after = new MessageChannel();
        after.port1.onmessage = () => (after.port1.close(), done());
        after.port2.postMessage(0);
    });
    window.painted = () => new Promise((done) => ask(() => {
        const start = performance.now();
        turn().then(() => done(performance.now() - start));
    }));
    window.acted = async (act, due) => {
        const start = performance.now();
        // Asked for before the page does: so it is the first that the frame calls.
        const framed = new Promise((go) => ask(() => go(performance.now())));
        act();
        await turn();
        const handled = performance.now();
        const from = await framed;
        await turn();
        const end = performance.now();
        // A frame may have come before that turn: it counts once.
        const between = Math.max(0, from - handled);
        return [end - start - between, end - (due ?? start)];
    };
    window.range = () => document.querySelector('[data-scrubber]');
    window.scrub = (value) => {
        range().value = value;
        range().dispatchEvent(new Event('input', { bubbles: true }));
    };";

/// So many frames of playing from a moment on, or fewer if the run ends.
pub const PLAY: &str = "scrub(arguments[0]);
    document.querySelector('[data-action=play]').click();
    const ended = () => document.querySelector('[data-action=play]') !== null;
    const look = () => meter.main.length >= arguments[1] || ended() ? stop() : setTimeout(look, 50);
    const stop = () => { document.querySelector('[data-action=pause]')?.click(); done(0); };
    setTimeout(look, 50);";

/// The built site in a browser.
pub struct Page {
    _site: Site,
    pub browser: Browser,
}

impl Page {
    /// A window of that size with the site in it.
    pub async fn open(width: u32, height: u32) -> Self {
        let dist = std::env::var_os("ACKSCOPE_DIST").map_or_else(|| "dist".into(), PathBuf::from);
        let site = Site::start(&dist, "/", &[]);
        let browser = Browser::open(width, height).await;
        browser.client.goto(&site.url("")).await.expect("the page opens");
        let page = Self { _site: site, browser };
        page.until("document.documentElement.dataset.ready === 'true'").await;
        page.run(METER, vec![]).await;
        page
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str, given: Vec<Value>) -> Value {
        self.browser.client.execute(script, given).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Runs what answers later: `done` is called with the answer.
    pub async fn wait(&self, script: &str, given: Vec<Value>) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        self.browser.client.execute_async(&script, given).await.expect("an answer")
    }

    /// Waits for something to be true.
    pub async fn until(&self, condition: &str) {
        for _ in 0..1_200 {
            if self.run(&format!("return Boolean({condition})"), vec![]).await == true {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never true: {condition}");
    }

    /// Clicks, if there is something to click.
    pub async fn click(&self, css: &str) {
        self.run(&format!("document.querySelector('{css}')?.click()"), vec![]).await;
    }

    /// Opens a script as a file, as a user would, and stops it. Answers how long that took until it was
    /// painted.
    pub async fn script(&self, text: &str) -> f64 {
        // It may be the one that is there.
        let script = ackscope::script::Script::parse(text).expect("a script");
        let run = ackscope::player::Player::new(script).expect("a run");
        let digest = format!("{:016x}", run.digest());
        self.click("[data-action=menu]").await;
        self.until("document.querySelector('dialog[open] input[type=file]')").await;
        let open = "const input = document.querySelector('dialog[open] input[type=file]');
            const files = new DataTransfer();
            files.items.add(new File([arguments[0]], 'script.json'));
            input.files = files.files;
            const start = performance.now();
            const look = () => document.documentElement.dataset.digest !== arguments[1]
                ? setTimeout(look, 1) : painted().then(() => done(performance.now() - start));
            input.dispatchEvent(new Event('change', { bubbles: true }));
            look();";
        let took = self.wait(open, vec![json!(text), json!(digest)]).await;
        self.click("[data-action=pause]").await;
        took.as_f64().expect("a time")
    }

    /// The times of the frames while a script runs: in the script, and on the page's thread.
    pub async fn frames(&self, script: &str, given: Vec<Value>) -> [Vec<f64>; 2] {
        self.run("meter.script.length = meter.main.length = 0", vec![]).await;
        self.wait(script, given).await;
        let told = self.run("return [meter.script, meter.main]", vec![]).await;
        [numbers(&told[0]), numbers(&told[1])]
    }

    /// The pairs of times that a script answers with: of the page's thread, and on the clock.
    pub async fn acts(&self, script: &str, given: Vec<Value>) -> [Vec<f64>; 2] {
        let pairs = self.wait(script, given).await;
        let side = |n: usize| {
            let all = pairs.as_array().into_iter().flatten();
            all.filter_map(|pair| pair[n].as_f64()).collect()
        };
        [side(0), side(1)]
    }
}

/// The numbers of a list.
pub fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn quantile(list: &[f64], part: f64) -> f64 {
    let mut sorted = list.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = ((sorted.len() as f64 - 1.0) * part).round() as usize;
    sorted.get(at).copied().map_or(0.0, hundredths)
}

/// As it is told.
pub fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Tells times in milliseconds: the middle one, that of the 99th in a hundred, the slowest.
pub fn tell(report: &mut Report, name: &str, list: &[f64]) {
    for (part, word) in [(0.5, "median"), (0.99, "p99"), (1.0, "slowest")] {
        report.insert(format!("{name}_ms_{word}"), json!(quantile(list, part)));
    }
}
