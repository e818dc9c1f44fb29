//! The markers that end a decided transaction in its partitions, sent until every leader has them
//! (`TransactionMarkerChannelManager`, `TransactionMarkerRequestCompletionHandler`).

use super::calls::after;
use super::{Entry, own};
use crate::model::broker::Broker;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::BrokerTimer;
use crate::model::ids::{BrokerId, Node, PartitionId, RequestId, TransactionalId};
use crate::model::message::Request;
use crate::model::transaction::{Marker, TransactionMetadata, TransactionState};

/// How soon markers are tried again that could not be sent or written. Kafka's sender thread
/// looks in about as often.
const AGAIN_US: u64 = 20_000;

/// The partitions of a transaction that have no marker yet.
#[derive(Clone, Debug, Default)]
pub struct Markers {
    missing: Vec<PartitionId>,
    /// What was asked for and is not answered.
    asked: Vec<(RequestId, Vec<PartitionId>)>,
}

impl Markers {
    fn unasked(&self) -> Vec<PartitionId> {
        let asked = |p: &&PartitionId| self.asked.iter().any(|(_, all)| all.contains(p));
        self.missing.iter().filter(|p| !asked(p)).copied().collect()
    }
}

impl Broker {
    /// Once a transaction is decided every partition of it gets its marker.
    pub(super) fn begin_markers(&mut self, cx: &mut Cx<'_>, id: TransactionalId) {
        let Some(entry) = self.coordinator.entries.get_mut(&id) else { return };
        if entry.metadata.state.decided().is_some() {
            entry.markers =
                Markers { missing: entry.metadata.partitions.clone(), asked: Vec::new() };
            // A thread of its own sends them.
            cx.after(0, self.timer(BrokerTimer::Transactions));
        }
    }

    /// Sends the markers that were not asked for yet, and completes a transaction that lacks none.
    pub(super) fn send_markers(&mut self, cx: &mut Cx<'_>, id: TransactionalId) {
        let Some(entry) = self.coordinator.entries.get(&id) else { return };
        let Some(commit) = entry.metadata.state.decided() else { return };
        if entry.pending.is_some() {
            return;
        }
        if entry.markers.missing.is_empty() {
            return self.complete_transaction(cx, id);
        }
        let marker = Marker { producer: entry.metadata.producer, commit };
        for broker in (0..cx.setup().brokers).map(BrokerId) {
            // Anew for each: a marker of this broker's own may be answered at once, and then the
            // rest is asked for already.
            let leader = |p: &PartitionId| self.metadata.partitions[p.index()].leader;
            let mut partitions = self.unasked(id);
            partitions.retain(|p| leader(p) == Some(broker));
            if !partitions.is_empty() {
                self.send_markers_to(cx, id, broker, marker, partitions);
            }
        }
        if !self.unasked(id).is_empty() {
            self.try_again(cx);
        }
    }

    /// The partitions of a transaction whose markers nobody was asked for yet.
    fn unasked(&self, id: TransactionalId) -> Vec<PartitionId> {
        self.coordinator.entries.get(&id).map(|entry| entry.markers.unasked()).unwrap_or_default()
    }

    /// Asks one broker, which may be this one, if it can be asked.
    fn send_markers_to(
        &mut self,
        cx: &mut Cx<'_>,
        id: TransactionalId,
        broker: BrokerId,
        marker: Marker,
        partitions: Vec<PartitionId>,
    ) {
        let node = Node::Broker(broker);
        if broker != self.id && !self.peers.ready(cx, node) {
            return;
        }
        let request = cx.next_request();
        if let Some(entry) = self.coordinator.entries.get_mut(&id) {
            entry.markers.asked.push((request, partitions.clone()));
        }
        if broker == self.id {
            self.write_markers(cx, own(request), marker, partitions);
        } else {
            self.ask_peer(cx, broker, request, Request::WriteTxnMarkers { marker, partitions });
        }
    }

    /// A leader has written markers, or not. A transaction of a producer that the partition knows
    /// by a newer epoch needs no marker there any more.
    pub(in crate::model::broker) fn markers_answered(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        results: &[(PartitionId, Result<(), KafkaError>)],
    ) {
        let mine = |entry: &Entry| entry.markers.asked.iter().any(|(r, _)| *r == request);
        let Some((id, entry)) = self.coordinator.entries.iter_mut().find(|(_, e)| mine(e)) else {
            return;
        };
        let id = *id;
        entry.markers.asked.retain(|(asked, _)| *asked != request);
        let done = |p: &PartitionId| {
            let result = results.iter().find(|(partition, _)| partition == p).map(|(_, r)| *r);
            matches!(result, Some(Ok(()) | Err(KafkaError::InvalidProducerEpoch)))
        };
        entry.markers.missing.retain(|p| !done(p));
        if results.iter().any(|(p, _)| !done(p)) {
            self.try_again(cx);
        } else {
            self.send_markers(cx, id);
        }
    }

    /// Requests that will not be answered.
    pub(in crate::model::broker) fn markers_lost(&mut self, requests: &[RequestId]) {
        for (_, entry) in &mut self.coordinator.entries {
            entry.markers.asked.retain(|(request, _)| !requests.contains(request));
        }
    }

    /// All markers that wait are tried again.
    pub(in crate::model::broker) fn send_all_markers(&mut self, cx: &mut Cx<'_>) {
        let ids: Vec<TransactionalId> = self.coordinator.entries.keys().copied().collect();
        for id in ids {
            self.send_markers(cx, id);
        }
    }

    /// Looks at everything that waits again, a little later.
    pub(in crate::model::broker) fn try_again(&mut self, cx: &mut Cx<'_>) {
        if !self.tries_again {
            self.tries_again = true;
            cx.ambient(AGAIN_US, self.timer(BrokerTimer::Transactions));
        }
    }

    /// Every partition has its marker.
    fn complete_transaction(&mut self, cx: &mut Cx<'_>, id: TransactionalId) {
        let Some(entry) = self.coordinator.entries.get(&id) else { return };
        let metadata = &entry.metadata;
        let commit = metadata.state == TransactionState::PrepareCommit;
        let to = TransactionMetadata {
            producer: after(metadata.producer),
            state: if commit {
                TransactionState::CompleteCommit
            } else {
                TransactionState::CompleteAbort
            },
            partitions: Vec::new(),
            ..metadata.clone()
        };
        self.log_transaction(cx, to, None);
    }
}
