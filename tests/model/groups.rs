//! Consumer groups: members that come and go (sections 4.5 and 4.6).

use ackscope::model::group::Removal;
use ackscope::model::trace::Kind;
use serde_json::{Value, json};

use crate::support::{Outcome, with};

/// Two partitions with a record every 100 ms each for ten seconds, read by two members.
fn two_members(group: Value, actions: Value) -> Outcome {
    let sends = |partition| json!({ "topic": "orders", "count": 100, "start": "10ms", "every": "100ms", "partition": partition });
    let mut all =
        json!({ "id": "billing", "topics": ["orders"], "members": 2, "processing": "5ms" });
    all.as_object_mut().expect("an object").extend(group.as_object().expect("an object").clone());
    with(json!({
        "topics": [{ "name": "orders", "partitions": 2 }],
        "producers": [{ "sends": [sends(0), sends(1)] }],
        "groups": [all],
        "actions": actions,
    }))
}

/// What members were given and gave back, in order: `(member, partitions, given)`.
fn moves(it: &Outcome) -> Vec<(u16, Vec<u16>, bool)> {
    let numbers = |all: &[ackscope::model::ids::PartitionId]| all.iter().map(|p| p.0).collect();
    let moves = it.events(|kind| match kind {
        Kind::PartitionsAssigned { consumer, partitions } => {
            Some((consumer.0 + 1, numbers(partitions), true))
        }
        Kind::PartitionsRevoked { consumer, partitions, .. } => {
            Some((consumer.0 + 1, numbers(partitions), false))
        }
        _ => None,
    });
    moves.into_iter().map(|(_, moved)| moved).collect()
}

fn removed(it: &Outcome) -> Vec<(u64, Removal)> {
    it.events(|kind| match kind {
        Kind::MemberRemoved { why, .. } => Some(*why),
        _ => None,
    })
}

fn rebalances(it: &Outcome) -> Vec<u64> {
    let ended = it.events(|kind| matches!(kind, Kind::RebalanceEnded { .. }).then_some(()));
    ended.into_iter().map(|(at_us, ())| at_us).collect()
}

const EARLIEST: &str = "auto.offset.reset";

#[test]
fn an_eager_member_gives_back_everything_a_cooperative_one_only_what_moves() {
    let join = json!([{ "at": "2s", "do": { "restart": "billing-2" } }]);
    let of = |strategy: &str| {
        let config = json!({ EARLIEST: "earliest", "partition.assignment.strategy": strategy });
        two_members(json!({ "running": 1, "config": config }), join.clone())
    };
    let eager = of("org.apache.kafka.clients.consumer.RangeAssignor");
    assert_eq!(moves(&eager), [(1, vec![0, 1], false), (1, vec![0], true), (2, vec![1], true)]);
    assert_eq!(rebalances(&eager).len(), 1);
    let cooperative = of("org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
    let moved: Vec<_> = moves(&cooperative)
        .into_iter()
        .filter(|(_, partitions, _)| !partitions.is_empty())
        .collect();
    assert_eq!(moved, [(1, vec![1], false), (2, vec![1], true)]);
    assert_eq!(rebalances(&cooperative).len(), 2, "one to give up, one to give");
    for it in [eager, cooperative] {
        assert_eq!(it.with_fate("delivered").len(), 200);
    }
}

#[test]
fn a_killed_member_is_missed_after_the_session_timeout_a_closed_one_at_once() {
    let earliest = json!({ "config": { EARLIEST: "earliest" } });
    let killed =
        two_members(earliest.clone(), json!([{ "at": "5s", "do": { "crash": "billing-1" } }]));
    let gone = removed(&killed);
    assert_eq!(gone.iter().map(|(_, why)| *why).collect::<Vec<_>>(), [Removal::SessionTimeout]);
    // Its last heartbeat was 2 s before: they come every 3 s.
    assert!((47_000_000..49_000_000).contains(&gone[0].0), "{}", gone[0].0);
    let closed = two_members(earliest, json!([{ "at": "5s", "do": { "shutdown": "billing-1" } }]));
    let gone = removed(&closed);
    assert_eq!(gone.iter().map(|(_, why)| *why).collect::<Vec<_>>(), [Removal::Left]);
    assert!(gone[0].0 < 5_020_000, "{}", gone[0].0);
    for it in [&killed, &closed] {
        assert_eq!(it.with_fate("lost").len(), 0);
        assert!(it.processed().iter().all(|times| *times >= 1));
    }
    assert_eq!(closed.with_fate("delivered").len(), 200, "close() commits");
}

#[test]
fn a_restarted_member_waits_for_its_former_self_unless_it_is_static() {
    let actions = json!([
        { "at": "5s", "do": { "crash": "billing-1" } },
        { "at": "6s", "do": { "restart": "billing-1" } },
    ]);
    let dynamic = two_members(json!({ "config": { EARLIEST: "earliest" } }), actions.clone());
    assert_eq!(removed(&dynamic).len(), 1);
    assert!(rebalances(&dynamic)[0] > 45_000_000);
    let config = json!({ EARLIEST: "earliest", "group.instance.id": "host" });
    let fixed = two_members(json!({ "config": config }), actions);
    assert!(removed(&fixed).is_empty() && rebalances(&fixed).is_empty());
    let given: Vec<_> = moves(&fixed);
    assert_eq!(given, [(1, vec![0], true)], "the same share as before");
    let again_us = fixed.at_us(|kind| matches!(kind, Kind::PartitionsAssigned { .. }));
    assert!(again_us < 6_100_000, "{again_us}");
}

#[test]
fn a_static_member_that_came_back_is_known_to_the_next_coordinator() {
    let config = json!({ EARLIEST: "earliest", "group.instance.id": "host" });
    let actions = json!([
        { "at": "3s", "do": { "crash": "billing-2" } },
        { "at": "4s", "do": { "restart": "billing-2" } },
        { "at": "6s", "do": { "crash": "broker-3" } },
    ]);
    let it = two_members(json!({ "config": config }), actions);
    let fenced = it.events(|kind| matches!(kind, Kind::PollFailed { .. }).then_some(()));
    assert!(fenced.is_empty() && removed(&it).is_empty(), "{}", it.trace_text());
    assert!(it.processed().iter().all(|times| *times >= 1));
}

#[test]
fn a_static_member_that_closes_keeps_its_share_until_the_session_timeout() {
    let config = json!({ EARLIEST: "earliest", "group.instance.id": "host" });
    let actions = json!([{ "at": "5s", "do": { "shutdown": "billing-1" } }]);
    let it = two_members(json!({ "config": config }), actions);
    assert_eq!(
        removed(&it).into_iter().map(|(_, why)| why).collect::<Vec<_>>(),
        [Removal::SessionTimeout]
    );
}

#[test]
fn an_empty_group_waits_for_more_members() {
    let actions = json!([
        { "at": "1s", "do": { "restart": "billing-1" } },
        { "at": "3s", "do": { "restart": "billing-2" } },
    ]);
    let it = two_members(json!({ "running": 0, "config": { EARLIEST: "earliest" } }), actions);
    // group.initial.rebalance.delay.ms is 3 s; a member came meanwhile, so 3 s more.
    let ended = rebalances(&it);
    assert_eq!(ended.len(), 1);
    assert!((7_000_000..7_100_000).contains(&ended[0]), "{ended:?}");
    assert_eq!(it.with_fate("delivered").len(), 200);
}

#[test]
fn a_new_coordinator_knows_the_group_from_the_log() {
    // The coordinator is broker-3: two partitions come before that of the offsets.
    let crash = json!([
        { "at": "2s", "do": { "restart": "billing-2" } },
        { "at": "6s", "do": { "crash": "broker-3" } },
    ]);
    let it = two_members(json!({ "running": 1, "config": { EARLIEST: "earliest" } }), crash);
    assert_eq!(it.with_fate("delivered").len(), 200);
    assert_eq!(rebalances(&it).len(), 1, "the second member's coming; the move needs none");
    assert!(removed(&it).is_empty());
    let last_us = it.events(|kind| matches!(kind, Kind::OffsetCommitted { .. }).then_some(()));
    assert!(
        last_us.last().expect("commits").0 > 15_000_000,
        "commits go on at the new coordinator"
    );
}

#[test]
fn a_commit_of_a_member_that_was_thrown_out_is_refused() {
    // It hears nothing for a while, and does not join when another one comes.
    let it = two_members(
        json!({ "running": 1, "config": { EARLIEST: "earliest", "enable.auto.commit": false, "session.timeout.ms": 6000, "max.poll.interval.ms": 8000 },
            "processing": "5ms" }),
        json!([
            { "at": "3s", "do": { "stall": { "consumer": "billing-1", "for": "7900ms" } } },
            { "at": "3100ms", "do": { "cut": { "from": "billing-1", "to": "broker-3" } } },
            { "at": "3200ms", "do": { "restart": "billing-2" } },
            { "at": "10s", "do": { "heal": { "from": "billing-1", "to": "broker-3" } } },
        ]),
    );
    let refused = it.events(|kind| match kind {
        Kind::CommitFailed { error, .. } => Some(error.exception()),
        _ => None,
    });
    assert!(!refused.is_empty(), "{}", it.trace_text());
    assert_eq!(refused[0].1, "CommitFailedException");
    assert!(it.processed().iter().all(|times| *times >= 1));
}

fn new_protocol(extra: Value) -> Value {
    let mut config = json!({ EARLIEST: "earliest", "group.protocol": "consumer" });
    config.as_object_mut().expect("an object").extend(extra.as_object().expect("one").clone());
    config
}

#[test]
fn under_the_consumer_protocol_only_what_moves_is_given_back_and_nobody_waits() {
    let join = json!([{ "at": "2s", "do": { "restart": "billing-2" } }]);
    let it = two_members(json!({ "running": 1, "config": new_protocol(json!({})) }), join);
    let moved: Vec<_> =
        moves(&it).into_iter().filter(|(_, partitions, _)| !partitions.is_empty()).collect();
    assert_eq!(moved, [(1, vec![1], false), (2, vec![1], true)]);
    assert_eq!(it.with_fate("delivered").len(), 200, "{}", it.trace_text());
    assert!(it.report.settled, "heartbeats that change nothing do not count");
    let joins = it.events(|kind| match kind {
        Kind::MessageSent { what: ackscope::model::trace::Wire::GroupRequest { api }, .. } => {
            Some(*api)
        }
        _ => None,
    });
    assert!(joins.iter().all(|(_, api)| *api == "ConsumerGroupHeartbeat"));
}

#[test]
fn a_partition_goes_to_its_new_owner_when_the_old_one_has_given_it_back() {
    // The old owner works for 20 s on one record: until then it has everything.
    let actions = json!([
        { "at": "2s", "do": { "restart": "billing-2" } },
        { "at": "2s", "do": { "stall": { "consumer": "billing-1", "for": "20s" } } },
    ]);
    let it = two_members(json!({ "running": 1, "config": new_protocol(json!({})) }), actions);
    let given_us = it.at_us(|kind| {
        matches!(kind, Kind::PartitionsAssigned { consumer, partitions } if consumer.0 == 1 && !partitions.is_empty())
    });
    let revoked_us = it.at_us(|kind| matches!(kind, Kind::PartitionsRevoked { .. }));
    assert!(revoked_us > 22_000_000 && given_us > revoked_us, "{revoked_us} {given_us}");
    assert_eq!(it.with_fate("delivered").len(), 200, "committed before it is given back");
}

#[test]
fn a_dead_member_of_the_consumer_protocol_is_missed_by_the_coordinators_clock() {
    let crash = json!([{ "at": "5s", "do": { "crash": "billing-1" } }]);
    let it = two_members(json!({ "config": new_protocol(json!({})) }), crash);
    let gone = removed(&it);
    assert_eq!(gone.iter().map(|(_, why)| *why).collect::<Vec<_>>(), [Removal::SessionTimeout]);
    assert!((45_000_000..51_000_000).contains(&gone[0].0), "{}", gone[0].0);
    assert!(it.processed().iter().all(|times| *times >= 1));
}

#[test]
fn a_member_that_works_too_long_leaves_the_consumer_protocol_too() {
    let stall =
        json!([{ "at": "2s", "do": { "stall": { "consumer": "billing-1", "for": "310s" } } }]);
    let it = two_members(
        json!({ "config": new_protocol(json!({ "enable.auto.commit": false })) }),
        stall,
    );
    assert_eq!(removed(&it).into_iter().map(|(_, why)| why).collect::<Vec<_>>(), [Removal::Left]);
    let refused = it.events(|kind| match kind {
        Kind::CommitFailed { error, .. } => Some(error.exception()),
        _ => None,
    });
    assert_eq!(refused[0].1, "CommitFailedException");
    assert!(!it.with_fate("duplicated").is_empty());
    assert!(it.with_fate("lost").is_empty());
}

#[test]
fn a_new_coordinator_of_the_consumer_protocol_goes_on_with_what_the_old_one_wanted() {
    // The old owner works while the coordinator dies: it gives back to the next one.
    let actions = json!([
        { "at": "2s", "do": { "restart": "billing-2" } },
        { "at": "2s", "do": { "stall": { "consumer": "billing-1", "for": "40s" } } },
        { "at": "10s", "do": { "crash": "broker-3" } },
    ]);
    let it = two_members(json!({ "running": 1, "config": new_protocol(json!({})) }), actions);
    assert!(removed(&it).is_empty(), "nobody was slow");
    let moved: Vec<_> =
        moves(&it).into_iter().filter(|(_, partitions, _)| !partitions.is_empty()).collect();
    assert_eq!(moved, [(1, vec![1], false), (2, vec![1], true)]);
    assert_eq!(it.with_fate("delivered").len(), 200);
}
