//! The properties of a consumer.

use super::{History, INT, INT_FROM_1, Kind, LONG, Property, Scope, Unit, V0_10, v};

/// An entry of the table.
const fn of(
    name: &'static str,
    (kind, unit): (Kind, Unit),
    history: History,
    help: &'static str,
    source: &'static str,
) -> Property {
    let (scope, absent, synonym) = (Scope::Consumer, "", "");
    Property { name, scope, kind, unit, history, absent, synonym, help, source }
}

const MS: (Kind, Unit) = (LONG, Unit::Ms);
const INT_MS: (Kind, Unit) = (INT, Unit::Ms);
const INT_MS_FROM_1: (Kind, Unit) = (INT_FROM_1, Unit::Ms);
const BYTES: (Kind, Unit) = (INT, Unit::Bytes);
const BOOL: (Kind, Unit) = (Kind::Bool, Unit::None);
const TEXT: (Kind, Unit) = (Kind::Text, Unit::None);
const RANGE: &str = "org.apache.kafka.clients.consumer.RangeAssignor";
const RANGE_AND_COOPERATIVE: &str = "org.apache.kafka.clients.consumer.RangeAssignor,org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

pub(super) const PROPERTIES: &[Property] = &[
    of(
        "group.protocol",
        (Kind::Choice(&["classic", "consumer"]), Unit::None),
        &[(V0_10, None), (v(3, 7), Some("classic"))],
        "How the group shares its partitions: by the members themselves, or by the coordinator.",
        "ConsumerConfig, KIP-848",
    )
    .or("classic"),
    of(
        "enable.auto.commit",
        BOOL,
        &[(V0_10, Some("true"))],
        "Whether poll() commits what earlier calls of poll() returned.",
        "ConsumerConfig",
    ),
    of(
        "auto.commit.interval.ms",
        INT_MS,
        &[(V0_10, Some("5000"))],
        "How much time must have passed since the last such commit.",
        "ConsumerConfig",
    ),
    of(
        "auto.offset.reset",
        (Kind::Choice(&["latest", "earliest", "none", "by_duration:"]), Unit::None),
        &[(V0_10, Some("latest"))],
        "Where to begin without a committed offset, or with one that the log does not have; by_duration:PT1H since 4.0.",
        "ConsumerConfig, KIP-1106",
    ),
    of(
        "max.poll.records",
        (INT_FROM_1, Unit::None),
        &[(V0_10, Some("500"))],
        "How many records a call of poll() returns at most.",
        "ConsumerConfig",
    ),
    of(
        "max.poll.interval.ms",
        INT_MS_FROM_1,
        &[(V0_10, Some("300000"))],
        "How long the application may take between two calls of poll() before it leaves the group.",
        "ConsumerConfig, KIP-62",
    ),
    of(
        "session.timeout.ms",
        INT_MS,
        &[(V0_10, Some("10000")), (v(3, 0), Some("45000"))],
        "How long a member of a classic group may be silent before it is removed.",
        "ConsumerConfig, KIP-735",
    ),
    of(
        "heartbeat.interval.ms",
        INT_MS,
        &[(V0_10, Some("3000"))],
        "How often a member of a classic group says that it is there.",
        "ConsumerConfig",
    ),
    of(
        "partition.assignment.strategy",
        (Kind::List, Unit::None),
        &[(V0_10, Some(RANGE)), (v(3, 0), Some(RANGE_AND_COOPERATIVE))],
        "How a classic group shares its partitions, the preferred way first.",
        "ConsumerConfig, KIP-429",
    ),
    of(
        "isolation.level",
        (Kind::Choice(&["read_uncommitted", "read_committed"]), Unit::None),
        &[(V0_10, None), (v(0, 11), Some("read_uncommitted"))],
        "Whether records of transactions that are open or aborted are returned.",
        "ConsumerConfig, KIP-98",
    )
    .or("read_uncommitted"),
    of(
        "fetch.min.bytes",
        BYTES,
        &[(V0_10, Some("1"))],
        "How much a fetch waits for.",
        "ConsumerConfig",
    ),
    of(
        "fetch.max.wait.ms",
        INT_MS,
        &[(V0_10, Some("500"))],
        "How long a fetch waits for it.",
        "ConsumerConfig",
    ),
    of(
        "max.partition.fetch.bytes",
        BYTES,
        &[(V0_10, Some("1048576"))],
        "How much of one partition a fetch returns; the first batch always.",
        "ConsumerConfig",
    ),
    of(
        "fetch.max.bytes",
        BYTES,
        &[(V0_10, Some("52428800"))],
        "How much a fetch returns in all; the first batch always.",
        "ConsumerConfig, KIP-74",
    ),
    of(
        "request.timeout.ms",
        INT_MS,
        &[(V0_10, Some("305000")), (v(2, 0), Some("30000"))],
        "How long a client waits for an answer before it closes the connection.",
        "ConsumerConfig, KIP-266",
    ),
    of(
        "default.api.timeout.ms",
        INT_MS,
        &[(V0_10, None), (v(2, 0), Some("60000"))],
        "How long commitSync() and other calls may take.",
        "ConsumerConfig, KIP-266",
    )
    .or("2147483647"),
    of(
        "retry.backoff.ms",
        MS,
        &[(V0_10, Some("100"))],
        "How long the consumer waits before it repeats a request that failed.",
        "ConsumerConfig, KIP-580",
    ),
    of(
        "retry.backoff.max.ms",
        MS,
        &[(V0_10, None), (v(3, 7), Some("1000"))],
        "The longest of those waits, which double.",
        "ConsumerConfig, KIP-580",
    )
    .or("1000"),
    of(
        "reconnect.backoff.ms",
        MS,
        &[(V0_10, Some("50"))],
        "How long a client waits before it connects again to a broker that it could not reach.",
        "ConsumerConfig",
    ),
    of(
        "reconnect.backoff.max.ms",
        MS,
        &[(V0_10, None), (v(0, 11), Some("1000"))],
        "The longest of those waits, which double.",
        "ConsumerConfig, KIP-144",
    )
    .or("reconnect.backoff.ms"),
    of(
        "metadata.max.age.ms",
        MS,
        &[(V0_10, Some("300000"))],
        "How old metadata may become; new partitions of a topic are noticed that late.",
        "ConsumerConfig",
    ),
    of(
        "group.instance.id",
        TEXT,
        &[(V0_10, None), (v(2, 3), Some(""))],
        "Makes members static: one that closes keeps its partitions until its session ends.",
        "ConsumerConfig, KIP-345",
    ),
    of(
        "group.remote.assignor",
        TEXT,
        &[(V0_10, None), (v(3, 7), Some(""))],
        "The coordinator's assignor under group.protocol=consumer: uniform or range.",
        "ConsumerConfig, KIP-848",
    ),
    of(
        "check.crcs",
        BOOL,
        &[(V0_10, Some("true"))],
        "Whether fetched batches are checked for corruption.",
        "ConsumerConfig",
    ),
];
