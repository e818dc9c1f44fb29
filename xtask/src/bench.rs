//! `cargo xtask bench`: how fast the model is, beside a bare heap, natively and in a browser; with
//! `--browser`, how fast the page is.

use crate::browser::{Browser, Kind};
use crate::build;
use crate::probe;
use crate::shell::{self, Outcome};
use crate::size;

/// What is measured, and how it is told.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    /// For a program.
    pub json: bool,
    /// The page, instead of the model.
    pub browser: bool,
    /// For how long memory is watched.
    pub minutes: Option<u64>,
}

/// Measures what was asked for.
pub fn bench(options: &Options) -> Outcome<()> {
    if options.browser { page(options) } else { model(options.json) }
}

/// Builds the site, plays it in a browser, and prints.
fn page(options: &Options) -> Outcome<()> {
    let browser = Browser::ensure(Kind::Chromium)?;
    build::build(true)?;
    let bytes = size::first_visit(&build::dist())?;
    let mut command = shell::cargo();
    command.args(["test", "--profile", "fast", "--features", "browser-tests", "--test", "frames"]);
    command.args(["--", "--ignored", "--nocapture"]).env("ACKSCOPE_DIST", build::dist());
    command.env("ACKSCOPE_BENCH_JSON", if options.json { "1" } else { "" });
    command.env("ACKSCOPE_FIRST_VISIT", bytes.to_string());
    browser.apply(&mut command);
    if let Some(minutes) = options.minutes {
        command.env("ACKSCOPE_BENCH_SECONDS", (minutes * 60).to_string());
    }
    shell::run(&mut command)
}

/// Builds the probe for both, measures, and prints; with `--json` for a program.
fn model(json: bool) -> Outcome<()> {
    let browser = Browser::ensure(Kind::Chromium)?;
    let probe = probe::build()?;
    let mut command = shell::cargo();
    command.args(["test", "--profile", "fast", "--features", "browser-tests", "--test", "bench"]);
    command.args(["--", "--ignored", "--nocapture"]).env("ACKSCOPE_PROBE", probe);
    command.env("ACKSCOPE_BENCH_JSON", if json { "1" } else { "" });
    browser.apply(&mut command);
    shell::run(&mut command)
}
