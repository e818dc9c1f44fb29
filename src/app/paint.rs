//! The canvas painter: a loop over the shapes of a scene, in device pixels.

use std::f64::consts::TAU;

use ackscope::stage::palette::{Ink, Theme};
use ackscope::stage::scene::{
    Anchor, Fill, Form, Point, Scene, Segment, Shape, Stroke, Text, within,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::Array;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::effects::pixel_ratio;

/// The fonts, as the style sheet has them.
pub const SANS: &str = "Inter, system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', sans-serif";
/// That for what is code: names, numbers, times.
pub const MONO: &str = "'JetBrains Mono', ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";

/// A canvas with the colours of a theme.
pub struct Painter {
    context: CanvasRenderingContext2d,
    colors: Vec<String>,
    /// What the context is set to, so that it is set only where that changes.
    fill: Option<Ink>,
    stroke: Option<Ink>,
    font: String,
    alpha: f32,
}

impl Painter {
    /// Makes the canvas so large in CSS pixels, sharp on this screen, and clears it. What is
    /// painted is `scale` times as large as it says.
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
        let (device_width, device_height) =
            ((f64::from(width) * ratio).round() as u32, (f64::from(height) * ratio).round() as u32);
        if canvas.width() != device_width || canvas.height() != device_height {
            canvas.set_width(device_width);
            canvas.set_height(device_height);
        }
        let context =
            canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
        let zoom = ratio * f64::from(scale);
        context.set_transform(zoom, 0.0, 0.0, zoom, 0.0, 0.0).ok()?;
        context.clear_rect(0.0, 0.0, f64::from(width / scale), f64::from(height / scale));
        context.set_line_join("round");
        context.set_text_baseline("alphabetic");
        context.set_global_alpha(1.0);
        let colors = Ink::ALL.iter().map(|ink| theme.color(*ink).css()).collect();
        Some(Self { context, colors, fill: None, stroke: None, font: String::new(), alpha: 1.0 })
    }

    /// Paints a scene.
    pub fn scene(&mut self, scene: &Scene) {
        self.fill_with(Fill { ink: scene.background, opacity: 1.0 }, 1.0);
        self.context.fill_rect(0.0, 0.0, f64::from(scene.width), f64::from(scene.height));
        for shape in &scene.shapes {
            self.shape(shape);
        }
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
        let family = if text.mono { MONO } else { SANS };
        let weight = if text.mono { 500 } else { text.weight.css() };
        let font = weight.to_string() + " " + &size(text.size) + "px " + family;
        if font != self.font {
            self.context.set_font(&font);
            self.font = font;
        }
        self.context.set_text_align(match text.anchor {
            Anchor::Start => "left",
            Anchor::Middle => "center",
            Anchor::End => "right",
        });
        let _ = self.context.fill_text(&text.content, f64::from(text.at.x), f64::from(text.at.y));
    }

    fn fill_with(&mut self, fill: Fill, opacity: f32) {
        if self.fill != Some(fill.ink) {
            self.context.set_fill_style_str(&self.colors[fill.ink as usize]);
            self.fill = Some(fill.ink);
        }
        self.alpha(fill.opacity * opacity);
    }

    fn stroke_with(&mut self, stroke: Stroke, opacity: f32) {
        let context = &self.context;
        if self.stroke != Some(stroke.ink) {
            context.set_stroke_style_str(&self.colors[stroke.ink as usize]);
            self.stroke = Some(stroke.ink);
        }
        context.set_line_width(f64::from(stroke.width));
        context.set_line_cap(if stroke.round { "round" } else { "butt" });
        let dash = Array::new();
        for length in stroke.dash.iter().flatten() {
            dash.push(&JsValue::from_f64(f64::from(*length)));
        }
        let _ = context.set_line_dash(&dash);
        self.alpha(opacity);
    }

    fn alpha(&mut self, alpha: f32) {
        if alpha.to_bits() != self.alpha.to_bits() {
            self.context.set_global_alpha(f64::from(alpha));
            self.alpha = alpha;
        }
    }
}

/// A font size with at most one decimal.
fn size(size: f32) -> String {
    let tenths = (size * 10.0).round() as u32;
    let whole = (tenths / 10).to_string();
    if tenths.is_multiple_of(10) { whole } else { whole + "." + &(tenths % 10).to_string() }
}
