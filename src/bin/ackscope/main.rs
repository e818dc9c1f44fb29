//! The headless command line: runs a script, prints what became of each record, draws a moment.

mod input;
mod render;
mod table;

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
    /// Draw the stage at one moment of a run as SVG.
    Render(render::RenderArgs),
    /// Print the script of a lesson (or of any source), with the changes of --set.
    Show(SourceArgs),
    /// List the built-in lessons.
    Lessons,
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

/// What `--json` prints.
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
        Ok(()) => ExitCode::SUCCESS,
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

fn execute(cli: Cli) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match cli.command {
        Command::Run(args) => run_script(&args, &mut out),
        Command::Render(args) => render::render(&args),
        Command::Show(source) => {
            writeln!(out, "{}", input::script(&source)?.to_json())?;
            Ok(())
        }
        Command::Lessons => {
            for lesson in ackscope::lessons::ALL {
                let name =
                    Script::parse(lesson.script).map(|script| script.name).unwrap_or_default();
                writeln!(out, "lesson:{:<28} {name}", lesson.id)?;
            }
            Ok(())
        }
        Command::Schema => {
            let schema = schemars::schema_for!(Script);
            serde_json::to_writer_pretty(&mut out, &schema).map_err(std::io::Error::from)?;
            writeln!(out)?;
            Ok(())
        }
    }
}

fn run_script(args: &RunArgs, out: &mut impl Write) -> Result<(), Failure> {
    let script = input::script(&args.source)?;
    let resolved = script.resolve().map_err(|error| input::failure(&args.source, &error))?;
    let notices = resolved.notices.iter().map(ToString::to_string).collect();
    let run = run(&Setup::new(&script, &resolved));
    let report = Report::of(&script.name, notices, &run);
    if args.json {
        let trace = args.trace.then_some(run.trace.as_slice());
        serde_json::to_writer_pretty(&mut *out, &Json { report, trace })
            .map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(());
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
