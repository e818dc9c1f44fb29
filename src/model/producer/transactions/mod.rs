//! The producer's side of transactions (`TransactionManager`): what it asks of the coordinator, one
//! request at a time, and what errors mean for the transaction.

mod calls;

use super::Producer;
use super::application::Waiting;
use crate::model::cx::{Cx, Handover};
use crate::model::error::KafkaError;
use crate::model::event::{ConsumerTimer, Event, ProducerSays, ProducerTimer};
use crate::model::ids::{PartitionId, RecordId, RequestId, TransactionalId};
use crate::model::trace::Kind;

/// What a transactional producer knows of its transaction.
#[derive(Clone, Debug)]
pub struct Transactions {
    id: TransactionalId,
    /// Where it is.
    pub state: State,
    /// Whether the call that the application waits in commits or aborts; `None` is
    /// `initTransactions()`.
    ending: Option<bool>,
    /// The records of the open transaction.
    pub records: Vec<RecordId>,
    /// How many transactions were begun.
    begun: u32,
    /// Partitions whose batches may be sent.
    added: Vec<PartitionId>,
    /// Partitions that the coordinator has to know first (`transaction.version` 0 and 1).
    to_add: Vec<PartitionId>,
    /// Those of them that it was asked to add.
    adding: Vec<PartitionId>,
    /// Offsets that are to be committed with it.
    offsets: Option<Handover>,
    request: Option<(RequestId, Doing)>,
    retry_us: u64,
    /// Whether the next transaction needs another epoch, since a batch has failed (KIP-360).
    bump: bool,
    /// Whether the transaction has failed, and not been aborted by choice.
    failed: bool,
    calls: u32,
}

/// Where a producer is (`TransactionManager.State`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has no id yet, or needs another epoch.
    Initializing,
    /// No transaction is open.
    Ready,
    /// One is.
    InTransaction,
    /// The open one cannot be committed.
    AbortableError,
    /// Nothing can be done any more.
    FatalError,
}

/// What was asked of a coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Doing {
    Init,
    Add,
    AddOffsets,
    Offsets,
    End(bool),
}

impl Transactions {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(id: TransactionalId) -> Self {
        Self {
            id,
            state: State::Initializing,
            ending: None,
            records: Vec::new(),
            begun: 0,
            added: Vec::new(),
            to_add: Vec::new(),
            adding: Vec::new(),
            offsets: None,
            request: None,
            retry_us: 0,
            bump: false,
            failed: false,
            calls: 0,
        }
    }

    /// Those of a new producer with the same id, whose application has begun so many.
    #[must_use]
    pub fn anew(&self, begun: u32) -> Self {
        Self { begun, calls: self.calls, ..Self::new(self.id) }
    }

    /// How many transactions were begun.
    #[must_use]
    pub fn begun(&self) -> u32 {
        self.begun
    }

    /// Its `transactional.id`.
    #[must_use]
    pub fn id(&self) -> TransactionalId {
        self.id
    }

    /// Whether the application waits for the end of the transaction: lingering is over.
    #[must_use]
    pub fn is_completing(&self) -> bool {
        self.ending.is_some()
    }

    /// Whether a partition is in the transaction, or on its way into it.
    fn holds(&self, partition: PartitionId) -> bool {
        [&self.added, &self.to_add, &self.adding].iter().any(|all| all.contains(&partition))
    }
}

impl Producer {
    /// `initTransactions()`.
    pub(super) fn init_transactions(&mut self, cx: &mut Cx<'_>) {
        if self.transactions.is_some() {
            self.block_in_call(cx);
        }
    }

    /// The application waits in a call, for `max.block.ms` at most; then it repeats it.
    fn block_in_call(&mut self, cx: &mut Cx<'_>) {
        let max_block_us = self.config(cx.setup()).max_block_us;
        let Some(mine) = &mut self.transactions else { return };
        mine.calls += 1;
        self.application.waiting = Waiting::Transaction;
        let timer = ProducerTimer::CallTimeout(mine.calls);
        cx.ambient(max_block_us, Event::Producer(self.id, timer));
    }

    /// `max.block.ms` is over: the outcome is unknown, and the application calls again.
    pub(super) fn call_timeout(&mut self, cx: &mut Cx<'_>, number: u32) {
        let same = self.transactions.as_ref().is_some_and(|mine| mine.calls == number);
        if same && self.application.waiting == Waiting::Transaction {
            cx.note(Kind::TransactionCallTimedOut { producer: self.id });
            self.block_in_call(cx);
        }
    }

    /// Before a `send()`: the application begins a transaction, or aborts one that has failed.
    /// Answers whether it can send.
    pub(super) fn may_send_in_transaction(&mut self, cx: &mut Cx<'_>) -> bool {
        let Some(mine) = &mut self.transactions else { return true };
        match mine.state {
            State::Ready => {
                mine.state = State::InTransaction;
                mine.begun += 1;
                mine.failed = false;
                cx.note(Kind::TransactionBegun { producer: self.id });
                true
            }
            State::InTransaction => true,
            State::AbortableError => {
                // send() throws. What would have been sent is made anew, if the application tries again.
                if self.setup(cx.setup()).consumer.is_some() {
                    self.application.again.clear();
                    self.tell_consumer(cx, ProducerSays::Threw);
                }
                self.end_transaction(cx, false);
                false
            }
            State::Initializing | State::FatalError => false,
        }
    }

    /// `send()` puts a record in the open transaction (`TransactionManager.maybeAddPartition`).
    pub(super) fn sent_in_transaction(
        &mut self,
        cx: &Cx<'_>,
        record: RecordId,
        partition: PartitionId,
    ) {
        let Some(mine) = &mut self.transactions else { return };
        mine.records.push(record);
        if mine.holds(partition) {
            return;
        }
        // With `transaction.version` 2 its leader tells the coordinator.
        match cx.setup().rules.bumps_epoch_per_transaction {
            true => mine.added.push(partition),
            false => mine.to_add.push(partition),
        }
    }

    /// Whether batches of a partition may be sent (`TransactionManager.isSendToPartitionAllowed`).
    pub(super) fn may_drain(&self, partition: PartitionId) -> bool {
        self.transactions
            .as_ref()
            .is_none_or(|mine| mine.state != State::FatalError && mine.added.contains(&partition))
    }

    /// After a `send()`: whether the application ends the transaction now, or cannot go on.
    pub(super) fn ends_transaction(&mut self, cx: &mut Cx<'_>) -> bool {
        if self.transactions.is_none() {
            return false;
        }
        let setup = cx.setup();
        let producer = self.setup(setup);
        let (Some(mine), Some(uses)) = (&self.transactions, &producer.transactional) else {
            return false;
        };
        if self.application.waiting != Waiting::No {
            return true;
        }
        let last = self.application.sent as usize >= producer.records.len();
        let more = !self.application.again.is_empty();
        let full = mine.records.len() as u32 >= uses.style.records || (last && !more);
        let ends = match producer.consumer {
            Some(_) => self.application.finishing && !more,
            None => full && !mine.records.is_empty(),
        };
        match mine.state {
            State::FatalError | State::Initializing => true,
            State::AbortableError => {
                self.end_transaction(cx, self.application.finishing);
                true
            }
            State::InTransaction if ends => {
                let commit = !uses.style.abort.contains(&mine.begun);
                self.end_transaction(cx, commit);
                true
            }
            // Nothing was sent; offsets may have to be committed all the same.
            State::Ready if self.application.finishing && !more => {
                self.may_send_in_transaction(cx);
                self.end_transaction(cx, true);
                true
            }
            _ => false,
        }
    }

    /// `commitTransaction()` or `abortTransaction()`. A commit of what has failed throws, and the
    /// application aborts.
    fn end_transaction(&mut self, cx: &mut Cx<'_>, commit: bool) {
        let producer = self.id;
        let Some(mine) = &mut self.transactions else { return };
        let mut commit = commit;
        cx.note(Kind::TransactionEnding { producer, commit });
        if commit && mine.state == State::AbortableError {
            commit = false;
            cx.note(Kind::TransactionEnding { producer, commit });
        }
        mine.ending = Some(commit);
        if let Some(offsets) = cx.take_handover(producer).filter(|_| commit) {
            mine.offsets = Some(offsets);
        }
        if !commit {
            // `TransactionManager.beginAbort`: what it was not asked to add, it need not know.
            mine.to_add.clear();
        }
        self.block_in_call(cx);
        if !commit {
            self.abort_undrained(cx);
        }
    }

    /// The end of the transaction that is open when a producer is closed: the application commits it
    /// with what it has so far, or `close()` aborts it.
    pub(super) fn end_before_close(&mut self, cx: &mut Cx<'_>, in_order: bool) {
        let uses = self.setup(cx.setup()).transactional.as_ref();
        let (Some(mine), Some(uses)) = (&self.transactions, uses) else { return };
        let wanted = !uses.style.abort.contains(&mine.begun);
        let commit = in_order && wanted && mine.state == State::InTransaction;
        self.end_transaction(cx, commit);
        self.run_once(cx);
    }

    /// What was never sent will not be (`RecordAccumulator.abortUndrainedBatches`).
    fn abort_undrained(&mut self, cx: &mut Cx<'_>) {
        for partition in 0..self.accumulator.deques.len() {
            let deque = std::mem::take(&mut self.accumulator.deques[partition]);
            let (drained, undrained): (Vec<_>, Vec<_>) =
                deque.into_iter().partition(|batch| batch.frozen.is_some());
            self.accumulator.deques[partition].extend(drained);
            for batch in undrained {
                let end = super::sequences::GivenUp::Expired;
                self.fail(cx, batch, KafkaError::TransactionAborted, end);
            }
        }
    }

    /// A batch failed for good (`TransactionManager.handleFailedBatch`).
    pub(super) fn batch_of_transaction_failed(&mut self, cx: &mut Cx<'_>, error: KafkaError) {
        let Some(mine) = &mut self.transactions else { return };
        let done = matches!(error, KafkaError::TransactionAborted | KafkaError::ClosedForcefully);
        if done || mine.state == State::Ready {
            return;
        }
        mine.bump = true;
        let tells = cx.setup().rules.says_retries_abortable && error.worth_another_send();
        let error = if tells { KafkaError::TransactionAbortable } else { error };
        self.transaction_failed(cx, error, error == KafkaError::ProducerFenced);
    }

    /// The transaction cannot be committed any more; after a fatal error the application closes
    /// the producer (`transitionToAbortableError`, `transitionToFatalError`).
    fn transaction_failed(&mut self, cx: &mut Cx<'_>, error: KafkaError, fatal: bool) {
        let producer = self.id;
        let Some(mine) = &mut self.transactions else { return };
        if mine.state == State::FatalError || (mine.state == State::AbortableError && !fatal) {
            return;
        }
        mine.failed = true;
        mine.state = if fatal { State::FatalError } else { State::AbortableError };
        let records = mine.records.clone();
        cx.note(Kind::TransactionFailed { producer, records, error, fatal });
        if fatal {
            self.application.waiting = Waiting::No;
            self.tell_consumer(cx, ProducerSays::Fatal);
            self.closing = true;
            self.close_forcefully(cx);
        } else if mine.ending == Some(true) {
            // commitTransaction() throws.
            self.end_transaction(cx, false);
        }
    }

    /// The consumer of the same process hears what became of the transaction.
    fn tell_consumer(&self, cx: &mut Cx<'_>, says: ProducerSays) {
        let consumer = self.setup(cx.setup()).consumer;
        if let Some(consumer) = consumer {
            cx.after(0, Event::Consumer(consumer, ConsumerTimer::Producer(says)));
        }
    }

    /// The application has processed a record and sends what it made of it.
    pub(super) fn output(&mut self, cx: &mut Cx<'_>, record: RecordId) {
        self.application.again.push(record);
        self.send_next(cx);
    }

    /// The application has processed everything that `poll()` returned.
    pub(super) fn finish(&mut self, cx: &mut Cx<'_>) {
        self.application.finishing = true;
        if self.transactions.is_some() {
            self.plan_send(cx);
        } else {
            self.call_flush(cx);
        }
    }

    /// `flush()` returned, for an application without transactions.
    pub(super) fn finished_without_transaction(&mut self, cx: &mut Cx<'_>) {
        if self.transactions.is_none() && std::mem::take(&mut self.application.finishing) {
            cx.take_handover(self.id);
            self.tell_consumer(cx, ProducerSays::Committed);
        }
    }
}
