//! The turning point of a record that came to harm: the last action of the script, or the last
//! decision of a setting or an application, without which its fate would be another one.
//!
//! Candidates come from the trace: each action that took effect, and each event that stands for a
//! decision (the table in `decision.rs`). They are tried from the last to the first: the script is
//! replayed without the action, or with the change that takes the decision back, and the first
//! replay with another fate confirms its candidate. Repairs (a restart, a healed link) are no
//! candidates. A change of settings counts only if every action of the script still found something
//! to do: a fault that did not happen saves nobody.

mod decision;
mod undo;

use std::sync::Arc;

use super::{Replay, Replaying};
use crate::model::Setup;
use crate::model::ids::{BrokerId, ConsumerId, MessageId, Node, PartitionId, RecordId, TraceId};
use crate::model::trace::{Kind, TraceEvent, Wire};
use crate::script::action::Lost;
use crate::script::{Do, Script, ScriptError};
use crate::verdict::{Fate, Ledger};

pub use decision::{Decision, ENGLISH};
use decision::{decisions_at, place};
use undo::{Case, Undo};

/// Where a record's fate turned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurningPoint {
    /// The event.
    pub event: TraceId,
    /// When, in µs.
    pub at_us: u64,
    /// Where, if the event has a place.
    pub place: Option<Node>,
    /// What the fate hung on.
    pub hinge: Hinge,
    /// What the fate would be otherwise.
    pub instead: Fate,
}

/// What a fate can hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hinge {
    /// An action of the script, by its place there.
    Action(u16),
    /// A decision, and the change that takes it back.
    Decision(Decision, &'static str),
}

/// How a record came to harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Lost.
    Lost,
    /// Duplicated.
    Duplicated,
    /// Told failed, and it took effect all the same.
    Ghost,
    /// It came after a later one of its key.
    Reordered,
}

/// The search for a turning point, a little at a time, so that a page can go on meanwhile.
#[derive(Clone, Debug)]
pub struct Search {
    script: Script,
    setup: Arc<Setup>,
    record: RecordId,
    harm: Harm,
    fate: Fate,
    /// The actions that took effect.
    applied: Vec<u16>,
    /// What is still to be tried; the latest stands last.
    candidates: Vec<Candidate>,
    /// Of the candidate that is being tried; the mildest change stands last.
    attempts: Vec<Attempt>,
    /// The replay that is under way.
    trial: Option<(Attempt, Box<Replaying>)>,
}

/// A way of taking back what may be the turning point.
#[derive(Clone, Debug)]
struct Attempt {
    event: TraceId,
    at_us: u64,
    place: Option<Node>,
    hinge: Hinge,
    /// The script with it.
    script: Script,
    /// Whether every action must still find something to do.
    same_actions: bool,
}

/// What may be the turning point.
#[derive(Clone, Debug)]
struct Candidate {
    event: TraceId,
    at_us: u64,
    place: Option<Node>,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Decision(Decision, Case),
    Action(u16),
}

/// The run as it was.
#[derive(Debug)]
struct Base<'a> {
    setup: &'a Setup,
    trace: &'a [TraceEvent],
    record: RecordId,
    partition: Option<PartitionId>,
    harm: Harm,
    fate: Fate,
    causes: Vec<TraceId>,
    /// The requests that carried it.
    requests: Vec<MessageId>,
    /// The offsets at which it is part of an aborted transaction.
    aborted: Vec<u64>,
    /// The actions that took effect, each with the event that says so.
    applied: Vec<(u16, TraceId)>,
}

/// The turning point of a record in the run of a script; none if it came to no harm, or if no single
/// removal changes its fate.
///
/// # Errors
/// When the script cannot run.
pub fn turning_point(
    script: &Script,
    record: RecordId,
) -> Result<Option<TurningPoint>, ScriptError> {
    let setup = Setup::new(script, &script.resolve()?);
    let run = crate::model::run(&setup);
    Ok(Search::new(script, &setup, &run.trace, record).and_then(|mut search| search.last()))
}

impl Search {
    /// A search in a run that is over; none if the record came to no harm.
    #[must_use]
    pub fn new(
        script: &Script,
        setup: &Arc<Setup>,
        trace: &[TraceEvent],
        record: RecordId,
    ) -> Option<Self> {
        let mut ledger = Ledger::of(setup, trace);
        ledger.finish();
        Self::of(script, setup, (trace, &ledger), record)
    }

    /// The same with the ledger that the trace leaves.
    #[must_use]
    pub fn of(
        script: &Script,
        setup: &Arc<Setup>,
        (trace, ledger): (&[TraceEvent], &Ledger),
        record: RecordId,
    ) -> Option<Self> {
        let base = Base::of(ledger, setup, trace, record)?;
        let Base { harm, fate, .. } = base;
        let candidates = base.candidates();
        let applied = base.applied.iter().map(|(action, _)| *action).collect();
        Some(Self {
            script: script.clone(),
            setup: setup.clone(),
            record,
            harm,
            fate,
            applied,
            candidates,
            attempts: Vec::new(),
            trial: None,
        })
    }

    /// How the record came to harm.
    #[must_use]
    pub fn harm(&self) -> Harm {
        self.harm
    }

    /// The turning point.
    pub fn last(&mut self) -> Option<TurningPoint> {
        while !self.is_over() {
            if let Some(found) = self.step(u32::MAX) {
                return Some(found);
            }
        }
        None
    }

    /// Whether nothing is left to be tried.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.candidates.is_empty() && self.attempts.is_empty() && self.trial.is_none()
    }

    /// Goes on trying, from the latest candidate to the first, by so many events of the model at most.
    /// Answers with a candidate that is confirmed. The first one that is so is the turning point; going
    /// on finds what else the fate hung on.
    pub fn step(&mut self, most: u32) -> Option<TurningPoint> {
        let (attempt, replaying) = self.trial.take().or_else(|| self.begin())?;
        match replaying.go_on(most) {
            Err(replaying) => {
                self.trial = Some((attempt, replaying));
                None
            }
            Ok(replay) => {
                let instead = self.other_fate(&replay, attempt.same_actions)?;
                self.attempts.clear();
                let Attempt { event, at_us, place, hinge, .. } = attempt;
                Some(TurningPoint { event, at_us, place, hinge, instead })
            }
        }
    }

    /// Begins the next replay; nothing if Kafka refuses it, or a candidate has nothing to take back.
    fn begin(&mut self) -> Option<(Attempt, Box<Replaying>)> {
        if self.attempts.is_empty() {
            let candidate = self.candidates.pop()?;
            self.attempts = self.attempts(&candidate);
        }
        let attempt = self.attempts.pop()?;
        let resolved = attempt.script.resolve().ok()?;
        let replaying = Replaying::new(&Setup::new(&attempt.script, &resolved));
        Some((attempt, replaying))
    }

    /// The ways of taking a candidate back, the mildest last.
    fn attempts(&self, candidate: &Candidate) -> Vec<Attempt> {
        let Candidate { event, at_us, place, what } = candidate;
        let attempt = |hinge: Hinge, script: Script, same_actions: bool| Attempt {
            event: *event,
            at_us: *at_us,
            place: *place,
            hinge,
            script,
            same_actions,
        };
        match what {
            What::Action(action) => {
                let mut script = self.script.clone();
                script.actions.remove(usize::from(*action));
                vec![attempt(Hinge::Action(*action), script, false)]
            }
            What::Decision(decision, case) => {
                let without = |(with, undo): &(&'static str, Undo)| {
                    let mut script = self.script.clone();
                    let changes = undo(&mut script, &self.setup, case);
                    let same_actions = script.actions.len() == self.script.actions.len();
                    changes.then(|| attempt(Hinge::Decision(*decision, with), script, same_actions))
                };
                decision.undos().iter().rev().filter_map(without).collect()
            }
        }
    }

    /// The record's fate in another run, if it is another fate.
    fn other_fate(&self, replay: &Replay, same_actions: bool) -> Option<Fate> {
        let idle = self.applied.iter().any(|action| replay.idle_actions.contains(action));
        if same_actions && idle {
            return None;
        }
        let fate = replay.ledger.fate(self.record);
        let same = match self.harm {
            Harm::Reordered => replay.harms.reordered.contains(&self.record),
            _ => fate == self.fate,
        };
        (!same).then_some(fate)
    }
}

impl<'a> Base<'a> {
    fn of(
        ledger: &Ledger,
        setup: &'a Setup,
        trace: &'a [TraceEvent],
        record: RecordId,
    ) -> Option<Self> {
        let verdict = ledger.verdict(record);
        let harm = match verdict.fate {
            Fate::Lost => Harm::Lost,
            Fate::Duplicated => Harm::Duplicated,
            Fate::Ghost => Harm::Ghost,
            _ if ledger.reordered().contains(&record) => Harm::Reordered,
            _ => return None,
        };
        let request = |event: &TraceEvent| match &event.kind {
            Kind::MessageSent { message, what: Wire::ProduceRequest { batches }, .. } => {
                batches.iter().any(|batch| batch.records.contains(&record)).then_some(*message)
            }
            _ => None,
        };
        let applied = |event: &TraceEvent| match event.kind {
            Kind::ActionApplied { action } => Some((action, event.id)),
            _ => None,
        };
        let aborted = |event: &'a TraceEvent| match &event.kind {
            Kind::MarkerWritten { marker, records, .. } if !marker.commit => &records[..],
            _ => &[],
        };
        let aborted = trace.iter().flat_map(aborted).filter(|(_, id)| *id == record);
        Some(Self {
            setup,
            trace,
            record,
            aborted: aborted.map(|(offset, _)| *offset).collect(),
            partition: ledger.partition(record),
            harm,
            fate: verdict.fate,
            causes: verdict.causes,
            requests: trace.iter().filter_map(request).collect(),
            applied: trace.iter().filter_map(applied).collect(),
        })
    }

    /// Everything that its fate may hang on, in order.
    fn candidates(&self) -> Vec<Candidate> {
        let at = |event: TraceId, what: What| {
            let TraceEvent { at_us, kind, .. } = &self.trace[event.index()];
            Candidate { event, at_us: *at_us, place: place(kind), what }
        };
        let mut candidates = Vec::new();
        for (action, event) in &self.applied {
            let what = &self.setup.actions[usize::from(*action)].what;
            // Without a send the records behind it would have other numbers.
            if !undo::is_repair(what) && !matches!(what, Do::Send(_)) {
                candidates.push(at(self.effect(what, *event), What::Action(*action)));
            }
        }
        for event in self.trace {
            let (decisions, case) = decisions_at(self, event);
            for decision in decisions.iter().rev() {
                candidates.push(at(event.id, What::Decision(*decision, case.clone())));
            }
        }
        // Of one event the action counts rather than what was decided by it.
        candidates.sort_by_key(|it| (it.event, matches!(it.what, What::Action(_))));
        candidates
    }

    /// The event by which an action took effect: what it led to at once; for a message that it has
    /// lost, the loss.
    fn effect(&self, what: &Do, applied: TraceId) -> TraceId {
        let after = &self.trace[applied.index() + 1..];
        let found = match what {
            Do::Lose(lose) => {
                let (client, server) =
                    (self.setup.node(&lose.client), self.setup.node(&lose.server));
                let ends =
                    if lose.what == Lost::Response { (server, client) } else { (client, server) };
                after.iter().find(|event| match &event.kind {
                    Kind::MessageLost { from, to, .. } => (Some(*from), Some(*to)) == ends,
                    _ => false,
                })
            }
            _ => after
                .iter()
                .take_while(|e| e.at_us == self.trace[applied.index()].at_us)
                .find(|event| event.cause == Some(applied)),
        };
        found.map_or(applied, |event| event.id)
    }

    /// Whether a consumer's group reads the record's partition.
    fn reads(&self, consumer: ConsumerId) -> bool {
        let mut partitions = self.setup.group_of(consumer).topics.iter().flatten();
        partitions.any(|partition| Some(*partition) == self.partition)
    }

    /// The brokers that held it before an event.
    fn holders_before(&self, event: TraceId) -> Vec<BrokerId> {
        let mut holders: Vec<BrokerId> = Vec::new();
        for earlier in &self.trace[..event.index()] {
            let (broker, gone, entries) = match &earlier.kind {
                Kind::Appended { broker, entry, .. } | Kind::Replicated { broker, entry, .. } => {
                    (broker, false, std::slice::from_ref(entry))
                }
                Kind::Truncated { broker, removed, .. }
                | Kind::PageCacheLost { broker, removed, .. }
                | Kind::RecordsDeleted { broker, removed, .. }
                | Kind::DiskLost { broker, removed, .. } => (broker, true, &removed[..]),
                _ => continue,
            };
            let mut records = entries.iter().flat_map(|entry| entry.records());
            if records.any(|(_, id)| id == self.record) {
                holders.retain(|holder| holder != broker);
                holders.extend((!gone).then_some(*broker));
            }
        }
        holders
    }

    /// The last action before an event that started a broker again.
    fn restart_before(&self, broker: BrokerId, event: TraceId) -> Option<u16> {
        let earlier = self.applied.iter().rev().filter(|(_, applied)| *applied < event);
        let mut actions = earlier.map(|(action, _)| *action);
        actions.find(|action| {
            let what = &self.setup.actions[usize::from(*action)].what;
            undo::restarts(self.setup, what) == Some(broker)
        })
    }
}
