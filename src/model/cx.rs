//! What a handler can do besides changing its own entity: schedule, send, connect, and say what
//! happened. Entities never touch each other; all that passes between them passes through here.

use litemap::LiteMap;

use super::event::Event;
use super::faults::Faults;
use super::group::Membership;
use super::ids::{ConnectionId, GroupId, Node, ProducerId, RequestId, TraceId};
use super::luck::{self, Purpose};
use super::message::{Body, Message};
use super::network::Network;
use super::queue::{EventQueue, Scheduled};
use super::record::CommittedOffset;
use super::setup::Setup;
use super::trace::{FlushReason, Kind, Observer, TraceEvent};
use super::triggers::Triggers;

/// Offsets that a consumer hands to the producer of the same process
/// (`sendOffsetsToTransaction`), with the group's metadata (KIP-447).
#[derive(Clone, Debug)]
pub struct Handover {
    /// Of which group.
    pub group: GroupId,
    /// As which member.
    pub by: Option<Membership>,
    /// The offsets.
    pub offsets: Vec<CommittedOffset>,
    /// Whether the coordinator knows that they belong to the transaction.
    pub added: bool,
}

/// What all entities share: time, the queue, the network, the trace's numbering.
#[derive(Clone, Debug)]
pub struct Core {
    /// Now.
    pub now_us: u64,
    /// What is still to happen.
    pub queue: EventQueue,
    /// What is under way.
    pub network: Network,
    /// What is wrong with machines and links.
    pub faults: Faults,
    /// Actions that wait for something to happen.
    pub triggers: Triggers,
    /// The time of the last traced event.
    pub last_trace_us: u64,
    /// How many events were traced so far.
    pub traced: u64,
    /// What consumers have handed to the producers of their processes.
    handovers: LiteMap<ProducerId, Handover>,
    next_request: u64,
}

impl Core {
    /// Before anything happened.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        Self {
            triggers: Triggers::new(setup),
            now_us: 0,
            queue: EventQueue::default(),
            network: Network::default(),
            faults: Faults::default(),
            last_trace_us: 0,
            traced: 0,
            handovers: LiteMap::new(),
            next_request: 1,
        }
    }
}

/// A handler's view of the rest of the world while one event is handled.
pub struct Cx<'a> {
    setup: &'a Setup,
    core: &'a mut Core,
    observer: &'a mut dyn Observer,
    /// The traced event that what happens next is due to.
    pub cause: Option<TraceId>,
}

impl<'a> Cx<'a> {
    /// A view for one event.
    pub fn new(
        setup: &'a Setup,
        core: &'a mut Core,
        observer: &'a mut dyn Observer,
        cause: Option<TraceId>,
    ) -> Self {
        Self { setup, core, observer, cause }
    }

    /// Now.
    #[must_use]
    pub fn now_us(&self) -> u64 {
        self.core.now_us
    }

    /// What is fixed. It outlives the view, which stays free to act.
    #[must_use]
    pub fn setup(&self) -> &'a Setup {
        self.setup
    }

    /// Says what happened; what follows is due to it.
    pub fn emit(&mut self, kind: Kind) -> TraceId {
        let id = TraceId(self.core.traced);
        let event = TraceEvent { id, at_us: self.core.now_us, cause: self.cause, kind };
        self.core.traced += 1;
        // That the operating system writes old pages is no news about any record.
        let writeback = FlushReason::Writeback;
        if !matches!(event.kind, Kind::Flushed { reason, .. } if reason == writeback) {
            self.core.last_trace_us = self.core.now_us;
        }
        self.observer.observe(&event);
        if self.core.triggers.any() {
            self.core.triggers.observe(self.setup, &event, &mut self.core.queue);
        }
        self.cause = Some(id);
        id
    }

    /// Says what happened, as an aside: what follows is still due to what was before.
    pub fn note(&mut self, kind: Kind) -> TraceId {
        let cause = self.cause;
        let id = self.emit(kind);
        self.cause = cause;
        id
    }

    /// Schedules an event that is a reason to go on with the run.
    pub fn after(&mut self, delay_us: u64, event: Event) {
        self.schedule(delay_us, event, false);
    }

    /// Schedules an event of the background.
    pub fn ambient(&mut self, delay_us: u64, event: Event) {
        self.schedule(delay_us, event, true);
    }

    fn schedule(&mut self, delay_us: u64, event: Event, ambient: bool) {
        let at_us = self.core.now_us.saturating_add(delay_us);
        self.core.queue.push(Scheduled { at_us, event, cause: self.cause, ambient });
    }

    /// A consumer hands something to the producer of the same process.
    pub fn hand_over(&mut self, producer: ProducerId, what: Handover) {
        self.core.handovers.insert(producer, what);
    }

    /// The producer takes it.
    pub fn take_handover(&mut self, producer: ProducerId) -> Option<Handover> {
        self.core.handovers.remove(&producer)
    }

    /// A new correlation id.
    pub fn next_request(&mut self) -> RequestId {
        let id = RequestId(self.core.next_request);
        self.core.next_request += 1;
        id
    }

    /// A random draw that belongs to `thing` (see [`luck`]).
    #[must_use]
    pub fn draw(&self, thing: u64, purpose: Purpose, number: u64) -> u64 {
        luck::draw(self.setup.seed, thing, purpose, number)
    }

    /// Starts to connect; the result arrives as [`Event::ConnectResult`], or never: then
    /// the wait is over.
    pub fn connect(&mut self, client: Node, server: Node, timeout_us: u64) -> ConnectionId {
        let id = self.core.network.open(client, server);
        self.ambient(timeout_us, Event::ConnectTimeout(id));
        if let Some((_, at_us)) = self.journey(id, client) {
            self.ambient(at_us - self.core.now_us, Event::ConnectArrives(id));
        }
        id
    }

    /// A connection that was set up before the run began.
    pub fn connected(&mut self, client: Node, server: Node) -> ConnectionId {
        let id = self.core.network.open(client, server);
        if let Some(connection) = self.core.network.connections.get_mut(&id) {
            connection.server_open = true;
        }
        id
    }

    /// Closes one side of a connection; the other side learns of it when the FIN arrives.
    pub fn close(&mut self, connection: ConnectionId, node: Node) {
        let journey = self.journey(connection, node);
        let peer = self.core.network.close(connection, node);
        if let (Some((_, at_us)), Some(peer)) = (journey, peer) {
            self.ambient(at_us - self.core.now_us, Event::Closed(connection, peer));
        }
    }

    fn journey(&mut self, connection: ConnectionId, from: Node) -> Option<(Node, u64)> {
        self.core.network.journey(self.setup, connection, from, self.core.now_us)
    }

    /// Closes all connections of a process that died.
    pub fn close_all(&mut self, node: Node) {
        for connection in self.core.network.of(node) {
            self.close(connection, node);
        }
    }

    /// Whether the next request on the way to a server will be written only in part.
    #[must_use]
    pub fn breaks_writing(&self, client: Node, server: Node) -> bool {
        self.core.faults.breaks_writing(client, server)
    }

    /// Whether that side of a connection is open.
    #[must_use]
    pub fn is_open(&self, connection: ConnectionId, node: Node) -> bool {
        self.core.network.is_open(connection, node)
    }

    /// Sends a message, if the connection is still open on the sender's side.
    pub fn send(
        &mut self,
        connection: ConnectionId,
        from: Node,
        request: RequestId,
        body: Body,
        ambient: bool,
    ) {
        if !self.core.network.is_open(connection, from) {
            return;
        }
        let Some((to, arrive_us)) = self.journey(connection, from) else { return };
        let core = &mut *self.core;
        let id = core.network.next_message_id();
        let sent_us = core.now_us;
        let wire = if ambient { None } else { body.wire() };
        let message =
            Message { id, connection, from, to, sent_us, arrive_us, request, body, ambient };
        core.network.messages.insert(id, message);
        let before = self.cause;
        if let Some(what) = wire {
            self.emit(Kind::MessageSent { message: id, from, to, arrive_us, what });
        }
        self.schedule(arrive_us - sent_us, Event::Arrive(id), ambient);
        self.cause = before;
    }
}
