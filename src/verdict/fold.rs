//! How each event of the trace changes the ledger.

use super::ledger::{BrokerView, Election, Ledger, Position, Processing, Taken};
use super::words::Told;
use crate::model::ids::{Node, PartitionId, ProducerId, RecordId};
use crate::model::record::Payload;
use crate::model::trace::{Kind, Observer, TraceEvent};
use crate::script::SendStyle;

impl Observer for Ledger {
    fn observe(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::MessageSent { message, to, what, .. } => self.sent(*message, *to, what),
            Kind::MessageArrived { message, from, .. } => self.arrived(*message, *from),
            Kind::MessageLost { message, to, .. } => self.lost(event.id, *message, *to),
            _ => {
                self.settings.observe(&event.kind);
                self.observe_producer(event);
                self.observe_log(event);
                self.observe_cluster(event);
                self.observe_trouble(event);
                self.observe_consumer(event);
            }
        }
    }
}

impl Ledger {
    /// Whether a producer's application sends the records of a transaction again that has failed.
    fn repeats_transactions(&self, producer: ProducerId) -> bool {
        let transactional = self.setup.producers[producer.index()].transactional.as_ref();
        transactional.is_some_and(|uses| uses.style.retry)
    }

    /// A callback was told of an exception: it may call `send()` again, so often.
    fn may_send_again(&mut self, producer: ProducerId, records: &[RecordId]) {
        let limit = self.setup.producers[producer.index()].resend;
        for id in records {
            let state = self.record_mut(*id);
            if state.resends < limit {
                state.resends += 1;
                state.comes_again = true;
            }
        }
    }

    /// A producer is gone, and what its application meant to send again.
    fn gives_up(&mut self, producer: ProducerId) {
        let plans = &self.setup.records;
        self.records.change(
            |at, state| state.comes_again && plans[at].producer == producer,
            |state| state.comes_again = false,
        );
    }

    /// Readers at large can see these records, if no group reads their topic.
    fn shows(&mut self, partition: PartitionId, records: impl Iterator<Item = RecordId>) {
        let topic = self.setup.partition(partition).topic;
        if self.has_readers[usize::from(topic)] {
            return;
        }
        for id in records {
            let state = self.record(id);
            let shown = state.partition == Some(partition) && self.readable(state) > 0;
            if shown && !state.was_readable {
                self.record_mut(id).was_readable = true;
            }
        }
    }

    fn observe_producer(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::RecordCreated { record, .. } => {
                if !self.is_sent(*record) {
                    let sent = &mut self.sent[self.setup.record(*record).producer.index()];
                    sent.count += 1;
                    sent.last = sent.last.max(record.0);
                }
                let state = self.record_mut(*record);
                state.created = true;
                state.with_producer += 1;
                state.comes_again = false;
            }
            Kind::RecordResent { producer, record } => {
                let style = self.setup.producers[producer.index()].style;
                let state = self.record_mut(*record);
                state.with_producer += 1;
                state.in_aborted = false;
                state.comes_again = false;
                if style != SendStyle::FireAndForget {
                    state.told = Told::Pending;
                }
            }
            Kind::RecordBatched { producer, record, partition, .. } => {
                let comes_again = self.repeats_transactions(*producer);
                let state = self.record_mut(*record);
                state.partition = Some(*partition);
                state.comes_again = comes_again;
            }
            Kind::TransactionBegun { producer } => self.failing[producer.index()] = false,
            Kind::TransactionFailed { producer, fatal: true, .. } => self.gives_up(*producer),
            Kind::TransactionFailed { producer, .. } => self.failing[producer.index()] = true,
            Kind::TransactionEnded { producer, commit, records } => {
                let repeats = !commit && self.failing[producer.index()];
                for id in records {
                    let state = self.record_mut(*id);
                    state.in_aborted |= !commit;
                    state.comes_again &= repeats;
                }
            }
            Kind::BatchDrained { batch, .. } => {
                batch.records.iter().for_each(|id| self.record_mut(*id).drained = true);
            }
            Kind::BatchRetried { batch, .. } => {
                batch.records.iter().for_each(|id| self.record_mut(*id).drained = false);
            }
            Kind::BatchAcked { batch, .. } => self.tell(event.id, &batch.records, Told::Acked),
            Kind::BatchFailed { producer, records, error } => {
                self.tell(event.id, records, Told::Failed(*error));
                if error.worth_another_send() {
                    self.may_send_again(*producer, records);
                }
            }
            Kind::ProducerCrashed { producer, records } => {
                self.gives_up(*producer);
                self.tell(event.id, records, Told::Nothing);
                for id in records {
                    let record = self.record_mut(*id);
                    record.with_producer = 0;
                    record.drained = false;
                    if record.copies.is_empty() && record.carriers == 0 {
                        record.taken_by = Some(event.id);
                        record.taken = Taken::ProducerCrash;
                    }
                }
            }
            _ => {}
        }
    }

    fn observe_log(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::Appended { broker, entry, .. } => {
                if let Payload::Records(batch) = &entry.payload {
                    self.stored(*broker, entry);
                    self.handled(batch);
                }
            }
            Kind::Replicated { broker, entry, .. } => self.stored(*broker, entry),
            Kind::DuplicateBatch { batch, .. } => self.handled(batch),
            Kind::AppendRefused { batch, .. } => {
                self.handled(batch);
                self.refused(event.id, &batch.records);
            }
            Kind::MarkerWritten { marker, records, .. } => {
                for (offset, id) in records {
                    let record = self.record_mut(*id);
                    if marker.commit {
                        record.transactions += 1;
                    } else {
                        record.in_aborted = true;
                        record.aborted.push(*offset);
                    }
                }
            }
            Kind::LastStableOffset { partition, offset, stable, .. } => {
                let behind = (!stable).then_some(*offset);
                self.partitions[partition.index()].stable = behind;
                self.shows(*partition, self.records());
            }
            Kind::HighWatermarkAdvanced { partition, to, records, .. } => {
                self.partitions[partition.index()].high_watermark = *to;
                self.shows(*partition, records.iter().copied());
            }
            Kind::Flushed { broker, partition, to, .. } => {
                self.partitions[partition.index()].flushed[broker.index()] = *to;
            }
            Kind::Truncated { broker, partition, to, removed, .. } => {
                self.removed(event.id, (*broker, *partition), *to, removed, Taken::Truncation);
            }
            Kind::PageCacheLost { broker, partition, to, removed } => {
                self.removed(event.id, (*broker, *partition), *to, removed, Taken::PowerCut);
            }
            Kind::RecordsDeleted { broker, partition, removed, .. } => {
                if self.partitions[partition.index()].leader == Some(*broker) {
                    for (_, id) in removed.iter().flat_map(|entry| entry.records()) {
                        self.record_mut(id).expired += 1;
                    }
                }
                self.removed(event.id, (*broker, *partition), u64::MAX, removed, Taken::Deletion);
            }
            Kind::DiskLost { broker, partition, removed } => {
                self.removed(event.id, (*broker, *partition), 0, removed, Taken::DiskLost);
            }
            _ => {}
        }
    }

    /// Who does not work, and since when.
    fn observe_trouble(&mut self, event: &TraceEvent) {
        let node = match &event.kind {
            Kind::BrokerCrashed { broker }
            | Kind::PowerCut { broker }
            | Kind::BrokerStopped { broker } => Node::Broker(*broker),
            Kind::ProducerCrashed { producer, .. } => Node::Producer(*producer),
            Kind::ConsumerCrashed { consumer } | Kind::ConsumerClosed { consumer } => {
                Node::Consumer(*consumer)
            }
            Kind::Paused { node } => *node,
            _ => return,
        };
        self.out_since_us.insert(node, event.at_us);
    }

    fn observe_cluster(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::BrokerCrashed { broker }
            | Kind::PowerCut { broker }
            | Kind::BrokerStopped { broker } => {
                let down_since = Some(event.id);
                self.brokers[broker.index()] = BrokerView { down_since, crashed: true };
            }
            Kind::BrokerFenced { broker } if !self.brokers[broker.index()].crashed => {
                self.brokers[broker.index()].down_since = Some(event.id);
            }
            Kind::BrokerRestarted { broker, .. } => self.brokers[broker.index()].crashed = false,
            Kind::LeaderElected { partition, leader, leader_epoch, .. } => {
                let before = self.partitions[partition.index()].leader;
                let because = before.and_then(|old| self.brokers[old.index()].down_since);
                let (at_us, event, leader_epoch) = (event.at_us, event.id, *leader_epoch);
                let view = &mut self.partitions[partition.index()];
                view.leader = Some(*leader);
                view.elections.push(Election { event, at_us, leader_epoch, because });
                self.shows(*partition, self.records());
            }
            // An unclean leader's log may end before what was committed.
            Kind::BecameLeader { partition, start_offset, .. } => {
                let view = &mut self.partitions[partition.index()];
                view.high_watermark = view.high_watermark.min(*start_offset);
            }
            Kind::PartitionOffline { partition, .. } => {
                self.partitions[partition.index()].leader = None;
            }
            _ => {}
        }
    }

    fn observe_consumer(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::PositionReset { consumer, partition, offset, committed } => {
                let group = self.group(*consumer);
                let (start, committed, event) = (*offset, *committed, event.id);
                let reader = *consumer;
                let position = Position { start, next: start, committed, event, reader };
                self.positions.insert((group, *partition), position);
            }
            Kind::PartitionsRevoked { consumer, dropped, .. }
            | Kind::Rewound { consumer, dropped } => self.dropped(*consumer, dropped),
            Kind::TruncationDetected { consumer, partition, to, dropped, .. } => {
                self.dropped(*consumer, dropped);
                let at = (self.group(*consumer), *partition);
                if let Some(position) = self.positions.get_mut(&at) {
                    position.next = *to;
                    position.start = position.start.min(*to);
                }
            }
            Kind::Fetched { consumer, partition, entries } => {
                // A batch is fetched whole: what comes before the position is thrown away.
                let at = (self.group(*consumer), *partition);
                let next = self.positions.get(&at).map_or(0, |position| position.next);
                let careless = self.is_careless(Node::Consumer(*consumer));
                for (offset, id) in entries.iter().flat_map(|entry| entry.records()) {
                    if offset >= next && (careless || !self.is_aborted((offset, id))) {
                        self.record_mut(id).with_consumers.push(*consumer);
                    }
                }
            }
            Kind::Polled { consumer, partition, position, .. } => {
                if let Some(known) = self.positions.get_mut(&(self.group(*consumer), *partition)) {
                    known.next = *position;
                }
            }
            Kind::Processed { consumer, record, .. } => {
                let group = self.group(*consumer);
                self.dropped(*consumer, &[*record]);
                let record = self.record_mut(*record);
                match record.processed.iter_mut().find(|done| done.group == group) {
                    Some(done) => done.times += 1,
                    None => {
                        record.processed.push(Processing { group, times: 1, first: event.id.0 });
                    }
                }
            }
            Kind::ProcessingFailed { consumer, record, .. } => {
                self.dropped(*consumer, &[*record]);
                self.record_mut(*record).failed_by = Some(event.id);
            }
            Kind::OffsetCommitted { group, partition, offset } => {
                let commits = self.commits.entry((*group, *partition)).or_default();
                if commits.last().is_none_or(|(last, _)| last < offset) {
                    commits.push((*offset, event.id));
                }
            }
            Kind::ConsumerCrashed { consumer } | Kind::ConsumerClosed { consumer } => {
                self.reader_gone(*consumer);
                self.records.change(
                    |_, record| record.with_consumers.contains(consumer),
                    |record| record.with_consumers.retain(|c| c != consumer),
                );
            }
            _ => {}
        }
    }
}
