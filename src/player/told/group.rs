//! What is happening in consumer groups, in a sentence or two.

use crate::model::group::Removal;
use crate::model::ids::{ConsumerId, Node, PartitionId};
use crate::model::setup::{InForce, Setup};
use crate::model::trace::{Kind, TraceEvent};
use crate::verdict::biography::text::span;

fn consumer(setup: &Setup, id: ConsumerId) -> String {
    setup.name(Node::Consumer(id))
}

fn partitions(setup: &Setup, ids: &[PartitionId]) -> String {
    ids.iter().map(|id| setup.partition_name(*id)).collect::<Vec<_>>().join(", ")
}

/// Of members that come and go, and of what they skip.
pub(super) fn group_sentence(
    setup: &Setup,
    trace: &[TraceEvent],
    event: &TraceEvent,
) -> Option<String> {
    Some(match &event.kind {
        Kind::RebalanceBegan { group, .. } => format!(
            "A member of {} came or went: its coordinator shares out the partitions anew.",
            setup.groups[group.index()].id
        ),
        Kind::MemberRemoved { group, consumer: id, why } => {
            let group = &setup.groups[group.index()];
            let settings = InForce::at(setup, trace, event);
            let session_us = setup.session_timeout_us(settings.consumer(setup, *id));
            let session = span(session_us);
            let why = match why {
                Removal::Left => "leaves".to_owned(),
                Removal::SessionTimeout => format!("was silent for {session}: it is out"),
                Removal::RebalanceTimeout => "did not join in time: it is out".to_owned(),
            };
            format!("{} {why} of {}.", consumer(setup, *id), group.id)
        }
        Kind::PollTimedOut { consumer: id } => format!(
            "{}'s application was away from poll() for max.poll.interval.ms: the client leaves the group, while the application works on.",
            consumer(setup, *id)
        ),
        Kind::PartitionsAssigned { consumer: id, partitions: ids } if !ids.is_empty() => {
            format!("{} gets {}.", consumer(setup, *id), partitions(setup, ids))
        }
        Kind::PartitionsRevoked { consumer: id, partitions: ids, lost, .. } => {
            let how = if *lost { "has lost" } else { "gives back" };
            format!("{} {how} {}.", consumer(setup, *id), partitions(setup, ids))
        }
        Kind::ProcessingFailed { consumer: id, record, .. } => format!(
            "Processing record {record} throws an exception in {}'s application.",
            consumer(setup, *id)
        ),
        Kind::CommitFailed { consumer: id, error } => {
            format!("{}'s commit fails: {}.", consumer(setup, *id), error.exception())
        }
        Kind::PositionReset { consumer: id, partition, offset, committed }
            if *committed || *offset > 0 =>
        {
            let why = match committed {
                true => "which its group has committed",
                false => "as auto.offset.reset says: nothing is committed",
            };
            let at = setup.partition_name(*partition);
            format!("{} begins to read {at} at offset {offset}, {why}.", consumer(setup, *id))
        }
        Kind::TruncationDetected { consumer: id, from, to, .. } => format!(
            "{} learns that the log was cut below its offset {from}, and goes back to {to}.",
            consumer(setup, *id)
        ),
        Kind::RecordsDeleted { broker, partition, to, .. } => format!(
            "{broker} deletes what is before offset {to} of {}.",
            setup.partition_name(*partition)
        ),
        Kind::OffsetsExpired { group } => format!(
            "The committed offsets of {} have expired: auto.offset.reset will say where it begins.",
            setup.groups[group.index()].id
        ),
        Kind::PartitionAdded { partition, .. } => format!(
            "{} is new. Clients learn of it with their next metadata, after up to metadata.max.age.ms.",
            setup.partition_name(*partition)
        ),
        _ => return None,
    })
}
