//! What happens to the brokers that hold a record, and who leads its partition.

use super::text::ms;
use super::{Life, What, names};
use crate::model::ids::{BrokerId, Node, PartitionId};
use crate::model::trace::{Kind, TraceEvent};

impl Life<'_> {
    pub(super) fn in_cluster(&mut self, event: &TraceEvent) {
        match &event.kind {
            Kind::BrokerCrashed { broker } => self.holder(event, *broker, What::CrashedAlone),
            Kind::PowerCut { broker } => self.holder(event, *broker, What::PoweredOff),
            Kind::BrokerStopped { broker } => self.holder(event, *broker, What::Stopped),
            Kind::BrokerRestarted { broker, .. } => self.holder(event, *broker, What::Restarted),
            Kind::Paused { node: Node::Broker(broker) } if self.leader() == Some(*broker) => {
                self.holder(event, *broker, What::Paused);
            }
            Kind::BrokerFenced { broker } => self.holder(event, *broker, What::Fenced),
            Kind::IsrShrunk { partition, isr } => {
                self.isr[partition.index()].clone_from(isr);
                // Once it is committed, who is in sync is no news for it.
                if self.is_mine(*partition) && self.committed.is_empty() && !self.copies.is_empty()
                {
                    let values = [
                        ("partition", &*self.partition_name()),
                        ("n", &*isr.len().to_string()),
                        ("brokers", &*names(isr)),
                    ];
                    self.say(event, Node::Controller, What::IsrShrunk, &values);
                }
            }
            Kind::IsrExpanded { partition, isr } => self.isr[partition.index()].clone_from(isr),
            Kind::LeaderElected { partition, leader, leader_epoch, unclean } => {
                self.leaders[partition.index()] = Some(*leader);
                if self.is_mine(*partition) {
                    self.elected(event, *leader, *leader_epoch, *unclean);
                }
            }
            Kind::PartitionOffline { partition, leader_epoch } => {
                self.leaders[partition.index()] = None;
                if self.is_mine(*partition) && self.is_open() {
                    let (name, epoch) = (self.partition_name(), leader_epoch.to_string());
                    let values = [("partition", &*name), ("epoch", &*epoch)];
                    self.say(event, Node::Controller, What::Offline, &values);
                }
            }
            _ => {}
        }
    }

    /// Whether the cluster can still change its fate: not once every group has processed it.
    fn is_open(&self) -> bool {
        let Some(partition) = self.partition else { return false };
        let mut groups = self.setup.groups.iter().enumerate();
        let reads = |topics: &[Vec<PartitionId>]| topics.iter().flatten().any(|p| *p == partition);
        let all = groups.clone().any(|(_, group)| reads(&group.topics))
            && groups.all(|(place, group)| {
                !reads(&group.topics) || self.processed.iter().any(|done| done.index() == place)
            });
        !all && !self.copies.is_empty()
    }

    /// Something happens to a broker that holds it.
    fn holder(&mut self, event: &TraceEvent, broker: BrokerId, what: What) {
        let Some((offset, _)) = self.copy_on(broker).filter(|_| self.is_open()) else { return };
        let mut others: Vec<BrokerId> = self.copies.iter().map(|copy| copy.0).collect();
        others.retain(|other| *other != broker);
        others.sort_unstable();
        others.dedup();
        let what = match what {
            What::CrashedAlone if !others.is_empty() => What::CrashedOneOf,
            what => what,
        };
        let limit = ms(self.setup.broker.broker_session_timeout_us);
        let place = if what == What::Fenced { Node::Controller } else { Node::Broker(broker) };
        let values = [
            ("broker", &*broker.to_string()),
            ("others", &*names(&others)),
            ("offset", &*offset.to_string()),
            ("limit", &*limit),
        ];
        self.say(event, place, what, &values);
    }

    fn elected(&mut self, event: &TraceEvent, leader: BrokerId, epoch: u32, unclean: bool) {
        self.known.clear();
        if !self.is_open() {
            return;
        }
        let what = match self.copy_on(leader) {
            Some(_) => What::ElectedWith,
            None if unclean => What::ElectedUncleanly,
            None => What::ElectedWithout,
        };
        let values = [("broker", &*leader.to_string()), ("epoch", &*epoch.to_string())];
        self.say(event, Node::Controller, what, &values);
    }
}
