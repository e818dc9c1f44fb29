//! Popular claims about producers that are wrong or too simple (section 7 of the rules): each test
//! is named for the truth.

use ackscope::model::error::KafkaError;
use ackscope::model::trace::Kind;
use ackscope::script::config::Acks;
use ackscope::script::{ProducerConfig, Script, Version};
use serde_json::{Value, json};

use crate::support::{Outcome, producer, with};
use crate::table::{row, row_but};

fn defaults(version: &str) -> ProducerConfig {
    ProducerConfig::defaults(Version::parse(version).expect("a version"))
}

/// What Kafka makes of a producer's settings: the settings in effect, and what it says about them.
fn resolved(version: &str, config: Value) -> Result<(ProducerConfig, Vec<String>), String> {
    let script = json!({
        "kafka": version, "topics": [{ "name": "orders" }],
        "producers": [{ "config": config, "sends": [{ "topic": "orders", "count": 1 }] }],
    });
    let (_, resolved) = Script::load(&script.to_string()).map_err(|error| error.to_string())?;
    let notices = resolved.notices.iter().map(|notice| notice.message.clone()).collect();
    Ok((resolved.producers[0].clone(), notices))
}

#[test]
fn retries_is_the_largest_int_since_2_1_and_delivery_timeout_ms_ends_them() {
    assert_eq!((defaults("2.0").retries, defaults("2.1").retries), (0, i32::MAX as u32));
    assert_eq!(defaults("4.1").delivery_timeout_us, 120_000_000);
    assert_eq!(row(29).told(), ["failed(TimeoutException)"; 2]);
}

#[test]
fn acks_is_all_by_default_since_3_0_and_was_1_before() {
    assert_eq!((defaults("2.8").acks, defaults("3.0").acks), (Acks::Leader, Acks::All));
}

#[test]
fn idempotence_by_default_goes_away_with_acks_1_or_retries_0_without_a_word_to_the_application() {
    let (config, notices) = resolved("4.1", json!({})).expect("the defaults");
    assert!(config.enable_idempotence && notices.is_empty());
    for change in [json!({ "acks": "1" }), json!({ "acks": "0" }), json!({ "retries": 0 })] {
        let (config, notices) = resolved("4.1", change).expect("no exception");
        assert!(!config.enable_idempotence);
        assert_eq!(notices.len(), 1, "{notices:?}");
    }
}

#[test]
fn only_idempotence_that_was_asked_for_makes_acks_1_an_error() {
    let error = resolved("4.1", json!({ "acks": "1", "enable.idempotence": true }));
    assert!(error.expect_err("a ConfigException").contains("acks"));
}

#[test]
fn more_than_five_in_flight_is_an_error_since_4_0_even_if_idempotence_is_off_by_acks() {
    let config = json!({ "acks": "1", "max.in.flight.requests.per.connection": 10 });
    assert!(resolved("4.1", config.clone()).is_err());
    assert!(resolved("3.9", config).is_ok());
}

#[test]
fn linger_ms_is_5_since_4_0() {
    assert_eq!((defaults("3.9").linger_us, defaults("4.0").linger_us), (0, 5_000));
}

fn three_in_flight() -> Value {
    json!([{
        "config": { "acks": "all", "linger.ms": 0 },
        "sends": [{ "topic": "orders", "count": 3, "start": "10ms", "every": "1ms", "keys": ["a"] }]
    }])
}

#[test]
fn five_in_flight_are_not_five_replications_at_once() {
    let it = with(json!({
        "network": { "latency": "1ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "20ms" }] },
        "producers": three_in_flight(),
    }));
    // The next request of a connection is not even appended before the last one is answered.
    let steps = it.events(|kind| match kind {
        Kind::Appended { partition, entry, .. } if partition.0 == 0 => {
            Some((entry.base_offset, true))
        }
        Kind::HighWatermarkAdvanced { partition, from, .. } if partition.0 == 0 => {
            Some((*from, false))
        }
        _ => None,
    });
    let steps: Vec<(u64, bool)> = steps.into_iter().map(|(_, step)| step).collect();
    assert_eq!(steps, [(0, true), (0, false), (1, true), (1, false), (2, true), (2, false)]);
}

#[test]
fn batches_that_fail_together_come_back_in_full_reverse() {
    assert_eq!(row(18).log(1).into_iter().map(|(_, r)| r).collect::<Vec<_>>(), [3, 2, 1, 4]);
}

#[test]
fn retries_do_something_with_acks_0_too() {
    assert_eq!(row(4).told(), ["acked"; 2]);
}

#[test]
fn acks_0_reports_what_fails_before_the_socket() {
    let size = with(
        json!({ "producers": producer(json!({ "acks": "0", "max.request.size": 1000 }), 1, "1ms", 1000) }),
    );
    assert_eq!(size.told(), ["failed(RecordTooLargeException)"]);
    let mut broken = producer(json!({ "acks": "0" }), 1, "1ms", 100);
    broken[0]["sends"][0]["unserializable"] = json!(true);
    assert_eq!(with(json!({ "producers": broken })).told(), ["failed(SerializationException)"]);
    assert_eq!(row(3).told(), ["failed(TimeoutException)"; 2]);
    let buffer = row_but(3, |script| {
        script["producers"][0]["config"]["buffer.memory"] = json!(250);
        script["producers"][0]["config"]["batch.size"] = json!(200);
    });
    assert_eq!(buffer.told()[1], "failed(BufferExhaustedException)");
}

#[test]
fn delivery_timeout_ms_counts_from_the_batch_not_from_send() {
    // The second record joined a batch that was a second old.
    let it = row(29);
    let created = it.events(|kind| match kind {
        Kind::RecordCreated { record, .. } => Some(record.0),
        _ => None,
    });
    let failed_us = it.at_us(|kind| matches!(kind, Kind::BatchFailed { .. }));
    assert_eq!(failed_us - created[1].0, 119_000_000);
}

#[test]
fn a_timeout_exception_says_nothing_about_what_is_stored() {
    assert_eq!(row(29).told()[0], row(30).told()[0]);
    assert!(row(29).log(1).is_empty());
    assert_eq!(row(30).log(1).len(), 1);
}

#[test]
fn send_blocks_and_then_fails_by_its_future() {
    let it = row(28);
    assert!(it.events(|kind| matches!(kind, Kind::SendBlocked { .. }).then_some(())).len() == 1);
    assert_eq!(it.told()[2], "failed(BufferExhaustedException)");
}

#[test]
fn idempotence_knows_retries_and_not_messages() {
    for number in [34, 35] {
        assert!(!row(number).with_fate("duplicated").is_empty(), "row {number}");
    }
}

/// An idempotent producer goes on after an unclean leader has lost what it had sent.
fn after_an_unclean_election(version: &str) -> Outcome {
    with(json!({
        "kafka": version,
        "network": { "latency": "1ms" },
        "groups": [],
        "topics": [{ "name": "orders", "config": { "unclean.leader.election.enable": true } }],
        "producers": [{
            "config": { "acks": "all", "enable.idempotence": true, "linger.ms": 0, "max.in.flight.requests.per.connection": 1 },
            "sends": [
                { "topic": "orders", "count": 2, "start": "1s", "every": "10ms", "keys": ["a"] },
                { "topic": "orders", "count": 2, "start": "21s", "every": "10ms", "keys": ["a"] },
                { "topic": "orders", "count": 3, "start": "50s", "every": "10ms", "keys": ["a"] }
            ]
        }],
        "actions": [
            { "at": "5s", "do": { "crash": "broker-2" } },
            { "at": "5s", "do": { "crash": "broker-3" } },
            { "at": "22s", "do": { "crash": "broker-1" } },
            { "at": "23s", "do": { "restart": "broker-2" } }
        ],
    }))
}

#[test]
fn an_idempotent_producer_goes_on_without_a_word_after_the_broker_lost_its_records() {
    let it = after_an_unclean_election("4.1");
    assert!(it.told().iter().all(|told| *told == "acked"), "{:?}", it.told());
    assert_eq!(it.with_fate("lost"), [3, 4]);
    let bumped = it.events(|kind| match kind {
        Kind::EpochBumped { epoch, .. } => Some(*epoch),
        _ => None,
    });
    assert_eq!(bumped.into_iter().map(|(_, epoch)| epoch).collect::<Vec<_>>(), [1]);
}

#[test]
fn before_2_5_it_was_told_so() {
    let it = after_an_unclean_election("2.4");
    assert_eq!(it.told()[4], "failed(OutOfOrderSequenceException)");
    let refused = it.events(|kind| match kind {
        Kind::AppendRefused { error, .. } => Some(*error),
        _ => None,
    });
    assert!(refused.iter().any(|(_, error)| *error == KafkaError::OutOfOrderSequenceNumber));
}

/// Partitions of records without a key, sent while nothing lingers.
fn partitions_of_null_keys(version: &str) -> Vec<u16> {
    let it = with(json!({
        "kafka": version,
        "topics": [{ "name": "orders", "partitions": 3 }],
        "producers": [{ "config": { "linger.ms": 5 }, "sends": [
            { "topic": "orders", "count": 12, "start": "10ms", "every": "1ms" }
        ] }],
    }));
    let batched = it.events(|kind| match kind {
        Kind::RecordBatched { partition, .. } => Some(partition.0),
        _ => None,
    });
    batched.into_iter().map(|(_, partition)| partition).collect()
}

#[test]
fn null_keys_stick_to_a_partition_since_2_4_and_by_bytes_since_3_3() {
    let round_robin = partitions_of_null_keys("2.3");
    assert!(round_robin.windows(2).all(|pair| pair[0] != pair[1]), "{round_robin:?}");
    let by_batch = partitions_of_null_keys("2.8");
    let switches = by_batch.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!((1..=4).contains(&switches), "a new batch, another partition: {by_batch:?}");
    let by_bytes = partitions_of_null_keys("4.1");
    assert!(
        by_bytes.windows(2).all(|pair| pair[0] == pair[1]),
        "less than batch.size: {by_bytes:?}"
    );
}
