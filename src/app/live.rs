//! What changes with every frame: the two pictures, the scrubber, the time. Written to the
//! elements directly, past the rendering of the page. A frame asks the page for nothing that would make
//! it work out its layout: sizes are measured when they have changed.

use ackscope::model::ids::RecordId;
use ackscope::player::within;
use ackscope::stage::scene::within as scene_within;
use ackscope::stage::{self, Scene, Theme, View, motion};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::compare::{Letter, marks};
use super::effects::{Listeners, root, set_style};
use super::glance::Scales;
use super::lab::{Job, danger};
use super::paint::Painter;
use super::repaint::Picture;
use super::route::Route;
use super::state::{Msg, Pacing, State};
use super::track::{Part, Size, track};
use super::words::{decimal, fill, span, time, words};
use super::written::Written;
use super::{log, stage_view, timeline, transport};

/// The elements that frames write to.
#[derive(Default)]
pub struct Live {
    /// Those of the stages: one, or one for each world.
    pub stages: [stage_view::Handle; 2],
    /// Those of the timeline.
    pub timeline: timeline::Handle,
    /// Those of the controls.
    pub transport: transport::Handle,
    /// The route of the record that is followed, in each world.
    routes: [Route; 2],
    /// Where charts mark the moment.
    pub charts: NodeRef,
    /// The menu of a thing.
    pub thing_menu: NodeRef,
    /// The dialog with the help.
    pub help: NodeRef,
    /// The dialog of the lessons.
    pub menu: NodeRef,
    /// The bar of time.
    pub bar: NodeRef,
    /// The event log.
    pub log: log::Handle,
    dirty: bool,
    /// Whether elements may have been moved or replaced that a frame sets.
    touched: bool,
    /// Whether what is painted was painted in parts.
    in_parts: bool,
    ready: bool,
    /// Whether the stages that are watched are two.
    watched: Option<bool>,
    track: Option<TrackKey>,
    /// The sizes of things, until something has another one.
    sizes: Option<Sizes>,
    told: Told,
}

/// The sizes that frames need to know.
#[derive(Clone, Copy, Default)]
struct Sizes {
    /// Those of the stages: with the room of a scroll bar, since there is none where the picture fits.
    stages: [(f32, f32); 2],
    /// That of the timeline.
    track: (f32, f32),
}

/// What was told last.
#[derive(Default)]
struct Told {
    least: Written,
    most: Written,
    position: Written,
    veil: Written,
    band: Written,
    charts: Written,
    time: Written,
    rate: Written,
    digest: Written,
    now: Written,
    bar: Written,
}

/// What the picture of the timeline depends on.
#[derive(Clone, Copy, PartialEq)]
struct TrackKey {
    revision: u32,
    pacing: Pacing,
    /// The shown part, and how many quiet spans are open.
    part: ((f64, f64), usize),
    followed: Option<RecordId>,
    size: Size,
    theme: Theme,
    ratio: f64,
    danger: [(u32, u64); 2],
    /// Whether its time is that of two worlds.
    pair: bool,
}

/// How wide the button in a broker's card is, with the gap before it.
const BUTTON: f32 = 74.0;
/// How wide the controls are in the lower corners of the stage: the choice of a partition, and those
/// of the size.
const CHOICE: f32 = 118.0;
const ZOOM: f32 = 60.0;
/// How wide a scroll bar is.
const BAR: f32 = 16.0;
/// The largest that it is before an audience.
const LARGEST: f32 = 1.6;
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

    /// Notes that the page was rendered.
    pub fn touch(&mut self) {
        self.touched = true;
    }

    /// Whether what is painted is not true any more.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Notes that something has another size, or looks different throughout: fonts have come.
    pub fn resized(&mut self) {
        self.sizes = None;
        self.dirty = true;
    }

    /// Whether a frame is needed: for what has changed, or for what comes to rest.
    #[must_use]
    pub fn wants_frame(&self, playing: bool) -> bool {
        self.dirty || self.touched || playing || self.in_parts
    }

    /// Hears when the pictures change their size. There are others where two worlds are compared.
    pub fn watch(&mut self, pair: bool, listeners: &mut Listeners, on: &Callback<Msg>) {
        if self.watched.replace(pair) == Some(pair) {
            return;
        }
        self.resized();
        let frames = self.stages.iter().map(|stage| &stage.frame);
        for node in frames.chain([&self.timeline.canvas, &self.bar]) {
            if let Some(element) = node.cast::<Element>() {
                listeners.watch_size(&element, on);
            }
        }
    }

    /// Hears of a wheel over the stage and over the timeline, and of two fingers on the stage.
    pub fn watch_wheel(&self, listeners: &mut Listeners, on: &Callback<Msg>) {
        for stage in &self.stages {
            if let Some(frame) = stage.frame.cast::<Element>() {
                listeners.watch_wheel(&frame, on, super::effects::zoom);
                super::pinch::watch(listeners, &frame, on);
            }
        }
        if let Some(range) = self.timeline.range.cast::<Element>() {
            let timeline = self.timeline.clone();
            listeners.watch_wheel(&range, on, move |event| timeline.wheel(event));
        }
    }

    /// Brings the elements up to date; where what is beside the stage comes later, so do the charts' marks.
    pub fn paint(&mut self, state: &mut State, is_late: bool) {
        let changed = std::mem::take(&mut self.dirty);
        if std::mem::take(&mut self.touched) && !changed {
            self.move_scrubber(state, is_late);
            return;
        }
        if !changed && (state.playing || !self.in_parts) {
            return;
        }
        if !changed {
            self.forget_pictures();
        }
        self.in_parts = false;
        let theme = theme(state);
        let sizes = self.measured(state.media.wide);
        for letter in Letter::ALL {
            let stage = &self.stages[letter as usize];
            let route = &mut self.routes[letter as usize];
            let size = sizes.stages[letter as usize];
            let paint = |state: &mut State| paint_stage(stage, route, state, (size, theme));
            self.in_parts |= state.in_world(letter, paint) == Some(false);
        }
        self.paint_track(state, sizes.track, theme);
        self.move_scrubber(state, is_late);
        if let (false, Some(root)) = (self.ready, root()) {
            self.ready = root.set_attribute("data-ready", "true").is_ok();
        }
    }

    /// Lets the stages be painted as a whole.
    fn forget_pictures(&self) {
        for stage in &self.stages {
            *stage.picture.borrow_mut() = Picture::default();
        }
    }

    /// The sizes of things. Measured where that is not known, and then all stages are painted anew.
    fn measured(&mut self, wide: bool) -> Sizes {
        if let Some(sizes) = self.sizes {
            return sizes;
        }
        let size = |node: &NodeRef, with_bar: bool| {
            let element = node.cast::<HtmlElement>()?;
            let width = if with_bar { element.offset_width() } else { element.client_width() };
            Some((width as f32, element.client_height() as f32))
        };
        self.forget_pictures();
        let stages = &self.stages;
        let sizes = Sizes {
            stages: [0, 1].map(|n: usize| size(&stages[n].frame, true).unwrap_or_default()),
            track: size(&self.timeline.canvas, false).unwrap_or_default(),
        };
        // On a wide page nothing sticks above it, and what is inherited is worked out for all elements.
        if !wide {
            self.make_room();
        }
        *self.sizes.insert(sizes)
    }

    fn paint_track(
        &mut self,
        state: &State,
        (width, height): (f32, f32),
        theme: Theme,
    ) -> Option<()> {
        let tall = height >= TALL_TRACK;
        let (gutter, axis) = if tall { (GUTTER, AXIS) } else { (0.0, 0.0) };
        let size = Size { width, height, gutter, axis };
        let ratio = super::effects::pixel_ratio();
        let labs = Letter::ALL.map(|letter| state.lab_of(letter).map(|(lab, _)| lab));
        let asked = labs.map(|lab| lab.map(|lab| lab.asked(Job::Danger)));
        let pair = state.compare.is_some();
        let danger = asked.map(|it| {
            it.map_or((0, 0), |it| (it.number, it.report["tried"].as_u64().unwrap_or(0)))
        });
        let (window_ms, open) = (state.window_ms(), &state.travel.open);
        let key = TrackKey {
            revision: state.revision,
            pacing: state.pacing,
            part: (window_ms, open.len()),
            followed: state.followed,
            size,
            theme,
            ratio,
            danger,
            pair,
        };
        if self.track != Some(key) && width >= 1.0 {
            // Where nobody has asked, the lanes have that room.
            let has_asked = asked.iter().flatten().any(|it| it.number > 0);
            let asked = asked.iter().flatten().filter(|_| has_asked);
            let spans: Vec<_> = asked.map(|it| danger::spans(it)).collect();
            let (pace, followed) = (state.pace(), state.followed);
            let part = Part { pace, window_ms, open, followed, danger: &spans };
            let picture = track(&state.player, part, size);
            // Without its background: what is behind the timeline shows through.
            let canvas = self.timeline.canvas.cast::<HtmlCanvasElement>()?;
            let mut painter = Painter::new(&canvas, (width, height), 1.0, theme)?;
            painter.clear();
            picture.shapes.iter().for_each(|shape| painter.shape(shape));
            *self.timeline.arrows.borrow_mut() = picture.arrows;
            self.track = Some(key);
        }
        Some(())
    }

    fn move_scrubber(&self, state: &State, is_late: bool) -> Option<()> {
        let (w, told) = (words(), &self.told);
        let (from_ms, to_ms) = state.window_ms();
        let now = time(state.now_us);
        let range = &self.timeline.range;
        told.least.attribute(range, "min", &(from_ms.floor() as u64).to_string());
        told.most.attribute(range, "max", &(to_ms.ceil() as u64).to_string());
        range.cast::<HtmlInputElement>()?.set_value_as_number(state.play_ms);
        let text = fill(w.position_text, &[("time", &now), ("end", &time(state.end_us()))]);
        told.position.attribute(range, "aria-valuetext", &text);
        let share = |ms: f64| within((ms - from_ms) / (to_ms - from_ms), 0.0, 1.0);
        let scale = "scaleX(".to_owned() + &parts(1.0 - share(state.play_ms)) + ")";
        told.veil.style(&self.timeline.veil, "transform", &scale);
        let at = |us: u64| share(state.pace().play_ms(us));
        let band = state.travel.span.map_or((0.0, 0.0), |(from, to)| (at(from), at(to)));
        let band_at = "translateX(".to_owned()
            + &parts(band.0 * 100.0)
            + "%) scaleX("
            + &parts(band.1 - band.0)
            + ")";
        told.band.style(&self.timeline.band, "transform", &band_at);
        let share = parts(state.play_ms / state.pace().total_ms().max(1.0));
        if !is_late {
            told.charts.style(&self.charts, "--now", &share);
        }
        told.time.text(&self.transport.time, &now);
        told.rate.text(&self.transport.rate, &rate(state));
        Some(())
    }

    /// What sticks above the bar of time keeps clear of it.
    fn make_room(&self) -> Option<()> {
        let height = self.bar.cast::<HtmlElement>()?.offset_height().to_string() + "px";
        let root = root()?.dyn_into::<HtmlElement>().ok()?;
        let root = self.told.bar.differs_on(root, &height)?;
        set_style(&root, "--bar", &height);
        Some(())
    }

    /// Says on the root element which run and which moment is shown: for tests, and for whoever
    /// drives the page.
    pub fn tell_root(&self, state: &State) {
        let digest = state.player.digest();
        let nibbles = (0..16)
            .rev()
            .map(|n| char::from_digit((digest >> (4 * n)) as u32 & 15, 16).unwrap_or('0'));
        self.tell("data-digest", &self.told.digest, &nibbles.collect::<String>());
        self.tell("data-time-us", &self.told.now, &state.now_us.to_string());
    }

    fn tell(&self, name: &str, told: &Written, value: &str) -> Option<()> {
        let root = root()?.dyn_into::<HtmlElement>().ok()?;
        told.differs_on(root, value)?.set_attribute(name, value).ok()
    }
}

/// How much simulated time a second plays. A tenth of a second of playing, measured from here.
fn rate(state: &State) -> String {
    let tenth_ms = f64::from(state.speed);
    let ahead_us = state.pace().sim_us(state.play_ms + tenth_ms).saturating_sub(state.now_us);
    if ahead_us == 0 {
        return String::new();
    }
    let rate = span(two_digits(ahead_us as f64 * 10.0));
    fill(words().pace_note, &[("rate", &rate)])
}

/// Paints the world that is chosen. Answers whether it is there as it was painted at once.
#[inline(never)] // The build asks for it by its name: a rehearsal paints everything each time.
fn paint_stage(
    stage: &stage_view::Handle,
    route: &mut Route,
    state: &mut State,
    ((width, height), theme): ((f32, f32), Theme),
) -> Option<bool> {
    let frame = stage.frame.cast::<HtmlElement>()?;
    let canvas = stage.canvas.cast::<HtmlCanvasElement>()?;
    if width < 1.0 {
        return None;
    }
    let preferred = stage::preferred_height(state.player.setup(), width);
    let height = if state.media.wide { height } else { preferred };
    let now_us = state.stage_us();
    let focus = state.followed;
    let recent = match state.media.reduced_motion {
        true => Vec::new(),
        false => motion::recent(state.player.trace(), state.pace(), now_us),
    };
    let moment = state.player.seek(now_us);
    let Scales { layout, shown, largest } = state.glance.scales(state.media.wide);
    let (width, height) = (width * layout, height * layout);
    let partition = state.glance.partition;
    let setup = moment.world.setup();
    let many = setup.partitions.iter().filter(|partition| !partition.internal).count() > 1;
    let corners = if many { [CHOICE, ZOOM] } else { [ZOOM, ZOOM] };
    let corners = if state.media.wide { corners } else { [0.0; 2] };
    // Before an audience it is larger, as far as the whole stage still fits.
    let most = if state.present { scene_within(width / 1_000.0, 1.0, LARGEST) } else { 1.0 };
    let fitted = |width: f32| {
        let at_scale = |scale: f32| {
            let button = BUTTON / (scale * shown);
            let view = View::new(width / scale, height / scale);
            let corners = corners.map(|corner| corner / (scale * shown));
            let view = View { focus, partition, button, corners, largest, ..view };
            stage::moving(moment.world, moment.ledger, now_us, &view, (moment.trace, &recent))
        };
        fit(width, height, (state.compare.is_some(), most), &at_scale)
    };
    let beside = if stage.scrolls.get() { BAR * layout } else { 0.0 };
    let (mut scene, mut scale) = fitted(width - beside);
    // One that is too high stands beside a scroll bar: the next picture, too, as a rule.
    if (scene.height * scale > height + 0.5) != stage.scrolls.get() {
        stage.scrolls.set(!stage.scrolls.get());
        (scene, scale) = fitted(if stage.scrolls.get() { width - BAR * layout } else { width });
    }
    let scale = scale * shown;
    marks::mark(&mut scene, state);
    if let Some(record) = state.followed.filter(|_| state.lit) {
        route.follow(&state.player, state.revision, record);
        route.light(&mut scene, now_us);
    }
    let before = state.glance.before(&frame);
    let size = (scene.width * scale, scene.height * scale);
    let mut painter = Painter::new(&canvas, size, scale, theme)?;
    let mut picture = stage.picture.borrow_mut();
    painter.turn(&mut picture, scene.shapes, scene.background)?;
    stage.resize(size);
    stage.place(scene.hotspots, scale);
    state.glance.scroll(&frame, before);
    Some(!picture.is_patched)
}

/// The scene at the scale at which it fits: a little smaller, rather than a part of it or, of two
/// side by side, upright.
fn fit(
    width: f32,
    height: f32,
    (pair, most): (bool, f32),
    at_scale: &dyn Fn(f32) -> Scene,
) -> (Scene, f32) {
    let least = if pair { PAIR_SCALE_MIN } else { SCALE_MIN };
    let mut scale = if pair && (PAIR * least..PAIR).contains(&width) { width / PAIR } else { most };
    let mut scene = at_scale(scale);
    if scene.height * scale > height + 0.5 && height >= scene.height * least {
        scale = height / scene.height;
        scene = at_scale(scale);
    }
    (scene, scale)
}

/// The colours of the pictures.
pub fn theme(state: &State) -> Theme {
    match (state.is_high_contrast(), state.is_dark()) {
        (true, _) => Theme::HighContrast,
        (false, true) => Theme::Dark,
        (false, false) => Theme::Light,
    }
}

/// A share as a number with four digits.
fn parts(share: f64) -> String {
    decimal((share * 10_000.0) as u64, 10_000, 4)
}

/// Rounded, so that it does not flicker.
fn two_digits(us: f64) -> u64 {
    let mut unit = 1.0;
    while us / unit >= 100.0 {
        unit *= 10.0;
    }
    ((us / unit).round() * unit) as u64
}
