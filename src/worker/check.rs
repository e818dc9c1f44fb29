//! What properties files risk, and a better version of them: the library's search in words, and the
//! files line by line.

use ackscope::lab::risk::{Better, Broken, Part, Report, Semantics};
use ackscope::lab::{Change, differences};
use ackscope::script::Script;
use ackscope::script::files::PropertiesFile;
use ackscope::script::files::rewrite::{Line, joined, rewrite};
use ackscope::script::properties::Scope;
use serde_json::{Value, json};

use super::files;
use super::job::{Begun, Work, script_value};
use super::promises;

/// Puts the settings of files to the test and looks for better ones; `given` is a list of files as for
/// [`files::files`].
pub fn check(script: &Script, given: &str) -> Begun {
    let given: Value = serde_json::from_str(given).map_err(|error| error.to_string())?;
    let given = given.as_array().cloned().unwrap_or_default();
    let read: Result<Vec<PropertiesFile>, _> = given.iter().map(files::read).collect();
    let read = read.map_err(|problem| problem.to_string())?;
    let better = Better::new(script.kafka, &read).map_err(|error| error.to_string())?;
    Ok(Box::new(Checking { better, given, read, part: Part::Before, told: json!({}) }))
}

struct Checking {
    better: Better,
    given: Vec<Value>,
    read: Vec<PropertiesFile>,
    /// The part that the report is of.
    part: Part,
    told: Value,
}

impl Work for Checking {
    fn step(&mut self) -> bool {
        let more = self.better.step();
        if self.better.progress().0 != self.part {
            self.part = self.better.progress().0;
            self.tell();
        }
        more
    }

    fn report(&self) -> Value {
        let (part, done, all) = self.better.progress();
        let mut report = self.told.clone();
        report["done"] = done.into();
        report["all"] = if part == Part::Over { done } else { all.max(done + 1) }.into();
        report["part"] = match part {
            Part::Before => "before",
            Part::Files => "files",
            Part::After => "after",
            Part::Beside | Part::Over => "beside",
        }
        .into();
        report
    }
}

impl Checking {
    fn tell(&mut self) {
        let better = &self.better;
        let before = better.before();
        self.told = json!({
            "assumed": better.assumed,
            "before": told(&before),
            "changes": changes(better.changes()),
            "advice": changes(better.advice()),
            "beside": beside(better),
            "broken": before.broken.iter().map(promises::broken).collect::<Vec<Value>>(),
        });
        let tested = matches!(self.part, Part::Beside | Part::Over);
        if let Some(after) = better.after().filter(|_| tested) {
            self.told["after"] = told(&after);
            self.told["left"] = after.broken.iter().map(promises::broken).collect();
            self.told["files"] = self.files().into();
            self.told["pair"] = pair(&before, &after, better.changes());
        }
    }

    /// The files that change, line by line and as they are then.
    fn files(&self) -> Vec<Value> {
        let [before, now] = self.better.scripts();
        let all = differences(before, now);
        let better = |(at, file): (usize, &PropertiesFile)| {
            let own = all.iter().filter(|it| it.place == place(file.scope));
            let own = own.map(|it| (it.name.clone(), it.after.clone().map(plain)));
            let own: Vec<_> = own.collect();
            // Of several of a kind the last one counts.
            let is_last = self.read[at + 1..].iter().all(|other| other.scope != file.scope);
            let lines = rewrite(self.given[at]["text"].as_str().unwrap_or_default(), &own);
            let is_other = is_last && !own.is_empty();
            let told = lines.iter().map(line).collect::<Vec<_>>();
            let better =
                || json!({ "at": at, "name": file.name, "text": joined(&lines), "lines": told });
            is_other.then(better)
        };
        self.read.iter().enumerate().filter_map(better).collect()
    }
}

/// Where a script has the properties of the small run.
fn place(scope: Scope) -> &'static str {
    match scope {
        Scope::Producer => "producers[0].config",
        Scope::Consumer => "groups[0].config",
        Scope::Topic => "topics[0].config",
        Scope::Broker => "cluster.config",
    }
}

/// What stands in other files, as lines for each: the advice.
fn beside(better: &Better) -> Vec<Value> {
    let [_, now] = better.scripts();
    let mut advised = now.clone();
    better.advice().iter().for_each(|change| change.apply(&mut advised));
    let all = differences(now, &advised);
    let file = |scope: Scope| {
        let own = all.iter().filter(|it| it.place == place(scope));
        let lines =
            own.filter_map(|it| Some(format!("{}={}\n", it.name, plain(it.after.clone()?))));
        let text: String = lines.collect();
        (!text.is_empty())
            .then(|| json!({ "name": format!("{}.properties", scope.word()), "text": text }))
    };
    Scope::ALL.into_iter().filter_map(file).collect()
}

/// A setting's value as a file has it.
fn plain(value: Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn line(line: &Line) -> Value {
    match line {
        Line::Same(text) => json!(["same", text]),
        Line::Out(text) => json!(["out", text]),
        Line::In(text) => json!(["in", text]),
    }
}

fn changes(all: &[&Change]) -> Vec<Value> {
    all.iter().map(|change| json!({ "text": change.text, "why": change.why })).collect()
}

fn told(report: &Report) -> Value {
    json!({
        "semantics": report.semantics.words(),
        "loses": !report.semantics.keeps(Semantics::AtLeastOnce),
        "duplicates": !report.semantics.keeps(Semantics::AtMostOnce),
        "runs": report.runs,
    })
}

/// A run that shows the first harm that the changes take away, and the same with them.
fn pair(before: &Report, after: &Report, changes: &[&Change]) -> Value {
    let stays =
        |broken: &Broken| after.broken.iter().any(|it| it.harm == broken.harm && it.is_plain());
    let shown = before.broken.iter().find(|broken| broken.is_plain() && !stays(broken));
    let Some(shown) = shown else { return Value::Null };
    let mut changed = shown.script.clone();
    changes.iter().for_each(|change| change.apply(&mut changed));
    json!([script_value(&shown.script), script_value(&changed)])
}
