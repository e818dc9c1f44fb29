//! The faults that a script has of its own, so that they can be moved to other moments.

use super::{Down, Fault, Who};
use crate::model::trace::{Kind, TraceEvent};
use crate::model::{Setup, run};
use crate::script::{Do, Duration, Script, ScriptError};

/// A fault of a script, taken out of it.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnFault {
    /// The fault, with the time after which the script repairs it.
    pub fault: Fault,
    /// When it strikes in the script, in µs.
    pub at_us: u64,
    /// The actions that it is made of, by their place in the script.
    pub actions: Vec<u16>,
    /// The script without them.
    pub rest: Script,
}

/// The faults among the actions of a script that do strike, in the order of the script. A repair
/// that comes later (a restart, a resumption, a link that heals) belongs to its fault, with the time
/// between them as it is in this script.
///
/// # Errors
/// When the script cannot run, or Kafka refuses its settings.
pub fn own_faults(script: &Script) -> Result<Vec<OwnFault>, ScriptError> {
    let resolved = script.resolve()?;
    let trace = run(&Setup::new(script, &resolved)).trace;
    let times_us: Vec<Option<u64>> =
        (0..script.actions.len() as u16).map(|index| applied_us(&trace, index)).collect();
    let own = (0..).zip(&script.actions).filter_map(|(index, action)| {
        let at_us = times_us[usize::from(index)]?;
        let undone = repair(&action.what).and_then(|repair| {
            let later = |j: &usize| {
                script.actions[*j].what == repair && times_us[*j].is_some_and(|us| us >= at_us)
            };
            (0..script.actions.len()).filter(later).min_by_key(|j| times_us[*j])
        });
        let after_us = undone.and_then(|j| times_us[j]).map(|us| us - at_us);
        let fault = Fault::of(&action.what, after_us.map(Duration::from_us))?;
        let mut actions = vec![index];
        actions.extend(undone.map(|j| j as u16));
        Some(OwnFault { fault, at_us, rest: without(script, &actions), actions })
    });
    Ok(own.collect())
}

/// When an action took place.
fn applied_us(trace: &[TraceEvent], index: u16) -> Option<u64> {
    let applied = |event: &&TraceEvent| matches!(event.kind, Kind::ActionApplied { action } if action == index);
    trace.iter().find(applied).map(|event| event.at_us)
}

fn without(script: &Script, actions: &[u16]) -> Script {
    let mut rest = script.clone();
    let mut index = 0;
    rest.actions.retain(|_| {
        index += 1;
        !actions.contains(&(index - 1))
    });
    rest
}

/// What ends a fault.
pub(in crate::lab) fn repair(what: &Do) -> Option<Do> {
    match what {
        Do::Crash(name) | Do::PowerCut(name) | Do::Shutdown(name) => {
            Some(Do::Restart(name.clone()))
        }
        Do::FailDisk(disk) | Do::LoseDisk(disk) => Some(Do::Restart(disk.broker.clone())),
        Do::Pause(name) => Some(Do::Resume(name.clone())),
        Do::Cut(way) => Some(Do::Heal(way.clone())),
        _ => None,
    }
}

impl Fault {
    /// The fault that an action is, if it is one; `after` is the time until it is repaired.
    #[must_use]
    pub fn of(what: &Do, after: Option<Duration>) -> Option<Self> {
        let who = |name: &String| Who::Named(name.clone());
        let down = |how, name| Some(Self::Down { how, who: who(name), back: after });
        match what {
            Do::Crash(name) => down(Down::Crash, name),
            Do::PowerCut(name) => down(Down::PowerCut, name),
            Do::Shutdown(name) => down(Down::Shutdown, name),
            Do::FailDisk(disk) => down(Down::FailDisk(disk.directory), &disk.broker),
            Do::LoseDisk(disk) => down(Down::LoseDisk(disk.directory), &disk.broker),
            Do::Pause(name) => {
                let who = who(name);
                Some(Self::Pause { lasts: after.unwrap_or_else(|| super::usual_pause(&who)), who })
            }
            Do::Stall(stall) => {
                Some(Self::Stall { who: who(&stall.consumer), lasts: stall.longer })
            }
            Do::Lose(lose) => Some(Self::Lose {
                what: lose.what,
                client: who(&lose.client),
                server: who(&lose.server),
                connection: lose.connection,
            }),
            Do::Cut(way) => Some(Self::Cut {
                from: who(&way.from),
                to: who(&way.to),
                one_way: way.one_way,
                lasts: after.unwrap_or(super::OUT),
            }),
            _ => None,
        }
    }
}
