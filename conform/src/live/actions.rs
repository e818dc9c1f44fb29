//! Doing to the real thing what a script's actions say, and casting its parts.

use std::time::{Duration, Instant};

use ackscope::model::ids::Node;
use ackscope::script::Do;
use ackscope::script::entity::Entity;
use serde_json::{Value, json};

use super::Outcome;
use super::clients::{self, Past};
use super::jvm::Jvm;
use super::net::Loss;
use super::run::Run;
use super::triggers::Happened;

/// How long a group must not have moved to count as stable.
const STABLE: Duration = Duration::from_millis(500);

impl Run<'_, '_> {
    /// Starts everybody who runs when the script begins, and waits until groups are stable.
    pub(super) fn cast_all(&mut self) -> Outcome<()> {
        let setup = self.loaded.setup.clone();
        for index in (0..setup.consumers.len()).filter(|index| setup.consumers[*index].runs) {
            let command = clients::consumer(self.loaded, &self.names, index, None);
            let entity = setup.name(Node::Consumer(ackscope::model::ids::ConsumerId(index as u16)));
            self.cast(&entity, command)?;
        }
        for index in (0..setup.producers.len()).filter(|n| setup.producers[*n].consumer.is_none()) {
            let command = clients::producer(self.loaded, &self.names, index, None);
            self.cast(&format!("producer-{}", index + 1), command)?;
        }
        self.await_groups()
    }

    /// A process for a part: an idle one, or a new one.
    fn cast(&mut self, entity: &str, mut command: Value) -> Outcome<()> {
        let mut jvm = match self.bench.idle.pop() {
            Some(jvm) => jvm,
            None => {
                *self.bench.jvms += 1;
                let (guard, kafka) = (self.bench.guard, self.bench.cluster.kafka.clone());
                Jvm::start(guard, &kafka, *self.bench.jvms, self.bench.speak.clone())?
            }
        };
        let known = self.loaded.script.entity(entity)?;
        if let Ok(mut who) = self.bench.cluster.who.lock() {
            who.insert(entity.to_owned(), known);
            // The producer of a process that reads has a name of its own.
            for index in 1..=self.loaded.setup.producers.len() as u16 {
                who.insert(format!("producer-{index}"), Entity::Producer(index));
            }
        }
        command["holds"] = json!(self.holds());
        jvm.tell(&command);
        let number = jvm.number;
        self.cast.insert(entity.to_owned(), jvm);
        self.await_said(number, "ready")
    }

    /// Waits until every partition has somebody who reads it, and nobody moves any more.
    fn await_groups(&mut self) -> Outcome<()> {
        let setup = self.loaded.setup.clone();
        let wanted: u64 = setup
            .groups
            .iter()
            .zip(0..)
            .filter(|(_, id)| setup.consumers.iter().any(|c| c.group.index() == *id && c.runs))
            .map(|(group, _)| {
                group.topics.iter().flatten().filter(|p| setup.is_initial(**p)).count() as u64
            })
            .sum();
        let start = Instant::now();
        let mut stable = Instant::now();
        while wanted > 0
            && (self.assigned.values().sum::<u64>() != wanted || stable.elapsed() < STABLE)
        {
            if start.elapsed() > Duration::from_secs(60) {
                return Err(format!("the groups have {:?} of {wanted}", self.assigned));
            }
            let Ok(said) = self.bench.said.recv_timeout(Duration::from_millis(50)) else {
                continue;
            };
            if matches!(said.line["event"].as_str(), Some("assigned" | "revoked")) {
                stable = Instant::now();
            }
            self.hear(&said)?;
        }
        Ok(())
    }

    /// Carries out an action; answers with what that makes happen at once.
    pub(super) fn carry_out(&mut self, index: usize, what: &Do) -> Outcome<Vec<Happened>> {
        let at = |event: &str, name: &String| Ok(vec![Happened::at(event, name)]);
        match what {
            Do::Crash(name) => {
                match self.loaded.script.entity(name)? {
                    Entity::Broker(number) => self.down(number, |run| {
                        run.bench.cluster.crash(number);
                        Ok(())
                    })?,
                    _ => {
                        let process = self.process_of(name);
                        self.cast.remove(&process);
                        self.died(&process);
                    }
                }
                at("crashed", name)
            }
            Do::PowerCut(name) => {
                let Entity::Broker(number) = self.loaded.script.entity(name)? else {
                    return Err(format!("{name} has no machine of its own"));
                };
                let flushes = self.flushed_topics();
                self.down(number, |run| {
                    let then = run.written.clone();
                    run.bench.cluster.cut_power(number, &then, &flushes)
                })?;
                // Nobody is told, and it is not what a script calls a crash.
                Ok(Vec::new())
            }
            Do::Restart(name) => {
                match self.loaded.script.entity(name)? {
                    Entity::Broker(number) => {
                        self.awaited.insert(number);
                        self.answering = false;
                        self.bench.cluster.start_broker(self.bench.guard, number)?;
                    }
                    entity => self.restart_client(name, entity)?,
                }
                at("restarted", name)
            }
            Do::Shutdown(name) => {
                match self.loaded.script.entity(name)? {
                    Entity::Broker(number) => {
                        self.awaited.remove(&number);
                        self.bench.cluster.terminate(number)?;
                    }
                    _ => self.tell(name, json!({ "do": "close" })),
                }
                Ok(Vec::new())
            }
            Do::Pause(name) | Do::Resume(name) => self.pause(name, matches!(what, Do::Pause(_))),
            _ => self.carry_out_more(index, what).map(|()| Vec::new()),
        }
    }

    fn carry_out_more(&mut self, index: usize, what: &Do) -> Outcome<()> {
        let net = self.net();
        match what {
            Do::Cut(between) => net.cut(self.way(&between.from, &between.to, between.one_way)?),
            Do::Heal(between) => net.heal(self.way(&between.from, &between.to, between.one_way)?),
            Do::Slow(slow) => {
                let latency = Duration::from_micros(slow.latency.as_us());
                net.slow(self.way(&slow.from, &slow.to, slow.one_way)?, latency);
            }
            Do::Lose(lose) => {
                let way = self.way(&lose.client, &lose.server, true)?;
                net.lose(Loss { way, what: lose.what, connection: lose.connection });
            }
            Do::Send(send) => {
                let record = self.loaded.setup.sent_by(index as u16).0;
                self.tell(&send.producer, json!({ "do": "send", "record": record }));
            }
            Do::Resend(record) => {
                let plan = self.loaded.setup.record(ackscope::model::ids::RecordId(*record));
                let producer = format!("producer-{}", plan.producer.index() + 1);
                self.tell(&producer, json!({ "do": "resend", "record": record }));
            }
            Do::Flush(name) => self.tell(name, json!({ "do": "flush" })),
            Do::Stall(stall) => {
                let ms = stall.longer.as_us() / 1000;
                self.tell(&stall.consumer, json!({ "do": "stall", "ms": ms }));
            }
            Do::LoseDisk(disk) => {
                let Entity::Broker(number) = self.loaded.script.entity(&disk.broker)? else {
                    return Err(format!("{} has no disk", disk.broker));
                };
                self.bench.cluster.lose_disk(number, disk.directory)?;
            }
            _ => return self.administer(what),
        }
        Ok(())
    }

    /// What a script's administrator does, with Kafka's own tools' calls.
    fn administer(&mut self, what: &Do) -> Outcome<()> {
        let names = self.names.clone();
        let (question, fields) = match what {
            Do::ElectPreferred | Do::ElectUnclean => {
                let setup = &self.loaded.setup;
                let user = setup.partitions.iter().filter(|partition| !partition.internal);
                let all: Vec<_> = user
                    .map(|p| {
                        json!([names.real(&setup.topics[usize::from(p.topic)].name), p.number])
                    })
                    .collect();
                ("elect", json!({ "partitions": all, "unclean": matches!(what, Do::ElectUnclean) }))
            }
            Do::Set(set) => {
                let topic = set.topic.as_ref().map(|topic| names.real(topic));
                ("alter", json!({ "topic": topic, "config": clients::properties(&set.config) }))
            }
            Do::AddPartitions(add) => {
                let fields =
                    json!({ "topic": names.real(&add.topic), "partitions": add.partitions });
                ("add-partitions", fields)
            }
            Do::DeleteRecords(delete) => {
                let before = delete.before.map_or(-1, |offset| offset as i64);
                let topic = names.real(&delete.topic);
                (
                    "delete-records",
                    json!({ "topic": topic, "partition": delete.partition, "before": before }),
                )
            }
            Do::ExpireOffsets(group) => ("expire-offsets", json!({ "group": names.real(group) })),
            other => {
                return Err(format!(
                    "the harness cannot do this to a real cluster: {}",
                    json!(other)
                ));
            }
        };
        self.bench.cluster.overseer.ask(question, fields).map(|_| ())
    }

    fn down(&mut self, number: u16, how: impl FnOnce(&mut Self) -> Outcome<()>) -> Outcome<()> {
        self.awaited.remove(&number);
        how(self)
    }

    fn pause(&mut self, name: &str, stop: bool) -> Outcome<Vec<Happened>> {
        match self.loaded.script.entity(name)? {
            Entity::Broker(number) if stop => self.bench.cluster.pause(number)?,
            Entity::Broker(number) => self.bench.cluster.resume(number)?,
            _ => {
                let process = self.process_of(name);
                if let Some(jvm) = self.cast.get(&process) {
                    jvm.ward.signal(if stop { "STOP" } else { "CONT" })?;
                }
            }
        }
        Ok(Vec::new())
    }

    fn tell(&mut self, name: &str, command: Value) {
        let process = self.process_of(name);
        if let Some(jvm) = self.cast.get_mut(&process) {
            jvm.tell(&command);
        }
    }

    /// The part whose process an entity lives in: a producer may live in a consumer's.
    fn process_of(&self, name: &str) -> String {
        let setup = &self.loaded.setup;
        let owner = self.loaded.script.producer_index(name).and_then(|index| {
            setup.producers[usize::from(index)].consumer.map(|id| setup.name(Node::Consumer(id)))
        });
        owner.unwrap_or_else(|| name.to_owned())
    }

    fn restart_client(&mut self, name: &str, entity: Entity) -> Outcome<()> {
        let process = self.process_of(name);
        // One that has closed is still there; it starts over.
        if let Some(mut jvm) = self.cast.remove(&process) {
            jvm.ward.kill();
        }
        let past = self.pasts.get(&process).cloned().unwrap_or_else(Past::default);
        let setup = &self.loaded.setup;
        let mut command = match entity {
            Entity::Producer(number) if process == name => {
                clients::producer(self.loaded, &self.names, usize::from(number) - 1, Some(&past))
            }
            _ => {
                let index = (0..setup.consumers.len()).find(|index| {
                    let id = ackscope::model::ids::ConsumerId(*index as u16);
                    setup.name(Node::Consumer(id)) == process
                });
                let index = index.ok_or_else(|| format!("nobody is called {process}"))?;
                clients::consumer(self.loaded, &self.names, index, Some(&past))
            }
        };
        command["us"] = json!(self.elapsed_us());
        self.cast(&process, command)?;
        let us = self.elapsed_us();
        if let Some(jvm) = self.cast.get_mut(&process) {
            jvm.tell(&json!({ "do": "go", "us": us }));
        }
        Ok(())
    }

    fn flushed_topics(&self) -> Vec<String> {
        let setup = &self.loaded.setup;
        let flushes = setup.topics.iter().filter(|topic| {
            topic.partitions.iter().any(|p| setup.partition(*p).config.flush_messages == 1)
        });
        flushes.map(|topic| self.names.real(&topic.name)).collect()
    }
}
