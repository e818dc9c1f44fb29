//! The table of properties beside Kafka itself: what the classes of each version say of each property,
//! recorded by `Configs.java` in `configs.json` (it says how), against what we say.

use std::collections::{BTreeMap, BTreeSet};

use ackscope::script::knobs::{Acts, Knob};
use ackscope::script::properties::{self, Kind, Property, Scope};
use ackscope::script::version::{KNOWN, Version};
use serde_json::Value;

/// What Kafka says of a property.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    /// Its type in Kafka's `ConfigDef`.
    kind: String,
    /// Whether it is none that users should set.
    internal: bool,
    /// Its default; an empty text where it has none.
    default: String,
    /// What its validator says of itself.
    range: Option<String>,
    /// A broker's: how it can be changed while brokers run. A topic's: its synonym.
    more: Option<String>,
}

/// From which versions on Kafka says what of a property.
type History = Vec<(Version, Option<Said>)>;

/// What Kafka says of all properties, by scope and name.
struct Kafka(BTreeMap<(&'static str, String), History>);

impl Kafka {
    fn recorded() -> Self {
        let all: Value = serde_json::from_str(include_str!("configs.json")).expect("JSON");
        let (releases, properties) = all.as_array().expect("a list").split_first().expect("lines");
        let releases: Vec<Version> =
            releases.as_array().expect("releases").iter().map(version).collect();
        assert_eq!(releases, KNOWN, "every version that the app offers is recorded");
        let line = |line: &Value| {
            let scope = Scope::ALL.into_iter().find(|scope| line[0] == scope.word());
            let name = line[1].as_str().expect("a name").to_owned();
            let history = line.as_array().expect("a list")[2..].iter().map(said).collect();
            ((scope.expect("a scope").word(), name), history)
        };
        Self(properties.iter().map(line).collect())
    }

    fn of(&self, scope: Scope, name: &str, version: Version) -> Option<&Said> {
        let history = self.0.get(&(scope.word(), name.to_owned()))?;
        history.iter().rev().find(|(since, _)| *since <= version)?.1.as_ref()
    }
}

fn version(text: &Value) -> Version {
    Version::parse(text.as_str().expect("a version")).expect("a version")
}

fn said(entry: &Value) -> (Version, Option<Said>) {
    let text = |n: usize| entry[n].as_str().map(str::to_owned);
    let said = text(1).map(|kind| Said {
        internal: kind.ends_with(" internal"),
        kind: kind.replace(" internal", ""),
        default: text(2).unwrap_or_default(),
        range: text(3),
        more: text(4),
    });
    (version(&entry[0]), said)
}

/// The table's properties, as each version has them.
fn each() -> impl Iterator<Item = (&'static Property, Version)> {
    let all = Scope::ALL.into_iter().flat_map(properties::all);
    all.flat_map(|property| KNOWN.iter().map(move |version| (property, *version)))
}

/// A feature of the cluster, which `ConfigDef` does not know.
const NO_PROPERTY: &str = "eligible.leader.replicas.version";

#[test]
fn a_property_is_there_in_the_versions_that_have_it() {
    let kafka = Kafka::recorded();
    let mut wrong = Vec::new();
    for (property, version) in each().filter(|(property, _)| property.name != NO_PROPERTY) {
        let said = kafka.of(property.scope, property.name, version);
        let has = said.is_some();
        let internal = said.is_some_and(|said| said.internal);
        if has != property.default(version).is_some() && !internal {
            wrong.push(format!(
                "{} {} {version}: Kafka {has}",
                property.scope.word(),
                property.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn its_default_is_kafkas_in_every_version() {
    let kafka = Kafka::recorded();
    let mut wrong = Vec::new();
    for (property, version) in each() {
        let Some(said) = kafka.of(property.scope, property.name, version) else { continue };
        let Some(ours) = property.default(version) else { continue };
        // The broker's setting gives this one, and where that has no value `LogConfig` takes another.
        if property.name == "flush.ms" {
            continue;
        }
        if said.default != ours {
            let (scope, name) = (property.scope.word(), property.name);
            wrong.push(format!("{scope} {name} {version}: {:?}, Kafka {:?}", ours, said.default));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn its_type_and_range_are_kafkas() {
    let kafka = Kafka::recorded();
    let mut wrong = Vec::new();
    for (property, version) in each() {
        let Some(said) = kafka.of(property.scope, property.name, version) else { continue };
        if !fits(property.in_version(version).kind, said) {
            let (scope, name) = (property.scope.word(), property.name);
            wrong.push(format!("{scope} {name} {version}: {:?}, Kafka {said:?}", property.kind));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn fits(kind: Kind, said: &Said) -> bool {
    let number = |java: &str, min: i64, max: i64, largest: i64| {
        // Where Kafka says nothing it takes negative numbers too, which mean nothing.
        let Some(range) = &said.range else { return said.kind == java && (0..=1).contains(&min) };
        let up_to = format!("[{min},...,{max}]");
        let open = format!("[{min},...]");
        said.kind == java && (*range == up_to || *range == open && max == largest)
    };
    let words = |ours: &[&str]| {
        // Kafka has enumerations in any order, some in capitals.
        let Some(range) = &said.range else { return true };
        let range = range.replace("(case insensitive) ", "").to_ascii_lowercase();
        let range = range.replace("by_duration:pndtnhnmn.ns", "by_duration:");
        let theirs: BTreeSet<&str> = range.trim_matches(['[', ']']).split(", ").collect();
        theirs == ours.iter().copied().collect()
    };
    match kind {
        Kind::Bool => said.kind == "BOOLEAN",
        Kind::Int { min, max: 32_767 } => number("SHORT", min.into(), 32_767, 32_767),
        Kind::Int { min, max } => number("INT", min.into(), max.into(), i32::MAX.into()),
        Kind::Long { min, max } => number("LONG", min, max, i64::MAX),
        // A number with three values that mean something.
        Kind::Choice(&["-1", "0", "1"]) => said.kind == "SHORT",
        Kind::Choice(ours) => said.kind == "STRING" && words(ours),
        Kind::Text => said.kind == "STRING" || said.kind == "CLASS",
        Kind::List => said.kind == "LIST",
    }
}

#[test]
fn no_property_of_kafkas_is_taken_for_a_mistake() {
    let mut unknown = Vec::new();
    for ((scope, name), _) in Kafka::recorded().0 {
        let scope = Scope::ALL.into_iter().find(|it| it.word() == scope).expect("a scope");
        // A group's is a field of the script.
        let complaint = properties::complaint(scope, &name).filter(|_| name != "group.id");
        unknown.extend(complaint.map(|complaint| format!("{}: {complaint}", scope.word())));
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[test]
fn a_topics_property_takes_its_default_from_the_one_that_kafka_says() {
    let kafka = Kafka::recorded();
    for property in properties::all(Scope::Topic) {
        let said = kafka.of(Scope::Topic, property.name, Version::NEWEST).expect(property.name);
        assert_eq!(said.more.as_deref(), Some(property.synonym), "{}", property.name);
    }
}

#[test]
fn what_changes_while_brokers_run_is_what_kafka_lets_change() {
    let kafka = Kafka::recorded();
    for property in properties::all(Scope::Broker) {
        let Some(said) = kafka.of(Scope::Broker, property.name, Version::NEWEST) else { continue };
        let dynamic = said.more.as_deref() != Some("read-only");
        match Knob::Property(property).acts() {
            Acts::AtOnce => assert!(dynamic, "{}: {said:?}", property.name),
            // Kafka could do it at once, but takes it from a file as well.
            Acts::Brokers | Acts::Run => {}
            Acts::Client => panic!("{} is no client's", property.name),
        }
    }
}
