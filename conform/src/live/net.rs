//! The network between the processes: who is cut off from whom, how long messages travel, which
//! one is lost. The proxies ask here before they let anything through.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ackscope::script::action::{Broken, Lost};
use ackscope::script::entity::{End, Entity};

/// A way from one end to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where messages come from.
    pub from: End,
    /// Where they go.
    pub to: End,
    /// Whether the other direction is meant too.
    pub both: bool,
}

impl Way {
    fn holds(self, from: Entity, to: Entity) -> bool {
        let there = self.from.has(from) && self.to.has(to);
        there || (self.both && self.from.has(to) && self.to.has(from))
    }
}

/// A message that will be lost.
#[derive(Clone, Copy, Debug)]
pub struct Loss {
    /// From a client to a server.
    pub way: Way,
    /// Request or response.
    pub what: Lost,
    /// What becomes of the connection.
    pub connection: Broken,
}

/// What is wrong at the moment.
#[derive(Debug, Default)]
struct State {
    cuts: Vec<Way>,
    dark: Vec<Entity>,
    latencies: Vec<(Way, Duration)>,
    losses: Vec<Loss>,
    /// Goes up when a machine comes back: connections to its earlier life are gone.
    lives: Vec<(Entity, u32)>,
}

/// The network, shared by all proxies.
#[derive(Clone, Debug, Default)]
pub struct Net {
    inner: Arc<(Mutex<State>, Condvar)>,
}

impl Net {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.inner.1.notify_all();
    }

    /// Nothing gets through that way.
    pub fn cut(&self, way: Way) {
        self.change(|state| state.cuts.push(way));
    }

    /// Everything does again.
    pub fn heal(&self, way: Way) {
        let back = Way { from: way.to, to: way.from, both: way.both };
        self.change(|state| {
            state.cuts.retain(|cut| *cut != way && (!way.both || *cut != back));
        });
    }

    /// A machine without power: it says nothing, not even that its connections are gone.
    pub fn darken(&self, machine: Entity) {
        self.change(|state| state.dark.push(machine));
    }

    /// The machine is back; who still talks to its earlier life is told that it is over.
    pub fn light(&self, machine: Entity) {
        self.change(|state| {
            if state.dark.contains(&machine) {
                state.dark.retain(|dark| *dark != machine);
                match state.lives.iter_mut().find(|(of, _)| *of == machine) {
                    Some((_, lives)) => *lives += 1,
                    None => state.lives.push((machine, 1)),
                }
            }
        });
    }

    /// Messages take that long, one way.
    pub fn slow(&self, way: Way, latency: Duration) {
        self.change(|state| state.latencies.push((way, latency)));
    }

    /// The next message like that is lost.
    pub fn lose(&self, loss: Loss) {
        self.change(|state| state.losses.push(loss));
    }

    /// Everything is as it should be.
    pub fn calm(&self) {
        self.change(|state| {
            state.cuts.clear();
            state.latencies.clear();
            state.losses.clear();
        });
    }

    /// How long a message travels.
    pub fn latency(&self, from: Entity, to: Entity) -> Duration {
        let state = self.lock();
        let last = state.latencies.iter().rev().find(|(way, _)| way.holds(from, to));
        last.map_or(Duration::ZERO, |(_, latency)| *latency)
    }

    /// In which of their lives two machines are.
    pub fn lives(&self, one: Entity, other: Entity) -> u32 {
        lives(&self.lock(), one, other)
    }

    /// Waits until a message can get through. Answers whether its connection still stands.
    pub fn wait(&self, from: Entity, to: Entity, since: u32) -> bool {
        let blocked = |state: &mut State| {
            let cut = state.cuts.iter().any(|way| way.holds(from, to));
            let dark = state.dark.contains(&from) || state.dark.contains(&to);
            cut || dark
        };
        let state = self.lock();
        let waited = self.inner.1.wait_while(state, blocked);
        lives(&waited.unwrap_or_else(PoisonError::into_inner), from, to) == since
    }

    /// Whether a message is one that is to be lost; each loss happens once.
    pub fn take_loss(&self, client: Entity, server: Entity, what: Lost) -> Option<Broken> {
        let mut state = self.lock();
        let hit = |loss: &Loss| loss.what == what && loss.way.holds(client, server);
        let place = state.losses.iter().position(hit)?;
        Some(state.losses.remove(place).connection)
    }
}

fn lives(state: &State, one: Entity, other: Entity) -> u32 {
    let mine = state.lives.iter().filter(|(of, _)| *of == one || *of == other);
    mine.map(|(_, lives)| lives).sum()
}
