//! The report of a run, as `ackscope run` prints it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Ledger, Place, Reason, Totals, Verdict};
use crate::model::digest::Digest;
use crate::model::ids::{Node, RecordId, TraceId};
use crate::model::run::Run;
use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent};

/// The whole report.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What the run is called.
    pub name: String,
    /// The version of Kafka.
    pub kafka: String,
    /// The digest of the trace: the same for the same script, everywhere.
    pub digest: String,
    /// Whether nothing was left that could change a record's fate.
    pub settled: bool,
    /// When the run ended.
    pub end_us: u64,
    /// How many records have each fate.
    pub totals: Totals,
    /// The records.
    pub records: Vec<RecordReport>,
    /// The records that came after a later one of their key.
    pub reordered: Vec<u32>,
    /// Actions whose moment never came, by their place in the script.
    pub actions_that_never_came: Vec<u16>,
    /// What Kafka changes silently in these settings.
    pub notices: Vec<String>,
}

/// One record.
#[derive(Clone, Debug, Serialize)]
pub struct RecordReport {
    /// Its number, from 1 in the order of the sends.
    pub id: u32,
    /// Its key; null without one.
    pub key: Option<String>,
    /// Its partition, such as `orders-0`; null if it never got one.
    pub partition: Option<String>,
    /// The offset that a leader gave it last, whether it still holds it or not; or null.
    pub offset: Option<u64>,
    /// `acked`, `failed(<exception>)`, `nothing` or `pending`.
    pub told: String,
    /// The offsets that hold it.
    pub stored: Vec<Stored>,
    /// How often it was processed.
    pub processed: u32,
    /// How often that took effect: processing can be idempotent.
    pub effects: u32,
    /// The one word.
    pub fate: super::Fate,
    /// Where it was lost, or where its last copy is stranded.
    pub place: Option<Place>,
    /// Why it is pending.
    pub reason: Option<Reason>,
    /// The events that made it lost, in order.
    pub causes: Vec<Cause>,
}

/// An offset that holds a record.
#[derive(Clone, Debug, Serialize)]
pub struct Stored {
    /// The offset.
    pub offset: u64,
    /// Whether it is below the high watermark.
    pub committed: bool,
    /// The brokers that hold it, each with `disk` or `page cache`.
    pub brokers: BTreeMap<String, &'static str>,
}

/// An event that a loss is due to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Its number in the trace.
    pub id: u64,
    /// What it is, as an action's `when` has it.
    pub event: &'static str,
    /// Where it happened.
    pub entity: Option<String>,
    /// When.
    pub at_us: u64,
}

impl Report {
    /// The report of a run that is over.
    #[must_use]
    pub fn of(name: &str, notices: Vec<String>, run: &Run) -> Self {
        let setup = &run.setup;
        let mut ledger = Ledger::of(setup, &run.trace);
        ledger.finish();
        let ids = (1..=setup.records.len() as u32).map(RecordId);
        Self {
            name: name.to_owned(),
            kafka: setup.version.to_string(),
            digest: format!("{:016x}", Digest::of(&run.trace)),
            settled: run.end.settled,
            end_us: run.end.at_us,
            totals: ledger.totals(),
            records: ids.map(|id| RecordReport::of(setup, &run.trace, &ledger, id)).collect(),
            reordered: ledger.reordered().iter().map(|id| id.0).collect(),
            actions_that_never_came: run.world.unfired(),
            notices,
        }
    }
}

impl RecordReport {
    fn of(setup: &Setup, trace: &[TraceEvent], ledger: &Ledger, id: RecordId) -> Self {
        let Verdict { told, fate, place, reason, stored, processed, effects, causes, .. } =
            ledger.verdict(id);
        let state = ledger.record(id);
        Self {
            id: id.0,
            key: setup.record(id).key.as_deref().map(str::to_owned),
            partition: state.partition.map(|p| setup.partition_name(p)),
            offset: state.offset,
            told: told.text(),
            stored: stored.iter().map(Stored::of).collect(),
            processed,
            effects,
            fate,
            place,
            reason,
            causes: causes.iter().filter_map(|id| cause(setup, trace, *id)).collect(),
        }
    }
}

impl Stored {
    fn of(copy: &super::Copy) -> Self {
        let place = |on_disk| if on_disk { "disk" } else { "page cache" };
        Self {
            offset: copy.offset,
            committed: copy.committed,
            brokers: copy
                .brokers
                .iter()
                .map(|(broker, on_disk)| (broker.to_string(), place(*on_disk)))
                .collect(),
        }
    }
}

/// The cause in words, from the trace.
#[must_use]
pub fn cause(setup: &Setup, trace: &[TraceEvent], id: TraceId) -> Option<Cause> {
    let event = trace.get(id.index())?;
    let (name, entity) = match &event.kind {
        Kind::BatchAcked { producer, .. } => ("acked", Some(Node::Producer(*producer))),
        Kind::BatchFailed { producer, .. } => ("failed", Some(Node::Producer(*producer))),
        Kind::BrokerCrashed { broker } => ("crashed", Some(Node::Broker(*broker))),
        Kind::BrokerFenced { broker } => ("fenced", Some(Node::Broker(*broker))),
        Kind::LeaderElected { leader, .. } => ("elected", Some(Node::Broker(*leader))),
        Kind::Truncated { broker, .. } => ("truncated", Some(Node::Broker(*broker))),
        Kind::PowerCut { broker } | Kind::PageCacheLost { broker, .. } => {
            ("power-cut", Some(Node::Broker(*broker)))
        }
        Kind::BrokerStopped { broker } => ("stopped", Some(Node::Broker(*broker))),
        Kind::ProducerCrashed { producer, .. } => ("crashed", Some(Node::Producer(*producer))),
        Kind::ConsumerCrashed { consumer } => ("crashed", Some(Node::Consumer(*consumer))),
        Kind::ProcessingFailed { consumer, .. } => {
            ("processing-failed", Some(Node::Consumer(*consumer)))
        }
        Kind::PositionReset { consumer, .. } => ("position-reset", Some(Node::Consumer(*consumer))),
        Kind::RecordsDeleted { broker, .. } => ("deleted", Some(Node::Broker(*broker))),
        Kind::OffsetCommitted { .. } => ("offset-committed", None),
        Kind::MessageLost { to, .. } => ("message-lost", Some(*to)),
        Kind::AppendRefused { broker, .. } => ("refused", Some(Node::Broker(*broker))),
        _ => return None,
    };
    Some(Cause {
        id: id.0,
        event: name,
        entity: entity.map(|node| setup.name(node)),
        at_us: event.at_us,
    })
}
