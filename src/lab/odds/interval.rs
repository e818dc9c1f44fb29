//! Intervals: how far the truth may be from what so many runs have shown.
//!
//! Additions, multiplications, divisions and square roots only, which IEEE 754 defines to the last
//! bit; nothing here depends on a platform's mathematics.

use serde::Serialize;

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;
const MILLION: f64 = 1_000_000.0;

/// A probability with its 95 % interval, all in millionths; the interval is rounded outwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// The share that was seen.
    pub per_million: u32,
    /// The lower end.
    pub low: u32,
    /// The upper end.
    pub high: u32,
}

impl Estimate {
    /// So many of so many independent trials; nothing is known without trials.
    #[must_use]
    pub fn of(hits: u64, trials: u64) -> Self {
        if trials == 0 {
            return Self { per_million: 0, low: 0, high: 1_000_000 };
        }
        let share = hits as f64 / trials as f64;
        Self::between(share, wilson(share, trials as f64))
    }

    pub(super) fn between(share: f64, (low, high): (f64, f64)) -> Self {
        Self {
            per_million: (share * MILLION + 0.5).floor() as u32,
            low: (low * MILLION).floor() as u32,
            high: (high * MILLION).ceil() as u32,
        }
    }

    /// Whether the interval holds a probability.
    #[must_use]
    pub fn holds(&self, probability: f64) -> bool {
        let millionths = probability * MILLION;
        f64::from(self.low) <= millionths && millionths <= f64::from(self.high)
    }
}

/// Wilson's score interval (1927) at 95 % for a share seen in so many independent trials: unlike the
/// usual one it is sound for rare events and for none at all.
#[must_use]
pub fn wilson(share: f64, trials: f64) -> (f64, f64) {
    let z2 = Z * Z;
    let middle = share + z2 / (2.0 * trials);
    let reach = Z * (share * (1.0 - share) / trials + z2 / (4.0 * trials * trials)).sqrt();
    let whole = 1.0 + z2 / trials;
    (((middle - reach) / whole).max(0.0), ((middle + reach) / whole).min(1.0))
}

/// The difference of two shares seen in the same trials, second less first, in millionths, with its
/// 95 % interval: Agresti and Min (2005), "Simple improved confidence intervals for comparing matched
/// proportions". As in McNemar's test only the trials in which the two differ count.
#[must_use]
pub fn difference(only_first: u64, only_second: u64, trials: u64) -> (i32, i32, i32) {
    if trials == 0 {
        return (0, -1_000_000, 1_000_000);
    }
    let (first, second, n) = (only_first as f64, only_second as f64, trials as f64);
    let seen = (second - first) / n;
    // Half a trial is added to each of the four outcomes.
    let n = n + 2.0;
    let (apart, both) = (second - first, first + second + 1.0);
    let middle = apart / n;
    let reach = Z * (both - apart * apart / n).max(0.0).sqrt() / n;
    let low = ((middle - reach).max(-1.0) * MILLION).floor();
    let high = ((middle + reach).min(1.0) * MILLION).ceil();
    ((seen * MILLION).round() as i32, low as i32, high as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounded to four decimals, as the papers print them.
    fn rounded((low, high): (f64, f64)) -> (f64, f64) {
        let four = |x: f64| (x * 10_000.0).round() / 10_000.0;
        (four(low), four(high))
    }

    #[test]
    fn wilson_intervals_are_those_of_the_literature() {
        // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I,
        // method 3.
        for (hits, trials, low, high) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ] {
            assert_eq!(rounded(wilson(hits / trials, trials)), (low, high), "{hits}/{trials}");
        }
    }

    #[test]
    fn a_share_and_its_complement_have_mirrored_intervals() {
        for (hits, trials) in [(0, 1), (3, 10), (5, 5), (77, 10_000)] {
            let (this, other) = (Estimate::of(hits, trials), Estimate::of(trials - hits, trials));
            assert!(this.low.abs_diff(1_000_000 - other.high) <= 1, "{hits}/{trials}");
            assert!(this.high.abs_diff(1_000_000 - other.low) <= 1, "{hits}/{trials}");
            assert!(this.low <= this.per_million && this.per_million <= this.high);
        }
        assert!(Estimate::of(0, 0).holds(0.0) && Estimate::of(0, 0).holds(1.0));
    }

    #[test]
    fn a_difference_without_difference_is_uncertain_all_the_same() {
        assert_eq!(difference(0, 0, 0), (0, -1_000_000, 1_000_000));
        let (seen, low, high) = difference(0, 0, 100);
        assert_eq!((seen, low), (0, -high));
        // 1.96 / 102
        assert_eq!(high, 19_216);
        // One sided: 7 against 1 of 21, by hand: (6 ± 1.96 √(9 − 36/23)) / 23.
        let (seen, low, high) = difference(1, 7, 21);
        assert_eq!((seen, low, high), (285_714, 28_513, 493_226));
        assert_eq!(difference(7, 1, 21), (-285_714, -high, -low));
    }
}
