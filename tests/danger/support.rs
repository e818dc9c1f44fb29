//! Small scripts, their maps, and what the trace of the undisturbed run says.

use ackscope::lab::{DangerMap, Fault, Span};
use ackscope::model::ids::{BrokerId, Node, RecordId};
use ackscope::model::trace::{Kind, TraceEvent, Wire};
use ackscope::model::{Run, Setup, run};
use ackscope::script::Script;
use serde_json::{Value, json};

/// Brokers far from each other, a producer near to them: so many batches of one record are acked
/// before they are replicated, or while. Nobody reads. `changes` replaces whole entries.
pub fn script(producer: Value, changes: Value) -> Script {
    let mut script = json!({
        "kafka": "4.1",
        "network": {
            "latency": "1ms",
            "links": [{ "from": "brokers", "to": "brokers", "latency": "20ms" }],
        },
        "topics": [{ "name": "orders" }],
        "producers": [{ "config": producer, "sends": [
            { "topic": "orders", "count": 8, "start": "10ms", "every": "13ms", "keys": ["a"] },
        ] }],
    });
    let (Value::Object(all), Value::Object(changes)) = (&mut script, changes) else {
        panic!("a script is an object")
    };
    all.extend(changes);
    load(&script)
}

pub fn load(script: &Value) -> Script {
    Script::parse(&script.to_string()).unwrap_or_else(|error| panic!("{error}\n{script}"))
}

pub fn fault(text: &str) -> Fault {
    text.parse().unwrap_or_else(|why| panic!("{why}"))
}

/// The whole map of a fault.
pub fn map(script: &Script, text: &str) -> DangerMap {
    let map = DangerMap::new(script, &fault(text));
    map.unwrap_or_else(|error| panic!("{text}: {error}")).finish()
}

/// The undisturbed run.
pub fn undisturbed(script: &Script) -> Run {
    run(&Setup::new(script, &script.resolve().expect("it can run")))
}

/// The records that a map's fault loses in each span, or duplicates, or whatever is asked for, with
/// neighbours joined that are alike in that.
pub fn bands(map: &DangerMap, pick: impl Fn(&Span) -> &[RecordId]) -> Vec<(u64, u64, Vec<u32>)> {
    let mut bands: Vec<(u64, u64, Vec<u32>)> = Vec::new();
    for span in map.spans() {
        let records: Vec<u32> = pick(span).iter().map(|id| id.0).collect();
        match bands.last_mut() {
            Some((_, to_us, last)) if *last == records => *to_us = span.to_us,
            _ => bands.push((span.from_us, span.to_us, records)),
        }
    }
    bands
}

/// What a map must say if each record is harmed by a fault at moments from `from_us` to `to_us`, of
/// those that the map covers.
pub fn expected(map: &DangerMap, harmed: &[(u32, u64, u64)]) -> Vec<(u64, u64, Vec<u32>)> {
    let (first, last) = (map.spans()[0].from_us, map.spans()[map.spans().len() - 1].to_us);
    let mut edges = vec![first, last + 1];
    edges.extend(harmed.iter().flat_map(|(_, from_us, to_us)| [*from_us, to_us.saturating_add(1)]));
    edges.retain(|edge| (first..=last + 1).contains(edge));
    edges.sort_unstable();
    edges.dedup();
    let mut bands: Vec<(u64, u64, Vec<u32>)> = Vec::new();
    for ends in edges.windows(2) {
        let (from_us, to_us) = (ends[0], ends[1] - 1);
        let hit = |(_, from, to): &&(u32, u64, u64)| *from <= from_us && to_us <= *to;
        let mut records: Vec<u32> = harmed.iter().filter(hit).map(|(id, ..)| *id).collect();
        records.sort_unstable();
        match bands.last_mut() {
            Some((_, to, last)) if *last == records => *to = to_us,
            _ => bands.push((from_us, to_us, records)),
        }
    }
    bands
}

/// The times of the events that `pick` picks.
pub fn times_us(trace: &[TraceEvent], pick: impl Fn(&Kind) -> bool) -> Vec<u64> {
    trace.iter().filter(|event| pick(&event.kind)).map(|event| event.at_us).collect()
}

/// When the leader sent word to the producer that a record is stored.
pub fn ack_sent_us(run: &Run, record: RecordId) -> u64 {
    let acks = |kind: &Kind| {
        matches!(kind, Kind::MessageSent { what: Wire::ProduceResponse { batches, error: None }, .. }
            if batches.iter().any(|batch| batch.records.contains(&record)))
    };
    times_us(&run.trace, acks)[0]
}

/// When a record left for a follower, in the answer to its fetch.
pub fn carried_over_us(run: &Run, record: RecordId, follower: u16) -> u64 {
    let follower = Node::Broker(BrokerId(follower - 1));
    let carries = |kind: &Kind| {
        matches!(kind, Kind::MessageSent { to, what: Wire::FetchResponse { batches }, .. }
            if *to == follower
                && batches.iter().any(|(_, entry)| entry.records().any(|(_, id)| id == record)))
    };
    times_us(&run.trace, carries)[0]
}

/// When the answer that a record is stored reached the producer.
pub fn ack_arrived_us(run: &Run, record: RecordId) -> u64 {
    times_us(
        &run.trace,
        |kind| matches!(kind, Kind::BatchAcked { batch, .. } if batch.records.contains(&record)),
    )[0]
}

/// All records of a run.
pub fn records(run: &Run) -> impl Iterator<Item = RecordId> + use<> {
    (1..=run.setup.records.len() as u32).map(RecordId)
}
