//! The head of a comparison: which world the page is about, what differs, and the way out.

use ackscope::script::presets::Preset;
use yew::prelude::*;

use super::differences::Differs;
use super::{CompareMsg, Letter};
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::tune::TuneMsg;
use crate::app::words::{fill, words};

/// The button that begins a comparison.
pub fn button(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    if state.compare.is_some() {
        return html! {};
    }
    let start = tell::<MouseEvent>(on, Msg::Compare(CompareMsg::Start));
    html! {
        <button type="button" class="ask" data-action="compare" title={w.compare_help} onclick={start}>{ w.compare }</button>
    }
}

/// The head.
pub fn head(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let Some(compare) = &state.compare else { return html! {} };
    let chosen = compare.chosen;
    html! {
        <header class="compare-head">
            <div class="segments" role="radiogroup" aria-label={w.compare_chosen} title={w.compare_chosen}>
                { for Letter::ALL.iter().map(|letter| choice(*letter, chosen, on)) }
            </div>
            <div class="differences" aria-live="polite">
                if compare.differences.is_empty() {
                    <p class="note">{ fill(w.compare_same, &[("letter", chosen.name())]) }</p>
                    <p class="presets-row">{ for presets().iter().map(|(preset, name)| try_preset(*preset, name, on)) }</p>
                } else {
                    <ul>{ for compare.differences.iter().map(view_difference) }</ul>
                }
            </div>
            <div class="keep">
                { for Letter::ALL.iter().map(|letter| keep(*letter, on)) }
            </div>
        </header>
    }
}

/// What one compares with first.
fn presets() -> [(Preset, &'static str); 3] {
    let w = words();
    [
        (Preset::Durable, w.preset_durable),
        (Preset::Article, w.preset_article),
        (Preset::Fast, w.preset_fast),
    ]
}

fn try_preset(preset: Preset, name: &'static str, on: &Callback<Msg>) -> Html {
    let onclick = tell::<MouseEvent>(on, Msg::Tune(TuneMsg::Preset(preset)));
    html! { <button type="button" data-action="compare-preset" {onclick}>{ name }</button> }
}

fn choice(letter: Letter, chosen: Letter, on: &Callback<Msg>) -> Html {
    let onchange = tell::<Event>(on, Msg::Compare(CompareMsg::Choose(letter)));
    html! {
        <label class="segment" key={letter.name()}>
            <input type="radio" name="world" value={letter.name()} checked={letter == chosen} {onchange} />
            <span>{ letter.name() }</span>
        </label>
    }
}

fn view_difference(it: &Differs) -> Html {
    let [a, b] = &it.values;
    html! {
        <li>
            <code>{ &it.name }</code>{ " " }<b>{ a }</b>{ " → " }<b>{ b }</b>
            if let Some(why) = &it.why { <span class="note">{ why }</span> }
        </li>
    }
}

fn keep(letter: Letter, on: &Callback<Msg>) -> Html {
    let w = words();
    let name = letter.name();
    let onclick = tell::<MouseEvent>(on, Msg::Compare(CompareMsg::Keep(letter)));
    html! {
        <button type="button" class="ask" data-action={"keep-".to_owned() + name} title={fill(w.compare_keep_help, &[("letter", name)])} {onclick}>
            { fill(w.compare_keep, &[("letter", name)]) }
        </button>
    }
}
