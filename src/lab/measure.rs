//! What a run costs: latencies, requests, records refused, and how long partitions stood still.

use std::sync::Arc;

use serde::Serialize;

use super::{Harms, Outage};
use crate::model::Setup;
use crate::model::ids::RecordId;
use crate::model::trace::{Kind, Observer, TraceEvent, Wire};

/// The counts and times of a run so far.
#[derive(Clone, Debug)]
pub struct Measures {
    /// When `send()` was called for each record, by its index.
    pub created_us: Vec<Option<u64>>,
    /// When its application was told that it was sent.
    pub acked_us: Vec<Option<u64>>,
    /// When a consumer finished it for the first time.
    pub processed_us: Vec<Option<u64>>,
    /// How many produce requests were sent.
    pub produce_requests: u32,
    /// How many requests in all, heartbeats and idle fetches not counted.
    pub requests: u32,
    /// The spans in which partitions could not be written to.
    pub outage: Outage,
    /// Actions that found nothing to act on.
    pub ignored: Vec<u16>,
}

/// What a run costs, in one line. Times are in µs; a latency is missing where no record had one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Price {
    /// From `send()` to the acknowledgement, at the median.
    pub ack_p50_us: Option<u64>,
    /// At the 99th percentile.
    pub ack_p99_us: Option<u64>,
    /// From `send()` to the end of processing, at the median.
    pub end_to_end_p50_us: Option<u64>,
    /// At the 99th percentile.
    pub end_to_end_p99_us: Option<u64>,
    /// Acknowledged records in a second, from the first `send()` to the last acknowledgement.
    pub acked_per_second: Option<u64>,
    /// Produce requests.
    pub produce_requests: u32,
    /// Requests of all kinds.
    pub requests: u32,
    /// Records that were refused, and said so.
    pub refused: u32,
    /// Records that are left undecided.
    pub pending: u32,
    /// How long partitions could not be written to, all together.
    pub unavailable_us: u64,
}

impl Measures {
    /// Of a run that has not begun.
    #[must_use]
    pub fn new(setup: &Arc<Setup>) -> Self {
        let none = vec![None; setup.records.len()];
        Self {
            created_us: none.clone(),
            acked_us: none.clone(),
            processed_us: none,
            produce_requests: 0,
            requests: 0,
            outage: Outage::new(setup),
            ignored: Vec::new(),
        }
    }

    /// The price of the run that had these harms and ended then.
    #[must_use]
    pub fn price(&self, harms: &Harms, end_us: u64) -> Price {
        let acks = latencies(&self.created_us, &self.acked_us);
        let ends = latencies(&self.created_us, &self.processed_us);
        let first_us = self.created_us.iter().flatten().min();
        let last_us = self.acked_us.iter().flatten().max();
        let span_us = first_us.zip(last_us).map(|(first, last)| (last - first).max(1));
        Price {
            ack_p50_us: percentile(&acks, 50),
            ack_p99_us: percentile(&acks, 99),
            end_to_end_p50_us: percentile(&ends, 50),
            end_to_end_p99_us: percentile(&ends, 99),
            acked_per_second: span_us.map(|span_us| acks.len() as u64 * 1_000_000 / span_us),
            produce_requests: self.produce_requests,
            requests: self.requests,
            refused: harms.reported.len() as u32,
            pending: harms.pending.len() as u32,
            unavailable_us: self.outage.total_us(end_us),
        }
    }
}

impl Observer for Measures {
    fn observe(&mut self, event: &TraceEvent) {
        self.outage.observe(event);
        let first = |times: &mut Vec<Option<u64>>, record: RecordId| {
            times[record.index() - 1].get_or_insert(event.at_us);
        };
        match &event.kind {
            Kind::RecordCreated { record, .. } => first(&mut self.created_us, *record),
            Kind::BatchAcked { batch, .. } => {
                batch.records.iter().for_each(|record| first(&mut self.acked_us, *record));
            }
            Kind::Processed { record, .. } => first(&mut self.processed_us, *record),
            Kind::ActionIgnored { action } => self.ignored.push(*action),
            Kind::MessageSent { what, .. } => {
                self.produce_requests += u32::from(matches!(what, Wire::ProduceRequest { .. }));
                self.requests += u32::from(what.is_request());
            }
            _ => {}
        }
    }
}

/// The latencies of the records that have both times, in order of size.
fn latencies(from_us: &[Option<u64>], to_us: &[Option<u64>]) -> Vec<u64> {
    let both = from_us.iter().zip(to_us).filter_map(|(from, to)| from.zip(*to));
    let mut all: Vec<u64> = both.map(|(from, to)| to.saturating_sub(from)).collect();
    all.sort_unstable();
    all
}

/// The smallest value that is not below so many per cent of all; they are in order.
#[must_use]
pub fn percentile(sorted: &[u64], percent: u64) -> Option<u64> {
    let rank = (sorted.len() as u64 * percent).div_ceil(100).max(1);
    sorted.get(rank as usize - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<u64> = (1..=200).collect();
        assert_eq!(percentile(&values, 50), Some(100));
        assert_eq!(percentile(&values, 99), Some(198));
        assert_eq!(percentile(&values[..1], 99), Some(1));
        assert_eq!(percentile(&[], 50), None);
    }
}
