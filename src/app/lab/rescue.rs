//! What would have saved it: the lab's answers, each with what it saves, trades and costs.

use ackscope::verdict::Fate;
use serde_json::Value;
use yew::prelude::*;

use super::proof::proof;
use super::{Asked, Job, LabMsg};
use crate::app::compare::CompareMsg;
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{fill, span, words};

/// How many answers are shown.
const SHOWN: usize = 4;

/// The part of the panel that asks and answers.
pub fn rescue(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let asked = state.lab.asked(Job::Rescue);
    let ask = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Ask(Job::Rescue, "")));
    // Beside a record that needs no help it is about the others.
    let spared = state
        .followed
        .is_some_and(|id| matches!(state.player.verdict(id).fate, Fate::Delivered | Fate::Aborted));
    html! {
        <section class="lab rescue" data-lab="rescue" aria-live="polite">
            <h3>{ if spared { w.why_more.trim_start() } else { w.rescue } }</h3>
            if asked.number == 0 {
                <p class="hint">{ w.rescue_hint }</p>
                <button type="button" class="ask" data-action="rescue" onclick={ask}>{ w.rescue_ask }</button>
            } else {
                { answers(state, asked, on) }
            }
        </section>
    }
}

fn answers(state: &State, asked: &Asked, on: &Callback<Msg>) -> Html {
    let w = words();
    let none = Vec::new();
    let answers = asked.report["answers"].as_array().unwrap_or(&none);
    let needs = asked.report["needs"].as_array().unwrap_or(&none);
    let over = !asked.running && asked.error().is_none();
    let quiet = answers.is_empty() && over && !asked.is_stopped();
    let opened = asked.runs.iter().skip(1).any(|run| run == state.player.script());
    html! {
        <>
            { progress(asked, Job::Rescue, on) }
            if quiet && asked.report["harmed"] == 0 { <p class="hint">{ w.rescue_no_harm }</p> }
            else if quiet { <p class="hint">{ w.rescue_nothing }</p> }
            <ul class="answers">
                { for answers.iter().take(SHOWN).enumerate().map(|(at, answer)| view_answer(asked, at, answer, on)) }
            </ul>
            { for needs.iter().filter_map(Value::as_str).map(|need| html! { <p class="hint">{ need.to_owned() }</p> }) }
            if opened {
                <p class="note" role="status">{ w.rescue_opened }{ " " }
                    <button type="button" class="link" onclick={tell::<MouseEvent>(on, Msg::Undo)}>{ w.undo }</button>
                </p>
            }
            if over && !answers.is_empty() { { proof(state, on) } }
        </>
    }
}

/// How far a job is, with a way to stop it, or how far it came, with a way to begin anew; or why there is
/// no answer.
pub fn progress(asked: &Asked, job: Job, on: &Callback<Msg>) -> Html {
    let w = words();
    if let Some(error) = asked.error() {
        return html! { <p class="error" role="alert">{ error.to_owned() }</p> };
    }
    if asked.is_stopped() {
        let again = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Again(job)));
        return html! {
            <p class="note" role="status">{ fill(w.lab_stopped, &[("n", &asked.per_cent().to_string())]) }{ " " }
                <button type="button" class="link" data-action="again" onclick={again}>{ w.lab_again }</button>
            </p>
        };
    }
    if !asked.running {
        return html! {};
    }
    let stop = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Stop(job)));
    html! {
        <p class="progress">
            <progress max="100" value={asked.per_cent().to_string()} aria-label={w.lab_working}></progress>
            <button type="button" data-action="stop" onclick={stop}>{ w.lab_stop }</button>
        </p>
    }
}

fn view_answer(asked: &Asked, at: usize, answer: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let open = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Open(Job::Rescue, at)));
    let compare = tell::<MouseEvent>(on, Msg::Compare(CompareMsg::Found(Job::Rescue, at)));
    let names = answer["changes"].as_array().into_iter().flatten();
    let names: Vec<&str> = names.filter_map(|change| change["text"].as_str()).collect();
    let title = names.join(" + ");
    let luck = &answer["luck"];
    let sure = answer["saves"] == "all" && luck["good"] == luck["tried"];
    html! {
        <li class="answer" data-sure={sure.then_some("true")}>
            <span class="answer-title">{ title }</span>
            <span class="answer-note">{ note(&asked.report, answer) }</span>
            <span class="answer-ways">
                <button type="button" class="ask" data-action="compare-answer" onclick={compare}>{ w.rescue_compare }</button>
                <button type="button" class="ask" data-action="open-answer" onclick={open}>{ w.rescue_try }</button>
            </span>
        </li>
    }
}

/// "all 3 saved · ack 2.1 ms → 4.3 ms · 2 refused".
fn note(report: &Value, answer: &Value) -> String {
    let w = words();
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let of = number(&report["harmed"]);
    let saved = answer["saves"]["some"]["records"].as_u64().unwrap_or(of);
    let pattern = if saved == of { w.rescue_all } else { w.rescue_some };
    let mut parts = vec![fill(pattern, &[("n", &saved.to_string()), ("of", &of.to_string())])];
    let ack = |price: &Value| price["ack_p50_us"].as_u64();
    if let (Some(before), Some(after)) = (ack(&report["price"]), ack(&answer["price"]))
        && before != after
    {
        parts.push(fill(w.rescue_ack, &[("before", &span(before)), ("after", &span(after))]));
    }
    for trade in answer["trades"].as_array().unwrap_or(&Vec::new()) {
        let fate = trade["to"].as_str().unwrap_or_default();
        let records = trade["records"].as_array().map_or(0, Vec::len).to_string();
        parts.push(fill(w.rescue_trade, &[("n", &records), ("fate", fate)]));
    }
    let (good, tried) = (number(&answer["luck"]["good"]), number(&answer["luck"]["tried"]));
    if good < tried {
        let luck = [("good", &*good.to_string()), ("tried", &*tried.to_string())];
        parts.push(fill(w.rescue_luck, &luck));
    } else if tried > 0 {
        parts.push(fill(w.rescue_sure, &[("n", &tried.to_string())]));
    }
    parts.join(" · ")
}
