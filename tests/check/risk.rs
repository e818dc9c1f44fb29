//! What settings promise is what the model shows: every danger has a run, every run its danger.

use std::path::Path;
use std::sync::OnceLock;

use ackscope::lab::replay;
use ackscope::lab::risk::{Broken, Harm, Reach, Report, Risk, Semantics, small, standard};
use ackscope::script::files::{self, PropertiesFile};
use ackscope::script::{Script, Version};

fn files_of(folder: &str) -> Vec<PropertiesFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check").join(folder);
    let names = ["producer", "consumer", "server"].map(|kind| format!("{kind}.properties"));
    let read = |name: &String| {
        let text = std::fs::read_to_string(folder.join(name)).expect("the example is there");
        PropertiesFile::read(name, &text, None).expect("it can be read")
    };
    names.iter().map(read).collect()
}

fn script_of(folder: &str) -> Script {
    let files = files_of(folder);
    let (script, _) = standard(Version::new(4, 1), &files);
    let (script, problems) = files::check(&files, script);
    assert!(problems.iter().all(|p| p.level == files::Level::Warning), "{problems:?}");
    script
}

fn report_of(folder: &str) -> Report {
    Risk::new(&script_of(folder)).expect("it can be run").finish().report()
}

/// The search takes seconds: each is made once.
fn fast() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| report_of("fast"))
}

fn recommended() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| report_of("recommended"))
}

fn find<'a>(report: &'a Report, kind: &str, way: &str) -> Option<&'a Broken> {
    report.broken.iter().find(|broken| broken.harm.kind == kind && broken.harm.way == way)
}

/// Every run that a report gives does what the report says of it, and no smaller one does.
#[test]
fn each_witness_replays_to_its_harm() {
    for broken in fast().broken.iter().chain(&recommended().broken) {
        let Harm { kind, way } = &broken.harm;
        let json = broken.script.to_json();
        let script = Script::parse(&json).expect("the run can be opened");
        let replay = replay(&script).expect("and run");
        let kinds = replay.harms.kinds().into_iter().chain([("refused", &*replay.harms.reported)]);
        let harmed: Vec<u32> = kinds
            .filter(|(word, _)| word == kind)
            .flat_map(|(_, records)| records.iter().map(|id| id.0))
            .collect();
        assert!(!broken.records.is_empty(), "{kind} {way}: {:?}", broken.by);
        for record in &broken.records {
            assert!(harmed.contains(&record.id), "{kind} {way}: record {} in\n{json}", record.id);
        }
        assert_eq!(replay.end.at_us, broken.end_us, "{kind} {way}");
    }
}

/// acks=1, retries=0, auto-commit, one replica.
#[test]
fn each_danger_of_the_fast_setup_has_a_run() {
    let report = fast();
    assert_eq!(report.semantics, Semantics::None);
    assert!(report.is_harmful());
    for (kind, way, fault, danger) in [
        ("lost", "page cache", "power-cut:broker-1", "one replica, not flushed"),
        ("lost", "disk", "lose-disk:broker-1", "one replica"),
        ("ghost", "failed(NetworkException)", "lose-response:producer-1:broker-1", "retries=0"),
        ("refused", "failed(NetworkException)", "lose-request:producer-1:broker-1", "retries=0"),
        ("duplicated", "processed more than once", "crash:billing-1:5s", "auto-commit in a loop"),
        ("lost", "skipped by the consumer", "crash:billing-1:5s", "auto-commit and a worker"),
    ] {
        let broken = find(report, kind, way).unwrap_or_else(|| panic!("{danger}: no {kind} {way}"));
        let by = broken.by.iter().find(|by| by.faults == [fault]);
        let by = by.unwrap_or_else(|| panic!("{danger}: not by {fault}, but {:?}", broken.by));
        assert!(0 < by.harmful && by.harmful <= by.moments, "{danger}: {by:?}");
    }
    // A crash of the loop itself loses nothing: that takes a worker.
    let skipped = find(report, "lost", "skipped by the consumer").expect("found above");
    let mut crashes = skipped.by.iter().filter(|by| by.faults == ["crash:billing-1:5s"]);
    assert!(crashes.all(|by| by.hands_off), "{:?}", skipped.by);
}

/// acks=all means every replica that is in sync, and with min.insync.replicas=1 that can be the
/// leader alone: one that is cut off from its followers and then loses its power has acknowledged
/// what nobody else has. With two, it may not acknowledge.
#[test]
fn an_isr_of_one_is_a_danger_unless_two_are_needed() {
    let lost_by_two = |min_isr: &str| {
        let mut script = script_of("recommended");
        script.set_everywhere("min.insync.replicas", min_isr).expect("a property");
        let report = Risk::new(&script).expect("it can be run").at_most(10).finish().report();
        assert!(report.broken.iter().all(|b| b.harm.kind != "lost" || !b.is_plain()));
        let lost = report.broken.into_iter().filter(|broken| broken.harm.kind == "lost");
        let by = lost.flat_map(|broken| broken.by).map(|by| by.faults);
        by.filter(|faults| faults.len() > 1).collect::<Vec<_>>()
    };
    let cut = "cut:broker-1:broker-2+broker-3".to_owned();
    let power_cut = vec![cut, "power-cut:leader:5s".to_owned()];
    let by = lost_by_two("1");
    assert!(by.contains(&power_cut), "{by:?}");
    assert_eq!(lost_by_two("2"), Vec::<Vec<String>>::new());
}

/// acks=all, idempotence, three replicas, two of them in sync, commits after processing.
#[test]
fn the_recommended_setup_loses_nothing_while_one_thing_goes_wrong() {
    let report = recommended();
    assert_eq!(report.semantics, Semantics::AtLeastOnce);
    for broken in report.broken.iter().filter(|broken| broken.harm.kind == "lost") {
        assert!(!broken.is_plain(), "{:?} by {:?}", broken.harm, broken.by);
        assert!(broken.by.iter().all(|by| by.reach == Reach::Several), "{:?}", broken.by);
    }
    assert!(report.broken.iter().all(|broken| broken.harm.kind != "ghost"));
    // Idempotence: what is stored twice was sent again by an application, after a crash.
    if let Some(stored) = find(report, "duplicated", "stored more than once") {
        for by in &stored.by {
            assert!(by.faults.iter().all(|fault| fault.contains("producer-1")), "{by:?}");
        }
    }
}

/// At least once is not exactly once: who dies between processing and commit processes again.
#[test]
fn the_recommended_setup_processes_again_after_a_crash_of_the_consumer() {
    let again = find(recommended(), "duplicated", "processed more than once").expect("it does");
    assert!(again.by.iter().any(|by| by.faults == ["crash:billing-1:5s"]), "{:?}", again.by);
}

/// Every single fault of a broker is survived, at all moments at which there was something to break.
#[test]
fn the_recommended_setup_survives_each_broker() {
    for fault in ["crash:broker-1", "power-cut:broker-1:5s", "lose-disk:broker-1"] {
        let survived = recommended().survived.iter().find(|s| s.faults == [fault]);
        let survived = survived.unwrap_or_else(|| panic!("{fault}"));
        assert!(survived.moments > 50, "{survived:?}");
    }
}

#[test]
fn semantics_are_what_is_never_lost_and_never_duplicated() {
    use Semantics::{AtLeastOnce, AtMostOnce, ExactlyOnce, None};
    assert_eq!(Semantics::of(false, false), ExactlyOnce);
    assert_eq!(Semantics::of(true, false), AtMostOnce);
    assert_eq!(Semantics::of(false, true), AtLeastOnce);
    assert_eq!(Semantics::of(true, true), None);
    assert!(ExactlyOnce.keeps(AtLeastOnce) && ExactlyOnce.keeps(AtMostOnce));
    assert!(AtLeastOnce.keeps(AtLeastOnce) && !AtLeastOnce.keeps(ExactlyOnce));
    assert!(!AtMostOnce.keeps(AtLeastOnce) && !None.keeps(AtMostOnce));
}

/// What no file says is said to be assumed.
#[test]
fn the_workload_has_as_many_brokers_as_the_settings_ask_for() {
    let (script, assumed) = standard(Version::new(4, 1), &[]);
    assert_eq!((script.cluster.brokers, script.topics[0].replication_factor), (3, 3));
    assert!(assumed.iter().any(|text| text.contains("replication.factor")), "{assumed:?}");
    let one = "default.replication.factor=1\noffsets.topic.replication.factor=1";
    let one = PropertiesFile::read("server.properties", one, None).expect("read");
    let (script, assumed) = standard(Version::new(4, 1), &[one]);
    assert_eq!((script.cluster.brokers, script.topics[0].replication_factor), (1, 1));
    assert!(!assumed.iter().any(|text| text.contains("replication.factor")), "{assumed:?}");
}

/// The settings of a run are put to the same test as those of files.
#[test]
fn the_small_run_of_a_script_is_the_standard_one_with_its_settings() {
    for folder in ["fast", "recommended"] {
        let standard = script_of(folder);
        let mut busy = standard.clone();
        busy.producers[0].sends[0].count = 500;
        busy.actions = vec![];
        busy.topics[0].partitions = 6;
        assert_eq!(small(&busy), Some(standard), "{folder}");
    }
}

#[test]
fn each_lesson_can_be_put_to_the_test() {
    for lesson in ackscope::lessons::ALL {
        let script = Script::parse(lesson.script).expect("a script");
        let small = small(&script).expect("it is one of those that send");
        assert!(small.actions.is_empty(), "{}", lesson.id);
        assert_eq!(small.producers[0].config, script.producers[0].config, "{}", lesson.id);
    }
}
