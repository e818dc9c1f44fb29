//! The help: the keys, in a dialog of the browser's own.

use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

use super::icons::{self, icon};
use super::state::Msg;
use super::words::words;

/// What the help shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whether it is open.
    pub open: bool,
    /// Whether single keys are shortcuts.
    pub shortcuts: bool,
    /// Where messages go.
    pub on: Callback<Msg>,
}

/// The help.
#[component]
pub fn Help(props: &Props) -> Html {
    let w = words();
    let dialog = use_node_ref();
    let shown = dialog.clone();
    use_effect_with(props.open, move |open| {
        if let Some(dialog) = shown.cast::<HtmlDialogElement>()
            && dialog.open() != *open
        {
            if *open {
                let _ = dialog.show_modal();
            } else {
                dialog.close();
            }
        }
    });
    let close = props.on.reform(|_: MouseEvent| Msg::Help(false));
    let onclose = props.on.reform(|_: Event| Msg::Help(false));
    let onchange = props.on.reform(|event: Event| {
        Msg::Shortcuts(event.target_unchecked_into::<HtmlInputElement>().checked())
    });
    let row = |key: &'static str, does: &'static str| {
        html! {
            <><dt>{ for key.split(' ').map(|key| html! { <kbd>{ key }</kbd> }) }</dt><dd>{ does }</dd></>
        }
    };
    html! {
        <dialog class="help" ref={dialog} aria-labelledby="help-title" {onclose}>
            <div class="panel-head">
                <h2 id="help-title">{ w.help_title }</h2>
                <button type="button" class="tool" aria-label={w.close} title={w.close} onclick={close}>{ icon(icons::CLOSE) }</button>
            </div>
            <p>{ w.help_intro }</p>
            <dl class="keys">
                { row(w.key_space, w.does_space) }
                { row(w.key_arrows, w.does_arrows) }
                { row(w.key_shift_arrows, w.does_shift_arrows) }
                { row(w.key_home_end, w.does_home_end) }
                { row(w.key_undo, w.does_undo) }
                { row(w.key_help, w.does_help) }
            </dl>
            <label class="check">
                <input type="checkbox" checked={props.shortcuts} {onchange} />
                <span>{ w.shortcuts }</span>
            </label>
        </dialog>
    }
}
