//! The event log: everything that happens, in plain words, filtered, in step with the moment.
//!
//! Only the rows that are in sight are made: a run may have a hundred thousand of them.

mod rows;
mod view;

use std::rc::Rc;

use ackscope::model::ids::{Node, RecordId};
use ackscope::model::trace::{Kind, TraceEvent};
use ackscope::player::{Filter, Whom};

use super::state::{Asks, Msg, RENDER, State};
use super::travel::SOUGHT;
pub use rows::{Row, Rows};
pub use view::{Handle, log};

/// How high a row is, in pixels; the same as in the style sheet.
pub const ROW: u32 = 56;
/// How many rows are made above and below those in sight.
const MARGIN: u32 = 4;

/// What the log shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// Which kinds, by the place in [`kinds`].
    kind: usize,
    record: Option<RecordId>,
    whom: Option<Whom>,
    /// Whether it keeps the current event in sight.
    follows: bool,
    /// How far it is scrolled, and how much of it is in sight.
    top: u32,
    height: u32,
    /// The event that was chosen among those of one moment.
    chosen: Option<usize>,
    /// The events that pass the filter, by their places in the trace, and of which run.
    passing: Option<(u32, Rc<[u32]>)>,
    /// Entities and links to choose from, and of which run.
    whoms: (u32, Rc<[Whom]>),
}

/// What happens to it.
#[derive(Clone, Debug, PartialEq)]
pub enum LogMsg {
    /// Only these kinds.
    Kind(usize),
    /// Only this record.
    Record(Option<RecordId>),
    /// Only this entity or link, by its place in the list; 0 is all.
    Whom(usize),
    /// It was scrolled so far, so much is in sight, and whether the user did it.
    Scrolled(u32, u32, bool),
    /// Keeps the current event in sight again.
    Follow,
    /// To an event of the trace.
    Go(usize),
    /// So many rows down, or up.
    Move(i32),
}

impl Default for Log {
    fn default() -> Self {
        Self {
            kind: 0,
            record: None,
            whom: None,
            follows: true,
            top: 0,
            height: 600,
            chosen: None,
            passing: None,
            whoms: (u32::MAX, Rc::default()),
        }
    }
}

/// The kinds to choose from: the story, everything, and what can be looked for.
pub fn kinds() -> impl Iterator<Item = (&'static str, Filter)> {
    let all = [("story", Filter::STORY), ("everything", Filter::EVERYTHING)];
    // The record has a field of its own.
    all.into_iter().chain(SOUGHT).filter(|(name, _)| *name != "followed")
}

impl Log {
    /// Another run.
    pub fn changed(&mut self) {
        self.chosen = None;
        self.whom = None;
    }

    /// Whether it keeps the current event in sight.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.follows
    }

    fn filter(&self) -> Filter {
        let (_, filter) = kinds().nth(self.kind).unwrap_or(("story", Filter::STORY));
        Filter { record: self.record, whom: self.whom, ..filter }
    }
}

impl State {
    /// Reads in the log.
    pub fn browse(&mut self, msg: LogMsg) -> Asks {
        match msg {
            LogMsg::Kind(kind) => self.log.kind = kind,
            LogMsg::Record(record) => self.log.record = record,
            LogMsg::Whom(at) => {
                self.log.whom = at.checked_sub(1).and_then(|at| self.log.whoms.1.get(at).copied());
            }
            LogMsg::Scrolled(top, height, by_user) => {
                self.log.follows &= !by_user;
                (self.log.top, self.log.height) = (top, height);
                return RENDER;
            }
            LogMsg::Follow => self.log.follows = true,
            LogMsg::Go(event) => return self.go_to_event(event),
            LogMsg::Move(by) => {
                let passing = self.passing();
                let at = self.current(&passing).map_or(0, |at| at as i64 + i64::from(by));
                let at = at.clamp(0, (passing.len() as i64 - 1).max(0)) as usize;
                let Some(event) = passing.get(at) else { return RENDER };
                return self.go_to_event(*event as usize);
            }
        }
        self.log.passing = None;
        RENDER
    }

    fn go_to_event(&mut self, event: usize) -> Asks {
        let Some(at_us) = self.player.trace().get(event).map(|event| event.at_us) else {
            return RENDER;
        };
        self.log.follows = true;
        let asks = self.update(Msg::Seek(at_us));
        self.log.chosen = Some(event);
        asks
    }

    /// The events that pass the filter.
    fn passing(&mut self) -> Rc<[u32]> {
        let revision = self.revision;
        if let Some((made_for, passing)) = &self.log.passing
            && *made_for == revision
        {
            return passing.clone();
        }
        let (trace, setup, filter) = (self.player.trace(), self.player.setup(), self.log.filter());
        let taken = |at: &u32| filter.takes(setup, trace, &trace[*at as usize]);
        let passing: Rc<[u32]> = (0..trace.len() as u32).filter(taken).collect();
        self.log.passing = Some((revision, passing.clone()));
        passing
    }

    /// The row of the moment: the chosen event, or the last one up to now.
    fn current(&self, passing: &[u32]) -> Option<usize> {
        let trace = self.player.trace();
        let past = passing.partition_point(|at| trace[*at as usize].at_us <= self.now_us);
        let chosen = self.log.chosen.filter(|at| trace[*at].at_us == self.now_us);
        let chosen = chosen.and_then(|at| passing.binary_search(&(at as u32)).ok());
        chosen.or(past.checked_sub(1))
    }
}

/// The entities of a run, and the links over which something was sent.
fn whoms(entities: impl Iterator<Item = Node>, trace: &[TraceEvent]) -> Rc<[Whom]> {
    let mut links: Vec<(Node, Node)> = Vec::new();
    for event in trace {
        if let Kind::MessageSent { from, to, .. } = event.kind {
            let link = (from.min(to), from.max(to));
            if let Err(place) = links.binary_search(&link) {
                links.insert(place, link);
            }
        }
    }
    let links = links.into_iter().map(|(a, b)| Whom::Link(a, b));
    entities.map(Whom::Entity).chain(links).collect()
}
