//! Runs of one script that differ in their luck.

use std::ops::Range;
use std::sync::Arc;

use super::Odds;
use crate::lab::hazard::{Hazard, Plan};
use crate::lab::{Replay, Replaying};
use crate::model::Setup;
use crate::script::{Script, ScriptError};

/// A script under a hazard: one run for each seed.
#[derive(Clone, Debug)]
pub struct Trials {
    /// What strikes.
    plan: Arc<Plan>,
    /// The script without what strikes.
    base: Script,
    /// The same, ready to run.
    setup: Arc<Setup>,
}

/// A run that is over.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its seed.
    pub seed: u64,
    /// How many actions the hazard brought: faults and repairs.
    pub faults: u32,
    /// The run.
    pub replay: Replay,
}

/// A run that is under way, for whoever must not take long at a time.
#[derive(Clone, Debug)]
pub struct Trying {
    seed: u64,
    faults: u32,
    replaying: Box<Replaying>,
}

impl Trying {
    /// Goes on by so many events of the model at most. Answers with the run if that ended it.
    ///
    /// # Errors
    /// With itself, as long as it is not over.
    pub fn go_on(self, most: u32) -> Result<Trial, Self> {
        let Self { seed, faults, replaying } = self;
        match replaying.go_on(most) {
            Ok(replay) => Ok(Trial { seed, faults, replay }),
            Err(replaying) => Err(Self { seed, faults, replaying }),
        }
    }
}

impl Trials {
    /// The runs of a script under a hazard.
    ///
    /// # Errors
    /// When the script cannot run, or the hazard brings too many faults into one run.
    pub fn new(script: &Script, hazard: &Hazard) -> Result<Self, ScriptError> {
        Self::under(Arc::new(Plan::new(script, hazard)?), script)
    }

    /// The runs of the same script under other settings: the same faults strike at the same times.
    ///
    /// # Errors
    /// When the script cannot run.
    pub fn with(&self, other: &Script) -> Result<Self, ScriptError> {
        Self::under(self.plan.clone(), other)
    }

    fn under(plan: Arc<Plan>, script: &Script) -> Result<Self, ScriptError> {
        let base = plan.base(script);
        let setup = Setup::new(&base, &base.resolve()?);
        Ok(Self { plan, base, setup })
    }

    /// What strikes, and until when.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The run with that seed.
    #[must_use]
    pub fn run(&self, seed: u64) -> Trial {
        let faults = self.plan.draw(seed);
        let count = faults.len() as u32;
        Trial { seed, faults: count, replay: Replay::of(&self.setup.struck(seed, faults)) }
    }

    /// The run with that seed, to be gone on with.
    #[must_use]
    pub fn begin(&self, seed: u64) -> Trying {
        let faults = self.plan.draw(seed);
        let count = faults.len() as u32;
        Trying { seed, faults: count, replaying: Replaying::new(&self.setup.struck(seed, faults)) }
    }

    /// The odds of so many runs.
    #[must_use]
    pub fn odds(&self, seeds: Range<u64>) -> Odds {
        let mut odds = Odds::default();
        seeds.for_each(|seed| odds.add(&self.run(seed)));
        odds
    }

    /// The run with that seed as a script: to open, watch and share.
    #[must_use]
    pub fn script(&self, seed: u64) -> Script {
        let mut script = self.base.clone();
        script.seed = seed;
        script.actions.extend(self.plan.draw(seed));
        script
    }

    /// What [`Trials::run`] runs.
    #[must_use]
    pub fn setup(&self, seed: u64) -> Arc<Setup> {
        self.setup.struck(seed, self.plan.draw(seed))
    }
}
