//! Which parts of a function did not run, and can become functions of their own.
//!
//! Such a region is a run of instructions in one block that takes nothing from the stack and leaves
//! nothing there. It may branch out, and return.

use super::body::{Body, FUNCTION};
use super::live::{Live, Locals};
use super::module::Module;
use std::ops::Range;
use wasmparser::{
    BlockType, ContType, FrameKind, ModuleArity, Operator, RefType, SubType, ValType,
};

/// A region and how it joins what is around it.
#[derive(Debug)]
pub struct Region {
    pub at: Range<usize>,
    /// The locals that it is given.
    pub inputs: Vec<u32>,
    /// The locals that it sets for those behind it.
    pub outputs: Vec<u32>,
    /// The locals that it uses at all.
    pub used: Locals,
    /// The blocks that it branches to, around it; [`FUNCTION`] for a return.
    pub exits: Vec<usize>,
    /// Whether it can be left at its end.
    pub falls_through: bool,
}

/// Below so many bytes, less what it takes to call it, a region stays where it is.
const GAIN_MIN: u64 = 12;
/// More locals than that are not carried over.
const OUTPUTS_MAX: usize = 20;
const INPUTS_MAX: usize = 32;

/// A function with regions to be found in it.
pub struct Search<'m, 'a> {
    pub module: &'m Module<'a>,
    pub body: &'m Body<'a>,
    /// The types of the locals.
    pub locals: &'m [ValType],
    /// How many values the function returns.
    pub results: &'m [ValType],
    /// Which pieces ran.
    pub ran: &'m [bool],
}

impl Search<'_, '_> {
    /// Finds the regions, in their order.
    pub fn regions(&self) -> Vec<Region> {
        let mut candidates = Vec::new();
        self.look(0..self.body.operators.len() - 1, &mut candidates);
        candidates.retain(|(at, _)| self.bytes(at) >= GAIN_MIN);
        if candidates.is_empty() {
            return Vec::new();
        }
        let live = Live::of(self.body);
        candidates.into_iter().filter_map(|(at, falls)| self.region(&live, at, falls)).collect()
    }

    fn bytes(&self, at: &Range<usize>) -> u64 {
        self.body.offsets[at.end] - self.body.offsets[at.start]
    }

    fn ran(&self, at: usize) -> bool {
        self.ran[self.body.pieces[at]]
    }

    /// Looks for runs of instructions that did not run, in a block and those within it.
    fn look(&self, block: Range<usize>, found: &mut Vec<(Range<usize>, bool)>) {
        let mut at = block.start;
        while at < block.end {
            if self.ran(at) {
                if self.body.ends[at] > at {
                    self.look(at + 1..self.body.ends[at], found);
                }
                at = self.body.after(at);
            } else if matches!(self.body.operators[at], Operator::Else) {
                at += 1;
            } else {
                at = self.run(at, block.end, found);
            }
        }
    }

    /// The longest run from here on; gives where to look on.
    fn run(&self, start: usize, end: usize, found: &mut Vec<(Range<usize>, bool)>) -> usize {
        let (mut at, mut height, mut good) = (start, 0_u32, None);
        while at < end && !self.ran(at) && !matches!(self.body.operators[at], Operator::Else) {
            let Some((taken, given)) = self.arity(at) else { break };
            if taken > height {
                break;
            }
            height = height - taken + given;
            at = self.body.after(at);
            if leaves(&self.body.operators[at - 1]) {
                found.push((start..at, false));
                // What stands behind it in this block is dead.
                let other = (at..end).find(|it| {
                    matches!(self.body.operators[*it], Operator::Else)
                        && self.body.parents[*it] == self.body.parents[start]
                });
                return other.unwrap_or(end);
            }
            if height == 0 {
                good = Some(at);
            }
        }
        if let Some(good) = good {
            found.push((start..good, true));
        }
        good.unwrap_or(start).max(at).max(self.body.after(start))
    }

    /// What an instruction, or the block that it opens, takes from the stack and leaves there.
    fn arity(&self, at: usize) -> Option<(u32, u32)> {
        let arities = Arities(self.module);
        match &self.body.operators[at] {
            Operator::Block { blockty } | Operator::Loop { blockty } => {
                arities.block_type_arity(*blockty)
            }
            Operator::If { blockty } => {
                let (taken, given) = arities.block_type_arity(*blockty)?;
                Some((taken + 1, given))
            }
            Operator::Return => Some((self.results.len() as u32, 0)),
            Operator::Unreachable => Some((0, 0)),
            Operator::Br { relative_depth } => {
                let to_function = self.body.target(at, *relative_depth) == FUNCTION;
                Some((if to_function { self.results.len() as u32 } else { 0 }, 0))
            }
            Operator::BrIf { .. } | Operator::BrTable { .. } => Some((1, 0)),
            // Only the module that has a segment can name it.
            Operator::RefFunc { .. }
            | Operator::MemoryInit { .. }
            | Operator::DataDrop { .. }
            | Operator::TableInit { .. }
            | Operator::ElemDrop { .. }
            | Operator::Else
            | Operator::End => None,
            other => other.operator_arity(&arities),
        }
    }

    /// The region, if it can be carried over and that is worth it.
    fn region(&self, live: &Live, at: Range<usize>, falls_through: bool) -> Option<Region> {
        let (mut read, mut written, mut exits) = (Locals::new(), Locals::new(), Vec::new());
        for index in at.clone() {
            match &self.body.operators[index] {
                Operator::LocalGet { local_index } => drop(read.insert(*local_index)),
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    written.insert(*local_index);
                }
                Operator::Br { relative_depth } => {
                    self.exit(&at, self.body.target(index, *relative_depth), true, &mut exits)?;
                }
                Operator::BrIf { relative_depth } => {
                    self.exit(&at, self.body.target(index, *relative_depth), false, &mut exits)?;
                }
                Operator::BrTable { targets } => {
                    for depth in targets.targets().flatten().chain([targets.default()]) {
                        self.exit(&at, self.body.target(index, depth), false, &mut exits)?;
                    }
                }
                Operator::Return => self.exit(&at, FUNCTION, true, &mut exits)?,
                _ => {}
            }
        }
        let mut wanted = Locals::new();
        exits.iter().for_each(|exit| wanted.extend(&live.at_label(self.body, *exit)));
        if falls_through {
            wanted.extend(live.before(at.end));
        }
        let outputs: Vec<u32> = written.intersection(&wanted).copied().collect();
        let used: Locals = read.union(&written).copied().collect();
        let is_input = |it: &&u32| read.contains(it) || outputs.contains(it);
        let inputs = live.before(at.start).intersection(&used).filter(is_input).copied();
        let region = Region { inputs: inputs.collect(), outputs, used, exits, falls_through, at };
        self.is_worth_it(&region).then_some(region)
    }

    /// Notes where a branch leaves the region; nothing if it carries what cannot be carried.
    fn exit(
        &self,
        at: &Range<usize>,
        target: usize,
        can_carry: bool,
        exits: &mut Vec<usize>,
    ) -> Option<()> {
        if target != FUNCTION && target >= at.start {
            return Some(());
        }
        let carries = match self.body.operators.get(target) {
            Some(Operator::Loop { blockty }) => Arities(self.module).block_type_arity(*blockty)?.0,
            Some(Operator::Block { blockty } | Operator::If { blockty }) => {
                Arities(self.module).block_type_arity(*blockty)?.1
            }
            _ if can_carry && self.results.len() <= 1 => 0,
            _ => self.results.len() as u32,
        };
        if !exits.contains(&target) {
            exits.push(target);
        }
        (carries == 0).then_some(())
    }

    fn is_worth_it(&self, region: &Region) -> bool {
        let ways = region.exits.len() as u64 + u64::from(region.falls_through);
        let (inputs, outputs) = (region.inputs.len(), region.outputs.len());
        let cost = 10 + 2 * inputs as u64 + 5 * outputs as u64 + 3 * ways;
        let plain = |local: &u32| !self.locals[*local as usize].is_reference_type();
        let returns = region.exits.contains(&FUNCTION);
        inputs <= INPUTS_MAX
            && outputs <= OUTPUTS_MAX
            && region.outputs.iter().all(plain)
            && !(returns && self.results.iter().any(|it| it.is_reference_type()))
            && self.bytes(&region.at) >= cost + GAIN_MIN
    }
}

/// Whether nothing goes on behind an instruction.
fn leaves(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Br { .. } | Operator::BrTable { .. } | Operator::Return | Operator::Unreachable
    )
}

/// What the parser must know of the module to say what an instruction takes and gives.
struct Arities<'m, 'a>(&'m Module<'a>);

impl ModuleArity for Arities<'_, '_> {
    fn sub_type_at(&self, index: u32) -> Option<&SubType> {
        self.0.types.get(index as usize)
    }

    fn tag_type_arity(&self, _: u32) -> Option<(u32, u32)> {
        None
    }

    fn type_index_of_function(&self, function: u32) -> Option<u32> {
        self.0.functions.get(function as usize).copied()
    }

    fn func_type_of_cont_type(&self, _: &ContType) -> Option<&wasmparser::FuncType> {
        None
    }

    fn sub_type_of_ref_type(&self, _: &RefType) -> Option<&SubType> {
        None
    }

    fn control_stack_height(&self) -> u32 {
        0
    }

    fn label_block(&self, _: u32) -> Option<(BlockType, FrameKind)> {
        None
    }
}
