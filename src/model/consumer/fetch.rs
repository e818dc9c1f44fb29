//! How a consumer fetches (`AbstractFetch`, `FetchCollector`).

use std::sync::Arc;

use super::{Assigned, Consumer, PendingFetch, sooner};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::{ConsumerTimer, Event};
use crate::model::ids::{BrokerId, Node, PartitionId, RequestId};
use crate::model::message::{FetchPartition, FetchRequest, FetchResult, Request};
use crate::model::record::LogBatch;
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::script::config::IsolationLevel;

impl Consumer {
    /// One fetch per leader at a time, for the partitions whose buffer is empty.
    pub(super) fn send_fetches(&mut self, cx: &mut Cx<'_>, setup: &Setup) -> Option<u64> {
        let config = self.config(setup);
        let mut wake_us = None;
        for leader in (0..setup.brokers).map(BrokerId) {
            if self.fetches.iter().any(|fetch| fetch.leader == leader) {
                continue;
            }
            let wanted = self.fetchable(setup, leader);
            if wanted.is_empty() {
                continue;
            }
            let node = Node::Broker(leader);
            if !self.client.ready(cx, node) {
                wake_us = sooner(wake_us, self.client.retry_us(node));
                continue;
            }
            let request = Request::Fetch(FetchRequest {
                replica: None,
                read_committed: config.isolation_level == IsolationLevel::ReadCommitted,
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

    fn fetchable(&self, setup: &Setup, leader: BrokerId) -> Vec<FetchPartition> {
        let says_epoch = setup.rules.detects_truncation;
        let led = self
            .partitions
            .iter()
            .filter(|(p, a)| a.buffer.is_empty() && self.metadata.leader(**p) == Some(leader));
        let fetch = |(partition, assigned): (&PartitionId, &Assigned)| {
            if says_epoch && !self.is_checked(*partition, assigned) {
                return None;
            }
            Some(FetchPartition {
                partition: *partition,
                offset: assigned.position?.offset,
                leader_epoch: says_epoch.then(|| self.metadata.epoch(*partition)),
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
            if assigned.position.is_none_or(|position| position.offset != asked.offset) {
                continue;
            }
            match result.error {
                None if result.batches.is_empty() => {}
                None => {
                    assigned.aborted.extend(result.aborted);
                    let returned = |entry: &&Arc<LogBatch>| !assigned.skips(entry);
                    let entries: Vec<_> = result.batches.iter().filter(returned).cloned().collect();
                    if !entries.is_empty() {
                        cx.note(Kind::Fetched { consumer: self.id, partition, entries });
                    }
                    assigned.buffer.extend(result.batches);
                }
                Some(KafkaError::OffsetOutOfRange) => self.out_of_range(cx, partition),
                Some(_) => self.metadata.want(),
            }
        }
    }
}
