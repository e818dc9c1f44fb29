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
    fn jitter_stays_within_twenty_percent() {
        for number in 0..1_000 {
            let us = jittered(draw(7, 0, Purpose::Backoff, number), 100_000);
            assert!((80_000..=120_000).contains(&us), "{us}");
        }
    }
}
