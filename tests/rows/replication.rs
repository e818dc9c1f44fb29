//! Rows 38 to 60: replication, elections, power.

use ackscope::model::error::KafkaError;
use ackscope::model::ids::{BrokerId, PartitionId};
use ackscope::model::trace::Kind;
use ackscope::verdict::Place;
use serde_json::{Value, json};

use crate::producer::{ALL, count, fates, log_on, places, retries};
use crate::support::Outcome;
use crate::table::{row, row_but};

/// From the call of `send()` to the acknowledgement.
fn waited_us(it: &Outcome, record: u32) -> u64 {
    let plan = it.run.setup.record(ackscope::model::ids::RecordId(record));
    it.acked_us(record) - plan.at_us
}

/// Whether each election of a leader for the user's partition was unclean.
fn unclean(it: &Outcome) -> Vec<bool> {
    let found = it.events(|kind| match kind {
        Kind::LeaderElected { partition: PartitionId(0), unclean, .. } => Some(*unclean),
        _ => None,
    });
    found.into_iter().map(|(_, unclean)| unclean).collect()
}

fn refusals(it: &Outcome) -> Vec<KafkaError> {
    let found = it.events(|kind| match kind {
        Kind::AppendRefused { error, .. } => Some(*error),
        _ => None,
    });
    found.into_iter().map(|(_, error)| error).collect()
}

fn offline(it: &Outcome) -> usize {
    count(it, |kind| matches!(kind, Kind::PartitionOffline { partition: PartitionId(0), .. }))
}

fn without_elr(script: &mut Value) {
    script["cluster"]["config"]["eligible.leader.replicas.version"] = json!(0);
}

#[test]
fn row_38_a_dead_follower_delays_until_it_is_fenced() {
    let it = row(38);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(log_on(&it, &[1, 2]), [1, 2, 3]);
    assert!(waited_us(&it, 1) < 50_000);
    assert!((5_000_000..10_200_000).contains(&waited_us(&it, 2)), "{}", waited_us(&it, 2));
    assert!(waited_us(&it, 3) < 50_000, "the ISR is the other two");
    assert_eq!(retries(&it), 0);
}

#[test]
fn row_39_a_stuck_follower_blocks_longer_than_the_request_timeout() {
    let it = row(39);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["delivered"]);
    assert_eq!(log_on(&it, &[1, 2]), [1]);
    assert!((30_000_000..50_000_000).contains(&waited_us(&it, 1)), "{}", waited_us(&it, 1));
    assert!(retries(&it) > 0, "request.timeout.ms is over before the ISR shrinks");
    let it = row_but(39, |script| {
        script["producers"][0]["config"]["enable.idempotence"] = json!(false);
    });
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["duplicated"]);
    assert_eq!(log_on(&it, &[1, 2]), [1, 1]);
}

#[test]
fn row_40_too_few_in_sync_replicas_refuse_the_write() {
    let it = row(40);
    assert_eq!(it.told(), ["failed(TimeoutException)"]);
    fates(&it, &["reported"]);
    assert!(it.log(1).is_empty());
    assert!(refusals(&it).len() > 10);
    assert!(refusals(&it).iter().all(|error| *error == KafkaError::NotEnoughReplicas));
    // With few retries the application hears of the error itself.
    let it = row_but(40, |script| script["producers"][0]["config"]["retries"] = json!(3));
    assert_eq!(it.told(), ["failed(NotEnoughReplicasException)"]);
    assert_eq!(refusals(&it).len(), 4);
}

#[test]
fn row_41_what_was_appended_before_the_isr_shrank_is_a_phantom() {
    let it = row(41);
    assert_eq!(it.told(), ["failed(TimeoutException)"]);
    fates(&it, &["ghost"]);
    assert_eq!(log_on(&it, &[1, 2]), [1]);
    // It waits in purgatory; the client gives up first, and is refused from then on.
    assert!(refusals(&it).iter().all(|error| *error == KafkaError::NotEnoughReplicas));
    let seen_us = it.at_us(|kind| matches!(kind, Kind::Polled { .. }));
    assert!(seen_us > 150_000_000, "visible when a follower rejoins");
    // In time, a retry finds its batch.
    let it = row_but(41, |script| script["actions"][2]["at"] = json!("40s"));
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["delivered"]);
    assert_eq!(log_on(&it, &[1, 2]), [1]);
    assert_eq!(count(&it, |kind| matches!(kind, Kind::DuplicateBatch { .. })), 1);
}

#[test]
fn row_42_before_3_7_it_is_an_error_about_a_record_that_everybody_sees() {
    let it = row(42);
    assert_eq!(it.told(), ["failed(NotEnoughReplicasAfterAppendException)"]);
    fates(&it, &["ghost"]);
    assert_eq!(it.log(1), [(0, 1)]);
    let failed_us = it.at_us(|kind| matches!(kind, Kind::BatchFailed { .. }));
    let seen_us = it.at_us(|kind| matches!(kind, Kind::Polled { .. }));
    assert!(
        seen_us.abs_diff(failed_us) < 10_000,
        "the high watermark advanced over the ISR of one"
    );
    let it = row_but(42, |script| script["kafka"] = json!("3.7"));
    assert_eq!(it.told(), ["failed(TimeoutException)"]);
    fates(&it, &["pending"]);
}

#[test]
fn row_43_the_only_in_sync_replica_is_waited_for() {
    let it = row(43);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(it.log(1).len(), 3);
    assert_eq!((it.elected(), unclean(&it), offline(&it)), (vec![1], vec![true], 1));
    assert!(waited_us(&it, 3) > 40_000_000, "unavailable meanwhile");
    // Without eligible leader replicas it never left the ISR.
    let it = row_but(43, without_elr);
    fates(&it, &["delivered"; 3]);
    assert_eq!((it.elected(), unclean(&it), offline(&it)), (vec![1], vec![false], 1));
}

#[test]
fn row_44_a_lost_disk_is_lost_and_only_an_operator_goes_on_without_it() {
    let it = row(44);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered", "lost", "delivered"]);
    assert_eq!(places(&it)[1], Some(Place::Disk));
    assert_eq!(log_on(&it, &[2, 3]), [1, 3]);
    assert!(it.log(1).is_empty());
    assert_eq!((it.elected(), unclean(&it)), (vec![2], vec![true]));
    let elected_us =
        it.at_us(|kind| matches!(kind, Kind::LeaderElected { partition: PartitionId(0), .. }));
    assert_eq!(elected_us, 60_000_000);
    let it = row_but(44, |script| {
        script["actions"][5]["at"] = json!("10min");
    });
    assert_eq!(it.told()[2], "failed(TimeoutException)", "nobody leads for delivery.timeout.ms");
}

#[test]
fn row_45_an_unclean_leader_lacks_what_was_committed() {
    let it = row(45);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered", "lost", "delivered"]);
    assert_eq!(places(&it)[1], Some(Place::Truncated));
    assert_eq!((it.elected()[0], unclean(&it)[0]), (2, true));
    assert_eq!(log_on(&it, ALL), [1, 3]);
    // The offset is given again.
    let at_1 = it.events(|kind| match kind {
        Kind::Appended { partition: PartitionId(0), entry, .. } if entry.base_offset == 1 => {
            entry.records().next().map(|(_, id)| id.0)
        }
        _ => None,
    });
    assert_eq!(at_1.into_iter().map(|(_, id)| id).collect::<Vec<_>>(), [2, 3]);
    let crash_us = it.at_us(crate::support::crashed(1));
    let elected_us =
        it.at_us(|kind| matches!(kind, Kind::LeaderElected { partition: PartitionId(0), .. }));
    assert!((7_000_000..10_200_000).contains(&(elected_us - crash_us)));
    let it = row_but(45, |script| script["topics"][0]["config"] = json!({}));
    fates(&it, &["delivered"; 3]);
}

#[test]
fn row_46_idempotence_does_not_tell_of_the_loss() {
    let it = row(46);
    assert_eq!(it.told(), ["acked"; 4]);
    fates(&it, &["delivered", "lost", "delivered", "delivered"]);
    assert_eq!(log_on(&it, ALL), [1, 3, 4]);
    assert!(refusals(&it).contains(&KafkaError::OutOfOrderSequenceNumber), "the leader sees a gap");
    assert_eq!(count(&it, |kind| matches!(kind, Kind::EpochBumped { .. })), 1);
}

#[test]
fn row_47_an_isolated_leader_acknowledges_what_will_be_cut() {
    let it = row(47);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered", "lost", "lost"]);
    assert_eq!(places(&it)[1..], [Some(Place::Truncated); 2]);
    assert_eq!(it.processed(), [1, 0, 0], "its high watermark stood still");
    assert_eq!(log_on(&it, ALL), [1]);
}

#[test]
fn row_48_an_isolated_leader_cannot_acknowledge_for_all() {
    let it = row(48);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(log_on(&it, ALL), [1, 2, 3]);
    assert!(retries(&it) > 0);
    let cut = count(&it, |kind| matches!(kind, Kind::Truncated { broker: BrokerId(0), .. }));
    assert!(cut > 0, "its own copies are cut");
}

#[test]
fn row_49_a_leader_that_lost_its_page_cache_fetches_before_it_is_in_sync() {
    let it = row(49);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(log_on(&it, ALL), [1, 2, 3]);
    let gone = |kind: &Kind| matches!(kind, Kind::PageCacheLost { broker: BrokerId(0), partition: PartitionId(0), removed, .. } if removed.len() == 2);
    let gone_us = it.at_us(gone);
    let fetched_us = it.events(|kind| match kind {
        Kind::Replicated { broker: BrokerId(0), partition: PartitionId(0), .. } => Some(()),
        _ => None,
    })[0];
    let joined_us = it.events(|kind| match kind {
        Kind::IsrExpanded { partition: PartitionId(0), isr } => {
            isr.contains(&BrokerId(0)).then_some(())
        }
        _ => None,
    })[0];
    assert!(gone_us < fetched_us.0 && fetched_us.0 < joined_us.0);
}

#[test]
fn row_50_what_is_in_page_cache_only_is_lost_with_the_power_of_all() {
    let it = row(50);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["lost"; 3]);
    assert_eq!(places(&it), [Some(Place::PageCache); 3]);
    for broker in ALL {
        assert!(it.log(*broker).is_empty());
    }
}

#[test]
fn row_51_flush_messages_1_survives_the_power_of_all() {
    let it = row(51);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(log_on(&it, ALL), [1, 2, 3]);
    // Each ack waits for an fsync at the leader, and one at the followers.
    assert!(waited_us(&it, 1) > 4_000, "{}", waited_us(&it, 1));
}

#[test]
fn row_52_the_last_in_sync_replica_wins_whatever_its_disk_lacks() {
    let it = row(52);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["lost"]);
    assert_eq!(places(&it), [Some(Place::Truncated)]);
    for broker in ALL {
        assert!(it.log(*broker).is_empty(), "broker-{broker}");
    }
    assert_eq!((it.elected().last(), unclean(&it).last()), (Some(&3), Some(&false)));
    let kept = it.events(|kind| match kind {
        Kind::PageCacheLost { broker, partition: PartitionId(0), .. } => Some(broker.0 + 1),
        _ => None,
    });
    assert_eq!(kept.into_iter().map(|(_, id)| id).collect::<Vec<_>>(), [3], "two had it on disk");
    let cut = count(&it, |kind| matches!(kind, Kind::Truncated { partition: PartitionId(0), .. }));
    assert_eq!(cut, 2, "and cut it off");
}

#[test]
fn row_53_the_last_replica_standing_loses_for_all() {
    let it = row(53);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["lost"]);
    for broker in ALL {
        assert!(it.log(*broker).is_empty(), "broker-{broker}");
    }
    assert_eq!((it.elected(), unclean(&it)), (vec![1], vec![false]), "a clean election");
}

#[test]
fn row_54_an_eligible_leader_replica_has_what_the_last_one_lost() {
    let it = row(54);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["delivered"]);
    assert_eq!(log_on(&it, ALL), [1]);
    assert_eq!((it.elected(), unclean(&it)), (vec![3], vec![false]));
    let elected_us =
        it.at_us(|kind| matches!(kind, Kind::LeaderElected { partition: PartitionId(0), .. }));
    assert!(elected_us > 40_000_000, "unavailable until it returns");
}

#[test]
fn row_55_the_last_known_leader_is_elected_uncleanly_though_that_is_off() {
    let it = row(55);
    assert_eq!(it.told(), ["acked"]);
    fates(&it, &["lost"]);
    assert_eq!((it.elected(), unclean(&it)), (vec![1], vec![true]));
    for broker in ALL {
        assert!(it.log(*broker).is_empty(), "broker-{broker}");
    }
}

#[test]
fn row_56_killed_processes_lose_nothing() {
    for elr in [true, false] {
        let it = row_but(56, |script| {
            if !elr {
                without_elr(script);
            }
        });
        assert_eq!(it.told(), ["acked"; 3]);
        fates(&it, &["delivered"; 3]);
        assert_eq!(log_on(&it, ALL), [1, 2, 3]);
        // After kill -9 nobody is known to be clean: the last known leader it is.
        assert_eq!(unclean(&it).last(), Some(&elr));
    }
}

#[test]
fn row_57_a_rolling_restart_loses_and_doubles_nothing() {
    let it = row(57);
    assert_eq!(it.told(), ["acked"; 60]);
    fates(&it, &["delivered"; 60]);
    assert_eq!(log_on(&it, ALL), (1..=60).collect::<Vec<u32>>());
    assert!(refusals(&it).iter().all(|error| *error == KafkaError::NotLeaderOrFollower));
    assert_eq!(count(&it, |kind| matches!(kind, Kind::BrokerFenced { .. })), 0);
    assert!((1..=60).all(|record| waited_us(&it, record) < 3_000_000));
}

#[test]
fn row_58_min_isr_of_all_replicas_does_without_none() {
    let it = row(58);
    assert_eq!(it.told(), ["acked", "failed(TimeoutException)"]);
    fates(&it, &["pending", "reported"]);
    assert_eq!(log_on(&it, &[1, 2]), [1], "stored, and not visible");
    assert!(it.log(3).is_empty());
    assert!(refusals(&it).iter().all(|error| *error == KafkaError::NotEnoughReplicas));
}

#[test]
fn row_59_a_failed_log_directory_moves_the_leadership() {
    let it = row(59);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(log_on(&it, &[2, 3]), [1, 2, 3]);
    assert_eq!(refusals(&it)[0], KafkaError::KafkaStorage);
    assert_eq!(it.elected(), [2]);
    assert!(waited_us(&it, 2) < 1_000_000, "no session has to end: the broker says so itself");
    assert_eq!(count(&it, |kind| matches!(kind, Kind::BrokerCrashed { .. })), 0);
    // With its last directory the process ends.
    let it = row_but(59, |script| script["cluster"]["log_dirs"] = json!(1));
    fates(&it, &["delivered"; 3]);
    assert_eq!(count(&it, crate::support::crashed(1)), 1);
    assert!(waited_us(&it, 2) > 5_000_000);
}

#[test]
fn row_60_a_consumer_at_the_log_end_waits_for_the_new_leaders_high_watermark() {
    let it = row(60);
    assert_eq!(it.told(), ["acked"; 3]);
    fates(&it, &["delivered"; 3]);
    assert_eq!(it.processed(), [1; 3]);
    assert_eq!(log_on(&it, &[2, 3]), [1, 2, 3]);
    let resets = it.events(|kind| match kind {
        Kind::PositionReset { partition: PartitionId(0), .. } => Some(()),
        _ => None,
    });
    assert_eq!(resets.len(), 1, "no error, no reset: only the first position");
    let leads_us = it.at_us(|kind| {
        matches!(kind, Kind::BecameLeader { broker: BrokerId(1), partition: PartitionId(0), .. })
    });
    let then = row_but(60, |script| script["until"] = json!(format!("{leads_us}us")));
    let replica = then.run.world.brokers[1].replica(PartitionId(0)).expect("a replica");
    assert_eq!((replica.high_watermark, replica.log.end_offset()), (1, 2), "one fetch behind");
}
