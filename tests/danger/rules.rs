//! The bands of a map are where the rules of replication, acknowledgement and disks say.

use ackscope::model::ids::{BrokerId, Node};
use ackscope::model::trace::Kind;
use ackscope::script::Script;
use serde_json::json;

use crate::support::{
    ack_arrived_us, ack_sent_us, bands, carried_over_us, expected, map, records, script, times_us,
    undisturbed,
};

/// The partition's replicas, in the order in which they are elected.
fn with_replicas(replicas: [u16; 3]) -> serde_json::Value {
    json!([{ "name": "orders", "replicas": [replicas] }])
}

/// The rule of acks=1: a crash of the leader loses a record if it strikes after the leader has sent
/// the acknowledgement, and not after it has answered the fetch of the next leader that carries the
/// record over. What was sent before a crash arrives, on a connection of TCP.
fn acks_1_loses_what_the_next_leader_lacks(script: &Script, next_leader: u16) {
    let run = undisturbed(script);
    let harmed: Vec<_> = records(&run)
        .map(|id| (id, ack_sent_us(&run, id), carried_over_us(&run, id, next_leader)))
        .filter(|(_, acked_us, carried_us)| acked_us < carried_us)
        .map(|(id, acked_us, carried_us)| (id.0, acked_us + 1, carried_us))
        .collect();
    assert!(harmed.len() > 4, "most records are acked first: {harmed:?}");
    let map = map(script, "crash:leader");
    let lost = bands(&map, |span| &span.outcome.harms.lost);
    assert_eq!(lost, expected(&map, &harmed));
    // The script has moments without danger between the bands, and nothing else goes wrong.
    assert!(lost.iter().filter(|(.., records)| records.is_empty()).count() > 2, "{lost:?}");
    for span in map.spans() {
        assert_eq!(map.is_harmful(span), !span.outcome.harms.lost.is_empty(), "{span:?}");
        assert!(span.outcome.acted && !span.unavailable.for_good, "{span:?}");
    }
}

#[test]
fn with_acks_1_a_crash_of_the_leader_loses_what_is_acked_and_not_yet_fetched() {
    let script = script(json!({ "acks": "1" }), json!({}));
    acks_1_loses_what_the_next_leader_lacks(&script, 2);
    // The bands end with the arrival of a fetch: nothing of this run waits at the leader.
    let run = undisturbed(&script);
    let (leader, follower) = (Node::Broker(BrokerId(0)), Node::Broker(BrokerId(1)));
    let fetches_us = times_us(
        &run.trace,
        |kind| matches!(kind, Kind::MessageArrived { from, to, .. } if *from == follower && *to == leader),
    );
    let later = records(&run).skip(1);
    for carried_us in later.map(|id| carried_over_us(&run, id, 2)) {
        assert!(fetches_us.contains(&carried_us), "{carried_us} is not in {fetches_us:?}");
    }
}

#[test]
fn the_follower_that_will_be_elected_decides() {
    let links = json!({
        "latency": "1ms",
        "links": [
            { "from": "broker-1", "to": "broker-2", "latency": "25ms" },
            { "from": "broker-1", "to": "broker-3", "latency": "7ms" },
        ],
    });
    let of = |replicas| {
        let changes = json!({ "network": links, "topics": with_replicas(replicas) });
        script(json!({ "acks": "1" }), changes)
    };
    acks_1_loses_what_the_next_leader_lacks(&of([1, 2, 3]), 2);
    acks_1_loses_what_the_next_leader_lacks(&of([1, 3, 2]), 3);
}

#[test]
fn with_acks_all_and_two_in_sync_no_crash_of_the_leader_harms_anything() {
    let groups = json!([{ "id": "billing", "topics": ["orders"], "config": { "auto.offset.reset": "earliest" } }]);
    for groups in [json!([]), groups] {
        let topics = json!([{ "name": "orders", "config": { "min.insync.replicas": 2 } }]);
        let script =
            script(json!({ "acks": "all" }), json!({ "topics": topics, "groups": groups }));
        for fault in ["crash:leader", "crash:leader:5s", "power-cut:leader", "crash:broker-1"] {
            let map = map(&script, fault);
            let harmful: Vec<_> = map.spans().iter().filter(|span| map.is_harmful(span)).collect();
            assert!(harmful.is_empty(), "{fault}: {harmful:?}");
            let report = map.report();
            assert_eq!((report.harmful, report.narrowest, report.widest), (0, None, None));
            assert!(report.acted == report.tried && report.tried > 50, "{}", report.tried);
        }
    }
}

#[test]
fn without_replicas_a_crash_loses_nothing_and_a_power_cut_what_is_not_on_disk() {
    let topics = json!([{ "name": "orders", "replication_factor": 1 }]);
    let script = script(json!({ "acks": "1" }), json!({ "topics": topics }));
    let crash = map(&script, "crash:leader:5s");
    let lost = bands(&crash, |span| &span.outcome.harms.lost);
    assert!(lost.iter().all(|(.., records)| records.is_empty()), "{lost:?}");
    let run = undisturbed(&script);
    let flushed = times_us(&run.trace, |kind| matches!(kind, Kind::Flushed { .. }));
    assert!(flushed.is_empty(), "nothing is on disk before the run is over");
    let harmed: Vec<_> =
        records(&run).map(|id| (id.0, ack_sent_us(&run, id) + 1, u64::MAX)).collect();
    let power_cut = map(&script, "power-cut:leader:5s");
    assert_eq!(bands(&power_cut, |span| &span.outcome.harms.lost), expected(&power_cut, &harmed));
}

#[test]
fn a_lost_response_duplicates_the_record_whose_acknowledgement_comes_next() {
    // Brokers so near to each other that one batch is acked before the next one is sent.
    let near = || json!({ "network": { "latency": "1ms" } });
    let script = script(json!({ "acks": "all", "enable.idempotence": false }), near());
    let run = undisturbed(&script);
    let mut from_us = 0;
    let harmed: Vec<_> = records(&run)
        .map(|id| {
            let arrived_us = ack_arrived_us(&run, id);
            let band = (id.0, from_us, arrived_us);
            from_us = arrived_us + 1;
            band
        })
        .collect();
    let map = map(&script, "lose-response:producer-1:leader");
    assert_eq!(bands(&map, |span| &span.outcome.harms.duplicated), expected(&map, &harmed));
    // Behind the last one there is nothing to lose.
    for span in map.spans() {
        assert_eq!(span.outcome.acted, span.to_us < from_us, "{span:?}");
    }
    // With idempotence the leader knows the batch again.
    let script = crate::support::script(json!({ "acks": "all" }), near());
    let map = crate::support::map(&script, "lose-response:producer-1:leader");
    assert_eq!((map.report().harmful, map.report().acted), (0, map.tried() - 1));
}
