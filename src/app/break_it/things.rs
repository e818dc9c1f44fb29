//! The things of a run that something can be done to.

use ackscope::model::Setup;
use ackscope::model::ids::{Node, RecordId};
use ackscope::script::Script;
use ackscope::script::entity::Entity;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::BreakMsg;
use crate::app::state::Msg;
use crate::app::words::words;

/// A thing: its kind as the catalogue of deeds calls it, and its names there.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// `broker`, `link`, `partition`.
    pub kind: &'static str,
    /// What stands for `$0` and `$1`.
    pub names: [String; 2],
}

/// From here on links are offered by kinds only.
const LINKS_MAX: usize = 48;

impl Thing {
    fn new(kind: &'static str, first: &str, second: &str) -> Self {
        Self { kind, names: [first.to_owned(), second.to_owned()] }
    }

    /// Its name for people.
    pub fn label(&self) -> String {
        let [first, second] = &self.names;
        match self.kind {
            "link" => first.clone() + " – " + second,
            "partition" => first.clone() + "-" + second,
            "record" => words().record.to_owned() + " " + first,
            "cluster" => words().all_brokers.to_owned(),
            _ => first.clone(),
        }
    }
}

/// All things of a script.
pub fn all(script: &Script, followed: Option<RecordId>) -> Vec<Thing> {
    let mut all = Vec::new();
    let (mut clients, mut brokers) = (Vec::new(), Vec::new());
    for entity in script.entities() {
        let name = script.entity_name(entity);
        match entity {
            Entity::Controller => continue,
            Entity::Broker(_) => {
                all.push(Thing::new("broker", &name, ""));
                brokers.push(name);
                continue;
            }
            Entity::Producer(_) => all.push(producer(script, &name)),
            Entity::Consumer { .. } => all.push(Thing::new("consumer", &name, "")),
        }
        clients.push(name);
    }
    for (from, to) in [
        ("producers", "brokers"),
        ("consumers", "brokers"),
        ("brokers", "brokers"),
        ("brokers", "controller"),
    ] {
        all.push(Thing::new("link", from, to));
    }
    let pairs = clients.iter().chain(&brokers).flat_map(|from| {
        brokers.iter().filter(move |to| *to != from).map(move |to| Thing::new("link", from, to))
    });
    let pairs: Vec<Thing> = pairs.collect();
    if pairs.len() <= LINKS_MAX {
        all.extend(pairs);
    }
    for topic in &script.topics {
        all.push(Thing::new("topic", &topic.name, ""));
        all.extend(
            (0..topic.partitions).map(|n| Thing::new("partition", &topic.name, &n.to_string())),
        );
    }
    all.extend(script.groups.iter().map(|group| Thing::new("group", &group.id, "")));
    all.extend(followed.map(|record| Thing::new("record", &record.to_string(), "")));
    all.push(Thing::new("cluster", "", ""));
    all
}

/// A producer, with the topic that it sends to.
fn producer(script: &Script, name: &str) -> Thing {
    let at = name.rsplit('-').next().and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
    let sends = script.producers.get(at - 1).and_then(|producer| producer.sends.first());
    let topic = sends.map(|sends| &sends.topic).or(script.topics.first().map(|topic| &topic.name));
    Thing::new("producer", name, topic.map_or("", |topic| topic))
}

/// The things that the stage shows, each with the id of its place there.
pub fn on_stage(setup: &Setup, script: &Script) -> Vec<(String, Thing)> {
    let mut all = Vec::new();
    let mut nodes = Vec::new();
    for entity in script.entities() {
        let name = script.entity_name(entity);
        let (kind, id) = match entity {
            Entity::Broker(_) => ("broker", name.clone()),
            Entity::Producer(_) => ("producer", name.clone()),
            Entity::Consumer { group, member } => ("consumer", consumer_id(script, group, member)),
            Entity::Controller => continue,
        };
        let thing =
            if kind == "producer" { producer(script, &name) } else { Thing::new(kind, &name, "") };
        nodes.push((id.clone(), name, kind));
        all.push((id, thing));
    }
    for partition in setup.partitions.iter().filter(|partition| !partition.internal) {
        let topic = &setup.topics[usize::from(partition.topic)];
        let id = topic.partitions[usize::from(partition.number)];
        for broker in &partition.replicas {
            let place = setup.name(Node::Broker(*broker)) + "-partition-" + &id.0.to_string();
            all.push((place, Thing::new("partition", &topic.name, &partition.number.to_string())));
        }
    }
    let servers = || nodes.iter().filter(|(.., kind)| *kind == "broker");
    let links = nodes.iter().flat_map(|(id, name, _)| {
        servers().filter(move |(server, ..)| server != id).map(move |(server, to, _)| {
            (id.clone() + "-to-" + server, Thing::new("link", name, to))
        })
    });
    let links: Vec<_> = links.collect();
    if links.len() <= LINKS_MAX {
        all.extend(links);
    }
    all
}

/// The stage numbers consumers over all groups.
fn consumer_id(script: &Script, group: u16, member: u16) -> String {
    let before =
        script.groups.iter().take(usize::from(group)).map(|group| group.members).sum::<u16>();
    "consumer-".to_owned() + &(before + member).to_string()
}

/// The choice of a thing.
pub fn choice(all: &[Thing], chosen: Option<&Thing>, on: &Callback<Msg>) -> Html {
    let w = words();
    let things = all.to_vec();
    let onchange = on.reform(move |event: Event| {
        let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
        let at = usize::try_from(at).unwrap_or(0).min(things.len() - 1);
        Msg::Break(BreakMsg::Thing(things[at].clone()))
    });
    let groups = [
        ("broker", w.kind_brokers),
        ("producer", w.kind_producers),
        ("consumer", w.kind_consumers),
        ("link", w.kind_links),
        ("topic", w.kind_topics),
        ("partition", w.kind_topics),
        ("group", w.kind_groups),
        ("record", w.record),
        ("cluster", w.kind_cluster),
    ];
    let title = |thing: &Thing| {
        groups.iter().find(|(kind, _)| *kind == thing.kind).map_or("", |(_, title)| title)
    };
    let parts = all.chunk_by(|a, b| title(a) == title(b));
    html! {
        <select class="which thing-choice" aria-label={w.thing} {onchange}>
            { for parts.map(|part| html! {
                <optgroup label={title(&part[0])}>
                    { for part.iter().map(|thing| html! {
                        <option selected={Some(thing) == chosen}>{ thing.label() }</option>
                    }) }
                </optgroup>
            }) }
        </select>
    }
}
