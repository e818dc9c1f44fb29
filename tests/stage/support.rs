//! Runs, moments of them, and scenes of those in every size.

use std::sync::Arc;

use ackscope::model::{Setup, World};
use ackscope::player;
use ackscope::script::Script;
use ackscope::stage::scene::{Form, Scene, Shape, Text};
use ackscope::stage::{View, scene};
use ackscope::verdict::Ledger;

pub const STORY: &str = include_str!("../../src/lessons/acks-1-leader-dies.json");
pub const CROWD: &str = r#"{
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
pub const TROUBLE: &str = r#"{
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
/// Every kind of trouble at once.
pub const FAULTS: &str = r#"{
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
    { "at": "30ms", "do": { "cut": { "from": "producer-1", "to": "broker-1" } } },
    { "at": "40ms", "do": { "cut": { "from": "broker-1", "to": "billing-1" } } },
    { "at": "46ms", "do": { "pause": "broker-1" } },
    { "at": "50ms", "do": { "pause": "billing-1" } },
    { "at": "52ms", "do": { "pause": "producer-1" } },
    { "at": "60ms", "do": { "power-cut": "broker-2" } },
    { "at": "61ms", "do": { "crash": "broker-3" } }
  ]
}"#;
/// In milliseconds: quiet, filling, crashed, elected, retried, back, truncated, settled.
pub const STORY_MOMENTS: [f64; 12] =
    [0.0, 16.5, 36.6, 62.0, 87.5, 88.6, 4_000.0, 9_001.5, 9_836.0, 16_000.0, 17_100.0, 20_000.0];
pub const CROWD_MOMENTS: [f64; 5] = [40.0, 149.0, 300.0, 9_200.0, 14_500.0];
pub const TROUBLE_MOMENTS: [f64; 7] = [50.0, 80.0, 110.0, 325.0, 450.0, 2_100.0, 4_100.0];
pub const FAULTS_MOMENTS: [f64; 4] = [38.0, 44.0, 55.0, 70.0];
pub const SIZES: [(f32, f32); 8] = [
    (320.0, 600.0),
    (390.0, 844.0),
    (560.0, 600.0),
    (700.0, 500.0),
    (860.0, 560.0),
    (1000.0, 600.0),
    (1100.0, 620.0),
    (1560.0, 820.0),
];

/// A moment of a run.
pub struct Moment {
    pub world: World,
    pub ledger: Ledger,
    pub now_us: u64,
}

pub fn setup(json: &str) -> Arc<Setup> {
    let (script, resolved) = Script::load(json).expect("the script is valid");
    Setup::new(&script, &resolved)
}

pub fn at(json: &str, ms: f64) -> Moment {
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
    pub fn scene(&self, view: &View) -> Scene {
        scene(&self.world, &self.ledger, self.now_us, view)
    }

    /// The moment as a player has it.
    pub fn seen(&self) -> player::Moment<'_> {
        let Self { world, ledger, now_us } = self;
        player::Moment { world, ledger, now_us: *now_us, last_event: None, trace: &[] }
    }
}

/// Every moment, with a name for failures.
pub fn all_moments() -> Vec<(String, Moment)> {
    let story = STORY_MOMENTS.map(|ms| (STORY, "story", ms));
    let crowd = CROWD_MOMENTS.map(|ms| (CROWD, "crowd", ms));
    let trouble = TROUBLE_MOMENTS.map(|ms| (TROUBLE, "trouble", ms));
    let faults = FAULTS_MOMENTS.map(|ms| (FAULTS, "faults", ms));
    let all = story.into_iter().chain(crowd).chain(trouble).chain(faults);
    all.map(|(json, name, ms)| (format!("{name} at {ms} ms"), at(json, ms))).collect()
}

/// Every moment in every size.
pub fn all_scenes() -> Vec<(String, Scene)> {
    let mut scenes = Vec::new();
    for (name, moment) in all_moments() {
        for (width, height) in SIZES {
            let scene = moment.scene(&View::new(width, height));
            scenes.push((format!("{name} in {width}×{height}"), scene));
        }
    }
    scenes
}

pub fn texts(scene: &Scene) -> impl Iterator<Item = (&Shape, &Text)> {
    scene.shapes.iter().filter_map(|shape| match &shape.form {
        Form::Text(text) => Some((shape, text)),
        _ => None,
    })
}

/// Whether a scene says something somewhere.
pub fn says(scene: &Scene, what: &str) -> bool {
    texts(scene).any(|(_, text)| text.content.contains(what))
}
