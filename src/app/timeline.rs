//! The timeline: the run at a glance with its marks, under the scrubber.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use ackscope::model::ids::RecordId;
use ackscope::player::{Fold, Mark, MarkKind, within};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, WheelEvent};
use yew::prelude::*;

use super::effects::set_style;
use super::state::{Msg, State};
use super::tool::tell;
use super::track::{Arrow, merged};
use super::travel::TravelMsg;
use super::words::{decimal, fill, span, time, words};

/// The elements that are changed with every frame, and what is where in the picture.
#[derive(Clone, Default)]
pub struct Handle {
    /// The marks.
    marks: NodeRef,
    /// The quiet spans.
    folds: NodeRef,
    /// The picture.
    pub canvas: NodeRef,
    /// The scrubber.
    pub range: NodeRef,
    /// What covers the future.
    pub veil: NodeRef,
    /// The span that is played round and round.
    pub band: NodeRef,
    /// The messages in the picture.
    pub arrows: Rc<RefCell<Vec<Arrow>>>,
    /// Where the pointer went down: in the page, and with Shift in milliseconds of playing.
    down: Rc<Cell<(f64, Option<f64>)>>,
    /// What was put in its place last.
    placed: Rc<RefCell<Option<Rc<Above>>>>,
}

/// What lies over the shown part of the timeline, with its place as a share of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Above {
    marks: Vec<(Mark, f64)>,
    folds: Vec<Quiet>,
}

/// A quiet span.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Quiet {
    fold: Fold,
    from: f64,
    to: f64,
    is_open: bool,
}

/// How wide a mark's icon is, in pixels, and a letter of its word at most.
const ICON: f64 = 24.0;
const LETTER: f64 = 7.0;
/// How wide the button of a quiet span is at least.
const QUIET: f64 = 34.0;
/// How far a pointer moves in a click, and how close to a message it is meant.
const NEAR: f64 = 5.0;

/// What lies over the shown part.
pub fn above(state: &State) -> Rc<Above> {
    let (pace, mut marks) = (state.pace(), state.player.marks());
    let (from_ms, to_ms) = state.window_ms();
    let share = |at_us| (pace.play_ms(at_us) - from_ms) / (to_ms - from_ms);
    // A fencing is told by the election that it brings.
    let elections: Vec<u64> =
        marks.iter().filter(|mark| mark.kind == MarkKind::Elected).map(|mark| mark.at_us).collect();
    marks.retain(|mark| mark.kind != MarkKind::Fenced || !elections.contains(&mark.at_us));
    let marks = marks.into_iter().map(|mark| (share(mark.at_us), mark));
    let marks = marks.filter(|(at, _)| (0.0..=1.0).contains(at)).map(|(at, mark)| (mark, at));
    let quiet = |fold: Fold, is_open| {
        let from = within(share(fold.from_us), 0.0, 1.0);
        Quiet { fold, from, to: within(share(fold.to_us), 0.0, 1.0), is_open }
    };
    let folded = merged(pace, (from_ms, to_ms)).into_iter().map(|fold| quiet(fold, false));
    let open = state.travel.open.iter().map(|fold| quiet(*fold, true));
    let folds = folded.chain(open).filter(|it| it.from < it.to).collect();
    Rc::new(Above { marks: marks.collect(), folds })
}

/// Moves what would cover each other to the right, and what would then stand out of the timeline
/// back; each is so wide.
pub fn apart(mut places: Vec<f64>, width: f64, each: f64) -> Vec<f64> {
    let gap = each.min(width / places.len().max(1) as f64);
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + gap);
    }
    let mut most = width - gap / 2.0;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - gap;
    }
    places
}

impl Handle {
    /// Puts what lies over the timeline in its place: a style attribute would be against the content
    /// security policy. Words stand only where there is room. What is there already stays, unless the
    /// timeline is `resized`.
    pub fn place(&self, above: &Rc<Above>, resized: bool) {
        let before = self.placed.replace(Some(above.clone()));
        if !resized && before.is_some_and(|before| Rc::ptr_eq(&before, above)) {
            return;
        }
        let Some(list) = self.marks.cast::<Element>() else { return };
        let width = f64::from(list.client_width());
        let places =
            apart(above.marks.iter().map(|(_, share)| share * width).collect(), width, ICON);
        for (at, ((mark, _), place)) in above.marks.iter().zip(&places).enumerate() {
            let next = places.get(at + 1).map_or(width + ICON / 2.0, |next| next - ICON / 2.0);
            let letters = word(mark.kind).0.len() as f64 * LETTER;
            let bare = place + ICON / 2.0 + letters > next;
            if let Some(item) = child(&list, at) {
                set_style(&item, "left", &pixels(*place));
                set_flag(&item, "data-bare", bare);
            }
        }
        let Some(list) = self.folds.cast::<Element>() else { return };
        for (at, quiet) in above.folds.iter().enumerate() {
            let Some(item) = child(&list, at) else { continue };
            let room = (quiet.to - quiet.from) * width;
            set_style(&item, "left", &pixels((quiet.from + quiet.to) / 2.0 * width));
            set_flag(&item, "hidden", room < QUIET);
        }
    }

    /// Where the pointer is in the shown part, in milliseconds of playing.
    fn place_ms(&self, event: &MouseEvent) -> Option<f64> {
        let range = self.range.cast::<HtmlInputElement>()?;
        let number = |name| range.get_attribute(name)?.parse::<f64>().ok();
        let (from_ms, to_ms) = (number("min")?, number("max")?);
        let rect = range.get_bounding_client_rect();
        // The thumb's half stands out on either side.
        let share = (f64::from(event.client_x()) - rect.left() - 7.0) / (rect.width() - 14.0);
        Some(from_ms + within(share, 0.0, 1.0) * (to_ms - from_ms))
    }

    /// The record of the message under the pointer.
    fn record_at(&self, event: &MouseEvent) -> Option<RecordId> {
        let rect = self.canvas.cast::<Element>()?.get_bounding_client_rect();
        let at = (
            (f64::from(event.client_x()) - rect.left()) as f32,
            (f64::from(event.client_y()) - rect.top()) as f32,
        );
        let arrows = self.arrows.borrow();
        let near = arrows.iter().filter(|arrow| arrow.record.is_some());
        let near = near.map(|arrow| (distance(at, arrow), arrow.record));
        near.filter(|it| it.0 < NEAR as f32).min_by(|a, b| a.0.total_cmp(&b.0))?.1
    }

    /// A wheel: up is closer, down farther; sideways along.
    pub fn wheel(&self, event: &WheelEvent) -> Option<Msg> {
        let (dx, dy) = (event.delta_x(), event.delta_y());
        let aside = if event.shift_key() { dx + dy } else { dx };
        if aside.abs() > dy.abs() || event.shift_key() {
            return Some(Msg::Travel(TravelMsg::Pan(within(aside / 600.0, -0.5, 0.5))));
        }
        let factor = if dy > 0.0 { 1.25 } else { 0.8 };
        Some(Msg::Travel(TravelMsg::Zoom(Some(self.place_ms(event)?), factor)))
    }

    fn pressed(&self, event: &MouseEvent) -> Option<Msg> {
        let from_ms = event.shift_key().then(|| self.place_ms(event)).flatten();
        self.down.set((f64::from(event.client_x()), from_ms));
        from_ms.map(|_| Msg::Travel(TravelMsg::Span(None)))
    }

    fn dragged(&self, event: &MouseEvent) -> Option<Msg> {
        let from_ms = self.down.get().1.filter(|_| event.buttons() & 1 == 1)?;
        Some(Msg::Travel(TravelMsg::Span(Some((from_ms, self.place_ms(event)?)))))
    }

    fn clicked(&self, event: &MouseEvent) -> Option<Msg> {
        let (x, from_ms) = self.down.take();
        let is_click = (f64::from(event.client_x()) - x).abs() < NEAR && from_ms.is_none();
        let record = self.record_at(event).filter(|_| is_click)?;
        Some(Msg::Follow(Some(record)))
    }
}

/// How far a point is from a message.
fn distance(at: (f32, f32), arrow: &Arrow) -> f32 {
    let (dx, dy) = (arrow.to.0 - arrow.from.0, arrow.to.1 - arrow.from.1);
    let along = ((at.0 - arrow.from.0) * dx + (at.1 - arrow.from.1) * dy) / (dx * dx + dy * dy);
    let along = ackscope::stage::scene::within(along, 0.0, 1.0);
    let (x, y) = (arrow.from.0 + along * dx - at.0, arrow.from.1 + along * dy - at.1);
    (x * x + y * y).sqrt()
}

fn child(list: &Element, at: usize) -> Option<HtmlElement> {
    list.children().item(at as u32)?.dyn_into::<HtmlElement>().ok()
}

fn set_flag(element: &HtmlElement, name: &str, on: bool) {
    let _ = if on { element.set_attribute(name, "") } else { element.remove_attribute(name) };
}

fn pixels(length: f64) -> String {
    decimal((length.max(0.0) * 10.0) as u64, 10, 1) + "px"
}

/// The timeline.
pub fn timeline(
    above: &Above,
    (actions, tools): (Html, Html),
    handle: &Handle,
    on: &Callback<Msg>,
) -> Html {
    let w = words();
    let oninput = on.reform(|event: InputEvent| {
        Msg::Scrub(event.target_unchecked_into::<HtmlInputElement>().value_as_number())
    });
    html! {
        <div class="timeline" role="group" aria-label={w.timeline}>
            <ul class="marks" ref={handle.marks.clone()} aria-label={w.marks}>
                { for above.marks.iter().map(|(mark, _)| view_mark(mark, on)) }
            </ul>
            { actions }
            <div class="track">
                <canvas ref={handle.canvas.clone()} aria-hidden="true"></canvas>
                <div class="veil-box" aria-hidden="true">
                    <div class="band" ref={handle.band.clone()}></div>
                    <div class="veil" ref={handle.veil.clone()}></div>
                </div>
                <input type="range" data-scrubber="" min="0" step="1" aria-label={w.position} ref={handle.range.clone()} {oninput}
                    onmousedown={pointer(handle, on, Handle::pressed)} onmousemove={pointer(handle, on, Handle::dragged)} onclick={pointer(handle, on, Handle::clicked)} />
                <div class="folds" ref={handle.folds.clone()}>{ for above.folds.iter().map(|quiet| view_fold(*quiet, on)) }</div>
            </div>
            { tools }
        </div>
    }
}

/// What a pointer over the timeline does. What it does here the scrubber does not.
fn pointer(
    handle: &Handle,
    on: &Callback<Msg>,
    what: fn(&Handle, &MouseEvent) -> Option<Msg>,
) -> Callback<MouseEvent> {
    let (handle, on) = (handle.clone(), on.clone());
    Callback::from(move |event: MouseEvent| {
        if let Some(msg) = what(&handle, &event) {
            event.prevent_default();
            on.emit(msg);
        }
    })
}

fn view_fold(quiet: Quiet, on: &Callback<Msg>) -> Html {
    let w = words();
    let length = span(quiet.fold.to_us - quiet.fold.from_us);
    let pattern = if quiet.is_open { w.fold_close } else { w.fold_open };
    let label = fill(pattern, &[("span", &length)]);
    let onclick = tell::<MouseEvent>(on, Msg::Travel(TravelMsg::Fold(quiet.fold)));
    let open = if quiet.is_open { "true" } else { "false" };
    html! {
        <button type="button" class="fold" key={quiet.fold.from_us.to_string()} data-open={open} aria-pressed={open} title={label.clone()} aria-label={label} {onclick}>
            { length }
        </button>
    }
}

/// The word for a mark, its name for the style sheet, and its icon.
fn word(kind: MarkKind) -> (&'static str, &'static str, &'static str) {
    let w = words();
    match kind {
        MarkKind::Crashed => (w.mark_crashed, "crashed", "m2.5 2.5 7 7m0-7-7 7"),
        MarkKind::Restarted => {
            (w.mark_restarted, "restarted", "M9.5 6A3.5 3.5 0 1 1 6 2.5h2.5M7 .8 8.7 2.5 7 4.2")
        }
        MarkKind::Fenced => (w.mark_fenced, "fenced", "M3 2v8M6 2v8M9 2v8M1.5 5h9"),
        MarkKind::Elected => (w.mark_elected, "elected", "M6 1.5 10.5 6 6 10.5 1.5 6Z"),
        MarkKind::Offline => (w.mark_offline, "offline", "M2 6h8"),
        MarkKind::Truncated => (w.mark_truncated, "truncated", "M2 6h3M7 6h3M6 2v8"),
    }
}

fn view_mark(mark: &Mark, on: &Callback<Msg>) -> Html {
    let w = words();
    let (word, class, path) = word(mark.kind);
    let text = fill(w.mark_text, &[("subject", &mark.subject), ("what", word)]);
    let label = fill(w.mark_label, &[("label", &text), ("time", &time(mark.at_us))]);
    let onclick = tell::<MouseEvent>(on, Msg::Seek(mark.at_us));
    let fill = if mark.kind == MarkKind::Elected { "currentColor" } else { "none" };
    html! {
        <li class="mark-item">
            <button type="button" class="mark-button" data-mark={class} title={label.clone()} aria-label={label} {onclick}>
                <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
                    <path d={path} {fill} stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
                </svg>
                <span>{ word }</span>
            </button>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_keep_apart_and_stay_on_the_timeline() {
        let width = 360.0;
        for places in [
            vec![0.0, 1.0, 2.0],
            vec![350.0, 355.0, 360.0],
            vec![100.0; 14],
            (0..40).map(|n| f64::from(n) * 9.0).collect(),
        ] {
            let count = places.len() as f64;
            let moved = apart(places, width, ICON);
            assert!(moved.iter().all(|at| (-1e-9..=width).contains(at)), "{moved:?}");
            let gap = ICON.min(width / count) - 1e-9;
            assert!(moved.windows(2).all(|pair| pair[1] - pair[0] >= gap), "{moved:?}");
        }
    }
}
