//! Scripts that are hard to draw: long names, many of everything, open transactions, large
//! records, little memory.

use ackscope::script::Script;
use serde_json::{Value, json};

/// Forty characters.
const LONG: [&str; 4] = [
    "orders-of-the-whole-company-since-2011-v2",
    "payments-and-refunds-of-every-subsidiary-",
    "the-analytics-group-of-the-marketing-team",
    "the-order-service-of-the-warehouse-system",
];

/// All of them, by name.
pub fn scripts() -> Vec<(String, Script)> {
    let all = [
        ("long names", long_names()),
        ("long names in transactions", long_transactions()),
        ("a crowd", crowd()),
        ("open transactions", open_transactions()),
        ("large records", large_records()),
        ("little memory", little_memory()),
        ("slow disks and queues", queues()),
        ("a leader that does not know that it is none", deposed()),
    ];
    let load = |(name, script): (&str, Value)| {
        (name.to_owned(), Script::parse(&script.to_string()).expect("it is valid"))
    };
    all.into_iter().map(load).collect()
}

fn long_names() -> Value {
    json!({
        "kafka": "4.1", "seed": 2, "network": { "latency": "2ms", "jitter": "1ms" },
        "topics": [
            { "name": LONG[0], "partitions": 2, "replication_factor": 3 },
            { "name": LONG[1], "partitions": 1, "replication_factor": 2 },
        ],
        "producers": [{ "config": { "acks": "all", "client.id": LONG[3], "linger.ms": 10 },
            "sends": [{ "topic": LONG[0], "count": 30, "start": "10ms", "every": "2ms" },
                { "topic": LONG[1], "count": 12, "start": "12ms", "every": "5ms" }] }],
        "groups": [
            { "id": LONG[2], "topics": [LONG[0], LONG[1]], "members": 2, "processing": "4ms",
              "config": { "auto.offset.reset": "earliest", "auto.commit.interval.ms": 30 } },
        ],
        "actions": [
            { "at": "30ms", "do": { "pause": format!("{}-1", LONG[2]) } },
            { "at": "50ms", "do": { "crash": "broker-1" } },
            { "at": "70ms", "do": { "resume": format!("{}-1", LONG[2]) } },
            { "at": "14s", "do": { "restart": "broker-1" } },
        ],
    })
}

fn long_transactions() -> Value {
    json!({
        "kafka": "4.1", "seed": 4, "network": { "latency": "2ms" },
        "topics": [{ "name": LONG[1], "partitions": 1, "replication_factor": 3 }],
        "producers": [{ "config": { "transactional.id": LONG[3] }, "transaction": { "records": 5, "abort": [2] },
            "sends": [{ "topic": LONG[1], "count": 18, "start": "10ms", "every": "9ms" }] }],
        "groups": [
            { "id": LONG[2], "topics": [LONG[1]], "processing": "1ms",
              "config": { "auto.offset.reset": "earliest", "isolation.level": "read_committed" } },
            { "id": LONG[0], "topics": [LONG[1]], "processing": "6ms",
              "config": { "auto.offset.reset": "earliest" } },
        ],
        "actions": [
            { "at": "70ms", "do": { "power-cut": "broker-2" } },
            { "at": "120ms", "do": { "crash": "producer-1" } },
            { "at": "9s", "do": { "restart": "producer-1" } },
            { "at": "11s", "do": { "restart": "broker-2" } },
        ],
    })
}

fn crowd() -> Value {
    let topic = |name: &str| json!({ "name": name, "partitions": 6, "replication_factor": 3 });
    let producer = |topic: &str, every: &str| {
        json!({ "config": { "acks": "all", "linger.ms": 15 },
            "sends": [{ "topic": topic, "count": 60, "start": "10ms", "every": every,
                "keys": ["a", "b", "c", "d", "e"] }] })
    };
    json!({
        "kafka": "4.1", "seed": 5, "cluster": { "brokers": 5 }, "network": { "latency": "3ms", "jitter": "2ms" },
        "topics": [topic(LONG[0]), topic(LONG[1]), topic("refunds")],
        "producers": [producer(LONG[0], "1ms"), producer(LONG[1], "2ms"), producer("refunds", "3ms")],
        "groups": [
            { "id": LONG[2], "topics": [LONG[0], LONG[1]], "members": 3, "processing": "3ms",
              "config": { "auto.offset.reset": "earliest", "auto.commit.interval.ms": 20 } },
            { "id": "audit", "topics": ["refunds"], "members": 3, "processing": "1ms",
              "config": { "auto.offset.reset": "earliest", "isolation.level": "read_committed" } },
        ],
        "actions": [
            { "at": "60ms", "do": { "crash": "broker-2" } },
            { "at": "65ms", "do": { "cut": { "from": "broker-4", "to": "broker-5" } } },
            { "at": "70ms", "do": { "pause": "audit-2" } },
            { "at": "75ms", "do": { "power-cut": "broker-3" } },
            { "at": "80ms", "do": { "crash": "producer-2" } },
            { "at": "14s", "do": { "restart": "broker-2" } },
        ],
    })
}

fn open_transactions() -> Value {
    let producer = |id: &str, start: &str| {
        json!({ "config": { "transactional.id": id, "linger.ms": 2 }, "transaction": { "records": 6, "abort": [2] },
            "sends": [{ "topic": "orders", "count": 18, "start": start, "every": "7ms" }] })
    };
    json!({
        "kafka": "4.1", "seed": 6, "network": { "latency": "2ms" },
        "topics": [{ "name": "orders", "partitions": 2, "replication_factor": 3 }],
        "producers": [producer("one", "10ms"), producer("two", "12ms"), producer("three", "30ms")],
        "groups": [
            { "id": "stable", "topics": ["orders"], "members": 2, "processing": "2ms",
              "config": { "auto.offset.reset": "earliest", "isolation.level": "read_committed",
                "auto.commit.interval.ms": 15 } },
            { "id": "eager", "topics": ["orders"], "processing": "5ms",
              "config": { "auto.offset.reset": "earliest", "auto.commit.interval.ms": 25 } },
        ],
        "actions": [
            { "at": "60ms", "do": { "crash": "producer-2" } },
            { "at": "90ms", "do": { "crash": "broker-1" } },
            { "at": "20s", "do": { "restart": "broker-1" } },
        ],
    })
}

fn large_records() -> Value {
    json!({
        "kafka": "4.1", "seed": 7, "network": { "latency": "2ms" },
        "topics": [{ "name": "orders", "partitions": 1, "replication_factor": 3 }],
        "producers": [{ "config": { "acks": "1", "linger.ms": 30, "batch.size": 200_000 },
            "sends": [{ "topic": "orders", "count": 40, "start": "10ms", "every": "1ms", "value_bytes": 30_000,
                "keys": ["a-key-that-is-longer-than-any-key-has-to-be-by-any-standard"] }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "processing": "1ms",
            "config": { "auto.offset.reset": "earliest", "max.poll.records": 3 } }],
    })
}

fn little_memory() -> Value {
    json!({
        "kafka": "4.1", "seed": 8, "network": { "latency": "20ms" },
        "topics": [{ "name": "orders", "partitions": 3, "replication_factor": 2 }],
        "producers": [{ "config": { "acks": "all", "linger.ms": 5, "buffer.memory": 40_000, "max.block.ms": 900 },
            "sends": [{ "topic": "orders", "count": 60, "start": "10ms", "every": "500us", "value_bytes": 1_000 }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "members": 2, "workers": 2, "processing": "9ms",
            "config": { "auto.offset.reset": "earliest" } }],
        "actions": [{ "at": "70ms", "do": { "pause": "broker-1" } }, { "at": "3s", "do": { "resume": "broker-1" } }],
    })
}

fn queues() -> Value {
    json!({
        "kafka": "4.1", "seed": 9, "network": { "latency": "1ms" },
        "topics": [{ "name": "orders", "partitions": 1, "replication_factor": 3, "config": { "flush.messages": 1 } }],
        "producers": [
            { "config": { "acks": "all", "linger.ms": 0 },
              "sends": [{ "topic": "orders", "count": 1_200, "start": "10ms", "every": "1ms" }] },
            { "config": { "acks": "all", "linger.ms": 0 },
              "sends": [{ "topic": "orders", "count": 100, "start": "10ms", "every": "1ms" }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "processing": "40ms",
            "config": { "auto.offset.reset": "earliest" } }],
        "actions": [
            { "at": "20ms", "do": { "pause": "broker-2" } }, { "at": "20ms", "do": { "pause": "broker-3" } },
            { "at": "12s", "do": { "resume": "broker-2" } }, { "at": "12s", "do": { "resume": "broker-3" } }],
    })
}

/// The controller is far away, so that who is elected and who was deposed hear of it late.
fn deposed() -> Value {
    json!({
        "kafka": "4.1", "seed": 10,
        "network": { "latency": "2ms", "links": [{ "from": "controller", "to": "brokers", "latency": "60ms" }] },
        "topics": [{ "name": "orders", "partitions": 1, "replication_factor": 3 }],
        "producers": [{ "config": { "acks": "1" },
            "sends": [{ "topic": "orders", "count": 60, "start": "10ms", "every": "500ms" }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "processing": "3ms",
            "config": { "auto.offset.reset": "earliest" } }],
        "actions": [
            { "at": "1s", "do": { "shutdown": "broker-1" } }, { "at": "8s", "do": { "restart": "broker-1" } },
            { "at": "20s", "do": "elect-preferred" }],
    })
}
