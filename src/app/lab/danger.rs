//! The danger map: a fault, tried at every moment of the run, as a band along the timeline.

use serde_json::Value;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::rescue::progress;
use super::{Asked, Job, LabMsg};
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{fill, words};

/// A span of time in which a fault leads to the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub from_us: u64,
    /// Its end: the first moment of the next one.
    pub to_us: u64,
    /// What the fault leads to in it.
    pub kind: Kind,
}

/// What a fault leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing that a record would notice.
    Harmless,
    /// Records are refused, or wait for what does not come by itself.
    Refused,
    /// Records are lost, duplicated, out of order, or come though they failed.
    Harm,
}

/// The spans that are known so far.
#[must_use]
pub fn spans(asked: &Asked) -> Vec<Span> {
    let all = asked.report["spans"].as_array();
    let span = |span: &Value| {
        Some(Span {
            from_us: span["from_us"].as_u64()?,
            to_us: span["to_us"].as_u64()?,
            kind: match span["kind"].as_str()? {
                "harm" => Kind::Harm,
                "refused" => Kind::Refused,
                _ => Kind::Harmless,
            },
        })
    };
    all.map_or_else(Vec::new, |all| all.iter().filter_map(span).collect())
}

/// The choice of the fault, and the map in a sentence.
pub fn danger(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let none = Vec::new();
    let faults = state.lab.asked(Job::Faults);
    let all = faults.report["faults"].as_array().unwrap_or(&none);
    let asked = state.lab.asked(Job::Danger);
    if faults.number == 0 {
        let ask = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Ask(Job::Faults, "")));
        return html! {
            <div class="danger" data-lab="danger">
                <button type="button" class="toggle" data-action="danger" title={w.danger_help} onclick={ask}>{ w.danger_ask }</button>
            </div>
        };
    }
    let onchange = on.reform(|event: Event| {
        let fault = event.target_unchecked_into::<HtmlSelectElement>().value();
        Msg::Lab(LabMsg::Fault((!fault.is_empty()).then_some(fault)))
    });
    html! {
        <div class="danger" data-lab="danger">
            <label for="danger">{ w.danger }</label>
            <select id="danger" title={w.danger_help} {onchange}>
                <option value="" selected={asked.number == 0}>{ w.danger_none }</option>
                { for all.iter().map(|fault| view_fault(fault, &asked.about)) }
            </select>
            if asked.number > 0 {
                <span class="danger-says" aria-live="polite">{ says(asked, on) }</span>
            }
        </div>
    }
}

fn view_fault(fault: &Value, chosen: &str) -> Html {
    let (name, text) = (fault["fault"].as_str(), fault["text"].as_str().unwrap_or_default());
    html! {
        <option value={name.unwrap_or_default().to_owned()} selected={name == Some(chosen)}>{ text.to_owned() }</option>
    }
}

fn says(asked: &Asked, on: &Callback<Msg>) -> Html {
    let w = words();
    if asked.running || asked.error().is_some() {
        return progress(asked, Job::Danger, on);
    }
    let number = |name: &str| asked.report[name].as_u64().unwrap_or(0);
    let (harmful, tried) = (number("harmful"), number("tried"));
    if harmful == 0 {
        return html! { fill(w.danger_safe, &[("n", &tried.to_string())]) };
    }
    let values = [("n", &*harmful.to_string()), ("of", &*tried.to_string())];
    let open = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Open(Job::Danger, 0)));
    html! {
        <>
            { fill(w.danger_harm, &values) }
            <button type="button" data-action="worst" onclick={open}>{ w.danger_worst }</button>
        </>
    }
}
