//! What changes with every frame: the two pictures, the scrubber, the time. Written to the
//! elements directly, past the rendering of the page.

use ackscope::player::within;
use ackscope::stage::{self, Scene, Theme, View};
use web_sys::{Element, HtmlCanvasElement, HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::compare::{Letter, marks};
use super::effects::{Listeners, root, set_style};
use super::lab::{Job, danger};
use super::paint::Painter;
use super::state::{Msg, Pacing, State};
use super::track::{Size, track};
use super::words::{decimal, fill, span, time, words};
use super::{stage_view, timeline, transport};

/// The elements that frames write to.
#[derive(Default)]
pub struct Live {
    /// Those of the stages: one, or one for each world.
    pub stages: [stage_view::Handle; 2],
    /// Those of the timeline.
    pub timeline: timeline::Handle,
    /// Those of the controls.
    pub transport: transport::Handle,
    /// The dialog with the help.
    pub help: NodeRef,
    /// The dialog of the lessons.
    pub menu: NodeRef,
    dirty: bool,
    ready: bool,
    /// Whether the stages that are watched are two.
    watched: Option<bool>,
    track: Option<TrackKey>,
}

/// What the picture of the timeline depends on.
#[derive(Clone, Copy, PartialEq)]
struct TrackKey {
    revision: u32,
    pacing: Pacing,
    size: Size,
    theme: Theme,
    ratio: f64,
    danger: (u32, u64),
}

/// How wide the button in a broker's card is, with the gap before it.
const BUTTON: f32 = 74.0;
/// The smallest that the stage is shown before it scrolls instead.
const SCALE_MIN: f32 = 0.84;
/// The same where two stand side by side, and the width that each should have.
const PAIR_SCALE_MIN: f32 = 0.76;
const PAIR: f32 = 660.0;
/// From this height on the timeline names its lanes and times.
const TALL_TRACK: f32 = 80.0;
/// The same widths as in the style sheet.
const GUTTER: f32 = 82.0;
const AXIS: f32 = 20.0;

impl Live {
    /// Notes that what is painted is no longer true.
    pub fn soil(&mut self, dirty: bool) {
        self.dirty |= dirty;
    }

    /// Whether a frame is needed.
    #[must_use]
    pub fn dirty(&self) -> bool {
        self.dirty
    }

    /// Hears when the pictures change their size. There are others where two worlds are compared.
    pub fn watch(&mut self, pair: bool, listeners: &mut Listeners, on: &Callback<Msg>) {
        if self.watched.replace(pair) == Some(pair) {
            return;
        }
        let frames = self.stages.iter().map(|stage| &stage.frame);
        for node in frames.chain([&self.timeline.canvas]) {
            if let Some(element) = node.cast::<Element>() {
                listeners.watch_size(&element, on);
            }
        }
    }

    /// Brings the elements up to date.
    pub fn paint(&mut self, state: &mut State) {
        if !std::mem::take(&mut self.dirty) {
            return;
        }
        let theme = theme(state);
        for letter in Letter::ALL {
            let stage = &self.stages[letter as usize];
            state.in_world(letter, |state| paint_stage(stage, state, theme));
        }
        self.paint_track(state, theme);
        self.move_scrubber(state);
        self.tell_root(state);
        if let (false, Some(root)) = (self.ready, root()) {
            self.ready = root.set_attribute("data-ready", "true").is_ok();
        }
    }

    fn paint_track(&mut self, state: &State, theme: Theme) -> Option<()> {
        let canvas = self.timeline.canvas.cast::<HtmlCanvasElement>()?;
        let (width, height) = (canvas.client_width() as f32, canvas.client_height() as f32);
        let tall = height >= TALL_TRACK;
        let (gutter, axis) = if tall { (GUTTER, AXIS) } else { (0.0, 0.0) };
        let size = Size { width, height, gutter, axis };
        let ratio = super::effects::pixel_ratio();
        let asked = state.lab.asked(Job::Danger);
        let danger = (asked.number, asked.report["tried"].as_u64().unwrap_or(0));
        let key =
            TrackKey { revision: state.revision, pacing: state.pacing, size, theme, ratio, danger };
        if self.track != Some(key) && width >= 1.0 {
            let spans = danger::spans(asked);
            let scene = track(&state.player, state.pace(), &spans, size);
            // Without its background: what is behind the timeline shows through.
            let mut painter = Painter::new(&canvas, (width, height), 1.0, theme)?;
            scene.shapes.iter().for_each(|shape| painter.shape(shape));
            self.track = Some(key);
        }
        Some(())
    }

    fn move_scrubber(&self, state: &State) -> Option<()> {
        let w = words();
        let total_ms = state.pace().total_ms().max(1.0);
        let now = time(state.now_us);
        let range = self.timeline.range.cast::<HtmlInputElement>()?;
        range.set_value_as_number(state.play_ms);
        let text = fill(w.position_text, &[("time", &now), ("end", &time(state.end_us()))]);
        if range.get_attribute("aria-valuetext").as_deref() != Some(&text) {
            let _ = range.set_attribute("aria-valuetext", &text);
        }
        let share = within(1.0 - state.play_ms / total_ms, 0.0, 1.0);
        let scale = "scaleX(".to_owned() + &decimal((share * 10_000.0) as u64, 10_000, 4) + ")";
        set_style(&self.timeline.veil.cast::<HtmlElement>()?, "transform", &scale);
        set_text(&self.transport.time, &now);
        // A tenth of a second of playing, measured from here.
        let tenth_ms = f64::from(state.speed);
        let ahead_us = state.pace().sim_us(state.play_ms + tenth_ms).saturating_sub(state.now_us);
        let rate = ahead_us as f64 * 10.0;
        let rate = if ahead_us > 0 {
            fill(w.pace_note, &[("rate", &span(two_digits(rate)))])
        } else {
            String::new()
        };
        set_text(&self.transport.rate, &rate);
        Some(())
    }

    /// Says on the root element which run and which moment is shown: for tests, and for whoever
    /// drives the page.
    pub fn tell_root(&self, state: &State) {
        let Some(root) = root() else { return };
        let digest = state.player.digest();
        let nibbles = (0..16)
            .rev()
            .map(|n| char::from_digit((digest >> (4 * n)) as u32 & 15, 16).unwrap_or('0'));
        let _ = root.set_attribute("data-digest", &nibbles.collect::<String>());
        let _ = root.set_attribute("data-time-us", &state.now_us.to_string());
    }
}

/// Paints the world that is chosen.
fn paint_stage(stage: &stage_view::Handle, state: &mut State, theme: Theme) -> Option<()> {
    let frame = stage.frame.cast::<Element>()?;
    let canvas = stage.canvas.cast::<HtmlCanvasElement>()?;
    let width = frame.client_width() as f32;
    if width < 1.0 {
        return None;
    }
    let preferred = stage::preferred_height(state.player.setup(), width);
    let height = if state.media.wide { frame.client_height() as f32 } else { preferred };
    let now_us = state.stage_us();
    let focus = state.followed;
    let moment = state.player.seek(now_us);
    let at_scale = |scale: f32| {
        let button = BUTTON / scale;
        let view = View { focus, button, ..View::new(width / scale, height / scale) };
        stage::scene(moment.world, moment.ledger, now_us, &view)
    };
    let (mut scene, scale) = fit(width, height, state.compare.is_some(), &at_scale);
    marks::mark(&mut scene, state);
    let size = (scene.width * scale, scene.height * scale);
    let mut painter = Painter::new(&canvas, size, scale, theme)?;
    painter.scene(&scene);
    stage.place(scene.hotspots, scale);
    Some(())
}

/// The scene at the scale at which it fits: a little smaller, rather than a part of it or, of two
/// side by side, upright.
fn fit(width: f32, height: f32, pair: bool, at_scale: &dyn Fn(f32) -> Scene) -> (Scene, f32) {
    let least = if pair { PAIR_SCALE_MIN } else { SCALE_MIN };
    let mut scale = if pair && (PAIR * least..PAIR).contains(&width) { width / PAIR } else { 1.0 };
    let mut scene = at_scale(scale);
    if scene.height * scale > height + 0.5 && height >= scene.height * least {
        scale = height / scene.height;
        scene = at_scale(scale);
    }
    (scene, scale)
}

/// The colours of the pictures.
fn theme(state: &State) -> Theme {
    match (state.media.more_contrast, state.is_dark()) {
        (true, _) => Theme::HighContrast,
        (false, true) => Theme::Dark,
        (false, false) => Theme::Light,
    }
}

/// Writes a text where it differs.
fn set_text(node: &NodeRef, text: &str) {
    if let Some(element) = node.cast::<Element>()
        && element.text_content().as_deref() != Some(text)
    {
        element.set_text_content(Some(text));
    }
}

/// Rounded, so that it does not flicker.
fn two_digits(us: f64) -> u64 {
    let mut unit = 1.0;
    while us / unit >= 100.0 {
        unit *= 10.0;
    }
    ((us / unit).round() * unit) as u64
}
