//! A report as a table for people.

use std::io::{Result, Write};

use ackscope::model::trace::TraceEvent;
use ackscope::script::Duration;
use ackscope::verdict::Fate;
use ackscope::verdict::report::{RecordReport, Report};

use super::words;

/// Prints the whole report.
pub fn print(out: &mut impl Write, report: &Report) -> Result<()> {
    let settled = if report.settled { "settled" } else { "stopped" };
    writeln!(out, "{} (Kafka {})", report.name, report.kafka)?;
    writeln!(out, "{settled} at {}, digest {}", Duration::from_us(report.end_us), report.digest)?;
    for notice in &report.notices {
        writeln!(out, "notice: {notice}")?;
    }
    for action in &report.actions_that_never_came {
        writeln!(out, "notice: actions[{action}]: its moment never came")?;
    }
    let rows: Vec<[String; 7]> = report.records.iter().map(row).collect();
    let head = ["record", "key", "partition", "told", "stored at", "processed", "fate"];
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    writeln!(out)?;
    line(out, &widths, &head)?;
    for row in &rows {
        line(out, &widths, &row.each_ref().map(String::as_str))?;
    }
    writeln!(out)?;
    writeln!(out, "{}", sum(report))
}

/// "10 sent: 10 acked, 0 failed; 7 delivered, 3 lost": of the fates those that occurred.
fn sum(report: &Report) -> String {
    let totals = &report.totals;
    let fates = Fate::ALL.iter().map(|fate| (totals.of(*fate), fate.word()));
    let order = (report.reordered.len() as u32, "out of order");
    let fates = fates.chain([order]).filter(|(count, _)| *count > 0);
    let fates: Vec<String> = fates.map(|(count, word)| format!("{count} {word}")).collect();
    let (created, acked, failed) = (totals.created, totals.acked, totals.failed);
    format!("{created} sent: {acked} acked, {failed} failed; {}", fates.join(", "))
}

/// One event of the trace in one line.
pub fn event(event: &TraceEvent) -> String {
    let cause = event.cause.map_or_else(|| "-".to_owned(), |cause| cause.0.to_string());
    let at = Duration::from_us(event.at_us).to_string();
    format!("{:>5} {at:>12} {cause:>5} {:?}", event.id.0, event.kind)
}

fn line(out: &mut impl Write, widths: &[usize], cells: &[&str; 7]) -> Result<()> {
    let padded = cells.iter().zip(widths).map(|(cell, width)| {
        let padding = " ".repeat(width - cell.chars().count());
        // Numbers stand right.
        if cell.parse::<u64>().is_ok() {
            format!("{padding}{cell}")
        } else {
            format!("{cell}{padding}")
        }
    });
    writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())
}

fn row(record: &RecordReport) -> [String; 7] {
    let dash = || "–".to_owned();
    let stored = record.stored.iter().map(|copy| {
        let open = if copy.committed { "" } else { " uncommitted" };
        format!("{}{open} ({}×)", copy.offset, copy.brokers.len())
    });
    let stored: Vec<String> = stored.collect();
    [
        record.id.to_string(),
        record.key.clone().unwrap_or_else(dash),
        record.partition.clone().unwrap_or_else(dash),
        record.told.clone(),
        if stored.is_empty() { dash() } else { stored.join(", ") },
        record.processed.to_string(),
        words::fate(record),
    ]
}
