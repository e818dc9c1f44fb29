//! What there is to see beside the picture: made from the state, compared with what is on the
//! page, and rendered only where it differs.

use std::ops::Deref;
use std::rc::Rc;

use ackscope::lab::turning::{self, Hinge, Search, TurningPoint};
use ackscope::model::broker::Process;
use ackscope::model::ids::{BrokerId, RecordId};
use ackscope::player::{Moment, caption, sentence};
use ackscope::verdict::biography::{Biography, ENGLISH, Risk, Risky, Step};
use ackscope::verdict::{Copy, Fate, Ledger, Place, Reason, Told, Verdict};
use yew::AttrValue;

use super::fates::is_harm;
use super::panes::Pane;
use super::state::State;
use super::words::{Words, fill, words};

/// Something that is made once and then only compared by whether it is the same thing.
#[derive(Debug)]
pub struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    /// Takes a thing.
    pub fn new(thing: T) -> Self {
        Self(Rc::new(thing))
    }
}

impl<T: Default> Default for Shared<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Everything that the page shows and that changes while a run plays.
#[derive(Clone, Default, PartialEq)]
pub struct Shown {
    /// What is happening.
    pub caption: AttrValue,
    /// The trays.
    pub trays: Rc<[Tray]>,
    /// The records that are out of order, whatever else became of them.
    pub reordered: Rc<[u32]>,
    /// Whether each broker's process is down.
    pub down: Rc<[bool]>,
    /// The record that is followed.
    pub life: Option<Rc<Life>>,
    /// Whether the run is at its end.
    pub ended: bool,
    /// The last event, where metrics are shown: any may change them.
    pub event: Option<usize>,
}

/// The records of one fate.
#[derive(Clone, Debug, PartialEq)]
pub struct Tray {
    /// The fate.
    pub fate: Fate,
    /// How many.
    pub count: u32,
    /// Their numbers, each with whether it is doomed: nobody but a broker that is down or deposed
    /// holds it.
    pub records: Vec<(u32, bool)>,
}

/// The record that is followed, as far as it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// Its number.
    pub id: u32,
    /// What became of it.
    pub fate: Fate,
    /// Whether it is doomed, though its fate is not decided.
    pub doomed: bool,
    /// The fate in words, with the place or the reason.
    pub fate_text: String,
    /// What the application was told.
    pub told: String,
    /// Where it is.
    pub stored: Vec<String>,
    /// How often it was processed.
    pub processed: String,
    /// Whether it is out of order.
    pub reordered: bool,
    /// Whether it comes to harm in the end.
    pub harmed: bool,
    /// Whether what the application was told is not so.
    pub deceived: bool,
    /// The spans at risk so far.
    pub risks: Vec<AtRisk>,
    /// What its fate hung on, once it is known, and when that was.
    pub turn: Option<(String, u64)>,
    /// Its steps so far.
    pub steps: Vec<LifeStep>,
    /// How many steps the future holds, and when the next one is.
    pub to_come: usize,
    /// When the next one is.
    pub next_us: Option<u64>,
}

/// A span in which a record was at risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtRisk {
    /// Why.
    pub why: &'static str,
    /// From when on.
    pub from_us: u64,
    /// Until when, if that is over.
    pub to_us: Option<u64>,
}

/// A step, with what it turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub struct LifeStep {
    /// The step.
    pub step: Step,
    /// Whether the record's fate hangs on it.
    pub turning_point: bool,
    /// Whether the record is at risk from this step on.
    pub at_risk: bool,
}

/// The whole life of the record that is followed, and the search for where its fate turned.
struct Followed {
    revision: u32,
    record: RecordId,
    life: Biography,
    search: Option<Search>,
    turn: Option<TurningPoint>,
    /// What becomes of it in the end.
    ends: Fate,
    /// What happened there, in words.
    deed: Option<String>,
}

/// Makes what is shown, and remembers what costs time to make.
#[derive(Default)]
pub struct Maker {
    followed: Option<Followed>,
    made: Option<(Key, Shown)>,
}

/// What the shown depends on.
#[derive(Clone, Copy, PartialEq)]
struct Key {
    revision: u32,
    metrics: bool,
    last_event: Option<usize>,
    /// A caption may have more to say when nothing happens for a while.
    quiet: bool,
    followed: Option<RecordId>,
    ended: bool,
}

const QUIET_US: u64 = 50_000;
/// So many events of the model take a few milliseconds.
const SEARCH_STEPS: u32 = 3_000;

impl Maker {
    /// What there is to see now.
    pub fn shown(&mut self, state: &mut State) -> Shown {
        let now_us = state.now_us;
        let trace = state.player.trace();
        let last_event = trace.partition_point(|event| event.at_us <= now_us).checked_sub(1);
        let metrics = state.panes.shows(Pane::Metrics, state.media.wide);
        let key = Key {
            metrics,
            revision: state.revision,
            last_event,
            quiet: last_event.is_some_and(|at| now_us - trace[at].at_us > QUIET_US),
            followed: state.followed,
            ended: now_us >= state.end_us(),
        };
        self.follow(state);
        if let Some((made_for, shown)) = &self.made
            && *made_for == key
        {
            return shown.clone();
        }
        let caption = caption(&state.player, now_us).into();
        let moment = state.player.seek(now_us);
        let reordered: Rc<[u32]> = moment.ledger.reordered().iter().map(|id| id.0).collect();
        let life = self.followed.as_ref().map(|it| Rc::new(life(&moment, it, &reordered)));
        let shown = Shown {
            caption,
            trays: trays(moment.ledger, moment.world.setup().records.len() as u32),
            reordered,
            down: moment
                .world
                .brokers
                .iter()
                .map(|broker| broker.process == Process::Down)
                .collect(),
            life,
            ended: key.ended,
            event: last_event.filter(|_| metrics),
        };
        self.made = Some((key, shown.clone()));
        shown
    }

    /// Learns the life of the record that is followed, once per run.
    fn follow(&mut self, state: &State) {
        let player = &state.player;
        let known = self.followed.as_ref().map(|it| (it.revision, it.record));
        if known == state.followed.map(|record| (state.revision, record)) {
            return;
        }
        self.followed = state.followed.map(|record| Followed {
            revision: state.revision,
            record,
            life: Biography::of(player.setup(), player.trace(), record, &ENGLISH),
            search: Search::of(
                player.script(),
                player.setup(),
                (player.trace(), player.ledger()),
                record,
            ),
            turn: None,
            ends: player.verdict(record).fate,
            deed: None,
        });
    }

    /// Whether it is still open where the fate of the record that is followed turned.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        self.followed.as_ref().is_some_and(|followed| followed.search.is_some())
    }

    /// Goes on with the search, by what fits into a frame beside the rest. Answers whether that ended it.
    pub fn search(&mut self, state: &State) -> bool {
        let Some(followed) = &mut self.followed else { return false };
        let Some(search) = &mut followed.search else { return false };
        followed.turn = search.step(SEARCH_STEPS);
        let ends = followed.turn.is_some() || search.is_over();
        if ends {
            followed.search = None;
            followed.deed = followed.turn.as_ref().and_then(|turn| deed(state, turn));
            self.made = None;
        }
        ends
    }
}

/// The trays; that of aborted records only where there are any.
fn trays(ledger: &Ledger, records: u32) -> Rc<[Tray]> {
    let mut trays: Vec<Tray> =
        Fate::ALL.iter().map(|fate| Tray { fate: *fate, count: 0, records: Vec::new() }).collect();
    for id in 1..=records {
        // What was not sent yet is not on its way to any fate.
        if !ledger.is_sent(RecordId(id)) {
            continue;
        }
        let (fate, stranded) = ledger.standing(RecordId(id));
        if let Some(tray) = trays.iter_mut().find(|tray| tray.fate == fate) {
            tray.count += 1;
            tray.records.push((id, stranded));
        }
    }
    trays.retain(|tray| tray.fate != Fate::Aborted || tray.count > 0);
    trays.into()
}

fn life(moment: &Moment<'_>, followed: &Followed, reordered: &[u32]) -> Life {
    let w = words();
    let Followed { record: id, life: Biography { steps, risks }, turn, ends, .. } = followed;
    let id = *id;
    let verdict = moment.ledger.verdict(id);
    let past = steps.partition_point(|step| step.at_us <= moment.now_us);
    // Nothing has turned before it is decided; of one that is doomed it is known how.
    let decided = verdict.fate != Fate::Pending || verdict.stranded;
    let turn = turn.as_ref().filter(|turn| decided && turn.at_us <= moment.now_us);
    let event = turn.map(|turn| turn.event);
    // Of several steps of one event the last one is the decision.
    let at = steps[..past].iter().rposition(|step| Some(step.event) == event);
    let life_step = |(place, step): (usize, &Step)| LifeStep {
        step: step.clone(),
        turning_point: Some(place) == at,
        at_risk: risks.iter().any(|risk| counts(risk) && risk.is_at(step.at_us)),
    };
    let begun = |risk: &&Risk| risk.from_us <= moment.now_us;
    let told_wrongly = match verdict.told {
        Told::Acked => verdict.fate == Fate::Lost || verdict.stranded,
        Told::Failed(_) => verdict.processed > 0,
        _ => false,
    };
    Life {
        id: id.0,
        fate: verdict.fate,
        doomed: verdict.stranded,
        fate_text: match verdict.stranded {
            true => {
                fill(w.in_the_end, &[("fate", &fate_text(&verdict)), ("end", Words::fate(*ends).0)])
            }
            false => fate_text(&verdict),
        },
        told: Words::told(verdict.told),
        stored: verdict.stored.iter().map(copy_text).collect(),
        processed: match verdict.processed {
            0 => w.processed_never.to_owned(),
            1 => w.processed_once.to_owned(),
            times => fill(w.processed_times, &[("n", &times.to_string())]),
        },
        reordered: reordered.contains(&id.0),
        harmed: is_harm(*ends),
        deceived: told_wrongly,
        risks: risks.iter().filter(begun).map(|risk| at_risk(risk, moment.now_us)).collect(),
        turn: turn.map(|turn| (turning_text(turn, followed.deed.as_deref()), turn.at_us)),
        steps: steps[..past].iter().enumerate().map(life_step).collect(),
        to_come: steps.len() - past,
        next_us: steps.get(past).map(|step| step.at_us),
    }
}

/// What the event at a turning point says first.
fn deed(state: &State, turn: &TurningPoint) -> Option<String> {
    let trace = state.player.trace();
    let event = trace.get(turn.event.0 as usize)?;
    let said = sentence(state.player.setup(), trace, event)?;
    let first = said.split_once(". ").map_or(&*said, |(first, _)| first);
    Some(first.trim_end_matches('.').to_owned())
}

fn at_risk(risk: &Risk, now_us: u64) -> AtRisk {
    let to_us = risk.to.map(|(_, to_us)| to_us).filter(|to_us| *to_us <= now_us);
    AtRisk { why: risk.why.sentence(&ENGLISH), from_us: risk.from_us, to_us }
}

/// Nearly every record is on no disk for a while, and most others have it too.
fn counts(risk: &Risk) -> bool {
    risk.why != Risky::OnNoDisk
}

/// What the fate hung on.
fn turning_text(turn: &TurningPoint, deed: Option<&str>) -> String {
    let w = words();
    let fate = Words::fate(turn.instead).0;
    match turn.hinge {
        Hinge::Action(_) => {
            let what = deed.unwrap_or(w.turning_an_action);
            fill(w.turning_action, &[("what", what), ("fate", fate)])
        }
        Hinge::Decision(decision, with) => {
            let why = decision.sentence(&turning::ENGLISH);
            fill(w.turning_decision, &[("why", why), ("with", with), ("fate", fate)])
        }
    }
}

fn fate_text(verdict: &Verdict) -> String {
    let w = words();
    let fate = Words::fate(verdict.fate).0;
    let why = match (verdict.fate, verdict.place, verdict.reason) {
        (Fate::Pending, _, Some(reason)) => reason_text(reason),
        (Fate::Lost, Some(place), _) => place_text(place),
        _ => return fate.to_owned(),
    };
    fill(w.fate_and_place, &[("fate", fate), ("place", why)])
}

fn place_text(place: Place) -> &'static str {
    let w = words();
    match place {
        Place::Application => w.place_application,
        Place::Accumulator => w.place_accumulator,
        Place::Network => w.place_network,
        Place::PageCache => w.place_page_cache,
        Place::Disk => w.place_disk,
        Place::OldLeader => w.place_old_leader,
        Place::Truncated => w.place_truncated,
        Place::SkippedByTheConsumer => w.place_skipped,
        Place::NeverRead => w.place_never_read,
    }
}

fn reason_text(reason: Reason) -> &'static str {
    let w = words();
    match reason {
        Reason::NotSent => w.reason_not_sent,
        Reason::WithTheProducer => w.reason_with_producer,
        Reason::OnTheWay => w.reason_on_the_way,
        Reason::NotCommitted => w.reason_not_committed,
        Reason::NotStable => w.reason_not_stable,
        Reason::NotRead => w.reason_not_read,
        Reason::WithTheConsumer => w.reason_with_consumer,
        Reason::Stranded => w.reason_stranded,
        Reason::Offline => w.reason_offline,
    }
}

fn copy_text(copy: &Copy) -> String {
    let w = words();
    let number = |(broker, _): &(BrokerId, bool)| (broker.0 + 1).to_string();
    let brokers: Vec<String> = copy.brokers.iter().map(number).collect();
    let committed = if copy.committed { w.stored_committed } else { w.stored_uncommitted };
    let values = [
        ("offset", &*copy.offset.to_string()),
        ("brokers", &*brokers.join(", ")),
        ("committed", committed),
    ];
    fill(w.stored_at, &values)
}
