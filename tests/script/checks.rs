//! Settings together: what Kafka refuses, and what it changes without a word.

use super::{consumer, load, notices, producer, refusal, topic};
use ackscope::script::config::Acks;

const IN: &str = "producers[0].config";

#[test]
fn idempotence_is_switched_off_silently_when_it_was_not_asked_for() {
    for (kafka, config, notice) in [
        (
            "4.1",
            r#""acks":1"#,
            "Idempotence will be disabled because acks is set to 1, not set to 'all'.",
        ),
        (
            "4.1",
            r#""acks":"0""#,
            "Idempotence will be disabled because acks is set to 0, not set to 'all'.",
        ),
        ("4.1", r#""retries":0"#, "Idempotence will be disabled because retries is set to 0."),
        (
            "3.9",
            r#""max.in.flight.requests.per.connection":6"#,
            "Idempotence will be disabled because max.in.flight.requests.per.connection is set to 6, which is greater than 5. Please note that in v4.0.0 and onward, this will become an error.",
        ),
    ] {
        let json = producer(kafka, config);
        assert_eq!(notices(&json), [format!("{IN}: {notice}")]);
        assert!(!load(&json).expect(config).producers[0].enable_idempotence);
    }
    let off = producer("4.1", r#""acks":1,"enable.idempotence":false"#);
    assert_eq!(notices(&off), [""; 0], "nothing is silent about it");
    let both = producer("4.1", r#""acks":1,"retries":0"#);
    assert_eq!(notices(&both).len(), 2);
}

#[test]
fn idempotence_that_was_asked_for_refuses_what_contradicts_it() {
    const ON: &str = r#""enable.idempotence":true"#;
    let acks = "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.";
    let retries = "Must set retries to non-zero when using the idempotent producer.";
    let old = "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.";
    let oldest = "Must set max.in.flight.requests.per.connection to 1 in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.";
    let new = "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is 6.";
    let transactions = "Cannot set a transactional.id without also enabling idempotence.";
    let six = r#""max.in.flight.requests.per.connection":6"#;
    for (kafka, config, message) in [
        ("4.1", format!(r#"{ON},"acks":1"#), acks),
        ("4.1", format!(r#"{ON},"retries":0"#), retries),
        ("4.1", format!("{ON},{six}"), new),
        ("4.1", six.to_owned(), new),
        // The third test does not see that the second disabled it.
        ("4.1", format!(r#""acks":1,{six}"#), new),
        ("3.9", format!("{ON},{six}"), old),
        ("2.8", format!(r#"{ON},"acks":1"#), acks),
        ("2.8", format!(r#"{ON},"retries":0"#), retries),
        ("2.8", format!("{ON},{six}"), old),
        ("0.11", format!(r#"{ON},"max.in.flight.requests.per.connection":5"#), oldest),
        ("4.1", r#""transactional.id":"t","acks":1"#.to_owned(), transactions),
        ("4.1", r#""transactional.id":"t","enable.idempotence":false"#.to_owned(), transactions),
        ("2.8", r#""transactional.id":"t","enable.idempotence":false"#.to_owned(), transactions),
        ("2.8", r#""transactional.id":"t","acks":1"#.to_owned(), acks),
    ] {
        assert_eq!(refusal(&producer(kafka, &config)), format!("{IN}: {message}"), "{config}");
    }
}

#[test]
fn before_3_0_idempotence_brings_what_it_needs() {
    for (kafka, config, in_flight, count) in [
        ("0.11", r#""enable.idempotence":true"#, 1, 3),
        ("1.0", r#""enable.idempotence":true"#, 5, 2),
        ("2.8", r#""enable.idempotence":true"#, 5, 1),
        ("2.8", r#""transactional.id":"t""#, 5, 1),
        ("2.8", r#""enable.idempotence":true,"acks":"all""#, 5, 0),
    ] {
        let json = producer(kafka, config);
        let producer = load(&json).expect(config).producers.remove(0);
        assert!(producer.enable_idempotence);
        assert_eq!((producer.acks, producer.retries), (Acks::All, 2_147_483_647));
        assert_eq!(producer.max_in_flight_requests_per_connection, in_flight, "{kafka}");
        assert_eq!(notices(&json).len(), count, "{kafka} {config}");
    }
    let plain = load(&producer("2.8", "")).expect("it can be run").producers.remove(0);
    assert!(!plain.enable_idempotence);
}

#[test]
fn the_delivery_timeout_is_raised_unless_it_was_given() {
    let message =
        "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms";
    let silent = producer("4.1", r#""linger.ms":"100s""#);
    assert_eq!(notices(&silent), [format!("{IN}: {message}. Setting it to 130000.")]);
    assert_eq!(load(&silent).expect("runs").producers[0].delivery_timeout_us, 130_000_000);
    let given = producer("4.1", r#""delivery.timeout.ms":30000"#);
    assert_eq!(refusal(&given), format!("{IN}: {message}"));
    let enough = producer("4.1", r#""delivery.timeout.ms":30005"#);
    assert_eq!(notices(&enough), [""; 0]);
    assert_eq!(notices(&producer("2.0", r#""linger.ms":"100s""#)), [""; 0], "there was none");
}

#[test]
fn backoffs_that_contradict_each_other_become_static() {
    let json = producer("4.1", r#""retry.backoff.ms":2000"#);
    assert_eq!(
        notices(&json),
        [format!(
            "{IN}: Configuration 'retry.backoff.ms' with value '2000' is greater than configuration 'retry.backoff.max.ms' with value '1000'. A static backoff with value '1000' will be applied."
        )]
    );
    assert_eq!(load(&json).expect("runs").producers[0].retry_backoff_us, 1_000_000);
    let old = load(&producer("3.6", r#""retry.backoff.ms":2000"#)).expect("runs");
    assert_eq!(old.producers[0].retry_backoff_us, 2_000_000);
    let json = producer("4.1", r#""reconnect.backoff.ms":10"#);
    assert_eq!(load(&json).expect("runs").producers[0].reconnect_backoff_max_us, 10_000);
    assert!(notices(&json)[0].contains("Disabling exponential reconnect backoff"));
}

#[test]
fn a_transaction_that_the_coordinator_would_refuse_is_refused() {
    let long = r#""transactional.id":"t","transaction.timeout.ms":900001"#;
    assert_eq!(
        refusal(&producer("4.1", long)),
        format!(
            "{IN}: The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms)."
        )
    );
    let without = r#""transaction.timeout.ms":900001"#;
    assert_eq!(notices(&producer("4.1", without)), [""; 0]);
    let two = r#""transaction.two.phase.commit.enable":true,"transaction.timeout.ms":1"#;
    assert_eq!(
        refusal(&producer("4.1", two)),
        format!(
            "{IN}: Cannot set transaction.timeout.ms when transaction.two.phase.commit.enable is set to true. Transactions will not expire with two-phase commit enabled."
        )
    );
}

#[test]
fn consumers_that_cannot_be_are_refused() {
    let range = "The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms).";
    for (kafka, config, message) in [
        ("4.1", r#""session.timeout.ms":5000"#, range),
        ("2.2", r#""session.timeout.ms":300001"#, range),
        (
            "4.1",
            r#""heartbeat.interval.ms":45000"#,
            "Heartbeat must be set lower than the session timeout",
        ),
        (
            "4.1",
            r#""group.protocol":"consumer","session.timeout.ms":45000,"heartbeat.interval.ms":1"#,
            "heartbeat.interval.ms, session.timeout.ms cannot be set when group.protocol=CONSUMER",
        ),
        (
            "4.1",
            r#""group.remote.assignor":"uniform""#,
            "group.remote.assignor cannot be set when group.protocol=CLASSIC",
        ),
        (
            "2.3",
            r#""partition.assignment.strategy":"CooperativeStickyAssignor""#,
            "partition.assignment.strategy CooperativeStickyAssignor is not one of those that the model knows in Kafka 2.3",
        ),
        (
            "4.1",
            r#""partition.assignment.strategy":[]"#,
            "Must configure at least one partition assigner class name to partition.assignment.strategy configuration property",
        ),
        (
            "4.1",
            r#""auto.offset.reset":"by_duration:1H""#,
            "Invalid value `by_duration:1H` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.",
        ),
    ] {
        assert_eq!(refusal(&consumer(kafka, config)), format!("groups[0].config: {message}"));
    }
    assert_eq!(
        refusal(&consumer("3.9", r#""auto.offset.reset":"by_duration:PT1H""#)),
        r#"groups[0].config["auto.offset.reset"]: Invalid value by_duration:PT1H for configuration auto.offset.reset: String must be one of: latest, earliest, none"#
    );
    let new = consumer("4.1", r#""group.protocol":"Consumer","group.remote.assignor":"range""#);
    assert_eq!(notices(&new), [""; 0]);
}

#[test]
fn brokers_that_cannot_be_are_refused() {
    for (kafka, broker, own, message) in [
        (
            "4.1",
            r#""replica.fetch.wait.max.ms":30001,"replica.socket.timeout.ms":40000"#,
            "",
            "cluster.config: replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR",
        ),
        (
            "4.1",
            r#""replica.socket.timeout.ms":499"#,
            "",
            "cluster.config: replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts",
        ),
        (
            "4.0",
            r#""log.segment.bytes":1048575"#,
            "",
            r#"cluster.config["log.segment.bytes"]: Invalid value 1048575 for configuration log.segment.bytes: Value must be at least 1048576"#,
        ),
        (
            "4.1",
            "",
            r#""segment.bytes":14"#,
            r#"topics[0].config["segment.bytes"]: Invalid value 14 for configuration segment.bytes: Value must be at least 1048576"#,
        ),
    ] {
        assert_eq!(refusal(&topic(kafka, broker, own)), message);
    }
    // Kafka forgot topics in 4.0.
    assert_eq!(notices(&topic("4.0", "", r#""segment.bytes":14"#)), [""; 0]);
}

#[test]
fn what_has_no_effect_is_said() {
    for (json, notice) in [
        (producer("4.1", r#""client.id":"me""#), "producers[0].config: client.id is not modelled"),
        (
            producer("2.0", r#""delivery.timeout.ms":1"#),
            "producers[0].config: delivery.timeout.ms is unknown to Kafka 2.0 and ignored (new in 2.1)",
        ),
        (
            producer("4.3", r#""partitioner.rack.aware":true"#),
            "producers[0].config: partitioner.rack.aware is unknown to Kafka 4.3 and ignored (new in 4.4)",
        ),
        (
            topic("4.0", r#""offsets.commit.required.acks":1"#, ""),
            "cluster.config: offsets.commit.required.acks is unknown to Kafka 4.0 and ignored (removed in 4.0)",
        ),
        (
            topic("4.1", "", r#""flush.ms":1000"#),
            "topics[0].config: flush.ms has no effect unless log.flush.scheduler.interval.ms is set",
        ),
        (
            topic("4.1", r#""log.flush.interval.ms":1000"#, ""),
            "cluster.config: log.flush.interval.ms has no effect unless log.flush.scheduler.interval.ms is set",
        ),
        (
            topic("4.1", "", r#""min.insync.replicas":4"#),
            "topics[0]: min.insync.replicas is 4 with 3 replica(s): 3 counts",
        ),
        (
            topic("3.6", "", r#""min.insync.replicas":4"#),
            "topics[0]: min.insync.replicas is 4 with 3 replica(s): no send with acks=all can succeed",
        ),
    ] {
        assert_eq!(notices(&json), [notice]);
    }
    let one = |config: &str| {
        format!(
            r#"{{"cluster":{{"brokers":1{config}}},"topics":[{{"name":"a","replication_factor":1}}],"groups":[{{"id":"g","topics":["a"]}}]}}"#
        )
    };
    assert_eq!(
        notices(&one("")),
        [
            "cluster.config: offsets.topic.replication.factor is 3: Kafka would not create __consumer_offsets with 1 broker(s), the model gives it 1 replica(s)"
        ]
    );
    assert_eq!(notices(&one(r#","config":{"offsets.topic.replication.factor":1}"#)), [""; 0]);
    for (members, count) in [(1, 0), (2, 1)] {
        let json = consumer("4.1", r#""group.instance.id":"x""#);
        let json = json.replace(r#""id":"#, &format!(r#""members":{members},"id":"#));
        assert_eq!(notices(&json).len(), count);
    }
}
