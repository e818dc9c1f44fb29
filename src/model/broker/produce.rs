//! Produce requests: the append to the leader's log, and the wait for the in-sync replicas
//! (`ReplicaManager.appendRecords`, `Partition.appendRecordsToLeader`, `DelayedProduce`).

use std::sync::Arc;

use super::Broker;
use super::producers::Check;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::BrokerTimer;
use crate::model::ids::{ConnectionId, GroupId, PartitionId, RecordId, RequestId, TransactionalId};
use crate::model::message::{ProduceResult, Response};
use crate::model::record::{Batch, CommittedOffset, LogBatch, Payload};
use crate::model::setup::Setup;
use crate::model::trace::{FlushReason, Kind};
use crate::model::transaction::{Marker, ProducerIdAndEpoch};
use crate::script::config::{Acks, TopicConfig};

/// A request that waits for high watermarks.
#[derive(Clone, Debug)]
pub struct Delayed {
    reply: ReplyTo,
    /// No answer before that time: an append takes a while.
    not_before_us: u64,
    waits: Vec<Wait>,
    then: Then,
}

impl Delayed {
    /// Whether it waits for the in-sync replicas of a partition.
    pub fn waits_for(&self, partition: PartitionId) -> bool {
        self.waits.iter().any(|wait| wait.partition == partition && wait.outcome.is_none())
    }
}

/// Who asked, and so where the answer goes.
#[derive(Clone, Copy, Debug)]
pub struct ReplyTo {
    /// The connection; `None` is this broker itself.
    pub connection: Option<ConnectionId>,
    /// The request.
    pub request: RequestId,
}

/// The wait of one partition.
#[derive(Clone, Copy, Debug)]
struct Wait {
    partition: PartitionId,
    end_offset: u64,
    outcome: Option<Result<(), KafkaError>>,
}

/// What the wait is for.
#[derive(Clone, Debug)]
pub(super) enum Then {
    Produced(Vec<ProduceResult>),
    Committed(Vec<CommittedOffset>),
    PendingCommitted(ProducerIdAndEpoch, Vec<CommittedOffset>),
    /// A change of a transaction is in the coordinator's log.
    Logged(TransactionalId),
    /// A transaction's markers are in logs.
    Marked(Marker, Vec<(PartitionId, Result<(), KafkaError>)>),
    /// What it is about is in the log.
    Stored(Response),
    /// A group's assignment holds.
    Grouped(GroupId, u32),
}

/// Where an append ended up, and what it cost.
pub(super) struct Appended {
    base_offset: u64,
    end_offset: u64,
    cost_us: u64,
}

/// How long a broker waits for the replicas of what it has appended itself: the default of
/// `request.timeout.ms`, as `TransactionStateManager` and the marker channel have it.
const APPEND_TIMEOUT_US: u64 = 30_000_000;

impl Broker {
    pub(super) fn produce(
        &mut self,
        cx: &mut Cx<'_>,
        reply: ReplyTo,
        acks: Acks,
        timeout_us: u64,
        batches: &[Arc<Batch>],
        unverified: Option<KafkaError>,
    ) {
        let arrived = cx.cause;
        let (mut results, mut waits, mut cost_us) = (Vec::new(), Vec::new(), 0);
        for batch in batches {
            cx.cause = arrived;
            let outcome = self.append_to_leader(cx, batch, acks, unverified);
            if let Ok(appended) = &outcome {
                cost_us += appended.cost_us;
                waits.push(Wait {
                    partition: batch.partition,
                    end_offset: appended.end_offset,
                    outcome: None,
                });
            }
            let current_leader = self.leader_hint(cx, batch.partition, outcome.as_ref().err());
            let result = outcome.map(|appended| appended.base_offset);
            let invalid = match &result {
                Err(KafkaError::InvalidRecord | KafkaError::InvalidTimestamp) => {
                    let setup = cx.setup();
                    invalid_records(setup, self.config(setup, batch.partition), batch).1
                }
                _ => Vec::new(),
            };
            results.push(ProduceResult { batch: batch.clone(), result, current_leader, invalid });
        }
        let not_before_us = cx.now_us() + cost_us;
        match acks {
            Acks::None => {
                let Some(connection) = reply.connection else { return };
                // Without a response there is no other way to say that something went wrong.
                if results.iter().any(|r| r.result.is_err()) {
                    self.hang_up(cx, connection);
                } else {
                    self.respond(cx, connection, reply.request, None, cost_us, false);
                }
            }
            Acks::All if !waits.is_empty() => {
                let then = Then::Produced(results);
                let delayed = Delayed { reply, not_before_us, waits, then };
                self.wait_for_replicas(cx, timeout_us, delayed);
            }
            _ => self.reply(cx, reply, Response::Produce(results), cost_us),
        }
    }

    /// Whom to ask instead (KIP-951).
    fn leader_hint(
        &self,
        cx: &Cx<'_>,
        partition: PartitionId,
        error: Option<&KafkaError>,
    ) -> Option<(crate::model::ids::BrokerId, u32)> {
        let state = &self.metadata.partitions[partition.index()];
        let moved =
            matches!(error, Some(KafkaError::NotLeaderOrFollower | KafkaError::FencedLeaderEpoch));
        let names = cx.setup().rules.names_leader_in_error;
        (moved && names).then_some((state.leader?, state.leader_epoch))
    }

    /// `Partition.appendRecordsToLeader`: leadership, ISR size, batch size, producer state, append.
    fn append_to_leader(
        &mut self,
        cx: &mut Cx<'_>,
        batch: &Arc<Batch>,
        acks: Acks,
        unverified: Option<KafkaError>,
    ) -> Result<Appended, KafkaError> {
        let partition = batch.partition;
        let unverified = unverified.filter(|_| self.needs_verification(cx.setup(), batch));
        let checked = match unverified {
            Some(error) => Err(error),
            None => self.check_append(cx, batch, acks),
        };
        match checked {
            Ok(Check::Append) => self.append(cx, partition, Payload::Records(batch.clone())),
            Ok(Check::Duplicate(base_offset)) => {
                let broker = self.id;
                cx.emit(Kind::DuplicateBatch {
                    broker,
                    partition,
                    batch: batch.clone(),
                    base_offset,
                });
                let end_offset = base_offset + u64::from(batch.count());
                Ok(Appended { base_offset, end_offset, cost_us: 0 })
            }
            Err(error) => {
                if error == KafkaError::KafkaStorage {
                    self.check_disks(cx);
                }
                cx.emit(Kind::AppendRefused {
                    broker: self.id,
                    partition,
                    batch: batch.clone(),
                    error,
                });
                Err(error)
            }
        }
    }

    fn check_append(&self, cx: &Cx<'_>, batch: &Batch, acks: Acks) -> Result<Check, KafkaError> {
        let setup = cx.setup();
        let config = self.config(setup, batch.partition);
        let replica = self.replica(batch.partition).ok_or(KafkaError::NotLeaderOrFollower)?;
        let leader = replica.led()?;
        let min_isr = setup.min_isr(batch.partition, &self.metadata.topics);
        if acks == Acks::All && leader.isr.len() < min_isr {
            return Err(KafkaError::NotEnoughReplicas);
        }
        if batch.bytes > config.max_message_bytes {
            return Err(KafkaError::MessageTooLarge);
        }
        if let (Some(error), _) = invalid_records(setup, config, batch) {
            return Err(error);
        }
        if batch.bytes > config.segment_bytes {
            return Err(KafkaError::RecordListTooLarge);
        }
        let check = replica.producers.check(batch, setup.rules.begins_transactions_at_zero)?;
        let works = self.disks.works(setup.directory(self.id, batch.partition));
        match check {
            Check::Append if !works => Err(KafkaError::KafkaStorage),
            _ => Ok(check),
        }
    }

    /// Appends to the log of a partition that this broker leads. The batch is then in the page
    /// cache; it is on disk only if `flush.messages` says so.
    pub(super) fn append(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        payload: Payload,
    ) -> Result<Appended, KafkaError> {
        let setup = cx.setup();
        let (id, now_us) = (self.id, cx.now_us());
        if !self.disks.works(setup.directory(id, partition)) {
            self.check_disks(cx);
            return Err(KafkaError::KafkaStorage);
        }
        let replica =
            self.replicas[partition.index()].as_mut().ok_or(KafkaError::NotLeaderOrFollower)?;
        let base_offset = replica.log.end_offset();
        let entry = Arc::new(LogBatch {
            base_offset,
            leader_epoch: replica.leader_epoch,
            appended_us: now_us,
            payload,
        });
        replica.log.append(entry.clone(), now_us);
        replica.producers.appended(&entry);
        let end_offset = entry.end_offset();
        cx.emit(Kind::Appended { broker: id, partition, entry });
        let cost_us = self.disks.append_us + self.flush_if_due(cx, partition);
        self.advance_high_watermark(cx, partition);
        self.complete_fetches(cx, Some(partition), cost_us);
        Ok(Appended { base_offset, end_offset, cost_us })
    }

    /// `flush.messages`: an fsync within the append. Answers with what it costs.
    pub(super) fn flush_if_due(&mut self, cx: &mut Cx<'_>, partition: PartitionId) -> u64 {
        let setup = cx.setup();
        let due = self.config(setup, partition).flush_messages;
        let fsync_us = self.disks.fsync_us;
        let Some(replica) = &mut self.replicas[partition.index()] else { return 0 };
        let to = replica.log.end_offset();
        if to - replica.log.flushed_offset() < due || !replica.log.flush(to) {
            return 0;
        }
        cx.note(Kind::Flushed {
            broker: self.id,
            partition,
            to,
            reason: FlushReason::FlushMessages,
        });
        fsync_us
    }

    /// Waits until what a broker has appended by itself is replicated.
    pub(super) fn wait_for_append(
        &mut self,
        cx: &mut Cx<'_>,
        reply: ReplyTo,
        appended: &[(PartitionId, Appended)],
        then: Then,
    ) {
        let wait = |(partition, appended): &(PartitionId, Appended)| Wait {
            partition: *partition,
            end_offset: appended.end_offset,
            outcome: None,
        };
        let cost_us: u64 = appended.iter().map(|(_, appended)| appended.cost_us).sum();
        let waits = appended.iter().map(wait).collect();
        let not_before_us = cx.now_us() + cost_us;
        let timeout_us = match then {
            Then::Logged(_) | Then::Marked(..) => APPEND_TIMEOUT_US,
            _ => self.settings(cx.setup()).offsets_commit_timeout_us,
        };
        self.wait_for_replicas(cx, timeout_us, Delayed { reply, not_before_us, waits, then });
    }

    fn wait_for_replicas(&mut self, cx: &mut Cx<'_>, timeout_us: u64, delayed: Delayed) {
        cx.ambient(timeout_us, self.timer(BrokerTimer::ProduceTimeout(delayed.reply.request)));
        self.purgatory.push(delayed);
        self.complete_delayed(cx);
    }

    /// Answers the requests whose partitions are all resolved (`DelayedProduce.tryComplete`).
    pub(super) fn complete_delayed(&mut self, cx: &mut Cx<'_>) {
        let mut purgatory = std::mem::take(&mut self.purgatory);
        for delayed in &mut purgatory {
            for wait in delayed.waits.iter_mut().filter(|wait| wait.outcome.is_none()) {
                wait.outcome = self.replicas_have(cx, wait.partition, wait.end_offset);
            }
        }
        let done: Vec<_> = purgatory.extract_if(.., |delayed| delayed.is_done()).collect();
        self.purgatory = purgatory;
        for delayed in done {
            self.answer(cx, delayed);
        }
    }

    /// Whether enough replicas have reached that offset
    /// (`Partition.checkEnoughReplicasReachOffset`).
    fn replicas_have(
        &self,
        cx: &Cx<'_>,
        partition: PartitionId,
        end_offset: u64,
    ) -> Option<Result<(), KafkaError>> {
        let replica = self.replica(partition)?;
        let leader = match replica.led() {
            Ok(leader) => leader,
            Err(error) => return Some(Err(error)),
        };
        if replica.high_watermark < end_offset {
            return None;
        }
        let min_isr = cx.setup().min_isr(partition, &self.metadata.topics);
        let enough = leader.maximal_isr().count() >= min_isr;
        Some(if enough { Ok(()) } else { Err(KafkaError::NotEnoughReplicasAfterAppend) })
    }

    /// The wait is over, whatever has come of it.
    pub(super) fn produce_timeout(&mut self, cx: &mut Cx<'_>, request: RequestId) {
        let Some(place) = self.purgatory.iter().position(|d| d.reply.request == request) else {
            return;
        };
        let mut delayed = self.purgatory.remove(place);
        for wait in &mut delayed.waits {
            wait.outcome.get_or_insert(Err(KafkaError::RequestTimedOut));
        }
        self.answer(cx, delayed);
    }

    fn answer(&mut self, cx: &mut Cx<'_>, delayed: Delayed) {
        let before = cx.cause;
        let outcome = delayed.waits[0].outcome;
        let response = match delayed.then {
            Then::Produced(mut results) => {
                for wait in &delayed.waits {
                    let mine = |r: &&mut ProduceResult| r.batch.partition == wait.partition;
                    if let (Some(result), Some(Err(error))) =
                        (results.iter_mut().find(mine), wait.outcome)
                    {
                        result.current_leader = self.leader_hint(cx, wait.partition, Some(&error));
                        result.result = Err(error);
                    }
                }
                Some(Response::Produce(results))
            }
            Then::Committed(offsets) => {
                Some(Response::OffsetCommit(self.offsets_replicated(cx, outcome, &offsets)))
            }
            Then::PendingCommitted(producer, offsets) => {
                let result = self.pending_replicated(outcome, producer, offsets);
                Some(Response::TxnOffsetCommit(result))
            }
            Then::Stored(response) if matches!(outcome, Some(Ok(()))) => Some(response),
            Then::Stored(_) => Some(Response::Group(Err(KafkaError::CoordinatorNotAvailable))),
            Then::Marked(marker, mut results) => {
                for wait in &delayed.waits {
                    let result = wait.outcome.unwrap_or(Err(KafkaError::RequestTimedOut));
                    self.marker_replicated(cx, wait.partition, marker, result);
                    results.push((wait.partition, result));
                }
                Some(Response::WriteTxnMarkers(results))
            }
            Then::Logged(id) => {
                self.transaction_logged(cx, id, outcome);
                None
            }
            Then::Grouped(group, generation) => {
                self.group_stored(cx, group, generation, matches!(outcome, Some(Ok(()))));
                None
            }
        };
        if let Some(response) = response {
            let delay_us = delayed.not_before_us.saturating_sub(cx.now_us());
            self.reply(cx, delayed.reply, response, delay_us);
        }
        cx.cause = before;
    }
}

/// The records that a leader does not take, and the error of the whole batch (`LogValidator`): a
/// null key on a compacted topic, a timestamp too far ahead.
fn invalid_records(
    setup: &Setup,
    config: &TopicConfig,
    batch: &Batch,
) -> (Option<KafkaError>, Vec<RecordId>) {
    let plan = |record: &RecordId| setup.record(*record);
    let no_key = |record: &RecordId| config.cleanup_policy && plan(record).key.is_none();
    let ahead = |record: &RecordId| plan(record).ahead_us > config.message_timestamp_after_max_us;
    let all = batch.records.iter().copied();
    let invalid: Vec<RecordId> = all.filter(|record| no_key(record) || ahead(record)).collect();
    let error = match invalid.iter().any(ahead) {
        true => Some(KafkaError::InvalidTimestamp),
        false if invalid.is_empty() => None,
        false => Some(KafkaError::InvalidRecord),
    };
    (error, invalid)
}

impl Delayed {
    fn is_done(&self) -> bool {
        self.waits.iter().all(|wait| wait.outcome.is_some())
    }
}
