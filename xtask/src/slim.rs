//! Takes from the built site what only its writers need: esbuild minifies scripts and style sheets, and
//! the names by which the wasm and its script know each other become numbers.
//!
//! Such a name is replaced by one as long, so that nothing else in the wasm changes its place.

use crate::shell::{self, Outcome};
use crate::tools;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Slims the built site.
pub fn slim(dist: &Path) -> Outcome<()> {
    let told = |error: std::io::Error| format!("{}: {error}", dist.display());
    rename(dist).map_err(told)?;
    let esbuild = tools::ensure_esbuild()?;
    for (extension, how) in [("js", &["--format=esm"][..]), ("css", &[])] {
        let mut command = Command::new(&esbuild);
        command.args(files(dist, extension).map_err(told)?).args(how);
        command.args(["--minify", "--allow-overwrite", "--log-level=warning"]);
        shell::run(command.arg(format!("--outdir={}", dist.display())))?;
    }
    Ok(())
}

fn rename(dist: &Path) -> std::io::Result<()> {
    for script in files(dist, "js")? {
        let mut text = fs::read_to_string(&script)?;
        let shorter = renamed(&text);
        for (old, new) in &shorter {
            text = text.replace(old, new);
        }
        fs::write(&script, text)?;
        for module in files(dist, "wasm")? {
            let mut bytes = fs::read(&module)?;
            shorter.iter().for_each(|(old, new)| replace(&mut bytes, old, new));
            fs::write(&module, bytes)?;
        }
    }
    Ok(())
}

fn files(folder: &Path, extension: &str) -> std::io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|it| it == extension));
    Ok(paths)
}

/// wasm-bindgen names what goes between the two by what it is, and makes that unique by a hash:
/// `__wbg_close_4c46ff8802ca60e6`. A number does as well. Names that are as long are filled up with
/// zeros, which take no room in what is sent.
fn renamed(script: &str) -> Vec<(String, String)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    let names: BTreeSet<&str> = script.split(|c| !is_part(c)).collect();
    let is_unique = |name: &&str| {
        let is_generated = name.starts_with("__wb") || name.starts_with("wasm_bindgen__");
        let hash = name.rsplit_once('_').map_or("", |(_, hash)| hash.trim_start_matches('h'));
        let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        is_generated && hash.len() == 16 && hash.chars().all(is_digit)
    };
    let names = names.into_iter().filter(is_unique).enumerate();
    names
        .map(|(at, name)| (name.to_owned(), format!("_{at:03}{:0<1$}", "", name.len() - 4)))
        .collect()
}

fn replace(bytes: &mut [u8], old: &str, new: &str) {
    let found = bytes.windows(old.len()).enumerate().filter(|(_, part)| *part == old.as_bytes());
    let places: Vec<usize> = found.map(|(at, _)| at).collect();
    for at in places {
        bytes[at..at + old.len()].copy_from_slice(new.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_different_and_as_long() {
        let script =
            "x: { __wbg_a_00000000000000ff: 1, __wbg_bb_0000000000000001: 2, __wbg_b_c: 3 }";
        let names = renamed(script);
        let news: Vec<&str> = names.iter().map(|(_, new)| new.as_str()).collect();
        assert_eq!(news, ["_00000000000000000000000", "_001000000000000000000000"]);
        assert!(names.iter().all(|(old, new)| old.len() == new.len()));
        let mut wasm = b"\x19__wbg_bb_0000000000000001\0".to_vec();
        names.iter().for_each(|(old, new)| replace(&mut wasm, old, new));
        assert_eq!(wasm, b"\x19_001000000000000000000000\0");
    }
}
