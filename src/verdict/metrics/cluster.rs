//! The metrics of brokers and of the controller.

use std::sync::Arc;

use super::table::Id;
use super::{Board, Of};
use crate::model::Setup;
use crate::model::error::KafkaError;
use crate::model::ids::{BrokerId, MessageId, Node, PartitionId, TraceId};
use crate::model::trace::{FlushReason, Kind, TraceEvent, Wire};

/// What is known of brokers and partitions.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    setup: Arc<Setup>,
    partitions: Vec<Partition>,
    brokers: Vec<Broker>,
    /// Requests of leaders for another ISR that are on their way.
    asked: Vec<MessageId>,
    /// The last one that arrived, as the cause of what the controller changed.
    arrived: Option<TraceId>,
}

#[derive(Clone, Debug)]
struct Partition {
    exists: bool,
    leader: Option<BrokerId>,
    isr: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Broker {
    /// Its process is gone.
    down: bool,
    paused: bool,
    fenced: bool,
    failed_directories: i64,
}

impl Cluster {
    pub(super) fn new(setup: &Arc<Setup>) -> Self {
        let partition = |id: u16| {
            let replicas = &setup.partition(PartitionId(id)).replicas;
            Partition {
                exists: setup.is_initial(PartitionId(id)),
                leader: replicas.first().copied(),
                isr: replicas.len(),
            }
        };
        Self {
            partitions: (0..setup.partitions.len() as u16).map(partition).collect(),
            brokers: vec![Broker::default(); usize::from(setup.brokers)],
            asked: Vec::new(),
            arrived: None,
            setup: setup.clone(),
        }
    }

    pub(super) fn observe(&mut self, event: &TraceEvent, board: &mut Board) {
        self.count(event, board);
        if self.change(&event.kind) {
            self.report(board);
        }
    }

    /// Whether the event changes a number that goes up and down.
    fn change(&mut self, kind: &Kind) -> bool {
        match kind {
            Kind::BrokerCrashed { broker } | Kind::PowerCut { broker } => {
                self.broker(*broker).down = true;
            }
            // With its last heartbeat the controller fences it.
            Kind::BrokerStopped { broker } => {
                let broker = self.broker(*broker);
                (broker.down, broker.fenced) = (true, true);
            }
            Kind::BrokerRestarted { broker, .. } => {
                let fenced = self.broker(*broker).fenced;
                *self.broker(*broker) = Broker { fenced, ..Broker::default() };
            }
            Kind::Paused { node: Node::Broker(broker) } => self.broker(*broker).paused = true,
            Kind::Resumed { node: Node::Broker(broker) } => self.broker(*broker).paused = false,
            // A new incarnation is fenced until it has caught up with the metadata.
            Kind::BrokerFenced { broker } | Kind::BrokerRegistered { broker, .. } => {
                self.broker(*broker).fenced = true;
            }
            Kind::BrokerUnfenced { broker } => self.broker(*broker).fenced = false,
            Kind::DirectoryFailed { broker, .. } => self.broker(*broker).failed_directories += 1,
            Kind::PartitionAdded { partition, leader } => {
                let replicas = self.setup.partition(*partition).replicas.len();
                let state = &mut self.partitions[partition.index()];
                *state = Partition { exists: true, leader: Some(*leader), isr: replicas };
            }
            Kind::LeaderElected { partition, leader, .. } => {
                self.partitions[partition.index()].leader = Some(*leader);
            }
            Kind::PartitionOffline { partition, .. } => {
                self.partitions[partition.index()].leader = None;
            }
            Kind::IsrShrunk { partition, isr } | Kind::IsrExpanded { partition, isr } => {
                self.partitions[partition.index()].isr = isr.len();
            }
            _ => return false,
        }
        true
    }

    fn broker(&mut self, broker: BrokerId) -> &mut Broker {
        &mut self.brokers[broker.index()]
    }

    /// Counts what the event is one of.
    fn count(&mut self, event: &TraceEvent, board: &mut Board) {
        let cluster = Of::Cluster;
        match &event.kind {
            Kind::MessageSent { message, what, .. } => self.sent(*message, what, board),
            Kind::MessageArrived { message, .. } => {
                if let Some(place) = self.asked.iter().position(|asked| asked == message) {
                    self.asked.remove(place);
                    self.arrived = Some(event.id);
                }
            }
            Kind::IsrShrunk { .. } if self.is_asked_for(event) => {
                board.add(Id::IsrShrinks, cluster, 1);
            }
            Kind::IsrExpanded { .. } if self.is_asked_for(event) => {
                board.add(Id::IsrExpands, cluster, 1);
            }
            Kind::LeaderElected { unclean, .. } => {
                board.add(Id::Elections, cluster, 1);
                board.add(Id::UncleanElections, cluster, i64::from(*unclean));
            }
            Kind::Appended { entry, .. } => {
                board.add(Id::MessagesIn, cluster, entry.records().count() as i64);
            }
            Kind::AppendRefused { error, .. } if is_unexpected(*error) => {
                board.add(Id::FailedProduce, cluster, 1);
            }
            Kind::Flushed { reason: FlushReason::FlushMessages | FlushReason::FlushMs, .. } => {
                board.add(Id::Flushes, cluster, 1);
            }
            Kind::OffsetsExpired { .. } => board.add(Id::Expirations, cluster, 1),
            _ => {}
        }
    }

    fn sent(&mut self, message: MessageId, what: &Wire, board: &mut Board) {
        let (request, error) = match what {
            Wire::AlterPartitionRequest { .. } => {
                self.asked.push(message);
                return;
            }
            Wire::ProduceResponse { error: Some(error), .. } => ("Produce", *error),
            Wire::OffsetCommitResponse { error: Some(error) } => ("OffsetCommit", *error),
            Wire::GroupResponse { api, error: Some(error) } => (*api, *error),
            _ => return,
        };
        board.add(Id::Errors, Of::Error(request, error), 1);
    }

    /// Whether a leader has asked for this change of an ISR.
    fn is_asked_for(&self, event: &TraceEvent) -> bool {
        event.cause.is_some() && event.cause == self.arrived
    }

    /// The numbers that go up and down, as they are now.
    pub(super) fn report(&self, board: &mut Board) {
        let existing = || (0..).map(PartitionId).zip(&self.partitions).filter(|(_, p)| p.exists);
        let reports = |p: &Partition| {
            p.leader.is_some_and(|leader| {
                let Broker { down, paused, .. } = self.brokers[leader.index()];
                !down && !paused
            })
        };
        let of = |id| self.setup.partition(id);
        let count = |is_so: &dyn Fn(PartitionId, &Partition) -> bool| {
            existing().filter(|(id, partition)| is_so(*id, partition)).count() as i64
        };
        let mut set = |id, value| board.set(id, Of::Cluster, value);
        set(Id::OfflinePartitions, count(&|_, p| p.leader.is_none()));
        set(Id::Imbalance, count(&|id, p| p.leader != of(id).replicas.first().copied()));
        set(Id::UnderReplicated, count(&|id, p| reports(p) && p.isr < of(id).replicas.len()));
        let least = |id| of(id).effective_min_isr();
        set(Id::UnderMinIsr, count(&|id, p| reports(p) && p.isr < least(id)));
        set(Id::AtMinIsr, count(&|id, p| reports(p) && p.isr == least(id)));
        let fenced = self.brokers.iter().filter(|broker| broker.fenced).count() as i64;
        set(Id::FencedBrokers, fenced);
        set(Id::ActiveBrokers, self.brokers.len() as i64 - fenced);
        let directories = self.brokers.iter().map(|broker| broker.failed_directories).sum();
        set(Id::OfflineDirectories, directories);
        for (id, broker) in (0..).map(BrokerId).zip(&self.brokers) {
            let led = count(&|_, p| p.leader == Some(id) && !broker.down);
            board.set(Id::Leaders, Of::Node(Node::Broker(id)), led);
        }
    }
}

/// Whether a refusal counts as failed: those that tell a client what it has to do do not
/// (`ReplicaManager.appendToLocalLog`).
fn is_unexpected(error: KafkaError) -> bool {
    !matches!(
        error,
        KafkaError::NotLeaderOrFollower
            | KafkaError::FencedLeaderEpoch
            | KafkaError::UnknownLeaderEpoch
            | KafkaError::MessageTooLarge
            | KafkaError::RecordListTooLarge
            | KafkaError::KafkaStorage
    )
}
