//! Time: a run that can be looked at from any moment, forked and undone.
//!
//! The whole run is simulated ahead. Keyframes are clones of the world; whatever lies between two
//! of them is simulated again when it is asked for. Looking changes nothing.

mod about;
mod caption;
mod kinds;
mod marks;
mod pace;
mod risk;
mod told;

use std::sync::Arc;

use crate::model::digest::Digest;
use crate::model::ids::RecordId;
use crate::model::run::{End, finish};
use crate::model::trace::{Observer, TraceEvent};
use crate::model::{Setup, World};
use crate::script::resolve::Resolved;
use crate::script::{Action, Do, Duration, Notice, Script, ScriptError};
use crate::verdict::{Ledger, Totals, Verdict};

pub use about::{carries, entities, is_about};
pub use caption::caption;
pub use kinds::{Class, Filter, Whom};
pub use marks::{Mark, MarkKind};
pub use pace::{Fold, Pace, within};
pub use risk::at_risk;
pub use told::{line, sentence};

/// How many steps lie between two keyframes at first.
const KEYFRAME_STEPS: u32 = 500;
/// How many keyframes there are at most; then every other one goes.
const KEYFRAMES_MAX: usize = 256;

/// A run with its keyframes, and what was tried before.
#[derive(Debug)]
pub struct Player {
    take: Take,
    past: Vec<Script>,
    future: Vec<Script>,
}

/// One run of one script.
#[derive(Debug)]
struct Take {
    script: Script,
    setup: Arc<Setup>,
    notices: Vec<Notice>,
    trace: Vec<TraceEvent>,
    end: End,
    digest: u64,
    keyframes: Vec<Frame>,
    cursor: Frame,
    /// The ledger when the run is over.
    last: Ledger,
    pace: Pace,
}

/// The world and the ledger at one moment.
#[derive(Clone, Debug)]
struct Frame {
    world: World,
    ledger: Ledger,
}

/// What there is to see at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The world after all events up to now.
    pub world: &'a World,
    /// The verdicts so far.
    pub ledger: &'a Ledger,
    /// Now.
    pub now_us: u64,
    /// The last event of the trace up to now.
    pub last_event: Option<usize>,
    /// The whole trace.
    pub trace: &'a [TraceEvent],
}

/// Writes down the trace and keeps the ledger.
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

impl Player {
    /// Runs a script.
    pub fn new(script: Script) -> Result<Self, ScriptError> {
        Ok(Self { take: Take::new(script)?, past: Vec::new(), future: Vec::new() })
    }

    /// Another player for another script, which remembers that it comes from this one.
    pub fn fork(&self, script: Script) -> Result<Self, ScriptError> {
        let mut past = self.past.clone();
        if script != *self.script() {
            past.push(self.script().clone());
        }
        Ok(Self { take: Take::new(script)?, past, future: Vec::new() })
    }

    /// The verdicts when the run is over.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.take.last
    }

    /// The record's verdict when the run is over.
    #[must_use]
    pub fn verdict(&self, record: RecordId) -> Verdict {
        self.take.last.verdict(record)
    }

    /// The script as it is now, with what was done to it.
    #[must_use]
    pub fn script(&self) -> &Script {
        &self.take.script
    }

    /// What is fixed in this run.
    #[must_use]
    pub fn setup(&self) -> &Arc<Setup> {
        &self.take.setup
    }

    /// What Kafka changes silently in these settings.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.take.notices
    }

    /// Everything that happens in this run.
    #[must_use]
    pub fn trace(&self) -> &[TraceEvent] {
        &self.take.trace
    }

    /// When it ends.
    #[must_use]
    pub fn end_us(&self) -> u64 {
        self.take.end.at_us
    }

    /// Whether nothing is left at its end that could change a record's fate.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.take.end.settled
    }

    /// The digest of its trace.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.take.digest
    }

    /// The map between simulated time and the time that playing takes.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        &self.take.pace
    }

    /// Goes to a moment, in either direction.
    pub fn seek(&mut self, now_us: u64) -> Moment<'_> {
        self.take.seek(now_us)
    }

    /// The time of the next traced event.
    #[must_use]
    pub fn next_event_us(&self, now_us: u64) -> Option<u64> {
        let trace = self.trace();
        trace.get(trace.partition_point(|event| event.at_us <= now_us)).map(|event| event.at_us)
    }

    /// The time of the last traced event before now.
    #[must_use]
    pub fn previous_event_us(&self, now_us: u64) -> Option<u64> {
        let trace = self.trace();
        trace[..trace.partition_point(|event| event.at_us < now_us)].last().map(|event| event.at_us)
    }

    /// How many records have each fate when the run is over.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.take.last.totals()
    }

    /// The event of the filter before or after an event's place in the trace, if there is one.
    #[must_use]
    pub fn find(&self, filter: &Filter, from: usize, forward: bool) -> Option<usize> {
        let (trace, setup) = (self.trace(), self.setup());
        let taken = |at: &usize| filter.takes(setup, trace, &trace[*at]);
        if forward { (from..trace.len()).find(taken) } else { (0..from).rev().find(taken) }
    }

    /// The marks of the timeline.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        marks::marks(&self.take.setup, &self.take.trace)
    }

    /// Does something at the next microsecond after `now_us`: from there the run is another one.
    /// Later actions of the script stay.
    pub fn act(&mut self, now_us: u64, what: Do) -> Result<(), ScriptError> {
        let mut script = self.take.script.clone();
        let at = Some(Duration::from_us(now_us + 1));
        script.actions.push(Action { at, when: None, after: None, what });
        self.set(script)
    }

    /// Runs another script; this one can be brought back.
    pub fn set(&mut self, script: Script) -> Result<(), ScriptError> {
        let take = Take::new(script)?;
        let before = std::mem::replace(&mut self.take, take);
        self.past.push(before.script);
        self.future.clear();
        Ok(())
    }

    /// Whether there is something to bring back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether something was brought back that can be done again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Brings back the script before the last change.
    pub fn undo(&mut self) {
        if let Some(script) = self.past.pop() {
            self.swap_in(script, true);
        }
    }

    /// Does again what was undone last.
    pub fn redo(&mut self) {
        if let Some(script) = self.future.pop() {
            self.swap_in(script, false);
        }
    }

    /// A script that ran before runs again.
    fn swap_in(&mut self, script: Script, back: bool) {
        let Ok(take) = Take::new(script) else { return };
        let before = std::mem::replace(&mut self.take, take).script;
        if back {
            self.future.push(before);
        } else {
            self.past.push(before);
        }
    }
}

impl Take {
    fn new(script: Script) -> Result<Self, ScriptError> {
        let resolved: Resolved = script.resolve()?;
        let setup = Setup::new(&script, &resolved);
        let mut recorder = Recorder { trace: Vec::new(), ledger: Ledger::new(setup.clone()) };
        let mut world = World::new(&setup, &mut recorder);
        let first = Frame { world: world.clone(), ledger: recorder.ledger.clone() };
        let (keyframes, end) = record(&mut world, &mut recorder, first.clone());
        let mut trace = recorder.trace;
        end.cut(&mut trace);
        let mut last = Ledger::of(&setup, &trace);
        last.finish();
        Ok(Self {
            pace: Pace::smart(&trace, end.at_us),
            digest: Digest::of(&trace),
            notices: resolved.notices,
            cursor: first,
            script,
            setup,
            trace,
            end,
            keyframes,
            last,
        })
    }

    fn seek(&mut self, now_us: u64) -> Moment<'_> {
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

/// Runs to the end and keeps a frame every so many steps, ever fewer in a long run.
fn record(world: &mut World, recorder: &mut Recorder, first: Frame) -> (Vec<Frame>, End) {
    let mut keyframes = vec![first];
    let (mut steps, mut distance) = (0, KEYFRAME_STEPS);
    // The ledger of a keyframe is made anew from the trace, once per keyframe.
    let mut times = Vec::new();
    let end = finish(world, recorder, &mut |world| {
        steps += 1;
        if steps % distance == 0 {
            times.push(world.clone());
            if times.len() > KEYFRAMES_MAX {
                let mut odd = false;
                times.retain(|_| {
                    odd = !odd;
                    !odd
                });
                distance *= 2;
            }
        }
    });
    for world in times {
        let mut ledger = keyframes[keyframes.len() - 1].ledger.clone();
        let from = keyframes[keyframes.len() - 1].world.traced() as usize;
        for event in &recorder.trace[from..world.traced() as usize] {
            ledger.observe(event);
        }
        keyframes.push(Frame { world, ledger });
    }
    (keyframes, end)
}
