//! Above the settings: the search, the version of Kafka, presets, and since when a change counts.

use ackscope::script::Version;
use ackscope::script::edit::Edit;
use ackscope::script::presets::Preset;
use ackscope::script::version::KNOWN;
use serde_json::Value;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::Props;
use crate::app::ask::Topic;
use crate::app::state::Msg;
use crate::app::tool::tell;
use crate::app::tune::TuneMsg;
use crate::app::words::{fill, words};

/// The head of the panel.
pub fn head(props: &Props) -> Html {
    let w = words();
    let oninput = props.on.reform(|event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlInputElement>().value();
        Msg::Tune(TuneMsg::Search(text))
    });
    html! {
        <div class="tune-head">
            <input type="search" class="search" placeholder={w.search} aria-label={w.search} value={props.tune.search.clone()} {oninput} />
            <div class="tune-row">
                { version(props) }
                { presets(props.version, &props.texts, &props.on) }
            </div>
            { since_when(props) }
        </div>
    }
}

fn version(props: &Props) -> Html {
    let w = words();
    let onchange = props.on.reform(|event: Event| {
        let version = event.target_unchecked_into::<HtmlSelectElement>().value();
        Msg::Tune(TuneMsg::Edit(vec![Edit::put("/kafka", version)]))
    });
    let option = |version: &Version| {
        let name = version.to_string();
        html! { <option selected={*version == props.version}>{ name }</option> }
    };
    html! {
        <label class="labelled">{ w.kafka_version }
            <select data-setting="kafka" {onchange}>{ for KNOWN.iter().rev().map(option) }</select>
        </label>
    }
}

/// The menu of presets.
pub fn presets(version: Version, texts: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let version = version.to_string();
    let button = |preset: Preset| {
        let (name, id) = match preset {
            Preset::Defaults => (fill(w.preset_defaults, &[("version", &version)]), "defaults"),
            Preset::Fast => (w.preset_fast.to_owned(), "fast"),
            Preset::Durable => (w.preset_durable.to_owned(), "durable"),
            Preset::Article => (w.preset_article.to_owned(), "article"),
        };
        let does = texts["presets"][id].as_str().unwrap_or_default().to_owned();
        let onclick = on.reform(move |event: MouseEvent| {
            let button: web_sys::Element = event.target_unchecked_into();
            if let Ok(Some(menu)) = button.closest("details") {
                let _ = menu.remove_attribute("open");
            }
            Msg::Tune(TuneMsg::Preset(preset))
        });
        html! {
            <button type="button" data-preset={id} {onclick}><b>{ name }</b><small>{ does }</small></button>
        }
    };
    html! {
        <details class="presets">
            <summary onclick={tell::<MouseEvent>(on, Msg::Ask(Topic::Texts))}>{ w.presets }</summary>
            <div class="presets-body">{ for Preset::ALL.into_iter().map(button) }</div>
        </details>
    }
}

/// For the whole run, or from now on.
fn since_when(props: &Props) -> Html {
    let w = words();
    let says = props.texts["acts"]["from-now"].as_str().unwrap_or_default().to_owned();
    let choice = |from_now: bool, text: &'static str| {
        let onchange = tell::<Event>(&props.on, Msg::Tune(TuneMsg::FromNow(from_now)));
        html! {
            <label class="segment">
                <input type="radio" name="since-when" checked={from_now == props.tune.from_now} {onchange} />
                <span>{ text }</span>
            </label>
        }
    };
    html! {
        <>
            <div class="segments even" role="radiogroup" aria-label={w.since_when}>
                { choice(false, w.whole_run) }
                { choice(true, w.from_now) }
            </div>
            if props.tune.from_now { <p class="note">{ says }</p> }
        </>
    }
}
