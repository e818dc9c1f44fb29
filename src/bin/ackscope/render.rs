//! `ackscope render`: the stage at one moment, as SVG.

use std::path::PathBuf;

use ackscope::player::Player;
use ackscope::script::Duration;
use ackscope::stage::{Theme, View, preferred_height, scene, to_svg};
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
    let title = format!("{} at {at}", player.script().name);
    let moment = player.seek(at.as_us());
    let scene = scene(moment.world, moment.ledger, moment.now_us, &View::new(width, height));
    write_to(&args.output, &to_svg(&scene, args.theme.into(), Some(&title)))
}
