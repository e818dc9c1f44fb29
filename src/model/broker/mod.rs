//! A broker: its process, its replicas, and the requests that it serves.
//!
//! Each connection is served one request at a time: the next one is not even looked at before
//! the response to the last one is ready, purgatory included (`SocketServer`). Serving takes no
//! time but that of appends and fsyncs.

mod coordinator;
mod deletion;
mod disk;
mod fetch;
mod fetcher;
pub mod group;
mod isr;
mod lifecycle;
pub mod log;
mod markers;
mod pending;
mod produce;
pub mod producers;
pub mod replica;
pub mod transaction;
mod verification;

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;

use super::client::{ClientConfig, NetworkClient};
use super::cx::Cx;
use super::event::{BrokerTimer, Event};
use super::ids::{BrokerId, ConnectionId, GroupId, Node, PartitionId, RequestId};
use super::message::{
    Body, BrokerState, FetchRequest, Message, PartitionMetadata, PartitionState, Request, Response,
};
use super::record::{Batch, CommittedOffset};
use super::setup::{Setup, Since};
use super::trace::Kind;
use crate::script::config::{BrokerConfig, TopicConfig};
use disk::Disks;
use fetcher::Fetcher;
use group::Group;
use pending::PendingOffsets;
use produce::{Delayed, ReplyTo};
use replica::Replica;
use transaction::Coordinator;
use verification::Held;

/// A broker.
#[derive(Clone, Debug)]
pub struct Broker {
    /// Which.
    pub id: BrokerId,
    /// What its process does.
    pub process: Process,
    /// Counts the processes that this broker has had.
    pub incarnation: u32,
    /// The epoch that the controller gave this incarnation.
    pub broker_epoch: u64,
    /// The broker epoch in the clean-shutdown file, if its last process stopped in order.
    pub clean_epoch: Option<u64>,
    /// What it last heard of whether it is fenced.
    pub fenced: bool,
    /// Where the settings of its process come from.
    pub since: Since,
    /// What its next start finds in its file of settings.
    pub file: Since,
    /// Whether it comes back when it has stopped in order.
    returns: bool,
    /// Its disks.
    pub disks: Disks,
    /// Its replicas, by partition.
    pub replicas: Vec<Option<Replica>>,
    /// What it knows of the cluster.
    pub metadata: BrokerMetadata,
    /// The committed offsets that it holds as a group coordinator.
    pub offsets: LiteMap<(GroupId, PartitionId), CommittedOffset>,
    /// The groups that it coordinates, if it does.
    pub groups: Vec<Group>,
    /// The offsets that open transactions commit.
    pending_offsets: Vec<PendingOffsets>,
    /// The transactions that it coordinates.
    pub coordinator: Coordinator,
    /// Its connections to other brokers, as the transaction coordinator and to it.
    peers: NetworkClient,
    /// Requests that wait for the transaction coordinator.
    held: Vec<Held>,
    /// Whether a timer will look at what concerns transactions and could not be sent.
    tries_again: bool,
    /// Whether the controller has answered its wish to stop.
    asked_to_stop: bool,
    /// Its connection to the controller.
    controller: NetworkClient,
    /// Its connections to the leaders that it follows.
    leaders: NetworkClient,
    fetchers: LiteMap<BrokerId, Fetcher>,
    inbound: LiteMap<ConnectionId, Inbound>,
    /// Responses that wait for an append or an fsync.
    ready: LiteMap<RequestId, Ready>,
    /// Requests that wait for the high watermark.
    purgatory: Vec<Delayed>,
    /// Fetches that wait for data.
    fetches: Vec<DelayedFetch>,
}

/// What a broker's process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// It does not exist.
    Down,
    /// It loads its logs and registers; it accepts no connection yet.
    Starting,
    /// It serves.
    Running,
    /// It serves, and waits for the controller to move its leaderships away.
    Stopping,
}

impl Process {
    /// Whether there is one.
    #[must_use]
    pub fn is_there(self) -> bool {
        self != Self::Down
    }
}

/// What a broker knows of the cluster (`MetadataCache`).
#[derive(Clone, Debug)]
pub struct BrokerMetadata {
    /// How much of the controller's log it has seen.
    pub version: u64,
    /// The partitions.
    pub partitions: Vec<PartitionState>,
    /// The brokers.
    pub brokers: Vec<BrokerState>,
    /// The topics' settings.
    pub topics: Arc<[TopicConfig]>,
}

/// A connection that a client opened.
#[derive(Clone, Debug, Default)]
struct Inbound {
    queue: VecDeque<Message>,
    serving: Option<RequestId>,
}

#[derive(Clone, Debug)]
struct Ready {
    connection: ConnectionId,
    response: Option<Response>,
    ambient: bool,
}

/// A fetch that waits for data (`DelayedFetch`).
#[derive(Clone, Debug)]
struct DelayedFetch {
    request: RequestId,
    connection: ConnectionId,
    fetch: FetchRequest,
}

/// Its connections to the leaders that it follows: each fetcher has one request under way.
fn leaders(id: BrokerId, config: &BrokerConfig) -> NetworkClient {
    let max_in_flight = config.num_replica_fetchers.max(1);
    let network = ClientConfig { max_in_flight, ..ClientConfig::default() };
    NetworkClient::new(Node::Broker(id), network)
}

impl Broker {
    /// A broker that runs and is registered, in a cluster where the preferred replicas lead.
    #[must_use]
    pub fn new(setup: &Setup, id: BrokerId, metadata: BrokerMetadata) -> Self {
        let hosted = |p: &PartitionId| setup.partition(*p).replicas.contains(&id);
        let all = (0..setup.partitions.len() as u16).map(PartitionId);
        let network = ClientConfig { max_in_flight: u32::MAX, ..ClientConfig::default() };
        Self {
            id,
            process: Process::Running,
            incarnation: 1,
            broker_epoch: metadata.brokers[id.index()].epoch,
            clean_epoch: None,
            fenced: false,
            since: None,
            file: None,
            returns: false,
            disks: Disks::new(&setup.hardware),
            replicas: all.map(|p| hosted(&p).then(|| Replica::new(p))).collect(),
            metadata,
            offsets: LiteMap::new(),
            groups: Vec::new(),
            pending_offsets: Vec::new(),
            coordinator: Coordinator::default(),
            peers: NetworkClient::new(Node::Broker(id), network),
            held: Vec::new(),
            tries_again: false,
            asked_to_stop: false,
            controller: NetworkClient::new(Node::Broker(id), network),
            leaders: leaders(id, &setup.broker),
            fetchers: LiteMap::new(),
            inbound: LiteMap::new(),
            ready: LiteMap::new(),
            purgatory: Vec::new(),
            fetches: Vec::new(),
        }
    }

    /// The settings of its process.
    #[must_use]
    pub fn settings<'s>(&self, setup: &'s Setup) -> &'s BrokerConfig {
        setup.broker_config(self.since)
    }

    /// How many requests of clients wait in its purgatory for the in-sync replicas of a partition.
    #[must_use]
    pub fn in_purgatory(&self, partition: PartitionId) -> usize {
        self.purgatory.iter().filter(|delayed| delayed.waits_for(partition)).count()
    }

    /// The batches of requests that have arrived and are not appended yet: they wait for their turn
    /// on a connection, or for the transaction coordinator.
    pub fn waiting(&self) -> impl Iterator<Item = &Arc<Batch>> {
        let held = self.held.iter().flat_map(Held::batches);
        let queued = self.inbound.values().flat_map(|inbound| &inbound.queue);
        let queued = queued.flat_map(|message| match &message.body {
            Body::Request(Request::Produce { batches, .. }) => &batches[..],
            _ => &[],
        });
        held.chain(queued)
    }

    /// Its replica of a partition.
    #[must_use]
    pub fn replica(&self, partition: PartitionId) -> Option<&Replica> {
        self.replicas[partition.index()].as_ref()
    }

    /// The settings of a partition's topic, as far as it has heard of changes.
    fn config(&self, setup: &Setup, partition: PartitionId) -> &TopicConfig {
        &self.metadata.topics[usize::from(setup.partition(partition).topic)]
    }

    /// Whether a TCP handshake with it succeeds.
    #[must_use]
    pub fn accepts(&self) -> bool {
        matches!(self.process, Process::Running | Process::Stopping)
    }

    /// Whether it is about to come or to go.
    #[must_use]
    pub fn busy(&self) -> bool {
        matches!(self.process, Process::Starting | Process::Stopping)
    }

    /// Its log directory's partitions.
    fn hosted(&self) -> Vec<PartitionId> {
        self.replicas.iter().flatten().map(|replica| replica.partition).collect()
    }

    fn timer(&self, timer: BrokerTimer) -> Event {
        Event::Broker(self.id, self.incarnation, timer)
    }

    /// A timer of this incarnation rang.
    pub fn on_timer(&mut self, cx: &mut Cx<'_>, timer: BrokerTimer) {
        match timer {
            BrokerTimer::Started => self.started(cx),
            BrokerTimer::Register => self.register(cx),
            BrokerTimer::Heartbeat => self.heartbeat(cx),
            BrokerTimer::AskToStop => self.heartbeat_now(cx),
            BrokerTimer::Fetch(leader) => self.fetch_from(cx, leader),
            BrokerTimer::FetchTimeout(request) => self.fetch_timeout(cx, request),
            BrokerTimer::ProduceTimeout(request) => self.produce_timeout(cx, request),
            BrokerTimer::Respond(request) => self.respond_now(cx, request),
            BrokerTimer::IsrCheck => self.isr_check(cx),
            BrokerTimer::Checkpoint => self.checkpoint(cx),
            BrokerTimer::Writeback => self.writeback(cx),
            BrokerTimer::FlushCheck => self.flush_check(cx),
            BrokerTimer::RequestTimeout(request) => self.request_timeout(cx, request),
            BrokerTimer::GroupCheck(group) => self.group_check(cx, group),
            BrokerTimer::TransactionSweep => self.transaction_sweep(cx),
            BrokerTimer::Transactions => self.transactions_go_on(cx),
            BrokerTimer::Stop => self.stop(cx),
            BrokerTimer::Halt => self.halt(cx),
        }
    }

    /// A handshake that it began ended.
    pub fn on_connect_result(&mut self, cx: &mut Cx<'_>, connection: ConnectionId, accepted: bool) {
        if self.controller.connect_result(cx, connection, accepted).is_some() {
            self.register(cx);
            self.ask_again_for_isrs(cx);
        } else if let Some(Node::Broker(leader)) =
            self.leaders.connect_result(cx, connection, accepted)
        {
            self.fetch_from(cx, leader);
        } else if self.peers.connect_result(cx, connection, accepted).is_some() {
            self.transactions_go_on(cx);
        }
    }

    /// What concerns transactions and could not be sent is tried again.
    fn transactions_go_on(&mut self, cx: &mut Cx<'_>) {
        self.tries_again = false;
        self.send_all_markers(cx);
        self.ask_coordinator(cx);
    }

    /// The other side closed a connection. What was read from it already goes on; what was not
    /// read yet is gone.
    pub fn on_closed(&mut self, cx: &mut Cx<'_>, connection: ConnectionId) {
        self.drop_inbound(cx, connection);
        if let Some((Node::Broker(leader), _)) = self.leaders.closed(cx, connection) {
            self.fetch_failed(cx, leader);
        }
        if let Some((_, requests)) = self.peers.closed(cx, connection) {
            self.peer_lost(cx, &requests);
        }
        // The next heartbeat connects again.
        self.controller.closed(cx, connection);
    }

    /// Requests that waited for their turn on a connection go with it.
    fn drop_inbound(&mut self, cx: &mut Cx<'_>, connection: ConnectionId) {
        let Some(inbound) = self.inbound.remove(&connection) else { return };
        for Message { id, from, to, .. } in inbound.queue.into_iter().filter(|m| !m.ambient) {
            cx.note(Kind::MessageLost { message: id, from, to });
        }
    }

    /// A response arrived, from the controller or from a leader.
    pub fn on_response(&mut self, cx: &mut Cx<'_>, request: RequestId, response: Response) {
        match response {
            Response::MetadataLog { version, partitions, brokers, topics } => {
                self.apply_metadata(cx, version, partitions, brokers, topics);
            }
            Response::Register(result) if self.controller.complete(request) => {
                self.registered(cx, result)
            }
            Response::Heartbeat { fenced, shut_down } if self.controller.complete(request) => {
                self.heartbeat_answered(cx, fenced, shut_down);
            }
            Response::AlterPartition { partition, result } if self.controller.complete(request) => {
                self.partition_altered(cx, partition, result);
            }
            Response::Fetch(results) if self.leaders.complete(request) => {
                self.fetched(cx, request, results)
            }
            response if self.peers.complete(request) => {
                self.peer_answered(cx, request, &response);
            }
            _ => {}
        }
    }

    /// A request arrived: it waits its turn on its connection.
    pub fn on_request(&mut self, cx: &mut Cx<'_>, message: Message) {
        let connection = message.connection;
        self.inbound.entry(connection).or_default().queue.push_back(message);
        self.serve(cx, connection);
    }

    /// Serves the next request of a connection, unless one is being served.
    fn serve(&mut self, cx: &mut Cx<'_>, connection: ConnectionId) {
        while let Some(inbound) = self.inbound.get_mut(&connection)
            && inbound.serving.is_none()
            && let Some(message) = inbound.queue.pop_front()
        {
            inbound.serving = Some(message.request);
            self.handle(cx, message);
        }
    }

    /// `KafkaApis.handle`.
    fn handle(&mut self, cx: &mut Cx<'_>, message: Message) {
        let Message { connection, request, body: Body::Request(body), ambient, .. } = message
        else {
            return;
        };
        let reply = ReplyTo { connection: Some(connection), request };
        match body {
            Request::Produce { acks, timeout_us, batches } => {
                self.produce_verified(cx, reply, acks, timeout_us, batches);
            }
            Request::Transaction { id, call } => self.transaction_call(cx, reply, id, &call),
            Request::TxnOffsetCommit { id, producer, group, by, offsets } => {
                self.txn_offset_commit(cx, reply, (id, producer), (group, by), offsets);
            }
            Request::WriteTxnMarkers { marker, partitions } => {
                self.write_markers(cx, reply, marker, partitions);
            }
            Request::Fetch(fetch) => self.fetch(cx, connection, request, fetch),
            Request::Metadata => {
                let response = self.client_metadata();
                self.respond(cx, connection, request, Some(response), 0, true);
            }
            Request::OffsetsForLeaderEpoch(partitions) => {
                let response = self.offsets_for_leader_epoch(&partitions);
                self.respond(cx, connection, request, Some(response), 0, true);
            }
            Request::ListOffsets { partitions, spec, read_committed } => {
                let response = self.list_offsets(&partitions, spec, read_committed);
                self.respond(cx, connection, request, Some(response), 0, true);
            }
            Request::OffsetCommit { group, by, offsets } => {
                self.offset_commit(cx, connection, request, (group, by), offsets)
            }
            Request::Group { group, call } => {
                self.group_call(cx, (connection, request), group, call, ambient);
            }
            Request::OffsetFetch { group, partitions } => {
                let response =
                    Response::OffsetFetch(self.offset_fetch(cx.setup(), group, &partitions));
                self.respond(cx, connection, request, Some(response), 0, true);
            }
            // The controller's business.
            Request::AlterPartition { .. }
            | Request::Register { .. }
            | Request::Heartbeat { .. } => {}
        }
    }

    /// Answers a request once `delay_us` is over; without a response (`acks=0`) it only ends.
    fn respond(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        request: RequestId,
        response: Option<Response>,
        delay_us: u64,
        ambient: bool,
    ) {
        let ready = Ready { connection, response, ambient };
        if delay_us == 0 {
            return self.send_response(cx, request, ready);
        }
        self.ready.insert(request, ready);
        let timer = self.timer(BrokerTimer::Respond(request));
        if ambient {
            cx.ambient(delay_us, timer);
        } else {
            cx.after(delay_us, timer);
        }
    }

    fn respond_now(&mut self, cx: &mut Cx<'_>, request: RequestId) {
        if let Some(ready) = self.ready.remove(&request) {
            self.send_response(cx, request, ready);
        }
    }

    /// The response goes out, and the next request of its connection is served.
    fn send_response(&mut self, cx: &mut Cx<'_>, request: RequestId, ready: Ready) {
        let Ready { connection, response, ambient } = ready;
        if let Some(response) = response {
            cx.send(connection, Node::Broker(self.id), request, Body::Response(response), ambient);
        }
        if let Some(inbound) = self.inbound.get_mut(&connection) {
            inbound.serving = None;
            self.serve(cx, connection);
        }
    }

    /// Hangs up on a client.
    fn hang_up(&mut self, cx: &mut Cx<'_>, connection: ConnectionId) {
        self.drop_inbound(cx, connection);
        cx.close(connection, Node::Broker(self.id));
    }

    fn client_metadata(&self) -> Response {
        let of = |p: &PartitionState| PartitionMetadata {
            exists: p.exists,
            leader: p.leader,
            leader_epoch: p.leader_epoch,
        };
        Response::Metadata { partitions: self.metadata.partitions.iter().map(of).collect() }
    }
}
