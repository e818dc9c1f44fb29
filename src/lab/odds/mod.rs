//! The odds: what a hazard makes of a script, over many runs that differ in their luck.
//!
//! [`Trials`] makes the runs, one for each seed; [`Odds`] adds them up. The same seeds give the same
//! odds, in whatever order the runs come and however they are shared out: all sums are integers.

mod compare;
mod histogram;
mod interval;
mod report;
mod tally;
#[cfg(not(target_arch = "wasm32"))]
mod threads;
mod trials;

pub use compare::{Comparison, Difference, Pairs};
pub use histogram::Histogram;
pub use interval::{Estimate, difference, wilson};
pub use report::{ComparisonReport, Differences, Latencies, OddsReport, Shares, WorstReport};
pub use tally::{Tally, Totals};
#[cfg(not(target_arch = "wasm32"))]
pub use threads::over_threads;
pub use trials::{Trial, Trials, Trying};

use super::Harms;

/// What so many runs came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Odds {
    /// The runs and their records.
    pub totals: Totals,
    /// How many faults the hazard brought, in all runs.
    pub faults: u64,
    /// Records that will never take effect, though acked or told nothing.
    pub lost: Tally,
    /// Records that took effect more than once.
    pub duplicated: Tally,
    /// Records that came after a later one of their key.
    pub reordered: Tally,
    /// Records whose application was told that they failed, and that took effect all the same.
    pub ghost: Tally,
    /// Records that failed, were said to have failed, and are nowhere.
    pub refused: Tally,
    /// Records that nothing will decide by itself.
    pub pending: Tally,
    /// Runs in which a partition could not be written to at times.
    pub unavailable: u64,
    /// For how long, in µs, over all runs and partitions.
    pub unavailable_us: u64,
    /// From `send()` to the acknowledgement, in µs.
    pub ack: Histogram,
    /// From `send()` to the end of processing, in µs.
    pub end_to_end: Histogram,
    /// The run that did most harm, if one did any.
    pub worst: Option<Worst>,
}

/// The run that did most harm: to the most records; among those that lost the most; among those the
/// one with the lowest seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worst {
    /// Its seed: [`Trials::script`] makes it a script to open.
    pub seed: u64,
    /// Whom it harmed.
    pub harms: Harms,
}

impl Odds {
    /// Adds a run.
    pub fn add(&mut self, trial: &Trial) {
        let Trial { seed, faults, replay } = trial;
        let harms = &replay.harms;
        let sent = replay.ledger.created();
        self.totals.add(sent);
        self.faults += u64::from(*faults);
        self.lost.add(harms.lost.len(), sent);
        self.duplicated.add(harms.duplicated.len(), sent);
        self.reordered.add(harms.reordered.len(), sent);
        self.ghost.add(harms.ghost.len(), sent);
        self.refused.add(harms.reported.len(), sent);
        self.pending.add(harms.pending.len(), sent);
        let unavailable_us = replay.measures.outage.total_us(replay.end.at_us);
        self.unavailable += u64::from(unavailable_us > 0);
        self.unavailable_us += unavailable_us;
        let measures = &replay.measures;
        self.ack.add_between(&measures.created_us, &measures.acked_us);
        self.end_to_end.add_between(&measures.created_us, &measures.processed_us);
        if !harms.is_none() {
            self.take_worst(Worst { seed: *seed, harms: harms.clone() });
        }
    }

    /// Adds the runs of others; none of them may be here already.
    pub fn merge(&mut self, other: &Self) {
        self.totals.merge(&other.totals);
        self.faults += other.faults;
        self.lost.merge(&other.lost);
        self.duplicated.merge(&other.duplicated);
        self.reordered.merge(&other.reordered);
        self.ghost.merge(&other.ghost);
        self.refused.merge(&other.refused);
        self.pending.merge(&other.pending);
        self.unavailable += other.unavailable;
        self.unavailable_us += other.unavailable_us;
        self.ack.merge(&other.ack);
        self.end_to_end.merge(&other.end_to_end);
        if let Some(worst) = &other.worst {
            self.take_worst(worst.clone());
        }
    }

    fn take_worst(&mut self, other: Worst) {
        if self.worst.as_ref().is_none_or(|worst| worst.rank() < other.rank()) {
            self.worst = Some(other);
        }
    }
}

impl Worst {
    fn rank(&self) -> (usize, usize, std::cmp::Reverse<u64>) {
        (self.harms.harmed().len(), self.harms.lost.len(), std::cmp::Reverse(self.seed))
    }
}
