//! Names of things: small numbers that mean one kind of thing only.
//!
//! Entities are numbered from 0 inside the model and from 1 on the screen, as in `broker-1`.

use std::fmt;

use serde::Serialize;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($int:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub $int);

        impl $name {
            /// The place of this thing in a list of all of its kind.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(
    /// A producer.
    ProducerId(u16)
);
id!(
    /// A broker.
    BrokerId(u16)
);
id!(
    /// A consumer: one member of one group.
    ConsumerId(u16)
);
id!(
    /// A consumer group.
    GroupId(u16)
);
id!(
    /// A partition of a topic; all topics' partitions are numbered in one list.
    PartitionId(u16)
);
id!(
    /// A record, numbered from 1 in the order of the planned sends. It is the application's
    /// business id: a resend is the same message.
    RecordId(u32)
);
id!(
    /// A batch of records, as the accumulator made it.
    BatchId(u32)
);
id!(
    /// A `transactional.id`.
    TransactionalId(u16)
);
id!(
    /// A connection between a client and a server.
    ConnectionId(u32)
);
id!(
    /// A message on the network.
    MessageId(u64)
);
id!(
    /// A request and its response: Kafka's correlation id, unique in the run.
    RequestId(u64)
);
id!(
    /// An event of the trace, numbered from 0.
    TraceId(u64)
);

impl fmt::Display for BrokerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broker-{}", self.0 + 1)
    }
}

impl fmt::Display for ProducerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "producer-{}", self.0 + 1)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Whoever sends and receives messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Node {
    /// A producer.
    Producer(ProducerId),
    /// A broker.
    Broker(BrokerId),
    /// The KRaft controller; its quorum is one entity that never fails.
    Controller,
    /// A consumer.
    Consumer(ConsumerId),
}

impl Node {
    /// A number that is this node's alone, for its luck.
    #[must_use]
    pub fn code(self) -> u64 {
        match self {
            Self::Controller => 0,
            Self::Broker(id) => 0x1_0000 + u64::from(id.0),
            Self::Producer(id) => 0x2_0000 + u64::from(id.0),
            Self::Consumer(id) => 0x3_0000 + u64::from(id.0),
        }
    }
}
