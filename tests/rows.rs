//! The scenario table: each row of Kafka's rules is a script in `tests/rows/NN-short-name.json`,
//! which `ackscope run` takes, and a test that says what must have become of every record.

#[path = "model/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the model, which use the rest")]
mod support;
#[path = "rows/table.rs"]
mod table;

#[path = "rows/claims.rs"]
mod claims;
#[path = "rows/claims_of_readers.rs"]
mod claims_of_readers;
#[path = "rows/claims_of_replication.rs"]
mod claims_of_replication;
#[path = "rows/consumer.rs"]
mod consumer;
#[path = "rows/producer.rs"]
mod producer;
#[path = "rows/replication.rs"]
mod replication;
#[path = "rows/transactions.rs"]
mod transactions;
