//! The stage: nothing cut, nothing on top of something else, every state told apart, in every
//! size and at every kind of moment.

use std::collections::BTreeSet;
use std::sync::Arc;

use ackscope::model::ids::{BrokerId, RecordId};
use ackscope::model::{Setup, World};
use ackscope::script::Script;
use ackscope::stage::look::{State, look};
use ackscope::stage::scene::{Anchor, Form, Rect, Scene, Shape, Site, Text};
use ackscope::stage::text::width;
use ackscope::stage::{Ink, Part, Theme, View, preferred_height, scene, to_svg};
use ackscope::verdict::{Fate, Ledger, Verdict};

const STORY: &str = include_str!("../src/lessons/acks-1-leader-dies.json");
const CROWD: &str = r#"{
  "kafka": "4.1", "seed": 3, "cluster": { "brokers": 4 },
  "network": { "latency": "3ms", "jitter": "2ms" },
  "topics": [
    { "name": "orders", "partitions": 3, "replication_factor": 3 },
    { "name": "payments-and-refunds", "partitions": 1, "replication_factor": 2 }
  ],
  "producers": [
    { "config": { "acks": "all", "linger.ms": "20" },
      "sends": [{ "topic": "orders", "count": 400, "start": "10ms", "every": "1ms" }] },
    { "config": { "acks": "all", "max.in.flight.requests.per.connection": 1 },
      "sends": [{ "topic": "payments-and-refunds", "count": 100, "start": "10ms", "every": "3ms" }] }
  ],
  "groups": [
    { "id": "billing", "topics": ["orders"], "members": 2,
      "config": { "auto.offset.reset": "earliest" }, "processing": "3ms" },
    { "id": "an-analytics-group-with-a-long-name", "topics": ["payments-and-refunds"],
      "config": { "auto.offset.reset": "earliest" }, "processing": "1ms" }
  ],
  "actions": [
    { "at": "150ms", "do": { "crash": "broker-2" } },
    { "at": "12s", "do": { "restart": "broker-2" } }
  ]
}"#;
const TROUBLE: &str = r#"{
  "kafka": "4.1", "seed": 3, "network": { "latency": "3ms" },
  "topics": [{ "name": "orders", "partitions": 1, "replication_factor": 3 }],
  "producers": [
    { "config": { "acks": "1", "linger.ms": "2" },
      "sends": [{ "topic": "orders", "count": 30, "start": "10ms", "every": "4ms" }] }
  ],
  "groups": [
    { "id": "billing", "topics": ["orders"], "processing": "6ms",
      "config": { "auto.offset.reset": "earliest", "auto.commit.interval.ms": "40" } }
  ],
  "actions": [
    { "at": "40ms", "do": { "cut": { "from": "broker-1", "to": "broker-2" } } },
    { "at": "60ms", "do": { "pause": "broker-3" } },
    { "at": "90ms", "do": { "crash": "billing-1" } },
    { "at": "100ms", "do": { "crash": "producer-1" } },
    { "at": "120ms", "do": { "heal": { "from": "broker-1", "to": "broker-2" } } },
    { "at": "200ms", "do": { "resume": "broker-3" } },
    { "at": "300ms", "do": { "restart": "producer-1" } },
    { "at": "400ms", "do": { "restart": "billing-1" } },
    { "at": "2s", "do": { "shutdown": "broker-1" } },
    { "at": "4s", "do": { "power-cut": "broker-2" } }
  ]
}"#;
/// In milliseconds: quiet, filling, crashed, elected, retried, back, truncated, settled.
const STORY_MOMENTS: [f64; 12] =
    [0.0, 16.5, 36.6, 62.0, 87.5, 88.6, 4_000.0, 9_001.5, 9_836.0, 16_000.0, 17_100.0, 20_000.0];
const CROWD_MOMENTS: [f64; 5] = [40.0, 149.0, 300.0, 9_200.0, 14_500.0];
const TROUBLE_MOMENTS: [f64; 7] = [50.0, 80.0, 110.0, 325.0, 450.0, 2_100.0, 4_100.0];
const SIZES: [(f32, f32); 8] = [
    (320.0, 600.0),
    (390.0, 844.0),
    (560.0, 600.0),
    (700.0, 500.0),
    (860.0, 560.0),
    (1000.0, 600.0),
    (1100.0, 620.0),
    (1560.0, 820.0),
];

struct Moment {
    world: World,
    ledger: Ledger,
    now_us: u64,
}

fn setup(json: &str) -> Arc<Setup> {
    let (script, resolved) = Script::load(json).expect("the script is valid");
    Setup::new(&script, &resolved)
}

fn at(json: &str, ms: f64) -> Moment {
    let setup = setup(json);
    let now_us = (ms * 1000.0) as u64;
    let mut ledger = Ledger::new(setup.clone());
    let mut world = World::new(&setup, &mut ledger);
    while world.next_us().is_some_and(|next_us| next_us <= now_us) {
        world.step(&mut ledger);
    }
    Moment { world, ledger, now_us }
}

impl Moment {
    fn scene(&self, view: &View) -> Scene {
        scene(&self.world, &self.ledger, self.now_us, view)
    }
}

/// Every moment in every size, with a name for failures.
fn all_scenes() -> Vec<(String, Scene)> {
    let mut scenes = Vec::new();
    let story = STORY_MOMENTS.map(|ms| (STORY, "story", ms));
    let crowd = CROWD_MOMENTS.map(|ms| (CROWD, "crowd", ms));
    let trouble = TROUBLE_MOMENTS.map(|ms| (TROUBLE, "trouble", ms));
    for (json, name, ms) in story.into_iter().chain(crowd).chain(trouble) {
        let moment = at(json, ms);
        for (width, height) in SIZES {
            let scene = moment.scene(&View::new(width, height));
            scenes.push((format!("{name} at {ms} ms in {width}×{height}"), scene));
        }
    }
    scenes
}

fn texts(scene: &Scene) -> impl Iterator<Item = (&Shape, &Text)> {
    scene.shapes.iter().filter_map(|shape| match &shape.form {
        Form::Text(text) => Some((shape, text)),
        _ => None,
    })
}

/// The box of a text's letters, without the room above and below them.
fn ink_box(text: &Text) -> Rect {
    let width = width(&text.content, text.size, text.weight, text.mono);
    let x = match text.anchor {
        Anchor::Start => text.at.x,
        Anchor::Middle => text.at.x - width / 2.0,
        Anchor::End => text.at.x - width,
    };
    Rect::new(x, text.at.y - text.size * 0.72, width, text.size * 0.72)
}

/// What travels may cross other things that travel, for a moment.
fn travels(shape: &Shape) -> bool {
    matches!(shape.part, Some(Part::Message(_) | Part::Record(_, Site::Message(_))))
}

#[test]
fn no_text_leaves_its_scene() {
    for (name, scene) in all_scenes() {
        for (_, text) in texts(&scene) {
            let b = ink_box(text);
            let inside =
                b.x >= 0.0 && b.y >= 0.0 && b.right() <= scene.width && b.bottom() <= scene.height;
            assert!(
                inside,
                "{name}: “{}” at {b:?} leaves {}×{}",
                text.content, scene.width, scene.height
            );
        }
    }
}

#[test]
fn no_two_labels_overlap() {
    for (name, scene) in all_scenes() {
        let all: Vec<_> = texts(&scene).map(|(shape, text)| (shape, text, ink_box(text))).collect();
        for (n, (shape, text, b)) in all.iter().enumerate() {
            for (other_shape, other, other_box) in &all[..n] {
                let both_travel = travels(shape) && travels(other_shape);
                assert!(
                    both_travel || !b.overlaps(*other_box),
                    "{name}: “{}” {b:?} is on “{}” {other_box:?}",
                    text.content,
                    other.content
                );
            }
        }
    }
}

#[test]
fn no_text_is_smaller_than_eleven_pixels() {
    for (name, scene) in all_scenes() {
        for (_, text) in texts(&scene) {
            assert!(text.size >= 11.0, "{name}: “{}” is {} px", text.content, text.size);
        }
    }
}

#[test]
fn cards_do_not_overlap_and_hold_their_records() {
    let card = |part| {
        matches!(part, Part::Producer(_) | Part::Broker(_) | Part::Consumer(_) | Part::Controller)
    };
    for (name, scene) in all_scenes() {
        let cards: Vec<_> = scene.hotspots.iter().filter(|h| card(h.part)).collect();
        for (n, one) in cards.iter().enumerate() {
            for other in &cards[..n] {
                assert!(
                    !one.rect.overlaps(other.rect),
                    "{name}: {} and {}",
                    one.label,
                    other.label
                );
            }
        }
        for record in scene.hotspots.iter().filter(|h| matches!(h.part, Part::Record(..))) {
            let Part::Record(_, site) = record.part else { continue };
            let home = match site {
                Site::Log(id) => Part::Broker(id),
                Site::Message(_) => continue,
                Site::Buffer(id) | Site::Polled(id) | Site::Done(id) => Part::Consumer(id),
                Site::Application(id)
                | Site::Told(id)
                | Site::Accumulator(id)
                | Site::Sender(id) => Part::Producer(id),
            };
            let home = cards.iter().find(|h| h.part == home).expect("its card is there").rect;
            let (r, h) = (record.rect, home);
            let inside =
                r.x >= h.x && r.y >= h.y && r.right() <= h.right() && r.bottom() <= h.bottom();
            assert!(inside, "{name}: {:?} at {r:?} is not in {h:?}", record.part);
        }
    }
}

#[test]
fn hotspots_are_named_unique_and_inside() {
    for (name, scene) in all_scenes() {
        let ids: BTreeSet<_> = scene.hotspots.iter().map(|h| h.id()).collect();
        assert_eq!(ids.len(), scene.hotspots.len(), "{name}: ids are unique");
        for hotspot in &scene.hotspots {
            assert!(!hotspot.label.is_empty(), "{name}: {:?}", hotspot.part);
            let r = hotspot.rect;
            let inside =
                r.x >= 0.0 && r.y >= 0.0 && r.right() <= scene.width && r.bottom() <= scene.height;
            assert!(inside, "{name}: {:?} at {r:?}", hotspot.part);
        }
        let mut in_order =
            scene.hotspots.iter().filter(|h| h.in_tab_order).filter_map(|h| match h.part {
                Part::Record(id, _) => Some(id),
                _ => None,
            });
        let mut seen = BTreeSet::new();
        assert!(in_order.all(|id| seen.insert(id)), "{name}: a record is in the tab order once");
    }
}

/// The inks behind each ink of text, wherever the stage puts it.
const BEHIND: [(Ink, &[Ink]); 12] = [
    (Ink::Text, &[Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well, Ink::Raised]),
    (Ink::Muted, &[Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well, Ink::Raised]),
    (Ink::Accent, &[Ink::Surface, Ink::Card, Ink::Well]),
    (Ink::RecordText, &[Ink::Card, Ink::DownCard, Ink::Well, Ink::Surface]),
    (Ink::Lost, &[Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well]),
    (Ink::Acked, &[Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well]),
    (Ink::Leader, &[Ink::Surface, Ink::Card, Ink::Well]),
    (Ink::OnRecord, &[Ink::Record]),
    (Ink::OnAcked, &[Ink::Acked]),
    (Ink::OnLeader, &[Ink::LeaderFill]),
    (Ink::OnDuplicated, &[Ink::Duplicated]),
    (Ink::OnGhost, &[Ink::Ghost]),
];

#[test]
fn every_text_can_be_read_on_what_is_behind_it() {
    for theme in Theme::ALL {
        for (ink, behind) in BEHIND {
            for under in behind {
                let contrast = theme.color(ink).contrast(theme.color(*under));
                assert!(contrast >= 4.5, "{theme:?}: {ink:?} on {under:?} is {contrast:.2}");
            }
        }
        // A record on its way, and a slot: text on a tint over something.
        for (tint, opacity, under) in
            [(Ink::Accent, 0.2, Ink::Card), (Ink::Accent, 0.16, Ink::Surface)]
        {
            let behind = theme.color(tint).over(theme.color(under), opacity);
            assert!(
                theme.color(Ink::Text).contrast(behind) >= 4.5,
                "{theme:?}: text on a tint of {tint:?}"
            );
        }
    }
    let listed: BTreeSet<Ink> = BEHIND.iter().map(|(ink, _)| *ink).collect();
    for (name, scene) in all_scenes() {
        for (shape, text) in texts(&scene) {
            let ink = shape.fill.expect("text has an ink").ink;
            assert!(
                listed.contains(&ink),
                "{name}: “{}” is in {ink:?}, which is not checked",
                text.content
            );
        }
    }
}

#[test]
fn marks_that_mean_something_can_be_seen() {
    let marks = [
        Ink::Edge,
        Ink::Record,
        Ink::Accent,
        Ink::Acked,
        Ink::Leader,
        Ink::Lost,
        Ink::Duplicated,
        Ink::Ghost,
    ];
    for theme in Theme::ALL {
        for mark in marks {
            for under in [Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well] {
                let contrast = theme.color(mark).contrast(theme.color(under));
                assert!(contrast >= 3.0, "{theme:?}: {mark:?} on {under:?} is {contrast:.2}");
            }
        }
    }
}

#[test]
fn the_same_moment_gives_the_same_svg_and_another_moment_another() {
    let view = View::new(1000.0, 600.0);
    let svg = |ms| to_svg(&at(STORY, ms).scene(&view), Theme::Dark, Some("a moment"));
    assert_eq!(svg(62.0), svg(62.0));
    assert_ne!(svg(62.0), svg(62.1), "what travels has moved");
    assert_ne!(svg(62.0), to_svg(&at(STORY, 62.0).scene(&view), Theme::Light, Some("a moment")));
}

#[test]
fn the_svg_is_well_formed() {
    for (name, scene) in all_scenes() {
        let svg = to_svg(&scene, Theme::Light, Some("acks=1 & <the leader> dies"));
        assert!(svg.contains("<title>acks=1 &amp; &lt;the leader&gt; dies</title>"), "{name}");
        let mut open: Vec<&str> = Vec::new();
        for tag in svg.split('<').skip(1) {
            let (tag, _) = tag.split_once('>').expect("every tag ends");
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(closed), "{name}");
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().unwrap_or(tag));
            }
            assert_eq!(tag.matches('"').count() % 2, 0, "{name}: quotes of <{tag}>");
        }
        assert!(open.is_empty(), "{name}: {open:?} stays open");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
    }
}

#[test]
fn a_record_looks_different_wherever_something_differs_even_without_colour() {
    let verdict = |ms, record| at(STORY, ms).ledger.verdict(RecordId(record));
    let safe = verdict(87.5, 1);
    let lost = verdict(20_000.0, 6);
    assert_eq!(lost.fate, Fate::Lost);
    // Without colour: how filled, dashed, ringed, crossed.
    let signs = |look: ackscope::stage::look::Look| {
        let fill = look.fill.map(|(_, opacity)| (opacity * 100.0) as u32);
        (fill == Some(100), look.dashed, look.ring, look.crossed)
    };
    let looks = [
        look(&safe, State::Disk, false),
        look(&safe, State::PageCache, false),
        look(&safe, State::Moving, false),
        look(&safe, State::Disk, true),
        look(&safe, State::PageCache, true),
        look(&lost, State::PageCache, false),
        look(&lost, State::PageCache, true),
    ];
    let different: BTreeSet<_> = looks.map(signs).into_iter().collect();
    assert_eq!(different.len(), looks.len(), "{different:?}");
    // A duplicate's verdict is stacked, a ghost's has a dot; the others differ as above.
    let fates =
        [Fate::Delivered, Fate::Duplicated, Fate::Ghost, Fate::Lost, Fate::Reported, Fate::Pending];
    let judged = fates.map(|fate| {
        let look = look(&Verdict { fate, stranded: false, ..safe.clone() }, State::Judged, false);
        (signs(look), look.stacked, look.dotted)
    });
    let different: BTreeSet<_> = judged.into_iter().collect();
    assert_eq!(different.len(), fates.len(), "{judged:?}");
    assert!(look(&lost, State::Judged, false).crossed);
}

#[test]
fn the_story_can_be_seen() {
    let view = View::new(1000.0, 600.0);
    let says = |ms: f64, what: &str| {
        let scene = at(STORY, ms).scene(&view);
        texts(&scene).any(|(_, text)| text.content.contains(what))
    };
    assert!(says(62.0, "leader") && !says(62.0, "crashed"));
    assert!(says(88.6, "crashed"));
    assert!(says(9_001.5, "acked, and only here: 6–8"));
    assert!(!says(20_000.0, "only here"), "broker-1 has cut them off");
    let in_log = |ms, broker, record| {
        let part = Part::Record(RecordId(record), Site::Log(BrokerId(broker)));
        at(STORY, ms).scene(&view).hotspots.iter().any(|hotspot| hotspot.part == part)
    };
    assert!(in_log(9_001.5, 0, 6) && !in_log(20_000.0, 0, 6) && in_log(20_000.0, 0, 9));
}

#[test]
fn what_travels_moves_evenly_from_one_side_to_the_other() {
    let view = View::new(1000.0, 600.0);
    // Record 1 is drained at 15 ms and takes 1 ms.
    let x = |us: u64| {
        let scene = at(STORY, us as f64 / 1000.0).scene(&view);
        let mut found = scene
            .hotspots
            .iter()
            .filter(|h| matches!(h.part, Part::Record(RecordId(1), Site::Message(_))));
        found.next().map(|hotspot| hotspot.rect.x)
    };
    let xs: Vec<f32> = (15_050..15_950).step_by(100).filter_map(x).collect();
    assert_eq!(xs.len(), 9, "it is on its way all the time");
    assert!(xs.windows(2).all(|pair| pair[0] < pair[1]), "{xs:?}");
}

#[test]
fn the_followed_record_stands_out() {
    let moment = at(STORY, 62.0);
    let mut view = View::new(1000.0, 600.0);
    let plain = moment.scene(&view);
    view.focus = Some(RecordId(2));
    assert!(moment.scene(&view).shapes.len() > plain.shapes.len());
}

#[test]
fn the_stage_fills_its_box_and_says_how_high_it_wants_to_be() {
    let setup = setup(STORY);
    for (width, height) in SIZES {
        let scene = at(STORY, 62.0).scene(&View::new(width, height));
        assert!((scene.width - width).abs() < 0.5);
        if width >= 640.0 {
            assert!((scene.height - height).abs() < 1.0, "{width}×{height} gives {}", scene.height);
        } else {
            assert!((scene.height - preferred_height(&setup, width)).abs() < 1.0);
        }
    }
}
