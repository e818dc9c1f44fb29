//! Transactions as requests and logs know them: who writes in one, what the coordinator's log
//! says of it, and the marker that ends it (`TransactionMetadata`, `EndTransactionMarker`).

use serde::Serialize;

use super::ids::{PartitionId, TransactionalId};

/// The largest epoch; after it comes a new producer id.
pub const EPOCH_MAX: u16 = i16::MAX as u16;

/// The name under which brokers know one life of a producer (`ProducerIdAndEpoch`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ProducerIdAndEpoch {
    /// The producer id.
    pub producer_id: u64,
    /// Its epoch: whoever comes with an older one is fenced.
    pub epoch: u16,
}

/// The control record that ends a transaction in a partition; it takes an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Marker {
    /// Whose transaction.
    pub producer: ProducerIdAndEpoch,
    /// Whether it is committed; else it is aborted.
    pub commit: bool,
}

/// Where a transaction stands (`TransactionState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TransactionState {
    /// The transactional id has a producer id, and no transaction yet.
    Empty,
    /// It has partitions.
    Ongoing,
    /// It will be committed, whatever happens: markers are on their way.
    PrepareCommit,
    /// It will be aborted, whatever happens: markers are on their way.
    PrepareAbort,
    /// Every partition has its marker.
    CompleteCommit,
    /// Every partition has its marker.
    CompleteAbort,
}

impl TransactionState {
    /// The outcome that is decided while markers are on their way.
    #[must_use]
    pub fn decided(self) -> Option<bool> {
        match self {
            Self::PrepareCommit => Some(true),
            Self::PrepareAbort => Some(false),
            _ => None,
        }
    }
}

/// What the coordinator's log says of a transactional id (`TransactionMetadata`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransactionMetadata {
    /// Of which.
    pub id: TransactionalId,
    /// Its producer id and the epoch of its latest life.
    pub producer: ProducerIdAndEpoch,
    /// The epoch before the last one, if its holder may not know the last one yet.
    pub last_epoch: Option<u16>,
    /// `transaction.timeout.ms` of its producer.
    pub timeout_us: u64,
    /// Where it stands.
    pub state: TransactionState,
    /// The partitions that will need a marker.
    pub partitions: Vec<PartitionId>,
    /// When its first partition was added.
    pub started_us: u64,
}

/// What a client or a leader asks of the transaction coordinator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are the words of the sentence above each variant")]
pub enum TransactionCall {
    /// `InitProducerId`, with the identity that the producer has, if it only wants a new epoch.
    InitProducerId { timeout_us: u64, known: Option<ProducerIdAndEpoch> },
    /// `AddPartitionsToTxn`; `AddOffsetsToTxn` is the same for the partition of the offsets. A
    /// leader may ask only whether they were added (KIP-890).
    AddPartitions { producer: ProducerIdAndEpoch, partitions: Vec<PartitionId>, verify_only: bool },
    /// `EndTxn`.
    EndTxn { producer: ProducerIdAndEpoch, commit: bool },
}

impl TransactionCall {
    /// Kafka's name of the request.
    #[must_use]
    pub fn api(&self) -> &'static str {
        match self {
            Self::InitProducerId { .. } => "InitProducerId",
            Self::AddPartitions { .. } => "AddPartitionsToTxn",
            Self::EndTxn { .. } => "EndTxn",
        }
    }
}

/// A transaction of a partition that was aborted, as a fetch response tells readers of committed
/// records (`AbortedTxn`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTransaction {
    /// Whose.
    pub producer_id: u64,
    /// The offset of its first record.
    pub first_offset: u64,
    /// The offset of its marker.
    pub marker_offset: u64,
}
