//! Rows 82 to 92: transactions.

use ackscope::model::error::KafkaError;
use ackscope::model::trace::Kind;
use serde_json::json;

use crate::producer::{ALL, count, fates, log_on, places};
use crate::support::Outcome;
use crate::table::{row, row_but};

/// What calls of producers came to: `true` is a commit.
fn ended(it: &Outcome) -> Vec<(u16, bool)> {
    let ended = it.events(|kind| match kind {
        Kind::TransactionEnded { producer, commit, .. } => Some((producer.0 + 1, *commit)),
        _ => None,
    });
    ended.into_iter().map(|(_, ended)| ended).collect()
}

/// Why transactions failed, and whether that was the end of the producer.
fn failed(it: &Outcome) -> Vec<(KafkaError, bool)> {
    let failed = it.events(|kind| match kind {
        Kind::TransactionFailed { error, fatal, .. } => Some((*error, *fatal)),
        _ => None,
    });
    failed.into_iter().map(|(_, failed)| failed).collect()
}

/// The records that a group's members processed, in order.
fn processed_by(it: &Outcome, group: &str) -> Vec<u32> {
    let setup = &it.run.setup;
    let done = it.events(|kind| match kind {
        Kind::Processed { consumer, record, .. } if setup.group_of(*consumer).id == group => {
            Some(record.0)
        }
        _ => None,
    });
    done.into_iter().map(|(_, record)| record).collect()
}

/// The outputs of the six inputs of the rows in which an application reads, processes and writes.
const OUTPUTS: [u32; 6] = [7, 8, 9, 10, 11, 12];

/// How often the application processed each input, and how often that took effect.
fn inputs(it: &Outcome) -> (Vec<u32>, Vec<u32>) {
    let all = it.report.records.iter().filter(|record| record.id <= 6);
    all.map(|record| (record.processed, record.effects)).unzip()
}

fn last_stable(it: &Outcome) -> Vec<(u64, (u64, bool))> {
    it.events(|kind| match kind {
        Kind::LastStableOffset { partition, offset, stable, .. } if partition.0 == 0 => {
            Some((*offset, *stable))
        }
        _ => None,
    })
}

#[test]
fn row_82_a_crash_before_the_commit_leaves_nothing_to_careful_readers() {
    let it = row(82);
    assert_eq!(processed_by(&it, "careful"), OUTPUTS);
    // Two of the three outputs were in the log when the process died.
    assert_eq!(processed_by(&it, "careless"), [7, 8, 7, 8, 9, 10, 11, 12]);
    assert_eq!(inputs(&it), (vec![2, 2, 2, 1, 1, 1], vec![1; 6]));
    assert_eq!(it.with_fate("duplicated"), [7, 8], "for whoever reads what is not committed");
    let careful = row_but(82, |script| {
        script["groups"].as_array_mut().expect("a list").pop();
    });
    fates(&careful, &["delivered"; 12]);
}

#[test]
fn row_83_what_is_decided_is_done_whoever_dies() {
    let it = row(83);
    fates(&it, &["delivered"; 12]);
    assert_eq!(processed_by(&it, "careful"), OUTPUTS);
    assert_eq!(processed_by(&it, "careless"), OUTPUTS);
    assert_eq!(inputs(&it), (vec![1; 6], vec![1; 6]));
    let resumed = it.events(|kind| match kind {
        Kind::PositionReset { consumer, offset, .. } if consumer.0 == 0 => Some(*offset),
        _ => None,
    });
    assert_eq!(resumed.last().map(|(_, offset)| *offset), Some(3), "after what was committed");
}

#[test]
fn row_84_another_coordinator_writes_the_markers() {
    let it = row(84);
    fates(&it, &["delivered"; 12]);
    assert_eq!(processed_by(&it, "careful"), OUTPUTS);
    let crashed_us = it.at_us(|kind| matches!(kind, Kind::BrokerCrashed { .. }));
    let marked_us = it.at_us(|kind| matches!(kind, Kind::MarkerWritten { .. }));
    assert!(marked_us > crashed_us + 8_000_000, "after the new coordinator was elected");
    let marked = it.events(|kind| match kind {
        Kind::MarkerWritten { partition, records, .. } if partition.0 == 1 => {
            Some(records.iter().map(|(_, record)| record.0).collect::<Vec<_>>())
        }
        _ => None,
    });
    let marked: Vec<_> = marked.into_iter().map(|(_, records)| records).collect();
    assert_eq!(marked, [[7, 8, 9], [10, 11, 12]], "each transaction has its own");
    let read_us = |group: u16| {
        it.at_us(|kind| matches!(kind, Kind::Processed { consumer, record, .. } if consumer.0 == group && record.0 == 7))
    };
    assert!(read_us(2) < crashed_us && read_us(1) > marked_us, "delayed for careful readers only");
}

#[test]
fn row_85_a_transaction_that_takes_too_long_is_aborted_and_its_producer_fenced() {
    let it = row(85);
    assert_eq!(
        failed(&it),
        [(KafkaError::InvalidProducerEpoch, false), (KafkaError::ProducerFenced, true)]
    );
    let begun_us = it.at_us(|kind| matches!(kind, Kind::TransactionBegun { .. }));
    let aborted_us = it.at_us(|kind| matches!(kind, Kind::TransactionTimedOut { .. }));
    assert!((60_000_000..70_100_000).contains(&(aborted_us - begun_us)), "{aborted_us}");
    assert_eq!(processed_by(&it, "careful"), OUTPUTS);
    assert_eq!(processed_by(&it, "careless"), [7, 7, 8, 9, 10, 11, 12]);
    assert_eq!(inputs(&it), (vec![2, 2, 2, 1, 1, 1], vec![1; 6]));
}

#[test]
fn row_86_the_second_of_two_fences_the_first() {
    let it = row(86);
    assert_eq!(
        failed(&it),
        [(KafkaError::InvalidProducerEpoch, false), (KafkaError::ProducerFenced, true)]
    );
    assert_eq!(processed_by(&it, "careful"), [5, 6]);
    assert_eq!(processed_by(&it, "careless"), [1, 2, 5, 6]);
    let careful = row_but(86, |script| {
        script["groups"].as_array_mut().expect("a list").pop();
    });
    fates(&careful, &["aborted", "aborted", "reported", "pending", "delivered", "delivered"]);
    assert_eq!(log_on(&careful, ALL), [1, 2, 5, 6], "aborted records stay in the log");
    // Before transaction.version 2 a partition is added by the client, which is fenced by that.
    let old = row_but(86, |script| {
        script["kafka"] = json!("3.9");
        script["groups"].as_array_mut().expect("a list").pop();
    });
    assert_eq!(failed(&old).last(), Some(&(KafkaError::ProducerFenced, true)));
    assert_eq!(processed_by(&old, "careful"), [5, 6]);
}

#[test]
fn row_87_offsets_outside_the_transaction_repeat_the_output() {
    let it = row(87);
    assert_eq!(processed_by(&it, "careful"), [7, 8, 9, 7, 8, 9, 10, 11, 12]);
    let twice = "duplicated";
    let once = "delivered";
    fates(&it, &[twice, twice, twice, once, once, once, twice, twice, twice, once, once, once]);
    assert_eq!(inputs(&it).1, [2, 2, 2, 1, 1, 1]);
}

#[test]
fn row_88_what_is_outside_of_kafka_is_not_in_the_transaction() {
    let it = row(88);
    assert_eq!(inputs(&it), (vec![2, 2, 2, 1, 1, 1], vec![1; 6]), "the database has heard twice");
    assert_eq!(processed_by(&it, "careful"), OUTPUTS);
    assert_eq!(ended(&it)[..2], [(2, false), (2, true)]);
    assert_eq!(failed(&it), [(KafkaError::TransactionAbortable, false)]);
    let before = row_but(88, |script| script["kafka"] = json!("4.0"));
    assert_eq!(failed(&before)[0], (KafkaError::DeliveryTimeout, false), "until 4.1");
}

#[test]
fn row_89_one_batch_that_fails_takes_the_transaction_along() {
    let it = row(89);
    assert_eq!(it.told(), ["acked", "acked", "failed(RecordTooLargeException)"]);
    assert_eq!(ended(&it), [(1, false)]);
    assert_eq!(count(&it, |kind| matches!(kind, Kind::TransactionEnding { commit: true, .. })), 1);
    assert_eq!(failed(&it), [(KafkaError::MessageTooLarge, false)]);
    assert!(processed_by(&it, "careful").is_empty());
    assert_eq!(processed_by(&it, "careless"), [1, 2]);
    let careful = row_but(89, |script| {
        script["groups"].as_array_mut().expect("a list").pop();
    });
    fates(&careful, &["aborted", "aborted", "reported"]);
}

#[test]
fn row_90_a_hanging_transaction_holds_back_everybody_behind_it() {
    let it = row(90);
    assert_eq!(processed_by(&it, "careless"), [1, 2, 3, 4, 5]);
    assert_eq!(processed_by(&it, "careful"), [3, 4, 5]);
    let aborted_us = it.at_us(|kind| matches!(kind, Kind::TransactionTimedOut { .. }));
    assert!((60_000_000..=70_100_000).contains(&aborted_us), "{aborted_us}");
    let read_us = it.events(|kind| match kind {
        Kind::Processed { consumer, record, .. } if consumer.0 == 0 => Some(record.0),
        _ => None,
    });
    assert!(read_us[0].0 > aborted_us, "records without a transaction too");
    let stable = last_stable(&it);
    assert_eq!(stable.first().map(|(_, told)| *told), Some((0, false)));
    assert_eq!(stable.last().map(|(_, told)| *told), Some((6, true)), "five records and a marker");
    let still = row_but(90, |script| {
        script["until"] = json!("50s");
        script["groups"].as_array_mut().expect("a list").pop();
    });
    let reasons: Vec<String> =
        still.report.records[2..5].iter().filter_map(|r| r.reason).map(|r| r.to_string()).collect();
    assert_eq!(reasons, ["behind an open transaction"; 3]);
}

#[test]
fn row_91_a_commit_that_times_out_is_called_again() {
    let it = row(91);
    assert_eq!(count(&it, |kind| matches!(kind, Kind::TransactionCallTimedOut { .. })), 2);
    assert_eq!(ended(&it), [(1, true)]);
    fates(&it, &["delivered"; 2]);
    let markers = count(&it, |kind| matches!(kind, Kind::MarkerWritten { .. }));
    assert_eq!(markers, 1);
}

#[test]
fn row_92_transactions_do_not_make_logs_durable() {
    let it = row(92);
    assert_eq!(it.told(), ["acked"; 4]);
    assert_eq!(ended(&it), [(1, true)]);
    fates(&it, &["lost", "lost", "delivered", "delivered"]);
    assert_eq!(places(&it)[..2], [Some(ackscope::verdict::Place::PageCache); 2]);
    assert_eq!(processed_by(&it, "careful"), [3, 4], "half of a transaction");
}
