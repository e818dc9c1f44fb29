//! The trays: how many records have which fate, and which they are. A tray opens: its records are
//! listed in the panel of one record, which then goes from one of them to the next.

use ackscope::model::ids::RecordId;
use ackscope::verdict::Fate;
use yew::prelude::*;

use super::lab::Job;
use super::panes::Pane;
use super::shown::{Shown, Tray};
use super::state::{Asks, Msg, PAINT, State};
use super::tool::tell;
use super::words::{Words, fill, words};

/// What a record's button depends on.
#[derive(Clone, Copy)]
pub struct Fates<'a> {
    /// The record that is followed.
    pub followed: Option<u32>,
    /// The tray whose records are listed.
    pub among: Option<Fate>,
    /// Where messages go.
    pub on: &'a Callback<Msg>,
}

impl<'a> Fates<'a> {
    /// As the state has it.
    pub fn new(state: &State, on: &'a Callback<Msg>) -> Self {
        Self { followed: state.followed.map(|id| id.0), among: state.among, on }
    }
}

/// How many numbers a tray has room for.
const ROOM: usize = 8;

/// The trays.
pub fn fates(shown: &Shown, props: Fates<'_>) -> Html {
    let w = words();
    html! {
        <section class="fates" aria-label={w.fates}>
            { for shown.trays.iter().map(|tray| view_tray(tray, shown, props)) }
        </section>
    }
}

fn view_tray(tray: &Tray, shown: &Shown, props: Fates<'_>) -> Html {
    let w = words();
    let (word, help) = Words::fate(tray.fate);
    let all = tray.records.len();
    // The word for the surplus takes a place, too.
    let surplus = if all > ROOM { all + 1 - ROOM } else { 0 };
    let late = tray.records.iter().filter(|(id, _)| shown.reordered.contains(id)).count();
    let count = tray.count.to_string();
    let label = fill(w.tray_label, &[("n", &count), ("fate", word)]);
    let open = tell::<MouseEvent>(props.on, Msg::Among(Some(tray.fate)));
    let pressed = if props.among == Some(tray.fate) { "true" } else { "false" };
    html! {
        <div class="tray" data-fate={tray.fate.word()} data-count={count} key={tray.fate.word()}>
            <button type="button" class="tray-head" title={help} aria-label={label} aria-pressed={pressed} disabled={all == 0} onclick={open}>
                <span class="tray-count">{ tray.count }</span>{ " " }
                <span class="tray-word">{ word }</span>
            </button>
            if !tray.records.is_empty() {
                <ul class="records">
                    if surplus > 0 {
                        <li class="surplus">{ fill(w.and_more, &[("n", &surplus.to_string())]) }</li>
                    }
                    { for tray.records[surplus..].iter().map(|it| html! { <li key={it.0}>{ record(*it, tray.fate, props) }</li> }) }
                </ul>
            }
            if late > 0 {
                <p class="late">{ late }{ " " }{ w.out_of_order }</p>
            }
        </div>
    }
}

/// A record as a button that follows it; with whether it is doomed.
pub fn record((id, doomed): (u32, bool), fate: Fate, props: Fates<'_>) -> Html {
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

/// Whether somebody would want to know why.
#[must_use]
pub fn is_harm(fate: Fate) -> bool {
    matches!(fate, Fate::Lost | Fate::Duplicated | Fate::Ghost)
}

/// How many records have come to harm, or cannot but come to it, with the question why.
#[must_use]
pub fn harm(trays: &[Tray]) -> Option<String> {
    let w = words();
    let harmed = trays.iter().find(|tray| tray.count > 0 && is_harm(tray.fate));
    let doomed = || trays.iter().flat_map(|tray| &tray.records).filter(|(_, doomed)| *doomed);
    let (count, fate) = match harmed {
        Some(tray) => (tray.count as usize, Words::fate(tray.fate).0),
        None => (doomed().count(), w.doomed),
    };
    (count > 0).then(|| fill(w.why, &[("n", &count.to_string()), ("fate", fate)]))
}

impl State {
    /// Shows why the first record that has come to harm by now did; if it is the one that is followed,
    /// that one.
    pub fn why(&mut self) -> Asks {
        let records = self.player.setup().records.len() as u32;
        let ledger = self.player.seek(self.now_us).ledger;
        let harmed = |id: &RecordId| {
            let verdict = ledger.verdict(*id);
            is_harm(verdict.fate) || verdict.stranded
        };
        let first = || (1..=records).map(RecordId).find(harmed);
        let which = self.followed.filter(harmed).or_else(first);
        self.playing = false;
        self.update(Msg::Follow(which))
    }

    /// Whoever looks at a record that comes to harm in the end learns what would have saved it.
    pub fn explain(&mut self) -> Asks {
        let harmed = self.followed.is_some_and(|id| is_harm(self.player.verdict(id).fate));
        if harmed && self.lab.asked(Job::Rescue).number == 0 {
            self.lab.ask(Job::Rescue, String::new(), self.player.script());
        }
        Asks { lab: true, ..PAINT }
    }

    /// Lists the records that have that fate now, and follows one of them.
    pub fn go_among(&mut self, fate: Option<Fate>) {
        self.among = fate;
        self.lit = true;
        self.panes.open(Pane::Record);
        let records = self.player.setup().records.len() as u32;
        let ledger = self.player.seek(self.now_us).ledger;
        let has =
            |id: &RecordId| fate.is_none_or(|it| ledger.is_sent(*id) && it == ledger.fate(*id));
        if self.followed.filter(has).is_none() {
            self.followed = (1..=records).map(RecordId).find(has);
        }
    }
}

#[cfg(test)]
mod tests {
    use ackscope::lessons;
    use ackscope::script::Script;

    use super::*;
    use crate::app::state::{Media, Theme};

    #[test]
    fn whoever_asks_why_is_shown_a_lost_record_and_the_lab_is_asked_what_would_have_saved_it() {
        let script = Script::parse(lessons::FIRST.script).expect("a script");
        let mut state = State::new(script, Media::default(), Theme::Auto).expect("a run");
        state.followed = Some(RecordId(1));
        state.now_us = state.end_us();
        state.update(Msg::Why);
        let followed = state.followed.expect("a record");
        assert_eq!(state.player.verdict(followed).fate, Fate::Lost);
        assert!(state.lab.asked(Job::Rescue).running);
    }

    #[test]
    fn nobody_asks_the_lab_about_a_record_that_comes_to_no_harm() {
        let script = Script::parse(lessons::FIRST.script).expect("a script");
        let mut state = State::new(script, Media::default(), Theme::Auto).expect("a run");
        state.update(Msg::Follow(Some(RecordId(1))));
        assert_eq!(state.lab.asked(Job::Rescue).number, 0);
    }
}
