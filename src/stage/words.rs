//! The words on the stage, in one place, so that there can be others. Kafka's own names stay.

use std::fmt::Display;

/// Every text of the stage; `{}` stands for what is filled in, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the field is named after what it says in English")]
pub struct Words {
    pub application: &'static str,
    pub all_sent: &'static str,
    pub sends_for: &'static str,
    pub next_in: &'static str,
    pub blocked_memory: &'static str,
    pub blocked_get: &'static str,
    pub blocked_flush: &'static str,
    pub blocked_transaction: &'static str,
    pub told: &'static str,
    pub truth: &'static str,
    pub earlier: &'static str,
    pub nothing_yet: &'static str,
    pub linger: &'static str,
    pub batch_full: &'static str,
    pub backoff: &'static str,
    pub no_leader_known: &'static str,
    pub pool: &'static str,
    pub empty: &'static str,
    pub in_flight: &'static str,
    pub leader: &'static str,
    pub follower: &'static str,
    pub epoch: &'static str,
    pub crashed: &'static str,
    pub starting: &'static str,
    pub fenced: &'static str,
    pub no_role: &'static str,
    pub in_isr: &'static str,
    pub not_in_isr: &'static str,
    pub offset: &'static str,
    pub follower_at: &'static str,
    pub checkpointed: &'static str,
    pub of_on_disk: &'static str,
    pub on_disk_short: &'static str,
    pub unknown: &'static str,
    pub fetching_from: &'static str,
    pub behind: &'static str,
    pub no_leader: &'static str,
    pub only_here_acked: &'static str,
    pub cache_survives: &'static str,
    pub log_on_disk: &'static str,
    pub disk_failed: &'static str,
    pub disk_failed_long: &'static str,
    pub loading: &'static str,
    pub no_replica: &'static str,
    pub more: &'static str,
    pub fetched: &'static str,
    pub poll: &'static str,
    pub processing: &'static str,
    pub waits: &'static str,
    pub workers: &'static str,
    pub transacting: &'static str,
    pub transacting_short: &'static str,
    pub committing: &'static str,
    pub committing_short: &'static str,
    pub position: &'static str,
    pub committed: &'static str,
    pub lag: &'static str,
    pub done: &'static str,
    pub done_last: &'static str,
    pub controller: &'static str,
    pub alive: &'static str,
    pub silent: &'static str,
    pub leader_is: &'static str,
    pub offline: &'static str,
    pub offline_short: &'static str,
    pub on_disk: &'static str,
    pub page_cache: &'static str,
    pub on_the_way: &'static str,
    pub lost: &'static str,
    pub down: &'static str,
    pub done_once: &'static str,
    pub told_application: &'static str,
    pub retrying: &'static str,
    pub connected: &'static str,
    pub connecting: &'static str,
    pub disconnected: &'static str,
    pub commit: &'static str,
    pub diverges: &'static str,
    pub waits_for_connection: &'static str,
    pub from_leader: &'static str,
    pub in_flight_short: &'static str,
    pub in_flight_many: &'static str,
    pub only_here: &'static str,
    pub loading_short: &'static str,
    pub running: &'static str,
    pub in_flight_each: &'static str,
    pub times: &'static str,
    pub in_partition: &'static str,
    pub next_in_short: &'static str,
    pub connected_many: &'static str,
    pub duplicated: &'static str,
    pub ghost: &'static str,
    pub stopped: &'static str,
    pub stopping: &'static str,
    pub closed: &'static str,
    pub closing: &'static str,
    pub in_elr: &'static str,
    pub record: &'static str,
    pub paused: &'static str,
    pub no_power: &'static str,
    pub stands_still: &'static str,
    pub stands_still_short: &'static str,
    pub disk_is_left: &'static str,
    pub nothing_is_left: &'static str,
    pub cut: &'static str,
    pub accumulator_empty: &'static str,
    pub acked: &'static str,
    pub failed: &'static str,
    pub untold: &'static str,
    pub fetched_more: &'static str,
    pub reads_nothing: &'static str,
    pub generation: &'static str,
    pub joining: &'static str,
    pub syncing: &'static str,
    pub yielding: &'static str,
    pub outside: &'static str,
    pub transaction_open: &'static str,
    pub transaction_bad: &'static str,
    pub transaction_fatal: &'static str,
    pub transaction_init: &'static str,
    pub in_purgatory: &'static str,
    pub in_others: &'static str,
    pub in_flight_word: &'static str,
    pub coordinator: &'static str,
    pub transactions_open: &'static str,
    pub transaction_open_short: &'static str,
    pub rebalance: &'static str,
    pub position_committed: &'static str,
    pub position_committed_short: &'static str,
    pub more_partitions: &'static str,
    pub transaction_open_shortest: &'static str,
    pub blocked_memory_short: &'static str,
    pub blocked_flush_short: &'static str,
    pub blocked_transaction_short: &'static str,
    pub link: &'static str,
    pub commit_marker: &'static str,
    pub abort_marker: &'static str,
    pub open_transaction: &'static str,
    pub elected: &'static str,
    pub died: &'static str,
    pub deposed: &'static str,
    pub gone: &'static str,
    pub gone_short: &'static str,
    pub cache_lost: &'static str,
    pub since: &'static str,
    pub out_since: &'static str,
    pub replica: &'static str,
    pub queued: &'static str,
}

/// English.
pub const ENGLISH: Words = Words {
    application: "application",
    sends_for: "what {} makes",
    all_sent: "all {} sent",
    next_in: "record {} in {}",
    blocked_memory: "blocks: no buffer.memory",
    blocked_get: "waits in get()",
    blocked_flush: "in flush(): waits for all",
    blocked_transaction: "waits for the coordinator",
    told: "told",
    truth: "true",
    earlier: "… {} earlier",
    nothing_yet: "nothing sent yet",
    linger: "linger {}",
    batch_full: "batch is full",
    backoff: "retry {} in {}",
    no_leader_known: "no leader known",
    pool: "pool {} %",
    empty: "empty",
    in_flight: "{} of {} in flight",
    leader: "leader",
    follower: "follower",
    epoch: "epoch {}",
    crashed: "crashed",
    starting: "starting",
    fenced: "fenced",
    no_role: "no role",
    in_isr: "in ISR",
    not_in_isr: "not in ISR",
    offset: "offset",
    follower_at: "{} at {}",
    checkpointed: "checkpoint HW",
    of_on_disk: "{} of {} on disk",
    on_disk_short: "{} on disk",
    unknown: "?",
    fetching_from: "fetches from {}",
    behind: "{} behind",
    no_leader: "no leader to fetch from",
    only_here_acked: "acked, and only here: {}",
    cache_survives: "the page cache outlives the process",
    log_on_disk: "its log is all on disk",
    disk_failed: "disk failed",
    disk_failed_long: "its log directory has failed: it serves nothing from there",
    loading: "loads its log, then registers",
    no_replica: "no replica of {}",
    more: "+{}",
    fetched: "fetched",
    poll: "poll() returned",
    processing: "processing",
    waits: "waits in poll()",
    workers: "with the workers",
    transacting: "waits for the transaction",
    transacting_short: "in transaction",
    committing: "waits in commitSync()",
    committing_short: "in commitSync()",
    position: "position",
    committed: "committed",
    lag: "lag",
    done: "processed",
    done_last: "processed: last {}",
    controller: "controller",
    alive: "alive",
    silent: "silent {}",
    leader_is: "leader {}",
    offline: "offline: nobody can lead",
    offline_short: "offline",
    on_disk: "on disk",
    page_cache: "page cache only",
    on_the_way: "on its way",
    lost: "lost or doomed",
    down: "broker down",
    done_once: "took effect",
    told_application: "told the application",
    retrying: "retry {}",
    connected: "to {}",
    connecting: "connects to {}",
    disconnected: "no connection to {}",
    commit: "commit {}",
    diverges: "diverges at {}",
    waits_for_connection: "no connection",
    from_leader: "from {}",
    in_flight_short: "{}/{}",
    in_flight_many: "{} in flight",
    only_here: "only here: {}",
    loading_short: "loads its log",
    running: "running",
    in_flight_each: "{} in flight, {} per broker",
    times: "×{}",
    in_partition: "{} in {}",
    next_in_short: "in {}",
    connected_many: "to {} brokers",
    duplicated: "took effect twice",
    ghost: "told failed, took effect",
    stopped: "stopped",
    stopping: "stopping",
    closed: "closed",
    closing: "closing",
    in_elr: "in ELR",
    record: "record {}, {}",
    paused: "paused",
    no_power: "no power",
    stands_still: "stands still; its machine accepts data",
    stands_still_short: "stands still",
    disk_is_left: "only what was on disk is left",
    nothing_is_left: "nothing of its log was on disk",
    cut: "link cut",
    commit_marker: "marker: committed",
    abort_marker: "marker: aborted",
    open_transaction: "in an open transaction",
    elected: "elected",
    died: "lost",
    deposed: "old leader",
    gone: "gone from its log: {}",
    gone_short: "gone: {}",
    cache_lost: "lost with the page cache: {}",
    since: "{} since {}",
    out_since: "since",
    accumulator_empty: "accumulator: empty",
    acked: "{} acked",
    failed: "{} failed",
    untold: "{} open",
    fetched_more: "{} fetched",
    reads_nothing: "no partition",
    generation: "gen. {}",
    joining: "joins",
    syncing: "waits for its share",
    yielding: "gives up partitions",
    outside: "not a member",
    transaction_open: "transaction: {} records",
    transaction_bad: "must abort",
    transaction_fatal: "fenced",
    transaction_init: "initTransactions()",
    in_purgatory: "{} waiting for the ISR",
    in_others: "{} in others",
    in_flight_word: "in flight",
    coordinator: "coordinator",
    transactions_open: "{} of {} open",
    transaction_open_short: "in transaction",
    rebalance: "rebalance",
    position_committed: "position · committed",
    position_committed_short: "pos. · com.",
    more_partitions: "+{} partitions",
    transaction_open_shortest: "txn open",
    blocked_memory_short: "no memory",
    blocked_flush_short: "in flush()",
    blocked_transaction_short: "blocks",
    link: "link from {} to {}",
    replica: "{} on {}",
    queued: "waits",
};

/// Fills in a template.
#[must_use]
pub fn fill(template: &str, values: &[&dyn Display]) -> String {
    let mut parts = template.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (n, part) in parts.enumerate() {
        if let Some(value) = values.get(n) {
            out += &value.to_string();
        }
        out += part;
    }
    out
}

/// Words, then shorter.
#[must_use]
pub fn both(long: &str, short: &str) -> Vec<String> {
    vec![long.to_owned(), short.to_owned()]
}

/// A length of time, short: `3.1 ms`, `2.4 s`.
#[must_use]
pub fn duration(us: u64) -> String {
    match us {
        0 => "0 ms".to_owned(),
        1..10_000 => tenths((us + 50) / 100, "ms"),
        10_000..1_000_000 => format!("{} ms", us / 1000),
        1_000_000..60_000_000 => tenths((us + 50_000) / 100_000, "s"),
        _ => format!("{} min", us / 60_000_000),
    }
}

/// A moment of a run: `88.0 ms`, `9.001 s`, `1 min 12.0 s`.
#[must_use]
pub fn moment(us: u64) -> String {
    match us {
        0..1_000_000 => tenths((us + 50) / 100, "ms"),
        1_000_000..60_000_000 => {
            let ms = us / 1000 % 1000;
            let zeros = ["", "0", "00"][usize::from(ms < 100) + usize::from(ms < 10)];
            format!("{}.{zeros}{ms} s", us / 1_000_000)
        }
        _ => format!("{} min {}", us / 60_000_000, tenths(us % 60_000_000 / 100_000, "s")),
    }
}

/// How much of a length of time is over, short: `3.1/5 ms`.
#[must_use]
pub fn of_duration(us: u64, whole_us: u64) -> String {
    let (unit_us, unit) = if whole_us < 1_000_000 { (1_000, "ms") } else { (1_000_000, "s") };
    let tenths = |us: u64| (us * 10 + unit_us / 2) / unit_us;
    let decimal = |tenths: u64| match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    };
    let (over, whole) = (tenths(us), tenths(whole_us));
    // The first number does not jump about while it grows.
    let over = if whole < 1_000 {
        format!("{}.{}", over / 10, over % 10)
    } else {
        (over / 10).to_string()
    };
    format!("{over}/{} {unit}", decimal(whole))
}

/// Record numbers, short: `6–8, 11`.
#[must_use]
pub fn ranges(numbers: &[u32]) -> String {
    let mut out = String::new();
    let mut rest = numbers;
    while let [first, ..] = rest {
        let run = rest.iter().zip(*first..).take_while(|(a, b)| **a == *b).count();
        if !out.is_empty() {
            out += ", ";
        }
        out += &first.to_string();
        if run > 1 {
            out += if run > 2 { "–" } else { ", " };
            out += &rest[run - 1].to_string();
        }
        rest = &rest[run..];
    }
    out
}

/// A number of tenths with one decimal, without floats: formatting those costs the app 12 kB.
fn tenths(tenths: u64, unit: &str) -> String {
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_folded() {
        let cases: [(&[u32], &str); 4] = [
            (&[], ""),
            (&[6, 7, 8], "6–8"),
            (&[1, 2, 5], "1, 2, 5"),
            (&[1, 3, 4, 5, 9], "1, 3–5, 9"),
        ];
        for (numbers, expected) in cases {
            assert_eq!(ranges(numbers), expected);
        }
    }

    #[test]
    fn moments_are_as_exact_as_they_are_told_apart() {
        let cases = [(0, "0.0 ms"), (88_040, "88.0 ms"), (9_001_500, "9.001 s")];
        let long = [(17_084_000, "17.084 s"), (72_050_000, "1 min 12.0 s")];
        for (us, expected) in cases.into_iter().chain(long) {
            assert_eq!(moment(us), expected);
        }
    }

    #[test]
    fn templates_are_filled_in_order() {
        assert_eq!(fill("{} of {} in flight", &[&2, &5]), "2 of 5 in flight");
        assert_eq!(fill("leader", &[&2]), "leader");
    }
}
