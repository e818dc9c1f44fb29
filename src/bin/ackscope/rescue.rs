//! `ackscope rescue`: which smallest changes would have saved the records, and at what price.

use std::io::{IsTerminal, Write};

use ackscope::lab::{Answer, Luck, Price, Rescue, Rescued, Saves};
use ackscope::script::Duration;
use ackscope::verdict::biography::text::numbers;
use clap::Args;

use super::{Failure, SourceArgs, input};

const EXAMPLE: &str = "\
Example:
  ackscope rescue lesson:acks-1-leader-dies
  ackscope rescue my-run.json --set min.insync.replicas=2 --json
  ackscope rescue my-run.json --apply 1 > saved.json";

/// Whom to rescue.
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub struct RescueArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Print the script with the changes of this answer, counted from 1, and not the answers.
    #[arg(long, value_name = "N", conflicts_with = "json", value_parser = clap::value_parser!(u16).range(1..))]
    apply: Option<u16>,
}

/// Searches and prints what was found.
pub fn rescue(args: &RescueArgs, out: &mut impl Write) -> Result<(), Failure> {
    let script = input::script(&args.source)?;
    let search = Rescue::new(&script).map_err(|error| input::failure(&args.source, &error))?;
    let found = finish(search);
    if let Some(number) = args.apply {
        let Some(answer) = found.answers.get(usize::from(number) - 1) else {
            let count = found.answers.len();
            return Err(Failure::Input(format!("--apply {number}: there are {count} answers")));
        };
        let mut saved = script.clone();
        answer.apply(&mut saved);
        writeln!(out, "{}", saved.to_json())?;
    } else if args.json {
        serde_json::to_writer_pretty(&mut *out, &found).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        print(out, &script.name, &found)?;
    }
    Ok(())
}

/// Does the whole search, and says on a terminal how far it is.
fn finish(mut search: Rescue) -> Rescued {
    let mut err = std::io::stderr();
    let tells = err.is_terminal();
    let mut told = false;
    while search.step() {
        let (done, planned) = search.progress();
        // The first hundred take no time.
        if tells && done % 100 == 0 {
            let _ = write!(err, "\r{done} of {planned} runs");
            told = true;
        }
    }
    if told {
        let _ = write!(err, "\r                              \r");
    }
    search.rescued()
}

fn print(out: &mut impl Write, name: &str, found: &Rescued) -> std::io::Result<()> {
    writeln!(out, "{name}")?;
    if found.harmed == 0 {
        return writeln!(
            out,
            "nothing to rescue: no record is lost, duplicated, reordered or a ghost"
        );
    }
    for (kind, records) in
        found.harms.kinds().into_iter().filter(|(_, records)| !records.is_empty())
    {
        writeln!(out, "{} {kind}: {}", records.len(), numbers(records))?;
    }
    for (at, answer) in (1..).zip(&found.answers) {
        writeln!(out)?;
        print_answer(out, at, answer, found)?;
    }
    if !found.needs.is_empty() {
        writeln!(out, "\nNo change that was tried saves all of them:")?;
        for need in &found.needs {
            writeln!(out, "  {need}")?;
        }
    }
    let effort = &found.effort;
    let left_out = match effort.left_out {
        0 => String::new(),
        n => format!(" ({n} left out)"),
    };
    writeln!(
        out,
        "\ntried: {} changes alone, {} in pairs{left_out}, faults at {} other moments",
        effort.singles, effort.pairs, effort.moments
    )
}

fn print_answer(
    out: &mut impl Write,
    at: u32,
    answer: &Answer,
    found: &Rescued,
) -> std::io::Result<()> {
    let changes: Vec<&str> = answer.changes.iter().map(|change| change.text).collect();
    writeln!(out, "{at}. {}", changes.join(", and "))?;
    for change in &answer.changes {
        writeln!(out, "   {}", change.why)?;
    }
    let saves = match answer.saves {
        Saves::All if found.harmed == 1 => "it".to_owned(),
        Saves::All => format!("all {}", found.harmed),
        Saves::Some { records, of } => format!("{records} of {of}"),
    };
    writeln!(out, "   saves {saves}{}", answer.luck.map(luck).unwrap_or_default())?;
    for trade in &answer.trades {
        let (from, to) = (trade.from.word(), trade.to.word());
        writeln!(out, "   but {from} → {to}: {}", numbers(&trade.records))?;
    }
    for moved in &answer.moved {
        let at = Duration::from_us(moved.at_us);
        writeln!(
            out,
            "   actions[{}] does not come by itself then: it was done at {at}",
            moved.action
        )?;
    }
    writeln!(out, "   price: {}", price(&found.price, &answer.price))?;
    for difference in &answer.differences {
        let value = |value: &Option<serde_json::Value>| match value {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "default".to_owned(),
        };
        let (before, after) = (value(&difference.before), value(&difference.after));
        writeln!(out, "   {}: {} {before} → {after}", difference.place, difference.name)?;
    }
    Ok(())
}

fn luck(luck: Luck) -> String {
    let Luck { good, tried, of } = luck;
    match tried {
        0 => String::new(),
        _ if luck.is_none() => {
            format!(", whenever the faults strike ({tried} of {of} moments tried)")
        }
        _ => format!(", by luck: at {good} of {tried} moments that were tried"),
    }
}

/// What is different.
fn price(before: &Price, after: &Price) -> String {
    let time = |us: Option<u64>| us.map_or_else(|| "–".to_owned(), |us| rounded(us).to_string());
    let times = [
        ("ack p50", before.ack_p50_us, after.ack_p50_us),
        ("ack p99", before.ack_p99_us, after.ack_p99_us),
        ("end-to-end p50", before.end_to_end_p50_us, after.end_to_end_p50_us),
        ("end-to-end p99", before.end_to_end_p99_us, after.end_to_end_p99_us),
        ("unavailable", Some(before.unavailable_us), Some(after.unavailable_us)),
    ];
    let counts = [
        ("requests", before.requests, after.requests),
        ("refused", before.refused, after.refused),
        ("pending", before.pending, after.pending),
    ];
    let times = times.into_iter().map(|(name, a, b)| (name, time(a), time(b)));
    let counts = counts.into_iter().map(|(name, a, b)| (name, a.to_string(), b.to_string()));
    let all: Vec<String> = times
        .chain(counts)
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| format!("{name} {before} → {after}"))
        .collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

/// To ten microseconds, or from a second on to ten milliseconds.
fn rounded(us: u64) -> Duration {
    let unit_us = if us < 1_000_000 { 10 } else { 10_000 };
    Duration::from_us(us / unit_us * unit_us)
}
