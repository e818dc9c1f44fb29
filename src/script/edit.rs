//! Changes to a script where it stands: values put at places of its JSON.
//!
//! A place is a path such as `/producers/0/config/acks`. In a list a step is a number, `*` for each
//! of its entries, `-` for a new one behind the last, or `brokers~brokers` for the link between the
//! two. Whatever comes of a change is read and checked like any other script.

use serde_json::{Map, Value};

use super::read::{FromJson, Misfit, Strict};
use super::{Script, ScriptError};

/// A value for a place of a script; none takes away what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The place.
    pub place: String,
    /// What is to be there.
    pub value: Option<Value>,
}

impl Edit {
    /// A value for a place.
    pub fn put(place: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { place: place.into(), value: Some(value.into()) }
    }

    /// Nothing for a place.
    pub fn remove(place: impl Into<String>) -> Self {
        Self { place: place.into(), value: None }
    }

    /// Makes the change in a script's JSON.
    pub fn apply(&self, json: &mut Value) {
        let steps: Vec<&str> = self.place.split('/').skip(1).collect();
        put(json, &steps, self.value.as_ref());
    }
}

impl Script {
    /// The script as a JSON value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // What was written can be read.
        serde_json::from_str(&self.to_json()).unwrap_or_default()
    }

    /// Reads a script from a JSON value, as [`Script::parse`] does from a text.
    ///
    /// # Errors
    /// Names the place.
    pub fn from_value(value: &Value) -> Result<Self, ScriptError> {
        let script = Self::from_json(value)
            .map_err(|Misfit { place, message }| ScriptError::new(place, message))?;
        script.check_property_names()?;
        Ok(script)
    }

    /// The script with changes, made one after the other.
    ///
    /// # Errors
    /// Names the place of what does not fit.
    pub fn edited(&self, edits: &[Edit]) -> Result<Self, ScriptError> {
        let mut json = self.to_value();
        edits.iter().for_each(|edit| edit.apply(&mut json));
        Self::from_value(&json)
    }
}

/// The JSON of a text that is known to be a script's.
#[must_use]
pub fn value_of(json: &str) -> Value {
    serde_json::from_str(json).map(|Strict(value)| value).unwrap_or_default()
}

/// What stands at a place: a value, or none, for each entry that the place means.
#[must_use]
pub fn at<'a>(json: &'a Value, place: &str) -> Vec<Option<&'a Value>> {
    let mut found = vec![Some(json)];
    for step in place.split('/').skip(1) {
        found = found.into_iter().flat_map(|value| follow(value, step)).collect();
    }
    found
}

fn follow<'a>(value: Option<&'a Value>, step: &str) -> Vec<Option<&'a Value>> {
    match value {
        Some(Value::Array(entries)) if step == "*" => entries.iter().map(Some).collect(),
        Some(Value::Array(entries)) => vec![index(entries, step).and_then(|at| entries.get(at))],
        _ if step == "*" => Vec::new(),
        Some(Value::Object(fields)) => vec![fields.get(step)],
        _ => vec![None],
    }
}

/// Which entry of a list a step means, if there is one.
fn index(entries: &[Value], step: &str) -> Option<usize> {
    match step.split_once('~') {
        Some((from, to)) => {
            entries.iter().rposition(|link| link["from"] == from && link["to"] == to)
        }
        None => step.parse().ok(),
    }
}

fn put(json: &mut Value, steps: &[&str], value: Option<&Value>) {
    let Some((step, rest)) = steps.split_first() else { return };
    match json {
        Value::Array(entries) => put_in_list(entries, step, rest, value),
        Value::Object(fields) => put_in_object(fields, step, rest, value),
        _ => {}
    }
}

fn put_in_object(
    fields: &mut Map<String, Value>,
    step: &str,
    rest: &[&str],
    value: Option<&Value>,
) {
    match (rest.first(), value) {
        (None, Some(value)) => drop(fields.insert(step.to_owned(), value.clone())),
        (None, None) => drop(fields.remove(step)),
        (Some(next), Some(_)) => {
            let new = if is_of_list(next) { Value::Array(Vec::new()) } else { Map::new().into() };
            put(fields.entry(step).or_insert(new), rest, value);
        }
        (Some(_), None) => {
            if let Some(inner) = fields.get_mut(step) {
                put(inner, rest, None);
                // A transaction of which nothing is said any more is as by default.
                if step == "transaction" && inner.as_object().is_some_and(Map::is_empty) {
                    fields.remove(step);
                }
            }
        }
    }
}

fn put_in_list(entries: &mut Vec<Value>, step: &str, rest: &[&str], value: Option<&Value>) {
    if step == "*" {
        return entries.iter_mut().for_each(|entry| put(entry, rest, value));
    }
    let mut at = index(entries, step).filter(|at| *at < entries.len());
    if let (None, Some(_)) = (at, value) {
        let mut new = Value::Object(Map::new());
        if let Some((from, to)) = step.split_once('~') {
            new["from"] = from.into();
            new["to"] = to.into();
        }
        entries.push(new);
        at = Some(entries.len() - 1);
    }
    let Some(at) = at else { return };
    match (rest.is_empty(), value) {
        (true, Some(value)) => entries[at] = value.clone(),
        (true, None) => drop(entries.remove(at)),
        (false, _) => {
            put(&mut entries[at], rest, value);
            // A link that says nothing but its ends is no exception any more.
            let says = entries[at].as_object().map_or(0, Map::len);
            if step.contains('~') && says == 2 {
                entries.remove(at);
            }
        }
    }
}

fn is_of_list(step: &str) -> bool {
    step == "-" || step == "*" || step.contains('~') || step.parse::<usize>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn script() -> Script {
        let json = r#"{"topics": [{"name": "orders"}], "producers": [{"sends": []}, {"sends": []}],
            "network": {"links": [{"from": "producers", "to": "brokers", "latency": "2ms"}]}}"#;
        Script::parse(json).expect("a script")
    }

    #[test]
    fn each_entry_or_one_of_them_is_changed() {
        let acks = |place: &str| {
            let changed = script().edited(&[Edit::put(place, "1")]).expect(place);
            let acks = |at: usize| changed.producers[at].config.get("acks").cloned();
            [acks(0), acks(1)]
        };
        assert_eq!(acks("/producers/*/config/acks"), [Some("1".into()), Some("1".into())]);
        assert_eq!(acks("/producers/1/config/acks"), [None, Some("1".into())]);
    }

    #[test]
    fn a_link_is_made_when_it_is_needed_and_goes_when_it_says_nothing() {
        let place = "/network/links/brokers~brokers/latency";
        let slow = script().edited(&[Edit::put(place, "20ms")]).expect("a script");
        assert_eq!(slow.network.links.len(), 2);
        assert_eq!(at(&slow.to_value(), place), [Some(&json!("20ms"))]);
        let back = slow.edited(&[Edit::remove(place)]).expect("a script");
        assert_eq!(back, script());
    }

    #[test]
    fn actions_are_added_moved_and_taken_away() {
        let action = json!({"at": "5ms", "do": {"crash": "broker-1"}});
        let mut script = script().edited(&[Edit::put("/actions/-", action)]).expect("a script");
        script = script.edited(&[Edit::put("/actions/0/at", "9ms")]).expect("a script");
        assert_eq!(script.actions[0].at.expect("a time").as_us(), 9_000);
        assert!(script.edited(&[Edit::remove("/actions/0")]).expect("a script").actions.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let error = script().edited(&[Edit::put("/producers/1/resend", "often")]).expect_err("bad");
        assert_eq!(error.place, "producers[1].resend");
    }
}
