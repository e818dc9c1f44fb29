//! The properties of a broker.

use super::{
    History, INT, INT_FROM_1, Kind, LONG, LONG_FROM_1, Property, SHORT_FROM_1, Scope, Unit, V0_10,
    v,
};

/// An entry of the table.
const fn of(
    name: &'static str,
    (kind, unit): (Kind, Unit),
    history: History,
    help: &'static str,
    source: &'static str,
) -> Property {
    let (scope, absent, synonym) = (Scope::Broker, "", "");
    Property { name, scope, kind, unit, history, absent, synonym, help, source }
}

const MS: (Kind, Unit) = (LONG, Unit::Ms);
const INT_MS: (Kind, Unit) = (INT, Unit::Ms);
const INT_MS_FROM_1: (Kind, Unit) = (INT_FROM_1, Unit::Ms);
const BOOL: (Kind, Unit) = (Kind::Bool, Unit::None);
const COUNT: (Kind, Unit) = (INT_FROM_1, Unit::None);
const SHORT: (Kind, Unit) = (SHORT_FROM_1, Unit::None);
const NEVER: &str = "9223372036854775807";

pub(super) const PROPERTIES: &[Property] = &[
    of(
        "min.insync.replicas",
        COUNT,
        &[(V0_10, Some("1"))],
        "How many replicas must be in sync for a write with acks=all to be accepted.",
        "ServerLogConfigs, KAFKA-15583",
    ),
    of(
        "default.replication.factor",
        (INT_FROM_1, Unit::None),
        &[(V0_10, Some("1"))],
        "The replicas of topics that are created without a word about it.",
        "ReplicationConfigs",
    ),
    of(
        "unclean.leader.election.enable",
        BOOL,
        &[(V0_10, Some("true")), (v(0, 11), Some("false"))],
        "Whether a replica that was not in sync may become leader when no other is left.",
        "LogConfig, KIP-106",
    ),
    of(
        "unclean.leader.election.interval.ms",
        (LONG_FROM_1, Unit::Ms),
        &[(V0_10, None), (v(3, 9), Some("300000"))],
        "How often the controller looks for partitions without a leader that may have an unclean one.",
        "ReplicationConfigs, KAFKA-12670",
    )
    .or("300000"),
    of(
        "eligible.leader.replicas.version",
        (Kind::Int { min: 0, max: 1 }, Unit::None),
        &[(V0_10, None), (v(4, 0), Some("0")), (v(4, 1), Some("1"))],
        "A feature of the cluster rather than a property: whether replicas that left the ISR with everything committed may still be elected.",
        "EligibleLeaderReplicasVersion, KIP-966",
    )
    .or("0"),
    of(
        "replica.lag.time.max.ms",
        MS,
        &[(V0_10, Some("10000")), (v(2, 5), Some("30000"))],
        "How long a follower may lag before it leaves the ISR.",
        "ReplicationConfigs, KIP-537",
    ),
    of(
        "replica.fetch.wait.max.ms",
        INT_MS,
        &[(V0_10, Some("500"))],
        "How long a leader keeps a follower's fetch that finds nothing.",
        "ReplicationConfigs",
    ),
    of(
        "replica.fetch.min.bytes",
        (INT, Unit::Bytes),
        &[(V0_10, Some("1"))],
        "How much a follower's fetch waits for.",
        "ReplicationConfigs",
    ),
    of(
        "replica.fetch.max.bytes",
        (INT, Unit::Bytes),
        &[(V0_10, Some("1048576"))],
        "How much of one partition a follower fetches at once.",
        "ReplicationConfigs",
    ),
    of(
        "replica.fetch.backoff.ms",
        INT_MS,
        &[(V0_10, Some("1000"))],
        "How long a follower pauses after an error.",
        "ReplicationConfigs",
    ),
    of(
        "replica.socket.timeout.ms",
        INT_MS,
        &[(V0_10, Some("30000"))],
        "How long a follower waits for the answer to a fetch before it closes the connection.",
        "ReplicationConfigs",
    ),
    of(
        "num.replica.fetchers",
        COUNT,
        &[(V0_10, Some("1"))],
        "How many threads fetch from one leader.",
        "ReplicationConfigs",
    ),
    of(
        "replica.high.watermark.checkpoint.interval.ms",
        MS,
        &[(V0_10, Some("5000"))],
        "How often high watermarks are written to a file; a restarted broker begins with the last one.",
        "ReplicationConfigs",
    ),
    of(
        "message.max.bytes",
        (INT, Unit::Bytes),
        &[(V0_10, Some("1000012")), (v(2, 5), Some("1048588"))],
        "The largest batch that a broker takes, after compression.",
        "ServerLogConfigs",
    ),
    of(
        "log.segment.bytes",
        (Kind::Int { min: 14, max: i32::MAX }, Unit::Bytes),
        &[(V0_10, Some("1073741824"))],
        "The size at which a log begins a new file; at least 1048576 since 4.0 (a topic's own since 4.1).",
        "LogConfig, KIP-1030",
    ),
    of(
        "log.cleanup.policy",
        (Kind::List, Unit::None),
        &[(V0_10, Some("delete"))],
        "What becomes of old records; a compacted topic takes none without a key.",
        "ServerLogConfigs",
    ),
    of(
        "log.flush.interval.messages",
        (LONG_FROM_1, Unit::None),
        &[(V0_10, Some(NEVER))],
        "After how many messages an append calls fsync; 1 means before every acknowledgement.",
        "ServerLogConfigs",
    ),
    of(
        "log.flush.interval.ms",
        MS,
        &[(V0_10, Some(""))],
        "How old an unflushed message may be when the flusher task looks; without a value log.flush.scheduler.interval.ms.",
        "ServerLogConfigs",
    ),
    of(
        "log.flush.scheduler.interval.ms",
        MS,
        &[(V0_10, Some(NEVER))],
        "How often the flusher task looks; with the default once after the start, and never again.",
        "ServerLogConfigs",
    ),
    of(
        "log.flush.offset.checkpoint.interval.ms",
        INT_MS,
        &[(V0_10, Some("60000"))],
        "How often the point up to which a log is on disk is written to a file.",
        "ServerLogConfigs",
    ),
    of(
        "num.recovery.threads.per.data.dir",
        COUNT,
        &[(V0_10, Some("1")), (v(4, 0), Some("2"))],
        "How many threads scan logs after an unclean shutdown.",
        "ServerLogConfigs, KIP-1030",
    ),
    of(
        "log.message.timestamp.after.max.ms",
        MS,
        &[(V0_10, None), (v(3, 6), Some(NEVER)), (v(4, 0), Some("3600000"))],
        "How far ahead of the broker's clock a record's timestamp may be.",
        "ServerLogConfigs, KIP-937, KIP-1030",
    )
    .or(NEVER),
    of(
        "broker.session.timeout.ms",
        INT_MS,
        &[(V0_10, None), (v(2, 8), Some("9000"))],
        "How long a broker may be silent before the controller fences it.",
        "KRaftConfigs",
    )
    .or("zookeeper.session.timeout.ms"),
    of(
        "zookeeper.session.timeout.ms",
        INT_MS,
        &[(V0_10, Some("6000")), (v(2, 5), Some("18000")), (v(4, 0), None)],
        "The same in clusters with ZooKeeper, which the model assumes before 2.8.",
        "ZkConfigs, KIP-537",
    )
    .or("18000"),
    of(
        "broker.heartbeat.interval.ms",
        INT_MS,
        &[(V0_10, None), (v(2, 8), Some("2000"))],
        "How often a broker tells the controller that it is there.",
        "KRaftConfigs",
    )
    .or("2000"),
    of(
        "controlled.shutdown.enable",
        BOOL,
        &[(V0_10, Some("true"))],
        "Whether a broker that is stopped first hands its leaderships over.",
        "BrokerServer",
    ),
    of(
        "auto.leader.rebalance.enable",
        BOOL,
        &[(V0_10, Some("true"))],
        "Whether leadership returns to preferred leaders without being asked.",
        "ReplicationConfigs",
    ),
    of(
        "leader.imbalance.check.interval.seconds",
        (LONG_FROM_1, Unit::Seconds),
        &[(V0_10, Some("300"))],
        "How often it does.",
        "ReplicationConfigs",
    ),
    of(
        "offsets.topic.replication.factor",
        SHORT,
        &[(V0_10, Some("3"))],
        "The replicas of __consumer_offsets.",
        "GroupCoordinatorConfig",
    ),
    of(
        "offsets.topic.num.partitions",
        COUNT,
        &[(V0_10, Some("50"))],
        "The partitions of __consumer_offsets.",
        "GroupCoordinatorConfig",
    ),
    of(
        "offsets.commit.timeout.ms",
        INT_MS_FROM_1,
        &[(V0_10, Some("5000"))],
        "How long the group coordinator waits for the replicas of a committed offset.",
        "GroupCoordinatorConfig",
    ),
    of(
        "offsets.commit.required.acks",
        (Kind::Choice(&["-1", "0", "1"]), Unit::None),
        &[(V0_10, Some("-1")), (v(4, 0), None)],
        "Whose copies a committed offset must have reached.",
        "GroupCoordinatorConfig, KIP-1041",
    )
    .or("-1"),
    of(
        "offsets.retention.minutes",
        (INT_FROM_1, Unit::Minutes),
        &[(V0_10, Some("1440")), (v(2, 0), Some("10080"))],
        "How long the offsets of a group without members are kept.",
        "GroupCoordinatorConfig, KIP-186",
    ),
    of(
        "group.coordinator.append.linger.ms",
        (Kind::Int { min: -1, max: i32::MAX }, Unit::Ms),
        &[(V0_10, None), (v(3, 8), Some("10")), (v(4, 0), Some("5")), (v(4, 2), Some("-1"))],
        "How long the group coordinator gathers writes before it appends them; -1 lets it decide.",
        "GroupCoordinatorConfig",
    )
    .or("0"),
    of(
        "group.min.session.timeout.ms",
        INT_MS,
        &[(V0_10, Some("6000"))],
        "The shortest session that a classic group may ask for.",
        "GroupCoordinatorConfig",
    ),
    of(
        "group.max.session.timeout.ms",
        INT_MS,
        &[(V0_10, Some("300000")), (v(2, 3), Some("1800000"))],
        "The longest session that a classic group may ask for.",
        "GroupCoordinatorConfig",
    ),
    of(
        "group.initial.rebalance.delay.ms",
        INT_MS,
        &[(V0_10, None), (v(0, 11), Some("3000"))],
        "How long an empty classic group waits for more members before its first rebalance.",
        "GroupCoordinatorConfig, KIP-134",
    )
    .or("0"),
    of(
        "group.consumer.session.timeout.ms",
        INT_MS_FROM_1,
        &[(V0_10, None), (v(3, 7), Some("45000"))],
        "How long a member may be silent under group.protocol=consumer.",
        "GroupCoordinatorConfig, KIP-848",
    )
    .or("45000"),
    of(
        "group.consumer.heartbeat.interval.ms",
        INT_MS_FROM_1,
        &[(V0_10, None), (v(3, 7), Some("5000"))],
        "How often a member says that it is there under group.protocol=consumer.",
        "GroupCoordinatorConfig, KIP-848",
    )
    .or("5000"),
    of(
        "transaction.max.timeout.ms",
        INT_MS_FROM_1,
        &[(V0_10, None), (v(0, 11), Some("900000"))],
        "The longest transaction that a producer may ask for.",
        "TransactionStateManagerConfig, KIP-98",
    )
    .or("900000"),
    of(
        "transaction.state.log.replication.factor",
        SHORT,
        &[(V0_10, None), (v(0, 11), Some("3"))],
        "The replicas of __transaction_state.",
        "TransactionLogConfig, KIP-98",
    )
    .or("3"),
    of(
        "transaction.state.log.min.isr",
        COUNT,
        &[(V0_10, None), (v(0, 11), Some("2"))],
        "The min.insync.replicas of __transaction_state.",
        "TransactionLogConfig, KIP-98",
    )
    .or("2"),
    of(
        "transaction.state.log.num.partitions",
        COUNT,
        &[(V0_10, None), (v(0, 11), Some("50"))],
        "The partitions of __transaction_state.",
        "TransactionLogConfig, KIP-98",
    )
    .or("50"),
    of(
        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        INT_MS_FROM_1,
        &[(V0_10, None), (v(0, 11), Some("60000")), (v(2, 5), Some("10000"))],
        "How often the coordinator looks for transactions that are too old.",
        "TransactionStateManagerConfig",
    )
    .or("60000"),
    of(
        "transaction.partition.verification.enable",
        BOOL,
        &[(V0_10, None), (v(3, 6), Some("true"))],
        "Whether a leader asks the coordinator if the transaction of a batch is open.",
        "TransactionLogConfig, KIP-890",
    )
    .or("false"),
    of(
        "transactional.id.expiration.ms",
        INT_MS_FROM_1,
        &[(V0_10, None), (v(0, 11), Some("604800000"))],
        "How long an unused transactional.id is remembered.",
        "TransactionStateManagerConfig",
    )
    .or("604800000"),
    of(
        "producer.id.expiration.ms",
        INT_MS_FROM_1,
        &[(V0_10, None), (v(3, 4), Some("86400000"))],
        "How long a partition remembers the sequence numbers of a producer that stopped writing.",
        "TransactionLogConfig, KIP-854",
    )
    .or("transactional.id.expiration.ms"),
    of(
        "add.partitions.to.txn.retry.backoff.ms",
        INT_MS_FROM_1,
        &[(V0_10, None), (v(4, 0), Some("20"))],
        "How long a broker waits before it asks the coordinator again.",
        "AddPartitionsToTxnConfig, KIP-890",
    )
    .or("20"),
    of(
        "add.partitions.to.txn.retry.backoff.max.ms",
        INT_MS,
        &[(V0_10, None), (v(4, 0), Some("100"))],
        "How long a broker goes on asking before it leaves it to the producer.",
        "AddPartitionsToTxnConfig, KIP-890",
    )
    .or("100"),
    of(
        "auto.create.topics.enable",
        BOOL,
        &[(V0_10, Some("true"))],
        "Whether a topic is created when somebody asks for it.",
        "ServerLogConfigs",
    ),
];
