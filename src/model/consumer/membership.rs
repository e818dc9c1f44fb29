//! A member of a classic group: how it joins, what it gives back, how it shows that it lives
//! (`AbstractCoordinator`, `ConsumerCoordinator`).

use super::commit::Purpose;
use super::{Assigned, Consumer, Thread};
use crate::model::assignor::assign;
use crate::model::broker::group::Member as CoordinatorsMember;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::{ConsumerTimer, Event};
use crate::model::group::{
    GroupAnswer, GroupCall, GroupMetadata, MemberId, MemberMetadata, Membership, Share, Timeouts,
};
use crate::model::ids::{Node, PartitionId, RecordId, RequestId};
use crate::model::message::Request;
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::script::config::Assignor;

/// What a consumer knows of its membership.
#[derive(Clone, Debug, Default)]
pub struct Member {
    /// How many member ids it had before this one.
    pub(super) number: u32,
    /// The generation that it belongs to, if it belongs to one.
    pub generation: Option<u32>,
    /// Where it is between two generations.
    pub phase: Phase,
    /// Whether it has to join, at the next `poll()` (`rejoinNeeded`).
    rejoin: bool,
    /// Whether the coordinator has not heard of this member id yet.
    new: bool,
    /// How many partitions it shared out, if it leads the group.
    leads: Option<usize>,
    /// What it was assigned last, for assignors that are sticky.
    owned: Vec<PartitionId>,
    /// Its JoinGroup or SyncGroup that has no answer yet.
    request: Option<RequestId>,
    heartbeat: Option<RequestId>,
    retry_us: u64,
    /// When its application left `poll()`; `None` while it is there.
    left_poll_us: Option<u64>,
    poll_timer: bool,
}

/// Where a member is between two generations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It belongs to a generation, or has not begun to join.
    #[default]
    Settled,
    /// It commits before it joins (`onJoinPrepare`).
    Preparing,
    /// It waits for everybody to join.
    Joining,
    /// It waits for its share; the leader sends those of all.
    Syncing(Vec<Share>),
    /// The coordinator of the consumer protocol has another share for it, which it takes in
    /// `poll()`.
    Reconciling(Vec<PartitionId>),
    /// It commits before it gives up what is not in its new share.
    Yielding(Vec<PartitionId>),
}

impl Member {
    /// One that belongs to the generation with which a run begins.
    #[must_use]
    pub(super) fn at_first(group: &GroupMetadata, me: &MemberMetadata) -> Self {
        let leads = group.members.first().is_some_and(|first| first.id == me.id);
        let shared = group.members.iter().map(|member| member.share.len()).sum();
        Self {
            generation: Some(group.generation),
            owned: me.share.clone(),
            leads: leads.then_some(shared),
            ..Self::default()
        }
    }

    /// One that has not joined yet, under another member id.
    #[must_use]
    pub(super) fn outside(number: u32) -> Self {
        Self { number, rejoin: true, new: true, ..Self::default() }
    }

    /// Whether it is between two generations.
    #[must_use]
    pub(super) fn is_joining(&self) -> bool {
        self.rejoin && self.phase != Phase::Settled
    }
}

impl Consumer {
    fn member_id(&self) -> MemberId {
        MemberId { consumer: self.id, number: self.member.number }
    }

    /// What a commit may claim (`generationIfStable`).
    pub(super) fn membership(&self) -> Option<Membership> {
        let between = matches!(self.member.phase, Phase::Joining | Phase::Syncing(_));
        let generation = self.member.generation.filter(|_| !between)?;
        Some(Membership { member: self.member_id(), generation })
    }

    /// Whether it and its coordinator agree on what it reads, and it is where it belongs.
    pub(in crate::model) fn agrees(&self, known: &CoordinatorsMember, generation: u32) -> bool {
        let Member { phase, generation: mine, rejoin, request, left_poll_us, .. } = &self.member;
        let reads = |partition: &PartitionId| self.partitions.contains_key(partition);
        known.id == self.member_id()
            && *mine == Some(generation)
            && *phase == Phase::Settled
            && !rejoin
            && request.is_none()
            && left_poll_us.is_none()
            && known.share.len() == self.partitions.len()
            && known.share.iter().all(reads)
    }

    /// The part of `poll()` that joins the group, where that is needed
    /// (`AbstractCoordinator.ensureActiveGroup`). Answers with the time at which to look again.
    pub(super) fn join_if_needed(&mut self, cx: &mut Cx<'_>, setup: &Setup) -> Option<u64> {
        if self.member.rejoin && self.member.phase == Phase::Settled {
            self.prepare_to_join(cx, setup);
        }
        if self.committing.as_ref().is_some_and(|commit| commit.purpose == Purpose::Revoke) {
            return None;
        }
        match std::mem::take(&mut self.member.phase) {
            Phase::Settled => None,
            Phase::Preparing => {
                self.give_back(cx, setup);
                self.member.phase = Phase::Joining;
                self.send_join(cx, setup)
            }
            Phase::Reconciling(share) => {
                self.member.phase = Phase::Yielding(share);
                self.commit(cx, Purpose::Revoke);
                self.join_if_needed(cx, setup)
            }
            Phase::Yielding(share) => {
                self.take_share(cx, setup, share);
                None
            }
            phase => {
                self.member.phase = phase;
                self.send_join(cx, setup)
            }
        }
    }

    /// `ConsumerCoordinator.onJoinPrepare`: the automatic commit, or what the application does in
    /// `onPartitionsRevoked`.
    fn prepare_to_join(&mut self, cx: &mut Cx<'_>, setup: &Setup) {
        let (group, config) = (self.group(setup), self.config(setup));
        self.member.phase = Phase::Preparing;
        let belongs = self.member.generation.is_some();
        let hook = group.commit_on_revoke && belongs && !config.is_cooperative();
        // One that is fenced by the consumer protocol knows that it is.
        let knows = group.is_consumer_protocol() && !belongs;
        if (config.enable_auto_commit && !knows) || hook {
            self.commit(cx, Purpose::Revoke);
        }
    }

    /// An eager member gives back everything before it joins; one that lost its membership has
    /// nothing any more.
    fn give_back(&mut self, cx: &mut Cx<'_>, setup: &Setup) {
        let lost = self.member.generation.is_none();
        if lost || !self.config(setup).is_cooperative() {
            let all = self.partitions.keys().copied().collect();
            self.revoke(cx, all, lost);
        }
    }

    fn revoke(&mut self, cx: &mut Cx<'_>, partitions: Vec<PartitionId>, lost: bool) {
        let mut dropped: Vec<RecordId> = Vec::new();
        for partition in &partitions {
            if let Some(assigned) = self.partitions.remove(partition) {
                dropped.extend(assigned.fetched());
            }
        }
        if !partitions.is_empty() {
            cx.emit(Kind::PartitionsRevoked { consumer: self.id, partitions, lost, dropped });
        }
    }

    /// Sends JoinGroup or SyncGroup, if it can go now.
    fn send_join(&mut self, cx: &mut Cx<'_>, setup: &Setup) -> Option<u64> {
        if self.member.request.is_some() {
            return None;
        }
        let (group, config) = (self.group(setup), self.config(setup));
        let wait_us = config.max_poll_interval_us.saturating_add(5_000_000);
        let (member, timeouts) = (self.member_id(), self.timeouts(setup));
        let call = match &self.member.phase {
            Phase::Syncing(assignment) => GroupCall::SyncGroup {
                by: Membership { member, generation: self.member.generation? },
                assignment: assignment.clone(),
            },
            _ if group.is_consumer_protocol() => GroupCall::ConsumerGroupHeartbeat {
                by: Membership { member, generation: 0 },
                owned: Vec::new(),
                timeouts,
            },
            _ => {
                let sticky = !matches!(group.assignor(), Assignor::Range | Assignor::RoundRobin);
                let owned = if sticky { self.member.owned.clone() } else { Vec::new() };
                GroupCall::JoinGroup { member, new: self.member.new, owned, timeouts }
            }
        };
        if self.member.retry_us > cx.now_us() {
            return Some(self.member.retry_us);
        }
        let timeout_us = wait_us.max(config.request_timeout_us);
        match self.ask_coordinator(cx, setup, self.group_call(setup, call), timeout_us, false) {
            Ok(request) => {
                self.member.request = Some(request);
                None
            }
            Err(again_us) => again_us,
        }
    }

    /// What the coordinator hears of its settings.
    fn timeouts(&self, setup: &Setup) -> Timeouts {
        Timeouts::of(setup, self.config(setup))
    }

    fn group_call(&self, setup: &Setup, call: GroupCall) -> Request {
        Request::Group { group: setup.consumers[self.id.index()].group, call }
    }

    /// The coordinator answered.
    pub(super) fn group_answered(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        answer: Result<GroupAnswer, KafkaError>,
    ) {
        let setup = cx.setup();
        if self.member.heartbeat == Some(request) {
            self.member.heartbeat = None;
            match answer {
                Ok(GroupAnswer::Assigned { epoch, share }) => {
                    self.assigned(cx, setup, epoch, share);
                }
                Err(error) if self.member.phase == Phase::Settled => self.out_of_step(cx, error),
                _ => {}
            }
        } else if self.member.request == Some(request) {
            self.member.request = None;
            match answer {
                Ok(GroupAnswer::Joined { generation, members }) => {
                    self.member.generation = Some(generation);
                    self.member.new = false;
                    let topics = self.known_topics(setup);
                    let leads = !members.is_empty();
                    self.member.leads = leads.then(|| topics.iter().map(Vec::len).sum());
                    let assignment = assign(self.group(setup).assignor(), &topics, &members);
                    self.member.phase = Phase::Syncing(assignment);
                }
                Ok(GroupAnswer::Synced(share)) => self.synced(cx, setup, share),
                Ok(GroupAnswer::Assigned { epoch, share }) => {
                    self.member.new = false;
                    self.member.rejoin = false;
                    self.member.phase = Phase::Settled;
                    self.assigned(cx, setup, epoch, share);
                }
                Ok(GroupAnswer::Heard) => {}
                Err(error) => {
                    self.member.phase = Phase::Joining;
                    self.out_of_step(cx, error);
                    let backoff_us = self.config(setup).retry_backoff_us;
                    self.member.retry_us = cx.now_us() + backoff_us;
                }
            }
        }
    }

    /// What an error of the coordinator means for the membership.
    pub(super) fn out_of_step(&mut self, cx: &mut Cx<'_>, error: KafkaError) {
        match error {
            KafkaError::RebalanceInProgress => self.member.rejoin = true,
            KafkaError::UnknownMemberId
            | KafkaError::IllegalGeneration
            | KafkaError::FencedMemberEpoch => self.lose_membership(),
            // The next heartbeat brings the epoch.
            KafkaError::StaleMemberEpoch => {}
            // Another process took its name: `poll()` throws.
            KafkaError::FencedInstanceId => {
                self.lose_membership();
                if !self.closing {
                    self.poll_failed(cx, error);
                }
            }
            _ => self.metadata.want(),
        }
    }

    /// `AbstractCoordinator.resetStateAndGeneration`: what it has, it has lost; it will notice in
    /// `poll()`.
    fn lose_membership(&mut self) {
        let joining = self.member.phase == Phase::Joining;
        let Member { number, left_poll_us, poll_timer, .. } = self.member;
        self.member = Member { left_poll_us, poll_timer, ..Member::outside(number + 1) };
        // What an eager member had, it has given back before it joined.
        if joining && self.partitions.is_empty() {
            self.member.phase = Phase::Joining;
        }
    }

    /// `ConsumerCoordinator.onJoinComplete`. A cooperative member gives up what is not in its
    /// share now, and joins once more so that another one can have it.
    fn synced(&mut self, cx: &mut Cx<'_>, setup: &Setup, share: Vec<PartitionId>) {
        let yields = self.partitions.keys().any(|partition| !share.contains(partition));
        self.member.phase = Phase::Yielding(share);
        if yields && self.group(setup).commit_on_revoke {
            self.commit(cx, Purpose::Revoke);
        }
    }

    /// The coordinator of the consumer protocol says what the member may have now
    /// (`AbstractMembershipManager.maybeReconcile`). Where something is to be committed first, that
    /// waits for `poll()`.
    fn assigned(&mut self, cx: &mut Cx<'_>, setup: &Setup, epoch: u32, share: Vec<PartitionId>) {
        let group = self.group(setup);
        self.member.generation = Some(epoch);
        let same = share.len() == self.partitions.len()
            && share.iter().all(|partition| self.partitions.contains_key(partition));
        if same || self.member.phase != Phase::Settled {
            return;
        }
        if self.config(setup).enable_auto_commit || group.commit_on_revoke {
            self.member.phase = Phase::Reconciling(share);
        } else {
            self.take_share(cx, setup, share);
        }
    }

    fn take_share(&mut self, cx: &mut Cx<'_>, setup: &Setup, share: Vec<PartitionId>) {
        let yields: Vec<PartitionId> =
            self.partitions.keys().copied().filter(|p| !share.contains(p)).collect();
        let acknowledges = self.group(setup).is_consumer_protocol();
        self.member.rejoin = !acknowledges && !yields.is_empty();
        self.revoke(cx, yields, false);
        let new = |partition: &PartitionId| !self.partitions.contains_key(partition);
        let partitions: Vec<PartitionId> = share.iter().copied().filter(new).collect();
        for partition in &partitions {
            self.partitions.insert(*partition, Assigned::default());
        }
        self.member.owned = share;
        let interval_us = self.config(setup).auto_commit_interval_us;
        self.next_commit_us = cx.now_us() + interval_us;
        cx.emit(Kind::PartitionsAssigned { consumer: self.id, partitions });
        if acknowledges {
            self.send_heartbeat(cx, setup, false);
        }
    }

    /// The partitions of its topics, as far as it knows.
    fn known_topics(&self, setup: &Setup) -> Vec<Vec<PartitionId>> {
        let exists = |p: &PartitionId| self.metadata.partitions[p.index()].exists;
        let known = |all: &Vec<PartitionId>| all.iter().copied().filter(exists).collect();
        self.group(setup).topics.iter().map(known).collect()
    }

    /// The leader of a group looks whether there is more to share out than it did
    /// (`ConsumerCoordinator.rejoinNeededOrPending`).
    pub(super) fn look_for_partitions(&mut self, setup: &Setup) {
        let known: usize = self.known_topics(setup).iter().map(Vec::len).sum();
        if self.member.leads.is_some_and(|shared| shared != known) {
            self.member.rejoin = true;
        }
    }

    /// The heartbeat thread's turn (`AbstractCoordinator.HeartbeatThread`).
    pub(super) fn heartbeat(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        let interval_us = setup.heartbeat_interval_us(self.config(setup));
        cx.ambient(interval_us, Event::Consumer(self.id, ConsumerTimer::Heartbeat(self.lives)));
        self.send_heartbeat(cx, setup, true);
    }

    fn send_heartbeat(&mut self, cx: &mut Cx<'_>, setup: &Setup, quiet: bool) {
        let group = self.group(setup);
        let Some(by) = self.membership().filter(|_| self.member.heartbeat.is_none()) else {
            return;
        };
        let call = match group.is_consumer_protocol() {
            true => {
                let owned = self.partitions.keys().copied().collect();
                GroupCall::ConsumerGroupHeartbeat { by, owned, timeouts: self.timeouts(setup) }
            }
            false => GroupCall::Heartbeat(by),
        };
        let timeout_us = self.config(setup).request_timeout_us;
        let call = self.group_call(setup, call);
        self.member.heartbeat = self.ask_coordinator(cx, setup, call, timeout_us, quiet).ok();
    }

    /// Sets the clock of `max.poll.interval.ms` when the application leaves `poll()`, and stops it
    /// when it comes back.
    pub(super) fn watch_poll(&mut self, cx: &mut Cx<'_>, setup: &Setup) {
        if self.thread == Thread::Polling {
            self.member.left_poll_us = None;
        } else if self.member.left_poll_us.is_none() {
            self.member.left_poll_us = Some(cx.now_us());
            if !self.member.poll_timer {
                self.plan_poll_timeout(cx, self.config(setup).max_poll_interval_us);
            }
        }
    }

    fn plan_poll_timeout(&mut self, cx: &mut Cx<'_>, delay_us: u64) {
        self.member.poll_timer = true;
        cx.ambient(delay_us, Event::Consumer(self.id, ConsumerTimer::PollTimeout(self.lives)));
    }

    /// `max.poll.interval.ms` may be over: then the heartbeat thread leaves the group, while the
    /// application still works.
    pub(super) fn poll_timeout(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        self.member.poll_timer = false;
        let Some(left_us) = self.member.left_poll_us else { return };
        let due_us = left_us.saturating_add(self.config(setup).max_poll_interval_us);
        if due_us > cx.now_us() {
            self.plan_poll_timeout(cx, due_us - cx.now_us());
        } else if self.member.generation.is_some() {
            cx.emit(Kind::PollTimedOut { consumer: self.id });
            self.send_leave(cx, setup);
            self.lose_membership();
        }
    }

    /// Static members do not leave: whoever comes back under the same name goes on (KIP-345).
    pub(super) fn send_leave(&mut self, cx: &mut Cx<'_>, setup: &Setup) {
        let group = self.group(setup);
        if self.member.generation.is_some() && !group.is_static() {
            let member = self.member_id();
            let call = match group.is_consumer_protocol() {
                true => GroupCall::LeaveConsumerGroup(member),
                false => GroupCall::LeaveGroup(member),
            };
            let call = self.group_call(setup, call);
            let timeout_us = self.config(setup).request_timeout_us;
            // Nobody waits for the answer.
            self.ask_coordinator(cx, setup, call, timeout_us, false).ok();
        }
    }

    /// A request that will have no answer.
    pub(super) fn group_request_lost(&mut self, cx: &Cx<'_>, requests: &[RequestId]) {
        let lost = |request: &Option<RequestId>| request.is_some_and(|id| requests.contains(&id));
        if lost(&self.member.heartbeat) {
            self.member.heartbeat = None;
        }
        if lost(&self.member.request) {
            self.member.request = None;
            let backoff_us = self.config(cx.setup()).retry_backoff_us;
            self.member.retry_us = cx.now_us() + backoff_us;
        }
    }

    /// Sends a request to the group coordinator; or says when to try again, if that is known.
    pub(super) fn ask_coordinator(
        &mut self,
        cx: &mut Cx<'_>,
        setup: &Setup,
        request: Request,
        timeout_us: u64,
        ambient: bool,
    ) -> Result<RequestId, Option<u64>> {
        let Some(broker) = setup.offsets_partition.and_then(|p| self.metadata.leader(p)) else {
            self.metadata.want();
            return Err(None);
        };
        let node = Node::Broker(broker);
        if !self.coordinator.ready(cx, node) {
            return Err(self.coordinator.retry_us(node));
        }
        let request = self.coordinator.send(cx, node, request, ambient).ok_or(None)?;
        cx.ambient(timeout_us, Event::Consumer(self.id, ConsumerTimer::RequestTimeout(request)));
        Ok(request)
    }
}
