//! What became of every record, in words that a real cluster and the model share.

use std::collections::{BTreeMap, BTreeSet};

use ackscope::model::ids::{BrokerId, GroupId, PartitionId, RecordId};
use ackscope::model::run;
use ackscope::model::trace::Kind;
use ackscope::verdict::report::Report;
use serde_json::{Value, json};

use crate::script::Loaded;

/// What became of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// `acked`, `failed(<exception>)`, `nothing` or `pending`.
    pub told: String,
    /// The offsets that hold it, at each broker that has one.
    pub stored: BTreeMap<String, BTreeSet<u64>>,
    /// How often each group processed it; groups that never did are not there.
    pub processed: BTreeMap<String, u32>,
}

/// What became of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    /// The records, from 1.
    pub records: BTreeMap<u32, Record>,
    /// The committed offset of each group and partition, such as `billing orders-0`.
    pub committed: BTreeMap<String, u64>,
}

impl Fates {
    /// What becomes of everything in the model.
    #[must_use]
    pub fn of_model(loaded: &Loaded) -> Self {
        let setup = &loaded.setup;
        let run = run(setup);
        let report = Report::of("", Vec::new(), &run);
        let mut fates = Self::default();
        for record in report.records {
            let told = Record { told: record.told, ..Record::default() };
            fates.records.insert(record.id, told);
        }
        for event in &run.trace {
            match &event.kind {
                Kind::Processed { consumer, record, .. } => {
                    let group = setup.group_of(*consumer).id.clone();
                    let record = fates.records.entry(record.0).or_default();
                    *record.processed.entry(group).or_default() += 1;
                }
                Kind::OffsetCommitted { group, partition, offset, .. } => {
                    let name = committed_name(loaded, *group, *partition);
                    fates.committed.insert(name, *offset);
                }
                _ => {}
            }
        }
        for (number, broker) in (0..).zip(&run.world.brokers) {
            for partition in (0..setup.partitions.len()).map(|n| PartitionId(n as u16)) {
                let Some(replica) = broker.replica(partition) else { continue };
                for (offset, record) in replica.log.batches().iter().flat_map(|b| b.records()) {
                    fates.store(record, &BrokerId(number).to_string(), offset);
                }
            }
        }
        fates
    }

    fn store(&mut self, record: RecordId, broker: &str, offset: u64) {
        let record = self.records.entry(record.0).or_default();
        record.stored.entry(broker.to_owned()).or_default().insert(offset);
    }

    /// As a recording has it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let records: Vec<Value> = self
            .records
            .iter()
            .map(|(id, it)| json!({ "id": id, "told": it.told, "stored": it.stored, "processed": it.processed }))
            .collect();
        json!({ "records": records, "committed": self.committed })
    }

    /// From a recording.
    ///
    /// # Errors
    /// Says what does not look like one.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let mut fates = Self::default();
        let wrong = || format!("not an outcome: {value}");
        for record in value["records"].as_array().ok_or_else(wrong)? {
            let id = record["id"].as_u64().ok_or_else(wrong)?;
            let told = record["told"].as_str().ok_or_else(wrong)?.to_owned();
            let mut it = Record { told, ..Record::default() };
            for (broker, offsets) in record["stored"].as_object().ok_or_else(wrong)? {
                let offsets = offsets.as_array().ok_or_else(wrong)?;
                it.stored
                    .insert(broker.clone(), offsets.iter().filter_map(Value::as_u64).collect());
            }
            for (group, times) in record["processed"].as_object().ok_or_else(wrong)? {
                it.processed.insert(group.clone(), times.as_u64().ok_or_else(wrong)? as u32);
            }
            fates.records.insert(id as u32, it);
        }
        for (name, offset) in value["committed"].as_object().ok_or_else(wrong)? {
            fates.committed.insert(name.clone(), offset.as_u64().ok_or_else(wrong)?);
        }
        Ok(fates)
    }

    /// Where the two differ, one line each; the first is called `ours`, the second `theirs`.
    #[must_use]
    pub fn differences(&self, other: &Self, (ours, theirs): (&str, &str)) -> Vec<String> {
        let mut lines = Vec::new();
        let ids: BTreeSet<_> = self.records.keys().chain(other.records.keys()).collect();
        for id in ids {
            let (a, b) = (self.records.get(id), other.records.get(id));
            if a != b {
                let words =
                    |it: Option<&Record>| it.map_or_else(|| "unknown".to_owned(), Record::words);
                lines.push(format!("record {id}: {ours} {}; {theirs} {}", words(a), words(b)));
            }
        }
        if self.committed != other.committed {
            lines.push(format!(
                "committed: {ours} {:?}; {theirs} {:?}",
                self.committed, other.committed
            ));
        }
        lines
    }
}

/// How a group and a partition are written.
#[must_use]
pub fn committed_name(loaded: &Loaded, group: GroupId, partition: PartitionId) -> String {
    let group = &loaded.setup.groups[group.index()].id;
    format!("{group} {}", loaded.setup.partition_name(partition))
}

impl Record {
    /// In one line.
    #[must_use]
    pub fn words(&self) -> String {
        let offsets =
            |it: &BTreeSet<u64>| it.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let stored: Vec<_> = self
            .stored
            .iter()
            .map(|(broker, it)| format!("{}:{}", broker.trim_start_matches("broker-"), offsets(it)))
            .collect();
        let stored = if stored.is_empty() { "nowhere".to_owned() } else { stored.join(" ") };
        let processed: Vec<_> =
            self.processed.iter().map(|(group, times)| format!("{group} {times}×")).collect();
        let processed =
            if processed.is_empty() { "never".to_owned() } else { processed.join(", ") };
        format!("{}, stored {stored}, processed {processed}", self.told)
    }
}
