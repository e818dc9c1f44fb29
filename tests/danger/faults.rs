//! Faults of every kind fit or are refused, act, and can be taken out of a script.

use ackscope::lab::{DangerMap, Fault, own_faults};
use ackscope::model::ids::Node;
use ackscope::model::trace::{Kind, TraceEvent};
use ackscope::script::Script;
use serde_json::json;

use crate::support::{fault, script, undisturbed};

/// A script with everything that a fault can hit.
fn full() -> Script {
    let groups = json!([{
        "id": "billing", "topics": ["orders"], "processing": "1ms",
        "config": { "auto.offset.reset": "earliest" },
    }]);
    script(json!({}), json!({ "groups": groups, "cluster": { "log_dirs": 2 } }))
}

/// The trace of the run with the fault in the middle of things.
fn struck(script: &Script, text: &str, at_us: u64) -> Vec<TraceEvent> {
    let fault = fault(text);
    let mut map = DangerMap::new(script, &fault).unwrap_or_else(|why| panic!("{text}: {why}"));
    while map.spans().last().is_none_or(|span| span.to_us < at_us) {
        assert!(map.step(), "{text}: the run is over before");
    }
    undisturbed(&map.script_at(at_us)).trace
}

#[test]
fn every_fault_that_fits_is_written_as_it_is_read_and_does_something() {
    let script = full();
    let quiet = undisturbed(&script).trace;
    let all = Fault::all(&script);
    assert!(all.len() > 50, "{} faults", all.len());
    for (at, fault) in all.iter().enumerate() {
        assert_eq!(fault.to_string().parse::<Fault>().as_ref(), Ok(fault));
        assert_eq!(fault.check(&script), Ok(()), "{fault}");
        assert!(!all[..at].contains(fault), "{fault} is there twice");
        let trace = struck(&script, &fault.to_string(), 60_000);
        let applied =
            trace.iter().filter(|event| matches!(event.kind, Kind::ActionApplied { .. })).count();
        assert!(applied > 0, "{fault} finds nothing to act on");
        assert!(trace.len() != quiet.len() || trace != quiet, "{fault} changes nothing");
    }
}

#[test]
fn each_kind_of_fault_has_its_effect() {
    type Effect = fn(&Kind) -> bool;
    let cases: &[(&str, Effect)] = &[
        ("crash:broker-1", |k| matches!(k, Kind::BrokerCrashed { .. })),
        ("crash:broker-1:5s", |k| matches!(k, Kind::BrokerRestarted { .. })),
        ("crash:producer-1", |k| matches!(k, Kind::ProducerCrashed { .. })),
        ("crash:billing-1:5s", |k| matches!(k, Kind::ConsumerRestarted { .. })),
        ("power-cut:leader:orders-0", |k| matches!(k, Kind::PageCacheLost { .. })),
        (
            "power-cut:brokers:5s",
            |k| matches!(k, Kind::BrokerRestarted { broker, .. } if broker.0 == 2),
        ),
        ("shutdown:broker-1", |k| matches!(k, Kind::BrokerStopped { .. })),
        ("shutdown:billing-1", |k| matches!(k, Kind::ConsumerClosed { .. })),
        ("pause:leader", |k| matches!(k, Kind::BrokerFenced { .. })),
        ("pause:broker-1", |k| matches!(k, Kind::Resumed { node: Node::Broker(_) })),
        ("stall:billing-1", |k| matches!(k, Kind::PollTimedOut { .. })),
        ("fail-disk:broker-1", |k| matches!(k, Kind::LeaderElected { .. })),
        ("lose-disk:broker-1", |k| matches!(k, Kind::LeaderElected { .. })),
        ("lose-request:producer-1:leader", |k| matches!(k, Kind::MessageLost { .. })),
        ("lose-response:producer-1:leader", |k| matches!(k, Kind::MessageLost { .. })),
        ("lose-response:producer-1:leader:silent", |k| matches!(k, Kind::BatchRetried { .. })),
        ("lose-write:producer-1:leader", |k| matches!(k, Kind::MessageLost { .. })),
        ("cut:broker-1:controller", |k| matches!(k, Kind::BrokerFenced { .. })),
        ("cut:broker-1:controller", |k| matches!(k, Kind::LinkHealed { .. })),
        ("cut:broker-1:controller:one-way", |k| matches!(k, Kind::BrokerFenced { .. })),
    ];
    let script = full();
    for (text, effect) in cases {
        let trace = struck(&script, text, 60_000);
        let quiet = undisturbed(&script).trace;
        assert!(!quiet.iter().any(|event| effect(&event.kind)), "{text}: that happens anyway");
        assert!(trace.iter().any(|event| effect(&event.kind)), "{text} does not do what it should");
    }
}

#[test]
fn a_fault_that_does_not_fit_is_refused_with_what_would() {
    let script = full();
    for (text, why) in [
        ("crash:broker-9", "there is no broker-9: they are broker-1 to broker-3"),
        ("crash:biling-1", "there is no \"biling-1\"; did you mean \"billing-1\"?"),
        ("power-cut:producer-1", "only"),
        ("stall:producer-1", "only a consumer's application works on records"),
        ("lose-disk:broker-1:3", "brokers have 2 log directories, numbered from 1"),
        ("lose-response:broker-1:producer-1", "producer-1 answers no requests"),
        ("crash:leader:orders-1", "there is no partition \"orders-1\"; there are: orders-0"),
    ] {
        let error = DangerMap::new(&script, &fault(text)).expect_err(text).to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn a_scripts_own_fault_is_taken_out_with_its_repair() {
    let actions = json!([
        { "at": "15ms", "do": { "slow": { "from": "broker-1", "to": "broker-2", "latency": "1ms" } } },
        { "when": { "event": "acked", "record": 3 }, "do": { "pause": "broker-1" } },
        { "when": { "event": "fenced" }, "after": "1s", "do": { "resume": "broker-1" } },
        { "at": "40s", "do": { "crash": "broker-2" } },
    ]);
    let script = script(json!({ "acks": "1" }), json!({ "actions": actions }));
    let own = own_faults(&script).expect("it can run");
    let fenced_us = {
        let run = undisturbed(&script);
        crate::support::times_us(&run.trace, |k| matches!(k, Kind::BrokerFenced { .. }))[0]
    };
    assert_eq!(own.len(), 2);
    let pause = &own[0];
    let ms = (fenced_us + 1_000_000 - pause.at_us) / 1_000;
    assert!(pause.fault.to_string().starts_with("pause:broker-1:"), "{}", pause.fault);
    assert!(matches!(&pause.fault, Fault::Pause { lasts, .. } if lasts.as_us() / 1_000 == ms));
    assert_eq!(pause.actions, [1, 2]);
    assert_eq!(pause.rest.actions, [script.actions[0].clone(), script.actions[3].clone()]);
    assert_eq!(own[1].fault, fault("crash:broker-2"));
    assert_eq!((own[1].at_us, &own[1].actions[..]), (40_000_000, &[3][..]));
}
