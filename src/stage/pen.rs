//! What the parts of the stage draw with: puts shapes and hotspots into a scene.

use std::borrow::Cow;

use super::palette::Ink;
use super::scene::{
    Anchor, Fill, Fold, Form, Hotspot, Part, Point, Rect, Segment, Shape, Site, Stroke, Text,
    Weight, pt, within,
};
use super::text;

/// A scene in the making.
#[derive(Debug, Default)]
pub struct Pen {
    /// The shapes so far.
    pub shapes: Vec<Shape>,
    /// The hotspots so far.
    pub hotspots: Vec<Hotspot>,
    /// What is not drawn one by one, so far.
    pub folds: Vec<Fold>,
    /// What the next shapes belong to.
    pub part: Option<Part>,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Its colour.
    pub ink: Ink,
    /// Its font size.
    pub size: f32,
    /// Its weight.
    pub weight: Weight,
    /// Whether it is monospaced.
    pub mono: bool,
    /// Which point of it is given.
    pub anchor: Anchor,
}

/// The scale of type: nothing is smaller than [`SMALL`].
pub const SMALL: f32 = 11.0;
/// What most is written in.
pub const BODY: f32 = 12.0;
/// The names of things.
pub const TITLE: f32 = 13.5;

impl Style {
    /// A plain text.
    #[must_use]
    pub const fn sans(ink: Ink, size: f32) -> Self {
        Self { ink, size, weight: Weight::Regular, mono: false, anchor: Anchor::Start }
    }

    /// A monospaced text.
    #[must_use]
    pub const fn mono(ink: Ink, size: f32) -> Self {
        Self { mono: true, ..Self::sans(ink, size) }
    }

    /// The same, heavier.
    #[must_use]
    pub const fn medium(self) -> Self {
        Self { weight: Weight::Medium, ..self }
    }

    /// The same, heavier still.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { weight: Weight::SemiBold, ..self }
    }

    /// The same around its middle.
    #[must_use]
    pub const fn middle(self) -> Self {
        Self { anchor: Anchor::Middle, ..self }
    }

    /// The same up to its end.
    #[must_use]
    pub const fn end(self) -> Self {
        Self { anchor: Anchor::End, ..self }
    }

    /// How wide a text in this style is.
    #[must_use]
    pub fn width(self, text: &str) -> f32 {
        text::width(text, self.size, self.weight, self.mono)
    }
}

impl Shape {
    /// Fills it.
    pub fn fill(&mut self, ink: Ink) -> &mut Self {
        self.tint(ink, 1.0)
    }

    /// Fills it, so that what is behind shows through.
    pub fn tint(&mut self, ink: Ink, opacity: f32) -> &mut Self {
        self.fill = Some(Fill { ink, opacity });
        self
    }

    /// Strokes it.
    pub fn stroke(&mut self, ink: Ink, width: f32) -> &mut Self {
        self.stroke = Some(Stroke { ink, width, dash: None, round: false });
        self
    }

    /// Breaks its stroke into dashes.
    pub fn dash(&mut self, dash: f32, gap: f32) -> &mut Self {
        if let Some(stroke) = &mut self.stroke {
            stroke.dash = Some([dash, gap]);
        }
        self
    }

    /// Rounds the ends of its stroke.
    pub fn round(&mut self) -> &mut Self {
        if let Some(stroke) = &mut self.stroke {
            stroke.round = true;
        }
        self
    }

    /// Makes it fainter.
    pub fn fade(&mut self, opacity: f32) -> &mut Self {
        self.opacity *= opacity;
        self
    }
}

impl Pen {
    /// Draws something that is not painted yet.
    pub fn shape(&mut self, form: Form) -> &mut Shape {
        let place = self.shapes.len();
        self.shapes.push(Shape { form, fill: None, stroke: None, opacity: 1.0, part: self.part });
        &mut self.shapes[place]
    }

    /// A rectangle.
    pub fn rect(&mut self, rect: Rect, radius: f32) -> &mut Shape {
        let radius = radius.min(rect.width / 2.0).min(rect.height / 2.0);
        self.shape(Form::Rect { rect, radius })
    }

    /// A circle.
    pub fn circle(&mut self, center: Point, radius: f32) -> &mut Shape {
        self.shape(Form::Circle { center, radius })
    }

    /// A part of a circle, from the top, clockwise.
    pub fn arc(&mut self, center: Point, radius: f32, sweep: f32) -> &mut Shape {
        self.shape(Form::Arc { center, radius, start: 0.0, sweep: within(sweep, 0.0, 1.0) })
    }

    /// A line.
    pub fn line(&mut self, from: Point, to: Point) -> &mut Shape {
        self.polyline(&[from, to])
    }

    /// Lines from point to point.
    pub fn polyline(&mut self, points: &[Point]) -> &mut Shape {
        let mut segments = Vec::with_capacity(points.len());
        for (n, point) in points.iter().enumerate() {
            segments.push(if n == 0 { Segment::Move(*point) } else { Segment::Line(*point) });
        }
        self.shape(Form::Path(segments))
    }

    /// A closed figure.
    pub fn polygon(&mut self, points: &[Point]) -> &mut Shape {
        let shape = self.polyline(points);
        if let Form::Path(segments) = &mut shape.form {
            segments.push(Segment::Close);
        }
        shape
    }

    /// A text; answers with its width.
    pub fn text(&mut self, at: Point, style: Style, content: impl Into<Cow<'static, str>>) -> f32 {
        let content = content.into();
        if content.is_empty() {
            return 0.0;
        }
        let width = style.width(&content);
        let Style { ink, size, weight, mono, anchor } = style;
        self.shape(Form::Text(Text { content, at, size, weight, mono, anchor })).fill(ink);
        width
    }

    /// A text that is cut with an ellipsis if it is wider than `limit`; answers with its width.
    pub fn fit(
        &mut self,
        at: Point,
        limit: f32,
        style: Style,
        content: impl Into<Cow<'static, str>>,
    ) -> f32 {
        let fitted = text::fit(content.into(), limit, style.size, style.weight, style.mono);
        self.text(at, style, fitted)
    }

    /// The first of some texts that is not wider than `limit`; none if all are.
    pub fn first_that_fits(&mut self, at: Point, limit: f32, style: Style, texts: &[String]) {
        if let Some(text) = texts.iter().find(|text| style.width(text) <= limit) {
            self.text(at, style, text.clone());
        }
    }

    /// A rounded label; answers with its width. `solid` is the ink behind the text.
    pub fn pill(
        &mut self,
        at: Point,
        style: Style,
        solid: Option<Ink>,
        content: impl Into<Cow<'static, str>>,
    ) -> f32 {
        let content = content.into();
        let (width, height) = (style.width(&content) + 16.0, style.size + 8.0);
        let rect = Rect::new(at.x, at.y, width, height);
        match solid {
            Some(ink) => self.rect(rect, height / 2.0).fill(ink),
            None => self.rect(rect.inset(0.5), height / 2.0).stroke(style.ink, 1.0),
        };
        self.text(
            pt(at.x + width / 2.0, at.y + height / 2.0 + style.size * 0.36),
            style.middle(),
            content,
        );
        width
    }

    /// A tick in a square of that size around a point.
    pub fn tick(&mut self, center: Point, size: f32, ink: Ink) {
        let h = size / 2.0;
        let points = [
            pt(center.x - h * 0.8, center.y + h * 0.05),
            pt(center.x - h * 0.2, center.y + h * 0.6),
            pt(center.x + h * 0.8, center.y - h * 0.6),
        ];
        self.polyline(&points).stroke(ink, 1.8).round();
    }

    /// A cross in a square of that size around a point.
    pub fn cross(&mut self, center: Point, size: f32, ink: Ink) {
        let h = size * 0.34;
        self.line(pt(center.x - h, center.y - h), pt(center.x + h, center.y + h))
            .stroke(ink, 1.8)
            .round();
        self.line(pt(center.x - h, center.y + h), pt(center.x + h, center.y - h))
            .stroke(ink, 1.8)
            .round();
    }

    /// A place that can be pointed at.
    pub fn hotspot(
        &mut self,
        part: Part,
        rect: Rect,
        in_tab_order: bool,
        label: impl Into<Cow<'static, str>>,
    ) {
        self.handle(part, rect, rect, in_tab_order, label);
    }

    /// The same for what contains other things; `handle` is what belongs to it alone.
    pub fn handle(
        &mut self,
        part: Part,
        rect: Rect,
        handle: Rect,
        in_tab_order: bool,
        label: impl Into<Cow<'static, str>>,
    ) {
        let (copy, label) = (0, label.into());
        self.hotspots.push(Hotspot { part, copy, rect, handle, label, in_tab_order });
    }

    /// The last shape stands for so many copies.
    pub fn fold(&mut self, site: Site, count: usize) {
        if count == 0 {
            return;
        }
        let shape = self.shapes.len().saturating_sub(1);
        self.folds.push(Fold { site, count: count as u32, shape });
    }
}

/// Makes everything larger, text and strokes too.
pub fn enlarge(shapes: &mut [Shape], hotspots: &mut [Hotspot], by: f32) {
    let point = |p: &mut Point| *p = pt(p.x * by, p.y * by);
    let rect = |r: &mut Rect| *r = Rect::new(r.x * by, r.y * by, r.width * by, r.height * by);
    for shape in shapes {
        match &mut shape.form {
            Form::Rect { rect: r, radius } => {
                rect(r);
                *radius *= by;
            }
            Form::Circle { center, radius } | Form::Arc { center, radius, .. } => {
                point(center);
                *radius *= by;
            }
            Form::Path(segments) => segments.iter_mut().for_each(|segment| match segment {
                Segment::Move(p) | Segment::Line(p) => point(p),
                Segment::Cubic(a, b, c) => [a, b, c].into_iter().for_each(point),
                Segment::Close => {}
            }),
            Form::Text(text) => {
                point(&mut text.at);
                text.size *= by;
            }
        }
        if let Some(stroke) = &mut shape.stroke {
            stroke.width *= by;
            stroke.dash = stroke.dash.map(|[dash, gap]| [dash * by, gap * by]);
        }
    }
    for hotspot in hotspots {
        rect(&mut hotspot.rect);
        rect(&mut hotspot.handle);
    }
}
