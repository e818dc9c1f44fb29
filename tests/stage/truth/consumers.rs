//! What a consumer's card says: its place in its group, where it is in what it reads, what it works
//! on, and what its group has done.

use std::collections::BTreeMap;

use ackscope::model::broker::replica::Replica;
use ackscope::model::consumer::{Assigned, Consumer, Thread};
use ackscope::model::ids::{ConsumerId, GroupId, Node, PartitionId, RecordId};
use ackscope::stage::scene::{Form, Text};
use ackscope::stage::{Ink, Part, Site};
use ackscope::verdict::Fate;

use super::{Picture, numbers, rect_of};

/// The stage looks no further back than this for what was processed.
const LATEST: usize = 200;

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    for consumer in &picture.world.consumers {
        let texts: Vec<&str> =
            picture.texts(Part::Consumer(consumer.id)).map(|text| &*text.content).collect();
        generation(picture, consumer, &texts, wrong);
        reads(picture, consumer, wrong);
        in_hand(picture, consumer, &texts, wrong);
    }
    for group in 0..picture.world.setup().groups.len() {
        done(picture, GroupId(group as u16), wrong);
    }
}

fn generation(picture: &Picture<'_>, consumer: &Consumer, texts: &[&str], wrong: &mut Vec<String>) {
    let said: Vec<&&str> = texts.iter().filter(|text| text.starts_with("gen. ")).collect();
    let is = consumer.member.generation;
    let right = said.iter().all(|text| is.is_some_and(|is| **text == format!("gen. {is}")));
    let paused = picture.world.faults().is_paused(Node::Consumer(consumer.id));
    let settled = consumer.member.phase == Default::default();
    let missing = consumer.alive && !paused && settled && is.is_some() && said.is_empty();
    if !right || missing {
        wrong.push(format!("{:?} is in generation {is:?}: {texts:?}", consumer.id));
    }
    let outside = texts.contains(&"not a member");
    if outside && is.is_some() {
        wrong.push(format!("{:?} is in generation {is:?}: {texts:?}", consumer.id));
    }
}

/// The high watermark of who leads a partition, the latest if there are several.
fn high_watermark(picture: &Picture<'_>, partition: PartitionId) -> Option<u64> {
    let replicas = picture.world.brokers.iter().filter_map(|b| b.replica(partition));
    let leaders = replicas.filter(|replica: &&Replica| replica.leader().is_some());
    leaders.max_by_key(|replica| replica.leader_epoch).map(|replica| replica.high_watermark)
}

fn or_dash(value: Option<u64>) -> String {
    value.map_or("–".to_owned(), |value| value.to_string())
}

/// Position, committed offset and lag: as three lines, a line for each partition, or in a sentence.
fn reads(picture: &Picture<'_>, consumer: &Consumer, wrong: &mut Vec<String>) {
    let part = Part::Consumer(consumer.id);
    let position = |at: &Assigned| at.position.map(|position| position.offset);
    let beside = |text: &Text| -> Vec<&str> {
        let line = picture.line(part, text.at.y).filter(|other| other.at != text.at);
        line.map(|other| &*other.content).collect()
    };
    let setup = picture.world.setup();
    let mut expect = |text: &str, said: &[&str], is: &str| {
        if said != [is] {
            wrong.push(format!("{:?}: {text} is {is}: {said:?}", consumer.id));
        }
    };
    for text in picture.texts(part) {
        let said = beside(text);
        let content = &*text.content;
        if let (Some((partition, at)), 1) =
            (consumer.partitions.iter().next(), consumer.partitions.len())
        {
            let high = high_watermark(picture, *partition);
            let lag = high.map(|high| high.saturating_sub(at.committed.unwrap_or_default()));
            match content {
                "position" => expect(content, &said, &or_dash(position(at))),
                "committed" => expect(content, &said, &or_dash(at.committed)),
                "lag" => expect(content, &said, &or_dash(lag)),
                _ => {}
            }
            let lag = format!(" · lag {}", or_dash(lag));
            if let Some((_, said)) = content.split_once(" · lag ") {
                expect(content, &[&format!(" · lag {said}")], &lag);
            }
        }
        for (partition, at) in consumer.partitions.iter() {
            let name = setup.partition_name(*partition);
            if content == name && consumer.partitions.len() > 1 && !said.is_empty() {
                let is = format!("{} · {}", or_dash(position(at)), or_dash(at.committed));
                expect(content, &said, &is);
            }
            let Some(rest) = content.strip_prefix(&format!("{name} at ")) else { continue };
            let number = rest.split(' ').next().unwrap_or_default();
            expect(content, &[number], &or_dash(position(at)));
        }
    }
}

/// What the thread works on is the first of what it has, and the rest waits in its order.
fn in_hand(picture: &Picture<'_>, consumer: &Consumer, texts: &[&str], wrong: &mut Vec<String>) {
    let (left, since_us) = match &consumer.thread {
        Thread::Processing { left, since_us } => (Some(left), Some(*since_us)),
        Thread::Committing { left } => (Some(left), None),
        _ => (None, None),
    };
    let pool = consumer.pool.working.iter().chain(&consumer.pool.waiting);
    let all: Vec<RecordId> =
        left.into_iter().flatten().chain(pool).map(|(_, _, record)| *record).collect();
    let site = Site::Polled(consumer.id);
    let mut drawn = Vec::new();
    for spot in &picture.scene.hotspots {
        let Part::Record(record, found) = spot.part else { continue };
        if found != site {
            continue;
        }
        let here = |rect: &ackscope::stage::Rect| {
            picture.same(rect.center().x, spot.rect.center().x)
                && picture.same(rect.center().y, spot.rect.center().y)
        };
        let mut shapes = picture.shapes(spot.part).iter();
        let chip = shapes.rfind(|shape| rect_of(shape).is_some_and(|rect| here(&rect)));
        let works = chip.is_some_and(|c| c.fill.is_some_and(|fill| fill.ink == Ink::LeaderFill));
        drawn.push((spot.rect.x, record, works));
    }
    drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
    let order: Vec<RecordId> = drawn.iter().map(|(_, record, _)| *record).collect();
    let works: Vec<RecordId> =
        drawn.iter().filter(|(.., works)| *works).map(|(_, record, _)| *record).collect();
    let first: Vec<RecordId> =
        all.first().copied().filter(|_| since_us.is_some()).into_iter().collect();
    let lite = texts.iter().any(|text| text.contains(" at ") || *text == "no partition");
    let committing = matches!(consumer.thread, Thread::Committing { .. });
    if !all.starts_with(&order) || (works != first && !(lite && left.is_some() && !committing)) {
        wrong.push(format!("{site:?} has {all:?}, works on {first:?}: {order:?}, {works:?}"));
    }
    let part = Part::Consumer(consumer.id);
    let setup = picture.world.setup();
    if let (Some(since_us), Some(bar)) = (since_us, picture.filled(part, Ink::LeaderFill).next()) {
        let age_us = picture.now_us.saturating_sub(since_us);
        let whole_us = setup.group_of(consumer.id).processing_us.max(1);
        let wanted = (age_us as f32 / whole_us as f32).min(1.0);
        let share = picture.share(part, bar, Ink::Line);
        if share.is_none_or(|share| (share - wanted).abs() > 0.02) {
            wrong.push(format!("{site:?} is {wanted} done with {first:?}: {share:?}"));
        }
    }
    let says = |word: &str| texts.contains(&word);
    let idle = matches!(consumer.thread, Thread::Polling | Thread::Waiting);
    let right = (!says("waits in poll()") || (idle && consumer.pool.is_idle()))
        && (!says("waits in commitSync()") || committing)
        && (!says("with the workers") || !consumer.pool.is_idle());
    if !right {
        wrong.push(format!("{:?}: {:?}: {texts:?}", consumer.id, consumer.thread));
    }
}

/// Of what a group has processed none is left out, unless its card says that it tells the last
/// only. What took effect twice looks so.
fn done(picture: &Picture<'_>, group: GroupId, wrong: &mut Vec<String>) {
    let setup = picture.world.setup();
    let members = &setup.groups[group.index()].members;
    let mut drawn: BTreeMap<ConsumerId, Vec<RecordId>> = BTreeMap::new();
    for spot in &picture.scene.hotspots {
        let Part::Record(record, Site::Done(consumer)) = spot.part else { continue };
        if !members.contains(&consumer) {
            continue;
        }
        drawn.entry(consumer).or_default().push(record);
        let times = picture.ledger.processed(record, group);
        let shapes = picture.shapes(spot.part).iter();
        let stacked = shapes.clone().filter(|shape| rect_of(shape).is_some()).count() > 1;
        let dotted = shapes.clone().any(|shape| matches!(shape.form, Form::Circle { .. }));
        let ghost = times == 1 && picture.ledger.standing(record).0 == Fate::Ghost;
        if stacked != (times > 1) || dotted != ghost {
            wrong.push(format!(
                "{group:?}: {record} × {times}, ghost: {ghost}; {stacked}, {dotted}"
            ));
        }
    }
    let label = |id: &ConsumerId| {
        let texts = picture.texts(Part::Consumer(*id)).map(|text| &*text.content);
        texts.into_iter().find(|text| text.starts_with("processed"))
    };
    // A member without such a place tells of nothing.
    let labels: Vec<_> = members.iter().filter_map(|id| Some((*id, label(id)?))).collect();
    if labels.len() < members.len() {
        return;
    }
    for (id, label) in &labels {
        let count = drawn.get(id).map_or(0, Vec::len) as u64;
        if numbers(label).first().is_some_and(|number| *number != count) {
            wrong.push(format!("{id:?} shows {count}: {label}"));
        }
    }
    let all = (1..=setup.records.len() as u32).rev().map(RecordId);
    let latest = all.filter(|record| picture.ledger.is_sent(*record)).take(LATEST);
    for record in latest.filter(|record| picture.ledger.processed(*record, group) > 0) {
        let seen = drawn.values().filter(|records| records.contains(&record)).count();
        let later = |(id, label): &(ConsumerId, &str)| {
            let first = drawn.get(id).and_then(|records| records.iter().min());
            label.contains("last") && first.is_some_and(|first| *first > record)
        };
        if seen > 1 || (seen == 0 && !labels.iter().any(later)) {
            wrong.push(format!("{group:?} has processed {record}, drawn {seen} times: {labels:?}"));
        }
    }
}
