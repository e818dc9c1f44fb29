//! Reads and writes scripts as JSON, and says in plain words what is wrong with one.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::properties::{self, Scope};
use super::suggest::did_you_mean;
use super::{Properties, Resolved, Script, ScriptError};

impl Script {
    /// Reads a script: its shape and the names in it; what it means is checked by
    /// [`Script::resolve`].
    ///
    /// # Errors
    /// Names the place.
    pub fn parse(json: &str) -> Result<Self, ScriptError> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
        let script = Self::deserialize(tracked).map_err(|error| {
            // serde_json calls some errors of shape errors of syntax.
            let is_json = serde_json::from_str::<IgnoredAny>(json).is_ok();
            let path = track.path().to_string();
            explain(path.trim_start_matches('.'), &error, is_json)
        })?;
        deserializer.end().map_err(|error| explain("", &error, false))?;
        script.check_property_names()?;
        Ok(script)
    }

    /// Reads a script and resolves it.
    ///
    /// # Errors
    /// Names the place.
    pub fn load(json: &str) -> Result<(Self, Resolved), ScriptError> {
        let script = Self::parse(json)?;
        let resolved = script.resolve()?;
        Ok((script, resolved))
    }

    /// The script as JSON for people to read.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, numbers, lists and maps with string keys: nothing of it can fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    fn check_property_names(&self) -> Result<(), ScriptError> {
        let check = |place: String, scope, properties: &Properties| {
            let complaint = properties.keys().find_map(|name| properties::complaint(scope, name));
            complaint.map_or(Ok(()), |message| Err(ScriptError::new(place, message)))
        };
        check("cluster.config".to_owned(), Scope::Broker, &self.cluster.config)?;
        for (at, topic) in self.topics.iter().enumerate() {
            check(format!("topics[{at}].config"), Scope::Topic, &topic.config)?;
        }
        for (at, producer) in self.producers.iter().enumerate() {
            check(format!("producers[{at}].config"), Scope::Producer, &producer.config)?;
        }
        for (at, group) in self.groups.iter().enumerate() {
            check(format!("groups[{at}].config"), Scope::Consumer, &group.config)?;
        }
        Ok(())
    }
}

/// Puts an error of the JSON reader into words for somebody who does not know Rust.
fn explain(path: &str, error: &serde_json::Error, is_json: bool) -> ScriptError {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(position.as_str()).unwrap_or(&message);
    if error.classify() == Category::Data {
        // The path to a field that nobody knows ends with that field.
        let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
        let place = if message.starts_with("unknown field") { parent } else { path };
        return ScriptError::new(place, plain(message));
    }
    if is_json {
        return ScriptError::new(path, "there can be only one here");
    }
    let place = format!("line {}, column {}", error.line(), error.column());
    ScriptError::new(place, format!("this is not JSON: {message}"))
}

fn plain(message: &str) -> String {
    for (start, kind) in [("unknown field `", "field"), ("unknown variant `", "word")] {
        if let Some((name, rest)) = message.strip_prefix(start).and_then(|m| m.split_once('`')) {
            return unknown(kind, name, rest);
        }
    }
    if message.starts_with("invalid length") {
        return "expected an object".to_owned();
    }
    if message.ends_with("expected newtype variant") {
        return "it needs a value".to_owned();
    }
    let mut message = message.replace('`', "\"");
    for (rust, words) in [
        ("expected a sequence", "expected a list"),
        ("expected a map", "expected an object"),
        ("expected u16", "expected a whole number up to 65535"),
        ("expected u32", "expected a whole number up to 4294967295"),
        ("expected u64", "expected a whole number that is not negative"),
        ("invalid type: sequence", "invalid type: list"),
        ("invalid type: map", "invalid type: object"),
        ("expected struct", "expected an object:"),
    ] {
        message = message.replace(rust, words);
    }
    message
}

/// An unknown name, with those that serde says are known, between backticks, in the rest.
fn unknown(kind: &str, name: &str, rest: &str) -> String {
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    match did_you_mean(name, known.iter().copied()) {
        Some(near) => format!("unknown {kind} \"{name}\"; did you mean \"{near}\"?"),
        None => format!("unknown {kind} \"{name}\"; there are: {}", known.join(", ")),
    }
}
