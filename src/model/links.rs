//! Links: one ordered list of rules says how long a message takes from one entity to another. The
//! last rule that matches counts; actions add rules while a run goes on.

use super::ids::Node;

/// One end of a link, or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Everybody.
    All,
    /// All brokers.
    Brokers,
    /// All producers.
    Producers,
    /// All consumers.
    Consumers,
    /// That one.
    One(Node),
}

impl Ends {
    /// Whether it is one of them.
    #[must_use]
    pub fn hold(self, node: Node) -> bool {
        match self {
            Self::All => true,
            Self::Brokers => matches!(node, Node::Broker(_)),
            Self::Producers => matches!(node, Node::Producer(_)),
            Self::Consumers => matches!(node, Node::Consumer(_)),
            Self::One(one) => one == node,
        }
    }
}

/// Two ends, and whether both ways between them are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Who sends.
    pub from: Ends,
    /// Who receives.
    pub to: Ends,
    /// Whether the other direction is meant too.
    pub both: bool,
}

impl Way {
    /// Whether a message from one to the other goes this way.
    #[must_use]
    pub fn holds(self, from: Node, to: Node) -> bool {
        (self.from.hold(from) && self.to.hold(to))
            || (self.both && self.from.hold(to) && self.to.hold(from))
    }
}

/// A rule of the network.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The links that it is about.
    pub way: Way,
    /// The latency there, one way.
    pub latency_us: Option<u64>,
    /// The most that chance adds to it.
    pub jitter_us: Option<u64>,
    /// How many of a million packets are lost there.
    pub drops: Option<u32>,
}

/// What the rules say of a link, one way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quality {
    /// Its latency.
    pub latency_us: u64,
    /// The most that chance adds to it.
    pub jitter_us: u64,
    /// How many of a million packets it loses.
    pub drops: u32,
}

/// The link from one entity to another.
#[must_use]
pub fn quality<'a>(rules: impl Iterator<Item = &'a Rule>, from: Node, to: Node) -> Quality {
    let mut link = Quality::default();
    for rule in rules.filter(|rule| rule.way.holds(from, to)) {
        link.latency_us = rule.latency_us.unwrap_or(link.latency_us);
        link.jitter_us = rule.jitter_us.unwrap_or(link.jitter_us);
        link.drops = rule.drops.unwrap_or(link.drops);
    }
    link
}
