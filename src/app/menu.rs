//! The lessons to choose from, and a way to open a script of one's own: a dialog of the browser's.
//!
//! The lab knows the lessons (`src/worker`), so that the page need not carry them.

use ackscope::script::Script;
use serde_json::Value;
use yew::prelude::*;

use super::effects::chosen_text;
use super::icons;
use super::lab::Job;
use super::state::{Msg, State};
use super::tool::{Tool, tell};
use super::words::{fill, words};

/// What an address says before the id of a lesson.
pub const ADDRESS: &str = "lesson=";

/// What the dialog shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Menu {
    /// Whether it is open.
    pub open: bool,
    /// What is wrong with the script that was to be opened.
    pub error: Option<String>,
    /// The lesson that is asked for, until the lab has told its script.
    pub wanted: Option<String>,
    /// The lesson that was opened last: the address says so.
    pub opened: Option<String>,
}

/// What happens in the dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum MenuMsg {
    /// Opens or closes it.
    Open(bool),
    /// A lesson, by its id.
    Lesson(String),
    /// A script as text, or why its file cannot be read.
    Script(Result<String, String>),
}

/// A lesson's script as the lab told it, once it has told the lessons; or that there is none.
pub fn lesson<'a>(report: &'a Value, id: &str) -> Option<Result<&'a str, String>> {
    let lessons = report["lessons"].as_array()?;
    let lesson = lessons.iter().find(|lesson| lesson["id"] == id);
    let script = lesson.and_then(|lesson| lesson["script"].as_str());
    Some(script.ok_or_else(|| fill(words().no_lesson, &[("id", id)])))
}

/// A script, or what is wrong with it.
pub fn read(text: &str) -> Result<Script, String> {
    Script::parse(text).map_err(|error| error.to_string())
}

/// The dialog.
pub fn menu(state: &State, dialog: &NodeRef, on: &Callback<Msg>) -> Html {
    let w = words();
    let close = Tool {
        label: w.close,
        path: icons::CLOSE,
        action: None,
        disabled: false,
        msg: Msg::Menu(MenuMsg::Open(false)),
    };
    html! {
        <dialog class="menu" ref={dialog.clone()} aria-labelledby="menu-title" onclose={tell::<Event>(on, Msg::Menu(MenuMsg::Open(false)))}>
            if state.menu.open {
                <div class="panel-head"><h2 id="menu-title">{ w.lessons }</h2>{ close.view(on) }</div>
                { lessons(state, on) }
                { own_script(state, on) }
            }
        </dialog>
    }
}

fn lessons(state: &State, on: &Callback<Msg>) -> Html {
    let asked = state.lab.asked(Job::Lessons);
    if let Some(error) = asked.error() {
        return html! { <p class="error" role="alert">{ error.to_owned() }</p> };
    }
    let Some(lessons) = asked.report["lessons"].as_array() else {
        return html! { <p class="hint" role="status">{ words().lab_working }</p> };
    };
    let item = |lesson: &Value| {
        let text = |name: &str| lesson[name].as_str().unwrap_or_default().to_owned();
        let current = (state.player.script().name == text("name")).then_some("true");
        let id = text("id");
        let onclick = tell::<MouseEvent>(on, Msg::Menu(MenuMsg::Lesson(id.clone())));
        html! {
            <li>
                <button type="button" class="menu-item" data-lesson={id} aria-current={current} {onclick}>
                    <span class="menu-name">{ text("name") }</span>
                    <span class="menu-about">{ text("about") }</span>
                </button>
            </li>
        }
    };
    html! { <ol class="menu-list">{ for lessons.iter().map(item) }</ol> }
}

fn own_script(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let onchange = chosen_text(on.reform(|read| Msg::Menu(MenuMsg::Script(read))));
    html! {
        <div class="menu-file">
            <label for="script-file">{ w.own_script }</label>
            <input id="script-file" type="file" accept=".json,application/json" {onchange} />
            if let Some(error) = &state.menu.error {
                <p class="error" role="alert">{ error }</p>
            }
        </div>
    }
}
