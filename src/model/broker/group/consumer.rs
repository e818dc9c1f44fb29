//! The consumer protocol (KIP-848): the coordinator says what each member shall have, and each moves
//! there by itself. A partition goes to its new owner when the old one has given it back, or is gone
//! (`ConsumerGroup`, `CurrentAssignmentBuilder`).

use super::{Group, GroupState, Member};
use crate::model::assignor::assign;
use crate::model::broker::Broker;
use crate::model::broker::produce::{ReplyTo, Then};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::group::{GroupAnswer, MemberId, Membership, Removal, Timeouts};
use crate::model::ids::{ConnectionId, GroupId, PartitionId, RequestId};
use crate::model::message::Response;
use crate::model::record::Payload;
use crate::model::setup::Setup;
use crate::model::trace::Kind;

impl Group {
    /// Whether a member of the consumer protocol may commit (`ConsumerGroup.validateOffsetCommit`):
    /// only with the epoch that it has now. Since 4.3 an older one will do for what it still has.
    pub(in crate::model::broker) fn validate_epoch(
        &self,
        by: Option<Membership>,
        partitions: &[PartitionId],
        older_will_do: bool,
    ) -> Result<(), KafkaError> {
        let Some(by) = by else {
            let empty = self.members.is_empty();
            return if empty { Ok(()) } else { Err(KafkaError::UnknownMemberId) };
        };
        let known = self.members.iter().find(|member| member.id == by.member);
        let known = known.ok_or(KafkaError::UnknownMemberId)?;
        let has = |p: &PartitionId| known.share.contains(p) || known.revoking.contains(p);
        let older = older_will_do && by.generation < known.epoch && partitions.iter().all(has);
        let current = by.generation == known.epoch;
        if current || older { Ok(()) } else { Err(KafkaError::StaleMemberEpoch) }
    }

    /// Whether nobody else has it, or has to give it back still.
    fn is_free(&self, partition: PartitionId, for_member: MemberId) -> bool {
        let has = |m: &Member| m.share.contains(&partition) || m.revoking.contains(&partition);
        !self.members.iter().any(|member| member.id != for_member && has(member))
    }

    /// The next step of a member to what it shall have
    /// (`CurrentAssignmentBuilder.computeNextAssignment`). Answers whether anything changed.
    fn reconcile(&mut self, id: MemberId, owned: &[PartitionId], now_us: u64) -> bool {
        let Some(place) = self.members.iter().position(|member| member.id == id) else {
            return false;
        };
        let mut member = self.members[place].clone();
        let before = (member.epoch, member.share.clone(), member.revoking.clone());
        if member.revoking.iter().any(|partition| owned.contains(partition)) {
            return false;
        }
        member.revoking.clear();
        let gives_back = |p: &PartitionId| !member.target.contains(p);
        let revoking: Vec<_> = member.share.iter().copied().filter(gives_back).collect();
        member.share.retain(|partition| member.target.contains(partition));
        if revoking.iter().any(|partition| owned.contains(partition)) {
            member.revoking = revoking;
            member.revoking_us = now_us;
        } else {
            let missing = |p: &PartitionId| !member.share.contains(p) && self.is_free(*p, id);
            let added: Vec<_> = member.target.iter().copied().filter(missing).collect();
            member.share.extend(added);
            member.share.sort_unstable();
            member.epoch = self.generation;
        }
        let changed = before != (member.epoch, member.share.clone(), member.revoking.clone());
        self.members[place] = member;
        changed
    }
}

impl Broker {
    /// A member says what it has, and hears what it may have
    /// (`GroupMetadataManager.consumerGroupHeartbeat`).
    pub(super) fn consumer_group_heartbeat(
        &mut self,
        cx: &mut Cx<'_>,
        id: GroupId,
        (by, timeouts): (Membership, Timeouts),
        owned: &[PartitionId],
        waits: (ConnectionId, RequestId),
    ) -> Result<Option<GroupAnswer>, KafkaError> {
        let now_us = cx.now_us();
        let exists = |p: &PartitionId| self.metadata.partitions[p.index()].exists;
        let all = cx.setup().groups[id.index()].topics.concat();
        let there = all.iter().filter(|p| exists(p)).count();
        let group = &mut self.groups[id.index()];
        let known = group.members.iter_mut().find(|member| member.id == by.member);
        let joins = known.is_none();
        match known {
            None if by.generation > 0 => return Err(KafkaError::UnknownMemberId),
            Some(member) if by.generation > member.epoch => {
                return Err(KafkaError::FencedMemberEpoch);
            }
            None => group.add(Member::new(by.member, timeouts, now_us)).heard_us = now_us,
            Some(member) => (member.heard_us, member.timeouts) = (now_us, timeouts),
        }
        group.state = GroupState::Stable;
        if joins || there != group.shared {
            group.shared = there;
            self.retarget(cx, id);
        }
        let changed = self.groups[id.index()].reconcile(by.member, owned, now_us);
        let group = &self.groups[id.index()];
        let Some(member) = group.members.iter().find(|member| member.id == by.member) else {
            return Err(KafkaError::UnknownMemberId);
        };
        let answer = GroupAnswer::Assigned { epoch: member.epoch, share: member.share.clone() };
        let settled = group
            .members
            .iter()
            .all(|m| m.epoch == group.generation && m.share.len() == m.target.len());
        let generation = group.generation;
        if !changed && !joins {
            return Ok(Some(answer));
        }
        if settled {
            cx.note(Kind::RebalanceEnded { group: id, generation });
        }
        self.answer_when_stored(cx, id, waits, answer)?;
        Ok(None)
    }

    /// What a request changed is in the log before the member hears of it.
    pub(super) fn answer_when_stored(
        &mut self,
        cx: &mut Cx<'_>,
        id: GroupId,
        (connection, request): (ConnectionId, RequestId),
        answer: GroupAnswer,
    ) -> Result<(), KafkaError> {
        let partition = self.coordinates(cx.setup())?;
        let metadata = self.groups[id.index()].metadata(id);
        let appended = self.append(cx, partition, Payload::Group(metadata))?;
        let then = Then::Stored(Response::Group(Ok(answer)));
        let reply = ReplyTo { connection: Some(connection), request };
        self.wait_for_append(cx, reply, &[(partition, appended)], then);
        Ok(())
    }

    /// Somebody came or went: the group has a new epoch, and each member a new target.
    fn retarget(&mut self, cx: &mut Cx<'_>, id: GroupId) {
        self.set_targets(cx.setup(), id);
        let group = &mut self.groups[id.index()];
        let generation = group.generation;
        group.generation += 1;
        if group.members.is_empty() {
            group.state = GroupState::Empty;
        }
        cx.note(Kind::RebalanceBegan { group: id, generation });
    }

    /// What each member shall have (`TargetAssignmentBuilder`).
    pub(super) fn set_targets(&mut self, setup: &Setup, id: GroupId) {
        let exists = |p: &PartitionId| self.metadata.partitions[p.index()].exists;
        let there = |all: &Vec<PartitionId>| all.iter().copied().filter(exists).collect();
        let topics: Vec<Vec<PartitionId>> =
            setup.groups[id.index()].topics.iter().map(there).collect();
        let group = &mut self.groups[id.index()];
        let shares = group.shares(|member| member.share.clone());
        let targets = assign(setup.groups[id.index()].assignor(), &topics, &shares);
        for (member, (_, target)) in group.members.iter_mut().zip(targets) {
            member.target = target;
        }
    }

    pub(super) fn remove_from_consumer_group(
        &mut self,
        cx: &mut Cx<'_>,
        id: GroupId,
        member: MemberId,
        why: Removal,
    ) {
        if self.groups[id.index()].members.iter().any(|m| m.id == member) {
            self.drop_member(cx, id, member, why);
            self.retarget(cx, id);
            if let Ok(partition) = self.coordinates(cx.setup()) {
                let metadata = self.groups[id.index()].metadata(id);
                // Nobody waits for it; what fails here is found again by the session timeout.
                self.append(cx, partition, Payload::Group(metadata)).ok();
            }
        }
    }
}
