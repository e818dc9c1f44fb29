//! The log that is drawn in full: each record at its offset, the same offset in the same column on
//! every broker, on disk or not, and where HW and groups are.

use std::collections::BTreeMap;

use ackscope::model::broker::replica::Replica;
use ackscope::model::broker::{Broker, Process};
use ackscope::model::ids::RecordId;
use ackscope::model::record::{LogBatch, Payload};
use ackscope::stage::scene::{Anchor, Form, Rect, Segment, Shape};
use ackscope::stage::{Ink, Part, Site};
use ackscope::verdict::Fate;

use super::{Picture, line_of, numbers, rect_of, stroked};

/// Where the offsets stand, from the left side of a card: the same on every broker.
pub struct Columns {
    known: BTreeMap<u64, f32>,
    first: (u64, f32),
    pitch: f32,
}

impl Columns {
    /// Where the middle of an offset is.
    fn x(&self, offset: u64) -> f32 {
        self.first.1 + (offset as f32 - self.first.0 as f32) * self.pitch
    }

    /// Where the border before an offset is.
    fn border(&self, offset: u64) -> f32 {
        self.x(offset) - self.pitch / 2.0
    }

    fn shows(&self, offset: u64) -> bool {
        self.known.contains_key(&offset)
    }

    /// Which offset has its middle there.
    fn at(&self, x: f32) -> Option<u64> {
        let found = self.first.0 as f32 + (x - self.first.1) / self.pitch;
        let near = (found - found.round()).abs() * self.pitch < 1.0;
        (near && found > -0.5).then_some(found.round() as u64)
    }
}

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    let Some(columns) = columns(picture, wrong) else { return };
    let Some(partition) = picture.partition else { return };
    for broker in &picture.world.brokers {
        let Some(replica) = broker.replica(partition) else { continue };
        let Some(card) = picture.spot(Part::Broker(broker.id)).map(|spot| spot.rect) else {
            continue;
        };
        records(picture, (broker, replica), card, &columns, wrong);
        markers(picture, (broker, replica), card, &columns, wrong);
        cut_off(picture, (broker, replica), card, &columns, wrong);
        open(picture, (broker, replica), card, &columns, wrong);
        high_watermark(picture, (broker, replica), card, &columns, wrong);
        stable(picture, (broker, replica), card, &columns, wrong);
        groups(picture, (broker, replica), card, &columns, wrong);
    }
}

/// Reads the columns off the offsets that are written below the records.
fn columns(picture: &Picture<'_>, wrong: &mut Vec<String>) -> Option<Columns> {
    let partition = picture.partition?;
    let mut known: BTreeMap<u64, f32> = BTreeMap::new();
    for broker in &picture.world.brokers {
        let Some(card) = picture.spot(Part::Broker(broker.id)) else { continue };
        let texts = picture.texts(Part::Replica(broker.id, partition));
        for text in texts.filter(|text| text.mono && text.anchor == Anchor::Middle) {
            let Ok(offset) = text.content.parse::<u64>() else { continue };
            let x = text.at.x - card.rect.x;
            let first = *known.entry(offset).or_insert(x);
            if !picture.same(first, x) {
                wrong.push(format!("{}: offset {offset} is in another column", broker.id));
            }
        }
    }
    let first = known.iter().next().map(|(offset, x)| (*offset, *x))?;
    let last = known.iter().next_back().map(|(offset, x)| (*offset, *x))?;
    let chip = || {
        let log = |part: Part| matches!(part, Part::Record(_, Site::Log(_)));
        let spot = picture.scene.hotspots.iter().find(|spot| log(spot.part));
        spot.map(|spot| spot.rect.width + 3.0 * picture.scale)
    };
    let pitch = match last.0 - first.0 {
        0 => chip()?,
        steps => (last.1 - first.1) / steps as f32,
    };
    let columns = Columns { known, first, pitch };
    for (offset, x) in &columns.known {
        if !picture.same(columns.x(*offset), *x) || columns.pitch < 12.0 {
            wrong.push(format!("offset {offset} is not in its place: {:?}", columns.known));
        }
    }
    Some(columns)
}

/// Each record stands at an offset that holds it, and looks as what it is.
fn records(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    card: Rect,
    columns: &Columns,
    wrong: &mut Vec<String>,
) {
    let site = Site::Log(broker.id);
    for spot in &picture.scene.hotspots {
        let Part::Record(record, found) = spot.part else { continue };
        if found != site {
            continue;
        }
        let offset = columns.at(spot.rect.center().x - card.x);
        let held = offset.map(|offset| replica.log.records_between(offset, offset + 1));
        if held.as_deref() != Some(&[record]) || offset.is_some_and(|o| !columns.shows(o)) {
            wrong.push(format!("{site:?} shows {record} at {offset:?}, which holds {held:?}"));
        }
        let shapes = picture.shapes(spot.part);
        let mine = |shape: &&&Shape| {
            rect_of(shape).is_some_and(|rect| picture.same(rect.center().x, spot.rect.center().x))
        };
        let Some(chip) = shapes.iter().rfind(mine) else {
            wrong.push(format!("{site:?}: {record} has no outline"));
            continue;
        };
        let on_disk = offset.is_some_and(|offset| offset < replica.log.flushed_offset());
        if chip.fill.is_some() != on_disk {
            wrong.push(format!("{site:?}: {record} at {offset:?} looks as if not {on_disk}: disk"));
        }
        let dashed = chip.stroke.is_some_and(|stroke| stroke.dash.is_some());
        if dashed != (broker.process == Process::Down) {
            wrong.push(format!("{site:?}: {record} is dashed: {dashed}"));
        }
        let (fate, stranded) = picture.ledger.standing(record);
        let lost = fate == Fate::Lost || stranded;
        let crossed = shapes.iter().any(|shape| line_of(shape).is_some());
        if crossed != lost {
            wrong.push(format!("{site:?}: {record} is crossed out: {crossed}, and is {fate:?}"));
        }
    }
}

/// Each marker stands at its offset, with its sign.
fn markers(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    card: Rect,
    columns: &Columns,
    wrong: &mut Vec<String>,
) {
    for spot in &picture.scene.hotspots {
        let Part::Marker(at, offset) = spot.part else { continue };
        if at != broker.id {
            continue;
        }
        let is_there = |batch: &&std::sync::Arc<LogBatch>| batch.base_offset == offset;
        let batch = replica.log.batches().iter().find(is_there);
        let commit = match batch.map(|batch| &batch.payload) {
            Some(Payload::Marker(marker)) => Some(marker.commit),
            _ => None,
        };
        let shapes = picture.shapes(spot.part);
        let ticks = shapes.iter().any(|shape| stroked(shape, Ink::Acked));
        let crosses = shapes.iter().any(|shape| stroked(shape, Ink::Lost));
        let says = match (ticks, crosses) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        };
        let there = columns.at(spot.rect.center().x - card.x) == Some(offset);
        if says.is_none() || says != commit || !there {
            wrong.push(format!("{}: marker at {offset}: {says:?}, is {commit:?}", broker.id));
        }
    }
}

/// What was cut off stands where it was.
fn cut_off(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    card: Rect,
    columns: &Columns,
    wrong: &mut Vec<String>,
) {
    let end = replica.log.end_offset();
    let gone: Vec<(u64, RecordId)> =
        replica.log.cut_off().iter().flat_map(|batch| batch.records()).collect();
    let mut drawn = Vec::new();
    for spot in &picture.scene.hotspots {
        let Part::Record(record, Site::Cut(at)) = spot.part else { continue };
        if at == broker.id {
            let offset = columns.at(spot.rect.center().x - card.x);
            drawn.push(offset.map(|offset| (offset, record)));
        }
    }
    for found in &drawn {
        if found.is_none_or(|found| found.0 < end || !gone.contains(&found)) {
            wrong.push(format!("{}: {found:?} was not cut off: {gone:?}", broker.id));
        }
    }
    for (offset, record) in gone.iter().filter(|(offset, _)| *offset >= end) {
        let there = drawn.contains(&Some((*offset, *record)));
        if columns.shows(*offset) && !there {
            wrong.push(format!("{}: {record} was cut off at {offset}: {drawn:?}", broker.id));
        }
    }
}

/// A bar is below what belongs to a transaction that has no marker yet, and below nothing else.
fn open(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    card: Rect,
    columns: &Columns,
    wrong: &mut Vec<String>,
) {
    if picture.world.setup().transactions_partition.is_none() {
        return;
    }
    let mut ended = Vec::new();
    let mut expected = Vec::new();
    for batch in replica.log.batches().iter().rev() {
        if let Payload::Marker(marker) = &batch.payload {
            ended.push(marker.producer.producer_id);
        }
        let open = batch.in_transaction_of().is_some_and(|p| !ended.contains(&p.producer_id));
        if open && matches!(batch.payload, Payload::Records(_)) {
            let start = replica.log.start_offset();
            let offsets = batch.base_offset..batch.end_offset();
            expected.extend(offsets.filter(|o| *o >= start && columns.shows(*o)));
        }
    }
    expected.sort_unstable();
    let mut drawn = Vec::new();
    for shape in picture.shapes(Part::Replica(broker.id, replica.partition)) {
        let Some((from, to)) = line_of(shape).filter(|_| stroked(shape, Ink::Leader)) else {
            continue;
        };
        if picture.same(from.y, to.y) {
            drawn.extend(columns.at((from.x + to.x) / 2.0 - card.x));
        }
    }
    drawn.sort_unstable();
    if drawn != expected {
        wrong.push(format!("{}: open are {expected:?}, drawn {drawn:?}", broker.id));
    }
}

/// The upright lines of an ink in a log, from the left side of its card.
fn uprights(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    card: Rect,
    inks: &[Ink],
) -> Vec<f32> {
    let shapes = picture.shapes(Part::Replica(broker.id, replica.partition)).iter();
    let of = |shape: &&&Shape| inks.iter().any(|ink| stroked(shape, *ink));
    let lines = shapes.filter(of).filter_map(|shape| line_of(shape));
    lines.filter(|(from, to)| picture.same(from.x, to.x)).map(|(from, _)| from.x - card.x).collect()
}

/// The line of the high watermark stands before the first record that is not committed.
fn high_watermark(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    card: Rect,
    columns: &Columns,
    wrong: &mut Vec<String>,
) {
    let high = replica.high_watermark;
    let lines = uprights(picture, (broker, replica), card, &[Ink::Acked, Ink::Muted]);
    let [line] = lines[..] else {
        return wrong.push(format!("{}: lines of HW {high}: {lines:?}", broker.id));
    };
    if columns.shows(high) && !picture.same(line, columns.border(high)) {
        wrong.push(format!(
            "{}: HW {high} is drawn at {line}, not {}",
            broker.id,
            columns.border(high)
        ));
    }
}

/// The last stable offset is said where a leader's is behind its high watermark, and only there.
fn stable(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    card: Rect,
    columns: &Columns,
    wrong: &mut Vec<String>,
) {
    let stable = replica.last_stable_offset();
    let behind = replica.leader().is_some() && stable < replica.high_watermark;
    let parts = [Part::Replica(broker.id, replica.partition), Part::Broker(broker.id)];
    let texts = parts.into_iter().flat_map(|part| picture.texts(part));
    let said: Vec<&str> =
        texts.map(|text| &*text.content).filter(|text| text.starts_with("LSO ")).collect();
    if said.iter().any(|text| !behind || **text != format!("LSO {stable}")) || said.len() > 1 {
        wrong.push(format!("{}: LSO is {stable}, behind: {behind}: {said:?}", broker.id));
    }
    let lines = uprights(picture, (broker, replica), card, &[Ink::Leader]);
    if lines.len() != usize::from(behind) {
        wrong.push(format!("{}: lines of LSO {stable}, {behind}: {lines:?}", broker.id));
    }
    if behind && columns.shows(stable) {
        let there = lines.iter().all(|line| picture.same(*line, columns.border(stable)));
        if !there || (picture.roomy && said.is_empty()) {
            wrong.push(format!("{}: LSO {stable} is drawn at {lines:?}: {said:?}", broker.id));
        }
    }
}

/// What stands below a leader's log is where groups are, and a triangle points at it.
fn groups(
    picture: &Picture<'_>,
    (broker, replica): (&Broker, &Replica),
    card: Rect,
    columns: &Columns,
    wrong: &mut Vec<String>,
) {
    let world = picture.world;
    let setup = world.setup();
    let coordinator = setup.offsets_partition.and_then(|p| {
        let leads = |b: &&Broker| b.replica(p).is_some_and(|replica| replica.leader().is_some());
        world.brokers.iter().find(leads)
    });
    let of = |held: &[u64], offset: u64| held.contains(&offset);
    let mut committed: Vec<(&str, u64)> = Vec::new();
    let mut position: Vec<(&str, u64)> = Vec::new();
    for ((group, partition), at) in coordinator.iter().flat_map(|b| b.offsets.iter()) {
        if *partition == replica.partition {
            committed.push((&setup.groups[group.index()].id, at.offset));
        }
    }
    for group in &setup.groups {
        let members = group.members.iter().map(|id| &world.consumers[id.index()]);
        let held = members.filter(|member| member.alive).filter_map(|member| {
            let at = member.partitions.get(&replica.partition)?.position?;
            Some((member.member.generation, at.offset))
        });
        // Another one has lost it to a later generation, and does not know that yet.
        let held = held.max_by_key(|(generation, _)| *generation);
        position.extend(held.map(|(_, at)| (&*group.id, at)));
    }
    let offsets = |all: &[(&str, u64)]| all.iter().map(|(_, at)| *at).collect::<Vec<_>>();
    let (held, read) = (offsets(&committed), offsets(&position));
    let part = Part::Broker(broker.id);
    for text in picture.texts(part) {
        let (text, number) = (&*text.content, numbers(&text.content).last().copied());
        let Some(number) = number else { continue };
        let both = text.contains("position, committed ") && text.ends_with(&*number.to_string());
        let right = match text {
            _ if both => of(&held, number) && of(&read, number),
            _ if text.ends_with(&*format!("committed {number}")) => of(&held, number),
            _ if text.ends_with(&*format!("position {number}")) => of(&read, number),
            _ => true,
        };
        let named = text
            .split_once(": ")
            .filter(|(_, rest)| rest.starts_with("committed ") || rest.starts_with("position"));
        let mine = |(group, at): &(&str, u64)| named.is_none_or(|n| n.0 == *group) && *at == number;
        let known = named.is_none() || committed.iter().chain(&position).any(mine);
        if !right || !known || (replica.leader().is_none() && both) {
            wrong.push(format!("{}: “{text}”: {committed:?} {position:?}", broker.id));
        }
    }
    let mut pointed = Vec::new();
    for shape in picture.shapes(part) {
        let Form::Path(segments) = &shape.form else { continue };
        let [Segment::Move(tip), Segment::Line(_), Segment::Line(_), Segment::Close] = segments[..]
        else {
            continue;
        };
        let offset = columns.at(tip.x - card.x + columns.pitch / 2.0);
        let solid = stroked(shape, Ink::Acked);
        let known = offset.is_some_and(|offset| of(if solid { &held } else { &read }, offset));
        let stable = offset == Some(replica.last_stable_offset());
        if !known && !stable {
            wrong.push(format!("{}: a group is said to be at {offset:?}", broker.id));
        }
        pointed.extend(offset);
    }
    let drawn = |offset: &&u64| columns.shows(**offset) && **offset <= replica.log.end_offset();
    let all = replica.leader().is_some() && (picture.roomy || !pointed.is_empty());
    for offset in held.iter().chain(&read).filter(drawn).filter(|_| all) {
        if !pointed.contains(offset) {
            wrong.push(format!("{}: nothing points at {offset}: {pointed:?}", broker.id));
        }
    }
}
