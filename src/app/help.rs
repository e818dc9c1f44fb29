//! The help: the keys, in a dialog of the browser's own.

use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

use super::icons;
use super::state::Msg;
use super::tool::{Tool, tell};
use super::words::words;

/// Opens or closes the dialog.
pub fn show(dialog: &NodeRef, open: bool) {
    if let Some(dialog) = dialog.cast::<HtmlDialogElement>()
        && dialog.open() != open
    {
        if open {
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    }
}

/// The help; also where single keys are allowed to be shortcuts.
pub fn help(shortcuts: bool, dialog: &NodeRef, on: &Callback<Msg>) -> Html {
    let w = words();
    let close = Tool {
        label: w.close,
        path: icons::CLOSE,
        action: None,
        disabled: false,
        msg: Msg::Help(false),
    };
    let onclose = tell::<Event>(on, Msg::Help(false));
    let onchange = on.reform(|event: Event| {
        Msg::Shortcuts(event.target_unchecked_into::<HtmlInputElement>().checked())
    });
    let row = |key: &'static str, does: &'static str| {
        html! {
            <><dt>{ for key.split(' ').map(|key| html! { <kbd>{ key }</kbd> }) }</dt><dd>{ does }</dd></>
        }
    };
    html! {
        <dialog class="help" ref={dialog.clone()} aria-labelledby="help-title" {onclose}>
            <div class="panel-head">
                <h2 id="help-title">{ w.help_title }</h2>
                { close.view(on) }
            </div>
            <p>{ w.help_intro }</p>
            <dl class="keys">
                { row(w.key_space, w.does_space) }
                { row(w.key_arrows, w.does_arrows) }
                { row(w.key_shift_arrows, w.does_shift_arrows) }
                { row(w.key_home_end, w.does_home_end) }
                { row(w.key_seek, w.does_seek) }
                { row(w.key_loop, w.does_loop) }
                { row(w.key_undo, w.does_undo) }
                { row(w.key_zoom, w.does_zoom) }
                { row(w.key_enter, w.does_enter) }
                { row(w.key_mark, w.does_mark) }
                { row(w.key_escape, w.does_escape) }
                { row(w.key_help, w.does_help) }
            </dl>
            <label class="check">
                <input type="checkbox" checked={shortcuts} {onchange} />
                <span>{ w.shortcuts }</span>
            </label>
        </dialog>
    }
}
