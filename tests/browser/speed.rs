//! What makes the page quick, by what is on the stage: painted in parts it is the same picture; and what
//! takes long is said.

use serde_json::json;

use crate::lab::open_file;
use crate::story::{click, evaluate, open, press, until};

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

#[tokio::test]
async fn what_takes_long_says_so_before_it_begins() {
    let (_site, browser) = open(1440, 900).await;
    let run = json!({
        "name": "Ten thousand records",
        "topics": [{ "name": "orders" }],
        "producers": [{ "sends": [{ "topic": "orders", "count": 10_000, "every": "1ms" }] }],
    });
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
