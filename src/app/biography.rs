//! The biography of a record: every event of a run that concerns it, in plain words.

use litemap::LiteMap;
use std::sync::Arc;

use ackscope::model::Setup;
use ackscope::model::ids::{BrokerId, ConsumerId, MessageId, Node, PartitionId, RecordId, TraceId};
use ackscope::model::record::{Batch, LogBatch};
use ackscope::model::trace::{Kind, TraceEvent, Wire};

use super::words::{fill, words};

/// A step of a record's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The event.
    pub event: TraceId,
    /// When.
    pub at_us: u64,
    /// What happened, in words.
    pub text: String,
    /// Whether it was good, bad or neither for the record.
    pub tone: Tone,
}

/// What a step means for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It goes its way.
    Plain,
    /// A promise was made or kept.
    Good,
    /// A copy is gone, or a promise broken.
    Bad,
}

/// The steps of a record's life in a run.
#[must_use]
pub fn biography(setup: &Setup, trace: &[TraceEvent], record: RecordId) -> Vec<Step> {
    let mut life = Life::new(setup, record);
    for event in trace {
        if let Some((tone, text)) = life.step(&event.kind) {
            life.steps.push(Step { event: event.id, at_us: event.at_us, text, tone });
        }
    }
    life.steps
}

/// What is known of the record on the way through the trace.
struct Life<'a> {
    setup: &'a Setup,
    record: RecordId,
    partition: Option<PartitionId>,
    leader: Option<BrokerId>,
    /// The offset in the log of each broker that has it.
    copies: LiteMap<BrokerId, u64>,
    on_disk: Vec<BrokerId>,
    committed: bool,
    requests: Vec<MessageId>,
    fetched_by: Option<ConsumerId>,
    processed: bool,
    offset_committed: bool,
    steps: Vec<Step>,
}

type Told = Option<(Tone, String)>;

impl<'a> Life<'a> {
    fn new(setup: &'a Setup, record: RecordId) -> Self {
        Self {
            setup,
            record,
            partition: None,
            leader: None,
            copies: LiteMap::new(),
            on_disk: Vec::new(),
            committed: false,
            requests: Vec::new(),
            fetched_by: None,
            processed: false,
            offset_committed: false,
            steps: Vec::new(),
        }
    }

    fn step(&mut self, kind: &Kind) -> Told {
        self.with_producer(kind)
            .or_else(|| self.in_logs(kind))
            .or_else(|| self.in_cluster(kind))
            .or_else(|| self.with_consumer(kind))
    }

    fn with_producer(&mut self, kind: &Kind) -> Told {
        let w = words();
        match kind {
            Kind::RecordCreated { record, .. } if *record == self.record => {
                plain(match &self.setup.record(*record).key {
                    Some(key) => fill(w.step_created, &[("key", key)]),
                    None => w.step_created_no_key.to_owned(),
                })
            }
            Kind::RecordResent { record, .. } if *record == self.record => {
                plain(w.step_sent_again.to_owned())
            }
            Kind::SendBlocked { record, .. } if *record == self.record => {
                plain(w.step_blocked.to_owned())
            }
            Kind::RecordBatched { record, partition, batch, .. } if *record == self.record => {
                self.partition = Some(*partition);
                self.leader =
                    self.leader.or(self.setup.partition(*partition).replicas.first().copied());
                let partition = self.setup.partition_name(*partition);
                plain(fill(
                    w.step_batched,
                    &[("batch", &batch.0.to_string()), ("partition", &partition)],
                ))
            }
            Kind::BatchDrained { batch, attempt, .. } if self.is_in(batch) => {
                let (batch, n) = (batch.id.0.to_string(), (attempt + 1).to_string());
                let pattern = if *attempt == 0 { w.step_drained } else { w.step_resent };
                plain(fill(pattern, &[("batch", &batch), ("n", &n)]))
            }
            Kind::BatchRetried { batch, error, .. } if self.is_in(batch) => {
                bad(fill(w.step_retried, &[("error", error.exception())]))
            }
            Kind::BatchSplit { batch, .. } if self.is_in(batch) => plain(w.step_split.to_owned()),
            Kind::BatchAcked { batch, .. } if self.is_in(batch) => good(w.step_acked.to_owned()),
            Kind::BatchFailed { records, error, .. } if records.contains(&self.record) => {
                bad(fill(w.step_failed, &[("error", error.exception())]))
            }
            Kind::MessageSent { message, what: Wire::ProduceRequest { batches }, .. } => {
                if batches.iter().any(|batch| self.is_in(batch)) {
                    self.requests.push(*message);
                }
                None
            }
            Kind::MessageLost { message, to, .. } if self.requests.contains(message) => {
                bad(fill(w.step_request_lost, &[("broker", &self.setup.name(*to))]))
            }
            _ => None,
        }
    }

    fn in_logs(&mut self, kind: &Kind) -> Told {
        let w = words();
        match kind {
            Kind::Appended { broker, entry, .. } => {
                let offset = self.offset_in(entry)?;
                self.copies.insert(*broker, offset);
                plain(fill(
                    w.step_appended,
                    &[("broker", &broker.to_string()), ("offset", &offset.to_string())],
                ))
            }
            Kind::Replicated { broker, entry, .. } => {
                let offset = self.offset_in(entry)?;
                self.copies.insert(*broker, offset);
                plain(fill(w.step_replicated, &[("broker", &broker.to_string())]))
            }
            Kind::AppendRefused { broker, batch, error, .. } if self.is_in(batch) => bad(fill(
                w.step_refused,
                &[("broker", &broker.to_string()), ("error", error.exception())],
            )),
            Kind::DuplicateBatch { broker, batch, .. } if self.is_in(batch) => {
                good(fill(w.step_known, &[("broker", &broker.to_string())]))
            }
            Kind::HighWatermarkAdvanced { broker, partition, to, .. }
                if !self.committed && self.is_held(*broker, *partition, *to) =>
            {
                self.committed = true;
                good(w.step_committed.to_owned())
            }
            Kind::Flushed { broker, partition, to, .. }
                if !self.on_disk.contains(broker) && self.is_held(*broker, *partition, *to) =>
            {
                self.on_disk.push(*broker);
                plain(fill(w.step_flushed, &[("broker", &broker.to_string())]))
            }
            Kind::Truncated { broker, removed, .. } => {
                removed.iter().find_map(|entry| self.offset_in(entry))?;
                self.copies.remove(broker);
                self.on_disk.retain(|other| other != broker);
                bad(fill(w.step_truncated, &[("broker", &broker.to_string())]))
            }
            Kind::RecordsDeleted { broker, removed, .. } => {
                removed.iter().find_map(|entry| self.offset_in(entry))?;
                self.copies.remove(broker);
                bad(fill(w.step_deleted, &[("broker", &broker.to_string())]))
            }
            Kind::MarkerWritten { marker, records, .. } => {
                records.iter().find(|(_, id)| *id == self.record)?;
                match marker.commit {
                    true => good(w.step_transaction_committed.to_owned()),
                    false => bad(w.step_transaction_aborted.to_owned()),
                }
            }
            _ => None,
        }
    }

    fn in_cluster(&mut self, kind: &Kind) -> Told {
        let w = words();
        if let Kind::LeaderElected { partition, leader, .. } = kind
            && self.partition.is_none_or(|mine| mine == *partition)
        {
            self.leader = Some(*leader);
        }
        // Once it is processed, elections are no news for it.
        if self.processed || self.copies.is_empty() {
            return None;
        }
        match kind {
            Kind::BrokerCrashed { broker } if self.copies.contains_key(broker) => {
                let others: Vec<String> = self
                    .copies
                    .keys()
                    .filter(|other| *other != broker)
                    .map(ToString::to_string)
                    .collect();
                let values = [("broker", &*broker.to_string()), ("others", &*others.join(", "))];
                match others.len() {
                    0 => bad(fill(w.step_crashed_only, &values)),
                    _ => plain(fill(w.step_crashed_one, &values)),
                }
            }
            Kind::BrokerRestarted { broker } if self.copies.contains_key(broker) => {
                plain(fill(w.step_restarted, &[("broker", &broker.to_string())]))
            }
            Kind::LeaderElected { partition, leader, .. } if Some(*partition) == self.partition => {
                let values = [("broker", &*leader.to_string())];
                match self.copies.contains_key(leader) {
                    true => good(fill(w.step_elected_with, &values)),
                    false => bad(fill(w.step_elected_without, &values)),
                }
            }
            Kind::PartitionOffline { partition, .. } if Some(*partition) == self.partition => {
                bad(fill(w.step_offline, &[("partition", &self.setup.partition_name(*partition))]))
            }
            _ => None,
        }
    }

    fn with_consumer(&mut self, kind: &Kind) -> Told {
        let w = words();
        let name = |consumer: &ConsumerId| self.setup.name(Node::Consumer(*consumer));
        match kind {
            Kind::Fetched { consumer, entries, .. } if self.fetched_by != Some(*consumer) => {
                entries.iter().find_map(|entry| self.offset_in(entry))?;
                self.fetched_by = Some(*consumer);
                plain(fill(w.step_fetched, &[("consumer", &name(consumer))]))
            }
            Kind::Polled { consumer, records, .. }
                if records.iter().any(|(_, id)| *id == self.record) =>
            {
                plain(fill(w.step_polled, &[("consumer", &name(consumer))]))
            }
            Kind::ProcessingFailed { consumer, record, .. } if *record == self.record => {
                bad(fill(w.step_threw, &[("consumer", &name(consumer))]))
            }
            Kind::PartitionsRevoked { consumer, dropped, .. }
            | Kind::Rewound { consumer, dropped }
                if dropped.contains(&self.record) =>
            {
                self.fetched_by = None;
                plain(fill(w.step_dropped, &[("consumer", &name(consumer))]))
            }
            Kind::ConsumerCrashed { consumer } if self.fetched_by == Some(*consumer) => {
                self.fetched_by = None;
                match self.processed {
                    true => None,
                    false => bad(fill(w.step_consumer_died, &[("consumer", &name(consumer))])),
                }
            }
            Kind::Processed { consumer, record, .. } if *record == self.record => {
                let again = std::mem::replace(&mut self.processed, true);
                let values = [("consumer", &*name(consumer))];
                if again {
                    bad(fill(w.step_processed_again, &values))
                } else {
                    good(fill(w.step_processed, &values))
                }
            }
            Kind::OffsetCommitted { group, partition, offset } => {
                // Another record may have its offset in the log of the leader.
                let held = self.leader.and_then(|leader| self.copies.get(&leader));
                let mine = held.is_some_and(|held| held < offset);
                if self.offset_committed || !mine || Some(*partition) != self.partition {
                    return None;
                }
                self.offset_committed = true;
                plain(fill(w.step_offset, &[("group", &self.setup.groups[group.index()].id)]))
            }
            _ => None,
        }
    }

    fn is_in(&self, batch: &Arc<Batch>) -> bool {
        batch.records.contains(&self.record)
    }

    fn offset_in(&self, entry: &Arc<LogBatch>) -> Option<u64> {
        entry.records().find(|(_, id)| *id == self.record).map(|(offset, _)| offset)
    }

    /// Whether that broker holds it below an offset.
    fn is_held(&self, broker: BrokerId, partition: PartitionId, below: u64) -> bool {
        Some(partition) == self.partition
            && self.copies.get(&broker).is_some_and(|offset| *offset < below)
    }
}

fn plain(text: String) -> Told {
    Some((Tone::Plain, text))
}

fn good(text: String) -> Told {
    Some((Tone::Good, text))
}

fn bad(text: String) -> Told {
    Some((Tone::Bad, text))
}
