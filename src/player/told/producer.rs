//! What a producer does and is told, in a sentence or two.

use super::{is_or_are, records, records_in};
use crate::model::ids::Node;
use crate::model::record::Batch;
use crate::model::setup::{InForce, Setup};
use crate::model::trace::{Kind, TraceEvent, Wire};
use crate::script::config::{Acks, ProducerConfig};
use crate::verdict::biography::text::span;

/// Of a producer's records and batches.
pub(super) fn producer_sentence(
    setup: &Setup,
    trace: &[TraceEvent],
    event: &TraceEvent,
) -> Option<String> {
    let config = |producer| InForce::at(setup, trace, event).producer(setup, producer);
    match &event.kind {
        Kind::RecordCreated { producer, record } => {
            let key = setup.record(*record).key.as_deref();
            let key = key.map_or(String::new(), |key| format!(" with key {key}"));
            Some(format!("{producer} calls send() for record {record}{key}."))
        }
        Kind::RecordBatched { producer, record, .. } => {
            let linger = span(config(*producer).linger_us);
            Some(format!(
                "Record {record} waits in {producer}'s RecordAccumulator until its batch is full, or linger.ms ({linger}) is over."
            ))
        }
        Kind::SendBlocked { producer, record } => Some(format!(
            "{producer}'s buffer is full: send() of record {record} blocks for up to max.block.ms."
        )),
        Kind::BatchRetried { producer, batch, error, backoff_us } => Some(format!(
            "{producer} got {} for {}: the batch goes back to the accumulator and is tried again after {}.",
            error.exception(),
            records(&batch.records),
            span(*backoff_us)
        )),
        Kind::BatchAcked { producer, batch, .. } => Some(acked(config(*producer), batch)),
        Kind::BatchFailed { producer, records: ids, error } => {
            Some(format!("{producer} is told that {} failed: {}.", records(ids), error.exception()))
        }
        Kind::MessageSent {
            from: Node::Producer(producer),
            to,
            what: Wire::ProduceRequest { batches },
            ..
        } => Some(format!(
            "{producer}'s sender takes {} to {}, the leader.",
            records(&records_in(batches)),
            setup.name(*to)
        )),
        kind => application_sentence(kind),
    }
}

/// What an application does besides sending, and what it is not told.
fn application_sentence(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::RecordResent { producer, record } => format!(
            "{producer}'s application calls send() for record {record} again: to Kafka that is another record."
        ),
        Kind::FlushCalled { producer } => format!(
            "{producer}'s application calls flush(): it waits until all it has sent has an outcome, good or bad."
        ),
        Kind::EpochBumped { producer, epoch: 0, .. } => {
            format!("{producer} takes another producer id and starts its sequences from 0.")
        }
        Kind::EpochBumped { producer, epoch, .. } => format!(
            "{producer}'s sequence has a gap: it takes epoch {epoch}, numbers its open batches from 0 and goes on. Its application hears nothing of it."
        ),
        _ => return None,
    })
}

fn acked(config: &ProducerConfig, batch: &Batch) -> String {
    let them = if batch.records.len() == 1 { "it" } else { "them" };
    let (what, why) = match config.acks {
        Acks::None => ("sent", "acks=0 waits for nobody, not even for the network".to_owned()),
        Acks::Leader => ("safe", "acks=1 asks for the leader only".to_owned()),
        Acks::All => ("safe", format!("every in-sync replica has {them}")),
    };
    format!(
        "The application is told that {} {} {what}: {why}.",
        records(&batch.records),
        is_or_are(&batch.records)
    )
}
