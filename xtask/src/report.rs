//! What the commands say while they work: headings, elapsed times, a summary.

use std::time::{Duration, Instant};

/// A duration as people say it: `8.2 s`, `3 min 05 s`.
pub fn human(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    if seconds < 60 {
        format!("{:.1} s", elapsed.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// Announces a piece of work, does it, and says how long it took.
pub fn timed<T>(heading: &str, work: impl FnOnce() -> T) -> (T, Duration) {
    println!("\n==> {heading}");
    let start = Instant::now();
    let result = work();
    let elapsed = start.elapsed();
    println!("    {} ({heading})", human(elapsed));
    (result, elapsed)
}

/// Announces an installation: what, what for, and how long it may take.
pub fn installing(what: &str, what_for: &str, how_long: &str) {
    println!("\n==> installing {what}: {what_for} ({how_long})");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        assert_eq!(human(Duration::from_millis(8_240)), "8.2 s");
        assert_eq!(human(Duration::from_secs(185)), "3 min 05 s");
    }
}
