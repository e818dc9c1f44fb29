//! The page under fingers: two on the stage change its size and not that of the page, one pulls it about;
//! a tap on a thing of the stage opens what can be done to it, a tap on a record follows that.

use std::time::Duration;

use ackscope::model::ids::RecordId;
use ackscope::stage::scene::Rect;
use ackscope::stage::{Part, View, preferred_height, scene};
use fantoccini::actions::{Actions, InputSource, MOUSE_BUTTON_LEFT, PointerAction, TouchActions};
use serde_json::json;

use crate::browser::Browser;
use crate::site::Site;
use crate::story::{digest, evaluate, now_us, open, press, scrub, story, until};
use crate::tune::{text_of, until_another};

const CANVAS: &str = "document.querySelector('.stage canvas')";
const FRAME: &str = "document.querySelector('.stage')";

async fn number(browser: &Browser, expression: &str) -> f64 {
    evaluate(browser, expression).await.as_f64().unwrap_or_else(|| panic!("{expression}: a number"))
}

/// Fingers that are laid on the page, go from a place of it to another one, and are lifted.
async fn fingers(browser: &Browser, ways: &[[(f64, f64); 2]]) {
    const STEPS: u8 = 12;
    let to = |(x, y): (f64, f64), ms| PointerAction::MoveTo {
        duration: Some(Duration::from_millis(ms)),
        x,
        y,
    };
    let way = |n: usize, [from, to_place]: [(f64, f64); 2]| {
        let finger = TouchActions::new(format!("finger-{n}"));
        let mut finger =
            finger.then(to(from, 0)).then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
        for step in 1..=STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            let between = |from: f64, to: f64| (from + (to - from) * share).round();
            let place = (between(from.0, to_place.0), between(from.1, to_place.1));
            finger = finger.then(to(place, 30));
        }
        finger.then(PointerAction::Up { button: MOUSE_BUTTON_LEFT })
    };
    let mut all = Actions::from(way(0, ways[0]));
    for (n, places) in ways.iter().enumerate().skip(1) {
        all = all.and(way(n, *places));
    }
    browser.client.perform_actions(all).await.expect("fingers move");
}

/// One that is laid down and lifted at once.
async fn tap(browser: &Browser, (x, y): (f64, f64)) {
    let to = PointerAction::MoveTo { duration: Some(Duration::ZERO), x: x.round(), y: y.round() };
    let finger = TouchActions::new("finger".to_owned())
        .then(to)
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .pause(Duration::from_millis(50))
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    browser.client.perform_actions(finger).await.expect("a tap");
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
    let (x, y) = middle(browser).await;
    let way = |side: f64| [(x + side * from / 2.0, y), (x + side * to / 2.0, y)];
    fingers(browser, &[way(-1.0), way(1.0)]).await;
}

/// The story in a page of that size, standing still.
async fn still(width: u32, height: u32) -> (Site, Browser) {
    let (site, browser) = open(width.max(500), height).await;
    browser.resize(width, height).await;
    until(&browser, &format!("innerWidth === {width}")).await;
    if evaluate(&browser, "document.querySelector('[data-action=pause]') !== null").await == true {
        press(&browser, "[data-action=pause]").await;
    }
    (site, browser)
}

#[tokio::test]
async fn two_fingers_change_the_size_of_the_stage_and_one_pulls_it_about() {
    for (width, height) in [(1024, 768), (390, 844)] {
        let (_site, browser) = still(width, height).await;
        let wide = format!("{CANVAS}.clientWidth");
        let before = number(&browser, &wide).await;
        pinch(&browser, 80.0, 160.0).await;
        until(&browser, &format!("{wide} > {before} * 1.6")).await;
        assert_eq!(evaluate(&browser, "visualViewport.scale").await, json!(1), "the page stays");
        let scrolled = format!("{FRAME}.scrollLeft");
        let left = number(&browser, &scrolled).await;
        assert!(left > 0.0, "what was between the fingers stays there");
        if browser.scrolls_by_touch() {
            let (x, y) = middle(&browser).await;
            fingers(&browser, &[[(x, y), (x - 80.0, y)]]).await;
            until(&browser, &format!("{scrolled} > {left} + 40")).await;
        }
        pinch(&browser, 180.0, 60.0).await;
        until(&browser, &format!("{wide} < {before} * 1.1")).await;
        assert_eq!(browser.console().await, vec![]);
        browser.close().await;
    }
}

/// Brings a place of an element into the upper half of the page, and answers where it is there.
async fn bring(browser: &Browser, element: &str, (x, y): (f64, f64)) -> (f64, f64) {
    let top = format!("{element}.getBoundingClientRect().top");
    evaluate(browser, &format!("scrollBy(0, {top} + {y} - innerHeight * 0.4)")).await;
    let left = number(browser, &format!("{element}.getBoundingClientRect().left")).await;
    (left + x, number(browser, &top).await + y)
}

#[tokio::test]
async fn a_tap_on_a_broker_opens_what_can_be_done_to_it() {
    let (_site, browser) = still(390, 844).await;
    let before = digest(&browser).await;
    let broker = "document.querySelector('.thing[data-part=broker-2]')";
    let half = |side: &str| format!("{broker}.getBoundingClientRect().{side} / 2");
    let inside = (number(&browser, &half("width")).await, number(&browser, &half("height")).await);
    let place = bring(&browser, broker, inside).await;
    tap(&browser, place).await;
    until(&browser, "document.querySelector('.thing-menu[open] [data-deed=power-cut]')").await;
    assert_eq!(text_of(&browser, "#thing-menu-title").await, "broker-2");
    // In sight as a whole, and one more tap does it.
    let deed = "document.querySelector('.thing-menu [data-deed=power-cut]')";
    let fits =
        "(it => it.left >= 0 && it.right <= innerWidth && it.top >= 0 && it.bottom <= innerHeight)
        (document.querySelector('.thing-menu').getBoundingClientRect())";
    until(&browser, fits).await;
    evaluate(&browser, &format!("{deed}.scrollIntoView({{ block: 'center' }})")).await;
    let at = format!(
        "(it => [it.left + it.width / 2, it.top + it.height / 2])({deed}.getBoundingClientRect())"
    );
    let at = evaluate(&browser, &at).await;
    tap(&browser, (at[0].as_f64().expect("a place"), at[1].as_f64().expect("a place"))).await;
    until_another(&browser, &before).await;
    until(&browser, "!document.querySelector('.thing-menu').open").await;
    let down = "button[data-action=restart][data-broker=broker-2]";
    until(&browser, &format!("document.querySelector('{down}')")).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// Where a record is on a narrow stage of that width, by the library.
fn record_at(record: RecordId, at_us: u64, width: f32) -> Rect {
    let mut player = story();
    let height = preferred_height(player.setup(), width);
    let moment = player.seek(at_us);
    let view = View { button: 74.0, ..View::new(width, height) };
    let scene = scene(moment.world, moment.ledger, at_us, &view);
    let is_it = |part: Part| matches!(part, Part::Record(id, _) if id == record);
    scene.hotspots.iter().find(|spot| is_it(spot.part)).expect("it is drawn").rect
}

#[tokio::test]
async fn a_tap_on_a_record_follows_it() {
    let (_site, browser) = still(390, 844).await;
    scrub(&browser, story().pace().play_ms(67_500)).await;
    let at_us = now_us(&browser).await;
    let width = number(&browser, &format!("{CANVAS}.clientWidth")).await;
    for record in [RecordId(2), RecordId(4)] {
        let rect = record_at(record, at_us, width as f32);
        let inside = (rect.x + rect.width / 2.0, rect.y + rect.height / 2.0);
        let place = bring(&browser, CANVAS, (f64::from(inside.0), f64::from(inside.1))).await;
        tap(&browser, place).await;
        let head = "document.querySelector('[data-panel=record] .record-head')";
        until(&browser, &format!("{head}?.textContent.includes('Record {}')", record.0)).await;
    }
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}
