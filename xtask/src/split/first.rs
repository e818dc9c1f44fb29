//! Writes the part that loads at once.
//!
//! It is the module as it was, except that a function which loads later is only a door: it sees to
//! it that the later part is there, and calls through the table that the later part fills.

use super::choice::Choice;
use super::data::{self, Divided};
use super::module::Module;
use super::{FIRST, LATER, LOAD, write};
use std::borrow::Cow;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, ExportKind, ExportSection,
    Function, FunctionSection, ImportSection, Instruction, NameMap, RefType, TableSection,
    TableType, TypeSection, ValType,
};
use wasmparser::ExternalKind;

/// Moves the functions that are not imported one up, for the import that is added.
struct Moved {
    imported: u32,
}

impl Reencode for Moved {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(function + u32::from(function >= self.imported))
    }
}

/// The indexes of what is added.
struct Added {
    load: u32,
    ensure: u32,
    later: u32,
    first: u32,
}

/// Writes the part.
pub fn write_first(
    module: &Module<'_>,
    choice: &Choice,
    data: Option<&Divided>,
) -> Result<Vec<u8>, Error> {
    let functions = module.functions.len() as u32;
    let tables = module.tables.len() as u32;
    let added =
        Added { load: module.imported, ensure: functions + 1, later: tables, first: tables + 1 };
    let mut moved = Moved { imported: module.imported };
    let sections = &module.sections;
    let mut out = wasm_encoder::Module::new();

    let mut types = TypeSection::new();
    if let Some(reader) = sections.types.clone() {
        moved.parse_type_section(&mut types, reader)?;
    }
    let type_of_load = module.types.len() as u32;
    types.ty().function([ValType::I32], []);
    types.ty().function([ValType::I32], [ValType::I32]);
    out.section(&types);

    let mut imports = ImportSection::new();
    if let Some(reader) = sections.imports.clone() {
        moved.parse_import_section(&mut imports, reader)?;
    }
    imports.import(LATER, LOAD, wasm_encoder::EntityType::Function(type_of_load));
    out.section(&imports);

    let mut signatures = FunctionSection::new();
    if let Some(reader) = sections.functions.clone() {
        moved.parse_function_section(&mut signatures, reader)?;
    }
    signatures.function(type_of_load + 1);
    out.section(&signatures);

    let mut table_section = TableSection::new();
    if let Some(reader) = sections.tables.clone() {
        moved.parse_table_section(&mut table_section, reader)?;
    }
    table_section.table(table_of(choice.doors.len() as u64));
    table_section.table(table_of(choice.called_back.len() as u64));
    out.section(&table_section);

    write::memories(&mut moved, module, &mut out)?;
    write::globals(&mut moved, module, &mut out)?;
    out.section(&exports(&mut moved, module, &added)?);
    write::start(&mut moved, module, &mut out)?;
    out.section(&elements(&mut moved, module, choice, &added)?);
    if data.is_none() {
        write::data_count(module, &mut out);
    }
    out.section(&code(&mut moved, module, choice, &added)?);
    match data {
        Some(data) => drop(out.section(&data::section(&data.first))),
        None => write::data(&mut moved, module, &mut out)?,
    }
    write::customs(module, &mut out);
    out.section(&names(&mut moved, module, &added)?);
    Ok(out.finish())
}

/// A table of functions, of that size for good.
pub fn table_of(size: u64) -> TableType {
    TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: size,
        maximum: Some(size),
        shared: false,
    }
}

/// What the later part needs goes out: memory, tables, and globals that it may share.
fn exports(moved: &mut Moved, module: &Module<'_>, added: &Added) -> Result<ExportSection, Error> {
    let mut exports = ExportSection::new();
    if let Some(reader) = module.sections.exports.clone() {
        moved.parse_export_section(&mut exports, reader)?;
    }
    for (kind, index, name) in write::shared(module) {
        if write::exported_as(module, kind, index).is_none() {
            let kind = match kind {
                ExternalKind::Table => ExportKind::Table,
                ExternalKind::Memory => ExportKind::Memory,
                _ => ExportKind::Global,
            };
            exports.export(&name, kind, index);
        }
    }
    exports.export(LATER, ExportKind::Table, added.later);
    exports.export(FIRST, ExportKind::Table, added.first);
    Ok(exports)
}

fn elements(
    moved: &mut Moved,
    module: &Module<'_>,
    choice: &Choice,
    added: &Added,
) -> Result<ElementSection, Error> {
    let mut elements = ElementSection::new();
    if let Some(reader) = module.sections.elements.clone() {
        moved.parse_element_section(&mut elements, reader)?;
    }
    let called = choice.called_back.keys().map(|it| moved.function_index(*it));
    let called = called.collect::<Result<Vec<u32>, _>>()?;
    let items = Elements::Functions(Cow::Owned(called));
    elements.active(Some(added.first), &ConstExpr::i32_const(0), items);
    Ok(elements)
}

fn code(
    moved: &mut Moved,
    module: &Module<'_>,
    choice: &Choice,
    added: &Added,
) -> Result<CodeSection, Error> {
    let mut code = CodeSection::new();
    for (function, body) in module.defined().zip(&module.sections.bodies) {
        if !choice.later.contains(&function) {
            moved.parse_function_body(&mut code, body.clone())?;
        } else if let Some(place) = choice.doors.get(&function) {
            code.function(&door(module, function, *place, added));
        } else {
            // Nobody refers to it: the optimizer takes it away.
            code.function(&body_of(&[Instruction::Unreachable]));
        }
    }
    code.function(&ensure(added));
    Ok(code)
}

fn body_of(instructions: &[Instruction<'_>]) -> Function {
    let mut body = Function::new([]);
    instructions.iter().for_each(|instruction| {
        body.instruction(instruction);
    });
    body.instruction(&Instruction::End);
    body
}

/// Calls the function behind it.
fn door(module: &Module<'_>, function: u32, place: u32, added: &Added) -> Function {
    let arguments = module.signature(function).params().len() as u32;
    let mut body: Vec<Instruction<'_>> = (0..arguments).map(Instruction::LocalGet).collect();
    body.extend([
        Instruction::I32Const(place as i32),
        Instruction::Call(added.ensure),
        Instruction::CallIndirect {
            type_index: module.functions[function as usize],
            table_index: added.later,
        },
    ]);
    body_of(&body)
}

/// Sees to it that a place in the table is filled, and gives it back.
fn ensure(added: &Added) -> Function {
    body_of(&[
        Instruction::LocalGet(0),
        Instruction::TableGet(added.later),
        Instruction::RefIsNull,
        Instruction::If(BlockType::Empty),
        Instruction::LocalGet(0),
        Instruction::Call(added.load),
        Instruction::End,
        Instruction::LocalGet(0),
    ])
}

fn names(
    moved: &mut Moved,
    module: &Module<'_>,
    added: &Added,
) -> Result<wasm_encoder::NameSection, Error> {
    let mut functions = NameMap::new();
    let mut is_load_named = false;
    for (function, name) in &module.names {
        if *function >= module.imported && !std::mem::replace(&mut is_load_named, true) {
            functions.append(added.load, LOAD);
        }
        functions.append(moved.function_index(*function)?, name);
    }
    let mut names = wasm_encoder::NameSection::new();
    names.functions(&functions);
    Ok(names)
}
