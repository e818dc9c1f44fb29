//! Consumer groups as requests and logs know them: members, generations, and what they ask of the
//! group coordinator.

use serde::Serialize;

use super::ids::{ConsumerId, GroupId, PartitionId};
use super::setup::Setup;
use crate::script::config::ConsumerConfig;

/// A member id. A consumer that is thrown out of its group, or started again, comes back under
/// another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MemberId {
    /// Whose it is.
    pub consumer: ConsumerId,
    /// How many it had before.
    pub number: u32,
}

/// A member and the generation that it knows of; under the consumer protocol its epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// Who.
    pub member: MemberId,
    /// Since when.
    pub generation: u32,
}

/// What a member reads.
pub type Share = (MemberId, Vec<PartitionId>);

/// What `__consumer_offsets` says of a group (`GroupMetadataValue`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupMetadata {
    /// Which.
    pub group: GroupId,
    /// Its generation.
    pub generation: u32,
    /// Its members and their assignment.
    pub members: Vec<MemberMetadata>,
}

/// What `__consumer_offsets` says of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberMetadata {
    /// Who.
    pub id: MemberId,
    /// What it reads.
    pub share: Vec<PartitionId>,
    /// The consumer protocol: its epoch; it is behind the group's until it has given back what it
    /// has to. In a classic group always the generation.
    pub epoch: u32,
    /// What it has to give back, and has not yet.
    pub revoking: Vec<PartitionId>,
    /// How long it may be silent or slow.
    pub timeouts: Timeouts,
}

/// What a member says of its patience when it joins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Timeouts {
    /// After what silence it is thrown out: `session.timeout.ms`, or under the consumer protocol the
    /// coordinator's own.
    pub session_us: u64,
    /// How long it may take to join, or to give back: `max.poll.interval.ms`.
    pub rebalance_us: u64,
}

impl Timeouts {
    /// Those of a member with such settings.
    #[must_use]
    pub fn of(setup: &Setup, config: &ConsumerConfig) -> Self {
        let session_us = setup.session_timeout_us(config);
        Self { session_us, rebalance_us: config.max_poll_interval_us }
    }
}

/// What a member asks of the coordinator.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are the words of the sentence above each variant")]
pub enum GroupCall {
    /// JoinGroup, with what the member has had so far, for assignors that are sticky. One that
    /// comes for the first time under its member id is new.
    JoinGroup { member: MemberId, new: bool, owned: Vec<PartitionId>, timeouts: Timeouts },
    /// SyncGroup; the leader brings the assignment.
    SyncGroup { by: Membership, assignment: Vec<Share> },
    /// Heartbeat.
    Heartbeat(Membership),
    /// LeaveGroup.
    LeaveGroup(MemberId),
    /// ConsumerGroupHeartbeat (KIP-848), with what the member has; at epoch 0 it joins.
    ConsumerGroupHeartbeat { by: Membership, owned: Vec<PartitionId>, timeouts: Timeouts },
    /// ConsumerGroupHeartbeat at epoch -1: it leaves.
    LeaveConsumerGroup(MemberId),
}

/// What the coordinator answers.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are the words of the sentence above each variant")]
pub enum GroupAnswer {
    /// To JoinGroup: the generation; for the leader also everybody with what they had.
    Joined { generation: u32, members: Vec<Share> },
    /// To SyncGroup: what the member reads.
    Synced(Vec<PartitionId>),
    /// To ConsumerGroupHeartbeat: the member's epoch, and what it may have.
    Assigned { epoch: u32, share: Vec<PartitionId> },
    /// To a heartbeat, or to one who leaves.
    Heard,
}

impl GroupCall {
    /// Kafka's name of the request.
    #[must_use]
    pub fn api(&self) -> &'static str {
        match self {
            Self::JoinGroup { .. } => "JoinGroup",
            Self::SyncGroup { .. } => "SyncGroup",
            Self::Heartbeat(_) => "Heartbeat",
            Self::LeaveGroup(_) => "LeaveGroup",
            Self::ConsumerGroupHeartbeat { .. } | Self::LeaveConsumerGroup(_) => {
                "ConsumerGroupHeartbeat"
            }
        }
    }
}

impl GroupAnswer {
    /// Kafka's name of the request that it answers.
    #[must_use]
    pub fn api(&self) -> &'static str {
        match self {
            Self::Joined { .. } => "JoinGroup",
            Self::Synced(_) => "SyncGroup",
            Self::Assigned { .. } => "ConsumerGroupHeartbeat",
            Self::Heard => "Heartbeat",
        }
    }
}

/// Why a member is not in its group any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Removal {
    /// It left: `close()`, or `max.poll.interval.ms` was over.
    Left,
    /// The coordinator heard nothing of it for `session.timeout.ms`.
    SessionTimeout,
    /// It did not join a rebalance within `max.poll.interval.ms`.
    RebalanceTimeout,
}
