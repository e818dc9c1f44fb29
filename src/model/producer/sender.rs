//! The sender thread: one pass of its loop (`Sender.runOnce`, `Sender.sendProducerData`).
//!
//! The order of a pass is Kafka's: ready nodes, metadata, connections, drain, mute, expire,
//! write. It runs after each thing that happens to the producer and when a timer says so.

use std::sync::Arc;

use super::accumulator::{ProducerBatch, Ready, backing_off_until_us};
use super::metadata::Waits;
use super::partitioner::Choice;
use super::sequences::GivenUp;
use super::transactions::Transactions;
use super::{InFlight, Producer, Waiting};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::{Event, ProducerTimer};
use crate::model::ids::{BrokerId, Node, PartitionId, RequestId};
use crate::model::message::Request;
use crate::model::record::Batch;
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::script::config::{Acks, ProducerConfig};

/// The earliest of the times at which there will be something to do.
#[derive(Default)]
struct Alarm(Option<u64>);

impl Alarm {
    fn at(&mut self, us: u64) {
        self.0 = Some(self.0.map_or(us, |earlier| earlier.min(us)));
    }
}

impl Producer {
    /// One pass of the sender's loop.
    pub(super) fn run_once(&mut self, cx: &mut Cx<'_>) {
        if !self.alive {
            return;
        }
        let setup = cx.setup();
        let config = self.config(setup);
        let before = cx.cause;
        let mut alarm = Alarm::default();

        self.settle_sequences(cx);
        if let Some(us) = self.transact(cx) {
            alarm.at(us);
        }
        let nodes = self.ready_nodes(cx, config, &mut alarm);
        let mut again = false;
        let mut requests = Vec::new();
        for node in nodes {
            let ready = self.client.ready(cx, Node::Broker(node));
            self.sticky.looked_at(node, cx.now_us(), ready);
            if !ready {
                if let Some(retry_us) = self.client.retry_us(Node::Broker(node)) {
                    alarm.at(retry_us);
                }
                continue;
            }
            again = true;
            let batches = self.drain(cx, setup, config, node);
            if !batches.is_empty() {
                requests.push(self.in_flight_request(cx, node, batches));
            }
        }
        self.expire(cx, config, &mut alarm);
        for (request, node, batches) in requests {
            cx.cause = before;
            self.write(cx, config, request, node, batches);
        }
        cx.cause = before;
        let me = Node::Producer(self.id);
        let waits = Waits {
            backoff_us: config.retry_backoff_us,
            request_timeout_us: config.request_timeout_us,
            max_age_us: config.metadata_max_age_us,
        };
        if let Some(us) = self.metadata.refresh(cx, &mut self.client, me, waits) {
            alarm.at(us);
        }
        self.idle_until_us = if again { cx.now_us() } else { alarm.0.unwrap_or(u64::MAX) };
        self.set_alarm(cx, &alarm);
        self.finish_close(cx);
    }

    fn set_alarm(&mut self, cx: &mut Cx<'_>, alarm: &Alarm) {
        if let Some(us) = alarm.0
            && self.wake_us.is_none_or(|wake_us| us < wake_us)
        {
            self.wake_us = Some(us);
            cx.ambient(
                us.saturating_sub(cx.now_us()),
                Event::Producer(self.id, ProducerTimer::Wake),
            );
        }
    }

    /// The leaders of partitions with something to send (`RecordAccumulator.ready`).
    fn ready_nodes(
        &mut self,
        cx: &Cx<'_>,
        config: &ProducerConfig,
        alarm: &mut Alarm,
    ) -> Vec<BrokerId> {
        // A full pool, flush() and close() make everything sendable at once.
        let exhausted = self.closing
            || matches!(self.application.waiting, Waiting::Memory(_) | Waiting::Flush)
            || self.transactions.as_ref().is_some_and(Transactions::is_completing);
        let mut nodes = Vec::new();
        for partition in (0..self.accumulator.deques.len() as u16).map(PartitionId) {
            if self.muted.contains(&partition) {
                continue;
            }
            match self.accumulator.ready(config, &self.metadata, cx.now_us(), partition, exhausted)
            {
                Ready::Never => {}
                Ready::At(us) => alarm.at(us),
                Ready::Now => match self.metadata.leader(partition) {
                    Some(leader) if nodes.contains(&leader) => {}
                    Some(leader) => nodes.push(leader),
                    None => self.metadata.want(),
                },
            }
        }
        if config.partitioner_adaptive_partitioning_enable {
            let choice = Choice {
                me: Node::Producer(self.id),
                config,
                metadata: &self.metadata,
                accumulator: &self.accumulator,
            };
            self.sticky.weigh(cx.setup(), &choice);
        }
        nodes
    }

    /// At most one batch per partition that this node leads, up to `max.request.size`. Lingering
    /// holds no batch here: a node that is ready for one partition takes the others' along.
    fn drain(
        &mut self,
        cx: &Cx<'_>,
        setup: &Setup,
        config: &ProducerConfig,
        node: BrokerId,
    ) -> Vec<ProducerBatch> {
        let led = |p: &PartitionId| {
            self.metadata.leader(*p) == Some(node) && !setup.partition(*p).internal
        };
        let led: Vec<_> = (0..setup.partitions.len() as u16).map(PartitionId).filter(led).collect();
        let mut batches: Vec<ProducerBatch> = Vec::new();
        let mut bytes = 0;
        for partition in self.accumulator.drain_order(node, &led) {
            self.accumulator.drained(node, partition);
            let Some(first) = self.accumulator.deques[partition.index()].front() else { continue };
            let waits = backing_off_until_us(first, &self.metadata, cx.now_us()).is_some();
            if waits || self.muted.contains(&partition) || !self.may_drain(partition) {
                continue;
            }
            // Both end the whole drain in Kafka, the partitions after this one included.
            if (!batches.is_empty() && bytes + first.bytes > config.max_request_size)
                || self.out_of_turn(first)
            {
                break;
            }
            bytes += first.bytes;
            batches.extend(self.accumulator.deques[partition.index()].pop_front());
        }
        for batch in &mut batches {
            let sequenced = self.next_sequence(batch);
            let transactional = self.transactions.as_ref().map(Transactions::id);
            batch.freeze(self.id, sequenced, transactional);
            batch.sent_epoch = match cx.setup().rules.names_leader_in_error {
                true => self.metadata.epoch(batch.partition),
                // Before KIP-951 no new leader ends the wait before a retry.
                false => u32::MAX,
            };
        }
        batches
    }

    fn in_flight_request(
        &mut self,
        cx: &mut Cx<'_>,
        node: BrokerId,
        batches: Vec<ProducerBatch>,
    ) -> (RequestId, BrokerId, Vec<Arc<Batch>>) {
        let request = cx.next_request();
        let config = self.config(cx.setup());
        if config.max_in_flight_requests_per_connection == 1 {
            self.muted.extend(batches.iter().map(|batch| batch.partition));
        }
        let frozen: Vec<Arc<Batch>> =
            batches.iter().filter_map(|batch| batch.frozen.clone()).collect();
        for (batch, frozen) in batches.iter().zip(&frozen) {
            let (producer, attempt) = (self.id, batch.attempts);
            cx.note(Kind::BatchDrained { producer, batch: frozen.clone(), request, attempt });
        }
        self.in_flight.push(InFlight { request, node, sent_us: cx.now_us(), batches });
        (request, node, frozen)
    }

    /// Writes the request to the socket. Without acknowledgement that is all there is to wait for.
    fn write(
        &mut self,
        cx: &mut Cx<'_>,
        config: &ProducerConfig,
        request: RequestId,
        node: BrokerId,
        batches: Vec<Arc<Batch>>,
    ) {
        let me = Node::Producer(self.id);
        let responds = config.acks != Acks::None || cx.breaks_writing(me, Node::Broker(node));
        let body =
            Request::Produce { acks: config.acks, timeout_us: config.request_timeout_us, batches };
        self.client.send_as(cx, Node::Broker(node), request, body, false, responds);
        if responds {
            let timer = ProducerTimer::RequestTimeout(request);
            cx.ambient(config.request_timeout_us, Event::Producer(self.id, timer));
        } else {
            self.written(cx, request);
        }
    }

    /// Gives up batches that are older than `delivery.timeout.ms`, in flight or not. A request
    /// on its way is not called back: what it holds may be stored all the same.
    fn expire(&mut self, cx: &mut Cx<'_>, config: &ProducerConfig, alarm: &mut Alarm) {
        let now_us = cx.now_us();
        // Most passes find nothing: the oldest batch tells (`nextBatchExpiryTimeMs`).
        match self.oldest_us() {
            Some(us) if us.saturating_add(config.delivery_timeout_us) <= now_us => {}
            Some(us) => return alarm.at(us.saturating_add(config.delivery_timeout_us)),
            None => return,
        }
        let mut expired = Vec::new();
        for in_flight in &mut self.in_flight {
            let (old, young) =
                in_flight.batches.drain(..).partition(|batch| batch.expires_us(config) <= now_us);
            in_flight.batches = young;
            expired.extend::<Vec<ProducerBatch>>(old);
        }
        for deque in &mut self.accumulator.deques {
            while deque.front().is_some_and(|batch| batch.expires_us(config) <= now_us) {
                expired.extend(deque.pop_front());
            }
        }
        for batch in expired {
            self.fail(cx, batch, KafkaError::DeliveryTimeout, GivenUp::Expired);
        }
        if let Some(us) = self.oldest_us() {
            alarm.at(us.saturating_add(config.delivery_timeout_us));
        }
    }

    /// When the oldest batch was made.
    fn oldest_us(&self) -> Option<u64> {
        let waiting = self.accumulator.deques.iter().filter_map(|deque| deque.front());
        let all = waiting.chain(self.in_flight.iter().flat_map(|request| &request.batches));
        all.map(|batch| batch.created_us).min()
    }
}
