//! Two fingers on the stage: apart it gets larger, together smaller. One finger scrolls it, which
//! the browser does by itself.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, TouchEvent};
use yew::prelude::*;

use super::effects::Listeners;
use super::glance::GlanceMsg;
use super::state::Msg;

/// A change of their distance, in per cent, that changes the size: less would look the same.
const STEP: f32 = 8.0;

/// Hears of two fingers on a frame of the stage.
pub fn watch(listeners: &mut Listeners, frame: &Element, on: &Callback<Msg>) {
    // How far apart they were when the size was changed last.
    let last = Rc::new(Cell::new(0.0));
    for kind in ["touchstart", "touchmove"] {
        let (frame, on, last) = (frame.clone(), on.clone(), last.clone());
        listeners.hear(&frame.clone(), kind, move |event| {
            if let Some(msg) = moved(event, &frame, &last) {
                on.emit(msg);
            }
        });
    }
}

fn moved(event: &Event, frame: &Element, last: &Cell<f32>) -> Option<Msg> {
    let touches = event.dyn_ref::<TouchEvent>()?.touches();
    let (one, other) = (touches.get(0)?, touches.get(1)?);
    let at = |touch: &web_sys::Touch| (touch.client_x() as f32, touch.client_y() as f32);
    let (one, other) = (at(&one), at(&other));
    let apart = (one.0 - other.0).hypot(one.1 - other.1);
    if event.type_() == "touchstart" {
        last.set(apart);
        return None;
    }
    // Or the browser would scroll as well; where it has begun to, it cannot be told.
    if event.cancelable() {
        event.prevent_default();
    }
    let percent = apart * 100.0 / last.get().max(1.0);
    if (percent - 100.0).abs() < STEP {
        return None;
    }
    last.set(apart);
    let place = frame.get_bounding_client_rect();
    let share = |a: f32, b: f32, from: f64, length: f64| {
        (((f64::from(a) + f64::from(b)) / 2.0 - from) / length) as f32
    };
    let middle = (
        share(one.0, other.0, place.x(), place.width()),
        share(one.1, other.1, place.y(), place.height()),
    );
    Some(Msg::Glance(GlanceMsg::Zoom(percent as u16, middle)))
}
