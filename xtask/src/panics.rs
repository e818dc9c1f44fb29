//! Takes from a module where in the source its panics are: hundreds of file names, lines and columns
//! that say nothing to a visitor. A panic still says what went wrong, and in which of our own files.
//!
//! A `core::panic::Location` is four words: address and length of a file name, line, column. It is
//! known by a name that is there, ends in `.rs`, and is told in its whole length. Nothing changes its
//! place, so this works on a finished module, with the stable compiler.

use crate::shell::Outcome;
use wasmparser::{DataKind, Operator, Parser, Payload};

const WORD: usize = 4;
const LOCATION: usize = 4 * WORD;
/// What a line and a column can be.
const LINES: std::ops::Range<u32> = 1..100_000;
const COLUMNS: std::ops::Range<u32> = 1..1_000;
/// What a file name's length can be.
const LENGTHS: std::ops::Range<usize> = 4..300;

/// A part of the memory, and where in the module it is.
struct Segment {
    address: u32,
    start: usize,
    length: usize,
}

/// Takes the places of panics from a module. Answers how many.
pub fn strip_places(module: &mut [u8]) -> Outcome<usize> {
    let segments = segments(module)?;
    let mut elsewhere: Option<[u8; 2 * WORD]> = None;
    let mut count = 0;
    for segment in &segments {
        // Words lie at multiples of their size in memory, wherever they are in the module.
        let first = (WORD - segment.address as usize % WORD) % WORD;
        let end = segment.length.saturating_sub(LOCATION - 1);
        for at in (first..end).step_by(WORD).map(|offset| segment.start + offset) {
            let Some(name) = file_name(module, &segments, at) else { continue };
            module[at + 2 * WORD..at + LOCATION].fill(0);
            // Ours are `src/…`; where others keep their sources is nobody's business.
            if !module[name.clone()].starts_with(b"src/") {
                module[name].fill(b' ');
                let here = module[at..at + 2 * WORD].try_into().map_err(|_| "no two words")?;
                let all = *elsewhere.get_or_insert(here);
                module[at..at + 2 * WORD].copy_from_slice(&all);
            }
            count += 1;
        }
    }
    Ok(count)
}

/// The file name of the location that begins here, if one does. Names are blanked only once, so a
/// blank one is a name as well.
fn file_name(module: &[u8], segments: &[Segment], at: usize) -> Option<std::ops::Range<usize>> {
    let word = |place: usize| {
        let bytes = module[at + place * WORD..][..WORD].try_into().unwrap_or_default();
        u32::from_le_bytes(bytes)
    };
    let (address, length) = (word(0), word(1) as usize);
    if !LENGTHS.contains(&length) || !LINES.contains(&word(2)) || !COLUMNS.contains(&word(3)) {
        return None;
    }
    let segment = segments.iter().find(|it| {
        address >= it.address && (address - it.address) as usize + length <= it.length
    })?;
    let start = segment.start + (address - segment.address) as usize;
    let name = &module[start..start + length];
    (name.ends_with(b".rs") || name.iter().all(|byte| *byte == b' '))
        .then_some(start..start + length)
}

fn segments(module: &[u8]) -> Outcome<Vec<Segment>> {
    let mut segments = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::DataSection(reader) = payload.map_err(|error| error.to_string())? else {
            continue;
        };
        for data in reader {
            let data = data.map_err(|error| error.to_string())?;
            let DataKind::Active { offset_expr, .. } = data.kind else { continue };
            let first = offset_expr.get_operators_reader().read();
            if let Ok(Operator::I32Const { value }) = first {
                let start = data.data.as_ptr() as usize - module.as_ptr() as usize;
                let length = data.data.len();
                segments.push(Segment { address: value.cast_unsigned(), start, length });
            }
        }
    }
    Ok(segments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{ConstExpr, DataSection, MemorySection, MemoryType, Module};

    const BASE: u32 = 1022;

    fn module(data: &[u8]) -> Vec<u8> {
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut section = DataSection::new();
        section.active(0, &ConstExpr::i32_const(BASE.cast_signed()), data.iter().copied());
        let mut module = Module::new();
        module.section(&memories).section(&section);
        module.finish()
    }

    fn location(words: [u32; 4]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Two bytes before the first word, names, locations.
    fn stripped(locations: &[[u32; 4]]) -> (String, Vec<u8>) {
        let names = b"..src/model/world.rs/rustc/core/index.rs/other/lib.rs....";
        let mut data = names.to_vec();
        while !(BASE as usize + data.len()).is_multiple_of(WORD) {
            data.push(b'.');
        }
        let before = data.len();
        locations.iter().for_each(|words| data.extend(location(*words)));
        let mut module = module(&data);
        strip_places(&mut module).expect("a module");
        let data = &module[module.len() - data.len()..];
        (String::from_utf8_lossy(&data[..names.len()]).into_owned(), data[before..].to_vec())
    }

    #[test]
    fn our_files_keep_their_name_and_others_become_one() {
        let (ours, core, other) = ((BASE + 2, 18), (BASE + 20, 20), (BASE + 40, 13));
        let (names, rest) = stripped(&[
            [ours.0, ours.1, 17, 5],
            [core.0, core.1, 900, 31],
            [other.0, other.1, 3, 9],
            [core.0, core.1, 901, 31],
        ]);
        let blank = " ".repeat(33);
        assert_eq!(names, format!("..src/model/world.rs{blank}...."));
        let elsewhere = location([core.0, core.1, 0, 0]);
        let expected = [location([ours.0, ours.1, 0, 0]), elsewhere.repeat(3)].concat();
        assert_eq!(rest, expected);
    }

    #[test]
    fn what_only_looks_like_a_place_stays() {
        let cases = [
            [BASE + 2, 17, 17, 5],
            [BASE + 2, 18, 0, 5],
            [BASE + 2, 18, 17, 0],
            [BASE + 20_000, 18, 17, 5],
        ];
        let (names, rest) = stripped(&cases);
        assert!(names.contains("/rustc/core/index.rs"), "{names}");
        assert_eq!(rest, cases.map(location).concat());
    }
}
