//! The ways between the cards, and the links that are drawn along them.
//!
//! A request and its response have a way each, side by side, so that they never meet head on. A
//! link is drawn where it means something: from each client to the leader that it believes in,
//! and from each follower to whom it follows.

use super::Stage;
use super::palette::Ink;
use super::scene::{Form, Point, Segment, pt};
use crate::model::broker::Process;
use crate::model::broker::replica::Role;
use crate::model::client::LinkState;
use crate::model::ids::{BrokerId, ConsumerId, Node, ProducerId};

/// A curve from one card to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Way {
    from: Point,
    by: Point,
    and_by: Point,
    to: Point,
}

/// What a way is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// A request.
    Request,
    /// Its response.
    Response,
    /// A commit of offsets, and its response.
    Commit,
}

impl Way {
    /// A way that leaves and arrives horizontally.
    fn across(from: Point, to: Point) -> Self {
        let reach = (to.x - from.x) / 2.0;
        Self { from, by: pt(from.x + reach, from.y), and_by: pt(to.x - reach, to.y), to }
    }

    /// A way that leaves to the right and comes back.
    fn around(from: Point, to: Point, bulge: f32) -> Self {
        Self { from, by: pt(from.x + bulge, from.y), and_by: pt(to.x + bulge, to.y), to }
    }

    fn straight(from: Point, to: Point) -> Self {
        let at = |t: f32| pt(from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t);
        Self { from, by: at(1.0 / 3.0), and_by: at(2.0 / 3.0), to }
    }

    fn back(self) -> Self {
        Self { from: self.to, by: self.and_by, and_by: self.by, to: self.from }
    }

    /// The place of what has covered `part` of the way.
    pub(super) fn at(self, part: f32) -> Point {
        let (t, u) = (part, 1.0 - part);
        let [a, b, c, d] = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
        let mix = |p: f32, q: f32, r: f32, s: f32| a * p + b * q + c * r + d * s;
        pt(
            mix(self.from.x, self.by.x, self.and_by.x, self.to.x),
            mix(self.from.y, self.by.y, self.and_by.y, self.to.y),
        )
    }

    fn form(self) -> Form {
        Form::Path(vec![Segment::Move(self.from), Segment::Cubic(self.by, self.and_by, self.to)])
    }
}

/// How wide and high half of a thing is that travels: it stays clear of the cards.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Half {
    pub x: f32,
    pub y: f32,
}

impl Stage<'_> {
    /// The way of something of that size.
    pub(super) fn way(&self, from: Node, to: Node, flow: Flow, half: Half) -> Option<Way> {
        match (from, to) {
            (Node::Producer(p), Node::Broker(b)) => Some(self.produce_way(p, b, flow, half)),
            (Node::Broker(b), Node::Producer(p)) => Some(self.produce_way(p, b, flow, half).back()),
            (Node::Consumer(c), Node::Broker(b)) => Some(self.fetch_way(c, b, flow, half)),
            (Node::Broker(b), Node::Consumer(c)) => Some(self.fetch_way(c, b, flow, half).back()),
            (Node::Broker(a), Node::Broker(b)) => Some(self.replica_way(a, b, flow, half)),
            (Node::Controller, Node::Broker(b)) => self.controller_way(b, half),
            (Node::Broker(b), Node::Controller) => self.controller_way(b, half).map(Way::back),
            _ => None,
        }
    }

    /// From a producer to a broker.
    fn produce_way(&self, producer: ProducerId, broker: BrokerId, flow: Flow, half: Half) -> Way {
        let port = self.layout.port(broker.index());
        if self.layout.narrow {
            let bottom = self.layout.producers.last().map_or(0.0, |card| card.bottom());
            let x = port.x - 19.0;
            return Way::straight(
                pt(x, bottom + half.y + 2.0),
                pt(x, port.y.max(bottom + half.y + 2.0)),
            );
        }
        let areas =
            self.layout.producer_areas(producer.index(), self.partitions_of(producer).len());
        let right = self.layout.producers[producer.index()].right();
        let (y, offset) = match flow {
            Flow::Request | Flow::Commit => (areas.sender.y + 32.0, -10.0),
            Flow::Response => (areas.told.y + 30.0, 14.0),
        };
        Way::across(pt(right + half.x, y), pt(port.x - half.x, port.y + offset))
    }

    /// From a consumer to a broker.
    fn fetch_way(&self, consumer: ConsumerId, broker: BrokerId, flow: Flow, half: Half) -> Way {
        let port = self.layout.port(broker.index());
        let right = self.layout.brokers[broker.index()].right();
        if self.layout.narrow {
            let top = self.layout.consumers.first().map_or(self.layout.controller.y, |card| card.y);
            let x = right + 19.0;
            return Way::straight(pt(x, top - half.y - 2.0), pt(x, port.y.min(top - half.y - 2.0)));
        }
        let areas = self.layout.consumer_areas(consumer.index());
        let card = self.layout.consumers[consumer.index()];
        let (y, offset) = match flow {
            Flow::Request => (card.y + 20.0, -26.0),
            Flow::Response => {
                let area = if areas.done.height > 0.0 { areas.fetched } else { areas.polled };
                (area.y + 17.0 + self.chip.height / 2.0, 0.0)
            }
            Flow::Commit => (areas.numbers.center().y, 26.0),
        };
        Way::across(pt(card.x - half.x, y), pt(right + half.x, port.y + offset))
    }

    /// From a follower to its leader or back: out to the right, and in again. At the leader each
    /// follower has a place of its own, so that the ways lie within each other.
    fn replica_way(&self, from: BrokerId, to: BrokerId, flow: Flow, half: Half) -> Way {
        let (leader, follower) = if flow == Flow::Request { (to, from) } else { (from, to) };
        let (a, b) = (self.layout.port(leader.index()), self.layout.port(follower.index()));
        let card = self.layout.brokers[leader.index()];
        if self.layout.narrow {
            let way = Way::straight(pt(card.right() + 19.0, a.y), pt(card.right() + 19.0, b.y));
            return if flow == Flow::Request { way.back() } else { way };
        }
        let count = self.layout.brokers.len() as f32 - 1.0;
        let (leads, follows) = (f32::from(leader.0), f32::from(follower.0));
        // From the top: those above, the nearest first; then those below, the nearest last.
        let place = if follows < leads { leads - follows - 1.0 } else { leads + count - follows };
        let step = ((card.bottom() - 16.0 - a.y - 32.0) / (count - 1.0).max(1.0)).clamp(6.0, 34.0);
        let gap = self.layout.consumers.first().unwrap_or(&self.layout.controller).x - card.right();
        let distance = (leads - follows).abs();
        let bulge =
            if flow == Flow::Request { 6.0 + 14.0 * distance } else { 26.0 + 14.0 * distance };
        let most = ((gap - 2.0 * half.x - 6.0) / 0.75).max(4.0);
        let x = card.right() + half.x + 2.0;
        let way = Way::around(pt(x, a.y + 32.0 + place * step), pt(x, b.y + 4.0), bulge.min(most));
        if flow == Flow::Request { way.back() } else { way }
    }

    /// From the controller to a broker. A narrow stage has no room for it.
    fn controller_way(&self, broker: BrokerId, half: Half) -> Option<Way> {
        let card = self.layout.brokers[broker.index()];
        let controller = self.layout.controller;
        let from = pt(controller.x - half.x, controller.y + 21.0);
        (!self.layout.narrow).then(|| Way::across(from, pt(card.right() + half.x, card.y + 21.0)))
    }

    /// The links, behind everything else.
    pub(super) fn links(&mut self) {
        let Some(partition) = self.partition else { return };
        let world = self.world;
        for producer in &world.producers {
            for leader in self.leaders_of(producer) {
                let up = matches!(Self::link_state(producer, leader), LinkState::Ready(_));
                for flow in [Flow::Request, Flow::Response].into_iter().take(1 + usize::from(up)) {
                    let ends = (Node::Producer(producer.id), Node::Broker(leader));
                    let way = self.way(ends.0, ends.1, flow, Half::default());
                    self.link(way, up);
                }
            }
        }
        for consumer in
            world.consumers.iter().filter(|c| c.alive && c.partitions.contains_key(&partition))
        {
            let Some(leader) = consumer.metadata.leader(partition) else { continue };
            let up = world.brokers[leader.index()].process == Process::Running;
            let way = self.way(
                Node::Consumer(consumer.id),
                Node::Broker(leader),
                Flow::Response,
                Half::default(),
            );
            self.link(way, up);
        }
        for broker in &world.brokers {
            let Some(Role::Follower(Some(leader))) = broker.replica(partition).map(|r| &r.role)
            else {
                continue;
            };
            let up = world.brokers[leader.index()].process == Process::Running;
            let way = self.way(
                Node::Broker(*leader),
                Node::Broker(broker.id),
                Flow::Response,
                Half::default(),
            );
            self.link(way, up);
        }
    }

    fn link(&mut self, way: Option<Way>, up: bool) {
        let Some(way) = way else { return };
        let shape = self.pen.shape(way.form());
        if up {
            shape.stroke(Ink::Line, 1.5);
        } else {
            shape.stroke(Ink::Lost, 1.25).dash(2.0, 6.0).fade(0.7);
        }
    }
}
