//! What is tried next, and what is answered in which order.

use super::answer::Rank;
use super::moments::{Moved, faults};
use super::trial::{Effect, Trial};
use super::{
    ANSWERS_MAX, Answer, CHECKED, Change, FAULTS_MAX, Luck, MOMENTS, PAIRS, Rescue, STEPS_MAX,
    Stage, Tried, Trouble, Work,
};

impl Rescue {
    /// Plans the moments for the best of the trials with so many changes.
    pub(super) fn plan_luck(&mut self, changes: usize) {
        let mut best: Vec<(Rank, usize)> = Vec::new();
        for (at, tried) in self.trials.iter().enumerate() {
            let fits = tried.is_promising() && tried.trial.changes.len() == changes;
            if fits && !self.is_redundant(tried) {
                best.push((self.rank(tried), at));
            }
        }
        best.sort_unstable();
        let left = STEPS_MAX.saturating_sub(self.effort.steps);
        let runs = (left / u64::from(self.base.run.steps.max(1))) as u32;
        let (least, most) = MOMENTS;
        best.truncate(CHECKED.min((runs / least).max(1) as usize));
        let each = (runs / best.len().max(1) as u32).clamp(least, most);
        for (_, at) in best {
            self.plan_luck_of(at, each);
        }
    }

    fn plan_luck_of(&mut self, at: usize, most: u32) {
        let Trial { script, run, .. } = &self.trials[at].trial;
        let mut faults = faults(script, run);
        self.trials[at].luck = Some(Luck::default());
        let Trial { script, pins, .. } = &self.trials[at].trial;
        let mut work = Vec::new();
        // At the times at which they strike as it is, where that is not so already.
        let waits = script.actions.iter().any(|action| action.when.is_some());
        if waits && pins.is_empty() {
            let pins = self.base.all_pins();
            work.push(Work::Strike(at, Moved { pins, when: None }));
            self.trials[at].luck = Some(Luck { of: 1, ..Luck::default() });
        }
        faults.truncate(FAULTS_MAX);
        let each = (most / faults.len().max(1) as u32).max(1);
        work.extend(faults.into_iter().map(|fault| Work::Plan(at, fault, each)));
        self.work.extend(work);
    }

    /// Plans pairs of changes of which neither is known to be enough. Those come first whose first
    /// one does most alone, and whose second one is aimed at what the first one leads to.
    pub(super) fn plan_pairs(&mut self) {
        let mut singles: Vec<(Effect, usize)> =
            self.trials.iter().enumerate().map(|(at, tried)| (tried.trial.effect, at)).collect();
        singles.sort_unstable();
        let mut pairs: Vec<[&'static Change; 2]> = Vec::new();
        for is_new in [true, false] {
            let seconds = singles.iter().map(|(_, at)| {
                let tried = &self.trials[*at];
                let troubles = self.troubles_of(tried, is_new);
                let aimed = Change::all().filter(|change| change.is_aimed_at(&troubles));
                aimed.map(|second| [tried.trial.changes[0], second]).collect()
            });
            for pair in in_turn(seconds.collect()) {
                let known = pairs.iter().any(|known| pair.iter().all(|one| known.contains(one)));
                if !known && pair[0] != pair[1] {
                    pairs.push(pair);
                }
            }
        }
        let left = STEPS_MAX.saturating_sub(self.effort.steps) / 2;
        let most = (left / u64::from(self.base.run.steps.max(1))) as usize;
        let most = most.clamp(PAIRS.0, PAIRS.1);
        self.effort.left_out += pairs.len().saturating_sub(most) as u32;
        self.work.extend(pairs.into_iter().take(most).map(|pair| Work::Try(pair.to_vec())));
    }

    /// The troubles that a change leads to, at its own moment or at others; or those that are there
    /// without it.
    fn troubles_of(&self, tried: &Tried, is_new: bool) -> Vec<Trouble> {
        let base = &self.base.run.troubles;
        if !is_new {
            return base.iter().copied().filter(|trouble| trouble.is_harm()).collect();
        }
        let after = tried.trial.run.troubles.iter().filter(|trouble| !base.contains(trouble));
        tried.met.iter().chain(after).copied().collect()
    }

    /// Whether one of its changes alone is known to be as good.
    fn is_redundant(&self, tried: &Tried) -> bool {
        let changes = &tried.trial.changes;
        let goodness = self.rank(tried).goodness();
        self.trials.iter().any(|part| {
            part.trial.changes.len() < changes.len()
                && part.trial.changes.iter().all(|change| changes.contains(change))
                && (part.luck.is_some() || !part.trial.effect.leaves_no_harm())
                && self.rank(part).goodness() <= goodness
        })
    }

    /// The answers in their order: what saves, what at least tells, what does so by luck; then, of
    /// changes alone, what trades one harm for another and what helps some records.
    pub(super) fn answers(&self) -> Vec<Answer> {
        let mut ranked: Vec<(Rank, &Tried)> = Vec::new();
        let is_checked = !matches!(self.stage, Stage::Singles | Stage::Pairs);
        for tried in &self.trials {
            let Tried { trial, luck, beaten, .. } = tried;
            let fits = match trial.effect {
                Effect::Saves | Effect::Tells => luck.is_some() || !is_checked && !beaten,
                Effect::Trades | Effect::Helps => trial.changes.len() == 1,
                Effect::Nothing => false,
            };
            if fits && !self.is_redundant(tried) {
                ranked.push((self.rank(tried), tried));
            }
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.truncate(ANSWERS_MAX);
        let answer = |(_, tried): (Rank, &Tried)| {
            Answer::of(&tried.trial, tried.luck, &self.base.script, self.harmed)
        };
        ranked.into_iter().map(answer).collect()
    }
}

/// One of each list in turn, until all are used up.
fn in_turn<T: Copy>(lists: Vec<Vec<T>>) -> impl Iterator<Item = T> {
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest)
        .flat_map(move |n| lists.iter().filter_map(|list| list.get(n).copied()).collect::<Vec<T>>())
}
