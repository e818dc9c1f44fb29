//! Actions on disks, links and settings: what is read, and what is refused.

use super::{load, notices, refusal, with};
use ackscope::script::{Do, Script};

fn done(what: &str) -> String {
    with(&format!(r#""actions":[{{"at":1,"do":{what}}}]"#))
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let cases = [
        (
            r#"{"fail-disk":{"broker":"broker-4"}}"#,
            "actions[0].do: there is no broker-4: they are broker-1 to broker-3",
        ),
        (
            r#"{"fail-disk":{"broker":"broker-1","directory":2}}"#,
            "actions[0].do.directory: brokers have 1 log directories, numbered from 1",
        ),
        (
            r#"{"lose-disk":{"broker":"controller"}}"#,
            "actions[0].do: the controller never fails in the model",
        ),
        (r#"{"slow-disk":{"broker":"broker-1"}}"#, "actions[0].do: it needs an append or an fsync"),
        (
            r#"{"drop":{"from":"broker-1","to":"brokers","per_million":1000001}}"#,
            "actions[0].do.drop.per_million: it must be at most 1000000",
        ),
        (
            r#"{"lose-some":{"client":"producer-1","server":"brokers","what":"request","per_million":2000000}}"#,
            "actions[0].do.lose-some.per_million: it must be at most 1000000",
        ),
        (
            r#"{"lose-some":{"client":"producer-1","server":"brokers","what":"write","per_million":5}}"#,
            "actions[0].do.lose-some.what: only requests and responses are lost by chance",
        ),
        (r#"{"elect-unclean":"orders"}"#, "actions[0].do.elect-unclean: it takes no value"),
        (r#"{"set":{"config":{}}}"#, "actions[0].do.set.config: it changes nothing"),
        (
            r#"{"set":{"topic":"order","config":{"flush.ms":1}}}"#,
            r#"actions[0].do.set.topic: there is no topic "order"; did you mean "orders"?"#,
        ),
        (
            r#"{"set":{"config":{"replica.lag.time.max.ms":1000}}}"#,
            "actions[0].do.set.config: Cannot update these configs dynamically: replica.lag.time.max.ms",
        ),
        (
            r#"{"set":{"topic":"orders","config":{"min.insync.replicas":0}}}"#,
            r#"actions[0].do.set.config["min.insync.replicas"]: Invalid value 0 for configuration min.insync.replicas: Value must be at least 1"#,
        ),
        (
            r#"{"set":{"topic":"orders","config":{"segment.bytes":1000}}}"#,
            r#"actions[0].do.set.config["segment.bytes"]: Invalid value 1000 for configuration segment.bytes: Value must be at least 1048576"#,
        ),
        (
            r#"{"set":{"topic":"orders","config":{"acks":"all"}}}"#,
            r#"actions[0].do.set.config: "acks" is a producer property; it belongs in producers[..].config"#,
        ),
    ];
    for (what, why) in cases {
        assert_eq!(refusal(&done(what)), why, "{what}");
    }
    let none = with(r#""cluster":{"log_dirs":0}"#);
    assert_eq!(refusal(&none), "cluster.log_dirs: 0 log directories; there can be 1 to 8");
}

#[test]
fn a_change_for_all_brokers_means_the_topics_that_do_not_say_otherwise() {
    let script = r#"{"topics":[{"name":"a"},{"name":"b","config":{"min.insync.replicas":1}}],
        "actions":[{"at":1,"do":{"set":{"config":{"min.insync.replicas":2,"message.max.bytes":5000}}}},
            {"at":2,"do":{"set":{"topic":"a","config":{"max.message.bytes":9000}}}}]}"#;
    let resolved = load(script).expect("a script");
    let changed: Vec<_> =
        resolved.changes[0].iter().map(|change| change.properties.clone()).collect();
    let offsets = vec!["min.insync.replicas", "max.message.bytes"];
    assert_eq!(changed, [vec!["min.insync.replicas"], vec!["max.message.bytes"], offsets]);
    assert_eq!(resolved.changes[0][0].config.min_insync_replicas, 2);
    let of_topic = &resolved.changes[1];
    assert_eq!((of_topic.len(), of_topic[0].topic), (1, 0));
    assert_eq!(of_topic[0].config.max_message_bytes, 9_000);
}

#[test]
fn every_property_of_a_topic_can_change() {
    use ackscope::script::TopicConfig;
    let mut config = TopicConfig::default();
    let other = TopicConfig {
        min_insync_replicas: 7,
        unclean_leader_election_enable: true,
        max_message_bytes: 7,
        segment_bytes: 7,
        cleanup_policy: true,
        flush_messages: 7,
        flush_us: 7,
        message_timestamp_after_max_us: 7,
    };
    for (_, _, property) in TopicConfig::FIELDS {
        let before = config.clone();
        config.take(property, &other);
        assert_ne!(config, before, "{property}");
    }
    assert_eq!(config, other);
}

#[test]
fn what_the_controller_of_kraft_does_not_read_is_said() {
    let script = with(r#""cluster":{"config":{"leader.imbalance.per.broker.percentage":5}}"#);
    let said = "cluster.config: leader.imbalance.per.broker.percentage is not modelled";
    assert_eq!(notices(&script), [said]);
}

#[test]
fn a_disk_is_the_first_unless_said_and_actions_are_written_as_they_are_read() {
    let text = done(r#"{"fail-disk":{"broker":"broker-1"}}"#);
    let script = Script::parse(&text).expect("a script");
    let Do::FailDisk(disk) = &script.actions[0].what else { panic!("another action") };
    assert_eq!(disk.directory, 1);
    for what in [
        r#"{"fail-disk":{"broker":"broker-1"}}"#,
        r#"{"lose-disk":{"broker":"broker-2"}}"#,
        r#"{"slow-disk":{"broker":"broker-1","append":"20ms"}}"#,
        r#"{"drop":{"from":"broker-1","to":"brokers","per_million":5}}"#,
        r#"{"lose-some":{"client":"producer-1","server":"brokers","what":"response","per_million":5,"connection":"silent"}}"#,
        r#"{"set":{"topic":"orders","config":{"flush.ms":5}}}"#,
        r#""elect-unclean""#,
    ] {
        let script = Script::parse(&done(what)).expect("a script");
        let written = serde_json::to_string(&script.actions[0].what).expect("JSON");
        assert_eq!(written, what);
    }
}
