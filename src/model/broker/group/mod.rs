//! Consumer groups at their coordinator: what it knows of each, from the log of
//! `__consumer_offsets` and from its members.

mod classic;

use crate::model::error::KafkaError;
use crate::model::group::{GroupMetadata, MemberId, Membership, Share};
use crate::model::ids::{ConnectionId, PartitionId, RequestId};

/// A group, as its coordinator knows it.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Where it stands.
    pub state: GroupState,
    /// Counts the rebalances.
    pub generation: u32,
    /// Its members, in the order of their ids.
    pub members: Vec<Member>,
    /// Who makes the assignment.
    leader: Option<MemberId>,
    /// When a rebalance waits no longer for members that have not joined.
    deadline_us: u64,
    /// The wait of a group that was empty for more members to come.
    initial: Option<InitialDelay>,
    /// When it is looked at next.
    check_us: Option<u64>,
}

/// `ClassicGroupState`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupState {
    /// It has no members.
    #[default]
    Empty,
    /// It waits for its members to join.
    PreparingRebalance,
    /// It waits for the leader's assignment, and for that to be replicated.
    CompletingRebalance,
    /// Each member has its share.
    Stable,
}

/// A member of a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its member id.
    pub id: MemberId,
    /// What it reads.
    pub share: Vec<PartitionId>,
    /// What it said that it had when it joined.
    owned: Vec<PartitionId>,
    /// When the coordinator heard of it last.
    heard_us: u64,
    /// Its JoinGroup or SyncGroup that waits for an answer.
    waits: Option<(ConnectionId, RequestId)>,
}

/// `group.initial.rebalance.delay.ms`, again and again while members come
/// (`GroupMetadataManager.tryCompleteInitialRebalanceElseSchedule`).
#[derive(Clone, Copy, Debug)]
struct InitialDelay {
    until_us: u64,
    remaining_us: u64,
    joined: bool,
}

impl Group {
    fn of(metadata: &GroupMetadata, now_us: u64) -> Self {
        let member = |(id, share): &Share| Member {
            id: *id,
            share: share.clone(),
            owned: share.clone(),
            heard_us: now_us,
            waits: None,
        };
        Self {
            state: match metadata.members.is_empty() {
                true => GroupState::Empty,
                false => GroupState::Stable,
            },
            generation: metadata.generation,
            leader: metadata.members.first().map(|(id, _)| *id),
            members: metadata.members.iter().map(member).collect(),
            ..Self::default()
        }
    }

    /// The member with that id; a member of old under another one is fenced.
    fn member(&mut self, id: MemberId, is_static: bool) -> Result<&mut Member, KafkaError> {
        let fenced = is_static && self.members.iter().any(|m| m.id.consumer == id.consumer);
        let error = if fenced { KafkaError::FencedInstanceId } else { KafkaError::UnknownMemberId };
        self.members.iter_mut().find(|member| member.id == id).ok_or(error)
    }

    fn check(&mut self, by: Membership, is_static: bool) -> Result<&mut Member, KafkaError> {
        let generation = self.generation;
        let member = self.member(by.member, is_static)?;
        if by.generation == generation { Ok(member) } else { Err(KafkaError::IllegalGeneration) }
    }

    /// Whether its members may commit (`ClassicGroup.validateOffsetCommit`). A commit counts as a
    /// sign of life.
    pub(super) fn validate_offset_commit(
        &mut self,
        by: Option<Membership>,
        is_static: bool,
        now_us: u64,
    ) -> Result<(), KafkaError> {
        let Some(by) = by else {
            let empty = self.state == GroupState::Empty;
            return if empty { Ok(()) } else { Err(KafkaError::UnknownMemberId) };
        };
        self.check(by, is_static)?.heard_us = now_us;
        match self.state {
            GroupState::CompletingRebalance => Err(KafkaError::RebalanceInProgress),
            _ => Ok(()),
        }
    }

    fn shares(&self, of: impl Fn(&Member) -> Vec<PartitionId>) -> Vec<Share> {
        self.members.iter().map(|member| (member.id, of(member))).collect()
    }

    /// When something happens to it by itself.
    fn next_us(&self, session_us: u64) -> Option<u64> {
        let silent = self.members.iter().filter(|m| m.waits.is_none());
        let sessions = silent.map(|m| m.heard_us.saturating_add(session_us)).min();
        let rebalance = match (self.state, self.initial) {
            (GroupState::PreparingRebalance, Some(initial)) => Some(initial.until_us),
            (GroupState::PreparingRebalance, None) => Some(self.deadline_us),
            _ => None,
        };
        [sessions, rebalance].into_iter().flatten().min()
    }
}
