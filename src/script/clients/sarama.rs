//! The options of sarama (`config.go`; its `Validate` has the ranges).

use super::option::{Option, of, within};
use super::{Form, Of};
use crate::script::properties::Scope::{Consumer, Producer};

const NO_RECONNECT: &str =
    "there is no wait before a connection is tried again, but that of retries";
const NOT_NEW: &str = "sarama knows classic groups only";
const ONE_BY_ONE: &str = "messages come one by one through a channel";

pub(super) const OPTIONS: &[Option] = &[
    of(
        Producer,
        "acks",
        Form::Lines(&[
            ("0", "config.Producer.RequiredAcks = sarama.NoResponse"),
            ("1", "config.Producer.RequiredAcks = sarama.WaitForLocal"),
            ("all", "config.Producer.RequiredAcks = sarama.WaitForAll"),
        ]),
        "1",
    ),
    of(
        Producer,
        "enable.idempotence",
        Form::Lines(&[
            ("false", "config.Producer.Idempotent = false"),
            ("true", "config.Producer.Idempotent = true"),
        ]),
        "false",
    ),
    of(Producer, "retries", Form::Code("config.Producer.Retry.Max = {}"), "3"),
    of(
        Producer,
        "max.in.flight.requests.per.connection",
        Form::Code("config.Net.MaxOpenRequests = {}"),
        "5",
    ),
    of(
        Producer,
        "delivery.timeout.ms",
        Form::Cannot("no time limits a delivery: Retry.Max times Retry.Backoff is what there is"),
        "",
    ),
    within(
        of(
            Producer,
            "request.timeout.ms",
            Form::Time("config.Net.ReadTimeout = {}\nconfig.Producer.Timeout = {}"),
            "",
        ),
        1,
        i64::MAX,
    ),
    of(Producer, "linger.ms", Form::Time("config.Producer.Flush.Frequency = {}"), "0"),
    of(Producer, "batch.size", Form::Code("config.Producer.Flush.Bytes = {}"), "0"),
    of(
        Producer,
        "buffer.memory",
        Form::Cannot("the buffer is counted in messages (ChannelBufferSize), not in bytes"),
        "",
    ),
    of(
        Producer,
        "max.block.ms",
        Form::Cannot("Input() blocks for as long as the buffer is full"),
        "",
    ),
    within(
        of(
            Producer,
            "max.request.size",
            Form::Code("config.Producer.MaxMessageBytes = {}"),
            "1048576",
        ),
        1,
        i64::MAX,
    ),
    of(Producer, "retry.backoff.ms", Form::Time("config.Producer.Retry.Backoff = {}"), "100"),
    of(
        Producer,
        "retry.backoff.max.ms",
        Form::Cannot(
            "the wait is always the same, unless Producer.Retry.BackoffFunc makes another",
        ),
        "",
    ),
    of(Producer, "reconnect.backoff.ms", Form::Cannot(NO_RECONNECT), ""),
    of(Producer, "reconnect.backoff.max.ms", Form::Cannot(NO_RECONNECT), ""),
    within(
        of(
            Producer,
            "socket.connection.setup.timeout.ms",
            Form::Time("config.Net.DialTimeout = {}"),
            "30000",
        ),
        1,
        i64::MAX,
    ),
    of(
        Producer,
        "socket.connection.setup.timeout.max.ms",
        Form::Cannot("the timeout of a connection does not grow"),
        "",
    ),
    of(
        Producer,
        "compression.type",
        Form::Lines(&[
            ("none", "config.Producer.Compression = sarama.CompressionNone"),
            ("gzip", "config.Producer.Compression = sarama.CompressionGZIP"),
            ("snappy", "config.Producer.Compression = sarama.CompressionSnappy"),
            ("lz4", "config.Producer.Compression = sarama.CompressionLZ4"),
            ("zstd", "config.Producer.Compression = sarama.CompressionZSTD"),
        ]),
        "none",
    ),
    of(
        Producer,
        "partitioner.class",
        Form::Lines(&[(
            "org.apache.kafka.clients.producer.RoundRobinPartitioner",
            "config.Producer.Partitioner = sarama.NewRoundRobinPartitioner",
        )]),
        "",
    ),
    of(
        Producer,
        "metadata.max.age.ms",
        Form::Time("config.Metadata.RefreshFrequency = {}"),
        "600000",
    ),
    of(Producer, "transactional.id", Form::Quoted("config.Producer.Transaction.ID = {}"), ""),
    of(
        Producer,
        "transaction.timeout.ms",
        Form::Time("config.Producer.Transaction.Timeout = {}"),
        "60000",
    ),
    of(Consumer, "group.protocol", Form::Lines(&[("classic", "")]), "classic"),
    of(
        Consumer,
        "enable.auto.commit",
        Form::Code("config.Consumer.Offsets.AutoCommit.Enable = {}"),
        "true",
    ),
    within(
        of(
            Consumer,
            "auto.commit.interval.ms",
            Form::Time("config.Consumer.Offsets.AutoCommit.Interval = {}"),
            "1000",
        ),
        1,
        i64::MAX,
    ),
    of(
        Consumer,
        "auto.offset.reset",
        Form::Lines(&[
            ("earliest", "config.Consumer.Offsets.Initial = sarama.OffsetOldest"),
            ("latest", "config.Consumer.Offsets.Initial = sarama.OffsetNewest"),
        ]),
        "latest",
    ),
    of(Consumer, "max.poll.records", Form::Cannot(ONE_BY_ONE), ""),
    of(
        Consumer,
        "max.poll.interval.ms",
        Form::Cannot(
            "nobody looks whether the application goes on; a rebalance waits for it for Group.Rebalance.Timeout",
        ),
        "",
    ),
    within(
        of(
            Consumer,
            "session.timeout.ms",
            Form::Time("config.Consumer.Group.Session.Timeout = {}"),
            "10000",
        ),
        3,
        i64::MAX,
    ),
    within(
        of(
            Consumer,
            "heartbeat.interval.ms",
            Form::Time("config.Consumer.Group.Heartbeat.Interval = {}"),
            "3000",
        ),
        1,
        i64::MAX,
    ),
    of(
        Consumer,
        "partition.assignment.strategy",
        Form::List(
            "config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{{}}",
            &[
                ("RangeAssignor", "sarama.NewBalanceStrategyRange()"),
                ("RoundRobinAssignor", "sarama.NewBalanceStrategyRoundRobin()"),
                ("StickyAssignor", "sarama.NewBalanceStrategySticky()"),
                ("CooperativeStickyAssignor", "sarama.NewBalanceStrategyCooperativeSticky()"),
            ],
        ),
        "sarama.NewBalanceStrategyRange()",
    ),
    of(
        Consumer,
        "isolation.level",
        Form::Lines(&[
            ("read_uncommitted", "config.Consumer.IsolationLevel = sarama.ReadUncommitted"),
            ("read_committed", "config.Consumer.IsolationLevel = sarama.ReadCommitted"),
        ]),
        "read_uncommitted",
    ),
    within(
        of(Consumer, "fetch.min.bytes", Form::Code("config.Consumer.Fetch.Min = {}"), "1"),
        1,
        i64::MAX,
    ),
    within(
        of(Consumer, "fetch.max.wait.ms", Form::Time("config.Consumer.MaxWaitTime = {}"), "500"),
        1,
        i64::MAX,
    ),
    within(
        of(
            Consumer,
            "max.partition.fetch.bytes",
            Form::Code("config.Consumer.Fetch.Default = {}"),
            "1048576",
        ),
        1,
        i64::MAX,
    ),
    within(
        of(
            Consumer,
            "fetch.max.bytes",
            Form::Code("config.Consumer.Fetch.MaxBytes = {}"),
            "52428800",
        ),
        1,
        i64::MAX,
    ),
    within(
        of(Consumer, "request.timeout.ms", Form::Time("config.Net.ReadTimeout = {}"), "30000"),
        1,
        i64::MAX,
    ),
    of(
        Consumer,
        "default.api.timeout.ms",
        Form::Cannot("a commit is repeated Offsets.Retry.Max times, whatever time it takes"),
        "",
    ),
    of(Consumer, "retry.backoff.ms", Form::Time("config.Consumer.Retry.Backoff = {}"), "2000"),
    of(
        Consumer,
        "retry.backoff.max.ms",
        Form::Cannot(
            "the wait is always the same, unless Consumer.Retry.BackoffFunc makes another",
        ),
        "",
    ),
    of(Consumer, "reconnect.backoff.ms", Form::Cannot(NO_RECONNECT), ""),
    of(Consumer, "reconnect.backoff.max.ms", Form::Cannot(NO_RECONNECT), ""),
    of(
        Consumer,
        "metadata.max.age.ms",
        Form::Time("config.Metadata.RefreshFrequency = {}"),
        "600000",
    ),
    of(Consumer, "group.instance.id", Form::Quoted("config.Consumer.Group.InstanceId = {}"), ""),
    of(Consumer, "group.remote.assignor", Form::Cannot(NOT_NEW), ""),
    of(Consumer, "check.crcs", Form::Lines(&[("true", "")]), "true"),
];

pub(super) const fn remarks(scope: Of) -> &'static [&'static str] {
    match scope {
        Producer => &[
            "Keys are hashed by FNV-1a, and go to other partitions than with Java's murmur2.",
            "An idempotent producer has one request in flight per broker (Net.MaxOpenRequests must be 1).",
        ],
        _ => {
            &["Only what session.MarkMessage() has marked is committed, automatically or by hand."]
        }
    }
}
