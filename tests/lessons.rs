//! What each lesson says is what happens: its verdicts, as they follow from Kafka's rules.

#[path = "model/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the model, which use the rest")]
mod support;

use std::collections::BTreeSet;

use ackscope::lessons;
use ackscope::model::error::KafkaError;
use ackscope::model::trace::Kind;
use ackscope::verdict::Place;
use serde_json::{Value, json};
use support::{Outcome, outcome};

/// What a lesson promises: records by fate, those not named are delivered, and what was told.
struct Expected {
    id: &'static str,
    lost: &'static [u32],
    place: Option<Place>,
    duplicated: &'static [u32],
    /// Whether the application hears of the outcomes; else it is told nothing.
    listens: bool,
}

const TOLD: Expected = Expected { id: "", lost: &[], place: None, duplicated: &[], listens: true };

const EXPECTED: &[Expected] = &[
    Expected { id: "journey-of-a-record", ..TOLD },
    // The two whose requests are lost.
    Expected { id: "acks-0-shaky-network", lost: &[4, 8], place: Some(Place::Network), ..TOLD },
    // Acknowledged by the leader in the 20 ms that a fetch takes to bring them to a follower.
    Expected { id: "acks-1-leader-dies", lost: &[6, 7, 8], place: Some(Place::Truncated), ..TOLD },
    Expected { id: "acks-all-min-isr-2", ..TOLD },
    // The first send after the move meets the old leader; its answer brings new metadata.
    Expected { id: "retries-0", lost: &[5], place: Some(Place::Network), listens: false, ..TOLD },
    Expected { id: "lost-acknowledgement", duplicated: &[3], ..TOLD },
    Expected { id: "idempotent-producer", ..TOLD },
    Expected {
        id: "record-too-large",
        lost: &[3],
        place: Some(Place::Application),
        listens: false,
        ..TOLD
    },
    // Sent a second before the power cut; the operating system writes back after 30 s.
    Expected { id: "power-cut", lost: &[4, 5, 6, 7], place: Some(Place::PageCache), ..TOLD },
    // Acknowledged by an ISR of one.
    Expected { id: "unclean-election", lost: &[4, 5, 6], place: Some(Place::Truncated), ..TOLD },
    // Committed at 100 ms, when the worker had finished two.
    Expected {
        id: "auto-commit-hand-off",
        lost: &[3, 4, 5, 6, 7, 8],
        place: Some(Place::SkippedByTheConsumer),
        ..TOLD
    },
    Expected { id: "seven-messages", duplicated: &[5, 6, 7], ..TOLD },
];

fn lesson(id: &str) -> Value {
    serde_json::from_str(lessons::find(id).expect(id).script).expect("JSON")
}

fn told_but(id: &str, change: impl FnOnce(&mut Value)) -> Outcome {
    let mut script = lesson(id);
    change(&mut script);
    outcome(&script)
}

#[test]
fn each_lesson_ends_as_it_promises() {
    for expected in EXPECTED {
        let it = outcome(&lesson(expected.id));
        let id = expected.id;
        assert!(it.report.settled, "{id}");
        assert!(it.report.actions_that_never_came.is_empty(), "{id}");
        assert_eq!(it.with_fate("lost"), expected.lost, "{id}");
        assert_eq!(it.with_fate("duplicated"), expected.duplicated, "{id}");
        let decided = expected.lost.len() + expected.duplicated.len();
        assert_eq!(it.with_fate("delivered").len(), it.report.records.len() - decided, "{id}");
        let word = if expected.listens { "acked" } else { "nothing" };
        assert!(it.told().iter().all(|told| *told == word), "{id}: {:?}", it.told());
        for record in it.report.records.iter().filter(|r| expected.lost.contains(&r.id)) {
            assert_eq!(record.place, expected.place, "{id}, record {}", record.id);
        }
        assert!(it.report.reordered.is_empty(), "{id}");
    }
}

#[test]
fn each_lesson_is_expected_has_a_name_and_says_what_happens() {
    let mut names = BTreeSet::new();
    for lesson in lessons::ALL {
        assert!(EXPECTED.iter().any(|expected| expected.id == lesson.id), "{}", lesson.id);
        let script = ackscope::script::Script::parse(lesson.script).expect(lesson.id);
        assert!(names.insert(script.name.clone()), "two lessons are called {}", script.name);
        assert!(lesson.about.ends_with('.') && lesson.about.len() > 40, "{}", lesson.id);
        assert!(!lesson.about.contains("  "), "{}: {}", lesson.id, lesson.about);
    }
    assert_eq!(lessons::find(lessons::FIRST.id), Some(&lessons::FIRST));
}

#[test]
fn the_lost_acknowledgement_and_the_idempotent_producer_differ_by_one_setting() {
    let mut lost = lesson("lost-acknowledgement");
    let idempotent = lesson("idempotent-producer");
    lost["producers"][0]["config"]["enable.idempotence"] = json!(true);
    lost["name"] = idempotent["name"].clone();
    assert_eq!(lost, idempotent);
    let it = outcome(&idempotent);
    let known = it.events(|kind| matches!(kind, Kind::DuplicateBatch { .. }).then_some(()));
    assert_eq!(known.len(), 1, "the leader has seen it before");
}

#[test]
fn a_repair_ends_each_harm() {
    type Change = fn(&mut Value);
    let producer: Change = |script| {
        script["producers"][0]["config"]["acks"] = json!("all");
        script["topics"][0]["config"] = json!({ "min.insync.replicas": 2 });
    };
    let listening: Change = |script| {
        script["producers"][0]["config"] = json!({ "acks": "1", "linger.ms": 0 });
    };
    let flushed: Change = |script| script["topics"][0]["config"] = json!({ "flush.messages": 1 });
    let clean: Change = |script| {
        script["topics"][0]["config"]["unclean.leader.election.enable"] = json!(false);
    };
    let by_hand: Change = |script| {
        let group = &mut script["groups"][0];
        group["config"]["enable.auto.commit"] = json!(false);
        group["commit"] = json!("sync-after");
        // Its moment was an automatic commit.
        script["actions"][0]["when"] = json!({ "event": "processed", "record": 2 });
    };
    let known: Change = |script| script["groups"][0]["idempotent"] = json!(true);
    for (id, repair) in [
        ("acks-0-shaky-network", producer),
        ("acks-1-leader-dies", producer),
        ("retries-0", listening),
        ("power-cut", flushed),
        ("unclean-election", clean),
        ("auto-commit-hand-off", by_hand),
        ("seven-messages", known),
    ] {
        let it = told_but(id, repair);
        assert_eq!(it.with_fate("lost"), [0u32; 0], "{id}");
        assert_eq!(it.with_fate("duplicated").iter().filter(|r| **r > 4).count(), 0, "{id}");
    }
}

#[test]
fn the_record_that_is_too_large_fails_where_nobody_looks() {
    let it = outcome(&lesson("record-too-large"));
    let failed = it.events(|kind| match kind {
        Kind::BatchFailed { records, error, .. } => Some((records[0].0, *error)),
        _ => None,
    });
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].1, (3, KafkaError::RecordTooLarge));
    let looking = told_but("record-too-large", |script| {
        script["producers"][0]["style"] = json!("callback");
    });
    assert_eq!(looking.with_fate("reported"), [3]);
}

#[test]
fn a_process_crash_in_place_of_the_power_cut_loses_nothing() {
    let it = told_but("power-cut", |script| {
        script["actions"][0]["do"] = json!({ "crash": "broker-1" });
    });
    assert_eq!(it.with_fate("delivered").len(), 7);
}
