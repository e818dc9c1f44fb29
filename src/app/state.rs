//! The app's state: one value, changed by messages alone. No clock, no DOM, no storage here.

use ackscope::model::ids::RecordId;
use ackscope::player::{Pace, Player};
use ackscope::script::{Do, Script, ScriptError};

use super::fields::FIELDS;

/// What can happen to the app.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// The browser is about to paint; the time in milliseconds.
    Frame(f64),
    /// Something about the page's surroundings changed.
    Media(Media),
    /// The size of the stage or the fonts changed.
    Resized,
    /// Play or pause.
    Toggle,
    /// To the event after or before.
    Step(Direction),
    /// To the mark after or before.
    Leap(Direction),
    /// To the beginning or the end.
    Jump(Direction),
    /// To a simulated moment.
    Seek(u64),
    /// To a place of the timeline, in milliseconds of playing.
    Scrub(f64),
    /// So many per cent of the normal speed.
    Speed(u16),
    /// How simulated time becomes playing time.
    Pacing(Pacing),
    /// Shows the biography of a record.
    Follow(Option<RecordId>),
    /// Does something to the system, now.
    Act(Do),
    /// Sets a field of the settings panel, or back to its default.
    Set(usize, Option<String>),
    /// Takes back the last change.
    Undo,
    /// Brings it back.
    Redo,
    /// Chooses the colours.
    Theme(Theme),
    /// Shows or hides the help.
    Help(bool),
    /// Turns single-key shortcuts on or off.
    Shortcuts(bool),
}

/// In time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what was.
    Back,
    /// To what will be.
    Forward,
}

/// How simulated time becomes playing time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pacing {
    /// Slow where something happens, quick where nothing does.
    Smart,
    /// Always the same scale.
    Fixed,
}

/// The colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Those of the system.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What the browser says about its window and its user's wishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// Whether the panels fit beside the stage.
    pub wide: bool,
    /// Whether the system is dark.
    pub dark: bool,
    /// Whether motion is to be avoided.
    pub reduced_motion: bool,
    /// Whether contrast is to be high.
    pub more_contrast: bool,
}

/// Everything that the app knows.
pub struct State {
    /// The run.
    pub player: Player,
    /// Counts the runs: grows with every change of the script.
    pub revision: u32,
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
    /// The record whose biography is shown.
    pub followed: Option<RecordId>,
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
}

/// Settings that Kafka refuses.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The settings.
    pub script: Script,
    /// The field that was set last.
    pub field: usize,
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
}

const PAINT: Asks = Asks { paint: true, render: true, store: false };
const RENDER: Asks = Asks { paint: false, render: true, store: false };
const NOTHING: Asks = Asks { paint: false, render: false, store: false };

/// How long a run takes at a fixed scale, at normal speed.
const FIXED_SECONDS: u64 = 60;
/// After a pause of the browser playing goes on where it was.
const FRAME_MAX_MS: f64 = 100.0;

impl State {
    /// The state at the beginning of a run.
    pub fn new(script: Script, media: Media, theme: Theme) -> Result<Self, ScriptError> {
        let player = Player::new(script)?;
        let fixed = fixed(&player);
        let start_us = player.setup().records.first().map_or(0, |plan| plan.at_us);
        let mut state = Self {
            player,
            revision: 0,
            now_us: 0,
            play_ms: 0.0,
            playing: !media.reduced_motion,
            speed: 100,
            pacing: Pacing::Smart,
            fixed,
            last_frame_ms: None,
            followed: None,
            refused: None,
            theme,
            media,
            help: false,
            shortcuts: true,
        };
        // Before the first send there is nothing to see.
        state.seek(start_us);
        Ok(state)
    }

    /// The map between simulated time and playing time.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        match self.pacing {
            Pacing::Smart => self.player.pace(),
            Pacing::Fixed => &self.fixed,
        }
    }

    /// Whether the colours are dark.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        match self.theme {
            Theme::Auto => self.media.dark,
            Theme::Light => false,
            Theme::Dark => true,
        }
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
            Msg::Media(media) => {
                self.playing &= !media.reduced_motion || self.media.reduced_motion;
                self.media = media;
                PAINT
            }
            Msg::Resized => Asks { render: false, ..PAINT },
            Msg::Toggle => {
                self.playing = !self.playing;
                self.last_frame_ms = None;
                if self.playing && self.now_us >= self.player.end_us() {
                    self.seek(0);
                }
                PAINT
            }
            Msg::Step(direction) => self.go(match direction {
                Direction::Back => self.player.previous_event_us(self.now_us).unwrap_or(0),
                Direction::Forward => self.player.next_event_us(self.now_us).unwrap_or(self.player.end_us()),
            }),
            Msg::Leap(direction) => self.go(self.mark_us(direction)),
            Msg::Jump(Direction::Back) => self.go(0),
            Msg::Jump(Direction::Forward) => self.go(self.player.end_us()),
            Msg::Seek(now_us) => self.go(now_us),
            Msg::Scrub(play_ms) => {
                self.play_ms = play_ms.clamp(0.0, self.pace().total_ms());
                self.now_us = self.pace().sim_us(self.play_ms);
                self.last_frame_ms = None;
                PAINT
            }
            Msg::Speed(speed) => {
                self.speed = speed;
                RENDER
            }
            Msg::Pacing(pacing) => {
                self.pacing = pacing;
                self.seek(self.now_us);
                PAINT
            }
            Msg::Follow(record) => {
                self.followed = record.filter(|id| (1..=self.player.setup().records.len()).contains(&id.index()));
                PAINT
            }
            Msg::Act(what) => {
                // The stage offers only what can be done; a refusal changes nothing.
                if self.player.act(self.now_us, what).is_ok() {
                    self.changed();
                }
                PAINT
            }
            Msg::Set(field, value) => self.set(field, value.as_deref()),
            Msg::Undo => {
                if self.refused.take().is_none() {
                    self.player.undo();
                }
                self.changed();
                PAINT
            }
            Msg::Redo => {
                self.player.redo();
                self.changed();
                PAINT
            }
            Msg::Theme(theme) => {
                self.theme = theme;
                Asks { store: true, ..PAINT }
            }
            Msg::Help(help) => {
                self.help = help;
                RENDER
            }
            Msg::Shortcuts(shortcuts) => {
                self.shortcuts = shortcuts;
                RENDER
            }
        }
    }

    fn frame(&mut self, now_ms: f64) -> Asks {
        if !self.playing {
            self.last_frame_ms = None;
            return NOTHING;
        }
        let passed_ms = self.last_frame_ms.map_or(0.0, |last_ms| (now_ms - last_ms).clamp(0.0, FRAME_MAX_MS));
        self.last_frame_ms = Some(now_ms);
        self.play_ms += passed_ms * f64::from(self.speed) / 100.0;
        self.now_us = self.pace().sim_us(self.play_ms);
        if self.play_ms >= self.pace().total_ms() {
            self.now_us = self.player.end_us();
            self.playing = false;
        }
        PAINT
    }

    /// Goes to a moment and stays there, as stepping and jumping do.
    fn go(&mut self, now_us: u64) -> Asks {
        self.playing = false;
        self.seek(now_us);
        PAINT
    }

    fn seek(&mut self, now_us: u64) {
        self.now_us = now_us.min(self.player.end_us());
        self.play_ms = self.pace().play_ms(self.now_us);
    }

    fn mark_us(&self, direction: Direction) -> u64 {
        let times = self.player.marks().into_iter().map(|mark| mark.at_us);
        match direction {
            Direction::Back => times.filter(|at_us| *at_us < self.now_us).max().unwrap_or(0),
            Direction::Forward => times.filter(|at_us| *at_us > self.now_us).min().unwrap_or(self.player.end_us()),
        }
    }

    fn set(&mut self, field: usize, value: Option<&str>) -> Asks {
        let Some(setting) = FIELDS.get(field) else { return NOTHING };
        let before = self.draft().clone();
        let refusal = match setting.set(&before, value) {
            Ok(script) if script == *self.player.script() => None,
            Ok(script) => {
                let error = self.player.set(script.clone()).err();
                error.map(|error| Refused { script, field, why: error.message })
            }
            Err(why) => Some(Refused { script: before, field, why }),
        };
        self.refused = refusal;
        if self.refused.is_none() {
            self.changed();
        }
        PAINT
    }

    /// Another run: the position stays.
    fn changed(&mut self) {
        self.refused = None;
        self.revision += 1;
        self.fixed = fixed(&self.player);
        self.seek(self.now_us);
    }
}

fn fixed(player: &Player) -> Pace {
    Pace::fixed(player.end_us() / FIXED_SECONDS, player.end_us())
}
