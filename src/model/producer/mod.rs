//! A producer: its application thread, its accumulator and its sender.
//!
//! Simplified: serialization takes no time; one application thread per producer; the producer id
//! of an idempotent producer is there when the run begins.

pub mod accumulator;
mod application;
mod life;
pub mod metadata;
mod outcome;
pub mod partitioner;
mod sender;
pub mod sequences;
pub mod transactions;

use super::client::{ClientConfig, NetworkClient};
use super::cx::Cx;
use super::error::KafkaError;
use super::event::ProducerTimer;
use super::ids::{BrokerId, ConnectionId, Node, PartitionId, ProducerId, RequestId};
use super::message::Response;
use super::setup::{ProducerSetup, Setup, Since};
use super::trace::Kind;
use crate::script::config::ProducerConfig;
use accumulator::{Accumulator, ProducerBatch};
pub use application::{Application, Waiting};
use metadata::ClientMetadata;
use partitioner::Sticky;
use sequences::Sequences;
use transactions::Transactions;

/// A producer.
#[derive(Clone, Debug)]
pub struct Producer {
    /// Which.
    pub id: ProducerId,
    /// Its application thread.
    pub application: Application,
    /// What waits to be sent.
    pub accumulator: Accumulator,
    /// What was sent and not answered, oldest first.
    pub in_flight: Vec<InFlight>,
    /// Its connections.
    pub client: NetworkClient,
    /// What it knows of the cluster.
    pub metadata: ClientMetadata,
    /// Per partition the sequence numbers, if it is idempotent.
    pub sequences: Option<Vec<Sequences>>,
    /// The id that brokers know its batches by, if it is idempotent.
    pub producer_id: u64,
    /// The epoch of that id.
    pub epoch: u16,
    /// What it knows of its transaction, if it uses transactions.
    pub transactions: Option<Transactions>,
    /// Whether there is a process.
    pub alive: bool,
    /// Whether it was told to `close()`.
    pub closing: bool,
    /// Where it has its settings from.
    pub since: Since,
    /// The action that lets it come back with other settings when it is closed.
    returns: Option<u16>,
    /// How often it was closed: the number of a timer.
    closes: u32,
    /// How many producer ids it has had.
    ids: u32,
    sticky: Sticky,
    /// Partitions that wait for a response because only one request may be in flight.
    muted: Vec<PartitionId>,
    /// When the sender looks again.
    wake_us: Option<u64>,
    /// Until then a pass would find nothing to do, unless something happens to it (the timeout of
    /// the sender's `poll()`).
    idle_until_us: u64,
}

/// A produce request that was sent.
#[derive(Clone, Debug)]
pub struct InFlight {
    /// Its correlation id.
    pub request: RequestId,
    /// Where it went.
    pub node: BrokerId,
    /// When.
    pub sent_us: u64,
    /// Its batches; those that expired meanwhile are gone from it.
    pub batches: Vec<ProducerBatch>,
}

impl Producer {
    /// A producer that has not done anything yet.
    #[must_use]
    pub fn new(setup: &Setup, id: ProducerId) -> Self {
        let ProducerSetup { config, transactional, .. } = &setup.producers[id.index()];
        let transactional = transactional.as_ref();
        let partitions = setup.partitions.len();
        let mut producer = Self {
            id,
            application: Application::default(),
            accumulator: Accumulator::new(partitions, config),
            in_flight: Vec::new(),
            client: network(id, config),
            metadata: ClientMetadata::new(setup),
            sequences: config.enable_idempotence.then(|| vec![Sequences::default(); partitions]),
            producer_id: 0,
            epoch: 0,
            transactions: transactional.map(|t| Transactions::new(t.id)),
            alive: setup.starts(id),
            closing: false,
            since: None,
            returns: None,
            closes: 0,
            ids: 0,
            sticky: Sticky::default(),
            muted: Vec::new(),
            wake_us: None,
            idle_until_us: 0,
        };
        producer.new_producer_id();
        producer
    }

    /// Connects to every broker and plans the first `send()`.
    pub fn start(&mut self, cx: &mut Cx<'_>) {
        for n in 0..cx.setup().brokers {
            self.client.warm(cx, Node::Broker(BrokerId(n)));
        }
        if self.alive {
            self.begin(cx);
        }
    }

    /// The application begins: with transactions by `initTransactions()`.
    fn begin(&mut self, cx: &mut Cx<'_>) {
        self.init_transactions(cx);
        self.plan_send(cx);
        self.run_once(cx);
    }

    /// Whether something is under way that will change a record's fate.
    #[must_use]
    pub fn busy(&self) -> bool {
        !self.accumulator.is_empty()
            || !self.in_flight.is_empty()
            || self.application.waiting != Waiting::No
    }

    /// Whether it waits for the answer to a produce request.
    #[must_use]
    pub fn awaits(&self, request: RequestId) -> bool {
        self.in_flight.iter().any(|sent| sent.request == request)
    }

    /// A timer rang.
    pub fn on_timer(&mut self, cx: &mut Cx<'_>, timer: ProducerTimer) {
        if let ProducerTimer::Reconfigure(action) = timer {
            return self.reconfigure_with_consumer(cx, action);
        }
        if !self.alive {
            return;
        }
        match timer {
            ProducerTimer::Send => {
                let wakes = self.send_next(cx);
                if !wakes && cx.now_us() < self.idle_until_us {
                    return;
                }
            }
            ProducerTimer::CloseTimeout(number) => self.close_timeout(cx, number),
            ProducerTimer::CallTimeout(number) => self.call_timeout(cx, number),
            ProducerTimer::Output(record) => self.output(cx, record),
            ProducerTimer::Finish => self.finish(cx),
            ProducerTimer::Reconfigure(_) => {}
            // A wake that an earlier one has replaced changes nothing.
            ProducerTimer::Wake => self.wake_us = self.wake_us.filter(|us| *us > cx.now_us()),
            ProducerTimer::BlockTimeout(number) => self.block_timeout(cx, number),
            ProducerTimer::RequestTimeout(request) => {
                if let Some((_, requests)) = self.client.timed_out(cx, request) {
                    self.connection_lost(cx, &requests, KafkaError::RequestTimedOut);
                }
            }
        }
        self.run_once(cx);
    }

    /// A handshake ended.
    pub fn on_connect_result(&mut self, cx: &mut Cx<'_>, connection: ConnectionId, accepted: bool) {
        if self.client.connect_result(cx, connection, accepted).is_some() && !accepted {
            self.metadata.want();
        }
        self.run_once(cx);
    }

    /// The other side closed a connection.
    pub fn on_closed(&mut self, cx: &mut Cx<'_>, connection: ConnectionId) {
        if let Some((node, requests)) = self.client.closed(cx, connection) {
            cx.emit(Kind::Disconnected { client: Node::Producer(self.id), server: node });
            self.connection_lost(cx, &requests, KafkaError::NetworkException);
        }
        self.run_once(cx);
    }

    /// A response arrived.
    pub fn on_response(&mut self, cx: &mut Cx<'_>, request: RequestId, response: &Response) {
        if self.client.complete(request) {
            match response {
                Response::Produce(results) => self.produce_response(cx, request, results),
                Response::Transaction(result) => {
                    self.transaction_answered(cx, request, result.map(Some));
                }
                Response::TxnOffsetCommit(result) => {
                    self.transaction_answered(cx, request, result.map(|()| None));
                }
                Response::Metadata { partitions, .. } => {
                    self.metadata.update(cx.now_us(), request, partitions)
                }
                _ => {}
            }
        }
        self.run_once(cx);
    }

    fn setup<'s>(&self, setup: &'s Setup) -> &'s ProducerSetup {
        &setup.producers[self.id.index()]
    }

    /// The settings that it was started with.
    #[must_use]
    pub fn config<'s>(&self, setup: &'s Setup) -> &'s ProducerConfig {
        setup.producer_config(self.id, self.since)
    }
}

/// The network of a producer with such settings.
fn network(id: ProducerId, config: &ProducerConfig) -> NetworkClient {
    let network = ClientConfig {
        reconnect_backoff_us: config.reconnect_backoff_us,
        reconnect_backoff_max_us: config.reconnect_backoff_max_us,
        setup_timeout_us: config.socket_connection_setup_timeout_us,
        setup_timeout_max_us: config.socket_connection_setup_timeout_max_us,
        max_in_flight: config.max_in_flight_requests_per_connection,
    };
    NetworkClient::new(Node::Producer(id), network)
}
