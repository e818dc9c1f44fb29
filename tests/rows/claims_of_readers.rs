//! Popular claims about consumers, brokers and transactions that are wrong or too simple (section 7
//! of the rules): each test is named for the truth.

use ackscope::model::error::KafkaError;
use ackscope::model::group::Removal;
use ackscope::model::trace::Kind;
use ackscope::script::{ConsumerConfig, Version};
use serde_json::{Value, json};

use crate::support::{Outcome, producer, with};
use crate::table::{row, row_but};

fn defaults(version: &str) -> ConsumerConfig {
    ConsumerConfig::defaults(Version::parse(version).expect("a version"))
}

/// One consumer that reads five records, 20 ms each, with these settings besides.
fn reader(config: Value, extra: Value, actions: Value) -> Outcome {
    let mut all = json!({ "auto.offset.reset": "earliest" });
    all.as_object_mut().expect("an object").extend(config.as_object().expect("one").clone());
    let mut group =
        json!({ "id": "billing", "topics": ["orders"], "processing": "20ms", "config": all });
    group.as_object_mut().expect("an object").extend(extra.as_object().expect("one").clone());
    with(json!({
        "producers": producer(json!({}), 5, "0ms", 100),
        "groups": [group],
        "actions": actions,
    }))
}

fn commits(it: &Outcome) -> Vec<(u64, u64)> {
    it.events(|kind| match kind {
        Kind::OffsetCommitted { offset, .. } => Some(*offset),
        _ => None,
    })
}

#[test]
fn auto_commit_stores_what_earlier_polls_returned_so_a_crash_repeats_and_loses_nothing() {
    for at in ["30ms", "50ms", "70ms", "90ms", "110ms"] {
        let config = json!({ "max.poll.records": 2, "auto.commit.interval.ms": 20 });
        let crash = json!([
            { "at": at, "do": { "crash": "billing-1" } },
            { "at": "200ms", "do": { "restart": "billing-1" } },
        ]);
        let it = reader(config, json!({}), crash);
        assert!(it.processed().iter().all(|times| *times >= 1), "a crash at {at}");
    }
}

#[test]
fn auto_commit_happens_in_poll_and_nowhere_else_while_the_application_works() {
    // The interval is over many times while the application works on the records of one poll.
    let config = json!({ "auto.commit.interval.ms": 500 });
    let it = reader(config, json!({ "processing": "10s" }), json!([]));
    let done = it.events(|kind| matches!(kind, Kind::Processed { .. }).then_some(()));
    let last_us = done.last().expect("all are processed").0;
    let news: Vec<_> = commits(&it).into_iter().filter(|(_, offset)| *offset > 0).collect();
    assert_eq!(news.len(), 1);
    assert!(news[0].0 > last_us);
}

#[test]
fn commit_sync_stores_what_poll_returned_whether_it_is_processed_or_not() {
    let it = row(66);
    let committed = it.at_us(|kind| matches!(kind, Kind::OffsetCommitted { offset: 3, .. }));
    let first = it.at_us(|kind| matches!(kind, Kind::Processed { .. }));
    assert!(committed < first);
}

#[test]
fn zombies_are_refused_by_their_generation_and_their_side_effects_are_not() {
    let it = row(71);
    assert!(it.events(|kind| matches!(kind, Kind::CommitFailed { .. }).then_some(())).len() == 1);
    assert_eq!(it.processed()[2], 2);
}

#[test]
fn max_poll_interval_ms_catches_slow_processing_and_session_timeout_ms_does_not() {
    let slow = |longer: &str| {
        let stall = json!([{ "when": { "event": "polled", "record": 1 },
            "do": { "stall": { "consumer": "billing-1", "for": longer } } }]);
        let it = reader(json!({}), json!({ "members": 2 }), stall);
        let gone = it.events(|kind| match kind {
            Kind::MemberRemoved { why, .. } => Some(*why),
            _ => None,
        });
        gone.into_iter().map(|(_, why)| why).collect::<Vec<_>>()
    };
    assert!(slow("200s").is_empty(), "more than four sessions");
    assert_eq!(slow("310s"), [Removal::Left], "the client itself leaves");
}

#[test]
fn session_timeout_ms_is_45_s_since_3_0_and_was_10_s_before() {
    let us = |version: &str| defaults(version).session_timeout_us;
    assert_eq!((us("2.8"), us("3.0"), us("4.1")), (10_000_000, 45_000_000, 45_000_000));
}

#[test]
fn read_uncommitted_reads_nothing_above_the_high_watermark_either() {
    // Followers fetch slowly: what the leader alone has is not there for anybody.
    let it = with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "50ms" }] },
        "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 1, "1ms", 100),
    }));
    let acked_us = it.acked_us(1);
    let read_us = it.at_us(|kind| matches!(kind, Kind::Fetched { .. }));
    assert!(read_us > acked_us + 40_000, "{acked_us} {read_us}");
}

#[test]
fn aborted_records_stay_in_the_log_and_careful_readers_skip_them() {
    let it = row(86);
    assert!(it.log(1).iter().any(|(_, record)| *record == 1));
    let careful = it.events(|kind| match kind {
        Kind::Processed { consumer, record, .. } if consumer.0 == 0 => Some(record.0),
        _ => None,
    });
    assert!(careful.iter().all(|(_, record)| *record > 4));
}

#[test]
fn commit_transaction_returns_before_anybody_can_see_the_records() {
    let it = row_but(92, |script| {
        script["actions"] = json!([]);
        script["groups"][0]["running"] = json!(1);
        script["topics"] = json!([{ "name": "orders", "partitions": 2 }]);
    });
    let returned_us = it.at_us(|kind| matches!(kind, Kind::TransactionEnded { commit: true, .. }));
    let decided_us = it.at_us(|kind| matches!(kind, Kind::TransactionChanged { metadata, .. } if metadata.state.decided() == Some(true)));
    let seen_us = it.at_us(|kind| matches!(kind, Kind::Polled { .. }));
    assert!(decided_us < returned_us && returned_us < seen_us);
}

#[test]
fn exactly_once_does_not_cover_what_is_outside_of_kafka() {
    let it = row(88);
    let input = &it.report.records[0];
    assert_eq!((input.processed, input.effects), (2, 1));
}

#[test]
fn an_offset_commit_needs_no_min_isr_but_waits_for_the_high_watermark() {
    let of = |min_isr: u32| {
        with(json!({
            "topics": [{ "name": "orders", "replicas": [[2]] }],
            "cluster": { "config": { "min.insync.replicas": min_isr } },
            "producers": producer(json!({ "acks": "1" }), 2, "1ms", 100),
            "groups": [{ "id": "billing", "topics": ["orders"], "processing": "1ms", "commit": "sync-after",
                "config": { "auto.offset.reset": "earliest", "enable.auto.commit": false } }],
            "actions": [{ "at": "0ms", "do": { "crash": "broker-1" } }, { "at": "0ms", "do": { "crash": "broker-3" } }],
            "until": "60s",
        }))
    };
    // The coordinator is alone in its ISR: with one needed the commit is stored.
    assert!(!commits(&of(1)).is_empty());
    // With two it is appended, and waits for a high watermark that stands still.
    let stuck = of(2);
    assert!(commits(&stuck).is_empty());
    let refused = stuck.events(|kind| match kind {
        Kind::CommitFailed { error, .. } => Some(*error),
        _ => None,
    });
    assert!(!refused.is_empty());
    assert!(refused.iter().all(|(_, error)| *error == KafkaError::CoordinatorNotAvailable));
}

#[test]
fn replica_lag_time_max_ms_is_30_s_since_2_5() {
    use ackscope::script::BrokerConfig;
    let us = |version: &str| {
        BrokerConfig::defaults(Version::parse(version).expect("a version")).replica_lag_time_max_us
    };
    assert_eq!((us("2.4"), us("2.5")), (10_000_000, 30_000_000));
}
