//! The odds as they are written down: in integers, with their intervals.

use serde::Serialize;

use super::compare::Difference;
use super::{Comparison, Estimate, Histogram, Odds, Tally};
use crate::lab::Harms;

/// What so many runs came to.
#[derive(Clone, Debug, Serialize)]
pub struct OddsReport {
    /// How many runs.
    pub runs: u64,
    /// How many records in all of them.
    pub records: u64,
    /// How many faults and repairs the hazard brought, in all runs.
    pub faults: u64,
    /// Records lost.
    pub lost: Shares,
    /// Records duplicated.
    pub duplicated: Shares,
    /// Records reordered.
    pub reordered: Shares,
    /// Records that failed, as their application was told, and took effect.
    pub ghost: Shares,
    /// Records refused.
    pub refused: Shares,
    /// Records undecided.
    pub pending: Shares,
    /// The probability that a partition cannot be written to at times.
    pub unavailable: Estimate,
    /// For how long, in µs: the mean over all runs.
    pub unavailable_mean_us: u64,
    /// From `send()` to the acknowledgement.
    pub ack: Latencies,
    /// From `send()` to the end of processing.
    pub end_to_end: Latencies,
    /// The run that did most harm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst: Option<WorstReport>,
}

/// How often something happened, as probabilities.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Shares {
    /// The runs in which it happened to any record.
    pub runs: u64,
    /// The records that it happened to.
    pub records: u64,
    /// The probability that it happens in a run.
    pub of_runs: Estimate,
    /// The share of records that it happens to.
    pub of_records: Estimate,
}

/// A distribution of times, in µs.
#[derive(Clone, Debug, Serialize)]
pub struct Latencies {
    /// How many records had one.
    pub count: u64,
    /// The median.
    pub p50_us: Option<u64>,
    /// Nine of ten take at most so long.
    pub p90_us: Option<u64>,
    /// 99 of a hundred.
    pub p99_us: Option<u64>,
    /// 999 of a thousand.
    pub p999_us: Option<u64>,
    /// The whole distribution.
    pub buckets: Histogram,
}

/// The run that did most harm.
#[derive(Clone, Debug, Serialize)]
pub struct WorstReport {
    /// Its seed. As a text: not every reader of JSON keeps a number of 64 bits.
    pub seed: String,
    /// Whom it harmed.
    pub harms: Harms,
}

/// Two settings compared.
#[derive(Clone, Debug, Serialize)]
pub struct ComparisonReport {
    /// The first one's odds.
    pub first: OddsReport,
    /// The second one's.
    pub second: OddsReport,
    /// The second less the first.
    pub difference: Differences,
}

/// How the probabilities of each harm differ.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Differences {
    /// That a run loses a record.
    pub lost: Difference,
    /// That one is duplicated.
    pub duplicated: Difference,
    /// That one is reordered.
    pub reordered: Difference,
    /// That there is a ghost.
    pub ghost: Difference,
    /// That a partition cannot be written to at times.
    pub unavailable: Difference,
}

impl Odds {
    /// The odds as they are written down.
    #[must_use]
    pub fn report(&self) -> OddsReport {
        let shares = |tally: &Tally| Shares {
            runs: tally.runs,
            records: tally.records,
            of_runs: tally.of_runs(&self.totals),
            of_records: tally.of_records(&self.totals),
        };
        let runs = self.totals.runs;
        OddsReport {
            runs,
            records: self.totals.records,
            faults: self.faults,
            lost: shares(&self.lost),
            duplicated: shares(&self.duplicated),
            reordered: shares(&self.reordered),
            ghost: shares(&self.ghost),
            refused: shares(&self.refused),
            pending: shares(&self.pending),
            unavailable: Estimate::of(self.unavailable, runs),
            unavailable_mean_us: self.unavailable_us.checked_div(runs).unwrap_or_default(),
            ack: Latencies::of(&self.ack),
            end_to_end: Latencies::of(&self.end_to_end),
            worst: self.worst.as_ref().map(|worst| WorstReport {
                seed: worst.seed.to_string(),
                harms: worst.harms.clone(),
            }),
        }
    }
}

impl Latencies {
    fn of(histogram: &Histogram) -> Self {
        Self {
            count: histogram.count(),
            p50_us: histogram.per_mille_us(500),
            p90_us: histogram.per_mille_us(900),
            p99_us: histogram.per_mille_us(990),
            p999_us: histogram.per_mille_us(999),
            buckets: histogram.clone(),
        }
    }
}

impl Comparison {
    /// The comparison as it is written down.
    #[must_use]
    pub fn report(&self) -> ComparisonReport {
        let difference = Differences {
            lost: self.lost.difference(),
            duplicated: self.duplicated.difference(),
            reordered: self.reordered.difference(),
            ghost: self.ghost.difference(),
            unavailable: self.unavailable.difference(),
        };
        ComparisonReport { first: self.first.report(), second: self.second.report(), difference }
    }
}
