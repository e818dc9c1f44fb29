//! Everything that touches a real cluster: processes, proxies, faults, and what is observed.

pub mod actions;
pub mod clients;
pub mod cluster;
pub mod collect;
pub mod guard;
pub mod harness;
pub mod java;
pub mod jvm;
pub mod latency;
pub mod net;
pub mod power;
pub mod properties;
pub mod proxy;
pub mod run;
pub mod settled;
pub mod triggers;
pub mod watch;

/// What a step gives: its result, or the message that a person is to read.
pub type Outcome<T> = Result<T, String>;
