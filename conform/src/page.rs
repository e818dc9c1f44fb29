//! `docs/conformance.md`: what was recorded, and whether the model agrees.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::outcome::{Fates, Record};
use crate::recording::{self, Recording};
use crate::script::{Loaded, scripts, suite};

const HEAD: &str = "# Checked against real Apache Kafka

Each script of [`tests/conformance/scripts`](../tests/conformance/scripts) was run on a real cluster: a \
controller and three brokers in KRaft mode, each a process of its own, driven by Kafka's Java clients, with \
the script's faults done to the real thing. What became of every record is recorded beside the scripts. \
`cargo test` holds the model to the recordings; `cargo xtask conform` runs the scripts again, and \
`cargo xtask conform --record` records them anew. This page is made from the recordings.

Compared are, for every record, what the application was told (with the class of the exception), the \
offsets that hold it at each broker (read by Kafka's own log dump tool), how often each group processed it; \
and the committed offsets of each group.

How to read an outcome: *1–2: acked, on 1 2 3, billing 1×* says that the producer's callback for records 1 \
and 2 had no exception, that the logs of brokers 1, 2 and 3 hold them when all is over, and that group \
`billing` processed each once. *2 copies* in a log are two offsets.
";

const HOW: &str = "
## How a run is made certain

- Nothing hangs on a race: a follower is cut off before the record is sent that it must not have; a client \
stops at the event that an action waits for until the action is done; what must not be read is written \
before the consumer starts.
- Every script is run at least five times, each time with fresh topics, groups and transactional ids. A \
recording whose runs did not all have one outcome is marked, explained and not used.
- Timeouts are shortened by ordinary settings, which are part of the scripts: `broker.session.timeout.ms` is \
4 s, `replica.lag.time.max.ms` 3 s.

How the faults are done:

| in a script | on the real thing |
|---|---|
| `crash`, `restart` | SIGKILL, and the process is started again |
| `shutdown` | SIGTERM (controlled shutdown); `close()` of a client |
| `pause`, `resume` | SIGSTOP, SIGCONT |
| `cut`, `heal`, `slow`, `lose` | a proxy between clients and brokers, among brokers, and between brokers and controller, which knows Kafka's frames: it loses *the next* request or response, and TCP connections break as a script says |
| `power-cut` | SIGKILL without a sign to anybody, and log files cut back to what was flushed: what was there before the script began, what `flush.messages` flushed, what Kafka's recovery points say |
| `lose-disk` | the log directory is removed, and formatted anew with the next start |
| `elect-preferred`, `elect-unclean`, `set`, `add-partitions`, `delete-records`, `expire-offsets` | Kafka's admin client, directly at the brokers |

What the harness cannot do to a real cluster: `fail-disk`, `slow-disk`, `drop`, and to lose a request that is \
only partly written.
";

/// Where the page is.
#[must_use]
pub fn file() -> PathBuf {
    suite().join("../../docs/conformance.md")
}

/// The page as the recordings have it now.
///
/// # Errors
/// Says which script or recording cannot be read.
pub fn page() -> Result<String, String> {
    let mut rows = String::new();
    let (mut recorded, mut agreed) = (0, 0);
    let mut differ = Vec::new();
    let mut uncertain = Vec::new();
    let mut versions = BTreeSet::new();
    for script in scripts()? {
        let Some(recording) = Recording::read(&script.name)? else { continue };
        let model = Fates::of_model(&script);
        let differences = recording.fates.differences(&model, ("Kafka", "the model"));
        versions.insert(recording.kafka.clone());
        recorded += 1;
        let word = match (recording.is_certain(), differences.is_empty()) {
            (false, _) => "not used",
            (true, true) => "yes",
            (true, false) => "**no**",
        };
        agreed += u32::from(word == "yes");
        if !recording.is_certain() {
            uncertain.push((script.name.clone(), recording.clone()));
        } else if !differences.is_empty() {
            differ.push((script.name.clone(), differences));
        }
        row(&mut rows, &script, &recording, &model, word);
    }
    let versions: Vec<String> = versions.into_iter().collect();
    let mut page = HEAD.to_owned();
    let _ = write!(
        page,
        "\n## The recordings\n\n{recorded} scripts, on Kafka {}; the model agrees with {agreed}.\n\n",
        versions.join(" and ")
    );
    page += "| script | Kafka | runs that agreed | what really happened | the model | agrees |\n|---|---|---|---|---|---|\n";
    page += &rows;
    page += &latencies()?;
    page += HOW;
    page += "\n## Where they differ\n\n";
    page += &differences(&differ, &uncertain);
    page += &fs::read_to_string(suite().join("corrections.md")).unwrap_or_default();
    Ok(page)
}

fn row(rows: &mut String, script: &Loaded, recording: &Recording, model: &Fates, word: &str) {
    let name = &script.name;
    let same = recording.fates == *model;
    let model = if same { "the same".to_owned() } else { outcome(model) };
    let _ = writeln!(
        rows,
        "| [{}](../tests/conformance/scripts/{name}.json) | {} | [{} of {}](../tests/conformance/{name}.json) | {} | {model} | {word} |",
        script.script.name,
        recording.kafka,
        recording.agreed,
        recording.repetitions,
        outcome(&recording.fates),
    );
}

fn differences(differ: &[(String, Vec<String>)], uncertain: &[(String, Recording)]) -> String {
    let mut text = String::new();
    if differ.is_empty() {
        text += "The model agrees with every recording that is certain.\n";
    }
    for (name, lines) in differ {
        let _ = writeln!(text, "- `{name}`: {}", lines.join("; "));
    }
    for (name, it) in uncertain {
        let _ = writeln!(
            text,
            "- `{name}` is not used: {} of {} runs had the outcome in the table.",
            it.agreed, it.repetitions
        );
    }
    text
}

/// An outcome in a cell of the table: records with one fate together.
fn outcome(fates: &Fates) -> String {
    let mut groups: Vec<(u32, u32, String)> = Vec::new();
    for (id, record) in &fates.records {
        let words = fate(record);
        match groups.last_mut() {
            Some((_, last, same)) if *last + 1 == *id && *same == words => *last = *id,
            _ => groups.push((*id, *id, words)),
        }
    }
    let lines = groups.iter().map(|(first, last, words)| match first == last {
        true => format!("{first}: {words}"),
        false => format!("{first}–{last}: {words}"),
    });
    lines.collect::<Vec<_>>().join("<br>")
}

fn fate(record: &Record) -> String {
    let brokers: Vec<&str> =
        record.stored.keys().map(|name| name.trim_start_matches("broker-")).collect();
    let copies = record.stored.values().map(BTreeSet::len).max().unwrap_or(0);
    let stored = match (brokers.is_empty(), copies) {
        (true, _) => "nowhere".to_owned(),
        (false, 1) => format!("on {}", brokers.join(" ")),
        (false, copies) => format!("{copies} copies on {}", brokers.join(" ")),
    };
    let read: Vec<String> =
        record.processed.iter().map(|(group, times)| format!("{group} {times}×")).collect();
    let read = if read.is_empty() { "not read".to_owned() } else { read.join(", ") };
    format!("{}, {stored}, {read}", record.told)
}

/// The table of latencies, if it was measured.
fn latencies() -> Result<String, String> {
    let Some(value) = recording::latencies()? else { return Ok(String::new()) };
    let mut text = String::from(
        "\n## Acknowledgement latency\n\nMedian time from `send()` to its callback, one record in flight at a time; \
what is compared is the order of magnitude and the ratio to `acks=1` without a flush. The model's machines are \
1 ms apart (there and back), its fsync takes 2 ms; the real ones are processes of one machine, behind a proxy.\n\n\
| acks | flush | real, median | 90 of 100 below | ratio | model, median | ratio |\n|---|---|---|---|---|---|---|\n",
    );
    let rows: Vec<&Value> = value["rows"].as_array().into_iter().flatten().collect();
    let base = rows.iter().find(|row| row["acks"] == "1" && row["flush"] == "never");
    let us = |row: &Value, name: &str| row[name].as_u64().unwrap_or_default();
    let (real, model) = base.map_or((1, 1), |row| (us(row, "real_us"), us(row, "model_us")));
    for row in &rows {
        let ratio = |part: u64, whole: u64| {
            let tenths = part * 10 / whole.max(1);
            format!("{}.{}", tenths / 10, tenths % 10)
        };
        let ms = |us: u64| format!("{}.{:02} ms", us / 1000, us % 1000 / 10);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            row["acks"].as_str().unwrap_or_default(),
            row["flush"].as_str().unwrap_or_default(),
            ms(us(row, "real_us")),
            ms(us(row, "real_p90_us")),
            ratio(us(row, "real_us"), real),
            ms(us(row, "model_us")),
            ratio(us(row, "model_us"), model),
        );
    }
    let kafka = value["kafka"].as_str().unwrap_or_default();
    let _ = writeln!(text, "\nKafka {kafka}, {} records each.", us(&value, "records"));
    Ok(text)
}
