//! Breaking things, and what was done: faults and other actions for each thing of a run, on the stage
//! and in a list; when they come; the list of a run's actions. What can be done, and what it does,
//! comes from the lab's texts; every change is an edit of the script.

pub mod actions;
mod deeds;
pub mod marks;
pub mod menu;
mod moment;
pub mod things;
mod timing;

use ackscope::model::moments::comes_true_us;
use ackscope::player::Player;
use ackscope::script::Duration;
use ackscope::script::deeds::fill;
use ackscope::script::edit::Edit;
use serde_json::{Map, Value, json};
use yew::prelude::*;

use super::ask::Topic;
use super::state::{Asks, Direction, Msg, PAINT, RENDER, State};
use super::words::words;
use things::Thing;

/// What the user does.
#[derive(Clone, Debug, PartialEq)]
pub enum BreakMsg {
    /// Chooses a thing in the list.
    Thing(Thing),
    /// Opens the menu of a thing at a place of the window, or closes it.
    Menu(Option<(Thing, [i32; 2])>),
    /// Says something about a deed, by its number and the place in it.
    Input(usize, String, String),
    /// Does it.
    Do(Thing, usize),
    /// When the next deed comes: at the moment shown, or when something happens.
    Tie(Option<Value>),
    /// Opens an action to change it, or closes it.
    Open(usize),
    /// Changes the script's actions.
    Edit(Vec<Edit>),
    /// Lets an action come at another place of the timeline, in milliseconds of playing.
    Drop(usize, f64),
    /// Lets an action come with the event before or behind it.
    Nudge(usize, Direction),
    /// Opens an action in the list.
    Show(usize),
}

/// What is remembered of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Break {
    /// The thing that is chosen in the list.
    pub thing: Option<Thing>,
    /// The thing whose menu is open, and where.
    pub menu: Option<(Thing, [i32; 2])>,
    /// What the next deed waits for, if it is not done now.
    pub tie: Option<Value>,
    /// The action that is being changed.
    pub open: Option<usize>,
    /// Why the last change was refused.
    pub error: Option<String>,
    inputs: Vec<(usize, String, String)>,
    resumes: bool,
}

impl Break {
    /// What was said about a deed.
    fn input(&self, deed: usize, place: &str) -> Option<&str> {
        let said = self.inputs.iter().find(|(at, own, _)| *at == deed && own == place);
        said.map(|(.., value)| &**value)
    }
}

impl State {
    /// What the user does to the system.
    pub fn break_it(&mut self, msg: BreakMsg) -> Asks {
        let breaking = &mut self.breaking;
        match msg {
            BreakMsg::Thing(thing) => breaking.thing = Some(thing),
            BreakMsg::Menu(menu) => {
                // What is done now is done at the moment that was seen.
                breaking.error = None;
                if menu.is_some() {
                    breaking.resumes = self.playing;
                    self.playing = false;
                } else if breaking.menu.is_some() {
                    self.playing |= breaking.resumes;
                }
                breaking.menu = menu;
                return Asks { paint: true, ..self.ask(Topic::Texts) };
            }
            BreakMsg::Input(deed, place, value) => {
                breaking.inputs.retain(|(at, own, _)| *at != deed || *own != place);
                breaking.inputs.push((deed, place, value));
            }
            BreakMsg::Do(thing, deed) => return self.perform(&thing, deed),
            BreakMsg::Tie(tie) => breaking.tie = tie,
            BreakMsg::Open(at) => {
                breaking.open = (breaking.open != Some(at)).then_some(at);
            }
            BreakMsg::Show(at) => {
                self.show_action(at);
                return self.ask(Topic::Texts);
            }
            msg => return self.struck(&msg).map_or(RENDER, |edits| self.edit_actions(&edits)),
        }
        RENDER
    }

    /// What a message changes of the script.
    pub(super) fn struck(&self, msg: &BreakMsg) -> Option<Vec<Edit>> {
        match msg {
            BreakMsg::Do(thing, deed) => Some(vec![self.strike(thing, *deed)]),
            BreakMsg::Edit(edits) => Some(edits.clone()),
            BreakMsg::Drop(at, ms) => Some(self.moved(*at, self.pace().sim_us(*ms))),
            BreakMsg::Nudge(at, direction) => {
                Some(self.moved(*at, self.nudged_us(*at, *direction)?))
            }
            _ => None,
        }
    }

    /// A deed as an action of the script: now, or when what it is tied to happens.
    fn strike(&self, thing: &Thing, deed: usize) -> Edit {
        let now = || json!({ "at": Duration::from_us(self.now_us + 1).to_string() });
        let mut action = self.tie().cloned().unwrap_or_else(now);
        action["do"] = self.deed(thing, deed);
        Edit::put("/actions/-", action)
    }

    /// A deed as an action for a script.
    fn deed(&self, thing: &Thing, deed: usize) -> Value {
        let texts = &self.questions.about(Topic::Texts).answer["deeds"][deed];
        let mut what = fill(&texts["what"], [&thing.names[0], &thing.names[1]]);
        for input in texts["inputs"].as_array().into_iter().flatten() {
            let place = input["place"].as_str().unwrap_or_default();
            let Some(value) = self.breaking.input(deed, place) else { continue };
            let is_text = what.pointer(place).is_some_and(Value::is_string);
            Edit { place: place.to_owned(), value: Some(moment::typed(value, is_text)) }
                .apply(&mut what);
        }
        what
    }

    fn perform(&mut self, thing: &Thing, deed: usize) -> Asks {
        let edit = self.strike(thing, deed);
        let asks = self.edit_actions(&[edit]);
        if self.breaking.error.is_none() {
            if self.tie().is_none() {
                // It takes effect at the next microsecond, and is to be seen at once.
                self.seek(self.now_us + 1);
            }
            if self.breaking.menu.take().is_some() {
                self.playing |= self.breaking.resumes;
            }
        }
        asks
    }

    /// What the next deed waits for.
    fn tie(&self) -> Option<&Value> {
        self.breaking.tie.as_ref().filter(|tie| tie.is_object())
    }

    /// Changes actions. What is refused changes nothing.
    fn edit_actions(&mut self, edits: &[Edit]) -> Asks {
        let changed = self.player.script().edited(edits);
        match changed.and_then(|script| self.player.set(script)) {
            Ok(()) => {
                self.breaking.error = None;
                self.changed();
            }
            Err(error) => self.breaking.error = Some(error.message),
        }
        Asks { lab: true, ..PAINT }
    }

    /// The changes that let an action come at a time: one that waits for something comes so much
    /// later then, if that has happened already.
    fn moved(&self, at: usize, at_us: u64) -> Vec<Edit> {
        let script = self.player.script();
        let place = |name: &str| "/actions/".to_owned() + &at.to_string() + "/" + name;
        let text = |us: u64| Duration::from_us(us).to_string();
        let tied = script.actions.get(at).and_then(|action| action.when.as_ref());
        let trigger_us =
            tied.and_then(|when| comes_true_us(self.player.setup(), self.player.trace(), when));
        match trigger_us {
            Some(trigger_us) if at_us > trigger_us => {
                vec![Edit::put(place("after"), text(at_us - trigger_us))]
            }
            Some(trigger_us) if at_us == trigger_us => vec![Edit::remove(place("after"))],
            _ => vec![
                Edit::remove(place("when")),
                Edit::remove(place("after")),
                Edit::put(place("at"), text(at_us)),
            ],
        }
    }

    /// When an action of the script comes, if it does.
    #[must_use]
    pub fn action_us(&self, at: usize) -> Option<u64> {
        action_us(&self.player, at)
    }
}

/// When an action of a run is done, if ever.
pub fn action_us(player: &Player, at: usize) -> Option<u64> {
    let action = player.script().actions.get(at)?;
    let from_us = match (&action.when, action.at) {
        (Some(when), _) => comes_true_us(player.setup(), player.trace(), when)?,
        (None, at) => at.unwrap_or_default().as_us(),
    };
    Some(from_us + action.after.map_or(0, Duration::as_us))
}

/// The pane.
pub fn pane(state: &State, script: &Value, on: &Callback<Msg>) -> Html {
    let w = words();
    let all = things::all(state.player.script(), state.followed);
    let thing = state.breaking.thing.as_ref().filter(|thing| all.contains(thing)).or(all.first());
    html! {
        <>
            { actions::view(state, script, on) }
            <section class="break">
                <h3 class="small-heading">{ w.break_something }</h3>
                <p class="note">{ w.break_hint }</p>
                { things::choice(&all, thing, on) }
                { timing::next(state, on) }
                // Where an action is being changed it is said there.
                if state.breaking.open.is_none() { { error(state) } }
                if let Some(thing) = thing { { deeds::view(state, thing, on) } }
            </section>
        </>
    }
}

/// Why the last change was refused.
fn error(state: &State) -> Html {
    html! {
        if let Some(error) = &state.breaking.error { <p class="error" role="alert">{ error }</p> }
    }
}

/// An object with one field.
fn object(name: &str, value: Value) -> Value {
    let mut fields = Map::new();
    fields.insert(name.to_owned(), value);
    fields.into()
}
