//! Hazards: their words, what they draw, and that a run with them is a script like any other.

use ackscope::lab::hazard::{Hazard, Risk, Strike};
use ackscope::lab::odds::Trials;
use ackscope::model::Setup;
use ackscope::script::{Action, Do, Duration, Script};
use serde_json::json;

use crate::{hazard, lesson, script, trials};

#[test]
fn a_hazard_is_written_as_it_is_read() {
    for (text, written) in [
        ("script", "script"),
        ("as-written  within=10s", "as-written within=10s"),
        ("broker-crash=1/min", "broker-crash=1/min"),
        ("broker-crash=2/min", "broker-crash=1/30s"),
        ("power-cut=0.1/min", "power-cut=1/10min"),
        ("broker-pause=3/1h,for=20s", "broker-pause=1/20min,for=20s"),
        ("client-crash=1/s,for=ever", "client-crash=1/s,for=ever"),
        ("broker-crash=1/min,for=15s", "broker-crash=1/min"),
        ("lose-response=1% drop=0.05%", "lose-response=1% drop=0.05%"),
        ("lose-request=0.0001% within=1s", "lose-request=0.0001% within=1s"),
        ("", ""),
    ] {
        let hazard = hazard(text);
        assert_eq!(hazard.to_string(), written);
        assert_eq!(Hazard::parse(written), Ok(hazard), "{written}");
    }
    for (_, word, usual) in Strike::ALL {
        let text = format!("{word}=1/h");
        assert!(hazard(&text).to_string() == text && usual > Duration::default());
    }
}

#[test]
fn what_is_no_hazard_is_refused_in_plain_words() {
    for (text, why) in [
        ("crash=1/min", "crash=1/min: unknown hazard; there are: script, as-written, within, bro"),
        ("broker-crash", "broker-crash: it needs a rate, such as \"=1/min\""),
        ("lose-response", "lose-response: it needs a share, such as \"=1%\""),
        ("broker-crash=1", "broker-crash=1: \"1\" is not a rate such as"),
        ("broker-crash=0/min", "broker-crash=0/min: \"0/min\" is not a rate such as"),
        ("broker-crash=-1/min", "broker-crash=-1/min: \"-1/min\" is not a rate such as"),
        ("broker-crash=1/day", "broker-crash=1/day: \"day\" is not a unit of time"),
        ("broker-crash=9000000/s", "more often than each microsecond"),
        ("broker-crash=1/min,10s", "\"10s\" is not \"for=\" with a duration"),
        ("drop=101%", "\"101%\" is not a share from"),
        ("drop=0.00001%", "\"0.00001%\" is not a share from"),
        ("drop=1", "\"1\" is not a share from"),
        ("drop=1% drop=2%", "drop=2%: it is named twice"),
        ("script as-written", "as-written: the script's faults are moved, or as they are written"),
        ("script=1", "script=1: it takes no amount"),
        ("within=0s", "within=0s: nothing can happen in no time"),
        ("within", "within: \"\" is not a duration"),
    ] {
        let error = Hazard::parse(text).expect_err(text);
        assert!(error.contains(why), "{text}: {error}");
    }
}

fn at_us(action: &Action) -> u64 {
    action.at.expect("a time").as_us()
}

/// The times of the crashes of each broker, over that many seeds.
fn crashes(text: &str, seeds: u64) -> Vec<[Vec<u64>; 3]> {
    let trials = trials(&lesson(), text);
    let of_seed = |seed| {
        let mut found = [const { Vec::new() }; 3];
        for action in trials.plan().draw(seed) {
            if let Do::Crash(name) = &action.what {
                let number: usize = name.trim_start_matches("broker-").parse().expect("a broker");
                found[number - 1].push(at_us(&action));
            }
        }
        found
    };
    (0..seeds).map(of_seed).collect()
}

#[test]
fn faults_come_as_often_as_the_rate_says_and_independently() {
    let seeds = 400;
    let all = crashes("broker-crash=1/s,for=0s within=20s", seeds);
    // A Poisson number: 20 on average, with a variance of 20.
    let counts: Vec<f64> = all.iter().flatten().map(|times| times.len() as f64).collect();
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    let variance = counts.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / counts.len() as f64;
    assert!((mean - 20.0).abs() < 0.5, "mean {mean}");
    assert!((variance - 20.0).abs() < 3.0, "variance {variance}");
    // Each tenth of the time has its tenth of the crashes.
    for tenth in 0..10_u64 {
        let within = tenth * 2_000_000..(tenth + 1) * 2_000_000;
        let count = all.iter().flatten().flatten().filter(|us| within.contains(us)).count() as f64;
        assert!((count / (seeds as f64 * 6.0) - 1.0).abs() < 0.1, "{tenth}: {count}");
    }
    // Brokers do not share their luck.
    assert!(all.iter().all(|[one, two, _]| one.first() != two.first()));
}

#[test]
fn a_process_that_is_down_is_struck_again_only_when_it_is_back() {
    let trials = trials(&lesson(), "broker-crash=1/s,for=3s power-cut=1/s,for=5s within=60s");
    for seed in 0..20 {
        let mut down = [false; 3];
        for action in trials.plan().draw(seed) {
            let name = action.what.entity().expect("an entity").to_owned();
            let number: usize = name.trim_start_matches("broker-").parse().expect("a broker");
            let falls = !matches!(action.what, Do::Restart(_));
            assert_ne!(down[number - 1], falls, "seed {seed}: {action:?}");
            down[number - 1] = falls;
        }
    }
}

#[test]
fn one_danger_more_leaves_the_others_as_they_were() {
    let alone = crashes("broker-crash=1/s,for=1s within=10s", 20);
    let text =
        "broker-cut=1/s broker-crash=1/s,for=1s slow-follower=1/min lose-response=1% within=10s";
    assert_eq!(alone, crashes(text, 20));
}

#[test]
fn the_scripts_own_faults_move_together() {
    let trials = trials(&lesson(), "script");
    let window_us = trials.plan().window_us();
    let moments: Vec<u64> = (0..200)
        .map(|seed| {
            let actions = trials.plan().draw(seed);
            assert_eq!(actions.len(), 2, "{actions:?}");
            assert_eq!(actions[0].what, Do::Crash("broker-1".to_owned()));
            assert_eq!(actions[1].what, Do::Restart("broker-1".to_owned()));
            let apart_us = at_us(&actions[1]) - at_us(&actions[0]);
            // In the lesson: from 1 ms after the acknowledgement of record 8 to 15 s.
            assert!((14_900_000..15_000_000).contains(&apart_us), "{apart_us}");
            at_us(&actions[0])
        })
        .collect();
    assert!(moments.iter().all(|us| *us < window_us));
    let early = moments.iter().filter(|us| **us < window_us / 2).count();
    assert!((75..=125).contains(&early), "{early} of 200 in the first half");
}

#[test]
fn the_scripts_faults_are_out_unless_they_are_asked_for() {
    let script = lesson();
    let without = trials(&script, "lose-request=1%").script(5);
    assert!(without.actions.iter().all(|action| matches!(action.what, Do::LoseSome(_))));
    let as_written = trials(&script, "as-written").script(5);
    assert_eq!(as_written.actions, script.actions);
    assert_eq!(as_written.seed, 5);
}

#[test]
fn what_a_run_begins_with_stays() {
    let mut script = lesson();
    let json = json!({ "topics": [{ "name": "orders" }], "actions": [
        { "at": 0, "do": { "drop": { "from": "brokers", "to": "brokers", "per_million": 5 } } },
        { "at": 1, "do": { "crash": "broker-1" } },
        { "at": 2, "do": "elect-preferred" },
    ] });
    script.actions = crate::script(&json).actions;
    let left = trials(&script, "").script(0).actions;
    assert_eq!(left, [script.actions[0].clone(), script.actions[2].clone()]);
}

/// Everything that actions can change about a setup.
fn busy_script() -> Script {
    script(&json!({
        "kafka": "4.1",
        "network": { "latency": "1ms", "links": [{ "from": "broker-2", "to": "broker-1", "latency": "7ms" }] },
        "topics": [{ "name": "orders", "partitions": 2 }, { "name": "bills" }],
        "producers": [
            { "sends": [{ "topic": "orders", "count": 5, "every": "10ms", "keys": ["a", "b"] }] },
            { "config": { "transactional.id": "t" } },
        ],
        "groups": [{
            "id": "billing", "topics": ["orders"], "config": { "auto.offset.reset": "earliest" },
            "produces": { "producers": ["producer-2"], "topic": "bills" },
        }],
        "actions": [
            { "at": 0, "do": { "slow": { "from": "producers", "to": "brokers", "latency": "2ms" } } },
            { "at": 5, "do": { "crash": "broker-1" } },
            { "at": 9, "do": { "set": { "topic": "orders", "config": { "min.insync.replicas": 2 } } } },
            { "at": 12, "do": { "send": { "producer": "producer-1", "topic": "orders", "key": "c" } } },
            { "when": { "event": "acked", "record": 2 }, "do": { "resend": 2 } },
            { "at": 20, "do": { "add-partitions": { "topic": "orders", "partitions": 3 } } },
            { "at": 30, "do": { "restart": "broker-1" } },
            { "at": 31, "do": { "set": { "config": { "min.insync.replicas": 1 } } } },
        ],
    }))
}

/// All hazards at once.
const EVERYTHING: &str = "script broker-crash=1/s broker-shutdown=1/s broker-pause=1/s \
    broker-cut=1/s,for=5ms power-cut=1/s,for=ever slow-follower=1/s client-crash=1/s,for=5ms \
    producer-crash=1/s consumer-crash=1/s client-pause=1/s lose-request=1% lose-response=1% drop=1% \
    within=2s";

#[test]
fn a_run_is_what_its_script_would_be() {
    for (script, hazard) in [
        (busy_script(), EVERYTHING),
        (busy_script(), "as-written lose-response=3%"),
        (lesson(), "script"),
        (lesson(), ""),
    ] {
        let trials = trials(&script, hazard);
        for seed in [0, 1, 17, u64::MAX] {
            let written = trials.script(seed).to_json();
            let (script, resolved) = Script::load(&written).expect("it can be run");
            let full = Setup::new(&script, &resolved);
            assert_eq!(format!("{:#?}", trials.setup(seed)), format!("{full:#?}"), "seed {seed}");
        }
    }
}

#[test]
fn every_danger_strikes() {
    let trials = trials(&busy_script(), EVERYTHING);
    let drawn: Vec<Do> =
        (0..20).flat_map(|seed| trials.plan().draw(seed)).map(|action| action.what).collect();
    let has = |is: fn(&Do) -> bool| assert!(drawn.iter().any(is));
    has(|what| matches!(what, Do::Crash(name) if name == "broker-2"));
    has(|what| matches!(what, Do::Crash(name) if name == "producer-1"));
    has(|what| matches!(what, Do::Crash(name) if name == "billing-1"));
    has(|what| matches!(what, Do::Shutdown(name) if name == "broker-3"));
    has(|what| matches!(what, Do::Pause(name) if name == "broker-3"));
    has(|what| matches!(what, Do::Pause(name) if name == "billing-1"));
    has(|what| matches!(what, Do::PowerCut(name) if name == "broker-1"));
    has(|what| matches!(what, Do::Cut(way) if way.from == "broker-1" && way.to == "controller"));
    has(|what| matches!(what, Do::Drop(_)));
    has(|what| matches!(what, Do::LoseSome(lose) if lose.client == "consumers"));
    // The links of a slow follower get back what they had.
    has(|what| matches!(what, Do::Slow(way) if way.latency == Duration::from_ms(1_000)));
    let back = |what: &Do| {
        matches!(what, Do::Slow(way) if way.from == "broker-2" && way.to == "broker-1"
            && way.latency == Duration::from_ms(7))
    };
    assert!(drawn.iter().any(back));
    // The two halves of one process fall together, by one action.
    let half = |what: &Do| what.entity() == Some("producer-2");
    assert!(!drawn.iter().any(half));
}

#[test]
fn too_many_faults_are_refused() {
    let error = Trials::new(&lesson(), &hazard("broker-crash=1/ms,for=1ms within=1min"));
    let error = error.expect_err("90,000 crashes").to_string();
    assert_eq!(error, "hazard: 90000 faults within 60s; there can be 500");
    assert!(matches!(hazard("script").risks[..], [Risk::Script]));
}
