//! The odds: closed forms, determinism, hazards, and two settings on the same seeds.

#[path = "odds/closed_form.rs"]
mod closed_form;
#[path = "odds/hazards.rs"]
mod hazards;
#[path = "odds/same_luck.rs"]
mod same_luck;
#[path = "odds/sums.rs"]
mod sums;

use ackscope::lab::hazard::Hazard;
use ackscope::lab::odds::Trials;
use ackscope::script::Script;
use serde_json::Value;

fn script(json: &Value) -> Script {
    Script::parse(&json.to_string()).unwrap_or_else(|error| panic!("{error}\n{json}"))
}

fn lesson() -> Script {
    let lesson = ackscope::lessons::find("acks-1-leader-dies").expect("the lesson");
    Script::parse(lesson.script).expect("a script")
}

fn hazard(text: &str) -> Hazard {
    Hazard::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn trials(script: &Script, text: &str) -> Trials {
    Trials::new(script, &hazard(text)).unwrap_or_else(|error| panic!("{error}"))
}
