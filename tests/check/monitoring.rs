//! What monitoring would have seen of a run, reasoned from Kafka's rules.

use ackscope::lab::{Monitoring, Moved, Seen};
use ackscope::script::Script;
use ackscope::verdict::metrics::Says;

fn row(name: &str) -> Script {
    let path = format!("{}/tests/rows/{name}.json", env!("CARGO_MANIFEST_DIR"));
    Script::parse(&std::fs::read_to_string(path).expect("the row is there")).expect("a script")
}

fn seen(script: &Script, harm: &str) -> Seen {
    let monitoring = Monitoring::of(script).expect("it can be run");
    let mut seen = monitoring.harms.into_iter().filter(|seen| seen.harm == harm);
    let first = seen.next().unwrap_or_else(|| panic!("nothing is {harm}"));
    assert_eq!(seen.next(), None, "one cause");
    first
}

fn find<'a>(seen: &'a Seen, name: &str) -> Option<&'a Moved> {
    seen.moved.iter().find(|moved| moved.name == name)
}

/// The leader dies 1 ms after an acknowledgement; the controller notices after the session, 9 s.
#[test]
fn a_dead_leader_is_seen_once_the_controller_has_noticed() {
    let seen = seen(&row("07-acks-1-leader-crashes"), "lost");
    assert!(seen.is_noticed());
    // The crash comes 1 ms after the third acknowledgement; the session began with the run.
    for (name, here, quiet) in [
        ("FencedBrokerCount", 1, 0),
        // The topic and __consumer_offsets.
        ("UnderReplicatedPartitions", 2, 0),
        ("PreferredReplicaImbalanceCount", 1, 0),
        ("ActiveBrokerCount", 2, 3),
    ] {
        let moved = find(&seen, name).unwrap_or_else(|| panic!("{name} stands still"));
        assert_eq!((moved.here, moved.quiet), (here, quiet), "{name}");
        assert_eq!(moved.at_us, 9_000_000, "{name}");
    }
    // There was always somebody to elect, nobody was refused, and the ISR of two is enough for 1.
    for name in ["OfflinePartitionsCount", "UnderMinIsrPartitionCount", "record-error-total"] {
        assert_eq!(find(&seen, name), None);
    }
    // Who leads nothing any more since its process is gone, the moment that it is gone.
    let leaders = find(&seen, "LeaderCount").expect("it moves");
    assert_eq!((leaders.of.as_deref(), leaders.at_us), (Some("broker-1"), 133_050));
}

/// A planned move loses what no follower has. Nobody fails: not the record that is lost, which was
/// acknowledged; a later one meets the old leader and is sent again, as in every planned move.
#[test]
fn a_planned_move_loses_without_an_error_of_a_client() {
    let seen = seen(&row("10-acks-1-planned-move"), "lost");
    for name in [
        "record-error-total",
        "OfflinePartitionsCount",
        "UncleanLeaderElectionsPerSec",
        "FailedProduceRequestsPerSec",
        "UnderMinIsrPartitionCount",
        // The controller takes out who stops, not the leader.
        "IsrShrinksPerSec",
    ] {
        assert_eq!(find(&seen, name), None, "{name}");
    }
    let imbalance = find(&seen, "PreferredReplicaImbalanceCount").expect("it moves");
    assert_eq!((imbalance.here, imbalance.says), (1, Says::Change));
    assert_eq!(imbalance.at_us, 84_000, "2 ms after the append of 81 ms, and one hop");
    let retries = find(&seen, "record-retry-total").expect("record 9 comes to the old leader");
    assert_eq!((retries.here, retries.at_us), (1, 92_000));
    let errors = find(&seen, "ErrorsPerSec").expect("it is refused once");
    assert_eq!(errors.of.as_deref(), Some("request=Produce,error=NOT_LEADER_OR_FOLLOWER"));
}

/// The same without a broker that stops: leadership goes back to where it belongs while a follower
/// lags. Nothing is down, so nothing is under-replicated; nothing fails at all.
#[test]
fn leadership_that_goes_home_loses_and_nobody_notices() {
    let json = r#"{
        "kafka": "4.1",
        "network": { "latency": "1ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "30ms" }] },
        "topics": [{ "name": "orders", "replicas": [[2, 1, 3]] }],
        "producers": [{
            "config": { "acks": "1", "linger.ms": 0 },
            "sends": [{ "topic": "orders", "count": 3, "start": "30s", "every": "10ms", "keys": ["a"] }]
        }],
        "groups": [{ "id": "billing", "topics": ["orders"], "config": { "auto.offset.reset": "earliest" } }],
        "actions": [
            { "at": "1s", "do": { "shutdown": "broker-2" } },
            { "at": "10s", "do": { "restart": "broker-2" } },
            { "when": { "event": "acked", "record": 3 }, "after": "1ms", "do": "elect-preferred" }
        ]
    }"#;
    let script = Script::parse(json).expect("a script");
    let monitoring = Monitoring::of(&script).expect("it can be run");
    let lost: Vec<&Seen> = monitoring.harms.iter().filter(|seen| seen.harm == "lost").collect();
    assert_eq!(lost.len(), 1);
    let series = |name: &str| monitoring.series.iter().find(|s| s.metric.name == name);
    // From before the records are sent, nothing that tells of a failure moves any more.
    for series in monitoring.series.iter().filter(|s| s.metric.says == Says::Failure) {
        let late = series.points.iter().filter(|(us, _)| *us > 30_000_000);
        assert_eq!(late.count(), 0, "{}: {:?}", series.label(), series.points);
    }
    let imbalance = series("PreferredReplicaImbalanceCount").expect("it moved");
    assert_eq!(imbalance.last(), 0, "all is as it should be");
}

/// The offsets of records that a worker still has are committed: to Kafka all is well.
#[test]
fn auto_commit_and_a_worker_lose_without_a_failure() {
    let seen = seen(&row("63-auto-commit-and-a-worker"), "lost");
    assert!(!seen.is_noticed(), "{:?}", seen.moved);
    // A consumer that dies is a rebalance; its records were consumed, as far as anybody counts.
    assert!(find(&seen, "rebalance-total").is_some());
    assert_eq!(find(&seen, "records-consumed-total"), None);
    assert_eq!(find(&seen, "LAG"), None, "nothing is behind");
}

/// Records that expire in the accumulator are told, and counted.
#[test]
fn a_ghost_is_an_error_of_its_producer() {
    let seen = seen(&row("24-retries-0-response-lost"), "ghost");
    let errors = find(&seen, "record-error-total").expect("it moves");
    assert_eq!(
        (errors.here, errors.of.as_deref()),
        (seen.records.len() as i64, Some("producer-1"))
    );
    assert!(seen.is_noticed());
    assert!(find(&seen, "connection-close-total").is_some());
    assert_eq!(find(&seen, "record-retry-total"), None, "there are no retries");
}

/// Two responses are lost, each a ghost: each is compared with the run without its own.
#[test]
fn each_harm_has_its_own_cause() {
    let json = r#"{
        "kafka": "4.1",
        "topics": [{ "name": "orders" }],
        "producers": [{
            "config": { "retries": 0, "acks": 1, "linger.ms": 0 },
            "sends": [{ "topic": "orders", "count": 2, "start": "1s", "every": "1s" }]
        }],
        "groups": [{ "id": "billing", "topics": ["orders"], "config": { "auto.offset.reset": "earliest" } }],
        "actions": [
            { "at": "1s", "do": { "lose": { "client": "producer-1", "server": "broker-1", "what": "response" } } },
            { "at": "2s", "do": { "lose": { "client": "producer-1", "server": "broker-1", "what": "response" } } }
        ]
    }"#;
    let monitoring = Monitoring::of(&Script::parse(json).expect("a script")).expect("it runs");
    let causes: Vec<(Vec<u32>, &[u16])> = monitoring
        .harms
        .iter()
        .map(|seen| (seen.records.iter().map(|id| id.0).collect(), seen.because.as_slice()))
        .collect();
    assert_eq!(causes, [(vec![1], &[0][..]), (vec![2], &[1][..])]);
    for seen in &monitoring.harms {
        let errors = find(seen, "record-error-total").expect("it moves");
        assert_eq!((errors.quiet, errors.here), (1, 2), "one of the two is the other's");
    }
}

/// A record that nobody reads is lost without any action: no metric can move.
#[test]
fn a_harm_without_a_cause_moves_nothing() {
    let json = r#"{
        "kafka": "4.1",
        "topics": [{ "name": "orders" }],
        "producers": [{ "sends": [{ "topic": "orders", "count": 2, "start": "10ms", "every": "10ms" }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "failure": { "records": [1] },
            "config": { "auto.offset.reset": "earliest" } }],
        "actions": [{ "at": "1s", "do": { "crash": "broker-3" } }]
    }"#;
    let seen = seen(&Script::parse(json).expect("a script"), "lost");
    assert_eq!((seen.because.as_slice(), seen.moved.as_slice()), (&[][..], &[][..]));
}

/// A run without harm has nothing to notice, and its series are those of its traffic.
#[test]
fn a_quiet_run_has_no_failure() {
    let json = r#"{"topics": [{"name": "orders"}],
        "producers": [{"sends": [{"topic": "orders", "count": 5, "start": "10ms", "every": "10ms"}]}],
        "groups": [{"id": "billing", "topics": ["orders"], "config": {"auto.offset.reset": "earliest"}}]}"#;
    let monitoring = Monitoring::of(&Script::parse(json).expect("a script")).expect("it runs");
    assert!(monitoring.harms.is_empty());
    let failures = monitoring.series.iter().filter(|s| s.metric.says == Says::Failure);
    assert_eq!(failures.count(), 0);
    let last = |name: &str| {
        let mut all = monitoring.series.iter().filter(|s| s.metric.name == name);
        all.next().map(|series| series.last())
    };
    assert_eq!(last("MessagesInPerSec"), Some(5));
    assert_eq!(last("records-consumed-total"), Some(5));
    assert_eq!(last("ActiveBrokerCount"), Some(3));
    assert_eq!(last("LAG").unwrap_or(0), 0);
}
