//! One run of a script on a real cluster, from a whole cluster to what became of every record.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Outcome;
use super::clients::{self, Names, Past};
use super::cluster::{Cluster, Written};
use super::guard::Guard;
use super::jvm::{Jvm, Said};
use super::triggers::{Happened, Triggers, held};
use super::watch::Watch;
use crate::live::net::{Net, Way};
use ackscope_conform::outcome::Fates;
use ackscope_conform::script::Loaded;

/// What a run of the harness needs from one script to the next.
pub struct Bench<'a> {
    /// Who cleans up.
    pub guard: &'a Guard,
    /// The cluster.
    pub cluster: &'a mut Cluster,
    /// Client processes that play no part at the moment.
    pub idle: &'a mut Vec<Jvm>,
    /// Where clients speak.
    pub said: &'a Receiver<Said>,
    /// Where new clients are told to speak.
    pub speak: &'a std::sync::mpsc::Sender<Said>,
    /// The number of the last client process.
    pub jvms: &'a mut u64,
    /// Whether to say everything that happens.
    pub verbose: bool,
}

/// What a run showed.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// What became of every record.
    pub fates: Fates,
    /// When the application was told of each record, since the start.
    pub told_us: BTreeMap<u32, u64>,
    /// How long each acknowledgement took since its `send()`.
    pub took_us: BTreeMap<u32, u64>,
    /// Actions whose moment never came.
    pub never_came: Vec<usize>,
}

/// A run that is going on.
pub struct Run<'a, 'b> {
    pub(super) bench: &'a mut Bench<'b>,
    pub(super) loaded: &'a Loaded,
    pub(super) names: Names,
    /// Who plays whom.
    pub(super) cast: BTreeMap<String, Jvm>,
    pub(super) pasts: BTreeMap<String, Past>,
    /// Brokers whose process was started and that are to come back.
    pub(super) awaited: BTreeSet<u16>,
    /// Whether these answer again.
    pub(super) answering: bool,
    /// What was in the logs before.
    pub(super) written: Written,
    /// How many partitions each client has.
    pub(super) assigned: BTreeMap<String, u64>,
    /// Before that nothing counts.
    begun: bool,
    triggers: Triggers,
    pub(super) watch: Watch,
    pub(super) due: BinaryHeap<Reverse<(Instant, usize)>>,
    pub(super) start: Instant,
    pub(super) news: Instant,
    /// When a broker last became silent.
    pub(super) fault: Option<Instant>,
    pub(super) seen: Observed,
}

/// The topics by their names: what they are called this time, and where their replicas are.
fn topics(loaded: &Loaded, names: &Names) -> BTreeMap<String, (String, Vec<Vec<u16>>)> {
    let setup = &loaded.setup;
    let user = setup.topics.iter().filter(|topic| {
        topic.partitions.first().is_some_and(|partition| !setup.partition(*partition).internal)
    });
    user.map(|topic| {
        let all = topic
            .partitions
            .iter()
            .map(|p| setup.partition(*p).replicas.iter().map(|b| b.0 + 1).collect());
        (
            topic.name.clone(),
            (names.real(&topic.name), all.take(usize::from(topic.initial)).collect()),
        )
    })
    .collect()
}

impl<'a, 'b> Run<'a, 'b> {
    /// Runs a script; `number` makes its names fresh.
    pub fn perform(bench: &'a mut Bench<'b>, loaded: &'a Loaded, number: u32) -> Outcome<Observed> {
        while bench.said.try_recv().is_ok() {}
        let names =
            Names { suffix: format!("-r{number}"), bootstrap: bench.cluster.bootstrap.clone() };
        let topics = topics(loaded, &names);
        for topic in &loaded.script.topics {
            let (real, replicas) = &topics[&topic.name];
            let config = json!(clients::properties(&topic.config));
            bench.cluster.create(real, replicas, &config)?;
        }
        let actions = &loaded.setup.actions;
        let events: Vec<Value> =
            actions.iter().filter_map(|a| a.when.as_ref()).map(|w| json!(w.event)).collect();
        let watch = Watch::new(bench.cluster, &topics, &events);
        let mut run = Self {
            loaded,
            names,
            cast: BTreeMap::new(),
            pasts: BTreeMap::new(),
            awaited: BTreeSet::new(),
            answering: false,
            written: Written::new(),
            assigned: BTreeMap::new(),
            begun: false,
            triggers: Triggers::new(actions),
            watch,
            due: BinaryHeap::new(),
            start: Instant::now(),
            news: Instant::now(),
            fault: None,
            seen: Observed::default(),
            bench,
        };
        let played = run.play();
        run.leave();
        let real: Vec<_> = topics.values().map(|(real, _)| real).collect();
        let deleted = run.bench.cluster.overseer.ask("delete-topics", json!({ "topics": real }));
        played?;
        if run.bench.verbose
            && let Err(error) = deleted
        {
            println!("    {error}");
        }
        Ok(run.seen)
    }

    fn play(&mut self) -> Outcome<()> {
        self.cast_all()?;
        self.written = self.bench.cluster.written();
        for link in &self.loaded.script.network.links {
            if let (Some(latency), Ok(way)) =
                (link.latency, self.way(&link.from, &link.to, link.one_way))
            {
                self.net().slow(way, Duration::from_micros(latency.as_us()));
            }
        }
        self.begun = true;
        self.start = Instant::now();
        self.news = self.start;
        let actions = &self.loaded.setup.actions;
        for (index, action) in actions.iter().enumerate() {
            if let Some(at) = action.at {
                let wait = at.as_us() + action.after.map_or(0, |after| after.as_us());
                self.due.push(Reverse((self.start + Duration::from_micros(wait), index)));
            }
        }
        self.do_what_is_due()?;
        for jvm in self.cast.values_mut() {
            jvm.tell(&json!({ "do": "go", "us": self.start.elapsed().as_micros() as u64 }));
        }
        while !self.is_over() {
            self.step()?;
        }
        self.seen.never_came = self.triggers.waiting();
        self.collect()
    }

    /// Until the next thing that happens, or for a moment.
    fn step(&mut self) -> Outcome<()> {
        let now = Instant::now();
        let next = self.due.peek().map(|Reverse((at, _))| at.saturating_duration_since(now));
        let wait = next.unwrap_or(Duration::from_millis(10)).min(Duration::from_millis(10));
        match self.bench.said.recv_timeout(wait) {
            Ok(said) => self.hear(&said)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err("nobody speaks".to_owned()),
        }
        for happened in self.watch.look(self.bench.cluster) {
            self.happened(&happened)?;
        }
        self.do_what_is_due()
    }

    fn do_what_is_due(&mut self) -> Outcome<()> {
        while let Some(Reverse((at, index))) = self.due.peek().copied() {
            if at > Instant::now() {
                break;
            }
            self.due.pop();
            self.act(index)?;
        }
        Ok(())
    }

    pub(super) fn act(&mut self, index: usize) -> Outcome<()> {
        let what = self.loaded.setup.actions[index].what.clone();
        self.note(&format!("action {index}: {}", json!(what)));
        self.news = Instant::now();
        if self.silences(&what) {
            self.fault = Some(self.news);
        }
        let told = self.carry_out(index, &what)?;
        for happened in told {
            self.happened(&happened)?;
        }
        Ok(())
    }

    fn happened(&mut self, happened: &Happened) -> Outcome<()> {
        if happened.event == "up" || happened.event == "ready" {
            return Ok(());
        }
        self.news = Instant::now();
        self.note(&format!("{happened}"));
        let actions = &self.loaded.setup.actions;
        for index in self.triggers.observe(actions, happened) {
            match actions[index].after.map_or(0, |after| after.as_us()) {
                0 => self.act(index)?,
                after => {
                    let at = Instant::now() + Duration::from_micros(after);
                    self.due.push(Reverse((at, index)));
                }
            }
        }
        Ok(())
    }

    /// A client said something.
    pub(super) fn hear(&mut self, said: &Said) -> Outcome<()> {
        let cast = self.cast.iter().find(|(_, jvm)| jvm.number == said.jvm);
        let Some(entity) = cast.map(|(entity, _)| entity.clone()) else { return Ok(()) };
        let line = &said.line;
        if line.is_null() {
            return self.gone(&entity);
        }
        if line["event"] == json!("assigned") {
            let partitions = line["partitions"].as_u64().unwrap_or_default();
            self.assigned.insert(entity.clone(), partitions);
        }
        if self.begun {
            let happened = Happened::said(&entity, line, |real| self.names.script(real));
            self.remember(&entity, line, &happened);
            self.happened(&happened)?;
        }
        if let (Some(hold), Some(jvm)) = (line.get("hold"), self.cast.get_mut(&entity)) {
            jvm.tell(&json!({ "do": "release", "hold": hold }));
        }
        Ok(())
    }

    /// A client's process ended by itself.
    fn gone(&mut self, entity: &str) -> Outcome<()> {
        self.cast.remove(entity);
        self.died(entity);
        self.happened(&Happened::at("crashed", entity))
    }

    /// What a process had not been told, it will never be told.
    pub(super) fn died(&mut self, entity: &str) {
        let past = self.pasts.entry(entity.to_owned()).or_default();
        for id in past.created.difference(&past.told) {
            self.seen.fates.records.entry(*id).or_default().told = "nothing".to_owned();
        }
    }

    fn remember(&mut self, entity: &str, line: &Value, happened: &Happened) {
        let us = line["us"].as_u64().unwrap_or_default();
        let past = self.pasts.entry(entity.to_owned()).or_default();
        past.over |= happened.event == "fatal";
        for id in &happened.records {
            let record = self.seen.fates.records.entry(*id).or_default();
            match happened.event.as_str() {
                "created" => {
                    past.created.insert(*id);
                }
                "resent" => {
                    past.told.remove(id);
                    record.told = "pending".to_owned();
                }
                "acked" => {
                    record.told = "acked".to_owned();
                    past.told.insert(*id);
                    self.seen.told_us.insert(*id, us);
                    if let Some(took) = line["took_us"].as_u64() {
                        self.seen.took_us.insert(*id, took);
                    }
                }
                "failed" => {
                    let error = line["error"].as_str().unwrap_or("?");
                    record.told = format!("failed({error})");
                    past.told.insert(*id);
                    self.seen.told_us.insert(*id, us);
                }
                "processed" => {
                    let group = entity.rsplit_once('-').map_or(entity, |(group, _)| group);
                    *record.processed.entry(group.to_owned()).or_default() += 1;
                }
                "processing-failed" => *past.failed.entry(*id).or_default() += 1,
                _ => {}
            }
        }
    }

    /// The clients play no part any more.
    fn leave(&mut self) {
        self.net().calm();
        let mut asked = Vec::new();
        for (_, mut jvm) in std::mem::take(&mut self.cast) {
            jvm.tell(&json!({ "do": "end" }));
            asked.push(jvm);
        }
        let until = Instant::now() + Duration::from_secs(6);
        while !asked.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(said) = self.bench.said.recv_timeout(left) else { break };
            if said.line["event"] == json!("ended")
                && let Some(place) = asked.iter().position(|jvm| jvm.number == said.jvm)
            {
                self.bench.idle.push(asked.swap_remove(place));
            } else if said.line.is_null() {
                asked.retain(|jvm| jvm.number != said.jvm);
            }
        }
    }

    pub(super) fn net(&self) -> Net {
        self.bench.cluster.net.clone()
    }

    pub(super) fn way(&self, from: &str, to: &str, one_way: bool) -> Outcome<Way> {
        let script = &self.loaded.script;
        Ok(Way { from: script.end(from)?, to: script.end(to)?, both: !one_way })
    }

    pub(super) fn elapsed_us(&self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }

    /// Waits for something that a client says.
    pub(super) fn await_said(&mut self, jvm: u64, event: &str) -> Outcome<()> {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let said = self
                .bench
                .said
                .recv_timeout(left)
                .map_err(|_| format!("a client is not {event}"))?;
            if said.jvm == jvm && said.line["event"] == json!(event) {
                return Ok(());
            }
            self.hear(&said)?;
        }
    }

    pub(super) fn holds(&self) -> Vec<Value> {
        held(&self.loaded.setup.actions)
    }

    fn note(&self, text: &str) {
        if self.bench.verbose {
            println!("    {:>9.3} s  {text}", self.start.elapsed().as_secs_f64());
        }
    }
}
