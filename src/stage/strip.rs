//! The log of the partition that is drawn in full: offset by offset, in the same columns on every
//! broker, so that what differs is seen.
//!
//! What a log has lost stays in its place, crossed out, until something is written there.

use super::Stage;
use super::layout::PAD;
use super::legend::Sign;
use super::look::{Look, State};
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Part, Rect, Site, pt, within};
use super::words::fill;
use crate::model::broker::replica::Replica;
use crate::model::broker::{Broker, Process};
use crate::model::ids::{BrokerId, PartitionId};
use crate::model::record::{LogBatch, Payload};
use crate::model::setup::Setup;
use crate::model::transaction::Marker;

/// From the bottom of the records to the baseline of their offsets.
pub(super) const OFFSETS: f32 = 14.0;

/// The least and the most room for a partition's name before its log, and the space after that.
const NAMES: (f32, f32) = (58.0, 92.0);
const SPACE: f32 = 8.0;

/// Which offsets the strips show, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strip {
    /// The first offset that is shown.
    pub first: u64,
    /// How many there is room for.
    pub cells: u64,
    /// From cell to cell.
    pub pitch: f32,
    /// Where the track begins, from the card's left side.
    pub start: f32,
    /// Where the first cell begins.
    pub indent: f32,
}

/// Where a log is drawn in its card.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The card.
    pub card: Rect,
    /// Which offsets are where.
    pub strip: Strip,
    /// The top of the records.
    pub top: f32,
    /// Whether its process does not run.
    pub idle: bool,
}

/// Where a track begins in a card: a wide one has room before it for the name of its partition.
pub(super) fn track_start(setup: &Setup, partition: Option<PartitionId>, card_width: f32) -> f32 {
    let Some(partition) = partition.filter(|_| card_width >= 300.0) else { return PAD + 4.0 };
    let name = Style::sans(Ink::Muted, SMALL).width(&setup.partition_name(partition));
    PAD + within(name + SPACE, NAMES.0, NAMES.1)
}

impl Strip {
    /// The left side of a cell, from the card's left side.
    pub(super) fn x(self, offset: u64) -> f32 {
        self.indent + offset.saturating_sub(self.first) as f32 * self.pitch
    }

    pub(super) fn holds(self, offset: u64) -> bool {
        (self.first..self.first + self.cells).contains(&offset)
    }
}

impl Stage<'_> {
    /// Two cells stay free at the end: for what comes next, and for the words below it.
    pub(super) fn strip(&self) -> Strip {
        let width = self.layout.brokers.first().map_or(0.0, |card| card.width);
        let start = track_start(self.world.setup(), self.partition, width);
        let pitch = self.chip.width + 3.0;
        let cells = |indent: f32| ((width - PAD - indent) / pitch).floor().max(3.0) as u64;
        let replicas = self.world.brokers.iter().filter_map(|b| b.replica(self.partition?));
        let end = replicas.map(|replica| replica.log.end_offset()).max().unwrap_or_default() + 2;
        if end <= cells(start) {
            return Strip { first: 0, cells: cells(start), pitch, start, indent: start };
        }
        // A part of the track says how many offsets are further left, and right.
        let side = 14.0 + end.to_string().len() as f32 * 7.0;
        let indent = start + side;
        let last = end - cells(indent);
        match self.followed_offset().filter(|offset| *offset < last) {
            None => Strip { first: last, cells: cells(indent), pitch, start, indent },
            Some(offset) => {
                let cells = cells(indent + side);
                let first = offset.saturating_sub(cells / 2).min(end.saturating_sub(cells));
                Strip { first, cells, pitch, start, indent }
            }
        }
    }

    /// Where the record that is followed is in the logs, the last of its offsets.
    fn followed_offset(&self) -> Option<u64> {
        let verdict = self.ledger.verdict(self.known_focus()?);
        verdict.stored.iter().map(|copy| copy.offset).max()
    }

    pub(super) fn log(&mut self, broker: &Broker, replica: &Replica, card: Rect, strip: Strip) {
        let middle = self.layout.port(broker.id.index()).y;
        let top = middle - self.chip.height / 2.0;
        let place = Place { card, strip, top, idle: broker.process != Process::Running };
        self.pen.part = Some(Part::Replica(broker.id, replica.partition));
        self.track(broker.id, replica, place);
        self.replica_hotspot(broker.id, replica.partition, card, middle);
        let batches = replica.log.batches().iter().rev();
        let batches: Vec<_> =
            batches.take_while(|batch| batch.end_offset() > strip.first).cloned().collect();
        for batch in batches.iter().rev() {
            self.cells(broker, replica, batch, place);
        }
        self.cut_off(broker.id, replica, place);
        self.log_end(replica, place);
        self.flags(replica, place);
        self.pen.part = Some(Part::Broker(broker.id));
    }

    /// Its handle is what stands left of the records, or else below them.
    fn replica_hotspot(
        &mut self,
        broker: BrokerId,
        partition: PartitionId,
        card: Rect,
        middle: f32,
    ) {
        let half = self.chip.height / 2.0 + 4.0;
        let below = 16.0;
        let (x, width) = (card.x + 2.0, card.width - 4.0);
        let rect = Rect::new(x, middle - half, width, 2.0 * half + below);
        let start = track_start(self.world.setup(), Some(partition), card.width);
        let handle = match start > PAD + 10.0 {
            true => Rect { width: start - 6.0, ..rect },
            false => Rect::new(x, middle + half, width, below),
        };
        let name = self.world.setup().partition_name(partition);
        let label = fill(self.words.replica, &[&name, &broker]);
        self.pen.handle(Part::Replica(broker, partition), rect, handle, true, label);
    }

    /// What is behind the records: the track, its name, and how many records are further left.
    fn track(&mut self, broker: BrokerId, replica: &Replica, place: Place) {
        let Place { card, strip, top, .. } = place;
        let middle = top + self.chip.height / 2.0;
        let half = self.chip.height / 2.0 + 4.0;
        let x = card.x + strip.start - 4.0;
        let width = card.width - PAD - strip.start + 6.0;
        self.pen.rect(Rect::new(x, middle - half, width, 2.0 * half), 7.0).fill(Ink::Well);
        let style = Style::sans(Ink::Muted, SMALL);
        if strip.start > PAD + 10.0 {
            let name = self.world.setup().partition_name(replica.partition);
            let room = strip.start - PAD - SPACE + 2.0;
            self.pen.fit(pt(card.x + PAD, middle + 4.0), room, style, name);
            let below = middle + self.chip.height / 2.0 + OFFSETS;
            self.pen.text(pt(card.x + PAD, below), style, self.words.offset);
        }
        let (start, end) = (replica.log.start_offset(), replica.log.end_offset());
        let beyond = end.saturating_sub((strip.first + strip.cells).max(start));
        if beyond > 0 {
            let more = fill(self.words.more, &[&beyond]);
            let x = card.x + strip.indent + strip.cells as f32 * strip.pitch + 3.0;
            self.pen.text(pt(x, middle + 4.0), style, more);
            self.pen.fold(Site::Log(broker), beyond as usize);
        }
        let further_left = strip.first.min(end).saturating_sub(start);
        if further_left > 0 {
            let more = fill(self.words.more, &[&further_left]);
            self.pen.text(pt(card.x + strip.indent - 6.0, middle + 4.0), style.end(), more);
            self.pen.fold(Site::Log(broker), further_left as usize);
        }
    }

    /// What a batch holds, cell by cell.
    fn cells(&mut self, broker: &Broker, replica: &Replica, batch: &LogBatch, place: Place) {
        let Place { card, strip, top, .. } = place;
        let start = replica.log.start_offset().max(strip.first);
        let is_open = batch.in_transaction_of().is_some_and(|producer| {
            let from = replica.producers.open_from(producer.producer_id);
            from.is_some_and(|from| batch.base_offset >= from)
        });
        for offset in batch.base_offset.max(start)..batch.end_offset() {
            if !strip.holds(offset) {
                continue;
            }
            let cell = Rect::new(card.x + strip.x(offset), top, self.chip.width, self.chip.height);
            let on_disk = offset < replica.log.flushed_offset();
            match &batch.payload {
                Payload::Records(records) => {
                    let record = records.records[(offset - batch.base_offset) as usize];
                    let state = if on_disk { State::Disk } else { State::PageCache };
                    let down = broker.process == Process::Down;
                    self.record(cell, record, state, Site::Log(broker.id), down);
                }
                Payload::Marker(marker) => self.marker(broker.id, offset, *marker, cell),
                _ => {}
            }
            if is_open {
                self.open_bar(cell, strip.pitch);
            }
            self.offset_below(offset, cell);
        }
    }

    fn offset_below(&mut self, offset: u64, cell: Rect) {
        let at = pt(cell.center().x, cell.bottom() + OFFSETS);
        self.pen.text(at, Style::mono(Ink::Muted, SMALL).middle(), offset.to_string());
    }

    /// The end of a transaction is no record: a diamond, with a tick or a cross.
    fn marker(&mut self, broker: BrokerId, offset: u64, marker: Marker, cell: Rect) {
        let part = self.pen.part.replace(Part::Marker(broker, offset));
        let (center, reach) = (cell.center(), (cell.width.min(cell.height) / 2.0 - 0.5).min(12.0));
        let points = [(0.0, -reach), (reach, 0.0), (0.0, reach), (-reach, 0.0)];
        let points = points.map(|(x, y)| pt(center.x + x, center.y + y));
        let ink = if marker.commit { Ink::Acked } else { Ink::Lost };
        self.pen.polygon(&points).fill(Ink::Card).stroke(ink, 1.5);
        let word = if marker.commit {
            self.pen.tick(center, 9.0, ink);
            self.words.commit_marker
        } else {
            self.pen.cross(center, 9.0, ink);
            self.words.abort_marker
        };
        self.pen.hotspot(Part::Marker(broker, offset), cell, false, word);
        self.pen.part = part;
    }

    /// A bar below what belongs to a transaction that is open.
    fn open_bar(&mut self, cell: Rect, pitch: f32) {
        self.see(Sign::Open);
        let y = cell.bottom() + 2.0;
        let bar = self.pen.line(pt(cell.x - 1.5, y), pt(cell.x + pitch - 1.5, y));
        bar.stroke(Ink::Leader, 2.5).dash(4.0, 2.0);
    }

    /// What was cut off, or lost with the page cache or the disk.
    fn cut_off(&mut self, broker: BrokerId, replica: &Replica, place: Place) {
        let Place { card, strip, top, .. } = place;
        let end = replica.log.end_offset();
        let batches: Vec<_> = replica.log.cut_off().to_vec();
        for (offset, record) in batches.iter().flat_map(|batch| batch.records()) {
            if offset < end || !strip.holds(offset) {
                continue;
            }
            let cell = Rect::new(card.x + strip.x(offset), top, self.chip.width, self.chip.height);
            let look = Look { dashed: true, ..Look::LOST };
            self.record_as(cell.inset(1.5), record, look, Site::Cut(broker));
            self.cut_seen_at(cell, offset == end);
        }
    }

    /// The first that was cut off has a wavy edge before it: that is where the log was torn.
    fn cut_seen_at(&mut self, cell: Rect, first: bool) {
        if !first {
            return;
        }
        let x = cell.x - 1.5;
        let step = (cell.height + 8.0) / 6.0;
        let points: Vec<_> = (0..=6)
            .map(|n| {
                let side = if n % 2 == 0 { -2.0 } else { 2.0 };
                pt(x + side, cell.y - 4.0 + n as f32 * step)
            })
            .collect();
        self.pen.polyline(&points).stroke(Ink::Lost, 1.5);
    }

    /// LEO stands under the cell that the next record will get.
    fn log_end(&mut self, replica: &Replica, place: Place) {
        let Place { card, strip, top, .. } = place;
        let end = replica.log.end_offset();
        if end < strip.first {
            // A group that has read further has its mark where the strip begins.
            let at = pt(card.x + strip.indent + 8.0, top + self.chip.height + OFFSETS);
            self.pen.text(at, Style::sans(Ink::Text, SMALL).bold(), format!("LEO {end}"));
        }
        if end >= strip.first + strip.cells {
            let at = pt(card.right() - PAD, top + self.chip.height + OFFSETS);
            self.pen.text(at, Style::sans(Ink::Text, SMALL).bold().end(), format!("LEO {end}"));
        }
        if !strip.holds(end) {
            return;
        }
        let cell = Rect::new(card.x + strip.x(end), top, self.chip.width, self.chip.height);
        if replica.log.cut_off().is_empty() {
            self.pen.rect(cell.inset(0.75), 5.0).stroke(Ink::Edge, 1.0).dash(2.0, 3.0);
        }
        let style = Style::mono(Ink::Muted, SMALL);
        let digits = style.width(&end.to_string());
        let at = pt(cell.center().x, cell.bottom() + OFFSETS);
        self.pen.text(at, style.middle(), end.to_string());
        let leo = Style::sans(Ink::Text, SMALL).bold();
        // A group that has read further has its mark at the end of the cell.
        let beyond = self.points_at(replica, end + 1);
        let x = if beyond { cell.right() + 8.0 } else { at.x + digits / 2.0 + 5.0 };
        self.pen.text(pt(x, at.y), leo, "LEO");
    }
}
