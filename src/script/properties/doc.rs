//! The table of properties as Markdown, for the documentation.

use std::fmt::Write;

use super::{Kind, Property, Scope, Unit, all};
use crate::script::Version;

/// All properties, a table for each scope.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::new();
    for scope in Scope::ALL {
        let (word, place) = (scope.word(), scope.place());
        // Writing to a string cannot fail.
        let _ = writeln!(page, "### {word} properties: `{place}`\n");
        page.push_str("| property | type | default | what it does | Kafka's source |\n");
        page.push_str("|---|---|---|---|---|\n");
        for property in all(scope) {
            let (name, help, source) = (property.name, property.help, property.source);
            let (kind, history) = (kind(property), history(property));
            let _ = writeln!(page, "| `{name}` | {kind} | {history} | {help} | {source} |");
        }
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn kind(property: &Property) -> String {
    let unit = match property.unit {
        Unit::None => "",
        Unit::Ms => ", ms",
        Unit::Seconds => ", s",
        Unit::Minutes => ", min",
        Unit::Bytes => ", bytes",
    };
    match property.kind {
        Kind::Bool => "boolean".to_owned(),
        Kind::Int { min, max: i32::MAX } => format!("int ≥ {min}{unit}"),
        Kind::Int { min, max: 32_767 } => format!("short ≥ {min}{unit}"),
        Kind::Int { min, max } => format!("int, {min} to {max}{unit}"),
        Kind::Long { min, .. } => format!("long ≥ {min}{unit}"),
        Kind::Choice(words) => {
            let words = words.iter().map(|word| format!("`{}`", word.replace(':', ":…")));
            words.collect::<Vec<_>>().join(", ")
        }
        Kind::Text => "text".to_owned(),
        Kind::List => "list".to_owned(),
    }
}

/// Its default in the course of the versions: `0`, since 4.0 `5`.
#[must_use]
pub fn history(property: &Property) -> String {
    let mut parts = Vec::new();
    for (since, default) in property.history {
        let value = match default {
            None if parts.is_empty() => continue,
            None => "gone".to_owned(),
            Some("") => "none".to_owned(),
            Some(default) => format!("`{}`", default.replace(CONSUMER_PACKAGE, "")),
        };
        let is_first = *since == Version::OLDEST;
        parts.push(if is_first { value } else { format!("since {since} {value}") });
    }
    let synonym = match property.synonym {
        "" => String::new(),
        synonym => format!("the brokers' `{synonym}`: "),
    };
    format!("{synonym}{}", parts.join(", "))
}

/// Left out of the names of assignors, as scripts may.
const CONSUMER_PACKAGE: &str = "org.apache.kafka.clients.consumer.";
