//! Saves the stage as it is now: as SVG, which the lab writes as `ackscope render` does, or as PNG,
//! painted here.

use ackscope::stage::{self, View, preferred_height};
use serde_json::{Value, json};
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::ask::Topic;
use super::paint::Painter;
use super::state::{Asks, Msg, PAINT, State};
use super::words::words;
use super::{effects, icons, live};

/// How many pixels of a PNG a pixel of the stage has.
const FINE: f64 = 2.0;

/// A file to be saved.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What is to be saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Export {
    /// The name of the file that the lab is asked for.
    wanted: Option<String>,
    /// A file that is ready.
    pub ready: Option<File>,
}

impl State {
    /// Asks the lab for the stage as SVG, that wide.
    pub fn export(&mut self, width: u16) -> Asks {
        self.export.wanted = Some(self.file_name(".svg"));
        let asks = self.ask_for(Topic::Still, self.still(width));
        self.exported();
        asks
    }

    /// Shows the stage to an audience, or no more.
    pub fn present(&mut self, present: bool) -> Asks {
        self.present = present;
        PAINT
    }

    /// What the lab is asked: the script, the moment, the size, the colours.
    fn still(&self, width: u16) -> Value {
        let height = preferred_height(self.player.setup(), f32::from(width)).ceil();
        let script: Value =
            serde_json::from_str(&self.player.script().to_json()).unwrap_or_default();
        let theme = match live::theme(self) {
            stage::Theme::Light => "light",
            stage::Theme::Dark => "dark",
            stage::Theme::HighContrast => "contrast",
        };
        json!({
            "job": "still", "script": script, "at_us": self.stage_us(), "width": width,
            "height": height as u64, "record": self.followed.map(|id| id.0),
            "partition": self.glance.partition.map(|id| self.player.setup().partition_name(id)),
            "theme": theme,
        })
    }

    /// What the lab has written is ready to be saved.
    pub fn exported(&mut self) {
        let asked = self.questions.about(Topic::Still);
        if asked.waiting {
            return;
        }
        if let (Some(svg), Some(name)) = (asked.answer["svg"].as_str(), self.export.wanted.take()) {
            self.export.ready = Some(File { name, text: svg.to_owned() });
        }
    }

    /// A file's name, from the script's and the moment: `acks-1-and-the-leader-dies-9547ms.png`.
    fn file_name(&self, ending: &str) -> String {
        let mut name = String::new();
        let title = self.player.script().name.to_ascii_lowercase();
        for part in title.split(|it: char| !it.is_alphanumeric()) {
            if !part.is_empty() {
                name += part;
                name.push('-');
            }
        }
        name + &(self.stage_us() / 1_000).to_string() + "ms" + ending
    }
}

/// Paints the stage, that wide, and saves it.
pub fn save_png(state: &mut State, width: u16) -> Option<()> {
    let name = state.file_name(".png");
    let (width, now_us, focus) = (f32::from(width), state.stage_us(), state.followed);
    let partition = state.glance.partition;
    let (theme, height) =
        (live::theme(state), preferred_height(state.player.setup(), width).ceil());
    let moment = state.player.seek(now_us);
    let view = View { focus, partition, ..View::new(width, height) };
    let scene = stage::scene(moment.world, moment.ledger, now_us, &view);
    let canvas = effects::canvas()?;
    Painter::fine(&canvas, (scene.width, scene.height), FINE, theme)?.scene(&scene);
    effects::save_canvas(&canvas, name);
    Some(())
}

/// The menu in the bar at the top.
pub fn menu(on: &Callback<Msg>) -> Html {
    let w = words();
    let item = |label: &'static str, action: &'static str, msg: fn(u16) -> Msg| {
        let onclick = on.reform(move |event: MouseEvent| {
            close(&event);
            msg(effects::stage_width())
        });
        html! { <button type="button" data-action={action} {onclick}>{ label }</button> }
    };
    html! {
        <details class="drop">
            <summary class="tool" data-action="export" title={w.export} aria-label={w.export}>{ icons::icon(icons::EXPORT) }</summary>
            <div class="drop-body">
                { item(w.export_svg, "export-svg", Msg::Export) }
                { item(w.export_png, "export-png", Msg::ExportPng) }
            </div>
        </details>
    }
}

/// Closes the menu in which something was chosen.
fn close(event: &MouseEvent) {
    let target = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
    if let Some(menu) = target.and_then(|it| it.closest("details").ok().flatten()) {
        let _ = menu.remove_attribute("open");
    }
}
