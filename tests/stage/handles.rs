//! Everything that a script can name can be pointed at, and has room for a button of its own.

use std::collections::BTreeSet;

use ackscope::model::ids::{BrokerId, ConsumerId, Node, ProducerId};
use ackscope::stage::{Part, Site, View};

use crate::support::{CROWD, FAULTS, SIZES, STORY, all_scenes, at};

#[test]
fn each_entity_and_each_replica_has_a_handle() {
    for (json, ms) in [(STORY, 62.0), (CROWD, 149.0)] {
        let moment = at(json, ms);
        let setup = moment.world.setup();
        let brokers = (0..setup.brokers).map(BrokerId);
        let mut wanted: BTreeSet<Part> = brokers.map(Part::Broker).collect();
        wanted.extend((0..setup.producers.len()).map(|n| Part::Producer(ProducerId(n as u16))));
        wanted.extend((0..setup.consumers.len()).map(|n| Part::Consumer(ConsumerId(n as u16))));
        wanted.insert(Part::Controller);
        for partition in moment.world.controller.partitions.iter().zip(&setup.partitions) {
            let (_, partition) = partition;
            let id = setup.topics[usize::from(partition.topic)].partitions
                [usize::from(partition.number)];
            if !partition.internal {
                wanted.extend(partition.replicas.iter().map(|broker| Part::Replica(*broker, id)));
            }
        }
        for (width, height) in SIZES {
            let scene = moment.scene(&View::new(width, height));
            let there: BTreeSet<Part> = scene.hotspots.iter().map(|spot| spot.part).collect();
            let missing: Vec<_> = wanted.difference(&there).collect();
            assert!(missing.is_empty(), "{width}×{height}: {missing:?}");
        }
    }
}

#[test]
fn a_link_can_be_pointed_at_in_the_gap_between_its_ends() {
    let scene = at(FAULTS, 44.0).scene(&View::new(1000.0, 600.0));
    let broker = |n| Node::Broker(BrokerId(n));
    for (client, server) in [
        (Node::Producer(ProducerId(0)), broker(0)),
        (Node::Consumer(ConsumerId(0)), broker(0)),
        (broker(1), broker(0)),
        (broker(2), broker(0)),
    ] {
        let link = scene.hotspots.iter().find(|spot| spot.part == Part::Link(client, server));
        let link = link.unwrap_or_else(|| panic!("{client:?} to {server:?} is there"));
        let card = |part| matches!(part, Part::Producer(_) | Part::Broker(_) | Part::Consumer(_));
        let mut cards = scene.hotspots.iter().filter(|spot| card(spot.part));
        assert!(cards.all(|card| !card.rect.overlaps(link.handle)), "{}", link.label);
    }
}

#[test]
fn a_handle_lies_in_its_hotspot_and_covers_no_record_at_rest() {
    for (name, scene) in all_scenes() {
        let resting = scene.hotspots.iter().filter(|spot| match spot.part {
            Part::Record(_, site) => !matches!(site, Site::Message(_) | Site::Lost(_)),
            _ => false,
        });
        let resting: Vec<_> = resting.collect();
        for spot in &scene.hotspots {
            let (outer, handle) = (spot.rect.inset(-0.01), spot.handle);
            let inside = handle.x >= outer.x
                && handle.y >= outer.y
                && handle.right() <= outer.right()
                && handle.bottom() <= outer.bottom();
            assert!(inside, "{name}: {}", spot.label);
            if matches!(spot.part, Part::Record(..) | Part::Message(_)) {
                continue;
            }
            let covered = resting.iter().find(|record| record.rect.overlaps(handle));
            assert!(covered.is_none(), "{name}: {} covers {:?}", spot.label, covered);
        }
    }
}
