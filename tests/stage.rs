//! The stage: nothing cut, nothing on top of something else, every state told apart, in every
//! size and at every kind of moment.

#[path = "stage/support.rs"]
mod support;

#[path = "stage/copies.rs"]
mod copies;
#[path = "random/fault.rs"]
mod fault;
#[path = "stage/faults.rs"]
mod faults;
#[path = "stage/handles.rs"]
mod handles;
#[path = "stage/hard.rs"]
mod hard;
#[path = "stage/ink.rs"]
mod ink;
#[path = "stage/layout.rs"]
mod layout;
#[path = "stage/motion.rs"]
mod motion;
#[path = "random/plan.rs"]
#[allow(dead_code, reason = "shared with the random runs, which use the rest")]
mod plan;
#[path = "stage/rules.rs"]
mod rules;
#[path = "stage/runs.rs"]
mod runs;
#[path = "stage/signs.rs"]
mod signs;
#[path = "stage/story.rs"]
mod story;
#[path = "stage/svg.rs"]
mod svg;
#[path = "stage/truth/mod.rs"]
mod truth;
