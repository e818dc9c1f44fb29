//! What is happening in transactions, in a sentence or two.

use super::records;
use crate::model::ids::RecordId;
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::model::transaction::TransactionState;

/// Of transactions.
pub(super) fn transaction_sentence(setup: &Setup, kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::TransactionsInitialized { producer, epoch, .. } => format!(
            "{producer}'s initTransactions() returns with epoch {epoch}: whoever had its transactional.id before is fenced."
        ),
        Kind::TransactionBegun { producer } => {
            format!("{producer} begins a transaction. No broker hears of that.")
        }
        Kind::TransactionEnding { producer, commit: true } => format!(
            "{producer} calls commitTransaction(): everything is flushed, then the coordinator is asked."
        ),
        Kind::TransactionEnding { producer, commit: false } => {
            format!("{producer} calls abortTransaction().")
        }
        Kind::TransactionChanged { broker, metadata } => match metadata.state {
            TransactionState::PrepareCommit => format!(
                "{broker}, the transaction coordinator, has the commit in its log: it will be done whatever happens. The markers follow."
            ),
            TransactionState::PrepareAbort => format!(
                "{broker}, the transaction coordinator, has the abort in its log. The markers follow."
            ),
            _ => return None,
        },
        Kind::TransactionTimedOut { broker, .. } => format!(
            "The transaction was open for longer than transaction.timeout.ms: {broker} aborts it and fences its producer."
        ),
        Kind::TransactionFailed { producer, error, fatal: true, .. } => {
            format!("{producer} is told {}: nothing can be done but close it.", error.exception())
        }
        Kind::TransactionFailed { producer, error, records: ids, .. } => format!(
            "The transaction of {producer} with {} cannot be committed: {}.",
            records(ids),
            error.exception()
        ),
        Kind::MarkerWritten { broker, partition, marker, records: all } => {
            let ids: Vec<RecordId> = all.iter().map(|(_, id)| *id).collect();
            let behind = match ids.as_slice() {
                [] => String::new(),
                ids => format!(", behind {}", records(ids)),
            };
            let what = if marker.commit { "COMMIT" } else { "ABORT" };
            format!(
                "{broker} writes the marker {what} to {}{behind}.",
                setup.partition_name(*partition)
            )
        }
        Kind::LastStableOffset { partition, offset, stable: false, .. } => format!(
            "Readers of committed records stop at offset {offset} of {}: a transaction is open there.",
            setup.partition_name(*partition)
        ),
        _ => return None,
    })
}
