//! A replica's log: batches in the page cache, and how far of them is on disk.
//!
//! Simplified: one segment; recovery finds every batch whole (a torn tail would be cut).

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::ids::RecordId;
use crate::model::record::LogBatch;

/// A log (`UnifiedLog`), with the leader epochs of its batches (`LeaderEpochFileCache`).
#[derive(Clone, Debug, Default)]
pub struct Log {
    batches: Vec<Arc<LogBatch>>,
    start_offset: u64,
    end_offset: u64,
    flushed_offset: u64,
    /// Where each leader epoch starts.
    epochs: Vec<(u32, u64)>,
    /// What was cut off, until all of it has been written over. Nobody in the model knows of it: it is for
    /// whoever looks.
    cut_off: Vec<Arc<LogBatch>>,
    /// Dirty pages: the end of each append that is not on disk, and its time.
    dirty: VecDeque<(u64, u64)>,
}

impl Log {
    /// The first offset that can be read: what came before was deleted.
    #[must_use]
    pub fn start_offset(&self) -> u64 {
        self.start_offset
    }

    /// The offset that the next record gets (LEO).
    #[must_use]
    pub fn end_offset(&self) -> u64 {
        self.end_offset
    }

    /// Everything before it is on disk; the rest is in the page cache only.
    #[must_use]
    pub fn flushed_offset(&self) -> u64 {
        self.flushed_offset
    }

    /// All batches, oldest first.
    #[must_use]
    pub fn batches(&self) -> &[Arc<LogBatch>] {
        &self.batches
    }

    /// The batches that were cut off last, or lost with the page cache or the disk, until something has
    /// been written in the place of each.
    #[must_use]
    pub fn cut_off(&self) -> &[Arc<LogBatch>] {
        &self.cut_off
    }

    /// The epoch of the last batch.
    #[must_use]
    pub fn last_epoch(&self) -> Option<u32> {
        self.batches.last().map(|batch| batch.leader_epoch)
    }

    /// Where each leader epoch starts, as far as this log knows.
    #[must_use]
    pub fn epochs(&self) -> &[(u32, u64)] {
        &self.epochs
    }

    /// Adds a batch at the end.
    pub fn append(&mut self, entry: Arc<LogBatch>, now_us: u64) {
        self.note_epoch(entry.leader_epoch, entry.base_offset);
        self.end_offset = entry.end_offset();
        self.dirty.push_back((self.end_offset, now_us));
        self.batches.push(entry);
        if self.cut_off.iter().all(|batch| batch.end_offset() <= self.end_offset) {
            self.cut_off.clear();
        }
    }

    /// Remembers that an epoch starts there (`LeaderEpochFileCache.assign`).
    pub fn note_epoch(&mut self, epoch: u32, start_offset: u64) {
        if self.epochs.last().is_none_or(|(last, _)| epoch > *last) {
            self.epochs.push((epoch, start_offset));
        }
    }

    /// The largest known epoch that is not above `epoch`, and where it ends
    /// (`LeaderEpochFileCache.endOffsetFor`).
    #[must_use]
    pub fn end_offset_for(&self, epoch: u32) -> Option<(u32, u64)> {
        let place = self.epochs.iter().rposition(|(known, _)| *known <= epoch)?;
        let end_offset = self.epochs.get(place + 1).map_or(self.end_offset, |(_, start)| *start);
        Some((self.epochs[place].0, end_offset))
    }

    /// Everything is on disk up to `to`. Answers whether that is news.
    pub fn flush(&mut self, to: u64) -> bool {
        let news = to > self.flushed_offset;
        self.flushed_offset = self.flushed_offset.max(to);
        while self.dirty.front().is_some_and(|(end, _)| *end <= to) {
            self.dirty.pop_front();
        }
        news
    }

    /// The end of what was appended at or before that time and is not on disk.
    #[must_use]
    pub fn dirty_since(&self, time_us: u64) -> Option<u64> {
        self.dirty.iter().take_while(|(_, at_us)| *at_us <= time_us).last().map(|(end, _)| *end)
    }

    /// Cuts everything from `offset` on; whole batches, as Kafka truncates. Answers with what
    /// was cut.
    pub fn truncate(&mut self, offset: u64) -> Vec<Arc<LogBatch>> {
        let keep = self.batches.partition_point(|batch| batch.end_offset() <= offset);
        let removed = self.batches.split_off(keep);
        let kept = self.batches.last().map_or(0, |batch| batch.end_offset());
        self.end_offset = kept.max(self.start_offset);
        self.flushed_offset = self.flushed_offset.min(self.end_offset);
        let end_offset = self.end_offset;
        self.dirty.retain(|(end, _)| *end <= end_offset);
        self.epochs.retain(|(_, start)| *start < end_offset);
        if !removed.is_empty() {
            self.cut_off.splice(0..0, removed.iter().cloned());
        }
        removed
    }

    /// Deletes what comes before an offset: batches go when none of their records is left
    /// (`UnifiedLog.maybeIncrementLogStartOffset`). Answers with the batches that went.
    pub fn delete_before(&mut self, offset: u64) -> Vec<Arc<LogBatch>> {
        self.start_offset = self.start_offset.max(offset.min(self.end_offset));
        let gone = self.batches.partition_point(|batch| batch.end_offset() <= self.start_offset);
        self.batches.drain(..gone).collect()
    }

    /// Throws everything away, and begins at an offset.
    pub fn restart_at(&mut self, offset: u64) -> Vec<Arc<LogBatch>> {
        self.start_offset = 0;
        let removed = self.truncate(0);
        self.start_offset = offset;
        self.end_offset = offset;
        self.flushed_offset = offset;
        self.cut_off.retain(|batch| batch.base_offset >= offset);
        removed
    }

    /// The batches that reach beyond an offset. Most who ask are near the end: the search begins
    /// there.
    fn from(&self, offset: u64) -> &[Arc<LogBatch>] {
        let before = |batch: &Arc<LogBatch>| batch.end_offset() <= offset;
        let (mut low, mut step) = (self.batches.len(), 1);
        while low > 0 && !before(&self.batches[low - 1]) {
            low = low.saturating_sub(step);
            step *= 2;
        }
        &self.batches[low + self.batches[low..].partition_point(before)..]
    }

    /// The records at these offsets.
    #[must_use]
    pub fn records_between(&self, from: u64, to: u64) -> Vec<RecordId> {
        let batches = self.from(from).iter().take_while(|batch| batch.base_offset < to);
        let records = batches.flat_map(|batch| batch.records());
        records.filter(|(offset, _)| (from..to).contains(offset)).map(|(_, id)| id).collect()
    }

    /// Batches from `offset` on and below `limit`, up to `max_bytes`, but at least one.
    #[must_use]
    pub fn read(&self, offset: u64, limit: u64, max_bytes: u32) -> Vec<Arc<LogBatch>> {
        let mut bytes = 0;
        let mut found = Vec::new();
        for batch in self.from(offset).iter().take_while(|batch| batch.end_offset() <= limit) {
            bytes += batch.bytes();
            if !found.is_empty() && bytes > max_bytes {
                break;
            }
            found.push(batch.clone());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::{GroupId, PartitionId};
    use crate::model::record::{CommittedOffset, Payload};

    fn entry(base_offset: u64, count: usize, leader_epoch: u32) -> Arc<LogBatch> {
        let offset = CommittedOffset {
            group: GroupId(0),
            partition: PartitionId(0),
            offset: 0,
            epoch: None,
        };
        Arc::new(LogBatch {
            base_offset,
            leader_epoch,
            appended_us: 0,
            payload: Payload::Offsets(vec![offset; count]),
        })
    }

    fn log() -> Log {
        let mut log = Log::default();
        log.append(entry(0, 3, 0), 10);
        log.append(entry(3, 2, 0), 20);
        log.append(entry(5, 1, 2), 30);
        log
    }

    #[test]
    fn an_epoch_ends_where_the_next_known_one_starts() {
        let cases = [(0, Some((0, 5))), (1, Some((0, 5))), (2, Some((2, 6))), (9, Some((2, 6)))];
        for (epoch, end) in cases {
            assert_eq!(log().end_offset_for(epoch), end, "epoch {epoch}");
        }
        assert_eq!(Log::default().end_offset_for(0), None);
    }

    #[test]
    fn truncation_cuts_whole_batches_their_epochs_and_what_was_flushed_of_them() {
        let mut log = log();
        log.flush(6);
        let removed = log.truncate(4);
        assert_eq!(removed.len(), 2);
        assert_eq!((log.end_offset(), log.flushed_offset(), log.epochs()), (3, 3, &[(0, 0)][..]));
    }

    #[test]
    fn only_what_is_old_enough_is_written_back() {
        let mut log = log();
        assert_eq!(log.dirty_since(25), Some(5));
        assert!(log.flush(5));
        assert!(!log.flush(5));
        assert_eq!((log.dirty_since(25), log.dirty_since(30)), (None, Some(6)));
    }

    #[test]
    fn a_read_returns_at_least_one_batch_and_nothing_beyond_the_limit() {
        let read = |offset, limit, bytes| log().read(offset, limit, bytes).len();
        assert_eq!(
            (read(0, 6, 1), read(0, 6, u32::MAX), read(0, 5, u32::MAX), read(6, 6, 1)),
            (1, 3, 2, 0)
        );
        assert_eq!(
            read(0, 4, u32::MAX),
            1,
            "a batch that crosses the high watermark is not readable"
        );
    }
}
