//! The settings that are the script's own: the machines, the network, what applications send and do.

use serde_json::Value;

use super::{Control, Group, plain};
use crate::script::edit;

/// A field of the script as a setting.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// What it belongs to.
    pub group: Group,
    /// Where it is, with `*` for each thing of its kind.
    pub place: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// How it is chosen.
    pub control: Control,
    /// What is in effect where a script says nothing; empty where it has to say something.
    pub default: &'static str,
    /// Whether it is shown first.
    pub common: bool,
}

const fn of(
    group: Group,
    place: &'static str,
    name: &'static str,
    control: Control,
    default: &'static str,
) -> Own {
    Own { group, place, name, control, default, common: false }
}

const fn first(own: Own) -> Own {
    Own { common: true, ..own }
}

/// All of them.
pub const OWN: &[Own] = {
    use Control::{Choice, Range, Switch, Text};
    use Group::{Network, Topic, Workload};
    &[
        first(of(Topic, "/topics/*/replication_factor", "replication factor", Range, "3")),
        of(Topic, "/topics/*/partitions", "partitions", Range, "1"),
        of(Topic, "/cluster/brokers", "brokers", Range, "3"),
        of(Topic, "/cluster/log_dirs", "log directories", Range, "1"),
        first(of(Network, BETWEEN_BROKERS, "between brokers", Range, "")),
        first(of(Network, "/network/latency", "latency", Range, "0.5ms")),
        of(Network, "/network/jitter", "jitter", Range, "0ms"),
        first(of(Workload, "/producers/*/sends/*/count", "records", Range, "")),
        first(of(Workload, "/producers/*/sends/*/every", "one every", Range, "0ms")),
        first(of(Workload, "/groups/*/processing", "processing", Range, "0ms")),
        of(Workload, "/producers/*/sends/*/start", "first one at", Range, "0ms"),
        of(Workload, "/producers/*/sends/*/value_bytes", "value bytes", Range, "100"),
        of(Workload, "/producers/*/sends/*/keys", "keys", Text, ""),
        of(
            Workload,
            "/producers/*/style",
            "send()",
            Choice(&["callback", "blocking", "fire-and-forget"]),
            "callback",
        ),
        of(Workload, "/producers/*/resend", "application resends", Range, "0"),
        of(Workload, "/producers/*/flush_every", "flush() every", Range, "0"),
        of(
            Workload,
            "/producers/*/on_restart",
            "on restart",
            Choice(&["continue", "resend-unacknowledged", "resend-all"]),
            "continue",
        ),
        of(
            Workload,
            "/groups/*/commit",
            "commit",
            Choice(&["sync-after", "sync-before", "async-after", "never"]),
            "sync-after",
        ),
        of(Workload, "/groups/*/commit_every", "commit every", Range, "0"),
        of(Workload, "/groups/*/commit_on_revoke", "commit on revoke", Switch, "false"),
        of(Workload, "/groups/*/idempotent", "idempotent processing", Switch, "false"),
        of(Workload, "/groups/*/workers", "worker threads", Range, "0"),
        of(Workload, "/groups/*/members", "consumers", Range, "1"),
        of(Workload, "/cluster/append", "append", Range, "50us"),
        of(Workload, "/cluster/fsync", "fsync", Range, "2ms"),
        of(Workload, "/cluster/writeback_age", "write-back age", Range, "30s"),
        of(Workload, "/cluster/writeback_interval", "write-back interval", Range, "5s"),
        of(Workload, "/cluster/startup", "broker start-up", Range, "2s"),
        of(Workload, "/seed", "seed", Text, "0"),
    ]
};

const BETWEEN_BROKERS: &str = "/network/links/brokers~brokers/latency";

impl Own {
    /// Things of which one is meant by its number have a unit in the name.
    pub(super) fn unit(&self) -> &'static str {
        if self.place.ends_with("_bytes") { "B" } else { "" }
    }

    /// Whether its values are times.
    pub(super) fn is_time(&self) -> bool {
        self.default.ends_with('s') || self.place == BETWEEN_BROKERS
    }

    /// What is in effect where the script says nothing.
    pub(super) fn default(&self, json: &Value) -> Option<String> {
        if self.place == BETWEEN_BROKERS {
            let latency = edit::at(json, "/network/latency")[0];
            return Some(latency.map_or_else(|| "0.5ms".to_owned(), plain));
        }
        let optional = !self.default.is_empty() || matches!(self.control, Control::Text);
        optional.then(|| self.default.to_owned())
    }

    /// A text as the script has it.
    pub(super) fn text(&self, text: &str) -> Value {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        match self.name {
            "keys" => words.map(Value::from).collect(),
            _ => text.trim().parse::<u64>().map_or_else(|_| text.into(), Value::from),
        }
    }
}
