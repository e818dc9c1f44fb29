//! Settings of clients that change in the course of a run: what an action `reconfigure` lets a client
//! come back with, checked beforehand as its constructor would check it then.

use serde_json::Value;

use super::action::Reconfigure;
use super::config::{BrokerConfig, ConsumerConfig, ProducerConfig};
use super::entity::Entity;
use super::properties::{self, Scope};
use super::settings::Settings;
use super::{Do, Duration, Notice, Properties, Script, ScriptError, checks};

/// What an action makes of a client's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientChange {
    /// Which client.
    pub client: Entity,
    /// All of its settings from then on.
    pub config: NewConfig,
}

/// The settings of a client.
#[derive(Clone, Debug, PartialEq)]
pub enum NewConfig {
    /// Of a producer.
    Producer(ProducerConfig),
    /// Of a consumer.
    Consumer(ConsumerConfig),
}

/// What the model lets a client have for a whole run only: what its group agrees on, or what would
/// be another application.
const FIXED: &[(Scope, &str)] = &[
    (Scope::Producer, "transactional.id"),
    (Scope::Consumer, "group.protocol"),
    (Scope::Consumer, "group.instance.id"),
    (Scope::Consumer, "group.remote.assignor"),
    (Scope::Consumer, "partition.assignment.strategy"),
];

/// Whether a client may come back with another value of that property.
pub(super) fn may_change(scope: Scope, name: &str) -> bool {
    matches!(scope, Scope::Producer | Scope::Consumer) && !FIXED.contains(&(scope, name))
}

impl Script {
    /// What each action that is a `reconfigure` makes of its clients' settings, by the index of the
    /// action.
    pub(super) fn resolve_reconfigures(
        &self,
        broker: &BrokerConfig,
        notices: &mut Vec<Notice>,
    ) -> Result<Vec<Vec<ClientChange>>, ScriptError> {
        let mut changes = vec![Vec::new(); self.actions.len()];
        for (at, its) in self.reconfigures() {
            let place = format!("actions[{at}].do.reconfigure");
            for client in self.clients(&its.client, &place)? {
                self.check_reconfigure(client, its, &place)?;
                let config = self.reconfigured(client, at, broker, &place, notices)?;
                changes[at].push(ClientChange { client, config });
            }
        }
        Ok(changes)
    }

    fn reconfigures(&self) -> impl Iterator<Item = (usize, &Reconfigure)> {
        self.actions.iter().enumerate().filter_map(|(at, action)| match &action.what {
            Do::Reconfigure(its) => Some((at, its)),
            _ => None,
        })
    }

    /// The clients of that name: one, or all members of a group.
    fn clients(&self, name: &str, place: &str) -> Result<Vec<Entity>, ScriptError> {
        if let Some(at) = self.groups.iter().position(|group| group.id == *name) {
            let member = |member| Entity::Consumer { group: at as u16, member };
            return Ok((1..=self.groups[at].members).map(member).collect());
        }
        let place = format!("{place}.client");
        let entity = self.entity(name).map_err(|why| ScriptError::new(place.clone(), why))?;
        match entity {
            Entity::Producer(_) | Entity::Consumer { .. } => Ok(vec![entity]),
            _ => Err(ScriptError::new(place, format!("{name} is not a client"))),
        }
    }

    fn check_reconfigure(
        &self,
        client: Entity,
        its: &Reconfigure,
        place: &str,
    ) -> Result<(), ScriptError> {
        let place = format!("{place}.config");
        if its.config.is_empty() {
            return Err(ScriptError::new(place, "it changes nothing"));
        }
        let (scope, ..) = self.written(client);
        for name in its.config.keys() {
            if let Some(message) = properties::complaint(scope, name) {
                return Err(ScriptError::new(place, message));
            }
            if !may_change(scope, name) {
                let message = "in the model it is for a whole run";
                return Err(ScriptError::new(format!("{place}[\"{name}\"]"), message));
            }
        }
        Ok(())
    }

    /// The properties of a client as the script gives them, and where.
    fn written(&self, client: Entity) -> (Scope, &Properties, String) {
        match client {
            Entity::Consumer { group, .. } => {
                let config = &self.groups[usize::from(group)].config;
                (Scope::Consumer, config, format!("groups[{group}].config"))
            }
            Entity::Producer(number) => {
                let at = usize::from(number) - 1;
                let config = &self.producers[at].config;
                (Scope::Producer, config, format!("producers[{at}].config"))
            }
            _ => (Scope::Broker, &self.cluster.config, "cluster.config".to_owned()),
        }
    }

    /// A client's properties from the action of that index on: each change builds upon those before
    /// it, in the order of their times. What waits for an event comes behind what stands before it
    /// in the script.
    #[must_use]
    pub fn properties_after(&self, client: Entity, action: usize) -> Properties {
        let meant = |name: &str| self.clients(name, "").is_ok_and(|all| all.contains(&client));
        let changes = self.reconfigures().filter(|(_, its)| meant(&its.client));
        let changes = changes.map(|(at, its)| (at, &its.config));
        self.settings_after(action, self.written(client).1.clone(), changes)
    }

    /// Settings once an action is done: with what that one and those before it change, in the order in
    /// which they are done.
    pub(super) fn settings_after<'a>(
        &self,
        action: usize,
        mut given: Properties,
        changes: impl Iterator<Item = (usize, &'a Properties)>,
    ) -> Properties {
        let mut last_us = 0;
        let timed = changes.map(|(at, config)| {
            last_us = self.actions[at].at.map_or(last_us, Duration::as_us);
            (last_us, at, config)
        });
        let mut timed: Vec<_> = timed.collect();
        timed.sort_by_key(|(us, at, _)| (*us, *at));
        for (_, at, config) in timed {
            for (name, value) in config {
                match value.is_null() {
                    true => drop(given.remove(name)),
                    false => drop(given.insert(name.clone(), value.clone())),
                }
            }
            if at == action {
                break;
            }
        }
        given
    }

    /// Changes what an action lets a client come back with by the difference between these.
    pub fn reconfigure_also(&mut self, action: usize, before: &Properties, after: &Properties) {
        let Some(Do::Reconfigure(its)) = self.actions.get_mut(action).map(|a| &mut a.what) else {
            return;
        };
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        its.config.extend(gone.map(|name| (name.clone(), Value::Null)));
        let new = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
        its.config.extend(new.map(|(name, value)| (name.clone(), value.clone())));
    }

    /// Gives a property of a client (of a consumer: of its group) a value for the whole run, or its
    /// default. Answers whether that is another one anywhere.
    pub fn give(&mut self, client: Entity, name: &str, value: Option<Value>) -> bool {
        let written = match client {
            Entity::Producer(number) => &mut self.producers[usize::from(number) - 1].config,
            Entity::Consumer { group, .. } => &mut self.groups[usize::from(group)].config,
            _ => &mut self.cluster.config,
        };
        let mut changes = written.get(name) != value.as_ref();
        match &value {
            Some(value) => drop(written.insert(name.to_owned(), value.clone())),
            None => drop(written.remove(name)),
        }
        let value = value.unwrap_or_default();
        let same = |known: &Entity| match (*known, client) {
            (Entity::Consumer { group, .. }, Entity::Consumer { group: mine, .. }) => group == mine,
            (known, client) => known == client,
        };
        let is_meant =
            |its: &Reconfigure| self.clients(&its.client, "").is_ok_and(|all| all.iter().any(same));
        let meant: Vec<usize> =
            self.reconfigures().filter(|(_, its)| is_meant(its)).map(|(at, _)| at).collect();
        for at in meant {
            if let Do::Reconfigure(its) = &mut self.actions[at].what
                && let Some(given) = its.config.get_mut(name)
            {
                changes |= *given != value;
                given.clone_from(&value);
            }
        }
        changes
    }

    fn reconfigured(
        &self,
        client: Entity,
        action: usize,
        broker: &BrokerConfig,
        place: &str,
        notices: &mut Vec<Notice>,
    ) -> Result<NewConfig, ScriptError> {
        let (scope, _, home) = self.written(client);
        let given = self.properties_after(client, action);
        let mut said = Vec::new();
        let place = format!("{place}.config");
        let settings = Settings::defaults(scope, self.kafka);
        let settings = settings.with(scope, &given, place.clone(), &mut said)?;
        let config = match scope {
            Scope::Producer => NewConfig::Producer(checks::producer(&settings, broker, &mut said)?),
            _ => NewConfig::Consumer(checks::consumer(&settings, broker, &mut said)?),
        };
        // What was said of the client before need not be said again.
        let of_client = |old: &&Notice| old.place.starts_with(&home) || old.place == place;
        let known =
            |new: &Notice| notices.iter().filter(of_client).any(|old| old.message == new.message);
        said.retain(|new| !known(new));
        notices.append(&mut said);
        Ok(config)
    }
}
