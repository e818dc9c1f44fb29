//! Files in: pasted, dropped or chosen; what is wrong with them, line by line.

use serde_json::Value;
use web_sys::{DragEvent, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

use super::{FilesMsg, Input, read};
use crate::app::ask::Topic;
use crate::app::effects;
use crate::app::icons;
use crate::app::panes::Pane;
use crate::app::state::{Msg, State};
use crate::app::tool::{Tool, tell};
use crate::app::words::{fill, words};

/// So long nothing is typed before a text is looked at.
const REST_MS: i32 = 600;

const KINDS: [&str; 4] = ["producer", "consumer", "topic", "broker"];

/// The files that were given, and what there is to say about them.
pub fn view(state: &State, on: &Callback<Msg>) -> Html {
    let (w, files) = (words(), &state.files);
    let answer = &state.questions.about(Topic::Files).answer;
    let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
    let ondrop = {
        let on = on.clone();
        Callback::from(move |event: DragEvent| {
            let dropped = event.data_transfer().and_then(|data| data.files());
            if let Some(dropped) = dropped.filter(|files| files.length() > 0) {
                event.prevent_default();
                read(&dropped, &on);
            }
        })
    };
    let onchosen = {
        let on = on.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            if let Some(chosen) = input.files() {
                read(&chosen, &on);
            }
            // The same file may be chosen again.
            input.set_value("");
        })
    };
    html! {
        <section class="files-in" {ondragover} {ondrop}>
            <h3 class="small-heading">{ w.files_in }</h3>
            <p class="note">{ w.files_hint }</p>
            { for files.inputs.iter().enumerate().map(|(at, input)| view_input(at, input, state, on)) }
            <p class="file-ways">
                <label class="ask">{ w.files_choose }<input type="file" class="sr-only" multiple=true accept=".properties,.conf,.txt" onchange={onchosen} /></label>
                <button type="button" class="ask" onclick={tell::<MouseEvent>(on, Msg::Files(FilesMsg::More))}>{ w.files_more }</button>
            </p>
            if let Some(error) = &files.error { <p class="error" role="alert">{ error }</p> }
            if !files.is_empty() { { said(state, answer, on) }{ super::better::view(state, on) } }
        </section>
    }
}

fn view_input(at: usize, input: &Input, state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let name = state.files.name(at);
    let onkind = on.reform(move |event: Event| {
        let kind = event.target_unchecked_into::<HtmlSelectElement>().value();
        Msg::Files(FilesMsg::Kind(at, kind))
    });
    // What is pasted is complete; what is typed when nothing comes for a while, or the field is left.
    let oninput = {
        let on = on.clone();
        Callback::from(move |event: InputEvent| {
            let all = ["insertFromPaste", "insertFromDrop", "deleteByCut"];
            let done = all.contains(&&*event.input_type());
            let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            on.emit(Msg::Files(FilesMsg::Text(at, text.clone(), done)));
            let on = on.clone();
            effects::after(REST_MS, move || on.emit(Msg::Files(FilesMsg::Rest(at, text))));
        })
    };
    let onchange = on.reform(move |event: Event| {
        let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
        Msg::Files(FilesMsg::Text(at, text, true))
    });
    let remove = Tool {
        label: w.files_remove,
        path: icons::CLOSE,
        action: Some("remove-file"),
        disabled: false,
        msg: Msg::Files(FilesMsg::Remove(at)),
    };
    let rows = input.text.lines().count().clamp(5, 16).to_string();
    let auto = match &*input.found {
        "" => w.files_kind_auto.to_owned(),
        found => fill(w.files_kind_found, &[("kind", found)]),
    };
    html! {
        <div class="file" key={at}>
            <div class="file-head">
                <span class="file-name">{ &name }</span>
                <select class="which" aria-label={w.files_kind} onchange={onkind}>
                    <option value="" selected={input.kind.is_empty()}>{ auto }</option>
                    { for KINDS.iter().map(|kind| html! { <option value={*kind} selected={input.kind == *kind}>{ *kind }</option> }) }
                </select>
                { remove.view(on) }
            </div>
            <textarea class="file-text" data-file={at.to_string()} {rows} spellcheck="false" autocomplete="off" aria-label={name}
                placeholder={w.files_placeholder} value={input.text.clone()} {oninput} {onchange} />
        </div>
    }
}

/// What the lab says about them.
fn said(state: &State, answer: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    if let Some(error) = answer["error"].as_str() {
        return html! { <p class="error" role="alert">{ error.to_owned() }</p> };
    }
    let problems = answer["problems"].as_array().filter(|_| !state.files.typing);
    let Some(problems) = problems else {
        return html! { <p class="note" role="status">{ w.lab_working }</p> };
    };
    let several = state.files.inputs.len() > 1;
    let aside = answer["kinds"].as_array().into_iter().flatten();
    let aside = aside.flat_map(|kind| kind["set_aside"].as_array().into_iter().flatten());
    let aside: Vec<&str> = aside.filter_map(Value::as_str).collect();
    let ready = answer["script"].is_object();
    // Until it comes there is the answer to what was asked before.
    let waiting = state.questions.about(Topic::Files).waiting;
    html! {
        <div class="said" aria-live="polite">
            if problems.is_empty() && !waiting { <p class="fine">{ w.files_fine }</p> }
            <ol class="problems">{ for problems.iter().map(|problem| view_problem(problem, several)) }</ol>
            if !aside.is_empty() { <p class="note">{ fill(w.files_aside, &[("names", &aside.join(", "))]) }</p> }
            <button type="button" class="ask" data-action="apply-files" disabled={!ready || state.files.applied}
                onclick={tell::<MouseEvent>(on, Msg::Files(FilesMsg::Apply))}>{ w.files_apply }</button>
            if !ready && !waiting { <p class="note">{ w.files_mend }</p> }
            if state.files.applied {
                <p class="note" role="status">{ w.files_applied }{ " " }
                    <button type="button" class="link" onclick={tell::<MouseEvent>(on, Msg::Pane(Pane::Lab, true))}>{ w.files_promise }</button>
                </p>
            }
        </div>
    }
}

fn view_problem(problem: &Value, several: bool) -> Html {
    let w = words();
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    let line = problem["line"].as_u64().map(|line| fill(w.files_line, &[("n", &line.to_string())]));
    let level = if problem["level"] == "error" { w.files_error } else { w.files_warning };
    html! {
        <li class="problem" data-level={text("level")}>
            <p class="problem-head">
                <b>{ level }</b>
                if several { <span>{ text("file") }</span> }
                if let Some(line) = line { <span>{ line }</span> }
                if let Some(text) = problem["text"].as_str() { <code>{ text.to_owned() }</code> }
            </p>
            <p>{ text("message") }</p>
        </li>
    }
}
