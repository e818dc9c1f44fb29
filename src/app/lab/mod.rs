//! What the page asks the lab, and what it has heard so far. Pure: `link.rs` does the asking.
//!
//! The lab is a program of its own that is loaded when it is first asked (`src/worker`). It answers
//! in JSON; a script among the answers is only read when somebody wants to see its run.

pub mod danger;
mod hazard;
pub mod link;
pub mod odds;
pub mod proof;
pub mod rescue;
mod talk;

pub use hazard::{Hazard, HazardMsg};

use ackscope::script::Script;
use serde_json::Value;

use super::shown::Shared;

/// How many kinds of questions there are.
pub const JOBS: usize = 10;

/// What the lab can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// What would have saved the records?
    Rescue,
    /// Which faults fit the run?
    Faults,
    /// When is a fault dangerous?
    Danger,
    /// How likely is harm?
    Odds,
    /// Which lessons are there?
    Lessons,
    /// What do the settings promise?
    Promises,
    /// Would monitoring have noticed?
    Monitoring,
    /// What do Kafka's metrics say?
    Metrics,
    /// What if the fault of the danger map strikes at this moment?
    Strike,
    /// What do properties files risk, and what would be better?
    Check,
}

impl Job {
    /// All of them.
    pub const ALL: [Self; JOBS] = [
        Self::Rescue,
        Self::Faults,
        Self::Danger,
        Self::Odds,
        Self::Lessons,
        Self::Promises,
        Self::Monitoring,
        Self::Metrics,
        Self::Strike,
        Self::Check,
    ];

    /// As the lab calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rescue => "rescue",
            Self::Faults => "faults",
            Self::Danger => "danger",
            Self::Odds => "odds",
            Self::Lessons => "lessons",
            Self::Promises => "promises",
            Self::Monitoring => "monitoring",
            Self::Metrics => "metrics",
            Self::Strike => "strike",
            Self::Check => "check",
        }
    }
}

/// What the user or the lab says.
#[derive(Clone, Debug, PartialEq)]
pub enum LabMsg {
    /// The user asks; with the fault or the hazard, if the job has one.
    Ask(Job, &'static str),
    /// The user wants to see the run's own fault tried at every moment; where two worlds are
    /// compared, in both.
    Prove,
    /// The user chose a fault; none takes the map away.
    Fault(Option<String>),
    /// The user chose a hazard.
    Hazard(HazardMsg),
    /// The user has enough.
    Stop(Job),
    /// The user wants to know more of what was stopped: of the run that is on the page now.
    Again(Job),
    /// The lab says what it knows, and whether that is all.
    Heard(Job, String, bool),
    /// The user wants to see a run that the lab has found, by its place in the answer.
    Open(Job, usize),
    /// The user wants to see the fault of the danger map strike at that moment.
    Strike(u64),
}

/// A question, as long as it stands.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Counts the questions: another number is another question. 0 is none.
    pub number: u32,
    /// The fault or the hazard.
    pub about: String,
    /// What is known.
    pub report: Shared<Value>,
    /// Whether the lab is still at it.
    pub running: bool,
    /// The run that it is about, and those that were opened from the answer: whoever comes back
    /// finds the answer.
    pub runs: Vec<Script>,
}

/// All questions.
#[derive(Clone, Debug, Default)]
pub struct Lab {
    /// Which lab it is: that of a second world has another number.
    pub number: u32,
    /// Whether a fault is to be tried as soon as it is known which there are.
    pub proves: bool,
    asked: [Asked; JOBS],
    count: u32,
    hazard: Hazard,
    /// The moment at which a fault was last seen to strike.
    pub strike_us: u64,
}

impl Lab {
    /// The lab of a world that begins as a copy: what is asked of one run is asked of the other, and
    /// answered anew.
    #[must_use]
    pub fn fork(&self, script: &Script) -> Self {
        let mut fork = Self { number: self.number + 1, ..self.clone() };
        fork.changed(script);
        // That of files is asked once.
        fork.stop(Job::Check);
        fork
    }

    /// What was asked of a job.
    #[must_use]
    pub fn asked(&self, job: Job) -> &Asked {
        &self.asked[job as usize]
    }

    /// The hazard of the odds.
    #[must_use]
    pub fn hazard(&self) -> &Hazard {
        &self.hazard
    }

    /// Chooses another hazard, or another rate.
    pub fn set_hazard(&mut self, hazard: &HazardMsg) {
        self.hazard.set(hazard);
    }

    /// Asks about a run.
    pub fn ask(&mut self, job: Job, about: String, run: &Script) {
        self.count += 1;
        let (number, runs) = (self.count, vec![run.clone()]);
        let report = Shared::default();
        self.asked[job as usize] = Asked { number, about, report, running: true, runs };
    }

    /// Forgets a question and its answer.
    pub fn forget(&mut self, job: Job) {
        self.asked[job as usize] = Asked::default();
    }

    /// Lets the lab stop, and keeps what it has said.
    pub fn stop(&mut self, job: Job) {
        self.asked[job as usize].running = false;
    }

    /// Hears a report.
    pub fn heard(&mut self, job: Job, report: &str, done: bool) {
        let asked = &mut self.asked[job as usize];
        if asked.running {
            asked.report = Shared::new(serde_json::from_str(report).unwrap_or_default());
            asked.running = !done;
        }
    }

    /// The run is another one: what is drawn beside it is asked anew, other answers are about a run
    /// that is gone.
    pub fn changed(&mut self, run: &Script) {
        for job in Job::ALL {
            let asked = self.asked(job);
            if asked.number == 0 || asked.runs.contains(run) {
                continue;
            }
            match job {
                Job::Lessons | Job::Check => {}
                // The fault may be none of its own any more.
                Job::Danger if asked.about.starts_with(OWN) && !does_the_same(asked, run) => {
                    self.forget(job);
                }
                Job::Faults | Job::Danger | Job::Metrics => {
                    self.ask(job, self.asked(job).about.clone(), run);
                }
                _ => self.forget(job),
            }
        }
    }

    /// A run is opened that an answer speaks of.
    pub fn opened(&mut self, job: Job, run: Script) {
        self.asked[job as usize].runs.push(run);
    }

    /// The fault that one asks about first: the first one of the run's own, else that of its leader.
    /// Known when the lab has told which faults there are.
    #[must_use]
    pub fn first_fault(&self) -> Option<&str> {
        self.asked(Job::Faults).report["groups"][0]["faults"][0]["fault"].as_str()
    }

    /// When the fault of the danger map does the most harm.
    #[must_use]
    pub fn worst_us(&self) -> Option<u64> {
        self.asked(Job::Danger).report["worst"]["at_us"].as_u64()
    }

    /// The script of a run that the lab has found.
    #[must_use]
    pub fn script(&self, job: Job, at: usize) -> Option<Script> {
        let report = &self.asked(job).report;
        let script = match job {
            Job::Rescue => &report["answers"][at]["script"],
            Job::Promises => &report["broken"][at]["script"],
            Job::Check => {
                let broken = report["broken"].as_array().map_or(0, Vec::len);
                let left = || &report["left"][at - broken]["script"];
                if at < broken { &report["broken"][at]["script"] } else { left() }
            }
            Job::Strike => &report["script"],
            _ => &report["worst"]["script"],
        };
        Script::parse(&script.to_string()).ok()
    }
}

/// What the lab calls a fault of a script's own begins so.
const OWN: &str = "own:";

/// Whether a run has the actions of the one that was asked about, whenever they come.
fn does_the_same(asked: &Asked, run: &Script) -> bool {
    let deeds =
        |script: &Script| script.actions.iter().map(|it| it.what.clone()).collect::<Vec<_>>();
    asked.runs.first().is_some_and(|first| deeds(first) == deeds(run))
}

impl Asked {
    /// Why the lab cannot say anything.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.report["error"].as_str()
    }

    /// Whether it was stopped before it was over.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.number > 0 && !self.running && self.error().is_none() && self.per_cent() < 100
    }

    /// How much is done, in per cent; what does not say is done at once.
    #[must_use]
    pub fn per_cent(&self) -> u64 {
        let (done, all) = (&self.report["done"], &self.report["all"]);
        if all.is_null() && self.report.is_object() {
            return 100;
        }
        done.as_u64().unwrap_or(0) * 100 / all.as_u64().unwrap_or(1).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_waits_for_is_not_heard() {
        let mut lab = Lab::default();
        lab.heard(Job::Rescue, r#"{"done": 1}"#, false);
        assert_eq!(*lab.asked(Job::Rescue).report, Value::Null);
        lab.ask(Job::Rescue, String::new(), &script());
        lab.heard(Job::Rescue, r#"{"done": 1, "all": 4}"#, false);
        assert_eq!(lab.asked(Job::Rescue).per_cent(), 25);
        lab.stop(Job::Rescue);
        lab.heard(Job::Rescue, r#"{"done": 2, "all": 4}"#, false);
        assert_eq!(lab.asked(Job::Rescue).per_cent(), 25);
    }

    fn script() -> Script {
        Script::parse(ackscope::lessons::FIRST.script).expect("a script")
    }

    #[test]
    fn whoever_comes_back_from_a_run_that_was_opened_finds_the_answer() {
        let (mut lab, home) = (Lab::default(), script());
        lab.ask(Job::Promises, String::new(), &home);
        let witness = Script { actions: Vec::new(), ..home.clone() };
        lab.opened(Job::Promises, witness.clone());
        for script in [&witness, &home] {
            lab.changed(script);
            assert_eq!(lab.asked(Job::Promises).number, 1);
        }
        lab.changed(&Script { seed: 7, ..home });
        assert_eq!(lab.asked(Job::Promises).number, 0);
    }

    #[test]
    fn a_fault_of_the_runs_own_is_kept_as_long_as_it_is_one() {
        let mut lab = Lab::default();
        lab.ask(Job::Danger, "own:0".to_owned(), &script());
        lab.changed(&Script { seed: 7, ..script() });
        assert_eq!(lab.asked(Job::Danger).about, "own:0");
        let mut others = script();
        others.actions.remove(0);
        lab.changed(&others);
        assert_eq!(lab.asked(Job::Danger).number, 0);
    }

    #[test]
    fn another_run_keeps_the_fault_and_forgets_the_answers() {
        let mut lab = Lab::default();
        lab.ask(Job::Danger, "crash:leader".to_owned(), &script());
        lab.ask(Job::Rescue, String::new(), &script());
        let before = lab.asked(Job::Danger).number;
        lab.changed(&Script { seed: 7, ..script() });
        let danger = lab.asked(Job::Danger);
        assert_eq!(danger.about, "crash:leader");
        assert!(danger.number > before && danger.running);
        assert_eq!(lab.asked(Job::Rescue).number, 0);
    }
}
