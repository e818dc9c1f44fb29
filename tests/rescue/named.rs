//! Answers that must be found, and what must be said of them.

use ackscope::lab::{Became, Change, Rescue, Saves, differences};
use ackscope::lessons;
use ackscope::script::Script;
use serde_json::{Value, json};

use crate::check::{find, names, rescue};
use crate::rows::row;

fn lesson(id: &str) -> Script {
    Script::parse(lessons::find(id).expect("a lesson").script).expect("a script")
}

fn script(json: &Value) -> Script {
    Script::parse(&json.to_string()).expect("a script")
}

/// acks=1 and an ISR of one, whose disk is lost after the ack of record 2; the other brokers crashed
/// long before and come back at that time.
fn leader_lost(back: &str) -> Script {
    let actions = json!([
        { "when": { "event": "acked", "record": 2 }, "do": { "lose-disk": { "broker": "broker-1" } } },
        { "at": "60s", "do": "elect-unclean" },
        { "at": "1s", "do": { "crash": "broker-2" } },
        { "at": "1s", "do": { "crash": "broker-3" } },
        { "at": back, "do": { "restart": "broker-2" } },
        { "at": back, "do": { "restart": "broker-3" } },
    ]);
    script(&json!({
        "kafka": "4.1",
        "network": { "latency": "1ms", "links": [{ "from": "brokers", "to": "brokers", "latency": "20ms" }] },
        "topics": [{ "name": "orders" }],
        "producers": [{ "config": { "acks": "1", "linger.ms": 0 }, "sends": [
            { "topic": "orders", "count": 1, "start": "10ms", "keys": ["a"] },
            { "topic": "orders", "count": 1, "start": "15s", "keys": ["a"] },
        ] }],
        "actions": actions,
    }))
}

#[test]
fn acks_1_and_a_dead_leader_need_acks_all_and_no_more_if_others_were_in_sync() {
    let found = rescue(&lesson("acks-1-leader-dies"));
    let first = &found.answers[0];
    assert_eq!(names(first), ["acks=all"]);
    assert_eq!((first.saves, found.harmed), (Saves::All, 3));
    let luck = first.luck.expect("its luck was looked into");
    assert!(luck.is_none() && luck.tried > 20, "{luck:?}");
    assert!(first.price.ack_p50_us > found.price.ack_p50_us, "it waits for the others");
    let [change] = &first.differences[..] else { panic!("{:?}", first.differences) };
    assert_eq!((change.place.as_str(), change.name.as_str()), ("producers[0].config", "acks"));
    assert_eq!(change.after, Some(json!("all")));
    // min.insync.replicas is at its default of 1 there, and stays: also where the order of the
    // assignment decides, where the leadership moves by plan, and where the leader is cut off.
    for number in [7, 8, 10, 47] {
        let found = rescue(&row(number));
        assert_eq!(names(&found.answers[0]), ["acks=all"], "row {number}");
        assert!(found.answers[0].luck.is_some_and(|luck| luck.is_none()), "row {number}");
    }
}

#[test]
fn with_an_isr_of_one_it_takes_the_pair_with_min_insync_replicas_and_costs_refusals() {
    // The others come back when the producer has given up.
    let found = rescue(&leader_lost("200s"));
    assert!(find(&found, &["acks=all"]).is_none(), "alone it acknowledges what one broker has");
    let pair = find(&found, &["acks=all", "min.insync.replicas=2"]).expect("the pair");
    assert!(pair.leaves_no_harm());
    let [trade] = &pair.trades[..] else { panic!("{:?}", pair.trades) };
    assert_eq!((trade.from, trade.to), (Became::Lost, Became::Reported), "shown as a trade");
    assert!(pair.price.refused > found.price.refused, "its price is that it refuses");
    assert!(pair.price.unavailable_us > found.price.unavailable_us);
    // If they are back in time, it is delivered late.
    let found = rescue(&leader_lost("30s"));
    assert!(find(&found, &["acks=all"]).is_none());
    let pair = find(&found, &["acks=all", "min.insync.replicas=2"]).expect("the pair");
    assert_eq!((pair.saves, pair.trades.len()), (Saves::All, 0));
    assert!(pair.price.ack_p99_us > Some(10_000_000), "{:?}", pair.price);
}

#[test]
fn a_lost_response_needs_idempotence_with_the_acks_that_kafka_forces() {
    let found = rescue(&row(11));
    let first = &found.answers[0];
    assert_eq!(names(first), ["enable.idempotence=true"]);
    let settings: Vec<(&str, Option<&Value>)> =
        first.differences.iter().map(|d| (d.name.as_str(), d.after.as_ref())).collect();
    assert_eq!(
        settings,
        [("acks", Some(&json!("all"))), ("enable.idempotence", Some(&json!("true")))]
    );
    // Retries, where they were off, and no more in flight than the broker remembers.
    let mut old = row(11);
    old.kafka = ackscope::script::Version::parse("3.9").expect("a version");
    old.producers[0].config.insert("enable.idempotence".to_owned(), json!(false));
    old.producers[0].config.insert("retries".to_owned(), json!(0));
    let name = "max.in.flight.requests.per.connection";
    old.producers[0].config.insert(name.to_owned(), json!(8));
    let mut new = old.clone();
    Change::named("enable.idempotence=true").expect("a change").apply(&mut new);
    let forced = differences(&old, &new);
    let forced: Vec<(&str, Option<&Value>)> =
        forced.iter().map(|d| (d.name.as_str(), d.after.as_ref())).collect();
    let all =
        [("acks", "all"), ("enable.idempotence", "true"), (name, "5"), ("retries", "2147483647")];
    let all = all.map(|(name, value)| (name, json!(value)));
    assert_eq!(forced, all.each_ref().map(|(name, value)| (*name, Some(value))));
}

#[test]
fn a_crash_in_hand_off_auto_commit_needs_a_commit_after_processing() {
    for script in [lesson("auto-commit-hand-off"), row(63)] {
        let found = rescue(&script);
        let alone = find(&found, &["commit after processing"]).expect("alone");
        assert_eq!(alone.saves, Saves::All);
        // It is at least once: the crash at another moment repeats some.
        assert!(alone.luck.is_some_and(|luck| !luck.is_none()), "{:?}", alone.luck);
        let sure = find(&found, &["commit after processing", "idempotent processing"]);
        assert!(sure.and_then(|answer| answer.luck).is_some_and(|luck| luck.is_none()));
    }
}

#[test]
fn when_all_machines_lose_their_power_only_fsync_before_the_ack_helps() {
    let found = rescue(&row(50));
    let all: Vec<_> = found.answers.iter().map(names).collect();
    assert_eq!(all, [["flush.messages=1"]]);
    let first = &found.answers[0];
    assert!(
        first.price.ack_p50_us > found.price.ack_p50_us,
        "an fsync on each broker is the price"
    );
}

#[test]
fn a_change_that_trades_one_harm_for_another_says_so_and_stands_behind_those_that_save() {
    // Commits before processing: lost. Commits after: repeated.
    let found = rescue(&row(66));
    let at = |changes: &[&str]| found.answers.iter().position(|answer| names(answer) == changes);
    let alone = at(&["commit after processing"]).expect("it is shown");
    let trade = &found.answers[alone].trades[0];
    assert_eq!((trade.from, trade.to), (Became::Delivered, Became::Duplicated));
    assert!(!found.answers[alone].leaves_no_harm());
    assert_eq!(at(&["commit after processing", "idempotent processing"]), Some(0));
    // Nobody looks: lost. Somebody looks: reported.
    let found = rescue(&lesson("record-too-large"));
    let looks = find(&found, &["look at the callback of send()"]).expect("it is shown");
    assert_eq!((looks.trades[0].from, looks.trades[0].to), (Became::Lost, Became::Reported));
    assert_eq!(names(&found.answers[0]), ["max.request.size=10485760"]);
}

#[test]
fn what_helps_by_luck_says_so_and_stands_behind_what_is_sure() {
    let found = rescue(&row(66));
    let lucky = find(&found, &["commit after processing", "max.poll.records=1"]).expect("by luck");
    let luck = lucky.luck.expect("its luck was looked into");
    assert!(luck.good > 0 && luck.good < luck.tried && luck.tried <= luck.of, "{luck:?}");
    let is_sure = |luck: Option<ackscope::lab::Luck>| luck.is_some_and(|luck| luck.is_none());
    let sure: Vec<bool> = found
        .answers
        .iter()
        .filter(|answer| answer.leaves_no_harm())
        .map(|answer| is_sure(answer.luck))
        .collect();
    assert!(sure[0] && sure.is_sorted_by(|one, next| one >= next), "{sure:?}");
}

#[test]
fn a_fault_whose_cause_never_comes_is_done_at_its_time() {
    // The disk is lost when record 2 is acked; with too few in sync it never is.
    let script = leader_lost("200s");
    let found = rescue(&script);
    let pair = find(&found, &["acks=all", "min.insync.replicas=2"]).expect("the pair");
    let [moved] = &pair.moved[..] else { panic!("{:?}", pair.moved) };
    let base = ackscope::lab::replay(&script).expect("a run");
    assert_eq!((moved.action, Some(moved.at_us)), (0, base.measures.acked_us[1]));
    let mut alone = script.clone();
    pair.changes.iter().for_each(|change| change.apply(&mut alone));
    let alone = ackscope::lab::replay(&alone).expect("a run");
    assert_eq!(alone.idle_actions, [0], "else it would be saved from a fault that is not there");
}

#[test]
fn what_spares_its_fault_saves_nobody() {
    let change = "stop at an exception, without close()";
    let found = rescue(&row(65));
    assert!(find(&found, &[change]).is_some(), "the record waits for who comes next");
    // A crash that finds the process dead already has not struck.
    let mut crashed = row(65);
    let crash =
        json!({ "topics": [], "actions": [{ "at": "8s", "do": { "crash": "billing-1" } }] });
    crashed.actions = script(&crash).actions;
    let found = rescue(&crashed);
    assert!(found.harmed > 0 && !found.answers.is_empty());
    assert!(!found.answers.iter().any(|answer| names(answer).contains(&change)));
}

#[test]
fn without_harm_there_is_nothing_to_do() {
    for number in [14, 29, 38] {
        let mut search = Rescue::new(&row(number)).expect("a script");
        assert!(!search.step());
        let found = search.rescued();
        assert_eq!((found.harmed, found.answers.len(), found.needs.len()), (0, 0, 0));
    }
}

#[test]
fn the_search_can_be_looked_at_while_it_goes_on() {
    let mut search = Rescue::new(&lesson("auto-commit-hand-off")).expect("a script");
    let mut steps = 0;
    let mut seen = 0;
    while search.step() {
        steps += 1;
        let (done, planned) = search.progress();
        assert!(done == steps && planned >= done, "{done} of {planned}");
        seen = seen.max(search.rescued().answers.len());
    }
    let at_once = rescue(&lesson("auto-commit-hand-off"));
    assert_eq!(search.rescued(), at_once);
    assert!(seen > 0 && !at_once.answers.is_empty());
    let json = serde_json::to_value(&at_once).expect("JSON");
    assert!(json["answers"][0]["changes"][0]["text"].is_string(), "{json}");
}

/// A producer that comes back with acks=1 before the leader dies: acks=all in its file alone would
/// not help.
#[test]
fn a_setting_that_a_client_comes_back_with_is_changed_there_too() {
    let mut script = lesson("acks-1-leader-dies");
    script.producers[0].config.insert("acks".to_owned(), "all".into());
    let back = json!({ "client": "producer-1", "config": { "acks": "1" } });
    let mut json = script.to_value();
    let actions = json["actions"].as_array_mut().expect("actions");
    actions.push(json!({ "at": "1ms", "do": { "reconfigure": back } }));
    let script = Script::from_value(&json).expect("a script");
    let found = rescue(&script);
    assert_eq!(found.harmed, 3, "as with acks=1 from the beginning");
    assert_eq!(names(&found.answers[0]), ["acks=all"]);
    assert_eq!(found.answers[0].saves, Saves::All);
}
