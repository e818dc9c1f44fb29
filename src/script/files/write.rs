//! A script's settings as `.properties` files.

use super::{OF_TOPICS, PropertiesFile, text};
use crate::script::properties::{self, Property, Scope, Setting};
use crate::script::{Properties, Script, Version};

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name: `producer.properties`, or `producer-2.properties` where there are several.
    pub name: String,
    /// Whose properties it has.
    pub scope: Scope,
    /// Its text.
    pub text: String,
}

impl Written {
    /// The same, read again.
    ///
    /// # Panics
    /// Never: what was written can be read.
    #[must_use]
    pub fn read(&self) -> PropertiesFile {
        PropertiesFile::read(&self.name, &self.text, Some(self.scope))
            .expect("what was written can be read")
    }
}

/// The settings of each producer, group and topic, and of the brokers. With `defaults` the properties
/// that a file does not set stand in it as comments, each with its value.
#[must_use]
pub fn write(script: &Script, defaults: bool) -> Vec<Written> {
    let mut files = Vec::new();
    let mut add =
        |scope: Scope, first: &[(&str, String)], all: (usize, usize), own: &Properties| {
            let (at, count) = all;
            let stem = if scope == Scope::Broker { "server" } else { scope.word() };
            let name = match count {
                1 => format!("{stem}.properties"),
                _ => format!("{stem}-{}.properties", at + 1),
            };
            let text = file(scope, first, own, script.kafka, defaults);
            files.push(Written { name, scope, text });
        };
    add(Scope::Broker, &[], (0, 1), &script.cluster.config);
    for (at, topic) in script.topics.iter().enumerate() {
        let [replicas, partitions] = OF_TOPICS.map(|(name, _)| name);
        let assigned = topic.replicas.first().map(Vec::len);
        let factor =
            assigned.map_or_else(|| topic.replication_factor.to_string(), |n| n.to_string());
        let first = [(replicas, factor), (partitions, topic.partitions.to_string())];
        add(Scope::Topic, &first, (at, script.topics.len()), &topic.config);
    }
    for (at, producer) in script.producers.iter().enumerate() {
        add(Scope::Producer, &[], (at, script.producers.len()), &producer.config);
    }
    for (at, group) in script.groups.iter().enumerate() {
        let first = [("group.id", group.id.clone())];
        add(Scope::Consumer, &first, (at, script.groups.len()), &group.config);
    }
    files
}

fn file(
    scope: Scope,
    first: &[(&str, String)],
    own: &Properties,
    version: Version,
    defaults: bool,
) -> String {
    let mut out = String::new();
    for (name, value) in first {
        text::write(&mut out, name, value);
    }
    for property in properties::all(scope) {
        let default = property.default(version);
        match own.get(property.name) {
            Some(value) => text::write(&mut out, property.name, &written(property, value)),
            None if defaults && default.is_some() => {
                out.push_str("# ");
                text::write(&mut out, property.name, default.unwrap_or_default());
            }
            None => {}
        }
    }
    out
}

/// A value of a script as Kafka writes it: times in milliseconds, lists with commas.
fn written(property: &Property, value: &serde_json::Value) -> String {
    match property.read(value) {
        Ok(Setting::Unset) => String::new(),
        Ok(Setting::Bool(value)) => value.to_string(),
        Ok(Setting::Number(number)) => number.to_string(),
        Ok(Setting::Text(text)) => text,
        Ok(Setting::List(words)) => words.join(","),
        // Refused, here as there.
        Err(_) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}
