//! Properties files, what their settings promise, and what monitoring would have seen.

#[cfg(feature = "cli")]
#[path = "check/cli.rs"]
mod cli;
#[path = "check/files.rs"]
mod files;
#[path = "check/monitoring.rs"]
mod monitoring;
#[path = "check/risk.rs"]
mod risk;
#[path = "check/text.rs"]
mod text;
