//! Writes the part that loads later.
//!
//! It has functions, and the data that only they can reach. Memory, tables and globals are the first
//! part's; so are the functions that it calls back, which it finds in a table there. Loading it fills
//! the table that the doors call through.

use super::choice::Choice;
use super::data::{self, Divided};
use super::first::table_of;
use super::module::Module;
use super::{FIRST, LATER, write};
use std::borrow::Cow;
use std::collections::BTreeMap;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, FunctionSection, ImportSection,
    NameMap, NameSection, TypeSection,
};
use wasmparser::ExternalKind;

/// The functions of this part: those called back, then its own.
struct Renumbered {
    functions: BTreeMap<u32, u32>,
}

impl Reencode for Renumbered {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.functions[&function])
    }
}

/// Writes the part.
pub fn write_later(
    module: &Module<'_>,
    choice: &Choice,
    data: Option<&Divided>,
) -> Result<Vec<u8>, Error> {
    let all = choice.called_back.keys().chain(&choice.later).copied();
    let mut renumbered = Renumbered { functions: all.zip(0..).collect() };
    let mut out = wasm_encoder::Module::new();

    let mut types = TypeSection::new();
    if let Some(reader) = module.sections.types.clone() {
        renumbered.parse_type_section(&mut types, reader)?;
    }
    out.section(&types);
    out.section(&imports(&mut renumbered, module, choice)?);

    let mut signatures = FunctionSection::new();
    for function in &choice.later {
        signatures.function(module.functions[*function as usize]);
    }
    out.section(&signatures);

    let mut elements = ElementSection::new();
    let doors: Vec<u32> = choice.doors.keys().map(|it| renumbered.functions[it]).collect();
    let table = module.tables.len() as u32;
    let doors = Elements::Functions(Cow::Owned(doors));
    elements.active(Some(table), &ConstExpr::i32_const(0), doors);
    out.section(&elements);

    let mut code = CodeSection::new();
    for (function, body) in module.defined().zip(&module.sections.bodies) {
        if choice.later.contains(&function) {
            renumbered.parse_function_body(&mut code, body.clone())?;
        }
    }
    out.section(&code);
    if let Some(data) = data {
        out.section(&data::section(&data.later));
    }
    write::customs(module, &mut out);

    let mut functions = NameMap::new();
    for (function, index) in
        choice.called_back.keys().chain(&choice.later).map(|it| (it, renumbered.functions[it]))
    {
        functions.append(index, module.name(*function));
    }
    let mut names = NameSection::new();
    names.functions(&functions);
    out.section(&names);
    Ok(out.finish())
}

fn imports(
    renumbered: &mut Renumbered,
    module: &Module<'_>,
    choice: &Choice,
) -> Result<ImportSection, Error> {
    let mut imports = ImportSection::new();
    for (kind, index, name) in write::shared(module) {
        let index = index as usize;
        let kind: EntityType = match kind {
            ExternalKind::Memory => renumbered.memory_type(module.memories[index])?.into(),
            ExternalKind::Table => renumbered.table_type(module.tables[index])?.into(),
            _ => renumbered.global_type(module.globals[index])?.into(),
        };
        imports.import(LATER, &name, kind);
    }
    imports.import(LATER, LATER, table_of(choice.doors.len() as u64));
    for (function, place) in &choice.called_back {
        let signature = EntityType::Function(module.functions[*function as usize]);
        imports.import(FIRST, &place.to_string(), signature);
    }
    Ok(imports)
}
