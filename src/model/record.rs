//! Records and batches: what the application sends, and what travels and is stored.

use std::sync::Arc;

use serde::Serialize;

use super::group::GroupMetadata;
use super::ids::{BatchId, GroupId, PartitionId, ProducerId, RecordId, TransactionalId};
use super::transaction::{Marker, ProducerIdAndEpoch, TransactionMetadata};

/// A record that a script's application will send; known before the run starts.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordPlan {
    /// Who sends it.
    pub producer: ProducerId,
    /// The topic, as its index in the script.
    pub topic: u16,
    /// The key; `None` is null.
    pub key: Option<Arc<str>>,
    /// The partition that the application names, if it does.
    pub partition: Option<u16>,
    /// The size of the serialized value.
    pub value_bytes: u32,
    /// When `send()` is called, unless an earlier call still blocks; never by itself for a record
    /// that an action sends.
    pub at_us: u64,
    /// How far its timestamp is ahead of the brokers' clocks.
    pub ahead_us: u64,
    /// Whether the serializer fails on its value.
    pub unserializable: bool,
}

/// What a broker needs to recognise a retried batch (KIP-98).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sequenced {
    /// The producer id that the broker gave.
    pub producer_id: u64,
    /// Its epoch.
    pub epoch: u16,
    /// The sequence number of the first record.
    pub base_sequence: u32,
}

/// A batch of records as it travels: closed, and with its sequence if the producer is idempotent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// Its number in the run.
    pub id: BatchId,
    /// Who sends it.
    pub producer: ProducerId,
    /// Where it goes.
    pub partition: PartitionId,
    /// Its records in order.
    pub records: Vec<RecordId>,
    /// Its size on the wire and in the log.
    pub bytes: u32,
    /// Producer id, epoch and sequence, if the producer is idempotent.
    pub sequenced: Option<Sequenced>,
    /// The transaction that it is part of, by its `transactional.id`.
    pub transactional: Option<TransactionalId>,
}

impl Batch {
    /// How many records, and so offsets, it has.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.records.len() as u32
    }

    /// Who writes it, if it is part of a transaction.
    #[must_use]
    pub fn in_transaction_of(&self) -> Option<ProducerIdAndEpoch> {
        let Sequenced { producer_id, epoch, .. } = self.sequenced?;
        self.transactional.map(|_| ProducerIdAndEpoch { producer_id, epoch })
    }
}

/// A group's committed offset for a partition, as `__consumer_offsets` stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CommittedOffset {
    /// Whose.
    pub group: GroupId,
    /// Of which partition.
    pub partition: PartitionId,
    /// Where the group goes on: the last processed offset plus one, by convention.
    pub offset: u64,
    /// The leader epoch of the record before it, if the consumer knows it (KIP-320).
    pub epoch: Option<u32>,
}

/// What a batch of a log holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Payload {
    /// Records of a producer.
    Records(Arc<Batch>),
    /// Offsets that a consumer group committed.
    Offsets(Vec<CommittedOffset>),
    /// The members of a group and their assignment.
    Group(Arc<GroupMetadata>),
    /// Offsets that a transaction commits, if it is committed (`TxnOffsetCommit`).
    PendingOffsets(ProducerIdAndEpoch, Vec<CommittedOffset>),
    /// The end of a transaction.
    Marker(Marker),
    /// What the transaction coordinator decided.
    Transaction(Arc<TransactionMetadata>),
    /// The tombstones of a group's offsets.
    Expired(GroupId),
}

/// A batch in a log, with the offset and the leader epoch that its leader gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogBatch {
    /// The offset of the first record.
    pub base_offset: u64,
    /// The epoch of the leader that appended it.
    pub leader_epoch: u32,
    /// When that was.
    pub appended_us: u64,
    /// What it holds.
    pub payload: Payload,
}

impl LogBatch {
    /// The first offset after it.
    #[must_use]
    pub fn end_offset(&self) -> u64 {
        self.base_offset
            + match &self.payload {
                Payload::Records(batch) => u64::from(batch.count()),
                Payload::Offsets(offsets) | Payload::PendingOffsets(_, offsets) => {
                    offsets.len() as u64
                }
                _ => 1,
            }
    }

    /// Its size.
    #[must_use]
    pub fn bytes(&self) -> u32 {
        match &self.payload {
            Payload::Records(batch) => batch.bytes,
            Payload::Offsets(offsets) | Payload::PendingOffsets(_, offsets) => {
                61 + 60 * offsets.len() as u32
            }
            // A control record has a key and a value of a few bytes.
            Payload::Marker(_) => 78,
            Payload::Transaction(metadata) => 120 + 30 * metadata.partitions.len() as u32,
            Payload::Expired(_) => 61,
            Payload::Group(group) => 120 + 120 * group.members.len() as u32,
        }
    }

    /// Who writes it in a transaction, if it is part of one. The marker is its end, not part of it.
    #[must_use]
    pub fn in_transaction_of(&self) -> Option<ProducerIdAndEpoch> {
        match &self.payload {
            Payload::Records(batch) => batch.in_transaction_of(),
            Payload::PendingOffsets(producer, _) => Some(*producer),
            _ => None,
        }
    }

    /// Its records, each with its offset; none for offsets of a group.
    pub fn records(&self) -> impl Iterator<Item = (u64, RecordId)> + '_ {
        let records: &[RecordId] = match &self.payload {
            Payload::Records(batch) => &batch.records,
            _ => &[],
        };
        (self.base_offset..).zip(records.iter().copied())
    }
}

/// Bytes of a batch's header (`DefaultRecordBatch.RECORD_BATCH_OVERHEAD`).
pub const BATCH_OVERHEAD_BYTES: u32 = 61;
/// The most that a record's own header takes (`DefaultRecord.MAX_RECORD_OVERHEAD`).
pub const RECORD_OVERHEAD_BYTES: u32 = 21;

/// The upper bound of a record's size that `KafkaProducer.ensureValidRecordSize` checks.
#[must_use]
pub fn upper_bound_bytes(plan: &RecordPlan) -> u32 {
    BATCH_OVERHEAD_BYTES + record_bytes(plan)
}

/// What a record adds to a batch.
#[must_use]
pub fn record_bytes(plan: &RecordPlan) -> u32 {
    let key = plan.key.as_ref().map_or(0, |key| key.len() as u32);
    RECORD_OVERHEAD_BYTES.saturating_add(key).saturating_add(plan.value_bytes)
}
