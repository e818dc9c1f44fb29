//! What is wrong with machines and links at the moment, and what waits until it is not.
//!
//! TCP hides a cut link for a while: what is sent stays with the sender's machine and is delivered
//! when the link heals, if the connection still stands. A paused process is alive to the network:
//! its machine accepts connections and data; the process comes to them when it goes on.
//!
//! Simplified: retransmission succeeds at once when a link heals (TCP's own backoff would add up
//! to twice the time that it was cut).

use litemap::LiteMap;

use super::ids::Node;
use super::links::Way;
use super::luck::{self, Purpose};
use super::queue::Scheduled;
use crate::script::action::{Broken, Lost};

/// What is wrong.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    cuts: Vec<Way>,
    paused: Vec<Node>,
    off: Vec<Node>,
    losses: Vec<Loss>,
    chances: Vec<Chance>,
    /// How many messages went from one to another while chance could take them: the number of a
    /// draw.
    tried: LiteMap<(Node, Node), u64>,
    held: Vec<Scheduled>,
    has_held: bool,
}

/// A message that will be lost.
#[derive(Clone, Copy, Debug)]
pub struct Loss {
    /// The action that says so.
    pub action: u16,
    /// From a client to a server, whichever way the message goes.
    pub way: Way,
    /// Whether it is the request or the response.
    pub what: Lost,
    /// What becomes of the connection.
    pub connection: Broken,
}

/// A kind of messages of which some are lost.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    /// Which ones, and what becomes of the connection.
    pub of: Loss,
    /// How many of a million.
    pub per_million: u32,
}

impl Loss {
    /// Whether it is about requests (or responses) between these two.
    fn is_about(&self, client: Node, server: Node, what: Lost) -> bool {
        let is_request = what == Lost::Request && self.what == Lost::Write;
        (self.what == what || is_request) && self.way.holds(client, server)
    }
}

impl Faults {
    /// Whether nothing stands still and no link is cut.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.cuts.is_empty() && self.paused.is_empty()
    }

    /// Whether nothing gets through from one to the other.
    #[must_use]
    pub fn is_cut(&self, from: Node, to: Node) -> bool {
        self.cuts.iter().any(|way| way.holds(from, to))
    }

    /// Whether a process stands still.
    #[must_use]
    pub fn is_paused(&self, node: Node) -> bool {
        self.paused.contains(&node)
    }

    /// Whether a machine has no power.
    #[must_use]
    pub fn is_off(&self, node: Node) -> bool {
        self.off.contains(&node)
    }

    /// Nothing gets through that way any more, or everything does again.
    pub fn cuts(&mut self, way: Option<Way>, cut: bool) {
        let Some(way) = way else { return };
        let other = Way { from: way.to, to: way.from, both: way.both };
        if cut {
            self.cuts.push(way);
        } else {
            self.cuts.retain(|known| *known != way && (!way.both || *known != other));
        }
    }

    /// A process stands still, or goes on.
    pub fn pause(&mut self, node: Node, paused: bool) {
        put(&mut self.paused, node, paused);
    }

    /// A machine loses its power, or has it again.
    pub fn power(&mut self, node: Node, off: bool) {
        put(&mut self.off, node, off);
    }

    /// The next message like that will be lost.
    pub fn lose_next(&mut self, loss: Loss) {
        self.losses.push(loss);
    }

    /// Whether the next request from a client to a server will be written only in part.
    #[must_use]
    pub fn breaks_writing(&self, client: Node, server: Node) -> bool {
        let hit = |loss: &Loss| loss.what == Lost::Write && loss.way.holds(client, server);
        self.losses.iter().any(hit)
    }

    /// From now on some messages like that will be lost, in place of what was said of them before.
    pub fn lose_some(&mut self, chance: Chance) {
        let Loss { way, what, .. } = chance.of;
        self.chances.retain(|known| (known.of.way, known.of.what) != (way, what));
        self.chances.push(chance);
    }

    /// Whether a message is one that is to be lost, and what becomes of its connection. A loss
    /// that was asked for happens once; chance may strike again and again.
    pub fn take_loss(
        &mut self,
        seed: u64,
        client: Node,
        server: Node,
        what: Lost,
    ) -> Option<Broken> {
        let asked = self.losses.iter().position(|loss| loss.is_about(client, server, what));
        if let Some(place) = asked {
            return Some(self.losses.remove(place).connection);
        }
        // As with links, the last one that matches counts.
        let chance =
            self.chances.iter().rfind(|chance| chance.of.is_about(client, server, what))?;
        let (from, to) = if what == Lost::Response { (server, client) } else { (client, server) };
        let number = self.tried.entry((from, to)).or_default();
        *number += 1;
        let bits = luck::draw(seed, from.code() << 32 | to.code(), Purpose::Lose, *number);
        let is_lost = luck::below(bits, 1_000_000) < u64::from(chance.per_million);
        is_lost.then_some(chance.of.connection)
    }

    /// The actions whose message has not come, so far.
    pub fn losses(&self) -> impl Iterator<Item = u16> + '_ {
        self.losses.iter().map(|loss| loss.action)
    }

    /// Whether an event ever had to wait for a link or a process: then requests may be under way
    /// that are about to time out.
    #[must_use]
    pub fn has_held(&self) -> bool {
        self.has_held
    }

    /// Keeps an event until its link heals or its process goes on.
    pub fn hold(&mut self, scheduled: Scheduled) {
        self.has_held = true;
        self.held.push(scheduled);
    }

    /// Everything that waits, in the order in which it should have happened.
    pub fn release(&mut self) -> Vec<Scheduled> {
        std::mem::take(&mut self.held)
    }
}

/// Puts a node into a list, or takes it out.
fn put(list: &mut Vec<Node>, node: Node, belongs: bool) {
    list.retain(|known| *known != node);
    if belongs {
        list.push(node);
    }
}
