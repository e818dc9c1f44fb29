//! A run that is made a little at a time is the run that is made at once.

use ackscope::lessons;
use ackscope::model::ids::RecordId;
use ackscope::player::{Made, Making, Player};
use ackscope::script::{Do, Script};

const LARGE: &str = include_str!("../stage/large.json");

/// Made so many events at a time, and how often that had to be gone on with.
fn made(script: &Script, most: u32) -> (Made, usize) {
    let mut making = Making::new(script.clone()).expect("a run");
    let mut turns = 1;
    loop {
        match making.go_on(most) {
            Ok(made) => return (made, turns),
            Err(unfinished) => making = unfinished,
        }
        turns += 1;
    }
}

/// A player that has a run made ahead, and takes it.
fn taken(script: &Script, most: u32) -> Player {
    let mut player =
        Player::new(Script::parse(lessons::FIRST.script).expect("a script")).expect("a run");
    player.keep(made(script, most).0);
    player.set(script.clone()).expect("a run");
    player
}

#[test]
fn it_is_the_same_at_every_moment() {
    let script = Script::parse(LARGE).expect("a script");
    let mut whole = Player::new(script.clone()).expect("a run");
    let mut parts = taken(&script, 777);
    assert_eq!(parts.script(), whole.script());
    assert_eq!((parts.digest(), parts.end_us()), (whole.digest(), whole.end_us()));
    assert_eq!(parts.totals(), whole.totals());
    // Back and forth, so that keyframes are used.
    for part in [9, 2, 7, 1, 8, 5, 10, 0, 4] {
        let at_us = whole.end_us() / 10 * part;
        let (a, b) = (whole.seek(at_us), parts.seek(at_us));
        assert_eq!(format!("{:?}", a.world), format!("{:?}", b.world), "at {at_us}");
        let records = 1..=a.world.setup().records.len() as u32;
        for id in records.map(RecordId) {
            assert_eq!(a.ledger.verdict(id), b.ledger.verdict(id), "{id:?} at {at_us}");
        }
    }
}

#[test]
fn no_turn_is_longer_than_it_may_be() {
    let script = Script::parse(LARGE).expect("a script");
    let (_, steps) = made(&script, 1);
    let (_, turns) = made(&script, 500);
    assert_eq!(turns, steps.div_ceil(500), "{steps} events");
}

#[test]
fn a_run_for_another_script_is_not_taken() {
    let script = Script::parse(lessons::FIRST.script).expect("a script");
    let mut player = Player::new(script.clone()).expect("a run");
    let mut other = script.clone();
    other.seed += 1;
    player.keep(made(&other, 100).0);
    let crash = Do::Crash("broker-1".to_owned());
    player.act(1_000, crash.clone()).expect("a run");
    let expected = Player::new(player.script().clone()).expect("a run");
    assert_eq!(player.digest(), expected.digest());
    assert_eq!(player.script().actions.last().map(|action| &action.what), Some(&crash));
}
