//! The marks on the two stages: a dot at every copy of a record that ends differently.

use ackscope::stage::scene::{Fill, Form, Stroke, pt};
use ackscope::stage::{Ink, Part, Scene, Shape};

use crate::app::state::State;

/// The dot's radius.
const RADIUS: f32 = 4.0;

/// Adds the marks to the scene of one of two worlds.
pub fn mark(scene: &mut Scene, state: &State) {
    let Some(compare) = &state.compare else { return };
    let marked = |part: Part| match part {
        Part::Record(record, _) => compare.differing.contains(&record),
        _ => false,
    };
    let dots = scene.hotspots.iter().filter(|spot| marked(spot.part)).map(|spot| Shape {
        form: Form::Circle { center: pt(spot.rect.right(), spot.rect.y), radius: RADIUS },
        fill: Some(Fill { ink: Ink::Leader, opacity: 1.0 }),
        stroke: Some(Stroke { ink: Ink::Card, width: 1.5, dash: None, round: false }),
        opacity: 1.0,
        part: Some(spot.part),
    });
    let dots: Vec<Shape> = dots.collect();
    scene.shapes.extend(dots);
}
