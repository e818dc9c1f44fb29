//! Consumer groups of the classic protocol at their coordinator (`ClassicGroup`,
//! `GroupMetadataManager.classicGroupJoin`, `.classicGroupSync`, `.classicGroupHeartbeat`).

use std::sync::Arc;

use super::{Group, GroupState, InitialDelay, Member};
use crate::model::broker::Broker;
use crate::model::broker::produce::{ReplyTo, Then};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::BrokerTimer;
use crate::model::group::{
    GroupAnswer, GroupCall, GroupMetadata, MemberId, Membership, Removal, Share, Timeouts,
};
use crate::model::ids::{ConnectionId, GroupId, PartitionId, RequestId};
use crate::model::message::Response;
use crate::model::record::Payload;
use crate::model::trace::Kind;

/// What a JoinGroup says.
struct Joins {
    member: MemberId,
    new: bool,
    owned: Vec<PartitionId>,
    timeouts: Timeouts,
}

impl Broker {
    /// Loads the groups from the log of `__consumer_offsets`. A run begins with stable groups, of
    /// which the log need not say anything.
    pub(in crate::model::broker) fn load_groups(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
    ) {
        let setup = cx.setup();
        let mut found = setup.initial_groups.clone();
        let log = self.replica(partition).map(|replica| replica.log.batches());
        for entry in log.into_iter().flatten() {
            if let Payload::Group(metadata) = &entry.payload {
                found[metadata.group.index()] = metadata.clone();
            }
        }
        let group = |metadata: &Arc<GroupMetadata>| {
            let shared = metadata.members.iter().map(|m| m.share.len() + m.revoking.len()).sum();
            Group { shared, ..Group::of(metadata, cx.now_us()) }
        };
        self.groups = found.iter().map(group).collect();
        for group in (0..self.groups.len() as u16).map(GroupId) {
            if setup.groups[group.index()].is_consumer_protocol() {
                self.set_targets(setup, group);
            }
            self.plan_check(cx, group);
        }
    }

    pub(in crate::model::broker) fn group_call(
        &mut self,
        cx: &mut Cx<'_>,
        waits: (ConnectionId, RequestId),
        group: GroupId,
        call: GroupCall,
        quiet: bool,
    ) {
        let answer = match self.coordinates(cx.setup()) {
            Err(error) => Err(error),
            Ok(_) => match call {
                GroupCall::JoinGroup { member, new, owned, timeouts } => {
                    self.join_group(cx, group, Joins { member, new, owned, timeouts }, waits)
                }
                GroupCall::SyncGroup { by, assignment } => {
                    self.sync_group(cx, group, by, assignment, waits)
                }
                GroupCall::Heartbeat(by) => self.group_heartbeat(cx, group, by),
                GroupCall::LeaveGroup(member) => {
                    self.remove_member(cx, group, member, Removal::Left);
                    Ok(Some(GroupAnswer::Heard))
                }
                GroupCall::ConsumerGroupHeartbeat { by, owned, timeouts } => {
                    self.consumer_group_heartbeat(cx, group, (by, timeouts), &owned, waits)
                }
                GroupCall::LeaveConsumerGroup(member) => {
                    self.remove_from_consumer_group(cx, group, member, Removal::Left);
                    Ok(Some(GroupAnswer::Heard))
                }
            },
        };
        match answer {
            Ok(None) => {}
            Ok(Some(answer)) => self.answer_group(cx, waits, Ok(answer), quiet),
            Err(error) => self.answer_group(cx, waits, Err(error), quiet),
        }
        self.progress(cx, group);
    }

    fn answer_group(
        &mut self,
        cx: &mut Cx<'_>,
        (connection, request): (ConnectionId, RequestId),
        answer: Result<GroupAnswer, KafkaError>,
        quiet: bool,
    ) {
        let before = cx.cause;
        self.respond(cx, connection, request, Some(Response::Group(answer)), 0, quiet);
        cx.cause = before;
    }

    /// A member wants to be in; it is answered when everybody has joined.
    fn join_group(
        &mut self,
        cx: &mut Cx<'_>,
        id: GroupId,
        Joins { member, new, owned, timeouts }: Joins,
        waits: (ConnectionId, RequestId),
    ) -> Result<Option<GroupAnswer>, KafkaError> {
        let setup = cx.setup();
        let is_static = setup.groups[id.index()].is_static();
        let now_us = cx.now_us();
        let group = &mut self.groups[id.index()];
        let replaced = new && is_static && group.replace_static(member);
        let mut known = group.members.iter_mut().find(|m| m.id == member);
        known.iter_mut().for_each(|known| known.timeouts = timeouts);
        let known = known.map(|known| &*known);
        if known.is_none() && !new {
            return Err(KafkaError::UnknownMemberId);
        }
        // A follower that comes with nothing new changes nothing.
        let follows = group.leader != Some(member) || (new && is_static);
        let same = known.is_some_and(|known| known.owned == owned || (new && is_static));
        if group.state == GroupState::Stable && follows && same {
            let answer = GroupAnswer::Joined { generation: group.generation, members: Vec::new() };
            if !replaced {
                return Ok(Some(answer));
            }
            // Its new id has to outlive this coordinator
            // (`GroupMetadataManager.updateStaticMemberThenRebalanceOrCompleteJoin`).
            return self.answer_when_stored(cx, id, waits, answer).map(|()| None);
        }
        if group.state != GroupState::PreparingRebalance {
            self.prepare_rebalance(cx, id, timeouts);
        } else if let (Some(initial), None) = (&mut group.initial, known) {
            initial.joined = true;
        }
        let group = &mut self.groups[id.index()];
        let known = group.add(Member::new(member, timeouts, now_us));
        known.owned = owned;
        known.heard_us = now_us;
        known.waits = Some(waits);
        Ok(None)
    }

    /// The coordinator is elsewhere now: whoever waits here is told so.
    pub(in crate::model::broker) fn unload_groups(&mut self, cx: &mut Cx<'_>) {
        for group in std::mem::take(&mut self.groups) {
            for waits in group.members.into_iter().filter_map(|member| member.waits) {
                self.answer_group(cx, waits, Err(KafkaError::NotCoordinator), false);
            }
        }
    }

    /// `GroupMetadataManager.prepareRebalance`: members hear of it by their next heartbeat. It may be
    /// due to somebody who joins with such patience.
    fn prepare_rebalance(&mut self, cx: &mut Cx<'_>, id: GroupId, joins: Timeouts) {
        let now_us = cx.now_us();
        let delay_us = self.settings(cx.setup()).group_initial_rebalance_delay_us;
        let group = &mut self.groups[id.index()];
        let mut interrupted = Vec::new();
        if group.state == GroupState::CompletingRebalance {
            interrupted.extend(group.members.iter_mut().filter_map(|m| m.waits.take()));
        }
        let rebalance_us = group.rebalance_us().max(joins.rebalance_us);
        group.initial = (group.state == GroupState::Empty && delay_us > 0).then(|| InitialDelay {
            until_us: now_us + delay_us,
            remaining_us: rebalance_us.saturating_sub(delay_us),
            joined: false,
        });
        group.state = GroupState::PreparingRebalance;
        group.deadline_us = now_us.saturating_add(rebalance_us);
        cx.note(Kind::RebalanceBegan { group: id, generation: group.generation });
        for waits in interrupted {
            self.answer_group(cx, waits, Err(KafkaError::RebalanceInProgress), false);
        }
    }

    /// Looks whether a rebalance can go on, and when to look again.
    fn progress(&mut self, cx: &mut Cx<'_>, id: GroupId) {
        let now_us = cx.now_us();
        let window_us = self.settings(cx.setup()).group_initial_rebalance_delay_us;
        let Some(group) = self.groups.get_mut(id.index()) else { return };
        if group.state == GroupState::PreparingRebalance {
            let ready = match &mut group.initial {
                Some(initial) if initial.until_us > now_us => false,
                Some(initial) if initial.joined && initial.remaining_us > 0 => {
                    let window_us = window_us.min(initial.remaining_us);
                    initial.until_us = now_us + window_us;
                    initial.remaining_us -= window_us;
                    initial.joined = false;
                    false
                }
                Some(_) => true,
                None => {
                    group.members.iter().all(|m| m.waits.is_some()) || group.deadline_us <= now_us
                }
            };
            if ready {
                self.complete_join(cx, id);
            }
        }
        self.plan_check(cx, id);
    }

    /// Everybody has joined, or the wait is over (`GroupMetadataManager.completeClassicGroupJoin`).
    fn complete_join(&mut self, cx: &mut Cx<'_>, id: GroupId) {
        let is_static = cx.setup().groups[id.index()].is_static();
        let late: Vec<MemberId> = self.groups[id.index()]
            .members
            .iter()
            .filter(|m| m.waits.is_none() && !is_static)
            .map(|m| m.id)
            .collect();
        for member in late {
            self.drop_member(cx, id, member, Removal::RebalanceTimeout);
        }
        let now_us = cx.now_us();
        let group = &mut self.groups[id.index()];
        group.initial = None;
        group.generation += 1;
        if group.members.is_empty() {
            group.state = GroupState::Empty;
            group.leader = None;
            return self.store_group(cx, id);
        }
        let there = |leader: &MemberId| group.members.iter().any(|m| m.id == *leader);
        group.leader = group.leader.filter(there).or(group.members.first().map(|m| m.id));
        group.state = GroupState::CompletingRebalance;
        let all = group.shares(|member| member.owned.clone());
        let (generation, leader) = (group.generation, group.leader);
        let mut answers = Vec::new();
        for member in &mut group.members {
            member.heard_us = now_us;
            let members = if Some(member.id) == leader { all.clone() } else { Vec::new() };
            answers.extend(member.waits.take().map(|waits| (waits, members)));
        }
        for (waits, members) in answers {
            self.answer_group(cx, waits, Ok(GroupAnswer::Joined { generation, members }), false);
        }
    }

    /// A member asks for its share; the leader brings everybody's.
    fn sync_group(
        &mut self,
        cx: &mut Cx<'_>,
        id: GroupId,
        by: Membership,
        assignment: Vec<Share>,
        waits: (ConnectionId, RequestId),
    ) -> Result<Option<GroupAnswer>, KafkaError> {
        let is_static = cx.setup().groups[id.index()].is_static();
        let now_us = cx.now_us();
        let group = &mut self.groups[id.index()];
        let (state, leads) = (group.state, group.leader == Some(by.member));
        let member = group.check(by, is_static)?;
        member.heard_us = now_us;
        match state {
            GroupState::Stable => Ok(Some(GroupAnswer::Synced(member.share.clone()))),
            GroupState::CompletingRebalance => {
                member.waits = Some(waits);
                if leads {
                    for (member, share) in assignment {
                        if let Ok(member) = group.member(member, false) {
                            member.share = share;
                        }
                    }
                    self.store_group(cx, id);
                }
                Ok(None)
            }
            _ => Err(KafkaError::RebalanceInProgress),
        }
    }

    /// Writes the group to `__consumer_offsets`. The assignment holds when that is replicated.
    fn store_group(&mut self, cx: &mut Cx<'_>, id: GroupId) {
        let Some(partition) = cx.setup().offsets_partition else { return };
        let metadata = self.groups[id.index()].metadata(id);
        let generation = metadata.generation;
        match self.append(cx, partition, Payload::Group(metadata)) {
            Ok(appended) => {
                let reply = ReplyTo { connection: None, request: cx.next_request() };
                let then = Then::Grouped(id, generation);
                self.wait_for_append(cx, reply, &[(partition, appended)], then);
            }
            Err(_) => self.group_stored(cx, id, generation, false),
        }
    }

    /// The group's record is replicated, or will not be.
    pub(in crate::model::broker) fn group_stored(
        &mut self,
        cx: &mut Cx<'_>,
        id: GroupId,
        generation: u32,
        stored: bool,
    ) {
        let Some(group) = self.groups.get_mut(id.index()) else { return };
        if group.state != GroupState::CompletingRebalance || group.generation != generation {
            return;
        }
        let waiting: Vec<_> = group
            .members
            .iter_mut()
            .filter_map(|m| m.waits.take().map(|waits| (waits, m.share.clone())))
            .collect();
        if stored {
            group.state = GroupState::Stable;
            cx.emit(Kind::RebalanceEnded { group: id, generation });
        }
        for (waits, share) in waiting {
            let answer = match stored {
                true => Ok(GroupAnswer::Synced(share)),
                false => Err(KafkaError::CoordinatorNotAvailable),
            };
            self.answer_group(cx, waits, answer, false);
        }
        if !stored {
            self.prepare_rebalance(cx, id, Timeouts::default());
        }
        self.progress(cx, id);
    }

    fn group_heartbeat(
        &mut self,
        cx: &mut Cx<'_>,
        id: GroupId,
        by: Membership,
    ) -> Result<Option<GroupAnswer>, KafkaError> {
        let is_static = cx.setup().groups[id.index()].is_static();
        let group = &mut self.groups[id.index()];
        let state = group.state;
        group.check(by, is_static)?.heard_us = cx.now_us();
        match state {
            GroupState::PreparingRebalance => Err(KafkaError::RebalanceInProgress),
            _ => Ok(Some(GroupAnswer::Heard)),
        }
    }

    /// A member is gone: the others share out what it had
    /// (`GroupMetadataManager.removeMemberAndUpdateClassicGroup`).
    fn remove_member(&mut self, cx: &mut Cx<'_>, id: GroupId, member: MemberId, why: Removal) {
        let known = self.groups[id.index()].members.iter().any(|m| m.id == member);
        if !known {
            return;
        }
        self.drop_member(cx, id, member, why);
        let state = self.groups[id.index()].state;
        if matches!(state, GroupState::Stable | GroupState::CompletingRebalance) {
            self.prepare_rebalance(cx, id, Timeouts::default());
        }
    }

    pub(super) fn drop_member(
        &mut self,
        cx: &mut Cx<'_>,
        id: GroupId,
        member: MemberId,
        why: Removal,
    ) {
        self.groups[id.index()].members.retain(|m| m.id != member);
        cx.note(Kind::MemberRemoved { group: id, consumer: member.consumer, why });
    }

    /// Somebody's time may be over.
    pub(in crate::model::broker) fn group_check(&mut self, cx: &mut Cx<'_>, id: GroupId) {
        let setup = cx.setup();
        if self.coordinates(setup).is_err() {
            return;
        }
        let now_us = cx.now_us();
        let group = &mut self.groups[id.index()];
        group.check_us = None;
        let silent: Vec<MemberId> = group
            .members
            .iter()
            .filter(|m| m.waits.is_none() && m.silent_until_us() <= now_us)
            .map(|m| m.id)
            .collect();
        let slow = group.slow(now_us);
        if setup.groups[id.index()].is_consumer_protocol() {
            for member in silent {
                self.remove_from_consumer_group(cx, id, member, Removal::SessionTimeout);
            }
            for member in slow {
                self.remove_from_consumer_group(cx, id, member, Removal::RebalanceTimeout);
            }
        } else {
            for member in silent {
                self.remove_member(cx, id, member, Removal::SessionTimeout);
            }
        }
        self.progress(cx, id);
    }

    fn plan_check(&mut self, cx: &mut Cx<'_>, id: GroupId) {
        let group = &mut self.groups[id.index()];
        let Some(next_us) = group.next_us() else { return };
        if group.check_us.is_none_or(|planned| next_us < planned) {
            group.check_us = Some(next_us);
            let delay_us = next_us.saturating_sub(cx.now_us());
            cx.ambient(delay_us, self.timer(BrokerTimer::GroupCheck(id)));
        }
    }
}
