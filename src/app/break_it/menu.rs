//! The menu of a thing on the stage: what can be done to it, now.

use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::things::Thing;
use super::{BreakMsg, deeds, error};
use crate::app::effects::set_style;
use crate::app::icons;
use crate::app::state::{Msg, State};
use crate::app::tool::{Tool, tell};
use crate::app::words::{fill, time, words};

/// A button over a thing of the stage, that opens its menu.
pub fn handle(id: &str, thing: &Thing, on: &Callback<Msg>) -> Html {
    let label = fill(words().break_label, &[("thing", &thing.label())]);
    let thing = thing.clone();
    let onclick = on.reform(move |event: MouseEvent| {
        let at = event.target_unchecked_into::<Element>().get_bounding_client_rect();
        let at = [at.left() as i32, at.bottom() as i32];
        Msg::Break(BreakMsg::Menu(Some((thing.clone(), at))))
    });
    html! {
        <button type="button" class="thing" key={"at-".to_owned() + id} data-part={id.to_owned()} title={label.clone()} aria-label={label}
            aria-haspopup="dialog" {onclick}></button>
    }
}

/// The menu, while it is open.
pub fn menu(state: &State, dialog: &NodeRef, on: &Callback<Msg>) -> Html {
    let w = words();
    let open = state.breaking.menu.as_ref();
    let close = Tool {
        label: w.close,
        path: icons::CLOSE,
        action: None,
        disabled: false,
        msg: Msg::Break(BreakMsg::Menu(None)),
    };
    let onclose = tell::<Event>(on, Msg::Break(BreakMsg::Menu(None)));
    // A click beside it is one on the dialog itself, whose content fills it.
    let onclick = Callback::from(|event: MouseEvent| {
        let target: Element = event.target_unchecked_into();
        if target.tag_name() == "DIALOG" {
            let dialog: web_sys::HtmlDialogElement = event.target_unchecked_into();
            dialog.close();
        }
    });
    html! {
        <dialog class="thing-menu" ref={dialog.clone()} aria-labelledby="thing-menu-title" {onclose} {onclick}>
            if let Some((thing, _)) = open {
                <div class="thing-menu-body">
                    <div class="panel-head">
                        <h2 id="thing-menu-title">{ thing.label() }</h2>
                        <span class="note">{ fill(w.now, &[("time", &time(state.now_us))]) }</span>
                        { close.view(on) }
                    </div>
                    { error(state) }
                    { deeds::view(state, thing, on) }
                </div>
            }
        </dialog>
    }
}

/// Opens it at its place, or closes it.
pub fn show(dialog: &NodeRef, state: &State) {
    let open = state.breaking.menu.as_ref();
    if let (Some((_, [x, y])), Some(element)) = (open, dialog.cast::<HtmlElement>()) {
        set_style(&element, "--x", &(x.to_string() + "px"));
        set_style(&element, "--y", &(y.to_string() + "px"));
    }
    crate::app::help::show(dialog, open.is_some());
}
