//! The rule of the one direction: which module of the library may know which.

use crate::source::{Source, Violations, identifier, line_of, places};

/// The modules of the library from left to right; those in one row may know each other.
const LAYERS: &[&[&str]] = &[
    &["time"],
    &["script"],
    &["trace", "model"],
    &["verdict"],
    &["player"],
    &["stage"],
    &["lab"],
    &["lessons"],
];

/// `crate::stage` in `src/model/` is a step in the wrong direction, and so is `super::super::stage`.
pub fn one_direction(source: &Source) -> Violations {
    let Some(own) = library_module(&source.path) else {
        return vec![];
    };
    let Some(own_rank) = rank(own) else {
        return vec![(
            1,
            format!("module `{own}` has no place in LAYERS (tests/tidy/direction.rs)"),
        )];
    };
    let known = used_modules(source);
    known
        .into_iter()
        .filter(|(_, module)| rank(module).is_some_and(|rank| rank > own_rank))
        .map(|(line, module)| (line, format!("`{own}` must not know `{module}`")))
        .collect()
}

/// The top module that a file of the library is in; `lib.rs` and the programs are in none.
pub fn library_module(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let module = inside.split('/').next()?.trim_end_matches(".rs");
    (!["lib", "main", "app", "bin", "worker"].contains(&module)).then_some(module)
}

/// The app stands to the right of everything.
fn rank(module: &str) -> Option<usize> {
    let layer = LAYERS.iter().position(|layer| layer.contains(&module));
    layer.or((module == "app").then_some(LAYERS.len()))
}

/// The modules at the crate's root that a file names, with the lines.
fn used_modules(source: &Source) -> Vec<(usize, String)> {
    let code = &source.code;
    let mut starts: Vec<usize> = Vec::new();
    let up = "super::".repeat(depth(&source.path));
    for root in ["crate::", "ackscope::", &up] {
        starts.extend(places(code, root).map(|at| at + root.len()));
    }
    let mut found = Vec::new();
    for start in starts {
        let names = match code[start..].strip_prefix('{') {
            Some(group) => first_names(group),
            None => vec![identifier(&code[start..])],
        };
        found.extend(names.into_iter().map(|name| (line_of(code, start), name.to_owned())));
    }
    found
}

/// How many `super` lead from a file to the crate's root.
fn depth(path: &str) -> usize {
    let folders = path.matches('/').count();
    if path.ends_with("/mod.rs") { folders - 1 } else { folders }
}

/// The first name of each path in `a::b, c::{d, e}, f}`.
fn first_names(group: &str) -> Vec<&str> {
    let mut names = vec![];
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(identifier(group[start..at].trim_start()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(identifier(group[start..at].trim_start()));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}
