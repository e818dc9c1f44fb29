//! A struck run is, event for event, the run of the script with the fault's actions in it.

use std::sync::Arc;

use ackscope::lab::{DangerMap, Fault, Outcome, Watch, replay};
use ackscope::lessons;
use ackscope::model::digest::Digest;
use ackscope::model::run::{End, finish};
use ackscope::model::trace::{Observer, TraceEvent};
use ackscope::model::{Setup, World};
use ackscope::script::{Action, Do, Duration, Script};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::plan::any_plan;
use crate::support::{load, map, script};

/// Digests everything, and keeps what a verdict needs.
#[derive(Clone)]
struct Both {
    digest: Digest,
    watch: Watch,
}

impl Observer for Both {
    fn observe(&mut self, event: &TraceEvent) {
        self.digest.observe(event);
        self.watch.observe(event);
    }
}

fn setup(script: &Script) -> Arc<Setup> {
    Setup::new(script, &script.resolve().expect("it can run"))
}

fn with(script: &Script, actions: &[Do], at_us: u64) -> Script {
    let mut script = script.clone();
    let at = |what: &Do, after_us: u64| Action {
        at: Some(Duration::from_us(at_us + after_us)),
        when: None,
        after: None,
        what: what.clone(),
    };
    script.actions.extend((0..).zip(actions).map(|(n, what)| at(what, n * 7_000_000)));
    script
}

/// How a run goes on from there: the digest of the whole trace, the end, the actions that found
/// nothing to act on.
fn rest(mut world: World, mut both: Both) -> (u64, End, Vec<u16>) {
    let end = finish(&mut world, &mut both, &mut |_| {});
    (both.digest.value(), end, both.watch.measures.ignored)
}

/// Strikes at so many moments, spread over the run, and compares with the run from the beginning.
fn struck_is_the_same(script: &Script, actions: &[Do], moments: usize) {
    let base = setup(script);
    let new = |setup: &Arc<Setup>| Both { digest: Digest::default(), watch: Watch::new(setup) };
    let mut both = new(&base);
    let mut world = World::new(&base, &mut both);
    let mut times_us = Vec::new();
    finish(&mut world.clone(), &mut both.clone(), &mut |world| times_us.extend(world.next_us()));
    times_us.dedup();
    let armed = setup(&with(script, actions, 0));
    for at_us in times_us.iter().step_by((times_us.len() / moments).max(1)) {
        for at_us in [*at_us, at_us + 1] {
            while world.next_us().is_some_and(|next_us| next_us < at_us) {
                world.step(&mut both);
            }
            let mut struck = world.clone();
            struck.strike(&armed, at_us);
            let full = setup(&with(script, actions, at_us));
            let mut anew = new(&full);
            let begun = World::new(&full, &mut anew);
            let json = || with(script, actions, at_us).to_json();
            assert_eq!(rest(struck, both.clone()), rest(begun, anew), "at {at_us}: {}", json());
        }
    }
}

#[test]
fn a_struck_run_is_the_run_of_the_script_with_the_actions() {
    let lesson = lessons::find("acks-1-leader-dies").expect("it is there");
    let lesson = Script::parse(lesson.script).expect("a script");
    let broker = || "broker-1".to_owned();
    struck_is_the_same(&lesson, &[Do::Crash(broker())], 40);
    struck_is_the_same(&lesson, &[Do::Pause(broker()), Do::Resume(broker())], 40);
    struck_is_the_same(&lesson, &[Do::Crash("billing-1".to_owned())], 40);
}

#[test]
fn also_in_random_runs_with_faults_of_their_own() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..40 {
        let plan = any_plan().new_tree(&mut runner).expect("a plan").current();
        let script = load(&plan.script());
        let all = Fault::all(&script);
        let fault = &all[(0..all.len()).new_tree(&mut runner).expect("a number").current()];
        let map = DangerMap::new(&script, fault).expect("it fits");
        let mut first = map.clone();
        assert!(first.step(), "something is sent");
        let actions = first.actions_at(first.spans()[0].from_us);
        let actions: Vec<Do> = actions.into_iter().map(|action| action.what).collect();
        struck_is_the_same(&script, &actions, 6);
    }
}

#[test]
fn an_action_strikes_between_the_scripts_own_of_the_same_time() {
    // One with a time and one that is triggered, both in the microsecond of the strike.
    let actions = json!([
        { "at": "30ms", "do": { "crash": "broker-2" } },
        { "when": { "event": "crashed" }, "after": "20ms", "do": { "restart": "broker-2" } },
    ]);
    let script = script(json!({ "acks": "1" }), json!({ "actions": actions }));
    let restart = [Do::Restart("broker-2".to_owned())];
    let base = setup(&script);
    for at_us in [30_000, 50_000] {
        let mut watch = Both { digest: Digest::default(), watch: Watch::new(&base) };
        let mut world = World::new(&base, &mut watch);
        while world.next_us().is_some_and(|next_us| next_us < at_us) {
            world.step(&mut watch);
        }
        world.strike(&setup(&with(&script, &restart, 0)), at_us);
        let full = setup(&with(&script, &restart, at_us));
        let mut anew = Both { digest: Digest::default(), watch: Watch::new(&full) };
        let begun = World::new(&full, &mut anew);
        assert_eq!(rest(world, watch), rest(begun, anew), "at {at_us}");
    }
}

/// There is no gap between spans, and each, opened at either end, is what the map says. Answers with what was done to the script.
fn opens_as_it_says(script: &Script, map: &DangerMap) -> Vec<Do> {
    let own = script.actions.len();
    let mut done = Vec::new();
    assert!(map.spans().windows(2).all(|ends| ends[0].to_us + 1 == ends[1].from_us));
    for span in map.spans() {
        for at_us in [span.from_us, span.to_us] {
            let script = map.script_at(at_us);
            let replay = replay(&script).expect("it can run");
            let acted = script.actions.len() > own && !replay.idle_actions.contains(&(own as u16));
            let outcome = Outcome { acted, harms: replay.harms };
            assert_eq!(outcome, span.outcome, "at {at_us}");
            done.extend(script.actions.into_iter().skip(own).map(|action| action.what));
        }
    }
    done
}

#[test]
fn every_span_can_be_opened_and_shows_what_the_map_says() {
    let actions =
        json!([{ "when": { "event": "acked", "record": 5 }, "do": { "crash": "broker-1" } }]);
    let script = script(json!({ "acks": "1" }), json!({ "actions": actions }));
    // The leader is another one after the script's own crash, and nobody for a while.
    let map = map(&script, "crash:leader");
    let mut leaders = opens_as_it_says(&script, &map);
    leaders.dedup();
    let crash = |n: u16| Do::Crash(format!("broker-{n}"));
    assert_eq!(leaders, [crash(1), crash(2)]);
    let worst = map.worst().expect("it acts");
    assert!(map.report().worst.is_some_and(|told| told.moment == worst));
    let most = map.spans().iter().map(|span| span.outcome.harmed(map.undisturbed()).len()).max();
    assert!(Some(worst.outcome.harmed(map.undisturbed()).len()) == most, "{worst:?}");
}

#[test]
fn an_edge_between_two_events_is_found_to_the_microsecond() {
    // The producer stands still for 20 ms. Where that ends too late for a record to be acked before
    // the power cut, the record is not lost: the edge is where the pause begins, amid quiet.
    let topics = json!([{ "name": "orders", "replication_factor": 1 }]);
    let actions = json!([
        { "at": "100ms", "do": { "power-cut": "broker-1" } },
        { "at": "5s", "do": { "restart": "broker-1" } },
    ]);
    let changes = json!({ "topics": topics, "actions": actions });
    let script = script(json!({ "acks": "1" }), changes);
    let map = map(&script, "pause:producer-1:20ms");
    opens_as_it_says(&script, &map);
    let mut world = World::new(&setup(&script), &mut ());
    let mut times_us = Vec::new();
    finish(&mut world, &mut (), &mut |world| times_us.extend(world.next_us()));
    let edges = map.spans().iter().skip(1).map(|span| span.from_us);
    let amid: Vec<u64> = edges.filter(|edge| !times_us.contains(&(edge - 1))).collect();
    assert!(!amid.is_empty(), "{:?}", map.spans());
}

#[test]
fn a_map_grows_step_by_step_and_leaves_no_gap() {
    let script = script(json!({ "acks": "1" }), json!({}));
    let mut map = DangerMap::new(&script, &crate::support::fault("crash:leader")).expect("it fits");
    let mut tried = 0;
    while map.step() {
        assert!(map.tried() > tried && map.done() <= map.steps(), "each step tries something");
        tried = map.tried();
        let moments: u32 = map.spans().iter().map(|span| span.moments).sum();
        assert_eq!(moments, tried);
        for ends in map.spans().windows(2) {
            assert_eq!(ends[0].to_us + 1, ends[1].from_us);
            assert_ne!(ends[0].outcome, ends[1].outcome, "neighbours differ");
        }
    }
    assert_eq!(map.done(), map.steps());
    assert_eq!(map.spans()[0].from_us, 10_000, "it begins with the first send()");
}

#[test]
fn a_fault_of_many_acts_as_long_as_it_finds_one() {
    let actions = json!([{ "at": "20ms", "do": { "crash": "broker-1" } }]);
    let script = script(json!({ "acks": "1" }), json!({ "actions": actions }));
    let all = map(&script, "crash:brokers");
    assert!(all.spans().iter().all(|span| span.outcome.acted));
    // An action of the same microsecond that stands before it in the script comes before it.
    for span in map(&script, "crash:broker-1").spans() {
        assert_eq!(span.outcome.acted, span.to_us < 20_000, "{span:?}");
    }
}

#[test]
fn a_sample_is_a_part_of_the_map() {
    let script = script(json!({ "acks": "1" }), json!({}));
    let whole = map(&script, "crash:leader");
    let new = || DangerMap::new(&script, &crate::support::fault("crash:leader")).expect("it fits");
    let sample = new().at_most(20).finish();
    assert_eq!((sample.tried(), sample.steps()), (20, 20));
    for span in sample.spans() {
        let at = whole.spans().iter().find(|s| (s.from_us..=s.to_us).contains(&span.from_us));
        assert_eq!(at.map(|span| &span.outcome), Some(&span.outcome));
    }
    assert_eq!(sample.spans().last().map(|s| s.to_us), whole.spans().last().map(|s| s.to_us));
    // One that leaves nothing out is the map.
    assert_eq!(new().at_most(u32::MAX).finish().spans(), whole.spans());
}

/// What is opened at a moment is what the map speaks of, also where another broker leads by then.
#[test]
fn a_fault_strikes_without_the_map_as_it_does_on_it() {
    let lesson = lessons::find("acks-1-leader-dies").expect("the lesson");
    let script = Script::parse(lesson.script).expect("a script");
    let fault: Fault = "crash:leader".parse().expect("a fault");
    let map = DangerMap::new(&script, &fault).expect("it fits").finish();
    let moments: Vec<u64> = map.spans().iter().map(|span| span.from_us).collect();
    assert!(moments.len() > 3);
    for at_us in moments {
        let struck = DangerMap::strike(&script, &fault, at_us).expect("it fits");
        assert_eq!(struck, map.script_at(at_us), "at {at_us}");
    }
    let leaders: Vec<Action> = [20_000, 12_000_000]
        .into_iter()
        .filter_map(|at_us| DangerMap::strike(&script, &fault, at_us).ok()?.actions.pop())
        .collect();
    assert_ne!(leaders[0].what, leaders[1].what);
}
