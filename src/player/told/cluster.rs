//! What is happening to brokers, their logs and who leads, in a sentence or two.

use super::process::started;
use super::rest::payload;
use super::{brokers, event_of, ids, is_or_are, offsets, records};
use crate::model::ids::RecordId;
use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent};
use crate::verdict::biography::text::span;

/// Of brokers and partitions.
pub(super) fn cluster_sentence(setup: &Setup, kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::BrokerCrashed { broker } => format!(
            "{broker}'s process dies. Its page cache survives. The controller does not know yet: it waits for broker.session.timeout.ms ({}).",
            span(setup.broker.broker_session_timeout_us)
        ),
        Kind::DirectoryFailed { broker, directory } => format!(
            "{broker} cannot write to its log directory {directory} any more and serves nothing from there."
        ),
        Kind::DiskLost { broker, removed, .. } => {
            let gone: Vec<RecordId> = removed.iter().flat_map(|entry| ids(entry)).collect();
            format!(
                "A disk of {broker} is destroyed, and its copies of {} with it.",
                records(&gone)
            )
        }
        Kind::BrokerFenced { broker } => {
            format!("The controller has not heard of {broker} for too long and fences it.")
        }
        Kind::LeaderElected { partition, leader, leader_epoch, unclean: false }
            if !setup.partition(*partition).internal =>
        {
            format!(
                "{leader} is elected leader of {}, epoch {leader_epoch}: the first in-sync replica in the assignment. A leader's log is the truth: what it has not fetched is gone.",
                setup.partition_name(*partition)
            )
        }
        Kind::LeaderElected { partition, leader, unclean: true, .. }
            if !setup.partition(*partition).internal =>
        {
            format!(
                "Nobody in sync is alive, and unclean elections are allowed: {leader} leads {}, whatever it lacks.",
                setup.partition_name(*partition)
            )
        }
        Kind::PartitionOffline { partition, .. } if !setup.partition(*partition).internal => {
            format!("Nobody in sync is alive: {} has no leader.", setup.partition_name(*partition))
        }
        Kind::BrokerRestarted { broker, since } => {
            started(setup, &broker.to_string(), *since, " and loads its logs.")
        }
        Kind::BrokerRegistered { broker, .. } => {
            format!("{broker} registers with the controller and learns whom to follow.")
        }
        Kind::BrokerUnfenced { broker } => {
            format!("{broker} has caught up with the controller's log and is unfenced.")
        }
        Kind::Truncated { broker, partition, to, removed, .. }
            if !setup.partition(*partition).internal =>
        {
            let gone: Vec<RecordId> = removed.iter().flat_map(|entry| ids(entry)).collect();
            format!(
                "{broker} cuts its log at offset {to}, where it departs from the leader's: {} {} gone for good.",
                records(&gone),
                is_or_are(&gone)
            )
        }
        Kind::IsrExpanded { partition, isr } if !setup.partition(*partition).internal => {
            format!("The ISR of {} grows to {}.", setup.partition_name(*partition), brokers(isr))
        }
        Kind::Flushed { broker, partition, to, .. } if !setup.partition(*partition).internal => {
            format!("What {broker} holds before offset {to} is on its disk now.")
        }
        _ => return None,
    })
}

/// Of copies in logs.
pub(super) fn log_sentence(setup: &Setup, kind: &Kind) -> Option<String> {
    match kind {
        Kind::Appended { broker, partition, entry } if !setup.partition(*partition).internal => {
            Some(format!(
                "{broker} appends {} at {}: in the page cache, not yet on disk, not yet on another broker.",
                payload(setup, entry),
                offsets(entry)
            ))
        }
        Kind::Replicated { broker, partition, entry } if !setup.partition(*partition).internal => {
            Some(format!(
                "{broker} has fetched {}. The leader learns of it from the next fetch only.",
                payload(setup, entry)
            ))
        }
        Kind::HighWatermarkAdvanced { partition, to, .. }
            if !setup.partition(*partition).internal =>
        {
            Some(format!(
                "Every in-sync replica has what is before offset {to} of {}: the high watermark moves there, and consumers may read it.",
                setup.partition_name(*partition)
            ))
        }
        _ => None,
    }
}

/// An ISR that shrinks, and why: a follower is slow, or the controller has given it up.
pub(super) fn isr_sentence(
    setup: &Setup,
    trace: &[TraceEvent],
    event: &TraceEvent,
) -> Option<String> {
    let Kind::IsrShrunk { partition, isr } = &event.kind else { return None };
    if setup.partition(*partition).internal {
        return None;
    }
    let why = match event_of(trace, event.cause).map(|cause| &cause.kind) {
        Some(Kind::BrokerFenced { broker }) => format!("{broker} is fenced"),
        Some(Kind::MessageArrived { .. }) => format!(
            "a follower has not caught up for replica.lag.time.max.ms ({})",
            span(setup.broker.replica_lag_time_max_us)
        ),
        _ => "a broker stops".to_owned(),
    };
    let name = setup.partition_name(*partition);
    Some(format!("The ISR of {name} shrinks to {}: {why}.", brokers(isr)))
}
