//! Words that several commands use.

use ackscope::script::Duration;
use ackscope::verdict::report::RecordReport;

/// "lost (truncated): acked 87.05ms → broker-1 crashed 88.05ms → broker-2 elected 9s".
pub fn fate(record: &RecordReport) -> String {
    match (record.place, record.reason) {
        (Some(place), _) if record.causes.is_empty() => format!("{} ({place})", record.fate),
        (Some(place), _) => format!("{} ({place}): {}", record.fate, chain(record)),
        (None, Some(reason)) => format!("{} ({reason})", record.fate),
        (None, None) => record.fate.to_string(),
    }
}

/// "acked 87.05ms → broker-1 crashed 88.05ms → broker-2 elected 9s".
fn chain(record: &RecordReport) -> String {
    let links = record.causes.iter().map(|cause| {
        let who = cause.entity.as_ref().filter(|name| !name.starts_with("producer"));
        let who = who.map_or_else(String::new, |name| format!("{name} "));
        format!("{who}{} {}", cause.event, Duration::from_us(cause.at_us))
    });
    links.collect::<Vec<_>>().join(" → ")
}
