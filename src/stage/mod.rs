//! The stage: one moment of a run as a scene of plain shapes.
//!
//! [`scene()`] is pure: the same world, verdicts, time and view give the same scene. It decides no
//! rule of Kafka; it reads the world and the ledger, and a message's place follows from when it
//! left and when it arrives, so scrubbing is smooth both ways. One scene, two painters: the app's
//! canvas, and [`to_svg`].
//!
//! Simplified: internal topics and their traffic are not shown, nor are heartbeats.

mod brokers;
mod cargo;
mod condition;
mod consumers;
mod controller;
mod cuts;
mod door;
mod flags;
pub mod layout;
mod legend;
mod links;
mod lite;
pub mod look;
mod members;
mod messages;
pub mod motion;
mod others;
pub mod palette;
mod pen;
mod producers;
pub mod scene;
mod sender;
mod still;
mod strip;
mod svg;
pub mod text;
mod transactions;
pub mod words;

use litemap::LiteMap;

use crate::model::World;
use crate::model::ids::{PartitionId, RecordId};
use crate::model::trace::TraceEvent;
use crate::verdict::{Ledger, Verdict};
pub use layout::{Layout, preferred_height};
use legend::Sign;
use look::State;
use motion::{Places, Recent};
pub use palette::{Ink, Theme};
use pen::{BODY, Pen, SMALL, Style};
pub use scene::{Fold, Hotspot, Part, Rect, Scene, Shape, Site};
use scene::{pt, within};
pub use still::Still;
pub use svg::{css_variables, to_svg};
use words::Words;

/// How much a stage is enlarged at most, in a box as large as a wall.
pub const LARGEST: f32 = 3.0;

/// What is looked at, and in how large a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The width of the box in pixels.
    pub width: f32,
    /// Its height; a narrow scene is as high as it must be.
    pub height: f32,
    /// The record that is followed.
    pub focus: Option<RecordId>,
    /// The partition that is drawn in full; else that of the followed record, else the first.
    pub partition: Option<PartitionId>,
    /// How much room a broker's card leaves at its lower right for a button.
    pub button: f32,
    /// How much it is enlarged at most where the box is large. At 1 a larger box shows more instead.
    pub largest: f32,
    /// How much room the line at the bottom leaves at its left and at its right.
    pub corners: [f32; 2],
    /// The words.
    pub words: &'static Words,
}

impl View {
    /// A view of everything, in English.
    #[must_use]
    pub fn new(width: f32, height: f32) -> Self {
        Self {
            width,
            height,
            focus: None,
            partition: None,
            button: 0.0,
            corners: [0.0; 2],
            largest: LARGEST,
            words: &words::ENGLISH,
        }
    }
}

/// The scene of a moment. `now_us` is at or after [`World::now_us`], and before the next event.
#[must_use]
pub fn scene(world: &World, ledger: &Ledger, now_us: u64, view: &View) -> Scene {
    moving(world, ledger, now_us, view, (&[], &[]))
}

/// The same, with what has just happened on its way: some events of a trace.
#[must_use]
pub fn moving(
    world: &World,
    ledger: &Ledger,
    now_us: u64,
    view: &View,
    (trace, recent): (&[TraceEvent], &[Recent]),
) -> Scene {
    let partition = story_partition(world, ledger, view);
    let layout = Layout::new(world.setup(), partition, (view.width, view.height), view.largest);
    let mut stage = Stage {
        world,
        ledger,
        now_us,
        words: view.words,
        focus: view.focus,
        button: view.button,
        corners: view.corners,
        partition,
        sent_to: producers::sent_to(world.setup(), partition),
        chip: chip_size(world, partition, &layout),
        layout,
        pen: Pen::default(),
        verdicts: LiteMap::new(),
        in_tab_order: LiteMap::new(),
        copies: LiteMap::new(),
        seen: Vec::new(),
        places: Places::default(),
        stable_unsaid: None,
    };
    stage.links();
    stage.producers();
    stage.brokers();
    stage.consumers();
    stage.controller();
    stage.doors();
    stage.motion(trace, recent);
    stage.messages();
    stage.legend();
    let Stage { layout, mut pen, .. } = stage;
    let scale = layout.scale;
    if scale > 1.0 {
        pen::enlarge(&mut pen.shapes, &mut pen.hotspots, scale);
    }
    Scene {
        width: layout.width * scale,
        height: layout.height * scale,
        background: Ink::Surface,
        shapes: pen.shapes,
        hotspots: pen.hotspots,
        folds: pen.folds,
    }
}

/// The partition that is drawn in full: the wanted one, that of the followed record, or the first.
fn story_partition(world: &World, ledger: &Ledger, view: &View) -> Option<PartitionId> {
    let setup = world.setup();
    let shown = |p: &PartitionId| setup.partitions.get(p.index()).is_some_and(|p| !p.internal);
    let known = |record: &RecordId| (1..=setup.records.len()).contains(&(record.0 as usize));
    let followed = || view.focus.filter(known).and_then(|record| ledger.partition(record));
    let first = || (0..setup.partitions.len() as u16).map(PartitionId).find(shown);
    view.partition.or_else(followed).filter(shown).or_else(first)
}

/// How large a record is drawn: the same everywhere, and all through a run. The largest number must
/// fit; where there is room, so that a log of the whole run would just fill its strip.
fn chip_size(world: &World, partition: Option<PartitionId>, layout: &Layout) -> Size {
    let setup = world.setup();
    let count = setup.records.len();
    let numbers = count.to_string().len() as f32 * 6.6 + 8.6;
    let card = layout.brokers.first().map_or(0.0, |card| card.width);
    let room = card - layout::PAD - strip::track_start(setup, partition, card);
    let low = layout.brokers.first().is_none_or(|card| card.height < 140.0)
        || layout.consumers.iter().any(|card| card.height < 90.0);
    let most = if layout.narrow || low { 24.0 } else { 28.0 };
    let side = within(room / (count as f32 + 2.0) - 3.0, 22.0, most).floor();
    Size { width: side.max(numbers.ceil()), height: side }
}

/// How large a record is drawn.
#[derive(Clone, Copy, Debug)]
struct Size {
    width: f32,
    height: f32,
}

/// A scene in the making, and what it is made from.
struct Stage<'a> {
    world: &'a World,
    ledger: &'a Ledger,
    now_us: u64,
    words: &'static Words,
    focus: Option<RecordId>,
    button: f32,
    corners: [f32; 2],
    partition: Option<PartitionId>,
    /// The partitions that each producer sends to, that which is drawn in full first.
    sent_to: Vec<Vec<PartitionId>>,
    layout: Layout,
    pen: Pen,
    chip: Size,
    verdicts: LiteMap<RecordId, Verdict>,
    /// The records that have a place in the order of the Tab key.
    in_tab_order: LiteMap<RecordId, ()>,
    /// How many copies of each record were drawn at each site.
    copies: LiteMap<(RecordId, Site), u16>,
    /// The signs that were drawn.
    seen: Vec<Sign>,
    /// Where motion inside cards starts or ends.
    places: Places,
    /// A last stable offset that there was no room for above its log.
    stable_unsaid: Option<u64>,
}

impl Stage<'_> {
    /// The record that is followed, if there is one with that number.
    fn known_focus(&self) -> Option<RecordId> {
        let count = self.world.setup().records.len();
        self.focus.filter(|record| (1..=count).contains(&(record.0 as usize)))
    }

    /// Draws a record where it is, with a hotspot.
    fn record(&mut self, rect: Rect, record: RecordId, state: State, site: Site, down: bool) {
        let look = look::look(self.verdict(record), state, down);
        self.record_as(rect, record, look, site);
    }

    fn record_as(&mut self, rect: Rect, record: RecordId, look: look::Look, site: Site) {
        if self.focus == Some(record) {
            self.pen.rect(rect.inset(-3.0), 8.0).stroke(Ink::Text, 2.0);
        }
        self.see(Sign::of(look));
        look::chip(&mut self.pen, rect, record, look, Some(site));
        let first = self.in_tab_order.insert(record, ()).is_none();
        let label = words::fill(self.words.record, &[&record, &self.verdict(record).fate]);
        self.pen.hotspot(Part::Record(record, site), rect, first, label);
        let copies = self.copies.entry((record, site)).or_insert(0);
        if let Some(hotspot) = self.pen.hotspots.last_mut() {
            hotspot.copy = *copies;
        }
        *copies += 1;
    }

    /// The name of a section of a card, with a remark at its right end: the first that fits beside
    /// the first name; where none does, the last of both.
    fn section(&mut self, area: Rect, names: &[&'static str], remarks: &[String]) {
        let (title, style) = (Style::sans(Ink::Text, BODY).bold(), Style::sans(Ink::Muted, SMALL));
        let fits = |name: &str, remark: &String| {
            title.width(name) + 8.0 + style.width(remark) <= area.width
        };
        let pairs = names.iter().flat_map(|name| remarks.iter().map(move |text| (*name, text)));
        let pair = pairs.clone().find(|(name, remark)| fits(name, remark)).or(pairs.last());
        let Some((name, remark)) = pair else { return };
        self.pen.text(pt(area.x, area.y + 11.0), title, name);
        self.pen.text(pt(area.right(), area.y + 11.0), style.end(), remark.clone());
    }

    /// Records in a row, as many as fit, and how many more there are.
    fn row(&mut self, area: Rect, records: &[RecordId], state: State, site: Site) {
        let pitch = self.chip.width + 3.0;
        let fit = ((area.width + 3.0) / pitch).floor() as usize;
        let shown = if records.len() <= fit { records.len() } else { fit.saturating_sub(1) };
        for (n, record) in records.iter().take(shown).enumerate() {
            let rect =
                Rect::new(area.x + n as f32 * pitch, area.y, self.chip.width, self.chip.height);
            self.record(rect, *record, state, site, false);
        }
        if shown < records.len() {
            let more = words::fill(self.words.more, &[&(records.len() - shown)]);
            let at = pt(area.x + shown as f32 * pitch + 2.0, area.y + self.chip.height / 2.0 + 4.0);
            self.pen.text(at, Style::sans(Ink::Muted, SMALL), more);
            self.pen.fold(site, records.len() - shown);
        }
    }

    /// The verdict of a record; asked for once per scene.
    fn verdict(&mut self, record: RecordId) -> &Verdict {
        let ledger = self.ledger;
        self.verdicts.entry(record).or_insert_with(|| ledger.verdict(record))
    }
}
