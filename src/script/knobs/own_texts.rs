//! What the settings do that are the script's own, and what the model simplifies about them.

/// The place, what it does, what is simplified.
pub(super) const OWN_TEXTS: &[(&str, &str, &str)] = &[
    (
        "/topics/*/replication_factor",
        "How many brokers hold a copy of each partition.",
        "Replicas are assigned in turn, and never reassigned.",
    ),
    ("/topics/*/partitions", "How many partitions each topic has; order holds within one.", ""),
    (
        "/cluster/brokers",
        "How many brokers the cluster has.",
        "The controller is one entity beside them that never fails.",
    ),
    (
        "/cluster/log_dirs",
        "How many log directories each broker has, each on a disk of its own (log.dirs).",
        "",
    ),
    (
        "/network/links/brokers~brokers/latency",
        "How long a message from broker to broker takes, one way: so long a follower lags behind.",
        "Bandwidth is unlimited: a large batch travels as fast as a small one.",
    ),
    (
        "/network/latency",
        "How long any other message takes, one way.",
        "Bandwidth is unlimited: a large batch travels as fast as a small one.",
    ),
    (
        "/network/jitter",
        "The most that chance adds to the latency of a message.",
        "Each draw belongs to its message: other settings meet the same luck.",
    ),
    (
        "/producers/*/sends/*/count",
        "How many records the application sends.",
        "One application thread per producer; several threads are several producers.",
    ),
    (
        "/producers/*/sends/*/every",
        "The time between two calls of send().",
        "Serialization and compression take no time.",
    ),
    ("/producers/*/sends/*/start", "When the first record is sent.", ""),
    (
        "/producers/*/sends/*/value_bytes",
        "The size of a serialized value.",
        "Sizes are those of uncompressed batches.",
    ),
    (
        "/producers/*/sends/*/keys",
        "The keys, taken in turn, separated by commas; without any the key is null, and the partitioner chooses freely.",
        "",
    ),
    (
        "/producers/*/style",
        "How the application calls send(): with a callback that hears of each outcome; blocking on send().get(); or fire-and-forget, which never looks.",
        "",
    ),
    (
        "/producers/*/resend",
        "How often the application itself sends a record again whose send failed with a retriable exception.",
        "The copy goes to the partition that the record had.",
    ),
    (
        "/producers/*/flush_every",
        "After how many records the application calls flush(); 0 is never.",
        "",
    ),
    (
        "/producers/*/on_restart",
        "Where a restarted application goes on: behind the last record that it sent; with what was not acknowledged, as one with an outbox does; or from the beginning.",
        "",
    ),
    ("/groups/*/processing", "How long the consumers' application works on one record.", ""),
    (
        "/groups/*/commit",
        "When the application commits by hand, with enable.auto.commit=false: commitSync() after or before it processes, commitAsync() after, or never.",
        "An application whose commitSync() throws logs the exception and polls on.",
    ),
    (
        "/groups/*/commit_every",
        "How many records are processed before the application commits by hand again; 0: behind each poll.",
        "",
    ),
    (
        "/groups/*/commit_on_revoke",
        "Whether the application calls commitSync() in onPartitionsRevoked.",
        "",
    ),
    (
        "/groups/*/idempotent",
        "Whether processing a message again has no further effect, because its business id is known.",
        "",
    ),
    (
        "/groups/*/workers",
        "How many worker threads the records of a poll are handed to; the loop polls on at once, unless it commits by hand after processing. 0: the loop works on them itself.",
        "",
    ),
    (
        "/groups/*/members",
        "How many consumers each group has.",
        "All members of a group have the same settings and subscriptions.",
    ),
    (
        "/cluster/append",
        "What an append to the page cache costs.",
        "Serving a request takes no other time.",
    ),
    ("/cluster/fsync", "What an fsync costs.", ""),
    (
        "/cluster/writeback_age",
        "How old a dirty page must be for the operating system to write it (dirty_expire_centisecs).",
        "The page cache is written in the order of the appends.",
    ),
    (
        "/cluster/writeback_interval",
        "How often the operating system looks for old dirty pages (dirty_writeback_centisecs).",
        "All machines look by the same clock.",
    ),
    (
        "/cluster/startup",
        "How long a broker's process takes to start, before it registers.",
        "Recovery takes no time.",
    ),
    ("/seed", "The luck of the run: every random draw follows from it.", ""),
];
