//! `ackscope biography`: the life of one record.

use std::io::Write;

use ackscope::lab::turning::{self, Hinge, Search, TurningPoint};
use ackscope::model::ids::{Node, RecordId};
use ackscope::model::{Run, Setup, run};
use ackscope::script::Script;
use ackscope::verdict::biography::text::{span, time};
use ackscope::verdict::biography::{Biography, ENGLISH, Risk, Risky, Step, Tone};
use ackscope::verdict::report::{RecordReport, Report};
use clap::Args;
use serde::Serialize;

use super::{Failure, SourceArgs, input, print_json};

/// Which record's.
#[derive(Args)]
#[command(after_help = "Example:\n  ackscope biography lesson:acks-1-leader-dies --record 7")]
pub struct BiographyArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The record's number, from 1 in the order of the sends.
    #[arg(long, value_name = "N")]
    record: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Json {
    record: RecordReport,
    end_us: u64,
    steps: Vec<StepJson>,
    risks: Vec<RiskJson>,
    turning_point: Option<TurningJson>,
}

#[derive(Serialize)]
struct StepJson {
    event: u64,
    at_us: u64,
    place: String,
    /// The number of the event that it is due to.
    cause: Option<u64>,
    step: String,
    tone: &'static str,
    sentence: String,
    source: &'static str,
}

#[derive(Serialize)]
struct RiskJson {
    why: &'static str,
    of: Option<String>,
    from_event: u64,
    from_us: u64,
    /// Missing if the risk lasts to the end of the run.
    to_event: Option<u64>,
    to_us: Option<u64>,
}

#[derive(Serialize)]
struct TurningJson {
    event: u64,
    at_us: u64,
    place: Option<String>,
    /// The action of the script, by its place there; missing for a decision.
    action: Option<u16>,
    decision: Option<String>,
    sentence: String,
    /// The change that takes the decision back.
    with: Option<&'static str>,
    instead: &'static str,
    source: Option<&'static str>,
}

/// Prints the life of a record.
pub fn biography(args: &BiographyArgs, out: &mut impl Write) -> Result<(), Failure> {
    let script = input::script(&args.source)?;
    let resolved = script.resolve().map_err(|error| input::failure(&args.source, &error))?;
    let setup = Setup::new(&script, &resolved);
    let last = setup.records.len();
    if args.record == 0 || args.record as usize > last {
        let has = if last == 1 { "one record".to_owned() } else { format!("records 1 to {last}") };
        return Err(Failure::Input(format!("--record {}: this script has {has}", args.record)));
    }
    let id = RecordId(args.record);
    let run = run(&setup);
    let life = Biography::of(&setup, &run.trace, id, &ENGLISH);
    let turn = Search::new(&script, &setup, &run.trace, id).and_then(|mut search| search.last());
    let report = Report::of(&script.name, Vec::new(), &run);
    let Some(record) = report.records.into_iter().nth(args.record as usize - 1) else {
        return Ok(());
    };
    let it = Told { script: &script, run: &run, record, life, turn };
    if args.json {
        return print_json(out, &it.json());
    }
    Ok(it.print(out)?)
}

/// What there is to tell.
struct Told<'a> {
    script: &'a Script,
    run: &'a Run,
    record: RecordReport,
    life: Biography,
    turn: Option<TurningPoint>,
}

impl Told<'_> {
    fn name(&self, node: Node) -> String {
        self.run.setup.name(node)
    }

    fn json(self) -> Json {
        let step = |step: &Step| StepJson {
            event: step.event.0,
            at_us: step.at_us,
            place: self.name(step.place),
            cause: step.cause.map(|cause| cause.0),
            step: kebab(&format!("{:?}", step.what)),
            tone: tone(step.what.tone()),
            sentence: step.sentence.clone(),
            source: step.what.source(),
        };
        let risk = |risk: &Risk| RiskJson {
            why: risk.why.sentence(&ENGLISH),
            of: self.of(risk),
            from_event: risk.from.0,
            from_us: risk.from_us,
            to_event: risk.to.map(|(event, _)| event.0),
            to_us: risk.to.map(|(_, to_us)| to_us),
        };
        Json {
            end_us: self.run.end.at_us,
            steps: self.life.steps.iter().map(step).collect(),
            risks: self.life.risks.iter().map(risk).collect(),
            turning_point: self.turn.as_ref().map(|turn| self.turning(turn)),
            record: self.record,
        }
    }

    fn turning(&self, turn: &TurningPoint) -> TurningJson {
        let (action, decision, with) = match turn.hinge {
            Hinge::Action(action) => (Some(action), None, None),
            Hinge::Decision(decision, with) => (None, Some(decision), Some(with)),
        };
        TurningJson {
            event: turn.event.0,
            at_us: turn.at_us,
            place: turn.place.map(|node| self.name(node)),
            action,
            decision: decision.map(|decision| kebab(&format!("{decision:?}"))),
            sentence: self.sentence(turn),
            with,
            instead: turn.instead.word(),
            source: decision.map(turning::Decision::source),
        }
    }

    /// What the fate hung on, in words.
    fn sentence(&self, turn: &TurningPoint) -> String {
        let instead = turn.instead.word();
        match turn.hinge {
            Hinge::Action(action) => {
                let what = &self.script.actions[usize::from(action)].what;
                let what = serde_json::to_string(what).unwrap_or_default();
                format!("actions[{action}] of the script, {what}; without it: {instead}")
            }
            Hinge::Decision(decision, with) => {
                format!("{}; with {with}: {instead}", decision.sentence(&turning::ENGLISH))
            }
        }
    }

    /// Who has the record at risk, if somebody has.
    fn of(&self, risk: &Risk) -> Option<String> {
        match risk.why {
            Risky::PolledNotProcessed(consumer) => Some(self.name(Node::Consumer(consumer))),
            Risky::PassedNotProcessed(group) => {
                Some(self.run.setup.groups[group.index()].id.clone())
            }
            _ => None,
        }
    }

    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let record = &self.record;
        let place = record.place.map_or_else(String::new, |place| format!(" ({place})"));
        let reason = record.reason.map_or_else(String::new, |reason| format!(" ({reason})"));
        writeln!(out, "{}: record {}", self.script.name, record.id)?;
        writeln!(
            out,
            "told: {}; processed: {}; fate: {}{place}{reason}\n",
            record.told, record.processed, record.fate
        )?;
        let steps = &self.life.steps;
        let times: Vec<String> = steps.iter().map(|step| time(step.at_us)).collect();
        let places: Vec<String> = steps.iter().map(|step| self.name(step.place)).collect();
        let widest = |cells: &[String]| cells.iter().map(|c| c.chars().count()).max().unwrap_or(0);
        let (time_width, place_width) = (widest(&times), widest(&places));
        // The turning point stands in the table, even if it is no step of the record's own.
        let mut turn = self.turn.as_ref();
        for ((step, at), place) in steps.iter().zip(&times).zip(&places) {
            if let Some(turn) = turn.take_if(|turn| turn.event < step.event) {
                self.print_turn(out, turn, (time_width, place_width))?;
            }
            let mark = mark(step.what.tone());
            let source = step.what.source();
            writeln!(
                out,
                "{at:>time_width$} {mark} {place:<place_width$}  {}  [{source}]",
                step.sentence
            )?;
            if let Some(turn) = turn.take_if(|turn| turn.event == step.event) {
                self.print_turn(out, turn, (time_width, place_width))?;
            }
        }
        if let Some(turn) = turn {
            self.print_turn(out, turn, (time_width, place_width))?;
        }
        self.print_risks(out)
    }

    fn print_turn(
        &self,
        out: &mut impl Write,
        turn: &TurningPoint,
        (time_width, place_width): (usize, usize),
    ) -> std::io::Result<()> {
        let (at, place) = (time(turn.at_us), turn.place.map(|node| self.name(node)));
        let place = place.unwrap_or_default();
        let source = match turn.hinge {
            Hinge::Decision(decision, _) => format!("  [{}]", decision.source()),
            Hinge::Action(_) => String::new(),
        };
        writeln!(
            out,
            "{at:>time_width$} ▲ {place:<place_width$}  turning point: {}{source}",
            self.sentence(turn)
        )
    }

    fn print_risks(&self, out: &mut impl Write) -> std::io::Result<()> {
        if self.life.risks.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nat risk")?;
        for risk in &self.life.risks {
            let to = match risk.to {
                Some((_, to_us)) => format!("to {}", time(to_us)),
                None => "to the end of the run".to_owned(),
            };
            let long = span(risk.length_us(self.run.end.at_us));
            let of = self.of(risk).map_or_else(String::new, |of| format!(" ({of})"));
            let why = risk.why.sentence(&ENGLISH);
            writeln!(out, "  {} {to}, {long}: {why}{of}", time(risk.from_us))?;
        }
        Ok(())
    }
}

fn mark(tone: Tone) -> char {
    match tone {
        Tone::Plain => '·',
        Tone::Good => '+',
        Tone::Bad => '!',
    }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Bad => "bad",
    }
}

/// `AckedByLeader` as `acked-by-leader`.
fn kebab(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
