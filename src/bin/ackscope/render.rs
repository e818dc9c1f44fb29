//! `ackscope render`: the stage at one moment, as SVG.

use std::path::PathBuf;

use ackscope::model::ids::RecordId;
use ackscope::player::Player;
use ackscope::script::Duration;
use ackscope::stage::{Still, Theme, preferred_height};
use clap::{Args, ValueEnum};

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
    /// The width in pixels; below 900 the stage stands upright.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u16).range(320..=4000))]
    width: u16,
    /// The height in pixels; by default what the width asks for.
    #[arg(long, value_parser = clap::value_parser!(u16).range(200..=4000))]
    height: Option<u16>,
    /// A record that stands out.
    #[arg(long)]
    record: Option<u32>,
    /// The partition that is drawn in full, such as `orders-0`.
    #[arg(long)]
    partition: Option<String>,
    /// The colours.
    #[arg(long, value_enum, default_value_t = Colours::Light)]
    theme: Colours,
}

#[derive(Clone, Copy, ValueEnum)]
enum Colours {
    Light,
    Dark,
    Contrast,
}

impl From<Colours> for Theme {
    fn from(colours: Colours) -> Self {
        match colours {
            Colours::Light => Self::Light,
            Colours::Dark => Self::Dark,
            Colours::Contrast => Self::HighContrast,
        }
    }
}

/// Draws one moment.
pub fn render(args: &RenderArgs) -> Result<(), Failure> {
    let at = Duration::parse(&args.at)
        .map_err(|message| Failure::Input(format!("--at {}: {message}", args.at)))?;
    let script = input::script(&args.source)?;
    let mut player = Player::new(script).map_err(|error| input::failure(&args.source, &error))?;
    if at.as_us() > player.end_us() {
        let end = Duration::from_us(player.end_us());
        return Err(Failure::Input(format!("--at {at}: the run ends at {end}")));
    }
    let width = f32::from(args.width);
    let height = args.height.map_or_else(|| preferred_height(player.setup(), width), f32::from);
    let record = args.record.map(RecordId);
    let (partition, theme) = (args.partition.clone(), args.theme.into());
    let still = Still { at_us: at.as_us(), size: (width, height), record, partition, theme };
    write_to(&args.output, &still.svg(&mut player))
}
