//! The documentation of the format holds what the code says.
//!
//! `UPDATE_DOCS=1 cargo test --test script` writes the generated parts anew.

use std::path::PathBuf;

use ackscope::script::{Script, properties};

const BEGIN: &str = "<!-- properties: begin";
const END: &str = "<!-- properties: end -->";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn check_or_update(name: &str, old: &str, new: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        // In one go, for the other tests read the page meanwhile.
        let draft = path(&format!("{name}.new"));
        std::fs::write(&draft, new).expect("the documentation can be written");
        std::fs::rename(draft, path(name)).expect("the documentation can be replaced");
        return;
    }
    assert!(old == new, "docs/{name} is out of date: UPDATE_DOCS=1 cargo test --test script");
}

fn page() -> String {
    std::fs::read_to_string(path("script.md")).expect("docs/script.md is there")
}

#[test]
fn the_page_has_the_table_of_properties() {
    let old = page();
    let (before, rest) = old.split_once(BEGIN).expect("the begin marker");
    let (marker, rest) = rest.split_once('\n').expect("a line");
    let (_, after) = rest.split_once(END).expect("the end marker");
    let table = properties::markdown();
    let new = format!("{before}{BEGIN}{marker}\n\n{table}\n{END}{after}");
    check_or_update("script.md", &old, &new);
}

#[cfg(feature = "cli")]
#[test]
fn the_schema_is_that_of_the_types() {
    let schema = schemars::schema_for!(Script);
    let new = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
    let old = std::fs::read_to_string(path("script.schema.json")).unwrap_or_default();
    check_or_update("script.schema.json", &old, &new);
}

#[test]
fn the_example_can_be_run_and_survives_writing() {
    let page = page();
    let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next());
    let example = example.expect("an example");
    let (script, resolved) = Script::load(example).expect("it can be run");
    let notices: Vec<String> = resolved.notices.iter().map(ToString::to_string).collect();
    assert_eq!(notices.len(), 1);
    assert!(page.contains(&format!("`{}`", notices[0])), "the page says: {}", notices[0]);
    assert_eq!(script.actions.len(), 2);
    assert_eq!(Script::parse(&script.to_json()).as_ref(), Ok(&script));
}

#[test]
fn the_page_names_every_event_and_commit_style() {
    let page = page();
    for wrong in [
        r#"{"topics":[],"actions":[{"when":{"event":"?"},"do":{"crash":"broker-1"}}]}"#,
        r#"{"topics":[],"groups":[{"id":"a","topics":[],"commit":"?"}]}"#,
        r#"{"topics":[],"groups":[{"id":"a","topics":[],"failure":{"records":[],"then":"?"}}]}"#,
        r#"{"topics":[],"groups":[{"id":"a","topics":[],"produces":{"producers":[],"topic":"a","offsets":"?"}}]}"#,
        r#"{"topics":[],"producers":[{"sends":[],"style":"?"}]}"#,
        r#"{"?":1}"#,
    ] {
        let error = Script::parse(wrong).expect_err("it is wrong").message;
        let (_, words) = error.split_once("there are: ").expect("a list of words");
        for word in words.split(", ") {
            assert!(page.contains(&format!("`{word}`")), "docs/script.md lacks {word}");
        }
    }
}
