//! What becomes of a batch that was sent: acknowledged, put back, split or failed
//! (`Sender.completeBatch`, `Sender.canRetry`, `Sender.failBatch`).

use super::Producer;
use super::accumulator::{ProducerBatch, backoff_us};
use super::sequences::GivenUp;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::ids::{Node, RecordId, RequestId};
use crate::model::message::ProduceResult;
use crate::model::trace::Kind;

impl Producer {
    /// A produce response: each of its batches has an outcome of its own.
    pub(super) fn produce_response(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        results: &[ProduceResult],
    ) {
        for batch in self.take(request) {
            // The answer for this batch; one that expired meanwhile is not here any more.
            let mine = |r: &&ProduceResult| r.batch.partition == batch.partition;
            let Some(result) = results.iter().find(mine) else { continue };
            if let Some((leader, epoch)) = result.current_leader {
                self.metadata.leader_is(batch.partition, leader, epoch);
            }
            let before = cx.cause;
            self.complete(cx, batch, result.result, &result.invalid);
            cx.cause = before;
        }
    }

    /// Without acknowledgement a request is complete when it is written.
    pub(super) fn written(&mut self, cx: &mut Cx<'_>, request: RequestId) {
        for batch in self.take(request) {
            self.succeed(cx, batch, None);
        }
    }

    /// The connection is gone, and with it the responses to these requests, oldest first.
    pub(super) fn connection_lost(
        &mut self,
        cx: &mut Cx<'_>,
        requests: &[RequestId],
        error: KafkaError,
    ) {
        self.metadata.lost(requests);
        self.metadata.want();
        self.transaction_requests_lost(cx, requests);
        let before = cx.cause;
        for request in requests {
            for batch in self.take(*request) {
                self.complete(cx, batch, Err(error), &[]);
                cx.cause = before;
            }
        }
    }

    fn take(&mut self, request: RequestId) -> Vec<ProducerBatch> {
        let Some(place) = self.in_flight.iter().position(|r| r.request == request) else {
            return Vec::new();
        };
        let in_flight = self.in_flight.remove(place);
        for batch in &in_flight.batches {
            self.muted.retain(|partition| *partition != batch.partition);
        }
        in_flight.batches
    }

    fn complete(
        &mut self,
        cx: &mut Cx<'_>,
        batch: ProducerBatch,
        result: Result<u64, KafkaError>,
        invalid: &[RecordId],
    ) {
        match result {
            Ok(base_offset) => self.succeed(cx, batch, Some(base_offset)),
            Err(KafkaError::MessageTooLarge) if batch.records.len() > 1 => self.split(cx, batch),
            Err(error) => {
                if error.refreshes_metadata() {
                    self.metadata.want();
                }
                if self.can_retry(cx, &batch, error) {
                    self.retry(cx, batch, error);
                } else {
                    let retries = self.config(cx.setup()).retries;
                    let used_up = batch.attempts >= retries;
                    let end = if used_up { GivenUp::RetriesUsedUp } else { GivenUp::Refused };
                    self.fail_records(cx, batch, error, end, invalid);
                }
            }
        }
    }

    fn succeed(&mut self, cx: &mut Cx<'_>, batch: ProducerBatch, base_offset: Option<u64>) {
        if let Some(frozen) = &batch.frozen {
            cx.emit(Kind::BatchAcked { producer: self.id, batch: frozen.clone(), base_offset });
        }
        if let Some((sequences, base)) = self.sequences_of(&batch) {
            sequences.acked(base + batch.records.len() as u32 - 1);
            sequences.end(base);
        }
        self.release(cx, &batch, true);
    }

    /// `Sender.canRetry`.
    fn can_retry(&mut self, cx: &Cx<'_>, batch: &ProducerBatch, error: KafkaError) -> bool {
        let setup = cx.setup();
        let config = self.config(setup);
        cx.now_us() < batch.expires_us(config)
            && batch.attempts < config.retries
            && !self.is_of_another_id(cx, batch)
            && (error.retriable()
                || (error == KafkaError::OutOfOrderSequenceNumber
                    && self.can_retry_sequence(cx, batch)))
    }

    fn retry(&mut self, cx: &mut Cx<'_>, mut batch: ProducerBatch, error: KafkaError) {
        let setup = cx.setup();
        let config = self.config(setup);
        batch.attempts += 1;
        batch.last_attempt_us = cx.now_us();
        batch.backoff_us = backoff_us(cx, config, Node::Producer(self.id).code(), &batch);
        if let Some(frozen) = &batch.frozen {
            let (producer, backoff_us) = (self.id, batch.backoff_us);
            cx.emit(Kind::BatchRetried { producer, batch: frozen.clone(), error, backoff_us });
        }
        self.accumulator.reenqueue(batch);
    }

    fn split(&mut self, cx: &mut Cx<'_>, batch: ProducerBatch) {
        let setup = cx.setup();
        let config = self.config(setup);
        let pieces = self.accumulator.split(cx, self.id, config, &batch);
        self.track_pieces(&batch, &pieces);
        let count = pieces.len() as u32;
        if let Some(frozen) = &batch.frozen {
            let pieces = count;
            cx.emit(Kind::BatchSplit { producer: self.id, batch: frozen.clone(), pieces });
        }
        self.flush_pieces(cx, batch.id, count);
        self.memory_freed(cx, batch.pooled_bytes);
    }

    /// `Sender.failBatch`: one invalid record gets the error, several get
    /// `InvalidRecordException`, and those beside them a plain `KafkaException`: the whole batch
    /// is refused.
    fn fail_records(
        &mut self,
        cx: &mut Cx<'_>,
        batch: ProducerBatch,
        error: KafkaError,
        end: GivenUp,
        invalid: &[RecordId],
    ) {
        if invalid.is_empty() {
            return self.fail(cx, batch, error, end);
        }
        let one = invalid.len() == 1;
        let (mine, beside): (Vec<RecordId>, Vec<RecordId>) =
            batch.records.iter().partition(|record| invalid.contains(record));
        let error = if one { error } else { KafkaError::InvalidRecord };
        for (records, error) in [(mine, error), (beside, KafkaError::InvalidSibling)] {
            if !records.is_empty() {
                cx.note(Kind::BatchFailed { producer: self.id, records, error });
            }
        }
        self.sequence_failed(&batch, end, false);
        self.release(cx, &batch, false);
        self.batch_of_transaction_failed(cx, error);
    }

    /// Every record of the batch gets the error.
    pub(super) fn fail(
        &mut self,
        cx: &mut Cx<'_>,
        batch: ProducerBatch,
        error: KafkaError,
        end: GivenUp,
    ) {
        let before = cx.cause;
        cx.emit(Kind::BatchFailed { producer: self.id, records: batch.records.clone(), error });
        let gap = error == KafkaError::OutOfOrderSequenceNumber;
        self.sequence_failed(&batch, end, gap);
        self.release(cx, &batch, false);
        for record in &batch.records {
            self.maybe_resend(cx, *record, error);
        }
        self.batch_of_transaction_failed(cx, error);
        cx.cause = before;
    }

    /// The batch is done: its memory and whoever waited for it are free.
    fn release(&mut self, cx: &mut Cx<'_>, batch: &ProducerBatch, acked: bool) {
        self.outcome_known(cx, batch, acked);
        self.memory_freed(cx, batch.pooled_bytes);
    }
}
