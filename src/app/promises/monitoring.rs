//! Would monitoring have noticed: for each harm of the run the metrics that moved because of it.

use serde_json::Value;
use yew::prelude::*;

use crate::app::lab::rescue::progress;
use crate::app::lab::{Job, LabMsg};
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{fill, words};

/// How many metrics are named.
const NAMED: usize = 8;

/// The part of the panel that asks and answers.
pub fn monitoring(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let asked = state.lab.asked(Job::Monitoring);
    let ask = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Ask(Job::Monitoring, "")));
    let harms = asked.report["harms"].as_array();
    html! {
        <section class="lab" data-lab="monitoring" aria-live="polite">
            <h3>{ w.monitoring }</h3>
            if asked.number == 0 {
                <p class="hint">{ w.monitoring_hint }</p>
                <button type="button" class="ask" data-action="monitoring" onclick={ask}>{ w.monitoring_ask }</button>
            } else {
                { progress(asked, Job::Monitoring, on) }
                if let Some(harms) = harms {
                    if harms.is_empty() { <p class="hint">{ w.rescue_no_harm }</p> }
                    { for harms.iter().map(|harm| view_harm(harm, on)) }
                }
            }
        </section>
    }
}

fn view_harm(harm: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let text = |name: &str| harm[name].as_str().unwrap_or_default().to_owned();
    let moved = harm["moved"].as_array().map_or(&[][..], Vec::as_slice);
    let noticed = harm["noticed"] == true;
    let word = match (noticed, moved.is_empty()) {
        (true, _) => w.monitoring_noticed,
        (false, false) => w.monitoring_moved,
        (false, true) => w.monitoring_silent,
    };
    let title = fill(w.monitoring_harm, &[("harm", &text("harm")), ("records", &text("records"))]);
    html! {
        <div class="answer noticed" data-noticed={noticed.to_string()} data-fate={text("harm")}>
            <span class="answer-title">{ title }</span>
            <span class="answer-note">{ word }</span>
            <ul class="moved">{ for moved.iter().take(NAMED).map(|it| view_moved(it, on)) }</ul>
        </div>
    }
}

fn view_moved(moved: &Value, on: &Callback<Msg>) -> Html {
    let text = |name: &str| moved[name].as_str().unwrap_or_default().to_owned();
    let go = tell::<MouseEvent>(on, Msg::Seek(moved["at_us"].as_u64().unwrap_or(0)));
    html! {
        <li data-alarm={(moved["alarm"] == true).then_some("true")}>
            <button type="button" onclick={go}>
                <code>{ text("name") }</code>{ " " }<span class="note">{ text("of") }</span>
                <span class="moved-text">{ text("at") }{ ": " }{ text("text") }</span>
            </button>
        </li>
    }
}
