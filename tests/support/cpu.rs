//! What threads have had of the processor, so that a measurement does not count what others take.

use std::path::PathBuf;
use std::process;
use std::time::Instant;
use std::{fs, iter};

/// The clock of some threads: it stands still while they wait. Where the system does not tell
/// (Linux does), it is a clock like any other.
pub struct CpuClock {
    threads: Vec<PathBuf>,
    start: Instant,
}

impl CpuClock {
    /// That of the thread that reads it.
    pub fn here() -> Self {
        Self { threads: vec!["/proc/thread-self/schedstat".into()], start: Instant::now() }
    }

    /// That of the threads on which pages run, in browsers that this process has started.
    pub fn of_pages() -> Self {
        let threads = renderers().map(|id| format!("/proc/{id}/task/{id}/schedstat").into());
        Self { threads: threads.collect(), start: Instant::now() }
    }

    /// What it shows, in milliseconds.
    pub fn ms(&self) -> f64 {
        // The first number is the time spent on the processor, in nanoseconds.
        let of = |thread: &PathBuf| {
            fs::read_to_string(thread).ok()?.split_whitespace().next()?.parse::<u64>().ok()
        };
        let all: Option<Vec<u64>> = self.threads.iter().map(of).collect();
        match all {
            Some(all) if !all.is_empty() => all.iter().sum::<u64>() as f64 / 1e6,
            _ => self.start.elapsed().as_secs_f64() * 1e3,
        }
    }
}

/// The processes below this one in which Chromium or Firefox run pages.
pub fn renderers() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
    ids.filter(|id| {
        let arguments = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments);
        let is_tab = arguments.contains("-contentproc") && arguments.ends_with("\0tab\0");
        let renders = arguments.contains("--type=renderer") || is_tab;
        renders && iter::successors(Some(*id), |id| parent(*id)).any(|id| id == process::id())
    })
}

/// What a process holds in memory, in kilobytes.
#[allow(dead_code, reason = "one of the two benchmarks asks")]
pub fn resident_kb(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The process that started another one.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // "1 (a name) S 0 …": the name may hold anything.
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}
