//! Order: the records that come after a later one of the same key.
//!
//! Kafka keeps the order of a partition's log, and a producer means to send the records of a key in
//! order. Two things break that: resends that change places in the log, and applications that
//! process a partition's records side by side. Records without a key count as those of one key.

use litemap::LiteMap;

use super::ledger::{Ledger, RecordState};
use crate::model::ids::{GroupId, PartitionId, ProducerId, RecordId};

/// What keeps its order: a producer's records of a key in a partition.
type Sequence<'a> = (ProducerId, PartitionId, Option<&'a str>);

impl Ledger {
    /// The records that are out of order so far: in the leader's log some copy of them stands
    /// behind a later record of their key, or a group finished them for the first time after a
    /// later one.
    #[must_use]
    pub fn reordered(&self) -> Vec<RecordId> {
        let mut late = self.behind(|record| self.places(record));
        for group in (0..self.setup.groups.len() as u16).map(GroupId) {
            let first = |record: &RecordState| {
                let mine = record.processed.iter().find(|done| done.group == group);
                mine.map(|done| (done.first, done.first))
            };
            late.extend(self.behind(first));
        }
        late.sort_unstable();
        late.dedup();
        late
    }

    /// The first and the last offset at which the leader's log shows it to readers.
    fn places(&self, record: &RecordState) -> Option<(u64, u64)> {
        let leader = self.partitions[record.partition?.index()].leader?;
        let mut mine = record
            .copies
            .iter()
            .filter(|(broker, offset)| *broker == leader && !record.aborted.contains(offset))
            .map(|(_, offset)| *offset);
        let first = mine.next()?;
        Some((first, mine.next_back().unwrap_or(first)))
    }

    /// The records whose last place is behind the first place of a later record.
    fn behind(&self, place: impl Fn(&RecordState) -> Option<(u64, u64)>) -> Vec<RecordId> {
        let mut first_of_later: LiteMap<Sequence<'_>, u64> = LiteMap::new();
        let mut late = Vec::new();
        for id in (1..=self.records.len() as u32).rev().map(RecordId) {
            let record = self.record(id);
            let Some(((first, last), partition)) = place(record).zip(record.partition) else {
                continue;
            };
            let plan = self.setup.record(id);
            let sequence = (plan.producer, partition, plan.key.as_deref());
            let earliest = first_of_later.entry(sequence).or_insert(u64::MAX);
            if last > *earliest {
                late.push(id);
            }
            *earliest = first.min(*earliest);
        }
        late
    }
}
