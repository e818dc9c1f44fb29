//! The same run everywhere: every script of the table and every lesson has the same digest
//! natively and in a browser.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::probe::Probe;

#[tokio::test]
async fn every_script_has_the_same_digest_in_a_browser() {
    let scripts = scripts();
    assert!(scripts.len() > 40, "only {} scripts were found", scripts.len());
    let probe = Probe::open().await;
    for file in scripts {
        let text = fs::read_to_string(&file).expect("a script");
        let there = probe.ask("return probe.digest(given[0]);", vec![json!(text)]).await;
        assert_eq!(there, json!(ackscope_probe::digest(&text)), "{}", file.display());
    }
    probe.close().await;
}

#[tokio::test]
async fn the_same_seeds_have_the_same_odds_in_a_browser() {
    let lesson = ackscope::lessons::find("acks-1-leader-dies").expect("the lesson").script;
    let hazard = "script broker-pause=1/s lose-response=5%";
    let probe = Probe::open().await;
    let there = probe.ask("return probe.odds(...given[0]);", vec![json!([lesson, hazard, 50])]);
    let here = ackscope_probe::odds(lesson, hazard, 50);
    assert!(here.contains("\"runs\":50"), "{here}");
    assert_eq!(there.await, json!(here));
    probe.close().await;
}

fn scripts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["tests/rows", "src/lessons"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
