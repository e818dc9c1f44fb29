//! What happens to a record at its producer, and what its application is told.

use super::risk::Risky;
use super::text::{ms, span};
use super::{Life, What};
use crate::model::error::KafkaError;
use crate::model::ids::{BatchId, Node, ProducerId};
use crate::model::record::{Batch, upper_bound_bytes};
use crate::model::setup::ProducerSetup;
use crate::model::trace::{Kind, TraceEvent};
use crate::script::SendStyle;
use crate::script::config::Acks;

impl Life<'_> {
    pub(super) fn with_producer(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::RecordCreated { producer, record } if *record == self.record => {
                self.created(event, *producer);
            }
            Kind::RecordResent { producer, record } if *record == self.record => {
                self.sends += 1;
                let n = self.sends.to_string();
                self.say(event, Node::Producer(*producer), What::SentAgain, &[("n", &n)]);
            }
            Kind::SendBlocked { producer, record } if *record == self.record => {
                let config = self.producer_config(*producer);
                let (memory, wait) = (config.buffer_memory.to_string(), ms(config.max_block_us));
                let values = [("memory", &*memory), ("wait", &*wait)];
                self.say(event, Node::Producer(*producer), What::Blocked, &values);
            }
            Kind::RecordBatched { producer, record, batch, .. } => {
                // Batches are numbered per producer.
                if *producer == self.setup.record(self.record).producer {
                    self.batches.entry(*batch).or_insert(event.at_us);
                }
                if *record == self.record {
                    self.batched(event, *producer);
                }
            }
            Kind::BatchDrained { producer, batch, attempt, .. } if self.is_in(batch) => {
                self.drained(event, *producer, batch, *attempt);
            }
            Kind::BatchRetried { producer, batch, error, backoff_us } if self.is_in(batch) => {
                self.retries += 1;
                let (n, wait) = (self.retries.to_string(), span(*backoff_us));
                let retries = self.producer_config(*producer).retries.to_string();
                let error = error.exception();
                let values = [("n", &*n), ("wait", &wait), ("retries", &retries), ("error", error)];
                self.say(event, Node::Producer(*producer), What::Retried, &values);
            }
            Kind::BatchSplit { producer, batch, pieces } if self.is_in(batch) => {
                let limit = self.setup.partition(batch.partition).config.max_message_bytes;
                let (id, limit, n) =
                    (batch.id.0.to_string(), limit.to_string(), pieces.to_string());
                let values = [("batch", &*id), ("limit", &limit), ("n", &n)];
                self.say(event, Node::Producer(*producer), What::Split, &values);
            }
            Kind::BatchAcked { producer, batch, .. } if self.is_in(batch) => {
                self.acked(event, *producer);
            }
            Kind::BatchFailed { producer, records, error } if records.contains(&self.record) => {
                self.failed(event, *producer, *error);
            }
            Kind::ProducerCrashed { producer, records } if records.contains(&self.record) => {
                let wait = span(event.at_us - self.created_us);
                let values = [("producer", &*producer.to_string()), ("wait", &*wait)];
                self.say(event, Node::Producer(*producer), What::ProducerDied, &values);
            }
            _ => {}
        }
    }

    fn producer(&self, producer: ProducerId) -> &ProducerSetup {
        &self.setup.producers[producer.index()]
    }

    fn created(&mut self, event: &TraceEvent, producer: ProducerId) {
        self.created_us = event.at_us;
        self.sends += 1;
        let plan = self.setup.record(self.record);
        let bytes = plan.value_bytes.to_string();
        let key = plan.key.as_deref();
        let what = if key.is_some() { What::Created } else { What::CreatedWithoutKey };
        let values = [("bytes", &*bytes), ("key", key.unwrap_or_default())];
        self.say(event, Node::Producer(producer), what, &values);
    }

    /// It is serialized and partitioned, and joins a batch: one event, two steps.
    fn batched(&mut self, event: &TraceEvent, producer: ProducerId) {
        let Kind::RecordBatched { partition, batch, .. } = event.kind else { return };
        let place = Node::Producer(producer);
        let plan = self.setup.record(self.record);
        if self.partition.is_none() {
            let config = self.producer_config(producer);
            let what = match (&plan.partition, &plan.key) {
                (Some(_), _) => What::PartitionedAsNamed,
                (None, Some(_)) if !config.partitioner_ignore_keys => What::PartitionedByKey,
                _ => What::PartitionedSticky,
            };
            let bytes = upper_bound_bytes(plan).to_string();
            let limit = config.max_request_size.to_string();
            let topic = &self.setup.topics[usize::from(plan.topic)];
            let (n, name) =
                (topic.partitions.len().to_string(), self.setup.partition_name(partition));
            let values = [("bytes", &*bytes), ("limit", &limit), ("n", &n), ("partition", &name)];
            self.say(event, place, what, &values);
        }
        self.partition = Some(partition);
        self.batch = Some(batch);
        self.retries = 0;
        let (id, name) = (batch.0.to_string(), self.partition_name());
        self.say(event, place, What::Batched, &[("batch", &*id), ("partition", &*name)]);
    }

    /// How old a batch is. A piece of a split one is as old as the whole, which took the record up.
    fn age_us(&self, at_us: u64, batch: BatchId) -> u64 {
        let whole = self.batch.and_then(|whole| self.batches.get(&whole));
        let since_us = self.batches.get(&batch).or(whole).copied().unwrap_or(self.created_us);
        at_us - since_us
    }

    fn drained(&mut self, event: &TraceEvent, producer: ProducerId, batch: &Batch, attempt: u32) {
        let linger_us = self.producer_config(producer).linger_us;
        let age_us = self.age_us(event.at_us, batch.id);
        let what = match attempt {
            0 if age_us < linger_us => What::TakenEarly,
            0 if age_us > linger_us => What::TakenLate,
            0 => What::Lingered,
            _ => What::Resent,
        };
        let (id, count, n) =
            (batch.id.0.to_string(), batch.count().to_string(), (attempt + 1).to_string());
        let (wait, linger) = (span(age_us), ms(linger_us));
        let values =
            [("batch", &*id), ("count", &count), ("n", &n), ("wait", &wait), ("linger", &linger)];
        self.say(event, Node::Producer(producer), what, &values);
    }

    fn acked(&mut self, event: &TraceEvent, producer: ProducerId) {
        let wait = span(event.at_us - self.sent_us);
        let broker = self.leader().map_or_else(String::new, |leader| leader.to_string());
        let n = self.in_sync().len().to_string();
        let min = self.partition.map_or(0, |p| self.setup.partition(p).effective_min_isr());
        let what = match self.producer_config(producer).acks {
            Acks::None => What::AckedByNobody,
            Acks::Leader => What::AckedByLeader,
            Acks::All => What::AckedByAll,
        };
        let min = min.to_string();
        let values = [("wait", &*wait), ("broker", &broker), ("n", &n), ("min", &min)];
        self.say(event, Node::Producer(producer), what, &values);
        if self.committed.is_empty() {
            self.risk(event, Risky::AckedNotCommitted);
        }
    }

    fn failed(&mut self, event: &TraceEvent, producer: ProducerId, error: KafkaError) {
        let mine = self.producer(producer);
        let config = self.producer_config(producer);
        let what = match error {
            KafkaError::DeliveryTimeout => What::Expired,
            KafkaError::BufferExhausted => What::Exhausted,
            KafkaError::ClosedForcefully => What::ClosedForcefully,
            KafkaError::RecordTooLarge => What::TooLarge,
            _ if mine.style == SendStyle::FireAndForget => What::FailedUnheard,
            _ => What::Failed,
        };
        let (wait, limit) = match what {
            What::Exhausted => (ms(config.max_block_us), String::new()),
            What::ClosedForcefully => {
                (span(mine.close_timeout_us.unwrap_or_default()), String::new())
            }
            What::TooLarge => (String::new(), config.max_request_size.to_string()),
            _ => {
                let age_us = self.batch.map_or(0, |batch| self.age_us(event.at_us, batch));
                (span(age_us), ms(config.delivery_timeout_us))
            }
        };
        let (n, retries) = (self.retries.to_string(), config.retries.to_string());
        let bytes = upper_bound_bytes(self.setup.record(self.record)).to_string();
        let memory = config.buffer_memory.to_string();
        let values = [
            ("error", error.exception()),
            ("wait", &wait),
            ("limit", &limit),
            ("n", &n),
            ("retries", &retries),
            ("bytes", &bytes),
            ("memory", &memory),
        ];
        self.say(event, Node::Producer(producer), what, &values);
    }
}
