//! The options of franz-go (`pkg/kgo/config.go`; its `validate` has the ranges).

use super::option::{Option, of, within};
use super::{Form, Of};
use crate::script::properties::Scope::{Consumer, Producer};

const NO_RECONNECT: &str = "there is no wait of its own before a connection is tried again";

pub(super) const OPTIONS: &[Option] = &[
    of(
        Producer,
        "acks",
        Form::Lines(&[
            ("0", "kgo.RequiredAcks(kgo.NoAck()),"),
            ("1", "kgo.RequiredAcks(kgo.LeaderAck()),"),
            ("all", "kgo.RequiredAcks(kgo.AllISRAcks()),"),
        ]),
        "all",
    ),
    of(
        Producer,
        "enable.idempotence",
        Form::Lines(&[("false", "kgo.DisableIdempotentWrite(),"), ("true", "")]),
        "true",
    ),
    of(Producer, "retries", Form::Code("kgo.RecordRetries({}),"), "2147483647"),
    of(
        Producer,
        "max.in.flight.requests.per.connection",
        Form::Code("kgo.MaxProduceRequestsInflightPerBroker({}),"),
        "",
    ),
    within(
        of(Producer, "delivery.timeout.ms", Form::Time("kgo.RecordDeliveryTimeout({}),"), ""),
        1_000,
        i64::MAX,
    ),
    within(
        of(Producer, "request.timeout.ms", Form::Time("kgo.ProduceRequestTimeout({}),"), "10000"),
        100,
        i64::MAX,
    ),
    within(of(Producer, "linger.ms", Form::Time("kgo.ProducerLinger({}),"), "10"), 0, 60_000),
    of(
        Producer,
        "batch.size",
        Form::Cannot(
            "no size makes a batch full before its linger is over; ProducerBatchMaxBytes is what a batch, and so a record, must not exceed",
        ),
        "",
    ),
    of(Producer, "buffer.memory", Form::Code("kgo.MaxBufferedBytes({}),"), ""),
    of(
        Producer,
        "max.block.ms",
        Form::Cannot("Produce blocks until the context that it is given ends"),
        "",
    ),
    within(
        of(Producer, "max.request.size", Form::Code("kgo.ProducerBatchMaxBytes({}),"), "1000012"),
        512,
        100 << 20,
    ),
    of(Producer, "retry.backoff.ms", BACKOFF, ""),
    of(Producer, "reconnect.backoff.ms", Form::Cannot(NO_RECONNECT), ""),
    of(Producer, "reconnect.backoff.max.ms", Form::Cannot(NO_RECONNECT), ""),
    of(Producer, "socket.connection.setup.timeout.ms", Form::Time("kgo.DialTimeout({}),"), "10000"),
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
            ("none", "kgo.ProducerBatchCompression(kgo.NoCompression()),"),
            ("gzip", "kgo.ProducerBatchCompression(kgo.GzipCompression()),"),
            ("snappy", "kgo.ProducerBatchCompression(kgo.SnappyCompression()),"),
            ("lz4", "kgo.ProducerBatchCompression(kgo.Lz4Compression()),"),
            ("zstd", "kgo.ProducerBatchCompression(kgo.ZstdCompression()),"),
        ]),
        "snappy",
    ),
    of(
        Producer,
        "partitioner.class",
        Form::Lines(&[(
            "org.apache.kafka.clients.producer.RoundRobinPartitioner",
            "kgo.RecordPartitioner(kgo.RoundRobinPartitioner()),",
        )]),
        "",
    ),
    within(
        of(Producer, "metadata.max.age.ms", Form::Time("kgo.MetadataMaxAge({}),"), "300000"),
        5_000,
        3_600_000,
    ),
    of(Producer, "transactional.id", Form::Quoted("kgo.TransactionalID({}),"), ""),
    of(Producer, "transaction.timeout.ms", Form::Time("kgo.TransactionTimeout({}),"), "40000"),
    of(Consumer, "group.protocol", Form::Lines(&[("classic", "")]), "classic"),
    of(
        Consumer,
        "enable.auto.commit",
        Form::Lines(&[("false", "kgo.DisableAutoCommit(),"), ("true", "")]),
        "true",
    ),
    within(
        of(Consumer, "auto.commit.interval.ms", Form::Time("kgo.AutoCommitInterval({}),"), "5000"),
        100,
        i64::MAX,
    ),
    of(
        Consumer,
        "auto.offset.reset",
        Form::Lines(&[
            ("earliest", "kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),"),
            ("latest", "kgo.ConsumeResetOffset(kgo.NewOffset().AtEnd()),"),
            ("none", "kgo.ConsumeResetOffset(kgo.NoResetOffset()),"),
        ]),
        "earliest",
    ),
    of(
        Consumer,
        "max.poll.records",
        Form::Cannot("it is said with each call: client.PollRecords(ctx, 500)"),
        "",
    ),
    of(
        Consumer,
        "max.poll.interval.ms",
        Form::Cannot(
            "nobody looks whether the application goes on; a rebalance waits for it for RebalanceTimeout",
        ),
        "",
    ),
    within(
        of(Consumer, "session.timeout.ms", Form::Time("kgo.SessionTimeout({}),"), "45000"),
        100,
        i64::MAX,
    ),
    of(Consumer, "heartbeat.interval.ms", Form::Time("kgo.HeartbeatInterval({}),"), "3000"),
    of(
        Consumer,
        "partition.assignment.strategy",
        Form::List(
            "kgo.Balancers({}),",
            &[
                ("RangeAssignor", "kgo.RangeBalancer()"),
                ("RoundRobinAssignor", "kgo.RoundRobinBalancer()"),
                ("StickyAssignor", "kgo.StickyBalancer()"),
                ("CooperativeStickyAssignor", "kgo.CooperativeStickyBalancer()"),
            ],
        ),
        "kgo.CooperativeStickyBalancer()",
    ),
    of(
        Consumer,
        "isolation.level",
        Form::Lines(&[
            ("read_uncommitted", "kgo.FetchIsolationLevel(kgo.ReadUncommitted()),"),
            ("read_committed", "kgo.FetchIsolationLevel(kgo.ReadCommitted()),"),
        ]),
        "read_uncommitted",
    ),
    of(Consumer, "fetch.min.bytes", Form::Code("kgo.FetchMinBytes({}),"), "1"),
    within(
        of(Consumer, "fetch.max.wait.ms", Form::Time("kgo.FetchMaxWait({}),"), "5000"),
        10,
        i64::MAX,
    ),
    of(
        Consumer,
        "max.partition.fetch.bytes",
        Form::Code("kgo.FetchMaxPartitionBytes({}),"),
        "1048576",
    ),
    within(
        of(Consumer, "fetch.max.bytes", Form::Code("kgo.FetchMaxBytes({}),"), "52428800"),
        0,
        100 << 20,
    ),
    within(
        of(Consumer, "request.timeout.ms", Form::Time("kgo.RequestTimeoutOverhead({}),"), "10000"),
        100,
        900_000,
    ),
    of(
        Consumer,
        "default.api.timeout.ms",
        Form::Cannot("each call ends with the context that it is given"),
        "",
    ),
    of(Consumer, "retry.backoff.ms", BACKOFF, ""),
    of(Consumer, "reconnect.backoff.ms", Form::Cannot(NO_RECONNECT), ""),
    of(Consumer, "reconnect.backoff.max.ms", Form::Cannot(NO_RECONNECT), ""),
    within(
        of(Consumer, "metadata.max.age.ms", Form::Time("kgo.MetadataMaxAge({}),"), "300000"),
        5_000,
        3_600_000,
    ),
    of(Consumer, "group.instance.id", Form::Quoted("kgo.InstanceID({}),"), ""),
    of(
        Consumer,
        "group.remote.assignor",
        Form::Cannot("franz-go's groups assign by themselves"),
        "",
    ),
    of(
        Consumer,
        "check.crcs",
        Form::Lines(&[("false", "kgo.DisableFetchCRCValidation(),"), ("true", "")]),
        "true",
    ),
];

/// Doubling waits; `[]` stands for the longest one, `()` for how often it doubles.
const BACKOFF: Form = Form::Time(
    "kgo.RetryBackoffFn(func(fails int) time.Duration {\n\treturn min(time.Duration({})<<min(max(fails-1, 0), ()), [])\n}),",
);

pub(super) const fn remarks(scope: Of) -> &'static [&'static str] {
    match scope {
        Producer => {
            &["An idempotent producer has up to five requests in flight, whatever is said."]
        }
        _ => &["An automatic commit covers what the poll before this one returned, as in Java."],
    }
}
