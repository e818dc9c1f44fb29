//! What a leader asks the transaction coordinator before it appends a transaction's first batch of
//! a partition (KIP-890): until 4.0 whether the partition was added, since then to add it. So
//! nothing that is late opens a transaction that nobody will end (`AddPartitionsToTxnManager`,
//! `ReplicaManager.handleProduceAppend`).

use std::sync::Arc;

use super::Broker;
use super::produce::ReplyTo;
use super::transaction::own;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::BrokerTimer;
use crate::model::ids::{BrokerId, Node, PartitionId, RequestId, TransactionalId};
use crate::model::message::{Request, Response};
use crate::model::record::{Batch, CommittedOffset};
use crate::model::setup::Setup;
use crate::model::transaction::{ProducerIdAndEpoch, TransactionCall};
use crate::script::config::Acks;

/// A request that waits for the coordinator.
#[derive(Clone, Debug)]
pub struct Held {
    reply: ReplyTo,
    work: Work,
    id: TransactionalId,
    call: TransactionCall,
    /// What was asked and is not answered.
    asked: Option<RequestId>,
    /// When it was asked first.
    since_us: u64,
    /// Not asked again before that time.
    again_us: u64,
}

/// What is done when the coordinator has answered.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Produce { acks: Acks, timeout_us: u64, batches: Vec<Arc<Batch>> },
    Offsets { producer: ProducerIdAndEpoch, offsets: Vec<CommittedOffset> },
}

impl Held {
    /// The batches of a produce request that waits.
    pub(super) fn batches(&self) -> &[Arc<Batch>] {
        match &self.work {
            Work::Produce { batches, .. } => batches,
            Work::Offsets { .. } => &[],
        }
    }
}

impl Broker {
    /// Whether the coordinator must be asked before this batch is appended: nobody has begun this
    /// transaction in the partition yet.
    pub(super) fn needs_verification(&self, setup: &Setup, batch: &Batch) -> bool {
        batch
            .in_transaction_of()
            .is_some_and(|producer| self.is_unverified(setup, batch.partition, producer))
    }

    /// Whether a leader must ask before it lets that producer begin in that partition.
    pub(super) fn is_unverified(
        &self,
        setup: &Setup,
        partition: PartitionId,
        producer: ProducerIdAndEpoch,
    ) -> bool {
        let verifies = setup.rules.verifies_transactions
            && self.settings(setup).transaction_partition_verification_enable;
        let asks = verifies || setup.rules.bumps_epoch_per_transaction;
        let begins = |replica: &super::Replica| {
            replica.leader().is_some() && !replica.producers.has_ongoing(producer)
        };
        asks && self.replica(partition).is_some_and(begins)
    }

    /// A produce request: batches that begin a transaction in a partition wait for the
    /// coordinator, and the whole request with them.
    pub(super) fn produce_verified(
        &mut self,
        cx: &mut Cx<'_>,
        reply: ReplyTo,
        acks: Acks,
        timeout_us: u64,
        batches: Vec<Arc<Batch>>,
    ) {
        let setup = cx.setup();
        let unverified: Vec<&Arc<Batch>> =
            batches.iter().filter(|batch| self.needs_verification(setup, batch)).collect();
        let who = unverified.first().and_then(|b| Some((b.transactional?, b.in_transaction_of()?)));
        let Some((id, producer)) = who else {
            return self.produce(cx, reply, acks, timeout_us, &batches, None);
        };
        let partitions = unverified.iter().map(|batch| batch.partition).collect();
        let work = Work::Produce { acks, timeout_us, batches };
        self.ask_for(cx, reply, id, producer, partitions, work);
    }

    /// Asks the coordinator about partitions before some work.
    pub(super) fn ask_for(
        &mut self,
        cx: &mut Cx<'_>,
        reply: ReplyTo,
        id: TransactionalId,
        producer: ProducerIdAndEpoch,
        partitions: Vec<PartitionId>,
        work: Work,
    ) {
        let verify_only = !cx.setup().rules.bumps_epoch_per_transaction;
        let call = TransactionCall::AddPartitions { producer, partitions, verify_only };
        let (asked, since_us) = (None, cx.now_us());
        self.held.push(Held { reply, work, id, call, asked, since_us, again_us: since_us });
        self.ask_coordinator(cx);
    }

    /// Everything that waits and was not asked for yet.
    pub(super) fn ask_coordinator(&mut self, cx: &mut Cx<'_>) {
        let now_us = cx.now_us();
        let due = |held: &Held| held.asked.is_none() && held.again_us <= now_us;
        while let Some(place) = self.held.iter().position(due) {
            let request = cx.next_request();
            let held = &mut self.held[place];
            held.asked = Some(request);
            let (id, call) = (held.id, held.call.clone());
            let partition = cx.setup().transactions_partition;
            let coordinator = partition.and_then(|p| self.metadata.partitions[p.index()].leader);
            match coordinator {
                Some(me) if me == self.id => self.transaction_call(cx, own(request), id, &call),
                Some(broker) if self.peers.ready(cx, Node::Broker(broker)) => {
                    self.ask_peer(cx, broker, request, Request::Transaction { id, call });
                }
                Some(_) => {
                    let held = &mut self.held[place];
                    (held.asked, held.again_us) = (None, now_us + 1);
                    self.try_again(cx);
                }
                None => self.verified(cx, request, Err(KafkaError::CoordinatorNotAvailable)),
            }
        }
    }

    /// The coordinator has answered, or will not. That an earlier transaction still needs its
    /// markers is worth a short wait (`add.partitions.to.txn.retry.backoff.ms`); what else may
    /// pass is for the client to try again, under a name that makes old clients do so.
    pub(super) fn verified(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        result: Result<ProducerIdAndEpoch, KafkaError>,
    ) {
        let Some(place) = self.held.iter().position(|h| h.asked == Some(request)) else { return };
        let setup = cx.setup();
        let waits = setup.rules.bumps_epoch_per_transaction;
        let config = self.settings(setup);
        let held = &mut self.held[place];
        let patience_us = config.add_partitions_to_txn_retry_backoff_max_us;
        if result == Err(KafkaError::ConcurrentTransactions)
            && waits
            && cx.now_us() - held.since_us < patience_us
        {
            let wait_us = config.add_partitions_to_txn_retry_backoff_us;
            (held.asked, held.again_us) = (None, cx.now_us() + wait_us);
            return cx.ambient(wait_us, self.timer(BrokerTimer::Transactions));
        }
        let Held { reply, work, .. } = self.held.remove(place);
        let error = result.err().map(|error| match error {
            KafkaError::ProducerFenced => KafkaError::InvalidProducerEpoch,
            error if error.retriable() => KafkaError::NotEnoughReplicas,
            error => error,
        });
        match work {
            Work::Produce { acks, timeout_us, batches } => {
                self.produce(cx, reply, acks, timeout_us, &batches, error);
            }
            Work::Offsets { producer, offsets } => match error {
                None => self.append_pending(cx, reply, producer, offsets),
                Some(KafkaError::NotEnoughReplicas) => {
                    let answer = Err(KafkaError::CoordinatorNotAvailable);
                    self.reply(cx, reply, Response::TxnOffsetCommit(answer), 0);
                }
                Some(error) => {
                    self.reply(cx, reply, Response::TxnOffsetCommit(Err(error)), 0);
                }
            },
        }
    }

    /// Sends a request to another broker, as a coordinator or to one.
    pub(super) fn ask_peer(
        &mut self,
        cx: &mut Cx<'_>,
        broker: BrokerId,
        request: RequestId,
        body: Request,
    ) {
        self.peers.send_as(cx, Node::Broker(broker), request, body, false, true);
        let timeout_us = self.settings(cx.setup()).replica_socket_timeout_us;
        cx.ambient(timeout_us, self.timer(BrokerTimer::RequestTimeout(request)));
    }

    /// Requests to other brokers that will not be answered.
    pub(super) fn peer_lost(&mut self, cx: &mut Cx<'_>, requests: &[RequestId]) {
        self.markers_lost(requests);
        for request in requests {
            self.verified(cx, *request, Err(KafkaError::NetworkException));
        }
        self.try_again(cx);
    }

    /// The answer to what this broker has asked another one, or itself.
    pub(super) fn peer_answered(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        response: &Response,
    ) {
        match response {
            Response::Transaction(result) => self.verified(cx, request, *result),
            Response::WriteTxnMarkers(results) => self.markers_answered(cx, request, results),
            _ => {}
        }
    }

    /// Answers a request, over the network or within this broker.
    pub(super) fn reply(
        &mut self,
        cx: &mut Cx<'_>,
        to: ReplyTo,
        response: Response,
        delay_us: u64,
    ) {
        match to.connection {
            Some(connection) => {
                self.respond(cx, connection, to.request, Some(response), delay_us, false);
            }
            None => self.peer_answered(cx, to.request, &response),
        }
    }
}
