//! The settings of those who may come back with others, clients (`reconfigure`) and brokers (`roll`):
//! which ones each has is known by the action that gave them.

use litemap::LiteMap;

use super::{GroupSetup, Setup};
use crate::model::ids::{ConsumerId, Node, ProducerId};
use crate::model::trace::{Kind, TraceEvent};
use crate::script::config::{BrokerConfig, ConsumerConfig, GroupProtocol, ProducerConfig};
use crate::script::resolve::Resolved;
use crate::script::{ClientChange, NewConfig, Script};

/// The action that somebody has its settings from; none where it has those that a run begins with.
pub type Since = Option<u16>;

impl Setup {
    pub(super) fn add_client_changes(&mut self, script: &Script, resolved: &Resolved) {
        for changes in &resolved.client_changes {
            let of = |change: &ClientChange| {
                Some((self.node(&script.entity_name(change.client))?, change.config.clone()))
            };
            let changes = changes.iter().filter_map(of).collect();
            self.client_changes.push(changes);
        }
    }

    fn client_change(&self, node: Node, since: Since) -> Option<&NewConfig> {
        let changes = self.client_changes.get(usize::from(since?))?;
        changes.iter().find(|(client, _)| *client == node).map(|(_, config)| config)
    }

    /// Where a client has its settings from after that action: there, if it is about this client.
    #[must_use]
    pub fn since(&self, node: Node, action: u16, before: Since) -> Since {
        self.client_change(node, Some(action)).map_or(before, |_| Some(action))
    }

    /// The settings of a broker's process.
    #[must_use]
    pub fn broker_config(&self, since: Since) -> &BrokerConfig {
        since.and_then(|action| self.rolls.get(&action)).unwrap_or(&self.broker)
    }

    /// All settings that a broker may have in the course of a run.
    pub fn broker_configs(&self) -> impl Iterator<Item = &BrokerConfig> {
        [&self.broker].into_iter().chain(self.rolls.values())
    }

    /// The shortest and the longest `replica.lag.time.max.ms` of any broker.
    #[must_use]
    pub fn lag_us(&self) -> (u64, u64) {
        let all = || self.broker_configs().map(|config| config.replica_lag_time_max_us);
        (all().min().unwrap_or_default(), all().max().unwrap_or_default())
    }

    /// A producer's settings.
    #[must_use]
    pub fn producer_config(&self, producer: ProducerId, since: Since) -> &ProducerConfig {
        match self.client_change(Node::Producer(producer), since) {
            Some(NewConfig::Producer(config)) => config,
            _ => &self.producers[producer.index()].config,
        }
    }

    /// A consumer's settings.
    #[must_use]
    pub fn consumer_config(&self, consumer: ConsumerId, since: Since) -> &ConsumerConfig {
        match self.client_change(Node::Consumer(consumer), since) {
            Some(NewConfig::Consumer(config)) => config,
            _ => &self.group_of(consumer).config,
        }
    }

    /// All settings that a producer may have in the course of a run.
    pub fn producer_configs(&self) -> impl Iterator<Item = &ProducerConfig> {
        let later = self.client_changes.iter().flatten().filter_map(|(_, config)| match config {
            NewConfig::Producer(config) => Some(config),
            NewConfig::Consumer(_) => None,
        });
        self.producers.iter().map(|producer| &producer.config).chain(later)
    }

    /// All settings that a consumer may have in the course of a run.
    pub fn consumer_configs(&self) -> impl Iterator<Item = &ConsumerConfig> {
        let later = self.client_changes.iter().flatten().filter_map(|(_, config)| match config {
            NewConfig::Consumer(config) => Some(config),
            NewConfig::Producer(_) => None,
        });
        self.groups.iter().map(|group| &group.config).chain(later)
    }

    /// After what time of silence a member with such settings is thrown out: its own, or under the
    /// consumer protocol the coordinator's.
    #[must_use]
    pub fn session_timeout_us(&self, config: &ConsumerConfig) -> u64 {
        match config.group_protocol {
            GroupProtocol::Classic => config.session_timeout_us,
            GroupProtocol::Consumer => self.broker.group_consumer_session_timeout_us,
        }
    }

    /// How often a member with such settings shows that it lives.
    #[must_use]
    pub fn heartbeat_interval_us(&self, config: &ConsumerConfig) -> u64 {
        match config.group_protocol {
            GroupProtocol::Classic => config.heartbeat_interval_us,
            GroupProtocol::Consumer => self.broker.group_consumer_heartbeat_interval_us,
        }
    }
}

/// Which settings each client has, on the way through a trace.
#[derive(Clone, Debug, Default)]
pub struct InForce(LiteMap<Node, u16>);

impl InForce {
    /// At an event of a trace.
    #[must_use]
    pub fn at(setup: &Setup, trace: &[TraceEvent], event: &TraceEvent) -> Self {
        let mut all = Self::default();
        // Mostly nobody changes anything, and a long trace need not be gone through.
        if setup.client_changes.iter().any(|changes| !changes.is_empty()) {
            let until = trace.len().min(event.id.index() + 1);
            trace[..until].iter().for_each(|event| all.observe(&event.kind));
        }
        all
    }

    /// The next event.
    pub fn observe(&mut self, kind: &Kind) {
        match kind {
            Kind::ProducerRestarted { producer, since: Some(action) } => {
                self.0.insert(Node::Producer(*producer), *action);
            }
            Kind::ConsumerRestarted { consumer, since: Some(action) } => {
                self.0.insert(Node::Consumer(*consumer), *action);
            }
            _ => {}
        }
    }

    /// A producer's.
    #[must_use]
    pub fn producer<'s>(&self, setup: &'s Setup, producer: ProducerId) -> &'s ProducerConfig {
        setup.producer_config(producer, self.0.get(&Node::Producer(producer)).copied())
    }

    /// A consumer's.
    #[must_use]
    pub fn consumer<'s>(&self, setup: &'s Setup, consumer: ConsumerId) -> &'s ConsumerConfig {
        setup.consumer_config(consumer, self.0.get(&Node::Consumer(consumer)).copied())
    }

    /// Those of a group, as the first of its members has them.
    #[must_use]
    pub fn group<'s>(&self, setup: &'s Setup, group: &GroupSetup) -> &'s ConsumerConfig {
        let first = group.members.first().copied().unwrap_or_default();
        self.consumer(setup, first)
    }
}
