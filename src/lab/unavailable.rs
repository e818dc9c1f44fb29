//! How long partitions could not be written to: no leader that is up, or too few in-sync replicas
//! for `acks=all`.
//!
//! Seen from outside, as a client would: from the moment when the leader's process stops, not from
//! the moment when somebody notices. What it does not see: a leader that is up and cut off.

use std::sync::Arc;

use crate::model::Setup;
use crate::model::ids::{BrokerId, Node, PartitionId};
use crate::model::trace::{Kind, Observer, TraceEvent};
use crate::script::config::Acks;

/// The partitions of the script's topics, and since when each stands still.
#[derive(Clone, Debug)]
pub struct Outage {
    partitions: Vec<Watched>,
    down: Vec<bool>,
    /// Whether some producer waits for all in-sync replicas.
    wants_all: bool,
}

#[derive(Clone, Debug)]
struct Watched {
    internal: bool,
    leader: Option<BrokerId>,
    in_sync: usize,
    min_isr: usize,
    since_us: Option<u64>,
    spans: Vec<(u64, u64)>,
}

impl Outage {
    /// At the beginning of a run: everything is up.
    #[must_use]
    pub fn new(setup: &Arc<Setup>) -> Self {
        let partitions = setup.partitions.iter().map(|partition| Watched {
            internal: partition.internal,
            leader: partition.replicas.first().copied(),
            in_sync: partition.replicas.len(),
            min_isr: partition.effective_min_isr(),
            since_us: None,
            spans: Vec::new(),
        });
        Self {
            partitions: partitions.collect(),
            down: vec![false; usize::from(setup.brokers)],
            wants_all: setup.producer_configs().any(|config| config.acks == Acks::All),
        }
    }

    /// How long, all partitions together, in µs, if the run ends then.
    #[must_use]
    pub fn total_us(&self, end_us: u64) -> u64 {
        self.partitions()
            .flat_map(|partition| self.spans(partition, end_us))
            .map(|(from, to)| to - from)
            .sum()
    }

    /// The spans of one partition, in µs, if the run ends then.
    #[must_use]
    pub fn spans(&self, partition: PartitionId, end_us: u64) -> Vec<(u64, u64)> {
        let watched = &self.partitions[partition.index()];
        if watched.internal {
            return Vec::new();
        }
        let open = watched.since_us.map(|since_us| (since_us, end_us.max(since_us)));
        watched.spans.iter().copied().chain(open).collect()
    }

    /// All partitions.
    pub fn partitions(&self) -> impl Iterator<Item = PartitionId> + use<> {
        (0..self.partitions.len() as u16).map(PartitionId)
    }

    /// Whether one cannot be written to now.
    #[must_use]
    pub fn stands_still(&self, partition: PartitionId) -> bool {
        let watched = &self.partitions[partition.index()];
        watched.since_us.is_some() && !watched.internal
    }

    fn take_down(&mut self, broker: BrokerId, down: bool) {
        self.down[broker.index()] = down;
    }

    fn judge(&mut self, at_us: u64) {
        for watched in &mut self.partitions {
            let led = watched.leader.is_some_and(|leader| !self.down[leader.index()]);
            let writable = led && !(self.wants_all && watched.in_sync < watched.min_isr);
            match watched.since_us {
                None if !writable => watched.since_us = Some(at_us),
                Some(since_us) if writable => {
                    watched.since_us = None;
                    if since_us < at_us {
                        watched.spans.push((since_us, at_us));
                    }
                }
                _ => {}
            }
        }
    }
}

impl Observer for Outage {
    fn observe(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::BrokerCrashed { broker }
            | Kind::PowerCut { broker }
            | Kind::BrokerStopped { broker }
            | Kind::Paused { node: Node::Broker(broker) } => self.take_down(*broker, true),
            Kind::BrokerRestarted { broker, .. } | Kind::Resumed { node: Node::Broker(broker) } => {
                self.take_down(*broker, false);
            }
            Kind::LeaderElected { partition, leader, .. } => {
                self.partitions[partition.index()].leader = Some(*leader);
            }
            Kind::PartitionOffline { partition, .. } => {
                self.partitions[partition.index()].leader = None;
            }
            Kind::IsrShrunk { partition, isr } | Kind::IsrExpanded { partition, isr } => {
                self.partitions[partition.index()].in_sync = isr.len();
            }
            _ => return,
        }
        self.judge(event.at_us);
    }
}
