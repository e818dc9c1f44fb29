//! Smart pace: a pure map between simulated time and the time that playing takes.
//!
//! Real settings span from a millisecond (a request) to 45 seconds (a session timeout). Where
//! something happens the map is linear and slow enough to watch; where nothing happens for long
//! it grows with the logarithm of the wait only, and never beyond a second or two.

use crate::model::trace::{Kind, TraceEvent};

/// How long a typical journey over the network takes to watch.
const JOURNEY_MS: f64 = 320.0;
/// A wait longer than this, when played linearly, is squeezed.
const LINEAR_MS: f64 = 900.0;
/// What each doubling of a squeezed wait adds.
const DOUBLING_MS: f64 = 90.0;
/// The longest that a wait is played.
const WAIT_MAX_MS: f64 = 1_800.0;
/// The longest that a wait is played which somebody has opened.
const OPEN_MAX_MS: f64 = 10_000.0;
/// A wait is called folded when playing it is so many times quicker than usual.
const FOLDED: f64 = 5.0;

/// The map.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    /// Simulated and played time, both growing.
    knots: Vec<(u64, f64)>,
    folds: Vec<Fold>,
}

/// A span of quiet that is played much quicker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Its start.
    pub from_us: u64,
    /// Its end.
    pub to_us: u64,
}

impl Fold {
    /// Whether another span lies in it.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        self.from_us <= other.from_us && other.to_us <= self.to_us
    }
}

impl Pace {
    /// The smart pace of a run.
    #[must_use]
    pub fn smart(trace: &[TraceEvent], end_us: u64) -> Self {
        Self::shared(&[trace], end_us)
    }

    /// One pace for several runs that are played side by side: that of the run which is slower at
    /// the time.
    #[must_use]
    pub fn shared(traces: &[&[TraceEvent]], end_us: u64) -> Self {
        Self::unfolded(traces, end_us, &[])
    }

    /// The same, with the quiet of these spans opened: it is played as long as it takes to look
    /// around.
    #[must_use]
    pub fn unfolded(traces: &[&[TraceEvent]], end_us: u64, open: &[Fold]) -> Self {
        let journey_us = traces.iter().filter_map(|trace| journey_us(trace)).min();
        let ms_per_us = JOURNEY_MS / journey_us.unwrap_or(1_000) as f64;
        let mut pace = Self { knots: vec![(0, 0.0)], folds: Vec::new() };
        let (mut last_us, mut last_ms) = (0, 0.0);
        let times = times(traces).filter(|at_us| *at_us < end_us);
        for at_us in times.chain([end_us]) {
            if at_us == last_us {
                continue;
            }
            let linear_ms = (at_us - last_us) as f64 * ms_per_us;
            let fold = Fold { from_us: last_us, to_us: at_us };
            let is_open = open.iter().any(|open| open.holds(fold));
            let played_ms = if is_open { linear_ms.min(OPEN_MAX_MS) } else { squeezed(linear_ms) };
            if !is_open && linear_ms > FOLDED * played_ms {
                pace.folds.push(fold);
            }
            (last_us, last_ms) = (at_us, last_ms + played_ms);
            pace.knots.push((last_us, last_ms));
        }
        pace
    }

    /// A fixed scale: so much simulated time per second of playing.
    #[must_use]
    pub fn fixed(us_per_second: u64, end_us: u64) -> Self {
        let total_ms = end_us as f64 * 1_000.0 / us_per_second.max(1) as f64;
        Self { knots: vec![(0, 0.0), (end_us.max(1), total_ms)], folds: Vec::new() }
    }

    /// When a simulated moment is played.
    #[must_use]
    pub fn play_ms(&self, sim_us: u64) -> f64 {
        let after = self.knots.partition_point(|(us, _)| *us <= sim_us);
        let (from_us, from_ms) = self.knots[after.saturating_sub(1)];
        let Some((to_us, to_ms)) = self.knots.get(after) else { return from_ms };
        from_ms + (to_ms - from_ms) * (sim_us - from_us) as f64 / (to_us - from_us) as f64
    }

    /// Which simulated moment is played then.
    #[must_use]
    pub fn sim_us(&self, play_ms: f64) -> u64 {
        let after = self.knots.partition_point(|(_, ms)| *ms <= play_ms);
        let (from_us, from_ms) = self.knots[after.saturating_sub(1)];
        let Some((to_us, to_ms)) = self.knots.get(after) else { return from_us };
        let share = within((play_ms - from_ms) / (to_ms - from_ms), 0.0, 1.0);
        from_us + ((to_us - from_us) as f64 * share) as u64
    }

    /// The last moment that is played.
    #[must_use]
    pub fn end_us(&self) -> u64 {
        self.knots.last().map_or(0, |(us, _)| *us)
    }

    /// How long playing the whole run takes.
    #[must_use]
    pub fn total_ms(&self) -> f64 {
        self.knots.last().map_or(0.0, |(_, ms)| *ms)
    }

    /// The spans that are played much quicker.
    #[must_use]
    pub fn folds(&self) -> &[Fold] {
        &self.folds
    }
}

/// Linear at first, then with the logarithm, up to a limit. Continuous and growing.
fn squeezed(linear_ms: f64) -> f64 {
    if linear_ms <= LINEAR_MS {
        linear_ms
    } else {
        (LINEAR_MS + DOUBLING_MS * (linear_ms / LINEAR_MS).log2()).min(WAIT_MAX_MS)
    }
}

/// The times of several traces, in order.
fn times(traces: &[&[TraceEvent]]) -> impl Iterator<Item = u64> {
    let mut rest = traces.to_vec();
    std::iter::from_fn(move || {
        let heads = rest.iter_mut().filter(|trace| !trace.is_empty());
        let first = heads.min_by_key(|trace| trace[0].at_us)?;
        let at_us = first[0].at_us;
        *first = &first[1..];
        Some(at_us)
    })
}

/// How long the quickest message travels: the quick links set the pace, and the slow ones look
/// slow.
fn journey_us(trace: &[TraceEvent]) -> Option<u64> {
    let journeys = trace.iter().filter_map(|event| match event.kind {
        Kind::MessageSent { arrive_us, .. } => Some(arrive_us - event.at_us),
        _ => None,
    });
    journeys.filter(|us| *us > 0).min()
}

/// A number, or the bound that it exceeds. `clamp` would bring along all that it takes to print
/// numbers with a point, for its panic.
#[must_use]
pub fn within(number: f64, least: f64, most: f64) -> f64 {
    number.max(least).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::{RecordId, TraceId};

    fn trace(times_us: &[u64]) -> Vec<TraceEvent> {
        let event = |(id, at_us): (u64, &u64)| TraceEvent {
            id: TraceId(id),
            at_us: *at_us,
            cause: None,
            kind: Kind::SendBlocked {
                producer: crate::model::ids::ProducerId(0),
                record: RecordId(1),
            },
        };
        (0..).zip(times_us).map(event).collect()
    }

    #[test]
    fn the_map_and_its_inverse_agree() {
        let pace = Pace::smart(&trace(&[0, 1_000, 1_000, 2_500, 9_000_000, 9_001_000]), 9_002_000);
        for sim_us in [0, 1, 999, 1_000, 2_500, 3_000, 4_500_000, 8_999_999, 9_001_500, 9_002_000] {
            let there_and_back = pace.sim_us(pace.play_ms(sim_us));
            let tolerance = if (2_501..9_000_000).contains(&sim_us) { 5 } else { 1 };
            assert!(there_and_back.abs_diff(sim_us) <= tolerance, "{sim_us} → {there_and_back}");
        }
    }

    #[test]
    fn later_is_played_later() {
        let pace = Pace::smart(&trace(&[0, 500, 20_000, 8_000_000]), 8_000_100);
        let played: Vec<f64> = (0..=8_000).map(|n| pace.play_ms(n * 1_000)).collect();
        assert!(played.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn nine_seconds_of_waiting_are_folded_and_a_request_is_not() {
        let pace = Pace::smart(&trace(&[0, 1_000, 9_001_000]), 9_001_000);
        assert_eq!(pace.folds(), [Fold { from_us: 1_000, to_us: 9_001_000 }]);
        assert!(pace.total_ms() < 3_000.0, "{}", pace.total_ms());
        assert!((pace.play_ms(1_000) - JOURNEY_MS).abs() < 1e-9);
    }

    #[test]
    fn two_runs_side_by_side_go_at_the_pace_of_the_slower_one() {
        let (quick, busy) = (trace(&[0, 1_000, 9_000_000]), trace(&[0, 1_000, 4_000_000]));
        let end_us = 9_000_000;
        let shared = Pace::shared(&[&quick, &busy], end_us);
        for one in [&quick, &busy] {
            let alone = Pace::smart(one, end_us);
            for (from_us, to_us) in [(0, 1_000), (1_000, 4_000_000), (4_000_000, end_us)] {
                let takes = |pace: &Pace| pace.play_ms(to_us) - pace.play_ms(from_us);
                assert!(takes(&shared) >= takes(&alone) - 1e-6, "{from_us} to {to_us}");
            }
        }
        assert!(shared.total_ms() > Pace::smart(&quick, end_us).total_ms());
    }

    #[test]
    fn a_quiet_span_that_is_opened_takes_its_time_and_nothing_else_changes() {
        let trace = trace(&[0, 1_000, 9_001_000, 9_002_000, 30_002_000]);
        let quiet = Fold { from_us: 1_000, to_us: 9_001_000 };
        let folded = Pace::smart(&trace, 30_002_000);
        let open = Pace::unfolded(&[&trace], 30_002_000, &[quiet]);
        assert_eq!(folded.folds().len(), 2);
        assert_eq!(open.folds(), &folded.folds()[1..]);
        let length = |pace: &Pace, from, to| pace.play_ms(to) - pace.play_ms(from);
        assert!((length(&open, 1_000, 9_001_000) - OPEN_MAX_MS).abs() < 1e-6);
        for (from, to) in [(0, 1_000), (9_001_000, 9_002_000), (9_002_000, 30_002_000)] {
            assert!((length(&open, from, to) - length(&folded, from, to)).abs() < 1e-6);
        }
    }

    #[test]
    fn a_fixed_scale_is_linear() {
        let pace = Pace::fixed(10_000, 1_000_000);
        assert!((pace.total_ms() - 100_000.0).abs() < 1e-6);
        assert!((pace.play_ms(250_000) - 25_000.0).abs() < 1e-6);
    }
}
