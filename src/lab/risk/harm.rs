//! A harm and its way: records are lost in a page cache or by a commit that came too early, stored
//! twice or processed twice. Each way is a danger of its own.

use serde::Serialize;

use crate::lab::replay;
use crate::model::ids::RecordId;
use crate::script::Script;
use crate::verdict::Verdict;

/// What happens to a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Harm {
    /// `lost`, `duplicated`, `reordered`, `ghost`; or `refused`, which is none: its application was
    /// told so, and can send it again.
    pub kind: &'static str,
    /// How: the place of a loss, what a ghost's application was told.
    pub way: String,
}

/// The word for a record that was refused.
const REFUSED: &str = "refused";

impl Harm {
    /// All kinds.
    pub const KINDS: [&'static str; 5] = ["lost", "duplicated", "reordered", "ghost", REFUSED];

    /// Whether it is one: a refusal is not.
    #[must_use]
    pub fn is_harm(&self) -> bool {
        self.kind != REFUSED
    }

    fn of(kind: &'static str, verdict: &Verdict) -> Self {
        let way = match kind {
            "lost" => verdict.place.map_or_else(String::new, |place| place.to_string()),
            "duplicated" if verdict.stored.len() > 1 => "stored more than once".to_owned(),
            "duplicated" => "processed more than once".to_owned(),
            "ghost" | REFUSED => verdict.told.text(),
            _ => String::new(),
        };
        Self { kind, way }
    }
}

/// The harms of a script's run, each of its records once for each kind.
pub(super) fn of(script: &Script) -> Vec<(Harm, RecordId)> {
    let Ok(replay) = replay(script) else { return Vec::new() };
    let mut all = Vec::new();
    let kinds =
        replay.harms.kinds().into_iter().chain([(REFUSED, replay.harms.reported.as_slice())]);
    for (kind, records) in kinds {
        for id in records {
            all.push((Harm::of(kind, &replay.ledger.verdict(*id)), *id));
        }
    }
    all
}
