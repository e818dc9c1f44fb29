//! The table of decisions: settings and habits that decide a record's fate at an event of the trace,
//! and the changes that take each of them back.

use super::undo::{self, Case, Undo};
use super::{Base, Harm};
use crate::model::error::KafkaError;
use crate::model::group::Removal;
use crate::model::ids::{GroupId, Node, PartitionId};
use crate::model::setup::InForce;
use crate::model::trace::{Kind, TraceEvent};
use crate::script::config::{Acks, IsolationLevel};

macro_rules! decisions {
    ($($name:ident $source:literal $text:literal [$($with:literal $undo:ident),*];)*) => {
        /// What was decided. The documentation of each is its sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Decision { $(#[doc = $text] $name,)* }

        const UNDOS: &[&[(&str, Undo)]] = &[$(&[$(($with, undo::$undo)),*],)*];
        const COUNT: usize = UNDOS.len();
        // Apart, since the page does without them.
        const SOURCES: &[&str] = &[$($source,)*];

        /// What was decided, in English, in the order of [`Decision`].
        pub static ENGLISH: [&str; COUNT] = [$($text,)*];
    };
}

impl Decision {
    /// Kafka's class, setting or KIP that has the rule.
    #[must_use]
    pub fn source(self) -> &'static str {
        SOURCES[self as usize]
    }

    /// What was decided, in the sentences of a language.
    #[must_use]
    pub fn sentence(self, words: &[&'static str; COUNT]) -> &'static str {
        words[self as usize]
    }

    /// The changes that take it back, the mildest first, each as a text.
    pub(super) fn undos(self) -> &'static [(&'static str, Undo)] {
        UNDOS[self as usize]
    }
}

decisions! {
    AcksNone "KafkaApis.handleProduceRequest, acks"
        "acks=0 waits for nobody: that it never got there is told to nobody"
        ["acks=all" acks_all];
    AcksLeader "ReplicaManager.delayedProduceRequestRequired, acks"
        "acks=1 asks for the leader only: the application was told that it is safe before any follower had it"
        ["acks=all" acks_all];
    OneInSync "Partition.appendRecordsToLeader, min.insync.replicas"
        "acks=all asks for the in-sync replicas only, and min.insync.replicas lets that be one"
        ["min.insync.replicas=2" min_isr_2];
    NotFlushed "UnifiedLog.append, flush.messages"
        "it was appended without an fsync"
        ["flush.messages=1" flush_each];
    SentAgain "Sender.canRetry, RecordAccumulator.reenqueue"
        "the batch was sent again, with nothing by which the broker could know it"
        ["enable.idempotence=true" idempotence, "max.in.flight.requests.per.connection=1" one_in_flight, "retries=0" no_retries];
    GaveUp "Sender.canRetry, retries"
        "the producer gave up after one error, and could have tried again"
        ["retries=2147483647" all_retries];
    RefusedTooFew "Partition.checkEnoughReplicasReachOffset, min.insync.replicas"
        "fewer replicas were in sync than min.insync.replicas asks for"
        ["min.insync.replicas=1" min_isr_1];
    Expired "Sender.getExpiredInflightBatches, delivery.timeout.ms"
        "delivery.timeout.ms was over, and what a broker had already was told to have failed"
        ["delivery.timeout.ms=2147483647" longest_delivery];
    ClosedForcefully "KafkaProducer.close"
        "close() did not wait for what was under way"
        ["close() without a timeout" close_waits];
    NobodyLooks "KafkaProducer.send"
        "the application does not look at what becomes of its records"
        ["send() with a callback" callback];
    ApplicationRepeats "KafkaProducer.send, KIP-98"
        "the application called send() again: that has another sequence, and no broker knows it for a copy"
        ["an application that does not send again" no_resend];
    UncleanElection "PartitionChangeBuilder.electAnyLeader, unclean.leader.election.enable"
        "a replica that was not in sync was elected"
        ["unclean.leader.election.enable=false" clean_elections];
    NotEligible "PartitionChangeBuilder.electAnyLeader, KIP-966"
        "the last in-sync replica was elected, whatever its log had lost meanwhile"
        ["eligible.leader.replicas.version=1" eligible_replicas];
    AssignmentOrder "PartitionChangeBuilder.electAnyLeader"
        "the first in-sync replica of the assignment was elected, though another one had the record"
        ["another order of the replicas" other_order];
    CameBackFirst "PartitionChangeBuilder.canElectLastKnownLeader"
        "a broker came back without the record and was elected, while others had it on their disks"
        ["that broker staying away" stays_away];
    CommittedUnprocessed "SubscriptionState.allConsumed, enable.auto.commit"
        "an offset was committed past what was not processed"
        ["commitSync() after processing" commit_after];
    Swallowed "the application"
        "the application logged the exception of its processing and went on"
        ["an application that can process it" no_exception];
    ResetToEnd "SubscriptionState, auto.offset.reset"
        "auto.offset.reset let the reader begin behind it"
        ["auto.offset.reset=earliest" earliest];
    OutOfPoll "AbstractCoordinator.HeartbeatThread, max.poll.interval.ms"
        "max.poll.interval.ms was over while the application worked: the client left its group, and others did the same work"
        ["max.poll.interval.ms=2147483647" longest_poll];
    Evicted "GroupCoordinatorService, session.timeout.ms"
        "the session of a member was over that still had work in hand, and others did the same work"
        ["the longest session that brokers allow" longest_session];
    RevokedUncommitted "ConsumerCoordinator.onJoinPrepare"
        "partitions were given back without a commit of what was processed"
        ["commitSync() in onPartitionsRevoked" commit_on_revoke];
    CommitGivenUp "ConsumerCoordinator.commitOffsetsAsync"
        "commitAsync() does not try again"
        ["commitSync() after processing" commit_sync];
    ReadUncommitted "Partition.readRecords, isolation.level"
        "isolation.level=read_uncommitted read what a transaction had not committed"
        ["isolation.level=read_committed" read_committed];
    TransactionTimedOut "TransactionCoordinator.abortTimedOutTransactions, transaction.timeout.ms"
        "transaction.timeout.ms was over while the application worked"
        ["transaction.timeout.ms=900000" longest_transaction];
}

/// The decisions that an event may stand for, and whose they are.
pub(super) fn decisions_at(base: &Base<'_>, event: &TraceEvent) -> (&'static [Decision], Case) {
    let plan = base.setup.record(base.record);
    let case = Case::of(plan.producer, base.partition);
    match base.harm {
        Harm::Lost => lost(base, event, case),
        Harm::Duplicated | Harm::Reordered => repeated(base, event, case),
        Harm::Ghost => ghost(base, event, case),
    }
}

/// What can lose a record.
fn lost(base: &Base<'_>, event: &TraceEvent, case: Case) -> (&'static [Decision], Case) {
    use Decision::*;
    let settings = InForce::at(base.setup, base.trace, event);
    let acks = settings.producer(base.setup, case.producer).acks;
    let mine = |partition: &PartitionId| base.partition == Some(*partition);
    let decided: &'static [Decision] = match &event.kind {
        Kind::BatchAcked { batch, .. } if batch.records.contains(&base.record) => match acks {
            Acks::None => &[AcksNone],
            Acks::Leader => &[AcksLeader],
            Acks::All => &[OneInSync],
        },
        Kind::AppendRefused { batch, .. }
            if acks == Acks::None && batch.records.contains(&base.record) =>
        {
            &[AcksNone]
        }
        Kind::MessageLost { message, .. }
            if acks == Acks::None && base.requests.contains(message) =>
        {
            &[AcksNone]
        }
        Kind::Appended { entry, .. } if entry.records().any(|(_, id)| id == base.record) => {
            &[NotFlushed]
        }
        Kind::BatchFailed { records, error, .. } if records.contains(&base.record) => {
            let given_up = failed(*error);
            return (if given_up.is_empty() { &[NobodyLooks] } else { given_up }, case);
        }
        Kind::LeaderElected { partition, leader, unclean, .. } if mine(partition) => {
            let restart = base.restart_before(*leader, event.id);
            let holders = base.holders_before(event.id);
            let case = Case { leader: Some(*leader), holders, restart, ..case };
            let clean: &[Decision] = &[NotEligible, AssignmentOrder, CameBackFirst];
            return (if *unclean { &[UncleanElection, CameBackFirst] } else { clean }, case);
        }
        Kind::OffsetCommitted { group, partition, .. }
            if mine(partition) && base.causes.contains(&event.id) =>
        {
            let case = Case { group: Some(*group), ..case };
            return (&[CommittedUnprocessed], case);
        }
        Kind::ProcessingFailed { consumer, record, .. } if *record == base.record => {
            return (&[Swallowed], case.with_consumer(base.setup, *consumer));
        }
        Kind::PositionReset { consumer, partition, committed: false, .. } if mine(partition) => {
            return (&[ResetToEnd], case.with_consumer(base.setup, *consumer));
        }
        _ => &[],
    };
    (decided, case)
}

/// What can have a record twice, or behind a later one.
fn repeated(base: &Base<'_>, event: &TraceEvent, case: Case) -> (&'static [Decision], Case) {
    use Decision::*;
    let mine = |partition: &PartitionId| base.partition == Some(*partition);
    match &event.kind {
        Kind::BatchRetried { batch, .. } if batch.records.contains(&base.record) => {
            (&[SentAgain], case)
        }
        Kind::RecordResent { record, .. } if *record == base.record => {
            (&[ApplicationRepeats], case)
        }
        Kind::PollTimedOut { consumer } if base.reads(*consumer) => {
            (&[OutOfPoll], case.with_consumer(base.setup, *consumer))
        }
        Kind::MemberRemoved { consumer, why, .. }
            if *why != Removal::Left && base.reads(*consumer) =>
        {
            (&[Evicted], case.with_consumer(base.setup, *consumer))
        }
        Kind::PartitionsRevoked { consumer, partitions, lost: false, .. }
            if partitions.iter().any(mine) =>
        {
            (&[RevokedUncommitted], case.with_consumer(base.setup, *consumer))
        }
        Kind::CommitFailed { consumer, .. } if base.reads(*consumer) => {
            (&[CommitGivenUp], case.with_consumer(base.setup, *consumer))
        }
        _ => uncommitted(base, event, case),
    }
}

/// What can let a record take effect that was told to have failed.
fn ghost(base: &Base<'_>, event: &TraceEvent, case: Case) -> (&'static [Decision], Case) {
    match &event.kind {
        Kind::BatchFailed { records, error, .. } if records.contains(&base.record) => {
            (failed(*error), case)
        }
        _ => uncommitted(base, event, case),
    }
}

/// What an error that the application is told can be due to.
fn failed(error: KafkaError) -> &'static [Decision] {
    use Decision::*;
    match error {
        KafkaError::DeliveryTimeout => &[Expired],
        KafkaError::ClosedForcefully => &[ClosedForcefully],
        KafkaError::NotEnoughReplicas | KafkaError::NotEnoughReplicasAfterAppend => {
            &[GaveUp, Expired, RefusedTooFew, NobodyLooks]
        }
        error if error.retriable() => &[GaveUp, Expired, NobodyLooks],
        _ => &[],
    }
}

/// Transactions, and who does not care for them.
fn uncommitted(base: &Base<'_>, event: &TraceEvent, case: Case) -> (&'static [Decision], Case) {
    use Decision::*;
    match &event.kind {
        Kind::Polled { consumer, records, .. }
            if records.iter().any(|at| at.1 == base.record && base.aborted.contains(&at.0)) =>
        {
            let group = base.setup.consumers[consumer.index()].group;
            (careless(base, event, group), case.with_consumer(base.setup, *consumer))
        }
        Kind::TransactionTimedOut { .. } => (&[TransactionTimedOut], case),
        _ => (&[], case),
    }
}

fn careless(base: &Base<'_>, event: &TraceEvent, group: GroupId) -> &'static [Decision] {
    let settings = InForce::at(base.setup, base.trace, event);
    let group = &base.setup.groups[group.index()];
    match settings.group(base.setup, group).isolation_level {
        IsolationLevel::ReadUncommitted => &[Decision::ReadUncommitted],
        IsolationLevel::ReadCommitted => &[],
    }
}

/// Where a decision was made, as far as an event says so.
pub(super) fn place(kind: &Kind) -> Option<Node> {
    Some(match kind {
        Kind::BatchAcked { producer, .. }
        | Kind::BatchFailed { producer, .. }
        | Kind::BatchRetried { producer, .. }
        | Kind::ProducerCrashed { producer, .. }
        | Kind::RecordResent { producer, .. } => Node::Producer(*producer),
        Kind::Appended { broker, .. }
        | Kind::AppendRefused { broker, .. }
        | Kind::BrokerCrashed { broker }
        | Kind::PowerCut { broker }
        | Kind::BrokerStopped { broker }
        | Kind::ShutdownBegan { broker }
        | Kind::DirectoryFailed { broker, .. }
        | Kind::DiskLost { broker, .. }
        | Kind::RecordsDeleted { broker, .. }
        | Kind::TransactionTimedOut { broker, .. } => Node::Broker(*broker),
        Kind::LeaderElected { .. } | Kind::PartitionAdded { .. } => Node::Controller,
        Kind::Polled { consumer, .. }
        | Kind::ProcessingFailed { consumer, .. }
        | Kind::PositionReset { consumer, .. }
        | Kind::PollTimedOut { consumer }
        | Kind::MemberRemoved { consumer, .. }
        | Kind::PartitionsRevoked { consumer, .. }
        | Kind::CommitFailed { consumer, .. }
        | Kind::ConsumerCrashed { consumer } => Node::Consumer(*consumer),
        Kind::MessageLost { to, .. } => *to,
        Kind::Paused { node } => *node,
        _ => return None,
    })
}
