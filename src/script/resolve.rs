//! From what a person wrote to what the model runs: every setting typed and complete, every name
//! looked up, everything that cannot be run refused with the place where it stands.

use litemap::LiteMap;

use super::config::{BrokerConfig, ConsumerConfig, ProducerConfig, TopicConfig};
use super::properties::Scope;
use super::settings::Settings;
use super::suggest::did_you_mean;
use super::{
    ClientChange, Duration, Notice, Rules, Script, ScriptError, Topic, TopicChange, Version, checks,
};

/// A script that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The version of Kafka.
    pub version: Version,
    /// Its rules.
    pub rules: Rules,
    /// The luck of the run.
    pub seed: u64,
    /// When the run ends at the latest.
    pub until_us: Option<u64>,
    /// The settings of the brokers.
    pub broker: BrokerConfig,
    /// How many brokers there are; they are numbered from 1.
    pub brokers: u16,
    /// The topics, in the order of the script.
    pub topics: Vec<ResolvedTopic>,
    /// The settings of the producers, in the order of the script.
    pub producers: Vec<ProducerConfig>,
    /// The consumer groups, in the order of the script.
    pub groups: Vec<ResolvedGroup>,
    /// What each action changes in the topics' settings, by the index of the action.
    pub changes: Vec<Vec<TopicChange>>,
    /// What each action makes of clients' settings, by the index of the action.
    pub client_changes: Vec<Vec<ClientChange>>,
    /// The settings that an action gives the brokers' files, by its index.
    pub rolls: LiteMap<u16, BrokerConfig>,
    /// What is worth knowing about the script, though it can be run.
    pub notices: Vec<Notice>,
}

/// A topic that can be created.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedTopic {
    /// Its name.
    pub name: String,
    /// How many partitions it has when the run begins; actions may add the others.
    pub initial: u16,
    /// The brokers of each partition, numbered from 1, in assignment order.
    pub replicas: Vec<Vec<u16>>,
    /// Its settings.
    pub config: TopicConfig,
}

/// A consumer group that can be formed.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedGroup {
    /// Its `group.id`.
    pub id: String,
    /// The topics that it subscribes to, as indices.
    pub topics: Vec<u16>,
    /// The settings of its members.
    pub config: ConsumerConfig,
}

impl Resolved {
    /// Whether a producer uses transactions.
    #[must_use]
    pub fn uses_transactions(&self) -> bool {
        self.producers.iter().any(|producer| producer.transactional_id.is_some())
    }
}

impl Script {
    /// Checks the script and computes the settings of everything in it.
    ///
    /// # Errors
    /// Names the first place that cannot be run, and says why.
    pub fn resolve(&self) -> Result<Resolved, ScriptError> {
        let mut notices = Vec::new();
        self.check_sizes()?;
        self.check_times()?;
        let settings = Settings::defaults(Scope::Broker, self.kafka).with(
            Scope::Broker,
            &self.cluster.config,
            "cluster.config".to_owned(),
            &mut notices,
        )?;
        let broker = checks::broker(&settings, &mut notices)?;
        let topics = self.resolve_topics(&settings, &broker, &mut notices)?;
        let producers = self.resolve_producers(&broker, &mut notices)?;
        let groups = self.resolve_groups(&broker, &mut notices)?;
        let factor = broker.offsets_topic_replication_factor;
        if !groups.is_empty() && factor > u32::from(self.cluster.brokers) {
            notices.push(checks::too_few_for_offsets(factor, self.cluster.brokers));
        }
        self.check_transactions(&producers)?;
        self.check_links()?;
        self.check_actions(&mut notices)?;
        let changes = self.resolve_sets(&settings, &mut notices)?;
        let client_changes = self.resolve_reconfigures(&broker, &mut notices)?;
        let rolls = self.resolve_rolls(&mut notices)?;
        Ok(Resolved {
            version: self.kafka,
            rules: Rules::of(self.kafka),
            seed: self.seed,
            until_us: self.until.map(Duration::as_us),
            broker,
            brokers: self.cluster.brokers,
            topics,
            producers,
            groups,
            changes,
            client_changes,
            rolls,
            notices,
        })
    }

    /// How many records the producers send in all, those of actions included.
    #[must_use]
    pub fn records(&self) -> u64 {
        let sends = self.producers.iter().flat_map(|producer| &producer.sends);
        let planned: u64 = sends.map(|sends| u64::from(sends.count)).sum();
        let is_send = |action: &&super::Action| matches!(action.what, super::Do::Send(_));
        let sent = planned + self.actions.iter().filter(is_send).count() as u64;
        sent + self.outputs().into_iter().map(|(_, count)| count).sum::<u64>()
    }

    /// How many records applications make of what they read, by topic. A group may read what a
    /// group before it makes.
    fn outputs(&self) -> Vec<(&str, u64)> {
        let sends = self.producers.iter().flat_map(|producer| &producer.sends);
        let mut of_topic: Vec<(&str, u64)> =
            sends.map(|sends| (sends.topic.as_str(), u64::from(sends.count))).collect();
        of_topic.extend(self.actions.iter().filter_map(|action| match &action.what {
            super::Do::Send(send) => Some((send.topic.as_str(), 1)),
            _ => None,
        }));
        let planned = of_topic.len();
        for group in &self.groups {
            let Some(produces) = &group.produces else { continue };
            let mine = of_topic.iter().filter(|(topic, _)| group.topics.iter().any(|t| t == topic));
            let count = mine.map(|(_, count)| count).sum();
            of_topic.push((&produces.topic, count));
        }
        of_topic.split_off(planned)
    }
}

/// The parts of [`Script::resolve`].
impl Script {
    fn resolve_topics(
        &self,
        settings: &Settings,
        broker: &BrokerConfig,
        notices: &mut Vec<Notice>,
    ) -> Result<Vec<ResolvedTopic>, ScriptError> {
        let rules = Rules::of(self.kafka);
        let mut topics = Vec::new();
        for (at, topic) in self.topics.iter().enumerate() {
            let place = format!("topics[{at}]");
            let settings = Settings::of_topic(settings).with(
                Scope::Topic,
                &topic.config,
                format!("{place}.config"),
                notices,
            )?;
            let config = TopicConfig::of(&settings);
            checks::cleanup_policy(&settings, &["cleanup.policy"])?;
            if settings.is_given("flush.ms") {
                checks::flusher_runs(&settings, broker, &["flush.ms"], notices);
            }
            let mut replicas = self.resolve_replicas(topic, &place)?;
            let least = replicas.iter().map(Vec::len).min().unwrap_or(0);
            if let Some(message) = checks::min_isr(config.min_insync_replicas, least, rules) {
                notices.push(Notice {
                    about: &["min.insync.replicas"],
                    ..Notice::new(place, message)
                });
            }
            let initial = topic.partitions;
            // What is added later is assigned as Kafka does it: to the next brokers in turn.
            for number in initial..self.partitions_at_last(at as u16) {
                let brokers = self.cluster.brokers;
                let broker = |n| (number + n) % brokers + 1;
                replicas.push((0..least as u16).map(broker).collect());
            }
            topics.push(ResolvedTopic { name: topic.name.clone(), initial, replicas, config });
        }
        Ok(topics)
    }

    /// The script's assignment, or one that begins with a different broker for each partition.
    fn resolve_replicas(&self, topic: &Topic, place: &str) -> Result<Vec<Vec<u16>>, ScriptError> {
        let brokers = self.cluster.brokers;
        if topic.replicas.is_empty() {
            let factor = topic.replication_factor;
            if factor > brokers {
                let place = format!("{place}.replication_factor");
                let message = format!(
                    "Unable to replicate the partition {factor} time(s): The target replication factor of {factor} cannot be reached because only {brokers} broker(s) are registered."
                );
                let about = &["replication.factor", "default.replication.factor"];
                return Err(ScriptError { about, ..ScriptError::new(place, message) });
            }
            let broker = |partition: u16, replica: u16| (partition + replica) % brokers + 1;
            let replicas = |partition| (0..factor).map(move |n| broker(partition, n)).collect();
            return Ok((0..topic.partitions).map(replicas).collect());
        }
        let place = format!("{place}.replicas");
        let (lists, partitions) = (topic.replicas.len(), topic.partitions);
        if lists != usize::from(partitions) {
            let message = format!("{lists} lists of brokers for {partitions} partitions");
            return Err(ScriptError::new(place, message));
        }
        for (partition, replicas) in topic.replicas.iter().enumerate() {
            let error = |message| Err(ScriptError::new(format!("{place}[{partition}]"), message));
            if replicas.is_empty() {
                return error("a partition needs a replica".to_owned());
            }
            for (at, broker) in replicas.iter().enumerate() {
                if *broker == 0 || *broker > brokers {
                    return error(format!("there is no broker {broker}: they are 1 to {brokers}"));
                }
                if replicas[..at].contains(broker) {
                    return error(format!("broker {broker} is named twice"));
                }
            }
        }
        Ok(topic.replicas.clone())
    }

    fn resolve_producers(
        &self,
        broker: &BrokerConfig,
        notices: &mut Vec<Notice>,
    ) -> Result<Vec<ProducerConfig>, ScriptError> {
        let mut producers = Vec::new();
        for (at, producer) in self.producers.iter().enumerate() {
            let settings = Settings::defaults(Scope::Producer, self.kafka).with(
                Scope::Producer,
                &producer.config,
                format!("producers[{at}].config"),
                notices,
            )?;
            producers.push(checks::producer(&settings, broker, notices)?);
            for (nth, sends) in producer.sends.iter().enumerate() {
                let place = format!("producers[{at}].sends[{nth}]");
                let topic = self.topic_index(&sends.topic);
                let topic = topic.map_err(|why| ScriptError::new(format!("{place}.topic"), why))?;
                let partitions = self.topics[usize::from(topic)].partitions;
                if sends.partition.is_some_and(|partition| partition >= partitions) {
                    let message = no_such_partition(&sends.topic, partitions);
                    return Err(ScriptError::new(format!("{place}.partition"), message));
                }
            }
        }
        Ok(producers)
    }

    fn resolve_groups(
        &self,
        broker: &BrokerConfig,
        notices: &mut Vec<Notice>,
    ) -> Result<Vec<ResolvedGroup>, ScriptError> {
        let mut groups = Vec::new();
        for (at, group) in self.groups.iter().enumerate() {
            let settings = Settings::defaults(Scope::Consumer, self.kafka).with(
                Scope::Consumer,
                &group.config,
                format!("groups[{at}].config"),
                notices,
            )?;
            let config = checks::consumer(&settings, broker, notices)?;
            if config.group_instance_id.is_some() && group.members > 1 {
                notices.push(settings.notice(
                    &["group.instance.id"],
                    "group.instance.id is that of one member; the members of the script add their numbers to it",
                ));
            }
            let mut topics = Vec::new();
            for (nth, name) in group.topics.iter().enumerate() {
                let place = format!("groups[{at}].topics[{nth}]");
                let topic = self.topic_index(name);
                let topic = topic.map_err(|why| ScriptError::new(place.clone(), why))?;
                if topics.contains(&topic) {
                    return Err(ScriptError::new(place, format!("\"{name}\" is named twice")));
                }
                topics.push(topic);
            }
            groups.push(ResolvedGroup { id: group.id.clone(), topics, config });
        }
        Ok(groups)
    }

    /// How many partitions a topic has when all actions that add some are done.
    pub(super) fn partitions_at_last(&self, topic: u16) -> u16 {
        let Topic { name, partitions, .. } = &self.topics[usize::from(topic)];
        let added = self.actions.iter().filter_map(|action| match &action.what {
            super::Do::AddPartitions(add) if add.topic == *name => Some(add.partitions),
            _ => None,
        });
        added.fold(*partitions, u16::max)
    }

    /// The index of the topic of that name.
    pub(super) fn topic_index(&self, name: &str) -> Result<u16, String> {
        match self.topics.iter().position(|topic| topic.name == name) {
            // The limit on partitions is one on topics, too.
            Some(at) => Ok(u16::try_from(at).unwrap_or(u16::MAX)),
            None => {
                let names = self.topics.iter().map(|topic| topic.name.as_str());
                Err(match did_you_mean(name, names) {
                    Some(near) => format!("there is no topic \"{name}\"; did you mean \"{near}\"?"),
                    None => format!("there is no topic \"{name}\""),
                })
            }
        }
    }
}

/// The words for a partition that a topic does not have.
pub(super) fn no_such_partition(topic: &str, partitions: u16) -> String {
    match partitions {
        1 => format!("the only partition of \"{topic}\" is 0"),
        _ => format!("the partitions of \"{topic}\" are 0 to {}", partitions - 1),
    }
}
