//! The biography of a record: every step of its life with its time, its place, its cause, a plain
//! sentence, and the class or setting of Kafka that has the rule; and the spans in which it was at
//! risk.
//!
//! It is made of the trace alone, one fold per record. [`Life`] knows where the copies of the record
//! are; one file per place says what an event means to it there.

mod broker;
mod cluster;
mod consumer;
mod fold;
mod producer;
mod risk;
pub mod text;
mod transaction;
mod words;

use litemap::LiteMap;

use crate::model::ids::{
    BatchId, BrokerId, ConsumerId, GroupId, MessageId, Node, PartitionId, ProducerId, RecordId,
    TraceId,
};
use crate::model::record::{Batch, LogBatch};
use crate::model::setup::{InForce, Setup};
use crate::model::trace::TraceEvent;
use crate::script::config::{ConsumerConfig, ProducerConfig};

pub use risk::{Risk, Risky};
pub use words::{ENGLISH, Language, Tone, What};

/// A record's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Biography {
    /// What happened to it, in order; many retries that go the same way are one step.
    pub steps: Vec<Step>,
    /// When it was at risk, in the order in which that began.
    pub risks: Vec<Risk>,
}

/// A step of a record's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The event.
    pub event: TraceId,
    /// When.
    pub at_us: u64,
    /// Where.
    pub place: Node,
    /// The event that it is due to.
    pub cause: Option<TraceId>,
    /// What happened.
    pub what: What,
    /// The same in words.
    pub sentence: String,
}

impl Biography {
    /// The life of a record in a run, in the sentences of a language.
    #[must_use]
    pub fn of(
        setup: &Setup,
        trace: &[TraceEvent],
        record: RecordId,
        words: &'static Language,
    ) -> Self {
        let mut life = Life::new(setup, record, words);
        for event in trace {
            life.observe(event);
        }
        Self { steps: fold::fold(life.steps, words), risks: life.risks }
    }
}

/// What is known of the record on the way through the trace.
struct Life<'a> {
    setup: &'a Setup,
    /// Which settings each client has.
    settings: InForce,
    record: RecordId,
    words: &'static Language,
    created_us: u64,
    /// How often `send()` was called for it.
    sends: usize,
    partition: Option<PartitionId>,
    /// The batch that it joined last.
    batch: Option<BatchId>,
    /// When each batch of its producer was created.
    batches: LiteMap<BatchId, u64>,
    /// Since when its transaction is open, and how many its producer has begun.
    transaction: (u64, u32),
    in_transaction: bool,
    leaders: Vec<Option<BrokerId>>,
    /// The in-sync replicas of each partition.
    isr: Vec<Vec<BrokerId>>,
    /// The brokers and offsets that hold it, each with the time of the append.
    copies: Vec<(BrokerId, u64, u64)>,
    on_disk: Vec<(BrokerId, u64)>,
    /// The offsets at which it was committed.
    committed: Vec<u64>,
    /// Messages under way that carry it, or the answer for it.
    carriers: Vec<(MessageId, Carries)>,
    /// When the last request with it left.
    sent_us: u64,
    retries: usize,
    /// The followers of which the leader knows that they have it.
    known: Vec<BrokerId>,
    /// The consumers that fetched it and have not finished it, each with the time.
    in_hand: Vec<(ConsumerId, u64)>,
    /// How often each group has processed it.
    processed: Vec<GroupId>,
    /// The groups whose committed offset is past it.
    passed: Vec<GroupId>,
    steps: Vec<Step>,
    risks: Vec<Risk>,
}

/// What a message is to the record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carries {
    Request,
    Response,
    /// A follower's fetch from beyond it, by its offset.
    FetchFrom(u64),
}

impl<'a> Life<'a> {
    fn new(setup: &'a Setup, record: RecordId, words: &'static Language) -> Self {
        let partitions = setup.partitions.iter();
        Self {
            setup,
            settings: InForce::default(),
            record,
            words,
            created_us: 0,
            sends: 0,
            partition: None,
            batch: None,
            batches: LiteMap::new(),
            transaction: (0, 0),
            in_transaction: false,
            leaders: partitions.clone().map(|p| p.replicas.first().copied()).collect(),
            isr: partitions.map(|p| p.replicas.clone()).collect(),
            copies: Vec::new(),
            on_disk: Vec::new(),
            committed: Vec::new(),
            carriers: Vec::new(),
            sent_us: 0,
            retries: 0,
            known: Vec::new(),
            in_hand: Vec::new(),
            processed: Vec::new(),
            passed: Vec::new(),
            steps: Vec::new(),
            risks: Vec::new(),
        }
    }

    fn observe(&mut self, event: &TraceEvent) {
        self.settings.observe(&event.kind);
        self.with_producer(event);
        self.in_transactions(event);
        self.on_the_way(event);
        self.in_logs(event);
        self.in_cluster(event);
        self.with_consumer(event);
    }

    /// What a producer is set to now.
    fn producer_config(&self, producer: ProducerId) -> &'a ProducerConfig {
        self.settings.producer(self.setup, producer)
    }

    /// What a consumer is set to now.
    fn consumer_config(&self, consumer: ConsumerId) -> &'a ConsumerConfig {
        self.settings.consumer(self.setup, consumer)
    }

    /// A step: the sentence of the table, with these values in it.
    fn say(&mut self, event: &TraceEvent, place: Node, what: What, values: &[(&str, &str)]) {
        self.steps.push(Step {
            event: event.id,
            at_us: event.at_us,
            place,
            cause: event.cause,
            what,
            sentence: text::fill(self.words.steps[what as usize], values),
        });
    }

    fn is_in(&self, batch: &Batch) -> bool {
        batch.records.contains(&self.record)
    }

    fn offset_in(&self, entry: &LogBatch) -> Option<u64> {
        entry.records().find(|(_, id)| *id == self.record).map(|(offset, _)| offset)
    }

    fn removed_at(&self, removed: &[std::sync::Arc<LogBatch>]) -> Option<u64> {
        removed.iter().find_map(|entry| self.offset_in(entry))
    }

    /// The offset at which a broker holds it, the last one if there are several, and since when.
    fn copy_on(&self, broker: BrokerId) -> Option<(u64, u64)> {
        let mine = self.copies.iter().rev().find(|(holder, ..)| *holder == broker);
        mine.map(|(_, offset, since_us)| (*offset, *since_us))
    }

    fn leader(&self) -> Option<BrokerId> {
        self.partition.and_then(|partition| self.leaders[partition.index()])
    }

    fn in_sync(&self) -> &[BrokerId] {
        self.partition.map_or(&[], |partition| &self.isr[partition.index()])
    }

    fn is_mine(&self, partition: PartitionId) -> bool {
        self.partition == Some(partition)
    }

    fn partition_name(&self) -> String {
        self.partition.map_or_else(String::new, |partition| self.setup.partition_name(partition))
    }

    fn name(&self, consumer: ConsumerId) -> String {
        self.setup.name(Node::Consumer(consumer))
    }
}

/// The names of brokers in a list.
fn names(brokers: &[BrokerId]) -> String {
    brokers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
