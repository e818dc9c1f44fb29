//! Versions of Apache Kafka, as far as defaults and rules depend on them.
//!
//! A version is a minor line and stands for its last patch release: `3.0` behaves as 3.0.2, whose
//! idempotence is on by default, and not as 3.0.0, where a bug left it off (KAFKA-13598); `0.10`
//! behaves as 0.10.2. Brokers and clients of a run are of the same version.

use std::fmt;

use serde::{Serialize, Serializer};

/// A minor line of Apache Kafka, such as 4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The number before the point.
    pub major: u8,
    /// The number after it.
    pub minor: u8,
}

/// Every release from the oldest that the model knows to the newest, in order.
pub const KNOWN: &[Version] = &[
    Version::new(0, 10),
    Version::new(0, 11),
    Version::new(1, 0),
    Version::new(1, 1),
    Version::new(2, 0),
    Version::new(2, 1),
    Version::new(2, 2),
    Version::new(2, 3),
    Version::new(2, 4),
    Version::new(2, 5),
    Version::new(2, 6),
    Version::new(2, 7),
    Version::new(2, 8),
    Version::new(3, 0),
    Version::new(3, 1),
    Version::new(3, 2),
    Version::new(3, 3),
    Version::new(3, 4),
    Version::new(3, 5),
    Version::new(3, 6),
    Version::new(3, 7),
    Version::new(3, 8),
    Version::new(3, 9),
    Version::new(4, 0),
    Version::new(4, 1),
    Version::new(4, 2),
    Version::new(4, 3),
];

impl Version {
    /// The oldest version that the model knows.
    pub const OLDEST: Self = Self::new(0, 10);
    /// The newest version that the model knows, and the default.
    pub const NEWEST: Self = Self::new(4, 3);

    /// A version by its numbers; whether there was such a release is not asked.
    #[must_use]
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }

    /// Whether this version is the given one or a later one.
    #[must_use]
    pub fn since(self, major: u8, minor: u8) -> bool {
        self >= Self::new(major, minor)
    }

    /// Reads `4.1`; a patch number (`3.0.1`) is allowed and makes no difference.
    ///
    /// # Errors
    /// Says why the text names no release that the model knows.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut numbers = text.split('.').map(str::parse::<u8>);
        let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
            return Err(format!("\"{text}\" is not a version such as \"{}\"", Self::NEWEST));
        };
        // 0.10.2.1 has four numbers.
        if numbers.by_ref().take(2).any(|n| n.is_err()) || numbers.next().is_some() {
            return Err(format!("\"{text}\" is not a version such as \"{}\"", Self::NEWEST));
        }
        let version = Self::new(major, minor);
        if KNOWN.contains(&version) {
            return Ok(version);
        }
        Err(format!(
            "Kafka {version} is not one of the releases that the model knows: {} to {}",
            Self::OLDEST,
            Self::NEWEST
        ))
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "cli")]
impl schemars::JsonSchema for Version {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let known: Vec<String> = KNOWN.iter().map(ToString::to_string).collect();
        schemars::json_schema!({
            "description": "A version of Apache Kafka.",
            "type": "string",
            "anyOf": [
                { "enum": known },
                { "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+(\\.[0-9]+)?$" },
            ],
        })
    }
}
