//! The spans in which a record was at risk: what somebody counted on was true in one place only.

use super::{Language, Life};
use crate::model::ids::{ConsumerId, GroupId, TraceId};
use crate::model::trace::TraceEvent;

/// A span in which a record was at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Risk {
    /// Why.
    pub why: Risky,
    /// The event that began it.
    pub from: TraceId,
    /// When that was.
    pub from_us: u64,
    /// The event that ended it, for good or for bad, and when; none if nothing did.
    pub to: Option<(TraceId, u64)>,
}

/// Why a record is at risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Risky {
    /// Its application was told that it is safe, and not every in-sync replica has it.
    AckedNotCommitted,
    /// Logs hold it, and no disk does.
    OnNoDisk,
    /// `poll()` returned it to a consumer, and it is not processed.
    PolledNotProcessed(ConsumerId),
    /// The committed offset of a group is past it, and it is not processed.
    PassedNotProcessed(GroupId),
}

impl Risky {
    /// The reason in words.
    #[must_use]
    pub fn sentence(self, words: &Language) -> &'static str {
        words.risks[match self {
            Self::AckedNotCommitted => 0,
            Self::OnNoDisk => 1,
            Self::PolledNotProcessed(_) => 2,
            Self::PassedNotProcessed(_) => 3,
        }]
    }
}

impl Risk {
    /// How long it lasted in a run that ended then, in µs.
    #[must_use]
    pub fn length_us(&self, end_us: u64) -> u64 {
        self.to.map_or(end_us, |(_, to_us)| to_us).saturating_sub(self.from_us)
    }

    /// Whether the record was at that risk at a moment.
    #[must_use]
    pub fn is_at(&self, now_us: u64) -> bool {
        self.from_us <= now_us && self.to.is_none_or(|(_, to_us)| now_us < to_us)
    }
}

impl Life<'_> {
    /// A risk begins, unless it is there already.
    pub(super) fn risk(&mut self, event: &TraceEvent, why: Risky) {
        if !self.risks.iter().any(|risk| risk.why == why && risk.to.is_none()) {
            let risk = Risk { why, from: event.id, from_us: event.at_us, to: None };
            self.risks.push(risk);
        }
    }

    /// A risk is over.
    pub(super) fn safe(&mut self, event: &TraceEvent, why: Risky) {
        for risk in self.risks.iter_mut().filter(|risk| risk.why == why && risk.to.is_none()) {
            risk.to = Some((event.id, event.at_us));
        }
    }

    /// No log holds it any more, so that there is nothing left to be lost there.
    pub(super) fn gone(&mut self, event: &TraceEvent) {
        if self.copies.is_empty() {
            self.safe(event, Risky::OnNoDisk);
            self.safe(event, Risky::AckedNotCommitted);
        }
    }
}
