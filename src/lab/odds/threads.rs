//! Runs shared out over threads; a browser has its web worker instead.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// How many runs a thread takes at a time: little beside all, much beside the taking.
const SHARE: u64 = 16;

/// Works on all seeds, on so many threads, and gives each part's result to `take` when it is done.
/// Parts come in no particular order: what is made of them must not depend on it.
pub fn over_threads<T: Send>(
    seeds: Range<u64>,
    threads: usize,
    work: impl Fn(Range<u64>) -> T + Sync,
    take: impl FnMut(T) + Send,
) {
    let next = AtomicU64::new(seeds.start);
    let take = Mutex::new(take);
    let go = || {
        loop {
            let from = next.fetch_add(SHARE, Ordering::Relaxed);
            if from >= seeds.end {
                return;
            }
            let part = work(from..seeds.end.min(from + SHARE));
            // A thread that panicked has poisoned it, and is about to end the program.
            if let Ok(mut take) = take.lock() {
                take(part);
            }
        }
    };
    thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(go)));
        go();
    });
}
