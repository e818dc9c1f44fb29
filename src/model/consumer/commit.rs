//! Commits: the automatic one inside `poll()`, and `commitSync` and `commitAsync`.

use super::membership::Phase;
use super::{Consumer, Position};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::group::Membership;
use crate::model::ids::RequestId;
use crate::model::message::Request;
use crate::model::record::CommittedOffset;
use crate::model::trace::Kind;
use crate::script::config::ConsumerConfig;

/// How long `close()` waits for its commit (`CloseOptions`).
const CLOSE_US: u64 = 30_000_000;

/// A commit that is under way, or waits to be repeated.
#[derive(Clone, Debug)]
pub struct Committing {
    /// What it is for.
    pub purpose: Purpose,
    request: Option<RequestId>,
    /// As what the consumer sent it.
    by: Option<Membership>,
    retry_us: u64,
    deadline_us: u64,
}

/// What a commit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The interval of the automatic commit is over.
    Auto,
    /// The application called `commitAsync()`.
    Async,
    /// The application waits in `commitSync()`.
    Sync,
    /// Partitions are about to be given back: `onJoinPrepare`, `onPartitionsRevoked`.
    Revoke,
    /// `close()`.
    Close,
}

impl Purpose {
    /// How long somebody waits for it.
    fn patience_us(self, config: &ConsumerConfig) -> u64 {
        match self {
            Self::Auto | Self::Async => 0,
            Self::Sync => config.default_api_timeout_us,
            Self::Revoke => config.max_poll_interval_us,
            Self::Close => CLOSE_US,
        }
    }
}

impl Consumer {
    /// Inside `poll()`, when the interval is over: commits all positions, which is what earlier
    /// polls returned (`ConsumerCoordinator.maybeAutoCommitOffsetsAsync`). Answers with the time
    /// at which it is due next. Kafka also sends commits that change nothing; here those are left
    /// out.
    pub(super) fn auto_commit(&mut self, cx: &mut Cx<'_>, config: &ConsumerConfig) -> Option<u64> {
        if !config.enable_auto_commit || self.member.phase != Phase::Settled {
            return None;
        }
        if cx.now_us() >= self.next_commit_us {
            self.next_commit_us = cx.now_us() + config.auto_commit_interval_us;
            self.commit(cx, Purpose::Auto);
        }
        Some(self.next_commit_us)
    }

    /// Sends the current positions to the coordinator.
    pub(super) fn commit(&mut self, cx: &mut Cx<'_>, purpose: Purpose) {
        for (_, assigned) in &mut self.partitions {
            assigned.committing =
                assigned.position.filter(|position| assigned.committed != Some(position.offset));
        }
        self.committing = None;
        if self.partitions.values().all(|assigned| assigned.committing.is_none()) {
            self.committed_sync(cx);
        } else if self.membership().is_none() {
            // A consumer that is in no group asks nobody
            // (`ConsumerCoordinator.sendOffsetCommitRequest`).
            let joins = self.member.is_joining() && self.member.generation.is_some();
            let error =
                if joins { KafkaError::RebalanceInProgress } else { KafkaError::CommitFailed };
            cx.note(Kind::CommitFailed { consumer: self.id, error });
            self.committed_sync(cx);
        } else {
            let retry_us = cx.now_us();
            let patience_us = purpose.patience_us(self.config(cx.setup()));
            let deadline_us = retry_us.saturating_add(patience_us);
            self.committing =
                Some(Committing { purpose, request: None, by: None, retry_us, deadline_us });
            self.repeat_commit(cx);
        }
    }

    /// Sends the commit that waits, if it can go now. Answers with the time at which to look again.
    pub(super) fn repeat_commit(&mut self, cx: &mut Cx<'_>) -> Option<u64> {
        let committing = self.committing.as_ref().filter(|c| c.request.is_none())?;
        if committing.retry_us > cx.now_us() {
            return Some(committing.retry_us);
        }
        let setup = cx.setup();
        let group = setup.consumers[self.id.index()].group;
        let offsets = self.partitions.iter().filter_map(|(partition, assigned)| {
            let Position { offset, epoch } = assigned.committing?;
            Some(CommittedOffset { group, partition: *partition, offset, epoch })
        });
        let offsets = offsets.collect();
        let by = self.membership();
        let request = Request::OffsetCommit { group, by, offsets };
        let timeout_us = self.config(setup).request_timeout_us;
        match self.ask_coordinator(cx, setup, request, timeout_us, false) {
            Ok(request) => {
                if let Some(committing) = &mut self.committing {
                    committing.request = Some(request);
                    committing.by = by;
                }
                None
            }
            Err(again_us) => again_us,
        }
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
                    let stored = assigned.committing.take().map(|position| position.offset);
                    assigned.committed = stored.or(assigned.committed);
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

    /// Whoever waits tries again after `retry.backoff.ms`, until his patience ends. Nobody waits
    /// for an automatic commit, but the next one comes as soon; a failed `commitAsync()` is given
    /// up: the next one stores more anyway (`OffsetCommitResponseHandler`).
    fn commit_failed(&mut self, cx: &mut Cx<'_>, error: KafkaError) {
        let setup = cx.setup();
        let config = self.config(setup);
        let Some(committing) = self.committing.take() else { return };
        cx.note(Kind::CommitFailed { consumer: self.id, error });
        // It may have lost that membership already, or have another one.
        if committing.by == self.membership() {
            self.out_of_step(cx, error);
        }
        if !self.alive {
            return;
        }
        let retry_us = cx.now_us() + config.retry_backoff_us;
        match committing.purpose {
            Purpose::Async => {}
            Purpose::Auto if error.retriable() => self.next_commit_us = retry_us,
            Purpose::Auto => {}
            // A newer epoch is on its way (`CommitRequestManager`).
            Purpose::Revoke | Purpose::Close
                if error == KafkaError::StaleMemberEpoch && retry_us < committing.deadline_us =>
            {
                self.committing = Some(Committing { request: None, retry_us, ..committing });
            }
            _ if error.retriable() && retry_us < committing.deadline_us => {
                self.committing = Some(Committing { request: None, retry_us, ..committing });
            }
            // The exception reaches the application, which logs it and polls on.
            _ => self.committed_sync(cx),
        }
    }
}
