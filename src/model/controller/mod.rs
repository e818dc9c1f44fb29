//! The KRaft controller: who is alive, who leads, who is in sync (`QuorumController`,
//! `ReplicationControlManager`, `ClusterControlManager`, `BrokerHeartbeatManager`).
//!
//! Simplified: the quorum is one entity that never fails and decides at once.

mod election;

use std::sync::Arc;

use super::cx::Cx;
use super::error::KafkaError;
use super::event::{ControllerTimer, Event};
use super::ids::{BrokerId, ConnectionId, Node, PartitionId, RequestId};
use super::message::{Body, BrokerState, Message, PartitionState, Request, Response};
use super::setup::Setup;
use super::trace::Kind;
use crate::script::config::TopicConfig;
use crate::script::{Rules, TopicChange};
use election::Change;

/// The controller.
#[derive(Clone, Debug)]
pub struct Controller {
    /// What it knows of the brokers.
    pub brokers: Vec<Registration>,
    /// What it has decided for the partitions.
    pub partitions: Vec<PartitionState>,
    /// The topics' settings.
    pub topics: Arc<[TopicConfig]>,
    /// The length of its log: grows with each change.
    version: u64,
    next_broker_epoch: u64,
}

/// What the controller knows of a broker.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The epoch of its registration and whether it is fenced.
    pub state: BrokerState,
    /// When it was heard of last.
    pub heard_us: u64,
    /// How much of the controller's log it had seen then.
    metadata_version: u64,
    /// Where the controller's log has its registration.
    registered_version: u64,
    /// Where the controller's log has the start of its controlled shutdown.
    shutdown_version: u64,
    /// The log directories that it says it has; 0 for one that has failed.
    directories: Vec<u32>,
    /// Those that its replicas are assigned to.
    assigned: Vec<u32>,
    /// The connection on which it listens to the controller's log.
    connection: Option<ConnectionId>,
}

impl Controller {
    /// A cluster that is healthy: all brokers are registered, the preferred replicas lead, all
    /// replicas are in sync.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let all = (0..setup.partitions.len() as u16).map(PartitionId);
        let partitions = all.map(|id| {
            let exists = setup.is_initial(id);
            let replicas = &setup.partition(id).replicas[..];
            PartitionState::new(exists, if exists { replicas } else { &[] })
        });
        let broker = |n: u64| Registration {
            state: BrokerState { epoch: n + 1, ..BrokerState::default() },
            heard_us: 0,
            metadata_version: 1,
            registered_version: 1,
            shutdown_version: 0,
            directories: vec![1; usize::from(setup.hardware.log_dirs)],
            assigned: vec![1; usize::from(setup.hardware.log_dirs)],
            connection: None,
        };
        let count = u64::from(setup.brokers);
        Self {
            brokers: (0..count).map(broker).collect(),
            partitions: partitions.collect(),
            topics: setup.topic_configs(),
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
            topics: self.topics.clone(),
        }
    }

    /// Whether all brokers are there, and have seen all of its log.
    #[must_use]
    pub fn is_heard_by_all(&self) -> bool {
        let hears = |b: &Registration| b.metadata_version == self.version;
        let serves = |b: &Registration| !b.state.fenced && !b.state.shutting_down;
        self.brokers.iter().all(|broker| serves(broker) && hears(broker))
    }

    /// The run begins.
    pub fn start(&mut self, cx: &mut Cx<'_>, connections: &[(BrokerId, ConnectionId)]) {
        for (broker, connection) in connections {
            self.brokers[broker.index()].connection = Some(*connection);
        }
        self.plan_session_check(cx);
        Self::plan_balance(cx);
        Self::plan_unclean_sweep(cx);
    }

    /// `auto.leader.rebalance.enable`: planned moves, without any failure.
    fn plan_balance(cx: &mut Cx<'_>) {
        let setup = cx.setup();
        if setup.broker.auto_leader_rebalance_enable {
            let period_us = setup.broker.leader_imbalance_check_interval_seconds * 1_000_000;
            cx.ambient(period_us, Event::Controller(ControllerTimer::Balance));
        }
    }

    /// Setting `unclean.leader.election.enable` elects nobody by itself: this task does
    /// (`QuorumController.registerElectUnclean`).
    fn plan_unclean_sweep(cx: &mut Cx<'_>) {
        let period_us = cx.setup().broker.unclean_leader_election_interval_us;
        cx.ambient(period_us, Event::Controller(ControllerTimer::UncleanSweep));
    }

    /// Unclean elections of what has no leader: everywhere, or where the settings allow it
    /// (`ReplicationControlManager.electLeader`, `maybeElectUncleanLeaders`).
    pub fn elect_unclean(&mut self, cx: &mut Cx<'_>, everywhere: bool) {
        let changed = self.elect_uncleanly(cx, everywhere);
        if !changed.is_empty() {
            self.publish(cx, &changed);
        }
    }

    /// Settings of topics change. Who was eligible under another `min.insync.replicas` need not
    /// have what is committed under this one, so that this is forgotten (`ClearElrRecord`).
    pub fn set(&mut self, cx: &mut Cx<'_>, changes: &[TopicChange]) {
        let setup = cx.setup();
        let mut topics = self.topics.to_vec();
        let mut changed = Vec::new();
        for TopicChange { topic, properties, config } in changes {
            let Some(known) = topics.get_mut(usize::from(*topic)) else { continue };
            for property in properties {
                known.take(property, config);
            }
            if properties.contains(&"min.insync.replicas") {
                changed
                    .extend(self.clear_eligible(cx, &setup.topics[usize::from(*topic)].partitions));
            }
        }
        self.topics = topics.into();
        self.publish(cx, &changed);
    }

    /// A topic gets more partitions, on the replicas that are active
    /// (`ReplicationControlManager.createPartitions`).
    pub fn add_partitions(&mut self, cx: &mut Cx<'_>, added: &[PartitionId]) {
        let setup = cx.setup();
        for partition in added {
            let replicas = setup.partition(*partition).replicas.iter().copied();
            let active = |id: &BrokerId| {
                let BrokerState { fenced, shutting_down, .. } = self.brokers[id.index()].state;
                !fenced && !shutting_down
            };
            let isr: Vec<BrokerId> = replicas.filter(active).collect();
            // Without anybody to lead it is not made.
            if !isr.is_empty() {
                self.partitions[partition.index()] = PartitionState::new(true, &isr);
                cx.note(Kind::PartitionAdded { partition: *partition, leader: isr[0] });
            }
        }
        self.publish(cx, added);
    }

    /// Preferred leader election (`ReplicationControlManager.maybeBalancePartitionLeaders`).
    pub fn balance(&mut self, cx: &mut Cx<'_>) {
        let changed = self.elect_preferred(cx);
        if !changed.is_empty() {
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
            ControllerTimer::UncleanSweep => {
                self.elect_unclean(cx, false);
                Self::plan_unclean_sweep(cx);
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
            Request::Register { clean_epoch, directories } => {
                Response::Register(self.register(cx, broker, connection, clean_epoch, directories))
            }
            Request::Heartbeat { broker_epoch, metadata_version, want_shut_down, directories } => {
                let current = self.brokers[broker.index()].state.epoch == broker_epoch;
                if current {
                    self.brokers[broker.index()].connection = Some(connection);
                    self.note_directories(cx, broker, directories);
                }
                let shut_down =
                    current && self.heartbeat(cx, broker, metadata_version, want_shut_down);
                let fenced = !current || self.brokers[broker.index()].state.fenced;
                Response::Heartbeat { fenced, shut_down }
            }
            Request::AlterPartition {
                broker_epoch,
                partition,
                leader_epoch,
                partition_epoch,
                isr,
                broker_epochs,
            } => {
                let asked = Asked {
                    broker,
                    broker_epoch,
                    partition,
                    leader_epoch,
                    partition_epoch,
                    isr,
                    broker_epochs,
                };
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
        directories: Vec<u32>,
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
        let assigned = match cx.setup().rules.knows_directories {
            true => known.assigned.clone(),
            false => directories.clone(),
        };
        *known = Registration {
            state: BrokerState { epoch, fenced: true, shutting_down: false },
            heard_us: cx.now_us(),
            metadata_version: 0,
            registered_version: self.version + 1,
            shutdown_version: 0,
            directories,
            assigned,
            connection: Some(connection),
        };
        cx.emit(Kind::BrokerRegistered { broker: id, broker_epoch: epoch });
        let changed = self.remove_broker(cx, id, unclean_shutdown);
        self.version += 1;
        // It starts with the whole log, before anything that follows.
        self.publish_all_to(cx, id);
        self.tell_brokers(cx, &changed);
        Ok(epoch)
    }

    /// A heartbeat of a broker's current incarnation. Answers whether it shall shut down now
    /// (`ReplicationControlManager.processBrokerHeartbeat`,
    /// `BrokerHeartbeatManager.calculateNextBrokerState`).
    fn heartbeat(
        &mut self,
        cx: &mut Cx<'_>,
        id: BrokerId,
        metadata_version: u64,
        want_shut_down: bool,
    ) -> bool {
        let leads = self.partitions.iter().any(|state| state.leader == Some(id));
        let lowest_active = self.lowest_active_version();
        let known = &mut self.brokers[id.index()];
        known.heard_us = cx.now_us();
        known.metadata_version = metadata_version;
        let BrokerState { fenced, shutting_down, .. } = known.state;
        let shut_down = match (fenced, shutting_down) {
            _ if !want_shut_down => false,
            (true, _) => true,
            (false, false) => !leads,
            // All who can lead must have heard that it does not lead any more.
            (false, true) => !leads && known.shutdown_version <= lowest_active,
        };
        if shut_down && !fenced {
            self.fence(cx, id);
        } else if want_shut_down && !fenced && !shutting_down {
            self.begin_controlled_shutdown(cx, id);
        } else if fenced && !shut_down && metadata_version >= known.registered_version {
            self.unfence(cx, id);
        } else if metadata_version < self.version {
            self.publish_all_to(cx, id);
        }
        shut_down
    }

    /// What a heartbeat says of log directories. Replicas in one that has failed leave their ISRs;
    /// those in one that is new are assigned to it (`handleDirectoriesOffline`,
    /// `handleAssignReplicasToDirs`).
    fn note_directories(&mut self, cx: &mut Cx<'_>, id: BrokerId, directories: Vec<u32>) {
        let known = &mut self.brokers[id.index()];
        let failed = |(new, old): (&u32, &u32)| *new == 0 && *old != 0;
        if directories.iter().zip(&known.directories).any(failed) {
            known.directories = directories;
            let before = cx.cause;
            let changed = self.remove_offline_replicas(cx, id);
            self.publish(cx, &changed);
            cx.cause = before;
        } else if !known.state.fenced && !directories.contains(&0) {
            known.assigned = directories;
        }
    }

    /// How much of the log every broker has seen that may lead
    /// (`BrokerHeartbeatManager.lowestActiveOffset`).
    fn lowest_active_version(&self) -> u64 {
        let active = self.brokers.iter().filter(|b| !b.state.fenced && !b.state.shutting_down);
        active.map(|b| b.metadata_version).min().unwrap_or(u64::MAX)
    }

    /// A broker may serve; what has no leader may have one now
    /// (`ReplicationControlManager.handleBrokerUnfenced`).
    fn unfence(&mut self, cx: &mut Cx<'_>, id: BrokerId) {
        self.brokers[id.index()].state.fenced = false;
        cx.emit(Kind::BrokerUnfenced { broker: id });
        let changed = self.elect_for_leaderless(cx);
        self.publish(cx, &changed);
    }

    /// A broker is out (`ReplicationControlManager.handleBrokerFenced`).
    fn fence(&mut self, cx: &mut Cx<'_>, id: BrokerId) {
        self.brokers[id.index()].state.fenced = true;
        let before = cx.cause;
        let changed = self.remove_broker(cx, id, false);
        self.publish(cx, &changed);
        cx.cause = before;
    }

    /// The broker's leaderships move to other in-sync replicas, and it leaves the ISRs. What nobody
    /// else can lead has no leader then, so that this does not keep it from stopping
    /// (`ReplicationControlManager.handleBrokerInControlledShutdown`).
    fn begin_controlled_shutdown(&mut self, cx: &mut Cx<'_>, id: BrokerId) {
        let known = &mut self.brokers[id.index()];
        known.state.shutting_down = true;
        known.shutdown_version = self.version + 1;
        let before = cx.cause;
        let changed = self.remove_broker(cx, id, false);
        self.publish(cx, &changed);
        cx.cause = before;
    }

    /// Fences the brokers that were silent for longer than `broker.session.timeout.ms`.
    fn session_check(&mut self, cx: &mut Cx<'_>) {
        let session_us = cx.setup().broker.broker_session_timeout_us;
        self.plan_session_check(cx);
        for id in (0..self.brokers.len() as u16).map(BrokerId) {
            let known = &self.brokers[id.index()];
            if known.state.fenced || cx.now_us() < known.heard_us + session_us {
                continue;
            }
            let before = cx.cause;
            cx.emit(Kind::BrokerFenced { broker: id });
            self.fence(cx, id);
            cx.cause = before;
        }
    }

    /// A leader asks for another ISR (`ReplicationControlManager.alterPartition`).
    fn alter_partition(
        &mut self,
        cx: &mut Cx<'_>,
        asked: Asked,
    ) -> Result<PartitionState, KafkaError> {
        let Asked { broker, broker_epoch, partition, leader_epoch, partition_epoch, .. } = asked;
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
        let members = asked.isr.iter().zip(&asked.broker_epochs);
        let rules = cx.setup().rules;
        if members.into_iter().any(|(id, epoch)| !self.may_be_in_sync(rules, *id, *epoch)) {
            return Err(KafkaError::IneligibleReplica);
        }
        self.change(cx, partition, asked.isr, Change::default());
        self.publish(cx, &[partition]);
        Ok(self.partitions[partition.index()].clone())
    }

    /// Whether a leader may have that broker in its ISR, by a fetch of that broker epoch
    /// (`ReplicationControlManager.ineligibleReplicasForIsr`).
    fn may_be_in_sync(&self, rules: Rules, id: BrokerId, broker_epoch: Option<u64>) -> bool {
        let BrokerState { epoch, fenced, shutting_down } = self.brokers[id.index()].state;
        let same = broker_epoch.is_none_or(|known| known == epoch);
        (!(fenced || shutting_down) || !rules.keeps_fenced_out_of_isr)
            && (same || !rules.checks_broker_epoch_of_isr)
    }

    /// The log grows by what changed, and every broker is told.
    fn publish(&mut self, cx: &mut Cx<'_>, partitions: &[PartitionId]) {
        self.version += 1;
        self.tell_brokers(cx, partitions);
    }

    fn tell_brokers(&self, cx: &mut Cx<'_>, partitions: &[PartitionId]) {
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
            topics: self.topics.clone(),
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
    broker_epochs: Vec<Option<u64>>,
}
