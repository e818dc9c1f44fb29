//! What a broker's card says: what it is, whether it is in sync, its epoch, and the sentence on its
//! replica of the partition that is drawn in full.

use ackscope::model::World;
use ackscope::model::broker::replica::{Replica, Role};
use ackscope::model::broker::{Broker, Process};
use ackscope::model::ids::{BrokerId, Node, PartitionId, RecordId};
use ackscope::stage::scene::{Form, Rect, Text};
use ackscope::stage::{Ink, Part};

use super::{Picture, numbers, says_time};

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    for broker in &picture.world.brokers {
        let Some(card) = picture.spot(Part::Broker(broker.id)) else {
            wrong.push(format!("{} has no card", broker.id));
            continue;
        };
        let head = |text: &&Text| text.at.y < card.rect.y + 34.0 * picture.scale;
        let all = picture.texts(Part::Broker(broker.id));
        let (head, below): (Vec<&Text>, Vec<&Text>) = all.partition(head);
        let words = |texts: Vec<&Text>| texts.into_iter().map(|t| t.content.to_string()).collect();
        let (head, below): (Vec<String>, Vec<String>) = (words(head), words(below));
        state(picture, broker, &head, wrong);
        let Some(partition) = picture.partition else { continue };
        let Some(replica) = broker.replica(partition) else { continue };
        in_sync(picture, broker, partition, (card.rect, &head), wrong);
        epoch(picture, broker, replica, &head, wrong);
        offsets(picture, (broker, replica), &below, wrong);
        sentences(picture, (broker, replica), &below, wrong);
    }
}

/// The word for what a broker is.
fn word(world: &World, broker: &Broker, partition: Option<PartitionId>) -> &'static str {
    let off = world.faults().is_off(Node::Broker(broker.id));
    let fenced = world.controller.brokers[broker.id.index()].state.fenced;
    let leader = partition.and_then(|p| world.controller.partitions[p.index()].leader);
    let elected = leader == Some(broker.id);
    match (broker.process, partition.and_then(|p| broker.replica(p)).map(|r| &r.role)) {
        (Process::Down, _) if off => "no power",
        (Process::Down, _) if broker.clean_epoch.is_some() => "stopped",
        (Process::Down, _) => "crashed",
        (Process::Stopping, _) => "stopping",
        (Process::Starting, _) => "starting",
        (Process::Running, _) if fenced => "fenced",
        (_, None) => "running",
        (_, Some(Role::Leader(_))) if elected => "leader",
        (_, Some(Role::Leader(_))) => "old leader",
        (_, Some(Role::Follower(_) | Role::None)) if elected => "elected",
        (_, Some(Role::Follower(_))) => "follower",
        (_, Some(Role::Offline)) => "disk failed",
        (_, Some(Role::None)) => "no role",
    }
}

fn state(picture: &Picture<'_>, broker: &Broker, head: &[String], wrong: &mut Vec<String>) {
    const ALL: [&str; 13] = [
        "no power",
        "stopped",
        "crashed",
        "stopping",
        "starting",
        "fenced",
        "running",
        "leader",
        "old leader",
        "elected",
        "follower",
        "disk failed",
        "no role",
    ];
    let node = Node::Broker(broker.id);
    let is = word(picture.world, broker, picture.partition);
    let down = broker.process == Process::Down;
    let paused = !down && picture.world.faults().is_paused(node);
    let says = |text: &str, word: &str| text == word || text.starts_with(&format!("{word} "));
    let said: Vec<&String> =
        head.iter().filter(|text| ALL.iter().any(|word| says(text, word))).collect();
    let right = match said[..] {
        [text] => says(text, is),
        // Where there is no room for both, that it stands still is what counts.
        [] => paused,
        _ => false,
    };
    if !right || paused != head.iter().any(|text| text == "paused") {
        wrong.push(format!("{} is {is}, paused: {paused}; it says {head:?}", broker.id));
    }
    let time = said.iter().find_map(|text| text.strip_prefix(is)).unwrap_or_default().trim();
    let since = picture.ledger.out_since_us(node);
    if !time.is_empty() && !since.is_some_and(|us| says_moment(time, us)) {
        wrong.push(format!("{}: {is} since {since:?} µs; it says {time}", broker.id));
    }
}

/// Whether a moment is written, which may have minutes before its seconds.
fn says_moment(text: &str, us: u64) -> bool {
    match text.split_once(" min ") {
        Some((minutes, rest)) => {
            minutes.parse().is_ok_and(|m: u64| m == us / 60_000_000)
                && says_time(rest, us % 60_000_000)
        }
        None => says_time(text, us),
    }
}

/// The dot, and the words if there is room for them.
fn in_sync(
    picture: &Picture<'_>,
    broker: &Broker,
    partition: PartitionId,
    (card, head): (Rect, &[String]),
    wrong: &mut Vec<String>,
) {
    let state = &picture.world.controller.partitions[partition.index()];
    let is_in = state.isr.contains(&broker.id);
    let word = match is_in {
        true => "in ISR",
        false if state.elr.contains(&broker.id) => "in ELR",
        false => "not in ISR",
    };
    let said: Vec<&String> =
        head.iter().filter(|text| text.starts_with("in ") || text.starts_with("not in ")).collect();
    if said.iter().any(|text| **text != word) || (picture.roomy && said.len() != 1) {
        wrong.push(format!("{} is {word}; it says {said:?}", broker.id));
    }
    let dots = picture.shapes(Part::Broker(broker.id)).iter().filter(|shape| match shape.form {
        Form::Circle { center, .. } => center.y < card.y + 34.0 * picture.scale,
        _ => false,
    });
    let full: Vec<bool> =
        dots.map(|dot| dot.fill.is_some_and(|fill| fill.ink == Ink::Acked)).collect();
    if full != [is_in] {
        wrong.push(format!("{} is {word}; its dot is full: {full:?}", broker.id));
    }
}

fn epoch(
    picture: &Picture<'_>,
    broker: &Broker,
    replica: &Replica,
    head: &[String],
    wrong: &mut Vec<String>,
) {
    let runs = broker.process == Process::Running;
    let said: Vec<&str> = head.iter().filter_map(|text| text.strip_prefix("epoch ")).collect();
    let is = replica.leader_epoch.to_string();
    let right = |text: &&str| {
        let (number, since) = text.split_once(" since ").unwrap_or((text, ""));
        let elected = picture.ledger.elected_us(replica.partition);
        number == is && (since.is_empty() || elected.is_some_and(|us| says_moment(since, us)))
    };
    let paused = head.iter().any(|text| text == "paused");
    let missing = said.is_empty() && runs && picture.roomy && !paused;
    if !said.iter().all(right) || missing || (!runs && !said.is_empty()) {
        wrong.push(format!("{} is in epoch {is}; it says {said:?}", broker.id));
    }
}

/// How much is on disk.
fn offsets(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    below: &[String],
    wrong: &mut Vec<String>,
) {
    let (flushed, end) = (replica.log.flushed_offset(), replica.log.end_offset());
    let texts = [
        format!("{flushed} of {end} on disk"),
        format!("{flushed}/{end} on disk"),
        format!("{flushed}/{end}"),
    ];
    if !below.iter().any(|text| texts.contains(text)) {
        wrong.push(format!("{}: {}: {below:?}", broker.id, texts[0]));
    }
    let part = Part::Replica(broker.id, replica.partition);
    let log: Vec<&str> = picture.texts(part).map(|text| &*text.content).collect();
    let end = end.to_string();
    let at_once = log.iter().any(|text| *text == format!("LEO {end}"));
    let leo = at_once || (log.contains(&"LEO") && log.contains(&&*end));
    if !leo {
        wrong.push(format!("{}: LEO is {end}: {log:?}", broker.id));
    }
    let high = format!("HW {}", replica.high_watermark);
    let said: Vec<&&str> = log.iter().filter(|text| text.contains("HW ")).collect();
    if said.len() != 1 || !said[0].ends_with(&*high) {
        wrong.push(format!("{}: {high}: {log:?}", broker.id));
    }
}

/// Each piece of a sentence that has a number or a name in it.
fn sentences(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    below: &[String],
    wrong: &mut Vec<String>,
) {
    let world = picture.world;
    let follows = match &replica.role {
        Role::Follower(leader) => *leader,
        _ => None,
    };
    let leads = |id: BrokerId| world.brokers[id.index()].replica(replica.partition);
    let ahead = follows.and_then(leads).map_or(0, |leader| leader.log.end_offset());
    let behind = ahead.saturating_sub(replica.log.end_offset());
    for text in below {
        let mut says_behind = false;
        let mut says_from = false;
        for piece in text.split(" · ") {
            let mut expect = |right: bool| {
                if !right {
                    wrong.push(format!("{}: “{text}” is not so", broker.id));
                }
            };
            if let Some(count) = piece.strip_suffix(" behind") {
                says_behind = true;
                expect(behind > 0 && count == behind.to_string());
            } else if let Some(name) =
                piece.strip_prefix("fetches from ").or_else(|| piece.strip_prefix("from "))
            {
                says_from = true;
                expect(follows.is_some_and(|id| name == id.to_string()));
            } else if let Some(count) = piece.strip_suffix(" waiting for the ISR") {
                expect(count == broker.in_purgatory(replica.partition).to_string());
            } else if let Some((name, at)) = piece.split_once(" at ")
                && let Some(leader) = replica.leader()
            {
                let mut all = leader.followers.iter();
                let known = all
                    .find(|(id, _)| name.trim_start_matches("broker-") == (id.0 + 1).to_string());
                expect(known.is_some_and(|(_, follower)| {
                    at == follower.end_offset.map_or("?".to_owned(), |end| end.to_string())
                }));
            } else if let Some(list) = piece
                .strip_prefix("acked, and only here: ")
                .or_else(|| piece.strip_prefix("only here: "))
            {
                wrong.extend(
                    only_here(picture, broker, list).iter().map(|w| format!("“{text}”: {w}")),
                );
            } else if let Some(list) =
                ["gone from its log: ", "gone: ", "lost with the page cache: "]
                    .iter()
                    .find_map(|start| piece.strip_prefix(start))
            {
                expect(listed(list) == gone(replica));
            }
        }
        if says_from && says_behind != (behind > 0) {
            wrong.push(format!("{} is {behind} behind: “{text}”", broker.id));
        }
    }
    let purgatory = broker.in_purgatory(replica.partition);
    let said = |what: &str| below.iter().any(|text| text.contains(what));
    let silent = !said("only here") && !said("gone") && !said("stands still");
    let runs = broker.process == Process::Running && picture.roomy && silent;
    if said(" at ") && replica.leader().is_some() && purgatory > 0 && !said(" waiting for the ISR")
    {
        wrong.push(format!("{}: {purgatory} wait: {below:?}", broker.id));
    }
    if runs && behind > 0 && !said(" behind") && !said("lost with") {
        wrong.push(format!("{} is {behind} behind: {below:?}", broker.id));
    }
}

/// The records of a list like `6–8, 11`.
fn listed(list: &str) -> Vec<RecordId> {
    let part = |part: &str| match numbers(part)[..] {
        [first, last] => (first..=last).collect(),
        ref few => few.to_vec(),
    };
    list.split(", ").flat_map(part).map(|record| RecordId(record as u32)).collect()
}

/// What a log has lost and does not hold.
fn gone(replica: &Replica) -> Vec<RecordId> {
    let held: Vec<_> = replica.log.batches().iter().flat_map(|batch| batch.records()).collect();
    let all = replica.log.cut_off().iter().flat_map(|batch| batch.records());
    all.filter(|cut| !held.contains(cut)).map(|(_, id)| id).collect()
}

/// Of such a list what is not so: this broker has it, and no other one.
fn only_here(picture: &Picture<'_>, broker: &Broker, list: &str) -> Vec<String> {
    let Some(partition) = picture.partition else { return vec!["no partition".to_owned()] };
    let holds = |at: &&Broker, record: RecordId| {
        let batches = at.replica(partition).into_iter().flat_map(|r| r.log.batches()).rev();
        batches.flat_map(|batch| batch.records()).any(|(_, found)| found == record)
    };
    let mut wrong = Vec::new();
    for record in listed(list) {
        let holders: Vec<_> =
            picture.world.brokers.iter().filter(|b| holds(b, record)).map(|b| b.id).collect();
        if holders != [broker.id] {
            wrong.push(format!("{record} is on {holders:?}"));
        }
    }
    wrong
}
