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
