//! What a client knows of the cluster: who leads which partition, as some broker last told it.
//!
//! Simplified: a client starts with the metadata of the cluster as it is when the run begins.

use crate::model::client::{LinkState, NetworkClient};
use crate::model::cx::Cx;
use crate::model::event::{ConsumerTimer, Event, ProducerTimer};
use crate::model::ids::{BrokerId, Node, PartitionId, RequestId};
use crate::model::luck::{Purpose, below};
use crate::model::message::{PartitionMetadata, Request};
use crate::model::setup::Setup;

/// A client's metadata (`org.apache.kafka.clients.Metadata`).
#[derive(Clone, Debug)]
pub struct ClientMetadata {
    /// Per partition what the client believes.
    pub partitions: Vec<PartitionMetadata>,
    wanted: bool,
    in_flight: Option<RequestId>,
    asked_us: Option<u64>,
    asked: u64,
    updated_us: u64,
}

/// The settings that say how often a client asks for metadata.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// `retry.backoff.ms`
    pub backoff_us: u64,
    /// `request.timeout.ms`
    pub request_timeout_us: u64,
    /// `metadata.max.age.ms`
    pub max_age_us: u64,
}

impl ClientMetadata {
    /// The cluster as it is when a run begins: the preferred replicas lead.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let leader = |p: &crate::model::setup::PartitionSetup| p.replicas.first().copied();
        let partitions = setup
            .partitions
            .iter()
            .map(|p| {
                let exists = p.number < setup.topics[usize::from(p.topic)].initial;
                let leader = leader(p).filter(|_| exists);
                PartitionMetadata { exists, leader, leader_epoch: 0 }
            })
            .collect();
        Self { partitions, wanted: false, in_flight: None, asked_us: None, asked: 0, updated_us: 0 }
    }

    /// Who leads the partition, as far as the client knows.
    #[must_use]
    pub fn leader(&self, partition: PartitionId) -> Option<BrokerId> {
        self.partitions[partition.index()].leader
    }

    /// The epoch of that leader.
    #[must_use]
    pub fn epoch(&self, partition: PartitionId) -> u32 {
        self.partitions[partition.index()].leader_epoch
    }

    /// The partitions of a topic, as far as the client knows.
    #[must_use]
    pub fn known<'s>(&self, setup: &'s Setup, topic: u16) -> &'s [PartitionId] {
        let all = &setup.topics[usize::from(topic)].partitions;
        let known = all.partition_point(|partition| self.partitions[partition.index()].exists);
        &all[..known]
    }

    /// Asks for an update (`Metadata.requestUpdate`).
    pub fn want(&mut self) {
        self.wanted = true;
    }

    /// Sends a request for metadata if one is wanted and due. Answers with the time at which to
    /// look again, if that is known.
    pub fn refresh(
        &mut self,
        cx: &mut Cx<'_>,
        client: &mut NetworkClient,
        me: Node,
        Waits { backoff_us, request_timeout_us, max_age_us }: Waits,
    ) -> Option<u64> {
        if self.in_flight.is_some() {
            return None;
        }
        // Where nothing can be added, old metadata is as good as new.
        let expires_us = self.updated_us.saturating_add(max_age_us);
        let grows = cx.setup().grows;
        if !(self.wanted || grows && expires_us <= cx.now_us()) {
            return grows.then_some(expires_us);
        }
        let due_us = self.asked_us.map_or(0, |asked_us| asked_us + backoff_us);
        if due_us > cx.now_us() {
            return Some(due_us);
        }
        let brokers = cx.setup().brokers;
        let first =
            below(cx.draw(me.code(), Purpose::MetadataNode, self.asked), u64::from(brokers)) as u16;
        let around = || (0..brokers).map(|n| Node::Broker(BrokerId((first + n) % brokers)));
        // The least loaded node among those that are connected; else whichever can be tried.
        let up = |node: &Node| {
            matches!(client.links.get(node).map(|l| l.state), Some(LinkState::Ready(_)))
        };
        let load = |node: &Node| client.links.get(node).map_or(0, |link| link.in_flight.len());
        if let Some(node) = around().filter(up).min_by_key(load) {
            if client.ready(cx, node) {
                self.in_flight = client.send(cx, node, Request::Metadata, true);
                // A machine that went dark does not answer.
                let timeout = self.in_flight.and_then(|request| timeout_of(me, request));
                if let Some(timeout) = timeout {
                    cx.ambient(request_timeout_us, timeout);
                }
                self.asked += 1;
                self.asked_us = Some(cx.now_us());
            }
            return None;
        }
        let mut again_us = None;
        for node in around() {
            client.ready(cx, node);
            again_us = [again_us, client.retry_us(node)].into_iter().flatten().min();
        }
        again_us
    }

    /// Takes in a response. Leaders with an older epoch than the known one are not believed
    /// (KIP-320).
    pub fn update(&mut self, now_us: u64, request: RequestId, partitions: &[PartitionMetadata]) {
        if self.in_flight == Some(request) {
            self.in_flight = None;
            self.wanted = false;
        }
        self.updated_us = now_us;
        for (known, new) in self.partitions.iter_mut().zip(partitions) {
            if new.exists && new.leader_epoch >= known.leader_epoch {
                *known = *new;
            }
        }
    }

    /// Takes in what a produce response says of a new leader (KIP-951).
    pub fn leader_is(&mut self, partition: PartitionId, leader: BrokerId, leader_epoch: u32) {
        let known = &mut self.partitions[partition.index()];
        if leader_epoch > known.leader_epoch {
            *known = PartitionMetadata { exists: true, leader: Some(leader), leader_epoch };
        }
    }

    /// A request that will not be answered.
    pub fn lost(&mut self, requests: &[RequestId]) {
        if self.in_flight.is_some_and(|id| requests.contains(&id)) {
            self.in_flight = None;
        }
    }

    /// Whether some of these partitions have no known leader.
    #[must_use]
    pub fn lacks_leader(&self, partitions: &[PartitionId]) -> bool {
        partitions.iter().any(|p| self.leader(*p).is_none())
    }
}

/// The end of a client's wait for a response.
fn timeout_of(me: Node, request: RequestId) -> Option<Event> {
    match me {
        Node::Producer(id) => Some(Event::Producer(id, ProducerTimer::RequestTimeout(request))),
        Node::Consumer(id) => Some(Event::Consumer(id, ConsumerTimer::RequestTimeout(request))),
        _ => None,
    }
}
