//! What travels: on the right half of its way, with the right numbers, and good or bad news.

use ackscope::model::ids::Node;
use ackscope::model::message::{Body, Message, Request, Response};
use ackscope::stage::scene::Rect;
use ackscope::stage::{Ink, Part};

use super::{Picture, numbers, rect_of, stroked};
use crate::rules::extent;

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    for message in picture.world.network().messages.values() {
        let part = Part::Message(message.id);
        let Some(first) = picture.shapes(part).first() else {
            if let Body::Response(Response::Produce(_)) = &message.body {
                wrong.push(format!("{:?} is not drawn", message.id));
            }
            continue;
        };
        says(picture, message, wrong);
        halfway(picture, message, extent(first), wrong);
    }
}

/// The card of a node.
fn card(node: Node) -> Part {
    match node {
        Node::Producer(id) => Part::Producer(id),
        Node::Broker(id) => Part::Broker(id),
        Node::Consumer(id) => Part::Consumer(id),
        Node::Controller => Part::Controller,
    }
}

/// In the first half of its time it is nearer to where it comes from, then to where it goes.
/// Between cards that stand above each other that says nothing.
fn halfway(picture: &Picture<'_>, message: &Message, outline: Rect, wrong: &mut Vec<String>) {
    let spot = |node| picture.spot(card(node)).map(|spot| spot.rect);
    let (Some(from), Some(to)) = (spot(message.from), spot(message.to)) else { return };
    let gap = (to.x - from.right()).max(from.x - to.right());
    let held = picture.world.faults().is_cut(message.from, message.to);
    // What is large in a small gap is near to both.
    if gap < 2.0 * outline.width
        || held
        || !picture.world.network().hears(message.connection, message.to)
    {
        return;
    }
    let (start, end) = match to.x > from.x {
        true => (from.right(), to.x),
        false => (from.x, to.right()),
    };
    let whole_us = (message.arrive_us - message.sent_us).max(1) as f32;
    let part = (picture.now_us.saturating_sub(message.sent_us) as f32 / whole_us).min(1.0);
    let share = (outline.center().x - start) / (end - start);
    if (part < 0.4 && share > 0.55) || (part > 0.6 && share < 0.45) {
        wrong.push(format!("{:?} has covered {part} of its way, and {share}", message.id));
    }
}

/// What a message says without records.
fn says(picture: &Picture<'_>, message: &Message, wrong: &mut Vec<String>) {
    let part = Part::Message(message.id);
    let shapes = picture.shapes(part);
    let texts: Vec<&str> = picture.texts(part).map(|text| &*text.content).collect();
    let partition = picture.partition;
    let right = match &message.body {
        Body::Response(Response::Produce(results)) => {
            let refused = results.iter().any(|result| result.result.is_err());
            let good = picture.world.network().hears(message.connection, message.to);
            let bad = shapes.iter().any(|shape| stroked(shape, Ink::Lost));
            let crosses = shapes.len() > 2 || !texts.is_empty();
            crosses == refused && (bad || !refused) && (!bad || refused || !good)
        }
        Body::Request(Request::Fetch(fetch)) if !texts.is_empty() => {
            let mine = fetch.partitions.iter().find(|p| Some(p.partition) == partition);
            let numbers = numbers(&texts.concat());
            numbers.len() == 1 && mine.is_none_or(|mine| numbers == [mine.offset])
        }
        Body::Request(Request::OffsetCommit { offsets, .. }) if !texts.is_empty() => {
            let mine = offsets.iter().find(|c| Some(c.partition) == partition);
            let numbers = numbers(&texts.concat());
            numbers.len() == 1 && mine.is_none_or(|mine| numbers == [mine.offset])
        }
        Body::Request(Request::WriteTxnMarkers { marker, .. }) => {
            let word = if marker.commit { "COMMIT" } else { "ABORT" };
            texts.iter().all(|text| word.starts_with(text))
        }
        _ => true,
    };
    let outline = shapes.iter().find_map(|shape| rect_of(shape).map(|_| shape));
    let dashed = outline.is_some_and(|s| s.stroke.is_some_and(|stroke| stroke.dash.is_some()));
    let deaf = !picture.world.network().hears(message.connection, message.to);
    if !right || (outline.is_some() && deaf && !dashed) {
        wrong.push(format!("{:?} is {:?}: {texts:?}, dashed {dashed}", message.id, message.body));
    }
}
