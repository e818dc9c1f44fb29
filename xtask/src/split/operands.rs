//! Which constants of a function may be addresses: all but those that are shifted, as tables and sets
//! of bits in one number are, and numbers that say how far.

use wasmparser::Operator;

/// A constant, with the one after it, which may be the length of what is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant {
    pub value: u32,
    pub next: u32,
}

/// The operands whose use is not known yet, as far as they come from constants and locals.
#[derive(Default)]
pub struct Operands {
    open: Vec<Option<Constant>>,
    /// Whether the last instruction was a constant.
    after_constant: bool,
}

impl Operands {
    /// Reads an instruction. Answers with the constants that it may use as addresses.
    pub fn read(&mut self, operator: &Operator<'_>) -> Vec<Constant> {
        let after_constant = std::mem::take(&mut self.after_constant);
        match operator {
            Operator::I32Const { value } => {
                let value = value.cast_unsigned();
                if let (true, Some(Some(last))) = (after_constant, self.open.last_mut()) {
                    last.next = value;
                }
                self.open.push(Some(Constant { value, next: 0 }));
                self.after_constant = true;
            }
            Operator::LocalGet { .. } => self.open.push(None),
            Operator::I32Shl | Operator::I32ShrU | Operator::I32ShrS if self.open.len() >= 2 => {
                self.open.truncate(self.open.len() - 2);
                self.open.push(None);
            }
            _ => return self.open.drain(..).flatten().collect(),
        }
        Vec::new()
    }
}
