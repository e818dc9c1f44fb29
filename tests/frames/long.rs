//! Long runs: seeks, memory, the event log, very many records.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::cpu;
use crate::page::{PLAY, Page, Report, hundredths, tell};

/// How many seeks are measured.
const SEEKS: usize = 200;
/// How often memory is looked at.
const SAMPLE: Duration = Duration::from_secs(2);

/// So many records, one each so many milliseconds.
fn run(count: u32, every: &str, actions: serde_json::Value) -> String {
    json!({
        "name": "a long run", "kafka": "4.1", "network": { "latency": "1ms" },
        "topics": [{ "name": "orders" }],
        "producers": [{ "sends": [{ "topic": "orders", "count": count, "every": every, "keys": ["a", "b", "c"] }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "config": { "auto.offset.reset": "earliest" } }],
        "actions": actions,
    })
    .to_string()
}

/// Ten minutes of records, with a crash in between.
pub fn ten_minutes() -> String {
    let crash = json!({ "at": "4min", "do": { "crash": "broker-1" } });
    let restart = json!({ "at": "5min", "do": { "restart": "broker-1" } });
    run(6_000, "100ms", json!([crash, restart]))
}

/// Places of the timeline that jump about, the golden section's multiples: how long each takes until
/// it is on the stage.
const SEEK: &str = "const took = [], length = Number(range().max);
    const next = async () => {
        if (took.length === arguments[0]) return done(took);
        took.push(await acted(() => scrub(((took.length + 1) * 0.618034 % 1) * length)));
        setTimeout(next, 0);
    };
    next();";

/// Seeks in the run that is on the page.
pub async fn seeks(page: &Page, name: &str, report: &mut Report) {
    let [work, clock] = page.acts(SEEK, vec![json!(SEEKS)]).await;
    tell(report, &format!("{name}seek_main_thread"), &work);
    tell(report, &format!("{name}seek_to_painted"), &clock);
}

/// Places of the log that jump about.
const SCROLL: &str = "const took = [], log = () => document.querySelector('.log-rows');
    const next = async () => {
        if (took.length === arguments[0]) return done(took);
        const room = log().scrollHeight - log().clientHeight;
        took.push(await acted(() => {
            log().scrollTop = ((took.length + 1) * 0.618034 % 1) * room;
            log().dispatchEvent(new Event('scroll'));
        }));
        setTimeout(next, 0);
    };
    next();";
/// From one kind of events to another.
const FILTER: &str = "const took = [], kind = document.querySelector('.log select');
    const next = async () => {
        if (took.length === arguments[0]) return done(took);
        took.push(await acted(() => {
            kind.selectedIndex = took.length % kind.options.length;
            kind.dispatchEvent(new Event('change', { bubbles: true }));
        }));
        setTimeout(next, 0);
    };
    next();";

/// A run of 20 000 records and more than 100 000 events: how long it takes to open it, its frames, its
/// seeks, and its event log: scrolled, filtered, and followed.
pub async fn many(page: &Page, report: &mut Report) {
    let opened_ms = page.script(&run(20_000, "2ms", json!([]))).await;
    report.insert("many_opened_ms".to_owned(), json!(hundredths(opened_ms)));
    seeks(page, "many_", report).await;
    let middle_ms = page.run("return Number(range().max) / 2", vec![]).await;
    let [_, main] = page.frames(PLAY, vec![json!(middle_ms), json!(200)]).await;
    tell(report, "many_frame_main_thread", &main);
    page.click("[data-pane=log]").await;
    page.until("document.querySelector('.log-rows')").await;
    let [scroll, _] = page.acts(SCROLL, vec![json!(60)]).await;
    tell(report, "log_scroll_main_thread", &scroll);
    let [filter, _] = page.acts(FILTER, vec![json!(30)]).await;
    tell(report, "log_filter_main_thread", &filter);
    page.run("document.querySelector('.log select').selectedIndex = 1;
        document.querySelector('.log select').dispatchEvent(new Event('change', { bubbles: true }))", vec![]).await;
    let events = page
        .run("return parseFloat(document.querySelector('.log-space').style.height) / 56", vec![])
        .await;
    report.insert("log_events".to_owned(), events);
    page.click("[data-action=log-follow]").await;
    let [_, follow] = page.frames(PLAY, vec![json!(middle_ms), json!(200)]).await;
    tell(report, "log_follow_main_thread", &follow);
}

/// Plays the run that is on the page at full speed, over and over, for so many seconds: what the heap
/// of scripts holds, what the app holds, and all that the page's process holds.
pub async fn memory(page: &Page, report: &mut Report) {
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
        report.insert(format!("{name}_mb_per_minute"), json!(hundredths(slope(settled))));
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
