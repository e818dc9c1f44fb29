//! Whether what a picture says is so: texts, places, bars and signs, held against the world that it
//! is a picture of. Nothing here asks the stage what it meant to draw.

mod brokers;
mod consumers;
mod controller;
mod logs;
mod messages;
mod others;
mod producers;
mod told;
mod transactions;
mod ways;

use std::collections::BTreeMap;

use ackscope::model::World;
use ackscope::model::ids::PartitionId;
use ackscope::player::Moment;
use ackscope::stage::scene::{Form, Point, Rect, Scene, Segment, Shape, Text};
use ackscope::stage::{Hotspot, Ink, Layout, Part, View};
use ackscope::verdict::Ledger;

use crate::rules::extent;

/// A picture beside what it shows.
pub struct Picture<'a> {
    pub world: &'a World,
    pub ledger: &'a Ledger,
    pub now_us: u64,
    pub scene: &'a Scene,
    /// The partition that is drawn in full.
    pub partition: Option<PartitionId>,
    /// How much larger than usual everything is.
    pub scale: f32,
    /// Whether there is room for long words.
    pub roomy: bool,
    shapes: BTreeMap<Part, Vec<&'a Shape>>,
}

/// Everything that a picture says and that is not so.
pub fn untrue(moment: &Moment<'_>, view: &View, scene: &Scene) -> Vec<String> {
    let setup = moment.world.setup();
    let mut all = (0..setup.partitions.len() as u16).map(PartitionId);
    let first = all.find(|p| !setup.partition(*p).internal);
    let partition = view.partition.or(first);
    let layout = Layout::new(setup, partition, (view.width, view.height), view.largest);
    let mut shapes: BTreeMap<Part, Vec<&Shape>> = BTreeMap::new();
    for shape in &scene.shapes {
        if let Some(part) = shape.part {
            shapes.entry(part).or_default().push(shape);
        }
    }
    let picture = Picture {
        world: moment.world,
        ledger: moment.ledger,
        now_us: moment.now_us,
        scene,
        partition,
        scale: layout.scale,
        roomy: view.width >= 1_000.0,
        shapes,
    };
    let mut wrong = Vec::new();
    numbered(&picture, &mut wrong);
    legend(&picture, &mut wrong);
    logs::check(&picture, &mut wrong);
    brokers::check(&picture, &mut wrong);
    others::check(&picture, &mut wrong);
    transactions::check(&picture, &mut wrong);
    controller::check(&picture, &mut wrong);
    producers::check(&picture, &mut wrong);
    told::check(&picture, &mut wrong);
    consumers::check(&picture, &mut wrong);
    messages::check(&picture, &mut wrong);
    ways::check(&picture, &mut wrong);
    wrong
}

/// Each record has its number on it.
fn numbered(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    for spot in &picture.scene.hotspots {
        let Part::Record(record, _) = spot.part else { continue };
        let here = |text: &&Text| {
            let center = spot.rect.center();
            picture.same(text.at.x, center.x) && (text.at.y - center.y).abs() < 8.0 * picture.scale
        };
        let texts: Vec<&str> =
            picture.texts(spot.part).filter(here).map(|text| &*text.content).collect();
        if texts != [record.to_string()] {
            wrong.push(format!("{} has the number {texts:?}", spot.id()));
        }
    }
}

/// The key explains each sign beside that sign.
fn legend(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    let mut sign: Vec<&Shape> = Vec::new();
    for shape in picture.shapes(Part::Legend) {
        let Some(text) = text_of(shape) else {
            sign.push(shape);
            continue;
        };
        let filled = |ink| sign.iter().any(|s| s.fill.is_some_and(|fill| fill.ink == ink));
        let dashed = sign.iter().any(|s| s.stroke.is_some_and(|stroke| stroke.dash.is_some()));
        let lines = sign.iter().filter(|s| line_of(s).is_some()).count();
        let rects = sign.iter().filter(|s| rect_of(s).is_some()).count();
        let plain = rects == 1 && lines == 0;
        let right = match &*text.content {
            "on disk" => plain && filled(Ink::Record) && !dashed,
            "page cache only" => plain && !filled(Ink::Record) && !dashed,
            "on its way" => rects == 2 && lines == 0,
            "broker down" => plain && dashed,
            "lost or doomed" => rects == 1 && lines == 1,
            "took effect" => plain && filled(Ink::Acked),
            "took effect twice" => rects == 2 && filled(Ink::Duplicated),
            "told failed, took effect" => filled(Ink::Ghost),
            "in an open transaction" => rects == 0 && lines == 1 && dashed,
            "link cut" => rects == 0 && lines == 2,
            _ => false,
        };
        if !right {
            wrong.push(format!("“{}” is explained by {sign:?}", text.content));
        }
        sign.clear();
    }
}

impl<'a> Picture<'a> {
    /// What belongs to a part, from back to front.
    pub fn shapes(&self, part: Part) -> &[&'a Shape] {
        self.shapes.get(&part).map_or(&[], |shapes| shapes)
    }

    /// The texts of a part.
    pub fn texts(&self, part: Part) -> impl Iterator<Item = &'a Text> + '_ {
        self.shapes(part).iter().filter_map(|shape| text_of(shape))
    }

    /// The same in a line.
    pub fn line(&self, part: Part, y: f32) -> impl Iterator<Item = &'a Text> + '_ {
        self.texts(part).filter(move |text| (text.at.y - y).abs() < 0.6)
    }

    /// The rectangles of a part that are filled with an ink.
    pub fn filled(&self, part: Part, ink: Ink) -> impl Iterator<Item = Rect> + '_ {
        let has = move |shape: &&&Shape| shape.fill.is_some_and(|fill| fill.ink == ink);
        self.shapes(part).iter().filter(has).filter_map(|shape| rect_of(shape))
    }

    /// What can be pointed at of a part.
    pub fn spot(&self, part: Part) -> Option<&'a Hotspot> {
        self.scene.hotspots.iter().find(|spot| spot.part == part)
    }

    /// Whether two lengths are the same, but for what is less than a pixel.
    pub fn same(&self, one: f32, other: f32) -> bool {
        (one - other).abs() < 0.7 * self.scale
    }

    /// How much of a bar is full, where a part has that bar at a place; `lane` is its ink.
    pub fn share(&self, part: Part, bar: Rect, lane: Ink) -> Option<f32> {
        let below = |rect: &Rect| self.same(rect.x, bar.x) && self.same(rect.y, bar.y);
        self.filled(part, lane).find(below).map(|rect| bar.width / rect.width.max(0.1))
    }
}

pub fn text_of(shape: &Shape) -> Option<&Text> {
    match &shape.form {
        Form::Text(text) => Some(text),
        _ => None,
    }
}

pub fn rect_of(shape: &Shape) -> Option<Rect> {
    match &shape.form {
        Form::Rect { rect, .. } => Some(*rect),
        _ => None,
    }
}

/// The ends of a straight line.
pub fn line_of(shape: &Shape) -> Option<(Point, Point)> {
    match &shape.form {
        Form::Path(segments) => match segments[..] {
            [Segment::Move(from), Segment::Line(to)] => Some((from, to)),
            _ => None,
        },
        _ => None,
    }
}

pub fn stroked(shape: &Shape, ink: Ink) -> bool {
    shape.stroke.is_some_and(|stroke| stroke.ink == ink)
}

/// The shapes around a point.
pub fn near<'s, 'a>(
    shapes: &'s [&'a Shape],
    at: Point,
    reach: f32,
) -> impl Iterator<Item = &'a Shape> + 's {
    shapes.iter().copied().filter(move |shape| {
        let center = extent(shape).center();
        (center.x - at.x).abs() < reach && (center.y - at.y).abs() < reach
    })
}

/// The numbers in a text.
pub fn numbers(text: &str) -> Vec<u64> {
    text.split(|sign: char| !sign.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
}

/// Whether a text like `3.1 ms` or `12 s` says how long something is, as exactly as it is written.
pub fn says_time(text: &str, us: u64) -> bool {
    let Some((number, unit)) = text.split_once(' ') else { return false };
    let unit_us = match unit {
        "ms" => 1_000.0,
        "s" => 1_000_000.0,
        "min" => 60_000_000.0,
        _ => return false,
    };
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let step_us = unit_us / [1.0, 10.0, 100.0, 1_000.0][decimals.min(3)];
    number.parse::<f64>().is_ok_and(|n| (n * unit_us - us as f64).abs() <= step_us)
}
