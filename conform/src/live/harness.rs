//! What goes on from one script to the next: the cluster, client processes that can be used again.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use ackscope::model::ids::PartitionId;
use ackscope_conform::outcome::Fates;
use ackscope_conform::recording::Recording;
use ackscope_conform::script::Loaded;
use serde_json::json;

use super::Outcome;
use super::clients::properties;
use super::cluster::{Cluster, Internal, Shape};
use super::guard::Guard;
use super::java::Kafka;
use super::jvm::{Jvm, Said};
use super::run::{Bench, Observed, Run};

/// How a script is run.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// How often.
    pub repeat: u32,
    /// Whether what happened becomes the recording.
    pub record: bool,
}

/// What goes from one script to the next.
pub struct Harness<'a> {
    guard: &'a Guard,
    verbose: bool,
    /// The cluster of the last script.
    pub cluster: Option<Cluster>,
    clusters: u32,
    idle: Vec<Jvm>,
    jvms: u64,
    runs: u32,
    channel: (Sender<Said>, Receiver<Said>),
}

impl<'a> Harness<'a> {
    /// Nothing runs yet.
    pub fn new(guard: &'a Guard, verbose: bool) -> Self {
        Self {
            guard,
            verbose,
            cluster: None,
            clusters: 0,
            idle: Vec::new(),
            jvms: 0,
            runs: 0,
            channel: channel(),
        }
    }

    /// Runs a script as often as asked; answers whether the model agrees.
    pub fn script(&mut self, script: &Loaded, how: How) -> Outcome<bool> {
        let model = Fates::of_model(script);
        let mut runs: Vec<Observed> = Vec::new();
        for _ in 0..how.repeat {
            let start = Instant::now();
            let seen = match self.once(script) {
                Ok(seen) => seen,
                Err(message) => {
                    println!("{:<44} did not run: {message}", script.name);
                    self.cluster = None;
                    return Ok(false);
                }
            };
            let differences = seen.fates.differences(&model, ("Kafka", "the model"));
            let word = if differences.is_empty() { "agrees" } else { "DIFFERS" };
            println!("{:<44} {word} after {:.1} s", script.name, start.elapsed().as_secs_f64());
            for line in differences {
                println!("    {line}");
            }
            for action in &seen.never_came {
                println!("    the moment of action {action} never came");
            }
            runs.push(seen);
        }
        let count = |it: &Observed| runs.iter().filter(|run| run.fates == it.fates).count();
        let Some(usual) = runs.iter().max_by_key(|it| count(it)) else { return Ok(false) };
        if how.record {
            self.record(script, usual, &runs)?;
        }
        Ok(usual.fates == model)
    }

    fn record(&self, script: &Loaded, usual: &Observed, runs: &[Observed]) -> Outcome<()> {
        let mut told_ms = BTreeMap::new();
        for (id, us) in runs.iter().flat_map(|run| &run.told_us) {
            let ms = us / 1000;
            let span = told_ms.entry(*id).or_insert((ms, ms));
            *span = (span.0.min(ms), span.1.max(ms));
        }
        let version = self.cluster.as_ref().map(|cluster| cluster.kafka.version.clone());
        let recording = Recording {
            script: script.name.clone(),
            digest: script.digest.clone(),
            kafka: version.unwrap_or_default(),
            repetitions: runs.len() as u32,
            agreed: runs.iter().filter(|run| run.fates == usual.fates).count() as u32,
            fates: usual.fates.clone(),
            told_ms,
        };
        recording.write()
    }

    /// Runs a script once, on the cluster that is there if it fits.
    pub fn once(&mut self, script: &Loaded) -> Outcome<Observed> {
        let shape = shape(script);
        let line = script.setup.version.to_string();
        let fits = |cluster: &Cluster| {
            cluster.shape == shape && cluster.kafka.version.starts_with(&format!("{line}."))
        };
        if !self.cluster.as_ref().is_some_and(fits) {
            self.cluster = None;
            self.idle.clear();
            let kafka = Kafka::ensure(&line)?;
            self.clusters += 1;
            let start = Instant::now();
            self.cluster = Some(Cluster::start(self.guard, &kafka, &shape, self.clusters)?);
            println!(
                "    a cluster of Kafka {} in {:.1} s",
                kafka.version,
                start.elapsed().as_secs_f64()
            );
        }
        let Some(cluster) = &mut self.cluster else { return Err("no cluster".to_owned()) };
        cluster.restore(self.guard)?;
        cluster.place(&internal(script))?;
        self.runs += 1;
        let mut bench = Bench {
            guard: self.guard,
            cluster,
            idle: &mut self.idle,
            said: &self.channel.1,
            speak: &self.channel.0,
            jvms: &mut self.jvms,
            verbose: self.verbose,
        };
        Run::perform(&mut bench, script, self.runs)
    }
}

/// What a script's cluster is like.
pub fn shape(script: &Loaded) -> Shape {
    let mut config = properties(&script.script.cluster.config);
    let mut features = BTreeMap::new();
    if let Some(level) = config.remove("eligible.leader.replicas.version")
        && script.setup.version.since(4, 0)
    {
        features.insert("eligible.leader.replicas.version".to_owned(), level);
    }
    Shape {
        brokers: script.script.cluster.brokers,
        log_dirs: script.script.cluster.log_dirs,
        config,
        features,
    }
}

/// The internal topics of a script as the model places them: one partition each.
fn internal(script: &Loaded) -> Vec<Internal> {
    let setup = &script.setup;
    let replicas = |partition: PartitionId| {
        setup.partition(partition).replicas.iter().map(|broker| broker.0 + 1).collect()
    };
    let offsets = setup.offsets_partition.map(|partition| Internal {
        name: "__consumer_offsets",
        replicas: replicas(partition),
        config: json!({ "cleanup.policy": "compact", "compression.type": "producer" }),
    });
    let min_isr = setup.broker.transaction_state_log_min_isr;
    let transactions = setup.transactions_partition.map(|partition| Internal {
        name: "__transaction_state",
        replicas: replicas(partition),
        config: json!({
            "cleanup.policy": "compact", "compression.type": "uncompressed",
            "unclean.leader.election.enable": "false", "min.insync.replicas": min_isr.to_string(),
        }),
    });
    offsets.into_iter().chain(transactions).collect()
}
