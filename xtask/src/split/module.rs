//! A WebAssembly module as the splitter sees it: its sections as they were read, and what it must
//! know of each function.

use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{
    CustomSectionReader, DataSectionReader, ElementItems, ElementSectionReader,
    ExportSectionReader, ExternalKind, FuncType, FunctionBody, FunctionSectionReader,
    GlobalSectionReader, GlobalType, ImportSectionReader, KnownCustom, MemorySectionReader,
    MemoryType, Name, Operator, Parser, Payload, SubType, TableSectionReader, TableType, TypeRef,
    TypeSectionReader,
};

/// A module that was read.
#[derive(Default)]
pub struct Module<'a> {
    pub sections: Sections<'a>,
    /// The signatures, by their index.
    pub types: Vec<SubType>,
    /// The type of each function, the imported ones first.
    pub functions: Vec<u32>,
    /// How many functions are imported.
    pub imported: u32,
    pub tables: Vec<TableType>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<GlobalType>,
    pub exports: Vec<(&'a str, ExternalKind, u32)>,
    /// The functions that tables hold.
    pub pointed: BTreeSet<u32>,
    /// The functions' names.
    pub names: BTreeMap<u32, &'a str>,
    /// What each function that is not imported does.
    pub facts: Vec<Facts>,
}

/// The sections of a module, for whoever writes them again.
#[derive(Default)]
pub struct Sections<'a> {
    pub types: Option<TypeSectionReader<'a>>,
    pub imports: Option<ImportSectionReader<'a>>,
    pub functions: Option<FunctionSectionReader<'a>>,
    pub tables: Option<TableSectionReader<'a>>,
    pub memories: Option<MemorySectionReader<'a>>,
    pub globals: Option<GlobalSectionReader<'a>>,
    pub exports: Option<ExportSectionReader<'a>>,
    pub start: Option<u32>,
    pub elements: Option<ElementSectionReader<'a>>,
    pub data_count: Option<u32>,
    pub bodies: Vec<FunctionBody<'a>>,
    pub data: Option<DataSectionReader<'a>>,
    pub customs: Vec<CustomSectionReader<'a>>,
}

/// What matters of a function.
#[derive(Default)]
pub struct Facts {
    /// The functions that it calls by name.
    pub calls: BTreeSet<u32>,
    /// It names a segment or the address of a function, which only the module has that has them.
    pub stays: bool,
}

impl<'a> Module<'a> {
    /// Reads a module.
    pub fn read(bytes: &'a [u8]) -> wasmparser::Result<Self> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.take(payload?)?;
        }
        Ok(module)
    }

    /// The function's name, or nothing.
    pub fn name(&self, function: u32) -> &'a str {
        self.names.get(&function).copied().unwrap_or_default()
    }

    /// What a function that is not imported does.
    pub fn facts(&self, function: u32) -> Option<&Facts> {
        self.facts.get(function.checked_sub(self.imported)? as usize)
    }

    /// The functions that are not imported.
    pub fn defined(&self) -> std::ops::Range<u32> {
        self.imported..self.functions.len() as u32
    }

    /// The signature of a function.
    pub fn signature(&self, function: u32) -> &FuncType {
        self.types[self.functions[function as usize] as usize].unwrap_func()
    }

    fn take(&mut self, payload: Payload<'a>) -> wasmparser::Result<()> {
        let sections = &mut self.sections;
        match payload {
            Payload::TypeSection(reader) => {
                for group in reader.clone() {
                    self.types.extend(group?.into_types());
                }
                sections.types = Some(reader);
            }
            Payload::ImportSection(reader) => {
                sections.imports = Some(reader.clone());
                self.take_imports(reader)?;
            }
            Payload::FunctionSection(reader) => {
                self.functions.extend(reader.clone().into_iter().collect::<Result<Vec<_>, _>>()?);
                sections.functions = Some(reader);
            }
            Payload::TableSection(reader) => {
                for table in reader.clone() {
                    self.tables.push(table?.ty);
                }
                sections.tables = Some(reader);
            }
            Payload::MemorySection(reader) => {
                self.memories.extend(reader.clone().into_iter().collect::<Result<Vec<_>, _>>()?);
                sections.memories = Some(reader);
            }
            Payload::GlobalSection(reader) => {
                for global in reader.clone() {
                    self.globals.push(global?.ty);
                }
                sections.globals = Some(reader);
            }
            Payload::ExportSection(reader) => {
                for export in reader.clone() {
                    let export = export?;
                    self.exports.push((export.name, export.kind, export.index));
                }
                sections.exports = Some(reader);
            }
            Payload::StartSection { func, .. } => sections.start = Some(func),
            Payload::ElementSection(reader) => {
                sections.elements = Some(reader.clone());
                self.take_elements(reader)?;
            }
            Payload::DataCountSection { count, .. } => sections.data_count = Some(count),
            Payload::CodeSectionEntry(body) => {
                self.facts.push(Facts::of(&body)?);
                sections.bodies.push(body);
            }
            Payload::DataSection(reader) => sections.data = Some(reader),
            Payload::CustomSection(reader) => self.take_custom(reader)?,
            _ => {}
        }
        Ok(())
    }

    fn take_imports(&mut self, reader: ImportSectionReader<'a>) -> wasmparser::Result<()> {
        for import in reader.into_imports() {
            match import?.ty {
                TypeRef::Func(signature) | TypeRef::FuncExact(signature) => {
                    self.functions.push(signature);
                    self.imported += 1;
                }
                TypeRef::Table(table) => self.tables.push(table),
                TypeRef::Memory(memory) => self.memories.push(memory),
                TypeRef::Global(global) => self.globals.push(global),
                TypeRef::Tag(_) => {}
            }
        }
        Ok(())
    }

    fn take_elements(&mut self, reader: ElementSectionReader<'a>) -> wasmparser::Result<()> {
        for element in reader {
            match element?.items {
                ElementItems::Functions(functions) => {
                    self.pointed.extend(functions.into_iter().collect::<Result<Vec<_>, _>>()?);
                }
                ElementItems::Expressions(_, expressions) => {
                    for expression in expressions {
                        for operator in expression?.get_operators_reader() {
                            if let Operator::RefFunc { function_index } = operator? {
                                self.pointed.insert(function_index);
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn take_custom(&mut self, reader: CustomSectionReader<'a>) -> wasmparser::Result<()> {
        let KnownCustom::Name(subsections) = reader.as_known() else {
            self.sections.customs.push(reader);
            return Ok(());
        };
        for subsection in subsections {
            if let Name::Function(names) = subsection? {
                for name in names {
                    let name = name?;
                    self.names.insert(name.index, name.name);
                }
            }
        }
        Ok(())
    }
}

impl Facts {
    fn of(body: &FunctionBody<'_>) -> wasmparser::Result<Self> {
        let mut facts = Self::default();
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    facts.calls.insert(function_index);
                }
                Operator::RefFunc { function_index } => {
                    facts.calls.insert(function_index);
                    facts.stays = true;
                }
                Operator::MemoryInit { .. }
                | Operator::DataDrop { .. }
                | Operator::TableInit { .. }
                | Operator::ElemDrop { .. } => facts.stays = true,
                _ => {}
            }
        }
        Ok(facts)
    }
}
