//! Order: the records that come after a later one of the same key.
//!
//! Kafka keeps the order of a partition's log, and a producer means to send the records of a key in
//! order. Two things break that: resends that change places in the log, and applications that
//! process a partition's records side by side. Records without a key count as those of one key.

use std::cmp::Reverse;

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

    /// The records whose last place is behind the first place of a later record. Nearly always what a
    /// producer has in a partition is in order whatever its keys are: then nobody asks for those.
    fn behind(&self, place: impl Fn(&RecordState) -> Option<(u64, u64)>) -> Vec<RecordId> {
        let placed = |id: RecordId| {
            let record = self.record(id);
            let (places, partition) = place(record).zip(record.partition)?;
            Some((places, (self.setup.record(id).producer, partition)))
        };
        let count = self.partitions.len();
        let lane = |(producer, partition): (ProducerId, PartitionId)| {
            producer.index() * count + partition.index()
        };
        let ids = || (1..=self.records.len() as u32).rev().map(RecordId);
        let mut first_of_later = vec![u64::MAX; self.setup.producers.len() * count];
        let mut mixed = vec![false; first_of_later.len()];
        for ((first, last), at) in ids().filter_map(placed) {
            let earliest = &mut first_of_later[lane(at)];
            mixed[lane(at)] |= last > *earliest;
            *earliest = first.min(*earliest);
        }
        if !mixed.contains(&true) {
            return Vec::new();
        }
        let mut sequences: Vec<(Sequence<'_>, Reverse<RecordId>)> = ids()
            .filter_map(|id| {
                let (_, at) = placed(id)?;
                let key = self.setup.record(id).key.as_deref();
                mixed[lane(at)].then_some(((at.0, at.1, key), Reverse(id)))
            })
            .collect();
        sequences.sort_unstable();
        let (mut late, mut earliest) = (Vec::new(), u64::MAX);
        for (n, (sequence, Reverse(id))) in sequences.iter().enumerate() {
            if n == 0 || sequences[n - 1].0 != *sequence {
                earliest = u64::MAX;
            }
            if let Some((first, last)) = place(self.record(*id)) {
                if last > earliest {
                    late.push(*id);
                }
                earliest = first.min(earliest);
            }
        }
        late
    }
}
