//! The metrics of producers and consumers, and of groups.

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;

use super::table::Id;
use super::{Board, Of};
use crate::model::Setup;
use crate::model::error::KafkaError;
use crate::model::ids::{
    BatchId, ConsumerId, GroupId, MessageId, Node, PartitionId, ProducerId, RecordId,
};
use crate::model::trace::{Kind, TraceEvent, Wire};

/// How long a client remembers its slowest request: `metrics.num.samples` (2) times
/// `metrics.sample.window.ms` (30 s).
const WINDOW_US: u64 = 60_000_000;

/// What is known of clients.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    setup: Arc<Setup>,
    /// When each batch was sent last.
    sent_us: LiteMap<BatchId, u64>,
    /// Answers to produce requests and commits that are on their way.
    answers: LiteMap<MessageId, Answer>,
    /// The requests of each producer that were answered lately: when, and after how long.
    latencies: Vec<VecDeque<(u64, u64)>>,
    /// Records whose `send()` waits for memory, since when.
    blocked: LiteMap<RecordId, u64>,
    /// Since when each producer aborts a transaction.
    aborting: LiteMap<ProducerId, u64>,
    high_watermarks: Vec<u64>,
    /// How far each consumer is behind in each partition.
    lags: LiteMap<(ConsumerId, PartitionId), u64>,
    committed: LiteMap<(GroupId, PartitionId), u64>,
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Produce(ProducerId, BatchId),
    Commit(ConsumerId),
}

impl Clients {
    pub(super) fn new(setup: &Arc<Setup>) -> Self {
        Self {
            setup: setup.clone(),
            sent_us: LiteMap::new(),
            answers: LiteMap::new(),
            latencies: vec![VecDeque::new(); setup.producers.len()],
            blocked: LiteMap::new(),
            aborting: LiteMap::new(),
            high_watermarks: vec![0; setup.partitions.len()],
            lags: LiteMap::new(),
            committed: LiteMap::new(),
        }
    }

    pub(super) fn observe(&mut self, event: &TraceEvent, board: &mut Board) {
        match &event.kind {
            Kind::MessageSent { message, to, what, .. } => self.sent(*message, *to, what, event),
            Kind::MessageArrived { message, .. } => self.arrived(*message, board),
            Kind::MessageLost { message, .. } => {
                self.answers.remove(message);
            }
            Kind::Disconnected { client, .. } => {
                let id = match client {
                    Node::Producer(_) => Id::ProducerDisconnects,
                    Node::Consumer(_) => Id::ConsumerDisconnects,
                    _ => return,
                };
                board.add(id, Of::Node(*client), 1);
            }
            _ => {
                self.producer(&event.kind, board);
                self.consumer(&event.kind, board);
            }
        }
    }

    fn sent(&mut self, message: MessageId, to: Node, what: &Wire, event: &TraceEvent) {
        let answer = match (what, to) {
            (Wire::ProduceRequest { batches }, _) => {
                for batch in batches {
                    self.sent_us.insert(batch.id, event.at_us);
                }
                return;
            }
            (Wire::ProduceResponse { batches, .. }, Node::Producer(producer)) => {
                Answer::Produce(producer, batches[0].id)
            }
            (Wire::OffsetCommitResponse { .. }, Node::Consumer(consumer)) => {
                Answer::Commit(consumer)
            }
            _ => return,
        };
        self.answers.insert(message, answer);
    }

    fn arrived(&mut self, message: MessageId, board: &mut Board) {
        match self.answers.remove(&message) {
            Some(Answer::Commit(consumer)) => {
                board.add(Id::Commits, Of::Node(Node::Consumer(consumer)), 1);
            }
            Some(Answer::Produce(producer, batch)) => {
                let Some(sent_us) = self.sent_us.get(&batch) else { return };
                let now_us = board.now_us;
                let latencies = &mut self.latencies[producer.index()];
                latencies.push_back((now_us, now_us - sent_us));
                while latencies.front().is_some_and(|(us, _)| us + WINDOW_US < now_us) {
                    latencies.pop_front();
                }
                let slowest = latencies.iter().map(|(_, latency)| *latency).max();
                let of = Of::Node(Node::Producer(producer));
                board.set(Id::Latency, of, slowest.unwrap_or_default() as i64);
            }
            None => {}
        }
    }

    fn producer(&mut self, kind: &Kind, board: &mut Board) {
        let of = |producer: &ProducerId| Of::Node(Node::Producer(*producer));
        match kind {
            Kind::BatchFailed { producer, records, error } => {
                board.add(Id::RecordErrors, of(producer), records.len() as i64);
                if *error == KafkaError::BufferExhausted {
                    board.add(Id::BufferExhausted, of(producer), records.len() as i64);
                }
                for record in records {
                    self.unblocked(*producer, *record, board);
                }
            }
            Kind::BatchRetried { producer, batch, .. } => {
                board.add(Id::RecordRetries, of(producer), batch.records.len() as i64);
            }
            Kind::SendBlocked { record, .. } => {
                self.blocked.insert(*record, board.now_us);
            }
            Kind::RecordBatched { producer, record, .. } => {
                self.unblocked(*producer, *record, board);
            }
            Kind::TransactionEnding { producer, commit: false } => {
                self.aborting.insert(*producer, board.now_us);
            }
            Kind::TransactionEnded { producer, commit: false, .. } => {
                if let Some(since_us) = self.aborting.remove(producer) {
                    board.add(Id::Aborts, of(producer), ns(board.now_us - since_us));
                }
            }
            _ => {}
        }
    }

    fn unblocked(&mut self, producer: ProducerId, record: RecordId, board: &mut Board) {
        if let Some(since_us) = self.blocked.remove(&record) {
            let of = Of::Node(Node::Producer(producer));
            board.add(Id::BufferWait, of, ns(board.now_us - since_us));
        }
    }

    fn consumer(&mut self, kind: &Kind, board: &mut Board) {
        match kind {
            Kind::HighWatermarkAdvanced { partition, to, .. } => {
                self.high_watermarks[partition.index()] = *to;
                self.group_lags(board);
            }
            Kind::OffsetCommitted { group, partition, offset } => {
                self.committed.insert((*group, *partition), *offset);
                self.group_lags(board);
            }
            Kind::OffsetsExpired { group } => self.committed.retain(|(of, _), _| of != group),
            Kind::RebalanceEnded { group, .. } => board.add(Id::Rebalances, Of::Group(*group), 1),
            Kind::Polled { consumer, partition, position, records } => {
                let end = self.high_watermarks[partition.index()];
                self.lags.insert((*consumer, *partition), end.saturating_sub(*position));
                self.lag(*consumer, board);
                let of = Of::Node(Node::Consumer(*consumer));
                board.add(Id::Consumed, of, records.len() as i64);
            }
            Kind::PartitionsRevoked { consumer, partitions, .. } => {
                self.lags.retain(|(of, at), _| of != consumer || !partitions.contains(at));
                self.lag(*consumer, board);
            }
            Kind::ConsumerCrashed { consumer } | Kind::ConsumerClosed { consumer } => {
                self.lags.retain(|(of, _), _| of != consumer);
                self.lag(*consumer, board);
            }
            _ => {}
        }
    }

    fn lag(&self, consumer: ConsumerId, board: &mut Board) {
        let mine = self.lags.iter().filter(|((of, _), _)| *of == consumer);
        let most = mine.map(|(_, lag)| *lag).max().unwrap_or_default();
        board.set(Id::Lag, Of::Node(Node::Consumer(consumer)), most as i64);
    }

    fn group_lags(&self, board: &mut Board) {
        for group in (0..self.setup.groups.len() as u16).map(GroupId) {
            let mine = self.committed.iter().filter(|((of, _), _)| *of == group);
            let behind = mine.map(|((_, partition), offset)| {
                self.high_watermarks[partition.index()].saturating_sub(*offset)
            });
            board.set(Id::GroupLag, Of::Group(group), behind.sum::<u64>() as i64);
        }
    }
}

fn ns(us: u64) -> i64 {
    (us * 1_000) as i64
}
