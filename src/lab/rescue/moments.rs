//! Whenever the fault strikes: the faults of a script at other moments of its run.
//!
//! A fault is moved, its repair with it, to event boundaries of the run that it would disturb: to each
//! time at which something happens, before that happens, and right behind what happens to a record at
//! the very process or machine that it hits (a crash between processing and the commit, between
//! `send()` and the sender). Where there are more boundaries than can be tried, they are taken evenly.

use super::trial::{Pin, Run, is_repair};
use crate::lab::Replay;
use crate::lab::fault::repair;
use crate::model::Setup;
use crate::model::ids::{Node, RecordId};
use crate::model::record::Payload;
use crate::model::trace::{Kind, Observer, TraceEvent};
use crate::script::{Do, EventName, Script, When};

/// A fault among the actions, and what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    action: u16,
    /// The repair, and how long after the fault it comes.
    repair: Option<(u16, u64)>,
}

/// Actions at other moments.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    /// Actions that come at a time.
    pub pins: Vec<Pin>,
    /// An action that comes when something happens.
    pub when: Option<(u16, When)>,
}

/// The moments of a fault.
#[derive(Clone, Debug, Default)]
pub(super) struct Moments {
    /// How the fault is moved, for each moment that is to be tried.
    pub tries: Vec<Moved>,
    /// How many moments there are.
    pub of: u32,
    /// The work that it took to find them.
    pub steps: u32,
}

/// The faults of a script that struck in its run.
pub(super) fn faults(script: &Script, run: &Run) -> Vec<Fault> {
    let times_us = &run.actions_us;
    let all = (0..).zip(&script.actions).filter(|(_, action)| is_fault(&action.what));
    let struck = all.filter_map(|(action, known)| {
        let at_us = times_us[usize::from(action)].filter(|_| !run.idle.contains(&action))?;
        let after = |other: &usize| times_us[*other].is_some_and(|us| us >= at_us);
        let repair = repair(&known.what).and_then(|repair| {
            let ends = |other: &usize| script.actions[*other].what == repair && after(other);
            (0..script.actions.len()).filter(ends).min_by_key(|other| times_us[*other])
        });
        let repair = repair.and_then(|other| Some((other as u16, times_us[other]? - at_us)));
        Some(Fault { action, repair })
    });
    struck.collect()
}

/// The moments at which a fault of a script can strike, at most so many of them.
pub(super) fn moments(script: &Script, fault: Fault, most: u32) -> Moments {
    let mut rest = script.clone();
    let mine = |index: u16| fault.action == index || fault.repair.is_some_and(|r| r.0 == index);
    let mut index = 0;
    rest.actions.retain(|_| {
        index += 1;
        !mine(index - 1)
    });
    let Ok(resolved) = rest.resolve() else { return Moments::default() };
    let setup = Setup::new(&rest, &resolved);
    let what = &script.actions[usize::from(fault.action)].what;
    let node = what.entity().and_then(|name| setup.node(name));
    let mut spots = Spots { setup: &setup, node, times_us: Vec::new(), causes: Vec::new() };
    let steps = Replay::watched(&setup, &mut spots).steps;
    let Spots { mut times_us, causes, .. } = spots;
    times_us.extend(times_us.last().map(|last_us| last_us + 1));
    let of = (times_us.len() + causes.len()) as u32;
    let of_causes = evenly(&causes, most / 3);
    let of_times = evenly(&times_us, most - of_causes.len() as u32);
    let repair =
        |at_us: u64| fault.repair.map(|(action, after_us)| Pin { action, at_us: at_us + after_us });
    let at_time = |at_us: u64| {
        let pin = Pin { action: fault.action, at_us };
        Moved { pins: [pin].into_iter().chain(repair(at_us)).collect(), when: None }
    };
    let by_cause = |(at_us, when): (u64, When)| Moved {
        pins: repair(at_us).into_iter().collect(),
        when: Some((fault.action, when)),
    };
    let tries = of_causes.into_iter().map(by_cause).chain(of_times.into_iter().map(at_time));
    // The first few are spread over all of the run.
    let mut order: Vec<(usize, Moved)> = tries.enumerate().collect();
    order.sort_by_key(|(n, _)| [0, 2, 1, 3][n % 4]);
    Moments { tries: order.into_iter().map(|(_, moved)| moved).collect(), of, steps }
}

/// At most so many of a list, evenly.
fn evenly<T: Clone>(all: &[T], most: u32) -> Vec<T> {
    let of = all.len() as u32;
    let taken = of.min(most);
    let nth = |n: u32| all[((2 * n + 1) * of / (2 * taken)) as usize].clone();
    (0..taken).map(nth).collect()
}

impl Moved {
    /// The fault, if one was moved and not all.
    fn fault(&self) -> Option<u16> {
        let when = self.when.as_ref().map(|(action, _)| *action);
        when.or(self.pins.first().map(|pin| pin.action))
    }

    /// The run in which the fault strikes there, if it does.
    pub fn run(&self, script: &Script) -> Option<Run> {
        let mut script = script.clone();
        self.pins.iter().for_each(|pin| pin.apply(&mut script));
        if let Some((action, when)) = &self.when {
            let action = &mut script.actions[usize::from(*action)];
            (action.at, action.when, action.after) = (None, Some(when.clone()), None);
        }
        let run = Run::of(&script, &script.resolve().ok()?);
        let struck = self.fault().is_none_or(|fault| !run.idle.contains(&fault));
        struck.then_some(run)
    }
}

/// The event boundaries of a run: times, and what has just happened to a record at a node.
struct Spots<'a> {
    setup: &'a Setup,
    node: Option<Node>,
    times_us: Vec<u64>,
    causes: Vec<(u64, When)>,
}

impl Observer for Spots<'_> {
    fn observe(&mut self, event: &TraceEvent) {
        if self.times_us.last() != Some(&event.at_us) {
            self.times_us.push(event.at_us);
        }
        if let Some((node, name, record)) = at_node(&event.kind)
            && self.node == Some(node)
        {
            let (record, entity) = (Some(record.0), Some(self.setup.name(node)));
            let same = |(_, when): &&(u64, When)| when.event == name && when.record == record;
            let nth = self.causes.iter().filter(same).count() as u32 + 1;
            let (topic, partition, offset) = (None, None, None);
            let when = When { event: name, record, entity, topic, partition, offset, nth };
            self.causes.push((event.at_us, when));
        }
    }
}

/// What happens to a record, and at which process or machine.
fn at_node(kind: &Kind) -> Option<(Node, EventName, RecordId)> {
    match kind {
        Kind::RecordCreated { producer, record } => {
            Some((Node::Producer(*producer), EventName::Created, *record))
        }
        Kind::Appended { broker, entry, .. } => match &entry.payload {
            Payload::Records(batch) => {
                Some((Node::Broker(*broker), EventName::Appended, *batch.records.first()?))
            }
            _ => None,
        },
        Kind::Processed { consumer, record, .. } => {
            Some((Node::Consumer(*consumer), EventName::Processed, *record))
        }
        _ => None,
    }
}

fn is_fault(what: &Do) -> bool {
    let harmless = matches!(
        what,
        Do::Set(_)
            | Do::Reconfigure(_)
            | Do::Roll(_)
            | Do::Send(_)
            | Do::Resend(_)
            | Do::Flush(_)
            | Do::AddPartitions(_)
    );
    !harmless && !is_repair(what)
}
