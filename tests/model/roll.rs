//! Brokers that come back with other settings, one after the other (`roll`): in which order, with which
//! settings, and what becomes of those that are down or do not come back.

use ackscope::model::ids::BrokerId;
use ackscope::model::trace::Kind;
use ackscope::verdict::Fate;
use serde_json::{Value, json};

use crate::support::{Outcome, producer, with};

fn roll(at: &str, config: Value) -> Value {
    json!({ "at": at, "do": { "roll": { "config": config } } })
}

/// The brokers that started again, with the action that gave them their settings.
fn starts(it: &Outcome) -> Vec<(u16, Option<u16>)> {
    let starts = it.events(|kind| match kind {
        Kind::BrokerRestarted { broker, since } => Some((broker.0 + 1, *since)),
        _ => None,
    });
    starts.into_iter().map(|(_, start)| start).collect()
}

#[test]
fn each_starts_again_when_the_one_before_is_in_sync() {
    let it = with(json!({
        "producers": producer(json!({ "acks": "all" }), 200, "50ms", 100),
        "actions": [roll("1s", json!({ "replica.lag.time.max.ms": 5_000 }))],
    }));
    assert_eq!(starts(&it), [(1, Some(0)), (2, Some(0)), (3, Some(0))]);
    // Each stops in order, after the last one has joined the ISR.
    let back = |number: u16| {
        let joined = |isr: &[BrokerId]| isr.iter().any(|broker| broker.0 + 1 == number);
        it.at_us(|kind| matches!(kind, Kind::IsrExpanded { partition, isr } if partition.0 == 0 && joined(isr)))
    };
    let stops = it.events(|kind| match kind {
        Kind::ShutdownBegan { broker } => Some(broker.0 + 1),
        _ => None,
    });
    assert_eq!(stops.iter().map(|(_, broker)| *broker).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(stops[1].0 > back(1) && stops[2].0 > back(2), "{}", it.trace_text());
    let fates: Vec<Fate> = it.report.records.iter().map(|record| record.fate).collect();
    assert!(fates.iter().all(|fate| *fate == Fate::Delivered), "nobody loses anything");
}

/// How long after it was cut off at 60 s a follower left the ISR.
fn lag_us(actions: &[Value]) -> u64 {
    let cut = json!({ "at": "60s", "do": { "cut": { "from": "broker-3", "to": "brokers" } } });
    let actions: Vec<Value> = actions.iter().cloned().chain([cut]).collect();
    let it = with(json!({
        "actions": actions,
        "cluster": { "config": { "replica.lag.time.max.ms": 20_000 } },
        "producers": producer(json!({ "acks": "1" }), 120, "1s", 100),
    }));
    let shrank = it.events(|kind| match kind {
        Kind::IsrShrunk { partition, .. } if partition.0 == 0 => Some(()),
        _ => None,
    });
    shrank.iter().map(|(at_us, ())| *at_us).find(|at_us| *at_us > 60_000_000).expect("it left")
        - 60_000_000
}

#[test]
fn what_they_come_back_with_is_in_force_from_then_on() {
    let before = lag_us(&[]);
    assert!((20_000_000..32_000_000).contains(&before), "{before}");
    let after = lag_us(&[roll("1s", json!({ "replica.lag.time.max.ms": 2_000 }))]);
    assert!((2_000_000..3_500_000).contains(&after), "{after}");
    // A second one builds upon the first, and takes back what that gave.
    let again = [
        roll("1s", json!({ "replica.lag.time.max.ms": 2_000 })),
        roll("30s", json!({ "replica.lag.time.max.ms": null, "replica.fetch.wait.max.ms": 400 })),
    ];
    assert!(lag_us(&again) > 29_000_000, "the default is 30 s");
}

#[test]
fn who_is_down_is_passed_over_and_has_the_settings_with_its_next_start() {
    let it = with(json!({ "actions": [
        { "at": "500ms", "do": { "crash": "broker-2" } },
        roll("1s", json!({ "replica.lag.time.max.ms": 5_000 })),
        { "at": "60s", "do": { "restart": "broker-2" } },
    ] }));
    assert_eq!(starts(&it), [(1, Some(1)), (3, Some(1)), (2, Some(1))]);
}

#[test]
fn the_rest_are_left_alone_if_one_does_not_come_back() {
    let it = with(json!({ "actions": [
        roll("1s", json!({ "replica.lag.time.max.ms": 5_000 })),
        { "when": { "event": "restarted", "entity": "broker-1" }, "do": { "cut": { "from": "broker-1", "to": "brokers" } } },
    ] }));
    assert_eq!(starts(&it), [(1, Some(0))]);
    assert!(it.run.end.settled, "nobody waits for ever");
}

#[test]
fn who_has_just_begun_to_start_begins_anew() {
    let it = with(json!({ "actions": [
        { "at": "500ms", "do": { "crash": "broker-1" } },
        { "at": "900ms", "do": { "restart": "broker-1" } },
        roll("901ms", json!({ "replica.lag.time.max.ms": 5_000 })),
    ] }));
    assert_eq!(starts(&it)[..2], [(1, None), (1, Some(2))]);
    assert_eq!(starts(&it).len(), 4);
}
