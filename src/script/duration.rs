//! Lengths of time as a script writes them: `"35ms"`, `"1.5s"`, or a whole number of milliseconds.
//!
//! Kept in whole microseconds and read digit by digit: no float ever touches a time.

use std::fmt;

use serde::{Serialize, Serializer};

/// The units, the longest first, with their length in microseconds.
const UNITS: [(&str, u64); 5] =
    [("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1)];

/// A length of time, or a time since the start of the run, in whole microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(u64);

impl Duration {
    /// So many microseconds.
    #[must_use]
    pub const fn from_us(us: u64) -> Self {
        Self(us)
    }

    /// So many milliseconds, Kafka's own unit; what does not fit becomes the longest duration.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000))
    }

    /// Its microseconds.
    #[must_use]
    pub const fn as_us(self) -> u64 {
        self.0
    }

    /// Reads `35ms`, `1.5s`, `250us`, `2min`, `1h`.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let number_end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(number_end);
        let unit = unit.trim();
        if number.is_empty() {
            return Err(format!("\"{text}\" is not a duration such as \"35ms\" or \"1.5s\""));
        }
        if unit.is_empty() {
            return Err(format!("\"{text}\" lacks a unit: us, ms, s, min or h"));
        }
        let Some(&(_, unit_us)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!("\"{unit}\" is not a unit of time: us, ms, s, min or h"));
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
            return Err(format!("\"{number}\" is not a number"));
        }
        let too_long = || format!("\"{text}\" is too long");
        let whole_us = digits(whole).and_then(|n| n.checked_mul(unit_us)).ok_or_else(too_long)?;
        let fraction_us = fraction_us(fraction, unit_us)
            .ok_or_else(|| format!("\"{text}\" is not a whole number of microseconds"))?;
        whole_us.checked_add(fraction_us).map(Self).ok_or_else(too_long)
    }
}

/// A number written in decimal digits, if it fits.
fn digits(text: &str) -> Option<u64> {
    text.parse().ok()
}

/// The digits behind a decimal point as microseconds, if that is exact.
fn fraction_us(fraction: &str, unit_us: u64) -> Option<u64> {
    // From the last digit to the first: what is behind a digit must be a whole number of its parts.
    fraction.bytes().rev().try_fold(0, |behind_us, digit| {
        let tenths = u64::from(digit - b'0') * unit_us + behind_us;
        tenths.is_multiple_of(10).then_some(tenths / 10)
    })
}

impl fmt::Display for Duration {
    /// The shortest exact form, `1.5s` rather than `1500ms`; of two as short, the longer unit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0ms");
        }
        let mut best = String::new();
        for (unit, unit_us) in UNITS {
            if let Some(form) = in_unit(self.0, unit, unit_us)
                && (best.is_empty() || form.len() < best.len())
            {
                best = form;
            }
        }
        f.write_str(&best)
    }
}

/// A time in a unit with at most three decimals, if that is exact.
fn in_unit(us: u64, unit: &str, unit_us: u64) -> Option<String> {
    let whole = us / unit_us;
    let thousandths = us % unit_us * 1_000;
    if !thousandths.is_multiple_of(unit_us) {
        return None;
    }
    let thousandths = thousandths / unit_us;
    if thousandths == 0 {
        return Some(format!("{whole}{unit}"));
    }
    // "0.5h" is exact, and nobody writes it.
    if whole == 0 {
        return None;
    }
    let decimals = format!("{thousandths:03}");
    Some(format!("{whole}.{}{unit}", decimals.trim_end_matches('0')))
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "cli")]
impl schemars::JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A length of time: a number with its unit (us, ms, s, min, h), or a whole number of milliseconds.",
            "anyOf": [
                { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? *(us|ms|s|min|h)$" },
                { "type": "integer", "minimum": 0 },
            ],
        })
    }
}
