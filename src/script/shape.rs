//! Which fields a script has, and what they are when they are missing. The types themselves, their
//! documentation and their schema are in the modules beside this one.

use serde_json::Value;

use super::action::{Broken, EventName, Lost};
use super::read::{FromJson, Misfit, Object, Strict, word};
use super::{
    Cluster, CommitStyle, Duration, Failure, Group, Link, Network, OffsetsCommit, OnFailure,
    OnRestart, Producer, Produces, Script, SendStyle, Sends, Topic, Transaction, Version,
};

type Read<T> = Result<T, Misfit>;

impl FromJson for Script {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(
            value,
            &[
                "name",
                "kafka",
                "seed",
                "until",
                "cluster",
                "network",
                "topics",
                "producers",
                "groups",
                "actions",
            ],
        )?;
        Ok(Self {
            name: it.some("name")?,
            kafka: it.some("kafka")?,
            seed: it.some("seed")?,
            until: it.some("until")?,
            cluster: it.some("cluster")?,
            network: it.some("network")?,
            topics: it.need("topics")?,
            producers: it.some("producers")?,
            groups: it.some("groups")?,
            actions: it.some("actions")?,
        })
    }
}

impl FromJson for Cluster {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(
            value,
            &[
                "brokers",
                "config",
                "log_dirs",
                "append",
                "fsync",
                "writeback_interval",
                "writeback_age",
                "startup",
            ],
        )?;
        let missing = Self::default();
        Ok(Self {
            brokers: it.or("brokers", missing.brokers)?,
            config: it.some("config")?,
            log_dirs: it.or("log_dirs", missing.log_dirs)?,
            append: it.or("append", missing.append)?,
            fsync: it.or("fsync", missing.fsync)?,
            writeback_interval: it.or("writeback_interval", missing.writeback_interval)?,
            writeback_age: it.or("writeback_age", missing.writeback_age)?,
            startup: it.or("startup", missing.startup)?,
        })
    }
}

impl FromJson for Network {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["latency", "jitter", "links"])?;
        let missing = Self::default();
        Ok(Self {
            latency: it.or("latency", missing.latency)?,
            jitter: it.or("jitter", missing.jitter)?,
            links: it.some("links")?,
        })
    }
}

impl FromJson for Link {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["from", "to", "one_way", "latency", "jitter"])?;
        Ok(Self {
            from: it.need("from")?,
            to: it.need("to")?,
            one_way: it.some("one_way")?,
            latency: it.some("latency")?,
            jitter: it.some("jitter")?,
        })
    }
}

impl FromJson for Topic {
    fn from_json(value: &Value) -> Read<Self> {
        let names = ["name", "partitions", "replication_factor", "replicas", "config"];
        let it = Object::of(value, &names)?;
        Ok(Self {
            name: it.need("name")?,
            partitions: it.or("partitions", super::one())?,
            replication_factor: it.or("replication_factor", super::three())?,
            replicas: it.some("replicas")?,
            config: it.some("config")?,
        })
    }
}

impl FromJson for Producer {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(
            value,
            &[
                "config",
                "sends",
                "style",
                "transaction",
                "resend",
                "on_restart",
                "flush_every",
                "close_timeout",
            ],
        )?;
        Ok(Self {
            config: it.some("config")?,
            sends: it.some("sends")?,
            style: it.some("style")?,
            transaction: it.some("transaction")?,
            resend: it.some("resend")?,
            on_restart: it.some("on_restart")?,
            flush_every: it.some("flush_every")?,
            close_timeout: it.some("close_timeout")?,
        })
    }
}

impl FromJson for Sends {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(
            value,
            &[
                "topic",
                "count",
                "start",
                "every",
                "keys",
                "partition",
                "value_bytes",
                "timestamp_ahead",
                "unserializable",
            ],
        )?;
        Ok(Self {
            topic: it.need("topic")?,
            count: it.need("count")?,
            start: it.some("start")?,
            every: it.some("every")?,
            keys: it.some("keys")?,
            partition: it.some("partition")?,
            value_bytes: it.or("value_bytes", super::hundred())?,
            timestamp_ahead: it.some("timestamp_ahead")?,
            unserializable: it.some("unserializable")?,
        })
    }
}

impl FromJson for Group {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(
            value,
            &[
                "id",
                "topics",
                "members",
                "config",
                "processing",
                "commit",
                "commit_every",
                "commit_on_revoke",
                "workers",
                "failure",
                "idempotent",
                "auto_commit_race",
                "produces",
                "running",
            ],
        )?;
        Ok(Self {
            id: it.need("id")?,
            topics: it.need("topics")?,
            members: it.or("members", super::one())?,
            config: it.some("config")?,
            processing: it.some("processing")?,
            commit: it.some("commit")?,
            commit_every: it.some("commit_every")?,
            commit_on_revoke: it.some("commit_on_revoke")?,
            workers: it.some("workers")?,
            failure: it.some("failure")?,
            idempotent: it.some("idempotent")?,
            auto_commit_race: it.some("auto_commit_race")?,
            produces: it.some("produces")?,
            running: it.some("running")?,
        })
    }
}

impl FromJson for Transaction {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["records", "abort", "retry"])?;
        Ok(Self {
            records: it.or("records", super::once())?,
            abort: it.some("abort")?,
            retry: it.some("retry")?,
        })
    }
}

impl FromJson for Produces {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["producers", "topic", "offsets", "value_bytes"])?;
        Ok(Self {
            producers: it.need("producers")?,
            topic: it.need("topic")?,
            offsets: it.some("offsets")?,
            value_bytes: it.or("value_bytes", super::hundred())?,
        })
    }
}

impl FromJson for Failure {
    fn from_json(value: &Value) -> Read<Self> {
        let it = Object::of(value, &["records", "times", "then"])?;
        Ok(Self {
            records: it.need("records")?,
            times: it.or("times", super::once())?,
            then: it.some("then")?,
        })
    }
}

/// Types that are one of some words.
macro_rules! words {
    ($($type:ident: $($word:literal => $variant:ident,)*;)*) => {
        $(impl $type {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// As a script has it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl FromJson for $type {
            fn from_json(value: &Value) -> Read<Self> {
                word(value, &[$($word),*]).map(|place| Self::ALL[place])
            }
        })*
    };
}

words! {
    SendStyle: "callback" => Callback, "blocking" => Blocking, "fire-and-forget" => FireAndForget,;
    CommitStyle: "sync-after" => SyncAfter, "sync-before" => SyncBefore,
        "async-after" => AsyncAfter, "never" => Never,;
    OffsetsCommit: "transaction" => Transaction, "commit-sync" => CommitSync, "none" => None,;
    OnFailure: "skip" => Skip, "retry" => Retry, "close" => Close, "crash" => Crash,;
    OnRestart: "continue" => Continue, "resend-unacknowledged" => ResendUnacknowledged,
        "resend-all" => ResendAll,;
    Lost: "request" => Request, "response" => Response, "write" => Write,;
    Broken: "reset" => Reset, "silent" => Silent,;
    EventName: "created" => Created, "resent" => Resent, "batched" => Batched, "drained" => Drained,
        "appended" => Appended, "replicated" => Replicated, "committed" => Committed,
        "acked" => Acked, "failed" => Failed, "retried" => Retried, "polled" => Polled,
        "processed" => Processed, "offset-committed" => OffsetCommitted, "commit-failed" => CommitFailed,
        "processing-failed" => ProcessingFailed,
        "transaction-begun" => TransactionBegun, "transaction-prepared" => TransactionPrepared,
        "transaction-ended" => TransactionEnded, "marker-written" => MarkerWritten,
        "rebalancing" => Rebalancing, "assigned" => Assigned, "revoked" => Revoked,
        "removed" => Removed, "truncated" => Truncated, "crashed" => Crashed, "closed" => Closed, "restarted" => Restarted,
        "fenced" => Fenced, "unfenced" => Unfenced, "elected" => Elected,
        "isr-shrunk" => IsrShrunk, "isr-expanded" => IsrExpanded,;
}

impl FromJson for Duration {
    /// A string with a unit, or a whole number of milliseconds.
    fn from_json(value: &Value) -> Read<Self> {
        match (value, value.as_u64()) {
            (Value::String(text), _) => Self::parse(text).map_err(Misfit::new),
            (_, Some(ms)) => ms
                .checked_mul(1_000)
                .map(Self::from_us)
                .ok_or_else(|| Misfit::new(format!("{ms} milliseconds are too long"))),
            _ if value.is_i64() => {
                Err(Misfit::new(format!("a duration cannot be negative: {value}")))
            }
            _ => Err(Misfit::expected(
                "a duration: \"35ms\", \"1.5s\", or a whole number of milliseconds",
                value,
            )),
        }
    }
}

impl FromJson for Version {
    /// A string; a bare number is refused because 4.10 and 4.1 would be the same number.
    fn from_json(value: &Value) -> Read<Self> {
        match value {
            Value::String(text) => Self::parse(text).map_err(Misfit::new),
            _ => {
                let what = format!("a Kafka version in quotes, such as \"{}\"", Self::NEWEST);
                Err(Misfit::expected(&what, value))
            }
        }
    }
}

/// For those who read with serde: the same, by way of a JSON value.
macro_rules! serde_too {
    ($($type:ident),*) => {
        $(impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let Strict(value) = Strict::deserialize(deserializer)?;
                Self::from_json(&value).map_err(serde::de::Error::custom)
            }
        })*
    };
}

serde_too!(Script, Duration, Version);
