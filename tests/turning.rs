//! The turning points of the rows of the scenario table that lose, double, reorder or belie a record:
//! each must be the step that the row's rule names. The column "failure at exact moment" of the table
//! says which; where it names a fault of the script that comes before a decision of the rule (a lost
//! response, then a retry), the decision is the turning point, and the fault must be among what the
//! fate hung on.

#[path = "model/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the model, which use the rest")]
mod support;
#[path = "rows/table.rs"]
#[allow(dead_code, reason = "shared with the table itself, which runs the rows")]
mod table;

use ackscope::lab::turning::{Decision, Harm, Hinge, Search, TurningPoint, turning_point};
use ackscope::model::ids::{Node, RecordId};
use ackscope::model::trace::{Kind, TraceEvent};
use ackscope::model::{Setup, run};
use ackscope::script::Script;
use ackscope::verdict::{Fate, Ledger};
use serde_json::{Value, json};

/// What a row expects.
struct Row {
    number: u32,
    record: u32,
    harm: Harm,
    /// The turning point: an action of the script by its place there, or a decision.
    turns: Turn,
    /// Where.
    at: &'static str,
    /// A fault of the script that the column names and that comes before it: its action.
    after: Option<u16>,
}

enum Turn {
    Action(u16),
    Decision(Decision),
}
use Turn::{Action, Decision as By};

const LOST: Harm = Harm::Lost;
const DUP: Harm = Harm::Duplicated;
const REORD: Harm = Harm::Reordered;
const GHOST: Harm = Harm::Ghost;

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // "connection dies after the socket write, before the broker reads it"
    Row { number: 1, record: 2, harm: LOST, turns: Action(0), at: "broker-1", after: None },
    // "incl. every later record written to that socket": nobody is told
    Row { number: 1, record: 3, harm: LOST, turns: By(Decision::AcksNone), at: "broker-1", after: Some(0) },
    // "leader has moved": with acks=0 it refuses and closes the connection, and nobody is told
    Row { number: 2, record: 1, harm: LOST, turns: By(Decision::AcksNone), at: "broker-1", after: Some(0) },
    Row { number: 2, record: 2, harm: LOST, turns: By(Decision::AcksNone), at: "broker-1", after: Some(0) },
    // "MESSAGE_TOO_LARGE on broker", which with acks=0 nobody hears
    Row { number: 5, record: 1, harm: LOST, turns: By(Decision::AcksNone), at: "broker-1", after: None },
    // "L process-crashes after ack, before any follower fetched it"
    Row { number: 7, record: 3, harm: LOST, turns: Action(0), at: "broker-1", after: None },
    // "F2 is earlier in assignment order": order, not length
    Row { number: 8, record: 2, harm: LOST, turns: By(Decision::AssignmentOrder), at: "controller", after: Some(0) },
    // "preferred-leader election / controlled shutdown while F1 lags"
    Row { number: 10, record: 3, harm: LOST, turns: Action(0), at: "broker-1", after: None },
    // "append done, response lost", then retried
    Row { number: 11, record: 1, harm: DUP, turns: By(Decision::SentAgain), at: "producer-1", after: Some(0) },
    // "power failure before fsync"
    Row { number: 13, record: 1, harm: LOST, turns: Action(0), at: "broker-1", after: None },
    // "L crashes after append, before ack; new L has the batch", and nothing by which to know it
    Row { number: 17, record: 1, harm: DUP, turns: By(Decision::SentAgain), at: "producer-1", after: Some(0) },
    // "connection reset, none appended": they are put back in reverse
    Row { number: 18, record: 1, harm: REORD, turns: By(Decision::SentAgain), at: "producer-1", after: Some(0) },
    // "connection reset, all three appended, acks lost"
    Row { number: 19, record: 1, harm: DUP, turns: By(Decision::SentAgain), at: "producer-1", after: Some(0) },
    // "B1 answered with a retriable error, B2 accepted"
    Row { number: 20, record: 1, harm: REORD, turns: By(Decision::SentAgain), at: "producer-1", after: Some(0) },
    // "same", with one in flight: duplicates remain possible
    Row { number: 21, record: 1, harm: DUP, turns: By(Decision::SentAgain), at: "producer-1", after: Some(0) },
    // "response lost after commit", and retries=0
    Row { number: 24, record: 1, harm: GHOST, turns: By(Decision::GaveUp), at: "producer-1", after: Some(0) },
    // "delivery.timeout.ms expires while the request is at the broker"
    Row { number: 30, record: 1, harm: GHOST, turns: By(Decision::Expired), at: "producer-1", after: Some(0) },
    // "records in accumulator": the process is killed
    Row { number: 31, record: 1, harm: LOST, turns: Action(0), at: "producer-1", after: None },
    // "close(Duration.ZERO)"
    Row { number: 33, record: 1, harm: GHOST, turns: Action(0), at: "producer-1", after: None },
    // "process restarts and re-sends from its source"
    Row { number: 34, record: 1, harm: DUP, turns: By(Decision::ApplicationRepeats), at: "producer-1", after: Some(0) },
    // "app catches TimeoutException and calls send() again"
    Row { number: 35, record: 1, harm: DUP, turns: By(Decision::ApplicationRepeats), at: "producer-1", after: Some(0) },
    // "ISR drops to {L} after append": it waits, and finally TimeoutException
    Row { number: 41, record: 1, harm: GHOST, turns: By(Decision::Expired), at: "producer-1", after: Some(0) },
    // "NOT_ENOUGH_REPLICAS_AFTER_APPEND"
    Row { number: 42, record: 1, harm: GHOST, turns: By(Decision::RefusedTooFew), at: "producer-1", after: Some(0) },
    // "L's disk destroyed"
    Row { number: 44, record: 2, harm: LOST, turns: Action(2), at: "broker-1", after: None },
    // "first live replica elected when L is fenced", unclean
    Row { number: 45, record: 2, harm: LOST, turns: By(Decision::UncleanElection), at: "controller", after: Some(2) },
    // "new L sees sequence gap": the same election
    Row { number: 46, record: 2, harm: LOST, turns: By(Decision::UncleanElection), at: "controller", after: Some(2) },
    // "L isolated, client still reaches L": success for everything sent to L, with acks=1
    Row { number: 47, record: 2, harm: LOST, turns: By(Decision::AcksLeader), at: "producer-1", after: Some(0) },
    Row { number: 47, record: 3, harm: LOST, turns: By(Decision::AcksLeader), at: "producer-1", after: Some(0) },
    // "ALL brokers lose power together, tail only in page caches": the last of them
    Row { number: 50, record: 1, harm: LOST, turns: Action(2), at: "broker-3", after: Some(0) },
    // "election goes to the last re-registering ISR member"
    Row { number: 52, record: 1, harm: LOST, turns: By(Decision::CameBackFirst), at: "controller", after: Some(2) },
    // "L2 returns and leads"; ELR off
    Row { number: 53, record: 1, harm: LOST, turns: By(Decision::NotEligible), at: "controller", after: Some(2) },
    // "last known leader elected on return, unclean flag, even with unclean=false"
    Row { number: 55, record: 1, harm: LOST, turns: By(Decision::CameBackFirst), at: "controller", after: Some(2) },
    // "crash in the middle of a batch"
    Row { number: 61, record: 1, harm: DUP, turns: Action(0), at: "billing-1", after: None },
    // "crash", with records in a worker pool
    Row { number: 63, record: 3, harm: LOST, turns: Action(0), at: "billing-1", after: None },
    // "close() commits the whole returned batch"
    Row { number: 64, record: 5, harm: LOST, turns: By(Decision::CommittedUnprocessed), at: "", after: None },
    Row { number: 64, record: 6, harm: LOST, turns: By(Decision::CommittedUnprocessed), at: "", after: None },
    // "exception swallowed per record"
    Row { number: 65, record: 3, harm: LOST, turns: By(Decision::Swallowed), at: "billing-1", after: None },
    // "crash during processing"
    Row { number: 66, record: 2, harm: LOST, turns: Action(0), at: "billing-1", after: None },
    // "crash after processing, before commit"
    Row { number: 67, record: 1, harm: DUP, turns: Action(0), at: "billing-1", after: None },
    // "last one fails with retriable error, then crash"
    Row { number: 68, record: 4, harm: DUP, turns: Action(1), at: "billing-1", after: Some(0) },
    // "client left the group; partitions moved"
    Row { number: 69, record: 1, harm: DUP, turns: By(Decision::OutOfPoll), at: "billing-1", after: Some(0) },
    // "at next poll the rejoin commit fails": as 69
    Row { number: 70, record: 1, harm: DUP, turns: By(Decision::OutOfPoll), at: "billing-1", after: Some(0) },
    // "coordinator evicts"
    Row { number: 71, record: 3, harm: DUP, turns: By(Decision::Evicted), at: "billing-1", after: Some(0) },
    // "first start", with latest
    Row { number: 74, record: 1, harm: LOST, turns: By(Decision::ResetToEnd), at: "billing-1", after: None },
    // "segments deleted"
    Row { number: 76, record: 4, harm: LOST, turns: Action(1), at: "broker-1", after: None },
    // "committed offsets expired", at the group's coordinator
    Row { number: 77, record: 1, harm: DUP, turns: Action(1), at: "broker-2", after: None },
    // "no detection" of an unclean election below the position
    Row { number: 79, record: 7, harm: LOST, turns: By(Decision::UncleanElection), at: "controller", after: None },
    // "out of range", reset=latest
    Row { number: 80, record: 7, harm: LOST, turns: By(Decision::ResetToEnd), at: "billing-1", after: None },
    // "crash before processing"
    Row { number: 81, record: 4, harm: LOST, turns: Action(0), at: "billing-1", after: None },
    // "crash before commitTransaction": twice for read_uncommitted
    Row { number: 82, record: 7, harm: DUP, turns: Action(0), at: "billing-1", after: None },
    // "crash between the two commits"
    Row { number: 87, record: 1, harm: DUP, turns: Action(0), at: "billing-1", after: None },
    Row { number: 87, record: 7, harm: DUP, turns: Action(0), at: "billing-1", after: None },
    // "all replicas of data partition lose acked tail after commit"
    Row { number: 92, record: 1, harm: LOST, turns: Action(0), at: "broker-1", after: None },
];

/// A run in which to search.
struct Case {
    script: Script,
    setup: std::sync::Arc<Setup>,
    trace: Vec<TraceEvent>,
}

impl Case {
    fn of(script: &Value) -> Self {
        let (script, resolved) = Script::load(&script.to_string()).expect("a script");
        let setup = Setup::new(&script, &resolved);
        let trace = run(&setup).trace;
        Self { script, setup, trace }
    }

    fn search(&self, record: u32) -> Option<Search> {
        Search::new(&self.script, &self.setup, &self.trace, RecordId(record))
    }

    /// Everything that the fate hung on, the latest first.
    fn hinges(&self, record: u32) -> Vec<TurningPoint> {
        let mut search = self.search(record).expect("a record that came to harm");
        let mut found = Vec::new();
        while !search.is_over() {
            found.extend(search.step(u32::MAX));
        }
        found
    }

    fn place(&self, turn: &TurningPoint) -> String {
        turn.place.map_or_else(String::new, |node| self.setup.name(node))
    }
}

fn what(hinge: Hinge) -> String {
    match hinge {
        Hinge::Action(action) => format!("action {action}"),
        Hinge::Decision(decision, with) => format!("{decision:?} ({with})"),
    }
}

/// What is wrong with a row, if anything.
fn wrong(row: &Row) -> Option<String> {
    let case = Case::of(&table::script(row.number));
    let Some(search) = case.search(row.record) else { return Some("no harm".to_owned()) };
    let harm = search.harm();
    let hinges = case.hinges(row.record);
    let Some(turn) = hinges.first() else { return Some(format!("{harm:?}: no turning point")) };
    let turns = match (&row.turns, turn.hinge) {
        (Action(action), Hinge::Action(found)) => *action == found,
        (By(decision), Hinge::Decision(found, _)) => *decision == found,
        _ => false,
    };
    let after = row.after.is_none_or(|action| {
        hinges.iter().any(|hinge| hinge.hinge == Hinge::Action(action) && hinge.event <= turn.event)
    });
    let good = harm == row.harm && turns && case.place(turn) == row.at && after;
    let all: Vec<String> = hinges.iter().map(|hinge| what(hinge.hinge)).collect();
    (!good).then(|| {
        let kind = &case.trace[turn.event.index()].kind;
        format!("{harm:?} at {:?}: {} … {kind:?}", case.place(turn), all.join(", "))
    })
}

#[test]
fn each_row_turns_where_its_rule_says() {
    let wrong: Vec<String> = ROWS
        .iter()
        .filter_map(|row| {
            let wrong = wrong(row)?;
            Some(format!(
                "row {} record {}: {}",
                row.number,
                row.record,
                &wrong[..wrong.len().min(400)]
            ))
        })
        .collect();
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

/// The turning point of a record in a row with a change.
fn turn_but(number: u32, record: u32, change: impl FnOnce(&mut Value)) -> Option<Hinge> {
    let mut script = table::script(number);
    change(&mut script);
    let script = Script::parse(&script.to_string()).expect("a script");
    turning_point(&script, RecordId(record)).expect("it runs").map(|turn| turn.hinge)
}

fn decided(hinge: Option<Hinge>) -> Option<Decision> {
    match hinge? {
        Hinge::Decision(decision, _) => Some(decision),
        Hinge::Action(_) => None,
    }
}

#[test]
fn rows_whose_verdict_depends_on_a_setting_turn_there() {
    // "LOST if the app ignores callbacks", and retries=0
    let forgets = |script: &mut Value| script["producers"][0]["style"] = json!("fire-and-forget");
    assert_eq!(decided(turn_but(23, 1, forgets)), Some(Decision::GaveUp));
    // "duplicates without idem"
    let plain = |script: &mut Value| {
        script["producers"][0]["config"]["enable.idempotence"] = json!(false);
    };
    assert_eq!(decided(turn_but(39, 1, plain)), Some(Decision::SentAgain));
    // "auto.offset.reset decides: skip"
    let latest = |script: &mut Value| {
        script["groups"][0]["config"]["auto.offset.reset"] = json!("latest");
    };
    assert_eq!(decided(turn_but(77, 4, latest)), Some(Decision::ResetToEnd));
}

#[test]
fn a_rebalance_without_a_commit_turns_at_the_revocation() {
    // "manual commit only, no onPartitionsRevoked commit", "discovery" of a new partition
    for (number, fate, decision) in [
        (73, Fate::Duplicated, Decision::RevokedUncommitted),
        (75, Fate::Lost, Decision::ResetToEnd),
    ] {
        let case = Case::of(&table::script(number));
        let mut ledger = Ledger::of(&case.setup, &case.trace);
        ledger.finish();
        let record = ledger.records().find(|id| ledger.fate(*id) == fate).expect("one");
        let turn = case.search(record.0).and_then(|mut search| search.last());
        assert_eq!(decided(turn.map(|turn| turn.hinge)), Some(decision), "row {number}");
    }
}

#[test]
fn who_came_to_no_harm_has_no_turning_point() {
    for number in [14, 22, 32, 51, 56] {
        assert_eq!(turn_but(number, 1, |_| {}), None, "row {number}");
    }
}

#[test]
fn a_confirmed_change_is_what_its_own_replay_says() {
    // acks=1 and a dead leader: the crash is last; before it, acks=all would have done.
    let case = Case::of(&table::script(7));
    let hinges = case.hinges(3);
    assert_eq!(hinges[0].hinge, Hinge::Action(0));
    let acked = hinges
        .iter()
        .find(|hinge| hinge.hinge == Hinge::Decision(Decision::AcksLeader, "acks=all"));
    assert_eq!(acked.expect("the ack").instead, Fate::Delivered);
    let crash = &case.trace[hinges[0].event.index()];
    assert!(matches!(crash.kind, Kind::BrokerCrashed { .. }), "{crash:?}");
    assert_eq!(hinges[0].place, Some(Node::Broker(ackscope::model::ids::BrokerId(0))));
    assert!(hinges.windows(2).all(|pair| pair[0].event >= pair[1].event), "the latest first");
}

#[test]
fn a_search_a_little_at_a_time_finds_the_same() {
    let mut turns = 0;
    for row in ROWS {
        let case = Case::of(&table::script(row.number));
        let Some(mut search) = case.search(row.record) else { continue };
        let at_once = search.clone().last();
        let mut found = None;
        while found.is_none() && !search.is_over() {
            found = search.step(97);
            turns += 1;
        }
        assert_eq!(found, at_once, "row {}", row.number);
    }
    // Few of these runs are over after so few events.
    assert!(turns > 3 * ROWS.len(), "{turns} turns");
}
