//! Playback: play and pause, steps, speed, pace, and the time.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icons;
use super::state::{Direction, Msg, Pacing, State};
use super::tool::{Tool, tell};
use super::tools::seeker;
use super::travel::TravelMsg;
use super::words::words;

/// The elements that are changed with every frame.
#[derive(Clone, Default)]
pub struct Handle {
    /// The time.
    pub time: NodeRef,
    /// How much simulated time a second plays.
    pub rate: NodeRef,
}

const SPEEDS: [(u16, &str); 5] =
    [(25, "0.25×"), (50, "0.5×"), (100, "1×"), (200, "2×"), (400, "4×")];

/// The controls, with what stands below them.
pub fn transport(
    state: &State,
    ended: bool,
    handle: &Handle,
    below: Html,
    on: &Callback<Msg>,
) -> Html {
    let w = words();
    let label = match (state.playing, ended) {
        (true, _) => w.pause,
        (false, true) => w.again,
        (false, false) => w.play,
    };
    let step =
        |direction: Direction, label: &'static str, path: &'static str, action: &'static str| {
            let msg = Msg::Step(direction);
            Tool { label, path, action: Some(action), disabled: false, msg }.view(on)
        };
    html! {
        <div class="transport">
            <div class="buttons">
                { step(Direction::Back, w.step_back, icons::BACK, "back") }
                <button type="button" class="play" data-action={if state.playing { "pause" } else { "play" }} title={label} aria-label={label} onclick={tell(on, Msg::Toggle)}>
                    { icons::play(state.playing, ended) }
                </button>
                { step(Direction::Forward, w.step_forward, icons::FORWARD, "forward") }
            </div>
            <div class="clock">
                <span class="time" ref={handle.time.clone()}></span>
                <span class="rate" ref={handle.rate.clone()}></span>
            </div>
            { more("more", state.travel.more, Msg::Travel(TravelMsg::More(!state.travel.more)), on) }
            <div class="tempo">{ speeds(state.speed, on) }{ pace(state.pacing, on) }</div>
            <div class="seek">{ seeker(state, on) }{ below }</div>
        </div>
    }
}

/// Where there is little room the rest of the controls comes when it is asked for.
pub fn more(action: &'static str, open: bool, msg: Msg, on: &Callback<Msg>) -> Html {
    let label = words().more;
    let expanded = if open { "true" } else { "false" };
    html! {
        <button type="button" class="tool more" data-action={action} aria-expanded={expanded} title={label} aria-label={label}
            onclick={tell::<MouseEvent>(on, msg)}>
            { icons::icon(icons::MORE) }
        </button>
    }
}

fn speeds(current: u16, on: &Callback<Msg>) -> Html {
    let onchange = on.reform(|event: Event| {
        Msg::Speed(
            event.target_unchecked_into::<HtmlSelectElement>().value().parse().unwrap_or(100),
        )
    });
    html! {
        <select aria-label={words().speed} title={words().speed} {onchange}>
            { for SPEEDS.iter().map(|(speed, text)| html! {
                <option value={speed.to_string()} selected={*speed == current}>{ *text }</option>
            }) }
        </select>
    }
}

fn pace(current: Pacing, on: &Callback<Msg>) -> Html {
    let w = words();
    let smart = current == Pacing::Smart;
    let other = if smart { Pacing::Fixed } else { Pacing::Smart };
    let onclick = tell::<MouseEvent>(on, Msg::Pacing(other));
    html! {
        <button type="button" class="toggle" aria-pressed={if smart { "true" } else { "false" }} title={w.pace_help} {onclick}>
            { w.pace_smart }
        </button>
    }
}
