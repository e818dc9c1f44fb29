//! The words of a verdict.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::model::error::KafkaError;
use crate::model::ids::{BrokerId, TraceId};

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What the application was told.
    pub told: Told,
    /// The one word.
    pub fate: Fate,
    /// Where it was lost; or where the last copy is, if only a broker that is down or deposed
    /// holds it.
    pub place: Option<Place>,
    /// Why it is pending.
    pub reason: Option<Reason>,
    /// The offsets that hold it.
    pub stored: Vec<Copy>,
    /// How often the application of the group finished processing it.
    pub processed: u32,
    /// How often that took effect: processing can be idempotent.
    pub effects: u32,
    /// Whether nobody but a broker that is down or deposed holds it: unless that broker comes to
    /// lead uncleanly, the record will be lost.
    pub stranded: bool,
    /// The events that made it lost, in order.
    pub causes: Vec<TraceId>,
}

/// What the application was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told {
    /// Nothing yet.
    #[default]
    Pending,
    /// Nothing, and it never will be: it does not look.
    Nothing,
    /// That the record was sent.
    Acked,
    /// That it was not.
    Failed(KafkaError),
}

/// An offset that holds a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The offset.
    pub offset: u64,
    /// Whether it is below the leader's high watermark.
    pub committed: bool,
    /// The brokers that hold it there, each with whether it is on disk there.
    pub brokers: Vec<(BrokerId, bool)>,
}

/// What became of a record, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It took effect exactly once.
    Delivered,
    /// The run has not settled for it.
    Pending,
    /// Its transaction was aborted.
    Aborted,
    /// It failed, the application was told so, and it is not in the log.
    Reported,
    /// It took effect more than once.
    Duplicated,
    /// The application was told that it failed, and yet it took effect.
    Ghost,
    /// It was acked, or the application was told nothing, and it will never take effect.
    Lost,
}

/// Where a record was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It never left the application.
    Application,
    /// It died with the accumulator.
    Accumulator,
    /// It was on its way.
    Network,
    /// It was in a page cache.
    PageCache,
    /// It was on a disk that was destroyed.
    Disk,
    /// Only a broker that is down or deposed holds it.
    OldLeader,
    /// The last copy was cut off.
    Truncated,
    /// The consumer went past it.
    SkippedByTheConsumer,
    /// The consumer started behind it.
    NeverRead,
}

/// Why a record is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `send()` was not called yet.
    NotSent,
    /// It waits in the accumulator, or its request has no answer yet.
    WithTheProducer,
    /// It is on its way.
    OnTheWay,
    /// The leader holds it above the high watermark.
    NotCommitted,
    /// A transaction that is open holds back who reads committed ones only.
    NotStable,
    /// No consumer has asked for it yet.
    NotRead,
    /// A consumer has it.
    WithTheConsumer,
    /// Only a broker that is down or deposed holds it.
    Stranded,
    /// The partition has no leader.
    Offline,
}

impl Told {
    /// As the JSON has it: `acked`, `failed(TimeoutException)`, `nothing`, `pending`.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Pending => "pending".to_owned(),
            Self::Nothing => "nothing".to_owned(),
            Self::Acked => "acked".to_owned(),
            Self::Failed(error) => format!("failed({})", error.exception()),
        }
    }
}

impl Fate {
    /// All fates, in the order of the trays.
    pub const ALL: [Self; 7] = [
        Self::Delivered,
        Self::Duplicated,
        Self::Lost,
        Self::Reported,
        Self::Ghost,
        Self::Aborted,
        Self::Pending,
    ];

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Pending => "pending",
            Self::Aborted => "aborted",
            Self::Reported => "reported",
            Self::Duplicated => "duplicated",
            Self::Ghost => "ghost",
            Self::Lost => "lost",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application => "application",
            Self::Accumulator => "accumulator",
            Self::Network => "network",
            Self::PageCache => "page cache",
            Self::Disk => "disk",
            Self::OldLeader => "old leader",
            Self::Truncated => "truncated",
            Self::SkippedByTheConsumer => "skipped by the consumer",
            Self::NeverRead => "never read",
        })
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent yet",
            Self::WithTheProducer => "with the producer",
            Self::OnTheWay => "on the way",
            Self::NotCommitted => "not committed yet",
            Self::NotStable => "behind an open transaction",
            Self::NotRead => "not read yet",
            Self::WithTheConsumer => "with the consumer",
            Self::Stranded => "only on a broker that is down or deposed",
            Self::Offline => "the partition has no leader",
        })
    }
}

/// How many records have each fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Records sent so far.
    pub created: u32,
    /// Told that they were sent.
    pub acked: u32,
    /// Told that they were not.
    pub failed: u32,
    /// Took effect exactly once.
    pub delivered: u32,
    /// Took effect more than once.
    pub duplicated: u32,
    /// Will never take effect, though acked or told nothing.
    pub lost: u32,
    /// Failed, told so, and not in the log.
    pub reported: u32,
    /// Told failed, took effect all the same.
    pub ghost: u32,
    /// Aborted with their transaction.
    pub aborted: u32,
    /// Undecided.
    pub pending: u32,
}

impl Totals {
    /// The number of records with that fate.
    #[must_use]
    pub fn of(&self, fate: Fate) -> u32 {
        match fate {
            Fate::Delivered => self.delivered,
            Fate::Pending => self.pending,
            Fate::Aborted => self.aborted,
            Fate::Reported => self.reported,
            Fate::Duplicated => self.duplicated,
            Fate::Ghost => self.ghost,
            Fate::Lost => self.lost,
        }
    }

    pub(super) fn add(&mut self, verdict: &Verdict) {
        self.acked += u32::from(verdict.told == Told::Acked);
        self.failed += u32::from(matches!(verdict.told, Told::Failed(_)));
        *match verdict.fate {
            Fate::Delivered => &mut self.delivered,
            Fate::Pending => &mut self.pending,
            Fate::Aborted => &mut self.aborted,
            Fate::Reported => &mut self.reported,
            Fate::Duplicated => &mut self.duplicated,
            Fate::Ghost => &mut self.ghost,
            Fate::Lost => &mut self.lost,
        } += 1;
    }
}
