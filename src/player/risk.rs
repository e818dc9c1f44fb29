//! How many records are at risk: the application was told that they are safe, and not every in-sync
//! replica has them. The same as the biographies say of each record, for all of them at once.

use std::sync::Arc;

use crate::model::ids::{BrokerId, RecordId};
use crate::model::record::LogBatch;
use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent};

/// What is known of a record.
#[derive(Clone, Debug, Default)]
struct Known {
    at_risk: bool,
    committed: bool,
    copies: Vec<(BrokerId, u64)>,
}

/// How many records are at risk, from each moment on at which that changes.
#[must_use]
pub fn at_risk(setup: &Setup, trace: &[TraceEvent]) -> Vec<(u64, u32)> {
    let mut records = vec![Known::default(); setup.records.len() + 1];
    let (mut steps, mut count): (Vec<(u64, u32)>, u32) = (Vec::new(), 0);
    for event in trace {
        let before = count;
        observe(&mut records, &mut count, &event.kind);
        match steps.last_mut() {
            _ if count == before => {}
            Some(last) if last.0 == event.at_us => last.1 = count,
            _ => steps.push((event.at_us, count)),
        }
    }
    steps
}

fn observe(records: &mut [Known], count: &mut u32, kind: &Kind) {
    let mut set = |known: &mut Known, at_risk: bool| {
        *count = *count + u32::from(at_risk) - u32::from(known.at_risk);
        known.at_risk = at_risk;
    };
    let at = |id: RecordId| id.0 as usize;
    match kind {
        Kind::BatchAcked { batch, .. } => {
            for id in &batch.records {
                let known = &mut records[at(*id)];
                set(known, !known.committed);
            }
        }
        Kind::HighWatermarkAdvanced { records: ids, .. } => {
            for id in ids {
                records[at(*id)].committed = true;
                set(&mut records[at(*id)], false);
            }
        }
        Kind::Appended { broker, entry, .. } | Kind::Replicated { broker, entry, .. } => {
            for (offset, id) in entry.records() {
                records[at(id)].copies.push((*broker, offset));
            }
        }
        Kind::Truncated { broker, removed, .. }
        | Kind::RecordsDeleted { broker, removed, .. }
        | Kind::PageCacheLost { broker, removed, .. }
        | Kind::DiskLost { broker, removed, .. } => {
            for (offset, id) in in_all(removed) {
                let known = &mut records[at(id)];
                known.copies.retain(|copy| *copy != (*broker, offset));
                // Nothing is left that could be lost.
                if known.copies.is_empty() {
                    set(known, false);
                }
            }
        }
        _ => {}
    }
}

fn in_all(entries: &[Arc<LogBatch>]) -> impl Iterator<Item = (u64, RecordId)> + '_ {
    entries.iter().flat_map(|entry| entry.records())
}
