//! Actions that wait for something to happen: `when` record 7 is acked, `when` broker-2 is fenced.

use std::borrow::Cow;

use super::event::Event;
use super::ids::{Node, PartitionId, RecordId};
use super::queue::{EventQueue, Scheduled};
use super::record::{Batch, LogBatch};
use super::setup::Setup;
use super::trace::{Kind, TraceEvent};
use crate::script::{EventName, When};

/// The actions that still wait.
#[derive(Clone, Debug)]
pub struct Triggers {
    /// Per action how many matching events are still missing; 0 for one that fired or has a time.
    missing: Vec<u32>,
    /// How many actions still wait.
    waiting: u32,
}

/// What an event is about, as far as a condition can ask.
#[derive(Default)]
pub(super) struct About<'a> {
    pub(super) entity: Option<Node>,
    pub(super) partition: Option<PartitionId>,
    pub(super) records: Cow<'a, [RecordId]>,
    offsets: Option<(u64, u64)>,
}

impl Triggers {
    /// All actions with a `when` wait.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let missing: Vec<u32> = setup
            .actions
            .iter()
            .map(|action| action.when.as_ref().map_or(0, |when| when.nth.max(1)))
            .collect();
        Self { waiting: missing.iter().filter(|n| **n > 0).count() as u32, missing }
    }

    /// The actions, by index, whose moment never came.
    #[must_use]
    pub fn unfired(&self) -> Vec<u16> {
        (0..)
            .zip(&self.missing)
            .filter(|(_, missing)| **missing > 0)
            .map(|(index, _)| index)
            .collect()
    }

    /// Whether an action waits.
    #[must_use]
    pub fn any(&self) -> bool {
        self.waiting > 0
    }

    /// Schedules the actions that this event sets off.
    pub fn observe(&mut self, setup: &Setup, event: &TraceEvent, queue: &mut EventQueue) {
        for (index, action) in (0..).zip(&setup.actions) {
            let Some(when) = &action.when else { continue };
            let missing = &mut self.missing[usize::from(index)];
            if *missing == 0 || !matches(setup, when, &event.kind) {
                continue;
            }
            *missing -= 1;
            if *missing == 0 {
                self.waiting -= 1;
                let at_us = event.at_us + action.after.map_or(0, |after| after.as_us());
                let cause = Some(event.id);
                queue.push(Scheduled { at_us, event: Event::Action(index), cause, ambient: false });
            }
        }
    }
}

pub(super) fn matches(setup: &Setup, when: &When, kind: &Kind) -> bool {
    let Some(about) = about(when.event, kind) else { return false };
    let entity = |name: &String| about.entity.is_some_and(|node| setup.name(node) == *name);
    let topic = |name: &String| {
        about
            .partition
            .is_some_and(|p| setup.topics[usize::from(setup.partition(p).topic)].name == *name)
    };
    let number = |number: u16| about.partition.is_some_and(|p| setup.partition(p).number == number);
    let record = |id: u32| about.records.contains(&RecordId(id));
    let offset = |offset: u64| about.offsets.is_some_and(|(from, to)| (from..to).contains(&offset));
    // Conditions are about the user's topics unless they name an internal one.
    let internal = about.partition.is_some_and(|p| setup.partition(p).internal);
    (!internal || when.topic.is_some())
        && when.entity.as_ref().is_none_or(entity)
        && when.topic.as_ref().is_none_or(topic)
        && when.partition.is_none_or(number)
        && when.record.is_none_or(record)
        && when.offset.is_none_or(offset)
}

/// What the event is about, if it is of that name.
pub(super) fn about(name: EventName, kind: &Kind) -> Option<About<'_>> {
    match (name, kind) {
        (EventName::Created, Kind::RecordCreated { producer, record })
        | (EventName::Resent, Kind::RecordResent { producer, record }) => Some(About {
            entity: Some(Node::Producer(*producer)),
            records: Cow::from(std::slice::from_ref(record)),
            ..About::default()
        }),
        (EventName::Batched, Kind::RecordBatched { producer, record, partition, .. }) => {
            Some(About {
                entity: Some(Node::Producer(*producer)),
                partition: Some(*partition),
                records: Cow::from(std::slice::from_ref(record)),
                ..About::default()
            })
        }
        (EventName::Drained, Kind::BatchDrained { batch, .. })
        | (EventName::Retried, Kind::BatchRetried { batch, .. })
        | (EventName::Acked, Kind::BatchAcked { batch, .. }) => Some(of_batch(batch)),
        (EventName::Failed, Kind::BatchFailed { producer, records, .. }) => Some(About {
            entity: Some(Node::Producer(*producer)),
            records: Cow::from(records),
            ..About::default()
        }),
        (EventName::Appended, Kind::Appended { broker, partition, entry })
        | (EventName::Replicated, Kind::Replicated { broker, partition, entry }) => Some(About {
            entity: Some(Node::Broker(*broker)),
            partition: Some(*partition),
            records: Cow::from(records_of(entry)),
            offsets: Some((entry.base_offset, entry.end_offset())),
        }),
        (
            EventName::Committed,
            Kind::HighWatermarkAdvanced { broker, partition, from, to, records },
        ) => Some(About {
            entity: Some(Node::Broker(*broker)),
            partition: Some(*partition),
            records: Cow::from(records),
            offsets: Some((*from, *to)),
        }),
        (EventName::Truncated, Kind::Truncated { broker, partition, to, .. }) => Some(About {
            entity: Some(Node::Broker(*broker)),
            partition: Some(*partition),
            offsets: Some((*to, u64::MAX)),
            ..About::default()
        }),
        _ => about_processes(name, kind)
            .or_else(|| about_consumers(name, kind))
            .or_else(|| about_transactions(name, kind)),
    }
}

fn about_transactions(name: EventName, kind: &Kind) -> Option<About<'_>> {
    let about = match (name, kind) {
        (EventName::TransactionBegun, Kind::TransactionBegun { producer }) => {
            About { entity: Some(Node::Producer(*producer)), ..About::default() }
        }
        (EventName::TransactionEnded, Kind::TransactionEnded { producer, records, .. }) => About {
            entity: Some(Node::Producer(*producer)),
            records: Cow::from(records),
            ..About::default()
        },
        (EventName::TransactionPrepared, Kind::TransactionChanged { broker, metadata })
            if metadata.state.decided().is_some() =>
        {
            About { entity: Some(Node::Broker(*broker)), ..About::default() }
        }
        (EventName::MarkerWritten, Kind::MarkerWritten { broker, partition, .. }) => About {
            entity: Some(Node::Broker(*broker)),
            partition: Some(*partition),
            ..About::default()
        },
        _ => return None,
    };
    Some(about)
}

fn about_processes(name: EventName, kind: &Kind) -> Option<About<'static>> {
    let (entity, partition) = match (name, kind) {
        (EventName::Crashed, Kind::BrokerCrashed { broker } | Kind::PowerCut { broker })
        | (EventName::Restarted, Kind::BrokerRestarted { broker, .. })
        | (EventName::Fenced, Kind::BrokerFenced { broker })
        | (EventName::Unfenced, Kind::BrokerUnfenced { broker }) => {
            (Some(Node::Broker(*broker)), None)
        }
        (EventName::Crashed, Kind::ProducerCrashed { producer, .. })
        | (EventName::Restarted, Kind::ProducerRestarted { producer, .. })
        | (EventName::Closed, Kind::ProducerClosed { producer }) => {
            (Some(Node::Producer(*producer)), None)
        }
        (EventName::Elected, Kind::LeaderElected { leader, partition, .. }) => {
            (Some(Node::Broker(*leader)), Some(*partition))
        }
        (EventName::IsrShrunk, Kind::IsrShrunk { partition, .. })
        | (EventName::IsrExpanded, Kind::IsrExpanded { partition, .. }) => (None, Some(*partition)),
        _ => return None,
    };
    Some(About { entity, partition, ..About::default() })
}

fn about_consumers(name: EventName, kind: &Kind) -> Option<About<'_>> {
    match (name, kind) {
        (EventName::Polled, Kind::Polled { consumer, partition, position, records }) => {
            Some(About {
                entity: Some(Node::Consumer(*consumer)),
                partition: Some(*partition),
                records: records.iter().map(|(_, id)| *id).collect(),
                offsets: records.first().map(|(offset, _)| (*offset, *position)),
            })
        }
        (EventName::Processed, Kind::Processed { consumer, partition, offset, record })
        | (
            EventName::ProcessingFailed,
            Kind::ProcessingFailed { consumer, partition, offset, record },
        ) => Some(About {
            entity: Some(Node::Consumer(*consumer)),
            partition: Some(*partition),
            records: Cow::from(std::slice::from_ref(record)),
            offsets: Some((*offset, *offset + 1)),
        }),
        (EventName::Rebalancing, Kind::RebalanceBegan { .. }) => Some(About::default()),
        (EventName::CommitFailed, Kind::CommitFailed { consumer, .. })
        | (EventName::Assigned, Kind::PartitionsAssigned { consumer, .. })
        | (EventName::Revoked, Kind::PartitionsRevoked { consumer, .. })
        | (EventName::Removed, Kind::MemberRemoved { consumer, .. })
        | (EventName::Crashed, Kind::ConsumerCrashed { consumer })
        | (EventName::Restarted, Kind::ConsumerRestarted { consumer, .. })
        | (EventName::Closed, Kind::ConsumerClosed { consumer }) => {
            Some(About { entity: Some(Node::Consumer(*consumer)), ..About::default() })
        }
        (EventName::OffsetCommitted, Kind::OffsetCommitted { partition, offset, .. }) => {
            Some(About {
                partition: Some(*partition),
                offsets: Some((*offset, *offset + 1)),
                ..About::default()
            })
        }
        _ => None,
    }
}

fn of_batch(batch: &Batch) -> About<'_> {
    About {
        entity: Some(Node::Producer(batch.producer)),
        partition: Some(batch.partition),
        records: Cow::from(&batch.records),
        offsets: None,
    }
}

fn records_of(entry: &LogBatch) -> &[RecordId] {
    match &entry.payload {
        super::record::Payload::Records(batch) => &batch.records,
        _ => &[],
    }
}
