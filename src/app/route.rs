//! The route of the record that is followed: the ways that it went between the entities, up to the
//! moment, lit on the stage. Only what the trace says: each leg is a message that carried it.

use ackscope::model::ids::{Node, RecordId};
use ackscope::model::trace::{Kind, Wire};
use ackscope::player::{Player, carries};
use ackscope::stage::scene::{Form, Point, Rect, Segment, Stroke, pt};
use ackscope::stage::{Ink, Part, Scene, Shape, Site};

/// How far beside a card a line goes past it.
const BESIDE: f32 = 14.0;

/// A way that the record went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Leg {
    at_us: u64,
    from: Node,
    to: Node,
}

/// The route of a record in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    key: Option<(u32, RecordId)>,
    legs: Vec<Leg>,
}

impl Route {
    /// Learns the route, once per run and record.
    pub fn follow(&mut self, player: &Player, revision: u32, record: RecordId) {
        let key = Some((revision, record));
        if self.key == key {
            return;
        }
        let leg = |event: &ackscope::model::trace::TraceEvent| match &event.kind {
            Kind::MessageSent { from, to, what, .. } if brings(what, record) => {
                Some(Leg { at_us: event.at_us, from: *from, to: *to })
            }
            _ => None,
        };
        let mut legs: Vec<Leg> = Vec::new();
        for leg in player.trace().iter().filter_map(leg) {
            if !legs.iter().any(|known| (known.from, known.to) == (leg.from, leg.to)) {
                legs.push(leg);
            }
        }
        *self = Self { key, legs };
    }

    /// Adds the legs up to a moment to a scene.
    pub fn light(&self, scene: &mut Scene, now_us: u64) {
        let Some((_, record)) = self.key else { return };
        let so_far = self.legs.iter().take_while(|leg| leg.at_us <= now_us);
        let lines: Vec<Shape> = so_far
            .filter_map(|leg| {
                let (from, to) = (place(scene, record, leg.from)?, place(scene, record, leg.to)?);
                Some(line(from, to))
            })
            .collect();
        scene.shapes.extend(lines);
    }
}

/// Whether a message brings the record itself: an answer only speaks of it.
fn brings(what: &Wire, record: RecordId) -> bool {
    !matches!(what, Wire::ProduceResponse { .. }) && carries(what, record)
}

/// An entity's card, and the height at which it has the record: lines go from card to card, and cover
/// nothing in them.
fn place(scene: &Scene, record: RecordId, node: Node) -> Option<(Rect, f32)> {
    let has = |part: Part| match part {
        Part::Record(id, site) => id == record && whose(site) == Some(node),
        _ => false,
    };
    let is_card = |part: Part| match (part, node) {
        (Part::Producer(a), Node::Producer(b)) => a == b,
        (Part::Broker(a), Node::Broker(b)) => a == b,
        (Part::Consumer(a), Node::Consumer(b)) => a == b,
        _ => false,
    };
    let spots = &scene.hotspots;
    let card = spots.iter().find(|spot| is_card(spot.part))?.rect;
    let own = spots.iter().rfind(|spot| has(spot.part)).map_or(card, |spot| spot.rect);
    Some((card, own.y + own.height / 2.0))
}

fn whose(site: Site) -> Option<Node> {
    match site {
        Site::Application(p) | Site::Told(p) | Site::Accumulator(p) | Site::Sender(p) => {
            Some(Node::Producer(p))
        }
        Site::Log(broker) | Site::Cut(broker) => Some(Node::Broker(broker)),
        Site::Buffer(c) | Site::Polled(c) | Site::Done(c) => Some(Node::Consumer(c)),
        Site::Message(_) | Site::Lost(_) | Site::Door(_) => None,
    }
}

/// A line from one place to another.
fn line(from: (Rect, f32), to: (Rect, f32)) -> Shape {
    let path = if from.0.bottom() < to.0.y { beside(from.0, to) } else { beside(to.0, from) };
    Shape {
        form: Form::Path(path.unwrap_or_else(|| curve(from, to))),
        fill: None,
        stroke: Some(Stroke { ink: Ink::Text, width: 2.0, dash: Some([2.0, 5.0]), round: true }),
        opacity: 0.8,
        part: None,
    }
}

/// Where clients are above the brokers: beside the lower card, up to the one that reaches over it.
fn beside(upper: Rect, (lower, y): (Rect, f32)) -> Option<Vec<Segment>> {
    let sides = [(lower.x, lower.x - BESIDE), (lower.right(), lower.right() + BESIDE)];
    let reaches = |x: f32| upper.bottom() < lower.y && upper.x < x && x < upper.right();
    let (edge, x) = sides.into_iter().find(|(_, x)| reaches(*x))?;
    let ends = [pt(x, y), pt(x, upper.bottom())].map(Segment::Line);
    Some([Segment::Move(pt(edge, y))].into_iter().chain(ends).collect())
}

/// Sideways, or around from one to the one below it.
fn curve((from, from_y): (Rect, f32), (to, to_y): (Rect, f32)) -> Vec<Segment> {
    let (start, end, bend) = if to.x > from.right() {
        (pt(from.right(), from_y), pt(to.x, to_y), 1.0)
    } else if from.x > to.right() {
        (pt(from.x, from_y), pt(to.right(), to_y), -1.0)
    } else {
        (pt(from.right(), from_y), pt(to.right(), to_y), 0.0)
    };
    let reach = if bend == 0.0 { 44.0 } else { (end.x - start.x).abs() * 0.45 * bend };
    let near = |point: Point, by: f32| pt(point.x + by, point.y);
    let end_reach = if bend == 0.0 { reach } else { -reach };
    vec![Segment::Move(start), Segment::Cubic(near(start, reach), near(end, end_reach), end)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ackscope::lessons;
    use ackscope::model::ids::{BrokerId, ProducerId};
    use ackscope::script::Script;

    #[test]
    fn a_lost_record_went_to_the_broker_that_died_and_no_further() {
        let script = Script::parse(lessons::FIRST.script).expect("a script");
        let player = Player::new(script).expect("a run");
        let mut route = Route::default();
        route.follow(&player, 0, RecordId(7));
        let legs: Vec<_> = route.legs.iter().map(|leg| (leg.from, leg.to)).collect();
        assert_eq!(legs, [(Node::Producer(ProducerId(0)), Node::Broker(BrokerId(0)))]);
        route.follow(&player, 0, RecordId(1));
        assert!(route.legs.len() > 3, "{:?}", route.legs);
    }

    #[test]
    fn where_clients_are_above_the_brokers_a_line_goes_beside_the_cards() {
        let (client, broker) =
            (Rect::new(10.0, 10.0, 100.0, 80.0), Rect::new(40.0, 120.0, 300.0, 80.0));
        let path = beside(client, (broker, 160.0)).expect("it is above");
        let corner = pt(40.0 - BESIDE, 160.0);
        let end = pt(corner.x, client.bottom());
        let expected = [Segment::Move(pt(40.0, 160.0)), Segment::Line(corner), Segment::Line(end)];
        assert_eq!(path, expected);
        assert_eq!(beside(broker, (client, 50.0)), None, "nothing is above it");
    }
}
