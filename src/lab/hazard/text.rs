//! Hazards in words.

use std::fmt;

use super::{Hazard, Leak, Risk, Strike};
use crate::script::Duration;

impl Hazard {
    /// Reads words separated by spaces: `script`, `as-written`, `within=10s`; a rate for each broker
    /// or client, with the time that a repair takes (or `ever`): `broker-crash=2/h,for=30s`; a share
    /// of messages: `lose-response=0.5%`.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut hazard = Self::default();
        for word in text.split_whitespace() {
            hazard.add(word).map_err(|why| format!("{word}: {why}"))?;
        }
        Ok(hazard)
    }

    fn add(&mut self, word: &str) -> Result<(), String> {
        let (name, amount) = word.split_once('=').map_or((word, None), |(n, a)| (n, Some(a)));
        if name == "within" {
            let within = Duration::parse(amount.unwrap_or_default())?;
            if within == Duration::default() {
                return Err("nothing can happen in no time".to_owned());
            }
            self.within = Some(within);
            return Ok(());
        }
        let risk = match (name, amount) {
            ("script", None) => Risk::Script,
            ("as-written", None) => Risk::AsWritten,
            ("script" | "as-written", Some(_)) => return Err("it takes no amount".to_owned()),
            _ => measured(name, amount)?,
        };
        if self.risks.iter().any(|known| known.same_as(&risk)) {
            return Err("it is named twice".to_owned());
        }
        let own = |risk: &Risk| matches!(risk, Risk::Script | Risk::AsWritten);
        if own(&risk) && self.risks.iter().any(own) {
            return Err("the script's faults are moved, or as they are written".to_owned());
        }
        self.risks.push(risk);
        Ok(())
    }
}

impl Risk {
    /// Whether both are of one kind, whatever their amounts.
    fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Strikes { what, .. }, Self::Strikes { what: other, .. }) => what == other,
            (Self::Leaks { what, .. }, Self::Leaks { what: other, .. }) => what == other,
            _ => self == other,
        }
    }
}

/// A danger with an amount.
fn measured(name: &str, amount: Option<&str>) -> Result<Risk, String> {
    let strike = Strike::ALL.into_iter().find(|(_, word, _)| *word == name);
    let leak = Leak::ALL.into_iter().find(|(_, word)| *word == name);
    match (strike, leak, amount) {
        (Some((what, _, usual)), _, Some(amount)) => {
            let (rate, lasts) = match amount.split_once(',') {
                Some((rate, option)) => (rate, repair(option)?),
                None => (amount, Some(usual)),
            };
            Ok(Risk::Strikes { what, mean: mean(rate)?, lasts })
        }
        (_, Some((what, _)), Some(amount)) => Ok(Risk::Leaks { what, per_million: share(amount)? }),
        (Some(_), ..) => Err("it needs a rate, such as \"=1/min\"".to_owned()),
        (_, Some(_), _) => Err("it needs a share, such as \"=1%\"".to_owned()),
        (None, None, _) => {
            let all = ["script", "as-written", "within"].into_iter();
            let all = all.chain(Strike::ALL.iter().map(|(_, word, _)| *word));
            let all: Vec<&str> = all.chain(Leak::ALL.iter().map(|(_, word)| *word)).collect();
            Err(format!("unknown hazard; there are: {}", all.join(", ")))
        }
    }
}

/// `for=30s` or `for=ever`
fn repair(option: &str) -> Result<Option<Duration>, String> {
    match option.strip_prefix("for=") {
        Some("ever") => Ok(None),
        Some(lasts) => Duration::parse(lasts).map(Some),
        None => Err(format!("\"{option}\" is not \"for=\" with a duration, or \"for=ever\"")),
    }
}

/// The mean time between two events of a rate such as `1/min`, `0.5/h` or `3/10s`.
fn mean(rate: &str) -> Result<Duration, String> {
    let no_rate = || format!("\"{rate}\" is not a rate such as \"1/min\" or \"0.5/h\"");
    let (count, time) = rate.split_once('/').ok_or_else(no_rate)?;
    let time = match time.starts_with(|c: char| c.is_ascii_digit()) {
        true => Duration::parse(time)?,
        false => Duration::parse(&format!("1{time}"))?,
    };
    let millionths = millionths(count).filter(|n| *n > 0).ok_or_else(no_rate)?;
    let mean_us = time.as_us().checked_mul(1_000_000).map(|us| us / millionths);
    match mean_us {
        Some(us) if us > 0 => Ok(Duration::from_us(us)),
        Some(_) => Err(format!("\"{rate}\" is more often than each microsecond")),
        None => Err(format!("\"{rate}\" is too rare")),
    }
}

/// The rate of that mean time between two events, in the largest unit that says it exactly.
fn rate(mean: Duration) -> String {
    let units = [("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1_000)];
    let exact = units.into_iter().find(|(_, unit_us)| mean.as_us().is_multiple_of(*unit_us));
    let (unit, unit_us) = exact.unwrap_or(("us", 1));
    match mean.as_us() / unit_us {
        1 => format!("1/{unit}"),
        number => format!("1/{number}{unit}"),
    }
}

/// A share such as `1%` or `0.01%`, in millionths.
fn share(text: &str) -> Result<u32, String> {
    let hundredths = text.strip_suffix('%').and_then(millionths);
    let exact = hundredths.filter(|n| *n <= 100_000_000 && n.is_multiple_of(100));
    exact.map(|n| (n / 100) as u32).ok_or_else(|| {
        format!("\"{text}\" is not a share from \"0%\" to \"100%\" with up to four decimals")
    })
}

/// A decimal number with up to six decimals, in millionths.
fn millionths(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(decimals) || decimals.len() > 6 {
        return None;
    }
    let decimals: u64 = format!("{decimals:0<6}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(decimals)
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = self.risks.iter().map(ToString::to_string).collect();
        words.extend(self.within.map(|within| format!("within={within}")));
        f.write_str(&words.join(" "))
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script => f.write_str("script"),
            Self::AsWritten => f.write_str("as-written"),
            Self::Strikes { what, mean, lasts } => {
                let known = Strike::ALL.iter().find(|(known, ..)| known == what);
                let (word, usual) =
                    known.map_or(("", None), |(_, word, usual)| (word, Some(*usual)));
                write!(f, "{word}={}", rate(*mean))?;
                match lasts {
                    None => f.write_str(",for=ever"),
                    Some(lasts) if Some(*lasts) != usual => write!(f, ",for={lasts}"),
                    Some(_) => Ok(()),
                }
            }
            Self::Leaks { what, per_million } => {
                let word = Leak::ALL.iter().find(|(known, _)| known == what).map_or("", |(_, w)| w);
                let (whole, rest) = (per_million / 10_000, per_million % 10_000);
                let decimals = format!("{rest:04}");
                let decimals = decimals.trim_end_matches('0');
                let point = if decimals.is_empty() { "" } else { "." };
                write!(f, "{word}={whole}{point}{decimals}%")
            }
        }
    }
}
