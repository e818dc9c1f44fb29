//! The text of a `.properties` file, read and written as `java.util.Properties` does it.
//!
//! By hand: the one library that is kept up brings along a decoder of every encoding and a regular
//! expression engine, which together outweigh the app; it reads every text that the tests make as
//! we do. A file is taken as Unicode, where Kafka reads Latin-1: what bears on delivery is ASCII.

use std::fmt::Write;

/// A property as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The line that its name stands in, counted from 1.
    pub line: u32,
    /// Its name, without escapes.
    pub name: String,
    /// Its value, without escapes; it may have gone on for several lines.
    pub value: String,
}

/// A text that Java would not read: `Malformed \uxxxx encoding.`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line that the property begins in, counted from 1.
    pub line: u32,
}

/// Reads a text (`Properties.load`).
///
/// # Errors
/// Names the line of an escape that is none.
pub fn parse(text: &str) -> Result<Vec<Entry>, Malformed> {
    let mut entries = Vec::new();
    for (line, logical) in logical_lines(text) {
        let (name, value) = split(&logical);
        let unescaped = unescape(name).zip(unescape(value));
        let (name, value) = unescaped.ok_or(Malformed { line })?;
        entries.push(Entry { line, name, value });
    }
    Ok(entries)
}

/// The lines as they are meant: without comments and empty lines, and with those put together of
/// which one ends in a backslash.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let mut logical: Vec<(u32, String)> = Vec::new();
    let mut goes_on = false;
    let text = text.replace("\r\n", "\n");
    for (line, natural) in (1..).zip(text.split(['\n', '\r'])) {
        let natural = natural.trim_start_matches(BLANK);
        if !goes_on && (natural.is_empty() || natural.starts_with(['#', '!'])) {
            continue;
        }
        let backslashes = natural.len() - natural.trim_end_matches('\\').len();
        let (went_on, ends) = (goes_on, backslashes % 2 == 1);
        let natural = if ends { &natural[..natural.len() - 1] } else { natural };
        match logical.last_mut() {
            Some((_, before)) if went_on => before.push_str(natural),
            // Nothing but a backslash begins nothing.
            _ if natural.is_empty() => continue,
            _ => logical.push((line, natural.to_owned())),
        }
        goes_on = ends;
    }
    logical
}

/// What Java takes for blank.
const BLANK: [char; 3] = [' ', '\t', '\u{c}'];

/// The name and the value, which blanks separate, with or without one `=` or `:` among them.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.find(|c| {
        let is_end = !escaped && (c == '=' || c == ':' || BLANK.contains(&c));
        escaped = c == '\\' && !escaped;
        is_end
    });
    let (name, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start_matches(BLANK);
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (name, rest.trim_start_matches(BLANK))
}

/// The text that escapes stand for; a backslash before any other character means that character.
fn unescape(text: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let plain = match c {
            '\\' => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\u{c}',
                Some('u') => {
                    let digits: String = chars.by_ref().take(4).collect();
                    let is_hex = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
                    units.push(u16::from_str_radix(&digits, 16).ok().filter(|_| is_hex)?);
                    continue;
                }
                Some(other) => other,
                None => break,
            },
            plain => plain,
        };
        units.extend_from_slice(plain.encode_utf16(&mut [0; 2]));
    }
    Some(String::from_utf16_lossy(&units))
}

/// Writes a property as a line of its own (`Properties.store`, with fewer escapes).
pub fn write(out: &mut String, name: &str, value: &str) {
    escape(out, name, true);
    out.push('=');
    escape(out, value, false);
    out.push('\n');
}

fn escape(out: &mut String, text: &str, is_name: bool) {
    for (at, c) in text.char_indices() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{c}' => out.push_str("\\f"),
            '\\' => out.push_str("\\\\"),
            // Blanks at the beginning of a value would be lost, and everywhere in a name.
            ' ' if is_name || at == 0 => out.push_str("\\ "),
            '=' | ':' | '#' | '!' if is_name => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
}
