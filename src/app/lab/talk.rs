//! What the user says to the lab, and what the page does with its answers.

use ackscope::script::Script;

use super::{Job, LabMsg};
use crate::app::panes::Sight;
use crate::app::state::{Asks, PAINT, State};

impl State {
    /// What the user asks the lab, and what it says.
    pub fn ask_lab(&mut self, msg: LabMsg) -> Asks {
        match msg {
            LabMsg::Ask(Job::Odds, _) => {
                self.lab.ask(Job::Odds, self.lab.hazard().text(), self.player.script());
            }
            LabMsg::Ask(job, about) => self.lab.ask(job, about.to_owned(), self.player.script()),
            LabMsg::Prove => {
                self.lab.proves = true;
                if self.lab.asked(Job::Faults).number == 0 {
                    self.lab.ask(Job::Faults, String::new(), self.player.script());
                }
                self.prove();
            }
            LabMsg::Fault(Some(fault)) => self.lab.ask(Job::Danger, fault, self.player.script()),
            LabMsg::Fault(None) => self.lab.forget(Job::Danger),
            LabMsg::Hazard(hazard) => self.lab.set_hazard(&hazard),
            LabMsg::Stop(job) => self.lab.stop(job),
            LabMsg::Again(job) => {
                self.lab.ask(job, self.lab.asked(job).about.clone(), self.player.script());
            }
            LabMsg::Heard(job, report, done) => {
                self.lab.heard(job, &report, done);
                match job {
                    Job::Lessons => return self.want_lessons(),
                    Job::Faults => self.prove(),
                    Job::Strike if done => self.see(Job::Danger, self.lab.script(job, 0)),
                    _ => {}
                }
            }
            LabMsg::Open(job, at) => {
                if let (Job::Danger, Some(at_us)) = (job, self.lab.worst_us()) {
                    self.lab.strike_us = at_us;
                }
                self.see(job, self.lab.script(job, at));
            }
            LabMsg::Strike(at_us) => {
                let danger = self.lab.asked(Job::Danger);
                let (fault, run) = (danger.about.clone(), danger.runs.first().cloned());
                self.lab.strike_us = at_us;
                if let Some(run) = run {
                    self.lab.ask(Job::Strike, fault, &run);
                }
            }
        }
        Asks { lab: true, ..PAINT }
    }

    /// Opens a run that an answer speaks of, where there is something to see.
    fn see(&mut self, job: Job, run: Option<Script>) {
        let Some(run) = run else { return };
        self.lab.opened(job, run.clone());
        if self.player.set(run).is_err() {
            return;
        }
        self.changed();
        self.panes.sought = Some(Sight::Stage);
        match job {
            // Another run than the one before.
            Job::Promises | Job::Check => self.begin(),
            Job::Danger => {
                self.playing = false;
                self.seek(self.lab.strike_us);
            }
            _ => {}
        }
    }
}
