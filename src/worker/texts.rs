//! What settings do and cost, and what can be done to the system, in words: the page asks for them
//! once, when it shows them.

use ackscope::script::clients::Client;
use ackscope::script::deeds::DEEDS;
use ackscope::script::knobs::texts;
use serde_json::{Value, json};

/// All texts.
pub fn texts() -> Value {
    json!({
        "settings": texts::all(),
        "deeds": DEEDS.concat(),
        "clients": Client::ALL.map(|client| json!({ "id": client.id(), "name": client.name() })),
        "presets": {
            "defaults": "Every property as this version has it, for clients, topics and brokers.",
            "fast": "acks=1, no retries, no idempotence, unclean elections, automatic commits, and nobody looks at the outcome of send().",
            "durable": "acks=all with idempotence, three replicas of which two must be in sync, no unclean elections, commits by hand after processing.",
            "article": "acks=all, retries at the maximum with retry.backoff.ms=300, three replicas with min.insync.replicas=2, commits by hand after processing.",
        },
        "acts": {
            "dynamic": "at once, while brokers run (kafka-configs --alter)",
            "client": "when the client starts: for the whole run, or from now on by close() and a new client",
            "brokers": "when a broker starts: for the whole run, or from now on by a rolling restart of the brokers",
            "restart": "for the whole run: no restart of brokers or clients changes it in the model",
            "from-now": "At the moment shown topics get the setting at once; a client is closed and started again with it; brokers are restarted in order, one after the other. The action is a mark on the timeline. Settings that are marked change for the whole run.",
        },
    })
}
