//! Kafka's metrics over a run, as the page draws them.

use ackscope::model::Setup;
use ackscope::model::run::run;
use ackscope::script::Script;
use ackscope::verdict::metrics::{Metrics, Series};
use serde_json::{Value, json};

use super::job::{Begun, known};
use super::promises::quantity;

/// How many points a chart has room for.
const POINTS_MAX: usize = 400;

/// All metrics of a script's run. There is nothing to wait for.
pub fn metrics(script: &Script) -> Begun {
    let resolved = script.resolve().map_err(|error| error.to_string())?;
    let setup = Setup::new(script, &resolved);
    let run = run(&setup);
    let all = Metrics::of(&setup, &run.trace).series();
    Ok(known(json!({ "series": all.iter().map(series).collect::<Vec<Value>>() })))
}

fn series(series: &Series) -> Value {
    let metric = &series.metric;
    let points = thinned(&series.points);
    let values = || series.points.iter().map(|(_, value)| *value).chain([series.at(0)]);
    let (low, high) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
    json!({
        "name": metric.name,
        "parts": parts(metric.name),
        "rate": metric.rate,
        "of": series.of,
        "source": metric.source,
        "says": metric.says,
        "counts": metric.counts,
        "low": low,
        "high": high,
        // From and to are the same: nothing ever changes.
        "flat": low == high,
        "from_us": points.iter().map(|(us, _)| *us).collect::<Vec<u64>>(),
        "values": points.iter().map(|(_, value)| *value).collect::<Vec<i64>>(),
        "texts": points.iter().map(|(_, value)| quantity(*value, metric.unit)).collect::<Vec<String>>(),
    })
}

/// Where a name may be broken: before its capitals, and after its hyphens.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before = '-';
    for c in name.chars() {
        if before == '-' || (c.is_ascii_uppercase() && before.is_ascii_lowercase()) {
            parts.push(String::new());
        }
        parts.last_mut().expect("there is one").push(c);
        before = c;
    }
    parts
}

/// At most so many of the points: of neighbours the one that is farthest from the one before.
fn thinned(points: &[(u64, i64)]) -> Vec<(u64, i64)> {
    let chunk = points.len().div_ceil(POINTS_MAX).max(1);
    let mut before = 0;
    let farthest = |chunk: &[(u64, i64)]| {
        let point = chunk.iter().copied().max_by_key(|(_, value)| value.abs_diff(before))?;
        before = point.1;
        Some(point)
    };
    points.chunks(chunk).filter_map(farthest).collect()
}
