//! The story in the page: it plays, a leader dies by a click, and what was before can be seen
//! again.

use ackscope::lessons;
use ackscope::player::Player;
use ackscope::script::Script;
use fantoccini::Locator;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::site::Site;
use crate::{dist, wait_for_the_app};

/// The story in a window of that size.
pub async fn open(width: u32, height: u32) -> (Site, Browser) {
    let site = Site::start(&dist(), "/", &[]);
    let browser = Browser::open(width, height).await;
    browser.client.goto(&site.url("")).await.expect("the page opens");
    wait_for_the_app(&browser).await;
    until(&browser, "document.documentElement.dataset.ready === 'true'").await;
    (site, browser)
}

pub async fn evaluate(browser: &Browser, expression: &str) -> Value {
    let script = format!("return {expression};");
    browser.client.execute(&script, vec![]).await.unwrap_or_else(|e| panic!("{expression}: {e}"))
}

/// Waits until an expression is true; fails after a time that no working page needs.
pub async fn until(browser: &Browser, expression: &str) {
    for _ in 0..300 {
        if evaluate(browser, &format!("Boolean({expression})")).await == json!(true) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("never true: {expression}");
}

pub async fn click(browser: &Browser, css: &str) {
    let element = browser.client.find(Locator::Css(css)).await;
    let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
    element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
}

/// Presses what may lie under something else, such as the input of a label.
pub async fn press(browser: &Browser, css: &str) {
    evaluate(browser, &format!("document.querySelector('{css}').click()")).await;
}

pub async fn now_us(browser: &Browser) -> u64 {
    let text = evaluate(browser, "document.documentElement.dataset.timeUs").await;
    text.as_str().and_then(|text| text.parse().ok()).expect("the page says what time it is")
}

pub async fn digest(browser: &Browser) -> String {
    let text = evaluate(browser, "document.documentElement.dataset.digest").await;
    text.as_str().expect("the page says its digest").to_owned()
}

/// Moves the scrubber, in play time, as a hand would.
pub async fn scrub(browser: &Browser, play_ms: f64) {
    let script =
        "const it = document.querySelector('input[data-scrubber]'); it.value = arguments[0];
        it.dispatchEvent(new Event('input', { bubbles: true }));
        it.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.client.execute(script, vec![json!(play_ms.round())]).await.expect("the scrubber moves");
}

/// The counts of the trays.
async fn fates(browser: &Browser) -> Value {
    let all = "Object.fromEntries([...document.querySelectorAll('.tray[data-fate]')]
        .map(it => [it.dataset.fate, Number(it.dataset.count)]))";
    evaluate(browser, all).await
}

pub fn story() -> Player {
    let lesson = lessons::find("acks-1-leader-dies").expect("the story");
    Player::new(Script::parse(lesson.script).expect("a script")).expect("a run")
}

#[tokio::test]
async fn the_trace_is_the_same_in_the_browser_and_natively() {
    let (_site, browser) = open(1280, 800).await;
    assert_eq!(digest(&browser).await, format!("{:016x}", story().digest()));
    browser.close().await;
}

#[tokio::test]
async fn it_plays_a_click_kills_the_leader_and_scrubbing_back_shows_what_was_before() {
    let native = story();
    let play_ms = |us: u64| native.pace().play_ms(us);
    let (_site, browser) = open(1440, 900).await;

    // It plays, by itself or when asked, and stops when asked.
    scrub(&browser, play_ms(20_000)).await;
    let before_us = now_us(&browser).await;
    let playing = "document.querySelector('[data-action=pause]') !== null";
    if evaluate(&browser, playing).await == json!(false) {
        click(&browser, "[data-action=play]").await;
    }
    until(
        &browser,
        &format!("Number(document.documentElement.dataset.timeUs) > {}", before_us + 1_000),
    )
    .await;
    click(&browser, "[data-action=pause]").await;

    // At 55 ms nothing is lost, and the leader stands.
    scrub(&browser, play_ms(55_000)).await;
    let before = fates(&browser).await;
    let time_before_us = now_us(&browser).await;
    assert!(time_before_us.abs_diff(55_000) < 500, "{time_before_us}");
    let digest_before = digest(&browser).await;

    // A click kills it there: the run from there on is another one.
    click(&browser, "button[data-action=crash][data-broker=broker-1]").await;
    until(&browser, &format!("document.documentElement.dataset.digest !== '{digest_before}'"))
        .await;
    until(&browser, "document.querySelector('button[data-action=restart][data-broker=broker-1]')")
        .await;

    // Back before the click: as it was.
    scrub(&browser, play_ms(40_000)).await;
    until(&browser, "document.querySelector('button[data-action=crash][data-broker=broker-1]')")
        .await;
    let earlier = fates(&browser).await;
    assert_eq!(earlier["lost"], before["lost"]);

    // Undone, the run is the old one, to the last event.
    click(&browser, "[data-action=undo]").await;
    until(&browser, &format!("document.documentElement.dataset.digest === '{digest_before}'"))
        .await;
    scrub(&browser, play_ms(55_000)).await;
    assert_eq!(fates(&browser).await, before);

    // At the end three records are lost, and the page says which.
    scrub(&browser, native.pace().total_ms()).await;
    until(&browser, "document.querySelector('.tray[data-fate=lost]').dataset.count === '3'").await;
    let lost = "[...document.querySelectorAll('.tray[data-fate=lost] [data-record]')].map(it => it.dataset.record)";
    assert_eq!(evaluate(&browser, lost).await, json!(["6", "7", "8"]));
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn nothing_is_wider_than_the_page() {
    // A headless window has a least width; a frame has not.
    for (width, height) in [(1440, 900), (1024, 768), (390, 844), (320, 640)] {
        let host = format!(
            "<!doctype html><link rel=icon href=data:,><body style=margin:0>\
             <iframe src=/app/ width={width} height={height} style=border:0></iframe>"
        );
        let site = Site::start(&dist(), "/app/", &[("/host.html", &host)]);
        let browser = Browser::open(1500, 1000).await;
        browser.client.goto(&site.url_at("/host.html")).await.expect("the page opens");
        browser.client.enter_frame(0).await.expect("the frame is there");
        wait_for_the_app(&browser).await;
        until(&browser, "document.documentElement.dataset.ready === 'true'").await;
        let root = "document.documentElement";
        let overflow =
            evaluate(&browser, &format!("{root}.scrollWidth - {root}.clientWidth")).await;
        assert_eq!(overflow, json!(0), "at {width} pixels");
        browser.close().await;
    }
}
