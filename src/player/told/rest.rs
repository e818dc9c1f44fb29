//! The lines of the event log that no caption tells: traffic, internal topics, what follows from
//! what was told already.

use super::network::{message, wire_of};
use super::process::{ends, settings};
use super::{brokers, offsets, records, records_of};
use crate::model::ids::{Node, PartitionId};
use crate::model::record::{LogBatch, Payload};
use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent};
use crate::script::Do;
use crate::verdict::biography::text::span;

/// What an event says that no caption tells.
pub(super) fn line(setup: &Setup, trace: &[TraceEvent], event: &TraceEvent) -> String {
    let name = |node| setup.name(node);
    match &event.kind {
        Kind::ActionApplied { action } => format!("As the script says: {}.", what(setup, *action)),
        Kind::ActionIgnored { action } => {
            format!("The script says: {}. There is nothing to do it to.", what(setup, *action))
        }
        Kind::MessageSent { from, to, arrive_us, what, .. } => {
            let takes = span(arrive_us.saturating_sub(event.at_us));
            let (from, to) = (name(*from), name(*to));
            format!("{from} sends {to} {}; it takes {takes}.", message(setup, what))
        }
        Kind::MessageArrived { message: id, from, to } => {
            let what = wire_of(trace, event, *id).map(|what| message(setup, what));
            let what = what.unwrap_or_else(|| "a message".to_owned());
            format!("{} hears from {}: {what}.", name(*to), name(*from))
        }
        Kind::MessageLost { message: id, from, to } => {
            let what = wire_of(trace, event, *id).map(|what| message(setup, what));
            let what = what.unwrap_or_else(|| "a message".to_owned());
            format!("Lost on the way from {} to {}: {what}.", name(*from), name(*to))
        }
        Kind::Disconnected { client, server } => {
            format!("{} notices that its connection to {} is gone.", name(*client), name(*server))
        }
        _ => of_clients(setup, event).unwrap_or_else(|| of_logs(setup, &event.kind)),
    }
}

fn of_clients(setup: &Setup, event: &TraceEvent) -> Option<String> {
    let consumer = |id| setup.name(Node::Consumer(id));
    let group = |id: crate::model::ids::GroupId| &setup.groups[id.index()].id;
    Some(match &event.kind {
        Kind::FlushReturned { producer } => format!("{producer}'s flush() returns."),
        Kind::BatchDrained { producer, batch, attempt, .. } => format!(
            "{producer}'s sender takes the batch with {} out of the accumulator, attempt {attempt}.",
            records(&batch.records)
        ),
        Kind::BatchSplit { producer, batch, pieces } => format!(
            "{producer} cuts the batch with {} in {pieces} pieces: it is too large.",
            records(&batch.records)
        ),
        Kind::TransactionEnded { producer, commit, records: all } => {
            let call = if *commit { "commitTransaction()" } else { "abortTransaction()" };
            format!("{producer}'s {call} returns, for {}.", records(all))
        }
        Kind::TransactionCallTimedOut { producer } => format!(
            "{producer}'s call has blocked for max.block.ms: its outcome is unknown, and the application calls again."
        ),
        Kind::RebalanceEnded { group: id, generation } => {
            format!("{} has shared out its partitions: generation {generation}.", group(*id))
        }
        Kind::PartitionsAssigned { consumer: id, .. } => {
            format!("{} gets no partition.", consumer(*id))
        }
        Kind::PositionReset { consumer: id, partition, offset, .. } => format!(
            "{} begins to read {} at offset {offset}.",
            consumer(*id),
            setup.partition_name(*partition)
        ),
        Kind::Rewound { consumer: id, dropped } => format!(
            "{} seeks to the committed offsets and drops {}: they are read again.",
            consumer(*id),
            records(dropped)
        ),
        Kind::PollFailed { consumer: id, error } => {
            format!(
                "poll() throws {} in {}: its application ends.",
                error.exception(),
                consumer(*id)
            )
        }
        Kind::Fetched { consumer: id, entries, .. } => {
            format!("{} has {} in its fetch buffer.", consumer(*id), records(&records_of(entries)))
        }
        _ => return None,
    })
}

fn of_logs(setup: &Setup, kind: &Kind) -> String {
    let name = |partition: &PartitionId| setup.partition_name(*partition);
    match kind {
        Kind::Appended { broker, partition, entry } => format!(
            "{broker} appends {} to {} at {}.",
            payload(setup, entry),
            name(partition),
            offsets(entry)
        ),
        Kind::Replicated { broker, partition, entry } => {
            format!("{broker} has fetched {} of {}.", offsets(entry), name(partition))
        }
        Kind::HighWatermarkAdvanced { partition, to, .. } => {
            format!("The high watermark of {} moves to offset {to}.", name(partition))
        }
        Kind::Flushed { broker, partition, to, .. } => {
            format!("What {broker} holds of {} before offset {to} is on its disk.", name(partition))
        }
        Kind::Truncated { broker, partition, to, .. } => {
            format!("{broker} cuts its log of {} at offset {to}.", name(partition))
        }
        Kind::PageCacheLost { broker, partition, to, .. } => {
            format!(
                "{broker} has lost {} from offset {to} on, with its page cache.",
                name(partition)
            )
        }
        Kind::LastStableOffset { partition, offset, .. } => format!(
            "No transaction is open in {} any more: readers of committed records see all before offset {offset}.",
            name(partition)
        ),
        Kind::LeaderElected { partition, leader, leader_epoch, .. } => {
            format!("{leader} is elected leader of {}, epoch {leader_epoch}.", name(partition))
        }
        Kind::PartitionOffline { partition, .. } => format!("{} has no leader.", name(partition)),
        Kind::IsrShrunk { partition, isr } => {
            format!("The ISR of {} shrinks to {}.", name(partition), brokers(isr))
        }
        Kind::IsrExpanded { partition, isr } => {
            format!("The ISR of {} grows to {}.", name(partition), brokers(isr))
        }
        Kind::ElrChanged { partition, elr } => {
            format!("Eligible leaders of {} though not in sync: {}.", name(partition), brokers(elr))
        }
        Kind::BecameLeader { broker, partition, leader_epoch, start_offset } => format!(
            "{broker} learns that it leads {}: epoch {leader_epoch}, from offset {start_offset} on.",
            name(partition)
        ),
        Kind::BecameFollower { broker, partition, leader: Some(leader), leader_epoch } => format!(
            "{broker} learns that it follows {leader} in {}, epoch {leader_epoch}.",
            name(partition)
        ),
        Kind::BecameFollower { broker, partition, .. } => {
            format!("{broker} learns that {} has no leader.", name(partition))
        }
        Kind::TransactionChanged { broker, metadata } => {
            format!("{broker}, the transaction coordinator, notes: {:?}.", metadata.state)
        }
        _ => String::new(),
    }
}

/// What a batch of an internal topic holds.
pub(super) fn payload(setup: &Setup, entry: &LogBatch) -> String {
    match &entry.payload {
        Payload::Records(batch) => records(&batch.records),
        Payload::Offsets(offsets) | Payload::PendingOffsets(_, offsets) => {
            let one = offsets.first();
            one.map_or_else(String::new, |it| {
                format!("{}'s offset {}", setup.groups[it.group.index()].id, it.offset)
            })
        }
        Payload::Group(group) => format!("the members of {}", setup.groups[group.group.index()].id),
        Payload::Marker(marker) if marker.commit => "the marker COMMIT".to_owned(),
        Payload::Marker(_) => "the marker ABORT".to_owned(),
        Payload::Transaction(metadata) => format!("the transaction's state {:?}", metadata.state),
        Payload::Expired(group) => {
            format!("the end of the offsets of {}", setup.groups[group.index()].id)
        }
    }
}

/// What an action does, in a few words.
fn what(setup: &Setup, action: u16) -> String {
    let Some(action) = setup.actions.get(usize::from(action)) else { return String::new() };
    match &action.what {
        Do::Crash(name) => format!("kill {name}"),
        Do::Restart(name) => format!("start {name} again"),
        Do::PowerCut(name) => format!("cut the power of {name}"),
        Do::Shutdown(name) => format!("stop {name} in order"),
        Do::Pause(name) => format!("let {name} stand still"),
        Do::Resume(name) => format!("let {name} go on"),
        Do::Cut(way) => format!("cut the link {}", ends(&way.from, &way.to, way.one_way)),
        Do::Heal(way) => format!("heal the link {}", ends(&way.from, &way.to, way.one_way)),
        Do::Slow(way) => {
            format!("{} from now on {}", way.latency, ends(&way.from, &way.to, way.one_way))
        }
        Do::Drop(way) => format!("lose packets {}", ends(&way.from, &way.to, way.one_way)),
        Do::Lose(lose) => {
            format!("lose the next message {}", ends(&lose.client, &lose.server, false))
        }
        Do::LoseSome(lose) => {
            format!("lose some messages {}", ends(&lose.client, &lose.server, false))
        }
        Do::ElectPreferred => "give each partition back to its preferred leader".to_owned(),
        Do::ElectUnclean => "elect leaders whatever their logs lack".to_owned(),
        Do::Set(set) => {
            let names: Vec<&str> = set.config.keys().map(AsRef::as_ref).collect();
            format!("change {}", names.join(", "))
        }
        Do::Reconfigure(its) => {
            format!("close {} and start it again with {}", its.client, settings(&its.config))
        }
        Do::Roll(its) => format!("restart the brokers in turn with {}", settings(&its.config)),
        Do::FailDisk(disk) => format!("let a disk of {} fail", disk.broker),
        Do::LoseDisk(disk) => format!("destroy a disk of {}", disk.broker),
        Do::SlowDisk(disk) => format!("give the disk of {} other costs", disk.broker),
        Do::Send(send) => format!("let {} send one more record", send.producer),
        Do::Resend(record) => format!("send record {record} once more"),
        Do::Flush(name) => format!("let {name} call flush()"),
        Do::AddPartitions(add) => format!("add partitions to {}", add.topic),
        Do::DeleteRecords(delete) => format!("delete old records of {}", delete.topic),
        Do::ExpireOffsets(group) => format!("let the offsets of {group} expire"),
        Do::Stall(stall) => format!("let {} hang for {}", stall.consumer, stall.longer),
    }
}
