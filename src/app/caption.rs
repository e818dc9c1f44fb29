//! The caption: one plain sentence on what is happening, read out when it changes and rests.

use yew::prelude::*;

use super::words::words;

/// The caption. It is read out only where it rests: a run that plays changes it all the time.
pub fn caption(text: &AttrValue, playing: bool) -> Html {
    html! {
        <section class="caption" aria-label={words().caption}>
            <p aria-live={if playing { "off" } else { "polite" }} aria-atomic="true">{ text }</p>
        </section>
    }
}
