//! The log of the partition that is drawn in full: offset by offset, in the same columns on every
//! broker, so that what differs is seen.

use super::Stage;
use super::layout::PAD;
use super::look::State;
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Part, Rect, Site, pt};
use super::words::fill;
use crate::model::broker::replica::Replica;
use crate::model::broker::{Broker, Process};
use crate::model::ids::{BrokerId, PartitionId, RecordId};

/// From the bottom of the records to the baseline of their offsets.
const OFFSETS: f32 = 17.0;

/// Which offsets the strips show, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strip {
    /// The first offset that is shown.
    first: u64,
    /// How many there is room for.
    cells: u64,
    /// From cell to cell.
    pitch: f32,
    /// Where the track begins, from the card's left side.
    start: f32,
    /// Where the first cell begins.
    indent: f32,
}

/// Where a track begins in a card: a wide one has room for words before it.
pub(super) fn track_start(card_width: f32) -> f32 {
    if card_width >= 300.0 { PAD + 58.0 } else { PAD + 4.0 }
}

impl Strip {
    /// The left side of a cell, from the card's left side.
    fn x(self, offset: u64) -> f32 {
        self.indent + offset.saturating_sub(self.first) as f32 * self.pitch
    }

    fn holds(self, offset: u64) -> bool {
        (self.first..self.first + self.cells).contains(&offset)
    }
}

impl Stage<'_> {
    /// Two cells stay free at the end: for what comes next, and for the words below it.
    pub(super) fn strip(&self) -> Strip {
        let width = self.layout.brokers.first().map_or(0.0, |card| card.width);
        let start = track_start(width);
        let pitch = self.chip.width + 3.0;
        let cells = |indent: f32| ((width - PAD - indent) / pitch).floor().max(3.0) as u64;
        let replicas = self.world.brokers.iter().filter_map(|b| b.replica(self.partition?));
        let end = replicas.map(|replica| replica.log.end_offset()).max().unwrap_or_default() + 2;
        if end <= cells(start) {
            return Strip { first: 0, cells: cells(start), pitch, start, indent: start };
        }
        // A part of the track says how many offsets are further left.
        let indent = start + 14.0 + end.to_string().len() as f32 * 7.0;
        Strip { first: end - cells(indent), cells: cells(indent), pitch, start, indent }
    }

    pub(super) fn log(&mut self, broker: &Broker, replica: &Replica, card: Rect, strip: Strip) {
        let middle = self.layout.port(broker.id.index()).y;
        let top = middle - self.chip.height / 2.0;
        self.pen.part = Some(Part::Replica(broker.id, replica.partition));
        self.track(replica, card, strip, middle);
        self.replica_hotspot(broker.id, replica.partition, card, middle);
        let flushed = replica.log.flushed_offset();
        let down = broker.process == Process::Down;
        let idle = broker.process != Process::Running;
        let entries = replica.log.batches().iter().rev();
        let entries = entries.take_while(|entry| entry.end_offset() > strip.first);
        let records = entries.flat_map(|entry| entry.records());
        let shown: Vec<(u64, RecordId)> =
            records.filter(|(offset, _)| strip.holds(*offset)).collect();
        for (offset, record) in shown {
            let rect = Rect::new(card.x + strip.x(offset), top, self.chip.width, self.chip.height);
            let state = if offset < flushed { State::Disk } else { State::PageCache };
            self.record(rect, record, state, Site::Log(broker.id), down);
            let at = pt(rect.center().x, rect.bottom() + OFFSETS);
            self.pen.text(at, Style::mono(Ink::Muted, SMALL).middle(), offset.to_string());
        }
        self.log_end(replica, card, strip, top);
        self.high_watermark(replica, idle, card, strip, top);
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
        let below = 20.0;
        let (x, width) = (card.x + 2.0, card.width - 4.0);
        let rect = Rect::new(x, middle - half, width, 2.0 * half + below);
        let start = track_start(card.width);
        let handle = match start > PAD + 10.0 {
            true => Rect { width: start - 6.0, ..rect },
            false => Rect::new(x, middle + half, width, below),
        };
        let name = self.world.setup().partition_name(partition);
        let label = fill(self.words.replica, &[&name, &broker]);
        self.pen.handle(Part::Replica(broker, partition), rect, handle, true, label);
    }

    /// What is behind the records: the track, its name, and how many records are further left.
    fn track(&mut self, replica: &Replica, card: Rect, strip: Strip, middle: f32) {
        let half = self.chip.height / 2.0 + 4.0;
        let x = card.x + strip.start - 4.0;
        let width = strip.indent - strip.start + strip.cells as f32 * strip.pitch + 5.0;
        self.pen.rect(Rect::new(x, middle - half, width, 2.0 * half), 7.0).fill(Ink::Well);
        let style = Style::sans(Ink::Muted, SMALL);
        if strip.start > PAD + 10.0 {
            let name = self.world.setup().partition_name(replica.partition);
            self.pen.fit(pt(card.x + PAD, middle + 4.0), 52.0, style, name);
            let below = middle + self.chip.height / 2.0 + OFFSETS;
            self.pen.text(pt(card.x + PAD, below), style, self.words.offset);
        }
        let further_left = strip.first.min(replica.log.end_offset());
        if further_left > 0 {
            let more = fill(self.words.more, &[&further_left]);
            self.pen.text(pt(card.x + strip.indent - 6.0, middle + 4.0), style.end(), more);
        }
    }

    /// LEO stands under the cell that the next record will get.
    fn log_end(&mut self, replica: &Replica, card: Rect, strip: Strip, top: f32) {
        let end = replica.log.end_offset();
        if end < strip.first {
            let at = pt(card.x + strip.indent, top + self.chip.height + OFFSETS);
            self.pen.text(at, Style::sans(Ink::Text, SMALL).bold(), format!("LEO {end}"));
        }
        if !strip.holds(end) {
            return;
        }
        let cell = Rect::new(card.x + strip.x(end), top, self.chip.width, self.chip.height);
        self.pen.rect(cell.inset(0.75), 5.0).stroke(Ink::Edge, 1.0).dash(2.0, 3.0);
        let style = Style::mono(Ink::Muted, SMALL);
        let digits = style.width(&end.to_string());
        let at = pt(cell.center().x, cell.bottom() + OFFSETS);
        self.pen.text(at, style.middle(), end.to_string());
        let leo = Style::sans(Ink::Text, SMALL).bold();
        self.pen.text(pt(at.x + digits / 2.0 + 5.0, at.y), leo, "LEO");
    }

    /// The high watermark stands before the first record that is not committed.
    fn high_watermark(
        &mut self,
        replica: &Replica,
        idle: bool,
        card: Rect,
        strip: Strip,
        top: f32,
    ) {
        let offset = replica.high_watermark.clamp(strip.first, strip.first + strip.cells);
        let x = card.x + strip.x(offset) - 1.5;
        let ink = if idle { Ink::Muted } else { Ink::Acked };
        let bottom = top + self.chip.height + 5.0;
        let line = self.pen.line(pt(x, top - 17.0), pt(x, bottom)).stroke(ink, 2.0).round();
        if idle {
            line.dash(2.0, 4.0);
        }
        let word = if idle { self.words.checkpointed } else { "HW" };
        let text = format!("{word} {}", replica.high_watermark);
        let style = Style::sans(ink, SMALL).bold();
        if x + 5.0 + style.width(&text) < card.right() - PAD {
            self.pen.text(pt(x + 5.0, top - 9.0), style, text);
        } else {
            self.pen.text(pt(x - 5.0, top - 9.0), style.end(), text);
        }
    }
}
