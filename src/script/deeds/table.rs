//! The deeds, thing by thing.

use super::{Deed, Input, Kind};

const fn of(on: Kind, label: &'static str, does: &'static str, what: &'static str) -> Deed {
    Deed { on, label, does, what, inputs: &[], heals: false }
}

/// One of which something can be chosen.
const fn with(deed: Deed, inputs: &'static [Input]) -> Deed {
    Deed { inputs, ..deed }
}

/// One that repairs something.
const fn heals(deed: Deed) -> Deed {
    Deed { heals: true, ..deed }
}

const fn any(place: &'static str, label: &'static str) -> Input {
    Input { place, label, choices: &[] }
}

const fn one_of(
    place: &'static str,
    label: &'static str,
    choices: &'static [&'static str],
) -> Input {
    Input { place, label, choices }
}

const ENDS: &[&str] = &["brokers", "producers", "consumers", "controller"];
const CONNECTION: &[&str] = &["reset", "silent"];

const BROKER: &[Deed] = &[
    of(
        Kind::Broker,
        "Kill the process",
        "kill -9: its connections close at once. What is in the page cache survives, and is there when it is started again.",
        r#"{"crash": "$0"}"#,
    ),
    of(
        Kind::Broker,
        "Cut the power",
        "The machine goes dark, and nobody is told: connections hang until a timeout. What is not on its disk is gone.",
        r#"{"power-cut": "$0"}"#,
    ),
    of(
        Kind::Broker,
        "Stop it in order",
        "Controlled shutdown: it hands over what it leads before it goes.",
        r#"{"shutdown": "$0"}"#,
    ),
    heals(of(
        Kind::Broker,
        "Start it again",
        "The process starts, and the machine if it is off. It recovers its log, follows, and cuts off what the leader does not have.",
        r#"{"restart": "$0"}"#,
    )),
    of(
        Kind::Broker,
        "Pause the process",
        "It stands still, as in a long garbage collection; its connections stay open. After broker.session.timeout.ms it is fenced.",
        r#"{"pause": "$0"}"#,
    ),
    heals(of(
        Kind::Broker,
        "Let it go on",
        "A paused process goes on where it was.",
        r#"{"resume": "$0"}"#,
    )),
    with(
        of(
            Kind::Broker,
            "Cut its links",
            "Nothing gets through to those, in either direction. TCP keeps what is sent and delivers it when the link heals, if the connection still stands.",
            r#"{"cut": {"from": "$0", "to": "brokers"}}"#,
        ),
        &[one_of("/cut/to", "to", ENDS)],
    ),
    with(
        heals(of(
            Kind::Broker,
            "Heal its links",
            "Everything gets through again.",
            r#"{"heal": {"from": "$0", "to": "brokers"}}"#,
        )),
        &[one_of("/heal/to", "to", ENDS)],
    ),
    with(
        of(
            Kind::Broker,
            "Let its disk fail",
            "Each write to the log directory fails from now on. The broker notices with its next write, and ends with its last directory. What was not on disk is gone.",
            r#"{"fail-disk": {"broker": "$0", "directory": 1}}"#,
        ),
        &[any("/fail-disk/directory", "directory")],
    ),
    with(
        of(
            Kind::Broker,
            "Destroy its disk",
            "A disk is lost with all that it holds. The next start finds an empty one in its place.",
            r#"{"lose-disk": {"broker": "$0", "directory": 1}}"#,
        ),
        &[any("/lose-disk/directory", "directory")],
    ),
    with(
        of(
            Kind::Broker,
            "Slow its disk down",
            "Appends and fsyncs take longer from now on.",
            r#"{"slow-disk": {"broker": "$0", "append": "20ms", "fsync": "200ms"}}"#,
        ),
        &[any("/slow-disk/append", "append"), any("/slow-disk/fsync", "fsync")],
    ),
];

const PRODUCER: &[Deed] = &[
    of(
        Kind::Producer,
        "Kill the process",
        "What its RecordAccumulator holds is gone, and no callback is called any more. Requests that are on their way still arrive.",
        r#"{"crash": "$0"}"#,
    ),
    of(
        Kind::Producer,
        "close()",
        "No more records; what is buffered is still sent, for as long as the timeout of close() says.",
        r#"{"shutdown": "$0"}"#,
    ),
    heals(of(
        Kind::Producer,
        "Start it again",
        "A new producer id, sequence numbers from 0; the application goes on where its setting “on restart” says.",
        r#"{"restart": "$0"}"#,
    )),
    with(
        of(
            Kind::Producer,
            "Come back with other settings",
            "Its application commits what is in its transaction and calls close(), which sends all that is buffered; then it makes a new producer with these settings, and goes on.",
            r#"{"reconfigure": {"client": "$0", "config": {"acks": "all"}}}"#,
        ),
        &[one_of("/reconfigure/config/acks", "acks", &["all", "1", "0"])],
    ),
    of(
        Kind::Producer,
        "Pause the process",
        "It stands still; brokers and connections do not. Timeouts run on.",
        r#"{"pause": "$0"}"#,
    ),
    heals(of(
        Kind::Producer,
        "Let it go on",
        "A paused process goes on where it was.",
        r#"{"resume": "$0"}"#,
    )),
    of(
        Kind::Producer,
        "Cut it off from the brokers",
        "Nothing gets through in either direction, until the links heal.",
        r#"{"cut": {"from": "$0", "to": "brokers"}}"#,
    ),
    heals(of(
        Kind::Producer,
        "Heal its links",
        "Everything gets through again.",
        r#"{"heal": {"from": "$0", "to": "brokers"}}"#,
    )),
    of(
        Kind::Producer,
        "flush()",
        "Whatever is buffered is sent at once; the application waits until that is answered.",
        r#"{"flush": "$0"}"#,
    ),
    with(
        of(
            Kind::Producer,
            "Send one more record",
            "The application calls send() once more, now.",
            r#"{"send": {"producer": "$0", "topic": "$1", "key": "extra", "value_bytes": 100}}"#,
        ),
        &[any("/send/key", "key"), any("/send/value_bytes", "value bytes")],
    ),
    with(
        of(
            Kind::Producer,
            "Send one that is too large",
            "The application sends a record that is larger than max.request.size, and is told so at once.",
            r#"{"send": {"producer": "$0", "topic": "$1", "value_bytes": 2000000}}"#,
        ),
        &[any("/send/value_bytes", "value bytes")],
    ),
];

const CONSUMER: &[Deed] = &[
    of(
        Kind::Consumer,
        "Kill the process",
        "Positions and the records in hand are gone. What was not committed is read again, by whoever gets its partitions after session.timeout.ms.",
        r#"{"crash": "$0"}"#,
    ),
    of(
        Kind::Consumer,
        "close()",
        "It leaves its group at once; an automatic commit stores its positions once more, whatever was processed.",
        r#"{"shutdown": "$0"}"#,
    ),
    heals(of(
        Kind::Consumer,
        "Start it again",
        "It joins its group, and reads on from the committed offset.",
        r#"{"restart": "$0"}"#,
    )),
    with(
        of(
            Kind::Consumer,
            "Come back with other settings",
            "Its application finishes what poll() returned and calls close(); then it makes a new consumer with these settings, which joins the group.",
            r#"{"reconfigure": {"client": "$0", "config": {"max.poll.records": 10}}}"#,
        ),
        &[any("/reconfigure/config/max.poll.records", "max.poll.records")],
    ),
    of(
        Kind::Consumer,
        "Pause the process",
        "It stands still, heartbeats included. After session.timeout.ms the group goes on without it.",
        r#"{"pause": "$0"}"#,
    ),
    heals(of(
        Kind::Consumer,
        "Let it go on",
        "A paused process goes on where it was, perhaps no member of its group any more.",
        r#"{"resume": "$0"}"#,
    )),
    with(
        of(
            Kind::Consumer,
            "Let the application hang",
            "It works that much longer on a record; its heartbeats go on, until max.poll.interval.ms.",
            r#"{"stall": {"consumer": "$0", "for": "6min"}}"#,
        ),
        &[any("/stall/for", "for")],
    ),
    of(
        Kind::Consumer,
        "Cut it off from the brokers",
        "Nothing gets through in either direction, until the links heal.",
        r#"{"cut": {"from": "$0", "to": "brokers"}}"#,
    ),
    heals(of(
        Kind::Consumer,
        "Heal its links",
        "Everything gets through again.",
        r#"{"heal": {"from": "$0", "to": "brokers"}}"#,
    )),
];

const LINK: &[Deed] = &[
    of(
        Kind::Link,
        "Cut it",
        "Nothing gets through in either direction. TCP keeps what is sent and delivers it when the link heals, if the connection still stands.",
        r#"{"cut": {"from": "$0", "to": "$1"}}"#,
    ),
    of(
        Kind::Link,
        "Cut the way there",
        "Requests do not arrive; what comes back does.",
        r#"{"cut": {"from": "$0", "to": "$1", "one_way": true}}"#,
    ),
    of(
        Kind::Link,
        "Cut the way back",
        "Requests arrive and are done; answers do not.",
        r#"{"cut": {"from": "$1", "to": "$0", "one_way": true}}"#,
    ),
    heals(of(
        Kind::Link,
        "Heal it",
        "Everything gets through again.",
        r#"{"heal": {"from": "$0", "to": "$1"}}"#,
    )),
    with(
        of(
            Kind::Link,
            "Slow it down",
            "Messages take so long from now on, one way.",
            r#"{"slow": {"from": "$0", "to": "$1", "latency": "200ms"}}"#,
        ),
        &[any("/slow/latency", "latency")],
    ),
    with(
        of(
            Kind::Link,
            "Lose the next request",
            "It never reaches the server. With reset both sides notice at once; with silent nobody does, until request.timeout.ms.",
            r#"{"lose": {"client": "$0", "server": "$1", "what": "request", "connection": "reset"}}"#,
        ),
        &[one_of("/lose/connection", "connection", CONNECTION)],
    ),
    with(
        of(
            Kind::Link,
            "Lose the next response",
            "The request is done, and the client never hears of it: it will send it again.",
            r#"{"lose": {"client": "$0", "server": "$1", "what": "response", "connection": "reset"}}"#,
        ),
        &[one_of("/lose/connection", "connection", CONNECTION)],
    ),
    of(
        Kind::Link,
        "Break the next request in the middle",
        "The client has written only a part of it: with acks=0 that is all that it can ever notice.",
        r#"{"lose": {"client": "$0", "server": "$1", "what": "write", "connection": "reset"}}"#,
    ),
    with(
        of(
            Kind::Link,
            "Lose some messages from now on",
            "So many of a million are lost, each by its own luck, and their connections with them. 0 ends it.",
            r#"{"lose-some": {"client": "$0", "server": "$1", "what": "response", "per_million": 100000, "connection": "reset"}}"#,
        ),
        &[
            one_of("/lose-some/what", "what", &["request", "response"]),
            any("/lose-some/per_million", "of a million"),
            one_of("/lose-some/connection", "connection", CONNECTION),
        ],
    ),
    with(
        of(
            Kind::Link,
            "Drop packets",
            "So many of a million packets are lost; TCP sends them again after 200 ms, 400 ms and so on. Nothing is lost, but the link is slow at times. 0 ends it.",
            r#"{"drop": {"from": "$0", "to": "$1", "per_million": 200000}}"#,
        ),
        &[any("/drop/per_million", "of a million")],
    ),
];

const TOPIC: &[Deed] = &[
    with(
        of(
            Kind::Topic,
            "Change min.insync.replicas",
            "How many replicas must be in sync for a write with acks=all, from now on (kafka-configs --alter).",
            r#"{"set": {"topic": "$0", "config": {"min.insync.replicas": 2}}}"#,
        ),
        &[any("/set/config/min.insync.replicas", "min.insync.replicas")],
    ),
    with(
        of(
            Kind::Topic,
            "Change unclean.leader.election.enable",
            "Whether a replica that was not in sync may lead when no other is left, from now on.",
            r#"{"set": {"topic": "$0", "config": {"unclean.leader.election.enable": true}}}"#,
        ),
        &[one_of("/set/config/unclean.leader.election.enable", "value", &["true", "false"])],
    ),
    with(
        of(
            Kind::Topic,
            "Change flush.messages",
            "After how many messages an append waits for an fsync, from now on; 1 is each.",
            r#"{"set": {"topic": "$0", "config": {"flush.messages": 1}}}"#,
        ),
        &[any("/set/config/flush.messages", "flush.messages")],
    ),
    with(
        of(
            Kind::Topic,
            "Add partitions",
            "The topic has so many from now on. Clients learn of it after up to metadata.max.age.ms; keys go elsewhere then.",
            r#"{"add-partitions": {"topic": "$0", "partitions": 4}}"#,
        ),
        &[any("/add-partitions/partitions", "partitions")],
    ),
];

const PARTITION: &[Deed] = &[
    of(
        Kind::Partition,
        "Delete its records",
        "Everything below the high watermark goes, as retention does with old segments, read or not.",
        r#"{"delete-records": {"topic": "$0", "partition": "%1"}}"#,
    ),
    with(
        of(
            Kind::Partition,
            "Delete its first records",
            "The log begins at that offset from now on.",
            r#"{"delete-records": {"topic": "$0", "partition": "%1", "before": 5}}"#,
        ),
        &[any("/delete-records/before", "before offset")],
    ),
];

const GROUP: &[Deed] = &[of(
    Kind::Group,
    "Let its offsets expire",
    "The committed offsets are forgotten, as after offsets.retention.minutes without members; ignored while it has some.",
    r#"{"expire-offsets": "$0"}"#,
)];

const RECORD: &[Deed] = &[of(
    Kind::Record,
    "Let its application send it again",
    "The application calls send() for the same message once more, whatever it was told.",
    r#"{"resend": "%0"}"#,
)];

const CLUSTER: &[Deed] = &[
    heals(of(
        Kind::Cluster,
        "Elect leaders uncleanly",
        "Each partition without a leader gets one, whatever its log lacks (kafka-leader-election --election-type unclean).",
        r#""elect-unclean""#,
    )),
    heals(of(
        Kind::Cluster,
        "Elect the preferred leaders",
        "Each partition goes back to the first replica of its assignment, where that is in sync.",
        r#""elect-preferred""#,
    )),
    with(
        of(
            Kind::Cluster,
            "Change min.insync.replicas of all brokers",
            "For the topics that do not say otherwise, from now on.",
            r#"{"set": {"config": {"min.insync.replicas": 2}}}"#,
        ),
        &[any("/set/config/min.insync.replicas", "min.insync.replicas")],
    ),
    with(
        of(
            Kind::Cluster,
            "Restart all brokers, one after the other",
            "A rolling restart for another setting: each stops in order and starts again, the next one when it is in sync.",
            r#"{"roll": {"config": {"replica.lag.time.max.ms": 10000}}}"#,
        ),
        &[any("/roll/config/replica.lag.time.max.ms", "replica.lag.time.max.ms")],
    ),
];

/// All of them: for each kind of thing what is done most often first.
pub const DEEDS: &[&[Deed]] =
    &[BROKER, PRODUCER, CONSUMER, LINK, TOPIC, PARTITION, GROUP, RECORD, CLUSTER];
