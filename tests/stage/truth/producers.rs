//! What a producer's card says: its application, what waits in the accumulator and what for, the
//! pool, the requests in flight.

use ackscope::model::client::LinkState;
use ackscope::model::ids::{BrokerId, Node, PartitionId};
use ackscope::model::producer::accumulator::{ProducerBatch, backing_off_until_us};
use ackscope::model::producer::{Producer, Waiting};
use ackscope::script::config::ProducerConfig;
use ackscope::stage::scene::{Form, Rect, Text};
use ackscope::stage::{Ink, Part, Site};

use super::{Picture, numbers, rect_of, says_time, stroked};

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    for producer in &picture.world.producers {
        let config = producer.config(picture.world.setup());
        let part = Part::Producer(producer.id);
        let texts: Vec<&str> = picture.texts(part).map(|text| &*text.content).collect();
        application(picture, producer, &texts, wrong);
        pool(producer, config, &texts, wrong);
        in_flight(picture, producer, config, &texts, wrong);
        connection(producer, &texts, wrong);
        waiting(picture, producer, config, wrong);
        order(picture, producer, wrong);
    }
}

fn application(
    picture: &Picture<'_>,
    producer: &Producer,
    texts: &[&str],
    wrong: &mut Vec<String>,
) {
    let setup = picture.world.setup();
    let records = &setup.producers[producer.id.index()].records;
    let next = records.get(producer.application.sent as usize);
    let waits = producer.application.waiting;
    let open = producer.transactions.as_ref().map_or(0, |mine| mine.records.len());
    for text in texts {
        let wait = text.strip_prefix("in ").or_else(|| text.split_once(" in ").map(|(_, t)| t));
        let named = text.strip_prefix("record ").and_then(|rest| rest.split(' ').next());
        let right = match (*text, wait) {
            (_, Some(wait))
                if named.is_some()
                    || says_time(wait, 0)
                    || wait.ends_with('s') && text.starts_with("in ") =>
            {
                let Some(next) = next else { continue };
                let left_us = setup.record(*next).at_us.saturating_sub(picture.now_us);
                named.is_none_or(|name| name == next.to_string()) && says_time(wait, left_us)
            }
            ("blocks: no buffer.memory" | "no memory", _) => matches!(waits, Waiting::Memory(_)),
            ("waits in get()", _) => matches!(waits, Waiting::Outcome(_)),
            ("in flush(): waits for all" | "in flush()", _) => waits == Waiting::Flush,
            _ if text.starts_with("transaction: ") => numbers(text) == [open as u64],
            _ if text.starts_with("all ") && text.ends_with(" sent") => {
                next.is_none() && numbers(text) == [records.len() as u64]
            }
            _ => true,
        };
        if !right {
            wrong.push(format!("{}: “{text}”: {waits:?}, {next:?}, {open}", producer.id));
        }
    }
    let memory = matches!(waits, Waiting::Memory(_));
    let works = producer.alive && !picture.world.faults().is_paused(Node::Producer(producer.id));
    let said = texts.iter().any(|text| text.starts_with("blocks: no") || *text == "no memory");
    if picture.roomy && works && memory && !producer.closing && !said {
        wrong.push(format!("{} waits for memory: {texts:?}", producer.id));
    }
}

/// How full the pool is: of what is drawn, at least.
fn pool(producer: &Producer, config: &ProducerConfig, texts: &[&str], wrong: &mut Vec<String>) {
    let used = config.buffer_memory - producer.accumulator.free_bytes.min(config.buffer_memory);
    let share = used as f64 * 100.0 / config.buffer_memory as f64;
    for text in texts {
        let Some((_, percent)) = text.split_once("pool ") else { continue };
        let said = numbers(percent).first().copied().unwrap_or(u64::MAX) as f64;
        if !(share..share + 1.0).contains(&said) {
            wrong.push(format!("{}: the pool is {share} % full: {text}", producer.id));
        }
    }
}

/// The boxes of the sender, from the left: whether each is taken.
fn slots(picture: &Picture<'_>, producer: &Producer) -> Vec<(Rect, bool)> {
    let shapes = picture.shapes(Part::Producer(producer.id)).iter();
    let slot = |shape: &&ackscope::stage::Shape| {
        let rect = rect_of(shape)?;
        match shape.fill {
            None if stroked(shape, Ink::Line) => Some((rect, false)),
            Some(fill) if fill.ink == Ink::Accent && fill.opacity < 0.9 => Some((rect, true)),
            _ => None,
        }
    };
    let mut slots: Vec<_> = shapes.filter_map(slot).collect();
    slots.sort_by(|a, b| a.0.x.total_cmp(&b.0.x));
    slots
}

fn in_flight(
    picture: &Picture<'_>,
    producer: &Producer,
    config: &ProducerConfig,
    texts: &[&str],
    wrong: &mut Vec<String>,
) {
    let (count, max) =
        (producer.in_flight.len() as u64, u64::from(config.max_in_flight_requests_per_connection));
    let mut said = false;
    for text in texts {
        let short = text
            .split_once('/')
            .is_some_and(|(a, b)| a.parse::<u64>().is_ok() && b.parse::<u64>().is_ok());
        if short || (text.contains(" in flight") && text.contains(|c: char| c.is_ascii_digit())) {
            said = true;
            // Where there is little room it is the count alone.
            if numbers(text) != [count, max] && numbers(text) != [count] {
                wrong.push(format!("{}: {count} of {max} in flight: {text}", producer.id));
            }
        }
    }
    if picture.roomy && !said && !texts.contains(&"in flight") {
        wrong.push(format!("{}: {count} of {max} in flight: {texts:?}", producer.id));
    }
    let slots = slots(picture, producer);
    let taken = slots.iter().filter(|(_, taken)| *taken).count() as u64;
    let first_free = slots.iter().position(|(_, taken)| !taken).unwrap_or(slots.len());
    if slots.len() as u64 > 5
        || taken != count.min(slots.len() as u64)
        || (first_free as u64) < taken
    {
        wrong.push(format!("{}: {count} in flight, slots {slots:?}", producer.id));
    }
    if picture.roomy && (slots.len() as u64) < max.min(5) {
        wrong.push(format!("{}: {max} slots: {slots:?}", producer.id));
    }
    for ((slot, _), request) in slots.iter().zip(&producer.in_flight) {
        let records: Vec<u32> =
            request.batches.iter().flat_map(|b| &b.records).map(|r| r.0).collect();
        let holds = |text: &&Text| {
            picture.same(text.at.x, slot.center().x) && (slot.y..slot.bottom()).contains(&text.at.y)
        };
        let said = picture.texts(Part::Producer(producer.id)).find(holds).map(|t| &*t.content);
        let right = match (&records[..], said) {
            ([], said) => said.is_none(),
            (_, None) => slot.width < 30.0 * picture.scale,
            ([one], Some(text)) => text == one.to_string(),
            ([first, .., last], Some(text)) => {
                text == format!("{first}–{last}") || text == format!("×{}", records.len())
            }
        };
        let mut bars = picture.filled(Part::Producer(producer.id), Ink::Leader);
        let inside = |bar: &Rect| {
            (slot.x..slot.right()).contains(&bar.x) && (slot.y..slot.bottom()).contains(&bar.y)
        };
        let whole = slot.width - 8.0 * picture.scale;
        let share = bars.find(inside).map_or(0.0, |bar| bar.width / whole);
        let age_us = picture.now_us - request.sent_us;
        let wanted = (age_us as f32 / config.request_timeout_us.max(1) as f32).min(1.0);
        if !right || (share - wanted).abs() > 0.03 {
            wrong.push(format!("{}: {records:?} for {wanted}: {said:?}, {share}", producer.id));
        }
    }
}

/// Whom it sends to, and whether it can.
fn connection(producer: &Producer, texts: &[&str], wrong: &mut Vec<String>) {
    let state = |name: &str| {
        let number = name.strip_prefix("broker-")?.parse::<u16>().ok()?;
        let link = producer.client.links.get(&Node::Broker(BrokerId(number - 1)));
        Some(link.map(|link| link.state).unwrap_or_default())
    };
    for text in texts {
        let right = if let Some(name) = text.strip_prefix("connects to ") {
            matches!(state(name), Some(LinkState::Connecting(_)))
        } else if let Some(name) = text.strip_prefix("no connection to ") {
            matches!(state(name), Some(LinkState::Disconnected { .. }))
        } else if let Some(names) = text.strip_prefix("to broker-") {
            let names: Vec<&str> = names.split(", broker-").collect();
            names
                .iter()
                .all(|name| matches!(state(&format!("broker-{name}")), Some(LinkState::Ready(_))))
        } else {
            true
        };
        if !right {
            wrong.push(format!("{}: “{text}” is not so", producer.id));
        }
    }
}

/// Each partition of the accumulator that has a track of its own.
fn waiting(
    picture: &Picture<'_>,
    producer: &Producer,
    config: &ProducerConfig,
    wrong: &mut Vec<String>,
) {
    let part = Part::Producer(producer.id);
    let setup = picture.world.setup();
    let all = (0..setup.partitions.len() as u16).map(PartitionId);
    let mut clocks: Vec<(f32, f32, f32)> = Vec::new();
    for shape in picture.shapes(part) {
        if let Form::Arc { center, sweep, .. } = shape.form {
            clocks.push((center.x, center.y, sweep));
        }
    }
    for partition in all.filter(|p| !setup.partition(*p).internal) {
        let name = setup.partition_name(partition);
        let same = |stem: &str| {
            let all = (0..setup.partitions.len() as u16).map(PartitionId);
            all.filter(|p| setup.partition_name(*p).starts_with(stem)).count()
        };
        // Two names that are cut short the same cannot be told apart.
        let cut = |text: &str| {
            text.strip_suffix('…').is_some_and(|stem| name.starts_with(stem) && same(stem) == 1)
        };
        let is_name = |text: &&Text| text.content == name || cut(&text.content);
        let labels: Vec<&Text> = picture.texts(part).filter(is_name).collect();
        let [label] = labels[..] else { continue };
        let beside: Vec<&str> = picture
            .line(part, label.at.y)
            .filter(|text| text.at != label.at)
            .map(|text| &*text.content)
            .collect();
        let below = 26.0 * picture.scale;
        let clock =
            clocks.iter().find(|(_, y, _)| (y - label.at.y - below).abs() < 3.0 * picture.scale);
        let clock = clock.map(|(.., sweep)| *sweep);
        let deque = &producer.accumulator.deques[partition.index()];
        let Some(first) = deque.front() else {
            if beside != ["empty"] || clock.is_some() {
                wrong.push(format!("{}: {name} is empty: {beside:?} {clock:?}", producer.id));
            }
            continue;
        };
        let (share, right) = wait(picture, producer, config, first, &beside);
        if !right || clock.is_none_or(|clock| (clock - share).abs() > 0.02) {
            wrong.push(format!(
                "{}: {name} waits {share}: {beside:?}, its clock {clock:?}",
                producer.id
            ));
        }
        let filled: Vec<f32> = deque
            .iter()
            .map(|batch| batch.bytes as f32 / batch.capacity_bytes.max(1) as f32)
            .collect();
        fills(picture, part, label, &filled, wrong);
    }
}

/// How much of its wait is over for a batch, and whether the words beside it say so.
fn wait(
    picture: &Picture<'_>,
    producer: &Producer,
    config: &ProducerConfig,
    batch: &ProducerBatch,
    said: &[&str],
) -> (f32, bool) {
    let now_us = picture.now_us;
    let none = said.is_empty() && !picture.roomy;
    let says = |word: &str| none || said == [word];
    if let Some(until_us) = backing_off_until_us(batch, &producer.metadata, now_us) {
        let left_us = until_us - now_us;
        let over = 1.0 - left_us as f32 / batch.backoff_us.max(1) as f32;
        let retry = format!("retry {} in ", batch.attempts);
        let right = match said {
            [text] => says_time(text.strip_prefix(&retry).unwrap_or(text), left_us),
            _ => none,
        };
        return (over.clamp(0.0, 1.0), right);
    }
    let Some(leader) = producer.metadata.leader(batch.partition) else {
        return (1.0, says("no leader known"));
    };
    if batch.attempts > 0 {
        return (1.0, says(&format!("retry {}", batch.attempts)));
    }
    if batch.full() {
        return (1.0, says("batch is full"));
    }
    let link = producer.client.links.get(&Node::Broker(leader));
    let ready = link.is_some_and(|link| matches!(link.state, LinkState::Ready(_)));
    let age_us = now_us - batch.created_us;
    if age_us > config.linger_us && !ready {
        return (1.0, says("no connection"));
    }
    let age_us = age_us.min(config.linger_us);
    let over = age_us as f32 / config.linger_us.max(1) as f32;
    let right = match said {
        [text] => {
            text.trim_start_matches("linger ").split_once('/').is_some_and(|(over, whole)| {
                let unit = whole.split_once(' ').map_or("", |(_, unit)| unit);
                says_time(whole, config.linger_us) && says_time(&format!("{over} {unit}"), age_us)
            })
        }
        _ => none,
    };
    (over, right)
}

/// How full the batches are that are drawn in a track, from the first.
fn fills(picture: &Picture<'_>, part: Part, label: &Text, full: &[f32], wrong: &mut Vec<String>) {
    let scale = picture.scale;
    let in_track = |rect: &Rect| (6.0 * scale..46.0 * scale).contains(&(rect.y - label.at.y));
    let mut bars: Vec<Rect> = picture
        .filled(part, Ink::Accent)
        .filter(|rect| in_track(rect) && rect.height < 3.0 * scale)
        .collect();
    bars.sort_by(|a, b| a.x.total_cmp(&b.x));
    if bars.is_empty() || bars.len() > full.len() {
        wrong.push(format!("{part:?}: {} batches, {} bars", full.len(), bars.len()));
    }
    for (bar, full) in bars.into_iter().zip(full) {
        let wells = picture.filled(part, Ink::Well);
        let well = wells.filter(|well| picture.same(well.x, bar.x) && picture.same(well.y, bar.y));
        let whole = well.last().map_or(0.0, |well| well.width);
        let wanted = (whole * full.min(1.0)).max(2.5 * scale);
        if (bar.width - wanted).abs() > 0.02 * whole + 0.1 {
            wrong.push(format!("{part:?}: a batch is {full} full, its bar {bar:?} of {whole}"));
        }
    }
}

/// What waits stands in the order in which it was sent, the oldest first.
fn order(picture: &Picture<'_>, producer: &Producer, wrong: &mut Vec<String>) {
    let site = Site::Accumulator(producer.id);
    let mut rows: std::collections::BTreeMap<i32, Vec<(f32, u32)>> = Default::default();
    for spot in &picture.scene.hotspots {
        if let Part::Record(record, found) = spot.part
            && found == site
        {
            rows.entry(spot.rect.y.round() as i32).or_default().push((spot.rect.x, record.0));
        }
    }
    for mut row in rows.into_values() {
        row.sort_by(|a, b| a.0.total_cmp(&b.0));
        let drawn: Vec<u32> = row.into_iter().map(|(_, record)| record).collect();
        let deques = producer.accumulator.deques.iter();
        let mut places = Vec::new();
        for (deque, batches) in deques.enumerate() {
            for (n, record) in batches.iter().flat_map(|batch| &batch.records).enumerate() {
                places.push(((deque, n), record.0));
            }
        }
        let place =
            |record: &u32| places.iter().find(|(_, found)| found == record).map(|(at, _)| *at);
        let of: Vec<_> = drawn.iter().filter_map(place).collect();
        // In a card in short all partitions share a row, one after the other.
        if of.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[0] > pair[1]) {
            wrong.push(format!("{site:?} stands in another order: {drawn:?}"));
        }
    }
}
