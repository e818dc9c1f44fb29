//! A producer's life: `close()`, a kill, a restart.

use super::accumulator::{Accumulator, ProducerBatch};
use super::metadata::ClientMetadata;
use super::sequences::{GivenUp, Sequences};
use super::transactions::Transactions;
use super::{Producer, Waiting};
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
        let config = &setup.producers[self.id.index()].config;
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
        self.accumulator = Accumulator::new(setup.partitions.len(), config);
        self.in_flight.clear();
        self.muted.clear();
        self.client.reset();
        self.wake_us = None;
        cx.emit(Kind::ProducerCrashed { producer: self.id, records });
    }

    /// The process is started again: another producer id, sequences from 0
    /// (`TransactionManager`), metadata as the cluster is believed to be.
    pub fn restart(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        self.alive = true;
        self.closing = false;
        self.new_producer_id();
        self.application.finishing = false;
        cx.take_handover(self.id);
        let transactional = self.setup(setup).transactional.as_ref();
        self.transactions = transactional.map(|t| Transactions::new(t.id));
        self.metadata = ClientMetadata::new(setup);
        self.metadata.want();
        let idempotent = setup.producers[self.id.index()].config.enable_idempotence;
        self.sequences = idempotent.then(|| vec![Sequences::default(); setup.partitions.len()]);
        cx.emit(Kind::ProducerRestarted { producer: self.id });
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
        let timeout_us = self.setup(cx.setup()).close_timeout_us;
        if timeout_us == Some(0) {
            return self.close_forcefully(cx);
        }
        self.run_once(cx);
        if let Some(timeout_us) = timeout_us {
            cx.ambient(timeout_us, Event::Producer(self.id, ProducerTimer::CloseTimeout));
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
        self.alive = false;
        self.client.reset();
        cx.close_all(Node::Producer(self.id));
    }
}
