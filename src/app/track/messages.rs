//! Requests, fetches and what answers them, as lines from lane to lane; those that die end in a
//! cross where they died.

use litemap::LiteMap;

use ackscope::model::ids::{MessageId, Node, RecordId};
use ackscope::model::trace::{Kind, TraceEvent, Wire};
use ackscope::player::carries;
use ackscope::stage::palette::Ink;
use ackscope::stage::scene::{Fill, Form, Point, Segment, Stroke};

use super::{Arrow, Track, solid};

/// Half the width of the cross at the end of a message that is lost.
const CROSS: f32 = 3.5;
/// Lines closer than this are one.
const SAME: f32 = 0.75;

/// Which line was drawn last between two lanes in one ink: where it leaves and arrives.
type Last = LiteMap<(Node, Node, Ink), (f32, f32)>;

impl Track<'_> {
    pub(super) fn messages(&mut self, trace: &[TraceEvent]) {
        let lost = lost(trace);
        let mut last = Last::new();
        for event in trace {
            let Kind::MessageSent { message, from, to, arrive_us, what } = &event.kind else {
                continue;
            };
            let (Some(from_y), Some(to_y)) = (self.y(*from), self.y(*to)) else { continue };
            let died_us = lost.get(message).copied();
            let Some((mut ink, mut opacity)) = ink_of(what, *to) else { continue };
            let (from_x, to_x) = (self.x(event.at_us), self.x(died_us.unwrap_or(*arrive_us)));
            if to_x < self.size.gutter || from_x > self.size.width {
                continue;
            }
            let mut width = 1.0;
            if died_us.is_some() {
                (ink, opacity, width) = (Ink::Lost, 1.0, 1.5);
            }
            let ends = ((from_x, from_y), (to_x, to_y));
            let record = first_record(what);
            self.arrows.push(Arrow { from: ends.0, to: ends.1, at_us: event.at_us, record });
            let is_followed = self.part.followed.is_some_and(|record| carries(what, record));
            if is_followed {
                width = 2.5;
            } else if is_same(&mut last, (*from, *to, ink), (from_x, to_x)) {
                continue;
            }
            match died_us {
                Some(_) => self.lost(ends.0, ends.1, width),
                None => self.line(ends.0, ends.1, solid(ink, width), opacity),
            }
        }
    }

    /// A message that is lost ends before it arrives, with a cross.
    fn lost(&mut self, from: (f32, f32), to: (f32, f32), width: f32) {
        // Four fifths of the way: where on it something died nobody knows.
        let at = (from.0 + (to.0 - from.0) * 0.8, from.1 + (to.1 - from.1) * 0.8);
        self.line(from, at, Stroke { dash: Some([4.0, 2.0]), ..solid(Ink::Lost, width) }, 1.0);
        self.cross(at, CROSS, 1.5);
    }

    /// The ends of processes.
    pub(super) fn deaths(&mut self, trace: &[TraceEvent]) {
        for event in trace {
            let node = match event.kind {
                Kind::BrokerCrashed { broker } | Kind::PowerCut { broker } => Node::Broker(broker),
                Kind::ProducerCrashed { producer, .. } => Node::Producer(producer),
                Kind::ConsumerCrashed { consumer } => Node::Consumer(consumer),
                Kind::LeaderElected { partition, leader, .. }
                    if !self.setup.partition(partition).internal =>
                {
                    self.elected(event.at_us, Node::Broker(leader));
                    continue;
                }
                _ => continue,
            };
            let Some(y) = self.y(node) else { continue };
            self.cross((self.x(event.at_us), y), CROSS + 1.0, 2.0);
        }
    }

    fn cross(&mut self, (x, y): (f32, f32), half: f32, width: f32) {
        let stroke = Stroke { round: true, ..solid(Ink::Lost, width) };
        self.line((x - half, y - half), (x + half, y + half), stroke, 1.0);
        self.line((x - half, y + half), (x + half, y - half), stroke, 1.0);
    }

    /// A diamond on the lane of the new leader.
    fn elected(&mut self, at_us: u64, leader: Node) {
        let Some(y) = self.y(leader) else { return };
        let (x, half) = (self.x(at_us), CROSS + 1.0);
        if x < self.size.gutter || x > self.size.width {
            return;
        }
        let corner = |x, y| Segment::Line(Point { x, y });
        let path = vec![
            Segment::Move(Point { x, y: y - half }),
            corner(x + half, y),
            corner(x, y + half),
            corner(x - half, y),
            Segment::Close,
        ];
        let fill = Some(Fill { ink: Ink::LeaderFill, opacity: 1.0 });
        self.shape(Form::Path(path), fill, Some(solid(Ink::Surface, 1.0)), 1.0);
    }
}

/// When each message that was lost died.
fn lost(trace: &[TraceEvent]) -> LiteMap<MessageId, u64> {
    let lost = |event: &TraceEvent| match event.kind {
        Kind::MessageLost { message, .. } => Some((message, event.at_us)),
        _ => None,
    };
    trace.iter().filter_map(lost).collect()
}

/// Whether a line was just drawn there.
fn is_same(last: &mut Last, between: (Node, Node, Ink), ends: (f32, f32)) -> bool {
    let before = last.insert(between, ends);
    let same = before.filter(|it| (it.0 - ends.0).abs() < SAME && (it.1 - ends.1).abs() < SAME);
    if let Some(before) = same {
        last.insert(between, before);
    }
    same.is_some()
}

fn first_record(what: &Wire) -> Option<RecordId> {
    match what {
        Wire::ProduceRequest { batches } | Wire::ProduceResponse { batches, .. } => {
            batches.iter().find_map(|batch| batch.records.first().copied())
        }
        Wire::FetchResponse { batches } => {
            batches.iter().find_map(|(_, entry)| entry.records().next()).map(|(_, id)| id)
        }
        _ => None,
    }
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
