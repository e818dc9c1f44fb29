//! A distribution of times: counts in buckets whose width grows with the time, as an HDR histogram
//! has them.
//!
//! Up to 64 µs each microsecond has its bucket; from there each power of two has 32, so that a
//! bucket is at most a 32nd as wide as the times in it are long. All of it is integers, and merging
//! adds: the order in which times come makes no difference.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

/// How many bits of a time decide on its bucket, the leading one included.
const BITS: u32 = 6;
const HALF: u64 = 1 << (BITS - 1);

/// A distribution of times in µs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// How many times fell into each bucket, up to the last that is not empty.
    counts: Vec<u64>,
    count: u64,
}

/// Times that fell into one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// The shortest time that belongs here, in µs.
    pub from_us: u64,
    /// The longest.
    pub to_us: u64,
    /// How many there were.
    pub count: u64,
}

impl Histogram {
    /// Adds a time.
    pub fn add(&mut self, us: u64) {
        let bucket = bucket(us);
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.count += 1;
    }

    /// Adds the time from one moment to another for each that has both.
    pub(super) fn add_between(&mut self, from_us: &[Option<u64>], to_us: &[Option<u64>]) {
        for (from, to) in from_us.iter().zip(to_us) {
            if let (Some(from), Some(to)) = (from, to) {
                self.add(to.saturating_sub(*from));
            }
        }
    }

    /// Adds what another one holds.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.count += other.count;
    }

    /// How many times there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The time that so many of a thousand do not exceed: the end of the bucket that holds it, so at
    /// most a 32nd too long. 500 asks for the median. None without times.
    #[must_use]
    pub fn per_mille_us(&self, per_mille: u64) -> Option<u64> {
        let rank = (self.count * per_mille).div_ceil(1_000).max(1);
        let mut below = 0;
        self.buckets().find_map(|bucket| {
            below += bucket.count;
            (below >= rank).then_some(bucket.to_us)
        })
    }

    /// The buckets that are not empty, the shortest times first.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        let full = (0..).zip(&self.counts).filter(|(_, count)| **count > 0);
        full.map(|(at, count)| Bucket {
            from_us: start_us(at),
            to_us: start_us(at + 1) - 1,
            count: *count,
        })
    }
}

impl Serialize for Histogram {
    /// The buckets.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for bucket in self.buckets() {
            list.serialize_element(&bucket)?;
        }
        list.end()
    }
}

/// The bucket of a time.
fn bucket(us: u64) -> usize {
    // How often its bucket is twice as wide as a microsecond.
    let doubled = (u64::BITS - us.leading_zeros()).saturating_sub(BITS);
    (u64::from(doubled) * HALF + (us >> doubled)) as usize
}

/// The shortest time of a bucket.
fn start_us(bucket: u64) -> u64 {
    let doubled = (bucket / HALF).saturating_sub(1);
    (bucket - doubled * HALF) << doubled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_in_its_bucket_and_buckets_leave_no_gap() {
        let day_us = 86_400_000_000;
        let steps = (0..40).map(|bit| 1_u64 << bit);
        let times = steps.flat_map(|us| [us - 1, us, us + 1, us * 3 / 2, us * 7 / 4]);
        for us in (0..5_000).chain(times).chain([day_us]) {
            let at = bucket(us) as u64;
            let (from_us, to_us) = (start_us(at), start_us(at + 1) - 1);
            assert!((from_us..=to_us).contains(&us), "{us} is not in {from_us}..={to_us}");
            assert!((to_us - from_us) * 32 <= us, "{from_us}..={to_us} is too wide");
        }
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let mut times: Vec<u64> = (0..1_000).map(|n: u64| n * n * 7 % 100_003).collect();
        let mut histogram = Histogram::default();
        assert_eq!(histogram.per_mille_us(500), None);
        times.iter().for_each(|us| histogram.add(*us));
        times.sort_unstable();
        for per_mille in [1, 500, 900, 990, 999, 1_000] {
            let exact = times[per_mille as usize - 1];
            let found = histogram.per_mille_us(per_mille).expect("a time");
            assert!((exact..=exact + exact / 32).contains(&found), "{per_mille}: {exact}, {found}");
        }
        assert_eq!(histogram.buckets().map(|bucket| bucket.count).sum::<u64>(), histogram.count());
    }

    #[test]
    fn merging_is_adding() {
        let (mut even, mut odd, mut all) = Default::default();
        let of = |histogram: &mut Histogram, us| histogram.add(us);
        for n in 0..500_u64 {
            of(if n % 2 == 0 { &mut even } else { &mut odd }, n * n);
            of(&mut all, n * n);
        }
        let mut other = odd.clone();
        even.merge(&odd);
        assert_eq!(even, all);
        other.merge(&{
            let mut evens = Histogram::default();
            (0..500_u64).step_by(2).for_each(|n| evens.add(n * n));
            evens
        });
        assert_eq!(other, all);
    }
}
