//! Properties that Kafka has and the model does without.
//!
//! A configuration that somebody pastes has them; that is no mistake, and said in a notice.

use super::Scope;

/// Names, or beginnings of names where they end in a point, of every scope.
const ANY: &[&str] = &[
    "client.id",
    "client.dns.lookup",
    "connections.max.idle.ms",
    "enable.metrics.push",
    "interceptor.classes",
    "metric.reporters",
    "metrics.",
    "receive.buffer.bytes",
    "sasl.",
    "security.",
    "send.buffer.bytes",
    "ssl.",
    "config.providers",
    "auto.include.jmx.reporter",
    "metadata.recovery.rebootstrap.trigger.ms",
    "bootstrap.servers",
    "bootstrap.controllers",
];

const PRODUCER: &[&str] = &["key.serializer", "value.serializer", "compression."];

const CONSUMER: &[&str] = &[
    "key.deserializer",
    "value.deserializer",
    "allow.auto.create.topics",
    "client.rack",
    "exclude.internal.topics",
    "socket.connection.setup.timeout.ms",
    "socket.connection.setup.timeout.max.ms",
    "metadata.recovery.strategy",
    "share.",
];

const BROKER: &[&str] = &[
    "broker.id",
    "broker.rack",
    "node.id",
    "process.roles",
    "controller.",
    "listeners",
    "listener.",
    "advertised.listeners",
    "inter.broker.",
    "leader.imbalance.per.broker.percentage",
    "log.dir",
    "log.dirs",
    "log.cleaner.",
    "log.retention.",
    "log.roll.",
    "log.index.",
    "log.message.timestamp.type",
    "log.message.timestamp.before.max.ms",
    "log.preallocate",
    "log.segment.delete.delay.ms",
    "num.io.threads",
    "num.network.threads",
    "num.partitions",
    "background.threads",
    "queued.",
    "quota.",
    "remote.",
    "socket.",
    "max.connections",
    "max.connections.per.ip",
    "compression.",
    "delete.topic.enable",
    "authorizer.class.name",
    "super.users",
    "zookeeper.connect",
    "offsets.topic.segment.bytes",
    "offsets.topic.compression.codec",
    "offsets.retention.check.interval.ms",
    "transaction.state.log.segment.bytes",
    "group.share.",
    "group.streams.",
    "share.",
];

const TOPIC: &[&str] = &[
    "compression.",
    "delete.retention.ms",
    "file.delete.delay.ms",
    "index.interval.bytes",
    "message.timestamp.type",
    "message.timestamp.before.max.ms",
    "message.format.version",
    "message.downconversion.enable",
    "min.cleanable.dirty.ratio",
    "max.compaction.lag.ms",
    "min.compaction.lag.ms",
    "preallocate",
    "retention.bytes",
    "retention.ms",
    "remote.",
    "local.",
    "segment.ms",
    "segment.jitter.ms",
    "segment.index.bytes",
];

/// The names of a scope, or beginnings of names where they end in a point.
pub(super) fn names(scope: Scope) -> impl Iterator<Item = &'static str> {
    let own = match scope {
        Scope::Producer => PRODUCER,
        Scope::Broker => BROKER,
        Scope::Topic => TOPIC,
        Scope::Consumer => CONSUMER,
    };
    ANY.iter().chain(own).copied()
}

/// Whether it is a property of Kafka that the model does without.
#[must_use]
pub fn is_ignored(scope: Scope, name: &str) -> bool {
    names(scope).any(|known| match known.ends_with('.') {
        true => name.starts_with(known),
        false => name == known,
    })
}
