//! The trays: how many records have which fate, and which they are.

use ackscope::model::ids::RecordId;
use ackscope::verdict::Fate;
use yew::prelude::*;

use super::shown::Tray;
use super::state::Msg;
use super::tool::tell;
use super::words::{fill, words};

/// The trays, and what goes with them.
pub struct Fates<'a> {
    /// The trays.
    pub trays: &'a [Tray],
    /// The record that is followed.
    pub followed: Option<u32>,
    /// Where messages go.
    pub on: &'a Callback<Msg>,
}

/// How many numbers a tray has room for.
const ROOM: usize = 8;

/// The trays.
pub fn fates(props: &Fates<'_>) -> Html {
    html! {
        <section class="fates" aria-label={words().fates}>
            { for props.trays.iter().map(|tray| view_tray(tray, props)) }
        </section>
    }
}

fn view_tray(tray: &Tray, props: &Fates<'_>) -> Html {
    let w = words();
    let (word, help) = w.fate(tray.fate);
    let all = tray.records.len();
    // The word for the surplus takes a place, too.
    let surplus = if all > ROOM { all + 1 - ROOM } else { 0 };
    html! {
        <div class="tray" data-fate={tray.fate.word()} data-count={tray.count.to_string()} key={tray.fate.word()}>
            <p class="tray-head" title={help}>
                <span class="tray-count">{ tray.count }</span>
                <span class="tray-word">{ word }</span>
            </p>
            if !tray.records.is_empty() {
                <ul class="records">
                    if surplus > 0 {
                        <li class="surplus">{ fill(w.and_more, &[("n", &surplus.to_string())]) }</li>
                    }
                    { for tray.records[surplus..].iter().map(|(id, doomed)| html! { <li key={*id}>{ record(*id, tray.fate, *doomed, props) }</li> }) }
                </ul>
            }
        </div>
    }
}

/// A record as a button that follows it.
pub fn record(id: u32, fate: Fate, doomed: bool, props: &Fates<'_>) -> Html {
    let number = id.to_string();
    let label = fill(words().follow_label, &[("n", &number)]);
    let onclick = tell::<MouseEvent>(props.on, Msg::Follow(Some(RecordId(id))));
    let pressed = if props.followed == Some(id) { "true" } else { "false" };
    html! {
        <button type="button" class="record" data-fate={fate.word()} data-doomed={doomed.then_some("true")} data-record={number.clone()} aria-label={label} aria-pressed={pressed} {onclick}>
            { number }
        </button>
    }
}
