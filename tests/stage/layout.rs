//! Nothing is cut, nothing lies on something else, in every size.

use std::collections::BTreeSet;

use ackscope::model::ids::ProducerId;
use ackscope::stage::scene::{Form, Shape};
use ackscope::stage::{Part, View, preferred_height};

use crate::rules::broken;
use crate::support::{Moment, SIZES, STORY, all_moments, all_scenes, at, setup};

#[test]
fn every_size_holds_its_picture() {
    let mut wrong = Vec::new();
    for (name, moment) in all_moments() {
        for (width, height) in SIZES {
            let found = broken(&moment.seen(), &View::new(width, height));
            wrong.extend(
                found.into_iter().map(|line| format!("{name} in {width}×{height}: {line}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_record_is_in_the_order_of_tabs_once() {
    for (name, scene) in all_scenes() {
        let in_order = scene.hotspots.iter().filter(|spot| spot.in_tab_order);
        let mut records = in_order.filter_map(|spot| match spot.part {
            Part::Record(id, _) => Some(id),
            _ => None,
        });
        let mut seen = BTreeSet::new();
        assert!(records.all(|id| seen.insert(id)), "{name}");
    }
}

#[test]
fn the_stage_fills_its_box_and_says_how_high_it_wants_to_be() {
    let setup = setup(STORY);
    for (width, height) in SIZES {
        let scene = at(STORY, 62.0).scene(&View::new(width, height));
        assert!((scene.width - width).abs() < 0.5);
        if width >= 640.0 {
            assert!((scene.height - height).abs() < 1.0, "{width}×{height} gives {}", scene.height);
        } else {
            assert!((scene.height - preferred_height(&setup, width)).abs() < 1.0);
        }
    }
}

#[test]
fn a_slot_for_each_request_in_flight_is_there_however_narrow_the_stage_is() {
    let producer = Some(Part::Producer(ProducerId(0)));
    let slots = |moment: &Moment, width: f32| {
        let scene = moment.scene(&View::new(width, 800.0));
        let of_sender = |shape: &&Shape| match &shape.form {
            // They are lower where there is little room.
            Form::Rect { rect, .. } => {
                [25.5, 19.5].into_iter().any(|height: f32| (rect.height - height).abs() < 0.6)
                    && shape.part == producer
            }
            _ => false,
        };
        scene.shapes.iter().filter(of_sender).count()
    };
    let moment = at(STORY, 36.6);
    for width in [320.0, 360.0, 390.0, 560.0, 1000.0] {
        assert_eq!(slots(&moment, width), 5, "in {width} pixels");
    }
}
