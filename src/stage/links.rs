//! The ways between the cards, and the links that are drawn along them.
//!
//! A request and its response have a way each, side by side, so that they never meet head on. A
//! link is drawn where it means something: from each client to the leader that it believes in,
//! and from each follower to whom it follows.

use litemap::LiteMap;

use super::Stage;
use super::palette::Ink;
use super::scene::{Form, Part, Point, Rect, Segment, pt, within};
use super::words::fill;
use crate::model::broker::Process;
use crate::model::broker::replica::Role;
use crate::model::client::LinkState;
use crate::model::ids::{BrokerId, ConsumerId, Node, ProducerId};
use crate::model::message::{Body, Message, Request, Response};

/// A curve from one card to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Way {
    from: Point,
    by: Point,
    and_by: Point,
    to: Point,
}

/// What a way is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

    pub(super) fn back(self) -> Self {
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

    /// Its first part.
    pub(super) fn before(self, part: f32) -> Self {
        let mix = |p: Point, q: Point| pt(p.x + (q.x - p.x) * part, p.y + (q.y - p.y) * part);
        let (by, middle) = (mix(self.from, self.by), mix(self.by, self.and_by));
        let and_by = mix(by, middle);
        let to = mix(and_by, mix(middle, mix(self.and_by, self.to)));
        Self { from: self.from, by, and_by, to }
    }

    /// About how long it is.
    pub(super) fn length(self) -> f32 {
        let step = |p: Point, q: Point| (p.x - q.x).hypot(p.y - q.y);
        let bent = step(self.from, self.by) + step(self.by, self.and_by);
        (bent + step(self.and_by, self.to) + step(self.from, self.to)) / 2.0
    }

    pub(super) fn form(self) -> Form {
        Form::Path(vec![Segment::Move(self.from), Segment::Cubic(self.by, self.and_by, self.to)])
    }
}

/// How wide and high half of a thing is that travels: it stays clear of the cards.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Half {
    pub x: f32,
    pub y: f32,
}

impl Half {
    /// Its box around a point.
    pub(super) fn around(self, at: Point) -> Rect {
        Rect::new(at.x - self.x, at.y - self.y, 2.0 * self.x, 2.0 * self.y)
    }
}

/// What a message goes along.
pub(super) fn flow(message: &Message) -> Flow {
    match message.body {
        Body::Request(Request::OffsetCommit { .. }) | Body::Response(Response::OffsetCommit(_)) => {
            Flow::Commit
        }
        Body::Request(_) => Flow::Request,
        Body::Response(_) => Flow::Response,
    }
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
        let card = self.layout.producers[producer.index()];
        let (sender, told) = if self.layout.producer_in_full(producer.index()) {
            let partitions = self.sent_to[producer.index()].len();
            let areas = self.layout.producer_areas(producer.index(), partitions);
            (areas.sender.y + 32.0, areas.told.y + 30.0)
        } else {
            (card.center().y, card.bottom() - 16.0)
        };
        let (y, offset) = match flow {
            Flow::Request | Flow::Commit => (sender, -10.0),
            Flow::Response => (told, 14.0),
        };
        Way::across(pt(card.right() + half.x, y), pt(port.x - half.x, port.y + offset))
    }

    /// From a consumer to a broker.
    fn fetch_way(&self, consumer: ConsumerId, broker: BrokerId, flow: Flow, half: Half) -> Way {
        let port = self.layout.port(broker.index());
        let right = self.layout.brokers[broker.index()].right();
        if self.layout.narrow {
            let bottom = self.layout.consumers.last().map_or(0.0, |card| card.bottom());
            let (x, start) = (right + 19.0, bottom + half.y + 2.0);
            return Way::straight(
                pt(x, start),
                pt(x, self.lane_port(broker, consumer.index()).max(start)),
            );
        }
        let areas = self.layout.consumer_areas(consumer.index());
        let card = self.layout.consumers[consumer.index()];
        let lite = !self.layout.consumer_in_full(consumer.index());
        let (y, offset) = match flow {
            Flow::Response if lite => (card.center().y, 0.0),
            Flow::Commit if lite => (card.bottom() - 16.0, 26.0),
            Flow::Request => (card.y + 20.0, -26.0),
            Flow::Response => {
                let area = if areas.fetched.height > 0.0 { areas.fetched } else { areas.polled };
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
            let x = card.right() + 19.0;
            let place = follower.index() - usize::from(follower > leader);
            let place = place + self.layout.consumers.len();
            let way = Way::straight(pt(x, self.lane_port(leader, place)), pt(x, b.y));
            return if flow == Flow::Request { way.back() } else { way };
        }
        let count = self.layout.brokers.len() as f32 - 1.0;
        let (leads, follows) = (f32::from(leader.0), f32::from(follower.0));
        // From the top: those above, the nearest first; then those below, the nearest last.
        let place = if follows < leads { leads - follows - 1.0 } else { leads + count - follows };
        let room = card.bottom() - 12.0 - a.y;
        let first = within(room - (count - 1.0) * 34.0, 32.0, 46.0);
        let step = within((room - first) / (count - 1.0).max(1.0), 6.0, 34.0);
        let gap = self.layout.consumers.first().unwrap_or(&self.layout.controller).x - card.right();
        let distance = (leads - follows).abs();
        let bulge =
            if flow == Flow::Request { 6.0 + 14.0 * distance } else { 26.0 + 14.0 * distance };
        let most = ((gap - 2.0 * half.x - 6.0) / 0.75).max(4.0);
        let x = card.right() + half.x + 2.0;
        let way = Way::around(pt(x, a.y + first + place * step), pt(x, b.y - 4.0), bulge.min(most));
        if flow == Flow::Request { way.back() } else { way }
    }

    /// Where the way of a follower or a consumer begins beside its leader on a narrow stage. All
    /// share a lane: who is further down begins further down, so that what leaves together never
    /// meets.
    fn lane_port(&self, leader: BrokerId, place: usize) -> f32 {
        let card = self.layout.brokers[leader.index()];
        let count = self.layout.brokers.len() - 1 + self.layout.consumers.len();
        let step = (card.height - 32.0) / (count.max(2) - 1) as f32;
        card.y + 16.0 + place as f32 * step
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
        for ((from, to, flow), up) in self.known_links() {
            let Some(way) = self.way(from, to, flow, Half::default()) else { continue };
            let (client, server) = if flow == Flow::Response { (to, from) } else { (from, to) };
            self.link_hotspot(client, server, way);
            if self.is_cut(from, to) {
                self.cut_link(way);
            } else if up {
                self.pen.shape(way.form()).stroke(Ink::Line, 1.5);
            } else {
                self.pen.shape(way.form()).stroke(Ink::Lost, 1.25).dash(2.0, 6.0).fade(0.7);
            }
        }
    }

    /// The middle of a link stands for both ways: the first of them that is drawn has it.
    fn link_hotspot(&mut self, client: Node, server: Node, way: Way) {
        let part = Part::Link(client, server);
        if self.pen.hotspots.iter().any(|known| known.part == part) {
            return;
        }
        let middle = Half { x: 10.0, y: 10.0 }.around(way.at(0.5));
        let setup = self.world.setup();
        let label = fill(self.words.link, &[&setup.name(client), &setup.name(server)]);
        self.pen.hotspot(part, middle, true, label);
    }

    /// Which links are drawn, and whether they are up.
    fn known_links(&self) -> LiteMap<(Node, Node, Flow), bool> {
        let mut links = LiteMap::new();
        let Some(partition) = self.partition else { return links };
        let world = self.world;
        for producer in &world.producers {
            for leader in self.leaders_of(producer) {
                let up = matches!(Self::link_state(producer, leader), LinkState::Ready(_));
                let (client, server) = (Node::Producer(producer.id), Node::Broker(leader));
                links.insert((client, server, Flow::Request), up);
                if up {
                    links.insert((server, client, Flow::Response), up);
                }
            }
        }
        let fetchers = world.consumers.iter().filter(|c| c.alive);
        let fetchers = fetchers.filter(|c| c.partitions.contains_key(&partition));
        let consumers = fetchers.map(|c| (Node::Consumer(c.id), c.metadata.leader(partition)));
        let followers = world.brokers.iter().map(|b| {
            let follows = match b.replica(partition).map(|replica| &replica.role) {
                Some(Role::Follower(leader)) => *leader,
                _ => None,
            };
            (Node::Broker(b.id), follows)
        });
        for (client, leader) in consumers.chain(followers) {
            let Some(leader) = leader else { continue };
            let up = world.brokers[leader.index()].process == Process::Running;
            links.insert((Node::Broker(leader), client, Flow::Response), up);
            if self.is_cut(client, Node::Broker(leader)) {
                links.insert((client, Node::Broker(leader), Flow::Request), up);
            }
        }
        self.other_cuts(&mut links);
        links
    }

    /// Ways that show only when they are cut: those to the controller, and those on which
    /// something waits.
    fn other_cuts(&self, links: &mut LiteMap<(Node, Node, Flow), bool>) {
        if self.world.faults().is_none() {
            return;
        }
        for broker in &self.world.brokers {
            let (broker, controller) = (Node::Broker(broker.id), Node::Controller);
            if self.is_cut(controller, broker) {
                links.insert((controller, broker, Flow::Response), true);
            } else if self.is_cut(broker, controller) {
                links.insert((broker, controller, Flow::Request), true);
            }
        }
        for message in self.world.network().messages.values() {
            let (from, to) = (message.from, message.to);
            let controller = [from, to].contains(&Node::Controller);
            if !controller && self.is_cut(from, to) && self.is_shown(message) {
                links.entry((from, to, flow(message))).or_insert(true);
            }
        }
    }
}
