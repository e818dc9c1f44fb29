//! The moments of a run that an action can be tied to: what to write behind `when`.

use super::setup::Setup;
use super::trace::TraceEvent;
use super::triggers::{about, matches};
use crate::script::{EventName, When};

/// More than anybody chooses from.
const MOMENTS_MAX: usize = 1_000;

/// The moments of a kind in the order of time, each with its condition. An event about several
/// records is a moment of each.
#[must_use]
pub fn moments(setup: &Setup, trace: &[TraceEvent], event: EventName) -> Vec<(u64, When)> {
    let mut all: Vec<(u64, When)> = Vec::new();
    for traced in trace {
        let Some(about) = about(event, &traced.kind) else { continue };
        let partition = about.partition.map(|id| setup.partition(id));
        if partition.is_some_and(|partition| partition.internal) {
            continue;
        }
        let entity = about.entity.map(|node| setup.name(node));
        let named = When {
            event,
            record: None,
            entity,
            topic: partition.map(|it| setup.topics[usize::from(it.topic)].name.clone()),
            partition: partition.map(|it| it.number),
            offset: None,
            nth: 1,
        };
        let of_record = |record: &super::ids::RecordId| {
            // Who a record belongs to goes without saying, but not who has got a copy.
            let copies = matches!(event, EventName::Appended | EventName::Replicated);
            let entity = named.entity.clone().filter(|_| copies);
            When { record: Some(record.0), entity, topic: None, partition: None, ..named.clone() }
        };
        let mut moments: Vec<When> = about.records.iter().map(of_record).collect();
        if moments.is_empty() {
            moments.push(named);
        }
        if all.len() >= MOMENTS_MAX {
            break;
        }
        for mut when in moments {
            let same = |(_, other): &&(u64, When)| When { nth: 1, ..other.clone() } == when;
            when.nth += all.iter().filter(same).count() as u32;
            all.push((traced.at_us, when));
        }
    }
    all
}

/// When a condition comes true, if it does.
#[must_use]
pub fn comes_true_us(setup: &Setup, trace: &[TraceEvent], when: &When) -> Option<u64> {
    let mut fitting = trace.iter().filter(|event| matches(setup, when, &event.kind));
    fitting.nth(when.nth.max(1) as usize - 1).map(|event| event.at_us)
}
