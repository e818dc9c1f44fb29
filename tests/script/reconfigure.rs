//! Settings that clients come back with: what is refused, at which place, and what is said.

use super::{notices, refusal, with};

fn script(producer: &str, group: &str, actions: &str) -> String {
    with(&format!(
        r#""producers":[{{"config":{{{producer}}}}}],"groups":[{{"id":"billing","topics":["orders"],"members":2,"config":{{{group}}}}}],"actions":[{actions}]"#
    ))
}

fn reconfigure(at: &str, client: &str, config: &str) -> String {
    format!(
        r#"{{"at":"{at}","do":{{"reconfigure":{{"client":"{client}","config":{{{config}}}}}}}}}"#
    )
}

#[test]
fn what_kafka_would_refuse_then_is_refused_at_the_action() {
    let one = |producer: &str, client: &str, config: &str| {
        refusal(&script(producer, "", &reconfigure("1s", client, config)))
    };
    let told = one(r#""enable.idempotence":true"#, "producer-1", r#""acks":1"#);
    assert_eq!(
        told,
        "actions[0].do.reconfigure.config: Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence."
    );
    let told = one("", "producer-1", r#""acks":2"#);
    assert!(told.starts_with(r#"actions[0].do.reconfigure.config["acks"]: "#), "{told}");
    let told = one("", "billing-1", r#""session.timeout.ms":1000"#);
    assert!(told.starts_with("actions[0].do.reconfigure.config: "), "{told}");
}

#[test]
fn whom_and_what_it_cannot_be_about_is_said() {
    for (client, config, expected) in [
        (
            "producer-2",
            r#""acks":1"#,
            "actions[0].do.reconfigure.client: there is no producer-2: the only one is producer-1",
        ),
        ("broker-1", r#""acks":1"#, "actions[0].do.reconfigure.client: broker-1 is not a client"),
        (
            "producer-1",
            r#""ack":1"#,
            r#"actions[0].do.reconfigure.config: unknown property "ack"; did you mean "acks"?"#,
        ),
        (
            "billing",
            r#""acks":1"#,
            r#"actions[0].do.reconfigure.config: "acks" is a producer property; it belongs in producers[..].config"#,
        ),
        ("producer-1", "", "actions[0].do.reconfigure.config: it changes nothing"),
        (
            "producer-1",
            r#""transactional.id":"a""#,
            r#"actions[0].do.reconfigure.config["transactional.id"]: in the model it is for a whole run"#,
        ),
        (
            "billing-2",
            r#""group.protocol":"consumer""#,
            r#"actions[0].do.reconfigure.config["group.protocol"]: in the model it is for a whole run"#,
        ),
    ] {
        assert_eq!(refusal(&script("", "", &reconfigure("1s", client, config))), expected);
    }
}

#[test]
fn what_is_refused_together_may_come_one_after_the_other() {
    let off = reconfigure("1s", "producer-1", r#""enable.idempotence":false"#);
    let acks = |at: &str| reconfigure(at, "producer-1", r#""acks":1"#);
    let explicit = r#""enable.idempotence":true"#;
    let told = refusal(&script(explicit, "", &format!("{off},{}", acks("2s"))));
    assert!(told.starts_with("this should be refused"), "{told}");
    // The other way round in time, whatever the order in the script.
    let told = refusal(&script(explicit, "", &format!("{off},{}", acks("500ms"))));
    assert!(told.starts_with("actions[1].do.reconfigure.config: Must set acks to all"), "{told}");
    // null takes back what was given.
    let none = reconfigure("1s", "producer-1", r#""acks":1,"enable.idempotence":null"#);
    let told = refusal(&script(explicit, "", &none));
    assert!(told.starts_with("this should be refused"), "{told}");
}

#[test]
fn what_changes_without_a_word_is_said_at_the_action_and_only_once() {
    let all = notices(&script("", "", &reconfigure("1s", "producer-1", r#""acks":1"#)));
    assert_eq!(
        all,
        [
            "actions[0].do.reconfigure.config: Idempotence will be disabled because acks is set to 1, not set to 'all'."
        ]
    );
    let before = notices(&script(r#""acks":1"#, "", ""));
    let both =
        notices(&script(r#""acks":1"#, "", &reconfigure("1s", "producer-1", r#""linger.ms":1"#)));
    assert_eq!(before.len(), 1);
    assert_eq!(both, before, "what was so before need not be said again");
}

#[test]
fn a_property_that_is_given_everywhere_is_given_to_those_who_come_back_too() {
    let json = script("", "", &reconfigure("1s", "producer-1", r#""acks":1,"linger.ms":1"#));
    let mut script = ackscope::script::Script::parse(&json).expect("a script");
    script.set_everywhere("acks", "all").expect("a property");
    let ackscope::script::Do::Reconfigure(its) = &script.actions[0].what else { panic!("it is") };
    assert_eq!(its.config["acks"], "all");
    assert_eq!(its.config["linger.ms"], 1);
}
