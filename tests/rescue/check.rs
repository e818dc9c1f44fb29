//! An answer's own replay, made anew from nothing but the script and what the answer says.

use ackscope::lab::{Answer, Became, Replay, Rescue, Rescued, Saves, replay};
use ackscope::model::ids::RecordId;
use ackscope::script::{Do, Script};
use ackscope::verdict::Fate;

/// What rescue answers.
pub fn rescue(script: &Script) -> Rescued {
    Rescue::new(script).expect("a script").finish()
}

/// The names of an answer's changes, in the order of the alphabet.
pub fn names(answer: &Answer) -> Vec<&'static str> {
    let mut names: Vec<&str> = answer.changes.iter().map(|change| change.text).collect();
    names.sort_unstable();
    names
}

/// The answer with exactly these changes.
pub fn find<'a>(found: &'a Rescued, changes: &[&str]) -> Option<&'a Answer> {
    found.answers.iter().find(|answer| names(answer) == changes)
}

/// A script with an answer's changes.
pub fn applied(script: &Script, answer: &Answer) -> Script {
    let mut changed = script.clone();
    answer.apply(&mut changed);
    changed
}

/// The first thing that an answer says and that its own replay does not confirm.
pub fn wrong(script: &Script, base: &Replay, answer: &Answer) -> Option<String> {
    let changed = applied(script, answer);
    if changed == *script {
        return Some("it changes nothing".to_owned());
    }
    let after = match replay(&changed) {
        Ok(after) => after,
        Err(error) => return Some(format!("Kafka refuses it: {error}")),
    };
    let repairs = |index: &u16| {
        let what = &changed.actions[usize::from(*index)].what;
        matches!(what, Do::Restart(_) | Do::Resume(_) | Do::Heal(_))
    };
    let mut new = after.idle_actions.iter().filter(|index| !base.idle_actions.contains(index));
    if let Some(fault) = new.find(|index| !repairs(index)) {
        return Some(format!("actions[{fault}] does not strike"));
    }
    if answer.leaves_no_harm() != after.harms.is_none() {
        return Some(format!("it says {:?}, and the harm is {:?}", answer.saves, after.harms));
    }
    let harmed: Vec<RecordId> =
        base.ledger.records().filter(|id| word(base, *id).is_harm()).collect();
    let saved = harmed.iter().filter(|id| word(&after, **id) == Became::Delivered).count() as u32;
    let said = match answer.saves {
        Saves::All => harmed.len() as u32,
        Saves::Some { records, .. } => records,
    };
    if said != saved {
        return Some(format!("it says that {said} are saved, and {saved} are"));
    }
    let hurt = |id: &RecordId| {
        let (before, after) = (word(base, *id), word(&after, *id));
        before != after && after.is_harm()
    };
    let traded = |id: &RecordId| answer.trades.iter().any(|trade| trade.records.contains(id));
    let unsaid = base.ledger.records().find(|id| hurt(id) && !traded(id));
    unsaid.map(|id| format!("record {} comes to a harm that is not said", id.0))
}

/// What became of a record; harm first, as a person would say it.
fn word(replay: &Replay, id: RecordId) -> Became {
    if !replay.ledger.is_sent(id) {
        return Became::Unsent;
    }
    let fate = replay.ledger.verdict(id).fate;
    let late = replay.harms.reordered.contains(&id);
    match fate {
        Fate::Lost => Became::Lost,
        Fate::Ghost => Became::Ghost,
        Fate::Duplicated => Became::Duplicated,
        _ if late => Became::Reordered,
        Fate::Pending => Became::Pending,
        Fate::Aborted => Became::Aborted,
        Fate::Reported => Became::Reported,
        Fate::Delivered => Became::Delivered,
    }
}
