//! Reads and writes scripts as JSON, and says in plain words what is wrong with one.

use serde_json::error::Category;

use super::properties::{self, Scope};
use super::read::Strict;
use super::{Properties, Resolved, Script, ScriptError};

impl Script {
    /// Reads a script: its shape and the names in it; what it means is checked by
    /// [`Script::resolve`].
    ///
    /// # Errors
    /// Names the place.
    pub fn parse(json: &str) -> Result<Self, ScriptError> {
        let Strict(value) = serde_json::from_str(json).map_err(|error| not_json(&error))?;
        Self::from_value(&value)
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

    pub(super) fn check_property_names(&self) -> Result<(), ScriptError> {
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

/// Where a text is no JSON, or says a name twice.
fn not_json(error: &serde_json::Error) -> ScriptError {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(position.as_str()).unwrap_or(&message);
    let place = format!("line {}, column {}", error.line(), error.column());
    if error.classify() == Category::Data {
        return ScriptError::new(place, message);
    }
    ScriptError::new(place, format!("this is not JSON: {message}"))
}
