//! The KRaft controller: who is alive, who leads, who is in sync (`QuorumController`,
//! `ReplicationControlManager`, `ClusterControlManager`, `BrokerHeartbeatManager`).
//!
//! Simplified: the quorum is one entity that never fails and decides at once.

mod election;

use super::cx::Cx;
use super::error::KafkaError;
use super::event::{ControllerTimer, Event};
use super::ids::{BrokerId, ConnectionId, Node, PartitionId, RequestId};
use super::message::{Body, BrokerState, Message, PartitionState, Request, Response};
use super::setup::Setup;
use super::trace::Kind;
use election::Change;

/// The controller.
#[derive(Clone, Debug)]
pub struct Controller {
    /// What it knows of the brokers.
    pub brokers: Vec<Registration>,
    /// What it has decided for the partitions.
    pub partitions: Vec<PartitionState>,
    /// The length of its log: grows with each change.
    version: u64,
    next_broker_epoch: u64,
}

/// What the controller knows of a broker.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// The epoch of its registration and whether it is fenced.
    pub state: BrokerState,
    /// When it was heard of last.
    pub heard_us: u64,
    /// The connection on which it listens to the controller's log.
    connection: Option<ConnectionId>,
}

impl Controller {
    /// A cluster that is healthy: all brokers are registered, the preferred replicas lead, all
    /// replicas are in sync.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let partitions = setup.partitions.iter().map(|p| PartitionState {
            leader: p.replicas.first().copied(),
            leader_epoch: 0,
            partition_epoch: 0,
            isr: p.replicas.clone(),
            elr: Vec::new(),
            last_known_leader: None,
        });
        let broker = |n: u64| Registration {
            state: BrokerState { epoch: n + 1, ..BrokerState::default() },
            heard_us: 0,
            connection: None,
        };
        let count = u64::from(setup.brokers);
        Self {
            brokers: (0..count).map(broker).collect(),
            partitions: partitions.collect(),
            version: 1,
            next_broker_epoch: count + 1,
        }
    }

    /// The controller's log as a broker sees it when the run begins.
    #[must_use]
    pub fn image(&self) -> super::broker::BrokerMetadata {
        super::broker::BrokerMetadata {
            version: self.version,
            partitions: self.partitions.clone(),
            brokers: self.brokers.iter().map(|b| b.state).collect(),
        }
    }

    /// The run begins.
    pub fn start(&mut self, cx: &mut Cx<'_>, connections: &[(BrokerId, ConnectionId)]) {
        for (broker, connection) in connections {
            self.brokers[broker.index()].connection = Some(*connection);
        }
        self.plan_session_check(cx);
        Self::plan_balance(cx);
    }

    /// `auto.leader.rebalance.enable`: planned moves, without any failure.
    fn plan_balance(cx: &mut Cx<'_>) {
        let setup = cx.setup();
        if setup.broker.auto_leader_rebalance_enable {
            let period_us = setup.broker.leader_imbalance_check_interval_seconds * 1_000_000;
            cx.ambient(period_us, Event::Controller(ControllerTimer::Balance));
        }
    }

    /// Preferred leader election (`ReplicationControlManager.maybeBalancePartitionLeaders`).
    pub fn balance(&mut self, cx: &mut Cx<'_>) {
        let changed = self.elect_preferred(cx);
        if !changed.is_empty() {
            self.version += 1;
            self.publish(cx, &changed);
        }
    }

    /// Sessions are checked eight times per session timeout
    /// (`QuorumController.maybeFenceStaleBrokerPeriodNs`).
    fn plan_session_check(&self, cx: &mut Cx<'_>) {
        let period_us = (cx.setup().broker.broker_session_timeout_us / 8).max(1);
        cx.ambient(period_us, Event::Controller(ControllerTimer::SessionCheck));
    }

    /// A timer rang.
    pub fn on_timer(&mut self, cx: &mut Cx<'_>, timer: ControllerTimer) {
        match timer {
            ControllerTimer::SessionCheck => self.session_check(cx),
            ControllerTimer::Balance => {
                self.balance(cx);
                Self::plan_balance(cx);
            }
        }
    }

    /// A request arrived.
    pub fn on_request(&mut self, cx: &mut Cx<'_>, message: Message) {
        let Message {
            from: Node::Broker(broker),
            connection,
            request,
            body: Body::Request(body),
            ..
        } = message
        else {
            return;
        };
        let response = match body {
            Request::Register { clean_epoch } => {
                Response::Register(self.register(cx, broker, connection, clean_epoch))
            }
            Request::Heartbeat { broker_epoch, metadata_version, want_shut_down } => {
                let fenced = self.heartbeat(cx, broker, broker_epoch, metadata_version);
                let current = self.brokers[broker.index()].state.epoch == broker_epoch;
                let shut_down = want_shut_down && current && self.wants_to_stop(cx, broker);
                Response::Heartbeat { fenced, shut_down }
            }
            Request::AlterPartition {
                broker_epoch,
                partition,
                leader_epoch,
                partition_epoch,
                isr,
            } => {
                let asked =
                    Asked { broker, broker_epoch, partition, leader_epoch, partition_epoch, isr };
                let result = self.alter_partition(cx, asked);
                Response::AlterPartition { partition, result }
            }
            _ => return,
        };
        let ambient = !matches!(response, Response::AlterPartition { .. });
        cx.send(connection, Node::Controller, request, Body::Response(response), ambient);
    }

    /// A broker's new incarnation (`ClusterControlManager.registerBroker`). While the session of
    /// the last one is valid it is refused. It leaves all ISRs: its log may have lost its tail.
    fn register(
        &mut self,
        cx: &mut Cx<'_>,
        id: BrokerId,
        connection: ConnectionId,
        clean_epoch: Option<u64>,
    ) -> Result<u64, KafkaError> {
        let session_us = cx.setup().broker.broker_session_timeout_us;
        let known = &mut self.brokers[id.index()];
        if !known.state.fenced && cx.now_us() < known.heard_us + session_us {
            return Err(KafkaError::DuplicateBrokerRegistration);
        }
        // The clean-shutdown file must be of the last registration.
        let unclean_shutdown = clean_epoch != Some(known.state.epoch);
        let epoch = self.next_broker_epoch;
        self.next_broker_epoch += 1;
        *known = Registration {
            state: BrokerState { epoch, fenced: true, shutting_down: false },
            heard_us: cx.now_us(),
            connection: Some(connection),
        };
        cx.emit(Kind::BrokerRegistered { broker: id, broker_epoch: epoch });
        let changed = self.remove_broker(cx, id, unclean_shutdown);
        self.version += 1;
        // It starts with the whole log, before anything that follows.
        self.publish_all_to(cx, id);
        self.publish(cx, &changed);
        Ok(epoch)
    }

    /// Answers whether the broker is fenced. One that is, and has caught up with the log, is
    /// unfenced (`BrokerHeartbeatManager.calculateNextBrokerState`).
    fn heartbeat(
        &mut self,
        cx: &mut Cx<'_>,
        id: BrokerId,
        epoch: u64,
        metadata_version: u64,
    ) -> bool {
        let known = &mut self.brokers[id.index()];
        if known.state.epoch != epoch {
            return true;
        }
        known.heard_us = cx.now_us();
        if known.state.fenced && metadata_version >= self.version {
            known.state.fenced = false;
            cx.emit(Kind::BrokerUnfenced { broker: id });
            let changed = self.elect_for_leaderless(cx);
            self.version += 1;
            self.publish(cx, &changed);
            return false;
        }
        let fenced = known.state.fenced;
        if metadata_version < self.version {
            self.publish_all_to(cx, id);
        }
        fenced
    }

    /// Controlled shutdown: the broker's leaderships move to other in-sync replicas, and it leaves
    /// the ISRs. Answers whether nothing is left that keeps it
    /// (`ReplicationControlManager.handleBrokerInControlledShutdown`).
    fn wants_to_stop(&mut self, cx: &mut Cx<'_>, id: BrokerId) -> bool {
        let known = &mut self.brokers[id.index()].state;
        if !known.shutting_down {
            known.shutting_down = true;
            let before = cx.cause;
            let changed = self.remove_broker(cx, id, false);
            self.version += 1;
            self.publish(cx, &changed);
            cx.cause = before;
        }
        self.partitions.iter().all(|state| state.leader != Some(id))
    }

    /// Fences the brokers that were silent for longer than `broker.session.timeout.ms`.
    fn session_check(&mut self, cx: &mut Cx<'_>) {
        let session_us = cx.setup().broker.broker_session_timeout_us;
        self.plan_session_check(cx);
        for id in (0..self.brokers.len() as u16).map(BrokerId) {
            let known = &mut self.brokers[id.index()];
            if known.state.fenced || cx.now_us() < known.heard_us + session_us {
                continue;
            }
            known.state.fenced = true;
            let before = cx.cause;
            cx.emit(Kind::BrokerFenced { broker: id });
            let changed = self.remove_broker(cx, id, false);
            self.version += 1;
            self.publish(cx, &changed);
            cx.cause = before;
        }
    }

    /// A leader asks for another ISR (`ReplicationControlManager.alterPartition`).
    fn alter_partition(
        &mut self,
        cx: &mut Cx<'_>,
        asked: Asked,
    ) -> Result<PartitionState, KafkaError> {
        let Asked { broker, broker_epoch, partition, leader_epoch, partition_epoch, isr } = asked;
        if self.brokers[broker.index()].state.epoch != broker_epoch {
            return Err(KafkaError::StaleBrokerEpoch);
        }
        let state = &self.partitions[partition.index()];
        if state.leader != Some(broker) || leader_epoch < state.leader_epoch {
            return Err(KafkaError::FencedLeaderEpoch);
        }
        if partition_epoch != state.partition_epoch {
            return Err(KafkaError::InvalidUpdateVersion);
        }
        if isr.iter().any(|id| self.brokers[id.index()].state.fenced) {
            return Err(KafkaError::IneligibleReplica);
        }
        self.change(cx, partition, isr, Change::default());
        self.version += 1;
        self.publish(cx, &[partition]);
        Ok(self.partitions[partition.index()].clone())
    }

    /// Tells every broker what changed.
    fn publish(&self, cx: &mut Cx<'_>, partitions: &[PartitionId]) {
        for known in &self.brokers {
            let Some(connection) = known.connection else { continue };
            self.send_log(cx, connection, partitions, partitions.is_empty());
        }
    }

    fn publish_all_to(&self, cx: &mut Cx<'_>, id: BrokerId) {
        let all: Vec<_> = (0..self.partitions.len() as u16).map(PartitionId).collect();
        if let Some(connection) = self.brokers[id.index()].connection {
            self.send_log(cx, connection, &all, true);
        }
    }

    fn send_log(
        &self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        partitions: &[PartitionId],
        ambient: bool,
    ) {
        let log = Response::MetadataLog {
            version: self.version,
            partitions: partitions
                .iter()
                .map(|p| (*p, self.partitions[p.index()].clone()))
                .collect(),
            brokers: self.brokers.iter().map(|b| b.state).collect(),
        };
        cx.send(connection, Node::Controller, RequestId(0), Body::Response(log), ambient);
    }
}

/// An AlterPartition request.
struct Asked {
    broker: BrokerId,
    broker_epoch: u64,
    partition: PartitionId,
    leader_epoch: u32,
    partition_epoch: u32,
    isr: Vec<BrokerId>,
}
