//! What the settings promise: which delivery semantics they give, each broken promise with the
//! shortest run that breaks it, and what they survive.

pub mod monitoring;

use serde_json::Value;
use yew::prelude::*;

use super::lab::rescue::progress;
use super::lab::{Asked, Job, LabMsg};
use super::state::{Msg, State};
use super::tool::tell;
use super::words::{count, fill, words};

/// The part of the panel that puts the settings to the test.
pub fn promises(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let asked = state.lab.asked(Job::Promises);
    let ask = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Ask(Job::Promises, "")));
    html! {
        <section class="lab" data-lab="promises">
            <h3>{ w.promises }</h3>
            if asked.number == 0 {
                <p class="hint">{ w.promises_hint }</p>
                <button type="button" class="ask" data-action="promises" onclick={ask}>{ w.promises_ask }</button>
            } else {
                { progress(asked, Job::Promises, on) }
                if asked.report["semantics"].is_string() { { answer(asked, on) } }
            }
        </section>
    }
}

fn answer(asked: &Asked, on: &Callback<Msg>) -> Html {
    let w = words();
    let report = &asked.report;
    let text = |name: &str| report[name].as_str().unwrap_or_default().to_owned();
    let all = |name: &str| report[name].as_array().map_or(&[][..], Vec::as_slice);
    let runs = count(report["runs"].as_u64().unwrap_or(0));
    // Before all is tried there is no promise yet.
    let so_far = asked.running || asked.per_cent() < 100;
    let pattern = if so_far { w.promises_so_far } else { w.promises_tried };
    let tried = if report["small"] == true { pattern } else { w.promises_whole };
    html! {
        <>
            if !so_far {
                <p class="semantics" aria-live="polite" data-semantics={text("semantics")}>{ text("semantics") }</p>
            }
            <ul class="promise-list">
                { promise(w.promise_most, report["duplicates"] == true, so_far) }
                { promise(w.promise_least, report["loses"] == true, so_far) }
            </ul>
            <p class="note">{ fill(tried, &[("n", &runs)]) }</p>
            <ul class="answers">
                { for all("broken").iter().enumerate().map(|(at, broken)| view_broken(Job::Promises, at, broken, on)) }
            </ul>
            if !all("survived").is_empty() {
                <details class="survived">
                    <summary>{ fill(w.promises_survived, &[("n", &all("survived").len().to_string())]) }</summary>
                    <ul>{ for all("survived").iter().map(view_survived) }</ul>
                </details>
            }
        </>
    }
}

/// A promise, and whether it is kept.
fn promise(text: &'static str, broken: bool, so_far: bool) -> Html {
    let w = words();
    let (kept, word) = match (broken, so_far) {
        (true, _) => ("no", w.promise_broken),
        (false, true) => ("open", w.promise_open),
        (false, false) => ("yes", w.promise_kept),
    };
    html! { <li data-kept={kept}><span>{ text }</span><b>{ word }</b></li> }
}

/// A broken promise, with the way to the run that shows it.
pub fn view_broken(job: Job, at: usize, broken: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let text = |name: &str| broken[name].as_str().unwrap_or_default().to_owned();
    let open = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Open(job, at)));
    let kind = text("kind");
    // What the application is told of is reported; the command line calls it as the client does.
    let fate = if kind == "refused" { w.reported.to_owned() } else { kind.clone() };
    let title = match text("title") {
        title if title.is_empty() => title,
        title => ": ".to_owned() + &title,
    };
    html! {
        <li class="answer" data-fate={fate.clone()} data-broken={kind}>
            <span class="answer-title"><b>{ fate }</b>{ title }</span>
            <span class="answer-note">{ text("how") }</span>
            <span class="answer-note">{ text("note") }</span>
            <button type="button" data-action="open-witness" onclick={open}>{ w.promises_open }</button>
        </li>
    }
}

fn view_survived(survived: &Value) -> Html {
    let text = |name: &str| survived[name].as_str().unwrap_or_default().to_owned();
    html! { <li>{ text("text") }{ " " }<span class="note">{ text("note") }</span></li> }
}
