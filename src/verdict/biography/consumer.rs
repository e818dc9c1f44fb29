//! What happens to a record at the consumers of its topic.

use super::risk::Risky;
use super::text::{ms, span};
use super::{Life, What};
use crate::model::group::Removal;
use crate::model::ids::{ConsumerId, GroupId, Node, PartitionId, RecordId};
use crate::model::setup::GroupSetup;
use crate::model::trace::{Kind, TraceEvent};
use crate::script::OffsetsCommit;
use crate::script::config::OffsetReset;

impl Life<'_> {
    pub(super) fn with_consumer(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::PositionReset { consumer, partition, offset, committed }
                if self.is_mine(*partition) =>
            {
                self.begins(event, *consumer, *offset, *committed);
            }
            Kind::Fetched { consumer, entries, .. } => {
                let offset = entries.iter().find_map(|entry| self.offset_in(entry));
                if let Some(offset) = offset.filter(|_| !self.is_in_hand_of(*consumer)) {
                    self.in_hand.push((*consumer, event.at_us));
                    let offset = offset.to_string();
                    self.at(event, *consumer, What::Fetched, &[("offset", &offset)]);
                }
            }
            Kind::Polled { consumer, position, records, .. }
                if records.iter().any(|(_, id)| *id == self.record) =>
            {
                self.polled(event, *consumer, *position, records.len());
            }
            Kind::Processed { consumer, record, .. } if *record == self.record => {
                self.finished(event, *consumer);
            }
            Kind::ProcessingFailed { consumer, record, .. } if *record == self.record => {
                let wait = self.held_for(event, *consumer);
                self.at(event, *consumer, What::Threw, &[("wait", &wait)]);
                self.let_go(event, *consumer);
            }
            Kind::OffsetCommitted { group, partition, offset } if self.is_mine(*partition) => {
                self.offset_committed(event, *group, *offset);
            }
            Kind::OffsetsExpired { group } => self.offsets_expired(event, *group),
            _ => self.taken_from_consumer(event),
        }
    }

    /// What ends a consumer's hold on it without processing, or may.
    fn taken_from_consumer(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::PartitionsRevoked { consumer, partitions, dropped, .. }
                if partitions.iter().any(|partition| self.is_mine(*partition)) =>
            {
                self.revoked(event, *consumer, dropped);
            }
            Kind::Rewound { consumer, dropped } if dropped.contains(&self.record) => {
                self.at(event, *consumer, What::Rewound, &[]);
                self.let_go(event, *consumer);
            }
            Kind::TruncationDetected { consumer, partition, from, to, .. }
                if self.is_mine(*partition) =>
            {
                let values = [("from", &*from.to_string()), ("to", &*to.to_string())];
                self.at(event, *consumer, What::TruncationSeen, &values);
                self.let_go(event, *consumer);
            }
            Kind::CommitFailed { consumer, error } if self.holds_back(*consumer) => {
                self.at(event, *consumer, What::CommitFailed, &[("error", error.exception())]);
            }
            Kind::PollTimedOut { consumer } if self.is_in_hand_of(*consumer) => {
                let limit = ms(self.consumer_config(*consumer).max_poll_interval_us);
                self.at(event, *consumer, What::OutOfPoll, &[("limit", &limit)]);
            }
            Kind::MemberRemoved { consumer, why, .. }
                if *why != Removal::Left && self.is_in_hand_of(*consumer) =>
            {
                let config = self.consumer_config(*consumer);
                let limit = span(self.setup.session_timeout_us(config));
                self.at(event, *consumer, What::Evicted, &[("limit", &limit)]);
            }
            Kind::ConsumerCrashed { consumer } => {
                self.gone_with(event, *consumer, What::ReaderDied);
            }
            Kind::ConsumerClosed { consumer } => {
                self.gone_with(event, *consumer, What::ReaderClosed);
            }
            _ => {}
        }
    }

    /// A step at a consumer, whose name is among the values.
    fn at(&mut self, event: &TraceEvent, consumer: ConsumerId, what: What, more: &[(&str, &str)]) {
        let name = self.name(consumer);
        let group = &self.setup.group_of(consumer).id;
        let mut values = vec![("consumer", &*name), ("group", &**group)];
        values.extend(more);
        self.say(event, Node::Consumer(consumer), what, &values);
    }

    fn is_in_hand_of(&self, consumer: ConsumerId) -> bool {
        self.in_hand.iter().any(|(holder, _)| *holder == consumer)
    }

    /// For how long a consumer has had it.
    fn held_for(&self, event: &TraceEvent, consumer: ConsumerId) -> String {
        let held = self.in_hand.iter().find(|(holder, _)| *holder == consumer);
        span(held.map_or(0, |(_, since_us)| event.at_us - since_us))
    }

    fn let_go(&mut self, event: &TraceEvent, consumer: ConsumerId) {
        self.in_hand.retain(|(holder, _)| *holder != consumer);
        self.safe(event, Risky::PolledNotProcessed(consumer));
    }

    fn group(&self, consumer: ConsumerId) -> GroupId {
        self.setup.consumers[consumer.index()].group
    }

    /// Whether a commit that fails would have been past it.
    fn holds_back(&self, consumer: ConsumerId) -> bool {
        let group = self.group(consumer);
        self.processed.contains(&group) && !self.passed.contains(&group)
    }

    /// Where a consumer begins to read: news for a record that it goes past, or reads once more.
    fn begins(&mut self, event: &TraceEvent, consumer: ConsumerId, to: u64, committed: bool) {
        let mine = self.leader().and_then(|leader| self.copy_on(leader));
        let Some((offset, _)) = mine else { return };
        let done = self.processed.contains(&self.group(consumer));
        let what = match offset < to {
            true if !done && !committed => What::ReaderBegins,
            false if done => What::ReaderGoesBack,
            _ => return,
        };
        let reset = match self.consumer_config(consumer).auto_offset_reset {
            OffsetReset::Earliest => "earliest",
            OffsetReset::Latest => "latest",
            OffsetReset::None => "none",
            OffsetReset::ByDuration { .. } => "by_duration",
        };
        let values = [("to", &*to.to_string()), ("offset", &*offset.to_string()), ("reset", reset)];
        self.at(event, consumer, what, &values);
    }

    fn polled(&mut self, event: &TraceEvent, consumer: ConsumerId, position: u64, count: usize) {
        // From now on it counts since when the application has it.
        self.in_hand.retain(|(holder, _)| *holder != consumer);
        self.in_hand.push((consumer, event.at_us));
        let limit = self.consumer_config(consumer).max_poll_records;
        let values = [
            ("to", &*position.to_string()),
            ("count", &*count.to_string()),
            ("limit", &*limit.to_string()),
        ];
        self.at(event, consumer, What::Polled, &values);
        self.risk(event, Risky::PolledNotProcessed(consumer));
    }

    fn finished(&mut self, event: &TraceEvent, consumer: ConsumerId) {
        let group = self.group(consumer);
        let wait = self.held_for(event, consumer);
        let again = self.processed.contains(&group);
        self.processed.push(group);
        let n = self.processed.iter().filter(|done| **done == group).count().to_string();
        let what = if again { What::ProcessedAgain } else { What::Processed };
        self.at(event, consumer, what, &[("wait", &wait), ("n", &n)]);
        self.let_go(event, consumer);
        self.safe(event, Risky::PassedNotProcessed(group));
    }

    fn offset_committed(&mut self, event: &TraceEvent, id: GroupId, to: u64) {
        // Another record may have its offset in the log of the leader.
        let held = self.leader().and_then(|leader| self.copy_on(leader));
        if self.passed.contains(&id) || held.is_none_or(|(offset, _)| offset >= to) {
            return;
        }
        self.passed.push(id);
        let group: &GroupSetup = &self.setup.groups[id.index()];
        let config = self.settings.group(self.setup, group);
        let unprocessed = !self.processed.contains(&id);
        let what = match &group.produces {
            _ if unprocessed => What::CommittedUnprocessed,
            Some(produces) if produces.offsets == OffsetsCommit::Transaction => {
                What::CommittedWithTransaction
            }
            _ if config.enable_auto_commit => What::CommittedByTimer,
            _ => What::CommittedByHand,
        };
        let limit = ms(config.auto_commit_interval_us);
        let values = [("group", &*group.id), ("to", &*to.to_string()), ("limit", &*limit)];
        let coordinator = self.setup.offsets_partition.and_then(|p| self.leaders[p.index()]);
        let place = coordinator.map_or(Node::Controller, Node::Broker);
        self.say(event, place, what, &values);
        if unprocessed {
            self.risk(event, Risky::PassedNotProcessed(id));
        }
    }

    fn offsets_expired(&mut self, event: &TraceEvent, id: GroupId) {
        if !self.passed.contains(&id) {
            return;
        }
        self.passed.retain(|group| *group != id);
        let n = self.setup.broker.offsets_retention_minutes.to_string();
        let values = [("group", &*self.setup.groups[id.index()].id), ("n", &*n)];
        let coordinator = self.setup.offsets_partition.and_then(|p| self.leaders[p.index()]);
        let place = coordinator.map_or(Node::Controller, Node::Broker);
        self.say(event, place, What::OffsetsExpired, &values);
    }

    fn revoked(&mut self, event: &TraceEvent, consumer: ConsumerId, dropped: &[RecordId]) {
        let what = match dropped.contains(&self.record) {
            true => What::Revoked,
            false if self.holds_back(consumer) => What::RevokedUncommitted,
            false => return,
        };
        let mine: Option<PartitionId> = self.partition;
        let name = mine.map_or_else(String::new, |partition| self.setup.partition_name(partition));
        let held = self.leader().and_then(|leader| self.copy_on(leader));
        let offset = held.map_or_else(String::new, |(offset, _)| offset.to_string());
        self.at(event, consumer, what, &[("partition", &name), ("offset", &offset)]);
        if what == What::Revoked {
            self.let_go(event, consumer);
        }
    }

    fn gone_with(&mut self, event: &TraceEvent, consumer: ConsumerId, what: What) {
        if !self.is_in_hand_of(consumer) {
            return;
        }
        let wait = self.held_for(event, consumer);
        self.at(event, consumer, what, &[("wait", &wait)]);
        self.let_go(event, consumer);
    }
}
