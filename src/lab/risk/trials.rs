//! What is tried on a script: each fault alone, and a few pairs that settings are made for.

use serde::Serialize;

use crate::lab::{Down, Fault, Who};
use crate::script::action::Between;
use crate::script::{Action, Do, Duration, Entity, Script};

/// How much goes wrong at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// One process, machine, disk or link.
    One,
    /// Several: what settings promise, they promise for one.
    Several,
}

/// Something to try at every moment.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub reach: Reach,
    /// What is wrong before the first record is sent, if something is.
    pub before: Option<Before>,
    pub fault: Fault,
    /// Whether the application hands its records to a worker thread, where the script does not.
    pub hands_off: bool,
    /// The script with all that.
    pub script: Script,
}

/// Something that is wrong all the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Before {
    /// As a fault is written.
    pub text: String,
    /// What it is, in a sentence.
    pub sentence: String,
}

impl Trial {
    /// Its faults as they are written, in the order of the run.
    pub fn faults(&self) -> Vec<String> {
        let before = self.before.iter().map(|before| before.text.clone());
        before.chain([self.fault.to_string()]).collect()
    }

    /// What they do, a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let before = self.before.iter().map(|before| before.sentence.clone());
        before.chain([self.fault.sentence()]).collect()
    }
}

/// When a leader comes back.
const BACK: Duration = Duration::from_ms(5_000);

/// All trials of a script, those with the fewest faults first.
pub(super) fn of(script: &Script) -> Vec<Trial> {
    let faults: Vec<Fault> =
        Fault::all(script).into_iter().filter(|fault| !ends_for_good(script, fault)).collect();
    let reach = |fault: &Fault| match fault {
        Fault::Down { who: Who::Named(name), .. } if name == "brokers" => Reach::Several,
        _ => Reach::One,
    };
    let trial = |fault: &Fault, hands_off| Trial {
        reach: reach(fault),
        before: None,
        fault: fault.clone(),
        hands_off,
        script: script.clone(),
    };
    let mut trials: Vec<Trial> = faults.iter().map(|fault| trial(fault, false)).collect();
    if let Some(script) = handed_off(script) {
        // What becomes of records in a worker's hands is the consumer's affair alone.
        let of_consumers = faults.iter().filter(|fault| is_consumers(&script, fault));
        let trials_of =
            of_consumers.map(|fault| Trial { script: script.clone(), ..trial(fault, true) });
        trials.extend(trials_of);
    }
    trials.extend(pairs(script));
    trials.sort_by_key(|trial| (trial.reach, trial.before.is_some()));
    trials
}

/// A client that never comes back takes with it what only it knows, whatever is set.
fn ends_for_good(script: &Script, fault: &Fault) -> bool {
    matches!(fault, Fault::Down { who: Who::Named(name), back: None, .. } if is_client(script, name))
}

fn is_client(script: &Script, name: &str) -> bool {
    matches!(script.entity(name), Ok(Entity::Producer(_) | Entity::Consumer { .. }))
}

fn is_consumers(script: &Script, fault: &Fault) -> bool {
    let (Fault::Down { who: Who::Named(name), .. }
    | Fault::Pause { who: Who::Named(name), .. }
    | Fault::Stall { who: Who::Named(name), .. }) = fault
    else {
        return false;
    };
    matches!(script.entity(name), Ok(Entity::Consumer { .. }))
}

/// The script with an application that hands its records to a worker thread, if some group commits
/// automatically and does not do so already.
fn handed_off(script: &Script) -> Option<Script> {
    let resolved = script.resolve().ok()?;
    let mut other = script.clone();
    for (group, resolved) in other.groups.iter_mut().zip(&resolved.groups) {
        if resolved.config.enable_auto_commit && group.workers == 0 && group.produces.is_none() {
            group.workers = 1;
        }
    }
    (other != *script).then_some(other)
}

/// First the leader of the first partition is left without followers, if `min.insync.replicas` lets
/// it go on alone, or with one less, until they are out of the ISR; and then something happens to
/// it.
fn pairs(script: &Script) -> Vec<Trial> {
    let Ok(resolved) = script.resolve() else { return Vec::new() };
    let Some(replicas) = resolved.topics.first().and_then(|topic| topic.replicas.first()) else {
        return Vec::new();
    };
    let Some((leader, followers)) = replicas.split_first().filter(|(_, f)| !f.is_empty()) else {
        return Vec::new();
    };
    // Whoever has read a record needs it no more: what the logs keep is seen without readers.
    let unread = Script { groups: Vec::new(), ..script.clone() };
    let (script, unread) = match unread.resolve() {
        Ok(_) if !script.groups.is_empty() => (&unread, " Nobody has read the records yet."),
        _ => (script, ""),
    };
    let broker = |number: &u16| format!("broker-{number}");
    let cut =
        |number| Do::Cut(Between { from: broker(leader), to: broker(number), one_way: false });
    let names: Vec<String> = followers.iter().map(broker).collect();
    let last = names[names.len() - 1].clone();
    // A follower that does not fetch is looked for at every half of that time.
    let lag = Duration::from_us(resolved.broker.replica_lag_time_max_us / 2 * 3 + 1_000_000);
    let fenced = Duration::from_us(resolved.broker.broker_session_timeout_us / 8 * 9 + 1_000_000);
    let alone = Before {
        text: format!("cut:{}:{}", broker(leader), names.join("+")),
        sentence: format!(
            "Nothing gets through between {} and {}.{unread}",
            broker(leader),
            names.join(", ")
        ),
    };
    let fewer = Before {
        text: format!("crash:{last}"),
        sentence: format!("The process of {last} is killed.{unread}"),
    };
    let one_less = (followers.len() > 1).then(|| (fewer, vec![Do::Crash(last)], fenced));
    let alone = (resolved.topics[0].config.min_insync_replicas == 1)
        .then(|| (alone, followers.iter().map(cut).collect(), lag));
    let all = alone.into_iter().chain(one_less);
    let then = [(Down::Crash, None), (Down::PowerCut, Some(BACK)), (Down::LoseDisk(1), Some(BACK))];
    all.flat_map(|(before, actions, by)| {
        let script = later(script, actions, by);
        then.map(|(how, back)| Trial {
            reach: Reach::Several,
            before: Some(before.clone()),
            fault: Fault::Down { how, who: Who::Leader(None), back },
            hands_off: false,
            script: script.clone(),
        })
    })
    .collect()
}

/// The script with actions at its beginning, and everything of its own later.
fn later(script: &Script, before: Vec<Do>, by: Duration) -> Script {
    let later = |time: Duration| Duration::from_us(time.as_us().saturating_add(by.as_us()));
    let mut script = script.clone();
    for sends in script.producers.iter_mut().flat_map(|producer| &mut producer.sends) {
        sends.start = later(sends.start);
    }
    for action in &mut script.actions {
        action.at = action.at.map(later);
    }
    script.until = script.until.map(later);
    let now = Some(Duration::default());
    let action = |what| Action { at: now, when: None, after: None, what };
    script.actions.extend(before.into_iter().map(action));
    script
}
