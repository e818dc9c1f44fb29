//! What a partition knows of its idempotent producers (`ProducerStateManager`,
//! `ProducerAppendInfo`): the last five batches of each, to recognise retries and gaps.

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;

use crate::model::error::KafkaError;
use crate::model::record::{Batch, LogBatch, Payload};

/// How many batches are remembered per producer (`ProducerStateEntry.NUM_BATCHES_TO_RETAIN`).
const BATCHES_TO_RETAIN: usize = 5;

/// The state of all producers of one partition.
#[derive(Clone, Debug, Default)]
pub struct ProducerStates {
    entries: LiteMap<u64, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    epoch: u16,
    batches: VecDeque<Remembered>,
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
    pub fn check(&self, batch: &Batch) -> Result<Check, KafkaError> {
        let Some(sequenced) = batch.sequenced else { return Ok(Check::Append) };
        // Nothing is known of the producer: any sequence is accepted.
        let Some(entry) = self.entries.get(&sequenced.producer_id) else {
            return Ok(Check::Append);
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

    /// Takes in a batch that was appended, by a client or from a leader.
    pub fn appended(&mut self, entry: &LogBatch) {
        let Payload::Records(batch) = &entry.payload else { return };
        let Some(sequenced) = batch.sequenced else { return };
        let known = self
            .entries
            .entry(sequenced.producer_id)
            .or_insert_with(|| Entry { epoch: sequenced.epoch, batches: VecDeque::new() });
        if sequenced.epoch > known.epoch {
            *known = Entry { epoch: sequenced.epoch, batches: VecDeque::new() };
        }
        known.batches.push_back(Remembered {
            base_sequence: sequenced.base_sequence,
            last_sequence: sequenced.base_sequence + batch.count() - 1,
            base_offset: entry.base_offset,
        });
        if known.batches.len() > BATCHES_TO_RETAIN {
            known.batches.pop_front();
        }
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
    use crate::model::record::Sequenced;

    fn batch(epoch: u16, base_sequence: u32, count: u32) -> Arc<Batch> {
        Arc::new(Batch {
            id: BatchId(1),
            producer: ProducerId(0),
            partition: PartitionId(0),
            records: (1..=count).map(RecordId).collect(),
            bytes: 100,
            sequenced: Some(Sequenced { producer_id: 7, epoch, base_sequence }),
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
            assert_eq!(states.check(&batch), answer, "{:?}", batch.sequenced);
        }
    }

    #[test]
    fn an_unknown_producer_may_start_anywhere() {
        assert_eq!(ProducerStates::default().check(&batch(0, 17, 1)), Ok(Check::Append));
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
        assert_eq!(states.check(&batches[3]), Ok(Check::Duplicate(3)));
        assert_eq!(states.check(&batches[2]), Ok(Check::Duplicate(2)));
        assert_eq!(states.check(&batches[1]), Err(KafkaError::OutOfOrderSequenceNumber));
        assert_eq!(of(4).check(&batches[1]), Ok(Check::Duplicate(1)), "without a snapshot");
    }

    #[test]
    fn the_sixth_batch_back_is_not_recognised_any_more() {
        let batches: Vec<_> = (0..6).map(|n| batch(0, n, 1)).collect();
        let states = after(&batches);
        assert_eq!(states.check(&batches[1]), Ok(Check::Duplicate(10)));
        assert_eq!(states.check(&batches[0]), Err(KafkaError::OutOfOrderSequenceNumber));
    }
}
