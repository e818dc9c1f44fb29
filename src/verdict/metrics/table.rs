//! The metrics: Kafka's names for them, and what each would say to whoever watches it.

use serde::Serialize;

use crate::script::Version;

/// A metric of Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// Its name: that of a broker's MBean, or of a client's attribute.
    pub name: &'static str,
    /// The attribute that Kafka makes a rate of it for, where the name is that of a count.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub rate: &'static str,
    /// What it counts: partitions, records, `us`.
    pub unit: &'static str,
    /// Where it is: the MBean without the name, or the group of client metrics; or a tool.
    pub source: &'static str,
    /// Whether it only ever grows.
    pub counts: bool,
    /// What it says when it moves.
    pub says: Says,
    /// The first version with it, and the first without it again, as the model has them.
    #[serde(skip)]
    pub(super) lifetime: (Version, Option<Version>),
}

/// What a metric says when it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// Something fails: its normal value is 0, or it stands still, and people set alarms on it.
    Failure,
    /// Something is different from before, which can be as planned.
    Change,
    /// How much is done; it moves all the time, and nobody knows what it should be.
    Traffic,
}

/// A number that goes up and down.
const fn gauge(name: &'static str, unit: &'static str, source: &'static str, says: Says) -> Metric {
    let lifetime = (Version::OLDEST, None);
    Metric { name, rate: "", unit, source, counts: false, says, lifetime }
}

/// A number of times so far: a meter's `Count`, a client's `-total`.
const fn count(name: &'static str, unit: &'static str, source: &'static str, says: Says) -> Metric {
    Metric { counts: true, ..gauge(name, unit, source, says) }
}

impl Metric {
    const fn rate(self, rate: &'static str) -> Self {
        Self { rate, ..self }
    }

    const fn since(self, major: u8, minor: u8) -> Self {
        Self { lifetime: (Version::new(major, minor), self.lifetime.1), ..self }
    }

    const fn until(self, major: u8, minor: u8) -> Self {
        Self { lifetime: (self.lifetime.0, Some(Version::new(major, minor))), ..self }
    }

    /// Whether that version has it.
    pub(super) fn exists(&self, version: Version) -> bool {
        let (since, until) = self.lifetime;
        version >= since && until.is_none_or(|until| version < until)
    }
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $id:ident = $metric:expr;)*) => {
        /// Which metric, in the order in which they are shown.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Id { $($(#[$doc])* $id,)* }

        /// All of them, by their ids.
        pub(super) const METRICS: &[(Id, Metric)] = &[$((Id::$id, $metric),)*];
    };
}

const CONTROLLER: &str = "kafka.controller:type=KafkaController";
const CONTROLLER_STATS: &str = "kafka.controller:type=ControllerStats";
const REPLICAS: &str = "kafka.server:type=ReplicaManager";
const TOPICS: &str = "kafka.server:type=BrokerTopicMetrics";
const PRODUCER: &str = "producer-metrics";
const FETCHER: &str = "consumer-fetch-manager-metrics";
const COORDINATOR: &str = "consumer-coordinator-metrics";

metrics! {
    /// Partitions without a leader, as the controller knows them.
    OfflinePartitions = gauge("OfflinePartitionsCount", "partitions", CONTROLLER, Says::Failure);
    /// Elections of a replica that was not in sync.
    UncleanElections =
        count("UncleanLeaderElectionsPerSec", "elections", CONTROLLER_STATS, Says::Failure);
    /// Elections.
    Elections = count("LeaderElectionRateAndTimeMs", "elections", CONTROLLER_STATS, Says::Change)
        .until(2, 8);
    /// Partitions that somebody else than the first replica leads.
    Imbalance =
        gauge("PreferredReplicaImbalanceCount", "partitions", CONTROLLER, Says::Change);
    /// Brokers that serve.
    ActiveBrokers = gauge("ActiveBrokerCount", "brokers", CONTROLLER, Says::Change).since(2, 8);
    /// Brokers that are registered and may not serve.
    FencedBrokers = gauge("FencedBrokerCount", "brokers", CONTROLLER, Says::Failure).since(2, 8);
    /// Partitions whose leader misses replicas in its ISR.
    UnderReplicated = gauge("UnderReplicatedPartitions", "partitions", REPLICAS, Says::Failure);
    /// Partitions whose ISR is too small for `acks=all`.
    UnderMinIsr = gauge("UnderMinIsrPartitionCount", "partitions", REPLICAS, Says::Failure);
    /// Partitions whose ISR may not lose anybody any more.
    AtMinIsr = gauge("AtMinIsrPartitionCount", "partitions", REPLICAS, Says::Change).since(2, 4);
    /// What a leader took out of its ISR; who is fenced leaves it by the controller's hand.
    IsrShrinks = count("IsrShrinksPerSec", "shrinks", REPLICAS, Says::Change);
    /// What a leader took into its ISR.
    IsrExpands = count("IsrExpandsPerSec", "expansions", REPLICAS, Says::Change);
    /// What a broker leads.
    Leaders = gauge("LeaderCount", "partitions", REPLICAS, Says::Change);
    /// Log directories that a broker cannot use.
    OfflineDirectories = gauge(
        "OfflineLogDirectoryCount",
        "directories",
        "kafka.log:type=LogManager",
        Says::Failure,
    );
    /// Appends that failed for a reason that is not the client's to handle.
    FailedProduce =
        count("FailedProduceRequestsPerSec", "batches", TOPICS, Says::Failure);
    /// Responses with an error.
    Errors = count(
        "ErrorsPerSec",
        "responses",
        "kafka.network:type=RequestMetrics",
        Says::Failure,
    );
    /// Records that leaders appended.
    MessagesIn = count("MessagesInPerSec", "records", TOPICS, Says::Traffic);
    /// Times that a log was flushed before the operating system did it.
    Flushes = count(
        "LogFlushRateAndTimeMs",
        "flushes",
        "kafka.log:type=LogFlushStats",
        Says::Traffic,
    );
    /// Groups whose committed offsets were dropped.
    Expirations = count(
        "offset-expiration-count",
        "groups",
        "kafka.server:type=group-coordinator-metrics",
        Says::Change,
    );
    /// Records of which the application was told that they failed.
    RecordErrors = count("record-error-total", "records", PRODUCER, Says::Failure)
        .rate("record-error-rate");
    /// Records that were sent again.
    RecordRetries = count("record-retry-total", "records", PRODUCER, Says::Failure)
        .rate("record-retry-rate");
    /// Records that found no memory for `max.block.ms`.
    BufferExhausted = count("buffer-exhausted-total", "records", PRODUCER, Says::Failure)
        .rate("buffer-exhausted-rate");
    /// How long `send()` waited for memory.
    BufferWait = count("bufferpool-wait-time-ns-total", "ns", PRODUCER, Says::Change)
        .rate("bufferpool-wait-ratio");
    /// The slowest answer to a produce request in the last 60 s.
    Latency = gauge("request-latency-max", "us", PRODUCER, Says::Change);
    /// How long `abortTransaction()` took.
    Aborts = count("txn-abort-time-ns-total", "ns", PRODUCER, Says::Failure).since(3, 2);
    /// Connections that ended.
    ProducerDisconnects = count("connection-close-total", "connections", PRODUCER, Says::Change)
        .rate("connection-close-rate");
    /// How far the consumer is behind, in the partition where it is most.
    Lag = gauge("records-lag-max", "records", FETCHER, Says::Change);
    /// Records that `poll()` returned.
    Consumed = count("records-consumed-total", "records", FETCHER, Says::Traffic)
        .rate("records-consumed-rate");
    /// Commits that were answered, with success or not.
    Commits = count("commit-total", "commits", COORDINATOR, Says::Traffic).rate("commit-rate");
    /// Rebalances that came to an end.
    Rebalances = count("rebalance-total", "rebalances", COORDINATOR, Says::Change)
        .rate("rebalance-rate-per-hour");
    /// Connections that ended.
    ConsumerDisconnects =
        count("connection-close-total", "connections", "consumer-metrics", Says::Change)
            .rate("connection-close-rate");
    /// How far the group's commits are behind, once there are some.
    GroupLag = gauge("LAG", "records", "kafka-consumer-groups --describe", Says::Change);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_metric_stands_at_its_id() {
        for (at, (id, _)) in METRICS.iter().enumerate() {
            assert_eq!(*id as usize, at);
        }
    }
}
