//! The group coordinator's part so far: committed offsets, stored in `__consumer_offsets` as in
//! any partition. Whoever leads it coordinates; its state is made anew from the log.

use super::Broker;
use super::produce::{ReplyTo, Then};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::group::Membership;
use crate::model::ids::{ConnectionId, GroupId, PartitionId, RequestId};
use crate::model::message::Response;
use crate::model::record::{CommittedOffset, Payload};
use crate::model::setup::Setup;
use crate::model::trace::Kind;

impl Broker {
    pub(super) fn coordinates(&self, setup: &Setup) -> Result<PartitionId, KafkaError> {
        let partition = setup.offsets_partition.ok_or(KafkaError::CoordinatorNotAvailable)?;
        let leads = self.replica(partition).is_some_and(|replica| replica.leader().is_some());
        if leads { Ok(partition) } else { Err(KafkaError::NotCoordinator) }
    }

    /// Appends locally and answers when the high watermark has passed it
    /// (`CoordinatorRuntime`): as durable as `acks=all`, but not refused by a small ISR.
    pub(super) fn offset_commit(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        request: RequestId,
        (group, by): (GroupId, Option<Membership>),
        offsets: Vec<CommittedOffset>,
    ) {
        let partitions: Vec<_> = offsets.iter().map(|c| c.partition).collect();
        let valid = self.validate_offset_commit(cx, group, by, &partitions);
        if offsets.is_empty() {
            // No record, no wait (`CoordinatorRuntime`).
            let response = Response::OffsetCommit(valid.map(|_| ()));
            return self.respond(cx, connection, request, Some(response), 0, false);
        }
        let appended = valid.and_then(|partition| {
            let payload = Payload::Offsets(offsets.clone());
            Ok((partition, self.append(cx, partition, payload)?))
        });
        match appended {
            Ok(appended) => {
                let reply = ReplyTo { connection: Some(connection), request };
                self.wait_for_append(cx, reply, &[appended], Then::Committed(offsets));
            }
            Err(error) => {
                let response = Response::OffsetCommit(Err(error));
                self.respond(cx, connection, request, Some(response), 0, false);
            }
        }
    }

    /// Whether that member may commit. Answers with the partition to write to.
    pub(super) fn validate_offset_commit(
        &mut self,
        cx: &Cx<'_>,
        group: GroupId,
        by: Option<Membership>,
        partitions: &[PartitionId],
    ) -> Result<PartitionId, KafkaError> {
        let setup = cx.setup();
        let partition = self.coordinates(setup)?;
        let is_static = setup.groups[group.index()].is_static();
        let known = &mut self.groups[group.index()];
        if setup.groups[group.index()].is_consumer_protocol() {
            let older_will_do = setup.rules.accepts_older_member_epochs;
            known.validate_epoch(by, partitions, older_will_do)?;
        } else {
            known.validate_offset_commit(by, is_static, cx.now_us())?;
        }
        Ok(partition)
    }

    /// The wait for the replicas is over. A client never sees the produce error itself
    /// (`CoordinatorOperationExceptionHelper`).
    pub(super) fn offsets_replicated(
        &mut self,
        cx: &mut Cx<'_>,
        outcome: Option<Result<(), KafkaError>>,
        offsets: &[CommittedOffset],
    ) -> Result<(), KafkaError> {
        match outcome {
            Some(Ok(())) => {
                for committed in offsets {
                    let CommittedOffset { group, partition, offset, .. } = *committed;
                    self.offsets.insert((group, partition), *committed);
                    cx.emit(Kind::OffsetCommitted { group, partition, offset });
                }
                Ok(())
            }
            Some(Err(KafkaError::NotLeaderOrFollower)) => Err(KafkaError::NotCoordinator),
            _ => Err(KafkaError::CoordinatorNotAvailable),
        }
    }

    pub(super) fn offset_fetch(
        &self,
        setup: &Setup,
        group: GroupId,
        partitions: &[PartitionId],
    ) -> Result<Vec<(PartitionId, Option<CommittedOffset>)>, KafkaError> {
        self.coordinates(setup)?;
        self.require_stable(setup, group, partitions)?;
        Ok(partitions.iter().map(|p| (*p, self.offsets.get(&(group, *p)).copied())).collect())
    }

    /// A new coordinator loads its state from the log.
    pub(super) fn load_offsets(&mut self, setup: &Setup) {
        let Some(replica) = setup.offsets_partition.and_then(|p| self.replica(p)) else { return };
        let batches = replica.log.batches().to_vec();
        self.offsets.clear();
        self.pending_offsets.clear();
        for entry in batches {
            match &entry.payload {
                Payload::Offsets(committed) => {
                    for c in committed {
                        self.offsets.insert((c.group, c.partition), *c);
                    }
                }
                Payload::Expired(group) => self.forget_offsets(*group),
                _ => self.replay_pending(&entry),
            }
        }
    }
}
