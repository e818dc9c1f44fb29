//! Motion inside the cards: how what has just happened got where it is.
//!
//! Everything stands in its place at once, so that a still of any moment is true; what moves is an
//! outline that goes there along a line that fades. What ends or begins for a whole card
//! (a crash, an election) goes out from it as a ring. All follow from the trace and the time alone,
//! so they run backwards when time does.

use super::Stage;
use super::palette::Ink;
use super::scene::{Part, Point, Rect, Site, pt, within};
use crate::model::ids::{BrokerId, ConsumerId, PartitionId, ProducerId, RecordId, RequestId};
use crate::model::record::{Batch, LogBatch};
use crate::model::trace::{Kind, TraceEvent};
use crate::player::Pace;

/// How long something takes to get to its place, in milliseconds of playing.
const WAY_MS: f32 = 320.0;
/// How long a ring is seen.
const RING_MS: f32 = 900.0;
/// How many events are looked at, and how many outlines there are for one of them.
const EVENTS_MAX: usize = 48;
const OUTLINES_MAX: usize = 6;

/// Something that has just happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recent {
    /// Its place in the trace.
    pub event: usize,
    /// How long ago that was, in milliseconds of playing.
    pub age_ms: f32,
}

/// What has just happened, the latest last. Where playing ends everything has got to its place: time
/// stands there, and what was on its way would be so for ever.
#[must_use]
pub fn recent(trace: &[TraceEvent], pace: &Pace, now_us: u64) -> Vec<Recent> {
    if now_us >= pace.end_us() {
        return Vec::new();
    }
    let end = trace.partition_point(|event| event.at_us <= now_us);
    let now_ms = pace.play_ms(now_us);
    let from = end.saturating_sub(EVENTS_MAX);
    let age = |event: usize| {
        let age_ms = (now_ms - pace.play_ms(trace[event].at_us)) as f32;
        (age_ms < RING_MS).then_some(Recent { event, age_ms })
    };
    (from..end).filter_map(age).collect()
}

/// Where things are that motion starts from or leads to.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The slots of requests in flight, and the first slot of each producer.
    pub slots: Vec<(RequestId, Rect)>,
    pub senders: Vec<(ProducerId, Rect)>,
    /// What holds the batches of a partition.
    pub tracks: Vec<(ProducerId, PartitionId, Rect)>,
}

impl Stage<'_> {
    pub(super) fn motion(&mut self, trace: &[TraceEvent], recent: &[Recent]) {
        for Recent { event, age_ms } in recent {
            let kind = &trace[*event].kind;
            self.ring_of(kind, age_ms / RING_MS);
            if *age_ms < WAY_MS {
                let part = age_ms / WAY_MS;
                self.in_producer(kind, part);
                self.in_broker(kind, part);
                self.in_consumer(kind, part);
            }
        }
    }

    /// What a whole card is about.
    fn ring_of(&mut self, kind: &Kind, part: f32) {
        let layout = &self.layout;
        let (card, ink) = match kind {
            Kind::LeaderElected { partition, leader, .. } if Some(*partition) == self.partition => {
                let card = layout.brokers[leader.index()];
                let from = pt(layout.controller.x, layout.controller.y + 21.0);
                let to = Rect::new(card.right() + 4.0, card.y + 8.0, 20.0, 20.0);
                if !layout.narrow {
                    self.carry(from, to, part * 2.0, Ink::Leader);
                }
                (card, Ink::Leader)
            }
            Kind::BecameLeader { broker, partition, .. } if Some(*partition) == self.partition => {
                (layout.brokers[broker.index()], Ink::Leader)
            }
            Kind::BrokerCrashed { broker } | Kind::PowerCut { broker } => {
                (layout.brokers[broker.index()], Ink::Lost)
            }
            Kind::ProducerCrashed { producer, .. } => {
                (layout.producers[producer.index()], Ink::Lost)
            }
            Kind::ConsumerCrashed { consumer } => (layout.consumers[consumer.index()], Ink::Lost),
            _ => return,
        };
        self.ring(card, part, ink);
    }

    fn in_producer(&mut self, kind: &Kind, part: f32) {
        match kind {
            Kind::RecordBatched { producer, record, .. } => {
                // From send(), or from the end of the track in a card that does not show that.
                let card = self.layout.producers[producer.index()];
                let mut from = pt(card.x + 32.0, card.y + 44.0);
                let mut tracks = self.places.tracks.iter().filter(|(id, ..)| id == producer);
                if let Some((.., track)) = tracks.next()
                    && !self.layout.producer_in_full(producer.index())
                {
                    from = pt(track.right() - 52.0, track.center().y);
                }
                self.reach(from, *record, Site::Accumulator(*producer), part, Ink::Edge);
            }
            Kind::BatchDrained { producer, batch, request, .. } => {
                let from = self.track_of(*producer, batch);
                let slots = &self.places.slots;
                let slot = slots.iter().find(|(id, _)| id == request).map(|(_, slot)| *slot);
                if let (Some(from), Some(slot)) = (from, slot.or_else(|| self.sender_of(*producer)))
                {
                    self.carry(from, slot, part, Ink::Accent);
                }
            }
            Kind::BatchRetried { producer, batch, .. } => {
                let from = self.sender_of(*producer).map(Rect::center);
                let track = self.track_of(*producer, batch);
                if let (Some(from), Some(at)) = (from, track) {
                    let to = Rect::new(at.x - 14.0, at.y - 11.0, 28.0, 22.0);
                    self.carry(from, to, part, Ink::Lost);
                }
            }
            Kind::BatchAcked { producer, batch, .. } => {
                self.told_of(*producer, &batch.records, part, Ink::Acked);
            }
            Kind::BatchFailed { producer, records, .. } => {
                self.told_of(*producer, records, part, Ink::Lost);
            }
            _ => {}
        }
    }

    fn in_broker(&mut self, kind: &Kind, part: f32) {
        match kind {
            Kind::Appended { broker, partition, entry } if Some(*partition) == self.partition => {
                let port = self.layout.port(broker.index());
                self.join_log(port, *broker, entry, part);
            }
            Kind::Replicated { broker, partition, entry } if Some(*partition) == self.partition => {
                let port = self.layout.port(broker.index());
                let right = self.layout.brokers[broker.index()].right();
                self.join_log(pt(right, port.y), *broker, entry, part);
            }
            Kind::Flushed { broker, partition, to, .. } if Some(*partition) == self.partition => {
                self.settle(*broker, *to, part);
            }
            Kind::Truncated { broker, partition, .. }
            | Kind::PageCacheLost { broker, partition, .. }
                if Some(*partition) == self.partition =>
            {
                self.tear(*broker, part);
            }
            _ => {}
        }
    }

    fn in_consumer(&mut self, kind: &Kind, part: f32) {
        let (Kind::Fetched { consumer, .. }
        | Kind::Polled { consumer, .. }
        | Kind::Processed { consumer, .. }) = kind
        else {
            return;
        };
        // In one that has died nothing goes on.
        if !self.world.consumers[consumer.index()].alive {
            return;
        }
        match kind {
            Kind::Fetched { consumer, entries, .. } => {
                let card = self.layout.consumers[consumer.index()];
                let from = pt(card.x, card.center().y);
                let records = entries.iter().flat_map(|entry| entry.records());
                for (_, record) in records.take(OUTLINES_MAX) {
                    self.reach(from, record, Site::Buffer(*consumer), part, Ink::Accent);
                }
            }
            Kind::Polled { consumer, records, .. } => {
                // From where it was fetched to, or from outside where that is not drawn.
                let card = self.layout.consumers[consumer.index()];
                let drawn = self.layout.consumer_areas(consumer.index()).fetched.height > 0.0;
                for (_, record) in records.iter().take(OUTLINES_MAX) {
                    let site = Site::Polled(*consumer);
                    let Some(to) = self.place_of(*record, site) else { continue };
                    let left = pt(card.x + 14.0, to.center().y);
                    let from = if drawn { self.above(*consumer) } else { left };
                    self.carry(from, to, part, Ink::Accent);
                }
            }
            Kind::Processed { consumer, record, .. } => {
                let card = self.layout.consumers[consumer.index()];
                let from = pt(card.x + 26.0, self.above(*consumer).y + 62.0);
                self.reach(from, *record, Site::Done(*consumer), part, Ink::Acked);
            }
            _ => {}
        }
    }

    /// Where `poll()` takes from: the upper left of a consumer's card.
    fn above(&self, consumer: ConsumerId) -> Point {
        let card = self.layout.consumers[consumer.index()];
        pt(card.x + 26.0, card.y + 60.0)
    }

    /// From the sender to what the application was told of records.
    fn told_of(&mut self, producer: ProducerId, records: &[RecordId], part: f32, ink: Ink) {
        let Some(from) = self.sender_of(producer).map(Rect::center) else { return };
        for record in records.iter().take(OUTLINES_MAX) {
            self.reach(from, *record, Site::Told(producer), part, ink);
        }
    }

    fn sender_of(&self, producer: ProducerId) -> Option<Rect> {
        let senders = &self.places.senders;
        senders.iter().find(|(id, _)| *id == producer).map(|(_, slot)| *slot)
    }

    /// The head of the track of a batch's partition, or else of the first track.
    fn track_of(&self, producer: ProducerId, batch: &Batch) -> Option<Point> {
        let tracks = self.places.tracks.iter().filter(|(id, ..)| *id == producer);
        let track = tracks.clone().find(|(_, partition, _)| *partition == batch.partition);
        let (.., rect) = track.or_else(|| tracks.clone().next())?;
        Some(pt(rect.x + 20.0, rect.center().y))
    }

    /// Into the cells that a batch has in a log.
    fn join_log(&mut self, from: Point, broker: BrokerId, entry: &LogBatch, part: f32) {
        for (_, record) in entry.records().take(OUTLINES_MAX) {
            self.reach(from, record, Site::Log(broker), part, Ink::Record);
        }
    }

    /// What has reached the disk: an outline closes around it.
    fn settle(&mut self, broker: BrokerId, to: u64, part: f32) {
        let Some(partition) = self.partition else { return };
        let Some(replica) = self.world.brokers[broker.index()].replica(partition) else { return };
        let records = replica.log.records_between(to.saturating_sub(OUTLINES_MAX as u64), to);
        for record in records {
            if let Some(rect) = self.place_of(record, Site::Log(broker)) {
                let outline = self.pen.rect(rect.inset(-6.0 * (1.0 - part)), 6.0);
                outline.stroke(Ink::Record, 2.0).fade(1.0 - part);
            }
        }
    }

    /// What was torn off: it lights up, and its light goes out.
    fn tear(&mut self, broker: BrokerId, part: f32) {
        let spots = self.pen.hotspots.iter();
        let cut = |part: Part| matches!(part, Part::Record(_, Site::Cut(id)) if id == broker);
        let rects: Vec<Rect> = spots.filter(|s| cut(s.part)).map(|s| s.rect).collect();
        for rect in rects {
            let light = self.pen.rect(rect.inset(-3.0), 6.0);
            light.tint(Ink::Lost, 0.45).stroke(Ink::Lost, 2.0).fade(1.0 - part);
        }
    }

    fn place_of(&self, record: RecordId, site: Site) -> Option<Rect> {
        let here = Part::Record(record, site);
        self.pen.hotspots.iter().find(|spot| spot.part == here).map(|spot| spot.rect)
    }

    fn reach(&mut self, from: Point, record: RecordId, site: Site, part: f32, ink: Ink) {
        if let Some(rect) = self.place_of(record, site) {
            self.carry(from, rect, part, ink);
        }
    }

    /// An outline on its way to a place, along a line that fades.
    fn carry(&mut self, from: Point, to: Rect, part: f32, ink: Ink) {
        let part = within(part, 0.0, 1.0);
        let (end, left) = (to.center(), (1.0 - part) * (1.0 - part));
        let at = pt(end.x + (from.x - end.x) * left, end.y + (from.y - end.y) * left);
        let fades = (1.0 - part).min(0.7);
        self.pen.line(from, end).stroke(ink, 1.5).round().fade(fades * 0.6);
        let outline = Rect::new(at.x - to.width / 2.0, at.y - to.height / 2.0, to.width, to.height);
        self.pen.rect(outline, 5.0).tint(ink, 0.25).stroke(ink, 1.5).fade((fades * 1.4).min(1.0));
    }

    /// A ring that goes out from a card.
    fn ring(&mut self, card: Rect, part: f32, ink: Ink) {
        let outline = self.pen.rect(card.inset(-5.0 * part), 10.0 + 5.0 * part);
        outline.stroke(ink, 3.0 - 2.0 * part).fade(1.0 - part);
    }
}
