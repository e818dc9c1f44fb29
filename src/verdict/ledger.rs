//! The ledger: an incremental fold over the trace that knows where every copy of every record is.

use std::sync::Arc;

use litemap::LiteMap;

use super::pages::Pages;
use super::words::{Told, Totals};
use crate::model::ids::{
    BrokerId, ConsumerId, GroupId, MessageId, Node, PartitionId, ProducerId, RecordId, TraceId,
};
use crate::model::record::{Batch, LogBatch};
use crate::model::setup::{InForce, Setup};
use crate::model::trace::{Observer, TraceEvent, Wire};
use crate::script::SendStyle;

/// What is known of all records so far.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(super) setup: Arc<Setup>,
    pub(super) records: Pages<RecordState>,
    /// What each producer has sent.
    pub(super) sent: Vec<Sent>,
    pub(super) partitions: Vec<PartitionView>,
    pub(super) brokers: Vec<BrokerView>,
    /// Where each consumer is in each of its partitions.
    pub(super) positions: LiteMap<(GroupId, PartitionId), Position>,
    /// The commits that took each group further than any before, with the offset of each.
    pub(super) commits: LiteMap<(GroupId, PartitionId), Vec<(u64, TraceId)>>,
    /// The records of messages on the way, or in a broker's hands and not yet in its log.
    carried: LiteMap<MessageId, Vec<RecordId>>,
    /// Produce requests that arrived and wait for their turn.
    queued: Vec<MessageId>,
    /// When each thing was last taken out: crashed, stopped, without power, paused.
    pub(super) out_since_us: LiteMap<Node, u64>,
    /// Whether each producer's transaction has failed.
    pub(super) failing: Vec<bool>,
    /// Whether any group reads each topic.
    pub(super) has_readers: Vec<bool>,
    /// Which settings each client has.
    pub(super) settings: InForce,
    pub(super) over: bool,
}

/// How many records a producer has sent, and the last number among them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    pub count: u32,
    pub last: u32,
}

/// What is known of a record.
#[derive(Clone, Debug, Default)]
pub(super) struct RecordState {
    pub created: bool,
    pub told: Told,
    pub told_by: Option<TraceId>,
    pub partition: Option<PartitionId>,
    /// How many sends of it have no outcome yet.
    pub with_producer: u32,
    /// How many messages on the way hold it.
    pub carriers: u32,
    /// Whether it is drained into a request that is not written yet; it will be, even if the batch
    /// is found to be too old meanwhile.
    pub drained: bool,
    /// The brokers and offsets that hold it, ordered by offset, then broker.
    pub copies: Vec<(BrokerId, u64)>,
    /// The epoch of the leader that appended it last.
    pub leader_epoch: u32,
    /// Consumers that fetched it and have not finished it.
    pub with_consumers: Vec<ConsumerId>,
    /// How often each group has finished processing it.
    pub processed: Vec<Processing>,
    /// The offsets that hold it as part of an aborted transaction.
    pub aborted: Vec<u64>,
    /// In how many committed transactions it is.
    pub transactions: u32,
    /// Whether the last transaction that it was sent in was aborted.
    pub in_aborted: bool,
    /// Whether its application will send it again, as far as is known: after an exception that is
    /// worth another try, or when a transaction has ended that it may repeat.
    pub comes_again: bool,
    /// How often an exception had it sent again.
    pub resends: u32,
    /// Whether somebody at large could read it once.
    pub was_readable: bool,
    /// How many of its offsets could be read until they were deleted.
    pub expired: u32,
    /// The last exception that processing it threw.
    pub failed_by: Option<TraceId>,
    /// What took the last copy that was taken.
    pub taken_by: Option<TraceId>,
    /// What that was.
    pub taken: Taken,
    /// What had taken out the broker that such a message was meant for.
    pub receiver_down: Option<TraceId>,
    /// The offset that it got last.
    pub offset: Option<u64>,
}

/// What a group has made of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Processing {
    pub group: GroupId,
    pub times: u32,
    /// The number of the event that said so first.
    pub first: u64,
}

/// What takes a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Taken {
    /// A message that never arrived, or was refused.
    #[default]
    Network,
    /// A follower that cut its log.
    Truncation,
    /// A page cache that lost its power.
    PowerCut,
    /// A disk that was destroyed.
    DiskLost,
    /// Retention.
    Deletion,
    /// A producer that died with it.
    ProducerCrash,
}

/// What is known of a partition.
#[derive(Clone, Debug)]
pub(super) struct PartitionView {
    pub leader: Option<BrokerId>,
    pub high_watermark: u64,
    /// Where readers of committed transactions stop, if that is before the high watermark.
    pub stable: Option<u64>,
    /// Per broker, up to where its log is on disk.
    pub flushed: Vec<u64>,
    pub elections: Vec<Election>,
}

/// An election, with what made it necessary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Election {
    pub event: TraceId,
    pub at_us: u64,
    pub leader_epoch: u32,
    pub because: Option<TraceId>,
}

/// What is known of a broker.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BrokerView {
    /// The crash or the fencing that took it out last.
    pub down_since: Option<TraceId>,
    pub crashed: bool,
}

/// Where a group is in a partition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub start: u64,
    pub next: u64,
    /// Whether it began at a committed offset; else `auto.offset.reset` said where.
    pub committed: bool,
    /// The event that said where it begins.
    pub event: TraceId,
    /// The member that reads there.
    pub reader: ConsumerId,
}

impl RecordState {
    /// How often a group has finished processing it.
    pub fn times(&self, group: GroupId) -> u32 {
        self.processed.iter().find(|done| done.group == group).map_or(0, |done| done.times)
    }
}

impl Ledger {
    /// A ledger of a run that has not begun.
    #[must_use]
    pub fn new(setup: Arc<Setup>) -> Self {
        let partition = |p: &crate::model::setup::PartitionSetup| PartitionView {
            leader: p.replicas.first().copied(),
            high_watermark: 0,
            stable: None,
            flushed: vec![0; usize::from(setup.brokers)],
            elections: Vec::new(),
        };
        let ignored = |producer: usize| setup.producers[producer].style == SendStyle::FireAndForget;
        let record = |plan: &crate::model::record::RecordPlan| RecordState {
            told: if ignored(plan.producer.index()) { Told::Nothing } else { Told::Pending },
            ..RecordState::default()
        };
        let read = |partition: &PartitionId| setup.partition(*partition).topic;
        let mut has_readers = vec![false; setup.topics.len()];
        for partition in setup.groups.iter().flat_map(|group| group.topics.iter().flatten()) {
            has_readers[usize::from(read(partition))] = true;
        }
        Self {
            has_readers,
            failing: vec![false; setup.producers.len()],
            records: setup.records.iter().map(record).collect(),
            sent: vec![Sent::default(); setup.producers.len()],
            partitions: setup.partitions.iter().map(partition).collect(),
            brokers: vec![BrokerView::default(); usize::from(setup.brokers)],
            positions: LiteMap::new(),
            commits: LiteMap::new(),
            carried: LiteMap::new(),
            queued: Vec::new(),
            settings: InForce::default(),
            out_since_us: LiteMap::new(),
            over: false,
            setup,
        }
    }

    /// The ledger of a whole trace.
    #[must_use]
    pub fn of(setup: &Arc<Setup>, trace: &[TraceEvent]) -> Self {
        let mut ledger = Self::new(setup.clone());
        for event in trace {
            ledger.observe(event);
        }
        ledger
    }

    /// The run is over: what waits for nothing any more is decided.
    pub fn finish(&mut self) {
        self.over = true;
        self.records.change(|_, record| record.drained, |record| record.drained = false);
    }

    /// How many records each fate has.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { created: self.created(), ..Totals::default() };
        for id in self.records() {
            totals.add(&self.verdict(id));
        }
        totals
    }

    /// How many records were sent so far.
    #[must_use]
    pub fn created(&self) -> u32 {
        self.sent.iter().map(|sent| sent.count).sum()
    }

    /// How many records a producer has sent so far.
    #[must_use]
    pub fn sent_by(&self, producer: ProducerId) -> u32 {
        self.sent[producer.index()].count
    }

    /// The records that were sent so far, those with the largest numbers first.
    pub fn latest(&self) -> impl Iterator<Item = RecordId> + '_ {
        let last = self.sent.iter().map(|sent| sent.last).max().unwrap_or_default();
        (1..=last).rev().map(RecordId).filter(|id| self.is_sent(*id))
    }

    /// The same of one producer.
    pub fn latest_of(&self, producer: ProducerId) -> impl Iterator<Item = RecordId> + '_ {
        let all = (1..=self.sent[producer.index()].last).rev().map(RecordId);
        let mine = move |id: &RecordId| self.setup.record(*id).producer == producer;
        all.filter(mine).filter(|id| self.is_sent(*id))
    }

    /// All records that the script may send.
    pub fn records(&self) -> impl Iterator<Item = RecordId> + use<> {
        (1..=self.records.len() as u32).map(RecordId)
    }

    /// Whether a record was sent, so far.
    #[must_use]
    pub fn is_sent(&self, id: RecordId) -> bool {
        self.record(id).created
    }

    /// The partition that a record went to, once it has one.
    #[must_use]
    pub fn partition(&self, id: RecordId) -> Option<PartitionId> {
        self.record(id).partition
    }

    /// What its application was told of a record.
    #[must_use]
    pub fn told(&self, id: RecordId) -> Told {
        self.record(id).told
    }

    /// When a thing was last taken out: it crashed, stopped, lost its power or was paused.
    #[must_use]
    pub fn out_since_us(&self, node: Node) -> Option<u64> {
        self.out_since_us.get(&node).copied()
    }

    /// When a partition's leader was elected, if there has been an election.
    #[must_use]
    pub fn elected_us(&self, partition: PartitionId) -> Option<u64> {
        self.partitions[partition.index()].elections.last().map(|election| election.at_us)
    }

    /// How often a group has finished processing a record.
    #[must_use]
    pub fn processed(&self, id: RecordId, group: GroupId) -> u32 {
        self.record(id).times(group)
    }

    pub(super) fn record(&self, id: RecordId) -> &RecordState {
        self.records.get(id.index() - 1)
    }

    pub(super) fn record_mut(&mut self, id: RecordId) -> &mut RecordState {
        self.records.get_mut(id.index() - 1)
    }

    pub(super) fn tell(&mut self, event: TraceId, records: &[RecordId], told: Told) {
        for id in records {
            let record = self.record_mut(*id);
            record.with_producer = record.with_producer.saturating_sub(1);
            if record.told != Told::Nothing {
                record.told = told;
            }
            record.told_by = Some(event);
        }
    }

    /// A broker holds a batch now.
    pub(super) fn stored(&mut self, broker: BrokerId, entry: &LogBatch) {
        for (offset, id) in entry.records() {
            let record = self.record_mut(id);
            record.leader_epoch = entry.leader_epoch;
            let place = record.copies.partition_point(|(b, o)| (*o, *b) < (offset, broker));
            record.copies.insert(place, (broker, offset));
            record.offset = Some(offset);
        }
    }

    pub(super) fn sent(&mut self, message: MessageId, to: Node, what: &Wire) {
        let records: Vec<RecordId> = match what {
            Wire::ProduceRequest { batches } => {
                batches.iter().flat_map(|b| b.records.iter().copied()).collect()
            }
            Wire::FetchResponse { batches } => {
                let careless = self.is_careless(to);
                let entries = batches.iter().flat_map(|(_, entry)| entry.records());
                let all = entries.filter(|at| careless || !self.is_aborted(*at));
                all.map(|(_, id)| id).collect()
            }
            _ => return,
        };
        for id in &records {
            let record = self.record_mut(*id);
            record.carriers += 1;
            record.drained &= !matches!(what, Wire::ProduceRequest { .. });
        }
        self.carried.insert(message, records);
    }

    /// Whether somebody processes records of aborted transactions, too.
    pub(super) fn is_careless(&self, reader: Node) -> bool {
        matches!(reader, Node::Consumer(id) if !self.reads_committed(self.group(id)))
    }

    /// Whether the transaction is known to be aborted that wrote a record at an offset.
    pub(super) fn is_aborted(&self, (offset, id): (u64, RecordId)) -> bool {
        self.record(id).aborted.contains(&offset)
    }

    /// A message is where it should be. The records of a produce request are still nowhere else:
    /// it may have to wait for its turn.
    pub(super) fn arrived(&mut self, message: MessageId, from: Node) {
        if matches!(from, Node::Producer(_)) && self.carried.contains_key(&message) {
            self.queued.push(message);
        } else {
            self.put_down(message);
        }
    }

    /// The batch of a produce request was appended or refused.
    pub(super) fn handled(&mut self, batch: &Batch) {
        let of = |message: &MessageId| {
            self.carried.get(message).is_some_and(|records| records.contains(&batch.records[0]))
        };
        let Some(place) = self.queued.iter().position(of) else { return };
        let message = self.queued[place];
        let Some(records) = self.carried.get_mut(&message) else { return };
        records.retain(|id| !batch.records.contains(id));
        if records.is_empty() {
            self.queued.remove(place);
            self.carried.remove(&message);
        }
        for id in &batch.records {
            self.record_mut(*id).carriers -= 1;
        }
    }

    fn put_down(&mut self, message: MessageId) -> Vec<RecordId> {
        self.queued.retain(|id| *id != message);
        let records = self.carried.remove(&message).unwrap_or_default();
        for id in &records {
            self.record_mut(*id).carriers -= 1;
        }
        records
    }

    pub(super) fn lost(&mut self, event: TraceId, message: MessageId, to: Node) {
        let receiver_down = match to {
            Node::Broker(broker) => self.brokers[broker.index()].down_since,
            _ => None,
        };
        for id in self.put_down(message) {
            let record = self.record_mut(id);
            if record.copies.is_empty() {
                record.taken_by = Some(event);
                record.taken = Taken::Network;
                record.receiver_down = receiver_down;
            }
        }
    }

    pub(super) fn removed(
        &mut self,
        event: TraceId,
        (broker, partition): (BrokerId, PartitionId),
        to: u64,
        removed: &[Arc<LogBatch>],
        taken: Taken,
    ) {
        let flushed = &mut self.partitions[partition.index()].flushed[broker.index()];
        *flushed = to.min(*flushed);
        for entry in removed {
            for (offset, id) in entry.records() {
                let record = self.record_mut(id);
                record.copies.retain(|copy| *copy != (broker, offset));
                record.taken_by = Some(event);
                record.taken = taken;
            }
        }
    }

    /// A refused batch goes nowhere; without acknowledgement nobody will hear of it.
    pub(super) fn refused(&mut self, event: TraceId, records: &[RecordId]) {
        for id in records {
            let record = self.record_mut(*id);
            if record.copies.is_empty() {
                record.taken_by = Some(event);
            }
        }
    }

    /// A consumer does not have these records in its hands any more, or not one fetch of them.
    pub(super) fn dropped(&mut self, consumer: ConsumerId, records: &[RecordId]) {
        for id in records {
            let holders = &mut self.record_mut(*id).with_consumers;
            if let Some(place) = holders.iter().position(|holder| *holder == consumer) {
                holders.remove(place);
            }
        }
    }

    /// A member is gone: whoever comes next goes on where the group has committed, or begins anew.
    pub(super) fn reader_gone(&mut self, reader: ConsumerId) {
        for (at, position) in &mut self.positions {
            if position.reader == reader {
                let commits = self.commits.get(at).and_then(|commits| commits.last());
                position.next = commits.map_or(position.start, |(offset, _)| *offset);
            }
        }
    }

    pub(super) fn group(&self, consumer: ConsumerId) -> GroupId {
        self.setup.consumers[consumer.index()].group
    }
}
