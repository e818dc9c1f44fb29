//! Commits: the automatic one inside `poll()`, and `commitSync` and `commitAsync`.

use super::{Consumer, Thread};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::{ConsumerTimer, Event};
use crate::model::ids::{Node, RequestId};
use crate::model::message::Request;
use crate::model::record::CommittedOffset;
use crate::model::trace::Kind;
use crate::script::config::ConsumerConfig;

/// A commit that is under way, or waits to be repeated.
#[derive(Clone, Debug)]
pub struct Committing {
    request: Option<RequestId>,
    retry_us: u64,
}

impl Consumer {
    /// Inside `poll()`, when the interval is over: commits all positions, which is what earlier
    /// polls returned (`ConsumerCoordinator.maybeAutoCommitOffsetsAsync`). Answers with the time
    /// at which it is due next. Kafka also sends commits that change nothing; here those are left
    /// out.
    pub(super) fn auto_commit(&mut self, cx: &mut Cx<'_>, config: &ConsumerConfig) -> Option<u64> {
        if !config.enable_auto_commit {
            return None;
        }
        if cx.now_us() >= self.next_commit_us {
            self.next_commit_us = cx.now_us() + config.auto_commit_interval_us;
            self.commit(cx);
        }
        Some(self.next_commit_us)
    }

    /// Sends the current positions to the coordinator.
    pub(super) fn commit(&mut self, cx: &mut Cx<'_>) {
        for (_, assigned) in &mut self.partitions {
            assigned.committing =
                assigned.position.filter(|position| assigned.committed != Some(*position));
        }
        if self.partitions.values().all(|assigned| assigned.committing.is_none()) {
            self.committed_sync(cx);
        } else {
            self.committing = Some(Committing { request: None, retry_us: cx.now_us() });
            self.repeat_commit(cx);
        }
    }

    /// Sends the commit that waits, if it can go now. Answers with the time at which to look again.
    pub(super) fn repeat_commit(&mut self, cx: &mut Cx<'_>) -> Option<u64> {
        let setup = cx.setup();
        let committing = self.committing.as_mut().filter(|c| c.request.is_none())?;
        if committing.retry_us > cx.now_us() {
            return Some(committing.retry_us);
        }
        let Some(coordinator) = setup.offsets_partition.and_then(|p| self.metadata.leader(p))
        else {
            self.metadata.want();
            return None;
        };
        let node = Node::Broker(coordinator);
        if !self.coordinator.ready(cx, node) {
            return self.coordinator.retry_us(node);
        }
        let group = setup.consumers[self.id.index()].group;
        let offsets = self.partitions.iter().filter_map(|(partition, assigned)| {
            Some(CommittedOffset { group, partition: *partition, offset: assigned.committing? })
        });
        let request = Request::OffsetCommit { consumer: self.id, offsets: offsets.collect() };
        committing.request = self.coordinator.send(cx, node, request, false);
        if let Some(request) = committing.request {
            let timeout_us = setup.group_of(self.id).config.request_timeout_us;
            cx.ambient(
                timeout_us,
                Event::Consumer(self.id, ConsumerTimer::RequestTimeout(request)),
            );
        }
        None
    }

    pub(super) fn commit_answered(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        result: Result<(), KafkaError>,
    ) {
        if self.committing.as_ref().and_then(|c| c.request) != Some(request) {
            return;
        }
        match result {
            Ok(()) => {
                for (_, assigned) in &mut self.partitions {
                    assigned.committed = assigned.committing.take().or(assigned.committed);
                }
                self.committing = None;
                self.committed_sync(cx);
            }
            Err(error) => self.commit_failed(cx, error),
        }
    }

    pub(super) fn commit_lost(&mut self, cx: &mut Cx<'_>, requests: &[RequestId]) {
        let request = self.committing.as_ref().and_then(|c| c.request);
        if request.is_some_and(|request| requests.contains(&request)) {
            self.commit_failed(cx, KafkaError::NetworkException);
        }
    }

    /// `commitSync()` and the automatic commit try again after `retry.backoff.ms`; a failed
    /// `commitAsync()` is given up, the next one stores more anyway.
    fn commit_failed(&mut self, cx: &mut Cx<'_>, error: KafkaError) {
        let setup = cx.setup();
        let config = &setup.group_of(self.id).config;
        cx.note(Kind::CommitFailed { consumer: self.id, error });
        self.metadata.want();
        let sync = matches!(self.thread, Thread::Committing { .. });
        if sync || config.enable_auto_commit {
            self.committing =
                Some(Committing { request: None, retry_us: cx.now_us() + config.retry_backoff_us });
        } else {
            self.committing = None;
        }
    }
}
