//! Settings that are chosen together.

use super::Script;
use super::edit::Edit;

/// A choice of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Every property as the version of Kafka has it.
    Defaults,
    /// As quick as can be, and nobody looks.
    Fast,
    /// What is recommended where nothing may be lost.
    Durable,
    /// What the article recommends.
    Article,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Defaults, Self::Fast, Self::Durable, Self::Article];

    /// The changes that make a script's settings those.
    #[must_use]
    pub fn edits(self, script: &Script) -> Vec<Edit> {
        let mut edits = match self {
            Self::Defaults => defaults(script),
            // Whatever else is set stays.
            _ => Vec::new(),
        };
        let mut put = |place: &str, value: &str| edits.push(Edit::put(place, typed(value)));
        match self {
            Self::Defaults => {}
            Self::Fast => {
                put("/producers/*/config/acks", "1");
                put("/producers/*/config/enable.idempotence", "false");
                put("/producers/*/config/retries", "0");
                put("/producers/*/style", "fire-and-forget");
                put("/topics/*/config/min.insync.replicas", "1");
                put("/topics/*/config/unclean.leader.election.enable", "true");
                put("/groups/*/config/enable.auto.commit", "true");
            }
            Self::Durable | Self::Article => {
                put("/producers/*/config/acks", "all");
                put("/producers/*/config/retries", "2147483647");
                put("/topics/*/config/min.insync.replicas", "2");
                put("/topics/*/config/unclean.leader.election.enable", "false");
                put("/groups/*/config/enable.auto.commit", "false");
                match self {
                    Self::Article => put("/producers/*/config/retry.backoff.ms", "300"),
                    _ if script.kafka.since(0, 11) => {
                        put("/producers/*/config/enable.idempotence", "true");
                    }
                    // What kept the order and the log free of copies before there was idempotence.
                    _ => put(IN_FLIGHT, "1"),
                }
                if script.kafka.since(0, 11) {
                    // Idempotence takes five at most, which is the default.
                    edits.push(Edit::remove(IN_FLIGHT));
                }
                edits.extend(three_copies(script));
                edits.push(Edit::remove("/producers/*/style"));
                edits.push(Edit::remove("/groups/*/commit"));
            }
        }
        edits
    }
}

/// No property but those that say which application it is.
fn defaults(script: &Script) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut clear = |place: String, names: Vec<&String>| {
        let names = names.into_iter().filter(|name| !IDENTITY.contains(&name.as_str()));
        edits.extend(names.map(|name| Edit::remove(place.clone() + name)));
    };
    clear("/cluster/config/".to_owned(), script.cluster.config.keys().collect());
    for (at, topic) in script.topics.iter().enumerate() {
        clear(format!("/topics/{at}/config/"), topic.config.keys().collect());
    }
    for (at, producer) in script.producers.iter().enumerate() {
        clear(format!("/producers/{at}/config/"), producer.config.keys().collect());
    }
    for (at, group) in script.groups.iter().enumerate() {
        clear(format!("/groups/{at}/config/"), group.config.keys().collect());
    }
    edits
}

const IN_FLIGHT: &str = "/producers/*/config/max.in.flight.requests.per.connection";

/// Who somebody is, and where a group begins: not for a preset to say.
const IDENTITY: [&str; 3] = ["transactional.id", "group.instance.id", "auto.offset.reset"];

/// Three replicas of each partition, on three brokers at least.
fn three_copies(script: &Script) -> Vec<Edit> {
    let mut edits = Vec::new();
    if script.cluster.brokers < 3 {
        edits.push(Edit::put("/cluster/brokers", 3));
    }
    for (at, topic) in script.topics.iter().enumerate() {
        let assigned = topic.replicas.first().map(Vec::len);
        if assigned.is_some_and(|copies| copies != 3) {
            edits.push(Edit::remove(format!("/topics/{at}/replicas")));
        }
        edits.push(Edit::put(format!("/topics/{at}/replication_factor"), 3));
    }
    edits
}

fn typed(text: &str) -> serde_json::Value {
    text.parse::<bool>().map_or_else(|_| text.into(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Version;
    use crate::script::version::KNOWN;

    fn script(kafka: Version) -> Script {
        let json = r#"{"cluster": {"brokers": 1}, "topics": [{"name": "t", "replication_factor": 1,
            "config": {"flush.messages": 1}}],
            "producers": [{"config": {"linger.ms": 3, "acks": 0}, "style": "fire-and-forget"}],
            "groups": [{"id": "g", "topics": ["t"], "commit": "sync-before",
            "config": {"auto.offset.reset": "earliest"}}]}"#;
        Script { kafka, ..Script::parse(json).expect("a script") }
    }

    #[test]
    fn kafka_accepts_each_preset_in_each_version() {
        for kafka in KNOWN {
            for preset in Preset::ALL {
                let script = script(*kafka);
                let chosen = script.edited(&preset.edits(&script));
                let chosen = chosen.unwrap_or_else(|error| panic!("{kafka} {preset:?}: {error}"));
                chosen.resolve().unwrap_or_else(|error| panic!("{kafka} {preset:?}: {error}"));
            }
        }
    }

    #[test]
    fn the_durable_one_keeps_three_copies_waits_for_two_and_commits_by_hand() {
        let before = script(Version::new(4, 1));
        let after = before.edited(&Preset::Durable.edits(&before)).expect("a script");
        let resolved = after.resolve().expect("settings");
        let producer = &resolved.producers[0];
        assert!(producer.enable_idempotence && producer.acks == crate::script::config::Acks::All);
        assert_eq!(after.topics[0].replication_factor, 3);
        assert_eq!(resolved.topics[0].config.min_insync_replicas, 2);
        assert!(!resolved.topics[0].config.unclean_leader_election_enable);
        assert!(!resolved.groups[0].config.enable_auto_commit);
        assert_eq!(after.groups[0].commit, crate::script::CommitStyle::SyncAfter);
        assert_eq!(after.groups[0].config["auto.offset.reset"], "earliest", "it stays who it is");
    }

    #[test]
    fn the_defaults_leave_no_property_of_the_producer() {
        let before = script(Version::new(4, 1));
        let after = before.edited(&Preset::Defaults.edits(&before)).expect("a script");
        assert!(after.producers[0].config.is_empty() && after.topics[0].config.is_empty());
    }
}
