//! The app in two parts: what a first visit needs, and what loads when it is first needed.
//!
//! A rehearsal says what a first visit needs. A name is asked only where that cannot tell.

use crate::optimize::optimize;
use crate::panics::strip_places;
use crate::rehearsal::rehearse;
use crate::shell::Outcome;
use crate::split::{Rules, split};
use crate::toolchain;
use flate2::Crc;
use std::fs;
use std::path::{Path, PathBuf};

/// Functions that the rehearsal does not run as a browser would: how the name begins, and why.
const NOT_REHEARSED: &[(&str, &str)] = &[
    ("wasm_bindgen::", "what passes between the app and the browser"),
    ("js_sys::", "likewise"),
    ("web_sys::", "likewise"),
    ("__", "likewise: the script that comes with the app calls it"),
    ("ackscope_web::app::effects::", "what the browser has or has not"),
    ("ackscope::stage::", "what is drawn depends on the size, and on moments between two frames"),
    ("ackscope_web::app::stage_view::", "what lies over the stage is the browser's"),
    ("ackscope_web::app::live::", "what changes between two frames, and when all comes to rest"),
    ("ackscope_web::app::paint::", "which parts of the picture those are"),
    ("ackscope_web::app::repaint::", "likewise"),
    ("ackscope_web::app::written::", "likewise, and which elements are still the same"),
    ("alloc::raw_vec::RawVec<T,A>::grow_one", "how much there is to draw depends on the size"),
    ("alloc::rc::Rc", "when what is shared is dropped, the browser has its share in"),
    ("yew::scheduler::", "in which order things are asked for is the browser's to say"),
];

/// What of those is rehearsed all the same.
const REHEARSED: [&str; 2] = [
    // What there is besides one partition depends on the script, not on the window.
    "ackscope::stage::others::",
    "ackscope::stage::transactions::",
];

/// Splits the built app.
pub fn divide(dist: &Path) -> Outcome<()> {
    let app = App::find(dist)?;
    let bytes = read(&app.wasm)?;
    let glue = String::from_utf8(read(&app.script)?).map_err(|error| error.to_string())?;
    let rules = Rules { rehearsed: is_rehearsed, later: |_| false };
    let parts =
        split(&bytes, &rules, |marked| rehearse(&marked.bytes, &glue, marked.at, marked.count()))?;
    let folder = toolchain::wasm_target_dir().join("split");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    write(&folder.join("whole.wasm"), &bytes)?;
    write(&folder.join("doors.txt"), doors(&parts.doors).as_bytes())?;
    let [mut first, later] = optimize(&folder, [("first", &parts.first), ("later", &parts.later)])?;
    let name = format!("lazy/later-{}.wasm", hash(&later));
    fs::create_dir_all(dist.join("lazy")).map_err(|error| error.to_string())?;
    write(&dist.join(&name), &later)?;
    strip_places(&mut first)?;
    write(&app.wasm, &first)?;
    write(&app.script, with_loader(&glue)?.as_bytes())?;
    let page = dist.join("index.html");
    let html = String::from_utf8(read(&page)?).map_err(|error| error.to_string())?;
    write(&page, with_later(&html, &name)?.as_bytes())
}

/// Names the app's files after what is in them now.
pub fn name_anew(dist: &Path) -> Outcome<()> {
    let app = App::find(dist)?;
    let page = dist.join("index.html");
    let mut html = String::from_utf8(read(&page)?).map_err(|error| error.to_string())?;
    for (path, ending) in [(&app.wasm, "_bg.wasm"), (&app.script, ".js")] {
        let old = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let new = format!("ackscope-web-{}{ending}", hash(&read(path)?));
        html = html.replace(&old, &new);
        fs::rename(path, dist.join(new)).map_err(|error| error.to_string())?;
    }
    write(&page, html.as_bytes())
}

/// What the page asks for later, and what else comes with it: `static/lab.js` passes its version on.
const VERSIONED: [(&str, &[&str]); 2] = [
    ("lazy/lab.js", &["lazy/ackscope-lab.js", "lazy/ackscope-lab_bg.wasm"]),
    ("lazy/later.css", &[]),
];

/// The page asks for what comes later by what is in it, so that a new page never meets an old lab.
pub fn version(dist: &Path) -> Outcome<()> {
    let page = dist.join("index.html");
    let mut html = String::from_utf8(read(&page)?).map_err(|error| error.to_string())?;
    for (address, along) in VERSIONED {
        let mut all = read(&dist.join(address))?;
        for path in along {
            all.extend(read(&dist.join(path))?);
        }
        let version = hash(&all);
        html = once(&html, address, &format!("{address}?{version}"))?;
    }
    write(&page, html.as_bytes())
}

/// Whether what did not run in the rehearsal is not needed at a first visit. When something of the
/// browser's is dropped is the browser's to say as well.
fn is_rehearsed(name: &str) -> bool {
    let name = name.trim_start_matches(['<', '&']);
    let held = name.contains("wasm_bindgen::") || name.contains("yew::");
    let drops = name.starts_with("core::ptr::drop_in_place") && held;
    let is_rehearsed = REHEARSED.iter().any(|start| name.starts_with(start));
    !drops && (is_rehearsed || !NOT_REHEARSED.iter().any(|(start, _)| name.starts_with(start)))
}

/// The files of the app.
pub struct App {
    pub wasm: PathBuf,
    script: PathBuf,
}

impl App {
    pub fn find(dist: &Path) -> Outcome<Self> {
        let entries = fs::read_dir(dist).map_err(|error| format!("{}: {error}", dist.display()))?;
        let mut paths = entries.flatten().map(|entry| entry.path());
        let wasm = paths
            .find(|path| path.extension().is_some_and(|it| it == "wasm"))
            .ok_or("the site has no app")?;
        let script = wasm.to_string_lossy().replace("_bg.wasm", ".js");
        Ok(Self { script: PathBuf::from(script), wasm })
    }
}

/// The app's script gives the first part the function that loads the later one (`static/boot.js`).
fn with_loader(glue: &str) -> Outcome<String> {
    let before = "_bg.js\": import0,";
    let after = format!("{before}\nlater: {{ load: (place) => loadLater(place, wasm) }},");
    once(glue, before, &after)
}

/// The page says where the later part is.
fn with_later(html: &str, name: &str) -> Outcome<String> {
    let before = "id=\"app-wasm\"";
    once(html, before, &format!("{before} data-later=\"./{name}\""))
}

fn once(text: &str, before: &str, after: &str) -> Outcome<String> {
    match text.matches(before).count() {
        1 => Ok(text.replace(before, after)),
        count => Err(format!("`{before}` stands {count} times where it should stand once")),
    }
}

/// Which function is behind which door, for whoever wonders why the later part was loaded.
fn doors(names: &[String]) -> String {
    names.iter().enumerate().map(|(place, name)| format!("{place} {name}\n")).collect()
}

pub fn hash(bytes: &[u8]) -> String {
    let mut crc = Crc::new();
    crc.update(bytes);
    format!("{:08x}", crc.sum())
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_side_is_not_rehearsed() {
        assert!(is_rehearsed("<ackscope::model::world::World as core::clone::Clone>::clone"));
        assert!(!is_rehearsed("__wbindgen_malloc"));
        let drop = "core::ptr::drop_in_place<core::option::Option<wasm_bindgen::closure::Closure>>";
        assert!(!is_rehearsed(drop));
        assert!(!is_rehearsed("<web_sys::Element as wasm_bindgen::cast::JsCast>::instanceof"));
    }

    #[test]
    fn the_script_and_the_page_know_the_later_part() {
        let glue = "return {\n\"./ackscope-web_bg.js\": import0,\n};";
        let loader = "later: { load: (place) => loadLater(place, wasm) },";
        assert!(with_loader(glue).is_ok_and(|it| it.contains(loader)));
        assert!(with_loader("return {};").is_err());
        let page = with_later("<link id=\"app-wasm\" href=\"./a.wasm\" />", "lazy/later-1.wasm");
        let expected =
            "<link id=\"app-wasm\" data-later=\"./lazy/later-1.wasm\" href=\"./a.wasm\" />";
        assert_eq!(page, Ok(expected.to_owned()));
    }
}
