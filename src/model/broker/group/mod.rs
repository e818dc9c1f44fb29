//! Consumer groups at their coordinator: what it knows of each, from the log of
//! `__consumer_offsets` and from its members.

mod classic;
mod consumer;

use std::sync::Arc;

use crate::model::error::KafkaError;
use crate::model::group::{GroupMetadata, MemberId, MemberMetadata, Membership, Share, Timeouts};
use crate::model::ids::{ConnectionId, GroupId, PartitionId, RequestId};

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
    /// How many partitions were shared out.
    shared: usize,
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
    /// Its epoch, under the consumer protocol.
    pub epoch: u32,
    /// What it has to give back, and has not yet.
    revoking: Vec<PartitionId>,
    /// Since when it has to.
    revoking_us: u64,
    /// What it shall have (`TargetAssignment`).
    target: Vec<PartitionId>,
    /// What it said that it had when it joined.
    owned: Vec<PartitionId>,
    /// When the coordinator heard of it last.
    heard_us: u64,
    /// Its JoinGroup or SyncGroup that waits for an answer.
    waits: Option<(ConnectionId, RequestId)>,
    /// What it said of its patience.
    timeouts: Timeouts,
}

/// `group.initial.rebalance.delay.ms`, again and again while members come
/// (`GroupMetadataManager.tryCompleteInitialRebalanceElseSchedule`).
#[derive(Clone, Copy, Debug)]
struct InitialDelay {
    until_us: u64,
    remaining_us: u64,
    joined: bool,
}

impl Member {
    fn new(id: MemberId, timeouts: Timeouts, now_us: u64) -> Self {
        Self {
            id,
            share: Vec::new(),
            epoch: 0,
            revoking: Vec::new(),
            revoking_us: now_us,
            target: Vec::new(),
            owned: Vec::new(),
            heard_us: now_us,
            waits: None,
            timeouts,
        }
    }

    /// When it has been silent for too long.
    fn silent_until_us(&self) -> u64 {
        self.heard_us.saturating_add(self.timeouts.session_us)
    }

    /// When it has taken too long to give something back.
    fn gives_back_until_us(&self) -> u64 {
        self.revoking_us.saturating_add(self.timeouts.rebalance_us)
    }
}

impl Group {
    fn of(metadata: &GroupMetadata, now_us: u64) -> Self {
        let member = |member: &MemberMetadata| {
            let MemberMetadata { id, share, epoch, revoking, timeouts } = member.clone();
            let known = Member::new(id, timeouts, now_us);
            let (owned, target) = (share.clone(), share.clone());
            Member { share, owned, target, epoch, revoking, ..known }
        };
        Self {
            state: match metadata.members.is_empty() {
                true => GroupState::Empty,
                false => GroupState::Stable,
            },
            generation: metadata.generation,
            leader: metadata.members.first().map(|member| member.id),
            members: metadata.members.iter().map(member).collect(),
            ..Self::default()
        }
    }

    /// How long a rebalance waits for members: the most patient one decides
    /// (`ClassicGroup.rebalanceTimeoutMs`).
    fn rebalance_us(&self) -> u64 {
        self.members.iter().map(|m| m.timeouts.rebalance_us).max().unwrap_or_default()
    }

    /// The member with that id; a member of old under another one is fenced.
    fn member(&mut self, id: MemberId, is_static: bool) -> Result<&mut Member, KafkaError> {
        let fenced = is_static && self.members.iter().any(|m| m.id.consumer == id.consumer);
        let error = if fenced { KafkaError::FencedInstanceId } else { KafkaError::UnknownMemberId };
        self.members.iter_mut().find(|member| member.id == id).ok_or(error)
    }

    /// Adds a member in its place, or finds it there.
    fn add(&mut self, member: Member) -> &mut Member {
        let place = self.members.binary_search_by_key(&member.id, |known| known.id);
        let place = place.unwrap_or_else(|place| {
            self.members.insert(place, member);
            place
        });
        &mut self.members[place]
    }

    /// A static member that was started again takes the place of its former self. Answers whether
    /// there was one.
    fn replace_static(&mut self, member: MemberId) -> bool {
        let same = |id: MemberId| id.consumer == member.consumer;
        let Some(former) = self.members.iter_mut().find(|m| same(m.id) && m.id != member) else {
            return false;
        };
        former.id = member;
        self.leader = self.leader.map(|leader| if same(leader) { member } else { leader });
        true
    }

    /// Members that did not give back in time what they had to.
    fn slow(&self, now_us: u64) -> Vec<MemberId> {
        let late = |m: &&Member| !m.revoking.is_empty() && m.gives_back_until_us() <= now_us;
        self.members.iter().filter(late).map(|m| m.id).collect()
    }

    /// Whether no rebalance is under way, nobody has to join or to give anything back, and all
    /// members were heard of since that time.
    pub(in crate::model) fn is_stable(&self, consumer_protocol: bool, since_us: u64) -> bool {
        let rests = |m: &Member| {
            let settled = m.epoch == self.generation && m.share == m.target;
            let idle = m.waits.is_none() && m.revoking.is_empty() && m.heard_us >= since_us;
            idle && (settled || !consumer_protocol)
        };
        let state = if self.members.is_empty() { GroupState::Empty } else { GroupState::Stable };
        self.state == state && self.initial.is_none() && self.members.iter().all(rests)
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

    fn metadata(&self, group: GroupId) -> Arc<GroupMetadata> {
        let member = |member: &Member| MemberMetadata {
            id: member.id,
            share: member.share.clone(),
            epoch: member.epoch,
            revoking: member.revoking.clone(),
            timeouts: member.timeouts,
        };
        let members = self.members.iter().map(member).collect();
        Arc::new(GroupMetadata { group, generation: self.generation, members })
    }

    fn shares(&self, of: impl Fn(&Member) -> Vec<PartitionId>) -> Vec<Share> {
        self.members.iter().map(|member| (member.id, of(member))).collect()
    }

    /// When something happens to it by itself.
    fn next_us(&self) -> Option<u64> {
        let silent = self.members.iter().filter(|m| m.waits.is_none());
        let sessions = silent.map(Member::silent_until_us).min();
        let revoking = self.members.iter().filter(|m| !m.revoking.is_empty());
        let revoking = revoking.map(Member::gives_back_until_us).min();
        let rebalance = match (self.state, self.initial) {
            (GroupState::PreparingRebalance, Some(initial)) => Some(initial.until_us),
            (GroupState::PreparingRebalance, None) => Some(self.deadline_us),
            _ => None,
        };
        [sessions, revoking, rebalance].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ConsumerId;

    fn member(consumer: u16, number: u32) -> MemberId {
        MemberId { consumer: ConsumerId(consumer), number }
    }

    /// A group of generation 3 with one member.
    fn group(state: GroupState) -> Group {
        let id = member(0, 1);
        let members = vec![MemberMetadata {
            id,
            share: Vec::new(),
            epoch: 3,
            revoking: Vec::new(),
            timeouts: Timeouts::default(),
        }];
        let metadata = GroupMetadata { group: GroupId(0), generation: 3, members };
        Group { state, ..Group::of(&metadata, 0) }
    }

    /// `ClassicGroup.validateOffsetCommit`.
    #[test]
    fn only_members_of_this_generation_may_commit() {
        use GroupState::{CompletingRebalance, Empty, PreparingRebalance, Stable};
        use KafkaError::{
            FencedInstanceId, IllegalGeneration, RebalanceInProgress, UnknownMemberId,
        };
        let by = |id, generation| Some(Membership { member: id, generation });
        let me = member(0, 1);
        let cases = [
            (Stable, by(me, 3), false, Ok(())),
            (PreparingRebalance, by(me, 3), false, Ok(())),
            (CompletingRebalance, by(me, 3), false, Err(RebalanceInProgress)),
            (Stable, by(me, 2), false, Err(IllegalGeneration)),
            (Stable, by(me, 4), false, Err(IllegalGeneration)),
            (Stable, by(member(0, 0), 3), false, Err(UnknownMemberId)),
            (Stable, by(member(0, 0), 3), true, Err(FencedInstanceId)),
            (Stable, None, false, Err(UnknownMemberId)),
            (Empty, None, false, Ok(())),
        ];
        for (state, by, is_static, expected) in cases {
            let answer = group(state).validate_offset_commit(by, is_static, 0);
            assert_eq!(answer, expected, "{state:?} {by:?}");
        }
    }

    /// `ConsumerGroup.validateOffsetCommit`, and KIP-1251.
    #[test]
    fn under_the_consumer_protocol_the_epoch_decides() {
        use KafkaError::{StaleMemberEpoch, UnknownMemberId};
        let by = |id, generation| Some(Membership { member: id, generation });
        let mine = [PartitionId(7)];
        let mut group = group(GroupState::Stable);
        group.members[0].share = mine.to_vec();
        let me = member(0, 1);
        let cases = [
            (by(me, 3), &mine[..], false, Ok(())),
            (by(me, 4), &mine[..], false, Err(StaleMemberEpoch)),
            (by(me, 2), &mine[..], false, Err(StaleMemberEpoch)),
            (by(me, 2), &mine[..], true, Ok(())),
            (by(me, 2), &[PartitionId(8)], true, Err(StaleMemberEpoch)),
            (by(me, 4), &mine[..], true, Err(StaleMemberEpoch)),
            (by(member(1, 0), 3), &mine[..], false, Err(UnknownMemberId)),
        ];
        for (by, partitions, older, expected) in cases {
            assert_eq!(group.validate_epoch(by, partitions, older), expected, "{by:?}");
        }
    }
}
