//! Cards of producers and consumers where there are many: a line for each thing that counts.

use super::Stage;
use super::layout::PAD;
use super::look::State;
use super::palette::Ink;
use super::pen::{SMALL, Style, TITLE};
use super::producers::TRACK;
use super::scene::{Rect, Site, pt};
use super::words::fill;
use crate::model::consumer::{Consumer, Thread};
use crate::model::ids::{Node, PartitionId, RecordId};
use crate::model::producer::Producer;
use crate::script::config::ProducerConfig;
use crate::verdict::Told;

/// From the top of a card to its second line.
const SECOND: f32 = 36.0;
/// From this height on a producer's card shows what its first batch waits for.
const HIGH: f32 = 216.0;
/// The least height for what the application was told, record by record; without its heading.
const TOLD: (f32, f32) = (62.0, 42.0);
/// From this height on a consumer's card says what its thread does.
const ROOMY: f32 = 104.0;
/// How many slots a producer in short has for requests in flight.
const SLOTS: usize = 5;

impl Stage<'_> {
    pub(super) fn producer_lite(
        &mut self,
        producer: &Producer,
        config: &ProducerConfig,
        card: Rect,
    ) {
        let (x, right) = (card.x + PAD, card.right() - PAD);
        let title = Style::sans(Ink::Text, TITLE).bold();
        let mut width = self.pen.text(pt(x, card.y + 23.0), title, producer.id.to_string());
        width += self.blocked(producer, pt(x + width + 7.0, card.y + 23.0));
        let (ink, status) = match self.trouble(self.condition(Node::Producer(producer.id))) {
            Some((ink, word)) => (ink, self.with_time(Node::Producer(producer.id), word)),
            None => self.application(producer),
        };
        let style = Style::sans(ink, SMALL).end();
        let limit = right - x - width - 8.0;
        self.pen.first_that_fits(pt(right, card.y + 23.0), limit, style, &status);
        let y = self.waiting_lite(producer, config, card) + 6.0;
        self.slots_lite(producer, config, Rect::new(x, y, right - x, 20.0));
        // Where the card is high enough it tells record by record what was said, and what is true.
        let narrow = self.layout.narrow;
        let top = y + if narrow { 31.0 } else { 34.0 };
        let told = Rect::new(x, top, right - x, card.bottom() - 10.0 - top);
        if told.height < if narrow { TOLD.1 } else { TOLD.0 } {
            self.told_lite(producer, x, card.bottom() - 11.0, right - x);
        } else {
            let line = told.y - 7.0;
            self.pen.line(pt(x, line), pt(right, line)).stroke(Ink::Line, 1.0);
            self.told(producer.id, told);
        }
    }

    /// What waits in the accumulator; in a high card with what it waits for, if one partition has
    /// it all. Answers with where that ends.
    fn waiting_lite(&mut self, producer: &Producer, config: &ProducerConfig, card: Rect) -> f32 {
        let (x, width) = (card.x + PAD, card.width - 2.0 * PAD);
        let partitions = self.partitions_of(producer.id);
        let waits = |p: &&PartitionId| !producer.accumulator.deques[p.index()].is_empty();
        let first = partitions.iter().find(waits).or(partitions.first());
        if let Some(first) = first.filter(|_| partitions.iter().filter(waits).count() < 2)
            && card.height >= HIGH
        {
            let more = if self.layout.narrow { 0.0 } else { 4.0 };
            let area = Rect::new(x, card.y + SECOND + more, width, TRACK);
            self.deque(producer, config, *first, area);
            return area.bottom() + 12.0 + more;
        }
        let well = Rect::new(x, card.y + SECOND, width, self.chip.height + 8.0);
        self.pen.rect(well, 7.0).fill(Ink::Well);
        let batches = partitions.iter().flat_map(|p| &producer.accumulator.deques[p.index()]);
        self.places.tracks.push((producer.id, PartitionId(u16::MAX), well));
        let waiting: Vec<RecordId> = batches.flat_map(|batch| batch.records.clone()).collect();
        let row = Rect::new(well.x + 5.0, well.y + 4.0, well.width - 10.0, self.chip.height);
        if waiting.is_empty() {
            let style = Style::sans(Ink::Muted, SMALL);
            self.pen.text(pt(row.x, well.center().y + 4.0), style, self.words.accumulator_empty);
        }
        self.row(row, &waiting, State::Waiting, Site::Accumulator(producer.id));
        well.bottom()
    }

    /// What is in flight.
    fn slots_lite(&mut self, producer: &Producer, config: &ProducerConfig, area: Rect) {
        let max = config.max_in_flight_requests_per_connection;
        let count = producer.in_flight.len();
        let words = self.words;
        let texts = [words.in_flight, words.in_flight_word, words.in_flight_short]
            .map(|text| fill(text, &[&count, &max]));
        let slots = (max as usize).clamp(1, SLOTS);
        let room = area.width * 0.62;
        let width = (room / slots as f32 - 3.0).min(36.0);
        for n in 0..slots {
            let x = area.right() - (slots - n) as f32 * (width + 3.0) + 3.0;
            let slot = Rect::new(x, area.y, width, area.height);
            if n == 0 {
                self.places.senders.push((producer.id, slot));
            }
            match producer.in_flight.get(n) {
                Some(request) => self.slot(request, config, slot),
                None => {
                    self.pen.rect(slot.inset(0.5), 5.0).stroke(Ink::Line, 1.0);
                }
            }
        }
        let limit = area.width - slots as f32 * (width + 3.0) - 4.0;
        let style = Style::sans(Ink::Muted, SMALL);
        self.pen.first_that_fits(pt(area.x, area.y + 14.0), limit, style, &texts);
    }

    /// How many records the application was told of, and what.
    fn told_lite(&mut self, producer: &Producer, x: f32, base: f32, width: f32) {
        let setup = self.world.setup().clone();
        let (mut acked, mut failed, mut open) = (0_u32, 0_u32, 0_u32);
        for record in setup.records_of(producer.id).filter(|id| self.ledger.is_sent(*id)) {
            match self.ledger.told(record) {
                Told::Acked => acked += 1,
                Told::Failed(_) => failed += 1,
                Told::Pending | Told::Nothing => open += 1,
            }
        }
        let style = Style::sans(Ink::Muted, SMALL);
        let parts = [
            (acked, self.words.acked, Ink::Acked),
            (failed, self.words.failed, Ink::Lost),
            (open, self.words.untold, Ink::Muted),
        ];
        let mut at = x;
        for (count, word, ink) in parts {
            let ink = if count > 0 { ink } else { Ink::Muted };
            let text = fill(word, &[&count]);
            if at + style.width(&text) <= x + width {
                at += self.pen.text(pt(at, base), Style { ink, ..style }, text) + 10.0;
            }
        }
    }

    /// What a consumer has in hand, and where it is in its partitions.
    pub(super) fn consumer_lite(&mut self, consumer: &Consumer, card: Rect) {
        let (x, right) = (card.x + PAD, card.right() - PAD);
        let site = Site::Polled(consumer.id);
        let (left, works) = match &consumer.thread {
            Thread::Processing { left, .. } => (Some(left), true),
            Thread::Committing { left } => (Some(left), false),
            _ => (None, false),
        };
        let pool = consumer.pool.working.iter().chain(&consumer.pool.waiting);
        let records: Vec<RecordId> =
            left.into_iter().flatten().chain(pool).map(|(_, _, record)| *record).collect();
        let style = Style::sans(Ink::Muted, SMALL);
        let fetched = self.fetched_records(consumer);
        let mut row = Rect::new(x, card.y + SECOND, right - x, self.chip.height);
        if card.height >= ROOMY {
            self.label(row, &self.thread(consumer));
            row.y += 17.0;
        }
        match &records[..] {
            [first, rest @ ..] if works => {
                let rect = Rect { width: self.chip.width, ..row };
                self.record(rect, *first, State::Processing, site, false);
                let beside = self.chip.width + 3.0;
                let rest_row = Rect { x: row.x + beside, width: row.width - beside, ..row };
                self.row(rest_row, rest, State::Fetched, site);
            }
            [] => {
                let hollow = Rect { width: self.chip.width, ..row };
                self.pen.rect(hollow.inset(0.75), 5.0).stroke(Ink::Line, 1.0).dash(2.0, 3.0);
            }
            all => self.row(row, all, State::Fetched, site),
        }
        let (base, mut limit) = (card.bottom() - 11.0, right - x);
        if !fetched.is_empty() {
            let text = fill(self.words.fetched_more, &[&fetched.len()]);
            limit -= self.pen.text(pt(right, base), style.end(), text) + 8.0;
            self.pen.fold(Site::Buffer(consumer.id), fetched.len());
        }
        let texts = self.reads(consumer);
        let text = texts.iter().find(|text| style.width(text) <= limit).or(texts.last());
        self.pen.fit(pt(x, base), limit, style, text.cloned().unwrap_or_default());
    }

    /// What a consumer reads, in words; the longer ones first.
    fn reads(&self, consumer: &Consumer) -> Vec<String> {
        let setup = self.world.setup();
        let mine = self.partition.filter(|p| consumer.partitions.contains_key(p));
        let Some(first) = mine.or_else(|| consumer.partitions.keys().next().copied()) else {
            return vec![self.words.reads_nothing.to_owned()];
        };
        let name = setup.partition_name(first);
        let position = consumer.partitions[&first].position.map(|position| position.offset);
        let at = position.map_or_else(|| "–".to_owned(), |offset| offset.to_string());
        let others = consumer.partitions.len() - 1;
        let long = fill(self.words.follower_at, &[&name, &at]);
        let names: Vec<String> =
            consumer.partitions.keys().map(|p| setup.partition_name(*p)).collect();
        match others {
            0 => {
                let high = self.leader_high_watermark(first);
                let committed = consumer.partitions[&first].committed.unwrap_or_default();
                let lag = high.map(|high| high.saturating_sub(committed));
                let lag = lag.map(|lag| format!("{long} · {} {lag}", self.words.lag));
                lag.into_iter().chain([long, name]).collect()
            }
            _ => {
                let more = fill(self.words.more, &[&others]);
                vec![names.join(", "), format!("{long} {more}"), format!("{name} {more}")]
            }
        }
    }
}
