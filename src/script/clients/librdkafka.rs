//! The options of librdkafka (`CONFIGURATION.md`), and of the clients on top of it.

use super::option::{Option, of, within};
use super::{Form, Of};
use crate::script::properties::Scope::{Consumer, Producer};

const UNTIL_OUTCOME: &str = "commits by hand wait for their answer, as long as it takes";

pub(super) const OPTIONS: &[Option] = &[
    of(Producer, "acks", Form::Key("acks"), "all"),
    of(Producer, "enable.idempotence", Form::Key("enable.idempotence"), "false"),
    of(Producer, "retries", Form::Key("retries"), "2147483647"),
    within(
        of(
            Producer,
            "max.in.flight.requests.per.connection",
            Form::Key("max.in.flight.requests.per.connection"),
            "1000000",
        ),
        1,
        1_000_000,
    ),
    of(Producer, "delivery.timeout.ms", Form::Key("delivery.timeout.ms"), "300000"),
    within(
        of(Producer, "request.timeout.ms", Form::Key("request.timeout.ms"), "30000"),
        1,
        900_000,
    ),
    within(of(Producer, "linger.ms", Form::Key("linger.ms"), "5"), 0, 900_000),
    within(of(Producer, "batch.size", Form::Key("batch.size"), "1000000"), 1, 2_147_483_647),
    of(Producer, "buffer.memory", Form::Kilobytes("queue.buffering.max.kbytes"), "1073741824"),
    of(
        Producer,
        "max.block.ms",
        Form::Cannot(
            "produce never blocks: with a full queue it fails at once, and the application tries again",
        ),
        "",
    ),
    within(
        of(Producer, "max.request.size", Form::Key("message.max.bytes"), "1000000"),
        1_000,
        1_000_000_000,
    ),
    within(of(Producer, "retry.backoff.ms", Form::Key("retry.backoff.ms"), "100"), 1, 300_000),
    within(
        of(Producer, "retry.backoff.max.ms", Form::Key("retry.backoff.max.ms"), "1000"),
        1,
        300_000,
    ),
    within(
        of(Producer, "reconnect.backoff.ms", Form::Key("reconnect.backoff.ms"), "100"),
        0,
        3_600_000,
    ),
    within(
        of(Producer, "reconnect.backoff.max.ms", Form::Key("reconnect.backoff.max.ms"), "10000"),
        0,
        3_600_000,
    ),
    within(
        of(
            Producer,
            "socket.connection.setup.timeout.ms",
            Form::Key("socket.connection.setup.timeout.ms"),
            "30000",
        ),
        1_000,
        2_147_483_647,
    ),
    of(
        Producer,
        "socket.connection.setup.timeout.max.ms",
        Form::Cannot("the timeout of a connection does not grow"),
        "",
    ),
    of(Producer, "compression.type", Form::Key("compression.type"), "none"),
    of(
        Producer,
        "partitioner.class",
        Form::Words("partitioner", PARTITIONERS),
        "consistent_random",
    ),
    of(
        Producer,
        "partitioner.ignore.keys",
        Form::Cannot("only by partitioner=random, which spreads records one by one"),
        "false",
    ),
    of(
        Producer,
        "partitioner.adaptive.partitioning.enable",
        Form::Cannot("slow brokers get as many records as others"),
        "",
    ),
    of(
        Producer,
        "partitioner.availability.timeout.ms",
        Form::Cannot("slow brokers get as many records as others"),
        "0",
    ),
    within(
        of(
            Producer,
            "metadata.max.age.ms",
            Form::Key("topic.metadata.refresh.interval.ms"),
            "300000",
        ),
        -1,
        3_600_000,
    ),
    of(
        Producer,
        "metadata.recovery.strategy",
        Form::Key("metadata.recovery.strategy"),
        "rebootstrap",
    ),
    of(Producer, "transactional.id", Form::Key("transactional.id"), ""),
    within(
        of(Producer, "transaction.timeout.ms", Form::Key("transaction.timeout.ms"), "60000"),
        1_000,
        2_147_483_647,
    ),
    of(Consumer, "group.protocol", Form::Key("group.protocol"), "classic"),
    of(Consumer, "enable.auto.commit", Form::Key("enable.auto.commit"), "true"),
    within(
        of(Consumer, "auto.commit.interval.ms", Form::Key("auto.commit.interval.ms"), "5000"),
        0,
        86_400_000,
    ),
    of(
        Consumer,
        "auto.offset.reset",
        Form::Words(
            "auto.offset.reset",
            &[("latest", "latest"), ("earliest", "earliest"), ("none", "error")],
        ),
        "latest",
    ),
    of(
        Consumer,
        "max.poll.records",
        Form::Cannot("poll returns one message; where the client has consume(n), n is said there"),
        "",
    ),
    within(
        of(Consumer, "max.poll.interval.ms", Form::Key("max.poll.interval.ms"), "300000"),
        1,
        86_400_000,
    ),
    within(
        of(Consumer, "session.timeout.ms", Form::Key("session.timeout.ms"), "45000"),
        1,
        3_600_000,
    ),
    within(
        of(Consumer, "heartbeat.interval.ms", Form::Key("heartbeat.interval.ms"), "3000"),
        1,
        3_600_000,
    ),
    of(
        Consumer,
        "partition.assignment.strategy",
        Form::List("partition.assignment.strategy", ASSIGNORS),
        "range,roundrobin",
    ),
    of(Consumer, "isolation.level", Form::Key("isolation.level"), "read_committed"),
    within(of(Consumer, "fetch.min.bytes", Form::Key("fetch.min.bytes"), "1"), 1, 100_000_000),
    within(of(Consumer, "fetch.max.wait.ms", Form::Key("fetch.wait.max.ms"), "500"), 0, 300_000),
    within(
        of(
            Consumer,
            "max.partition.fetch.bytes",
            Form::Key("max.partition.fetch.bytes"),
            "1048576",
        ),
        1,
        1_000_000_000,
    ),
    within(
        of(Consumer, "fetch.max.bytes", Form::Key("fetch.max.bytes"), "52428800"),
        // At least its message.max.bytes, which a consumer has too.
        1_000_000,
        2_147_483_135,
    ),
    within(
        of(Consumer, "request.timeout.ms", Form::Key("socket.timeout.ms"), "60000"),
        10,
        300_000,
    ),
    of(Consumer, "default.api.timeout.ms", Form::Cannot(UNTIL_OUTCOME), ""),
    within(of(Consumer, "retry.backoff.ms", Form::Key("retry.backoff.ms"), "100"), 1, 300_000),
    within(
        of(Consumer, "retry.backoff.max.ms", Form::Key("retry.backoff.max.ms"), "1000"),
        1,
        300_000,
    ),
    within(
        of(Consumer, "reconnect.backoff.ms", Form::Key("reconnect.backoff.ms"), "100"),
        0,
        3_600_000,
    ),
    within(
        of(Consumer, "reconnect.backoff.max.ms", Form::Key("reconnect.backoff.max.ms"), "10000"),
        0,
        3_600_000,
    ),
    within(
        of(
            Consumer,
            "metadata.max.age.ms",
            Form::Key("topic.metadata.refresh.interval.ms"),
            "300000",
        ),
        -1,
        3_600_000,
    ),
    of(Consumer, "group.instance.id", Form::Key("group.instance.id"), ""),
    of(Consumer, "group.remote.assignor", Form::Key("group.remote.assignor"), ""),
    of(Consumer, "check.crcs", Form::Key("check.crcs"), "false"),
];

/// By Java's own hash; the client's default hashes otherwise, and keys would go elsewhere.
const PARTITIONERS: &[(&str, &str)] = &[
    ("", "murmur2_random"),
    ("org.apache.kafka.clients.producer.internals.DefaultPartitioner", "murmur2_random"),
    ("org.apache.kafka.clients.producer.UniformStickyPartitioner", "random"),
];

const ASSIGNORS: &[(&str, &str)] = &[
    ("RangeAssignor", "range"),
    ("RoundRobinAssignor", "roundrobin"),
    ("CooperativeStickyAssignor", "cooperative-sticky"),
];

pub(super) const fn remarks(scope: Of) -> &'static [&'static str] {
    match scope {
        Producer => &[
            "Records without a key stay with one partition for sticky.partitioning.linger.ms, and not for batch.size bytes.",
        ],
        _ => &[
            "An automatic commit covers what poll() has returned, even the message in hand: with enable.auto.offset.store=false the application says what is processed (store_offsets).",
        ],
    }
}
