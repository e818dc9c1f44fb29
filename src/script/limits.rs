//! What a script may not be: too large, too long, ambiguous, or about things that do not exist.
//!
//! The limits keep a run within a browser's means and a stage that can be read.

use super::action::{Lost, SendNow};
use super::entity::Entity;
use super::resolve::no_such_partition;
use super::{Action, Do, Duration, EventName, Notice, Script, ScriptError, When};

/// The most brokers that a script may have.
pub const BROKERS_MAX: u16 = 9;
/// The most log directories that a broker may have.
pub const LOG_DIRS_MAX: u16 = 8;
/// The most partitions, over all topics.
pub const PARTITIONS_MAX: u32 = 64;
/// The most producers.
pub const PRODUCERS_MAX: usize = 20;
/// The most consumers, over all groups.
pub const CONSUMERS_MAX: u32 = 20;
/// The most records, over all producers.
pub const RECORDS_MAX: u64 = 1_000_000;
/// The largest value of a record.
pub const VALUE_BYTES_MAX: u32 = 104_857_600;
/// The longest time that a script may name: a day.
pub const TIME_MAX: Duration = Duration::from_us(86_400_000_000);

/// The beginnings of the names that are not those of consumers, and the kinds of a link's end.
const RESERVED: [&str; 6] =
    ["broker", "brokers", "producer", "producers", "consumers", "controller"];

/// An error unless it is so.
fn ensure(is_so: bool, place: &str, message: &str) -> Result<(), ScriptError> {
    if is_so { Ok(()) } else { Err(ScriptError::new(place, message)) }
}

impl Script {
    pub(super) fn check_sizes(&self) -> Result<(), ScriptError> {
        let brokers = self.cluster.brokers;
        let message = format!("{brokers} brokers; there can be 1 to {BROKERS_MAX}");
        ensure((1..=BROKERS_MAX).contains(&brokers), "cluster.brokers", &message)?;
        let dirs = self.cluster.log_dirs;
        let message = format!("{dirs} log directories; there can be 1 to {LOG_DIRS_MAX}");
        ensure((1..=LOG_DIRS_MAX).contains(&dirs), "cluster.log_dirs", &message)?;
        self.check_topics()?;
        let producers = self.producers.len();
        let message = format!("{producers} producers; there can be {PRODUCERS_MAX}");
        ensure(producers <= PRODUCERS_MAX, "producers", &message)?;
        for (at, producer) in self.producers.iter().enumerate() {
            for (nth, sends) in producer.sends.iter().enumerate() {
                let place = format!("producers[{at}].sends[{nth}]");
                ensure(sends.count > 0, &format!("{place}.count"), "it must be at least 1")?;
                let message = format!("it must be at most {VALUE_BYTES_MAX}");
                let fits = sends.value_bytes <= VALUE_BYTES_MAX;
                ensure(fits, &format!("{place}.value_bytes"), &message)?;
            }
        }
        let records = self.records();
        let message = format!("{records} records in all; there can be {RECORDS_MAX}");
        ensure(records <= RECORDS_MAX, "producers", &message)?;
        self.check_groups()
    }

    fn check_topics(&self) -> Result<(), ScriptError> {
        for (at, topic) in self.topics.iter().enumerate() {
            let place = format!("topics[{at}]");
            let name = topic.name.as_str();
            check_topic_name(name).map_err(|why| ScriptError::new(format!("{place}.name"), why))?;
            let twice = self.topics[..at].iter().any(|other| other.name == name);
            let message = format!("there are two topics \"{name}\"");
            ensure(!twice, &format!("{place}.name"), &message)?;
            let message = "it must be at least 1";
            ensure(topic.partitions > 0, &format!("{place}.partitions"), message)?;
            let replicas = topic.replication_factor;
            ensure(replicas > 0, &format!("{place}.replication_factor"), message)?;
        }
        let all = (0..self.topics.len() as u16).map(|topic| self.partitions_at_last(topic));
        let partitions: u32 = all.map(u32::from).sum();
        let message = format!("{partitions} partitions in all; there can be {PARTITIONS_MAX}");
        ensure(partitions <= PARTITIONS_MAX, "topics", &message)
    }

    fn check_groups(&self) -> Result<(), ScriptError> {
        for (at, group) in self.groups.iter().enumerate() {
            let (place, id) = (format!("groups[{at}].id"), group.id.as_str());
            ensure(!id.is_empty(), &place, "a group needs an id")?;
            let message = format!("\"{id}\" cannot be a group: its members would be called so");
            ensure(!RESERVED.contains(&id), &place, &message)?;
            let twice = self.groups[..at].iter().any(|other| other.id == id);
            ensure(!twice, &place, &format!("there are two groups \"{id}\""))?;
            let place = format!("groups[{at}].members");
            ensure(group.members > 0, &place, "it must be at least 1")?;
            let place = format!("groups[{at}].running");
            let message = format!("there are {} members", group.members);
            ensure(group.running.is_none_or(|n| n <= group.members), &place, &message)?;
            let records = group.failure.iter().flat_map(|failure| &failure.records);
            for record in records {
                let place = format!("groups[{at}].failure.records");
                let known = (1..=self.records()).contains(&u64::from(*record));
                ensure(known, &place, &format!("there is no record {record}"))?;
            }
            let place = format!("groups[{at}].topics");
            ensure(!group.topics.is_empty(), &place, "a group needs a topic")?;
        }
        let consumers: u32 = self.groups.iter().map(|group| u32::from(group.members)).sum();
        let message = format!("{consumers} consumers in all; there can be {CONSUMERS_MAX}");
        ensure(consumers <= CONSUMERS_MAX, "groups", &message)
    }

    pub(super) fn check_times(&self) -> Result<(), ScriptError> {
        let cluster = &self.cluster;
        for (name, time) in [
            ("append", cluster.append),
            ("fsync", cluster.fsync),
            ("writeback_interval", cluster.writeback_interval),
            ("writeback_age", cluster.writeback_age),
            ("startup", cluster.startup),
        ] {
            within_a_day(&format!("cluster.{name}"), Some(time))?;
        }
        let place = "cluster.writeback_interval";
        ensure(cluster.writeback_interval.as_us() > 0, place, "it must be more than 0")?;
        within_a_day("until", self.until)?;
        within_a_day("network.latency", Some(self.network.latency))?;
        within_a_day("network.jitter", Some(self.network.jitter))?;
        for (at, link) in self.network.links.iter().enumerate() {
            within_a_day(&format!("network.links[{at}].latency"), link.latency)?;
            within_a_day(&format!("network.links[{at}].jitter"), link.jitter)?;
        }
        for (at, producer) in self.producers.iter().enumerate() {
            within_a_day(&format!("producers[{at}].close_timeout"), producer.close_timeout)?;
            for (nth, sends) in producer.sends.iter().enumerate() {
                let span =
                    sends.every.as_us().saturating_mul(u64::from(sends.count).saturating_sub(1));
                let last = Duration::from_us(sends.start.as_us().saturating_add(span));
                let place = format!("producers[{at}].sends[{nth}]");
                within_a_day(&format!("{place}.timestamp_ahead"), Some(sends.timestamp_ahead))?;
                let message = format!("the last send is at {last}; it can be at {TIME_MAX}");
                ensure(last <= TIME_MAX, &place, &message)?;
            }
        }
        for (at, group) in self.groups.iter().enumerate() {
            within_a_day(&format!("groups[{at}].processing"), Some(group.processing))?;
        }
        Ok(())
    }

    pub(super) fn check_links(&self) -> Result<(), ScriptError> {
        for (at, link) in self.network.links.iter().enumerate() {
            let place = format!("network.links[{at}]");
            for (side, name) in [("from", &link.from), ("to", &link.to)] {
                let end = self.end(name);
                end.map_err(|why| ScriptError::new(format!("{place}.{side}"), why))?;
            }
            let says = link.latency.is_some() || link.jitter.is_some();
            ensure(says, &place, "it needs a latency or a jitter")?;
        }
        Ok(())
    }

    pub(super) fn check_actions(&self, notices: &mut Vec<Notice>) -> Result<(), ScriptError> {
        for (at, action) in self.actions.iter().enumerate() {
            let place = format!("actions[{at}]");
            self.check_moment(action, &place)?;
            if let (Some(when), Some(until)) = (action.at, self.until)
                && when >= until
            {
                let message = format!("it is at {when}, and the run ends at {until}");
                notices.push(Notice::new(place.clone(), message));
            }
            self.check_do(&action.what, &format!("{place}.do"))?;
        }
        Ok(())
    }

    /// What is done fits whom it is done to.
    fn check_do(&self, what: &Do, place: &str) -> Result<(), ScriptError> {
        if matches!(what, Do::Reconfigure(_)) {
            // Whom it names and what it says is read with the settings (`reconfigure.rs`).
            return Ok(());
        }
        if let Some(name) = what.entity() {
            let entity = self.entity(name).map_err(|why| ScriptError::new(place, why))?;
            let is_broker = matches!(entity, Entity::Broker(_));
            let is_controller = entity == Entity::Controller;
            ensure(!is_controller, place, "the controller never fails in the model")?;
            let machine = matches!(what, Do::PowerCut(_));
            ensure(is_broker || !machine, place, "only a broker's machine loses its power")?;
            let disk = matches!(what, Do::FailDisk(_) | Do::LoseDisk(_) | Do::SlowDisk(_));
            ensure(is_broker || !disk, place, "only brokers have disks in the model")?;
            let sends = matches!(what, Do::Send(_) | Do::Flush(_));
            let is_producer = matches!(entity, Entity::Producer(_));
            ensure(is_producer || !sends, place, "only a producer sends records")?;
            let reads = matches!(what, Do::Stall(_));
            let is_consumer = matches!(entity, Entity::Consumer { .. });
            ensure(is_consumer || !reads, place, "only a consumer's application works on records")?;
        }
        let (from, to) = match what {
            Do::Cut(way) | Do::Heal(way) => (&way.from, &way.to),
            Do::AddPartitions(add) => {
                let topic = self.topic_index(&add.topic);
                let topic = topic.map_err(|why| ScriptError::new(place, why))?;
                let now = self.topics[usize::from(topic)].partitions;
                let message = format!("\"{}\" has {now} partitions already", add.topic);
                return ensure(add.partitions > now, place, &message);
            }
            Do::DeleteRecords(delete) => {
                let topic = self.topic_index(&delete.topic);
                let topic = topic.map_err(|why| ScriptError::new(place, why))?;
                let most = self.partitions_at_last(topic);
                let message = no_such_partition(&delete.topic, most);
                return ensure(delete.partition < most, place, &message);
            }
            Do::ExpireOffsets(group) => {
                let known = self.groups.iter().any(|known| known.id == *group);
                return ensure(known, place, &format!("there is no group \"{group}\""));
            }
            Do::Stall(stall) => return within_a_day(place, Some(stall.longer)),
            Do::Slow(slow) => {
                within_a_day(place, Some(slow.latency))?;
                (&slow.from, &slow.to)
            }
            Do::Lose(lose) => (&lose.client, &lose.server),
            Do::LoseSome(lose) => {
                let message = "only requests and responses are lost by chance";
                let place = format!("{place}.lose-some");
                ensure(lose.what != Lost::Write, &format!("{place}.what"), message)?;
                of_a_million(lose.per_million, &place)?;
                (&lose.client, &lose.server)
            }
            Do::Drop(drop) => {
                of_a_million(drop.per_million, &format!("{place}.drop"))?;
                (&drop.from, &drop.to)
            }
            Do::FailDisk(disk) | Do::LoseDisk(disk) => {
                let dirs = self.cluster.log_dirs;
                let message = format!("brokers have {dirs} log directories, numbered from 1");
                let exists = (1..=dirs).contains(&disk.directory);
                return ensure(exists, &format!("{place}.directory"), &message);
            }
            Do::SlowDisk(disk) => {
                within_a_day(&format!("{place}.append"), disk.append)?;
                within_a_day(&format!("{place}.fsync"), disk.fsync)?;
                let says = disk.append.is_some() || disk.fsync.is_some();
                return ensure(says, place, "it needs an append or an fsync");
            }
            Do::Send(send) => return self.check_send(send, place),
            Do::Resend(record) => return self.check_record(*record, place),
            _ => return Ok(()),
        };
        for name in [from, to] {
            self.end(name).map_err(|why| ScriptError::new(place, why))?;
        }
        Ok(())
    }

    /// A record that an action sends can be sent.
    fn check_send(&self, send: &SendNow, place: &str) -> Result<(), ScriptError> {
        within_a_day(&format!("{place}.timestamp_ahead"), Some(send.timestamp_ahead))?;
        let topic = self.topic_index(&send.topic);
        let topic = topic.map_err(|why| ScriptError::new(format!("{place}.topic"), why))?;
        let partitions = self.topics[usize::from(topic)].partitions;
        let message = no_such_partition(&send.topic, partitions);
        let exists = send.partition.is_none_or(|partition| partition < partitions);
        ensure(exists, &format!("{place}.partition"), &message)?;
        let message = format!("it must be at most {VALUE_BYTES_MAX}");
        ensure(send.value_bytes <= VALUE_BYTES_MAX, &format!("{place}.value_bytes"), &message)
    }

    /// There is a record of that number.
    fn check_record(&self, record: u32, place: &str) -> Result<(), ScriptError> {
        ensure(record > 0, place, "records are numbered from 1")?;
        let records = self.records();
        let message = match records {
            0 => "no record is sent".to_owned(),
            1 => "only 1 record is sent".to_owned(),
            _ => format!("only {records} records are sent"),
        };
        ensure(u64::from(record) <= records, place, &message)
    }

    fn check_moment(&self, action: &Action, place: &str) -> Result<(), ScriptError> {
        let (has_at, has_when) = (action.at.is_some(), action.when.is_some());
        ensure(has_at || has_when, place, "it needs \"at\" or \"when\"")?;
        ensure(!(has_at && has_when), place, "it can have \"at\" or \"when\", not both")?;
        let message = "\"after\" needs \"when\"";
        ensure(action.after.is_none() || has_when, &format!("{place}.after"), message)?;
        within_a_day(&format!("{place}.at"), action.at)?;
        within_a_day(&format!("{place}.after"), action.after)?;
        action.when.as_ref().map_or(Ok(()), |when| self.check_when(when, &format!("{place}.when")))
    }

    fn check_when(&self, when: &When, place: &str) -> Result<(), ScriptError> {
        ensure(when.nth > 0, &format!("{place}.nth"), "it counts from 1")?;
        if let Some(record) = when.record {
            let place = format!("{place}.record");
            self.check_record(record, &place)?;
            let message = format!("a \"{}\" event is not about a record", word(when.event));
            ensure(is_about_a_record(when.event), &place, &message)?;
        }
        if let Some(name) = &when.entity {
            self.entity(name).map_err(|why| ScriptError::new(format!("{place}.entity"), why))?;
        }
        let mut partitions = self.topics.iter().map(|topic| topic.partitions).max().unwrap_or(0);
        if let Some(name) = &when.topic {
            let topic = self.topic_index(name);
            let topic = topic.map_err(|why| ScriptError::new(format!("{place}.topic"), why))?;
            partitions = self.topics[usize::from(topic)].partitions;
        }
        if let Some(partition) = when.partition {
            let message = match &when.topic {
                Some(topic) => no_such_partition(topic, partitions),
                None => format!("no topic has a partition {partition}"),
            };
            ensure(partition < partitions, &format!("{place}.partition"), &message)?;
        }
        let about_a_partition = !is_about_a_broker(when.event);
        for (field, given) in [
            ("topic", when.topic.is_some()),
            ("partition", when.partition.is_some()),
            ("offset", when.offset.is_some()),
        ] {
            let message = format!("a \"{}\" event is not about a partition", word(when.event));
            ensure(!given || about_a_partition, &format!("{place}.{field}"), &message)?;
        }
        Ok(())
    }
}

/// `Topic.validate`
fn check_topic_name(name: &str) -> Result<(), String> {
    if let "__consumer_offsets" | "__transaction_state" = name {
        return Err(format!("{name} is made by the brokers; its settings are in cluster.config"));
    }
    check_name("Topic name", name)
}

/// `Topic.validate`, which others use for their names too.
pub(super) fn check_name(what: &str, name: &str) -> Result<(), String> {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let why = match name {
        "" => "the empty string is not allowed".to_owned(),
        "." | ".." => "'.' or '..' is not allowed".to_owned(),
        _ if name.len() > 249 => {
            format!("the length of '{name}' is longer than the max allowed length 249")
        }
        _ if !name.chars().all(is_legal) => {
            format!(
                "'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
            )
        }
        _ => return Ok(()),
    };
    Err(format!("{what} is invalid: {why}"))
}

fn of_a_million(number: u32, place: &str) -> Result<(), ScriptError> {
    let place = format!("{place}.per_million");
    ensure(number <= 1_000_000, &place, "it must be at most 1000000")
}

fn within_a_day(place: &str, time: Option<Duration>) -> Result<(), ScriptError> {
    let time = time.unwrap_or_default();
    ensure(time <= TIME_MAX, place, &format!("{time} is too long; it can be {TIME_MAX}"))
}

/// The word of an event, as the script has it.
fn word(event: EventName) -> String {
    serde_json::to_string(&event).unwrap_or_default().trim_matches('"').to_owned()
}

fn is_about_a_broker(event: EventName) -> bool {
    use EventName::{Crashed, Fenced, Restarted, Unfenced};
    matches!(event, Crashed | Restarted | Fenced | Unfenced)
}

fn is_about_a_record(event: EventName) -> bool {
    use EventName::{Elected, IsrExpanded, IsrShrunk, OffsetCommitted, Truncated};
    !is_about_a_broker(event)
        && !matches!(event, OffsetCommitted | Truncated | Elected | IsrShrunk | IsrExpanded)
}
