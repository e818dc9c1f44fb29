//! The application's thread: it calls `send()`, `get()` and `flush()`, and hears of outcomes
//! (`KafkaProducer.doSend`).
//!
//! Simplified: a message that is sent again goes to the partition that it had, as if the
//! application named it.

use litemap::LiteMap;

use super::Producer;
use super::accumulator::{Append, ProducerBatch};
use super::partitioner::Choice;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::{Event, ProducerTimer};
use crate::model::ids::{BatchId, Node, PartitionId, RecordId};
use crate::model::record::{RecordPlan, upper_bound_bytes};
use crate::model::trace::Kind;
use crate::script::{OnRestart, SendStyle};

/// The thread that calls `send()`.
#[derive(Clone, Debug, Default)]
pub struct Application {
    /// How many of its planned records it has sent.
    pub sent: u32,
    /// The records that it sent besides, because an action said so.
    pub also: Vec<RecordId>,
    /// What it waits for.
    pub waiting: Waiting,
    /// What it sends before its next planned record.
    pub(super) again: Vec<RecordId>,
    /// How often it sent a record again.
    resends: LiteMap<RecordId, u32>,
    /// The partitions of records that it may send again.
    placed: LiteMap<RecordId, PartitionId>,
    /// What it would send again after a restart, if it keeps an outbox.
    outbox: Vec<RecordId>,
    /// The batches that `flush()` waits for.
    flushing: Vec<BatchId>,
    /// Whether everything is sent that it makes of the last `poll()`.
    pub finishing: bool,
    /// How many calls have blocked: the number of a `max.block.ms` timer.
    blocks: u32,
}

/// What an application thread waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waiting {
    /// Nothing.
    #[default]
    No,
    /// Memory for that record: `send()` blocks.
    Memory(RecordId),
    /// The outcome of that record: `get()` blocks.
    Outcome(RecordId),
    /// Everything that was sent: `flush()` blocks.
    Flush,
    /// `initTransactions()`, `commitTransaction()` or `abortTransaction()`.
    Transaction,
}

impl Producer {
    /// Plans the next `send()`.
    pub(super) fn plan_send(&mut self, cx: &mut Cx<'_>) {
        if self.alive && !self.closing && self.ends_transaction(cx) {
            return;
        }
        let setup = cx.setup();
        let next = self.setup(setup).records.get(self.application.sent as usize);
        let wait_us = match next {
            _ if self.closing || !self.alive => return,
            _ if !self.application.again.is_empty() => 0,
            Some(record) => {
                cx.cause = None;
                setup.record(*record).at_us.saturating_sub(cx.now_us())
            }
            None => return,
        };
        cx.after(wait_us, Event::Producer(self.id, ProducerTimer::Send));
    }

    /// The next `send()`, unless the thread waits for something. Answers whether the sender has to
    /// look: a record that joins an open batch does not wake it (`KafkaProducer.doSend`).
    pub(super) fn send_next(&mut self, cx: &mut Cx<'_>) -> bool {
        if self.closing || self.application.waiting != Waiting::No {
            return true;
        }
        let setup = cx.setup();
        let next = self.setup(setup).records.get(self.application.sent as usize);
        // What is not due yet: the timer is one of an earlier life of the process.
        let now_us = cx.now_us();
        let next = next.filter(|id| setup.record(**id).at_us <= now_us);
        let sends = !self.application.again.is_empty() || next.is_some();
        if sends && !self.may_send_in_transaction(cx) {
            return true;
        }
        if !self.application.again.is_empty() {
            let record = self.application.again.remove(0);
            let planned = setup.record(record).at_us < u64::MAX;
            let new = !planned && !self.application.also.contains(&record);
            if new {
                self.application.also.push(record);
            }
            return self.send(cx, record, new);
        }
        if let Some(record) = next {
            self.application.sent += 1;
            return self.send(cx, *record, true);
        }
        true
    }

    /// An action lets the application send a record, perhaps once more.
    pub fn send_also(&mut self, cx: &mut Cx<'_>, record: RecordId) {
        if self.alive && (!self.closing || self.returns.is_some()) {
            self.application.again.push(record);
            self.send_next(cx);
            self.run_once(cx);
        }
    }

    /// `KafkaProducer.doSend`: serialization, size check, partition, append.
    fn send(&mut self, cx: &mut Cx<'_>, record: RecordId, new: bool) -> bool {
        let setup = cx.setup();
        let (mine, config) = (self.setup(setup), self.config(setup));
        let plan = setup.record(record);
        let producer = self.id;
        cx.emit(if new {
            Kind::RecordCreated { producer, record }
        } else {
            Kind::RecordResent { producer, record }
        });
        if mine.on_restart == OnRestart::ResendUnacknowledged
            && !self.application.outbox.contains(&record)
        {
            self.application.outbox.push(record);
        }
        let bytes = upper_bound_bytes(plan);
        if plan.unserializable {
            self.failed_at_once(cx, record, KafkaError::Serialization);
        } else if bytes > config.max_request_size || u64::from(bytes) > config.buffer_memory {
            self.failed_at_once(cx, record, KafkaError::RecordTooLarge);
        } else {
            return self.append(cx, record);
        }
        true
    }

    /// Appends to the accumulator, or blocks for memory.
    fn append(&mut self, cx: &mut Cx<'_>, record: RecordId) -> bool {
        let setup = cx.setup();
        let (mine, config) = (self.setup(setup), self.config(setup));
        let plan = setup.record(record);
        let partition = match self.application.placed.get(&record) {
            Some(partition) => *partition,
            None => self.sticky.partition(
                cx,
                &Choice {
                    me: Node::Producer(self.id),
                    config,
                    metadata: &self.metadata,
                    accumulator: &self.accumulator,
                },
                plan,
            ),
        };
        match self.accumulator.append(config, cx.now_us(), partition, record, plan) {
            Append::Done { batch, full, new } => {
                cx.emit(Kind::RecordBatched { producer: self.id, record, partition, batch });
                self.sent_in_transaction(cx, record, partition);
                self.appended(cx, plan, full);
                if mine.may_resend {
                    self.application.placed.insert(record, partition);
                }
                self.sent(cx, record);
                let waits = self.application.waiting != Waiting::No;
                return new || full || waits || self.transactions.is_some();
            }
            Append::NoMemory if self.application.waiting == Waiting::Memory(record) => {}
            Append::NoMemory => {
                cx.emit(Kind::SendBlocked { producer: self.id, record });
                self.application.waiting = Waiting::Memory(record);
                self.application.blocks += 1;
                let timer = ProducerTimer::BlockTimeout(self.application.blocks);
                cx.ambient(config.max_block_us, Event::Producer(self.id, timer));
            }
        }
        true
    }

    /// The partitioner counts the bytes of records without a key.
    fn appended(&mut self, cx: &Cx<'_>, plan: &RecordPlan, full: bool) {
        let setup = cx.setup();
        let config = self.config(setup);
        let keyless = plan.key.is_none() || config.partitioner_ignore_keys;
        if keyless && plan.partition.is_none() {
            let choice = Choice {
                me: Node::Producer(self.id),
                config,
                metadata: &self.metadata,
                accumulator: &self.accumulator,
            };
            self.sticky.appended(cx, &choice, plan, full);
        }
    }

    /// `send()` returned: the thread goes on, or calls `get()` or `flush()`.
    fn sent(&mut self, cx: &mut Cx<'_>, record: RecordId) {
        let setup = cx.setup();
        let mine = self.setup(setup);
        let blocking = mine.style == SendStyle::Blocking;
        self.application.waiting = if blocking { Waiting::Outcome(record) } else { Waiting::No };
        if mine.flush_every > 0 && self.application.sent.is_multiple_of(mine.flush_every) {
            self.call_flush(cx);
        } else if !blocking {
            self.plan_send(cx);
        }
    }

    /// `send()` threw, or answered with a failed future; nothing was stored anywhere.
    fn failed_at_once(&mut self, cx: &mut Cx<'_>, record: RecordId, error: KafkaError) {
        cx.emit(Kind::BatchFailed { producer: self.id, records: vec![record], error });
        self.application.waiting = Waiting::No;
        self.maybe_resend(cx, record, error);
        self.plan_send(cx);
    }

    pub(super) fn block_timeout(&mut self, cx: &mut Cx<'_>, number: u32) {
        if let Waiting::Memory(record) = self.application.waiting
            && self.application.blocks == number
        {
            self.failed_at_once(cx, record, KafkaError::BufferExhausted);
        }
    }

    /// Memory came back to the pool: the blocked call tries again.
    pub(super) fn memory_freed(&mut self, cx: &mut Cx<'_>, bytes: u32) {
        self.accumulator.free_bytes += u64::from(bytes);
        if let Waiting::Memory(record) = self.application.waiting {
            self.append(cx, record);
        }
    }

    /// A callback that sends a record again if its exception is retriable.
    pub(super) fn maybe_resend(&mut self, cx: &mut Cx<'_>, record: RecordId, error: KafkaError) {
        let limit = self.setup(cx.setup()).resend;
        let times = self.application.resends.get(&record).copied().unwrap_or_default();
        if error.worth_another_send() && times < limit {
            self.application.resends.insert(record, times + 1);
            self.application.again.push(record);
            self.plan_send(cx);
        }
    }

    /// The outcome of a batch is known: a thread in `get()` or `flush()` goes on.
    pub(super) fn outcome_known(&mut self, cx: &mut Cx<'_>, batch: &ProducerBatch, acked: bool) {
        if acked {
            self.application.outbox.retain(|record| !batch.records.contains(record));
        }
        if let Waiting::Outcome(record) = self.application.waiting
            && batch.records.contains(&record)
        {
            self.application.waiting = Waiting::No;
            self.plan_send(cx);
        }
        self.flushed(cx, batch.id);
    }

    /// `flush()`: everything can be sent at once, and the call waits until each batch that is
    /// incomplete now has an outcome, whatever it is (`RecordAccumulator.awaitFlushCompletion`).
    pub fn call_flush(&mut self, cx: &mut Cx<'_>) {
        if !self.alive || self.application.waiting != Waiting::No {
            return;
        }
        cx.emit(Kind::FlushCalled { producer: self.id });
        let in_flight = self.in_flight.iter().flat_map(|request| &request.batches);
        let batches = self.accumulator.deques.iter().flatten().chain(in_flight);
        self.application.flushing = batches.map(|batch| batch.id).collect();
        self.application.waiting = Waiting::Flush;
        self.flush_returns(cx);
    }

    /// The pieces of a batch take its place in a `flush()`; before KAFKA-19479 they did not.
    pub(super) fn flush_pieces(&mut self, cx: &mut Cx<'_>, batch: BatchId, pieces: u32) {
        let known = self.application.flushing.contains(&batch);
        if known && cx.setup().rules.flush_waits_for_pieces {
            let last = self.accumulator.last_batch();
            let ids = (last + 1 - pieces..=last).map(BatchId);
            self.application.flushing.extend(ids);
        }
        self.flushed(cx, batch);
    }

    fn flushed(&mut self, cx: &mut Cx<'_>, batch: BatchId) {
        self.application.flushing.retain(|id| *id != batch);
        self.flush_returns(cx);
    }

    fn flush_returns(&mut self, cx: &mut Cx<'_>) {
        if self.application.waiting == Waiting::Flush && self.application.flushing.is_empty() {
            self.application.waiting = Waiting::No;
            cx.note(Kind::FlushReturned { producer: self.id });
            self.finished_without_transaction(cx);
            self.plan_send(cx);
        }
    }

    /// The process died, and its application's thread with it. What it had in memory is gone, but
    /// not what its next life reads from its source again.
    pub(super) fn application_dies(&mut self, on_restart: OnRestart, planned: &[RecordId]) {
        let Application { sent, also, outbox, resends, placed, blocks, .. } =
            std::mem::take(&mut self.application);
        let again = match on_restart {
            OnRestart::Continue => Vec::new(),
            OnRestart::ResendUnacknowledged => outbox.clone(),
            OnRestart::ResendAll => planned[..sent as usize].iter().chain(&also).copied().collect(),
        };
        self.application = Application {
            sent,
            also,
            again,
            outbox,
            resends,
            placed,
            blocks,
            ..Application::default()
        };
    }
}
