//! The world: every entity, and one step from event to event.

use std::sync::Arc;

use super::broker::Broker;
use super::consumer::Consumer;
use super::controller::Controller;
use super::cx::{Core, Cx};
use super::event::Event;
use super::faults::Faults;
use super::ids::{BrokerId, ConnectionId, ConsumerId, MessageId, Node, ProducerId, TraceId};
use super::message::{Body, Message};
use super::network::Network;
use super::producer::Producer;
use super::queue::Scheduled;
use super::setup::Setup;
use super::trace::{Kind, Observer};
use crate::script::action::{Broken, Lost};

/// Everything, at one moment. Plain data: a clone is a keyframe.
#[derive(Clone, Debug)]
pub struct World {
    /// The producers.
    pub producers: Vec<Producer>,
    /// The brokers.
    pub brokers: Vec<Broker>,
    /// The controller.
    pub controller: Controller,
    /// The consumers.
    pub consumers: Vec<Consumer>,
    pub(super) setup: Arc<Setup>,
    pub(super) core: Core,
}

impl World {
    /// The world before its first event: a healthy cluster, clients connected.
    pub fn new(setup: &Arc<Setup>, observer: &mut dyn Observer) -> Self {
        let controller = Controller::new(setup);
        let mut world = Self {
            producers: (0..setup.producers.len() as u16)
                .map(|n| Producer::new(setup, ProducerId(n)))
                .collect(),
            brokers: (0..setup.brokers)
                .map(|n| Broker::new(setup, BrokerId(n), controller.image()))
                .collect(),
            consumers: (0..setup.consumers.len() as u16)
                .map(|n| Consumer::new(setup, ConsumerId(n)))
                .collect(),
            controller,
            setup: setup.clone(),
            core: Core::new(setup),
        };
        world.start(observer);
        world
    }

    fn start(&mut self, observer: &mut dyn Observer) {
        self.schedule_actions(0, 0);
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, None);
        for broker in &mut self.brokers {
            broker.start(&mut cx);
        }
        for producer in &mut self.producers {
            producer.start(&mut cx);
        }
        for consumer in &mut self.consumers {
            consumer.start(&mut cx);
        }
        let connections: Vec<_> =
            self.brokers.iter().filter_map(|b| Some((b.id, b.controller_connection()?))).collect();
        self.controller.start(&mut cx, &connections);
    }

    /// The actions from that index on that have a time, so long after `from_us`.
    fn schedule_actions(&mut self, first: usize, from_us: u64) {
        for (index, action) in (0..).zip(&self.setup.actions).skip(first) {
            let Some(at) = action.at else { continue };
            let (at_us, event) = (from_us.saturating_add(at.as_us()), Event::Action(index));
            self.core.queue.push(Scheduled { at_us, event, cause: None, ambient: false });
        }
    }

    /// Goes on with a setup that has further actions behind the known ones and differs in nothing
    /// else. They come so long after `from_us` as their `at` says: the run goes on as if the script
    /// had had them at those times, as long as nothing of `from_us` or later has happened.
    pub fn strike(&mut self, setup: &Arc<Setup>, from_us: u64) {
        debug_assert!(self.core.now_us <= from_us, "that is past");
        let first = self.setup.actions.len();
        self.setup = setup.clone();
        self.schedule_actions(first, from_us);
    }

    /// What is fixed.
    #[must_use]
    pub fn setup(&self) -> &Arc<Setup> {
        &self.setup
    }

    /// Now: the time of the last event.
    #[must_use]
    pub fn now_us(&self) -> u64 {
        self.core.now_us
    }

    /// When the next event happens.
    #[must_use]
    pub fn next_us(&self) -> Option<u64> {
        self.core.queue.next_us()
    }

    /// How many events wait, timers included.
    #[must_use]
    pub fn pending(&self) -> u32 {
        self.core.queue.len()
    }

    /// The time of the last event that left a trace.
    #[must_use]
    pub fn last_trace_us(&self) -> u64 {
        self.core.last_trace_us
    }

    /// How many events left a trace so far.
    #[must_use]
    pub fn traced(&self) -> u64 {
        self.core.traced
    }

    /// The connections and what travels on them.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.core.network
    }

    /// What is wrong with machines and links.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// The actions, by index, whose `when` has not come.
    #[must_use]
    pub fn unfired(&self) -> Vec<u16> {
        self.core.triggers.unfired()
    }

    /// Whether something is under way that will change a record's fate; heartbeats and idle
    /// fetches do not count.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.core.queue.foreground() > 0
            || self.producers.iter().any(Producer::busy)
            || self.brokers.iter().any(Broker::busy)
            || self.consumers.iter().any(Consumer::busy)
    }

    /// Handles the next event. Answers whether there was one.
    pub fn step(&mut self, observer: &mut dyn Observer) -> bool {
        let Some(scheduled) = self.core.queue.pop() else { return false };
        self.core.now_us = scheduled.at_us;
        if self.must_wait(&scheduled.event) {
            self.core.faults.hold(scheduled);
            return true;
        }
        let Scheduled { event, cause, .. } = scheduled;
        match event {
            Event::Arrive(id) => self.arrive(observer, id, cause),
            Event::Action(index) => self.act(observer, index, cause),
            Event::Roll(action, broker, look) => {
                self.roll(observer, (action, broker, look), cause);
            }
            Event::ConnectArrives(id) => self.connect_arrives(id),
            Event::Closed(id, node) => self.closed(observer, id, node, cause),
            Event::ConnectResult(id, accepted) => {
                self.connect_result(observer, id, accepted, cause)
            }
            Event::ConnectTimeout(id) => self.connect_result(observer, id, false, cause),
            Event::Producer(id, timer) => {
                let producer = &mut self.producers[id.index()];
                producer
                    .on_timer(&mut Cx::new(&self.setup, &mut self.core, observer, cause), timer);
            }
            Event::Broker(id, incarnation, timer) => {
                let broker = &mut self.brokers[id.index()];
                if broker.incarnation == incarnation {
                    broker.on_timer(
                        &mut Cx::new(&self.setup, &mut self.core, observer, cause),
                        timer,
                    );
                }
            }
            Event::Controller(timer) => {
                self.controller
                    .on_timer(&mut Cx::new(&self.setup, &mut self.core, observer, cause), timer);
            }
            Event::Consumer(id, timer) => {
                let consumer = &mut self.consumers[id.index()];
                consumer
                    .on_timer(&mut Cx::new(&self.setup, &mut self.core, observer, cause), timer);
            }
        }
        true
    }

    /// Whether an event must wait for a link to heal or a process to go on.
    fn must_wait(&self, event: &Event) -> bool {
        let faults = &self.core.faults;
        if faults.is_none() {
            return false;
        }
        let (journey, owner) = self.whereabouts(event);
        journey.is_some_and(|(from, to)| faults.is_cut(from, to))
            || owner.is_some_and(|node| faults.is_paused(node))
    }

    /// The way that an event has come over the network, and the process that will handle it. A
    /// machine accepts connections even while its process stands still.
    fn whereabouts(&self, event: &Event) -> (Option<(Node, Node)>, Option<Node>) {
        let network = &self.core.network;
        let ends = |id: &ConnectionId| network.connections.get(id).map(|c| (c.client, c.server));
        match event {
            Event::Arrive(id) => {
                let ends = network.messages.get(id).map(|m| (m.from, m.to));
                (ends, ends.map(|(_, to)| to))
            }
            Event::ConnectArrives(id) => (ends(id), None),
            Event::ConnectResult(id, _) => (
                ends(id).map(|(client, server)| (server, client)),
                ends(id).map(|(client, _)| client),
            ),
            Event::ConnectTimeout(id) => (None, ends(id).map(|(client, _)| client)),
            Event::Closed(id, node) => {
                let peer = |(client, server)| {
                    if client == *node { (server, client) } else { (client, server) }
                };
                (ends(id).map(peer), Some(*node))
            }
            Event::Producer(id, _) => (None, Some(Node::Producer(*id))),
            Event::Broker(id, ..) => (None, Some(Node::Broker(*id))),
            Event::Consumer(id, _) => (None, Some(Node::Consumer(*id))),
            Event::Controller(_) | Event::Action(_) | Event::Roll(..) => (None, None),
        }
    }

    /// A client learns what became of its handshake.
    fn connect_result(
        &mut self,
        observer: &mut dyn Observer,
        id: ConnectionId,
        accepted: bool,
        cause: Option<TraceId>,
    ) {
        let Some(client) = self.core.network.connections.get(&id).map(|c| c.client) else { return };
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        match client {
            Node::Producer(p) => self.producers[p.index()].on_connect_result(&mut cx, id, accepted),
            Node::Broker(b) => self.brokers[b.index()].on_connect_result(&mut cx, id, accepted),
            Node::Consumer(c) => self.consumers[c.index()].on_connect_result(&mut cx, id, accepted),
            Node::Controller => {}
        }
    }

    /// A message reaches its receiver, if both ends of its connection are still there.
    fn arrive(&mut self, observer: &mut dyn Observer, id: MessageId, cause: Option<TraceId>) {
        let Some(message) = self.core.network.messages.remove(&id) else { return };
        let Message { from, to, request, connection, ambient, .. } = message;
        let heard = self.core.network.hears(connection, to);
        let open = heard && !self.is_lost(&message, cause);
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        if !ambient {
            cx.emit(if open {
                Kind::MessageArrived { message: id, from, to }
            } else {
                Kind::MessageLost { message: id, from, to }
            });
        }
        if !open {
            if !ambient {
                self.core.network.remember_lost(message);
            }
            return;
        }
        match (to, message.body) {
            (Node::Producer(id), Body::Response(response)) => {
                self.producers[id.index()].on_response(&mut cx, request, &response);
            }
            (Node::Broker(id), Body::Response(response)) => {
                self.brokers[id.index()].on_response(&mut cx, request, response);
            }
            (Node::Consumer(id), Body::Response(response)) => {
                self.consumers[id.index()].on_response(&mut cx, request, response);
            }
            (Node::Broker(id), body @ Body::Request(_)) => {
                self.brokers[id.index()].on_request(&mut cx, Message { body, ..message });
            }
            (Node::Controller, body @ Body::Request(_)) => {
                self.controller.on_request(&mut cx, Message { body, ..message });
            }
            _ => {}
        }
    }

    /// Whether an action loses this message. Its connection breaks, or is silent from then on.
    fn is_lost(&mut self, message: &Message, cause: Option<TraceId>) -> bool {
        if message.ambient {
            return false;
        }
        let (client, server, what) = match &message.body {
            Body::Request(_) => (message.from, message.to, Lost::Request),
            Body::Response(_) => (message.to, message.from, Lost::Response),
        };
        let seed = self.setup.seed;
        let Some(broken) = self.core.faults.take_loss(seed, client, server, what) else {
            return false;
        };
        match broken {
            Broken::Silent => self.core.network.mute(message.connection),
            Broken::Reset => {
                for node in [client, server] {
                    let event = Event::Closed(message.connection, node);
                    let at_us = self.core.now_us;
                    self.core.queue.push(Scheduled { at_us, event, cause, ambient: true });
                }
            }
        }
        true
    }

    /// A SYN arrives: a process that listens accepts, a machine without one refuses, and one
    /// without power says nothing.
    fn connect_arrives(&mut self, id: ConnectionId) {
        let Some(connection) = self.core.network.connections.get_mut(&id) else { return };
        let server = connection.server;
        if self.core.faults.is_off(server) {
            return;
        }
        let accepted = match server {
            Node::Broker(broker) => self.brokers[broker.index()].accepts(),
            _ => true,
        };
        connection.server_open = accepted;
        let core = &mut self.core;
        let journey = core.network.journey(&self.setup, id, server, core.now_us);
        let Some((_, at_us)) = journey else { return };
        let event = Event::ConnectResult(id, accepted);
        core.queue.push(Scheduled { at_us, event, cause: None, ambient: true });
    }

    /// One end of a connection learns that the other end closed it, and closes its own.
    fn closed(
        &mut self,
        observer: &mut dyn Observer,
        id: ConnectionId,
        node: Node,
        cause: Option<TraceId>,
    ) {
        if !self.core.network.is_open(id, node) {
            return;
        }
        self.core.network.close(id, node);
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        match node {
            Node::Producer(p) => self.producers[p.index()].on_closed(&mut cx, id),
            Node::Broker(b) => self.brokers[b.index()].on_closed(&mut cx, id),
            Node::Consumer(c) => self.consumers[c.index()].on_closed(&mut cx, id),
            Node::Controller => {}
        }
    }
}
