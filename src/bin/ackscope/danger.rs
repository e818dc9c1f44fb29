//! `ackscope danger`: one fault at every moment of a run.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use ackscope::lab::{
    Danger, DangerMap, Fault, Harms, Outcome, Span, Unavailable, Worst, own_faults,
};
use ackscope::model::ids::RecordId;
use ackscope::script::{Duration, Script};
use ackscope::verdict::biography::text::numbers;
use clap::Args;

use super::{Failure, SourceArgs, input, write_to};

/// How many characters the band has at most.
const BAND: usize = 72;

/// What to try.
#[derive(Args)]
#[command(after_help = "Example: ackscope danger lesson:acks-1-leader-dies --fault crash:leader")]
pub struct DangerArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The fault, such as `crash:broker-1`, `pause:leader:35s`, `power-cut:brokers:5s` or
    /// `lose-response:producer-1:leader`. Without one it is the script's own, moved.
    #[arg(long)]
    fault: Option<String>,
    /// Try only so many moments, evenly over the run, where all of them would take too long.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    at_most: Option<u32>,
    /// List the faults that fit the script, and do nothing else.
    #[arg(long)]
    list: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Write the script of the worst moment to a file; `-` for standard output, instead of the map.
    #[arg(long, value_name = "FILE")]
    worst: Option<PathBuf>,
}

/// Makes the map and prints it.
pub fn danger(args: &DangerArgs, out: &mut impl Write) -> Result<(), Failure> {
    let script = input::script(&args.source)?;
    script.resolve().map_err(|error| input::failure(&args.source, &error))?;
    if args.list {
        for fault in Fault::all(&script) {
            writeln!(out, "{:<44} {}", fault.to_string(), fault.sentence())?;
        }
        return Ok(());
    }
    let (script, fault) = match &args.fault {
        Some(text) => (script, text.parse::<Fault>().map_err(|why| misfit(text, &why))?),
        None => own_fault(args, &script)?,
    };
    let mut map = DangerMap::new(&script, &fault)
        .map_err(|error| misfit(&fault.to_string(), &error.message))?;
    if let Some(moments) = args.at_most {
        map = map.at_most(moments);
    }
    let map = run(map);
    if let Some(path) = &args.worst {
        let worst = map.worst().ok_or_else(|| {
            Failure::Input(format!("--fault {fault}: it finds nothing to act on at any moment"))
        })?;
        let mut script = map.script_at(worst.at_us);
        script.name = format!("{} ({fault} at {})", script.name, Duration::from_us(worst.at_us));
        write_to(path, &format!("{}\n", script.to_json()))?;
        if path.as_os_str() == "-" {
            return Ok(());
        }
    }
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &map.report()).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(());
    }
    print(out, &script.name, &map)?;
    Ok(())
}

fn misfit(text: &str, why: &str) -> Failure {
    Failure::Input(format!("--fault {text}: {why}\n(--list shows the faults that fit the script)"))
}

/// The only fault of the script, taken out of it.
fn own_fault(args: &DangerArgs, script: &Script) -> Result<(Script, Fault), Failure> {
    let mut own = own_faults(script).map_err(|error| input::failure(&args.source, &error))?;
    match (own.pop(), own.is_empty()) {
        (Some(only), true) => Ok((only.rest, only.fault)),
        (Some(last), false) => {
            let all = own.iter().chain([&last]).map(|own| own.fault.to_string());
            let all = all.collect::<Vec<_>>().join(", ");
            let message = format!("the script has several faults ({all}): give one by --fault");
            Err(Failure::Input(message))
        }
        (None, _) => {
            let message = "the script has no fault of its own: give one by --fault";
            Err(Failure::Input(message.to_owned()))
        }
    }
}

/// Goes through all moments; says on standard error how far it is, if somebody looks on.
fn run(mut map: DangerMap) -> DangerMap {
    let watched = std::io::stderr().is_terminal();
    while map.step() {
        if watched && map.done().is_multiple_of(50) {
            eprint!("\r{} of {} intervals", map.done(), map.steps());
        }
    }
    if watched {
        eprint!("\r\x1b[K");
    }
    map
}

fn print(out: &mut impl Write, name: &str, map: &DangerMap) -> std::io::Result<()> {
    let report = map.report();
    let Danger { fault, tried, acted, harmful, spans, .. } = &report;
    if !name.is_empty() {
        writeln!(out, "{name}")?;
    }
    writeln!(out, "{fault}: {}", fault.sentence())?;
    if spans.is_empty() {
        return writeln!(out, "nothing is sent: there is no moment to try");
    }
    writeln!(
        out,
        "{tried} moments tried; at {acted} it finds something to act on, at {harmful} it does harm"
    )?;
    writeln!(out)?;
    table(out, spans)?;
    writeln!(out)?;
    for (word, at) in [("narrowest", report.narrowest), ("widest", report.widest)] {
        if let Some(span) = at.map(|at| &spans[at]) {
            let (width, from) = (ms(span.width_us()), ms(span.from_us));
            writeln!(out, "{word:<10} {width} from {from} on: {}", outcome(&span.outcome))?;
        }
    }
    match &report.worst {
        Some(Worst { moment, .. }) => {
            let (at, how_long) = (ms(moment.at_us), unavailable(moment.unavailable));
            let what = outcome(&moment.outcome);
            writeln!(out, "worst      at {at}: {what}; unavailable {how_long}")?;
        }
        None => writeln!(out, "worst      none: the fault never finds anything to act on")?,
    }
    writeln!(out)?;
    writeln!(out, "{}", band(map, spans))?;
    writeln!(
        out,
        "one character is as many moments as another; L lost, D duplicated, R reordered,"
    )?;
    writeln!(out, "G ghost, p reported, aborted or pending, . no harm, blank nothing to act on")
}

fn table(out: &mut impl Write, spans: &[Span]) -> std::io::Result<()> {
    let head = ["from", "to", "moments", "unavailable", "what becomes of it"].map(str::to_owned);
    let rows = spans.iter().map(|span| {
        [
            ms(span.from_us),
            ms(span.to_us),
            span.moments.to_string(),
            unavailable(span.unavailable),
            outcome(&span.outcome),
        ]
    });
    for [from, to, moments, unavailable, outcome] in std::iter::once(head).chain(rows) {
        writeln!(out, "{from:>12}  {to:>12}  {moments:>7}  {unavailable:>11}  {outcome}")?;
    }
    Ok(())
}

fn unavailable(unavailable: Unavailable) -> String {
    match unavailable {
        Unavailable { for_good: true, .. } => "for good".to_owned(),
        Unavailable { us: 0, .. } => "–".to_owned(),
        Unavailable { us, .. } => ms(us),
    }
}

/// A time to the microsecond, one beneath the other.
fn ms(us: u64) -> String {
    format!("{}.{:03}ms", us / 1_000, us % 1_000)
}

/// "lost 7, 8; reported 9".
fn outcome(outcome: &Outcome) -> String {
    let harms = &outcome.harms;
    let others: [(&str, &[RecordId]); 3] =
        [("reported", &harms.reported), ("aborted", &harms.aborted), ("pending", &harms.pending)];
    let all = harms.kinds().into_iter().chain(others).filter(|(_, records)| !records.is_empty());
    let all: Vec<String> =
        all.map(|(word, records)| format!("{word} {}", numbers(records))).collect();
    match (outcome.acted, all.is_empty()) {
        (true, true) => "no harm".to_owned(),
        (true, false) => all.join("; "),
        (false, true) => "nothing to act on".to_owned(),
        (false, false) => format!("nothing to act on; {}", all.join("; ")),
    }
}

/// The map in one line, quiet time folded away: each moment that was tried is as wide as another,
/// and of those that share a character the worst is seen.
fn band(map: &DangerMap, spans: &[Span]) -> String {
    let moments: Vec<usize> = spans
        .iter()
        .map(|span| rank(map, span))
        .zip(spans)
        .flat_map(|(rank, span)| std::iter::repeat_n(rank, span.moments as usize))
        .collect();
    let columns = moments.len().min(BAND);
    let worst = |column: usize| {
        let (from, to) = (column * moments.len() / columns, (column + 1) * moments.len() / columns);
        moments[from..to].iter().max().copied().unwrap_or_default()
    };
    (0..columns).map(|column| WORST_LAST[worst(column)]).collect()
}

/// The kinds of harm stand in the order of [`Harms::kinds`], backwards.
const WORST_LAST: [char; 7] = [' ', '.', 'p', 'G', 'R', 'D', 'L'];

fn rank(map: &DangerMap, span: &Span) -> usize {
    let kinds = span.outcome.new_harms(map.undisturbed());
    let harm = kinds.iter().position(|(_, records)| !records.is_empty());
    let (now, before) = (&span.outcome.harms, &map.undisturbed().harms);
    let undone = |harms: &Harms| [&harms.reported, &harms.aborted, &harms.pending].map(Vec::len);
    match (harm, span.outcome.acted) {
        (Some(kind), _) => WORST_LAST.len() - 1 - kind,
        (None, _) if undone(now) != undone(before) => 2,
        (None, acted) => usize::from(acted),
    }
}
