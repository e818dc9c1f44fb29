//! Why a record was lost: the chain from what the application was told to what took the last copy.

use super::ledger::{Ledger, RecordState};
use super::words::Place;
use crate::model::ids::{GroupId, TraceId};

impl Ledger {
    /// For a record that a leader held alone: the ack, what took the leader out, the election of
    /// one without the record, and the truncation. For one that died on its way: the ack, what
    /// took its receiver out, and the loss of its message. For one that its group skipped: what let it
    /// go past.
    pub(super) fn causes(
        &self,
        record: &RecordState,
        place: Option<Place>,
        group: Option<GroupId>,
    ) -> Vec<TraceId> {
        let mut causes: Vec<TraceId> = record.told_by.into_iter().collect();
        match place {
            Some(Place::Truncated | Place::OldLeader) => {
                let view = record.partition.map(|p| &self.partitions[p.index()]);
                let later = view.and_then(|v| {
                    v.elections.iter().find(|e| e.leader_epoch > record.leader_epoch)
                });
                if let Some(election) = later {
                    causes.extend(election.because);
                    causes.push(election.event);
                }
                if place == Some(Place::Truncated) {
                    causes.extend(record.taken_by);
                }
            }
            Some(Place::PageCache | Place::Disk | Place::Accumulator) => {
                causes.extend(record.taken_by)
            }
            Some(Place::Network) => {
                causes.extend(record.receiver_down);
                causes.extend(record.taken_by);
            }
            Some(Place::SkippedByTheConsumer) => causes.extend(self.skipped_by(record, group)),
            Some(Place::NeverRead) => {
                causes.extend(record.taken_by);
                let group = group.zip(record.partition);
                causes.extend(group.and_then(|at| self.positions.get(&at)).map(|p| p.event));
            }
            _ => {}
        }
        // An acknowledgement can come after the crash (acks=0, a slow response).
        in_order(causes)
    }
}

impl Ledger {
    /// For a record that its group went past: the exception that its processing threw, and the
    /// commit that covered it first.
    fn skipped_by(
        &self,
        record: &RecordState,
        group: Option<GroupId>,
    ) -> impl Iterator<Item = TraceId> {
        let commits = group.zip(record.partition).and_then(|at| self.commits.get(&at));
        let covers = |(to, _): &&(u64, TraceId)| record.offset.is_some_and(|mine| mine < *to);
        let commit = commits.and_then(|all| all.iter().find(covers)).map(|(_, event)| *event);
        record.failed_by.into_iter().chain(commit)
    }
}

/// A handful of events in order, each once.
fn in_order(events: Vec<TraceId>) -> Vec<TraceId> {
    let mut ordered: Vec<TraceId> = Vec::new();
    for event in events {
        let place = ordered.partition_point(|other| *other < event);
        if ordered.get(place) != Some(&event) {
            ordered.insert(place, event);
        }
    }
    ordered
}
