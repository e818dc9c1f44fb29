//! Over random scripts: no answer that its own replay does not confirm.

use ackscope::lab::{Rescue, replay};
use ackscope::script::Script;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::check::{names, wrong};
use crate::plan::{Plan, any_plan};

/// How many scripts with harm are tried for each seed.
const HARMED: u32 = 12;
/// Runs that take longer are left to others: consumers that ask a deposed leader for ever.
const STEPS_MAX: u32 = 40_000;

fn check(plan: &Plan) -> Result<bool, TestCaseError> {
    let script = Script::parse(&plan.script().to_string())
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    let base = replay(&script).map_err(|error| TestCaseError::fail(error.to_string()))?;
    if base.harms.is_none() || base.steps > STEPS_MAX {
        return Ok(false);
    }
    let found =
        Rescue::new(&script).map_err(|error| TestCaseError::fail(error.to_string()))?.finish();
    for answer in &found.answers {
        if let Some(why) = wrong(&script, &base, answer) {
            return Err(TestCaseError::fail(format!("{:?}: {why}", names(answer))));
        }
    }
    Ok(true)
}

fn try_plans(seed: u64) -> Result<u32, String> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let mut harmed = 0;
    while harmed < HARMED {
        let tree = any_plan().new_tree(&mut runner).map_err(|why| why.to_string())?;
        let harms = std::cell::Cell::new(false);
        let tried = runner.run_one(tree, |plan| {
            harms.set(check(&plan)?);
            Ok(())
        });
        harmed += u32::from(harms.get());
        tried.map_err(|error| match error {
            TestError::Fail(why, plan) => format!("seed {seed}: {why}\n{}", plan.script()),
            TestError::Abort(why) => format!("seed {seed}: {why}"),
        })?;
    }
    Ok(harmed)
}

#[test]
fn rescue_never_proposes_what_its_own_replay_does_not_confirm() {
    let tried: Vec<_> = (1..=3).map(|seed| std::thread::spawn(move || try_plans(seed))).collect();
    for thread in tried {
        if let Err(why) = thread.join().expect("no panic") {
            panic!("{why}");
        }
    }
}
