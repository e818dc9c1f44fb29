//! What transactions leave in the partitions that a broker leads: markers, and the last stable
//! offset (`KafkaApis.handleWriteTxnMarkersRequest`, `UnifiedLog.lastStableOffset`).

use super::Broker;
use super::produce::{Appended, ReplyTo, Then};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::ids::{PartitionId, RecordId};
use crate::model::message::Response;
use crate::model::record::Payload;
use crate::model::trace::Kind;
use crate::model::transaction::Marker;

impl Broker {
    /// The transaction coordinator ends a transaction in partitions that this broker leads, with
    /// `acks=all`.
    pub(super) fn write_markers(
        &mut self,
        cx: &mut Cx<'_>,
        reply: ReplyTo,
        marker: Marker,
        partitions: Vec<PartitionId>,
    ) {
        let before = cx.cause;
        let (mut appended, mut results) = (Vec::new(), Vec::new());
        for partition in partitions {
            match self.append_marker(cx, partition, marker) {
                Ok(done) => appended.push((partition, done)),
                Err(error) => results.push((partition, Err(error))),
            }
            cx.cause = before;
        }
        if appended.is_empty() {
            self.reply(cx, reply, Response::WriteTxnMarkers(results), 0);
        } else {
            self.wait_for_append(cx, reply, &appended, Then::Marked(marker, results));
        }
    }

    /// Since 4.0 the group coordinator writes its markers as it writes offsets: a small ISR does
    /// not refuse them.
    fn append_marker(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        marker: Marker,
    ) -> Result<Appended, KafkaError> {
        let setup = cx.setup();
        let replica = self.replica(partition).ok_or(KafkaError::NotLeaderOrFollower)?;
        let leader = replica.leader().ok_or(KafkaError::NotLeaderOrFollower)?;
        let min_isr = setup.min_isr(partition, &self.metadata.topics);
        let checks_isr =
            !setup.partition(partition).internal || !setup.rules.coordinates_by_runtime;
        if checks_isr && leader.isr.len() < min_isr {
            return Err(KafkaError::NotEnoughReplicas);
        }
        replica.producers.check_marker(&marker)?;
        let producer_id = marker.producer.producer_id;
        let mut records: Vec<(u64, RecordId)> = Vec::new();
        if let Some(from) = replica.producers.open_from(producer_id) {
            let batches = replica.log.batches();
            let first = batches.partition_point(|batch| batch.base_offset < from);
            let mine = batches[first..]
                .iter()
                .filter(|b| b.in_transaction_of().is_some_and(|p| p.producer_id == producer_id));
            records.extend(mine.flat_map(|batch| batch.records()));
        }
        let appended = self.append(cx, partition, Payload::Marker(marker))?;
        cx.note(Kind::MarkerWritten { broker: self.id, partition, marker, records });
        Ok(appended)
    }

    /// A marker that is replicated decides about the offsets that its transaction commits.
    pub(super) fn marker_replicated(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        marker: Marker,
        result: Result<(), KafkaError>,
    ) {
        if result.is_ok() && cx.setup().offsets_partition == Some(partition) {
            self.settle_pending(cx, marker);
        }
    }

    /// Says where the last stable offset is, while it is not the high watermark. Kafka's own topics
    /// have no readers who would care.
    pub(super) fn tell_stable_offset(&mut self, cx: &mut Cx<'_>, partition: PartitionId) {
        if cx.setup().partition(partition).internal {
            return;
        }
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        let offset = replica.last_stable_offset();
        let behind = (offset < replica.high_watermark).then_some(offset);
        if replica.leader().is_some() && replica.told_stable != behind {
            replica.told_stable = behind;
            let (broker, stable) = (self.id, behind.is_none());
            cx.note(Kind::LastStableOffset { broker, partition, offset, stable });
        }
    }
}
