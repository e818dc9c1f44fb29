//! The odds: many runs with random faults, how often they harm, and how sure that is.

use serde_json::Value;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::hazard::{DANGERS, Danger, OWN};
use super::rescue::progress;
use super::{Asked, Hazard, HazardMsg, Job, LabMsg};
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{count, decimal, fill, words};

/// The hazards that can be chosen, as the lab reads them, each with its words.
fn hazards() -> [(&'static str, &'static str); 6] {
    let w = words();
    [
        ("script", w.hazard_script),
        ("broker-crash=6/min", w.hazard_broker_crash),
        ("power-cut=6/min", w.hazard_power_cut),
        ("lose-response=5%", w.hazard_lose_response),
        ("client-crash=6/min", w.hazard_client_crash),
        (OWN, w.hazard_own),
    ]
}

/// The part of the panel that asks for the odds and shows them.
pub fn odds(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let asked = state.lab.asked(Job::Odds);
    let hazard = state.lab.hazard();
    let onchange = on.reform(|event: Event| {
        let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        let hazard = usize::try_from(at).ok().and_then(|at| hazards().get(at).copied());
        Msg::Lab(LabMsg::Hazard(HazardMsg::Choose(hazard.map_or("script", |(hazard, _)| hazard))))
    });
    let ask = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Ask(Job::Odds, "")));
    html! {
        <section class="lab" data-lab="odds">
            <h3>{ w.odds }</h3>
            if asked.number == 0 { <p class="hint">{ w.odds_hint }</p> }
            <p class="ask-row">
                <label for="hazard">{ w.odds_hazard }</label>
                <select id="hazard" {onchange}>
                    { for hazards().iter().map(|(name, text)| html! {
                        <option value={*name} selected={*name == hazard.chosen}>{ *text }</option>
                    }) }
                </select>
            </p>
            if hazard.chosen == OWN { { rates(hazard, on) } }
            <p><button type="button" class="ask" data-action="odds" disabled={asked.running} onclick={ask}>{ w.odds_ask }</button></p>
            if asked.number > 0 {
                { progress(asked, Job::Odds, on) }
                { estimates(asked, on) }
            }
        </section>
    }
}

/// Rates of one's own.
fn rates(hazard: &Hazard, on: &Callback<Msg>) -> Html {
    let row = |at: usize| {
        let Danger { word, unit } = DANGERS[at];
        let id = "rate-".to_owned() + word;
        let onchange = on.reform(move |event: Event| {
            let rate = event.target_unchecked_into::<HtmlInputElement>().value();
            Msg::Lab(LabMsg::Hazard(HazardMsg::Rate(at, rate)))
        });
        html! {
            <>
                <label for={id.clone()}>{ word }</label>
                <span><input {id} type="number" inputmode="numeric" min="0" max="600" value={hazard.rates[at].to_string()} {onchange} />{ " " }<span class="unit">{ unit }</span></span>
            </>
        }
    };
    html! {
        <>
            <div class="rates">{ for (0..DANGERS.len()).map(row) }</div>
            <p class="note">{ words().odds_rates }</p>
        </>
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
    let all = |name: &str| report[name].as_array().map_or(&[][..], Vec::as_slice);
    let axis = report["axis"].as_u64().unwrap_or(1_000_000).max(1);
    html! {
        <>
            <p class="note" aria-live="polite">{ fill(w.odds_of, &[("n", &count(runs))]) }</p>
            <dl class="odds">{ for all("shares").iter().map(|share| view_share(share, axis)) }</dl>
            <p class="axis" aria-hidden="true"><span>{ "0" }</span><span>{ per_cent(axis) + "\u{a0}%" }</span></p>
            { for all("latencies").iter().map(view_latency) }
            if report["worst"].is_object() {
                <button type="button" class="ask" data-action="open-worst" onclick={open}>{ w.odds_worst }</button>
            }
        </>
    }
}

/// A probability with its interval, in figures and on the scale of all of them.
fn view_share(it: &Value, axis: u64) -> Html {
    let w = words();
    let (kind, share) = (it["kind"].as_str().unwrap_or_default(), &it["share"]);
    let number = |name: &str| share[name].as_u64().unwrap_or(0);
    let (low, most_likely, high) = (number("low"), number("per_million"), number("high"));
    let figures = [("low", &*per_cent(low)), ("high", &*per_cent(high))];
    let (text, fate) = match kind {
        "lost" => (w.odds_lost, "lost"),
        "duplicated" => (w.odds_duplicated, "duplicated"),
        "reordered" => (w.odds_reordered, "duplicated"),
        "ghost" => (w.odds_ghost, "ghost"),
        "reported" => (w.reported, "reported"),
        _ => (w.odds_unavailable, "pending"),
    };
    let x = |ppm: u64| (ppm * 1_000 / axis).min(1_000);
    let range = (x(high) - x(low)).max(4).to_string();
    html! {
        <>
            <dt>{ text }</dt>
            <dd data-fate={fate} data-share={kind.to_owned()}>
                <span><b>{ per_cent(most_likely) + "\u{a0}%" }</b>{ " " }<span class="note">{ fill(w.odds_interval, &figures) }</span></span>
                <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                    <rect class="rail" x="0" y="4" width="1000" height="2" />
                    <rect class="range" x={x(low).to_string()} y="1" width={range} height="8" />
                    <rect class="point" x={x(most_likely).saturating_sub(3).to_string()} y="0" width="6" height="10" />
                </svg>
            </dd>
        </>
    }
}

/// How long something took, over the logarithm of the time.
fn view_latency(it: &Value) -> Html {
    let w = words();
    let (name, chart) = (it[0].as_str().unwrap_or_default(), &it[1]);
    let Some(columns) = chart["columns"].as_array() else { return html! {} };
    let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let title = if name == "ack" { w.odds_ack } else { w.odds_end_to_end };
    let figure = |pattern: &'static str, name: &'static str| {
        let text = fill(pattern, &[("time", &text(&chart[name]["text"]))]);
        html! { <span class="note" data-line={name}>{ text }</span> }
    };
    let width = 1_000 / columns.len().max(1);
    let column = |(at, height): (usize, &Value)| {
        let height = height.as_u64().unwrap_or(0) / 10;
        html! { <rect x={(at * width).to_string()} y={(100 - height).to_string()} width={(width - 2).to_string()} height={height.to_string()} /> }
    };
    let mark = |name: &'static str| {
        let line = |place: u64| "M".to_owned() + &place.to_string() + " 0V100";
        chart[name]["place"].as_u64().map(|place| {
            html! { <path data-line={name} d={line(place)} vector-effect="non-scaling-stroke" /> }
        })
    };
    html! {
        <figure class="latency" data-latency={name.to_owned()}>
            <figcaption>{ title }{ " " }{ figure(w.odds_median, "p50") }{ " " }{ figure(w.odds_slowest, "p99") }</figcaption>
            <svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                { for columns.iter().enumerate().map(column) }
                { for mark("p50") }{ for mark("p99") }
            </svg>
            <p class="axis" aria-hidden="true"><span>{ text(&chart["from"]) }</span><span>{ text(&chart["to"]) }</span></p>
        </figure>
    }
}

/// Parts of a million as per cent: `12.34`.
fn per_cent(ppm: u64) -> String {
    decimal(ppm / 100, 100, 2)
}
