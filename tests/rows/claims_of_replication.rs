//! Popular claims about brokers and replication that are wrong or too simple (section 7 of the
//! rules): each test is named for the truth.

use ackscope::model::trace::{FlushReason, Kind};
use serde_json::{Value, json};

use crate::producer::{count, fates};
use crate::support::{Outcome, crashed, producer, with};
use crate::table::{row, row_but};

/// Five records with these settings, and what happens to the brokers.
fn sent(config: Value, topic: Value, actions: Value) -> Outcome {
    with(json!({
        "topics": [topic],
        "producers": producer(config, 5, "10ms", 100),
        "actions": actions,
    }))
}

#[test]
fn acks_all_waits_for_those_in_sync_which_may_be_one() {
    // Two followers die; when they are fenced, one replica is all.
    let dead = json!([{ "at": "1ms", "do": { "crash": "broker-2" } }, { "at": "1ms", "do": { "crash": "broker-3" } }]);
    let it = sent(json!({ "acks": "all" }), json!({ "name": "orders" }), dead);
    assert_eq!(it.told(), ["acked"; 5]);
    assert!(it.report.records.iter().all(|record| record.stored[0].brokers.len() == 1));
}

#[test]
fn acks_all_with_min_insync_replicas_2_waits_for_every_member_of_the_isr() {
    // The third replica is slow and in sync: two would be enough for min.insync.replicas.
    let slow = |follower: &str| {
        let it = with(json!({
            "topics": [{ "name": "orders", "config": { "min.insync.replicas": 2 } }],
            "network": { "latency": "1ms", "links": [{ "from": follower, "to": "broker-1", "latency": "100ms" }] },
            "producers": producer(json!({ "linger.ms": 0 }), 1, "1ms", 100),
        }));
        it.acked_us(1)
    };
    assert!(slow("broker-3") > 200_000 && slow("broker-2") > 200_000);
}

#[test]
fn min_insync_replicas_rejects_nothing_of_acks_1_but_freezes_what_readers_see_since_3_7() {
    let alone = |kafka: &str| {
        let mut script = json!({ "kafka": kafka });
        let cut = json!([
            { "at": "1ms", "do": { "crash": "broker-2" } }, { "at": "1ms", "do": { "crash": "broker-3" } },
        ]);
        let changes = json!({
            "topics": [{ "name": "orders", "config": { "min.insync.replicas": 2 } }],
            "producers": [{ "config": { "acks": "1" }, "sends": [{ "topic": "orders", "count": 3, "start": "20s", "keys": ["a"] }] }],
            "actions": cut,
        });
        let all = script.as_object_mut().expect("an object");
        all.extend(changes.as_object().expect("an object").clone());
        with(script)
    };
    let frozen = alone("4.1");
    assert_eq!(frozen.told(), ["acked"; 3]);
    assert_eq!(frozen.processed(), [0; 3]);
    assert_eq!(alone("3.6").processed(), [1; 3]);
}

#[test]
fn when_the_isr_shrinks_during_a_write_the_error_is_a_timeout_since_3_7() {
    assert_eq!(row(41).told(), ["failed(TimeoutException)"]);
    assert_eq!(row(42).told(), ["failed(NotEnoughReplicasAfterAppendException)"]);
}

#[test]
fn acked_with_acks_all_is_in_page_caches_and_on_no_disk() {
    let it = row(50);
    assert!(it.told().iter().all(|told| *told == "acked"));
    assert!(!it.with_fate("lost").is_empty());
}

#[test]
fn flush_messages_1_is_a_synchronous_flush() {
    let it = row(51);
    assert!(it.with_fate("lost").is_empty());
    let acked_us = it.acked_us(1);
    let flushed = it.events(|kind| match kind {
        Kind::Flushed { reason: FlushReason::FlushMessages, partition, .. } if partition.0 == 0 => {
            Some(())
        }
        _ => None,
    });
    assert!(flushed[0].0 <= acked_us);
}

#[test]
fn log_flush_interval_ms_needs_the_scheduler_to_do_anything() {
    let flushes = |config: Value| {
        let it = with(json!({
            "cluster": { "config": config },
            "producers": producer(json!({}), 20, "1s", 100),
        }));
        count(&it, |kind| matches!(kind, Kind::Flushed { reason: FlushReason::FlushMs, .. }))
    };
    assert_eq!(flushes(json!({ "log.flush.interval.ms": 1000 })), 0);
    let both = json!({ "log.flush.interval.ms": 1000, "log.flush.scheduler.interval.ms": 1000 });
    assert!(flushes(both) > 5);
}

#[test]
fn a_killed_process_loses_nothing_of_its_page_cache_a_machine_does() {
    assert!(row(12).with_fate("lost").is_empty());
    assert!(!row(13).with_fate("lost").is_empty());
}

#[test]
fn the_first_in_sync_replica_is_elected_and_not_the_one_with_the_longest_log() {
    let it = row(8);
    assert!(!it.with_fate("lost").is_empty(), "another replica had it");
}

#[test]
fn planned_moves_lose_acks_1_records_too() {
    let it = row(10);
    assert_eq!(
        count(&it, |kind| matches!(kind, Kind::BrokerCrashed { .. } | Kind::PowerCut { .. })),
        0
    );
    assert!(!it.with_fate("lost").is_empty());
}

#[test]
fn a_dead_follower_leaves_the_isr_by_the_session_timeout_a_slow_one_by_the_lag() {
    let shrunk_us = |action: Value| {
        let it = with(json!({
            "producers": producer(json!({ "acks": "1" }), 80, "1s", 100),
            "actions": [action],
        }));
        it.at_us(|kind| matches!(kind, Kind::IsrShrunk { partition, .. } if partition.0 == 0))
    };
    let dead_us = shrunk_us(json!({ "at": "1s", "do": { "crash": "broker-3" } }));
    assert!((8_000_000..11_200_000).contains(&dead_us), "{dead_us}");
    let stuck = json!({ "at": "1s", "do": { "cut": { "from": "broker-3", "to": "broker-1" } } });
    let stuck_us = shrunk_us(stuck);
    assert!((30_000_000..47_000_000).contains(&stuck_us), "{stuck_us}");
}

#[test]
fn without_unclean_elections_records_are_lost_all_the_same() {
    for number in [13, 50, 55, 76] {
        let text = crate::table::script(number).to_string();
        for asked in ["\"unclean.leader.election.enable\":true", "\"elect-unclean\""] {
            assert!(!text.contains(asked), "row {number}");
        }
        assert!(!row(number).with_fate("lost").is_empty(), "row {number}");
    }
}

#[test]
fn the_last_replica_standing_loses_what_two_had_acknowledged_unless_elr_is_on() {
    assert!(!row(53).with_fate("lost").is_empty());
    assert!(row(54).with_fate("lost").is_empty());
}

#[test]
fn an_old_leader_cuts_its_extra_records_and_merges_nothing() {
    let it = row(7);
    let lost = it.with_fate("lost");
    assert!(!lost.is_empty());
    let cut = it.events(|kind| match kind {
        Kind::Truncated { removed, .. } => {
            Some(removed.iter().flat_map(|entry| entry.records()).map(|(_, id)| id.0).collect())
        }
        _ => None,
    });
    let cut: Vec<u32> = cut.into_iter().flat_map(|(_, ids): (u64, Vec<u32>)| ids).collect();
    assert!(lost.iter().all(|record| cut.contains(record)), "{lost:?} {cut:?}");
}

#[test]
fn a_record_that_was_committed_survives_any_one_crash() {
    for broker in 1..=3 {
        let name = format!("broker-{broker}");
        let crash = json!([{ "when": { "event": "acked", "record": 3 }, "do": { "crash": name } }]);
        let topic = json!({ "name": "orders", "config": { "min.insync.replicas": 2 } });
        let it = sent(json!({ "acks": "all" }), topic, crash);
        fates(&it, &["delivered"; 5]);
        assert_eq!(it.events(|kind| crashed(broker)(kind).then_some(())).len(), 1);
    }
    let unclean = row_but(45, |_| {});
    assert!(!unclean.with_fate("lost").is_empty(), "but no unclean election");
}
