//! What is happening, in a sentence or two, made from the trace.

use crate::model::ids::{Node, RecordId};
use crate::model::record::{Batch, LogBatch};
use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent, Wire};
use crate::script::Duration;
use crate::script::config::Acks;

use super::Player;
use super::told::{group_sentence, transaction_sentence};
use crate::verdict::Fate;

/// The caption of a moment: the last thing worth telling.
#[must_use]
pub fn caption(player: &Player, now_us: u64) -> String {
    let trace = player.trace();
    let until = trace.partition_point(|event| event.at_us <= now_us);
    let told = trace[..until]
        .iter()
        .rev()
        .find_map(|event| sentence(player.setup(), event).map(|s| (event, s)));
    let Some((event, sentence)) = told else {
        return "The cluster is healthy: every replica is in sync, nothing has been sent yet."
            .to_owned();
    };
    if now_us >= player.end_us() {
        return summary(player);
    }
    let quiet_us = now_us - event.at_us;
    let next_us = trace.get(until).map_or(player.end_us(), |next| next.at_us);
    if next_us.saturating_sub(event.at_us) > 300_000 && quiet_us > 50_000 {
        let waited = Duration::from_us((next_us - event.at_us) / 1_000 * 1_000);
        return format!("{sentence} Then nothing for {waited}.");
    }
    sentence
}

/// The last words of a run.
fn summary(player: &Player) -> String {
    let totals = player.totals();
    let why = if player.settled() { "Nothing more will happen" } else { "The run stops here" };
    let told = match totals.acked {
        acked if acked == totals.created => "all acknowledged".to_owned(),
        acked => format!("{acked} acknowledged"),
    };
    let fates = Fate::ALL.iter().filter(|fate| totals.of(**fate) > 0);
    let fates: Vec<String> = fates.map(|fate| format!("{} {fate}", totals.of(*fate))).collect();
    format!("{why}. {} records sent, {told}: {}.", totals.created, fates.join(", "))
}

/// What an event says, if it is worth a caption.
fn sentence(setup: &Setup, event: &TraceEvent) -> Option<String> {
    match &event.kind {
        Kind::RecordCreated { producer, record } => {
            let key = setup.record(*record).key.as_deref();
            let key = key.map_or(String::new(), |key| format!(" with key {key}"));
            Some(format!("{producer} calls send() for record {record}{key}."))
        }
        Kind::RecordBatched { producer, record, .. } => {
            let linger = Duration::from_us(setup.producers[producer.index()].config.linger_us);
            Some(format!(
                "Record {record} waits in {producer}'s RecordAccumulator: a batch goes when it is full, or after linger.ms ({linger})."
            ))
        }
        Kind::SendBlocked { producer, record } => Some(format!(
            "{producer}'s buffer is full: send() of record {record} blocks for up to max.block.ms."
        )),
        Kind::BatchRetried { producer, batch, error, backoff_us } => Some(format!(
            "{producer} got {} for {}: the batch goes back to the accumulator and is tried again after {}.",
            error.exception(),
            records(&batch.records),
            Duration::from_us(backoff_us / 1_000 * 1_000)
        )),
        Kind::BatchAcked { producer, batch, .. } => Some(acked(setup, *producer, batch)),
        Kind::BatchFailed { producer, records: ids, error } => {
            Some(format!("{producer} is told that {} failed: {}.", records(ids), error.exception()))
        }
        Kind::MessageSent {
            from: Node::Producer(producer),
            to,
            what: Wire::ProduceRequest { batches },
            ..
        } => {
            let all: Vec<RecordId> =
                batches.iter().flat_map(|b| b.records.iter().copied()).collect();
            Some(format!(
                "{producer}'s sender takes {} to {}, the leader.",
                records(&all),
                setup.name(*to)
            ))
        }
        Kind::Appended { broker, partition, entry } if !setup.partition(*partition).internal => {
            Some(format!(
                "{broker} appends {} at {}: in the page cache, not yet on disk, not yet on another broker.",
                records(&ids(entry)),
                offsets(entry)
            ))
        }
        Kind::Replicated { broker, partition, entry } if !setup.partition(*partition).internal => {
            Some(format!(
                "{broker} has fetched {}. The leader learns of it from the next fetch only.",
                records(&ids(entry))
            ))
        }
        Kind::HighWatermarkAdvanced { partition, to, .. }
            if !setup.partition(*partition).internal =>
        {
            Some(format!(
                "Every in-sync replica has what is before offset {to}: the high watermark moves there, and consumers may read it."
            ))
        }
        Kind::Polled { consumer, records: polled, .. } => {
            let all: Vec<RecordId> = polled.iter().map(|(_, id)| *id).collect();
            Some(format!(
                "poll() returns {} to {}.",
                records(&all),
                setup.name(Node::Consumer(*consumer))
            ))
        }
        kind => application_sentence(kind)
            .or_else(|| cluster_sentence(setup, kind))
            .or_else(|| group_sentence(setup, kind))
            .or_else(|| transaction_sentence(setup, kind)),
    }
}

/// What an application does besides sending, and what it is not told.
fn application_sentence(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::RecordResent { producer, record } => format!(
            "{producer}'s application calls send() for record {record} again: to Kafka that is another record."
        ),
        Kind::FlushCalled { producer } => format!(
            "{producer}'s application calls flush(): it waits until all it has sent has an outcome, good or bad."
        ),
        Kind::EpochBumped { producer, epoch: 0, .. } => {
            format!("{producer} takes another producer id and starts its sequences from 0.")
        }
        Kind::EpochBumped { producer, epoch, .. } => format!(
            "{producer}'s sequence has a gap: it takes epoch {epoch}, numbers its open batches from 0 and goes on. Its application hears nothing of it."
        ),
        _ => return None,
    })
}

fn acked(setup: &Setup, producer: crate::model::ids::ProducerId, batch: &Batch) -> String {
    let why = match setup.producers[producer.index()].config.acks {
        Acks::None => "acks=0 waits for nobody, not even for the network",
        Acks::Leader => "acks=1 asks for the leader only",
        Acks::All => "every in-sync replica has it",
    };
    format!(
        "The application is told that {} {} safe: {why}.",
        records(&batch.records),
        is_or_are(&batch.records)
    )
}

fn cluster_sentence(setup: &Setup, kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::BrokerCrashed { broker } => format!(
            "{broker}'s process dies. Its page cache survives. The controller does not know yet: it waits for broker.session.timeout.ms ({}).",
            Duration::from_us(setup.broker.broker_session_timeout_us)
        ),
        Kind::DirectoryFailed { broker, directory } => format!(
            "{broker} cannot write to its log directory {directory} any more and serves nothing from there."
        ),
        Kind::DiskLost { broker, removed, .. } => {
            let gone: Vec<RecordId> = removed.iter().flat_map(|entry| ids(entry)).collect();
            format!(
                "A disk of {broker} is destroyed, and its copies of {} with it.",
                records(&gone)
            )
        }
        Kind::BrokerFenced { broker } => {
            format!("The controller has not heard of {broker} for too long and fences it.")
        }
        Kind::LeaderElected { partition, leader, leader_epoch, unclean: false }
            if !setup.partition(*partition).internal =>
        {
            format!(
                "{leader} is elected leader of {}, epoch {leader_epoch}: the first in-sync replica in the assignment. A leader's log is the truth: what it has not fetched is gone.",
                setup.partition_name(*partition)
            )
        }
        Kind::LeaderElected { partition, leader, unclean: true, .. }
            if !setup.partition(*partition).internal =>
        {
            format!(
                "Nobody in sync is alive, and unclean elections are allowed: {leader} leads {}, whatever it lacks.",
                setup.partition_name(*partition)
            )
        }
        Kind::PartitionOffline { partition, .. } if !setup.partition(*partition).internal => {
            format!("Nobody in sync is alive: {} has no leader.", setup.partition_name(*partition))
        }
        Kind::BrokerRestarted { broker } => {
            format!("{broker} is started again and loads its logs.")
        }
        Kind::BrokerRegistered { broker, .. } => {
            format!("{broker} registers with the controller and learns whom to follow.")
        }
        Kind::BrokerUnfenced { broker } => {
            format!("{broker} has caught up with the controller's log and is unfenced.")
        }
        Kind::Truncated { broker, partition, to, removed, .. }
            if !setup.partition(*partition).internal =>
        {
            let gone: Vec<RecordId> = removed.iter().flat_map(|entry| ids(entry)).collect();
            format!(
                "{broker} cuts its log at offset {to}, where it departs from the leader's: {} {} gone for good.",
                records(&gone),
                is_or_are(&gone)
            )
        }
        Kind::IsrShrunk { partition, isr } if !setup.partition(*partition).internal => {
            format!("The ISR of {} shrinks to {}.", setup.partition_name(*partition), brokers(isr))
        }
        Kind::IsrExpanded { partition, isr } if !setup.partition(*partition).internal => {
            format!("The ISR of {} grows to {}.", setup.partition_name(*partition), brokers(isr))
        }
        Kind::Flushed { broker, partition, to, .. } if !setup.partition(*partition).internal => {
            format!("What {broker} holds before offset {to} is on its disk now.")
        }
        _ => return None,
    })
}

fn ids(entry: &LogBatch) -> Vec<RecordId> {
    entry.records().map(|(_, id)| id).collect()
}

fn offsets(entry: &LogBatch) -> String {
    match entry.end_offset() - entry.base_offset {
        1 => format!("offset {}", entry.base_offset),
        _ => format!("offsets {}–{}", entry.base_offset, entry.end_offset() - 1),
    }
}

fn brokers(ids: &[crate::model::ids::BrokerId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn is_or_are(records: &[RecordId]) -> &'static str {
    if records.len() == 1 { "is" } else { "are" }
}

/// "record 7", "records 6–8", "records 1, 3 and 9".
pub(super) fn records(ids: &[RecordId]) -> String {
    match ids {
        [] => "no record".to_owned(),
        [one] => format!("record {one}"),
        [first, .., last] if ids.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1) => {
            format!("records {first}–{last}")
        }
        [others @ .., last] => {
            let others: Vec<String> = others.iter().map(ToString::to_string).collect();
            format!("records {} and {last}", others.join(", "))
        }
    }
}
