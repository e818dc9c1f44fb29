//! The lab's part of the benchmark: rescue, danger maps and odds, natively and in a browser, one
//! after the other.

use serde_json::{Map, Value, json};

use crate::{There, here, round};

/// How many runs of a lesson under each hazard are measured; told as 10 000.
const ODDS_RUNS: u32 = 1_000;
/// Its own fault at any moment; and a hazard that strikes now and then.
const ODDS: [(&str, &str); 2] =
    [("script", "script"), ("broker_crash", "broker-crash=6/min within=10s")];
/// The fault of the measured danger maps.
const FAULT: &str = "crash:leader";

/// Measures everything.
pub async fn measure(there: &There) -> Map<String, Value> {
    let mut report = Map::new();
    rescue(there, &mut report).await;
    danger(there, &mut report).await;
    odds(there, &mut report).await;
    report
}

/// Of the lesson that takes longest.
async fn rescue(there: &There, report: &mut Map<String, Value>) {
    let time = |lesson: &ackscope::lessons::Lesson| {
        let ms = here(|| ackscope_probe::rescue(lesson.script));
        (*lesson, ms)
    };
    let times = ackscope::lessons::ALL.iter().map(time);
    let slowest = times.max_by(|(_, a), (_, b)| a.total_cmp(b));
    let (lesson, here_ms) = slowest.expect("there are lessons");
    let there_ms = there.run("rescue", &[json!(lesson.script)]).await;
    report.insert("rescue_slowest_lesson".to_owned(), json!(lesson.id));
    report.insert("rescue_slowest_ms".to_owned(), json!(round(here_ms)));
    report.insert("rescue_slowest_wasm_ms".to_owned(), json!(round(there_ms)));
}

/// Of the first lesson.
async fn danger(there: &There, report: &mut Map<String, Value>) {
    let script = ackscope::lessons::FIRST.script;
    let here_ms = here(|| ackscope_probe::danger(script, FAULT));
    let given = [json!(script), json!(FAULT)];
    let there_ms = there.run("danger", &given).await;
    report.insert("danger_moments".to_owned(), json!(ackscope_probe::danger(script, FAULT)));
    report.insert("danger_ms".to_owned(), json!(round(here_ms)));
    report.insert("danger_wasm_ms".to_owned(), json!(round(there_ms)));
}

/// On one thread, in seconds.
async fn odds(there: &There, report: &mut Map<String, Value>) {
    let script = ackscope::lessons::FIRST.script;
    let of_10_000 = |ms: f64| json!(round(ms / f64::from(ODDS_RUNS) * 10.0));
    for (name, hazard) in ODDS {
        let odds = || ackscope_probe::odds(script, hazard, ODDS_RUNS).len() as u32;
        let here_ms = here(odds);
        let given = [json!(script), json!(hazard), json!(ODDS_RUNS)];
        let there_ms = there.run("odds", &given).await;
        report.insert(format!("odds_{name}_10000_runs_s"), of_10_000(here_ms));
        report.insert(format!("odds_{name}_10000_runs_s_wasm"), of_10_000(there_ms));
    }
}
