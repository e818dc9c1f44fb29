//! The partitions of a broker that are not drawn in full: a few as a line each, many as tiles, a
//! line per topic, in the same columns on every broker.
//!
//! A tile has the number of its partition, its LEO, and a bar: how much of what the partition
//! holds is here, and how much of that is committed.

use super::Stage;
use super::layout::{BELOW_TILES, Layout, PAD};
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Part, Point, Rect, Site, pt, within};
use super::words::fill;
use crate::model::broker::Broker;
use crate::model::broker::replica::{Replica, Role};
use crate::model::ids::{BrokerId, PartitionId};
use crate::model::setup::Setup;

/// From how many other partitions on they are tiles.
const TILES_FROM: usize = 4;
/// The height of a tile.
const TILE: f32 = 15.0;

/// How many lines the partitions take that are not drawn in full.
pub(super) fn rows(setup: &Setup) -> usize {
    let shown = setup.partitions.iter().filter(|p| !p.internal).count();
    let topics = setup.topics.iter().filter(|t| {
        let first = t.partitions.first();
        first.is_some_and(|p| !setup.partition(*p).internal)
    });
    let lines = match is_tiled(setup) {
        false => shown.saturating_sub(1),
        // One more for the sentence, which stands below the tiles: they need the whole width.
        true => topics.count() + 1,
    };
    lines + usize::from(setup.transactions_partition.is_some())
}

/// Whether the partitions that are not drawn in full are tiles.
pub(super) fn is_tiled(setup: &Setup) -> bool {
    let shown = setup.partitions.iter().filter(|p| !p.internal).count();
    shown.saturating_sub(1) >= TILES_FROM
}

impl Stage<'_> {
    #[inline(never)] // The build asks for it by its name: it loads later.
    pub(super) fn other_replicas(&mut self, broker: &Broker, card: Rect) {
        let setup = self.world.setup().clone();
        let all = (0..setup.partitions.len() as u16).map(PartitionId);
        let hidden = |p: &PartitionId| Some(*p) == self.partition || setup.partition(*p).internal;
        let others: Vec<_> = all.filter(|p| !hidden(p)).collect();
        self.transactions_row(broker, card);
        let above = usize::from(setup.transactions_partition.is_some());
        let lines = self.layout.rows.saturating_sub(above) as f32;
        let below = if self.layout.tiled { BELOW_TILES } else { 0.0 };
        let first = card.bottom() - 12.0 - below - (lines - 1.0) * Layout::ROW;
        if others.len() < TILES_FROM {
            for (n, partition) in others.iter().enumerate() {
                let at = pt(card.x + PAD, first + n as f32 * Layout::ROW);
                self.other_replica(broker, *partition, at, self.line_end(card, at.y));
            }
            return;
        }
        let mut line = 0;
        let right = card.right() - PAD;
        for (topic, topic_setup) in setup.topics.iter().enumerate() {
            let mine = others.iter().filter(|p| usize::from(setup.partition(**p).topic) == topic);
            let mine: Vec<_> = mine.copied().collect();
            if mine.is_empty()
                && topic_setup.partitions.iter().any(|p| setup.partition(*p).internal)
            {
                continue;
            }
            let at = pt(card.x + PAD, first + line as f32 * Layout::ROW);
            self.tiles(broker, topic, &mine, at, right);
            line += 1;
        }
    }

    /// A topic's partitions, each in the column of its number.
    fn tiles(
        &mut self,
        broker: &Broker,
        topic: usize,
        partitions: &[PartitionId],
        at: Point,
        right: f32,
    ) {
        let setup = self.world.setup().clone();
        let most = setup.topics.iter().map(|topic| topic.partitions.len()).max().unwrap_or(1);
        let column = ((right - at.x) * 0.26).min(96.0);
        let style = Style::sans(Ink::Muted, SMALL);
        self.pen.fit(at, column - 8.0, style, setup.topics[topic].name.clone());
        let pitch = ((right - at.x - column) / most as f32).min(58.0);
        for partition in partitions {
            let number = f32::from(setup.partition(*partition).number);
            let x = at.x + column + number * pitch;
            let rect = Rect::new(x, at.y - 11.5, pitch - 4.0, TILE);
            if let Some(replica) = broker.replica(*partition) {
                self.tile(broker, replica, rect);
            }
        }
    }

    fn tile(&mut self, broker: &Broker, replica: &Replica, rect: Rect) {
        let setup = self.world.setup();
        let partition = replica.partition;
        let number = setup.partition(partition).number;
        let label = fill(self.words.replica, &[&setup.partition_name(partition), &broker.id]);
        let in_sync = self.world.controller.partitions[partition.index()].isr.contains(&broker.id);
        let part = self.pen.part.replace(Part::Replica(broker.id, partition));
        let head = Rect { width: within(rect.width * 0.36, 11.0, 18.0), ..rect };
        let (ink, text) = match &replica.role {
            Role::Leader(_) => {
                self.pen.rect(head, 3.0).fill(Ink::LeaderFill);
                (Ink::Leader, Ink::OnLeader)
            }
            Role::Follower(_) if in_sync => (Ink::Edge, Ink::Text),
            Role::Follower(_) => (Ink::Lost, Ink::Text),
            Role::None | Role::Offline => (Ink::Lost, Ink::Lost),
        };
        let outline = self.pen.rect(rect.inset(0.5), 3.5).stroke(ink, 1.0);
        if ink == Ink::Lost {
            outline.dash(3.0, 2.0);
        }
        let base = rect.y + 11.5;
        let (start, end) = (replica.log.start_offset(), replica.log.end_offset());
        let room = Rect::new(head.right(), rect.y, rect.right() - head.right(), rect.height);
        let mono = Style::mono(Ink::Text, SMALL).middle();
        let texts = [end.to_string(), fill("{}k", &[&end.div_ceil(1000)])];
        // In the narrowest tile its place in the line says which partition it is.
        let both = texts.iter().any(|text| mono.width(text) <= room.width - 1.0);
        let room = if both { room } else { rect };
        if both {
            let style = Style::mono(text, SMALL).middle();
            self.pen.text(pt(head.center().x, base), style, number.to_string());
        }
        self.pen.first_that_fits(pt(room.center().x, base), room.width - 1.0, mono, &texts);
        self.pen.fold(Site::Log(broker.id), (end - start) as usize);
        self.bar(replica, Rect::new(rect.x, rect.bottom(), rect.width, 2.0));
        self.pen.hotspot(Part::Replica(broker.id, partition), rect, true, label);
        self.pen.part = part;
    }

    /// How much of what a partition holds is here, and how much of that is committed.
    fn bar(&mut self, replica: &Replica, rect: Rect) {
        let ends = self.world.brokers.iter().filter_map(|b| b.replica(replica.partition));
        let most = ends.map(|r| r.log.end_offset()).max().unwrap_or(0).max(1) as f32;
        let width = |offset: u64| rect.width * (offset as f32 / most).min(1.0);
        let (end, high) = (replica.log.end_offset(), replica.high_watermark);
        self.pen.rect(rect, 1.0).fill(Ink::Line);
        self.pen.rect(Rect { width: width(end), ..rect }, 1.0).fill(Ink::Record);
        self.pen.rect(Rect { width: width(high.min(end)), ..rect }, 1.0).fill(Ink::Acked);
    }

    /// A partition in a line: its name, its role, a bar, and its offsets in words.
    fn other_replica(&mut self, broker: &Broker, partition: PartitionId, at: Point, right: f32) {
        let style = Style::sans(Ink::Muted, SMALL);
        let name = self.world.setup().partition_name(partition);
        let column = ((right - at.x) * 0.34).min(140.0);
        let row = Rect::new(at.x - 4.0, at.y - 13.0, right - at.x + 8.0, Layout::ROW);
        let label = fill(self.words.replica, &[&name, &broker.id]);
        self.pen.hotspot(Part::Replica(broker.id, partition), row, true, label);
        let part = self.pen.part.replace(Part::Replica(broker.id, partition));
        self.pen.fit(at, column - 8.0, style, name);
        match broker.replica(partition) {
            Some(replica) => self.offsets(broker.id, replica, pt(at.x + column, at.y), right),
            None => drop(self.pen.text(pt(at.x + column, at.y), style, "–")),
        }
        self.pen.part = part;
    }

    /// What a replica does, a bar, and its offsets in words.
    fn offsets(&mut self, broker: BrokerId, replica: &Replica, at: Point, right: f32) {
        let (word, ink) = match &replica.role {
            Role::Leader(_) => (self.words.leader, Ink::Leader),
            Role::Follower(_) => (self.words.follower, Ink::Muted),
            Role::Offline => (self.words.disk_failed, Ink::Lost),
            Role::None => (self.words.no_role, Ink::Muted),
        };
        let end = replica.log.end_offset();
        // Where there is no room for both, how much is there counts more than the word.
        let style = Style::sans(ink, SMALL).medium();
        let both = style.width(word) + 8.0 + style.width(&end.to_string());
        let width = match both <= right - at.x {
            true => self.pen.text(at, style, word),
            false => -8.0,
        };
        let numbers = format!("HW {} · LEO {end}", replica.high_watermark);
        let texts = [numbers, format!("LEO {end}"), end.to_string()];
        let limit = right - at.x - width - 8.0;
        let style = Style::sans(Ink::Muted, SMALL).end();
        self.pen.first_that_fits(pt(right, at.y), limit, style, &texts);
        self.pen.fold(Site::Log(broker), (end - replica.log.start_offset()) as usize);
        let taken = texts.iter().map(|text| style.width(text)).find(|width| *width <= limit);
        let bar = limit - taken.unwrap_or(limit) - 20.0;
        if bar > 24.0 {
            let x = at.x + width + 14.0;
            self.bar(replica, Rect::new(x, at.y - 5.5, bar.min(90.0), 3.0));
        }
    }
}
