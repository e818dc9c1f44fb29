//! The scripts of the scenario table, by their names.

use std::fs;
use std::path::Path;

/// Each row's name and its script, in order.
pub fn rows() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rows");
    let entries = fs::read_dir(folder).expect("the rows").map(|entry| entry.expect("a row").path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).expect("a script"))).collect()
}
