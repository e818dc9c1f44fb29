//! A danger map as it is told: its spans, the narrowest, the widest, the worst moment.

use serde::Serialize;

use super::{DangerMap, Moment, Outcome, Span};
use crate::lab::Fault;
use crate::script::Action;

/// What a danger map says so far.
#[derive(Clone, Debug, Serialize)]
pub struct Danger<'a> {
    /// The fault.
    pub fault: &'a Fault,
    /// At how many moments it was tried.
    pub tried: u32,
    /// At how many of them it found something to act on.
    pub acted: u32,
    /// At how many of them it harms a record that would not be harmed so without it.
    pub harmful: u32,
    /// What becomes of the run without the fault.
    pub undisturbed: &'a Outcome,
    /// All spans, without a gap.
    pub spans: &'a [Span],
    /// The shortest of the harmful spans, by its place among all; of equals the first.
    pub narrowest: Option<usize>,
    /// The longest of them.
    pub widest: Option<usize>,
    /// The worst moment.
    pub worst: Option<Worst<'a>>,
}

/// The worst moment, with what has to be added to the script to see it.
#[derive(Clone, Debug, Serialize)]
pub struct Worst<'a> {
    /// The moment.
    #[serde(flatten)]
    pub moment: &'a Moment,
    /// The actions.
    pub actions: Vec<Action>,
}

impl DangerMap {
    /// Whether a fault in that span harms a record that would not be harmed so without it.
    #[must_use]
    pub fn is_harmful(&self, span: &Span) -> bool {
        span.outcome.is_harmful(self.undisturbed())
    }

    /// What the map says so far.
    #[must_use]
    pub fn report(&self) -> Danger<'_> {
        let spans = self.spans();
        let harmful: Vec<usize> =
            (0..spans.len()).filter(|at| self.is_harmful(&spans[*at])).collect();
        let width_us = |at: &&usize| spans[**at].width_us();
        let moments =
            |which: &dyn Fn(&&Span) -> bool| spans.iter().filter(which).map(|s| s.moments).sum();
        Danger {
            fault: &self.fault,
            tried: self.tried(),
            acted: moments(&|span| span.outcome.acted),
            harmful: moments(&|span| self.is_harmful(span)),
            undisturbed: self.undisturbed(),
            spans,
            narrowest: harmful.iter().min_by_key(width_us).copied(),
            widest: harmful.iter().rev().max_by_key(width_us).copied(),
            worst: self
                .worst()
                .map(|moment| Worst { moment, actions: self.actions_at(moment.at_us) }),
        }
    }
}
