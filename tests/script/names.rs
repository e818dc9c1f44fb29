//! Durations, versions and the names of entities.

use ackscope::script::{Duration, End, Entity, Script, Version, version};
use proptest::prelude::*;

use super::with;

#[test]
fn a_duration_is_exact() {
    for (text, us) in [
        ("0ms", 0),
        ("250us", 250),
        ("35ms", 35_000),
        ("35 ms", 35_000),
        ("0.5ms", 500),
        ("1.5s", 1_500_000),
        ("1.500s", 1_500_000),
        ("2min", 120_000_000),
        ("1.5h", 5_400_000_000),
        ("0.000001s", 1),
        ("18446744073709551615us", u64::MAX),
    ] {
        assert_eq!(Duration::parse(text), Ok(Duration::from_us(us)), "{text}");
    }
}

#[test]
fn what_is_no_duration_is_refused() {
    for (text, message) in [
        ("", r#""" is not a duration such as "35ms" or "1.5s""#),
        ("ms", r#""ms" is not a duration such as "35ms" or "1.5s""#),
        ("-1ms", r#""-1ms" is not a duration such as "35ms" or "1.5s""#),
        ("35", r#""35" lacks a unit: us, ms, s, min or h"#),
        ("3d", r#""d" is not a unit of time: us, ms, s, min or h"#),
        ("1.2.3s", r#""1.2.3" is not a number"#),
        (".5s", r#"".5" is not a number"#),
        ("5.s", r#""5." is not a number"#),
        ("0.5us", r#""0.5us" is not a whole number of microseconds"#),
        ("18446744073709551616us", r#""18446744073709551616us" is too long"#),
        ("99999999999999h", r#""99999999999999h" is too long"#),
    ] {
        assert_eq!(Duration::parse(text), Err(message.to_owned()));
    }
    let negative = Script::parse(&with(r#""until":-3"#)).expect_err("it is negative");
    assert_eq!(negative.to_string(), "until: a duration cannot be negative: -3");
    let number = Script::parse(&with(r#""until":35"#)).expect("a number is milliseconds");
    assert_eq!(number.until, Some(Duration::from_ms(35)));
}

#[test]
fn a_duration_is_written_in_the_shortest_form() {
    for (us, text) in [
        (0, "0ms"),
        (1, "1us"),
        (1_500, "1.5ms"),
        (1_234_567, "1234567us"),
        (35_000, "35ms"),
        (500_000, "500ms"),
        (1_500_000, "1.5s"),
        (30_000_000, "30s"),
        (120_000_000, "2min"),
        (90_000_000, "90s"),
        (5_400_000_000, "1.5h"),
        (86_400_000_000, "24h"),
    ] {
        assert_eq!(Duration::from_us(us).to_string(), text);
    }
}

proptest! {
    #[test]
    fn every_duration_survives_writing(us: u64) {
        let duration = Duration::from_us(us);
        prop_assert_eq!(Duration::parse(&duration.to_string()), Ok(duration));
    }

    #[test]
    fn a_round_duration_survives_writing(ms in 0_u64..90_000_000) {
        let duration = Duration::from_ms(ms);
        let json = serde_json::to_string(&duration).expect("a string");
        prop_assert_eq!(serde_json::from_str::<Duration>(&json).expect("a duration"), duration);
    }

    #[test]
    fn no_text_upsets_the_reader(text in "[0-9.]{0,30}(us|ms|s|min|h)?") {
        let _ = Duration::parse(&text);
    }
}

#[test]
fn versions_are_those_that_were_released() {
    for (text, expected) in [
        ("4.1", Ok(Version::new(4, 1))),
        ("0.10", Ok(Version::new(0, 10))),
        ("0.10.2.1", Ok(Version::new(0, 10))),
        ("3.0.1", Ok(Version::new(3, 0))),
        ("3.9", Ok(Version::new(3, 9))),
        ("3.10", Err(r"Kafka 3.10 is not one of the releases that the model knows: 0.10 to 4.3")),
        ("0.9", Err(r"Kafka 0.9 is not one of the releases that the model knows: 0.10 to 4.3")),
        ("9.0", Err(r"Kafka 9.0 is not one of the releases that the model knows: 0.10 to 4.3")),
        ("4", Err(r#""4" is not a version such as "4.3""#)),
        ("4.1.x", Err(r#""4.1.x" is not a version such as "4.3""#)),
        ("4.1.1.1.1", Err(r#""4.1.1.1.1" is not a version such as "4.3""#)),
        ("trunk", Err(r#""trunk" is not a version such as "4.3""#)),
    ] {
        assert_eq!(Version::parse(text), expected.map_err(str::to_owned));
    }
    assert!(version::KNOWN.is_sorted());
    assert_eq!(version::KNOWN.first(), Some(&Version::OLDEST));
    assert_eq!(version::KNOWN.last(), Some(&Version::default()));
    assert!(Version::new(0, 11).since(0, 10) && !Version::new(2, 8).since(3, 0));
}

fn script() -> Script {
    let json = with(
        r#""producers":[{"sends":[]}],"groups":[{"id":"billing","topics":["orders"],"members":2},{"id":"billing-1","topics":["orders"]}]"#,
    );
    Script::parse(&json).expect("it has the shape")
}

#[test]
fn an_entity_is_found_by_its_name_and_named_by_it() {
    let script = script();
    for (name, entity) in [
        ("controller", Entity::Controller),
        ("broker-3", Entity::Broker(3)),
        ("producer-1", Entity::Producer(1)),
        ("billing-2", Entity::Consumer { group: 0, member: 2 }),
        ("billing-1-1", Entity::Consumer { group: 1, member: 1 }),
    ] {
        assert_eq!(script.entity(name), Ok(entity));
        assert_eq!(script.entity_name(entity), name);
        assert!(script.entities().contains(&entity));
    }
    assert_eq!(script.entities().len(), 8);
}

#[test]
fn a_name_of_nothing_is_refused() {
    let script = script();
    let all = "there are: controller, broker-1, broker-2, broker-3, producer-1, billing-1, billing-2, billing-1-1";
    for (name, message) in [
        ("broker-4", "there is no broker-4: they are broker-1 to broker-3"),
        ("producer-2", "there is no producer-2: the only one is producer-1"),
        ("billing-3", "there is no billing-3: they are billing-1 to billing-2"),
        ("broker-0", r#"there is no "broker-0"; did you mean "broker-1"?"#),
        ("broker-01", r#"there is no "broker-01"; did you mean "broker-1"?"#),
        ("brokr-1", r#"there is no "brokr-1"; did you mean "broker-1"?"#),
        ("nobody", &format!(r#"there is no "nobody"; {all}"#)),
    ] {
        assert_eq!(script.entity(name), Err(message.to_owned()));
    }
    let none = Script::parse(&with("")).expect("it has the shape");
    let message = "there is no producer-1: the script has no producers";
    assert_eq!(none.entity("producer-1"), Err(message.to_owned()));
}

#[test]
fn an_end_of_a_link_is_a_kind_or_an_entity() {
    let script = script();
    let broker = Entity::Broker(2);
    let member = Entity::Consumer { group: 0, member: 1 };
    for (name, end, has_broker, has_member) in [
        ("brokers", End::Brokers, true, false),
        ("producers", End::Producers, false, false),
        ("consumers", End::Consumers, false, true),
        ("controller", End::One(Entity::Controller), false, false),
        ("broker-2", End::One(broker), true, false),
    ] {
        assert_eq!(script.end(name), Ok(end));
        assert_eq!((end.has(broker), end.has(member)), (has_broker, has_member), "{name}");
    }
    let message = r#"there is no "broker"; did you mean "brokers"?"#;
    assert_eq!(script.end("broker"), Err(message.to_owned()));
}
