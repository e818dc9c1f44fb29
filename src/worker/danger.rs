//! The danger map: which faults fit a run, when each is dangerous, and the run with one of them.

use ackscope::lab::{DangerMap, Fault, Span, Who, own_faults};
use ackscope::script::Script;
use ackscope::verdict::biography::text::{count, numbers};
use serde_json::{Value, json};

use super::job::{Begun, Work, known, script_value, value};

/// What a fault of the script's own is called: this and its place among them.
const OWN: &str = "own:";

/// The fault that is meant, and the script to try it on: one of the script's own is taken out of it,
/// so that it strikes once.
pub fn meant(script: &Script, fault: &str) -> Result<(Script, Fault), String> {
    let Some(at) = fault.strip_prefix(OWN) else { return Ok((script.clone(), fault.parse()?)) };
    let own = own_faults(script).map_err(|error| error.to_string())?;
    let own = at.parse().ok().and_then(|at: usize| own.into_iter().nth(at));
    let own = own.ok_or("In this run that fault does not strike.")?;
    Ok((own.rest, own.fault))
}

/// The faults that fit a script, by the thing that breaks; its own ones first. There is nothing to
/// wait for.
pub fn faults(script: &Script) -> Box<dyn Work> {
    // Whoever leads when it strikes: what one asks first.
    let leader = ["crash:leader", "power-cut:leader"].into_iter().filter_map(|it| it.parse().ok());
    let all = leader.filter(|fault: &Fault| fault.check(script).is_ok()).chain(Fault::all(script));
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    let own = (0..).zip(own_faults(script).unwrap_or_default()).map(|(at, own): (usize, _)| {
        json!({ "fault": format!("{OWN}{at}"), "text": own.fault.sentence() })
    });
    let own: Vec<Value> = own.collect();
    if !own.is_empty() {
        groups.push(("this run".to_owned(), own));
    }
    for fault in all {
        let one = json!({ "fault": fault.to_string(), "text": fault.sentence() });
        let what = thing(&fault);
        match groups.iter_mut().find(|(name, _)| *name == what) {
            Some((_, faults)) => faults.push(one),
            None => groups.push((what, vec![one])),
        }
    }
    let group = |(name, faults)| json!({ "name": name, "faults": faults });
    known(json!({ "groups": groups.into_iter().map(group).collect::<Vec<Value>>() }))
}

/// The thing that breaks.
fn thing(fault: &Fault) -> String {
    match fault {
        Fault::Down { who, .. } | Fault::Pause { who, .. } | Fault::Stall { who, .. } => {
            match who {
                Who::Leader(_) => "the leader".to_owned(),
                Who::Named(all) if all == "brokers" => "all brokers at once".to_owned(),
                Who::Named(name) => name.clone(),
            }
        }
        Fault::Lose { .. } | Fault::Cut { .. } => "the network".to_owned(),
    }
}

/// The run with the fault at a moment.
pub fn strike(script: &Script, fault: &str, at_us: u64) -> Begun {
    let (script, fault) = meant(script, fault)?;
    let struck = DangerMap::strike(&script, &fault, at_us).map_err(|error| error.to_string())?;
    Ok(known(json!({ "script": script_value(&struck) })))
}

/// When a fault is dangerous.
pub fn danger(script: &Script, fault: &str) -> Begun {
    let (script, fault) = meant(script, fault)?;
    let map = DangerMap::new(&script, &fault).map_err(|error| error.to_string())?;
    Ok(Box::new(Mapping { map, sentence: fault.sentence() }))
}

struct Mapping {
    map: DangerMap,
    sentence: String,
}

impl Work for Mapping {
    fn step(&mut self) -> bool {
        self.map.step()
    }

    fn report(&self) -> Value {
        let Self { map, sentence } = self;
        let told = map.report();
        let refusing = map.spans().iter().filter(|span| kind(map, span) == REFUSED);
        let refused: u32 = refusing.map(|span| span.moments).sum();
        let mut report = json!({
            "tried": told.tried,
            "acted": told.acted,
            "harmful": told.harmful,
            "refused": refused,
            "worst": value(&told.worst),
            "done": map.done(),
            "all": map.steps(),
            "statement": statement(sentence, &told, refused),
            "spans": map.spans().iter().map(|it| span(map, it)).collect::<Vec<Value>>(),
        });
        if let Some(moment) = map.worst() {
            report["worst"]["script"] = script_value(&map.script_at(moment.at_us));
        }
        report
    }
}

/// The map in words.
fn statement(sentence: &str, told: &ackscope::lab::Danger<'_>, refused: u32) -> String {
    let [tried, harmful, stuck] =
        [told.tried, told.harmful, refused].map(|moments| count(moments.into()));
    let refused = match refused {
        0 => String::new(),
        _ => format!(" At {stuck} of them, records are refused or stuck for good."),
    };
    match (told.acted, told.harmful) {
        (0, _) => format!("{sentence} At none of {tried} moments is there anything to strike."),
        (_, 0) if refused.is_empty() => {
            format!("{sentence} It harms a record at none of {tried} moments.")
        }
        (_, 0) => {
            format!("{sentence} It loses or doubles no record at any of {tried} moments.{refused}")
        }
        _ => format!("{sentence} It harms a record at {harmful} of {tried} moments.{refused}"),
    }
}

/// What a span is called in which records are refused, or wait for what does not come, and no more.
const REFUSED: &str = "refused";

/// What the fault leads to in a span.
fn kind(map: &DangerMap, span: &Span) -> &'static str {
    let harms = &span.outcome.harms;
    match map.is_harmful(span) {
        true => "harm",
        false if harms.reported.is_empty() && harms.pending.is_empty() => "none",
        false => REFUSED,
    }
}

fn span(map: &DangerMap, span: &Span) -> Value {
    let harms = &span.outcome.harms;
    let refused = [("reported", &harms.reported), ("pending", &harms.pending)];
    // Records that are harmed without the fault as well are none of its doing.
    let kinds = span.outcome.new_harms(map.undisturbed()).into_iter();
    let all = kinds.chain(refused.map(|(kind, records)| (kind, records.clone())));
    let named = all.filter(|(_, records)| !records.is_empty());
    let texts: Vec<String> =
        named.map(|(kind, records)| format!("{kind} {}", numbers(&records))).collect();
    let anyhow = texts.is_empty() && harms.kinds().iter().any(|(_, all)| !all.is_empty());
    let text = if anyhow { "no more than without it".to_owned() } else { texts.join(", ") };
    json!({
        "from_us": span.from_us,
        "to_us": span.to_us,
        "moments": span.moments,
        "kind": kind(map, span),
        "text": text,
    })
}
