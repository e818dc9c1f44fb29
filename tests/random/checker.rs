//! What must hold at every moment of a run, whatever breaks, or under the preconditions that are
//! named where they are asked for.

use std::collections::{BTreeMap, BTreeSet};

use ackscope::model::broker::group::GroupState;
use ackscope::model::broker::replica::{Replica, Role};
use ackscope::model::ids::{BrokerId, GroupId, PartitionId, RecordId};
use ackscope::model::trace::{Kind, Observer, TraceEvent};
use ackscope::model::{Setup, World};
use ackscope::script::config::IsolationLevel;

use crate::plan::Plan;

/// What a run may do without a word.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// A leader may lack what is committed.
    pub unclean: bool,
    /// Logs may lose their ends.
    pub lost_pages: bool,
    /// Before leader epochs logs could differ for good (KIP-101).
    pub diverging_logs: bool,
}

impl Allowed {
    /// What that plan allows.
    pub fn by(plan: &Plan) -> Self {
        Self {
            unclean: plan.may_elect_uncleanly(),
            lost_pages: plan.may_lose_pages(),
            diverging_logs: plan.is_before(0, 11),
        }
    }

    fn loses_committed(self) -> bool {
        self.unclean || self.lost_pages
    }
}

/// Watches a run, and remembers the first thing that is wrong.
pub struct Checker {
    allowed: Allowed,
    /// The partition and leader epochs seen last.
    epochs: Vec<(u32, u32)>,
    /// Per broker and partition: incarnation, leader epoch and high watermark while it leads.
    watermarks: BTreeMap<(BrokerId, PartitionId), (u32, u32, u64)>,
    /// The same with last stable offsets.
    stable: BTreeMap<(BrokerId, PartitionId), (u32, u32, u64)>,
    /// How far any leader of a partition has committed.
    committed: Vec<u64>,
    /// The records that were below a leader's high watermark, by offset.
    committed_records: BTreeMap<(PartitionId, u64), RecordId>,
    /// Offsets of aborted and of committed transactions.
    aborted: BTreeSet<(PartitionId, u64)>,
    settled: BTreeSet<(PartitionId, u64)>,
    /// What a group has seen where.
    seen: BTreeMap<(GroupId, PartitionId, u64), RecordId>,
    traced: u64,
    /// The first thing that is wrong.
    pub wrong: Option<String>,
}

impl Observer for Checker {
    fn observe(&mut self, event: &TraceEvent) {
        self.traced += 1;
        match &event.kind {
            Kind::HighWatermarkAdvanced { partition, to, .. } => {
                let committed = &mut self.committed[partition.index()];
                *committed = (*committed).max(*to);
            }
            Kind::MarkerWritten { partition, marker, records, .. } => {
                let into = if marker.commit { &mut self.settled } else { &mut self.aborted };
                into.extend(records.iter().map(|(offset, _)| (*partition, *offset)));
            }
            Kind::Fetched { partition, entries, .. } => {
                let committed = self.committed[partition.index()];
                let end = entries.last().map_or(0, |entry| entry.end_offset());
                self.ensure(end <= committed, || {
                    format!("{event:?}: a consumer read to {end}, committed is {committed}")
                });
            }
            _ => {}
        }
    }
}

impl Checker {
    /// For a run of that setup.
    pub fn new(setup: &Setup, allowed: Allowed) -> Self {
        let partitions = setup.partitions.len();
        Self {
            allowed,
            epochs: vec![(0, 0); partitions],
            watermarks: BTreeMap::new(),
            stable: BTreeMap::new(),
            committed: vec![0; partitions],
            committed_records: BTreeMap::new(),
            aborted: BTreeSet::new(),
            settled: BTreeSet::new(),
            seen: BTreeMap::new(),
            traced: 0,
            wrong: None,
        }
    }

    fn ensure(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds && self.wrong.is_none() {
            self.wrong = Some(what());
        }
    }

    /// Looks at the world after a step that left a trace.
    pub fn look(&mut self, world: &World) {
        for partition in (0..world.setup().partitions.len() as u16).map(PartitionId) {
            self.epochs_grow(world, partition);
            self.watermarks_grow(world, partition);
            if !self.allowed.diverging_logs {
                self.logs_match(world, partition);
            }
            if !self.allowed.loses_committed() {
                self.in_sync_replicas_have_what_is_committed(world, partition);
                self.leaders_are_complete(world, partition);
            }
        }
    }

    /// In a stable group a partition has one owner, or one who has to give it back.
    pub fn shares_are_disjoint(&mut self, world: &World) {
        for group in world.brokers.iter().flat_map(|broker| &broker.groups) {
            let stable = group.state == GroupState::Stable;
            let all = group.members.iter().flat_map(|member| &member.share);
            let mut owned: Vec<PartitionId> = all.copied().collect();
            let count = owned.len();
            owned.sort_unstable();
            owned.dedup();
            self.ensure(!stable || owned.len() == count, || format!("owned twice: {group:?}"));
        }
    }

    /// Epochs never fall, and a new leader has a new one.
    fn epochs_grow(&mut self, world: &World, partition: PartitionId) {
        let state = &world.controller.partitions[partition.index()];
        let now = (state.partition_epoch, state.leader_epoch);
        let before = std::mem::replace(&mut self.epochs[partition.index()], now);
        self.ensure(now.0 >= before.0 && now.1 >= before.1, || {
            format!("{partition:?}: epochs fell from {before:?} to {now:?}")
        });
        let in_sync = state.leader.is_none_or(|leader| state.isr.contains(&leader));
        self.ensure(in_sync, || format!("{partition:?}: the leader is not in sync: {state:?}"));
    }

    /// A leader's high watermark never falls while it leads, and is within its log.
    fn watermarks_grow(&mut self, world: &World, partition: PartitionId) {
        for broker in &world.brokers {
            let Some(replica) = broker.replica(partition) else { continue };
            let (mark, end) = (replica.high_watermark, replica.log.end_offset());
            self.ensure(mark <= end, || {
                format!("{} {partition:?}: high watermark {mark} of {end}", broker.id)
            });
            let flushed = replica.log.flushed_offset();
            self.ensure(flushed <= end, || {
                format!("{} {partition:?}: flushed {flushed} of {end}", broker.id)
            });
            if !matches!(replica.role, Role::Leader(_)) {
                continue;
            }
            let stable = replica.last_stable_offset();
            let now = (broker.incarnation, replica.leader_epoch, stable);
            let before = self.stable.insert((broker.id, partition), now);
            if let Some(before) = before.filter(|b| (b.0, b.1) == (now.0, now.1)) {
                self.ensure(before.2 <= stable && stable <= mark, || {
                    format!("{} {partition:?}: stable from {before:?} to {now:?}", broker.id)
                });
            }
            let now = (broker.incarnation, replica.leader_epoch, mark);
            let before = self.watermarks.insert((broker.id, partition), now);
            if let Some(before) = before.filter(|b| (b.0, b.1) == (now.0, now.1)) {
                self.ensure(before.2 <= mark, || {
                    format!(
                        "{} {partition:?}: high watermark from {before:?} to {now:?}",
                        broker.id
                    )
                });
            }
        }
    }

    /// Two logs that share an entry of the same offset and epoch share everything before it.
    fn logs_match(&mut self, world: &World, partition: PartitionId) {
        let replicas = || world.brokers.iter().filter_map(|broker| broker.replica(partition));
        // What was deleted at the beginning of one is not compared.
        let start = replicas().map(|replica| replica.log.start_offset()).max().unwrap_or_default();
        let rest = |replica: &'_ Replica| -> Vec<_> {
            let batches = replica.log.batches().iter();
            batches.filter(|batch| batch.base_offset >= start).cloned().collect()
        };
        let logs: Vec<_> = replicas().map(rest).collect();
        for (n, a) in logs.iter().enumerate() {
            for b in &logs[n + 1..] {
                let same = a.iter().zip(b.iter()).rposition(|(x, y)| {
                    (x.base_offset, x.leader_epoch) == (y.base_offset, y.leader_epoch)
                });
                let Some(last) = same else { continue };
                self.ensure(a[..=last] == b[..=last], || {
                    format!(
                        "{partition:?}: logs differ before an entry that they share: {:?}",
                        a[last]
                    )
                });
            }
        }
    }

    /// Everybody whom the controller holds for in sync has what the leader has committed.
    fn in_sync_replicas_have_what_is_committed(&mut self, world: &World, partition: PartitionId) {
        let state = &world.controller.partitions[partition.index()];
        let Some(leader) = state.leader else { return };
        let Some(replica) = world.brokers[leader.index()].replica(partition) else { return };
        if replica.leader().is_none() || replica.leader_epoch != state.leader_epoch {
            return;
        }
        for id in &state.isr {
            let Some(follower) = world.brokers[id.index()].replica(partition) else { continue };
            let (end, mark) = (follower.log.end_offset(), replica.high_watermark);
            self.ensure(end >= mark, || {
                format!("{partition:?}: {id} is in sync with {end} of {mark} committed")
            });
        }
    }

    /// What was committed once is in the log of every later leader, at the same offset.
    fn leaders_are_complete(&mut self, world: &World, partition: PartitionId) {
        let state = &world.controller.partitions[partition.index()];
        let Some(leader) = state.leader else { return };
        let Some(replica) = world.brokers[leader.index()].replica(partition) else { return };
        if replica.leader().is_none() || replica.leader_epoch != state.leader_epoch {
            return;
        }
        let log: BTreeMap<u64, RecordId> =
            replica.log.batches().iter().flat_map(|entry| entry.records()).collect();
        let lacks = self
            .committed_records
            .range((partition, replica.log.start_offset())..=(partition, u64::MAX))
            .find(|((_, offset), record)| log.get(offset) != Some(record))
            .map(|((_, offset), record)| (*offset, *record));
        self.ensure(lacks.is_none(), || {
            format!("{partition:?}: leader {leader} lacks what was committed: {lacks:?}")
        });
        for (offset, record) in log.range(..replica.high_watermark) {
            self.committed_records.insert((partition, *offset), *record);
        }
    }

    /// Consumers of a group never see two records at one offset, unless one was lost.
    pub fn polled(&mut self, world: &World, kind: &Kind) {
        let Kind::Polled { consumer, partition, records, .. } = kind else { return };
        if self.allowed.loses_committed() {
            return;
        }
        let setup = world.setup();
        let group = setup.consumers[consumer.index()].group;
        let isolation = setup.groups[group.index()].config.isolation_level;
        for (offset, record) in records {
            let at = (*partition, *offset);
            let producer = setup.record(*record).producer;
            let careful = isolation == IsolationLevel::ReadCommitted
                && setup.producers[producer.index()].transactional.is_some();
            let good = self.settled.contains(&at) && !self.aborted.contains(&at);
            self.ensure(!careful || good, || {
                format!("{partition:?}: a reader of committed records got {record:?} at {offset}")
            });
            let before = self.seen.insert((group, *partition, *offset), *record);
            self.ensure(before.is_none_or(|b| b == *record), || {
                format!("{partition:?}: a group saw {before:?} and {record:?} at {offset}")
            });
        }
    }
}
