//! Where the rows are.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Outcome, outcome};

/// How many rows the table has.
const ROWS: u32 = 92;

/// The run of a row.
pub fn row(number: u32) -> Outcome {
    outcome(&script(number))
}

/// The run of a row with a change: "the same, but".
pub fn row_but(number: u32, change: impl FnOnce(&mut Value)) -> Outcome {
    let mut script = script(number);
    change(&mut script);
    outcome(&script)
}

/// The script of a row.
pub fn script(number: u32) -> Value {
    let file = file(number).unwrap_or_else(|| panic!("row {number} has no script"));
    let text = fs::read_to_string(&file).expect("a script");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn file(number: u32) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rows");
    let prefix = format!("{number:02}-");
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of this file")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "json")
                && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
        })
        .collect();
    assert!(found.len() < 2, "row {number} has several scripts: {found:?}");
    found.pop()
}

#[test]
fn every_row_has_a_script_or_a_reason() {
    let limits = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/limits.md");
    let limits = fs::read_to_string(limits).expect("the page of limits");
    let missing: Vec<u32> = (1..=ROWS)
        .filter(|n| file(*n).is_none() && !limits.contains(&format!("Row {n}:")))
        .collect();
    assert!(missing.is_empty(), "rows without a script or a reason: {missing:?}");
}
