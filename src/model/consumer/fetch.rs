//! Where a consumer starts, and how it fetches (`OffsetsRequestManager`, `AbstractFetch`).

use super::{Assigned, Consumer, PendingFetch};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::{ConsumerTimer, Event};
use crate::model::ids::{BrokerId, Node, PartitionId, RequestId};
use crate::model::message::{FetchPartition, FetchRequest, FetchResult, Request};
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::script::config::OffsetReset;

impl Consumer {
    /// Asks the coordinator for the committed offsets, then, where there are none, the leaders
    /// for the first or the last. Answers with the time at which to look again.
    pub(super) fn find_positions(&mut self, cx: &mut Cx<'_>, setup: &Setup) -> Option<u64> {
        let lost: Vec<PartitionId> =
            self.partitions.iter().filter(|(_, a)| a.position.is_none()).map(|(p, _)| *p).collect();
        if lost.is_empty() || self.starting.is_some() {
            return None;
        }
        if self.retry_us > cx.now_us() {
            return Some(self.retry_us);
        }
        let (to_reset, to_fetch): (Vec<_>, Vec<_>) =
            lost.into_iter().partition(|p| self.partitions[p].reset);
        if to_fetch.is_empty() {
            let leader = self.metadata.leader(to_reset[0])?;
            let led =
                to_reset.into_iter().filter(|p| self.metadata.leader(*p) == Some(leader)).collect();
            let latest =
                matches!(setup.group_of(self.id).config.auto_offset_reset, OffsetReset::Latest);
            let request = Request::ListOffsets { partitions: led, latest };
            self.ask(cx, Node::Broker(leader), request)
        } else {
            let group = setup.consumers[self.id.index()].group;
            let request = Request::OffsetFetch { group, partitions: to_fetch };
            let timeout_us = setup.group_of(self.id).config.request_timeout_us;
            match self.ask_coordinator(cx, setup, request, timeout_us, true) {
                Ok(request) => {
                    self.starting = Some(request);
                    None
                }
                Err(again_us) => again_us,
            }
        }
    }

    fn ask(&mut self, cx: &mut Cx<'_>, node: Node, request: Request) -> Option<u64> {
        if self.client.ready(cx, node) {
            self.starting = self.client.send(cx, node, request, true);
            return None;
        }
        self.client.retry_us(node)
    }

    pub(super) fn offsets_fetched(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        result: Result<Vec<(PartitionId, Option<u64>)>, KafkaError>,
    ) {
        if self.starting != Some(request) {
            return;
        }
        self.starting = None;
        let Ok(offsets) = result else { return self.try_again(cx) };
        for (partition, offset) in offsets {
            let Some(assigned) = self.partitions.get_mut(&partition) else { continue };
            assigned.committed = offset;
            match offset {
                Some(offset) => self.position_is(cx, partition, offset, true),
                None => assigned.reset = true,
            }
        }
    }

    pub(super) fn offsets_listed(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        offsets: &[(PartitionId, Result<u64, KafkaError>)],
    ) {
        if self.starting != Some(request) {
            return;
        }
        self.starting = None;
        for (partition, offset) in offsets {
            match offset {
                Ok(offset) => self.position_is(cx, *partition, *offset, false),
                Err(_) => self.try_again(cx),
            }
        }
    }

    fn try_again(&mut self, cx: &Cx<'_>) {
        self.metadata.want();
        self.retry_us = cx.now_us() + cx.setup().group_of(self.id).config.retry_backoff_us;
    }

    fn position_is(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        offset: u64,
        committed: bool,
    ) {
        let Some(assigned) = self.partitions.get_mut(&partition) else { return };
        assigned.position = Some(offset);
        assigned.reset = false;
        cx.note(Kind::PositionReset { consumer: self.id, partition, offset, committed });
    }

    /// One fetch per leader at a time, for the partitions whose buffer is empty.
    pub(super) fn send_fetches(&mut self, cx: &mut Cx<'_>, setup: &Setup) -> Option<u64> {
        let config = &setup.group_of(self.id).config;
        let mut wake_us = None;
        for leader in (0..setup.brokers).map(BrokerId) {
            if self.fetches.iter().any(|fetch| fetch.leader == leader) {
                continue;
            }
            let wanted = self.fetchable(leader);
            if wanted.is_empty() {
                continue;
            }
            let node = Node::Broker(leader);
            if !self.client.ready(cx, node) {
                wake_us = [wake_us, self.client.retry_us(node)].into_iter().flatten().min();
                continue;
            }
            let request = Request::Fetch(FetchRequest {
                replica: None,
                partitions: wanted.clone(),
                max_wait_us: config.fetch_max_wait_us,
                min_bytes: config.fetch_min_bytes,
                max_bytes: config.fetch_max_bytes.min(config.max_partition_fetch_bytes),
            });
            if let Some(request) = self.client.send(cx, node, request, true) {
                self.fetches.push(PendingFetch { leader, request, partitions: wanted });
                cx.ambient(
                    config.request_timeout_us,
                    Event::Consumer(self.id, ConsumerTimer::RequestTimeout(request)),
                );
            }
        }
        if self.partitions.keys().any(|p| self.metadata.leader(*p).is_none()) {
            self.metadata.want();
        }
        wake_us
    }

    fn fetchable(&self, leader: BrokerId) -> Vec<FetchPartition> {
        let led = self
            .partitions
            .iter()
            .filter(|(p, a)| a.buffer.is_empty() && self.metadata.leader(**p) == Some(leader));
        let fetch = |(partition, assigned): (&PartitionId, &Assigned)| {
            Some(FetchPartition {
                partition: *partition,
                offset: assigned.position?,
                leader_epoch: self.metadata.epoch(*partition),
                last_epoch: None,
            })
        };
        led.filter_map(fetch).collect()
    }

    pub(super) fn fetched(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        results: Vec<FetchResult>,
    ) {
        let Some(place) = self.fetches.iter().position(|fetch| fetch.request == request) else {
            return;
        };
        let asked = self.fetches.remove(place).partitions;
        for (asked, result) in asked.into_iter().zip(results) {
            let partition = result.partition;
            // It may be another's now, or read from elsewhere (`FetchCollector.initialize`).
            let Some(assigned) = self.partitions.get_mut(&partition) else { continue };
            if assigned.position != Some(asked.offset) {
                continue;
            }
            match result.error {
                None if result.batches.is_empty() => {}
                None => {
                    let (consumer, entries) = (self.id, result.batches.clone());
                    cx.note(Kind::Fetched { consumer, partition, entries });
                    assigned.buffer.extend(result.batches);
                }
                Some(KafkaError::OffsetOutOfRange) => {
                    assigned.position = None;
                    assigned.reset = true;
                }
                Some(_) => self.metadata.want(),
            }
        }
    }
}
