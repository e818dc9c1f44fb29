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
mod take;
mod told;

use std::sync::Arc;

use crate::model::ids::RecordId;
use crate::model::trace::TraceEvent;
use crate::model::{Setup, World};
use crate::script::{Action, Do, Duration, Notice, Script, ScriptError};
use crate::verdict::{Ledger, Totals, Verdict};

pub use about::{carries, entities, is_about};
pub use caption::caption;
pub use kinds::{Class, Filter, Whom};
pub use marks::{Mark, MarkKind};
pub use pace::{Fold, Pace, within};
pub use risk::at_risk;
use take::Take;
pub use take::{Made, Making};
pub use told::{line, sentence};

/// A run with its keyframes, and what was tried before.
#[derive(Debug)]
pub struct Player {
    take: Take,
    /// A run that was made ahead.
    ready: Option<Made>,
    past: Vec<Script>,
    future: Vec<Script>,
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

impl Player {
    /// Runs a script.
    pub fn new(script: Script) -> Result<Self, ScriptError> {
        Ok(Self { take: Take::new(script)?, ready: None, past: Vec::new(), future: Vec::new() })
    }

    /// Another player for another script, which remembers that it comes from this one.
    pub fn fork(&mut self, script: Script) -> Result<Self, ScriptError> {
        let mut past = self.past.clone();
        if script != *self.script() {
            past.push(self.script().clone());
        }
        Ok(Self { take: self.run(script)?, ready: None, past, future: Vec::new() })
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
        self.set(self.acted(now_us, what))
    }

    /// The script with that.
    #[must_use]
    pub fn acted(&self, now_us: u64, what: Do) -> Script {
        let mut script = self.take.script.clone();
        let at = Some(Duration::from_us(now_us + 1));
        script.actions.push(Action { at, when: None, after: None, what });
        script
    }

    /// Keeps a run that was made ahead, for when its script is asked for.
    pub fn keep(&mut self, made: Made) {
        self.ready = Some(made);
    }

    /// The run of a script.
    fn run(&mut self, script: Script) -> Result<Take, ScriptError> {
        match self.ready.take() {
            Some(made) if *made.script() == script => Ok(made.take()),
            _ => Take::new(script),
        }
    }

    /// Runs another script; this one can be brought back.
    pub fn set(&mut self, script: Script) -> Result<(), ScriptError> {
        let take = self.run(script)?;
        let before = std::mem::replace(&mut self.take, take);
        self.past.push(before.script);
        self.future.clear();
        Ok(())
    }

    /// The script that can be brought back.
    #[must_use]
    pub fn undone(&self) -> Option<&Script> {
        self.past.last()
    }

    /// The script that was taken back and can be brought back again.
    #[must_use]
    pub fn redone(&self) -> Option<&Script> {
        self.future.last()
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
        let Ok(take) = self.run(script) else { return };
        let before = std::mem::replace(&mut self.take, take).script;
        if back {
            self.future.push(before);
        } else {
            self.past.push(before);
        }
    }
}
