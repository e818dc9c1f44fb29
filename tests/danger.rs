//! Danger maps: one fault at every moment of a run, held against what the trace of the undisturbed
//! run says must become of each record.

#[path = "danger/cli.rs"]
mod cli;
#[path = "danger/exact.rs"]
mod exact;
#[path = "danger/faults.rs"]
mod faults;
#[path = "danger/rules.rs"]
mod rules;
#[path = "danger/support.rs"]
mod support;

// Random scripts are those of the random runs.
#[path = "random/fault.rs"]
mod fault;
#[path = "random/plan.rs"]
#[expect(dead_code, reason = "the random runs ask more of a plan")]
mod plan;
