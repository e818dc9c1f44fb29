//! From three facts (told, stored, processed) to one word.

use super::ledger::{Ledger, PartitionView, Position, RecordState, Taken};
use super::words::{Copy, Fate, Place, Reason, Told, Verdict};
use crate::model::error::KafkaError;
use crate::model::ids::{BrokerId, ConsumerId, GroupId, PartitionId, RecordId};
use crate::script::config::IsolationLevel;

/// The outcome for one group, or for readers at large.
struct Outcome {
    fate: Fate,
    place: Option<Place>,
    reason: Option<Reason>,
    processed: u32,
    effects: u32,
    group: Option<GroupId>,
}

impl Outcome {
    fn decided(fate: Fate) -> Self {
        Self { fate, place: None, reason: None, processed: 0, effects: 0, group: None }
    }

    fn pending(reason: Reason) -> Self {
        Self { reason: Some(reason), ..Self::decided(Fate::Pending) }
    }

    fn lost(place: Place) -> Self {
        Self { place: Some(place), ..Self::decided(Fate::Lost) }
    }
}

impl Ledger {
    /// What became of a record, as far as it is known. Where several groups read it, the worst of
    /// their outcomes counts.
    #[must_use]
    pub fn verdict(&self, id: RecordId) -> Verdict {
        let record = self.record(id);
        let Outcome { fate, place, reason, processed, effects, group } = self.worst(id);
        let lost = fate == Fate::Lost;
        let causes = if lost { self.causes(record, place, group) } else { Vec::new() };
        Verdict {
            told: record.told,
            fate,
            place,
            reason,
            stored: self.stored_copies(record),
            processed,
            effects,
            stranded: place == Some(Place::OldLeader),
            causes,
        }
    }

    /// The one word alone, which costs least.
    #[must_use]
    pub fn fate(&self, id: RecordId) -> Fate {
        self.worst(id).fate
    }

    /// The one word, and whether only a broker holds it that is down or deposed.
    #[must_use]
    pub fn standing(&self, id: RecordId) -> (Fate, bool) {
        let Outcome { fate, place, .. } = self.worst(id);
        (fate, place == Some(Place::OldLeader))
    }

    /// The worst outcome of all groups that read it.
    fn worst(&self, id: RecordId) -> Outcome {
        let record = self.record(id);
        let topic = self.setup.record(id).topic;
        let reads = |group: &GroupId| {
            let topics = &self.setup.groups[group.index()].topics;
            topics.iter().flatten().any(|p| self.setup.partition(*p).topic == topic)
        };
        let groups = (0..self.setup.groups.len() as u16).map(GroupId).filter(reads);
        let outcome = groups
            .map(|group| self.outcome(id, record, Some(group)))
            .max_by_key(|outcome| outcome.fate);
        outcome.unwrap_or_else(|| self.outcome(id, record, None))
    }

    fn outcome(&self, id: RecordId, record: &RecordState, group: Option<GroupId>) -> Outcome {
        let processed = match group {
            Some(group) => record.times(group),
            None => self.readable(record),
        };
        let effects = group.map_or(processed, |group| self.effects(id, group, processed));
        // What was aborted has failed, whatever its callback said.
        let aborted = record.in_aborted && record.transactions == 0;
        let failed = matches!(record.told, Told::Failed(_)) || aborted;
        let failed = failed && !self.comes_again(id, record);
        // Readers at large have had it, whoever leads now; until it is lost.
        let had = group.is_none() && record.was_readable;
        let outcome = match effects {
            0 if self.comes_again(id, record) => Outcome::pending(Reason::WithTheProducer),
            0 if aborted && !self.comes(record, group) => self.aborted(record),
            0 => self.without_effect(record, group, failed),
            _ if failed => Outcome::decided(Fate::Ghost),
            1 => Outcome::decided(Fate::Delivered),
            _ => Outcome::decided(Fate::Duplicated),
        };
        let outcome = match outcome.fate {
            Fate::Pending if had && failed => Outcome { fate: Fate::Ghost, ..outcome },
            Fate::Pending if had => Outcome { fate: Fate::Delivered, ..outcome },
            _ => outcome,
        };
        Outcome { processed, effects, group, ..outcome }
    }

    /// How often processing a record took effect. Whoever recognises a message by its business id lets
    /// it take effect once. What an application makes of it in transactions is there as often as its
    /// transactions were committed.
    fn effects(&self, id: RecordId, group: GroupId, processed: u32) -> u32 {
        let setup = &self.setup.groups[group.index()];
        let output = setup.produces.as_ref().and_then(|produces| produces.output(id));
        match output.filter(|_| self.uses_transactions(group)) {
            Some(output) => self.record(output).transactions,
            None if setup.idempotent => processed.min(1),
            None => processed,
        }
    }

    /// Whether a group's application sends on what it reads, in transactions.
    fn uses_transactions(&self, group: GroupId) -> bool {
        let first = self.setup.groups[group.index()].members.first();
        let producer = first.and_then(|consumer| self.setup.consumers[consumer.index()].producer);
        producer.is_some_and(|id| self.setup.producers[id.index()].transactional.is_some())
    }

    /// Up to where a group has gone: nobody goes back behind its position; but what an application
    /// does in a transaction that was not committed is done again from its committed offset.
    fn passed(&self, group: GroupId, partition: PartitionId, position: &Position) -> u64 {
        let commits = self.commits.get(&(group, partition)).and_then(|commits| commits.last());
        match commits {
            _ if !self.uses_transactions(group) => position.next,
            Some((offset, _)) => *offset,
            None => position.start,
        }
    }

    /// Whether its application will send it again by itself. What an application makes of the
    /// records that it reads it makes again whenever it reads those again.
    fn comes_again(&self, id: RecordId, record: &RecordState) -> bool {
        let plan = self.setup.record(id);
        let is_made = || self.setup.producers[plan.producer.index()].consumer.is_some();
        record.created && !self.over && (record.comes_again || is_made())
    }

    /// Whether a record of an aborted transaction may still come some other way.
    fn comes(&self, record: &RecordState, group: Option<GroupId>) -> bool {
        on_its_way(record).is_some()
            || record.copies.iter().any(|(_, offset)| self.counts(record, *offset, group))
    }

    /// Whether a copy can still take effect. One of an aborted transaction does so for who does not
    /// care for transactions only.
    fn counts(&self, record: &RecordState, offset: u64, group: Option<GroupId>) -> bool {
        let careless = group.is_some_and(|group| !self.reads_committed(group));
        !record.aborted.contains(&offset) || (careless && !self.over)
    }

    pub(super) fn reads_committed(&self, group: GroupId) -> bool {
        let settings = |member: &ConsumerId| self.settings.consumer(&self.setup, *member);
        let members = &self.setup.groups[group.index()].members;
        let isolation = |member| settings(member).isolation_level;
        members.iter().all(|member| isolation(member) == IsolationLevel::ReadCommitted)
    }

    /// Its transaction was aborted; or it never got as far as that.
    fn aborted(&self, record: &RecordState) -> Outcome {
        match record.told {
            Told::Failed(error) if error != KafkaError::TransactionAborted => {
                Outcome::decided(Fate::Reported)
            }
            _ => Outcome::decided(Fate::Aborted),
        }
    }

    /// It has taken no effect. Can it still?
    fn without_effect(
        &self,
        record: &RecordState,
        group: Option<GroupId>,
        failed: bool,
    ) -> Outcome {
        if !record.created {
            return Outcome::pending(Reason::NotSent);
        }
        if let Some(reason) = on_its_way(record) {
            return Outcome::pending(reason);
        }
        let partition = record.partition.map(|p| (p, &self.partitions[p.index()]));
        match partition {
            Some((partition, view)) if !record.copies.is_empty() => {
                self.with_copies(record, partition, view, group, failed)
            }
            _ if failed => Outcome::decided(Fate::Reported),
            _ => Outcome::lost(match record.taken {
                Taken::Truncation => Place::Truncated,
                Taken::PowerCut => Place::PageCache,
                Taken::DiskLost => Place::Disk,
                Taken::Deletion => Place::NeverRead,
                Taken::ProducerCrash => Place::Accumulator,
                Taken::Network if record.partition.is_none() => Place::Application,
                Taken::Network => Place::Network,
            }),
        }
    }

    /// Some log holds it. A leader's log is the truth: what it lacks will be cut off elsewhere.
    fn with_copies(
        &self,
        record: &RecordState,
        partition: PartitionId,
        view: &PartitionView,
        group: Option<GroupId>,
        failed: bool,
    ) -> Outcome {
        let Some(leader) = view.leader else { return Outcome::pending(Reason::Offline) };
        let counts = |(broker, offset): &&(BrokerId, u64)| {
            *broker == leader && self.counts(record, *offset, group)
        };
        // They are ordered by their offsets.
        let mut at_leader = record.copies.iter().filter(counts).map(|(_, offset)| *offset);
        let Some(first) = at_leader.next() else {
            // The leader deleted it: what others hold still goes the same way.
            let deleted = record.expired > 0;
            let place = if deleted { Place::NeverRead } else { Place::OldLeader };
            return match (self.over, failed) {
                (true, true) => Outcome::decided(Fate::Reported),
                (true, false) => Outcome::lost(place),
                (false, _) if deleted => Outcome::pending(Reason::NotRead),
                (false, _) => {
                    Outcome { place: Some(Place::OldLeader), ..Outcome::pending(Reason::Stranded) }
                }
            };
        };
        let last = at_leader.next_back().unwrap_or(first);
        if first >= view.high_watermark {
            return Outcome::pending(Reason::NotCommitted);
        }
        let reads_committed = group.is_some_and(|group| self.reads_committed(group));
        let stable = view.stable.filter(|_| reads_committed).unwrap_or(u64::MAX);
        if first >= stable {
            return Outcome::pending(Reason::NotStable);
        }
        let position = group.and_then(|group| {
            let position = self.positions.get(&(group, partition))?;
            Some((position, self.passed(group, partition, position)))
        });
        match position {
            Some((position, passed)) if self.over && last < passed => {
                if failed {
                    return Outcome::decided(Fate::Reported);
                }
                let never = last < position.start && !position.committed;
                Outcome::lost(if never { Place::NeverRead } else { Place::SkippedByTheConsumer })
            }
            _ => Outcome::pending(Reason::NotRead),
        }
    }

    /// How many offsets of the leader's log let readers see it.
    pub(super) fn readable(&self, record: &RecordState) -> u32 {
        let Some(partition) = record.partition else { return 0 };
        let view = &self.partitions[partition.index()];
        let visible = |(broker, offset): &&(_, u64)| {
            Some(*broker) == view.leader
                && *offset < view.high_watermark
                && view.stable.is_none_or(|stable| *offset < stable)
                && !record.aborted.contains(offset)
        };
        record.copies.iter().filter(visible).count() as u32 + record.expired
    }

    fn stored_copies(&self, record: &RecordState) -> Vec<Copy> {
        let Some(partition) = record.partition else { return Vec::new() };
        let view = &self.partitions[partition.index()];
        let mut copies: Vec<Copy> = Vec::new();
        for (broker, offset) in &record.copies {
            let held = (*broker, *offset < view.flushed[broker.index()]);
            match copies.iter_mut().find(|copy| copy.offset == *offset) {
                Some(copy) => copy.brokers.push(held),
                None => {
                    copies.push(Copy { offset: *offset, committed: false, brokers: vec![held] })
                }
            }
        }
        for copy in &mut copies {
            let led = view
                .leader
                .is_some_and(|leader| copy.brokers.iter().any(|(broker, _)| *broker == leader));
            copy.committed = led && copy.offset < view.high_watermark;
        }
        copies
    }
}

/// Who has it in hand, if it is not only in logs.
fn on_its_way(record: &RecordState) -> Option<Reason> {
    if !record.with_consumers.is_empty() {
        Some(Reason::WithTheConsumer)
    } else if record.with_producer > 0 {
        Some(Reason::WithTheProducer)
    } else if record.carriers > 0 || record.drained {
        Some(Reason::OnTheWay)
    } else {
        None
    }
}
