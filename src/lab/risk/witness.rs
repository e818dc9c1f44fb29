//! The shortest run that shows a harm.

use serde::Serialize;

use super::{Harm, Reach, Tried, harm};
use crate::model::Setup;
use crate::model::run::run;
use crate::script::Script;
use crate::verdict::report::{RecordReport, Report};

/// A promise that is broken, with a run that breaks it.
#[derive(Clone, Debug, Serialize)]
pub struct Broken {
    /// The harm.
    #[serde(flatten)]
    pub harm: Harm,
    /// All that brings it about; none where it comes without any fault. The first one is that of the
    /// run.
    pub by: Vec<By>,
    /// What happens in the run, a sentence each.
    pub sentences: Vec<String>,
    /// When the run is over, in µs.
    pub end_us: u64,
    /// What became of the records that it harms.
    pub records: Vec<RecordReport>,
    /// The run, to be opened.
    pub script: Script,
}

/// What brings a harm about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct By {
    /// The faults in the order of the run, such as `crash:broker-1`.
    pub faults: Vec<String>,
    /// How much goes wrong.
    pub reach: Reach,
    /// Whether the application has to hand its records to a worker thread for it.
    pub hands_off: bool,
    /// At how many moments the last fault does this harm.
    pub harmful: u32,
    /// At how many moments it found something to act on.
    pub moments: u32,
}

impl Broken {
    /// Whether one fault is enough, and no other application is needed.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.by.is_empty() || self.by.iter().any(|by| !by.hands_off && by.reach == Reach::One)
    }
}

/// A harm with the shortest run of those that need as little to go wrong: the one that is over
/// first.
pub(super) fn shortest(tried: &[Tried], harm: &Harm) -> Option<Broken> {
    let mut runs = Vec::new();
    for tried in tried {
        let Some(done) = tried.done.iter().find(|done| done.harm == *harm) else { continue };
        let trial = &tried.trial;
        let by = By {
            faults: trial.faults(),
            reach: trial.reach,
            hands_off: trial.hands_off,
            harmful: done.moments,
            moments: tried.moments,
        };
        let rank = (trial.reach, trial.hands_off, trial.before.is_some(), end_us(&done.script)?);
        runs.push((rank, by, trial, &done.script));
    }
    runs.sort_by_key(|(rank, ..)| *rank);
    let (.., trial, script) = runs.first()?;
    let sentences = trial.sentences();
    let name = format!("{}: {}", harm.kind, sentences.join(" Then: ").trim_end_matches('.'));
    let broken = Broken::of(harm, name, smallest(script, harm))?;
    Some(Broken { sentences, by: runs.into_iter().map(|(_, by, ..)| by).collect(), ..broken })
}

/// The same for a harm that comes without any fault.
pub(super) fn undisturbed(script: &Script, harm: &Harm) -> Option<Broken> {
    Broken::of(harm, format!("{}: no fault", harm.kind), smallest(script, harm))
}

impl Broken {
    /// Runs the script once more and takes from that run what became of its records.
    fn of(harm: &Harm, name: String, script: Script) -> Option<Self> {
        let script = Script { name, ..script };
        let run = run(&Setup::new(&script, &script.resolve().ok()?));
        let harmed = harm::of(&script);
        let is_harmed = |record: &RecordReport| {
            harmed.iter().any(|(other, id)| other == harm && id.0 == record.id)
        };
        let mut records = Report::of(&script.name, Vec::new(), &run).records;
        records.retain(is_harmed);
        let (harm, end_us) = (harm.clone(), run.end.at_us);
        let broken = Self { harm, by: Vec::new(), sentences: Vec::new(), end_us, records, script };
        (!broken.records.is_empty()).then_some(broken)
    }
}

/// The script with as few records as show the harm, the last ones taken away.
fn smallest(script: &Script, harm: &Harm) -> Script {
    let shows = |script: &Script| harm::of(script).iter().any(|(other, _)| other == harm);
    let mut script = script.clone();
    while let Some(fewer) = fewer(&script).filter(shows) {
        script = fewer;
    }
    script
}

/// The script without the last record of its last series.
fn fewer(script: &Script) -> Option<Script> {
    let mut script = script.clone();
    let total: u32 = script.producers.iter().flat_map(|p| &p.sends).map(|sends| sends.count).sum();
    let sends = &mut script.producers.iter_mut().rfind(|p| !p.sends.is_empty())?.sends;
    let last = sends.last_mut()?;
    last.count -= 1;
    if last.count == 0 {
        sends.pop();
    }
    (total > 1).then_some(script)
}

fn end_us(script: &Script) -> Option<u64> {
    crate::lab::replay(script).ok().map(|replay| replay.end.at_us)
}
