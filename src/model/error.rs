//! Kafka's errors as the model meets them (`org.apache.kafka.common.protocol.Errors`).

use serde::Serialize;

/// An error code of the protocol, or one that a client makes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum KafkaError {
    /// The fetch is outside the log.
    OffsetOutOfRange,
    /// The broker does not lead the partition (any more).
    NotLeaderOrFollower,
    /// No leader is known.
    LeaderNotAvailable,
    /// The request's leader epoch is older than the broker's.
    FencedLeaderEpoch,
    /// The request's leader epoch is newer than the broker's.
    UnknownLeaderEpoch,
    /// The new leader does not know its high watermark yet.
    OffsetNotAvailable,
    /// The ISR is smaller than `min.insync.replicas`; nothing was appended.
    NotEnoughReplicas,
    /// The ISR shrank below `min.insync.replicas` after the append.
    NotEnoughReplicasAfterAppend,
    /// The log directory failed.
    KafkaStorage,
    /// The batch is larger than `max.message.bytes`.
    MessageTooLarge,
    /// The purgatory's or the client's wait is over.
    RequestTimedOut,
    /// The connection was lost with the request on it.
    NetworkException,
    /// The batch does not follow the last one of its producer.
    OutOfOrderSequenceNumber,
    /// The batch's producer epoch is older than the broker's.
    InvalidProducerEpoch,
    /// The coordinator is elsewhere.
    NotCoordinator,
    /// The coordinator cannot answer yet.
    CoordinatorNotAvailable,
    /// The coordinator does not know that member (any more).
    UnknownMemberId,
    /// The member is of another generation than the group.
    IllegalGeneration,
    /// The member's epoch is not the one that the coordinator knows: it has to join again.
    FencedMemberEpoch,
    /// The commit is of another member epoch.
    StaleMemberEpoch,
    /// The group is being rebalanced.
    RebalanceInProgress,
    /// Another process has the same `group.instance.id`.
    FencedInstanceId,
    /// A commit by a consumer that is in no group: it asks nobody.
    CommitFailed,
    /// Nothing is committed, and `auto.offset.reset` is `none`.
    NoOffsetForPartition,
    /// The log was cut below the position, and `auto.offset.reset` is `none`.
    LogTruncation,
    /// Another life of the producer has a newer epoch: this one is over.
    ProducerFenced,
    /// The transaction before this one still needs its markers.
    ConcurrentTransactions,
    /// The coordinator knows the transactional id by another producer id.
    InvalidProducerIdMapping,
    /// The transaction is in a state in which this cannot be done.
    InvalidTxnState,
    /// The transaction cannot be committed any more, but the producer can go on after an abort.
    TransactionAbortable,
    /// A transaction that is open could still change the group's offset.
    UnstableOffsetCommit,
    /// The transaction was aborted before the batch was sent (`TransactionAbortedException`).
    TransactionAborted,
    /// The call is refused because the transaction has failed (a plain `KafkaException`).
    TransactionFailed,
    /// The broker's epoch is not the registered one.
    StaleBrokerEpoch,
    /// The partition's epoch is not the controller's.
    InvalidUpdateVersion,
    /// A replica of the wanted ISR is fenced or shutting down.
    IneligibleReplica,
    /// The broker's earlier incarnation still has a session.
    DuplicateBrokerRegistration,
    /// `delivery.timeout.ms` is over (`TimeoutException`).
    DeliveryTimeout,
    /// `max.block.ms` is over while the buffer was full (`BufferExhaustedException`).
    BufferExhausted,
    /// The record is larger than `max.request.size` or `buffer.memory`.
    RecordTooLarge,
    /// The batch is larger than a segment of the log.
    RecordListTooLarge,
    /// A record of the batch breaks a rule of its topic.
    InvalidRecord,
    /// A record's timestamp is too far ahead of the broker's clock.
    InvalidTimestamp,
    /// Another record of the batch was invalid (a plain `KafkaException`).
    InvalidSibling,
    /// `send()` threw: the serializer failed.
    Serialization,
    /// `close()` did not wait any longer (a plain `KafkaException`: closed forcefully).
    ClosedForcefully,
}

impl KafkaError {
    /// The exception that the application sees, without its package.
    #[must_use]
    pub fn exception(self) -> &'static str {
        match self {
            Self::OffsetOutOfRange => "OffsetOutOfRangeException",
            Self::NotLeaderOrFollower => "NotLeaderOrFollowerException",
            Self::LeaderNotAvailable => "LeaderNotAvailableException",
            Self::FencedLeaderEpoch => "FencedLeaderEpochException",
            Self::UnknownLeaderEpoch => "UnknownLeaderEpochException",
            Self::OffsetNotAvailable => "OffsetNotAvailableException",
            Self::NotEnoughReplicas => "NotEnoughReplicasException",
            Self::NotEnoughReplicasAfterAppend => "NotEnoughReplicasAfterAppendException",
            Self::KafkaStorage => "KafkaStorageException",
            Self::MessageTooLarge | Self::RecordTooLarge => "RecordTooLargeException",
            Self::RequestTimedOut | Self::DeliveryTimeout => "TimeoutException",
            Self::NetworkException => "NetworkException",
            Self::OutOfOrderSequenceNumber => "OutOfOrderSequenceException",
            Self::InvalidProducerEpoch => "InvalidProducerEpochException",
            Self::NotCoordinator => "NotCoordinatorException",
            Self::CoordinatorNotAvailable => "CoordinatorNotAvailableException",
            Self::UnknownMemberId
            | Self::IllegalGeneration
            | Self::StaleMemberEpoch
            | Self::FencedMemberEpoch
            | Self::CommitFailed => "CommitFailedException",
            Self::RebalanceInProgress => "RebalanceInProgressException",
            Self::FencedInstanceId => "FencedInstanceIdException",
            Self::NoOffsetForPartition => "NoOffsetForPartitionException",
            Self::LogTruncation => "LogTruncationException",
            Self::ProducerFenced => "ProducerFencedException",
            Self::ConcurrentTransactions => "ConcurrentTransactionsException",
            Self::InvalidProducerIdMapping => "InvalidPidMappingException",
            Self::InvalidTxnState => "InvalidTxnStateException",
            Self::TransactionAbortable => "TransactionAbortableException",
            Self::TransactionAborted => "TransactionAbortedException",
            Self::UnstableOffsetCommit => "UnstableOffsetCommitException",
            Self::StaleBrokerEpoch => "StaleBrokerEpochException",
            Self::InvalidUpdateVersion => "InvalidUpdateVersionException",
            Self::IneligibleReplica => "IneligibleReplicaException",
            Self::DuplicateBrokerRegistration => "DuplicateBrokerRegistrationException",
            Self::BufferExhausted => "BufferExhaustedException",
            Self::RecordListTooLarge => "RecordBatchTooLargeException",
            Self::InvalidRecord => "InvalidRecordException",
            Self::InvalidTimestamp => "InvalidTimestampException",
            Self::Serialization => "SerializationException",
            Self::InvalidSibling | Self::ClosedForcefully | Self::TransactionFailed => {
                "KafkaException"
            }
        }
    }

    /// Whether the exception's class extends `RetriableException`.
    #[must_use]
    pub fn retriable(self) -> bool {
        !matches!(
            self,
            Self::OffsetOutOfRange
                | Self::MessageTooLarge
                | Self::RecordTooLarge
                | Self::OutOfOrderSequenceNumber
                | Self::InvalidProducerEpoch
                | Self::DeliveryTimeout
                | Self::BufferExhausted
                | Self::DuplicateBrokerRegistration
                | Self::UnknownMemberId
                | Self::IllegalGeneration
                | Self::RebalanceInProgress
                | Self::FencedInstanceId
                | Self::FencedMemberEpoch
                | Self::StaleMemberEpoch
                | Self::CommitFailed
                | Self::NoOffsetForPartition
                | Self::ProducerFenced
                | Self::InvalidProducerIdMapping
                | Self::InvalidTxnState
                | Self::TransactionAbortable
                | Self::TransactionAborted
                | Self::TransactionFailed
                | Self::LogTruncation
                | Self::StaleBrokerEpoch
                | Self::RecordListTooLarge
                | Self::InvalidRecord
                | Self::InvalidTimestamp
                | Self::InvalidSibling
                | Self::Serialization
                | Self::ClosedForcefully
        )
    }

    /// Whether an application may hope that the same `send()` goes well the next time: the
    /// exception extends `RetriableException`, which `TimeoutException` does.
    #[must_use]
    pub fn worth_another_send(self) -> bool {
        self.retriable() || matches!(self, Self::DeliveryTimeout | Self::BufferExhausted)
    }

    /// Whether the exception's class extends `InvalidMetadataException`: the client asks for
    /// new metadata.
    #[must_use]
    pub fn refreshes_metadata(self) -> bool {
        matches!(
            self,
            Self::NotLeaderOrFollower
                | Self::LeaderNotAvailable
                | Self::FencedLeaderEpoch
                | Self::KafkaStorage
                | Self::NetworkException
        )
    }
}
