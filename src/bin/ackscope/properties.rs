//! `ackscope properties`: a script's settings as Kafka's own files.

use std::io::Write;
use std::path::PathBuf;

use ackscope::script::files::write;
use clap::Args;

use super::{Failure, SourceArgs, input, write_to};

/// What to write.
#[derive(Args)]
#[command(after_help = "Example: ackscope properties lesson:acks-1-leader-dies --set acks=all")]
pub struct PropertiesArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Add the properties that are not set, each with its default, as comments.
    #[arg(long)]
    all: bool,
    /// Write the files to this folder instead of standard output.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Writes the files, or prints them one after the other.
pub fn properties(args: &PropertiesArgs, out: &mut impl Write) -> Result<(), Failure> {
    let script = input::script(&args.source)?;
    script.resolve().map_err(|error| input::failure(&args.source, &error))?;
    if let Some(folder) = &args.output {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::Input(format!("{}: {error}", folder.display())))?;
    }
    for (at, file) in write(&script, args.all).iter().enumerate() {
        match &args.output {
            Some(folder) => write_to(&folder.join(&file.name), &file.text)?,
            None => {
                let gap = if at > 0 { "\n" } else { "" };
                write!(out, "{gap}# {}\n{}", file.name, file.text)?;
            }
        }
    }
    Ok(())
}
