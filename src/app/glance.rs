//! How the stage is looked at: how large, and which partition is drawn in full.
//!
//! A larger stage is laid out in a larger box, so that more is told and not only written larger;
//! the frame scrolls over it. One that is made smaller is laid out in a larger box, too, which fills
//! the frame: what is smaller leaves room for more. One that is narrow is only written larger or
//! smaller.

use ackscope::model::ids::PartitionId;
use ackscope::stage::LARGEST as LARGEST_TYPE;
use web_sys::Element;
use yew::prelude::*;

use super::effects::chosen_value;
use super::state::{Asks, Msg, PAINT, State};
use super::tool::tell;
use super::words::words;

/// In per cent.
const SMALLEST: u16 = 50;
const LARGEST: u16 = 300;

/// How the stage is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glance {
    /// How large, in per cent of what fits.
    pub percent: u16,
    /// The partition that was chosen; else it is that of the followed record.
    pub partition: Option<PartitionId>,
    /// What stays where it is when the size changes: a place in the frame, as shares of it.
    anchor: Option<(f32, f32)>,
}

/// How the stage is laid out and shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scales {
    /// The box that it is laid out in, times the frame.
    pub layout: f32,
    /// At which scale that is then shown.
    pub shown: f32,
    /// How much larger than usual it may be laid out in a large box.
    pub largest: f32,
}

impl Default for Glance {
    fn default() -> Self {
        Self { percent: 100, partition: None, anchor: None }
    }
}

/// What changes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GlanceMsg {
    /// So many per cent of what it was, around that place of the frame.
    Zoom(u16, (f32, f32)),
    /// As large as fits.
    Fit,
    /// A partition that is drawn in full.
    Partition(Option<PartitionId>),
}

/// A step of the buttons and keys.
pub const LARGER: Msg = Msg::Glance(GlanceMsg::Zoom(125, MIDDLE));
/// A step back.
pub const SMALLER: Msg = Msg::Glance(GlanceMsg::Zoom(80, MIDDLE));
const MIDDLE: (f32, f32) = (0.5, 0.5);

impl Glance {
    /// How it is laid out and shown.
    #[must_use]
    pub fn scales(&self, wide: bool) -> Scales {
        let size = f32::from(self.percent) / 100.0;
        match (wide, size >= 1.0) {
            (false, _) => Scales { layout: 1.0, shown: size, largest: LARGEST_TYPE },
            (true, true) => Scales { layout: size, shown: 1.0, largest: LARGEST_TYPE },
            (true, false) => Scales { layout: 1.0 / size, shown: size, largest: 1.0 },
        }
    }

    /// How large what is in the frame is before it is made larger or smaller around a place; asked only
    /// then, since the page has to work it out.
    pub fn before(&self, frame: &Element) -> (f32, f32) {
        let size = || (frame.scroll_width() as f32, frame.scroll_height() as f32);
        self.anchor.map_or((0.0, 0.0), |_| size())
    }

    /// Scrolls so that what was under the pointer is there again.
    pub fn scroll(&mut self, frame: &Element, before: (f32, f32)) {
        let Some((x, y)) = self.anchor.take() else { return };
        let after = (frame.scroll_width() as f32, frame.scroll_height() as f32);
        let to = |from: i32, at: f32, before: f32, after: f32| {
            ((from as f32 + at) * after / before.max(1.0) - at) as i32
        };
        let (width, height) = (frame.client_width() as f32, frame.client_height() as f32);
        frame.set_scroll_left(to(frame.scroll_left(), x * width, before.0, after.0));
        frame.set_scroll_top(to(frame.scroll_top(), y * height, before.1, after.1));
    }
}

impl State {
    /// Looks at the stage in another way.
    pub fn glance(&mut self, msg: GlanceMsg) -> Asks {
        match msg {
            GlanceMsg::Zoom(by, anchor) => {
                let percent = u32::from(self.glance.percent) * u32::from(by) / 100;
                let percent = (percent as u16).clamp(SMALLEST, LARGEST);
                // What is nearly as large as fits is as large as fits.
                self.glance.percent = if percent.abs_diff(100) < 8 { 100 } else { percent };
                self.glance.anchor = Some(anchor);
            }
            GlanceMsg::Fit => {
                self.glance.percent = 100;
                self.glance.anchor = None;
            }
            GlanceMsg::Partition(partition) => self.glance.partition = partition,
        }
        PAINT
    }
}

/// The controls in the corners of the stage.
pub fn controls(state: &State, on: &Callback<Msg>) -> Html {
    let w = words();
    let tool = |sign: &'static str, label: &'static str, msg: Msg| {
        let onclick = tell::<MouseEvent>(on, msg);
        html! { <button type="button" title={label} aria-label={label} {onclick}>{ sign }</button> }
    };
    html! {
        <div class="glance">
            { partitions(state, on) }
            <div class="zoom" role="group" aria-label={w.stage_zoom}>
                { tool("−", w.stage_zoom_out, SMALLER) }
                if state.glance.percent != 100 {
                    { tool("fit", w.stage_zoom_fit, Msg::Glance(GlanceMsg::Fit)) }
                }
                { tool("+", w.stage_zoom_in, LARGER) }
            </div>
        </div>
    }
}

/// Which partition is drawn in full, where there are several.
fn partitions(state: &State, on: &Callback<Msg>) -> Html {
    let setup = state.player.setup();
    let all = (0..setup.partitions.len() as u16).map(PartitionId);
    let shown: Vec<_> = all.filter(|p| !setup.partition(*p).internal).collect();
    if shown.len() < 2 {
        return Html::default();
    }
    let w = words();
    let chosen = state.glance.partition;
    let onchange = chosen_value(on.reform(|value: String| {
        let number = value.parse().ok().map(PartitionId);
        Msg::Glance(GlanceMsg::Partition(number))
    }));
    let option = |p: &PartitionId| {
        let selected = chosen == Some(*p);
        html! { <option value={p.0.to_string()} {selected}>{ setup.partition_name(*p) }</option> }
    };
    html! {
        <select id="partition" aria-label={w.partition_in_full} {onchange}>
            <option value="" selected={chosen.is_none()}>{ w.partition_followed }</option>
            { for shown.iter().map(option) }
        </select>
    }
}
