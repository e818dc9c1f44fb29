//! Measures how long acknowledgements take on a real cluster.

use std::fs;

use ackscope_conform::latency::{LINES, RECORDS, WARM_UP, of_model, percentile};
use ackscope_conform::script::{Loaded, suite};
use serde_json::{Value, json};

use super::Outcome;
use super::run::Observed;

/// Runs each line of the table and writes `tests/conformance/latency.json`.
pub fn measure(
    cluster: &Value,
    mut once: impl FnMut(&Loaded) -> Outcome<(Observed, String)>,
) -> Outcome<()> {
    let mut rows = Vec::new();
    let mut kafka = String::new();
    for line in LINES {
        let script = line.script(cluster)?;
        let (seen, version) = once(&script)?;
        kafka = version;
        let counted = seen.took_us.iter().filter(|(record, _)| **record > WARM_UP);
        let mut took: Vec<u64> = counted.map(|(_, us)| *us).collect();
        took.sort_unstable();
        let model = of_model(&script);
        if took.len() != RECORDS as usize || model.len() != RECORDS as usize {
            return Err(format!("{line:?}: {} real, {} in the model", took.len(), model.len()));
        }
        let row = json!({
            "acks": line.acks,
            "flush": line.flush_words(),
            "real_us": percentile(&took, 50),
            "real_p90_us": percentile(&took, 90),
            "model_us": percentile(&model, 50),
        });
        println!("    {row}");
        rows.push(row);
    }
    let file = suite().join("latency.json");
    let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    let text = format!(
        "{{\n  \"kafka\": {},\n  \"records\": {RECORDS},\n  \"rows\": [\n    {}\n  ]\n}}\n",
        json!(kafka),
        lines.join(",\n    ")
    );
    fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
}
