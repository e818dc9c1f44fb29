//! Ackscope: a model of Apache Kafka delivery.
