//! The event queue: a binary heap ordered by `(time, rank, sequence)`.
//!
//! Actions rank before the model's own events of the same microsecond; among equals the one
//! that was scheduled first comes first. So the order never depends on the heap's insides.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::event::Event;
use super::ids::TraceId;

/// An event with its time and its cause.
#[derive(Clone, Copy, Debug)]
pub struct Scheduled {
    /// When it happens.
    pub at_us: u64,
    /// What happens.
    pub event: Event,
    /// The traced event that led to it.
    pub cause: Option<TraceId>,
    /// Whether it is part of the background (a heartbeat, an idle fetch, a periodic check) and
    /// so no reason to go on with a run.
    pub ambient: bool,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    rank: u8,
    sequence: u64,
    scheduled: Scheduled,
}

impl Entry {
    fn key(&self) -> (u64, u8, u64) {
        (self.scheduled.at_us, self.rank, self.sequence)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// What is still to happen.
#[derive(Clone, Debug, Default)]
pub struct EventQueue {
    heap: BinaryHeap<Reverse<Entry>>,
    next_sequence: u64,
    foreground: u32,
}

impl EventQueue {
    /// Adds an event.
    pub fn push(&mut self, scheduled: Scheduled) {
        let rank = u8::from(!matches!(scheduled.event, Event::Action(_)));
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.foreground += u32::from(!scheduled.ambient);
        self.heap.push(Reverse(Entry { rank, sequence, scheduled }));
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<Scheduled> {
        let Reverse(entry) = self.heap.pop()?;
        self.foreground -= u32::from(!entry.scheduled.ambient);
        Some(entry.scheduled)
    }

    /// When the next event happens.
    #[must_use]
    pub fn next_us(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse(entry)| entry.scheduled.at_us)
    }

    /// How many events wait that are not mere background.
    #[must_use]
    pub fn foreground(&self) -> u32 {
        self.foreground
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::ControllerTimer;

    fn push(queue: &mut EventQueue, at_us: u64, event: Event) {
        queue.push(Scheduled { at_us, event, cause: None, ambient: false });
    }

    #[test]
    fn actions_come_first_and_equals_in_the_order_of_scheduling() {
        let mut queue = EventQueue::default();
        let tick = Event::Controller(ControllerTimer::SessionCheck);
        push(&mut queue, 5, tick);
        push(&mut queue, 5, Event::Action(1));
        push(&mut queue, 5, Event::Action(0));
        push(&mut queue, 4, tick);
        let order: Vec<_> =
            std::iter::from_fn(|| queue.pop()).map(|s| (s.at_us, s.event)).collect();
        assert_eq!(order, [(4, tick), (5, Event::Action(1)), (5, Event::Action(0)), (5, tick)]);
        assert_eq!(queue.foreground(), 0);
    }
}
