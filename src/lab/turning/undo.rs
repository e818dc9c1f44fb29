//! How a decision is taken back: the change of the script under which it would not have been made.

use serde_json::Value;

use crate::model::Setup;
use crate::model::ids::{BrokerId, ConsumerId, GroupId, Node, PartitionId, ProducerId};
use crate::script::config::{OffsetReset, ProducerConfig};
use crate::script::{CommitStyle, Do, Entity, OnRestart, Properties, Script, SendStyle};

/// Whose decision it was, and what is needed to take it back.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub producer: ProducerId,
    pub partition: Option<PartitionId>,
    /// The group whose member decided, or whose offset it was.
    pub group: Option<GroupId>,
    /// Who was elected.
    pub leader: Option<BrokerId>,
    /// Who held the record then.
    pub holders: Vec<BrokerId>,
    /// The action that brought a broker back before it was elected.
    pub restart: Option<u16>,
}

impl Case {
    pub(super) fn of(producer: ProducerId, partition: Option<PartitionId>) -> Self {
        let holders = Vec::new();
        Self { producer, partition, group: None, leader: None, holders, restart: None }
    }

    pub(super) fn with_consumer(self, setup: &Setup, consumer: ConsumerId) -> Self {
        Self { group: Some(setup.consumers[consumer.index()].group), ..self }
    }
}

/// A change that takes a decision back; it answers whether there is anything to change.
pub(super) type Undo = fn(&mut Script, &Setup, &Case) -> bool;

/// Gives a property another value; false if it has that value in the script already.
fn set(config: &mut Properties, name: &str, value: impl Into<Value>) -> bool {
    let value = value.into();
    config.insert(name.to_owned(), value.clone()) != Some(value)
}

/// Gives a producer's property a value for the whole run; false if it has that everywhere already.
fn set_producer(script: &mut Script, case: &Case, name: &str, value: impl Into<Value>) -> bool {
    script.give(Entity::Producer(case.producer.0 + 1), name, Some(value.into()))
}

/// Gives a property of the group's members a value for the whole run.
fn set_group(script: &mut Script, case: &Case, name: &str, value: impl Into<Value>) -> bool {
    let members = case.group.map(|group| Entity::Consumer { group: group.0, member: 1 });
    members.is_some_and(|members| script.give(members, name, Some(value.into())))
}

fn topic<'a>(script: &'a mut Script, setup: &Setup, case: &Case) -> Option<&'a mut Properties> {
    let topic = setup.partition(case.partition?).topic;
    script.topics.get_mut(usize::from(topic)).map(|topic| &mut topic.config)
}

pub(super) fn acks_all(script: &mut Script, _: &Setup, case: &Case) -> bool {
    set_producer(script, case, "acks", "all")
}

pub(super) fn min_isr_2(script: &mut Script, setup: &Setup, case: &Case) -> bool {
    topic(script, setup, case).is_some_and(|config| set(config, "min.insync.replicas", 2))
}

pub(super) fn min_isr_1(script: &mut Script, setup: &Setup, case: &Case) -> bool {
    topic(script, setup, case).is_some_and(|config| set(config, "min.insync.replicas", 1))
}

pub(super) fn flush_each(script: &mut Script, setup: &Setup, case: &Case) -> bool {
    topic(script, setup, case).is_some_and(|config| set(config, "flush.messages", 1))
}

/// With what Kafka forces with it.
pub(super) fn idempotence(script: &mut Script, setup: &Setup, case: &Case) -> bool {
    let producer = Entity::Producer(case.producer.0 + 1);
    for name in ["retries", "max.in.flight.requests.per.connection"] {
        script.give(producer, name, None);
    }
    set_producer(script, case, "enable.idempotence", true);
    set_producer(script, case, "acks", "all");
    setup.producer_configs().any(|config| !config.enable_idempotence)
}

pub(super) fn no_retries(script: &mut Script, _: &Setup, case: &Case) -> bool {
    set_producer(script, case, "retries", 0)
}

pub(super) fn one_in_flight(script: &mut Script, _: &Setup, case: &Case) -> bool {
    set_producer(script, case, "max.in.flight.requests.per.connection", 1)
}

pub(super) fn all_retries(script: &mut Script, setup: &Setup, case: &Case) -> bool {
    let few = |config: &ProducerConfig| config.retries < i32::MAX as u32;
    setup.producer_configs().any(few) && set_producer(script, case, "retries", i32::MAX)
}

pub(super) fn longest_delivery(script: &mut Script, _: &Setup, case: &Case) -> bool {
    set_producer(script, case, "delivery.timeout.ms", i32::MAX)
}

pub(super) fn longest_transaction(script: &mut Script, _: &Setup, case: &Case) -> bool {
    set_producer(script, case, "transaction.timeout.ms", 900_000)
}

pub(super) fn close_waits(script: &mut Script, _: &Setup, case: &Case) -> bool {
    script.producers[case.producer.index()].close_timeout.take().is_some()
}

pub(super) fn callback(script: &mut Script, _: &Setup, case: &Case) -> bool {
    let style = &mut script.producers[case.producer.index()].style;
    std::mem::replace(style, SendStyle::Callback) != SendStyle::Callback
}

pub(super) fn no_resend(script: &mut Script, _: &Setup, case: &Case) -> bool {
    let producer = &mut script.producers[case.producer.index()];
    let resends = std::mem::take(&mut producer.resend) > 0;
    let restarts = std::mem::replace(&mut producer.on_restart, OnRestart::Continue);
    let retry = producer.transaction.as_mut().map(|uses| std::mem::take(&mut uses.retry));
    resends || restarts != OnRestart::Continue || retry == Some(true)
}

pub(super) fn clean_elections(script: &mut Script, setup: &Setup, case: &Case) -> bool {
    let name = "unclean.leader.election.enable";
    topic(script, setup, case).is_some_and(|config| set(config, name, false))
}

pub(super) fn eligible_replicas(script: &mut Script, setup: &Setup, _: &Case) -> bool {
    let off = setup.broker.eligible_leader_replicas_version == 0;
    off && set(&mut script.cluster.config, "eligible.leader.replicas.version", 1)
}

/// The assignment in another order: whoever has the record comes before the one that was elected.
pub(super) fn other_order(script: &mut Script, setup: &Setup, case: &Case) -> bool {
    let (Some(partition), Some(leader)) = (case.partition, case.leader) else { return false };
    let mine = setup.partition(partition);
    let topic = usize::from(mine.topic);
    let Some((first, rest)) = mine.replicas.split_first() else { return false };
    let (holders, others): (Vec<BrokerId>, Vec<BrokerId>) =
        rest.iter().partition(|broker| case.holders.contains(broker) && **broker != leader);
    let order: Vec<BrokerId> = [*first].into_iter().chain(holders).chain(others).collect();
    if order == mine.replicas {
        return false;
    }
    let of = |id: &PartitionId| {
        let replicas = if *id == partition { &order } else { &setup.partition(*id).replicas };
        replicas.iter().map(|broker| broker.0 + 1).collect()
    };
    let initial = usize::from(setup.topics[topic].initial);
    let all = setup.topics[topic].partitions.iter().take(initial);
    script.topics[topic].replicas = all.map(of).collect();
    true
}

pub(super) fn stays_away(script: &mut Script, _: &Setup, case: &Case) -> bool {
    let Some(action) = case.restart else { return false };
    script.actions.remove(usize::from(action));
    true
}

pub(super) fn commit_after(script: &mut Script, _: &Setup, case: &Case) -> bool {
    let by_timer = set_group(script, case, "enable.auto.commit", false);
    sync_after(script, case) || by_timer
}

pub(super) fn commit_sync(script: &mut Script, _: &Setup, case: &Case) -> bool {
    sync_after(script, case)
}

fn sync_after(script: &mut Script, case: &Case) -> bool {
    let Some(id) = case.group else { return false };
    let style = &mut script.groups[id.index()].commit;
    std::mem::replace(style, CommitStyle::SyncAfter) != CommitStyle::SyncAfter
}

pub(super) fn commit_on_revoke(script: &mut Script, _: &Setup, case: &Case) -> bool {
    let Some(id) = case.group else { return false };
    !std::mem::replace(&mut script.groups[id.index()].commit_on_revoke, true)
}

pub(super) fn no_exception(script: &mut Script, _: &Setup, case: &Case) -> bool {
    case.group.is_some_and(|id| script.groups[id.index()].failure.take().is_some())
}

pub(super) fn earliest(script: &mut Script, setup: &Setup, case: &Case) -> bool {
    let Some(id) = case.group else { return false };
    let is_so = setup.groups[id.index()].config.auto_offset_reset == OffsetReset::Earliest;
    !is_so && set_group(script, case, "auto.offset.reset", "earliest")
}

pub(super) fn longest_poll(script: &mut Script, _: &Setup, case: &Case) -> bool {
    set_group(script, case, "max.poll.interval.ms", i32::MAX)
}

/// The longest session that brokers allow.
pub(super) fn longest_session(script: &mut Script, setup: &Setup, case: &Case) -> bool {
    let longest_ms = setup.broker.group_max_session_timeout_us / 1_000;
    let classic = case.group.is_some_and(|id| !setup.groups[id.index()].is_consumer_protocol());
    match classic {
        true => set_group(script, case, "session.timeout.ms", longest_ms),
        false => set(&mut script.cluster.config, "group.consumer.session.timeout.ms", 60_000),
    }
}

pub(super) fn read_committed(script: &mut Script, _: &Setup, case: &Case) -> bool {
    set_group(script, case, "isolation.level", "read_committed")
}

/// Whether an action repairs what another one broke. A fate that hangs on a repair hangs on the
/// fault: nobody is saved by a broker that stays away.
pub(super) fn is_repair(what: &Do) -> bool {
    matches!(what, Do::Restart(_) | Do::Heal(_) | Do::Resume(_) | Do::Flush(_))
}

/// The broker that an action starts again.
pub(super) fn restarts(setup: &Setup, what: &Do) -> Option<BrokerId> {
    match what {
        Do::Restart(name) => match setup.node(name)? {
            Node::Broker(broker) => Some(broker),
            _ => None,
        },
        _ => None,
    }
}
