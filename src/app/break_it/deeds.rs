//! What can be done to a thing: each deed with what it does, before it is done.

use ackscope::script::knobs::plain;
use serde_json::Value;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::BreakMsg;
use super::things::Thing;
use crate::app::ask::Topic;
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{spaced, words};

/// The deeds for a thing.
pub fn view(state: &State, thing: &Thing, on: &Callback<Msg>) -> Html {
    let texts = &state.questions.about(Topic::Texts).answer;
    if let Some(error) = texts["error"].as_str() {
        return html! { <p class="error" role="alert">{ error.to_owned() }</p> };
    }
    let Some(all) = texts["deeds"].as_array() else {
        return html! { <p class="note" role="status">{ words().lab_working }</p> };
    };
    let of_kind = all.iter().enumerate().filter(|(_, deed)| deed["on"] == thing.kind);
    html! {
        <ul class="deeds">
            { for of_kind.map(|(at, deed)| view_deed(state, thing, at, deed, on)) }
        </ul>
    }
}

fn view_deed(state: &State, thing: &Thing, at: usize, deed: &Value, on: &Callback<Msg>) -> Html {
    let text = |name: &str| deed[name].as_str().unwrap_or_default().to_owned();
    let onclick = tell::<MouseEvent>(on, Msg::Break(BreakMsg::Do(thing.clone(), at)));
    let what = state.deed(thing, at);
    let inputs = deed["inputs"].as_array().map_or(&[][..], Vec::as_slice);
    let name = deed["what"].as_object().and_then(|what| what.keys().next().cloned());
    let name = name.unwrap_or_else(|| plain(&deed["what"]));
    html! {
        <li class="deed" key={at} data-heals={(deed["heals"] == true).then_some("true")}>
            <button type="button" data-deed={name} {onclick}>
                <b>{ text("label") }</b><small>{ text("does") }</small>
            </button>
            if !inputs.is_empty() {
                <div class="deed-inputs">{ for inputs.iter().map(|input| view_input(at, input, &what, on)) }</div>
            }
        </li>
    }
}

fn view_input(deed: usize, input: &Value, what: &Value, on: &Callback<Msg>) -> Html {
    let place = input["place"].as_str().unwrap_or_default().to_owned();
    let value = what.pointer(&place).map(plain).unwrap_or_default();
    let label = input["label"].as_str().unwrap_or_default().to_owned();
    let say = move |value: String| Msg::Break(BreakMsg::Input(deed, place.clone(), value));
    let choices: Vec<String> =
        input["choices"].as_array().into_iter().flatten().map(plain).collect();
    if choices.is_empty() {
        let onchange = on.reform(move |event: Event| {
            say(event.target_unchecked_into::<HtmlInputElement>().value())
        });
        let value = spaced(&value);
        let size = value.len().clamp(3, 12).to_string();
        return html! {
            <label>{ label }<input type="text" autocomplete="off" spellcheck="false" {size} {value} {onchange} /></label>
        };
    }
    let onchange = on.reform(move |event: Event| {
        say(event.target_unchecked_into::<HtmlSelectElement>().value())
    });
    html! {
        <label>{ label }
            <select {onchange}>
                { for choices.into_iter().map(|choice| html! {
                    <option value={choice.clone()} selected={choice == value}>{ choice }</option>
                }) }
            </select>
        </label>
    }
}
