//! Clients that come back with other settings (`reconfigure`): what they end first, and what holds
//! before and after.

use ackscope::model::ids::{ConsumerId, ProducerId, RecordId};
use ackscope::model::trace::Kind;
use ackscope::verdict::Fate;
use serde_json::{Value, json};

use crate::support::{Outcome, producer, with};

fn reconfigure(at: &str, client: &str, config: Value) -> Value {
    json!({ "at": at, "do": { "reconfigure": { "client": client, "config": config } } })
}

/// When clients started again, with the action that gave them their settings.
fn restarts(it: &Outcome) -> Vec<(u64, Option<u16>)> {
    it.events(|kind| match kind {
        Kind::ProducerRestarted { since, .. } | Kind::ConsumerRestarted { since, .. } => {
            Some(*since)
        }
        _ => None,
    })
}

fn committed_us(it: &Outcome, record: u32) -> u64 {
    it.at_us(|kind| {
        matches!(kind, Kind::HighWatermarkAdvanced { records, .. } if records.contains(&RecordId(record)))
    })
}

fn all_delivered_once(it: &Outcome) {
    let fates: Vec<Fate> = it.report.records.iter().map(|record| record.fate).collect();
    assert!(fates.iter().all(|fate| *fate == Fate::Delivered), "{fates:?}\n{}", it.trace_text());
    assert!(it.processed().iter().all(|times| *times == 1), "{:?}", it.processed());
}

#[test]
fn what_is_sent_before_has_the_old_settings_and_what_is_sent_after_has_the_new_ones() {
    let it = with(json!({
        "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 6, "20ms", 100),
        "actions": [reconfigure("65ms", "producer-1", json!({ "acks": "all" }))],
    }));
    assert_eq!(restarts(&it).len(), 1);
    assert_eq!(restarts(&it)[0].1, Some(0), "it says which settings");
    for record in 1..=3 {
        assert!(it.acked_us(record) < committed_us(&it, record), "record {record}: acks=1");
    }
    for record in 4..=6 {
        assert!(it.acked_us(record) > committed_us(&it, record), "record {record}: acks=all");
    }
    all_delivered_once(&it);
}

#[test]
fn close_sends_what_waits_before_the_new_producer_is_made() {
    let it = with(json!({
        "producers": producer(json!({ "linger.ms": 5_000 }), 3, "10ms", 100),
        "actions": [reconfigure("35ms", "producer-1", json!({ "linger.ms": 0 }))],
    }));
    let closed_us = it.at_us(|kind| matches!(kind, Kind::ProducerClosed { .. }));
    assert!((1..=3).all(|record| it.acked_us(record) <= closed_us), "no linger holds them");
    assert!(closed_us < 1_000_000, "and nobody waits for it");
    assert_eq!(restarts(&it), [(closed_us, Some(0))], "at once");
    all_delivered_once(&it);
}

#[test]
fn what_falls_due_while_close_waits_is_sent_afterwards() {
    // An answer takes 200 ms; records 3 to 8 fall due meanwhile.
    let it = with(json!({
        "producers": producer(json!({ "linger.ms": 0 }), 8, "10ms", 100),
        "actions": [
            json!({ "at": "5ms", "do": { "slow": { "from": "broker-1", "to": "producer-1", "one_way": true, "latency": "200ms" } } }),
            reconfigure("25ms", "producer-1", json!({ "batch.size": 1000 })),
        ],
    }));
    let (closed_us, _) = restarts(&it)[0];
    assert!(closed_us > 200_000, "close() waits for the answers: {closed_us}");
    let created = it.events(|kind| match kind {
        Kind::RecordCreated { record, .. } => Some(record.0),
        _ => None,
    });
    let late: Vec<u32> = created.iter().filter(|(us, _)| *us >= closed_us).map(|c| c.1).collect();
    assert_eq!(late, [3, 4, 5, 6, 7, 8], "by the new producer, in order");
    all_delivered_once(&it);
}

#[test]
fn close_gives_up_when_its_timeout_is_over_and_the_client_comes_back_all_the_same() {
    let mut producers = producer(json!({ "linger.ms": 0 }), 6, "50ms", 100);
    producers[0]["close_timeout"] = json!("50ms");
    let it = with(json!({
        "producers": producers,
        "actions": [
            // Everything is answered: this close() returns at once, and leaves its timer behind.
            reconfigure("30ms", "producer-1", json!({ "acks": "1" })),
            json!({ "at": "55ms", "do": { "cut": { "from": "producer-1", "to": "brokers" } } }),
            reconfigure("65ms", "producer-1", json!({ "linger.ms": 20 })),
            json!({ "at": "130ms", "do": { "heal": { "from": "producer-1", "to": "brokers" } } }),
        ],
    }));
    assert_eq!(restarts(&it), [(30_000, Some(0)), (115_000, Some(2))]);
    let failed: Vec<bool> = it.told().iter().map(|told| told.starts_with("failed")).collect();
    assert_eq!(failed, [false, true, false, false, false, false], "{:?}", it.told());
}

#[test]
fn a_client_that_is_down_has_the_settings_with_its_next_start() {
    let it = with(json!({
        "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 4, "20ms", 100),
        "actions": [
            json!({ "at": "25ms", "do": { "crash": "producer-1" } }),
            reconfigure("35ms", "producer-1", json!({ "acks": "all" })),
            json!({ "at": "45ms", "do": { "restart": "producer-1" } }),
        ],
    }));
    assert_eq!(restarts(&it), [(45_000, Some(1))], "it does not start it");
    assert!(it.acked_us(1) < committed_us(&it, 1));
    assert!(it.acked_us(3) > committed_us(&it, 3));
}

#[test]
fn a_client_that_dies_while_it_is_closed_has_the_settings_with_its_next_start() {
    let it = with(json!({
        "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 4, "20ms", 100),
        "actions": [
            json!({ "at": "5ms", "do": { "cut": { "from": "producer-1", "to": "brokers" } } }),
            reconfigure("15ms", "producer-1", json!({ "acks": "all" })),
            json!({ "at": "25ms", "do": { "crash": "producer-1" } }),
            json!({ "at": "26ms", "do": { "heal": { "from": "producer-1", "to": "brokers" } } }),
            json!({ "at": "40ms", "do": { "restart": "producer-1" } }),
        ],
    }));
    assert_eq!(restarts(&it), [(40_000, Some(1))]);
    assert!(it.acked_us(3) > committed_us(&it, 3));
}

#[test]
fn later_changes_build_on_earlier_ones_in_the_order_of_their_times() {
    let it = with(json!({
        "producers": producer(json!({ "acks": "1", "linger.ms": 0 }), 12, "10ms", 100),
        "actions": [
            // Written first, and the last to happen: the second one in time is still in force.
            reconfigure("95ms", "producer-1", json!({ "linger.ms": 3 })),
            reconfigure("45ms", "producer-1", json!({ "acks": "all" })),
            reconfigure("75ms", "producer-1", json!({ "acks": null, "enable.idempotence": null })),
        ],
    }));
    let setup = &it.run.setup;
    let config = |action| setup.producer_config(ProducerId(0), Some(action));
    let (first, second, third) = (config(1), config(2), config(0));
    let all = ackscope::script::config::Acks::All;
    assert_eq!((first.acks, first.linger_us), (all, 0));
    assert_eq!((second.acks, second.linger_us), (all, 0), "all is the default since 3.0");
    assert!(second.enable_idempotence);
    assert_eq!((third.acks, third.linger_us), (all, 3_000));
    let given: Vec<_> = restarts(&it).into_iter().map(|(_, since)| since).collect();
    assert_eq!(given, [Some(1), Some(2), Some(0)]);
}

/// Ten records are there; each takes 10 ms; the consumer is told in the middle of a poll.
fn reader(config: Value, more: Value) -> Outcome {
    let mut all = json!({ "auto.offset.reset": "earliest" });
    all.as_object_mut().expect("an object").extend(config.as_object().expect("one").clone());
    let mut group =
        json!({ "id": "billing", "topics": ["orders"], "config": all, "processing": "10ms" });
    group.as_object_mut().expect("an object").extend(more.as_object().expect("one").clone());
    with(json!({
        "producers": producer(json!({ "linger.ms": 20 }), 10, "1ms", 100),
        "groups": [group],
        "actions": [
            { "when": { "event": "processed", "record": 2 }, "after": "3ms",
              "do": { "reconfigure": { "client": "billing-1", "config": { "max.poll.records": 3 } } } },
        ],
    }))
}

#[test]
fn a_consumer_finishes_what_poll_returned_and_nothing_is_repeated_or_skipped() {
    for (config, more) in [
        (json!({}), json!({})),
        (json!({ "enable.auto.commit": false }), json!({})),
        (json!({ "enable.auto.commit": false }), json!({ "commit_every": 100 })),
        (json!({ "enable.auto.commit": false }), json!({ "commit": "async-after" })),
        (json!({ "enable.auto.commit": false }), json!({ "commit": "sync-before" })),
        (json!({}), json!({ "workers": 3 })),
        (json!({ "group.protocol": "consumer" }), json!({})),
        (json!({ "group.instance.id": "host" }), json!({})),
    ] {
        let it = reader(config, more);
        all_delivered_once(&it);
        let closed_us = it.at_us(|kind| matches!(kind, Kind::ConsumerClosed { .. }));
        let polls = it.events(|kind| match kind {
            Kind::Polled { records, .. } => Some(records.len()),
            _ => None,
        });
        let after = polls.iter().filter(|(us, _)| *us > closed_us);
        assert!(after.clone().all(|(_, records)| *records <= 3), "{polls:?}");
    }
}

#[test]
fn a_group_comes_back_as_a_whole_or_member_by_member() {
    let groups = json!([{ "id": "billing", "topics": ["orders"], "members": 3, "processing": "5ms",
        "config": { "auto.offset.reset": "earliest", "enable.auto.commit": false } }]);
    let topics = json!([{ "name": "orders", "partitions": 6 }]);
    let sends = json!([{ "sends": [{ "topic": "orders", "count": 60, "every": "20ms" }] }]);
    let run = |actions: Value| {
        with(json!({ "topics": topics, "groups": groups, "producers": sends, "actions": actions }))
    };
    let change = json!({ "max.poll.records": 1 });
    let whole = run(json!([reconfigure("300ms", "billing", change.clone())]));
    let all = restarts(&whole);
    assert_eq!(all.len(), 3, "{all:?}");
    let rolling = run(json!([
        reconfigure("300ms", "billing-1", change.clone()),
        reconfigure("4s", "billing-2", change.clone()),
        reconfigure("8s", "billing-3", change),
    ]));
    assert_eq!(restarts(&rolling).len(), 3);
    for it in [whole, rolling] {
        all_delivered_once(&it);
        for consumer in 0..3 {
            let consumer = &it.run.world.consumers[consumer];
            assert_eq!(consumer.config(&it.run.setup).max_poll_records, 1);
        }
    }
}

#[test]
fn the_coordinator_hears_of_a_members_new_session_timeout() {
    let evicted_us = |session: Value| {
        let it = with(json!({
            "groups": [{ "id": "billing", "topics": ["orders"], "members": 2,
                "config": { "auto.offset.reset": "earliest", "session.timeout.ms": 20_000 } }],
            "actions": [
                reconfigure("1s", "billing-1", session),
                json!({ "at": "10s", "do": { "crash": "billing-1" } }),
            ],
        }));
        it.at_us(|kind| {
            matches!(kind, Kind::MemberRemoved { consumer, why, .. }
                if *consumer == ConsumerId(0) && *why == ackscope::model::group::Removal::SessionTimeout)
        })
    };
    let long_us = evicted_us(json!({ "max.poll.records": 7 })) - 10_000_000;
    let short_us = evicted_us(json!({ "session.timeout.ms": 6_000 })) - 10_000_000;
    assert!((17_000_000..=20_100_000).contains(&long_us), "{long_us}");
    assert!((3_000_000..=6_100_000).contains(&short_us), "{short_us}");
}

/// A producer with transactions of three records, one record every 10 ms.
fn transactional(kafka: &str, retry: bool, action: Value) -> Outcome {
    with(json!({
        "kafka": kafka,
        "producers": [{ "config": { "transactional.id": "payments", "linger.ms": 0 },
            "transaction": { "records": 3, "retry": retry },
            "sends": [{ "topic": "orders", "count": 9, "start": "100ms", "every": "10ms" }] }],
        "groups": [{ "id": "careful", "topics": ["orders"],
            "config": { "auto.offset.reset": "earliest", "isolation.level": "read_committed" } }],
        "actions": [action],
    }))
}

#[test]
fn an_open_transaction_is_committed_before_close() {
    for kafka in ["2.8", "3.9", "4.1"] {
        // Record 4 is alone in its transaction then.
        let it = transactional(
            kafka,
            false,
            reconfigure("135ms", "producer-1", json!({ "batch.size": 500 })),
        );
        all_delivered_once(&it);
        let ended = it.events(|kind| match kind {
            Kind::TransactionEnded { commit, records, .. } => Some((*commit, records.len())),
            _ => None,
        });
        assert_eq!(ended[1].1, (true, 1), "{kafka}: {ended:?}");
        assert_eq!(ended[2].1, (true, 3), "{kafka}: the next ones are whole again");
        assert_eq!(restarts(&it).len(), 1);
    }
}

#[test]
fn a_plain_close_aborts_an_open_transaction_since_2_3() {
    let close = json!({ "at": "135ms", "do": { "shutdown": "producer-1" } });
    let it = transactional("4.1", false, close.clone());
    let ended = it.events(|kind| match kind {
        Kind::TransactionEnded { commit, records, .. } => Some((*commit, records.len())),
        _ => None,
    });
    assert_eq!(ended.last().map(|(_, end)| *end), Some((false, 1)), "{ended:?}");
    let closed_us = it.at_us(|kind| matches!(kind, Kind::ProducerClosed { .. }));
    assert!(ended.last().expect("an end").0 <= closed_us, "first that");
    assert_eq!(it.with_fate("aborted"), [4]);
    // Before that it stayed open, until the coordinator had enough of it.
    let it = transactional("2.2", false, close);
    let timed_out =
        it.events(|kind| matches!(kind, Kind::TransactionTimedOut { .. }).then_some(()));
    assert_eq!(timed_out.len(), 1, "{}", it.trace_text());
}

#[test]
fn a_producer_that_was_closed_can_be_started_again() {
    let it = with(json!({
        "producers": producer(json!({ "linger.ms": 0 }), 6, "10ms", 100),
        "actions": [
            { "at": "35ms", "do": { "shutdown": "producer-1" } },
            { "at": "80ms", "do": { "restart": "producer-1" } },
        ],
    }));
    assert_eq!(restarts(&it), [(80_000, None)]);
    all_delivered_once(&it);
}

/// An application that reads, processes and sends, with transactions.
fn pipe(action: Value) -> Outcome {
    with(json!({
        "topics": [{ "name": "orders" }, { "name": "payments" }],
        "producers": [
            { "sends": [{ "topic": "orders", "count": 12, "start": "1s", "every": "10ms" }] },
            { "config": { "transactional.id": "pipe" } },
        ],
        "groups": [
            { "id": "pipe", "topics": ["orders"], "processing": "7ms",
              "config": { "auto.offset.reset": "earliest", "enable.auto.commit": false, "max.poll.records": 4 },
              "produces": { "producers": ["producer-2"], "topic": "payments" } },
            { "id": "careful", "topics": ["payments"],
              "config": { "auto.offset.reset": "earliest", "isolation.level": "read_committed" } },
        ],
        "actions": [action],
    }))
}

#[test]
fn both_halves_of_a_process_come_back_whichever_is_meant() {
    for client in ["pipe-1", "producer-2"] {
        let config = match client {
            "pipe-1" => json!({ "max.poll.records": 1 }),
            _ => json!({ "linger.ms": 2 }),
        };
        let it = pipe(reconfigure("1060ms", client, config));
        assert_eq!(restarts(&it).len(), 2, "{client}");
        all_delivered_once(&it);
        let setup = &it.run.setup;
        let linger_us = it.run.world.producers[1].config(setup).linger_us;
        let records = it.run.world.consumers[0].config(setup).max_poll_records;
        let expected = if client == "pipe-1" { (5_000, 1) } else { (2_000, 4) };
        assert_eq!((linger_us, records), expected, "{client}");
    }
}
