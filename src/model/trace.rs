//! The trace: what happened, each event with the event that caused it.
//!
//! It is the only thing that verdicts, captions, metrics and the event log read. If something
//! cannot be told from it, it lacks an event. Heartbeats, idle fetches and metadata requests
//! leave none.

use std::sync::Arc;

use serde::Serialize;

use super::error::KafkaError;
use super::group::Removal;
use super::ids::{
    BatchId, BrokerId, ConsumerId, GroupId, MessageId, Node, PartitionId, ProducerId, RecordId,
    RequestId, TraceId, TransactionalId,
};
use super::record::{Batch, CommittedOffset, LogBatch};
use super::setup::Since;
use super::transaction::{Marker, TransactionCall, TransactionMetadata};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TraceEvent {
    /// Its number.
    pub id: TraceId,
    /// When.
    pub at_us: u64,
    /// What led to it.
    pub cause: Option<TraceId>,
    /// What it is.
    pub kind: Kind,
}

/// Hears of every event as it happens.
pub trait Observer {
    /// Called once per event, in order.
    fn observe(&mut self, event: &TraceEvent);
}

impl Observer for Vec<TraceEvent> {
    fn observe(&mut self, event: &TraceEvent) {
        self.push(event.clone());
    }
}

/// Hears nothing.
impl Observer for () {
    fn observe(&mut self, _: &TraceEvent) {}
}

/// What a message on the network carries, as far as a trace needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are the words of the sentence above each variant")]
pub enum Wire {
    /// A produce request with its batches.
    ProduceRequest { batches: Vec<Arc<Batch>> },
    /// Its response.
    ProduceResponse { batches: Vec<Arc<Batch>>, error: Option<KafkaError> },
    /// A fetch, from these offsets on.
    FetchRequest { offsets: Vec<(PartitionId, u64)> },
    /// Its response.
    FetchResponse { batches: Vec<(PartitionId, Arc<LogBatch>)> },
    /// An offset commit.
    OffsetCommitRequest { offsets: Vec<CommittedOffset> },
    /// Its response.
    OffsetCommitResponse { error: Option<KafkaError> },
    /// A member asks the group coordinator.
    GroupRequest { api: &'static str },
    /// Its answer.
    GroupResponse { api: &'static str, error: Option<KafkaError> },
    /// A producer or a leader asks the transaction coordinator.
    TransactionRequest { call: TransactionCall },
    /// Its answer.
    TransactionResponse { error: Option<KafkaError> },
    /// The transaction coordinator ends a transaction in partitions.
    WriteTxnMarkersRequest { marker: Marker, partitions: Vec<PartitionId> },
    /// Their leader has done so, or not.
    WriteTxnMarkersResponse,
    /// A leader asks for an ISR.
    AlterPartitionRequest { partition: PartitionId, isr: Vec<BrokerId> },
    /// The controller's answer.
    AlterPartitionResponse { partition: PartitionId },
    /// The controller tells a broker what changed.
    MetadataLog,
}

impl Wire {
    /// Whether somebody asks; else somebody answers, or is told.
    #[must_use]
    pub fn is_request(&self) -> bool {
        matches!(
            self,
            Self::ProduceRequest { .. }
                | Self::FetchRequest { .. }
                | Self::OffsetCommitRequest { .. }
                | Self::GroupRequest { .. }
                | Self::TransactionRequest { .. }
                | Self::WriteTxnMarkersRequest { .. }
                | Self::AlterPartitionRequest { .. }
        )
    }
}

/// Why a log was flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FlushReason {
    /// `flush.messages` was reached in the append.
    FlushMessages,
    /// `flush.ms` was over when the flusher ran.
    FlushMs,
    /// The operating system wrote old dirty pages.
    Writeback,
    /// The broker stopped in order.
    Shutdown,
}

/// Why a follower cut its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TruncateReason {
    /// The leader's epochs showed where the logs depart.
    DivergingEpoch,
    /// The log was longer than the leader's.
    OutOfRange,
    /// Before leader epochs: a new follower kept what was below its high watermark only.
    HighWatermark,
}

/// The kinds of events. Fields named after ids mean those things; `batch` and `entry` hold the
/// records in question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are the words of the sentence above each variant")]
pub enum Kind {
    /// An action of the script took place.
    ActionApplied { action: u16 },
    /// An action of the script found nothing to act on (a crash of a dead broker).
    ActionIgnored { action: u16 },

    /// The application called `send()`.
    RecordCreated { producer: ProducerId, record: RecordId },
    /// The application called `send()` for it again.
    RecordResent { producer: ProducerId, record: RecordId },
    /// The application called `flush()`: it waits for everything that it has sent.
    FlushCalled { producer: ProducerId },
    /// `flush()` returned, whatever became of the records.
    FlushReturned { producer: ProducerId },
    /// The buffer is full: `send()` blocks.
    SendBlocked { producer: ProducerId, record: RecordId },
    /// The record joined a batch of the accumulator.
    RecordBatched { producer: ProducerId, record: RecordId, partition: PartitionId, batch: BatchId },
    /// The sender took the batch out of the accumulator.
    BatchDrained { producer: ProducerId, batch: Arc<Batch>, request: RequestId, attempt: u32 },
    /// The batch goes back to the accumulator.
    BatchRetried { producer: ProducerId, batch: Arc<Batch>, error: KafkaError, backoff_us: u64 },
    /// The batch was too large for the broker and is cut in pieces.
    BatchSplit { producer: ProducerId, batch: Arc<Batch>, pieces: u32 },
    /// A producer takes a new epoch: its open batches are numbered anew from 0 (KIP-360).
    EpochBumped { producer: ProducerId, producer_id: u64, epoch: u16 },
    /// `initTransactions()` returned: the producer has an id and an epoch, and every earlier life
    /// of its `transactional.id` is fenced.
    TransactionsInitialized { producer: ProducerId, producer_id: u64, epoch: u16 },
    /// The application called `beginTransaction()`. No broker hears of it.
    TransactionBegun { producer: ProducerId },
    /// The application called `commitTransaction()` or `abortTransaction()`.
    TransactionEnding { producer: ProducerId, commit: bool },
    /// That call returned; these records were sent in the transaction.
    TransactionEnded { producer: ProducerId, commit: bool, records: Vec<RecordId> },
    /// The application was told that the transaction of these records cannot be committed. It has
    /// to abort it, or to close the producer if the error is fatal.
    TransactionFailed {
        producer: ProducerId,
        records: Vec<RecordId>,
        error: KafkaError,
        fatal: bool,
    },
    /// A call has blocked for `max.block.ms`: its outcome is unknown, and the application repeats
    /// it.
    TransactionCallTimedOut { producer: ProducerId },
    /// The transaction coordinator decided, and its log is replicated.
    TransactionChanged { broker: BrokerId, metadata: Arc<TransactionMetadata> },
    /// A transaction was open for longer than `transaction.timeout.ms`: the coordinator aborts it
    /// and fences its producer.
    TransactionTimedOut { broker: BrokerId, id: TransactionalId },
    /// A leader wrote a transaction's marker behind these records of it.
    MarkerWritten {
        broker: BrokerId,
        partition: PartitionId,
        marker: Marker,
        records: Vec<(u64, RecordId)>,
    },
    /// A leader's last stable offset, where it is not the high watermark or has just become so:
    /// `read_committed` sees nothing from there on.
    LastStableOffset { broker: BrokerId, partition: PartitionId, offset: u64, stable: bool },
    /// The application was told that these records were sent. With `acks=0` no offset is known.
    BatchAcked { producer: ProducerId, batch: Arc<Batch>, base_offset: Option<u64> },
    /// The application was told that these records were not sent.
    BatchFailed { producer: ProducerId, records: Vec<RecordId>, error: KafkaError },

    /// A message left.
    MessageSent { message: MessageId, from: Node, to: Node, arrive_us: u64, what: Wire },
    /// It arrived.
    MessageArrived { message: MessageId, from: Node, to: Node },
    /// It found nobody.
    MessageLost { message: MessageId, from: Node, to: Node },
    /// A client noticed that its connection is gone.
    Disconnected { client: Node, server: Node },

    /// A leader appended a batch: it is in the page cache.
    Appended { broker: BrokerId, partition: PartitionId, entry: Arc<LogBatch> },
    /// A follower appended a batch that it fetched.
    Replicated { broker: BrokerId, partition: PartitionId, entry: Arc<LogBatch> },
    /// A leader refused a batch.
    AppendRefused { broker: BrokerId, partition: PartitionId, batch: Arc<Batch>, error: KafkaError },
    /// A leader recognised a batch that it already holds.
    DuplicateBatch { broker: BrokerId, partition: PartitionId, batch: Arc<Batch>, base_offset: u64 },
    /// The leader's high watermark advanced: everything before it is committed.
    HighWatermarkAdvanced {
        broker: BrokerId,
        partition: PartitionId,
        from: u64,
        to: u64,
        records: Vec<RecordId>,
    },
    /// Everything before `to` is on that broker's disk.
    Flushed { broker: BrokerId, partition: PartitionId, to: u64, reason: FlushReason },
    /// A follower cut its log: everything from `to` on is gone there.
    Truncated {
        broker: BrokerId,
        partition: PartitionId,
        to: u64,
        removed: Vec<Arc<LogBatch>>,
        reason: TruncateReason,
    },

    /// A broker's log begins at `to` from now on: what came before was deleted.
    RecordsDeleted {
        broker: BrokerId,
        partition: PartitionId,
        to: u64,
        removed: Vec<Arc<LogBatch>>,
    },
    /// The controller added a partition to a topic.
    PartitionAdded { partition: PartitionId, leader: BrokerId },
    /// A group's committed offsets have expired.
    OffsetsExpired { group: GroupId },

    /// A broker's process died.
    BrokerCrashed { broker: BrokerId },
    /// A broker's machine lost its power.
    PowerCut { broker: BrokerId },
    /// What was in the page cache only, from `to` on, is gone with the power.
    PageCacheLost { broker: BrokerId, partition: PartitionId, to: u64, removed: Vec<Arc<LogBatch>> },
    /// A broker cannot write to a log directory any more; directories are numbered from 1.
    DirectoryFailed { broker: BrokerId, directory: u16 },
    /// What was on a disk that is destroyed is gone.
    DiskLost { broker: BrokerId, partition: PartitionId, removed: Vec<Arc<LogBatch>> },
    /// A broker was asked to stop: the controller moves its leaderships away.
    ShutdownBegan { broker: BrokerId },
    /// A broker stopped in order: its logs are flushed.
    BrokerStopped { broker: BrokerId },
    /// A process stands still.
    Paused { node: Node },
    /// It goes on.
    Resumed { node: Node },
    /// A link lets nothing through.
    LinkCut { action: u16 },
    /// It lets everything through again.
    LinkHealed { action: u16 },
    /// A producer's process died with these records, of which its application had heard nothing.
    ProducerCrashed { producer: ProducerId, records: Vec<RecordId> },
    /// A producer's application called `close()`, and that is done.
    ProducerClosed { producer: ProducerId },
    /// A producer's process was started again, with the settings of that action, or those that the
    /// run began with.
    ProducerRestarted { producer: ProducerId, since: Since },
    /// A consumer's process died.
    ConsumerCrashed { consumer: ConsumerId },
    /// A consumer's application called `close()`, and that is done.
    ConsumerClosed { consumer: ConsumerId },
    /// A consumer's process was started again, with the settings of that action, or those that the
    /// run began with.
    ConsumerRestarted { consumer: ConsumerId, since: Since },
    /// A broker's process was started, with the settings of that action, or those that the run
    /// began with; it loads its logs.
    BrokerRestarted { broker: BrokerId, since: Since },
    /// The controller registered a broker's new incarnation.
    BrokerRegistered { broker: BrokerId, broker_epoch: u64 },
    /// The controller heard too long nothing of a broker.
    BrokerFenced { broker: BrokerId },
    /// The controller lets a broker serve.
    BrokerUnfenced { broker: BrokerId },
    /// The controller elected a leader.
    LeaderElected { partition: PartitionId, leader: BrokerId, leader_epoch: u32, unclean: bool },
    /// Nobody can lead the partition.
    PartitionOffline { partition: PartitionId, leader_epoch: u32 },
    /// The controller changed the ISR: it shrank.
    IsrShrunk { partition: PartitionId, isr: Vec<BrokerId> },
    /// The controller changed the ISR: it grew.
    IsrExpanded { partition: PartitionId, isr: Vec<BrokerId> },
    /// The controller changed who is an eligible leader though not in sync.
    ElrChanged { partition: PartitionId, elr: Vec<BrokerId> },
    /// A broker learned that it leads.
    BecameLeader { broker: BrokerId, partition: PartitionId, leader_epoch: u32, start_offset: u64 },
    /// A broker learned whom it follows.
    BecameFollower {
        broker: BrokerId,
        partition: PartitionId,
        leader: Option<BrokerId>,
        leader_epoch: u32,
    },

    /// The coordinator begins to share out a group's partitions anew.
    RebalanceBegan { group: GroupId, generation: u32 },
    /// The new assignment holds, and is replicated.
    RebalanceEnded { group: GroupId, generation: u32 },
    /// A consumer is not a member of its group any more; others get what it had.
    MemberRemoved { group: GroupId, consumer: ConsumerId, why: Removal },
    /// A consumer's application was away from `poll()` for `max.poll.interval.ms`: it leaves.
    PollTimedOut { consumer: ConsumerId },
    /// A consumer has these partitions from now on (`onPartitionsAssigned`).
    PartitionsAssigned { consumer: ConsumerId, partitions: Vec<PartitionId> },
    /// A consumer gave these partitions back (`onPartitionsRevoked`), or lost them to others
    /// (`onPartitionsLost`), with records that it had fetched and not returned.
    PartitionsRevoked {
        consumer: ConsumerId,
        partitions: Vec<PartitionId>,
        lost: bool,
        dropped: Vec<RecordId>,
    },
    /// A consumer knows where it starts: at a committed offset, or where `auto.offset.reset` says.
    PositionReset { consumer: ConsumerId, partition: PartitionId, offset: u64, committed: bool },
    /// A consumer noticed that the log was cut below its position: it goes back to `to`, or to where
    /// `auto.offset.reset` says, and fetches these records anew.
    TruncationDetected {
        consumer: ConsumerId,
        partition: PartitionId,
        from: u64,
        to: u64,
        dropped: Vec<RecordId>,
    },
    /// After an aborted transaction the application sought to the committed offsets: it drops these
    /// records, and reads them again.
    Rewound { consumer: ConsumerId, dropped: Vec<RecordId> },
    /// `poll()` threw: the application ends.
    PollFailed { consumer: ConsumerId, error: KafkaError },
    /// Records arrived in the consumer's fetch buffer.
    Fetched { consumer: ConsumerId, partition: PartitionId, entries: Vec<Arc<LogBatch>> },
    /// `poll()` returned records; the position is now `position`.
    Polled {
        consumer: ConsumerId,
        partition: PartitionId,
        position: u64,
        records: Vec<(u64, RecordId)>,
    },
    /// The application finished one record.
    Processed { consumer: ConsumerId, partition: PartitionId, offset: u64, record: RecordId },
    /// Processing a record threw an exception: the application did not finish it.
    ProcessingFailed { consumer: ConsumerId, partition: PartitionId, offset: u64, record: RecordId },
    /// The group coordinator stored offsets.
    OffsetCommitted { group: GroupId, partition: PartitionId, offset: u64 },
    /// The consumer was told that its commit failed.
    CommitFailed { consumer: ConsumerId, error: KafkaError },
}
