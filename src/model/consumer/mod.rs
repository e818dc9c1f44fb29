//! A consumer: one thread that polls, processes and commits (`ClassicKafkaConsumer`,
//! `ConsumerCoordinator`).
//!
//! Simplified: the coordinator is known through the metadata; `poll()` waits as long as it takes.

mod application;
mod commit;
mod fetch;
mod life;
pub mod membership;
mod outputs;
mod position;

use std::collections::VecDeque;
use std::sync::Arc;

use litemap::LiteMap;

use super::client::{ClientConfig, NetworkClient};
use super::cx::Cx;
use super::event::{ConsumerTimer, Event};
use super::ids::{BrokerId, ConnectionId, ConsumerId, Node, PartitionId, RecordId, RequestId};
use super::message::{FetchPartition, Response};
use super::producer::metadata::{ClientMetadata, Waits};
use super::record::{LogBatch, Payload};
use super::setup::{ConsumerSetup, GroupSetup, Setup, Since};
use super::trace::Kind;
use super::transaction::{AbortedTransaction, ProducerIdAndEpoch};
use crate::script::config::ConsumerConfig;
pub use application::{Pool, Returned, Thread};
use commit::Committing;
use membership::{Member, Phase};
pub use outputs::halves;

/// A consumer.
#[derive(Clone, Debug)]
pub struct Consumer {
    /// Which.
    pub id: ConsumerId,
    /// Its membership in its group.
    pub member: Member,
    /// Its partitions.
    pub partitions: LiteMap<PartitionId, Assigned>,
    /// What its thread does.
    pub thread: Thread,
    /// Its worker threads, if it hands its records to some.
    pub pool: Pool,
    /// The records that its application failed with so far.
    failures: Vec<RecordId>,
    /// How much longer its application works on a record than it should.
    stalled_us: u64,
    /// How many records its application has processed since it committed.
    uncommitted: u32,
    /// What it knows of the cluster.
    pub metadata: ClientMetadata,
    /// Its connections for fetching.
    client: NetworkClient,
    /// Its connection to the group coordinator.
    coordinator: NetworkClient,
    /// Whether there is a process.
    pub alive: bool,
    /// Whether it was told to `close()`.
    closing: bool,
    /// Where it has its settings from.
    pub since: Since,
    /// The action that lets it come back with other settings, when its application is done with
    /// what it works on and it is closed.
    returns: Option<u16>,
    /// How often it died: timers of an earlier life are ignored.
    lives: u32,
    /// How often its application dropped what it worked on: so are timers of an earlier round.
    rounds: u32,
    /// What its application had in hand when a `send()` threw.
    unfinished: Vec<RecordId>,
    fetches: Vec<PendingFetch>,
    starting: Option<RequestId>,
    committing: Option<Committing>,
    /// When auto-commit is due next.
    next_commit_us: u64,
    wake_us: Option<u64>,
    /// Until then a look would find nothing to do, unless something happens to it.
    idle_until_us: u64,
    retry_us: u64,
}

/// A fetch that has no answer yet.
#[derive(Clone, Debug)]
struct PendingFetch {
    leader: BrokerId,
    request: RequestId,
    partitions: Vec<FetchPartition>,
}

/// Where a consumer reads on (`SubscriptionState.FetchPosition`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The offset of the next record.
    pub offset: u64,
    /// The leader epoch of the record before it, if it is known (KIP-320).
    pub epoch: Option<u32>,
}

/// A partition that is assigned to a consumer (`SubscriptionState.TopicPartitionState`).
#[derive(Clone, Debug, Default)]
pub struct Assigned {
    /// The next record to hand to the application; unknown at first.
    pub position: Option<Position>,
    /// The offset that this consumer last committed, or found committed.
    pub committed: Option<u64>,
    /// The position that the commit that is under way would store.
    pub committing: Option<Position>,
    /// The leader epoch for which the position is known to be on the leader's log.
    checked: Option<u32>,
    /// Whether `auto.offset.reset` decides, because nothing is committed.
    reset: bool,
    /// What was fetched and not yet returned.
    pub buffer: VecDeque<Arc<LogBatch>>,
    /// The aborted transactions among that, for `read_committed`.
    aborted: Vec<AbortedTransaction>,
}

/// What a pass of `poll()` came to.
enum Polled {
    /// It returned records.
    Records,
    /// It goes on waiting; something is due at that time.
    Nothing { again_us: Option<u64> },
}

impl Assigned {
    /// The records that were fetched and not returned.
    fn fetched(&self) -> impl Iterator<Item = RecordId> + '_ {
        let from = self.position.map_or(0, |position| position.offset);
        let records = self.buffer.iter().flat_map(|entry| entry.records());
        records.filter(move |(offset, _)| *offset >= from).map(|(_, record)| record)
    }

    /// Whether an entry of the buffer is not returned: a control record, or data of an aborted
    /// transaction (`CompletedFetch.nextFetchedRecord`).
    fn skips(&self, entry: &LogBatch) -> bool {
        let within = |span: &AbortedTransaction| {
            let of = |producer: ProducerIdAndEpoch| producer.producer_id == span.producer_id;
            entry.in_transaction_of().is_some_and(of)
                && (span.first_offset..span.marker_offset).contains(&entry.base_offset)
        };
        !matches!(entry.payload, Payload::Records(_)) || self.aborted.iter().any(within)
    }

    /// Forgets the position and what was fetched there.
    fn forget(&mut self) -> Vec<RecordId> {
        let dropped = self.fetched().collect();
        self.position = None;
        self.buffer.clear();
        self.aborted.clear();
        dropped
    }
}

impl Consumer {
    /// A consumer that has its assignment and nothing else.
    #[must_use]
    pub fn new(setup: &Setup, id: ConsumerId) -> Self {
        let config = setup.consumer_config(id, None);
        let ConsumerSetup { group, runs, .. } = setup.consumers[id.index()];
        let initial = &setup.initial_groups[group.index()];
        let first = initial.members.iter().find(|member| member.id.consumer == id);
        let assigned = first.map_or(&[][..], |member| &member.share);
        Self {
            id,
            member: first.map_or_else(Member::default, |m| Member::at_first(initial, m)),
            partitions: super::map_of(assigned.iter().map(|p| (*p, Assigned::default()))),
            thread: Thread::Polling,
            pool: Pool::default(),
            failures: Vec::new(),
            stalled_us: 0,
            uncommitted: 0,
            metadata: ClientMetadata::new(setup),
            client: network(id, config),
            coordinator: network(id, config),
            alive: runs,
            closing: false,
            since: None,
            returns: None,
            lives: 0,
            rounds: 0,
            unfinished: Vec::new(),
            fetches: Vec::new(),
            starting: None,
            committing: None,
            next_commit_us: config.auto_commit_interval_us,
            wake_us: None,
            idle_until_us: 0,
            retry_us: 0,
        }
    }

    /// The run begins.
    pub fn start(&mut self, cx: &mut Cx<'_>) {
        if !self.alive {
            return;
        }
        for n in 0..cx.setup().brokers {
            self.client.warm(cx, Node::Broker(BrokerId(n)));
            self.coordinator.warm(cx, Node::Broker(BrokerId(n)));
        }
        self.wait_for_producer(cx.setup());
        cx.after(0, Event::Consumer(self.id, ConsumerTimer::Start));
        self.heartbeat(cx);
    }

    /// Whether something is under way that will change a record's fate.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.thread != Thread::Polling
            || !self.pool.is_idle()
            || self.partitions.values().any(|p| !p.buffer.is_empty())
    }

    fn group<'s>(&self, setup: &'s Setup) -> &'s GroupSetup {
        setup.group_of(self.id)
    }

    /// The settings that it was started with.
    #[must_use]
    pub fn config<'s>(&self, setup: &'s Setup) -> &'s ConsumerConfig {
        setup.consumer_config(self.id, self.since)
    }

    /// A timer rang.
    pub fn on_timer(&mut self, cx: &mut Cx<'_>, timer: ConsumerTimer) {
        if !self.alive {
            return;
        }
        match timer {
            ConsumerTimer::Start | ConsumerTimer::Poll => {}
            // A wake that an earlier one has replaced changes nothing.
            ConsumerTimer::Wake => self.wake_us = self.wake_us.filter(|us| *us > cx.now_us()),
            ConsumerTimer::Processed(round) if round == self.rounds => {
                let works_on = self.processed(cx);
                if works_on && cx.now_us() < self.idle_until_us {
                    return;
                }
            }
            ConsumerTimer::Worked(round) if round == self.rounds => self.worked(cx),
            ConsumerTimer::Producer(says) => self.producer_says(cx, says),
            ConsumerTimer::Heartbeat(life) if life == self.lives => self.heartbeat(cx),
            ConsumerTimer::PollTimeout(life) if life == self.lives => self.poll_timeout(cx),
            // Of an earlier life.
            ConsumerTimer::Processed(_)
            | ConsumerTimer::Worked(_)
            | ConsumerTimer::Heartbeat(_)
            | ConsumerTimer::PollTimeout(_) => {}
            ConsumerTimer::RequestTimeout(request) => {
                let fetch = self.client.timed_out(cx, request);
                if let Some((_, requests)) =
                    fetch.or_else(|| self.coordinator.timed_out(cx, request))
                {
                    self.requests_lost(cx, &requests);
                }
            }
        }
        self.run(cx);
    }

    /// A handshake ended.
    pub fn on_connect_result(&mut self, cx: &mut Cx<'_>, connection: ConnectionId, accepted: bool) {
        let mine = self.client.connect_result(cx, connection, accepted).is_some()
            || self.coordinator.connect_result(cx, connection, accepted).is_some();
        if mine && !accepted {
            self.metadata.want();
        }
        self.run(cx);
    }

    /// The other side closed a connection.
    pub fn on_closed(&mut self, cx: &mut Cx<'_>, connection: ConnectionId) {
        let fetch = self.client.closed(cx, connection);
        let told = fetch.is_some();
        if let Some((node, requests)) = fetch.or_else(|| self.coordinator.closed(cx, connection)) {
            if told {
                cx.emit(Kind::Disconnected { client: Node::Consumer(self.id), server: node });
            }
            self.requests_lost(cx, &requests);
        }
        self.run(cx);
    }

    /// A response arrived.
    pub fn on_response(&mut self, cx: &mut Cx<'_>, request: RequestId, response: Response) {
        if self.client.complete(request) || self.coordinator.complete(request) {
            match response {
                Response::Metadata { partitions, .. } => {
                    self.metadata.update(cx.now_us(), request, &partitions);
                    self.look_for_partitions(cx.setup());
                }
                Response::Fetch(results) => self.fetched(cx, request, results),
                Response::ListOffsets(offsets) => self.offsets_listed(cx, request, &offsets),
                Response::OffsetsForLeaderEpoch(answers) => {
                    self.epochs_ended(cx, request, &answers);
                }
                Response::OffsetFetch(result) => self.offsets_fetched(cx, request, result),
                Response::OffsetCommit(result) => self.commit_answered(cx, request, result),
                Response::Group(answer) => self.group_answered(cx, request, answer),
                _ => {}
            }
        }
        self.run(cx);
    }

    fn requests_lost(&mut self, cx: &mut Cx<'_>, requests: &[RequestId]) {
        self.metadata.lost(requests);
        self.metadata.want();
        self.fetches.retain(|fetch| !requests.contains(&fetch.request));
        if self.starting.is_some_and(|request| requests.contains(&request)) {
            self.starting = None;
        }
        self.group_request_lost(cx, requests);
        self.commit_lost(cx, requests);
    }

    /// What there is to do: find the positions, fetch, poll, refresh the metadata.
    fn run(&mut self, cx: &mut Cx<'_>) {
        if !self.alive {
            return;
        }
        let setup = cx.setup();
        let config = self.config(setup);
        let before = cx.cause;
        let mut wake_us = None;
        let mut note = |us: Option<u64>| wake_us = sooner(wake_us, us);
        note(self.repeat_commit(cx));
        if self.closing && self.committing.is_none() {
            self.leave(cx);
            return;
        }
        if self.may_come_back() {
            return self.close(cx);
        }
        while self.thread == Thread::Polling && !self.closing && self.returns.is_none() {
            match self.poll(cx, setup) {
                Polled::Nothing { again_us } => {
                    note(again_us);
                    break;
                }
                Polled::Records => {}
            }
        }
        cx.cause = before;
        self.watch_poll(cx, setup);
        note(self.find_positions(cx, setup));
        note(self.send_fetches(cx, setup));
        let me = Node::Consumer(self.id);
        let waits = Waits {
            backoff_us: config.retry_backoff_us,
            request_timeout_us: config.request_timeout_us,
            max_age_us: config.metadata_max_age_us,
        };
        note(self.metadata.refresh(cx, &mut self.client, me, waits));
        cx.cause = before;
        self.idle_until_us = wake_us.unwrap_or(u64::MAX);
        if let Some(us) = wake_us
            && self.wake_us.is_none_or(|earlier| us < earlier)
        {
            self.wake_us = Some(us);
            cx.ambient(
                us.saturating_sub(cx.now_us()),
                Event::Consumer(self.id, ConsumerTimer::Wake),
            );
        }
    }

    /// One pass of `poll()`: auto-commit first, then records. So auto-commit stores the positions
    /// of what earlier polls returned (`ConsumerCoordinator.poll`).
    fn poll(&mut self, cx: &mut Cx<'_>, setup: &Setup) -> Polled {
        let (group, config) = (self.group(setup), self.config(setup));
        let mut again_us = self.join_if_needed(cx, setup);
        if !group.commits_returning_batch {
            again_us = sooner(again_us, self.auto_commit(cx, config));
        }
        if matches!(self.member.phase, Phase::Preparing | Phase::Yielding(_)) {
            // What is about to be given back returns nothing more.
            return Polled::Nothing { again_us };
        }
        let returned = self.collect(cx, config.max_poll_records);
        if group.commits_returning_batch {
            // The background thread comes too late, and finds the positions moved.
            again_us = sooner(again_us, self.auto_commit(cx, config));
        }
        if returned.is_empty() {
            return Polled::Nothing { again_us };
        }
        self.returned(cx, group, returned);
        Polled::Records
    }

    /// Takes up to `max.poll.records` records from the buffers; the positions move by what is
    /// returned (`FetchCollector.collectFetch`).
    fn collect(&mut self, cx: &mut Cx<'_>, limit: u32) -> VecDeque<Returned> {
        let consumer = self.id;
        let knows_epochs = cx.setup().rules.detects_truncation;
        let mut returned = VecDeque::new();
        for (partition, assigned) in &mut self.partitions {
            let Some(Position { offset: mut position, mut epoch }) = assigned.position else {
                continue;
            };
            let mut records = Vec::new();
            while let Some(entry) = assigned.buffer.front() {
                if assigned.skips(entry) {
                    position = position.max(entry.end_offset());
                    epoch = knows_epochs.then_some(entry.leader_epoch);
                    assigned.buffer.pop_front();
                    continue;
                }
                let room = limit as usize - returned.len() - records.len();
                records
                    .extend(entry.records().filter(|(offset, _)| *offset >= position).take(room));
                if let Some((offset, _)) = records.last().filter(|(o, _)| *o >= position) {
                    position = offset + 1;
                    epoch = knows_epochs.then_some(entry.leader_epoch);
                }
                if entry.end_offset() > position {
                    break;
                }
                assigned.buffer.pop_front();
            }
            assigned.position = Some(Position { offset: position, epoch });
            if assigned.buffer.is_empty() {
                assigned.aborted.clear();
            }
            if !records.is_empty() {
                let of = |(offset, record): &(u64, RecordId)| (*partition, *offset, *record);
                returned.extend(records.iter().map(of));
                cx.emit(Kind::Polled { consumer, partition: *partition, position, records });
            }
        }
        returned
    }
}

/// The network of a consumer with such settings; it has one for fetching, and one to its coordinator.
fn network(id: ConsumerId, config: &ConsumerConfig) -> NetworkClient {
    let network = ClientConfig {
        reconnect_backoff_us: config.reconnect_backoff_us,
        reconnect_backoff_max_us: config.reconnect_backoff_max_us,
        ..ClientConfig::default()
    };
    NetworkClient::new(Node::Consumer(id), network)
}

/// The earlier of two times, as far as they are known.
fn sooner(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    [one, other].into_iter().flatten().min()
}
