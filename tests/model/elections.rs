//! Elections, settings that change while brokers run, and what depends on the version.

use ackscope::model::ids::{BrokerId, PartitionId};
use ackscope::model::trace::{Kind, TruncateReason};
use serde_json::{Value, json};

use crate::support::{Outcome, crashed, producer, with};

fn at(time: &str, what: Value) -> Value {
    json!({ "at": time, "do": what })
}

/// When a leader of the user's partition was elected, and whether uncleanly.
fn elections(it: &Outcome) -> Vec<(u64, bool)> {
    it.events(|kind| match kind {
        Kind::LeaderElected { partition: PartitionId(0), unclean, .. } => Some(*unclean),
        _ => None,
    })
}

/// Two replicas: the follower dies, the leader goes on alone and dies, the follower comes back.
fn leaderless(more: &[Value]) -> Value {
    let mut actions = vec![
        at("1s", json!({ "crash": "broker-2" })),
        at("20s", json!({ "crash": "broker-1" })),
        at("40s", json!({ "restart": "broker-2" })),
    ];
    actions.extend_from_slice(more);
    json!({
        "groups": [],
        "topics": [{ "name": "orders", "replication_factor": 2 }],
        "producers": [{ "config": { "acks": "all" }, "sends": [
            { "topic": "orders", "count": 1, "start": "10ms" }, { "topic": "orders", "count": 1, "start": "15s" }
        ] }],
        "actions": actions,
    })
}

#[test]
fn allowing_unclean_elections_elects_nobody_before_the_next_sweep() {
    let allow = |time: &str| {
        let config = json!({ "unclean.leader.election.enable": true });
        at(time, json!({ "set": { "topic": "orders", "config": config } }))
    };
    let it = with(leaderless(&[allow("100s")]));
    assert_eq!(elections(&it), [(300_000_000, true)], "{}", it.trace_text());
    assert_eq!(it.with_fate("lost"), [2]);
    // Balancing leaders is no unclean election.
    let balance = at("150s", json!("elect-preferred"));
    assert_eq!(elections(&with(leaderless(&[allow("100s"), balance]))), [(300_000_000, true)]);
    // Allowed before, whoever is unfenced is elected.
    let it = with(leaderless(&[allow("30s")]));
    let (at_us, unclean) = elections(&it)[0];
    assert!(unclean && (42_000_000..43_000_000).contains(&at_us), "{}", it.trace_text());
    // For all brokers it means the topics that do not say otherwise.
    let everywhere = json!({ "set": { "config": { "unclean.leader.election.enable": true } } });
    assert_eq!(elections(&with(leaderless(&[at("100s", everywhere.clone())]))).len(), 1);
    let mut script = leaderless(&[at("100s", everywhere)]);
    script["topics"][0]["config"] = json!({ "unclean.leader.election.enable": false });
    assert!(elections(&with(script)).is_empty());
}

#[test]
fn an_unclean_election_compares_no_logs_either() {
    // broker-2 is cut off first, broker-3 later: it has more. The assignment decides.
    let cut = |time: &str, b: &str| at(time, json!({ "cut": { "from": "broker-1", "to": b } }));
    let it = with(json!({
        "groups": [],
        "topics": [{ "name": "orders", "config": { "unclean.leader.election.enable": true } }],
        "producers": [{ "config": { "acks": "1", "linger.ms": 0 }, "sends": [
            { "topic": "orders", "count": 1, "start": "10ms" }, { "topic": "orders", "count": 1, "start": "2s" },
            { "topic": "orders", "count": 1, "start": "40s" }
        ] }],
        "actions": [cut("1s", "broker-2"), cut("3s", "broker-3"), at("120s", json!({ "crash": "broker-1" }))],
    }));
    assert_eq!((it.elected(), elections(&it)[0].1), (vec![2], true), "{}", it.trace_text());
    assert_eq!(it.with_fate("lost"), [2, 3], "broker-3 was alive and had record 2");
}

#[test]
fn a_follower_joins_when_it_has_what_the_new_leader_began_with() {
    // The new leader's own high watermark is behind: broker-4, in sync and slow, has not fetched from
    // it yet. So broker-3, which was away, has as much as that says, and lacks a committed record.
    let it = with(json!({
        "groups": [],
        "cluster": { "brokers": 4 },
        "network": { "latency": "1ms", "links": [{ "from": "broker-2", "to": "broker-4", "latency": "300ms" }] },
        "topics": [{ "name": "orders", "replicas": [[1, 2, 3, 4]], "replication_factor": 4 }],
        "producers": [{ "config": { "acks": "all", "linger.ms": 0 }, "sends": [
            { "topic": "orders", "count": 1, "start": "10ms" }, { "topic": "orders", "count": 1, "start": "15s" }
        ] }],
        "actions": [
            at("1s", json!({ "crash": "broker-3" })),
            at("14s", json!({ "restart": "broker-3" })),
            { "when": { "event": "acked", "record": 2 }, "do": { "crash": "broker-1" } },
        ],
    }));
    let fetched = it.events(|kind| match kind {
        Kind::Replicated { broker: BrokerId(2), partition: PartitionId(0), entry } => {
            Some(entry.base_offset)
        }
        _ => None,
    });
    let joined = it.events(|kind| match kind {
        Kind::IsrExpanded { partition: PartitionId(0), isr } => {
            isr.contains(&BrokerId(2)).then_some(())
        }
        _ => None,
    });
    let (fetched_us, offset) = fetched[1];
    assert_eq!((offset, it.elected()), (1, vec![2]));
    assert!(fetched_us < joined[0].0, "{fetched_us} {}", joined[0].0);
}

#[test]
fn an_operator_elects_uncleanly_at_once() {
    let it = with(leaderless(&[at("100s", json!("elect-unclean"))]));
    assert_eq!(elections(&it), [(100_000_000, true)]);
    assert_eq!(it.with_fate("lost"), [2]);
    // Where there is a leader, there is nothing to elect.
    let it = with(json!({ "actions": [at("1s", json!("elect-unclean"))] }));
    assert!(elections(&it).is_empty());
}

#[test]
fn another_min_insync_replicas_counts_from_then_on() {
    let set =
        |n: u32| json!({ "set": { "topic": "orders", "config": { "min.insync.replicas": n } } });
    let two = |actions: Value| {
        with(json!({
            "topics": [{ "name": "orders", "replication_factor": 2, "config": { "min.insync.replicas": 2 } }],
            "producers": [{ "config": { "acks": "all" }, "sends": [{ "topic": "orders", "count": 1, "start": "15s" }] }],
            "actions": actions,
        }))
    };
    let down = at("1s", json!({ "crash": "broker-2" }));
    assert_eq!(two(json!([down])).with_fate("reported"), [1]);
    let it = two(json!([down, at("30s", set(1))]));
    assert_eq!(it.with_fate("delivered"), [1]);
    assert!((30_000_000..32_000_000).contains(&it.acked_us(1)), "a retry is accepted");
    // A broker that hears nothing of the controller does not hear of the change.
    let cut =
        at("29s", json!({ "cut": { "from": "controller", "to": "broker-1", "one_way": true } }));
    let it = two(json!([down, cut, at("30s", set(1))]));
    assert!(it.with_fate("delivered").is_empty(), "{}", it.trace_text());
}

#[test]
fn another_min_insync_replicas_forgets_who_was_eligible() {
    let story = |actions: &[Value]| {
        let mut all = vec![
            at("1s", json!({ "shutdown": "broker-2" })),
            at("5s", json!({ "shutdown": "broker-1" })),
            at("30s", json!({ "restart": "broker-2" })),
        ];
        all.extend_from_slice(actions);
        with(json!({
            "groups": [],
            "topics": [{ "name": "orders", "replication_factor": 2, "config": { "min.insync.replicas": 2 } }],
            "actions": all,
        }))
    };
    assert_eq!(story(&[]).elected(), [2], "it was eligible");
    let set = json!({ "set": { "topic": "orders", "config": { "min.insync.replicas": 1 } } });
    assert!(story(&[at("20s", set)]).elected().is_empty());
}

#[test]
fn before_leader_epochs_a_failover_could_cut_what_everybody_had() {
    // The follower has the record and does not know yet that it is committed; it restarts, cuts its
    // log at its high watermark, and before it can fetch, its leader dies (KIP-101's first case).
    let story = |kafka: &str| {
        with(json!({
            "kafka": kafka,
            "groups": [],
            "topics": [{ "name": "orders", "replication_factor": 2, "config": { "unclean.leader.election.enable": false } }],
            "producers": producer(json!({ "acks": "all", "linger.ms": 0 }), 1, "1ms", 100),
            "actions": [
                { "when": { "event": "acked", "record": 1 }, "do": { "crash": "broker-2" } },
                { "when": { "event": "acked", "record": 1 }, "after": "1ms", "do": { "restart": "broker-2" } },
            ],
            "until": "60s",
        }))
    };
    let cut = |it: &Outcome| {
        let reasons = it.events(|kind| match kind {
            Kind::Truncated { broker: BrokerId(1), partition: PartitionId(0), reason, .. } => {
                Some(*reason)
            }
            _ => None,
        });
        reasons.into_iter().map(|(_, reason)| reason).collect::<Vec<_>>()
    };
    assert_eq!(cut(&story("0.10")), [TruncateReason::HighWatermark]);
    assert!(cut(&story("0.11")).is_empty());
}

#[test]
fn a_producer_learns_of_the_new_leader_from_the_error_since_3_7() {
    let retried_us = |kafka: &str| {
        let it = with(json!({
            "kafka": kafka,
            "producers": [{ "config": { "acks": "1", "linger.ms": 0 }, "sends": [{ "topic": "orders", "count": 30, "every": "10ms", "start": "1s" }] }],
            "actions": [at("1s", json!({ "shutdown": "broker-1" }))],
        }));
        let refused = it.events(|kind| match kind {
            Kind::AppendRefused { batch, .. } => Some(batch.records[0]),
            _ => None,
        });
        let (refused_us, record) = refused[0];
        it.acked_us(record.0) - refused_us
    };
    assert!(retried_us("3.7") < 10_000, "no wait: the leader has changed");
    assert!(retried_us("3.6") >= 100_000, "retry.backoff.ms");
}

#[test]
fn a_broker_without_its_disk_cannot_lead_before_the_controller_knows_the_new_one() {
    // One replica, whose disk is replaced while the broker is down.
    let story = |kafka: &str| {
        with(json!({
            "kafka": kafka,
            "groups": [],
            "topics": [{ "name": "orders", "replication_factor": 1 }],
            "producers": producer(json!({ "acks": "all" }), 1, "1ms", 100),
            "actions": [
                at("1s", json!({ "lose-disk": { "broker": "broker-1" } })),
                at("20s", json!({ "restart": "broker-1" })),
                at("40s", json!({ "crash": "broker-3" })),
                at("60s", json!({ "restart": "broker-3" })),
            ],
        }))
    };
    let it = story("3.6");
    let (at_us, unclean) = elections(&it)[0];
    assert!(at_us < 25_000_000 && !unclean, "it is the in-sync replica, with an empty log");
    assert_eq!(it.with_fate("lost"), [1]);
    let it = story("3.9");
    let (at_us, unclean) = elections(&it)[0];
    assert!(at_us > 60_000_000 && !unclean, "with the next election after it was assigned");
    assert_eq!(it.with_fate("lost"), [1]);
}

#[test]
fn a_follower_without_its_log_directory_leaves_the_isr_and_the_broker_stays() {
    let it = with(json!({
        "cluster": { "log_dirs": 2 },
        "producers": producer(json!({ "acks": "all", "linger.ms": 0 }), 10, "100ms", 100),
        "actions": [at("300ms", json!({ "fail-disk": { "broker": "broker-3" } })), at("20s", json!({ "shutdown": "broker-3" })), at("30s", json!({ "restart": "broker-3" }))],
    }));
    assert_eq!(it.with_fate("delivered").len(), 10);
    let left_us =
        it.at_us(|kind| matches!(kind, Kind::IsrShrunk { partition: PartitionId(0), .. }));
    assert!(left_us < 500_000, "the broker says so itself: {left_us}");
    assert_eq!(it.events(|kind| crashed(3)(kind).then_some(())).len(), 0);
    assert_eq!(it.log(3), it.log(1), "repaired, it is back in sync");
    // Versions before 1.0 do not survive it.
    let it = with(json!({
        "kafka": "0.11",
        "cluster": { "log_dirs": 2 },
        "producers": producer(json!({ "acks": "all", "linger.ms": 0 }), 10, "100ms", 100),
        "actions": [at("300ms", json!({ "fail-disk": { "broker": "broker-3" } }))],
    }));
    assert_eq!(it.events(|kind| crashed(3)(kind).then_some(())).len(), 1);
}

#[test]
fn a_slow_disk_delays_what_waits_for_it() {
    let acked_us = |slow: Value, config: Value| {
        let it = with(json!({
            "topics": [{ "name": "orders", "config": config }],
            "producers": [{ "config": { "acks": "1", "linger.ms": 0 }, "sends": [{ "topic": "orders", "count": 1, "start": "1s" }] }],
            "actions": [at("500ms", json!({ "slow-disk": slow }))],
        }));
        it.acked_us(1) - 1_000_000
    };
    let flush = json!({ "flush.messages": 1 });
    let slow = |broker: &str| json!({ "broker": broker, "append": "20ms", "fsync": "300ms" });
    assert_eq!(acked_us(slow("broker-1"), json!({})), 22_000);
    assert_eq!(acked_us(slow("broker-1"), flush.clone()), 322_000);
    assert_eq!(acked_us(slow("broker-2"), flush), 4_050, "acks=1 does not wait for a follower");
}

#[test]
fn packets_that_a_link_drops_come_later_and_in_order() {
    let story = |per_million: u32| {
        let drop = json!({ "from": "producer-1", "to": "broker-1", "per_million": per_million });
        with(json!({
            "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 40, "20ms", 100),
            "actions": [at("0ms", json!({ "drop": drop }))],
        }))
    };
    let (whole, lossy) = (story(0), story(300_000));
    assert_eq!(lossy.with_fate("delivered").len(), 40);
    assert_eq!(lossy.log(1), whole.log(1), "TCP keeps the order");
    let slow = |it: &Outcome| {
        (1..=40).filter(|n| it.acked_us(*n) > 10_000 + u64::from(n - 1) * 20_000 + 200_000).count()
    };
    assert_eq!(slow(&whole), 0);
    assert!(slow(&lossy) > 5, "{}", slow(&lossy));
}
