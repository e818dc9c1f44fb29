//! What becomes of a run when a fault strikes at a moment, and the spans of like moments.

use std::ops::Range;

use serde::Serialize;

use crate::lab::{Harms, Replay};
use crate::model::ids::RecordId;

/// What a fault leads to, as far as records are concerned: moments with the same outcome are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Whether the fault found something to act on: a process to kill, a message to lose.
    pub acted: bool,
    /// Whom the run harmed.
    #[serde(flatten)]
    pub harms: Harms,
}

/// A moment that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When the fault struck, before the model's own events of that microsecond.
    pub at_us: u64,
    /// What that led to.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long a partition could not be written to.
    pub unavailable: Unavailable,
}

/// How long the partition could not be written to that fared worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unavailable {
    /// Whether it still cannot when the run is over: nothing will change that by itself.
    pub for_good: bool,
    /// How long, all times together, in µs; up to the end of the run.
    pub us: u64,
}

/// Neighbouring moments with the same outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first moment, in µs.
    pub from_us: u64,
    /// The last moment, in µs.
    pub to_us: u64,
    /// How many moments of it were tried.
    pub moments: u32,
    /// What the fault leads to, whenever in it it strikes.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long a partition cannot be written to, at most.
    pub unavailable: Unavailable,
}

impl Outcome {
    /// The four kinds of harm, each with its word and the records that were harmed so and are not
    /// in the run without the fault.
    #[must_use]
    pub fn new_harms(&self, undisturbed: &Self) -> [(&'static str, Vec<RecordId>); 4] {
        let (now, before) = (self.harms.kinds(), undisturbed.harms.kinds());
        std::array::from_fn(|kind| {
            let ((word, records), (_, before)) = (now[kind], before[kind]);
            (word, records.iter().filter(|id| !before.contains(id)).copied().collect())
        })
    }

    /// The records that the fault harms in any way.
    #[must_use]
    pub fn harmed(&self, undisturbed: &Self) -> Vec<RecordId> {
        let kinds = self.new_harms(undisturbed);
        let mut harmed: Vec<RecordId> =
            kinds.into_iter().flat_map(|(_, records)| records).collect();
        harmed.sort_unstable();
        harmed.dedup();
        harmed
    }

    /// Whether the fault harms a record that would not have been harmed so without it.
    #[must_use]
    pub fn is_harmful(&self, undisturbed: &Self) -> bool {
        !self.harmed(undisturbed).is_empty()
    }
}

impl Moment {
    /// Of a replay in which the fault strikes by the actions of these indices.
    pub(super) fn of(at_us: u64, replay: &Replay, mut strikes: Range<u16>) -> Self {
        let acted = strikes.any(|index| !replay.idle_actions.contains(&index));
        let outcome = Outcome { acted, harms: replay.harms.clone() };
        Self { at_us, outcome, unavailable: Unavailable::of(replay) }
    }

    /// How bad it is: how many records the fault harms, then how long partitions are unavailable.
    pub(super) fn badness(&self, undisturbed: &Outcome) -> (usize, Unavailable) {
        (self.outcome.harmed(undisturbed).len(), self.unavailable)
    }
}

impl Unavailable {
    fn of(replay: &Replay) -> Self {
        let outage = &replay.measures.outage;
        let of = |partition| {
            let spans = outage.spans(partition, replay.end.at_us);
            let us = spans.iter().map(|(from, to)| to - from).sum();
            Self { for_good: outage.stands_still(partition), us }
        };
        outage.partitions().map(of).max().unwrap_or_default()
    }
}

impl Span {
    pub(super) fn of(moment: Moment) -> Self {
        let Moment { at_us, outcome, unavailable } = moment;
        Self { from_us: at_us, to_us: at_us, moments: 1, outcome, unavailable }
    }

    pub(super) fn add(&mut self, moment: &Moment) {
        self.to_us = moment.at_us;
        self.moments += 1;
        self.unavailable = self.unavailable.max(moment.unavailable);
    }

    /// How long it is, in µs: how many moments to the microsecond it has.
    #[must_use]
    pub fn width_us(&self) -> u64 {
        self.to_us - self.from_us + 1
    }
}
