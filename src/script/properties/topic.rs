//! The properties of a topic; the broker property of the same meaning gives each its default.

use super::{Property, Scope, broker};

/// An entry of the table: all but the name and the words are the broker property's.
const fn of(name: &'static str, synonym: &'static str, help: &'static str) -> Property {
    let broker = named(synonym);
    Property {
        name,
        scope: Scope::Topic,
        synonym,
        help,
        source: "TopicConfig, LogConfig",
        ..broker
    }
}

/// The broker property of that name; a name that is missing does not compile.
const fn named(name: &str) -> Property {
    let mut at = 0;
    while at < broker::PROPERTIES.len() {
        if same(broker::PROPERTIES[at].name.as_bytes(), name.as_bytes()) {
            return broker::PROPERTIES[at];
        }
        at += 1;
    }
    panic!("a topic property's synonym is not in the table of broker properties")
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
