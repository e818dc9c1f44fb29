//! What became of each record of a run in one word, and in which way it came to harm: what a change
//! can be aimed at.

use serde::Serialize;

use super::Replay;
use crate::model::ids::RecordId;
use crate::verdict::{Fate, Place, Verdict};

/// What became of a record, out of order counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Became {
    /// The script sends it, but nothing came of that in this run.
    Unsent,
    /// It took effect exactly once, and in order.
    Delivered,
    /// It failed, and its application was told so.
    Reported,
    /// Its transaction was aborted.
    Aborted,
    /// It waits for what will not come by itself.
    Pending,
    /// It was delivered, but after a later one of its key.
    Reordered,
    /// It took effect more than once.
    Duplicated,
    /// It took effect though its application was told that it failed.
    Ghost,
    /// It will never take effect.
    Lost,
}

impl Became {
    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsent => "unsent",
            Self::Delivered => "delivered",
            Self::Reported => "reported",
            Self::Aborted => "aborted",
            Self::Pending => "pending",
            Self::Reordered => "reordered",
            Self::Duplicated => "duplicated",
            Self::Ghost => "ghost",
            Self::Lost => "lost",
        }
    }

    /// Whether that is harm.
    #[must_use]
    pub fn is_harm(self) -> bool {
        matches!(self, Self::Reordered | Self::Duplicated | Self::Ghost | Self::Lost)
    }
}

/// A way in which records come to harm, or fail to arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Lost before it left the application: its send failed, and nobody looked.
    LostInApplication,
    /// Lost with the producer's accumulator.
    LostInAccumulator,
    /// Lost on its way, or refused by a broker while nobody looked.
    LostOnTheWay,
    /// Lost with a page cache.
    LostInPageCache,
    /// Lost with a disk.
    LostWithDisk,
    /// Lost because a broker leads that does not have it.
    LostWithLeader,
    /// Lost because its group went past it.
    Skipped,
    /// Lost because its group began behind it.
    NeverRead,
    /// The log has it twice.
    StoredTwice,
    /// The log has it once, and its group processed it twice.
    ProcessedTwice,
    /// Out of order.
    OutOfOrder,
    /// Its application was told that it failed, and it was delivered.
    Ghost,
    /// It failed, and its application was told so. No harm, but what harm can be traded for.
    Refused,
    /// It waits for ever. No harm either.
    Waiting,
}

/// What became of each record, in order of their numbers.
pub(super) fn became(replay: &Replay) -> Vec<Became> {
    let ledger = &replay.ledger;
    let reordered = &replay.harms.reordered;
    let of = |id: RecordId| {
        if !ledger.is_sent(id) {
            return Became::Unsent;
        }
        match ledger.verdict(id).fate {
            Fate::Lost => Became::Lost,
            Fate::Ghost => Became::Ghost,
            Fate::Duplicated => Became::Duplicated,
            _ if reordered.contains(&id) => Became::Reordered,
            Fate::Pending => Became::Pending,
            Fate::Aborted => Became::Aborted,
            Fate::Reported => Became::Reported,
            Fate::Delivered => Became::Delivered,
        }
    };
    ledger.records().map(of).collect()
}

/// The troubles of a run, each once.
pub(super) fn troubles(replay: &Replay) -> Vec<Trouble> {
    let harms = &replay.harms;
    let mut all = Vec::new();
    let mut add = |trouble: Trouble| {
        if !all.contains(&trouble) {
            all.push(trouble);
        }
    };
    for id in &harms.lost {
        add(of_loss(&replay.ledger.verdict(*id)));
    }
    for id in &harms.duplicated {
        let verdict = replay.ledger.verdict(*id);
        let times = verdict.stored.len() as u32;
        if times > 1 {
            add(Trouble::StoredTwice);
        }
        if verdict.processed > times {
            add(Trouble::ProcessedTwice);
        }
    }
    for (records, trouble) in [
        (&harms.reordered, Trouble::OutOfOrder),
        (&harms.ghost, Trouble::Ghost),
        (&harms.reported, Trouble::Refused),
        (&harms.pending, Trouble::Waiting),
    ] {
        if !records.is_empty() {
            add(trouble);
        }
    }
    all
}

fn of_loss(verdict: &Verdict) -> Trouble {
    match verdict.place {
        Some(Place::Application) => Trouble::LostInApplication,
        Some(Place::Accumulator) => Trouble::LostInAccumulator,
        Some(Place::PageCache) => Trouble::LostInPageCache,
        Some(Place::Disk) => Trouble::LostWithDisk,
        Some(Place::OldLeader | Place::Truncated) => Trouble::LostWithLeader,
        Some(Place::SkippedByTheConsumer) => Trouble::Skipped,
        Some(Place::NeverRead) => Trouble::NeverRead,
        Some(Place::Network) | None => Trouble::LostOnTheWay,
    }
}

impl Trouble {
    /// Whether it is harm.
    #[must_use]
    pub fn is_harm(self) -> bool {
        !matches!(self, Self::Refused | Self::Waiting)
    }

    /// What Kafka's promise would have needed there, for when no change helps.
    #[must_use]
    pub fn needs(self) -> &'static str {
        match self {
            Self::LostInApplication => {
                "a record whose send fails is only safe if its application looks and keeps it"
            }
            Self::LostInAccumulator => {
                "a record in the accumulator is in the memory of one process and nowhere else"
            }
            Self::LostOnTheWay => {
                "a record that no broker has acknowledged is only safe if its application keeps it"
            }
            Self::LostInPageCache => {
                "a record survives as long as one in-sync replica keeps its page cache or had flushed it"
            }
            Self::LostWithDisk => "a record survives as long as one in-sync replica keeps its disk",
            Self::LostWithLeader => {
                "a record survives as long as a replica that has it is elected leader"
            }
            Self::Skipped => {
                "a record that its application gives up is behind the committed offset"
            }
            Self::NeverRead => {
                "a record must be read before it is deleted: Kafka keeps it for retention.ms, read or not"
            }
            Self::StoredTwice => {
                "only resends of one producer session are recognized; an application that sends again makes another record"
            }
            Self::ProcessedTwice => {
                "processing and committing are two steps; only an effect that recognizes the message, or one in the same transaction, happens once"
            }
            Self::OutOfOrder => "order is that of one producer, one partition and one thread",
            Self::Ghost => {
                "an error says that the acknowledgement is missing, not that the record is"
            }
            Self::Refused | Self::Waiting => "",
        }
    }
}
