//! Settings as Kafka's own `.properties` files: read into a script and written from one, with the
//! line of whatever is wrong.
//!
//! What Kafka would refuse is an error; what it would pass over with a word in its log at most (a
//! misspelt name, one of another kind, one that this version lacks) is a warning. Names that Kafka has
//! and the model does without are set aside without a word.

mod conflicts;
mod kind;
mod problems;
mod retired;
pub mod rewrite;
pub mod text;
mod write;

use std::fmt;

use serde::Serialize;

use super::properties::{self, Scope};
use super::{Script, Version};

pub use conflicts::check;
pub use text::Entry;
pub use write::{Written, write};

/// A `.properties` file that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertiesFile {
    /// What it is called where its problems are told.
    pub name: String,
    /// Whose properties it has.
    pub scope: Scope,
    /// The properties in the order of the file. Of two with one name the last one counts.
    pub entries: Vec<Entry>,
}

/// Something about a file that its owner should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line of the property, counted from 1; none if it is about what no line says.
    pub line: Option<u32>,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, in Kafka's words where Kafka would say it.
    pub message: String,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Kafka refuses it, or it cannot be read.
    Error,
    /// Kafka starts all the same, perhaps not with what was meant.
    Warning,
}

/// What stands for itself in a topic's file, though it is no property of Kafka: what a topic is created
/// with (`kafka-topics --create --replication-factor 3 --partitions 6`), with its largest value.
pub const OF_TOPICS: [(&str, u32); 2] = [
    ("replication.factor", super::limits::BROKERS_MAX as u32),
    ("partitions", super::limits::PARTITIONS_MAX),
];

impl PropertiesFile {
    /// Reads a file. Whose properties it has is told by `scope`, by its name
    /// (`producer.properties`, `server.properties`) or by the names of its properties.
    ///
    /// # Errors
    /// When the text is malformed, or nothing tells whose properties it has.
    pub fn read(name: &str, text: &str, scope: Option<Scope>) -> Result<Self, Problem> {
        let error = |line, message: String| Problem {
            file: name.to_owned(),
            line,
            level: Level::Error,
            message,
        };
        let entries = text::parse(text)
            .map_err(|at| error(Some(at.line), "Malformed \\uxxxx encoding.".to_owned()))?;
        let scope = match scope {
            Some(scope) => scope,
            None => kind::of(name, &entries).map_err(|why| error(None, why))?,
        };
        Ok(Self { name: name.to_owned(), scope, entries })
    }

    /// The value of a property or of what stands for itself: the last one in the file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.entry(name).map(|entry| entry.value.as_str())
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.name == name)
    }

    /// What is wrong with its properties, each taken alone, for a version of Kafka.
    #[must_use]
    pub fn problems(&self, version: Version) -> Vec<Problem> {
        problems::of(self, version)
    }

    /// The names of properties that Kafka has and the model does without.
    #[must_use]
    pub fn set_aside(&self) -> Vec<&str> {
        let names = self.entries.iter().map(|entry| entry.name.as_str());
        names.filter(|name| problems::is_set_aside(self.scope, name)).collect()
    }

    /// Gives a script these settings in place of its own, wherever it has something that they
    /// belong to. What Kafka would refuse or pass over is left out.
    pub fn apply(&self, script: &mut Script) {
        let mut settings = super::Properties::new();
        for Entry { name, value, .. } in &self.entries {
            let Some(property) = properties::lookup(self.scope, name) else { continue };
            let exists = property.default(script.kafka).is_some();
            if exists && property.in_version(script.kafka).parse_as_kafka(value).is_ok() {
                settings.insert(name.clone(), value.as_str().into());
            }
        }
        for config in script.configs_mut(self.scope) {
            config.clone_from(&settings);
        }
        if self.scope == Scope::Topic {
            let [replicas, partitions] = OF_TOPICS.map(|(name, _)| self.count(name));
            for topic in &mut script.topics {
                if replicas.is_some() || partitions.is_some() {
                    topic.replicas.clear();
                }
                topic.replication_factor = replicas.unwrap_or(topic.replication_factor);
                topic.partitions = partitions.unwrap_or(topic.partitions);
            }
        }
    }

    fn count(&self, name: &str) -> Option<u16> {
        problems::count(name, self.get(name)?).ok()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write!(f, ": {level}: {}", self.message)
    }
}
