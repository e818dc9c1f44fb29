//! Frames: a crowded stage and a large cluster, played and scrubbed backwards.

use ackscope::player::Player;
use ackscope::script::Script;
use ackscope::stage::{LARGEST, Part, View, scene};
use serde_json::json;

use crate::cpu::CpuClock;
use crate::page::{PLAY, Page, Report, hundredths, tell};

/// How many frames are measured in each direction.
const FRAMES: usize = 400;
/// How many records the crowded stage must show in each of them.
const CROWD: u64 = 500;
/// What a frame may take of the page's thread, at 60 in a second.
const BUDGET_MS: f64 = 1_000.0 / 60.0;

/// The largest cluster that is to stay legible.
const LARGE: &str = include_str!("../stage/large.json");

/// A partition that five brokers have, with as many records as a window of 1920 by 1080 shows of each
/// replica where the stage is as small as it gets.
fn crowd() -> String {
    json!({
        "name": "a crowd", "kafka": "4.1", "cluster": { "brokers": 5 },
        "network": { "latency": "3ms", "jitter": "2ms" },
        "topics": [{ "name": "orders", "replication_factor": 5 }],
        "producers": [{ "config": { "acks": "all" }, "sends": [{ "topic": "orders", "count": 99, "every": "2ms" }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "processing": "3ms", "config": { "auto.offset.reset": "earliest" } }],
    })
    .to_string()
}

/// So many frames back from a moment on.
const BACK: &str = "let at = arguments[0], left = arguments[1];
    const step = () => {
        if (left-- === 0) return done(0);
        scrub(at -= 1000 / 60);
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);";
/// Looks in each frame how many records are on the stage, once it plays.
const COUNT: &str = "window.counted = { records: Infinity };
    const look = () => {
        const records = Number(document.querySelector('#stage canvas').dataset.records);
        if (meter.main.length > 1) counted.records = Math.min(counted.records, records);
    };
    meter.look = look;";
/// So many frames in which nothing changes.
const REST: &str = "let left = arguments[0];
    const step = () => left-- ? requestAnimationFrame(step) : done(0);
    requestAnimationFrame(step);";

/// Measures the frames of both stages, and those of a page at rest, on the same machine.
pub async fn frames(page: &Page, report: &mut Report) {
    let crowd = crowd();
    page.script(&crowd).await;
    let [_, rest] = page.frames(REST, vec![json!(FRAMES)]).await;
    tell(report, "rest_main_thread", &rest);
    // As small as it gets.
    for _ in 0..4 {
        page.click(".zoom button:first-child").await;
    }
    let least = both_ways(page, "", fullest_ms(&crowd, page, 0.5).await, report).await;
    assert!(least >= CROWD, "{least} records are too few");
    page.run("document.querySelectorAll('.zoom button')[1].click()", vec![]).await;
    page.script(LARGE).await;
    both_ways(page, "large_", fullest_ms(LARGE, page, 1.0).await, report).await;
}

/// Measures the frames from a moment on, and back to it. Answers how many records were on the stage in
/// each of them.
async fn both_ways(page: &Page, name: &str, from_ms: f64, report: &mut Report) -> u64 {
    let to_ms = from_ms + FRAMES as f64 * BUDGET_MS;
    let mut least = u64::MAX;
    for (way, script, start_ms) in [("forward", PLAY, from_ms), ("back", BACK, to_ms)] {
        let given = vec![json!(start_ms), json!(FRAMES)];
        page.run(COUNT, vec![]).await;
        let clock = CpuClock::of_pages();
        let before_ms = clock.ms();
        let [script_ms, main_ms] = page.frames(script, given).await;
        let each_ms = (clock.ms() - before_ms) / main_ms.len().max(1) as f64;
        report.insert(format!("{name}frame_{way}_processor_ms"), json!(hundredths(each_ms)));
        tell(report, &format!("{name}frame_{way}_script"), &script_ms);
        tell(report, &format!("{name}frame_{way}_main_thread"), &main_ms);
        let over = main_ms.iter().filter(|ms| **ms > BUDGET_MS).count();
        report.insert(format!("{name}frame_{way}_over_budget"), json!(over));
        report.insert(format!("{name}frame_{way}_count"), json!(main_ms.len()));
        let records = page.run("return counted.records", vec![]).await;
        least = least.min(records.as_u64().unwrap_or(0));
    }
    report.insert(format!("{name}visible_records"), json!(least));
    least
}

/// Where a part of a run begins, as long as the frames take, in which most records are on the stage all
/// the time. The page counts them itself when it is measured.
async fn fullest_ms(text: &str, page: &Page, shown: f32) -> f64 {
    let canvas = "const it = document.querySelector('#stage canvas'); return [it.clientWidth, it.clientHeight]";
    let canvas = page.run(canvas, vec![]).await;
    let length = |n: usize| canvas[n].as_f64().expect("a length") as f32 / shown;
    let largest = if shown < 1.0 { 1.0 } else { LARGEST };
    let view = View { largest, ..View::new(length(0), length(1)) };
    let mut player = Player::new(Script::parse(text).expect("a script")).expect("a run");
    let pace = player.pace().clone();
    let step_ms = 4.0 * BUDGET_MS;
    let mut records: Vec<usize> = Vec::new();
    while records.len() as f64 * step_ms < pace.total_ms() {
        let moment = player.seek(pace.sim_us(records.len() as f64 * step_ms));
        let scene = scene(moment.world, moment.ledger, moment.now_us, &view);
        let spots = scene.hotspots.iter().filter(|spot| matches!(spot.part, Part::Record(..)));
        records.push(spots.count());
    }
    // Some more than the frames take: a browser that is late plays further.
    let length = (FRAMES * 3 / 8).min(records.len());
    let least = |part: &[usize]| part.iter().copied().min().unwrap_or(0);
    let parts = records.windows(length).enumerate();
    let (at, _) = parts.max_by_key(|(_, part)| least(part)).expect("a part");
    at as f64 * step_ms
}
