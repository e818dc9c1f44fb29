//! What a broker deletes: old records, and the offsets of groups that nobody uses any more.

use super::Broker;
use super::group::GroupState;
use crate::model::cx::Cx;
use crate::model::ids::{GroupId, PartitionId};
use crate::model::record::Payload;
use crate::model::trace::Kind;

impl Broker {
    /// The leader's log begins at that offset from now on, or at its high watermark; nothing that
    /// is not committed is deleted (`Partition.deleteRecordsOnLeader`, `UnifiedLog.deleteOldSegments`).
    pub fn delete_records(&mut self, cx: &mut Cx<'_>, partition: PartitionId, before: Option<u64>) {
        let Some(replica) = self.replica(partition) else { return };
        let to = before.unwrap_or(u64::MAX).min(replica.high_watermark);
        self.log_starts_at(cx, partition, to);
    }

    /// A log's beginning moves; followers take over that of their leader.
    pub(super) fn log_starts_at(&mut self, cx: &mut Cx<'_>, partition: PartitionId, to: u64) {
        let broker = self.id;
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        if to <= replica.log.start_offset() {
            return;
        }
        let removed = replica.log.delete_before(to);
        replica.high_watermark = replica.high_watermark.max(replica.log.start_offset());
        cx.note(Kind::RecordsDeleted { broker, partition, to, removed });
    }

    /// A follower's log ends before the leader's begins: it starts anew there
    /// (`ReplicaFetcherThread.truncateFullyAndStartAt`).
    pub(super) fn start_anew(&mut self, cx: &mut Cx<'_>, partition: PartitionId, at: u64) {
        let broker = self.id;
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        let removed = replica.restart_at(at);
        cx.note(Kind::RecordsDeleted { broker, partition, to: at, removed });
    }

    /// Whether the offsets of a group may expire: it has no members
    /// (`GroupMetadataManager.cleanupExpiredOffsets`).
    #[must_use]
    pub fn may_expire(&self, group: GroupId) -> bool {
        self.groups.get(group.index()).is_some_and(|known| known.state == GroupState::Empty)
    }

    /// `offsets.retention.minutes` is over for a group: its offsets go, by a tombstone in the log.
    pub fn expire_offsets(&mut self, cx: &mut Cx<'_>, group: GroupId) {
        let Ok(partition) = self.coordinates(cx.setup()) else { return };
        if self.append(cx, partition, Payload::Expired(group)).is_ok() {
            self.forget_offsets(group);
            cx.note(Kind::OffsetsExpired { group });
        }
    }

    pub(super) fn forget_offsets(&mut self, group: GroupId) {
        self.offsets.retain(|(known, _), _| *known != group);
    }
}
