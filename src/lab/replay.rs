//! One run of which only the verdicts and the measures are kept.

use std::sync::Arc;

use super::{Harms, Measures};
use crate::model::run::{Course, End, finish};
use crate::model::trace::{Observer, TraceEvent};
use crate::model::{Setup, World};
use crate::script::{Script, ScriptError};
use crate::verdict::Ledger;

/// A run that is over.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The verdicts.
    pub ledger: Ledger,
    /// What it cost.
    pub measures: Measures,
    /// Whom it harmed.
    pub harms: Harms,
    /// How it ended.
    pub end: End,
    /// Actions whose moment never came, or that found nothing to act on (or no message to lose), by
    /// their place in the script.
    pub idle_actions: Vec<u16>,
    /// How many events of the model it took: the work that it was.
    pub steps: u32,
}

/// A replay that is under way, for whoever must not take long at a time.
#[derive(Clone, Debug)]
pub struct Replaying {
    world: World,
    watch: Watch,
    course: Course,
    steps: u32,
}

impl Replaying {
    /// Begins.
    #[must_use]
    pub fn new(setup: &Arc<Setup>) -> Box<Self> {
        let mut watch = Watch::new(setup);
        let world = World::new(setup, &mut watch);
        Box::new(Self { world, watch, course: Course::of(setup), steps: 0 })
    }

    /// Goes on by so many events of the model at most. Answers with the replay if that ended it.
    ///
    /// # Errors
    /// With itself, as long as it is not over.
    pub fn go_on(mut self: Box<Self>, most: u32) -> Result<Replay, Box<Self>> {
        let Self { world, watch, course, steps } = &mut *self;
        match course.go_on(world, watch, &mut |_| *steps += 1, most) {
            Some(end) => Ok(Replay::over(&self.world, self.watch, end, self.steps)),
            None => Err(self),
        }
    }
}

/// Keeps what a verdict and a price need.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The verdicts so far.
    pub ledger: Ledger,
    /// What it cost so far.
    pub measures: Measures,
}

impl Watch {
    /// At the beginning of a run.
    #[must_use]
    pub fn new(setup: &Arc<Setup>) -> Self {
        Self { ledger: Ledger::new(setup.clone()), measures: Measures::new(setup) }
    }
}

impl Observer for Watch {
    fn observe(&mut self, event: &TraceEvent) {
        self.ledger.observe(event);
        self.measures.observe(event);
    }
}

/// Runs a script to its end.
///
/// # Errors
/// When the script cannot run, or Kafka refuses its settings.
pub fn replay(script: &Script) -> Result<Replay, ScriptError> {
    let resolved = script.resolve()?;
    Ok(Replay::of(&Setup::new(script, &resolved)))
}

impl Replay {
    /// Runs a setup to its end.
    #[must_use]
    pub fn of(setup: &Arc<Setup>) -> Self {
        Self::watched(setup, &mut ())
    }

    /// Runs a setup to its end while somebody else looks on.
    #[must_use]
    pub fn watched(setup: &Arc<Setup>, also: &mut dyn Observer) -> Self {
        let mut watch = Beside(Watch::new(setup), also);
        let mut world = World::new(setup, &mut watch);
        let mut steps = 0;
        let end = finish(&mut world, &mut watch, &mut |_| steps += 1);
        Self::over(&world, watch.0, end, steps)
    }

    /// Goes on with a run to its end.
    #[must_use]
    pub fn finish(mut world: World, mut watch: Watch) -> Self {
        let mut steps = 0;
        let end = finish(&mut world, &mut watch, &mut |_| steps += 1);
        Self::over(&world, watch, end, steps)
    }

    /// Of a run that is over and took so many events of the model.
    #[must_use]
    pub fn over(world: &World, watch: Watch, end: End, steps: u32) -> Self {
        let Watch { mut ledger, measures } = watch;
        ledger.finish();
        let mut idle_actions = world.unfired();
        idle_actions.extend(&measures.ignored);
        idle_actions.extend(world.faults().losses());
        idle_actions.sort_unstable();
        Self { harms: Harms::of(&ledger), ledger, measures, end, idle_actions, steps }
    }
}

/// A watch and somebody else, who both hear of everything.
struct Beside<'a>(Watch, &'a mut dyn Observer);

impl Observer for Beside<'_> {
    fn observe(&mut self, event: &TraceEvent) {
        self.0.observe(event);
        self.1.observe(event);
    }
}
