//! The gate on what a first visit transfers, compressed as web servers compress.
//!
//! Every file of the site counts unless it is listed here with the reason why a first visit does
//! not load it: a new file is paid for until somebody says otherwise.

use crate::shell::Outcome;
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The gate, in bytes. What the first lesson does not run loads later (`lazy/`), so only what is
/// added to the first sight counts.
const MAX_BYTES: u64 = 300_000;
/// The aim, in bytes.
const AIM_BYTES: u64 = 250_000;
/// What a first visit does not load: the start of the path in `dist/`, and why.
const LATER: &[(&str, &str)] = &[
    ("lazy/", "loaded when it is first needed"),
    ("embed", "only for pages that embed a run"),
    ("fonts/inter-OFL.txt", "a licence"),
    ("fonts/jetbrains-mono-OFL.txt", "a licence"),
];

/// One file of the site.
#[derive(Debug, PartialEq)]
struct Item {
    name: String,
    bytes: u64,
    gzip_bytes: u64,
}

/// Prints what a first visit transfers, and fails if that is too much.
pub fn check(dist: &Path) -> Outcome<()> {
    let mut items = weigh(dist).map_err(|error| format!("{}: {error}", dist.display()))?;
    items.sort_by_key(|item| std::cmp::Reverse(item.gzip_bytes));
    let (later, first): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(|item| is_later(&item.name));
    println!("{:>10} {:>10}  a first visit transfers", "bytes", "gzip");
    first.iter().for_each(print);
    if !later.is_empty() {
        println!("{:>10} {:>10}  later, not counted", "", "");
        later.iter().for_each(print);
    }
    judge(first.iter().map(|item| item.gzip_bytes).sum())
}

/// What a first visit transfers, in bytes.
pub fn first_visit(dist: &Path) -> Outcome<u64> {
    let items = weigh(dist).map_err(|error| format!("{}: {error}", dist.display()))?;
    let first = items.iter().filter(|item| !is_later(&item.name));
    Ok(first.map(|item| item.gzip_bytes).sum())
}

fn print(item: &Item) {
    println!("{:>10} {:>10}  {}", item.bytes, item.gzip_bytes, item.name);
}

fn judge(total: u64) -> Outcome<()> {
    let kilobytes = |bytes: u64| format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100);
    let figure = format!("first visit: {} gzipped", kilobytes(total));
    println!("{figure} (gate {}, aim {})", kilobytes(MAX_BYTES), kilobytes(AIM_BYTES));
    if total > MAX_BYTES {
        return Err(format!("{figure}, more than {}", kilobytes(MAX_BYTES)));
    }
    if total > AIM_BYTES {
        println!("warning: above the aim");
    }
    Ok(())
}

fn is_later(name: &str) -> bool {
    LATER.iter().any(|(start, _)| name.starts_with(start))
}

/// Every file under the folder with its sizes.
fn weigh(dist: &Path) -> std::io::Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut folders = vec![dist.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                items.push(weigh_file(dist, path)?);
            }
        }
    }
    Ok(items)
}

fn weigh_file(dist: &Path, path: PathBuf) -> std::io::Result<Item> {
    let bytes = fs::read(&path)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    let name = path.strip_prefix(dist).unwrap_or(&path).to_string_lossy().replace('\\', "/");
    let gzip_bytes = encoder.finish()?.len() as u64;
    // A server sends as it is what compression does not make smaller (images, fonts).
    Ok(Item { name, bytes: bytes.len() as u64, gzip_bytes: gzip_bytes.min(bytes.len() as u64) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_fails_and_just_enough_passes() {
        assert_eq!(judge(MAX_BYTES), Ok(()));
        assert!(judge(MAX_BYTES + 1).is_err());
    }

    #[test]
    fn only_what_is_listed_comes_later() {
        assert!(is_later("lazy/zh.json"));
        assert!(!is_later("index.html"));
        assert!(!is_later("fonts/lazy/a.woff2"));
    }

    #[test]
    fn files_are_found_in_folders_and_compressed() -> std::io::Result<()> {
        let dist = std::env::temp_dir().join(format!("ackscope-size-{}", std::process::id()));
        fs::create_dir_all(dist.join("a"))?;
        fs::write(dist.join("a/b.css"), "x".repeat(10_000))?;
        let items = weigh(&dist)?;
        fs::remove_dir_all(&dist)?;
        assert_eq!(items.len(), 1);
        assert_eq!((items[0].name.as_str(), items[0].bytes), ("a/b.css", 10_000));
        assert!(items[0].gzip_bytes < 100);
        Ok(())
    }
}
