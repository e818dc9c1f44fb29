//! Who takes part in a run: topics, producers and groups that are added to a script, or taken out of
//! it with all that names them. Brokers, partitions and members of a group are numbers, which
//! [`super::knobs`] turns.

use serde_json::{Map, Value, json};

use super::edit::Edit;

/// A list of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cast {
    /// The topics.
    Topics,
    /// The producers.
    Producers,
    /// The groups.
    Groups,
}

impl Cast {
    /// Where a script has them.
    #[must_use]
    pub const fn list(self) -> &'static str {
        match self {
            Self::Topics => "topics",
            Self::Producers => "producers",
            Self::Groups => "groups",
        }
    }

    /// The changes that add one: as the last one is, or plain where there is none.
    #[must_use]
    pub fn with_one_more(self, script: &Value) -> Vec<Edit> {
        let all = list(script, self.list());
        let topic = || script["topics"][0]["name"].clone();
        let taken = |field: &str, name: &str| all.iter().any(|one| one[field] == *name);
        let free = |field: &str, stem: &str| {
            let names = (all.len() + 1..).map(|n| format!("{stem}-{n}"));
            names.into_iter().find(|name| !taken(field, name)).unwrap_or_default()
        };
        let mut new = all.last().cloned().unwrap_or_else(|| match self {
            Self::Producers => {
                json!({ "sends": [{ "topic": topic(), "count": 10, "every": "10ms" }] })
            }
            _ => json!({ "topics": [topic()] }),
        });
        match self {
            Self::Topics => new["name"] = free("name", "topic").into(),
            Self::Groups => {
                new["id"] = free("id", "group").into();
                remove(&mut new, "produces");
            }
            // Two processes with one transactional.id would fence each other.
            Self::Producers => {
                if new["config"]["transactional.id"].is_string() {
                    let id = format!("producer-{}", all.len() + 1);
                    new["config"]["transactional.id"] = id.into();
                }
            }
        }
        vec![Edit::put(format!("/{}/-", self.list()), new)]
    }

    /// The changes that take one out, and whatever is about it: sends and subscriptions, links,
    /// actions. Who comes behind it in a list of numbered ones is called by another number then.
    #[must_use]
    pub fn without(self, script: &Value, at: usize) -> Vec<Edit> {
        let mut new = script.clone();
        let Some(gone) = new[self.list()].get(at).cloned() else { return Vec::new() };
        if let Some(all) = new[self.list()].as_array_mut() {
            all.remove(at);
        }
        let names: Vec<String> = match self {
            Self::Topics => vec![text(&gone["name"])],
            Self::Producers => vec![format!("producer-{}", at + 1)],
            Self::Groups => {
                let id = text(&gone["id"]);
                let members = gone["members"].as_u64().unwrap_or(1);
                let members = (1..=members).map(|n| format!("{id}-{n}"));
                members.chain([id.clone()]).collect()
            }
        };
        let is_about = |value: &Value| mentions(value, &names);
        retain(&mut new["actions"], |action| !is_about(action));
        if let Some(network) = new.get_mut("network") {
            retain(&mut network["links"], |link| !is_about(link));
        }
        if self == Self::Topics {
            for producer in entries(&mut new, "producers") {
                retain(&mut producer["sends"], |sends| !is_about(sends));
            }
            for group in entries(&mut new, "groups") {
                retain(&mut group["topics"], |topic| !is_about(topic));
            }
            retain(&mut new["groups"], |group| !list(group, "topics").is_empty());
        }
        if self == Self::Producers {
            let count = list(&new, "producers").len();
            for number in at + 1..=count {
                let (old, name) =
                    (format!("producer-{}", number + 1), format!("producer-{number}"));
                rename(&mut new, &old, &name);
            }
        }
        let lists = ["topics", "producers", "groups", "network", "actions"];
        let changed = lists.into_iter().filter(|name| new[*name] != script[*name]);
        changed.map(|name| Edit::put(format!("/{name}"), new[name].clone())).collect()
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn entries<'a>(value: &'a mut Value, name: &str) -> &'a mut [Value] {
    value.get_mut(name).and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}

fn retain(list: &mut Value, keep: impl Fn(&Value) -> bool) {
    if let Value::Array(entries) = list {
        entries.retain(keep);
    }
}

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().map(|fields: &mut Map<String, Value>| fields.remove(name));
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Whether one of these names stands somewhere in a value.
fn mentions(value: &Value, names: &[String]) -> bool {
    match value {
        Value::String(text) => names.contains(text),
        Value::Array(all) => all.iter().any(|value| mentions(value, names)),
        Value::Object(fields) => fields.values().any(|value| mentions(value, names)),
        _ => false,
    }
}

fn rename(value: &mut Value, old: &str, name: &str) {
    match value {
        Value::String(text) if text == old => name.clone_into(text),
        Value::Array(all) => all.iter_mut().for_each(|value| rename(value, old, name)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(_, value)| rename(value, old, name));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Script;

    const SCRIPT: &str = r#"{"topics": [{"name": "orders"}, {"name": "payments"}],
        "producers": [
            {"sends": [{"topic": "orders", "count": 1}, {"topic": "payments", "count": 2}]},
            {"config": {"transactional.id": "a"}, "sends": [{"topic": "orders", "count": 3}]}],
        "groups": [{"id": "billing", "topics": ["orders", "payments"], "members": 2},
            {"id": "audit", "topics": ["payments"]}],
        "network": {"links": [{"from": "producer-1", "to": "brokers", "latency": "9ms"}]},
        "actions": [
            {"at": "1ms", "do": {"crash": "producer-1"}},
            {"at": "2ms", "do": {"crash": "producer-2"}},
            {"at": "3ms", "do": {"crash": "billing-2"}},
            {"at": "4ms", "do": {"set": {"topic": "payments", "config": {"min.insync.replicas": 2}}}}]}"#;

    fn after(edits: impl Fn(&Value) -> Vec<Edit>) -> Script {
        let script = Script::parse(SCRIPT).expect("a script");
        let changed = script.edited(&edits(&script.to_value())).expect("a script");
        changed.resolve().expect("it can be run");
        changed
    }

    #[test]
    fn one_more_can_be_run_at_once_and_goes_again() {
        for cast in [Cast::Topics, Cast::Producers, Cast::Groups] {
            let more = after(|json| cast.with_one_more(json));
            let json = more.to_value();
            let count = list(&json, cast.list()).len();
            assert_eq!(count, 3, "{cast:?}");
            let back = more.edited(&cast.without(&json, count - 1)).expect("a script");
            assert_eq!(back, Script::parse(SCRIPT).expect("a script"), "{cast:?}");
        }
        let ids = after(|json| Cast::Producers.with_one_more(json));
        assert_eq!(ids.producers[2].config["transactional.id"], "producer-3");
    }

    #[test]
    fn who_goes_takes_along_what_is_about_it_and_the_others_keep_theirs() {
        let without = after(|json| Cast::Producers.without(json, 0));
        assert!(without.network.links.is_empty());
        let crashed: Vec<_> = without.actions.iter().filter_map(|a| a.what.entity()).collect();
        assert_eq!(crashed, ["producer-1", "billing-2"], "producer-2 is called producer-1 now");
        let without = after(|json| Cast::Groups.without(json, 0));
        assert_eq!((without.groups.len(), without.actions.len()), (1, 3));
        let without = after(|json| Cast::Topics.without(json, 1));
        assert_eq!(without.producers[0].sends.len(), 1);
        assert_eq!(without.groups.len(), 1, "nobody reads nothing");
        assert_eq!(without.actions.len(), 3);
    }
}
