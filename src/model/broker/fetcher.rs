//! The follower's side: one fetch after another from each leader, append, truncate
//! (`AbstractFetcherThread`, `ReplicaFetcherThread`).

use litemap::LiteMap;

use super::Broker;
use super::replica::Role;
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::BrokerTimer;
use crate::model::ids::{BrokerId, Node, PartitionId, RequestId};
use crate::model::message::{FetchPartition, FetchRequest, FetchResult, Request};
use crate::model::trace::{Kind, TruncateReason};

/// The thread that fetches from one leader.
#[derive(Clone, Debug, Default)]
pub struct Fetcher {
    request: Option<RequestId>,
    /// What the last fetch told the leader of each partition: its news is what is beyond that.
    told: LiteMap<PartitionId, u64>,
    /// Partitions that wait after an error.
    delayed_until_us: LiteMap<PartitionId, u64>,
}

impl Broker {
    /// When the run begins the leaders know that the logs are empty: to say so is no news.
    pub(super) fn fetchers_begin(&mut self) {
        for replica in self.replicas.iter().flatten() {
            if let Role::Follower(Some(leader)) = replica.role {
                self.fetchers.entry(leader).or_default().told.insert(replica.partition, 0);
            }
        }
    }

    /// One pass of the thread: a fetch for all partitions that this broker follows there.
    pub(super) fn fetch_from(&mut self, cx: &mut Cx<'_>, leader: BrokerId) {
        let setup = cx.setup();
        let config = self.settings(setup);
        let fetcher = self.fetchers.entry(leader).or_default();
        if fetcher.request.is_some() {
            return;
        }
        let now_us = cx.now_us();
        let mut again_us = None;
        let mut partitions = Vec::new();
        for replica in self.replicas.iter().flatten() {
            if !matches!(replica.role, Role::Follower(Some(l)) if l == leader) {
                continue;
            }
            match fetcher.delayed_until_us.get(&replica.partition) {
                Some(until_us) if *until_us > now_us => {
                    again_us = [again_us, Some(*until_us)].into_iter().flatten().min();
                }
                _ => partitions.push(FetchPartition {
                    partition: replica.partition,
                    offset: replica.log.end_offset(),
                    leader_epoch: Some(replica.leader_epoch),
                    last_epoch: replica.log.last_epoch().filter(|_| setup.rules.truncates_by_epoch),
                }),
            }
        }
        if !partitions.is_empty() {
            if self.leaders.ready(cx, Node::Broker(leader)) {
                let news =
                    partitions.iter().any(|p| fetcher.told.get(&p.partition) != Some(&p.offset));
                fetcher.told.clear();
                for asked in &partitions {
                    fetcher.told.insert(asked.partition, asked.offset);
                }
                let request = Request::Fetch(FetchRequest {
                    replica: Some((self.id, self.broker_epoch)),
                    read_committed: false,
                    partitions,
                    max_wait_us: config.replica_fetch_wait_max_us,
                    min_bytes: config.replica_fetch_min_bytes,
                    max_bytes: config.replica_fetch_max_bytes,
                });
                fetcher.request = self.leaders.send(cx, Node::Broker(leader), request, !news);
                if let Some(request) = fetcher.request {
                    let timeout_us = config.replica_socket_timeout_us;
                    cx.ambient(timeout_us, self.timer(BrokerTimer::RequestTimeout(request)));
                }
                return;
            }
            again_us =
                [again_us, self.leaders.retry_us(Node::Broker(leader))].into_iter().flatten().min();
        }
        if let Some(us) = again_us {
            cx.ambient(us.saturating_sub(now_us), self.timer(BrokerTimer::Fetch(leader)));
        }
    }

    /// The connection to a leader is gone: the thread waits and tries again.
    pub(super) fn fetch_failed(&mut self, cx: &mut Cx<'_>, leader: BrokerId) {
        let fetcher = self.fetchers.entry(leader).or_default();
        fetcher.request = None;
        fetcher.told.clear();
        let backoff_us = self.settings(cx.setup()).replica_fetch_backoff_us;
        cx.ambient(backoff_us, self.timer(BrokerTimer::Fetch(leader)));
    }

    /// A response: append, truncate, take the leader's high watermark, fetch again.
    pub(super) fn fetched(
        &mut self,
        cx: &mut Cx<'_>,
        request: RequestId,
        results: Vec<FetchResult>,
    ) {
        let Some(leader) = self.fetcher_of(request) else { return };
        let arrived = cx.cause;
        let mut cost_us = 0;
        for result in results {
            cx.cause = arrived;
            let partition = result.partition;
            let follows = self
                .replica(partition)
                .is_some_and(|r| matches!(r.role, Role::Follower(Some(l)) if l == leader));
            if !follows {
                continue;
            }
            match (result.error, result.diverging) {
                (Some(KafkaError::OffsetOutOfRange), _)
                    if self
                        .replica(partition)
                        .is_some_and(|r| r.log.end_offset() < result.log_start) =>
                {
                    self.start_anew(cx, partition, result.log_start);
                }
                (Some(KafkaError::OffsetOutOfRange), _) => {
                    self.truncate(cx, partition, result.high_watermark, TruncateReason::OutOfRange);
                }
                (Some(_), _) => {
                    let until_us = cx.now_us() + self.settings(cx.setup()).replica_fetch_backoff_us;
                    self.fetchers
                        .entry(leader)
                        .or_default()
                        .delayed_until_us
                        .insert(partition, until_us);
                }
                (None, Some((epoch, end_offset))) => {
                    self.truncate_to_epoch(cx, partition, epoch, end_offset)
                }
                (None, None) => cost_us += self.append_fetched(cx, &result),
            }
        }
        // The next fetch follows when the append is over; it is due to what was appended.
        cx.ambient(cost_us, self.timer(BrokerTimer::Fetch(leader)));
        cx.cause = arrived;
    }

    fn fetcher_of(&mut self, request: RequestId) -> Option<BrokerId> {
        let (leader, fetcher) =
            self.fetchers.iter_mut().find(|(_, f)| f.request == Some(request))?;
        fetcher.request = None;
        Some(*leader)
    }

    /// Appends what was fetched. Answers with what that costs.
    fn append_fetched(&mut self, cx: &mut Cx<'_>, result: &FetchResult) -> u64 {
        let (broker, partition, now_us) = (self.id, result.partition, cx.now_us());
        let works = self.disks.works(cx.setup().directory(broker, partition));
        if !result.batches.is_empty() && !works {
            self.check_disks(cx);
            return 0;
        }
        self.log_starts_at(cx, partition, result.log_start);
        let Some(replica) = &mut self.replicas[partition.index()] else { return 0 };
        let arrived = cx.cause;
        let mut appended = false;
        for entry in &result.batches {
            if entry.base_offset != replica.log.end_offset() {
                continue;
            }
            replica.log.append(entry.clone(), now_us);
            replica.producers.appended(entry);
            appended = true;
            cx.cause = arrived;
            cx.emit(Kind::Replicated { broker, partition, entry: entry.clone() });
        }
        replica.high_watermark =
            result.high_watermark.min(replica.log.end_offset()).max(replica.high_watermark);
        if !appended {
            return 0;
        }
        self.disks.append_us + self.flush_if_due(cx, partition)
    }

    /// Before leader epochs a new follower knew of nothing but its high watermark: it cut its log
    /// there, and lost what it might have needed (until KIP-101; `ReplicaManager.makeFollowers`).
    pub(super) fn truncate_new_follower(&mut self, cx: &mut Cx<'_>, partition: PartitionId) {
        let Some(replica) = self.replica(partition) else { return };
        if !cx.setup().rules.truncates_by_epoch {
            let to = replica.high_watermark;
            self.truncate(cx, partition, to, TruncateReason::HighWatermark);
        }
    }

    /// Cuts the log where it departs from the leader's: at the end of the largest epoch that both
    /// know (KIP-101, KIP-279). May take several rounds.
    fn truncate_to_epoch(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        epoch: u32,
        leader_end: u64,
    ) {
        let Some(replica) = self.replica(partition) else { return };
        let own_end = replica.log.end_offset_for(epoch).map_or(0, |(_, end)| end);
        self.truncate(cx, partition, leader_end.min(own_end), TruncateReason::DivergingEpoch);
    }

    fn truncate(
        &mut self,
        cx: &mut Cx<'_>,
        partition: PartitionId,
        to: u64,
        reason: TruncateReason,
    ) {
        let broker = self.id;
        let Some(replica) = &mut self.replicas[partition.index()] else { return };
        let removed = replica.truncate(to);
        if removed.is_empty() {
            return;
        }
        let end = replica.log.end_offset();
        cx.emit(Kind::Truncated { broker, partition, to: end, removed, reason });
    }
}
