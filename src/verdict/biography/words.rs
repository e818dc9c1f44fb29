//! The table of a biography: what can happen to a record, what it means for it, where in Kafka the
//! rule stands, and the sentence that says it.
//!
//! A sentence has `{places}` that [`fill`](super::text::fill) puts figures and names into. Another
//! language is another [`Language`]; Kafka's own names stay as they are.

/// What a step means for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It goes its way.
    Plain,
    /// A promise was made or kept.
    Good,
    /// A copy is gone, or a promise broken.
    Bad,
}

macro_rules! steps {
    ($($name:ident $tone:ident $source:literal $text:literal;)*) => {
        /// What can happen to a record. The documentation of each is its sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum What { $(#[doc = $text] $name,)* }

        const ALL: &[(What, Tone)] = &[$((What::$name, Tone::$tone),)*];
        // Apart, since the page does without them.
        const SOURCES: &[&str] = &[$($source,)*];
        const COUNT: usize = ALL.len();

        const STEPS: [&str; COUNT] = [$($text,)*];
    };
}

/// The sentences of one language.
#[derive(Debug)]
pub struct Language {
    /// Those of the steps, in the order of [`What`].
    pub steps: [&'static str; COUNT],
    /// Those of the risks, in the order of [`Risky`](super::Risky).
    pub risks: [&'static str; 4],
}

/// The sentences in English.
pub static ENGLISH: Language = Language {
    steps: STEPS,
    risks: [
        "acked, and not committed: the application counts on what not every in-sync replica has",
        "appended, and on no disk: page caches alone hold it",
        "returned by poll() and not processed: the position is past it already",
        "the committed offset is past it, and it is not processed: who comes next will skip it",
    ],
};

impl What {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(what, _)| *what)
    }

    /// What it means for the record.
    #[must_use]
    pub fn tone(self) -> Tone {
        ALL[self as usize].1
    }

    /// Kafka's class, setting or KIP that has the rule.
    #[must_use]
    pub fn source(self) -> &'static str {
        SOURCES[self as usize]
    }
}

steps! {
    Created Plain "KafkaProducer.doSend"
        "send() is called, key {key}, value of {bytes} bytes";
    CreatedWithoutKey Plain "KafkaProducer.doSend"
        "send() is called without a key, value of {bytes} bytes";
    SentAgain Plain "KafkaProducer.doSend"
        "send() is called for it again: to Kafka another record, the {n}. copy";
    Blocked Plain "BufferPool.allocate, max.block.ms"
        "send() blocks: buffer.memory={memory} is used up; it waits for max.block.ms={wait} at most";
    PartitionedByKey Plain "BuiltInPartitioner.partitionForKey"
        "serialized to {bytes} bytes at most (max.request.size={limit}); murmur2 of its key chooses {partition} (partitions: {n})";
    PartitionedAsNamed Plain "KafkaProducer.partition"
        "serialized to {bytes} bytes at most (max.request.size={limit}); the application names {partition}";
    PartitionedSticky Plain "BuiltInPartitioner.nextPartition, KIP-794"
        "serialized to {bytes} bytes at most (max.request.size={limit}); without a key it goes to the partition whose turn it is, {partition}";
    Batched Plain "RecordAccumulator.append, batch.size"
        "joins batch {batch} for {partition} in the accumulator";
    Lingered Plain "RecordAccumulator.batchReady, linger.ms"
        "waited {wait} of linger.ms={linger}: the sender takes batch {batch} (records: {count})";
    TakenEarly Plain "RecordAccumulator.batchReady, batch.size"
        "waited {wait}, less than linger.ms={linger}: batch {batch} (records: {count}) is full, or somebody waits for it";
    TakenLate Plain "Sender.sendProducerData, NetworkClient.isReady"
        "waited {wait}, longer than linger.ms={linger}: there was no leader, no connection, or too much in flight; the sender takes batch {batch} (records: {count})";
    Resent Plain "Sender.sendProducerData, retries"
        "the sender takes batch {batch} again: attempt {n}";
    Sent Plain "Sender.sendProduceRequest, acks"
        "its request leaves for {broker} with acks={acks}; it takes {wait}";
    RequestLost Bad "NetworkClient.processDisconnection"
        "its request finds nobody at {broker}, or a connection that is gone";
    ResponseLost Bad "NetworkClient.processDisconnection"
        "{broker}'s answer is lost: the producer cannot know what became of it";
    Disconnected Bad "NetworkClient.cancelInFlightRequests"
        "the connection to {broker} is gone with its request on it";
    Retried Bad "Sender.canRetry, RecordAccumulator.reenqueue"
        "{error}: back to the accumulator, retry {n} of retries={retries}, after {wait} of backoff";
    Repeated Bad "Sender.canRetry, retry.backoff.ms"
        "and so {n} times more, for {wait}";
    Split Plain "Sender.completeBatch, RecordAccumulator.splitAndReenqueue"
        "batch {batch} is larger than max.message.bytes={limit}: it is cut in {n} pieces";
    EpochBumped Plain "TransactionManager.bumpIdempotentProducerEpoch, KIP-360"
        "the producer takes epoch {epoch} and numbers its open batches from 0";

    AckedByNobody Good "NetworkClient.handleCompletedSends, acks=0"
        "the application is told that it is sent: acks=0 waits for nobody, {wait} after the request was written";
    AckedByLeader Good "ReplicaManager.delayedProduceRequestRequired, acks=1"
        "the application is told that it is safe: acks=1 asks for the leader only, and {broker} answered after {wait}";
    AckedByAll Good "Partition.checkEnoughReplicasReachOffset, acks=all"
        "the application is told that it is safe: acks=all, every in-sync replica had it ({n}, and min.insync.replicas={min}), and {broker} answered after {wait}";
    Failed Bad "Sender.failBatch"
        "the application is told {error}, after retry {n} of retries={retries}";
    FailedUnheard Bad "Sender.failBatch"
        "{error}, after retry {n} of retries={retries}: the application does not look";
    Expired Bad "RecordAccumulator.expiredBatches, delivery.timeout.ms"
        "the application is told {error}: its batch is {wait} old, and delivery.timeout.ms={limit} is over";
    TooLarge Bad "KafkaProducer.ensureValidRecordSize, max.request.size"
        "the application is told {error}: {bytes} bytes are more than max.request.size={limit} or buffer.memory={memory}";
    Exhausted Bad "BufferPool.allocate, max.block.ms"
        "the application is told {error}: the buffer stayed full for max.block.ms={wait}";
    ClosedForcefully Bad "KafkaProducer.close, RecordAccumulator.abortIncompleteBatches"
        "the application is told {error}: close() waits for {wait} only";
    ProducerDied Bad "RecordAccumulator"
        "{producer}'s process dies {wait} after send(): what its accumulator holds is gone, and nobody is told";
    InTransaction Plain "TransactionManager.maybeAddPartition"
        "it is part of transaction {n} of {producer}";
    CommitCalled Plain "TransactionManager.beginCommit"
        "commitTransaction() is called after {wait}: everything is flushed, then the coordinator is asked";
    AbortCalled Bad "TransactionManager.beginAbort"
        "abortTransaction() is called after {wait}";
    TransactionCommitted Good "TransactionCoordinator.endTransaction"
        "commitTransaction() returns: the commit is decided, the markers follow";
    TransactionAborted Bad "TransactionCoordinator.endTransaction"
        "abortTransaction() returns";
    TransactionFailed Bad "TransactionManager.maybeTransitionToErrorState"
        "its transaction cannot be committed: {error}";
    TransactionTimedOut Bad "TransactionCoordinator.abortTimedOutTransactions"
        "its transaction was open for longer than transaction.timeout.ms={limit}: {broker} aborts it and fences {producer}";

    Appended Plain "Partition.appendRecordsToLeader, UnifiedLog.append"
        "{broker} leads with epoch {epoch} and appends it at offset {offset}: in the page cache, no fsync (flush.messages={flush})";
    AppendedTwice Bad "Partition.appendRecordsToLeader, UnifiedLog.append"
        "{broker} appends it once more, at offset {offset}: nothing tells it that this is a copy";
    SentToFollower Plain "ReplicaManager.fetchMessages"
        "{broker} answers the fetch of {follower} with it; it takes {wait}";
    Replicated Plain "ReplicaFetcherThread.processPartitionData"
        "{broker} appends it at offset {offset}, {wait} after the leader; the leader does not know yet";
    FollowerAsksOn Plain "Partition.updateFollowerFetchState"
        "{follower} fetches from offset {offset} on: now {broker} knows that it has it";
    Committed Good "Partition.maybeIncrementLeaderHW"
        "committed: every in-sync replica has it ({n}), and the high watermark is {to}";
    FlushedByCount Good "UnifiedLog.append, flush.messages"
        "on {broker}'s disk: flush.messages={limit} is reached with the append";
    FlushedByTime Good "LogManager.flushDirtyLogs, flush.ms"
        "on {broker}'s disk: the flusher ran and flush.ms={limit} is over";
    FlushedBySystem Good "the operating system's write-back (dirty_expire_centisecs)"
        "on {broker}'s disk: the operating system writes pages that are older than {limit}";
    FlushedByShutdown Good "LogManager.shutdown"
        "on {broker}'s disk: it stops in order, {wait} after the append";
    Known Good "ProducerStateEntry.findDuplicateBatch, KIP-98"
        "{broker} knows its batch by producer id and sequence {sequence}: it has it at offset {offset} and does not append it again";
    TooFewReplicas Bad "Partition.appendRecordsToLeader, min.insync.replicas"
        "{broker} refuses it: {error}, in-sync replicas: {n}, min.insync.replicas={min}";
    BatchTooLarge Bad "UnifiedLog.analyzeAndValidateRecords, max.message.bytes"
        "{broker} refuses it: {error}, {bytes} bytes and max.message.bytes={limit}";
    NotLeader Bad "Partition.appendRecordsToLeader"
        "{broker} refuses it: {error}, it does not lead {partition} any more";
    Refused Bad "UnifiedLog.analyzeAndValidateRecords"
        "{broker} refuses batch {batch}: {error}";
    RefusedUnheard Bad "KafkaApis.handleProduceRequest, acks=0"
        "{broker} refuses batch {batch}: {error}; with acks=0 it closes the connection, and nobody is told";
    Truncated Bad "AbstractFetcherThread.getOffsetTruncationState, KIP-101"
        "{broker} cuts its log at offset {to}, where it parts from the leader's: its copy at offset {offset} is gone for good";
    PageCacheLost Bad "the operating system's page cache"
        "{broker}'s machine lost its power {wait} after the append: offset {offset} was in the page cache only";
    DiskLost Bad "LocalLog.maybeHandleIOException"
        "{broker}'s disk is gone, and with it its copy at offset {offset}";
    Deleted Bad "UnifiedLog.maybeIncrementLogStartOffset, retention.ms"
        "deleted: {broker}'s log begins at offset {to} now";
    MarkedCommitted Good "UnifiedLog.lastStableOffset"
        "{broker} writes the marker COMMIT behind it: careful readers may have offset {offset}";
    MarkedAborted Bad "UnifiedLog.lastStableOffset"
        "{broker} writes the marker ABORT behind it: careful readers skip offset {offset}";

    CrashedAlone Bad "broker.session.timeout.ms"
        "{broker}'s process dies with the only copy, at offset {offset}; its page cache stays";
    CrashedOneOf Plain "broker.session.timeout.ms"
        "{broker}'s process dies; {others} still has it, at offset {offset}";
    PoweredOff Bad "broker.session.timeout.ms"
        "{broker}'s machine loses its power, with a copy at offset {offset}";
    Stopped Plain "BrokerServer.shutdown"
        "{broker} stops in order, with a copy at offset {offset}";
    Paused Bad "broker.session.timeout.ms"
        "{broker} stands still, and what was sent to it waits";
    Restarted Plain "LogManager.loadLogs"
        "{broker} is started again, with its copy at offset {offset}";
    Fenced Bad "ReplicationControlManager.maybeFenceOneStaleBroker, broker.session.timeout.ms"
        "the controller fences {broker}: nothing was heard of it for broker.session.timeout.ms={limit}";
    IsrShrunk Plain "Partition.getOutOfSyncReplicas, ReplicationControlManager.handleBrokerFenced"
        "the ISR of {partition} shrinks to {n}: {brokers}";
    ElectedWith Good "PartitionChangeBuilder.electAnyLeader"
        "{broker} leads now with epoch {epoch}, and has it";
    ElectedWithout Bad "PartitionChangeBuilder.electAnyLeader"
        "{broker} leads now with epoch {epoch}, the first in-sync replica of the assignment, and does not have it";
    ElectedUncleanly Bad "PartitionChangeBuilder.electAnyLeader, unclean.leader.election.enable"
        "{broker} leads now with epoch {epoch}, by an unclean election, and does not have it";
    Offline Bad "PartitionChangeBuilder.electAnyLeader"
        "nobody in sync is alive: {partition} has no leader, epoch {epoch}";

    ReaderBegins Bad "SubscriptionState, auto.offset.reset"
        "{consumer} begins at offset {to}, as auto.offset.reset={reset} says: behind it, at offset {offset}";
    ReaderGoesBack Plain "ConsumerCoordinator, SubscriptionState"
        "{consumer} begins at offset {to}, before it, at offset {offset}: it will be read";
    Fetched Plain "FetchCollector"
        "in {consumer}'s fetch buffer, from offset {offset}";
    Polled Plain "FetchCollector.fetchRecords, max.poll.records"
        "poll() returns it to {consumer} (records: {count}, max.poll.records={limit}); the position is {to} now, processed or not";
    Processed Good "the application"
        "processed by {consumer}, {wait} after poll()";
    ProcessedAgain Bad "the application"
        "processed again by {consumer}, time {n}";
    Threw Bad "the application"
        "processing it throws an exception in {consumer}, {wait} after poll()";
    CommittedByTimer Plain "ConsumerCoordinator.maybeAutoCommitOffsetsAsync, enable.auto.commit"
        "{group} has committed offset {to}, past it (enable.auto.commit, auto.commit.interval.ms={limit})";
    CommittedByHand Plain "ConsumerCoordinator.commitOffsetsSync"
        "{group} has committed offset {to}, past it (commitSync() or commitAsync())";
    CommittedUnprocessed Bad "SubscriptionState.allConsumed"
        "{group} has committed offset {to}, past it, and nobody has processed it: whoever comes next will skip it";
    CommittedWithTransaction Good "TransactionCoordinator.endTransaction, KIP-447"
        "{group}'s offset {to}, past it, is committed with the transaction";
    CommitFailed Bad "ConsumerCoordinator.OffsetCommitResponseHandler"
        "{consumer}'s commit fails: {error}";
    Revoked Plain "ConsumerCoordinator.onJoinPrepare"
        "{consumer} gives {partition} back: what it had fetched it drops";
    RevokedUncommitted Bad "ConsumerCoordinator.onJoinPrepare"
        "{consumer} gives {partition} back, and its commit does not cover offset {offset}: the next owner reads it again";
    Rewound Plain "KafkaConsumer.seek"
        "{consumer} seeks to the committed offsets and drops it: it has to be read again";
    TruncationSeen Plain "SubscriptionState.maybeCompleteValidation, KIP-320"
        "{consumer} learns that the log was cut: its position goes from {from} back to {to}";
    OutOfPoll Bad "AbstractCoordinator.HeartbeatThread, max.poll.interval.ms"
        "{consumer} was away from poll() for max.poll.interval.ms={limit} with it in hand: it leaves the group and works on";
    Evicted Bad "GroupCoordinatorService, session.timeout.ms"
        "the coordinator heard nothing of {consumer} for {limit}, which has it in hand: others get its partitions";
    ReaderDied Bad "KafkaConsumer"
        "{consumer}'s process dies with it in hand, {wait} after it was fetched";
    ReaderClosed Bad "KafkaConsumer.close"
        "{consumer} is closed with it in hand, {wait} after it was fetched";
    OffsetsExpired Bad "OffsetMetadataManager, offsets.retention.minutes"
        "{group}'s committed offsets expire (offsets.retention.minutes={n}): auto.offset.reset will say where it begins";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_at_its_own_place_of_the_table() {
        for (place, what) in What::all().enumerate() {
            assert_eq!(what as usize, place);
            assert!(!what.source().is_empty() && !STEPS[place].is_empty(), "{what:?}");
        }
    }
}
