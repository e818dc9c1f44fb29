//! Odds that a formula gives as well.
//!
//! Messages between a producer and its only broker are lost independently of each other. What keeps
//! the attempts of a record independent trials, and those of different records apart:
//!
//! - Each message is lost by a draw of its own: the `n`-th request (or response) on the link.
//! - Only produce requests and their responses are drawn for. Connecting and fetching metadata are
//!   background, which no action loses.
//! - A lost message breaks its connection, and both sides notice at once. So an attempt fails when
//!   its message is lost and only then; no timer plays a part.
//! - Records are two seconds apart, and `n` retries take less: 100 ms of backoff each time (doubling
//!   at most, to 1 s since 3.7), and 50 ms to reconnect. So one record is under way at a time, as the
//!   only one of its batch, and no connection breaks under any other.
//!
//! Let a request be lost with probability `p`, and the response to one that arrived with `q`. An
//! attempt fails with `f = p + (1 - p) q`. There are `n + 1` attempts, each after the failure of all
//! before. Nothing is stored when all requests were lost: `p^(n+1)`.

use ackscope::lab::Odds;
use ackscope::lab::odds::Tally;
use serde_json::{Value, json};

use crate::{script, trials};

const SEEDS: u64 = 100;
const RUNS: u64 = 40;
const RECORDS: i32 = 10;

/// What a formula says of each record.
#[derive(Default)]
struct Formula {
    lost: f64,
    duplicated: f64,
    ghost: f64,
    refused: f64,
}

fn workload(style: &str, acks: u32, retries: i32) -> Value {
    json!({
        "kafka": "4.1",
        "cluster": { "brokers": 1 },
        "topics": [{ "name": "orders", "replication_factor": 1 }],
        "producers": [{
            "config": { "acks": acks, "retries": retries, "enable.idempotence": false },
            "style": style,
            "sends": [{ "topic": "orders", "count": RECORDS, "start": "1s", "every": "2s" }],
        }],
    })
}

/// The share of records and the probability of any in a run, in at least 88 of 100 seeds each. The
/// interval is one of 95 %: that fewer than 88 of 100 hold has a probability of 0.1 %.
fn agrees(name: &str, odds: &[Odds], tally: impl Fn(&Odds) -> Tally, each: f64) {
    let any = 1.0 - (1.0 - each).powi(RECORDS);
    let holding = |holds: &dyn Fn(&Odds) -> bool| odds.iter().filter(|odds| holds(odds)).count();
    let records = holding(&|odds| tally(odds).of_records(&odds.totals).holds(each));
    let runs = holding(&|odds| tally(odds).of_runs(&odds.totals).holds(any));
    assert!(
        records >= 88,
        "{name}: the share of records holds {each:.5} in {records} of 100 seeds"
    );
    assert!(runs >= 88, "{name}: the probability in a run holds {any:.5} in {runs} of 100 seeds");
}

fn check(workload: &Value, hazard: &str, formula: &Formula) {
    let trials = trials(&script(workload), hazard);
    let of_seed = |seed: u64| trials.odds(seed * RUNS..(seed + 1) * RUNS);
    let odds: Vec<Odds> = (0..SEEDS).map(of_seed).collect();
    agrees("lost", &odds, |odds| odds.lost, formula.lost);
    agrees("duplicated", &odds, |odds| odds.duplicated, formula.duplicated);
    agrees("ghost", &odds, |odds| odds.ghost, formula.ghost);
    agrees("refused", &odds, |odds| odds.refused, formula.refused);
}

/// Nobody looks at the callback: what no attempt brought to the broker is lost.
#[test]
fn requests_that_nobody_asks_after() {
    let (p, retries) = (0.4_f64, 1);
    let workload = workload("fire-and-forget", 1, retries);
    let lost = p.powi(retries + 1);
    check(&workload, "lose-request=40%", &Formula { lost, ..Formula::default() });
}

/// With `acks=0` nobody notices in time, and nothing is sent again.
#[test]
fn requests_without_acknowledgement() {
    let workload = workload("callback", 0, 5);
    check(&workload, "lose-request=7%", &Formula { lost: 0.07, ..Formula::default() });
}

/// Each attempt is appended. With `k` lost responses there are `k + 1` copies, and the last attempt
/// has no response to wait for: `n + 1` lost ones leave `n + 1` copies of a record that failed.
#[test]
fn responses_and_their_copies() {
    let (q, retries) = (0.3_f64, 2);
    let workload = workload("callback", 1, retries);
    let ghost = q.powi(retries + 1);
    let duplicated = q - ghost;
    let formula = Formula { duplicated, ghost, ..Formula::default() };
    check(&workload, "lose-response=30%", &formula);
}

/// Both. Acknowledged with the `k`-th attempt after `k - 1` that failed: once in the log if none of
/// them arrived, `p^(k-1)`, else more than once.
#[test]
fn requests_and_responses() {
    let (p, q, retries) = (0.3_f64, 0.25_f64, 2);
    let f = p + (1.0 - p) * q;
    let refused = p.powi(retries + 1);
    let ghost = f.powi(retries + 1) - refused;
    let attempts = (0..=retries).map(|failed| (f.powi(failed) - p.powi(failed)) * (1.0 - f));
    let formula = Formula { refused, ghost, duplicated: attempts.sum(), ..Formula::default() };
    let workload = workload("callback", 1, retries);
    check(&workload, "lose-request=30% lose-response=25%", &formula);
}

/// What idempotence is for: the same lost responses, and no copy.
#[test]
fn idempotence_takes_the_copies_away() {
    let mut workload = workload("callback", 1, 2);
    workload["producers"][0]["config"] = json!({ "acks": "all", "retries": 2 });
    let ghost = 0.3_f64.powi(3);
    check(&workload, "lose-response=30%", &Formula { ghost, ..Formula::default() });
}
