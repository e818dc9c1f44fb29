//! Properties that Kafka had: deprecated, then removed, and what does their work now.
//!
//! Those of the table of properties are not here: their histories say it.

use crate::script::Version;
use crate::script::properties::Scope;

/// A property that went away, or will.
pub(super) struct Retired {
    /// Its name, or the beginning of its name where that ends in a point.
    name: &'static str,
    /// Whose it was; without one every client's and broker's.
    scope: Option<Scope>,
    /// The first version whose documentation says that it should not be used any more.
    deprecated: Option<Version>,
    /// The first version without it.
    removed: Version,
    /// What to set instead, if there is something.
    instead: &'static str,
}

const fn of(
    scope: Option<Scope>,
    name: &'static str,
    (deprecated, removed): (Option<Version>, Version),
    instead: &'static str,
) -> Retired {
    Retired { name, scope, deprecated, removed, instead }
}

const fn v(major: u8, minor: u8) -> Version {
    Version::new(major, minor)
}

/// From Kafka's notes for those who upgrade; KIP-724 (message formats), KIP-937 (timestamps), KIP-830
/// (reporters), KIP-500 (`ZooKeeper`).
const RETIRED: &[Retired] = {
    use Scope::{Broker, Consumer, Producer, Topic};
    const WITH_ZOOKEEPER: (Option<Version>, Version) = (Some(v(3, 5)), v(4, 0));
    const BEFORE: (Option<Version>, Version) = (Some(v(0, 10)), v(0, 11));
    const FORMATS: (Option<Version>, Version) = (Some(v(3, 0)), v(4, 0));
    const TIMES: (Option<Version>, Version) = (Some(v(3, 6)), v(4, 0));
    &[
        of(None, "auto.include.jmx.reporter", (Some(v(3, 4)), v(4, 0)), "metric.reporters"),
        of(Some(Producer), "block.on.buffer.full", BEFORE, "max.block.ms"),
        of(Some(Producer), "metadata.fetch.timeout.ms", BEFORE, "max.block.ms"),
        of(Some(Producer), "timeout.ms", BEFORE, "request.timeout.ms"),
        of(Some(Consumer), "auto.commit.enable", (None, v(2, 0)), "enable.auto.commit"),
        of(Some(Consumer), "fetch.message.max.bytes", (None, v(2, 0)), "max.partition.fetch.bytes"),
        of(Some(Topic), "message.format.version", FORMATS, ""),
        of(Some(Topic), "message.downconversion.enable", (None, v(4, 0)), ""),
        of(
            Some(Topic),
            "message.timestamp.difference.max.ms",
            TIMES,
            "message.timestamp.before.max.ms and message.timestamp.after.max.ms",
        ),
        of(Some(Broker), "log.message.format.version", FORMATS, ""),
        of(Some(Broker), "log.message.downconversion.enable", (None, v(4, 0)), ""),
        of(
            Some(Broker),
            "log.message.timestamp.difference.max.ms",
            TIMES,
            "log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms",
        ),
        of(Some(Broker), "inter.broker.protocol.version", (None, v(4, 0)), "metadata.version"),
        of(Some(Broker), "host.name", (Some(v(0, 10)), v(3, 0)), "listeners"),
        of(Some(Broker), "port", (Some(v(0, 10)), v(3, 0)), "listeners"),
        of(Some(Broker), "advertised.host.name", (None, v(3, 0)), "advertised.listeners"),
        of(Some(Broker), "advertised.port", (None, v(3, 0)), "advertised.listeners"),
        of(Some(Broker), "quota.producer.default", (Some(v(0, 11)), v(3, 0)), ""),
        of(Some(Broker), "quota.consumer.default", (Some(v(0, 11)), v(3, 0)), ""),
        of(
            Some(Broker),
            "zookeeper.connect",
            WITH_ZOOKEEPER,
            "controller.quorum.bootstrap.servers",
        ),
        of(Some(Broker), "zookeeper.", WITH_ZOOKEEPER, ""),
        of(
            Some(Broker),
            "control.plane.listener.name",
            WITH_ZOOKEEPER,
            "controller.listener.names",
        ),
        of(Some(Broker), "password.encoder.", WITH_ZOOKEEPER, ""),
    ]
};

impl Retired {
    /// What is known of a name.
    pub(super) fn find(scope: Scope, name: &str) -> Option<&'static Self> {
        RETIRED.iter().find(|retired| {
            let is_it = match retired.name.ends_with('.') {
                true => name.starts_with(retired.name),
                false => retired.name == name,
            };
            is_it && retired.scope.is_none_or(|own| own == scope)
        })
    }

    /// What to tell whoever sets it, if that version has something against it.
    pub(super) fn message(&self, name: &str, version: Version) -> Option<String> {
        let state = match self.deprecated {
            _ if self.removed <= version => {
                format!(
                    "{name} is unknown to Kafka {version} and ignored (removed in {})",
                    self.removed
                )
            }
            Some(since) if since <= version => {
                format!("{name} is deprecated since Kafka {since}")
            }
            _ => return None,
        };
        Some(match self.instead {
            "" => state,
            instead => format!("{state}; {instead} stands in its place"),
        })
    }
}
