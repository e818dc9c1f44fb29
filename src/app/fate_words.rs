//! The words for what became of a record.

use ackscope::verdict::{Fate, Told};

use super::words::{Words, fill, words};

impl Words {
    /// A fate in one word, and in a few.
    #[must_use]
    pub fn fate(fate: Fate) -> (&'static str, &'static str) {
        let w = words();
        match fate {
            Fate::Delivered => (w.delivered, w.delivered_help),
            Fate::Duplicated => (w.duplicated, w.duplicated_help),
            Fate::Lost => (w.lost, w.lost_help),
            Fate::Reported => (w.reported, w.reported_help),
            Fate::Ghost => (w.ghost, w.ghost_help),
            Fate::Aborted => (w.aborted, w.aborted_help),
            Fate::Pending => (w.pending, w.pending_help),
        }
    }

    /// What the application was told.
    #[must_use]
    pub fn told(told: Told) -> String {
        let w = words();
        match told {
            Told::Pending => w.told_pending.to_owned(),
            Told::Nothing => w.told_nothing.to_owned(),
            Told::Acked => w.told_acked.to_owned(),
            Told::Failed(error) => fill(w.told_failed, &[("error", error.exception())]),
        }
    }
}
