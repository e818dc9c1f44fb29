//! What an event is about: entities, records, a partition.

use crate::model::ids::{Node, PartitionId, RecordId};
use crate::model::record::{Batch, LogBatch};
use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent, Wire};
use std::sync::Arc;

/// The entities that an event is about: where it happens, and who else takes part.
#[must_use]
pub fn entities(kind: &Kind) -> [Option<Node>; 2] {
    let one = |node| [Some(node), None];
    match kind {
        Kind::MessageSent { from, to, .. }
        | Kind::MessageArrived { from, to, .. }
        | Kind::MessageLost { from, to, .. } => [Some(*from), Some(*to)],
        Kind::Disconnected { client, server } => [Some(*client), Some(*server)],
        Kind::Paused { node } | Kind::Resumed { node } => one(*node),
        Kind::LeaderElected { leader, .. } => [Some(Node::Controller), Some(Node::Broker(*leader))],
        Kind::BrokerFenced { broker }
        | Kind::BrokerUnfenced { broker }
        | Kind::BrokerRegistered { broker, .. } => {
            [Some(Node::Controller), Some(Node::Broker(*broker))]
        }
        Kind::BecameFollower { broker, leader, .. } => {
            [Some(Node::Broker(*broker)), leader.map(Node::Broker)]
        }
        Kind::PartitionOffline { .. }
        | Kind::IsrShrunk { .. }
        | Kind::IsrExpanded { .. }
        | Kind::ElrChanged { .. }
        | Kind::PartitionAdded { .. } => one(Node::Controller),
        Kind::AppendRefused { broker, batch, .. } | Kind::DuplicateBatch { broker, batch, .. } => {
            [Some(Node::Broker(*broker)), Some(Node::Producer(batch.producer))]
        }
        _ => [of_client(kind).or_else(|| of_broker(kind)), None],
    }
}

fn of_client(kind: &Kind) -> Option<Node> {
    match kind {
        Kind::RecordCreated { producer, .. }
        | Kind::RecordResent { producer, .. }
        | Kind::FlushCalled { producer }
        | Kind::FlushReturned { producer }
        | Kind::SendBlocked { producer, .. }
        | Kind::RecordBatched { producer, .. }
        | Kind::BatchDrained { producer, .. }
        | Kind::BatchRetried { producer, .. }
        | Kind::BatchSplit { producer, .. }
        | Kind::EpochBumped { producer, .. }
        | Kind::TransactionsInitialized { producer, .. }
        | Kind::TransactionBegun { producer }
        | Kind::TransactionEnding { producer, .. }
        | Kind::TransactionEnded { producer, .. }
        | Kind::TransactionFailed { producer, .. }
        | Kind::TransactionCallTimedOut { producer }
        | Kind::BatchAcked { producer, .. }
        | Kind::BatchFailed { producer, .. }
        | Kind::ProducerCrashed { producer, .. }
        | Kind::ProducerClosed { producer }
        | Kind::ProducerRestarted { producer, .. } => Some(Node::Producer(*producer)),
        Kind::ConsumerCrashed { consumer }
        | Kind::ConsumerClosed { consumer }
        | Kind::ConsumerRestarted { consumer, .. }
        | Kind::MemberRemoved { consumer, .. }
        | Kind::PollTimedOut { consumer }
        | Kind::PartitionsAssigned { consumer, .. }
        | Kind::PartitionsRevoked { consumer, .. }
        | Kind::PositionReset { consumer, .. }
        | Kind::TruncationDetected { consumer, .. }
        | Kind::Rewound { consumer, .. }
        | Kind::PollFailed { consumer, .. }
        | Kind::Fetched { consumer, .. }
        | Kind::Polled { consumer, .. }
        | Kind::Processed { consumer, .. }
        | Kind::ProcessingFailed { consumer, .. }
        | Kind::CommitFailed { consumer, .. } => Some(Node::Consumer(*consumer)),
        _ => None,
    }
}

fn of_broker(kind: &Kind) -> Option<Node> {
    match kind {
        Kind::TransactionChanged { broker, .. }
        | Kind::TransactionTimedOut { broker, .. }
        | Kind::MarkerWritten { broker, .. }
        | Kind::LastStableOffset { broker, .. }
        | Kind::Appended { broker, .. }
        | Kind::Replicated { broker, .. }
        | Kind::HighWatermarkAdvanced { broker, .. }
        | Kind::Flushed { broker, .. }
        | Kind::Truncated { broker, .. }
        | Kind::RecordsDeleted { broker, .. }
        | Kind::BrokerCrashed { broker }
        | Kind::PowerCut { broker }
        | Kind::PageCacheLost { broker, .. }
        | Kind::DirectoryFailed { broker, .. }
        | Kind::DiskLost { broker, .. }
        | Kind::ShutdownBegan { broker }
        | Kind::BrokerStopped { broker }
        | Kind::BrokerRestarted { broker, .. }
        | Kind::BecameLeader { broker, .. } => Some(Node::Broker(*broker)),
        _ => None,
    }
}

/// Whether an event is about a record. What arrives or is lost holds what was sent.
#[must_use]
pub fn is_about(trace: &[TraceEvent], event: &TraceEvent, record: RecordId) -> bool {
    match &event.kind {
        Kind::MessageArrived { message: id, .. } | Kind::MessageLost { message: id, .. } => {
            let cause = event.cause.and_then(|cause| trace.get(cause.0 as usize));
            cause.is_some_and(|cause| match &cause.kind {
                Kind::MessageSent { message, what, .. } => message == id && carries(what, record),
                _ => false,
            })
        }
        kind => holds(kind, record),
    }
}

/// Whether a message carries a record, or answers for it.
#[must_use]
pub fn carries(what: &Wire, record: RecordId) -> bool {
    match what {
        Wire::ProduceRequest { batches } | Wire::ProduceResponse { batches, .. } => {
            batches.iter().any(|batch| batch.records.contains(&record))
        }
        Wire::FetchResponse { batches } => batches.iter().any(|(_, entry)| is_in(entry, record)),
        _ => false,
    }
}

fn is_in(entry: &LogBatch, record: RecordId) -> bool {
    entry.records().any(|(_, id)| id == record)
}

fn holds(kind: &Kind, record: RecordId) -> bool {
    let in_batch = |batch: &Arc<Batch>| batch.records.contains(&record);
    let in_some = |entries: &[Arc<LogBatch>]| entries.iter().any(|entry| is_in(entry, record));
    match kind {
        Kind::RecordCreated { record: id, .. }
        | Kind::RecordResent { record: id, .. }
        | Kind::SendBlocked { record: id, .. }
        | Kind::RecordBatched { record: id, .. }
        | Kind::Processed { record: id, .. }
        | Kind::ProcessingFailed { record: id, .. } => *id == record,
        Kind::BatchDrained { batch, .. }
        | Kind::BatchRetried { batch, .. }
        | Kind::BatchSplit { batch, .. }
        | Kind::BatchAcked { batch, .. }
        | Kind::AppendRefused { batch, .. }
        | Kind::DuplicateBatch { batch, .. } => in_batch(batch),
        Kind::TransactionEnded { records, .. }
        | Kind::TransactionFailed { records, .. }
        | Kind::BatchFailed { records, .. }
        | Kind::ProducerCrashed { records, .. }
        | Kind::HighWatermarkAdvanced { records, .. }
        | Kind::PartitionsRevoked { dropped: records, .. }
        | Kind::TruncationDetected { dropped: records, .. }
        | Kind::Rewound { dropped: records, .. } => records.contains(&record),
        Kind::MarkerWritten { records, .. } | Kind::Polled { records, .. } => {
            records.iter().any(|(_, id)| *id == record)
        }
        Kind::Appended { entry, .. } | Kind::Replicated { entry, .. } => is_in(entry, record),
        Kind::Truncated { removed, .. }
        | Kind::RecordsDeleted { removed, .. }
        | Kind::PageCacheLost { removed, .. }
        | Kind::DiskLost { removed, .. } => in_some(removed),
        Kind::Fetched { entries, .. } => in_some(entries),
        Kind::MessageSent { what, .. } => carries(what, record),
        _ => false,
    }
}

/// Whether an event is about an internal topic.
#[must_use]
pub fn is_internal(setup: &Setup, kind: &Kind) -> bool {
    partition(kind).is_some_and(|partition| setup.partition(partition).internal)
}

fn partition(kind: &Kind) -> Option<PartitionId> {
    match kind {
        Kind::MarkerWritten { partition, .. }
        | Kind::LastStableOffset { partition, .. }
        | Kind::Appended { partition, .. }
        | Kind::Replicated { partition, .. }
        | Kind::AppendRefused { partition, .. }
        | Kind::HighWatermarkAdvanced { partition, .. }
        | Kind::Flushed { partition, .. }
        | Kind::Truncated { partition, .. }
        | Kind::RecordsDeleted { partition, .. }
        | Kind::PageCacheLost { partition, .. }
        | Kind::DiskLost { partition, .. }
        | Kind::LeaderElected { partition, .. }
        | Kind::PartitionOffline { partition, .. }
        | Kind::IsrShrunk { partition, .. }
        | Kind::IsrExpanded { partition, .. }
        | Kind::ElrChanged { partition, .. }
        | Kind::BecameLeader { partition, .. }
        | Kind::BecameFollower { partition, .. } => Some(*partition),
        _ => None,
    }
}
