//! What producers and leaders ask the transaction coordinator, and its rules
//! (`TransactionCoordinator.handleInitProducerId`, `handleAddPartitionsToTransaction`,
//! `handleVerifyPartitionsInTransaction`, `endTransaction`).

use super::{Answer, Entry, next};
use crate::model::broker::Broker;
use crate::model::broker::produce::ReplyTo;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::ids::{PartitionId, TransactionalId};
use crate::model::message::Response;
use crate::model::transaction::{
    EPOCH_MAX, ProducerIdAndEpoch, TransactionCall, TransactionMetadata, TransactionState,
};

/// What a call leads to: an answer at once, or a change that has to be written first.
enum Step {
    Answer(Answer),
    Write(TransactionMetadata, Answer),
    /// The open transaction is aborted first, under an epoch that nobody has.
    Fence,
}

impl Broker {
    /// A call to the coordinator.
    pub(in crate::model::broker) fn transaction_call(
        &mut self,
        cx: &mut Cx<'_>,
        reply: ReplyTo,
        id: TransactionalId,
        call: &TransactionCall,
    ) {
        let setup = cx.setup();
        if let Err(error) = self.coordinates_transactions(setup) {
            return self.reply(cx, reply, Response::Transaction(Err(error)), 0);
        }
        let rules = setup.rules;
        if let TransactionCall::InitProducerId { timeout_us, .. } = call
            && !self.coordinator.entries.contains_key(&id)
        {
            let new = Entry::of(unheard_of(id, *timeout_us));
            self.coordinator.entries.insert(id, new);
            let to = unheard_of(id, *timeout_us);
            let answer = Ok(to.producer);
            return self.log_transaction(cx, to, Some((reply, answer)));
        }
        let Some(entry) = self.coordinator.entries.get(&id) else {
            let answer = Response::Transaction(Err(KafkaError::InvalidProducerIdMapping));
            return self.reply(cx, reply, answer, 0);
        };
        let step = match call {
            TransactionCall::InitProducerId { timeout_us, known } => {
                init_producer_id(entry, *timeout_us, *known)
            }
            TransactionCall::AddPartitions { producer, partitions, verify_only: true } => {
                let late = if rules.says_transaction_abortable {
                    KafkaError::TransactionAbortable
                } else {
                    KafkaError::InvalidTxnState
                };
                verify(entry, *producer, partitions, late)
            }
            TransactionCall::AddPartitions { producer, partitions, .. } => {
                add_partitions(entry, *producer, partitions, cx.now_us())
            }
            TransactionCall::EndTxn { producer, commit } => {
                end(entry, *producer, *commit, rules.bumps_epoch_per_transaction)
            }
        };
        match step {
            Step::Answer(answer) => self.reply(cx, reply, Response::Transaction(answer), 0),
            Step::Write(to, answer) => self.log_transaction(cx, to, Some((reply, answer))),
            Step::Fence => self.fence(cx, id, Some(reply)),
        }
    }

    /// Aborts a transaction under a new epoch, so that its producer can do no more
    /// (`TransactionMetadata.prepareFenceProducerEpoch`). Whoever asked has to ask again: it may
    /// take a while until all markers are written.
    pub(super) fn fence(&mut self, cx: &mut Cx<'_>, id: TransactionalId, reply: Option<ReplyTo>) {
        let bumps = cx.setup().rules.bumps_epoch_per_transaction;
        let Some(entry) = self.coordinator.entries.get(&id) else { return };
        let mut to = entry.metadata.clone();
        to.producer.epoch = (to.producer.epoch + 1 + u16::from(bumps)).min(EPOCH_MAX);
        to.last_epoch = None;
        to.state = TransactionState::PrepareAbort;
        let answer = reply.map(|reply| (reply, Err(KafkaError::ConcurrentTransactions)));
        self.log_transaction(cx, to, answer);
    }
}

/// A transactional id that comes for the first time gets a producer id.
fn unheard_of(id: TransactionalId, timeout_us: u64) -> TransactionMetadata {
    let producer_id = (u64::from(id.0) + 1) * 1_000_000;
    TransactionMetadata {
        id,
        producer: ProducerIdAndEpoch { producer_id, epoch: 0 },
        last_epoch: None,
        timeout_us,
        state: TransactionState::Empty,
        partitions: Vec::new(),
        started_us: 0,
    }
}

/// A new epoch for a new life of the producer, or for one that wants to go on after an error and
/// says which epoch it has (`prepareInitProducerIdTransit`, `prepareIncrementProducerEpoch`).
fn init_producer_id(entry: &Entry, timeout_us: u64, known: Option<ProducerIdAndEpoch>) -> Step {
    let Entry { metadata, pending, .. } = entry;
    let now = metadata.producer;
    if pending.is_some() || metadata.state.decided().is_some() {
        return Step::Answer(Err(KafkaError::ConcurrentTransactions));
    }
    if known.is_some_and(|known| known.producer_id != now.producer_id) {
        return Step::Answer(Err(KafkaError::ProducerFenced));
    }
    if metadata.state == TransactionState::Ongoing {
        return Step::Fence;
    }
    let (producer, last_epoch) = match known.map(|known| known.epoch) {
        None => (next(now), None),
        Some(epoch) if epoch == now.epoch => (next(now), Some(epoch)),
        // It asks again because it has not heard the answer.
        Some(epoch) if Some(epoch) == metadata.last_epoch => (now, metadata.last_epoch),
        Some(_) => return Step::Answer(Err(KafkaError::ProducerFenced)),
    };
    let to = TransactionMetadata {
        producer,
        last_epoch,
        timeout_us,
        state: TransactionState::Empty,
        partitions: Vec::new(),
        ..metadata.clone()
    };
    Step::Write(to, Ok(producer))
}

/// What both ways of adding a partition refuse.
fn refuses(entry: &Entry, producer: ProducerIdAndEpoch) -> Option<KafkaError> {
    let now = entry.metadata.producer;
    if entry.pending.is_some() {
        Some(KafkaError::ConcurrentTransactions)
    } else if producer.producer_id != now.producer_id {
        Some(KafkaError::InvalidProducerIdMapping)
    } else if producer.epoch != now.epoch {
        Some(KafkaError::ProducerFenced)
    } else if entry.metadata.state.decided().is_some() {
        Some(KafkaError::ConcurrentTransactions)
    } else {
        None
    }
}

fn add_partitions(
    entry: &Entry,
    producer: ProducerIdAndEpoch,
    partitions: &[PartitionId],
    now_us: u64,
) -> Step {
    if let Some(error) = refuses(entry, producer) {
        return Step::Answer(Err(error));
    }
    let mut to = entry.metadata.clone();
    let ongoing = to.state == TransactionState::Ongoing;
    if !ongoing {
        to.partitions.clear();
        to.started_us = now_us;
        to.state = TransactionState::Ongoing;
    }
    let new: Vec<PartitionId> =
        partitions.iter().filter(|p| !to.partitions.contains(p)).copied().collect();
    if ongoing && new.is_empty() {
        return Step::Answer(Ok(producer));
    }
    to.partitions.extend(new);
    Step::Write(to, Ok(producer))
}

/// Whether these partitions belong to the open transaction (KIP-890): what is late does not.
fn verify(
    entry: &Entry,
    producer: ProducerIdAndEpoch,
    partitions: &[PartitionId],
    late: KafkaError,
) -> Step {
    let error = refuses(entry, producer);
    let known = partitions.iter().all(|p| entry.metadata.partitions.contains(p));
    Step::Answer(match error {
        Some(error) => Err(error),
        None if known => Ok(producer),
        None => Err(late),
    })
}

/// `EndTxn`. From the moment that this is written the outcome is fixed. With `transaction.version`
/// 2 the epoch rises, so that the same request with the epoch before it is a repetition.
fn end(entry: &Entry, producer: ProducerIdAndEpoch, commit: bool, bumps: bool) -> Step {
    use TransactionState::{CompleteAbort, CompleteCommit, Empty, Ongoing};
    let Entry { metadata, pending, .. } = entry;
    let now = metadata.producer;
    let same = producer == now;
    // With the last epoch the answer to a repetition has another producer id.
    let rotated = producer.producer_id + 1 == now.producer_id
        && producer.epoch == EPOCH_MAX - 1
        && now.epoch == 0;
    let after =
        producer.producer_id == now.producer_id && producer.epoch.checked_add(1) == Some(now.epoch);
    let again = bumps && (rotated || after);
    let valid = match metadata.state {
        _ if !bumps => same,
        Empty | Ongoing => same,
        CompleteCommit | CompleteAbort => same || again,
        TransactionState::PrepareCommit | TransactionState::PrepareAbort => again,
    };
    if producer.producer_id != now.producer_id && !(bumps && rotated) {
        return Step::Answer(Err(KafkaError::InvalidProducerIdMapping));
    }
    if !valid {
        return Step::Answer(Err(KafkaError::ProducerFenced));
    }
    if pending.is_some() {
        return Step::Answer(Err(KafkaError::ConcurrentTransactions));
    }
    let done = if commit { CompleteCommit } else { CompleteAbort };
    match metadata.state {
        Ongoing => prepare(metadata, commit, bumps),
        state if state.decided() == Some(commit) => {
            Step::Answer(Err(KafkaError::ConcurrentTransactions))
        }
        state if state == done && (again || !bumps) => Step::Answer(Ok(now)),
        // Nothing was added to the transaction, and yet it counts: its epoch rises.
        Empty | CompleteCommit | CompleteAbort if bumps && !commit && !again => {
            let nothing = TransactionMetadata { partitions: Vec::new(), ..metadata.clone() };
            prepare(&nothing, false, bumps)
        }
        _ => Step::Answer(Err(KafkaError::InvalidTxnState)),
    }
}

/// The decision (`TransactionMetadata.prepareAbortOrCommit`).
fn prepare(metadata: &TransactionMetadata, commit: bool, bumps: bool) -> Step {
    let mut to = metadata.clone();
    to.state =
        if commit { TransactionState::PrepareCommit } else { TransactionState::PrepareAbort };
    if bumps {
        to.last_epoch = Some(to.producer.epoch);
        to.producer.epoch += 1;
    }
    let answer = Ok(after(to.producer));
    Step::Write(to, answer)
}

/// The identity for the next transaction: the last epoch is that of markers only
/// (`TransactionMetadata.nextProducerId`).
pub(super) fn after(producer: ProducerIdAndEpoch) -> ProducerIdAndEpoch {
    if producer.epoch == EPOCH_MAX { next(producer) } else { producer }
}
