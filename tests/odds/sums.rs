//! The same seeds give the same odds, however the runs are shared out.

use ackscope::lab::Odds;
use ackscope::lab::odds::{Comparison, over_threads};

use crate::{lesson, trials};

#[test]
fn neither_order_nor_parts_nor_threads_change_the_odds() {
    let trials = trials(&lesson(), "script broker-pause=1/s lose-response=5%");
    let whole = trials.odds(100..180);
    assert!(whole.totals.runs == 80 && whole.lost.runs > 0 && whole.worst.is_some(), "{whole:?}");
    let parts = [150..180, 100..101, 101..101, 101..150].map(|part| trials.odds(part));
    let mut merged = Odds::default();
    parts.iter().for_each(|part| merged.merge(part));
    assert_eq!(merged, whole);
    let mut backwards = Odds::default();
    parts.iter().rev().for_each(|part| backwards.merge(part));
    assert_eq!(backwards, whole);
    for threads in [1, 2, 5] {
        let mut odds = Odds::default();
        over_threads(100..180, threads, |part| trials.odds(part), |part| odds.merge(&part));
        assert_eq!(odds, whole, "{threads} threads");
    }
    assert_ne!(trials.odds(101..181), whole);
}

#[test]
fn the_sums_are_those_of_the_runs() {
    let trials = trials(&lesson(), "script lose-response=20%");
    let odds = trials.odds(0..40);
    let runs: Vec<_> = (0..40).map(|seed| trials.run(seed)).collect();
    let all = |count: fn(&ackscope::lab::Harms) -> usize| {
        let of = runs.iter().map(|run| count(&run.replay.harms));
        (of.clone().filter(|n| *n > 0).count() as u64, of.sum::<usize>() as u64)
    };
    assert_eq!((odds.lost.runs, odds.lost.records), all(|harms| harms.lost.len()));
    assert_eq!((odds.duplicated.runs, odds.duplicated.records), all(|h| h.duplicated.len()));
    assert!(odds.lost.records > 0 && odds.duplicated.records > 0);
    assert_eq!(odds.totals.records, 400);
    let acked = runs.iter().flat_map(|run| run.replay.measures.acked_us.iter().flatten()).count();
    assert_eq!(odds.ack.count(), acked as u64);
    // The worst is the first of the worst.
    let harmed = |seed: u64| runs[seed as usize].replay.harms.harmed().len();
    let worst = odds.worst.expect("some harm");
    let most = (0..40).map(harmed).max().expect("runs");
    assert_eq!(harmed(worst.seed), most);
    assert!((0..worst.seed).all(|seed| {
        let harms = &runs[seed as usize].replay.harms;
        harmed(seed) < most || harms.lost.len() < worst.harms.lost.len()
    }));
}

#[test]
fn a_comparison_is_two_odds_and_their_pairs() {
    let first = trials(&lesson(), "script");
    let mut other = lesson();
    other.set_everywhere("acks", "all").expect("a setting");
    let second = first.with(&other).expect("it can be run");
    let whole = Comparison::of((&first, &second), 0..60);
    assert_eq!(whole.first, first.odds(0..60));
    assert_eq!(whole.second, second.odds(0..60));
    assert_eq!(whole.lost.only_first + whole.lost.both, whole.first.lost.runs);
    assert_eq!(whole.lost.only_second + whole.lost.both, whole.second.lost.runs);
    assert_eq!(whole.lost.neither + whole.lost.only_first, 60);
    let mut merged = Comparison::of((&first, &second), 30..60);
    merged.merge(&Comparison::of((&first, &second), 0..30));
    assert_eq!(merged, whole);
}
