//! What stands at an offset of a log: the high watermark and the last stable offset above it, and
//! below it where the groups are that read it.

use super::Stage;
use super::layout::PAD;
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Rect, pt};
use super::strip::{OFFSETS, Place};
use super::words::fill;
use crate::model::broker::replica::Replica;
use crate::model::ids::{GroupId, PartitionId};

/// From the top of the records up to the baseline of the flags.
const FLAG: f32 = 8.0;
/// From the baseline of the offsets to that of the pointers.
const POINTERS: f32 = 15.0;
/// Between two texts in a line.
const SPACE: f32 = 10.0;

/// Where a group is in a log.
#[derive(Clone, Debug)]
struct Pointer {
    offset: u64,
    /// Whether it is the committed offset; else the position.
    committed: bool,
    /// The words, then shorter.
    texts: [String; 2],
}

impl Stage<'_> {
    /// The high watermark, before the first record that is not committed; and the last stable
    /// offset, where that is behind.
    pub(super) fn flags(&mut self, replica: &Replica, place: Place) {
        let Place { card, strip, idle, .. } = place;
        let ink = if idle { Ink::Muted } else { Ink::Acked };
        let style = Style::sans(ink, SMALL).bold();
        let x = self.flag_line(replica.high_watermark, ink, idle, place);
        let room = (x - 5.0 - card.x - PAD).max(card.right() - PAD - x - 5.0);
        let long = format!("{} {}", self.words.checkpointed, replica.high_watermark);
        let short = format!("HW {}", replica.high_watermark);
        let text = if idle && style.width(&long) <= room { long } else { short };
        let flipped = x + 5.0 + style.width(&text) >= card.right() - PAD;
        let at = if flipped { x - 5.0 } else { x + 5.0 };
        let left = if flipped { x - 5.0 - style.width(&text) } else { x + 5.0 };
        let base = place.top - FLAG;
        self.pen.text(pt(at, base), if flipped { style.end() } else { style }, text);
        let stable = replica.last_stable_offset();
        if replica.leader().is_none() || stable >= replica.high_watermark {
            return;
        }
        let text = format!("LSO {stable}");
        let style = Style::sans(Ink::Leader, SMALL).bold();
        let x = self.flag_line(stable, Ink::Leader, true, place);
        let width = style.width(&text);
        if x + 5.0 + width + SPACE <= left {
            self.pen.text(pt(x + 5.0, base), style, text);
        } else if x - 5.0 - width >= card.x + PAD && x - 5.0 + SPACE <= left {
            self.pen.text(pt(x - 5.0, base), style.end(), text);
        } else if strip.holds(stable) {
            // No room for its words: it is said with the groups below.
            self.stable_unsaid = Some(stable);
        }
    }

    /// A line before an offset; answers with where it is.
    fn flag_line(&mut self, offset: u64, ink: Ink, dashed: bool, place: Place) -> f32 {
        let Place { card, strip, top, .. } = place;
        let offset = offset.clamp(strip.first, strip.first + strip.cells);
        let x = card.x + strip.x(offset) - 1.5;
        let bottom = top + self.chip.height + 5.0;
        let line = self.pen.line(pt(x, top - FLAG - 8.0), pt(x, bottom)).stroke(ink, 2.0).round();
        if dashed {
            line.dash(2.0, 4.0);
        }
        x
    }

    /// The baseline of the line below the offsets.
    pub(super) fn pointers_base(&self, place: Place) -> f32 {
        place.top + self.chip.height + OFFSETS + POINTERS
    }

    /// Where the groups are in this log, in a line below its offsets, up to there. Answers from where
    /// on there is room left in it.
    pub(super) fn pointers(
        &mut self,
        replica: &Replica,
        place: Place,
        (base, right): (f32, f32),
    ) -> f32 {
        let Place { card, strip, top, .. } = place;
        let mut pointers = self.group_pointers(replica.partition);
        if let Some(stable) = self.stable_unsaid.take() {
            let text = fill("LSO {}", &[&stable]);
            let texts = [text.clone(), text];
            pointers.push(Pointer { offset: stable, committed: false, texts });
        }
        pointers.sort_by_key(|pointer| pointer.offset);
        let style = Style::sans(Ink::Text, SMALL);
        let left = card.x + PAD;
        let room = right - left + SPACE;
        let all = |short: usize| {
            pointers.iter().map(|p| style.width(&p.texts[short]) + SPACE).sum::<f32>()
        };
        let short = usize::from(all(0) > room);
        let mut spots = Vec::with_capacity(pointers.len());
        let mut from = left;
        for pointer in &pointers {
            spots.push(from.max(self.pointer_x(pointer, place) - 4.0));
            from = spots[spots.len() - 1] + style.width(&pointer.texts[short]) + SPACE;
        }
        // What does not fit at the end moves to the left, as far as there is room.
        let mut limit = right;
        for (spot, pointer) in spots.iter_mut().zip(&pointers).rev() {
            *spot = spot.min(limit - style.width(&pointer.texts[short])).max(left);
            limit = *spot - SPACE;
        }
        from = left;
        for (pointer, spot) in pointers.iter().zip(spots) {
            let x = self.pointer_x(pointer, place);
            let ink = if pointer.committed { Ink::Acked } else { Ink::Text };
            // Further beyond the end there is nothing to point at.
            let near = pointer.offset <= replica.log.end_offset() + 1;
            if near && (strip.first..=strip.first + strip.cells).contains(&pointer.offset) {
                self.triangle(x, top + self.chip.height + 5.0, ink, pointer.committed);
            }
            let text = &pointer.texts[short];
            let end = spot + style.width(text);
            if spot < from || end > right + 0.5 {
                continue;
            }
            self.pen.text(pt(spot, base), Style { ink, ..style }, text.clone());
            from = end + SPACE;
        }
        from
    }

    /// Whether a group is at that offset of a log that tells where groups are.
    pub(super) fn points_at(&self, replica: &Replica, offset: u64) -> bool {
        let pointers = || self.group_pointers(replica.partition);
        replica.leader().is_some() && pointers().iter().any(|pointer| pointer.offset == offset)
    }

    fn pointer_x(&self, pointer: &Pointer, place: Place) -> f32 {
        let Place { card, strip, .. } = place;
        let offset = pointer.offset.clamp(strip.first, strip.first + strip.cells);
        card.x + strip.x(offset) - 1.5
    }

    fn triangle(&mut self, x: f32, y: f32, ink: Ink, solid: bool) {
        let shape = self.pen.polygon(&[pt(x, y), pt(x + 4.0, y + 6.5), pt(x - 4.0, y + 6.5)]);
        shape.fill(if solid { ink } else { Ink::Card }).stroke(ink, 1.0);
    }

    /// The groups that read a partition: what their coordinator holds for committed, and where
    /// the member is that reads it.
    fn group_pointers(&self, partition: PartitionId) -> Vec<Pointer> {
        let words = self.words;
        let setup = self.world.setup();
        let topic = setup.partition(partition).topic;
        let reads = |group: &usize| {
            let topics = setup.groups[*group].topics.iter().flatten();
            topics.into_iter().any(|p| setup.partition(*p).topic == topic)
        };
        let groups: Vec<usize> = (0..setup.groups.len()).filter(reads).collect();
        let mut pointers = Vec::new();
        let mut point = |group: usize, offset: u64, committed: bool, position: bool| {
            let word = if committed { words.committed } else { words.position };
            let both = format!("{}, {}", words.position, words.committed);
            let long = if committed && position { &both } else { word };
            let name = &setup.groups[group].id;
            let texts = match groups.len() {
                1 => [format!("{long} {offset}"), format!("{word} {offset}")],
                _ => [format!("{name}: {long} {offset}"), format!("{name} {offset}")],
            };
            pointers.push(Pointer { offset, committed, texts });
        };
        for group in &groups {
            let id = GroupId(*group as u16);
            let members = setup.groups[*group].members.iter();
            let members = members.map(|id| &self.world.consumers[id.index()]);
            // A member that the group has given up may not know it yet: the latest generation counts.
            let held = members.filter(|member| member.alive).filter_map(|member| {
                let position = member.partitions.get(&partition)?.position?;
                Some((member.member.generation, position.offset))
            });
            let position = held.max_by_key(|(generation, _)| *generation).map(|(_, at)| at);
            match (self.committed(id, partition), position) {
                (Some(committed), Some(position)) if committed == position => {
                    point(*group, committed, true, true);
                }
                (committed, position) => {
                    committed.into_iter().for_each(|offset| point(*group, offset, true, false));
                    position.into_iter().for_each(|offset| point(*group, offset, false, true));
                }
            }
        }
        pointers
    }

    /// What the coordinator of a group holds for committed.
    pub(super) fn committed(&self, group: GroupId, partition: PartitionId) -> Option<u64> {
        let offsets = self.world.setup().offsets_partition?;
        let leads = |replica: &&Replica| replica.leader().is_some();
        let mut brokers = self.world.brokers.iter();
        let coordinator = brokers.find(|b| b.replica(offsets).filter(leads).is_some())?;
        coordinator.offsets.get(&(group, partition)).map(|committed| committed.offset)
    }

    /// Where a log is in its card.
    pub(super) fn place(&self, broker: usize, card: Rect, strip: super::strip::Strip) -> Place {
        let top = self.layout.port(broker).y - self.chip.height / 2.0;
        Place { card, strip, top, idle: false }
    }
}
