//! Patience: what takes long is said before it begins. A run is made anew on the page's own thread, and
//! one of very many records takes a second or two, in which the page answers nothing.

use yew::Callback;

use super::break_it::BreakMsg;
use super::effects;
use super::files::FilesMsg;
use super::lab::LabMsg;
use super::menu::MenuMsg;
use super::state::{Msg, State};
use super::tune::TuneMsg;
use super::words::words;

/// From so many events on nobody would take it for an answer.
const LONG: usize = 30_000;

/// Whether a message makes the run anew, and that takes long; of a script of the user's own it is not
/// known.
fn takes_long(state: &State, msg: &Msg) -> bool {
    let makes_anew = match msg {
        Msg::Menu(MenuMsg::Script(Ok(_))) => return true,
        Msg::Act(_) | Msg::Undo | Msg::Redo => true,
        Msg::Tune(msg) => {
            use TuneMsg::{Edit, Preset, Set, Without};
            matches!(msg, Edit(_) | Preset(_) | Set(..) | Without(_))
        }
        Msg::Break(msg) => {
            use BreakMsg::{Do, Drop, Edit, Move, Nudge};
            matches!(msg, Do(..) | Drop(..) | Edit(_) | Move(..) | Nudge(..))
        }
        Msg::Files(msg) => matches!(msg, FilesMsg::Apply | FilesMsg::Compare),
        Msg::Lab(msg) => matches!(msg, LabMsg::Open(..)),
        _ => false,
    };
    makes_anew && state.player.trace().len() > LONG
}

/// The message that is to be done now, if it is not one to be said first: then it comes again when that
/// is painted.
pub fn now(state: &State, msg: Msg, on: &Callback<Msg>) -> Option<Msg> {
    if let Msg::Patiently(msg) = msg {
        effects::tell_busy(None);
        return Some(*msg);
    }
    if !takes_long(state, &msg) {
        return Some(msg);
    }
    effects::tell_busy(Some(words().busy));
    let on = on.clone();
    effects::after_painting(move || on.emit(Msg::Patiently(Box::new(msg))));
    None
}
