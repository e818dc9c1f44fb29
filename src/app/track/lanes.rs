//! The lanes: who leads, who is down, what is folded, and where a fault is dangerous.

use litemap::LiteMap;

use ackscope::model::Setup;
use ackscope::model::ids::{BrokerId, Node, PartitionId};
use ackscope::model::trace::{Kind, TraceEvent};
use ackscope::player::Fold;
use ackscope::stage::palette::Ink;
use ackscope::stage::scene::{Anchor, Rect, Stroke};

use super::{Track, solid};
use crate::app::lab::danger::Kind as Danger;
use crate::app::words::words;

/// From when to when something is true of an entity.
type Spans = Vec<(Node, u64, u64)>;

/// How large the names are.
pub(super) const NAME_SIZE: f32 = 11.0;
/// How high a band of danger is, at most, and with the room above it.
const DANGER: f32 = 8.0;
pub(super) const BAND: f32 = 12.0;

impl Track<'_> {
    /// Each is a hollow with dashed sides; one that is open has its sides alone.
    pub(super) fn folds(&mut self, folds: &[Fold]) {
        let foot = self.foot();
        for fold in folds {
            let (left, right) = (self.inside(fold.from_us), self.inside(fold.to_us));
            self.rect(Rect::new(left, 0.0, right - left, foot), 0.0, Ink::Well, 1.0);
        }
        let sides = folds.iter().chain(self.part.open).flat_map(|it| [it.from_us, it.to_us]);
        for at_us in sides.collect::<Vec<_>>() {
            let x = self.x(at_us);
            let dashed = Stroke { dash: Some([2.0, 3.0]), ..solid(Ink::Edge, 1.0) };
            self.line((x, 0.0), (x, foot), dashed, 0.6);
        }
    }

    /// The lanes: strong where a broker leads, dotted where a process is down.
    pub(super) fn rails(&mut self, trace: &[TraceEvent], end_us: u64) {
        let (left, right) = (self.size.gutter, self.size.width);
        for node in self.lanes.clone() {
            let Some(y) = self.y(node) else { continue };
            self.line((left, y), (right, y), solid(Ink::Line, 1.0), 1.0);
        }
        for (node, from_us, to_us) in leading(self.setup, trace, end_us) {
            let Some(y) = self.y(node) else { continue };
            let ends = (self.x(from_us), self.x(to_us));
            self.line((ends.0, y), (ends.1, y), solid(Ink::LeaderFill, 2.0), 0.75);
        }
        for (node, from_us, to_us) in down(trace, end_us) {
            let Some(y) = self.y(node) else { continue };
            let (from, to) = ((self.x(from_us), y), (self.x(to_us), y));
            self.line(from, to, solid(Ink::Surface, 3.0), 1.0);
            let dotted = Stroke { dash: Some([2.0, 4.0]), ..solid(Ink::Lost, 1.5) };
            self.line(from, to, dotted, 1.0);
        }
    }

    /// Where a fault is dangerous: a band below the lanes, high where records come to harm, low where
    /// they are refused. Of two worlds each has its own, with its letter.
    #[inline(never)] // Nobody has asked at first, and what nobody does is loaded later.
    pub(super) fn danger(&mut self, row: usize) {
        let foot = self.foot() + (row + 1) as f32 * BAND;
        let part = self.part;
        for span in &part.danger[row] {
            let (height, ink) = match span.kind {
                Danger::Harm => (DANGER, Ink::Lost),
                Danger::Refused => (DANGER * 0.5, Ink::LeaderFill),
                Danger::Harmless => (2.0, Ink::Acked),
            };
            let (left, right) = (self.x(span.from_us), self.x(span.to_us));
            if right >= self.size.gutter && left <= self.size.width {
                let (left, right) = (self.inside(span.from_us), self.inside(span.to_us));
                let width = (right - left).max(1.0);
                self.rect(Rect::new(left, foot - height, width, height), 0.0, ink, 1.0);
            }
        }
        let letter = match part.danger.len() {
            1 => "",
            _ => [" A", " B"][row.min(1)],
        };
        if self.size.gutter > 0.0 {
            let name = words().danger.to_owned() + letter;
            let at = (self.size.gutter - 10.0, foot);
            self.text(name, at, (Anchor::End, NAME_SIZE, false), Ink::Muted);
        } else if !letter.is_empty() {
            // Without names beside the lanes its letter has a place of its own in it.
            self.rect(Rect::new(0.0, foot - BAND, BAND, BAND), 0.0, Ink::Surface, 1.0);
            let lettering = (Anchor::Start, NAME_SIZE, false);
            self.text(letter.trim_start().to_owned(), (0.0, foot), lettering, Ink::Text);
        }
    }

    /// The names, where a lane is high enough for one.
    pub(super) fn names(&mut self) {
        if self.lane() < NAME_SIZE {
            return;
        }
        for node in self.lanes.clone() {
            let Some(y) = self.y(node) else { continue };
            let at = (self.size.gutter - 10.0, y + NAME_SIZE * 0.35);
            let lettering = (Anchor::End, NAME_SIZE, false);
            self.text(self.setup.name(node), at, lettering, Ink::Muted);
        }
    }
}

/// Whose process is down, and when.
fn down(trace: &[TraceEvent], end_us: u64) -> Spans {
    let mut since: LiteMap<Node, u64> = LiteMap::new();
    let mut spans = Spans::new();
    for event in trace {
        let (node, is_down) = match event.kind {
            Kind::BrokerCrashed { broker }
            | Kind::PowerCut { broker }
            | Kind::BrokerStopped { broker } => (Node::Broker(broker), true),
            Kind::ProducerCrashed { producer, .. } | Kind::ProducerClosed { producer } => {
                (Node::Producer(producer), true)
            }
            Kind::ConsumerCrashed { consumer } | Kind::ConsumerClosed { consumer } => {
                (Node::Consumer(consumer), true)
            }
            Kind::BrokerRestarted { broker, .. } => (Node::Broker(broker), false),
            Kind::ProducerRestarted { producer, .. } => (Node::Producer(producer), false),
            Kind::ConsumerRestarted { consumer, .. } => (Node::Consumer(consumer), false),
            _ => continue,
        };
        if is_down {
            since.entry(node).or_insert(event.at_us);
        } else if let Some(from_us) = since.remove(&node) {
            spans.push((node, from_us, event.at_us));
        }
    }
    spans.extend(since.into_iter().map(|(node, from_us)| (node, from_us, end_us)));
    spans
}

/// Who leads a partition of the application's, and when.
fn leading(setup: &Setup, trace: &[TraceEvent], end_us: u64) -> Spans {
    let mut since: LiteMap<PartitionId, (BrokerId, u64)> = LiteMap::new();
    for (id, partition) in (0..).map(PartitionId).zip(&setup.partitions) {
        if let (false, Some(first)) = (partition.internal, partition.replicas.first()) {
            since.insert(id, (*first, 0));
        }
    }
    let mut spans = Spans::new();
    for event in trace {
        let before = match event.kind {
            Kind::LeaderElected { partition, leader, .. }
                if !setup.partition(partition).internal =>
            {
                since.insert(partition, (leader, event.at_us))
            }
            Kind::PartitionOffline { partition, .. } => since.remove(&partition),
            _ => None,
        };
        spans.extend(before.map(|(broker, from_us)| (Node::Broker(broker), from_us, event.at_us)));
    }
    let last = since.into_iter();
    spans.extend(last.map(|(_, (broker, from_us))| (Node::Broker(broker), from_us, end_us)));
    spans
}
