//! What holds of every picture, whatever it shows.

use ackscope::model::World;
use ackscope::player::Moment;
use ackscope::stage::scene::{Anchor, Form, Point, Rect, Scene, Segment, Shape, Site, Text};
use ackscope::stage::{Part, View, scene, text};

use crate::copies::{reflections, seen, there};
use crate::support::texts;
use crate::truth::untrue;

/// The button in the corner of a broker's card, as shares of the room that is left for it, which is
/// that of 74 pixels: how wide and high it is, and how far from the edges (`.switch` in
/// `static/style.css`).
const BUTTON: (f32, f32) = (62.0 / 74.0, 24.0 / 74.0);
const BUTTON_INSET: (f32, f32) = (10.0 / 74.0, 5.0 / 74.0);

/// The box of a text's letters, without the room above and below them.
pub fn ink_box(text: &Text) -> Rect {
    let width = text::width(&text.content, text.size, text.weight, text.mono);
    let x = match text.anchor {
        Anchor::Start => text.at.x,
        Anchor::Middle => text.at.x - width / 2.0,
        Anchor::End => text.at.x - width,
    };
    Rect::new(x, text.at.y - text.size * 0.72, width, text.size * 0.72)
}

/// The message that a part belongs to, if it travels.
fn traveller(part: Option<Part>) -> Option<u64> {
    match part? {
        Part::Message(id) | Part::Record(_, Site::Message(id) | Site::Lost(id)) => Some(id.0),
        Part::Record(_, Site::Door(broker)) | Part::Door(broker) => {
            Some(u64::MAX - u64::from(broker.0))
        }
        _ => None,
    }
}

/// What travels may cross other things that travel, for a moment.
pub fn travels(shape: &Shape) -> bool {
    traveller(shape.part).is_some()
}

/// The card that a part belongs to; what travels, links and the key to the signs have none.
fn card_of(part: Part) -> Option<Part> {
    Some(match part {
        Part::Replica(broker, _) | Part::Marker(broker, _) => Part::Broker(broker),
        Part::Record(_, site) => match site {
            Site::Log(broker) | Site::Cut(broker) => Part::Broker(broker),
            Site::Buffer(id) | Site::Polled(id) | Site::Done(id) => Part::Consumer(id),
            Site::Application(id) | Site::Told(id) | Site::Accumulator(id) | Site::Sender(id) => {
                Part::Producer(id)
            }
            Site::Message(_) | Site::Lost(_) | Site::Door(_) => return None,
        },
        Part::Message(_) | Part::Door(_) | Part::Link(..) | Part::Legend => return None,
        card => card,
    })
}

fn is_card(part: Part) -> bool {
    matches!(part, Part::Producer(_) | Part::Broker(_) | Part::Consumer(_) | Part::Controller)
}

/// Whether a rectangle lies in another one, but for a rounding error.
fn lies_in(inner: Rect, outer: Rect) -> bool {
    const ERROR: f32 = 0.02;
    inner.x >= outer.x - ERROR
        && inner.y >= outer.y - ERROR
        && inner.right() <= outer.right() + ERROR
        && inner.bottom() <= outer.bottom() + ERROR
}

/// The box of a shape, with half of its outline.
pub fn extent(shape: &Shape) -> Rect {
    let half = shape.stroke.map_or(0.0, |stroke| stroke.width / 2.0);
    let around = |x: f32, y: f32, r: f32| Rect::new(x - r, y - r, 2.0 * r, 2.0 * r);
    match &shape.form {
        Form::Rect { rect, .. } => rect.inset(-half),
        Form::Circle { center, radius } | Form::Arc { center, radius, .. } => {
            around(center.x, center.y, radius + half)
        }
        Form::Text(text) => ink_box(text),
        Form::Path(segments) => path_extent(segments).inset(-half),
    }
}

/// The box of lines and curves: of a curve, so many points of it.
fn path_extent(segments: &[Segment]) -> Rect {
    const POINTS: u8 = 16;
    let (mut low, mut high) = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
    let mut here = Point::default();
    let mut hold = |p: Point| {
        low = (low.0.min(p.x), low.1.min(p.y));
        high = (high.0.max(p.x), high.1.max(p.y));
    };
    for segment in segments {
        match segment {
            Segment::Move(p) | Segment::Line(p) => {
                hold(*p);
                here = *p;
            }
            Segment::Cubic(a, b, to) => {
                for n in 1..=POINTS {
                    let t = f32::from(n) / f32::from(POINTS);
                    let u = 1.0 - t;
                    let mix = |p: f32, q: f32, r: f32, s: f32| {
                        u * u * u * p + 3.0 * u * u * t * q + 3.0 * u * t * t * r + t * t * t * s
                    };
                    let x = mix(here.x, a.x, b.x, to.x);
                    let y = mix(here.y, a.y, b.y, to.y);
                    hold(Point { x, y });
                }
                here = *to;
            }
            Segment::Close => {}
        }
    }
    Rect::new(low.0, low.1, high.0 - low.0, high.1 - low.1)
}

/// Everything that is wrong with the picture of a moment.
pub fn broken(moment: &Moment<'_>, view: &View) -> Vec<String> {
    let scene = scene(moment.world, moment.ledger, moment.now_us, view);
    let mut wrong = Vec::new();
    frame(&scene, &mut wrong);
    labels(&scene, &mut wrong);
    covered(&scene, &mut wrong);
    pills(&scene, &mut wrong);
    buttons(&scene, view, &mut wrong);
    homes(&scene, &mut wrong);
    records(&scene, &mut wrong);
    hotspots(&scene, &mut wrong);
    cut_words(&scene, moment.world, &mut wrong);
    copies(&scene, moment, &mut wrong);
    wrong.extend(untrue(moment, view, &scene));
    wrong
}

/// The shapes that leave a picture.
pub fn leaves(scene: &Scene) -> Vec<String> {
    let mut wrong = Vec::new();
    frame(scene, &mut wrong);
    wrong
}

/// No shape leaves the picture.
fn frame(scene: &Scene, wrong: &mut Vec<String>) {
    let picture = Rect::new(0.0, 0.0, scene.width, scene.height);
    for shape in scene.shapes.iter().filter(|shape| !lies_in(extent(shape), picture)) {
        wrong.push(format!("leaves the picture: {shape:?}"));
    }
}

/// No label is on another one, unless both travel, each with a message of its own.
fn labels(scene: &Scene, wrong: &mut Vec<String>) {
    let mut all: Vec<_> = texts(scene).map(|(shape, text)| (shape, text, ink_box(text))).collect();
    all.sort_by(|a, b| a.2.x.total_cmp(&b.2.x));
    for (n, (shape, text, b)) in all.iter().enumerate() {
        let near = all[n + 1..].iter().take_while(|(.., other)| other.x < b.right());
        for (other_shape, other, other_box) in near {
            let (one, two) = (traveller(shape.part), traveller(other_shape.part));
            let may = one.is_some() && two.is_some() && one != two;
            if !may && b.overlaps(*other_box) {
                wrong.push(format!(
                    "“{}” {b:?} is on “{}” {other_box:?}",
                    text.content, other.content
                ));
            }
        }
        if text.size < 11.0 {
            wrong.push(format!("“{}” is {} px high", text.content, text.size));
        }
    }
}

/// Nothing that rests covers a label that was written before.
fn covered(scene: &Scene, wrong: &mut Vec<String>) {
    for (n, shape) in scene.shapes.iter().enumerate() {
        let Form::Text(text) = &shape.form else { continue };
        if travels(shape) {
            continue;
        }
        let letters = ink_box(text);
        let covers = |later: &&Shape| {
            let fill = later.fill.filter(|_| !matches!(later.form, Form::Text(_)));
            let opaque = fill.is_some_and(|fill| fill.opacity * later.opacity > 0.5);
            opaque && !travels(later) && extent(later).overlaps(letters)
        };
        if let Some(over) = scene.shapes[n + 1..].iter().find(covers) {
            wrong.push(format!("“{}” {letters:?} is below {over:?}", text.content));
        }
    }
}

/// No other label and no dot is on a pill: a rounded box that was drawn for the label after it.
fn pills(scene: &Scene, wrong: &mut Vec<String>) {
    let resting = |shape: &&Shape| !travels(shape);
    for pair in scene.shapes.windows(2).filter(|pair| !travels(&pair[0])) {
        let (Form::Rect { rect, radius }, Form::Text(text)) = (&pair[0].form, &pair[1].form) else {
            continue;
        };
        if *radius * 2.0 < rect.height - 1.5 || !lies_in(ink_box(text), *rect) {
            continue;
        }
        for shape in scene.shapes.iter().filter(resting).filter(|shape| **shape != pair[1]) {
            let is_sign = matches!(shape.form, Form::Text(_) | Form::Circle { .. });
            if is_sign && extent(shape).overlaps(*rect) {
                wrong.push(format!("{:?} is on the pill “{}”", shape.form, text.content));
            }
        }
    }
}

/// What a broker's card leaves room for, at its lower right, is a button: no label is below it.
fn buttons(scene: &Scene, view: &View, wrong: &mut Vec<String>) {
    let brokers = scene.hotspots.iter().filter(|spot| matches!(spot.part, Part::Broker(_)));
    for card in brokers.map(|spot| spot.rect) {
        let share = |share: f32| share * view.button;
        let (wide, high) = (share(BUTTON.0), share(BUTTON.1));
        let right = card.right() - share(BUTTON_INSET.0);
        let bottom = card.bottom() - share(BUTTON_INSET.1);
        // Its edges are round, and no letter is quite as high as its box.
        let button = Rect::new(right - wide, bottom - high, wide, high).inset(1.0);
        for (_, text) in texts(scene).filter(|(shape, _)| !travels(shape)) {
            if ink_box(text).overlaps(button) {
                wrong.push(format!("“{}” {:?} is below a button", text.content, ink_box(text)));
            }
        }
    }
}

/// What belongs to a card lies in it, and cards lie beside each other.
fn homes(scene: &Scene, wrong: &mut Vec<String>) {
    let cards: Vec<_> = scene.hotspots.iter().filter(|spot| is_card(spot.part)).collect();
    for (n, card) in cards.iter().enumerate() {
        for other in cards[..n].iter().filter(|other| other.rect.overlaps(card.rect)) {
            wrong.push(format!("{} is on {}", card.label, other.label));
        }
    }
    let home = |part: Option<Part>| {
        let card = card_of(part?)?;
        cards.iter().find(|spot| spot.part == card).map(|spot| spot.rect)
    };
    for shape in &scene.shapes {
        // The outline of a card is a little outside.
        let Some(card) = home(shape.part).map(|card| card.inset(-1.0)) else { continue };
        if !lies_in(extent(shape), card) {
            wrong.push(format!("leaves its card {card:?}: {shape:?}"));
        }
    }
    for spot in &scene.hotspots {
        let card = home(Some(spot.part)).map(|card| card.inset(-1.0));
        if card.is_some_and(|card| !lies_in(spot.rect, card)) {
            wrong.push(format!("{} {:?} is not in its card", spot.id(), spot.rect));
        }
    }
}

/// Records that rest lie beside each other, and no label is on one but its number.
fn records(scene: &Scene, wrong: &mut Vec<String>) {
    let rests = |part: Part| match part {
        Part::Record(_, Site::Message(_) | Site::Lost(_) | Site::Door(_)) => false,
        Part::Record(..) | Part::Marker(..) => true,
        _ => false,
    };
    let mut all: Vec<_> = scene.hotspots.iter().filter(|spot| rests(spot.part)).collect();
    all.sort_by(|a, b| a.rect.x.total_cmp(&b.rect.x));
    for (n, spot) in all.iter().enumerate() {
        let near = all[n + 1..].iter().take_while(|other| other.rect.x < spot.rect.right());
        for other in near.filter(|other| other.rect.overlaps(spot.rect)) {
            wrong.push(format!(
                "{} {:?} is on {} {:?}",
                spot.id(),
                spot.rect,
                other.id(),
                other.rect
            ));
        }
    }
    for (shape, text) in texts(scene).filter(|(shape, _)| !travels(shape)) {
        let letters = ink_box(text);
        let on = |spot: &&&ackscope::stage::Hotspot| {
            Some(spot.part) != shape.part && spot.rect.overlaps(letters)
        };
        if let Some(spot) = all.iter().find(on) {
            wrong.push(format!(
                "“{}” {letters:?} is on {} {:?}",
                text.content,
                spot.id(),
                spot.rect
            ));
        }
    }
}

/// Everything that can be pointed at has a name and a key of its own, and lies in the picture.
fn hotspots(scene: &Scene, wrong: &mut Vec<String>) {
    let picture = Rect::new(0.0, 0.0, scene.width, scene.height);
    let mut ids: Vec<String> = scene.hotspots.iter().map(|spot| spot.id()).collect();
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        wrong.push(format!("two hotspots are {}", pair[0]));
    }
    for spot in &scene.hotspots {
        if !lies_in(spot.rect, picture) || !lies_in(spot.handle, spot.rect) {
            wrong.push(format!("{} at {:?}, {:?}", spot.id(), spot.rect, spot.handle));
        }
        if spot.label.is_empty() {
            wrong.push(format!("{} has no name", spot.id()));
        }
    }
}

/// Only names that somebody gave are ever cut short.
fn cut_words(scene: &Scene, world: &World, wrong: &mut Vec<String>) {
    let setup = world.setup();
    let mut names: Vec<String> = setup.topics.iter().map(|topic| topic.name.clone()).collect();
    names.extend(setup.groups.iter().map(|group| group.id.clone()));
    names.extend(setup.producers.iter().filter_map(|p| p.config.transactional_id.clone()));
    names.push("no replica of ".to_owned());
    for (_, text) in texts(scene) {
        let Some(stem) = text.content.strip_suffix('…') else { continue };
        if !names.iter().any(|name| name.starts_with(stem) || stem.starts_with(&**name)) {
            wrong.push(format!("“{}” is cut short", text.content));
        }
    }
}

/// Every copy of every record is drawn where it is, or counted where there is no room for it.
fn copies(scene: &Scene, moment: &Moment<'_>, wrong: &mut Vec<String>) {
    let (there, seen) = (there(moment.world), seen(scene));
    for site in there.keys().chain(seen.keys().filter(|site| !there.contains_key(site))) {
        let (held, drawn) = (there.get(site), seen.get(site));
        if held.map(|held| held.count) != drawn.map(|drawn| drawn.count) {
            wrong.push(format!("{site:?} holds {held:?} and shows {drawn:?}"));
        }
        let mut left = held.cloned().unwrap_or_default().records;
        for record in drawn.iter().flat_map(|drawn| &drawn.records) {
            match left.iter().position(|there| there == record) {
                Some(place) => drop(left.swap_remove(place)),
                None => wrong.push(format!("{site:?} shows record {record} once too often")),
            }
        }
    }
    for fold in scene.folds.iter().filter(|fold| fold.count > 0) {
        let says = match &scene.shapes[fold.shape].form {
            Form::Text(text) => says_count(&text.content, fold.count, fold.site),
            _ => false,
        };
        if !says {
            wrong.push(format!("{fold:?} is said by {:?}", scene.shapes[fold.shape].form));
        }
    }
    wrong.extend(reflections(moment.world, moment.ledger, scene));
}

/// Whether a text says how many are folded: the number itself, or where a log ends.
fn says_count(text: &str, count: u32, site: Site) -> bool {
    let mut numbers =
        text.split(|sign: char| !sign.is_ascii_digit()).filter_map(|n| n.parse().ok());
    match site {
        Site::Log(_) if !text.starts_with('+') => {
            numbers.any(|n: u32| n >= count || text.ends_with('k'))
        }
        _ => numbers.any(|n: u32| n == count),
    }
}
