//! Properties files in and out, and the settings as code of clients. What is wrong with a file, and
//! what the settings look like in a client, is for the lab to say.

mod better;
mod input;
mod output;

use ackscope::script::{Script, ScriptError};
use serde_json::{Value, json};
use yew::prelude::*;

use super::ask::Topic;
use super::effects;
use super::state::{Asks, Msg, PAINT, RENDER, State};

/// What the user does with files.
#[derive(Clone, Debug, PartialEq)]
pub enum FilesMsg {
    /// Changes the text of a file; whether that is all for now.
    Text(usize, String, bool),
    /// Nothing was typed for a while since a file had that text.
    Rest(usize, String),
    /// Says whose properties a file has; nothing to find it out.
    Kind(usize, String),
    /// Adds a file with its text, or says why it cannot be read.
    Add(String, Result<String, String>),
    /// Adds an empty one.
    More,
    /// Takes one away.
    Remove(usize),
    /// Gives the run the settings of all files.
    Apply,
    /// Compares a run that the files harm with the same under the better ones.
    Compare,
    /// Puts the better version of a file in its place.
    Better(usize),
    /// Shows the settings as files, or as code of the client of that id.
    Show(String),
    /// Whether files have the defaults as well.
    Defaults(bool),
    /// A text is copied, by its place among those that are shown, or could not be.
    Copied(usize, bool),
}

/// A file that was given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    name: String,
    text: String,
    kind: String,
    /// Whose properties the lab takes them for.
    found: String,
}

/// What is remembered of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Files {
    inputs: Vec<Input>,
    /// Whether a text has changed since the lab was asked: what it said is of another one.
    typing: bool,
    client: String,
    defaults: bool,
    applied: bool,
    copied: Option<(usize, bool)>,
    error: Option<String>,
}

impl Default for Files {
    fn default() -> Self {
        let inputs = vec![Input::default()];
        Self {
            inputs,
            typing: false,
            client: String::new(),
            defaults: false,
            applied: false,
            copied: None,
            error: None,
        }
    }
}

impl Files {
    /// Whether there is something to check.
    fn is_empty(&self) -> bool {
        self.inputs.iter().all(|input| input.text.trim().is_empty())
    }

    /// The files that say something.
    fn given(&self) -> Value {
        let given =
            self.inputs.iter().enumerate().filter(|(_, input)| !input.text.trim().is_empty());
        let files = given.map(
            |(at, input)| json!({ "name": self.name(at), "text": input.text, "scope": input.kind }),
        );
        files.collect()
    }

    /// What was pasted is called by what the lab takes it for. Answers whether a name is another one.
    pub fn heard(&mut self, answer: &Value) -> bool {
        let before = self.given();
        let given = self.inputs.iter_mut().filter(|input| !input.text.trim().is_empty());
        for (input, kind) in given.zip(answer["kinds"].as_array().into_iter().flatten()) {
            kind["kind"].as_str().unwrap_or_default().clone_into(&mut input.found);
        }
        self.given() != before
    }

    /// The name of an input: its own, or that of what it was taken for, if no other is called so.
    fn name(&self, at: usize) -> String {
        let input = &self.inputs[at];
        let others = self.inputs[..at].iter().any(|it| it.found == input.found);
        if input.name.is_empty() && !input.found.is_empty() && !others {
            return input.found.clone() + ".properties";
        }
        input.name_or(at)
    }

    /// The question what is wrong with the files.
    pub fn question(&self, script: &Script) -> Value {
        json!({ "job": "files", "script": script.to_value(), "files": self.given() })
    }

    /// The question for the settings as files and code.
    pub fn export(&self, script: &Script) -> Value {
        let (client, defaults) = (&self.client, self.defaults);
        json!({ "job": "export", "script": script.to_value(), "client": client, "defaults": defaults })
    }
}

impl Input {
    /// Its name, or one for a text that was pasted.
    fn name_or(&self, at: usize) -> String {
        match (&*self.name, at) {
            ("", 0) => "pasted.properties".to_owned(),
            ("", at) => "pasted-".to_owned() + &(at + 1).to_string() + ".properties",
            (name, _) => name.to_owned(),
        }
    }
}

impl State {
    /// What the user does with files.
    pub fn file(&mut self, msg: FilesMsg) -> Asks {
        let files = &mut self.files;
        files.copied = None;
        match msg {
            FilesMsg::Text(at, text, done) => {
                if let Some(input) = files.inputs.get_mut(at) {
                    input.text = text;
                    // A name tells whose properties they are: one that was found out would stay.
                    if done {
                        input.found.clear();
                    }
                }
                files.applied = false;
                if !done {
                    files.typing = true;
                    return RENDER;
                }
            }
            FilesMsg::Rest(at, text) => {
                if !files.typing || files.inputs.get(at).is_none_or(|it| it.text != text) {
                    return RENDER;
                }
                return self.file(FilesMsg::Text(at, text, true));
            }
            FilesMsg::Kind(at, kind) => {
                if let Some(input) = files.inputs.get_mut(at) {
                    input.kind = kind;
                }
            }
            FilesMsg::Add(name, Ok(text)) => {
                files.inputs.retain(|input| !input.text.trim().is_empty());
                files.inputs.push(Input { name, text, ..Input::default() });
                files.applied = false;
                files.error = None;
            }
            FilesMsg::Add(_, Err(why)) => files.error = Some(why),
            FilesMsg::More => files.inputs.push(Input::default()),
            FilesMsg::Remove(at) => {
                files.inputs.remove(at);
                if files.inputs.is_empty() {
                    files.inputs.push(Input::default());
                }
            }
            FilesMsg::Apply => return self.apply_files(),
            FilesMsg::Compare => return self.compare_files(),
            FilesMsg::Better(at) => {
                let text = self.better_text(at);
                let files = &mut self.files;
                let given = files.inputs.iter_mut().filter(|it| !it.text.trim().is_empty());
                if let (Some(text), Some(input)) = (text, given.into_iter().nth(at)) {
                    input.text = text;
                    files.applied = false;
                }
            }
            FilesMsg::Show(client) => files.client = client,
            FilesMsg::Defaults(defaults) => files.defaults = defaults,
            FilesMsg::Copied(at, done) => {
                files.copied = Some((at, done));
                return RENDER;
            }
        }
        self.ask_about_files()
    }

    /// Asks what there is to know about the files and the run's settings.
    pub fn ask_about_files(&mut self) -> Asks {
        self.files.typing = false;
        self.ask(Topic::Files);
        self.ask(Topic::Out)
    }

    /// The run takes the settings that the lab has read from the files.
    fn apply_files(&mut self) -> Asks {
        match script(self).and_then(|script| self.player.set(script)) {
            Ok(()) => {
                self.files.applied = true;
                self.files.error = None;
                self.changed();
            }
            Err(error) => self.files.error = Some(error.to_string()),
        }
        Asks { lab: true, ..PAINT }
    }
}

/// The run's script with the settings of the files.
pub fn script(state: &State) -> Result<Script, ScriptError> {
    Script::from_value(&state.questions.about(Topic::Files).answer["script"])
}

/// The pane.
pub fn pane(state: &State, on: &Callback<Msg>) -> Html {
    html! {
        <>
            { input::view(state, on) }
            { output::view(state, on) }
        </>
    }
}

/// Files that were dropped or chosen are read one after the other.
fn read(files: &web_sys::FileList, on: &Callback<Msg>) {
    for at in 0..files.length() {
        let Some(file) = files.get(at) else { continue };
        let name = file.name();
        let then = on.reform(move |text| Msg::Files(FilesMsg::Add(name.clone(), text)));
        effects::read_text(file, then);
    }
}

#[cfg(test)]
mod tests {
    use ackscope::script::edit::value_of;

    use super::*;

    #[test]
    fn what_is_pasted_is_called_by_what_it_is() {
        let mut files = Files::default();
        let pasted = |text: &str| Input { text: text.to_owned(), ..Input::default() };
        files.inputs = vec![pasted("acks=1"), pasted("acks=0"), pasted("group.id=g")];
        let kinds = json!({ "kinds": [{ "kind": "producer" }, { "kind": "producer" }, { "kind": "consumer" }] });
        assert!(files.heard(&kinds), "they were called pasted");
        let names: Vec<String> = (0..3).map(|at| files.name(at)).collect();
        assert_eq!(names, ["producer.properties", "pasted-2.properties", "consumer.properties"]);
        assert!(!files.heard(&kinds), "nothing is to be asked twice");
    }

    #[test]
    fn only_texts_that_say_something_are_asked_about() {
        let script =
            Script::from_value(&value_of(r#"{"topics": [{"name": "t"}]}"#)).expect("a script");
        let mut files = Files::default();
        assert!(files.is_empty());
        files.inputs.push(Input { text: "acks=1".to_owned(), ..Input::default() });
        let question = files.question(&script);
        assert_eq!(question["files"].as_array().map(Vec::len), Some(1));
        assert_eq!(question["files"][0]["name"], "pasted-2.properties");
    }
}
