//! What an event says, in plain words. One set of sentences, for the caption and for the event log.
//!
//! [`sentence`] is for what a caption tells; [`line`] says something of every event, of the traffic
//! and of internal topics too.

mod cluster;
mod group;
mod network;
mod process;
mod producer;
mod rest;
mod transaction;

use crate::model::ids::{BrokerId, Node, RecordId, TraceId};
use crate::model::record::{Batch, LogBatch};
use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent};
use std::sync::Arc;

/// What an event says, if it is worth a caption.
#[must_use]
pub fn sentence(setup: &Setup, trace: &[TraceEvent], event: &TraceEvent) -> Option<String> {
    let kind = &event.kind;
    producer::producer_sentence(setup, trace, event)
        .or_else(|| cluster::log_sentence(setup, kind))
        .or_else(|| reader_sentence(setup, kind))
        .or_else(|| cluster::cluster_sentence(setup, kind))
        .or_else(|| cluster::isr_sentence(setup, trace, event))
        .or_else(|| group::group_sentence(setup, trace, event))
        .or_else(|| transaction::transaction_sentence(setup, kind))
        .or_else(|| process::process_sentence(setup, trace, event))
        .or_else(|| network::loss_sentence(setup, trace, event))
}

/// What an event says; each says something.
#[must_use]
pub fn line(setup: &Setup, trace: &[TraceEvent], event: &TraceEvent) -> String {
    sentence(setup, trace, event).unwrap_or_else(|| rest::line(setup, trace, event))
}

/// Of what a consumer's application gets and does.
fn reader_sentence(setup: &Setup, kind: &Kind) -> Option<String> {
    let name = |id| setup.name(Node::Consumer(id));
    Some(match kind {
        Kind::Polled { consumer, records: polled, .. } => {
            let all: Vec<RecordId> = polled.iter().map(|(_, id)| *id).collect();
            format!("poll() returns {} to {}.", records(&all), name(*consumer))
        }
        Kind::Processed { consumer, record, .. } => {
            format!("{} has processed record {record}.", name(*consumer))
        }
        Kind::OffsetCommitted { group, partition, offset } => format!(
            "{} has committed offset {offset} of {}: whoever reads there next begins with it.",
            setup.groups[group.index()].id,
            setup.partition_name(*partition)
        ),
        _ => return None,
    })
}

/// The event of that number.
fn event_of(trace: &[TraceEvent], id: Option<TraceId>) -> Option<&TraceEvent> {
    trace.get(id?.0 as usize)
}

fn ids(entry: &LogBatch) -> Vec<RecordId> {
    entry.records().map(|(_, id)| id).collect()
}

/// The records of several batches.
fn records_in(batches: &[Arc<Batch>]) -> Vec<RecordId> {
    batches.iter().flat_map(|batch| batch.records.iter().copied()).collect()
}

/// The records of several batches of logs.
fn records_of(entries: &[Arc<LogBatch>]) -> Vec<RecordId> {
    entries.iter().flat_map(|entry| ids(entry)).collect()
}

fn offsets(entry: &LogBatch) -> String {
    match entry.end_offset() - entry.base_offset {
        1 => format!("offset {}", entry.base_offset),
        _ => format!("offsets {}–{}", entry.base_offset, entry.end_offset() - 1),
    }
}

fn brokers(ids: &[BrokerId]) -> String {
    match ids {
        [] => "nobody".to_owned(),
        _ => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn is_or_are(records: &[RecordId]) -> &'static str {
    if records.len() == 1 { "is" } else { "are" }
}

/// "record 7", "records 6–8", "records 1, 3 and 9", "records 1, 3, 9 and 12 others".
fn records(ids: &[RecordId]) -> String {
    match ids {
        [] => "no record".to_owned(),
        [one] => format!("record {one}"),
        [first, .., last] if ids.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1) => {
            format!("records {first}–{last}")
        }
        [a, b, c, _, _, _, _, ..] => {
            format!("records {a}, {b}, {c} and {} others", ids.len() - 3)
        }
        [others @ .., last] => {
            let others: Vec<String> = others.iter().map(ToString::to_string).collect();
            format!("records {} and {last}", others.join(", "))
        }
    }
}
