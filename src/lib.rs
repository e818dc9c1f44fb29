//! Ackscope: a model of Apache Kafka delivery. See where every message goes, and where it gets lost.
//!
//! `script → model → trace → verdict → player → stage → app`: each part may know those to its
//! left, never those to its right.

pub mod lab;
pub mod lessons;
pub mod model;
pub mod player;
pub mod script;
pub mod stage;
pub mod verdict;
