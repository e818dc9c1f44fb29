//! The picture above the scrubber: who sent what to whom and when, as lines between lanes.
//!
//! Time runs to the right as it is played, so that quiet spans are folded; a lane belongs to each
//! producer, broker and consumer. Made of the stage's shapes, and painted like it.

mod axis;
mod lanes;
mod messages;
mod risk;
mod ticks;

use ackscope::model::Setup;
use ackscope::model::ids::{BrokerId, ConsumerId, Node, ProducerId, RecordId};
use ackscope::player::{Fold, Pace, Player};
use ackscope::stage::palette::Ink;
use ackscope::stage::scene::{
    Anchor, Fill, Form, Point, Rect, Segment, Shape, Stroke, Text, Weight, within,
};

use super::lab::danger::Span;

/// The size of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
    /// How much of the width the names of the lanes take; 0 leaves them out.
    pub gutter: f32,
    /// How much of the height the times take; 0 leaves them out.
    pub axis: f32,
}

/// What is shown of a run.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// How time is mapped.
    pub pace: &'a Pace,
    /// From when to when, in milliseconds of playing.
    pub window_ms: (f64, f64),
    /// Quiet spans that somebody has opened.
    pub open: &'a [Fold],
    /// The record whose way stands out.
    pub followed: Option<RecordId>,
    /// Where a fault is dangerous: in this world, or in both.
    pub danger: &'a [Vec<Span>],
}

/// The picture, and what in it can be pointed at.
pub struct Picture {
    /// What is drawn.
    pub shapes: Vec<Shape>,
    /// The messages.
    pub arrows: Vec<Arrow>,
}

/// A message in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    /// Where it leaves.
    pub from: (f32, f32),
    /// Where it arrives, or dies.
    pub to: (f32, f32),
    /// When it leaves.
    pub at_us: u64,
    /// The first record in it.
    pub record: Option<RecordId>,
}

/// The picture of a run, or of a part of it.
#[must_use]
pub fn track(player: &Player, part: Part<'_>, size: Size) -> Picture {
    let setup = player.setup();
    let lanes = lanes(setup);
    let mut track = Track { setup, part, size, lanes, shapes: Vec::new(), arrows: Vec::new() };
    let folds = merged(part.pace, part.window_ms);
    track.folds(&folds);
    track.rails(player.trace(), player.end_us());
    track.risk(player);
    track.messages(player.trace());
    track.deaths(player.trace());
    for row in 0..part.danger.len() {
        track.danger(row);
    }
    if size.gutter > 0.0 {
        track.names();
    }
    if size.axis > 0.0 {
        track.times(&folds, part.pace.end_us());
    }
    Picture { shapes: track.shapes, arrows: track.arrows }
}

struct Track<'a> {
    setup: &'a Setup,
    part: Part<'a>,
    size: Size,
    lanes: Vec<Node>,
    shapes: Vec<Shape>,
    arrows: Vec<Arrow>,
}

/// The nodes that have a lane, from top to bottom.
fn lanes(setup: &Setup) -> Vec<Node> {
    let producers = (0..setup.producers.len() as u16).map(|n| Node::Producer(ProducerId(n)));
    let brokers = (0..setup.brokers).map(|n| Node::Broker(BrokerId(n)));
    let consumers = (0..setup.consumers.len() as u16).map(|n| Node::Consumer(ConsumerId(n)));
    producers.chain(brokers).chain(consumers).collect()
}

/// What lies between two folds and takes less of the shown part than this is folded with them.
const FOLD_GAP: f64 = 0.008;

/// Quiet spans in a part; those with next to nothing between them are one.
#[must_use]
pub fn merged(pace: &Pace, (from_ms, to_ms): (f64, f64)) -> Vec<Fold> {
    let gap_ms = (to_ms - from_ms) * FOLD_GAP;
    let mut merged: Vec<Fold> = Vec::new();
    for fold in pace.folds() {
        let (begins_ms, ends_ms) = (pace.play_ms(fold.from_us), pace.play_ms(fold.to_us));
        if ends_ms < from_ms || begins_ms > to_ms {
            continue;
        }
        match merged.last_mut() {
            Some(last) if begins_ms - pace.play_ms(last.to_us) < gap_ms => last.to_us = fold.to_us,
            _ => merged.push(*fold),
        }
    }
    merged
}

impl Track<'_> {
    /// The place of a moment, be it in the shown part or not.
    fn x(&self, at_us: u64) -> f32 {
        let (from_ms, to_ms) = self.part.window_ms;
        let share = (self.part.pace.play_ms(at_us) - from_ms) / (to_ms - from_ms);
        self.size.gutter + ((self.size.width - self.size.gutter) * share as f32)
    }

    /// The place of a moment, or the edge of the shown part that it lies behind.
    fn inside(&self, at_us: u64) -> f32 {
        within(self.x(at_us), self.size.gutter, self.size.width)
    }

    /// The lower end of the lanes; bands of danger lie below.
    fn foot(&self) -> f32 {
        self.size.height - self.size.axis - self.part.danger.len() as f32 * lanes::BAND
    }

    /// How high a lane is. The lowest one is for what is at risk.
    fn lane(&self) -> f32 {
        self.foot() / (self.lanes.len() as f32 + 0.75)
    }

    fn y(&self, node: Node) -> Option<f32> {
        let at = self.lanes.iter().position(|lane| *lane == node)?;
        Some(((at as f32 + 0.5) * self.lane()).floor() + 0.5)
    }

    /// A line, as far as it lies in the shown part.
    fn line(&mut self, from: (f32, f32), to: (f32, f32), stroke: Stroke, opacity: f32) {
        let Some((from, to)) = clipped(from, to, self.size.gutter, self.size.width) else { return };
        let path = vec![
            Segment::Move(Point { x: from.0, y: from.1 }),
            Segment::Line(Point { x: to.0, y: to.1 }),
        ];
        self.shape(Form::Path(path), None, Some(stroke), opacity);
    }

    fn rect(&mut self, rect: Rect, radius: f32, ink: Ink, opacity: f32) {
        if rect.width > 0.0 {
            let fill = Fill { ink, opacity: 1.0 };
            self.shape(Form::Rect { rect, radius }, Some(fill), None, opacity);
        }
    }

    fn text(&mut self, content: String, at: (f32, f32), (anchor, size, mono): Lettering, ink: Ink) {
        let at = Point { x: at.0, y: at.1 };
        let text = Text { content: content.into(), at, size, weight: Weight::Medium, mono, anchor };
        self.shape(Form::Text(text), Some(Fill { ink, opacity: 1.0 }), None, 1.0);
    }

    fn shape(&mut self, form: Form, fill: Option<Fill>, stroke: Option<Stroke>, opacity: f32) {
        self.shapes.push(Shape { form, fill, stroke, opacity, part: None });
    }
}

/// How a text is set: anchor, size, and whether it is code.
type Lettering = (Anchor, f32, bool);

/// A solid stroke.
fn solid(ink: Ink, width: f32) -> Stroke {
    Stroke { ink, width, dash: None, round: false }
}

/// The part of a line between two bounds of x.
fn clipped(
    from: (f32, f32),
    to: (f32, f32),
    left: f32,
    right: f32,
) -> Option<((f32, f32), (f32, f32))> {
    if from.0.max(to.0) < left || from.0.min(to.0) > right {
        return None;
    }
    let at = |x: f32| {
        let share = if to.0 == from.0 { 0.0 } else { (x - from.0) / (to.0 - from.0) };
        (x, from.1 + (to.1 - from.1) * share)
    };
    let end = |point: (f32, f32)| {
        if point.0 < left {
            at(left)
        } else if point.0 > right {
            at(right)
        } else {
            point
        }
    };
    Some((end(from), end(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_where_the_shown_part_ends() {
        let clip = |from, to| clipped(from, to, 10.0, 20.0);
        assert_eq!(clip((12.0, 0.0), (18.0, 6.0)), Some(((12.0, 0.0), (18.0, 6.0))));
        assert_eq!(clip((5.0, 0.0), (15.0, 10.0)), Some(((10.0, 5.0), (15.0, 10.0))));
        assert_eq!(clip((15.0, 0.0), (25.0, 10.0)), Some(((15.0, 0.0), (20.0, 5.0))));
        assert_eq!(clip((0.0, 0.0), (9.0, 10.0)), None);
        assert_eq!(clip((21.0, 0.0), (30.0, 10.0)), None);
    }
}
