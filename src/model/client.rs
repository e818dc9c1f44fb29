//! The client side of the network, as `NetworkClient` has it: a connection per node, requests in
//! flight on it in order, reconnects with backoff, and the request timeout that closes the whole
//! connection.

use std::collections::VecDeque;

use litemap::LiteMap;

use super::cx::Cx;
use super::ids::{ConnectionId, Node, RequestId};
use super::luck::{Purpose, jittered};
use super::message::{Body, Request};

/// A client's connections, one per node.
#[derive(Clone, Debug)]
pub struct NetworkClient {
    owner: Node,
    config: ClientConfig,
    /// The connections, by the node at the other end.
    pub links: LiteMap<Node, Link>,
}

/// The settings of a client's network.
#[derive(Clone, Copy, Debug)]
pub struct ClientConfig {
    /// `reconnect.backoff.ms`
    pub reconnect_backoff_us: u64,
    /// `reconnect.backoff.max.ms`
    pub reconnect_backoff_max_us: u64,
    /// `socket.connection.setup.timeout.ms`
    pub setup_timeout_us: u64,
    /// `socket.connection.setup.timeout.max.ms`
    pub setup_timeout_max_us: u64,
    /// `max.in.flight.requests.per.connection`
    pub max_in_flight: u32,
}

impl Default for ClientConfig {
    /// What most of Kafka's clients have.
    fn default() -> Self {
        Self {
            reconnect_backoff_us: 50_000,
            reconnect_backoff_max_us: 1_000_000,
            setup_timeout_us: 10_000_000,
            setup_timeout_max_us: 30_000_000,
            max_in_flight: 100,
        }
    }
}

/// The connection to one node.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// Whether it is up.
    pub state: LinkState,
    /// The requests on it that still wait for their response, oldest first.
    pub in_flight: VecDeque<RequestId>,
    /// Failed attempts in a row.
    failures: u32,
    /// Attempts in all: the number of a draw.
    attempts: u64,
}

/// The state of a connection (`ClusterConnectionStates`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the words of the sentence above each variant")]
pub enum LinkState {
    /// Not connected; not tried again before that time.
    Disconnected { retry_us: u64 },
    /// The handshake is under way.
    Connecting(ConnectionId),
    /// Up.
    Ready(ConnectionId),
}

impl Default for LinkState {
    fn default() -> Self {
        Self::Disconnected { retry_us: 0 }
    }
}

impl NetworkClient {
    /// A client with no connection yet.
    #[must_use]
    pub fn new(owner: Node, config: ClientConfig) -> Self {
        Self { owner, config, links: LiteMap::new() }
    }

    /// Connected before the run began.
    pub fn warm(&mut self, cx: &mut Cx<'_>, node: Node) {
        let connection = cx.connected(self.owner, node);
        self.links.entry(node).or_default().state = LinkState::Ready(connection);
    }

    /// Forgets everything, as a process does that dies.
    pub fn reset(&mut self) {
        self.links.clear();
    }

    /// Whether a request can be sent there; begins to connect if it can and must
    /// (`NetworkClient.ready`, `InFlightRequests.canSendMore`).
    pub fn ready(&mut self, cx: &mut Cx<'_>, node: Node) -> bool {
        let link = self.links.entry(node).or_default();
        match link.state {
            LinkState::Ready(_) => (link.in_flight.len() as u32) < self.config.max_in_flight,
            LinkState::Disconnected { retry_us } if retry_us <= cx.now_us() => {
                link.attempts += 1;
                let ClientConfig { setup_timeout_us, setup_timeout_max_us, .. } = self.config;
                let timeout_us = doubled(setup_timeout_us, link.failures, setup_timeout_max_us);
                link.state = LinkState::Connecting(cx.connect(self.owner, node, timeout_us));
                false
            }
            _ => false,
        }
    }

    /// When it is worth to try that node again; `None` if something will happen by itself.
    #[must_use]
    pub fn retry_us(&self, node: Node) -> Option<u64> {
        match self.links.get(&node)?.state {
            LinkState::Disconnected { retry_us } => Some(retry_us),
            _ => None,
        }
    }

    /// Sends a request on a connection that is up.
    pub fn send(
        &mut self,
        cx: &mut Cx<'_>,
        node: Node,
        request: Request,
        ambient: bool,
    ) -> Option<RequestId> {
        let id = cx.next_request();
        self.send_as(cx, node, id, request, ambient, true).then_some(id)
    }

    /// Sends a request under a known id; one without a response is complete when it is written.
    pub fn send_as(
        &mut self,
        cx: &mut Cx<'_>,
        node: Node,
        id: RequestId,
        request: Request,
        ambient: bool,
        responds: bool,
    ) -> bool {
        let Some(link) = self.links.get_mut(&node) else { return false };
        let LinkState::Ready(connection) = link.state else { return false };
        if responds {
            link.in_flight.push_back(id);
        }
        cx.send(connection, self.owner, id, Body::Request(request), ambient);
        true
    }

    /// A response arrived; answers whether it was waited for.
    pub fn complete(&mut self, request: RequestId) -> bool {
        for (_, link) in &mut self.links {
            if let Some(place) = link.in_flight.iter().position(|id| *id == request) {
                link.in_flight.remove(place);
                return true;
            }
        }
        false
    }

    /// A handshake ended. Answers with the node if it was this client's.
    pub fn connect_result(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        accepted: bool,
    ) -> Option<Node> {
        let mine = |link: &Link| link.state == LinkState::Connecting(connection);
        let node = *self.links.iter().find(|(_, link)| mine(link))?.0;
        if accepted {
            let link = self.links.entry(node).or_default();
            link.failures = 0;
            link.state = LinkState::Ready(connection);
        } else {
            cx.close(connection, self.owner);
            self.back_off(cx, node);
        }
        Some(node)
    }

    /// The other side closed a connection. Answers with the node and the requests that were on
    /// it, oldest first (`InFlightRequests.clearAll`).
    pub fn closed(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
    ) -> Option<(Node, Vec<RequestId>)> {
        let mine = |link: &Link| matches!(link.state, LinkState::Ready(c) | LinkState::Connecting(c) if c == connection);
        let node = *self.links.iter().find(|(_, link)| mine(link))?.0;
        Some((node, self.back_off(cx, node)))
    }

    /// A request waited for too long: its whole connection is closed
    /// (`NetworkClient.handleTimedOutRequests`).
    pub fn timed_out(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
    ) -> Option<(Node, Vec<RequestId>)> {
        let (node, link) = self.links.iter().find(|(_, link)| link.in_flight.contains(&request))?;
        let node = *node;
        if let LinkState::Ready(connection) = link.state {
            cx.close(connection, self.owner);
        }
        Some((node, self.back_off(cx, node)))
    }

    fn back_off(&mut self, cx: &Cx<'_>, node: Node) -> Vec<RequestId> {
        let link = self.links.entry(node).or_default();
        let thing = self.owner.code() << 32 | node.code();
        let ClientConfig { reconnect_backoff_us, reconnect_backoff_max_us, .. } = self.config;
        let nominal_us = doubled(reconnect_backoff_us, link.failures, reconnect_backoff_max_us);
        let wait_us = jittered(cx.draw(thing, Purpose::Backoff, link.attempts), nominal_us);
        link.failures += 1;
        link.state = LinkState::Disconnected { retry_us: cx.now_us() + wait_us };
        link.in_flight.drain(..).collect()
    }
}

/// A wait that doubles with each failure, up to a limit.
fn doubled(first_us: u64, failures: u32, max_us: u64) -> u64 {
    first_us.saturating_mul(1 << failures.min(20)).min(max_us)
}
