//! Ranges that changed: what a version takes where that differs from the table, which has the widest
//! range that the model has a use for.

use super::{INT, Kind, LONG, Property, Scope, Version, v};

/// From a version on, before another one (none where it is so to this day), a property is of that kind.
type Range = (Scope, &'static str, Version, Option<Version>, Kind);

/// Where Kafka once took less than the table says, or does so now (KIP-1030 for segments).
const RANGES: &[Range] = {
    use Scope::{Broker, Consumer, Producer, Topic};
    const FIRST: Version = Version::OLDEST;
    const SEGMENT: Kind = Kind::Int { min: 1_048_576, max: i32::MAX };
    const BEFORE_ZSTD: Kind = Kind::Choice(&["none", "gzip", "snappy", "lz4"]);
    const BEFORE_DURATIONS: Kind = Kind::Choice(&["latest", "earliest", "none"]);
    &[
        (Producer, "linger.ms", v(2, 1), Some(v(2, 2)), INT),
        (Producer, "compression.type", FIRST, Some(v(2, 1)), BEFORE_ZSTD),
        (Consumer, "auto.offset.reset", FIRST, Some(v(4, 0)), BEFORE_DURATIONS),
        (Topic, "flush.messages", FIRST, Some(v(3, 3)), LONG),
        (Topic, "segment.bytes", v(4, 1), None, SEGMENT),
        (Broker, "log.segment.bytes", v(4, 0), None, SEGMENT),
        (Broker, "group.coordinator.append.linger.ms", FIRST, Some(v(4, 2)), INT),
    ]
};

impl Property {
    /// The property as that version has it: with its range then.
    #[must_use]
    pub fn in_version(&self, version: Version) -> Self {
        let is_it = |(scope, name, since, until, _): &&Range| {
            *scope == self.scope
                && *name == self.name
                && *since <= version
                && until.is_none_or(|until| version < until)
        };
        RANGES.iter().find(is_it).map_or(*self, |range| Self { kind: range.4, ..*self })
    }
}
