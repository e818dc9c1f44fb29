//! Properties files as settings, and what is wrong with them.

use ackscope::script::files::{self, Level, PropertiesFile};
use ackscope::script::properties::{self, Kind, Scope};
use ackscope::script::{Script, Version};
use proptest::prelude::*;

fn script() -> Script {
    let json = r#"{"kafka": "4.1", "topics": [{"name": "orders"}],
        "producers": [{"sends": [{"topic": "orders", "count": 1}]}],
        "groups": [{"id": "billing", "topics": ["orders"]}]}"#;
    Script::parse(json).expect("a script")
}

fn read(name: &str, text: &str) -> PropertiesFile {
    PropertiesFile::read(name, text, None).expect(name)
}

fn problems(files: &[(&str, &str)], kafka: &str) -> Vec<String> {
    let files: Vec<PropertiesFile> = files.iter().map(|(name, text)| read(name, text)).collect();
    let kafka = Version::parse(kafka).expect("a version");
    let (_, problems) = files::check(&files, Script { kafka, ..script() });
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_file_is_known_by_its_name_or_by_its_properties() {
    for (name, text, scope) in [
        ("producer.properties", "", Scope::Producer),
        ("etc/kafka/consumer.properties", "acks=1", Scope::Consumer),
        ("config/kraft/server.properties", "", Scope::Broker),
        ("broker-1.properties", "", Scope::Broker),
        ("orders-topic.properties", "", Scope::Topic),
        ("my.properties", "bootstrap.servers=a:1\nacks=1\nlinger.ms=1", Scope::Producer),
        ("my.properties", "group.id=a\nauto.offset.reset=latest", Scope::Consumer),
        ("my.properties", "replication.factor=1", Scope::Topic),
        ("my.properties", "min.insync.replicas=2\nlog.dirs=/a", Scope::Broker),
        ("my.properties", "min.insync.replicas=2\nretention.ms=1", Scope::Topic),
    ] {
        assert_eq!(read(name, text).scope, scope, "{name}: {text}");
    }
}

#[test]
fn a_file_that_could_be_of_several_kinds_is_asked_about() {
    for (name, text) in [
        ("my.properties", ""),
        ("my.properties", "bootstrap.servers=a:1"),
        ("my.properties", "request.timeout.ms=1"),
        ("producer-consumer.properties", "client.id=a"),
    ] {
        let problem = PropertiesFile::read(name, text, None).expect_err(name);
        assert_eq!((problem.line, problem.level), (None, Level::Error));
        assert!(problem.message.contains("producer=FILE"), "{}", problem.message);
        let told = PropertiesFile::read(name, text, Some(Scope::Consumer)).expect(name);
        assert_eq!(told.scope, Scope::Consumer);
    }
}

/// A text of a producer's file with Kafka's version, and its problems: line, level, words.
type Case = (&'static str, &'static str, &'static [(u32, Level, &'static str)]);

#[test]
fn what_is_wrong_with_a_property_is_told_with_its_line() {
    use Level::{Error, Warning};
    let cases: &[Case] = &[
        ("acks=all\n", "4.1", &[]),
        (
            "# ours\nbootstrap.servers=a:9092,\\\n  b:9092\nkey.serializer=x.Y\nack=all",
            "4.1",
            &[(5, Warning, "did you mean \"acks\"?")],
        ),
        ("schema.registry.url=http\\://a", "4.1", &[(1, Warning, "unknown to Kafka and ignored")]),
        ("a\\\n.b=1\nlinger.ms=5ms", "4.1", &[(1, Warning, "a.b"), (3, Error, "type LONG")]),
        ("max.in.flight.requests.per.connection=0", "4.1", &[(1, Error, "at least 1")]),
        ("acks=2", "4.1", &[(1, Error, "one of: all, -1, 0, 1")]),
        ("enable.auto.commit=true", "4.1", &[(1, Warning, "is a consumer property")]),
        ("min.insync.replicas=2", "4.1", &[(1, Warning, "is a topic and broker property")]),
        ("enable.idempotence=true", "0.10", &[(1, Warning, "new in 0.11")]),
        ("auto.include.jmx.reporter=true", "3.5", &[(1, Warning, "deprecated since Kafka 3.4")]),
        ("auto.include.jmx.reporter=true", "4.1", &[(1, Warning, "removed in 4.0")]),
        ("auto.include.jmx.reporter=true", "3.3", &[]),
        ("timeout.ms=1", "2.0", &[(1, Warning, "request.timeout.ms stands in its place")]),
        ("retries=x\nretries=1", "4.1", &[(1, Warning, "again in line 2")]),
    ];
    for (text, kafka, expected) in cases {
        let file = PropertiesFile::read("p", text, Some(Scope::Producer)).expect(text);
        let problems = file.problems(Version::parse(kafka).expect("a version"));
        assert_eq!(problems.len(), expected.len(), "{text}: {problems:?}");
        for (problem, (line, level, words)) in problems.iter().zip(*expected) {
            assert_eq!((problem.line, problem.level), (Some(*line), *level), "{text}: {problem}");
            assert!(problem.message.contains(words), "{text}: {problem}");
        }
    }
}

#[test]
fn a_brokers_name_of_a_topics_property_is_told() {
    let topic = PropertiesFile::read("t", "message.max.bytes=1", Some(Scope::Topic)).expect("read");
    let message = &topic.problems(Version::NEWEST)[0].message;
    assert!(message.contains("its name here is max.message.bytes"), "{message}");
    let broker = PropertiesFile::read("b", "flush.ms=1", Some(Scope::Broker)).expect("read");
    let message = &broker.problems(Version::NEWEST)[0].message;
    assert!(message.contains("its name here is log.flush.interval.ms"), "{message}");
}

#[test]
fn all_conflicts_are_found_each_with_its_lines() {
    let producer = "\nenable.idempotence=true\nacks=1\nretries=0\ndelivery.timeout.ms=1000\n";
    let consumer = "heartbeat.interval.ms=50000\nmax.poll.records=1";
    let files = [("producer.properties", producer), ("consumer.properties", consumer)];
    let told = problems(&files, "4.1");
    let expected = [
        (
            "producer.properties:3: error: Must set acks to all",
            "(with enable.idempotence in line 2)",
        ),
        ("producer.properties:4: error: Must set retries", "(with enable.idempotence in line 2)"),
        ("producer.properties:5: error: delivery.timeout.ms should be", "request.timeout.ms"),
        ("consumer.properties:1: error: Heartbeat must be set lower", "timeout"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, (beginning, part)) in told.iter().zip(expected) {
        assert!(told.starts_with(beginning) && told.contains(part), "{told}");
    }
}

#[test]
fn a_conflict_between_files_names_both() {
    let told = problems(
        &[
            ("server.properties", "group.max.session.timeout.ms=30000"),
            ("consumer.properties", "# slow\nsession.timeout.ms=60000"),
        ],
        "4.1",
    );
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].starts_with("consumer.properties:2: error: The session timeout is not"));
    assert!(told[0].contains("group.max.session.timeout.ms in server.properties:1"), "{}", told[0]);
}

#[test]
fn what_kafka_changes_silently_is_told_where_it_is_asked_for() {
    let told = problems(&[("producer.properties", "linger.ms=1\nacks=1")], "4.1");
    assert_eq!(
        told,
        [
            "producer.properties:2: warning: Idempotence will be disabled because acks is set to 1, not set to 'all'."
        ]
    );
    let told =
        problems(&[("topic.properties", "min.insync.replicas=3\nreplication.factor=2")], "3.9");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].starts_with("topic.properties:1: warning: min.insync.replicas is 3 with 2"));
    // The topic's default is the brokers'.
    let told = problems(&[("server.properties", "log.dirs=/a\nmin.insync.replicas=4")], "4.1");
    assert!(told[0].starts_with("server.properties:2: warning: min.insync.replicas is 4 with 3"));
}

#[test]
fn more_replicas_than_brokers_are_refused_where_they_are_asked_for() {
    let told = problems(&[("topic.properties", "partitions=2\nreplication.factor=4")], "4.1");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].starts_with("topic.properties:2: error: Unable to replicate"), "{}", told[0]);
    let told = problems(&[("topic.properties", "replication.factor=0\npartitions=65")], "4.1");
    assert_eq!(told.len(), 2, "{told:#?}");
}

#[test]
fn two_files_of_one_kind_are_one_too_many() {
    let told = problems(&[("producer.properties", ""), ("old-producer.properties", "")], "4.1");
    assert_eq!(
        told,
        ["old-producer.properties: error: producer.properties is the producer's file already"]
    );
}

#[test]
fn files_become_settings() {
    let files = [
        read("producer.properties", "acks=1\nretries = 0\nbootstrap.servers=a\nack=0\nlinger.ms=x"),
        read("consumer.properties", "enable.auto.commit=false\ngroup.id=other"),
        read("server.properties", "log.flush.interval.messages=1"),
        read("topic.properties", "min.insync.replicas=2\nreplication.factor=2\npartitions=4"),
    ];
    let (script, _) = files::check(&files, script());
    let resolved = script.resolve().expect("what is left can be run");
    assert_eq!(script.producers[0].config.len(), 2, "only what Kafka takes and the model has");
    assert_eq!(resolved.producers[0].retries, 0);
    assert!(!resolved.groups[0].config.enable_auto_commit);
    assert_eq!(resolved.broker.log_flush_interval_messages, 1);
    let topic = &resolved.topics[0];
    assert_eq!((topic.replicas.len(), topic.replicas[0].len()), (4, 2));
    assert_eq!((topic.config.min_insync_replicas, topic.config.flush_messages), (2, 1));
    assert_eq!(files[0].set_aside(), ["bootstrap.servers"]);
}

/// A value that Kafka takes for a property: within its range, one of its words, any text.
fn value(kind: Kind) -> BoxedStrategy<serde_json::Value> {
    let json = |text: String| serde_json::Value::from(text);
    match kind {
        Kind::Bool => any::<bool>().prop_map(Into::into).boxed(),
        Kind::Int { min, max } => (min..=max).prop_map(Into::into).boxed(),
        Kind::Long { min, max } => (min..=max).prop_map(Into::into).boxed(),
        Kind::Choice(words) => {
            let whole: Vec<&str> = words.iter().copied().filter(|w| !w.ends_with(':')).collect();
            proptest::sample::select(whole).prop_map(Into::into).boxed()
        }
        Kind::Text => "[a =:#!\\\\é]{0,8}x".prop_map(json).boxed(),
        Kind::List => proptest::collection::vec("[a-z=:\\\\]{1,4}", 1..3)
            .prop_map(|words| words.join(", ").into())
            .boxed(),
    }
}

fn config(scope: Scope) -> impl Strategy<Value = ackscope::script::Properties> {
    let one = proptest::sample::select(properties::all(scope).to_vec())
        .prop_flat_map(|p| value(p.kind).prop_map(move |value| (p.name.to_owned(), value)));
    proptest::collection::vec(one, 0..8).prop_map(|all| all.into_iter().collect())
}

/// Every setting with its value, whether it is given in a script's or in Kafka's way.
fn settings(script: &Script) -> Vec<(Scope, String, properties::Setting)> {
    let configs = [
        (Scope::Broker, &script.cluster.config),
        (Scope::Topic, &script.topics[0].config),
        (Scope::Producer, &script.producers[0].config),
        (Scope::Consumer, &script.groups[0].config),
    ];
    let mut all = Vec::new();
    for (scope, config) in configs {
        for (name, value) in config {
            let property = properties::lookup(scope, name).expect("it is in the table");
            all.push((scope, name.clone(), property.read(value).expect("it is a value of it")));
        }
    }
    all
}

proptest! {
    #[test]
    fn settings_survive_being_written_and_read(
        broker in config(Scope::Broker),
        topic in config(Scope::Topic),
        producer in config(Scope::Producer),
        consumer in config(Scope::Consumer),
        factor in 1u16..=3,
        defaults in any::<bool>(),
    ) {
        // All of the properties exist in the newest versions but one that was removed in 4.0.
        let exists = |scope, config: ackscope::script::Properties| -> ackscope::script::Properties {
            let kept = |name: &str| {
                properties::lookup(scope, name).is_some_and(|p| p.default(script().kafka).is_some())
            };
            config.into_iter().filter(|(name, _)| kept(name)).collect()
        };
        let mut before = script();
        before.cluster.config = exists(Scope::Broker, broker);
        before.topics[0].config = exists(Scope::Topic, topic);
        before.producers[0].config = exists(Scope::Producer, producer);
        before.groups[0].config = exists(Scope::Consumer, consumer);
        before.topics[0].replication_factor = factor;
        let mut after = script();
        for written in files::write(&before, defaults) {
            let read = PropertiesFile::read(&written.name, &written.text, None).expect("read");
            prop_assert_eq!(read.scope, written.scope, "{}", written.name);
            prop_assert_eq!(read.problems(before.kafka), vec![], "{}", written.text);
            read.apply(&mut after);
        }
        prop_assert_eq!(settings(&after), settings(&before));
        prop_assert_eq!(after.topics[0].replication_factor, factor);
        prop_assert_eq!(after.resolve().map(|r| r.producers), before.resolve().map(|r| r.producers));
    }
}
