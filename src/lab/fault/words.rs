//! What a fault does, in a sentence.

use super::{Down, Fault, Who};
use crate::script::action::{Broken, Lost};
use crate::verdict::biography::text::span;

impl Fault {
    /// What it does, such as "The process of broker-1 is killed, and started again after 5 s."
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Down { how, who, back } => {
                let who = who.phrase();
                let what = match how {
                    Down::Crash => format!("The process of {who} is killed"),
                    Down::PowerCut => {
                        format!("The power of {who} is cut: what is not on disk is gone")
                    }
                    Down::Shutdown => format!("An orderly shutdown of {who}"),
                    Down::FailDisk(n) => {
                        format!("No write to log directory {n} of {who} succeeds any more")
                    }
                    Down::LoseDisk(n) => {
                        format!("The disk with log directory {n} of {who} is destroyed")
                    }
                };
                match back {
                    Some(back) => {
                        format!("{what}; it is started again after {}.", span(back.as_us()))
                    }
                    None => format!("{what}."),
                }
            }
            Self::Pause { who, lasts } => {
                format!("The process of {} stands still for {}.", who.phrase(), span(lasts.as_us()))
            }
            Self::Stall { who, lasts } => {
                format!(
                    "The application of {} hangs for {} in the middle of a record.",
                    who.phrase(),
                    span(lasts.as_us())
                )
            }
            Self::Lose { what, client, server, connection } => {
                let (client, server) = (client.phrase(), server.phrase());
                let what = match what {
                    Lost::Request => format!("The next request of {client} to {server} is lost"),
                    Lost::Response => format!("The next response of {server} to {client} is lost"),
                    Lost::Write => {
                        format!("The next request of {client} to {server} is written only in part")
                    }
                };
                match connection {
                    Broken::Reset => format!("{what}, and both notice."),
                    Broken::Silent => format!("{what}, and nobody notices."),
                }
            }
            Self::Cut { from, to, one_way, lasts } => {
                let between = if *one_way { ("from", "to") } else { ("between", "and") };
                let (from, to) = (from.phrase(), to.phrase());
                let lasts = span(lasts.as_us());
                format!("Nothing gets through {} {from} {} {to} for {lasts}.", between.0, between.1)
            }
        }
    }
}

impl Who {
    fn phrase(&self) -> String {
        match self {
            Self::Named(kind) if kind == "brokers" => "all brokers".to_owned(),
            Self::Named(kind) if ["producers", "consumers"].contains(&kind.as_str()) => {
                format!("the {kind}")
            }
            Self::Named(name) if name == "controller" => "the controller".to_owned(),
            Self::Named(name) => name.clone(),
            Self::Leader(None) => "the leader of the first partition".to_owned(),
            Self::Leader(Some(partition)) => format!("the leader of {partition}"),
        }
    }
}
