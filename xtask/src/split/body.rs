//! A function's body as a list of instructions, with what belongs together.
//!
//! A *piece* is code that runs from its beginning to its end unless it branches away: the unit in
//! which a rehearsal says what ran.

use wasmparser::{FunctionBody, Operator};

/// The innermost block around an instruction, where there is none but the function.
pub const FUNCTION: usize = usize::MAX;

/// A body that was read.
pub struct Body<'a> {
    pub operators: Vec<Operator<'a>>,
    /// Where each instruction begins in the module, and where the last one ends.
    pub offsets: Vec<u64>,
    /// For what opens a block, its end; for others, themselves.
    pub ends: Vec<usize>,
    /// What opens the innermost block around each instruction. An `else` or `end` is in its block.
    pub parents: Vec<usize>,
    /// The piece that each instruction is in.
    pub pieces: Vec<usize>,
}

impl<'a> Body<'a> {
    /// Reads a body.
    pub fn read(body: &FunctionBody<'a>) -> wasmparser::Result<Self> {
        let mut read = Self {
            operators: Vec::new(),
            offsets: Vec::new(),
            ends: Vec::new(),
            parents: Vec::new(),
            pieces: Vec::new(),
        };
        let (mut open, mut piece) = (Vec::new(), 0);
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let at = read.operators.len();
            read.offsets.push(reader.original_position());
            let operator = reader.read()?;
            read.ends.push(at);
            read.parents.push(open.last().copied().unwrap_or(FUNCTION));
            read.pieces.push(piece);
            match &operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                    open.push(at);
                }
                Operator::End => {
                    if let Some(opened) = open.pop() {
                        read.ends[opened] = at;
                    }
                }
                _ => {}
            }
            piece += usize::from(ends_piece(&operator));
            read.operators.push(operator);
        }
        read.offsets.push(reader.original_position());
        Ok(read)
    }

    /// What a branch from an instruction by so many blocks goes to.
    pub fn target(&self, at: usize, depth: u32) -> usize {
        let mut target = self.parents[at];
        for _ in 0..depth {
            if target != FUNCTION {
                target = self.parents[target];
            }
        }
        target
    }

    /// By how many blocks a branch from an instruction goes to a target.
    pub fn depth(&self, at: usize, target: usize) -> u32 {
        let mut depth = 0;
        let mut block = self.parents[at];
        while block != target {
            block = self.parents[block];
            depth += 1;
        }
        depth
    }

    /// The instruction after one, or after the block that it opens.
    pub fn after(&self, at: usize) -> usize {
        self.ends[at] + 1
    }
}

/// Whether another piece begins behind an instruction.
pub fn ends_piece(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::BrIf { .. }
    )
}
