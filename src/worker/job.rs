//! The lab's jobs, each with what it tells the page: the library's own reports, and with each run
//! that was found its script.

use ackscope::lab::Rescue;
use ackscope::lessons::{self, Checked};
use ackscope::script::Script;
use serde::Serialize;
use serde_json::{Value, json};

/// Something that goes on step by step.
pub trait Work {
    /// Does a little more. Answers whether there is more to do.
    fn step(&mut self) -> bool;

    /// What is known so far, with `done` and `all` as the progress.
    fn report(&self) -> Value;
}

/// Makes a job, or says what is wrong with its script.
pub type Begun = Result<Box<dyn Work>, String>;

/// A report of the library's.
pub fn value(report: impl Serialize) -> Value {
    serde_json::to_value(report).unwrap_or_default()
}

/// A script as it is told.
pub fn script_value(script: &Script) -> Value {
    serde_json::from_str(&script.to_json()).unwrap_or_default()
}

/// What would have saved the records.
pub fn rescue(script: &Script) -> Begun {
    let rescue = Rescue::new(script).map_err(|error| error.to_string())?;
    Ok(Box::new(Rescuing { rescue, script: script.clone() }))
}

struct Rescuing {
    rescue: Rescue,
    script: Script,
}

impl Work for Rescuing {
    fn step(&mut self) -> bool {
        self.rescue.step()
    }

    fn report(&self) -> Value {
        let rescued = self.rescue.rescued();
        let mut report = value(&rescued);
        let (done, all) = self.rescue.progress();
        report["done"] = done.into();
        report["all"] = all.into();
        for (answer, told) in
            rescued.answers.iter().zip(report["answers"].as_array_mut().into_iter().flatten())
        {
            let mut changed = self.script.clone();
            answer.apply(&mut changed);
            told["script"] = script_value(&changed);
        }
        report
    }
}

/// The lessons, each with its script.
pub fn lessons() -> Box<dyn Work> {
    let all = lessons::ALL.iter().map(|lesson| {
        let name = Script::parse(lesson.script).map(|script| script.name).unwrap_or_default();
        let Checked { recording, kafka } = lesson.checked;
        let checked = json!({ "recording": recording, "kafka": kafka });
        json!({
            "id": lesson.id,
            "name": name,
            "about": lesson.about,
            "script": lesson.script,
            "checked": checked,
        })
    });
    Box::new(Known(json!({ "lessons": all.collect::<Vec<Value>>() })))
}

/// What is known from the beginning.
pub fn known(answer: Value) -> Box<dyn Work> {
    Box::new(Known(answer))
}

struct Known(Value);

impl Work for Known {
    fn step(&mut self) -> bool {
        false
    }

    fn report(&self) -> Value {
        self.0.clone()
    }
}
