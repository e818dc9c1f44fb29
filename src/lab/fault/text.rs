//! Faults as text: `crash:broker-1`, `power-cut:leader:5s`, `lose-response:producer-1:broker-2`.

use std::fmt;
use std::str::FromStr;

use super::{Down, Fault, OUT, STALLED, Who, usual_pause};
use crate::script::Duration;
use crate::script::action::{Broken, Lost};

/// The kinds of faults with what is written behind each, for messages.
pub(super) const FORMS: [(&str, &str); 11] = [
    ("crash", "WHO[:BACK]"),
    ("power-cut", "BROKER[:BACK]"),
    ("shutdown", "WHO[:BACK]"),
    ("pause", "WHO[:FOR]"),
    ("stall", "CONSUMER[:FOR]"),
    ("fail-disk", "BROKER[:DIRECTORY][:BACK]"),
    ("lose-disk", "BROKER[:DIRECTORY][:BACK]"),
    ("lose-request", "CLIENT:SERVER[:silent]"),
    ("lose-response", "CLIENT:SERVER[:silent]"),
    ("lose-write", "CLIENT:SERVER[:silent]"),
    ("cut", "ONE:OTHER[:one-way][:FOR]"),
];

/// What stands behind the names.
#[derive(Default)]
struct Options {
    time: Option<Duration>,
    directory: Option<u16>,
    silent: bool,
    one_way: bool,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words: Vec<&str> = text.split(':').map(str::trim).collect();
        let kind = words.remove(0);
        let Some((_, form)) = FORMS.iter().find(|(name, _)| *name == kind) else {
            return Err(unknown(kind));
        };
        let wrong = || format!("\"{text}\" is not a fault of the form {kind}:{form}");
        let options = take_options(&mut words);
        let two = form.contains("SERVER") || form.contains("OTHER");
        let mut names = words.into_iter().peekable();
        let left = |names: &std::iter::Peekable<std::vec::IntoIter<&str>>| names.len();
        let mut next = |behind: usize| {
            let name = names.next().filter(|name| !name.is_empty()).ok_or_else(wrong)?;
            if name != "leader" {
                return Ok(Who::Named(name.to_owned()));
            }
            // What is not needed for another name says of which partition.
            let partition = if left(&names) > behind { names.next() } else { None };
            Ok::<_, String>(Who::Leader(partition.map(str::to_owned)))
        };
        let one = next(usize::from(two))?;
        let other = if two { Some(next(0)?) } else { None };
        let fault = options.apply(kind, one, other).filter(|_| names.next().is_none());
        fault.ok_or_else(wrong)
    }
}

impl Options {
    /// The fault, if it has nothing to do with any option that is left.
    fn apply(mut self, kind: &str, one: Who, other: Option<Who>) -> Option<Fault> {
        let fault = match (kind, other) {
            ("pause", _) => {
                let lasts = self.time.take().unwrap_or_else(|| usual_pause(&one));
                Fault::Pause { who: one, lasts }
            }
            ("stall", _) => Fault::Stall { who: one, lasts: self.time.take().unwrap_or(STALLED) },
            ("cut", Some(to)) => {
                let one_way = std::mem::take(&mut self.one_way);
                let lasts = self.time.take().unwrap_or(OUT);
                Fault::Cut { from: one, to, one_way, lasts }
            }
            (_, Some(server)) => {
                let what = match kind {
                    "lose-request" => Lost::Request,
                    "lose-write" => Lost::Write,
                    _ => Lost::Response,
                };
                let silent = std::mem::take(&mut self.silent);
                let connection = if silent { Broken::Silent } else { Broken::Reset };
                Fault::Lose { what, client: one, server, connection }
            }
            (_, None) => {
                let mut directory = || self.directory.take().unwrap_or(1);
                let how = match kind {
                    "power-cut" => Down::PowerCut,
                    "shutdown" => Down::Shutdown,
                    "fail-disk" => Down::FailDisk(directory()),
                    "lose-disk" => Down::LoseDisk(directory()),
                    _ => Down::Crash,
                };
                Fault::Down { how, who: one, back: self.time.take() }
            }
        };
        let Self { time, directory, silent, one_way } = self;
        let nothing_left = time.is_none() && directory.is_none() && !silent && !one_way;
        nothing_left.then_some(fault)
    }
}

/// Takes the options from the end; a name is none of them.
fn take_options(words: &mut Vec<&str>) -> Options {
    let mut options = Options::default();
    while let Some(word) = words.last() {
        if *word == "silent" {
            options.silent = true;
        } else if *word == "one-way" {
            options.one_way = true;
        } else if let Ok(directory) = word.parse() {
            options.directory = Some(directory);
        } else if let Ok(time) = Duration::parse(word) {
            options.time = Some(time);
        } else {
            break;
        }
        words.pop();
    }
    options
}

fn unknown(kind: &str) -> String {
    let forms: Vec<String> = FORMS.iter().map(|(name, form)| format!("  {name}:{form}")).collect();
    format!("\"{kind}\" is not a kind of fault; there are\n{}", forms.join("\n"))
}

impl fmt::Display for Fault {
    /// In full: what is left to a default when it is read is said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down { how, who, back } => {
                write!(f, "{}:{who}", how.word())?;
                if let Down::FailDisk(directory) | Down::LoseDisk(directory) = how
                    && *directory > 1
                {
                    write!(f, ":{directory}")?;
                }
                back.map_or(Ok(()), |back| write!(f, ":{back}"))
            }
            Self::Pause { who, lasts } => write!(f, "pause:{who}:{lasts}"),
            Self::Stall { who, lasts } => write!(f, "stall:{who}:{lasts}"),
            Self::Lose { what, client, server, connection } => {
                let word = match what {
                    Lost::Request => "request",
                    Lost::Response => "response",
                    Lost::Write => "write",
                };
                let silent = if *connection == Broken::Silent { ":silent" } else { "" };
                write!(f, "lose-{word}:{client}:{server}{silent}")
            }
            Self::Cut { from, to, one_way, lasts } => {
                let one_way = if *one_way { ":one-way" } else { "" };
                write!(f, "cut:{from}:{to}{one_way}:{lasts}")
            }
        }
    }
}

impl Down {
    fn word(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::PowerCut => "power-cut",
            Self::Shutdown => "shutdown",
            Self::FailDisk(_) => "fail-disk",
            Self::LoseDisk(_) => "lose-disk",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Leader(None) => f.write_str("leader"),
            Self::Leader(Some(partition)) => write!(f, "leader:{partition}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        for text in [
            "crash:broker-1",
            "crash:billing-1:5s",
            "power-cut:brokers:5s",
            "shutdown:leader",
            "pause:leader:orders-0:35s",
            "stall:billing-1:6min",
            "lose-disk:broker-2",
            "fail-disk:leader:orders-1:2:1.5s",
            "lose-request:producer-1:leader:orders-0",
            "lose-response:producer-1:broker-1",
            "lose-write:producer-1:broker-1:silent",
            "cut:leader:controller:35s",
            "cut:leader:orders-0:controller:one-way:10s",
            "cut:broker-1:leader:orders-0:35s",
        ] {
            let fault: Fault = text.parse().unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(fault.to_string(), text);
        }
    }

    #[test]
    fn what_is_not_said_is_long_enough_to_matter() {
        for (text, full) in [
            ("pause:broker-1", "pause:broker-1:35s"),
            ("pause:producer-1", "pause:producer-1:50s"),
            ("stall:billing-1", "stall:billing-1:6min"),
            ("cut:broker-1:controller", "cut:broker-1:controller:35s"),
            ("lose-disk:broker-1:1", "lose-disk:broker-1"),
        ] {
            assert_eq!(text.parse::<Fault>().map(|fault| fault.to_string()), Ok(full.to_owned()));
        }
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for text in [
            "",
            "explode:broker-1",
            "crash",
            "crash:",
            "crash:broker-1:broker-2",
            "crash:broker-1:silent",
            "crash:broker-1:2",
            "pause:broker-1:one-way",
            "lose-response:producer-1",
            "lose-response:producer-1:broker-1:5s",
            "cut:broker-1",
            "cut:broker-1:broker-2:broker-3",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
