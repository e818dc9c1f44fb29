//! The panel of one record: what the application was told, what is true, and its biography.

use ackscope::model::ids::RecordId;
use ackscope::verdict::Fate;
use ackscope::verdict::biography::Tone;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::fates::{Fates, record};
use super::icons;
use super::shown::{AtRisk, Life, LifeStep, Tray};
use super::state::Msg;
use super::tool::{Tool, tell};
use super::words::{Words, fill, time, words};

/// The record, and what goes with it.
pub struct RecordPanel<'a> {
    /// The record, if one is followed.
    pub life: Option<&'a Life>,
    /// How many records there are.
    pub records: u32,
    /// The records of one fate, if those are gone through.
    pub tray: Option<&'a Tray>,
    /// What a record's button depends on.
    pub trays: Fates<'a>,
    /// What would have saved it.
    pub saved: Html,
    /// Where messages go.
    pub on: &'a Callback<Msg>,
}

/// How many records are listed at once.
const LISTED: usize = 48;

/// The panel of one record.
pub fn record_panel(props: &RecordPanel<'_>) -> Html {
    let w = words();
    html! {
        <>
            { chooser(props) }
            if let Some(life) = props.life {
                { head(life) }
                { turn(life, props.on) }
                // Where it stands does not change while the run goes on. Of a record that comes to no harm
                // the life is what one reads.
                if life.harmed { { props.saved.clone() } }
                { facts(life) }
                { risks(life, props.on) }
                { steps(life, props.on) }
                if !life.harmed { { props.saved.clone() } }
            } else {
                <p class="hint">{ w.no_record }</p>
                { props.saved.clone() }
            }
        </>
    }
}

/// What its closed drawer says.
pub fn note(life: &Life) -> AttrValue {
    let number = life.id.to_string();
    fill(words().fate_and_place, &[("fate", &number), ("place", &life.fate_text)]).into()
}

/// The way to another record: of all, or of those of one fate.
fn chooser(props: &RecordPanel<'_>) -> Html {
    let w = words();
    let (on, most) = (props.on, props.records);
    let current = props.life.map_or(0, |life| life.id);
    let go = |label, path, to: Option<u32>| {
        let msg = Msg::Follow(to.map(RecordId));
        Tool { label, path, action: None, disabled: to.is_none(), msg }.view(on)
    };
    let value = if current == 0 { String::new() } else { current.to_string() };
    // What is no number changes nothing; there is no record before the first or after the last.
    let onchange = on.reform(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        let number = input.value().trim().parse::<i64>().ok();
        let number = number.map(|number| number.max(1).min(i64::from(most)) as u32);
        input.set_value(&number.unwrap_or(current).to_string());
        Msg::Follow(number.or((current > 0).then_some(current)).map(RecordId))
    });
    let (previous, next) = match props.trays.among {
        Some(_) => {
            let mut ids = props.tray.iter().flat_map(|tray| &tray.records).map(|(id, _)| *id);
            (ids.clone().rfind(|id| *id < current), ids.find(|id| *id > current))
        }
        None => (Some(current.saturating_sub(1)), Some(current + 1)),
    };
    let exists = |id: &u32| (1..=most).contains(id);
    html! {
        <>
            <div class="chooser">
                <label for="follow">{ w.follow }</label>
                <div class="stepper">
                    { go(w.follow_previous, icons::PREVIOUS, previous.filter(exists)) }
                    <input id="follow" type="number" inputmode="numeric" min="1" max={most.to_string()} {value} {onchange} />
                    { go(w.follow_next, icons::NEXT, next.filter(exists)) }
                </div>
            </div>
            if let Some(fate) = props.trays.among { { among(fate, current, props) } }
        </>
    }
}

/// The records of one fate.
fn among(fate: Fate, current: u32, props: &RecordPanel<'_>) -> Html {
    let w = words();
    let none = Vec::new();
    let records = props.tray.map_or(&none, |tray| &tray.records);
    let word = Words::fate(fate).0;
    let at = records.iter().position(|(id, _)| *id == current).map_or(0, |at| at + 1);
    let values = [("at", &*at.to_string()), ("n", &*records.len().to_string()), ("fate", word)];
    let text = fill(if records.is_empty() { w.among_none } else { w.among }, &values);
    let all = tell::<MouseEvent>(props.on, Msg::Among(None));
    // Those around the one that is followed, where there are too many.
    let from = at.saturating_sub(LISTED / 2).min(records.len().saturating_sub(LISTED));
    html! {
        <div class="among" data-fate={fate.word()}>
            <p class="among-head">
                <span aria-live="polite">{ text }</span>
                <button type="button" data-action="all-records" onclick={all}>{ w.among_all }</button>
            </p>
            <ul class="records">
                { for records.iter().skip(from).take(LISTED).map(|it| html! { <li key={it.0}>{ record(*it, fate, props.trays) }</li> }) }
            </ul>
        </div>
    }
}

fn head(life: &Life) -> Html {
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
            <dl class="told-true" data-deceived={life.deceived.then_some("true")}>
                <div><dt>{ w.told }</dt><dd>{ &life.told }</dd></div>
                <div data-fate={life.fate.word()} data-doomed={life.doomed.then_some("true")}><dt>{ w.true_fate }</dt><dd>{ Words::fate(life.fate).0 }</dd></div>
            </dl>
        </>
    }
}

fn facts(life: &Life) -> Html {
    let w = words();
    html! {
        <>
            <dl class="facts">
                <dt>{ w.stored }</dt>
                <dd>
                    if life.stored.is_empty() { { w.stored_nowhere } }
                    { for life.stored.iter().map(|copy| html! { <span class="copy">{ copy }</span> }) }
                </dd>
                <dt>{ w.processed }</dt><dd>{ &life.processed }</dd>
                if life.reordered { <dt>{ w.order }</dt><dd>{ w.out_of_order }</dd> }
            </dl>
        </>
    }
}

/// What its fate hung on, to go there.
fn turn(life: &Life, on: &Callback<Msg>) -> Html {
    let Some((text, at_us)) = &life.turn else { return html! {} };
    let onclick = tell::<MouseEvent>(on, Msg::Seek(*at_us));
    html! {
        <section class="turn">
            <h3 class="small-heading">{ words().turning_point }</h3>
            <button type="button" data-action="turning-point" {onclick}>
                <span class="step-time">{ time(*at_us) }</span>{ text }
            </button>
        </section>
    }
}

/// The spans at risk, to go to their beginnings.
fn risks(life: &Life, on: &Callback<Msg>) -> Html {
    let w = words();
    if life.risks.is_empty() {
        return html! {};
    }
    let view = |risk: &AtRisk| {
        let from = time(risk.from_us);
        let when = match risk.to_us {
            Some(to_us) => fill(w.risk_span, &[("from", &from), ("to", &time(to_us))]),
            None => fill(w.risk_since, &[("from", &from)]),
        };
        let onclick = tell::<MouseEvent>(on, Msg::Seek(risk.from_us));
        let now = risk.to_us.is_none().then_some("true");
        html! {
            <li data-now={now}><button type="button" {onclick}><span class="step-time">{ when }</span>{ risk.why }</button></li>
        }
    };
    html! {
        <>
            <h3 class="small-heading">{ w.at_risk }</h3>
            <ul class="risks">{ for life.risks.iter().map(view) }</ul>
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
