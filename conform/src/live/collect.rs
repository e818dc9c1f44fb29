//! What is there when a run is over: the logs of all brokers, and what groups committed.

use ackscope::script::SendStyle;
use serde_json::json;

use super::Outcome;
use super::run::Run;

impl Run<'_, '_> {
    /// Asks the cluster what is stored and committed.
    pub(super) fn collect(&mut self) -> Outcome<()> {
        let setup = &self.loaded.setup;
        for (id, plan) in (1u32..).zip(&setup.records) {
            let entity = setup.producers[plan.producer.index()].style;
            let silent = entity == SendStyle::FireAndForget;
            let record = self.seen.fates.records.entry(id).or_default();
            if record.told.is_empty() {
                record.told = if silent { "nothing" } else { "pending" }.to_owned();
            }
        }
        for partition in setup.partitions.iter().filter(|partition| !partition.internal) {
            let topic = self.names.real(&setup.topics[usize::from(partition.topic)].name);
            let where_from = json!({ "topic": topic, "partition": partition.number });
            let begins = self.bench.cluster.overseer.ask("earliest", where_from);
            let begins = begins.ok().and_then(|offset| offset.as_u64()).unwrap_or(0);
            for broker in 1..=setup.brokers {
                for (offset, what) in self.bench.cluster.dump(broker, &topic, partition.number)? {
                    let Some(id) = what.as_u64().filter(|_| offset >= begins) else { continue };
                    let record = self.seen.fates.records.entry(id as u32).or_default();
                    record.stored.entry(format!("broker-{broker}")).or_default().insert(offset);
                }
            }
        }
        for group in &setup.groups {
            let asked = json!({ "group": self.names.real(&group.id) });
            let Ok(found) = self.bench.cluster.overseer.ask("committed", asked) else { continue };
            for (partition, offset) in found.as_object().into_iter().flatten() {
                let Some((topic, number)) = partition.rsplit_once('-') else { continue };
                let name = format!("{} {}-{number}", group.id, self.names.script(topic));
                self.seen.fates.committed.insert(name, offset.as_u64().unwrap_or_default());
            }
        }
        Ok(())
    }
}
