//! Random runs: what must hold whatever is set, sent and broken. A run that breaks a rule shrinks
//! to a short script, printed as JSON that `ackscope run` takes.
//!
//! `cargo test --test random` tries some hundreds; `cargo xtask soak` goes on as long as one likes.
#![expect(clippy::disallowed_types, reason = "a soak measures its own time")]

#[path = "random/checker.rs"]
mod checker;
#[path = "random/decided.rs"]
mod decided;
#[path = "random/fault.rs"]
mod fault;
#[path = "random/plan.rs"]
mod plan;
#[path = "random/promises.rs"]
mod promises;

use std::time::{Duration, Instant};

use ackscope::model::run::{finish, quiet_us};
use ackscope::model::trace::{Kind, Observer, TraceEvent};
use ackscope::model::{Run, Setup, World};
use ackscope::script::Script;
use checker::{Allowed, Checker};
use decided::Decided;
use plan::{Plan, any_plan};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

/// How many runs the ordinary test tries with each of its seeds, which never change.
const RUNS: u32 = 600;
const SEEDS: std::ops::RangeInclusive<u64> = 1..=4;

/// Enough of a run: a consumer that cannot learn of a new leader asks the old one again and again.
const STEPS_MAX: u64 = 400_000;

/// Observes for the checker and keeps the trace.
struct Watch {
    checker: Checker,
    decided: Decided,
    trace: Vec<TraceEvent>,
}

impl Observer for Watch {
    fn observe(&mut self, event: &TraceEvent) {
        self.checker.observe(event);
        self.trace.push(event.clone());
        self.decided.observe(&self.trace);
    }
}

/// Runs a plan; an error says which rule it broke.
fn check(plan: &Plan) -> Result<(), TestCaseError> {
    let script = plan.script().to_string();
    let (script, resolved) =
        Script::load(&script).map_err(|error| TestCaseError::fail(format!("{error}\n{script}")))?;
    let setup = Setup::new(&script, &resolved);
    let checker = Checker::new(&setup, Allowed::by(plan));
    let mut watch = Watch { checker, decided: Decided::new(&setup), trace: Vec::new() };
    let mut world = World::new(&setup, &mut watch);
    let (mut looked, mut steps) = (0, 0);
    let until_us = setup.until_us.unwrap_or(u64::MAX);
    let mut calm = Calm { within_us: quiet_us(&setup), since: None };
    // `finish` hands the world out before each step only; here it is looked at after each.
    while world.next_us().is_some_and(|next_us| next_us <= until_us)
        && watch.checker.wrong.is_none()
        && (world.busy() || !is_quiet(&world))
    {
        world.step(&mut watch);
        steps += 1;
        if steps > STEPS_MAX {
            return Ok(());
        }
        if let Some(wrong) = calm.broken(&world) {
            watch.checker.wrong = Some(wrong);
        }
        if watch.trace.len() > looked {
            for event in &watch.trace[looked..] {
                watch.checker.polled(&world, &event.kind);
            }
            looked = watch.trace.len();
            watch.checker.look(&world);
            watch.checker.shares_are_disjoint(&world);
        }
    }
    let at_us = world.now_us();
    if let Some(wrong) = watch.checker.wrong {
        return Err(TestCaseError::fail(format!("at {at_us} µs: {wrong}")));
    }
    let end = finish(&mut world, &mut watch, &mut |_| {});
    if let Some(wrong) = watch.decided.wrong_at_the_end() {
        return Err(TestCaseError::fail(wrong));
    }
    let run = Run { setup, trace: watch.trace, world, end };
    promises::broken(plan, &run).map_or(Ok(()), |broken| Err(TestCaseError::fail(broken)))
}

/// A world that says that nothing will happen for a while, and when it said so.
struct Calm {
    within_us: u64,
    since: Option<(u64, u64)>,
}

impl Calm {
    /// Looks at the world after a step: does it keep its word?
    fn broken(&mut self, world: &World) -> Option<String> {
        let Some((since_us, last_us)) = self.since else {
            if !world.busy() && world.is_calm(self.within_us) {
                self.since = Some((world.now_us(), world.last_trace_us()));
            }
            return None;
        };
        let happened = world.last_trace_us() != last_us;
        let in_time = world.last_trace_us() <= since_us + self.within_us;
        (happened && in_time).then(|| format!("something happened in the calm since {since_us} µs"))
    }
}

/// Whether nothing was traced for so long that no timer is left which would change anything; the
/// longest is the sweep for unclean elections.
fn is_quiet(world: &World) -> bool {
    world.now_us() > world.last_trace_us() + 320_000_000
}

/// Tries `runs` plans that follow from a seed. The error is the shortest script that fails.
fn try_plans(seed: u64, runs: u32) -> Result<(), String> {
    let config = Config {
        cases: runs,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        max_shrink_time: 30_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    runner.run(&any_plan(), |plan| check(&plan)).map_err(|error| match error {
        TestError::Fail(why, plan) => {
            let script = serde_json::to_string(&plan.script()).expect("a script");
            format!("seed {seed}: {why}\n{plan:?}\n{script}")
        }
        TestError::Abort(why) => format!("seed {seed}: {why}"),
    })
}

#[test]
fn the_rules_hold_in_random_runs() {
    let tried: Vec<_> =
        SEEDS.map(|seed| std::thread::spawn(move || try_plans(seed, RUNS))).collect();
    for thread in tried {
        if let Err(why) = thread.join().expect("no panic") {
            panic!("{why}");
        }
    }
}

#[test]
fn many_of_the_random_runs_are_not_trivial() {
    let (mut elected, mut calm) = (0, 0);
    let mut runner = TestRunner::deterministic();
    for _ in 0..40 {
        let plan = any_plan().new_tree(&mut runner).expect("a plan").current();
        let (script, resolved) = Script::load(&plan.script().to_string()).expect("a script");
        let run = ackscope::model::run(&Setup::new(&script, &resolved));
        calm += u32::from(run.world.is_calm(0));
        let is_election = |event: &TraceEvent| matches!(event.kind, Kind::LeaderElected { .. });
        elected += u32::from(run.trace.iter().any(is_election));
    }
    assert!(elected > 10, "leaders were elected in {elected} of 40 runs");
    assert!(calm > 10, "{calm} of 40 runs ended in calm");
}

/// Runs without end, or for `ACKSCOPE_SOAK_MINUTES`, with fresh seeds.
#[test]
#[ignore = "it takes as long as one likes: cargo xtask soak"]
fn soak() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let limit = number("ACKSCOPE_SOAK_MINUTES").map(|minutes| Duration::from_secs(minutes * 60));
    let first = number("ACKSCOPE_SOAK_SEED").unwrap_or_else(fresh);
    let begin = Instant::now();
    let (mut runs, mut told) = (0, begin);
    for seed in first.. {
        if limit.is_some_and(|limit| begin.elapsed() >= limit) {
            break;
        }
        if let Err(why) = try_plans(seed, 100) {
            panic!("after {runs} runs: {why}");
        }
        runs += 100;
        if told.elapsed() >= Duration::from_secs(10) {
            told = Instant::now();
            tell(runs, begin.elapsed());
        }
    }
    tell(runs, begin.elapsed());
}

fn tell(runs: u64, time: Duration) {
    let rate = u128::from(runs) * 1_000 / time.as_millis().max(1);
    println!("{runs} runs in {} s, {rate} per second: every rule held", time.as_secs());
}

/// A seed that nobody has tried.
fn fresh() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(1, |time| time.as_millis() as u64) * 1_000
}
