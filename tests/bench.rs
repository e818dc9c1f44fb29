//! The benchmark of `cargo xtask bench`: the model beside a bare heap of as many events, natively
//! and in a browser, all in one run.
//!
//! Machines are noisy, so ratios are what counts, and what is compared takes turns: in each round
//! everything runs once more, within a second, and has the same neighbours. A ratio is the median of
//! the rounds'; its spread are the quartiles, between which half of the rounds lie.

#![allow(clippy::disallowed_types, reason = "a measurement reads a clock; the model does not")]

#[path = "support/browser.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod browser;
#[path = "bench/lab.rs"]
mod lab;
#[path = "support/probe.rs"]
mod probe;
#[path = "support/site.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod site;

use std::fs;
use std::path::Path;
use std::time::Instant;

use probe::Probe;
use serde_json::{Map, Value, json};

/// How many rounds there are.
const ROUNDS: usize = 15;
/// How often each thing runs in a round; its best time counts.
const TIMES: u32 = 3;
/// How often it runs in the browser before anything counts: what is hot is compiled anew there.
const WARM_UP: u32 = 40;
/// How many runs of each lesson are measured as one.
const LESSON_RUNS: u32 = 20;

/// Many records over six partitions and three brokers, with a group that reads them.
fn large() -> String {
    json!({
        "kafka": "4.1", "seed": 1, "network": { "latency": "1ms", "jitter": "300us" },
        "topics": [{ "name": "orders", "partitions": 6 }],
        "producers": [{ "config": { "acks": "all" }, "sends": [
            { "topic": "orders", "count": 20000, "every": "500us", "keys": ["a", "b", "c", "d", "e", "f", "g", "h"] }
        ] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "members": 2, "config": { "auto.offset.reset": "earliest" } }],
    })
    .to_string()
}

/// An hour of records, one each 100 ms, with a crash in between: what does it keep?
fn hour() -> String {
    json!({
        "kafka": "4.1", "network": { "latency": "1ms" }, "topics": [{ "name": "orders" }],
        "producers": [{ "sends": [{ "topic": "orders", "count": 36000, "every": "100ms", "keys": ["a"] }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "config": { "auto.offset.reset": "earliest" } }],
        "actions": [{ "at": "20min", "do": { "crash": "broker-1" } }, { "at": "21min", "do": { "restart": "broker-1" } }],
    })
    .to_string()
}

fn row(number: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rows");
    let mut entries = fs::read_dir(root).expect("the rows").map(|e| e.expect("an entry").path());
    let is_it = |path: &std::path::PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(number))
    };
    fs::read_to_string(entries.find(is_it).expect("the row")).expect("a script")
}

/// The best time of a piece of work, in milliseconds.
fn best(work: impl Fn() -> u32) -> f64 {
    let times = (0..TIMES).map(|_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed().as_secs_f64() * 1_000.0
    });
    times.fold(f64::MAX, f64::min)
}

/// The same in the browser.
async fn best_there(probe: &Probe, times: u32, call: &str, arguments: &[Value]) -> f64 {
    let script = format!(
        "let best = Infinity;
        for (let i = 0; i < {times}; i++) {{
            const start = performance.now(); probe.{call}(...given); best = Math.min(best, performance.now() - start);
        }}
        return best;"
    );
    probe.ask(&script, arguments.to_vec()).await.as_f64().expect("a time")
}

/// What a round gives, in milliseconds.
struct Round {
    model: f64,
    heap: f64,
    lessons: f64,
    model_there: f64,
    heap_there: f64,
    lessons_there: f64,
}

/// What is compared.
struct Work {
    script: String,
    events: u32,
    pending: u32,
}

impl Work {
    async fn there(&self, probe: &Probe, times: u32) -> [f64; 3] {
        let heap = [json!(self.events), json!(self.pending)];
        [
            best_there(probe, times, "events", &[json!(self.script)]).await,
            best_there(probe, times, "bare_heap", &heap).await,
            best_there(probe, times, "lessons", &[json!(LESSON_RUNS)]).await,
        ]
    }

    async fn round(&self, probe: &Probe) -> Round {
        let model = best(|| ackscope_probe::events(&self.script));
        let heap = best(|| ackscope_probe::bare_heap(self.events, self.pending));
        let lessons = best(|| ackscope_probe::lessons(LESSON_RUNS));
        let [model_there, heap_there, lessons_there] = self.there(probe, TIMES).await;
        Round { model, heap, lessons, model_there, heap_there, lessons_there }
    }
}

/// The rounds of a run.
struct Rounds(Vec<Round>);

impl Rounds {
    /// What part of the rounds lies below: 0.5 for the median.
    fn quantile(&self, part: f64, of: impl Fn(&Round) -> f64) -> f64 {
        let mut values: Vec<f64> = self.0.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[((values.len() - 1) as f64 * part).round() as usize]
    }

    /// The median of a ratio, and its spread under a name that says so.
    fn ratio(&self, report: &mut Map<String, Value>, name: &str, of: impl Fn(&Round) -> f64) {
        let [low, median, high] = [0.25, 0.5, 0.75].map(|part| round(self.quantile(part, &of)));
        report.insert(name.to_owned(), json!(median));
        report.insert(format!("{name}_spread"), json!([low, high]));
    }
}

/// The most memory that this process has had, in kilobytes, where the system tells.
fn peak_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test]
#[ignore = "a measurement; `cargo xtask bench` runs it"]
async fn how_fast_is_the_model() {
    let (large, row_7, hour) = (large(), row("07-"), hour());
    let before_kb = peak_kb();
    let hour_events = ackscope_probe::events(&hour);
    let hour_kb = peak_kb().zip(before_kb).map(|(after, before)| after - before);
    let events = ackscope_probe::events(&large);
    let pending = ackscope_probe::pending(&large);
    let work = Work { script: large, events, pending };
    let probe = Probe::open().await;
    for _ in 0..WARM_UP {
        work.there(&probe, 1).await;
    }
    let mut rounds = Rounds(Vec::new());
    for _ in 0..ROUNDS {
        rounds.0.push(work.round(&probe).await);
    }
    let lab = lab::measure(&probe).await;
    probe.close().await;
    let per_second =
        |of: fn(&Round) -> f64| (f64::from(events) / rounds.quantile(0.0, of) * 1_000.0).round();
    let runs = f64::from(LESSON_RUNS) * ackscope::lessons::ALL.len() as f64;
    let per_run_us = |of: fn(&Round) -> f64| (rounds.quantile(0.0, of) / runs * 1_000.0).round();
    let mut report = Map::new();
    report.insert("events".to_owned(), json!(events));
    report.insert("pending".to_owned(), json!(pending));
    rounds.ratio(&mut report, "model_over_bare_heap", |r| r.heap / r.model);
    rounds.ratio(&mut report, "model_over_bare_heap_wasm", |r| r.heap_there / r.model_there);
    rounds.ratio(&mut report, "wasm_over_native", |r| r.model / r.model_there);
    // The best of all rounds: what the machine can do when nobody else asks it for anything.
    let figures = json!({
        "native_events_per_second": per_second(|r| r.model),
        "wasm_events_per_second": per_second(|r| r.model_there),
        "lesson_run_us": per_run_us(|r| r.lessons),
        "lesson_run_wasm_us": per_run_us(|r| r.lessons_there),
        "row_7_ms": round(best(|| ackscope_probe::events(&row_7))),
        "hour_events": hour_events,
        "hour_peak_kb": hour_kb,
    });
    report.extend(figures.as_object().cloned().unwrap_or_default());
    report.extend(lab);
    if std::env::var("ACKSCOPE_BENCH_JSON").is_ok_and(|json| !json.is_empty()) {
        println!("{:#}", Value::Object(report));
    } else {
        for (name, value) in &report {
            println!("    {name:<38} {value}");
        }
    }
}

fn round(ratio: f64) -> f64 {
    (ratio * 1_000.0).round() / 1_000.0
}
