//! Ways through time besides playing: to the next event of a kind, round and round a span, into a
//! quiet span, and closer to a part of the timeline.

use ackscope::model::trace::TraceEvent;
use ackscope::player::{Class, Filter, Fold, Pace, within};

use super::compare::Compare;
use super::state::{Asks, Direction, Msg, PAINT, Pacing, State};

/// How somebody moves through the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Travel {
    /// What is looked for, by its place in [`SOUGHT`].
    pub sought: usize,
    /// The span that is played round and round.
    pub span: Option<(u64, u64)>,
    /// One end of a span, as long as the other one is not chosen.
    pub edge: Option<u64>,
    /// The part of the timeline that is shown; else all of it.
    pub zoom: Option<(u64, u64)>,
    /// Quiet spans that are opened.
    pub open: Vec<Fold>,
    /// Whether the timeline is higher.
    pub tall: bool,
    /// Whether all controls are shown where there is little room.
    pub more: bool,
    /// The smart pace with the open spans.
    pace: Option<Pace>,
}

/// What somebody does about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TravelMsg {
    /// Chooses what to look for.
    Seek(usize),
    /// To the one before or after.
    Find(Direction),
    /// The span begins or ends now.
    Edge(Direction),
    /// The span that is played round and round, in milliseconds of playing; or none.
    Span(Option<(f64, f64)>),
    /// Opens a quiet span, or closes it.
    Fold(Fold),
    /// Closer to a place of the timeline, or away from it: the place in milliseconds of playing (else
    /// now), and how much of the timeline is shown then, in parts of what is shown.
    Zoom(Option<f64>, f64),
    /// Along the timeline, by a share of what is shown.
    Pan(f64),
    /// All of it.
    Fit,
    /// Makes the timeline higher, or as it was.
    Taller,
    /// Shows all controls, or the few.
    More(bool),
}

/// What can be looked for: the name for the style sheet and for those who drive the page, and the
/// kinds. The last one is any event of the record that is followed.
pub const SOUGHT: [(&str, Filter); 19] = [
    ("trouble", Filter::TROUBLE),
    of(Class::Sent),
    of(Class::Appended),
    of(Class::Replicated),
    of(Class::Committed),
    of(Class::Acked),
    of(Class::Fetched),
    of(Class::Processed),
    of(Class::OffsetCommitted),
    of(Class::Failure),
    of(Class::Recovery),
    of(Class::Change),
    of(Class::Election),
    of(Class::Truncation),
    of(Class::Retry),
    of(Class::Error),
    of(Class::Rebalance),
    of(Class::Transaction),
    ("followed", Filter::STORY),
];

const fn of(class: Class) -> (&'static str, Filter) {
    (class.name(), Filter::kind(class))
}

/// The least of the timeline that is shown, in milliseconds of playing.
const ZOOM_MIN_MS: f64 = 150.0;
/// Where the moment is when the shown part moves on to it.
const LEAD: f64 = 0.08;

impl Travel {
    /// The smart pace, if it is another one than that of the run.
    pub fn pace(&self) -> Option<&Pace> {
        self.pace.as_ref()
    }

    /// Another run: what is opened or chosen in it may not be there any more.
    pub fn changed(&mut self, end_us: u64) {
        let inside = |(from_us, to_us): &(u64, u64)| from_us < to_us && *to_us <= end_us;
        self.zoom = self.zoom.filter(inside);
        self.span = self.span.filter(inside);
        self.edge = None;
        self.open.clear();
        self.pace = None;
    }
}

impl State {
    /// Moves through the run.
    pub fn roam(&mut self, msg: TravelMsg) -> Asks {
        match msg {
            TravelMsg::Seek(sought) => self.travel.sought = sought.min(SOUGHT.len() - 1),
            TravelMsg::Find(direction) => return self.find(direction),
            TravelMsg::Edge(direction) => self.edge(direction),
            TravelMsg::Span(span) => {
                self.travel.edge = None;
                let at = |ms: f64| self.pace().sim_us(within(ms, 0.0, self.pace().total_ms()));
                let span = span.map(|(a, b)| (at(a.min(b)), at(a.max(b))));
                self.travel.span = span.filter(|(from_us, to_us)| from_us < to_us);
            }
            TravelMsg::Fold(fold) => self.unfold(fold),
            TravelMsg::Zoom(place_ms, factor) => self.zoom(place_ms, factor),
            TravelMsg::Pan(share) => self.pan(share),
            TravelMsg::Fit => self.travel.zoom = None,
            TravelMsg::Taller => self.travel.tall = !self.travel.tall,
            TravelMsg::More(more) => self.travel.more = more,
        }
        PAINT
    }

    /// To the event before or after of what is looked for; stays where there is none.
    fn find(&mut self, direction: Direction) -> Asks {
        let (name, mut filter) = SOUGHT[self.travel.sought];
        if name == "followed" {
            filter.record = self.followed;
        }
        let trace = self.player.trace();
        let (from, forward) = match direction {
            Direction::Back => (trace.partition_point(|event| event.at_us < self.now_us), false),
            Direction::Forward => (trace.partition_point(|event| event.at_us <= self.now_us), true),
        };
        match self.player.find(&filter, from, forward) {
            Some(at) => self.update(Msg::Seek(self.player.trace()[at].at_us)),
            None => PAINT,
        }
    }

    /// An end of the span that is played round and round. It takes two.
    fn edge(&mut self, direction: Direction) {
        let (now_us, end_us) = (self.now_us, self.end_us());
        let other = self.travel.edge.or(match (direction, self.travel.span) {
            (Direction::Back, Some((_, to_us))) => Some(to_us),
            (Direction::Forward, Some((from_us, _))) => Some(from_us),
            _ => None,
        });
        let span = other.map(|other| (now_us.min(other), now_us.max(other).min(end_us)));
        match span.filter(|(from_us, to_us)| from_us < to_us) {
            Some(span) => (self.travel.span, self.travel.edge) = (Some(span), None),
            None => self.travel.edge = Some(now_us),
        }
    }

    fn unfold(&mut self, fold: Fold) {
        let before = self.travel.open.len();
        self.travel.open.retain(|open| !fold.holds(*open));
        if self.travel.open.len() == before {
            self.travel.open.push(fold);
        }
        let open = &self.travel.open;
        let other = self.compare.as_ref().map(Compare::other_trace);
        let traces: Vec<&[TraceEvent]> = [self.player.trace()].into_iter().chain(other).collect();
        let pace = || Pace::unfolded(&traces, self.end_us(), open);
        self.travel.pace = (!open.is_empty()).then(pace);
        self.pacing = Pacing::Smart;
        self.stay();
    }

    /// The shown part of the timeline, in milliseconds of playing.
    #[must_use]
    pub fn window_ms(&self) -> (f64, f64) {
        let pace = self.pace();
        match self.travel.zoom {
            Some((from_us, to_us)) => {
                let from_ms = pace.play_ms(from_us);
                (from_ms, pace.play_ms(to_us).max(from_ms + 1.0))
            }
            None => (0.0, pace.total_ms().max(1.0)),
        }
    }

    fn zoom(&mut self, place_ms: Option<f64>, factor: f64) {
        let (from_ms, to_ms) = self.window_ms();
        let place_ms = within(place_ms.unwrap_or(self.play_ms), from_ms, to_ms);
        let length_ms = ((to_ms - from_ms) * factor).max(ZOOM_MIN_MS);
        let before = (place_ms - from_ms) / (to_ms - from_ms);
        self.show(place_ms - before * length_ms, length_ms);
    }

    fn pan(&mut self, share: f64) {
        let (from_ms, to_ms) = self.window_ms();
        self.show(from_ms + share * (to_ms - from_ms), to_ms - from_ms);
    }

    /// Shows so much of the timeline, from there on if there is so much.
    fn show(&mut self, from_ms: f64, length_ms: f64) {
        let pace = self.pace();
        let total_ms = pace.total_ms();
        let from_ms = within(from_ms, 0.0, (total_ms - length_ms).max(0.0));
        let part = (pace.sim_us(from_ms), pace.sim_us(from_ms + length_ms));
        self.travel.zoom = (length_ms < total_ms && part.0 < part.1).then_some(part);
    }

    /// The shown part moves on when the moment has left it.
    pub fn keep_in_view(&mut self) {
        let Some((from_us, to_us)) = self.travel.zoom else { return };
        if !(from_us..=to_us).contains(&self.now_us) {
            let (from_ms, to_ms) = self.window_ms();
            self.show(self.play_ms - LEAD * (to_ms - from_ms), to_ms - from_ms);
        }
    }

    /// Where playing goes on: at the end of the span from its beginning.
    pub fn go_round(&mut self) {
        let Some((from_us, to_us)) = self.travel.span else { return };
        let (from_ms, to_ms) = (self.pace().play_ms(from_us), self.pace().play_ms(to_us));
        if self.play_ms >= to_ms {
            self.play_ms = from_ms;
        }
    }
}
