//! A rolling restart: whoever gives the brokers other settings stops one after the other in order and
//! starts it again, the next one when that one is in sync everywhere. One that is down is passed over:
//! it has the settings with its next start.
//!
//! Nobody looks whether the others can do without the next one. If a broker does not come back in five
//! minutes the rest are left as they are.

use super::broker::Process;
use super::cx::Cx;
use super::event::Event;
use super::ids::{BrokerId, PartitionId, TraceId};
use super::trace::Observer;
use super::world::World;

/// How often somebody looks whether a broker is back.
const LOOKS_US: u64 = 100_000;
/// How often before giving up.
const PATIENCE: u16 = 3_000;

impl World {
    /// Looks after that broker for the n-th time.
    pub(super) fn roll(
        &mut self,
        observer: &mut dyn Observer,
        (action, id, look): (u16, BrokerId, u16),
        cause: Option<TraceId>,
    ) {
        let back = look > 0 && self.is_back(id);
        let mut cx = Cx::new(&self.setup, &mut self.core, observer, cause);
        let Some(broker) = self.brokers.get_mut(id.index()) else { return };
        let passed_over = look == 0 && broker.process == Process::Down;
        if look == 0 {
            broker.roll(&mut cx, action);
        }
        cx.cause = cause;
        if back || passed_over {
            cx.after(0, Event::Roll(action, BrokerId(id.0 + 1), 0));
        } else if look < PATIENCE {
            cx.after(LOOKS_US, Event::Roll(action, id, look + 1));
        }
    }

    /// Whether a broker serves and is in sync in all partitions that it has.
    fn is_back(&self, id: BrokerId) -> bool {
        let broker = &self.brokers[id.index()];
        let known = &self.controller.brokers[id.index()].state;
        let hosts = |p: PartitionId| self.setup.partition(p).replicas.contains(&id);
        broker.process == Process::Running
            && !known.fenced
            && !known.shutting_down
            && (0..).map(PartitionId).zip(&self.controller.partitions).all(|(partition, state)| {
                !state.exists || !hosts(partition) || state.isr.contains(&id)
            })
    }
}
