//! The consumers' cards: what was fetched, what `poll()` returned, what is being processed, where
//! the group stands, and what took effect.

use super::layout::{Layout, PAD};
use super::look::{Look, State};
use super::palette::Ink;
use super::pen::{SMALL, Style, TITLE};
use super::scene::{Part, Rect, Site, pt};
use super::words::fill;
use super::{Size, Stage};
use crate::model::consumer::{Consumer, Thread};
use crate::model::ids::{ConsumerId, Node, PartitionId, RecordId};
use crate::verdict::Fate;

/// How far back the stage looks for records that took effect.
const LOOK_BACK: usize = 200;
/// The height from which on a card shows everything; a lower one leaves out what was fetched, and
/// what took effect.
const FULL: f32 = 284.0;

/// The height of position, committed offset and lag.
const NUMBERS: f32 = 54.0;
const CLOSE: f32 = 46.0;
/// The room for what took effect, with the space before it.
const DONE: f32 = 58.0;

/// Where the parts of a consumer's card are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Areas {
    pub fetched: Rect,
    pub polled: Rect,
    pub numbers: Rect,
    pub done: Rect,
}

impl Layout {
    pub(super) fn consumer_areas(&self, consumer: usize) -> Areas {
        let card = self.consumers[consumer];
        let top = if card.height < FULL { 38.0 } else { 42.0 };
        let inner = Rect::new(
            card.x + PAD,
            card.y + top,
            card.width - 2.0 * PAD,
            card.height - top - PAD + 2.0,
        );
        if card.height < FULL {
            let (polled, none) = (Rect { height: 54.0, ..inner }, Rect::default());
            // Closer together where there is only just room for what took effect.
            let each = if inner.height < 54.0 + NUMBERS + DONE { CLOSE } else { NUMBERS };
            let spare = inner.height - 54.0 - each;
            if spare < DONE - 8.0 {
                let numbers = Rect { y: inner.bottom() - 49.0, height: NUMBERS, ..inner };
                return Areas { fetched: none, polled, numbers, done: none };
            }
            let gap = ((spare - DONE) * 0.5 + 8.0).min(14.0);
            let numbers = Rect { y: polled.bottom() + gap, height: each, ..inner };
            let y = numbers.bottom() + gap;
            let done = Rect { y, height: inner.bottom() - y, ..inner };
            return Areas { fetched: none, polled, numbers, done };
        }
        let gap = if card.height > 320.0 { 13.0 } else { 10.0 };
        let fetched = Rect { height: 46.0, ..inner };
        let polled = Rect { y: fetched.bottom() + gap, height: 58.0, ..inner };
        let numbers = Rect { y: polled.bottom() + gap, height: NUMBERS, ..inner };
        let y = numbers.bottom() + gap;
        let done = Rect { y, height: (inner.bottom() - y).max(0.0), ..inner };
        Areas { fetched, polled, numbers, done }
    }
}

impl Stage<'_> {
    pub(super) fn consumers(&mut self) {
        for n in 0..self.world.consumers.len() {
            self.consumer(ConsumerId(n as u16));
        }
    }

    fn consumer(&mut self, id: ConsumerId) {
        let consumer = &self.world.consumers[id.index()];
        let setup = self.world.setup().clone();
        let card = self.layout.consumers[id.index()];
        let group = setup.group_of(id);
        let condition = self.condition(Node::Consumer(id));
        self.card(Part::Consumer(id), card, condition);
        let name = setup.name(Node::Consumer(id));
        let (ink, remarks, label) = match self.trouble(condition) {
            Some((ink, word)) => {
                // One that has died says below since when.
                let below = !consumer.alive && self.layout.consumer_in_full(id.index());
                let timed = || self.with_time(Node::Consumer(id), word);
                let remarks = if below { vec![word.to_owned()] } else { timed() };
                (ink, remarks, format!("{name}, {word}"))
            }
            None => {
                let (ink, remarks) = self.membership(consumer);
                (ink, remarks, name.clone())
            }
        };
        self.card_hotspot(Part::Consumer(id), card, label);
        let style = Style::sans(ink, SMALL).end();
        let right = card.right() - PAD;
        let title = Style::sans(Ink::Text, TITLE).bold();
        let room = card.width - 2.0 * PAD - 8.0;
        // Of a name that is long enough is left to tell it from others.
        let least = title.width(&name).min(room * 0.6);
        let remark = remarks.iter().find(|text| style.width(text) <= room - least);
        let remark = remark.or(remarks.last()).cloned().unwrap_or_default();
        let limit = room - self.pen.text(pt(right, card.y + 23.0), style, remark);
        self.pen.fit(pt(card.x + PAD, card.y + 23.0), limit, title, name);
        if !self.layout.consumer_in_full(id.index()) {
            self.consumer_lite(consumer, card);
            self.pen.part = None;
            return;
        }
        let areas = self.layout.consumer_areas(id.index());
        self.polled(consumer, group.processing_us, areas.polled);
        self.numbers(consumer, areas.numbers);
        if areas.fetched.height > 0.0 {
            self.fetched(consumer, areas.fetched);
        } else {
            self.fetched_count(consumer, areas.polled);
        }
        if areas.done.height > 0.0 {
            self.done(consumer, areas.done);
        }
        self.pen.part = None;
    }

    /// What waits in the fetch buffer for the next `poll()`.
    pub(super) fn fetched_records(&self, consumer: &Consumer) -> Vec<RecordId> {
        let mut records = Vec::new();
        for assigned in consumer.partitions.values() {
            let position = assigned.position.map_or(0, |position| position.offset);
            let waiting = assigned.buffer.iter().flat_map(|entry| entry.records());
            records.extend(
                waiting.filter(|(offset, _)| *offset >= position).map(|(_, record)| record),
            );
        }
        records
    }

    fn fetched(&mut self, consumer: &Consumer, area: Rect) {
        let records = self.fetched_records(consumer);
        self.label(area, &[self.words.fetched]);
        self.row_or_hollow(area, &records, State::Fetched, Site::Buffer(consumer.id));
    }

    /// Where there is no room for what was fetched, it is counted.
    fn fetched_count(&mut self, consumer: &Consumer, area: Rect) {
        let count = self.fetched_records(consumer).len();
        if count > 0 {
            let text = fill(self.words.fetched_more, &[&count]);
            let at = pt(area.x, area.bottom() + 4.0);
            self.pen.text(at, Style::sans(Ink::Muted, SMALL), text);
            self.pen.fold(Site::Buffer(consumer.id), count);
        }
    }

    pub(super) fn label(&mut self, area: Rect, texts: &[&'static str]) {
        let style = Style::sans(Ink::Muted, SMALL);
        let text = texts.iter().find(|text| style.width(text) <= area.width).or(texts.last());
        self.pen.text(pt(area.x, area.y + 9.0), style, text.copied().unwrap_or_default());
    }

    fn row_or_hollow(&mut self, area: Rect, records: &[RecordId], state: State, site: Site) {
        let row = Rect::new(area.x, area.y + 17.0, area.width, self.chip.height);
        if records.is_empty() {
            let hollow = Rect::new(row.x, row.y, self.chip.width, self.chip.height);
            self.pen.rect(hollow.inset(0.75), 5.0).stroke(Ink::Line, 1.0).dash(2.0, 3.0);
        } else {
            self.row(row, records, state, site);
        }
    }

    /// What its thread does; the longer words first.
    pub(super) fn thread(&self, consumer: &Consumer) -> Vec<&'static str> {
        let words = self.words;
        match &consumer.thread {
            Thread::Polling | Thread::Waiting if !consumer.pool.is_idle() => vec![words.workers],
            Thread::Polling if !consumer.alive => vec![words.poll],
            Thread::Polling | Thread::Waiting => vec![words.waits],
            Thread::Transacting => vec![words.transacting, words.transacting_short],
            Thread::Processing { .. } => vec![words.poll],
            Thread::Committing { .. } => vec![words.committing, words.committing_short],
        }
    }

    /// What the thread has in its hands: the first record is being worked on.
    fn polled(&mut self, consumer: &Consumer, processing_us: u64, area: Rect) {
        let (left, part) = match &consumer.thread {
            Thread::Processing { left, since_us } => {
                let age_us = self.now_us.saturating_sub(*since_us);
                (Some(left), Some((age_us as f32 / processing_us.max(1) as f32).min(1.0)))
            }
            Thread::Committing { left } => (Some(left), None),
            _ => (None, None),
        };
        let pool = consumer.pool.working.iter().chain(&consumer.pool.waiting);
        let records: Vec<RecordId> =
            left.into_iter().flatten().chain(pool).map(|(_, _, record)| *record).collect();
        self.label(area, &self.thread(consumer));
        let site = Site::Polled(consumer.id);
        let (Some(part), [first, rest @ ..]) = (part, &records[..]) else {
            self.row_or_hollow(area, &records, State::Fetched, site);
            return;
        };
        let rect = Rect::new(area.x, area.y + 17.0, self.chip.width, self.chip.height);
        self.record(rect, *first, State::Processing, site, false);
        let beside = self.chip.width + 3.0;
        self.row(
            Rect::new(area.x + beside, rect.y, area.width - beside, rect.height),
            rest,
            State::Fetched,
            site,
        );
        let bar = Rect::new(area.x, area.y + 17.0 + self.chip.height + 7.0, area.width, 4.0);
        self.pen.rect(bar, 2.0).fill(Ink::Line);
        self.pen.rect(Rect { width: bar.width * part, ..bar }, 2.0).fill(Ink::LeaderFill);
    }

    /// What the application finished: the last of it that fits.
    fn done(&mut self, consumer: &Consumer, area: Rect) {
        let pitch = (self.chip.width + 3.0, self.chip.height + 4.0);
        let each = (((area.width + 3.0) / pitch.0).floor() as usize).max(1);
        let lines = (((area.height - 17.0 + 4.0) / pitch.1).floor() as usize).max(1);
        let mut records = self.took_effect(consumer, each * lines + 1);
        let label = if records.len() > each * lines {
            records.remove(0);
            fill(self.words.done_last, &[&records.len()])
        } else {
            self.words.done.to_owned()
        };
        let at = pt(area.x, area.y + 9.0);
        self.pen.first_that_fits(at, area.width, Style::sans(Ink::Muted, SMALL), &[label]);
        if records.is_empty() {
            self.row_or_hollow(area, &[], State::Judged, Site::Done(consumer.id));
        }
        let Size { width, height } = self.chip;
        for (n, (record, times)) in records.into_iter().enumerate() {
            let (column, line) = ((n % each) as f32, (n / each) as f32);
            let (x, y) = (area.x + column * pitch.0, area.y + 17.0 + line * pitch.1);
            let look = match times {
                1 if self.verdict(record).fate == Fate::Ghost => Look::GHOST,
                1 => Look::DONE,
                _ => Look::DUPLICATED,
            };
            self.record_as(Rect::new(x, y, width, height), record, look, Site::Done(consumer.id));
        }
    }

    /// Whether a consumer's card shows what its group finished in a partition: the member's that
    /// holds it. If nobody does, that of the first who is gone, or else of the first.
    fn tells_of(&self, consumer: &Consumer, partition: PartitionId) -> bool {
        let setup = self.world.setup();
        let group = &setup.groups[setup.consumers[consumer.id.index()].group.index()];
        let members = || group.members.iter().map(|id| &self.world.consumers[id.index()]);
        let holds = |member: &&Consumer| member.partitions.contains_key(&partition);
        let teller = members().find(holds).or_else(|| members().find(|member| !member.alive));
        teller.or_else(|| members().next()).is_some_and(|teller| teller.id == consumer.id)
    }

    /// The last records that a consumer's group finished in its partitions, in the order in which
    /// they were sent, and how often each of them took effect.
    fn took_effect(&self, consumer: &Consumer, limit: usize) -> Vec<(RecordId, u32)> {
        let group = self.world.setup().consumers[consumer.id.index()].group;
        let mine = self.ledger.latest().take(LOOK_BACK).filter(|id| {
            let partition = self.ledger.partition(*id);
            partition.is_some_and(|partition| self.tells_of(consumer, partition))
        });
        let done = mine.map(|id| (id, self.ledger.processed(id, group)));
        let mut done: Vec<_> = done.filter(|(_, times)| *times > 0).take(limit).collect();
        done.reverse();
        done
    }
}
