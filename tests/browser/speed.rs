//! What makes the page quick, by what is on the stage: painted in parts it is the same picture; and what
//! takes long is said.

use ackscope::player::Player;
use ackscope::script::Script;
use serde_json::{Value, json};

use crate::lab::{LARGE, open_file};
use crate::story::{click, digest, evaluate, open, press, scrub, until};
use crate::tune::until_again;

/// How much a smooth edge may differ that is cut by the edge of a part, of 255, and how many colours of
/// pixels in a thousand may differ at all.
const SMOOTH: f64 = 96.0;
const FEW: f64 = 4.0;

/// Goes to a place of the timeline. Answers how much the picture of the first frame, which is painted
/// in parts, differs from what it comes to rest at: at most, and in how many of a thousand colours; and
/// how much from the one before.
const GO: &str = "const [place, done] = arguments;
    const canvas = document.querySelector('#stage canvas');
    const data = () => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const frame = () => new Promise((go) => requestAnimationFrame(go));
    const compare = (one, other) => {
        let [most, count] = [0, 0];
        one.forEach((it, at) => {
            most = Math.max(most, Math.abs(it - other[at]));
            count += it !== other[at];
        });
        return [most, count * 1000 / one.length];
    };
    (async () => {
        const before = data();
        const range = document.querySelector('[data-scrubber]');
        range.value = place * range.max;
        range.dispatchEvent(new Event('input', { bubbles: true }));
        for (let turn = 0; turn < 20; turn++) await undefined;
        await frame();
        const parts = data();
        for (let turn = 0; turn < 4; turn++) await frame();
        // A caption of more lines leaves less room: then it is another picture.
        const rest = data();
        const same = rest.length === parts.length && rest.length === before.length;
        done(same ? [...compare(parts, rest), ...compare(parts, before)] : [0, 0, 0, 0]);
    })();";

#[tokio::test]
async fn a_picture_that_is_painted_in_parts_is_the_one_that_is_painted_at_once() {
    let (_site, browser) = open(1440, 900).await;
    click(&browser, "[data-action=pause]").await;
    // What comes later by itself makes another picture: the fonts, and the rest of the style.
    until(&browser, "document.fonts.status === 'loaded'").await;
    until(&browser, "[...document.styleSheets].some(it => it.href?.includes('later'))").await;
    let mut moved = 0;
    // In small steps, in leaps, and back.
    let steps = (0..16).map(|n| 0.05 + f64::from(n) * 0.004).chain([0.9, 0.1, 0.5, 0.498, 0.496]);
    for step in steps {
        let told = browser.client.execute_async(GO, vec![json!(step)]).await.expect("pictures");
        let told: Vec<f64> = (0..4).filter_map(|n| told[n].as_f64()).collect();
        let [most, count, moves, _] = told[..] else { panic!("{told:?}") };
        assert!(most <= SMOOTH && count <= FEW, "{told:?} at {step}");
        moved += u32::from(moves > SMOOTH);
    }
    assert!(moved > 12, "{moved} pictures were other ones");
    let records = "Number(document.querySelector('#stage canvas').dataset.records)";
    assert_ne!(evaluate(&browser, records).await, json!(0));
    browser.close().await;
}

/// What is to be seen of it after each frame: whether the page says that it is at work, and its run.
const NOTE: &str = "window.noted = [];
    const note = () => {
        noted.push([document.body.hasAttribute('data-busy'), document.documentElement.dataset.digest]);
        requestAnimationFrame(() => setTimeout(note, 0));
    };
    note();";

/// A run that takes a second or two to make.
fn long_run() -> Value {
    json!({
        "name": "Ten thousand records",
        "topics": [{ "name": "orders" }],
        "producers": [{ "sends": [{ "topic": "orders", "count": 10_000, "every": "1ms" }] }],
    })
}

#[tokio::test]
async fn what_takes_long_says_so_before_it_begins() {
    let (_site, browser) = open(1440, 900).await;
    let run = long_run();
    browser.client.execute(NOTE, vec![]).await.expect("it begins");
    open_file(&browser, &run.to_string()).await;
    until(&browser, "document.querySelector('dialog[open]') === null").await;
    // Before another run was there a frame had said so; afterwards nothing does.
    let said = "noted.some(([busy, digest]) => busy && digest === noted[0][1])";
    assert_eq!(evaluate(&browser, said).await, json!(true));
    until(&browser, "!document.body.hasAttribute('data-busy')").await;
    // So it is with whatever makes such a run anew.
    evaluate(&browser, "noted.splice(0, noted.length - 1)").await;
    press(&browser, "[data-action=crash]").await;
    until(&browser, "noted.at(-1)[1] !== noted[0][1]").await;
    assert_eq!(evaluate(&browser, said).await, json!(true));
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// Changes a setting as a hand does. Then, frame by frame until the run is another one, goes on to the next
/// event. Answers in how many frames the page said that it is at work, and in how many it did what it was
/// told before the other run was there.
const CHANGE: &str = "const [value, done] = arguments;
    const root = document.documentElement.dataset;
    const frame = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 0)));
    (async () => {
        const before = root.digest;
        let [busy, answered] = [0, 0];
        const input = document.querySelector('[data-property=\"linger.ms\"] .exact input');
        input.value = value;
        input.dispatchEvent(new Event('change', { bubbles: true }));
        for (let frames = 0; root.digest === before && frames < 3000; frames++) {
            const time = root.timeUs;
            document.querySelector('[data-action=forward]').click();
            await frame();
            busy += document.body.hasAttribute('data-busy');
            answered += root.digest === before && root.timeUs !== time;
        }
        done([busy, answered]);
    })();";

#[tokio::test]
async fn a_setting_of_a_large_run_is_said_to_be_at_work_and_the_page_stays_usable() {
    for text in [LARGE.to_owned(), long_run().to_string()] {
        let mut changed = Script::parse(&text).expect("a script");
        for producer in &mut changed.producers {
            producer.config.insert("linger.ms".to_owned(), 50.into());
        }
        let changed = Player::new(changed).expect("a run");
        let (_site, browser) = open(1440, 900).await;
        open_file(&browser, &text).await;
        until(&browser, "!document.body.hasAttribute('data-busy')").await;
        let before = digest(&browser).await;
        let told = browser.client.execute_async(CHANGE, vec![json!("50")]).await.expect("it ends");
        let [busy, answered] = [0, 1].map(|n: usize| told[n].as_u64().expect("a number"));
        assert!(busy > 0 && answered > 0, "{busy} frames at work, {answered} that answered");
        until_again(&browser, &format!("{:016x}", changed.digest())).await;
        until(&browser, "!document.body.hasAttribute('data-busy')").await;
        // It is that run which is shown, and can be undone like any other.
        scrub(&browser, 1e9).await;
        let end = format!("document.documentElement.dataset.timeUs === '{}'", changed.end_us());
        until(&browser, &end).await;
        press(&browser, "[data-action=undo]").await;
        until_again(&browser, &before).await;
        assert_eq!(browser.console().await, vec![]);
        browser.close().await;
    }
}
