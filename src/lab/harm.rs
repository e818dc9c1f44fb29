//! What went wrong in a run, as lists of records.

use serde::Serialize;

use crate::model::ids::RecordId;
use crate::verdict::{Fate, Ledger};

/// The records that came to harm in a run that is over. Lost, duplicated, ghost and reordered records
/// are harm; what was reported or aborted was said, and what is pending may still come: these are
/// what an outage costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Harms {
    /// Will never take effect, though acked or told nothing.
    pub lost: Vec<RecordId>,
    /// Took effect more than once.
    pub duplicated: Vec<RecordId>,
    /// Told failed, took effect all the same.
    pub ghost: Vec<RecordId>,
    /// Came after a later record of their key.
    pub reordered: Vec<RecordId>,
    /// Refused: failed, told so, and not in the log.
    pub reported: Vec<RecordId>,
    /// Aborted with their transaction.
    pub aborted: Vec<RecordId>,
    /// Undecided: nothing will come by itself.
    pub pending: Vec<RecordId>,
}

impl Harms {
    /// The harms of a run whose ledger is finished.
    #[must_use]
    pub fn of(ledger: &Ledger) -> Self {
        let mut harms = Self { reordered: ledger.reordered(), ..Self::default() };
        for id in ledger.records().filter(|id| ledger.is_sent(*id)) {
            match ledger.verdict(id).fate {
                Fate::Delivered => continue,
                Fate::Pending => &mut harms.pending,
                Fate::Aborted => &mut harms.aborted,
                Fate::Reported => &mut harms.reported,
                Fate::Duplicated => &mut harms.duplicated,
                Fate::Ghost => &mut harms.ghost,
                Fate::Lost => &mut harms.lost,
            }
            .push(id);
        }
        harms
    }

    /// The records that came to any harm, each once, in their order.
    #[must_use]
    pub fn harmed(&self) -> Vec<RecordId> {
        let kinds = self.kinds();
        let mut all: Vec<RecordId> =
            kinds.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether nothing was lost, duplicated, reordered or delivered against what was told.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.kinds().iter().all(|(_, records)| records.is_empty())
    }

    /// The four kinds of harm, each with its word.
    #[must_use]
    pub fn kinds(&self) -> [(&'static str, &[RecordId]); 4] {
        [
            ("lost", &self.lost),
            ("duplicated", &self.duplicated),
            ("reordered", &self.reordered),
            ("ghost", &self.ghost),
        ]
    }
}
