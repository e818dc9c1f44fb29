//! The application around a consumer: it processes what `poll()` returned, in its loop or in worker
//! threads, and fails with what it cannot process.

use std::collections::VecDeque;

use super::Consumer;
use super::commit::Purpose;
use crate::model::cx::Cx;
use crate::model::event::{ConsumerTimer, Event};
use crate::model::ids::{Node, PartitionId, RecordId};
use crate::model::setup::{GroupSetup, Setup};
use crate::model::trace::Kind;
use crate::script::{CommitStyle, OnFailure};

/// A record that `poll()` returned, with its place.
pub type Returned = (PartitionId, u64, RecordId);

/// What the thread does that polls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the words of the sentence above each variant")]
pub enum Thread {
    /// It waits in `poll()`.
    #[default]
    Polling,
    /// It works on the first of these records, or is done with all of them; the time is when it
    /// began with it.
    Processing { left: VecDeque<Returned>, since_us: u64 },
    /// It waits in `commitSync()`, with what it does then.
    Committing { left: VecDeque<Returned> },
    /// It waits for its workers to be done with everything.
    Waiting,
    /// It waits for the producer of its process: for the end of a transaction.
    Transacting,
}

/// What the application does when it is done with a record.
enum Then {
    /// It goes on with the next one.
    Next,
    /// It tries the same one again.
    Again,
    /// It is at its end.
    Stop,
}

/// Threads that work on records beside the loop that polls. Each record takes as long as any
/// other, so that the first one begun is the first one done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// What no worker has begun with.
    pub waiting: VecDeque<Returned>,
    /// What a worker works on.
    pub working: VecDeque<Returned>,
}

impl Pool {
    /// Whether everything is done.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.working.is_empty()
    }
}

impl Consumer {
    /// `poll()` returned records.
    pub(super) fn returned(
        &mut self,
        cx: &mut Cx<'_>,
        group: &GroupSetup,
        records: VecDeque<Returned>,
    ) {
        let by_hand = !self.config(cx.setup()).enable_auto_commit;
        if by_hand && group.commit == CommitStyle::SyncBefore {
            self.thread = Thread::Committing { left: records };
            self.commit(cx, Purpose::Sync);
        } else {
            self.begin(cx, group, records);
        }
    }

    /// The application begins with records: it hands them over, or works on the first.
    fn begin(&mut self, cx: &mut Cx<'_>, group: &GroupSetup, records: VecDeque<Returned>) {
        if group.workers == 0 {
            return self.process(cx, records);
        }
        self.pool.waiting.extend(records);
        self.employ(cx, group);
        let waits = self.commits_after(cx.setup());
        self.thread = if waits { Thread::Waiting } else { Thread::Polling };
    }

    fn process(&mut self, cx: &mut Cx<'_>, left: VecDeque<Returned>) {
        let processing_us = match left.is_empty() {
            true => 0,
            false => self.group(cx.setup()).processing_us,
        };
        self.thread = Thread::Processing { left, since_us: cx.now_us() };
        cx.after(processing_us, Event::Consumer(self.id, ConsumerTimer::Processed(self.rounds)));
    }

    /// Workers that have nothing to do begin with the next records.
    fn employ(&mut self, cx: &mut Cx<'_>, group: &GroupSetup) {
        while self.pool.working.len() < usize::from(group.workers)
            && let Some(next) = self.pool.waiting.pop_front()
        {
            self.pool.working.push_back(next);
            let done = Event::Consumer(self.id, ConsumerTimer::Worked(self.rounds));
            cx.after(group.processing_us, done);
        }
    }

    /// The loop is done with the record that it worked on. Behind the last one is a moment of its
    /// own, so that something can happen between processing and what comes then. Answers whether
    /// the loop goes on with another record.
    pub(super) fn processed(&mut self, cx: &mut Cx<'_>) -> bool {
        if self.hangs(cx, ConsumerTimer::Processed(self.rounds)) {
            return true;
        }
        let Thread::Processing { left, .. } = &mut self.thread else { return false };
        let Some(record) = left.pop_front() else {
            self.all_processed(cx);
            return false;
        };
        let mut left = std::mem::take(left);
        match self.finish(cx, record) {
            Then::Next => {}
            Then::Again => left.push_front(record),
            Then::Stop => return false,
        }
        self.process(cx, left);
        true
    }

    /// A worker is done with its record.
    pub(super) fn worked(&mut self, cx: &mut Cx<'_>) {
        if self.hangs(cx, ConsumerTimer::Worked(self.rounds)) {
            return;
        }
        let Some(record) = self.pool.working.pop_front() else { return };
        match self.finish(cx, record) {
            Then::Next => {}
            Then::Again => self.pool.waiting.push_front(record),
            Then::Stop => return,
        }
        let setup = cx.setup();
        self.employ(cx, self.group(setup));
        if self.thread == Thread::Waiting && self.pool.is_idle() {
            // The same moment lies behind the last record as without workers.
            self.process(cx, VecDeque::new());
        }
    }

    /// What the application works on takes longer.
    pub fn stall(&mut self, longer_us: u64) {
        self.stalled_us += longer_us;
    }

    /// Whether the record that should be done takes longer.
    fn hangs(&mut self, cx: &mut Cx<'_>, timer: ConsumerTimer) -> bool {
        let longer_us = std::mem::take(&mut self.stalled_us);
        if longer_us > 0 {
            cx.after(longer_us, Event::Consumer(self.id, timer));
        }
        longer_us > 0
    }

    /// The end of a record's processing, good or bad.
    fn finish(&mut self, cx: &mut Cx<'_>, (partition, offset, record): Returned) -> Then {
        let consumer = self.id;
        let Some(then) = self.throws(cx, record) else {
            cx.emit(Kind::Processed { consumer, partition, offset, record });
            self.uncommitted += 1;
            self.send_output(cx, record);
            return Then::Next;
        };
        cx.emit(Kind::ProcessingFailed { consumer, partition, offset, record });
        match then {
            OnFailure::Skip => return Then::Next,
            OnFailure::Retry => return Then::Again,
            OnFailure::Close => self.close(cx),
            OnFailure::Crash => {
                self.crash(cx);
                cx.close_all(Node::Consumer(consumer));
            }
        }
        Then::Stop
    }

    /// What the application does about an exception, if processing this record throws one.
    fn throws(&mut self, cx: &Cx<'_>, record: RecordId) -> Option<OnFailure> {
        let setup = cx.setup();
        let failure = self.group(setup).failure.as_ref()?;
        let before = self.failures.iter().filter(|failed| **failed == record).count() as u32;
        let throws = failure.records.contains(&record.0) && before < failure.times;
        throws.then(|| {
            self.failures.push(record);
            failure.then
        })
    }

    /// Whether the application commits by hand when everything is processed.
    pub(super) fn commits_after(&self, setup: &Setup) -> bool {
        let style = self.group(setup).commit;
        let after = matches!(style, CommitStyle::SyncAfter | CommitStyle::AsyncAfter);
        after && !self.config(setup).enable_auto_commit
    }

    /// Everything of the last poll is processed: the application commits, if it does so now.
    fn all_processed(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        let group = self.group(setup);
        if let Some(producer) = self.partner(setup) {
            return self.finish_outputs(cx, producer);
        }
        self.thread = Thread::Polling;
        if !self.commits_after(setup) || self.uncommitted < group.commit_every {
            return;
        }
        self.uncommitted = 0;
        if group.commit == CommitStyle::SyncAfter {
            self.thread = Thread::Committing { left: VecDeque::new() };
            self.commit(cx, Purpose::Sync);
        } else {
            self.commit(cx, Purpose::Async);
        }
    }

    /// `commitSync()` returned.
    pub(super) fn committed_sync(&mut self, cx: &mut Cx<'_>) {
        let Thread::Committing { left } = &mut self.thread else { return };
        let left = std::mem::take(left);
        self.thread = Thread::Polling;
        if !left.is_empty() {
            let setup = cx.setup();
            self.begin(cx, self.group(setup), left);
        }
    }
}
