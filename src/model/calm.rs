//! Calm: when nothing more will happen by itself, and every timer of the background only finds that
//! all is well.
//!
//! Whoever waits for the slowest timer learns the same, later: most of a run's events are heartbeats
//! and idle fetches of that wait. So this says yes only where it is sure. A cluster that has not
//! healed, a group that is not whole, a transaction: there the run waits.

use super::broker::group::Group;
use super::broker::replica::{FollowerState, Role};
use super::broker::{Broker, Process};
use super::ids::{BrokerId, GroupId, PartitionId};
use super::links::Rule;
use super::message::PartitionState;
use super::setup::GroupSetup;
use super::world::World;
use crate::script::config::{BrokerConfig, ConsumerConfig};

/// What a client may take to connect again where it is not connected.
const SLACK_US: u64 = 2_000_000;

impl World {
    /// Whether, unless somebody acts, nothing will leave a trace within that time; only what the
    /// operating system writes back may.
    #[must_use]
    pub fn is_calm(&self, within_us: u64) -> bool {
        let setup = &self.setup;
        // Timers end transactions, find partitions that were added, and flush where they are told to.
        let flushes = |config: &BrokerConfig| config.log_flush_scheduler_interval_us < u64::MAX / 2;
        let flushes = setup.broker_configs().any(flushes);
        let plain = !setup.grows && !flushes && setup.transactions_partition.is_none();
        plain
            && self.core.faults.is_none()
            && !self.core.faults.has_held()
            && self
                .core
                .network
                .connections
                .values()
                .all(|c| c.client_open && c.server_open && !c.mute)
            && self
                .round_trip_us()
                .is_some_and(|us| self.signs_come_in_time(us) && self.is_read(us))
            && self.brokers.iter().all(Broker::is_well)
            && self.controller.is_heard_by_all()
            && self.existing().all(|(id, state)| self.is_whole(id, state, within_us))
    }

    fn existing(&self) -> impl Iterator<Item = (PartitionId, &PartitionState)> {
        (0..).map(PartitionId).zip(&self.controller.partitions).filter(|(_, state)| state.exists)
    }

    /// How long a message may take there and back again; none where chance has no bound.
    fn round_trip_us(&self) -> Option<u64> {
        let rules = || self.setup.links.iter().chain(&self.core.network.rules);
        let drops = rules().any(|rule| rule.drops.is_some_and(|drops| drops > 0));
        let most = |of: fn(&Rule) -> Option<u64>| rules().filter_map(of).max().unwrap_or_default();
        let one_way_us = most(|rule| rule.latency_us) + most(|rule| rule.jitter_us);
        (!drops).then_some(2 * one_way_us)
    }

    /// Every heartbeat and every idle fetch is in time, and the last one was.
    fn signs_come_in_time(&self, round_trip_us: u64) -> bool {
        let setup = &self.setup;
        let broker = &setup.broker;
        let after = |wait_us: u64| wait_us.saturating_add(round_trip_us).saturating_add(SLACK_US);
        let heard = |broker_heard_us: u64, wait_us| {
            broker_heard_us.saturating_add(after(wait_us)) >= self.core.now_us
        };
        let of_reader = |config: &ConsumerConfig| {
            after(config.fetch_max_wait_us) < config.request_timeout_us
                && after(setup.heartbeat_interval_us(config)) < setup.session_timeout_us(config)
        };
        let beats = setup.broker_configs().map(|config| config.broker_heartbeat_interval_us);
        let beat_us = beats.max().unwrap_or_default();
        let of_follower = |config: &BrokerConfig| {
            after(config.replica_fetch_wait_max_us)
                < config.replica_socket_timeout_us.min(setup.lag_us().0)
        };
        after(beat_us) < broker.broker_session_timeout_us
            && self.controller.brokers.iter().all(|known| heard(known.heard_us, beat_us))
            && setup.broker_configs().all(of_follower)
            && setup.producer_configs().all(|config| after(0) < config.request_timeout_us)
            && setup.consumer_configs().all(of_reader)
    }

    /// The preferred replica leads, or will not be asked to before that time is over; everybody is in
    /// sync, and has everything.
    fn is_whole(&self, id: PartitionId, state: &PartitionState, within_us: u64) -> bool {
        let setup = &self.setup;
        let replicas = &setup.partition(id).replicas;
        let Some((leader, end)) = self.end_of(id, state) else { return false };
        let start_of = |broker: BrokerId| {
            self.brokers[broker.index()].replica(id).map(|replica| replica.log.start_offset())
        };
        let caught_up = |follower: &FollowerState| follower.end_offset == Some(end);
        let follows = |broker: &BrokerId| {
            let Some(replica) = self.brokers[broker.index()].replica(id) else { return false };
            *broker == leader
                || (matches!(replica.role, Role::Follower(Some(known)) if known == leader)
                    && replica.leader_epoch == state.leader_epoch
                    && replica.log.end_offset() == end
                    && start_of(*broker) == start_of(leader))
        };
        let led = self.brokers[leader.index()].replica(id).and_then(|replica| replica.leader());
        let in_sync = |isr: &Vec<BrokerId>| replicas.iter().all(|broker| isr.contains(broker));
        in_sync(&state.isr)
            && led.is_some_and(|led| {
                led.wanted_isr.is_none()
                    && in_sync(&led.isr)
                    && led.followers.values().all(caught_up)
            })
            && replicas.iter().all(follows)
            && (replicas.first() == Some(&leader) || !self.balances(within_us))
    }

    /// The leader of a partition and the end of its log, if all of that is committed.
    fn end_of(&self, id: PartitionId, state: &PartitionState) -> Option<(BrokerId, u64)> {
        let leader = state.leader?;
        let replica = self.brokers[leader.index()].replica(id)?;
        let end = replica.log.end_offset();
        let leads = replica.leader().is_some() && replica.leader_epoch == state.leader_epoch;
        (leads && replica.high_watermark == end).then_some((leader, end))
    }

    /// Whether preferred replicas are asked to lead again within that time.
    fn balances(&self, within_us: u64) -> bool {
        let broker = &self.setup.broker;
        let period_us = broker.leader_imbalance_check_interval_seconds.saturating_mul(1_000_000);
        let next_us = (self.core.now_us / period_us.max(1) + 1).saturating_mul(period_us);
        broker.auto_leader_rebalance_enable && next_us <= self.core.now_us.saturating_add(within_us)
    }

    /// All groups have read what there is.
    fn is_read(&self, round_trip_us: u64) -> bool {
        let setup = &self.setup;
        let Some(offsets) = setup.offsets_partition else { return true };
        let coordinator = self.controller.partitions[offsets.index()].leader;
        let Some(coordinator) = coordinator else { return false };
        let known = &self.brokers[coordinator.index()].groups;
        let coordinated = |(id, group): (GroupId, &GroupSetup)| {
            let beats = group.members.iter().map(|c| self.consumers[c.index()].config(setup));
            let beat_us =
                beats.map(|config| setup.heartbeat_interval_us(config)).max().unwrap_or_default();
            let waits_us = beat_us.saturating_add(round_trip_us);
            let since_us = self.core.now_us.saturating_sub(waits_us.saturating_add(SLACK_US));
            let stable = |known: &&Group| known.is_stable(group.is_consumer_protocol(), since_us);
            let known = known.get(id.index()).filter(stable);
            known.is_some_and(|known| self.is_read_by(group, known, offsets))
        };
        (0..).map(GroupId).zip(&setup.groups).all(coordinated)
    }

    /// The coordinator and all running members agree on who reads what, and all of it is read.
    fn is_read_by(&self, setup: &GroupSetup, known: &Group, offsets: PartitionId) -> bool {
        let running =
            || setup.members.iter().map(|c| &self.consumers[c.index()]).filter(|c| c.alive);
        let end = |partition: PartitionId| {
            let state = &self.controller.partitions[partition.index()];
            Some((self.end_of(partition, state)?.1, state.leader_epoch))
        };
        let epoch = self.controller.partitions[offsets.index()].leader_epoch;
        known.members.len() == running().count()
            && running().all(|consumer| {
                known.members.iter().any(|member| consumer.agrees(member, known.generation))
                    && consumer.metadata.epoch(offsets) == epoch
                    && consumer.has_read(&end, consumer.config(&self.setup).enable_auto_commit)
            })
    }
}

impl Broker {
    /// Whether it serves, knows that it may, and its disks take writes.
    fn is_well(&self) -> bool {
        let directories = self.disks.ids().len();
        self.process == Process::Running
            && !self.fenced
            && (0..directories).all(|directory| self.disks.works(directory))
    }
}
