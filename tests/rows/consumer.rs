//! Rows 61 to 81: consumers and their groups.

use ackscope::model::error::KafkaError;
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
