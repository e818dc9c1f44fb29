//! The offsets that open transactions commit, at the group coordinator: they wait for the marker
//! (`GroupCoordinatorService.commitTransactionalOffsets`,
//! `OffsetMetadataManager.replayEndTransactionMarker`).

use super::Broker;
use super::produce::{ReplyTo, Then};
use super::verification::Work;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::group::Membership;
use crate::model::ids::{GroupId, PartitionId, TransactionalId};
use crate::model::message::Response;
use crate::model::record::{CommittedOffset, LogBatch, Payload};
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::model::transaction::{Marker, ProducerIdAndEpoch};

/// Offsets that wait for the marker of their transaction.
#[derive(Clone, Debug)]
pub struct PendingOffsets {
    producer_id: u64,
    offsets: Vec<CommittedOffset>,
}

impl Broker {
    /// `TxnOffsetCommit`: the group must know the member, in its generation (KIP-447), and the
    /// transaction the group's partition.
    pub(super) fn txn_offset_commit(
        &mut self,
        cx: &mut Cx<'_>,
        reply: ReplyTo,
        (id, producer): (TransactionalId, ProducerIdAndEpoch),
        (group, by): (GroupId, Option<Membership>),
        offsets: Vec<CommittedOffset>,
    ) {
        let setup = cx.setup();
        let partitions: Vec<_> = offsets.iter().map(|c| c.partition).collect();
        match self.validate_offset_commit(cx, group, by, &partitions) {
            Err(error) => self.reply(cx, reply, Response::TxnOffsetCommit(Err(error)), 0),
            Ok(partition) if self.is_unverified(setup, partition, producer) => {
                let work = Work::Offsets { producer, offsets };
                self.ask_for(cx, reply, id, producer, vec![partition], work);
            }
            Ok(_) => self.append_pending(cx, reply, producer, offsets),
        }
    }

    /// Appends the offsets; nobody sees them before the marker.
    pub(super) fn append_pending(
        &mut self,
        cx: &mut Cx<'_>,
        reply: ReplyTo,
        producer: ProducerIdAndEpoch,
        offsets: Vec<CommittedOffset>,
    ) {
        let payload = Payload::PendingOffsets(producer, offsets.clone());
        let appended = self.coordinates(cx.setup()).and_then(|partition| {
            let replica = self.replica(partition).ok_or(KafkaError::NotCoordinator)?;
            replica.producers.check_marker(&Marker { producer, commit: true })?;
            Ok((partition, self.append(cx, partition, payload)?))
        });
        match appended {
            Ok(appended) => {
                let then = Then::PendingCommitted(producer, offsets);
                self.wait_for_append(cx, reply, &[appended], then);
            }
            Err(error) => self.reply(cx, reply, Response::TxnOffsetCommit(Err(error)), 0),
        }
    }

    /// The offsets are replicated: they wait for their marker.
    pub(super) fn pending_replicated(
        &mut self,
        outcome: Option<Result<(), KafkaError>>,
        producer: ProducerIdAndEpoch,
        offsets: Vec<CommittedOffset>,
    ) -> Result<(), KafkaError> {
        match outcome {
            Some(Ok(())) => {
                let ProducerIdAndEpoch { producer_id, .. } = producer;
                self.pending_offsets.push(PendingOffsets { producer_id, offsets });
                Ok(())
            }
            Some(Err(KafkaError::NotLeaderOrFollower)) => Err(KafkaError::NotCoordinator),
            _ => Err(KafkaError::CoordinatorNotAvailable),
        }
    }

    /// The marker is there: what waited for it is committed, or gone.
    pub(super) fn settle_pending(&mut self, cx: &mut Cx<'_>, marker: Marker) {
        for committed in self.take_pending(marker) {
            let CommittedOffset { group, partition, offset, .. } = committed;
            self.offsets.insert((group, partition), committed);
            cx.note(Kind::OffsetCommitted { group, partition, offset });
        }
    }

    /// The offsets that a marker commits; those that it aborts are forgotten.
    fn take_pending(&mut self, marker: Marker) -> Vec<CommittedOffset> {
        let ProducerIdAndEpoch { producer_id, .. } = marker.producer;
        let mut committed = Vec::new();
        self.pending_offsets.retain(|pending| {
            let mine = pending.producer_id == producer_id;
            if mine && marker.commit {
                committed.extend(pending.offsets.iter().copied());
            }
            !mine
        });
        committed
    }

    /// Whether a transaction that is open could still change one of these offsets
    /// (`OffsetMetadataManager.hasPendingTransactionalOffsets`).
    pub(super) fn is_unstable(&self, group: GroupId, partitions: &[PartitionId]) -> bool {
        let hit = |c: &CommittedOffset| c.group == group && partitions.contains(&c.partition);
        self.pending_offsets.iter().any(|pending| pending.offsets.iter().any(hit))
    }

    /// A new group coordinator takes in an entry of its log.
    pub(super) fn replay_pending(&mut self, entry: &LogBatch) {
        match &entry.payload {
            Payload::PendingOffsets(ProducerIdAndEpoch { producer_id, .. }, offsets) => {
                let (producer_id, offsets) = (*producer_id, offsets.clone());
                self.pending_offsets.push(PendingOffsets { producer_id, offsets });
            }
            Payload::Marker(marker) => {
                for c in self.take_pending(*marker) {
                    self.offsets.insert((c.group, c.partition), c);
                }
            }
            _ => {}
        }
    }

    /// Since 2.5 who asks for offsets waits for open transactions (KIP-447).
    pub(super) fn require_stable(
        &self,
        setup: &Setup,
        group: GroupId,
        partitions: &[PartitionId],
    ) -> Result<(), KafkaError> {
        if setup.rules.offsets_wait_for_transactions && self.is_unstable(group, partitions) {
            return Err(KafkaError::UnstableOffsetCommit);
        }
        Ok(())
    }
}
