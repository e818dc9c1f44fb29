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
        "/network/links/brokers~brokers/jitter",
        "The most that chance adds to the latency of a message between brokers.",
        "Each draw belongs to its message: other settings meet the same luck.",
    ),
    (
        "/network/links/producers~brokers/latency",
        "How long a message between a producer and a broker takes, one way.",
        "A single link has another latency in a script only: network.links.",
    ),
    (
        "/network/links/consumers~brokers/latency",
        "How long a message between a consumer and a broker takes, one way.",
        "",
    ),
    (
        "/network/links/brokers~controller/latency",
        "How long a message between a broker and the controller takes, one way.",
        "",
    ),
    (
        "/producers/*/sends/*/topic",
        "The topic that the application sends to.",
        "Each series of sends has one; several series of one producer are changed together.",
    ),
    (
        "/producers/*/sends/*/partition",
        "The partition that the application names for each record; empty, the partitioner chooses.",
        "",
    ),
    (
        "/producers/*/sends/*/timestamp_ahead",
        "How far the records' timestamps are ahead of the brokers' clocks; see message.timestamp.after.max.ms.",
        "Clocks agree otherwise.",
    ),
    (
        "/producers/*/sends/*/unserializable",
        "Whether the serializer fails on the value: send() throws.",
        "",
    ),
    (
        "/producers/*/close_timeout",
        "The timeout of close(), such as 5s; empty, it waits for everything that is buffered.",
        "",
    ),
    (
        "/producers/*/transaction/records",
        "How many records the application sends between beginTransaction() and commitTransaction().",
        "",
    ),
    (
        "/producers/*/transaction/abort",
        "The transactions that the application aborts of its own will, by their numbers from 1, separated by commas.",
        "",
    ),
    (
        "/producers/*/transaction/retry",
        "Whether the application sends the records of a transaction again that it had to abort.",
        "",
    ),
    (
        "/groups/*/failure/records",
        "The records whose processing throws an exception, by their numbers, separated by commas; empty, none does.",
        "",
    ),
    (
        "/groups/*/failure/times",
        "How often each consumer fails with such a record before it can process it.",
        "",
    ),
    (
        "/groups/*/failure/then",
        "What the application does about the exception: go on with the next record, retry the same one, leave the loop through close() in finally, or crash.",
        "",
    ),
    (
        "/groups/*/produces/topic",
        "The topic that the application sends one record to for each that it has processed.",
        "It makes one record of one.",
    ),
    (
        "/groups/*/produces/offsets",
        "How the offsets of what was read are committed: with sendOffsetsToTransaction(), by commitSync() when the records are committed, or not at all.",
        "",
    ),
    ("/groups/*/produces/value_bytes", "The size of a serialized value that is sent on.", ""),
    (
        "/groups/*/topics",
        "The topics that each consumer subscribes to, separated by commas.",
        "All members of a group subscribe to the same topics.",
    ),
    (
        "/groups/*/running",
        "How many of the consumers run when the run begins; the others wait for “Start it again”. Empty: all of them.",
        "",
    ),
    (
        "/groups/*/auto_commit_race",
        "With group.protocol=consumer: whether the automatic commit can cover what poll() is about to return. So it was from 3.7 to 3.9 (KAFKA-18641); it can be so since 4.2, by reading.",
        "",
    ),
    (
        "/until",
        "When the run ends at the latest, such as 90s; empty, when nothing more can happen to any record.",
        "",
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
