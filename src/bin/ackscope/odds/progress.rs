//! How far it is, on standard error: at once on a terminal, else when it takes long.

#![expect(clippy::disallowed_types, reason = "whoever waits has a clock; the runs have none")]

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use ackscope::lab::Odds;
use ackscope::verdict::biography::text::count;

use super::table::interval;

/// Who waits, and since when.
pub struct Progress {
    runs: u64,
    on_terminal: bool,
    next: Instant,
    shown: bool,
}

impl Progress {
    /// Before so many runs.
    pub fn new(runs: u64) -> Self {
        let on_terminal = stderr().is_terminal();
        let mut progress = Self { runs, on_terminal, next: Instant::now(), shown: false };
        progress.next += progress.pause();
        progress
    }

    fn pause(&self) -> Duration {
        if self.on_terminal { Duration::from_millis(200) } else { Duration::from_secs(5) }
    }

    /// Shows what is known so far, if it is time.
    pub fn show(&mut self, odds: &Odds) {
        if Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + self.pause();
        self.shown = true;
        let totals = &odds.totals;
        let lost = interval(&odds.lost.of_runs(totals));
        let done = format!("{} of {} runs", count(totals.runs), count(self.runs));
        let line = format!("{done}; a run loses records: {lost}");
        // Nobody is there to read it if this fails.
        let _ = match self.on_terminal {
            true => write!(stderr(), "\r\x1b[K{line}"),
            false => writeln!(stderr(), "{line}"),
        };
    }

    /// Makes room for the result.
    pub fn end(&self) {
        if self.on_terminal && self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
