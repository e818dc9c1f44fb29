//! Moments and values in words, and back.

use ackscope::script::When;
use serde_json::Value;

use crate::app::words::{fill, words};

/// A text as a value: a number or a truth bare, unless a text is wanted.
pub fn typed(text: &str, is_text: bool) -> Value {
    let text = text.trim();
    if is_text {
        return text.into();
    }
    match text.parse::<bool>() {
        Ok(value) => value.into(),
        Err(_) => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
    }
}

/// What must have happened: `record 8 acked`, `broker-2 fenced`.
pub fn text(when: &When) -> String {
    let w = words();
    let mut parts = Vec::new();
    if let Some(record) = when.record {
        parts.push(fill(w.moment_record, &[("n", &record.to_string())]));
    }
    parts.push(when.event.word().replace('-', " "));
    parts.extend(
        when.entity
            .clone()
            .map(|entity| (if when.record.is_some() { "· " } else { "" }).to_owned() + &entity),
    );
    match (&when.topic, when.partition) {
        (Some(topic), Some(partition)) => parts.push(topic.clone() + "-" + &partition.to_string()),
        (Some(topic), None) => parts.push(topic.clone()),
        (None, Some(partition)) => {
            parts.push(fill(w.moment_partition, &[("n", &partition.to_string())]))
        }
        (None, None) => {}
    }
    if let Some(offset) = when.offset {
        parts.push(fill(w.moment_offset, &[("n", &offset.to_string())]));
    }
    if when.nth > 1 {
        parts.push("#".to_owned() + &when.nth.to_string());
    }
    parts.join(" ")
}
