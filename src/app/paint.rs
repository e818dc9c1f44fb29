//! The canvas painter: a loop over the shapes of a scene, in device pixels.

use std::f64::consts::TAU;

use ackscope::stage::palette::{Ink, Theme};
use ackscope::stage::scene::{
    Anchor, Fill, Form, Point, Rect, Scene, Segment, Shape, Stroke, Text, Weight, within,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::Array;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::effects::pixel_ratio;
use super::repaint::{Look, Picture};

/// The fonts of the style sheet, in short: a canvas is told them with nearly every text.
const SANS: &str = "Inter, system-ui, sans-serif";
/// That for what is code: names, numbers, times.
const MONO: &str = "'JetBrains Mono', ui-monospace, Menlo, monospace";

/// A canvas with the colours of a theme.
pub struct Painter {
    context: CanvasRenderingContext2d,
    colors: Vec<String>,
    look: Look,
    /// Whether nothing is left of what was there.
    is_empty: bool,
    set: Settings,
}

/// What the context is set to, so that it is set only where that changes.
#[derive(Default)]
struct Settings {
    fill: Option<Ink>,
    stroke: Option<Ink>,
    line: Option<Line>,
    font: Option<(f32, Weight, bool)>,
    anchor: Option<Anchor>,
    alpha: Option<f32>,
}

/// A stroke's width, whether its ends are round, and its dashes.
type Line = (f32, bool, Option<[f32; 2]>);

impl Painter {
    /// Makes the canvas so large in CSS pixels, sharp on this screen. What is painted is `scale` times
    /// as large as it says.
    #[must_use]
    pub fn new(
        canvas: &HtmlCanvasElement,
        (width, height): (f32, f32),
        scale: f32,
        theme: Theme,
    ) -> Option<Self> {
        Self::zoomed(canvas, (width, height), scale, pixel_ratio(), theme)
    }

    /// The same for a picture of its own, with so many pixels for each of the scene's.
    #[must_use]
    pub fn fine(
        canvas: &HtmlCanvasElement,
        size: (f32, f32),
        ratio: f64,
        theme: Theme,
    ) -> Option<Self> {
        Self::zoomed(canvas, size, 1.0, ratio, theme)
    }

    fn zoomed(
        canvas: &HtmlCanvasElement,
        (width, height): (f32, f32),
        scale: f32,
        ratio: f64,
        theme: Theme,
    ) -> Option<Self> {
        let size = [width, height].map(|length| (f64::from(length) * ratio).round() as u32);
        let is_empty = [canvas.width(), canvas.height()] != size;
        if is_empty {
            canvas.set_width(size[0]);
            canvas.set_height(size[1]);
        }
        let context =
            canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
        let zoom = ratio * f64::from(scale);
        context.set_transform(zoom, 0.0, 0.0, zoom, 0.0, 0.0).ok()?;
        context.set_line_join("round");
        context.set_text_baseline("alphabetic");
        let colors = Ink::ALL.iter().map(|ink| theme.color(*ink).css()).collect();
        let look = Look { size, zoom, theme };
        Some(Self { context, colors, look, is_empty, set: Settings::default() })
    }

    /// Takes away what was there.
    pub fn clear(&self) {
        let [width, height] = self.look.size.map(|length| f64::from(length) / self.look.zoom);
        self.context.clear_rect(0.0, 0.0, width, height);
    }

    /// Paints a scene.
    pub fn scene(&mut self, scene: &Scene) {
        self.fill_with(Fill { ink: scene.background, opacity: 1.0 }, 1.0);
        self.context.fill_rect(0.0, 0.0, f64::from(scene.width), f64::from(scene.height));
        for shape in &scene.shapes {
            self.shape(shape);
        }
    }

    /// Paints of a scene what differs from the picture that is there.
    pub fn turn(
        &mut self,
        picture: &mut Picture,
        shapes: Vec<Shape>,
        background: Ink,
    ) -> Option<()> {
        if self.is_empty {
            *picture = Picture::default();
        }
        let parts = picture.turn_into(shapes, self.look);
        let zoom = self.look.zoom;
        for part in parts {
            let [x, y, width, height] = part.map(f64::from);
            self.context.save();
            // In whole pixels: at an edge that is smooth what is below would show through.
            self.context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
            self.context.begin_path();
            self.context.rect(x, y, width, height);
            self.context.clip();
            self.fill_with(Fill { ink: background, opacity: 1.0 }, 1.0);
            self.context.fill_rect(x, y, width, height);
            self.context.set_transform(zoom, 0.0, 0.0, zoom, 0.0, 0.0).ok()?;
            let [x, y, width, height] = [x, y, width, height].map(|it| (it / zoom) as f32);
            for shape in picture.within(Rect::new(x, y, width, height)) {
                self.shape(shape);
            }
            self.context.restore();
            self.set = Settings::default();
        }
        Some(())
    }

    /// Paints a shape: first its inside, then its outline.
    pub fn shape(&mut self, shape: &Shape) {
        if let Form::Text(text) = &shape.form {
            if let Some(fill) = shape.fill {
                self.fill_with(fill, shape.opacity);
                self.text(text);
            }
            return;
        }
        self.outline(&shape.form);
        if let Some(fill) = shape.fill {
            self.fill_with(fill, shape.opacity);
            self.context.fill();
        }
        if let Some(stroke) = shape.stroke {
            self.stroke_with(stroke, shape.opacity);
            self.context.stroke();
        }
    }

    fn outline(&self, form: &Form) {
        let context = &self.context;
        context.begin_path();
        match form {
            Form::Rect { rect, radius } => {
                let (x, y) = (f64::from(rect.x), f64::from(rect.y));
                let (width, height) = (f64::from(rect.width), f64::from(rect.height));
                if *radius > 0.0 {
                    let radius = f64::from(*radius).min(width / 2.0).min(height / 2.0);
                    let _ = context.round_rect_with_f64(x, y, width, height, radius);
                } else {
                    context.rect(x, y, width, height);
                }
            }
            Form::Circle { center, radius } => {
                let _ = context.arc(
                    f64::from(center.x),
                    f64::from(center.y),
                    f64::from(*radius),
                    0.0,
                    TAU,
                );
            }
            Form::Arc { center, radius, start, sweep } => {
                // A scene counts turns from the top, a canvas radians from the right.
                let from = (f64::from(*start) - 0.25) * TAU;
                let to = from + f64::from(within(*sweep, 0.0, 1.0)) * TAU;
                let _ = context.arc(
                    f64::from(center.x),
                    f64::from(center.y),
                    f64::from(*radius),
                    from,
                    to,
                );
            }
            Form::Path(segments) => segments.iter().for_each(|segment| self.segment(segment)),
            Form::Text(_) => {}
        }
    }

    fn segment(&self, segment: &Segment) {
        let at = |point: &Point| (f64::from(point.x), f64::from(point.y));
        match segment {
            Segment::Move(to) => self.context.move_to(at(to).0, at(to).1),
            Segment::Line(to) => self.context.line_to(at(to).0, at(to).1),
            Segment::Cubic(a, b, to) => {
                self.context.bezier_curve_to(
                    at(a).0,
                    at(a).1,
                    at(b).0,
                    at(b).1,
                    at(to).0,
                    at(to).1,
                );
            }
            Segment::Close => self.context.close_path(),
        }
    }

    fn text(&mut self, text: &Text) {
        let font = (text.size, text.weight, text.mono);
        if self.set.font != Some(font) {
            let family = if text.mono { MONO } else { SANS };
            let weight = if text.mono { 500 } else { text.weight.css() };
            let css = weight.to_string() + " " + &size(text.size) + "px " + family;
            self.context.set_font(&css);
            self.set.font = Some(font);
        }
        if self.set.anchor != Some(text.anchor) {
            self.context.set_text_align(match text.anchor {
                Anchor::Start => "left",
                Anchor::Middle => "center",
                Anchor::End => "right",
            });
            self.set.anchor = Some(text.anchor);
        }
        let _ = self.context.fill_text(&text.content, f64::from(text.at.x), f64::from(text.at.y));
    }

    fn fill_with(&mut self, fill: Fill, opacity: f32) {
        if self.set.fill != Some(fill.ink) {
            self.context.set_fill_style_str(&self.colors[fill.ink as usize]);
            self.set.fill = Some(fill.ink);
        }
        self.alpha(fill.opacity * opacity);
    }

    fn stroke_with(&mut self, stroke: Stroke, opacity: f32) {
        let context = &self.context;
        if self.set.stroke != Some(stroke.ink) {
            context.set_stroke_style_str(&self.colors[stroke.ink as usize]);
            self.set.stroke = Some(stroke.ink);
        }
        let line = (stroke.width, stroke.round, stroke.dash);
        if self.set.line != Some(line) {
            context.set_line_width(f64::from(stroke.width));
            context.set_line_cap(if stroke.round { "round" } else { "butt" });
            let dash = Array::new();
            for length in stroke.dash.iter().flatten() {
                dash.push(&JsValue::from_f64(f64::from(*length)));
            }
            let _ = context.set_line_dash(&dash);
            self.set.line = Some(line);
        }
        self.alpha(opacity);
    }

    fn alpha(&mut self, alpha: f32) {
        if self.set.alpha != Some(alpha) {
            self.context.set_global_alpha(f64::from(alpha));
            self.set.alpha = Some(alpha);
        }
    }
}

/// A font size with at most one decimal.
fn size(size: f32) -> String {
    let tenths = (size * 10.0).round() as u32;
    let whole = (tenths / 10).to_string();
    if tenths.is_multiple_of(10) { whole } else { whole + "." + &(tenths % 10).to_string() }
}
