//! The partitions that are a line or a tile: their numbers, roles and bars.

use ackscope::model::broker::Broker;
use ackscope::model::broker::replica::{Replica, Role};
use ackscope::model::ids::PartitionId;
use ackscope::stage::scene::Rect;
use ackscope::stage::{Ink, Part};

use super::Picture;

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    let setup = picture.world.setup();
    let all = (0..setup.partitions.len() as u16).map(PartitionId);
    let others: Vec<_> =
        all.filter(|p| Some(*p) != picture.partition && !setup.partition(*p).internal).collect();
    for broker in &picture.world.brokers {
        for replica in others.iter().filter_map(|partition| broker.replica(*partition)) {
            told(picture, broker, replica, wrong);
            bars(picture, broker, replica, wrong);
        }
    }
}

fn told(picture: &Picture<'_>, broker: &Broker, replica: &Replica, wrong: &mut Vec<String>) {
    let part = Part::Replica(broker.id, replica.partition);
    let texts: Vec<&str> = picture.texts(part).map(|text| &*text.content).collect();
    let number = picture.world.setup().partition(replica.partition).number.to_string();
    let (end, high) = (replica.log.end_offset(), replica.high_watermark);
    let ends = [
        end.to_string(),
        format!("{}k", end.div_ceil(1000)),
        format!("LEO {end}"),
        format!("HW {high} · LEO {end}"),
    ];
    let is_end = |text: &str| ends.iter().any(|end| text == end);
    let name = picture.world.setup().partition_name(replica.partition);
    let is_name = |text: &str| text == number || name.starts_with(text.trim_end_matches('…'));
    let role = match &replica.role {
        Role::Leader(_) => "leader",
        Role::Follower(_) => "follower",
        Role::Offline => "disk failed",
        Role::None => "no role",
    };
    let right = |text: &&&str| is_end(text) || is_name(text) || **text == role;
    let has_end = texts.iter().any(|text| is_end(text));
    if !has_end || !texts.iter().all(|text| right(&text)) {
        wrong.push(format!("{}: {name}, {role}, {ends:?}: {texts:?}", broker.id));
    }
    let leads = replica.leader().is_some();
    let tile = picture.shapes(part).iter().any(|shape| super::stroked(shape, Ink::Leader));
    let says = texts.contains(&"leader") || tile;
    if picture.roomy && says != leads {
        wrong.push(format!("{} leads {name}: {leads}, it says {says}", broker.id));
    }
}

/// How much of what the partition holds is here, and how much of that is committed.
fn bars(picture: &Picture<'_>, broker: &Broker, replica: &Replica, wrong: &mut Vec<String>) {
    let part = Part::Replica(broker.id, replica.partition);
    let Some(here) = picture.filled(part, Ink::Record).next() else { return };
    let Some(committed) = picture.filled(part, Ink::Acked).next() else { return };
    let replicas = picture.world.brokers.iter().filter_map(|b| b.replica(replica.partition));
    let most = replicas.map(|r| r.log.end_offset()).max().unwrap_or_default().max(1);
    let end = replica.log.end_offset();
    let wanted = |offset: u64| offset as f32 / most as f32;
    let close = |bar: Rect, share: f32| {
        picture.share(part, bar, Ink::Line).is_some_and(|found| (found - share).abs() < 0.02)
    };
    let high = replica.high_watermark.min(end);
    if !close(here, wanted(end)) || !close(committed, wanted(high)) {
        wrong.push(format!("{}: {end} of {most}, {high}: {here:?} {committed:?}", broker.id));
    }
}
