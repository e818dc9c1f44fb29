//! Fetch requests of followers and consumers, and the wait for data
//! (`ReplicaManager.fetchMessages`, `Partition.fetchRecords`, `DelayedFetch`).

use super::replica::Replica;
use super::{Broker, DelayedFetch};
use crate::model::cx::Cx;
use crate::model::error::KafkaError;
use crate::model::event::BrokerTimer;
use crate::model::ids::{ConnectionId, PartitionId, RequestId};
use crate::model::message::{
    EpochQuestion, FetchPartition, FetchRequest, FetchResult, ListedOffset, OffsetSpec, Response,
};

/// Where a fetcher's log departs from the leader's: the largest epoch that both may know, and its
/// end there.
type Diverging = Option<(u32, u64)>;

impl Broker {
    /// Reads first, then takes in what the fetch says of the follower: so a response carries the
    /// high watermark from before this fetch, and a follower learns of an advance one fetch later.
    ///
    /// A fetch that has to wait does so before it is taken in: the high watermark may let a request
    /// go on whose records are what it waits for (`DelayedOperationPurgatory.tryCompleteElseWatch`
    /// looks once more).
    pub(super) fn fetch(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        request: RequestId,
        fetch: FetchRequest,
    ) {
        let results = self.read_all(&fetch);
        let waits = fetch.max_wait_us > 0 && !is_enough(&fetch, &results);
        if waits {
            cx.ambient(fetch.max_wait_us, self.timer(BrokerTimer::FetchTimeout(request)));
            self.fetches.push(DelayedFetch { request, connection, fetch: fetch.clone() });
        }
        if let Some((follower, broker_epoch)) = fetch.replica {
            for (wanted, result) in fetch.partitions.iter().zip(&results) {
                if result.error.is_none() && result.diverging.is_none() {
                    self.follower_fetched(
                        cx,
                        wanted.partition,
                        follower,
                        broker_epoch,
                        wanted.offset,
                    );
                }
            }
        }
        if !waits {
            self.answer_fetch(cx, connection, request, results, 0);
        }
    }

    /// Something changed at a partition (or anywhere): fetches that have waited for it are
    /// answered. Data is there when its append is over.
    pub(super) fn complete_fetches(
        &mut self,
        cx: &mut Cx<'_>,
        partition: Option<PartitionId>,
        delay_us: u64,
    ) {
        if self.fetches.is_empty() {
            return;
        }
        let before = cx.cause;
        for delayed in std::mem::take(&mut self.fetches) {
            let DelayedFetch { fetch, .. } = &delayed;
            let wanted = &fetch.partitions;
            let concerned = partition.is_none_or(|p| wanted.iter().any(|w| w.partition == p))
                && wanted.iter().any(|wanted| self.has_news(wanted, fetch));
            let results = if concerned { self.read_all(fetch) } else { Vec::new() };
            if concerned && is_enough(fetch, &results) {
                self.answer_fetch(cx, delayed.connection, delayed.request, results, delay_us);
                cx.cause = before;
            } else {
                self.fetches.push(delayed);
            }
        }
    }

    pub(super) fn fetch_timeout(&mut self, cx: &mut Cx<'_>, request: RequestId) {
        let Some(place) = self.fetches.iter().position(|d| d.request == request) else { return };
        let delayed = self.fetches.remove(place);
        let results = self.read_all(&delayed.fetch);
        self.answer_fetch(cx, delayed.connection, request, results, 0);
    }

    fn answer_fetch(
        &mut self,
        cx: &mut Cx<'_>,
        connection: ConnectionId,
        request: RequestId,
        results: Vec<FetchResult>,
        delay_us: u64,
    ) {
        let idle = results.iter().all(|r| r.batches.is_empty() && r.diverging.is_none());
        self.respond(cx, connection, request, Some(Response::Fetch(results)), delay_us, idle);
    }

    fn read_all(&self, fetch: &FetchRequest) -> Vec<FetchResult> {
        let mut bytes_left = fetch.max_bytes;
        let of = |wanted: &FetchPartition| {
            let mut result = FetchResult {
                partition: wanted.partition,
                error: None,
                diverging: None,
                high_watermark: 0,
                log_start: 0,
                batches: Vec::new(),
                aborted: Vec::new(),
            };
            match self.read(wanted, fetch, bytes_left, &mut result) {
                Ok(bytes) => bytes_left = bytes_left.saturating_sub(bytes),
                Err(error) => result.error = Some(error),
            }
            result
        };
        fetch.partitions.iter().map(of).collect()
    }

    /// `Partition.readRecords`: the leader's epoch, the divergence check, the read.
    fn read(
        &self,
        wanted: &FetchPartition,
        fetch: &FetchRequest,
        max_bytes: u32,
        result: &mut FetchResult,
    ) -> Result<u32, KafkaError> {
        let (replica, diverging) = self.replica_to_read(wanted)?;
        result.high_watermark = replica.high_watermark;
        result.log_start = replica.log.start_offset();
        result.diverging = diverging;
        if diverging.is_some() {
            return Ok(0);
        }
        if !(replica.log.start_offset()..=replica.log.end_offset()).contains(&wanted.offset) {
            return Err(KafkaError::OffsetOutOfRange);
        }
        result.batches = replica.log.read(wanted.offset, limit(replica, fetch), max_bytes);
        if let Some(last) = result.batches.last().filter(|_| fetch.read_committed) {
            result.aborted = replica.producers.aborted(wanted.offset, last.end_offset());
        }
        Ok(result.batches.iter().map(|batch| batch.bytes()).sum())
    }

    /// Whether a partition may have something to say to a fetch that waits.
    fn has_news(&self, wanted: &FetchPartition, fetch: &FetchRequest) -> bool {
        match self.replica_to_read(wanted) {
            Ok((replica, None)) => {
                wanted.offset < limit(replica, fetch) || wanted.offset > replica.log.end_offset()
            }
            _ => true,
        }
    }

    /// The replica of a partition that this broker leads, if the fetcher knows that leader, and
    /// where the fetcher's log departs from it.
    fn replica_to_read(
        &self,
        wanted: &FetchPartition,
    ) -> Result<(&Replica, Diverging), KafkaError> {
        let replica = self.replica(wanted.partition).ok_or(KafkaError::NotLeaderOrFollower)?;
        replica.led()?;
        replica.check_leader_epoch(wanted.leader_epoch)?;
        let departs = |epoch| diverging(replica, epoch, wanted.offset);
        Ok((replica, wanted.last_epoch.and_then(departs)))
    }

    /// `ListOffsets`. A new leader that does not know its high watermark yet cannot say what is
    /// latest.
    pub(super) fn list_offsets(
        &self,
        partitions: &[PartitionId],
        spec: OffsetSpec,
        read_committed: bool,
    ) -> Response {
        let of = |partition: PartitionId| {
            let replica = self.replica(partition).ok_or(KafkaError::NotLeaderOrFollower)?;
            let leader = replica.led()?;
            let known = replica.high_watermark >= leader.epoch_start_offset;
            let end = match read_committed {
                true => replica.last_stable_offset(),
                false => replica.high_watermark,
            };
            let log = &replica.log;
            let latest = ListedOffset { offset: end, epoch: Some(replica.leader_epoch) };
            match spec {
                OffsetSpec::Earliest => {
                    let epoch = log.epochs().first().map(|(epoch, _)| *epoch);
                    Ok(ListedOffset { offset: log.start_offset(), epoch })
                }
                _ if !known => Err(KafkaError::OffsetNotAvailable),
                OffsetSpec::Latest => Ok(latest),
                OffsetSpec::Since(time_us) => {
                    let mut readable = log.batches().iter().filter(|b| b.end_offset() <= end);
                    let first = readable.find(|batch| batch.appended_us >= time_us);
                    Ok(first.map_or(latest, |batch| ListedOffset {
                        offset: batch.base_offset,
                        epoch: Some(batch.leader_epoch),
                    }))
                }
            }
        };
        Response::ListOffsets(partitions.iter().map(|p| (*p, of(*p))).collect())
    }

    /// Where epochs end in the logs of partitions that this broker leads
    /// (`Partition.lastOffsetForLeaderEpoch`).
    pub(super) fn offsets_for_leader_epoch(&self, questions: &[EpochQuestion]) -> Response {
        let of = |asked: &EpochQuestion| {
            let replica = self.replica(asked.partition).ok_or(KafkaError::NotLeaderOrFollower)?;
            replica.led()?;
            replica.check_leader_epoch(Some(asked.leader_epoch))?;
            Ok(replica.log.end_offset_for(asked.epoch))
        };
        Response::OffsetsForLeaderEpoch(questions.iter().map(|q| (q.partition, of(q))).collect())
    }
}

/// Where a fetch stops reading (`FetchIsolation`): followers read everything.
fn limit(replica: &Replica, fetch: &FetchRequest) -> u64 {
    match fetch.replica {
        Some(_) => replica.log.end_offset(),
        None if fetch.read_committed => replica.last_stable_offset(),
        None => replica.high_watermark,
    }
}

/// Whether a fetch can be answered: enough data, or something to say.
fn is_enough(fetch: &FetchRequest, results: &[FetchResult]) -> bool {
    let bytes: u32 = results.iter().flat_map(|r| &r.batches).map(|batch| batch.bytes()).sum();
    let news = results.iter().any(|r| r.error.is_some() || r.diverging.is_some());
    news || fetch.partitions.is_empty() || bytes >= fetch.min_bytes.max(1)
}

/// Where a follower whose last batch has that epoch departs from the leader's log (KIP-595).
fn diverging(replica: &Replica, last_epoch: u32, offset: u64) -> Diverging {
    match replica.log.end_offset_for(last_epoch) {
        Some((epoch, end_offset)) => {
            (epoch < last_epoch || end_offset < offset).then_some((epoch, end_offset))
        }
        // The leader knows no epoch at all: its log is empty.
        None => Some((0, 0)),
    }
}
