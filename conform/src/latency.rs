//! How long acknowledgements take, for each `acks`, with and without a flush of every message.

use std::collections::BTreeMap;

use ackscope::model::run;
use ackscope::model::trace::Kind;
use serde_json::{Value, json};

use crate::script::Loaded;

/// How many records each line of the table is measured with; a few before them warm things up.
pub const RECORDS: u32 = 300;
/// Records that do not count: connections are made, code is compiled.
pub const WARM_UP: u32 = 100;

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// `acks`.
    pub acks: &'static str,
    /// `flush.messages`, or none.
    pub flush: bool,
}

/// The table's lines.
pub const LINES: &[Line] = &[
    Line { acks: "0", flush: false },
    Line { acks: "1", flush: false },
    Line { acks: "all", flush: false },
    Line { acks: "0", flush: true },
    Line { acks: "1", flush: true },
    Line { acks: "all", flush: true },
];

impl Line {
    /// How the table calls the flush.
    #[must_use]
    pub fn flush_words(self) -> &'static str {
        if self.flush { "every message" } else { "never" }
    }

    /// One record after the other, so that none waits for another.
    ///
    /// # Errors
    /// Never, unless the format of scripts changes.
    pub fn script(self, cluster: &Value) -> Result<Loaded, String> {
        let config = if self.flush { json!({ "flush.messages": 1 }) } else { json!({}) };
        let script = json!({
            "kafka": "4.3",
            "cluster": cluster,
            "topics": [{ "name": "orders", "config": config }],
            "producers": [{
                "config": { "acks": self.acks, "linger.ms": 0 },
                "sends": [{
                    "topic": "orders", "count": RECORDS + WARM_UP, "start": "500ms", "every": "20ms",
                    "keys": ["a"],
                }],
            }],
        });
        Loaded::parse("latency", &script.to_string())
    }
}

/// The latencies of the model, in µs, sorted.
#[must_use]
pub fn of_model(script: &Loaded) -> Vec<u64> {
    let mut created = BTreeMap::new();
    let mut took = Vec::new();
    for event in &run(&script.setup).trace {
        match &event.kind {
            Kind::RecordCreated { record, .. } => {
                created.insert(*record, event.at_us);
            }
            Kind::BatchAcked { batch, .. } => {
                let records = batch.records.iter().filter(|record| record.0 > WARM_UP);
                took.extend(records.map(|record| event.at_us - created[record]));
            }
            _ => {}
        }
    }
    took.sort_unstable();
    took
}

/// The value that so many of a hundred are below.
#[must_use]
pub fn percentile(sorted: &[u64], of_hundred: usize) -> u64 {
    sorted.get(sorted.len() * of_hundred / 100).copied().unwrap_or_default()
}
