//! Every script of the semantics table and every lesson, from its beginning to its end, in a wide
//! and a narrow box: nothing leaves the picture, nothing is written on something else, and every
//! copy of every record is drawn where it is, or counted where there is no room for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ackscope::model::World;
use ackscope::model::consumer::Thread;
use ackscope::model::ids::{ConsumerId, PartitionId, RecordId};
use ackscope::model::message::{Body, Request, Response};
use ackscope::player::{Moment, Player};
use ackscope::script::Script;
use ackscope::stage::scene::{Form, Rect, Scene, Shape};
use ackscope::stage::{Part, Site, View, scene};

use crate::layout::{ink_box, travels};
use crate::support::texts;

/// How many moments of each run are looked at.
const MOMENTS: u64 = 12;
const SIZES: [(f32, f32); 3] = [(840.0, 400.0), (390.0, 700.0), (1100.0, 620.0)];

/// All scripts, by file name.
fn scripts() -> Vec<(String, Script)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).expect("the folder is there");
        entries.map(|entry| entry.expect("it can be read").path())
    };
    let mut paths: Vec<PathBuf> = files("tests/rows").chain(files("src/lessons")).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
    paths.push(root.join("tests/stage/large.json"));
    paths.sort();
    let load = |path: &PathBuf| {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let json = fs::read_to_string(path).expect("it can be read");
        (name, Script::parse(&json).expect("it is valid"))
    };
    paths.iter().map(load).collect()
}

/// Moments that are spread evenly over what happens, half of them between two events.
fn moments(player: &Player) -> Vec<u64> {
    let mut times: Vec<u64> = player.trace().iter().map(|event| event.at_us).collect();
    times.dedup();
    let last = times.len().saturating_sub(1) as u64;
    let mut chosen = vec![0, player.end_us()];
    for n in 0..MOMENTS {
        let place = (last * n / MOMENTS) as usize;
        let (at, next) = (times[place], times.get(place + 1).copied().unwrap_or(times[place]));
        chosen.push(if n % 2 == 0 { at } else { at.midpoint(next) });
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// How many copies there are, by site.
type Copies = BTreeMap<Site, u64>;

/// What is where, according to the world.
fn copies(world: &World) -> Copies {
    let mut copies = Copies::new();
    let mut add = |site: Site, count: usize| {
        if count > 0 {
            *copies.entry(site).or_default() += count as u64;
        }
    };
    let setup = world.setup();
    let shown = |partition: PartitionId| !setup.partition(partition).internal;
    for producer in &world.producers {
        let batches = producer.accumulator.deques.iter().flatten();
        add(Site::Accumulator(producer.id), batches.map(|batch| batch.records.len()).sum());
    }
    for broker in &world.brokers {
        let replicas = broker.replicas.iter().flatten().filter(|r| shown(r.partition));
        let offsets = replicas.map(|r| (r.log.end_offset() - r.log.start_offset()) as usize);
        add(Site::Log(broker.id), offsets.sum());
    }
    for message in world.network().messages.values() {
        let count = match &message.body {
            Body::Request(Request::Produce { batches, .. }) => {
                batches.iter().map(|batch| batch.records.len()).sum()
            }
            Body::Response(Response::Fetch(results)) => {
                let shown = results.iter().filter(|result| shown(result.partition));
                shown.flat_map(|r| &r.batches).map(|entry| entry.records().count()).sum()
            }
            _ => 0,
        };
        add(Site::Message(message.id), count);
    }
    for consumer in &world.consumers {
        let left = match &consumer.thread {
            Thread::Processing { left, .. } | Thread::Committing { left } => left.len(),
            _ => 0,
        };
        let pool = consumer.pool.working.len() + consumer.pool.waiting.len();
        add(Site::Polled(consumer.id), left + pool);
        add(Site::Buffer(consumer.id), fetched(world, consumer.id));
    }
    copies
}

/// What a consumer has fetched and not returned.
fn fetched(world: &World, id: ConsumerId) -> usize {
    let assigned = world.consumers[id.index()].partitions.values();
    let count = assigned.map(|assigned| {
        let from = assigned.position.map_or(0, |position| position.offset);
        let records = assigned.buffer.iter().flat_map(|entry| entry.records());
        records.filter(|(offset, _)| *offset >= from).count()
    });
    count.sum()
}

/// What is where, according to the picture.
fn drawn(scene: &Scene) -> Copies {
    let mut copies = Copies::new();
    for hotspot in &scene.hotspots {
        match hotspot.part {
            Part::Record(_, site) => *copies.entry(site).or_default() += 1,
            Part::Marker(broker, _) => *copies.entry(Site::Log(broker)).or_default() += 1,
            _ => {}
        }
    }
    for fold in &scene.folds {
        *copies.entry(fold.site).or_default() += u64::from(fold.count);
    }
    let seen = |site: &Site| {
        !matches!(
            site,
            Site::Told(_) | Site::Done(_) | Site::Sender(_) | Site::Lost(_) | Site::Cut(_)
        )
    };
    copies.retain(|site, count| seen(site) && *count > 0);
    copies
}

/// The box of a shape, with half of its outline.
fn extent(shape: &Shape) -> Rect {
    let half = shape.stroke.map_or(0.0, |stroke| stroke.width / 2.0);
    let around = |x: f32, y: f32, r: f32| Rect::new(x - r, y - r, 2.0 * r, 2.0 * r);
    match &shape.form {
        Form::Rect { rect, .. } => rect.inset(-half),
        Form::Circle { center, radius } | Form::Arc { center, radius, .. } => {
            around(center.x, center.y, radius + half)
        }
        Form::Text(text) => ink_box(text),
        Form::Path(segments) => {
            use ackscope::stage::scene::Segment::{Close, Cubic, Line, Move};
            // A curve lies within its control points; they may lie further out than it does.
            let points = segments.iter().filter_map(|segment| match segment {
                Move(p) | Line(p) | Cubic(_, _, p) => Some(*p),
                Close => None,
            });
            let (mut low, mut high) = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
            for p in points {
                low = (low.0.min(p.x), low.1.min(p.y));
                high = (high.0.max(p.x), high.1.max(p.y));
            }
            Rect::new(low.0, low.1, high.0 - low.0, high.1 - low.1)
        }
    }
}

fn check(name: &str, moment: &Moment<'_>, view: &View) -> Vec<String> {
    let scene = scene(moment.world, moment.ledger, moment.now_us, view);
    let name = format!("{name} at {} µs in {}×{}", moment.now_us, view.width, view.height);
    let mut wrong = Vec::new();
    for shape in &scene.shapes {
        let b = extent(shape);
        let (right, bottom) = (scene.width + 0.01, scene.height + 0.01);
        if b.x < -0.01 || b.y < -0.01 || b.right() > right || b.bottom() > bottom {
            wrong.push(format!("{name}: {shape:?} leaves the picture"));
        }
    }
    let all: Vec<_> = texts(&scene).map(|(shape, text)| (shape, text, ink_box(text))).collect();
    for (n, (shape, text, b)) in all.iter().enumerate() {
        for (other_shape, other, other_box) in &all[..n] {
            if !(travels(shape) && travels(other_shape)) && b.overlaps(*other_box) {
                let (text, other) = (&text.content, &other.content);
                wrong.push(format!("{name}: “{text}” {b:?} is on “{other}” {other_box:?}"));
            }
        }
    }
    let (there, seen) = (copies(moment.world), drawn(&scene));
    for site in there.keys().chain(seen.keys()) {
        let (there, seen) = (there.get(site), seen.get(site));
        if there != seen {
            wrong.push(format!("{name}: {site:?} holds {there:?} and shows {seen:?}"));
        }
    }
    for fold in &scene.folds {
        let shape = &scene.shapes[fold.shape];
        let says = matches!(&shape.form, Form::Text(text)
            if text.content.chars().any(|sign| sign.is_ascii_digit()));
        if fold.count > 0 && !says {
            wrong.push(format!("{name}: {fold:?} is said by {shape:?}"));
        }
    }
    wrong
}

#[test]
fn every_run_can_be_seen_whole() {
    let mut wrong = Vec::new();
    for (name, script) in scripts() {
        let mut player = Player::new(script).expect("it runs");
        for now_us in moments(&player) {
            let moment = player.seek(now_us);
            for (width, height) in SIZES {
                wrong.extend(check(&name, &moment, &View::new(width, height)));
            }
        }
    }
    let count = wrong.len();
    // One of each run and kind is enough to begin with.
    wrong.dedup_by_key(|line| line.chars().take(48).collect::<String>());
    wrong.truncate(12);
    assert!(wrong.is_empty(), "{count} things are wrong:\n{}", wrong.join("\n"));
}

#[test]
fn a_followed_record_is_drawn_wherever_it_is() {
    for (name, script) in scripts() {
        let mut player = Player::new(script).expect("it runs");
        let last = player.setup().records.len() as u32;
        for now_us in moments(&player) {
            let moment = player.seek(now_us);
            for record in [1, last].map(RecordId) {
                let view = View { focus: Some(record), ..View::new(840.0, 400.0) };
                let scene = scene(moment.world, moment.ledger, moment.now_us, &view);
                let wanted = moment.world.brokers.iter().any(|broker| {
                    let partition = moment.ledger.partition(record);
                    let replica = partition.and_then(|p| broker.replica(p));
                    let tail = |r: &ackscope::model::broker::replica::Replica| {
                        let end = r.log.end_offset();
                        r.log.records_between(end.saturating_sub(4), end).contains(&record)
                    };
                    replica.is_some_and(tail)
                });
                let seen = scene.hotspots.iter().any(
                    |spot| matches!(spot.part, Part::Record(id, Site::Log(_)) if id == record),
                );
                let ids: Vec<_> = scene
                    .hotspots
                    .iter()
                    .map(|h| h.id())
                    .filter(|id| id.starts_with("record"))
                    .collect();
                assert!(seen || !wanted, "{name} at {now_us} µs: record {record} {ids:?}");
            }
        }
    }
}
