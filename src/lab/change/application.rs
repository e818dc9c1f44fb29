//! Changes of application code.

use super::super::trouble::Trouble::{
    Ghost, LostInAccumulator, LostInApplication, LostOnTheWay, OutOfOrder, ProcessedTwice, Refused,
    Skipped, StoredTwice,
};
use super::clients::idempotence;
use super::{Change, code, set};
use crate::script::resolve::Resolved;
use crate::script::{CommitStyle, OffsetsCommit, OnFailure, OnRestart, Script, SendStyle};

/// How often an application sends a record again that failed with a retriable exception.
const RESEND: u32 = 3;

pub(super) const CHANGES: &[Change] = &[
    code(
        "look at the callback of send()",
        "The application hears of each record that failed, and can say so.",
        &[LostInApplication, LostOnTheWay],
        |script, _| script.producers.iter_mut().for_each(|p| look(&mut p.style)),
    ),
    code(
        "send again what failed",
        "The application looks at the callback and calls send() again after a retriable exception.",
        &[LostInApplication, LostOnTheWay, LostInAccumulator, Refused],
        |script, _| {
            for producer in &mut script.producers {
                look(&mut producer.style);
                producer.resend = producer.resend.max(RESEND);
            }
        },
    ),
    code(
        "do not send again what failed",
        "An exception says that the outcome is unknown; the producer's own retries have the sequence numbers that a new send() lacks.",
        &[StoredTwice, OutOfOrder],
        |script, _| script.producers.iter_mut().for_each(|producer| producer.resend = 0),
    ),
    code(
        "send().get()",
        "The application waits for the outcome of each record before it goes on.",
        &[OutOfOrder, LostInAccumulator],
        |script, _| {
            script.producers.iter_mut().for_each(|producer| producer.style = SendStyle::Blocking);
        },
    ),
    code(
        "after a restart send again what was not acknowledged",
        "The application keeps an outbox: what was acknowledged is not sent again, everything else is.",
        &[LostInAccumulator, LostOnTheWay, LostInApplication, StoredTwice, OutOfOrder],
        |script, _| {
            for producer in &mut script.producers {
                producer.on_restart = OnRestart::ResendUnacknowledged;
            }
        },
    ),
    code(
        "close() without a timeout",
        "close() waits for what is buffered or in flight and fails none of it.",
        &[Ghost, LostInAccumulator, Refused],
        |script, _| script.producers.iter_mut().for_each(|producer| producer.close_timeout = None),
    ),
    code(
        "commit after processing",
        "enable.auto.commit=false, and commitSync() when the records of a poll are processed: at least once.",
        &[Skipped, ProcessedTwice],
        |script, _| {
            for group in script.groups.iter_mut().filter(|group| group.produces.is_none()) {
                set(&mut group.config, &[("enable.auto.commit", "false")]);
                group.commit = CommitStyle::SyncAfter;
                group.commit_every = 0;
            }
        },
    ),
    code(
        "commit in onPartitionsRevoked",
        "Whoever gets the partitions begins where this member stopped.",
        &[ProcessedTwice],
        |script, _| script.groups.iter_mut().for_each(|group| group.commit_on_revoke = true),
    ),
    code(
        "no hand-off to workers",
        "The thread that polls processes the records itself, so that a poll never commits what is not processed.",
        &[Skipped, OutOfOrder],
        |script, _| script.groups.iter_mut().for_each(|group| group.workers = 0),
    ),
    code(
        "try again what could not be processed",
        "The application works on the same record again before it goes on; an exception that comes every time stops the partition.",
        &[Skipped],
        |script, _| {
            for failure in script.groups.iter_mut().filter_map(|group| group.failure.as_mut()) {
                failure.then = OnFailure::Retry;
            }
        },
    ),
    code(
        "stop at an exception, without close()",
        "The offsets of what was not processed stay uncommitted; whoever is started next begins there.",
        &[Skipped],
        |script, _| {
            for failure in script.groups.iter_mut().filter_map(|group| group.failure.as_mut()) {
                failure.then = OnFailure::Crash;
            }
        },
    ),
    code(
        "idempotent processing",
        "Processing recognizes a message by its business id and lets it take effect once.",
        &[ProcessedTwice, StoredTwice],
        |script, _| script.groups.iter_mut().for_each(|group| group.idempotent = true),
    ),
    code(
        "sendOffsetsToTransaction()",
        "What is written and the offsets of what was read are committed together or not at all (transactional.id, and the idempotence that it needs).",
        &[StoredTwice, ProcessedTwice, OutOfOrder, Skipped],
        offsets_in_transactions,
    ),
];

fn look(style: &mut SendStyle) {
    if *style == SendStyle::FireAndForget {
        *style = SendStyle::Callback;
    }
}

/// For applications that read, process and write.
fn offsets_in_transactions(script: &mut Script, resolved: &Resolved) {
    let version = script.kafka;
    for group in 0..script.groups.len() {
        let Some(produces) = &mut script.groups[group].produces else { continue };
        produces.offsets = OffsetsCommit::Transaction;
        let names = produces.producers.clone();
        set(&mut script.groups[group].config, &[("enable.auto.commit", "false")]);
        for name in names {
            let Some(index) = script.producer_index(&name).map(usize::from) else { continue };
            let known = &resolved.producers[index];
            let config = &mut script.producers[index].config;
            if known.transactional_id.is_none() {
                idempotence(config, known, version);
                set(config, &[("transactional.id", &name)]);
            }
        }
    }
}
