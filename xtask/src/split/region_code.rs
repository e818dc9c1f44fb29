//! The function that is made of a region, and the call in its place.

use super::body::{Body, FUNCTION};
use super::regions::Region;
use std::collections::BTreeMap;
use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Function, Instruction};
use wasmparser::{Operator, ValType};

/// Writes the function of a region, and the call of it.
pub struct Writer<'r, 'a> {
    pub body: &'r Body<'a>,
    pub locals: &'r [ValType],
    pub region: &'r Region,
    /// The globals of what the region sets.
    pub outputs: &'r [u32],
    /// The global of what it returns.
    pub returned: Option<u32>,
    /// Whether it must tell by which way it was left.
    pub tells: bool,
}

impl Writer<'_, '_> {
    /// The function. Ways are numbered as in `exits`; the one at the end is the last.
    pub fn function(&self) -> Result<Function, Error> {
        let region = self.region;
        let ways = region.exits.len() as u32;
        let mut order = region.inputs.clone();
        order.extend(region.used.iter().filter(|it| !region.inputs.contains(it)));
        let places: BTreeMap<u32, u32> = order.iter().copied().zip(0..).collect();
        let way = order.len() as u32;
        let mut own = Vec::new();
        for local in &order[region.inputs.len()..] {
            own.push((1, RoundtripReencoder.val_type(self.locals[*local as usize])?));
        }
        own.push((1, wasm_encoder::ValType::I32));
        let mut out = Function::new(own);
        // Around it all the block that every way leads out of, then one for each way.
        let blocks = if ways > 0 { ways + 1 } else { 0 };
        for _ in 0..blocks {
            out.instruction(&Instruction::Block(BlockType::Empty));
        }
        for at in region.at.clone() {
            self.instruction(&mut out, at, &places)?;
        }
        if ways > 0 {
            if region.falls_through {
                out.instruction(&Instruction::I32Const(ways as i32));
                out.instruction(&Instruction::LocalSet(way));
                out.instruction(&Instruction::Br(ways));
            }
            for exit in 0..ways {
                out.instruction(&Instruction::End);
                out.instruction(&Instruction::I32Const(exit as i32));
                out.instruction(&Instruction::LocalSet(way));
                out.instruction(&Instruction::Br(ways - 1 - exit));
            }
            out.instruction(&Instruction::End);
        }
        for (local, global) in region.outputs.iter().zip(self.outputs) {
            out.instruction(&Instruction::LocalGet(places[local]));
            out.instruction(&Instruction::GlobalSet(*global));
        }
        if self.tells {
            out.instruction(&Instruction::LocalGet(way));
        }
        out.instruction(&Instruction::End);
        Ok(out)
    }

    fn instruction(
        &self,
        out: &mut Function,
        at: usize,
        places: &BTreeMap<u32, u32>,
    ) -> Result<(), Error> {
        let way_out = |depth: u32| self.way_out(at, depth);
        let written = match &self.body.operators[at] {
            Operator::LocalGet { local_index } => Instruction::LocalGet(places[local_index]),
            Operator::LocalSet { local_index } => Instruction::LocalSet(places[local_index]),
            Operator::LocalTee { local_index } => Instruction::LocalTee(places[local_index]),
            Operator::Br { relative_depth } => {
                if self.body.target(at, *relative_depth) == FUNCTION {
                    self.keep_result(out);
                }
                Instruction::Br(way_out(*relative_depth))
            }
            Operator::BrIf { relative_depth } => Instruction::BrIf(way_out(*relative_depth)),
            Operator::BrTable { targets } => {
                let mut depths = Vec::new();
                for depth in targets.targets() {
                    depths.push(way_out(depth?));
                }
                Instruction::BrTable(depths.into(), way_out(targets.default()))
            }
            Operator::Return => {
                self.keep_result(out);
                Instruction::Br(self.inside(at) + self.number(FUNCTION))
            }
            other => RoundtripReencoder.instruction(other.clone())?,
        };
        out.instruction(&written);
        Ok(())
    }

    fn keep_result(&self, out: &mut Function) {
        if let Some(global) = self.returned {
            out.instruction(&Instruction::GlobalSet(global));
        }
    }

    /// How many blocks of the region are around an instruction.
    fn inside(&self, at: usize) -> u32 {
        let (mut block, mut count) = (self.body.parents[at], 0);
        while block != FUNCTION && block >= self.region.at.start {
            block = self.body.parents[block];
            count += 1;
        }
        count
    }

    fn number(&self, target: usize) -> u32 {
        self.region.exits.iter().position(|it| *it == target).unwrap_or_default() as u32
    }

    /// By how many blocks a branch goes in the new function.
    fn way_out(&self, at: usize, depth: u32) -> u32 {
        let target = self.body.target(at, depth);
        if target != FUNCTION && target >= self.region.at.start {
            return depth;
        }
        self.inside(at) + self.number(target)
    }

    /// Calls the function and goes on where it says.
    pub fn call(&self, out: &mut Function, function: u32) {
        let region = self.region;
        let returns = region.exits.contains(&FUNCTION);
        let nest =
            if self.tells { u32::from(region.falls_through) + u32::from(returns) } else { 0 };
        for _ in 0..nest {
            out.instruction(&Instruction::Block(BlockType::Empty));
        }
        for local in &region.inputs {
            out.instruction(&Instruction::LocalGet(*local));
        }
        out.instruction(&Instruction::Call(function));
        for (local, global) in region.outputs.iter().zip(self.outputs) {
            out.instruction(&Instruction::GlobalGet(*global));
            out.instruction(&Instruction::LocalSet(*local));
        }
        let depth = |target: &usize| match *target {
            // The inner one of the blocks just opened.
            FUNCTION => 0,
            target => self.body.depth(region.at.start, target) + nest,
        };
        if self.tells {
            let mut depths: Vec<u32> = region.exits.iter().map(depth).collect();
            // The outer one.
            depths.extend(region.falls_through.then(|| nest - 1));
            let last = depths.pop().unwrap_or_default();
            out.instruction(&Instruction::BrTable(depths.into(), last));
            if returns {
                out.instruction(&Instruction::End);
                self.give_back(out);
            }
            if region.falls_through {
                out.instruction(&Instruction::End);
            }
        } else if returns {
            self.give_back(out);
        } else if let Some(target) = region.exits.first() {
            out.instruction(&Instruction::Br(depth(target)));
        } else if !region.falls_through {
            out.instruction(&Instruction::Unreachable);
        }
    }

    fn give_back(&self, out: &mut Function) {
        if let Some(global) = self.returned {
            out.instruction(&Instruction::GlobalGet(global));
        }
        out.instruction(&Instruction::Return);
    }
}
