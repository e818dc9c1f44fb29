//! Settings that brokers come back with: what is refused, at which place, and what is said.

use super::{load, notices, refusal, with};

fn script(cluster: &str, actions: &[(&str, &str)]) -> String {
    let roll = |(at, config): &(&str, &str)| {
        format!(r#"{{"at":"{at}","do":{{"roll":{{"config":{{{config}}}}}}}}}"#)
    };
    let actions: Vec<String> = actions.iter().map(roll).collect();
    let actions = actions.join(",");
    with(&format!(r#""cluster":{{"config":{{{cluster}}}}},"actions":[{actions}]"#))
}

#[test]
fn what_a_broker_would_not_start_with_is_refused_at_the_action() {
    for (config, expected) in [
        ("", "actions[0].do.roll.config: it changes nothing"),
        (
            r#""replica.lag.time.max.ms":100"#,
            "actions[0].do.roll.config: replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR",
        ),
        (
            r#""replica.fetch.wait.max.ms":-1"#,
            r#"actions[0].do.roll.config["replica.fetch.wait.max.ms"]: Invalid value -1 for configuration replica.fetch.wait.max.ms: Value must be at least 0"#,
        ),
        (
            r#""replica.lag.time.max":100"#,
            r#"actions[0].do.roll.config: unknown property "replica.lag.time.max"; did you mean "replica.lag.time.max.ms"?"#,
        ),
        (
            r#""min.insync.replicas":2"#,
            r#"actions[0].do.roll.config["min.insync.replicas"]: Kafka changes it while brokers run: that is a `set`"#,
        ),
        (
            r#""broker.session.timeout.ms":2000"#,
            r#"actions[0].do.roll.config["broker.session.timeout.ms"]: in the model it is for a whole run"#,
        ),
    ] {
        assert_eq!(refusal(&script("", &[("1s", config)])), expected, "{config}");
    }
}

#[test]
fn each_change_builds_upon_those_before_it() {
    let (lag, wait) = (r#""replica.lag.time.max.ms":"#, r#""replica.fetch.wait.max.ms":"#);
    let json = script(
        &format!("{lag}20000"),
        // In the order of their times, not of the script.
        &[
            ("2s", &format!("{wait}100")),
            ("1s", &format!("{lag}5000")),
            ("3s", &format!("{lag}null")),
        ],
    );
    let rolls = load(&json).expect("a script").rolls;
    let of = |action: u16| {
        let config = &rolls[&action];
        (config.replica_lag_time_max_us / 1_000, config.replica_fetch_wait_max_us / 1_000)
    };
    assert_eq!([of(1), of(0), of(2)], [(5_000, 500), (5_000, 100), (30_000, 100)]);
    assert_eq!(notices(&json), [""; 0]);
}
