//! The event queue: a binary heap ordered by `(time, rank, sequence)`.
//!
//! Actions rank before the model's own events of the same microsecond, in the order of the script,
//! whenever they were scheduled; among the model's events the one that was scheduled first comes
//! first. So the order never depends on the heap's insides.

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

/// An event's place in the order, and where it is kept: what the heap moves about is small.
type Key = Reverse<(u64, u64, u32)>;

/// Set in the second part of the key of all but actions, beside their sequence.
const NOT_AN_ACTION: u64 = 1 << 63;

/// What is still to happen.
#[derive(Clone, Debug, Default)]
pub struct EventQueue {
    heap: BinaryHeap<Key>,
    slots: Vec<Scheduled>,
    free: Vec<u32>,
    next_sequence: u64,
    foreground: u32,
}

impl EventQueue {
    /// Adds an event.
    pub fn push(&mut self, scheduled: Scheduled) {
        let order = match scheduled.event {
            Event::Action(index) => u64::from(index),
            _ => NOT_AN_ACTION | self.next_sequence,
        };
        self.next_sequence += 1;
        self.foreground += u32::from(!scheduled.ambient);
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        match self.slots.get_mut(slot as usize) {
            Some(free) => *free = scheduled,
            None => self.slots.push(scheduled),
        }
        self.heap.push(Reverse((scheduled.at_us, order, slot)));
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<Scheduled> {
        let Reverse((_, _, slot)) = self.heap.pop()?;
        let scheduled = self.slots[slot as usize];
        self.free.push(slot);
        self.foreground -= u32::from(!scheduled.ambient);
        Some(scheduled)
    }

    /// When the next event happens.
    #[must_use]
    pub fn next_us(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse((at_us, _, _))| *at_us)
    }

    /// How many events wait.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks whether it is empty")]
    pub fn len(&self) -> u32 {
        self.heap.len() as u32
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
    fn actions_come_first_in_their_order_and_equals_as_they_were_scheduled() {
        let mut queue = EventQueue::default();
        let tick = Event::Controller(ControllerTimer::SessionCheck);
        let tock = Event::Controller(ControllerTimer::Balance);
        push(&mut queue, 5, tock);
        push(&mut queue, 5, tick);
        push(&mut queue, 5, Event::Action(1));
        push(&mut queue, 5, Event::Action(0));
        push(&mut queue, 4, tick);
        let order: Vec<_> =
            std::iter::from_fn(|| queue.pop()).map(|s| (s.at_us, s.event)).collect();
        let actions = [(5, Event::Action(0)), (5, Event::Action(1))];
        assert_eq!(order, [(4, tick), actions[0], actions[1], (5, tock), (5, tick)]);
        assert_eq!(queue.foreground(), 0);
    }
}
