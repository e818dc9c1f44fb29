//! Nothing is cut, nothing lies on something else, in every size.

use std::collections::BTreeSet;

use ackscope::model::ids::ProducerId;
use ackscope::stage::scene::{Anchor, Form, Rect, Shape, Site, Text};
use ackscope::stage::text::width;
use ackscope::stage::{Part, View, preferred_height};

use crate::support::{Moment, SIZES, STORY, all_scenes, at, setup, texts};

/// The box of a text's letters, without the room above and below them.
pub fn ink_box(text: &Text) -> Rect {
    let width = width(&text.content, text.size, text.weight, text.mono);
    let x = match text.anchor {
        Anchor::Start => text.at.x,
        Anchor::Middle => text.at.x - width / 2.0,
        Anchor::End => text.at.x - width,
    };
    Rect::new(x, text.at.y - text.size * 0.72, width, text.size * 0.72)
}

/// What travels may cross other things that travel, for a moment.
pub fn travels(shape: &Shape) -> bool {
    matches!(shape.part, Some(Part::Message(_) | Part::Record(_, Site::Message(_) | Site::Lost(_))))
}

#[test]
fn no_text_leaves_its_scene() {
    for (name, scene) in all_scenes() {
        for (_, text) in texts(&scene) {
            let b = ink_box(text);
            let inside =
                b.x >= 0.0 && b.y >= 0.0 && b.right() <= scene.width && b.bottom() <= scene.height;
            assert!(
                inside,
                "{name}: “{}” at {b:?} leaves {}×{}",
                text.content, scene.width, scene.height
            );
        }
    }
}

#[test]
fn no_two_labels_overlap() {
    for (name, scene) in all_scenes() {
        let all: Vec<_> = texts(&scene).map(|(shape, text)| (shape, text, ink_box(text))).collect();
        for (n, (shape, text, b)) in all.iter().enumerate() {
            for (other_shape, other, other_box) in &all[..n] {
                let both_travel = travels(shape) && travels(other_shape);
                assert!(
                    both_travel || !b.overlaps(*other_box),
                    "{name}: “{}” {b:?} is on “{}” {other_box:?}",
                    text.content,
                    other.content
                );
            }
        }
    }
}

#[test]
fn no_text_is_smaller_than_eleven_pixels() {
    for (name, scene) in all_scenes() {
        for (_, text) in texts(&scene) {
            assert!(text.size >= 11.0, "{name}: “{}” is {} px", text.content, text.size);
        }
    }
}

#[test]
fn cards_do_not_overlap_and_hold_their_records() {
    let card = |part| {
        matches!(part, Part::Producer(_) | Part::Broker(_) | Part::Consumer(_) | Part::Controller)
    };
    for (name, scene) in all_scenes() {
        let cards: Vec<_> = scene.hotspots.iter().filter(|h| card(h.part)).collect();
        for (n, one) in cards.iter().enumerate() {
            for other in &cards[..n] {
                assert!(
                    !one.rect.overlaps(other.rect),
                    "{name}: {} and {}",
                    one.label,
                    other.label
                );
            }
        }
        for record in scene.hotspots.iter().filter(|h| matches!(h.part, Part::Record(..))) {
            let Part::Record(_, site) = record.part else { continue };
            let home = match site {
                Site::Log(id) | Site::Cut(id) => Part::Broker(id),
                Site::Message(_) | Site::Lost(_) => continue,
                Site::Buffer(id) | Site::Polled(id) | Site::Done(id) => Part::Consumer(id),
                Site::Application(id)
                | Site::Told(id)
                | Site::Accumulator(id)
                | Site::Sender(id) => Part::Producer(id),
            };
            let home = cards.iter().find(|h| h.part == home).expect("its card is there").rect;
            let (r, h) = (record.rect, home);
            let inside =
                r.x >= h.x && r.y >= h.y && r.right() <= h.right() && r.bottom() <= h.bottom();
            assert!(inside, "{name}: {:?} at {r:?} is not in {h:?}", record.part);
        }
    }
}

#[test]
fn hotspots_are_named_unique_and_inside() {
    for (name, scene) in all_scenes() {
        let ids: BTreeSet<_> = scene.hotspots.iter().map(|h| h.id()).collect();
        assert_eq!(ids.len(), scene.hotspots.len(), "{name}: ids are unique");
        for hotspot in &scene.hotspots {
            assert!(!hotspot.label.is_empty(), "{name}: {:?}", hotspot.part);
            let r = hotspot.rect;
            let inside =
                r.x >= 0.0 && r.y >= 0.0 && r.right() <= scene.width && r.bottom() <= scene.height;
            assert!(inside, "{name}: {:?} at {r:?}", hotspot.part);
        }
        let mut in_order =
            scene.hotspots.iter().filter(|h| h.in_tab_order).filter_map(|h| match h.part {
                Part::Record(id, _) => Some(id),
                _ => None,
            });
        let mut seen = BTreeSet::new();
        assert!(in_order.all(|id| seen.insert(id)), "{name}: a record is in the tab order once");
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
            Form::Rect { rect, .. } => (rect.height - 25.5).abs() < 1.0 && shape.part == producer,
            _ => false,
        };
        scene.shapes.iter().filter(of_sender).count()
    };
    let moment = at(STORY, 36.6);
    for width in [320.0, 360.0, 390.0, 560.0, 1000.0] {
        assert_eq!(slots(&moment, width), 5, "in {width} pixels");
    }
}
