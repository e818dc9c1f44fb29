//! What each setting does, costs and simplifies, for people. Long, so that the app does not carry it:
//! the lab answers it as JSON when the page asks.

use serde_json::{Map, Value, json};

use super::{Group, Knob, OWN_TEXTS, of};
use crate::script::properties::{self, Scope, notes};
use crate::script::version::Version;

/// The texts of all settings, by their places: `does`, `costs`, `simplified`, `source`, and `since`
/// with the history of the default.
#[must_use]
pub fn all() -> Value {
    let mut texts = Map::new();
    for property in Scope::ALL.into_iter().flat_map(|scope| properties::documented(scope)) {
        let note = notes::note(property.scope, property.name);
        let text = json!({
            "does": property.help,
            "costs": note.costs,
            "simplified": note.simplified,
            "source": property.source,
            "since": properties::history(property),
        });
        texts.insert(super::home(property.scope).to_owned() + property.name, text);
    }
    for (place, does, simplified) in OWN_TEXTS {
        texts.insert((*place).to_owned(), json!({ "does": does, "simplified": simplified }));
    }
    texts.into()
}

/// Every setting of the newest version, for a test.
#[must_use]
pub fn places() -> Vec<String> {
    let all = Group::ALL.into_iter().flat_map(|group| of(group, Version::NEWEST, true));
    all.map(|knob: Knob| knob.place()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_says_what_it_does() {
        let texts = all();
        for place in places() {
            let does = texts[&place]["does"].as_str().unwrap_or_default();
            assert!(does.ends_with('.'), "{place}: {does:?}");
        }
    }

    #[test]
    fn each_note_is_about_a_property_and_says_something() {
        for (scope, name) in notes::names() {
            assert!(properties::lookup(scope, name).is_some(), "{name} of a {}", scope.word());
            assert_ne!(notes::note(scope, name), notes::Note::default(), "{name}");
        }
    }
}
