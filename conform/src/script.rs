//! A script of the conformance suite: one file that both the model and the harness understand.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ackscope::model::Setup;
use ackscope::script::Script;

/// A script that was read, with what the model makes of it.
pub struct Loaded {
    /// The name of its file, without `.json`.
    pub name: String,
    /// The script.
    pub script: Script,
    /// Everything about it that is fixed before it starts.
    pub setup: Arc<Setup>,
    /// What tells it from an earlier state of its file: FNV-1a of all that is not white space.
    pub digest: String,
}

impl Loaded {
    /// Reads a script.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub fn read(file: &Path) -> Result<Self, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse(&name, &text).map_err(|error| wrong(&error))
    }

    /// The script in a text.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let (script, resolved) = Script::load(text).map_err(|error| error.to_string())?;
        let setup = Setup::new(&script, &resolved);
        let bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
        let digest = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Ok(Self { name: name.to_owned(), script, setup, digest: format!("{digest:016x}") })
    }
}

/// The folder of the suite: recordings, and the scripts in `scripts/`.
#[must_use]
pub fn suite() -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    home.parent().unwrap_or(home).join("tests/conformance")
}

/// The scripts of the suite in the order of their names.
///
/// # Errors
/// Says which file cannot be read.
pub fn scripts() -> Result<Vec<Loaded>, String> {
    let folder = suite().join("scripts");
    let entries = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files.iter().map(|file| Loaded::read(file)).collect()
}
