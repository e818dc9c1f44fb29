//! Which partition a record goes to: the one that it names, the hash of its key, or the sticky one.

use litemap::LiteMap;

use crate::model::cx::Cx;
use crate::model::ids::{Node, PartitionId};
use crate::model::luck::{Purpose, below};
use crate::model::record::RecordPlan;
use crate::script::config::{Partitioner, ProducerConfig};

/// The state of the built-in partitioner (`BuiltInPartitioner`), per topic.
#[derive(Clone, Debug, Default)]
pub struct Sticky {
    topics: LiteMap<u16, StickyTopic>,
}

#[derive(Clone, Copy, Debug, Default)]
struct StickyTopic {
    current: Option<u16>,
    produced_bytes: u32,
    switches: u64,
}

impl Sticky {
    /// The partition of a record (`KafkaProducer.partition`).
    pub fn partition(
        &mut self,
        cx: &Cx<'_>,
        me: Node,
        config: &ProducerConfig,
        plan: &RecordPlan,
    ) -> PartitionId {
        let setup = cx.setup();
        let partitions = &setup.topics[usize::from(plan.topic)].partitions;
        let count = partitions.len() as u64;
        let number = match (plan.partition, &plan.key) {
            (Some(partition), _) => u64::from(partition),
            (None, Some(key)) if !config.partitioner_ignore_keys => {
                u64::from(partition_for_key(key, count as u32))
            }
            _ => self.sticky(cx, me, config, plan.topic, count),
        };
        partitions[number as usize]
    }

    fn sticky(
        &mut self,
        cx: &Cx<'_>,
        me: Node,
        config: &ProducerConfig,
        topic: u16,
        count: u64,
    ) -> u64 {
        let state = self.topics.entry(topic).or_default();
        if let Some(current) = state.current {
            return u64::from(current);
        }
        let thing = me.code() << 16 | u64::from(topic);
        let next = match config.partitioner {
            Partitioner::RoundRobin => state.switches % count,
            _ => below(cx.draw(thing, Purpose::StickyPartition, state.switches), count),
        };
        *state = StickyTopic {
            current: Some(next as u16),
            produced_bytes: 0,
            switches: state.switches + 1,
        };
        next
    }

    /// A record without a key was appended (`BuiltInPartitioner.updatePartitionInfo`).
    pub fn appended(
        &mut self,
        config: &ProducerConfig,
        topic: u16,
        bytes: u32,
        new_batch: bool,
        batch_full: bool,
    ) {
        let Some(state) = self.topics.get_mut(&topic) else { return };
        state.produced_bytes = state.produced_bytes.saturating_add(bytes);
        let enough = state.produced_bytes >= config.batch_size;
        let switch = match config.partitioner {
            Partitioner::RoundRobin => true,
            Partitioner::StickyBatch => new_batch && enough,
            // Not in the middle of a batch that could still grow, unless it gets out of hand.
            Partitioner::StickyBytes => {
                (enough && batch_full)
                    || state.produced_bytes >= config.batch_size.saturating_mul(2)
            }
        };
        if switch {
            state.current = None;
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
