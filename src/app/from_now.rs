//! Settings that change from now on, as Kafka lets them: a topic's by `kafka-configs --alter`, a
//! client's by a restart of the client, a broker's by a rolling restart. Each change is an action of the
//! script.

use ackscope::script::Duration;
use ackscope::script::edit::Edit;
use ackscope::script::knobs::{Acts, Knob, plain};
use serde_json::{Value, json};

/// What a setting becomes in the course of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Later {
    /// Its last value.
    pub value: String,
    /// When; nothing where that waits for an event.
    pub at_us: Option<u64>,
    /// The clients that are closed and started again for it.
    pub clients: Vec<String>,
    /// Whether the brokers are restarted for it.
    pub rolls: bool,
}

/// Whom an action of that kind is about, as the script has it: `None` for all brokers.
type Whom = Option<String>;

/// The changes that set a property from now on: an action for each thing that is meant, or a value
/// in the one that is there already at this moment. Without a value what was set later is taken away
/// again.
#[must_use]
pub fn change(
    script: &Value,
    knob: &Knob,
    place: &str,
    now_us: u64,
    to: Option<&str>,
) -> Vec<Edit> {
    let at = Duration::from_us(now_us + 1).to_string();
    let (name, kind) = (knob.name(), kind(knob));
    let mut edits = Vec::new();
    for whom in whom(script, place) {
        let mine: Vec<(usize, &Value)> = actions(script, kind, &whom).collect();
        let config = |n: usize| format!("/actions/{n}/do/{}/config/{name}", kind.0);
        match to {
            Some(value) => edits.push(match mine.iter().find(|(_, action)| action["at"] == *at) {
                Some((n, _)) => Edit::put(config(*n), value),
                None => new_action(&at, kind, whom, name, value),
            }),
            // From the last one on, so that the numbers of those before stay.
            None => edits.extend(mine.iter().rev().filter_map(|(n, action)| {
                let all = action["do"][kind.0]["config"].as_object()?;
                let place = if all.len() == 1 { format!("/actions/{n}") } else { config(*n) };
                all.contains_key(name).then(|| Edit::remove(place))
            })),
        }
    }
    edits
}

/// What a setting becomes in the course of the run, if it becomes something else.
#[must_use]
pub fn later(script: &Value, knob: &Knob, place: &str) -> Option<Later> {
    let kind = kind(knob);
    let mut last: Option<Later> = None;
    for whom in whom(script, place) {
        for (_, action) in actions(script, kind, &whom) {
            let Some(value) = action["do"][kind.0]["config"].get(knob.name()) else { continue };
            let at = action["at"].as_str().and_then(|at| Duration::parse(at).ok());
            let at_us = at.or(action["at"].as_u64().map(|ms| Duration::from_us(ms * 1_000)));
            let at_us = at_us.map(Duration::as_us);
            let clients = whom.iter().filter(|_| kind == RECONFIGURE).cloned();
            match &mut last {
                Some(known) if known.at_us == at_us => known.clients.extend(clients),
                Some(known) if known.at_us > at_us => {}
                _ => {
                    let (value, clients) = (plain(value), clients.collect());
                    last = Some(Later { value, at_us, clients, rolls: kind == ROLL });
                }
            }
        }
    }
    last
}

/// The name of an action, and of the field that says whom it is about.
type Kind = (&'static str, &'static str);

const SET: Kind = ("set", "topic");
const RECONFIGURE: Kind = ("reconfigure", "client");
/// It is about all brokers, so that no field says whom.
const ROLL: Kind = ("roll", "");

fn kind(knob: &Knob) -> Kind {
    match knob.acts() {
        Acts::Client => RECONFIGURE,
        Acts::Brokers => ROLL,
        _ => SET,
    }
}

fn actions<'a>(
    script: &'a Value,
    kind: Kind,
    whom: &'a Whom,
) -> impl Iterator<Item = (usize, &'a Value)> {
    let all = script["actions"].as_array().map_or(&[][..], Vec::as_slice);
    let meant = move |(_, action): &(usize, &Value)| {
        let its = &action["do"][kind.0];
        its.is_object() && its[kind.1].as_str() == whom.as_deref()
    };
    all.iter().enumerate().filter(meant)
}

fn new_action(at: &str, kind: Kind, whom: Whom, name: &str, value: &str) -> Edit {
    let mut its = json!({ "config": { name: value } });
    if let Some(whom) = whom {
        its[kind.1] = whom.into();
    }
    Edit::put("/actions/-", json!({ "at": at, "do": { kind.0: its } }))
}

/// The topics, producers or groups whose setting is meant by a place, by the names that actions have
/// for them; nobody's stands for the brokers.
fn whom(script: &Value, place: &str) -> Vec<Whom> {
    let mut steps = place.split('/').skip(1);
    let (list, at) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
    let one = at.parse::<usize>().ok();
    let name = |n: usize, thing: &Value| match list {
        "topics" => thing["name"].as_str().map(str::to_owned),
        "groups" => thing["id"].as_str().map(str::to_owned),
        _ => Some(format!("producer-{}", n + 1)),
    };
    let things = match list {
        "topics" | "producers" | "groups" => script[list].as_array(),
        _ => return vec![None],
    };
    let all = things.into_iter().flatten().enumerate();
    all.filter(|(n, _)| one.is_none_or(|one| one == *n)).map(|(n, it)| name(n, it)).collect()
}

#[cfg(test)]
mod tests {
    use ackscope::script::Script;

    use super::*;

    const SCRIPT: &str = r#"{"topics": [{"name": "a"}, {"name": "b"}],
        "producers": [{"sends": []}, {"sends": []}], "groups": [{"id": "billing", "topics": ["a"]}],
        "actions": [
        {"at": "1ms", "do": {"set": {"topic": "b", "config": {"min.insync.replicas": 2}}}},
        {"at": "2ms", "do": {"set": {"config": {"min.insync.replicas": 3}}}}]}"#;

    fn script() -> Script {
        Script::parse(SCRIPT).expect("a script")
    }

    fn changed(script: &Script, edits: &[Edit]) -> Script {
        script.edited(edits).expect("a script")
    }

    fn knob(place: &str) -> Knob {
        Knob::find(place).expect(place)
    }

    fn value(script: &Script, general: &str, place: &str) -> Option<Later> {
        later(&script.to_value(), &knob(general), place)
    }

    #[test]
    fn what_is_set_in_the_course_of_a_run_is_that_of_the_thing_that_is_meant() {
        let topic = "/topics/*/config/min.insync.replicas";
        let of = |place: &str| value(&script(), topic, place).map(|later| later.value);
        assert_eq!(of("/topics/1/config/min.insync.replicas"), Some("2".to_owned()));
        assert_eq!(of("/topics/0/config/min.insync.replicas"), None);
        let brokers = "/cluster/config/min.insync.replicas";
        assert_eq!(value(&script(), brokers, brokers).map(|it| it.value), Some("3".to_owned()));
    }

    #[test]
    fn a_clients_setting_changes_by_a_restart_of_those_who_are_meant() {
        let acks = "/producers/*/config/acks";
        let json = script().to_value();
        let both = changed(&script(), &change(&json, &knob(acks), acks, 4_199_999, Some("1")));
        let told = value(&both, acks, acks).expect("a change");
        assert_eq!(told.at_us, Some(4_200_000));
        assert_eq!(told.clients, ["producer-1", "producer-2"]);
        let one = "/producers/1/config/acks";
        let mine = changed(&script(), &change(&json, &knob(acks), one, 99, Some("1")));
        assert_eq!(value(&mine, acks, one).expect("a change").clients, ["producer-2"]);
        assert_eq!(value(&mine, acks, "/producers/0/config/acks"), None);
        let polls = "/groups/*/config/max.poll.records";
        let group = changed(&script(), &change(&json, &knob(polls), polls, 99, Some("7")));
        let told = value(&group, polls, polls).expect("a change");
        assert_eq!((told.value, told.clients), ("7".to_owned(), vec!["billing".to_owned()]));
    }

    #[test]
    fn a_brokers_setting_changes_by_one_rolling_restart_of_all() {
        let (lag, wait) = (
            "/cluster/config/replica.lag.time.max.ms",
            "/cluster/config/replica.fetch.wait.max.ms",
        );
        let mut it = script();
        for (place, to) in [(lag, "5000"), (wait, "100")] {
            it = changed(&it, &change(&it.to_value(), &knob(place), place, 99, Some(to)));
        }
        assert_eq!(it.actions.len(), script().actions.len() + 1);
        let told = value(&it, lag, lag).expect("a change");
        assert!(told.rolls && told.clients.is_empty());
        assert_eq!((told.value, told.at_us), ("5000".to_owned(), Some(100)));
        for place in [wait, lag] {
            it = changed(&it, &change(&it.to_value(), &knob(place), place, 5, None));
        }
        assert_eq!(it, script());
    }

    #[test]
    fn settings_of_one_moment_are_one_restart_and_each_is_taken_back_alone() {
        let (acks, linger) = ("/producers/0/config/acks", "/producers/0/config/linger.ms");
        let of = |place: &str| knob(&place.replace("/0/", "/*/"));
        let mut it = script();
        for (place, to) in [(acks, "1"), (linger, "9"), (acks, "0")] {
            it = changed(&it, &change(&it.to_value(), &of(place), place, 99, Some(to)));
        }
        assert_eq!(it.actions.len(), script().actions.len() + 1);
        it = changed(&it, &change(&it.to_value(), &of(acks), acks, 5, None));
        assert_eq!(later(&it.to_value(), &of(acks), acks), None);
        assert_eq!(later(&it.to_value(), &of(linger), linger).expect("it stays").value, "9");
        it = changed(&it, &change(&it.to_value(), &of(linger), linger, 5, None));
        assert_eq!(it, script());
    }
}
