//! The network: connections and what travels on them. It routes; it owns no clock.
//!
//! Connections are TCP: what is sent on one in one direction arrives in that order. When a
//! process dies its machine closes its connections; what was already on the way to the other
//! side still arrives, before the close does.
//!
//! Simplified: a connection is up after one round trip (TLS and `ApiVersions` would add more),
//! and bandwidth is unlimited.

use std::collections::VecDeque;

use litemap::LiteMap;

use super::ids::{ConnectionId, MessageId, Node};
use super::links::{Quality, Rule, quality};
use super::luck::{self, Purpose};
use super::message::Message;
use super::setup::Setup;

/// TCP's first retransmission timeout, as Linux has it (`TCP_RTO_MIN`), and its largest.
const RETRANSMISSION_US: u64 = 200_000;
const RETRANSMISSION_MAX_US: u64 = 120_000_000;
/// How often TCP sends a packet again (`tcp_retries2`): for a quarter of an hour. Linux gives the
/// connection up then; here the packet arrives. Whoever waited for it has not been so patient.
const RETRANSMISSIONS: u64 = 15;

/// How many lost messages are remembered.
const LOST_MAX: usize = 8;

/// A connection between a client and a server.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Who opened it.
    pub client: Node,
    /// Who accepts.
    pub server: Node,
    /// Whether the client's side is open.
    pub client_open: bool,
    /// Whether the server's side is open.
    pub server_open: bool,
    /// Whether everything on it is lost, though both sides hold it for open.
    pub mute: bool,
    /// The last arrival so far at the server and at the client: later messages arrive no earlier.
    last_arrival_us: [u64; 2],
}

impl Connection {
    fn is_open(&self, node: Node) -> bool {
        if self.client == node { self.client_open } else { self.server_open }
    }
}

/// All connections and messages.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The connections that at least one side holds open.
    pub connections: LiteMap<ConnectionId, Connection>,
    /// What is on the way.
    pub messages: LiteMap<MessageId, Message>,
    /// The last messages that were lost. Nobody in the model knows of them: they are for whoever
    /// looks.
    pub lost: VecDeque<Message>,
    /// What actions have changed about the links.
    pub rules: Vec<Rule>,
    next_connection: u32,
    next_message: u64,
    /// How many messages each directed pair of nodes has exchanged, by the pair's code: the number of
    /// a draw.
    counts: LiteMap<u64, u64>,
}

impl Network {
    /// A new connection, open on the client's side.
    pub fn open(&mut self, client: Node, server: Node) -> ConnectionId {
        let id = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let connection = Connection {
            client,
            server,
            client_open: true,
            mute: false,
            server_open: false,
            last_arrival_us: [0; 2],
        };
        self.connections.insert(id, connection);
        id
    }

    /// Keeps a message that was lost, for a while.
    pub fn remember_lost(&mut self, message: Message) {
        if self.lost.len() == LOST_MAX {
            self.lost.pop_front();
        }
        self.lost.push_back(message);
    }

    /// The number of the next message.
    pub fn next_message_id(&mut self) -> MessageId {
        let id = MessageId(self.next_message);
        self.next_message += 1;
        id
    }

    /// Who is at the other end of a connection, and when something that `from` sends now arrives
    /// there; `None` if there is no such connection.
    pub fn journey(
        &mut self,
        setup: &Setup,
        connection: ConnectionId,
        from: Node,
        now_us: u64,
    ) -> Option<(Node, u64)> {
        let link = self.connections.get_mut(&connection)?;
        let (to, direction) = if from == link.client { (link.server, 0) } else { (link.client, 1) };
        let pair = from.code() << 32 | to.code();
        let number = self.counts.entry(pair).or_default();
        *number += 1;
        let links = setup.links.iter().chain(&self.rules);
        let latency_us = latency_us(setup.seed, quality(links, from, to), pair, *number);
        let arrival_us = (now_us + latency_us).max(link.last_arrival_us[direction]);
        link.last_arrival_us[direction] = arrival_us;
        Some((to, arrival_us))
    }

    /// Whether `node` still has its side of the connection open.
    #[must_use]
    pub fn is_open(&self, id: ConnectionId, node: Node) -> bool {
        self.connections.get(&id).is_some_and(|connection| connection.is_open(node))
    }

    /// Closes one side; answers with the other end if that is still open.
    pub fn close(&mut self, id: ConnectionId, node: Node) -> Option<Node> {
        let connection = self.connections.get_mut(&id)?;
        let peer = if connection.client == node {
            connection.client_open = false;
            connection.server_open.then_some(connection.server)
        } else {
            connection.server_open = false;
            connection.client_open.then_some(connection.client)
        };
        if !connection.client_open && !connection.server_open {
            self.connections.remove(&id);
        }
        peer
    }

    /// Whether what arrives at `node` on a connection is heard there.
    #[must_use]
    pub fn hears(&self, id: ConnectionId, node: Node) -> bool {
        self.connections.get(&id).is_some_and(|c| c.is_open(node) && !c.mute)
    }

    /// From now on nothing that is sent on a connection arrives.
    pub fn mute(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.mute = true;
        }
    }

    /// A machine without power closes nothing and tells nobody: its ends are just gone.
    pub fn silence(&mut self, node: Node) {
        for (_, connection) in &mut self.connections {
            if connection.client == node {
                connection.client_open = false;
            }
            if connection.server == node {
                connection.server_open = false;
            }
        }
        self.connections.retain(|_, c| c.client_open || c.server_open);
    }

    /// Connections whose other end thinks that `node` still holds its own.
    #[must_use]
    pub fn half_open(&self, node: Node) -> Vec<(ConnectionId, Node)> {
        let gone = |c: &Connection| {
            (c.client == node && !c.client_open) || (c.server == node && !c.server_open)
        };
        let peer = |c: &Connection| if c.client == node { c.server } else { c.client };
        self.connections.iter().filter(|(_, c)| gone(c)).map(|(id, c)| (*id, peer(c))).collect()
    }

    /// The connections of which `node` holds an end open, or which it is being asked to accept.
    #[must_use]
    pub fn of(&self, node: Node) -> Vec<ConnectionId> {
        let mine = |c: &Connection| {
            (c.client == node && c.client_open) || (c.server == node && c.server_open)
        };
        self.connections.iter().filter(|(_, c)| mine(c)).map(|(id, _)| *id).collect()
    }
}

/// The latency of the `number`-th message from one node of a pair to the other.
fn latency_us(seed: u64, link: Quality, pair: u64, number: u64) -> u64 {
    let jitter_us = match link.jitter_us {
        0 => 0,
        most => luck::below(luck::draw(seed, pair, Purpose::Latency, number), most + 1),
    };
    link.latency_us + jitter_us + retransmission_us(seed, link.drops, pair, number)
}

/// What TCP waits before the packet is sent that gets through: its timeout doubles each time. What
/// was sent later on the connection waits for it, too.
fn retransmission_us(seed: u64, drops: u32, pair: u64, number: u64) -> u64 {
    if drops == 0 {
        return 0;
    }
    let is_lost = |attempt: &u64| {
        let bits = luck::draw(seed, pair, Purpose::Drop, number * RETRANSMISSIONS + attempt);
        luck::below(bits, 1_000_000) < u64::from(drops)
    };
    let lost = (0..RETRANSMISSIONS).take_while(is_lost);
    lost.map(|attempt| (RETRANSMISSION_US << attempt).min(RETRANSMISSION_MAX_US)).sum()
}
