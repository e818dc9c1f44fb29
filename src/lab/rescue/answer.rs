//! What is answered: the changes, what they save, what they trade, what they cost, and whether by
//! luck.

use serde::Serialize;

use super::trial::{Effect, Pin, Trial};
use crate::lab::change::{Change, Difference, differences};
use crate::lab::trouble::Became;
use crate::lab::{Harms, Price};
use crate::model::ids::RecordId;
use crate::script::Script;

/// What rescue knows so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rescued {
    /// Whom the run harms as it is.
    pub harms: Harms,
    /// How many records that are, each counted once.
    pub harmed: u32,
    /// What the run costs as it is.
    pub price: Price,
    /// The answers, the best first.
    pub answers: Vec<Answer>,
    /// What the records would have needed, if nothing saves all of them.
    pub needs: Vec<&'static str>,
    /// What was tried for that.
    pub effort: Effort,
}

/// What was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effort {
    /// Changes alone.
    pub singles: u32,
    /// Changes in pairs.
    pub pairs: u32,
    /// Changes and pairs that were left out so that it does not take too long.
    pub left_out: u32,
    /// Faults at other moments.
    pub moments: u32,
    /// Events of the model in all these runs.
    pub steps: u64,
}

/// Changes and what comes of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// The changes: one, or two.
    pub changes: Vec<&'static Change>,
    /// The same as settings to be copied, with what Kafka forces along with them.
    pub differences: Vec<Difference>,
    /// How many of the harmed records are delivered, once and in order.
    pub saves: Saves,
    /// Records that come to something else, or stay refused, with what they came to before.
    pub trades: Vec<Trade>,
    /// What the run costs then.
    pub price: Price,
    /// Whether the changes help whenever the faults strike; nothing if that was not tried.
    pub luck: Option<Luck>,
    /// Actions that had to be moved to the times at which they were done as it is, since what they
    /// wait for never comes with these changes.
    pub moved: Vec<Pin>,
}

/// How many of the harmed records are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Saves {
    /// All of them.
    All,
    /// Only these many.
    Some {
        /// So many.
        records: u32,
        /// Of so many.
        of: u32,
    },
}

/// Records that changes bring from one thing to another, not to be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trade {
    /// What they were.
    pub from: Became,
    /// What they are then.
    pub to: Became,
    /// Who.
    pub records: Vec<RecordId>,
}

/// At how many moments the changes leave no harm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Luck {
    /// The moments without harm.
    pub good: u32,
    /// The moments that were tried: each fault of the script at other times of the run, and all at the
    /// times at which they strike as it is.
    pub tried: u32,
    /// The moments that there are.
    pub of: u32,
}

impl Luck {
    /// Whether no moment was found at which the changes do not help.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.good == self.tried
    }
}

impl Answer {
    /// Whether no harm is left: at the moments of the script, whatever else may be said of the
    /// answer.
    #[must_use]
    pub fn leaves_no_harm(&self) -> bool {
        let harms = self.trades.iter().any(|trade| trade.to.is_harm());
        let told: usize =
            self.trades.iter().filter(|t| t.from.is_harm()).map(|t| t.records.len()).sum();
        match self.saves {
            Saves::All => !harms,
            Saves::Some { records, of } => !harms && records as usize + told == of as usize,
        }
    }

    /// Makes the changes, and moves the actions that had to be moved.
    pub fn apply(&self, script: &mut Script) {
        self.changes.iter().for_each(|change| change.apply(script));
        self.moved.iter().for_each(|pin| pin.apply(script));
    }

    pub(super) fn of(trial: &Trial, luck: Option<Luck>, before: &Script, harmed: u32) -> Self {
        let saves = match trial.saved {
            records if records == harmed => Saves::All,
            records => Saves::Some { records, of: harmed },
        };
        Self {
            changes: trial.changes.clone(),
            differences: differences(before, &trial.script),
            saves,
            trades: trial.trades.clone(),
            price: trial.run.price.clone(),
            luck,
            moved: trial.pins.clone(),
        }
    }
}

/// What records come to, other than being delivered, and did not come to before.
pub(super) fn trades(before: &[Became], after: &[Became]) -> Vec<Trade> {
    let mut all: Vec<Trade> = Vec::new();
    for (id, (from, to)) in (1..).map(RecordId).zip(before.iter().zip(after)) {
        let (from, to) = (*from, *to);
        // Who was refused and is refused otherwise has lost nothing.
        let matters = to.is_harm() || from.is_harm() || from == Became::Delivered;
        if from == to || to == Became::Delivered || !matters {
            continue;
        }
        match all.iter_mut().find(|trade| trade.from == from && trade.to == to) {
            Some(trade) => trade.records.push(id),
            None => all.push(Trade { from, to, records: vec![id] }),
        }
    }
    all
}

/// The place of a trial in the order of answers; the smallest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    class: u8,
    /// Moments that are bad, of ten thousand.
    bad: u32,
    /// Records that are not delivered, where not all are saved.
    unsaved: u32,
    changes: u8,
    code: u8,
    price: [u64; 6],
}

impl Rank {
    pub fn of(trial: &Trial, luck: Option<Luck>, harmed: u32) -> Self {
        let Luck { good, tried, .. } = luck.unwrap_or_default();
        let bad = (tried - good) * 10_000 / tried.max(1);
        let class = match trial.effect {
            Effect::Saves if bad == 0 => 0,
            Effect::Tells if bad == 0 => 1,
            Effect::Saves => 2,
            Effect::Tells => 3,
            Effect::Trades => 4,
            Effect::Helps => 5,
            Effect::Nothing => 6,
        };
        let price = &trial.run.price;
        let code = trial.changes.iter().filter(|change| change.code).count();
        Self {
            class,
            bad,
            unsaved: if class < 4 { 0 } else { harmed - trial.saved },
            changes: trial.changes.len() as u8,
            code: code as u8,
            price: [
                u64::from(price.refused) + u64::from(price.pending),
                price.unavailable_us,
                price.ack_p99_us.unwrap_or(0),
                price.ack_p50_us.unwrap_or(0),
                price.end_to_end_p99_us.unwrap_or(0),
                u64::from(price.requests),
            ],
        }
    }

    /// Whether the changes are known to save every harmed record, whenever the faults strike.
    pub fn is_sure(self) -> bool {
        self.class == 0
    }

    /// How good the changes are, however many and whatever they cost.
    pub fn goodness(self) -> (u8, u32, u32) {
        (self.class, self.bad, self.unsaved)
    }
}
