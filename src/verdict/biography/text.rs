//! Small texts: patterns that are filled, and lengths of time in few digits, the numbers of
//! records.

use crate::model::ids::RecordId;
use crate::script::Duration;

/// Puts values in the places of a pattern: `{name}` is where the value of that name goes.
#[must_use]
pub fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        text.push_str(values.iter().find(|value| value.0 == name).map_or("", |value| value.1));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A point in time: `31.0 ms`, `9.104 s`, `2 min 5.3 s`.
#[must_use]
pub fn time(us: u64) -> String {
    if us < 1_000_000 {
        return decimal(us / 100, 10, 1) + " ms";
    }
    if us < 60_000_000 {
        return decimal(us / 1_000, 1_000, 3) + " s";
    }
    let minutes = us / 60_000_000;
    minutes.to_string() + " min " + &decimal(us % 60_000_000 / 100_000, 10, 1) + " s"
}

/// A length of time in few digits: `240 µs`, `5 ms`, `8.9 s`, `2.5 min`.
#[must_use]
pub fn span(us: u64) -> String {
    let (number, unit) = match us {
        0 => return "0 ms".to_owned(),
        1..1_000 => (us.to_string(), " µs"),
        1_000..10_000 => (decimal(us / 100, 10, 1), " ms"),
        10_000..1_000_000 => ((us / 1_000).to_string(), " ms"),
        1_000_000..60_000_000 => (decimal(us / 100_000, 10, 1), " s"),
        _ => (decimal(us / 6_000_000, 10, 1), " min"),
    };
    number.trim_end_matches(".0").to_owned() + unit
}

/// A whole number of parts as a decimal number.
#[must_use]
pub fn decimal(number: u64, parts: u64, digits: usize) -> String {
    let fraction = (number % parts).to_string();
    let mut text = (number / parts).to_string();
    text.push('.');
    text.extend(std::iter::repeat_n('0', digits.saturating_sub(fraction.len())));
    text + &fraction
}

/// A length of time as a script has it, its unit apart: `20 ms`. Any other text stays as it is.
#[must_use]
pub fn spaced(text: &str) -> String {
    let (number, unit) = text.split_at(text.find(char::is_alphabetic).unwrap_or_default());
    match Duration::parse(text) {
        Ok(_) => number.trim_end().to_owned() + " " + unit,
        Err(_) => text.to_owned(),
    }
}

/// A number with its thousands apart: `10,000`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1–3, 5": the numbers of records, in order.
#[must_use]
pub fn numbers(records: &[RecordId]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for RecordId(id) in records.iter().copied() {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == id => *last = id,
            _ => runs.push((id, id)),
        }
    }
    let run = |(first, last): (u32, u32)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join(", ")
}

/// The value of a property that ends in `.ms`, as a properties file has it.
#[must_use]
pub(super) fn ms(us: u64) -> String {
    (us / 1_000).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_stands_apart() {
        let told = ["20ms", "1.5s", "20 ms", "broker-1", "7", ""].map(spaced);
        assert_eq!(told, ["20 ms", "1.5 s", "20 ms", "broker-1", "7", ""]);
    }

    #[test]
    fn thousands_stand_apart() {
        let told = [0, 999, 1_000, 10_000, 123_456, 1_234_567].map(count);
        assert_eq!(told, ["0", "999", "1,000", "10,000", "123,456", "1,234,567"]);
    }

    #[test]
    fn records_in_a_row_are_told_as_one() {
        let told = |ids: &[u32]| numbers(&ids.iter().copied().map(RecordId).collect::<Vec<_>>());
        assert_eq!(told(&[]), "");
        assert_eq!(told(&[1, 2, 3, 5]), "1–3, 5");
        assert_eq!(told(&[4, 5, 9]), "4, 5, 9");
    }
}
