//! What can be done to the things of a run, in words that are said before it is done: every variant
//! of [`super::Do`] as a template for a kind of thing.
//!
//! Long texts, so that the app does not carry them: the lab answers them as JSON.

mod table;

use serde::Serialize;
use serde_json::Value;

pub use table::DEEDS;

/// A kind of thing that something can be done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `$0` is its name.
    Broker,
    /// `$0` is its name.
    Producer,
    /// `$0` is its name.
    Consumer,
    /// Between the client `$0` and the server `$1`, or kinds of them.
    Link,
    /// `$0` is its name.
    Topic,
    /// Number `%1` of the topic `$0`.
    Partition,
    /// `$0` is its id.
    Group,
    /// `%0` is its number.
    Record,
    /// All brokers together.
    Cluster,
}

/// Something that can be done.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Deed {
    /// To whom.
    pub on: Kind,
    /// Its name.
    pub label: &'static str,
    /// What happens then.
    pub does: &'static str,
    /// As a script has it, in JSON, with `$0` and `$1` for names and `%0` and `%1` for numbers.
    #[serde(serialize_with = "as_json")]
    pub what: &'static str,
    /// What can be chosen about it.
    pub inputs: &'static [Input],
    /// Whether it repairs something.
    pub heals: bool,
}

/// Something about a deed that can be chosen.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Input {
    /// Where it is in the deed: `/slow/latency`.
    pub place: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// The values, where there are only some.
    pub choices: &'static [&'static str],
}

fn as_json<S: serde::Serializer>(what: &&str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<Value>(what).unwrap_or_default().serialize(serializer)
}

/// A template for a thing: names and numbers put in.
#[must_use]
pub fn fill(template: &Value, names: [&str; 2]) -> Value {
    match template {
        Value::String(text) => match text.as_str() {
            "$0" => names[0].into(),
            "$1" => names[1].into(),
            "%0" => number(names[0]),
            "%1" => number(names[1]),
            text => text.into(),
        },
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), fill(value, names))).collect()
        }
        other => other.clone(),
    }
}

fn number(text: &str) -> Value {
    text.parse::<u32>().map_or(Value::Null, Value::from)
}

/// An action in a few words: `slow producer-1 – broker-1, latency 200ms`.
#[must_use]
pub fn short(what: &Value) -> String {
    let Some((name, about)) = what.as_object().and_then(|fields| fields.iter().next()) else {
        return what.as_str().unwrap_or_default().to_owned();
    };
    let plain = super::knobs::plain;
    let Value::Object(fields) = about else { return name.clone() + " " + &plain(about) };
    let mut text = name.clone();
    let arrow = if fields.get("one_way") == Some(&true.into()) { " → " } else { " – " };
    for (from, to) in [("from", "to"), ("client", "server")] {
        if let (Some(from), Some(to)) = (fields.get(from), fields.get(to)) {
            text += &(" ".to_owned() + &plain(from) + arrow + &plain(to));
        }
    }
    if let (Some(client), None) = (fields.get("client"), fields.get("server")) {
        text += &(" ".to_owned() + &plain(client));
    }
    let subjects = SUBJECTS.iter().filter_map(|name| fields.get(*name));
    subjects.for_each(|subject| text += &(" ".to_owned() + &plain(subject)));
    for (name, value) in about["config"].as_object().into_iter().flatten() {
        text += &(" ".to_owned() + name + "=" + &plain(value));
    }
    let said = ["from", "to", "client", "server", "one_way", "config"];
    let rest = |name: &&String| !said.contains(&&***name) && !SUBJECTS.contains(&&***name);
    let mut rest: Vec<&String> = fields.keys().filter(rest).collect();
    rest.sort_unstable();
    for name in rest {
        text += &(", ".to_owned() + &name.replace('_', " ") + " " + &plain(&fields[name]));
    }
    text
}

/// What an action is about, which goes without a name.
const SUBJECTS: [&str; 5] = ["broker", "producer", "consumer", "topic", "what"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::script::edit::Edit;
    use crate::script::{Do, Script};

    const SCRIPT: &str = r#"{"topics": [{"name": "orders", "partitions": 2}],
        "producers": [{"sends": [{"topic": "orders", "count": 3}]}],
        "groups": [{"id": "billing", "topics": ["orders"]}]}"#;

    fn names(kind: Kind) -> [&'static str; 2] {
        match kind {
            Kind::Broker => ["broker-1", ""],
            Kind::Producer => ["producer-1", "orders"],
            Kind::Consumer => ["billing-1", ""],
            Kind::Link => ["producer-1", "broker-1"],
            Kind::Topic => ["orders", ""],
            Kind::Partition => ["orders", "1"],
            Kind::Group => ["billing", ""],
            Kind::Record => ["2", ""],
            Kind::Cluster => ["", ""],
        }
    }

    #[test]
    fn each_deed_can_be_done() {
        let script = Script::parse(SCRIPT).expect("a script");
        for deed in DEEDS.iter().copied().flatten() {
            let template: Value = serde_json::from_str(deed.what).expect(deed.what);
            let what = fill(&template, names(deed.on));
            let action = json!({ "at": "1ms", "do": what });
            let done = script.edited(&[Edit::put("/actions/-", action)]);
            let done = done.unwrap_or_else(|error| panic!("{}: {error}", deed.what));
            done.resolve().unwrap_or_else(|error| panic!("{}: {error}", deed.what));
            assert!(deed.does.ends_with('.'), "{}", deed.does);
            for input in deed.inputs {
                assert!(
                    what.pointer(input.place).is_some(),
                    "{} has no {}",
                    deed.what,
                    input.place
                );
            }
        }
    }

    #[test]
    fn nothing_that_a_script_can_do_is_missing() {
        let of_template = |deed: &Deed| short(&serde_json::from_str(deed.what).expect("JSON"));
        let names: BTreeSet<String> = DEEDS
            .iter()
            .copied()
            .flatten()
            .map(|deed| of_template(deed).split(' ').next().unwrap_or_default().to_owned())
            .collect();
        let all = crate::script::shape_of_actions::NAMES.iter().map(|name| (*name).to_owned());
        assert_eq!(names, all.collect());
    }

    #[test]
    fn an_action_is_told_in_a_few_words() {
        let text = |json: &str| short(&serde_json::from_str(json).expect(json));
        assert_eq!(text(r#"{"crash": "broker-1"}"#), "crash broker-1");
        assert_eq!(text(r#""elect-unclean""#), "elect-unclean");
        let cut = r#"{"cut": {"from": "broker-1", "to": "brokers", "one_way": true}}"#;
        assert_eq!(text(cut), "cut broker-1 → brokers");
        let set = r#"{"set": {"topic": "orders", "config": {"min.insync.replicas": 2}}}"#;
        assert_eq!(text(set), "set orders min.insync.replicas=2");
        let other = r#"{"reconfigure": {"client": "producer-1", "config": {"acks": "all", "linger.ms": 5}}}"#;
        assert_eq!(text(other), "reconfigure producer-1 acks=all linger.ms=5");
        let what = serde_json::to_value(Do::Resend(3)).expect("JSON");
        assert_eq!(short(&what), "resend 3");
    }
}
