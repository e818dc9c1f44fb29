//! What settings promise: every fault at every moment of a small run, and the shortest run that
//! breaks a promise.
//!
//! *At most once* is what no fault duplicates, *at least once* what none loses, *exactly once* both; that
//! is said of faults of one thing at a time. A record that was refused and whose application was told
//! so is not lost: to send it again is the application's part. What several faults at once do is told
//! beside it. All of it holds for the moments that were tried, on the workload that was tried.

mod better;
mod harm;
mod report;
mod trials;
mod witness;
mod workload;

use self::trials::Trial;
use super::{DangerMap, Unavailable};
use crate::script::{Script, ScriptError};

pub use better::{Better, Part};
pub use harm::Harm;
pub use report::{Report, Semantics, Survived};
pub use trials::Reach;
pub use witness::{Broken, By};
pub use workload::{given, small, standard};

/// A search for what breaks the promises of a script's settings.
#[derive(Clone, Debug)]
pub struct Risk {
    script: Script,
    moments: u32,
    trials: Vec<Trial>,
    next: usize,
    map: Option<DangerMap>,
    tried: Vec<Tried>,
}

/// What became of a trial.
#[derive(Clone, Debug)]
struct Tried {
    trial: Trial,
    /// At how many moments it found something to act on.
    moments: u32,
    /// How long a partition cannot be written to, at most.
    unavailable: Unavailable,
    /// The harms that it does.
    done: Vec<Done>,
}

/// A harm that a trial does.
#[derive(Clone, Debug)]
struct Done {
    harm: Harm,
    /// At how many moments.
    moments: u32,
    /// The script with it at the first of them.
    script: Script,
}

impl Risk {
    /// Prepares the search.
    ///
    /// # Errors
    /// When the script cannot run, or Kafka refuses its settings.
    pub fn new(script: &Script) -> Result<Self, ScriptError> {
        script.resolve()?;
        Ok(Self {
            moments: u32::MAX,
            trials: trials::of(script),
            next: 0,
            map: None,
            tried: Vec::new(),
            script: script.clone(),
        })
    }

    /// Tries each fault at no more than so many moments, evenly over the run, where all of them are
    /// too many.
    #[must_use]
    pub fn at_most(self, moments: u32) -> Self {
        Self { moments, ..self }
    }

    /// How many faults there are to try.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.trials.len() as u32
    }

    /// How many of them are done.
    #[must_use]
    pub fn done(&self) -> u32 {
        self.tried.len() as u32
    }

    /// Tries a few more moments. Answers whether there were any.
    pub fn step(&mut self) -> bool {
        if let Some(map) = &mut self.map {
            if !map.step() {
                let map = self.map.take();
                let trial = self.trials[self.next].clone();
                self.tried.extend(map.map(|map| Tried::of(trial, &map)));
                self.next += 1;
            }
            return true;
        }
        let Some(trial) = self.trials.get(self.next) else { return false };
        match DangerMap::new(&trial.script, &trial.fault) {
            Ok(map) if self.moments == u32::MAX => self.map = Some(map),
            Ok(map) => self.map = Some(map.at_most(self.moments)),
            // It does not fit this script.
            Err(_) => {
                self.trials.remove(self.next);
            }
        }
        true
    }

    /// Makes the whole search.
    #[must_use]
    pub fn finish(mut self) -> Self {
        while self.step() {}
        self
    }

    /// What was found so far.
    #[must_use]
    pub fn report(&self) -> Report {
        report::of(self)
    }
}

impl Tried {
    fn of(trial: Trial, map: &DangerMap) -> Self {
        let before = harm::of(&trial.script);
        let acted = || map.spans().iter().filter(|span| span.outcome.acted);
        let mut done: Vec<Done> = Vec::new();
        for span in acted().filter(|span| span.outcome.harms != map.undisturbed().harms) {
            let script = map.script_at(span.from_us);
            let mut new: Vec<Harm> = harm::of(&script)
                .into_iter()
                .filter(|one| !before.contains(one))
                .map(|(harm, _)| harm)
                .collect();
            // The harms of a kind stand side by side, those of one way not always.
            new.sort();
            new.dedup();
            for harm in new {
                match done.iter_mut().find(|known| known.harm == harm) {
                    Some(known) => known.moments += span.moments,
                    None => {
                        done.push(Done { harm, moments: span.moments, script: script.clone() });
                    }
                }
            }
        }
        let moments = acted().map(|span| span.moments).sum();
        let unavailable = acted().map(|span| span.unavailable).max().unwrap_or_default();
        Self { trial, moments, unavailable, done }
    }
}
