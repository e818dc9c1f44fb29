//! Rows 61 to 81: consumers and their groups.

use ackscope::model::error::KafkaError;
use ackscope::model::group::Removal;
use ackscope::model::trace::Kind;
use ackscope::verdict::Place;
use serde_json::json;

use crate::producer::{fates, places};
use crate::support::Outcome;
use crate::table::{row, row_but};

/// The offsets of the first partition that were stored, in order.
fn stored(it: &Outcome) -> Vec<u64> {
    let stored = it.events(|kind| match kind {
        Kind::OffsetCommitted { partition, offset, .. } if partition.0 == 0 => Some(*offset),
        _ => None,
    });
    stored.into_iter().map(|(_, offset)| offset).collect()
}

/// What the consumers were told of commits that failed.
fn refused(it: &Outcome) -> Vec<KafkaError> {
    let failed = it.events(|kind| match kind {
        Kind::CommitFailed { error, .. } => Some(*error),
        _ => None,
    });
    failed.into_iter().map(|(_, error)| error).collect()
}

/// Where consumers began to read the first partition, and whether a committed offset said so.
fn began(it: &Outcome) -> Vec<(u64, bool)> {
    let began = it.events(|kind| match kind {
        Kind::PositionReset { partition, offset, committed, .. } if partition.0 == 0 => {
            Some((*offset, *committed))
        }
        _ => None,
    });
    began.into_iter().map(|(_, began)| began).collect()
}

/// The events that made a record lost.
fn causes(it: &Outcome, record: usize) -> Vec<&str> {
    it.report.records[record - 1].causes.iter().map(|cause| cause.event).collect()
}

#[test]
fn row_61_auto_commit_in_one_loop_never_loses_it_repeats() {
    let it = row(61);
    assert_eq!(it.told(), ["acked"; 6]);
    let mut expected = ["duplicated"; 6];
    expected[5] = "delivered";
    fates(&it, &expected);
    assert_eq!(it.processed(), [2, 2, 2, 2, 2, 1]);
    assert_eq!(began(&it), [(0, false), (0, false)], "nothing was committed");
    let often = row_but(61, |script| {
        script["groups"][0]["config"]["auto.commit.interval.ms"] = json!(10);
    });
    assert_eq!(often.processed(), [1, 1, 1, 2, 2, 1], "all since the last commit");
    let idempotent = row_but(61, |script| script["groups"][0]["idempotent"] = json!(true));
    fates(&idempotent, &["delivered"; 6]);
    assert_eq!(idempotent.processed(), [2, 2, 2, 2, 2, 1]);
    assert!(idempotent.report.records.iter().all(|record| record.effects == 1));
}

#[test]
fn row_62_a_poll_commits_what_earlier_polls_returned() {
    let it = row(62);
    fates(&it, &["delivered"; 6]);
    assert_eq!(began(&it), [(0, false), (3, true)]);
}

#[test]
fn row_63_auto_commit_covers_what_a_worker_has_not_processed() {
    let it = row(63);
    fates(&it, &["delivered", "delivered", "lost", "lost", "lost", "lost"]);
    assert_eq!(places(&it)[2..], [Some(Place::SkippedByTheConsumer); 4]);
    assert_eq!(causes(&it, 3), ["acked", "offset-committed"]);
    assert_eq!(began(&it), [(0, false), (6, true)]);
    // The same workers, but the loop waits for them and commits by hand.
    let by_hand = row_but(63, |script| {
        script["groups"][0]["config"]["enable.auto.commit"] = json!(false);
        script["actions"][0]["when"] = json!({ "event": "processed", "record": 5 });
    });
    fates(
        &by_hand,
        &["delivered", "delivered", "delivered", "duplicated", "duplicated", "delivered"],
    );
    // Between the last record and the commit lies a moment, as without workers (row 67).
    let before_the_commit = row_but(63, |script| {
        script["groups"][0]["config"]["enable.auto.commit"] = json!(false);
        script["actions"][0]["when"] = json!({ "event": "processed", "record": 3 });
    });
    assert_eq!(before_the_commit.with_fate("duplicated"), [1, 2, 3]);
}

#[test]
fn row_64_close_commits_what_the_exception_left_unprocessed() {
    let it = row(64);
    fates(&it, &["delivered", "delivered", "delivered", "delivered", "lost", "lost"]);
    assert_eq!(places(&it)[4..], [Some(Place::SkippedByTheConsumer); 2]);
    assert_eq!(causes(&it, 5), ["acked", "processing-failed", "offset-committed"]);
    assert_eq!(causes(&it, 6), ["acked", "offset-committed"]);
    assert_eq!(stored(&it), [6]);
    let crash = row_but(64, |script| {
        script["groups"][0]["failure"]["then"] = json!("crash");
        script["actions"][0]["when"]["event"] = json!("crashed");
    });
    assert_eq!(crash.processed(), [2, 2, 2, 2, 1, 1], "without close() nothing is committed");
}

#[test]
fn row_65_a_swallowed_exception_skips_the_record() {
    let it = row(65);
    fates(&it, &["delivered", "delivered", "lost", "delivered", "delivered", "delivered"]);
    assert_eq!(places(&it)[2], Some(Place::SkippedByTheConsumer));
    assert_eq!(causes(&it, 3)[..2], ["acked", "processing-failed"]);
    // An application that tries again before it goes on skips nothing and keeps the order.
    for workers in [0, 1] {
        let again = row_but(65, |script| {
            script["groups"][0]["failure"]["then"] = json!("retry");
            script["groups"][0]["failure"]["times"] = json!(2);
            script["groups"][0]["workers"] = json!(workers);
        });
        fates(&again, &["delivered"; 6]);
        assert!(again.report.reordered.is_empty());
        let failed = again.events(|kind| match kind {
            Kind::ProcessingFailed { record, .. } => Some(record.0),
            _ => None,
        });
        assert_eq!(failed.into_iter().map(|(_, id)| id).collect::<Vec<_>>(), [3, 3]);
    }
}

#[test]
fn row_66_commit_before_processing_is_at_most_once() {
    let it = row(66);
    fates(&it, &["delivered", "lost", "lost", "delivered", "delivered", "delivered"]);
    assert_eq!(causes(&it, 2), ["acked", "offset-committed"]);
    assert_eq!(began(&it), [(0, false), (3, true)]);
}

#[test]
fn row_67_commit_after_processing_is_at_least_once() {
    let it = row(67);
    let twice = "duplicated";
    fates(&it, &[twice, twice, twice, "delivered", "delivered", "delivered"]);
    assert_eq!(began(&it), [(0, false), (0, false)]);
}

#[test]
fn row_68_the_last_asynchronous_commit_fails() {
    let it = row(68);
    let twice = "duplicated";
    fates(&it, &["delivered", "delivered", "delivered", twice, twice, twice]);
    assert_eq!(refused(&it), [KafkaError::NetworkException]);
    assert_eq!(began(&it), [(0, false), (3, true)], "the older commit stands");
}

/// Who processed a record, in order, by member.
fn readers(it: &Outcome, record: u32) -> Vec<u16> {
    let readers = it.events(|kind| match kind {
        Kind::Processed { consumer, record: id, .. } if id.0 == record => Some(consumer.0 + 1),
        _ => None,
    });
    readers.into_iter().map(|(_, member)| member).collect()
}

/// Who was removed from the group, and why.
fn removed(it: &Outcome) -> Vec<(u16, Removal)> {
    let removed = it.events(|kind| match kind {
        Kind::MemberRemoved { consumer, why, .. } => Some((consumer.0 + 1, *why)),
        _ => None,
    });
    removed.into_iter().map(|(_, removed)| removed).collect()
}

#[test]
fn row_69_the_new_owner_does_the_work_of_one_who_takes_too_long() {
    let it = row(69);
    let twice = "duplicated";
    fates(&it, &[twice, twice, twice, "delivered", "delivered", "delivered"]);
    assert_eq!(removed(&it), [(1, Removal::Left)], "the client itself leaves");
    let left_us = it.at_us(|kind| matches!(kind, Kind::PollTimedOut { .. }));
    let polled_us = it.at_us(|kind| matches!(kind, Kind::Polled { .. }));
    assert_eq!(left_us - polled_us, 300_000_000);
    assert_eq!(readers(&it, 1), [2, 1], "the side effects of both take place");
    assert_eq!(refused(&it), [KafkaError::CommitFailed]);
    assert_eq!(refused(&it)[0].exception(), "CommitFailedException");
    assert_eq!(*stored(&it).last().expect("a commit"), 6);
}

#[test]
fn row_70_with_auto_commit_nobody_hears_of_it() {
    let it = row(70);
    let twice = "duplicated";
    fates(&it, &[twice, twice, twice, "delivered", "delivered", "delivered"]);
    assert_eq!(readers(&it, 1), [2, 1]);
    assert_eq!(refused(&it), [KafkaError::CommitFailed], "logged, when it joins again");
    let lost =
        it.events(|kind| matches!(kind, Kind::PartitionsRevoked { lost: true, .. }).then_some(()));
    assert_eq!(lost.len(), 1, "onPartitionsLost");
}

#[test]
fn row_71_a_zombie_repeats_work_and_cannot_touch_the_offsets() {
    let it = row(71);
    let twice = "duplicated";
    fates(&it, &[twice, twice, twice, "delivered", "delivered", "delivered"]);
    assert_eq!(removed(&it), [(1, Removal::SessionTimeout)]);
    assert_eq!(refused(&it), [KafkaError::UnknownMemberId]);
    assert_eq!(stored(&it), [3, 6], "both by the new owner");
    assert_eq!(readers(&it, 3), [2, 1]);
    let short = row_but(71, |script| script["actions"][1]["after"] = json!("40s"));
    fates(&short, &["delivered"; 6]);
    assert!(removed(&short).is_empty(), "45 s are not over");
}

#[test]
fn row_72_a_rebalance_in_a_loop_with_auto_commit_repeats_and_loses_nothing() {
    let it = row(72);
    fates(&it, &["delivered"; 80]);
    assert!(it.report.records.iter().any(|r| readers(&it, r.id) == [2]), "the other one reads too");
}

#[test]
fn row_73_a_rebalance_repeats_what_was_not_committed() {
    let it = row(73);
    let twice = it.with_fate("duplicated");
    assert!(!twice.is_empty() && twice.len() < 10, "{twice:?}");
    assert_eq!(it.with_fate("delivered").len(), 80 - twice.len());
    let others = twice.iter().filter(|record| readers(&it, **record) == [1, 2]);
    assert!(others.count() > 0, "the new owner repeats");
    let in_revoke = row_but(73, |script| script["groups"][0]["commit_on_revoke"] = json!(true));
    fates(&in_revoke, &["delivered"; 80]);
}

#[test]
fn row_74_a_new_group_that_starts_at_the_end_never_reads_what_is_there() {
    let it = row(74);
    fates(&it, &["lost", "lost", "lost", "delivered", "delivered", "delivered"]);
    assert_eq!(places(&it)[..3], [Some(Place::NeverRead); 3]);
    assert_eq!(causes(&it, 1), ["acked", "position-reset"]);
    assert_eq!(began(&it), [(3, false)]);
    let earliest = row_but(74, |script| {
        script["groups"][0]["config"]["auto.offset.reset"] = json!("earliest");
    });
    fates(&earliest, &["delivered"; 6]);
}

#[test]
fn row_75_records_in_a_new_partition_before_it_is_discovered() {
    let it = row(75);
    let added_us = it.at_us(|kind| matches!(kind, Kind::PartitionAdded { .. }));
    let found = it.events(|kind| match kind {
        Kind::PositionReset { partition, offset, .. } if partition.0 == 1 => Some(*offset),
        _ => None,
    });
    assert_eq!(found.len(), 1, "metadata.max.age.ms is 5 min");
    let (found_us, skipped) = found[0];
    assert!((285_000_000..301_000_000).contains(&(found_us - added_us)), "{found_us}");
    assert!(skipped > 0);
    for record in &it.report.records {
        let lost = record.partition.as_deref() == Some("orders-1")
            && record.offset.is_some_and(|offset| offset < skipped);
        assert_eq!(record.fate.word(), if lost { "lost" } else { "delivered" }, "{}", record.id);
        assert_eq!(record.place, lost.then_some(Place::NeverRead));
    }
    assert_eq!(it.with_fate("lost").len() as u64, skipped);
    let earliest = row_but(75, |script| {
        script["groups"][0]["config"]["auto.offset.reset"] = json!("earliest");
    });
    fates(&earliest, &["delivered"; 40]);
    let duration = row_but(75, |script| {
        script["groups"][0]["config"]["auto.offset.reset"] = json!("by_duration:PT10M");
    });
    fates(&duration, &["delivered"; 40]);
}

#[test]
fn row_76_segments_that_are_deleted_unread() {
    let it = row(76);
    let mut expected = vec!["delivered"; 12];
    expected[3..6].fill("lost");
    fates(&it, &expected);
    assert_eq!(places(&it)[3..6], [Some(Place::NeverRead); 3]);
    assert_eq!(causes(&it, 4), ["acked", "deleted", "position-reset"]);
    assert_eq!(began(&it), [(0, false), (3, true), (6, false)], "out of range, so the beginning");
    let latest = row_but(76, |script| {
        script["groups"][0]["config"]["auto.offset.reset"] = json!("latest");
    });
    expected[6..9].fill("lost");
    fates(&latest, &expected);
    let none = row_but(76, |script| {
        script["groups"][0]["config"]["auto.offset.reset"] = json!("none");
    });
    let threw = none.events(|kind| match kind {
        Kind::PollFailed { error, .. } => Some(error.exception()),
        _ => None,
    });
    assert_eq!(threw.first().map(|(_, threw)| *threw), Some("NoOffsetForPartitionException"));
}

#[test]
fn row_77_offsets_that_expired() {
    let it = row(77);
    let mut expected = vec!["duplicated"; 9];
    expected[3..].fill("delivered");
    fates(&it, &expected);
    assert_eq!(began(&it), [(0, false), (0, false)], "all is read again");
    let latest = row_but(77, |script| {
        script["groups"][0]["config"]["auto.offset.reset"] = json!("latest");
    });
    let mut expected = vec!["delivered"; 9];
    expected[3..6].fill("lost");
    fates(&latest, &expected);
    let member = row_but(77, |script| script["actions"][0]["at"] = json!("21s"));
    fates(&member, &["delivered"; 9]);
}

/// What consumers noticed of logs that were cut: from which offset to which.
fn noticed(it: &Outcome) -> Vec<(u64, u64)> {
    let noticed = it.events(|kind| match kind {
        Kind::TruncationDetected { from, to, .. } => Some((*from, *to)),
        _ => None,
    });
    noticed.into_iter().map(|(_, noticed)| noticed).collect()
}

#[test]
fn row_78_a_position_with_an_epoch_goes_back_to_where_the_logs_part() {
    let it = row(78);
    fates(&it, &["delivered"; 9]);
    assert_eq!(noticed(&it), [(6, 3)]);
    assert_eq!(crate::producer::log_on(&it, crate::producer::ALL), [1, 2, 3, 7, 8, 9]);
    let none = row_but(78, |script| {
        script["groups"][0]["config"]["auto.offset.reset"] = json!("none");
        script["groups"][0]["running"] = json!(0);
    });
    assert!(none.with_fate("delivered").is_empty());
}

#[test]
fn row_79_a_position_without_an_epoch_skips_what_was_written_anew() {
    let it = row(79);
    let mut expected = vec!["delivered"; 11];
    expected[6..9].fill("lost");
    fates(&it, &expected);
    assert!(noticed(&it).is_empty());
    assert_eq!(it.told(), ["acked"; 11]);
    let epochs = row_but(79, |script| script["kafka"] = json!("2.1"));
    assert_eq!(noticed(&epochs), [(6, 3)], "KIP-320");
    fates(&epochs, &["delivered"; 11]);
}

#[test]
fn row_80_a_position_beyond_the_new_end_jumps_over_what_was_written() {
    let it = row(80);
    let mut expected = vec!["delivered"; 10];
    expected[6..8].fill("lost");
    fates(&it, &expected);
    assert_eq!(it.told(), ["acked"; 10]);
    let earliest = row_but(80, |script| {
        script["groups"][0]["config"]["auto.offset.reset"] = json!("earliest");
    });
    let mut expected = vec!["delivered"; 10];
    expected[..3].fill("duplicated");
    fates(&earliest, &expected);
}

#[test]
fn row_81_an_automatic_commit_that_races_with_poll() {
    let it = row(81);
    fates(&it, &["delivered", "delivered", "delivered", "lost", "lost", "lost"]);
    assert_eq!(places(&it)[3..], [Some(Place::SkippedByTheConsumer); 3]);
    assert_eq!(began(&it), [(0, false), (6, true)]);
    for version in ["3.7", "3.9"] {
        let preview = row_but(81, |script| script["kafka"] = json!(version));
        assert_eq!(preview.with_fate("lost"), [4, 5, 6], "KAFKA-18641 in {version}");
    }
    let mended = row_but(81, |script| script["kafka"] = json!("4.0"));
    assert!(mended.with_fate("lost").is_empty());
    let benign = row_but(81, |script| script["groups"][0]["auto_commit_race"] = json!(false));
    assert!(benign.with_fate("lost").is_empty());
}
