//! `RecordAccumulator`: a deque of batches per partition, and the pool of memory behind them.

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;

use crate::model::cx::Cx;
use crate::model::ids::{BatchId, BrokerId, PartitionId, ProducerId, RecordId, TransactionalId};
use crate::model::luck::{Purpose, jittered};
use crate::model::record::{Batch, RecordPlan, Sequenced, record_bytes, upper_bound_bytes};
use crate::script::config::ProducerConfig;

use super::metadata::ClientMetadata;

/// A batch in the making, or on its way (`ProducerBatch`).
#[derive(Clone, Debug)]
pub struct ProducerBatch {
    /// Its number.
    pub id: BatchId,
    /// Where it goes.
    pub partition: PartitionId,
    /// Its records so far.
    pub records: Vec<RecordId>,
    /// Its size so far.
    pub bytes: u32,
    /// The size of its buffer.
    pub capacity_bytes: u32,
    /// Its buffer's share of the pool: none for a piece of a split batch.
    pub pooled_bytes: u32,
    /// When it was made; `delivery.timeout.ms` counts from here.
    pub created_us: u64,
    /// How often it was put back.
    pub attempts: u32,
    /// When it was put back last.
    pub last_attempt_us: u64,
    /// How long it then waits.
    pub backoff_us: u64,
    /// The leader's epoch when it was sent last.
    pub sent_epoch: u32,
    /// What is sent: made when it is drained first, kept for retries.
    pub frozen: Option<Arc<Batch>>,
    /// Whether it takes no more records.
    pub closed: bool,
    /// Whether it got another sequence after it was sent first.
    pub sequence_reset: bool,
}

impl ProducerBatch {
    /// Whether nothing more fits in (`ProducerBatch.isFull`).
    #[must_use]
    pub fn full(&self) -> bool {
        self.closed || self.bytes >= self.capacity_bytes
    }

    /// When it is given up.
    #[must_use]
    pub fn expires_us(&self, config: &ProducerConfig) -> u64 {
        self.created_us.saturating_add(config.delivery_timeout_us)
    }

    /// Its base sequence, once it has one.
    #[must_use]
    pub fn base_sequence(&self) -> Option<u32> {
        Some(self.frozen.as_ref()?.sequenced?.base_sequence)
    }

    /// Closes it for good, with its sequence.
    pub fn freeze(
        &mut self,
        producer: ProducerId,
        sequenced: Option<Sequenced>,
        transactional: Option<TransactionalId>,
    ) -> Arc<Batch> {
        self.closed = true;
        let make = || {
            let records = self.records.clone();
            Arc::new(Batch {
                id: self.id,
                producer,
                partition: self.partition,
                records,
                bytes: self.bytes,
                sequenced,
                transactional,
            })
        };
        self.frozen.get_or_insert_with(make).clone()
    }
}

/// The accumulator.
#[derive(Clone, Debug)]
pub struct Accumulator {
    /// Per partition the batches that wait, oldest first.
    pub deques: Vec<VecDeque<ProducerBatch>>,
    /// What is left of `buffer.memory`.
    pub free_bytes: u64,
    /// Per broker the partition that its last drain looked at last: the next one starts there.
    drain_from: LiteMap<BrokerId, PartitionId>,
    next_batch: u32,
    /// The partitions that have had a batch.
    used: Vec<PartitionId>,
}

/// What became of an append.
pub enum Append {
    /// It is in that batch.
    Done {
        /// The batch.
        batch: BatchId,
        /// Whether it is full now.
        full: bool,
        /// Whether it was made for the record.
        new: bool,
    },
    /// The pool is empty.
    NoMemory,
}

/// Whether a partition's first batch can be sent, and if not, when to look again.
pub enum Ready {
    /// Now.
    Now,
    /// Then.
    At(u64),
    /// Nothing to send, or muted.
    Never,
}

impl Accumulator {
    /// An empty one.
    #[must_use]
    pub fn new(partitions: usize, config: &ProducerConfig) -> Self {
        Self {
            deques: vec![VecDeque::new(); partitions],
            free_bytes: config.buffer_memory,
            drain_from: LiteMap::new(),
            next_batch: 1,
            used: Vec::new(),
        }
    }

    /// That of a new producer: empty, and its batches are numbered on.
    pub fn clear(&mut self, config: &ProducerConfig) {
        let next_batch = self.next_batch;
        *self = Self { next_batch, ..Self::new(self.deques.len(), config) };
    }

    /// Whether the last batch of a partition takes a record of that size.
    #[must_use]
    pub fn has_room(&self, partition: PartitionId, bytes: u32) -> bool {
        let last = self.deques[partition.index()].back();
        last.is_some_and(|last| !last.closed && last.bytes + bytes <= last.capacity_bytes)
    }

    /// Whether a partition has had a batch.
    #[must_use]
    pub fn is_used(&self, partition: PartitionId) -> bool {
        self.used.contains(&partition)
    }

    /// Adds a record to the last batch of its partition, or to a new one (`RecordAccumulator.append`).
    pub fn append(
        &mut self,
        config: &ProducerConfig,
        now_us: u64,
        partition: PartitionId,
        record: RecordId,
        plan: &RecordPlan,
    ) -> Append {
        let bytes = record_bytes(plan);
        let room = self.has_room(partition, bytes);
        let deque = &mut self.deques[partition.index()];
        if let Some(last) = deque.back_mut() {
            if room {
                last.records.push(record);
                last.bytes += bytes;
                return Append::Done { batch: last.id, full: last.full(), new: false };
            }
            last.closed = true;
        }
        // `batch.size=0` is one record per batch.
        let capacity_bytes = config.batch_size.max(upper_bound_bytes(plan));
        if u64::from(capacity_bytes) > self.free_bytes {
            return Append::NoMemory;
        }
        self.free_bytes -= u64::from(capacity_bytes);
        if !self.used.contains(&partition) {
            self.used.push(partition);
        }
        let id = BatchId(self.next_batch);
        self.next_batch += 1;
        let batch = ProducerBatch {
            id,
            partition,
            records: vec![record],
            bytes: upper_bound_bytes(plan),
            capacity_bytes,
            pooled_bytes: capacity_bytes,
            created_us: now_us,
            attempts: 0,
            last_attempt_us: now_us,
            backoff_us: 0,
            sent_epoch: 0,
            frozen: None,
            closed: false,
            sequence_reset: false,
        };
        let full = batch.full();
        deque.push_back(batch);
        Append::Done { batch: id, full, new: true }
    }

    /// Whether the first batch of a partition can go (`RecordAccumulator.batchReady`).
    #[must_use]
    pub fn ready(
        &self,
        config: &ProducerConfig,
        metadata: &ClientMetadata,
        now_us: u64,
        partition: PartitionId,
        exhausted: bool,
    ) -> Ready {
        let deque = &self.deques[partition.index()];
        let Some(first) = deque.front() else { return Ready::Never };
        if let Some(until_us) = backing_off_until_us(first, metadata, now_us) {
            return Ready::At(until_us);
        }
        let due_us = first.created_us + if first.attempts == 0 { config.linger_us } else { 0 };
        if exhausted || deque.len() > 1 || first.full() || due_us <= now_us {
            Ready::Now
        } else {
            Ready::At(due_us)
        }
    }

    /// The partitions of a node in the order in which this drain looks at them: round robin from
    /// the one that the last drain looked at last (`RecordAccumulator.drainBatchesForOneNode`).
    #[must_use]
    pub fn drain_order(&self, node: BrokerId, partitions: &[PartitionId]) -> Vec<PartitionId> {
        let last = self.drain_from.get(&node);
        let from = partitions.iter().position(|p| Some(p) == last).unwrap_or_default();
        partitions[from..].iter().chain(&partitions[..from]).copied().collect()
    }

    /// A drain of that node looks at that partition (`RecordAccumulator.updateDrainIndex`).
    pub fn drained(&mut self, node: BrokerId, partition: PartitionId) {
        self.drain_from.insert(node, partition);
    }

    /// Puts a batch back at the front; without idempotence that reverses batches that failed
    /// together (`RecordAccumulator.reenqueue`). With idempotence sequences decide
    /// (`insertInSequenceOrder`).
    pub fn reenqueue(&mut self, batch: ProducerBatch) {
        let deque = &mut self.deques[batch.partition.index()];
        let place = batch.base_sequence().map_or(0, |sequence| {
            let earlier =
                |other: &ProducerBatch| other.base_sequence().is_some_and(|s| s < sequence);
            deque.iter().take_while(|other| earlier(other)).count()
        });
        deque.insert(place, batch);
    }

    /// Cuts a batch in pieces of `batch.size` and puts them at the front, in order
    /// (`RecordAccumulator.splitAndReenqueue`). The pieces live outside the pool, count as not
    /// tried yet, and share the batch's sequence numbers. Answers with their records.
    pub fn split(
        &mut self,
        cx: &Cx<'_>,
        producer: ProducerId,
        config: &ProducerConfig,
        batch: &ProducerBatch,
    ) -> Vec<u32> {
        let setup = cx.setup();
        // Before KAFKA-8350 a piece that was still too large was cut as before, again and again.
        let is_piece = batch.pooled_bytes == 0;
        let limit = if is_piece && setup.rules.halves_split_batches {
            let sizes = batch.records.iter().map(|record| upper_bound_bytes(setup.record(*record)));
            (batch.bytes / 2).max(sizes.max().unwrap_or_default())
        } else {
            config.batch_size
        };
        let mut pieces: Vec<ProducerBatch> = Vec::new();
        for record in &batch.records {
            let plan = setup.record(*record);
            let bytes = record_bytes(plan);
            match pieces.last_mut() {
                Some(piece) if piece.bytes + bytes <= limit => {
                    piece.records.push(*record);
                    piece.bytes += bytes;
                }
                _ => {
                    let id = BatchId(self.next_batch);
                    self.next_batch += 1;
                    pieces.push(ProducerBatch {
                        id,
                        records: vec![*record],
                        bytes: upper_bound_bytes(plan),
                        pooled_bytes: 0,
                        attempts: 0,
                        frozen: None,
                        closed: true,
                        ..batch.clone()
                    });
                }
            }
        }
        let counts = pieces.iter().map(|piece| piece.records.len() as u32).collect();
        let mut sequenced = batch.frozen.as_ref().and_then(|frozen| frozen.sequenced);
        let transactional = batch.frozen.as_ref().and_then(|frozen| frozen.transactional);
        for piece in &mut pieces {
            if let Some(sequenced) = &mut sequenced {
                piece.freeze(producer, Some(*sequenced), transactional);
                sequenced.base_sequence += piece.records.len() as u32;
            }
        }
        for piece in pieces.into_iter().rev() {
            self.reenqueue(piece);
        }
        counts
    }

    /// The number of the last batch that was made.
    #[must_use]
    pub fn last_batch(&self) -> u32 {
        self.next_batch - 1
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.deques.iter().all(VecDeque::is_empty)
    }
}

/// Until when a batch that was put back stays where it is. A new leader ends the wait (KIP-951).
#[must_use]
pub fn backing_off_until_us(
    batch: &ProducerBatch,
    metadata: &ClientMetadata,
    now_us: u64,
) -> Option<u64> {
    let until_us = batch.last_attempt_us + batch.backoff_us;
    let new_leader = metadata.epoch(batch.partition) > batch.sent_epoch;
    (batch.attempts > 0 && now_us < until_us && !new_leader).then_some(until_us)
}

/// How long a batch waits before the next attempt: fixed before 3.7, then exponential (KIP-580).
#[must_use]
pub fn backoff_us(cx: &Cx<'_>, config: &ProducerConfig, thing: u64, batch: &ProducerBatch) -> u64 {
    if !config.exponential_backoff {
        return config.retry_backoff_us;
    }
    let doubled = config.retry_backoff_us << (batch.attempts - 1).min(20);
    let number = u64::from(batch.id.0) << 16 | u64::from(batch.attempts);
    // The cap applies after the jitter.
    jittered(cx.draw(thing, Purpose::Backoff, number), doubled).min(config.retry_backoff_max_us)
}
