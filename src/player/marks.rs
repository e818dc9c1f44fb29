//! The marks of a timeline: actions, and what they led to.

use crate::model::setup::Setup;
use crate::model::trace::{Kind, TraceEvent};

/// A mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at_us: u64,
    /// Of what kind.
    pub kind: MarkKind,
    /// Whom it concerns.
    pub subject: String,
}

/// The kinds of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A broker's process died.
    Crashed,
    /// A broker's process was started.
    Restarted,
    /// The controller fenced a broker.
    Fenced,
    /// A leader was elected.
    Elected,
    /// A partition has no leader.
    Offline,
    /// A log was cut.
    Truncated,
}

/// All marks of a trace; internal topics are left out.
pub(super) fn marks(setup: &Setup, trace: &[TraceEvent]) -> Vec<Mark> {
    let mark = |event: &TraceEvent| {
        let (kind, subject, partition) = match &event.kind {
            Kind::BrokerCrashed { broker } => (MarkKind::Crashed, broker.to_string(), None),
            Kind::BrokerRestarted { broker, .. } => (MarkKind::Restarted, broker.to_string(), None),
            Kind::BrokerFenced { broker } => (MarkKind::Fenced, broker.to_string(), None),
            Kind::LeaderElected { partition, leader, .. } => {
                (MarkKind::Elected, leader.to_string(), Some(*partition))
            }
            Kind::PartitionOffline { partition, .. } => {
                (MarkKind::Offline, setup.partition_name(*partition), Some(*partition))
            }
            Kind::Truncated { broker, partition, .. } => {
                (MarkKind::Truncated, broker.to_string(), Some(*partition))
            }
            _ => return None,
        };
        let internal = partition.is_some_and(|p| setup.partition(p).internal);
        (!internal).then_some(Mark { at_us: event.at_us, kind, subject })
    };
    trace.iter().filter_map(mark).collect()
}
