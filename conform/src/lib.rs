//! Scripts against real Apache Kafka: what both sides of the comparison share. Recordings of real
//! clusters, the model's outcome of the same scripts, and where the two differ.
//!
//! What starts clusters is the program beside this library (`cargo xtask conform`); the tests that
//! hold the model to the recordings need no Java.

pub mod latency;
pub mod outcome;
pub mod page;
pub mod recording;
pub mod script;
