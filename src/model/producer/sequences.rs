//! Sequence numbers and epochs of an idempotent producer (`TransactionManager`,
//! `TxnPartitionEntry`): what is given when a batch is drained, and what happens when the numbers
//! have a gap.

use std::sync::Arc;

use super::Producer;
use super::accumulator::ProducerBatch;
use crate::model::cx::Cx;
use crate::model::ids::PartitionId;
use crate::model::record::{Batch, Sequenced};
use crate::model::trace::Kind;

/// The largest epoch; after it comes a new producer id.
const MAX_EPOCH: u16 = i16::MAX as u16;

/// An idempotent producer's sequence numbers for one partition (`TxnPartitionEntry`).
#[derive(Clone, Debug, Default)]
pub struct Sequences {
    /// The producer id that its numbers belong to.
    pub producer_id: u64,
    /// The epoch that its numbers belong to.
    pub epoch: u16,
    /// The next one to give.
    pub next: u32,
    /// The base sequences of batches that are not completed yet, in order.
    pub open: Vec<u32>,
    /// The last sequence that a broker acknowledged.
    pub last_acked: Option<u32>,
    /// The sequence after a batch that was given up though a broker may hold it
    /// (`partitionsWithUnresolvedSequences`).
    unresolved: Option<u32>,
    /// Whether its open batches get new numbers with the next epoch
    /// (`partitionsToRewriteSequences`).
    rewrite: bool,
}

impl Sequences {
    /// A batch with that base sequence is under way.
    fn begin(&mut self, base: u32) {
        let place = self.open.partition_point(|open| *open < base);
        self.open.insert(place, base);
    }

    /// The batch with that base sequence is done.
    pub(super) fn end(&mut self, base: u32) {
        if let Some(place) = self.open.iter().position(|open| *open == base) {
            self.open.remove(place);
        }
    }

    /// A broker acknowledged everything up to that sequence.
    pub(super) fn acked(&mut self, last: u32) {
        self.last_acked = Some(self.last_acked.map_or(last, |acked| acked.max(last)));
    }

    /// Numbers that were given and not acknowledged are given again.
    pub(super) fn go_back(&mut self) {
        self.next = self.last_acked.map_or(0, |acked| acked + 1);
    }

    fn is_next(&self, sequence: u32) -> bool {
        sequence == self.last_acked.map_or(0, |acked| acked + 1)
    }
}

impl Producer {
    /// Whether a batch at the head of its partition must not be drained
    /// (`RecordAccumulator.shouldStopDrainBatchesForPartition`): a new one while batches of an
    /// older epoch, or numbers in doubt, are about; a retry while an earlier batch is open.
    pub(super) fn out_of_turn(&self, batch: &ProducerBatch) -> bool {
        let Some(sequences) = &self.sequences else { return false };
        let mine = &sequences[batch.partition.index()];
        match batch.base_sequence() {
            None => {
                let stale = (mine.producer_id, mine.epoch) != (self.producer_id, self.epoch);
                (!mine.open.is_empty() && stale) || mine.unresolved.is_some()
            }
            Some(base) => mine.open.first().is_some_and(|first| *first != base),
        }
    }

    /// Sequence numbers are given when a batch is drained first; a retry keeps its own.
    pub(super) fn next_sequence(&mut self, batch: &ProducerBatch) -> Option<Sequenced> {
        if let Some(frozen) = &batch.frozen {
            return frozen.sequenced;
        }
        let (producer_id, epoch) = (self.producer_id, self.epoch);
        let mine = &mut self.sequences.as_mut()?[batch.partition.index()];
        if (mine.producer_id, mine.epoch) != (producer_id, epoch) {
            *mine = Sequences { producer_id, epoch, ..Sequences::default() };
        }
        let base_sequence = mine.next;
        mine.next += batch.records.len() as u32;
        mine.begin(base_sequence);
        Some(Sequenced { producer_id, epoch, base_sequence })
    }

    /// The pieces of a split batch share its numbers (`ProducerBatch.split`).
    pub(super) fn track_pieces(&mut self, batch: &ProducerBatch, pieces: &[u32]) {
        if let Some((sequences, base)) = self.sequences_of(batch) {
            sequences.end(base);
            let mut base = base;
            for records in pieces {
                sequences.begin(base);
                base += records;
            }
        }
    }

    /// Whether a batch whose number was refused may be sent again, and whether that takes a new
    /// epoch first (`TransactionManager.canRetry`). Before KIP-360 (2.5) a gap was the end.
    pub(super) fn can_retry_sequence(&mut self, cx: &Cx<'_>, batch: &ProducerBatch) -> bool {
        let reset = batch.sequence_reset;
        let transactional = self.transactions.is_some();
        let Some((mine, base)) = self.sequences_of(batch) else { return false };
        let too_early = mine.unresolved.is_none() && (reset || !mine.is_next(base));
        if too_early {
            return true;
        }
        if transactional || !cx.setup().rules.recovers_producer_epoch {
            return false;
        }
        if mine.unresolved.is_none_or(|unresolved| unresolved == base) {
            mine.rewrite = true;
        }
        true
    }

    /// A batch failed for good (`TransactionManager.handleFailedBatch`): if its numbers were
    /// surely not accepted, those after it get others. One that expired after a retry leaves them
    /// in doubt; one that expired at its first attempt does not, though a broker may hold it
    /// (`Sender.sendProducerData`).
    pub(super) fn sequence_failed(&mut self, batch: &ProducerBatch, end: GivenUp, gap: bool) {
        let (records, retried) = (batch.records.len() as u32, batch.attempts > 0);
        let Some((mine, base)) = self.sequences_of(batch) else { return };
        mine.end(base);
        mine.rewrite |= gap || end == GivenUp::Refused;
        if retried && end == GivenUp::Expired {
            mine.unresolved = Some(base + records);
        }
    }

    /// At the beginning of a pass of the sender: partitions whose open batches are all done are
    /// no longer in doubt, or need a new epoch (`maybeResolveSequences`,
    /// `bumpIdempotentEpochAndResetIdIfNeeded`).
    pub(super) fn settle_sequences(&mut self, cx: &mut Cx<'_>) {
        let transactional = self.transactions.is_some();
        let Some(sequences) = &mut self.sequences else { return };
        for mine in sequences.iter_mut().filter(|s| s.open.is_empty()) {
            if mine.unresolved.take().is_some() && !mine.is_next(mine.next) {
                mine.rewrite = true;
            }
        }
        // A transaction is aborted first, and gets another epoch by that.
        if transactional || !sequences.iter().any(|mine| mine.rewrite) {
            return;
        }
        if !cx.setup().rules.recovers_producer_epoch {
            return self.start_over(cx);
        }
        if self.epoch == MAX_EPOCH {
            self.new_producer_id();
        } else {
            self.epoch += 1;
        }
        self.tell_epoch(cx);
        for partition in (0..self.accumulator.deques.len() as u16).map(PartitionId) {
            self.start_at_beginning(partition);
        }
    }

    /// Before KIP-360 (2.5): another id, and all numbers from 0. Batches that are open keep what
    /// they have and cannot be sent again (`TransactionManager.resetProducerId`).
    fn start_over(&mut self, cx: &mut Cx<'_>) {
        self.new_producer_id();
        self.sequences.iter_mut().flatten().for_each(|mine| *mine = Sequences::default());
        self.tell_epoch(cx);
    }

    fn tell_epoch(&self, cx: &mut Cx<'_>) {
        let (producer, producer_id, epoch) = (self.id, self.producer_id, self.epoch);
        cx.note(Kind::EpochBumped { producer, producer_id, epoch });
    }

    /// Numbers the open batches of a partition anew from 0
    /// (`TxnPartitionEntry.startSequencesAtBeginning`): those that wait, and those on their way,
    /// whose bytes do not change any more but whose retry will have the new number.
    fn start_at_beginning(&mut self, partition: PartitionId) {
        let Some(sequences) = &mut self.sequences else { return };
        let mine = &mut sequences[partition.index()];
        if !mine.rewrite {
            return;
        }
        let (producer_id, epoch) = (self.producer_id, self.epoch);
        let in_flight = self.in_flight.iter_mut().flat_map(|request| &mut request.batches);
        let waiting = &mut self.accumulator.deques[partition.index()];
        let mut open: Vec<&mut ProducerBatch> = in_flight
            .filter(|batch| batch.partition == partition)
            .chain(waiting)
            .filter(|batch| batch.base_sequence().is_some())
            .collect();
        // A handful at most: in order of their old numbers, without a sort.
        let mut next = Sequences { producer_id, epoch, ..Sequences::default() };
        while let Some(place) = (0..open.len()).min_by_key(|index| open[*index].base_sequence()) {
            let batch = open.remove(place);
            next.begin(next.next);
            batch.renumber(Sequenced { producer_id, epoch, base_sequence: next.next });
            next.next += batch.records.len() as u32;
        }
        *mine = next;
    }

    /// Another id, at epoch 0 (`resetIdempotentProducerId`).
    pub(super) fn new_producer_id(&mut self) {
        self.ids += 1;
        self.producer_id = (u64::from(self.id.0) + 1) * 1_000 + u64::from(self.ids);
        self.epoch = 0;
    }

    pub(super) fn sequences_of(&mut self, batch: &ProducerBatch) -> Option<(&mut Sequences, u32)> {
        let base = batch.base_sequence()?;
        Some((&mut self.sequences.as_mut()?[batch.partition.index()], base))
    }

    /// Whether a batch is bound to an id that is gone: before KIP-360 it could not be sent again
    /// (`Sender.canRetry`).
    pub(super) fn is_of_another_id(&self, cx: &Cx<'_>, batch: &ProducerBatch) -> bool {
        let id = |frozen: &Arc<Batch>| frozen.sequenced.map(|s| s.producer_id);
        !cx.setup().rules.recovers_producer_epoch
            && batch.frozen.as_ref().and_then(id).is_some_and(|id| id != self.producer_id)
    }
}

impl ProducerBatch {
    /// Its number is another one from now on (`ProducerBatch.resetProducerState`).
    fn renumber(&mut self, sequenced: Sequenced) {
        self.sequence_reset = true;
        if let Some(frozen) = &mut self.frozen {
            Arc::make_mut(frozen).sequenced = Some(sequenced);
        }
    }
}

/// Why a batch is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// A broker refused it for good.
    Refused,
    /// `retries` are used up: a broker may hold it.
    RetriesUsedUp,
    /// `delivery.timeout.ms` is over: a broker may hold it.
    Expired,
}
