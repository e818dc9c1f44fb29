//! Brokers and controller: replication, the ISR, elections, flushes (section 3 of the rules).

use ackscope::model::error::KafkaError;
use ackscope::model::ids::BrokerId;
use ackscope::model::trace::{FlushReason, Kind};
use serde_json::json;

use crate::support::{Outcome, crashed, producer, with};

#[test]
fn an_acknowledgement_of_all_takes_a_fetch_reply_an_append_and_the_next_fetch() {
    let acked_us = |acks: &str, link_ms: u64| {
        let links =
            json!([{ "from": "brokers", "to": "brokers", "latency": format!("{link_ms}ms") }]);
        let outcome = with(json!({
            "network": { "latency": "1ms", "links": links },
            "producers": [{ "config": { "acks": acks, "linger.ms": 0 }, "sends": [{ "topic": "orders", "count": 1, "start": "200ms" }] }],
        }));
        outcome.acked_us(1) - 200_000
    };
    let append_us = 50;
    assert_eq!(acked_us("1", 3), 1_000 + append_us + 1_000);
    // A fetch waits at the leader already; its reply leaves when the append is over.
    assert_eq!(acked_us("all", 3), 1_000 + append_us + 3_000 + append_us + 3_000 + 1_000);
    assert_eq!(acked_us("all", 7) - acked_us("all", 3), 2 * 4_000);
}

#[test]
fn a_fetch_that_lets_the_next_request_in_is_answered_with_its_records() {
    // The second batch waits for its turn: until the last follower's fetch completes the first one.
    let outcome = with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "20ms" }] },
        "producers": producer(json!({ "acks": "all", "linger.ms": 0 }), 2, "1ms", 100),
    }));
    let (append_us, link_us) = (50, 20_000);
    assert_eq!(outcome.acked_us(2) - outcome.acked_us(1), 2 * (append_us + link_us));
}

#[test]
fn acks_all_waits_for_every_in_sync_replica_not_for_min_insync_replicas() {
    let outcome = with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "broker-1", "to": "broker-3", "latency": "40ms" }] },
        "topics": [{ "name": "orders", "config": { "min.insync.replicas": 2 } }],
        "producers": producer(json!({ "acks": "all", "linger.ms": 0 }), 1, "1ms", 100),
    }));
    assert!(outcome.acked_us(1) > 10_000 + 40_000, "{}", outcome.acked_us(1));
}

#[test]
fn a_follower_learns_the_high_watermark_one_fetch_later() {
    let outcome = with(
        json!({ "producers": producer(json!({ "linger.ms": 0 }), 1, "1ms", 100), "until": "100ms" }),
    );
    let world = &outcome.run.world;
    let high_watermark = |broker: usize| {
        world.brokers[broker]
            .replica(ackscope::model::ids::PartitionId(0))
            .expect("a replica")
            .high_watermark
    };
    assert_eq!(high_watermark(0), 1, "the leader knows");
    assert_eq!(high_watermark(1), 0, "the follower's next fetch still waits for data");
    let later = with(
        json!({ "producers": producer(json!({ "linger.ms": 0 }), 1, "1ms", 100), "until": "700ms" }),
    );
    let replica = later.run.world.brokers[1].replica(ackscope::model::ids::PartitionId(0));
    assert_eq!(replica.expect("a replica").high_watermark, 1, "replica.fetch.wait.max.ms is over");
}

#[test]
fn a_dead_broker_is_fenced_nine_to_ten_seconds_after_its_last_heartbeat() {
    for at_ms in [100, 900, 2_700, 4_300] {
        let outcome = with(
            json!({ "actions": [{ "at": format!("{at_ms}ms"), "do": { "crash": "broker-1" } }] }),
        );
        let crash_us = outcome.at_us(crashed(1));
        let fenced_us =
            outcome.at_us(|kind| matches!(kind, Kind::BrokerFenced { broker: BrokerId(0) }));
        // The last heartbeat is up to 2 s older than the crash; sessions are checked every 1.125 s.
        let waited_us = fenced_us - crash_us;
        assert!((7_000_000..=10_126_000).contains(&waited_us), "{at_ms}: {waited_us}");
        assert_eq!(outcome.elected(), [2]);
    }
}

#[test]
fn the_first_in_sync_replica_of_the_assignment_leads_however_short_its_log() {
    let outcome = with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "broker-1", "to": "broker-2", "latency": "60ms" }] },
        "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 10, "10ms", 100),
        "actions": [{ "when": { "event": "acked", "record": 10 }, "after": "5ms", "do": { "crash": "broker-1" } }],
    }));
    assert_eq!(outcome.elected(), [2]);
    let lost = outcome.with_fate("lost");
    assert!(!lost.is_empty());
    let had = outcome.events(|kind| match kind {
        Kind::Replicated { broker: BrokerId(2), entry, .. } => {
            entry.records().next().map(|(_, id)| id.0)
        }
        _ => None,
    });
    for record in lost {
        assert!(had.iter().any(|(_, id)| *id == record), "broker-3 was alive and had {record}");
    }
}

#[test]
fn too_few_in_sync_replicas_refuse_acks_all_and_hide_what_others_write() {
    let story = |acks: &str| {
        with(json!({
            "topics": [{ "name": "orders", "replication_factor": 2, "config": { "min.insync.replicas": 2 } }],
            "producers": [{ "config": { "acks": acks }, "sends": [{ "topic": "orders", "count": 1, "start": "12s" }] }],
            "actions": [{ "at": "1s", "do": { "crash": "broker-2" } }],
        }))
    };
    let all = story("all");
    assert_eq!(all.told(), ["failed(TimeoutException)"]);
    assert_eq!(all.with_fate("reported"), [1]);
    assert!(all.log(1).is_empty(), "nothing was appended");
    let refused = all.events(|kind| match kind {
        Kind::AppendRefused { error, .. } => Some(*error),
        _ => None,
    });
    assert!(refused.iter().all(|(_, error)| *error == KafkaError::NotEnoughReplicas));
    let one = story("1");
    assert_eq!(one.told(), ["acked"]);
    assert_eq!(one.log(1), [(0, 1)]);
    assert_eq!(one.with_fate("pending"), [1], "since 3.7 the high watermark stands still");
}

#[test]
fn acks_all_on_an_isr_of_one_is_a_single_copy() {
    let outcome = with(json!({
        "producers": [{ "config": { "acks": "all" }, "sends": [{ "topic": "orders", "count": 1, "start": "15s" }] }],
        "actions": [{ "at": "1s", "do": { "crash": "broker-2" } }, { "at": "1s", "do": { "crash": "broker-3" } }],
    }));
    assert_eq!(outcome.told(), ["acked"]);
    assert_eq!(outcome.report.records[0].stored[0].brokers.len(), 1);
}

#[test]
fn a_follower_that_lags_for_too_long_leaves_the_isr_and_comes_back() {
    // Every fetch of broker-3 takes 28 s there and back: what it has is always older than
    // replica.lag.time.max.ms (30 s) when the leader hears of it, until nothing new comes.
    let outcome = with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "broker-1", "to": "broker-3", "latency": "14s" }] },
        "producers": producer(json!({ "acks": "1" }), 60, "1s", 100),
        "until": "10min",
    }));
    let shrunk = outcome.events(|kind| match kind {
        Kind::IsrShrunk { partition, isr } if partition.0 == 0 => Some(isr.clone()),
        _ => None,
    });
    assert_eq!(shrunk[0].1, [BrokerId(0), BrokerId(1)]);
    assert!((30_000_000..=46_000_000).contains(&shrunk[0].0), "{}", shrunk[0].0);
    let grown = outcome.events(|kind| match kind {
        Kind::IsrExpanded { partition, isr } if partition.0 == 0 => Some(isr.len()),
        _ => None,
    });
    assert_eq!(grown.last().map(|(_, size)| *size), Some(3));
}

#[test]
fn flush_messages_1_puts_a_record_on_disk_before_the_acknowledgement() {
    let story = |config: serde_json::Value| {
        with(json!({
            "topics": [{ "name": "orders", "config": config }],
            "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 1, "1ms", 100),
            "until": "1s",
        }))
    };
    let (flushed, cached) = (story(json!({ "flush.messages": 1 })), story(json!({})));
    let place = |outcome: &Outcome| outcome.report.records[0].stored[0].brokers["broker-1"];
    assert_eq!((place(&flushed), place(&cached)), ("disk", "page cache"));
    assert_eq!(flushed.acked_us(1) - cached.acked_us(1), 2_000, "the fsync");
}

#[test]
fn log_flush_interval_ms_does_nothing_without_the_scheduler_and_the_system_writes_after_30_s() {
    let first_flush = |config: serde_json::Value| {
        // The last record keeps the run going.
        let outcome = with(json!({
            "cluster": { "config": config },
            "producers": [{ "sends": [
                { "topic": "orders", "count": 1, "start": "10ms" },
                { "topic": "orders", "count": 1, "start": "2min" }
            ] }],
        }));
        let flushes = outcome.events(|kind| match kind {
            Kind::Flushed { reason, .. } => Some(*reason),
            _ => None,
        });
        flushes[0]
    };
    let (at_us, reason) = first_flush(json!({ "log.flush.interval.ms": 1000 }));
    assert_eq!(reason, FlushReason::Writeback);
    assert!((30_000_000..36_000_000).contains(&at_us), "{at_us}");
    let both = json!({ "log.flush.interval.ms": 1000, "log.flush.scheduler.interval.ms": 500 });
    let (at_us, reason) = first_flush(both);
    assert_eq!(reason, FlushReason::FlushMs);
    assert!((1_000_000..2_000_000).contains(&at_us), "{at_us}");
}

#[test]
fn a_broker_that_returns_too_soon_waits_for_its_old_session_to_end() {
    let outcome = with(json!({
        "actions": [{ "at": "3s", "do": { "crash": "broker-1" } }, { "at": "3500ms", "do": { "restart": "broker-1" } }],
    }));
    let registered_us = outcome.at_us(|kind| matches!(kind, Kind::BrokerRegistered { .. }));
    assert!(registered_us > 3_000_000 + 7_000_000, "{registered_us}");
    assert_eq!(outcome.with_fate("delivered").len(), 5);
}

#[test]
fn the_last_in_sync_replica_stays_listed_and_leads_again_when_it_returns() {
    let story = |unclean: bool| {
        with(json!({
            "groups": [],
            "topics": [{ "name": "orders", "replication_factor": 2, "config": { "unclean.leader.election.enable": unclean } }],
            "producers": [{ "config": { "acks": "1" }, "sends": [
                { "topic": "orders", "count": 1, "start": "10ms" },
                { "topic": "orders", "count": 1, "start": "15s" },
                { "topic": "orders", "count": 1, "start": "50s" }
            ] }],
            "actions": [
                { "at": "1s", "do": { "crash": "broker-2" } },
                { "when": { "event": "acked", "record": 2 }, "do": { "crash": "broker-1" } },
                { "at": "30s", "do": { "restart": "broker-2" } },
                { "at": "70s", "do": { "restart": "broker-1" } }
            ],
        }))
    };
    let clean = story(false);
    assert_eq!(clean.elected(), [1], "broker-2 was not in sync: it must wait");
    assert_eq!(clean.with_fate("delivered"), [1, 2, 3], "{}", clean.trace_text());
    let unclean = story(true);
    assert_eq!(unclean.elected()[0], 2);
    assert_eq!(unclean.with_fate("lost"), [2], "committed, and yet gone: {}", unclean.trace_text());
}

#[test]
fn min_insync_replicas_above_the_replication_factor_is_capped_since_3_7() {
    let told = |kafka: &str| {
        let topics = json!([{
            "name": "orders", "replication_factor": 1, "config": { "min.insync.replicas": 2 }
        }]);
        let config = json!({ "acks": "all" });
        let producers = producer(config, 1, "1ms", 100);
        let outcome = with(json!({ "kafka": kafka, "topics": topics, "producers": producers }));
        outcome.report.records[0].told.clone()
    };
    assert_eq!(told("4.1"), "acked");
    assert_eq!(told("3.0"), "failed(TimeoutException)");
}

#[test]
fn a_fetch_that_is_about_to_wait_finds_what_was_appended_because_of_it() {
    // Commits wait on one connection until a dead replica leaves the ISR. Each fetch of a follower
    // then answers one and lets the next one be appended, which it must find: else the queue grows
    // as fast as it shrinks, and the run never settles.
    let it = with(json!({
        "kafka": "4.3",
        "cluster": { "config": { "broker.session.timeout.ms": 4000, "replica.lag.time.max.ms": 3000 } },
        "topics": [{ "name": "orders", "replicas": [[1]] }],
        "producers": producer(json!({ "acks": "1" }), 2, "300ms", 100),
        "groups": [{
            "id": "billing", "topics": ["orders"],
            "config": { "auto.offset.reset": "earliest", "auto.commit.interval.ms": 500 },
        }],
        "actions": [{ "at": "800ms", "do": { "power-cut": "broker-1" } }],
    }));
    assert!(it.run.end.settled && it.run.end.at_us < 10_000_000, "{}", it.run.end.at_us);
}
