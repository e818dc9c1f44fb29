//! What the files risk, each harm with a run that shows it, and a better version of them.

use ackscope::script::Script;
use serde_json::Value;
use yew::prelude::*;

use super::{FilesMsg, output};
use crate::app::ask::Topic;
use crate::app::lab::rescue::progress;
use crate::app::lab::{Asked, Job};
use crate::app::promises::view_broken;
use crate::app::state::{Asks, Msg, RENDER, State};
use crate::app::tool::tell;
use crate::app::words::{count, fill, words};

/// How many harms are shown at once.
const SHOWN: usize = 3;
/// The texts of better files are copied under numbers of their own.
const FIRST: usize = 1_000;
/// So are the lines for other files.
const BESIDE: usize = 2_000;

impl State {
    /// Asks what the files risk, if nothing is wrong with them and that was not asked already.
    pub fn check_files(&mut self) {
        let sound = self.questions.about(Topic::Files).answer["script"].is_object();
        if self.files.is_empty() || !sound {
            self.lab.forget(Job::Check);
            return;
        }
        let given = self.files.given().to_string();
        if self.lab.asked(Job::Check).about != given {
            self.lab.ask(Job::Check, given, self.player.script());
        }
    }

    /// The better version of one of the files that say something.
    pub(super) fn better_text(&self, at: usize) -> Option<String> {
        let files = self.lab.asked(Job::Check).report["files"].as_array()?;
        let file = files.iter().find(|file| file["at"] == at)?;
        file["text"].as_str().map(str::to_owned)
    }

    /// Compares a run that the files harm with the same under the better ones.
    pub(super) fn compare_files(&mut self) -> Asks {
        let pair = &self.lab.asked(Job::Check).report["pair"];
        let (Ok(a), Ok(b)) = (Script::from_value(&pair[0]), Script::from_value(&pair[1])) else {
            return RENDER;
        };
        self.compare = None;
        if self.player.set(a).is_err() {
            return RENDER;
        }
        self.changed();
        self.begin();
        self.compare_with(b)
    }
}

/// What the files risk, and what would be better.
pub fn view(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let asked = state.lab.asked(Job::Check);
    if asked.number == 0 {
        return html! {};
    }
    let report = &asked.report;
    let found = report["before"].is_object();
    // Then only what would stand in other files is still looked for.
    let settled = report["part"] == "beside";
    html! {
        <section class="lab checked-files" data-lab="check" aria-live="polite">
            <h3>{ w.check_title }</h3>
            if !found {
                <p class="hint">{ w.check_hint }</p>
                { progress(asked, Job::Check, on) }
            } else {
                { semantics(&report["before"]) }
                { harms(asked, "broken", 0, on) }
                <h3>{ w.check_better }</h3>
                if !settled { { progress(asked, Job::Check, on) } }
                { better(state, asked, on) }
                if settled { { progress(asked, Job::Check, on) } }
            }
        </section>
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn all<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// What the settings give while one thing at a time goes wrong.
fn semantics(told: &Value) -> Html {
    let w = words();
    let runs = count(told["runs"].as_u64().unwrap_or(0));
    let promise = |text: &'static str, broken: &str| {
        let kept = if told[broken] == true { "no" } else { "yes" };
        html! { <p class="verdict" data-promise={kept} data-kept={kept}>{ text }</p> }
    };
    html! {
        <>
            { promise(if told["loses"] == true { w.check_loses } else { w.promise_least }, "loses") }
            { promise(if told["duplicates"] == true { w.check_duplicates } else { w.promise_most }, "duplicates") }
            <p class="note">{ fill(w.promises_tried, &[("n", &runs)]) }</p>
        </>
    }
}

/// The harms: what one fault does, and behind a click what is left.
fn harms(asked: &Asked, name: &str, first: usize, on: &Callback<Msg>) -> Html {
    let w = words();
    let plain = |(_, broken): &(usize, &Value)| broken["plain"] == true;
    let (one, several): (Vec<_>, Vec<_>) = (first..).zip(all(&asked.report, name)).partition(plain);
    let view = |(at, broken): &(usize, &Value)| view_broken(Job::Check, *at, broken, on);
    let more = |text: &str, rest: &[(usize, &Value)]| {
        html! {
            if !rest.is_empty() {
                <details class="survived">
                    <summary>{ fill(text, &[("n", &rest.len().to_string())]) }</summary>
                    <ul class="answers">{ for rest.iter().map(view) }</ul>
                </details>
            }
        }
    };
    let (shown, rest) = one.split_at(one.len().min(SHOWN));
    html! {
        <>
            <ul class="answers">{ for shown.iter().map(view) }</ul>
            { more(w.check_more, rest) }
            { more(w.check_several, &several) }
        </>
    }
}

/// The changes with their reasons, the files line by line, and what is left.
fn better(state: &State, asked: &Asked, on: &Callback<Msg>) -> Html {
    let w = words();
    let report = &asked.report;
    let change = |change: &Value| {
        html! { <li><code>{ text(change, "text") }</code><span class="note">{ text(change, "why") }</span></li> }
    };
    let (changes, advice) = (all(report, "changes"), all(report, "advice"));
    let over = !asked.running && !asked.is_stopped();
    html! {
        <>
            if changes.is_empty() && report["part"] == "beside" { <p class="fine">{ w.check_best }</p> }
            <ul class="changes">{ for changes.iter().map(change) }</ul>
            { for all(report, "files").iter().map(|file| view_file(state, file, on)) }
            if report["pair"].is_array() {
                <button type="button" class="ask primary" data-action="compare-files" onclick={tell::<MouseEvent>(on, Msg::Files(FilesMsg::Compare))}>{ w.rescue_compare }</button>
            }
            if report["after"].is_object() {
                <h3>{ w.check_after }</h3>
                { semantics(&report["after"]) }
                if !all(report, "left").is_empty() { <p class="note">{ w.check_left }</p> }
                { harms(asked, "left", all(report, "broken").len(), on) }
            }
            if over && !advice.is_empty() {
                <h3>{ w.check_advice }</h3>
                <ul class="changes" data-list="advice">{ for advice.iter().map(change) }</ul>
                { for all(report, "beside").iter().enumerate().map(|(at, file)| view_lines(state, at, file, on)) }
            }
            if !all(report, "assumed").is_empty() {
                <details class="survived">
                    <summary>{ w.check_assumed }</summary>
                    <ul>{ for all(report, "assumed").iter().filter_map(Value::as_str).map(|it| html! { <li class="note">{ it.to_owned() }</li> }) }</ul>
                </details>
            }
        </>
    }
}

/// Lines for another file.
fn view_lines(state: &State, at: usize, file: &Value, on: &Callback<Msg>) -> Html {
    let (name, whole) = (text(file, "name"), text(file, "text"));
    html! {
        <div class="file" key={name.clone()}>
            <div class="file-head">
                <span class="file-name">{ &name }</span>
                { output::ways(state, BESIDE + at, &name, &whole, on) }
            </div>
            <pre class="file-text" tabindex="0">{ for output::lines(&whole) }</pre>
        </div>
    }
}

/// A better file: what goes and what comes, to take over, to copy and to keep.
fn view_file(state: &State, file: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let at = file["at"].as_u64().unwrap_or(0) as usize;
    let (name, whole) = (text(file, "name"), text(file, "text"));
    let line = |line: &Value| {
        let kind = line[0].as_str().unwrap_or_default().to_owned();
        let (sign, spoken) = match &*kind {
            "out" => ("− ", w.check_out),
            "in" => ("+ ", w.check_in),
            _ => ("  ", ""),
        };
        let said = line[1].as_str().unwrap_or_default().to_owned();
        html! {
            <span class="diff-line" data-line={kind}>
                <span aria-hidden="true">{ sign }</span><span class="sr-only">{ spoken }</span>{ said }{ "\n" }
            </span>
        }
    };
    let take = tell::<MouseEvent>(on, Msg::Files(FilesMsg::Better(at)));
    html! {
        <div class="file better" key={name.clone()}>
            <div class="file-head">
                <span class="file-name">{ &name }</span>
                { output::ways(state, FIRST + at, &name, &whole, on) }
            </div>
            <pre class="file-text diff" tabindex="0" data-better={name.clone()}>{ for all(file, "lines").iter().map(line) }</pre>
            <button type="button" class="link" data-action="take-over" onclick={take}>{ w.check_take }</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use ackscope::lessons;
    use serde_json::json;

    use super::*;
    use crate::app::lab::LabMsg;
    use crate::app::state::{Media, Theme};

    /// A page with a file that the lab has read and has a better one for.
    fn checked() -> State {
        let script = Script::parse(lessons::FIRST.script).expect("a script");
        let own = script.to_value();
        let mut state = State::new(script, Media::default(), Theme::Auto).expect("a run");
        state.update(Msg::Files(FilesMsg::Text(0, "acks=1\n".to_owned(), true)));
        let read = json!({ "problems": [], "script": own });
        state.update(Msg::Answered(Topic::Files, read.to_string()));
        assert!(state.lab.asked(Job::Check).running, "what it risks is asked by itself");
        let mut other = own.clone();
        other["producers"][0]["config"]["acks"] = "all".into();
        let report = json!({ "pair": [own, other], "files": [{ "at": 0, "text": "acks=all\n" }] });
        state.update(Msg::Lab(LabMsg::Heard(Job::Check, report.to_string(), true)));
        state
    }

    #[test]
    fn the_better_file_takes_the_place_of_the_other_and_is_asked_about() {
        let mut state = checked();
        state.update(Msg::Files(FilesMsg::Better(0)));
        let question = state.files.question(state.player.script());
        assert_eq!(question["files"][0]["text"], "acks=all\n");
        assert!(state.questions.about(Topic::Files).waiting);
    }

    #[test]
    fn the_better_file_is_compared_and_proved() {
        let mut state = checked();
        state.update(Msg::Files(FilesMsg::Compare));
        let [a, b] = state.scripts().expect("two worlds");
        assert_eq!(a.producers[0].config["acks"], "1");
        assert_eq!(b.producers[0].config["acks"], "all");
        assert!(state.lab.proves, "the fault is to be tried at every moment");
    }

    #[test]
    fn files_with_an_error_are_not_put_to_the_test() {
        let mut state = checked();
        let refused = json!({ "problems": [{ "level": "error" }], "script": null });
        state.update(Msg::Answered(Topic::Files, refused.to_string()));
        assert_eq!(state.lab.asked(Job::Check).number, 0);
    }
}
