//! What the model does, as claims: each a script and what Kafka would make of it.

#[path = "model/support.rs"]
mod support;

#[path = "model/broker.rs"]
mod broker;
#[path = "model/consumer.rs"]
mod consumer;
#[path = "model/elections.rs"]
mod elections;
#[path = "model/faults.rs"]
mod faults;
#[path = "model/groups.rs"]
mod groups;
#[path = "model/invariants.rs"]
mod invariants;
#[path = "model/making.rs"]
mod making;
#[path = "model/moments.rs"]
mod moments;
#[path = "model/producer.rs"]
mod producer;
#[path = "model/reconfigure.rs"]
mod reconfigure;
#[path = "model/roll.rs"]
mod roll;
#[path = "model/story.rs"]
mod story;
#[path = "model/transactions.rs"]
mod transactions;
