//! Many runs: what other settings, other moments and other luck would have made of a script.
//!
//! Everything here is worked out by replaying scripts; nothing is known beforehand. A replay keeps
//! only what a verdict and a price need ([`Replay`]), so that thousands of them take seconds.

mod change;
mod danger;
mod fault;
mod harm;
pub mod hazard;
mod measure;
mod monitoring;
pub mod odds;
mod replay;
mod rescue;
pub mod risk;
mod trouble;
pub mod turning;
mod unavailable;

pub use change::{Change, Difference, differences};
pub use danger::{Danger, DangerMap, Moment, Outcome, Span, Unavailable, Worst};
pub use fault::{Down, Fault, OwnFault, Who, own_faults};
pub use harm::Harms;
pub use hazard::Hazard;
pub use measure::{Measures, Price, percentile};
pub use monitoring::{Monitoring, Moved, Seen};
pub use odds::{Odds, Trials};
pub use replay::{Replay, Replaying, Watch, replay};
pub use rescue::{Answer, Effort, Luck, Pin, Rescue, Rescued, Saves, Trade};
pub use trouble::{Became, Trouble};
pub use turning::{TurningPoint, turning_point};
pub use unavailable::Outage;
