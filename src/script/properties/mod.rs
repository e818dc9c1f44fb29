//! The one table of Kafka's properties: names, types, ranges, and the default of each version.
//!
//! It holds what bears on delivery, loss, duplication, order or latency. The typed settings in
//! [`super::config`] are read through it, the documentation and the JSON schema are made from it.
//! [`is_ignored`] knows those that Kafka has and the model leaves out.

mod broker;
mod consumer;
mod doc;
mod ignored;
pub mod notes;
mod producer;
mod ranges;
#[cfg(feature = "cli")]
pub mod schema;
mod topic;
mod value;

use super::suggest::did_you_mean;
use super::version::Version;

pub use doc::{history, markdown};
pub use ignored::is_ignored;
pub use value::Setting;

/// Whose property it is; the same name can be that of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// A producer's.
    Producer,
    /// A broker's; here always the same for all brokers of a cluster.
    Broker,
    /// A topic's; the brokers' settings give its default.
    Topic,
    /// A consumer's.
    Consumer,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 4] = [Self::Producer, Self::Consumer, Self::Topic, Self::Broker];

    /// The word for it: `producer`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Producer => "producer",
            Self::Broker => "broker",
            Self::Topic => "topic",
            Self::Consumer => "consumer",
        }
    }

    /// Where a script has its properties: `producers[..].config`.
    #[must_use]
    pub const fn place(self) -> &'static str {
        match self {
            Self::Producer => "producers[..].config",
            Self::Broker => "cluster.config",
            Self::Topic => "topics[..].config",
            Self::Consumer => "groups[..].config",
        }
    }
}

/// The type of a property's value, as in Kafka's `ConfigDef`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A Java `int` (or `short`) in a range.
    Int {
        /// The smallest value.
        min: i32,
        /// The largest value.
        max: i32,
    },
    /// A Java `long` in a range.
    Long {
        /// The smallest value.
        min: i64,
        /// The largest value.
        max: i64,
    },
    /// One of some words; one that ends in a colon stands for all that begin with it.
    Choice(&'static [&'static str]),
    /// Any text.
    Text,
    /// Words separated by commas.
    List,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nothing, or things that the name says.
    None,
    /// Milliseconds.
    Ms,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Bytes.
    Bytes,
}

/// The defaults of a property from a version on: `None` where Kafka does not have it, an empty
/// text where it has no value unless one is set.
pub type History = &'static [(Version, Option<&'static str>)];

/// A property of Kafka.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name, such as `linger.ms`.
    pub name: &'static str,
    /// Whose it is.
    pub scope: Scope,
    /// The type of its value.
    pub kind: Kind,
    /// The unit of its value.
    pub unit: Unit,
    /// Its default, version by version; the first entry is that of the oldest version.
    pub history: History,
    /// How versions behave that do not have the property: a value, or the name of the property
    /// that did its work then.
    pub absent: &'static str,
    /// For a topic's property, the broker property that gives its default.
    pub synonym: &'static str,
    /// What it does, in one sentence; empty in [`all`] without the command line, as is the source.
    pub help: &'static str,
    /// Where Kafka defines or changed it: a class, a KIP.
    pub source: &'static str,
}

impl Property {
    /// For the tables: this property, with how versions behave that do not have it.
    const fn or(self, absent: &'static str) -> Self {
        Self { absent, ..self }
    }

    /// What the version has for it: `None` where the property does not exist, an empty text where
    /// it has no value unless one is set.
    #[must_use]
    pub fn default(&self, version: Version) -> Option<&'static str> {
        self.history.iter().rev().find(|(since, _)| *since <= version).and_then(|entry| entry.1)
    }

    /// The first version that has it and, if it was removed, the first that lacks it again.
    #[must_use]
    pub fn lifetime(&self) -> (Version, Option<Version>) {
        let since = self.history.iter().find(|entry| entry.1.is_some());
        let since = since.map_or(Version::OLDEST, |entry| entry.0);
        let removed = self.history.iter().find(|entry| entry.0 > since && entry.1.is_none());
        (since, removed.map(|entry| entry.0))
    }
}

/// All properties of a scope, in the order of the documentation. Their texts are there for the
/// command line only, which makes the documentation; a first visit of the app does not pay for
/// them.
#[must_use]
pub const fn all(scope: Scope) -> &'static [Property] {
    macro_rules! bare {
        ($table:expr) => {
            const { &bare::<{ $table.len() }>($table) }
        };
    }
    if cfg!(feature = "cli") {
        return documented(scope);
    }
    match scope {
        Scope::Producer => bare!(producer::PROPERTIES),
        Scope::Broker => bare!(broker::PROPERTIES),
        Scope::Topic => bare!(topic::PROPERTIES),
        Scope::Consumer => bare!(consumer::PROPERTIES),
    }
}

/// The tables with their texts: for those that show them.
#[must_use]
pub const fn documented(scope: Scope) -> &'static [Property] {
    match scope {
        Scope::Producer => producer::PROPERTIES,
        Scope::Broker => broker::PROPERTIES,
        Scope::Topic => topic::PROPERTIES,
        Scope::Consumer => consumer::PROPERTIES,
    }
}

/// A table without its texts.
const fn bare<const N: usize>(table: &[Property]) -> [Property; N] {
    let mut bare = [table[0]; N];
    let mut at = 0;
    while at < N {
        bare[at] = Property { help: "", source: "", ..table[at] };
        at += 1;
    }
    bare
}

/// The property of that name, for constants: a name that is missing does not compile.
const fn named(table: &[Property], name: &str) -> Property {
    let mut at = 0;
    while at < table.len() {
        if same(table[at].name.as_bytes(), name.as_bytes()) {
            return table[at];
        }
        at += 1;
    }
    panic!("no property of this name is in the table")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The property of that name.
#[must_use]
pub fn lookup(scope: Scope, name: &str) -> Option<&'static Property> {
    all(scope).iter().find(|property| property.name == name)
}

/// Why a name is no property of a scope, if it is none: with the scope that has it, or the name
/// that was perhaps meant.
#[must_use]
pub fn complaint(scope: Scope, name: &str) -> Option<String> {
    if lookup(scope, name).is_some() || is_ignored(scope, name) {
        return None;
    }
    if name == "group.id" && scope == Scope::Consumer {
        return Some("\"group.id\" is the group's \"id\" in a script".to_owned());
    }
    let has = |home: &Scope| lookup(*home, name).is_some() || is_ignored(*home, name);
    // A topic's property before the brokers' of the same name: that is where it is mostly meant.
    if let Some(home) = Scope::ALL.into_iter().find(has) {
        let (word, place) = (home.word(), home.place());
        return Some(format!("\"{name}\" is a {word} property; it belongs in {place}"));
    }
    let names = all(scope).iter().map(|property| property.name);
    Some(match did_you_mean(name, names) {
        Some(near) => format!("unknown property \"{name}\"; did you mean \"{near}\"?"),
        None => format!("unknown property \"{name}\""),
    })
}

/// The largest Java `int`.
const INT_MAX: i32 = i32::MAX;
/// The largest Java `long`.
const LONG_MAX: i64 = i64::MAX;
/// An `int` that is not negative.
const INT: Kind = Kind::Int { min: 0, max: INT_MAX };
/// An `int` that is positive.
const INT_FROM_1: Kind = Kind::Int { min: 1, max: INT_MAX };
/// A `short` that is positive.
const SHORT_FROM_1: Kind = Kind::Int { min: 1, max: 32_767 };
/// A `long` that is not negative.
const LONG: Kind = Kind::Long { min: 0, max: LONG_MAX };
/// A `long` that is positive.
const LONG_FROM_1: Kind = Kind::Long { min: 1, max: LONG_MAX };

/// The version that the tables begin with.
const V0_10: Version = Version::OLDEST;

/// A short way to name a version in the tables.
const fn v(major: u8, minor: u8) -> Version {
    Version::new(major, minor)
}
