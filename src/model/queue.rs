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

/// An event's place in the order, and where it is kept: time, rank, sequence and slot, in 64, 1, 39
/// and 24 bits. What the heaps move about is small.
type Key = Reverse<u128>;

/// Set in the key of all but actions, beside their sequence.
const NOT_AN_ACTION: u128 = 1 << 63;
/// The bits of the slot.
const SLOT_BITS: u32 = 24;

/// Most of what waits are timeouts that are far away when they are set. They have a heap of their
/// own, so that what comes and goes soon does so in a small one.
const NEAR: usize = 0;
const FAR: usize = 1;
const FAR_US: u64 = 100_000;

/// What is still to happen.
#[derive(Clone, Debug, Default)]
pub struct EventQueue {
    heaps: [BinaryHeap<Key>; 2],
    slots: Vec<Scheduled>,
    free: Vec<u32>,
    next_sequence: u64,
    foreground: u32,
    now_us: u64,
}

impl EventQueue {
    /// Adds an event.
    pub fn push(&mut self, scheduled: Scheduled) {
        let Scheduled { at_us, event, ambient, .. } = scheduled;
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        match self.slots.get_mut(slot as usize) {
            Some(free) => *free = scheduled,
            None => self.slots.push(scheduled),
        }
        let (rank, sequence) = match event {
            Event::Action(index) => (0, u64::from(index)),
            _ => (NOT_AN_ACTION, self.next_sequence),
        };
        let order = u128::from(sequence << SLOT_BITS | u64::from(slot));
        self.next_sequence += 1;
        self.foreground += u32::from(!ambient);
        let heap = if at_us.saturating_sub(self.now_us) < FAR_US { NEAR } else { FAR };
        self.heaps[heap].push(Reverse(u128::from(at_us) << 64 | rank | order));
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<Scheduled> {
        let first = self.first();
        let Reverse(key) = self.heaps[first].pop()?;
        let slot = key as u32 & ((1 << SLOT_BITS) - 1);
        let scheduled = self.slots[slot as usize];
        self.free.push(slot);
        self.foreground -= u32::from(!scheduled.ambient);
        self.now_us = scheduled.at_us;
        Some(scheduled)
    }

    /// The heap that holds the next event.
    fn first(&self) -> usize {
        if self.heaps[FAR].peek() > self.heaps[NEAR].peek() { FAR } else { NEAR }
    }

    /// When the next event happens.
    #[must_use]
    pub fn next_us(&self) -> Option<u64> {
        self.heaps[self.first()].peek().map(|Reverse(key)| (key >> 64) as u64)
    }

    /// How many events wait.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks whether it is empty")]
    pub fn len(&self) -> u32 {
        self.heaps.iter().map(|heap| heap.len() as u32).sum()
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

    #[test]
    fn what_was_far_away_when_it_was_set_comes_in_its_turn() {
        let mut queue = EventQueue::default();
        let tick = Event::Controller(ControllerTimer::SessionCheck);
        let sweep = Event::Controller(ControllerTimer::UncleanSweep);
        push(&mut queue, 2 * FAR_US, sweep);
        push(&mut queue, FAR_US + 1, tick);
        push(&mut queue, FAR_US - 1, tick);
        assert_eq!(queue.pop().map(|s| s.at_us), Some(FAR_US - 1));
        push(&mut queue, 2 * FAR_US, tick);
        push(&mut queue, 2 * FAR_US - 2, tick);
        assert_eq!((queue.len(), queue.next_us()), (4, Some(FAR_US + 1)));
        let order: Vec<_> =
            std::iter::from_fn(|| queue.pop()).map(|s| (s.at_us, s.event)).collect();
        let (near, far) = (2 * FAR_US - 2, 2 * FAR_US);
        assert_eq!(order, [(FAR_US + 1, tick), (near, tick), (far, sweep), (far, tick)]);
    }
}
