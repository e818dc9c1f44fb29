//! The properties of a topic; the broker property of the same meaning gives each its default.

use super::{Property, Scope, broker, named};

/// An entry of the table: all but the name and the words are the broker property's.
const fn of(name: &'static str, synonym: &'static str, help: &'static str) -> Property {
    let broker = named(broker::PROPERTIES, synonym);
    Property {
        name,
        scope: Scope::Topic,
        synonym,
        help,
        source: "TopicConfig, LogConfig",
        ..broker
    }
}

pub(super) const PROPERTIES: &[Property] = &[
    of(
        "min.insync.replicas",
        "min.insync.replicas",
        "How many replicas must be in sync for a write with acks=all to be accepted.",
    ),
    of(
        "unclean.leader.election.enable",
        "unclean.leader.election.enable",
        "Whether a replica that was not in sync may become leader when no other is left.",
    ),
    of(
        "max.message.bytes",
        "message.max.bytes",
        "The largest batch that the topic takes, after compression.",
    ),
    of("segment.bytes", "log.segment.bytes", "The size at which the log begins a new file."),
    of(
        "cleanup.policy",
        "log.cleanup.policy",
        "What becomes of old records; a compacted topic takes none without a key.",
    ),
    of(
        "flush.messages",
        "log.flush.interval.messages",
        "After how many messages an append calls fsync; 1 means before every acknowledgement.",
    ),
    of(
        "flush.ms",
        "log.flush.interval.ms",
        "How old an unflushed message may be when the flusher task looks; log.flush.scheduler.interval.ms says how often it does.",
    ),
    of(
        "message.timestamp.after.max.ms",
        "log.message.timestamp.after.max.ms",
        "How far ahead of the broker's clock a record's timestamp may be.",
    ),
];
