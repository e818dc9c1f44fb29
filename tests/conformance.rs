//! The model against recordings of real Apache Kafka clusters (`tests/conformance/`): what each
//! application was told, what each broker's log holds, how often each group processed it.
//!
//! `cargo xtask conform` runs the same scripts on real clusters; `docs/conformance.md` is made from the
//! recordings: `UPDATE_DOCS=1 cargo test --test conformance` writes it anew.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use ackscope::lessons;
use ackscope::model::Setup;
use ackscope::model::run::run;
use ackscope::script::Script;
use ackscope::verdict::report::Report;
use ackscope::verdict::{Fate, Place};
use ackscope_conform::outcome::Fates;
use ackscope_conform::page;
use ackscope_conform::recording::Recording;
use ackscope_conform::script::scripts;

/// The scripts with their recordings.
fn recorded() -> Vec<(ackscope_conform::script::Loaded, Recording)> {
    let scripts = scripts().expect("scripts");
    let with = |script: ackscope_conform::script::Loaded| {
        let recording = Recording::read(&script.name).unwrap_or_else(|error| panic!("{error}"))?;
        Some((script, recording))
    };
    scripts.into_iter().filter_map(with).collect()
}

#[test]
fn the_model_agrees_with_every_recording() {
    let mut wrong = Vec::new();
    for (script, recording) in recorded() {
        if !recording.is_certain() {
            continue;
        }
        let model = Fates::of_model(&script);
        let differences = recording.fates.differences(&model, ("Kafka", "the model"));
        if !differences.is_empty() {
            wrong.push(format!("{}\n    {}", script.name, differences.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} scripts differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn at_least_forty_rows_are_recorded_from_all_four_parts() {
    let certain = recorded().into_iter().filter(|(_, recording)| recording.is_certain());
    let rows: BTreeSet<u32> =
        certain.filter_map(|(script, _)| script.name.get(..2)?.parse().ok()).collect();
    assert!(rows.len() >= 40, "{} rows", rows.len());
    for part in [1..=37u32, 38..=60, 61..=81, 82..=92] {
        let some = rows.iter().filter(|row| part.contains(*row)).count();
        assert!(some >= 5, "{some} rows of {part:?}");
    }
}

#[test]
fn a_recording_that_does_not_agree_with_itself_is_explained() {
    let why = fs::read_to_string(page::file().with_file_name("conformance.md")).expect("the page");
    for (script, recording) in recorded() {
        let explained = why.contains(&format!("`{}` is not used", script.name));
        assert!(recording.is_certain() || explained, "{} is not explained", script.name);
        assert!(recording.repetitions >= 5, "{} was run too rarely", script.name);
    }
}

#[test]
fn every_recording_has_its_script_and_its_version() {
    let scripts: Vec<String> =
        scripts().expect("scripts").into_iter().map(|script| script.name).collect();
    let folder = ackscope_conform::script::suite();
    for entry in fs::read_dir(folder).expect("the suite").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".json").filter(|name| *name != "latency") else {
            continue;
        };
        assert!(scripts.iter().any(|script| script == name), "{name}.json has no script");
    }
    for (script, recording) in recorded() {
        let line = format!("{}.", script.setup.version);
        assert!(recording.kafka.starts_with(&line), "{}: {}", script.name, recording.kafka);
        assert_eq!(recording.script, script.name);
        let stale = "the script has changed since: cargo xtask conform --record --missing";
        assert!(recording.is_of(&script), "{}: {stale}", script.name);
        let ids: Vec<u32> = recording.fates.records.keys().copied().collect();
        assert_eq!(ids.len(), script.setup.records.len(), "{}: {ids:?}", script.name);
    }
}

/// The worst that becomes of a script's records: the fate, what the application was told, the place.
fn worst(setup: &Arc<Setup>) -> (Fate, String, Option<Place>) {
    let report = Report::of("", Vec::new(), &run(setup));
    let worst = report.records.into_iter().max_by_key(|record| record.fate).expect("a record");
    (worst.fate, worst.told, worst.place)
}

#[test]
fn what_a_lesson_shows_has_happened_on_a_real_cluster() {
    let recorded = recorded();
    for lesson in lessons::ALL {
        let name = lesson.checked.recording;
        let found = recorded.iter().find(|(script, _)| script.name == name);
        let (script, recording) = found.unwrap_or_else(|| panic!("{name} is not recorded"));
        assert!(recording.is_certain(), "{name} does not agree with itself");
        assert_eq!(recording.kafka, lesson.checked.kafka, "{name}");
        let story = Script::parse(lesson.script).expect("a script");
        let story = Setup::new(&story, &story.resolve().expect("settings"));
        assert_eq!(worst(&story), worst(&script.setup), "{} and {name}", lesson.id);
    }
}

#[test]
fn the_page_is_that_of_the_recordings() {
    let new = page::page().unwrap_or_else(|error| panic!("{error}"));
    let old = fs::read_to_string(page::file()).unwrap_or_default();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(page::file(), new).expect("the page can be written");
        return;
    }
    assert!(
        old == new,
        "docs/conformance.md is out of date: UPDATE_DOCS=1 cargo test --test conformance"
    );
}
