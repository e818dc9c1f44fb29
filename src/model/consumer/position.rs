//! Where a consumer reads on: at a committed offset, or where `auto.offset.reset` says; and whether
//! that is still on the leader's log (`OffsetsRequestManager`, `OffsetFetcher`, `SubscriptionState`).

use super::{Assigned, Consumer, Position};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::ids::{BrokerId, Node, PartitionId, RecordId, RequestId};
use crate::model::message::{EpochAnswer, EpochQuestion, ListedOffset, OffsetSpec, Request};
use crate::model::record::CommittedOffset;
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::script::config::{IsolationLevel, OffsetReset};

impl Consumer {
    /// Asks the coordinator for the committed offsets, then, where there are none, the leaders
    /// for those of the reset policy. Answers with the time at which to look again.
    pub(super) fn find_positions(&mut self, cx: &mut Cx<'_>, setup: &Setup) -> Option<u64> {
        if self.starting.is_some() {
            return None;
        }
        let of = |wanted: fn(&Assigned) -> bool| -> Vec<PartitionId> {
            self.partitions.iter().filter(|(_, a)| wanted(a)).map(|(p, _)| *p).collect()
        };
        let to_fetch = of(|a| a.position.is_none() && !a.reset);
        let to_reset = of(|a| a.position.is_none() && a.reset);
        let to_check = self.unchecked(setup);
        if to_fetch.is_empty() && to_reset.is_empty() && to_check.is_empty() {
            return None;
        }
        if self.retry_us > cx.now_us() {
            return Some(self.retry_us);
        }
        if !to_fetch.is_empty() {
            return self.fetch_offsets(cx, setup, to_fetch);
        }
        let questions: Vec<PartitionId> =
            if to_reset.is_empty() { to_check } else { to_reset.clone() };
        let Some(leader) = questions.iter().find_map(|p| self.metadata.leader(*p)) else {
            self.metadata.want();
            return None;
        };
        let led = questions.into_iter().filter(|p| self.metadata.leader(*p) == Some(leader));
        let request = if to_reset.is_empty() {
            Request::OffsetsForLeaderEpoch(led.filter_map(|p| self.question(p)).collect())
        } else {
            let spec = match self.config(setup).auto_offset_reset {
                OffsetReset::Earliest => OffsetSpec::Earliest,
                OffsetReset::ByDuration { us } => OffsetSpec::Since(cx.now_us().saturating_sub(us)),
                _ => OffsetSpec::Latest,
            };
            let isolation = self.config(setup).isolation_level;
            let read_committed = isolation == IsolationLevel::ReadCommitted;
            Request::ListOffsets { partitions: led.collect(), spec, read_committed }
        };
        self.ask_leader(cx, leader, request)
    }

    fn ask_leader(&mut self, cx: &mut Cx<'_>, leader: BrokerId, request: Request) -> Option<u64> {
        let node = Node::Broker(leader);
        if self.client.ready(cx, node) {
            self.starting = self.client.send(cx, node, request, true);
            return None;
        }
        self.client.retry_us(node)
    }

    fn fetch_offsets(
        &mut self,
        cx: &mut Cx<'_>,
        setup: &Setup,
        partitions: Vec<PartitionId>,
    ) -> Option<u64> {
        let group = setup.consumers[self.id.index()].group;
        let timeout_us = self.config(setup).request_timeout_us;
        let request = Request::OffsetFetch { group, partitions };
        match self.ask_coordinator(cx, setup, request, timeout_us, true) {
            Ok(request) => {
                self.starting = Some(request);
                None
            }
            Err(again_us) => again_us,
        }
    }

    /// Partitions whose leader is another one than when the position was looked at last; a position
    /// without an epoch is never looked at (`SubscriptionState.maybeValidatePosition`).
    fn unchecked(&self, setup: &Setup) -> Vec<PartitionId> {
        if !setup.rules.detects_truncation {
            return Vec::new();
        }
        let all = self.partitions.iter();
        all.filter(|(p, a)| !self.is_checked(**p, a)).map(|(p, _)| *p).collect()
    }

    /// Whether a position is known to be on the log of the leader that the consumer believes in.
    pub(super) fn is_checked(&self, partition: PartitionId, assigned: &Assigned) -> bool {
        let known = assigned.position.and_then(|position| position.epoch);
        known.is_none() || assigned.checked == Some(self.metadata.epoch(partition))
    }

    fn question(&self, partition: PartitionId) -> Option<EpochQuestion> {
        let epoch = self.partitions.get(&partition)?.position?.epoch?;
        Some(EpochQuestion { partition, leader_epoch: self.metadata.epoch(partition), epoch })
    }

    /// Whether it has read all of its partitions to their ends, believes in their leaders' epochs,
    /// and has committed what it commits by itself.
    pub(in crate::model) fn has_read(
        &self,
        end: &dyn Fn(PartitionId) -> Option<(u64, u32)>,
        commits: bool,
    ) -> bool {
        let rests = |(partition, assigned): (&PartitionId, &Assigned)| {
            let Some(Position { offset, .. }) = assigned.position else { return false };
            end(*partition) == Some((offset, self.metadata.epoch(*partition)))
                && self.is_checked(*partition, assigned)
                && (!commits || assigned.committed == Some(offset))
        };
        self.starting.is_none()
            && self.committing.is_none()
            && !self.closing
            && self.partitions.iter().all(rests)
    }

    pub(super) fn offsets_fetched(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        result: Result<Vec<(PartitionId, Option<CommittedOffset>)>, KafkaError>,
    ) {
        if self.starting != Some(request) {
            return;
        }
        self.starting = None;
        let Ok(offsets) = result else { return self.try_again(cx) };
        let policy = self.config(cx.setup()).auto_offset_reset;
        for (partition, committed) in offsets {
            let Some(assigned) = self.partitions.get_mut(&partition) else { continue };
            assigned.committed = committed.map(|committed| committed.offset);
            match committed {
                Some(CommittedOffset { offset, epoch, .. }) => {
                    self.position_is(cx, partition, Position { offset, epoch }, true);
                }
                None if policy == OffsetReset::None => {
                    return self.poll_failed(cx, KafkaError::NoOffsetForPartition);
                }
                None => assigned.reset = true,
            }
        }
    }

    pub(super) fn offsets_listed(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        offsets: &[(PartitionId, Result<ListedOffset, KafkaError>)],
    ) {
        if self.starting != Some(request) {
            return;
        }
        self.starting = None;
        for (partition, offset) in offsets {
            match offset {
                Ok(ListedOffset { offset, epoch }) => {
                    let position = Position { offset: *offset, epoch: *epoch };
                    self.position_is(cx, *partition, position, false);
                    // The leader itself has just said so.
                    self.checked(*partition);
                }
                Err(_) => self.try_again(cx),
            }
        }
    }

    /// The leader says where the epoch ends that the consumer read last in
    /// (`SubscriptionState.maybeCompleteValidation`). An end before the position means that the log
    /// was cut: the consumer goes back to there, whatever its reset policy, unless that is `none`.
    pub(super) fn epochs_ended(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        answers: &[EpochAnswer],
    ) {
        if self.starting != Some(request) {
            return;
        }
        self.starting = None;
        let policy = self.config(cx.setup()).auto_offset_reset;
        for (partition, answer) in answers {
            let Some(assigned) = self.partitions.get_mut(partition) else { continue };
            let Some(position) = assigned.position else { continue };
            match answer {
                Err(_) => self.try_again(cx),
                Ok(Some((_, end))) if *end >= position.offset => self.checked(*partition),
                Ok(_) if policy == OffsetReset::None => {
                    return self.poll_failed(cx, KafkaError::LogTruncation);
                }
                Ok(None) => {
                    let dropped = assigned.forget();
                    assigned.reset = true;
                    self.truncated(cx, *partition, position.offset, 0, dropped);
                }
                Ok(Some((epoch, end))) => {
                    let dropped = assigned.forget();
                    assigned.position = Some(Position { offset: *end, epoch: Some(*epoch) });
                    self.checked(*partition);
                    self.truncated(cx, *partition, position.offset, *end, dropped);
                }
            }
        }
    }

    fn truncated(
        &self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        from: u64,
        to: u64,
        dropped: Vec<RecordId>,
    ) {
        let consumer = self.id;
        cx.note(Kind::TruncationDetected { consumer, partition, from, to, dropped });
    }

    fn checked(&mut self, partition: PartitionId) {
        let epoch = self.metadata.epoch(partition);
        if let Some(assigned) = self.partitions.get_mut(&partition) {
            assigned.checked = Some(epoch);
        }
    }

    fn try_again(&mut self, cx: &Cx<'_>) {
        self.metadata.want();
        self.retry_us = cx.now_us() + self.config(cx.setup()).retry_backoff_us;
    }

    fn position_is(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        position: Position,
        committed: bool,
    ) {
        let Some(assigned) = self.partitions.get_mut(&partition) else { return };
        assigned.position = Some(position);
        assigned.reset = false;
        let (consumer, offset) = (self.id, position.offset);
        cx.note(Kind::PositionReset { consumer, partition, offset, committed });
    }

    /// The position is outside the leader's log (`FetchCollector.handleInitializeErrors`).
    pub(super) fn out_of_range(&mut self, cx: &mut Cx<'_>, partition: PartitionId) {
        if self.config(cx.setup()).auto_offset_reset == OffsetReset::None {
            return self.poll_failed(cx, KafkaError::OffsetOutOfRange);
        }
        if let Some(assigned) = self.partitions.get_mut(&partition) {
            assigned.position = None;
            assigned.reset = true;
        }
    }
}
