//! Scripts: what is read, what is refused and in which words, and which settings come out.

#[path = "script/checks.rs"]
mod checks;
#[path = "script/clients.rs"]
mod clients;
#[path = "script/docs.rs"]
mod docs;
#[path = "script/faults.rs"]
mod faults;
#[path = "script/kafka.rs"]
mod kafka;
#[path = "script/names.rs"]
mod names;
#[path = "script/parse.rs"]
mod parse;
#[path = "script/properties.rs"]
mod properties;
#[path = "script/reconfigure.rs"]
mod reconfigure;
#[path = "script/refused.rs"]
mod refused;
#[path = "script/roll.rs"]
mod roll;
#[path = "script/values.rs"]
mod values;

use ackscope::script::{Resolved, Script, ScriptError};

/// A script with a topic `orders` of two partitions on three brokers, and more fields.
fn with(fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { "," };
    format!(r#"{{"kafka":"4.1","topics":[{{"name":"orders","partitions":2}}]{comma}{fields}}}"#)
}

fn load(json: &str) -> Result<Resolved, ScriptError> {
    Script::load(json).map(|(_, resolved)| resolved)
}

/// What a script that cannot be run is told.
fn refusal(json: &str) -> String {
    match load(json) {
        Ok(_) => format!("this should be refused: {json}"),
        Err(error) => error.to_string(),
    }
}

/// A script of a version with one producer with these properties.
fn producer(kafka: &str, config: &str) -> String {
    format!(
        r#"{{"kafka":"{kafka}","topics":[],"producers":[{{"sends":[],"config":{{{config}}}}}]}}"#
    )
}

/// A script of a version with one consumer group with these properties.
fn consumer(kafka: &str, config: &str) -> String {
    format!(
        r#"{{"kafka":"{kafka}","topics":[{{"name":"orders"}}],"groups":[{{"id":"billing","topics":["orders"],"config":{{{config}}}}}]}}"#
    )
}

/// A script of a version with these broker and topic properties.
fn topic(kafka: &str, broker: &str, topic: &str) -> String {
    format!(
        r#"{{"kafka":"{kafka}","cluster":{{"config":{{{broker}}}}},"topics":[{{"name":"orders","config":{{{topic}}}}}]}}"#
    )
}

/// The notices of a script that can be run.
fn notices(json: &str) -> Vec<String> {
    match load(json) {
        Ok(resolved) => resolved.notices.iter().map(ToString::to_string).collect(),
        Err(error) => vec![format!("refused: {error}")],
    }
}
