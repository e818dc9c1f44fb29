//! From one still it can be told what has happened: where something died, what a log has lost,
//! where a transaction is open, where a group stands, who is about to lead.

use ackscope::model::ids::{BrokerId, ConsumerId, RecordId};
use ackscope::stage::scene::Scene;
use ackscope::stage::{Part, Site, View};

use crate::rules::ink_box;
use crate::support::{STORY, all_scenes, at, says, texts};
use crate::truth::line_of;

const SHAKY: &str = include_str!("../../src/lessons/acks-0-shaky-network.json");
const POWER_CUT: &str = include_str!("../../src/lessons/power-cut.json");
const SEVEN: &str = include_str!("../../src/lessons/seven-messages.json");
const HANGING: &str = include_str!("../rows/90-hanging-transaction.json");
const REBALANCE: &str = include_str!("../rows/72-rebalance-with-auto-commit.json");
const LARGE: &str = include_str!("large.json");

fn scene(json: &str, ms: f64) -> Scene {
    at(json, ms).scene(&View::new(1000.0, 600.0))
}

/// The records that are drawn at sites of a kind.
fn records(scene: &Scene, is: impl Fn(Site) -> bool) -> Vec<u32> {
    let record = |part: Part| match part {
        Part::Record(id, site) if is(site) => Some(id.0),
        _ => None,
    };
    scene.hotspots.iter().filter_map(|spot| record(spot.part)).collect()
}

#[test]
fn a_request_that_is_lost_stays_where_it_died_for_a_while() {
    let lost = |ms| records(&scene(SHAKY, ms), |site| matches!(site, Site::Lost(_)));
    assert_eq!(lost(251.0), [0; 0], "it is on its way");
    assert_eq!(lost(252.5), [4]);
    assert!(says(&scene(SHAKY, 252.5), "lost"));
    assert_eq!(lost(300.0), [0; 0]);
}

#[test]
fn a_request_that_its_producer_still_waits_for_stays_until_that_gives_up() {
    let json = r#"{
      "kafka": "4.1", "topics": [{ "name": "orders" }],
      "producers": [{ "config": { "acks": "1", "linger.ms": 0, "retries": 0 },
        "sends": [{ "topic": "orders", "count": 1, "start": "10ms" }] }],
      "actions": [{ "when": { "event": "drained", "record": 1 }, "do": { "lose":
        { "client": "producer-1", "server": "broker-1", "what": "request", "connection": "silent" } } }]
    }"#;
    let lost = |ms| records(&scene(json, ms), |site| matches!(site, Site::Lost(_)));
    assert_eq!((lost(20_000.0), lost(31_000.0)), (vec![1], vec![]), "request.timeout.ms is 30 s");
}

#[test]
fn what_a_log_has_lost_stays_crossed_out_until_something_is_written_there() {
    let cut = |json, ms| records(&scene(json, ms), |site| site == Site::Cut(BrokerId(0)));
    assert_eq!(cut(STORY, 17_000.0), [0; 0]);
    assert_eq!(cut(STORY, 17_084.5), [6, 7, 8], "it has cut them off");
    assert_eq!(cut(STORY, 20_000.0), [8], "offsets 5 and 6 hold others now");
    assert_eq!(cut(POWER_CUT, 36_040.0), [4, 5, 6, 7], "the page cache is gone");
}

#[test]
fn what_is_crossed_out_can_still_be_read() {
    let mut slashes = 0;
    for (name, scene) in all_scenes() {
        for (shape, number) in texts(&scene) {
            let Some(Part::Record(..)) = shape.part else { continue };
            let (mine, number) = (shape.part, ink_box(number));
            for (from, to) in scene.shapes.iter().filter(|it| it.part == mine).filter_map(line_of) {
                slashes += 1;
                // It rises from the lower left to the upper right, beyond the number on one side.
                let [left, right] = [from.x.min(to.x), from.x.max(to.x)];
                let [top, bottom] = [from.y.min(to.y), from.y.max(to.y)];
                let is_beyond = bottom <= number.y || top >= number.bottom();
                let is_beside = right <= number.x || left >= number.right();
                assert!(is_beyond || is_beside, "{name}: through {mine:?}");
            }
        }
    }
    assert!(slashes > 0, "something is lost");
}

#[test]
fn an_open_transaction_its_end_and_the_last_stable_offset_can_be_seen() {
    let open = scene(HANGING, 3_000.0);
    assert!(says(&open, "LSO 0") && says(&open, "in an open transaction"));
    assert!(says(&open, "payments Ongoing"), "its coordinator says so");
    let over = scene(HANGING, 71_000.0);
    assert!(!says(&over, "LSO") && says(&over, "payments CompleteAbort"));
    let marker = |scene: &Scene| {
        let is_marker = |part| part == Part::Marker(BrokerId(0), 5);
        scene.hotspots.iter().find(|spot| is_marker(spot.part)).map(|spot| spot.label.to_string())
    };
    assert_eq!(marker(&open), None);
    assert_eq!(marker(&over).as_deref(), Some("marker: aborted"));
}

#[test]
fn who_is_elected_and_does_not_know_it_says_so() {
    assert!(!says(&scene(STORY, 8_999.0), "elected"));
    assert!(says(&scene(STORY, 9_000.5), "elected"));
    assert!(!says(&scene(STORY, 9_002.0), "elected"), "it leads");
}

#[test]
fn a_crashed_consumer_leaves_its_committed_offset_at_the_log() {
    let crashed = scene(SEVEN, 180.0);
    assert!(says(&crashed, "committed 4") && !says(&crashed, "position"));
}

#[test]
fn a_member_that_joins_says_so_and_then_what_it_reads() {
    let joins = scene(REBALANCE, 2_100.0);
    assert!(says(&joins, "joins") && !says(&joins, "gen. 2"));
    assert!(says(&scene(REBALANCE, 9_000.0), "gen. 2"));
}

#[test]
fn a_log_moves_so_that_the_followed_record_is_seen() {
    let moment = at(LARGE, 400.0);
    let partition = moment.ledger.partition(RecordId(1));
    let seen = |focus| {
        let view = View { focus, partition, ..View::new(840.0, 400.0) };
        let leader = moment.world.controller.partitions[partition.expect("sent").index()].leader;
        let log = Site::Log(leader.expect("somebody leads"));
        records(&moment.scene(&view), |site| site == log)
    };
    let (tail, head) = (seen(None), seen(Some(RecordId(1))));
    assert!(!tail.contains(&1) && head.contains(&1), "{tail:?} {head:?}");
}

#[test]
fn a_larger_stage_tells_more_and_not_only_larger() {
    let moment = at(LARGE, 400.0);
    let chips = |width, height| {
        let scene = moment.scene(&View::new(width, height));
        let copies = |part| matches!(part, Part::Record(..));
        scene.hotspots.iter().filter(|spot| copies(spot.part)).count()
    };
    assert!(chips(1_680.0, 1_600.0) > chips(840.0, 800.0));
}

#[test]
fn a_consumer_of_many_names_what_it_reads() {
    let scene = at(LARGE, 400.0).scene(&View::new(1_100.0, 900.0));
    let spots = scene.hotspots.iter();
    let consumers = spots.filter(|spot| matches!(spot.part, Part::Consumer(_))).count();
    assert_eq!(consumers, 6);
    assert!(says(&scene, "no partition"), "the one that crashed has none");
    assert!(says(&scene, "audit-2") && says(&scene, "search-1"));
    let label = |n| {
        let spot = scene.hotspots.iter().find(|spot| spot.part == Part::Consumer(ConsumerId(n)));
        spot.map(|spot| spot.label.to_string())
    };
    assert_eq!(label(1).as_deref(), Some("billing-2, paused"));
}
