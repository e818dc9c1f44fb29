//! Paused, without power, crashed and cut off are told apart, by words and by lines.

use std::collections::BTreeSet;

use ackscope::model::ids::{BrokerId, ConsumerId, Node, ProducerId};
use ackscope::stage::scene::{Form, Scene, Shape};
use ackscope::stage::{Part, View};

use crate::support::{FAULTS, SIZES, STORY, TROUBLE, at, says};

fn label(scene: &Scene, part: Part) -> String {
    let hotspot = scene.hotspots.iter().find(|hotspot| hotspot.part == part);
    hotspot.expect("its card is there").label.to_string()
}

/// The dashes of a card's outline, in tenths of a pixel.
fn outline(scene: &Scene, part: Part) -> Option<[i32; 2]> {
    let of_card =
        |shape: &&Shape| shape.part == Some(part) && matches!(shape.form, Form::Rect { .. });
    let card = scene.shapes.iter().find(of_card).expect("its card is drawn");
    let stroke = card.stroke.expect("a card has an outline");
    stroke.dash.map(|dash| dash.map(|length| (length * 10.0).round() as i32))
}

#[test]
fn a_paused_broker_one_without_power_and_a_crashed_one_are_told_apart() {
    let parts = [0, 1, 2].map(|n| Part::Broker(BrokerId(n)));
    let (moment, calm) = (at(FAULTS, 70.0), at(FAULTS, 25.0));
    for (width, height) in SIZES {
        let view = View::new(width, height);
        let (scene, before) = (moment.scene(&view), calm.scene(&view));
        let labels = parts.map(|part| label(&scene, part));
        assert_eq!(labels, ["broker-1, leader, paused", "broker-2, no power", "broker-3, crashed"]);
        for word in ["paused", "no power", "crashed"] {
            assert!(says(&scene, word) && !says(&before, word), "{word} in {width}×{height}");
        }
        let outlines: BTreeSet<_> = parts.map(|part| outline(&scene, part)).into_iter().collect();
        assert_eq!(outlines.len(), 3, "{outlines:?} in {width}×{height}");
        assert!(parts.iter().all(|part| outline(&before, *part).is_none()));
    }
}

#[test]
fn a_paused_client_says_so() {
    let scene = at(FAULTS, 55.0).scene(&View::new(1000.0, 600.0));
    for part in [Part::Producer(ProducerId(0)), Part::Consumer(ConsumerId(0))] {
        assert!(label(&scene, part).ends_with(", paused"));
        assert!(outline(&scene, part).is_some());
    }
}

#[test]
fn a_paused_leader_still_shows_that_it_leads() {
    for (width, height) in SIZES.into_iter().filter(|(width, _)| *width >= 390.0) {
        let scene = at(FAULTS, 55.0).scene(&View::new(width, height));
        assert!(says(&scene, "leader") && says(&scene, "paused"), "in {width}×{height}");
    }
}

#[test]
fn a_cut_link_is_marked_and_explained_and_only_then() {
    let view = View::new(1000.0, 600.0);
    assert!(!says(&at(FAULTS, 25.0).scene(&view), "link cut"));
    assert!(says(&at(FAULTS, 35.0).scene(&view), "link cut"));
    assert!(!says(&at(STORY, 9_001.5).scene(&view), "link cut"), "a dead leader is no cut");
}

/// How far what is late for a broker is from its card, each.
fn late(json: &str, ms: f64, broker: BrokerId) -> Vec<f32> {
    let moment = at(json, ms);
    let scene = moment.scene(&View::new(1000.0, 600.0));
    let card = scene.hotspots.iter().find(|hotspot| hotspot.part == Part::Broker(broker));
    let card = card.expect("its card is there").rect;
    let late = moment.world.network().messages.values();
    let late = late.filter(|m| m.to == Node::Broker(broker) && m.arrive_us < moment.now_us);
    let outlines = late.filter_map(|message| {
        let drawn = scene.shapes.iter().filter(|s| s.part == Some(Part::Message(message.id)));
        drawn.into_iter().find_map(|shape| match &shape.form {
            Form::Rect { rect, .. } => Some(*rect),
            _ => None,
        })
    });
    outlines.map(|r| (card.x - r.right()).max(r.x - card.right())).collect()
}

#[test]
fn what_a_cut_holds_waits_at_the_cut_and_what_a_pause_holds_at_the_door() {
    let at_the_cut = late(FAULTS, 44.0, BrokerId(0));
    assert!(!at_the_cut.is_empty() && at_the_cut.iter().all(|far| *far > 12.0), "{at_the_cut:?}");
    let at_the_door = late(TROUBLE, 85.0, BrokerId(2));
    assert!(!at_the_door.is_empty() && at_the_door.iter().all(|far| *far < 6.0), "{at_the_door:?}");
}
