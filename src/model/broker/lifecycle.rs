//! A broker's life: start, crash, restart, registration, heartbeats, and what the controller's
//! log tells it (`BrokerLifecycleManager`, `BrokerMetadataPublisher`). And the tasks that run as
//! long as its process does.

use std::sync::Arc;

use super::replica::{Replica, Role};
use super::{Broker, Process};
use crate::model::client::LinkState;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::BrokerTimer;
use crate::model::ids::{BrokerId, ConnectionId, Node, PartitionId, RequestId};
use crate::model::message::{BrokerState, PartitionState, Request};
use crate::model::trace::{FlushReason, Kind};
use crate::script::config::TopicConfig;

/// How long a broker waits before it registers again (`BrokerLifecycleManager`'s first backoff).
const REGISTER_AGAIN_US: u64 = 100_000;
/// How long a broker waits at most for its leaderships to move (`BrokerServer.shutdown`).
const CONTROLLED_SHUTDOWN_US: u64 = 300_000_000;
/// How soon a broker asks for the second time whether it may stop; after that it asks with each
/// heartbeat (`BrokerLifecycleManager`).
const SHUTDOWN_AGAIN_US: u64 = 50_000;

impl Broker {
    /// The run begins: the broker is up, registered and knows its roles.
    pub fn start(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        self.controller.warm(cx, Node::Controller);
        for n in (0..setup.brokers).map(BrokerId).filter(|n| *n != self.id) {
            self.leaders.warm(cx, Node::Broker(n));
            if setup.transactions_partition.is_some() {
                self.peers.warm(cx, Node::Broker(n));
            }
        }
        for partition in self.hosted() {
            let state = self.metadata.partitions[partition.index()].clone();
            if !state.exists {
                continue;
            }
            self.take_role(cx, partition, &state, false);
        }
        self.fetchers_begin();
        self.start_tasks(cx);
    }

    /// Its connection to the controller, once it is up.
    #[must_use]
    pub fn controller_connection(&self) -> Option<ConnectionId> {
        match self.controller.links.get(&Node::Controller)?.state {
            LinkState::Ready(connection) => Some(connection),
            _ => None,
        }
    }

    fn start_tasks(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        let config = self.settings(setup);
        // Brokers do not beat in step.
        let share = u64::from(self.id.0) + 1;
        let first_us = config.broker_heartbeat_interval_us * share / u64::from(setup.brokers + 1);
        cx.ambient(first_us, self.timer(BrokerTimer::Heartbeat));
        cx.ambient(config.replica_lag_time_max_us / 2, self.timer(BrokerTimer::IsrCheck));
        cx.ambient(
            config.replica_high_watermark_checkpoint_interval_us,
            self.timer(BrokerTimer::Checkpoint),
        );
        cx.ambient(setup.hardware.writeback_interval.as_us(), self.timer(BrokerTimer::Writeback));
        if setup.transactions_partition.is_some() {
            let period_us = config.transaction_abort_timed_out_transaction_cleanup_interval_us;
            cx.ambient(period_us.max(1), self.timer(BrokerTimer::TransactionSweep));
        }
        if config.log_flush_scheduler_interval_us < u64::MAX / 2 {
            cx.ambient(config.log_flush_scheduler_interval_us, self.timer(BrokerTimer::FlushCheck));
        }
    }

    /// The process is gone, and with it all that it had in its memory. Its log and what the page
    /// cache holds of it stay.
    pub fn process_dies(&mut self, cx: &mut Cx<'_>) {
        self.process = Process::Down;
        self.returns = false;
        self.incarnation += 1;
        self.clean_epoch = None;
        self.controller.reset();
        self.leaders.reset();
        self.fetchers.clear();
        let connections: Vec<_> = self.inbound.keys().copied().collect();
        for connection in connections {
            self.drop_inbound(cx, connection);
        }
        self.ready.clear();
        self.purgatory.clear();
        self.fetches.clear();
        self.offsets.clear();
        self.groups.clear();
        self.pending_offsets.clear();
        self.coordinator = super::Coordinator::default();
        self.held.clear();
        self.peers.reset();
        self.tries_again = false;
        for replica in self.replicas.iter_mut().flatten() {
            replica.process_died();
        }
    }

    /// The machine has lost its power: only what was flushed, or written back, is still there.
    pub fn page_cache_lost(&mut self, cx: &mut Cx<'_>) {
        for partition in self.hosted() {
            self.lose_unflushed(cx, partition);
        }
    }

    /// What of a log is not on disk is gone.
    pub(super) fn lose_unflushed(&mut self, cx: &mut Cx<'_>, partition: PartitionId) {
        let broker = self.id;
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        let to = replica.log.flushed_offset();
        let removed = replica.truncate(to);
        if !removed.is_empty() {
            cx.note(Kind::PageCacheLost { broker, partition, to, removed });
        }
    }

    /// It has other settings in its file, and is stopped and started again for them. One that is down
    /// has them with its next start.
    pub fn roll(&mut self, cx: &mut Cx<'_>, action: u16) {
        self.file = Some(action);
        match self.process {
            Process::Down => {}
            Process::Starting => {
                self.process_dies(cx);
                cx.close_all(Node::Broker(self.id));
                self.restart(cx);
            }
            Process::Running | Process::Stopping => {
                self.returns = true;
                self.shut_down(cx);
            }
        }
    }

    /// The process is started again, with the settings that are in its file.
    pub fn restart(&mut self, cx: &mut Cx<'_>) {
        self.process = Process::Starting;
        if self.since != self.file {
            self.since = self.file;
            self.leaders = super::leaders(self.id, self.settings(cx.setup()));
        }
        self.disks.repair();
        self.fenced = true;
        cx.emit(Kind::BrokerRestarted { broker: self.id, since: self.since });
        cx.after(cx.setup().hardware.startup.as_us(), self.timer(BrokerTimer::Started));
    }

    /// The logs are loaded. After an unclean stop they are scanned from the recovery point on;
    /// what the page cache held is all there (`LogLoader`).
    pub(super) fn started(&mut self, cx: &mut Cx<'_>) {
        self.register(cx);
    }

    /// Registers with the controller, as soon as there is a connection.
    pub(super) fn register(&mut self, cx: &mut Cx<'_>) {
        if self.process != Process::Starting {
            return;
        }
        if self.controller.ready(cx, Node::Controller) {
            let directories = self.disks.ids();
            let request = Request::Register { clean_epoch: self.clean_epoch, directories };
            self.controller.send(cx, Node::Controller, request, true);
        }
    }

    /// While the session of an earlier incarnation lasts, the controller refuses.
    pub(super) fn registered(&mut self, cx: &mut Cx<'_>, result: Result<u64, KafkaError>) {
        match result {
            Ok(epoch) => {
                self.broker_epoch = epoch;
                // The file is deleted as soon as it was read.
                self.clean_epoch = None;
                // It asks at once to be unfenced; the controller's log came before this answer.
                self.heartbeat_now(cx);
            }
            Err(_) => cx.after(REGISTER_AGAIN_US, self.timer(BrokerTimer::Register)),
        }
    }

    /// A heartbeat, every `broker.heartbeat.interval.ms`.
    pub(super) fn heartbeat(&mut self, cx: &mut Cx<'_>) {
        self.heartbeat_now(cx);
        cx.ambient(
            self.settings(cx.setup()).broker_heartbeat_interval_us,
            self.timer(BrokerTimer::Heartbeat),
        );
    }

    pub(super) fn heartbeat_now(&mut self, cx: &mut Cx<'_>) {
        if !self.controller.ready(cx, Node::Controller) {
            return;
        }
        let request = Request::Heartbeat {
            broker_epoch: self.broker_epoch,
            metadata_version: self.metadata.version,
            want_shut_down: self.process == Process::Stopping,
            directories: self.disks.ids(),
        };
        self.controller.send(cx, Node::Controller, request, true);
    }

    /// Controlled shutdown: the broker says that it wants to stop, and goes on serving until the
    /// controller has moved its leaderships away, or the wait is over (`BrokerServer.shutdown`).
    pub fn shut_down(&mut self, cx: &mut Cx<'_>) {
        if self.process != Process::Running {
            return;
        }
        self.process = Process::Stopping;
        self.asked_to_stop = false;
        cx.emit(Kind::ShutdownBegan { broker: self.id });
        if self.settings(cx.setup()).controlled_shutdown_enable {
            self.heartbeat_now(cx);
            cx.ambient(CONTROLLED_SHUTDOWN_US, self.timer(BrokerTimer::Stop));
        } else {
            self.stop(cx);
        }
    }

    /// The controller's answer to a heartbeat.
    pub(super) fn heartbeat_answered(&mut self, cx: &mut Cx<'_>, fenced: bool, shut_down: bool) {
        self.fenced = fenced;
        if self.process == Process::Stopping {
            if shut_down {
                self.stop(cx);
            } else if !self.asked_to_stop {
                self.asked_to_stop = true;
                cx.ambient(SHUTDOWN_AGAIN_US, self.timer(BrokerTimer::AskToStop));
            }
        }
    }

    /// Flushes and closes every log, and leaves the clean-shutdown file with its broker epoch
    /// (`LogManager.shutdown`). Then the process ends.
    pub(super) fn stop(&mut self, cx: &mut Cx<'_>) {
        let (epoch, returns) = (self.broker_epoch, self.returns);
        self.flush_where(cx, FlushReason::Shutdown, |replica| Some(replica.log.end_offset()));
        for replica in self.replicas.iter_mut().flatten() {
            replica.close();
        }
        cx.emit(Kind::BrokerStopped { broker: self.id });
        self.process_dies(cx);
        self.clean_epoch = Some(epoch);
        cx.close_all(Node::Broker(self.id));
        if returns {
            self.restart(cx);
        }
    }

    /// What the controller's log says, as it arrives.
    pub(super) fn apply_metadata(
        &mut self,
        cx: &mut Cx<'_>,
        version: u64,
        partitions: Vec<(PartitionId, PartitionState)>,
        brokers: Vec<BrokerState>,
        topics: Arc<[TopicConfig]>,
    ) {
        if version <= self.metadata.version && self.process != Process::Starting {
            return;
        }
        let arrived = cx.cause;
        self.metadata.version = version;
        self.metadata.brokers = brokers;
        self.metadata.topics = topics;
        let first = self.process == Process::Starting;
        if first {
            self.process = Process::Running;
        }
        for (partition, state) in partitions {
            cx.cause = arrived;
            self.metadata.partitions[partition.index()] = state.clone();
            self.apply_partition(cx, partition, &state);
        }
        if first {
            self.start_tasks(cx);
        }
        cx.cause = arrived;
        self.complete_delayed(cx);
        self.complete_fetches(cx, None, 0);
    }

    fn apply_partition(&mut self, cx: &mut Cx<'_>, partition: PartitionId, state: &PartitionState) {
        let Some(replica) = self.replica(partition).filter(|_| state.exists) else { return };
        let new_role =
            state.leader_epoch > replica.leader_epoch || matches!(replica.role, Role::None);
        if new_role {
            self.take_role(cx, partition, state, true);
        } else {
            self.isr_is(cx, partition, state);
        }
    }

    /// Leads or follows (`Partition.makeLeader`, `makeFollower`).
    fn take_role(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        state: &PartitionState,
        traced: bool,
    ) {
        let setup = cx.setup();
        let (me, now_us) = (self.id, cx.now_us());
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        if matches!(replica.role, Role::Offline) {
            return;
        }
        let leader_epoch = state.leader_epoch;
        if state.leader == Some(me) {
            replica.make_leader(me, setup.partition(partition), state, now_us);
            let start_offset = replica.log.end_offset();
            if traced {
                cx.emit(Kind::BecameLeader { broker: me, partition, leader_epoch, start_offset });
            }
            if setup.offsets_partition == Some(partition) {
                self.load_offsets(setup);
                self.load_groups(cx, partition);
            }
            if setup.transactions_partition == Some(partition) {
                self.transactions_resigned(cx);
                self.load_transactions(cx, setup);
            }
            self.tell_stable_offset(cx, partition);
            self.advance_high_watermark(cx, partition);
        } else {
            if setup.offsets_partition == Some(partition) {
                self.unload_groups(cx);
            }
            if setup.transactions_partition == Some(partition) {
                self.transactions_resigned(cx);
            }
            let Some(replica) = &mut self.replicas[partition.index()] else { return };
            replica.leader_epoch = leader_epoch;
            replica.role = Role::Follower(state.leader);
            if traced {
                cx.emit(Kind::BecameFollower {
                    broker: me,
                    partition,
                    leader: state.leader,
                    leader_epoch,
                });
            }
            if let Some(leader) = state.leader {
                if traced {
                    self.truncate_new_follower(cx, partition);
                }
                cx.ambient(0, self.timer(BrokerTimer::Fetch(leader)));
            }
        }
    }

    /// Writes the high watermarks down.
    pub(super) fn checkpoint(&mut self, cx: &mut Cx<'_>) {
        for replica in self.replicas.iter_mut().flatten() {
            replica.checkpointed_high_watermark = replica.high_watermark;
        }
        let interval_us = self.settings(cx.setup()).replica_high_watermark_checkpoint_interval_us;
        cx.ambient(interval_us, self.timer(BrokerTimer::Checkpoint));
        // It is written to every directory.
        self.check_disks(cx);
    }

    /// The operating system writes dirty pages that are old enough.
    pub(super) fn writeback(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        let old_us = cx.now_us().checked_sub(setup.hardware.writeback_age.as_us());
        self.flush_where(cx, FlushReason::Writeback, |replica| replica.log.dirty_since(old_us?));
        cx.ambient(setup.hardware.writeback_interval.as_us(), self.timer(BrokerTimer::Writeback));
    }

    /// The log flusher: partitions whose last flush is older than `flush.ms`
    /// (`LogManager.flushDirtyLogs`).
    pub(super) fn flush_check(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        let (now_us, topics) = (cx.now_us(), self.metadata.topics.clone());
        self.flush_where(cx, FlushReason::FlushMs, |replica| {
            let topic = usize::from(setup.partition(replica.partition).topic);
            let old_us = now_us.checked_sub(topics[topic].flush_us)?;
            replica.log.dirty_since(old_us).map(|_| replica.log.end_offset())
        });
        cx.ambient(
            self.settings(setup).log_flush_scheduler_interval_us,
            self.timer(BrokerTimer::FlushCheck),
        );
    }

    fn flush_where(
        &mut self,
        cx: &mut Cx<'_>,
        reason: FlushReason,
        due: impl Fn(&Replica) -> Option<u64>,
    ) {
        for replica in self.replicas.iter_mut().flatten() {
            let (broker, partition) = (self.id, replica.partition);
            if let Some(to) = due(replica)
                && replica.log.flush(to)
            {
                cx.note(Kind::Flushed { broker, partition, to, reason });
            }
        }
    }

    /// A request to a leader has waited for too long.
    pub(super) fn request_timeout(&mut self, cx: &mut Cx<'_>, request: RequestId) {
        if let Some((Node::Broker(leader), _)) = self.leaders.timed_out(cx, request) {
            self.fetch_failed(cx, leader);
        } else if let Some((_, requests)) = self.peers.timed_out(cx, request) {
            self.peer_lost(cx, &requests);
        }
    }
}
