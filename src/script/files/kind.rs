//! Whose properties a file has, told by its name or by theirs.

use super::{Entry, OF_TOPICS};
use crate::script::properties::{self, Scope};

/// The scope of a file: its name says so (`config/kraft/server.properties`), else most of its
/// properties belong there and nowhere else.
pub(super) fn of(path: &str, entries: &[Entry]) -> Result<Scope, String> {
    by_name(path).or_else(|| by_properties(entries)).ok_or_else(|| {
        "it could be the file of several kinds; say which: producer=FILE, consumer=FILE, broker=FILE or topic=FILE".to_owned()
    })
}

/// The one kind that the name of a file has the word of.
fn by_name(path: &str) -> Option<Scope> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let words = || name.split(|c: char| !c.is_ascii_alphanumeric());
    let has = |scope: &Scope| words().any(|word| called(*scope).contains(&word));
    one(Scope::ALL.into_iter().filter(has))
}

/// What files of a kind are called; Kafka's own examples have `producer`, `consumer`, `server`, and
/// `broker` and `controller` with `KRaft`.
const fn called(scope: Scope) -> &'static [&'static str] {
    match scope {
        Scope::Producer => &["producer", "producers"],
        Scope::Consumer => &["consumer", "consumers"],
        Scope::Topic => &["topic", "topics"],
        Scope::Broker => &["server", "servers", "broker", "brokers", "controller"],
    }
}

/// The one kind that has more of the properties than any other.
fn by_properties(entries: &[Entry]) -> Option<Scope> {
    let knows = |scope: Scope| {
        let weight = |entry: &Entry| {
            let name = entry.name.as_str();
            let is_own = properties::lookup(scope, name).is_some()
                || scope == Scope::Topic && OF_TOPICS.iter().any(|(own, _)| *own == name)
                || scope == Scope::Consumer && name == "group.id";
            // Kafka has some names for many; what the model goes by says more.
            if is_own { 2 } else { u32::from(properties::is_ignored(scope, name)) }
        };
        entries.iter().map(weight).sum::<u32>()
    };
    let most = Scope::ALL.into_iter().map(knows).max().unwrap_or_default();
    one(Scope::ALL.into_iter().filter(|scope| knows(*scope) == most))
}

/// The only one that there is.
fn one(mut scopes: impl Iterator<Item = Scope>) -> Option<Scope> {
    let first = scopes.next();
    first.filter(|_| scopes.next().is_none())
}
