//! Small scripts and what came of them.

use std::sync::Arc;

use ackscope::model::ids::{BrokerId, RecordId};
use ackscope::model::run::Run;
use ackscope::model::trace::Kind;
use ackscope::model::{Setup, run};
use ackscope::script::Script;
use ackscope::verdict::report::Report;
use serde_json::{Value, json};

/// A run with its report.
pub struct Outcome {
    pub run: Run,
    pub report: Report,
}

/// A small script: one producer sends records to one partition on three brokers, 1 ms apart from
/// everybody; one group reads them. `changes` replaces whole entries.
pub fn script(changes: Value) -> Value {
    let mut script = json!({
        "kafka": "4.1",
        "network": { "latency": "1ms" },
        "topics": [{ "name": "orders" }],
        "producers": [{ "sends": [{ "topic": "orders", "count": 5, "start": "10ms", "every": "10ms", "keys": ["a"] }] }],
        "groups": [{ "id": "billing", "topics": ["orders"], "config": { "auto.offset.reset": "earliest" } }],
    });
    let (Value::Object(script_map), Value::Object(changes)) = (&mut script, changes) else {
        panic!("a script is an object")
    };
    script_map.extend(changes);
    script
}

/// Runs a script.
pub fn outcome(script: &Value) -> Outcome {
    let text = script.to_string();
    let (script, resolved) = Script::load(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let run = run(&Setup::new(&script, &resolved));
    let report = Report::of("", Vec::new(), &run);
    Outcome { run, report }
}

/// Runs the small script with changes.
pub fn with(changes: Value) -> Outcome {
    outcome(&script(changes))
}

/// A producer with these settings that sends `count` records of `value_bytes`, `every` so often.
pub fn producer(config: Value, count: u32, every: &str, value_bytes: u32) -> Value {
    json!([{
        "config": config,
        "sends": [{
            "topic": "orders", "count": count, "start": "10ms", "every": every, "keys": ["a"],
            "value_bytes": value_bytes
        }]
    }])
}

impl Outcome {
    /// The records with that fate.
    pub fn with_fate(&self, fate: &str) -> Vec<u32> {
        self.report.records.iter().filter(|r| r.fate.word() == fate).map(|r| r.id).collect()
    }

    /// What the application was told of each record.
    pub fn told(&self) -> Vec<&str> {
        self.report.records.iter().map(|r| r.told.as_str()).collect()
    }

    /// How often each record was processed.
    pub fn processed(&self) -> Vec<u32> {
        self.report.records.iter().map(|r| r.processed).collect()
    }

    /// The events that `pick` picks, with their times.
    pub fn events<T>(&self, pick: impl Fn(&Kind) -> Option<T>) -> Vec<(u64, T)> {
        let found = self.run.trace.iter().filter_map(|e| Some((e.at_us, pick(&e.kind)?)));
        found.collect()
    }

    /// The only time of an event.
    pub fn at_us(&self, pick: impl Fn(&Kind) -> bool) -> u64 {
        let found = self.events(|kind| pick(kind).then_some(()));
        assert!(!found.is_empty(), "no such event");
        found[0].0
    }

    /// When the application was told that a record was sent.
    pub fn acked_us(&self, record: u32) -> u64 {
        self.at_us(|kind| matches!(kind, Kind::BatchAcked { batch, .. } if batch.records.contains(&RecordId(record))))
    }

    /// The records of the partition's log at a broker when the run is over, with their offsets.
    pub fn log(&self, broker: u16) -> Vec<(u64, u32)> {
        let partition = ackscope::model::ids::PartitionId(0);
        let replica =
            self.run.world.brokers[usize::from(broker) - 1].replica(partition).expect("a replica");
        let records = replica.log.batches().iter().flat_map(|entry| entry.records());
        records.map(|(offset, record)| (offset, record.0)).collect()
    }

    /// The leaders that were elected for the user's partition.
    pub fn elected(&self) -> Vec<u16> {
        let elected = self.events(|kind| match kind {
            Kind::LeaderElected { partition, leader, .. } if partition.0 == 0 => Some(leader.0 + 1),
            _ => None,
        });
        elected.into_iter().map(|(_, leader)| leader).collect()
    }

    /// Fails with the trace for whoever has to find out why.
    pub fn trace_text(&self) -> String {
        self.run.trace.iter().map(|e| format!("{} {:?}\n", e.at_us, e.kind)).collect()
    }
}

/// Whether an event says that the broker crashed.
pub fn crashed(number: u16) -> impl Fn(&Kind) -> bool {
    move |kind| matches!(kind, Kind::BrokerCrashed { broker } if *broker == BrokerId(number - 1))
}

/// The setup and the trace of a script.
pub fn setup(script: &Value) -> Arc<Setup> {
    let (script, resolved) = Script::load(&script.to_string()).expect("a script");
    Setup::new(&script, &resolved)
}
