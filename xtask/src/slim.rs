//! Takes from the built site what only its writers need: indentation, blank lines and comments with
//! lines of their own, and the random half of the names by which the wasm and its script know each
//! other.
//!
//! Line by line, which is safe for what the site is made of: no text in it goes over several lines.
//! A name is replaced by one as long, so that nothing else in the wasm changes its place.

use crate::shell::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Slims the built site.
pub fn slim(dist: &Path) -> Outcome<()> {
    slim_files(dist).map_err(|error| format!("{}: {error}", dist.display()))
}

fn slim_files(dist: &Path) -> std::io::Result<()> {
    for style in files(dist, "css")? {
        fs::write(&style, tight(&slimmed(&fs::read_to_string(&style)?)))?;
    }
    for script in files(dist, "js")? {
        let mut text = slimmed(&fs::read_to_string(&script)?);
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

fn slimmed(text: &str) -> String {
    let mut slim = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            in_comment = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            slim.push_str(line);
            slim.push('\n');
        }
    }
    slim
}

/// A style sheet without the spaces that only its readers need. Outside of texts, what stands behind
/// these signs or before a brace is never meant.
fn tight(style: &str) -> String {
    let mut tight = String::with_capacity(style.len());
    let mut quote = None;
    for c in style.chars() {
        let last = tight.chars().next_back().unwrap_or('{');
        if quote.is_none() && c.is_ascii_whitespace() {
            if !matches!(last, ':' | ';' | ',' | '{' | '}' | ' ') {
                tight.push(' ');
            }
            continue;
        }
        if quote.is_none() && matches!(c, '{' | '}') && last == ' ' {
            tight.pop();
        }
        quote = match quote {
            Some(open) => (c != open).then_some(open),
            None => matches!(c, '"' | '\'').then_some(c),
        };
        tight.push(c);
    }
    tight
}

/// wasm-bindgen makes names unique by a hash: `__wbg_close_4c46ff8802ca60e6`. In one module a
/// number does as well, and is mostly 0. In order, so that no new name is one still to be replaced.
fn renamed(script: &str) -> Vec<(String, String)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    let names: BTreeSet<&str> = script.split(|c| !is_part(c)).collect();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let names = names.into_iter().filter_map(|name| {
        let (stem, hash) = name.strip_prefix("__wb").and(name.rsplit_once('_'))?;
        let is_hash = hash.len() == 16 && hash.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        let number = is_hash.then(|| counts.entry(stem).or_default())?;
        *number += 1;
        Some((name.to_owned(), format!("{stem}_{:016}", *number - 1)))
    });
    names.collect()
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
    fn what_a_browser_reads_stays() {
        let script =
            "/** Adds. */\nfunction add(a, b) {\n    // No carry.\n\n    return a + b; // 4\n}\n";
        assert_eq!(slimmed(script), "function add(a, b) {\nreturn a + b; // 4\n}\n");
        let style = "/* Two\n   lines. */\na,\nb {\n  color: red; /* warm */\n}\n";
        assert_eq!(slimmed(style), "a,\nb {\ncolor: red; /* warm */\n}\n");
    }

    #[test]
    fn a_style_sheet_says_the_same_in_less_room() {
        let style = "@media (max-width: 640px) and (min-width: 2px) {\na :is(b, c)::before { content: \"x: {\"; margin: 0 calc(1px + 2px) }\n}\n";
        let expected = "@media (max-width:640px) and (min-width:2px){a :is(b,c)::before{content:\"x: {\";margin:0 calc(1px + 2px)}}";
        assert_eq!(tight(style), expected);
    }

    #[test]
    fn names_stay_different_and_as_long() {
        let script =
            "x: { __wbg_a_00000000000000ff: 1, __wbg_a_0000000000000001: 2, __wbg_b_c: 3 }";
        let names = renamed(script);
        let news: Vec<&str> = names.iter().map(|(_, new)| new.as_str()).collect();
        assert_eq!(news, ["__wbg_a_0000000000000000", "__wbg_a_0000000000000001"]);
        let mut wasm = b"\x18__wbg_a_00000000000000ff\0".to_vec();
        names.iter().for_each(|(old, new)| replace(&mut wasm, old, new));
        assert_eq!(wasm, b"\x18__wbg_a_0000000000000001\0");
    }
}
