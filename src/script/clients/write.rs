//! Writes the code: first which options there are to say, then in the language of the client.

use super::option::{ANY, Form, Option as ClientOption};
use super::{Client, Code, Scope};
use crate::script::config::{Acks, ConsumerConfig, GroupProtocol, ProducerConfig};
use crate::script::knobs::plain;
use crate::script::properties::{self, Kind, Property};
use crate::script::{Group, Producer, Properties, Script, ScriptError, Version};

/// The code that makes each producer and each consumer of a script.
///
/// # Errors
/// When Kafka refuses the settings: no client shall have them.
pub fn code(script: &Script, client: Client) -> Result<Vec<Code>, ScriptError> {
    let resolved = script.resolve()?;
    let producers =
        script.producers.iter().enumerate().map(|(at, producer)| {
            of_producer(script, (at, producer), &resolved.producers[at], client)
        });
    let groups = script.groups.iter().zip(&resolved.groups);
    let groups = groups.map(|(group, known)| of_group(script, group, &known.config, client));
    Ok(producers.chain(groups).collect())
}

/// What is said, line by line, and what cannot be.
#[derive(Default)]
struct Said {
    /// Keys and values, each with whether the value is a bare word of the language.
    pairs: Vec<(String, String, bool)>,
    lines: Vec<String>,
    cannot: Vec<(String, String)>,
}

fn of_producer(
    script: &Script,
    (at, producer): (usize, &Producer),
    known: &ProducerConfig,
    client: Client,
) -> Code {
    let idempotent = known.enable_idempotence;
    let mut own = producer.config.clone();
    // What is in effect, after all that switches it off silently.
    own.retain(|name, _| name != "enable.idempotence" || client == Client::Java);
    let said = say(Scope::Producer, &own, script.kafka, client, &|name, value| {
        Ok(match name {
            "enable.idempotence" => idempotent.to_string(),
            // sarama insists on it.
            "max.in.flight.requests.per.connection" if client == Client::Sarama && idempotent => {
                "1".to_owned()
            }
            // franz-go refuses any word about it then, and has up to five.
            "max.in.flight.requests.per.connection" if client == Client::Franz && idempotent => {
                return Err("an idempotent producer has up to five, whatever is said");
            }
            "delivery.timeout.ms"
                if client.is_librdkafka()
                    && known.transactional_id.is_some()
                    && known.delivery_timeout_us > known.transaction_timeout_us =>
            {
                return Err("with transactions it ends with transaction.timeout.ms");
            }
            _ if client == Client::Java => value.to_owned(),
            // Kafka's clients adjust these to others; other clients refuse what does not fit.
            "acks" => acks(known.acks).to_owned(),
            "retries" => known.retries.to_string(),
            "max.in.flight.requests.per.connection" => {
                known.max_in_flight_requests_per_connection.to_string()
            }
            "delivery.timeout.ms" => (known.delivery_timeout_us / 1_000).to_string(),
            "retry.backoff.ms" => (known.retry_backoff_us / 1_000).to_string(),
            "reconnect.backoff.max.ms" => (known.reconnect_backoff_max_us / 1_000).to_string(),
            _ => value.to_owned(),
        })
    });
    let who = format!("producer-{}", at + 1);
    finish(Scope::Producer, who, "", script, client, said)
}

fn of_group(script: &Script, group: &Group, known: &ConsumerConfig, client: Client) -> Code {
    let topics: Vec<String> = group.topics.iter().map(|topic| format!("\"{topic}\"")).collect();
    let session_us = known.session_timeout_us;
    let classic = known.group_protocol == GroupProtocol::Classic;
    let told = known.max_poll_interval_us <= MAX_POLL_MOST_US;
    let poll_us = if told { known.max_poll_interval_us } else { MAX_POLL_DEFAULT_US };
    let short = client.is_librdkafka() && classic && poll_us < session_us;
    let said = say(Scope::Consumer, &group.config, script.kafka, client, &|name, value| {
        Ok(match name {
            "max.poll.interval.ms" if short && told => {
                return Err("it must not be less than session.timeout.ms");
            }
            "session.timeout.ms" if short && session_us > MAX_POLL_DEFAULT_US => {
                return Err("it must not be more than max.poll.interval.ms");
            }
            _ if client == Client::Java => value.to_owned(),
            "retry.backoff.ms" => (known.retry_backoff_us / 1_000).to_string(),
            "reconnect.backoff.max.ms" => (known.reconnect_backoff_max_us / 1_000).to_string(),
            _ => value.to_owned(),
        })
    });
    finish(Scope::Consumer, group.id.clone(), &topics.join(", "), script, client, said)
}

/// librdkafka's `max.poll.interval.ms`.
const MAX_POLL_DEFAULT_US: u64 = 300_000_000;
const MAX_POLL_MOST_US: u64 = 86_400_000_000;

/// A year: no wait grows longer.
const YEAR_MS: i64 = 31_536_000_000;

/// The longest time that Go can say, in milliseconds.
const GO_LONGEST_MS: i64 = i64::MAX / 1_000_000;

/// What a property's value comes to beside the others, or why a client cannot be told it.
type InEffect<'a> = &'a dyn Fn(&str, &str) -> Result<String, &'static str>;

/// What a client has to be told to do as the settings say.
fn say(
    scope: Scope,
    own: &Properties,
    version: Version,
    client: Client,
    in_effect: InEffect<'_>,
) -> Said {
    let mut said = Said::default();
    let coordinated = own.get("group.protocol").is_some_and(|value| value == "consumer");
    for property in properties::all(scope) {
        let name = property.name;
        let Some(default) = property.default(version) else { continue };
        // The coordinator has these then, and Kafka refuses them.
        let classic =
            ["session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy"];
        if coordinated && classic.contains(&name) {
            continue;
        }
        if name == "transaction.timeout.ms" && !own.contains_key("transactional.id") {
            continue;
        }
        let given = own.get(name).map(|value| written(property, value));
        let written = given.as_deref().unwrap_or(default);
        let value = match in_effect(name, written) {
            Ok(value) => value,
            Err(why) => {
                let why = given.is_some().then(|| (format!("{name}={written}"), why.to_owned()));
                said.cannot.extend(why);
                continue;
            }
        };
        if client == Client::Java {
            if given.is_some() {
                said.pairs.push((name.to_owned(), value, false));
            }
            continue;
        }
        let option = client.options().iter().find(|it| it.scope == scope && it.property == name);
        match option {
            Some(option) => tell(&mut said, option, property, &value, given.is_some(), client, own),
            None if given.is_some() && !is_part_of_another(name, client) => {
                said.cannot.push((format!("{name}={value}"), "it has no such option".to_owned()));
            }
            None => {}
        }
    }
    said
}

fn acks(acks: Acks) -> &'static str {
    match acks {
        Acks::None => "0",
        Acks::Leader => "1",
        Acks::All => "all",
    }
}

/// franz-go has one function for both.
fn is_part_of_another(name: &str, client: Client) -> bool {
    client == Client::Franz && name == "retry.backoff.max.ms"
}

/// A value as Kafka writes it.
fn written(property: &Property, value: &serde_json::Value) -> String {
    use crate::script::properties::Setting;
    match property.read(value) {
        Ok(Setting::Bool(value)) => value.to_string(),
        Ok(Setting::Number(number)) => number.to_string(),
        Ok(Setting::Text(text)) if property.name == "acks" && text == "-1" => "all".to_owned(),
        Ok(Setting::Text(text)) => text,
        Ok(Setting::List(words)) => words.join(","),
        Ok(Setting::Unset) => String::new(),
        Err(_) => plain(value),
    }
}

fn tell(
    said: &mut Said,
    option: &ClientOption,
    property: &Property,
    value: &str,
    given: bool,
    client: Client,
    own: &Properties,
) {
    let name = property.name;
    // The outer settings of the Node client meet defaults of its own that nobody writes down.
    let as_by_itself = value == option.default && !given && client != Client::Node;
    let unset = value.is_empty() && !matches!(option.form, Form::Words(..));
    if as_by_itself || unset {
        return;
    }
    let mut cannot = |why: String| {
        if given {
            said.cannot.push((format!("{name}={value}"), why));
        }
    };
    let number = value.parse::<i64>();
    let (least, most) = option.range;
    if let Ok(number) = number
        && !(least..=most).contains(&number)
        && option.range != ANY
    {
        return cannot(match (least, most) {
            (_, i64::MAX) => format!("it takes {least} at least"),
            (..=0, _) => format!("it takes {most} at most"),
            _ => format!("it takes {least} to {most}"),
        });
    }
    let bare = matches!(property.kind, Kind::Bool | Kind::Int { .. } | Kind::Long { .. });
    let time = |template: &str| {
        let first = number.clone().unwrap_or(0);
        let longest = own.get("retry.backoff.max.ms").and_then(|value| plain(value).parse().ok());
        let longest = longest.unwrap_or(1_000).clamp(first, first.max(YEAR_MS));
        // So often a wait doubles before it is the longest.
        let doublings = (0..16).find(|n| first << n >= longest).unwrap_or(16).to_string();
        let text = template.replace("{}", &go_duration(first));
        text.replace("[]", &go_duration(longest)).replace("()", &doublings)
    };
    match &option.form {
        Form::Cannot(why) => cannot((*why).to_owned()),
        Form::Key(key) => said.pairs.push(((*key).to_owned(), value.to_owned(), bare)),
        Form::Kilobytes(key) => {
            let kilobytes = number.unwrap_or(0).div_euclid(1_024).max(1);
            if kilobytes > i64::from(i32::MAX) {
                return cannot("it takes 2147483647 kB at most".to_owned());
            }
            said.pairs.push(((*key).to_owned(), kilobytes.to_string(), true));
        }
        Form::Words(key, words) => match words.iter().find(|(word, _)| *word == value) {
            Some((_, word)) => said.pairs.push(((*key).to_owned(), (*word).to_owned(), false)),
            None => cannot("it has no such value".to_owned()),
        },
        Form::Code(template) => said.lines.push(template.replace("{}", value)),
        Form::Time(_) if number.as_ref().is_ok_and(|ms| *ms > GO_LONGEST_MS) => {
            cannot("no time.Duration is that long".to_owned());
        }
        Form::Time(template) => said.lines.push(time(template)),
        Form::Quoted(template) => said.lines.push(template.replace("{}", &quoted(value))),
        Form::Lines(lines) => match lines.iter().find(|(word, _)| *word == value) {
            Some((_, "")) => {}
            Some((_, line)) => said.lines.push((*line).to_owned()),
            None => cannot("it has no such value".to_owned()),
        },
        Form::List(template, words) => {
            list(said, template, words, (name, value, given), option.default)
        }
    }
}

/// A list of classes, as far as the client has them.
fn list(
    said: &mut Said,
    template: &str,
    words: &[(&str, &str)],
    (name, value, given): (&str, &str, bool),
    default: &str,
) {
    let classes: Vec<&str> =
        value.split(',').map(|class| class.rsplit('.').next().unwrap_or(class)).collect();
    let known = |class: &&str| words.iter().find(|(word, _)| word == class).map(|(_, own)| *own);
    let mut own: Vec<&str> = classes.iter().filter_map(known).collect();
    let missing = classes.iter().filter(|class| known(class).is_none());
    let mut missing: Vec<&str> = missing.copied().collect();
    let keyed = !template.contains("{}");
    // librdkafka takes no eager strategy beside a cooperative one.
    if keyed && own.len() > 1 {
        let cooperative = own[0] == "cooperative-sticky";
        own.retain(|word| (*word == "cooperative-sticky") == cooperative);
        if own.len() < classes.len() - missing.len() {
            missing.push("cooperative and eager ones together");
        }
    }
    if given && !missing.is_empty() {
        said.cannot.push((format!("{name}={value}"), format!("it has no {}", missing.join(", "))));
    }
    let joined = own.join(if keyed { "," } else { ", " });
    if joined.is_empty() || joined == default {
        return;
    }
    match keyed {
        true => said.pairs.push((template.to_owned(), joined, false)),
        false => said.lines.push(template.replace("{}", &joined)),
    }
}

fn go_duration(ms: i64) -> String {
    match ms {
        0 => "0".to_owned(),
        _ if ms % 60_000 == 0 => format!("{}*time.Minute", ms / 60_000),
        _ if ms % 1_000 == 0 => format!("{}*time.Second", ms / 1_000),
        _ => format!("{ms}*time.Millisecond"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Where the brokers are is the application's to say.
const BOOTSTRAP: &str = "localhost:9092";

fn finish(
    scope: Scope,
    who: String,
    topics: &str,
    script: &Script,
    client: Client,
    mut said: Said,
) -> Code {
    let group = (scope == Scope::Consumer).then(|| ("group.id".to_owned(), who.clone(), false));
    said.pairs.splice(0..0, group);
    said.pairs.insert(0, ("bootstrap.servers".to_owned(), BOOTSTRAP.to_owned(), false));
    let is_producer = scope == Scope::Producer;
    let text = match client {
        Client::Java => java(is_producer, &said),
        Client::Python => python(is_producer, &said),
        Client::Rust => rust(is_producer, &said),
        Client::Node => node(is_producer, &said),
        Client::Sarama => sarama(is_producer, &who, script.kafka, &said),
        Client::Franz => franz(is_producer, &who, topics, &said),
    };
    let several = script.producers.len() > 1 && is_producer;
    let stem = match (is_producer, several) {
        (true, false) => "producer".to_owned(),
        (true, true) => who.clone(),
        (false, _) => format!("consumer-{who}"),
    };
    let remarks = client.remarks(scope).to_vec();
    Code { name: format!("{stem}.{}", client.extension()), who, text, cannot: said.cannot, remarks }
}

/// Each pair in a line of its own.
fn pairs(said: &Said, line: impl Fn(&str, &str, bool) -> String) -> String {
    said.pairs.iter().map(|(key, value, bare)| line(key, value, *bare)).collect()
}

fn java(is_producer: bool, said: &Said) -> String {
    let props =
        pairs(said, |key, value, _| format!("props.put({}, {});\n", quoted(key), quoted(value)));
    let (side, part) =
        if is_producer { ("producer", "Producer") } else { ("consumer", "Consumer") };
    let codec = if is_producer { "StringSerializer" } else { "StringDeserializer" };
    format!(
        "Properties props = new Properties();\n{props}\
         {part}<String, String> {side} = new Kafka{part}<>(props, new {codec}(), new {codec}());\n"
    )
}

fn python(is_producer: bool, said: &Said) -> String {
    let part = if is_producer { "Producer" } else { "Consumer" };
    let lines = pairs(said, |key, value, bare| {
        let value = match (bare, value) {
            (true, "true") => "True".to_owned(),
            (true, "false") => "False".to_owned(),
            (true, number) => number.to_owned(),
            (false, text) => quoted(text),
        };
        format!("    {}: {value},\n", quoted(key))
    });
    let name = part.to_lowercase();
    format!("from confluent_kafka import {part}\n\n{name} = {part}({{\n{lines}}})\n")
}

fn rust(is_producer: bool, said: &Said) -> String {
    let (module, part) =
        if is_producer { ("producer", "FutureProducer") } else { ("consumer", "StreamConsumer") };
    let lines =
        pairs(said, |key, value, _| format!("    .set({}, {})\n", quoted(key), quoted(value)));
    format!(
        "use rdkafka::config::ClientConfig;\nuse rdkafka::{module}::{part};\n\n\
         let {module}: {part} = ClientConfig::new()\n{lines}    .create()?;\n"
    )
}

fn node(is_producer: bool, said: &Said) -> String {
    let part = if is_producer { "producer" } else { "consumer" };
    let lines = pairs(said, |key, value, bare| {
        let value = match (key, value) {
            // Its types want a number here.
            ("acks", "all") => "-1".to_owned(),
            ("acks", number) => number.to_owned(),
            (_, value) if bare => value.to_owned(),
            (_, value) => quoted(value),
        };
        format!("  {}: {value},\n", quoted(key))
    });
    format!(
        "const {{ Kafka }} = require(\"@confluentinc/kafka-javascript\").KafkaJS;\n\n\
         const {part} = new Kafka().{part}({{\n{lines}}});\n"
    )
}

fn sarama(is_producer: bool, who: &str, version: Version, said: &Said) -> String {
    // Its names of old versions have four numbers.
    let version =
        if version.major == 0 { format!("{version}.2.0") } else { format!("{version}.0") };
    let lines: String = said.lines.iter().map(|line| format!("{line}\n")).collect();
    let end = match is_producer {
        // SyncProducer tells each outcome, as a callback does.
        true => format!(
            "config.Producer.Return.Successes = true\nproducer, err := sarama.NewSyncProducer([]string{{\"{BOOTSTRAP}\"}}, config)\n"
        ),
        false => format!(
            "group, err := sarama.NewConsumerGroup([]string{{\"{BOOTSTRAP}\"}}, {}, config)\n",
            quoted(who)
        ),
    };
    format!(
        "config := sarama.NewConfig()\nconfig.Version, _ = sarama.ParseKafkaVersion(\"{version}\")\n{lines}{end}"
    )
}

fn franz(is_producer: bool, who: &str, topics: &str, said: &Said) -> String {
    let lines: String = said
        .lines
        .iter()
        .flat_map(|line| line.split('\n'))
        .map(|line| format!("\t{line}\n"))
        .collect();
    let group = match is_producer {
        true => String::new(),
        false => format!("\tkgo.ConsumerGroup({}),\n\tkgo.ConsumeTopics({topics}),\n", quoted(who)),
    };
    format!("client, err := kgo.NewClient(\n\tkgo.SeedBrokers(\"{BOOTSTRAP}\"),\n{group}{lines})\n")
}
