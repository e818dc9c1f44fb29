//! Which pieces of a module run in a rehearsal.
//!
//! Each piece marks a byte of memory that is added at the end, behind what the module knows of.

use super::body::ends_piece;
use super::module::Module;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, Function, Instruction, MemArg, MemArgTarget, MemoryType};

/// What ran.
pub struct Ran {
    /// Where the pieces of each function begin.
    starts: Vec<usize>,
    pieces: Vec<bool>,
}

impl Ran {
    /// The pieces of the n-th function that is not imported.
    pub fn pieces(&self, n: u32) -> &[bool] {
        &self.pieces[self.starts[n as usize]..self.starts[n as usize + 1]]
    }

    /// Whether the n-th function that is not imported ran.
    pub fn function(&self, n: u32) -> bool {
        self.pieces(n).first().is_some_and(|ran| *ran)
    }
}

/// A module whose pieces mark what ran.
pub struct Marked {
    pub bytes: Vec<u8>,
    /// Where the marks are in its memory.
    pub at: u64,
    starts: Vec<usize>,
}

impl Marked {
    /// How many marks there are.
    pub fn count(&self) -> usize {
        self.starts.last().copied().unwrap_or_default()
    }

    /// What ran, by the marks.
    pub fn ran(self, marks: &[u8]) -> Ran {
        Ran { starts: self.starts, pieces: marks.iter().map(|mark| *mark != 0).collect() }
    }
}

const PAGE: u64 = 65_536;

struct Marker {
    at: u64,
    pages: u64,
    next: usize,
    starts: Vec<usize>,
}

/// Writes a module anew, with marks.
pub fn mark(bytes: &[u8], module: &Module<'_>) -> Result<Marked, Error> {
    let operators = module.sections.bodies.iter().map(|it| it.range().end - it.range().start);
    let mut marker = Marker {
        at: module.memories.first().map_or(0, |memory| memory.initial * PAGE),
        // There are fewer pieces than bytes.
        pages: operators.sum::<u64>() / PAGE + 1,
        next: 0,
        starts: vec![0],
    };
    let mut out = wasm_encoder::Module::new();
    marker.parse_core_module(&mut out, wasmparser::Parser::new(0), bytes)?;
    Ok(Marked { bytes: out.finish(), at: marker.at, starts: marker.starts })
}

impl Marker {
    fn mark(&mut self, out: &mut Function) {
        out.instruction(&Instruction::I32Const(self.next as i32));
        out.instruction(&Instruction::I32Const(1));
        let target = MemArgTarget::Memory(0);
        let place = MemArg { offset: self.at, align: 0, target, ordering: None };
        out.instruction(&Instruction::I32Store8(place));
        self.next += 1;
    }
}

impl Reencode for Marker {
    type Error = std::convert::Infallible;

    fn memory_type(&mut self, memory: wasmparser::MemoryType) -> Result<MemoryType, Error> {
        let mut memory = utils::memory_type(self, memory);
        memory.minimum += self.pages;
        Ok(memory)
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Result<(), Error> {
        let mut out = self.new_function_with_parsed_locals(&body)?;
        self.mark(&mut out);
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            let ends = ends_piece(&operator);
            out.instruction(&self.instruction(operator)?);
            if ends && !reader.eof() {
                self.mark(&mut out);
            }
        }
        self.starts.push(self.next);
        code.function(&out);
        Ok(())
    }
}
