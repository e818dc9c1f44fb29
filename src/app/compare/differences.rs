//! What differs between the settings of two worlds, in words.

use ackscope::lab::differences;
use ackscope::player::Player;
use ackscope::script::deeds::short;
use ackscope::script::properties::{Scope, lookup};
use ackscope::script::{Action, Script, Version};
use serde_json::Value;

use crate::app::break_it::{action_us, actions::tied};
use crate::app::words::{time, words};

/// A setting that the two worlds have different values for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// Its name.
    pub name: String,
    /// What it is in each world.
    pub values: [String; 2],
    /// Why it differs, where no setting says so.
    pub why: Option<String>,
}

/// The settings that differ, and at last whether the faults do.
pub fn differs(a: &Script, b: &Script) -> Vec<Differs> {
    let value = |value: Option<Value>, place: &str, name: &str, kafka| match value {
        Some(Value::String(text)) => text,
        Some(value) => value.to_string(),
        None => default(place, name, kafka),
    };
    let mut all: Vec<Differs> = differences(a, b)
        .into_iter()
        .map(|it| Differs {
            values: [
                value(it.before, &it.place, &it.name, a.kafka),
                value(it.after, &it.place, &it.name, b.kafka),
            ],
            name: it.name,
            why: None,
        })
        .collect();
    // What is said in one world and holds by default in the other is no difference.
    all.retain(|it| it.values[0] != it.values[1]);
    // Two producers, or two topics, that are changed in the same way are one difference.
    all.dedup();
    if a.kafka != b.kafka {
        let values = [a, b].map(|script| script.kafka.to_string());
        all.push(Differs { name: words().compare_version.to_owned(), values, why: None });
    }
    if a.actions != b.actions {
        let values = [a, b].map(|script| script.actions.len().to_string());
        all.push(Differs { name: words().compare_faults.to_owned(), values, why: None });
    }
    all
}

/// What is done in both worlds, and at another time, since what it waits for comes at another time.
pub fn moved(a: &Player, b: &Player) -> Vec<Differs> {
    if a.script().actions != b.script().actions {
        return Vec::new();
    }
    let moved = |(at, action): (usize, &Action)| {
        let when = action.when.as_ref()?;
        let times = [a, b].map(|player| action_us(player, at));
        let said = |us: Option<u64>| us.map_or_else(|| words().action_never.to_owned(), time);
        (times[0] != times[1]).then(|| Differs {
            name: short(&serde_json::to_value(&action.what).unwrap_or_default()),
            values: times.map(said),
            why: Some(tied(when, action.after)),
        })
    };
    a.script().actions.iter().enumerate().filter_map(moved).collect()
}

/// What a property is where a script says nothing.
fn default(place: &str, name: &str, kafka: Version) -> String {
    let scope = match place.split(['[', '.']).next() {
        Some("producers") => Scope::Producer,
        Some("topics") => Scope::Topic,
        Some("groups") => Scope::Consumer,
        _ => Scope::Broker,
    };
    let property = lookup(scope, name);
    let broker = property.and_then(|property| lookup(Scope::Broker, property.synonym));
    match property.and_then(|it| it.default(kafka)).or(broker.and_then(|it| it.default(kafka))) {
        Some("-1") if name == "acks" => "all",
        Some(default) => default,
        None => words().compare_default,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    use ackscope::lessons;

    fn story() -> Script {
        Script::parse(lessons::FIRST.script).expect("a script")
    }

    #[test]
    fn a_setting_is_named_with_what_it_is_in_each_world() {
        let (a, mut b) = (story(), story());
        let config = &mut b.producers[0].config;
        config.remove("acks");
        config.insert("linger.ms".to_owned(), 7.into());
        let all = differs(&a, &b);
        let named = |name: &str| all.iter().find(|it| it.name == name).map(|it| it.values.clone());
        assert_eq!(named("acks"), Some(["1".to_owned(), "all".to_owned()]));
        assert_eq!(named("linger.ms"), Some(["5".to_owned(), "7".to_owned()]));
        assert_eq!(all.len(), 2);
    }

    #[test]
    fn what_is_set_to_its_default_is_no_difference() {
        let (a, mut b) = (story(), story());
        b.producers[0].config.insert("linger.ms".to_owned(), "5".into());
        assert_eq!(differs(&a, &b), []);
    }

    #[test]
    fn other_faults_are_a_difference() {
        let (a, mut b) = (story(), story());
        assert_eq!(differs(&a, &b), []);
        b.actions.clear();
        assert_eq!(differs(&a, &b).len(), 1);
    }
}
