//! `cargo xtask conform`: runs scripts on real Apache Kafka clusters and holds the model to what
//! happened, or records it anew.

mod live;

use std::process::ExitCode;

use ackscope_conform::recording::Recording;
use ackscope_conform::script::{Loaded, scripts};
use lexopt::prelude::*;

use live::Outcome;
use live::guard::Guard;
use live::harness::{Harness, How, shape};

const HELP: &str = "\
Usage: cargo xtask conform [--record] [--smoke] [--repeat N] [--verbose] [NAME…]

Runs scripts of tests/conformance/scripts on real Apache Kafka clusters on this machine and compares
what happened with the model. Without a name all of them; a name stands for every script that
begins with it, and may be a script's file.

  --record    run each five times (or --repeat), and write tests/conformance/NAME.json
  --missing   only scripts that have no recording, or have changed since
  --smoke     three scripts, once each
  --repeat N  run each so often
  --latency   measure how long acknowledgements take, and write tests/conformance/latency.json
  --verbose   say everything that happens";

/// The scripts of `--smoke`: a lost response, a dead leader, a transaction.
const SMOKE: &[&str] =
    &["11-acks-1-response-lost", "07-acks-1-leader-dies", "93-committed-and-aborted"];

#[derive(Default)]
struct Options {
    record: bool,
    verbose: bool,
    repeat: Option<u32>,
    names: Vec<String>,
    latency: bool,
    missing: bool,
}

fn main() -> ExitCode {
    let options = match parse(lexopt::Parser::from_env()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match conform(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("\nerror: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut args: lexopt::Parser) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options::default();
    while let Some(arg) = args.next()? {
        match arg {
            Short('h') | Long("help") => return Ok(None),
            Long("record") => options.record = true,
            Long("verbose") => options.verbose = true,
            Long("missing") => options.missing = true,
            Long("latency") => options.latency = true,
            Long("repeat") => options.repeat = Some(args.value()?.parse()?),
            Long("smoke") => options.names.extend(SMOKE.iter().map(|name| (*name).to_owned())),
            Value(name) => options.names.push(name.string()?),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}

/// The scripts that were asked for.
fn chosen(options: &Options) -> Outcome<Vec<Loaded>> {
    if let [file] = options.names.as_slice()
        && file.ends_with(".json")
    {
        return Ok(vec![Loaded::read(file.as_ref())?]);
    }
    let mut chosen = scripts()?;
    let whole: Vec<String> = chosen.iter().map(|script| script.name.clone()).collect();
    let stands_for = |name: &String, script: &Loaded| match whole.contains(name) {
        true => script.name == *name,
        false => script.name.starts_with(name),
    };
    chosen.retain(|script| {
        options.names.is_empty() || options.names.iter().any(|name| stands_for(name, script))
    });
    if options.missing {
        let there = |script: &Loaded| {
            Recording::read(&script.name).ok().flatten().is_some_and(|it| it.is_of(script))
        };
        chosen.retain(|script| !there(script));
    }
    match chosen.is_empty() {
        true => Err(format!("no script is called {}", options.names.join(", "))),
        false => Ok(chosen),
    }
}

/// Runs what was asked for; answers whether the model agrees with all of it.
fn conform(options: &Options) -> Outcome<bool> {
    let scripts = chosen(options)?;
    let guard = Guard::new()?;
    let mut harness = Harness::new(&guard, options.verbose);
    if options.latency {
        let cluster = serde_json::json!(scripts.first().map(|it| &it.script.cluster));
        live::latency::measure(&cluster, |script| {
            let seen = harness.once(script)?;
            let version = harness.cluster.as_ref().map(|it| it.kafka.version.clone());
            Ok((seen, version.unwrap_or_default()))
        })?;
        return Ok(true);
    }
    let repeat = options.repeat.unwrap_or(if options.record { 5 } else { 1 });
    let how = How { repeat, record: options.record };
    let mut failed = Vec::new();
    // Those that can share a cluster come one after the other.
    let mut left: Vec<&Loaded> = scripts.iter().collect();
    while let Some(first) = left.first().copied() {
        let like = (shape(first), first.setup.version);
        let alike = |script: &&Loaded| (shape(script), script.setup.version) == like;
        let (now, later) = left.into_iter().partition(alike);
        left = later;
        let now: Vec<&Loaded> = now;
        for script in now {
            if !harness.script(script, how)? {
                failed.push(script.name.clone());
            }
        }
    }
    println!("\n{} scripts, the model agrees with {}", scripts.len(), scripts.len() - failed.len());
    if !failed.is_empty() {
        println!("not with: {}", failed.join(", "));
    }
    Ok(failed.is_empty())
}
