//! Which data loads later: what only the later part can reach.
//!
//! The linker is asked to keep things apart (`.cargo/config.toml`), so that a segment is one thing: a
//! text, a table. What the first part names is there at once, and what that points to. Whatever looks
//! like an address counts as one, so too much may stay, but nothing is missed: the rest can be
//! reached only with an address that the later part has, which brings it along.

use super::choice::Choice;
use super::module::Module;
use super::operands::{Constant, Operands};
use std::collections::BTreeSet;
use wasm_encoder::{ConstExpr, DataSection};
use wasmparser::{DataKind, MemArg, Operator};

const WORD: u32 = 4;
/// Code may count from a little before a thing, or up to its end from below: then the constant is the
/// end, or a little behind it.
const BEFORE: u32 = 64;
const BEHIND: u32 = 16;
/// Segments so near to each other are written as one: each has a head of its own.
const NEAR: u32 = 16;

/// Something at an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub address: u32,
    pub bytes: Vec<u8>,
}

/// The data in two parts.
#[derive(Debug, PartialEq)]
pub struct Divided {
    pub first: Vec<Piece>,
    pub later: Vec<Piece>,
}

/// Divides the data; or does not, where code names segments by their numbers.
pub fn divide(module: &Module<'_>, choice: &Choice) -> wasmparser::Result<Option<Divided>> {
    let Some(pieces) = pieces(module)? else { return Ok(None) };
    let mut reached = Reached { pieces: &pieces, found: BTreeSet::new(), open: Vec::new() };
    for (function, body) in module.defined().zip(&module.sections.bodies) {
        if choice.later.contains(&function) {
            continue;
        }
        let mut operands = Operands::default();
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            for Constant { value, next } in operands.read(&operator) {
                if !reached.whole(value, next) {
                    reached.named(value);
                }
            }
            match operator {
                Operator::I32Const { .. } => {}
                Operator::I64Const { value } => {
                    let (low, high) = (value as u32, (value >> 32) as u32);
                    if !reached.whole(low, high) {
                        [low, high].into_iter().for_each(|address| reached.named(address));
                    }
                }
                _ => offset(&operator).into_iter().for_each(|from| reached.counted_from(from)),
            }
        }
    }
    for global in module.sections.globals.clone().into_iter().flatten() {
        for operator in global?.init_expr.get_operators_reader() {
            if let Operator::I32Const { value } = operator? {
                reached.named(value.cast_unsigned());
            }
        }
    }
    let first = reached.all();
    let part = |is_first: bool| {
        let mut merged: Vec<Piece> = Vec::new();
        let mut last = None;
        for (at, piece) in
            pieces.iter().enumerate().filter(|(at, _)| first.contains(at) == is_first)
        {
            // The later part must not write over what it does not have.
            let may = is_first || last.is_some_and(|last| last + 1 == at);
            last = Some(at);
            match merged.last_mut().filter(|before| may && before.end() + NEAR >= piece.address) {
                Some(before) => before.append(piece),
                None => merged.push(piece.clone()),
            }
        }
        merged
    };
    Ok(Some(Divided { first: part(true), later: part(false) }))
}

/// Writes pieces.
pub fn section(pieces: &[Piece]) -> DataSection {
    let mut section = DataSection::new();
    for piece in pieces {
        let at = ConstExpr::i32_const(piece.address.cast_signed());
        section.active(0, &at, piece.bytes.iter().copied());
    }
    section
}

impl Piece {
    fn end(&self) -> u32 {
        self.address + self.bytes.len() as u32
    }

    /// Whether data may mean something in here by an address. In a table it points to what begins at
    /// a word; anything else only looks like an address.
    fn holds(&self, address: u32) -> bool {
        let is_text = !self.bytes.contains(&0);
        is_text || address == self.address || address.is_multiple_of(WORD)
    }

    fn append(&mut self, next: &Self) {
        self.bytes.resize((next.address - self.address) as usize, 0);
        self.bytes.extend(&next.bytes);
    }
}

/// The segments in the order of their addresses, if all are there from the beginning and nobody
/// needs their numbers.
fn pieces(module: &Module<'_>) -> wasmparser::Result<Option<Vec<Piece>>> {
    let mut pieces = Vec::new();
    for data in module.sections.data.clone().into_iter().flatten() {
        let data = data?;
        let DataKind::Active { memory_index: 0, offset_expr } = data.kind else { return Ok(None) };
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            return Ok(None);
        };
        pieces.push(Piece { address: value.cast_unsigned(), bytes: data.data.to_vec() });
    }
    for body in &module.sections.bodies {
        for operator in body.get_operators_reader()? {
            if matches!(operator?, Operator::MemoryInit { .. } | Operator::DataDrop { .. }) {
                return Ok(None);
            }
        }
    }
    pieces.sort_by_key(|piece| piece.address);
    Ok(Some(pieces))
}

/// What can be reached, by the places of pieces.
struct Reached<'a> {
    pieces: &'a [Piece],
    found: BTreeSet<usize>,
    open: Vec<usize>,
}

impl Reached<'_> {
    /// What code may name: what is there, or what ends there.
    fn named(&mut self, address: u32) {
        let next = self.next(address);
        let begins = self.begins(address);
        let before = next.checked_sub(1 + usize::from(begins));
        let before = before.filter(|at| address <= self.pieces[*at].end() + BEHIND);
        before.into_iter().for_each(|at| self.mark(at));
        self.counted_from(address);
    }

    /// What may be at an address or a little behind it, as where an instruction has an offset: it adds
    /// to that, and cannot go below.
    fn counted_from(&mut self, address: u32) {
        let next = self.next(address);
        let near = self.pieces.get(next).is_some_and(|it| it.address - address <= BEFORE);
        let behind = (near && !self.begins(address)).then_some(next);
        let here = self.here(address);
        here.into_iter().chain(behind).for_each(|at| self.mark(at));
    }

    fn begins(&self, address: u32) -> bool {
        self.here(address).is_some_and(|at| self.pieces[at].address == address)
    }

    /// What is meant by an address and the length of what is there: that, and nothing before it. Answers
    /// whether it is so.
    fn whole(&mut self, address: u32, length: u32) -> bool {
        let is_it = |at: &usize| {
            let piece = &self.pieces[*at];
            piece.address == address && piece.bytes.len() == length as usize
        };
        let here = self.here(address).filter(is_it);
        here.into_iter().for_each(|at| self.mark(at));
        here.is_some()
    }

    /// The first piece behind an address.
    fn next(&self, address: u32) -> usize {
        self.pieces.partition_point(|piece| piece.address <= address)
    }

    /// The piece at an address.
    fn here(&self, address: u32) -> Option<usize> {
        self.next(address).checked_sub(1).filter(|at| address < self.pieces[*at].end())
    }

    fn mark(&mut self, at: usize) {
        if self.found.insert(at) {
            self.open.push(at);
        }
    }

    /// Everything, with what that points to.
    fn all(mut self) -> BTreeSet<usize> {
        while let Some(at) = self.open.pop() {
            let piece = &self.pieces[at];
            let skip = (WORD - piece.address % WORD) % WORD;
            for word in piece.bytes.get(skip as usize..).unwrap_or_default().chunks_exact(4) {
                // Data says where things are, not where to count from.
                let address = u32::from_le_bytes(word.try_into().unwrap_or_default());
                let here = self.here(address).filter(|at| self.pieces[*at].holds(address));
                here.into_iter().for_each(|at| self.mark(at));
            }
        }
        self.found
    }
}

/// The offset of an instruction that reads or writes.
fn offset(operator: &Operator<'_>) -> Option<u32> {
    memory(operator).and_then(|memory| u32::try_from(memory.offset).ok())
}

fn memory<'a>(operator: &'a Operator<'_>) -> Option<&'a MemArg> {
    use Operator::*;
    match operator {
        I32Load { memarg } | I64Load { memarg } | F32Load { memarg } | F64Load { memarg } => {
            Some(memarg)
        }
        I32Load8S { memarg } | I32Load8U { memarg } => Some(memarg),
        I32Load16S { memarg } | I32Load16U { memarg } => Some(memarg),
        I64Load8S { memarg } | I64Load8U { memarg } => Some(memarg),
        I64Load16S { memarg } | I64Load16U { memarg } => Some(memarg),
        I64Load32S { memarg } | I64Load32U { memarg } => Some(memarg),
        I32Store { memarg } | I64Store { memarg } | F32Store { memarg } | F64Store { memarg } => {
            Some(memarg)
        }
        I32Store8 { memarg } | I32Store16 { memarg } => Some(memarg),
        I64Store8 { memarg } | I64Store16 { memarg } | I64Store32 { memarg } => Some(memarg),
        _ => None,
    }
}
