//! Recordings: what real clusters did with a script, as small JSON files.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::outcome::Fates;
use crate::script::{Loaded, suite};

/// What a real cluster did with a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The script's name.
    pub script: String,
    /// The state of the script's file that was run.
    pub digest: String,
    /// The release of Kafka, such as `4.3.1`.
    pub kafka: String,
    /// How often the script was run.
    pub repetitions: u32,
    /// How many of the runs had this very outcome, the most frequent one.
    pub agreed: u32,
    /// What became of every record.
    pub fates: Fates,
    /// When applications were told of each record, in ms since the start: the first and the last time
    /// over all runs. For people; nothing is compared with it.
    pub told_ms: BTreeMap<u32, (u64, u64)>,
}

impl Recording {
    /// Where the recording of a script is.
    #[must_use]
    pub fn file(script: &str) -> PathBuf {
        suite().join(format!("{script}.json"))
    }

    /// Reads the recording of a script; there may be none yet.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub fn read(script: &str) -> Result<Option<Self>, String> {
        let file = Self::file(script);
        let Ok(text) = fs::read_to_string(&file) else { return Ok(None) };
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let value: Value = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        Self::from_json(&value).map(Some).map_err(|error| wrong(&error))
    }

    fn from_json(value: &Value) -> Result<Self, String> {
        let text = |name: &str| value[name].as_str().map(str::to_owned).ok_or(format!("no {name}"));
        let number =
            |name: &str| value[name].as_u64().map(|n| n as u32).ok_or(format!("no {name}"));
        let mut told_ms = BTreeMap::new();
        for (id, span) in value["told_ms"].as_object().into_iter().flatten() {
            let id = id.parse().map_err(|_| format!("not a record: {id}"))?;
            let ends = (span[0].as_u64().unwrap_or_default(), span[1].as_u64().unwrap_or_default());
            told_ms.insert(id, ends);
        }
        Ok(Self {
            script: text("script")?,
            digest: text("digest")?,
            kafka: text("kafka")?,
            repetitions: number("repetitions")?,
            agreed: number("agreed")?,
            fates: Fates::from_json(value)?,
            told_ms,
        })
    }

    /// Writes it: one record a line, so that a change is seen where it is.
    ///
    /// # Errors
    /// Says why the file cannot be written.
    pub fn write(&self) -> Result<(), String> {
        let told: Map<String, Value> = self
            .told_ms
            .iter()
            .map(|(id, span)| (id.to_string(), json!([span.0, span.1])))
            .collect();
        let fates = self.fates.to_json();
        let records: Vec<String> =
            fates["records"].as_array().into_iter().flatten().map(Value::to_string).collect();
        let lines = [
            "{".to_owned(),
            format!("  \"script\": {},", json!(self.script)),
            format!("  \"digest\": {},", json!(self.digest)),
            format!("  \"kafka\": {},", json!(self.kafka)),
            format!("  \"repetitions\": {},", self.repetitions),
            format!("  \"agreed\": {},", self.agreed),
            format!("  \"records\": [\n    {}\n  ],", records.join(",\n    ")),
            format!("  \"committed\": {},", fates["committed"]),
            format!("  \"told_ms\": {}", Value::Object(told)),
            "}\n".to_owned(),
        ];
        let file = Self::file(&self.script);
        fs::write(&file, lines.join("\n")).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Whether it is of the script as it is now.
    #[must_use]
    pub fn is_of(&self, script: &Loaded) -> bool {
        self.digest == script.digest
    }

    /// Whether it can be held against anybody: at least five runs, and all agreed.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.repetitions >= 5 && self.agreed == self.repetitions
    }
}

/// The measured latencies, if there are any.
///
/// # Errors
/// Says what is wrong with the file.
pub fn latencies() -> Result<Option<Value>, String> {
    let file = suite().join("latency.json");
    let Ok(text) = fs::read_to_string(&file) else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| format!("{}: {error}", file.display()))
}
