//! What is happening, in a sentence or two, made from the trace.

use crate::model::trace::TraceEvent;
use crate::verdict::Fate;
use crate::verdict::biography::text::span;

use super::Player;
use super::kinds::weight;
use super::told::{line, sentence};

/// For how long, as it is played, a weighty event is told while lighter ones follow it.
const HOLD_MS: f64 = 1_500.0;
/// How far back a weightier event is looked for.
const LOOK_BACK: usize = 200;

/// The caption of a moment: the last thing worth telling. Of what happened at once the weightiest
/// is told, and what is weighty is told long enough to be read.
#[must_use]
pub fn caption(player: &Player, now_us: u64) -> String {
    let trace = player.trace();
    let until = trace.partition_point(|event| event.at_us <= now_us);
    let Some((_, sentence)) = told(player, until, now_us) else {
        return "The cluster is healthy: every replica is in sync, nothing has been sent yet."
            .to_owned();
    };
    if now_us >= player.end_us() {
        return summary(player);
    }
    let last_us = trace[until - 1].at_us;
    let next_us = trace.get(until).map_or(player.end_us(), |next| next.at_us);
    if next_us - last_us > 300_000 && now_us - last_us > 50_000 {
        return format!("{sentence} Then nothing for {}.", span(next_us - last_us));
    }
    sentence
}

/// The event that is told at a moment, with its sentence.
fn told<'a>(player: &'a Player, until: usize, now_us: u64) -> Option<(&'a TraceEvent, String)> {
    let (trace, setup) = (player.trace(), player.setup());
    let say =
        |event: &'a TraceEvent| sentence(setup, trace, event).map(|sentence| (event, sentence));
    let mut best = trace[..until].iter().rev().find_map(say)?;
    let now_ms = player.pace().play_ms(now_us);
    for event in trace[..until].iter().rev().take(LOOK_BACK) {
        // Whoever steps to an event wants to hear of that one.
        let fresh = if trace[until - 1].at_us == now_us {
            event.at_us == now_us
        } else {
            now_ms - player.pace().play_ms(event.at_us) < HOLD_MS
        };
        if !fresh && event.at_us < best.0.at_us {
            break;
        }
        if weight(setup, &event.kind) > weight(setup, &best.0.kind) {
            // Whoever looks for trouble wants to hear of it even if it is slight.
            let slight = || (event.at_us == now_us).then(|| line(setup, trace, event));
            best = say(event).or_else(|| Some((event, slight()?))).unwrap_or(best);
        }
    }
    Some(best)
}

/// The last words of a run.
fn summary(player: &Player) -> String {
    let totals = player.totals();
    let why = if player.settled() { "Nothing more will happen" } else { "The run stops here" };
    let told = match totals.acked {
        acked if acked == totals.created => "all acknowledged".to_owned(),
        acked => format!("{acked} acknowledged"),
    };
    let fates = Fate::ALL.iter().filter(|fate| totals.of(**fate) > 0);
    let fates: Vec<String> = fates.map(|fate| format!("{} {fate}", totals.of(*fate))).collect();
    let records = if totals.created == 1 { "record" } else { "records" };
    format!("{why}. {} {records} sent, {told}: {}.", totals.created, fates.join(", "))
}
