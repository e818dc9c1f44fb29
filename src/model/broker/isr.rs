//! The leader's view of its followers: the high watermark, and who is in sync
//! (`Partition.maybeIncrementLeaderHW`, `maybeShrinkIsr`, `maybeExpandIsr`).

use super::Broker;
use super::replica::{Leader, Replica};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::BrokerTimer;
use crate::model::ids::{BrokerId, Node, PartitionId};
use crate::model::message::{BrokerState, PartitionState, Request};
use crate::model::trace::Kind;
use crate::script::Rules;

impl Broker {
    /// A follower's fetch tells how far its log reaches (`Partition.updateFollowerFetchState`).
    pub(super) fn follower_fetched(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        follower: BrokerId,
        broker_epoch: u64,
        offset: u64,
    ) {
        let now_us = cx.now_us();
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        let leader_end = replica.log.end_offset();
        let Some(state) =
            replica.leader_mut().and_then(|leader| leader.followers.get_mut(&follower))
        else {
            return;
        };
        let news = state.end_offset != Some(offset);
        state.fetched(offset, broker_epoch, leader_end, now_us);
        self.maybe_expand_isr(cx, partition, follower);
        if news {
            self.advance_high_watermark(cx, partition);
        }
    }

    /// The high watermark is the smallest log end among the leader, the in-sync replicas and
    /// whoever has caught up and may join them. It stands still while the ISR is smaller than
    /// `min.insync.replicas` (KAFKA-15583, since 3.7).
    pub(super) fn advance_high_watermark(&mut self, cx: &mut Cx<'_>, partition: PartitionId) {
        let setup = cx.setup();
        let waits = setup.rules.high_watermark_waits_for_min_isr;
        let min_isr = setup.min_isr(partition, &self.metadata.topics);
        let lag_us = self.settings(setup).replica_lag_time_max_us;
        let (now_us, broker) = (cx.now_us(), self.id);
        let Some(replica) = &self.replicas[partition.index()] else { return };
        let Some(leader) = replica.leader() else { return };
        if waits && leader.isr.len() < min_isr {
            return;
        }
        let leader_end = replica.log.end_offset();
        let mut to = leader_end;
        for (id, follower) in &leader.followers {
            let counts = leader.maximal_isr().any(|member| member == *id)
                || (follower.caught_up(leader_end, now_us, lag_us)
                    && is_eligible(
                        setup.rules,
                        &self.metadata.brokers,
                        *id,
                        follower.broker_epoch,
                    ));
            if counts {
                to = to.min(follower.end_offset.unwrap_or(0));
            }
        }
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        let from = replica.high_watermark;
        if to <= from {
            return;
        }
        replica.high_watermark = to;
        let before = cx.cause;
        let records = replica.log.records_between(from, to);
        // Where careful readers stop is known before anybody can read further.
        self.tell_stable_offset(cx, partition);
        cx.emit(Kind::HighWatermarkAdvanced { broker, partition, from, to, records });
        self.complete_delayed(cx);
        self.complete_fetches(cx, Some(partition), 0);
        cx.cause = before;
    }

    /// A follower that has reached the high watermark and the start of this leader's epoch joins.
    fn maybe_expand_isr(&mut self, cx: &mut Cx<'_>, partition: PartitionId, follower: BrokerId) {
        let Some(replica) = &self.replicas[partition.index()] else { return };
        let Some(leader) = replica.leader() else { return };
        let Some(state) = leader.followers.get(&follower) else { return };
        let reached = state
            .end_offset
            .is_some_and(|end| end >= replica.high_watermark && end >= leader.epoch_start_offset);
        let new = !leader.isr.contains(&follower) && leader.wanted_isr.is_none();
        let (rules, brokers) = (cx.setup().rules, &self.metadata.brokers);
        if new && reached && is_eligible(rules, brokers, follower, state.broker_epoch) {
            let mut isr = leader.isr.clone();
            isr.push(follower);
            self.ask_for_isr(cx, partition, isr);
        }
    }

    /// Every half `replica.lag.time.max.ms`: followers that lag for too long leave
    /// (`ReplicaManager`'s `isr-expiration` task).
    pub(super) fn isr_check(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        let lag_us = self.settings(setup).replica_lag_time_max_us;
        for partition in self.hosted() {
            let Some(replica) = self.replica(partition) else { continue };
            let Some(leader) = replica.leader() else { continue };
            let lagging = lagging(replica, leader, cx.now_us(), lag_us);
            if leader.wanted_isr.is_none() && !lagging.is_empty() {
                let isr = leader.isr.iter().copied().filter(|id| !lagging.contains(id)).collect();
                self.ask_for_isr(cx, partition, isr);
            }
        }
        cx.ambient(lag_us / 2, self.timer(BrokerTimer::IsrCheck));
    }

    /// Asks the controller; until it answers, who joins counts already and who leaves still does.
    fn ask_for_isr(&mut self, cx: &mut Cx<'_>, partition: PartitionId, isr: Vec<BrokerId>) {
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        let Some(leader) = replica.leader_mut() else { return };
        leader.wanted_isr = Some(isr);
        self.alter_partition(cx, partition);
    }

    /// Connected to the controller again: requests that were not answered are sent again
    /// (`AlterPartitionManager`).
    pub(super) fn ask_again_for_isrs(&mut self, cx: &mut Cx<'_>) {
        for partition in self.hosted() {
            self.alter_partition(cx, partition);
        }
    }

    fn alter_partition(&mut self, cx: &mut Cx<'_>, partition: PartitionId) {
        let broker_epoch = self.broker_epoch;
        let Some(replica) = self.replica(partition) else { return };
        let leader_epoch = replica.leader_epoch;
        let Some(leader) = replica.leader() else { return };
        let Some(isr) = leader.wanted_isr.clone() else { return };
        let partition_epoch = leader.partition_epoch;
        let of_follower =
            |id| leader.followers.get(id).map_or(Some(broker_epoch), |f| f.broker_epoch);
        let broker_epochs = isr.iter().map(of_follower).collect();
        let request = Request::AlterPartition {
            broker_epoch,
            partition,
            leader_epoch,
            partition_epoch,
            isr,
            broker_epochs,
        };
        if self.controller.ready(cx, Node::Controller) {
            self.controller.send(cx, Node::Controller, request, false);
        }
    }

    /// The controller's answer (`Partition.handleAlterPartitionError`). Only where it says that a
    /// member was not eligible is the old ISR known to stand; after any other refusal the leader
    /// waits for the metadata that it lacks.
    pub(super) fn partition_altered(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        result: Result<PartitionState, KafkaError>,
    ) {
        match result {
            Ok(state) => self.isr_is(cx, partition, &state),
            Err(KafkaError::IneligibleReplica) => {
                let replica = self.replicas[partition.index()].as_mut();
                if let Some(leader) = replica.and_then(Replica::leader_mut) {
                    leader.wanted_isr = None;
                }
            }
            Err(_) => {}
        }
    }

    /// The controller's ISR, by its answer or by its log, whichever comes first.
    pub(super) fn isr_is(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        state: &PartitionState,
    ) {
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        let same_epoch = replica.leader_epoch == state.leader_epoch;
        let Some(leader) = replica.leader_mut() else { return };
        if !same_epoch || state.partition_epoch <= leader.partition_epoch {
            return;
        }
        leader.isr.clone_from(&state.isr);
        leader.partition_epoch = state.partition_epoch;
        leader.wanted_isr = None;
        self.advance_high_watermark(cx, partition);
        self.complete_delayed(cx);
    }
}

/// Who may be in an ISR: a broker that is neither fenced nor about to stop (KIP-841) and whose
/// fetches are those of its current process (KIP-903; `Partition.isReplicaIsrEligible`).
fn is_eligible(
    rules: Rules,
    brokers: &[BrokerState],
    id: BrokerId,
    broker_epoch: Option<u64>,
) -> bool {
    let state = brokers[id.index()];
    let serves = !state.fenced && !state.shutting_down;
    (serves || !rules.keeps_fenced_out_of_isr)
        && (broker_epoch == Some(state.epoch) || !rules.checks_broker_epoch_of_isr)
}

fn lagging(replica: &Replica, leader: &Leader, now_us: u64, lag_us: u64) -> Vec<BrokerId> {
    let end = replica.log.end_offset();
    let behind = |id: &&BrokerId| {
        leader.followers.get(id).is_some_and(|f| !f.caught_up(end, now_us, lag_us))
    };
    leader.isr.iter().filter(behind).copied().collect()
}
