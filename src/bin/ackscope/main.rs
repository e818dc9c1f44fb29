//! The headless command line: runs a script, prints what became of each record, draws a moment.

mod biography;
mod check;
mod code;
mod danger;
mod input;
mod monitoring;
mod odds;
mod properties;
mod render;
mod rescue;
mod table;
mod words;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use ackscope::model::trace::TraceEvent;
use ackscope::model::{Setup, run};
use ackscope::script::Script;
use ackscope::verdict::report::Report;
use clap::{Args, Parser, Subcommand};
use serde::Serialize;

/// See where every Kafka message goes, and where it gets lost.
#[derive(Parser)]
#[command(name = "ackscope", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a script and print each record's verdict and the totals.
    Run(RunArgs),
    /// Tell the life of one record: its steps, when it was at risk, and where its fate turned.
    Biography(biography::BiographyArgs),
    /// Run a script many times under a hazard: how likely is it to lose, repeat or reorder records?
    Odds(odds::OddsArgs),
    /// Draw the stage at one moment of a run as SVG.
    Render(render::RenderArgs),
    /// Try one fault at every moment of a run: when does it lose, duplicate or reorder records?
    Danger(danger::DangerArgs),
    /// Find the smallest changes of settings or code that would have saved the harmed records.
    Rescue(rescue::RescueArgs),
    /// Check properties files, and search for what breaks the promises of their settings.
    Check(check::CheckArgs),
    /// Say which of Kafka's metrics each harm of a run moves, and which moves none.
    Monitoring(monitoring::MonitoringArgs),
    /// Print a script's settings as properties files.
    Properties(properties::PropertiesArgs),
    /// Print a script's settings as code of a client, and what the client cannot be told.
    Code(code::CodeArgs),
    /// Print the script of a lesson (or of any source), with the changes of --set.
    Show(SourceArgs),
    /// List the built-in lessons.
    Lessons(LessonsArgs),
    /// Print the JSON Schema of scripts.
    Schema,
}

/// Where the script comes from.
#[derive(Args)]
struct SourceArgs {
    /// A file, `lesson:ID` for a built-in one, or `-` for standard input.
    script: String,
    /// Change a setting everywhere it applies, such as `acks=all` (may be repeated).
    #[arg(long = "set", value_name = "PROPERTY=VALUE")]
    set: Vec<String>,
}

#[derive(Args)]
struct RunArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Print the trace too (with --json as an array, else one event a line).
    #[arg(long)]
    trace: bool,
}

#[derive(Args)]
struct LessonsArgs {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A lesson, as `lessons --json` prints it.
#[derive(Serialize)]
struct LessonJson {
    id: &'static str,
    name: String,
    about: &'static str,
}

/// What `run --json` prints.
#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    report: Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a [TraceEvent]>,
}

/// A failure with its message; bad input exits with 2, like a wrong option.
enum Failure {
    /// The input cannot be used.
    Input(String),
    /// The output cannot be written.
    Output(std::io::Error),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

fn main() -> ExitCode {
    match execute(Cli::parse()) {
        Ok(code) => code,
        // Whoever reads has heard enough (`ackscope run … | head`).
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(Failure::Output(error)) => {
            eprintln!("error: cannot write: {error}");
            ExitCode::FAILURE
        }
        Err(Failure::Input(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn execute(cli: Cli) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    let done = match cli.command {
        Command::Check(args) => return check::check(&args, &mut out),
        Command::Run(args) => run_script(&args, &mut out),
        Command::Biography(args) => biography::biography(&args, &mut out),
        Command::Odds(args) => odds::odds(&args, &mut out),
        Command::Render(args) => render::render(&args),
        Command::Monitoring(args) => monitoring::monitoring(&args, &mut out),
        Command::Properties(args) => properties::properties(&args, &mut out),
        Command::Code(args) => code::print(&args, &mut out),
        Command::Danger(args) => danger::danger(&args, &mut out),
        Command::Rescue(args) => rescue::rescue(&args, &mut out),
        Command::Show(source) => {
            writeln!(out, "{}", input::script(&source)?.to_json())?;
            Ok(())
        }
        Command::Lessons(args) => list_lessons(&args, &mut out),
        Command::Schema => print_json(&mut out, &schemars::schema_for!(Script)),
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn list_lessons(args: &LessonsArgs, out: &mut impl Write) -> Result<(), Failure> {
    let lessons = ackscope::lessons::ALL.iter().map(|lesson| LessonJson {
        id: lesson.id,
        name: Script::parse(lesson.script).map(|script| script.name).unwrap_or_default(),
        about: lesson.about,
    });
    if args.json {
        return print_json(out, &lessons.collect::<Vec<_>>());
    }
    for LessonJson { id, name, about } in lessons {
        writeln!(out, "lesson:{id:<24} {name}\n{:31} {about}", "")?;
    }
    Ok(())
}

/// Prints a value as JSON, with the line's end that a terminal wants.
fn print_json(out: &mut impl Write, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer_pretty(&mut *out, value).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}

fn run_script(args: &RunArgs, out: &mut impl Write) -> Result<(), Failure> {
    let script = input::script(&args.source)?;
    let resolved = script.resolve().map_err(|error| input::failure(&args.source, &error))?;
    let notices = resolved.notices.iter().map(ToString::to_string).collect();
    let run = run(&Setup::new(&script, &resolved));
    let report = Report::of(&script.name, notices, &run);
    if args.json {
        let trace = args.trace.then_some(run.trace.as_slice());
        return print_json(out, &Json { report, trace });
    }
    if args.trace {
        for event in &run.trace {
            writeln!(out, "{}", table::event(event))?;
        }
        writeln!(out)?;
    }
    table::print(out, &report)?;
    Ok(())
}

/// Writes a file, or to standard output for `-`.
fn write_to(path: &PathBuf, text: &str) -> Result<(), Failure> {
    if path.as_os_str() == "-" {
        std::io::stdout().lock().write_all(text.as_bytes())?;
        return Ok(());
    }
    std::fs::write(path, text)
        .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))
}
