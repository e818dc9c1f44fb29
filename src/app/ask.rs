//! Questions to the lab that are not about many runs: texts, properties files, client code. Pure but
//! for [`Link`], which does the asking.

use std::rc::Rc;

use serde_json::{Value, json};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use yew::Callback;

use super::state::{Asks, Msg, RENDER, State};

#[wasm_bindgen]
extern "C" {
    type Answering;

    /// `static/boot.js` fetches `static/lab.js` and passes the request on.
    #[wasm_bindgen(js_namespace = ackscope, js_name = lab)]
    fn start(request: &str, say: &Closure<dyn FnMut(String, bool)>) -> Answering;

    #[wasm_bindgen(method)]
    fn cancel(this: &Answering);
}

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// What settings and faults do: the same for all scripts, so that it is asked once.
    Texts,
    /// The stage at a moment, as SVG.
    Still,
    /// What is wrong with properties files.
    Files,
    /// The settings as such files, and as code of clients.
    Out,
}

const TOPICS: [Topic; 4] = [Topic::Texts, Topic::Still, Topic::Files, Topic::Out];

/// A question and its answer.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What is asked; empty without a question.
    request: String,
    /// The answer; that to the question before stays until the new one is there.
    pub answer: Rc<Value>,
    /// Whether the answer is still to come.
    pub waiting: bool,
}

/// All questions.
#[derive(Clone, Debug, Default)]
pub struct Questions([Asked; TOPICS.len()]);

impl Questions {
    /// What was asked and answered.
    #[must_use]
    pub fn about(&self, topic: Topic) -> &Asked {
        &self.0[topic as usize]
    }

    /// Asks, unless it was asked in these words already.
    fn ask(&mut self, topic: Topic, request: String) {
        let asked = &mut self.0[topic as usize];
        if asked.request != request {
            asked.request = request;
            asked.waiting = true;
        }
    }

    fn heard(&mut self, topic: Topic, answer: &str) {
        let asked = &mut self.0[topic as usize];
        asked.answer = Rc::new(serde_json::from_str(answer).unwrap_or_default());
        asked.waiting = false;
        // After a failure it may be asked again.
        if asked.answer["error"].is_string() {
            asked.request.clear();
        }
    }
}

impl State {
    /// Asks the lab what there is to know about a topic now.
    pub fn ask(&mut self, topic: Topic) -> Asks {
        let request = match topic {
            Topic::Texts => json!({ "job": "texts" }),
            // It takes a size to ask for one (`export.rs`).
            Topic::Still => return RENDER,
            Topic::Files => self.files.question(self.player.script()),
            Topic::Out => self.files.export(self.player.script()),
        };
        self.ask_for(topic, request)
    }

    /// Asks the lab in these words.
    pub fn ask_for(&mut self, topic: Topic, request: Value) -> Asks {
        self.questions.ask(topic, request.to_string());
        Asks { lab: true, ..RENDER }
    }

    /// The lab answers.
    pub fn answered(&mut self, topic: Topic, answer: &str) -> Asks {
        self.questions.heard(topic, answer);
        self.exported();
        if topic == Topic::Files {
            // Messages name files as the page does.
            if self.files.heard(&self.questions.about(topic).answer) {
                return self.ask_about_files();
            }
            self.check_files();
        }
        Asks { lab: true, ..RENDER }
    }
}

/// The way to the lab.
#[derive(Default)]
pub struct Link([Option<Started>; TOPICS.len()]);

struct Started {
    request: String,
    running: Answering,
    _say: Closure<dyn FnMut(String, bool)>,
}

impl Link {
    /// Asks what is not answered yet, and no more what nobody waits for.
    pub fn follow(&mut self, state: &State, on: &Callback<Msg>) {
        for topic in TOPICS {
            let asked = state.questions.about(topic);
            let slot = &mut self.0[topic as usize];
            let wanted = asked.waiting.then_some(&asked.request);
            if slot.as_ref().map(|started| &started.request) == wanted {
                continue;
            }
            if let Some(started) = slot.take() {
                started.running.cancel();
            }
            if let Some(request) = wanted {
                let on = on.clone();
                let say = Closure::<dyn FnMut(String, bool)>::new(move |answer, done| {
                    if done {
                        on.emit(Msg::Answered(topic, answer));
                    }
                });
                let running = start(request, &say);
                *slot = Some(Started { request: request.clone(), running, _say: say });
            }
        }
    }
}
