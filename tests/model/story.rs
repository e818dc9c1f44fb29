//! The story: acks=1, and the leader dies before its followers have fetched the record.

use std::collections::BTreeSet;

use ackscope::lessons;
use ackscope::model::digest::Digest;
use ackscope::model::ids::{BrokerId, RecordId};
use ackscope::model::trace::{Kind, TraceEvent};
use ackscope::script::Script;
use ackscope::verdict::{Fate, Ledger, Place};
use serde_json::{Value, json};

use crate::support::{Outcome, outcome};

fn story() -> Value {
    let lesson = lessons::find("acks-1-leader-dies").expect("the lesson");
    serde_json::from_str(lesson.script).expect("JSON")
}

fn told(changes: impl FnOnce(&mut Value)) -> Outcome {
    let mut script = story();
    changes(&mut script);
    outcome(&script)
}

/// What the leader had told the application to be safe and no follower ever fetched.
fn acked_and_never_replicated(trace: &[TraceEvent]) -> Vec<u32> {
    let mut acked = BTreeSet::new();
    let mut replicated = BTreeSet::new();
    for event in trace {
        match &event.kind {
            Kind::BatchAcked { batch, .. } => acked.extend(batch.records.clone()),
            Kind::Replicated { entry, .. } => replicated.extend(entry.records().map(|(_, id)| id)),
            _ => {}
        }
    }
    acked.difference(&replicated).map(|id| id.0).collect()
}

#[test]
fn what_no_follower_had_fetched_is_lost_though_acked() {
    let outcome = told(|_| {});
    let expected = acked_and_never_replicated(&outcome.run.trace);
    assert!(!expected.is_empty());
    assert_eq!(outcome.with_fate("lost"), expected);
    assert_eq!(outcome.told(), ["acked"; 10]);
    assert!(outcome.report.settled);
    for record in outcome.report.records.iter().filter(|r| r.fate == Fate::Lost) {
        assert_eq!(record.place, Some(Place::Truncated));
        let chain: Vec<&str> = record.causes.iter().map(|cause| cause.event).collect();
        assert_eq!(chain, ["acked", "crashed", "elected", "truncated"]);
        assert!(record.stored.is_empty() && record.processed == 0);
        assert!(record.causes.windows(2).all(|pair| pair[0].at_us < pair[1].at_us));
    }
}

#[test]
fn before_the_restart_only_the_old_leader_holds_them() {
    let never = told(|script| script["actions"].as_array_mut().unwrap().truncate(1));
    let not_yet = told(|script| script["until"] = json!("14s"));
    assert!(never.report.settled && !not_yet.report.settled);
    for outcome in [never, not_yet] {
        let lost: Vec<_> = outcome.report.records.iter().filter(|r| r.fate == Fate::Lost).collect();
        assert_eq!(lost.len(), 3);
        for record in lost {
            assert_eq!(record.place, Some(Place::OldLeader));
            let holders: Vec<&String> =
                record.stored.iter().flat_map(|c| c.brokers.keys()).collect();
            assert_eq!(holders, ["broker-1"]);
            assert!(!record.stored[0].committed);
            let chain: Vec<&str> = record.causes.iter().map(|cause| cause.event).collect();
            assert_eq!(chain, ["acked", "crashed", "elected"]);
        }
    }
}

#[test]
fn until_the_truncation_the_loss_is_foreseen_but_not_decided() {
    let outcome = told(|_| {});
    let mut ledger = Ledger::new(outcome.run.setup.clone());
    let mut stranded_at = None;
    for event in &outcome.run.trace {
        use ackscope::model::trace::Observer;
        ledger.observe(event);
        let verdict = ledger.verdict(RecordId(7));
        match (&event.kind, stranded_at) {
            (Kind::LeaderElected { leader: BrokerId(1), partition, .. }, None)
                if partition.0 == 0 =>
            {
                assert!(verdict.stranded && verdict.fate == Fate::Pending, "{verdict:?}");
                stranded_at = Some(event.at_us);
            }
            (Kind::Truncated { .. }, Some(_)) => {
                assert_eq!(verdict.fate, Fate::Lost);
                return;
            }
            (_, since) => assert_eq!(verdict.stranded, since.is_some(), "{:?}", event.kind),
        }
    }
    panic!("no truncation");
}

#[test]
fn acks_all_with_two_in_sync_replicas_loses_nothing() {
    let outcome = told(|script| {
        script["producers"][0]["config"]["acks"] = json!("all");
        script["topics"][0]["config"] = json!({ "min.insync.replicas": 2 });
    });
    assert_eq!(
        outcome.with_fate("delivered"),
        (1..=10).collect::<Vec<_>>(),
        "{}",
        outcome.trace_text()
    );
    assert_eq!(outcome.told(), ["acked"; 10]);
    assert!(outcome.report.actions_that_never_came.is_empty(), "the crash happens there too");
}

#[test]
fn acks_0_is_told_before_anybody_has_it() {
    let outcome = told(|script| script["producers"][0]["config"]["acks"] = json!("0"));
    assert_eq!(outcome.told(), ["acked"; 10]);
    let record = &outcome.report.records[7];
    assert_eq!((record.fate, record.place), (Fate::Lost, Some(Place::Network)));
    let chain: Vec<&str> = record.causes.iter().map(|cause| cause.event).collect();
    assert_eq!(chain, ["acked", "crashed", "message-lost"]);
    let stored: Vec<u32> = acked_and_never_replicated(&outcome.run.trace);
    assert_eq!(outcome.with_fate("lost"), stored);
}

#[test]
fn the_same_script_gives_the_same_trace_and_another_seed_another_one() {
    let shaky = |seed: u32| {
        told(|script| {
            script["seed"] = json!(seed);
            script["network"]["jitter"] = json!("2ms");
        })
    };
    let digest = |outcome: &Outcome| Digest::of(&outcome.run.trace);
    assert_eq!(digest(&shaky(1)), digest(&shaky(1)));
    assert_ne!(digest(&shaky(1)), digest(&shaky(2)));
}

#[test]
fn the_lesson_parses_and_writes_back() {
    for lesson in lessons::ALL {
        let script = Script::parse(lesson.script).expect(lesson.id);
        assert_eq!(Script::parse(&script.to_json()).as_ref(), Ok(&script), "{}", lesson.id);
    }
}
