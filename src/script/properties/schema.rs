//! The properties of a script's `config` objects as JSON schema, for editors.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::{Kind, Property, Scope, Unit, all, ignored};
use crate::script::Version;

/// The schema of `producers[..].config`.
pub fn producer(_: &mut SchemaGenerator) -> Schema {
    config(Scope::Producer)
}

/// The schema of `groups[..].config`.
pub fn consumer(_: &mut SchemaGenerator) -> Schema {
    config(Scope::Consumer)
}

/// The schema of `topics[..].config`.
pub fn topic(_: &mut SchemaGenerator) -> Schema {
    config(Scope::Topic)
}

/// The schema of `cluster.config`.
pub fn broker(_: &mut SchemaGenerator) -> Schema {
    config(Scope::Broker)
}

fn config(scope: Scope) -> Schema {
    let properties: Map<String, Value> =
        all(scope).iter().map(|property| (property.name.to_owned(), schema(property))).collect();
    let mut names = Vec::new();
    for name in ignored::names(scope) {
        let escaped = name.replace('.', "\\.");
        names.push(if name.ends_with('.') { format!("{escaped}.*") } else { escaped });
    }
    json_schema!({
        "description": format!("Kafka's {} properties.", scope.word()),
        "type": "object",
        "properties": properties,
        "patternProperties": {
            format!("^({})$", names.join("|")): { "description": "Not modelled." }
        },
        "additionalProperties": false,
    })
}

fn schema(property: &Property) -> Value {
    let default = match property.default(Version::NEWEST) {
        None => format!("Unknown to Kafka {}.", Version::NEWEST),
        Some("") => "Without a default.".to_owned(),
        Some(default) => format!("Default: {default}."),
    };
    let description = format!("{} {default}", property.help);
    match property.kind {
        Kind::Bool => json!({
            "description": description,
            "anyOf": [{ "type": "boolean" }, { "enum": ["true", "false"] }],
        }),
        Kind::Int { min, max } => number(property, &description, i64::from(min), i64::from(max)),
        Kind::Long { min, max } => number(property, &description, min, max),
        Kind::Choice(words) => {
            let exact = words.iter().filter(|word| !word.ends_with(':'));
            let mut values: Vec<Value> = exact.clone().map(|word| json!(word)).collect();
            values.extend(exact.filter_map(|word| word.parse::<i64>().ok()).map(|n| json!(n)));
            let mut options = vec![json!({ "enum": values })];
            for word in words.iter().filter(|word| word.ends_with(':')) {
                options.push(json!({ "type": "string", "pattern": format!("^{word}") }));
            }
            json!({ "description": description, "anyOf": options })
        }
        Kind::Text => json!({ "description": description, "type": ["string", "null"] }),
        Kind::List => json!({
            "description": description,
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" } },
            ],
        }),
    }
}

fn number(property: &Property, description: &str, min: i64, max: i64) -> Value {
    let text = match property.unit {
        Unit::Ms => "^-?[0-9]+(\\.[0-9]+)? *(us|ms|s|min|h)?$",
        _ => "^-?[0-9]+$",
    };
    json!({
        "description": description,
        "anyOf": [
            { "type": "integer", "minimum": min, "maximum": max },
            { "type": "string", "pattern": text },
        ],
    })
}
