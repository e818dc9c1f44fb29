//! What travels, and what dies on its way, in a sentence or two.

use super::{event_of, ids, offsets, records, records_in};
use crate::model::ids::{MessageId, Node, RecordId};
use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent, Wire};

/// Of messages with records that are lost, and of batches that a leader refuses or knows.
pub(super) fn loss_sentence(
    setup: &Setup,
    trace: &[TraceEvent],
    event: &TraceEvent,
) -> Option<String> {
    Some(match &event.kind {
        Kind::MessageLost { message, from, to } => {
            lost(setup, wire_of(trace, event, *message)?, *from, *to)?
        }
        Kind::AppendRefused { broker, batch, error, .. } => {
            format!("{broker} refuses {}: {}.", records(&batch.records), error.exception())
        }
        Kind::DuplicateBatch { broker, batch, base_offset, .. } => format!(
            "{broker} has {} already, at offset {base_offset}: it knows the batch by its producer id and sequence, and does not append it again.",
            records(&batch.records)
        ),
        _ => return None,
    })
}

/// What a message carried: its sending is what led to its arrival or loss.
pub(super) fn wire_of<'a>(
    trace: &'a [TraceEvent],
    event: &TraceEvent,
    id: MessageId,
) -> Option<&'a Wire> {
    match &event_of(trace, event.cause)?.kind {
        Kind::MessageSent { message, what, .. } if *message == id => Some(what),
        _ => None,
    }
}

/// What is lost, and what that means.
fn lost(setup: &Setup, what: &Wire, from: Node, to: Node) -> Option<String> {
    let (from, to) = (setup.name(from), setup.name(to));
    Some(match what {
        Wire::ProduceRequest { batches } => format!(
            "{from}'s request with {} never reaches {to}: the connection is gone, or nobody is there.",
            records(&records_in(batches))
        ),
        Wire::ProduceResponse { batches, error: None } => format!(
            "{from}'s acknowledgement of {} is lost on its way to {to}: the records are stored, and {to} cannot know.",
            records(&records_in(batches))
        ),
        Wire::OffsetCommitResponse { error: None } => {
            format!("{to} does not hear that its commit is stored: the answer of {from} is lost.")
        }
        _ => return None,
    })
}

/// A message in a few words: "a produce request with records 3–5".
pub(super) fn message(setup: &Setup, what: &Wire) -> String {
    let with = |batches| records(&records_in(batches));
    match what {
        Wire::ProduceRequest { batches } => format!("the produce request with {}", with(batches)),
        Wire::ProduceResponse { batches, error: None } => {
            format!("the acknowledgement of {}", with(batches))
        }
        Wire::ProduceResponse { batches, error: Some(error) } => {
            format!("{} for {}", error.exception(), with(batches))
        }
        Wire::FetchRequest { offsets } => {
            let from = |(partition, offset): &(_, u64)| {
                format!("offset {offset} of {}", setup.partition_name(*partition))
            };
            let all: Vec<String> = offsets.iter().map(from).collect();
            format!("a fetch from {} on", all.join(", "))
        }
        Wire::FetchResponse { batches } if batches.is_empty() => {
            "the answer to its fetch, with nothing new".to_owned()
        }
        Wire::FetchResponse { batches } => {
            let all: Vec<RecordId> = batches.iter().flat_map(|(_, entry)| ids(entry)).collect();
            if !all.is_empty() {
                return format!("the answer to its fetch, with {}", records(&all));
            }
            let (partition, entry) = &batches[0];
            let name = setup.partition_name(*partition);
            format!("the answer to its fetch, with {} of {name}", offsets(entry))
        }
        Wire::OffsetCommitRequest { offsets } => {
            let all: Vec<String> = offsets
                .iter()
                .map(|it| format!("{} of {}", it.offset, setup.partition_name(it.partition)))
                .collect();
            format!("the commit of offset {}", all.join(", "))
        }
        Wire::OffsetCommitResponse { error } => answer("OffsetCommit", *error),
        Wire::GroupRequest { api } => (*api).to_owned(),
        Wire::GroupResponse { api, error } => answer(api, *error),
        Wire::TransactionRequest { call } => call.api().to_owned(),
        Wire::TransactionResponse { error } => answer("the transaction coordinator", *error),
        Wire::WriteTxnMarkersRequest { .. } => "WriteTxnMarkers".to_owned(),
        Wire::WriteTxnMarkersResponse => answer("WriteTxnMarkers", None),
        Wire::AlterPartitionRequest { partition, .. } => {
            format!("AlterPartition for {}", setup.partition_name(*partition))
        }
        Wire::AlterPartitionResponse { .. } => answer("AlterPartition", None),
        Wire::MetadataLog => "what changed in the cluster".to_owned(),
    }
}

fn answer(to: &str, error: Option<crate::model::error::KafkaError>) -> String {
    match error {
        None => format!("the answer of {to}"),
        Some(error) => format!("{} in answer to {to}", error.exception()),
    }
}
