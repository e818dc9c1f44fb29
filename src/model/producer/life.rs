//! A producer's life: `close()`, a kill, a restart.

use super::accumulator::ProducerBatch;
use super::metadata::ClientMetadata;
use super::sequences::{GivenUp, Sequences};
use super::transactions::{State, Transactions};
use super::{Producer, Waiting, network};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::{Event, ProducerTimer};
use crate::model::ids::{BrokerId, Node, RecordId};
use crate::model::trace::Kind;

impl Producer {
    /// The process is killed: what the accumulator holds vanishes, and so does every outcome that
    /// was not told yet. Requests that are in a socket already go on.
    pub fn crash(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        let in_flight = self.in_flight.iter().flat_map(|request| &request.batches);
        let batches = self.accumulator.deques.iter().flatten().chain(in_flight);
        let mut records: Vec<RecordId> =
            batches.flat_map(|batch: &ProducerBatch| batch.records.clone()).collect();
        if let Waiting::Memory(record) = self.application.waiting {
            records.push(record);
        }
        self.alive = false;
        let mine = &setup.producers[self.id.index()];
        self.application_dies(mine.on_restart, &mine.records);
        self.closing = false;
        if let Some(action) = self.returns.take() {
            self.since = setup.since(Node::Producer(self.id), action, self.since);
        }
        self.accumulator.clear(self.config(setup));
        self.in_flight.clear();
        self.muted.clear();
        self.client.reset();
        self.wake_us = None;
        cx.emit(Kind::ProducerCrashed { producer: self.id, records });
    }

    /// The process is started again: another producer id, sequences from 0
    /// (`TransactionManager`), metadata as the cluster is believed to be.
    pub fn restart(&mut self, cx: &mut Cx<'_>) {
        self.come_back(cx, 0);
    }

    /// A new producer, for an application that has begun so many transactions.
    fn come_back(&mut self, cx: &mut Cx<'_>, begun: u32) {
        let setup = cx.setup();
        let config = self.config(setup);
        self.alive = true;
        self.closing = false;
        self.accumulator.clear(config);
        self.client = network(self.id, config);
        self.new_producer_id();
        self.application.finishing = false;
        cx.take_handover(self.id);
        let former = self.transactions.take();
        self.transactions = former.map(|former| former.anew(begun));
        self.metadata = ClientMetadata::new(setup);
        self.metadata.want();
        let sequences = || vec![Sequences::default(); setup.partitions.len()];
        self.sequences = config.enable_idempotence.then(sequences);
        cx.emit(Kind::ProducerRestarted { producer: self.id, since: self.since });
        for n in 0..setup.brokers {
            self.client.ready(cx, Node::Broker(BrokerId(n)));
        }
        self.begin(cx);
    }

    /// `close()`: no further records; everything buffered is sent, without waiting for linger,
    /// for as long as the timeout says. Without any time the sender does not begin
    /// (`KafkaProducer.close` forces it to end at once).
    pub fn close(&mut self, cx: &mut Cx<'_>) {
        self.closing = true;
        self.closes += 1;
        let timeout_us = self.setup(cx.setup()).close_timeout_us;
        if timeout_us == Some(0) {
            return self.close_forcefully(cx);
        }
        if let Some(timeout_us) = timeout_us {
            let timer = ProducerTimer::CloseTimeout(self.closes);
            cx.ambient(timeout_us, Event::Producer(self.id, timer));
        }
        self.run_once(cx);
    }

    pub(super) fn close_timeout(&mut self, cx: &mut Cx<'_>, number: u32) {
        if self.closing && self.closes == number {
            self.close_forcefully(cx);
        }
    }

    /// Its application lets it come back with the settings of an action. It calls `close()`, before
    /// that `commitTransaction()` with what is in its transaction; then it makes a new producer, and
    /// goes on with what it has not sent yet. One that is down has them with its next start.
    pub fn reconfigure(&mut self, cx: &mut Cx<'_>, action: u16) {
        if !self.alive {
            self.since = cx.setup().since(Node::Producer(self.id), action, self.since);
            return;
        }
        self.returns = Some(action);
        if !self.closing {
            self.close(cx);
        }
    }

    /// The consumer of the same process is closed and comes back; so does the producer.
    pub(super) fn reconfigure_with_consumer(&mut self, cx: &mut Cx<'_>, action: u16) {
        let alive = self.alive;
        self.reconfigure(cx, action);
        if !alive {
            self.restart(cx);
        }
    }

    /// Whether `close()` can return: everything has an outcome. Who comes back has committed its
    /// transaction first; one that is open when the sender has nothing else to do is aborted
    /// (`Sender.run`, KAFKA-6635).
    pub(super) fn finish_close(&mut self, cx: &mut Cx<'_>) {
        if !self.closing || !self.alive || self.busy() {
            return;
        }
        let state = self.transactions.as_ref().map(|mine| mine.state);
        let open = matches!(state, Some(State::InTransaction | State::AbortableError));
        if open && (self.returns.is_some() || cx.setup().rules.aborts_on_close) {
            self.end_before_close(cx, self.returns.is_some());
        } else {
            self.closed(cx);
        }
    }

    /// `close()` has returned.
    fn closed(&mut self, cx: &mut Cx<'_>) {
        self.alive = false;
        self.client.reset();
        self.muted.clear();
        self.wake_us = None;
        cx.emit(Kind::ProducerClosed { producer: self.id });
        cx.close_all(Node::Producer(self.id));
        if let Some(action) = self.returns.take() {
            let begun = self.transactions.as_ref().map_or(0, Transactions::begun);
            self.since = cx.setup().since(Node::Producer(self.id), action, self.since);
            self.come_back(cx, begun);
        }
    }

    /// The timeout of `close()` is over: everything incomplete fails, though a broker may hold it
    /// (`Sender.run`, `RecordAccumulator.abortIncompleteBatches`).
    pub(super) fn close_forcefully(&mut self, cx: &mut Cx<'_>) {
        let waiting = self.accumulator.deques.iter_mut().flat_map(std::mem::take);
        let in_flight = self.in_flight.drain(..).flat_map(|request| request.batches);
        let incomplete: Vec<ProducerBatch> = in_flight.chain(waiting).collect();
        for batch in incomplete {
            self.fail(cx, batch, KafkaError::ClosedForcefully, GivenUp::Expired);
        }
        self.closed(cx);
    }
}
