//! Every script of the semantics table, every lesson, the hard ones and random ones, at every
//! moment: after all that happens at a time, and between that and what happens next. In boxes of four
//! kinds what [`broken`] looks for is never found.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ackscope::model::broker::replica::Replica;
use ackscope::model::ids::RecordId;
use ackscope::player::Player;
use ackscope::script::Script;
use ackscope::stage::{Part, Site, View, scene};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::hard;
use crate::plan::any_plan;
use crate::rules::broken;

/// A longer run is looked at so often, spread over it.
const MOMENTS_MAX: usize = 700;
/// How many random scripts there are, each looked at so often.
const RANDOM: usize = 60;
const RANDOM_MOMENTS: usize = 60;
/// Alone, in a window that is not high, on a phone, and as one of two, where a card leaves room for a
/// button at its lower right.
const BOXES: [(f32, f32, f32); 4] =
    [(1100.0, 620.0, 0.0), (840.0, 400.0, 74.0), (390.0, 700.0, 0.0), (660.0, 430.0, 88.0)];

/// All scripts that are written down, by file name.
fn scripts() -> Vec<(String, Script)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).expect("the folder is there");
        entries.map(|entry| entry.expect("it can be read").path())
    };
    let mut paths: Vec<PathBuf> = files("tests/rows").chain(files("src/lessons")).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.push(root.join("tests/stage/large.json"));
    paths.sort();
    let load = |path: &PathBuf| {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let json = fs::read_to_string(path).expect("it can be read");
        (name, Script::parse(&json).expect("it is valid"))
    };
    paths.iter().map(load).collect()
}

/// The times at which something happens, and the middles between them, at most so many.
fn moments(player: &Player, most: usize) -> Vec<u64> {
    let mut times: Vec<u64> =
        [0].into_iter().chain(player.trace().iter().map(|e| e.at_us)).collect();
    times.push(player.end_us());
    times.dedup();
    let middles = times.windows(2).map(|pair| pair[0].midpoint(pair[1]));
    let mut all: Vec<u64> = times.iter().copied().chain(middles).collect();
    all.sort_unstable();
    all.dedup();
    let count = all.len();
    let taken = |place: &usize| count <= most || place * most % count < most;
    (0..count).filter(taken).map(|place| all[place]).collect()
}

/// Looks at runs, as many at a time as there are processors.
fn look(runs: &[(String, Script)], most: usize) -> Vec<String> {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((name, script)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = look_at(name, script.clone(), most);
            wrong.lock().expect("no panic").extend(found);
        }
    };
    std::thread::scope(|scope| {
        let count = std::thread::available_parallelism().map_or(1, Into::into);
        for _ in 0..count {
            scope.spawn(work);
        }
    });
    wrong.into_inner().expect("no panic")
}

/// What is wrong with the pictures of a run: the first of each kind.
fn look_at(name: &str, script: Script, most: usize) -> Vec<String> {
    let mut player = Player::new(script).expect("it runs");
    let mut wrong: Vec<(String, String)> = Vec::new();
    for now_us in moments(&player, most) {
        let moment = player.seek(now_us);
        for (width, height, button) in BOXES {
            for found in broken(&moment, &View { button, ..View::new(width, height) }) {
                let kind: String =
                    found.chars().filter(|sign| sign.is_alphabetic()).take(24).collect();
                let kind = format!("{width}{kind}");
                if wrong.iter().all(|(known, _)| *known != kind) {
                    let line = format!("{name} at {now_us} µs in {width}×{height}: {found}");
                    wrong.push((kind, line));
                }
            }
        }
    }
    wrong.into_iter().map(|(_, line)| line).collect()
}

fn assert_none(wrong: &[String]) {
    let some = &wrong[..wrong.len().min(40)];
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), some.join("\n"));
}

#[test]
fn every_run_can_be_seen_whole_at_every_moment() {
    assert_none(&look(&scripts(), MOMENTS_MAX));
}

#[test]
fn hard_runs_can_be_seen_whole_at_every_moment() {
    assert_none(&look(&hard::scripts(), MOMENTS_MAX));
}

#[test]
fn random_runs_can_be_seen_whole() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seed = number("ACKSCOPE_STAGE_SEED").unwrap_or(1);
    let count = number("ACKSCOPE_STAGE_RUNS").map_or(RANDOM, |count| count as usize);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut run = |n| {
        let plan = any_plan().new_tree(&mut runner).expect("a plan").current();
        let json = plan.script().to_string();
        let script = Script::parse(&json).expect("it is valid");
        (format!("random run {n} of seed {seed}"), script)
    };
    let runs: Vec<_> = (0..count).map(&mut run).collect();
    let wrong = look(&runs, RANDOM_MOMENTS);
    // The first that fails can be opened.
    let fails = runs
        .iter()
        .find(|(name, _)| wrong.iter().any(|line| line.starts_with(&format!("{name} at"))));
    if let Some((name, script)) = fails {
        println!("{name}: {}", script.to_json());
    }
    assert_none(&wrong);
}

#[test]
fn a_followed_record_is_drawn_wherever_it_is() {
    for (name, script) in scripts() {
        let mut player = Player::new(script).expect("it runs");
        let last = player.setup().records.len() as u32;
        for now_us in moments(&player, 14) {
            let moment = player.seek(now_us);
            for record in [1, last].map(RecordId) {
                let view = View { focus: Some(record), ..View::new(840.0, 400.0) };
                let scene = scene(moment.world, moment.ledger, moment.now_us, &view);
                let tail = |replica: &Replica| {
                    let end = replica.log.end_offset();
                    replica.log.records_between(end.saturating_sub(4), end).contains(&record)
                };
                let partition = moment.ledger.partition(record);
                let replicas = moment.world.brokers.iter().filter_map(|b| b.replica(partition?));
                let wanted = replicas.into_iter().any(tail);
                let in_log = |part| matches!(part, Part::Record(id, Site::Log(_)) if id == record);
                let seen = scene.hotspots.iter().any(|spot| in_log(spot.part));
                assert!(seen || !wanted, "{name} at {now_us} µs: record {record}");
            }
        }
    }
}
