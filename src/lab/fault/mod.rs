//! A fault: something that breaks, without the moment when it does. `crash:broker-1` is one,
//! `pause:leader:35s` another; the [danger map](super::DangerMap) tries one at every moment.
//!
//! A fault is written as its kind, whom it hits, and how long it lasts, with colons between. What
//! it does to a run are ordinary actions of a script, so that every run it leads to can be opened.

mod fitting;
mod own;
mod text;
mod words;

use serde::{Serialize, Serializer};

use crate::script::action::{Between, Broken, DiskOf, LoseNext, Lost, Stall};
use crate::script::{Action, Do, Duration, Script};

pub(super) use own::repair;
pub use own::{OwnFault, own_faults};

/// How long a broker or a link is out, if nothing else is said: longer than
/// `broker.session.timeout.ms` (9 s), `replica.lag.time.max.ms` and `request.timeout.ms` (30 s).
const OUT: Duration = Duration::from_ms(35_000);
/// How long a client stands still, if nothing else is said: longer than `session.timeout.ms` (45 s)
/// and not as long as `delivery.timeout.ms` (2 min).
const CLIENT_OUT: Duration = Duration::from_ms(50_000);
/// How much longer an application works, if nothing else is said: `max.poll.interval.ms` is 5 min.
const STALLED: Duration = Duration::from_ms(360_000);

/// Something that breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A process, a machine or a disk is gone; with a time the process is started again after that.
    Down {
        /// In which way.
        how: Down,
        /// Whose.
        who: Who,
        /// After what time it is started again.
        back: Option<Duration>,
    },
    /// A process stands still and goes on again.
    Pause {
        /// Whose.
        who: Who,
        /// For how long.
        lasts: Duration,
    },
    /// A consumer's application hangs in the middle of a record.
    Stall {
        /// Whose.
        who: Who,
        /// For how long.
        lasts: Duration,
    },
    /// The next request or response between two is lost.
    Lose {
        /// Which of them.
        what: Lost,
        /// Who asks.
        client: Who,
        /// Who answers.
        server: Who,
        /// What becomes of the connection.
        connection: Broken,
    },
    /// Nothing gets through between two, and then everything again.
    Cut {
        /// One end.
        from: Who,
        /// The other end.
        to: Who,
        /// Whether only the way from `from` to `to` is cut.
        one_way: bool,
        /// For how long.
        lasts: Duration,
    },
}

/// In which way something goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Down {
    /// The process is killed.
    Crash,
    /// The machine loses its power, and with it what is not on disk.
    PowerCut,
    /// It stops in an orderly way.
    Shutdown,
    /// Writing to the log directory of that number fails from then on.
    FailDisk(u16),
    /// The disk of the log directory of that number is destroyed.
    LoseDisk(u16),
}

/// Whom a fault hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// An entity (`broker-1`), or all of a kind (`brokers`).
    Named(String),
    /// Whichever broker leads that partition (`orders-0`) when the fault strikes; without one it
    /// is the first partition of the script.
    Leader(Option<String>),
}

impl Who {
    fn names(&self, script: &Script, leader: Leader<'_>) -> Option<Vec<String>> {
        match self {
            Self::Named(kind) if kind == "brokers" => {
                Some((1..=script.cluster.brokers).map(|n| format!("broker-{n}")).collect())
            }
            _ => Some(vec![self.name(leader)?]),
        }
    }

    fn name(&self, leader: Leader<'_>) -> Option<String> {
        match self {
            Self::Named(name) => Some(name.clone()),
            Self::Leader(partition) => leader(partition.as_deref()),
        }
    }

    fn is_leader(&self) -> bool {
        matches!(self, Self::Leader(_))
    }
}

/// Who leads a partition at the moment, by names; without one the first partition is meant.
pub(super) type Leader<'a> = &'a dyn Fn(Option<&str>) -> Option<String>;

impl Fault {
    /// What it does to a run, as actions whose `at` counts from the moment when it strikes. There
    /// are none if it hits the leader of a partition that nobody leads.
    pub(super) fn actions(&self, script: &Script, leader: Leader<'_>) -> Vec<Action> {
        self.steps(script, leader).unwrap_or_default()
    }

    fn steps(&self, script: &Script, leader: Leader<'_>) -> Option<Vec<Action>> {
        let now = Duration::default();
        let steps = match self {
            Self::Down { how, who, back } => {
                let names = who.names(script, leader)?;
                let begin = names.iter().map(|name| step(now, how.of(name)));
                let end = names
                    .iter()
                    .filter_map(|name| back.map(|back| step(back, Do::Restart(name.clone()))));
                begin.chain(end).collect()
            }
            Self::Pause { who, lasts } => {
                let names = who.names(script, leader)?;
                let begin = names.iter().map(|name| step(now, Do::Pause(name.clone())));
                let end = names.iter().map(|name| step(*lasts, Do::Resume(name.clone())));
                begin.chain(end).collect()
            }
            Self::Stall { who, lasts } => {
                let stall = Stall { consumer: who.name(leader)?, longer: *lasts };
                vec![step(now, Do::Stall(stall))]
            }
            Self::Lose { what, client, server, connection } => vec![step(
                now,
                Do::Lose(LoseNext {
                    client: client.name(leader)?,
                    server: server.name(leader)?,
                    what: *what,
                    connection: *connection,
                }),
            )],
            Self::Cut { from, to, one_way, lasts } => {
                let (from, to) = (from.name(leader)?, to.name(leader)?);
                let way = Between { from, to, one_way: *one_way };
                vec![step(now, Do::Cut(way.clone())), step(*lasts, Do::Heal(way))]
            }
        };
        Some(steps)
    }

    /// Whom it hits: one, or the two ends of a link.
    fn hits(&self) -> (&Who, Option<&Who>) {
        match self {
            Self::Down { who, .. } | Self::Pause { who, .. } | Self::Stall { who, .. } => {
                (who, None)
            }
            Self::Lose { client, server, .. } => (client, Some(server)),
            Self::Cut { from, to, .. } => (from, Some(to)),
        }
    }

    /// Whether it depends on the moment whom it hits.
    pub(super) fn follows_a_leader(&self) -> bool {
        let (one, other) = self.hits();
        one.is_leader() || other.is_some_and(Who::is_leader)
    }
}

impl Down {
    fn of(self, name: &str) -> Do {
        let broker = name.to_owned();
        match self {
            Self::Crash => Do::Crash(broker),
            Self::PowerCut => Do::PowerCut(broker),
            Self::Shutdown => Do::Shutdown(broker),
            Self::FailDisk(directory) => Do::FailDisk(DiskOf { broker, directory }),
            Self::LoseDisk(directory) => Do::LoseDisk(DiskOf { broker, directory }),
        }
    }
}

fn step(at: Duration, what: Do) -> Action {
    Action { at: Some(at), when: None, after: None, what }
}

/// How long a pause lasts if nothing is said.
fn usual_pause(who: &Who) -> Duration {
    match who {
        Who::Named(name) if !name.starts_with("broker") => CLIENT_OUT,
        _ => OUT,
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
