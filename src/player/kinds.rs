//! The kinds of events, to look for and to filter by.

use super::about::{entities, is_about, is_internal};
use crate::model::ids::{Node, RecordId};
use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent, Wire};
use crate::script::Do;

/// The kinds of events, as somebody looks for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// On its way to a broker: `send()`, batches, produce requests.
    Sent,
    /// A leader has it.
    Appended,
    /// A follower has it.
    Replicated,
    /// Every in-sync replica has it.
    Committed,
    /// The application is told that it is safe.
    Acked,
    /// A consumer gets it.
    Fetched,
    /// A consumer's application has finished with it.
    Processed,
    /// A group's offset is stored.
    OffsetCommitted,
    /// A process, a machine, a disk or a link breaks.
    Failure,
    /// It works again.
    Recovery,
    /// Somebody gives it other settings.
    Change,
    /// Who leads and who is in sync changes.
    Election,
    /// Copies are gone.
    Truncation,
    /// A batch is tried again.
    Retry,
    /// Somebody is told of an error, or a message is lost.
    Error,
    /// A group shares out its partitions.
    Rebalance,
    /// A transaction goes on.
    Transaction,
    /// What travels besides records.
    Traffic,
}

impl Class {
    /// All of them, in the order of a record's life, then what disturbs it.
    pub const ALL: [Self; 18] = [
        Self::Sent,
        Self::Appended,
        Self::Replicated,
        Self::Committed,
        Self::Acked,
        Self::Fetched,
        Self::Processed,
        Self::OffsetCommitted,
        Self::Failure,
        Self::Recovery,
        Self::Change,
        Self::Election,
        Self::Truncation,
        Self::Retry,
        Self::Error,
        Self::Rebalance,
        Self::Transaction,
        Self::Traffic,
    ];

    /// Its name, for those that drive the page.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Appended => "appended",
            Self::Replicated => "replicated",
            Self::Committed => "committed",
            Self::Acked => "acked",
            Self::Fetched => "fetched",
            Self::Processed => "processed",
            Self::OffsetCommitted => "offset",
            Self::Failure => "failure",
            Self::Recovery => "recovery",
            Self::Change => "change",
            Self::Election => "election",
            Self::Truncation => "truncation",
            Self::Retry => "retry",
            Self::Error => "error",
            Self::Rebalance => "rebalance",
            Self::Transaction => "transaction",
            Self::Traffic => "traffic",
        }
    }

    /// Of which kind an event is.
    #[must_use]
    pub fn of(setup: &Setup, kind: &Kind) -> Self {
        match kind {
            Kind::ActionApplied { action } | Kind::ActionIgnored { action } => {
                let action = setup.actions.get(usize::from(*action));
                action.map_or(Self::Failure, |action| Self::of_action(&action.what))
            }
            Kind::RecordCreated { .. }
            | Kind::RecordResent { .. }
            | Kind::RecordBatched { .. }
            | Kind::BatchDrained { .. }
            | Kind::BatchSplit { .. }
            | Kind::FlushCalled { .. }
            | Kind::FlushReturned { .. }
            | Kind::SendBlocked { .. } => Self::Sent,
            Kind::Appended { .. } | Kind::DuplicateBatch { .. } | Kind::Flushed { .. } => {
                Self::Appended
            }
            Kind::Replicated { .. } => Self::Replicated,
            Kind::HighWatermarkAdvanced { .. } => Self::Committed,
            Kind::BatchAcked { .. } => Self::Acked,
            Kind::Fetched { .. } | Kind::Polled { .. } | Kind::PositionReset { .. } => {
                Self::Fetched
            }
            Kind::Processed { .. } => Self::Processed,
            Kind::OffsetCommitted { .. } => Self::OffsetCommitted,
            Kind::MessageSent { what, .. } => Self::of_message(what),
            Kind::MessageArrived { .. } => Self::Traffic,
            Kind::BatchRetried { .. } | Kind::EpochBumped { .. } => Self::Retry,
            Kind::BatchFailed { .. }
            | Kind::MessageLost { .. }
            | Kind::Disconnected { .. }
            | Kind::AppendRefused { .. }
            | Kind::ProcessingFailed { .. }
            | Kind::CommitFailed { .. }
            | Kind::PollFailed { .. } => Self::Error,
            _ => Self::of_cluster(kind),
        }
    }

    fn of_message(what: &Wire) -> Self {
        match what {
            Wire::ProduceRequest { .. } => Self::Sent,
            Wire::ProduceResponse { error: Some(_), .. } => Self::Error,
            _ => Self::Traffic,
        }
    }

    /// What the script lets happen is not all harm: it repairs, too.
    fn of_action(what: &Do) -> Self {
        match what {
            Do::Restart(_) | Do::Resume(_) | Do::Heal(_) => Self::Recovery,
            Do::Set(_) | Do::Reconfigure(_) | Do::Roll(_) | Do::AddPartitions(_) => Self::Change,
            Do::ElectPreferred | Do::ElectUnclean => Self::Election,
            Do::Send(_) | Do::Resend(_) | Do::Flush(_) => Self::Sent,
            Do::DeleteRecords(_) | Do::ExpireOffsets(_) => Self::Truncation,
            _ => Self::Failure,
        }
    }

    fn of_cluster(kind: &Kind) -> Self {
        match kind {
            Kind::BrokerCrashed { .. }
            | Kind::PowerCut { .. }
            | Kind::DirectoryFailed { .. }
            | Kind::ShutdownBegan { .. }
            | Kind::BrokerStopped { .. }
            | Kind::Paused { .. }
            | Kind::LinkCut { .. }
            | Kind::ProducerCrashed { .. }
            | Kind::ProducerClosed { .. }
            | Kind::ConsumerCrashed { .. }
            | Kind::ConsumerClosed { .. } => Self::Failure,
            Kind::Resumed { .. }
            | Kind::LinkHealed { .. }
            | Kind::ProducerRestarted { .. }
            | Kind::ConsumerRestarted { .. }
            | Kind::BrokerRestarted { .. }
            | Kind::BrokerRegistered { .. }
            | Kind::BrokerUnfenced { .. } => Self::Recovery,
            Kind::PageCacheLost { .. }
            | Kind::DiskLost { .. }
            | Kind::Truncated { .. }
            | Kind::RecordsDeleted { .. }
            | Kind::OffsetsExpired { .. }
            | Kind::TruncationDetected { .. } => Self::Truncation,
            Kind::RebalanceBegan { .. }
            | Kind::RebalanceEnded { .. }
            | Kind::MemberRemoved { .. }
            | Kind::PollTimedOut { .. }
            | Kind::PartitionsAssigned { .. }
            | Kind::PartitionsRevoked { .. } => Self::Rebalance,
            Kind::TransactionsInitialized { .. }
            | Kind::TransactionBegun { .. }
            | Kind::TransactionEnding { .. }
            | Kind::TransactionEnded { .. }
            | Kind::TransactionFailed { .. }
            | Kind::TransactionCallTimedOut { .. }
            | Kind::TransactionChanged { .. }
            | Kind::TransactionTimedOut { .. }
            | Kind::MarkerWritten { .. }
            | Kind::LastStableOffset { .. }
            | Kind::Rewound { .. } => Self::Transaction,
            _ => Self::Election,
        }
    }

    /// How much it says of what went wrong: a caption tells the weightiest of a moment.
    #[must_use]
    pub fn weight(self) -> u8 {
        match self {
            Self::Failure | Self::Truncation => 3,
            Self::Change
            | Self::Election
            | Self::Error
            | Self::Retry
            | Self::Transaction
            | Self::Rebalance => 2,
            Self::Traffic => 0,
            _ => 1,
        }
    }
}

/// How much an event says. A client that comes back with other settings says more than that it was
/// closed for that.
#[must_use]
pub fn weight(setup: &Setup, kind: &Kind) -> u8 {
    match kind {
        Kind::ProducerRestarted { since: Some(_), .. }
        | Kind::ConsumerRestarted { since: Some(_), .. } => 4,
        kind => Class::of(setup, kind).weight(),
    }
}

/// An entity, or the way between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// Whatever happens there.
    Entity(Node),
    /// Whatever happens between them; the lesser node comes first.
    Link(Node, Node),
}

/// Which events are meant: those that pass every part that is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The kinds, a bit each, by their places in [`Class::ALL`].
    pub kinds: u32,
    /// Those of a record.
    pub record: Option<RecordId>,
    /// Those of an entity or a link.
    pub whom: Option<Whom>,
}

impl Filter {
    /// Everything but what travels besides records.
    pub const STORY: Self = Self::of(!(1 << Class::Traffic as u32));
    /// Everything.
    pub const EVERYTHING: Self = Self::of(u32::MAX);
    /// What goes wrong, and what comes of it.
    pub const TROUBLE: Self = Self::of(
        1 << Class::Failure as u32
            | 1 << Class::Election as u32
            | 1 << Class::Truncation as u32
            | 1 << Class::Retry as u32
            | 1 << Class::Error as u32,
    );

    const fn of(kinds: u32) -> Self {
        Self { kinds, record: None, whom: None }
    }

    /// The events of one kind.
    #[must_use]
    pub const fn kind(class: Class) -> Self {
        Self::of(1 << class as u32)
    }

    /// Whether an event is meant. What happens in internal topics is traffic.
    #[must_use]
    pub fn takes(&self, setup: &Setup, trace: &[TraceEvent], event: &TraceEvent) -> bool {
        let internal = is_internal(setup, &event.kind);
        let class = if internal { Class::Traffic } else { Class::of(setup, &event.kind) };
        self.kinds & 1 << class as u32 != 0
            && self.whom.is_none_or(|whom| concerns(&event.kind, whom))
            && self.record.is_none_or(|record| is_about(trace, event, record))
    }
}

fn concerns(kind: &Kind, whom: Whom) -> bool {
    let those = entities(kind);
    match whom {
        Whom::Entity(node) => those.contains(&Some(node)),
        Whom::Link(a, b) => those.contains(&Some(a)) && those.contains(&Some(b)),
    }
}
