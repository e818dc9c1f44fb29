//! Patience: a run of many events is made a little at a time, before the message that asks for it is done.
//! Meanwhile the page shows the run that is there, and answers.

use std::collections::VecDeque;

use ackscope::player::Making;
use ackscope::script::Script;
use yew::Callback;

use super::compare::CompareMsg;
use super::effects;
use super::files::{self, FilesMsg};
use super::lab::LabMsg;
use super::menu::{self, MenuMsg};
use super::state::{Msg, State};
use super::tune::TuneMsg;
use super::words::words;

/// So many events of the model are made at once: of a run that is over then nobody has to be told.
const AT_ONCE: u32 = 3_000;
/// As many in a frame in which nothing else is done, and in one that answers a hand.
const CALM: u32 = 2_000;
const BUSY: u32 = 500;

/// What waits for a run.
#[derive(Default)]
pub struct Patience {
    making: Option<Box<Making>>,
    /// The messages; the first one is that whose run is being made.
    waiting: VecDeque<Msg>,
}

impl Patience {
    /// Whether a run is being made.
    #[must_use]
    pub fn is_making(&self) -> bool {
        self.making.is_some()
    }

    /// The message that is to be done now. One whose run takes long comes again when that is there; so
    /// does what would change a script that is still waited for.
    pub fn now(&mut self, state: &mut State, msg: Msg) -> Option<Msg> {
        let msg = match msg {
            Msg::Patiently(msg) => return Some(*msg),
            msg => msg,
        };
        let Some(script) = state.script_after(&msg) else { return Some(msg) };
        if let Some(last) = self.waiting.back_mut() {
            if !replaces(&msg, last) {
                self.waiting.push_back(msg);
                return None;
            }
            *last = msg;
            if self.waiting.len() > 1 {
                return None;
            }
        } else {
            self.waiting.push_back(msg);
        }
        self.making = None;
        // What Kafka refuses is said at once.
        let Ok(making) = Making::new(script) else { return self.waiting.pop_front() };
        self.go_on(state, making, AT_ONCE);
        if self.is_making() { None } else { self.waiting.pop_front() }
    }

    fn go_on(&mut self, state: &mut State, making: Box<Making>, most: u32) {
        match making.go_on(most) {
            Ok(made) => state.player.keep(made),
            Err(making) => self.making = Some(making),
        }
        if state.held != self.is_making() {
            state.held = self.is_making();
            effects::tell_busy(state.held.then_some(words().busy));
        }
    }

    /// A frame: goes on with the run. When it is there, what has waited is done.
    pub fn frame(&mut self, state: &mut State, is_calm: bool, on: &Callback<Msg>) {
        let Some(making) = self.making.take() else { return };
        self.go_on(state, making, if is_calm { CALM } else { BUSY });
        if !self.is_making() {
            let mut waiting = self.waiting.drain(..);
            waiting.next().into_iter().for_each(|msg| on.emit(Msg::Patiently(Box::new(msg))));
            waiting.for_each(|msg| on.emit(msg));
        }
    }
}

/// Whether a message makes the one before it needless: the same setting is turned on.
fn replaces(msg: &Msg, last: &Msg) -> bool {
    match (msg, last) {
        (Msg::Tune(TuneMsg::Set(place, _)), Msg::Tune(TuneMsg::Set(other, _))) => place == other,
        _ => false,
    }
}

impl State {
    /// The script that a message runs, where it runs one. It is a guess that saves time: a message whose
    /// script is another one in the end runs that.
    fn script_after(&self, msg: &Msg) -> Option<Script> {
        match msg {
            Msg::Act(what) => Some(self.player.acted(self.now_us, what.clone())),
            Msg::Undo if self.refused.is_none() => self.player.undone().cloned(),
            Msg::Redo => self.player.redone().cloned(),
            Msg::Tune(msg) => {
                let script = self.draft().edited(&self.turned(msg)?.1).ok();
                // What runs already is not run again.
                script.filter(|script| script != self.player.script())
            }
            Msg::Break(msg) => self.player.script().edited(&self.struck(msg)?).ok(),
            Msg::Menu(MenuMsg::Script(Ok(text))) => menu::read(text).ok(),
            Msg::Files(FilesMsg::Apply) => files::script(self).ok(),
            Msg::Lab(LabMsg::Open(job, at)) => self.lab.script(*job, *at),
            Msg::Compare(CompareMsg::Start) => Some(self.player.script().clone()),
            Msg::Compare(CompareMsg::Found(job, at)) => self.lab.script(*job, *at),
            Msg::Compare(CompareMsg::In(letter, msg)) if *letter == self.letter() => {
                self.script_after(msg)
            }
            _ => None,
        }
    }
}
