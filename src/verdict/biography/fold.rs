//! Retries that all go the same way, told as one step.

use super::text::{fill, span};
use super::{Language, Step, What};

/// How many steps a turn of retries has at most.
const TURN_MAX: usize = 6;
/// From how many equal turns on only the first and the last are told.
const TURNS_MIN: usize = 4;

/// Tells the first and the last of many equal turns, and how many there are between them.
pub(super) fn fold(steps: Vec<Step>, words: &Language) -> Vec<Step> {
    let mut told = Vec::with_capacity(steps.len());
    let mut rest = &steps[..];
    while let Some(first) = rest.first() {
        let Some((length, turns)) = turns(rest) else {
            told.push(first.clone());
            rest = &rest[1..];
            continue;
        };
        let (all, after) = rest.split_at(length * turns);
        let (between, last) = all.split_at(all.len() - length);
        let between = &between[length..];
        told.extend_from_slice(&all[..length]);
        let long_us = last[0].at_us - between[0].at_us;
        let values = [("n", &*(turns - 2).to_string()), ("wait", &*span(long_us))];
        told.push(Step {
            what: What::Repeated,
            sentence: fill(words.steps[What::Repeated as usize], &values),
            ..between[0].clone()
        });
        told.extend_from_slice(last);
        rest = after;
    }
    told
}

/// The length of a turn of retries that the steps begin with, and how often it comes.
fn turns(steps: &[Step]) -> Option<(usize, usize)> {
    let same = |a: &[Step], b: &[Step]| {
        a.iter().zip(b).all(|(a, b)| (a.what, a.place) == (b.what, b.place))
    };
    (2..=TURN_MAX.min(steps.len())).find_map(|length| {
        let turn = &steps[..length];
        if !turn.iter().any(|step| step.what == What::Retried) {
            return None;
        }
        let equal = steps.chunks_exact(length).take_while(|other| same(turn, other)).count();
        (equal >= TURNS_MIN).then_some((length, equal))
    })
}
