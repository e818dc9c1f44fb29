//! The caption: one plain sentence on what is happening, read out when it changes and rests; and once
//! records have come to harm, the way to why.

use yew::prelude::*;

use super::fates::harm;
use super::shown::Shown;
use super::state::Msg;
use super::tool::tell;
use super::words::words;

/// The caption. It is read out only where it rests: a run that plays changes it all the time.
pub fn caption(shown: &Shown, playing: bool, on: &Callback<Msg>) -> Html {
    let w = words();
    html! {
        <section class="caption" aria-label={w.caption}>
            <p aria-live={if playing { "off" } else { "polite" }} aria-atomic="true">{ &shown.caption }</p>
            if let Some(harm) = harm(&shown.trays) {
                <button type="button" class="why" data-action="why" data-leads="" onclick={tell::<MouseEvent>(on, Msg::Why)}>{ harm }<span class="why-more">{ w.why_more }</span></button>
            }
        </section>
    }
}
