//! Rows 1 to 37: the producer and its leader.

use ackscope::verdict::Place;

use crate::table::row;

#[test]
fn row_07_acks_1_and_the_leader_crashes_before_a_follower_has_fetched() {
    let it = row(7);
    assert_eq!(it.told(), ["acked"; 3]);
    assert_eq!(it.with_fate("lost"), [3]);
    assert_eq!(it.report.records[2].place, Some(Place::Truncated));
    // Broker 2 leads without it, and broker 1 has cut it off when it came back.
    assert_eq!(it.elected(), [2]);
    for broker in 1..=3 {
        assert_eq!(it.log(broker), [(0, 1), (1, 2)], "broker-{broker}");
    }
}

#[test]
fn row_14_acks_all_and_the_leader_crashes_right_after_the_ack() {
    let it = row(14);
    assert_eq!(it.told(), ["acked"; 3]);
    assert_eq!(it.with_fate("delivered"), [1, 2, 3]);
    for broker in 1..=3 {
        assert_eq!(it.log(broker), [(0, 1), (1, 2), (2, 3)], "broker-{broker}");
    }
}
