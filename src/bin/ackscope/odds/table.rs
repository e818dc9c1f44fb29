//! The odds as tables for people.

use std::io::{Result, Write};

use ackscope::lab::hazard::Hazard;
use ackscope::lab::odds::{ComparisonReport, Difference, Estimate, Latencies, OddsReport, Shares};
use ackscope::script::Duration;
use ackscope::verdict::biography::text::count;

/// What was run.
pub struct Head<'a> {
    /// The script's name.
    pub name: &'a str,
    /// The version of Kafka.
    pub kafka: String,
    /// What could go wrong.
    pub hazard: &'a Hazard,
    /// Faults strike before that time.
    pub within_us: u64,
    /// The seed of the first run.
    pub first: u64,
}

impl Head<'_> {
    fn print(&self, out: &mut impl Write, report: &OddsReport) -> Result<()> {
        let Self { name, kafka, hazard, within_us, first } = self;
        let last = first + report.runs.max(1) - 1;
        writeln!(out, "{name} (Kafka {kafka})")?;
        let within = rounded(*within_us);
        writeln!(out, "hazard: {hazard}; faults strike before {within}")?;
        let runs = count(report.runs);
        let records = count(report.records);
        writeln!(out, "{runs} runs (seeds {first} to {last}), {records} records")
    }
}

/// Prints the odds of one setting.
pub fn odds(out: &mut impl Write, head: &Head<'_>, report: &OddsReport) -> Result<()> {
    head.print(out, report)?;
    body(out, report)
}

/// Prints the odds of two settings and how they differ.
pub fn comparison(
    out: &mut impl Write,
    head: &Head<'_>,
    change: &str,
    report: &ComparisonReport,
) -> Result<()> {
    head.print(out, &report.first)?;
    writeln!(out, "\nAs it is")?;
    body(out, &report.first)?;
    writeln!(out, "\nWith {change}")?;
    body(out, &report.second)?;
    writeln!(out, "\nDifference, on the same seeds")?;
    let all = &report.difference;
    let head =
        ["a run with records", "more likely by", "95 % interval", "only before", "only after"];
    let mut rows = vec![head.map(str::to_owned)];
    for (name, difference) in [
        ("lost", &all.lost),
        ("duplicated", &all.duplicated),
        ("reordered", &all.reordered),
        ("ghost", &all.ghost),
        ("unavailable", &all.unavailable),
    ] {
        let Difference { only_first, only_second, per_million, low, high } = *difference;
        rows.push([
            name.to_owned(),
            signed(per_million),
            format!("{} to {}", signed(low), signed(high)),
            count(only_first),
            count(only_second),
        ]);
    }
    columns(out, &rows)
}

fn body(out: &mut impl Write, report: &OddsReport) -> Result<()> {
    let head = ["", "in a run", "95 % interval", "of the records", "95 % interval"];
    let mut rows = vec![head.map(str::to_owned)];
    let row = |name: &str, shares: &Shares| {
        let (runs, records) = (&shares.of_runs, &shares.of_records);
        [name.to_owned(), share(runs), range(runs), share(records), range(records)]
    };
    for (name, shares) in [
        ("lost", &report.lost),
        ("duplicated", &report.duplicated),
        ("reordered", &report.reordered),
        ("ghost", &report.ghost),
        ("refused", &report.refused),
        ("pending", &report.pending),
    ] {
        rows.push(row(name, shares));
    }
    let (none, stands) = (String::new(), &report.unavailable);
    rows.push(["unavailable".to_owned(), share(stands), range(stands), none.clone(), none]);
    columns(out, &rows)?;
    if report.unavailable_mean_us > 0 {
        let mean = rounded(report.unavailable_mean_us);
        writeln!(out, "a partition could not be written to for {mean} in a run, on average")?;
    }
    writeln!(out)?;
    let head = ["latency", "median", "90 %", "99 %", "99.9 %", "records"];
    let row = |name: &str, all: &Latencies| {
        let time = |us: Option<u64>| us.map_or_else(|| "–".to_owned(), rounded);
        let number = count(all.count);
        [
            name.to_owned(),
            time(all.p50_us),
            time(all.p90_us),
            time(all.p99_us),
            time(all.p999_us),
            number,
        ]
    };
    let rows = [
        head.map(str::to_owned),
        row("send to ack", &report.ack),
        row("send to processed", &report.end_to_end),
    ];
    columns(out, &rows)?;
    match &report.worst {
        None => writeln!(out, "no run did any harm"),
        Some(worst) => {
            let kinds = worst.harms.kinds().into_iter().filter(|(_, ids)| !ids.is_empty());
            let kinds: Vec<String> =
                kinds.map(|(word, ids)| format!("{} {word}", ids.len())).collect();
            writeln!(out, "worst run: seed {} ({})", worst.seed, kinds.join(", "))
        }
    }
}

/// Prints rows of cells; all but the first of a row stand right.
fn columns<const N: usize>(out: &mut impl Write, rows: &[[String; N]]) -> Result<()> {
    let length = |cell: &String| cell.chars().count();
    let width = |at: usize| rows.iter().map(|row| length(&row[at])).max().unwrap_or_default();
    let widths: Vec<usize> = (0..N).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            let padding = " ".repeat(width - length(cell));
            if at == 0 { format!("{cell}{padding}") } else { format!("{padding}{cell}") }
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// `12.3 % (11.9 to 12.8)`
pub fn interval(estimate: &Estimate) -> String {
    format!("{} ({})", share(estimate), range(estimate))
}

fn share(estimate: &Estimate) -> String {
    percent(estimate.per_million)
}

fn range(estimate: &Estimate) -> String {
    format!("{} to {}", percent(estimate.low), percent(estimate.high))
}

/// Millionths in per cent: two decimals, four below one per cent.
fn percent(millionths: u32) -> String {
    if (1..10_000).contains(&millionths) {
        return format!("0.{millionths:04} %");
    }
    let hundredths = (millionths + 50) / 100;
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn signed(millionths: i32) -> String {
    let sign = if millionths < 0 { "−" } else { "+" };
    format!("{sign}{}", percent(millionths.unsigned_abs()))
}

/// A time in three digits or so.
fn rounded(us: u64) -> String {
    let unit = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    let step = unit.into_iter().rev().find(|step| us / step >= 100).unwrap_or(1);
    Duration::from_us((us + step / 2) / step * step).to_string()
}
