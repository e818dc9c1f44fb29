//! What goes in: the script of a run (settings, workload, timed actions) as written in JSON.
//!
//! A run is a pure function of its script. Everything here is what a person writes; the values
//! that the model computes with are made from it by [`Script::resolve`].

pub mod action;
pub mod cast;
mod change;
mod checks;
pub mod clients;
pub mod config;
pub mod deeds;
pub mod duration;
pub mod edit;
pub mod entity;
mod error;
pub mod files;
pub mod knobs;
pub mod limits;
mod parse;
pub mod presets;
pub mod properties;
mod read;
mod reconfigure;
pub mod resolve;
mod roll;
pub mod rules;
mod set;
mod settings;
mod shape;
mod shape_of_actions;
mod suggest;
mod transactions;
pub mod version;

use std::collections::BTreeMap;

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

pub use action::{Action, Do, EventName, When};
pub use config::{BrokerConfig, ConsumerConfig, ProducerConfig, TopicConfig};
pub use duration::Duration;
pub use entity::{End, Entity};
pub use error::{About, Notice, ScriptError};
pub use reconfigure::{ClientChange, NewConfig};
pub use resolve::{Resolved, ResolvedGroup, ResolvedTopic};
pub use roll::Roll;
pub use rules::Rules;
pub use set::TopicChange;
pub use version::Version;

/// Settings as written: Kafka's property names, and values as JSON scalars.
pub type Properties = BTreeMap<String, serde_json::Value>;

/// A run: what is set up, what is sent, and what breaks when.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What the run is called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The version of Kafka whose defaults and rules apply, such as `4.1`.
    #[serde(default)]
    pub kafka: Version,
    /// The luck of the run: every random draw follows from it.
    #[serde(default)]
    pub seed: u64,
    /// When the run ends at the latest, if it does not settle before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Duration>,
    /// The brokers and their settings.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cluster: Cluster,
    /// How long messages travel.
    #[serde(default, skip_serializing_if = "is_default")]
    pub network: Network,
    /// The topics, each with its partitions and settings.
    pub topics: Vec<Topic>,
    /// The producers, each with its settings and what it sends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<Producer>,
    /// The consumer groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// What happens to the system, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
}

/// The brokers, named `broker-1`, `broker-2` and so on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// How many brokers there are.
    pub brokers: u16,
    /// Broker properties, for every broker.
    #[cfg_attr(feature = "cli", schemars(schema_with = "properties::schema::broker"))]
    pub config: Properties,
    /// How many log directories each broker has, each on a disk of its own (`log.dirs`).
    pub log_dirs: u16,
    /// What an append to the page cache costs.
    pub append: Duration,
    /// What an fsync costs.
    pub fsync: Duration,
    /// How often the operating system looks for old dirty pages (Linux: `dirty_writeback_centisecs`).
    pub writeback_interval: Duration,
    /// How old a dirty page must be for the operating system to write it (Linux: `dirty_expire_centisecs`).
    pub writeback_age: Duration,
    /// How long a broker's process takes to start, before it registers with the controller.
    pub startup: Duration,
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            brokers: 3,
            config: Properties::new(),
            log_dirs: 1,
            append: Duration::from_us(50),
            fsync: Duration::from_us(2_000),
            writeback_interval: Duration::from_us(5_000_000),
            writeback_age: Duration::from_us(30_000_000),
            startup: Duration::from_us(2_000_000),
        }
    }
}

/// How long messages travel, one way.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// The latency of every link that no entry of `links` names.
    pub latency: Duration,
    /// The most that chance adds to a message's latency.
    pub jitter: Duration,
    /// Exceptions, in order; the last one that matches a link counts.
    pub links: Vec<Link>,
}

impl Default for Network {
    fn default() -> Self {
        Self { latency: Duration::from_us(500), jitter: Duration::from_us(0), links: Vec::new() }
    }
}

/// An exception to the network's latency.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// One end: an entity (`broker-1`) or a kind (`brokers`, `producers`, `consumers`, `controller`).
    pub from: String,
    /// The other end.
    pub to: String,
    /// Whether only messages from `from` to `to` are meant.
    #[serde(default, skip_serializing_if = "is_default")]
    pub one_way: bool,
    /// The latency, one way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Duration>,
    /// The most that chance adds to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Duration>,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    #[serde(default = "one")]
    pub partitions: u16,
    /// How many replicas each partition has.
    #[serde(default = "three")]
    pub replication_factor: u16,
    /// The brokers of each partition in assignment order; the first is the preferred leader.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<Vec<u16>>,
    /// Topic properties.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    #[cfg_attr(feature = "cli", schemars(schema_with = "properties::schema::topic"))]
    pub config: Properties,
}

/// A producer, named `producer-1`, `producer-2` and so on in the order of the script.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// Producer properties.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    #[cfg_attr(feature = "cli", schemars(schema_with = "properties::schema::producer"))]
    pub config: Properties,
    /// What its application sends, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sends: Vec<Sends>,
    /// How the application calls `send()`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub style: SendStyle,
    /// How the application uses transactions; needs a `transactional.id`, and with one each record
    /// is a transaction unless this says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<Transaction>,
    /// How often the application sends a record again whose send failed with a retriable
    /// exception. A message that is sent again is the same message.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resend: u32,
    /// Where the application goes on when its process is started again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_restart: OnRestart,
    /// After how many records the application calls `flush()`; 0 is never.
    #[serde(default, skip_serializing_if = "is_default")]
    pub flush_every: u32,
    /// The timeout of `close()`; without one it waits for everything that is buffered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_timeout: Option<Duration>,
}

/// How an application uses transactions: it calls `initTransactions()` first, and then
/// `beginTransaction()`, `send()` so many times, and `commitTransaction()`, again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// How many records a transaction has; the last one may have fewer.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub records: u32,
    /// The transactions that the application aborts of its own will, counted from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub abort: Vec<u32>,
    /// Whether the application sends the records of a transaction again that it had to abort.
    #[serde(default, skip_serializing_if = "is_default")]
    pub retry: bool,
}

impl Default for Transaction {
    fn default() -> Self {
        Self { records: once(), abort: Vec::new(), retry: false }
    }
}

/// An application that reads, processes and sends: for each record one record to another topic, by
/// a producer of the same process. The records of a `poll()` are one transaction, if the producer
/// uses transactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Produces {
    /// The producers of the group's consumers, one each; they send nothing else.
    pub producers: Vec<String>,
    /// Where to.
    pub topic: String,
    /// How the offsets of what was read are committed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub offsets: OffsetsCommit,
    /// The size of a serialized value.
    #[serde(default = "hundred")]
    pub value_bytes: u32,
}

/// How an application that reads, processes and sends commits its offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OffsetsCommit {
    /// `sendOffsetsToTransaction()`: with the records, or not at all.
    #[default]
    Transaction,
    /// `commitSync()` of the consumer, when the records are committed.
    CommitSync,
    /// Not at all.
    None,
}

/// Where an application goes on when its process is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OnRestart {
    /// At the record after the last one that it sent.
    #[default]
    Continue,
    /// It first sends again what was not acknowledged, as one does that keeps an outbox.
    ResendUnacknowledged,
    /// It sends everything again, as one does that reads its source from the beginning.
    ResendAll,
}

/// How an application calls `send()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SendStyle {
    /// `send(record, callback)`: the application hears of each outcome.
    #[default]
    Callback,
    /// `send(record).get()`: the application waits for each outcome.
    Blocking,
    /// `send(record)`: the application never looks.
    FireAndForget,
}

/// A series of records.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sends {
    /// Where to.
    pub topic: String,
    /// How many records.
    pub count: u32,
    /// When the first one is sent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub start: Duration,
    /// The time between two sends.
    #[serde(default, skip_serializing_if = "is_default")]
    pub every: Duration,
    /// The keys, taken in turn; without any the key is null.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The partition, where the application names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<u16>,
    /// The size of a serialized value.
    #[serde(default = "hundred")]
    pub value_bytes: u32,
    /// How far the records' timestamps are ahead of the brokers' clocks.
    #[serde(default, skip_serializing_if = "is_default")]
    pub timestamp_ahead: Duration,
    /// Whether the serializer fails on the value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unserializable: bool,
}

/// A consumer group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its `group.id`.
    pub id: String,
    /// The topics that it subscribes to.
    pub topics: Vec<String>,
    /// How many consumers it has, named `<id>-1`, `<id>-2` and so on.
    #[serde(default = "one")]
    pub members: u16,
    /// Consumer properties.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    #[cfg_attr(feature = "cli", schemars(schema_with = "properties::schema::consumer"))]
    pub config: Properties,
    /// How long the application works on one record.
    #[serde(default, skip_serializing_if = "is_default")]
    pub processing: Duration,
    /// When the application commits; only meaningful with `enable.auto.commit=false`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub commit: CommitStyle,
    /// How many records the application processes before it commits again; it commits behind
    /// whole polls.
    #[serde(default, skip_serializing_if = "is_default")]
    pub commit_every: u32,
    /// Whether the application calls `commitSync()` in `onPartitionsRevoked`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub commit_on_revoke: bool,
    /// How many worker threads the records of a poll are handed to; with 0 the loop that polls
    /// works on them itself. The loop polls on at once, unless it commits by hand after processing:
    /// then it waits for the workers first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub workers: u16,
    /// What the application cannot process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Whether processing a message again has no further effect (it is known by its business id).
    #[serde(default, skip_serializing_if = "is_default")]
    pub idempotent: bool,
    /// With `group.protocol=consumer`: whether the background thread takes the positions for the
    /// automatic commit after `poll()` has taken its records. So it was from 3.7 to 3.9
    /// (KAFKA-18641), and so it can be since 4.2, by reading; not in 4.0 and 4.1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub auto_commit_race: bool,
    /// What the application sends for each record that it has processed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub produces: Option<Produces>,
    /// How many of the members run when the run begins, the first ones; actions start the others
    /// (`restart`). Without it all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<u16>,
}

/// Records whose processing throws an exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Which records, by their numbers.
    pub records: Vec<u32>,
    /// How often each consumer fails with such a record before it can process it.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u32,
    /// What the application does then.
    #[serde(default, skip_serializing_if = "is_default")]
    pub then: OnFailure,
}

/// What an application does about an exception.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// It logs the exception and goes on with the next record.
    #[default]
    Skip,
    /// It tries the same record again before it goes on.
    Retry,
    /// It leaves the loop, and `close()` stands in a `finally` block.
    Close,
    /// Its process ends without `close()`.
    Crash,
}

/// When an application commits its offsets by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CommitStyle {
    /// `commitSync()` when the records of a poll are processed.
    #[default]
    SyncAfter,
    /// `commitSync()` before they are processed.
    SyncBefore,
    /// `commitAsync()` when they are processed.
    AsyncAfter,
    /// Never.
    Never,
}

/// Whether a field need not be written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn one() -> u16 {
    1
}

fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_once(times: &u32) -> bool {
    *times == 1
}

fn three() -> u16 {
    3
}

fn hundred() -> u32 {
    100
}
