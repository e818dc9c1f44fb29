//! What the settings panel can tell the app, and what it remembers. Every change of a script is an
//! [`Edit`] of its JSON; the script's own checks say what is wrong with it.

use ackscope::script::ScriptError;
use ackscope::script::edit::Edit;
use ackscope::script::knobs::{Acts, Group, Knob};
use ackscope::script::presets::Preset;

use super::ask::Topic;
use super::from_now;
use super::state::{Asks, RENDER, Refused, State};

/// What the user does with settings.
#[derive(Clone, Debug, PartialEq)]
pub enum TuneMsg {
    /// Gives the setting of a place a value, or its default.
    Set(String, Option<String>),
    /// Changes the script.
    Edit(Vec<Edit>),
    /// Takes a topic, a producer or a group out of the script; then all are meant again.
    Without(Vec<Edit>),
    /// Chooses settings together.
    Preset(Preset),
    /// Looks for settings.
    Search(String),
    /// Shows all settings, or the common ones.
    All(bool),
    /// Opens the details of a setting, or closes them.
    Explain(String),
    /// Chooses the one of a group's things that is meant: all without a number.
    Which(Group, Option<usize>),
    /// Whether changes are for the whole run, or from now on.
    FromNow(bool),
}

/// What the panel remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tune {
    /// What is looked for.
    pub search: String,
    /// Whether all settings are shown.
    pub all: bool,
    /// The setting whose details are open.
    pub open: Option<String>,
    /// Whether changes are from now on, where Kafka lets them be.
    pub from_now: bool,
    /// Whether somebody waits for the panel: once it was opened, and not when the page starts.
    pub waits: bool,
    which: [Option<usize>; Group::ALL.len()],
}

impl Tune {
    /// The one of a group's things that is meant.
    #[must_use]
    pub fn which(&self, group: Group) -> Option<usize> {
        self.which[things(group) as usize]
    }

    /// The place of a setting of the thing that is meant.
    #[must_use]
    pub fn place(&self, group: Group, knob: &Knob) -> String {
        let place = knob.place();
        match self.which(group) {
            Some(at) => place.replacen('*', &at.to_string(), 1),
            None => place,
        }
    }
}

impl State {
    /// What the user does with settings.
    pub fn tune(&mut self, msg: TuneMsg) -> Asks {
        if let Some((place, edits)) = self.turned(&msg) {
            // What is done now is done at the moment that was seen.
            self.playing &= !(self.tune.from_now && matches!(msg, TuneMsg::Set(..)));
            if matches!(msg, TuneMsg::Without(_)) {
                self.tune.which = Default::default();
            }
            return self.edit(&place, &edits);
        }
        match msg {
            TuneMsg::Search(text) => {
                self.tune.search = text;
                self.ask(Topic::Texts)
            }
            TuneMsg::All(all) => {
                self.tune.all = all;
                self.ask(Topic::Texts)
            }
            TuneMsg::Explain(place) => {
                let closes = self.tune.open.as_ref() == Some(&place);
                self.tune.open = (!closes).then_some(place);
                self.ask(Topic::Texts)
            }
            TuneMsg::Which(group, at) => {
                self.tune.which[things(group) as usize] = at;
                RENDER
            }
            TuneMsg::FromNow(from_now) => {
                self.tune.from_now = from_now;
                self.ask(Topic::Texts)
            }
            _ => RENDER,
        }
    }

    /// What a message changes of the script, and the place of the setting that it turns.
    pub(super) fn turned(&self, msg: &TuneMsg) -> Option<(String, Vec<Edit>)> {
        match msg {
            TuneMsg::Set(place, value) => {
                let (knob, value) = (Knob::find(&general(place))?, value.as_deref());
                let edits = if self.tune.from_now && knob.acts() != Acts::Run {
                    let json = self.draft().to_value();
                    from_now::change(&json, &knob, place, self.now_us, value)
                } else {
                    knob.turn(place, value)
                };
                Some((place.clone(), edits))
            }
            TuneMsg::Edit(edits) | TuneMsg::Without(edits) => Some((String::new(), edits.clone())),
            TuneMsg::Preset(preset) => Some((String::new(), preset.edits(self.draft()))),
            _ => None,
        }
    }

    /// Changes the script. What is refused stays on show at its place, beside the run that was.
    pub fn edit(&mut self, place: &str, edits: &[Edit]) -> Asks {
        let before = self.draft().clone();
        let (script, error) = match before.edited(edits) {
            Ok(script) if script == *self.player.script() => (script, None),
            Ok(script) => {
                let error = self.player.set(script.clone()).err();
                (script, error)
            }
            Err(error) => (before, Some(error)),
        };
        match error {
            None => self.changed(),
            Some(error) => {
                let before = self.refused.take().filter(|it| it.why == error.message);
                let place = refused_at(&error, place, before);
                let why = error.message;
                self.refused = Some(Refused { script, place, why });
            }
        }
        Asks { lab: true, ..super::state::PAINT }
    }
}

/// The setting at which an error is said: the one that was turned if the error is about it; else where it is
/// said already; else that which the error names, if the panel has it.
fn refused_at(error: &ScriptError, turned: &str, before: Option<Refused>) -> String {
    let name = turned.rsplit('/').next().unwrap_or_default();
    if error.about.contains(&name) {
        return turned.to_owned();
    }
    if let Some(before) = before {
        return before.place;
    }
    let named = path(&error.place);
    let about = error.about.first().map(|name| named.clone() + "/" + name);
    let mut places = [Some(named), about].into_iter().flatten();
    let known = places.find(|place| Knob::find(&general(place)).is_some());
    known.unwrap_or_else(|| turned.to_owned())
}

/// A place as errors name it, `topics[0].config["a.b"]`, as a path: `/topics/0/config/a.b`.
fn path(place: &str) -> String {
    let (steps, key) = place.split_once("[\"").unwrap_or((place, ""));
    let steps = steps.replace(['.', '['], "/").replace(']', "");
    let key = key.trim_end_matches("\"]");
    "/".to_owned() + &steps + if key.is_empty() { "" } else { "/" } + key
}

/// Applications are chosen with their clients.
fn things(group: Group) -> Group {
    match group {
        Group::Sending => Group::Producer,
        Group::Reading => Group::Consumer,
        group => group,
    }
}

/// The place with `*` for the number of a thing.
#[must_use]
pub fn general(place: &str) -> String {
    let steps = place.split('/').enumerate();
    let steps =
        steps.map(|(at, step)| if at == 2 && step.parse::<u16>().is_ok() { "*" } else { step });
    steps.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ackscope::script::Script;

    use crate::app::state::{Media, Theme};

    #[test]
    fn what_is_refused_is_said_at_the_setting_that_is_wrong() {
        let first = ackscope::lessons::FIRST.script;
        let script = Script::parse(first).expect("a script");
        let mut state = State::new(script, Media::default(), Theme::Auto).expect("a run");
        let size = "/producers/0/config/batch.size";
        let replicas = "/topics/0/config/min.insync.replicas";
        let refused = |state: &State| state.refused.clone().map(|it| (it.place, it.why));
        let set = |state: &mut State, place: &str, value: i32| {
            state.edit(place, &[Edit::put(place, value)]);
            refused(state)
        };
        let (place, why) = set(&mut state, size, -5).expect("it is refused");
        assert_eq!(place, size);
        // The next change is none that mends it.
        assert_eq!(set(&mut state, replicas, 2), Some((place, why)));
        assert_eq!(set(&mut state, size, 500), None);
        // An error about several settings is said where it was made.
        for turned in ["enable.idempotence", "acks"] {
            let place = "/producers/0/config/".to_owned() + turned;
            let both = [
                Edit::put("/producers/0/config/acks", "1"),
                Edit::put("/producers/0/config/enable.idempotence", true),
            ];
            state.edit(&place, &both);
            assert_eq!(refused(&state).map(|it| it.0), Some(place));
        }
    }

    #[test]
    fn a_place_is_general_where_it_names_no_thing() {
        assert_eq!(general("/topics/1/config/a.b"), "/topics/*/config/a.b");
        assert_eq!(general("/cluster/config/a.b"), "/cluster/config/a.b");
    }
}
