//! Where everything stands: two arrangements, one for wide boxes, one for narrow ones.
//!
//! Wide: producers, a gap, brokers, a gap, consumers with the controller below them.
//! Narrow: producers and consumers beside each other, and the brokers below them, with a lane at
//! each side for what travels, so that who sends, who stores and who reads is seen at once.
//!
//! Lengths here are before enlargement: a large box is laid out as a smaller one and enlarged.

use super::scene::{Point, Rect, pt, within};
use crate::model::ids::{BrokerId, PartitionId};
use crate::model::setup::Setup;

/// From this width on the arrangement is the wide one.
pub const WIDE_FROM: f32 = 640.0;
/// From this width on it is enlarged instead.
const COMFORT: f32 = 1080.0;
/// How high it is then, if it can choose.
const ASPECT: f32 = 0.46;
/// Beside everything on a narrow stage, and beside its brokers for what travels.
const SIDE: f32 = 8.0;
const LANE: f32 = 38.0;
/// How high a producer and a consumer are there, beside each other: so low that a phone has room for
/// the brokers below them.
const NARROW_CLIENTS: f32 = 218.0;
/// There, between clients and brokers, and between brokers.
const NARROW_GAPS: (f32, f32) = (15.0, 6.0);
/// What a broker's card is lower there.
const NARROW_LESS: f32 = 4.0;
/// How high a consumer is where there is room for what it has done.
const CLIENTS: f32 = 238.0;
/// From this width on a producer that is alone there has its parts beside each other.
const FLAT: f32 = 280.0;
/// Inside a card, on every side.
pub const PAD: f32 = 14.0;
const MARGIN: f32 = 16.0;
const LEGEND: f32 = 32.0;
/// Between cards that stand above each other.
const GAP: f32 = 14.0;
/// The lowest that a card may be: one that tells everything, and one that tells what counts.
const PRODUCER_MIN: f32 = 322.0;
const PRODUCER_LITE: f32 = 134.0;
const PRODUCER_LEAST: f32 = 118.0;
const CONSUMER_MIN: f32 = 168.0;
const CONSUMER_LITE: f32 = 82.0;
/// From how many on they are told in short; fewer only where there is no room.
const CONSUMERS_LITE_FROM: usize = 3;
const BROKER_MIN: f32 = 118.0;
/// A broker that has no replica of the partition that is drawn in full.
const BROKER_PLAIN: f32 = 64.0;
/// Between tiles and the sentence, beside which there is a button.
pub(super) const BELOW_TILES: f32 = 8.0;
/// A broker's card never gets higher than this: there is nothing to fill it with.
const BROKER_MAX: f32 = 182.0;

/// Where everything stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Whether the arrangement is the narrow one.
    pub narrow: bool,
    /// The width of the box, before enlargement.
    pub width: f32,
    /// The height of the scene, before enlargement.
    pub height: f32,
    /// How much it is enlarged.
    pub scale: f32,
    /// How many lines each broker's card has for other partitions.
    pub rows: usize,
    /// Whether those are tiles, with the last line for the sentence below them.
    pub tiled: bool,
    /// The producers' cards.
    pub producers: Vec<Rect>,
    /// The brokers' cards.
    pub brokers: Vec<Rect>,
    /// The consumers' cards.
    pub consumers: Vec<Rect>,
    /// The controller's card.
    pub controller: Rect,
    /// The line at the bottom that explains the signs.
    pub legend: Rect,
}

/// How much there is of everything.
#[derive(Clone, Debug)]
struct Counts {
    producers: usize,
    consumers: usize,
    /// Of each broker, whether it has a replica of the partition that is drawn in full.
    hosts: Vec<bool>,
    /// The lines for partitions that are not drawn in full.
    rows: usize,
    /// Whether those are tiles.
    tiled: bool,
    /// Whether consumers are told in short.
    lite: bool,
}

impl Counts {
    fn of(setup: &Setup, partition: Option<PartitionId>) -> Self {
        let hosts = |n: u16| {
            let hosts = |p| setup.partition(p).replicas.contains(&BrokerId(n));
            partition.is_some_and(hosts)
        };
        Self {
            producers: setup.producers.len(),
            consumers: setup.consumers.len(),
            hosts: (0..setup.brokers).map(hosts).collect(),
            rows: super::others::rows(setup),
            tiled: super::others::is_tiled(setup),
            lite: setup.consumers.len() >= CONSUMERS_LITE_FROM,
        }
    }

    /// The lowest that a broker's card may be.
    fn broker(&self, hosts: bool) -> f32 {
        let least = if hosts { BROKER_MIN } else { BROKER_PLAIN };
        let plain = if self.tiled && !hosts { Layout::ROW } else { 0.0 };
        rows_height(self.rows) + self.below() + least - plain
    }

    /// The space between tiles and the sentence below them.
    fn below(&self) -> f32 {
        if self.tiled { BELOW_TILES } else { 0.0 }
    }

    /// The height of the brokers' cards above each other.
    fn brokers(&self) -> f32 {
        let cards: f32 = self.hosts.iter().map(|hosts| self.broker(*hosts)).sum();
        cards + GAP * self.hosts.len().saturating_sub(1) as f32
    }

    fn producer(&self) -> f32 {
        if self.producers > 1 { PRODUCER_LITE } else { PRODUCER_MIN }
    }

    fn consumer(&self) -> f32 {
        if self.lite { CONSUMER_LITE } else { CONSUMER_MIN }
    }

    /// The height of the controller's card.
    fn controller(&self) -> f32 {
        96.0 + self.hosts.len() as f32 * 20.0
    }

    /// What the column of the consumers and the controller needs.
    fn last_column(&self) -> f32 {
        let gap = if self.consumers > 0 { GAP } else { 0.0 };
        stack(self.consumers, self.consumer()) + gap + self.controller()
    }

    fn wide_min(&self) -> f32 {
        let producers = stack(self.producers, self.producer());
        self.brokers().max(producers).max(self.last_column()) + MARGIN + LEGEND
    }
}

/// The height of the lines for other partitions, with a space before them.
pub(super) fn rows_height(rows: usize) -> f32 {
    if rows == 0 { 0.0 } else { rows as f32 * Layout::ROW + 4.0 }
}

/// The height of `count` cards above each other.
fn stack(count: usize, each: f32) -> f32 {
    (count as f32 * (each + GAP) - GAP).max(0.0)
}

/// The height that a box of that width should have, so that nothing is cramped.
#[must_use]
pub fn preferred_height(setup: &Setup, width: f32) -> f32 {
    let first = (0..setup.partitions.len() as u16).map(PartitionId);
    let mut counts = Counts::of(setup, first.into_iter().find(|p| !setup.partition(*p).internal));
    // Several consumers in full would make it higher than what they are there for.
    counts.lite |= counts.consumers > 1;
    if width < WIDE_FROM {
        return narrow(&counts, width).height;
    }
    let scale = within(width / COMFORT, 1.0, 2.4);
    (counts.wide_min().max(width / scale * ASPECT) * scale).round()
}

impl Layout {
    /// The height of a line that tells of a partition which is not drawn in full.
    pub const ROW: f32 = 18.0;

    /// The layout of a run in a box of that size, with a partition that is drawn in full; enlarged so
    /// far at most.
    #[must_use]
    pub fn new(
        setup: &Setup,
        partition: Option<PartitionId>,
        (width, height): (f32, f32),
        largest: f32,
    ) -> Self {
        let mut counts = Counts::of(setup, partition);
        if width < WIDE_FROM {
            return narrow(&counts, width.max(300.0));
        }
        counts.lite |= counts.wide_min() > height;
        // A large box (a projector) gets larger type, not more emptiness.
        let scale = (width / COMFORT).min(height / counts.wide_min().max(COMFORT * ASPECT));
        let scale = within(scale, 1.0, largest);
        wide(&counts, width / scale, height / scale, scale)
    }

    /// The left side of a broker's card, at the height of its log: what travels aims there.
    #[must_use]
    pub fn port(&self, broker: usize) -> Point {
        let card = self.brokers[broker];
        let below = if self.tiled { BELOW_TILES } else { 0.0 };
        let spare = card.height - BROKER_MIN - rows_height(self.rows) - below;
        if spare < -NARROW_LESS {
            return pt(card.x, card.center().y);
        }
        // With lines below there is none of its own for a sentence, and room above the log.
        let above = if self.rows > 0 { 3.0 } else { 0.0 };
        pt(card.x, card.y + 58.0 + above + within(spare * 0.33, 0.0, 18.0 - above))
    }

    /// Whether a producer's card has room for everything.
    #[must_use]
    pub fn producer_in_full(&self, producer: usize) -> bool {
        let card = self.producers[producer];
        card.height >= PRODUCER_MIN || self.is_flat(card)
    }

    /// Whether a card is that of a narrow stage which has the whole width: its parts stand beside
    /// each other.
    #[must_use]
    pub fn is_flat(&self, card: Rect) -> bool {
        self.narrow && card.width >= FLAT && card.height >= 200.0
    }

    /// Whether a consumer's card has room for what counts, at least.
    #[must_use]
    pub fn consumer_in_full(&self, consumer: usize) -> bool {
        self.consumers[consumer].height >= CONSUMER_MIN
    }
}

fn wide(counts: &Counts, width: f32, height: f32, scale: f32) -> Layout {
    let height = height.max(counts.wide_min());
    let inner = width - 2.0 * MARGIN;
    let producer = within(inner * 0.215, 172.0, 240.0);
    let consumer = within(inner * 0.165, 140.0, 190.0);
    let gap = within(inner * 0.096, 56.0, 120.0);
    let broker = inner - producer - consumer - 2.0 * gap;
    let room = height - LEGEND - MARGIN;
    let hosts = counts.hosts.iter().filter(|hosts| **hosts).count().max(1) as f32;
    let more = within((room - counts.brokers()) / hosts, 0.0, BROKER_MAX - BROKER_MIN);
    let each = |hosts: &bool| counts.broker(*hosts) + if *hosts { more } else { 0.0 };
    let heights: Vec<f32> = counts.hosts.iter().map(each).collect();
    let used = counts.brokers() + more * hosts;
    // The columns are as high as the brokers are together, if that is enough for them.
    let needed = stack(counts.producers, counts.producer()).max(counts.last_column());
    // Consumers take more, where there is room, and show what they have done.
    let roomy = if counts.lite {
        0.0
    } else {
        stack(counts.consumers, CLIENTS) + GAP + counts.controller()
    };
    let needed = needed.max(roomy);
    let column = used.max(needed).min(room).max(room.min(560.0));
    let top = MARGIN + (room - column) / 2.0;
    let broker_x = MARGIN + producer + gap;
    let consumer_x = broker_x + broker + gap;
    let controller = counts.controller();
    let consumers_room = column - controller - if counts.consumers > 0 { GAP } else { 0.0 };
    let share = |count: usize, room: f32| vec![(room + GAP) / count.max(1) as f32 - GAP; count];
    Layout {
        narrow: false,
        width,
        height,
        scale,
        rows: counts.rows,
        tiled: counts.tiled,
        producers: cards(
            Rect::new(MARGIN, top, producer, column),
            &share(counts.producers, column),
        ),
        brokers: cards(Rect::new(broker_x, top, broker, column), &heights),
        consumers: cards(
            Rect::new(consumer_x, top, consumer, consumers_room),
            &share(counts.consumers, consumers_room),
        ),
        controller: Rect::new(consumer_x, top + column - controller, consumer, controller),
        legend: Rect::new(MARGIN, height - LEGEND, inner, LEGEND),
    }
}

/// Puts cards into a column, from top to bottom, with equal space between them.
fn cards(column: Rect, heights: &[f32]) -> Vec<Rect> {
    let used: f32 = heights.iter().sum();
    let free = column.height - used;
    let (mut y, space) = match heights.len() {
        0 | 1 => (column.y + free / 2.0, 0.0),
        count => (column.y, free / (count - 1) as f32),
    };
    let card = |height: &f32| {
        let card = Rect { y, height: *height, ..column };
        y += height + space;
        card
    };
    heights.iter().map(card).collect()
}

fn narrow(counts: &Counts, width: f32) -> Layout {
    let inner = Rect::new(SIDE, SIDE, width - 2.0 * SIDE, 0.0);
    let (producers, consumers) = clients(counts, inner);
    let bottoms = producers.iter().chain(&consumers).map(|card| card.bottom());
    let (below, between) = NARROW_GAPS;
    let mut y = bottoms.fold(SIDE, f32::max) + below;
    let mut next = |x: f32, width: f32, height: f32, gap: f32| {
        let rect = Rect::new(x, y, width, height);
        y += height + gap;
        rect
    };
    let count = counts.hosts.len();
    let brokers = counts.hosts.iter().enumerate().map(|(n, hosts)| {
        let height = counts.broker(*hosts) - if *hosts { NARROW_LESS } else { 0.0 };
        let gap = if n + 1 == count { GAP } else { between };
        next(inner.x + LANE, inner.width - 2.0 * LANE, height, gap)
    });
    let brokers: Vec<_> = brokers.collect();
    let controller = next(inner.x, inner.width, counts.controller(), GAP);
    let legend = next(inner.x, inner.width, 70.0, 4.0);
    Layout {
        narrow: true,
        width,
        height: y,
        scale: 1.0,
        rows: counts.rows,
        tiled: counts.tiled,
        producers,
        brokers,
        consumers,
        controller,
        legend,
    }
}

/// The cards of producers and consumers at the top of a narrow stage: side by side, if there are
/// both, and as high as each other.
fn clients(counts: &Counts, area: Rect) -> (Vec<Rect>, Vec<Rect>) {
    if counts.consumers == 0 {
        let each = if counts.producers > 1 { PRODUCER_LEAST } else { 212.0 };
        let height = stack(counts.producers, each);
        return (cards(Rect { height, ..area }, &vec![each; counts.producers]), Vec::new());
    }
    let width = ((area.width - GAP) / 2.0).floor();
    let consumer = if counts.consumers > 1 { CONSUMER_LITE } else { NARROW_CLIENTS };
    let producer = if counts.producers > 1 { PRODUCER_LEAST } else { NARROW_CLIENTS };
    let height = stack(counts.producers, producer).max(stack(counts.consumers, consumer));
    let column = |x: f32, count: usize| {
        let each = ((height + GAP) / count.max(1) as f32 - GAP).min(PRODUCER_MIN - 1.0);
        let used = stack(count, each);
        cards(Rect { x, width, height: used, ..area }, &vec![each; count])
    };
    (column(area.x, counts.producers), column(area.right() - width, counts.consumers))
}
