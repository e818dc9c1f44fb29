//! The messages: everything that can happen to the app, and the words that they are made of.

use ackscope::model::ids::RecordId;
use ackscope::script::Do;
use ackscope::verdict::Fate;

use super::ask::Topic;
use super::break_it::BreakMsg;
use super::compare::CompareMsg;
use super::files::FilesMsg;
use super::glance::GlanceMsg;
use super::lab::LabMsg;
use super::log::LogMsg;
use super::menu::MenuMsg;
use super::metrics::MetricsMsg;
use super::panes::Pane;
use super::travel::TravelMsg;
use super::tune::TuneMsg;

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
    /// Moves through time in another way.
    Travel(TravelMsg),
    /// The same by a single key.
    TravelKey(TravelMsg),
    /// The event log.
    Log(LogMsg),
    /// So many per cent of the normal speed.
    Speed(u16),
    /// How simulated time becomes playing time.
    Pacing(Pacing),
    /// Shows the biography of a record.
    Follow(Option<RecordId>),
    /// Lists the records of a fate, and goes through them; or through all records.
    Among(Option<Fate>),
    /// Shows why the first record that came to harm did, and what would have saved it.
    Why,
    /// Does something to the system, now.
    Act(Do),
    /// Looks at the stage in another way.
    Glance(GlanceMsg),
    /// Changes settings, or how they are shown.
    Tune(TuneMsg),
    /// Does something to the system, or changes what is done.
    Break(BreakMsg),
    /// Takes properties files in, or shows the settings as such.
    Files(FilesMsg),
    /// Asks the lab what there is to know.
    Ask(Topic),
    /// The lab says what there is to know.
    Answered(Topic, String),
    /// Chooses another lesson or script.
    Menu(MenuMsg),
    /// Opens a pane, or closes its drawer.
    Pane(Pane, bool),
    /// Asks the lab, or hears of it.
    Lab(LabMsg),
    /// Looks for metrics.
    Metrics(MetricsMsg),
    /// Puts two worlds side by side.
    Compare(CompareMsg),
    /// Saves the stage as SVG, so wide.
    Export(u16),
    /// Saves it as PNG.
    ExportPng(u16),
    /// Shows the stage to an audience, or no more.
    Present(bool),
    /// Shows all of the bar at the top where there is little room.
    Tools(bool),
    /// What has waited for its run, which is there now.
    Patiently(Box<Msg>),
    /// Takes back the last change.
    Undo,
    /// Brings it back.
    Redo,
    /// Chooses the colours.
    Theme(Theme),
    /// Shows or hides the help.
    Help(bool),
    /// The key that shows the help.
    HelpKey,
    /// Turns single-key shortcuts on or off.
    Shortcuts(bool),
}

impl Msg {
    /// Whether it only goes to another moment.
    #[must_use]
    pub fn travels(&self) -> bool {
        matches!(
            self,
            Self::Step(_) | Self::Leap(_) | Self::Jump(_) | Self::Seek(_) | Self::Scrub(_)
        )
    }
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
    /// As far apart as can be.
    Contrast,
}

/// What the browser says about its window and its user's wishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// Whether the panels fit beside the stage.
    pub wide: bool,
    /// Whether they fit beside two stages.
    pub roomy: bool,
    /// Whether the system is dark.
    pub dark: bool,
    /// Whether motion is to be avoided.
    pub reduced_motion: bool,
    /// Whether contrast is to be high.
    pub more_contrast: bool,
}
