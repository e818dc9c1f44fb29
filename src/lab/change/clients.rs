//! Changes of the settings of producers and consumers.

use super::super::trouble::Trouble::{
    Ghost, LostInAccumulator, LostInApplication, LostInPageCache, LostOnTheWay, LostWithDisk,
    LostWithLeader, NeverRead, OutOfOrder, ProcessedTwice, Refused, Skipped, StoredTwice, Waiting,
};
use super::{Change, set, setting};
use crate::script::config::{ConsumerConfig, GroupProtocol, OffsetReset, ProducerConfig};
use crate::script::resolve::Resolved;
use crate::script::{ClientChange, NewConfig, Properties, Script, Version};

pub(super) const CHANGES: &[Change] = &[
    setting(
        "acks=all",
        "A batch is acknowledged when every in-sync replica has it; a leader that dies leaves others that have it too.",
        &[LostOnTheWay, LostWithLeader, LostInPageCache, LostWithDisk],
        |script, resolved| producers(script, resolved, |config, _| set(config, &[("acks", "all")])),
    ),
    setting(
        "enable.idempotence=true",
        "The broker recognizes a batch that the producer sends again, and keeps the order of its batches. Kafka wants acks=all, retries, and at most five requests in flight for it.",
        &[StoredTwice, OutOfOrder, Ghost, LostOnTheWay],
        |script, resolved| {
            let version = script.kafka;
            producers(script, resolved, |config, known| idempotence(config, known, version));
        },
    ),
    setting(
        "retries=2147483647",
        "A batch that failed for a moment is sent again until delivery.timeout.ms is over.",
        &[Ghost, LostOnTheWay, LostInApplication, Refused],
        |script, resolved| {
            producers(script, resolved, |config, _| set(config, &[("retries", "2147483647")]));
        },
    ),
    setting(
        "delivery.timeout.ms=120000",
        "The producer does not give a batch up before two minutes are over.",
        &[Ghost, StoredTwice, LostOnTheWay, LostInApplication, Refused],
        |script, resolved| {
            producers(script, resolved, |config, known| wait_ms(config, known, 120_000))
        },
    ),
    setting(
        "delivery.timeout.ms=600000",
        "The producer does not give a batch up before ten minutes are over.",
        &[Ghost, StoredTwice, LostOnTheWay, LostInApplication, Refused],
        |script, resolved| {
            producers(script, resolved, |config, known| wait_ms(config, known, 600_000))
        },
    ),
    setting(
        "request.timeout.ms=60000",
        "The producer waits longer for an answer before it closes the connection and sends again.",
        &[Ghost, StoredTwice, OutOfOrder],
        |script, resolved| {
            producers(script, resolved, |config, known| {
                if known.request_timeout_us < 60_000_000 {
                    set(config, &[("request.timeout.ms", "60000")]);
                    wait_ms(config, known, 120_000);
                }
            });
        },
    ),
    setting(
        "max.in.flight.requests.per.connection=1",
        "No batch of a partition is sent before the one before it has an answer.",
        &[OutOfOrder],
        |script, resolved| {
            producers(script, resolved, |config, _| {
                set(config, &[("max.in.flight.requests.per.connection", "1")]);
            });
        },
    ),
    setting(
        "linger.ms=0",
        "A record is sent at once and does not wait in the memory of its producer.",
        &[LostInAccumulator],
        |script, resolved| {
            producers(script, resolved, |config, _| set(config, &[("linger.ms", "0")]))
        },
    ),
    setting(
        "max.request.size=10485760",
        "The producer takes larger records; the topic's max.message.bytes must allow them too.",
        &[LostInApplication, Refused],
        |script, resolved| {
            producers(script, resolved, |config, known| {
                if known.max_request_size < 10_485_760 {
                    set(config, &[("max.request.size", "10485760")]);
                }
            });
        },
    ),
    setting(
        "buffer.memory=134217728",
        "More records can wait in the producer while brokers are slow.",
        &[LostInApplication, Refused],
        |script, resolved| {
            producers(script, resolved, |config, known| {
                if known.buffer_memory < 134_217_728 {
                    set(config, &[("buffer.memory", "134217728")]);
                }
            });
        },
    ),
    setting(
        "max.block.ms=600000",
        "send() waits longer for memory and metadata before the record fails.",
        &[LostInApplication, Refused],
        |script, resolved| {
            producers(script, resolved, |config, known| {
                if known.max_block_us < 600_000_000 {
                    set(config, &[("max.block.ms", "600000")]);
                }
            });
        },
    ),
    setting(
        "transaction.timeout.ms=900000",
        "The coordinator gives a transaction more time before it aborts it and fences the producer.",
        &[StoredTwice, ProcessedTwice, Ghost],
        |script, resolved| {
            producers(script, resolved, |config, known| {
                if known.transactional_id.is_some() && known.transaction_timeout_us < 900_000_000 {
                    set(config, &[("transaction.timeout.ms", "900000")]);
                }
            });
        },
    ),
    setting(
        "isolation.level=read_committed",
        "Consumers do not see records of transactions that are open or were aborted.",
        &[StoredTwice, ProcessedTwice, Ghost, OutOfOrder],
        |script, resolved| {
            // Without transactions it would change nothing but the words of the settings.
            if resolved.uses_transactions() {
                groups(script, resolved, |config, _| {
                    set(config, &[("isolation.level", "read_committed")]);
                });
            }
        },
    ),
    setting(
        "auto.offset.reset=earliest",
        "A group without a committed offset begins with the oldest record and skips none.",
        &[NeverRead, Skipped, Waiting],
        |script, resolved| {
            groups(script, resolved, |config, known| {
                if known.auto_offset_reset != OffsetReset::Earliest {
                    set(config, &[("auto.offset.reset", "earliest")]);
                }
            });
        },
    ),
    setting(
        "max.poll.interval.ms=3600000",
        "A member may work longer on what poll() returned before it has to leave its group.",
        &[ProcessedTwice, OutOfOrder],
        |script, resolved| {
            groups(script, resolved, |config, known| {
                if known.max_poll_interval_us < 3_600_000_000 {
                    set(config, &[("max.poll.interval.ms", "3600000")]);
                }
            });
        },
    ),
    setting(
        "max.poll.records=1",
        "poll() returns one record at a time, so that fewer are repeated after a crash.",
        &[ProcessedTwice, Skipped],
        |script, resolved| {
            groups(script, resolved, |config, _| set(config, &[("max.poll.records", "1")]));
        },
    ),
    setting(
        "session.timeout.ms=300000",
        "A member may be silent longer before its partitions go to somebody else.",
        &[ProcessedTwice, OutOfOrder],
        |script, resolved| {
            groups(script, resolved, |config, known| {
                let classic = known.group_protocol == GroupProtocol::Classic;
                if classic && known.session_timeout_us < 300_000_000 {
                    set(config, &[("session.timeout.ms", "300000")]);
                }
            });
        },
    ),
    setting(
        "group.instance.id",
        "Members are static: one that restarts in time gets its partitions back without a rebalance (KIP-345).",
        &[ProcessedTwice],
        |script, resolved| {
            for (group, known) in script.groups.iter_mut().zip(&resolved.groups) {
                if known.config.group_instance_id.is_none() {
                    let id = group.id.clone();
                    set(&mut group.config, &[("group.instance.id", &id)]);
                }
            }
        },
    ),
    setting(
        "partition.assignment.strategy=CooperativeStickyAssignor",
        "In a rebalance members keep what does not move (KIP-429).",
        &[ProcessedTwice],
        |script, resolved| {
            groups(script, resolved, |config, known| {
                if known.group_protocol == GroupProtocol::Classic {
                    let class = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
                    set(config, &[("partition.assignment.strategy", class)]);
                }
            });
        },
    ),
    setting(
        "group.protocol=classic",
        "The automatic commit happens in the thread that polls, before it takes new records.",
        &[Skipped],
        |script, resolved| {
            groups(script, resolved, |config, known| {
                if known.group_protocol == GroupProtocol::Consumer {
                    set(config, &[("group.protocol", "classic")]);
                    config.remove("group.remote.assignor");
                }
            });
        },
    ),
];

fn producers(
    script: &mut Script,
    resolved: &Resolved,
    edit: impl Fn(&mut Properties, &ProducerConfig),
) {
    for (producer, known) in script.producers.iter_mut().zip(&resolved.producers) {
        edit(&mut producer.config, known);
    }
    later(script, resolved, |config, known| {
        if let NewConfig::Producer(known) = known {
            edit(config, known);
        }
    });
}

fn groups(
    script: &mut Script,
    resolved: &Resolved,
    edit: impl Fn(&mut Properties, &ConsumerConfig),
) {
    for (group, known) in script.groups.iter_mut().zip(&resolved.groups) {
        edit(&mut group.config, &known.config);
    }
    later(script, resolved, |config, known| {
        if let NewConfig::Consumer(known) = known {
            edit(config, known);
        }
    });
}

/// The same for the settings that clients come back with in the course of the run.
fn later(script: &mut Script, resolved: &Resolved, edit: impl Fn(&mut Properties, &NewConfig)) {
    for (action, changes) in resolved.client_changes.iter().enumerate() {
        // Members of a group come back with what their action says, in the same words.
        if let Some(ClientChange { client, config }) = changes.first() {
            let before = script.properties_after(*client, action);
            let mut after = before.clone();
            edit(&mut after, config);
            script.reconfigure_also(action, &before, &after);
        }
    }
}

/// Idempotence with all that `ProducerConfig` refuses it without.
pub(super) fn idempotence(config: &mut Properties, known: &ProducerConfig, version: Version) {
    set(config, &[("enable.idempotence", "true"), ("acks", "all")]);
    if known.retries == 0 {
        set(config, &[("retries", "2147483647")]);
    }
    // Exactly one in 0.11 (KAFKA-5494).
    let most = if version.since(1, 0) { 5 } else { 1 };
    if known.max_in_flight_requests_per_connection > most {
        let most = if most == 5 { "5" } else { "1" };
        set(config, &[("max.in.flight.requests.per.connection", most)]);
    }
}

/// A longer `delivery.timeout.ms`, never a shorter one.
fn wait_ms(config: &mut Properties, known: &ProducerConfig, ms: u64) {
    if known.delivery_timeout_us < ms * 1_000 {
        set(config, &[("delivery.timeout.ms", &ms.to_string())]);
    }
}
