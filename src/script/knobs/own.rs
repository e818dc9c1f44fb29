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
    use Group::{Machines, Network, Reading, Sending, Topic};
    &[
        first(of(Topic, "/topics/*/replication_factor", "replication factor", Range, "3")),
        of(Topic, "/topics/*/partitions", "partitions", Range, "1"),
        of(Topic, "/cluster/brokers", "brokers", Range, "3"),
        of(Topic, "/cluster/log_dirs", "log directories", Range, "1"),
        first(of(Network, BETWEEN_BROKERS, "between brokers", Range, "")),
        first(of(Network, "/network/latency", "latency", Range, "0.5ms")),
        of(Network, "/network/jitter", "jitter", Range, "0ms"),
        of(
            Network,
            "/network/links/brokers~brokers/jitter",
            "jitter between brokers",
            Range,
            "0ms",
        ),
        of(Network, FROM_PRODUCERS, "producers to brokers", Range, ""),
        of(Network, FROM_CONSUMERS, "consumers to brokers", Range, ""),
        of(Network, TO_CONTROLLER, "brokers to the controller", Range, ""),
        first(of(Sending, "/producers/*/sends/*/count", "records", Range, "")),
        first(of(Sending, "/producers/*/sends/*/every", "one every", Range, "0ms")),
        of(Sending, "/producers/*/sends/*/start", "first one at", Range, "0ms"),
        of(Sending, "/producers/*/sends/*/topic", "to topic", Text, ""),
        of(Sending, "/producers/*/sends/*/value_bytes", "value bytes", Range, "100"),
        of(Sending, "/producers/*/sends/*/keys", "keys", Text, ""),
        of(Sending, "/producers/*/sends/*/partition", "partition", Text, ""),
        of(Sending, "/producers/*/sends/*/timestamp_ahead", "timestamps ahead", Range, "0ms"),
        of(Sending, "/producers/*/sends/*/unserializable", "unserializable", Switch, "false"),
        of(
            Sending,
            "/producers/*/style",
            "send()",
            Choice(&["callback", "blocking", "fire-and-forget"]),
            "callback",
        ),
        of(Sending, "/producers/*/resend", "application resends", Range, "0"),
        of(Sending, "/producers/*/flush_every", "flush() every", Range, "0"),
        of(Sending, "/producers/*/close_timeout", "close() timeout", Text, ""),
        of(
            Sending,
            "/producers/*/on_restart",
            "on restart",
            Choice(&["continue", "resend-unacknowledged", "resend-all"]),
            "continue",
        ),
        of(Sending, "/producers/*/transaction/records", "transaction: records", Range, "1"),
        of(Sending, "/producers/*/transaction/abort", "transaction: aborted", Text, ""),
        of(Sending, "/producers/*/transaction/retry", "transaction: again", Switch, "false"),
        first(of(Reading, "/groups/*/processing", "processing", Range, "0ms")),
        of(
            Reading,
            "/groups/*/commit",
            "commit",
            Choice(&["sync-after", "sync-before", "async-after", "never"]),
            "sync-after",
        ),
        of(Reading, "/groups/*/commit_every", "commit every", Range, "0"),
        of(Reading, "/groups/*/commit_on_revoke", "commit on revoke", Switch, "false"),
        of(Reading, "/groups/*/idempotent", "idempotent processing", Switch, "false"),
        of(Reading, "/groups/*/workers", "worker threads", Range, "0"),
        of(Reading, "/groups/*/failure/records", "fails with records", Text, ""),
        of(Reading, "/groups/*/failure/times", "fails: how often", Range, "1"),
        of(
            Reading,
            "/groups/*/failure/then",
            "fails: and then",
            Choice(&["skip", "retry", "close", "crash"]),
            "skip",
        ),
        of(Reading, "/groups/*/produces/topic", "sends on: to topic", Text, ""),
        of(
            Reading,
            "/groups/*/produces/offsets",
            "sends on: offsets",
            Choice(&["transaction", "commit-sync", "none"]),
            "transaction",
        ),
        of(Reading, "/groups/*/produces/value_bytes", "sends on: value bytes", Range, "100"),
        of(Reading, "/groups/*/topics", "topics", Text, ""),
        of(Reading, "/groups/*/members", "consumers", Range, "1"),
        of(Reading, "/groups/*/running", "consumers at first", Text, ""),
        of(Reading, "/groups/*/auto_commit_race", "auto-commit race", Switch, "false"),
        of(Machines, "/cluster/append", "append", Range, "50us"),
        of(Machines, "/cluster/fsync", "fsync", Range, "2ms"),
        of(Machines, "/cluster/writeback_age", "write-back age", Range, "30s"),
        of(Machines, "/cluster/writeback_interval", "write-back interval", Range, "5s"),
        of(Machines, "/cluster/startup", "broker start-up", Range, "2s"),
        of(Machines, "/until", "run ends at", Text, ""),
        of(Machines, "/seed", "seed", Text, "0"),
    ]
};

const BETWEEN_BROKERS: &str = "/network/links/brokers~brokers/latency";
const FROM_PRODUCERS: &str = "/network/links/producers~brokers/latency";
const FROM_CONSUMERS: &str = "/network/links/consumers~brokers/latency";
const TO_CONTROLLER: &str = "/network/links/brokers~controller/latency";

/// What says something only where a script has something else: the beginning of its place, and that.
const NEEDS: &[(&str, &str)] = &[
    ("/producers/*/transaction/", "/producers/*/config/transactional.id"),
    ("/groups/*/failure/t", "/groups/*/failure"),
    ("/groups/*/produces/", "/groups/*/produces"),
];

impl Own {
    /// Whether it is the latency of a kind of link: that of the network, if nothing else is said.
    fn is_link(&self) -> bool {
        self.place.starts_with("/network/links/") && self.place.ends_with("/latency")
    }

    /// Whether a script has what it is about.
    pub(super) fn is_about(&self, json: &Value) -> bool {
        let needs = NEEDS.iter().find(|(place, _)| self.place.starts_with(place));
        let there = |place: &str| edit::at(json, place).iter().any(Option::is_some);
        needs.is_none_or(|(_, place)| there(place))
    }

    /// Things of which one is meant by its number have a unit in the name.
    pub(super) fn unit(&self) -> &'static str {
        if self.place.ends_with("_bytes") { "B" } else { "" }
    }

    /// Whether its values are times.
    pub(super) fn is_time(&self) -> bool {
        self.default.ends_with('s') || self.is_link()
    }

    /// What is in effect where the script says nothing.
    pub(super) fn default(&self, json: &Value) -> Option<String> {
        if self.is_link() {
            let latency = edit::at(json, "/network/latency")[0];
            return Some(latency.map_or_else(|| "0.5ms".to_owned(), plain));
        }
        let text = matches!(self.control, Control::Text) && !self.place.ends_with("/topic");
        let optional = !self.default.is_empty() || (text && self.name != "topics");
        optional.then(|| self.default.to_owned())
    }

    /// A text as the script has it.
    pub(super) fn text(&self, text: &str) -> Value {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        match self.name {
            "keys" | "topics" => words.map(Value::from).collect(),
            "transaction: aborted" | "fails with records" => {
                let number = |word: &str| word.parse::<u64>().map_or(word.into(), Value::from);
                words.map(number).collect()
            }
            _ => text.trim().parse::<u64>().map_or_else(|_| text.into(), Value::from),
        }
    }
}
