//! The library without an app: what a run comes to, and how much work it is. The tests compile it
//! natively and for a browser and compare.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ackscope::lab::hazard::Hazard;
use ackscope::lab::odds::Trials;
use ackscope::lab::{DangerMap, Fault, Rescue};
use ackscope::model::digest::Digest;
use ackscope::model::run::finish;
use ackscope::model::{Setup, World, run};
use ackscope::script::Script;
use ackscope::verdict::Ledger;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::wasm_bindgen;

/// The digest of a script's trace, or what is wrong with the script.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
#[must_use]
pub fn digest(script: &str) -> String {
    match Script::load(script) {
        Ok((script, resolved)) => {
            format!("{:016x}", Digest::of(&run(&Setup::new(&script, &resolved)).trace))
        }
        Err(error) => error.to_string(),
    }
}

/// Runs a script with nobody listening; answers with the number of events, 0 for a bad script.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
#[must_use]
pub fn events(script: &str) -> u32 {
    let Ok((script, resolved)) = Script::load(script) else { return 0 };
    let mut world = World::new(&Setup::new(&script, &resolved), &mut ());
    let mut events = 0;
    finish(&mut world, &mut (), &mut |_| events += 1);
    events
}

/// How many events wait in such a run, on average over its events.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
#[must_use]
pub fn pending(script: &str) -> u32 {
    let Ok((script, resolved)) = Script::load(script) else { return 0 };
    let mut world = World::new(&Setup::new(&script, &resolved), &mut ());
    let (mut events, mut pending) = (0, 0);
    finish(&mut world, &mut (), &mut |world| {
        events += 1;
        pending += u64::from(world.pending());
    });
    pending.checked_div(events).unwrap_or_default() as u32
}

/// Runs each lesson so many times, as whoever counts what becomes of records does: another seed, a
/// setup, a world and a ledger of its own each time. Answers with the number of records lost.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
#[must_use]
pub fn lessons(times: u32) -> u32 {
    let mut lost = 0;
    for lesson in ackscope::lessons::ALL {
        let Ok((script, mut resolved)) = Script::load(lesson.script) else { continue };
        for seed in 0..times {
            resolved.seed = u64::from(seed);
            let setup = Setup::new(&script, &resolved);
            let mut ledger = Ledger::new(setup.clone());
            let mut world = World::new(&setup, &mut ledger);
            finish(&mut world, &mut ledger, &mut |_| {});
            ledger.finish();
            lost += ledger.totals().lost;
        }
    }
    lost
}

/// The odds of a script under a hazard, over so many runs, as JSON; or what is wrong with them.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
#[must_use]
pub fn odds(script: &str, hazard: &str, runs: u32) -> String {
    let odds = |script: &Script| {
        let hazard = Hazard::parse(hazard)?;
        let trials = Trials::new(script, &hazard).map_err(|error| error.to_string())?;
        let report = trials.odds(0..u64::from(runs)).report();
        serde_json::to_string(&report).map_err(|error| error.to_string())
    };
    let script = Script::parse(script).map_err(|error| error.to_string());
    script.and_then(|script| odds(&script)).unwrap_or_else(|error| error)
}

/// What would have saved the records of a script: how many answers there are.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
#[must_use]
pub fn rescue(script: &str) -> u32 {
    let rescue = Script::parse(script).and_then(|script| Rescue::new(&script));
    rescue.map_or(0, |rescue| rescue.finish().answers.len() as u32)
}

/// The danger map of a script and a fault: at how many moments it was tried.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
#[must_use]
pub fn danger(script: &str, fault: &str) -> u32 {
    let map = Script::parse(script).ok().zip(fault.parse::<Fault>().ok());
    let map = map.and_then(|(script, fault)| DangerMap::new(&script, &fault).ok());
    map.map_or(0, |map| map.finish().tried())
}

/// The least that a model of so many events could do: each is taken from a heap in which so many
/// wait, and another one takes its place. The keys are those of the model's own queue, a time and a
/// sequence number in 128 bits; there is nothing else in the heap, and nothing happens. Answers with
/// something that depends on all of them.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
#[must_use]
pub fn bare_heap(events: u32, waiting: u32) -> u32 {
    let mut heap = BinaryHeap::new();
    let mut state = 1_u64;
    let mut next = |now: u64, sequence: u32| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Reverse(u128::from(now + (state >> 44)) << 64 | u128::from(sequence))
    };
    for sequence in 0..waiting {
        heap.push(next(0, sequence));
    }
    let mut seen = 0_u32;
    for sequence in waiting..waiting + events {
        let Some(Reverse(key)) = heap.pop() else { break };
        seen = seen.wrapping_mul(31).wrapping_add(key as u32);
        heap.push(next((key >> 64) as u64, sequence));
    }
    seen
}
