//! The stage: the canvas, and over it real buttons for what can be done to the cluster.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use ackscope::model::ids::BrokerId;
use ackscope::script::Do;
use ackscope::stage::scene::Rect;
use ackscope::stage::{Hotspot, Part};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::break_it::{self, things::Thing};
use super::effects::set_style;
use super::glance::GlanceMsg;
use super::repaint::Picture;
use super::state::Msg;
use super::tool::tell;
use super::words::{fill, words};
use super::written::Written;

/// How far a hand moves in a click, in pixels.
const PULL: i32 = 4;

/// The elements that are changed with every frame, and what is where in the picture.
#[derive(Clone, Default)]
pub struct Handle {
    /// The box that the picture fills.
    pub frame: NodeRef,
    /// The picture.
    pub canvas: NodeRef,
    /// What it shows, in words.
    pub words: NodeRef,
    /// What lies over it.
    pub overlay: NodeRef,
    /// Whether the picture is too high for its box.
    pub scrolls: Rc<Cell<bool>>,
    /// What can be pointed at.
    pub hotspots: Rc<RefCell<Vec<Hotspot>>>,
    /// What was painted last.
    pub picture: Rc<RefCell<Picture>>,
    /// How far the stage was pulled about since the button went down.
    pulled: Rc<Cell<i32>>,
    /// The buttons over the picture, and where they were laid.
    laid: Rc<RefCell<Vec<Laid>>>,
    told: Told,
}

/// What was told last: the picture in words, its size, how many records are drawn.
#[derive(Clone, Default)]
struct Told {
    words: Written,
    width: Written,
    height: Written,
    records: Written,
}

/// A button over the picture, and where it was laid: hidden, at a corner, or over a handle.
type Laid = (HtmlElement, Option<Place>);

/// Where a button is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Hidden,
    Corner(Rect),
    Over(Rect),
}

/// The stage; where two worlds are compared, with the name of its world.
pub fn stage_view(
    world: &'static str,
    (down, things): (&[bool], &[(String, Thing)]),
    handle: &Handle,
    controls: Html,
    on: &Callback<Msg>,
) -> Html {
    let w = words();
    let onclick = {
        let (on, handle) = (on.clone(), handle.clone());
        Callback::from(move |event: MouseEvent| match handle.part_at(&event) {
            // Where a pull ends nothing is meant.
            _ if handle.pulled.take() > PULL => {}
            Some(Part::Record(record, _)) => on.emit(Msg::Follow(Some(record))),
            Some(Part::Replica(_, partition)) => {
                on.emit(Msg::Glance(GlanceMsg::Partition(Some(partition))));
            }
            _ => {}
        })
    };
    let onmousemove = {
        let handle = handle.clone();
        Callback::from(move |event: MouseEvent| {
            // The stage is pulled about where it is larger than its frame.
            if event.buttons() & 1 == 0 {
                handle.pulled.set(0);
            } else if let Some(frame) = handle.frame.cast::<Element>() {
                handle.pulled.set(handle.pulled.get() + pull(&frame, &event));
            }
            let can_click =
                matches!(handle.part_at(&event), Some(Part::Record(..) | Part::Replica(..)));
            if let Some(canvas) = handle.canvas.cast::<HtmlElement>() {
                set_style(&canvas, "cursor", if can_click { "pointer" } else { "default" });
            }
        })
    };
    html! {
        <section class="stage" id={(world != "B").then_some("stage")} tabindex="-1" aria-label={[w.stage, world].join(" ").trim_end().to_owned()} ref={handle.frame.clone()}>
            <canvas ref={handle.canvas.clone()} aria-hidden="true" {onclick} {onmousemove}></canvas>
            <p class="sr-only" ref={handle.words.clone()}></p>
            <div class="overlay" ref={handle.overlay.clone()}>
                { for things.iter().map(|(id, thing)| break_it::menu::handle(id, thing, on)) }
                { for (0..).map(BrokerId).zip(down.iter()).map(|(broker, down)| view_switch(broker, *down, on)) }
            </div>
            { controls }
        </section>
    }
}

/// Moves what is in a frame with the pointer; answers with how far that was.
fn pull(frame: &Element, event: &MouseEvent) -> i32 {
    let (left, top) = (frame.scroll_left(), frame.scroll_top());
    frame.set_scroll_left(left - event.movement_x());
    frame.set_scroll_top(top - event.movement_y());
    (frame.scroll_left() - left).abs() + (frame.scroll_top() - top).abs()
}

fn view_switch(broker: BrokerId, down: bool, on: &Callback<Msg>) -> Html {
    let w = words();
    let name = broker.to_string();
    let (action, word, pattern) = match down {
        true => ("restart", w.restart, w.restart_label),
        false => ("crash", w.crash, w.crash_label),
    };
    let what = if down { Do::Restart(name.clone()) } else { Do::Crash(name.clone()) };
    let onclick = tell::<MouseEvent>(on, Msg::Act(what));
    let label = fill(pattern, &[("broker", &name)]);
    html! {
        <button type="button" key={name.clone()} class="switch" data-action={action} data-part={name.clone()} data-corner="" data-broker={name} title={label.clone()} aria-label={label} {onclick}>
            { word }
        </button>
    }
}

impl Handle {
    /// Says in words what the picture shows, and how many records are drawn: for whoever drives the page.
    fn describe(&self, hotspots: &[Hotspot]) {
        let labels: Vec<&str> = hotspots.iter().filter_map(card_label).collect();
        self.told.words.text(&self.words, &labels.join(". "));
        let is_record = |spot: &&Hotspot| matches!(spot.part, Part::Record(..));
        let records = hotspots.iter().filter(is_record).count().to_string();
        self.told.records.attribute(&self.canvas, "data-records", &records);
    }

    /// The picture has that size. Were one side left to the style sheet, a scroll bar could bring itself
    /// about.
    pub fn resize(&self, (width, height): (f32, f32)) {
        self.told.width.style(&self.canvas, "width", &pixels(width));
        self.told.height.style(&self.canvas, "height", &pixels(height));
    }

    /// What is under the pointer: the frontmost thing.
    fn part_at(&self, event: &MouseEvent) -> Option<Part> {
        let (x, y) = (event.offset_x() as f32, event.offset_y() as f32);
        let hotspots = self.hotspots.borrow();
        let hit = |spot: &&Hotspot| {
            let rect = spot.rect.inset(-2.0);
            (rect.x..rect.right()).contains(&x) && (rect.y..rect.bottom()).contains(&y)
        };
        hotspots.iter().rev().find(hit).map(|spot| spot.part)
    }

    /// Lays the buttons over what they are about, in a picture that is shown at that scale.
    pub fn place(&self, mut hotspots: Vec<Hotspot>, scale: f32) {
        for spot in &mut hotspots {
            for rect in [&mut spot.rect, &mut spot.handle] {
                let Rect { x, y, width, height } = *rect;
                *rect = Rect::new(x * scale, y * scale, width * scale, height * scale);
            }
        }
        self.describe(&hotspots);
        if let Some(overlay) = self.overlay.cast::<Element>() {
            lay_over(&overlay, &hotspots, &mut self.laid.borrow_mut());
        }
        *self.hotspots.borrow_mut() = hotspots;
    }
}

/// Brings each button over what it is about: `data-part` is the hotspot's id. One with
/// `data-corner` stands in the lower right corner of that, any other one covers its handle. What
/// is not in the picture has no button.
#[inline(never)] // The build asks for it by its name: the rehearsal has nothing to lay it over.
fn lay_over(overlay: &Element, hotspots: &[Hotspot], laid: &mut Vec<Laid>) {
    let lasts = |spot: &&Hotspot| !matches!(spot.part, Part::Record(..) | Part::Message(_));
    let spots: Vec<_> = hotspots.iter().filter(lasts).map(|spot| (spot.id(), spot)).collect();
    let children = overlay.children();
    laid.truncate(children.length() as usize);
    for n in 0..children.length() {
        let Some(child) = children.item(n) else { continue };
        let part = child.get_attribute("data-part").unwrap_or_default();
        let place = match spots.iter().find(|(id, _)| *id == part) {
            None => Place::Hidden,
            Some((_, spot)) if child.has_attribute("data-corner") => Place::Corner(spot.rect),
            Some((_, spot)) => Place::Over(spot.handle),
        };
        let at = n as usize;
        if laid.get(at).is_none_or(|(known, _)| **known != child) {
            let Ok(button) = child.dyn_into::<HtmlElement>() else { continue };
            laid.truncate(at);
            laid.push((button, None));
        }
        let (button, known) = &mut laid[at];
        if known.replace(place) != Some(place) {
            lay(button, place);
        }
    }
}

fn lay(button: &HtmlElement, place: Place) {
    let at = |x: f32, y: f32| "translate(".to_owned() + &pixels(x) + "," + &pixels(y) + ")";
    let transform = match place {
        Place::Hidden => return set_style(button, "display", "none"),
        Place::Corner(rect) => at(rect.right(), rect.bottom()) + " translate(-100%,-100%)",
        Place::Over(rect) => {
            set_style(button, "width", &pixels(rect.width));
            set_style(button, "height", &pixels(rect.height));
            at(rect.x, rect.y)
        }
    };
    set_style(button, "transform", &transform);
    set_style(button, "display", "");
}

/// The cards and what they are: the picture in words.
fn card_label(spot: &Hotspot) -> Option<&str> {
    let is_card = matches!(
        spot.part,
        Part::Producer(_) | Part::Broker(_) | Part::Consumer(_) | Part::Controller
    );
    is_card.then_some(&*spot.label)
}

fn pixels(length: f32) -> String {
    (length.round() as i32).to_string() + "px"
}
