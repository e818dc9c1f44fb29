//! Sums over runs, from which shares and their intervals follow.

use super::interval::{Estimate, wilson};

/// The runs so far and the records in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many runs.
    pub runs: u64,
    /// How many records were sent in all of them.
    pub records: u64,
    /// The sum of the squares of each run's records.
    records_squared: u64,
}

/// How many runs something happened in, and to how many records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The runs in which it happened to any record.
    pub runs: u64,
    /// The records that it happened to.
    pub records: u64,
    /// The sum of the squares of each run's records that it happened to.
    squared: u64,
    /// The sum of their products with the records that each run sent.
    crossed: u64,
}

impl Totals {
    pub(super) fn add(&mut self, sent: u32) {
        let sent = u64::from(sent);
        self.runs += 1;
        self.records += sent;
        self.records_squared += sent * sent;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.runs += other.runs;
        self.records += other.records;
        self.records_squared += other.records_squared;
    }
}

impl Tally {
    pub(super) fn add(&mut self, hit: usize, sent: u32) {
        let hit = hit as u64;
        self.runs += u64::from(hit > 0);
        self.records += hit;
        self.squared += hit * hit;
        self.crossed += hit * u64::from(sent);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.runs += other.runs;
        self.records += other.records;
        self.squared += other.squared;
        self.crossed += other.crossed;
    }

    /// The probability that it happens in a run.
    #[must_use]
    pub fn of_runs(&self, totals: &Totals) -> Estimate {
        Estimate::of(self.runs, totals.runs)
    }

    /// The share of the records that it happens to.
    ///
    /// A crash harms many records at once: the records of a run are no independent witnesses. So the
    /// interval is that of as many independent records as say as much about the share as these (the
    /// sample divided by the design effect, as surveys of clusters do it; Kish 1965, Dean and
    /// Pagano 2015): between the number of runs and the number of records.
    #[must_use]
    pub fn of_records(&self, totals: &Totals) -> Estimate {
        if totals.records == 0 {
            return Estimate::of(0, 0);
        }
        let (runs, records) = (totals.runs as f64, totals.records as f64);
        let share = self.records as f64 / records;
        let independent = share * (1.0 - share) / records;
        // Of the ratio of two sums over runs.
        let residuals = self.squared as f64 - 2.0 * share * self.crossed as f64
            + share * share * totals.records_squared as f64;
        let clustered = residuals.max(0.0) / (records * records) * runs / (runs - 1.0).max(1.0);
        let witnesses = match independent > 0.0 && clustered > 0.0 {
            true => (records * independent / clustered).min(records),
            // Nothing happened to anyone, or to everyone: nothing is known of how alike they are.
            false => runs.min(records),
        };
        Estimate::between(share, wilson(share, witnesses))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many runs of ten records each, of which so many are hit.
    fn of(runs: &[(u64, usize)]) -> (Tally, Totals) {
        let (mut tally, mut totals) = (Tally::default(), Totals::default());
        for (times, hit) in runs {
            for _ in 0..*times {
                tally.add(*hit, 10);
                totals.add(10);
            }
        }
        (tally, totals)
    }

    #[test]
    fn records_that_fall_together_are_one_witness() {
        // In 20 of 100 runs all ten are hit: as if there were a hundred records.
        let (tally, totals) = of(&[(80, 0), (20, 10)]);
        let (low, high) = wilson(0.2, 99.0);
        assert_eq!(tally.of_records(&totals), Estimate::between(0.2, (low, high)));
        assert_eq!(tally.of_runs(&totals), Estimate::of(20, 100));
    }

    #[test]
    fn records_that_fall_apart_are_witnesses_each() {
        // Two of ten in each run: more alike than chance would have it, and no more is believed.
        let (tally, totals) = of(&[(50, 1), (50, 3)]);
        assert_eq!(tally.of_records(&totals), Estimate::of(200, 1_000));
    }

    #[test]
    fn of_what_never_happens_only_the_runs_are_witnesses() {
        let (tally, totals) = of(&[(100, 0)]);
        assert_eq!(tally.of_records(&totals), Estimate::of(0, 100));
        let (tally, totals) = of(&[(100, 10)]);
        assert_eq!(tally.of_records(&totals), Estimate::of(100, 100));
        assert_eq!(Tally::default().of_records(&Totals::default()), Estimate::of(0, 0));
    }
}
