//! What happens to the system, and when: crashes, restarts and the moments that trigger them.

#[cfg(feature = "cli")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Duration;

/// Something done to the system, `at` a time or `when` something happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EventName {
    /// The application called `send()`.
    Created,
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
    /// The log was cut at an offset.
    Truncated,
    /// A broker's process died.
    Crashed,
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Do {
    /// Kill the process (`kill -9`): its connections reset, its page cache stays.
    Crash(String),
    /// Start the process again.
    Restart(String),
}

fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_first(nth: &u32) -> bool {
    *nth == 1
}
