//! One replay of a script with changes, compared with the run as it is.

use crate::lab::change::{Change, Seen};
use crate::lab::trouble::{Became, Trouble, became, troubles};
use crate::lab::{Harms, Price, Replay};
use crate::model::Setup;
use crate::model::trace::{Kind, Observer, TraceEvent};
use crate::script::resolve::Resolved;
use crate::script::{Do, Duration, Script, ScriptError};

use super::answer::{Trade, trades};

/// A run, as far as it is compared with others.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub became: Vec<Became>,
    pub troubles: Vec<Trouble>,
    pub harms: Harms,
    pub price: Price,
    /// Actions that did nothing.
    pub idle: Vec<u16>,
    /// When each action was done.
    pub actions_us: Vec<Option<u64>>,
    /// How many events of the model it took.
    pub steps: u32,
}

/// When each action was done.
struct Done(Vec<Option<u64>>);

impl Observer for Done {
    fn observe(&mut self, event: &TraceEvent) {
        if let Kind::ActionApplied { action } = event.kind {
            self.0[usize::from(action)].get_or_insert(event.at_us);
        }
    }
}

impl Run {
    pub fn of(script: &Script, resolved: &Resolved) -> Self {
        let mut done = Done(vec![None; script.actions.len()]);
        let replay = Replay::watched(&Setup::new(script, resolved), &mut done);
        Self {
            became: became(&replay),
            troubles: troubles(&replay),
            price: replay.measures.price(&replay.harms, replay.end.at_us),
            harms: replay.harms,
            idle: replay.idle_actions,
            actions_us: done.0,
            steps: replay.steps,
        }
    }
}

/// The run as it is.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub script: Script,
    pub resolved: Resolved,
    pub seen: Seen,
    pub run: Run,
}

impl Base {
    pub fn new(script: &Script) -> Result<Self, ScriptError> {
        let resolved = script.resolve()?;
        let seen = Seen::new(script, &resolved);
        let run = Run::of(script, &resolved);
        Ok(Self { script: script.clone(), resolved, seen, run })
    }

    /// Actions that did something as it is and nothing in that run.
    fn missing(&self, run: &Run) -> Vec<u16> {
        run.idle.iter().copied().filter(|index| !self.run.idle.contains(index)).collect()
    }

    /// Actions at the times at which they were done as it is, those that have no time of their own.
    fn pins(&self, actions: &[u16]) -> Vec<Pin> {
        let pin = |action: &u16| {
            let index = usize::from(*action);
            let at_us = self.run.actions_us[index]?;
            self.script.actions[index].when.as_ref()?;
            Some(Pin { action: *action, at_us })
        };
        actions.iter().filter_map(pin).collect()
    }

    /// All actions that wait for something, at the times at which they were done as it is.
    pub fn all_pins(&self) -> Vec<Pin> {
        let all: Vec<u16> = (0..self.script.actions.len() as u16).collect();
        self.pins(&all)
    }
}

/// An action and the time to which it is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Pin {
    /// The action, by its place in the script.
    pub action: u16,
    /// The time, in µs.
    pub at_us: u64,
}

impl Pin {
    /// Moves the action there.
    pub fn apply(self, script: &mut Script) {
        if let Some(action) = script.actions.get_mut(usize::from(self.action)) {
            action.at = Some(Duration::from_us(self.at_us));
            action.when = None;
            action.after = None;
        }
    }
}

/// What some changes make of a run.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub changes: Vec<&'static Change>,
    /// The changed script.
    pub script: Script,
    pub seen: Seen,
    /// Actions that had to be moved to the times at which they were done as it is: their own
    /// moments never come with these changes.
    pub pins: Vec<Pin>,
    pub run: Run,
    pub effect: Effect,
    pub trades: Vec<Trade>,
    pub saved: u32,
}

/// How good some changes are, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Every harmed record is delivered, and none is worse off.
    Saves,
    /// No harm is left, but some records are refused or wait, and somebody knows.
    Tells,
    /// Every harmed record comes to another harm, or another record does.
    Trades,
    /// Some records are saved; the others are as they were.
    Helps,
    /// Nothing is better.
    Nothing,
}

impl Effect {
    /// Whether no record is harmed any more.
    pub fn leaves_no_harm(self) -> bool {
        matches!(self, Self::Saves | Self::Tells)
    }
}

impl Trial {
    /// Tries changes, one after the other; nothing if Kafka refuses them, if nothing that the model
    /// sees is different from the run as it is or one that is known, or if a fault that struck as it is
    /// cannot strike.
    pub fn new(
        base: &Base,
        changes: &[&'static Change],
        is_known: impl Fn(&Seen) -> bool,
    ) -> Option<Self> {
        let mut script = base.script.clone();
        let mut resolved = None;
        for change in changes {
            change.apply_to(&mut script, resolved.as_ref().unwrap_or(&base.resolved));
            resolved = Some(script.resolve().ok()?);
        }
        let resolved = resolved?;
        let seen = Seen::new(&script, &resolved);
        if seen == base.seen || is_known(&seen) {
            return None;
        }
        let mut run = Run::of(&script, &resolved);
        let pins = base.pins(&base.missing(&run));
        if !pins.is_empty() {
            pins.iter().for_each(|pin| pin.apply(&mut script));
            let steps = run.steps;
            run = Run::of(&script, &script.resolve().ok()?);
            run.steps += steps;
        }
        let is_fault = |index: &u16| !is_repair(&script.actions[usize::from(*index)].what);
        if base.missing(&run).iter().any(is_fault) {
            return None;
        }
        let changes = changes.to_vec();
        let trades = trades(&base.run.became, &run.became);
        let both = || base.run.became.iter().zip(&run.became);
        let saved =
            |(before, after): &(&Became, &Became)| before.is_harm() && **after == Became::Delivered;
        let saved = both().filter(saved).count() as u32;
        let kept = both().any(|(before, after)| before.is_harm() && before == after);
        let effect = effect(&trades, saved, kept);
        Some(Self { changes, script, seen, pins, run, effect, trades, saved })
    }
}

fn effect(trades: &[Trade], saved: u32, kept: bool) -> Effect {
    let harms = trades.iter().any(|trade| trade.to.is_harm());
    let says = trades.iter().any(|trade| trade.from.is_harm() && !trade.to.is_harm());
    match (kept, harms) {
        (false, false) if trades.is_empty() => Effect::Saves,
        (false, false) => Effect::Tells,
        (false, true) => Effect::Trades,
        (true, false) if saved > 0 || says => Effect::Helps,
        (true, _) => Effect::Nothing,
    }
}

/// What ends a fault. It may find nothing to do.
pub(super) fn is_repair(what: &Do) -> bool {
    matches!(what, Do::Restart(_) | Do::Resume(_) | Do::Heal(_))
}
