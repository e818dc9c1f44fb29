//! Makes functions of the regions that did not run, so that they can load later.
//!
//! A region's locals become arguments. What it sets for those behind it, and what it returns, goes
//! through globals, read at once. It answers by which way it was left; the caller goes on there.

use super::body::{Body, FUNCTION};
use super::module::Module;
use super::profile::Ran;
use super::region_code::Writer;
use super::regions::{Region, Search};
use super::write;
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, Function, FunctionSection, GlobalSection, GlobalType, NameMap,
    NameSection, TypeSection,
};
use wasmparser::ValType;

/// What the name of a function made of a region ends with.
pub const MARK: &str = "{later}";

type Signature = (Vec<ValType>, Vec<ValType>);

/// A function made of a region.
struct Outlined {
    of: u32,
    signature: u32,
    body: Function,
}

/// What is added to the module.
struct Added<'m, 'a> {
    module: &'m Module<'a>,
    signatures: Vec<Signature>,
    /// The globals through which values go: by type, in the order of use.
    globals: BTreeMap<String, Vec<u32>>,
    global_types: Vec<ValType>,
    functions: Vec<Outlined>,
}

/// Writes the module anew, with functions made of what did not run where `concerns` says so.
pub fn outline(
    module: &Module<'_>,
    ran: &Ran,
    concerns: impl Fn(u32) -> bool,
) -> Result<(Vec<u8>, BTreeSet<u32>), Error> {
    let mut added = Added {
        module,
        signatures: Vec::new(),
        globals: BTreeMap::new(),
        global_types: Vec::new(),
        functions: Vec::new(),
    };
    let mut code = CodeSection::new();
    for (function, body) in module.defined().zip(&module.sections.bodies) {
        let pieces = ran.pieces(function - module.imported);
        if concerns(function) && !pieces.iter().all(|ran| *ran) {
            added.function(&mut code, function, body, pieces)?;
        } else {
            RoundtripReencoder.parse_function_body(&mut code, body.clone())?;
        }
    }
    let first = module.functions.len() as u32;
    let new = (first..first + added.functions.len() as u32).collect();
    Ok((added.write(code)?, new))
}

impl Added<'_, '_> {
    fn function(
        &mut self,
        code: &mut CodeSection,
        function: u32,
        read: &wasmparser::FunctionBody<'_>,
        ran: &[bool],
    ) -> Result<(), Error> {
        let module = self.module;
        let body = Body::read(read)?;
        let signature = module.signature(function);
        let mut locals = signature.params().to_vec();
        for group in read.get_locals_reader()? {
            let (count, kind) = group?;
            locals.extend((0..count).map(|_| kind));
        }
        let results = signature.results();
        let regions = Search { module, body: &body, locals: &locals, results, ran }.regions();
        let mut out = RoundtripReencoder.new_function_with_parsed_locals(read)?;
        let mut at = 0;
        for region in &regions {
            copy(&mut out, &body, at..region.at.start)?;
            self.region(&mut out, function, &body, &locals, results, region)?;
            at = region.at.end;
        }
        copy(&mut out, &body, at..body.operators.len())?;
        code.function(&out);
        Ok(())
    }

    /// Makes a function of a region, and a call of it in its place.
    fn region(
        &mut self,
        out: &mut Function,
        of: u32,
        body: &Body<'_>,
        locals: &[ValType],
        results: &[ValType],
        region: &Region,
    ) -> Result<(), Error> {
        let outputs = self.carriers(region.outputs.iter().map(|it| locals[*it as usize]));
        let returned = self.carriers(results.iter().copied()).first().copied();
        let returned = returned.filter(|_| region.exits.contains(&FUNCTION));
        let tells = region.exits.len() + usize::from(region.falls_through) > 1;
        let given = region.inputs.iter().map(|it| locals[*it as usize]).collect();
        let told = if tells { vec![ValType::I32] } else { vec![] };
        let signature = self.signature((given, told));
        let writer = Writer { body, locals, region, outputs: &outputs, returned, tells };
        let function = writer.function()?;
        let index = (self.module.functions.len() + self.functions.len()) as u32;
        writer.call(out, index);
        self.functions.push(Outlined { of, signature, body: function });
        Ok(())
    }

    /// A global for each value.
    fn carriers(&mut self, kinds: impl Iterator<Item = ValType>) -> Vec<u32> {
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        let mut found = Vec::new();
        for kind in kinds {
            let name = kind.to_string();
            let count = used.entry(name.clone()).or_default();
            let all = self.globals.entry(name).or_default();
            if all.len() == *count {
                all.push((self.module.globals.len() + self.global_types.len()) as u32);
                self.global_types.push(kind);
            }
            found.push(all[*count]);
            *count += 1;
        }
        found
    }

    fn signature(&mut self, signature: Signature) -> u32 {
        let known = self.signatures.iter().position(|it| *it == signature);
        let index = known.unwrap_or_else(|| {
            self.signatures.push(signature);
            self.signatures.len() - 1
        });
        (self.module.types.len() + index) as u32
    }

    fn write(self, code: CodeSection) -> Result<Vec<u8>, Error> {
        let mut same = RoundtripReencoder;
        let sections = &self.module.sections;
        let mut out = wasm_encoder::Module::new();
        let mut types = TypeSection::new();
        if let Some(reader) = sections.types.clone() {
            same.parse_type_section(&mut types, reader)?;
        }
        for (given, told) in self.signatures {
            types.ty().function(same.val_types(given)?, same.val_types(told)?);
        }
        out.section(&types);
        write::imports(&mut same, self.module, &mut out)?;
        let mut signatures = FunctionSection::new();
        if let Some(reader) = sections.functions.clone() {
            same.parse_function_section(&mut signatures, reader)?;
        }
        for it in &self.functions {
            signatures.function(it.signature);
        }
        out.section(&signatures);
        write::tables_and_memories(&mut same, self.module, &mut out)?;
        let mut globals = GlobalSection::new();
        if let Some(reader) = sections.globals.clone() {
            same.parse_global_section(&mut globals, reader)?;
        }
        for kind in self.global_types {
            let zero = zero(kind);
            let val_type = same.val_type(kind)?;
            globals.global(GlobalType { val_type, mutable: true, shared: false }, &zero);
        }
        out.section(&globals);
        write::exports_to_data_count(&mut same, self.module, &mut out)?;
        let mut code = code;
        for it in &self.functions {
            code.function(&it.body);
        }
        out.section(&code);
        write::data(&mut same, self.module, &mut out)?;
        write::customs(self.module, &mut out);
        let mut functions = NameMap::new();
        self.module.names.iter().for_each(|(index, name)| functions.append(*index, name));
        for (index, it) in (self.module.functions.len() as u32..).zip(&self.functions) {
            functions.append(index, &format!("{}{MARK}{index}", self.module.name(it.of)));
        }
        let mut names = NameSection::new();
        names.functions(&functions);
        out.section(&names);
        Ok(out.finish())
    }
}

fn zero(kind: ValType) -> ConstExpr {
    match kind {
        ValType::I64 => ConstExpr::i64_const(0),
        ValType::F32 => ConstExpr::f32_const(0.0_f32.into()),
        ValType::F64 => ConstExpr::f64_const(0.0_f64.into()),
        _ => ConstExpr::i32_const(0),
    }
}

fn copy(out: &mut Function, body: &Body<'_>, at: std::ops::Range<usize>) -> Result<(), Error> {
    for operator in &body.operators[at] {
        out.instruction(&RoundtripReencoder.instruction(operator.clone())?);
    }
    Ok(())
}
