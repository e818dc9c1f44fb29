//! What happens to a record on the network, and in the logs of the brokers.

use super::risk::Risky;
use super::text::{ms, span};
use super::{Carries, Life, What};
use crate::model::error::KafkaError;
use crate::model::ids::{BrokerId, Node, PartitionId};
use crate::model::record::{Batch, LogBatch};
use crate::model::trace::{FlushReason, Kind, TraceEvent, Wire};
use crate::script::config::Acks;

impl Life<'_> {
    pub(super) fn on_the_way(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::MessageSent { message, from, to, arrive_us, what } => {
                let carries = match what {
                    Wire::ProduceRequest { batches } if batches.iter().any(|b| self.is_in(b)) => {
                        self.request_sent(event, *from, *to, *arrive_us);
                        Carries::Request
                    }
                    Wire::ProduceResponse { batches, .. }
                        if batches.iter().any(|b| self.is_in(b)) =>
                    {
                        Carries::Response
                    }
                    Wire::FetchResponse { batches } => {
                        let has = batches.iter().any(|(_, entry)| self.offset_in(entry).is_some());
                        let news = has && self.committed.is_empty();
                        if let (true, Node::Broker(follower)) = (news, to) {
                            self.sent_to(event, *from, *follower, *arrive_us);
                        }
                        return;
                    }
                    Wire::FetchRequest { offsets } => match self.asks_on(*from, *to, offsets) {
                        Some(offset) => Carries::FetchFrom(offset),
                        None => return,
                    },
                    _ => return,
                };
                self.carriers.push((*message, carries));
            }
            Kind::MessageArrived { message, from, to } => {
                let place = self.carriers.iter().position(|(id, _)| id == message);
                let carries = place.map(|place| self.carriers.swap_remove(place).1);
                if let (Some(Carries::FetchFrom(offset)), Node::Broker(follower)) = (carries, from)
                {
                    self.known.push(*follower);
                    let names = (follower.to_string(), self.setup.name(*to), offset.to_string());
                    let values =
                        [("follower", &*names.0), ("broker", &*names.1), ("offset", &*names.2)];
                    self.say(event, *to, What::FollowerAsksOn, &values);
                }
            }
            Kind::MessageLost { message, from, to } => {
                let place = self.carriers.iter().position(|(id, _)| id == message);
                let Some(place) = place else { return };
                let (at, what, broker) = match self.carriers.swap_remove(place).1 {
                    Carries::Request => (*from, What::RequestLost, *to),
                    Carries::Response => (*from, What::ResponseLost, *from),
                    Carries::FetchFrom(_) => return,
                };
                let broker = self.setup.name(broker);
                self.say(event, at, what, &[("broker", &broker)]);
            }
            Kind::Disconnected { client, server }
                if *client == Node::Producer(self.setup.record(self.record).producer)
                    && self.carriers.iter().any(|(_, what)| *what == Carries::Request) =>
            {
                let broker = self.setup.name(*server);
                self.say(event, *client, What::Disconnected, &[("broker", &broker)]);
            }
            _ => {}
        }
    }

    fn request_sent(&mut self, event: &TraceEvent, from: Node, to: Node, arrive_us: u64) {
        let Node::Producer(producer) = from else { return };
        self.sent_us = event.at_us;
        let acks = match self.producer_config(producer).acks {
            Acks::None => "0",
            Acks::Leader => "1",
            Acks::All => "all",
        };
        let (broker, wait) = (self.setup.name(to), span(arrive_us - event.at_us));
        let values = [("broker", &*broker), ("acks", acks), ("wait", &wait)];
        self.say(event, from, What::Sent, &values);
    }

    fn sent_to(&mut self, event: &TraceEvent, from: Node, follower: BrokerId, arrive_us: u64) {
        let (broker, wait) = (self.setup.name(from), span(arrive_us - event.at_us));
        let values = [("broker", &*broker), ("follower", &*follower.to_string()), ("wait", &*wait)];
        self.say(event, from, What::SentToFollower, &values);
    }

    /// Where a follower fetches from, if that tells the leader for the first time that it has the
    /// record.
    fn asks_on(&self, from: Node, to: Node, offsets: &[(PartitionId, u64)]) -> Option<u64> {
        let Node::Broker(follower) = from else { return None };
        let leads = self.leader().map(Node::Broker) == Some(to);
        let mine = offsets.iter().find(|(partition, _)| self.is_mine(*partition));
        let (held, _) = self.copy_on(follower).filter(|_| leads)?;
        let same = self.leader().and_then(|leader| self.copy_on(leader)).map(|copy| copy.0);
        let news = same == Some(held)
            && !self.committed.contains(&held)
            && !self.known.contains(&follower);
        mine.map(|(_, offset)| *offset).filter(|offset| news && held < *offset)
    }

    pub(super) fn in_logs(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::Appended { broker, entry, .. } => self.appended(event, *broker, entry),
            Kind::Replicated { broker, entry, .. } => self.replicated(event, *broker, entry),
            Kind::AppendRefused { broker, batch, error, .. } if self.is_in(batch) => {
                self.refused(event, *broker, batch, *error);
            }
            Kind::DuplicateBatch { broker, batch, base_offset, .. } if self.is_in(batch) => {
                let sequence = batch.sequenced.map_or(0, |sequenced| sequenced.base_sequence);
                let place = batch.records.iter().position(|id| *id == self.record);
                let offset = base_offset + place.unwrap_or_default() as u64;
                let values = [
                    ("broker", &*broker.to_string()),
                    ("sequence", &*sequence.to_string()),
                    ("offset", &*offset.to_string()),
                ];
                self.say(event, Node::Broker(*broker), What::Known, &values);
            }
            Kind::HighWatermarkAdvanced { broker, partition, from, to, .. }
                if self.is_mine(*partition) =>
            {
                self.high_watermark(event, *broker, *from, *to);
            }
            Kind::Flushed { broker, partition, to, reason } if self.is_mine(*partition) => {
                self.flushed(event, *broker, *to, *reason);
            }
            Kind::Truncated { broker, to, removed, .. } => {
                self.removed(event, (*broker, What::Truncated), *to, self.removed_at(removed));
            }
            Kind::PageCacheLost { broker, to, removed, .. } => {
                self.removed(event, (*broker, What::PageCacheLost), *to, self.removed_at(removed));
            }
            Kind::DiskLost { broker, removed, .. } => {
                self.removed(event, (*broker, What::DiskLost), 0, self.removed_at(removed));
            }
            Kind::RecordsDeleted { broker, to, removed, .. } => {
                self.removed(event, (*broker, What::Deleted), *to, self.removed_at(removed));
            }
            _ => {}
        }
    }

    fn appended(&mut self, event: &TraceEvent, broker: BrokerId, entry: &LogBatch) {
        let Some(offset) = self.offset_in(entry) else { return };
        let Some(partition) = self.partition else { return };
        let again = self.copies.iter().any(|(_, other, _)| *other != offset);
        self.copies.push((broker, offset, event.at_us));
        self.known.clear();
        let flush = self.setup.partition(partition).config.flush_messages;
        let values = [
            ("broker", &*broker.to_string()),
            ("epoch", &*entry.leader_epoch.to_string()),
            ("offset", &*offset.to_string()),
            ("flush", &*flush.to_string()),
        ];
        let what = if again { What::AppendedTwice } else { What::Appended };
        self.say(event, Node::Broker(broker), what, &values);
        self.risk(event, Risky::OnNoDisk);
    }

    fn replicated(&mut self, event: &TraceEvent, broker: BrokerId, entry: &LogBatch) {
        let Some(offset) = self.offset_in(entry) else { return };
        self.copies.push((broker, offset, event.at_us));
        self.known.retain(|known| *known != broker);
        let wait = span(event.at_us - entry.appended_us);
        let values =
            [("broker", &*broker.to_string()), ("offset", &*offset.to_string()), ("wait", &*wait)];
        self.say(event, Node::Broker(broker), What::Replicated, &values);
    }

    fn refused(&mut self, event: &TraceEvent, broker: BrokerId, batch: &Batch, error: KafkaError) {
        let setup = self.setup.partition(batch.partition);
        let acks = self.producer_config(batch.producer).acks;
        let what = match error {
            _ if acks == Acks::None => What::RefusedUnheard,
            KafkaError::NotEnoughReplicas => What::TooFewReplicas,
            KafkaError::MessageTooLarge => What::BatchTooLarge,
            KafkaError::NotLeaderOrFollower => What::NotLeader,
            _ => What::Refused,
        };
        let values = [
            ("broker", &*broker.to_string()),
            ("error", error.exception()),
            ("batch", &*batch.id.0.to_string()),
            ("bytes", &*batch.bytes.to_string()),
            ("limit", &*setup.config.max_message_bytes.to_string()),
            ("n", &*self.in_sync().len().to_string()),
            ("min", &*setup.effective_min_isr().to_string()),
            ("partition", &*self.partition_name()),
        ];
        self.say(event, Node::Broker(broker), what, &values);
    }

    fn high_watermark(&mut self, event: &TraceEvent, broker: BrokerId, from: u64, to: u64) {
        let passed =
            |(holder, offset, _): &&(BrokerId, u64, u64)| *holder == broker && *offset < to;
        let Some((_, offset, _)) = self.copies.iter().rev().find(passed).copied() else { return };
        if offset < from || self.committed.contains(&offset) {
            return;
        }
        self.committed.push(offset);
        let values = [("n", &*self.in_sync().len().to_string()), ("to", &*to.to_string())];
        self.say(event, Node::Broker(broker), What::Committed, &values);
        self.safe(event, Risky::AckedNotCommitted);
    }

    fn flushed(&mut self, event: &TraceEvent, broker: BrokerId, to: u64, reason: FlushReason) {
        let Some((offset, since_us)) = self.copy_on(broker).filter(|(offset, _)| *offset < to)
        else {
            return;
        };
        if self.on_disk.contains(&(broker, offset)) {
            return;
        }
        self.on_disk.push((broker, offset));
        let config = self.partition.map(|partition| &self.setup.partition(partition).config);
        let (what, limit) = match reason {
            FlushReason::FlushMessages => {
                (What::FlushedByCount, config.map_or(0, |c| c.flush_messages).to_string())
            }
            FlushReason::FlushMs => (What::FlushedByTime, ms(config.map_or(0, |c| c.flush_us))),
            FlushReason::Writeback => {
                (What::FlushedBySystem, span(self.setup.hardware.writeback_age.as_us()))
            }
            FlushReason::Shutdown => (What::FlushedByShutdown, String::new()),
        };
        let wait = span(event.at_us - since_us);
        let values = [("broker", &*broker.to_string()), ("limit", &*limit), ("wait", &*wait)];
        self.say(event, Node::Broker(broker), what, &values);
        self.safe(event, Risky::OnNoDisk);
    }

    fn removed(
        &mut self,
        event: &TraceEvent,
        (broker, what): (BrokerId, What),
        to: u64,
        offset: Option<u64>,
    ) {
        let Some(offset) = offset else { return };
        let since_us = self.copy_on(broker).map_or(event.at_us, |(_, since_us)| since_us);
        self.copies.retain(|copy| (copy.0, copy.1) != (broker, offset));
        self.on_disk.retain(|copy| *copy != (broker, offset));
        let wait = span(event.at_us - since_us);
        let values = [
            ("broker", &*broker.to_string()),
            ("to", &*to.to_string()),
            ("offset", &*offset.to_string()),
            ("wait", &*wait),
        ];
        self.say(event, Node::Broker(broker), what, &values);
        self.gone(event);
    }
}
