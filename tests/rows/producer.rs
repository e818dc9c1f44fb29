//! Rows 1 to 37: the producer and its leader.

use ackscope::model::error::KafkaError;
use ackscope::model::trace::Kind;
use ackscope::verdict::Place;
use serde_json::json;

use crate::support::Outcome;
use crate::table::{row, row_but};

/// Fails unless these are the fates of all records.
#[track_caller]
pub fn fates(it: &Outcome, expected: &[&str]) {
    let fates: Vec<&str> = it.report.records.iter().map(|r| r.fate.word()).collect();
    assert_eq!(fates, expected, "{}", it.trace_text());
}

/// The records of the leader's log, in order; the replicas must agree.
#[track_caller]
pub fn log_on(it: &Outcome, brokers: &[u16]) -> Vec<u32> {
    let log = it.log(brokers[0]);
    for broker in brokers {
        assert_eq!(it.log(*broker), log, "broker-{broker} against broker-{}", brokers[0]);
    }
    log.into_iter().map(|(_, record)| record).collect()
}

pub fn places(it: &Outcome) -> Vec<Option<Place>> {
    it.report.records.iter().map(|r| r.place).collect()
}

pub fn count(it: &Outcome, pick: impl Fn(&Kind) -> bool) -> usize {
    it.events(|kind| pick(kind).then_some(())).len()
}

pub fn retries(it: &Outcome) -> usize {
    count(it, |kind| matches!(kind, Kind::BatchRetried { .. }))
}

fn failed_us(it: &Outcome) -> Vec<u64> {
    let failed = it.events(|kind| matches!(kind, Kind::BatchFailed { .. }).then_some(()));
    failed.into_iter().map(|(at_us, ())| at_us).collect()
}

pub const ALL: &[u16] = &[1, 2, 3];

#[test]
fn row_01_acks_0_and_the_connection_dies() {
    let it = row(1);
    assert_eq!(it.told(), ["acked"; 4]);
    // The request of record 2, and what was written to the same socket before anybody noticed.
    fates(&it, &["delivered", "lost", "lost", "delivered"]);
    assert_eq!(places(&it)[1..3], [Some(Place::Network); 2]);
    assert_eq!(log_on(&it, ALL), [1, 4]);
}

#[test]
fn row_02_acks_0_and_the_leader_has_moved() {
    let it = row(2);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["lost", "lost", "delivered"]);
    assert_eq!(log_on(&it, ALL), [3]);
    let refused = it.events(|kind| match kind {
        Kind::AppendRefused { error, .. } => Some(*error),
        _ => None,
    });
    // Record 1 is refused; record 2 goes with the connection that the broker then closes.
    let errors: Vec<_> = refused.into_iter().map(|(_, error)| error).collect();
    assert_eq!(errors, [KafkaError::NotLeaderOrFollower]);
    assert!(count(&it, |kind| matches!(kind, Kind::Disconnected { .. })) > 0);
}

#[test]
fn row_03_acks_0_and_nothing_can_be_written() {
    let it = row(3);
    assert_eq!(it.told(), ["failed(TimeoutException)"; 2]);
    fates(&it, &["reported", "reported"]);
    // Both joined one batch; delivery.timeout.ms counts from its creation.
    assert_eq!(failed_us(&it), [120_010_000]);
}

#[test]
fn row_04_acks_0_and_the_request_is_only_partly_written() {
    let it = row(4);
    assert_eq!(it.told(), ["acked"; 2]);
    fates(&it, &["delivered"; 2]);
    assert_eq!(log_on(&it, ALL), [1, 2]);
    assert_eq!(retries(&it), 1);
    // Without retries the application hears of it.
    let it = row_but(4, |script| script["producers"][0]["config"]["retries"] = json!(0));
    assert_eq!(it.told(), ["failed(NetworkException)", "acked"]);
    fates(&it, &["reported", "delivered"]);
}

#[test]
fn row_05_acks_0_and_the_batch_is_too_large_for_the_broker() {
    let it = row(5);
    assert_eq!(it.told(), ["acked"; 4]);
    fates(&it, &["lost", "lost", "lost", "delivered"]);
    assert_eq!(log_on(&it, ALL), [4]);
    assert_eq!(count(&it, |kind| matches!(kind, Kind::BatchSplit { .. })), 0);
}

#[test]
fn row_06_what_is_acked_below_min_insync_replicas_is_stored_and_not_visible() {
    let it = row(6);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(log_on(&it, &[1, 2]), [1, 2, 3]);
    let first_poll_us = it.at_us(|kind| matches!(kind, Kind::Polled { .. }));
    assert!(first_poll_us > 40_000_000, "only when the ISR is large enough again");
    // Until then consumers stall, whatever was acknowledged.
    for acks in ["0", "1"] {
        let it = row_but(6, |script| {
            script["until"] = json!("39s");
            script["producers"][0]["config"]["acks"] = json!(acks);
        });
        assert_eq!(it.told(), ["acked"; 3]);
        fates(&it, &["pending"; 3]);
    }
    // Before 3.7 the high watermark did not wait.
    let it = row_but(6, |script| {
        script["kafka"] = json!("3.6");
        script["until"] = json!("39s");
    });
    fates(&it, &["delivered"; 3]);
}

#[test]
fn row_07_acks_1_and_the_leader_crashes_before_a_follower_has_fetched() {
    let it = row(7);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered", "delivered", "lost"]);
    assert_eq!(it.report.records[2].place, Some(Place::Truncated));
    // Broker 2 leads without it, and broker 1 has cut it off when it came back.
    assert_eq!(it.elected(), [2]);
    assert_eq!(log_on(&it, ALL), [1, 2]);
}

#[test]
fn row_08_the_first_in_the_assignment_leads_not_the_longest_log() {
    let it = row(8);
    assert_eq!(it.told(), ["acked"; 2]);
    fates(&it, &["delivered", "lost"]);
    assert_eq!(it.report.records[1].place, Some(Place::Truncated));
    assert_eq!(it.elected(), [2]);
    let cut = it.events(|kind| match kind {
        Kind::Truncated { broker, removed, .. } if !removed.is_empty() => Some(broker.0 + 1),
        _ => None,
    });
    let cut: Vec<u16> = cut.into_iter().map(|(_, broker)| broker).collect();
    assert_eq!(cut, [3, 1], "a live replica that had it, then the old leader");
}

#[test]
fn row_09_what_the_followers_have_fetched_survives() {
    let it = row(9);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["delivered"]);
    assert_eq!(log_on(&it, &[2, 3]), [1]);
    let committed_us = it.at_us(
        |kind| matches!(kind, Kind::HighWatermarkAdvanced { partition, .. } if partition.0 == 0),
    );
    let elected_us = it.at_us(|kind| matches!(kind, Kind::LeaderElected { .. }));
    assert!(committed_us > elected_us, "visible only under the new leader");
}

#[test]
fn row_10_a_planned_move_loses_what_acks_1_has_not_replicated() {
    let it = row(10);
    assert_eq!(it.told(), ["acked"; 12]);
    let lost = it.with_fate("lost");
    // What was appended after the fetch that brought record 2, up to the move.
    assert_eq!(lost, [3, 4, 5, 6, 7, 8]);
    assert_eq!(log_on(&it, ALL), [1, 2, 9, 10, 11, 12]);
    assert_eq!(count(&it, |kind| matches!(kind, Kind::BrokerCrashed { .. })), 0);
    let it = row_but(10, |script| script["producers"][0]["config"]["acks"] = json!("all"));
    assert_eq!(it.with_fate("delivered").len(), 12);
}

#[test]
fn row_11_a_lost_response_is_a_duplicate() {
    let it = row(11);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["duplicated"]);
    assert_eq!(log_on(&it, ALL), [1, 1]);
}

#[test]
fn row_12_a_process_crash_loses_nothing_of_one_replica() {
    let it = row(12);
    assert_eq!(it.told(), ["acked"; 2]);
    fates(&it, &["delivered"; 2]);
    assert_eq!(log_on(&it, &[1]), [1, 2]);
    assert!(count(&it, |kind| matches!(kind, Kind::PartitionOffline { .. })) > 0);
}

#[test]
fn row_13_a_power_cut_loses_what_one_replica_had_not_flushed() {
    let it = row(13);
    assert_eq!(it.told(), ["acked"; 2]);
    fates(&it, &["lost"; 2]);
    assert_eq!(places(&it), [Some(Place::PageCache); 2]);
    assert_eq!(log_on(&it, &[1]), [] as [u32; 0]);
}

#[test]
fn row_14_acks_all_and_the_leader_crashes_right_after_the_ack() {
    let it = row(14);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(log_on(&it, ALL), [1, 2, 3]);
}

#[test]
fn row_15_the_new_leader_recognises_what_it_has() {
    let it = row(15);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["delivered"]);
    assert_eq!(log_on(&it, ALL), [1]);
    let known = it.events(|kind| match kind {
        Kind::DuplicateBatch { broker, base_offset, .. } => Some((broker.0 + 1, *base_offset)),
        _ => None,
    });
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].1, (2, 0), "the original offset");
}

#[test]
fn row_16_the_new_leader_appends_what_it_lacks() {
    let it = row(16);
    assert_eq!(it.told(), ["acked"; 2]);
    fates(&it, &["delivered"; 2]);
    assert_eq!(log_on(&it, ALL), [1, 2]);
    assert_eq!(count(&it, |kind| matches!(kind, Kind::DuplicateBatch { .. })), 0);
    // The old leader cuts off its own copy, and fetches the other one.
    let cut = it.events(|kind| match kind {
        Kind::Truncated { broker, removed, .. } if !removed.is_empty() => Some(broker.0 + 1),
        _ => None,
    });
    assert_eq!(cut.iter().map(|(_, broker)| *broker).collect::<Vec<_>>(), [1]);
}

#[test]
fn row_17_without_idempotence_it_is_there_twice() {
    let it = row(17);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["duplicated"]);
    assert_eq!(log_on(&it, ALL), [1, 1]);
}

#[test]
fn row_18_batches_that_fail_together_are_sent_again_in_reverse() {
    let it = row(18);
    assert_eq!(it.told(), ["acked"; 4]);
    fates(&it, &["delivered"; 4]);
    assert_eq!(log_on(&it, ALL), [3, 2, 1, 4]);
    assert_eq!(it.report.reordered, [1, 2], "they stand behind record 3");
}

#[test]
fn row_19_acknowledgements_that_are_lost_together_double_and_reverse() {
    let it = row(19);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["duplicated"; 3]);
    assert_eq!(log_on(&it, ALL), [1, 2, 3, 3, 2, 1]);
    assert_eq!(it.report.reordered, [1, 2]);
}

#[test]
fn row_20_a_batch_that_is_refused_for_a_moment_comes_after_the_next_one() {
    let it = row(20);
    assert_eq!(it.told(), ["acked"; 2]);
    fates(&it, &["delivered"; 2]);
    assert_eq!(log_on(&it, ALL), [2, 1]);
    assert_eq!(it.report.reordered, [1]);
}

#[test]
fn row_21_one_in_flight_keeps_the_order_and_not_from_duplicates() {
    let it = row(21);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["duplicated", "delivered", "delivered"]);
    assert_eq!(log_on(&it, ALL), [1, 1, 2, 3]);
    assert!(it.report.reordered.is_empty());
    for (number, log) in [(18, vec![1, 2, 3, 4]), (20, vec![1, 2])] {
        let it = row_but(number, |script| {
            let config = &mut script["producers"][0]["config"];
            config["max.in.flight.requests.per.connection"] = json!(1);
        });
        assert_eq!(log_on(&it, ALL), log, "row {number}");
    }
}

#[test]
fn row_22_idempotence_keeps_order_and_number() {
    let it = row(22);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(log_on(&it, ALL), [1, 2, 3]);
    let it = row_but(18, |script| {
        script["producers"][0]["config"]["enable.idempotence"] = json!(true);
    });
    fates(&it, &["delivered"; 4]);
    assert_eq!(log_on(&it, ALL), [1, 2, 3, 4]);
}

#[test]
fn row_23_without_retries_a_move_is_an_error() {
    let it = row(23);
    assert_eq!(it.told(), ["failed(NotLeaderOrFollowerException)", "acked"]);
    fates(&it, &["reported", "delivered"]);
    assert_eq!(log_on(&it, ALL), [2], "the metadata was refreshed");
    let it = row_but(23, |script| script["producers"][0]["style"] = json!("fire-and-forget"));
    assert_eq!(it.told(), ["nothing"; 2]);
    fates(&it, &["lost", "delivered"]);
}

#[test]
fn row_24_without_retries_a_lost_response_is_an_error_about_a_record_that_is_there() {
    let it = row(24);
    assert_eq!(it.told(), ["failed(NetworkException)"]);
    fates(&it, &["ghost"]);
    assert_eq!(log_on(&it, ALL), [1]);
    let it = row_but(24, |script| script["producers"][0]["resend"] = json!(1));
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["duplicated"]);
    assert_eq!(log_on(&it, ALL), [1, 1]);
}

#[test]
fn row_25_a_record_too_large_fails_at_once_and_alone() {
    let it = row(25);
    assert_eq!(it.told(), ["acked", "failed(RecordTooLargeException)", "acked"]);
    fates(&it, &["delivered", "reported", "delivered"]);
    assert_eq!(failed_us(&it), [20_000]);
    assert_eq!(log_on(&it, ALL), [1, 3]);
}

#[test]
fn row_26_a_batch_too_large_is_split_and_a_record_too_large_fails() {
    let it = row(26);
    let failed = "failed(RecordTooLargeException)";
    let acked = "acked";
    assert_eq!(it.told(), [acked, acked, acked, acked, acked, acked, failed, acked]);
    assert_eq!(log_on(&it, ALL), [1, 2, 3, 4, 5, 6, 8]);
    assert_eq!(it.with_fate("reported"), [7]);
    assert!(count(&it, |kind| matches!(kind, Kind::BatchSplit { .. })) > 1);
    // Before 4.2 the pieces were cut as large as before, until the batch was too old (KAFKA-8350).
    let it = row_but(26, |script| script["kafka"] = json!("4.1"));
    assert_eq!(it.told()[..6], ["failed(TimeoutException)"; 6]);
}

#[test]
fn row_27_one_invalid_record_takes_its_batch_along() {
    let it = row(27);
    let beside = "failed(KafkaException)";
    assert_eq!(it.told(), [beside, "failed(InvalidRecordException)", beside, "acked"]);
    fates(&it, &["reported", "reported", "reported", "delivered"]);
    assert_eq!(log_on(&it, ALL), [4]);
    assert_eq!(retries(&it), 0);
}

#[test]
fn row_28_a_full_buffer_blocks_and_then_fails() {
    let it = row(28);
    assert_eq!(it.told(), ["acked", "acked", "failed(BufferExhaustedException)"]);
    fates(&it, &["delivered", "delivered", "reported"]);
    let blocked_us = it.at_us(|kind| matches!(kind, Kind::SendBlocked { .. }));
    assert_eq!(failed_us(&it), [blocked_us + 60_000_000]);
    assert_eq!(log_on(&it, &[1]), [1, 2]);
}

#[test]
fn row_29_a_broker_that_is_down_too_long_is_an_error() {
    let it = row(29);
    assert_eq!(it.told(), ["failed(TimeoutException)"; 2]);
    fates(&it, &["reported"; 2]);
    assert_eq!(failed_us(&it), [120_010_000]);
    assert_eq!(count(&it, |kind| matches!(kind, Kind::BatchDrained { .. })), 0);
}

#[test]
fn row_30_a_batch_can_expire_while_its_request_is_at_the_broker() {
    let it = row(30);
    assert_eq!(it.told(), ["failed(TimeoutException)"]);
    fates(&it, &["ghost"]);
    assert_eq!(failed_us(&it), [2_010_000]);
    assert_eq!(log_on(&it, ALL), [1]);
}

#[test]
fn row_31_a_killed_producer_takes_its_accumulator_along() {
    let it = row(31);
    assert_eq!(it.told(), ["nothing"; 3]);
    fates(&it, &["lost"; 3]);
    assert_eq!(places(&it), [Some(Place::Accumulator); 3]);
}

#[test]
fn row_32_a_request_in_a_socket_outlives_its_producer() {
    let it = row(32);
    assert_eq!(it.told(), ["nothing"]);
    fates(&it, &["delivered"]);
    assert_eq!(log_on(&it, ALL), [1]);
}

#[test]
fn row_33_a_close_that_does_not_wait_fails_what_may_be_stored() {
    let it = row(33);
    assert_eq!(it.told(), ["failed(KafkaException)"; 3]);
    fates(&it, &["ghost", "reported", "reported"]);
    assert_eq!(log_on(&it, ALL), [1]);
    // What lingers is not even sent: the sender ends at once.
    let it = row_but(33, |script| script["producers"][0]["config"]["linger.ms"] = json!(1000));
    assert_eq!(it.told(), ["failed(KafkaException)"; 3]);
    fates(&it, &["reported"; 3]);
    assert!(log_on(&it, ALL).is_empty());
}

#[test]
fn row_34_a_restarted_process_is_another_producer() {
    let it = row(34);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["duplicated"; 3]);
    assert_eq!(log_on(&it, ALL), [1, 2, 3, 1, 2, 3]);
    // One that knows what was acknowledged sends nothing twice here.
    let it = row_but(34, |script| {
        script["producers"][0]["on_restart"] = json!("resend-unacknowledged");
    });
    fates(&it, &["delivered"; 3]);
}

#[test]
fn row_35_a_resend_by_the_application_has_another_sequence() {
    let it = row(35);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["duplicated"]);
    assert_eq!(log_on(&it, ALL), [1, 1]);
    assert_eq!(count(&it, |kind| matches!(kind, Kind::RecordResent { .. })), 1);
}

#[test]
fn row_36_a_fresh_partition_accepts_any_first_sequence() {
    let it = row(36);
    assert_eq!(it.told(), ["failed(TimeoutException)", "acked", "acked"]);
    fates(&it, &["reported", "delivered", "delivered"]);
    assert_eq!(log_on(&it, ALL), [2, 3]);
    let refused = it.events(|kind| match kind {
        Kind::AppendRefused { error, .. } => Some(*error),
        _ => None,
    });
    assert_eq!(refused[0].1, KafkaError::NotEnoughReplicas);
    assert!(refused[1..].iter().all(|(_, e)| *e == KafkaError::OutOfOrderSequenceNumber));
    assert!(refused.len() > 10, "it loops");
}

#[test]
fn row_37_a_timestamp_too_far_ahead_is_refused() {
    let it = row(37);
    assert_eq!(it.told(), ["acked", "failed(InvalidTimestampException)", "acked"]);
    fates(&it, &["delivered", "reported", "delivered"]);
    assert_eq!(log_on(&it, ALL), [1, 3]);
    assert_eq!(retries(&it), 0);
    // Before 4.0 any timestamp was taken.
    let it = row_but(37, |script| script["kafka"] = json!("3.9"));
    fates(&it, &["delivered"; 3]);
}
