//! Changes of the settings of brokers and topics.

use super::super::trouble::Trouble::{
    Ghost, LostInApplication, LostInPageCache, LostOnTheWay, LostWithDisk, LostWithLeader,
    NeverRead, ProcessedTwice, Refused, Skipped, Waiting,
};
use super::{Change, set, setting};
use crate::script::config::TopicConfig;
use crate::script::resolve::Resolved;
use crate::script::{Properties, Script, Topic};

/// So many replicas keep what the usual recommendation says.
const REPLICAS: u16 = 3;

pub(super) const CHANGES: &[Change] = &[
    setting(
        "min.insync.replicas=2",
        "With acks=all a leader that is alone refuses to write what nobody else would have.",
        &[LostWithLeader, LostInPageCache, LostWithDisk],
        |script, resolved| {
            topics(script, resolved, |config, known| {
                if known.min_insync_replicas < 2 {
                    set(config, &[("min.insync.replicas", "2")]);
                }
            });
        },
    ),
    setting(
        "unclean.leader.election.enable=false",
        "A partition waits for a replica that was in sync and does not go on without its records.",
        &[LostWithLeader, LostWithDisk, NeverRead, Skipped, ProcessedTwice],
        |script, resolved| {
            topics(script, resolved, |config, known| {
                if known.unclean_leader_election_enable {
                    set(config, &[("unclean.leader.election.enable", "false")]);
                }
            });
        },
    ),
    setting(
        "flush.messages=1",
        "Each replica calls fsync for each append, before anybody is told that it has the records.",
        &[LostInPageCache, LostWithLeader],
        |script, resolved| {
            topics(script, resolved, |config, _| set(config, &[("flush.messages", "1")]));
        },
    ),
    setting(
        "replication factor 3",
        "Three brokers keep each partition, on machines of their own.",
        &[LostInPageCache, LostWithDisk, LostWithLeader, Waiting],
        |script, _| {
            script.cluster.brokers = script.cluster.brokers.max(REPLICAS);
            let brokers = script.cluster.brokers;
            script.topics.iter_mut().for_each(|topic| replicate(topic, brokers));
        },
    ),
    setting(
        "eligible.leader.replicas.version=1",
        "The controller remembers who left the ISR with all that is committed, and elects one of them rather than a broker that lost its page cache (KIP-966).",
        &[LostWithLeader, LostInPageCache],
        |script, _| set(&mut script.cluster.config, &[("eligible.leader.replicas.version", "1")]),
    ),
    setting(
        "max.message.bytes=10485760",
        "The topic takes larger batches.",
        &[LostOnTheWay, LostInApplication, Ghost, Refused],
        |script, resolved| {
            topics(script, resolved, |config, known| {
                if known.max_message_bytes < 10_485_760 {
                    set(config, &[("max.message.bytes", "10485760")]);
                }
            });
        },
    ),
    setting(
        "offsets.topic.replication.factor=3",
        "Three brokers keep the committed offsets, so that they survive one of them.",
        &[ProcessedTwice, NeverRead, Waiting],
        |script, resolved| {
            let known = resolved.broker.offsets_topic_replication_factor;
            if known < u32::from(REPLICAS) && script.cluster.brokers >= REPLICAS {
                set(&mut script.cluster.config, &[("offsets.topic.replication.factor", "3")]);
            }
        },
    ),
    setting(
        "group.consumer.session.timeout.ms=60000",
        "Under group.protocol=consumer a member may be silent longer before its partitions go to somebody else.",
        &[ProcessedTwice],
        |script, resolved| {
            if resolved.broker.group_consumer_session_timeout_us < 60_000_000 {
                let config = &mut script.cluster.config;
                set(config, &[("group.consumer.session.timeout.ms", "60000")]);
            }
        },
    ),
];

fn topics(script: &mut Script, resolved: &Resolved, edit: impl Fn(&mut Properties, &TopicConfig)) {
    for (topic, known) in script.topics.iter_mut().zip(&resolved.topics) {
        edit(&mut topic.config, &known.config);
    }
}

/// Where the script says which brokers have a partition, the next ones in turn are added.
fn replicate(topic: &mut Topic, brokers: u16) {
    topic.replication_factor = topic.replication_factor.max(REPLICAS);
    for replicas in &mut topic.replicas {
        let mut next = replicas.last().copied().unwrap_or(0);
        while replicas.len() < usize::from(REPLICAS) {
            next = next % brokers + 1;
            if !replicas.contains(&next) {
                replicas.push(next);
            }
        }
    }
}
