//! A whole run: from the script to the moment when nothing more can happen to any record.

use std::sync::Arc;

use super::setup::{GroupSetup, Setup};
use super::trace::{Observer, TraceEvent};
use super::world::World;
use crate::script::config::BrokerConfig;
use crate::script::{Action, Do};

/// What a run without an `until` may take at most after its last planned thing.
const PATIENCE_US: u64 = 3_600_000_000;

/// How long a run goes on between two looks at whether all is calm.
const LOOKS_US: u64 = 500_000;

/// A run that is over.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was fixed.
    pub setup: Arc<Setup>,
    /// What happened.
    pub trace: Vec<TraceEvent>,
    /// The world at the end.
    pub world: World,
    /// When it ended.
    pub end: End,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// When; for a settled run the time of its last event.
    pub at_us: u64,
    /// Whether no timer was left that could change a record's fate.
    pub settled: bool,
}

impl End {
    /// Leaves out what was traced after the end, while nothing happened to any record any more.
    pub fn cut(self, trace: &mut Vec<TraceEvent>) {
        trace.truncate(trace.partition_point(|event| event.at_us <= self.at_us));
    }
}

/// Runs a setup from its beginning to its end.
#[must_use]
pub fn run(setup: &Arc<Setup>) -> Run {
    let mut trace = Vec::new();
    let mut world = World::new(setup, &mut trace);
    let end = finish(&mut world, &mut trace, &mut |_| {});
    end.cut(&mut trace);
    Run { setup: setup.clone(), trace, world, end }
}

/// Goes on until the run is settled, or its `until` has come. `each` sees the world before each
/// step: the player keeps its keyframes there.
pub fn finish(world: &mut World, observer: &mut dyn Observer, each: &mut dyn FnMut(&World)) -> End {
    let mut course = Course::of(world.setup());
    loop {
        if let Some(end) = course.go_on(world, observer, each, u32::MAX) {
            return end;
        }
    }
}

/// How far a run is from its end, for whoever goes on with it a little at a time.
#[derive(Clone, Debug)]
pub struct Course {
    until_us: u64,
    quiet_us: u64,
    /// When it was last looked whether all is calm.
    looked_us: u64,
}

impl Course {
    /// Of a run that begins.
    #[must_use]
    pub fn of(setup: &Setup) -> Self {
        let until_us = setup.until_us.unwrap_or(setup.last_planned_us() + PATIENCE_US);
        Self { until_us, quiet_us: quiet_us(setup), looked_us: 0 }
    }

    /// Goes on by so many steps at most. Answers with the end once it is there.
    pub fn go_on(
        &mut self,
        world: &mut World,
        observer: &mut dyn Observer,
        each: &mut dyn FnMut(&World),
        steps: u32,
    ) -> Option<End> {
        let settled = |world: &World| Some(End { at_us: world.last_trace_us(), settled: true });
        for _ in 0..steps {
            let Some(next_us) = world.next_us() else { return settled(world) };
            if next_us > self.until_us {
                return Some(End { at_us: self.until_us, settled: false });
            }
            if !world.busy() && self.is_settled(world, next_us) {
                return settled(world);
            }
            each(world);
            world.step(observer);
        }
        None
    }

    /// Whether nothing will come any more to a world in which nothing is under way.
    fn is_settled(&mut self, world: &World, next_us: u64) -> bool {
        let quiet_us = world.last_trace_us() + self.quiet_us;
        if next_us > quiet_us {
            return true;
        }
        // Not before each event: it takes a look at everything. A run that its `until` cuts short has
        // not settled.
        let looks = quiet_us <= self.until_us && next_us > self.looked_us + LOOKS_US;
        if looks {
            self.looked_us = next_us;
        }
        looks && world.is_calm(self.quiet_us)
    }
}

/// Background timers (heartbeats, idle fetches, periodic checks) change nothing by themselves;
/// but one of them may be about to notice a dead broker, a lagging follower or a due commit. When
/// nothing has happened for longer than the slowest of them takes, nothing will.
#[must_use]
pub fn quiet_us(setup: &Setup) -> u64 {
    let broker = &setup.broker;
    let fencing_us = broker.broker_session_timeout_us / 8 * 9;
    let lag_us = setup.lag_us().1 / 2 * 3;
    let longest = |of: fn(&BrokerConfig) -> u64| setup.broker_configs().map(of).max();
    let longest = |of| longest(of).unwrap_or_default();
    let rebalance_us = longest(|config| config.group_initial_rebalance_delay_us);
    let readers = || setup.consumer_configs();
    let commits_us = readers().map(|c| c.auto_commit_interval_us.max(c.request_timeout_us));
    // Somebody may be silent, and others go on with what he had.
    let coming = |g: &GroupSetup| g.members.len() > 1 || !setup.actions.is_empty();
    let sessions = readers().filter(|_| setup.groups.iter().any(coming));
    let sessions_us = sessions.map(|config| {
        let beats_us =
            config.heartbeat_interval_us.max(broker.group_consumer_heartbeat_interval_us);
        let silence_us = setup.session_timeout_us(config).saturating_add(beats_us);
        silence_us.saturating_add(rebalance_us)
    });
    // Only where somebody allows unclean elections while a partition has no leader.
    let allows = |action: &Action| matches!(action.what, Do::Set(_));
    let sweep_us = match setup.actions.iter().any(allows) {
        true => broker.unclean_leader_election_interval_us,
        false => 0,
    };
    // A transaction that nobody ends is aborted.
    let senders = || setup.producer_configs();
    let transactional = senders().filter(|config| config.transactional_id.is_some());
    let timeouts_us = transactional.map(|config| {
        let sweep_us =
            longest(|config| config.transaction_abort_timed_out_transaction_cleanup_interval_us);
        config.transaction_timeout_us.saturating_add(sweep_us)
    });
    // Clients look for new partitions.
    let ages_us = senders().map(|config| config.metadata_max_age_us);
    let ages_us = ages_us.chain(readers().map(|config| config.metadata_max_age_us));
    let ages_us = ages_us.filter(|_| setup.grows);
    let requests_us = senders().map(|config| config.request_timeout_us);
    let all = commits_us
        .chain(requests_us)
        .chain(sessions_us)
        .chain(ages_us)
        .chain(timeouts_us)
        .chain([fencing_us, lag_us, sweep_us]);
    all.max().unwrap_or_default().saturating_add(2_000_000)
}
