//! An action that is tied to a moment of a run comes at that moment.

use ackscope::lessons;
use ackscope::model::moments::{comes_true_us, moments};
use ackscope::player::Player;
use ackscope::script::{EventName, Script};

fn story() -> Player {
    Player::new(Script::parse(lessons::FIRST.script).expect("a script")).expect("a run")
}

#[test]
fn an_action_tied_to_a_moment_comes_at_that_moment() {
    let player = story();
    for event in [EventName::Acked, EventName::Replicated, EventName::Elected] {
        let all = moments(player.setup(), player.trace(), event);
        assert!(!all.is_empty(), "{event:?}");
        for (at_us, when) in all {
            let comes_us = comes_true_us(player.setup(), player.trace(), &when);
            assert_eq!(comes_us, Some(at_us), "{when:?}");
        }
    }
}

#[test]
fn each_acknowledged_record_is_a_moment() {
    let player = story();
    let acked = moments(player.setup(), player.trace(), EventName::Acked);
    let records: Vec<u32> = acked.iter().filter_map(|(_, when)| when.record).collect();
    assert_eq!(records, (1..=10).collect::<Vec<_>>());
}

#[test]
fn what_never_happens_has_no_moment() {
    let player = story();
    assert_eq!(moments(player.setup(), player.trace(), EventName::Rebalancing), []);
}
