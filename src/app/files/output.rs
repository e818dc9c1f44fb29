//! Files out: the settings of the run as properties files and as code of clients, to copy and to keep.

use serde_json::Value;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::FilesMsg;
use crate::app::ask::Topic;
use crate::app::state::{Msg, State};
use crate::app::words::{fill, words};

#[wasm_bindgen]
extern "C" {
    /// `static/boot.js` puts a text on the clipboard and says whether that could be done.
    #[wasm_bindgen(js_namespace = ackscope)]
    fn copy(text: &str, done: JsValue);
}

/// The settings of the run.
pub fn view(state: &State, on: &Callback<Msg>) -> Html {
    let (w, files) = (words(), &state.files);
    let asked = state.questions.about(Topic::Out);
    let texts = &state.questions.about(Topic::Texts).answer;
    let onclient = on.reform(|event: Event| {
        let client = event.target_unchecked_into::<HtmlSelectElement>().value();
        Msg::Files(FilesMsg::Show(client))
    });
    let ondefaults = on.reform(|event: Event| {
        Msg::Files(FilesMsg::Defaults(event.target_unchecked_into::<HtmlInputElement>().checked()))
    });
    let clients = texts["clients"].as_array().into_iter().flatten();
    let option = |client: &Value| {
        let text = |name: &str| client[name].as_str().unwrap_or_default().to_owned();
        html! { <option value={text("id")} selected={files.client == text("id")}>{ text("name") }</option> }
    };
    let answer = &asked.answer;
    html! {
        // Whoever has brought files must not take the run's for the better ones.
        <details class="files-out" open={files.is_empty()} aria-busy={asked.waiting.then_some("true")}>
            <summary class="small-heading">{ w.files_out }</summary>
            <p class="note">{ w.files_better }</p>
            { crate::app::settings::presets(state.draft().kafka, texts, on) }
            <select class="which thing-choice" data-choice="client" aria-label={w.files_as} onchange={onclient}>
                <option value="" selected={files.client.is_empty()}>{ w.files_properties }</option>
                { for clients.map(option) }
            </select>
            if files.client.is_empty() {
                <label class="check small"><input type="checkbox" checked={files.defaults} onchange={ondefaults} /><span>{ w.files_defaults }</span></label>
                { for clients_first(&answer["files"]).into_iter().map(|(at, file)| view_text(state, at, file, on)) }
            } else if let Some(error) = answer["code"]["error"].as_str() {
                <p class="error" role="alert">{ error.to_owned() }</p>
            } else {
                { for answer["code"].as_array().into_iter().flatten().enumerate().map(|(at, code)| view_text(state, at, code, on)) }
            }
        </details>
    }
}

/// Files, those of clients first: they are what one mostly comes for.
fn clients_first(files: &Value) -> Vec<(usize, &Value)> {
    let mut files: Vec<(usize, &Value)> =
        files.as_array().into_iter().flatten().enumerate().collect();
    let rank = |kind: &Value| {
        let kinds = ["producer", "consumer", "topic"];
        kinds.iter().position(|it| kind == it).unwrap_or(kinds.len())
    };
    files.sort_by_key(|(_, file)| rank(&file["kind"]));
    files
}

/// A text with its name, to copy and to keep.
fn view_text(state: &State, at: usize, file: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let name = file["name"].as_str().unwrap_or_default().to_owned();
    let text = file["text"].as_str().unwrap_or_default().to_owned();
    let cannot = file["cannot"].as_array().map_or(&[][..], Vec::as_slice);
    let remarks = file["remarks"].as_array().map_or(&[][..], Vec::as_slice);
    html! {
        <div class="file" key={name.clone()}>
            <div class="file-head">
                <span class="file-name">{ &name }</span>
                { ways(state, at, &name, &text, on) }
            </div>
            if text.trim().is_empty() {
                <p class="note">{ w.files_nothing }</p>
            } else {
                <pre class="file-text" tabindex="0" data-name={name}>{ for lines(&text) }</pre>
            }
            if !cannot.is_empty() {
                <div class="cannot">
                    <p>{ w.files_cannot }</p>
                    <ul>{ for cannot.iter().map(|it| html! { <li><code>{ part(it, 0) }</code>{ ": " }{ part(it, 1) }</li> }) }</ul>
                </div>
            }
            { for remarks.iter().filter_map(Value::as_str).map(|text| html! { <p class="note">{ text.to_owned() }</p> }) }
        </div>
    }
}

/// The lines of a text; what does not fit on one goes on further in.
pub fn lines(text: &str) -> impl Iterator<Item = Html> {
    text.split_inclusive('\n').map(|line| html! { <span class="line">{ line.to_owned() }</span> })
}

/// Copies a text, or saves it.
pub fn ways(state: &State, at: usize, name: &str, text: &str, on: &Callback<Msg>) -> Html {
    let w = words();
    let text = text.to_owned();
    let href = "data:text/plain;charset=utf-8,".to_owned() + &encoded(&text);
    let onclick = {
        let (on, text) = (on.clone(), text.clone());
        Callback::from(move |_: MouseEvent| {
            let on = on.clone();
            let done = move |done: bool| on.emit(Msg::Files(FilesMsg::Copied(at, done)));
            copy(&text, Closure::once_into_js(done));
        })
    };
    let copied = state.files.copied.filter(|(own, _)| *own == at);
    let copy_word = match copied {
        Some((_, true)) => w.files_copied,
        Some((_, false)) => w.files_not_copied,
        None => w.files_copy,
    };
    let label = fill(w.files_copy_label, &[("name", name)]);
    html! {
        <>
            <button type="button" class="link" data-action="copy" aria-label={label} {onclick}>{ copy_word }</button>
            <a class="link" download={name.to_owned()} {href}>{ w.files_download }</a>
        </>
    }
}

fn part(pair: &Value, at: usize) -> String {
    pair[at].as_str().unwrap_or_default().to_owned()
}

/// A text as a part of an address.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digit =
                |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0').to_ascii_uppercase();
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_becomes_a_part_of_an_address() {
        assert_eq!(super::encoded("acks=all\n# ü"), "acks%3Dall%0A%23%20%C3%BC");
    }
}
