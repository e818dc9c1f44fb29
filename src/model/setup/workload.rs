//! Who sends what, and who reads it.

use std::sync::Arc;

use super::{ConsumerSetup, GroupSetup, ProducerSetup, ProducesSetup, Setup, TransactionalSetup};
use crate::model::assignor::assign;
use crate::model::group::{GroupMetadata, MemberId, MemberMetadata, Share, Timeouts};
use crate::model::ids::{
    ConsumerId, GroupId, Node, PartitionId, ProducerId, RecordId, TransactionalId,
};
use crate::model::record::RecordPlan;
use crate::script::resolve::Resolved;
use crate::script::{Action, Do, Duration, OnRestart, Script};

impl Setup {
    pub(super) fn add_groups(&mut self, script: &Script, resolved: &Resolved) {
        for (index, (written, group)) in (0..).zip(script.groups.iter().zip(&resolved.groups)) {
            let first = self.consumers.len() as u16;
            let members: Vec<_> = (first..first + written.members).map(ConsumerId).collect();
            let running = written.running.unwrap_or(written.members);
            for member in 1..=written.members {
                let runs = member <= running;
                let names = written.produces.as_ref().map(|produces| &produces.producers);
                let name = names.and_then(|names| names.get(usize::from(member) - 1));
                let producer = name.and_then(|name| script.producer_index(name)).map(ProducerId);
                let group = GroupId(index);
                self.consumers.push(ConsumerSetup { group, member, runs, producer });
            }
            let topics = group.topics.iter().map(|topic| &self.topics[usize::from(*topic)]);
            self.groups.push(GroupSetup {
                id: group.id.clone(),
                members,
                config: group.config.clone(),
                processing_us: written.processing.as_us(),
                commit: written.commit,
                commit_every: written.commit_every,
                commit_on_revoke: written.commit_on_revoke,
                workers: written.workers,
                failure: written.failure.clone(),
                idempotent: written.idempotent,
                produces: written.produces.as_ref().map(|produces| ProducesSetup {
                    offsets: produces.offsets,
                    outputs: Vec::new(),
                }),
                commits_returning_batch: written.auto_commit_race
                    && self.rules.may_commit_returning_batch,
                topics: topics.map(|topic| topic.partitions.clone()).collect(),
            });
            self.add_initial_group(GroupId(index));
        }
    }

    fn add_initial_group(&mut self, id: GroupId) {
        let group = &self.groups[id.index()];
        let runs = |member: &&ConsumerId| self.consumers[member.index()].runs;
        let running: Vec<Share> = group
            .members
            .iter()
            .filter(runs)
            .map(|consumer| (MemberId { consumer: *consumer, number: 0 }, Vec::new()))
            .collect();
        let there = |all: &Vec<PartitionId>| {
            all.iter().copied().filter(|partition| self.is_initial(*partition)).collect()
        };
        let topics: Vec<_> = group.topics.iter().map(there).collect();
        let shares = assign(group.assignor(), &topics, &running);
        let generation = u32::from(!shares.is_empty());
        let timeouts = Timeouts::of(self, &group.config);
        let member = |(id, share)| MemberMetadata {
            id,
            share,
            epoch: generation,
            revoking: Vec::new(),
            timeouts,
        };
        let members = shares.into_iter().map(member).collect();
        self.initial_groups.push(Arc::new(GroupMetadata { group: id, generation, members }));
    }

    pub(super) fn add_producers(&mut self, script: &Script, resolved: &Resolved) {
        for (id, written) in (0..).map(ProducerId).zip(&script.producers) {
            for sends in &written.sends {
                let keys: Vec<Arc<str>> =
                    sends.keys.iter().map(|key| key.as_str().into()).collect();
                let topic =
                    self.topics.iter().position(|t| t.name == sends.topic).unwrap_or_default()
                        as u16;
                for n in 0..sends.count {
                    self.records.push(RecordPlan {
                        producer: id,
                        topic,
                        key: (!keys.is_empty()).then(|| keys[n as usize % keys.len()].clone()),
                        partition: sends.partition,
                        value_bytes: sends.value_bytes,
                        at_us: sends.start.as_us() + u64::from(n) * sends.every.as_us(),
                        ahead_us: sends.timestamp_ahead.as_us(),
                        unserializable: sends.unserializable,
                    });
                }
            }
        }
        let resends = script.actions.iter().any(|action| matches!(action.what, Do::Resend(_)));
        let mut ids: Vec<&String> = Vec::new();
        // Stable: among equals the order of the script decides.
        self.records.sort_by_key(|plan| plan.at_us);
        for (id, (written, config)) in
            (0..).map(ProducerId).zip(script.producers.iter().zip(&resolved.producers))
        {
            let transactional = config.transactional_id.as_ref().map(|name| {
                let known = ids.iter().position(|id| *id == name);
                let place = known.unwrap_or(ids.len());
                if known.is_none() {
                    ids.push(name);
                }
                let style = written.transaction.clone().unwrap_or_default();
                TransactionalSetup { id: TransactionalId(place as u16), style }
            });
            let mine = |(_, c): &(u16, &ConsumerSetup)| c.producer == Some(id);
            let consumer = (0..).zip(&self.consumers).find(mine).map(|(n, _)| ConsumerId(n));
            let numbered = (1..).map(RecordId).zip(&self.records);
            self.producers.push(ProducerSetup {
                config: config.clone(),
                style: written.style,
                records: numbered
                    .filter(|(_, plan)| plan.producer == id)
                    .map(|(record, _)| record)
                    .collect(),
                may_resend: resends
                    || transactional.is_some()
                    || consumer.is_some()
                    || written.resend > 0
                    || written.on_restart != OnRestart::Continue,
                resend: written.resend,
                on_restart: written.on_restart,
                flush_every: written.flush_every,
                close_timeout_us: written.close_timeout.map(Duration::as_us),
                transactional,
                consumer,
            });
        }
    }

    /// The records that actions send, numbered after all others.
    pub(super) fn add_sends(&mut self, script: &Script) {
        let sends = script.actions.iter().filter_map(|action| match &action.what {
            Do::Send(send) => Some(send),
            _ => None,
        });
        for send in sends {
            let Some(Node::Producer(producer)) = self.node(&send.producer) else { continue };
            let topic = self.topics.iter().position(|t| t.name == send.topic).unwrap_or_default();
            self.records.push(RecordPlan {
                producer,
                topic: topic as u16,
                key: send.key.as_deref().map(Arc::from),
                partition: send.partition,
                value_bytes: send.value_bytes,
                at_us: u64::MAX,
                ahead_us: send.timestamp_ahead.as_us(),
                unserializable: send.unserializable,
            });
        }
    }

    /// The records that applications make of those that they read, one of each, numbered after all
    /// others. A group may read what a group before it makes.
    pub(super) fn add_outputs(&mut self, script: &Script) {
        for (index, group) in script.groups.iter().enumerate() {
            let Some(produces) = &group.produces else { continue };
            let named = |topic: u16| &self.topics[usize::from(topic)].name;
            let to = self.topics.iter().position(|t| t.name == produces.topic).unwrap_or_default();
            let sends = self.consumers.iter().find(|c| c.group.index() == index);
            let Some(producer) = sends.and_then(|consumer| consumer.producer) else { continue };
            let (mut outputs, mut plans) = (Vec::new(), Vec::new());
            for (input, plan) in (1..).map(RecordId).zip(&self.records) {
                if !group.topics.contains(named(plan.topic)) {
                    continue;
                }
                outputs.push((input, RecordId((self.records.len() + plans.len() + 1) as u32)));
                plans.push(RecordPlan {
                    producer,
                    topic: to as u16,
                    key: plan.key.clone(),
                    partition: None,
                    value_bytes: produces.value_bytes,
                    at_us: u64::MAX,
                    ahead_us: 0,
                    unserializable: false,
                });
            }
            self.records.append(&mut plans);
            if let Some(produces) = &mut self.groups[index].produces {
                produces.outputs = outputs;
            }
        }
    }

    /// The record that an action sends.
    #[must_use]
    pub fn sent_by(&self, action: u16) -> RecordId {
        let is_send = |action: &&Action| matches!(action.what, Do::Send(_));
        let before = self.actions[..usize::from(action)].iter().filter(is_send).count();
        let timed = self.records.partition_point(|plan| plan.at_us < u64::MAX);
        RecordId((timed + before + 1) as u32)
    }

    /// When the last record is sent that no action sends.
    #[must_use]
    pub fn last_planned_us(&self) -> u64 {
        let planned = self.records.iter().rev().find(|plan| plan.at_us < u64::MAX);
        planned.map_or(0, |plan| plan.at_us)
    }
}
