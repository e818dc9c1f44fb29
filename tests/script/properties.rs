//! The table of properties is sound, complete, and what Kafka has.

use std::collections::BTreeSet;

use ackscope::script::properties::{self, Kind, Property, Scope, Setting, Unit};
use ackscope::script::{
    BrokerConfig, ConsumerConfig, ProducerConfig, TopicConfig, Version, version,
};

fn fields(scope: Scope) -> &'static [(&'static str, &'static str, &'static str)] {
    match scope {
        Scope::Producer => ProducerConfig::FIELDS,
        Scope::Broker => BrokerConfig::FIELDS,
        Scope::Topic => TopicConfig::FIELDS,
        Scope::Consumer => ConsumerConfig::FIELDS,
    }
}

fn table() -> impl Iterator<Item = (Scope, &'static Property)> {
    Scope::ALL.into_iter().flat_map(|scope| properties::all(scope).iter().map(move |p| (scope, p)))
}

#[test]
fn every_property_has_one_field_and_every_field_a_property() {
    for scope in Scope::ALL {
        let read: Vec<&str> = fields(scope).iter().map(|field| field.2).collect();
        let have: Vec<&str> = properties::all(scope).iter().map(|p| p.name).collect();
        assert_eq!(read, have, "{scope:?}: the fields are those of the table, in its order");
        let distinct: BTreeSet<&str> = have.iter().copied().collect();
        assert_eq!(distinct.len(), have.len(), "{scope:?}: no property is there twice");
    }
}

#[test]
fn every_field_is_named_and_read_as_its_property_is() {
    for scope in Scope::ALL {
        for (field, reader, name) in fields(scope) {
            let property = properties::lookup(scope, name).expect("it is in the table");
            let expected = match name.strip_suffix(".ms") {
                Some(stem) => format!("{stem}.us").replace('.', "_"),
                None => name.replace('.', "_"),
            };
            // What is left of this one is no class.
            let expected = if *name == "partitioner.class" { "partitioner" } else { &expected };
            assert_eq!(*field, expected);
            let fits = match *reader {
                "bool" => property.kind == Kind::Bool,
                "int" => matches!(property.kind, Kind::Int { min: 0.., .. }),
                "long" => matches!(property.kind, Kind::Long { min: 0.., .. }),
                "us" => property.unit == Unit::Ms && is_not_negative(property.kind),
                "optional_us" => property.unit == Unit::Ms,
                "assignors" | "compacted" => property.kind == Kind::List,
                "text" | "acks" | "group_protocol" | "isolation_level" | "offset_reset" => {
                    matches!(property.kind, Kind::Choice(_))
                }
                "optional_text" | "partitioner" => property.kind == Kind::Text,
                _ => false,
            };
            assert!(fits, "{name}, a {:?}, is read with {reader}", property.kind);
            assert_eq!(property.unit == Unit::Ms, name.ends_with(".ms"), "{name}");
        }
    }
}

fn is_not_negative(kind: Kind) -> bool {
    matches!(kind, Kind::Int { min: 0.., .. } | Kind::Long { min: 0.., .. })
}

#[test]
fn every_default_of_every_version_is_a_value_of_its_property() {
    for (scope, property) in table() {
        let name = property.name;
        assert_eq!(property.scope, scope, "{name}");
        assert_eq!(property.history.first().map(|entry| entry.0), Some(Version::OLDEST), "{name}");
        assert!(property.history.is_sorted_by(|a, b| a.0 < b.0), "{name}: in order");
        assert!(property.history.windows(2).all(|w| w[0].1 != w[1].1), "{name}: each a change");
        for (since, default) in property.history {
            let is_known = version::KNOWN.contains(since) || *since > Version::NEWEST;
            assert!(is_known, "{name}: there is no Kafka {since}");
            if let Some(default) = default {
                let value = property.parse(default);
                assert_eq!(value == Ok(Setting::Unset), default.is_empty(), "{name}: {value:?}");
            }
        }
        let is_missing = version::KNOWN.iter().any(|v| property.default(*v).is_none());
        let is_text = property.history.iter().any(|entry| entry.1 == Some(""));
        if is_missing && !is_text {
            let stands_in = properties::lookup(scope, property.absent).is_some();
            assert!(stands_in || property.parse(property.absent).is_ok(), "{name}: when absent");
        } else {
            assert_eq!(property.absent, "", "{name} is never absent");
        }
        assert!(property.help.ends_with('.') && !property.source.is_empty(), "{name}");
    }
}

#[test]
fn every_topic_property_has_the_defaults_of_its_broker_property() {
    for property in properties::all(Scope::Topic) {
        let broker = properties::lookup(Scope::Broker, property.synonym).expect("a synonym");
        assert_eq!((property.kind, property.unit), (broker.kind, broker.unit), "{}", property.name);
        assert!(std::ptr::eq(property.history, broker.history), "{}", property.name);
    }
}

/// A property with its defaults: versions, and what each has.
type Defaults = (Scope, &'static str, &'static [((u8, u8), Option<&'static str>)]);

/// A default that changed, or that people get wrong: with the version before and after.
const DEFAULTS: &[Defaults] = {
    use Scope::{Broker, Consumer, Producer};
    &[
        (Producer, "acks", &[((2, 8), Some("1")), ((3, 0), Some("all"))]),
        (Producer, "retries", &[((2, 0), Some("0")), ((2, 1), Some("2147483647"))]),
        (
            Producer,
            "enable.idempotence",
            &[
                ((0, 10), None),
                ((0, 11), Some("false")),
                ((2, 8), Some("false")),
                ((3, 0), Some("true")),
            ],
        ),
        (
            Producer,
            "max.in.flight.requests.per.connection",
            &[((0, 10), Some("5")), ((4, 3), Some("5"))],
        ),
        (Producer, "delivery.timeout.ms", &[((2, 0), None), ((2, 1), Some("120000"))]),
        (Producer, "linger.ms", &[((3, 9), Some("0")), ((4, 0), Some("5"))]),
        (Producer, "retry.backoff.max.ms", &[((3, 6), None), ((3, 7), Some("1000"))]),
        (
            Producer,
            "socket.connection.setup.timeout.max.ms",
            &[((2, 6), None), ((2, 7), Some("127000")), ((2, 8), Some("30000"))],
        ),
        (Producer, "partitioner.ignore.keys", &[((3, 2), None), ((3, 3), Some("false"))]),
        (Producer, "partitioner.rack.aware", &[((4, 3), None), ((4, 4), Some("false"))]),
        (
            Producer,
            "metadata.recovery.strategy",
            &[((3, 9), Some("none")), ((4, 0), Some("rebootstrap"))],
        ),
        (
            Broker,
            "unclean.leader.election.enable",
            &[((0, 10), Some("true")), ((0, 11), Some("false"))],
        ),
        (
            Broker,
            "eligible.leader.replicas.version",
            &[((3, 9), None), ((4, 0), Some("0")), ((4, 1), Some("1"))],
        ),
        (Broker, "replica.lag.time.max.ms", &[((2, 4), Some("10000")), ((2, 5), Some("30000"))]),
        (Broker, "message.max.bytes", &[((2, 4), Some("1000012")), ((2, 5), Some("1048588"))]),
        (Broker, "num.recovery.threads.per.data.dir", &[((3, 9), Some("1")), ((4, 0), Some("2"))]),
        (
            Broker,
            "log.message.timestamp.after.max.ms",
            &[((3, 9), Some("9223372036854775807")), ((4, 0), Some("3600000"))],
        ),
        (Broker, "broker.session.timeout.ms", &[((2, 7), None), ((2, 8), Some("9000"))]),
        (
            Broker,
            "zookeeper.session.timeout.ms",
            &[
                ((2, 4), Some("6000")),
                ((2, 5), Some("18000")),
                ((3, 9), Some("18000")),
                ((4, 0), None),
            ],
        ),
        (Broker, "offsets.commit.required.acks", &[((3, 9), Some("-1")), ((4, 0), None)]),
        (Broker, "offsets.retention.minutes", &[((1, 1), Some("1440")), ((2, 0), Some("10080"))]),
        (
            Broker,
            "group.coordinator.append.linger.ms",
            &[((3, 9), Some("10")), ((4, 1), Some("5")), ((4, 2), Some("-1"))],
        ),
        (
            Broker,
            "group.max.session.timeout.ms",
            &[((2, 2), Some("300000")), ((2, 3), Some("1800000"))],
        ),
        (
            Broker,
            "transaction.partition.verification.enable",
            &[((3, 5), None), ((3, 6), Some("true"))],
        ),
        (
            Broker,
            "transaction.abort.timed.out.transaction.cleanup.interval.ms",
            &[((2, 4), Some("60000")), ((2, 5), Some("10000"))],
        ),
        (Broker, "producer.id.expiration.ms", &[((3, 3), None), ((3, 4), Some("86400000"))]),
        (Consumer, "group.protocol", &[((3, 6), None), ((3, 7), Some("classic"))]),
        (Consumer, "session.timeout.ms", &[((2, 8), Some("10000")), ((3, 0), Some("45000"))]),
        (Consumer, "request.timeout.ms", &[((1, 1), Some("305000")), ((2, 0), Some("30000"))]),
        (Consumer, "default.api.timeout.ms", &[((1, 1), None), ((2, 0), Some("60000"))]),
        (Consumer, "isolation.level", &[((0, 10), None), ((0, 11), Some("read_uncommitted"))]),
    ]
};

#[test]
fn defaults_changed_when_they_did() {
    for (scope, name, defaults) in DEFAULTS {
        let property = properties::lookup(*scope, name).expect("it is in the table");
        for ((major, minor), default) in *defaults {
            let version = Version::new(*major, *minor);
            assert_eq!(property.default(version), *default, "{name} in Kafka {version}");
        }
    }
}

#[test]
fn a_property_that_kafka_has_and_the_model_lacks_is_no_mistake() {
    for (scope, name) in [
        (Scope::Producer, "bootstrap.servers"),
        (Scope::Producer, "ssl.keystore.location"),
        (Scope::Consumer, "key.deserializer"),
        (Scope::Broker, "log.retention.hours"),
        (Scope::Topic, "retention.ms"),
    ] {
        assert!(properties::is_ignored(scope, name), "{name}");
        assert_eq!(properties::complaint(scope, name), None);
    }
    for (scope, property) in table() {
        assert_eq!(properties::complaint(scope, property.name), None);
        assert!(properties::lookup(scope, "metrics.").is_none());
    }
}
