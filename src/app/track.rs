//! The picture above the scrubber: who sent what to whom and when, as lines between lanes.
//!
//! Time runs to the right as it is played, so that quiet spans are folded; a lane belongs to each
//! producer, broker and consumer. Made of the stage's shapes, and painted like it.

use litemap::LiteMap;

use ackscope::model::Setup;
use ackscope::model::ids::{BrokerId, ConsumerId, MessageId, Node, PartitionId, ProducerId};
use ackscope::model::trace::{Kind, TraceEvent, Wire};
use ackscope::player::{Fold, Pace, Player};
use ackscope::stage::palette::Ink;
use ackscope::stage::scene::{
    Anchor, Fill, Form, Point, Rect, Scene, Segment, Shape, Stroke, Text, Weight,
};

use super::lab::danger::{Kind as Danger, Span};
use super::ticks::{round_step, tick};
use super::words::span;

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

/// The picture of a whole run.
#[must_use]
pub fn track(player: &Player, pace: &Pace, danger: &[Span], size: Size) -> Scene {
    let setup = player.setup();
    let mut track = Track { setup, pace, size, lanes: lanes(setup), shapes: Vec::new() };
    let down = track.down(player.trace(), player.end_us());
    let folds = track.merged_folds();
    track.folds(&folds);
    track.rails(&down, player.trace(), player.end_us());
    for fold in &folds {
        track.fold_label(fold.from_us, fold.to_us);
    }
    track.messages(player.trace());
    danger.iter().for_each(|span| track.danger(*span));
    if size.gutter > 0.0 {
        track.names();
    }
    if size.axis > 0.0 {
        track.times(&folds, pace.end_us());
    }
    Scene {
        width: size.width,
        height: size.height,
        background: Ink::Surface,
        shapes: track.shapes,
        hotspots: Vec::new(),
        folds: Vec::new(),
    }
}

struct Track<'a> {
    setup: &'a Setup,
    pace: &'a Pace,
    size: Size,
    lanes: Vec<Node>,
    shapes: Vec<Shape>,
}

/// The nodes that have a lane, from top to bottom.
fn lanes(setup: &Setup) -> Vec<Node> {
    let producers = (0..setup.producers.len() as u16).map(|n| Node::Producer(ProducerId(n)));
    let brokers = (0..setup.brokers).map(|n| Node::Broker(BrokerId(n)));
    let consumers = (0..setup.consumers.len() as u16).map(|n| Node::Consumer(ConsumerId(n)));
    producers.chain(brokers).chain(consumers).collect()
}

/// When each broker was down, and whom it leads.
type Spans = Vec<(BrokerId, u64, u64)>;

/// What lies between two folds and is narrower than this is folded with them.
const FOLD_GAP: f32 = 8.0;
const NAME_SIZE: f32 = 11.0;
const TICK_SIZE: f32 = 10.5;
/// How high the band of danger is, at most.
const DANGER: f32 = 8.0;
/// The least distance between two times of the axis.
const TICK_GAP: f32 = 84.0;

impl Track<'_> {
    fn x(&self, at_us: u64) -> f32 {
        let share = self.pace.play_ms(at_us) / self.pace.total_ms().max(1.0);
        self.size.gutter + (self.size.width - self.size.gutter) * share as f32
    }

    fn y(&self, node: Node) -> Option<f32> {
        let at = self.lanes.iter().position(|lane| *lane == node)?;
        let each = (self.size.height - self.size.axis) / self.lanes.len() as f32;
        Some(((at as f32 + 0.5) * each).floor() + 0.5)
    }

    fn line(
        &mut self,
        from: (f32, f32),
        to: (f32, f32),
        ink: Ink,
        width: f32,
        opacity: f32,
    ) -> &mut Shape {
        let path = vec![
            Segment::Move(Point { x: from.0, y: from.1 }),
            Segment::Line(Point { x: to.0, y: to.1 }),
        ];
        let stroke = Stroke { ink, width, dash: None, round: false };
        self.shapes.push(Shape {
            form: Form::Path(path),
            fill: None,
            stroke: Some(stroke),
            opacity,
            part: None,
        });
        let last = self.shapes.len() - 1;
        &mut self.shapes[last]
    }

    fn text(
        &mut self,
        content: String,
        at: (f32, f32),
        (anchor, size, mono): (Anchor, f32, bool),
        ink: Ink,
    ) {
        let at = Point { x: at.0, y: at.1 };
        let text = Text { content: content.into(), at, size, weight: Weight::Medium, mono, anchor };
        let fill = Some(Fill { ink, opacity: 1.0 });
        self.shapes.push(Shape {
            form: Form::Text(text),
            fill,
            stroke: None,
            opacity: 1.0,
            part: None,
        });
    }

    fn down(&self, trace: &[TraceEvent], end_us: u64) -> Spans {
        let mut since: LiteMap<BrokerId, u64> = LiteMap::new();
        let mut spans = Vec::new();
        for event in trace {
            match event.kind {
                Kind::BrokerCrashed { broker } => drop(since.insert(broker, event.at_us)),
                Kind::BrokerRestarted { broker } => {
                    spans.extend(
                        since.remove(&broker).map(|from_us| (broker, from_us, event.at_us)),
                    );
                }
                _ => {}
            }
        }
        spans.extend(since.into_iter().map(|(broker, from_us)| (broker, from_us, end_us)));
        spans
    }

    /// Quiet spans; those with next to nothing between them are one.
    fn merged_folds(&self) -> Vec<Fold> {
        let mut merged: Vec<Fold> = Vec::new();
        for fold in self.pace.folds() {
            match merged.last_mut() {
                Some(last) if self.x(fold.from_us) - self.x(last.to_us) < FOLD_GAP => {
                    last.to_us = fold.to_us
                }
                _ => merged.push(*fold),
            }
        }
        merged
    }

    /// Each is a hollow with dashed sides.
    fn folds(&mut self, folds: &[Fold]) {
        let bottom = self.size.height - self.size.axis;
        for fold in folds {
            let (left, right) = (self.x(fold.from_us), self.x(fold.to_us));
            let rect = Rect::new(left, 0.0, right - left, bottom);
            let fill = Some(Fill { ink: Ink::Well, opacity: 1.0 });
            self.shapes.push(Shape {
                form: Form::Rect { rect, radius: 0.0 },
                fill,
                stroke: None,
                opacity: 1.0,
                part: None,
            });
            for x in [left, right] {
                let edge = self.line((x, 0.0), (x, bottom), Ink::Line, 1.0, 1.0);
                edge.stroke = edge.stroke.map(|stroke| Stroke { dash: Some([2.0, 3.0]), ..stroke });
            }
        }
    }

    /// The lanes: strong where a broker leads, dotted where it is down.
    fn rails(&mut self, down: &Spans, trace: &[TraceEvent], end_us: u64) {
        let (left, right) = (self.size.gutter, self.size.width);
        for node in self.lanes.clone() {
            let Some(y) = self.y(node) else { continue };
            self.line((left, y), (right, y), Ink::Line, 1.0, 1.0);
        }
        for (broker, from_us, to_us) in leading(self.setup, trace, end_us) {
            let Some(y) = self.y(Node::Broker(broker)) else { continue };
            self.line((self.x(from_us), y), (self.x(to_us), y), Ink::LeaderFill, 2.0, 0.75);
        }
        for (broker, from_us, to_us) in down {
            let Some(y) = self.y(Node::Broker(*broker)) else { continue };
            let (from, to) = (self.x(*from_us), self.x(*to_us));
            self.line((from, y), (to, y), Ink::Surface, 3.0, 1.0);
            let dotted = self.line((from, y), (to, y), Ink::Lost, 1.5, 1.0);
            dotted.stroke = dotted.stroke.map(|stroke| Stroke { dash: Some([2.0, 4.0]), ..stroke });
        }
    }

    /// Where a fault is dangerous: a band along the foot of the lanes, high where records come to
    /// harm, low where they are refused.
    fn danger(&mut self, span: Span) {
        let (height, ink) = match span.kind {
            Danger::Harm => (DANGER, Ink::Lost),
            Danger::Refused => (DANGER * 0.5, Ink::LeaderFill),
            Danger::Harmless => (2.0, Ink::Acked),
        };
        let foot = self.size.height - self.size.axis;
        let (left, right) = (self.x(span.from_us), self.x(span.to_us));
        let rect = Rect::new(left, foot - height, (right - left).max(1.0), height);
        self.shapes.push(Shape {
            form: Form::Rect { rect, radius: 0.0 },
            fill: Some(Fill { ink, opacity: 1.0 }),
            stroke: None,
            opacity: 1.0,
            part: None,
        });
    }

    fn fold_label(&mut self, from_us: u64, to_us: u64) {
        let (left, right) = (self.x(from_us), self.x(to_us));
        let label = span(to_us - from_us);
        let width = label.len() as f32 * TICK_SIZE * 0.62 + 8.0;
        if right - left < width || self.size.axis == 0.0 {
            return;
        }
        // Between the last two lanes.
        let bottom = self.size.height - self.size.axis;
        let (x, y) = ((left + right) / 2.0, bottom - bottom / self.lanes.len() as f32);
        let rect = Rect::new(x - width / 2.0, y - 7.0, width, 14.0);
        let fill = Some(Fill { ink: Ink::Well, opacity: 1.0 });
        self.shapes.push(Shape {
            form: Form::Rect { rect, radius: 4.0 },
            fill,
            stroke: None,
            opacity: 1.0,
            part: None,
        });
        self.text(label, (x, y + TICK_SIZE * 0.36), (Anchor::Middle, TICK_SIZE, true), Ink::Muted);
    }

    fn messages(&mut self, trace: &[TraceEvent]) {
        let lost: Vec<MessageId> = trace
            .iter()
            .filter_map(|event| match event.kind {
                Kind::MessageLost { message, .. } => Some(message),
                _ => None,
            })
            .collect();
        for event in trace {
            let Kind::MessageSent { message, from, to, arrive_us, what } = &event.kind else {
                continue;
            };
            let (Some(from_y), Some(to_y)) = (self.y(*from), self.y(*to)) else { continue };
            let Some((ink, opacity)) = ink_of(what, *to) else { continue };
            let is_lost = lost.binary_search(message).is_ok();
            let (ink, opacity) = if is_lost { (Ink::Lost, 1.0) } else { (ink, opacity) };
            let ends = ((self.x(event.at_us), from_y), (self.x(*arrive_us), to_y));
            self.line(ends.0, ends.1, ink, if is_lost { 1.5 } else { 1.0 }, opacity);
        }
    }

    fn names(&mut self) {
        for node in self.lanes.clone() {
            let Some(y) = self.y(node) else { continue };
            let at = (self.size.gutter - 10.0, y + NAME_SIZE * 0.35);
            self.text(self.setup.name(node), at, (Anchor::End, NAME_SIZE, false), Ink::Muted);
        }
    }

    /// Times under the lanes, in round numbers, where there is room; none within folds.
    fn times(&mut self, folds: &[Fold], end_us: u64) {
        let mut edges = vec![0];
        edges.extend(folds.iter().flat_map(|fold| [fold.from_us, fold.to_us]));
        edges.push(end_us);
        let y = self.size.height - 3.0;
        let mut free = self.size.gutter - TICK_GAP;
        for section in edges.chunks(2) {
            let &[from_us, to_us] = section else { continue };
            let step = round_step(to_us - from_us, self.x(to_us) - self.x(from_us), TICK_GAP);
            let mut at_us = from_us.div_ceil(step) * step;
            while at_us <= to_us {
                let x = self.x(at_us);
                if x - free >= TICK_GAP * 0.8 && x < self.size.width - 30.0 {
                    self.text(
                        tick(at_us, step),
                        (x, y),
                        (Anchor::Middle, TICK_SIZE, true),
                        Ink::Muted,
                    );
                    let top = self.size.height - self.size.axis;
                    self.line((x, top), (x, top + 4.0), Ink::Edge, 1.0, 1.0);
                    free = x;
                }
                at_us += step;
            }
        }
    }
}

/// Who leads a partition of the application's, and when.
fn leading(setup: &Setup, trace: &[TraceEvent], end_us: u64) -> Spans {
    let mut since: LiteMap<PartitionId, (BrokerId, u64)> = LiteMap::new();
    for (id, partition) in (0..).map(PartitionId).zip(&setup.partitions) {
        if let (false, Some(first)) = (partition.internal, partition.replicas.first()) {
            since.insert(id, (*first, 0));
        }
    }
    let mut spans = Vec::new();
    for event in trace {
        match event.kind {
            Kind::LeaderElected { partition, leader, .. }
                if !setup.partition(partition).internal =>
            {
                let before = since.insert(partition, (leader, event.at_us));
                spans.extend(before.map(|(broker, from_us)| (broker, from_us, event.at_us)));
            }
            Kind::PartitionOffline { partition, .. } => {
                let before = since.remove(&partition);
                spans.extend(before.map(|(broker, from_us)| (broker, from_us, event.at_us)));
            }
            _ => {}
        }
    }
    spans.extend(since.into_iter().map(|(_, (broker, from_us))| (broker, from_us, end_us)));
    spans
}

/// How a message is drawn; those that carry nothing are faint.
fn ink_of(what: &Wire, to: Node) -> Option<(Ink, f32)> {
    Some(match what {
        Wire::ProduceRequest { .. } => (Ink::Accent, 1.0),
        Wire::ProduceResponse { error: Some(_), .. } => (Ink::Lost, 1.0),
        Wire::ProduceResponse { .. } => (Ink::Accent, 0.55),
        Wire::FetchResponse { batches } if batches.is_empty() => return None,
        Wire::FetchResponse { .. } if matches!(to, Node::Consumer(_)) => (Ink::Acked, 0.9),
        Wire::FetchResponse { .. } => (Ink::Record, 0.9),
        Wire::OffsetCommitRequest { .. }
        | Wire::OffsetCommitResponse { .. }
        | Wire::GroupRequest { .. }
        | Wire::TransactionRequest { .. }
        | Wire::TransactionResponse { .. }
        | Wire::WriteTxnMarkersRequest { .. }
        | Wire::WriteTxnMarkersResponse
        | Wire::GroupResponse { .. } => (Ink::Edge, 0.5),
        Wire::FetchRequest { .. }
        | Wire::AlterPartitionRequest { .. }
        | Wire::AlterPartitionResponse { .. }
        | Wire::MetadataLog => {
            return None;
        }
    })
}
