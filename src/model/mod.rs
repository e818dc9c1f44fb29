//! Kafka as a discrete-event model.
//!
//! One [`World`] holds every entity; [`World::step`] handles the next event. A handler changes
//! its own entity and acts on the rest only through [`cx::Cx`]: it schedules, sends and says what
//! happened. There is no wall clock, no global randomness, no float, and no order that depends on
//! a hash: the same script gives the same trace everywhere.

mod actions;
pub mod assignor;
pub mod broker;
mod calm;
pub mod client;
pub mod consumer;
pub mod controller;
pub mod cx;
pub mod digest;
pub mod error;
pub mod event;
pub mod faults;
pub mod group;
pub mod ids;
pub mod links;
pub mod luck;
pub mod message;
pub mod moments;
pub mod network;
pub mod producer;
pub mod queue;
pub mod record;
mod roll;
pub mod run;
pub mod setup;
pub mod trace;
pub mod transaction;
pub mod triggers;
pub mod world;

/// A map of these entries, put in one by one: sorting them first would cost more code than it
/// saves time.
pub(crate) fn map_of<K: Ord, V>(entries: impl Iterator<Item = (K, V)>) -> litemap::LiteMap<K, V> {
    let mut map = litemap::LiteMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

pub use run::{Run, run};
pub use setup::Setup;
pub use world::World;
