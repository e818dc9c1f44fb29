//! What happens can be seen.

use ackscope::model::ids::{BrokerId, ConsumerId, RecordId};
use ackscope::stage::scene::Site;
use ackscope::stage::{Part, View};

use crate::support::{STORY, at, says};

#[test]
fn the_story_can_be_seen() {
    let view = View::new(1000.0, 600.0);
    let says = |ms: f64, what: &str| says(&at(STORY, ms).scene(&view), what);
    assert!(says(62.0, "leader") && !says(62.0, "crashed"));
    assert!(says(88.6, "crashed"));
    assert!(says(9_001.5, "acked, and only here: 6–8"));
    assert!(!says(20_000.0, "only here"), "broker-1 has cut them off");
    let in_log = |ms, broker, record| {
        let part = Part::Record(RecordId(record), Site::Log(BrokerId(broker)));
        at(STORY, ms).scene(&view).hotspots.iter().any(|hotspot| hotspot.part == part)
    };
    assert!(in_log(9_001.5, 0, 6) && !in_log(20_000.0, 0, 6) && in_log(20_000.0, 0, 9));
}

#[test]
fn what_travels_moves_evenly_from_one_side_to_the_other() {
    let view = View::new(1000.0, 600.0);
    // Record 1 is drained at 15 ms and takes 1 ms.
    let x = |us: u64| {
        let scene = at(STORY, us as f64 / 1000.0).scene(&view);
        let mut found = scene
            .hotspots
            .iter()
            .filter(|h| matches!(h.part, Part::Record(RecordId(1), Site::Message(_))));
        found.next().map(|hotspot| hotspot.rect.x)
    };
    let xs: Vec<f32> = (15_050..15_950).step_by(100).filter_map(x).collect();
    assert_eq!(xs.len(), 9, "it is on its way all the time");
    assert!(xs.windows(2).all(|pair| pair[0] < pair[1]), "{xs:?}");
}

#[test]
fn the_followed_record_stands_out() {
    let moment = at(STORY, 62.0);
    let mut view = View::new(1000.0, 600.0);
    let plain = moment.scene(&view);
    view.focus = Some(RecordId(2));
    assert!(moment.scene(&view).shapes.len() > plain.shapes.len());
}

#[test]
fn what_leaves_together_on_a_narrow_stage_can_be_told_apart() {
    for ms in [60.5, 62.2, 63.5, 65.0] {
        let scene = at(STORY, ms).scene(&View::new(390.0, 844.0));
        let moving = scene.hotspots.iter().filter_map(|hotspot| match hotspot.part {
            Part::Record(_, Site::Message(_)) => Some(hotspot.rect),
            _ => None,
        });
        let moving: Vec<_> = moving.collect();
        assert!(moving.len() >= 2, "{ms} ms: two followers are being sent records");
        for (n, one) in moving.iter().enumerate() {
            assert!(moving[..n].iter().all(|other| !one.overlaps(*other)), "{ms} ms: {moving:?}");
        }
    }
}

#[test]
fn each_group_shows_what_it_has_processed_itself() {
    let json = STORY.replace(
        r#""groups": ["#,
        r#""groups": [{ "id": "slow", "topics": ["orders"], "processing": "10s",
            "config": { "auto.offset.reset": "earliest" } },"#,
    );
    assert_ne!(json, STORY, "there is another group");
    let scene = at(&json, 4_000.0).scene(&View::new(1100.0, 760.0));
    let done = |consumer: u16| {
        let site = Site::Done(ConsumerId(consumer));
        let of = |part: Part| matches!(part, Part::Record(_, found) if found == site);
        scene.hotspots.iter().filter(|hotspot| of(hotspot.part)).count()
    };
    assert_eq!(done(0), 0, "the slow group still works on the first");
    assert_eq!(done(1), 1, "the other has finished it");
}
