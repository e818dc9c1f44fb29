//! What each house rule is tried on: files that break it, and files that only look as if.

/// For each rule, files that break it.
pub const BROKEN: &[(&str, &str, &str)] = &[
    ("a file says what it is", "src/time.rs", "pub mod a;\n"),
    ("a file says what it is", "src/time.rs", "//!\npub mod a;\n"),
    ("nothing is left for later", "src/app/a.rs", "fn f() { todo!() }\n"),
    ("nothing is left for later", "xtask/src/a.rs", "let a = 1; // FIXME\n"),
    ("modules know only those to their left", "src/model/a.rs", "use crate::verdict::Fate;\n"),
    ("modules know only those to their left", "src/model/a.rs", "use crate::{time, stage::A};\n"),
    ("modules know only those to their left", "src/model/mod.rs", "use super::player::A;\n"),
    ("modules know only those to their left", "src/player/a.rs", "use super::super::lab::A;\n"),
    ("modules know only those to their left", "src/lessons.rs", "fn f(a: crate::app::A) {}\n"),
    ("modules know only those to their left", "src/other.rs", "//! No place for it.\n"),
    ("only the app knows a browser", "src/stage/a.rs", "use web_sys::Element;\n"),
    ("only the command line knows clap", "src/script/a.rs", "#[derive(clap::Parser)]\n"),
    ("the library knows no clock and no chance", "src/lab/a.rs", "let t = Instant::now();\n"),
    ("the library knows no clock and no chance", "src/stage/a.rs", "let r = rand::rng();\n"),
    ("the library knows no clock and no chance", "src/a.rs", "type A = HashMap<u8, u8>;\n"),
    ("the model counts in integers", "src/model/a.rs", "fn f(a: f64) {}\n"),
];

/// Files that break no rule, though they look like it.
pub const SOUND: &[(&str, &str)] = &[
    (
        "src/model/a.rs",
        "//! A.\nuse crate::script::Script;\nuse crate::{time, trace::{Event, verdict}};\n",
    ),
    ("src/player/a.rs", "//! A.\nuse super::stage;\n"),
    ("src/model/a.rs", "//! An f64 or an Instant would be wrong here.\nconst A: &str = \"f64\";\n"),
    ("src/app/a.rs", "//! A.\nuse ackscope::lessons::A;\nuse yew::prelude::*;\n"),
    ("src/stage/a.rs", "//! A.\nfn f(my_f64: f64, newyew: u8) {}\n"),
    ("tests/a.rs", "//! A.\nuse std::time::Instant;\n"),
    ("src/model/a.rs", "//! A.\nfn f<'a>(c: char) -> bool { c == '\"' /* f64 \" */ }\n"),
];
