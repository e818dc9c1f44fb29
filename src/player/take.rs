//! A run on its keyframes, and how it is made: at once, or a little at a time.

use std::sync::Arc;

use super::{Moment, Pace};
use crate::model::digest::Digest;
use crate::model::run::{Course, End};
use crate::model::trace::{Observer, TraceEvent};
use crate::model::{Setup, World};
use crate::script::{Notice, Script, ScriptError};
use crate::verdict::Ledger;

/// How many steps lie between two keyframes at first.
const KEYFRAME_STEPS: u32 = 500;
/// How many keyframes there are at most; then every other one goes.
const KEYFRAMES_MAX: usize = 256;

/// One run of one script.
#[derive(Debug)]
pub(super) struct Take {
    pub script: Script,
    pub setup: Arc<Setup>,
    pub notices: Vec<Notice>,
    pub trace: Vec<TraceEvent>,
    pub end: End,
    pub digest: u64,
    keyframes: Vec<Frame>,
    cursor: Frame,
    /// The ledger when the run is over.
    pub last: Ledger,
    pub pace: Pace,
}

/// The world and the ledger at one moment.
#[derive(Clone, Debug)]
struct Frame {
    world: World,
    ledger: Ledger,
}

/// A run that is being made, for whoever must not take long at a time.
#[derive(Debug)]
pub struct Making {
    script: Script,
    setup: Arc<Setup>,
    notices: Vec<Notice>,
    world: World,
    course: Course,
    recorder: Recorder,
    keyframes: Vec<Frame>,
    /// How many steps lie between two keyframes by now, and how many it is to the next one.
    distance: u32,
    left: u32,
}

/// A run that was made ahead.
#[derive(Debug)]
pub struct Made(Take);

impl Made {
    pub(super) fn script(&self) -> &Script {
        &self.0.script
    }

    pub(super) fn take(self) -> Take {
        self.0
    }
}

/// Writes down the trace and keeps the ledger.
#[derive(Debug)]
struct Recorder {
    trace: Vec<TraceEvent>,
    ledger: Ledger,
}

impl Observer for Recorder {
    fn observe(&mut self, event: &TraceEvent) {
        self.ledger.observe(event);
        self.trace.push(event.clone());
    }
}

impl Making {
    /// Begins with the run of a script.
    ///
    /// # Errors
    /// When the script cannot run, or Kafka refuses its settings.
    pub fn new(script: Script) -> Result<Box<Self>, ScriptError> {
        let resolved = script.resolve()?;
        let setup = Setup::new(&script, &resolved);
        let mut recorder = Recorder { trace: Vec::new(), ledger: Ledger::new(setup.clone()) };
        let world = World::new(&setup, &mut recorder);
        let first = Frame { world: world.clone(), ledger: recorder.ledger.clone() };
        Ok(Box::new(Self {
            course: Course::of(&setup),
            notices: resolved.notices,
            script,
            setup,
            world,
            recorder,
            keyframes: vec![first],
            distance: KEYFRAME_STEPS,
            left: KEYFRAME_STEPS,
        }))
    }

    /// Goes on by so many events of the model at most. Answers with the run if that ended it.
    ///
    /// # Errors
    /// With itself, as long as it is not over.
    pub fn go_on(mut self: Box<Self>, mut most: u32) -> Result<Made, Box<Self>> {
        while most > 0 {
            let steps = most.min(self.left);
            let Self { world, course, recorder, .. } = &mut *self;
            if let Some(end) = course.go_on(world, recorder, &mut |_| {}, steps) {
                return Ok(Made(self.over(end)));
            }
            most -= steps;
            self.left -= steps;
            if self.left == 0 {
                self.keep();
            }
        }
        Err(self)
    }

    /// Keeps a frame every so many steps, ever fewer in a long run.
    fn keep(&mut self) {
        let ledger = self.recorder.ledger.clone();
        self.keyframes.push(Frame { world: self.world.clone(), ledger });
        if self.keyframes.len() > KEYFRAMES_MAX {
            let mut at = 0;
            // The first one stays: it is the beginning.
            self.keyframes.retain(|_| {
                at += 1;
                at % 2 == 1
            });
            self.distance *= 2;
        }
        self.left = self.distance;
    }

    fn over(self, end: End) -> Take {
        let Self { script, setup, notices, recorder, keyframes, .. } = self;
        let Recorder { mut trace, ledger } = recorder;
        let traced = trace.len();
        end.cut(&mut trace);
        // Of what was cut off the verdicts know nothing.
        let mut last = if trace.len() == traced { ledger } else { Ledger::of(&setup, &trace) };
        last.finish();
        Take {
            pace: Pace::smart(&trace, end.at_us),
            digest: Digest::of(&trace),
            cursor: keyframes[0].clone(),
            script,
            setup,
            notices,
            trace,
            end,
            keyframes,
            last,
        }
    }
}

impl Take {
    pub fn new(script: Script) -> Result<Self, ScriptError> {
        let mut making = Making::new(script)?;
        loop {
            match making.go_on(u32::MAX) {
                Ok(made) => return Ok(made.take()),
                Err(unfinished) => making = unfinished,
            }
        }
    }

    pub fn seek(&mut self, now_us: u64) -> Moment<'_> {
        let now_us = now_us.min(self.end.at_us);
        // The last keyframe before that moment, unless what is there already is closer.
        let after = self.keyframes.partition_point(|frame| frame.world.now_us() <= now_us);
        let frame = &self.keyframes[after.saturating_sub(1)];
        let here_us = self.cursor.world.now_us();
        if here_us > now_us || here_us < frame.world.now_us() {
            self.cursor = frame.clone();
        }
        let Frame { world, ledger } = &mut self.cursor;
        while world.next_us().is_some_and(|next_us| next_us <= now_us) {
            world.step(ledger);
        }
        let over = now_us == self.end.at_us;
        Moment {
            world: &self.cursor.world,
            ledger: if over { &self.last } else { &self.cursor.ledger },
            now_us,
            last_event: self.trace.partition_point(|event| event.at_us <= now_us).checked_sub(1),
            trace: &self.trace,
        }
    }
}
