//! What a run shows of when faults can matter: when its own actions came, and until when records
//! were under way.

use std::sync::Arc;

use crate::model::ids::PartitionId;
use crate::model::run::finish;
use crate::model::trace::{Kind, Observer, TraceEvent};
use crate::model::{Setup, World};

/// The times of a run, in µs.
pub struct Times {
    setup: Arc<Setup>,
    /// When each action came, by its index.
    pub actions_us: Vec<Option<u64>>,
    /// When something happened to a record for the last time; that its offset was committed does
    /// not count.
    pub busy_us: u64,
}

impl Times {
    /// Of a whole run.
    pub fn of(setup: &Arc<Setup>) -> Self {
        let actions_us = vec![None; setup.actions.len()];
        let mut times = Self { setup: setup.clone(), actions_us, busy_us: 0 };
        let mut world = World::new(setup, &mut times);
        finish(&mut world, &mut times, &mut |_| {});
        times
    }
}

impl Observer for Times {
    fn observe(&mut self, event: &TraceEvent) {
        let own = |partition: &PartitionId| !self.setup.partition(*partition).internal;
        let is_about_records = match &event.kind {
            Kind::ActionApplied { action } | Kind::ActionIgnored { action } => {
                self.actions_us[usize::from(*action)].get_or_insert(event.at_us);
                return;
            }
            Kind::RecordCreated { .. }
            | Kind::BatchAcked { .. }
            | Kind::BatchFailed { .. }
            | Kind::Processed { .. } => true,
            Kind::Appended { partition, .. }
            | Kind::Replicated { partition, .. }
            | Kind::HighWatermarkAdvanced { partition, .. } => own(partition),
            _ => false,
        };
        if is_about_records {
            self.busy_us = event.at_us;
        }
    }
}
