//! The command line: what is said where, and what it exits with.

use std::path::PathBuf;
use std::process::{Command, Output};

fn ackscope(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ackscope"));
    command.args(args).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A folder of its own for a test, with these files.
fn folder(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("check").join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    folder
}

/// One record, one broker, nobody who reads: a search that takes no time.
const SMALL: &str = r#"{
    "kafka": "4.1", "cluster": { "brokers": 1 },
    "topics": [{ "name": "orders", "replication_factor": 1 }],
    "producers": [{ "on_restart": "resend-unacknowledged",
        "sends": [{ "topic": "orders", "count": 1, "start": "10ms" }] }]
}"#;

#[test]
fn what_kafka_refuses_ends_with_2_and_names_its_line() {
    let files = [("producer.properties", "acks=all\n\nlinger.ms=soon\nack=1\n"), ("a.json", SMALL)];
    let folder = folder("refused", &files);
    let file = folder.join("producer.properties").display().to_string();
    let output = ackscope(&["check", &file, "--script", &folder.join("a.json").to_string_lossy()]);
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{out}{error}");
    let refused =
        "error: Invalid value soon for configuration linger.ms: Not a number of type LONG";
    assert!(out.contains(&format!("{file}:3: {refused}")), "{out}");
    assert!(out.contains(&format!("{file}:4: warning: ack is unknown to Kafka")), "{out}");
    assert!(error.contains("1 problem"), "{error}");
}

#[test]
fn what_cannot_be_read_or_told_apart_ends_with_2() {
    let folder = folder("unclear", &[("my.properties", "request.timeout.ms=1000")]);
    let file = folder.join("my.properties").display().to_string();
    let output = ackscope(&["check", &file]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("producer=FILE"), "{}", text(&output.stderr));
    let output = ackscope(&["check", &folder.join("none.properties").to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(ackscope(&["check"]).status.code(), Some(2), "there is nothing to check");
}

#[test]
fn harm_ends_with_1_and_each_run_can_be_opened() {
    let files = [("p.properties", "# ours\nacks=1\n"), ("a.json", SMALL)];
    let folder = folder("harm", &files);
    let path = |name: &str| folder.join(name).display().to_string();
    let (script, runs) = (path("a.json"), path("runs"));
    let file = format!("producer={}", path("p.properties"));
    let output = ackscope(&["check", &file, "--script", &script, "--witness", &runs]);
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{out}{}", text(&output.stderr));
    assert!(out.contains("p.properties:2: warning: Idempotence will be disabled"), "{out}");
    let written = std::fs::read_dir(&runs).expect("the runs are there");
    let mut lost = 0;
    for entry in written.flatten() {
        let run = ackscope(&["run", &entry.path().to_string_lossy()]);
        assert_eq!(run.status.code(), Some(0), "{:?}", entry.path());
        lost += u32::from(entry.file_name() == "lost-page-cache.json");
        if entry.file_name() == "lost-page-cache.json" {
            assert!(text(&run.stdout).contains("lost (page cache)"), "{}", text(&run.stdout));
        }
    }
    assert_eq!(lost, 1, "{out}");
}

#[test]
fn a_promise_that_is_kept_ends_with_0() {
    // Nothing is sent, so nothing comes to harm.
    let idle = r#"{ "topics": [{ "name": "orders" }], "producers": [{ "sends": [] }] }"#;
    let folder = folder("kept", &[("a.json", idle), ("small.json", SMALL)]);
    let path = |name: &str| folder.join(name).display().to_string();
    let output = ackscope(&["check", "--script", &path("a.json"), "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["semantics"], "exactly-once");
    for promise in ["at-least-once", "at-most-once"] {
        let output = ackscope(&["check", "--script", &path("small.json"), "--promise", promise]);
        // One replica, not flushed; and an application that sends again.
        assert_eq!(output.status.code(), Some(1), "{promise}");
    }
}

#[test]
fn settings_are_written_as_files_that_can_be_checked() {
    let folder = folder("written", &[]);
    let out = folder.display().to_string();
    let output = ackscope(&["properties", "lesson:acks-1-leader-dies", "--all", "--output", &out]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let names = ["producer", "consumer", "server", "topic"].map(|n| format!("{n}.properties"));
    for name in names {
        let text = std::fs::read_to_string(folder.join(&name)).expect(&name);
        assert!(text.contains("# "), "{name}: defaults as comments");
    }
    let producer =
        std::fs::read_to_string(folder.join("producer.properties")).expect("it is there");
    assert!(producer.contains("\nacks=1\n") || producer.starts_with("acks=1\n"), "{producer}");
}

#[test]
fn monitoring_says_what_moved() {
    let output = ackscope(&["monitoring", "lesson:acks-1-leader-dies"]);
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        out.contains("lost ") && out.contains("FencedBrokerCount: 1 brokers instead of 0"),
        "{out}"
    );
    let output = ackscope(&["monitoring", "lesson:acks-1-leader-dies", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(
        json["series"].as_array().is_some_and(|all| all.iter().all(|s| s["points"].is_array()))
    );
}

#[test]
fn settings_become_code_with_what_the_client_cannot_be_told() {
    let script = "lesson:acks-1-leader-dies";
    let safe = ["--set", "acks=all", "--set", "max.block.ms=5000"];
    let output = ackscope(&[&["code", script, "--client", "go-franz"], &safe[..]].concat());
    let out = text(&output.stdout);
    assert!(output.status.success());
    assert!(out.contains("\tkgo.RequiredAcks(kgo.AllISRAcks()),\n"), "{out}");
    assert!(out.contains("// cannot be told max.block.ms=5000: "), "{out}");
    let refused = ["--set", "acks=0", "--set", "enable.idempotence=true"];
    let output = ackscope(&[&["code", script], &refused[..]].concat());
    assert_eq!(output.status.code(), Some(2));
}
