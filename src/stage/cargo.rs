//! What is drawn of a message: its records, its name, a tick, an error, or a dot.

use super::Stage;
use super::controller::isr_words;
use super::palette::Ink;
use super::words::fill;
use crate::model::ids::{PartitionId, RecordId};
use crate::model::message::{Body, FetchResult, Message, Request, Response};

/// A label: in words, and what of it fits in a lane.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Note {
    pub long: String,
    pub short: String,
}

impl Note {
    fn new(template: &str, value: u64) -> Self {
        Self { long: fill(template, &[&value]), short: value.to_string() }
    }

    fn word(word: &str) -> Self {
        Self { long: word.to_owned(), short: word[..1].to_owned() }
    }
}

/// What is drawn of a message.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cargo {
    /// Records, and the name of the request or response that carries them.
    Records(Vec<RecordId>, &'static str),
    /// A request or response that has no records.
    Note(Ink, Note),
    /// All is well.
    Ack,
    /// An error.
    Refusal(&'static str),
    /// A change in the cluster.
    News,
    /// Nothing new.
    Dot,
}

impl Stage<'_> {
    fn shown(&self, partition: PartitionId) -> bool {
        !self.world.setup().partition(partition).internal
    }

    /// Whether a message is drawn.
    pub(super) fn is_shown(&self, message: &Message) -> bool {
        self.cargo(message).is_some()
    }

    pub(super) fn cargo(&self, message: &Message) -> Option<Cargo> {
        match &message.body {
            Body::Request(request) => self.request(request, message.ambient),
            Body::Response(response) => self.response(response, message.ambient),
        }
    }

    fn request(&self, request: &Request, ambient: bool) -> Option<Cargo> {
        match request {
            Request::Produce { batches, .. } => Some(Cargo::Records(
                batches.iter().flat_map(|b| b.records.iter().copied()).collect(),
                "Produce",
            )),
            Request::Fetch(fetch) => {
                let mut wanted = fetch.partitions.iter().filter(|p| self.shown(p.partition));
                let first = wanted.next()?;
                let told = fetch
                    .partitions
                    .iter()
                    .find(|p| Some(p.partition) == self.partition)
                    .unwrap_or(first);
                Some(match ambient {
                    true => Cargo::Dot,
                    false => Cargo::Note(Ink::Accent, Note::new("Fetch {}", told.offset)),
                })
            }
            Request::Transaction { call, .. } => {
                Some(Cargo::Note(Ink::Accent, Note::word(call.api())))
            }
            Request::WriteTxnMarkers { marker, .. } => {
                let word = if marker.commit { "COMMIT" } else { "ABORT" };
                Some(Cargo::Note(Ink::Leader, Note::word(word)))
            }
            Request::OffsetCommit { offsets, .. } | Request::TxnOffsetCommit { offsets, .. } => {
                let offset = offsets
                    .iter()
                    .find(|c| Some(c.partition) == self.partition)
                    .or(offsets.first())?;
                Some(Cargo::Note(Ink::Accent, Note::new(self.words.commit, offset.offset)))
            }
            Request::AlterPartition { partition, isr, .. } if self.shown(*partition) => Some(
                Cargo::Note(Ink::Leader, Note { long: isr_words(isr), short: "ISR".to_owned() }),
            ),
            Request::Group { .. } if ambient => None,
            Request::Group { call, .. } => Some(Cargo::Note(Ink::Accent, Note::word(call.api()))),
            Request::Metadata
            | Request::ListOffsets { .. }
            | Request::OffsetsForLeaderEpoch(_)
            | Request::OffsetFetch { .. }
            | Request::Register { .. } => Some(Cargo::Dot),
            Request::Heartbeat { .. } | Request::AlterPartition { .. } => None,
        }
    }

    fn response(&self, response: &Response, ambient: bool) -> Option<Cargo> {
        match response {
            Response::Produce(results) => {
                Some(match results.iter().find_map(|r| r.result.as_ref().err()) {
                    Some(error) => Cargo::Refusal(error.exception()),
                    None => Cargo::Ack,
                })
            }
            Response::Fetch(results) => self.fetch_response(results),
            Response::OffsetCommit(Ok(()))
            | Response::TxnOffsetCommit(Ok(()))
            | Response::Transaction(Ok(_)) => Some(Cargo::Ack),
            Response::TxnOffsetCommit(Err(error)) | Response::Transaction(Err(error)) => {
                Some(Cargo::Refusal(error.exception()))
            }
            Response::OffsetCommit(Err(error)) => Some(Cargo::Refusal(error.exception())),
            Response::Group(_) if ambient => None,
            Response::Group(Err(error)) => Some(Cargo::Refusal(error.exception())),
            Response::Group(Ok(_)) => Some(Cargo::Ack),
            Response::AlterPartition { partition, .. } => {
                self.shown(*partition).then_some(Cargo::Dot)
            }
            Response::MetadataLog { partitions, .. } => {
                partitions.iter().any(|(p, _)| self.shown(*p)).then_some(Cargo::News)
            }
            Response::Heartbeat { .. } => None,
            _ => Some(Cargo::Dot),
        }
    }

    fn fetch_response(&self, results: &[FetchResult]) -> Option<Cargo> {
        let shown: Vec<_> = results.iter().filter(|r| self.shown(r.partition)).collect();
        let batches = shown.iter().flat_map(|result| &result.batches);
        let records: Vec<_> =
            batches.flat_map(|entry| entry.records()).map(|(_, record)| record).collect();
        let diverges = shown.iter().find_map(|result| result.diverging);
        let error = shown.iter().find_map(|result| result.error);
        // What it has for one partition is seen, whatever it says of another.
        Some(match (shown.is_empty(), records.is_empty(), diverges, error) {
            (true, ..) => return None,
            (_, false, ..) => Cargo::Records(records, "Fetch"),
            (.., Some((_, end)), _) => {
                Cargo::Note(Ink::Leader, Note::new(self.words.diverges, end))
            }
            (.., Some(error)) => Cargo::Refusal(error.exception()),
            _ => Cargo::Dot,
        })
    }
}
