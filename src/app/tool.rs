//! A button that is an icon, and callbacks for what has one message to tell.

use yew::prelude::*;

use super::icons::icon;
use super::state::Msg;

/// A button that is an icon.
pub struct Tool {
    /// What it does, in words.
    pub label: &'static str,
    /// Its icon.
    pub path: &'static str,
    /// Its name for those that drive the page.
    pub action: Option<&'static str>,
    /// Whether it does nothing now.
    pub disabled: bool,
    /// What a click tells.
    pub msg: Msg,
}

impl Tool {
    /// The button.
    pub fn view(self, on: &Callback<Msg>) -> Html {
        let Self { label, path, action, disabled, msg } = self;
        html! {
            <button type="button" class="tool" data-action={action} title={label} aria-label={label} {disabled} onclick={tell(on, msg)}>
                { icon(path) }
            </button>
        }
    }
}

/// Tells a message when it happens. One function for all messages: each closure of its own would
/// bring the code of its callback along.
pub fn tell<E: 'static>(on: &Callback<Msg>, msg: Msg) -> Callback<E> {
    on.reform(move |_| msg.clone())
}
