//! What the settings panel can tell the app, and what it remembers. Every change of a script is an
//! [`Edit`] of its JSON; the script's own checks say what is wrong with it.

use ackscope::script::edit::Edit;
use ackscope::script::knobs::{Group, Knob, plain};
use ackscope::script::presets::Preset;
use ackscope::script::{Action, Do, Duration, Script};
use serde_json::{Value, json};

use super::ask::Topic;
use super::state::{Asks, RENDER, Refused, State};

/// What the user does with settings.
#[derive(Clone, Debug, PartialEq)]
pub enum TuneMsg {
    /// Gives the setting of a place a value, or its default.
    Set(String, Option<String>),
    /// Changes the script.
    Edit(Vec<Edit>),
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
    which: [Option<usize>; Group::ALL.len()],
}

impl Tune {
    /// The one of a group's things that is meant.
    #[must_use]
    pub fn which(&self, group: Group) -> Option<usize> {
        self.which[group as usize]
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
        match msg {
            TuneMsg::Set(place, value) => {
                let Some(knob) = Knob::find(&general(&place)) else { return RENDER };
                let edits = if self.tune.from_now && knob.is_dynamic() {
                    // What is done now is done at the moment that was seen.
                    self.playing = false;
                    self.alter(&place, knob.name(), value.as_deref())
                } else {
                    knob.turn(&place, value.as_deref())
                };
                self.edit(&place, &edits)
            }
            TuneMsg::Edit(edits) => self.edit("", &edits),
            TuneMsg::Preset(preset) => {
                let edits = preset.edits(self.draft());
                self.edit("", &edits)
            }
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
                self.tune.which[group as usize] = at;
                RENDER
            }
            TuneMsg::FromNow(from_now) => {
                self.tune.from_now = from_now;
                self.ask(Topic::Texts)
            }
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
                let (place, why) = (place.to_owned(), error.message);
                self.refused = Some(Refused { script, place, why });
            }
        }
        Asks { lab: true, ..super::state::PAINT }
    }

    /// The changes that set a property from now on, as `kafka-configs --alter` does: an action, or a
    /// value in the one that is there already at this moment. Without a value what was set last is
    /// taken away again.
    fn alter(&self, place: &str, name: &str, value: Option<&str>) -> Vec<Edit> {
        let script = self.draft();
        let at = Duration::from_us(self.now_us + 1);
        let mut edits = Vec::new();
        for topic in topics(script, place) {
            let set = |(n, action): (usize, &Action)| {
                let is_it = matches!(&action.what, Do::Set(set) if set.topic.as_deref() == topic);
                is_it.then_some((n, action.at))
            };
            let sets: Vec<_> = script.actions.iter().enumerate().filter_map(set).collect();
            let config = |n: usize| format!("/actions/{n}/do/set/config/{name}");
            match value {
                Some(value) => edits.push(match sets.iter().find(|(_, its)| *its == Some(at)) {
                    Some((n, _)) => Edit::put(config(*n), value),
                    None => new_set(at, topic, name, value),
                }),
                // From the last one on, so that the numbers of those before stay.
                None => edits.extend(sets.iter().rev().filter_map(|(n, _)| {
                    let Do::Set(set) = &script.actions[*n].what else { return None };
                    let has = set.config.contains_key(name);
                    let place =
                        if set.config.len() == 1 { format!("/actions/{n}") } else { config(*n) };
                    has.then(|| Edit::remove(place))
                })),
            }
        }
        edits
    }
}

fn new_set(at: Duration, topic: Option<&str>, name: &str, value: &str) -> Edit {
    let mut set = json!({ "config": { name: value } });
    if let Some(topic) = topic {
        set["topic"] = topic.into();
    }
    Edit::put("/actions/-", json!({ "at": at.to_string(), "do": { "set": set } }))
}

/// What an action sets a property to in the course of the run, if one does: the last one.
#[must_use]
pub fn set_later(script: &Value, place: &str, name: &str) -> Option<String> {
    let mut steps = place.split('/').skip(1);
    let of_topics = steps.next() == Some("topics");
    let topic = steps.next().and_then(|at| at.parse::<usize>().ok());
    let topic = topic.map(|at| &script["topics"][at]["name"]);
    let value = |action: &Value| {
        let set = &action["do"]["set"];
        let meant = match topic {
            Some(topic) => set["topic"] == *topic,
            None => set["topic"].is_string() == of_topics,
        };
        set["config"].get(name).filter(|_| meant).map(plain)
    };
    script["actions"].as_array()?.iter().rev().find_map(value)
}

/// The topics whose setting is meant by a place; none stands for the brokers.
fn topics<'a>(script: &'a Script, place: &str) -> Vec<Option<&'a str>> {
    let mut steps = place.split('/').skip(1);
    match (steps.next(), steps.next()) {
        (Some("topics"), Some(at)) => {
            let one = at.parse::<usize>().ok();
            let meant =
                script.topics.iter().enumerate().filter(|(at, _)| one.is_none_or(|one| one == *at));
            meant.map(|(_, topic)| Some(topic.name.as_str())).collect()
        }
        _ => vec![None],
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
    use ackscope::script::edit::value_of;

    use super::*;

    const SCRIPT: &str = r#"{"topics": [{"name": "a"}, {"name": "b"}], "actions": [
        {"at": "1ms", "do": {"set": {"topic": "b", "config": {"min.insync.replicas": 2}}}},
        {"at": "2ms", "do": {"set": {"config": {"min.insync.replicas": 3}}}}]}"#;

    #[test]
    fn what_is_set_in_the_course_of_a_run_is_that_of_the_thing_that_is_meant() {
        let set = |place: &str| set_later(&value_of(SCRIPT), place, "min.insync.replicas");
        assert_eq!(set("/topics/1/config/min.insync.replicas"), Some("2".to_owned()));
        assert_eq!(set("/topics/0/config/min.insync.replicas"), None);
        assert_eq!(set("/cluster/config/min.insync.replicas"), Some("3".to_owned()));
    }

    #[test]
    fn a_place_is_general_where_it_names_no_thing() {
        assert_eq!(general("/topics/1/config/a.b"), "/topics/*/config/a.b");
        assert_eq!(general("/cluster/config/a.b"), "/cluster/config/a.b");
    }
}
