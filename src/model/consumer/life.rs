//! A consumer's life: `close()`, a kill, a restart.

use super::commit::Purpose;
use super::membership::Member;
use super::{Consumer, Pool, Thread};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::{ConsumerTimer, Event};
use crate::model::ids::Node;
use crate::model::trace::Kind;

impl Consumer {
    /// The process is killed: positions, buffers and the records in hand are gone.
    pub fn crash(&mut self, cx: &mut Cx<'_>) {
        cx.emit(Kind::ConsumerCrashed { consumer: self.id });
        self.end();
    }

    /// Nothing of the process is left.
    fn end(&mut self) {
        self.alive = false;
        self.lives += 1;
        self.rounds += 1;
        self.thread = Thread::Polling;
        self.pool = Pool::default();
        self.stalled_us = 0;
        self.uncommitted = 0;
        self.partitions.clear();
        self.client.reset();
        self.coordinator.reset();
        self.fetches.clear();
        self.starting = None;
        self.committing = None;
        self.closing = false;
        self.wake_us = None;
    }

    /// The process is started again: it asks for the committed offsets.
    pub fn restart(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        self.alive = true;
        self.member = Member::outside(self.member.number + 1);
        self.metadata = super::ClientMetadata::new(setup);
        self.metadata.want();
        self.next_commit_us = cx.now_us() + self.group(setup).config.auto_commit_interval_us;
        cx.emit(Kind::ConsumerRestarted { consumer: self.id });
        self.wait_for_producer(setup);
        cx.after(0, Event::Consumer(self.id, ConsumerTimer::Start));
        self.heartbeat(cx);
    }

    /// `poll()` throws: the application leaves its loop, and `close()` stands in `finally`.
    pub(super) fn poll_failed(&mut self, cx: &mut Cx<'_>, error: KafkaError) {
        cx.emit(Kind::PollFailed { consumer: self.id, error });
        self.close(cx);
    }

    /// `close()`, wherever the application is: it drops the records in hand, and an automatic
    /// commit stores the positions once more, whatever of the last poll was not processed
    /// (`ConsumerCoordinator.close`). This is how an exception in the loop loses records.
    pub fn close(&mut self, cx: &mut Cx<'_>) {
        self.closing = true;
        self.rounds += 1;
        self.thread = Thread::Polling;
        self.pool = Pool::default();
        if self.group(cx.setup()).config.enable_auto_commit {
            self.commit(cx, Purpose::Close);
        }
        self.run(cx);
    }

    /// The last step of `close()`, when the commit is answered.
    pub(super) fn leave(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        self.send_leave(cx, setup);
        cx.emit(Kind::ConsumerClosed { consumer: self.id });
        self.end();
        cx.close_all(Node::Consumer(self.id));
    }
}
