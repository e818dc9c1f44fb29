//! What would have saved the records: rescue's answers, each checked by applying it and replaying the
//! script, over the scenario table, over named cases and over random scripts.

#[path = "rescue/check.rs"]
mod check;
#[path = "rescue/cli.rs"]
mod cli;
#[path = "random/fault.rs"]
#[allow(dead_code, reason = "shared with the random runs, which use the rest")]
mod fault;
#[path = "rescue/named.rs"]
mod named;
#[path = "random/plan.rs"]
#[allow(dead_code, reason = "shared with the random runs, which use the rest")]
mod plan;
#[path = "rescue/random.rs"]
mod random;
#[path = "rescue/rows.rs"]
mod rows;
