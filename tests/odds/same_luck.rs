//! What the odds say of settings, and that they say the truth about single runs.

use ackscope::lab::hazard::Risk;
use ackscope::lab::odds::Comparison;
use ackscope::lab::replay;
use ackscope::script::{Action, Do, Duration, Script};
use serde_json::json;

use crate::{lesson, script, trials};

/// Records for three seconds, on brokers that are 30 ms apart: a follower asks for more 60 ms after
/// it was last answered, and what was acknowledged meanwhile only the leader has.
fn workload() -> Script {
    script(&json!({
        "kafka": "4.1",
        "network": { "latency": "1ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "30ms" }] },
        "topics": [{ "name": "orders", "config": { "min.insync.replicas": 2 } }],
        "producers": [{
            "config": { "acks": "1" },
            "sends": [{ "topic": "orders", "count": 120, "every": "25ms", "keys": ["a", "b", "c"] }],
        }],
        "groups": [{ "id": "billing", "topics": ["orders"], "config": { "auto.offset.reset": "earliest" } }],
    }))
}

#[test]
fn acks_all_loses_nothing_where_acks_1_does_and_the_worst_run_can_be_seen() {
    let acks_1 = workload();
    let mut acks_all = workload();
    acks_all.set_everywhere("acks", "all").expect("a setting");
    let first = trials(&acks_1, "broker-crash=10/min");
    let second = first.with(&acks_all).expect("it can be run");
    let both = Comparison::of((&first, &second), 0..100);
    assert!(both.first.lost.runs >= 5, "{:?}", both.first.lost);
    assert_eq!(both.second.lost.runs, 0);
    let difference = both.report().difference.lost;
    assert!(difference.high < 0, "{difference:?}");
    assert_eq!(difference.only_first, both.first.lost.runs);
    // The same faults at the same times.
    assert_eq!(first.plan().draw(7), second.plan().draw(7));

    let worst = both.first.worst.expect("some harm");
    let opened = Script::parse(&first.script(worst.seed).to_json()).expect("a script");
    let replayed = replay(&opened).expect("it can be run");
    assert_eq!(replayed.harms, worst.harms);
    assert!(!replayed.harms.lost.is_empty());
}

/// The probability that a crash at a random moment loses something is the share of the moments at
/// which it does.
#[test]
fn a_random_moment_is_any_moment() {
    let lesson = lesson();
    let trials = trials(&lesson, "script");
    let window_us = trials.plan().window_us();
    let step_us = 1_000;
    let loses = |at_us: u64| {
        let mut script = lesson.clone();
        script.actions.clear();
        let at = |at_us, what| Action {
            at: Some(Duration::from_us(at_us)),
            when: None,
            after: None,
            what,
        };
        script.actions.push(at(at_us, Do::Crash("broker-1".to_owned())));
        script.actions.push(at(at_us + 14_900_000, Do::Restart("broker-1".to_owned())));
        !replay(&script).expect("it can be run").harms.lost.is_empty()
    };
    let moments: Vec<bool> = (0..window_us).step_by(step_us).map(loses).collect();
    let share = moments.iter().filter(|lost| **lost).count() as f64 / moments.len() as f64;
    assert!(share > 0.2 && share < 0.8, "{share}");
    let odds = trials.odds(0..200);
    let lost = odds.lost.of_runs(&odds.totals);
    assert!(lost.holds(share), "{share} is not in {lost:?}");
}

#[test]
fn nothing_happens_where_nothing_can() {
    let trials = trials(&workload(), "");
    let odds = trials.odds(0..3);
    assert_eq!((odds.totals.runs, odds.totals.records, odds.faults), (3, 360, 0));
    assert_eq!((odds.lost.runs, odds.unavailable, odds.worst), (0, 0, None));
    assert_eq!(odds.end_to_end.count(), 360);
    assert!(!crate::hazard("drop=1%").risks.contains(&Risk::Script));
}

#[test]
fn a_run_a_little_at_a_time_is_the_same_run() {
    let trials = trials(&lesson(), "broker-crash=1/s,for=300ms");
    for seed in 0..20 {
        let whole = trials.run(seed);
        let (mut trying, mut turns) = (trials.begin(seed), 0);
        let parts = loop {
            turns += 1;
            match trying.go_on(97) {
                Ok(trial) => break trial,
                Err(unfinished) => trying = unfinished,
            }
        };
        assert_eq!(turns, 1 + whole.replay.steps / 97, "seed {seed}");
        assert_eq!(format!("{parts:?}"), format!("{whole:?}"), "seed {seed}");
    }
}
