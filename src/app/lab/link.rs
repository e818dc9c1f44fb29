//! The way to the lab: starts and stops its jobs as the state asks.

use ackscope::script::Script;
use serde_json::{Value, json};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use yew::Callback;

use super::{JOBS, Job, Lab, LabMsg};
use crate::app::compare::{CompareMsg, Letter};
use crate::app::state::{Msg, State};

#[wasm_bindgen]
extern "C" {
    type Running;

    /// `static/boot.js` fetches `static/lab.js` and passes the request on.
    #[wasm_bindgen(js_namespace = ackscope, js_name = lab)]
    fn start(request: &str, say: &Closure<dyn FnMut(String, bool)>) -> Running;

    #[wasm_bindgen(method)]
    fn cancel(this: &Running);
}

/// The jobs that run, those of each world.
#[derive(Default)]
pub struct Link {
    jobs: [[Option<Started>; JOBS]; 2],
}

struct Started {
    /// Which question of which lab.
    question: (u32, u32),
    running: Running,
    _say: Closure<dyn FnMut(String, bool)>,
}

impl Link {
    /// Starts what is asked and does not run, and stops what runs and is not asked any more.
    pub fn follow(&mut self, state: &State, on: &Callback<Msg>) {
        for (letter, job) in Letter::ALL.iter().flat_map(|it| Job::ALL.map(|job| (*it, job))) {
            let slot = &mut self.jobs[letter as usize][job as usize];
            let asked = state.lab_of(letter).map(|(lab, run)| (lab, run, lab.asked(job)));
            let asked = asked.filter(|(.., asked)| asked.running);
            let wanted = asked.map(|(lab, _, asked)| (lab.number, asked.number));
            if slot.as_ref().map(|started| started.question) == wanted {
                continue;
            }
            if let Some(started) = slot.take() {
                started.running.cancel();
            }
            if let (Some(question), Some((lab, run, _))) = (wanted, asked) {
                let on = on.clone();
                let say = Closure::<dyn FnMut(String, bool)>::new(move |report, done| {
                    let heard = Msg::Lab(LabMsg::Heard(job, report, done));
                    on.emit(Msg::Compare(CompareMsg::Told(letter, Box::new(heard))));
                });
                let running = start(&request(lab, job, run), &say);
                *slot = Some(Started { question, running, _say: say });
            }
        }
    }
}

/// A question as the lab reads it.
fn request(lab: &Lab, job: Job, run: &Script) -> String {
    let asked = lab.asked(job);
    let run = asked.runs.first().unwrap_or(run);
    let script: Value = serde_json::from_str(&run.to_json()).unwrap_or_default();
    let about = &asked.about;
    let at_us = lab.strike_us;
    json!({ "job": job.name(), "script": script, "fault": about, "hazard": about, "runs": 10_000, "at_us": at_us })
        .to_string()
}
