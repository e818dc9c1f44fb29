//! Every setting of a script as something to turn: what it is called, what the script gives it, its
//! default, and how a value is chosen.
//!
//! Kafka's properties come from the table of [`super::properties`], what is the script's own
//! (latency, workload, the application) from [`own`]. What they do is told by [`texts`].

mod ladder;
mod own;
mod own_texts;
pub mod texts;

use serde_json::Value;

use super::edit::{self, Edit};
use super::properties::{self, Kind, Property, Scope, Unit};
use super::reconfigure;
use super::roll;
use super::version::Version;

pub use ladder::ladder;
pub use own::Own;
use own_texts::OWN_TEXTS;

/// What settings belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The producers' properties.
    Producer,
    /// Those of topics and brokers.
    Topic,
    /// The consumers'.
    Consumer,
    /// How long messages travel.
    Network,
    /// What the producers' applications send, and how.
    Sending,
    /// What the consumers' applications do.
    Reading,
    /// What machines cost, and how long the run goes on.
    Machines,
}

impl Group {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::Producer,
        Self::Topic,
        Self::Consumer,
        Self::Network,
        Self::Sending,
        Self::Reading,
        Self::Machines,
    ];
}

/// A setting.
#[derive(Clone, Copy, Debug)]
pub enum Knob {
    /// A property of Kafka's.
    Property(&'static Property),
    /// A field of the script.
    Own(&'static Own),
}

/// How a value is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// On or off.
    Switch,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A number or a time: a slider over the values of [`ladder`], and a field for any other.
    Range,
    /// Any text.
    Text,
}

/// How a change acts that comes in the course of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    /// While things run (`kafka-configs --alter`).
    AtOnce,
    /// By a restart of the client.
    Client,
    /// By a restart of the brokers, one after the other.
    Brokers,
    /// Not: it is for a whole run.
    Run,
}

/// What a script says about a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The value in effect as far as the setting itself says; of several that differ the first.
    pub value: String,
    /// Its default, if it has one.
    pub default: Option<String>,
    /// Whether several things have different values.
    pub mixed: bool,
}

impl Reading {
    /// Whether it is something else than the default.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.mixed || self.default.as_ref().is_some_and(|default| *default != self.value)
    }
}

/// The settings that a script of that version has, in order: the common ones, or all.
#[must_use]
pub fn of(group: Group, version: Version, all: bool) -> Vec<Knob> {
    let scopes: &[Scope] = match group {
        Group::Producer => &[Scope::Producer],
        Group::Topic => &[Scope::Topic, Scope::Broker],
        Group::Consumer => &[Scope::Consumer],
        Group::Network | Group::Sending | Group::Reading | Group::Machines => &[],
    };
    let own = |common: bool| {
        let own = own::OWN.iter().filter(move |own| own.group == group && own.common == common);
        own.map(Knob::Own)
    };
    let common = COMMON.iter().filter(|(scope, _)| scopes.contains(scope));
    let common = common.filter_map(|(scope, name)| properties::lookup(*scope, name));
    let mut knobs: Vec<Knob> = common.map(Knob::Property).collect();
    // The number of copies belongs before what is said about them.
    let at = if group == Group::Topic { 0 } else { knobs.len() };
    knobs.splice(at..at, own(true));
    if all {
        let properties = scopes.iter().flat_map(|scope| properties::all(*scope));
        let rest = properties.map(Knob::Property).filter(|knob| !knob.is_common());
        knobs.extend(rest.chain(own(false)));
    }
    knobs.retain(|knob| knob.exists(version));
    knobs
}

/// The properties that are shown first.
const COMMON: &[(Scope, &str)] = &[
    (Scope::Producer, "acks"),
    (Scope::Producer, "enable.idempotence"),
    (Scope::Producer, "retries"),
    (Scope::Producer, "linger.ms"),
    (Scope::Producer, "batch.size"),
    (Scope::Producer, "max.in.flight.requests.per.connection"),
    (Scope::Topic, "min.insync.replicas"),
    (Scope::Topic, "unclean.leader.election.enable"),
    (Scope::Consumer, "enable.auto.commit"),
    (Scope::Consumer, "auto.commit.interval.ms"),
    (Scope::Consumer, "max.poll.records"),
];

impl PartialEq for Knob {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Property(one), Self::Property(other)) => {
                one.scope == other.scope && one.name == other.name
            }
            (Self::Own(one), Self::Own(other)) => one.place == other.place,
            _ => false,
        }
    }
}

impl Knob {
    /// The setting of that place.
    #[must_use]
    pub fn find(place: &str) -> Option<Self> {
        let all = Group::ALL.into_iter();
        let all = all.flat_map(|group| of(group, Version::NEWEST, true));
        let old = properties::all(Scope::Broker).iter().map(Self::Property);
        all.chain(old).find(|knob| knob.place() == place)
    }

    /// Where a script has it, with `*` for each thing of its kind.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Property(property) => home(property.scope).to_owned() + property.name,
            Self::Own(own) => own.place.to_owned(),
        }
    }

    /// Its name; a property's is Kafka's.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Property(property) => property.name,
            Self::Own(own) => own.name,
        }
    }

    /// The unit that stands behind its value; times that are not Kafka's carry their own.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Property(property) => match property.unit {
                Unit::None => "",
                Unit::Ms => "ms",
                Unit::Seconds => "s",
                Unit::Minutes => "min",
                Unit::Bytes => "B",
            },
            Self::Own(own) => own.unit(),
        }
    }

    /// Whether it is shown first.
    #[must_use]
    pub fn is_common(&self) -> bool {
        match self {
            Self::Property(property) => COMMON.contains(&(property.scope, property.name)),
            Self::Own(own) => own.common,
        }
    }

    /// How it can be changed while things run: a topic's, and what the brokers give topics, at
    /// once; clients and brokers read theirs when they start.
    #[must_use]
    pub fn acts(&self) -> Acts {
        let Self::Property(property) = self else { return Acts::Run };
        let is_given = |topic: &Property| topic.synonym == property.name;
        match property.scope {
            Scope::Topic => Acts::AtOnce,
            Scope::Broker if properties::all(Scope::Topic).iter().any(is_given) => Acts::AtOnce,
            Scope::Broker if roll::may_change(property.name) => Acts::Brokers,
            scope if reconfigure::may_change(scope, property.name) => Acts::Client,
            _ => Acts::Run,
        }
    }

    /// How a value is chosen.
    #[must_use]
    pub fn control(&self) -> Control {
        match self {
            Self::Property(property) => match property.kind {
                Kind::Bool => Control::Switch,
                Kind::Int { .. } | Kind::Long { .. } => Control::Range,
                Kind::Choice(_) if property.name == "acks" => Control::Choice(&["0", "1", "all"]),
                Kind::Choice(words) if words.iter().any(|word| word.ends_with(':')) => {
                    Control::Text
                }
                Kind::Choice(words) => Control::Choice(words),
                Kind::Text | Kind::List => Control::Text,
            },
            Self::Own(own) => own.control,
        }
    }

    fn exists(&self, version: Version) -> bool {
        match self {
            // A topic has what its brokers have.
            Self::Property(property) if property.scope == Scope::Topic => {
                let broker = properties::lookup(Scope::Broker, property.synonym);
                broker.is_none_or(|broker| broker.default(version).is_some())
            }
            Self::Property(property) => property.default(version).is_some(),
            Self::Own(_) => true,
        }
    }

    /// What a script says at a place, which is [`Knob::place`] or that of one thing.
    #[must_use]
    pub fn read(&self, json: &Value, place: &str, version: Version) -> Option<Reading> {
        if let Self::Own(own) = self
            && !own.is_about(json)
        {
            return None;
        }
        let default = self.default(json, version);
        let values = edit::at(json, place);
        let text = |value: &Option<&Value>| match value {
            Some(value) => Some(plain(value)),
            None => default.clone(),
        };
        let first = values.first().map(|value| text(value).unwrap_or_default())?;
        let mixed = values.iter().any(|value| text(value).unwrap_or_default() != first);
        let first = if self.name() == "acks" && first == "-1" { "all".to_owned() } else { first };
        Some(Reading { value: first, default, mixed })
    }

    fn default(&self, json: &Value, version: Version) -> Option<String> {
        let property = match self {
            Self::Property(property) => property,
            Self::Own(own) => return own.default(json),
        };
        if property.scope != Scope::Topic {
            return property.default(version).map(str::to_owned);
        }
        // A topic takes the brokers' setting of the same meaning.
        let broker = properties::lookup(Scope::Broker, property.synonym)?;
        let given = &json["cluster"]["config"][property.synonym];
        match given {
            Value::Null => broker.default(version).map(str::to_owned),
            given => Some(plain(given)),
        }
    }

    /// The changes that give it a value at a place, or its default.
    #[must_use]
    pub fn turn(&self, place: &str, value: Option<&str>) -> Vec<Edit> {
        let nothing = matches!(self, Self::Own(own) if own.default.is_empty());
        let value = value.filter(|text| !nothing || !text.trim().is_empty());
        let value = value.map(|text| match self.control() {
            Control::Text => match self {
                Self::Own(own) => own.text(text),
                Self::Property(_) => Value::String(text.trim().to_owned()),
            },
            _ => typed(text),
        });
        // Without records there is no failure: what else is said of it goes along.
        let place = match (&value, place.strip_suffix("/failure/records")) {
            (None, Some(group)) => group.to_owned() + "/failure",
            _ => place.to_owned(),
        };
        let mut edits = vec![Edit { place: place.clone(), value }];
        // Replicas that are assigned by hand would say otherwise.
        if let Some(topic) = place.strip_suffix("/replication_factor") {
            edits.push(Edit::remove(topic.to_owned() + "/replicas"));
        } else if let Some(topic) = place.strip_suffix("/partitions") {
            edits.push(Edit::remove(topic.to_owned() + "/replicas"));
        }
        edits
    }
}

/// Where a script has the properties of a scope.
const fn home(scope: Scope) -> &'static str {
    match scope {
        Scope::Producer => "/producers/*/config/",
        Scope::Broker => "/cluster/config/",
        Scope::Topic => "/topics/*/config/",
        Scope::Consumer => "/groups/*/config/",
    }
}

/// A value as a person reads it.
#[must_use]
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(words) => words.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A value as a script writes it: numbers and booleans bare.
fn typed(text: &str) -> Value {
    match text.trim() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => text.parse::<i64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
    }
}
