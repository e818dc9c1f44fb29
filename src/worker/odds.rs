//! The odds: how likely harm is, in figures and as what the page draws.

use ackscope::lab::odds::{Histogram, Trying};
use ackscope::lab::{Hazard, Odds, Trials};
use ackscope::script::Script;
use ackscope::verdict::biography::text::span;
use serde_json::{Value, json};

use super::job::{Begun, Work, script_value, value};

/// How likely harm is.
pub fn odds(script: &Script, hazard: &Hazard, runs: u64) -> Begun {
    let trials = Trials::new(script, hazard).map_err(|error| error.to_string())?;
    Ok(Box::new(Throwing { trials, odds: Odds::default(), seed: 0, runs, now: None }))
}

struct Throwing {
    trials: Trials,
    odds: Odds,
    seed: u64,
    runs: u64,
    /// The run that is under way.
    now: Option<Trying>,
}

/// So many events of a run take a few milliseconds: the lab makes room for a hand between two steps.
const STEPS: u32 = 2_000;

impl Work for Throwing {
    fn step(&mut self) -> bool {
        if self.seed < self.runs {
            let now = self.now.take().unwrap_or_else(|| self.trials.begin(self.seed));
            match now.go_on(STEPS) {
                Ok(trial) => {
                    self.odds.add(&trial);
                    self.seed += 1;
                }
                Err(now) => self.now = Some(now),
            }
        }
        self.seed < self.runs
    }

    fn report(&self) -> Value {
        let told = self.odds.report();
        let shares = [
            ("lost", told.lost.of_runs),
            ("duplicated", told.duplicated.of_runs),
            ("reordered", told.reordered.of_runs),
            ("ghost", told.ghost.of_runs),
            ("reported", told.refused.of_runs),
            ("unavailable", told.unavailable),
        ];
        let mut report = json!({
            "runs": told.runs,
            "done": self.seed,
            "all": self.runs,
            "shares": shares.map(|(kind, share)| json!({ "kind": kind, "share": share })),
            "axis": axis(shares.iter().map(|(_, share)| share.high).max().unwrap_or(0)),
            "latencies": [
                ("ack", chart(&told.ack.buckets, told.ack.p50_us, told.ack.p99_us)),
                ("end-to-end", chart(&told.end_to_end.buckets, told.end_to_end.p50_us, told.end_to_end.p99_us)),
            ],
        });
        if let Some(worst) = told.worst {
            let seed = worst.seed.parse().unwrap_or(0);
            report["worst"] = value(&worst);
            report["worst"]["script"] = script_value(&self.trials.script(seed));
        }
        report
    }
}

/// The end of a scale for so many millionths: a round number of per cent.
fn axis(most: u32) -> u32 {
    let round = [1_000, 10_000, 50_000, 100_000, 250_000, 500_000];
    round.into_iter().find(|end| most <= *end).unwrap_or(1_000_000)
}

/// How many columns a distribution is drawn with.
const COLUMNS: u64 = 48;

/// A distribution over the logarithm of the time, as the heights of columns in per mille of the
/// highest, and the places of two of its times.
fn chart(times: &Histogram, p50_us: Option<u64>, p99_us: Option<u64>) -> Value {
    let (Some(first), Some(last)) = (times.buckets().next(), times.buckets().last()) else {
        return Value::Null;
    };
    // A quarter on both sides, so that a single time has some width.
    let (low, high) =
        ((first.from_us.max(1) as f64).ln() - 0.25, (last.to_us.max(1) as f64).ln() + 0.25);
    let place = |us: u64| (((us.max(1) as f64).ln() - low) / (high - low)).clamp(0.0, 1.0);
    let mut columns = [0_u64; COLUMNS as usize];
    for bucket in times.buckets() {
        let column = (place(bucket.from_us.midpoint(bucket.to_us)) * COLUMNS as f64) as usize;
        columns[column.min(COLUMNS as usize - 1)] += bucket.count;
    }
    let most = columns.iter().copied().max().unwrap_or(1).max(1);
    let mark = |us: Option<u64>| {
        us.map(|us| json!({ "place": (place(us) * 1_000.0) as u64, "text": span(us) }))
    };
    json!({
        // Rare times are seen, too.
        "columns": columns.map(|count| if count == 0 { 0 } else { (count * 1_000 / most).max(30) }).to_vec(),
        "p50": mark(p50_us),
        "p99": mark(p99_us),
        "from": span(first.from_us),
        "to": span(last.to_us),
        "count": times.count(),
    })
}
