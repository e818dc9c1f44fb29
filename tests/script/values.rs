//! The settings that come out: what may be written for a value, and what it becomes.

use super::{consumer, load, producer, refusal, topic};
use ackscope::script::config::{
    Acks, Assignor, GroupProtocol, IsolationLevel, OffsetReset, Partitioner,
};
use ackscope::script::{BrokerConfig, ConsumerConfig, ProducerConfig, Rules, TopicConfig, Version};

fn producer_of(kafka: &str, config: &str) -> ProducerConfig {
    load(&producer(kafka, config)).expect(config).producers.remove(0)
}

fn consumer_of(kafka: &str, config: &str) -> ConsumerConfig {
    load(&consumer(kafka, config)).expect(config).groups.remove(0).config
}

#[test]
fn a_value_may_be_written_in_several_ways() {
    let acks = |value: &str| producer_of("4.1", &format!(r#""acks":{value}"#)).acks;
    for (value, expected) in [
        (r#""all""#, Acks::All),
        (r#""-1""#, Acks::All),
        ("-1", Acks::All),
        (r#""1""#, Acks::Leader),
        ("1", Acks::Leader),
        ("0", Acks::None),
    ] {
        assert_eq!(acks(value), expected, "{value}");
    }
    let linger = |value: &str| producer_of("4.1", &format!(r#""linger.ms":{value}"#)).linger_us;
    for (value, us) in [
        ("35", 35_000),
        (r#""35""#, 35_000),
        (r#""35ms""#, 35_000),
        (r#""1.5s""#, 1_500_000),
        ("0", 0),
    ] {
        assert_eq!(linger(value), us, "{value}");
    }
    for value in ["true", r#""true""#, r#""TRUE""#] {
        let config = consumer_of("4.1", &format!(r#""enable.auto.commit":{value}"#));
        assert!(config.enable_auto_commit, "{value}");
    }
    assert!(!consumer_of("4.1", r#""enable.auto.commit":"false""#).enable_auto_commit);
}

#[test]
fn a_value_that_kafka_refuses_is_refused_in_its_words() {
    for (config, message) in [
        (
            r#""acks":2"#,
            r#"["acks"]: Invalid value 2 for configuration acks: String must be one of: all, -1, 0, 1"#,
        ),
        (
            r#""retries":-1"#,
            r#"["retries"]: Invalid value -1 for configuration retries: Value must be at least 0"#,
        ),
        (
            r#""retries":2147483648"#,
            r#"["retries"]: Invalid value 2147483648 for configuration retries: Value must be no more than 2147483647"#,
        ),
        (
            r#""batch.size":"16k""#,
            r#"["batch.size"]: Invalid value 16k for configuration batch.size: Not a number of type INT"#,
        ),
        (
            r#""linger.ms":1.5"#,
            r#"["linger.ms"]: Invalid value 1.5 for configuration linger.ms: Not a number of type LONG"#,
        ),
        (
            r#""linger.ms":"3d""#,
            r#"["linger.ms"]: Invalid value 3d for configuration linger.ms: "d" is not a unit of time: us, ms, s, min or h"#,
        ),
        (
            r#""linger.ms":"500us""#,
            r#"["linger.ms"]: Invalid value 500us for configuration linger.ms: Kafka takes whole milliseconds here"#,
        ),
        (
            r#""enable.idempotence":"yes""#,
            r#"["enable.idempotence"]: Invalid value yes for configuration enable.idempotence: Expected value to be either true or false"#,
        ),
        (
            r#""retries":[1]"#,
            r#"["retries"]: Invalid value [1] for configuration retries: Expected a single value"#,
        ),
        (
            r#""retries":null"#,
            r#"["retries"]: Invalid value null for configuration retries: It must have a value"#,
        ),
    ] {
        let expected = format!("producers[0].config{message}");
        assert_eq!(refusal(&producer("4.1", config)), expected);
    }
}

#[test]
fn a_producer_has_the_defaults_of_its_version() {
    let new = ProducerConfig::defaults(Version::new(4, 1));
    assert_eq!(new, producer_of("4.1", ""));
    assert_eq!((new.acks, new.enable_idempotence, new.retries), (Acks::All, true, 2_147_483_647));
    assert_eq!((new.linger_us, new.batch_size, new.buffer_memory), (5_000, 16_384, 33_554_432));
    assert_eq!((new.delivery_timeout_us, new.request_timeout_us), (120_000_000, 30_000_000));
    assert_eq!((new.partitioner, new.exponential_backoff), (Partitioner::StickyBytes, true));
    assert_eq!((new.transactional_id, new.client_rack), (None, None));
    let old = producer_of("0.10", "");
    assert_eq!((old.acks, old.enable_idempotence, old.retries), (Acks::Leader, false, 0));
    assert_eq!((old.linger_us, old.delivery_timeout_us), (0, 2_147_483_647_000));
    assert_eq!((old.partitioner, old.exponential_backoff), (Partitioner::RoundRobin, false));
    // Before KIP-144 all waits were alike.
    assert_eq!(old.reconnect_backoff_max_us, old.reconnect_backoff_us);
    let slower = producer_of("0.10", r#""reconnect.backoff.ms":70"#);
    assert_eq!(slower.reconnect_backoff_max_us, 70_000);
    assert_eq!(producer_of("3.2", "").partitioner, Partitioner::StickyBatch);
}

#[test]
fn a_partitioner_class_is_what_it_does() {
    const PACKAGE: &str = "org.apache.kafka.clients.producer";
    for (kafka, class, expected) in [
        ("4.1", "RoundRobinPartitioner", (Partitioner::RoundRobin, true)),
        ("2.8", "UniformStickyPartitioner", (Partitioner::StickyBatch, true)),
        ("3.9", "internals.DefaultPartitioner", (Partitioner::StickyBatch, false)),
        ("2.3", "internals.DefaultPartitioner", (Partitioner::RoundRobin, false)),
    ] {
        let config = producer_of(kafka, &format!(r#""partitioner.class":"{PACKAGE}.{class}""#));
        assert_eq!((config.partitioner, config.partitioner_ignore_keys), expected, "{class}");
    }
    let own = producer("4.1", r#""partitioner.class":"com.example.Mine""#);
    assert_eq!(
        refusal(&own),
        "producers[0].config: partitioner.class com.example.Mine is not one of those that the model knows in Kafka 4.1"
    );
}

#[test]
fn a_consumer_has_the_defaults_of_its_version() {
    let new = consumer_of("4.1", "");
    assert_eq!(new, ConsumerConfig::defaults(Version::new(4, 1)));
    assert_eq!((new.group_protocol, new.enable_auto_commit), (GroupProtocol::Classic, true));
    assert_eq!((new.auto_offset_reset, new.max_poll_records), (OffsetReset::Latest, 500));
    assert_eq!((new.session_timeout_us, new.max_poll_interval_us), (45_000_000, 300_000_000));
    assert_eq!(new.isolation_level, IsolationLevel::ReadUncommitted);
    let both = [Assignor::Range, Assignor::CooperativeSticky];
    assert_eq!(new.partition_assignment_strategy, both);
    assert!(!new.is_cooperative(), "range cannot, so the group does not");
    let config = r#""partition.assignment.strategy":["CooperativeStickyAssignor"]"#;
    assert!(consumer_of("4.1", config).is_cooperative());
    assert_eq!(consumer_of("2.8", "").partition_assignment_strategy, [Assignor::Range]);
}

#[test]
fn a_reset_by_duration_is_read_as_java_does() {
    for (value, us) in [
        ("PT1H", Some(3_600_000_000)),
        ("P1DT2H3M4.5S", Some(93_784_500_000)),
        ("pt0.000001s", Some(1)),
        ("P2D", Some(172_800_000_000)),
        ("PT", None),
        ("P", None),
        ("P1H", None),
        ("PT1D", None),
        ("PT1M2H", None),
        ("PT-1H", None),
        ("PT1.5H", None),
        ("1H", None),
    ] {
        let value = format!("by_duration:{value}");
        assert_eq!(OffsetReset::duration_us(&value), us, "{value}");
    }
    let config = consumer_of("4.1", r#""auto.offset.reset":"by_duration:PT1H""#);
    assert_eq!(config.auto_offset_reset, OffsetReset::ByDuration { us: 3_600_000_000 });
}

#[test]
fn a_topic_takes_its_defaults_from_the_brokers() {
    let of = |kafka: &str, broker: &str, own: &str| {
        load(&topic(kafka, broker, own)).expect("it can be run").topics.remove(0).config
    };
    let plain = of("4.1", "", "");
    assert_eq!(plain, TopicConfig::defaults(Version::new(4, 1)));
    assert_eq!((plain.min_insync_replicas, plain.max_message_bytes), (1, 1_048_588));
    // Never: 9223372036854775807 ms is more microseconds than there are.
    assert_eq!((plain.flush_messages, plain.flush_us), (i64::MAX as u64, u64::MAX));
    let broker = r#""min.insync.replicas":2,"message.max.bytes":"5000","log.flush.interval.messages":1,"log.flush.scheduler.interval.ms":"1s""#;
    let given = of("4.1", broker, "");
    assert_eq!((given.min_insync_replicas, given.max_message_bytes), (2, 5_000));
    assert_eq!((given.flush_messages, given.flush_us), (1, 1_000_000));
    let own = of("4.1", broker, r#""min.insync.replicas":3,"flush.ms":20"#);
    assert_eq!((own.min_insync_replicas, own.flush_us, own.flush_messages), (3, 20_000, 1));
    assert!(of("0.10", "", "").unclean_leader_election_enable);
}

#[test]
fn the_internal_topics_have_the_settings_that_kafka_gives_them() {
    let json = topic("4.1", r#""min.insync.replicas":2,"unclean.leader.election.enable":true"#, "");
    let broker = load(&json).expect("it can be run").broker;
    let offsets = TopicConfig::of_offsets_topic(&broker);
    assert_eq!((offsets.min_insync_replicas, offsets.unclean_leader_election_enable), (2, true));
    let plain = TopicConfig::of_offsets_topic(&BrokerConfig::default());
    assert_eq!(plain.min_insync_replicas, 1, "__consumer_offsets has no setting of its own");
    let transactions = TopicConfig::of_transaction_topic(&broker);
    assert_eq!(
        (transactions.min_insync_replicas, transactions.unclean_leader_election_enable),
        (2, false)
    );
}

#[test]
fn what_a_version_lacks_is_done_by_what_it_had() {
    let broker =
        |kafka: &str, config: &str| load(&topic(kafka, config, "")).expect("it can be run").broker;
    assert_eq!(broker("2.4", "").broker_session_timeout_us, 6_000_000);
    assert_eq!(broker("2.7", "").broker_session_timeout_us, 18_000_000);
    let given = broker("2.7", r#""zookeeper.session.timeout.ms":7000"#);
    assert_eq!(given.broker_session_timeout_us, 7_000_000);
    assert_eq!(broker("2.8", "").broker_session_timeout_us, 9_000_000);
    assert_eq!(broker("3.3", "").producer_id_expiration_us, 604_800_000_000);
    assert_eq!(broker("3.4", "").producer_id_expiration_us, 86_400_000_000);
    assert_eq!(broker("4.0", "").offsets_commit_required_acks, Acks::All);
    assert_eq!(broker("4.1", "").group_coordinator_append_linger_us, Some(5_000));
    assert_eq!(broker("4.2", "").group_coordinator_append_linger_us, None);
}

#[test]
fn rules_began_with_their_versions() {
    let rules = |major, minor| Rules::of(Version::new(major, minor));
    assert!(!rules(0, 10).truncates_by_epoch && rules(0, 11).truncates_by_epoch);
    assert!(!rules(2, 4).recovers_producer_epoch && rules(2, 5).recovers_producer_epoch);
    assert_eq!(rules(3, 6).effective_min_isr(3, 2), 3);
    assert_eq!(rules(3, 7).effective_min_isr(3, 2), 2);
    assert_eq!(rules(3, 7).effective_min_isr(1, 3), 1);
    assert!(!rules(3, 6).names_leader_in_error && rules(3, 7).names_leader_in_error);
    assert!(!rules(3, 9).bumps_epoch_per_transaction && rules(4, 0).bumps_epoch_per_transaction);
}
