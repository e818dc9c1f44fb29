//! Which functions load later.
//!
//! Those that are asked for, and those that only they call. What a table holds can be called by
//! anyone, so it loads at once unless it is asked for.

use super::module::Module;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::ExternalKind;

/// Who goes where.
#[derive(Debug, Default, PartialEq)]
pub struct Choice {
    /// The functions that load later.
    pub later: BTreeSet<u32>,
    /// Those of them that the first part refers to, with their places in the table.
    pub doors: BTreeMap<u32, u32>,
    /// The functions of the first part that the later one calls, with their places in the table.
    pub called_back: BTreeMap<u32, u32>,
}

impl Choice {
    /// Chooses, given the functions that are asked for.
    pub fn of(module: &Module<'_>, mut asked: BTreeSet<u32>) -> Self {
        let stays = |function: &u32| module.facts(*function).is_none_or(|facts| facts.stays);
        asked.retain(|function| !stays(function));
        let first = reachable(module, &asked);
        let later: BTreeSet<u32> =
            module.defined().filter(|it| !first.contains(it) && !stays(it)).collect();
        let called = |from: &BTreeSet<u32>, at: &BTreeSet<u32>| {
            let all = from.iter().filter_map(|it| module.facts(*it)).flat_map(|it| &it.calls);
            all.filter(|it| at.contains(it)).copied().collect::<BTreeSet<u32>>()
        };
        let firsts: BTreeSet<u32> =
            (0..module.functions.len() as u32).filter(|it| !later.contains(it)).collect();
        let mut doors = called(&firsts, &later);
        doors.extend(module.pointed.intersection(&later));
        doors.extend(roots(module).intersection(&later));
        let called_back = called(&later, &firsts);
        Self { later, doors: numbered(doors), called_back: numbered(called_back) }
    }
}

fn numbered(functions: BTreeSet<u32>) -> BTreeMap<u32, u32> {
    functions.into_iter().zip(0..).collect()
}

/// What the outside can call.
fn roots(module: &Module<'_>) -> BTreeSet<u32> {
    let exported = module.exports.iter().filter(|(_, kind, _)| *kind == ExternalKind::Func);
    let mut roots: BTreeSet<u32> = exported.map(|(.., function)| *function).collect();
    roots.extend(module.sections.start);
    roots
}

/// What can be reached without going through a function that is asked for.
fn reachable(module: &Module<'_>, asked: &BTreeSet<u32>) -> BTreeSet<u32> {
    let mut open: Vec<u32> = roots(module).union(&module.pointed).copied().collect();
    let mut found = BTreeSet::new();
    while let Some(function) = open.pop() {
        if !asked.contains(&function) && found.insert(function) {
            open.extend(module.facts(function).into_iter().flat_map(|facts| &facts.calls));
        }
    }
    found
}
