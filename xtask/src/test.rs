//! `cargo xtask test`: every check and every test, one after the other, quick ones first.

use crate::browser::{Browser, Kind};
use crate::build;
use crate::probe;
use crate::report::{human, timed};
use crate::shell::{self, Outcome};
use crate::size;
use crate::toolchain::{Toolchain, WASM, ensure_component};
use crate::tools;
use std::process::Command;
use std::time::{Duration, Instant};

/// A step: the name to ask for it alone, its heading, what it does.
struct Step {
    name: &'static str,
    heading: &'static str,
    run: fn() -> Outcome<()>,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", heading: "formatting", run: formatting },
    Step { name: "clippy", heading: "lints, natively and for the browser", run: lints },
    Step { name: "library", heading: "the library without browser or command line", run: library },
    Step { name: "native", heading: "unit, integration and documentation tests", run: native },
    Step { name: "site", heading: "the site, release build", run: site },
    Step { name: "size", heading: "size of a first visit", run: first_visit },
    Step { name: "browser", heading: "tests in a browser, Chromium", run: in_chromium },
    Step { name: "firefox", heading: "the same in Firefox", run: in_firefox },
];

/// The steps that were asked for; none means all.
#[derive(Debug, Default, PartialEq)]
pub struct Only(Vec<String>);

impl Only {
    /// Adds names, separated by commas.
    pub fn add(&mut self, names: &str) -> Result<(), String> {
        for name in names.split(',') {
            if !STEPS.iter().any(|step| step.name == name) {
                let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
                return Err(format!("no step `{name}`; there are {}", known.join(", ")));
            }
            self.0.push(name.to_owned());
        }
        Ok(())
    }

    /// What looks at the site gets the site of these sources.
    fn wants(&self, step: &Step) -> bool {
        let named = |name: &str| self.0.iter().any(|it| it == name);
        let looks = ["size", "browser", "firefox"];
        let builds = step.name == "site" && looks.iter().any(|name| named(name));
        self.0.is_empty() || named(step.name) || builds
    }
}

/// Runs the steps until one fails, and sums up.
pub fn test(only: &Only) -> Outcome<()> {
    let steps: Vec<&Step> = STEPS.iter().filter(|step| only.wants(step)).collect();
    let start = Instant::now();
    let mut done = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let heading = format!("[{}/{}] {}", index + 1, steps.len(), step.heading);
        let (result, elapsed) = timed(&heading, step.run);
        done.push((step.name, elapsed, result.is_ok()));
        if let Err(message) = result {
            sum_up(&done, steps.len(), start.elapsed());
            let alone = format!("cargo xtask test --only {}", step.name);
            return Err(format!("{message}\nTo see this step alone: {alone}"));
        }
    }
    sum_up(&done, steps.len(), start.elapsed());
    Ok(())
}

fn sum_up(done: &[(&str, Duration, bool)], planned: usize, total: Duration) {
    println!("\n==> summary");
    for (name, elapsed, passed) in done {
        let word = if *passed { "passed" } else { "FAILED" };
        println!("    {word}  {name:<8} {:>12}", human(*elapsed));
    }
    let left = planned - done.len();
    if left > 0 {
        println!("    {left} not run");
    }
    println!("    {} in all", human(total));
}

fn cargo(args: &[&str]) -> Outcome<()> {
    shell::run(shell::cargo().args(args))
}

fn formatting() -> Outcome<()> {
    ensure_component("rustfmt", "fmt")?;
    cargo(&["fmt", "--all", "--check"])
}

/// The app is linted as the browser gets it, and natively with its unit tests.
fn lints() -> Outcome<()> {
    ensure_component("clippy", "clippy")?;
    let native = ["clippy", "--workspace", "--all-targets", "--features", "web,lab"];
    cargo(&[&native[..], DENY].concat())?;
    let features = ["--no-default-features", "--features", "web,lab", "--lib", "--bins"];
    let mut wasm = Toolchain::ensure()?.cargo();
    wasm.args(["clippy", "--release", "--target", WASM]).args(features).args(DENY);
    shell::run(&mut wasm)
}

const DENY: &[&str] = &["--", "-D", "warnings"];

fn library() -> Outcome<()> {
    cargo(&[&["clippy", "--lib", "--no-default-features"], DENY].concat())
}

fn native() -> Outcome<()> {
    cargo(&["test", "--workspace", "--features", "web"])
}

fn site() -> Outcome<()> {
    build::build(true)
}

fn first_visit() -> Outcome<()> {
    size::check(&build::dist())
}

fn in_chromium() -> Outcome<()> {
    in_browser(Kind::Chromium)
}

fn in_firefox() -> Outcome<()> {
    in_browser(Kind::Firefox)
}

fn in_browser(kind: Kind) -> Outcome<()> {
    let browser = Browser::ensure(kind)?;
    let mut command: Command = shell::cargo();
    command.args(["test", "--features", "web,browser-tests", "--test", "browser"]);
    command.env("ACKSCOPE_DIST", build::dist()).env("ACKSCOPE_PROBE", probe::build()?);
    command.env("ACKSCOPE_AXE", tools::ensure_axe()?);
    browser.apply(&mut command);
    shell::run(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_can_be_chosen() {
        let mut only = Only::default();
        assert!(STEPS.iter().all(|step| only.wants(step)));
        assert_eq!(only.add("fmt,size"), Ok(()));
        let wanted: Vec<_> = STEPS.iter().filter(|step| only.wants(step)).collect();
        let names: Vec<_> = wanted.iter().map(|step| step.name).collect();
        assert_eq!(names, ["fmt", "site", "size"]);
        assert!(only.add("all").is_err());
    }
}
