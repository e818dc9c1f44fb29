//! What travels: requests and responses under Kafka's API names.

use std::sync::Arc;

use super::error::KafkaError;
use super::group::{GroupAnswer, GroupCall, Membership};
use super::ids::{
    BrokerId, ConnectionId, GroupId, MessageId, Node, PartitionId, RecordId, RequestId,
    TransactionalId,
};
use super::record::{Batch, CommittedOffset, LogBatch};
use super::trace::Wire;
use super::transaction::{AbortedTransaction, Marker, ProducerIdAndEpoch, TransactionCall};
use crate::script::config::{Acks, TopicConfig};

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// The connection that carries it.
    pub connection: ConnectionId,
    /// Who sent it.
    pub from: Node,
    /// Who will receive it.
    pub to: Node,
    /// When it left.
    pub sent_us: u64,
    /// When it arrives.
    pub arrive_us: u64,
    /// Which request it is, or answers.
    pub request: RequestId,
    /// What it says.
    pub body: Body,
    /// Whether it is background traffic, which leaves no trace.
    pub ambient: bool,
}

/// What a message says.
#[derive(Clone, Debug)]
pub enum Body {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

/// A request.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are the words of the sentence above each variant")]
pub enum Request {
    /// Produce: at most one batch per partition.
    Produce { acks: Acks, timeout_us: u64, batches: Vec<Arc<Batch>> },
    /// Fetch, by a follower or a consumer.
    Fetch(FetchRequest),
    /// Metadata.
    Metadata,
    /// ListOffsets.
    ListOffsets { partitions: Vec<PartitionId>, spec: OffsetSpec, read_committed: bool },
    /// OffsetsForLeaderEpoch: where the epoch ends in which a consumer read last (KIP-320); with
    /// the leader epoch that it believes in.
    OffsetsForLeaderEpoch(Vec<EpochQuestion>),
    /// OffsetCommit.
    OffsetCommit { group: GroupId, by: Option<Membership>, offsets: Vec<CommittedOffset> },
    /// JoinGroup, SyncGroup, Heartbeat, LeaveGroup.
    Group { group: GroupId, call: GroupCall },
    /// OffsetFetch.
    OffsetFetch { group: GroupId, partitions: Vec<PartitionId> },
    /// InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn or EndTxn.
    Transaction { id: TransactionalId, call: TransactionCall },
    /// TxnOffsetCommit, with the member that it is for (KIP-447).
    TxnOffsetCommit {
        id: TransactionalId,
        producer: ProducerIdAndEpoch,
        group: GroupId,
        by: Option<Membership>,
        offsets: Vec<CommittedOffset>,
    },
    /// WriteTxnMarkers: the coordinator ends a transaction in the partitions that a broker leads.
    WriteTxnMarkers { marker: Marker, partitions: Vec<PartitionId> },
    /// AlterPartition (KIP-497): a leader asks for another ISR. `broker_epochs` are those of the
    /// members' last fetches, where it knows them (KIP-903).
    AlterPartition {
        broker_epoch: u64,
        partition: PartitionId,
        leader_epoch: u32,
        partition_epoch: u32,
        isr: Vec<BrokerId>,
        broker_epochs: Vec<Option<u64>>,
    },
    /// BrokerRegistration, with the ids of the log directories.
    Register { clean_epoch: Option<u64>, directories: Vec<u32> },
    /// BrokerHeartbeat, with the ids of the log directories; 0 for one that has failed.
    Heartbeat {
        broker_epoch: u64,
        metadata_version: u64,
        want_shut_down: bool,
        directories: Vec<u32>,
    },
}

/// Which offset is wanted (`OffsetSpec`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The first one.
    Earliest,
    /// The next one.
    Latest,
    /// The first one that was written at that time or later; the next one, if there is none.
    Since(u64),
}

/// An offset, with the leader epoch that it belongs to, if that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset.
    pub offset: u64,
    /// The epoch.
    pub epoch: Option<u32>,
}

/// A consumer asks whether its position is still on the leader's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochQuestion {
    /// In which partition.
    pub partition: PartitionId,
    /// The leader epoch that the consumer believes in.
    pub leader_epoch: u32,
    /// The epoch of the last record that it read.
    pub epoch: u32,
}

/// The answer, if the leader knows the epoch or an earlier one.
pub type EpochAnswer = (PartitionId, Result<Option<(u32, u64)>, KafkaError>);

/// A fetch by a follower or a consumer.
#[derive(Clone, Debug)]
pub struct FetchRequest {
    /// The follower with its broker epoch (KIP-903); `None` for a consumer.
    pub replica: Option<(BrokerId, u64)>,
    /// What is wanted.
    pub partitions: Vec<FetchPartition>,
    /// How long the leader may wait for data.
    pub max_wait_us: u64,
    /// How much data ends the wait.
    pub min_bytes: u32,
    /// Whether the last stable offset is the limit (`isolation.level=read_committed`).
    pub read_committed: bool,
    /// How much data is returned at most; the first batch is returned even if larger.
    pub max_bytes: u32,
}

/// One partition of a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchPartition {
    /// Which.
    pub partition: PartitionId,
    /// From which offset on.
    pub offset: u64,
    /// The leader epoch that the fetcher believes in; consumers say it since 2.1 (KIP-320).
    pub leader_epoch: Option<u32>,
    /// The epoch of the last batch that a follower holds, for the divergence check.
    pub last_epoch: Option<u32>,
}

/// A response.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are the words of the sentence above each variant")]
pub enum Response {
    /// Produce: per batch its base offset, or an error.
    Produce(Vec<ProduceResult>),
    /// Fetch.
    Fetch(Vec<FetchResult>),
    /// Metadata: the broker's view of all partitions.
    Metadata { partitions: Vec<PartitionMetadata> },
    /// ListOffsets.
    ListOffsets(Vec<(PartitionId, Result<ListedOffset, KafkaError>)>),
    /// OffsetsForLeaderEpoch: the largest epoch that is not above the one asked for, and its end.
    OffsetsForLeaderEpoch(Vec<EpochAnswer>),
    /// OffsetCommit.
    OffsetCommit(Result<(), KafkaError>),
    /// JoinGroup, SyncGroup, Heartbeat, LeaveGroup.
    Group(Result<GroupAnswer, KafkaError>),
    /// OffsetFetch: `None` where nothing is committed.
    OffsetFetch(Result<Vec<(PartitionId, Option<CommittedOffset>)>, KafkaError>),
    /// InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn or EndTxn: the producer's identity from
    /// now on.
    Transaction(Result<ProducerIdAndEpoch, KafkaError>),
    /// TxnOffsetCommit.
    TxnOffsetCommit(Result<(), KafkaError>),
    /// WriteTxnMarkers.
    WriteTxnMarkers(Vec<(PartitionId, Result<(), KafkaError>)>),
    /// AlterPartition.
    AlterPartition { partition: PartitionId, result: Result<PartitionState, KafkaError> },
    /// BrokerRegistration: the broker epoch.
    Register(Result<u64, KafkaError>),
    /// BrokerHeartbeat.
    Heartbeat { fenced: bool, shut_down: bool },
    /// What the controller's log holds that the broker has not seen. Kafka's brokers fetch it;
    /// here the controller sends it as soon as it is there, on the same connection.
    MetadataLog {
        version: u64,
        partitions: Vec<(PartitionId, PartitionState)>,
        brokers: Vec<BrokerState>,
        topics: Arc<[TopicConfig]>,
    },
}

/// The outcome for one batch of a produce request.
#[derive(Clone, Debug)]
pub struct ProduceResult {
    /// The batch.
    pub batch: Arc<Batch>,
    /// Its base offset.
    pub result: Result<u64, KafkaError>,
    /// The leader that the broker knows of, where it is not the leader itself (KIP-951).
    pub current_leader: Option<(BrokerId, u32)>,
    /// The records that made the broker refuse the batch.
    pub invalid: Vec<RecordId>,
}

/// The outcome for one partition of a fetch.
#[derive(Clone, Debug)]
pub struct FetchResult {
    /// Which.
    pub partition: PartitionId,
    /// An error, if any.
    pub error: Option<KafkaError>,
    /// Where the fetcher's log departs from the leader's: the largest epoch that both may know
    /// and its end offset (KIP-595's diverging epoch).
    pub diverging: Option<(u32, u64)>,
    /// The leader's high watermark.
    pub high_watermark: u64,
    /// The leader's first offset.
    pub log_start: u64,
    /// Data.
    pub batches: Vec<Arc<LogBatch>>,
    /// The aborted transactions that the data may hold records of, for `read_committed`.
    pub aborted: Vec<AbortedTransaction>,
}

/// What clients learn of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// Whether there is such a partition.
    pub exists: bool,
    /// Its leader, if there is one.
    pub leader: Option<BrokerId>,
    /// The leader's epoch.
    pub leader_epoch: u32,
}

/// What the controller holds of a partition (`PartitionRegistration`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionState {
    /// Whether there is such a partition; actions may add it.
    pub exists: bool,
    /// The leader, if there is one.
    pub leader: Option<BrokerId>,
    /// Grows with each new leader.
    pub leader_epoch: u32,
    /// Grows with each change.
    pub partition_epoch: u32,
    /// The in-sync replicas.
    pub isr: Vec<BrokerId>,
    /// The eligible leader replicas (KIP-966).
    pub elr: Vec<BrokerId>,
    /// Who led last, while nobody does.
    pub last_known_leader: Option<BrokerId>,
}

/// What the controller's log says of a broker (`BrokerRegistration`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrokerState {
    /// The epoch of its registration; 0 before the first.
    pub epoch: u64,
    /// Whether the controller takes it for dead, or not ready yet.
    pub fenced: bool,
    /// Whether it is in a controlled shutdown.
    pub shutting_down: bool,
}

impl PartitionState {
    /// A partition with these replicas, all in sync, the first one leading.
    #[must_use]
    pub fn new(exists: bool, replicas: &[BrokerId]) -> Self {
        Self {
            exists,
            leader: replicas.first().copied(),
            leader_epoch: 0,
            partition_epoch: 0,
            isr: replicas.to_vec(),
            elr: Vec::new(),
            last_known_leader: None,
        }
    }
}

impl Body {
    /// What the trace says of a message with this body; `None` for what leaves no trace.
    #[must_use]
    pub fn wire(&self) -> Option<Wire> {
        Some(match self {
            Self::Request(Request::Produce { batches, .. }) => {
                Wire::ProduceRequest { batches: batches.clone() }
            }
            Self::Request(Request::Fetch(fetch)) => Wire::FetchRequest {
                offsets: fetch.partitions.iter().map(|p| (p.partition, p.offset)).collect(),
            },
            Self::Request(Request::Transaction { call, .. }) => {
                Wire::TransactionRequest { call: call.clone() }
            }
            Self::Request(Request::WriteTxnMarkers { marker, partitions }) => {
                Wire::WriteTxnMarkersRequest { marker: *marker, partitions: partitions.clone() }
            }
            Self::Response(Response::Transaction(result)) => {
                Wire::TransactionResponse { error: result.as_ref().err().copied() }
            }
            Self::Response(Response::WriteTxnMarkers(_)) => Wire::WriteTxnMarkersResponse,
            Self::Request(
                Request::OffsetCommit { offsets, .. } | Request::TxnOffsetCommit { offsets, .. },
            ) => Wire::OffsetCommitRequest { offsets: offsets.clone() },
            Self::Request(Request::Group { call, .. }) => Wire::GroupRequest { api: call.api() },
            Self::Response(Response::Group(answer)) => Wire::GroupResponse {
                api: answer.as_ref().map_or("", GroupAnswer::api),
                error: answer.as_ref().err().copied(),
            },
            Self::Request(Request::AlterPartition { partition, isr, .. }) => {
                Wire::AlterPartitionRequest { partition: *partition, isr: isr.clone() }
            }
            Self::Response(Response::Produce(results)) => Wire::ProduceResponse {
                batches: results.iter().map(|r| r.batch.clone()).collect(),
                error: results.iter().find_map(|r| r.result.as_ref().err().copied()),
            },
            Self::Response(Response::Fetch(results)) => Wire::FetchResponse {
                batches: results
                    .iter()
                    .flat_map(|r| r.batches.iter().map(|b| (r.partition, b.clone())))
                    .collect(),
            },
            Self::Response(Response::OffsetCommit(result) | Response::TxnOffsetCommit(result)) => {
                Wire::OffsetCommitResponse { error: result.as_ref().err().copied() }
            }
            Self::Response(Response::AlterPartition { partition, .. }) => {
                Wire::AlterPartitionResponse { partition: *partition }
            }
            Self::Response(Response::MetadataLog { .. }) => Wire::MetadataLog,
            _ => return None,
        })
    }
}
