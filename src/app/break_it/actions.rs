//! What is done in this run: the script's actions, each to be changed, moved and taken away.

use ackscope::script::deeds::short;
use ackscope::script::edit::Edit;
use ackscope::script::knobs::plain;
use ackscope::script::{Duration, When};
use serde_json::Value;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{BreakMsg, moment, timing};
use crate::app::icons;
use crate::app::state::{Msg, State};
use crate::app::tool::{Tool, tell};
use crate::app::words::{fill, spaced, time, words};

/// The list of actions.
pub fn view(state: &State, script: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let actions = script["actions"].as_array().map_or(&[][..], Vec::as_slice);
    html! {
        <section class="actions-done">
            <h3 class="small-heading">{ w.actions }</h3>
            if actions.is_empty() { <p class="note">{ w.actions_none }</p> }
            <ol class="actions">
                { for actions.iter().enumerate().map(|(at, action)| view_action(state, at, action, on)) }
            </ol>
        </section>
    }
}

fn view_action(state: &State, at: usize, action: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let open = state.breaking.open == Some(at);
    let comes_us = state.action_us(at);
    let remove = Edit::remove("/actions/".to_owned() + &at.to_string());
    let remove = Tool {
        label: w.action_remove,
        path: icons::CLOSE,
        action: Some("remove-action"),
        disabled: false,
        msg: Msg::Break(BreakMsg::Edit(vec![remove])),
    };
    let go = comes_us.map(|us| {
        html! {
            <button type="button" class="action-time" title={w.action_go} onclick={tell::<MouseEvent>(on, Msg::Seek(us))}>{ time(us) }</button>
        }
    });
    let own = state.player.script().actions.get(at);
    let tied = own.and_then(|action| Some(tied(action.when.as_ref()?, action.after)));
    html! {
        <li class="action" key={at}>
            <div class="action-head">
                <button type="button" class="action-what" aria-expanded={if open { "true" } else { "false" }} data-action="edit-action"
                    onclick={tell::<MouseEvent>(on, Msg::Break(BreakMsg::Open(at)))}>{ short(&action["do"]) }</button>
                { go.unwrap_or_else(|| html! { <span class="action-never">{ w.action_never }</span> }) }
                { remove.view(on) }
            </div>
            if let Some(tied) = tied { <p class="note">{ tied }</p> }
            if open {
                <div class="action-edit">
                    { timing::of_action(state, at, action, on) }
                    <div class="deed-inputs">{ for leaves(&action["do"]).into_iter().map(|(place, value)| field(at, place, &value, on)) }</div>
                    { super::error(state) }
                </div>
            }
        </li>
    }
}

/// What an action waits for, in words.
pub fn tied(when: &When, after: Option<Duration>) -> String {
    let after = after.map(|after| " + ".to_owned() + &spaced(&after.to_string()));
    fill(words().when_text, &[("event", &moment::text(when))]) + &after.unwrap_or_default()
}

/// Everything about a deed that is a value, with its place in it.
fn leaves(what: &Value) -> Vec<(String, Value)> {
    match what {
        Value::Object(fields) => {
            let inner = fields.iter().flat_map(|(name, value)| {
                let inner = leaves(value).into_iter();
                inner.map(move |(place, leaf)| ("/".to_owned() + name + &place, leaf))
            });
            inner.collect()
        }
        // A word that stands for all is not to be changed here.
        leaf => vec![(String::new(), leaf.clone())],
    }
}

/// A value of an action, under the last step of its place.
fn field(at: usize, place: String, value: &Value, on: &Callback<Msg>) -> Html {
    let name = place.rsplit('/').next().unwrap_or_default().replace('_', " ");
    if place.is_empty() {
        return html! {};
    }
    let is_text = value.is_string();
    let onchange = on.reform(move |event: Event| {
        let text = event.target_unchecked_into::<HtmlInputElement>().value();
        let place = "/actions/".to_owned() + &at.to_string() + "/do" + &place;
        Msg::Break(BreakMsg::Edit(vec![Edit::put(place, moment::typed(&text, is_text))]))
    });
    let value = spaced(&plain(value));
    let size = value.len().clamp(3, 14).to_string();
    html! {
        <label>{ name }<input type="text" autocomplete="off" spellcheck="false" {size} {value} {onchange} /></label>
    }
}
