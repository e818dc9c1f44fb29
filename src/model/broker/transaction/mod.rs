//! The transaction coordinator (`TransactionCoordinator`, `TransactionStateManager`): whoever leads
//! `__transaction_state`. Each change of a transaction is a record of that log first and takes
//! effect when it is replicated; a new coordinator makes its state anew from the log and finishes
//! what was decided.
//!
//! Simplified: loading takes no time; markers carry no coordinator epoch, since a deposed
//! coordinator can only repeat what was decided.

mod calls;
mod markers;

use std::sync::Arc;

use litemap::LiteMap;

use super::Broker;
use super::produce::{ReplyTo, Then};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::BrokerTimer;
use crate::model::ids::{PartitionId, RequestId, TransactionalId};
use crate::model::message::Response;
use crate::model::record::Payload;
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::model::transaction::{
    EPOCH_MAX, ProducerIdAndEpoch, TransactionMetadata, TransactionState,
};
use markers::Markers;

/// What a broker knows as the transaction coordinator.
#[derive(Clone, Debug, Default)]
pub struct Coordinator {
    /// The transactional ids.
    pub entries: LiteMap<TransactionalId, Entry>,
}

/// A transactional id at its coordinator.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What the log says.
    pub metadata: TransactionMetadata,
    /// What the log will say when it is replicated, and who waits for it
    /// (`pendingTransitionInProgress`).
    pending: Option<Pending>,
    /// The markers that are still to be written.
    markers: Markers,
}

/// A change that is not replicated yet.
#[derive(Clone, Debug)]
struct Pending {
    to: TransactionMetadata,
    /// Who is told, and what, when it is.
    answer: Option<(ReplyTo, Answer)>,
}

/// What a coordinator answers.
pub(super) type Answer = Result<ProducerIdAndEpoch, KafkaError>;

impl Entry {
    fn of(metadata: TransactionMetadata) -> Self {
        Self { metadata, pending: None, markers: Markers::default() }
    }
}

impl Broker {
    /// Whether this broker coordinates transactions.
    fn coordinates_transactions(&self, setup: &Setup) -> Result<PartitionId, KafkaError> {
        let partition = setup.transactions_partition.ok_or(KafkaError::CoordinatorNotAvailable)?;
        let leads = self.replica(partition).is_some_and(|replica| replica.leader().is_some());
        if leads { Ok(partition) } else { Err(KafkaError::NotCoordinator) }
    }

    /// Writes a change to the log with `acks=all` (`TransactionStateManager.appendTransactionToLog`).
    fn log_transaction(
        &mut self,
        cx: &mut Cx<'_>,
        to: TransactionMetadata,
        answer: Option<(ReplyTo, Answer)>,
    ) {
        let id = to.id;
        let payload = Payload::Transaction(Arc::new(to.clone()));
        if let Some(entry) = self.coordinator.entries.get_mut(&id) {
            entry.pending = Some(Pending { to, answer });
        }
        let setup = cx.setup();
        let appended = self.coordinates_transactions(setup).and_then(|partition| {
            let replica = self.replica(partition);
            let isr = replica.and_then(|r| r.leader()).map_or(0, |leader| leader.isr.len());
            if isr < setup.min_isr(partition, &self.metadata.topics) {
                return Err(KafkaError::NotEnoughReplicas);
            }
            Ok((partition, self.append(cx, partition, payload)?))
        });
        match appended {
            Ok(appended) => {
                let reply = ReplyTo { connection: None, request: cx.next_request() };
                self.wait_for_append(cx, reply, &[appended], Then::Logged(id));
            }
            Err(error) => self.transaction_logged(cx, id, Some(Err(error))),
        }
    }

    /// The change is replicated, or was not in time.
    pub(super) fn transaction_logged(
        &mut self,
        cx: &mut Cx<'_>,
        id: TransactionalId,
        outcome: Option<Result<(), KafkaError>>,
    ) {
        let Some(entry) = self.coordinator.entries.get_mut(&id) else { return };
        let Some(Pending { to, answer }) = entry.pending.take() else { return };
        let error = match outcome {
            Some(Ok(())) => None,
            Some(Err(KafkaError::NotLeaderOrFollower)) => Some(KafkaError::NotCoordinator),
            _ => Some(KafkaError::CoordinatorNotAvailable),
        };
        if let Some(error) = error {
            if let Some((reply, _)) = answer {
                self.reply(cx, reply, Response::Transaction(Err(error)), 0);
            } else if entry.metadata.state.decided().is_some() {
                // That every marker is there is written again until it is replicated.
                self.try_again(cx);
            }
            return;
        }
        let before = cx.cause;
        entry.metadata = to.clone();
        cx.emit(Kind::TransactionChanged { broker: self.id, metadata: Arc::new(to) });
        if let Some((reply, answer)) = answer {
            self.reply(cx, reply, Response::Transaction(answer), 0);
        }
        self.begin_markers(cx, id);
        cx.cause = before;
    }

    /// A new coordinator reads its log and finishes what was decided
    /// (`TransactionStateManager.loadTransactionsForTxnTopicPartition`).
    pub(super) fn load_transactions(&mut self, cx: &mut Cx<'_>, setup: &Setup) {
        let Some(replica) = setup.transactions_partition.and_then(|p| self.replica(p)) else {
            return;
        };
        let mut entries = LiteMap::new();
        for entry in replica.log.batches() {
            if let Payload::Transaction(metadata) = &entry.payload {
                entries.insert(metadata.id, Entry::of((**metadata).clone()));
            }
        }
        let ids: Vec<TransactionalId> = entries.keys().copied().collect();
        self.coordinator = Coordinator { entries };
        for id in ids {
            self.begin_markers(cx, id);
        }
    }

    /// Another broker coordinates: whoever waits here is sent there.
    pub(super) fn transactions_resigned(&mut self, cx: &mut Cx<'_>) {
        for (_, entry) in std::mem::take(&mut self.coordinator).entries {
            if let Some((reply, _)) = entry.pending.and_then(|pending| pending.answer) {
                let answer = Response::Transaction(Err(KafkaError::NotCoordinator));
                self.reply(cx, reply, answer, 0);
            }
        }
    }

    /// Every `transaction.abort.timed.out.transaction.cleanup.interval.ms`: transactions that were
    /// open for longer than their producer's `transaction.timeout.ms` are aborted, and the
    /// producer is fenced (`TransactionCoordinator.abortTimedOutTransactions`).
    pub(super) fn transaction_sweep(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        let now_us = cx.now_us();
        let too_old = |entry: &Entry| {
            let TransactionMetadata { state, started_us, timeout_us, .. } = &entry.metadata;
            *state == TransactionState::Ongoing
                && entry.pending.is_none()
                && started_us + timeout_us < now_us
        };
        let old: Vec<TransactionalId> = self
            .coordinator
            .entries
            .iter()
            .filter(|(_, entry)| too_old(entry))
            .map(|(id, _)| *id)
            .collect();
        for id in old {
            let before = cx.cause;
            cx.emit(Kind::TransactionTimedOut { broker: self.id, id });
            self.fence(cx, id, None);
            cx.cause = before;
        }
        let period_us =
            self.settings(setup).transaction_abort_timed_out_transaction_cleanup_interval_us;
        cx.ambient(period_us.max(1), self.timer(BrokerTimer::TransactionSweep));
    }
}

/// The identity after this one: the next epoch, or the next producer id when the epochs are used
/// up (`TransactionMetadata.isProducerEpochExhausted`).
fn next(producer: ProducerIdAndEpoch) -> ProducerIdAndEpoch {
    let ProducerIdAndEpoch { producer_id, epoch } = producer;
    if epoch >= EPOCH_MAX - 1 {
        ProducerIdAndEpoch { producer_id: producer_id + 1, epoch: 0 }
    } else {
        ProducerIdAndEpoch { producer_id, epoch: epoch + 1 }
    }
}

/// A request's number, for what a broker asks itself.
pub(super) fn own(request: RequestId) -> ReplyTo {
    ReplyTo { connection: None, request }
}
