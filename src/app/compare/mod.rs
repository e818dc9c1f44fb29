//! Two worlds: the same work and the same faults under two settings, on one clock.
//!
//! The state is always about one world, the chosen one: its run, its refused settings, its lab.
//! The other one waits here. To look at the other one the two change places ([`State::swap`]), so
//! that settings, lab, timeline and stage need not know that there are two.

mod differences;
pub mod head;
pub mod marks;
pub mod view;

use std::mem::swap;
use std::rc::Rc;

use ackscope::model::ids::RecordId;
use ackscope::model::trace::TraceEvent;
use ackscope::player::{Pace, Player};
use ackscope::script::{Script, ScriptError};

use self::differences::{Differs, differs, moved};
use super::lab::{Job, Lab, LabMsg};
use super::panes::Sight;
use super::shown::{Maker, Shown};
use super::state::{Asks, Msg, Refused, State};

/// Which of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letter {
    /// The one that was there first.
    #[default]
    A,
    /// The one that it is compared with.
    B,
}

impl Letter {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// What the user says about two worlds.
#[derive(Clone, Debug, PartialEq)]
pub enum CompareMsg {
    /// A second world beside the one that is there, at first the same.
    Start,
    /// A second world that the lab has found, by its place in the answer.
    Found(Job, usize),
    /// Settings, lab and timeline are about this one from now on.
    Choose(Letter),
    /// The lab says something about this one.
    Told(Letter, Box<Msg>),
    /// Something is said to the stage of this one.
    In(Letter, Box<Msg>),
    /// One world is enough: this one.
    Keep(Letter),
}

/// The world that waits.
pub struct World {
    player: Player,
    revision: u32,
    refused: Option<Refused>,
    lab: Lab,
}

/// That there are two worlds.
pub struct Compare {
    other: World,
    /// Which one the state is about.
    pub chosen: Letter,
    /// The pace of the slower world.
    pub pace: Pace,
    /// The end of the longer run.
    pub end_us: u64,
    /// The records that end differently.
    pub differing: Rc<[RecordId]>,
    /// The settings that differ.
    pub differences: Rc<[Differs]>,
}

impl Compare {
    /// What happens in the world that waits.
    #[must_use]
    pub fn other_trace(&self) -> &[TraceEvent] {
        self.other.player.trace()
    }
}

/// What there is to see of each world. Only of the chosen one a record is followed.
pub fn shown(state: &mut State, makers: &mut [Maker; 2]) -> [Shown; 2] {
    let chosen = state.letter();
    let [a, b] = makers;
    let mut look = |letter: Letter, maker: &mut Maker| {
        if state.compare.is_none() && letter != chosen {
            return Shown::default();
        }
        state.in_world(letter, |state| {
            let followed = state.followed.take_if(|_| letter != chosen);
            let shown = maker.shown(state);
            state.followed = state.followed.or(followed);
            shown
        })
    };
    [look(Letter::A, a), look(Letter::B, b)]
}

impl State {
    /// Which world the state is about; of one world, the first.
    #[must_use]
    pub fn letter(&self) -> Letter {
        self.compare.as_ref().map_or(Letter::A, |compare| compare.chosen)
    }

    /// The lab and the script of a world, if there is that one.
    #[must_use]
    pub fn lab_of(&self, letter: Letter) -> Option<(&Lab, &Script)> {
        if letter == self.letter() {
            return Some((&self.lab, self.player.script()));
        }
        self.compare.as_ref().map(|both| (&both.other.lab, both.other.player.script()))
    }

    /// The scripts of both worlds, in order.
    #[must_use]
    pub fn scripts(&self) -> Option<[&Script; 2]> {
        let compare = self.compare.as_ref()?;
        let mut both = [self.player.script(), compare.other.player.script()];
        if compare.chosen == Letter::B {
            both.reverse();
        }
        Some(both)
    }

    /// Looks at that world, as if it were chosen.
    pub fn in_world<R>(&mut self, letter: Letter, look: impl FnOnce(&mut Self) -> R) -> R {
        let elsewhere = letter != self.letter();
        if elsewhere {
            self.swap();
        }
        let seen = look(self);
        if elsewhere {
            self.swap();
        }
        seen
    }

    /// The two worlds change places.
    fn swap(&mut self) {
        let Some(Compare { other, chosen, .. }) = &mut self.compare else { return };
        swap(&mut self.player, &mut other.player);
        swap(&mut self.revision, &mut other.revision);
        swap(&mut self.refused, &mut other.refused);
        swap(&mut self.lab, &mut other.lab);
        *chosen = chosen.other();
    }

    /// Begins, changes and ends a comparison.
    pub fn compare(&mut self, msg: CompareMsg) -> Asks {
        let made = match msg {
            CompareMsg::Start => self.beside(self.player.script().clone()),
            CompareMsg::Found(job, at) => match self.lab.script(job, at) {
                Some(script) => return self.compare_with(script),
                None => return Asks::default(),
            },
            CompareMsg::Choose(letter) => {
                if letter != self.letter() {
                    self.swap();
                }
                Ok(())
            }
            // Of a world that is gone nothing is heard any more.
            CompareMsg::Told(letter, _) if self.lab_of(letter).is_none() => {
                return Asks::default();
            }
            CompareMsg::Told(letter, msg) => return self.in_world(letter, |it| it.update(*msg)),
            CompareMsg::In(_, msg) if matches!(*msg, Msg::Follow(_)) => return self.update(*msg),
            CompareMsg::In(letter, msg) => {
                self.compare(CompareMsg::Choose(letter));
                return Asks { lab: true, ..self.update(*msg) };
            }
            CompareMsg::Keep(letter) => {
                if letter != self.letter() {
                    self.swap();
                }
                self.compare = None;
                Ok(())
            }
        };
        if made.is_err() {
            return Asks::default();
        }
        self.reclock();
        self.panes.sought = Some(Sight::Stage);
        Asks { paint: true, render: true, store: false, lab: true }
    }

    /// Compares with what somebody has found; what it is worth is to be seen at every moment.
    pub fn compare_with(&mut self, script: Script) -> Asks {
        if self.beside(script).is_err() {
            return Asks::default();
        }
        self.reclock();
        self.panes.sought = Some(Sight::Stage);
        self.ask_lab(LabMsg::Prove)
    }

    /// Puts a run of that script into world B, and chooses it.
    fn beside(&mut self, script: Script) -> Result<(), ScriptError> {
        if self.compare.is_none() {
            let (pace, end_us) = (self.player.pace().clone(), self.player.end_us());
            let lab = self.lab.fork(&script);
            let other = World {
                player: self.player.fork(script)?,
                revision: self.next_revision(),
                refused: None,
                lab,
            };
            let chosen = Letter::A;
            let (differing, differences) = (Rc::default(), Rc::default());
            self.compare = Some(Compare { other, chosen, pace, end_us, differing, differences });
            self.swap();
            return Ok(());
        }
        self.in_world(Letter::B, |state| {
            let made = state.player.set(script);
            if made.is_ok() {
                state.changed();
            }
            made
        })?;
        self.compare(CompareMsg::Choose(Letter::B));
        Ok(())
    }

    /// One clock for both worlds, and what differs between them: after either has changed.
    pub fn compared(&mut self) {
        let Some([a, b]) = self.scripts() else { return };
        let mut named = differs(a, b);
        let Some(Compare { other, chosen, pace, end_us, differing, differences }) =
            &mut self.compare
        else {
            return;
        };
        let (here, there) = (&self.player, &other.player);
        named.extend(match chosen {
            Letter::A => moved(here, there),
            Letter::B => moved(there, here),
        });
        *differences = named.into();
        *end_us = here.end_us().max(there.end_us());
        *pace = Pace::shared(&[here.trace(), there.trace()], *end_us);
        let records = |player: &Player| player.setup().records.len() as u32;
        let all = (1..=records(here).min(records(there))).map(RecordId);
        let differs = |id: &RecordId| {
            let fates = [here, there].map(|player| player.verdict(*id).fate);
            fates[0] != fates[1]
        };
        *differing = all.filter(differs).collect();
    }
}
