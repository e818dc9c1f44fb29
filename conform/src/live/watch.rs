//! Looks at the cluster all the time and says what has changed: leaders, in-sync replicas, fenced
//! brokers, and (where a script waits for it) what is in the logs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::triggers::Happened;

/// A question that is asked again and again.
#[derive(Clone, Debug)]
enum Question {
    Topics,
    Brokers,
    Log { broker: u16, topic: String, partition: u16, folder: String },
    HighWatermark { topic: String, partition: u16 },
}

/// What was last seen.
pub struct Watch {
    /// The real names of topics and the script's.
    topics: BTreeMap<String, String>,
    questions: Vec<Question>,
    next: usize,
    asked: Option<(u64, Question)>,
    partitions: BTreeMap<(String, u16), (u64, Vec<u64>)>,
    unfenced: Vec<u64>,
    logs: BTreeMap<(u16, String, u16), Vec<(u64, u32)>>,
    high_watermarks: BTreeMap<(String, u16), u64>,
}

impl Watch {
    /// Begins with what is there; `events` are those that actions wait for.
    pub fn new(
        cluster: &mut Cluster,
        topics: &BTreeMap<String, (String, Vec<Vec<u16>>)>,
        events: &[Value],
    ) -> Self {
        let waits =
            |names: &[&str]| events.iter().any(|e| e.as_str().is_some_and(|e| names.contains(&e)));
        let mut questions = vec![Question::Topics, Question::Brokers];
        let logs = waits(&["appended", "replicated", "committed", "truncated"]);
        for (name, (real, partitions)) in topics {
            for (partition, replicas) in (0u16..).zip(partitions) {
                for broker in replicas.iter().filter(|_| logs) {
                    let folder = cluster.folder_of(*broker, real, partition);
                    questions.push(Question::Log {
                        broker: *broker,
                        topic: name.clone(),
                        partition,
                        folder,
                    });
                }
                if waits(&["committed"]) {
                    questions.push(Question::HighWatermark { topic: real.clone(), partition });
                }
            }
        }
        let mut watch = Self {
            topics: topics.iter().map(|(name, (real, _))| (real.clone(), name.clone())).collect(),
            questions,
            next: 0,
            asked: None,
            partitions: BTreeMap::new(),
            unfenced: Vec::new(),
            logs: BTreeMap::new(),
            high_watermarks: BTreeMap::new(),
        };
        // How things are when the script begins is not news.
        for question in watch.questions.clone() {
            let (what, fields) = watch.words(&question);
            if let Ok(answer) = cluster.overseer.ask(what, fields) {
                watch.learn(&question, &answer);
            }
        }
        watch
    }

    /// Asks the next question if the last one is answered, and says what the answer tells.
    pub fn look(&mut self, cluster: &mut Cluster) -> Vec<Happened> {
        let mut news = Vec::new();
        if let Some((number, question)) = &self.asked {
            let Some(answer) = cluster.overseer.answer(*number) else { return news };
            let question = question.clone();
            if let Ok(answer) = answer {
                news = self.learn(&question, &answer);
            }
        }
        let question = self.questions[self.next % self.questions.len()].clone();
        self.next += 1;
        let (what, fields) = self.words(&question);
        self.asked = Some((cluster.overseer.post(what, fields), question));
        news
    }

    /// Whether the controller counts on all these brokers.
    pub fn are_unfenced(&self, brokers: &[u16]) -> bool {
        brokers.iter().all(|broker| self.unfenced.contains(&u64::from(*broker)))
    }

    fn words(&self, question: &Question) -> (&'static str, Value) {
        match question {
            Question::Topics => {
                let names: Vec<_> = self.topics.keys().collect();
                ("describe", json!({ "topics": names }))
            }
            Question::Brokers => ("unfenced", json!({})),
            Question::Log { folder, .. } => ("dump", json!({ "folder": folder })),
            Question::HighWatermark { topic, partition } => {
                ("offsets", json!({ "topic": topic, "partition": partition }))
            }
        }
    }

    fn learn(&mut self, question: &Question, answer: &Value) -> Vec<Happened> {
        match question {
            Question::Topics => self.partitions(answer),
            Question::Brokers => self.brokers(answer),
            Question::Log { broker, topic, partition, .. } => {
                self.log(*broker, topic, *partition, answer)
            }
            Question::HighWatermark { topic, partition } => {
                self.committed(topic, *partition, answer)
            }
        }
    }

    fn partitions(&mut self, answer: &Value) -> Vec<Happened> {
        let mut news = Vec::new();
        for (real, partitions) in answer.as_object().into_iter().flatten() {
            let Some(topic) = self.topics.get(real) else { continue };
            for (partition, now) in (0u16..).zip(partitions.as_array().into_iter().flatten()) {
                let leader = now["leader"].as_u64().unwrap_or_default();
                let isr: Vec<u64> = numbers(&now["isr"]);
                let old = self.partitions.insert((real.clone(), partition), (leader, isr.clone()));
                let Some((old_leader, old_isr)) = old else { continue };
                let mut say = |event: &str, entity: Option<u64>| {
                    news.push(Happened {
                        event: event.to_owned(),
                        entity: entity.map(|number| format!("broker-{number}")),
                        topic: Some(topic.clone()),
                        partition: Some(partition),
                        ..Happened::default()
                    });
                };
                if old_isr.iter().any(|member| !isr.contains(member)) {
                    say("isr-shrunk", None);
                }
                if isr.iter().any(|member| !old_isr.contains(member)) {
                    say("isr-expanded", None);
                }
                if leader != old_leader && leader != 0 {
                    say("elected", Some(leader));
                } else if leader != old_leader {
                    say("leaderless", None);
                }
            }
        }
        news
    }

    fn brokers(&mut self, answer: &Value) -> Vec<Happened> {
        let now = numbers(answer);
        let old = std::mem::replace(&mut self.unfenced, now.clone());
        let name = |number: &u64| format!("broker-{number}");
        let fenced = old.iter().filter(|it| !now.contains(it));
        let unfenced = now.iter().filter(|it| !old.contains(it));
        let fenced = fenced.map(|it| Happened::at("fenced", &name(it)));
        fenced.chain(unfenced.map(|it| Happened::at("unfenced", &name(it)))).collect()
    }

    fn log(&mut self, broker: u16, topic: &str, partition: u16, answer: &Value) -> Vec<Happened> {
        let entries = answer.as_array().into_iter().flatten();
        let record =
            |entry: &Value| Some((entry[0].as_u64()?, u32::try_from(entry[1].as_u64()?).ok()?));
        let now: Vec<(u64, u32)> = entries.filter_map(record).collect();
        let key = (broker, topic.to_owned(), partition);
        let old = self.logs.insert(key, now.clone()).unwrap_or_default();
        let real = self.topics.iter().find(|(_, name)| *name == topic).map(|(real, _)| real);
        let leader = real.and_then(|real| self.partitions.get(&(real.clone(), partition)));
        let leads = leader.is_some_and(|(leader, _)| *leader == u64::from(broker));
        let happened = |event: &str, records: Vec<u32>, offsets| Happened {
            event: event.to_owned(),
            entity: Some(format!("broker-{broker}")),
            topic: Some(topic.to_owned()),
            partition: Some(partition),
            records,
            offsets: Some(offsets),
        };
        let same = old.iter().zip(&now).take_while(|(a, b)| a == b).count();
        let mut news = Vec::new();
        if let Some((offset, _)) = old.get(same) {
            news.push(happened("truncated", Vec::new(), (*offset, u64::MAX)));
        }
        // One record a time: batches differ in nothing that a script can ask for.
        for (offset, record) in &now[same..] {
            let event = if leads { "appended" } else { "replicated" };
            news.push(happened(event, vec![*record], (*offset, offset + 1)));
        }
        news
    }

    fn committed(&mut self, real: &str, partition: u16, answer: &Value) -> Vec<Happened> {
        let now = answer[0].as_u64().unwrap_or_default();
        let old = self.high_watermarks.insert((real.to_owned(), partition), now).unwrap_or(now);
        let Some(topic) = self.topics.get(real) else { return Vec::new() };
        let logs = self.logs.iter().filter(|((_, t, p), _)| t == topic && *p == partition);
        let mut records: Vec<u32> = logs
            .flat_map(|(_, log)| log.iter().filter(|(offset, _)| (old..now).contains(offset)))
            .map(|(_, record)| *record)
            .collect();
        records.dedup();
        let news = Happened {
            event: "committed".to_owned(),
            topic: Some(topic.clone()),
            partition: Some(partition),
            records,
            offsets: Some((old, now)),
            ..Happened::default()
        };
        (now > old).then_some(news).into_iter().collect()
    }
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}
