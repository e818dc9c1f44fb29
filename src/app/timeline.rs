//! The timeline: the run at a glance with its marks, under the scrubber.

use std::rc::Rc;

use ackscope::player::{Mark, MarkKind};
use web_sys::{Element, HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::effects::set_style;
use super::state::{Msg, State};
use super::tool::tell;
use super::words::{decimal, fill, time, words};

/// The elements that are changed with every frame.
#[derive(Clone, Default)]
pub struct Handle {
    /// The marks.
    marks: NodeRef,
    /// The picture.
    pub canvas: NodeRef,
    /// The scrubber.
    pub range: NodeRef,
    /// What covers the future.
    pub veil: NodeRef,
}

/// A mark with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    mark: Mark,
    per_cent: f64,
    /// Whether there is room for its word.
    roomy: bool,
}

/// How much of the width a mark's word takes, in per cent: beside panels, and in one column.
const WORD: [f64; 2] = [6.0, 22.0];

/// The same for its icon, which must be large enough to be hit.
const ICON: [f64; 2] = [2.8, 8.6];

/// Moves marks that would cover each other to the right, and those that would then stand out of
/// the timeline back.
fn apart(mut places: Vec<f64>, gap: f64) -> Vec<f64> {
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + gap);
    }
    let mut most = 100.0 - gap / 2.0;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - gap;
    }
    places
}

/// Places the marks of a run.
pub fn place(state: &State) -> Rc<[Placed]> {
    let (pace, mut marks) = (state.pace(), state.player.marks());
    let word = if state.media.wide { WORD[0] } else { WORD[1] };
    // A fencing is told by the election that it brings.
    let elections: Vec<u64> =
        marks.iter().filter(|mark| mark.kind == MarkKind::Elected).map(|mark| mark.at_us).collect();
    marks.retain(|mark| mark.kind != MarkKind::Fenced || !elections.contains(&mark.at_us));
    let total_ms = pace.total_ms().max(1.0);
    let places: Vec<f64> =
        marks.iter().map(|mark| pace.play_ms(mark.at_us) / total_ms * 100.0).collect();
    let places = apart(places, if state.media.wide { ICON[0] } else { ICON[1] });
    let next = |at: usize| places.get(at + 1).copied().unwrap_or(100.0);
    let placed = marks.into_iter().enumerate().map(|(at, mark)| Placed {
        mark,
        per_cent: places[at],
        roomy: next(at) - places[at] >= word,
    });
    placed.collect()
}

impl Handle {
    /// Puts the marks in their places: a style attribute would be against the content security
    /// policy.
    pub fn place(&self, marks: &[Placed]) {
        let Some(list) = self.marks.cast::<Element>() else { return };
        for (at, mark) in (0..).zip(marks) {
            if let Some(item) = list
                .children()
                .item(at)
                .and_then(|item| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(item).ok())
            {
                set_style(&item, "left", &(decimal((mark.per_cent * 100.0) as u64, 100, 2) + "%"));
            }
        }
    }
}

/// The timeline of a run that takes so long to play.
pub fn timeline(marks: &[Placed], total_ms: u32, handle: &Handle, on: &Callback<Msg>) -> Html {
    let w = words();
    let oninput = on.reform(|event: InputEvent| {
        Msg::Scrub(event.target_unchecked_into::<HtmlInputElement>().value_as_number())
    });
    html! {
        <div class="timeline" role="group" aria-label={w.timeline}>
            <ul class="marks" ref={handle.marks.clone()} aria-label={w.marks}>
                { for marks.iter().enumerate().map(|(at, placed)| view_mark(at, placed, on)) }
            </ul>
            <div class="track">
                <canvas ref={handle.canvas.clone()} aria-hidden="true"></canvas>
                <div class="veil-box" aria-hidden="true"><div class="veil" ref={handle.veil.clone()}></div></div>
                <input type="range" data-scrubber="" min="0" max={total_ms.to_string()} step="1"
                    aria-label={w.position} ref={handle.range.clone()} {oninput} />
            </div>
        </div>
    }
}

fn view_mark(at: usize, placed: &Placed, on: &Callback<Msg>) -> Html {
    let w = words();
    let (word, class, path) = match placed.mark.kind {
        MarkKind::Crashed => (w.mark_crashed, "crashed", "m2.5 2.5 7 7m0-7-7 7"),
        MarkKind::Restarted => {
            (w.mark_restarted, "restarted", "M9.5 6A3.5 3.5 0 1 1 6 2.5h2.5M7 .8 8.7 2.5 7 4.2")
        }
        MarkKind::Fenced => (w.mark_fenced, "fenced", "M3 2v8M6 2v8M9 2v8M1.5 5h9"),
        MarkKind::Elected => (w.mark_elected, "elected", "M6 1.5 10.5 6 6 10.5 1.5 6Z"),
        MarkKind::Offline => (w.mark_offline, "offline", "M2 6h8"),
        MarkKind::Truncated => (w.mark_truncated, "truncated", "M2 6h3M7 6h3M6 2v8"),
    };
    let at_us = placed.mark.at_us;
    let text = fill(w.mark_text, &[("subject", &placed.mark.subject), ("what", word)]);
    let label = fill(w.mark_label, &[("label", &text), ("time", &time(at_us))]);
    let onclick = tell::<MouseEvent>(on, Msg::Seek(at_us));
    html! {
        <li key={at} class="mark-item">
            <button type="button" class="mark-button" data-mark={class} title={label.clone()} aria-label={label} {onclick}>
                <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
                    <path d={path} fill={if placed.mark.kind == MarkKind::Elected { "currentColor" } else { "none" }} stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
                </svg>
                if placed.roomy { <span>{ word }</span> }
            </button>
        </li>
    }
}
