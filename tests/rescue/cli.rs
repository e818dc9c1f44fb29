//! `ackscope rescue`, as it is called.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn ackscope(arguments: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_ackscope")).args(arguments).output();
    program.expect("it can be started")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn for_people_it_says_what_saves_at_which_price() {
    let output = ackscope(&["rescue", "lesson:acks-1-leader-dies"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let answers = text(&output.stdout);
    for words in [
        "3 lost: 6–8",
        "1. acks=all",
        "saves all 3, whenever the faults strike (",
        "price: ack p50",
        "producers[0].config: acks 1 → all",
    ] {
        assert!(answers.contains(words), "{words:?} is missing in\n{answers}");
    }
    assert!(output.stderr.is_empty(), "nobody looks on: {}", text(&output.stderr));
    let quiet = ackscope(&["rescue", "lesson:acks-1-leader-dies", "--set", "acks=all"]);
    assert!(text(&quiet.stdout).contains("nothing to rescue"), "{}", text(&quiet.stdout));
}

#[test]
fn as_json_it_names_changes_luck_and_differences() {
    let output = ackscope(&["rescue", "lesson:lost-acknowledgement", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let first = &found["answers"][0];
    assert_eq!(first["changes"][0]["text"], "enable.idempotence=true");
    assert_eq!(first["saves"], "all");
    assert_eq!(first["luck"]["good"], first["luck"]["tried"]);
    let settings = first["differences"].as_array().expect("a list");
    let idempotence = |d: &Value| d["name"] == "enable.idempotence" && d["after"] == "true";
    assert!(settings.iter().any(idempotence), "{settings:?}");
}

#[test]
fn an_answer_is_a_script_that_runs_without_the_harm() {
    let saved = ackscope(&["rescue", "lesson:seven-messages", "--apply", "1"]);
    assert_eq!(saved.status.code(), Some(0), "{}", text(&saved.stderr));
    let mut run = Command::new(env!("CARGO_BIN_EXE_ackscope"))
        .args(["run", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it can be started");
    let mut stdin = run.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut stdin, &saved.stdout).expect("it is read");
    drop(stdin);
    let run = run.wait_with_output().expect("it ends");
    let report: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let totals = &report["totals"];
    assert_eq!((&totals["lost"], &totals["duplicated"]), (&Value::from(0), &Value::from(0)));
}

#[test]
fn bad_input_is_refused_with_2() {
    for (arguments, words) in [
        (vec!["rescue", "no-such-file.json"], "no-such-file.json"),
        (vec!["rescue", "lesson:acks-1-leader-dies", "--set", "acks=2"], "acks"),
        (vec!["rescue", "lesson:acks-1-leader-dies", "--apply", "99"], "--apply 99"),
        (vec!["rescue", "lesson:acks-1-leader-dies", "--apply", "0"], "--apply"),
    ] {
        let output = ackscope(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(words), "{arguments:?}: {}", text(&output.stderr));
    }
}
