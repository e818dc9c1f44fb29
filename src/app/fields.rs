//! The settings that the panel offers: what each is called, where a script keeps it, and which
//! values its control steps through.
//!
//! Kafka's own properties take name, help, unit and default from the library's table; the others
//! (latency, processing time) are the script's.

use ackscope::script::properties::{self, Property, Scope, Unit};
use ackscope::script::{Duration, Link, Script};
use serde_json::Value;

use super::words::{Words, words};

/// A setting of the panel.
pub struct Field {
    /// What it sets.
    pub what: What,
    /// How it is chosen.
    pub control: Control,
    /// What a property does, from the library's table.
    property_help: &'static str,
}

/// What a setting sets.
#[derive(Clone, Copy)]
pub enum What {
    /// A property of Kafka's.
    Property(Scope, &'static str),
    /// How many replicas each topic has.
    ReplicationFactor,
    /// The latency of all links that no other rule names.
    Latency,
    /// The latency from broker to broker.
    BrokersLatency,
    /// How long the consumers' application works on a record.
    Processing,
}

/// How a setting is chosen.
#[derive(Clone, Copy)]
pub enum Control {
    /// One of a few values, all visible.
    Choice(&'static [&'static str]),
    /// A slider over these values, and a text field for any other.
    Slider(&'static [&'static str]),
}

/// A group of settings.
pub struct Group {
    /// Its heading.
    pub title: fn(&Words) -> &'static str,
    /// Where in a script errors of these settings are.
    pub places: &'static [&'static str],
    /// Its settings, by their place in [`FIELDS`].
    pub fields: std::ops::Range<usize>,
}

const fn choice(scope: Scope, name: &'static str, values: &'static [&'static str]) -> Field {
    field(property(scope, name), Control::Choice(values))
}

const fn slider(what: What, values: &'static [&'static str]) -> Field {
    field(what, Control::Slider(values))
}

const fn field(what: What, control: Control) -> Field {
    let property_help = match what {
        What::Property(scope, name) => properties::help(scope, name),
        _ => "",
    };
    Field { what, control, property_help }
}

const fn property(scope: Scope, name: &'static str) -> What {
    What::Property(scope, name)
}

const BOOL: &[&str] = &["false", "true"];

/// All settings, group after group.
pub const FIELDS: &[Field] = &[
    choice(Scope::Producer, "acks", &["0", "1", "all"]),
    choice(Scope::Producer, "enable.idempotence", BOOL),
    slider(property(Scope::Producer, "retries"), &["0", "1", "2", "3", "5", "10", "2147483647"]),
    slider(
        property(Scope::Producer, "linger.ms"),
        &["0", "1", "2", "5", "10", "15", "20", "30", "50", "100", "500"],
    ),
    slider(
        property(Scope::Producer, "batch.size"),
        &["0", "200", "500", "1000", "4096", "16384", "65536", "1048576"],
    ),
    slider(
        property(Scope::Producer, "max.in.flight.requests.per.connection"),
        &["1", "2", "3", "4", "5"],
    ),
    slider(What::ReplicationFactor, &["1", "2", "3"]),
    slider(property(Scope::Topic, "min.insync.replicas"), &["1", "2", "3"]),
    choice(Scope::Topic, "unclean.leader.election.enable", BOOL),
    choice(Scope::Consumer, "enable.auto.commit", BOOL),
    slider(
        property(Scope::Consumer, "auto.commit.interval.ms"),
        &["5", "20", "50", "100", "500", "1000", "5000", "10000"],
    ),
    slider(
        property(Scope::Consumer, "max.poll.records"),
        &["1", "2", "5", "10", "50", "100", "500"],
    ),
    slider(
        What::Processing,
        &["0ms", "1ms", "2ms", "3ms", "5ms", "10ms", "20ms", "50ms", "100ms", "1s"],
    ),
    slider(
        What::BrokersLatency,
        &["0.1ms", "0.5ms", "1ms", "2ms", "5ms", "10ms", "20ms", "50ms", "100ms"],
    ),
    slider(What::Latency, &["0.1ms", "0.5ms", "1ms", "2ms", "5ms", "10ms", "20ms", "50ms"]),
];

/// The groups, in order.
pub const GROUPS: &[Group] = &[
    Group { title: |w| w.group_producer, places: &["producers"], fields: 0..6 },
    Group { title: |w| w.group_topic, places: &["topics", "cluster"], fields: 6..9 },
    Group { title: |w| w.group_consumer, places: &["groups"], fields: 9..13 },
    Group { title: |w| w.group_network, places: &["network"], fields: 13..15 },
];

impl Field {
    fn property(&self) -> Option<&'static Property> {
        match self.what {
            What::Property(scope, name) => properties::lookup(scope, name),
            _ => None,
        }
    }

    /// Its name; a property's is Kafka's.
    #[must_use]
    pub fn name(&self) -> &'static str {
        let w = words();
        match self.what {
            What::Property(_, name) => name,
            What::ReplicationFactor => w.replication_factor,
            What::Latency => w.network_latency,
            What::BrokersLatency => w.brokers_latency,
            What::Processing => w.processing,
        }
    }

    /// What it does, in one sentence.
    #[must_use]
    pub fn help(&self) -> &'static str {
        let w = words();
        match self.what {
            What::Property(..) => self.property_help,
            What::ReplicationFactor => w.replication_factor_help,
            What::Latency => w.network_latency_help,
            What::BrokersLatency => w.brokers_latency_help,
            What::Processing => w.processing_help,
        }
    }

    /// The unit that stands behind its value; times that are not Kafka's carry their own.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self.property().map(|property| property.unit) {
            Some(Unit::Ms) => "ms",
            Some(Unit::Seconds) => "s",
            Some(Unit::Minutes) => "min",
            Some(Unit::Bytes) => "B",
            _ => "",
        }
    }

    /// Whether the script and its version of Kafka have it at all.
    #[must_use]
    pub fn exists(&self, script: &Script) -> bool {
        match self.what {
            What::Property(Scope::Producer, _) if script.producers.is_empty() => false,
            What::Property(Scope::Consumer, _) | What::Processing if script.groups.is_empty() => {
                false
            }
            What::Property(Scope::Topic, _) => true,
            What::Property(..) => {
                self.property().is_some_and(|property| property.default(script.kafka).is_some())
            }
            _ => true,
        }
    }

    /// The value that the script gives, if it gives one.
    #[must_use]
    pub fn given(&self, script: &Script) -> Option<String> {
        match self.what {
            What::Property(scope, name) => {
                let config = match scope {
                    Scope::Producer => script.producers.first().map(|producer| &producer.config),
                    Scope::Topic => script.topics.first().map(|topic| &topic.config),
                    Scope::Consumer => script.groups.first().map(|group| &group.config),
                    Scope::Broker => Some(&script.cluster.config),
                };
                config?.get(name).map(plain)
            }
            What::ReplicationFactor => {
                let factor = script.topics.first().map_or(3, |topic| topic.replication_factor);
                (factor != 3).then(|| factor.to_string())
            }
            What::Latency => {
                let latency = script.network.latency;
                (latency != DEFAULT_LATENCY).then(|| latency.to_string())
            }
            What::BrokersLatency => {
                let link = script.network.links.iter().rfind(|link| is_between_brokers(link));
                link.and_then(|link| link.latency).map(|latency| latency.to_string())
            }
            What::Processing => {
                let processing =
                    script.groups.first().map_or(Duration::default(), |group| group.processing);
                (processing != Duration::default()).then(|| processing.to_string())
            }
        }
    }

    /// Its value unless the script gives one.
    #[must_use]
    pub fn default(&self, script: &Script) -> String {
        match self.what {
            What::Property(_, name) => {
                let Some(property) = self.property() else { return String::new() };
                // A topic takes the brokers' setting of the same meaning.
                let of_brokers = script.cluster.config.get(property.synonym);
                let broker =
                    properties::lookup(Scope::Broker, property.synonym).unwrap_or(property);
                match (of_brokers, property.scope) {
                    (Some(value), Scope::Topic) => plain(value),
                    (None, Scope::Topic) => {
                        broker.default(script.kafka).unwrap_or_default().to_owned()
                    }
                    // Kafka offers a second name for the same thing.
                    _ if name == "acks" && property.default(script.kafka) == Some("-1") => {
                        "all".to_owned()
                    }
                    _ => property.default(script.kafka).unwrap_or_default().to_owned(),
                }
            }
            What::ReplicationFactor => "3".to_owned(),
            What::Latency => DEFAULT_LATENCY.to_string(),
            What::BrokersLatency => script.network.latency.to_string(),
            What::Processing => Duration::default().to_string(),
        }
    }

    /// The script with another value, or with the default.
    ///
    /// # Errors
    /// Says why the text is no value. What Kafka thinks of a property's value is for the script's
    /// own checks to say.
    pub fn set(&self, script: &Script, value: Option<&str>) -> Result<Script, String> {
        let mut script = script.clone();
        let duration = || value.map_or(Ok(None), |text| Duration::parse(text.trim()).map(Some));
        match self.what {
            What::Property(scope, name) => set_property(&mut script, scope, name, value.map(typed)),
            What::ReplicationFactor => {
                let factor = value.map_or(Ok(3), |text| text.trim().parse::<u16>());
                let factor = factor.map_err(|error| error.to_string())?;
                for topic in &mut script.topics {
                    topic.replication_factor = factor;
                    topic.replicas.clear();
                }
            }
            What::Latency => script.network.latency = duration()?.unwrap_or(DEFAULT_LATENCY),
            What::BrokersLatency => set_brokers_latency(&mut script, duration()?),
            What::Processing => {
                let processing = duration()?.unwrap_or_default();
                script.groups.iter_mut().for_each(|group| group.processing = processing);
            }
        }
        Ok(script)
    }

    /// The values of its slider with the current one among them, in order, and where that is.
    #[must_use]
    pub fn ladder(&self, current: &str) -> (Vec<String>, usize) {
        let (Control::Slider(values) | Control::Choice(values)) = self.control;
        let mut values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let at = values.iter().position(|value| value == current);
        let at = at.unwrap_or_else(|| {
            let at = values.iter().take_while(|value| amount(value) < amount(current)).count();
            values.insert(at, current.to_owned());
            at
        });
        (values, at)
    }
}

const DEFAULT_LATENCY: Duration = Duration::from_us(500);

/// For comparing values of one setting.
fn amount(value: &str) -> u64 {
    value.parse().ok().or_else(|| Duration::parse(value).ok().map(Duration::as_us)).unwrap_or(0)
}

fn is_between_brokers(link: &Link) -> bool {
    link.from == "brokers" && link.to == "brokers"
}

fn set_brokers_latency(script: &mut Script, latency: Option<Duration>) {
    let links = &mut script.network.links;
    if let Some(link) = links.iter_mut().rfind(|link| is_between_brokers(link)) {
        link.latency = latency;
    } else if latency.is_some() {
        let (from, to) = ("brokers".to_owned(), "brokers".to_owned());
        links.push(Link { from, to, one_way: false, latency, jitter: None });
    }
    links.retain(|link| link.latency.is_some() || link.jitter.is_some());
}

fn set_property(script: &mut Script, scope: Scope, name: &str, value: Option<Value>) {
    let set = |config: &mut ackscope::script::Properties| match &value {
        Some(value) => drop(config.insert(name.to_owned(), value.clone())),
        None => drop(config.remove(name)),
    };
    match scope {
        Scope::Producer => {
            script.producers.iter_mut().map(|producer| &mut producer.config).for_each(set)
        }
        Scope::Topic => script.topics.iter_mut().map(|topic| &mut topic.config).for_each(set),
        Scope::Consumer => script.groups.iter_mut().map(|group| &mut group.config).for_each(set),
        Scope::Broker => set(&mut script.cluster.config),
    }
}

/// A value as a person reads it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
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
