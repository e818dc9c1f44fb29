//! Luck: every random draw is a function of the seed, the thing it concerns, the purpose and a
//! logical number, never of the order of events. So two settings meet the same luck: the third
//! reconnect of a producer waits as long in both worlds.
//!
//! The generator is PCG XSL 128/64 (MCG), whose algorithm is frozen.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

/// What a draw is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What chance adds to a message's latency.
    Latency = 1,
    /// How far a backoff strays from its nominal length.
    Backoff = 2,
    /// The next partition of the sticky partitioner.
    StickyPartition = 3,
    /// The node that is asked for metadata.
    MetadataNode = 4,
    /// Whether a packet is lost.
    Drop = 5,
    /// Whether a request or a response is lost.
    Lose = 6,
    /// When a fault strikes that no script foresees.
    Hazard = 7,
}

/// 64 random bits for the `number`-th draw of `purpose` that concerns `thing`.
#[must_use]
pub fn draw(seed: u64, thing: u64, purpose: Purpose, number: u64) -> u64 {
    let high = mix(seed ^ mix(thing));
    let low = mix(number.wrapping_add((purpose as u64) << 56));
    let mut generator = Pcg64Mcg::new((u128::from(high) << 64) | u128::from(low));
    // The first output of an MCG shows its state's structure; the second does not.
    generator.next_u64();
    generator.next_u64()
}

/// A number in `0..bound` (0 for an empty range), by multiplication: no loop, no modulo bias
/// that could be seen at the model's ranges.
#[must_use]
pub fn below(bits: u64, bound: u64) -> u64 {
    ((u128::from(bits) * u128::from(bound)) >> 64) as u64
}

/// `nominal_us` plus or minus at most 20 %, as Kafka's `ExponentialBackoff` does.
#[must_use]
pub fn jittered(bits: u64, nominal_us: u64) -> u64 {
    let spread = nominal_us / 5;
    nominal_us - spread + below(bits, 2 * spread + 1)
}

/// A waiting time of that mean, as the next of events has that come independently of each other: the
/// exponential distribution, by `-ln(u)` in fixed point. No platform's logarithm has a say in it.
#[must_use]
pub fn exponential(bits: u64, mean_us: u64) -> u64 {
    /// ln 2, in units of 2^-32.
    const LN_2: u64 = 2_977_044_472;
    // u = bits / 2^64 = m / 2^(zeros + 1), where m is from 1 to 2: its binary logarithm comes bit by
    // bit, by squaring.
    let bits = bits.max(1);
    let zeros = bits.leading_zeros();
    let mut m = bits << zeros;
    let mut log_m = 0;
    for _ in 0..32 {
        let square = (u128::from(m) * u128::from(m)) >> 63;
        let is_over = square >> 64 != 0;
        log_m = log_m << 1 | u64::from(is_over);
        m = (square >> u32::from(is_over)) as u64;
    }
    let minus_log_u = (u64::from(zeros + 1) << 32) - log_m;
    let minus_ln_u = (u128::from(minus_log_u) * u128::from(LN_2)) >> 32;
    ((minus_ln_u * u128::from(mean_us)) >> 32) as u64
}

/// The finalizer of SplitMix64.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_each_of_its_four_arguments_and_on_nothing_else() {
        let base = draw(1, 2, Purpose::Backoff, 3);
        assert_eq!(base, draw(1, 2, Purpose::Backoff, 3));
        assert_ne!(base, draw(9, 2, Purpose::Backoff, 3));
        assert_ne!(base, draw(1, 9, Purpose::Backoff, 3));
        assert_ne!(base, draw(1, 2, Purpose::Latency, 3));
        assert_ne!(base, draw(1, 2, Purpose::Backoff, 9));
    }

    #[test]
    fn a_wait_is_the_mean_times_the_logarithm() {
        // u = 1/2, 1/4, nearly 1, and 2^-64.
        let second = 1_000_000;
        for (bits, ln) in [(1 << 63, 693_147), (1 << 62, 1_386_294), (u64::MAX, 0), (0, 44_361_419)]
        {
            assert!(exponential(bits, second).abs_diff(ln) <= 1, "{bits}");
        }
        // u = 1/e
        assert!(exponential(6_786_177_901_268_885_274, second).abs_diff(second) <= 1);
    }

    #[test]
    fn waits_have_their_mean_and_forget_how_long_they_lasted() {
        let count = 20_000;
        let waits = (0..count).map(|n| exponential(draw(3, 0, Purpose::Hazard, n), 1_000));
        let waits: Vec<u64> = waits.collect();
        let mean = waits.iter().sum::<u64>() / count;
        assert!((970..=1_030).contains(&mean), "{mean}");
        let longer = |than: u64| waits.iter().filter(|wait| **wait > than).count() as u64;
        // 1/e of them wait longer than the mean, and of these again 1/e twice as long.
        for than in [1_000, 2_000] {
            let share = longer(than) * 1_000 / longer(than - 1_000);
            assert!((340..=395).contains(&share), "{share}");
        }
    }

    #[test]
    fn jitter_stays_within_twenty_percent() {
        for number in 0..1_000 {
            let us = jittered(draw(7, 0, Purpose::Backoff, number), 100_000);
            assert!((80_000..=120_000).contains(&us), "{us}");
        }
    }
}
