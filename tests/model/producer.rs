//! The producer: accumulator, sender, retries, errors (sections 2.1 to 2.9 of the rules).

use ackscope::model::error::KafkaError;
use ackscope::model::trace::Kind;
use serde_json::json;

use crate::support::{producer, with};

/// The sizes of the batches that were drained, in records.
fn batches(outcome: &crate::support::Outcome) -> Vec<usize> {
    let drained = outcome.events(|kind| match kind {
        Kind::BatchDrained { batch, .. } => Some(batch.records.len()),
        _ => None,
    });
    drained.into_iter().map(|(_, count)| count).collect()
}

#[test]
fn a_batch_goes_when_linger_is_over_or_it_is_full() {
    // A record of 100 bytes with a key of one takes 122 bytes in a batch, whose header takes 61.
    let cases = [
        (json!({ "linger.ms": 0 }), vec![1, 1, 1, 1, 1, 1]),
        (json!({ "linger.ms": 5 }), vec![6]),
        (json!({ "linger.ms": 5, "batch.size": 310 }), vec![2, 2, 2]),
        (json!({ "linger.ms": 5, "batch.size": 0 }), vec![1, 1, 1, 1, 1, 1]),
    ];
    for (config, expected) in cases {
        let every = if expected.len() == 6 { "1ms" } else { "100us" };
        let outcome = with(json!({ "producers": producer(config.clone(), 6, every, 100) }));
        assert_eq!(batches(&outcome), expected, "{config}");
        assert_eq!(outcome.with_fate("delivered").len(), 6);
    }
}

#[test]
fn no_more_requests_are_in_flight_on_a_connection_than_allowed() {
    for limit in [1, 2, 5] {
        let config = json!({
            "linger.ms": 0, "max.in.flight.requests.per.connection": limit, "acks": "1"
        });
        let outcome = with(json!({
            "network": { "latency": "50ms" },
            "producers": producer(config, 30, "1ms", 100),
        }));
        let (mut open, mut most) = (0, 0);
        let traffic = outcome.events(|kind| match kind {
            Kind::BatchDrained { .. } => Some(1),
            Kind::BatchAcked { .. } => Some(-1),
            _ => None,
        });
        for (_, change) in traffic {
            open += change;
            most = most.max(open);
        }
        assert_eq!(most, limit);
    }
}

#[test]
fn a_record_that_is_too_large_fails_in_send_and_the_callback_hears_of_it() {
    let outcome = with(json!({
        "producers": producer(json!({ "max.request.size": 1000 }), 2, "1ms", 1000)
    }));
    assert_eq!(outcome.told(), ["failed(RecordTooLargeException)"; 2]);
    assert_eq!(outcome.with_fate("reported"), [1, 2]);
}

#[test]
fn a_batch_too_large_for_the_broker_is_split_and_a_single_record_fails() {
    let topics =
        |bytes: u32| json!([{ "name": "orders", "config": { "max.message.bytes": bytes } }]);
    let split = with(json!({
        "topics": topics(400), "producers": producer(json!({ "batch.size": 350 }), 6, "1us", 30)
    }));
    assert_eq!(split.with_fate("delivered").len(), 6);
    let large = with(json!({
        "topics": topics(400), "producers": producer(json!({ "batch.size": 2000 }), 6, "1us", 100)
    }));
    // The pieces are as large as batch.size allows, so that they are split again and again; here
    // one piece is the whole batch: it never gets through.
    assert!(large.report.records.iter().all(|r| r.fate.word() != "lost"), "{}", large.trace_text());
    let single = with(json!({
        "topics": topics(100), "producers": producer(json!({}), 2, "10ms", 100)
    }));
    assert_eq!(single.told(), ["failed(RecordTooLargeException)"; 2]);
}

#[test]
fn acks_0_never_hears_that_the_broker_refused() {
    let outcome = with(json!({
        "topics": [{ "name": "orders", "config": { "max.message.bytes": 100 } }],
        "producers": producer(json!({ "acks": "0" }), 1, "10ms", 100),
    }));
    assert_eq!(outcome.told(), ["acked"]);
    assert_eq!(outcome.with_fate("lost"), [1]);
    let refused = outcome.events(|kind| match kind {
        Kind::AppendRefused { error, .. } => Some(*error),
        Kind::Disconnected { .. } => Some(KafkaError::NetworkException),
        _ => None,
    });
    let errors: Vec<KafkaError> = refused.into_iter().map(|(_, error)| error).collect();
    assert_eq!(
        errors,
        [KafkaError::MessageTooLarge, KafkaError::NetworkException],
        "the broker hangs up"
    );
}

#[test]
fn a_full_buffer_blocks_send_for_max_block_ms() {
    let config = json!({ "buffer.memory": 200, "batch.size": 150, "linger.ms": 0, "max.block.ms": 300, "acks": "1" });
    // The first record's buffer is free again after its acknowledgement: with a link of 50 ms
    // that is in time, with one of 200 ms it is not.
    let told = |latency: &str| {
        let outcome = with(json!({
            "network": { "latency": latency }, "producers": producer(config.clone(), 2, "1ms", 20)
        }));
        assert_eq!(
            outcome.events(|kind| matches!(kind, Kind::SendBlocked { .. }).then_some(())).len(),
            1
        );
        outcome.told().iter().map(|told| (*told).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told("50ms"), ["acked", "acked"]);
    assert_eq!(told("200ms"), ["acked", "failed(BufferExhaustedException)"]);
}

#[test]
fn a_blocking_application_sends_the_next_record_when_the_last_one_is_answered() {
    let mut producers = producer(json!({ "linger.ms": 0 }), 4, "1us", 100);
    producers[0]["style"] = json!("blocking");
    let outcome = with(json!({ "producers": producers }));
    let order = outcome.events(|kind| match kind {
        Kind::RecordCreated { record, .. } => Some(("send", record.0)),
        Kind::BatchAcked { batch, .. } => Some(("acked", batch.records[0].0)),
        _ => None,
    });
    let order: Vec<_> = order.into_iter().map(|(_, what)| what).collect();
    let expected: Vec<_> = (1..=4).flat_map(|n| [("send", n), ("acked", n)]).collect();
    assert_eq!(order, expected);
}

#[test]
fn an_application_that_never_looks_is_told_nothing() {
    let mut producers = producer(json!({ "max.request.size": 100 }), 1, "1us", 100);
    producers[0]["style"] = json!("fire-and-forget");
    let outcome = with(json!({ "producers": producers }));
    assert_eq!(outcome.told(), ["nothing"]);
    assert_eq!(outcome.with_fate("lost"), [1], "a failure that nobody heard of is a loss");
}

/// One replica; the broker dies before the records and comes back, or not.
fn dead_leader(config: serde_json::Value, restart: bool) -> crate::support::Outcome {
    let mut actions = vec![json!({ "at": "5ms", "do": { "crash": "broker-1" } })];
    if restart {
        actions.push(json!({ "at": "3s", "do": { "restart": "broker-1" } }));
    }
    with(json!({
        "topics": [{ "name": "orders", "replicas": [[1]], "replication_factor": 1 }],
        "producers": producer(config, 3, "1ms", 100),
        "actions": actions,
    }))
}

#[test]
fn records_wait_for_a_leader_until_delivery_timeout_ms() {
    let back = dead_leader(json!({}), true);
    assert_eq!(back.with_fate("delivered"), [1, 2, 3], "{}", back.trace_text());
    let gone = dead_leader(json!({}), false);
    assert_eq!(gone.told(), ["failed(TimeoutException)"; 3]);
    assert_eq!(gone.with_fate("reported"), [1, 2, 3]);
    let failed_us = gone.at_us(|kind| matches!(kind, Kind::BatchFailed { .. }));
    // 120 s from the creation of the batch, not from each send().
    assert_eq!(failed_us, 10_000 + 120_000_000);
}

/// Three batches are in flight, 20 ms from the leader, when it dies; another leads after 9 s.
fn three_in_flight(config: serde_json::Value) -> crate::support::Outcome {
    with(json!({
        "network": { "latency": "20ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "1ms" }] },
        "producers": producer(config, 4, "2ms", 100),
        "actions": [{ "at": "25ms", "do": { "crash": "broker-1" } }],
    }))
}

#[test]
fn without_idempotence_batches_that_fail_together_are_sent_again_in_reverse() {
    let outcome =
        three_in_flight(json!({ "linger.ms": 0, "enable.idempotence": false, "acks": "1" }));
    let order: Vec<u32> = outcome.log(2).into_iter().map(|(_, record)| record).collect();
    assert_eq!(order, [4, 3, 2, 1], "{}", outcome.trace_text());
}

#[test]
fn with_idempotence_they_keep_their_order() {
    let outcome = three_in_flight(json!({ "linger.ms": 0 }));
    let order: Vec<u32> = outcome.log(2).into_iter().map(|(_, record)| record).collect();
    assert_eq!(order, [1, 2, 3, 4], "{}", outcome.trace_text());
}

#[test]
fn without_retries_a_lost_connection_is_an_error_and_the_record_may_be_stored_all_the_same() {
    let config = json!({ "acks": "all", "retries": 0, "linger.ms": 0 });
    let on_the_way = three_in_flight(config.clone());
    assert_eq!(on_the_way.told(), ["failed(NetworkException)"; 4]);
    assert_eq!(on_the_way.with_fate("reported"), [1, 2, 3, 4]);
    // The follower has it when the leader dies; the answer never comes.
    let stored = with(json!({
        "producers": producer(config, 1, "1ms", 100),
        "actions": [{ "when": { "event": "replicated", "record": 1, "entity": "broker-3" }, "do": { "crash": "broker-1" } }],
    }));
    assert_eq!(stored.told(), ["failed(NetworkException)"]);
    assert_eq!(stored.with_fate("ghost"), [1], "{}", stored.trace_text());
}

#[test]
fn a_retry_of_what_is_stored_already_makes_a_duplicate_unless_idempotent() {
    let story = |idempotent: bool| {
        with(json!({
            "producers": producer(json!({ "acks": "all", "enable.idempotence": idempotent }), 1, "1ms", 100),
            "actions": [{ "when": { "event": "replicated", "record": 1, "entity": "broker-3" }, "do": { "crash": "broker-1" } }],
        }))
    };
    let plain = story(false);
    assert_eq!(plain.with_fate("duplicated"), [1], "{}", plain.trace_text());
    assert_eq!(plain.log(2), [(0, 1), (1, 1)]);
    let idempotent = story(true);
    assert_eq!(idempotent.with_fate("delivered"), [1]);
    assert_eq!(idempotent.log(2), [(0, 1)]);
    let recognised =
        idempotent.events(|kind| matches!(kind, Kind::DuplicateBatch { .. }).then_some(()));
    assert_eq!(recognised.len(), 1);
}

#[test]
fn retries_double_their_wait_with_jitter_up_to_a_second_and_did_not_before_3_7() {
    let waits = |kafka: &str| {
        let outcome = with(json!({
            "kafka": kafka,
            "topics": [{ "name": "orders", "replication_factor": 2, "config": { "min.insync.replicas": 2 } }],
            "producers": [{ "config": { "acks": "all" }, "sends": [{ "topic": "orders", "count": 1, "start": "12s" }] }],
            "actions": [{ "at": "1s", "do": { "crash": "broker-2" } }],
        }));
        let waits = outcome.events(|kind| match kind {
            Kind::BatchRetried { error: KafkaError::NotEnoughReplicas, backoff_us, .. } => {
                Some(*backoff_us)
            }
            _ => None,
        });
        waits.into_iter().map(|(_, us)| us).collect::<Vec<_>>()
    };
    let waits_41 = waits("4.1");
    for (attempt, us) in waits_41.iter().enumerate().take(8) {
        let nominal_us = (100_000_u64 << attempt.min(10)).min(1_250_000);
        assert!(
            (nominal_us * 4 / 5..=nominal_us * 6 / 5).contains(us) || *us == 1_000_000,
            "{attempt}: {us}"
        );
    }
    assert!(waits_41.iter().all(|us| *us <= 1_000_000) && waits_41.len() > 50);
    assert!(waits("3.0").iter().all(|us| *us == 100_000));
}

#[test]
fn keyless_records_stick_to_a_partition_until_a_batch_is_full() {
    let producers = json!([{
        "config": { "batch.size": 400 },
        "sends": [{ "topic": "orders", "count": 40, "start": "10ms", "every": "10us" }]
    }]);
    let sizes = |kafka: &str| {
        let topics = json!([{ "name": "orders", "partitions": 4 }]);
        let outcome = with(json!({ "kafka": kafka, "topics": topics, "producers": producers }));
        let parts = outcome.events(|kind| match kind {
            Kind::RecordBatched { partition, .. } => Some(partition.0),
            _ => None,
        });
        let parts: Vec<u16> = parts.into_iter().map(|(_, partition)| partition).collect();
        parts.chunk_by(|a, b| a == b).map(<[u16]>::len).collect::<Vec<_>>()
    };
    assert_eq!(sizes("2.0"), [1; 40], "round robin before 2.4");
    let sticky = sizes("4.1");
    assert!(sticky.iter().all(|run| *run >= 3) && sticky.len() > 4, "{sticky:?}");
}

/// Two partitions with one leader; the first two requests, both for partition 0, break.
fn retries_on_one_of_two_partitions() -> crate::support::Outcome {
    with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "producers", "to": "brokers", "latency": "50ms" }] },
        "topics": [{ "name": "orders", "partitions": 2, "replicas": [[1, 2, 3], [1, 2, 3]] }],
        "producers": [{ "config": { "acks": "all", "linger.ms": 0 }, "sends": [
            { "topic": "orders", "count": 2, "start": "10ms", "every": "1ms", "partition": 0 },
            { "topic": "orders", "count": 2, "start": "300ms", "every": "5ms", "partition": 1 }
        ] }],
        "actions": [{ "at": "5ms", "do": { "lose": { "client": "producer-1", "server": "broker-1", "what": "request" } } }],
    }))
}

/// When a record's batch was drained last.
fn drained_us(outcome: &crate::support::Outcome, record: u32) -> u64 {
    let drained = outcome.events(|kind| match kind {
        Kind::BatchDrained { batch, .. } if batch.records[0].0 == record => Some(()),
        _ => None,
    });
    drained.last().expect("it was drained").0
}

#[test]
fn an_idempotent_producer_has_one_retry_in_flight_at_a_time() {
    let outcome = retries_on_one_of_two_partitions();
    assert!(drained_us(&outcome, 2) >= outcome.acked_us(1), "{}", outcome.trace_text());
}

#[test]
fn a_partition_that_must_not_be_drained_ends_the_drain_of_its_node() {
    // `drainBatchesForOneNode` breaks off there, and begins there the next time: record 3 comes
    // before it in the round, record 4 does not.
    let outcome = retries_on_one_of_two_partitions();
    assert_eq!(drained_us(&outcome, 3), 300_000);
    assert!(drained_us(&outcome, 4) >= outcome.acked_us(1), "{}", outcome.trace_text());
}
