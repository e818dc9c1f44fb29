//! What happens inside a card has a way that can be seen, and leaves no trace.

use ackscope::model::trace::Kind;
use ackscope::player::Player;
use ackscope::script::Script;
use ackscope::stage::motion::recent;
use ackscope::stage::{Scene, View, moving, scene};

use crate::rules::leaves;
use crate::support::STORY;

const RETRY: &str = include_str!("../../src/lessons/lost-acknowledgement.json");
const POWER_CUT: &str = include_str!("../../src/lessons/power-cut.json");
const SEVEN: &str = include_str!("../../src/lessons/seven-messages.json");

fn player(json: &str) -> Player {
    Player::new(Script::parse(json).expect("it is valid")).expect("it runs")
}

/// The picture of a moment at rest, and with what has just happened on its way.
fn pictures(player: &mut Player, now_us: u64, (width, height): (f32, f32)) -> (Scene, Scene) {
    let recent = recent(player.trace(), player.pace(), now_us);
    let moment = player.seek(now_us);
    let view = View::new(width, height);
    let rest = scene(moment.world, moment.ledger, now_us, &view);
    let way = (moment.trace, &recent[..]);
    (rest, moving(moment.world, moment.ledger, now_us, &view, way))
}

/// Whether a kind of event can be seen when it happens, each time in one of the runs.
fn is_seen(json: &str, is: impl Fn(&Kind) -> bool) -> bool {
    let mut player = player(json);
    let times = player.trace().iter().filter(|event| is(&event.kind)).map(|event| event.at_us);
    let times: Vec<u64> = times.collect();
    assert!(!times.is_empty(), "it happens");
    times.into_iter().any(|at_us| {
        // Alone: whatever else happens then has a way, too.
        let all = recent(player.trace(), player.pace(), at_us);
        let trace = player.trace();
        let mine: Vec<_> = all.into_iter().filter(|step| is(&trace[step.event].kind)).collect();
        let moment = player.seek(at_us);
        let view = View::new(1000.0, 600.0);
        let rest = scene(moment.world, moment.ledger, at_us, &view);
        let way = (moment.trace, &mine[..]);
        let moves = moving(moment.world, moment.ledger, at_us, &view, way);
        moves.shapes.len() > rest.shapes.len()
    })
}

#[test]
fn each_step_of_a_record_has_a_way() {
    assert!(is_seen(STORY, |kind| matches!(kind, Kind::RecordBatched { .. })), "send()");
    assert!(is_seen(STORY, |kind| matches!(kind, Kind::BatchDrained { .. })), "to the sender");
    assert!(is_seen(RETRY, |kind| matches!(kind, Kind::BatchRetried { .. })), "and back");
    assert!(is_seen(STORY, |kind| matches!(kind, Kind::BatchAcked { .. })), "told");
    assert!(is_seen(STORY, |kind| matches!(kind, Kind::Appended { .. })), "to the leader");
    assert!(is_seen(STORY, |kind| matches!(kind, Kind::Replicated { .. })), "to a follower");
    assert!(is_seen(POWER_CUT, |kind| matches!(kind, Kind::Flushed { .. })), "to the disk");
    assert!(is_seen(SEVEN, |kind| matches!(kind, Kind::Fetched { .. })), "fetched");
    assert!(is_seen(SEVEN, |kind| matches!(kind, Kind::Polled { .. })), "in hand");
    assert!(is_seen(SEVEN, |kind| matches!(kind, Kind::Processed { .. })), "processed");
}

#[test]
fn a_failure_and_an_election_go_out_from_their_card() {
    assert!(is_seen(STORY, |kind| matches!(kind, Kind::BrokerCrashed { .. })));
    assert!(is_seen(POWER_CUT, |kind| matches!(kind, Kind::PowerCut { .. })));
    assert!(is_seen(POWER_CUT, |kind| matches!(kind, Kind::PageCacheLost { .. })));
    assert!(is_seen(SEVEN, |kind| matches!(kind, Kind::ConsumerCrashed { .. })));
    assert!(is_seen(STORY, |kind| matches!(kind, Kind::LeaderElected { .. })));
    assert!(is_seen(STORY, |kind| matches!(kind, Kind::BecameLeader { .. })));
    assert!(is_seen(STORY, |kind| matches!(kind, Kind::Truncated { .. })));
}

#[test]
fn motion_adds_lines_and_changes_nothing_else() {
    for json in [STORY, RETRY, POWER_CUT, SEVEN] {
        let mut player = player(json);
        let mut times: Vec<u64> = player.trace().iter().map(|event| event.at_us).collect();
        times.dedup();
        for now_us in times {
            for size in [(1100.0, 620.0), (840.0, 400.0), (390.0, 700.0)] {
                let (rest, moves) = pictures(&mut player, now_us, size);
                assert_eq!(rest.hotspots, moves.hotspots, "at {now_us} µs");
                let mut all = moves.shapes.iter();
                assert!(rest.shapes.iter().all(|shape| all.any(|other| other == shape)));
                assert_eq!(leaves(&moves), [""; 0], "at {now_us} µs in {size:?}");
            }
        }
    }
}

#[test]
fn motion_is_over_after_a_second_and_the_same_from_wherever_one_comes() {
    let mut player = player(STORY);
    let crash = player.trace().iter().find(|e| matches!(e.kind, Kind::BrokerCrashed { .. }));
    let crash_us = crash.expect("it crashes").at_us;
    let (_, first) = pictures(&mut player, crash_us + 20, (1000.0, 600.0));
    let later_us = player.pace().sim_us(player.pace().play_ms(crash_us) + 1_000.0);
    let about = |now_us, player: &Player| {
        let trace = player.trace();
        let steps = recent(trace, player.pace(), now_us).into_iter();
        steps.filter(|step| trace[step.event].at_us == crash_us).count()
    };
    assert!(about(crash_us, &player) > 0 && about(later_us, &player) == 0);
    player.seek(later_us);
    let (rest, again) = pictures(&mut player, crash_us + 20, (1000.0, 600.0));
    assert_eq!(first, again);
    assert_ne!(rest, again);
}

#[test]
fn at_the_end_of_a_run_nothing_is_on_its_way() {
    for json in [STORY, RETRY, POWER_CUT, SEVEN] {
        let mut player = player(json);
        let end_us = player.end_us();
        let last_us = player.trace().last().expect("something happens").at_us;
        assert!(player.pace().play_ms(end_us) - player.pace().play_ms(last_us) < 1.0, "just then");
        assert_eq!(recent(player.trace(), player.pace(), end_us), []);
        let (rest, end) = pictures(&mut player, end_us, (1000.0, 600.0));
        assert_eq!(rest, end);
    }
}
