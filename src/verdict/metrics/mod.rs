//! Kafka's metrics, worked out from the trace as step functions of whole numbers.
//!
//! They are what a monitoring that never misses a change would have recorded: Kafka's meters and
//! rates are shown as the counts that they are the slopes of. What brokers report is added up over the
//! cluster, except for what is only meaningful for one of them. A process that is down or paused
//! reports nothing, so that a partition with a dead leader is not under-replicated until there is
//! a new one. `IsrShrinksPerSec` and `IsrExpandsPerSec` are counted when the controller agrees, half
//! a round trip before the leader counts them. Internal topics count where they count in Kafka.

mod clients;
mod cluster;
mod table;

use std::sync::Arc;

use litemap::LiteMap;
use serde::Serialize;

use self::clients::Clients;
use self::cluster::Cluster;
use self::table::{Id, METRICS};
use crate::model::Setup;
use crate::model::error::KafkaError;
use crate::model::ids::{GroupId, Node};
use crate::model::trace::{Observer, TraceEvent};

pub use table::{Metric, Says};

/// A metric over the time of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Series {
    /// What it is.
    #[serde(flatten)]
    pub metric: Metric,
    /// Whose it is: an entity's or a group's name, or the request and the error that it counts.
    /// None for the whole cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The times in µs from which on it has each value, in order; before the first one it is 0.
    pub points: Vec<(u64, i64)>,
}

impl Series {
    /// Its value at a time.
    #[must_use]
    pub fn at(&self, at_us: u64) -> i64 {
        let next = self.points.partition_point(|(us, _)| *us <= at_us);
        next.checked_sub(1).map_or(0, |last| self.points[last].1)
    }

    /// Its value at the end.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.points.last().map_or(0, |(_, value)| *value)
    }

    /// Its name, with whose it is.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.of {
            Some(of) => format!("{} of {of}", self.metric.name),
            None => self.metric.name.to_owned(),
        }
    }
}

/// Whose a series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Cluster,
    Node(Node),
    Group(GroupId),
    Error(&'static str, KafkaError),
}

/// All metrics of a run so far.
#[derive(Clone, Debug)]
pub struct Metrics {
    setup: Arc<Setup>,
    cluster: Cluster,
    clients: Clients,
    board: Board,
}

/// The values of all metrics.
#[derive(Clone, Debug, Default)]
struct Board {
    now_us: u64,
    series: LiteMap<(Id, Of), Vec<(u64, i64)>>,
}

impl Board {
    /// The metric has this value from now on.
    fn set(&mut self, id: Id, of: Of, value: i64) {
        let points = self.series.entry((id, of)).or_default();
        let before = points.last().map_or(0, |(_, value)| *value);
        match points.last_mut() {
            _ if before == value => {}
            Some((us, last)) if *us == self.now_us => *last = value,
            _ => points.push((self.now_us, value)),
        }
    }

    /// The metric has grown.
    fn add(&mut self, id: Id, of: Of, more: i64) {
        let before = self.series.get(&(id, of)).and_then(|points| points.last());
        let before = before.map_or(0, |(_, value)| *value);
        self.set(id, of, before + more);
    }
}

impl Metrics {
    /// Those of a run that has not begun.
    #[must_use]
    pub fn new(setup: &Arc<Setup>) -> Self {
        let mut board = Board::default();
        let cluster = Cluster::new(setup);
        cluster.report(&mut board);
        Self { setup: setup.clone(), cluster, clients: Clients::new(setup), board }
    }

    /// Those of a whole trace.
    #[must_use]
    pub fn of(setup: &Arc<Setup>, trace: &[TraceEvent]) -> Self {
        let mut metrics = Self::new(setup);
        trace.iter().for_each(|event| metrics.observe(event));
        metrics
    }

    /// Each metric that the version has and that ever was anything but 0, in the order in which
    /// they are shown.
    #[must_use]
    pub fn series(&self) -> Vec<Series> {
        let all = self.board.series.iter().filter(|(_, points)| !points.is_empty());
        let named = all.map(|((id, of), points)| Series {
            metric: METRICS[*id as usize].1,
            of: self.name(*of),
            points: points.clone(),
        });
        named.filter(|series| series.metric.exists(self.setup.version)).collect()
    }

    fn name(&self, of: Of) -> Option<String> {
        match of {
            Of::Cluster => None,
            Of::Node(node) => Some(self.setup.name(node)),
            Of::Group(group) => Some(self.setup.groups[group.index()].id.clone()),
            Of::Error(request, error) => Some(format!("request={request},error={}", code(error))),
        }
    }
}

impl Observer for Metrics {
    fn observe(&mut self, event: &TraceEvent) {
        self.board.now_us = event.at_us;
        self.cluster.observe(event, &mut self.board);
        self.clients.observe(event, &mut self.board);
    }
}

/// The name of an error code in the protocol (`Errors`).
fn code(error: KafkaError) -> String {
    let mut code = String::new();
    for c in format!("{error:?}").chars() {
        if c.is_ascii_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(c.to_ascii_uppercase());
    }
    if error == KafkaError::KafkaStorage {
        code.push_str("_ERROR");
    }
    code
}
