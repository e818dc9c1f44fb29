//! What settings promise for the whole of a run: looked at when it is over.

use ackscope::model::Run;
use ackscope::model::ids::RecordId;
use ackscope::model::trace::Kind;
use ackscope::verdict::{Fate, Ledger, Place, Verdict};

use crate::fault::{What, Who};
use crate::plan::Plan;

/// The first promise that was broken.
pub fn broken(plan: &Plan, run: &Run) -> Option<String> {
    let mut ledger = Ledger::of(&run.setup, &run.trace);
    ledger.finish();
    let records = (1..=run.setup.records.len() as u32).map(RecordId);
    let verdicts: Vec<(RecordId, Verdict)> = records.map(|id| (id, ledger.verdict(id))).collect();
    let acked = verdicts.iter().filter(|(_, verdict)| verdict.told.text() == "acked");
    let mut broken = None;
    for (id, verdict) in acked {
        if keeps_acked(plan, run, *id) && is_gone(verdict) {
            broken = Some(format!("acks=all: record {id} was acked and is lost: {verdict:?}"));
        }
    }
    for (id, verdict) in &verdicts {
        let skipped = matches!(verdict.place, Some(Place::SkippedByTheConsumer | Place::NeverRead));
        if plan.never_skips() && skipped && verdict.fate == Fate::Lost {
            broken = Some(format!("at least once: record {id} was skipped: {verdict:?}"));
        }
        let copies = verdict.stored.len();
        if appends_once(plan, run, *id) && copies > 1 {
            broken = Some(format!("idempotence: record {id} is there {copies} times: {verdict:?}"));
        }
        if verdict.fate == Fate::Reported && !verdict.told.text().starts_with("failed") {
            broken = Some(format!("record {id} is reported to nobody: {verdict:?}"));
        }
    }
    broken.or_else(|| unexplained(run))
}

fn is_gone(verdict: &Verdict) -> bool {
    let by_brokers = matches!(
        verdict.place,
        Some(Place::Network | Place::PageCache | Place::Disk | Place::Truncated | Place::OldLeader)
    );
    verdict.fate == Fate::Lost && by_brokers
}

/// An acknowledgement of all in-sync replicas holds: always while no log loses its end and nobody
/// is elected uncleanly; and with two in-sync replicas, if one broker is all that ever breaks.
fn keeps_acked(plan: &Plan, run: &Run, id: RecordId) -> bool {
    let Some(producer) = plan.producers.get(run.setup.record(id).producer.index()) else {
        return false;
    };
    let of_all = producer.acks == "all";
    let at_two = plan.topic.min_isr >= 2 && plan.topic.replicas.min(plan.brokers) >= 2;
    let in_orders = run.setup.record(id).topic == 0;
    let one_broker = plan.breaks_one_broker_once() && at_two && in_orders;
    of_all && !plan.may_elect_uncleanly() && (!plan.may_lose_pages() || one_broker)
}

/// An idempotent producer's records are there once: while it lives, while brokers remember its
/// batches (no clean stop, whose snapshot holds the last one only) and no log loses its end.
fn appends_once(plan: &Plan, run: &Run, id: RecordId) -> bool {
    let Some(producer) = plan.producers.get(run.setup.record(id).producer.index()) else {
        return false;
    };
    let idempotent = producer.is_idempotent() && producer.resend == 0 && !plan.is_before(2, 5);
    let disturbed = plan.faults.iter().any(|fault| {
        matches!(
            fault.what,
            What::Crash(Who::Producer(_))
                | What::Shutdown(_)
                | What::ElectPreferred
                | What::Resend(_)
        )
    });
    idempotent && !disturbed && !plan.may_elect_uncleanly() && !plan.may_lose_pages()
}

/// Causes come before what they cause.
fn unexplained(run: &Run) -> Option<String> {
    let wrong = run.trace.iter().find(|event| event.cause.is_some_and(|cause| cause >= event.id));
    let wrong = wrong.map(|event| format!("it is its own cause: {event:?}"));
    let ignored =
        |kind: &Kind| matches!(kind, Kind::BatchAcked { batch, .. } if batch.records.is_empty());
    wrong.or_else(|| {
        let empty = run.trace.iter().find(|event| ignored(&event.kind));
        empty.map(|event| format!("an empty batch: {event:?}"))
    })
}
