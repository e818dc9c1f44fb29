//! What Kafka makes of settings together: what it refuses, and what it changes without a word.
//!
//! Refusals are in Kafka's own words. What the log of a client would say is a [`Notice`].

use super::config::{
    Acks, Assignor, BrokerConfig, ConsumerConfig, GroupProtocol, OffsetReset, Partitioner,
    ProducerConfig,
};
use super::settings::Settings;
use super::{About, Notice, Rules, ScriptError, limits};

/// Reads a producer's settings (`KafkaProducer`'s constructor and `ProducerConfig`).
pub(super) fn producer(
    settings: &Settings,
    broker: &BrokerConfig,
    notices: &mut Vec<Notice>,
) -> Result<ProducerConfig, ScriptError> {
    let mut config = ProducerConfig::of(settings);
    if settings.version.since(3, 0) {
        idempotence_since_3_0(settings, &mut config, notices)?;
    } else if settings.version.since(0, 11) {
        idempotence_before_3_0(settings, &mut config, notices)?;
    }
    transactions(settings, &config, broker)?;
    delivery_timeout(settings, &mut config, notices)?;
    partitioner(settings, &mut config)?;
    let backoff = (&mut config.retry_backoff_us, config.retry_backoff_max_us);
    retry_backoff(settings, backoff, notices);
    let backoff = (config.reconnect_backoff_us, &mut config.reconnect_backoff_max_us);
    reconnect_backoff(settings, backoff, notices);
    Ok(config)
}

const MOST_IN_FLIGHT: u32 = 5;
const IN_FLIGHT: About = &["max.in.flight.requests.per.connection", "enable.idempotence"];

/// `ProducerConfig.postProcessAndValidateIdempotenceConfigs`. All three tests see the setting as
/// it was, so that one that disables idempotence does not spare the next.
fn idempotence_since_3_0(
    settings: &Settings,
    config: &mut ProducerConfig,
    notices: &mut Vec<Notice>,
) -> Result<(), ScriptError> {
    let explicit = settings.is_given("enable.idempotence");
    let mut disabled = Vec::new();
    if config.enable_idempotence {
        if config.retries == 0 {
            if explicit {
                return Err(settings.error(&["retries", "enable.idempotence"], NO_RETRIES));
            }
            let message = "Idempotence will be disabled because retries is set to 0.";
            disabled.push((&["retries"] as About, message.to_owned()));
        }
        if config.acks != Acks::All {
            if explicit {
                return Err(settings.error(&["acks", "enable.idempotence"], NOT_ALL));
            }
            let acks = if config.acks == Acks::None { 0 } else { 1 };
            let message = format!(
                "Idempotence will be disabled because acks is set to {acks}, not set to 'all'."
            );
            disabled.push((&["acks"], message));
        }
        let in_flight = config.max_in_flight_requests_per_connection;
        if in_flight > MOST_IN_FLIGHT {
            if settings.version.since(4, 0) {
                return Err(settings.error(IN_FLIGHT, format!(
                    "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is {in_flight}."
                )));
            }
            if explicit {
                return Err(settings.error(IN_FLIGHT, TOO_MANY_IN_FLIGHT));
            }
            disabled.push((IN_FLIGHT, format!(
                "Idempotence will be disabled because max.in.flight.requests.per.connection is set to {in_flight}, which is greater than 5. Please note that in v4.0.0 and onward, this will become an error."
            )));
        }
    }
    if !disabled.is_empty() {
        config.enable_idempotence = false;
        let told = |(about, message)| settings.notice(about, message);
        notices.extend(disabled.into_iter().map(told));
    }
    if config.transactional_id.is_some() && !config.enable_idempotence {
        return Err(settings.error(&["enable.idempotence", "transactional.id"], NO_IDEMPOTENCE));
    }
    Ok(())
}

const NO_RETRIES: &str = "Must set retries to non-zero when using the idempotent producer.";
const NOT_ALL: &str = "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.";
const NO_IDEMPOTENCE: &str = "Cannot set a transactional.id without also enabling idempotence.";
const TOO_MANY_IN_FLIGHT: &str =
    "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.";
const MORE_THAN_ONE_IN_FLIGHT: &str = "Must set max.in.flight.requests.per.connection to 1 in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.";

/// The `configure…` methods of the `KafkaProducer` of those versions: idempotence is off unless
/// asked for, and then brings with it what it needs.
fn idempotence_before_3_0(
    settings: &Settings,
    config: &mut ProducerConfig,
    notices: &mut Vec<Notice>,
) -> Result<(), ScriptError> {
    if config.transactional_id.is_some() {
        if settings.is_given("enable.idempotence") && !config.enable_idempotence {
            return Err(settings.error(&["enable.idempotence", "transactional.id"], NO_IDEMPOTENCE));
        }
        config.enable_idempotence = true;
    }
    if !config.enable_idempotence {
        return Ok(());
    }
    if !settings.is_given("retries") && config.retries == 0 {
        config.retries = 2_147_483_647;
        notices.push(settings.notice(
            &["enable.idempotence"],
            "Overriding the default retries config to the recommended value of 2147483647 since the idempotent producer is enabled.",
        ));
    }
    if config.retries == 0 {
        return Err(settings.error(&["retries", "enable.idempotence"], NO_RETRIES));
    }
    let most = if settings.version.since(1, 0) { MOST_IN_FLIGHT } else { 1 };
    if config.max_in_flight_requests_per_connection > most {
        if most > 1 {
            return Err(settings.error(IN_FLIGHT, TOO_MANY_IN_FLIGHT));
        }
        if settings.is_given("max.in.flight.requests.per.connection") {
            return Err(settings.error(IN_FLIGHT, MORE_THAN_ONE_IN_FLIGHT));
        }
        config.max_in_flight_requests_per_connection = 1;
        notices.push(settings.notice(
            &["enable.idempotence"],
            "Overriding the default max.in.flight.requests.per.connection to 1 since idempotence is enabled.",
        ));
    }
    if config.acks != Acks::All {
        if settings.is_given("acks") {
            return Err(settings.error(&["acks", "enable.idempotence"], NOT_ALL));
        }
        config.acks = Acks::All;
        let message = "Overriding the default acks to all since idempotence is enabled.";
        notices.push(settings.notice(&["enable.idempotence"], message));
    }
    Ok(())
}

fn transactions(
    settings: &Settings,
    config: &ProducerConfig,
    broker: &BrokerConfig,
) -> Result<(), ScriptError> {
    if config.transaction_two_phase_commit_enable && settings.is_given("transaction.timeout.ms") {
        return Err(settings.error(&["transaction.timeout.ms", "transaction.two.phase.commit.enable"], "Cannot set transaction.timeout.ms when transaction.two.phase.commit.enable is set to true. Transactions will not expire with two-phase commit enabled."));
    }
    // InvalidTxnTimeoutException; the broker says so when the producer initializes.
    let timeout_us = config.transaction_timeout_us;
    if config.transactional_id.is_some() && timeout_us > broker.transaction_max_timeout_us {
        return Err(settings.error(&["transaction.timeout.ms", "transaction.max.timeout.ms"], "The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms)."));
    }
    Ok(())
}

/// `KafkaProducer.configureDeliveryTimeout`.
fn delivery_timeout(
    settings: &Settings,
    config: &mut ProducerConfig,
    notices: &mut Vec<Notice>,
) -> Result<(), ScriptError> {
    const INT_MAX_US: u64 = 2_147_483_647_000;
    let linger_us = config.linger_us.min(INT_MAX_US);
    let least_us = linger_us.saturating_add(config.request_timeout_us).min(INT_MAX_US);
    if config.delivery_timeout_us >= least_us {
        return Ok(());
    }
    let message =
        "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms";
    const ABOUT: About = &["delivery.timeout.ms", "linger.ms", "request.timeout.ms"];
    if settings.is_given("delivery.timeout.ms") {
        return Err(settings.error(ABOUT, message));
    }
    config.delivery_timeout_us = least_us;
    notices.push(settings.notice(ABOUT, format!("{message}. Setting it to {}.", least_us / 1_000)));
    Ok(())
}

fn partitioner(settings: &Settings, config: &mut ProducerConfig) -> Result<(), ScriptError> {
    let class = settings.text("partitioner.class");
    if Partitioner::named(&class, settings.version).is_none() {
        let message = format!(
            "partitioner.class {class} is not one of those that the model knows in Kafka {}",
            settings.version
        );
        return Err(settings.error(&["partitioner.class"], message));
    }
    // These two never look at the key.
    if class.ends_with("RoundRobinPartitioner") || class.ends_with("UniformStickyPartitioner") {
        config.partitioner_ignore_keys = true;
    }
    Ok(())
}

/// Reads the settings of the brokers (`KafkaConfig.validateValues`).
pub(super) fn broker(
    settings: &Settings,
    notices: &mut Vec<Notice>,
) -> Result<BrokerConfig, ScriptError> {
    let config = BrokerConfig::of(settings);
    if config.replica_fetch_wait_max_us > config.replica_socket_timeout_us {
        return Err(settings.error(&["replica.socket.timeout.ms", "replica.fetch.wait.max.ms"], "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts"));
    }
    if config.replica_fetch_wait_max_us > config.replica_lag_time_max_us {
        return Err(settings.error(&["replica.fetch.wait.max.ms", "replica.lag.time.max.ms"], "replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR"));
    }
    cleanup_policy(settings, &["log.cleanup.policy"])?;
    if settings.is_given("log.flush.interval.ms") {
        flusher_runs(settings, &config, &["log.flush.interval.ms"], notices);
    }
    Ok(config)
}

/// `flush.ms` is looked at by a task that, by default, runs once after the start and never again.
pub(super) fn flusher_runs(
    settings: &Settings,
    broker: &BrokerConfig,
    about: About,
    notices: &mut Vec<Notice>,
) {
    if broker.log_flush_scheduler_interval_us == u64::MAX {
        let message =
            format!("{} has no effect unless log.flush.scheduler.interval.ms is set", about[0]);
        notices.push(settings.notice(about, message));
    }
}

/// `ValidList.in("compact", "delete")`.
pub(super) fn cleanup_policy(settings: &Settings, about: About) -> Result<(), ScriptError> {
    let name = about[0];
    let known = |word: &&String| matches!(word.as_str(), "compact" | "delete");
    match settings.words(name).iter().find(|word| !known(word)) {
        Some(word) => Err(settings.error(about, format!(
            "Invalid value {word} for configuration {name}: String must be one of: compact, delete"
        ))),
        None => Ok(()),
    }
}

/// Whether a partition with so many replicas can ever have enough of them in sync.
pub(super) fn min_isr(min_insync_replicas: u32, replicas: usize, rules: Rules) -> Option<String> {
    let replicas = u32::try_from(replicas).unwrap_or(u32::MAX);
    if min_insync_replicas <= replicas {
        return None;
    }
    let beginning =
        format!("min.insync.replicas is {min_insync_replicas} with {replicas} replica(s)");
    Some(if rules.caps_min_isr {
        format!("{beginning}: {replicas} counts")
    } else {
        format!("{beginning}: no send with acks=all can succeed")
    })
}

/// Kafka would not create `__consumer_offsets` at all, and every group would wait.
pub(super) fn too_few_for_offsets(factor: u32, brokers: u16) -> Notice {
    let message = format!(
        "offsets.topic.replication.factor is {factor}: Kafka would not create __consumer_offsets with {brokers} broker(s), the model gives it {brokers} replica(s)"
    );
    Notice {
        about: &["offsets.topic.replication.factor"],
        ..Notice::new("cluster.config", message)
    }
}

/// Reads a consumer's settings (`ConsumerConfig`, and what the coordinator accepts).
pub(super) fn consumer(
    settings: &Settings,
    broker: &BrokerConfig,
    notices: &mut Vec<Notice>,
) -> Result<ConsumerConfig, ScriptError> {
    let mut config = ConsumerConfig::of(settings);
    match config.group_protocol {
        GroupProtocol::Classic => classic_group(settings, &config, broker)?,
        GroupProtocol::Consumer => {
            const UNSUPPORTED: [&str; 3] =
                ["partition.assignment.strategy", "heartbeat.interval.ms", "session.timeout.ms"];
            let given = UNSUPPORTED.into_iter().filter(|name| settings.is_given(name));
            let given = given.collect::<Vec<_>>();
            if !given.is_empty() {
                let names = given.join(", ");
                let message = format!("{names} cannot be set when group.protocol=CONSUMER");
                return Err(settings.error(&UNSUPPORTED, message));
            }
        }
    }
    offset_reset(settings, &config)?;
    // InvalidConfigurationException of GroupRebalanceConfig (JoinGroupRequest.validateGroupInstanceId).
    if let Some(id) = &config.group_instance_id {
        let why = limits::check_name("Group instance id", id);
        why.map_err(|why| settings.error(&["group.instance.id"], why))?;
    }
    let backoff = (&mut config.retry_backoff_us, config.retry_backoff_max_us);
    retry_backoff(settings, backoff, notices);
    let backoff = (config.reconnect_backoff_us, &mut config.reconnect_backoff_max_us);
    reconnect_backoff(settings, backoff, notices);
    Ok(config)
}

const STRATEGY: About = &["partition.assignment.strategy"];

fn classic_group(
    settings: &Settings,
    config: &ConsumerConfig,
    broker: &BrokerConfig,
) -> Result<(), ScriptError> {
    if config.group_remote_assignor.is_some() {
        let message = "group.remote.assignor cannot be set when group.protocol=CLASSIC";
        return Err(settings.error(&["group.remote.assignor", "group.protocol"], message));
    }
    if config.heartbeat_interval_us >= config.session_timeout_us {
        return Err(settings.error(
            &["heartbeat.interval.ms", "session.timeout.ms"],
            "Heartbeat must be set lower than the session timeout",
        ));
    }
    // InvalidSessionTimeoutException; the coordinator says so when the member joins.
    let allowed = broker.group_min_session_timeout_us..=broker.group_max_session_timeout_us;
    if !allowed.contains(&config.session_timeout_us) {
        return Err(settings.error(&["session.timeout.ms", "group.min.session.timeout.ms", "group.max.session.timeout.ms"], "The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms)."));
    }
    let classes = settings.words("partition.assignment.strategy");
    if classes.is_empty() {
        return Err(settings.error(STRATEGY, "Must configure at least one partition assigner class name to partition.assignment.strategy configuration property"));
    }
    for class in classes {
        let known = match Assignor::named(class) {
            Some(Assignor::CooperativeSticky) => settings.version.since(2, 4),
            Some(Assignor::Sticky) => settings.version.since(0, 11),
            Some(_) => true,
            None => false,
        };
        if !known {
            let message = format!(
                "partition.assignment.strategy {class} is not one of those that the model knows in Kafka {}",
                settings.version
            );
            return Err(settings.error(STRATEGY, message));
        }
    }
    Ok(())
}

/// `AutoOffsetResetStrategy`.
fn offset_reset(settings: &Settings, config: &ConsumerConfig) -> Result<(), ScriptError> {
    let value = settings.text("auto.offset.reset");
    if !matches!(config.auto_offset_reset, OffsetReset::ByDuration { .. }) {
        return Ok(());
    }
    if OffsetReset::duration_us(&value).is_none() {
        return Err(settings.error(&["auto.offset.reset"], format!(
            "Invalid value `{value}` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'."
        )));
    }
    Ok(())
}

/// `ExponentialBackoff` never waits longer than its maximum, the first time included.
fn retry_backoff(
    settings: &Settings,
    (backoff_us, max_us): (&mut u64, u64),
    notices: &mut Vec<Notice>,
) {
    if settings.version.since(3, 7) && *backoff_us > max_us {
        notices.push(settings.notice(&["retry.backoff.ms", "retry.backoff.max.ms"], format!(
            "Configuration 'retry.backoff.ms' with value '{}' is greater than configuration 'retry.backoff.max.ms' with value '{}'. A static backoff with value '{}' will be applied.",
            *backoff_us / 1_000,
            max_us / 1_000,
            max_us / 1_000
        )));
        *backoff_us = max_us;
    }
}

/// `CommonClientConfigs.postProcessReconnectBackoffConfigs`.
fn reconnect_backoff(
    settings: &Settings,
    (backoff_us, max_us): (u64, &mut u64),
    notices: &mut Vec<Notice>,
) {
    let given = |name| settings.is_given(name);
    if settings.version.since(0, 11)
        && given("reconnect.backoff.ms")
        && !given("reconnect.backoff.max.ms")
    {
        *max_us = backoff_us;
        notices.push(settings.notice(
            &["reconnect.backoff.ms"],
            "Disabling exponential reconnect backoff because reconnect.backoff.ms is set, but reconnect.backoff.max.ms is not.",
        ));
    }
}
