//! What became of records, and why, by what a user sees: a tray for each fate, and a record's life with
//! its steps and the spans at risk, as the library tells them.

use std::collections::BTreeMap;

use ackscope::lab::turning_point;
use ackscope::lessons;
use ackscope::model::ids::RecordId;
use ackscope::player::Player;
use ackscope::script::Script;
use ackscope::verdict::biography::{Biography, ENGLISH};
use ackscope::verdict::{Fate, Reason};
use serde_json::json;

use crate::lab::open_file;
use crate::scripts;
use crate::story::{click, evaluate, now_us, press, scrub, story, until};
use crate::tune::{paused, type_into, until_again};

/// The counts of the trays, by fate.
const COUNTS: &str =
    "Object.fromEntries([...document.querySelectorAll('.tray[data-fate]')].map(it =>
    [it.dataset.fate, Number(it.querySelector('.tray-count').textContent)]))";

/// How many records of a run have each fate in the end.
fn counts(player: &Player) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<_, _> = Fate::ALL.iter().map(|fate| (fate.word(), 0)).collect();
    for id in 1..=player.setup().records.len() as u32 {
        let verdict = player.verdict(RecordId(id));
        if verdict.reason != Some(Reason::NotSent) {
            *counts.get_mut(verdict.fate.word()).expect("a fate") += 1;
        }
    }
    // Where nothing is aborted nobody is told of transactions.
    counts.retain(|fate, count| *fate != Fate::Aborted.word() || *count > 0);
    counts
}

/// The first of two transactions is given up, and the readers skip it.
const ABORTS: &str = r#"{
    "name": "A transaction is aborted",
    "cluster": { "brokers": 3 },
    "topics": [{ "name": "orders", "replication_factor": 3 }],
    "producers": [{
        "config": { "transactional.id": "orders-1" }, "transaction": { "records": 2, "abort": [1] },
        "sends": [{ "topic": "orders", "count": 4, "every": "5ms" }]
    }],
    "groups": [{
        "id": "billing", "topics": ["orders"],
        "config": { "isolation.level": "read_committed", "auto.offset.reset": "earliest" }
    }]
}"#;

#[tokio::test]
async fn each_fate_has_a_tray_that_counts_its_records() {
    let (_site, browser) = paused().await;
    let lessons = lessons::ALL.iter().map(|it| (it.id.to_owned(), it.script.to_owned()));
    let mut left: Vec<&str> = Fate::ALL.iter().map(|fate| fate.word()).collect();
    let aborts = ("aborts".to_owned(), ABORTS.to_owned());
    for (name, text) in lessons.chain([aborts]).chain(scripts::rows()) {
        if left.is_empty() {
            break;
        }
        let native = Player::new(Script::parse(&text).expect(&name)).expect(&name);
        let expected = counts(&native);
        let has = |fate: &str| expected.get(fate).is_some_and(|count| *count > 0);
        if !left.iter().any(|fate| has(fate)) {
            continue;
        }
        left.retain(|fate| !has(fate));
        open_file(&browser, &text).await;
        until_again(&browser, &format!("{:016x}", native.digest())).await;
        scrub(&browser, 1e9).await;
        let sorted = |of: &str| format!("JSON.stringify(Object.entries({of}).sort())");
        let same = format!("{} === {}", sorted(COUNTS), sorted(&json!(expected).to_string()));
        println!("{name} has {expected:?}");
        until(&browser, &same).await;
    }
    assert_eq!(left, Vec::<&str>::new(), "no script has them");
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

#[tokio::test]
async fn a_records_life_is_told_step_by_step_with_the_spans_at_risk() {
    let native = story();
    let record = RecordId(6);
    let life = Biography::of(native.setup(), native.trace(), record, &ENGLISH);
    let (_site, browser) = paused().await;
    type_into(&browser, "#follow", "6").await;
    let steps = "[...document.querySelectorAll('.steps .step-text')].map(it => it.textContent)";
    // On the way it tells what has been, and how much is to come; in the end all of it.
    for play_ms in [native.pace().play_ms(67_500), 1e9] {
        scrub(&browser, play_ms).await;
        let now_us = now_us(&browser).await;
        let told: Vec<_> = life.steps.iter().filter(|step| step.at_us <= now_us).collect();
        let sentences: Vec<&str> = told.iter().map(|step| &*step.sentence).collect();
        let expected = json!(sentences);
        until(&browser, &format!("JSON.stringify({steps}) === JSON.stringify({expected})")).await;
        let to_come = life.steps.len() - told.len();
        let rest =
            evaluate(&browser, "document.querySelector('.to-come')?.textContent ?? ''").await;
        let rest = rest.as_str().unwrap_or_default().to_owned();
        assert_eq!(rest.starts_with(&to_come.to_string()), to_come > 0, "{rest} of {to_come}");
    }
    let risks =
        "[...document.querySelectorAll('.risks button')].map(it => it.lastChild.textContent)";
    let expected: Vec<&str> = life.risks.iter().map(|risk| risk.why.sentence(&ENGLISH)).collect();
    assert!(expected.len() > 1, "{expected:?}");
    assert_eq!(evaluate(&browser, risks).await, json!(expected));
    // A click goes to where a span begins, or to when a step was.
    click(&browser, ".risks li:last-child button").await;
    let from_us = life.risks.last().expect("a span").from_us;
    until(&browser, &format!("document.documentElement.dataset.timeUs === '{from_us}'")).await;
    press(&browser, ".steps .step:nth-child(2) button").await;
    let second_us = life.steps[1].at_us;
    until(&browser, &format!("document.documentElement.dataset.timeUs === '{second_us}'")).await;
    assert_eq!(browser.console().await, vec![]);
    browser.close().await;
}

/// Whoever sees that a record is doomed learns at once what its fate hangs on, and what would save it stands
/// where it stood.
#[tokio::test]
async fn how_the_fate_of_a_doomed_record_turned_is_told_before_the_end() {
    let native = story();
    let turn = turning_point(native.script(), RecordId(6)).expect("a run").expect("it turned");
    let (_site, browser) = paused().await;
    type_into(&browser, "#follow", "6").await;
    let before = "(it => it.compareDocumentPosition(document.querySelector('.facts')) === 4)
        (document.querySelector('[data-panel=record] .lab'))";
    scrub(&browser, native.pace().play_ms(turn.at_us - 1)).await;
    until(&browser, before).await;
    assert_eq!(evaluate(&browser, "document.querySelector('.turn')").await, json!(null));
    scrub(&browser, native.pace().play_ms(9_500_000)).await;
    until(&browser, "document.querySelector('.told-true [data-doomed]')").await;
    until(&browser, "document.querySelector('.turn')").await;
    until(&browser, before).await;
    click(&browser, "[data-action=turning-point]").await;
    let there = format!("document.documentElement.dataset.timeUs === '{}'", turn.at_us);
    until(&browser, &there).await;
    browser.close().await;
}

#[tokio::test]
async fn no_tray_cuts_its_records() {
    let (_site, browser) = paused().await;
    for (width, height) in [(1240, 800), (1280, 720), (1366, 768), (1440, 900)] {
        browser.resize(width, height).await;
        until(&browser, &format!("innerWidth === {width}")).await;
        scrub(&browser, 1e9).await;
        until(
            &browser,
            "document.querySelectorAll('.tray[data-fate=delivered] .record').length === 7",
        )
        .await;
        let cut = "[...document.querySelectorAll('.tray .record')].filter(it =>
            it.getBoundingClientRect().bottom > it.closest('.tray').getBoundingClientRect().bottom)
            .map(it => it.textContent)";
        assert_eq!(evaluate(&browser, cut).await, json!([]), "at {width}");
    }
    browser.close().await;
}
