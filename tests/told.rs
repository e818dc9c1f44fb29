//! What the caption and the event log say: something of every event, and the right thing at the
//! moments that matter.

use ackscope::lessons;
use ackscope::model::ids::{BrokerId, Node, ProducerId, RecordId};
use ackscope::model::trace::Kind;
use ackscope::player::{Class, Filter, Player, Whom, at_risk, caption, line};
use ackscope::script::Script;
use ackscope::verdict::biography::{Biography, ENGLISH, Risky};

#[path = "support/scripts.rs"]
mod scripts;

fn run(text: &str) -> Player {
    Player::new(Script::parse(text).expect("a script")).expect("a run")
}

/// All lessons and all rows.
fn texts() -> Vec<(String, String)> {
    let lessons = lessons::ALL.iter().map(|it| (it.id.to_owned(), it.script.to_owned()));
    lessons.chain(scripts::rows()).collect()
}

fn named(name: &str) -> Player {
    let found = texts().into_iter().find(|(it, _)| it == name);
    run(&found.unwrap_or_else(|| panic!("no script is called {name}")).1)
}

/// A moment, and what the caption must say of it: what happens, and why.
type Moment = (&'static str, fn(&Kind) -> bool, &'static [&'static str]);

const MOMENTS: &[Moment] = &[
    (
        "journey-of-a-record",
        |kind| matches!(kind, Kind::RecordBatched { .. }),
        &["waits in producer-1's RecordAccumulator", "until its batch is full", "linger.ms (5 ms)"],
    ),
    (
        "acks-0-shaky-network",
        |kind| matches!(kind, Kind::MessageLost { .. }),
        &["record 4 never reaches broker-1", "connection"],
    ),
    (
        "39-a-follower-is-stuck",
        |kind| matches!(kind, Kind::IsrShrunk { .. }),
        &["shrinks to broker-1, broker-2", "replica.lag.time.max.ms (30 s)"],
    ),
    (
        "acks-1-leader-dies",
        |kind| matches!(kind, Kind::BrokerCrashed { .. }),
        &["broker-1's process dies", "page cache survives", "broker.session.timeout.ms (9 s)"],
    ),
    (
        "acks-1-leader-dies",
        |kind| matches!(kind, Kind::LeaderElected { .. }),
        &["broker-2 is elected leader of orders-0", "first in-sync replica"],
    ),
    (
        "acks-1-leader-dies",
        |kind| matches!(kind, Kind::Truncated { .. }),
        &["broker-1 cuts its log", "departs from the leader's", "records 6–8 are gone"],
    ),
    (
        "power-cut",
        |kind| matches!(kind, Kind::PowerCut { .. }),
        &["broker-1 loses its power", "records 4–7", "not on its disk"],
    ),
    (
        "62-auto-commit-crash-after-poll",
        |kind| matches!(kind, Kind::ConsumerCrashed { .. }),
        &["billing-1's process dies", "committed offsets", "session.timeout.ms (45 s)"],
    ),
    (
        "clients-come-back",
        |kind| matches!(kind, Kind::ProducerRestarted { .. }),
        &["producer-1 starts again with acks=all and linger.ms=2."],
    ),
    (
        "clients-come-back",
        |kind| matches!(kind, Kind::ConsumerRestarted { .. }),
        &["billing-2 starts again with max.poll.records=2", "committed offsets"],
    ),
    (
        "85-transaction-times-out",
        |kind| matches!(kind, Kind::LastStableOffset { stable: false, .. }),
        &["Readers of committed records stop at offset 0", "a transaction is open"],
    ),
];

#[test]
fn the_caption_says_what_happens_and_why_at_the_moments_that_matter() {
    for (name, is_it, words) in MOMENTS {
        let player = named(name);
        let event = player.trace().iter().find(|event| is_it(&event.kind)).expect("the moment");
        let text = caption(&player, event.at_us);
        for word in *words {
            assert!(
                text.contains(word),
                "{name} at {} µs: {word:?} is not in {text:?}",
                event.at_us
            );
        }
    }
}

#[test]
fn what_is_said_of_an_acknowledgement_is_what_its_producer_was_set_to_then() {
    let player = named("clients-come-back");
    let (setup, trace) = (player.setup(), player.trace());
    let acks = trace.iter().filter(|event| matches!(event.kind, Kind::BatchAcked { .. }));
    let said: Vec<String> = acks.map(|event| line(setup, trace, event)).collect();
    let of_leader = said.iter().take_while(|text| text.contains("acks=1 asks for the leader only"));
    let of_leader = of_leader.count();
    assert!(of_leader > 1 && of_leader < said.len(), "{said:?}");
    assert!(
        said[of_leader..].iter().all(|text| text.contains("every in-sync replica")),
        "{said:?}"
    );
    // And so in the lives of the first record and the last.
    let last = RecordId(setup.records.len() as u32);
    for (record, acks) in [(RecordId(1), "acks=1"), (last, "acks=all")] {
        let life = Biography::of(setup, trace, record, &ENGLISH);
        let told = life.steps.iter().any(|step| step.sentence.contains(acks));
        assert!(told, "{record}: {:?}", life.steps);
    }
}

#[test]
fn a_crash_is_told_long_enough_to_be_read() {
    let player = named("acks-1-leader-dies");
    let crash = |kind: &Kind| matches!(kind, Kind::BrokerCrashed { .. });
    let at_us = player.trace().iter().find(|event| crash(&event.kind)).expect("a crash").at_us;
    let text = caption(&player, at_us);
    let pace = player.pace();
    for later_ms in [100.0, 600.0, 1_200.0] {
        let later_us = pace.sim_us(pace.play_ms(at_us) + later_ms);
        let is_step = player.trace().iter().any(|event| event.at_us == later_us);
        assert!(!is_step, "{later_us} µs is no moment between two events");
        assert!(caption(&player, later_us).starts_with(&text), "{later_ms} ms after it");
    }
}

#[test]
fn the_log_says_a_sentence_of_every_event() {
    for (name, text) in texts() {
        let player = run(&text);
        for event in player.trace() {
            let text = line(player.setup(), player.trace(), event);
            assert!(text.ends_with('.') && text.len() > 10, "{name}: {event:?}: {text:?}");
            assert!(text.starts_with(|it: char| it.is_alphabetic() || it == '_'), "{name}: {text}");
            assert!(!text.contains("no record"), "{name}: {event:?}: {text}");
        }
    }
}

#[test]
fn each_event_is_of_one_kind() {
    let player = named("acks-1-leader-dies");
    let count = |filter: Filter| {
        let taken = |event: &&_| filter.takes(player.setup(), player.trace(), event);
        player.trace().iter().filter(taken).count()
    };
    let each: usize = Class::ALL.iter().map(|class| count(Filter::kind(*class))).sum();
    assert_eq!(each, player.trace().len());
    assert_eq!(count(Filter::EVERYTHING), player.trace().len());
    assert_eq!(count(Filter::STORY) + count(Filter::kind(Class::Traffic)), player.trace().len());
    let acks = player.trace().iter().filter(|it| matches!(it.kind, Kind::BatchAcked { .. }));
    assert_eq!(count(Filter::kind(Class::Acked)), acks.count());
    assert_eq!(count(Filter::kind(Class::Truncation)), 1);
}

#[test]
fn what_the_script_repairs_or_changes_is_no_failure() {
    let classes = |player: Player| -> Vec<(Class, bool)> {
        let (setup, trace) = (player.setup(), player.trace());
        let acts = trace.iter().filter(|it| matches!(it.kind, Kind::ActionApplied { .. }));
        let trouble = |event| Filter::TROUBLE.takes(setup, trace, event);
        acts.map(|event| (Class::of(setup, &event.kind), trouble(event))).collect()
    };
    let [harm, repair] = [(Class::Failure, true), (Class::Recovery, false)];
    assert_eq!(classes(named("acks-1-leader-dies")), [harm, repair], "killed, started again");
    assert_eq!(classes(named("28-buffer-full")), [harm, repair], "paused, and goes on");
    assert_eq!(classes(named("88-external-effect")), [harm, repair], "cut, and healed");
    let other = r#"{
      "kafka": "4.1", "topics": [{ "name": "orders" }],
      "producers": [{ "sends": [{ "topic": "orders", "count": 1, "start": "10ms" }] }],
      "actions": [{ "at": "5ms", "do":
        { "set": { "topic": "orders", "config": { "min.insync.replicas": 1 } } } }]
    }"#;
    assert_eq!(classes(run(other)), [(Class::Change, false)], "another setting");
}

#[test]
fn a_records_events_reach_from_its_send_to_its_end() {
    let player = named("acks-1-leader-dies");
    let filter = Filter { record: Some(RecordId(7)), ..Filter::STORY };
    let taken: Vec<&Kind> = player
        .trace()
        .iter()
        .filter(|event| filter.takes(player.setup(), player.trace(), event))
        .map(|event| &event.kind)
        .collect();
    assert!(matches!(taken.first(), Some(Kind::RecordCreated { record: RecordId(7), .. })));
    assert!(matches!(taken.last(), Some(Kind::Truncated { .. })), "{:?}", taken.last());
    assert!(taken.iter().any(|kind| matches!(kind, Kind::BatchAcked { .. })));
    let other = |kind: &&&Kind| matches!(kind, Kind::RecordCreated { record, .. } if record.0 != 7);
    assert_eq!(taken.iter().find(other), None);
}

#[test]
fn a_link_is_what_is_between_two() {
    let player = named("acks-1-leader-dies");
    let (producer, broker) = (Node::Producer(ProducerId(0)), Node::Broker(BrokerId(0)));
    let filter = Filter { whom: Some(Whom::Link(producer, broker)), ..Filter::EVERYTHING };
    let mut sent = 0;
    for event in player.trace() {
        let is_between = match &event.kind {
            Kind::MessageSent { from, to, .. } | Kind::MessageArrived { from, to, .. } => {
                [(producer, broker), (broker, producer)].contains(&(*from, *to))
            }
            _ => continue,
        };
        assert_eq!(filter.takes(player.setup(), player.trace(), event), is_between, "{event:?}");
        sent += u32::from(is_between);
    }
    assert!(sent > 20, "{sent} messages");
}

#[test]
fn as_many_records_are_at_risk_as_their_biographies_say() {
    for (name, text) in texts() {
        let player = run(&text);
        let (setup, trace) = (player.setup(), player.trace());
        let ids = (1..=setup.records.len() as u32).map(RecordId);
        let risks: Vec<_> =
            ids.flat_map(|id| Biography::of(setup, trace, id, &ENGLISH).risks).collect();
        let acked = |at_us| {
            let those = risks.iter().filter(|it| it.why == Risky::AckedNotCommitted);
            those.filter(|risk| risk.is_at(at_us)).count()
        };
        let steps = at_risk(setup, trace);
        for event in trace {
            let step = steps.partition_point(|(at_us, _)| *at_us <= event.at_us).checked_sub(1);
            let count = step.map_or(0, |at| steps[at].1);
            assert_eq!(count as usize, acked(event.at_us), "{name} at {} µs", event.at_us);
        }
    }
}
