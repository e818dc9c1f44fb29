//! The properties of a producer.

use super::{History, INT, INT_FROM_1, Kind, LONG, Property, Scope, Unit, V0_10, v};

/// An entry of the table.
const fn of(
    name: &'static str,
    (kind, unit): (Kind, Unit),
    history: History,
    help: &'static str,
    source: &'static str,
) -> Property {
    let (scope, absent, synonym) = (Scope::Producer, "", "");
    Property { name, scope, kind, unit, history, absent, synonym, help, source }
}

const MS: (Kind, Unit) = (LONG, Unit::Ms);
const INT_MS: (Kind, Unit) = (INT, Unit::Ms);
const BOOL: (Kind, Unit) = (Kind::Bool, Unit::None);
const TEXT: (Kind, Unit) = (Kind::Text, Unit::None);

pub(super) const PROPERTIES: &[Property] = &[
    of(
        "acks",
        (Kind::Choice(&["all", "-1", "0", "1"]), Unit::None),
        &[(V0_10, Some("1")), (v(3, 0), Some("all"))],
        "Whose copy a batch must have reached before the send counts as done: nobody's, the leader's, or that of every in-sync replica.",
        "ProducerConfig, KIP-679",
    ),
    of(
        "retries",
        (INT, Unit::None),
        &[(V0_10, Some("0")), (v(2, 1), Some("2147483647"))],
        "How often a batch that failed with a retriable error is sent again; delivery.timeout.ms usually ends it first.",
        "ProducerConfig, KIP-91",
    ),
    of(
        "enable.idempotence",
        BOOL,
        &[(V0_10, None), (v(0, 11), Some("false")), (v(3, 0), Some("true"))],
        "Whether batches carry sequence numbers, so that the broker recognizes a batch that is sent again.",
        "ProducerConfig, KIP-98, KIP-679, KAFKA-13598",
    )
    .or("false"),
    of(
        "max.in.flight.requests.per.connection",
        (INT_FROM_1, Unit::None),
        &[(V0_10, Some("5"))],
        "How many requests may be on their way to one broker without an answer.",
        "ProducerConfig",
    ),
    of(
        "delivery.timeout.ms",
        INT_MS,
        &[(V0_10, None), (v(2, 1), Some("120000"))],
        "How long after its creation a batch may still be delivered; then its records fail.",
        "ProducerConfig, KIP-91",
    )
    .or("2147483647"),
    of(
        "request.timeout.ms",
        INT_MS,
        &[(V0_10, Some("30000"))],
        "How long a client waits for an answer before it closes the connection, and a broker for the replicas.",
        "ProducerConfig",
    ),
    of(
        "linger.ms",
        MS,
        &[(V0_10, Some("0")), (v(4, 0), Some("5"))],
        "How long a batch that is not full waits for more records before its first attempt.",
        "ProducerConfig, KIP-1030",
    ),
    of(
        "batch.size",
        (INT, Unit::Bytes),
        &[(V0_10, Some("16384"))],
        "The size at which a batch is full.",
        "ProducerConfig",
    ),
    of(
        "buffer.memory",
        (LONG, Unit::Bytes),
        &[(V0_10, Some("33554432"))],
        "The memory for batches that wait or are in flight; when it is used up, send() blocks.",
        "ProducerConfig",
    ),
    of(
        "max.block.ms",
        MS,
        &[(V0_10, Some("60000"))],
        "How long send() waits for metadata and memory before the record fails.",
        "ProducerConfig",
    ),
    of(
        "max.request.size",
        (INT, Unit::Bytes),
        &[(V0_10, Some("1048576"))],
        "The size of a request, and the largest record that send() accepts.",
        "ProducerConfig",
    ),
    of(
        "retry.backoff.ms",
        MS,
        &[(V0_10, Some("100"))],
        "How long a batch waits before it is sent again; since 3.7 the first of waits that double.",
        "ProducerConfig, KIP-580",
    ),
    of(
        "retry.backoff.max.ms",
        MS,
        &[(V0_10, None), (v(3, 7), Some("1000"))],
        "The longest wait before a batch is sent again.",
        "ProducerConfig, KIP-580",
    )
    .or("1000"),
    of(
        "reconnect.backoff.ms",
        MS,
        &[(V0_10, Some("50"))],
        "How long a client waits before it connects again to a broker that it could not reach.",
        "ProducerConfig",
    ),
    of(
        "reconnect.backoff.max.ms",
        MS,
        &[(V0_10, None), (v(0, 11), Some("1000"))],
        "The longest of those waits, which double.",
        "ProducerConfig, KIP-144",
    )
    .or("reconnect.backoff.ms"),
    of(
        "socket.connection.setup.timeout.ms",
        MS,
        &[(V0_10, None), (v(2, 7), Some("10000"))],
        "How long an attempt to connect may take.",
        "ProducerConfig, KIP-601",
    )
    .or("127000"),
    of(
        "socket.connection.setup.timeout.max.ms",
        MS,
        &[(V0_10, None), (v(2, 7), Some("127000")), (v(2, 8), Some("30000"))],
        "The longest that an attempt to connect may take after several that failed.",
        "ProducerConfig, KIP-601",
    )
    .or("127000"),
    of(
        "compression.type",
        (Kind::Choice(&["none", "gzip", "snappy", "lz4", "zstd"]), Unit::None),
        &[(V0_10, Some("none"))],
        "How batches are compressed; the broker's limits apply to the compressed batch.",
        "ProducerConfig",
    ),
    of(
        "partitioner.class",
        TEXT,
        &[
            (V0_10, Some("org.apache.kafka.clients.producer.internals.DefaultPartitioner")),
            (v(3, 3), Some("")),
        ],
        "The class that chooses a partition; since 3.3 none, which means the producer's own logic.",
        "ProducerConfig, KIP-480, KIP-794",
    ),
    of(
        "partitioner.ignore.keys",
        BOOL,
        &[(V0_10, None), (v(3, 3), Some("false"))],
        "Whether records with a key are spread over partitions as those without one.",
        "ProducerConfig, KIP-794",
    )
    .or("false"),
    of(
        "partitioner.adaptive.partitioning.enable",
        BOOL,
        &[(V0_10, None), (v(3, 3), Some("true"))],
        "Whether partitions with a shorter queue are chosen more often for records without a key.",
        "ProducerConfig, KIP-794",
    )
    .or("false"),
    of(
        "partitioner.availability.timeout.ms",
        MS,
        &[(V0_10, None), (v(3, 3), Some("0"))],
        "How long a broker may leave batches waiting before its partitions are avoided; 0 means for ever.",
        "ProducerConfig, KIP-794",
    )
    .or("0"),
    of(
        "partitioner.rack.aware",
        BOOL,
        &[(V0_10, None), (v(4, 4), Some("false"))],
        "Whether records without a key go to leaders in the producer's own rack.",
        "ProducerConfig",
    )
    .or("false"),
    of(
        "client.rack",
        TEXT,
        &[(V0_10, None), (v(4, 4), Some(""))],
        "The producer's own rack.",
        "ProducerConfig",
    ),
    of(
        "metadata.max.age.ms",
        MS,
        &[(V0_10, Some("300000"))],
        "How old metadata may become before they are fetched again without need.",
        "ProducerConfig",
    ),
    of(
        "metadata.max.idle.ms",
        (Kind::Long { min: 5_000, max: i64::MAX }, Unit::Ms),
        &[(V0_10, None), (v(2, 5), Some("300000"))],
        "How long the metadata of a topic that is not used are kept.",
        "ProducerConfig, KIP-526",
    )
    .or("300000"),
    of(
        "metadata.recovery.strategy",
        (Kind::Choice(&["none", "rebootstrap"]), Unit::None),
        &[(V0_10, None), (v(3, 8), Some("none")), (v(4, 0), Some("rebootstrap"))],
        "What a client does when no broker that it knows answers: nothing, or begin again with the bootstrap list.",
        "CommonClientConfigs, KIP-899, KIP-1102",
    )
    .or("none"),
    of(
        "transactional.id",
        TEXT,
        &[(V0_10, None), (v(0, 11), Some(""))],
        "The name under which the producer's transactions survive a restart; it requires idempotence.",
        "ProducerConfig, KIP-98",
    ),
    of(
        "transaction.timeout.ms",
        INT_MS,
        &[(V0_10, None), (v(0, 11), Some("60000"))],
        "How long a transaction may stay open before the coordinator aborts it.",
        "ProducerConfig, KIP-98",
    )
    .or("60000"),
    of(
        "transaction.two.phase.commit.enable",
        BOOL,
        &[(V0_10, None), (v(4, 1), Some("false"))],
        "Whether transactions take part in a two-phase commit that somebody else decides.",
        "ProducerConfig, KIP-939",
    )
    .or("false"),
];
