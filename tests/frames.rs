//! The benchmark of `cargo xtask bench --browser`: the built site in a browser. What a frame takes
//! of the page's thread while a crowded stage plays and is scrubbed backwards, how long the slowest
//! seek in a long run takes, what memory does while a run plays over and over, how quickly the page
//! answers while the lab is at work, and what very many records and events do to it.
//!
//! A frame's script is from its callback to the end of the microtasks after it; its main-thread
//! time reaches to the first task after it, so that style, layout and painting are in it. Both are
//! what a clock on the wall says: what others take of the machine is in them.
//! `ACKSCOPE_BENCH_ONLY` names the parts that are measured, with commas between them.

#![allow(clippy::disallowed_types, reason = "a measurement reads a clock; the model does not")]

#[path = "support/browser.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod browser;
#[path = "support/cpu.rs"]
#[allow(dead_code, reason = "shared with the other benchmark, which uses the rest")]
mod cpu;
#[path = "frames/jobs.rs"]
mod jobs;
#[path = "frames/long.rs"]
mod long;
#[path = "frames/page.rs"]
mod page;
#[path = "support/site.rs"]
#[allow(dead_code, reason = "shared with the tests in a browser, which use the rest")]
mod site;
#[path = "frames/stage.rs"]
mod stage;

use page::{Page, Report};
use serde_json::{Value, json};

#[tokio::test]
#[ignore = "a measurement; `cargo xtask bench --browser` runs it"]
async fn how_fast_is_the_page() {
    let page = Page::open(1920, 1080).await;
    let mut report = Report::new();
    if is_wanted("frames") {
        stage::frames(&page, &mut report).await;
    }
    if is_wanted("jobs") {
        jobs::jobs_at_work(&page, &mut report).await;
    }
    if is_wanted("many") {
        long::many(&page, &mut report).await;
        page.click("[data-pane=record]").await;
    }
    if is_wanted("seeks") || is_wanted("memory") {
        page.script(&long::ten_minutes()).await;
        long::seeks(&page, "", &mut report).await;
    }
    if is_wanted("memory") {
        long::memory(&page, &mut report).await;
    }
    if let Ok(bytes) = std::env::var("ACKSCOPE_FIRST_VISIT") {
        report.insert("first_visit_bytes".to_owned(), json!(bytes.parse::<u64>().ok()));
    }
    page.browser.close().await;
    if std::env::var("ACKSCOPE_BENCH_JSON").is_ok_and(|json| !json.is_empty()) {
        println!("{:#}", Value::Object(report));
    } else {
        for (name, value) in &report {
            println!("    {name:<46} {value}");
        }
    }
}

/// Whether a part is to be measured: all are, unless some are named.
fn is_wanted(part: &str) -> bool {
    let only = std::env::var("ACKSCOPE_BENCH_ONLY").unwrap_or_default();
    only.is_empty() || only.split(',').any(|name| name == part)
}
