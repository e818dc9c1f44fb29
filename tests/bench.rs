//! The benchmark of `cargo xtask bench`: the model beside a bare heap of as many events, natively
//! and in a browser, all in one run. Machines are noisy; ratios are what counts.

#![allow(clippy::disallowed_types, reason = "a measurement reads a clock; the model does not")]

#[path = "support/browser.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod browser;
#[path = "support/probe.rs"]
mod probe;
#[path = "support/site.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod site;

use std::fs;
use std::path::Path;
use std::time::Instant;

use probe::Probe;
use serde_json::{Value, json};

/// How often each thing is measured; the best time counts.
const TIMES: u32 = 5;

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

/// The best time of a piece of work, in milliseconds, and what it answered.
fn best(work: impl Fn() -> u32) -> (f64, u32) {
    let mut answer = 0;
    let times = (0..TIMES).map(|_| {
        let start = Instant::now();
        answer = std::hint::black_box(work());
        start.elapsed().as_secs_f64() * 1_000.0
    });
    (times.fold(f64::MAX, f64::min), answer)
}

/// The same in the browser.
async fn best_there(probe: &Probe, call: &str, argument: Value) -> f64 {
    let script = format!(
        "let best = Infinity;
        for (let i = 0; i < {TIMES}; i++) {{
            const start = performance.now(); {call}; best = Math.min(best, performance.now() - start);
        }}
        return best;"
    );
    probe.ask(&script, vec![argument]).await.as_f64().expect("a time")
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
    let (model_ms, events) = best(|| ackscope_probe::events(&large));
    let pending = ackscope_probe::pending(&large);
    let (heap_ms, _) = best(|| ackscope_probe::bare_heap(events, pending));
    let (row_ms, _) = best(|| ackscope_probe::events(&row_7));
    let probe = Probe::open().await;
    let model_there_ms = best_there(&probe, "probe.events(given[0])", json!(large)).await;
    let heap_there_ms =
        best_there(&probe, "probe.bare_heap(...given[0])", json!([events, pending])).await;
    probe.close().await;
    let report = json!({
        "events": events,
        "pending": pending,
        "native_events_per_second": (f64::from(events) / model_ms * 1_000.0).round(),
        "wasm_events_per_second": (f64::from(events) / model_there_ms * 1_000.0).round(),
        "model_over_bare_heap": round(heap_ms / model_ms),
        "model_over_bare_heap_wasm": round(heap_there_ms / model_there_ms),
        "wasm_over_native": round(model_ms / model_there_ms),
        "row_7_ms": round(row_ms),
        "hour_events": hour_events,
        "hour_peak_kb": hour_kb,
    });
    if std::env::var("ACKSCOPE_BENCH_JSON").is_ok_and(|json| !json.is_empty()) {
        println!("{report:#}");
    } else {
        for (name, value) in report.as_object().expect("it is one") {
            println!("    {name:<26} {value}");
        }
    }
}

fn round(ratio: f64) -> f64 {
    (ratio * 1_000.0).round() / 1_000.0
}
