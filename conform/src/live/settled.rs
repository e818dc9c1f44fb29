//! When a run on a real cluster is over: nobody waits for an answer, every broker that was started is
//! back, and no timer of the settings can still change anything without a sign before.

use std::time::{Duration, Instant};

use ackscope::script::entity::Entity;
use ackscope::script::{Do, SendStyle};

use super::clients::Past;
use super::run::Run;

/// How long nothing may happen before a run counts as over, beside the timers of its settings.
const QUIET: Duration = Duration::from_millis(1500);
/// How long a run may take.
const LONGEST: Duration = Duration::from_secs(180);

impl Run<'_, '_> {
    /// Whether nothing more can happen, as far as anybody can tell from outside.
    pub(super) fn is_over(&mut self) -> bool {
        if self.start.elapsed() > LONGEST {
            return true;
        }
        let awaited: Vec<u16> = self.awaited.iter().copied().collect();
        if !self.answering && !awaited.is_empty() {
            // What the controller says of a broker may be older than its process.
            self.answering = awaited.iter().all(|broker| self.bench.cluster.answers(*broker));
            self.news = Instant::now();
        }
        if !self.due.is_empty() || !self.watch.are_unfenced(&awaited) || self.records_under_way() {
            return false;
        }
        self.news.elapsed() > self.quiet()
            && self.fault.is_none_or(|at| at.elapsed() > self.noticed())
    }

    /// After what time the controller and the leaders have noticed whoever is silent.
    fn noticed(&self) -> Duration {
        let broker = &self.loaded.setup.broker;
        let session = broker.broker_session_timeout_us * 5 / 4;
        Duration::from_micros(session.max(broker.replica_lag_time_max_us * 3 / 2)) + QUIET
    }

    /// Whether an application will still be told something, or still sends.
    fn records_under_way(&self) -> bool {
        let setup = &self.loaded.setup;
        let planned = setup.records.iter().zip(1u32..).any(|(plan, id)| {
            let entity = format!("producer-{}", plan.producer.index() + 1);
            let alive = self.cast.contains_key(&entity);
            let sent = self.pasts.get(&entity).is_some_and(|past| past.created.contains(&id));
            let over = self.pasts.get(&entity).is_some_and(|past| past.over);
            plan.at_us < u64::MAX && alive && !over && !sent
        });
        let waiting = self.cast.keys().any(|entity| {
            let index = entity.strip_prefix("producer-").and_then(|n| n.parse::<usize>().ok());
            let listens = index.is_none_or(|n| {
                setup.producers.get(n - 1).is_some_and(|p| p.style != SendStyle::FireAndForget)
            });
            let untold =
                |past: &Past| !past.over && past.created.iter().any(|id| !past.told.contains(id));
            listens && self.pasts.get(entity).is_some_and(untold)
        });
        planned || waiting
    }

    /// How long the slowest timer can take that changes anything without a sign before.
    fn quiet(&self) -> Duration {
        let setup = &self.loaded.setup;
        let mut longest = 0;
        for action in &setup.actions {
            if let Do::Stall(stall) = &action.what {
                longest = longest.max(stall.longer.as_us());
            }
        }
        for group in &setup.groups {
            let config = &group.config;
            let mine = setup
                .actions
                .iter()
                .any(|a| a.what.entity().is_some_and(|e| e.starts_with(&format!("{}-", group.id))));
            if mine {
                longest = longest.max(config.session_timeout_us).max(group.processing_us);
            }
            if config.enable_auto_commit {
                longest = longest.max(config.auto_commit_interval_us);
            }
        }
        let clients = setup.actions.iter().filter_map(|action| action.what.entity());
        let left_open = clients.clone().any(|name| !name.starts_with("broker-"));
        let transactional = setup.producers.iter().filter(|p| p.transactional.is_some());
        for producer in transactional.filter(|_| left_open) {
            let sweep = setup.broker.transaction_abort_timed_out_transaction_cleanup_interval_us;
            longest = longest.max(producer.config.transaction_timeout_us + sweep);
        }
        QUIET + Duration::from_micros(longest)
    }

    /// Whether a broker becomes silent by this: others notice when a timer has run out.
    pub(super) fn silences(&self, what: &Do) -> bool {
        let broker =
            |name: &String| matches!(self.loaded.script.entity(name), Ok(Entity::Broker(_)));
        match what {
            Do::Crash(name) | Do::PowerCut(name) | Do::Pause(name) | Do::Shutdown(name) => {
                broker(name)
            }
            Do::Cut(between) => broker(&between.from) && !between.to.starts_with("producer"),
            _ => false,
        }
    }
}
