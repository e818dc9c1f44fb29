//! The way to the lab: starts and stops its jobs as the state asks.

use serde_json::{Value, json};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use yew::Callback;

use super::{JOBS, Job, Lab, LabMsg};
use crate::app::compare::Letter;
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

/// The jobs that run.
#[derive(Default)]
pub struct Link {
    jobs: [Option<Started>; JOBS],
}

struct Started {
    /// Which question in which world.
    question: (Letter, u32),
    running: Running,
    _say: Closure<dyn FnMut(String, bool)>,
}

impl Link {
    /// Starts what is asked and does not run, and stops what runs and is not asked any more.
    pub fn follow(&mut self, state: &State, on: &Callback<Msg>) {
        for job in Job::ALL {
            let asked = state.lab.asked(job);
            let wanted = asked.running.then_some((state.letter(), asked.number));
            let slot = &mut self.jobs[job as usize];
            if slot.as_ref().map(|started| started.question) == wanted {
                continue;
            }
            if let Some(started) = slot.take() {
                started.running.cancel();
            }
            if let Some(question) = wanted {
                let on = on.clone();
                let say = Closure::<dyn FnMut(String, bool)>::new(move |report, done| {
                    on.emit(Msg::Lab(LabMsg::Heard(job, report, done)));
                });
                let running = start(&request(&state.lab, job, state), &say);
                *slot = Some(Started { question, running, _say: say });
            }
        }
    }
}

/// A question as the lab reads it.
fn request(lab: &Lab, job: Job, state: &State) -> String {
    let asked = lab.asked(job);
    let run = asked.runs.first().unwrap_or_else(|| state.player.script());
    let script: Value = serde_json::from_str(&run.to_json()).unwrap_or_default();
    let about = &asked.about;
    let at_us = lab.strike_us;
    json!({ "job": job.name(), "script": script, "fault": about, "hazard": about, "runs": 10_000, "at_us": at_us })
        .to_string()
}
