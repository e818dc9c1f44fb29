//! Two settings under the same luck: each seed strikes both with the same faults.

use std::ops::Range;

use serde::Serialize;

use super::{Odds, Trial, Trials, difference};

/// Two settings and what the same seeds made of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The first one.
    pub first: Odds,
    /// The other one.
    pub second: Odds,
    /// The runs that lost a record.
    pub lost: Pairs,
    /// The runs in which a record was duplicated.
    pub duplicated: Pairs,
    /// The runs in which a record was reordered.
    pub reordered: Pairs,
    /// The runs with a ghost.
    pub ghost: Pairs,
    /// The runs in which a partition could not be written to at times.
    pub unavailable: Pairs,
}

/// In how many runs something happened, by the settings under which it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Under both.
    pub both: u64,
    /// Only under the first one.
    pub only_first: u64,
    /// Only under the second one.
    pub only_second: u64,
    /// Under neither.
    pub neither: u64,
}

/// How the probabilities of two settings differ, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The runs in which it happened under the first settings only.
    pub only_first: u64,
    /// The runs in which it happened under the second settings only.
    pub only_second: u64,
    /// The second probability less the first.
    pub per_million: i32,
    /// The lower end of its 95 % interval.
    pub low: i32,
    /// The upper end.
    pub high: i32,
}

impl Comparison {
    /// Of the same seeds under two settings.
    #[must_use]
    pub fn of((first, second): (&Trials, &Trials), seeds: Range<u64>) -> Self {
        let mut comparison = Self::default();
        seeds.for_each(|seed| comparison.add(&first.run(seed), &second.run(seed)));
        comparison
    }

    /// Adds the runs of one seed.
    pub fn add(&mut self, first: &Trial, second: &Trial) {
        debug_assert_eq!(first.seed, second.seed);
        self.first.add(first);
        self.second.add(second);
        let (one, other) = (&first.replay.harms, &second.replay.harms);
        self.lost.add(!one.lost.is_empty(), !other.lost.is_empty());
        self.duplicated.add(!one.duplicated.is_empty(), !other.duplicated.is_empty());
        self.reordered.add(!one.reordered.is_empty(), !other.reordered.is_empty());
        self.ghost.add(!one.ghost.is_empty(), !other.ghost.is_empty());
        let stood =
            |trial: &Trial| trial.replay.measures.outage.total_us(trial.replay.end.at_us) > 0;
        self.unavailable.add(stood(first), stood(second));
    }

    /// Adds the runs of others; none of them may be here already.
    pub fn merge(&mut self, other: &Self) {
        self.first.merge(&other.first);
        self.second.merge(&other.second);
        self.lost.merge(&other.lost);
        self.duplicated.merge(&other.duplicated);
        self.reordered.merge(&other.reordered);
        self.ghost.merge(&other.ghost);
        self.unavailable.merge(&other.unavailable);
    }
}

impl Pairs {
    fn add(&mut self, first: bool, second: bool) {
        *match (first, second) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.only_first,
            (false, true) => &mut self.only_second,
            (false, false) => &mut self.neither,
        } += 1;
    }

    fn merge(&mut self, other: &Self) {
        self.both += other.both;
        self.only_first += other.only_first;
        self.only_second += other.only_second;
        self.neither += other.neither;
    }

    /// How the probabilities differ.
    #[must_use]
    pub fn difference(&self) -> Difference {
        let Self { both, only_first, only_second, neither } = *self;
        let runs = both + only_first + only_second + neither;
        let (per_million, low, high) = difference(only_first, only_second, runs);
        Difference { only_first, only_second, per_million, low, high }
    }
}
