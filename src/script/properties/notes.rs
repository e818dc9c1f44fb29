//! What a property costs whoever raises or lowers it, and what the model simplifies about it.
//!
//! For people who choose: the lab tells it when the page asks. `docs/limits.md` says the same per
//! area.

use super::Scope;

/// What there is to know about a property beside what it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// What it costs; empty where it costs nothing to speak of.
    pub costs: &'static str,
    /// What the model simplifies or leaves out; empty where it does as Kafka does.
    pub simplified: &'static str,
}

/// What there is to know about a property.
#[must_use]
pub fn note(scope: Scope, name: &str) -> Note {
    let is_it = |(scopes, own, ..): &&Entry| *own == name && scopes.contains(&scope);
    NOTES
        .iter()
        .find(is_it)
        .map(|(_, _, costs, simplified)| Note { costs, simplified })
        .unwrap_or_default()
}

/// All names that have a note, with those who have the property; for a test.
pub fn names() -> impl Iterator<Item = (Scope, &'static str)> {
    NOTES.iter().flat_map(|(scopes, name, ..)| scopes.iter().map(|scope| (*scope, *name)))
}

type Entry = (&'static [Scope], &'static str, &'static str, &'static str);

const P: &[Scope] = &[Scope::Producer];
const C: &[Scope] = &[Scope::Consumer];
const PC: &[Scope] = &[Scope::Producer, Scope::Consumer];
const B: &[Scope] = &[Scope::Broker];
const T: &[Scope] = &[Scope::Topic];
const TB: &[Scope] = &[Scope::Topic, Scope::Broker];

const NO_EFFECT: &str = "No effect in the model.";
const ONE_SEGMENT: &str = "A log has one segment in the model, so that only its check counts.";

const NOTES: &[Entry] = &[
    // Producers.
    (
        P,
        "acks",
        "With all, an acknowledgement waits for the slowest replica in the ISR, and writes are refused while the ISR is below min.insync.replicas.",
        "",
    ),
    (
        P,
        "retries",
        "Each retry delays what waits behind it; without idempotence it can duplicate and reorder records.",
        "",
    ),
    (
        P,
        "enable.idempotence",
        "Hardly anything: needs acks=all, retries and at most five requests in flight.",
        "The producer has its id when the run begins: InitProducerId takes no time.",
    ),
    (
        P,
        "max.in.flight.requests.per.connection",
        "1 keeps the order even without idempotence, at one round trip per request.",
        "",
    ),
    (
        P,
        "delivery.timeout.ms",
        "Shorter: records fail in an outage that they could have survived. Longer: the application learns late.",
        "",
    ),
    (
        PC,
        "request.timeout.ms",
        "Shorter: slow answers are taken for lost ones, and requests are repeated. Longer: a silent broker is noticed late.",
        "",
    ),
    (
        P,
        "linger.ms",
        "Adds up to so much latency to each record; larger batches save requests.",
        "Requests cost the same whatever their size: the gain in throughput does not show.",
    ),
    (
        P,
        "batch.size",
        "Memory per partition; more records share one fate.",
        "Bandwidth is unlimited: a large batch travels as fast as a small one.",
    ),
    (
        P,
        "buffer.memory",
        "Memory of the application; what it holds is lost when the process dies.",
        "",
    ),
    (P, "max.block.ms", "How long a thread of the application may hang in send().", ""),
    (P, "max.request.size", "Larger requests hold up those behind them.", ""),
    (P, "retry.backoff.ms", "Longer waits give a new leader time, and delay the record.", ""),
    (
        P,
        "compression.type",
        "Time of the processor, for smaller batches.",
        "Not modelled: sizes are those of uncompressed batches.",
    ),
    (
        P,
        "partitioner.class",
        "",
        "Kafka's own partitioners only; an application's own class is not run.",
    ),
    (P, "partitioner.rack.aware", "", "Racks are not modelled. No effect."),
    (P, "client.rack", "", "Racks are not modelled. No effect."),
    (P, "metadata.max.idle.ms", "", NO_EFFECT),
    (P, "metadata.recovery.strategy", "", NO_EFFECT),
    (
        P,
        "transactional.id",
        "Each transaction writes markers to its partitions and waits for the coordinator.",
        "One transaction after the other, of so many records; what an application does that gives up is not modelled.",
    ),
    (
        P,
        "transaction.timeout.ms",
        "Longer: an abandoned transaction holds back read_committed consumers for longer.",
        "",
    ),
    (
        P,
        "transaction.two.phase.commit.enable",
        "",
        "There are no two-phase commits in the model. No effect.",
    ),
    (PC, "reconnect.backoff.ms", "Longer waits spare the broker, and delay the recovery.", ""),
    (
        PC,
        "metadata.max.age.ms",
        "Shorter: more requests.",
        "Metadata requests are never lost by a fault.",
    ),
    // Consumers.
    (
        C,
        "enable.auto.commit",
        "Nothing at run time. What was returned by poll() is committed whether it was processed or not.",
        "A commit that would change nothing is not sent; Kafka sends it.",
    ),
    (
        C,
        "auto.commit.interval.ms",
        "Shorter: more commits, fewer duplicates after a crash. Longer: the other way round.",
        "",
    ),
    (
        C,
        "auto.offset.reset",
        "latest skips what was written while the group had no offset; earliest reads everything again.",
        "by_duration looks at the times of the appends.",
    ),
    (
        C,
        "max.poll.records",
        "More: more records are processed again after a crash, and a poll takes longer to work off.",
        "",
    ),
    (
        C,
        "max.poll.interval.ms",
        "Longer: a consumer that hangs keeps its partitions for longer.",
        "While nothing is there to read, poll() counts as called all the time.",
    ),
    (
        C,
        "session.timeout.ms",
        "Shorter: pauses are taken for deaths, and the group rebalances. Longer: a dead member's partitions wait.",
        "Heartbeats have a thread of their own in every version; Kafka has it since 0.10.1.",
    ),
    (C, "heartbeat.interval.ms", "Shorter: more requests.", ""),
    (C, "group.protocol", "", "The coordinator writes what it knows of a group as one record."),
    (C, "isolation.level", "read_committed waits for the end of open transactions.", ""),
    (C, "fetch.min.bytes", "Larger: fewer requests, more latency, up to fetch.max.wait.ms.", ""),
    (
        C,
        "check.crcs",
        "A little time of the processor.",
        "No batch is corrupt in the model. No effect.",
    ),
    (
        C,
        "default.api.timeout.ms",
        "How long a thread of the application may hang in commitSync().",
        "",
    ),
    (C, "group.instance.id", "A member that died keeps its partitions until its session ends.", ""),
    // Topics and brokers.
    (
        TB,
        "min.insync.replicas",
        "Availability: with acks=all, writes are refused while fewer replicas are in sync. At most replication factor − 1, or no broker may be missing.",
        "",
    ),
    (
        TB,
        "unclean.leader.election.enable",
        "With true a partition comes back sooner, without what the new leader lacks.",
        "",
    ),
    (
        T,
        "max.message.bytes",
        "Larger batches hold up those behind them.",
        "Batches are not compressed in the model.",
    ),
    (
        B,
        "message.max.bytes",
        "Larger batches hold up those behind them.",
        "Batches are not compressed in the model.",
    ),
    (
        T,
        "flush.messages",
        "An fsync before each acknowledgement: the latency of a disk per append.",
        "A disk does one fsync at a time, at the price that the script says.",
    ),
    (
        B,
        "log.flush.interval.messages",
        "An fsync before each acknowledgement: the latency of a disk per append.",
        "A disk does one fsync at a time, at the price that the script says.",
    ),
    (T, "flush.ms", "More fsyncs.", "All machines write back by the same clock."),
    (B, "log.flush.interval.ms", "More fsyncs.", "All machines write back by the same clock."),
    (T, "segment.bytes", "", ONE_SEGMENT),
    (B, "log.segment.bytes", "", ONE_SEGMENT),
    (
        T,
        "cleanup.policy",
        "",
        "Compaction is not modelled: only that a compacted topic takes no record without a key.",
    ),
    (
        B,
        "log.cleanup.policy",
        "",
        "Compaction is not modelled: only that a compacted topic takes no record without a key.",
    ),
    (
        B,
        "eligible.leader.replicas.version",
        "A partition may wait for a replica that is known to have everything.",
        "",
    ),
    (
        B,
        "unclean.leader.election.interval.ms",
        "",
        "The sweep is there for every version; Kafka has it since 3.9.",
    ),
    (
        B,
        "replica.lag.time.max.ms",
        "Shorter: slow followers leave the ISR sooner; acks=all then waits for fewer, and writes are refused below min.insync.replicas.",
        "",
    ),
    (
        B,
        "broker.session.timeout.ms",
        "Shorter: a dead leader is replaced sooner, and a pause is taken for a death.",
        "The controller is one entity that never fails and decides at once.",
    ),
    (
        B,
        "zookeeper.session.timeout.ms",
        "Shorter: a dead leader is replaced sooner, and a pause is taken for a death.",
        "The KRaft controller takes ZooKeeper's place in every version.",
    ),
    (
        B,
        "replica.high.watermark.checkpoint.interval.ms",
        "",
        "The log is recovered whole, in no time.",
    ),
    (B, "leader.imbalance.check.interval.seconds", "", "Any imbalance is balanced, as KRaft does."),
    (
        B,
        "default.replication.factor",
        "",
        "No effect: topics are made with the run, each with its own.",
    ),
    (B, "auto.create.topics.enable", "", "No effect: topics are made with the run."),
    (B, "log.flush.offset.checkpoint.interval.ms", "", NO_EFFECT),
    (B, "num.recovery.threads.per.data.dir", "", "Recovery takes no time in the model. No effect."),
    (B, "num.replica.fetchers", "More connections.", ""),
    (
        B,
        "offsets.topic.num.partitions",
        "",
        "__consumer_offsets has one partition in the model. No effect.",
    ),
    (B, "offsets.commit.required.acks", "", NO_EFFECT),
    (
        B,
        "offsets.retention.minutes",
        "",
        "Offsets expire when an action says so, not by the clock. No effect.",
    ),
    (B, "group.coordinator.append.linger.ms", "", NO_EFFECT),
    (
        B,
        "transaction.state.log.num.partitions",
        "",
        "__transaction_state has one partition in the model. No effect.",
    ),
    (
        B,
        "transactional.id.expiration.ms",
        "",
        "A transactional id never expires in the model. No effect.",
    ),
    (B, "producer.id.expiration.ms", "", "Longer than a run. No effect."),
];
