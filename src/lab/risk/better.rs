//! Better settings: which changes of the given files, and which beside them, leave less that can go
//! wrong.
//!
//! First the settings are put to the test as they are. Then each change that fits the files is tried
//! with every fault at some moments, and the one that leaves the fewest ways to harm a record is made;
//! so again, until none helps any more. What comes of it is put to the whole test. At last the changes
//! of what no file is about are tried in the same way: they are advice.
//!
//! A way is a fault together with what it does. What one fault does counts before what several do at
//! once, and a loss before a duplicate, that before a wrong order, a ghost, a refusal; of several
//! faults only what they lose and duplicate. A change that helps nothing at first is not tried again.

use std::collections::VecDeque;

use super::{Harm, Reach, Report, Risk, given};
use crate::lab::change::{Change, differences};
use crate::script::files::PropertiesFile;
use crate::script::properties::Scope;
use crate::script::{Resolved, Script, ScriptError, Version};

/// At how many moments each fault is tried to weigh a change.
const MOMENTS: u32 = 12;
/// How many changes are made in the files, and advised beside them, at most.
const ROUNDS: [usize; 2] = [5, 2];

/// In how many ways records come to harm: by one fault, then by several, each by its kind.
type Ways = [[u32; Harm::KINDS.len()]; 2];

/// A search for better settings.
#[derive(Clone, Debug)]
pub struct Better {
    /// What nobody said and the workload takes for granted.
    pub assumed: Vec<String>,
    scopes: Vec<Scope>,
    before: Risk,
    after: Option<Risk>,
    /// The script with the changes in the files, and with those beside them.
    now: Script,
    beside: Script,
    /// The changes that were made, in the files and beside them.
    made: [Vec<&'static Change>; 2],
    part: Part,
    trying: Option<Trying>,
    queue: VecDeque<&'static Change>,
    ways: Option<Ways>,
    best: Option<Trying>,
    /// What has helped so far, in the round that is being tried.
    helpful: Vec<&'static Change>,
    done: u32,
    planned: u32,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The settings as they are.
    Before,
    /// Changes of the files.
    Files,
    /// The settings with them.
    After,
    /// Changes beside the files.
    Beside,
    /// Nothing any more.
    Over,
}

/// A change that is weighed; without one it is what there is.
#[derive(Clone, Debug)]
struct Trying {
    change: Option<&'static Change>,
    script: Script,
    risk: Risk,
    ways: Ways,
}

impl Better {
    /// Prepares the search for the settings of some files.
    ///
    /// # Errors
    /// When Kafka refuses them.
    pub fn new(kafka: Version, files: &[PropertiesFile]) -> Result<Self, ScriptError> {
        let (script, assumed) = given(kafka, files);
        let before = Risk::new(&script)?;
        let mut scopes: Vec<Scope> = files.iter().map(|file| file.scope).collect();
        scopes.dedup();
        Ok(Self {
            assumed,
            scopes,
            after: None,
            now: script.clone(),
            beside: script,
            made: [Vec::new(), Vec::new()],
            part: Part::Before,
            trying: None,
            queue: VecDeque::new(),
            ways: None,
            best: None,
            helpful: Vec::new(),
            done: 0,
            planned: before.steps() * 3,
            before,
        })
    }

    /// What is being done, how many faults were tried, and how many are going to be as far as is known.
    #[must_use]
    pub fn progress(&self) -> (Part, u32, u32) {
        (self.part, self.done, self.planned.max(self.done))
    }

    /// What the settings risk as they are, as far as it is known.
    #[must_use]
    pub fn before(&self) -> Report {
        self.before.report()
    }

    /// What they risk with the changes; nothing before that is put to the test.
    #[must_use]
    pub fn after(&self) -> Option<Report> {
        self.after.as_ref().map(Risk::report)
    }

    /// The changes of the files.
    #[must_use]
    pub fn changes(&self) -> &[&'static Change] {
        &self.made[0]
    }

    /// The changes beside them.
    #[must_use]
    pub fn advice(&self) -> &[&'static Change] {
        &self.made[1]
    }

    /// The small run with the settings as they are, and with the changes of the files.
    #[must_use]
    pub fn scripts(&self) -> [&Script; 2] {
        [&self.before.script, &self.now]
    }

    /// Tries a few more moments. Answers whether there is more to do.
    pub fn step(&mut self) -> bool {
        let whole = match self.part {
            Part::Before => Some(&mut self.before),
            Part::After => self.after.as_mut(),
            _ => None,
        };
        match (whole, &mut self.trying) {
            (Some(risk), _) => {
                let done = risk.done();
                let more = risk.step();
                self.done += risk.done() - done;
                if !more {
                    self.go_on();
                }
            }
            (None, Some(trying)) => {
                let done = trying.risk.done();
                let more = trying.risk.step();
                self.done += trying.risk.done() - done;
                if !more {
                    self.weigh();
                }
            }
            (None, None) => self.try_next(),
        }
        self.part != Part::Over
    }

    /// Makes the whole search.
    #[must_use]
    pub fn finish(mut self) -> Self {
        while self.step() {}
        self
    }

    /// To the next part.
    fn go_on(&mut self) {
        self.part = match self.part {
            Part::Before => Part::Files,
            Part::Files => {
                self.beside = self.now.clone();
                self.after = Risk::new(&self.now).ok().filter(|_| !self.made[0].is_empty());
                if self.after.is_some() { Part::After } else { Part::Beside }
            }
            Part::After => Part::Beside,
            Part::Beside | Part::Over => Part::Over,
        };
        (self.ways, self.best) = (None, None);
        self.queue.clear();
        self.helpful.clear();
    }

    /// Which changes, and the script that they are made to.
    fn round(&self) -> (usize, &Script) {
        if self.part == Part::Files { (0, &self.now) } else { (1, &self.beside) }
    }

    /// Begins to weigh the next change. When all are weighed the best one is made, or there is none.
    fn try_next(&mut self) {
        let (which, script) = self.round();
        let mut script = script.clone();
        if self.ways.is_none() {
            self.trying = Trying::new(None, script);
            if self.trying.is_none() {
                self.go_on();
            }
            return;
        }
        if let Some(change) = self.queue.pop_front() {
            change.apply(&mut script);
            self.trying = Trying::new(Some(change), script);
            return;
        }
        match self.best.take().filter(|_| self.made[which].len() < ROUNDS[which]) {
            Some(Trying { change, script, ways, .. }) => {
                self.made[which].extend(change);
                *(if which == 0 { &mut self.now } else { &mut self.beside }) = script;
                self.ways = Some(ways);
                let helpful = std::mem::take(&mut self.helpful);
                self.plan(helpful.into_iter());
            }
            None => self.go_on(),
        }
    }

    /// What was tried is weighed against what there is, and against the best so far.
    fn weigh(&mut self) {
        let Some(mut trying) = self.trying.take() else { return };
        trying.ways = ways(&trying.risk);
        let Some(now) = self.ways else {
            self.ways = Some(trying.ways);
            self.plan(Change::all());
            return;
        };
        self.helpful.extend(trying.change.filter(|_| trying.ways < now));
        let best = self.best.as_ref().map_or(now, |best| best.ways);
        if trying.ways < best {
            self.best = Some(trying);
        }
    }

    /// Of some changes those that are to be weighed.
    fn plan(&mut self, all: impl Iterator<Item = &'static Change>) {
        let (which, script) = self.round();
        let (made, Ok(resolved)) = (&self.made[which], script.resolve()) else { return };
        let harmful = self.ways.is_some_and(|ways| ways != Ways::default());
        let fits = |change: &&Change| {
            harmful && !made.contains(change) && self.fits(change, script, &resolved, which == 0)
        };
        self.queue = all.filter(fits).collect();
        self.planned = self.done + self.before.steps() * (self.queue.len() as u32 + 1);
    }

    /// Whether a change is one of settings that changes something, all of it in the files or all of it
    /// beside them.
    fn fits(&self, change: &Change, script: &Script, known: &Resolved, in_files: bool) -> bool {
        let mut changed = script.clone();
        change.apply(&mut changed);
        let is_other = changed.resolve().is_ok_and(|resolved| resolved != *known);
        let has = |scope: Option<Scope>| scope.is_some_and(|scope| self.scopes.contains(&scope));
        let all = differences(script, &changed);
        !change.code && is_other && all.iter().all(|it| has(scope(&it.place)) == in_files)
    }
}

/// Whose properties stand at a place of a script, if that is where properties stand.
fn scope(place: &str) -> Option<Scope> {
    match place.split(['[', '.']).next()? {
        _ if !place.ends_with(".config") => None,
        "producers" => Some(Scope::Producer),
        "groups" => Some(Scope::Consumer),
        "topics" => Some(Scope::Topic),
        _ => Some(Scope::Broker),
    }
}

impl Trying {
    fn new(change: Option<&'static Change>, script: Script) -> Option<Self> {
        let risk = Risk::new(&script).ok()?.at_most(MOMENTS);
        Some(Self { change, script, risk, ways: Ways::default() })
    }
}

/// In how many ways the records of a search came to harm.
fn ways(risk: &Risk) -> Ways {
    let mut ways = Ways::default();
    for tried in risk.tried.iter().filter(|tried| !tried.trial.hands_off) {
        let several = usize::from(tried.trial.reach == Reach::Several);
        for done in &tried.done {
            let kind = Harm::KINDS.iter().position(|kind| *kind == done.harm.kind).unwrap_or(0);
            ways[several][kind] += u32::from(several == 0 || kind < 2);
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searched(text: &str) -> Better {
        let file = PropertiesFile::read("producer.properties", text, None).expect("a file");
        Better::new(Version::default(), &[file]).expect("settings").finish()
    }

    fn loses(report: &Report) -> bool {
        report.broken.iter().any(|broken| broken.harm.kind == "lost" && broken.is_plain())
    }

    #[test]
    fn an_application_that_waits_for_the_leader_only_and_never_tries_again_gets_a_better_file() {
        let better = searched("acks=1\nretries=0\n");
        assert!(loses(&better.before()));
        let after = better.after().expect("something is changed");
        let made: Vec<&str> = better.changes().iter().map(|change| change.text).collect();
        assert!(!loses(&after), "{made:?}");
        // What is changed in the file is of the producer alone.
        let [before, now] = better.scripts();
        let all = differences(before, now);
        assert!(all.iter().all(|it| scope(&it.place) == Some(Scope::Producer)), "{all:?}");
    }

    #[test]
    fn where_one_fault_alone_does_nothing_bad_nothing_is_taken_away() {
        let better = searched("acks=all\nenable.idempotence=true\n");
        assert!(!loses(&better.before()));
        let [before, now] = better.scripts();
        let all = differences(before, now);
        assert!(
            all.iter().all(|it| it.name != "acks" && it.name != "enable.idempotence"),
            "{all:?}"
        );
    }
}
