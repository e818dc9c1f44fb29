//! What became of each record, and why: judged from the trace alone.
//!
//! [`Ledger`] takes in the trace event by event and can be asked at any moment;
//! [`Ledger::finish`] tells it that the run is over, which decides what was still open.

pub mod biography;
mod causes;
mod fate;
mod fold;
mod ledger;
pub mod metrics;
mod order;
mod pages;
pub mod report;
mod words;

pub use ledger::Ledger;
pub use words::{Copy, Fate, Place, Reason, Told, Totals, Verdict};
