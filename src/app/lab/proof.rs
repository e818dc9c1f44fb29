//! The proof: the run's own fault, tried at every moment. Where two worlds are compared it is tried in
//! both, so that one sees what the other settings are worth.

use yew::prelude::*;

use super::rescue::progress;
use super::{Asked, Job, Lab, LabMsg};
use crate::app::compare::Letter;
use crate::app::state::{Msg, State};
use crate::app::tool::tell;
use crate::app::words::{count, fill, words};

impl State {
    /// Tries the first fault at every moment, in each world, once it is known which faults there are.
    pub(super) fn prove(&mut self) {
        let fault = self.lab.first_fault().map(str::to_owned).filter(|_| self.lab.proves);
        let Some(fault) = fault else { return };
        self.lab.proves = false;
        for letter in Letter::ALL {
            if self.lab_of(letter).is_some() {
                self.in_world(letter, |state| {
                    state.lab.ask(Job::Danger, fault.clone(), state.player.script());
                });
            }
        }
    }
}

/// The button that asks for it, or what came of it.
pub fn proof(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    if state.lab.asked(Job::Danger).number == 0 {
        return html! { <p>{ button(state, on) }</p> };
    }
    html! {
        <div class="proof" aria-live="polite">
            <p class="proof-of">{ fault(&state.lab) }</p>
            { outcome(state.lab.asked(Job::Danger), on) }
            <button type="button" class="link" data-action="map" data-leads="" onclick={tell::<MouseEvent>(on, Msg::Pane(crate::app::panes::Pane::Lab, true))}>{ w.proof_map }</button>
        </div>
    }
}

/// The button that asks for it.
pub fn button(state: &State, on: &Callback<Msg>) -> Html {
    let onclick = tell::<MouseEvent>(on, Msg::Lab(LabMsg::Prove));
    html! {
        <button type="button" class="ask" data-action="prove" disabled={state.lab.proves} {onclick}>{ words().proof_ask }</button>
    }
}

/// The fault that is tried, in a sentence.
pub fn fault(lab: &Lab) -> String {
    let (groups, about) = (&lab.asked(Job::Faults).report["groups"], &lab.asked(Job::Danger).about);
    let groups = groups.as_array().into_iter().flatten();
    let mut all = groups.flat_map(|group| group["faults"].as_array().into_iter().flatten());
    let text = all.find(|it| it["fault"] == **about).and_then(|it| it["text"].as_str());
    text.unwrap_or_default().to_owned()
}

/// What came of it so far, in a line that begins with a sign.
pub fn outcome(asked: &Asked, on: &Callback<Msg>) -> Html {
    let w = words();
    if asked.running || asked.error().is_some() {
        return progress(asked, Job::Danger, on);
    }
    let number = |name: &str| asked.report[name].as_u64().unwrap_or(0);
    let refuses = number("refused") > 0;
    let (kept, text) = match (asked.report["harmful"].as_u64(), refuses) {
        _ if asked.per_cent() < 100 => ("open", w.proof_open),
        (Some(0), false) => ("yes", w.proof_safe),
        (Some(0), true) => ("yes", w.proof_refused),
        _ => ("no", w.proof_harm),
    };
    let bad = if kept == "yes" { number("refused") } else { number("harmful") };
    let values = [("n", &*count(bad)), ("of", &*count(number("tried")))];
    html! { <p class="verdict" data-kept={kept}>{ fill(text, &values) }</p> }
}

#[cfg(test)]
mod tests {
    use ackscope::lessons;
    use ackscope::script::Script;

    use super::*;
    use crate::app::compare::CompareMsg;
    use crate::app::state::{Media, Theme};

    const FAULTS: &str = r#"{"groups": [{"name": "this run", "faults": [
        {"fault": "own:0", "text": "The process of broker-1 is killed."}]}]}"#;

    fn story() -> State {
        let script = Script::parse(lessons::FIRST.script).expect("a script");
        State::new(script, Media::default(), Theme::Auto).expect("a run")
    }

    fn hear_the_faults(state: &mut State) {
        state.update(Msg::Lab(LabMsg::Heard(Job::Faults, FAULTS.to_owned(), true)));
    }

    #[test]
    fn the_run_s_own_fault_is_tried_once_it_is_known() {
        let mut state = story();
        state.update(Msg::Lab(LabMsg::Prove));
        assert!(state.lab.asked(Job::Faults).running);
        assert_eq!(
            state.lab.asked(Job::Danger).number,
            0,
            "nobody knows yet which faults there are"
        );
        hear_the_faults(&mut state);
        assert_eq!(state.lab.asked(Job::Danger).about, "own:0");
        assert_eq!(fault(&state.lab), "The process of broker-1 is killed.");
        // What is heard of the faults later asks nothing anew.
        let number = state.lab.asked(Job::Danger).number;
        hear_the_faults(&mut state);
        assert_eq!(state.lab.asked(Job::Danger).number, number);
    }

    #[test]
    fn of_two_worlds_each_tries_the_fault() {
        let mut state = story();
        state.update(Msg::Compare(CompareMsg::Start));
        state.update(Msg::Lab(LabMsg::Prove));
        hear_the_faults(&mut state);
        for letter in Letter::ALL {
            let (lab, _) = state.lab_of(letter).expect("a world");
            assert!(lab.asked(Job::Danger).running, "{letter:?}");
        }
        // Each hears its own answer; of a world that is gone nothing is heard.
        let heard = |letter, report: &str| {
            let heard = LabMsg::Heard(Job::Danger, report.to_owned(), true);
            Msg::Compare(CompareMsg::Told(letter, Box::new(Msg::Lab(heard))))
        };
        state.update(heard(Letter::A, r#"{"harmful": 9}"#));
        assert_eq!(state.letter(), Letter::B, "hearing chooses nothing");
        let harmful = |state: &State, letter| {
            let (lab, _) = state.lab_of(letter).expect("a world");
            lab.asked(Job::Danger).report["harmful"].as_u64()
        };
        assert_eq!(harmful(&state, Letter::A), Some(9));
        assert_eq!(harmful(&state, Letter::B), None);
        state.update(Msg::Compare(CompareMsg::Keep(Letter::A)));
        state.update(heard(Letter::B, r#"{"harmful": 1}"#));
        assert_eq!(harmful(&state, Letter::A), Some(9));
    }
}
