//! What happens to the system, and when: crashes, restarts and the moments that trigger them.

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Duration, Properties, Roll};

/// Something done to the system, `at` a time or `when` something happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The time; before the model's own events of that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Duration>,
    /// What must have happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// How long after that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Duration>,
    /// What is done.
    #[serde(rename = "do")]
    pub what: Do,
}

/// The n-th event of a kind; every field that is given must match.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The kind of event.
    pub event: EventName,
    /// The record that it is about (records are numbered from 1 in the order of their sends).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u32>,
    /// The entity that it happened at: `broker-2`, `producer-1`, `billing-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The topic that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The partition that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<u16>,
    /// The offset that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Which of the events that match, counted from 1.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub nth: u32,
}

/// The kinds of events that an action can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EventName {
    /// The application called `send()`.
    Created,
    /// The application called `send()` again for the record.
    Resent,
    /// The record joined a batch of the accumulator.
    Batched,
    /// The sender drained the record's batch into a request.
    Drained,
    /// A leader appended the record to its log.
    Appended,
    /// A follower appended the record to its log.
    Replicated,
    /// The high watermark of the leader passed the record.
    Committed,
    /// The application was told that the record was sent.
    Acked,
    /// The application was told that it was not.
    Failed,
    /// The record's batch went back to the accumulator.
    Retried,
    /// `poll()` returned the record.
    Polled,
    /// The application finished processing the record.
    Processed,
    /// The group's offset was stored.
    OffsetCommitted,
    /// The consumer was told that its commit failed.
    CommitFailed,
    /// Processing the record threw an exception.
    ProcessingFailed,
    /// A producer's application called `beginTransaction()`.
    TransactionBegun,
    /// The transaction coordinator decided to commit or to abort, and its log is replicated.
    TransactionPrepared,
    /// `commitTransaction()` or `abortTransaction()` returned.
    TransactionEnded,
    /// A leader wrote a transaction's marker.
    MarkerWritten,
    /// A group's coordinator began to share out its partitions anew.
    Rebalancing,
    /// A consumer got partitions.
    Assigned,
    /// A consumer gave partitions back, or lost them.
    Revoked,
    /// A consumer is not a member of its group any more.
    Removed,
    /// The log was cut at an offset.
    Truncated,
    /// The process of a broker, a producer or a consumer died, or the broker's machine lost its power.
    Crashed,
    /// The `close()` of a producer or a consumer is done.
    Closed,
    /// A broker's process was started.
    Restarted,
    /// The controller fenced a broker.
    Fenced,
    /// The controller unfenced a broker.
    Unfenced,
    /// The controller elected a leader.
    Elected,
    /// A replica left the ISR.
    IsrShrunk,
    /// A replica joined the ISR.
    IsrExpanded,
}

/// What is done to the system.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Do {
    /// Kill the process (`kill -9`): its connections close, its page cache stays. A producer or
    /// consumer takes along what it had in memory.
    Crash(String),
    /// Start the process again, and the machine if it is off.
    Restart(String),
    /// Cut the power of a broker's machine: what is not on its disk is gone, and nobody is told.
    PowerCut(String),
    /// Stop in an orderly way: a broker by controlled shutdown, a producer or consumer by `close()`.
    Shutdown(String),
    /// Stop a process for a while (a long garbage collection); its machine goes on.
    Pause(String),
    /// Let a paused process go on.
    Resume(String),
    /// Let nothing through from one end to the other. TCP keeps what is sent and delivers it when
    /// the link heals, if the connection still stands.
    Cut(Between),
    /// Let everything through again.
    Heal(Between),
    /// Give a link another latency.
    Slow(SlowLink),
    /// Lose the next request or response between two.
    Lose(LoseNext),
    /// From now on lose each request or response between two with a chance, each by its own luck.
    LoseSome(LoseSome),
    /// Give each partition back to the first replica of its assignment, where that is in sync.
    ElectPreferred,
    /// Let each partition without a leader have one, whatever its log lacks
    /// (`kafka-leader-election --election-type unclean`).
    ElectUnclean,
    /// Change settings of a topic, or of all brokers, while they run (`kafka-configs --alter`).
    Set(SetConfig),
    /// Let a client come back with other settings: it ends in order what it is about, calls
    /// `close()`, and starts again. One that is down has them with its next start.
    Reconfigure(Reconfigure),
    /// Give the brokers other settings in their files, and restart them for it one after the other
    /// (a rolling restart): each in order, when the one before is in sync again.
    Roll(Roll),
    /// Let each write to a log directory of a broker fail from now on. The broker notices with its
    /// next write; what was not on disk is gone. With its last directory its process ends. A
    /// restart finds the directory usable again.
    FailDisk(DiskOf),
    /// Destroy a disk with a log directory. The broker goes on without it, or ends; its next start
    /// finds an empty one in its place.
    LoseDisk(DiskOf),
    /// Give a broker's disk other costs.
    SlowDisk(SlowDisk),
    /// Let a link lose packets. TCP sends them again, after 200 ms, 400 ms, 800 ms and so on: to
    /// those who talk over it the link is slow at times.
    Drop(DropPackets),
    /// Let an application send one more record; such records are numbered after all others, in
    /// the order of the script.
    Send(SendNow),
    /// Let the application of a record call `send()` for it again, whatever it was told.
    Resend(u32),
    /// Let a producer's application call `flush()`.
    Flush(String),
    /// Add partitions to a topic (`kafka-topics --alter --partitions`). Clients learn of them with
    /// their next metadata.
    AddPartitions(AddPartitions),
    /// Delete the records of a partition before an offset, as retention does with old segments
    /// (or `kafka-delete-records`).
    DeleteRecords(DeleteRecords),
    /// Let the committed offsets of a group expire, as `offsets.retention.minutes` does when the
    /// group was empty for so long; ignored while it has members.
    ExpireOffsets(String),
    /// Let a consumer's application work that much longer on the record that it works on, or on its
    /// next one (a call that hangs); its heartbeats go on.
    Stall(Stall),
}

/// Settings and their new values.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetConfig {
    /// The topic whose properties change; without one it is properties of all brokers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The properties, with their new values.
    pub config: Properties,
}

/// A client and the settings that it comes back with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reconfigure {
    /// A producer, a consumer, or a group: all of its members at once.
    pub client: String,
    /// The properties with their new values; `null` takes one back that was given before. The
    /// others stay as they are.
    pub config: Properties,
}

/// A log directory of a broker; each has a disk of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DiskOf {
    /// The broker.
    pub broker: String,
    /// Which of its log directories, counted from 1.
    #[serde(default = "first_directory", skip_serializing_if = "is_first_directory")]
    pub directory: u16,
}

/// A broker's disk and what it costs from now on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SlowDisk {
    /// The broker.
    pub broker: String,
    /// What an append to the page cache costs; without a value as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub append: Option<Duration>,
    /// What an fsync costs; without a value as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fsync: Option<Duration>,
}

/// A link and how many of its packets are lost.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DropPackets {
    /// One end.
    pub from: String,
    /// The other end.
    pub to: String,
    /// Whether only the way from `from` to `to` is meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_way: bool,
    /// How many of a million packets are lost; each message is one packet.
    pub per_million: u32,
}

/// A record that an application sends when the action comes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SendNow {
    /// Who sends it.
    pub producer: String,
    /// Where to.
    pub topic: String,
    /// Its key; without one it is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The partition, where the application names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<u16>,
    /// The size of the serialized value.
    #[serde(default = "super::hundred")]
    pub value_bytes: u32,
    /// How far its timestamp is ahead of the brokers' clocks.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub timestamp_ahead: Duration,
    /// Whether the serializer fails on the value.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub unserializable: bool,
}

/// A topic and how many partitions it shall have.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddPartitions {
    /// The topic.
    pub topic: String,
    /// How many partitions it has then, the old ones included.
    pub partitions: u16,
}

/// Records at the beginning of a partition.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteRecords {
    /// The topic.
    pub topic: String,
    /// The partition.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub partition: u16,
    /// The first offset that stays; without it everything below the high watermark goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// An application that hangs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stall {
    /// Whose.
    pub consumer: String,
    /// For how long.
    #[serde(rename = "for")]
    pub longer: Duration,
}

/// Two ends of a link.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// One end: an entity (`broker-1`) or a kind (`brokers`, `producers`, `consumers`, `controller`).
    pub from: String,
    /// The other end.
    pub to: String,
    /// Whether only the way from `from` to `to` is meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_way: bool,
}

/// A link and its new latency.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SlowLink {
    /// One end.
    pub from: String,
    /// The other end.
    pub to: String,
    /// Whether only the way from `from` to `to` is meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_way: bool,
    /// The latency from now on, one way.
    pub latency: Duration,
}

/// Which message is lost.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoseNext {
    /// The client: who sends requests.
    pub client: String,
    /// The server: who answers them.
    pub server: String,
    /// Whether the request or the response is lost.
    pub what: Lost,
    /// What becomes of the connection.
    #[serde(default)]
    pub connection: Broken,
}

/// Which messages are lost, and how many of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoseSome {
    /// The clients: who send requests.
    pub client: String,
    /// The servers: who answer them.
    pub server: String,
    /// Whether requests or responses are lost; for both it takes two actions.
    pub what: Lost,
    /// How many of a million are lost; 0 ends it.
    pub per_million: u32,
    /// What becomes of the connection.
    #[serde(default)]
    pub connection: Broken,
}

/// A request or a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Lost {
    /// The next request, before the server reads it.
    Request,
    /// The next response, before the client reads it.
    Response,
    /// The next request, while the client has written only a part of it: with `acks=0` it knows
    /// that the request was not sent.
    Write,
}

/// What becomes of a connection that loses a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// Both sides notice at once.
    #[default]
    Reset,
    /// Nobody notices: whoever waits does so until `request.timeout.ms`.
    Silent,
}

impl Do {
    /// Whether it breaks something or repairs it: a process, a machine, a link, a disk. Whatever
    /// else an action does is part of how the system is used and run.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        match self {
            Self::Crash(_)
            | Self::Restart(_)
            | Self::PowerCut(_)
            | Self::Shutdown(_)
            | Self::Pause(_)
            | Self::Resume(_)
            | Self::Cut(_)
            | Self::Heal(_)
            | Self::Slow(_)
            | Self::Lose(_)
            | Self::LoseSome(_)
            | Self::FailDisk(_)
            | Self::LoseDisk(_)
            | Self::SlowDisk(_)
            | Self::Drop(_)
            | Self::Stall(_) => true,
            Self::ElectPreferred
            | Self::ElectUnclean
            | Self::Set(_)
            | Self::Reconfigure(_)
            | Self::Roll(_)
            | Self::Send(_)
            | Self::Resend(_)
            | Self::Flush(_)
            | Self::AddPartitions(_)
            | Self::DeleteRecords(_)
            | Self::ExpireOffsets(_) => false,
        }
    }

    /// The entity that it is done to, if it is done to one; a `reconfigure` also takes a group.
    #[must_use]
    pub fn entity(&self) -> Option<&str> {
        match self {
            Self::Crash(name)
            | Self::Restart(name)
            | Self::PowerCut(name)
            | Self::Shutdown(name)
            | Self::Pause(name)
            | Self::Resume(name)
            | Self::Flush(name) => Some(name),
            Self::Send(send) => Some(&send.producer),
            Self::Reconfigure(its) => Some(&its.client),
            Self::Stall(stall) => Some(&stall.consumer),
            Self::FailDisk(disk) | Self::LoseDisk(disk) => Some(&disk.broker),
            Self::SlowDisk(disk) => Some(&disk.broker),
            _ => None,
        }
    }
}

pub(super) fn first_directory() -> u16 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_first_directory(directory: &u16) -> bool {
    *directory == 1
}

pub(super) fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_first(nth: &u32) -> bool {
    *nth == 1
}
