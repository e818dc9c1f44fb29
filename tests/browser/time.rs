//! Time in the page, by what is on the stage: the same moment is the same picture, however it is
//! reached; and the log and the exported picture say what the library says.

use ackscope::model::ids::RecordId;
use ackscope::model::trace::Kind;
use ackscope::player::{Class, Filter};
use ackscope::stage::{Still, Theme, preferred_height};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::site::Site;
use crate::story::{click, digest, evaluate, now_us, open, scrub, story, until};

/// What is painted on the stage.
async fn picture(browser: &Browser) -> Value {
    let script = "const done = arguments[0];
        requestAnimationFrame(() => requestAnimationFrame(() =>
            done(document.querySelector('.stage canvas').toDataURL())));";
    browser.client.execute_async(script, vec![]).await.expect("the stage is painted")
}

/// The cards of the stage, in words.
async fn cards(browser: &Browser) -> String {
    let words = evaluate(browser, "document.querySelector('.stage .sr-only').textContent").await;
    words.as_str().unwrap_or_default().to_owned()
}

async fn press(browser: &Browser, key: &str) {
    let script = "document.body.dispatchEvent(new KeyboardEvent('keydown',
        { key: arguments[0], bubbles: true, cancelable: true }))";
    browser.client.execute(script, vec![json!(key)]).await.expect("a key is pressed");
}

/// The story, paused after the sixth record was sent.
async fn paused() -> (Site, Browser) {
    let (site, browser) = open(1440, 900).await;
    scrub(&browser, story().pace().play_ms(61_000)).await;
    if evaluate(&browser, "document.querySelector('[data-action=pause]') !== null").await == true {
        click(&browser, "[data-action=pause]").await;
    }
    click(&browser, "[data-action=forward]").await;
    (site, browser)
}

#[tokio::test]
async fn a_moment_is_the_same_picture_however_it_is_reached() {
    let (_site, browser) = paused().await;
    let (at_us, before) = (now_us(&browser).await, picture(&browser).await);
    for action in ["forward", "forward", "forward", "back", "back", "back"] {
        click(&browser, &format!("[data-action={action}]")).await;
    }
    assert_eq!(now_us(&browser).await, at_us);
    assert_eq!(picture(&browser).await, before, "after steps forward and back");

    press(&browser, "End").await;
    assert_ne!(picture(&browser).await, before, "the end is another moment");
    press(&browser, "Home").await;
    scrub(&browser, story().pace().play_ms(at_us - 500)).await;
    click(&browser, "[data-action=play]").await;
    until(&browser, &format!("Number(document.documentElement.dataset.timeUs) > {at_us}")).await;
    click(&browser, "[data-action=pause]").await;
    while now_us(&browser).await > at_us {
        click(&browser, "[data-action=back]").await;
    }
    assert_eq!(picture(&browser).await, before, "played past it and stepped back");
    browser.close().await;
}

#[tokio::test]
async fn what_is_done_in_the_past_is_another_run_and_can_be_undone() {
    let (_site, browser) = paused().await;
    let (before, run) = (picture(&browser).await, digest(&browser).await);
    assert!(!cards(&browser).await.contains("crashed"));
    click(&browser, "button[data-action=crash][data-broker=broker-2]").await;
    until(&browser, &format!("document.documentElement.dataset.digest !== '{run}'")).await;
    until(&browser, "document.querySelector('button[data-action=restart]')").await;
    assert_ne!(picture(&browser).await, before);
    click(&browser, "[data-action=undo]").await;
    until(&browser, &format!("document.documentElement.dataset.digest === '{run}'")).await;
    // What was done took effect a microsecond later.
    click(&browser, "[data-action=back]").await;
    assert_eq!(picture(&browser).await, before);
    browser.close().await;
}

#[tokio::test]
async fn a_key_goes_to_the_next_event_of_the_chosen_kind() {
    let native = story();
    let at = native.find(&Filter::kind(Class::Election), 0, true).expect("an election");
    let elected_us = native.trace()[at].at_us;
    let (_site, browser) = paused().await;
    let choose = "const it = document.querySelector('[data-action=sought]'); it.value = 'election';
        it.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.client.execute(choose, vec![]).await.expect("a kind is chosen");
    press(&browser, "n").await;
    assert_eq!(now_us(&browser).await, elected_us);
    press(&browser, "n").await;
    assert!(now_us(&browser).await > elected_us);
    press(&browser, "N").await;
    assert_eq!(now_us(&browser).await, elected_us);
    browser.close().await;
}

#[tokio::test]
async fn a_span_is_played_round_and_round_until_it_is_given_up() {
    let (_site, browser) = paused().await;
    let from_us = now_us(&browser).await;
    press(&browser, "i").await;
    for _ in 0..4 {
        click(&browser, "[data-action=forward]").await;
    }
    let to_us = now_us(&browser).await;
    press(&browser, "o").await;
    click(&browser, "[data-action=play]").await;
    let (mut last_us, mut rounds) = (to_us, 0);
    for _ in 0..400 {
        let at_us = now_us(&browser).await;
        assert!((from_us..=to_us).contains(&at_us), "{at_us} is not in {from_us}..={to_us}");
        rounds += u32::from(at_us < last_us);
        last_us = at_us;
        if rounds == 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(rounds, 3, "rounds");
    press(&browser, "u").await;
    until(&browser, &format!("Number(document.documentElement.dataset.timeUs) > {to_us}")).await;
    browser.close().await;
}

/// How far it plays in a second at a speed, on the scale of the scrubber.
async fn played(browser: &Browser, speed: &str) -> f64 {
    let choose = "const it = [...document.querySelectorAll('.tempo select, .transport select')]
        .find(it => [...it.options].some(o => o.textContent === arguments[0]));
        it.selectedIndex = [...it.options].findIndex(o => o.textContent === arguments[0]);
        it.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.client.execute(choose, vec![json!(speed)]).await.expect("a speed is chosen");
    press(browser, "Home").await;
    click(browser, "[data-action=play]").await;
    // In the page, so that the way to the browser does not count.
    let script = "const done = arguments[0], it = document.querySelector('[data-scrubber]');
        requestAnimationFrame(from => { const at = Number(it.value); const go = now => now - from < 1000
            ? requestAnimationFrame(go) : done((Number(it.value) - at) / (now - from)); requestAnimationFrame(go); });";
    let far = browser.client.execute_async(script, vec![]).await.expect("it plays");
    click(browser, "[data-action=pause]").await;
    far.as_f64().expect("a number")
}

#[tokio::test]
async fn it_plays_as_fast_as_it_is_told() {
    let (_site, browser) = paused().await;
    let (half, twice) = (played(&browser, "0.5×").await, played(&browser, "2×").await);
    // Four times as fast; a busy machine loses frames.
    assert!(half > 0.2 && twice > half * 2.5 && twice < half * 6.0, "{half} and {twice}");
    browser.close().await;
}

#[tokio::test]
async fn a_theme_is_remembered() {
    let (site, browser) = paused().await;
    let background = "getComputedStyle(document.body).backgroundColor";
    let before = evaluate(&browser, background).await;
    evaluate(
        &browser,
        "document.querySelector('[name=theme][aria-label=\"High contrast\"]').click()",
    )
    .await;
    until(&browser, &format!("{background} !== {before}")).await;
    let chosen = evaluate(&browser, background).await;
    browser.client.goto(&site.url("?again")).await.expect("the page opens again");
    crate::wait_for_the_app(&browser).await;
    assert_eq!(evaluate(&browser, background).await, chosen);
    browser.close().await;
}

#[tokio::test]
async fn a_quiet_span_opens_and_closes() {
    let (_site, browser) = paused().await;
    let length = "Number(document.querySelector('[data-scrubber]').max)";
    let folded = evaluate(&browser, length).await.as_f64().expect("a length");
    click(&browser, ".fold[data-open=false]").await;
    until(&browser, &format!("{length} > {folded} + 3000")).await;
    click(&browser, ".fold[data-open=true]").await;
    until(&browser, &format!("{length} === {folded}")).await;
    browser.close().await;
}

#[tokio::test]
async fn the_log_filters_goes_to_events_and_keeps_step() {
    let native = story();
    let (_site, browser) = paused().await;
    click(&browser, ".tab[data-pane=log]").await;
    until(&browser, "document.querySelector('.log-row')").await;
    let choose = "const it = document.querySelector('[data-log=kind]'); it.value = 'truncation';
        it.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.client.execute(choose, vec![]).await.expect("a kind is chosen");
    until(&browser, "document.querySelectorAll('.log-row').length === 1").await;
    click(&browser, ".log-row").await;
    let is_it = |kind: &Kind| matches!(kind, Kind::Truncated { .. });
    let cut = native.trace().iter().find(|event| is_it(&event.kind)).expect("a truncation");
    until(&browser, &format!("document.documentElement.dataset.timeUs === '{}'", cut.at_us)).await;
    until(&browser, "document.querySelector('.log-row[aria-selected=true]')").await;
    let told = "document.querySelector('.log-told p').textContent";
    let line = ackscope::player::line(native.setup(), native.trace(), cut);
    assert_eq!(evaluate(&browser, told).await, json!(line));
    click(&browser, "[data-action=log-cause]").await;
    let cause_us = native.trace()[cut.cause.expect("a cause").0 as usize].at_us;
    until(&browser, &format!("document.documentElement.dataset.timeUs === '{cause_us}'")).await;
    browser.close().await;
}

#[tokio::test]
async fn the_saved_picture_is_the_one_that_render_writes() {
    let (_site, browser) = paused().await;
    let at_us = now_us(&browser).await;
    let catch = "window.saved = []; const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => (window.saved.push(blob), make(blob));
        HTMLAnchorElement.prototype.click = function () { window.fileName = this.download; };";
    browser.client.execute(catch, vec![]).await.expect("downloads are caught");
    click(&browser, "[data-action=export]").await;
    click(&browser, "[data-action=export-svg]").await;
    until(&browser, "window.saved.length === 1").await;
    let read = "window.saved[0].text().then(arguments[0])";
    let saved = browser.client.execute_async(read, vec![]).await.expect("the picture");
    let width = evaluate(&browser, "document.querySelector('.stage canvas').clientWidth").await;
    let width = width.as_f64().expect("a width") as f32;
    let record = evaluate(&browser, "document.querySelector('#follow').value").await;
    let record = record.as_str().and_then(|id| id.parse().ok()).map(RecordId);
    let mut native = story();
    let size = (width, preferred_height(native.setup(), width).ceil());
    let still = Still { at_us, size, record, partition: None, theme: Theme::Light };
    assert_eq!(saved, json!(still.svg(&mut native)));
    let name = evaluate(&browser, "window.fileName").await;
    assert_eq!(name, json!(format!("acks-1-and-the-leader-dies-{}ms.svg", at_us / 1_000)));
    browser.close().await;
}
