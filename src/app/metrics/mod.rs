//! Kafka's metrics as small charts under their own names, with the moment marked. The lab works
//! them out; what never changes is folded away.

mod chart;

use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

pub use chart::{Chart, charts};
use chart::{HEIGHT, WIDTH};

use super::lab::Job;
use super::lab::rescue::progress;
use super::state::{Asks, Msg, RENDER, State};
use super::words::{fill, words};

/// What the user does with the metrics.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricsMsg {
    /// Looks for some.
    Seek(String),
}

impl State {
    /// Looks for metrics.
    pub fn seek_metrics(&mut self, msg: MetricsMsg) -> Asks {
        let MetricsMsg::Seek(sought) = msg;
        self.metrics = sought;
        RENDER
    }
}

/// The pane. `line` is where the moment is marked.
pub fn metrics(state: &State, charts: &[Chart], line: &NodeRef, on: &Callback<Msg>) -> Html {
    let w = words();
    let asked = state.lab.asked(Job::Metrics);
    let oninput = on.reform(|event: InputEvent| {
        Msg::Metrics(MetricsMsg::Seek(event.target_unchecked_into::<HtmlInputElement>().value()))
    });
    let found = || charts.iter().filter(|chart| chart.matches(&state.metrics));
    let flat = found().filter(|chart| chart.flat).count();
    html! {
        <div class="metrics" ref={line.clone()}>
            <input type="search" class="search" placeholder={w.metrics_search} aria-label={w.metrics_search} value={state.metrics.clone()} {oninput} />
            { progress(asked, Job::Metrics, on) }
            if found().next().is_none() && !asked.running { <p class="hint">{ w.metrics_none }</p> }
            if found().next().is_some() { <p class="note">{ w.metrics_hint }</p> }
            <ul class="charts">{ for found().filter(|chart| !chart.flat).map(|chart| view_chart(chart, state, on)) }</ul>
            if flat > 0 {
                <details class="survived">
                    <summary>{ fill(w.metrics_flat, &[("n", &flat.to_string())]) }</summary>
                    <ul class="charts">{ for found().filter(|chart| chart.flat).map(|chart| html! { <li>{ view_head(chart, state) }</li> }) }</ul>
                </details>
            }
        </div>
    }
}

/// Its name and its value now.
fn view_head(chart: &Chart, state: &State) -> Html {
    html! {
        <div class="chart-head">
            <span title={chart.source.clone()}><code>{ for chart.parts.iter().map(|part| html! { <>{ part }<wbr /></> }) }</code>{ " " }<span class="note">{ &chart.of }</span></span>
            <b>{ chart.at(state.now_us).to_owned() }</b>
        </div>
    }
}

fn view_chart(chart: &Chart, state: &State, on: &Callback<Msg>) -> Html {
    let (total_ms, next) = (state.pace().total_ms(), chart.next_us(state.now_us));
    // A click goes to where it is, a key to the next change.
    let onclick = on.reform(move |event: MouseEvent| {
        let width = event.target_unchecked_into::<HtmlElement>().client_width();
        match next {
            Some(next_us) if event.detail() == 0 => Msg::Seek(next_us),
            _ => Msg::Scrub(f64::from(event.offset_x()) / f64::from(width.max(1)) * total_ms),
        }
    });
    let label = fill(words().metrics_chart, &[("name", &chart.name), ("of", &chart.of)]);
    let box_ = "0 0 ".to_owned() + &WIDTH.to_string() + " " + &HEIGHT.to_string();
    html! {
        <li class="chart" data-says={chart.says.clone()} data-metric={chart.name.clone()} data-of={chart.of.clone()} key={chart.name.clone() + &chart.of}>
            { view_head(chart, state) }
            <button type="button" class="plot" aria-label={label} {onclick}>
                <svg viewBox={box_} preserveAspectRatio="none" aria-hidden="true" focusable="false"><path d={chart.path.clone()} vector-effect="non-scaling-stroke" /></svg>
                <span class="now" aria-hidden="true"></span>
            </button>
        </li>
    }
}
