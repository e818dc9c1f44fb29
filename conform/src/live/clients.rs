//! What each application of a script is told: its settings, its records, how it behaves.

use std::collections::{BTreeMap, BTreeSet};

use ackscope::model::ids::{Node, ProducerId, RecordId};
use ackscope::script::{Duration, OnRestart, Properties};
use serde_json::{Map, Value, json};

use ackscope_conform::script::Loaded;

/// What the names of a script are called this time: everything is fresh in every run.
#[derive(Clone, Debug)]
pub struct Names {
    /// Behind each name.
    pub suffix: String,
    /// Where clients begin.
    pub bootstrap: String,
}

impl Names {
    /// A topic, a group or a `transactional.id`.
    pub fn real(&self, name: &str) -> String {
        format!("{name}{}", self.suffix)
    }

    /// The script's name for it.
    pub fn script(&self, real: &str) -> String {
        real.strip_suffix(&self.suffix).unwrap_or(real).to_owned()
    }
}

/// What an application did in an earlier life of its process.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The records that it sent.
    pub created: BTreeSet<u32>,
    /// The records that it was told about.
    pub told: BTreeSet<u32>,
    /// Whether it gave up: nobody will be told anything any more.
    pub over: bool,
    /// How often it failed with a record.
    pub failed: BTreeMap<u32, u32>,
}

/// The value of a property as Kafka's clients and brokers read it.
pub fn properties(config: &Properties) -> BTreeMap<String, String> {
    config.iter().map(|(name, value)| (name.clone(), property(name, value))).collect()
}

fn property(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) if name.ends_with(".ms") => match Duration::parse(text) {
            Ok(duration) => (duration.as_us() / 1000).to_string(),
            Err(_) => text.clone(),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let words: Vec<_> = items.iter().map(|item| property("", item)).collect();
            words.join(",")
        }
        other => other.to_string(),
    }
}

fn config(names: &Names, entity: &str, config: &Properties, more: &[(&str, &str)]) -> Value {
    let mut all = properties(config);
    if let Some(id) = all.get_mut("transactional.id") {
        *id = names.real(id);
    }
    all.insert("client.id".to_owned(), entity.to_owned());
    all.insert("bootstrap.servers".to_owned(), names.bootstrap.clone());
    all.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    all.into_iter().map(|(name, value)| (name, Value::String(value))).collect::<Map<_, _>>().into()
}

/// The command that makes a process the `index`th producer.
pub fn producer(loaded: &Loaded, names: &Names, index: usize, past: Option<&Past>) -> Value {
    let written = &loaded.script.producers[index];
    let setup = &loaded.setup;
    let id = ProducerId(index as u16);
    let planned: Vec<RecordId> = setup.producers[index].records.clone();
    let sent = |record: RecordId| past.is_some_and(|past| past.created.contains(&record.0));
    let records: Vec<Value> = setup
        .records_of(id)
        .map(|record| {
            let plan = setup.record(record);
            json!({
                "id": record.0,
                "topic": names.real(&setup.topics[usize::from(plan.topic)].name),
                "partition": plan.partition,
                "key": plan.key,
                "bytes": plan.value_bytes,
                "at_us": if plan.at_us == u64::MAX { 0 } else { plan.at_us },
                "ahead_ms": plan.ahead_us / 1000,
                "unserializable": plan.unserializable,
                "planned": planned.contains(&record) && !sent(record),
            })
        })
        .collect();
    let again: Vec<u32> = match (written.on_restart, past) {
        (OnRestart::ResendUnacknowledged, Some(past)) => {
            past.created.difference(&past.told).copied().collect()
        }
        (OnRestart::ResendAll, Some(past)) => past.created.iter().copied().collect(),
        _ => Vec::new(),
    };
    let transaction = setup.producers[index].transactional.as_ref().map(|it| &it.style);
    json!({
        "do": "producer",
        "config": config(names, &format!("producer-{}", index + 1), &written.config, &[]),
        "style": written.style,
        "records": records,
        "again": again,
        "resend": written.resend,
        "flush_every": written.flush_every,
        "transaction": transaction.map(|it| json!({ "records": it.records, "abort": it.abort, "retry": it.retry })),
        "close_timeout_ms": written.close_timeout.map(|it| it.as_us() / 1000),
    })
}

/// The command that makes a process a consumer.
pub fn consumer(loaded: &Loaded, names: &Names, index: usize, past: Option<&Past>) -> Value {
    let setup = &loaded.setup;
    let consumer = &setup.consumers[index];
    let group = &loaded.script.groups[consumer.group.index()];
    let entity = format!("{}-{}", group.id, consumer.member);
    let topics: Vec<_> = group.topics.iter().map(|topic| names.real(topic)).collect();
    let group_id = names.real(&group.id);
    let mut more = vec![("group.id", group_id.as_str())];
    let instance = format!("{}-{}", entity, names.suffix);
    if group.config.contains_key("group.instance.id") {
        more.push(("group.instance.id", &instance));
    }
    let partner = consumer.producer.map(|id| &loaded.script.producers[id.index()]);
    let partner_id = consumer.producer.map(|id| setup.name(Node::Producer(id)));
    let outputs = setup.groups[consumer.group.index()].produces.as_ref();
    let outputs: Vec<_> = outputs
        .map(|it| it.outputs.iter().map(|(input, output)| json!([input.0, output.0])).collect())
        .unwrap_or_default();
    let failed: Map<String, Value> = past
        .map(|past| past.failed.iter().map(|(id, n)| (id.to_string(), json!(n))).collect())
        .unwrap_or_default();
    json!({
        "do": "consumer",
        "config": config(names, &entity, &group.config, &more),
        "topics": topics,
        "initial": past.is_none(),
        "processing_ms": group.processing.as_us() / 1000,
        "commit": group.commit,
        "commit_every": group.commit_every,
        "commit_on_revoke": group.commit_on_revoke,
        "workers": group.workers,
        "failure": group.failure,
        "failed_before": failed,
        "producer": partner.map(|it| config(names, &partner_id.unwrap_or_default(), &it.config, &[])),
        "outputs": outputs,
        "output_topic": group.produces.as_ref().map(|it| names.real(&it.topic)),
        "output_bytes": group.produces.as_ref().map(|it| it.value_bytes),
        "offsets": group.produces.as_ref().map(|it| it.offsets),
    })
}
