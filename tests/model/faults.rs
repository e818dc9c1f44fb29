//! Faults of machines, links and clients.

use ackscope::model::ids::{BrokerId, PartitionId};
use ackscope::model::trace::Kind;
use ackscope::verdict::Place;
use ackscope::verdict::report::RecordReport;
use serde_json::{Value, json};

use crate::support::{Outcome, producer, with};

fn one_record(config: Value, actions: Value) -> Outcome {
    with(json!({ "producers": producer(config, 1, "1ms", 100), "actions": actions }))
}

fn at(time: &str, what: Value) -> Value {
    json!({ "at": time, "do": what })
}

#[test]
fn a_crash_keeps_the_page_cache_and_a_power_cut_does_not() {
    let story = |fault: &str| {
        with(json!({
            "topics": [{ "name": "orders", "replication_factor": 1, "replicas": [[1]] }],
            "groups": [],
            "producers": producer(json!({}), 1, "1ms", 100),
            "actions": [at("1s", json!({ fault: "broker-1" })), at("2s", json!({ "restart": "broker-1" }))],
        }))
    };
    assert_eq!(story("crash").with_fate("delivered"), [1]);
    let dark = story("power-cut");
    assert_eq!(dark.with_fate("lost"), [1], "{}", dark.trace_text());
    let record = &dark.report.records[0];
    assert_eq!((record.told.as_str(), record.place), ("acked", Some(Place::PageCache)));
}

#[test]
fn what_the_operating_system_wrote_back_survives_a_power_cut() {
    let story = |at_s: u32| {
        with(json!({
            "topics": [{ "name": "orders", "replication_factor": 1, "replicas": [[1]] }],
            "groups": [],
            "producers": producer(json!({}), 1, "1ms", 100),
            "actions": [
                at(&format!("{at_s}s"), json!({ "power-cut": "broker-1" })),
                at(&format!("{}s", at_s + 5), json!({ "restart": "broker-1" })),
            ],
        }))
    };
    assert_eq!(story(29).with_fate("lost"), [1]);
    assert_eq!(story(36).with_fate("delivered"), [1]);
}

#[test]
fn a_silent_machine_is_noticed_by_the_request_timeout_and_a_dead_process_at_once() {
    let retried_us = |fault: &str| {
        let outcome = one_record(
            json!({ "acks": "1", "linger.ms": 0 }),
            json!([at("10500us", json!({ fault: "broker-1" }))]),
        );
        assert_eq!(outcome.with_fate("delivered"), [1], "{}", outcome.trace_text());
        outcome.at_us(|kind| matches!(kind, Kind::BatchRetried { .. })) - 10_000
    };
    assert!(retried_us("crash") < 5_000);
    assert_eq!(retried_us("power-cut"), 30_000_000);
}

#[test]
fn an_orderly_stop_moves_the_leadership_first_and_flushes() {
    let outcome = with(json!({
        "producers": producer(json!({ "acks": "all" }), 20, "10ms", 100),
        "actions": [at("100ms", json!({ "shutdown": "broker-1" })), at("5s", json!({ "restart": "broker-1" }))],
    }));
    assert_eq!(outcome.with_fate("delivered").len(), 20, "{}", outcome.trace_text());
    assert_eq!(outcome.elected(), [2]);
    let began_us = outcome.at_us(|kind| matches!(kind, Kind::ShutdownBegan { .. }));
    let stopped_us = outcome.at_us(|kind| matches!(kind, Kind::BrokerStopped { .. }));
    // The others must have heard of the move; they say so with their heartbeats, every 2 s.
    assert!((51_000..4_100_000).contains(&(stopped_us - began_us)), "{}", stopped_us - began_us);
    let fenced = outcome.events(|kind| matches!(kind, Kind::BrokerFenced { .. }).then_some(()));
    assert!(fenced.is_empty(), "no session has to end: the broker has said goodbye");
    let registered_us = outcome.at_us(|kind| matches!(kind, Kind::BrokerRegistered { .. }));
    assert!(registered_us < 7_010_000, "neither has one before it may return");
}

#[test]
fn a_broker_that_leads_nothing_stops_at_once() {
    let stopped_us = |broker: &str| {
        let actions = json!([at("100ms", json!({ "shutdown": broker }))]);
        let outcome = with(json!({ "groups": [], "actions": actions }));
        outcome.at_us(|kind| matches!(kind, Kind::BrokerStopped { .. })) - 100_000
    };
    assert_eq!(stopped_us("broker-2"), 2_000, "one request and its response");
    assert!(stopped_us("broker-1") > 50_000);
}

#[test]
fn the_last_in_sync_replica_may_stop_and_takes_its_partitions_along() {
    let outcome = with(json!({
        "groups": [],
        "topics": [{ "name": "orders", "replication_factor": 1 }],
        "producers": producer(json!({ "acks": "all" }), 1, "1ms", 100),
        "actions": [at("1s", json!({ "shutdown": "broker-1" })), at("20s", json!({ "restart": "broker-1" }))],
    }));
    let offline_us = outcome.at_us(|kind| matches!(kind, Kind::PartitionOffline { .. }));
    let stopped_us = outcome.at_us(|kind| matches!(kind, Kind::BrokerStopped { .. }));
    assert!(offline_us < stopped_us && stopped_us < 6_000_000, "it does not wait for 5 minutes");
    assert_eq!(outcome.elected(), [1]);
    assert_eq!(outcome.with_fate("delivered"), [1]);
}

#[test]
fn a_planned_move_loses_what_acks_1_has_not_replicated() {
    let story = |acks: &str| {
        with(json!({
            "network": { "latency": "1ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "30ms" }] },
            "producers": producer(json!({ "acks": acks, "linger.ms": 0 }), 12, "10ms", 100),
            "actions": [{ "when": { "event": "appended", "record": 8 }, "after": "2ms", "do": { "shutdown": "broker-1" } },
                at("5s", json!({ "restart": "broker-1" }))],
        }))
    };
    let one = story("1");
    assert!(!one.with_fate("lost").is_empty(), "{}", one.trace_text());
    assert!(one.report.records.iter().all(|r| r.told == "acked"));
    assert!(story("all").with_fate("lost").is_empty());
}

#[test]
fn a_paused_leader_is_deposed_and_its_late_writes_are_cut_off() {
    let outcome = with(json!({
        "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 3, "10ms", 100),
        "actions": [at("15ms", json!({ "pause": "broker-1" })), at("20s", json!({ "resume": "broker-1" }))],
    }));
    assert_eq!(outcome.elected(), [2]);
    // It comes back, serves what its machine had accepted, and learns only then who leads.
    let late = outcome.events(|kind| match kind {
        Kind::Appended { broker: BrokerId(0), partition: PartitionId(0), entry } => {
            Some(entry.base_offset)
        }
        _ => None,
    });
    assert!(late.iter().any(|(at_us, _)| *at_us >= 20_000_000), "{}", outcome.trace_text());
    let lost = outcome.with_fate("lost");
    assert!(!lost.is_empty(), "{}", outcome.trace_text());
}

#[test]
fn a_short_cut_only_delays() {
    let link = json!({ "from": "producer-1", "to": "broker-1" });
    let outcome = one_record(
        json!({ "acks": "1", "linger.ms": 0 }),
        json!([at("5ms", json!({ "cut": link })), at("4s", json!({ "heal": link }))]),
    );
    assert_eq!(outcome.with_fate("delivered"), [1], "{}", outcome.trace_text());
    assert_eq!(
        outcome.events(|kind| matches!(kind, Kind::BatchRetried { .. }).then_some(())).len(),
        0
    );
    assert!(outcome.acked_us(1) >= 4_000_000);
}

#[test]
fn a_cut_off_leader_goes_on_serving_whoever_reaches_it() {
    // Cut off from the controller and the other brokers, not from the clients.
    let actions = json!([
        at("1s", json!({ "cut": { "from": "broker-1", "to": "controller" } })),
        at("1s", json!({ "cut": { "from": "broker-1", "to": "brokers" } })),
        at("40s", json!({ "heal": { "from": "broker-1", "to": "controller" } })),
        at("40s", json!({ "heal": { "from": "broker-1", "to": "brokers" } })),
    ]);
    let story = |acks: &str| {
        with(json!({
            "producers": [{ "config": { "acks": acks }, "sends": [{ "topic": "orders", "count": 1, "start": "5s" }] }],
            "actions": actions,
        }))
    };
    let one = story("1");
    assert_eq!(one.with_fate("lost"), [1], "{}", one.trace_text());
    let all = story("all");
    assert!(all.with_fate("lost").is_empty(), "{}", all.trace_text());
    assert_eq!(all.with_fate("delivered"), [1], "{}", all.trace_text());
}

#[test]
fn a_lost_response_is_a_duplicate_without_idempotence() {
    let lose =
        json!({ "lose": { "client": "producer-1", "server": "broker-1", "what": "response" } });
    let story = |idempotent: bool| {
        one_record(
            json!({ "acks": "all", "enable.idempotence": idempotent }),
            json!([at("5ms", lose.clone())]),
        )
    };
    assert_eq!(story(false).with_fate("duplicated"), [1]);
    assert_eq!(story(true).with_fate("delivered"), [1]);
}

#[test]
fn a_lost_request_is_sent_again_and_with_acks_0_it_is_gone() {
    let lose =
        json!({ "lose": { "client": "producer-1", "server": "broker-1", "what": "request" } });
    let story = |acks: &str| one_record(json!({ "acks": acks }), json!([at("5ms", lose.clone())]));
    assert_eq!(story("1").with_fate("delivered"), [1]);
    let none = story("0");
    assert_eq!(none.with_fate("lost"), [1]);
    assert_eq!(none.report.records[0].place, Some(Place::Network));
}

fn lose_some(what: &str, per_million: u32) -> Value {
    json!({ "lose-some": {
        "client": "producers", "server": "brokers", "what": what, "per_million": per_million,
    } })
}

#[test]
fn some_are_lost_until_none_are() {
    let outcome = with(json!({
        "producers": producer(json!({ "acks": "1", "retries": 0 }), 4, "10s", 100),
        "actions": [
            at("5s", lose_some("request", 1_000_000)),
            at("15s", lose_some("response", 1_000_000)),
            at("15s", lose_some("request", 0)),
            at("25s", lose_some("response", 0)),
        ],
    }));
    let fates: Vec<&str> = outcome.report.records.iter().map(|r| r.fate.word()).collect();
    assert_eq!(fates, ["delivered", "reported", "ghost", "delivered"]);
}

#[test]
fn two_settings_lose_the_same_requests() {
    // One record each second, and each one's request is the next on the link, acked or not.
    let lost = |acks: &str, seed: u32| {
        let outcome = with(json!({
            "seed": seed,
            "producers": producer(json!({ "acks": acks, "retries": 0 }), 40, "1s", 100),
            "actions": [at("0ms", lose_some("request", 300_000))],
        }));
        let is_lost = |r: &&RecordReport| r.stored.is_empty();
        outcome.report.records.iter().filter(is_lost).map(|r| r.id).collect::<Vec<u32>>()
    };
    let (some, same, other) = (lost("1", 7), lost("0", 7), lost("1", 8));
    assert!((4..=20).contains(&some.len()), "of 40 at three in ten: {some:?}");
    assert_eq!(some, same);
    assert_ne!(some, other);
}

#[test]
fn a_killed_producer_takes_its_accumulator_along() {
    let outcome = with(json!({
        "producers": producer(json!({ "linger.ms": 1000, "delivery.timeout.ms": 60000 }), 3, "1ms", 100),
        "actions": [at("500ms", json!({ "crash": "producer-1" }))],
    }));
    assert_eq!(outcome.with_fate("lost"), [1, 2, 3]);
    assert!(
        outcome
            .report
            .records
            .iter()
            .all(|r| r.place == Some(Place::Accumulator) && r.told == "nothing")
    );
    let closed = with(json!({
        "producers": producer(json!({ "linger.ms": 1000 }), 3, "1ms", 100),
        "actions": [at("500ms", json!({ "shutdown": "producer-1" }))],
    }));
    assert_eq!(closed.with_fate("delivered"), [1, 2, 3], "close() sends what is buffered");
    assert!(closed.acked_us(1) < 600_000);
}

#[test]
fn a_killed_consumer_reads_again_what_it_had_not_committed() {
    let story = |commit: &str, fault: &str| {
        let config = json!({ "auto.offset.reset": "earliest", "enable.auto.commit": false });
        with(json!({
            "producers": producer(json!({}), 5, "1ms", 100),
            "groups": [{ "id": "billing", "topics": ["orders"], "config": config, "processing": "10ms", "commit": commit }],
            "actions": [
                { "when": { "event": "processed", "record": 3 }, "after": "1ms", "do": { fault: "billing-1" } },
                at("5s", json!({ "restart": "billing-1" }))
            ],
        }))
    };
    let after = story("sync-after", "crash");
    assert_eq!(after.processed(), [2, 2, 2, 1, 1], "{}", after.trace_text());
    let before = story("sync-before", "crash");
    assert_eq!(before.processed(), [1, 1, 1, 0, 0]);
    assert_eq!(before.with_fate("lost"), [4, 5], "at most once: committed, and never processed");
    assert_eq!(before.report.records[3].place, Some(Place::SkippedByTheConsumer));
}

#[test]
fn close_in_the_middle_of_a_batch_commits_what_was_not_processed() {
    let story = |auto: bool, fault: &str| {
        let config = json!({ "auto.offset.reset": "earliest", "enable.auto.commit": auto });
        with(json!({
            "producers": producer(json!({}), 5, "1ms", 100),
            "groups": [{ "id": "billing", "topics": ["orders"], "config": config, "processing": "10ms" }],
            "actions": [
                { "when": { "event": "processed", "record": 3 }, "after": "1ms", "do": { fault: "billing-1" } },
                at("5s", json!({ "restart": "billing-1" }))
            ],
        }))
    };
    assert_eq!(story(true, "shutdown").with_fate("lost"), [4, 5]);
    assert_eq!(story(true, "crash").with_fate("lost"), [0_u32; 0], "a crash commits nothing");
    assert_eq!(story(false, "shutdown").with_fate("duplicated"), [1, 2, 3]);
}

/// Two replicas; the follower goes first, then the leader loses its page cache, then the follower
/// returns before it.
fn last_replica_standing(elr: u32) -> Outcome {
    with(json!({
        "cluster": { "config": { "eligible.leader.replicas.version": elr } },
        "topics": [{ "name": "orders", "replication_factor": 2, "config": { "min.insync.replicas": 2 } }],
        "groups": [],
        "producers": producer(json!({ "acks": "all" }), 5, "10ms", 100),
        "actions": [
            at("1s", json!({ "shutdown": "broker-2" })),
            at("3s", json!({ "power-cut": "broker-1" })),
            at("20s", json!({ "restart": "broker-1" })),
            at("40s", json!({ "restart": "broker-2" }))
        ],
    }))
}

#[test]
fn eligible_leader_replicas_save_what_the_last_replica_standing_lost() {
    let without = last_replica_standing(0);
    assert_eq!(without.with_fate("lost").len(), 5, "{}", without.trace_text());
    let with_elr = last_replica_standing(1);
    assert_eq!(with_elr.with_fate("lost").len(), 0, "{}", with_elr.trace_text());
    assert_eq!(with_elr.elected(), [2]);
}

#[test]
fn the_preferred_replica_leads_again_when_leaderships_are_balanced() {
    let story = |balance: bool| {
        let mut actions = vec![
            at("1s", json!({ "crash": "broker-1" })),
            at("15s", json!({ "restart": "broker-1" })),
        ];
        if balance {
            actions.push(at("30s", json!("elect-preferred")));
        }
        with(json!({ "actions": actions })).elected()
    };
    assert_eq!(story(false), [2]);
    assert_eq!(story(true), [2, 1]);
}
