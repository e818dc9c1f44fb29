//! `ackscope check`: what is wrong with properties files, and what their settings promise.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ackscope::lab::Unavailable;
use ackscope::lab::risk::{self, Broken, By, Harm, Reach, Report, Risk, Semantics, Survived};
use ackscope::script::files::{self, Level, Problem, PropertiesFile};
use ackscope::script::properties::Scope;
use ackscope::script::{Duration, Script, Version};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Failure, SourceArgs, input, print_json, words, write_to};

/// What to check.
#[derive(Args)]
#[command(after_help = "\
Example: ackscope check producer.properties consumer.properties server.properties topic.properties

A topic's file may also say replication.factor and partitions.
Exits with 0 if no record comes to harm in any run, with 1 if one does, with 2 for bad input.
With --promise it exits with 1 only if a single fault breaks that promise.")]
pub struct CheckArgs {
    /// Properties files. Their names or their properties tell what they are for; where they do
    /// not: producer=FILE, consumer=FILE, broker=FILE, topic=FILE.
    #[arg(required_unless_present = "script", value_name = "FILE")]
    files: Vec<String>,
    /// The version of Kafka, such as 4.1; by default that of the script, or the newest.
    #[arg(long)]
    kafka: Option<String>,
    /// The run to try the settings on: a file or `lesson:ID`. Its own settings count where no file
    /// has others. By default a small workload of one partition and a few records, which somebody
    /// reads where a file is a consumer's.
    #[arg(long)]
    script: Option<String>,
    /// What the settings have to give while one thing at a time goes wrong.
    #[arg(long, value_enum)]
    promise: Option<Promise>,
    /// Try each fault at no more than so many moments; by default at every one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    moments: Option<u32>,
    /// Take warnings for errors.
    #[arg(long)]
    strict: bool,
    /// Print JSON, with the scripts of the runs.
    #[arg(long)]
    json: bool,
    /// Write the run that breaks each promise to this folder, as a script to open.
    #[arg(long, value_name = "DIR")]
    witness: Option<PathBuf>,
}

/// What settings can promise.
#[derive(Clone, Copy, ValueEnum)]
#[expect(clippy::enum_variant_names, reason = "that is what they are called")]
enum Promise {
    AtMostOnce,
    AtLeastOnce,
    ExactlyOnce,
}

impl From<Promise> for Semantics {
    fn from(promise: Promise) -> Self {
        match promise {
            Promise::AtMostOnce => Self::AtMostOnce,
            Promise::AtLeastOnce => Self::AtLeastOnce,
            Promise::ExactlyOnce => Self::ExactlyOnce,
        }
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Json<'a> {
    kafka: Version,
    problems: &'a [Problem],
    assumed: &'a [String],
    #[serde(flatten)]
    report: Option<&'a Report>,
}

/// Checks the files, searches, prints; answers 1 if a record came to harm.
pub fn check(args: &CheckArgs, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let files = read(&args.files)?;
    let (script, assumed) = workload(args, &files)?;
    let (script, problems) = files::check(&files, script);
    let kafka = script.kafka;
    let is_bad = |p: &Problem| p.level == Level::Error || args.strict;
    let bad = problems.iter().filter(|problem| is_bad(problem)).count();
    if !args.json {
        problems.iter().try_for_each(|problem| writeln!(out, "{problem}"))?;
    }
    if bad > 0 {
        if args.json {
            print_json(out, &Json { kafka, problems: &problems, assumed: &assumed, report: None })?;
        }
        let many = if bad == 1 { "1 problem".to_owned() } else { format!("{bad} problems") };
        return Err(Failure::Input(format!("{many} that nothing can be tried with")));
    }
    let report = search(&script, args.moments)?.report();
    if let Some(folder) = &args.witness {
        report.broken.iter().try_for_each(|broken| write_witness(folder, broken))?;
    }
    if args.json {
        let report = Some(&report);
        print_json(out, &Json { kafka, problems: &problems, assumed: &assumed, report })?;
    } else {
        assumed.iter().try_for_each(|assumed| writeln!(out, "assumed: {assumed}"))?;
        print(out, kafka, &report, args.witness.as_deref())?;
    }
    let is_harm = match args.promise {
        Some(promise) => !report.semantics.keeps(promise.into()),
        None => report.is_harmful(),
    };
    Ok(ExitCode::from(u8::from(is_harm)))
}

fn read(names: &[String]) -> Result<Vec<PropertiesFile>, Failure> {
    let read = |name: &String| {
        let kind = |word: &str| Scope::ALL.into_iter().find(|scope| scope.word() == word);
        let told = name.split_once('=').and_then(|(word, file)| Some((kind(word)?, file)));
        let (scope, path) = told.map_or((None, name.as_str()), |(scope, path)| (Some(scope), path));
        let text =
            std::fs::read(path).map_err(|error| Failure::Input(format!("{path}: {error}")))?;
        // Kafka reads Latin-1; comments in other encodings are no reason to refuse a file.
        let text = String::from_utf8_lossy(&text);
        PropertiesFile::read(path, &text, scope)
            .map_err(|problem| Failure::Input(problem.to_string()))
    };
    names.iter().map(read).collect()
}

fn workload(args: &CheckArgs, files: &[PropertiesFile]) -> Result<(Script, Vec<String>), Failure> {
    let version = args
        .kafka
        .as_ref()
        .map(|text| Version::parse(text).map_err(|why| Failure::Input(format!("--kafka: {why}"))));
    let version = version.transpose()?;
    let Some(name) = &args.script else {
        return Ok(risk::given(version.unwrap_or_default(), files));
    };
    let source = SourceArgs { script: name.clone(), set: Vec::new() };
    let mut script = input::script(&source)?;
    script.kafka = version.unwrap_or(script.kafka);
    script.resolve().map_err(|error| input::failure(&source, &error))?;
    Ok((script, Vec::new()))
}

/// Tries everything; says on standard error how far it is, if somebody looks on.
fn search(script: &Script, moments: Option<u32>) -> Result<Risk, Failure> {
    let mut risk = Risk::new(script).map_err(|error| Failure::Input(error.to_string()))?;
    if let Some(moments) = moments {
        risk = risk.at_most(moments);
    }
    let watched = std::io::stderr().is_terminal();
    let mut told = None;
    while risk.step() {
        if watched && told != Some(risk.done()) {
            told = Some(risk.done());
            eprint!("\r{} of {} faults", risk.done(), risk.steps());
        }
    }
    if watched {
        eprint!("\r\x1b[K");
    }
    Ok(risk)
}

fn write_witness(folder: &Path, broken: &Broken) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::Input(format!("{}: {error}", folder.display())))?;
    write_to(&folder.join(file_name(broken)), &format!("{}\n", broken.script.to_json()))
}

/// `lost-page-cache.json`: each harm has one run.
fn file_name(broken: &Broken) -> String {
    let words = format!("{} {}", broken.harm.kind, broken.harm.way).to_ascii_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    format!("{}.json", words.collect::<Vec<_>>().join("-"))
}

fn print(
    out: &mut impl Write,
    kafka: Version,
    report: &Report,
    folder: Option<&Path>,
) -> std::io::Result<()> {
    writeln!(out, "\nKafka {kafka}, {} runs", report.runs)?;
    let semantics = report.semantics.words();
    writeln!(out, "delivery while one thing at a time goes wrong: {semantics}")?;
    for kind in Harm::KINDS {
        let mut broken = report.broken.iter().filter(|broken| broken.harm.kind == kind).peekable();
        if broken.peek().is_none() {
            writeln!(out, "\n{kind}: none in {} runs", report.runs)?;
        }
        broken.try_for_each(|broken| print_broken(out, broken, folder))?;
    }
    if folder.is_none() && !report.broken.is_empty() {
        writeln!(out, "\n--witness DIR writes these runs as scripts to open")?;
    }
    for (reach, title) in
        [(Reach::One, "no harm at any moment"), (Reach::Several, "no harm from several at once")]
    {
        let survived = || report.survived.iter().filter(|survived| survived.reach == reach);
        if survived().count() > 0 {
            writeln!(out, "\n{title} (moments tried):")?;
        }
        for Survived { faults, hands_off, moments, unavailable, .. } in survived() {
            let worker = if *hands_off { ", with a worker thread" } else { "" };
            let cost = match unavailable {
                Unavailable { for_good: true, .. } => "; unavailable for good".to_owned(),
                Unavailable { us: 0, .. } => String::new(),
                Unavailable { us, .. } => {
                    format!("; unavailable for up to {}", Duration::from_ms(us.div_ceil(1_000)))
                }
            };
            writeln!(out, "  {}{worker}: {moments}{cost}", faults.join(", then "))?;
        }
    }
    Ok(())
}

fn print_broken(
    out: &mut impl Write,
    broken: &Broken,
    folder: Option<&Path>,
) -> std::io::Result<()> {
    let Harm { kind, way } = &broken.harm;
    let title = match (*kind, way.as_str()) {
        ("ghost", told) => format!("ghost: told {told}, delivered all the same"),
        ("refused", told) => format!("refused: told {told}; the application has to send again"),
        (kind, "") => kind.to_owned(),
        (kind, way) => format!("{kind}: {way}"),
    };
    writeln!(out, "\n{title}")?;
    match broken.by.first() {
        None if broken.script.actions.is_empty() => writeln!(out, "  Without any fault.")?,
        None => writeln!(out, "  Without any fault but the script's own.")?,
        Some(By { hands_off, harmful, moments, .. }) => {
            if *hands_off {
                writeln!(out, "  If the application hands its records to a worker thread.")?;
            }
            writeln!(out, "  {}", broken.sentences.join(" Then: "))?;
            writeln!(out, "  So it is at {harmful} of the {moments} moments that were tried.")?;
        }
    }
    for record in &broken.records {
        writeln!(out, "  record {}: told {}, {}", record.id, record.told, words::fate(record))?;
    }
    let others: Vec<String> = broken.by.iter().skip(1).map(by).collect();
    if !others.is_empty() {
        writeln!(out, "  also by {}", others.join("; "))?;
    }
    let end = Duration::from_us(broken.end_us);
    match folder {
        Some(folder) => {
            writeln!(out, "  {}: over at {end}", folder.join(file_name(broken)).display())
        }
        None => writeln!(out, "  The run is over at {end}."),
    }
}

/// "crash:broker-1 (12 of 140)".
fn by(By { faults, hands_off, harmful, moments, .. }: &By) -> String {
    let worker = if *hands_off { " with a worker thread" } else { "" };
    format!("{}{worker} ({harmful} of {moments})", faults.join(", then "))
}
