//! Transactions: what no row of the table shows (section 5).

use ackscope::model::error::KafkaError;
use ackscope::model::trace::{Kind, Wire};
use ackscope::model::transaction::TransactionState;
use serde_json::{Value, json};

use crate::support::{Outcome, with};

/// A producer with transactions of two records, and careful readers.
fn transactions(kafka: &str, count: u32, every: &str, config: Value, changes: Value) -> Outcome {
    let mut all = json!({ "transactional.id": "payments" });
    all.as_object_mut().expect("an object").extend(config.as_object().expect("one").clone());
    let mut script = json!({
        "kafka": kafka,
        "producers": [{ "config": all, "transaction": { "records": 2, "abort": [2] },
            "sends": [{ "topic": "orders", "count": count, "start": "100ms", "every": every, "keys": ["a"] }] }],
        "groups": [{ "id": "careful", "topics": ["orders"],
            "config": { "auto.offset.reset": "earliest", "isolation.level": "read_committed" } }],
    });
    script.as_object_mut().expect("an object").extend(changes.as_object().expect("one").clone());
    with(script)
}

fn calls(it: &Outcome) -> Vec<&'static str> {
    let calls = it.events(|kind| match kind {
        Kind::MessageSent { what: Wire::TransactionRequest { call }, .. } => Some(call.api()),
        _ => None,
    });
    calls.into_iter().map(|(_, api)| api).collect()
}

fn epochs(it: &Outcome) -> Vec<u16> {
    let decided = it.events(|kind| match kind {
        Kind::TransactionChanged { metadata, .. } if metadata.state.decided().is_some() => {
            Some(metadata.producer.epoch)
        }
        _ => None,
    });
    decided.into_iter().map(|(_, epoch)| epoch).collect()
}

#[test]
fn an_application_that_aborts_of_its_own_will_leaves_nothing_to_careful_readers() {
    for kafka in ["0.11", "2.8", "3.9", "4.1"] {
        let it = transactions(kafka, 6, "100ms", json!({}), json!({}));
        let fates: Vec<_> = it.report.records.iter().map(|r| r.fate.word()).collect();
        let expected = ["delivered", "delivered", "aborted", "aborted", "delivered", "delivered"];
        assert_eq!(fates, expected, "{kafka}");
        assert_eq!(it.told()[2], "acked", "what a callback says is not what counts");
        assert_eq!(it.told()[3], "failed(TransactionAbortedException)", "it was never sent");
        let log: Vec<u32> = it.log(1).into_iter().map(|(_, record)| record).collect();
        assert_eq!(log, [1, 2, 3, 5, 6], "{kafka}: what is aborted stays");
    }
}

#[test]
fn a_transaction_that_nobody_was_asked_about_ends_without_the_coordinator() {
    // One record, aborted as soon as it is sent: the producer has not asked for its partition yet.
    let producer = json!([{
        "config": { "transactional.id": "payments" },
        "transaction": { "records": 1, "abort": [1] },
        "sends": [{ "topic": "orders", "count": 3, "start": "100ms", "every": "100ms", "keys": ["a"] }]
    }]);
    let it = transactions("3.9", 3, "100ms", json!({}), json!({ "producers": producer }));
    let fates: Vec<_> = it.report.records.iter().map(|r| r.fate.word()).collect();
    assert_eq!(fates, ["aborted", "delivered", "delivered"], "{}", it.trace_text());
    let ends = calls(&it).into_iter().filter(|api| *api == "EndTxn").count();
    assert_eq!(ends, 2, "nothing to end for the first");
}

#[test]
fn what_the_coordinator_was_asked_to_add_is_added_before_the_abort() {
    // The answer to AddPartitionsToTxn is lost: the coordinator knows of a transaction.
    let producer = json!([{
        "config": { "transactional.id": "payments" },
        "transaction": { "records": 2, "abort": [1] },
        "sends": [{ "topic": "orders", "count": 4, "start": "100ms", "every": "1ms", "keys": ["a"] }]
    }]);
    let lose = json!([{ "at": "99ms", "do": { "lose": {
        "client": "producer-1", "server": "broker-3", "what": "response", "connection": "reset" } } }]);
    let it =
        transactions("3.9", 4, "1ms", json!({}), json!({ "producers": producer, "actions": lose }));
    let asked = calls(&it).into_iter().filter(|api| *api == "AddPartitionsToTxn").count();
    assert!(asked > 2, "asked again, although it is aborted by then");
    let fates: Vec<_> = it.report.records.iter().map(|r| r.fate.word()).collect();
    assert_eq!(fates, ["aborted", "aborted", "delivered", "delivered"], "{}", it.trace_text());
}

#[test]
fn the_epoch_rises_with_every_transaction_since_4_0() {
    let new = transactions("4.1", 6, "100ms", json!({}), json!({}));
    assert_eq!(epochs(&new), [1, 2, 3]);
    let old = transactions("3.9", 6, "100ms", json!({}), json!({}));
    assert_eq!(epochs(&old), [0, 0, 0]);
}

#[test]
fn partitions_are_added_by_the_client_until_3_9_and_by_their_leaders_since() {
    let by_client = |it: &Outcome| {
        let added = it.events(|kind| match kind {
            Kind::MessageSent { from, what: Wire::TransactionRequest { call }, .. } => (call.api()
                == "AddPartitionsToTxn")
                .then_some(matches!(from, ackscope::model::ids::Node::Producer(_))),
            _ => None,
        });
        added.into_iter().map(|(_, client)| client).collect::<Vec<_>>()
    };
    let old = transactions("3.5", 4, "100ms", json!({}), json!({}));
    assert_eq!(by_client(&old), [true; 2], "one for each transaction");
    let verified = transactions("3.9", 4, "100ms", json!({}), json!({}));
    assert!(by_client(&verified).contains(&false), "leaders verify since 3.6");
    let new = transactions("4.1", 4, "100ms", json!({}), json!({}));
    assert_eq!(by_client(&new), [false; 2]);
    assert_eq!(calls(&new).iter().filter(|api| **api == "EndTxn").count(), 2);
}

#[test]
fn the_next_transaction_waits_while_the_last_one_lacks_a_marker() {
    // The leader of the partition is slow to hear from the coordinator, broker-3.
    let slow = json!({ "network": { "latency": "1ms", "links": [{ "from": "broker-3", "to": "broker-1", "latency": "300ms" }] } });
    let it = transactions("3.5", 4, "50ms", json!({ "linger.ms": 0 }), slow);
    let waited = it.events(|kind| match kind {
        Kind::MessageSent { what: Wire::TransactionResponse { error }, .. } => *error,
        _ => None,
    });
    assert!(waited.iter().any(|(_, error)| *error == KafkaError::ConcurrentTransactions));
    assert_eq!(it.with_fate("delivered"), [1, 2]);
}

#[test]
fn the_coordinators_state_survives_it_and_needs_two_replicas() {
    // Without two in-sync replicas nothing is decided: the call blocks, and the outcome is unknown.
    let crash = json!({ "actions": [
        { "at": "50ms", "do": { "crash": "broker-1" } },
        { "at": "50ms", "do": { "crash": "broker-2" } },
        { "at": "60s", "do": { "restart": "broker-1" } },
        { "at": "60s", "do": { "restart": "broker-2" } },
    ]});
    let it = transactions("4.1", 2, "10ms", json!({ "max.block.ms": 10000 }), crash);
    let blocked =
        it.events(|kind| matches!(kind, Kind::TransactionCallTimedOut { .. }).then_some(()));
    assert!(!blocked.is_empty());
    assert_eq!(it.with_fate("delivered"), [1, 2]);
    let complete = it.events(|kind| match kind {
        Kind::TransactionChanged { metadata, .. } => {
            (metadata.state == TransactionState::CompleteCommit).then_some(())
        }
        _ => None,
    });
    assert!(complete[0].0 > 60_000_000);
}

#[test]
fn a_late_batch_of_a_finished_transaction_opens_no_new_one() {
    // The producer's request is held up by a cut link while its transaction is given up.
    let late = json!({ "actions": [
        { "at": "190ms", "do": { "cut": { "from": "producer-1", "to": "broker-1" } } },
        { "at": "10s", "do": { "heal": { "from": "producer-1", "to": "broker-1" } } },
    ]});
    let config = json!({ "linger.ms": 0, "request.timeout.ms": 1000, "delivery.timeout.ms": 2000 });
    let it = transactions("4.1", 4, "100ms", config, late);
    let still_open = it.run.world.brokers.iter().filter_map(|broker| {
        let replica = broker.replica(ackscope::model::ids::PartitionId(0))?;
        replica.leader()?;
        Some((replica.last_stable_offset(), replica.high_watermark))
    });
    assert!(still_open.into_iter().all(|(stable, mark)| stable == mark));
}

#[test]
fn a_leader_that_cannot_ask_the_coordinator_says_not_enough_replicas() {
    // The only replica of __transaction_state is on broker-3.
    let away = json!({
        "cluster": { "config": { "transaction.state.log.replication.factor": 1, "transaction.state.log.min.isr": 1 } },
        "actions": [
            { "at": "1s", "do": { "crash": "broker-3" } }, { "at": "20s", "do": { "restart": "broker-3" } },
        ],
        "producers": [{ "config": { "transactional.id": "payments" }, "transaction": { "records": 2 },
            "sends": [{ "topic": "orders", "count": 2, "start": "15s", "keys": ["a"] }] }],
    });
    let it = transactions("4.1", 2, "10ms", json!({}), away);
    let retried = it.events(|kind| match kind {
        Kind::BatchRetried { error, .. } => Some(*error),
        _ => None,
    });
    assert!(!retried.is_empty());
    assert!(retried.iter().all(|(_, error)| *error == KafkaError::NotEnoughReplicas));
    assert_eq!(it.with_fate("delivered"), [1, 2]);
}

#[test]
fn a_new_owner_waits_for_the_offsets_of_an_open_transaction() {
    // The first member dies when its offsets are pending and its commit has not arrived: EndTxn
    // goes to broker-1, which it cannot reach.
    let it = with(json!({
        "topics": [{ "name": "orders", "replicas": [[3, 1, 2]] }, { "name": "invoices", "replicas": [[2, 3, 1]] }],
        "producers": [
            { "sends": [{ "topic": "orders", "count": 3, "start": "100ms", "keys": ["a"] }] },
            { "config": { "transactional.id": "one" } }, { "config": { "transactional.id": "two" } },
        ],
        "groups": [{ "id": "billing", "topics": ["orders"], "members": 2, "processing": "20ms",
            "config": { "auto.offset.reset": "earliest", "enable.auto.commit": false, "isolation.level": "read_committed",
                "session.timeout.ms": 6000 },
            "produces": { "producers": ["producer-2", "producer-3"], "topic": "invoices" } }],
        "actions": [
            { "when": { "event": "transaction-begun" }, "do": { "cut": { "from": "producer-2", "to": "broker-1" } } },
            { "when": { "event": "transaction-begun" }, "after": "2s", "do": { "crash": "billing-1" } },
        ],
    }));
    let gone_us = it.at_us(|kind| matches!(kind, Kind::MemberRemoved { .. }));
    let aborted_us = it.at_us(|kind| matches!(kind, Kind::TransactionTimedOut { .. }));
    let begins = it.events(|kind| match kind {
        Kind::PositionReset { consumer, offset, .. } if consumer.0 == 1 => Some(*offset),
        _ => None,
    });
    assert!(gone_us < 15_000_000 && aborted_us > 60_000_000);
    assert_eq!(begins.len(), 1);
    assert!(begins[0].0 > aborted_us && begins[0].1 == 0, "{begins:?}");
    assert!(it.report.records.iter().take(3).all(|r| (r.processed, r.effects) == (2, 1)));
}

#[test]
fn each_partition_gets_one_marker_also_when_the_coordinator_leads_one_of_them() {
    // The coordinator's own marker is on the only replica at once: it is answered while the
    // others are being asked for.
    let it = with(json!({
        "kafka": "4.3",
        "topics": [{ "name": "orders", "partitions": 3, "replicas": [[1], [2], [3]] }],
        "producers": [{
            "config": { "transactional.id": "payments" },
            "transaction": { "records": 6 },
            "sends": [
                { "topic": "orders", "count": 2, "start": "10ms", "partition": 0 },
                { "topic": "orders", "count": 2, "start": "10ms", "partition": 1 },
                { "topic": "orders", "count": 2, "start": "10ms", "partition": 2 },
            ],
        }],
    }));
    let mut written = it.events(|kind| match kind {
        Kind::MarkerWritten { partition, .. } => Some(partition.0),
        _ => None,
    });
    written.sort_by_key(|(_, partition)| *partition);
    let partitions: Vec<u16> = written.into_iter().map(|(_, partition)| partition).collect();
    assert_eq!(partitions, [0, 1, 2]);
}
