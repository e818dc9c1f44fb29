//! Changes that may save records: a setting given another value, with what Kafka forces along with
//! it, or a change of an application.
//!
//! All of them stand in one table. None knows a particular script: each says at which troubles it is
//! aimed and how it changes any script, and a replay says whether it helps. A change is made
//! wherever it applies: to all producers, all topics, all groups. None of them weakens anything.

mod application;
mod brokers;
mod clients;

use serde::Serialize;

use super::trouble::Trouble;
use crate::script::resolve::Resolved;
use crate::script::{Properties, Script};

/// A change of a script.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Change {
    /// What is changed, in the words of the property or the method: `acks=all`. It is also the
    /// change's name.
    pub text: &'static str,
    /// What it does, in a sentence.
    pub why: &'static str,
    /// Whether it is a change of an application's code, not of settings.
    pub code: bool,
    /// At what it is aimed.
    #[serde(skip)]
    pub(super) helps: &'static [Trouble],
    #[serde(skip)]
    edit: Edit,
}

/// Changes a script that resolves to that.
type Edit = fn(&mut Script, &Resolved);

impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A change of settings.
const fn setting(
    text: &'static str,
    why: &'static str,
    helps: &'static [Trouble],
    edit: Edit,
) -> Change {
    Change { text, why, code: false, helps, edit }
}

/// A change of an application.
const fn code(
    text: &'static str,
    why: &'static str,
    helps: &'static [Trouble],
    edit: Edit,
) -> Change {
    Change { text, why, code: true, helps, edit }
}

impl Change {
    /// The whole table: settings of clients, of brokers and topics, applications.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        clients::CHANGES.iter().chain(brokers::CHANGES).chain(application::CHANGES)
    }

    /// The change of that name.
    #[must_use]
    pub fn named(text: &str) -> Option<&'static Self> {
        Self::all().find(|change| change.text == text)
    }

    /// Makes the change. A script that cannot run stays as it is.
    pub fn apply(&self, script: &mut Script) {
        if let Ok(resolved) = script.resolve() {
            self.apply_to(script, &resolved);
        }
    }

    /// Makes the change in a script that resolves to that.
    pub(super) fn apply_to(&self, script: &mut Script, resolved: &Resolved) {
        (self.edit)(script, resolved);
    }

    /// Whether it is aimed at one of these troubles.
    pub(super) fn is_aimed_at(&self, troubles: &[Trouble]) -> bool {
        self.helps.iter().any(|trouble| troubles.contains(trouble))
    }
}

/// One difference between the settings or the applications of two scripts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Where it stands: `producers[0].config`, `groups[0]`.
    pub place: String,
    /// The property, or the field of the script.
    pub name: String,
    /// What stood there; nothing if it was the default.
    pub before: Option<serde_json::Value>,
    /// What stands there now.
    pub after: Option<serde_json::Value>,
}

/// What differs between two scripts in settings and applications, to be copied. The actions and
/// what is sent are not looked at.
#[must_use]
pub fn differences(before: &Script, after: &Script) -> Vec<Difference> {
    let [before, after] =
        [before, after].map(|script| serde_json::to_value(script).unwrap_or_default());
    let mut all = Vec::new();
    for part in ["cluster", "topics", "producers", "groups"] {
        compare(part, before.get(part), after.get(part), &mut all);
    }
    all
}

fn compare(
    place: &str,
    before: Option<&serde_json::Value>,
    after: Option<&serde_json::Value>,
    all: &mut Vec<Difference>,
) {
    use serde_json::Value;
    if before == after {
        return;
    }
    // What the script leaves out has no fields of its own.
    let none = serde_json::Map::new();
    let fields = |value: Option<&Value>| match value {
        Some(Value::Object(fields)) => Some(fields.clone()),
        None => Some(none.clone()),
        _ => None,
    };
    if let (Some(Value::Array(before)), Some(Value::Array(after))) = (before, after)
        && after.iter().all(Value::is_object)
    {
        for (at, after) in after.iter().enumerate() {
            compare(&format!("{place}[{at}]"), before.get(at), Some(after), all);
        }
    } else if let (Some(before), Some(after)) = (fields(before), fields(after)) {
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        for name in after.keys().chain(gone) {
            let (before, after) = (before.get(name), after.get(name));
            let parent = before.or(after).is_some_and(|value| match value {
                Value::Array(all) => all.iter().any(Value::is_object),
                value => value.is_object(),
            });
            if parent {
                compare(&format!("{place}.{name}"), before, after, all);
            } else if before != after {
                let (place, name) = (place.to_owned(), name.clone());
                all.push(Difference {
                    place,
                    name,
                    before: before.cloned(),
                    after: after.cloned(),
                });
            }
        }
    }
}

/// What the model sees of a script, to tell whether a change changes anything: a property set to
/// what it is by default is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    script: Script,
    resolved: Resolved,
}

impl Seen {
    pub(super) fn new(script: &Script, resolved: &Resolved) -> Self {
        let mut script = script.clone();
        let mut resolved = resolved.clone();
        resolved.notices.clear();
        let none = Properties::new();
        script.cluster.config.clone_from(&none);
        script.producers.iter_mut().for_each(|producer| producer.config.clone_from(&none));
        script.topics.iter_mut().for_each(|topic| topic.config.clone_from(&none));
        script.groups.iter_mut().for_each(|group| group.config.clone_from(&none));
        Self { script, resolved }
    }
}

/// Gives properties other values.
fn set(config: &mut Properties, properties: &[(&str, &str)]) {
    for (name, value) in properties {
        config.insert((*name).to_owned(), (*value).into());
    }
}
