//! Rules of Kafka that depend on the version and on no setting.

use super::Version;

/// Which rules a version follows; what a setting says is in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Followers cut their log by leader epochs and not at their high watermark (KIP-101, 0.11).
    pub truncates_by_epoch: bool,
    /// Consumers notice that the log was cut below their position (KIP-320, 2.1).
    pub detects_truncation: bool,
    /// A producer that lost its place in the sequence takes a new epoch and goes on (KIP-360, 2.5).
    pub recovers_producer_epoch: bool,
    /// A broker survives the failure of a log directory if it has another one (KIP-112, 1.0).
    pub survives_directory_failure: bool,
    /// Fenced replicas cannot join the ISR (KIP-841, 3.3).
    pub keeps_fenced_out_of_isr: bool,
    /// Nobody joins the ISR by a fetch of an earlier process (KIP-903, 3.5).
    pub checks_broker_epoch_of_isr: bool,
    /// `min.insync.replicas` counts at most as the number of replicas (KAFKA-15583, 3.7).
    pub caps_min_isr: bool,
    /// The high watermark waits while the ISR is below `min.insync.replicas` (KAFKA-15583, 3.7).
    pub high_watermark_waits_for_min_isr: bool,
    /// `flush()` waits for the pieces of a batch that was split (KAFKA-19479, 4.0.2).
    pub flush_waits_for_pieces: bool,
    /// A piece of a split batch that is still too large is halved (KAFKA-8350, 4.2).
    pub halves_split_batches: bool,
    /// The controller knows log directories by their ids, and lets nobody lead whose replica is in
    /// one that it has not heard of (KIP-858, 3.7).
    pub knows_directories: bool,
    /// A produce error names the new leader, and the retry does not wait (KIP-951, 3.7).
    pub names_leader_in_error: bool,
    /// Under the consumer protocol an automatic commit can cover what `poll()` is about to return
    /// (KAFKA-18641, 3.7 to 3.9; unconfirmed since 4.2).
    pub may_commit_returning_batch: bool,
    /// A commit of an older member epoch is accepted for what the member still has (KIP-1251, 4.3).
    pub accepts_older_member_epochs: bool,
    /// A transaction's first batch in a partition that knows nothing of its producer must have
    /// sequence 0 (KAFKA-18202, 4.1).
    pub begins_transactions_at_zero: bool,
    /// Leaders verify that a batch belongs to an open transaction (KIP-890, 3.6).
    pub verifies_transactions: bool,
    /// That one does not is `TransactionAbortableException` to its producer (KIP-890, 3.8).
    pub says_transaction_abortable: bool,
    /// The group coordinator writes without asking for `min.insync.replicas` (KIP-848, 4.0).
    pub coordinates_by_runtime: bool,
    /// A retriable error that ends a batch of a transaction is `TransactionAbortableException` to the
    /// application (KIP-1050, 4.1).
    pub says_retries_abortable: bool,
    /// Whoever asks for committed offsets waits for open transactions (KIP-447, 2.5).
    pub offsets_wait_for_transactions: bool,
    /// `close()` of a producer aborts the transaction that is open (KAFKA-6635, 2.3).
    pub aborts_on_close: bool,
    /// The producer's epoch rises with every transaction (`transaction.version` 2, KIP-890, 4.0).
    pub bumps_epoch_per_transaction: bool,
}

impl Rules {
    /// Those of a version.
    #[must_use]
    pub fn of(version: Version) -> Self {
        Self {
            truncates_by_epoch: version.since(0, 11),
            detects_truncation: version.since(2, 1),
            recovers_producer_epoch: version.since(2, 5),
            survives_directory_failure: version.since(1, 0),
            keeps_fenced_out_of_isr: version.since(3, 3),
            checks_broker_epoch_of_isr: version.since(3, 5),
            caps_min_isr: version.since(3, 7),
            high_watermark_waits_for_min_isr: version.since(3, 7),
            flush_waits_for_pieces: version.since(4, 0),
            halves_split_batches: version.since(4, 2),
            knows_directories: version.since(3, 7),
            names_leader_in_error: version.since(3, 7),
            may_commit_returning_batch: version.since(3, 7)
                && (!version.since(4, 0) || version.since(4, 2)),
            accepts_older_member_epochs: version.since(4, 3),
            begins_transactions_at_zero: version.since(4, 1),
            verifies_transactions: version.since(3, 6),
            says_transaction_abortable: version.since(3, 8),
            coordinates_by_runtime: version.since(4, 0),
            says_retries_abortable: version.since(4, 1),
            offsets_wait_for_transactions: version.since(2, 5),
            aborts_on_close: version.since(2, 3),
            bumps_epoch_per_transaction: version.since(4, 0),
        }
    }

    /// The `min.insync.replicas` that counts for a partition with so many replicas.
    #[must_use]
    pub fn effective_min_isr(&self, min_insync_replicas: u32, replicas: u32) -> u32 {
        if self.caps_min_isr { min_insync_replicas.min(replicas) } else { min_insync_replicas }
    }
}
