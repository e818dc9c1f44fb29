//! `ackscope odds`: many runs of a script under a hazard, over all cores.

mod progress;
mod table;

use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::thread::available_parallelism;

use ackscope::lab::hazard::Hazard;
use ackscope::lab::odds::{Comparison, ComparisonReport, Odds, OddsReport, Trials, over_threads};
use ackscope::script::Script;
use clap::Args;
use serde::Serialize;

use super::{Failure, SourceArgs, input, write_to};
use progress::Progress;

/// What to run, how often, and what goes wrong.
#[derive(Args)]
#[command(after_long_help = HELP)]
pub struct OddsArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// How many runs, each with a seed of its own.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    runs: u64,
    /// What goes wrong (may be repeated); see below. Without it: `script`.
    #[arg(long, value_name = "HAZARD")]
    hazard: Vec<String>,
    /// The seed of the first run; the next one has the next seed. Without it: the script's own.
    #[arg(long)]
    seed: Option<u64>,
    /// On how many threads; without it on all cores. The result is the same.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Run other settings on the same seeds too, and compare (may be repeated).
    #[arg(long, value_name = "PROPERTY=VALUE")]
    compare: Vec<String>,
    /// Write the run that did most harm as a script to this file; `-` for standard output.
    #[arg(long, value_name = "FILE")]
    worst: Option<PathBuf>,
    /// Print JSON; probabilities are in millionths.
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Hazards:
  script                  the script's own faults, all together, at a random moment
  as-written              the script's own faults, as they are written
  broker-crash=1/h        each broker's process is killed once in an hour on average, and started
                          again after 15s; broker-crash=1/h,for=1min after a minute, for=ever never
  broker-shutdown, broker-pause, broker-cut, power-cut, slow-follower,
  client-crash, producer-crash, consumer-crash, client-pause
                          the same with other faults
  lose-request=1%         one in a hundred requests of clients is lost, and its connection breaks
  lose-response=1%        the same with responses
  drop=1%                 each link loses one in a hundred packets; TCP sends them again
  within=10s              faults strike in the first ten seconds; else while records are under way

The script's own faults are left out unless `script` or `as-written` is named. The probabilities
come with 95 % intervals.

Example:
  ackscope odds lesson:acks-1-leader-dies --runs 10000 --hazard script --compare acks=all";

/// What `--json` prints.
#[derive(Serialize)]
struct Json<'a> {
    name: &'a str,
    kafka: String,
    hazard: &'a Hazard,
    /// Faults strike before that time.
    within_us: u64,
    /// As texts: not every reader of JSON keeps a number of 64 bits.
    first_seed: String,
    #[serde(flatten)]
    outcome: Outcome,
}

/// One setting, or two.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Odds(Box<OddsReport>),
    Comparison(Box<ComparisonReport>),
}

/// Works out the odds and prints them.
pub fn odds(args: &OddsArgs, out: &mut impl Write) -> Result<(), Failure> {
    let script = input::script(&args.source)?;
    let hazard = hazard(args)?;
    let trials =
        Trials::new(&script, &hazard).map_err(|error| input::failure(&args.source, &error))?;
    let first = args.seed.unwrap_or(script.seed);
    let end = first.checked_add(args.runs).ok_or_else(|| {
        Failure::Input(format!("--seed {first}: there are no {} seeds from there on", args.runs))
    })?;
    let threads = args.threads.map_or_else(cores, usize::from);
    let mut progress = Progress::new(args.runs);
    let (outcome, worst) = if args.compare.is_empty() {
        let odds = one(&trials, first..end, threads, &mut progress);
        (Outcome::Odds(Box::new(odds.report())), odds.worst)
    } else {
        let other = other(args, &script, &trials)?;
        let both = two((&trials, &other), first..end, threads, &mut progress);
        (Outcome::Comparison(Box::new(both.report())), both.first.worst)
    };
    progress.end();
    let mut says_all = true;
    if let Some(path) = &args.worst {
        match &worst {
            Some(worst) => {
                let script = trials.script(worst.seed).to_json();
                write_to(path, &format!("{script}\n"))?;
                says_all = path.as_os_str() != "-";
            }
            None => eprintln!("no run did any harm: nothing is written to {}", path.display()),
        }
    }
    if !says_all {
        return Ok(());
    }
    let kafka = script.kafka.to_string();
    let within_us = trials.plan().window_us();
    if args.json {
        let first_seed = first.to_string();
        let name = &script.name;
        let json = Json { name, kafka, hazard: &hazard, within_us, first_seed, outcome };
        serde_json::to_writer_pretty(&mut *out, &json).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(());
    }
    let head = table::Head { name: &script.name, kafka, hazard: &hazard, within_us, first };
    match &outcome {
        Outcome::Odds(report) => table::odds(out, &head, report)?,
        Outcome::Comparison(report) => {
            table::comparison(out, &head, &args.compare.join(", "), report)?;
        }
    }
    Ok(())
}

fn hazard(args: &OddsArgs) -> Result<Hazard, Failure> {
    let text = if args.hazard.is_empty() { "script".to_owned() } else { args.hazard.join(" ") };
    Hazard::parse(&text).map_err(|message| Failure::Input(format!("--hazard {message}")))
}

/// The same with the settings of `--compare`.
fn other(args: &OddsArgs, script: &Script, trials: &Trials) -> Result<Trials, Failure> {
    let mut other = script.clone();
    input::change(&mut other, "--compare", &args.compare)?;
    trials
        .with(&other)
        .map_err(|error| Failure::Input(format!("--compare {}: {error}", args.compare.join(" "))))
}

fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn one(trials: &Trials, seeds: Range<u64>, threads: usize, progress: &mut Progress) -> Odds {
    let mut odds = Odds::default();
    let work = |part| trials.odds(part);
    over_threads(seeds, threads, work, |part| {
        odds.merge(&part);
        progress.show(&odds);
    });
    odds
}

fn two(
    settings: (&Trials, &Trials),
    seeds: Range<u64>,
    threads: usize,
    progress: &mut Progress,
) -> Comparison {
    let mut both = Comparison::default();
    let work = |part| Comparison::of(settings, part);
    over_threads(seeds, threads, work, |part| {
        both.merge(&part);
        progress.show(&both.first);
    });
    both
}
