//! What the search has found: which delivery semantics the settings give, what breaks their promises,
//! and which faults they survive.

use serde::Serialize;

use super::{Broken, Harm, Reach, Risk, Tried, harm, witness};
use crate::lab::Unavailable;

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What the settings give while one thing at a time goes wrong, the application working in the loop
    /// that polls.
    pub semantics: Semantics,
    /// The broken promises, each with the shortest run that breaks it, by the kind of harm; first what
    /// one fault breaks.
    pub broken: Vec<Broken>,
    /// The faults that do no harm at any moment.
    pub survived: Vec<Survived>,
    /// At how many moments a fault was tried, in all.
    pub runs: u32,
}

/// Which delivery semantics settings give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Semantics {
    /// Nothing is duplicated.
    AtMostOnce,
    /// Nothing is lost.
    AtLeastOnce,
    /// Neither.
    ExactlyOnce,
    /// Records are lost, and others duplicated.
    None,
}

/// A fault that does no harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Survived {
    /// The faults in the order of the run.
    pub faults: Vec<String>,
    /// How much goes wrong.
    pub reach: Reach,
    /// Whether the application hands its records to a worker thread.
    pub hands_off: bool,
    /// At how many moments it found something to act on.
    pub moments: u32,
    /// How long a partition cannot be written to, at most.
    pub unavailable: Unavailable,
}

impl Semantics {
    /// By whether something was lost, and something duplicated.
    #[must_use]
    pub const fn of(loses: bool, duplicates: bool) -> Self {
        match (loses, duplicates) {
            (false, false) => Self::ExactlyOnce,
            (false, true) => Self::AtLeastOnce,
            (true, false) => Self::AtMostOnce,
            (true, true) => Self::None,
        }
    }

    /// Whether whoever needs the other gets it.
    #[must_use]
    pub fn keeps(self, promise: Self) -> bool {
        self == promise || self == Self::ExactlyOnce || promise == Self::None
    }

    /// The words for it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AtMostOnce => "at most once",
            Self::AtLeastOnce => "at least once",
            Self::ExactlyOnce => "exactly once",
            Self::None => "neither at most once nor at least once",
        }
    }
}

impl Report {
    /// Whether some record comes to harm in some run.
    #[must_use]
    pub fn is_harmful(&self) -> bool {
        self.broken.iter().any(|broken| broken.harm.is_harm())
    }
}

pub(super) fn of(risk: &Risk) -> Report {
    let mut broken: Vec<Broken> = Vec::new();
    let knows = |broken: &[Broken], harm: &Harm| broken.iter().any(|known| known.harm == *harm);
    for (harm, _) in harm::of(&risk.script) {
        if !knows(&broken, &harm) {
            broken.extend(witness::undisturbed(&risk.script, &harm));
        }
    }
    for done in risk.tried.iter().flat_map(|tried| &tried.done) {
        if !knows(&broken, &done.harm) {
            broken.extend(witness::shortest(&risk.tried, &done.harm));
        }
    }
    let rank = |b: &Broken| Harm::KINDS.iter().position(|kind| *kind == b.harm.kind);
    broken.sort_by_key(|b| (rank(b), !b.is_plain()));
    let plain = |kind| broken.iter().any(|broken| broken.harm.kind == kind && broken.is_plain());
    let semantics = Semantics::of(plain("lost"), plain("duplicated"));
    let harmless =
        |tried: &&Tried| tried.moments > 0 && !tried.done.iter().any(|done| done.harm.is_harm());
    let survived = risk.tried.iter().filter(harmless).map(|tried| Survived {
        faults: tried.trial.faults(),
        reach: tried.trial.reach,
        hands_off: tried.trial.hands_off,
        moments: tried.moments,
        unavailable: tried.unavailable,
    });
    let runs = risk.tried.iter().map(|tried| tried.moments).sum::<u32>() + 1;
    Report { semantics, survived: survived.collect(), runs, broken }
}
