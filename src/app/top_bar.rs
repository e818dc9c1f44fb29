//! The bar at the top: the name, the lesson, undo and redo, colours, help.

use yew::prelude::*;

use super::compare;
use super::export;
use super::icons::{self, icon};
use super::menu::MenuMsg;
use super::state::{Msg, State, Theme};
use super::tool::{Tool, tell};
use super::transport::more;
use super::words::{fill, words};

/// The bar at the top.
pub fn top_bar(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let (player, theme) = (&state.player, state.theme);
    let can_undo = player.undone().is_some() || state.refused.is_some();
    let tool = |label, path, action, enabled: bool, msg| {
        Tool { label, path, action: Some(action), disabled: !enabled, msg }.view(on)
    };
    let kafka = fill(w.kafka, &[("version", &player.script().kafka.to_string())]);
    html! {
        <header class="top" data-more={state.tools.then_some("")}>
            <a class="skip" href="#stage">{ w.skip_to_stage }</a>
            <span class="brand">{ icons::mark() }<span>{ w.brand }</span></span>
            <h1 class="lesson">
                <button type="button" class="lesson-button" data-action="menu" aria-haspopup="dialog" title={w.lessons_open} onclick={tell::<MouseEvent>(on, Msg::Menu(MenuMsg::Open(true)))}>
                    <span class="lesson-name">{ player.script().name.clone() }</span>{ icon(icons::DOWN) }
                </button>
            </h1>
            <span class="chip">{ kafka }</span>
            if let Some(version) = state.menu.checked(player.script()) {
                <span class="chip checked">{ fill(w.checked, &[("version", version)]) }</span>
            }
            <span class="grow">{ w.tagline }</span>
            { compare::head::button(state, on) }
            { more("tools", state.tools, Msg::Tools(!state.tools), on) }
            <div class="tools">
                { tool(w.undo, icons::UNDO, "undo", can_undo, Msg::Undo) }
                { tool(w.redo, icons::REDO, "redo", player.redone().is_some(), Msg::Redo) }
                { export::menu(on) }
                { tool(w.present, icons::PRESENT, "present", true, Msg::Present(!state.present)) }
                { themes(theme, on) }
                { tool(w.help, icons::HELP, "help", true, Msg::Help(true)) }
            </div>
        </header>
    }
}

fn themes(chosen: Theme, on: &Callback<Msg>) -> Html {
    let w = words();
    let choice = |theme: Theme, label: &'static str, path: &'static str| {
        let onchange = tell::<Event>(on, Msg::Theme(theme));
        html! {
            <label class="segment" title={label}>
                <input type="radio" name="theme" aria-label={label} checked={theme == chosen} {onchange} />
                <span>{ icon(path) }</span>
            </label>
        }
    };
    html! {
        <div class="segments icons" role="radiogroup" aria-label={w.theme}>
            { choice(Theme::Light, w.theme_light, icons::SUN) }
            { choice(Theme::Auto, w.theme_auto, icons::AUTO) }
            { choice(Theme::Dark, w.theme_dark, icons::MOON) }
            { choice(Theme::Contrast, w.theme_contrast, icons::CONTRAST) }
        </div>
    }
}
