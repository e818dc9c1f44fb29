//! The actions on the timeline: handles that are dragged to another time, by pointer and by keyboard.

use ackscope::player::within;
use ackscope::script::deeds::short;
use ackscope::script::edit::Edit;
use serde_json::Value;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::BreakMsg;
use crate::app::effects::set_style;
use crate::app::panes::Pane;
use crate::app::state::{Direction, Msg, State};
use crate::app::timeline::apart;
use crate::app::words::{decimal, fill, time, words};

/// An action that comes in the part of the run that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionMark {
    /// Its number.
    at: usize,
    /// What is done.
    what: String,
    /// When.
    us: u64,
    /// Where, as a share of the part that is shown.
    share: f64,
}

/// How wide a handle is, in pixels.
const HANDLE: f64 = 17.0;

/// The part of the timeline that is shown: from where to where, in milliseconds of playing.
pub type Window = (f64, f64);

/// The actions in the part that is shown.
pub fn marks(state: &State, script: &Value, (from_ms, to_ms): Window) -> Vec<ActionMark> {
    let actions = script["actions"].as_array().map_or(&[][..], Vec::as_slice);
    let mark = |(at, action): (usize, &Value)| {
        let us = state.action_us(at)?;
        let share = (state.pace().play_ms(us) - from_ms) / (to_ms - from_ms).max(1.0);
        let mark = ActionMark { at, what: short(&action["do"]), us, share };
        (0.0..=1.0).contains(&share).then_some(mark)
    };
    actions.iter().enumerate().filter_map(mark).collect()
}

/// What the row of handles needs.
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The handles.
    pub marks: Vec<ActionMark>,
    /// The part that is shown.
    pub window: Window,
    /// Where messages go.
    pub on: Callback<Msg>,
}

/// The row of handles: a component, since a drag is nobody else's business until it ends.
pub struct Handles {
    row: NodeRef,
    /// The handle that is dragged, and where it is.
    dragged: Option<(usize, f64)>,
}

/// What a pointer does to a handle.
pub enum Drag {
    /// It takes it.
    Take(usize),
    /// It moves it.
    Move(f64),
    /// It lets it go; or leaves it where it was.
    Drop(bool),
}

impl Component for Handles {
    type Message = Drag;
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self { row: NodeRef::default(), dragged: None }
    }

    fn update(&mut self, ctx: &Context<Self>, drag: Drag) -> bool {
        let Props { marks, window: (from_ms, to_ms), on } = ctx.props();
        match drag {
            Drag::Take(at) => {
                let mark = marks.iter().find(|mark| mark.at == at);
                self.dragged = mark.map(|mark| (at, mark.share));
            }
            Drag::Move(client_x) => {
                let row = self.row.cast::<Element>().map(|row| row.get_bounding_client_rect());
                if let (Some(row), Some(dragged)) = (row, &mut self.dragged) {
                    dragged.1 = within((client_x - row.left()) / row.width().max(1.0), 0.0, 1.0);
                }
            }
            Drag::Drop(keep) => {
                let dropped = self.dragged.take();
                let dropped = dropped.filter(|(at, share)| {
                    keep && marks.iter().any(|mark| mark.at == *at && mark.share != *share)
                });
                if let Some((at, share)) = dropped {
                    let ms = from_ms + share * (to_ms - from_ms);
                    on.emit(Msg::Break(BreakMsg::Drop(at, ms)));
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        html! {
            <ul class="handles" aria-label={words().actions} ref={self.row.clone()}>
                { for props.marks.iter().map(|mark| self.view_handle(ctx, mark)) }
            </ul>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let Some(row) = self.row.cast::<Element>() else { return };
        let share = |mark: &ActionMark| match self.dragged {
            Some((at, share)) if at == mark.at => share,
            _ => mark.share,
        };
        let shares: Vec<f64> = ctx.props().marks.iter().map(share).collect();
        let width = f64::from(row.client_width().max(1));
        for (n, share) in (0..).zip(side_by_side(&shares, width)) {
            let item = row.children().item(n).and_then(|item| item.dyn_into::<HtmlElement>().ok());
            if let Some(item) = item {
                set_style(&item, "left", &(decimal((share * 10_000.0) as u64, 100, 2) + "%"));
            }
        }
    }
}

/// Where the handles stand, as shares of the width: those of faults that come close together side by
/// side, so that each can be taken.
fn side_by_side(shares: &[f64], width: f64) -> Vec<f64> {
    let near = |a: f64, b: f64| (a - b).abs() * width < HANDLE;
    let crowded = |at: usize| shares[..at].iter().any(|other| near(*other, shares[at]));
    if !(1..shares.len()).any(crowded) {
        return shares.to_vec();
    }
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| shares[*a].total_cmp(&shares[*b]));
    let places = apart(order.iter().map(|n| shares[*n] * width).collect(), width, HANDLE);
    let mut moved = shares.to_vec();
    for (n, place) in order.into_iter().zip(places) {
        moved[n] = within(place / width, 0.0, 1.0);
    }
    moved
}

impl Handles {
    fn view_handle(&self, ctx: &Context<Self>, mark: &ActionMark) -> Html {
        let (at, us) = (mark.at, mark.us);
        let dragged = self.dragged.filter(|(own, _)| *own == at);
        let label = fill(words().handle_label, &[("what", &mark.what), ("time", &time(us))]);
        let link = ctx.link();
        let onpointerdown = link.callback(move |event: PointerEvent| {
            let handle: Element = event.target_unchecked_into();
            let _ = handle.set_pointer_capture(event.pointer_id());
            Drag::Take(at)
        });
        let onpointermove =
            link.callback(|event: PointerEvent| Drag::Move(f64::from(event.client_x())));
        let onpointerup = link.callback(|_: PointerEvent| Drag::Drop(true));
        let onpointercancel = link.callback(|_: PointerEvent| Drag::Drop(false));
        let on = ctx.props().on.clone();
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            if let Some(msg) = key(&event.key(), at) {
                event.prevent_default();
                event.stop_propagation();
                on.emit(msg);
            }
        });
        html! {
            <li key={at}>
                <button type="button" class="handle" data-action-mark={at.to_string()} data-dragged={dragged.map(|_| "true")}
                    title={label.clone()} aria-label={label} {onpointerdown} {onpointermove} {onpointerup} {onpointercancel} {onkeydown}></button>
            </li>
        }
    }
}

/// What a key does to a handle: from event to event, away, or open to be changed.
fn key(key: &str, at: usize) -> Option<Msg> {
    Some(Msg::Break(match key {
        "ArrowLeft" => BreakMsg::Nudge(at, Direction::Back),
        "ArrowRight" => BreakMsg::Nudge(at, Direction::Forward),
        "Delete" | "Backspace" => {
            BreakMsg::Edit(vec![Edit::remove("/actions/".to_owned() + &at.to_string())])
        }
        "Enter" => BreakMsg::Show(at),
        _ => return None,
    }))
}

impl State {
    /// Moves an action to the event before or behind its time.
    pub(super) fn nudged_us(&self, at: usize, direction: Direction) -> Option<u64> {
        let us = self.action_us(at)?;
        match direction {
            Direction::Back => self.player.previous_event_us(us),
            Direction::Forward => self.player.next_event_us(us),
        }
    }

    /// Opens the pane with an action that is to be changed.
    pub(super) fn show_action(&mut self, at: usize) {
        self.panes.open(Pane::Break);
        self.breaking.open = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_of_faults_at_the_same_time_stand_side_by_side_in_their_order() {
        let moved = side_by_side(&[0.5, 0.2, 0.5, 0.501], 1_000.0);
        assert_eq!(moved[..2], [0.5, 0.2], "who has room stays");
        assert!(moved[2] - moved[0] >= 0.0169 && moved[3] - moved[2] >= 0.0169, "{moved:?}");
        let edge = side_by_side(&[1.0, 1.0], 1_000.0);
        assert!(edge[0] < edge[1] && edge[1] <= 1.0, "{edge:?}");
    }
}
