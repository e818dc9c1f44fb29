//! What a partition knows of its idempotent producers (`ProducerStateManager`,
//! `ProducerAppendInfo`): the last five batches of each, to recognise retries and gaps; and which
//! transactions are open, committed and aborted here.

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;

use crate::model::error::KafkaError;
use crate::model::record::{Batch, LogBatch, Payload, Sequenced};
use crate::model::transaction::{AbortedTransaction, Marker, ProducerIdAndEpoch};

/// How many batches are remembered per producer (`ProducerStateEntry.NUM_BATCHES_TO_RETAIN`).
const BATCHES_TO_RETAIN: usize = 5;

/// The state of all producers of one partition.
#[derive(Clone, Debug, Default)]
pub struct ProducerStates {
    entries: LiteMap<u64, Entry>,
    /// The transactions that have their marker, in its order (`ProducerStateManager`'s
    /// `unreplicatedTxns` and `TransactionIndex` in one).
    completed: Vec<Completed>,
}

/// A transaction of this partition that has its marker.
#[derive(Clone, Copy, Debug)]
struct Completed {
    commit: bool,
    span: AbortedTransaction,
}

#[derive(Clone, Debug)]
struct Entry {
    epoch: u16,
    batches: VecDeque<Remembered>,
    /// Where the transaction begins that it has open here (`currentTxnFirstOffset`).
    open_from: Option<u64>,
}

impl Entry {
    fn new(epoch: u16) -> Self {
        Self { epoch, batches: VecDeque::new(), open_from: None }
    }
}

#[derive(Clone, Copy, Debug)]
struct Remembered {
    base_sequence: u32,
    last_sequence: u32,
    base_offset: u64,
}

/// What the state says of a batch that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It may be appended.
    Append,
    /// It is there already, at that offset.
    Duplicate(u64),
}

impl ProducerStates {
    /// Checks a batch of a client (`UnifiedLog.analyzeAndValidateProducerState`).
    /// `from_0` is whether a transaction's first batch must have sequence 0 where nothing is known
    /// of its producer (KAFKA-18202, 4.1); any other producer may begin anywhere there.
    pub fn check(&self, batch: &Batch, from_0: bool) -> Result<Check, KafkaError> {
        let Some(sequenced) = batch.sequenced else { return Ok(Check::Append) };
        let Some(entry) = self.entries.get(&sequenced.producer_id) else {
            let late = from_0 && batch.transactional.is_some() && sequenced.base_sequence > 0;
            return if late {
                Err(KafkaError::OutOfOrderSequenceNumber)
            } else {
                Ok(Check::Append)
            };
        };
        let last_sequence = sequenced.base_sequence + batch.count() - 1;
        let same = |b: &&Remembered| {
            b.base_sequence == sequenced.base_sequence && b.last_sequence == last_sequence
        };
        if sequenced.epoch == entry.epoch
            && let Some(known) = entry.batches.iter().find(same)
        {
            return Ok(Check::Duplicate(known.base_offset));
        }
        let expected = if sequenced.epoch > entry.epoch {
            0
        } else {
            entry.batches.back().map_or(0, |last| last.last_sequence + 1)
        };
        if sequenced.epoch < entry.epoch {
            Err(KafkaError::InvalidProducerEpoch)
        } else if sequenced.base_sequence == expected {
            Ok(Check::Append)
        } else {
            Err(KafkaError::OutOfOrderSequenceNumber)
        }
    }

    /// Whether that producer has a transaction open here
    /// (`UnifiedLog.hasOngoingTransaction`).
    #[must_use]
    pub fn has_ongoing(&self, producer: ProducerIdAndEpoch) -> bool {
        self.entries
            .get(&producer.producer_id)
            .is_some_and(|entry| entry.epoch == producer.epoch && entry.open_from.is_some())
    }

    /// Where the transaction begins that a producer has open here, in whichever epoch.
    #[must_use]
    pub fn open_from(&self, producer_id: u64) -> Option<u64> {
        self.entries.get(&producer_id)?.open_from
    }

    /// Checks a marker (`ProducerAppendInfo.checkProducerEpoch`): one of an older epoch is late.
    pub fn check_marker(&self, marker: &Marker) -> Result<(), KafkaError> {
        let known = self.entries.get(&marker.producer.producer_id);
        match known {
            Some(entry) if marker.producer.epoch < entry.epoch => {
                Err(KafkaError::InvalidProducerEpoch)
            }
            _ => Ok(()),
        }
    }

    /// The first offset whose outcome is not known for sure: of the earliest transaction that is
    /// open, or whose marker is not below the high watermark; else the high watermark
    /// (`UnifiedLog.lastStableOffset`).
    #[must_use]
    pub fn last_stable_offset(&self, high_watermark: u64) -> u64 {
        let open = self.entries.values().filter_map(|entry| entry.open_from);
        let unreplicated = |c: &&Completed| c.span.marker_offset >= high_watermark;
        let completed = self.completed.iter().rev().take_while(unreplicated);
        let firsts = open.chain(completed.map(|c| c.span.first_offset));
        firsts.fold(high_watermark, u64::min)
    }

    /// The aborted transactions that have records between two offsets
    /// (`TransactionIndex.collectAbortedTxns`).
    #[must_use]
    pub fn aborted(&self, from: u64, to: u64) -> Vec<AbortedTransaction> {
        let first = self.completed.partition_point(|c| c.span.marker_offset < from);
        let concerned = |c: &&Completed| !c.commit && c.span.first_offset < to;
        self.completed[first..].iter().filter(concerned).map(|c| c.span).collect()
    }

    /// Takes in a batch that was appended, by a client or from a leader.
    pub fn appended(&mut self, entry: &LogBatch) {
        if let Payload::Marker(marker) = &entry.payload {
            return self.ended(entry.base_offset, *marker);
        }
        let transactional = entry.in_transaction_of();
        let sequenced = match &entry.payload {
            Payload::Records(batch) => batch.sequenced.map(|s| (s, batch.count())),
            _ => None,
        };
        let plain = |(s, _): (Sequenced, u32)| ProducerIdAndEpoch {
            producer_id: s.producer_id,
            epoch: s.epoch,
        };
        let Some(producer) = transactional.or(sequenced.map(plain)) else { return };
        let known = self.known(producer);
        if transactional.is_some() {
            known.open_from.get_or_insert(entry.base_offset);
        }
        let Some((sequenced, count)) = sequenced else { return };
        known.batches.push_back(Remembered {
            base_sequence: sequenced.base_sequence,
            last_sequence: sequenced.base_sequence + count - 1,
            base_offset: entry.base_offset,
        });
        if known.batches.len() > BATCHES_TO_RETAIN {
            known.batches.pop_front();
        }
    }

    /// A marker ends the transaction, if one is open (`ProducerAppendInfo.appendEndTxnMarker`).
    fn ended(&mut self, marker_offset: u64, marker: Marker) {
        let Marker { producer, commit } = marker;
        let producer_id = producer.producer_id;
        // With a newer epoch the marker fences what may still be on its way (KIP-890).
        let first_offset = self.open_from(producer_id);
        self.known(producer).open_from = None;
        if let Some(first_offset) = first_offset {
            let span = AbortedTransaction { producer_id, first_offset, marker_offset };
            self.completed.push(Completed { commit, span });
        }
    }

    /// A producer's entry; a newer epoch begins without batches.
    fn known(&mut self, producer: ProducerIdAndEpoch) -> &mut Entry {
        let known =
            self.entries.entry(producer.producer_id).or_insert_with(|| Entry::new(producer.epoch));
        if producer.epoch > known.epoch {
            *known = Entry { open_from: known.open_from, ..Entry::new(producer.epoch) };
        }
        known
    }

    /// What a snapshot file holds: of each producer its last batch only
    /// (`ProducerStateManager.takeSnapshot`).
    #[must_use]
    pub fn snapshot(&self) -> Self {
        let mut states = self.clone();
        for (_, entry) in &mut states.entries {
            entry.batches.drain(..entry.batches.len().saturating_sub(1));
        }
        states
    }

    /// The state after a truncation or a restart: what the snapshot of that offset says and, from
    /// there on, the log (`ProducerStateManager.truncateAndReload`).
    #[must_use]
    pub fn reload(snapshot: Option<&(u64, Self)>, log: &[Arc<LogBatch>]) -> Self {
        let (from, mut states) = snapshot.cloned().unwrap_or_default();
        for entry in log.iter().filter(|entry| entry.base_offset >= from) {
            states.appended(entry);
        }
        states
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::{BatchId, PartitionId, ProducerId, RecordId};

    fn batch(epoch: u16, base_sequence: u32, count: u32) -> Arc<Batch> {
        Arc::new(Batch {
            id: BatchId(1),
            producer: ProducerId(0),
            partition: PartitionId(0),
            records: (1..=count).map(RecordId).collect(),
            bytes: 100,
            sequenced: Some(Sequenced { producer_id: 7, epoch, base_sequence }),
            transactional: None,
        })
    }

    fn after(batches: &[Arc<Batch>]) -> ProducerStates {
        let mut states = ProducerStates::default();
        for (base_offset, batch) in (0..).step_by(10).zip(batches) {
            states.appended(&LogBatch {
                appended_us: 0,
                base_offset,
                leader_epoch: 0,
                payload: Payload::Records(batch.clone()),
            });
        }
        states
    }

    #[test]
    fn a_batch_is_appended_once_and_in_order() {
        use KafkaError::{InvalidProducerEpoch, OutOfOrderSequenceNumber};
        let states = after(&[batch(1, 0, 2), batch(1, 2, 3)]);
        let cases = [
            (batch(1, 5, 1), Ok(Check::Append)),
            (batch(1, 0, 2), Ok(Check::Duplicate(0))),
            (batch(1, 2, 3), Ok(Check::Duplicate(10))),
            (batch(1, 2, 2), Err(OutOfOrderSequenceNumber)),
            (batch(1, 6, 1), Err(OutOfOrderSequenceNumber)),
            (batch(0, 5, 1), Err(InvalidProducerEpoch)),
            (batch(2, 0, 1), Ok(Check::Append)),
            (batch(2, 5, 1), Err(OutOfOrderSequenceNumber)),
        ];
        for (batch, answer) in cases {
            assert_eq!(states.check(&batch, true), answer, "{:?}", batch.sequenced);
        }
    }

    #[test]
    fn an_unknown_producer_may_start_anywhere() {
        assert_eq!(ProducerStates::default().check(&batch(0, 17, 1), true), Ok(Check::Append));
    }

    #[test]
    fn a_snapshot_remembers_one_batch_per_producer_and_the_log_after_it_all() {
        let batches: Vec<_> = (0..4).map(|n| batch(0, n, 1)).collect();
        let log: Vec<_> = (0..)
            .zip(&batches)
            .map(|(base_offset, batch)| {
                let payload = Payload::Records(batch.clone());
                Arc::new(LogBatch { base_offset, leader_epoch: 0, appended_us: 0, payload })
            })
            .collect();
        let of = |end: usize| ProducerStates::reload(None, &log[..end]);
        let snapshot = (3, of(3).snapshot());
        let states = ProducerStates::reload(Some(&snapshot), &log);
        assert_eq!(states.check(&batches[3], true), Ok(Check::Duplicate(3)));
        assert_eq!(states.check(&batches[2], true), Ok(Check::Duplicate(2)));
        assert_eq!(states.check(&batches[1], true), Err(KafkaError::OutOfOrderSequenceNumber));
        assert_eq!(of(4).check(&batches[1], true), Ok(Check::Duplicate(1)), "without a snapshot");
    }

    #[test]
    fn the_sixth_batch_back_is_not_recognised_any_more() {
        let batches: Vec<_> = (0..6).map(|n| batch(0, n, 1)).collect();
        let states = after(&batches);
        assert_eq!(states.check(&batches[1], true), Ok(Check::Duplicate(10)));
        assert_eq!(states.check(&batches[0], true), Err(KafkaError::OutOfOrderSequenceNumber));
    }

    fn entry(base_offset: u64, payload: Payload) -> LogBatch {
        LogBatch { base_offset, leader_epoch: 0, appended_us: 0, payload }
    }

    fn transactional() -> LogBatch {
        let mut records = (*batch(0, 0, 2)).clone();
        records.transactional = Some(crate::model::ids::TransactionalId(0));
        entry(10, Payload::Records(Arc::new(records)))
    }

    fn marker(epoch: u16, commit: bool) -> LogBatch {
        let producer = ProducerIdAndEpoch { producer_id: 7, epoch };
        entry(12, Payload::Marker(Marker { producer, commit }))
    }

    #[test]
    fn the_last_stable_offset_waits_for_the_marker_to_be_replicated() {
        let mut states = ProducerStates::default();
        assert_eq!(states.last_stable_offset(10), 10);
        states.appended(&transactional());
        assert_eq!(states.last_stable_offset(12), 10, "it is open");
        states.appended(&marker(0, true));
        assert_eq!(states.last_stable_offset(12), 10, "the marker is not below the high watermark");
        assert_eq!(states.last_stable_offset(13), 13);
    }

    #[test]
    fn an_aborted_transaction_is_known_to_those_who_read_across_it() {
        let mut states = ProducerStates::default();
        states.appended(&transactional());
        states.appended(&marker(1, false));
        let spans = |from, to| states.aborted(from, to).len();
        assert_eq!((spans(0, 11), spans(11, 12), spans(0, 10), spans(13, 20)), (1, 1, 0, 0));
        let mut committed = ProducerStates::default();
        committed.appended(&transactional());
        committed.appended(&marker(0, true));
        assert!(committed.aborted(0, 20).is_empty());
    }
}
