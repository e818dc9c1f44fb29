//! Biographies: the steps of known stories in their order, figures in sentences, causes, sources,
//! and the spans at risk; and the command that prints them.

#[path = "model/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the model, which use the rest")]
mod support;
#[path = "rows/table.rs"]
#[allow(dead_code, reason = "shared with the table itself, which runs the rows")]
mod table;

use std::process::{Command, Output};

use ackscope::lessons;
use ackscope::model::ids::{ConsumerId, GroupId, RecordId};
use ackscope::model::trace::Kind;
use ackscope::verdict::biography::{Biography, ENGLISH, Risky, Step, What};
use serde_json::{Value, json};
use support::{Outcome, outcome, with};

fn lesson(id: &str) -> Outcome {
    let lesson = lessons::find(id).expect("the lesson");
    outcome(&serde_json::from_str(lesson.script).expect("JSON"))
}

fn row(number: u32) -> Outcome {
    outcome(&table::script(number))
}

fn life(it: &Outcome, record: u32) -> Biography {
    Biography::of(&it.run.setup, &it.run.trace, RecordId(record), &ENGLISH)
}

fn kinds(life: &Biography) -> Vec<What> {
    life.steps.iter().map(|step| step.what).collect()
}

/// The first step of a kind.
#[track_caller]
fn step(life: &Biography, what: What) -> &Step {
    let found = life.steps.iter().find(|step| step.what == what);
    found.unwrap_or_else(|| panic!("no {what:?} in {:?}", kinds(life)))
}

/// Fails unless the sentence of a step has all of these in it.
#[track_caller]
fn says(life: &Biography, what: What, parts: &[&str]) {
    let sentence = &step(life, what).sentence;
    for part in parts {
        assert!(sentence.contains(part), "{part:?} is not in {sentence:?}");
    }
}

#[test]
fn a_record_that_died_with_its_leader_tells_how() {
    let it = lesson("acks-1-leader-dies");
    let life = life(&it, 7);
    let expected = [
        What::Created,
        What::PartitionedByKey,
        What::Batched,
        What::Lingered,
        What::Sent,
        What::Appended,
        What::AckedByLeader,
        What::CrashedAlone,
        What::Fenced,
        What::IsrShrunk,
        What::ElectedWithout,
        What::Restarted,
        What::Truncated,
    ];
    assert_eq!(kinds(&life), expected);
    // send() at 70 ms, 5 ms of linger, 1 ms of latency each way, 50 µs of append.
    says(&life, What::Created, &["key user-7", "100 bytes"]);
    says(&life, What::Lingered, &["5 ms of linger.ms=5"]);
    says(&life, What::Sent, &["broker-1", "acks=1", "1 ms"]);
    says(
        &life,
        What::Appended,
        &["broker-1", "epoch 0", "offset 6", "flush.messages=9223372036854775807"],
    );
    says(
        &life,
        What::AckedByLeader,
        &["acks=1 asks for the leader only", "broker-1 answered after 2 ms"],
    );
    says(&life, What::Fenced, &["broker.session.timeout.ms=9000"]);
    says(&life, What::ElectedWithout, &["broker-2", "epoch 1"]);
    says(&life, What::Truncated, &["broker-1", "offset 5", "offset 6"]);
    assert_eq!(step(&life, What::AckedByLeader).at_us, it.acked_us(7));
}

#[test]
fn a_record_that_arrives_passes_every_station() {
    let it = lesson("acks-1-leader-dies");
    let life = life(&it, 1);
    let stations = [
        What::Created,
        What::Batched,
        What::Lingered,
        What::Sent,
        What::Appended,
        What::SentToFollower,
        What::Replicated,
        What::FollowerAsksOn,
        What::Committed,
        What::Fetched,
        What::Polled,
        What::Processed,
        What::CommittedByTimer,
    ];
    let places: Vec<_> = stations.map(|what| step(&life, what).event).to_vec();
    assert!(places.is_sorted(), "{places:?}");
    let copies = kinds(&life).iter().filter(|what| **what == What::Replicated).count();
    assert_eq!(copies, 2, "two followers");
    says(&life, What::Committed, &["every in-sync replica has it (3)", "high watermark is 1"]);
    says(&life, What::Polled, &["max.poll.records=500", "position is 1"]);
    says(&life, What::Processed, &["3 ms after poll()"]);
    says(&life, What::CommittedByTimer, &["offset 1", "auto.commit.interval.ms=5000"]);
}

#[test]
fn settings_stand_in_the_sentences_that_they_decide() {
    let refused = life(&row(40), 1);
    says(&refused, What::TooFewReplicas, &["in-sync replicas: 1", "min.insync.replicas=2"]);
    says(&refused, What::Expired, &["2 min old", "delivery.timeout.ms=120000"]);
    let split = life(&row(26), 1);
    says(&split, What::BatchTooLarge, &["max.message.bytes=400"]);
    says(&split, What::Split, &["max.message.bytes=400"]);
    says(
        &life(&row(25), 2),
        What::TooLarge,
        &["max.request.size=1048576", "RecordTooLargeException"],
    );
    says(&life(&row(28), 3), What::Exhausted, &["max.block.ms=60000", "BufferExhaustedException"]);
    says(&life(&row(11), 1), What::Retried, &["NetworkException", "retry 1 of retries=2147483647"]);
    says(&life(&row(15), 1), What::Known, &["broker-2", "sequence 0", "offset 0"]);
    says(&life(&flusher(), 1), What::FlushedByTime, &["flush.ms=50"]);
    says(&life(&row(51), 1), What::FlushedByCount, &["flush.messages=1"]);
    says(&life(&row(69), 1), What::OutOfPoll, &["max.poll.interval.ms=300000"]);
    says(
        &life(&row(74), 1),
        What::ReaderBegins,
        &["offset 3", "auto.offset.reset=latest", "offset 0"],
    );
    says(&life(&row(24), 1), What::Failed, &["NetworkException", "retry 0 of retries=0"]);
}

#[test]
fn a_hundred_equal_retries_are_told_once() {
    let it = row(40);
    let refusals =
        it.run.trace.iter().filter(|e| matches!(e.kind, Kind::AppendRefused { .. })).count();
    let life = life(&it, 1);
    let told = kinds(&life).iter().filter(|what| **what == What::TooFewReplicas).count();
    assert!(refusals > 50 && told < 6, "{told} of {refusals}");
    // The first ones are told, then how many there were, then the last one and the end.
    let repeated = &step(&life, What::Repeated).sentence;
    let number = repeated.split(' ').find_map(|word| word.parse::<usize>().ok());
    assert_eq!(number.map(|number| number + told), Some(refusals), "{repeated}");
    assert!(step(&life, What::Repeated).event < step(&life, What::Expired).event);
}

/// The flusher runs, and `flush.ms` is over.
fn flusher() -> Outcome {
    with(json!({
        "cluster": { "config": { "log.flush.scheduler.interval.ms": 100, "log.flush.interval.ms": 50 } },
        "producers": [{ "sends": [{ "topic": "orders", "count": 1, "start": "31s" }] }],
    }))
}

/// The leader stands still with a record that it has just appended.
fn pause() -> Outcome {
    let when = json!({ "event": "appended", "record": 1 });
    with(json!({ "actions": [
        { "when": when, "do": { "pause": "broker-1" } },
        { "when": when, "after": "1s", "do": { "resume": "broker-1" } },
    ] }))
}

/// All scripts of the repository that tell a story, and two more.
fn all() -> Vec<(String, Outcome)> {
    let rows = (1..=92).map(|number| (format!("row {number}"), row(number)));
    let lessons = lessons::ALL.iter().map(|it| (it.id.to_owned(), lesson(it.id)));
    let more = [("flusher".to_owned(), flusher()), ("pause".to_owned(), pause())];
    rows.chain(lessons).chain(more).collect()
}

/// Whether a value is missing in a sentence: a place with nothing in it.
fn has_a_hole(sentence: &str) -> bool {
    let after_equals = sentence.split('=').skip(1);
    let empty = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-');
    sentence.contains("  ")
        || sentence.contains(" ,")
        || sentence.contains(['{', '}'])
        || sentence.ends_with(' ')
        || after_equals.into_iter().any(empty)
}

#[test]
fn steps_are_in_order_after_their_causes_and_have_no_holes() {
    let mut seen: Vec<What> = Vec::new();
    for (name, it) in all() {
        for record in 1..=it.run.setup.records.len() as u32 {
            let life = life(&it, record);
            assert!(life.steps.is_sorted_by_key(|step| step.event), "{name}");
            for step in &life.steps {
                let event = &it.run.trace[step.event.index()];
                assert_eq!(
                    (event.at_us, event.cause),
                    (step.at_us, step.cause),
                    "{name}: {step:?}"
                );
                assert!(step.cause.is_none_or(|cause| cause < step.event), "{name}: {step:?}");
                assert!(!has_a_hole(&step.sentence), "{name} record {record}: {:?}", step.sentence);
            }
            for what in kinds(&life) {
                if !seen.contains(&what) {
                    seen.push(what);
                }
            }
            for risk in &life.risks {
                assert!(risk.to.is_none_or(|(to, _)| risk.from <= to), "{name}: {risk:?}");
            }
        }
    }
    let unseen: Vec<What> = What::all().filter(|what| !seen.contains(what)).collect();
    assert_eq!(unseen, [], "kinds of steps that no story shows");
}

#[test]
fn an_acknowledged_record_is_at_risk_until_it_is_committed() {
    let it = lesson("acks-1-leader-dies");
    let why = Risky::AckedNotCommitted;
    for record in 1..=8 {
        let life = life(&it, record);
        let risk = life.risks.iter().find(|risk| risk.why == why).expect("a risk");
        assert_eq!(risk.from_us, it.acked_us(record));
        let end = &it.run.trace[risk.to.expect("an end").0.index()].kind;
        match it.report.records[record as usize - 1].fate.word() {
            "lost" => assert!(matches!(end, Kind::Truncated { .. }), "{end:?}"),
            _ => assert!(matches!(end, Kind::HighWatermarkAdvanced { .. }), "{end:?}"),
        }
    }
    // With acks=all the acknowledgement comes after the commit.
    let all = life(&row(14), 1);
    assert!(all.risks.iter().all(|risk| risk.why != why), "{:?}", all.risks);
}

#[test]
fn a_record_is_on_no_disk_until_one_replica_has_flushed_it() {
    let flushed = row(51);
    let risks = life(&flushed, 1).risks;
    let risk = risks.iter().find(|risk| risk.why == Risky::OnNoDisk).expect("a risk");
    assert!(risk.to.is_some_and(|(_, to_us)| to_us < flushed.acked_us(1)), "{risk:?}");
    let lost = row(50);
    let risks = life(&lost, 1).risks;
    let risk = risks.iter().find(|risk| risk.why == Risky::OnNoDisk).expect("a risk");
    let end = &lost.run.trace[risk.to.expect("an end").0.index()].kind;
    assert!(matches!(end, Kind::PageCacheLost { .. }), "the last page cache: {end:?}");
}

#[test]
fn what_poll_returned_and_a_commit_passed_is_at_risk_until_it_is_processed() {
    let it = row(63);
    let polled = Risky::PolledNotProcessed(ConsumerId(0));
    let passed = Risky::PassedNotProcessed(GroupId(0));
    for record in 1..=6 {
        let life = life(&it, record);
        let of = |why| life.risks.iter().find(|risk| risk.why == why);
        let end = of(polled).and_then(|risk| risk.to).expect("an end");
        let processed = matches!(it.run.trace[end.0.index()].kind, Kind::Processed { .. });
        assert_eq!(processed, record <= 2, "the others die with the consumer");
        // The commit covers all six; nobody ever processes the last four.
        let open = of(passed).is_some_and(|risk| risk.to.is_none());
        assert_eq!(open, record > 2, "record {record}: {:?}", life.risks);
    }
}

fn ackscope(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_ackscope");
    Command::new(program).args(arguments).output().expect("the program runs")
}

#[test]
fn the_command_tells_a_life_in_a_table_and_in_json() {
    let shown = ackscope(&["biography", "lesson:acks-1-leader-dies", "--record", "7"]);
    let text = String::from_utf8(shown.stdout).expect("text");
    assert!(shown.status.success(), "{text}");
    for part in ["record 7", "fate: lost", "turning point", "at risk", "[KafkaProducer.doSend]"] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let told = ackscope(&["biography", "lesson:acks-1-leader-dies", "--record", "7", "--json"]);
    let json: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(json["record"]["fate"], "lost");
    assert_eq!(
        (&json["turning_point"]["action"], &json["turning_point"]["instead"]),
        (&0.into(), &"delivered".into())
    );
    assert_eq!(json["steps"].as_array().map(Vec::len), Some(13));
    assert!(json["risks"][0]["from_us"].is_u64());
}

#[test]
fn an_unknown_record_and_a_missing_script_are_bad_input() {
    let none = ackscope(&["biography", "lesson:acks-1-leader-dies", "--record", "11"]);
    assert_eq!(none.status.code(), Some(2));
    let message = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(message.contains("--record 11: this script has records 1 to 10"), "{message}");
    assert_eq!(ackscope(&["biography", "no-such-file", "--record", "1"]).status.code(), Some(2));
    let help = ackscope(&["biography", "--help"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("Example:"));
}
