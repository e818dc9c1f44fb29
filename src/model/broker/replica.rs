//! A replica of a partition on one broker: its log, its high watermark, its role, and as a
//! leader what it knows of its followers (`Partition`, `Replica`).

use std::sync::Arc;

use litemap::LiteMap;

use super::log::Log;
use super::producers::ProducerStates;
use crate::model::error::KafkaError;
use crate::model::ids::{BrokerId, PartitionId};
use crate::model::map_of;
use crate::model::message::PartitionState;
use crate::model::record::LogBatch;
use crate::model::setup::PartitionSetup;

/// A replica.
#[derive(Clone, Debug)]
pub struct Replica {
    /// Of which partition.
    pub partition: PartitionId,
    /// Its log: it survives the process.
    pub log: Log,
    /// The high watermark as last written to `replication-offset-checkpoint`.
    pub checkpointed_high_watermark: u64,
    /// The high watermark.
    pub high_watermark: u64,
    /// The leader epoch that this replica knows of.
    pub leader_epoch: u32,
    /// What it does.
    pub role: Role,
    /// What it knows of idempotent producers.
    pub producers: ProducerStates,
    /// The same as last written to a snapshot file, and up to which offset.
    pub snapshot: Option<(u64, ProducerStates)>,
    /// The last stable offset as it was told last, if it is behind the high watermark.
    pub told_stable: Option<u64>,
}

/// What a replica does.
#[derive(Clone, Debug)]
pub enum Role {
    /// Nothing: the process is down, or has not heard of its role.
    None,
    /// It leads.
    Leader(Leader),
    /// It follows; `None` while there is no leader.
    Follower(Option<BrokerId>),
    /// Its log directory has failed.
    Offline,
}

/// What a leader knows.
#[derive(Clone, Debug)]
pub struct Leader {
    /// The offset at which its epoch starts.
    pub epoch_start_offset: u64,
    /// The in-sync replicas that the controller holds.
    pub isr: Vec<BrokerId>,
    /// The partition epoch of that ISR.
    pub partition_epoch: u32,
    /// An ISR that it asked the controller for.
    pub wanted_isr: Option<Vec<BrokerId>>,
    /// The followers.
    pub followers: LiteMap<BrokerId, FollowerState>,
}

/// What a leader knows of a follower (`ReplicaState`).
#[derive(Clone, Copy, Debug, Default)]
pub struct FollowerState {
    /// Its log end offset, as its last fetch said; unknown to a new leader.
    pub end_offset: Option<u64>,
    /// The broker epoch of its last fetch (KIP-903).
    pub broker_epoch: Option<u64>,
    /// When it was last known to have everything.
    pub caught_up_us: u64,
    last_fetch_us: u64,
    last_fetch_leader_end: u64,
}

impl FollowerState {
    /// A follower of a new leader: it counts as caught up now (`Replica.resetReplicaState`).
    #[must_use]
    pub fn new(now_us: u64, in_sync: bool) -> Self {
        Self { caught_up_us: if in_sync { now_us } else { 0 }, ..Self::default() }
    }

    /// A fetch tells the follower's log end (`Replica.updateFetchStateOrThrow`).
    pub fn fetched(&mut self, offset: u64, broker_epoch: u64, leader_end: u64, now_us: u64) {
        if offset >= leader_end {
            self.caught_up_us = self.caught_up_us.max(now_us);
        } else if offset >= self.last_fetch_leader_end {
            self.caught_up_us = self.caught_up_us.max(self.last_fetch_us);
        }
        self.end_offset = Some(offset);
        self.broker_epoch = Some(broker_epoch);
        self.last_fetch_us = now_us;
        self.last_fetch_leader_end = leader_end;
    }

    /// Whether it has everything, or had it not too long ago (`ReplicaState.isCaughtUp`).
    #[must_use]
    pub fn caught_up(&self, leader_end: u64, now_us: u64, lag_us: u64) -> bool {
        self.end_offset == Some(leader_end) || now_us.saturating_sub(self.caught_up_us) <= lag_us
    }
}

impl Leader {
    /// The replicas that the high watermark waits for: the ISR and whoever is about to join it;
    /// whoever is about to leave it still counts.
    pub fn maximal_isr(&self) -> impl Iterator<Item = BrokerId> {
        let joining = self.wanted_isr.iter().flatten().filter(|id| !self.isr.contains(id));
        self.isr.iter().chain(joining).copied()
    }
}

impl Replica {
    /// Whether a fetcher believes in this leader's epoch (KIP-320); old ones do not say.
    pub fn check_leader_epoch(&self, believed: Option<u32>) -> Result<(), KafkaError> {
        match believed {
            Some(epoch) if epoch < self.leader_epoch => Err(KafkaError::FencedLeaderEpoch),
            Some(epoch) if epoch > self.leader_epoch => Err(KafkaError::UnknownLeaderEpoch),
            _ => Ok(()),
        }
    }

    /// An empty replica.
    #[must_use]
    pub fn new(partition: PartitionId) -> Self {
        Self {
            partition,
            log: Log::default(),
            checkpointed_high_watermark: 0,
            high_watermark: 0,
            leader_epoch: 0,
            role: Role::None,
            producers: ProducerStates::default(),
            snapshot: None,
            told_stable: None,
        }
    }

    /// Takes the lead (`Partition.makeLeader`). The high watermark stays where it was, and cannot
    /// move before every in-sync follower has fetched.
    pub fn make_leader(
        &mut self,
        me: BrokerId,
        setup: &PartitionSetup,
        state: &PartitionState,
        now_us: u64,
    ) {
        self.told_stable = None;
        self.leader_epoch = state.leader_epoch;
        self.log.note_epoch(state.leader_epoch, self.log.end_offset());
        let others = setup.replicas.iter().filter(|id| **id != me);
        let followers = others.map(|id| (*id, FollowerState::new(now_us, state.isr.contains(id))));
        let followers = map_of(followers);
        self.role = Role::Leader(Leader {
            epoch_start_offset: self.log.end_offset(),
            isr: state.isr.clone(),
            partition_epoch: state.partition_epoch,
            wanted_isr: None,
            followers,
        });
    }

    /// The leader's side, if it leads.
    #[must_use]
    pub fn leader(&self) -> Option<&Leader> {
        match &self.role {
            Role::Leader(leader) => Some(leader),
            _ => None,
        }
    }

    /// The leader's side, or why there is none (`ReplicaManager.getPartitionOrError`).
    pub fn led(&self) -> Result<&Leader, KafkaError> {
        match &self.role {
            Role::Leader(leader) => Ok(leader),
            Role::Offline => Err(KafkaError::KafkaStorage),
            _ => Err(KafkaError::NotLeaderOrFollower),
        }
    }

    /// The leader's side, to change.
    pub fn leader_mut(&mut self) -> Option<&mut Leader> {
        match &mut self.role {
            Role::Leader(leader) => Some(leader),
            _ => None,
        }
    }

    /// Where `read_committed` stops (`UnifiedLog.lastStableOffset`).
    #[must_use]
    pub fn last_stable_offset(&self) -> u64 {
        self.producers.last_stable_offset(self.high_watermark)
    }

    /// Cuts the log, and all that follows from it.
    pub fn truncate(&mut self, to: u64) -> Vec<Arc<LogBatch>> {
        let removed = self.log.truncate(to);
        if !removed.is_empty() {
            let end = self.log.end_offset();
            self.snapshot.take_if(|(at, _)| *at > end);
            self.reload_producers();
            self.high_watermark = self.high_watermark.min(end);
            self.checkpointed_high_watermark = self.checkpointed_high_watermark.min(end);
        }
        removed
    }

    /// Throws the log away, and begins at an offset.
    pub fn restart_at(&mut self, offset: u64) -> Vec<Arc<LogBatch>> {
        let removed = self.log.restart_at(offset);
        self.snapshot = None;
        self.reload_producers();
        self.high_watermark = offset;
        self.checkpointed_high_watermark = offset;
        removed
    }

    /// A log that is closed in order leaves a snapshot of its producers (`UnifiedLog.close`).
    pub fn close(&mut self) {
        self.checkpointed_high_watermark = self.high_watermark;
        self.snapshot = Some((self.log.end_offset(), self.producers.snapshot()));
    }

    fn reload_producers(&mut self) {
        self.producers = ProducerStates::reload(self.snapshot.as_ref(), self.log.batches());
    }

    /// What a process that dies takes along: everything but the log and the checkpoint.
    pub fn process_died(&mut self) {
        self.role = Role::None;
        self.reload_producers();
        let (start, end) = (self.log.start_offset(), self.log.end_offset());
        self.high_watermark = self.checkpointed_high_watermark.min(end).max(start);
    }
}
