//! Reads scripts from a parsed JSON value, with the place of whatever does not fit.
//!
//! By hand and not by serde's derive: the visitors that it makes for every struct, with or without
//! a library that tracks their paths, weighed as much in the app as a third of the model.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::suggest::did_you_mean;

/// What does not fit, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The place: `producers[0].config`.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

impl Misfit {
    /// A misfit right here.
    pub fn new(message: impl Into<String>) -> Self {
        Self { place: String::new(), message: message.into() }
    }

    /// A value that is something else than what is expected.
    pub fn expected(what: &str, value: &Value) -> Self {
        let is = match value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => format!("boolean \"{value}\""),
            Value::Number(number) if number.is_f64() => format!("floating point \"{number}\""),
            Value::Number(number) => format!("integer \"{number}\""),
            Value::String(text) => format!("string \"{text}\""),
            Value::Array(_) => "list".to_owned(),
            Value::Object(_) => "object".to_owned(),
        };
        Self::new(format!("invalid type: {is}, expected {what}"))
    }

    /// A name that nobody knows, with the one that was perhaps meant.
    pub fn unknown(kind: &str, name: &str, known: &[&str]) -> Self {
        Self::new(match did_you_mean(name, known.iter().copied()) {
            Some(near) => format!("unknown {kind} \"{name}\"; did you mean \"{near}\"?"),
            None => format!("unknown {kind} \"{name}\"; there are: {}", known.join(", ")),
        })
    }

    /// The same, seen from one level up.
    pub fn within(mut self, step: &str) -> Self {
        let dot = !self.place.is_empty() && !self.place.starts_with('[');
        self.place.insert_str(0, if dot { "." } else { "" });
        self.place.insert_str(0, step);
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.place.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}", self.place, self.message)
    }
}

/// Something that can be read from JSON.
pub trait FromJson: Sized {
    /// Reads it.
    fn from_json(value: &Value) -> Result<Self, Misfit>;
}

/// An object whose names are all known.
pub struct Object<'a>(&'a Map<String, Value>);

impl<'a> Object<'a> {
    /// A value that must be an object with none but these names.
    pub fn of(value: &'a Value, known: &[&str]) -> Result<Self, Misfit> {
        let fields = match value {
            Value::Object(fields) => fields,
            Value::Array(_) => return Err(Misfit::new("expected an object")),
            _ => return Err(Misfit::expected("an object", value)),
        };
        match fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Misfit::unknown("field", name, known)),
            None => Ok(Self(fields)),
        }
    }

    /// A field that may be missing.
    pub fn get<T: FromJson>(&self, name: &str) -> Result<Option<T>, Misfit> {
        let read = |value| T::from_json(value).map_err(|misfit| misfit.within(name));
        self.0.get(name).map(read).transpose()
    }

    /// A field with a value for when it is missing.
    pub fn or<T: FromJson>(&self, name: &str, missing: T) -> Result<T, Misfit> {
        Ok(self.get(name)?.unwrap_or(missing))
    }

    /// A field that is empty, zero or false when it is missing.
    pub fn some<T: FromJson + Default>(&self, name: &str) -> Result<T, Misfit> {
        self.or(name, T::default())
    }

    /// A field that must be there.
    pub fn need<T: FromJson>(&self, name: &str) -> Result<T, Misfit> {
        self.get(name)?.ok_or_else(|| Misfit::new(format!("missing field \"{name}\"")))
    }
}

/// The place of a word among those that are known.
pub fn word(value: &Value, known: &[&str]) -> Result<usize, Misfit> {
    let Value::String(text) = value else { return Err(Misfit::expected("a word", value)) };
    let place = known.iter().position(|word| word == text);
    place.ok_or_else(|| Misfit::unknown("word", text, known))
}

/// A choice: a word alone, or an object with one word and what belongs to it.
pub fn choice(value: &Value) -> Result<(&str, Option<&Value>), Misfit> {
    match value {
        Value::String(name) => Ok((name, None)),
        Value::Object(fields) if fields.len() == 1 => {
            let only = fields.iter().next().map(|(name, value)| (name.as_str(), Some(value)));
            only.ok_or_else(|| Misfit::new("it is empty"))
        }
        Value::Object(_) => Err(Misfit::new("there can be only one here")),
        _ => Err(Misfit::expected("a word, or an object with one entry", value)),
    }
}

fn whole(value: &Value, most: u64, what: &str) -> Result<u64, Misfit> {
    match value.as_u64() {
        Some(number) if number <= most => Ok(number),
        None if !value.is_i64() => Err(Misfit::expected(what, value)),
        _ => Err(Misfit::new(format!("invalid value: integer \"{value}\", expected {what}"))),
    }
}

impl FromJson for u16 {
    fn from_json(value: &Value) -> Result<Self, Misfit> {
        whole(value, Self::MAX.into(), "a whole number up to 65535").map(|number| number as Self)
    }
}

impl FromJson for u32 {
    fn from_json(value: &Value) -> Result<Self, Misfit> {
        let number = whole(value, Self::MAX.into(), "a whole number up to 4294967295");
        number.map(|number| number as Self)
    }
}

impl FromJson for u64 {
    fn from_json(value: &Value) -> Result<Self, Misfit> {
        whole(value, Self::MAX, "a whole number that is not negative")
    }
}

impl FromJson for bool {
    fn from_json(value: &Value) -> Result<Self, Misfit> {
        value.as_bool().ok_or_else(|| Misfit::expected("true or false", value))
    }
}

impl FromJson for String {
    fn from_json(value: &Value) -> Result<Self, Misfit> {
        value.as_str().map(str::to_owned).ok_or_else(|| Misfit::expected("a string", value))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: &Value) -> Result<Self, Misfit> {
        if value.is_null() { Ok(None) } else { T::from_json(value).map(Some) }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: &Value) -> Result<Self, Misfit> {
        let Value::Array(items) = value else { return Err(Misfit::expected("a list", value)) };
        let mut read = Self::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let one = T::from_json(item);
            read.push(one.map_err(|misfit| misfit.within(&format!("[{at}]")))?);
        }
        Ok(read)
    }
}

impl FromJson for super::Properties {
    fn from_json(value: &Value) -> Result<Self, Misfit> {
        let Value::Object(fields) = value else { return Err(Misfit::expected("an object", value)) };
        let mut read = Self::new();
        for (name, value) in fields {
            read.insert(name.clone(), value.clone());
        }
        Ok(read)
    }
}

/// A JSON text in which no object says a name twice: serde_json itself would take the last one.
pub struct Strict(pub Value);

impl<'de> de::Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if fields.contains_key(&name) {
                return Err(de::Error::custom(format_args!("\"{name}\" stands here twice")));
            }
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}
