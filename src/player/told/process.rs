//! What is happening to processes, machines and links, in a sentence or two.

use super::{records, records_of};
use crate::model::ids::{ConsumerId, Node};
use crate::model::setup::{InForce, Setup, Since};
use crate::model::trace::{Kind, TraceEvent};
use crate::script::action::Reconfigure;
use crate::script::config::ConsumerConfig;
use crate::script::knobs::plain;
use crate::script::{Action, Do, Properties, Roll};
use crate::verdict::biography::text::span;
use serde_json::Value;

/// Of processes that die, stand still and start, and of links.
pub(super) fn process_sentence(
    setup: &Setup,
    trace: &[TraceEvent],
    event: &TraceEvent,
) -> Option<String> {
    Some(match &event.kind {
        Kind::PowerCut { broker } => format!(
            "{broker}'s machine loses its power: its process is dead, and what was in its page cache only is gone. Nobody is told; the controller notices after broker.session.timeout.ms ({}).",
            span(setup.broker.broker_session_timeout_us)
        ),
        Kind::PageCacheLost { broker, partition, to, removed }
            if !setup.partition(*partition).internal =>
        {
            let gone = records_of(removed);
            format!(
                "{broker} loses its power, and with it its page cache: {}, from offset {to} on, {} not on its disk yet.",
                records(&gone),
                was_or_were(gone.len())
            )
        }
        Kind::ProducerCrashed { producer, records: held } if held.is_empty() => {
            format!("{producer}'s process dies. Its application had an answer for all it sent.")
        }
        Kind::ProducerCrashed { producer, records: held } => format!(
            "{producer}'s process dies, and its accumulator with it: of {} its application heard nothing.",
            records(held)
        ),
        Kind::ProducerClosed { producer } => {
            format!("{producer} is closed: its application has heard of all that it sent.")
        }
        Kind::ProducerRestarted { producer, since } => {
            started(setup, &producer.to_string(), *since, ".")
        }
        Kind::ConsumerCrashed { consumer } => {
            let config = InForce::at(setup, trace, event);
            crashed(setup, *consumer, config.consumer(setup, *consumer))
        }
        Kind::ConsumerRestarted { consumer, since } => {
            let name = setup.name(Node::Consumer(*consumer));
            let then = ": it joins its group and reads on from the committed offsets.";
            started(setup, &name, *since, then)
        }
        Kind::ConsumerClosed { consumer } => {
            format!("{} is closed, and has left its group.", setup.name(Node::Consumer(*consumer)))
        }
        Kind::ShutdownBegan { broker } => format!(
            "{broker} is asked to stop: first the controller moves its leaderships to other in-sync replicas."
        ),
        Kind::BrokerStopped { broker } => {
            format!("{broker} stops in order: its logs are on its disk.")
        }
        Kind::Paused { node } => format!(
            "{} stands still, as in a long garbage collection: what is sent to it waits.",
            setup.name(*node)
        ),
        Kind::Resumed { node } => format!("{} goes on.", setup.name(*node)),
        Kind::LinkCut { action } => link(&setup.actions, *action, "lets nothing through any more"),
        Kind::LinkHealed { action } => {
            link(&setup.actions, *action, "lets everything through again")
        }
        _ => return None,
    })
}

/// A client or a broker is there again, with other settings if an action says so.
pub(super) fn started(setup: &Setup, name: &str, since: Since, then: &str) -> String {
    let action = since.and_then(|action| setup.actions.get(usize::from(action)));
    match action.map(|action| &action.what) {
        Some(Do::Reconfigure(Reconfigure { config, .. }) | Do::Roll(Roll { config })) => {
            format!("{name} starts again with {}{then}", settings(config))
        }
        _ => format!("{name} is started again{then}"),
    }
}

/// The settings with which a client comes back: "acks=all, linger.ms=5 and retries as it is by
/// default".
pub(super) fn settings(config: &Properties) -> String {
    let one = |(name, value): (&String, &Value)| match value {
        Value::Null => format!("{name} as it is by default"),
        value => format!("{name}={}", plain(value)),
    };
    let all: Vec<String> = config.iter().map(one).collect();
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn was_or_were(count: usize) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// A group notices a dead member only when it has been silent for long.
fn crashed(setup: &Setup, consumer: ConsumerId, config: &ConsumerConfig) -> String {
    let group = setup.group_of(consumer);
    format!(
        "{}'s process dies with what it had in hand. {} goes on from its committed offsets, once session.timeout.ms ({}) is over: what was processed and not committed is read again.",
        setup.name(Node::Consumer(consumer)),
        group.id,
        span(setup.session_timeout_us(config))
    )
}

/// The link of an action and what became of it.
fn link(actions: &[Action], action: u16, what: &str) -> String {
    match actions.get(usize::from(action)).map(|action| &action.what) {
        Some(Do::Cut(way) | Do::Heal(way)) => {
            let way = ends(&way.from, &way.to, way.one_way);
            format!("The link {way} {what}.")
        }
        _ => format!("A link {what}."),
    }
}

/// The two ends of a link.
pub(super) fn ends(from: &str, to: &str, one_way: bool) -> String {
    if one_way { format!("from {from} to {to}") } else { format!("between {from} and {to}") }
}
