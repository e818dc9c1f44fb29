//! `ackscope danger`, as it is called.

use std::process::{Command, Output};

use serde_json::Value;

fn ackscope(arguments: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_ackscope")).args(arguments).output();
    program.expect("it can be started")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_map_of_a_lesson_moves_its_own_fault() {
    let output = ackscope(&["danger", "lesson:acks-1-leader-dies", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let map: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(map["fault"].as_str().is_some_and(|fault| fault.starts_with("crash:broker-1:")));
    assert!(map["harmful"].as_u64() > Some(0) && map["acted"] == map["tried"], "{map}");
    let worst = map["worst"]["lost"].as_array().expect("records").len();
    let lost = |span: &Value| span["lost"].as_array().map_or(0, Vec::len);
    let most = map["spans"].as_array().expect("spans").iter().map(lost).max();
    assert_eq!(Some(worst), most);
}

#[test]
fn the_worst_moment_is_a_script_that_runs() {
    let fault = ["--fault", "crash:leader", "--set", "acks=1"];
    let map = ["danger", "lesson:acks-1-leader-dies"].iter().chain(&fault).copied();
    let output = ackscope(&map.clone().chain(["--worst", "-"]).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let script = std::env::temp_dir().join(format!("ackscope-worst-{}.json", std::process::id()));
    std::fs::write(&script, &output.stdout).expect("it can be written");
    let run = ackscope(&["run", &script.to_string_lossy(), "--json"]);
    std::fs::remove_file(&script).expect("it can be removed");
    let report: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let map = ackscope(&map.chain(["--json"]).collect::<Vec<_>>());
    let map: Value = serde_json::from_slice(&map.stdout).expect("JSON");
    let lost = map["worst"]["lost"].as_array().expect("records").len();
    assert!(lost > 0);
    assert_eq!(report["totals"]["lost"], lost);
}

#[test]
fn for_people_it_is_a_table_with_a_band() {
    let output = ackscope(&["danger", "lesson:acks-1-leader-dies"]);
    let table = text(&output.stdout);
    let band = table.lines().find(|line| line.contains("LL") && line.contains("..."));
    assert!(band.is_some_and(|band| band.len() <= 72), "{table}");
    for word in ["unavailable", "no harm", "lost 1", "narrowest", "widest", "worst"] {
        assert!(table.contains(word), "{word} is missing in\n{table}");
    }
    assert!(output.stderr.is_empty(), "nobody looks on: {}", text(&output.stderr));
}

#[test]
fn bad_input_is_refused_with_2_and_says_what_fits() {
    for (fault, why) in [
        ("explode:broker-1", "crash:WHO[:BACK]"),
        ("crash:broker-7", "they are broker-1 to broker-3"),
        ("pause", "pause:WHO[:FOR]"),
    ] {
        let output = ackscope(&["danger", "lesson:acks-1-leader-dies", "--fault", fault]);
        assert_eq!(output.status.code(), Some(2), "{fault}");
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
    }
    let list = text(&ackscope(&["danger", "lesson:acks-1-leader-dies", "--list"]).stdout);
    assert!(list.contains("power-cut:brokers:5s") && list.lines().count() > 40, "{list}");
}
