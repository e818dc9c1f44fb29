//! A metric over the time of a run, ready to be drawn.

use ackscope::player::Pace;
use serde_json::Value;

/// The box that a line is drawn in; it is stretched to its place.
pub const WIDTH: u32 = 1_000;
/// Its height.
pub const HEIGHT: u32 = 100;
/// So that a line at an edge is seen whole.
const MARGIN: i64 = 8;

/// A metric over the time of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// Kafka's name for it.
    pub name: String,
    /// The same, divided where it may be broken.
    pub parts: Vec<String>,
    /// Whose it is; empty for the whole cluster.
    pub of: String,
    /// Where it is in Kafka, and as which rate.
    pub source: String,
    /// What it says when it moves: `failure`, `change`, `traffic`.
    pub says: String,
    /// Whether nothing ever changes.
    pub flat: bool,
    /// The line.
    pub path: String,
    /// The times from which on it has each value, in order.
    from_us: Vec<u64>,
    /// The values in words.
    texts: Vec<String>,
}

impl Chart {
    /// The value at a moment, in words.
    #[must_use]
    pub fn at(&self, now_us: u64) -> &str {
        let next = self.from_us.partition_point(|us| *us <= now_us);
        next.checked_sub(1).map_or("0", |last| &self.texts[last])
    }

    /// When it changes next; after the last change, when it changed first.
    #[must_use]
    pub fn next_us(&self, now_us: u64) -> Option<u64> {
        let changes = || self.from_us.iter().copied().filter(|us| *us > 0);
        changes().find(|us| *us > now_us).or_else(|| changes().next())
    }

    /// Whether it is one of those that somebody looks for.
    #[must_use]
    pub fn matches(&self, sought: &str) -> bool {
        let text = [&*self.name, &*self.of, &*self.source].join(" ").to_ascii_lowercase();
        sought.to_ascii_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    fn of(series: &Value, pace: &Pace) -> Self {
        let text = |name: &str| series[name].as_str().unwrap_or_default().to_owned();
        let all = |name: &str| series[name].as_array().map_or(&[][..], Vec::as_slice);
        let from_us: Vec<u64> = all("from_us").iter().filter_map(Value::as_u64).collect();
        let values: Vec<i64> = all("values").iter().filter_map(Value::as_i64).collect();
        // A line stands on zero, so that half of it is seen as half.
        let bound = |name: &str| series[name].as_i64().unwrap_or(0);
        let bounds = (bound("low").min(0), bound("high").max(0));
        let rate = text("rate");
        let source = text("source");
        let strings = |name: &str| {
            all(name).iter().map(|it| it.as_str().unwrap_or_default().to_owned()).collect()
        };
        Self {
            path: path(&from_us, &values, bounds, pace),
            name: text("name"),
            of: text("of"),
            source: if rate.is_empty() { source } else { source + " · " + &rate },
            says: text("says"),
            flat: series["flat"] == true,
            parts: strings("parts"),
            texts: strings("texts"),
            from_us,
        }
    }
}

/// The charts of a report, those that tell of a failure first, as long as that pace lasts.
#[must_use]
pub fn charts(report: &Value, pace: &Pace) -> Vec<Chart> {
    let all = report["series"].as_array().map_or(&[][..], Vec::as_slice);
    let charts: Vec<Chart> = all.iter().map(|series| Chart::of(series, pace)).collect();
    let rank = ["failure", "change", "traffic"];
    let of = |says: &'static str| charts.iter().filter(move |chart| chart.says == says).cloned();
    rank.into_iter().flat_map(of).collect()
}

/// A line in steps: it has a value until it has the next one.
fn path(from_us: &[u64], values: &[i64], (low, high): (i64, i64), pace: &Pace) -> String {
    let total_ms = pace.total_ms().max(1.0);
    let x = |us: u64| (pace.play_ms(us) / total_ms * f64::from(WIDTH)) as u32;
    let height = i64::from(HEIGHT) - 2 * MARGIN;
    let y = |value: i64| i64::from(HEIGHT) - MARGIN - (value - low) * height / (high - low).max(1);
    let before = if from_us.first() == Some(&0) { values[0] } else { 0 };
    let mut path = "M0 ".to_owned() + &y(before).to_string();
    for (us, value) in from_us.iter().zip(values) {
        path += "H";
        path += &x(*us).to_string();
        path += "V";
        path += &y(*value).to_string();
    }
    path += "H";
    path += &WIDTH.to_string();
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lag() -> Value {
        json!({ "series": [
            { "name": "MessagesInPerSec", "says": "traffic", "low": 0, "high": 1, "from_us": [5], "values": [1], "texts": ["1 record"] },
            { "name": "records-lag-max", "of": "billing-1", "says": "failure", "low": 0, "high": 4,
              "from_us": [500, 750], "values": [4, 2], "texts": ["4 records", "2 records"] },
        ] })
    }

    #[test]
    fn a_line_goes_in_steps_and_a_moment_has_a_value() {
        let pace = Pace::fixed(1_000, 1_000);
        let charts = charts(&lag(), &pace);
        let chart = &charts[0];
        assert_eq!(chart.path, "M0 92H500V8H750V50H1000");
        assert_eq!([0, 499, 500, 900].map(|us| chart.at(us)), ["0", "0", "4 records", "2 records"]);
        assert_eq!([0, 500, 800].map(|us| chart.next_us(us)), [Some(500), Some(750), Some(500)]);
    }

    #[test]
    fn one_of_three_that_is_gone_is_a_third() {
        let brokers = json!({ "series": [
            { "name": "ActiveBrokerCount", "says": "failure", "low": 2, "high": 3,
              "from_us": [0, 500], "values": [3, 2], "texts": ["3 brokers", "2 brokers"] },
        ] });
        let chart = &charts(&brokers, &Pace::fixed(1_000, 1_000))[0];
        // From 8 at the top to 92 at the foot.
        assert_eq!(chart.path, "M0 8H0V8H500V36H1000");
    }

    #[test]
    fn what_is_sought_is_found_by_name_and_by_whose_it_is() {
        let charts = charts(&lag(), &Pace::fixed(1_000, 1_000));
        let found = |sought: &str| charts.iter().filter(|chart| chart.matches(sought)).count();
        assert_eq!([found(""), found("LAG billing"), found("lag producer")], [2, 1, 0]);
    }
}
