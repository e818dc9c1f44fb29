//! Settings as code of clients: which client has which option under which name, what it does by
//! itself, and what it cannot be told.
//!
//! A client that is not Java's has defaults of its own. What is written is therefore what makes it
//! behave as the settings say: everything that it would do otherwise by itself. The tables follow the
//! sources of librdkafka 2.15, sarama 1.50 and franz-go 1.21.

mod franz;
mod librdkafka;
mod option;
mod sarama;
mod write;

use serde::Serialize;

use super::properties::Scope;

use option::{Form, Of, Option};

pub use write::code;

/// A client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// Apache Kafka's own.
    Java,
    /// IBM/sarama.
    Sarama,
    /// twmb/franz-go.
    Franz,
    /// confluent-kafka, on librdkafka.
    Python,
    /// rdkafka, on librdkafka.
    Rust,
    /// @confluentinc/kafka-javascript, on librdkafka.
    Node,
}

impl Client {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Java, Self::Sarama, Self::Franz, Self::Python, Self::Rust, Self::Node];

    /// Its name on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Java => "java",
            Self::Sarama => "go-sarama",
            Self::Franz => "go-franz",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Node => "node",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Java => "Java",
            Self::Sarama => "Go, sarama",
            Self::Franz => "Go, franz-go",
            Self::Python => "Python, confluent-kafka",
            Self::Rust => "Rust, rdkafka",
            Self::Node => "Node, confluent-kafka-javascript",
        }
    }

    /// The client of that id.
    #[must_use]
    pub fn find(id: &str) -> std::option::Option<Self> {
        Self::ALL.into_iter().find(|client| client.id() == id)
    }

    /// Whether it is one on top of librdkafka.
    const fn is_librdkafka(self) -> bool {
        matches!(self, Self::Python | Self::Rust | Self::Node)
    }

    /// How its files are called.
    const fn extension(self) -> &'static str {
        match self {
            Self::Java => "java",
            Self::Sarama | Self::Franz => "go",
            Self::Python => "py",
            Self::Rust => "rs",
            Self::Node => "js",
        }
    }

    fn options(self) -> &'static [Option] {
        match self {
            Self::Java => &[],
            Self::Sarama => sarama::OPTIONS,
            Self::Franz => franz::OPTIONS,
            Self::Python | Self::Rust | Self::Node => librdkafka::OPTIONS,
        }
    }

    /// The properties that its table speaks of.
    pub fn properties(self) -> impl Iterator<Item = (Scope, &'static str)> {
        self.options().iter().map(|option| (option.scope, option.property))
    }

    /// What differs in a way that no option changes.
    fn remarks(self, scope: Scope) -> &'static [&'static str] {
        match self {
            Self::Java => &[],
            Self::Sarama => sarama::remarks(scope),
            Self::Franz => franz::remarks(scope),
            Self::Python | Self::Rust | Self::Node => librdkafka::remarks(scope),
        }
    }
}

/// The code for one producer or one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Code {
    /// A name for the file.
    pub name: String,
    /// Who it makes: `producer-1`, `billing`.
    pub who: String,
    /// The code.
    pub text: String,
    /// What the client cannot be told, each with the reason.
    pub cannot: Vec<(String, String)>,
    /// What else differs.
    pub remarks: Vec<&'static str>,
}
