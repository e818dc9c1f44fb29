//! Elections and ISR changes: one change of one partition at a time (`PartitionChangeBuilder`).

use super::{Controller, Registration};
use crate::model::cx::Cx;
use crate::model::ids::{BrokerId, PartitionId};
use crate::model::message::PartitionState;
use crate::model::trace::Kind;

/// What a change is to bring about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Change {
    /// A broker that leaves the ISR and may not lead.
    pub without: Option<BrokerId>,
    /// Whether that broker's log may have lost its end: then it is no eligible leader either.
    pub unclean_shutdown: bool,
    /// Whether the first replica of the assignment shall lead if it can.
    pub preferred: bool,
    /// Whether an unclean election is asked for, whatever the settings say.
    pub unclean: bool,
}

/// A leader, and whether electing it may lose records.
type Elected = (Option<BrokerId>, bool);

impl Controller {
    /// A broker is fenced, registers anew or wants to stop: it leaves every ISR, and what it led
    /// gets another leader (`generateLeaderAndIsrUpdates`). Answers with what changed.
    pub(super) fn remove_broker(
        &mut self,
        cx: &mut Cx<'_>,
        gone: BrokerId,
        unclean_shutdown: bool,
    ) -> Vec<PartitionId> {
        let concerned = |_, state: &PartitionState| {
            state.isr.contains(&gone)
                || state.leader == Some(gone)
                || (unclean_shutdown && state.elr.contains(&gone))
        };
        let change = Change { without: Some(gone), unclean_shutdown, ..Change::default() };
        self.change_where(cx, change, concerned)
    }

    /// A broker is back: partitions without a leader may have one now.
    pub(super) fn elect_for_leaderless(&mut self, cx: &mut Cx<'_>) -> Vec<PartitionId> {
        self.change_where(cx, Change::default(), |_, state| state.leader.is_none())
    }

    /// What has no leader gets one: everywhere, or where unclean elections are allowed.
    pub(super) fn elect_uncleanly(
        &mut self,
        cx: &mut Cx<'_>,
        everywhere: bool,
    ) -> Vec<PartitionId> {
        let (setup, topics) = (cx.setup(), self.topics.clone());
        let change = Change { unclean: true, ..Change::default() };
        self.change_where(cx, change, |partition, state| {
            let topic = usize::from(setup.partition(partition).topic);
            state.leader.is_none() && (everywhere || topics[topic].unclean_leader_election_enable)
        })
    }

    /// A broker's log directory has failed: its replicas there leave every ISR.
    pub(super) fn remove_offline_replicas(
        &mut self,
        cx: &mut Cx<'_>,
        id: BrokerId,
    ) -> Vec<PartitionId> {
        let setup = cx.setup();
        let directories = self.brokers[id.index()].directories.clone();
        let change = Change { without: Some(id), ..Change::default() };
        self.change_where(cx, change, |partition, state| {
            directories[setup.directory(id, partition)] == 0 && state.isr.contains(&id)
        })
    }

    /// Nobody is eligible any more, and nobody is known to have led last.
    pub(super) fn clear_eligible(
        &mut self,
        cx: &mut Cx<'_>,
        partitions: &[PartitionId],
    ) -> Vec<PartitionId> {
        let mut cleared = partitions.to_vec();
        cleared.retain(|partition| {
            let state = &mut self.partitions[partition.index()];
            let had = !state.elr.is_empty() || state.last_known_leader.take().is_some();
            if !state.elr.is_empty() {
                state.elr.clear();
                cx.note(Kind::ElrChanged { partition: *partition, elr: Vec::new() });
            }
            state.partition_epoch += u32::from(had);
            had
        });
        cleared
    }

    /// Moves leaderships back to the first replicas of the assignments, where those are in sync.
    pub(super) fn elect_preferred(&mut self, cx: &mut Cx<'_>) -> Vec<PartitionId> {
        self.change_where(cx, Change { preferred: true, ..Change::default() }, |_, _| true)
    }

    fn change_where(
        &mut self,
        cx: &mut Cx<'_>,
        change: Change,
        concerned: impl Fn(PartitionId, &PartitionState) -> bool,
    ) -> Vec<PartitionId> {
        let before = cx.cause;
        let all = (0..self.partitions.len() as u16).map(PartitionId);
        let concerned: Vec<_> = all
            .filter(|p| self.partitions[p.index()].exists)
            .filter(|p| concerned(*p, &self.partitions[p.index()]))
            .collect();
        let changed = concerned.into_iter().filter(|partition| {
            cx.cause = before;
            let old = &self.partitions[partition.index()];
            let isr = old.isr.iter().copied().filter(|id| Some(*id) != change.without).collect();
            self.change(cx, *partition, isr, change)
        });
        let changed = changed.collect();
        cx.cause = before;
        changed
    }

    /// Gives a partition a new ISR, and a new leader if the old one cannot lead on. Answers
    /// whether anything changed (`PartitionChangeBuilder.build`).
    pub(super) fn change(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        mut isr: Vec<BrokerId>,
        change: Change,
    ) -> bool {
        let old = self.partitions[partition.index()].clone();
        let elr_enabled = cx.setup().broker.eligible_leader_replicas_version > 0;
        let setup = cx.setup();
        let assigned = setup.partition(partition);
        let min_isr = setup.min_isr(partition, &self.topics);
        let mut elr = match elr_enabled {
            true => eligible(&old, &isr, &assigned.replicas, min_isr, change),
            false => Vec::new(),
        };
        if isr.is_empty() && !elr_enabled {
            // Nobody else is known to have everything: the last in-sync replica stays listed.
            isr.clone_from(&old.isr);
        }
        let (leader, unclean) = self.elect(cx, partition, &isr, &elr, change);
        if let Some(leader) = leader {
            if unclean {
                isr = vec![leader];
                elr.clear();
            } else if elr.contains(&leader) {
                isr = vec![leader];
                elr.retain(|id| *id != leader);
            }
        }
        let last_known_leader = match leader {
            Some(_) => None,
            None => old.leader.or(old.last_known_leader),
        };
        let new_leader = leader != old.leader;
        if !new_leader && isr == old.isr && elr == old.elr {
            return false;
        }
        let new = PartitionState {
            exists: true,
            leader,
            leader_epoch: old.leader_epoch + u32::from(new_leader),
            partition_epoch: old.partition_epoch + 1,
            isr,
            elr,
            last_known_leader,
        };
        self.partitions[partition.index()] = new.clone();
        tell(cx, partition, &old, &new, unclean);
        true
    }

    /// `electAnyLeader`: the leader stays if it can; else the first replica in assignment order
    /// that is in sync (or eligible, if nobody is) and active. The length of its log plays no
    /// part. Then the last known leader, if eligible leader replicas are on and none is left. Then,
    /// if unclean elections are allowed, the first that is active.
    fn elect(
        &self,
        cx: &Cx<'_>,
        partition: PartitionId,
        isr: &[BrokerId],
        elr: &[BrokerId],
        change: Change,
    ) -> Elected {
        let setup = cx.setup();
        let assigned = setup.partition(partition);
        let state = &self.partitions[partition.index()];
        let acceptable = |id: &BrokerId| {
            let directory = setup.directory(*id, partition);
            Some(*id) != change.without && self.is_active(*id, directory)
        };
        let valid = |id: &BrokerId| {
            (isr.contains(id) || (isr.is_empty() && elr.contains(id))) && acceptable(id)
        };
        let preferred = assigned.replicas.first().filter(|id| change.preferred && valid(id));
        let current = state.leader.as_ref().filter(|id| valid(id));
        let any = assigned.replicas.iter().find(|id| valid(id));
        if let Some(leader) = preferred.or(current).or(any) {
            return (Some(*leader), false);
        }
        let elr_enabled = setup.broker.eligible_leader_replicas_version > 0;
        let none_left = elr_enabled && isr.is_empty() && elr.is_empty();
        let last_known = state.last_known_leader.filter(|id| none_left && acceptable(id));
        let topic = &self.topics[usize::from(assigned.topic)];
        // A preferred leader election is never unclean.
        let allowed = topic.unclean_leader_election_enable && !change.preferred;
        let unclean = change.unclean || allowed;
        let any_active = assigned.replicas.iter().copied().find(|id| unclean && acceptable(id));
        (last_known.or(any_active), true)
    }

    /// Whether a broker may lead with a replica in that log directory: not fenced, not about to
    /// stop, and the directory is there and the one that the replica is assigned to
    /// (`LeaderAcceptor`).
    fn is_active(&self, id: BrokerId, directory: usize) -> bool {
        let Registration { state, directories, assigned, .. } = &self.brokers[id.index()];
        let there = directories[directory] != 0 && directories[directory] == assigned[directory];
        !state.fenced && !state.shutting_down && there
    }
}

/// The eligible leader replicas (KIP-966): who was in the ISR when it fell below
/// `min.insync.replicas`. Since the high watermark stands still from then on, they have everything
/// that is committed; unless their machine lost its page cache.
fn eligible(
    old: &PartitionState,
    isr: &[BrokerId],
    assigned: &[BrokerId],
    min_isr: usize,
    change: Change,
) -> Vec<BrokerId> {
    if isr.len() >= min_isr {
        return Vec::new();
    }
    let lost = |id: &BrokerId| change.unclean_shutdown && Some(*id) == change.without;
    let was = |id: &BrokerId| old.elr.contains(id) || old.isr.contains(id);
    assigned.iter().filter(|id| was(id) && !isr.contains(id) && !lost(id)).copied().collect()
}

/// What the trace says of a change.
fn tell(
    cx: &mut Cx<'_>,
    partition: PartitionId,
    old: &PartitionState,
    new: &PartitionState,
    unclean: bool,
) {
    let isr = new.isr.clone();
    if new.isr.iter().any(|id| !old.isr.contains(id)) {
        if new.isr.len() > old.isr.len() {
            cx.note(Kind::IsrExpanded { partition, isr });
        } else {
            cx.note(Kind::IsrShrunk { partition, isr });
        }
    } else if new.isr.len() < old.isr.len() {
        cx.note(Kind::IsrShrunk { partition, isr });
    }
    if new.elr != old.elr {
        cx.note(Kind::ElrChanged { partition, elr: new.elr.clone() });
    }
    let leader_epoch = new.leader_epoch;
    match new.leader {
        Some(leader) if old.leader != Some(leader) => {
            cx.emit(Kind::LeaderElected { partition, leader, leader_epoch, unclean });
        }
        None if old.leader.is_some() => {
            cx.emit(Kind::PartitionOffline { partition, leader_epoch });
        }
        _ => {}
    }
}
