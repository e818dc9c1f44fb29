//! What happens to the transaction that a record is in.

use super::text::{ms, span};
use super::{Life, What};
use crate::model::ids::{BrokerId, Node, ProducerId};
use crate::model::trace::{Kind, TraceEvent};

impl Life<'_> {
    /// Its producer's transactions; one that begins is the record's when the record joins it.
    pub(super) fn in_transactions(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::TransactionBegun { producer } if self.is_by(*producer) => {
                self.in_transaction = false;
                self.transaction = (event.at_us, self.transaction.1 + 1);
            }
            Kind::RecordBatched { producer, record, .. }
                if *record == self.record
                    && self.setup.producers[producer.index()].transactional.is_some() =>
            {
                self.in_transaction = true;
                let n = self.transaction.1.to_string();
                let values = [("producer", &*producer.to_string()), ("n", &*n)];
                self.say(event, Node::Producer(*producer), What::InTransaction, &values);
            }
            Kind::TransactionEnding { producer, commit }
                if self.in_transaction && self.is_by(*producer) =>
            {
                let wait = span(event.at_us - self.transaction.0);
                let what = if *commit { What::CommitCalled } else { What::AbortCalled };
                self.say(event, Node::Producer(*producer), what, &[("wait", &wait)]);
            }
            Kind::TransactionEnded { producer, commit, records }
                if records.contains(&self.record) =>
            {
                self.in_transaction = false;
                let what =
                    if *commit { What::TransactionCommitted } else { What::TransactionAborted };
                self.say(event, Node::Producer(*producer), what, &[]);
            }
            Kind::TransactionFailed { producer, records, error, .. }
                if records.contains(&self.record) =>
            {
                let values = [("error", error.exception())];
                self.say(event, Node::Producer(*producer), What::TransactionFailed, &values);
            }
            Kind::TransactionTimedOut { broker, id } => {
                let producer = self.setup.record(self.record).producer;
                let mine = self.setup.producers[producer.index()].transactional.as_ref();
                if self.in_transaction && mine.is_some_and(|mine| mine.id == *id) {
                    self.timed_out(event, *broker, producer);
                }
            }
            Kind::MarkerWritten { broker, marker, records, .. } => {
                let Some((offset, _)) = records.iter().find(|(_, id)| *id == self.record) else {
                    return;
                };
                let what = if marker.commit { What::MarkedCommitted } else { What::MarkedAborted };
                let values = [("broker", &*broker.to_string()), ("offset", &*offset.to_string())];
                self.say(event, Node::Broker(*broker), what, &values);
            }
            Kind::EpochBumped { producer, epoch, .. }
                if self.is_by(*producer) && self.copies.is_empty() && self.partition.is_some() =>
            {
                let epoch = epoch.to_string();
                self.say(event, Node::Producer(*producer), What::EpochBumped, &[("epoch", &epoch)]);
            }
            _ => {}
        }
    }

    fn is_by(&self, producer: ProducerId) -> bool {
        self.setup.record(self.record).producer == producer
    }

    fn timed_out(&mut self, event: &TraceEvent, broker: BrokerId, producer: ProducerId) {
        let limit = ms(self.producer_config(producer).transaction_timeout_us);
        let values = [
            ("broker", &*broker.to_string()),
            ("producer", &*producer.to_string()),
            ("limit", &*limit),
        ];
        self.say(event, Node::Broker(broker), What::TransactionTimedOut, &values);
    }
}
