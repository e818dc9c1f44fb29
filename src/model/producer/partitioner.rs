//! Which partition a record goes to: the one that it names, the hash of its key, or the sticky one.

use litemap::LiteMap;

use super::accumulator::Accumulator;
use super::metadata::ClientMetadata;
use crate::model::cx::Cx;
use crate::model::ids::{BrokerId, Node, PartitionId};
use crate::model::luck::{Purpose, below};
use crate::model::record::{RecordPlan, record_bytes};
use crate::model::setup::Setup;
use crate::script::config::{Partitioner, ProducerConfig};

/// The state of the built-in partitioner (`BuiltInPartitioner`), per topic.
#[derive(Clone, Debug, Default)]
pub struct Sticky {
    topics: LiteMap<u16, StickyTopic>,
    /// Per broker when it last had something to send, and when it last could be sent to
    /// (`NodeLatencyStats`).
    latency: LiteMap<BrokerId, (u64, u64)>,
}

#[derive(Clone, Debug, Default)]
struct StickyTopic {
    current: Option<u16>,
    produced_bytes: u32,
    switches: u64,
    /// Running sums of the weights of its partitions, if they differ (`PartitionLoadStats`).
    loads: Vec<(u16, u64)>,
}

/// What a choice depends on besides the record.
pub struct Choice<'a> {
    /// Who chooses.
    pub me: Node,
    /// Its settings.
    pub config: &'a ProducerConfig,
    /// What it knows of leaders.
    pub metadata: &'a ClientMetadata,
    /// What waits to be sent.
    pub accumulator: &'a Accumulator,
}

impl Sticky {
    /// The partition of a record (`KafkaProducer.partition`).
    pub fn partition(
        &mut self,
        cx: &Cx<'_>,
        choice: &Choice<'_>,
        plan: &RecordPlan,
    ) -> PartitionId {
        let setup = cx.setup();
        let partitions = choice.metadata.known(setup, plan.topic);
        let number = match (plan.partition, &plan.key) {
            (Some(partition), _) => partition,
            (None, Some(key)) if !choice.config.partitioner_ignore_keys => {
                partition_for_key(key, partitions.len() as u32) as u16
            }
            _ => self.sticky(cx, choice, plan, partitions),
        };
        partitions[usize::from(number)]
    }

    fn sticky(
        &mut self,
        cx: &Cx<'_>,
        choice: &Choice<'_>,
        plan: &RecordPlan,
        partitions: &[PartitionId],
    ) -> u16 {
        let state = self.topics.entry(plan.topic).or_default();
        let fits = |current: u16| {
            choice.accumulator.has_room(partitions[usize::from(current)], record_bytes(plan))
        };
        match (choice.config.partitioner, state.current) {
            (Partitioner::StickyBytes, Some(current)) => current,
            // A new batch would have to be made: another partition is taken (`onNewBatch`).
            (Partitioner::StickyBatch, Some(current)) if fits(current) => current,
            _ => state.switch(cx, choice, plan.topic, partitions),
        }
    }

    /// A record without a key was appended (`BuiltInPartitioner.updatePartitionInfo`). A switch
    /// waits for a batch that is ready, but not for longer than twice `batch.size`.
    pub fn appended(
        &mut self,
        cx: &Cx<'_>,
        choice: &Choice<'_>,
        plan: &RecordPlan,
        batch_full: bool,
    ) {
        let setup = cx.setup();
        let Some(state) = self.topics.get_mut(&plan.topic) else { return };
        state.produced_bytes = state.produced_bytes.saturating_add(record_bytes(plan));
        let size = choice.config.batch_size.max(1);
        let enough = state.produced_bytes >= size && batch_full;
        if choice.config.partitioner == Partitioner::StickyBytes
            && (enough || state.produced_bytes >= size.saturating_mul(2))
        {
            let partitions = choice.metadata.known(setup, plan.topic);
            state.switch(cx, choice, plan.topic, partitions);
        }
    }

    /// The sender looked at a broker that has something to send: could it be sent to
    /// (`RecordAccumulator.updateNodeLatencyStats`)?
    pub fn looked_at(&mut self, node: BrokerId, now_us: u64, can_drain: bool) {
        let (ready_us, drained_us) = self.latency.entry(node).or_insert_with(|| (now_us, now_us));
        *ready_us = now_us;
        if can_drain {
            *drained_us = now_us;
        }
    }

    /// The sender's view of how much waits per partition becomes the weights of the next choices
    /// (`RecordAccumulator.partitionReady`, `BuiltInPartitioner.updatePartitionLoadStats`): the
    /// longer the queue, the rarer. Only once each partition has had a batch.
    pub fn weigh(&mut self, setup: &Setup, choice: &Choice<'_>) {
        let limit_us = choice.config.partitioner_availability_timeout_us;
        let slow = |leader: BrokerId| {
            let stats = self.latency.get(&leader);
            limit_us > 0 && stats.is_some_and(|(ready, drained)| ready - drained > limit_us)
        };
        for (topic, state) in &mut self.topics {
            let partitions = choice.metadata.known(setup, *topic);
            state.loads.clear();
            if partitions.len() < 2 || !partitions.iter().all(|p| choice.accumulator.is_used(*p)) {
                continue;
            }
            let queue = |p: &PartitionId| choice.accumulator.deques[p.index()].len() as u64;
            let led = (0..)
                .zip(partitions)
                .filter(|(_, p)| choice.metadata.leader(**p).is_some_and(|leader| !slow(leader)));
            state.loads = led.map(|(number, p)| (number, queue(p))).collect();
            state.invert(partitions.len());
        }
    }
}

impl StickyTopic {
    /// Takes another partition (`BuiltInPartitioner.nextPartition`,
    /// `StickyPartitionCache.nextPartition`): among those with a leader, if there are any.
    fn switch(
        &mut self,
        cx: &Cx<'_>,
        choice: &Choice<'_>,
        topic: u16,
        partitions: &[PartitionId],
    ) -> u16 {
        let numbered = || (0..partitions.len() as u16).zip(partitions);
        let with_leader = numbered().filter(|(_, p)| choice.metadata.leader(**p).is_some());
        let mut among: Vec<u16> = with_leader.map(|(number, _)| number).collect();
        if among.is_empty() {
            among = numbered().map(|(number, _)| number).collect();
        }
        if choice.config.partitioner == Partitioner::StickyBatch && among.len() > 1 {
            among.retain(|number| Some(*number) != self.current);
        }
        let thing = choice.me.code() << 16 | u64::from(topic);
        let number = self.switches;
        let draw = |sides| below(cx.draw(thing, Purpose::StickyPartition, number), sides);
        let next = match (choice.config.partitioner, self.loads.last()) {
            (Partitioner::RoundRobin, _) => among[self.switches as usize % among.len()],
            (Partitioner::StickyBytes, Some((_, sum))) => {
                let drawn = draw(*sum);
                let heavier = |load: &&(u16, u64)| load.1 > drawn;
                self.loads.iter().find(heavier).map_or(0, |(number, _)| *number)
            }
            _ => among[draw(among.len() as u64) as usize],
        };
        self.switches += 1;
        self.current = Some(next);
        self.produced_bytes = 0;
        next
    }

    /// From the lengths of queues to running sums of weights; nothing where all are alike.
    fn invert(&mut self, partitions: usize) {
        let longest = self.loads.iter().map(|(_, queue)| *queue).max().unwrap_or_default();
        let alike = self.loads.iter().all(|(_, queue)| *queue == longest);
        if alike && self.loads.len() == partitions {
            self.loads.clear();
        }
        let mut sum = 0;
        for (_, queue) in &mut self.loads {
            sum += longest + 1 - *queue;
            *queue = sum;
        }
    }
}

/// `BuiltInPartitioner.partitionForKey`: the hash without its sign bit, over all partitions.
#[must_use]
pub fn partition_for_key(key: &str, partitions: u32) -> u32 {
    (murmur2(key.as_bytes()) & 0x7fff_ffff) % partitions
}

/// Kafka's murmur2 (`Utils.murmur2`), with its own seed.
#[must_use]
pub fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ data.len() as u32;
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k = (k ^ (k >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    if !rest.is_empty() {
        for (place, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_the_queue_the_smaller_the_weight() {
        // The example in a comment of BuiltInPartitioner: queues 0 3 1 become 4 5 8.
        let loads = |queues: &[u64], partitions: usize| {
            let loads = (0..).zip(queues.iter().copied()).collect();
            let mut state = StickyTopic { loads, ..StickyTopic::default() };
            state.invert(partitions);
            state.loads.iter().map(|(_, sum)| *sum).collect::<Vec<u64>>()
        };
        assert_eq!(loads(&[0, 3, 1], 3), [4, 5, 8]);
        assert_eq!(loads(&[2, 2, 2], 3), [] as [u64; 0], "alike: uniform");
        assert_eq!(loads(&[2, 2], 3), [1, 2], "one is left out: weighted");
    }

    #[test]
    fn murmur2_agrees_with_the_values_of_kafkas_own_test() {
        // org.apache.kafka.common.utils.UtilsTest.testMurmur2
        let cases: [(&str, i32); 6] = [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ];
        for (text, hash) in cases {
            assert_eq!(murmur2(text.as_bytes()) as i32, hash, "{text}");
        }
    }
}
