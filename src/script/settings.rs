//! The settings of one client, broker or topic: what a script gives, and defaults for the rest.
//!
//! The step between the written properties and the typed structs of [`super::config`].

use litemap::LiteMap;

use super::config::{Acks, Assignor, GroupProtocol, IsolationLevel, OffsetReset, Partitioner};
use super::error::About;
use super::properties::{self, Property, Scope, Setting};
use super::{Notice, Properties, ScriptError, Version};

/// A value for every property of a scope.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The version whose defaults fill the gaps.
    pub(super) version: Version,
    /// Where the properties stand in the script.
    pub(super) place: String,
    values: LiteMap<&'static str, Setting>,
    /// Properties that the version lacks, with those that did their work.
    replaced: LiteMap<&'static str, &'static str>,
    given: Vec<&'static str>,
}

impl Settings {
    /// The defaults of a version.
    pub(super) fn defaults(scope: Scope, version: Version) -> Self {
        if scope == Scope::Topic {
            return Self::of_topic(&Self::defaults(Scope::Broker, version));
        }
        let mut settings = Self::empty(scope, version);
        for property in properties::all(scope) {
            let default = property.default(version);
            if default.is_none() && properties::lookup(scope, property.absent).is_some() {
                settings.replaced.insert(property.name, property.absent);
                continue;
            }
            let text = default.unwrap_or(property.absent);
            // A bad default is a mistake in the table, and a test reads every one of them.
            let value = match text.is_empty() {
                true => Setting::Unset,
                false => property.parse(text).unwrap_or(Setting::Unset),
            };
            settings.values.insert(property.name, value);
        }
        settings
    }

    /// The defaults of a topic in a cluster whose brokers have these settings.
    pub(super) fn of_topic(broker: &Self) -> Self {
        let mut settings = Self::empty(Scope::Topic, broker.version);
        for property in properties::all(Scope::Topic) {
            let value = match broker.get(property.synonym) {
                // Kafka takes the scheduler's interval where log.flush.interval.ms has no value.
                Setting::Unset => broker.get("log.flush.scheduler.interval.ms"),
                value => value,
            };
            settings.values.insert(property.name, value.clone());
        }
        settings
    }

    fn empty(scope: Scope, version: Version) -> Self {
        let place = scope.place().to_owned();
        Self { version, place, values: LiteMap::new(), replaced: LiteMap::new(), given: Vec::new() }
    }

    /// These settings with what a script gives instead.
    pub(super) fn with(
        mut self,
        scope: Scope,
        given: &Properties,
        place: String,
        notices: &mut Vec<Notice>,
    ) -> Result<Self, ScriptError> {
        for (name, value) in given {
            let Some(property) = properties::lookup(scope, name) else {
                if let Some(message) = properties::complaint(scope, name) {
                    return Err(ScriptError::new(place, message));
                }
                let message = format!("{name} is not modelled");
                notices.push(Notice::new(place.clone(), message));
                continue;
            };
            if property.default(self.version).is_none() {
                let message = unknown_to(property, self.version);
                notices.push(Notice::new(place.clone(), message));
                continue;
            }
            let at = format!("{place}[\"{name}\"]");
            let setting = property.in_version(self.version).read(value);
            let setting = setting.map_err(|why| ScriptError::new(at.clone(), why))?;
            if setting == Setting::Unset {
                if property.default(self.version) != Some("") {
                    let why = property.invalid("null", "It must have a value");
                    return Err(ScriptError::new(at, why));
                }
                continue;
            }
            self.given.push(property.name);
            self.values.insert(property.name, setting);
        }
        self.place = place;
        Ok(self)
    }

    /// Whether the script gives that property a value.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.given.contains(&name)
    }

    /// An error in what these properties say together.
    pub(super) fn error(&self, about: About, message: impl Into<String>) -> ScriptError {
        ScriptError { about, ..ScriptError::new(self.place.clone(), message) }
    }

    /// A notice about these properties.
    pub(super) fn notice(&self, about: About, message: impl Into<String>) -> Notice {
        Notice { about, ..Notice::new(self.place.clone(), message) }
    }

    fn get(&self, name: &str) -> &Setting {
        let name = self.replaced.get(name).copied().unwrap_or(name);
        self.values.get(name).unwrap_or(&Setting::Unset)
    }

    fn number(&self, name: &str) -> i64 {
        match self.get(name) {
            Setting::Number(number) => *number,
            _ => 0,
        }
    }

    fn word(&self, name: &str) -> &str {
        match self.get(name) {
            Setting::Text(text) => text,
            _ => "",
        }
    }
}

/// The readers that the fields of the typed structs name, one for each type of field.
impl Settings {
    pub(super) fn bool(&self, name: &str) -> bool {
        *self.get(name) == Setting::Bool(true)
    }

    pub(super) fn int(&self, name: &str) -> u32 {
        u32::try_from(self.number(name)).unwrap_or(0)
    }

    pub(super) fn long(&self, name: &str) -> u64 {
        u64::try_from(self.number(name)).unwrap_or(0)
    }

    pub(super) fn us(&self, name: &str) -> u64 {
        self.long(name).saturating_mul(1_000)
    }

    /// Microseconds, if the property has a value and that is not -1.
    pub(super) fn optional_us(&self, name: &str) -> Option<u64> {
        match self.get(name) {
            Setting::Number(ms) => u64::try_from(*ms).ok().map(|ms| ms.saturating_mul(1_000)),
            _ => None,
        }
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.word(name).to_owned()
    }

    pub(super) fn optional_text(&self, name: &str) -> Option<String> {
        let text = self.word(name);
        if text.is_empty() { None } else { Some(text.to_owned()) }
    }

    pub(super) fn acks(&self, name: &str) -> Acks {
        match self.word(name) {
            "0" => Acks::None,
            "1" => Acks::Leader,
            _ => Acks::All,
        }
    }

    pub(super) fn group_protocol(&self, name: &str) -> GroupProtocol {
        match self.word(name).eq_ignore_ascii_case("consumer") {
            true => GroupProtocol::Consumer,
            false => GroupProtocol::Classic,
        }
    }

    pub(super) fn isolation_level(&self, name: &str) -> IsolationLevel {
        match self.word(name).eq_ignore_ascii_case("read_committed") {
            true => IsolationLevel::ReadCommitted,
            false => IsolationLevel::ReadUncommitted,
        }
    }

    /// Which value it is was checked when it was read; a duration that is none is refused by
    /// [`super::checks::consumer`].
    pub(super) fn offset_reset(&self, name: &str) -> OffsetReset {
        let word = self.word(name);
        match word.to_ascii_lowercase().as_str() {
            "earliest" => OffsetReset::Earliest,
            "none" => OffsetReset::None,
            "latest" => OffsetReset::Latest,
            _ => OffsetReset::ByDuration { us: OffsetReset::duration_us(word).unwrap_or(0) },
        }
    }

    pub(super) fn assignors(&self, name: &str) -> Vec<Assignor> {
        match self.get(name) {
            Setting::List(classes) => classes.iter().filter_map(|c| Assignor::named(c)).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn compacted(&self, name: &str) -> bool {
        self.words(name).iter().any(|word| word == "compact")
    }

    pub(super) fn partitioner(&self, name: &str) -> Partitioner {
        Partitioner::named(self.word(name), self.version).unwrap_or(Partitioner::StickyBytes)
    }

    /// The words of a list, for checks.
    pub(super) fn words(&self, name: &str) -> &[String] {
        match self.get(name) {
            Setting::List(words) => words,
            _ => &[],
        }
    }
}

/// What Kafka does with a property that it does not know: it logs a warning.
pub(super) fn unknown_to(property: &Property, version: Version) -> String {
    let name = property.name;
    match property.lifetime() {
        (_, Some(removed)) if removed <= version => {
            format!("{name} is unknown to Kafka {version} and ignored (removed in {removed})")
        }
        (since, _) => format!("{name} is unknown to Kafka {version} and ignored (new in {since})"),
    }
}
