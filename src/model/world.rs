//! The world: every entity, and one step from event to event.

use std::sync::Arc;

use super::broker::{Broker, Process};
use super::consumer::Consumer;
use super::controller::Controller;
use super::cx::{Core, Cx};
use super::event::Event;
use super::ids::{BrokerId, ConnectionId, ConsumerId, MessageId, Node, ProducerId, TraceId};
use super::message::{Body, Message};
use super::network::Network;
use super::producer::Producer;
use super::queue::Scheduled;
use super::setup::Setup;
use super::trace::{Kind, Observer};
use crate::script::Do;

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
    core: Core,
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
            core: Core::new(setup.clone()),
        };
        world.start(observer);
        world
    }

    fn start(&mut self, observer: &mut dyn Observer) {
        for (index, action) in (0..).zip(&self.core.setup.actions) {
            if let Some(at) = action.at {
                let event = Event::Action(index);
                self.core.queue.push(Scheduled {
                    at_us: at.as_us(),
                    event,
                    cause: None,
                    ambient: false,
                });
            }
        }
        let mut cx = Cx::new(&mut self.core, observer, None);
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

    /// What is fixed.
    #[must_use]
    pub fn setup(&self) -> &Arc<Setup> {
        &self.core.setup
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
            || self.consumers.iter().any(Consumer::busy)
    }

    /// Handles the next event. Answers whether there was one.
    pub fn step(&mut self, observer: &mut dyn Observer) -> bool {
        let Some(Scheduled { at_us, event, cause, .. }) = self.core.queue.pop() else {
            return false;
        };
        self.core.now_us = at_us;
        match event {
            Event::Arrive(id) => self.arrive(observer, id, cause),
            Event::Action(index) => self.act(observer, index, cause),
            Event::ConnectArrives(id) => self.connect_arrives(id),
            Event::Closed(id, node) => self.closed(observer, id, node, cause),
            Event::ConnectResult(id, accepted) => {
                let Some(client) = self.core.network.connections.get(&id).map(|c| c.client) else {
                    return true;
                };
                let mut cx = Cx::new(&mut self.core, observer, cause);
                match client {
                    Node::Producer(p) => {
                        self.producers[p.index()].on_connect_result(&mut cx, id, accepted)
                    }
                    Node::Broker(b) => {
                        self.brokers[b.index()].on_connect_result(&mut cx, id, accepted)
                    }
                    Node::Consumer(c) => {
                        self.consumers[c.index()].on_connect_result(&mut cx, id, accepted)
                    }
                    Node::Controller => {}
                }
            }
            Event::Producer(id, timer) => {
                self.producers[id.index()]
                    .on_timer(&mut Cx::new(&mut self.core, observer, cause), timer);
            }
            Event::Broker(id, incarnation, timer) => {
                let broker = &mut self.brokers[id.index()];
                if broker.incarnation == incarnation {
                    broker.on_timer(&mut Cx::new(&mut self.core, observer, cause), timer);
                }
            }
            Event::Controller(timer) => {
                self.controller.on_timer(&mut Cx::new(&mut self.core, observer, cause), timer);
            }
            Event::Consumer(id, timer) => {
                self.consumers[id.index()]
                    .on_timer(&mut Cx::new(&mut self.core, observer, cause), timer);
            }
        }
        true
    }

    /// A message reaches its receiver, if both ends of its connection are still there.
    fn arrive(&mut self, observer: &mut dyn Observer, id: MessageId, cause: Option<TraceId>) {
        let Some(message) = self.core.network.messages.remove(&id) else { return };
        let Message { from, to, request, connection, ambient, .. } = message;
        let open = self.core.network.is_open(connection, to);
        let mut cx = Cx::new(&mut self.core, observer, cause);
        if !ambient {
            cx.emit(if open {
                Kind::MessageArrived { message: id, from, to }
            } else {
                Kind::MessageLost { message: id, from, to }
            });
        }
        if !open {
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

    /// A SYN arrives: a process that listens accepts, a machine without one refuses.
    fn connect_arrives(&mut self, id: ConnectionId) {
        let Some(connection) = self.core.network.connections.get_mut(&id) else { return };
        let server = connection.server;
        let accepted = match server {
            Node::Broker(broker) => self.brokers[broker.index()].accepts(),
            _ => true,
        };
        connection.server_open = accepted;
        let core = &mut self.core;
        let at_us = core.network.arrival_us(&core.setup, id, server, core.now_us);
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
        let mut cx = Cx::new(&mut self.core, observer, cause);
        match node {
            Node::Producer(p) => self.producers[p.index()].on_closed(&mut cx, id),
            Node::Broker(b) => self.brokers[b.index()].on_closed(&mut cx, id),
            Node::Consumer(c) => self.consumers[c.index()].on_closed(&mut cx, id),
            Node::Controller => {}
        }
    }

    /// An action of the script, on something that it can act on, or else it is ignored.
    fn act(&mut self, observer: &mut dyn Observer, index: u16, cause: Option<TraceId>) {
        let setup = self.core.setup.clone();
        let (name, down) = match &setup.actions[usize::from(index)].what {
            Do::Crash(name) => (name, false),
            Do::Restart(name) => (name, true),
        };
        let mut cx = Cx::new(&mut self.core, observer, cause);
        let applies = |id: &BrokerId| (self.brokers[id.index()].process == Process::Down) == down;
        let Some(id) = setup.broker_named(name).filter(applies) else {
            cx.emit(Kind::ActionIgnored { action: index });
            return;
        };
        cx.emit(Kind::ActionApplied { action: index });
        if down {
            self.brokers[id.index()].restart(&mut cx);
        } else {
            self.brokers[id.index()].crash(&mut cx);
            // The machine lives on and closes the connections of the process.
            cx.close_all(Node::Broker(id));
        }
    }
}
