//! The producers' cards: what the application does, what waits in the accumulator, what the
//! sender has in flight, and what the application was told beside what is true.

use super::layout::{Layout, PAD};
use super::look::{State, told_sign};
use super::palette::Ink;
use super::pen::{SMALL, Style, TITLE};
use super::scene::{Part, Point, Rect, Site, pt, within};
use super::words::{both, duration, fill, of_duration};
use super::{Size, Stage};
use crate::model::client::LinkState;
use crate::model::ids::{Node, PartitionId, ProducerId, RecordId};
use crate::model::producer::accumulator::{ProducerBatch, backing_off_until_us};
use crate::model::producer::{Producer, Waiting};
use crate::model::setup::Setup;
use crate::script::config::{Acks, ProducerConfig};

/// The height of a partition in the accumulator: its name, and a track.
pub(super) const TRACK: f32 = 40.0;
/// The height of the sender's part.
pub(super) const SENDER: f32 = 64.0;
/// The least height of what the application was told.
const TOLD: f32 = 66.0;
/// Where the first part begins below the top of a card.
const HEADER: f32 = 76.0;
/// The width of the words before the records that the application was told of.
const GUTTER: f32 = 32.0;

/// Where the parts of a producer's card are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Areas {
    pub accumulator: Rect,
    pub sender: Rect,
    pub told: Rect,
    /// The space between them.
    pub gap: f32,
}

/// The partitions that each producer sends to, that which is drawn in full first.
pub(super) fn sent_to(setup: &Setup, story: Option<PartitionId>) -> Vec<Vec<PartitionId>> {
    let mut topics = vec![vec![false; setup.topics.len()]; setup.producers.len()];
    for plan in &setup.records {
        topics[plan.producer.index()][usize::from(plan.topic)] = true;
    }
    let partitions = |topics: &Vec<bool>| {
        let is_sent_to = |p: &PartitionId| {
            let partition = setup.partition(*p);
            !partition.internal && topics[usize::from(partition.topic)]
        };
        let all = (0..setup.partitions.len() as u16).map(PartitionId).filter(is_sent_to);
        let (story, others): (Vec<_>, Vec<_>) = all.partition(|p| Some(*p) == story);
        [story, others].concat()
    };
    topics.iter().map(partitions).collect()
}

impl Layout {
    /// The parts of a producer's card, with that many partitions in its accumulator.
    pub(super) fn producer_areas(&self, producer: usize, partitions: usize) -> Areas {
        let card = self.producers[producer];
        let top = card.y + HEADER;
        let inner = Rect::new(card.x + PAD, top, card.width - 2.0 * PAD, card.bottom() - PAD - top);
        if self.is_flat(card) {
            let left = (inner.width * 0.52).floor();
            let row = Rect::new(inner.x, inner.y, left, 34.0 + TRACK);
            let right =
                Rect::new(inner.x + left + 20.0, inner.y, inner.width - left - 20.0, row.height);
            let told = Rect::new(
                inner.x,
                row.bottom() + 14.0,
                inner.width,
                inner.bottom() - row.bottom() - 14.0,
            );
            return Areas { accumulator: row, sender: right, told, gap: 0.0 };
        }
        // Two sections and the records at the end need so much; the rest is for partitions.
        let room = (inner.height - 10.0 - SENDER - 2.0 * 16.0 - TOLD) / (TRACK + 22.0);
        let rows = partitions.clamp(1, within(room.floor(), 1.0, 3.0) as usize);
        let accumulator = 14.0 + rows as f32 * (TRACK + 22.0) - 4.0;
        // What is left goes between the sections, but most of it to the records at the end.
        let spare = inner.height - accumulator - SENDER - 2.0 * 16.0 - TOLD;
        let gap = 16.0 + within(spare * 0.1, 0.0, 24.0);
        let accumulator = Rect::new(inner.x, inner.y, inner.width, accumulator);
        let sender = Rect::new(inner.x, accumulator.bottom() + gap, inner.width, SENDER);
        let told_y = sender.bottom() + gap;
        let told = Rect::new(inner.x, told_y, inner.width, inner.bottom() - told_y);
        Areas { accumulator, sender, told, gap }
    }
}

impl Stage<'_> {
    pub(super) fn producers(&mut self) {
        for n in 0..self.world.producers.len() {
            self.producer(ProducerId(n as u16));
        }
    }

    fn producer(&mut self, id: ProducerId) {
        let producer = &self.world.producers[id.index()];
        let setup = self.world.setup().clone();
        let card = self.layout.producers[id.index()];
        let config = producer.config(&setup);
        let condition = self.condition(Node::Producer(id));
        self.card(Part::Producer(id), card, condition);
        let trouble = self.trouble(condition).map(|(_, word)| format!("{id}, {word}"));
        self.card_hotspot(Part::Producer(id), card, trouble.unwrap_or(id.to_string()));
        if !self.layout.producer_in_full(id.index()) {
            self.producer_lite(producer, config, card);
            self.pen.part = None;
            return;
        }
        let partitions = self.partitions_of(id);
        let areas = self.layout.producer_areas(id.index(), partitions.len());
        self.producer_header(producer, config, card);
        self.accumulator(producer, config, &partitions, areas.accumulator);
        self.sender(producer, config, areas.sender);
        self.told(id, areas.told);
        let line = |stage: &mut Self, y: f32| {
            stage.pen.line(pt(card.x + PAD, y), pt(card.right() - PAD, y)).stroke(Ink::Line, 1.0);
        };
        line(self, card.y + HEADER - 14.0);
        if !self.layout.narrow {
            line(self, areas.sender.y - areas.gap / 2.0);
            line(self, areas.told.y - areas.gap / 2.0);
        }
        self.pen.part = None;
    }

    /// The partitions that a producer sends to, that which is drawn in full first.
    pub(super) fn partitions_of(&self, id: ProducerId) -> Vec<PartitionId> {
        self.sent_to[id.index()].clone()
    }

    fn producer_header(&mut self, producer: &Producer, config: &ProducerConfig, card: Rect) {
        let (x, right) = (card.x + PAD, card.right() - PAD);
        self.pen.text(
            pt(x, card.y + 23.0),
            Style::sans(Ink::Text, TITLE).bold(),
            producer.id.to_string(),
        );
        let acks = match config.acks {
            Acks::None => "acks=0",
            Acks::Leader => "acks=1",
            Acks::All => "acks=all",
        };
        self.pen.text(pt(right, card.y + 23.0), Style::mono(Ink::Muted, SMALL).end(), acks);
        let (ink, status) = match self.trouble(self.condition(Node::Producer(producer.id))) {
            Some((ink, word)) => (ink, self.with_time(Node::Producer(producer.id), word)),
            None => self.application(producer),
        };
        let base = card.y + 48.0;
        let mut width = self.pen.text(pt(x, base), Style::mono(Ink::Muted, SMALL), "send()");
        width += self.blocked(producer, pt(x + width + 7.0, base));
        let style = Style::sans(ink, SMALL).end();
        self.pen.first_that_fits(pt(right, base), right - x - width - 8.0, style, &status);
    }

    /// The record whose `send()` blocks, beside those words; answers with its width.
    pub(super) fn blocked(&mut self, producer: &Producer, at: Point) -> f32 {
        let Waiting::Memory(record) = producer.application.waiting else { return 0.0 };
        let Size { width, height } = self.chip;
        let rect = Rect::new(at.x, at.y - 4.0 - height / 2.0, width, height);
        self.record(rect, record, State::Waiting, Site::Application(producer.id), false);
        width + 7.0
    }

    /// What the application does; the longer words first.
    pub(super) fn application(&self, producer: &Producer) -> (Ink, Vec<String>) {
        let words = self.words;
        let setup = self.world.setup();
        let records = &setup.producers[producer.id.index()].records;
        let next = records.get(producer.application.sent as usize);
        if let (Waiting::No, Some(transaction)) =
            (&producer.application.waiting, self.in_transaction(producer))
        {
            return transaction;
        }
        match (producer.application.waiting, next) {
            (Waiting::Transaction, _) => {
                (Ink::Accent, both(words.blocked_transaction, words.blocked_transaction_short))
            }
            _ if producer.closing && producer.busy() => {
                (Ink::Leader, vec![words.closing.to_owned()])
            }
            _ if producer.closing => (Ink::Muted, vec![words.closed.to_owned()]),
            (Waiting::Memory(_), _) => {
                (Ink::Lost, both(words.blocked_memory, words.blocked_memory_short))
            }
            (Waiting::Flush, _) => {
                (Ink::Leader, both(words.blocked_flush, words.blocked_flush_short))
            }
            (Waiting::Outcome(_), _) => (Ink::Leader, vec![words.blocked_get.to_owned()]),
            (Waiting::No, None) => match setup.producers[producer.id.index()].consumer {
                Some(id) => {
                    let consumer = setup.name(Node::Consumer(id));
                    (Ink::Muted, vec![fill(words.sends_for, &[&consumer])])
                }
                None => (Ink::Muted, vec![fill(words.all_sent, &[&records.len()])]),
            },
            (Waiting::No, Some(next)) => {
                let wait_us = setup.record(*next).at_us.saturating_sub(self.now_us);
                let wait = duration(wait_us);
                let short = fill(words.next_in_short, &[&wait]);
                (Ink::Muted, vec![fill(words.next_in, &[next, &wait]), short])
            }
        }
    }

    fn accumulator(
        &mut self,
        producer: &Producer,
        config: &ProducerConfig,
        partitions: &[PartitionId],
        area: Rect,
    ) {
        let rows = (((area.height - 10.0) / (TRACK + 22.0)).round() as usize).max(1);
        let used = config.buffer_memory.saturating_sub(producer.accumulator.free_bytes);
        let percent = (used * 100).div_ceil(config.buffer_memory.max(1));
        let pool = fill(self.words.pool, &[&percent]);
        let hidden = partitions.iter().skip(rows);
        let hidden = hidden.flat_map(|p| &producer.accumulator.deques[p.index()]);
        let hidden: usize = hidden.map(|batch| batch.records.len()).sum();
        let others = fill(self.words.in_others, &[&hidden]);
        let more = fill(self.words.more, &[&hidden]);
        let remarks = match hidden {
            0 => vec![pool],
            _ => vec![format!("{others} · {pool}"), others, more],
        };
        self.section(area, &["RecordAccumulator", "Accumulator"], &remarks);
        self.pen.fold(Site::Accumulator(producer.id), hidden);
        for (n, partition) in partitions.iter().take(rows).enumerate() {
            let y = area.y + 20.0 + n as f32 * (TRACK + 22.0);
            self.deque(producer, config, *partition, Rect::new(area.x, y, area.width, TRACK));
        }
    }

    /// The batches of a partition that wait, and what the first one waits for.
    pub(super) fn deque(
        &mut self,
        producer: &Producer,
        config: &ProducerConfig,
        partition: PartitionId,
        area: Rect,
    ) {
        let deque = &producer.accumulator.deques[partition.index()];
        let track = Rect { y: area.y + 14.0, ..area };
        self.pen.rect(track, 7.0).fill(Ink::Well);
        self.places.tracks.push((producer.id, partition, track));
        let name = self.world.setup().partition_name(partition);
        let style = Style::sans(Ink::Muted, SMALL);
        let width = self.pen.fit(pt(area.x, area.y + 8.0), area.width * 0.5, style, name);
        let limit = area.width - width - 8.0;
        let at = pt(area.right(), area.y + 8.0);
        let Some(first) = deque.front() else {
            self.pen.text(at, style.end(), self.words.empty);
            return;
        };
        let (ink, part, texts) = self.wait(producer, config, first);
        self.pen.first_that_fits(at, limit, Style { ink, ..style.end() }, &texts);
        let center = pt(track.right() - 18.0, track.center().y);
        self.pen.circle(center, 8.0).stroke(Ink::Line, 2.5);
        self.pen.arc(center, 8.0, part).stroke(ink, 2.5).round();
        self.batches(producer.id, partition, track);
    }

    /// The batches of a partition, as far as there is room, and how many records wait in others.
    fn batches(&mut self, id: ProducerId, partition: PartitionId, track: Rect) {
        const MORE: f32 = 26.0;
        let deque = &self.world.producers[id.index()].accumulator.deques[partition.index()];
        let pitch = self.chip.width + 3.0;
        let (mut x, end) = (track.x + 4.0, track.right() - 34.0);
        let mut hidden: usize = deque.iter().map(|batch| batch.records.len()).sum();
        for (n, batch) in deque.iter().enumerate() {
            let end = if n + 1 == deque.len() { end } else { end - MORE };
            let least = 7.0 + pitch * batch.records.len().min(2) as f32;
            if n > 0 && x + least > end {
                break;
            }
            x += self.batch(id, batch, x, Rect { width: end - track.x, ..track }) + 4.0;
            hidden -= batch.records.len();
        }
        if hidden > 0 {
            let more = fill(self.words.more, &[&hidden]);
            let style = Style::sans(Ink::Muted, SMALL);
            self.pen.text(pt(x + 1.0, track.center().y + 4.0), style, more);
            self.pen.fold(Site::Accumulator(id), hidden);
        }
    }

    /// What the first batch waits for: its ink, how much of the wait is over, and words for it,
    /// the longer ones first.
    fn wait(
        &self,
        producer: &Producer,
        config: &ProducerConfig,
        batch: &ProducerBatch,
    ) -> (Ink, f32, Vec<String>) {
        let words = self.words;
        if let Some(until_us) = backing_off_until_us(batch, &producer.metadata, self.now_us) {
            let left_us = until_us - self.now_us;
            let part = 1.0 - left_us as f32 / batch.backoff_us.max(1) as f32;
            let left = duration(left_us);
            return (Ink::Leader, part, vec![fill(words.backoff, &[&batch.attempts, &left]), left]);
        }
        let Some(leader) = producer.metadata.leader(batch.partition) else {
            return (Ink::Lost, 1.0, vec![words.no_leader_known.to_owned()]);
        };
        if batch.attempts > 0 {
            return (Ink::Leader, 1.0, vec![fill(words.retrying, &[&batch.attempts])]);
        }
        if batch.full() {
            return (Ink::Accent, 1.0, vec![words.batch_full.to_owned()]);
        }
        let age_us = self.now_us.saturating_sub(batch.created_us);
        let ready = matches!(Self::link_state(producer, leader), LinkState::Ready(_));
        if age_us > config.linger_us && !ready {
            return (Ink::Lost, 1.0, vec![words.waits_for_connection.to_owned()]);
        }
        let age_us = age_us.min(config.linger_us);
        let part = age_us as f32 / config.linger_us.max(1) as f32;
        let linger = of_duration(age_us, config.linger_us);
        (Ink::Accent, part, vec![fill(words.linger, &[&linger]), linger])
    }

    /// A batch: an outline around its records, and a bar that says how full it is. It ends where
    /// its track does. Answers with its width.
    fn batch(&mut self, producer: ProducerId, batch: &ProducerBatch, x: f32, track: Rect) -> f32 {
        let pitch = self.chip.width + 3.0;
        let room = track.right() - x - 7.0;
        let fit = (room / pitch).floor().max(1.0) as usize;
        let shown = if batch.records.len() <= fit {
            batch.records.len()
        } else {
            fit.saturating_sub(1).max(1)
        };
        let more = batch.records.len() - shown;
        let width = 7.0 + pitch * (shown + usize::from(more > 0)) as f32 - 3.0 + 3.0;
        let outline = Rect::new(x, track.y + 2.0, width, TRACK - 4.0);
        self.pen.rect(outline, 6.0).fill(Ink::Raised);
        let top = outline.y + (outline.height - 5.0 - self.chip.height) / 2.0;
        let row = Rect::new(
            x + 5.0,
            top,
            pitch * (shown + usize::from(more > 0)) as f32,
            self.chip.height,
        );
        self.row(row, &batch.records, State::Waiting, Site::Accumulator(producer));
        let part = (batch.bytes as f32 / batch.capacity_bytes.max(1) as f32).min(1.0);
        let bar = Rect::new(x + 5.0, outline.bottom() - 5.0, width - 10.0, 2.5);
        self.pen.rect(bar, 1.2).fill(Ink::Well);
        self.pen.rect(Rect { width: (bar.width * part).max(2.5), ..bar }, 1.2).fill(Ink::Accent);
        width
    }

    /// Two lines for each record: what the application was told of it, and what is true.
    pub(super) fn told(&mut self, id: ProducerId, area: Rect) {
        let sent = self.ledger.sent_by(id) as usize;
        let pitch = self.chip.width + 3.0;
        let line = self.chip.height + if self.layout.narrow { 20.0 } else { 24.0 };
        let each = (((area.width - GUTTER + 3.0) / pitch).floor() as usize).max(2);
        let mut top = if self.layout.narrow { 0.0 } else { 20.0 };
        let lines = (((area.height - top + 8.0) / line).floor() as usize).max(1);
        // Without a heading, and in one line, the first place says how many went before.
        let beside = lines == 1 || self.layout.narrow;
        let hidden = match sent {
            count if count <= each * lines => 0,
            count if beside => count + 1 - each * lines,
            count => count.div_ceil(each).saturating_sub(lines) * each,
        };
        let mut records: Vec<RecordId> = self.ledger.latest_of(id).take(sent - hidden).collect();
        records.reverse();
        if !self.layout.narrow {
            let names = [self.words.told_application, self.words.told];
            let earlier = match hidden {
                1.. if !beside => [self.words.earlier, self.words.more],
                _ => [""; 2],
            };
            let earlier = earlier.map(|text| fill(text, &[&hidden]));
            self.section(area, &names, &earlier);
        }
        let style = Style::sans(Ink::Muted, SMALL);
        if records.is_empty() {
            let at = pt(area.x, area.y + top + 11.0);
            self.pen.text(at, style, self.words.nothing_yet);
        }
        let mut x = area.x + GUTTER;
        let mut shown = &records[..];
        if hidden > 0 && beside {
            let at = pt(x, area.y + top + 15.0 + self.chip.height / 2.0 + 4.0);
            let more = fill(self.words.more, &[&hidden]);
            x += self.pen.text(at, style, more).max(self.chip.width) + 3.0;
            let first;
            (first, shown) = shown.split_at(each - 1);
            self.told_line(id, first, pt(x, area.y + top), area.x);
            top += line;
        }
        for (n, chunk) in shown.chunks(each).enumerate() {
            let at = pt(area.x + GUTTER, area.y + top + n as f32 * line);
            self.told_line(id, chunk, at, area.x);
        }
    }

    fn told_line(&mut self, id: ProducerId, records: &[RecordId], at: Point, left: f32) {
        let style = Style::sans(Ink::Muted, SMALL);
        let Size { width, height } = self.chip;
        self.pen.text(pt(left, at.y + 10.0), style, self.words.told);
        self.pen.text(pt(left, at.y + 15.0 + height / 2.0 + 4.0), style, self.words.truth);
        for (place, record) in records.iter().enumerate() {
            let x = at.x + place as f32 * (width + 3.0);
            let told = self.verdict(*record).told;
            told_sign(&mut self.pen, pt(x + width / 2.0, at.y + 6.0), told);
            let rect = Rect::new(x, at.y + 15.0, width, height);
            self.record(rect, *record, State::Judged, Site::Told(id), false);
        }
    }
}
