//! Elections and ISR changes (`PartitionChangeBuilder`).
//!
//! Not yet: eligible leader replicas, the unclean sweep of leaderless partitions.

use super::Controller;
use crate::model::cx::Cx;
use crate::model::ids::{BrokerId, PartitionId};
use crate::model::trace::Kind;

impl Controller {
    /// A broker is fenced or registers anew: it leaves every ISR, and what it led gets another
    /// leader. Answers with the partitions that changed.
    pub(super) fn remove_from_isrs(&mut self, cx: &mut Cx<'_>, gone: BrokerId) -> Vec<PartitionId> {
        let before = cx.cause;
        let mut changed = Vec::new();
        for partition in (0..self.partitions.len() as u16).map(PartitionId) {
            let state = &self.partitions[partition.index()];
            if !state.isr.contains(&gone) && state.leader != Some(gone) {
                continue;
            }
            let isr: Vec<_> = state.isr.iter().copied().filter(|id| *id != gone).collect();
            let led = state.leader == Some(gone);
            cx.cause = before;
            // Without eligible leader replicas the last in-sync replica stays listed: nobody
            // else is known to have everything (`PartitionChangeBuilder.build`).
            if !isr.is_empty() && state.isr.contains(&gone) {
                self.set_isr(cx, partition, isr);
                changed.push(partition);
            }
            if led {
                self.elect(cx, partition);
                changed.push(partition);
            }
        }
        cx.cause = before;
        changed.dedup();
        changed
    }

    /// A broker is back: partitions without a leader may have one now.
    pub(super) fn elect_for_leaderless(&mut self, cx: &mut Cx<'_>) -> Vec<PartitionId> {
        let before = cx.cause;
        let mut changed = Vec::new();
        for partition in (0..self.partitions.len() as u16).map(PartitionId) {
            if self.partitions[partition.index()].leader.is_none() {
                cx.cause = before;
                self.elect(cx, partition);
                changed.push(partition);
            }
        }
        cx.cause = before;
        changed
    }

    /// `PartitionChangeBuilder.electAnyLeader`: the first replica in assignment order that is in
    /// sync and active. The length of its log plays no part. If there is none, and unclean
    /// elections are allowed, the first that is active.
    fn elect(&mut self, cx: &mut Cx<'_>, partition: PartitionId) {
        let setup = cx.setup();
        let assigned = setup.partition(partition);
        let active = |id: &&BrokerId| !self.brokers[id.index()].state.fenced;
        let state = &self.partitions[partition.index()];
        let clean =
            assigned.replicas.iter().filter(active).find(|id| state.isr.contains(id)).copied();
        let unclean_allowed = assigned.config.unclean_leader_election_enable;
        let any = assigned.replicas.iter().find(active).copied().filter(|_| unclean_allowed);
        let elected = clean.or(any);
        if elected.is_none() && state.leader.is_none() {
            return;
        }
        let state = &mut self.partitions[partition.index()];
        state.leader = elected;
        state.leader_epoch += 1;
        state.partition_epoch += 1;
        let leader_epoch = state.leader_epoch;
        let Some(leader) = elected else {
            cx.emit(Kind::PartitionOffline { partition, leader_epoch });
            return;
        };
        let unclean = clean.is_none();
        if unclean {
            state.isr = vec![leader];
        }
        cx.emit(Kind::LeaderElected { partition, leader, leader_epoch, unclean });
    }

    /// Sets the ISR and says whether it shrank or grew.
    pub(super) fn set_isr(&mut self, cx: &mut Cx<'_>, partition: PartitionId, isr: Vec<BrokerId>) {
        let state = &mut self.partitions[partition.index()];
        let shrank = isr.len() < state.isr.len();
        state.isr.clone_from(&isr);
        state.partition_epoch += 1;
        if shrank {
            cx.note(Kind::IsrShrunk { partition, isr });
        } else {
            cx.note(Kind::IsrExpanded { partition, isr });
        }
    }
}
