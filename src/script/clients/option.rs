//! An option of a client: what it stands for, how it is written, what the client does without it.

use crate::script::properties::Scope;

/// Whose option.
pub(super) type Of = Scope;

/// An option that stands for a property of Kafka.
pub(super) struct Option {
    /// Whose property.
    pub scope: Of,
    /// Kafka's name for it.
    pub property: &'static str,
    /// How it is written: `{}` stands for the value.
    pub form: Form,
    /// What the client does by itself, as a value of the property; empty where nothing is like it.
    pub default: &'static str,
    /// The least and the most that it takes, where that is less than Kafka's.
    pub range: (i64, i64),
}

/// How a value is written.
pub(super) enum Form {
    /// As a key and a value, under this name.
    Key(&'static str),
    /// As a key and a value, in kilobytes.
    Kilobytes(&'static str),
    /// As a key and a word for a word; a word that is missing cannot be said.
    Words(&'static str, &'static [(&'static str, &'static str)]),
    /// As a line of code with a number or a truth in it.
    Code(&'static str),
    /// As a line of code with a duration in it.
    Time(&'static str),
    /// As a line of code with a text in quotes.
    Quoted(&'static str),
    /// As a line of code for a word.
    Lines(&'static [(&'static str, &'static str)]),
    /// As a list of words in a line of code.
    List(&'static str, &'static [(&'static str, &'static str)]),
    /// Not at all, for this reason.
    Cannot(&'static str),
}

/// All that a property takes.
pub(super) const ANY: (i64, i64) = (i64::MIN, i64::MAX);

pub(super) const fn of(
    scope: Of,
    property: &'static str,
    form: Form,
    default: &'static str,
) -> Option {
    Option { scope, property, form, default, range: ANY }
}

pub(super) const fn within(option: Option, least: i64, most: i64) -> Option {
    Option { range: (least, most), ..option }
}
