//! The app's state: one value, changed by messages alone. No clock, no DOM, no storage here.

use ackscope::model::ids::RecordId;
use ackscope::player::{Pace, Player, within};
use ackscope::script::{Script, ScriptError};
use ackscope::verdict::Fate;

use super::ask::{Questions, Topic};
use super::break_it::Break;
use super::compare::Compare;
use super::export::Export;
use super::files::Files;
use super::glance::Glance;
use super::lab::{Job, Lab};
use super::log::Log;
use super::menu::Menu;
pub use super::msg::{Direction, Media, Msg, Pacing, Theme};
use super::panes::{Pane, Panes};
use super::travel::Travel;
use super::tune::Tune;

/// Everything that the app knows.
pub struct State {
    /// The run.
    pub player: Player,
    /// Which run it is: another one with every change of a script.
    pub revision: u32,
    /// How many runs there were.
    runs: u32,
    /// The moment shown.
    pub now_us: u64,
    /// The same in milliseconds of playing; between two microseconds while playing slowly.
    pub play_ms: f64,
    /// Whether it plays.
    pub playing: bool,
    /// Per cent of the normal speed.
    pub speed: u16,
    /// How time is mapped.
    pub pacing: Pacing,
    fixed: Pace,
    last_frame_ms: Option<f64>,
    /// Whether playing waits: another run is being made for this moment.
    pub held: bool,
    /// The record whose biography is shown.
    pub followed: Option<RecordId>,
    /// Whether its route is lit: somebody asked for it.
    pub lit: bool,
    /// The fate whose records are gone through; none for all records.
    pub among: Option<Fate>,
    /// Settings that were refused, with the field that was set last.
    pub refused: Option<Refused>,
    /// The colours that the user chose.
    pub theme: Theme,
    /// The surroundings.
    pub media: Media,
    /// Whether the help is shown.
    pub help: bool,
    /// Whether single keys are shortcuts.
    pub shortcuts: bool,
    /// What the lab was asked, and says.
    pub lab: Lab,
    /// Which panes are open.
    pub panes: Panes,
    /// What is to be saved.
    pub export: Export,
    /// Whether the stage is shown to an audience.
    pub present: bool,
    /// Whether all of the bar at the top is shown where there is little room.
    pub tools: bool,
    /// How the user moves through the run.
    pub travel: Travel,
    /// The event log.
    pub log: Log,
    /// The lessons to choose from.
    pub menu: Menu,
    /// Which metrics are looked for.
    pub metrics: String,
    /// The other world, if two are compared.
    pub compare: Option<Compare>,
    /// How the stage is looked at.
    pub glance: Glance,
    /// What the settings panel remembers.
    pub tune: Tune,
    /// What is being done to the system.
    pub breaking: Break,
    /// Properties files.
    pub files: Files,
    /// What else the lab was asked.
    pub questions: Questions,
}

/// Settings that Kafka refuses.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The settings.
    pub script: Script,
    /// The place of the setting that was changed last; empty if it is none of the panel's.
    pub place: String,
    /// In Kafka's words.
    pub why: String,
}

/// What a message asks of the rest of the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// The stage looks different.
    pub paint: bool,
    /// Something beside the stage may look different.
    pub render: bool,
    /// The theme is to be remembered.
    pub store: bool,
    /// The lab may be asked something else.
    pub lab: bool,
}

/// The stage and the page.
pub const PAINT: Asks = Asks { paint: true, render: true, store: false, lab: false };
/// The page.
pub const RENDER: Asks = Asks { paint: false, render: true, store: false, lab: false };
const NOTHING: Asks = Asks { paint: false, render: false, store: false, lab: false };

/// How long a run takes at a fixed scale, at normal speed.
const FIXED_SECONDS: u64 = 60;
/// After a pause of the browser playing goes on where it was.
const FRAME_MAX_MS: f64 = 100.0;

impl State {
    /// The state at the beginning of a run.
    pub fn new(script: Script, media: Media, theme: Theme) -> Result<Self, ScriptError> {
        let player = Player::new(script)?;
        let menu = Menu::beginning_with(player.script());
        let fixed = fixed(player.end_us());
        let mut state = Self {
            player,
            revision: 0,
            runs: 0,
            now_us: 0,
            play_ms: 0.0,
            playing: !media.reduced_motion,
            speed: 100,
            pacing: Pacing::Smart,
            fixed,
            last_frame_ms: None,
            held: false,
            followed: None,
            lit: false,
            among: None,
            refused: None,
            theme,
            media,
            help: false,
            shortcuts: true,
            lab: Lab::default(),
            panes: Panes::default(),
            export: Export::default(),
            present: false,
            tools: false,
            travel: Travel::default(),
            log: Log::default(),
            menu,
            metrics: String::new(),
            compare: None,
            glance: Glance::default(),
            tune: Tune::default(),
            breaking: Break::default(),
            files: Files::default(),
            questions: Questions::default(),
        };
        state.begin();
        Ok(state)
    }

    /// The map between simulated time and playing time.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        match self.pacing {
            Pacing::Smart => {
                let both = self.compare.as_ref().map(|both| &both.pace);
                self.travel.pace().or(both).unwrap_or_else(|| self.player.pace())
            }
            Pacing::Fixed => &self.fixed,
        }
    }

    /// When there is nothing more to play.
    #[must_use]
    pub fn end_us(&self) -> u64 {
        self.compare.as_ref().map_or(self.player.end_us(), |both| both.end_us)
    }

    /// Whether the colours are dark.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        match self.theme {
            Theme::Auto => self.media.dark,
            Theme::Light => false,
            Theme::Dark | Theme::Contrast => true,
        }
    }

    /// Whether contrast is high, by the user's choice or that of the system.
    #[must_use]
    pub fn is_high_contrast(&self) -> bool {
        self.theme == Theme::Contrast || self.theme == Theme::Auto && self.media.more_contrast
    }

    /// The script that the settings panel shows: the refused one, if the last change was refused.
    #[must_use]
    pub fn draft(&self) -> &Script {
        self.refused.as_ref().map_or_else(|| self.player.script(), |refused| &refused.script)
    }

    /// The moment that the stage shows: without motion, that of the last event.
    #[must_use]
    pub fn stage_us(&self) -> u64 {
        if !self.media.reduced_motion {
            return self.now_us;
        }
        self.player.previous_event_us(self.now_us + 1).unwrap_or(self.now_us)
    }

    /// Changes the state.
    pub fn update(&mut self, msg: Msg) -> Asks {
        match msg {
            Msg::Frame(now_ms) => self.frame(now_ms),
            Msg::Resized => Asks { render: false, ..PAINT },
            Msg::Media(media) => {
                self.playing &= !media.reduced_motion || self.media.reduced_motion;
                self.media = media;
                PAINT
            }
            Msg::Follow(record) => {
                let exists =
                    |id: &RecordId| (1..=self.player.setup().records.len()).contains(&id.index());
                self.followed = record.filter(exists);
                self.lit = true;
                self.glance.partition = None;
                self.panes.open(Pane::Record);
                self.explain()
            }
            Msg::Among(fate) => {
                self.go_among(fate);
                self.explain()
            }
            Msg::Why => self.why(),
            Msg::Theme(theme) => {
                self.theme = theme;
                Asks { store: true, ..PAINT }
            }
            Msg::Help(help) => {
                self.help = help;
                RENDER
            }
            Msg::HelpKey => {
                self.help |= self.shortcuts;
                RENDER
            }
            Msg::Shortcuts(shortcuts) => {
                self.shortcuts = shortcuts;
                RENDER
            }
            Msg::Menu(msg) => self.choose(msg),
            Msg::Pane(pane, open) => self.open_pane(pane, open),
            Msg::Export(width) => self.export(width),
            Msg::Present(present) => self.present(present),
            Msg::Tools(tools) => {
                self.tools = tools;
                PAINT
            }
            Msg::Travel(msg) => self.roam(msg),
            Msg::TravelKey(msg) if self.shortcuts => self.roam(msg),
            Msg::Log(msg) => self.browse(msg),
            Msg::Lab(msg) => self.ask_lab(msg),
            Msg::Metrics(msg) => self.seek_metrics(msg),
            Msg::Compare(msg) => self.compare(msg),
            Msg::Glance(msg) => self.glance(msg),
            Msg::Tune(msg) => self.tune(msg),
            Msg::Break(msg) => self.break_it(msg),
            Msg::Files(msg) => self.file(msg),
            Msg::Ask(topic) => self.ask(topic),
            Msg::Answered(topic, answer) => self.answered(topic, &answer),
            Msg::Act(_) | Msg::Undo | Msg::Redo => Asks { lab: true, ..self.change(msg) },
            _ => self.travel(msg),
        }
    }

    /// Opens a pane, or closes its drawer. What a pane shows at first is asked for when it is opened.
    fn open_pane(&mut self, pane: Pane, open: bool) -> Asks {
        if !open {
            self.panes.close(pane);
            return RENDER;
        }
        self.panes.open(pane);
        self.tune.waits = true;
        let job = match pane {
            Pane::Break => return self.ask(Topic::Texts),
            Pane::Files => {
                self.ask(Topic::Texts);
                return self.ask_about_files();
            }
            Pane::Lab => Job::Faults,
            Pane::Metrics => Job::Metrics,
            _ => return RENDER,
        };
        if self.lab.asked(job).number == 0 {
            self.lab.ask(job, String::new(), self.player.script());
        }
        Asks { lab: true, ..RENDER }
    }

    /// Messages that move in time, and those that say how.
    fn travel(&mut self, msg: Msg) -> Asks {
        match msg {
            Msg::Toggle => {
                self.playing = !self.playing;
                self.last_frame_ms = None;
                if self.playing && self.now_us >= self.end_us() {
                    self.seek(0);
                }
                PAINT
            }
            Msg::Step(Direction::Back) => {
                self.go(self.player.previous_event_us(self.now_us).unwrap_or(0))
            }
            Msg::Step(Direction::Forward) => {
                self.go(self.player.next_event_us(self.now_us).unwrap_or(self.end_us()))
            }
            Msg::Leap(direction) => self.go(self.mark_us(direction)),
            Msg::Jump(Direction::Back) => self.go(0),
            Msg::Jump(Direction::Forward) => self.go(self.end_us()),
            Msg::Seek(now_us) => self.go(now_us),
            Msg::Scrub(play_ms) => {
                self.play_ms = within(play_ms, 0.0, self.pace().total_ms());
                self.now_us = self.pace().sim_us(self.play_ms);
                self.last_frame_ms = None;
                PAINT
            }
            Msg::Speed(speed) => {
                self.speed = speed;
                PAINT
            }
            Msg::Pacing(pacing) => {
                self.pacing = pacing;
                self.seek(self.now_us);
                PAINT
            }
            _ => NOTHING,
        }
    }

    /// Messages that make another run.
    fn change(&mut self, msg: Msg) -> Asks {
        match msg {
            // The stage offers only what can be done; a refusal changes nothing.
            Msg::Act(what) => match self.player.act(self.now_us, what) {
                // It takes effect at the next microsecond, and is to be seen at once.
                Ok(()) => self.now_us += 1,
                Err(_) => return NOTHING,
            },
            // What was refused is not a run: taking it back brings nothing else back.
            Msg::Undo if self.refused.is_some() => {}
            Msg::Undo => self.player.undo(),
            Msg::Redo => self.player.redo(),
            _ => return NOTHING,
        }
        self.changed();
        PAINT
    }

    /// To the beginning: before the first send there is nothing to see.
    pub fn begin(&mut self) {
        self.followed = protagonist(&mut self.player);
        let start_us = self.player.setup().records.first().map_or(0, |plan| plan.at_us);
        self.seek(start_us);
        self.playing = !self.media.reduced_motion;
        self.last_frame_ms = None;
    }

    fn frame(&mut self, now_ms: f64) -> Asks {
        if !self.playing || self.held {
            self.last_frame_ms = None;
            return NOTHING;
        }
        let passed_ms =
            self.last_frame_ms.map_or(0.0, |last_ms| within(now_ms - last_ms, 0.0, FRAME_MAX_MS));
        self.last_frame_ms = Some(now_ms);
        self.play_ms += passed_ms * f64::from(self.speed) / 100.0;
        self.go_round();
        self.now_us = self.pace().sim_us(self.play_ms);
        if self.play_ms >= self.pace().total_ms() {
            self.now_us = self.end_us();
            self.playing = false;
        }
        self.keep_in_view();
        PAINT
    }

    /// Stays at the moment, under another pace.
    pub fn stay(&mut self) {
        self.seek(self.now_us);
    }

    /// Goes to a moment and stays there, as stepping and jumping do.
    fn go(&mut self, now_us: u64) -> Asks {
        self.playing = false;
        self.seek(now_us);
        PAINT
    }

    /// Goes to a moment, playing or not.
    pub fn seek(&mut self, now_us: u64) {
        self.now_us = now_us.min(self.end_us());
        self.play_ms = self.pace().play_ms(self.now_us);
        self.keep_in_view();
    }

    fn mark_us(&self, direction: Direction) -> u64 {
        let times = self.player.marks().into_iter().map(|mark| mark.at_us);
        match direction {
            Direction::Back => times.filter(|at_us| *at_us < self.now_us).max().unwrap_or(0),
            Direction::Forward => {
                times.filter(|at_us| *at_us > self.now_us).min().unwrap_or(self.end_us())
            }
        }
    }

    /// Another run: the position stays.
    pub fn changed(&mut self) {
        self.refused = None;
        self.revision = self.next_revision();
        self.lab.changed(self.player.script());
        if self.panes.shows(Pane::Files, self.media.wide) {
            self.ask_about_files();
        }
        self.reclock();
    }

    /// A number for one more run.
    pub fn next_revision(&mut self) -> u32 {
        self.runs += 1;
        self.runs
    }

    /// The run, or what it is compared with, is another one: so is the way it is played.
    pub fn reclock(&mut self) {
        self.compared();
        self.travel.changed(self.end_us());
        self.log.changed();
        self.fixed = fixed(self.end_us());
        self.seek(self.now_us);
    }
}

/// The record that a run is about: the first one that comes to harm, else the first.
fn protagonist(player: &mut Player) -> Option<RecordId> {
    let records = player.setup().records.len() as u32;
    let end_us = player.end_us();
    let ledger = player.seek(end_us).ledger;
    let ids = || (1..=records).map(RecordId);
    let harm = [Fate::Lost, Fate::Ghost, Fate::Duplicated, Fate::Reported];
    let harmed = harm.iter().find_map(|fate| ids().find(|id| ledger.verdict(*id).fate == *fate));
    harmed.or_else(|| ids().next())
}

fn fixed(end_us: u64) -> Pace {
    Pace::fixed(end_us / FIXED_SECONDS, end_us)
}
