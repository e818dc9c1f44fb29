//! The consumer: positions, commits, resets (section 4.1 and what it needs of the rest).

use ackscope::model::trace::Kind;
use ackscope::verdict::Place;
use serde_json::{Value, json};

use crate::support::{Outcome, producer, with};

fn group(config: Value, processing: &str, commit: &str) -> Value {
    json!([{ "id": "billing", "topics": ["orders"], "config": config, "processing": processing, "commit": commit }])
}

/// The offsets that were stored, in order.
fn stored(outcome: &Outcome) -> Vec<(u64, u64)> {
    outcome.events(|kind| match kind {
        Kind::OffsetCommitted { offset, .. } => Some(*offset),
        _ => None,
    })
}

#[test]
fn automatic_commits_store_what_earlier_polls_returned() {
    let config = json!({ "auto.offset.reset": "earliest", "max.poll.records": 2, "auto.commit.interval.ms": 100 });
    let outcome = with(json!({
        "producers": producer(json!({ "linger.ms": 0 }), 8, "1ms", 100),
        "groups": group(config, "60ms", "never"),
    }));
    let mut processed = 0;
    for event in &outcome.run.trace {
        match &event.kind {
            Kind::Processed { offset, .. } => processed = offset + 1,
            Kind::OffsetCommitted { offset, .. } => {
                assert!(
                    *offset <= processed,
                    "offset {offset} was committed, {processed} processed"
                );
            }
            _ => {}
        }
    }
    assert_eq!(stored(&outcome).last().map(|(_, offset)| *offset), Some(8));
    assert_eq!(outcome.processed(), [1; 8]);
}

#[test]
fn commits_by_hand_come_before_or_after_processing_as_the_application_says() {
    let order = |commit: &str| {
        let config = json!({ "auto.offset.reset": "earliest", "enable.auto.commit": false });
        let outcome = with(json!({
            "producers": producer(json!({}), 1, "1ms", 100),
            "groups": group(config, "5ms", commit),
        }));
        let order = outcome.events(|kind| match kind {
            Kind::Processed { .. } => Some("processed"),
            Kind::OffsetCommitted { .. } => Some("committed"),
            _ => None,
        });
        order.into_iter().map(|(_, what)| what).collect::<Vec<_>>()
    };
    let cases = [
        ("sync-after", vec!["processed", "committed"]),
        ("async-after", vec!["processed", "committed"]),
        ("sync-before", vec!["committed", "processed"]),
        ("never", vec!["processed"]),
    ];
    for (commit, expected) in cases {
        assert_eq!(order(commit), expected, "{commit}");
    }
}

#[test]
fn a_poll_returns_no_more_than_max_poll_records_and_moves_the_position_by_that() {
    let config = json!({ "auto.offset.reset": "earliest", "max.poll.records": 3 });
    let outcome = with(json!({
        "producers": producer(json!({ "linger.ms": 20 }), 8, "1ms", 100),
        "groups": group(config, "1ms", "never"),
    }));
    let polls = outcome.events(|kind| match kind {
        Kind::Polled { position, records, .. } => Some((*position, records.len())),
        _ => None,
    });
    let polls: Vec<_> = polls.into_iter().map(|(_, poll)| poll).collect();
    assert_eq!(polls, [(3, 3), (6, 3), (8, 2)]);
}

#[test]
fn latest_never_reads_what_was_there_before() {
    // The group's first look-up takes 400 ms each way; the records are there before it arrives.
    let outcome = with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "consumers", "to": "brokers", "latency": "400ms" }] },
        "groups": group(json!({ "auto.offset.reset": "latest" }), "1ms", "never"),
    }));
    assert_eq!(outcome.with_fate("lost"), [1, 2, 3, 4, 5]);
    assert!(outcome.report.records.iter().all(|r| r.place == Some(Place::NeverRead)));
    let earliest = with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "consumers", "to": "brokers", "latency": "400ms" }] },
    }));
    assert_eq!(earliest.with_fate("delivered").len(), 5);
}

#[test]
fn consumers_see_nothing_above_the_high_watermark() {
    let outcome = with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "30ms" }] },
        "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 10, "5ms", 100),
    }));
    let mut committed = 0;
    for event in &outcome.run.trace {
        match &event.kind {
            Kind::HighWatermarkAdvanced { partition, to, .. } if partition.0 == 0 => {
                committed = *to
            }
            Kind::Fetched { entries, .. } => {
                assert!(entries.iter().all(|entry| entry.end_offset() <= committed));
            }
            _ => {}
        }
    }
    assert_eq!(outcome.with_fate("delivered").len(), 10);
}

#[test]
fn every_member_of_a_group_reads_its_share_once() {
    let sends = json!([{ "topic": "orders", "count": 30, "start": "10ms", "every": "1ms",
        "keys": ["a", "b", "c", "d", "e", "f", "g", "h"] }]);
    let outcome = with(json!({
        "topics": [{ "name": "orders", "partitions": 5 }],
        "producers": [{ "sends": sends }],
        "groups": [{ "id": "billing", "topics": ["orders"], "members": 2, "config": { "auto.offset.reset": "earliest" } }],
    }));
    assert_eq!(outcome.processed(), vec![1; 30]);
    let readers = outcome.events(|kind| match kind {
        Kind::Processed { consumer, partition, .. } => Some((consumer.0, partition.0)),
        _ => None,
    });
    // RangeAssignor: the first member gets one partition more.
    assert!(readers.iter().all(|(_, (consumer, partition))| (*partition < 3) == (*consumer == 0)));
}
