//! The house rules, as a test: what a reader may rely on without looking.
//!
//! A rule is a function from a source file to the lines that break it. To add one, write the
//! function, put it into `RULES`, and give it a snippet that breaks it
//! (`tests/tidy/snippets.rs`).

#[path = "tidy/direction.rs"]
mod direction;
#[path = "tidy/snippets.rs"]
mod snippets;
#[path = "tidy/source.rs"]
mod source;

use direction::{library_module, one_direction};
use snippets::{BROKEN, SOUND};
use source::{Source, Violations, finds};
use std::fs;
use std::path::{Path, PathBuf};

type Rule = fn(&Source) -> Violations;

const RULES: &[(&str, Rule)] = &[
    ("a file says what it is", says_what_it_is),
    ("a file is read at one sitting", short_file),
    ("a function is read at one look", short_functions),
    ("nothing is left for later", nothing_left_for_later),
    ("modules know only those to their left", one_direction),
    ("only the app knows a browser", no_browser),
    ("only the command line knows clap", no_command_line),
    ("the library knows no clock and no chance", no_clock_no_chance),
    ("the model counts in integers", no_floats),
];

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 80;

const BROWSER: &[&str] =
    &["yew", "gloo", "web_sys", "js_sys", "wasm_bindgen", "console_error_panic_hook"];
const CHANCE: &[&str] = &[
    "Instant",
    "SystemTime",
    "HashMap",
    "HashSet",
    "RandomState",
    "thread_rng",
    "rand::rng",
    "getrandom",
    "from_os_rng",
];
const EXACT: &[&str] = &["src/script/", "src/trace/", "src/model/", "src/verdict/"];

#[test]
fn the_house_rules_hold() {
    let sources = sources();
    assert!(sources.len() > 10, "only {} files were found", sources.len());
    let mut report = Vec::new();
    for source in &sources {
        for (name, rule) in RULES {
            let path = &source.path;
            report.extend(
                rule(source).iter().map(|(line, what)| format!("{path}:{line}: {what} ({name})")),
            );
        }
    }
    assert!(report.is_empty(), "{} violations\n{}", report.len(), report.join("\n"));
}

fn says_what_it_is(source: &Source) -> Violations {
    let first = source.text.lines().next().unwrap_or_default();
    let is_said = first.strip_prefix("//!").is_some_and(|text| !text.trim().is_empty());
    if is_said { vec![] } else { vec![(1, "does not open with `//!`".to_owned())] }
}

fn short_file(source: &Source) -> Violations {
    let lines = source.text.lines().count();
    if lines <= FILE_LINES_MAX {
        return vec![];
    }
    vec![(FILE_LINES_MAX + 1, format!("{lines} lines, more than {FILE_LINES_MAX}"))]
}

/// Relies on rustfmt: a function ends with the brace that stands as far left as its first line.
fn short_functions(source: &Source) -> Violations {
    let lines: Vec<&str> = source.code.lines().collect();
    let length_at = |start: usize| {
        let end = format!("{}}}", indentation(lines[start]));
        let ends_at_once = lines[start].trim_end().ends_with(['}', ';']);
        let after = lines[start..].iter().position(|line| line.trim_end() == end);
        if ends_at_once { 1 } else { after.map_or(1, |after| after + 1) }
    };
    (0..lines.len())
        .filter(|at| starts_function(lines[*at]))
        .map(|at| (at, length_at(at)))
        .filter(|(_, length)| *length > FUNCTION_LINES_MAX)
        .map(|(at, length)| {
            (at + 1, format!("a function of {length} lines, more than {FUNCTION_LINES_MAX}"))
        })
        .collect()
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

fn starts_function(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| {
        word.starts_with("pub") || ["const", "async", "extern", "default"].contains(word)
    });
    words.next() == Some("fn")
}

fn nothing_left_for_later(source: &Source) -> Violations {
    let mut found = finds(&source.code, &["todo!", "unimplemented!", "dbg!"]);
    found.extend(finds(&source.comments, &["TODO", "FIXME", "XXX"]));
    found
}

fn no_browser(source: &Source) -> Violations {
    let is_app =
        ["src/app/", "src/worker/", "src/main.rs"].iter().any(|it| source.path.starts_with(it));
    if is_app || !source.path.starts_with("src/") { vec![] } else { finds(&source.code, BROWSER) }
}

fn no_command_line(source: &Source) -> Violations {
    let is_program = source.path.starts_with("src/bin/");
    if is_program || !source.path.starts_with("src/") {
        vec![]
    } else {
        finds(&source.code, &["clap"])
    }
}

fn no_clock_no_chance(source: &Source) -> Violations {
    if library_module(&source.path).is_none() { vec![] } else { finds(&source.code, CHANCE) }
}

fn no_floats(source: &Source) -> Violations {
    // JSON has such numbers; the reader passes them on to be refused.
    let is_reader = source.path == "src/script/read.rs";
    let is_exact = !is_reader && EXACT.iter().any(|folder| source.path.starts_with(folder));
    if is_exact { finds(&source.code, &["f32", "f64"]) } else { vec![] }
}

/// Every Rust file of the project.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = ["src", "tests", "benches", "xtask", "conform"]
        .iter()
        .map(|folder| root.join(folder))
        .collect();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("it is under the root");
                let text = fs::read_to_string(&path).expect("a source file can be read");
                sources.push(Source::new(&name.to_string_lossy().replace('\\', "/"), &text));
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

#[test]
fn each_rule_can_be_broken() {
    for (name, path, text) in BROKEN {
        let (_, rule) = RULES.iter().find(|(rule, _)| rule == name).expect("the rule is there");
        assert!(!rule(&Source::new(path, text)).is_empty(), "{name}: {path} passes:\n{text}");
    }
    for (name, _) in RULES.iter().filter(|(name, _)| !name.contains("is read at one")) {
        assert!(BROKEN.iter().any(|(rule, ..)| rule == name), "{name}: no file breaks it");
    }
}

#[test]
fn sound_files_break_no_rule() {
    for (path, text) in SOUND {
        for (name, rule) in RULES {
            assert_eq!(rule(&Source::new(path, text)), vec![], "{name}: {path}:\n{text}");
        }
    }
}

#[test]
fn a_long_file_and_a_long_function_are_seen() {
    let body = |lines: usize| "    a();\n".repeat(lines);
    let function =
        |lines: usize| format!("    pub(crate) const fn f() {{\n{}    }}\n", body(lines));
    let file = |text: &str| Source::new("src/app/a.rs", text);
    assert_eq!(short_functions(&file(&function(FUNCTION_LINES_MAX - 2))), vec![]);
    assert_eq!(short_functions(&file(&function(FUNCTION_LINES_MAX - 1)))[0].0, 1);
    assert_eq!(short_file(&file(&body(FILE_LINES_MAX))), vec![]);
    assert_eq!(short_file(&file(&body(FILE_LINES_MAX + 1))).len(), 1);
}

#[test]
fn a_violation_tells_its_line() {
    let source = Source::new(
        "src/model/a.rs",
        "//! A.\n\nconst A: &str = r#\"\nf64\n\"#;\nfn f(a: f64) {}\n",
    );
    assert_eq!(no_floats(&source), vec![(6, "`f64`".to_owned())]);
}
