//! The settings that the model computes with: typed, in microseconds, complete.
//!
//! A field is named after its property, with dots turned to underscores; one that ends in `.ms`
//! becomes `_us`. The macro `config!` ties each field to its property; a test holds the two together.

use super::Version;
use super::properties::Scope;
use super::settings::Settings;

/// Whose copy a batch must have reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acks {
    /// `acks=0`: nobody's; the request is not answered.
    None,
    /// `acks=1`: the leader's.
    Leader,
    /// `acks=all`: every in-sync replica's.
    All,
}

/// How the partition of a record without a key is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partitioner {
    /// One partition after the other (the default before 2.4).
    RoundRobin,
    /// The same partition until a new batch begins (KIP-480, the default from 2.4 to 3.2).
    StickyBatch,
    /// The same partition for `batch.size` bytes (KIP-794, the default since 3.3).
    StickyBytes,
}

/// How a group shares its partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupProtocol {
    /// `JoinGroup` and `SyncGroup`; the members assign.
    Classic,
    /// `ConsumerGroupHeartbeat`; the coordinator assigns (KIP-848).
    Consumer,
}

/// Which records of transactions a consumer returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsolationLevel {
    /// All below the high watermark.
    ReadUncommitted,
    /// Those below the last stable offset whose transaction was not aborted.
    ReadCommitted,
}

/// Where a consumer begins without a valid committed offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetReset {
    /// At the log's start.
    Earliest,
    /// At its end.
    Latest,
    /// Nowhere: `poll()` throws.
    None,
    /// At the first record that is not older than this (KIP-1106).
    ByDuration {
        /// How old.
        us: u64,
    },
}

/// How a classic group shares its partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignor {
    /// `RangeAssignor`.
    Range,
    /// `RoundRobinAssignor`.
    RoundRobin,
    /// `StickyAssignor`.
    Sticky,
    /// `CooperativeStickyAssignor`.
    CooperativeSticky,
}

/// Ties the fields of a struct to properties: `field: type = reader(property)`, where the reader
/// is a method of [`Settings`]; and `field: type = |settings| …` to what follows from several.
macro_rules! config {
    (
        $(#[$doc:meta])* $name:ident: $scope:expr;
        $($(#[$field_doc:meta])* $field:ident: $type:ty = $reader:ident($property:literal),)*
        $(; $($(#[$rule_doc:meta])* $rule:ident: $rule_type:ty = $compute:expr,)*)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* #[doc = concat!("`", $property, "`")] pub $field: $type,)*
            $($($(#[$rule_doc])* pub $rule: $rule_type,)*)?
        }

        impl $name {
            /// Each field that is read from a property: the field, its reader, the property.
            pub const FIELDS: &'static [(&'static str, &'static str, &'static str)] =
                &[$((stringify!($field), stringify!($reader), $property),)*];

            /// The defaults of a version.
            #[must_use]
            pub fn defaults(version: Version) -> Self {
                Self::of(&Settings::defaults($scope, version))
            }

            pub(super) fn of(settings: &Settings) -> Self {
                Self {
                    $($field: settings.$reader($property),)*
                    $($($rule: $compute(settings),)*)?
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::defaults(Version::default())
            }
        }
    };
}

config! {
    /// The settings of a producer.
    ProducerConfig: Scope::Producer;
    acks: Acks = acks("acks"),
    retries: u32 = int("retries"),
    /// Whether it is in effect, after all that switches it off or on silently:
    enable_idempotence: bool = bool("enable.idempotence"),
    max_in_flight_requests_per_connection: u32 = int("max.in.flight.requests.per.connection"),
    /// Longer than any run before 2.1, whose batches had no such limit:
    delivery_timeout_us: u64 = us("delivery.timeout.ms"),
    request_timeout_us: u64 = us("request.timeout.ms"),
    linger_us: u64 = us("linger.ms"),
    batch_size: u32 = int("batch.size"),
    buffer_memory: u64 = long("buffer.memory"),
    max_block_us: u64 = us("max.block.ms"),
    max_request_size: u32 = int("max.request.size"),
    retry_backoff_us: u64 = us("retry.backoff.ms"),
    retry_backoff_max_us: u64 = us("retry.backoff.max.ms"),
    reconnect_backoff_us: u64 = us("reconnect.backoff.ms"),
    reconnect_backoff_max_us: u64 = us("reconnect.backoff.max.ms"),
    socket_connection_setup_timeout_us: u64 = us("socket.connection.setup.timeout.ms"),
    socket_connection_setup_timeout_max_us: u64 = us("socket.connection.setup.timeout.max.ms"),
    compression_type: String = text("compression.type"),
    /// What is left of it, and of the version's own logic:
    partitioner: Partitioner = partitioner("partitioner.class"),
    partitioner_ignore_keys: bool = bool("partitioner.ignore.keys"),
    partitioner_adaptive_partitioning_enable: bool = bool("partitioner.adaptive.partitioning.enable"),
    partitioner_availability_timeout_us: u64 = us("partitioner.availability.timeout.ms"),
    partitioner_rack_aware: bool = bool("partitioner.rack.aware"),
    client_rack: Option<String> = optional_text("client.rack"),
    metadata_max_age_us: u64 = us("metadata.max.age.ms"),
    metadata_max_idle_us: u64 = us("metadata.max.idle.ms"),
    metadata_recovery_strategy: String = text("metadata.recovery.strategy"),
    transactional_id: Option<String> = optional_text("transactional.id"),
    transaction_timeout_us: u64 = us("transaction.timeout.ms"),
    transaction_two_phase_commit_enable: bool = bool("transaction.two.phase.commit.enable"),
    ;
    /// Whether the wait before a retry doubles (KIP-580, 3.7); before, it is always the same.
    exponential_backoff: bool = |settings: &Settings| settings.version.since(3, 7),
}

config! {
    /// The settings of the brokers, all of which are alike.
    BrokerConfig: Scope::Broker;
    min_insync_replicas: u32 = int("min.insync.replicas"),
    default_replication_factor: u32 = int("default.replication.factor"),
    unclean_leader_election_enable: bool = bool("unclean.leader.election.enable"),
    unclean_leader_election_interval_us: u64 = us("unclean.leader.election.interval.ms"),
    eligible_leader_replicas_version: u32 = int("eligible.leader.replicas.version"),
    replica_lag_time_max_us: u64 = us("replica.lag.time.max.ms"),
    replica_fetch_wait_max_us: u64 = us("replica.fetch.wait.max.ms"),
    replica_fetch_min_bytes: u32 = int("replica.fetch.min.bytes"),
    replica_fetch_max_bytes: u32 = int("replica.fetch.max.bytes"),
    replica_fetch_backoff_us: u64 = us("replica.fetch.backoff.ms"),
    replica_socket_timeout_us: u64 = us("replica.socket.timeout.ms"),
    num_replica_fetchers: u32 = int("num.replica.fetchers"),
    replica_high_watermark_checkpoint_interval_us: u64 =
        us("replica.high.watermark.checkpoint.interval.ms"),
    message_max_bytes: u32 = int("message.max.bytes"),
    log_segment_bytes: u32 = int("log.segment.bytes"),
    /// Whether logs are compacted, so that each record needs a key:
    log_cleanup_policy: bool = compacted("log.cleanup.policy"),
    log_flush_interval_messages: u64 = long("log.flush.interval.messages"),
    log_flush_interval_us: Option<u64> = optional_us("log.flush.interval.ms"),
    /// `u64::MAX` unless set, which means once after the start and never again:
    log_flush_scheduler_interval_us: u64 = us("log.flush.scheduler.interval.ms"),
    log_flush_offset_checkpoint_interval_us: u64 = us("log.flush.offset.checkpoint.interval.ms"),
    num_recovery_threads_per_data_dir: u32 = int("num.recovery.threads.per.data.dir"),
    log_message_timestamp_after_max_us: u64 = us("log.message.timestamp.after.max.ms"),
    /// Before 2.8 that of ZooKeeper:
    broker_session_timeout_us: u64 = us("broker.session.timeout.ms"),
    zookeeper_session_timeout_us: u64 = us("zookeeper.session.timeout.ms"),
    broker_heartbeat_interval_us: u64 = us("broker.heartbeat.interval.ms"),
    controlled_shutdown_enable: bool = bool("controlled.shutdown.enable"),
    auto_leader_rebalance_enable: bool = bool("auto.leader.rebalance.enable"),
    leader_imbalance_check_interval_seconds: u64 = long("leader.imbalance.check.interval.seconds"),
    offsets_topic_replication_factor: u32 = int("offsets.topic.replication.factor"),
    offsets_topic_num_partitions: u32 = int("offsets.topic.num.partitions"),
    offsets_commit_timeout_us: u64 = us("offsets.commit.timeout.ms"),
    offsets_commit_required_acks: Acks = acks("offsets.commit.required.acks"),
    offsets_retention_minutes: u32 = int("offsets.retention.minutes"),
    /// `None` where the coordinator decides by itself:
    group_coordinator_append_linger_us: Option<u64> = optional_us("group.coordinator.append.linger.ms"),
    group_min_session_timeout_us: u64 = us("group.min.session.timeout.ms"),
    group_max_session_timeout_us: u64 = us("group.max.session.timeout.ms"),
    group_initial_rebalance_delay_us: u64 = us("group.initial.rebalance.delay.ms"),
    group_consumer_session_timeout_us: u64 = us("group.consumer.session.timeout.ms"),
    group_consumer_heartbeat_interval_us: u64 = us("group.consumer.heartbeat.interval.ms"),
    transaction_max_timeout_us: u64 = us("transaction.max.timeout.ms"),
    transaction_state_log_replication_factor: u32 = int("transaction.state.log.replication.factor"),
    transaction_state_log_min_isr: u32 = int("transaction.state.log.min.isr"),
    transaction_state_log_num_partitions: u32 = int("transaction.state.log.num.partitions"),
    transaction_abort_timed_out_transaction_cleanup_interval_us: u64 =
        us("transaction.abort.timed.out.transaction.cleanup.interval.ms"),
    transaction_partition_verification_enable: bool = bool("transaction.partition.verification.enable"),
    transactional_id_expiration_us: u64 = us("transactional.id.expiration.ms"),
    /// Before 3.4 that of transactional ids:
    producer_id_expiration_us: u64 = us("producer.id.expiration.ms"),
    add_partitions_to_txn_retry_backoff_us: u64 = us("add.partitions.to.txn.retry.backoff.ms"),
    add_partitions_to_txn_retry_backoff_max_us: u64 = us("add.partitions.to.txn.retry.backoff.max.ms"),
    auto_create_topics_enable: bool = bool("auto.create.topics.enable"),
}

config! {
    /// The settings of a topic.
    TopicConfig: Scope::Topic;
    min_insync_replicas: u32 = int("min.insync.replicas"),
    unclean_leader_election_enable: bool = bool("unclean.leader.election.enable"),
    max_message_bytes: u32 = int("max.message.bytes"),
    segment_bytes: u32 = int("segment.bytes"),
    /// Whether the log is compacted, so that each record needs a key:
    cleanup_policy: bool = compacted("cleanup.policy"),
    flush_messages: u64 = long("flush.messages"),
    flush_us: u64 = us("flush.ms"),
    message_timestamp_after_max_us: u64 = us("message.timestamp.after.max.ms"),
}

config! {
    /// The settings of the consumers of a group.
    ConsumerConfig: Scope::Consumer;
    group_protocol: GroupProtocol = group_protocol("group.protocol"),
    enable_auto_commit: bool = bool("enable.auto.commit"),
    auto_commit_interval_us: u64 = us("auto.commit.interval.ms"),
    auto_offset_reset: OffsetReset = offset_reset("auto.offset.reset"),
    max_poll_records: u32 = int("max.poll.records"),
    max_poll_interval_us: u64 = us("max.poll.interval.ms"),
    /// Under the consumer protocol the coordinator's is the one that counts:
    session_timeout_us: u64 = us("session.timeout.ms"),
    heartbeat_interval_us: u64 = us("heartbeat.interval.ms"),
    partition_assignment_strategy: Vec<Assignor> = assignors("partition.assignment.strategy"),
    isolation_level: IsolationLevel = isolation_level("isolation.level"),
    fetch_min_bytes: u32 = int("fetch.min.bytes"),
    fetch_max_wait_us: u64 = us("fetch.max.wait.ms"),
    max_partition_fetch_bytes: u32 = int("max.partition.fetch.bytes"),
    fetch_max_bytes: u32 = int("fetch.max.bytes"),
    request_timeout_us: u64 = us("request.timeout.ms"),
    default_api_timeout_us: u64 = us("default.api.timeout.ms"),
    retry_backoff_us: u64 = us("retry.backoff.ms"),
    retry_backoff_max_us: u64 = us("retry.backoff.max.ms"),
    reconnect_backoff_us: u64 = us("reconnect.backoff.ms"),
    reconnect_backoff_max_us: u64 = us("reconnect.backoff.max.ms"),
    metadata_max_age_us: u64 = us("metadata.max.age.ms"),
    group_instance_id: Option<String> = optional_text("group.instance.id"),
    group_remote_assignor: Option<String> = optional_text("group.remote.assignor"),
    check_crcs: bool = bool("check.crcs"),
    ;
    /// Whether the wait before a request is repeated doubles (KIP-580, 3.7).
    exponential_backoff: bool = |settings: &Settings| settings.version.since(3, 7),
}

impl TopicConfig {
    /// Takes the value of one property from other settings. All of a topic's properties can change
    /// while brokers run.
    pub fn take(&mut self, property: &str, from: &Self) {
        match property {
            "min.insync.replicas" => self.min_insync_replicas = from.min_insync_replicas,
            "unclean.leader.election.enable" => {
                self.unclean_leader_election_enable = from.unclean_leader_election_enable;
            }
            "max.message.bytes" => self.max_message_bytes = from.max_message_bytes,
            "segment.bytes" => self.segment_bytes = from.segment_bytes,
            "cleanup.policy" => self.cleanup_policy = from.cleanup_policy,
            "flush.messages" => self.flush_messages = from.flush_messages,
            "flush.ms" => self.flush_us = from.flush_us,
            _ => self.message_timestamp_after_max_us = from.message_timestamp_after_max_us,
        }
    }

    /// Of `__consumer_offsets`: it has no settings of its own that bear on loss, so that its
    /// `min.insync.replicas` is the brokers'.
    #[must_use]
    pub fn of_offsets_topic(broker: &BrokerConfig) -> Self {
        Self {
            min_insync_replicas: broker.min_insync_replicas,
            unclean_leader_election_enable: broker.unclean_leader_election_enable,
            max_message_bytes: broker.message_max_bytes,
            segment_bytes: 104_857_600,
            flush_messages: broker.log_flush_interval_messages,
            flush_us: broker
                .log_flush_interval_us
                .unwrap_or(broker.log_flush_scheduler_interval_us),
            message_timestamp_after_max_us: broker.log_message_timestamp_after_max_us,
            cleanup_policy: true,
        }
    }

    /// Of `__transaction_state`: `transaction.state.log.min.isr`, and never an unclean leader.
    #[must_use]
    pub fn of_transaction_topic(broker: &BrokerConfig) -> Self {
        Self {
            min_insync_replicas: broker.transaction_state_log_min_isr,
            unclean_leader_election_enable: false,
            ..Self::of_offsets_topic(broker)
        }
    }
}

impl Partitioner {
    /// The partitioner that a `partitioner.class` is in a version; an empty name is the default.
    #[must_use]
    pub fn named(class: &str, version: Version) -> Option<Self> {
        match class.rsplit('.').next().unwrap_or_default() {
            "" | "DefaultPartitioner" if !version.since(2, 4) => Some(Self::RoundRobin),
            "" if version.since(3, 3) => Some(Self::StickyBytes),
            "" => Some(Self::StickyBatch),
            // Both are gone since 4.0.
            "DefaultPartitioner" if !version.since(4, 0) => Some(Self::StickyBatch),
            "UniformStickyPartitioner" if version.since(2, 4) && !version.since(4, 0) => {
                Some(Self::StickyBatch)
            }
            "RoundRobinPartitioner" if version.since(2, 4) => Some(Self::RoundRobin),
            _ => None,
        }
    }
}

impl OffsetReset {
    /// The microseconds of a `by_duration:PT1H30M`: an ISO 8601 duration, at least zero, in days
    /// and smaller.
    #[must_use]
    pub fn duration_us(value: &str) -> Option<u64> {
        let text = value.strip_prefix("by_duration:")?.to_ascii_uppercase();
        let text = text.strip_prefix('P')?;
        let (days, time) = match text.split_once('T') {
            Some((_, "")) => return None,
            Some((days, time)) => (days, time),
            None => (text, ""),
        };
        if days.is_empty() && time.is_empty() {
            return None;
        }
        let mut total_us = 0_u64;
        let mut rest = days;
        for (part, unit, unit_us) in [
            (days, 'D', 86_400_000_000),
            (time, 'H', 3_600_000_000),
            (time, 'M', 60_000_000),
            (time, 'S', 1_000_000),
        ] {
            if unit == 'H' {
                // Only the days stand before the T.
                if !rest.is_empty() {
                    return None;
                }
                rest = part;
            }
            if let Some((amount, after)) = rest.split_once(unit) {
                total_us = total_us.checked_add(decimal_us(amount, unit_us)?)?;
                rest = after;
            }
        }
        if rest.is_empty() { Some(total_us) } else { None }
    }
}

/// A number of units as microseconds; only seconds may have decimals, nanoseconds are cut off.
fn decimal_us(amount: &str, unit_us: u64) -> Option<u64> {
    let (whole, fraction) = amount.split_once(['.', ',']).unwrap_or((amount, ""));
    let has_other = amount.contains(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
    if has_other || fraction.len() > 9 || (!fraction.is_empty() && unit_us != 1_000_000) {
        return None;
    }
    let nanoseconds: u64 = format!("{fraction:0<9}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(unit_us)?.checked_add(nanoseconds / 1_000)
}

impl Assignor {
    /// The assignor that a class of `org.apache.kafka.clients.consumer` is.
    #[must_use]
    pub fn named(class: &str) -> Option<Self> {
        match class.strip_prefix("org.apache.kafka.clients.consumer.").unwrap_or(class) {
            "RangeAssignor" => Some(Self::Range),
            "RoundRobinAssignor" => Some(Self::RoundRobin),
            "StickyAssignor" => Some(Self::Sticky),
            "CooperativeStickyAssignor" => Some(Self::CooperativeSticky),
            _ => None,
        }
    }
}

impl ConsumerConfig {
    /// Whether members of a classic group keep what does not move: only if all their assignors
    /// can, so that the default list of two is still eager (KIP-429).
    #[must_use]
    pub fn is_cooperative(&self) -> bool {
        !self.partition_assignment_strategy.is_empty()
            && self.partition_assignment_strategy.iter().all(|a| *a == Assignor::CooperativeSticky)
    }
}
