//! Rescue: which smallest changes would have saved the records that a run harmed, and at what price.
//!
//! The script is replayed with each [`Change`] that is aimed at its troubles, and if none of them
//! saves every record whenever the faults strike, with pairs of them. Nothing is known beforehand:
//! an answer is what a replay showed. It counts only if the faults did strike. What an action waits
//! for may never come with other settings; then it is done at the time at which it was done as it
//! is.
//!
//! **By luck.** A change may help only because it moved the run a little and the fault hit something
//! else. So the best changes are tried once more: all faults at the times at which they struck as it
//! is, and each fault at other moments of the changed run. An answer says at how many of them no
//! harm was left.
//!
//! A moment at which one change failed is tried first with each pair: those that fail there too are
//! not looked at any further.
//!
//! **Simplified.** Two changes at most; a change is made everywhere where it applies, not for one of
//! several producers only; of many moments some are tried, evenly; of very many pairs not all.

mod answer;
mod moments;
mod plan;
mod trial;

use std::collections::VecDeque;

use super::change::{Change, Seen};
use super::trouble::Trouble;
use crate::script::{Script, ScriptError};
use answer::Rank;
use moments::{Fault, Moved, moments};
use trial::{Base, Trial};

pub use answer::{Answer, Effort, Luck, Rescued, Saves, Trade};
pub use trial::Pin;

/// Pairs that are tried, at least and at most.
const PAIRS: (usize, usize) = (8, 200);
/// Work that is done at most before no more pairs are begun, and before moments become few, in events
/// of the model: about a fifth of a second natively.
const STEPS_MAX: u64 = 700_000;
/// So many times that work, and no more changes are begun at all.
const TOO_LONG: u64 = 4;
/// Answers that are tried at other moments, of the changes alone and of the pairs.
const CHECKED: usize = 4;
/// Moments at which each of them is tried, at least and at most, all faults together.
const MOMENTS: (u32, u32) = (4, 24);
/// After so many moments of which so many are bad no more of them are tried.
const LUCKY: (u32, u32) = (8, 2);
/// Faults of a script that are moved; the first ones.
const FAULTS_MAX: usize = 8;
/// Moments at which something failed that are remembered.
const HARD_MAX: usize = 4;
/// Answers that are given at most.
const ANSWERS_MAX: usize = 10;

/// A search for changes, done step by step so that somebody can look at what is known so far.
#[derive(Clone, Debug)]
pub struct Rescue {
    base: Base,
    harmed: u32,
    work: VecDeque<Work>,
    stage: Stage,
    trials: Vec<Tried>,
    /// Moments at which something failed, the last one first.
    hard: VecDeque<Moved>,
    effort: Effort,
    done: u32,
}

/// A trial, and what is known of its luck.
#[derive(Clone, Debug)]
struct Tried {
    trial: Trial,
    luck: Option<Luck>,
    /// The troubles at other moments.
    met: Vec<Trouble>,
    /// Whether a moment is known at which it fails, though its luck was not looked into.
    beaten: bool,
}

/// One replay.
#[derive(Clone, Debug)]
enum Work {
    Try(Vec<&'static Change>),
    /// Finds the moments of a fault, for a trial, at most so many.
    Plan(usize, Fault, u32),
    Strike(usize, Moved),
}

/// What the work is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Singles,
    LuckOfSingles,
    Pairs,
    LuckOfPairs,
    Over,
}

impl Tried {
    /// Whether it met all these troubles before.
    fn met_all(&self, troubles: &[Trouble]) -> bool {
        troubles.iter().all(|trouble| !trouble.is_harm() || self.met.contains(trouble))
    }

    /// Whether it leaves no harm where that is not known to be luck.
    fn is_promising(&self) -> bool {
        self.trial.effect.leaves_no_harm() && !self.beaten
    }
}

impl Rescue {
    /// Runs the script as it is, and plans the search. Without harm there is nothing to do.
    ///
    /// # Errors
    /// When the script cannot run, or Kafka refuses its settings.
    pub fn new(script: &Script) -> Result<Self, ScriptError> {
        let base = Base::new(script)?;
        let harmed = base.run.became.iter().filter(|became| became.is_harm()).count() as u32;
        let troubles: Vec<Trouble> =
            base.run.troubles.iter().copied().filter(|trouble| trouble.is_harm()).collect();
        let singles = Change::all().filter(|change| change.is_aimed_at(&troubles));
        let work: VecDeque<Work> = singles.map(|change| Work::Try(vec![change])).collect();
        let stage = if work.is_empty() { Stage::Over } else { Stage::Singles };
        let steps = u64::from(base.run.steps);
        let effort = Effort { steps, ..Effort::default() };
        let (trials, hard) = (Vec::new(), VecDeque::new());
        Ok(Self { base, harmed, work, stage, trials, hard, effort, done: 0 })
    }

    /// How many replays are done, and how many are planned so far.
    #[must_use]
    pub fn progress(&self) -> (u32, u32) {
        (self.done, self.done + self.work.len() as u32)
    }

    /// Does the next replay. Answers whether the search goes on.
    pub fn step(&mut self) -> bool {
        match self.work.pop_front() {
            Some(Work::Try(changes)) => self.attempt(&changes),
            Some(Work::Plan(trial, fault, most)) => self.plan(trial, fault, most),
            Some(Work::Strike(trial, moved)) => self.strike(trial, &moved),
            None => {}
        }
        self.done += 1;
        while self.work.is_empty() && self.stage != Stage::Over {
            self.next_stage();
        }
        self.stage != Stage::Over
    }

    /// Does the whole search.
    #[must_use]
    pub fn finish(mut self) -> Rescued {
        while self.step() {}
        self.rescued()
    }

    /// What is known so far.
    #[must_use]
    pub fn rescued(&self) -> Rescued {
        let answers = self.answers();
        let saved = answers.iter().any(|answer| answer.saves == Saves::All);
        let needs = |trouble: &Trouble| (!saved && trouble.is_harm()).then(|| trouble.needs());
        Rescued {
            harms: self.base.run.harms.clone(),
            harmed: self.harmed,
            price: self.base.run.price.clone(),
            answers,
            needs: self.base.run.troubles.iter().filter_map(needs).collect(),
            effort: self.effort,
        }
    }

    fn attempt(&mut self, changes: &[&'static Change]) {
        // Runs as long as this are not for a search while somebody waits.
        if self.effort.steps > TOO_LONG * STEPS_MAX {
            self.effort.left_out += 1;
            return;
        }
        *(if changes.len() == 1 { &mut self.effort.singles } else { &mut self.effort.pairs }) += 1;
        let is_known = |seen: &Seen| self.trials.iter().any(|tried| tried.trial.seen == *seen);
        if let Some(trial) = Trial::new(&self.base, changes, is_known) {
            self.effort.steps += u64::from(trial.run.steps);
            let beaten = trial.effect.leaves_no_harm() && self.is_beaten(&trial);
            self.trials.push(Tried { trial, luck: None, met: Vec::new(), beaten });
        }
    }

    /// Whether a trial fails at one of the moments at which others have failed.
    fn is_beaten(&mut self, trial: &Trial) -> bool {
        for at in 0..self.hard.len() {
            let Some(run) = self.hard[at].run(&trial.script) else { continue };
            self.effort.moments += 1;
            self.effort.steps += u64::from(run.steps);
            if !run.harms.is_none() {
                // It may be hard for others, too.
                self.hard.swap(0, at);
                return true;
            }
        }
        false
    }

    fn plan(&mut self, trial: usize, fault: Fault, most: u32) {
        if self.is_enough(trial) {
            return;
        }
        let found = moments(&self.trials[trial].trial.script, fault, most);
        self.effort.steps += u64::from(found.steps);
        self.trials[trial].luck.get_or_insert_default().of += found.of;
        found.tries.into_iter().rev().for_each(|moved| {
            self.work.push_front(Work::Strike(trial, moved));
        });
    }

    fn strike(&mut self, trial: usize, moved: &Moved) {
        if self.is_enough(trial) {
            return;
        }
        let tried = &mut self.trials[trial];
        let luck = tried.luck.get_or_insert_default();
        let Some(run) = moved.run(&tried.trial.script) else { return };
        self.effort.moments += 1;
        self.effort.steps += u64::from(run.steps);
        luck.tried += 1;
        luck.good += u32::from(run.harms.is_none());
        let kind = |hard: &Moved| hard.when.is_some() == moved.when.is_some();
        let is_new = !tried.met_all(&run.troubles) || !self.hard.iter().any(kind);
        if !run.harms.is_none() && is_new {
            self.hard.push_front(moved.clone());
            self.hard.truncate(HARD_MAX);
        }
        for trouble in run.troubles.into_iter().filter(|trouble| trouble.is_harm()) {
            if !tried.met.contains(&trouble) {
                tried.met.push(trouble);
            }
        }
    }

    /// Whether enough is known of that trial's luck, or there is no more time for it.
    fn is_enough(&self, trial: usize) -> bool {
        let Luck { good, tried, .. } = self.trials[trial].luck.unwrap_or_default();
        let over = self.effort.steps > STEPS_MAX && tried >= MOMENTS.0;
        over || (tried >= LUCKY.0 && tried - good >= LUCKY.1)
    }

    fn next_stage(&mut self) {
        self.stage = match self.stage {
            Stage::Singles => {
                self.plan_luck(1);
                Stage::LuckOfSingles
            }
            Stage::LuckOfSingles if self.is_sure() => Stage::Over,
            Stage::LuckOfSingles => {
                self.plan_pairs();
                Stage::Pairs
            }
            Stage::Pairs => {
                self.plan_luck(2);
                Stage::LuckOfPairs
            }
            Stage::LuckOfPairs | Stage::Over => Stage::Over,
        };
    }

    fn rank(&self, tried: &Tried) -> Rank {
        Rank::of(&tried.trial, tried.luck, self.harmed)
    }

    /// Whether something saves every harmed record whenever the faults strike.
    fn is_sure(&self) -> bool {
        self.trials.iter().any(|tried| tried.luck.is_some() && self.rank(tried).is_sure())
    }
}
