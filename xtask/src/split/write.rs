//! What both parts are written with.

use super::module::Module;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CustomSection, DataCountSection, DataSection, ElementSection, ExportSection, GlobalSection,
    ImportSection, MemorySection, StartSection, TableSection,
};
use wasmparser::ExternalKind;

type Outcome<T> = Result<T, Error>;

/// What only numbers things anew, or not even that.
type Same<'r> = &'r mut dyn Reencode<Error = std::convert::Infallible>;

macro_rules! section {
    ($reencoder:ident, $out:ident, $reader:expr, $section:ty, $parse:ident) => {
        if let Some(reader) = $reader.clone() {
            let mut section = <$section>::new();
            $reencoder.$parse(&mut section, reader)?;
            $out.section(&section);
        }
    };
}

/// The imports.
pub fn imports(same: Same<'_>, module: &Module<'_>, out: &mut wasm_encoder::Module) -> Outcome<()> {
    section!(same, out, module.sections.imports, ImportSection, parse_import_section);
    Ok(())
}

/// Tables and memories.
pub fn tables_and_memories(
    same: Same<'_>,
    module: &Module<'_>,
    out: &mut wasm_encoder::Module,
) -> Outcome<()> {
    section!(same, out, module.sections.tables, TableSection, parse_table_section);
    memories(same, module, out)
}

/// Memories alone.
pub fn memories(
    same: Same<'_>,
    module: &Module<'_>,
    out: &mut wasm_encoder::Module,
) -> Outcome<()> {
    section!(same, out, module.sections.memories, MemorySection, parse_memory_section);
    Ok(())
}

/// Globals.
pub fn globals(same: Same<'_>, module: &Module<'_>, out: &mut wasm_encoder::Module) -> Outcome<()> {
    section!(same, out, module.sections.globals, GlobalSection, parse_global_section);
    Ok(())
}

/// What stands between the globals and the code.
pub fn exports_to_data_count(
    same: Same<'_>,
    module: &Module<'_>,
    out: &mut wasm_encoder::Module,
) -> Outcome<()> {
    let sections = &module.sections;
    section!(same, out, sections.exports, ExportSection, parse_export_section);
    start(same, module, out)?;
    section!(same, out, sections.elements, ElementSection, parse_element_section);
    data_count(module, out);
    Ok(())
}

/// The function that runs first.
pub fn start(same: Same<'_>, module: &Module<'_>, out: &mut wasm_encoder::Module) -> Outcome<()> {
    if let Some(start) = module.sections.start {
        out.section(&StartSection { function_index: same.function_index(start)? });
    }
    Ok(())
}

/// How many data segments there are.
pub fn data_count(module: &Module<'_>, out: &mut wasm_encoder::Module) {
    if let Some(count) = module.sections.data_count {
        out.section(&DataCountSection { count });
    }
}

/// The data segments.
pub fn data(same: Same<'_>, module: &Module<'_>, out: &mut wasm_encoder::Module) -> Outcome<()> {
    section!(same, out, module.sections.data, DataSection, parse_data_section);
    Ok(())
}

/// Sections such as that of the features that the module uses.
pub fn customs(module: &Module<'_>, out: &mut wasm_encoder::Module) {
    for custom in &module.sections.customs {
        out.section(&CustomSection { name: custom.name().into(), data: custom.data().into() });
    }
}

/// What both parts share, with the name under which the first gives it to the later one.
pub fn shared(module: &Module<'_>) -> Vec<(ExternalKind, u32, String)> {
    let all = |kind, count: usize, letter: &'static str| {
        (0..count as u32).map(move |index| (kind, index, format!("{letter}{index}")))
    };
    all(ExternalKind::Memory, module.memories.len(), "memory")
        .chain(all(ExternalKind::Table, module.tables.len(), "table"))
        .chain(all(ExternalKind::Global, module.globals.len(), "global"))
        .map(|(kind, index, own)| {
            let name = exported_as(module, kind, index).map_or(own, str::to_owned);
            (kind, index, name)
        })
        .collect()
}

/// The name under which the module itself exports a thing.
pub fn exported_as<'a>(module: &Module<'a>, kind: ExternalKind, index: u32) -> Option<&'a str> {
    let mut exports = module.exports.iter();
    exports.find(|(_, its, at)| *its == kind && *at == index).map(|(name, ..)| *name)
}
