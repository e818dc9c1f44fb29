//! The meaning of a script: names of nothing, contradictions and absurd sizes are refused.

use super::{load, notices, refusal, with};

/// Each of these follows the topic `orders` with two partitions and three brokers.
const REFUSED: &[(&str, &str)] = &[
    (r#""cluster":{"brokers":0}"#, "cluster.brokers: 0 brokers; there can be 1 to 9"),
    (r#""cluster":{"brokers":10}"#, "cluster.brokers: 10 brokers; there can be 1 to 9"),
    (
        r#""cluster":{"brokers":2}"#,
        "topics[0].replication_factor: Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 2 broker(s) are registered.",
    ),
    (r#""cluster":{"writeback_interval":0}"#, "cluster.writeback_interval: it must be more than 0"),
    (r#""cluster":{"fsync":"25h"}"#, "cluster.fsync: 25h is too long; it can be 24h"),
    (r#""until":"25h""#, "until: 25h is too long; it can be 24h"),
    (r#""network":{"latency":"25h"}"#, "network.latency: 25h is too long; it can be 24h"),
    (
        r#""network":{"links":[{"from":"broker-4","to":"brokers","latency":1}]}"#,
        "network.links[0].from: there is no broker-4: they are broker-1 to broker-3",
    ),
    (
        r#""network":{"links":[{"from":"brokers","to":"consumer","latency":1}]}"#,
        r#"network.links[0].to: there is no "consumer"; did you mean "consumers"?"#,
    ),
    (
        r#""network":{"links":[{"from":"brokers","to":"controller"}]}"#,
        "network.links[0]: it needs a latency or a jitter",
    ),
    (
        r#""producers":[{"sends":[{"topic":"order","count":1}]}]"#,
        r#"producers[0].sends[0].topic: there is no topic "order"; did you mean "orders"?"#,
    ),
    (
        r#""producers":[{"sends":[{"topic":"payments","count":1}]}]"#,
        r#"producers[0].sends[0].topic: there is no topic "payments""#,
    ),
    (
        r#""producers":[{"sends":[{"topic":"orders","count":1,"partition":2}]}]"#,
        r#"producers[0].sends[0].partition: the partitions of "orders" are 0 to 1"#,
    ),
    (
        r#""producers":[{"sends":[{"topic":"orders","count":0}]}]"#,
        "producers[0].sends[0].count: it must be at least 1",
    ),
    (
        r#""producers":[{"sends":[{"topic":"orders","count":1,"value_bytes":104857601}]}]"#,
        "producers[0].sends[0].value_bytes: it must be at most 104857600",
    ),
    (
        r#""producers":[{"sends":[{"topic":"orders","count":1000000},{"topic":"orders","count":1}]}]"#,
        "producers: 1000001 records in all; there can be 1000000",
    ),
    (
        r#""producers":[{"sends":[{"topic":"orders","count":25,"every":"1h","start":"1s"}]}]"#,
        "producers[0].sends[0]: the last send is at 86401s; it can be at 24h",
    ),
    (
        r#""groups":[{"id":"a","topics":["order"]}]"#,
        r#"groups[0].topics[0]: there is no topic "order"; did you mean "orders"?"#,
    ),
    (
        r#""groups":[{"id":"a","topics":["orders","orders"]}]"#,
        r#"groups[0].topics[1]: "orders" is named twice"#,
    ),
    (r#""groups":[{"id":"a","topics":[]}]"#, "groups[0].topics: a group needs a topic"),
    (r#""groups":[{"id":"","topics":["orders"]}]"#, "groups[0].id: a group needs an id"),
    (
        r#""groups":[{"id":"broker","topics":["orders"]}]"#,
        r#"groups[0].id: "broker" cannot be a group: its members would be called so"#,
    ),
    (
        r#""groups":[{"id":"a","topics":["orders"]},{"id":"a","topics":["orders"]}]"#,
        r#"groups[1].id: there are two groups "a""#,
    ),
    (
        r#""groups":[{"id":"a","topics":["orders"],"members":0}]"#,
        "groups[0].members: it must be at least 1",
    ),
    (
        r#""groups":[{"id":"a","topics":["orders"],"members":21}]"#,
        "groups: 21 consumers in all; there can be 20",
    ),
    (
        r#""groups":[{"id":"a","topics":["orders"],"processing":"25h"}]"#,
        "groups[0].processing: 25h is too long; it can be 24h",
    ),
    (r#""actions":[{"do":{"crash":"broker-1"}}]"#, r#"actions[0]: it needs "at" or "when""#),
    (
        r#""actions":[{"at":1,"when":{"event":"fenced"},"do":{"crash":"broker-1"}}]"#,
        r#"actions[0]: it can have "at" or "when", not both"#,
    ),
    (
        r#""actions":[{"at":1,"after":1,"do":{"crash":"broker-1"}}]"#,
        r#"actions[0].after: "after" needs "when""#,
    ),
    (
        r#""actions":[{"at":1,"do":{"crash":"broker-1"}},{"at":1,"do":{"restart":"broker-4"}}]"#,
        "actions[1].do: there is no broker-4: they are broker-1 to broker-3",
    ),
    (
        r#""actions":[{"at":1,"do":{"crash":"controller"}}]"#,
        "actions[0].do: the controller never fails in the model",
    ),
    (
        r#""actions":[{"at":"25h","do":{"crash":"broker-1"}}]"#,
        "actions[0].at: 25h is too long; it can be 24h",
    ),
];

#[test]
fn what_cannot_be_run_is_refused_with_its_place() {
    for (fields, message) in REFUSED {
        assert_eq!(refusal(&with(fields)), *message);
    }
}

#[test]
fn a_moment_that_cannot_come_is_refused() {
    let sends = r#""producers":[{"sends":[{"topic":"orders","count":20}]}]"#;
    for (when, message) in [
        (r#""event":"acked","record":21"#, "record: only 20 records are sent"),
        (r#""event":"acked","record":0"#, "record: records are numbered from 1"),
        (r#""event":"fenced","record":1"#, r#"record: a "fenced" event is not about a record"#),
        (
            r#""event":"offset-committed","record":1"#,
            r#"record: a "offset-committed" event is not about a record"#,
        ),
        (r#""event":"acked","nth":0"#, "nth: it counts from 1"),
        (
            r#""event":"acked","entity":"producer-2""#,
            "entity: there is no producer-2: the only one is producer-1",
        ),
        (
            r#""event":"acked","topic":"order""#,
            r#"topic: there is no topic "order"; did you mean "orders"?"#,
        ),
        (
            r#""event":"acked","topic":"orders","partition":2"#,
            r#"partition: the partitions of "orders" are 0 to 1"#,
        ),
        (r#""event":"acked","partition":2"#, "partition: no topic has a partition 2"),
        (
            r#""event":"crashed","offset":2"#,
            r#"offset: a "crashed" event is not about a partition"#,
        ),
    ] {
        let action = format!(r#""actions":[{{"when":{{{when}}},"do":{{"crash":"broker-1"}}}}]"#);
        let json = with(&format!("{sends},{action}"));
        assert_eq!(refusal(&json), format!("actions[0].when.{message}"));
    }
    let json =
        with(r#""actions":[{"when":{"event":"acked","record":1},"do":{"crash":"broker-1"}}]"#);
    assert_eq!(refusal(&json), "actions[0].when.record: no record is sent");
}

#[test]
fn topics_that_cannot_be_created_are_refused() {
    for (topics, message) in [
        (r#"{"name":"a","partitions":0}"#, "topics[0].partitions: it must be at least 1"),
        (
            r#"{"name":"a","replication_factor":0}"#,
            "topics[0].replication_factor: it must be at least 1",
        ),
        (r#"{"name":"a","partitions":65}"#, "topics: 65 partitions in all; there can be 64"),
        (r#"{"name":"a"},{"name":"a"}"#, r#"topics[1].name: there are two topics "a""#),
        (
            r#"{"name":""}"#,
            "topics[0].name: Topic name is invalid: the empty string is not allowed",
        ),
        (
            r#"{"name":"a b"}"#,
            "topics[0].name: Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
        ),
        (
            r#"{"name":"__consumer_offsets"}"#,
            "topics[0].name: __consumer_offsets is made by the brokers; its settings are in cluster.config",
        ),
        (
            r#"{"name":"a","partitions":2,"replicas":[[1]]}"#,
            "topics[0].replicas: 1 lists of brokers for 2 partitions",
        ),
        (r#"{"name":"a","replicas":[[]]}"#, "topics[0].replicas[0]: a partition needs a replica"),
        (
            r#"{"name":"a","replicas":[[1,4]]}"#,
            "topics[0].replicas[0]: there is no broker 4: they are 1 to 3",
        ),
        (
            r#"{"name":"a","replicas":[[0]]}"#,
            "topics[0].replicas[0]: there is no broker 0: they are 1 to 3",
        ),
        (r#"{"name":"a","replicas":[[1,2,1]]}"#, "topics[0].replicas[0]: broker 1 is named twice"),
    ] {
        assert_eq!(refusal(&format!(r#"{{"topics":[{topics}]}}"#)), message);
    }
    let name = "a".repeat(250);
    let long = refusal(&format!(r#"{{"topics":[{{"name":"{name}"}}]}}"#));
    assert!(long.ends_with("is longer than the max allowed length 249"), "{long}");
}

#[test]
fn twenty_one_producers_are_too_many() {
    let many = vec![r#"{"sends":[]}"#; 21].join(",");
    let message = "producers: 21 producers; there can be 20";
    assert_eq!(refusal(&with(&format!(r#""producers":[{many}]"#))), message);
}

#[test]
fn replicas_begin_with_the_next_broker_for_each_partition() {
    let json = r#"{"topics":[{"name":"a","partitions":4,"replication_factor":2},{"name":"b","replicas":[[3,1]]}]}"#;
    let resolved = load(json).expect("it can be run");
    assert_eq!(resolved.topics[0].replicas, [[1, 2], [2, 3], [3, 1], [1, 2]]);
    assert_eq!(resolved.topics[1].replicas, [[3, 1]]);
}

#[test]
fn what_can_be_run_is_resolved() {
    let json = with(
        r#""seed":3,"until":"1min","groups":[{"id":"a","topics":["orders"]}],"producers":[{"sends":[{"topic":"orders","count":20,"partition":1}]}],"actions":[{"when":{"event":"acked","record":20},"after":"24h","do":{"crash":"broker-1"}},{"at":"24h","do":{"restart":"broker-1"}}]"#,
    );
    let resolved = load(&json).expect("it can be run");
    assert_eq!((resolved.seed, resolved.until_us, resolved.brokers), (3, Some(60_000_000), 3));
    assert_eq!(resolved.version.to_string(), "4.1");
    assert_eq!((resolved.groups[0].id.as_str(), &resolved.groups[0].topics[..]), ("a", &[0][..]));
    let notice = "actions[1]: it is at 24h, and the run ends at 60s";
    assert_eq!(notices(&json), [notice]);
}
