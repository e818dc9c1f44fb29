//! The lessons to choose from, and a way to open a script of one's own: a dialog of the browser's.
//!
//! The lab knows the lessons (`src/worker`), so that the page need not carry them.

use ackscope::lessons::FIRST;
use ackscope::script::Script;
use serde_json::Value;
use yew::prelude::*;

use super::effects::chosen_text;
use super::icons;
use super::lab::Job;
use super::state::{Asks, Msg, PAINT, State};
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
    /// Whether that was a file.
    from_file: bool,
    /// The lesson that is asked for, until the lab has told its script.
    pub wanted: Option<String>,
    /// The lesson that was opened last: the address says so.
    pub opened: Option<String>,
    /// The lesson that was opened last.
    pub lesson: Option<Lesson>,
}

impl Menu {
    /// The first visit's lesson is on the page.
    pub fn beginning_with(script: &Script) -> Self {
        let kafka = FIRST.checked.kafka.to_owned();
        Self { lesson: Some(Lesson { script: script.clone(), kafka }), ..Self::default() }
    }

    /// Opens or closes it.
    pub fn show(&mut self, open: bool, error: Option<String>) {
        self.open = open;
        self.from_file &= error.is_some();
        self.error = error;
    }

    /// The Kafka that a script was checked against: as long as it is that of a lesson.
    #[must_use]
    pub fn checked(&self, script: &Script) -> Option<&str> {
        let lesson = self.lesson.as_ref().filter(|lesson| lesson.script == *script)?;
        Some(&lesson.kafka)
    }
}

/// What happens in the dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum MenuMsg {
    /// Opens or closes it.
    Open(bool),
    /// A lesson, by its id.
    Lesson(String),
    /// What the address asks for, which may be a lesson.
    Address(String),
    /// A script as text, or why its file cannot be read.
    Script(Result<String, String>),
}

/// A lesson that is on the page, with the Kafka that it was checked against.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Its script.
    pub script: Script,
    /// The version of the real clusters.
    pub kafka: String,
}

/// A lesson as the lab told it, once it has told the lessons; or that there is none.
pub fn lesson(report: &Value, id: &str) -> Option<Result<Lesson, String>> {
    let lessons = report["lessons"].as_array()?;
    let Some(lesson) = lessons.iter().find(|lesson| lesson["id"] == id) else {
        return Some(Err(fill(words().no_lesson, &[("id", id)])));
    };
    let kafka = lesson["checked"]["kafka"].as_str().unwrap_or_default().to_owned();
    let script = read(lesson["script"].as_str().unwrap_or_default());
    Some(script.map(|script| Lesson { script, kafka }))
}

/// A script, or what is wrong with it.
pub fn read(text: &str) -> Result<Script, String> {
    Script::parse(text).map_err(|error| error.to_string())
}

impl State {
    /// Another lesson, or a script of the user's own.
    pub fn choose(&mut self, msg: MenuMsg) -> Asks {
        let script = match msg {
            MenuMsg::Open(open) => {
                self.menu.show(open, None);
                return self.want_lessons();
            }
            MenuMsg::Lesson(id) => {
                self.menu.wanted = Some(id);
                return self.want_lessons();
            }
            MenuMsg::Address(asked) => match asked.strip_prefix(ADDRESS) {
                Some(id) => return self.choose(MenuMsg::Lesson(id.to_owned())),
                None => {
                    let query = asked.starts_with('?');
                    let mut named: String = asked.chars().take(80).collect();
                    if !query {
                        named.insert(0, '#');
                    }
                    self.menu.show(true, Some(fill(words().no_address, &[("address", &named)])));
                    return self.want_lessons();
                }
            },
            MenuMsg::Script(text) => {
                self.menu.from_file = true;
                text.and_then(|text| read(&text))
            }
        };
        self.open(script);
        PAINT
    }

    /// Lessons are asked of the lab once. The one that is wanted is opened when it is known.
    pub fn want_lessons(&mut self) -> Asks {
        if self.lab.asked(Job::Lessons).number == 0 {
            self.lab.ask(Job::Lessons, String::new(), self.player.script());
        }
        let report = &self.lab.asked(Job::Lessons).report;
        let lesson = self.menu.wanted.as_deref().and_then(|id| lesson(report, id));
        if let Some(lesson) = lesson {
            self.open(lesson.as_ref().map(|it| it.script.clone()).map_err(Clone::clone));
            self.menu.lesson = lesson.ok();
        }
        Asks { lab: true, ..PAINT }
    }

    /// Opens a script from its beginning. One that cannot be run leaves everything as it was.
    fn open(&mut self, script: Result<Script, String>) {
        let set = script.and_then(|script| self.player.set(script).map_err(|e| e.to_string()));
        match set {
            Ok(()) => {
                self.compare = None;
                self.among = None;
                self.menu.show(false, None);
                self.menu.opened = self.menu.wanted.take();
                self.changed();
                self.begin();
            }
            Err(error) => {
                self.menu.wanted = None;
                self.menu.show(true, Some(error));
            }
        }
    }
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
                if !state.menu.from_file { { error(state) } }
                { lessons(state, on) }
                { own_script(on) }
                if state.menu.from_file { { error(state) } }
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
        // Against which Kafka it was checked, and the recording that it was compared with.
        let checked = |name: &str| lesson["checked"][name].as_str().unwrap_or_default().to_owned();
        let current = (state.player.script().name == text("name")).then_some("true");
        let id = text("id");
        let onclick = tell::<MouseEvent>(on, Msg::Menu(MenuMsg::Lesson(id.clone())));
        html! {
            <li>
                <button type="button" class="menu-item" data-lesson={id} aria-current={current} {onclick}>
                    <span class="menu-name">{ text("name") }</span>
                    <span class="menu-about">{ text("about") }</span>
                    <span class="menu-checked">{ fill(words().checked, &[("version", &checked("kafka"))]) }<code>{ checked("recording") }</code></span>
                </button>
            </li>
        }
    };
    html! {
        <>
            <p class="note">{ words().lessons_checked }</p>
            <ol class="menu-list">{ for lessons.iter().map(item) }</ol>
        </>
    }
}

fn own_script(on: &Callback<Msg>) -> Html {
    let w = words();
    let onchange = chosen_text(on.reform(|read| Msg::Menu(MenuMsg::Script(read))));
    html! {
        <div class="menu-file">
            <span>{ w.own_script }</span>
            <label class="ask">{ w.files_choose }<input id="script-file" type="file" class="sr-only" accept=".json,application/json" aria-label={w.own_script} {onchange} /></label>
        </div>
    }
}

/// What could not be opened: below the choice of a file, where it stays in sight, else above all.
fn error(state: &State) -> Html {
    html! { if let Some(error) = &state.menu.error { <p class="error" role="alert">{ error }</p> } }
}
