//! What is on its way: where it is, and what it carries.
//!
//! Records travel as themselves, other requests under their name; what says nothing new is a
//! dot, and heartbeats and the traffic of internal topics are not shown.

use super::Stage;
use super::controller::isr_words;
use super::links::{Half, flow};
use super::look::{self, Look, State};
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Part, Point, Rect, Site, pt, within};
use super::words::fill;
use crate::model::ids::{Node, PartitionId, RecordId};
use crate::model::message::{Body, FetchResult, Message, Request, Response};

/// A label: in words, and what of it fits in a lane.
#[derive(Clone, Debug, PartialEq)]
struct Note {
    long: String,
    short: String,
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
enum Cargo {
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
    pub(super) fn messages(&mut self) {
        let world = self.world;
        for message in world.network().messages.values() {
            if let Some(cargo) = self.cargo(message) {
                self.message(message, &cargo);
            }
        }
        self.pen.part = None;
    }

    fn shown(&self, partition: PartitionId) -> bool {
        !self.world.setup().partition(partition).internal
    }

    /// Whether a message is drawn.
    pub(super) fn is_shown(&self, message: &Message) -> bool {
        self.cargo(message).is_some()
    }

    fn cargo(&self, message: &Message) -> Option<Cargo> {
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
            Response::Fetch(results) => self.fetch_response(results, ambient),
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

    fn fetch_response(&self, results: &[FetchResult], ambient: bool) -> Option<Cargo> {
        let mut shown = results.iter().filter(|r| self.shown(r.partition)).peekable();
        shown.peek()?;
        let mut records = Vec::new();
        for result in shown {
            if let Some((_, end)) = result.diverging {
                return Some(Cargo::Note(Ink::Leader, Note::new(self.words.diverges, end)));
            }
            if let Some(error) = result.error {
                return Some(Cargo::Refusal(error.exception()));
            }
            records.extend(
                result.batches.iter().flat_map(|entry| entry.records()).map(|(_, record)| record),
            );
        }
        Some(match (records.is_empty(), ambient) {
            (false, _) => Cargo::Records(records, "Fetch"),
            (true, _) => Cargo::Dot,
        })
    }

    fn message(&mut self, message: &Message, cargo: &Cargo) {
        let network = self.world.network();
        let doomed = !network.hears(message.connection, message.to);
        let flow = flow(message);
        let cut = self.is_cut(message.from, message.to);
        let shown = self.bundle_len(cargo, cut);
        let half = self.half(cargo, shown);
        let Some(way) = self.way(message.from, message.to, flow, half) else { return };
        let whole_us = (message.arrive_us - message.sent_us).max(1);
        let part = self.now_us.saturating_sub(message.sent_us) as f32 / whole_us as f32;
        let part = match within(part, 0.0, 1.0) {
            part if cut => self.before_cut(message, half, part),
            part => part,
        };
        let at = way.at(part);
        self.pen.part = Some(Part::Message(message.id));
        match cargo {
            Cargo::Records(records, name) => {
                self.message_name(message, name, part, pt(at.x, at.y - half.y - 5.0), doomed);
                self.bundle(message, records, shown, at, half, doomed);
            }
            Cargo::Note(ink, note) => {
                let text = if self.layout.narrow { &note.short } else { &note.long };
                let ink = if doomed { Ink::Lost } else { *ink };
                let rect = half.around(at);
                self.pen.rect(rect.inset(0.5), 9.0).fill(Ink::Surface).stroke(ink, 1.0);
                self.pen.text(
                    pt(at.x, at.y + 4.0),
                    Style::sans(ink, SMALL).medium().middle(),
                    text.clone(),
                );
            }
            Cargo::Ack => {
                self.pen.circle(at, 9.0).fill(Ink::Surface).stroke(Ink::Acked, 1.25);
                self.pen.tick(at, 9.0, Ink::Acked);
            }
            Cargo::Refusal(error) => {
                self.pen.circle(at, 9.0).fill(Ink::Surface).stroke(Ink::Lost, 1.25);
                self.pen.cross(at, 9.0, Ink::Lost);
                if !self.layout.narrow {
                    let style = Style::sans(Ink::Lost, SMALL).medium().middle();
                    self.pen.fit(
                        pt(at.x, at.y - 14.0),
                        120.0,
                        style,
                        error.trim_end_matches("Exception"),
                    );
                }
            }
            Cargo::News => {
                let points = [
                    pt(at.x, at.y - 6.0),
                    pt(at.x + 6.0, at.y),
                    pt(at.x, at.y + 6.0),
                    pt(at.x - 6.0, at.y),
                ];
                self.pen.polygon(&points).fill(Ink::LeaderFill).stroke(Ink::Leader, 1.0);
            }
            Cargo::Dot => {
                self.pen.circle(at, 2.5).tint(if doomed { Ink::Lost } else { Ink::Muted }, 0.75);
            }
        }
    }

    /// The name shows when the message is clear of the cards. What goes from broker to broker
    /// needs none.
    fn message_name(
        &mut self,
        message: &Message,
        name: &'static str,
        part: f32,
        at: Point,
        doomed: bool,
    ) {
        let between_brokers =
            matches!((message.from, message.to), (Node::Broker(_), Node::Broker(_)));
        let clear = within((part.min(1.0 - part) - 0.06) / 0.1, 0.0, 1.0);
        if clear <= 0.0 || between_brokers || self.layout.narrow {
            return;
        }
        let ink = if doomed { Ink::Lost } else { Ink::Accent };
        self.pen.text(at, Style::sans(ink, SMALL).medium().middle(), name);
        if let Some(text) = self.pen.shapes.last_mut() {
            text.fade(clear);
        }
    }

    /// How many records of a message are drawn one by one. Before a cut there is little room.
    fn bundle_len(&self, cargo: &Cargo, cut: bool) -> usize {
        let Cargo::Records(records, _) = cargo else { return 0 };
        let gap = if self.layout.narrow {
            0.0
        } else {
            self.layout.brokers[0].x - self.layout.producers.first().map_or(0.0, |p| p.right())
        };
        let most = if cut { 1.0 } else { 3.0 };
        let fit = within(((gap - 24.0) / (self.chip.width + 3.0)).floor(), 1.0, most);
        records.len().min(fit as usize)
    }

    fn half(&self, cargo: &Cargo, shown: usize) -> Half {
        match cargo {
            Cargo::Records(records, _) => {
                let more = usize::from(shown < records.len()) as f32;
                let pitch = self.chip.width + 3.0;
                if self.layout.narrow {
                    let y = (self.chip.height + more * 14.0) / 2.0 + 3.5;
                    return Half { x: self.chip.width / 2.0 + 3.5, y };
                }
                let width = shown as f32 * pitch - 3.0 + more * 26.0;
                Half { x: width / 2.0 + 3.5, y: self.chip.height / 2.0 + 3.5 }
            }
            Cargo::Note(_, note) => {
                let text = if self.layout.narrow { &note.short } else { &note.long };
                let width = Style::sans(Ink::Text, SMALL).medium().width(text);
                Half { x: width / 2.0 + 7.0, y: 9.5 }
            }
            Cargo::Ack | Cargo::Refusal(_) => Half { x: 10.0, y: 10.0 },
            Cargo::News => Half { x: 7.0, y: 7.0 },
            Cargo::Dot => Half { x: 3.0, y: 3.0 },
        }
    }

    /// Records within a second outline.
    fn bundle(
        &mut self,
        message: &Message,
        records: &[RecordId],
        shown: usize,
        at: Point,
        half: Half,
        doomed: bool,
    ) {
        let outer = half.around(at);
        let ink = if doomed { Ink::Lost } else { Ink::Accent };
        let shape = self.pen.rect(outer.inset(0.5), 8.0);
        shape.fill(Ink::Surface).stroke(ink, 1.0);
        // Late is what a cut link or a paused process keeps waiting.
        if doomed || self.now_us > message.arrive_us {
            shape.dash(3.0, 2.5);
        }
        let site = Site::Message(message.id);
        for (n, record) in records.iter().take(shown).enumerate() {
            let x = outer.x + 3.5 + n as f32 * (self.chip.width + 3.0);
            let rect = Rect::new(x, outer.y + 3.5, self.chip.width, self.chip.height);
            let look = look::look(self.verdict(*record), State::Moving, false);
            let look = if doomed {
                Look { ring: false, ..Look::LOST }
            } else {
                Look { ring: false, ..look }
            };
            self.record_as(rect, *record, look, site);
        }
        if shown < records.len() {
            let text = fill(self.words.more, &[&(records.len() - shown)]);
            let style = Style::sans(Ink::Text, SMALL).middle();
            let at = match self.layout.narrow {
                true => pt(at.x, outer.bottom() - 5.0),
                false => pt(outer.right() - 15.0, at.y + 4.0),
            };
            self.pen.text(at, style, text);
        }
    }
}
