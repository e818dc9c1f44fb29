//! The odds: many runs with random faults, how often they harm, and how sure that is.

use serde_json::Value;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::rescue::progress;
use super::{Asked, Job, LabMsg};
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{decimal, fill, span, words};

/// The hazards that can be chosen, as the lab reads them, each with its words.
fn hazards() -> [(&'static str, &'static str); 5] {
    let w = words();
    [
        ("script", w.hazard_script),
        ("broker-crash=6/min", w.hazard_broker_crash),
        ("power-cut=6/min", w.hazard_power_cut),
        ("lose-response=5%", w.hazard_lose_response),
        ("client-crash=6/min", w.hazard_client_crash),
    ]
}

/// The part of the panel that asks for the odds and shows them.
pub fn odds(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let asked = state.lab.asked(Job::Odds);
    let onchange = on.reform(|event: Event| {
        let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        let hazard = usize::try_from(at).ok().and_then(|at| hazards().get(at).copied());
        Msg::Lab(LabMsg::Hazard(hazard.map_or("script", |(hazard, _)| hazard)))
    });
    let ask = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Ask(Job::Odds, state.lab.hazard())));
    html! {
        <section class="lab" data-lab="odds" aria-live="polite">
            <h3 class="small-heading">{ w.odds }</h3>
            <p class="ask-row">
                <label for="hazard">{ w.odds_hazard }</label>
                <select id="hazard" {onchange}>
                    { for hazards().iter().map(|(hazard, text)| html! {
                        <option value={*hazard} selected={*hazard == state.lab.hazard()}>{ *text }</option>
                    }) }
                </select>
                <button type="button" class="ask" data-action="odds" disabled={asked.running} onclick={ask}>{ w.odds_ask }</button>
            </p>
            if asked.number > 0 {
                { progress(asked, Job::Odds, on) }
                { estimates(asked, on) }
            }
        </section>
    }
}

fn estimates(asked: &Asked, on: &Callback<Msg>) -> Html {
    let w = words();
    let report = &asked.report;
    let runs = report["runs"].as_u64().unwrap_or(0);
    if runs == 0 {
        return html! {};
    }
    let open = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Open(Job::Odds, 0)));
    let rows = [
        (w.odds_lost, "lost", "lost"),
        (w.odds_duplicated, "duplicated", "duplicated"),
        (w.odds_reordered, "reordered", "duplicated"),
        (w.odds_ghost, "ghost", "ghost"),
    ];
    html! {
        <>
            <p class="note">{ fill(w.odds_of, &[("n", &runs.to_string())]) }</p>
            <dl class="odds">
                { for rows.iter().map(|(text, name, fate)| view_row(text, &report[*name]["of_runs"], fate)) }
                { view_row(w.odds_unavailable, &report["unavailable"], "pending") }
                <dt>{ w.odds_ack }</dt>
                <dd>{ latency(&report["ack"]) }</dd>
            </dl>
            if report["worst"].is_object() {
                <button type="button" class="ask" data-action="open-worst" onclick={open}>{ w.odds_worst }</button>
            }
        </>
    }
}

/// A probability with its interval, in figures and as a bar.
fn view_row(text: &str, share: &Value, fate: &'static str) -> Html {
    let number = |name: &str| share[name].as_u64().unwrap_or(0);
    let (low, most_likely, high) = (number("low"), number("per_million"), number("high"));
    let figures = [("low", &*per_cent(low)), ("high", &*per_cent(high))];
    html! {
        <>
            <dt>{ text.to_owned() }</dt>
            <dd data-fate={fate}>
                <meter min="0" max="1000000" value={most_likely.to_string()}></meter>
                <b>{ per_cent(most_likely) + "\u{a0}%" }</b>
                <span class="note">{ fill(words().odds_interval, &figures) }</span>
            </dd>
        </>
    }
}

fn latency(ack: &Value) -> String {
    let of = |name: &str| ack[name].as_u64().map_or_else(|| "–".to_owned(), span);
    fill(words().odds_latency, &[("p50", &of("p50_us")), ("p99", &of("p99_us"))])
}

/// Parts of a million as per cent: `12.34`.
fn per_cent(ppm: u64) -> String {
    decimal(ppm / 100, 100, 2)
}
