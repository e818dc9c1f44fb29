//! Settings as code: each client is told what it would do otherwise by itself, under its own names,
//! and what it cannot be told is said.

use ackscope::script::Script;
use ackscope::script::clients::{Client, Code, code};

const SAFE: &str = r#"{"acks": "all", "enable.idempotence": true, "linger.ms": "20ms",
    "delivery.timeout.ms": 90000, "max.block.ms": 5000, "buffer.memory": 67108864}"#;

fn script(producer: &str, consumer: &str) -> Script {
    let json = format!(
        r#"{{"kafka": "4.1", "topics": [{{"name": "orders"}}],
        "producers": [{{"config": {producer}, "sends": [{{"topic": "orders", "count": 1}}]}}],
        "groups": [{{"id": "billing", "topics": ["orders"], "config": {consumer}}}]}}"#
    );
    Script::parse(&json).expect("a script")
}

fn both(client: Client, producer: &str, consumer: &str) -> [Code; 2] {
    let all = code(&script(producer, consumer), client).expect("settings that Kafka takes");
    all.try_into().expect("a producer and a group")
}

/// Asserts that a text has these lines, whatever is around them.
fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|it| it.trim() == *line), "no {line:?} in\n{text}");
    }
}

fn lacks(text: &str, words: &[&str]) {
    for word in words {
        assert!(!text.contains(word), "{word:?} in\n{text}");
    }
}

fn reasons(code: &Code) -> Vec<&str> {
    code.cannot.iter().map(|(what, _)| what.as_str()).collect()
}

#[test]
fn java_is_told_what_is_set_and_nothing_else() {
    let [producer, consumer] = both(Client::Java, SAFE, r#"{"enable.auto.commit": false}"#);
    let expected = r#"Properties props = new Properties();
props.put("bootstrap.servers", "localhost:9092");
props.put("acks", "all");
props.put("enable.idempotence", "true");
props.put("delivery.timeout.ms", "90000");
props.put("linger.ms", "20");
props.put("buffer.memory", "67108864");
props.put("max.block.ms", "5000");
Producer<String, String> producer = new KafkaProducer<>(props, new StringSerializer(), new StringSerializer());
"#;
    assert_eq!(producer.text, expected);
    has(
        &consumer.text,
        &[r#"props.put("group.id", "billing");"#, r#"props.put("enable.auto.commit", "false");"#],
    );
    assert!(producer.cannot.is_empty());
}

#[test]
fn what_a_client_does_otherwise_by_itself_is_always_said() {
    // Nothing is set: Kafka's defaults are acks=all and idempotence, and read_uncommitted.
    let [producer, consumer] = both(Client::Python, "{}", "{}");
    has(
        &producer.text,
        &[
            r#""enable.idempotence": True,"#,
            r#""max.in.flight.requests.per.connection": 5,"#,
            r#""delivery.timeout.ms": 120000,"#,
            r#""partitioner": "murmur2_random","#,
        ],
    );
    lacks(&producer.text, &["\"acks\"", "\"linger.ms\"", "\"retries\""]);
    has(&consumer.text, &[r#""isolation.level": "read_uncommitted","#, r#""check.crcs": True,"#]);
    let [producer, _] = both(Client::Sarama, "{}", "{}");
    has(
        &producer.text,
        &[
            "config.Producer.RequiredAcks = sarama.WaitForAll",
            "config.Producer.Idempotent = true",
            "config.Net.MaxOpenRequests = 1",
            "config.Producer.Retry.Max = 2147483647",
            r#"config.Version, _ = sarama.ParseKafkaVersion("4.1.0")"#,
        ],
    );
    let [producer, consumer] = both(Client::Franz, "{}", "{}");
    lacks(&producer.text, &["RequiredAcks", "DisableIdempotentWrite", "RecordRetries"]);
    has(
        &producer.text,
        &[
            "kgo.RecordDeliveryTimeout(2*time.Minute),",
            "kgo.ProducerBatchCompression(kgo.NoCompression()),",
        ],
    );
    has(
        &consumer.text,
        &[
            "kgo.ConsumeResetOffset(kgo.NewOffset().AtEnd()),",
            "kgo.FetchMaxWait(500*time.Millisecond),",
        ],
    );
}

#[test]
fn names_and_values_are_those_of_the_client() {
    let [producer, consumer] = both(
        Client::Rust,
        SAFE,
        r#"{"auto.offset.reset": "none", "fetch.max.wait.ms": 100,
        "request.timeout.ms": 20000}"#,
    );
    has(
        &producer.text,
        &[
            r#".set("queue.buffering.max.kbytes", "65536")"#,
            r#".set("delivery.timeout.ms", "90000")"#,
        ],
    );
    has(
        &consumer.text,
        &[
            r#".set("auto.offset.reset", "error")"#,
            r#".set("fetch.wait.max.ms", "100")"#,
            r#".set("socket.timeout.ms", "20000")"#,
        ],
    );
    let [producer, _] = both(Client::Sarama, SAFE, "{}");
    has(&producer.text, &["config.Producer.Flush.Frequency = 20*time.Millisecond"]);
    let [producer, _] = both(Client::Franz, SAFE, "{}");
    has(
        &producer.text,
        &["kgo.ProducerLinger(20*time.Millisecond),", "kgo.MaxBufferedBytes(67108864),"],
    );
}

#[test]
fn what_acks_1_switches_off_is_off_in_the_code() {
    let [producer, _] = both(Client::Franz, r#"{"acks": 1}"#, "{}");
    // franz-go refuses one without the other.
    has(&producer.text, &["kgo.RequiredAcks(kgo.LeaderAck()),", "kgo.DisableIdempotentWrite(),"]);
    let [producer, _] = both(Client::Sarama, r#"{"acks": 1}"#, "{}");
    has(&producer.text, &["config.Producer.RequiredAcks = sarama.WaitForLocal"]);
    lacks(&producer.text, &["Idempotent = true"]);
    let [producer, _] = both(Client::Python, r#"{"acks": 1}"#, "{}");
    has(&producer.text, &[r#""acks": "1","#]);
    lacks(&producer.text, &["\"enable.idempotence\": True"]);
}

#[test]
fn what_a_client_cannot_be_told_is_said() {
    let consumer =
        r#"{"max.poll.records": 10, "max.poll.interval.ms": 60000, "group.protocol": "consumer"}"#;
    let [producer, group] = both(Client::Sarama, SAFE, consumer);
    assert_eq!(
        reasons(&producer),
        ["delivery.timeout.ms=90000", "buffer.memory=67108864", "max.block.ms=5000"]
    );
    assert_eq!(
        reasons(&group),
        ["group.protocol=consumer", "max.poll.records=10", "max.poll.interval.ms=60000"]
    );
    let [producer, group] = both(Client::Node, SAFE, consumer);
    assert_eq!(reasons(&producer), ["max.block.ms=5000"]);
    assert_eq!(reasons(&group), ["max.poll.records=10"]);
    let [producer, _] = both(Client::Python, r#"{"retry.backoff.ms": 0}"#, "{}");
    assert_eq!(
        producer.cannot,
        [("retry.backoff.ms=0".to_owned(), "it takes 1 to 300000".to_owned())]
    );
    assert!(both(Client::Franz, "{}", "{}")[1].remarks.len() == 1);
}

#[test]
fn librdkafka_takes_no_eager_strategy_beside_a_cooperative_one() {
    let consumer =
        r#"{"partition.assignment.strategy": ["CooperativeStickyAssignor", "RangeAssignor"]}"#;
    let [_, group] = both(Client::Python, "{}", consumer);
    has(&group.text, &[r#""partition.assignment.strategy": "cooperative-sticky","#]);
    assert_eq!(group.cannot.len(), 1);
    let [_, group] = both(Client::Franz, "{}", consumer);
    has(&group.text, &["kgo.Balancers(kgo.CooperativeStickyBalancer(), kgo.RangeBalancer()),"]);
}

#[test]
fn settings_that_kafka_refuses_are_no_code() {
    let script = script(r#"{"enable.idempotence": true, "acks": 0}"#, "{}");
    assert!(code(&script, Client::Java).is_err());
}

#[test]
fn every_option_stands_for_a_property() {
    for client in Client::ALL {
        assert_eq!(Client::find(client.id()), Some(client));
        for (scope, property) in client.properties() {
            let known = ackscope::script::properties::lookup(scope, property);
            assert!(known.is_some(), "{}: {property}", client.id());
        }
    }
}

/// What constructing the clients has shown: librdkafka refuses these together.
#[test]
fn what_a_client_refuses_beside_others_is_left_out_and_said() {
    for client in [Client::Python, Client::Rust, Client::Node] {
        let transactional = r#"{"transactional.id": "a", "transaction.timeout.ms": 30000, "delivery.timeout.ms": 60000}"#;
        let polls = r#"{"max.poll.interval.ms": 20000, "session.timeout.ms": 30000}"#;
        let [producer, consumer] = both(client, transactional, polls);
        lacks(&producer.text, &["delivery.timeout.ms"]);
        assert_eq!(reasons(&producer), ["delivery.timeout.ms=60000"], "{client:?}");
        lacks(&consumer.text, &["max.poll.interval.ms"]);
        assert_eq!(reasons(&consumer), ["max.poll.interval.ms=20000"], "{client:?}");
        let most = r#"{"max.poll.interval.ms": 2147483647, "session.timeout.ms": 1800000, "fetch.max.bytes": 1000, "fetch.min.bytes": 0}"#;
        let [_, consumer] = both(client, "{}", most);
        lacks(&consumer.text, &["session.timeout.ms", "fetch.max.bytes", "fetch.min.bytes"]);
        assert_eq!(consumer.cannot.len(), 4, "{:?}", consumer.cannot);
    }
}

/// What the validation of sarama 1.61 and franz-go 1.22 refuses, and Kafka takes.
#[test]
fn what_is_out_of_a_go_clients_range_is_left_out_and_said() {
    let producer = r#"{"linger.ms": 60001, "delivery.timeout.ms": 200000, "request.timeout.ms": 99,
        "max.request.size": 511, "metadata.max.age.ms": 4999}"#;
    let consumer = r#"{"fetch.max.wait.ms": 0, "fetch.max.bytes": 0, "max.partition.fetch.bytes": 0,
        "auto.commit.interval.ms": 0, "heartbeat.interval.ms": 0, "metadata.max.age.ms": 3600001}"#;
    let [produces, consumes] = both(Client::Franz, producer, consumer);
    for name in [
        "linger.ms=60001",
        "request.timeout.ms=99",
        "max.request.size=511",
        "metadata.max.age.ms=4999",
    ] {
        assert!(reasons(&produces).contains(&name), "{name}: {:?}", produces.cannot);
    }
    has(&produces.text, &["kgo.RecordDeliveryTimeout(200*time.Second),"]);
    lacks(
        &produces.text,
        &["ProducerLinger", "ProduceRequestTimeout", "ProducerBatchMaxBytes", "MetadataMaxAge"],
    );
    for name in ["fetch.max.wait.ms=0", "auto.commit.interval.ms=0", "metadata.max.age.ms=3600001"]
    {
        assert!(reasons(&consumes).contains(&name), "{name}: {:?}", consumes.cannot);
    }
    has(&consumes.text, &["kgo.FetchMaxBytes(0),", "kgo.HeartbeatInterval(0),"]);
    let [_, consumes] = both(Client::Sarama, "{}", consumer);
    let refused = [
        "fetch.max.wait.ms",
        "fetch.max.bytes",
        "max.partition.fetch.bytes",
        "auto.commit.interval.ms",
        "heartbeat.interval.ms",
    ];
    for name in refused {
        assert!(
            reasons(&consumes).contains(&format!("{name}=0").as_str()),
            "{name}: {:?}",
            consumes.cannot
        );
    }
}

/// "invalid usage of MaxProduceRequestsInflightPerBroker with idempotency enabled"
#[test]
fn franz_go_is_told_how_many_are_in_flight_only_without_idempotence() {
    let option = "kgo.MaxProduceRequestsInflightPerBroker(3),";
    let three = r#""max.in.flight.requests.per.connection": 3"#;
    let [producer, _] = both(Client::Franz, &format!("{{{three}}}"), "{}");
    lacks(&producer.text, &["MaxProduceRequestsInflightPerBroker"]);
    assert!(reasons(&producer).contains(&"max.in.flight.requests.per.connection=3"));
    let [producer, _] = both(Client::Franz, &format!(r#"{{"acks": 1, {three}}}"#), "{}");
    has(&producer.text, &[option]);
}

#[test]
fn go_is_told_no_time_that_it_cannot_hold_and_no_wait_that_does_not_compile() {
    let never = r#"{"metadata.max.age.ms": 9223372036854775807, "retry.backoff.ms": 0, "retry.backoff.max.ms": 0}"#;
    for client in [Client::Sarama, Client::Franz] {
        let [producer, _] = both(client, never, "{}");
        lacks(&producer.text, &["9223372036854775807"]);
        assert!(reasons(&producer).contains(&"metadata.max.age.ms=9223372036854775807"));
    }
    let [producer, _] = both(Client::Franz, never, "{}");
    has(&producer.text, &["return min(time.Duration(0)<<min(max(fails-1, 0), 0), 0)"]);
    let [producer, _] = both(Client::Franz, r#"{"retry.backoff.ms": 300}"#, "{}");
    let line =
        "return min(time.Duration(300*time.Millisecond)<<min(max(fails-1, 0), 2), 1*time.Second)";
    has(&producer.text, &[line]);
}

#[test]
fn others_are_told_what_kafka_makes_of_settings_together() {
    // reconnect.backoff.ms alone disables the growth; librdkafka would refuse a smaller maximum.
    let [producer, _] = both(Client::Rust, r#"{"reconnect.backoff.ms": 20000}"#, "{}");
    has(&producer.text, &[r#".set("reconnect.backoff.max.ms", "20000")"#]);
    // Before 3.0 idempotence brings acks=all and retries with it.
    let json = r#"{"kafka": "0.11", "topics": [], "producers": [{"sends": [],
        "config": {"transactional.id": "a", "max.in.flight.requests.per.connection": 1}}]}"#;
    let all = code(&Script::parse(json).expect("a script"), Client::Sarama).expect("code");
    has(&all[0].text, &["config.Producer.RequiredAcks = sarama.WaitForAll"]);
    has(&all[0].text, &["config.Producer.Retry.Max = 2147483647"]);
}
