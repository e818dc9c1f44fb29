//! Would monitoring have noticed? For each harm of a run: which of Kafka's metrics moved, when, and by
//! how much, against the run in which what led to the harm did not happen.
//!
//! What led to a harm are the actions without which, each taken away alone, it does not come about. A
//! harm that takes more than one of several alike has all actions against it; one that comes without
//! any has none, and no metric can move.

use std::sync::Arc;

use serde::Serialize;

use super::{Harms, replay};
use crate::model::ids::RecordId;
use crate::model::run::finish;
use crate::model::trace::{Observer, TraceEvent};
use crate::model::{Setup, World};
use crate::script::{Do, Script, ScriptError};
use crate::verdict::Ledger;
use crate::verdict::metrics::{Metrics, Says, Series};

/// What monitoring would have seen of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Monitoring {
    /// The harms of the run, those of one kind with one cause together.
    pub harms: Vec<Seen>,
    /// All metrics of the run.
    pub series: Vec<Series>,
}

/// A harm, and what moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The kind: `lost`, `duplicated`, `reordered`, `ghost`.
    pub harm: &'static str,
    /// The records.
    pub records: Vec<RecordId>,
    /// The actions that led to it, by their place in the script.
    pub because: Vec<u16>,
    /// The metrics that moved, those that tell of a failure first.
    pub moved: Vec<Moved>,
}

/// A metric that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Its name.
    pub name: &'static str,
    /// Where it is in Kafka.
    pub source: &'static str,
    /// What it counts.
    pub unit: &'static str,
    /// Whose it is, if it is not the whole cluster's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What it says.
    pub says: Says,
    /// When it first was what it never is in the quiet run, in µs.
    pub at_us: u64,
    /// For a count what it came to in the quiet run; else the value there that is nearest to what it
    /// was here.
    pub quiet: i64,
    /// For a count what it came to here; else the value that is farthest from that.
    pub here: i64,
}

impl Seen {
    /// Whether a metric moved whose normal value is 0: one that people set an alarm on.
    #[must_use]
    pub fn is_noticed(&self) -> bool {
        self.moved.iter().any(|moved| moved.says == Says::Failure)
    }
}

/// The metrics of a run with its harms.
struct Watched {
    harms: Harms,
    series: Vec<Series>,
}

struct Both {
    ledger: Ledger,
    metrics: Metrics,
}

impl Observer for Both {
    fn observe(&mut self, event: &TraceEvent) {
        self.ledger.observe(event);
        self.metrics.observe(event);
    }
}

impl Monitoring {
    /// Replays a script as it is, without each of its actions, and without those that led to harm.
    ///
    /// # Errors
    /// When the script cannot run, or Kafka refuses its settings.
    pub fn of(script: &Script) -> Result<Self, ScriptError> {
        let run = watch(script)?;
        let causes = Causes::of(script)?;
        let mut seen: Vec<Seen> = Vec::new();
        for (kind, (harm, records)) in run.harms.kinds().into_iter().enumerate() {
            for record in records {
                let because = causes.of_harm(kind, *record);
                match seen.iter_mut().find(|s| s.harm == harm && s.because == because) {
                    Some(same) => same.records.push(*record),
                    None => {
                        seen.push(Seen { harm, records: vec![*record], because, moved: Vec::new() })
                    }
                }
            }
        }
        for seen in &mut seen {
            let quiet = watch(&without(script, &seen.because))?;
            seen.moved = moved(&quiet.series, &run.series);
        }
        Ok(Self { harms: seen, series: run.series })
    }
}

/// What becomes of a script without its actions.
struct Causes {
    /// The actions that are no part of the application.
    faults: Vec<u16>,
    /// The harms without each of them alone.
    without_one: Vec<Harms>,
    /// The harms without any.
    without_all: Harms,
}

impl Causes {
    fn of(script: &Script) -> Result<Self, ScriptError> {
        let actions = (0..).zip(&script.actions);
        let faults = actions.filter(|(_, action)| !is_application(&action.what));
        let faults: Vec<u16> = faults.map(|(at, _)| at).collect();
        let harms = |actions: &[u16]| replay(&without(script, actions)).map(|replay| replay.harms);
        let without_one = faults.iter().map(|fault| harms(&[*fault])).collect::<Result<_, _>>()?;
        let without_all = harms(&faults)?;
        Ok(Self { faults, without_one, without_all })
    }

    /// The actions that led to a record's harm of that kind.
    fn of_harm(&self, kind: usize, record: RecordId) -> Vec<u16> {
        let harmed = |harms: &Harms| harms.kinds()[kind].1.contains(&record);
        if harmed(&self.without_all) {
            return Vec::new();
        }
        let each = self.faults.iter().zip(&self.without_one);
        let needed: Vec<u16> =
            each.filter(|(_, harms)| !harmed(harms)).map(|(fault, _)| *fault).collect();
        if needed.is_empty() { self.faults.clone() } else { needed }
    }
}

/// What an application does is no fault, and belongs to the quiet run as well.
fn is_application(what: &Do) -> bool {
    matches!(what, Do::Send(_) | Do::Resend(_) | Do::Flush(_))
}

/// The script without some of its actions.
fn without(script: &Script, actions: &[u16]) -> Script {
    let kept = (0..).zip(&script.actions).filter(|(at, _)| !actions.contains(at));
    let actions = kept.map(|(_, action)| action.clone()).collect();
    Script { actions, ..script.clone() }
}

fn watch(script: &Script) -> Result<Watched, ScriptError> {
    let setup = Setup::new(script, &script.resolve()?);
    let mut both = Both { ledger: Ledger::new(Arc::clone(&setup)), metrics: Metrics::new(&setup) };
    let mut world = World::new(&setup, &mut both);
    let _ = finish(&mut world, &mut both, &mut |_| {});
    both.ledger.finish();
    Ok(Watched { harms: Harms::of(&both.ledger), series: both.metrics.series() })
}

/// The metrics that have values here which they never have there.
fn moved(quiet: &[Series], here: &[Series]) -> Vec<Moved> {
    let same = |a: &Series, b: &Series| {
        a.metric.name == b.metric.name && a.metric.source == b.metric.source && a.of == b.of
    };
    let still = |series: &Series| Series { points: Vec::new(), ..series.clone() };
    let mut moved: Vec<Moved> = here
        .iter()
        .filter_map(|one| {
            let other = quiet.iter().find(|other| same(one, other));
            other.map_or_else(|| compare(&still(one), one), |other| compare(other, one))
        })
        .collect();
    // What moves in the quiet run only.
    let only = quiet.iter().filter(|one| !here.iter().any(|other| same(one, other)));
    moved.extend(only.filter_map(|one| compare(one, &still(one))));
    moved.sort_by_key(|moved| moved.says);
    moved
}

fn compare(quiet: &Series, here: &Series) -> Option<Moved> {
    let (at_us, was, is) = if here.metric.counts {
        let (was, is) = (quiet.last(), here.last());
        let passed = |points: &[(u64, i64)], end: i64| {
            points.iter().find(|(_, value)| *value > end).map(|(us, _)| *us)
        };
        let at_us = if is > was { passed(&here.points, was) } else { passed(&quiet.points, is) };
        (at_us?, was, is)
    } else {
        let values = || quiet.points.iter().map(|(_, value)| *value).chain(first(quiet));
        let (low, high) = (values().min()?, values().max()?);
        let distance = |value: i64| (low - value).max(value - high);
        let (at_us, _) = *here.points.iter().find(|(_, value)| distance(*value) > 0)?;
        let farthest = here.points.iter().map(|(_, value)| *value);
        let is = farthest.max_by_key(|value| distance(*value))?;
        (at_us, if is > high { high } else { low }, is)
    };
    let metric = here.metric;
    Some(Moved {
        name: metric.name,
        source: metric.source,
        unit: metric.unit,
        of: here.of.clone(),
        says: metric.says,
        at_us,
        quiet: was,
        here: is,
    })
}

/// What a series is before its first point, if there is such a time.
fn first(series: &Series) -> Option<i64> {
    let from_the_start = series.points.first().is_some_and(|(us, _)| *us == 0);
    (!from_the_start).then_some(0)
}
