//! The values that a slider steps through.

use super::Knob;
use crate::script::Duration;
use crate::script::properties::{Kind, Unit};

/// The values of a setting's slider with the current one and the default among them, in order, and
/// where the current one is. Where a range spans orders, so do the values.
#[must_use]
pub fn ladder(knob: &Knob, current: &str, default: &str) -> (Vec<String>, usize) {
    let (least, most) = ends(knob, default);
    let mut values: Vec<String> = match special(knob) {
        Some(few) => few.iter().map(|value| (*value).to_owned()).collect(),
        None => steps(knob, least, most),
    };
    for value in [default, current] {
        if !value.is_empty() && !values.iter().any(|known| known == value) {
            let at = values.iter().take_while(|known| amount(known) < amount(value)).count();
            values.insert(at, value.to_owned());
        }
    }
    let at = values.iter().position(|value| value == current).unwrap_or(0);
    (values, at)
}

/// Where the usual steps would not say much.
fn special(knob: &Knob) -> Option<&'static [&'static str]> {
    Some(match knob {
        Knob::Property(property) => match property.name {
            "retries" => &["0", "1", "2", "3", "5", "10", "2147483647"],
            "max.in.flight.requests.per.connection" => &["1", "2", "3", "4", "5"],
            "min.insync.replicas" | "offsets.topic.replication.factor" => &["1", "2", "3"],
            "transaction.state.log.replication.factor" => &["1", "2", "3"],
            "eligible.leader.replicas.version" => &["0", "1"],
            "batch.size" => &["0", "200", "500", "1000", "4096", "16384", "65536", "1048576"],
            "flush.messages" | "log.flush.interval.messages" => {
                &["1", "2", "5", "10", "100", "1000", "10000", "9223372036854775807"]
            }
            _ => return None,
        },
        Knob::Own(own) => match own.name {
            "replication factor" => &["1", "2", "3"],
            "brokers" => &["1", "2", "3", "4", "5", "6", "7", "8", "9"],
            "partitions" => &["1", "2", "3", "4", "6", "8", "12"],
            "consumers" | "log directories" => &["1", "2", "3", "4", "5"],
            "records" => &["1", "5", "10", "20", "50", "100", "200", "500"],
            _ => return None,
        },
    })
}

/// The least and the most of what a slider offers, in the unit of the value; times that are the
/// script's own in microseconds.
fn ends(knob: &Knob, default: &str) -> (u64, u64) {
    let default = amount(default);
    match knob {
        Knob::Property(property) => {
            let (min, max) = match property.kind {
                Kind::Int { min, max } => (i64::from(min), i64::from(max)),
                Kind::Long { min, max } => (min, max),
                _ => (0, 0),
            };
            let wide = match property.unit {
                Unit::Bytes => 1_048_576,
                Unit::Ms => 1_000,
                _ => 10,
            };
            // A default that means never has nothing beyond it.
            let never = default > 1_000_000_000_000 || default == 2_147_483_647;
            let most = if never { 600_000 } else { wide.max(default.saturating_mul(10)) };
            (u64::try_from(min).unwrap_or(0), most.min(u64::try_from(max).unwrap_or(0)))
        }
        Knob::Own(own) if own.is_time() => (0, (default * 20).max(1_000_000)),
        Knob::Own(_) => (0, (default * 100).max(10)),
    }
}

/// 1, 2, 5, 10, 20, 50 and so on, and 0 where that is a value.
fn steps(knob: &Knob, least: u64, most: u64) -> Vec<String> {
    let time = matches!(knob, Knob::Own(own) if own.is_time());
    let from = if time { 100 } else { 1 };
    let mut amounts = if least == 0 { vec![0] } else { Vec::new() };
    let mut ten = from;
    while ten <= most {
        amounts.extend([ten, ten * 2, ten * 5].into_iter().filter(|n| (least..=most).contains(n)));
        ten = ten.saturating_mul(10);
    }
    let text = |amount: u64| match time {
        true => Duration::from_us(amount).to_string(),
        false => amount.to_string(),
    };
    amounts.into_iter().map(text).collect()
}

/// For comparing values of one setting.
fn amount(value: &str) -> u64 {
    value.parse().ok().or_else(|| Duration::parse(value).ok().map(Duration::as_us)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knob(place: &str) -> Knob {
        Knob::find(place).expect(place)
    }

    #[test]
    fn a_ladder_has_the_default_and_the_value_in_their_places() {
        let linger = knob("/producers/*/config/linger.ms");
        let (values, at) = ladder(&linger, "7", "5");
        assert_eq!(values[at], "7");
        let numbers: Vec<u64> = values.iter().map(|value| amount(value)).collect();
        assert!(numbers.is_sorted(), "{values:?}");
        assert!(values.contains(&"5".to_owned()) && values.contains(&"0".to_owned()));
    }

    #[test]
    fn a_ladder_never_leaves_the_range_that_kafka_takes() {
        use crate::script::Version;
        use crate::script::knobs::{Control, Group, of};
        for knob in Group::ALL.into_iter().flat_map(|group| of(group, Version::NEWEST, true)) {
            let Knob::Property(property) = knob else { continue };
            if knob.control() != Control::Range {
                continue;
            }
            let default = property.default(Version::NEWEST).unwrap_or_default();
            let (values, _) = ladder(&knob, default, default);
            assert!(
                values.len() > 1 || !special(&knob).is_none_or(<[_]>::is_empty),
                "{property:?}"
            );
            for value in values.iter().filter(|value| !value.is_empty()) {
                let read = property.parse_as_kafka(value);
                assert!(read.is_ok(), "{}={value}: {read:?}", property.name);
            }
        }
    }

    #[test]
    fn times_of_the_script_carry_their_unit() {
        let fsync = knob("/cluster/fsync");
        let (values, _) = ladder(&fsync, "2ms", "2ms");
        assert!(values.iter().all(|value| Duration::parse(value).is_ok()), "{values:?}");
    }
}
