//! Random scripts, as plans that shrink to short ones: settings, workload, faults.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::fault::{Counts, Fault, What, Who, any_fault};

/// What a script is made from.
#[derive(Clone, Debug)]
pub struct Plan {
    pub kafka: &'static str,
    pub seed: u32,
    pub brokers: u16,
    pub log_dirs: u16,
    pub jitter_ms: u64,
    pub elr: bool,
    pub topic: TopicPlan,
    pub producers: Vec<ProducerPlan>,
    pub group: Option<GroupPlan>,
    /// An application that reads the second topic and writes to the first, with transactions or
    /// without.
    pub pipe: Option<bool>,
    pub faults: Vec<Fault>,
}

/// The topic; a second one with the defaults stands beside it.
#[derive(Clone, Debug)]
pub struct TopicPlan {
    pub partitions: u16,
    pub replicas: u16,
    pub min_isr: u16,
    pub unclean: bool,
    pub flush: bool,
}

/// A consumer group.
#[derive(Clone, Debug)]
pub struct GroupPlan {
    pub members: u16,
    /// How many run at first, modulo what there is.
    pub running: u16,
    pub protocol: &'static str,
    pub is_static: bool,
    pub auto_commit: bool,
    pub commit_on_revoke: bool,
    pub workers: u16,
    pub read_committed: bool,
}

/// A producer and what it sends.
#[derive(Clone, Debug)]
pub struct ProducerPlan {
    pub acks: &'static str,
    pub idempotent: bool,
    pub in_flight: u32,
    pub retries: Option<u32>,
    pub linger_ms: u64,
    pub count: u32,
    pub every_ms: u64,
    /// How many records its transactions have, if it uses some.
    pub transaction: Option<u32>,
    pub style: &'static str,
    pub resend: u32,
    pub on_restart: &'static str,
}

/// Versions with rules of their own.
const VERSIONS: [&str; 8] = ["4.1", "4.0", "3.9", "3.6", "3.2", "2.4", "0.11", "0.10"];

/// Any plan.
pub fn any_plan() -> impl Strategy<Value = Plan> {
    let world = (
        prop_oneof![3 => Just("4.1"), 2 => select(VERSIONS.to_vec())],
        any::<u32>(),
        1_u16..=4,
        1_u16..=2,
        0_u64..10,
        any::<bool>(),
    );
    let group = prop::option::weighted(0.7, any_group());
    let pipe = prop::option::weighted(0.2, any::<bool>());
    let clients = (prop::collection::vec(any_producer(), 1..=2), group, pipe);
    let faults = prop::collection::vec(any_fault(), 0..6);
    (world, any_topic(), clients, faults).prop_map(|(world, topic, clients, faults)| {
        let (kafka, seed, brokers, log_dirs, jitter_ms, elr) = world;
        let (producers, group, pipe) = clients;
        let pipe = pipe.filter(|_| kafka != "0.10");
        Plan {
            kafka,
            seed,
            brokers,
            log_dirs,
            jitter_ms,
            elr,
            topic,
            producers,
            group,
            pipe,
            faults,
        }
    })
}

fn any_group() -> impl Strategy<Value = GroupPlan> {
    let protocol = select(vec!["range", "cooperative", "consumer"]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (1_u16..=3, 0_u16..=3, protocol, flags, prop_oneof![3 => Just(0_u16), 1 => Just(2)]).prop_map(
        |(members, running, protocol, flags, workers)| {
            let (is_static, auto_commit, commit_on_revoke, read_committed) = flags;
            let protocol = if is_static && protocol == "consumer" { "range" } else { protocol };
            GroupPlan {
                members,
                running,
                protocol,
                is_static,
                auto_commit,
                commit_on_revoke,
                workers,
                read_committed,
            }
        },
    )
}

fn any_topic() -> impl Strategy<Value = TopicPlan> {
    (1_u16..=2, 1_u16..=3, 1_u16..=3, prop::bool::weighted(0.2), prop::bool::weighted(0.2))
        .prop_map(|(partitions, replicas, min_isr, unclean, flush)| TopicPlan {
            partitions,
            replicas,
            min_isr,
            unclean,
            flush,
        })
}

fn any_producer() -> impl Strategy<Value = ProducerPlan> {
    let acks = prop_oneof![3 => Just("all"), 1 => Just("1"), 1 => Just("0")];
    let retries = prop_oneof![4 => Just(None), 1 => (0_u32..4).prop_map(Some)];
    let workload = (1_u32..20, 1_u64..4_000, prop::option::weighted(0.4, 1_u32..6));
    let style =
        prop_oneof![3 => Just("callback"), 1 => select(vec!["blocking", "fire-and-forget"])];
    let resend = prop_oneof![3 => Just(0_u32), 1 => 1_u32..3];
    let on_restart = select(vec!["continue", "continue", "resend-unacknowledged", "resend-all"]);
    let application = (style, resend, on_restart);
    let settings = (acks, any::<bool>(), 1_u32..=5, retries, select(vec![0_u64, 5, 50]));
    (settings, workload, application).prop_map(
        |((acks, idempotent, in_flight, retries, linger_ms), workload, application)| {
            let (count, every_ms, transaction) = workload;
            let (style, resend, on_restart) = application;
            ProducerPlan {
                acks,
                idempotent,
                in_flight,
                retries,
                linger_ms,
                count,
                every_ms,
                transaction,
                style,
                resend,
                on_restart,
            }
        },
    )
}

impl Plan {
    /// How many of each there are.
    pub fn counts(&self) -> Counts {
        Counts {
            brokers: self.brokers,
            producers: self.producers.len() as u16,
            consumers: self.group.as_ref().map_or(0, |group| group.members),
            partitions: self.topic.partitions,
            records: self.producers.iter().map(|p| p.count + 1).sum(),
        }
    }

    /// The script.
    pub fn script(&self) -> Value {
        let replicas = self.topic.replicas.min(self.brokers);
        let mut config = json!({
            "min.insync.replicas": self.topic.min_isr,
            "unclean.leader.election.enable": self.topic.unclean,
        });
        if self.topic.flush {
            config["flush.messages"] = json!(1);
        }
        let mut cluster = json!({ "brokers": self.brokers, "log_dirs": self.log_dirs });
        if self.kafka.starts_with('4') {
            cluster["config"] = json!({ "eligible.leader.replicas.version": u16::from(self.elr) });
        }
        let mut script = json!({
            "name": "A random run", "kafka": self.kafka, "seed": self.seed, "until": "15min",
            "cluster": cluster,
            "network": { "latency": "1ms", "jitter": self.jitter_ms },
            "topics": [
                { "name": "orders", "partitions": self.topic.partitions, "replication_factor": replicas, "config": config },
                { "name": "other", "replication_factor": self.brokers.min(3) },
            ],
            "producers": (1..).zip(&self.producers).map(|(n, p)| p.script(self.kafka, n)).collect::<Vec<_>>(),
            "actions": self.faults.iter().flat_map(|fault| fault.actions(self.counts())).collect::<Vec<_>>(),
        });
        script["groups"] = self.group.iter().map(|group| group.script(self)).collect();
        if let Some(transactional) = self.pipe {
            let producer = format!("producer-{}", self.producers.len() + 1);
            let config = match transactional {
                true => json!({ "transactional.id": "pipe", "enable.idempotence": true,
                    "max.in.flight.requests.per.connection": 1, "acks": "all" }),
                false => json!({}),
            };
            let offsets = if transactional { "transaction" } else { "commit-sync" };
            let group = json!({
                "id": "piping", "topics": ["other"], "processing": "1ms",
                "config": { "auto.offset.reset": "earliest", "enable.auto.commit": false },
                "produces": { "producers": [producer], "topic": "orders", "offsets": offsets },
            });
            let list = |script: &mut Value, name: &str, value: Value| {
                script[name].as_array_mut().expect("a list").push(value);
            };
            list(&mut script, "producers", json!({ "config": config }));
            list(&mut script, "groups", group);
        }
        script
    }

    /// Whether a leader may be elected that lacks what is committed.
    pub fn may_elect_uncleanly(&self) -> bool {
        let allows = |fault: &Fault| {
            matches!(
                fault.what,
                What::ElectUnclean | What::Set("unclean.leader.election.enable", _)
            )
        };
        self.topic.unclean || self.faults.iter().any(allows) || self.is_before(0, 11)
    }

    /// Whether a log may lose its end, or all.
    pub fn may_lose_pages(&self) -> bool {
        self.faults.iter().any(|fault| {
            matches!(fault.what, What::PowerCut(_) | What::FailDisk(_) | What::LoseDisk(_))
        })
    }

    /// Whether its group never goes past what it has not processed: one loop, no `close()` in the
    /// middle of a poll, nothing that it committed is forgotten or deleted.
    pub fn never_skips(&self) -> bool {
        let Some(group) = &self.group else { return false };
        let closes = |fault: &Fault| matches!(fault.what, What::Shutdown(Who::Consumer(_)));
        let forgets =
            |fault: &Fault| matches!(fault.what, What::DeleteRecords(_) | What::ExpireOffsets);
        let closed = group.auto_commit && self.faults.iter().any(closes);
        let forgotten = self.faults.iter().any(forgets);
        let lost = self.may_lose_pages() || self.may_elect_uncleanly();
        group.workers == 0 && !closed && !forgotten && !lost
    }

    /// Whether the only thing that ever breaks is one broker, once, with or without its disk: what
    /// `acks=all` on two in-sync replicas promises to survive.
    pub fn breaks_one_broker_once(&self) -> bool {
        matches!(
            &self.faults[..],
            [Fault {
                what: What::PowerCut(_)
                    | What::FailDisk(_)
                    | What::LoseDisk(_)
                    | What::Crash(Who::Broker(_)),
                ..
            }]
        )
    }

    /// Whether the version is older.
    pub fn is_before(&self, major: u32, minor: u32) -> bool {
        let (a, b) = self.kafka.split_once('.').expect("a version");
        (a.parse::<u32>().expect("a number"), b.parse::<u32>().expect("a number")) < (major, minor)
    }
}

impl GroupPlan {
    fn script(&self, plan: &Plan) -> Value {
        let mut config =
            json!({ "auto.offset.reset": "earliest", "enable.auto.commit": self.auto_commit });
        match self.protocol {
            "consumer" if !plan.is_before(3, 7) => config["group.protocol"] = json!("consumer"),
            "cooperative" if !plan.is_before(2, 4) => {
                config["partition.assignment.strategy"] =
                    json!("org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
            }
            _ => {}
        }
        if self.is_static && !plan.is_before(2, 3) {
            config["group.instance.id"] = json!("host");
        }
        if self.read_committed && !plan.is_before(0, 11) {
            config["isolation.level"] = json!("read_committed");
        }
        json!({
            "id": "billing", "topics": ["orders", "other"], "members": self.members,
            "running": self.running % (self.members + 1), "config": config, "processing": "1ms",
            "workers": self.workers, "commit_on_revoke": self.commit_on_revoke,
        })
    }
}

impl ProducerPlan {
    fn script(&self, kafka: &str, number: u32) -> Value {
        let mut config = json!({
            "acks": self.acks,
            "linger.ms": self.linger_ms,
            "max.in.flight.requests.per.connection": self.in_flight,
        });
        if self.is_idempotent() {
            config["enable.idempotence"] = json!(true);
            if kafka == "0.11" {
                config["max.in.flight.requests.per.connection"] = json!(1);
            }
        } else {
            config["enable.idempotence"] = json!(false);
        }
        if let Some(retries) = self.retries {
            config["retries"] = json!(retries);
        }
        let sends = |topic: &str, count: u32| json!({ "topic": topic, "count": count, "start": "10ms", "every": self.every_ms, "keys": ["a", "b", "c"] });
        let other = (self.count / 4).max(1);
        let mut script = json!({
            "sends": [sends("orders", self.count), sends("other", other)],
            "style": self.style, "resend": self.resend, "on_restart": self.on_restart,
        });
        if let Some(records) = self.transaction.filter(|_| self.is_idempotent() && kafka != "0.10")
        {
            config["transactional.id"] = json!(format!("id-{number}"));
            script["transaction"] = json!({ "records": records, "abort": [2], "retry": true });
        }
        script["config"] = config;
        script
    }

    /// Whether it may be.
    pub fn is_idempotent(&self) -> bool {
        self.idempotent && self.acks == "all" && self.retries != Some(0)
    }
}
