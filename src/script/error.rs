//! What is wrong with a script, and where; and what is merely worth knowing about it.

use std::fmt;

/// A script that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// Where in the script: `producers[0].config`, `line 3, column 5`.
    pub place: String,
    /// What is wrong there, in Kafka's words where Kafka would refuse it.
    pub message: String,
    /// The properties that it is about, if it is about some: the one to change first.
    pub about: About,
}

/// The names of properties that an error or a notice is about.
pub type About = &'static [&'static str];

impl ScriptError {
    /// An error at a place.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into(), about: &[] }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for ScriptError {}

/// Something that Kafka does silently, or that the model leaves out, with what a script says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Where in the script.
    pub place: String,
    /// What happens there.
    pub message: String,
    /// The properties that it is about, if it is about some.
    pub about: About,
}

impl Notice {
    /// A notice about a place.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into(), about: &[] }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
