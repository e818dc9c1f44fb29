//! What happened, as an action's `when` asks for it, and which actions that sets off.

use std::fmt;

use ackscope::script::Action;
use serde_json::{Value, json};

/// Something that was observed, by the name that `when` has for it.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    /// The event's name, such as `acked`.
    pub event: String,
    /// Where.
    pub entity: Option<String>,
    /// The topic, by the script's name for it.
    pub topic: Option<String>,
    /// The partition.
    pub partition: Option<u16>,
    /// The records.
    pub records: Vec<u32>,
    /// The offsets, from the first to behind the last.
    pub offsets: Option<(u64, u64)>,
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.event, self.entity.as_deref().unwrap_or("-"))?;
        if let Some(topic) = &self.topic {
            write!(f, " {topic}-{}", self.partition.unwrap_or_default())?;
        }
        if !self.records.is_empty() {
            write!(f, " records {:?}", self.records)?;
        }
        self.offsets.map_or(Ok(()), |(from, to)| write!(f, " offsets {from}..{to}"))
    }
}

impl Happened {
    /// Something that happened to a process.
    pub fn at(event: &str, entity: &str) -> Self {
        Self { event: event.to_owned(), entity: Some(entity.to_owned()), ..Self::default() }
    }

    /// What a client's line says.
    pub fn said(entity: &str, line: &Value, topic: impl Fn(&str) -> String) -> Self {
        let event = line["event"].as_str().unwrap_or_default();
        let mut happened = Self::at(event, entity);
        happened.topic = line["topic"].as_str().map(topic);
        happened.partition = line["partition"].as_u64().and_then(|n| u16::try_from(n).ok());
        let number = |value: &Value| value.as_u64().and_then(|n| u32::try_from(n).ok());
        happened.records.extend(number(&line["record"]));
        let offset = line["offset"].as_u64().map(|offset| (offset, offset + 1));
        happened.offsets = offset;
        if let Some(returned) = line["records"].as_array() {
            happened.records.extend(returned.iter().filter_map(|pair| number(&pair[1])));
            let ends = returned.first().zip(returned.last());
            happened.offsets =
                ends.and_then(|(first, last)| Some((first[0].as_u64()?, last[0].as_u64()? + 1)));
        }
        happened
    }
}

/// The actions that wait, and how many events each still waits for.
pub struct Triggers {
    missing: Vec<u32>,
}

impl Triggers {
    /// Nothing has happened yet.
    pub fn new(actions: &[Action]) -> Self {
        Self { missing: actions.iter().map(|a| a.when.as_ref().map_or(0, |w| w.nth)).collect() }
    }

    /// The actions that this sets off, by their numbers.
    pub fn observe(&mut self, actions: &[Action], happened: &Happened) -> Vec<usize> {
        let mut due = Vec::new();
        for (index, action) in actions.iter().enumerate() {
            let Some(when) = &action.when else { continue };
            let name = when.entity.as_ref().is_none_or(|it| happened.entity.as_ref() == Some(it));
            let topic = when.topic.as_ref().is_none_or(|it| happened.topic.as_ref() == Some(it));
            let partition = when.partition.is_none_or(|it| happened.partition == Some(it));
            let record = when.record.is_none_or(|it| happened.records.contains(&it));
            let within =
                |offset| happened.offsets.is_some_and(|(from, to)| (from..to).contains(&offset));
            let offset = when.offset.is_none_or(within);
            let event = json!(when.event) == json!(happened.event);
            if self.missing[index] > 0 && event && name && topic && partition && record && offset {
                self.missing[index] -= 1;
                if self.missing[index] == 0 {
                    due.push(index);
                }
            }
        }
        due
    }

    /// The actions whose moment has not come.
    pub fn waiting(&self) -> Vec<usize> {
        let left = self.missing.iter().enumerate().filter(|(_, missing)| **missing > 0);
        left.map(|(index, _)| index).collect()
    }
}

/// The events that a client stops at until the harness has done what is due at that very moment.
pub fn held(actions: &[Action]) -> Vec<Value> {
    let at_once = |action: &&Action| action.after.is_none_or(|after| after.as_us() == 0);
    let names = actions.iter().filter(at_once).filter_map(|action| action.when.as_ref());
    names.map(|when| json!(when.event)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ackscope::script::Script;

    fn actions(when: &Value) -> Vec<Action> {
        let script = json!({
            "topics": [{ "name": "orders" }],
            "producers": [{ "sends": [{ "topic": "orders", "count": 9 }] }],
            "actions": [{ "when": when, "do": { "crash": "broker-1" } }],
        });
        Script::load(&script.to_string()).expect("a script").0.actions
    }

    #[test]
    fn an_action_waits_for_the_nth_event_that_fits() {
        let actions = actions(&json!({ "event": "acked", "record": 3, "nth": 2 }));
        let mut triggers = Triggers::new(&actions);
        let acked =
            |record: u32| Happened { records: vec![record], ..Happened::at("acked", "producer-1") };
        assert!(triggers.observe(&actions, &acked(3)).is_empty());
        assert!(triggers.observe(&actions, &acked(2)).is_empty());
        assert!(triggers.observe(&actions, &Happened::at("failed", "producer-1")).is_empty());
        assert_eq!(triggers.waiting(), [0]);
        assert_eq!(triggers.observe(&actions, &acked(3)), [0]);
        assert!(triggers.observe(&actions, &acked(3)).is_empty());
        assert!(triggers.waiting().is_empty());
    }

    #[test]
    fn what_poll_returned_has_its_records_and_offsets() {
        let line = json!({
            "event": "polled", "topic": "orders-r1", "partition": 1, "records": [[4, 7], [6, 9]],
        });
        let said = Happened::said("billing-1", &line, |real| real.replace("-r1", ""));
        assert_eq!((said.records, said.offsets), (vec![7, 9], Some((4, 7))));
        assert_eq!((said.topic.as_deref(), said.partition), (Some("orders"), Some(1)));
    }
}
