//! `cargo xtask soak`: random runs with fresh seeds, as fast as they go, for as long as one likes.

use crate::shell::{self, Outcome};

/// Runs the soak of `tests/random.rs`: for so many minutes, or until it is stopped.
pub fn soak(minutes: Option<u64>) -> Outcome<()> {
    let mut cargo = shell::cargo();
    cargo.args(["test", "--profile", "fast", "--test", "random"]);
    cargo.args(["--", "--ignored", "--nocapture", "soak"]);
    if let Some(minutes) = minutes {
        cargo.env("ACKSCOPE_SOAK_MINUTES", minutes.to_string());
    }
    shell::run(&mut cargo)
}
