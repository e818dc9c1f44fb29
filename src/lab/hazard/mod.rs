//! A hazard: what may go wrong in a run, and how often, in words such as
//! `broker-crash=1/h,for=30s lose-response=1%`.
//!
//! A rate is that of each broker or client by itself: its faults come independently of each other
//! and of all others, so that the time to the next one is exponential. They strike while records
//! are under way (`within=…` says otherwise). Everything is drawn before a run begins
//! ([`Plan`]): what comes of it is a script like any other.

mod plan;
mod quiet;
mod text;

use serde::{Serialize, Serializer};

pub use plan::Plan;

use crate::script::Duration;

/// What may go wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hazard {
    /// The dangers, none of them twice.
    pub risks: Vec<Risk>,
    /// Faults strike from the beginning to that time; else as long as records are under way when
    /// nothing strikes.
    pub within: Option<Duration>,
}

/// One danger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Risk {
    /// The script's own faults, all together, at a random moment: the first one strikes then, the
    /// others as long after it as in the script.
    Script,
    /// The script's own faults, as they are written.
    AsWritten,
    /// Something strikes now and then.
    Strikes {
        /// What.
        what: Strike,
        /// How long a broker (or client) goes without it on average.
        mean: Duration,
        /// After how long it is repaired; never without a value.
        lasts: Option<Duration>,
    },
    /// Some messages are lost all the time.
    Leaks {
        /// Which ones.
        what: Leak,
        /// How many of a million.
        per_million: u32,
    },
}

/// What strikes a broker or a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// The process of a broker is killed, and started again.
    BrokerCrash,
    /// A broker is stopped in an orderly way, and started again.
    BrokerShutdown,
    /// A broker's process stands still, as in a long garbage collection.
    BrokerPause,
    /// A broker is cut off from everybody.
    BrokerCut,
    /// A broker's machine loses its power.
    PowerCut,
    /// A broker's links to the other brokers are slow: one way takes a second.
    SlowFollower,
    /// The process of a producer or consumer is killed, and started again.
    ClientCrash,
    /// Only of a producer.
    ProducerCrash,
    /// Only of a consumer.
    ConsumerCrash,
    /// The process of a producer or consumer stands still.
    ClientPause,
}

/// Which messages are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// Requests of clients to brokers; the connection breaks with them.
    LoseRequest,
    /// Responses of brokers to clients; the connection breaks with them.
    LoseResponse,
    /// Packets on every link; TCP sends them again, later.
    Drop,
}

impl Strike {
    /// All of them, each with its word, and after how long it is repaired unless said otherwise. A
    /// broker is away for longer than `broker.session.timeout.ms`, so that somebody notices.
    pub const ALL: [(Self, &'static str, Duration); 10] = [
        (Self::BrokerCrash, "broker-crash", Duration::from_ms(15_000)),
        (Self::BrokerShutdown, "broker-shutdown", Duration::from_ms(15_000)),
        (Self::BrokerPause, "broker-pause", Duration::from_ms(15_000)),
        (Self::BrokerCut, "broker-cut", Duration::from_ms(15_000)),
        (Self::PowerCut, "power-cut", Duration::from_ms(60_000)),
        (Self::SlowFollower, "slow-follower", Duration::from_ms(30_000)),
        (Self::ClientCrash, "client-crash", Duration::from_ms(5_000)),
        (Self::ProducerCrash, "producer-crash", Duration::from_ms(5_000)),
        (Self::ConsumerCrash, "consumer-crash", Duration::from_ms(5_000)),
        (Self::ClientPause, "client-pause", Duration::from_ms(15_000)),
    ];
}

impl Leak {
    /// All of them, each with its word.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::LoseRequest, "lose-request"),
        (Self::LoseResponse, "lose-response"),
        (Self::Drop, "drop"),
    ];
}

impl Serialize for Hazard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
