//! Packs the app more tightly than a web server would: most of them know gzip, of which LZMA takes a
//! sixth more. `static/boot.js` unpacks it with `static/unpack.js`.

use crate::later::{App, hash};
use crate::shell::Outcome;
use lzma_rust2::{LzmaOptions, LzmaWriter};
use std::fs;
use std::io::Write;
use std::path::Path;

/// Enough for the whole app, so that a text can be found again however long ago it was.
const DICTIONARY_BYTES: u32 = 1 << 20;
const UNPACK: &str = "unpack.js";

/// Packs the built app, and lets the page say so.
pub fn pack(dist: &Path) -> Outcome<()> {
    let app = App::find(dist)?;
    let bytes = fs::read(&app.wasm).map_err(|error| error.to_string())?;
    let packed = packed(&bytes).map_err(|error| format!("{}: {error}", app.wasm.display()))?;
    let path = app.wasm.with_extension("wasm.lzma");
    fs::write(path, packed).map_err(|error| error.to_string())?;
    fs::remove_file(&app.wasm).map_err(|error| error.to_string())?;
    let unpack = fs::read(dist.join(UNPACK)).map_err(|error| format!("{UNPACK}: {error}"))?;
    let name = app.wasm.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let page = dist.join("index.html");
    let html = fs::read_to_string(&page).map_err(|error| error.to_string())?;
    let html = with_unpack(&html, &name, &hash(&unpack))?;
    fs::write(page, html).map_err(|error| error.to_string())
}

fn packed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut options = LzmaOptions::with_preset(9);
    options.dict_size = DICTIONARY_BYTES;
    // What is packed is bytes, not words: no place in a word says more than another.
    (options.lc, options.lp, options.pb) = (4, 0, 0);
    let size = Some(bytes.len() as u64);
    let mut writer = LzmaWriter::new_use_header(Vec::new(), &options, size)?;
    writer.write_all(bytes)?;
    writer.finish()
}

/// The page names the packed app, and what unpacks it.
fn with_unpack(html: &str, wasm: &str, version: &str) -> Outcome<String> {
    let kind = "type=\"application/wasm\"";
    if html.matches(wasm).count() != 1 || html.matches(kind).count() != 1 {
        return Err(format!("the page does not name {wasm} once, with its type"));
    }
    let unpack = format!("./{UNPACK}?{version}");
    let html = html.replace(wasm, &format!("{wasm}.lzma"));
    let html = html.replace(kind, &format!("data-unpack=\"{unpack}\""));
    let ahead = format!("<link rel=\"modulepreload\" href=\"{unpack}\" /></head>");
    Ok(html.replacen("</head>", &ahead, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_the_packed_app_once() {
        let html = "<head><link type=\"application/wasm\" href=\"./a_bg.wasm\" /></head>";
        let packed = with_unpack(html, "a_bg.wasm", "12").expect("a page");
        let expected = "<head><link data-unpack=\"./unpack.js?12\" href=\"./a_bg.wasm.lzma\" />\
                        <link rel=\"modulepreload\" href=\"./unpack.js?12\" /></head>";
        assert_eq!(packed, expected);
        assert!(with_unpack(html, "b_bg.wasm", "12").is_err());
    }

    #[test]
    fn what_is_packed_is_smaller_and_says_its_size() -> std::io::Result<()> {
        let bytes = b"offset commit ".repeat(1_000);
        let packed = packed(&bytes)?;
        assert!(packed.len() < 200, "{}", packed.len());
        assert_eq!(packed[5..13], (bytes.len() as u64).to_le_bytes());
        Ok(())
    }
}
