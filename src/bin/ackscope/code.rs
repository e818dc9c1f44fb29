//! `ackscope code`: a script's settings as code of a client.

use std::io::Write;

use ackscope::script::clients::{Client, code};
use clap::{Args, ValueEnum};

use super::{Failure, SourceArgs, input};

/// What to write.
#[derive(Args)]
#[command(
    after_help = "Example: ackscope code lesson:acks-1-leader-dies --client go-franz --set acks=all"
)]
pub struct CodeArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The client.
    #[arg(short, long, value_enum, default_value = "java")]
    client: ClientName,
}

/// The names of clients.
#[derive(Clone, Copy, ValueEnum)]
enum ClientName {
    Java,
    GoSarama,
    GoFranz,
    Python,
    Rust,
    Node,
}

impl ClientName {
    fn client(self) -> Client {
        match self {
            Self::Java => Client::Java,
            Self::GoSarama => Client::Sarama,
            Self::GoFranz => Client::Franz,
            Self::Python => Client::Python,
            Self::Rust => Client::Rust,
            Self::Node => Client::Node,
        }
    }
}

/// Prints the code of each producer and consumer, and as comments what the client cannot be told.
pub fn print(args: &CodeArgs, out: &mut impl Write) -> Result<(), Failure> {
    let script = input::script(&args.source)?;
    let client = args.client.client();
    let all = code(&script, client).map_err(|error| input::failure(&args.source, &error))?;
    let comment = if client == Client::Python { "#" } else { "//" };
    for (at, code) in all.iter().enumerate() {
        let gap = if at > 0 { "\n" } else { "" };
        writeln!(out, "{gap}{comment} {}", code.name)?;
        for (what, why) in &code.cannot {
            writeln!(out, "{comment} cannot be told {what}: {why}")?;
        }
        for remark in &code.remarks {
            writeln!(out, "{comment} {remark}")?;
        }
        write!(out, "{}", code.text)?;
    }
    Ok(())
}
