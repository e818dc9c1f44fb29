//! Tools of the timeline: to the next event of a kind, round and round a span, closer and higher.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icons;
use super::state::{Direction, Msg, State};
use super::tool::Tool;
use super::travel::{SOUGHT, TravelMsg};
use super::words::{Words, words};

fn tool(
    on: &Callback<Msg>,
    (label, path, action): (&'static str, &'static str, &'static str),
    msg: TravelMsg,
    disabled: bool,
) -> Html {
    Tool { label, path, action: Some(action), disabled, msg: Msg::Travel(msg) }.view(on)
}

/// To the event before or after of a kind.
pub fn seeker(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let onchange = on.reform(|event: Event| {
        let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        Msg::Travel(TravelMsg::Seek(at.max(0) as usize))
    });
    let find = |direction| TravelMsg::Find(direction);
    html! {
        <div class="seeker" role="group" aria-label={w.seeker}>
            { tool(on, (w.find_back, icons::PREVIOUS, "find-back"), find(Direction::Back), false) }
            <select aria-label={w.seeker_kind} data-action="sought" {onchange}>
                { for SOUGHT.iter().enumerate().map(|(at, (name, _))| html! {
                    <option value={*name} selected={at == state.travel.sought}>{ Words::kinds(name) }</option>
                }) }
            </select>
            { tool(on, (w.find_forward, icons::NEXT, "find-forward"), find(Direction::Forward), false) }
        </div>
    }
}

/// Closer, farther, all, higher; and the span that is played round and round.
pub fn tools(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let travel = &state.travel;
    let zoomed = travel.zoom.is_some();
    let (tall, has_span) = (travel.tall, travel.span.is_some() || travel.edge.is_some());
    let height = if tall { w.track_lower } else { w.track_higher };
    let path = if tall { icons::LOWER } else { icons::HIGHER };
    html! {
        <div class="track-tools" role="group" aria-label={w.track_tools}>
            { tool(on, (w.zoom_in, icons::CLOSER, "zoom-in"), TravelMsg::Zoom(None, 0.5), false) }
            { tool(on, (w.zoom_out, icons::FARTHER, "zoom-out"), TravelMsg::Zoom(None, 2.0), !zoomed) }
            { tool(on, (w.zoom_fit, icons::WHOLE, "zoom-fit"), TravelMsg::Fit, !zoomed) }
            { tool(on, (height, path, "tall"), TravelMsg::Taller, false) }
            { tool(on, (w.loop_from, icons::FROM, "loop-from"), TravelMsg::Edge(Direction::Back), false) }
            { tool(on, (w.loop_to, icons::TO, "loop-to"), TravelMsg::Edge(Direction::Forward), false) }
            if has_span {
                { tool(on, (w.loop_clear, icons::CLOSE, "loop-clear"), TravelMsg::Span(None), false) }
            }
        </div>
    }
}
