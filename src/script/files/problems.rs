//! What can be wrong with one property of a file, taken alone.

use super::retired::Retired;
use super::{Entry, Level, OF_TOPICS, Problem, PropertiesFile};
use crate::script::Version;
use crate::script::properties::{self, Property, Scope};
use crate::script::settings::unknown_to;
use crate::script::suggest::did_you_mean;

/// All that is wrong with the properties of a file, in the order of its lines.
pub(super) fn of(file: &PropertiesFile, version: Version) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, entry) in file.entries.iter().enumerate() {
        let mut tell = |level, message: String| {
            let (file, line) = (file.name.clone(), Some(entry.line));
            problems.push(Problem { file, line, level, message });
        };
        let later = file.entries[at + 1..].iter().find(|other| other.name == entry.name);
        if let Some(later) = later {
            let message =
                format!("{} is there again in line {}, which counts", entry.name, later.line);
            tell(Level::Warning, message);
        } else if let Err((level, message)) = judge(file.scope, entry, version) {
            tell(level, message);
        }
    }
    problems
}

/// Whether Kafka has a property that the model does without.
pub(super) fn is_set_aside(scope: Scope, name: &str) -> bool {
    properties::lookup(scope, name).is_none()
        && (properties::is_ignored(scope, name) || scope == Scope::Consumer && name == "group.id")
}

/// Reads the value of what stands for itself in a topic's file.
pub(super) fn count(name: &str, value: &str) -> Result<u16, String> {
    let most = OF_TOPICS.iter().find(|(own, _)| *own == name).map_or(0, |(_, most)| *most);
    let number = value.trim().parse::<u16>().ok();
    number.filter(|number| (1..=most).contains(&u32::from(*number))).ok_or_else(|| {
        format!("Invalid value {value} for {name}: it is a number from 1 to {most} in the model")
    })
}

fn judge(scope: Scope, entry: &Entry, version: Version) -> Result<(), (Level, String)> {
    let Entry { name, value, .. } = entry;
    let refused = |message| (Level::Error, message);
    let passed_over = |message| (Level::Warning, message);
    if scope == Scope::Topic && OF_TOPICS.iter().any(|(own, _)| own == name) {
        return count(name, value).map(|_| ()).map_err(refused);
    }
    if let Some(retired) = Retired::find(scope, name)
        && let Some(message) = retired.message(name, version)
    {
        return Err(passed_over(message));
    }
    let Some(property) = properties::lookup(scope, name) else {
        if is_set_aside(scope, name) {
            return Ok(());
        }
        return Err(passed_over(stranger(scope, name)));
    };
    if property.default(version).is_none() {
        return Err(passed_over(unknown_to(property, version)));
    }
    property.in_version(version).parse_as_kafka(value).map(|_| ()).map_err(refused)
}

/// The words for a name that is none of this scope's.
fn stranger(scope: Scope, name: &str) -> String {
    let known = |home: Scope| properties::lookup(home, name);
    let homes: Vec<&Property> = Scope::ALL.into_iter().filter_map(known).collect();
    if let Some(home) = homes.first() {
        let words: Vec<&str> = homes.iter().map(|home| home.scope.word()).collect();
        let message = format!(
            "{name} is a {} property, and ignored in a {}'s file",
            words.join(" and "),
            scope.word()
        );
        return match here(scope, home) {
            Some(own) => format!("{message}; its name here is {own}"),
            None => message,
        };
    }
    let names = properties::all(scope).iter().map(|property| property.name);
    match did_you_mean(name, names) {
        Some(near) => {
            format!("{name} is unknown to Kafka and ignored; did you mean \"{near}\"?")
        }
        None => format!("{name} is unknown to Kafka and ignored"),
    }
}

/// The name in this scope of a property of another one: brokers and topics have pairs.
fn here(scope: Scope, home: &Property) -> Option<&'static str> {
    let is_pair = |topic: &&Property| match scope {
        Scope::Broker => topic.name == home.name,
        Scope::Topic => topic.synonym == home.name,
        Scope::Producer | Scope::Consumer => false,
    };
    let pair = properties::all(Scope::Topic).iter().find(is_pair)?;
    Some(if scope == Scope::Broker { pair.synonym } else { pair.name })
}
