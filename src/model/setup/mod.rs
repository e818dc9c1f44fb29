//! What does not change during a run: settings, names, the planned records, the links.

mod clients;
mod workload;

use std::sync::Arc;

use litemap::LiteMap;

use super::group::GroupMetadata;
use super::ids::{
    BrokerId, ConsumerId, GroupId, Node, PartitionId, ProducerId, RecordId, TransactionalId,
};
use super::links::{Ends, Rule, Way};
use super::record::RecordPlan;
use crate::script::config::{
    Assignor, BrokerConfig, ConsumerConfig, GroupProtocol, ProducerConfig, TopicConfig,
};
use crate::script::resolve::Resolved;
use crate::script::{
    Action, Cluster, CommitStyle, Do, Failure, NewConfig, OffsetsCommit, OnRestart, Rules, Script,
    SendStyle, TopicChange, Transaction, Version,
};

pub use clients::{InForce, Since};

/// The name of the topic that holds the groups' committed offsets.
pub const OFFSETS_TOPIC: &str = "__consumer_offsets";
/// The name of the topic that holds the state of transactions.
pub const TRANSACTIONS_TOPIC: &str = "__transaction_state";

/// Everything about a run that is fixed before it starts.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its luck.
    pub seed: u64,
    /// The version whose rules apply.
    pub version: Version,
    /// Those rules.
    pub rules: Rules,
    /// When it ends at the latest.
    pub until_us: Option<u64>,
    /// How many brokers there are.
    pub brokers: u16,
    /// Their settings when the run begins, and those that are the same all the time.
    pub broker: BrokerConfig,
    /// Their machines.
    pub hardware: Cluster,
    /// The topics; the internal one, if there is one, is the last.
    pub topics: Vec<TopicSetup>,
    /// All partitions of all topics.
    pub partitions: Vec<PartitionSetup>,
    /// The partition of `__consumer_offsets`, if there are groups. Kafka has 50 of them; here
    /// all groups share one.
    pub offsets_partition: Option<PartitionId>,
    /// The partition of `__transaction_state`, if a producer uses transactions. Kafka has 50.
    pub transactions_partition: Option<PartitionId>,
    /// The producers.
    pub producers: Vec<ProducerSetup>,
    /// The groups.
    pub groups: Vec<GroupSetup>,
    /// The consumers.
    pub consumers: Vec<ConsumerSetup>,
    /// The groups as they are when the run begins: stable, if somebody runs.
    pub initial_groups: Vec<Arc<GroupMetadata>>,
    /// What will be sent; record `n` is at `n - 1`. Those that actions send come last.
    pub records: Vec<RecordPlan>,
    /// Whether actions may add partitions.
    pub grows: bool,
    /// What will be done to the system.
    pub actions: Vec<Action>,
    /// What each action changes in the topics' settings, by the index of the action.
    pub changes: Vec<Vec<TopicChange>>,
    /// The settings with which each action lets clients come back, by the index of the action.
    pub client_changes: Vec<Vec<(Node, NewConfig)>>,
    /// The settings with which an action lets brokers come back, by its index.
    pub rolls: LiteMap<u16, BrokerConfig>,
    /// How long messages take when the run begins.
    pub links: Vec<Rule>,
}

/// A topic.
#[derive(Clone, Debug)]
pub struct TopicSetup {
    /// Its name.
    pub name: String,
    /// Its partitions in order, with those that actions may add.
    pub partitions: Vec<PartitionId>,
    /// How many of them are there when the run begins.
    pub initial: u16,
}

/// A partition.
#[derive(Clone, Debug)]
pub struct PartitionSetup {
    /// Its topic's index.
    pub topic: u16,
    /// Its number within the topic.
    pub number: u16,
    /// Its replicas in assignment order.
    pub replicas: Vec<BrokerId>,
    /// Its topic's settings.
    pub config: TopicConfig,
    /// `min.insync.replicas` as it takes effect (`Rules::effective_min_isr`).
    pub min_isr: u32,
    /// Whether it belongs to an internal topic.
    pub internal: bool,
}

impl PartitionSetup {
    /// `min.insync.replicas` as it takes effect in that version.
    #[must_use]
    pub fn effective_min_isr(&self) -> usize {
        self.min_isr as usize
    }
}

/// A producer.
#[derive(Clone, Debug)]
pub struct ProducerSetup {
    /// Its settings when the run begins.
    pub config: ProducerConfig,
    /// How its application calls `send()`.
    pub style: SendStyle,
    /// What it sends, in order.
    pub records: Vec<RecordId>,
    /// Whether its application may ever send a record again.
    pub may_resend: bool,
    /// How often its application sends a record again after a retriable exception.
    pub resend: u32,
    /// Where its application goes on after a restart.
    pub on_restart: OnRestart,
    /// After how many records its application calls `flush()`; 0 is never.
    pub flush_every: u32,
    /// The timeout of `close()`.
    pub close_timeout_us: Option<u64>,
    /// How its application uses transactions, if it does.
    pub transactional: Option<TransactionalSetup>,
    /// The consumer of the same process, whose records it sends on.
    pub consumer: Option<ConsumerId>,
}

/// How an application uses transactions.
#[derive(Clone, Debug)]
pub struct TransactionalSetup {
    /// Its `transactional.id`; another producer may have the same one.
    pub id: TransactionalId,
    /// How it uses them.
    pub style: Transaction,
}

/// What an application makes of the records that it reads.
#[derive(Clone, Debug)]
pub struct ProducesSetup {
    /// How it commits its offsets.
    pub offsets: OffsetsCommit,
    /// For each record that the group may read, in order, the one that is made of it: it is the
    /// same message however often it is made.
    pub outputs: Vec<(RecordId, RecordId)>,
}

impl ProducesSetup {
    /// The record that is made of one.
    #[must_use]
    pub fn output(&self, input: RecordId) -> Option<RecordId> {
        let place = self.outputs.binary_search_by_key(&input, |(input, _)| *input).ok()?;
        Some(self.outputs[place].1)
    }
}

/// A consumer group.
#[derive(Clone, Debug)]
pub struct GroupSetup {
    /// Its `group.id`.
    pub id: String,
    /// Its consumers.
    pub members: Vec<ConsumerId>,
    /// The settings of its members when the run begins.
    pub config: ConsumerConfig,
    /// How long the application works on one record.
    pub processing_us: u64,
    /// When it commits by hand.
    pub commit: CommitStyle,
    /// How many records it processes before it commits again.
    pub commit_every: u32,
    /// Whether it commits when partitions are taken from it.
    pub commit_on_revoke: bool,
    /// How many worker threads the records are handed to; 0 is none.
    pub workers: u16,
    /// What it cannot process.
    pub failure: Option<Failure>,
    /// Whether processing a message again has no further effect.
    pub idempotent: bool,
    /// Whether the automatic commit covers the records that `poll()` is about to return.
    pub commits_returning_batch: bool,
    /// What its application makes of the records.
    pub produces: Option<ProducesSetup>,
    /// The partitions of each of its topics.
    pub topics: Vec<Vec<PartitionId>>,
}

impl GroupSetup {
    /// Whether its members have a `group.instance.id`, each its own.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.config.group_instance_id.is_some()
    }

    /// Whether its members speak the consumer protocol (KIP-848).
    #[must_use]
    pub fn is_consumer_protocol(&self) -> bool {
        self.config.group_protocol == GroupProtocol::Consumer
    }

    /// How its leader shares out partitions: by the first assignor that all members know. The
    /// coordinator of the consumer protocol does it evenly and with as few moves as it can
    /// (`UniformAssignor`), or by range if it is asked to.
    #[must_use]
    pub fn assignor(&self) -> Assignor {
        let range = self.config.group_remote_assignor.as_deref() == Some("range");
        match self.config.partition_assignment_strategy.first() {
            _ if self.is_consumer_protocol() && !range => Assignor::Sticky,
            Some(first) if !self.is_consumer_protocol() => *first,
            _ => Assignor::Range,
        }
    }
}

/// A consumer.
#[derive(Clone, Debug)]
pub struct ConsumerSetup {
    /// Its group.
    pub group: GroupId,
    /// Its number within the group, from 1.
    pub member: u16,
    /// Whether it runs when the run begins.
    pub runs: bool,
    /// The producer of the same process, if its application sends on what it reads.
    pub producer: Option<ProducerId>,
}

impl Setup {
    /// Puts together what the model needs of a script and its resolved settings.
    #[must_use]
    pub fn new(script: &Script, resolved: &Resolved) -> Arc<Self> {
        let mut setup = Self {
            seed: resolved.seed,
            version: resolved.version,
            rules: resolved.rules,
            until_us: resolved.until_us,
            brokers: resolved.brokers,
            broker: resolved.broker.clone(),
            hardware: script.cluster.clone(),
            topics: Vec::new(),
            partitions: Vec::new(),
            offsets_partition: None,
            transactions_partition: None,
            producers: Vec::new(),
            groups: Vec::new(),
            consumers: Vec::new(),
            initial_groups: Vec::new(),
            records: Vec::new(),
            grows: script.actions.iter().any(|a| matches!(a.what, Do::AddPartitions(_))),
            actions: script.actions.clone(),
            changes: resolved.changes.clone(),
            client_changes: Vec::new(),
            rolls: resolved.rolls.clone(),
            links: Vec::new(),
        };
        setup.add_topics(resolved);
        setup.add_groups(script, resolved);
        setup.add_producers(script, resolved);
        setup.add_sends(script);
        setup.add_outputs(script);
        setup.add_links(script);
        setup.add_client_changes(script, resolved);
        Arc::new(setup)
    }

    /// The same under another luck, with further faults behind the actions that it has: what comes
    /// of resolving the script with them, for a hundredth of the work. A fault leaves settings,
    /// topics and records as they are ([`Do::is_fault`]).
    #[must_use]
    pub fn struck(&self, seed: u64, faults: Vec<Action>) -> Arc<Self> {
        debug_assert!(faults.iter().all(|action| action.what.is_fault()));
        let mut setup = self.clone();
        setup.seed = seed;
        setup.actions.extend(faults);
        setup.changes.resize(setup.actions.len(), Vec::new());
        setup.client_changes.resize(setup.actions.len(), Vec::new());
        Arc::new(setup)
    }

    fn add_topics(&mut self, resolved: &Resolved) {
        for topic in &resolved.topics {
            self.add_topic(&topic.name, (topic.initial, &topic.replicas), &topic.config, false);
        }
        if !resolved.groups.is_empty() {
            let factor = self.broker.offsets_topic_replication_factor;
            let config = TopicConfig::of_offsets_topic(&self.broker);
            self.offsets_partition = Some(self.add_internal_topic(OFFSETS_TOPIC, factor, &config));
        }
        if resolved.uses_transactions() {
            let factor = self.broker.transaction_state_log_replication_factor;
            let config = TopicConfig::of_transaction_topic(&self.broker);
            let partition = self.add_internal_topic(TRANSACTIONS_TOPIC, factor, &config);
            self.transactions_partition = Some(partition);
        }
    }

    /// A topic of one partition that the brokers make. Its leader is the broker after those that
    /// lead the partitions before, as Kafka's assignment would spread it; its settings are the
    /// brokers' own, with no override.
    fn add_internal_topic(&mut self, name: &str, factor: u32, config: &TopicConfig) -> PartitionId {
        let first = self.partitions.len() as u16;
        let factor = factor.min(u32::from(self.brokers)) as u16;
        let replicas = (0..factor).map(|i| (first + i) % self.brokers + 1).collect();
        self.add_topic(name, (1, &[replicas]), config, true);
        PartitionId(first)
    }

    fn add_topic(
        &mut self,
        name: &str,
        (initial, replicas): (u16, &[Vec<u16>]),
        config: &TopicConfig,
        internal: bool,
    ) {
        let rules = self.rules;
        let topic = self.topics.len() as u16;
        let mut ids = Vec::new();
        for (number, brokers) in (0..).zip(replicas) {
            ids.push(PartitionId(self.partitions.len() as u16));
            let replicas: Vec<BrokerId> =
                brokers.iter().map(|number| BrokerId(number - 1)).collect();
            let count = replicas.len() as u32;
            let min_isr = rules.effective_min_isr(config.min_insync_replicas, count);
            self.partitions.push(PartitionSetup {
                topic,
                number,
                replicas,
                config: config.clone(),
                internal,
                min_isr,
            });
        }
        self.topics.push(TopicSetup { name: name.to_owned(), partitions: ids, initial });
    }

    fn add_links(&mut self, script: &Script) {
        let network = &script.network;
        self.links.push(Rule {
            way: Way { from: Ends::All, to: Ends::All, both: false },
            latency_us: Some(network.latency.as_us()),
            jitter_us: Some(network.jitter.as_us()),
            drops: None,
        });
        for link in &network.links {
            let Some(way) = self.way(&link.from, &link.to, link.one_way) else { continue };
            let latency_us = link.latency.map(|d| d.as_us());
            let jitter_us = link.jitter.map(|d| d.as_us());
            self.links.push(Rule { way, latency_us, jitter_us, drops: None });
        }
    }

    /// The links between two ends, by their names.
    #[must_use]
    pub fn way(&self, from: &str, to: &str, one_way: bool) -> Option<Way> {
        Some(Way { from: self.ends(from)?, to: self.ends(to)?, both: !one_way })
    }

    fn ends(&self, name: &str) -> Option<Ends> {
        Some(match name {
            "brokers" => Ends::Brokers,
            "producers" => Ends::Producers,
            "consumers" => Ends::Consumers,
            _ => Ends::One(self.node(name)?),
        })
    }

    /// The plan of a record.
    #[must_use]
    pub fn record(&self, record: RecordId) -> &RecordPlan {
        &self.records[record.index() - 1]
    }

    /// A partition.
    #[must_use]
    pub fn partition(&self, partition: PartitionId) -> &PartitionSetup {
        &self.partitions[partition.index()]
    }

    /// Whether a partition is there when the run begins.
    #[must_use]
    pub fn is_initial(&self, partition: PartitionId) -> bool {
        let PartitionSetup { topic, number, .. } = self.partition(partition);
        *number < self.topics[usize::from(*topic)].initial
    }

    /// The records of a producer: those that it sends by itself, and those that actions or its
    /// process let it send.
    pub fn records_of(&self, producer: ProducerId) -> impl Iterator<Item = RecordId> + '_ {
        let all = (1..).map(RecordId).zip(&self.records);
        all.filter(move |(_, plan)| plan.producer == producer).map(|(id, _)| id)
    }

    /// The settings that the topics have when the run begins.
    #[must_use]
    pub fn topic_configs(&self) -> Arc<[TopicConfig]> {
        let first = |topic: &TopicSetup| self.partition(topic.partitions[0]).config.clone();
        self.topics.iter().map(first).collect()
    }

    /// `min.insync.replicas` as it takes effect for a partition of topics with such settings.
    #[must_use]
    pub fn min_isr(&self, partition: PartitionId, topics: &[TopicConfig]) -> usize {
        let PartitionSetup { topic, replicas, .. } = self.partition(partition);
        let min_isr = topics[usize::from(*topic)].min_insync_replicas;
        self.rules.effective_min_isr(min_isr, replicas.len() as u32) as usize
    }

    /// Which of its log directories a broker has a partition in, from 0: new ones go where the
    /// fewest are (`LogManager.nextLogDirs`).
    #[must_use]
    pub fn directory(&self, broker: BrokerId, partition: PartitionId) -> usize {
        let before = &self.partitions[..partition.index()];
        let hosted = before.iter().filter(|p| p.replicas.contains(&broker)).count();
        hosted % usize::from(self.hardware.log_dirs)
    }

    /// A consumer's group.
    #[must_use]
    pub fn group_of(&self, consumer: ConsumerId) -> &GroupSetup {
        &self.groups[self.consumers[consumer.index()].group.index()]
    }

    /// Whether a producer runs when the run begins: if its consumer does.
    #[must_use]
    pub fn starts(&self, producer: ProducerId) -> bool {
        let consumer = self.producers[producer.index()].consumer;
        consumer.is_none_or(|consumer| self.consumers[consumer.index()].runs)
    }

    /// The other half of a process: a consumer's producer, a producer's consumer.
    #[must_use]
    pub fn partner(&self, node: Node) -> Option<Node> {
        match node {
            Node::Producer(id) => self.producers[id.index()].consumer.map(Node::Consumer),
            Node::Consumer(id) => self.consumers[id.index()].producer.map(Node::Producer),
            _ => None,
        }
    }

    /// The name of an entity as scripts and screens have it.
    #[must_use]
    pub fn name(&self, node: Node) -> String {
        match node {
            Node::Controller => "controller".to_owned(),
            Node::Broker(id) => id.to_string(),
            Node::Producer(id) => id.to_string(),
            Node::Consumer(id) => {
                format!("{}-{}", self.group_of(id).id, self.consumers[id.index()].member)
            }
        }
    }

    /// The entity with that name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<Node> {
        let brokers = (0..self.brokers).map(|n| Node::Broker(BrokerId(n)));
        let producers = (0..self.producers.len() as u16).map(|n| Node::Producer(ProducerId(n)));
        let consumers = (0..self.consumers.len() as u16).map(|n| Node::Consumer(ConsumerId(n)));
        let mut all = brokers.chain(producers).chain(consumers).chain([Node::Controller]);
        all.find(|node| self.name(*node) == name)
    }

    /// The broker with that name.
    #[must_use]
    pub fn broker_named(&self, name: &str) -> Option<BrokerId> {
        match self.node(name) {
            Some(Node::Broker(id)) => Some(id),
            _ => None,
        }
    }

    /// A partition's name, such as `orders-0`.
    #[must_use]
    pub fn partition_name(&self, partition: PartitionId) -> String {
        let setup = self.partition(partition);
        format!("{}-{}", self.topics[usize::from(setup.topic)].name, setup.number)
    }
}
