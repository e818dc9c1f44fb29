//! Reads the value of a property as a script, a properties file or the table of defaults has it.
//!
//! The complaints are those of Kafka's `ConfigDef`.

use serde_json::Value;

use super::{Kind, Property, Unit};
use crate::script::Duration;

/// The value of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// No value: Kafka's `null`.
    Unset,
    /// Of a [`Kind::Bool`].
    Bool(bool),
    /// Of a [`Kind::Int`] or a [`Kind::Long`], in the property's unit.
    Number(i64),
    /// Of a [`Kind::Choice`] or a [`Kind::Text`].
    Text(String),
    /// Of a [`Kind::List`].
    List(Vec<String>),
}

impl Property {
    /// Reads a value of a script.
    ///
    /// # Errors
    /// Says what is wrong with it, in Kafka's words.
    pub fn read(&self, value: &Value) -> Result<Setting, String> {
        match value {
            Value::Null => Ok(Setting::Unset),
            Value::String(text) => self.parse(text),
            Value::Bool(value) => self.parse(if *value { "true" } else { "false" }),
            Value::Number(number) => self.parse(&number.to_string()),
            Value::Array(values) if self.kind == Kind::List => {
                let words = values.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
                words.map_or_else(
                    || Err(self.invalid(&value.to_string(), "Expected a list of strings")),
                    |words| Ok(list(words.into_iter())),
                )
            }
            Value::Array(_) | Value::Object(_) => {
                Err(self.invalid(&value.to_string(), "Expected a single value"))
            }
        }
    }

    /// Reads a value as a script's text has it: a time may have a unit. An empty text is no value.
    ///
    /// # Errors
    /// Says what is wrong with it, in Kafka's words.
    pub fn parse(&self, text: &str) -> Result<Setting, String> {
        let text = text.trim();
        if text.is_empty() && self.history.iter().any(|entry| entry.1 == Some("")) {
            return Ok(Setting::Unset);
        }
        match self.kind {
            Kind::Bool if text.eq_ignore_ascii_case("true") => Ok(Setting::Bool(true)),
            Kind::Bool if text.eq_ignore_ascii_case("false") => Ok(Setting::Bool(false)),
            Kind::Bool => Err(self.invalid(text, "Expected value to be either true or false")),
            Kind::Int { min, max } => self.number(text, "INT", i64::from(min), i64::from(max)),
            Kind::Long { min, max } => self.number(text, "LONG", min, max),
            Kind::Choice(words) => match words.iter().find(|word| is_choice(word, text)) {
                Some(_) => Ok(Setting::Text(text.to_owned())),
                None => Err(self.invalid(text, &choices(words))),
            },
            Kind::Text => Ok(Setting::Text(text.to_owned())),
            Kind::List => Ok(list(text.split(','))),
        }
    }

    /// Reads a value as Kafka itself does: its times are whole numbers without a unit.
    ///
    /// # Errors
    /// Says what is wrong with it, in Kafka's words.
    pub fn parse_as_kafka(&self, text: &str) -> Result<Setting, String> {
        let java = match self.kind {
            Kind::Int { .. } => "INT",
            Kind::Long { .. } => "LONG",
            _ => return self.parse(text),
        };
        let number = text.trim();
        if !number.is_empty() && number.parse::<i64>().is_err() {
            return Err(self.invalid(number, &format!("Not a number of type {java}")));
        }
        self.parse(number)
    }

    fn number(&self, text: &str, java: &str, min: i64, max: i64) -> Result<Setting, String> {
        let number = match text.parse::<i64>() {
            Ok(number) => number,
            Err(_)
                if self.unit == Unit::Ms && text.ends_with(|c: char| c.is_ascii_alphabetic()) =>
            {
                self.milliseconds(text)?
            }
            Err(_) => return Err(self.invalid(text, &format!("Not a number of type {java}"))),
        };
        if number < min {
            return Err(self.invalid(text, &format!("Value must be at least {min}")));
        }
        if number > max {
            return Err(self.invalid(text, &format!("Value must be no more than {max}")));
        }
        Ok(Setting::Number(number))
    }

    /// A time with a unit, `1.5s`, as Kafka's milliseconds.
    fn milliseconds(&self, text: &str) -> Result<i64, String> {
        let us = Duration::parse(text).map_err(|message| self.invalid(text, &message))?.as_us();
        if us % 1_000 != 0 {
            return Err(self.invalid(text, "Kafka takes whole milliseconds here"));
        }
        Ok(i64::try_from(us / 1_000).unwrap_or(i64::MAX))
    }

    /// The words of Kafka's `ConfigException`.
    pub(in crate::script) fn invalid(&self, value: &str, why: &str) -> String {
        format!("Invalid value {value} for configuration {}: {why}", self.name)
    }
}

fn is_choice(word: &str, text: &str) -> bool {
    // Kafka leaves case to each property; none of those in the table differ by case alone.
    match word.strip_suffix(':') {
        Some(_) => text.len() > word.len() && text.starts_with(word),
        None => word.eq_ignore_ascii_case(text),
    }
}

fn choices(words: &[&str]) -> String {
    let words = words.join(", ");
    // A word that others continue is shown as such.
    format!("String must be one of: {}", words.replace(':', ":…"))
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> Setting {
    let words = words.map(str::trim).filter(|word| !word.is_empty());
    Setting::List(words.map(str::to_owned).collect())
}
