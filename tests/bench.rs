//! The benchmark of `cargo xtask bench`: the model beside a bare heap of as many events, natively
//! and in a browser, all in one run.
//!
//! Machines are noisy, so time is what a thread has had of the processor, where the system tells;
//! and what is compared takes turns: in each round everything runs once more, side by side. A ratio
//! is the median of the rounds'; its spread are the quartiles, between which half of the rounds lie.

#![allow(clippy::disallowed_types, reason = "a measurement reads a clock; the model does not")]

#[path = "support/browser.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod browser;
#[path = "support/cpu.rs"]
mod cpu;
#[path = "bench/lab.rs"]
mod lab;
#[path = "support/probe.rs"]
mod probe;
#[path = "support/site.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod site;

use std::fs;
use std::path::Path;

use cpu::CpuClock;
use probe::Probe;
use serde_json::{Map, Value, json};

/// How many rounds there are.
const ROUNDS: usize = 15;
/// How often each thing runs in a round.
const TIMES: u32 = 4;
/// How many rounds come before those: a browser compiles anew what has become hot.
const WARM_UP: usize = 10;
/// How many runs of each lesson are measured as one.
const LESSON_RUNS: u32 = 5;

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

/// What a piece of work takes, in milliseconds.
fn here(work: impl Fn() -> u32) -> f64 {
    let clock = CpuClock::here();
    let before_ms = clock.ms();
    for _ in 0..TIMES {
        std::hint::black_box(work());
    }
    (clock.ms() - before_ms) / f64::from(TIMES)
}

/// The browser, and the time that its page takes.
struct There {
    probe: Probe,
    clock: CpuClock,
}

impl There {
    async fn open() -> Self {
        let probe = Probe::open().await;
        // The page is there now, and with it the process that runs it.
        probe.ask("return 0;", Vec::new()).await;
        Self { probe, clock: CpuClock::of_pages() }
    }

    /// What a call takes there, in milliseconds.
    async fn run(&self, call: &str, arguments: &[Value]) -> f64 {
        let script = format!("for (let i = 0; i < {TIMES}; i++) probe.{call}(...given);");
        let before_ms = self.clock.ms();
        self.probe.ask(&script, arguments.to_vec()).await;
        (self.clock.ms() - before_ms) / f64::from(TIMES)
    }
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
    /// What is compared stands side by side.
    async fn round(&self, there: &There) -> Round {
        let size = [json!(self.events), json!(self.pending)];
        Round {
            heap: here(|| ackscope_probe::bare_heap(self.events, self.pending)),
            model: here(|| ackscope_probe::events(&self.script)),
            model_there: there.run("events", &[json!(self.script)]).await,
            heap_there: there.run("bare_heap", &size).await,
            lessons: here(|| ackscope_probe::lessons(LESSON_RUNS)),
            lessons_there: there.run("lessons", &[json!(LESSON_RUNS)]).await,
        }
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
    let there = There::open().await;
    let mut rounds = Rounds(Vec::new());
    for _ in 0..WARM_UP + ROUNDS {
        rounds.0.push(work.round(&there).await);
    }
    rounds.0.drain(..WARM_UP);
    let lab = lab::measure(&there).await;
    there.probe.close().await;
    let per_second =
        |of: fn(&Round) -> f64| (f64::from(events) / rounds.quantile(0.5, of) * 1_000.0).round();
    let runs = f64::from(LESSON_RUNS) * ackscope::lessons::ALL.len() as f64;
    let per_run_us = |of: fn(&Round) -> f64| (rounds.quantile(0.5, of) / runs * 1_000.0).round();
    let mut report = Map::new();
    report.insert("events".to_owned(), json!(events));
    report.insert("pending".to_owned(), json!(pending));
    rounds.ratio(&mut report, "model_over_bare_heap", |r| r.heap / r.model);
    rounds.ratio(&mut report, "model_over_bare_heap_wasm", |r| r.heap_there / r.model_there);
    rounds.ratio(&mut report, "wasm_over_native", |r| r.model / r.model_there);
    let figures = json!({
        "native_events_per_second": per_second(|r| r.model),
        "wasm_events_per_second": per_second(|r| r.model_there),
        "lesson_run_us": per_run_us(|r| r.lessons),
        "lesson_run_wasm_us": per_run_us(|r| r.lessons_there),
        "row_7_ms": round(here(|| ackscope_probe::events(&row_7))),
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
