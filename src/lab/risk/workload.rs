//! The workload on which settings are tried when nobody gives one: small, so that every fault can
//! be tried at every moment, and yet with something under way whenever settings make a difference.
//!
//! Two batches of one key, the first of two records, close enough for both to be in flight; where
//! offsets are committed automatically, so that the first such commit finds the consumer in the midst
//! of them. One partition, as many brokers as the settings ask for replicas.

use crate::script::files::PropertiesFile;
use crate::script::limits::BROKERS_MAX;
use crate::script::properties::Scope;
use crate::script::{Duration, OnRestart, Resolved, Script, ScriptError, Sends, Version};

/// How many records each batch has.
const BATCHES: [u32; 2] = [2, 1];
/// How long the application works on a record: longer than it takes the next batch to come.
const PROCESSING: Duration = Duration::from_ms(10);
/// The longest time between two batches, and before the first, that settings bring about.
const LONGEST: Duration = Duration::from_ms(3_600_000);

const BARE: &str = r#"{
    "name": "settings put to the test",
    "network": { "latency": "4ms" },
    "topics": [{ "name": "orders" }],
    "producers": [{ "on_restart": "resend-unacknowledged", "sends": [] }],
    "groups": [{ "id": "billing", "topics": ["orders"] }]
}"#;

/// The workload for the settings of some files, and what nobody said and it takes for granted.
///
/// # Panics
/// Never: the script that it begins with can be read.
#[must_use]
pub fn standard(kafka: Version, files: &[PropertiesFile]) -> (Script, Vec<String>) {
    let mut script = Script::parse(BARE).expect("it can be read");
    script.kafka = kafka;
    let mut assumed = Vec::new();
    let given = |scope: Scope, name: &str| {
        let mut own = files.iter().filter(move |file| file.scope == scope);
        own.find_map(|file| file.get(name)?.trim().parse::<u16>().ok())
    };
    let factor = given(Scope::Topic, "replication.factor")
        .or_else(|| given(Scope::Broker, "default.replication.factor"))
        .unwrap_or_else(|| {
            assumed.push("replication.factor is 3: no file says what it is".to_owned());
            3
        });
    script.topics[0].replication_factor = factor.clamp(1, BROKERS_MAX);
    for file in files {
        file.apply(&mut script);
    }
    // What is refused is told elsewhere.
    let Ok(resolved) = with_brokers(&mut script, factor) else { return (script, assumed) };
    let commit = fill(&mut script, &resolved);
    let commits = match commit {
        true => "the application works on records in the loop that polls",
        false => "the application calls commitSync() when the records of a poll are processed",
    };
    assumed.push(commits.to_owned());
    assumed.push("a producer that is started again sends what was not acknowledged".to_owned());
    (script, assumed)
}

/// The same, without a consumer where no file is about one: then it is a producer that is asked about.
#[must_use]
pub fn given(kafka: Version, files: &[PropertiesFile]) -> (Script, Vec<String>) {
    let (mut script, mut assumed) = standard(kafka, files);
    if files.iter().any(|file| file.scope == Scope::Consumer) {
        return (script, assumed);
    }
    script.groups.clear();
    assumed.retain(|it| !it.starts_with("the application"));
    if let Ok(resolved) = script.resolve() {
        fill(&mut script, &resolved);
    }
    (script, assumed)
}

/// The same workload with the settings of a script, and with its applications as far as they are the
/// first of their kind: one partition, and none of the script's faults. None where that is no run, as
/// with an application that sends on what it reads.
#[must_use]
pub fn small(script: &Script) -> Option<Script> {
    let bare = Script::parse(BARE).ok()?;
    let (topic, producer) = (script.topics.first()?, script.producers.first()?);
    let mut small = Script {
        name: bare.name,
        until: None,
        network: bare.network,
        topics: vec![topic.clone()],
        producers: vec![producer.clone()],
        groups: script.groups.iter().take(1).cloned().collect(),
        actions: Vec::new(),
        ..script.clone()
    };
    let topic = &mut small.topics[0];
    (topic.partitions, topic.replicas) = (1, Vec::new());
    let (name, factor) = (topic.name.clone(), topic.replication_factor);
    small.producers[0].on_restart = OnRestart::ResendUnacknowledged;
    for group in &mut small.groups {
        (group.topics, group.failure, group.running) = (vec![name.clone()], None, None);
        // What it would send on goes to a topic that is not there.
        if group.produces.is_some() {
            return None;
        }
    }
    let resolved = with_brokers(&mut small, factor).ok()?;
    fill(&mut small, &resolved);
    small.resolve().ok().map(|_| small)
}

/// Gives the producer and the application something to do. Answers whether offsets are committed
/// automatically.
fn fill(script: &mut Script, resolved: &Resolved) -> bool {
    let linger_us = resolved.producers[0].linger_us.min(LONGEST.as_us());
    let consumer = resolved.groups.first().map(|group| &group.config);
    let commits = consumer.is_some_and(|consumer| consumer.enable_auto_commit);
    let commit_us = match consumer {
        Some(consumer) if commits => consumer.auto_commit_interval_us.min(LONGEST.as_us()),
        _ => 0,
    };
    // The first batch is on its way for as long as it lingers, and then for three hops or more.
    let first_us = commit_us.saturating_sub(linger_us + 30_000).max(10_000);
    let topic = script.topics[0].name.clone();
    let batch = |(at, count)| Sends {
        topic: topic.clone(),
        count,
        start: Duration::from_us(first_us + at * (linger_us + 1_000)),
        every: Duration::default(),
        keys: vec!["a".to_owned()],
        partition: None,
        value_bytes: 100,
        timestamp_ahead: Duration::default(),
        unserializable: false,
    };
    script.producers[0].sends = (0..).zip(BATCHES).map(batch).collect();
    if let Some(group) = script.groups.first_mut() {
        group.processing = PROCESSING;
    }
    commits
}

/// As many brokers as there are replicas, those of the internal topics included.
fn with_brokers(script: &mut Script, factor: u16) -> Result<Resolved, ScriptError> {
    script.cluster.brokers = BROKERS_MAX;
    let resolved = script.resolve()?;
    let internal = match resolved.uses_transactions() {
        true => resolved.broker.transaction_state_log_replication_factor,
        false => 0,
    };
    let internal = internal.max(resolved.broker.offsets_topic_replication_factor);
    let internal = u16::try_from(internal).unwrap_or(BROKERS_MAX);
    script.cluster.brokers = factor.max(internal).clamp(1, BROKERS_MAX);
    Ok(resolved)
}
