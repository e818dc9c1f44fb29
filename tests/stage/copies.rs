//! Where the copies of records are: according to the world, and according to the picture.

use std::collections::BTreeMap;

use ackscope::model::World;
use ackscope::model::consumer::{Consumer, Thread};
use ackscope::model::ids::{PartitionId, RecordId};
use ackscope::model::message::{Body, Message, Request, Response};
use ackscope::model::producer::Waiting;
use ackscope::model::record::LogBatch;
use ackscope::stage::{Part, Scene, Site};
use ackscope::verdict::Ledger;

/// What is at a site: how many copies (in a log, how many offsets), and which records those are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    pub count: u64,
    pub records: Vec<RecordId>,
}

pub type Copies = BTreeMap<Site, Held>;

fn add(copies: &mut Copies, site: Site, records: impl IntoIterator<Item = RecordId>) {
    let held = copies.entry(site).or_default();
    let before = held.records.len();
    held.records.extend(records);
    held.count += (held.records.len() - before) as u64;
}

fn in_batches<'a>(
    batches: impl IntoIterator<Item = &'a std::sync::Arc<LogBatch>>,
) -> impl Iterator<Item = RecordId> {
    batches.into_iter().flat_map(|batch| batch.records()).map(|(_, record)| record)
}

/// What a message carries.
pub fn carried(world: &World, message: &Message) -> Vec<RecordId> {
    let shown = |partition: PartitionId| !world.setup().partition(partition).internal;
    match &message.body {
        Body::Request(Request::Produce { batches, .. }) => {
            batches.iter().flat_map(|batch| batch.records.iter().copied()).collect()
        }
        Body::Response(Response::Fetch(results)) => {
            let shown = results.iter().filter(|result| shown(result.partition));
            shown.flat_map(|result| in_batches(&result.batches)).collect()
        }
        _ => Vec::new(),
    }
}

/// What a consumer has fetched and not returned.
fn fetched(consumer: &Consumer) -> Vec<RecordId> {
    let waiting = consumer.partitions.values().flat_map(|assigned| {
        let from = assigned.position.map_or(0, |position| position.offset);
        let records = assigned.buffer.iter().flat_map(|entry| entry.records());
        records.filter(move |(offset, _)| *offset >= from).map(|(_, record)| record)
    });
    waiting.collect()
}

/// Every copy that there is, according to the world.
pub fn there(world: &World) -> Copies {
    let mut copies = Copies::new();
    let setup = world.setup();
    for producer in &world.producers {
        let batches = producer.accumulator.deques.iter().flatten();
        let waiting = batches.flat_map(|batch| batch.records.iter().copied());
        add(&mut copies, Site::Accumulator(producer.id), waiting);
        if let Waiting::Memory(record) = producer.application.waiting {
            add(&mut copies, Site::Application(producer.id), [record]);
        }
    }
    for broker in &world.brokers {
        let replicas = broker.replicas.iter().flatten();
        for replica in replicas.filter(|r| !setup.partition(r.partition).internal) {
            let log = &replica.log;
            let start = log.start_offset();
            let kept = log.batches().iter().flat_map(|batch| batch.records());
            let kept = kept.filter(|(offset, _)| *offset >= start).map(|(_, record)| record);
            let held = copies.entry(Site::Log(broker.id)).or_default();
            held.records.extend(kept);
            held.count += log.end_offset() - start;
        }
        let waiting = broker.waiting().flat_map(|batch| batch.records.iter().copied());
        add(&mut copies, Site::Door(broker.id), waiting);
    }
    for message in world.network().messages.values() {
        add(&mut copies, Site::Message(message.id), carried(world, message));
    }
    for consumer in &world.consumers {
        let left = match &consumer.thread {
            Thread::Processing { left, .. } | Thread::Committing { left } => Some(left),
            _ => None,
        };
        let pool = consumer.pool.working.iter().chain(&consumer.pool.waiting);
        let in_hand = left.into_iter().flatten().chain(pool).map(|(_, _, record)| *record);
        add(&mut copies, Site::Polled(consumer.id), in_hand);
        add(&mut copies, Site::Buffer(consumer.id), fetched(consumer));
    }
    copies.retain(|_, held| held.count > 0);
    copies
}

/// Every copy that is drawn, or counted where it stands.
pub fn seen(scene: &Scene) -> Copies {
    let mut copies = Copies::new();
    for hotspot in &scene.hotspots {
        match hotspot.part {
            Part::Record(record, site) if !is_reflection(site) => {
                add(&mut copies, site, [record]);
            }
            Part::Marker(broker, _) => copies.entry(Site::Log(broker)).or_default().count += 1,
            _ => {}
        }
    }
    for fold in scene.folds.iter().filter(|fold| !is_reflection(fold.site)) {
        copies.entry(fold.site).or_default().count += u64::from(fold.count);
    }
    copies.retain(|_, held| held.count > 0);
    copies
}

/// Whether a site shows no copy, but what was said or done, or what is gone.
fn is_reflection(site: Site) -> bool {
    matches!(site, Site::Told(_) | Site::Done(_) | Site::Sender(_) | Site::Lost(_) | Site::Cut(_))
}

/// What is drawn at a place that shows no copy, and what may be there.
pub fn reflections(world: &World, ledger: &Ledger, scene: &Scene) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut drawn: BTreeMap<Site, Vec<RecordId>> = BTreeMap::new();
    for hotspot in &scene.hotspots {
        if let Part::Record(record, site) = hotspot.part
            && is_reflection(site)
        {
            drawn.entry(site).or_default().push(record);
        }
    }
    for (site, mut records) in drawn {
        let count = records.len();
        let all: Vec<RecordId> = match site {
            Site::Told(id) => {
                world.setup().records_of(id).filter(|record| ledger.is_sent(*record)).collect()
            }
            Site::Done(id) => {
                let group = world.setup().consumers[id.index()].group;
                let all = (1..=world.setup().records.len() as u32).map(RecordId);
                all.filter(|record| ledger.processed(*record, group) > 0).collect()
            }
            Site::Cut(id) => {
                let replicas = world.brokers[id.index()].replicas.iter().flatten();
                replicas.flat_map(|replica| in_batches(replica.log.cut_off())).collect()
            }
            Site::Lost(id) => {
                let lost = world.network().lost.iter().filter(|message| message.id == id);
                lost.flat_map(|message| carried(world, message)).collect()
            }
            _ => continue,
        };
        if let Some(record) = records.iter().find(|record| !all.contains(record)) {
            wrong.push(format!("{site:?} shows {record}, which is not there"));
        }
        records.sort_unstable();
        records.dedup();
        let once = !matches!(site, Site::Cut(_) | Site::Lost(_));
        if once && records.len() < count {
            wrong.push(format!("{site:?} shows a record twice: {records:?} of {count}"));
        }
    }
    wrong
}
