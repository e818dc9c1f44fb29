//! What the settings promise, and whether monitoring would have noticed: the library's reports in
//! words.

use ackscope::lab::risk::{Broken, By, Harm, Reach, Report, Risk, Semantics, Survived, small};
use ackscope::lab::{Fault, Monitoring, Moved, Seen, Unavailable};
use ackscope::script::{Duration, Script};
use ackscope::verdict::biography::text::{count, span, time};
use ackscope::verdict::metrics::Says;
use serde_json::{Value, json};

use super::job::{Begun, Work, known, script_value};

/// At how many moments each fault is tried on a run that is not the small one.
const MOMENTS: u32 = 100;

/// What the settings of a script promise, tried on the small run.
pub fn promises(script: &Script) -> Begun {
    let own = || Script { actions: Vec::new(), ..script.clone() };
    let (tried, is_small) = small(script).map_or_else(|| (own(), false), |small| (small, true));
    let risk = Risk::new(&tried).map_err(|error| error.to_string())?;
    let risk = if is_small { risk } else { risk.at_most(MOMENTS) };
    let mut testing = Testing { risk, is_small, told: Value::Null };
    testing.tell();
    Ok(Box::new(testing))
}

struct Testing {
    risk: Risk,
    is_small: bool,
    /// What there is to tell; to look for the shortest runs again and again would take longer than
    /// the search.
    told: Value,
}

impl Testing {
    fn tell(&mut self) {
        let report = self.risk.report();
        self.told = json!({
            "semantics": report.semantics.words(),
            "loses": !report.semantics.keeps(Semantics::AtLeastOnce),
            "duplicates": !report.semantics.keeps(Semantics::AtMostOnce),
            "small": self.is_small,
            "runs": report.runs,
            "broken": report.broken.iter().map(broken).collect::<Vec<Value>>(),
            "survived": survived(&report),
        });
    }
}

impl Work for Testing {
    fn step(&mut self) -> bool {
        let done = self.risk.done();
        let more = self.risk.step();
        if self.risk.done() != done && self.risk.done().is_multiple_of(8) || !more {
            self.tell();
        }
        more
    }

    fn report(&self) -> Value {
        let mut report = self.told.clone();
        report["done"] = self.risk.done().into();
        report["all"] = self.risk.steps().into();
        report
    }
}

pub fn broken(broken: &Broken) -> Value {
    let Harm { kind, way } = &broken.harm;
    let told = way.strip_prefix("failed(").and_then(|it| it.strip_suffix(')')).unwrap_or(way);
    let title = match (*kind, way.as_str()) {
        ("ghost", _) => format!("told {told}, and delivered all the same"),
        ("refused", _) => format!("told {told}: the application has to send again"),
        ("lost", "accumulator") => "it died in the accumulator".to_owned(),
        ("lost", "network") => "it died on its way".to_owned(),
        ("lost", "page cache") => "it was only in a page cache".to_owned(),
        ("lost", "disk") => "the disk that had it is gone".to_owned(),
        ("lost", "old leader") => "only the old leader has it".to_owned(),
        ("lost", "truncated") => "its last copy was cut off".to_owned(),
        (_, way) => way.to_owned(),
    };
    let first = broken.by.first();
    let how = match first {
        None => "Without any fault.".to_owned(),
        Some(_) => broken.sentences.join(" Then: "),
    };
    let handed = first.is_some_and(|by| by.hands_off);
    let handed = if handed { "If records go to a worker thread: a" } else { "A" };
    let also = match broken.by.len().saturating_sub(1) {
        0 => String::new(),
        1 => "; another fault does it too".to_owned(),
        n => format!("; {n} other faults do it too"),
    };
    let note = first.map_or_else(String::new, |By { harmful, moments, .. }| {
        let (harmful, moments) = (count((*harmful).into()), count((*moments).into()));
        format!("{handed}t {harmful} of {moments} moments{also}.")
    });
    json!({
        "kind": kind,
        "title": title,
        "how": how,
        "note": note,
        "plain": broken.is_plain(),
        "script": script_value(&broken.script),
    })
}

/// The faults that do no harm, those of one thing first.
fn survived(report: &Report) -> Vec<Value> {
    let mut all: Vec<&Survived> = report.survived.iter().collect();
    all.sort_by_key(|survived| survived.reach);
    let text = |survived: &Survived| {
        let worker = if survived.hands_off { " With a worker thread." } else { "" };
        let cost = match survived.unavailable {
            Unavailable { for_good: true, .. } => "; then unavailable for good".to_owned(),
            Unavailable { us: 0, .. } => String::new(),
            Unavailable { us, .. } => format!("; unavailable for up to {}", span(us)),
        };
        let several = if survived.reach == Reach::Several { "Several at once: " } else { "" };
        let note = format!("{} moments{cost}", count(survived.moments.into()));
        let faults: Vec<String> = survived.faults.iter().map(|name| sentence(name)).collect();
        json!({ "text": format!("{several}{}{worker}", faults.join(" Then: ")), "note": note })
    };
    all.into_iter().map(text).collect()
}

/// A fault in words; what has no words of its own by its name.
fn sentence(name: &str) -> String {
    name.parse().map_or_else(|_| name.to_owned(), |fault: Fault| fault.sentence())
}

/// Whether monitoring would have noticed the harms of a run.
pub fn monitoring(script: &Script) -> Begun {
    let monitoring = Monitoring::of(script).map_err(|error| error.to_string())?;
    let harms: Vec<Value> = monitoring.harms.iter().map(|seen| harm(script, seen)).collect();
    Ok(known(json!({ "harms": harms })))
}

fn harm(script: &Script, seen: &Seen) -> Value {
    let records = seen.records.iter().map(|id| id.0.to_string());
    let because = seen.because.iter().filter_map(|at| script.actions.get(usize::from(*at)));
    let because: Vec<String> =
        because.filter_map(|action| serde_json::to_string(&action.what).ok()).collect();
    json!({
        "harm": seen.harm,
        "records": records.collect::<Vec<_>>().join(", "),
        "because": because.join(", "),
        "noticed": seen.is_noticed(),
        "moved": seen.moved.iter().map(moved).collect::<Vec<Value>>(),
    })
}

fn moved(moved: &Moved) -> Value {
    json!({
        "name": moved.name,
        "of": moved.of,
        "alarm": moved.says == Says::Failure,
        "text": change(moved),
        "at": time(moved.at_us),
        "at_us": moved.at_us,
    })
}

/// "0 → 2 partitions": a unit that is a word is said once.
fn change(moved: &Moved) -> String {
    let before = match moved.unit {
        unit @ ("us" | "ns") => quantity(moved.quiet, unit),
        _ => moved.quiet.to_string(),
    };
    format!("{before} → {}", quantity(moved.here, moved.unit))
}

/// A number with its unit.
pub fn quantity(value: i64, unit: &str) -> String {
    match unit {
        "us" => span(value.unsigned_abs()),
        "ns" => Duration::from_us(value.unsigned_abs() / 1_000).to_string(),
        _ if value == 1 => format!("1 {}", singular(unit)),
        _ => format!("{value} {unit}"),
    }
}

fn singular(unit: &str) -> &str {
    let sibilant = ["ches", "shes"].iter().any(|end| unit.ends_with(end));
    unit.strip_suffix(if sibilant { "es" } else { "s" }).unwrap_or(unit)
}
