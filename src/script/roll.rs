//! Settings of brokers that change in the course of a run by a rolling restart: what an action `roll`
//! writes to their files, checked beforehand as a broker would check it when it starts.
//!
//! Those that Kafka changes while brokers run are given by `set`. The others that count here are read
//! by the process of a broker when it starts; what the controller goes by, and with what topics are
//! made, is for a whole run.

use litemap::LiteMap;
#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::config::BrokerConfig;
use super::properties::{self, Scope};
use super::settings::Settings;
use super::{Do, Notice, Properties, Script, ScriptError, checks};

/// The settings that brokers come back with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Roll {
    /// The properties with their new values; `null` takes one back that was given before. The
    /// others stay as they are.
    pub config: Properties,
}

/// The settings that a broker's process begins with, as far as the model goes by them.
const READ_AT_START: &[&str] = &[
    "replica.lag.time.max.ms",
    "replica.fetch.wait.max.ms",
    "replica.fetch.min.bytes",
    "replica.fetch.max.bytes",
    "replica.fetch.backoff.ms",
    "replica.socket.timeout.ms",
    "num.replica.fetchers",
    "replica.high.watermark.checkpoint.interval.ms",
    "log.flush.scheduler.interval.ms",
    "broker.heartbeat.interval.ms",
    "controlled.shutdown.enable",
    "offsets.commit.timeout.ms",
    "group.initial.rebalance.delay.ms",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms",
    "transaction.partition.verification.enable",
    "add.partitions.to.txn.retry.backoff.ms",
    "add.partitions.to.txn.retry.backoff.max.ms",
];

/// Whether brokers can come back with another value of that property.
pub(super) fn may_change(name: &str) -> bool {
    READ_AT_START.contains(&name)
}

impl Script {
    /// What is in the brokers' files from each action on that is a `roll`, by its index.
    pub(super) fn resolve_rolls(
        &self,
        notices: &mut Vec<Notice>,
    ) -> Result<LiteMap<u16, BrokerConfig>, ScriptError> {
        let mut files = LiteMap::new();
        for (at, its) in self.rolls() {
            let place = format!("actions[{at}].do.roll.config");
            check(its, &place)?;
            let given = self.file_after(at);
            let mut said = Vec::new();
            let settings = Settings::defaults(Scope::Broker, self.kafka);
            let settings = settings.with(Scope::Broker, &given, place, &mut said)?;
            files.insert(at as u16, checks::broker(&settings, &mut said)?);
            // What was said of the brokers before need not be said again.
            said.retain(|new| !notices.iter().any(|old| old.message == new.message));
            notices.append(&mut said);
        }
        Ok(files)
    }

    fn rolls(&self) -> impl Iterator<Item = (usize, &Roll)> {
        self.actions.iter().enumerate().filter_map(|(at, action)| match &action.what {
            Do::Roll(its) => Some((at, its)),
            _ => None,
        })
    }

    /// The brokers' properties from the action of that index on: each change builds upon those before
    /// it, in the order of their times. What waits for an event comes behind what stands before it
    /// in the script.
    fn file_after(&self, action: usize) -> Properties {
        let changes = self.rolls().map(|(at, its)| (at, &its.config));
        self.settings_after(action, self.cluster.config.clone(), changes)
    }
}

fn check(its: &Roll, place: &str) -> Result<(), ScriptError> {
    if its.config.is_empty() {
        return Err(ScriptError::new(place, "it changes nothing"));
    }
    for name in its.config.keys() {
        if let Some(message) = properties::complaint(Scope::Broker, name) {
            return Err(ScriptError::new(place, message));
        }
        if !may_change(name) {
            let dynamic = properties::all(Scope::Topic).iter().any(|topic| topic.synonym == name);
            let message = match dynamic {
                true => "Kafka changes it while brokers run: that is a `set`",
                false => "in the model it is for a whole run",
            };
            return Err(ScriptError::new(format!("{place}[\"{name}\"]"), message));
        }
    }
    Ok(())
}
