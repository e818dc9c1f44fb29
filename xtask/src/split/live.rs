//! Which locals are still read after an instruction.

use super::body::{Body, FUNCTION};
use std::collections::BTreeSet;
use wasmparser::Operator;

/// A set of locals.
pub type Locals = BTreeSet<u32>;

/// For each instruction, the locals whose values may be read from there on.
pub struct Live {
    before: Vec<Locals>,
}

impl Live {
    /// Works it out from behind, again as long as a loop learns something.
    pub fn of(body: &Body<'_>) -> Self {
        let mut live = Self { before: vec![Locals::new(); body.operators.len()] };
        while live.pass(body) {}
        live
    }

    /// The locals that are read from an instruction on.
    pub fn before(&self, at: usize) -> &Locals {
        &self.before[at]
    }

    /// The locals that are read from where a branch to a block goes.
    pub fn at_label(&self, body: &Body<'_>, target: usize) -> Locals {
        match body.operators.get(target) {
            Some(Operator::Loop { .. }) => self.before[target].clone(),
            Some(_) if target != FUNCTION => self.before[body.ends[target]].clone(),
            _ => Locals::new(),
        }
    }

    fn pass(&mut self, body: &Body<'_>) -> bool {
        let mut learnt = false;
        let mut now = Locals::new();
        for at in (0..body.operators.len()).rev() {
            match &body.operators[at] {
                // Behind an `else` is the other way; this one goes on behind the end.
                Operator::Else => now = self.before[body.ends[body.parents[at]]].clone(),
                Operator::If { .. } => now.extend(&self.otherwise(body, at)),
                Operator::Loop { .. } => learnt |= now != self.before[at],
                Operator::Br { relative_depth } => {
                    now = self.at_label(body, body.target(at, *relative_depth));
                }
                Operator::BrIf { relative_depth } => {
                    now.extend(&self.at_label(body, body.target(at, *relative_depth)));
                }
                Operator::BrTable { targets } => {
                    now.clear();
                    for depth in targets.targets().flatten().chain([targets.default()]) {
                        now.extend(&self.at_label(body, body.target(at, depth)));
                    }
                }
                Operator::Return | Operator::Unreachable => now.clear(),
                Operator::LocalGet { local_index } => drop(now.insert(*local_index)),
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    now.remove(local_index);
                }
                _ => {}
            }
            self.before[at].clone_from(&now);
        }
        learnt
    }

    /// What is read where the condition of an `if` does not hold.
    fn otherwise(&self, body: &Body<'_>, at: usize) -> Locals {
        let end = body.ends[at];
        let other = (at + 1..end)
            .find(|it| matches!(body.operators[*it], Operator::Else) && body.parents[*it] == at);
        self.before[other.map_or(end, |other| other + 1)].clone()
    }
}
