//! The links: up, down or cut.

use ackscope::model::broker::Process;
use ackscope::model::broker::replica::Role;
use ackscope::model::client::LinkState;
use ackscope::model::ids::Node;
use ackscope::stage::scene::{Form, Point, Segment, Shape};
use ackscope::stage::{Ink, Part};

use super::{Picture, stroked};

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    for spot in &picture.scene.hotspots {
        let Part::Link(client, server) = spot.part else { continue };
        let faults = picture.world.faults();
        let at = spot.rect.center();
        let loose = picture.scene.shapes.iter().filter(|shape| shape.part.is_none());
        let here = |shape: &&Shape| {
            middle(shape)
                .is_some_and(|found| picture.same(found.x, at.x) && picture.same(found.y, at.y))
        };
        // Ways may share their middle.
        let lines: Vec<&Shape> = loose.filter(here).collect();
        let cut = faults.is_cut(client, server) || faults.is_cut(server, client);
        let is_up = up(picture, client, server);
        let right = |line: &&Shape| is_up.is_none_or(|up| up == stroked(line, Ink::Line));
        if !lines.iter().any(right) && !cut {
            wrong.push(format!("the link from {client:?} to {server:?} is up: {is_up:?}"));
        }
        let whole = lines.iter().filter(|line| stroked(line, Ink::Line)).count();
        let both = faults.is_cut(client, server) && faults.is_cut(server, client);
        if both && lines.len() == 1 && whole > 0 {
            wrong.push(format!("the link from {client:?} to {server:?} is cut"));
        }
    }
    let Some(partition) = picture.partition else { return };
    for broker in &picture.world.brokers {
        let Some(Role::Follower(Some(leader))) = broker.replica(partition).map(|r| &r.role) else {
            continue;
        };
        let link = Part::Link(Node::Broker(broker.id), Node::Broker(*leader));
        if picture.spot(link).is_none() {
            wrong.push(format!("{} has no link to {leader}, which it follows", broker.id));
        }
    }
}

/// Whether there is a connection: as its producer knows it, or whether its server runs.
fn up(picture: &Picture<'_>, client: Node, server: Node) -> Option<bool> {
    let Node::Broker(broker) = server else { return None };
    if let Node::Producer(id) = client {
        let producer = &picture.world.producers[id.index()];
        let link = producer.client.links.get(&server);
        return Some(link.is_some_and(|link| matches!(link.state, LinkState::Ready(_))));
    }
    Some(picture.world.brokers[broker.index()].process == Process::Running)
}

/// The middle of a curve.
fn middle(shape: &Shape) -> Option<Point> {
    let Form::Path(segments) = &shape.form else { return None };
    let [Segment::Move(from), Segment::Cubic(a, b, to)] = segments[..] else { return None };
    let mix = |p: f32, q: f32, r: f32, s: f32| (p + 3.0 * q + 3.0 * r + s) / 8.0;
    Some(Point { x: mix(from.x, a.x, b.x, to.x), y: mix(from.y, a.y, b.y, to.y) })
}
