//! A consumer's life: `close()`, a kill, a restart.

use super::commit::Purpose;
use super::membership::Member;
use super::{Consumer, Pool, Thread, network};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::{ConsumerTimer, Event, ProducerTimer};
use crate::model::ids::Node;
use crate::model::trace::Kind;

impl Consumer {
    /// The process is killed: positions, buffers and the records in hand are gone.
    pub fn crash(&mut self, cx: &mut Cx<'_>) {
        cx.emit(Kind::ConsumerCrashed { consumer: self.id });
        if let Some(action) = self.returns.take() {
            self.since = cx.setup().since(Node::Consumer(self.id), action, self.since);
        }
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
        let config = self.config(setup);
        self.alive = true;
        self.client = network(self.id, config);
        self.coordinator = network(self.id, config);
        self.member = Member::outside(self.member.number + 1);
        self.metadata = super::ClientMetadata::new(setup);
        self.metadata.want();
        self.next_commit_us = cx.now_us() + config.auto_commit_interval_us;
        cx.emit(Kind::ConsumerRestarted { consumer: self.id, since: self.since });
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
        let setup = cx.setup();
        // Who stops in order commits by hand once more what it has processed since the last time.
        let by_hand = self.uncommitted > 0 && self.commits_after(setup);
        if self.config(setup).enable_auto_commit || (self.returns.is_some() && by_hand) {
            self.commit(cx, Purpose::Close);
        }
        self.run(cx);
    }

    /// Its application lets it come back with the settings of an action: it finishes what `poll()`
    /// returned, its worker threads too, calls `close()` and then makes a new consumer. One that is
    /// down has them with its next start.
    pub fn reconfigure(&mut self, cx: &mut Cx<'_>, action: u16) {
        if self.alive {
            self.returns = Some(action);
            self.run(cx);
        } else {
            self.since = cx.setup().since(Node::Consumer(self.id), action, self.since);
        }
    }

    /// Whether it waits for nothing any more before it is closed and comes back.
    pub(super) fn may_come_back(&self) -> bool {
        let idle = self.thread == Thread::Polling && self.pool.is_idle();
        self.returns.is_some() && !self.closing && idle
    }

    /// The last step of `close()`, when the commit is answered.
    pub(super) fn leave(&mut self, cx: &mut Cx<'_>) {
        let setup = cx.setup();
        self.send_leave(cx, setup);
        cx.emit(Kind::ConsumerClosed { consumer: self.id });
        self.end();
        cx.close_all(Node::Consumer(self.id));
        if let Some(action) = self.returns.take() {
            self.since = setup.since(Node::Consumer(self.id), action, self.since);
            if let Some(producer) = self.partner(setup) {
                cx.after(0, Event::Producer(producer, ProducerTimer::Reconfigure(action)));
            }
            self.restart(cx);
        }
    }
}
