//! The danger map: a fault, tried at every moment of the run, as a band along the timeline.

use ackscope::script::Script;
use serde_json::Value;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::rescue::progress;
use super::{Asked, Job, Lab, LabMsg};
use crate::app::compare::{CompareMsg, Letter};
use crate::app::shown::Shared;
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{count, fill, time, words};

/// How many spans are listed.
const LISTED: usize = 12;

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

/// Beside the timeline: the choice of the fault, and the map in a few words.
pub fn danger(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let asked = state.lab.asked(Job::Danger);
    if state.lab.asked(Job::Faults).number == 0 {
        let ask = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Prove));
        return html! {
            <div class="danger" data-lab="danger">
                <button type="button" class="toggle" data-action="danger" title={w.danger_help} onclick={ask}>{ w.danger_ask }</button>
            </div>
        };
    }
    html! {
        <div class="danger" data-lab="danger">
            <label for="danger">{ w.danger }</label>
            { choice("danger", state, on) }
            if asked.number > 0 {
                <span class="danger-says">{ says(asked, on) }</span>
            }
        </div>
    }
}

/// The faults, by the thing that breaks: made anew only where they or the chosen one differ.
fn choice(id: &'static str, state: &State, on: &Callback<Msg>) -> Html {
    let asked = state.lab.asked(Job::Danger);
    let chosen = (asked.number > 0).then(|| asked.about.clone());
    let faults = state.lab.asked(Job::Faults).report.clone();
    html! { <Choice {id} {faults} {chosen} {on} /> }
}

#[derive(PartialEq, Properties)]
pub struct ChoiceProps {
    id: &'static str,
    /// What the lab has said about them.
    faults: Shared<Value>,
    /// The fault that is chosen, if one is.
    chosen: Option<String>,
    on: Callback<Msg>,
}

/// A list to choose from.
pub struct Choice;

impl Component for Choice {
    type Message = ();
    type Properties = ChoiceProps;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let w = words();
        let ChoiceProps { id, faults, chosen, on } = ctx.props();
        let groups = faults["groups"].as_array().map_or(&[][..], Vec::as_slice);
        let onchange = on.reform(|event: Event| {
            let fault = event.target_unchecked_into::<HtmlSelectElement>().value();
            Msg::Lab(LabMsg::Fault((!fault.is_empty()).then_some(fault)))
        });
        let about = chosen.as_deref().unwrap_or_default();
        let view_group = |group: &Value| {
            let faults = group["faults"].as_array().map_or(&[][..], Vec::as_slice);
            html! {
                <optgroup label={text(group, "name")}>
                    { for faults.iter().map(|fault| view_fault(fault, about)) }
                </optgroup>
            }
        };
        html! {
            <select id={*id} aria-label={w.danger} title={w.danger_help} {onchange}>
                <option value="" selected={chosen.is_none()}>{ w.danger_none }</option>
                { for groups.iter().map(view_group) }
            </select>
        }
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn view_fault(fault: &Value, chosen: &str) -> Html {
    let value = text(fault, "fault");
    let selected = value == chosen;
    html! {
        <option {selected} {value}>{ text(fault, "text") }</option>
    }
}

fn says(asked: &Asked, on: &Callback<Msg>) -> Html {
    let w = words();
    if asked.running || asked.error().is_some() || asked.is_stopped() {
        return progress(asked, Job::Danger, on);
    }
    let number = |name: &str| asked.report[name].as_u64().unwrap_or(0);
    let (harmful, tried) = (number("harmful"), number("tried"));
    let refused = number("refused");
    if harmful == 0 && refused == 0 {
        return html! { fill(w.danger_safe, &[("n", &count(tried))]) };
    }
    if harmful == 0 {
        return html! { fill(w.danger_refused, &[("n", &count(refused)), ("of", &count(tried))]) };
    }
    let values = [("n", &*count(harmful)), ("of", &*count(tried))];
    let open = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Open(Job::Danger, 0)));
    html! {
        <>
            { fill(w.danger_harm, &values) }
            <button type="button" data-action="worst" onclick={open}>{ w.danger_worst }</button>
        </>
    }
}

/// In the lab: the map in words, what its colours mean, and its dangerous spans.
pub fn map(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let asked = state.lab.asked(Job::Danger);
    let none = Vec::new();
    let spans = asked.report["spans"].as_array().unwrap_or(&none);
    let harmful = || spans.iter().filter(|span| span["kind"] != "none");
    let more = harmful().count().saturating_sub(LISTED);
    html! {
        <section class="lab" data-lab="danger-map">
            <h3>{ w.danger_title }</h3>
            if asked.number == 0 { <p class="hint">{ w.danger_help }</p> }
            <p class="ask-row">{ choice("danger-fault", state, on) }</p>
            if asked.number > 0 {
                { progress(asked, Job::Danger, on) }
                <p class="statement" aria-live="polite">{ text(&asked.report, "statement") }</p>
                <ul class="danger-legend">
                    { for [("none", w.danger_kind_none), ("refused", w.danger_kind_refused), ("harm", w.danger_kind_harm)].iter().map(|(kind, text)| html! { <li data-kind={*kind}>{ *text }</li> }) }
                </ul>
                { here(state, on) }
                <ul class="moved">{ for harmful().take(LISTED).map(|span| view_span(span, on)) }</ul>
                if more > 0 { <p class="note">{ fill(w.and_more, &[("n", &more.to_string())]) }</p> }
            } else {
                { super::proof::button(state, on) }
            }
        </section>
    }
}

/// What the fault would do at the moment shown, and a way to see it; of two worlds in each, by its letter.
fn here(state: &State, on: &Callback<Msg>) -> Html {
    let labs = Letter::ALL.map(|letter| (letter, state.lab_of(letter)));
    let pair = state.compare.is_some();
    let view = |(letter, lab): (Letter, Option<(&Lab, &Script)>)| {
        let asked = lab?.0.asked(Job::Danger);
        Some(here_in(asked, state.now_us, pair.then_some(letter), on))
    };
    labs.into_iter().filter_map(view).collect()
}

fn here_in(asked: &Asked, now_us: u64, letter: Option<Letter>, on: &Callback<Msg>) -> Html {
    let w = words();
    let spans = asked.report["spans"].as_array();
    let number = |span: &Value, name: &str| span[name].as_u64().unwrap_or(0);
    let is_here =
        |span: &&Value| (number(span, "from_us")..=number(span, "to_us")).contains(&now_us);
    let Some(span) = spans.and_then(|all| all.iter().find(is_here)) else { return html! {} };
    let what = text(span, "text");
    let what = if what.is_empty() { w.danger_nothing.to_owned() } else { what };
    let said = fill(w.danger_here, &[("time", &time(now_us)), ("what", &what)]);
    let strike = Msg::Lab(LabMsg::Strike(now_us));
    let (strike, world) = match letter {
        None => (strike, None),
        Some(letter) => {
            (Msg::Compare(CompareMsg::In(letter, Box::new(strike))), Some(letter.name()))
        }
    };
    html! {
        <p class="here" data-kind={text(span, "kind")}>
            <span>if let Some(world) = world { <b>{ world }</b>{ " " } }{ said }</span>
            <button type="button" class="ask" data-action="strike" onclick={tell::<MouseEvent>(on, strike)}>{ w.promises_open }</button>
        </p>
    }
}

fn view_span(span: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let at_us = |name: &str| span[name].as_u64().unwrap_or(0);
    let (from, to) = (time(at_us("from_us")), time(at_us("to_us")));
    let go = tell::<MouseEvent>(on, Msg::Seek(at_us("from_us")));
    let strike = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Strike(at_us("from_us"))));
    html! {
        <li class="span" data-kind={text(span, "kind")}>
            <button type="button" onclick={go}>
                <span class="step-time">{ fill(w.risk_span, &[("from", &from), ("to", &to)]) }</span>
                <span class="moved-text">{ text(span, "text") }</span>
            </button>
            <button type="button" class="see" data-action="see-span" onclick={strike}>{ w.promises_open }</button>
        </li>
    }
}
