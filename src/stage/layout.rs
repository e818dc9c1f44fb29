//! Where everything stands: two arrangements, one for wide boxes, one for narrow ones.
//!
//! Wide: producers, a gap, brokers, a gap, consumers with the controller below them. Narrow: all
//! of that from top to bottom, with a lane at each side of the brokers for what travels.
//!
//! Lengths here are before enlargement: a large box is laid out as a smaller one and enlarged.

use super::scene::{Point, Rect, pt, within};
use crate::model::setup::Setup;

/// From this width on the arrangement is the wide one.
pub const WIDE_FROM: f32 = 640.0;
/// Inside a card, on every side.
pub const PAD: f32 = 14.0;
const MARGIN: f32 = 16.0;
const LEGEND: f32 = 38.0;
/// Between cards that stand above each other.
const GAP: f32 = 14.0;
/// The lowest that a card may be.
const PRODUCER_MIN: f32 = 312.0;
const CONSUMER_MIN: f32 = 170.0;
const BROKER_MIN: f32 = 128.0;
/// A broker's card never gets higher than this: there is nothing to fill it with.
const BROKER_MAX: f32 = 196.0;

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
    /// How many other partitions each broker's card has a line for.
    pub rows: usize,
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

/// How many there are of each.
#[derive(Clone, Copy, Debug)]
struct Counts {
    producers: usize,
    brokers: usize,
    consumers: usize,
    /// Partitions that a broker shows in a row of their own.
    rows: usize,
}

impl Counts {
    fn of(setup: &Setup) -> Self {
        let shown = setup.partitions.iter().filter(|p| !p.internal).count();
        Self {
            producers: setup.producers.len(),
            brokers: usize::from(setup.brokers),
            consumers: setup.consumers.len(),
            rows: shown.saturating_sub(1).min(4),
        }
    }

    fn broker_min(self) -> f32 {
        BROKER_MIN + rows_height(self.rows)
    }

    /// The height of the controller's card.
    fn controller(self) -> f32 {
        96.0 + self.brokers as f32 * 20.0
    }

    fn wide_min(self) -> f32 {
        let brokers = stack(self.brokers, self.broker_min());
        let producers = stack(self.producers, PRODUCER_MIN);
        let consumers = stack(self.consumers, CONSUMER_MIN) + GAP + self.controller();
        brokers.max(producers).max(consumers) + MARGIN + LEGEND
    }
}

/// The height of the lines for other partitions, with a space before them.
fn rows_height(rows: usize) -> f32 {
    if rows == 0 { 0.0 } else { rows as f32 * Layout::ROW + 4.0 }
}

/// The height of `count` cards above each other.
fn stack(count: usize, each: f32) -> f32 {
    (count as f32 * (each + GAP) - GAP).max(0.0)
}

/// The height that a box of that width should have, so that nothing is cramped.
#[must_use]
pub fn preferred_height(setup: &Setup, width: f32) -> f32 {
    let counts = Counts::of(setup);
    if width < WIDE_FROM {
        return narrow(counts, width).height;
    }
    let scale = within(width / 1080.0, 1.0, 2.4);
    (counts.wide_min().max(width / scale * 0.56) * scale).round()
}

impl Layout {
    /// The height of a line that tells of a partition which is not drawn in full.
    pub const ROW: f32 = 18.0;

    /// The layout of a run in a box of that size.
    #[must_use]
    pub fn new(setup: &Setup, width: f32, height: f32) -> Self {
        let counts = Counts::of(setup);
        if width < WIDE_FROM {
            return narrow(counts, width.max(300.0));
        }
        // A large box (a projector) gets larger type, not more emptiness.
        let scale = (width / 1080.0).min(height / counts.wide_min().max(520.0));
        let scale = within(scale, 1.0, 3.0);
        wide(counts, width / scale, height / scale, scale)
    }

    /// The left side of a broker's card, at the height of its log: what travels aims there.
    #[must_use]
    pub fn port(&self, broker: usize) -> Point {
        let card = self.brokers[broker];
        let spare = card.height - BROKER_MIN - rows_height(self.rows);
        pt(card.x, card.y + 66.0 + within(spare * 0.33, 0.0, 22.0))
    }
}

fn wide(counts: Counts, width: f32, height: f32, scale: f32) -> Layout {
    let height = height.max(counts.wide_min());
    let inner = width - 2.0 * MARGIN;
    let producer = within(inner * 0.215, 172.0, 240.0);
    let consumer = within(inner * 0.165, 140.0, 190.0);
    let gap = within(inner * 0.096, 56.0, 120.0);
    let brokers = inner - producer - consumer - 2.0 * gap;
    let bottom = height - LEGEND;
    let room = bottom - MARGIN;
    let least = counts.broker_min();
    let each = within((room + GAP) / counts.brokers as f32 - GAP, least, BROKER_MAX.max(least));
    let used = stack(counts.brokers, each).min(room);
    // The columns are as high as the brokers are together, if that is enough for them.
    let needed = stack(counts.producers, PRODUCER_MIN)
        .max(stack(counts.consumers, CONSUMER_MIN) + GAP + counts.controller());
    let column = used.max(needed).min(room).max(room.min(560.0));
    let top = MARGIN + (room - column) / 2.0;
    let broker_x = MARGIN + producer + gap;
    let consumer_x = broker_x + brokers + gap;
    let consumers_room =
        column - counts.controller() - if counts.consumers > 0 { GAP } else { 0.0 };
    Layout {
        narrow: false,
        width,
        height,
        scale,
        rows: counts.rows,
        producers: cards(Rect::new(MARGIN, top, producer, column), counts.producers, f32::MAX),
        brokers: cards(Rect::new(broker_x, top, brokers, column), counts.brokers, each),
        consumers: cards(
            Rect::new(consumer_x, top, consumer, consumers_room),
            counts.consumers,
            f32::MAX,
        ),
        controller: Rect::new(
            consumer_x,
            top + column - counts.controller(),
            consumer,
            counts.controller(),
        ),
        legend: Rect::new(MARGIN, height - LEGEND, inner, LEGEND),
    }
}

/// Shares a column among cards, from top to bottom, with equal space between them.
fn cards(column: Rect, count: usize, max: f32) -> Vec<Rect> {
    if count == 0 {
        return Vec::new();
    }
    let each = ((column.height + GAP) / count as f32 - GAP).min(max);
    let free = column.height - stack(count, each);
    let (first, step) = match count {
        1 => (free / 2.0, 0.0),
        _ => (0.0, each + GAP + free / (count - 1) as f32),
    };
    (0..count)
        .map(|n| Rect::new(column.x, column.y + first + n as f32 * step, column.width, each))
        .collect()
}

fn narrow(counts: Counts, width: f32) -> Layout {
    const SIDE: f32 = 10.0;
    const LANE: f32 = 38.0;
    let (x, inner) = (SIDE, width - 2.0 * SIDE);
    let mut y = SIDE;
    let mut next = |x: f32, width: f32, height: f32, gap: f32| {
        let rect = Rect::new(x, y, width, height);
        y += height + gap;
        rect
    };
    let producers = (0..counts.producers).map(|n| {
        let last = n + 1 == counts.producers;
        next(x, inner, 212.0, if last { 40.0 } else { GAP })
    });
    let producers: Vec<_> = producers.collect();
    let brokers = (0..counts.brokers).map(|n| {
        let last = n + 1 == counts.brokers;
        let height = counts.broker_min() + 2.0;
        next(x + LANE, inner - 2.0 * LANE, height, if last { 40.0 } else { GAP })
    });
    let brokers: Vec<_> = brokers.collect();
    let consumers: Vec<_> = (0..counts.consumers).map(|_| next(x, inner, 166.0, GAP)).collect();
    let controller = next(x, inner, counts.controller(), GAP);
    let legend = next(x, inner, 70.0, 4.0);
    Layout {
        narrow: true,
        width,
        height: y,
        scale: 1.0,
        rows: counts.rows,
        producers,
        brokers,
        consumers,
        controller,
        legend,
    }
}
