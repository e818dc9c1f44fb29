//! What breaks in a random run: each fault with its repair, or without it.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// A fault: what is done, when, and for how long; without an end it stays.
#[derive(Clone, Debug)]
pub struct Fault {
    pub at_ms: u64,
    pub for_ms: Option<u64>,
    pub what: What,
}

/// What breaks. Numbers count from 1, and are taken modulo what there is.
#[derive(Clone, Debug)]
pub enum What {
    Crash(Who),
    PowerCut(u16),
    Shutdown(Who),
    Pause(Who),
    Cut(Who, Who, bool),
    Slow(Who, Who, u64),
    Drop(Who, Who, u32),
    Lose(Who, u16, &'static str, &'static str),
    LoseSome(Who, u16, &'static str, u32),
    FailDisk(u16),
    LoseDisk(u16),
    SlowDisk(u16, u64),
    ElectPreferred,
    ElectUnclean,
    Set(&'static str, u64),
    Stall(u16, u64),
    DeleteRecords(u64),
    ExpireOffsets,
    AddPartition,
    Resend(u32),
    Reconfigure(Who, u64),
}

/// Somebody.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    Broker(u16),
    Producer(u16),
    Consumer(u16),
    Controller,
}

/// How many there are.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub brokers: u16,
    pub producers: u16,
    pub consumers: u16,
    pub partitions: u16,
    pub records: u32,
}

/// Any fault.
pub fn any_fault() -> impl Strategy<Value = Fault> {
    let for_ms = prop_oneof![3 => (1_u64..60_000).prop_map(Some), 1 => Just(None)];
    (1_u64..60_000, for_ms, any_what()).prop_map(|(at_ms, for_ms, what)| Fault {
        at_ms,
        for_ms,
        what,
    })
}

fn any_what() -> impl Strategy<Value = What> {
    let broker = || 1_u16..=5;
    let somebody = || {
        prop_oneof![
            4 => broker().prop_map(Who::Broker),
            1 => (1_u16..=2).prop_map(Who::Producer),
            2 => (1_u16..=3).prop_map(Who::Consumer),
        ]
    };
    let anybody = || prop_oneof![4 => somebody(), 1 => Just(Who::Controller)];
    let client = || {
        prop_oneof![
            (1_u16..=2).prop_map(Who::Producer),
            (1_u16..=2).prop_map(Who::Consumer),
            broker().prop_map(Who::Broker)
        ]
    };
    prop_oneof![
        6 => somebody().prop_map(What::Crash),
        3 => broker().prop_map(What::PowerCut),
        3 => somebody().prop_map(What::Shutdown),
        3 => somebody().prop_map(What::Pause),
        3 => (broker(), anybody(), any::<bool>()).prop_map(|(b, to, one_way)| What::Cut(Who::Broker(b), to, one_way)),
        2 => (broker(), anybody(), 1_u64..5_000).prop_map(|(b, to, ms)| What::Slow(Who::Broker(b), to, ms)),
        2 => (broker(), anybody(), 1_u32..500_000).prop_map(|(b, to, ppm)| What::Drop(Who::Broker(b), to, ppm)),
        3 => (client(), broker(), select(vec!["request", "response"]), select(vec!["reset", "silent"]))
            .prop_map(|(client, server, what, how)| What::Lose(client, server, what, how)),
        1 => (client(), broker(), select(vec!["request", "response"]), 1_u32..500_000)
            .prop_map(|(client, server, what, ppm)| What::LoseSome(client, server, what, ppm)),
        1 => broker().prop_map(What::FailDisk),
        1 => broker().prop_map(What::LoseDisk),
        1 => (broker(), 1_u64..2_000).prop_map(|(b, ms)| What::SlowDisk(b, ms)),
        1 => Just(What::ElectPreferred),
        1 => Just(What::ElectUnclean),
        2 => (1_u16..=3, 1_u64..400_000).prop_map(|(consumer, ms)| What::Stall(consumer, ms)),
        1 => (1_u64..10).prop_map(What::DeleteRecords),
        1 => Just(What::ExpireOffsets),
        1 => Just(What::AddPartition),
        1 => (1_u32..5).prop_map(What::Resend),
        3 => (client(), 1_u64..400).prop_map(|(who, n)| What::Reconfigure(who, n)),
        1 => (1_u64..=3).prop_map(|n| What::Set("min.insync.replicas", n)),
        1 => (0_u64..=1).prop_map(|on| What::Set("unclean.leader.election.enable", on)),
    ]
}

impl Who {
    /// The name of an entity that there is.
    fn name(self, counts: Counts) -> String {
        let of = |number: u16, count: u16| (number - 1) % count.max(1) + 1;
        match self {
            Self::Producer(n) => format!("producer-{}", of(n, counts.producers)),
            Self::Consumer(n) if counts.consumers > 0 => {
                format!("billing-{}", of(n, counts.consumers))
            }
            Self::Broker(n) | Self::Consumer(n) => format!("broker-{}", of(n, counts.brokers)),
            Self::Controller => "controller".to_owned(),
        }
    }
}

impl Fault {
    /// The actions of a script that it is.
    pub fn actions(&self, counts: Counts) -> Vec<Value> {
        let broker = |n: u16| Who::Broker(n).name(counts);
        let (begin, end) = match &self.what {
            What::Crash(who) => (json!({ "crash": who.name(counts) }), restart(&who.name(counts))),
            What::PowerCut(b) => (json!({ "power-cut": broker(*b) }), restart(&broker(*b))),
            What::Shutdown(who) => {
                (json!({ "shutdown": who.name(counts) }), restart(&who.name(counts)))
            }
            What::Pause(who) => {
                let name = who.name(counts);
                (json!({ "pause": name }), Some(json!({ "resume": name })))
            }
            What::Cut(from, to, one_way) => {
                let way =
                    json!({ "from": from.name(counts), "to": to.name(counts), "one_way": one_way });
                (json!({ "cut": way }), Some(json!({ "heal": way })))
            }
            What::Slow(from, to, ms) => {
                let slow = |ms: u64| json!({ "slow": { "from": from.name(counts), "to": to.name(counts), "latency": ms } });
                (slow(*ms), Some(slow(1)))
            }
            What::Drop(from, to, ppm) => {
                let drop = |ppm: u32| json!({ "drop": { "from": from.name(counts), "to": to.name(counts), "per_million": ppm } });
                (drop(*ppm), Some(drop(0)))
            }
            What::Lose(client, server, what, how) => {
                let lose = json!({
                    "client": client.name(counts), "server": broker(*server), "what": what, "connection": how,
                });
                (json!({ "lose": lose }), None)
            }
            What::LoseSome(client, server, what, ppm) => {
                let way = (client.name(counts), broker(*server), *what);
                (lose_some(&way, *ppm), Some(lose_some(&way, 0)))
            }
            What::FailDisk(b) => {
                (json!({ "fail-disk": { "broker": broker(*b) } }), restart(&broker(*b)))
            }
            What::LoseDisk(b) => {
                (json!({ "lose-disk": { "broker": broker(*b) } }), restart(&broker(*b)))
            }
            What::SlowDisk(b, ms) => {
                let slow = |ms: u64| json!({ "slow-disk": { "broker": broker(*b), "append": ms, "fsync": 2 * ms } });
                (slow(*ms), Some(slow(1)))
            }
            What::ElectPreferred => (json!("elect-preferred"), None),
            What::ElectUnclean => (json!("elect-unclean"), None),
            What::Stall(consumer, ms) if counts.consumers > 0 => {
                let name = Who::Consumer(*consumer).name(counts);
                (json!({ "stall": { "consumer": name, "for": ms } }), None)
            }
            What::ExpireOffsets if counts.consumers > 0 => {
                (json!({ "expire-offsets": "billing" }), None)
            }
            What::Stall(..) | What::ExpireOffsets => return Vec::new(),
            What::DeleteRecords(before) => {
                (json!({ "delete-records": { "topic": "orders", "before": before } }), None)
            }
            What::AddPartition => {
                let partitions = counts.partitions + 1;
                (json!({ "add-partitions": { "topic": "orders", "partitions": partitions } }), None)
            }
            What::Reconfigure(who, n) => (reconfigure(*who, *n, counts), None),
            What::Resend(record) => (json!({ "resend": record.min(&counts.records) }), None),
            What::Set(property, value) => {
                let value = match *property {
                    "min.insync.replicas" => json!(value),
                    _ => json!(*value == 1),
                };
                (json!({ "set": { "topic": "orders", "config": { *property: value } } }), None)
            }
        };
        let mut actions = vec![json!({ "at": self.at_ms, "do": begin })];
        if let (Some(for_ms), Some(end)) = (self.for_ms, end) {
            actions.push(json!({ "at": self.at_ms + for_ms, "do": end }));
        }
        actions
    }
}

/// Somebody who comes back with a setting on which no promise hangs: a client, whose `acks` is made
/// stronger only, or all brokers in turn.
fn reconfigure(who: Who, n: u64, counts: Counts) -> Value {
    if n % 5 == 4 {
        let config = json!({ "replica.lag.time.max.ms": 500 + n * 100 });
        return json!({ "roll": { "config": config } });
    }
    let reads = matches!(who, Who::Consumer(_)) && counts.consumers > 0;
    let (client, name, value) = match (who, n % 3) {
        (_, 0) if reads => ("billing".to_owned(), "max.poll.records", json!(n)),
        (_, 1) if reads => (who.name(counts), "max.poll.records", json!(n)),
        _ if reads => (who.name(counts), "enable.auto.commit", json!(false)),
        (_, 0) => (Who::Producer(1).name(counts), "linger.ms", json!(n)),
        (_, 1) => (Who::Producer(2).name(counts), "batch.size", json!(n)),
        _ => (Who::Producer(1).name(counts), "acks", json!("all")),
    };
    json!({ "reconfigure": { "client": client, "config": { name: value } } })
}

fn restart(name: &str) -> Option<Value> {
    Some(json!({ "restart": name }))
}

fn lose_some((client, server, what): &(String, String, &str), per_million: u32) -> Value {
    json!({ "lose-some": { "client": client, "server": server, "what": what, "per_million": per_million } })
}
