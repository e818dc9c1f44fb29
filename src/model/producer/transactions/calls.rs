//! What a transactional producer asks of its coordinators, and what the answers mean
//! (`TransactionManager.nextRequest`, its `TxnRequestHandler`s).

use super::{Doing, State};
use crate::model::cx::{Cx, Handover};
use crate::model::error::KafkaError;
use crate::model::event::{Event, ProducerSays, ProducerTimer};
use crate::model::ids::{Node, RequestId};
use crate::model::message::Request;
use crate::model::producer::Producer;
use crate::model::producer::application::Waiting;
use crate::model::producer::sequences::Sequences;
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::model::transaction::{ProducerIdAndEpoch, TransactionCall};

/// How soon a partition is added again while the transaction before still needs its markers
/// (`TransactionManager.ADD_PARTITIONS_RETRY_BACKOFF_MS`).
const ADD_AGAIN_US: u64 = 20_000;

impl Producer {
    /// One pass over what there is to ask (`Sender.maybeSendAndPollTransactionalRequest`,
    /// `TransactionManager.nextRequest`). Answers with the time at which to look again.
    pub(in crate::model::producer) fn transact(&mut self, cx: &mut Cx<'_>) -> Option<u64> {
        self.transactions.as_ref()?;
        let setup = cx.setup();
        let incomplete = !self.accumulator.is_empty() || !self.in_flight.is_empty();
        let bumps = setup.rules.bumps_epoch_per_transaction;
        let mine = self.transactions.as_mut().filter(|mine| mine.request.is_none())?;
        if mine.retry_us > cx.now_us() {
            return Some(mine.retry_us);
        }
        let doing = match mine.state {
            State::FatalError | State::Ready => return None,
            State::Initializing => Doing::Init,
            _ if !mine.to_add.is_empty() || !mine.adding.is_empty() => {
                mine.adding.append(&mut mine.to_add);
                Doing::Add
            }
            _ if incomplete => return None,
            _ if mine.offsets.as_ref().is_some_and(|o| !o.added) && !bumps => Doing::AddOffsets,
            _ if mine.offsets.is_some() => Doing::Offsets,
            _ => match mine.ending? {
                // `TransactionManager.nextRequest`: the coordinator knows of nothing to end.
                commit if mine.added.is_empty() => {
                    self.transaction_ended(cx, commit);
                    return None;
                }
                commit => Doing::End(commit),
            },
        };
        self.ask(cx, setup, doing)
    }

    fn ask(&mut self, cx: &mut Cx<'_>, setup: &Setup, doing: Doing) -> Option<u64> {
        let config = self.config(setup);
        let producer = ProducerIdAndEpoch { producer_id: self.producer_id, epoch: self.epoch };
        let mine = self.transactions.as_mut()?;
        let id = mine.id;
        let call = |call| (setup.transactions_partition, Request::Transaction { id, call });
        let add = |partitions| {
            call(TransactionCall::AddPartitions { producer, partitions, verify_only: false })
        };
        let (partition, request) = match &doing {
            Doing::Init => call(TransactionCall::InitProducerId {
                timeout_us: config.transaction_timeout_us,
                known: mine.bump.then_some(producer),
            }),
            Doing::Add => add(mine.adding.clone()),
            Doing::AddOffsets => add(setup.offsets_partition.into_iter().collect()),
            Doing::Offsets => {
                let Handover { group, by, offsets, .. } = mine.offsets.clone()?;
                let request = Request::TxnOffsetCommit { id, producer, group, by, offsets };
                (setup.offsets_partition, request)
            }
            Doing::End(commit) => call(TransactionCall::EndTxn { producer, commit: *commit }),
        };
        let Some(broker) = partition.and_then(|partition| self.metadata.leader(partition)) else {
            self.metadata.want();
            return None;
        };
        let node = Node::Broker(broker);
        if !self.client.ready(cx, node) {
            return self.client.retry_us(node);
        }
        let request = self.client.send(cx, node, request, false)?;
        mine.request = Some((request, doing));
        let timer = ProducerTimer::RequestTimeout(request);
        cx.ambient(config.request_timeout_us, Event::Producer(self.id, timer));
        None
    }

    /// A coordinator answered.
    pub(in crate::model::producer) fn transaction_answered(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        result: Result<Option<ProducerIdAndEpoch>, KafkaError>,
    ) {
        let Some(mine) = &mut self.transactions else { return };
        let Some((_, doing)) = mine.request.take_if(|(id, _)| *id == request) else { return };
        let identity = match result {
            Err(error) => return self.call_failed(cx, &doing, error),
            Ok(identity) => identity,
        };
        match doing {
            Doing::Add => mine.added.append(&mut mine.adding),
            Doing::AddOffsets => {
                mine.added.extend(cx.setup().offsets_partition);
                if let Some(offsets) = &mut mine.offsets {
                    offsets.added = true;
                }
            }
            Doing::Offsets => {
                mine.added.extend(cx.setup().offsets_partition);
                mine.offsets = None;
            }
            Doing::Init | Doing::End(_) => {
                if let Some(ProducerIdAndEpoch { producer_id, epoch }) = identity {
                    (self.producer_id, self.epoch) = (producer_id, epoch);
                }
                match doing {
                    Doing::End(commit) => self.transaction_ended(cx, commit),
                    _ => self.transactions_initialized(cx),
                }
            }
        }
    }

    fn transactions_initialized(&mut self, cx: &mut Cx<'_>) {
        let (producer, producer_id, epoch) = (self.id, self.producer_id, self.epoch);
        let Some(mine) = &mut self.transactions else { return };
        mine.state = State::Ready;
        if std::mem::take(&mut mine.bump) {
            cx.note(Kind::EpochBumped { producer, producer_id, epoch });
        } else {
            cx.note(Kind::TransactionsInitialized { producer, producer_id, epoch });
            self.tell_consumer(cx, ProducerSays::Ready);
        }
        if self.application.waiting == Waiting::Transaction {
            self.application.waiting = Waiting::No;
        }
        self.plan_send(cx);
    }

    /// The call returns: the transaction is decided. Its markers may still be on their way.
    fn transaction_ended(&mut self, cx: &mut Cx<'_>, commit: bool) {
        let setup = cx.setup();
        let bumps = setup.rules.bumps_epoch_per_transaction;
        let retry = setup.producers[self.id.index()].transactional.as_ref();
        let retry = retry.is_some_and(|uses| uses.style.retry);
        let Some(mine) = &mut self.transactions else { return };
        mine.ending = None;
        mine.offsets = None;
        mine.added.clear();
        mine.to_add.clear();
        mine.adding.clear();
        let records = std::mem::take(&mut mine.records);
        // With `transaction.version` 2 the epoch has changed already.
        let bump = mine.bump && !bumps && setup.rules.recovers_producer_epoch;
        mine.bump = bump;
        mine.state = if bump { State::Initializing } else { State::Ready };
        if mine.failed && retry && !commit {
            self.application.again.extend(&records);
        }
        if !setup.rules.recovers_producer_epoch {
            self.sequences.iter_mut().flatten().for_each(Sequences::go_back);
        }
        cx.note(Kind::TransactionEnded { producer: self.id, commit, records });
        self.application.waiting = Waiting::No;
        self.application.finishing = false;
        self.tell_consumer(
            cx,
            if commit { ProducerSays::Committed } else { ProducerSays::Aborted },
        );
        self.plan_send(cx);
    }

    /// What an error of a coordinator means.
    fn call_failed(&mut self, cx: &mut Cx<'_>, doing: &Doing, error: KafkaError) {
        let setup = cx.setup();
        let backoff_us = self.config(setup).retry_backoff_us;
        let again_us = match (doing, error) {
            (Doing::Add, KafkaError::ConcurrentTransactions) => ADD_AGAIN_US.min(backoff_us),
            _ => backoff_us,
        };
        match error {
            KafkaError::TransactionAbortable
            | KafkaError::UnknownMemberId
            | KafkaError::IllegalGeneration
            | KafkaError::StaleMemberEpoch
            | KafkaError::FencedInstanceId => {
                if let Some(mine) = &mut self.transactions {
                    mine.offsets = None;
                }
                self.transaction_failed(cx, error, false);
            }
            KafkaError::InvalidProducerEpoch => {
                self.transaction_failed(cx, KafkaError::ProducerFenced, true);
            }
            error if error.retriable() => {
                self.metadata.want();
                if let Some(mine) = &mut self.transactions {
                    mine.retry_us = cx.now_us() + again_us;
                }
            }
            error => self.transaction_failed(cx, error, true),
        }
    }

    /// Requests that will have no answer: they are asked again.
    pub(in crate::model::producer) fn transaction_requests_lost(
        &mut self,
        cx: &mut Cx<'_>,
        requests: &[RequestId],
    ) {
        let Some(mine) = &mut self.transactions else { return };
        if let Some((_, doing)) = mine.request.take_if(|(id, _)| requests.contains(id)) {
            self.call_failed(cx, &doing, KafkaError::NetworkException);
        }
    }
}
