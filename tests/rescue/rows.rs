//! Each row of the scenario table that harms a record: the first answer, applied, leaves no harm, or
//! nothing can help and the rules say why.

use std::fs;
use std::path::Path;

use ackscope::lab::replay;
use ackscope::script::Script;

use crate::check::{names, rescue, wrong};

/// Rows that no setting and no code can save, with the reason from the rules.
const NOTHING_HELPS: [(u32, &str); 2] = [
    // 3.6: NOT_ENOUGH_REPLICAS_AFTER_APPEND says nothing about the copy that everybody sees, and
    // with the ISR below min.insync.replicas for good every retry is refused.
    (42, "acknowledgement is missing"),
    // 4.7: what retention deletes unread is gone, whatever the consumer's settings are.
    (76, "retention.ms"),
];

/// The rows of 6.1 to 6.4 whose verdict is LOST, DUP, REORD or FAIL-UNKNOWN and whose script shows it
/// in a record's fate. Rows 32 (unknown to everyone) and 39 (DUP only without idempotence) deliver
/// everything as they are.
const HARMED: [u32; 52] = [
    1, 2, 5, 7, 8, 10, 11, 13, 17, 18, 19, 20, 21, 24, 30, 31, 33, 34, 35, 41, 42, 44, 45, 46, 47,
    50, 52, 53, 55, 61, 63, 64, 65, 66, 67, 68, 69, 70, 71, 73, 74, 75, 76, 77, 79, 80, 81, 82, 85,
    86, 87, 88,
];

/// Rows whose transactions harm only those who read what is not committed.
const HARMED_IN_TRANSACTIONS: [u32; 3] = [89, 90, 92];

/// The script of a row.
pub fn row(number: u32) -> Script {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rows");
    let prefix = format!("{number:02}-");
    let entries =
        fs::read_dir(folder).expect("the rows").map(|entry| entry.expect("a file").path());
    let named = |path: &std::path::PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        name.is_some_and(|name| name.starts_with(&prefix) && name.ends_with(".json"))
    };
    let path = entries.into_iter().find(named).unwrap_or_else(|| panic!("row {number}"));
    Script::parse(&fs::read_to_string(path).expect("a file")).expect("a script")
}

#[test]
fn the_rows_with_harm_are_those_of_the_table() {
    let harmed: Vec<u32> =
        (1..=92).filter(|number| !replay(&row(*number)).expect("a run").harms.is_none()).collect();
    let mut expected = HARMED.to_vec();
    expected.extend(HARMED_IN_TRANSACTIONS);
    assert_eq!(harmed, expected);
}

/// In parts, so that they run side by side.
fn first_answers(rows: impl Iterator<Item = u32>) {
    let mut failures = Vec::new();
    for number in rows {
        let script = row(number);
        let base = replay(&script).expect("a run");
        let found = rescue(&script);
        let reason = NOTHING_HELPS.iter().find(|(row, _)| *row == number);
        match (found.answers.first(), reason) {
            (None, Some((_, reason))) => {
                assert!(found.needs.iter().any(|need| need.contains(reason)), "{:?}", found.needs);
            }
            (Some(answer), None) => {
                let unconfirmed = wrong(&script, &base, answer);
                let harm = (!answer.leaves_no_harm()).then(|| "it leaves harm".to_owned());
                let why = unconfirmed.or(harm);
                failures.extend(why.map(|why| format!("row {number}: {:?}: {why}", names(answer))));
            }
            (answer, _) => failures.push(format!("row {number}: {:?}", answer.map(names))),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_first_answer_saves_in_the_rows_of_producers() {
    first_answers(HARMED.into_iter().filter(|row| *row < 38));
}

#[test]
fn the_first_answer_saves_in_the_rows_of_replication() {
    first_answers(HARMED.into_iter().filter(|row| (38..61).contains(row)));
}

#[test]
fn the_first_answer_saves_in_the_rows_of_consumers() {
    first_answers(HARMED.into_iter().filter(|row| (61..82).contains(row)));
}

#[test]
fn the_first_answer_saves_in_the_rows_of_transactions() {
    first_answers(HARMED.into_iter().filter(|row| *row > 81).chain(HARMED_IN_TRANSACTIONS));
}
