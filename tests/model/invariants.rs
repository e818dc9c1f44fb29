//! What must hold in every run, tried on many random ones.

use ackscope::model::ids::{PartitionId, RecordId};
use ackscope::model::run::finish;
use ackscope::model::trace::{Observer, TraceEvent};
use ackscope::model::{Run, World, run};
use ackscope::player::Player;
use ackscope::script::Script;
use ackscope::verdict::{Fate, Ledger};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{script, setup};

/// A script of random settings and faults.
fn any_script() -> impl Strategy<Value = Value> {
    let settings = (
        prop::sample::select(vec!["0", "1", "all"]),
        prop::sample::select(vec![0_u32, 5, 20]),
        prop::sample::select(vec![1_u32, 2, 5]),
        1_u32..=3,
        any::<bool>(),
        any::<bool>(),
    );
    let faults = prop::collection::vec((1_u16..=3, 1_u64..60_000, 1_u64..40_000), 0..4);
    (settings, faults, 1_u32..25, any::<u32>(), 1_u16..=2).prop_map(|(settings, faults, count, seed, partitions)| {
        let (acks, linger, in_flight, min_isr, unclean, idempotent) = settings;
        let mut config = json!({
            "acks": acks, "linger.ms": linger, "max.in.flight.requests.per.connection": in_flight,
        });
        if acks == "all" {
            config["enable.idempotence"] = json!(idempotent);
        }
        let actions = faults.iter().flat_map(|(broker, at_ms, down_ms)| {
            let name = format!("broker-{broker}");
            [
                json!({ "at": format!("{at_ms}ms"), "do": { "crash": name } }),
                json!({ "at": format!("{}ms", at_ms + down_ms), "do": { "restart": name } }),
            ]
        });
        script(json!({
            "seed": seed,
            "network": { "latency": "1ms", "jitter": "8ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "15ms" }] },
            "topics": [{ "name": "orders", "partitions": partitions,
                "config": { "min.insync.replicas": min_isr, "unclean.leader.election.enable": unclean } }],
            "producers": [{ "config": config, "sends": [
                { "topic": "orders", "count": count, "start": "10ms", "every": "700ms", "keys": ["a", "b", "c"] }
            ] }],
            "actions": actions.collect::<Vec<_>>(),
        }))
    })
}

/// Two logs that share an entry of the same offset and epoch share everything before it.
fn logs_match(world: &World) -> Result<(), TestCaseError> {
    for partition in (0..world.setup().partitions.len() as u16).map(PartitionId) {
        let logs: Vec<_> = world
            .brokers
            .iter()
            .filter_map(|b| b.replica(partition))
            .map(|r| r.log.batches())
            .collect();
        for (a, b) in logs.iter().flat_map(|a| logs.iter().map(move |b| (a, b))) {
            let same = a.iter().zip(b.iter()).rposition(|(x, y)| {
                (x.base_offset, x.leader_epoch) == (y.base_offset, y.leader_epoch)
            });
            if let Some(last) = same {
                prop_assert_eq!(&a[..=last], &b[..=last]);
            }
        }
    }
    Ok(())
}

/// What is below a leader's high watermark is in the log of every replica that the controller
/// holds for in sync and that runs.
fn committed_is_everywhere(world: &World) -> Result<(), TestCaseError> {
    for partition in (0..world.setup().partitions.len() as u16).map(PartitionId) {
        let state = &world.controller.partitions[partition.index()];
        let Some(leader) = state.leader else { continue };
        let replica = world.brokers[leader.index()].replica(partition).expect("a replica");
        if replica.leader().is_none() || replica.leader_epoch != state.leader_epoch {
            continue;
        }
        for id in &state.isr {
            let follower = world.brokers[id.index()].replica(partition).expect("a replica");
            prop_assert!(
                follower.log.end_offset() >= replica.high_watermark,
                "{} has {} of {}",
                id,
                follower.log.end_offset(),
                replica.high_watermark
            );
        }
    }
    Ok(())
}

/// Checks a property of the world after each step of a run.
fn always(
    script: &Value,
    check: impl Fn(&World) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let setup = setup(script);
    let mut world = World::new(&setup, &mut ());
    let mut outcome = Ok(());
    let mut last_traced = 0;
    finish(&mut world, &mut (), &mut |world| {
        if outcome.is_ok() && world.traced() > last_traced {
            last_traced = world.traced();
            outcome = check(world);
        }
    });
    outcome
}

fn whole(script: &Value) -> Run {
    run(&setup(script))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn logs_that_agree_somewhere_agree_before_it(script in any_script()) {
        always(&script, logs_match)?;
    }

    #[test]
    fn every_in_sync_replica_has_what_is_committed(script in any_script()) {
        // An unclean leader starts with what it has: there is nothing to hold on to.
        let mut script = script;
        script["topics"][0]["config"]["unclean.leader.election.enable"] = json!(false);
        always(&script, committed_is_everywhere)?;
    }

    #[test]
    fn a_decided_fate_stays_decided(script in any_script()) {
        let run = whole(&script);
        let mut ledger = Ledger::new(run.setup.clone());
        let ids: Vec<RecordId> = (1..=run.setup.records.len() as u32).map(RecordId).collect();
        let mut fates = vec![Fate::Pending; ids.len()];
        for event in &run.trace {
            ledger.observe(event);
            for (id, fate) in ids.iter().zip(&mut fates) {
                let now = ledger.verdict(*id).fate;
                prop_assert!(now != Fate::Pending || *fate == Fate::Pending, "record {id}: {fate} → {now} at {event:?}");
                *fate = now;
            }
        }
    }

    #[test]
    fn every_run_ends_and_decides_what_has_a_leader(script in any_script()) {
        let run = whole(&script);
        prop_assert!(run.end.settled);
        let mut ledger = Ledger::of(&run.setup, &run.trace);
        ledger.finish();
        for id in (1..=run.setup.records.len() as u32).map(RecordId) {
            let verdict = ledger.verdict(id);
            let waits = verdict.fate == Fate::Pending;
            let min_isr = run.setup.partitions[0].effective_min_isr();
            let short = run.world.controller.partitions.iter().any(|p| p.leader.is_none() || p.isr.len() < min_isr);
            prop_assert!(!waits || short, "record {id}: {verdict:?}");
        }
    }

    #[test]
    fn acks_all_on_two_in_sync_replicas_survives_any_one_crash(script in any_script(), broker in 1_u16..=3, at_ms in 0_u64..20_000) {
        let mut script = script;
        script["producers"][0]["config"]["acks"] = json!("all");
        script["topics"][0]["config"] = json!({ "min.insync.replicas": 2 });
        script["actions"] = json!([{ "at": format!("{at_ms}ms"), "do": { "crash": format!("broker-{broker}") } }]);
        let run = whole(&script);
        let ledger = Ledger::of(&run.setup, &run.trace);
        prop_assert_eq!(ledger.totals().lost, 0);
    }

    #[test]
    fn looking_does_not_change_anything(script in any_script(), looks in prop::collection::vec(0_u64..40_000_000, 1..8)) {
        let mut player = Player::new(Script::parse(&script.to_string()).expect("a script")).expect("a run");
        for at_us in looks {
            let now_us = at_us.min(player.end_us());
            let seen = format!("{:?}", player.seek(at_us).world);
            let setup = setup(&script);
            let mut trace: Vec<TraceEvent> = Vec::new();
            let mut fresh = World::new(&setup, &mut trace);
            while fresh.next_us().is_some_and(|next_us| next_us <= now_us) {
                fresh.step(&mut trace);
            }
            prop_assert!(seen == format!("{fresh:?}"), "the world at {now_us} µs depends on where one came from");
        }
    }
}
