//! The rows that are in sight.

use std::rc::Rc;

use ackscope::model::ids::{BrokerId, ConsumerId, Node, ProducerId};
use ackscope::player::{Class, Whom, line};

use super::{MARGIN, ROW, whoms};
use crate::app::state::State;

/// What there is to see of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// Those in sight and a few more.
    pub rows: Vec<Row>,
    /// The place of the first of them.
    pub first: u32,
    /// How many there are in all.
    pub total: u32,
    /// The place of the row of the moment.
    pub current: Option<u32>,
    /// Where the log is scrolled to, if it keeps that row in sight.
    pub top: Option<u32>,
    /// The row of the moment, in full.
    pub told: Option<Told>,
    /// What can be chosen.
    pub whoms: Rc<[String]>,
    /// How many records the run has.
    pub records: usize,
    /// What is chosen: the kinds, the record, the entity.
    pub chosen: (usize, Option<u32>, usize),
}

/// An event in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its place in the trace.
    pub event: usize,
    /// When.
    pub at_us: u64,
    /// Its kind.
    pub class: Class,
    /// What it says.
    pub text: String,
    /// Whether it is still to come.
    pub to_come: bool,
}

/// The event of the moment, with what led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// It.
    pub row: Row,
    /// What led to it, if something did.
    pub cause: Option<Row>,
}

impl State {
    /// What there is to see of the log now.
    pub fn rows(&mut self) -> Rows {
        let passing = self.passing();
        let total = passing.len() as u32;
        let current = self.current(&passing).map(|at| at as u32);
        let log = &self.log;
        let (mut top, height) = (log.top, log.height.max(ROW));
        if log.follows {
            top = centred(current.unwrap_or(0), total, height);
        }
        let first = (top / ROW).saturating_sub(MARGIN).min(total);
        let last = (first + height / ROW + 2 * MARGIN + 1).min(total);
        let row = |at: u32| self.row(passing[at as usize] as usize);
        let told = current.map(|at| self.tell(passing[at as usize] as usize));
        let rows = (first..last).map(row).collect();
        let (kind, record) = (log.kind, log.record.map(|id| id.0));
        let top = log.follows.then_some(top);
        if self.log.whoms.0 != self.revision {
            let all = whoms(entities(self).into_iter(), self.player.trace());
            self.log.whoms = (self.revision, all);
        }
        let log = &self.log;
        let whom = log.whom.and_then(|it| log.whoms.1.iter().position(|whom| *whom == it));
        let chosen = (kind, record, whom.map_or(0, |at| at + 1));
        let whoms = log.whoms.1.iter().map(|whom| self.named(*whom)).collect();
        let records = self.player.setup().records.len();
        Rows { rows, first, total, current, top, told, whoms, records, chosen }
    }

    fn row(&self, event: usize) -> Row {
        let (trace, setup) = (self.player.trace(), self.player.setup());
        let it = &trace[event];
        Row {
            event,
            at_us: it.at_us,
            class: Class::of(setup, &it.kind),
            text: line(setup, trace, it),
            to_come: it.at_us > self.now_us,
        }
    }

    fn tell(&self, event: usize) -> Told {
        let cause = self.player.trace()[event].cause;
        Told { row: self.row(event), cause: cause.map(|cause| self.row(cause.0 as usize)) }
    }

    fn named(&self, whom: Whom) -> String {
        let setup = self.player.setup();
        match whom {
            Whom::Entity(node) => setup.name(node),
            Whom::Link(a, b) => setup.name(a) + " ↔ " + &setup.name(b),
        }
    }
}

/// All entities of a run, from the left of the stage to its right.
fn entities(state: &State) -> Vec<Node> {
    let setup = state.player.setup();
    let producers = (0..setup.producers.len() as u16).map(|n| Node::Producer(ProducerId(n)));
    let brokers = (0..setup.brokers).map(|n| Node::Broker(BrokerId(n)));
    let consumers = (0..setup.consumers.len() as u16).map(|n| Node::Consumer(ConsumerId(n)));
    producers.chain(brokers).chain([Node::Controller]).chain(consumers).collect()
}

/// Where to scroll to, so that a row is in the middle, as far as there are rows around it.
fn centred(row: u32, rows: u32, height: u32) -> u32 {
    let most = (rows * ROW).saturating_sub(height);
    (row * ROW + ROW / 2).saturating_sub(height / 2).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_the_moment_is_in_the_middle_where_it_can_be() {
        assert_eq!(centred(0, 100, 560), 0);
        assert_eq!(centred(50, 100, 560), 50 * ROW + ROW / 2 - 280);
        assert_eq!(centred(99, 100, 560), 100 * ROW - 560);
        assert_eq!(centred(1, 3, 560), 0);
    }
}
