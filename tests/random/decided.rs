//! A fate that is decided stays decided, unless a user's action has the record sent again.

use std::sync::Arc;

use ackscope::model::Setup;
use ackscope::model::ids::RecordId;
use ackscope::model::trace::{Kind, Observer, TraceEvent};
use ackscope::script::Do;
use ackscope::verdict::{Fate, Ledger};

/// The fates so far, each with the event that decided it, and the first that was taken back.
pub struct Decided {
    setup: Arc<Setup>,
    ledger: Ledger,
    fates: Vec<(Fate, usize)>,
    wrong: Option<String>,
}

impl Decided {
    /// Of a run that has not begun.
    pub fn new(setup: &Arc<Setup>) -> Self {
        Self {
            ledger: Ledger::new(setup.clone()),
            fates: vec![(Fate::Pending, 0); setup.records.len()],
            wrong: None,
            setup: setup.clone(),
        }
    }

    /// Hears of the last event of a trace.
    pub fn observe(&mut self, trace: &[TraceEvent]) {
        let Some(event) = trace.last() else { return };
        self.ledger.observe(event);
        if self.wrong.is_some() {
            return;
        }
        for id in self.ledger.records() {
            let now = self.ledger.fate(id);
            let (before, since) = self.fates[id.index() - 1];
            if now == before {
                continue;
            }
            self.fates[id.index() - 1] = (now, trace.len());
            let sent_again = matches!(event.kind, Kind::RecordResent { record, .. } if record == id)
                && asked_by_the_user(&self.setup, &trace[since..], id);
            if now == Fate::Pending && !sent_again {
                self.wrong = Some(format!("record {id}: {before} is pending again at {event:?}"));
            }
        }
    }

    /// The first decision that was taken back; the end of the run takes back none, either.
    pub fn wrong_at_the_end(mut self) -> Option<String> {
        self.ledger.finish();
        let taken_back = self.ledger.records().find_map(|id| {
            let (before, _) = self.fates[id.index() - 1];
            let verdict = self.ledger.verdict(id);
            let is_wrong = before != Fate::Pending && verdict.fate == Fate::Pending;
            is_wrong.then(|| format!("record {id}: {before} at the end of the run: {verdict:?}"))
        });
        self.wrong.or(taken_back)
    }
}

/// Whether an action of the script has that record sent again: a restart of its application, which
/// reads its source again, or a resend.
fn asked_by_the_user(setup: &Setup, since: &[TraceEvent], id: RecordId) -> bool {
    let producer = setup.record(id).producer;
    since.iter().any(|event| match &event.kind {
        Kind::ProducerRestarted { producer: restarted, .. } => *restarted == producer,
        Kind::ActionApplied { action } => {
            matches!(setup.actions[usize::from(*action)].what, Do::Resend(record) if record == id.0)
        }
        _ => false,
    })
}
