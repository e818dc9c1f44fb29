//! `ackscope monitoring`: which of Kafka's metrics each harm of a run moves.

use std::io::Write;

use ackscope::lab::{Monitoring, Moved, Seen};
use ackscope::script::Duration;
use ackscope::verdict::biography::text::numbers;
use ackscope::verdict::metrics::Says;
use clap::Args;

use super::{Failure, SourceArgs, input, print_json};

/// What to look at.
#[derive(Args)]
#[command(after_help = "Example: ackscope monitoring lesson:acks-1-leader-dies")]
pub struct MonitoringArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Print JSON, with every metric over the time of the run.
    #[arg(long)]
    json: bool,
}

/// Replays the script with and without what led to its harms, and prints what moved.
pub fn monitoring(args: &MonitoringArgs, out: &mut impl Write) -> Result<(), Failure> {
    let script = input::script(&args.source)?;
    let monitoring =
        Monitoring::of(&script).map_err(|error| input::failure(&args.source, &error))?;
    if args.json {
        return print_json(out, &monitoring);
    }
    writeln!(out, "{}", script.name)?;
    if monitoring.harms.is_empty() {
        writeln!(out, "no record came to harm")?;
    }
    for seen in &monitoring.harms {
        print(out, seen)?;
    }
    Ok(())
}

fn print(out: &mut impl Write, seen: &Seen) -> std::io::Result<()> {
    let because = match seen.because.as_slice() {
        [] => "without any action".to_owned(),
        actions => {
            let actions: Vec<String> =
                actions.iter().map(|action| format!("actions[{action}]")).collect();
            format!("because of {}", actions.join(", "))
        }
    };
    writeln!(out, "\n{} {}, {because}", seen.harm, numbers(&seen.records))?;
    if !seen.is_noticed() {
        writeln!(out, "  no metric that tells of a failure moves")?;
    }
    for (says, title) in [
        (Says::Failure, "tells of a failure"),
        (Says::Change, "tells of a change"),
        (Says::Traffic, "counts what is done"),
    ] {
        let moved: Vec<&Moved> = seen.moved.iter().filter(|moved| moved.says == says).collect();
        if !moved.is_empty() {
            writeln!(out, "  {title}:")?;
        }
        for Moved { name, source, unit, of, at_us, quiet, here, .. } in moved {
            let of = of.as_ref().map_or_else(String::new, |of| format!(" of {of}"));
            let at = Duration::from_us(*at_us);
            writeln!(
                out,
                "    {name}{of}: {here} {unit} instead of {quiet}, from {at} on ({source})"
            )?;
        }
    }
    Ok(())
}
