//! An application that reads, processes and sends: its consumer's side. What it sends goes through a
//! producer of the same process, and with transactions its offsets too.

use super::commit::Purpose;
use super::{Consumer, Pool, Position, Thread};
use crate::model::cx::{Cx, Handover};
use crate::model::event::{Event, ProducerSays, ProducerTimer};
use crate::model::ids::{Node, ProducerId, RecordId};
use crate::model::record::CommittedOffset;
use crate::model::setup::Setup;
use crate::model::trace::Kind;
use crate::script::OffsetsCommit;

impl Consumer {
    /// The producer of the same process.
    pub(super) fn partner(&self, setup: &Setup) -> Option<ProducerId> {
        setup.consumers[self.id.index()].producer
    }

    /// An application with transactions calls `initTransactions()` before it polls.
    pub(super) fn wait_for_producer(&mut self, setup: &Setup) {
        let transactional = |id: ProducerId| setup.producers[id.index()].transactional.is_some();
        if self.partner(setup).is_some_and(transactional) {
            self.thread = Thread::Transacting;
        }
    }

    /// A record is processed: the application sends what it makes of it.
    pub(super) fn send_output(&self, cx: &mut Cx<'_>, record: RecordId) {
        let setup = cx.setup();
        let produces = self.group(setup).produces.as_ref();
        let output = produces.and_then(|produces| produces.output(record));
        if let (Some(producer), Some(output)) = (self.partner(setup), output) {
            cx.after(0, Event::Producer(producer, ProducerTimer::Output(output)));
        }
    }

    /// Everything of the last poll is processed: `sendOffsetsToTransaction()`, if that is how the
    /// application commits, and `commitTransaction()`.
    pub(super) fn finish_outputs(&mut self, cx: &mut Cx<'_>, producer: ProducerId) {
        let setup = cx.setup();
        let produces = self.group(setup).produces.as_ref();
        let group = setup.consumers[self.id.index()].group;
        if produces.is_some_and(|produces| produces.offsets == OffsetsCommit::Transaction) {
            let moved = self.partitions.iter().filter_map(|(partition, assigned)| {
                let Position { offset, epoch } = assigned.position?;
                let news = assigned.committed != Some(offset);
                news.then_some(CommittedOffset { group, partition: *partition, offset, epoch })
            });
            let offsets: Vec<CommittedOffset> = moved.collect();
            if !offsets.is_empty() {
                let by = self.membership();
                cx.hand_over(producer, Handover { group, by, offsets, added: false });
            }
        }
        self.thread = Thread::Transacting;
        cx.after(0, Event::Producer(producer, ProducerTimer::Finish));
    }

    /// The producer of the same process has something to say.
    pub(super) fn producer_says(&mut self, cx: &mut Cx<'_>, says: ProducerSays) {
        match says {
            ProducerSays::Ready if self.thread == Thread::Transacting => {
                self.thread = Thread::Polling;
            }
            ProducerSays::Ready => {}
            ProducerSays::Threw => self.drop_work(),
            ProducerSays::Committed => self.outputs_committed(cx),
            ProducerSays::Aborted => self.rewind(cx),
            ProducerSays::Fatal => {
                self.drop_work();
                self.close(cx);
            }
        }
    }

    /// The exception of a `send()` ends the work on what `poll()` returned.
    fn drop_work(&mut self) {
        self.rounds += 1;
        let pool = std::mem::take(&mut self.pool);
        let Pool { waiting, working } = pool;
        let left = match std::mem::replace(&mut self.thread, Thread::Transacting) {
            Thread::Processing { left, .. } | Thread::Committing { left } => left,
            _ => std::collections::VecDeque::new(),
        };
        let all = left.into_iter().chain(working).chain(waiting);
        self.unfinished.extend(all.map(|(_, _, record)| record));
    }

    fn outputs_committed(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        let Some(produces) = &self.group(setup).produces else { return };
        self.thread = Thread::Polling;
        match produces.offsets {
            OffsetsCommit::Transaction => {
                for (_, assigned) in &mut self.partitions {
                    let position = assigned.position.map(|position| position.offset);
                    assigned.committed = position.or(assigned.committed);
                }
            }
            OffsetsCommit::CommitSync => {
                let left = std::collections::VecDeque::new();
                self.thread = Thread::Committing { left };
                self.commit(cx, Purpose::Sync);
            }
            OffsetsCommit::None => {}
        }
    }

    /// The transaction is aborted. A consumer does not go back by itself: the application seeks to
    /// the committed offsets.
    fn rewind(&mut self, cx: &mut Cx<'_>) {
        self.drop_work();
        let mut dropped = std::mem::take(&mut self.unfinished);
        for (_, assigned) in &mut self.partitions {
            dropped.extend(assigned.forget());
            assigned.reset = false;
        }
        cx.note(Kind::Rewound { consumer: self.id, dropped });
        self.thread = Thread::Polling;
    }
}

/// Both halves of a process, if it has two.
#[must_use]
pub fn halves(setup: &Setup, node: Node) -> Vec<Node> {
    [Some(node), setup.partner(node)].into_iter().flatten().collect()
}
