//! The panel of one record: what the application was told, what is true, and its biography.

use ackscope::model::ids::RecordId;
use ackscope::verdict::biography::Tone;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icons;
use super::shown::{Life, LifeStep};
use super::state::Msg;
use super::tool::{Tool, tell};
use super::words::{fill, time, words};

/// The record, and what goes with it.
pub struct RecordPanel<'a> {
    /// The record, if one is followed.
    pub life: Option<&'a Life>,
    /// How many records there are.
    pub records: u32,
    /// Where messages go.
    pub on: &'a Callback<Msg>,
}

/// The panel of one record.
pub fn record_panel(props: &RecordPanel<'_>) -> Html {
    let w = words();
    html! {
        <>
            { chooser(props) }
            if let Some(life) = props.life {
                { facts(life) }
                { steps(life, props.on) }
            } else {
                <p class="hint">{ w.no_record }</p>
            }
        </>
    }
}

/// What its closed drawer says.
pub fn note(life: &Life) -> AttrValue {
    let number = life.id.to_string();
    fill(words().fate_and_place, &[("fate", &number), ("place", &life.fate_text)]).into()
}

fn chooser(props: &RecordPanel<'_>) -> Html {
    let w = words();
    let (on, most) = (props.on, props.records);
    let current = props.life.map(|life| life.id);
    let go = |label, path, disabled, to: u32| {
        let msg = Msg::Follow(Some(RecordId(to)));
        Tool { label, path, action: None, disabled, msg }.view(on)
    };
    let value = current.map_or_else(String::new, |id| id.to_string());
    let onchange = on.reform(|event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        Msg::Follow(input.value().trim().parse().ok().map(RecordId))
    });
    let previous = current.map_or(most, |id| id.saturating_sub(1).max(1));
    let next = current.map_or(1, |id| (id + 1).min(most));
    html! {
        <div class="chooser">
            <label for="follow">{ w.follow }</label>
            <div class="stepper">
                { go(w.follow_previous, icons::PREVIOUS, current == Some(1), previous) }
                <input id="follow" type="number" inputmode="numeric" min="1" max={most.to_string()} {value} {onchange} />
                { go(w.follow_next, icons::NEXT, current == Some(most), next) }
            </div>
        </div>
    }
}

fn facts(life: &Life) -> Html {
    let w = words();
    let number = life.id.to_string();
    html! {
        <>
            <div class="record-head" data-fate={life.fate.word()} data-doomed={life.doomed.then_some("true")}>
                <span class="record big" data-fate={life.fate.word()} data-doomed={life.doomed.then_some("true")} aria-hidden="true">{ &number }</span>
                <div>
                    <h3>{ fill(w.record_title, &[("n", &number)]) }</h3>
                    <p class="record-fate">{ &life.fate_text }</p>
                </div>
            </div>
            <dl class="facts">
                <dt>{ w.told }</dt><dd>{ &life.told }</dd>
                <dt>{ w.stored }</dt>
                <dd>
                    if life.stored.is_empty() { { w.stored_nowhere } }
                    { for life.stored.iter().map(|copy| html! { <span class="copy">{ copy }</span> }) }
                </dd>
                <dt>{ w.processed }</dt><dd>{ &life.processed }</dd>
                if !life.risks.is_empty() {
                    <dt>{ w.at_risk }</dt>
                    <dd>{ for life.risks.iter().map(|risk| html! { <span class="copy">{ *risk }</span> }) }</dd>
                }
                if let Some(turn) = &life.turn {
                    <dt>{ w.turning_point }</dt><dd>{ turn }</dd>
                }
            </dl>
        </>
    }
}

fn steps(life: &Life, on: &Callback<Msg>) -> Html {
    let w = words();
    let rest = life.next_us.map(|at_us| {
        let onclick = tell::<MouseEvent>(on, Msg::Seek(at_us));
        let text = fill(w.steps_to_come, &[("n", &life.to_come.to_string())]);
        html! { <li class="to-come"><button type="button" {onclick}>{ text }</button></li> }
    });
    html! {
        <>
            <h3 class="small-heading">{ w.biography }</h3>
            <ol class="steps">
                { for life.steps.iter().map(|step| view_step(step, on)) }
                { for rest }
            </ol>
        </>
    }
}

fn view_step(step: &LifeStep, on: &Callback<Msg>) -> Html {
    let at_us = step.step.at_us;
    let onclick = tell::<MouseEvent>(on, Msg::Seek(at_us));
    let tone = match step.step.what.tone() {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Bad => "bad",
    };
    let turn = step.turning_point.then_some("true");
    let risk = step.at_risk.then_some("true");
    html! {
        <li class="step" data-tone={tone} data-turn={turn} data-risk={risk}>
            <button type="button" {onclick}>
                <span class="step-time">{ time(at_us) }</span>
                if step.turning_point {
                    <span class="step-turn">{ words().turning_point }</span>
                }
                <span class="step-text">{ &step.step.sentence }</span>
            </button>
        </li>
    }
}
