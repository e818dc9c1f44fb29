//! The shape of a script: what is no script is refused in plain words, with its place.

use super::with;
use ackscope::script::{Script, ScriptError};

#[test]
fn what_is_no_script_is_refused_with_its_place() {
    let cases = [
        ("", "line 1, column 0: this is not JSON: EOF while parsing a value"),
        ("{\n \"topics\": [,]\n}", "line 2, column 13: this is not JSON: expected value"),
        (
            &with("").replace("]}", "]} x"),
            "line 1, column 61: this is not JSON: trailing characters",
        ),
        ("[]", "expected an object"),
        ("{}", r#"missing field "topics""#),
        (r#"{"topics":{}}"#, "topics: invalid type: object, expected a list"),
        (r#"{"topics":[],"topics":[]}"#, r#"line 1, column 25: "topics" stands here twice"#),
        (
            r#"{"topics":[{"name":"a","partitions":-2}]}"#,
            r#"topics[0].partitions: invalid value: integer "-2", expected a whole number up to 65535"#,
        ),
        (
            r#"{"topics":[{"name":"a","replicas":[[1],["x"]]}]}"#,
            r#"topics[0].replicas[1][0]: invalid type: string "x", expected a whole number up to 65535"#,
        ),
        (&with(r#""until":"3""#), r#"until: "3" lacks a unit: us, ms, s, min or h"#),
        (
            &with(r#""until":1.5"#),
            r#"until: invalid type: floating point "1.5", expected a duration: "35ms", "1.5s", or a whole number of milliseconds"#,
        ),
        (
            &with(r#""producers":[{"sends":[{"topic":"orders"}]}]"#),
            r#"producers[0].sends[0]: missing field "count""#,
        ),
        (
            &with(r#""actions":[{"at":1,"do":{"crash":"broker-1","restart":"broker-1"}}]"#),
            "actions[0].do: there can be only one here",
        ),
        (&with(r#""actions":[{"at":1,"do":"crash"}]"#), "actions[0].do.crash: it needs a value"),
    ];
    check(&cases);
}

#[test]
fn a_misspelt_name_is_answered_with_the_right_one() {
    let cases = [
        (with(r#""sed":1"#), r#"unknown field "sed"; did you mean "seed"?"#),
        (
            r#"{"topics":[{"name":"a","partition":2}]}"#.to_owned(),
            r#"topics[0]: unknown field "partition"; did you mean "partitions"?"#,
        ),
        (
            with(r#""zzz":1"#),
            r#"unknown field "zzz"; there are: name, kafka, seed, until, cluster, network, topics, producers, groups, actions"#,
        ),
        (
            with(r#""actions":[{"at":1,"do":{"crush":"broker-1"}}]"#),
            r#"actions[0].do: unknown word "crush"; did you mean "crash"?"#,
        ),
        (
            with(r#""actions":[{"when":{"event":"ack"},"do":{"crash":"broker-1"}}]"#),
            r#"actions[0].when.event: unknown word "ack"; did you mean "acked"?"#,
        ),
        (
            with(r#""producers":[{"sends":[],"style":"bloking"}]"#),
            r#"producers[0].style: unknown word "bloking"; did you mean "blocking"?"#,
        ),
        (
            with(r#""producers":[{"sends":[],"config":{"ack":1}}]"#),
            r#"producers[0].config: unknown property "ack"; did you mean "acks"?"#,
        ),
        (
            with(r#""producers":[{"sends":[],"config":{"linger":1}}]"#),
            r#"producers[0].config: unknown property "linger"; did you mean "linger.ms"?"#,
        ),
        (
            with(r#""producers":[{"sends":[],"config":{"zzz":1}}]"#),
            r#"producers[0].config: unknown property "zzz""#,
        ),
        (
            with(r#""groups":[{"id":"a","topics":["orders"],"config":{"acks":1}}]"#),
            r#"groups[0].config: "acks" is a producer property; it belongs in producers[..].config"#,
        ),
        (
            with(r#""producers":[{"sends":[],"config":{"min.insync.replicas":2}}]"#),
            r#"producers[0].config: "min.insync.replicas" is a topic property; it belongs in topics[..].config"#,
        ),
        (
            with(r#""cluster":{"config":{"flush.messages":1}}"#),
            r#"cluster.config: "flush.messages" is a topic property; it belongs in topics[..].config"#,
        ),
        (
            r#"{"topics":[{"name":"a","config":{"message.max.bytes":1}}]}"#.to_owned(),
            r#"topics[0].config: "message.max.bytes" is a broker property; it belongs in cluster.config"#,
        ),
        (
            with(r#""groups":[{"id":"a","topics":["orders"],"config":{"group.id":"b"}}]"#),
            r#"groups[0].config: "group.id" is the group's "id" in a script"#,
        ),
    ];
    let cases: Vec<_> = cases.iter().map(|(json, message)| (json.as_str(), *message)).collect();
    check(&cases);
}

fn check(cases: &[(&str, &str)]) {
    for (json, message) in cases {
        let error = Script::parse(json).map_err(|error: ScriptError| error.to_string());
        assert_eq!(error.as_ref().map(|_| ()), Err(&(*message).to_owned()), "{json}");
    }
}

#[test]
fn a_script_is_the_same_after_writing_and_reading() {
    for json in [
        with(""),
        with(r#""name":"x","seed":18446744073709551615,"until":"250us""#),
        with(
            r#""cluster":{"brokers":1,"config":{"log.flush.interval.messages":9223372036854775807}}"#,
        ),
        with(r#""network":{"links":[{"from":"a","to":"b","one_way":true,"jitter":3}]}"#),
        with(
            r#""actions":[{"when":{"event":"fenced","nth":2},"after":"1.5s","do":{"restart":"broker-1"}}]"#,
        ),
    ] {
        let script = Script::parse(&json).expect("it has the shape");
        let written = script.to_json();
        assert_eq!(Script::parse(&written), Ok(script), "{written}");
        assert!(written.len() < 3 * json.len() + 100, "defaults need not be written: {written}");
    }
}
