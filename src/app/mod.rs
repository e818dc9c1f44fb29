//! The web app: the only place that knows the DOM.
//!
//! The state changes by messages alone ([`state`]); what the browser does and wants is in
//! [`effects`]. A frame paints the two canvases and moves the scrubber directly; the rest of the
//! page is rendered only when something that it shows has changed ([`shown`]).

mod ask;
mod break_it;
mod caption;
mod compare;
mod effects;
mod export;
mod fate_words;
mod fates;
mod files;
mod from_now;
mod glance;
mod help;
mod icons;
mod lab;
mod live;
mod log;
mod menu;
mod metrics;
mod msg;
mod paint;
mod panes;
mod patience;
mod pinch;
mod promises;
mod record_panel;
mod repaint;
mod route;
mod settings;
mod shown;
mod stage_view;
mod state;
mod timeline;
mod tool;
mod tools;
mod top_bar;
mod track;
mod transport;
mod travel;
mod tune;
mod words;
mod written;

use ackscope::lessons;
use ackscope::script::edit::value_of;
use ackscope::script::{Notice, Script, ScriptError};
use serde_json::Value;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use ask::Topic;
use break_it::marks::Handles;
use break_it::things::{self, Thing};
use effects::{Frames, Listeners};
use fates::{Fates, fates};
use live::Live;
use panes::{Pane, panes};
use record_panel::{RecordPanel, record_panel};
use settings::Settings;
use shown::{Maker, Shared, Shown};
use state::{Asks, Msg, State};
use words::{fill, words};

/// The app.
struct App {
    run: Result<Run, ScriptError>,
    frames: Frames,
    listeners: Listeners,
    link: lab::link::Link,
    answers: ask::Link,
    patience: patience::Patience,
    on: Callback<Msg>,
}

/// What the charts of the metrics depend on.
type ChartsKey = Option<(u32, bool, MadeFor, AboveFor)>;
/// What marks and settings depend on.
type MadeFor = (u32, state::Pacing, bool, bool);
/// What lies above the timeline depends on.
type AboveFor = (u32, (f64, f64), usize);

/// A run on the page.
struct Run {
    state: State,
    /// One for each world.
    makers: [Maker; 2],
    shown: [Shown; 2],
    live: Live,
    /// What changes with the script only.
    script: Shared<Value>,
    notices: Shared<Vec<Notice>>,
    above: std::rc::Rc<timeline::Above>,
    /// The things on the stage, each with its place there.
    things: Vec<(String, Thing)>,
    made_for: MadeFor,
    above_for: AboveFor,
    /// The metrics, and the answer and the pace that they are drawn from.
    charts: (ChartsKey, Vec<metrics::Chart>),
    named: String,
    /// The log, where it is open, and how many events were past when it was made.
    rows: Option<log::Rows>,
    past: usize,
    /// How many frames what is beside the stage has waited for, where it is not what it should be.
    late: u8,
}

/// What is beside the stage waits for so many frames at most while a hand goes on and on.
const LATE_MAX: u8 = 4;

impl Run {
    fn new() -> Result<Self, ScriptError> {
        let script = Script::parse(lessons::FIRST.script)?;
        let mut state = State::new(script, effects::media(), effects::stored_theme())?;
        let mut makers = [Maker::default(), Maker::default()];
        Ok(Self {
            shown: compare::shown(&mut state, &mut makers),
            script: Shared::new(value_of(lessons::FIRST.script)),
            notices: Shared::new(state.player.notices().to_vec()),
            above: timeline::above(&state),
            above_for: (0, state.window_ms(), 0),
            things: things::on_stage(state.player.setup(), state.player.script()),
            made_for: (0, state.pacing, false, false),
            charts: Default::default(),
            live: Live::default(),
            named: String::new(),
            rows: None,
            past: 0,
            late: 0,
            makers,
            state,
        })
    }

    /// Changes the state. Answers what it asks for, and whether the page shows something else.
    fn update(&mut self, msg: Msg) -> (Asks, bool) {
        let is_frame = matches!(msg, Msg::Frame(_));
        let was_playing = self.state.playing;
        let State { panes, media, .. } = &self.state;
        let is_much = [Pane::Log, Pane::Metrics].iter().any(|pane| panes.shows(*pane, media.wide));
        let travels = is_much && msg.travels();
        let asks = self.state.update(msg);
        let is_calm = is_frame && !self.live.is_dirty();
        // What nobody waits for keeps out of the way of what a hand has just done.
        let may_search = is_calm || is_frame && self.state.playing;
        let letter = self.state.letter() as usize;
        let found = may_search && self.makers[letter].search(&self.state);
        // Whoever goes elsewhere sees the stage there first, where there is much beside it.
        let waits = self.late > 0;
        self.late += u8::from(if waits { is_frame } else { travels });
        let is_due = self.late > 0 && (is_calm || self.late > LATE_MAX);
        if travels || !(asks.render || found || is_due) {
            return (asks, false);
        }
        self.late = 0;
        let shown = compare::shown(&mut self.state, &mut self.makers);
        let rows = self.log(is_frame);
        let played = was_playing != self.state.playing;
        let differs = shown != self.shown || rows || played || is_due || !is_frame;
        self.shown = shown;
        let State { revision, pacing, refused, compare, .. } = &self.state;
        let made_for = (*revision, *pacing, refused.is_some(), compare.is_some());
        if made_for != self.made_for || self.state.refused.is_some() {
            self.script = Shared::new(self.state.draft().to_value());
            let player = &self.state.player;
            self.notices = Shared::new(player.notices().to_vec());
            self.things = things::on_stage(player.setup(), player.script());
            self.made_for = made_for;
        }
        let window_ms = self.state.window_ms();
        let above_for = (self.state.revision, window_ms, self.state.travel.open.len());
        let moved = above_for != self.above_for;
        if moved {
            self.above = timeline::above(&self.state);
            self.above_for = above_for;
        }
        self.chart();
        (asks, differs || moved)
    }

    /// Draws the metrics when the lab has told them, and when time is mapped otherwise.
    fn chart(&mut self) {
        let asked = self.state.lab.asked(lab::Job::Metrics);
        let key = (asked.number, asked.running, self.made_for, self.above_for);
        if asked.number > 0 && self.charts.0 != Some(key) {
            self.charts = (Some(key), metrics::charts(&asked.report, self.state.pace()));
        }
    }

    /// What there is to see of the world that the page is about.
    fn shown(&self) -> &Shown {
        &self.shown[self.state.letter() as usize]
    }

    fn is_searching(&self) -> bool {
        self.makers.iter().any(Maker::is_searching)
    }
}

impl Run {
    /// Makes the log anew where it is open and may look different. Answers whether it does.
    fn log(&mut self, is_frame: bool) -> bool {
        let state = &mut self.state;
        if !state.panes.shows(Pane::Log, state.media.wide) {
            return std::mem::take(&mut self.rows).is_some();
        }
        let now_us = state.now_us;
        let past = state.player.trace().partition_point(|event| event.at_us <= now_us);
        if is_frame && past == self.past && self.rows.is_some() {
            return false;
        }
        self.past = past;
        let rows = Some(state.rows());
        let differs = rows != self.rows;
        self.rows = rows;
        differs
    }

    /// Title and address say which run this is.
    fn name(&mut self) {
        let name = &self.state.player.script().name;
        if self.named != *name {
            self.named.clone_from(name);
            effects::set_title(&fill(words().page_title, &[("name", name)]));
        }
        if let Some(id) = self.state.menu.opened.take() {
            effects::set_address(&format!("{}{id}", menu::ADDRESS));
        }
    }
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        effects::show_theme(effects::stored_theme());
        let on = ctx.link().callback(|msg| msg);
        Self {
            run: Run::new(),
            frames: Frames::default(),
            listeners: Listeners::default(),
            link: lab::link::Link::default(),
            answers: ask::Link::default(),
            patience: patience::Patience::default(),
            on,
        }
    }

    fn update(&mut self, _: &Context<Self>, msg: Msg) -> bool {
        let Ok(run) = &mut self.run else { return false };
        let Some(msg) = self.patience.now(&mut run.state, msg) else {
            self.frames.request(&self.on);
            return false;
        };
        let is_frame = matches!(msg, Msg::Frame(_));
        if let Msg::ExportPng(width) = msg {
            export::save_png(&mut run.state, width);
        }
        if matches!(msg, Msg::Media(_)) {
            effects::show_theme(run.state.theme);
        }
        if msg == Msg::Resized {
            run.live.resized();
            run.live.timeline.place(&run.above, true);
        }
        if is_frame {
            self.frames.arrived();
        }
        let is_calm = is_frame && !run.live.is_dirty();
        let (asks, differs) = run.update(msg);
        if let Some(file) = run.state.export.ready.take() {
            effects::save_text(&file);
        }
        if asks.store {
            effects::store_theme(run.state.theme);
            effects::show_theme(run.state.theme);
        }
        if asks.lab {
            self.link.follow(&run.state, &self.on);
            self.answers.follow(&run.state, &self.on);
        }
        run.live.soil(asks.paint);
        if is_frame {
            // What is beside the stage comes now, and then a frame of its own.
            if !(differs && is_calm) || asks.paint {
                run.live.paint(&mut run.state, run.late > 0);
            }
            self.patience.frame(&mut run.state, is_calm, &self.on);
        }
        if run.late == 0 {
            run.live.tell_root(&run.state);
        }
        let waits = run.is_searching() || self.patience.is_making() || run.late > 0;
        if run.live.wants_frame(run.state.playing) || waits {
            self.frames.request(&self.on);
        }
        differs
    }

    fn view(&self, _: &Context<Self>) -> Html {
        match &self.run {
            Ok(run) => view_run(run, &self.on),
            Err(error) => view_error(error),
        }
    }

    fn rendered(&mut self, _: &Context<Self>, first: bool) {
        let Ok(run) = &mut self.run else { return };
        if first {
            let keys = keys(self.on.clone());
            self.listeners = Listeners::start(&self.on, keys);
            if let Some(asked) = effects::asked() {
                self.on.emit(Msg::Menu(menu::MenuMsg::Address(asked)));
            }
            run.live.watch_wheel(&mut self.listeners, &self.on);
            effects::load_fonts(&[
                "400 12px Inter",
                "500 12px Inter",
                "600 12px Inter",
                "500 12px 'JetBrains Mono'",
            ]);
        }
        run.name();
        run.live.watch(run.state.compare.is_some(), &mut self.listeners, &self.on);
        if let Some(rows) = &run.rows {
            run.live.log.place(rows);
        }
        run.live.timeline.place(&run.above, false);
        if let Some(sight) = run.state.panes.sought.take() {
            effects::reveal(sight, !run.state.media.wide);
        }
        help::show(&run.live.help, run.state.help);
        help::show(&run.live.menu, run.state.menu.open);
        break_it::menu::show(&run.live.thing_menu, &run.state);
        run.live.soil(first);
        run.live.touch();
        self.frames.request(&self.on);
    }
}

/// What a key press means is for the effects to say; whether it is taken, too.
fn keys(on: Callback<Msg>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        if effects::turn_tab(&event) {
            event.prevent_default();
        } else if let Some(msg) = effects::shortcut(&event) {
            event.prevent_default();
            on.emit(msg);
        }
    })
}

fn view_run(run: &Run, on: &Callback<Msg>) -> Html {
    let Run { state, shown: worlds, live, .. } = run;
    let shown = run.shown();
    let trays = Fates::new(state, on);
    let two = state.compare.is_some();
    let window = state.window_ms();
    let marks = break_it::marks::marks(state, &run.script, window);
    let handles = html! { <Handles {marks} {window} on={on} /> };
    html! {
        <div class="app" data-present={state.present.then_some("")} data-compare={state.compare.as_ref().map(|both| both.chosen.name())}>
            { top_bar::top_bar(state, on) }
            <main>
                if state.compare.is_some() {
                    { compare::view::view(state, (worlds, &run.things), &live.stages, on) }
                } else {
                    { stage_view::stage_view("", (&shown.down, &run.things), &live.stages[0], glance::controls(state, on), on) }
                    { caption::caption(shown, state.playing, on) }
                    { fates(shown, trays) }
                }
            </main>
            <section class="time-bar" aria-label={words().transport} ref={live.bar.clone()}
                data-tall={state.travel.tall.then_some("")} data-more={state.travel.more.then_some("")}>
                { transport::transport(state, shown.ended, &live.transport, lab::danger::danger(state, on), on) }
                { timeline::timeline(&run.above, (handles, tools::tools(state, on)), &live.timeline, on) }
            </section>
            { panes(state.panes, state.media, two, (&|pane| view_pane(run, pane, on), &|pane| note(run, pane)), on) }
            { help::help(state.shortcuts, &live.help, on) }
            { menu::menu(state, &live.menu, on) }
            { break_it::menu::menu(state, &live.thing_menu, on) }
        </div>
    }
}

fn view_pane(run: &Run, pane: Pane, on: &Callback<Msg>) -> Html {
    let Run { state, live, .. } = run;
    let shown = run.shown();
    match pane {
        Pane::Settings => view_settings(run, on),
        Pane::Record => {
            let records = state.player.setup().records.len() as u32;
            let record = RecordPanel {
                life: shown.life.as_deref(),
                records,
                tray: shown.trays.iter().find(|tray| Some(tray.fate) == state.among),
                trays: Fates::new(state, on),
                saved: lab::rescue::rescue(state, on),
                on,
            };
            record_panel(&record)
        }
        Pane::Lab => html! {
            <>
                { promises::promises(state, on) }
                { lab::danger::map(state, on) }
                { lab::odds::odds(state, on) }
                { promises::monitoring::monitoring(state, on) }
            </>
        },
        Pane::Log => match &run.rows {
            Some(rows) => log::log(rows, state.log.follows(), &run.live.log, on),
            None => Html::default(),
        },
        Pane::Break => break_it::pane(state, &run.script, on),
        Pane::Files => files::pane(state, on),
        Pane::Metrics => metrics::metrics(state, &run.charts.1, &live.charts, on),
    }
}

fn view_settings(run: &Run, on: &Callback<Msg>) -> Html {
    let state = &run.state;
    let refused = state.refused.as_ref();
    let refused = refused.map(|it| (it.place.clone().into(), it.why.clone().into()));
    let setup = state.player.setup();
    let idempotent = match state.tune.from_now {
        // As the last change has it.
        true => setup.producer_configs().last().is_some_and(|config| config.enable_idempotence),
        false => setup.producers.iter().any(|producer| producer.config.enable_idempotence),
    };
    html! {
        <Settings script={run.script.clone()} version={state.draft().kafka} notices={run.notices.clone()} {idempotent}
            {refused} tune={state.tune.clone()} texts={state.questions.about(Topic::Texts).answer.clone()} on={on} />
    }
}

/// What a closed drawer says.
fn note(run: &Run, pane: Pane) -> AttrValue {
    match (pane, &run.shown().life) {
        (Pane::Settings, _) => words().settings_hint.into(),
        (Pane::Record, Some(life)) => record_panel::note(life),
        _ => AttrValue::default(),
    }
}

fn view_error(error: &ScriptError) -> Html {
    let w = words();
    html! {
        <main class="broken">
            <h1>{ w.broken_title }</h1>
            <p>{ w.broken_hint }</p>
            <p class="error" role="alert">{ error.to_string() }</p>
        </main>
    }
}

/// Mounts the app.
pub fn start() {
    console_error_panic_hook::set_once();
    yew::Renderer::<App>::new().render();
}
