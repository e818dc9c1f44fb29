//! The stage under fingers: two change its size and not that of the page, one pulls it about.

use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::story::{click, evaluate, open, until};

const CANVAS: &str = "document.querySelector('.stage canvas')";
const FRAME: &str = "document.querySelector('.stage')";

async fn number(browser: &Browser, expression: &str) -> f64 {
    evaluate(browser, expression).await.as_f64().unwrap_or_else(|| panic!("{expression}: a number"))
}

/// Fingers on the page, each at a place of it.
async fn fingers(browser: &Browser, kind: &str, at: &[(f64, f64)]) {
    let point = |(id, (x, y)): (usize, &(f64, f64))| json!({ "x": x, "y": y, "id": id });
    let points: Vec<Value> = at.iter().enumerate().map(point).collect();
    browser.touch(json!({ "type": kind, "touchPoints": points })).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
}

/// The middle of what is seen of the stage.
async fn middle(browser: &Browser) -> (f64, f64) {
    let place = |side: &str| format!("{FRAME}.getBoundingClientRect().{side}");
    let across = format!("({} + {}) / 2", place("left"), place("right"));
    let down = format!("({} + Math.min({}, innerHeight)) / 2", place("top"), place("bottom"));
    (number(browser, &across).await, number(browser, &down).await)
}

/// Two fingers, beside each other around the middle of the stage, from one distance to another.
async fn pinch(browser: &Browser, from: f64, to: f64) {
    const STEPS: u8 = 12;
    let (x, y) = middle(browser).await;
    let both = |apart: f64| [(x - apart / 2.0, y), (x + apart / 2.0, y)];
    fingers(browser, "touchStart", &both(from)).await;
    for n in 1..=STEPS {
        let apart = from + (to - from) * f64::from(n) / f64::from(STEPS);
        fingers(browser, "touchMove", &both(apart)).await;
    }
    fingers(browser, "touchEnd", &[]).await;
}

#[tokio::test]
async fn two_fingers_change_the_size_of_the_stage_and_one_pulls_it_about() {
    for (width, height) in [(1024, 768), (390, 844)] {
        let (_site, browser) = open(width.max(500), height).await;
        if !browser.has_touch() {
            return browser.close().await;
        }
        browser.resize(width, height).await;
        click(&browser, "[data-action=pause]").await;
        let wide = format!("{CANVAS}.clientWidth");
        let before = number(&browser, &wide).await;
        pinch(&browser, 80.0, 160.0).await;
        until(&browser, &format!("{wide} > {before} * 1.6")).await;
        assert_eq!(evaluate(&browser, "visualViewport.scale").await, json!(1), "the page stays");
        let (x, y) = middle(&browser).await;
        let scrolled = format!("{FRAME}.scrollLeft");
        let left = number(&browser, &scrolled).await;
        assert!(left > 0.0, "what was between the fingers stays there");
        fingers(&browser, "touchStart", &[(x, y)]).await;
        for step in 1..=8 {
            fingers(&browser, "touchMove", &[(x - 10.0 * f64::from(step), y)]).await;
        }
        fingers(&browser, "touchEnd", &[]).await;
        until(&browser, &format!("{scrolled} > {left} + 40")).await;
        pinch(&browser, 180.0, 60.0).await;
        until(&browser, &format!("{wide} < {before} * 1.1")).await;
        assert_eq!(browser.console().await, vec![]);
        browser.close().await;
    }
}
