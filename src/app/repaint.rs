//! What of a picture is painted again: only where it differs from the one that is there.
//!
//! Two scenes are compared shape by shape, in their order. Whatever is in one of them only lies in
//! tiles that are then painted anew, with all shapes that reach into them; everywhere else the same
//! shapes cover each other in the same order.
//!
//! A smooth edge that is cut by the edge of a tile may differ by a trace from one that is painted at
//! once; so what comes to rest is painted once more, as a whole ([`super::live`]).

use ackscope::stage::palette::Theme;
use ackscope::stage::scene::{Anchor, Form, Point, Rect, Segment, Shape, Text};
use ackscope::stage::text::width;

/// How far ahead in the old picture a shape of the new one is looked for.
const AHEAD: usize = 64;
/// The least side of a tile, in pixels of the screen.
const TILE: u32 = 32;
/// Of so many columns of tiles each row is one number.
const COLUMNS: u32 = 64;

/// A picture as it was painted last; an empty one is not known.
#[derive(Default)]
pub struct Picture {
    look: Option<Look>,
    shapes: Vec<Shape>,
    /// How far each shape reaches.
    boxes: Vec<Rect>,
    /// Whether some of it was painted since it was painted as a whole.
    pub is_patched: bool,
}

/// What all of it depends on: its size in pixels of the screen, how many of those there are for each of
/// the scene's, and the colours.
#[derive(Clone, Copy, PartialEq)]
pub struct Look {
    pub size: [u32; 2],
    pub zoom: f64,
    pub theme: Theme,
}

/// A rectangle in whole pixels of the screen: from where, and how large.
pub type Part = [u32; 4];

impl Picture {
    /// Takes the shapes of the next picture. Answers which parts differ.
    pub fn turn_into(&mut self, shapes: Vec<Shape>, look: Look) -> Vec<Part> {
        let is_known = self.look == Some(look);
        let mut tiles = Tiles::new(look.size, look.zoom as f32);
        let mut boxes = Vec::with_capacity(shapes.len());
        let mut at = 0;
        for shape in &shapes {
            let ahead = self.shapes[at..].iter().take(AHEAD).position(|old| old == shape);
            if let Some(skipped) = ahead {
                self.boxes[at..at + skipped].iter().for_each(|gone| tiles.mark(*gone));
                at += skipped + 1;
                boxes.push(self.boxes[at - 1]);
            } else {
                let reach = reach(shape);
                tiles.mark(reach);
                boxes.push(reach);
            }
        }
        self.boxes[at..].iter().for_each(|gone| tiles.mark(*gone));
        let [width, height] = look.size;
        let parts = tiles.parts();
        let area: u32 = parts.iter().map(|part| part[2] * part[3]).sum();
        // So much takes less time at once.
        let at_once = !is_known || u64::from(area) * 3 > u64::from(width) * u64::from(height) * 2;
        let is_patched = !at_once && (self.is_patched || !parts.is_empty());
        *self = Self { look: Some(look), shapes, boxes, is_patched };
        if at_once { vec![[0, 0, width, height]] } else { parts }
    }

    /// The shapes that reach into a rectangle, in their order.
    pub fn within(&self, part: Rect) -> impl Iterator<Item = &Shape> {
        let all = self.shapes.iter().zip(&self.boxes);
        all.filter(move |(_, reach)| reach.overlaps(part)).map(|(shape, _)| shape)
    }
}

/// How far a shape reaches, with what smooth edges take.
fn reach(shape: &Shape) -> Rect {
    let stroke = shape.stroke.map_or(0.0, |stroke| stroke.width / 2.0);
    let form = match &shape.form {
        Form::Rect { rect, .. } => *rect,
        Form::Circle { center, radius } | Form::Arc { center, radius, .. } => {
            Rect::new(center.x, center.y, 0.0, 0.0).inset(-radius)
        }
        Form::Path(segments) => around(segments),
        Form::Text(text) => lettering(text),
    };
    form_inset(form, -stroke - 1.5)
}

/// `Rect::inset` would cut what is flat.
fn form_inset(rect: Rect, by: f32) -> Rect {
    Rect::new(rect.x + by, rect.y + by, rect.width - 2.0 * by, rect.height - 2.0 * by)
}

/// A path lies among its points.
fn around(segments: &[Segment]) -> Rect {
    let (mut low, mut high) = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
    let mut take = |point: &Point| {
        low = (low.0.min(point.x), low.1.min(point.y));
        high = (high.0.max(point.x), high.1.max(point.y));
    };
    for segment in segments {
        match segment {
            Segment::Move(to) | Segment::Line(to) => take(to),
            Segment::Cubic(a, b, to) => [a, b, to].into_iter().for_each(&mut take),
            Segment::Close => {}
        }
    }
    Rect::new(low.0, low.1, high.0 - low.0, high.1 - low.1)
}

/// The room of a text; with some more, for a font in place of one that has not come.
fn lettering(text: &Text) -> Rect {
    let width = width(&text.content, text.size, text.weight, text.mono);
    let x = match text.anchor {
        Anchor::Start => text.at.x,
        Anchor::Middle => text.at.x - width / 2.0,
        Anchor::End => text.at.x - width,
    };
    let more = width * 0.15 + 2.0;
    Rect::new(x - more, text.at.y - text.size * 1.2, width + 2.0 * more, text.size * 1.7)
}

/// The tiles of a picture that differ: a bit each.
struct Tiles {
    side: u32,
    size: [u32; 2],
    zoom: f32,
    rows: Vec<u64>,
}

impl Tiles {
    fn new(size: [u32; 2], zoom: f32) -> Self {
        let side = TILE.max(size[0].div_ceil(COLUMNS));
        let rows = vec![0; size[1].div_ceil(side) as usize];
        Self { side, size, zoom, rows }
    }

    fn mark(&mut self, rect: Rect) {
        // What is left of the picture or above it ends at its edge: a cast does not wrap.
        let tile = |length: f32| (length * self.zoom / self.side as f32) as u32;
        let last = self.size[0].saturating_sub(1) / self.side;
        if rect.right() < 0.0 || rect.bottom() < 0.0 || tile(rect.x) > last {
            return;
        }
        let (from, to) = (tile(rect.x), tile(rect.right()).min(last));
        let bits = u64::MAX >> (COLUMNS - 1 - to) & u64::MAX << from;
        let rows = tile(rect.y) as usize..=tile(rect.bottom()) as usize;
        for (_, row) in self.rows.iter_mut().enumerate().filter(|(at, _)| rows.contains(at)) {
            *row |= bits;
        }
    }

    /// The marked tiles, put together into rectangles.
    fn parts(mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        for top in 0..self.rows.len() {
            while self.rows[top] != 0 {
                let from = self.rows[top].trailing_zeros();
                let length = (self.rows[top] >> from).trailing_ones();
                let bits = (u64::MAX >> (COLUMNS - length)) << from;
                let same = |row: &&mut u64| **row & bits == bits;
                let high = self.rows[top..].iter_mut().take_while(same);
                let high = high.map(|row| *row &= !bits).count() as u32;
                let [x, y] = [from * self.side, top as u32 * self.side];
                let [width, height] = self.size;
                let side = |tiles: u32, most: u32| (tiles * self.side).min(most);
                parts.push([x, y, side(length, width - x), side(high, height - y)]);
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ackscope::player::Player;
    use ackscope::script::Script;
    use ackscope::stage::{View, scene};

    fn covers(parts: &[Part], x: u32, y: u32) -> bool {
        let has = |[left, top, width, height]: &Part| {
            (*left..left + width).contains(&x) && (*top..top + height).contains(&y)
        };
        parts.iter().any(has)
    }

    #[test]
    fn the_parts_are_the_tiles_that_were_marked_each_once_and_inside() {
        let (size, zoom) = ([1_300, 525], 1.5);
        let rects = [
            Rect::new(-40.0, -9.0, 60.0, 30.0),
            Rect::new(100.0, 100.0, 300.0, 10.0),
            Rect::new(210.0, 60.0, 20.0, 200.0),
            Rect::new(860.0, 340.0, 90.0, 90.0),
            Rect::new(2_000.0, 10.0, 5.0, 5.0),
        ];
        let mut tiles = Tiles::new(size, zoom);
        rects.iter().for_each(|rect| tiles.mark(*rect));
        let side = tiles.side;
        let marked = tiles.rows.clone();
        let parts = tiles.parts();
        for y in 0..size[1] {
            for x in 0..size[0] {
                let is_marked = marked[(y / side) as usize] >> (x / side) & 1 == 1;
                assert_eq!(covers(&parts, x, y), is_marked, "{x}, {y}");
                let (left, top) = (x as f32 / zoom, y as f32 / zoom);
                let pixel = Rect::new(left, top, 1.0 / zoom, 1.0 / zoom);
                assert!(is_marked || !rects.iter().any(|rect| rect.overlaps(pixel)), "{x}, {y}");
            }
        }
        let area: u32 = parts.iter().map(|part| part[2] * part[3]).sum();
        let covered = (0..size[1]).flat_map(|y| (0..size[0]).map(move |x| (x, y)));
        assert_eq!(area as usize, covered.filter(|(x, y)| covers(&parts, *x, *y)).count());
    }

    /// The shapes that cover a part, as they are.
    fn stack(shapes: &[Shape], part: Rect) -> Vec<&Shape> {
        shapes.iter().filter(|shape| reach(shape).overlaps(part)).collect()
    }

    #[test]
    fn where_nothing_is_painted_again_the_same_shapes_lie_upon_each_other() {
        let script = Script::parse(ackscope::lessons::FIRST.script).expect("a script");
        let mut player = Player::new(script).expect("a run");
        let pace = player.pace().clone();
        let look = Look { size: [800, 400], zoom: 1.0, theme: Theme::Light };
        let mut picture = Picture::default();
        let mut before: Vec<Shape> = Vec::new();
        let mut spared = 0;
        // Forward in small steps, then in leaps, and back.
        let steps = (0..60).chain((60..400).step_by(17)).chain([30, 31, 0]);
        for step in steps {
            let moment = player.seek(pace.sim_us(f64::from(step) * pace.total_ms() / 400.0));
            let view = View::new(800.0, 400.0);
            let scene = scene(moment.world, moment.ledger, moment.now_us, &view);
            let parts = picture.turn_into(scene.shapes.clone(), look);
            for (x, y) in (0..50).flat_map(|x| (0..25).map(move |y| (x * 16, y * 16))) {
                if !covers(&parts, x, y) {
                    let pixel = Rect::new(x as f32, y as f32, 1.0, 1.0);
                    assert_eq!(
                        stack(&before, pixel),
                        stack(&scene.shapes, pixel),
                        "{step}: {x}, {y}"
                    );
                    spared += 1;
                }
            }
            before = scene.shapes;
        }
        // What is the same needs nothing, and is as whole as it was.
        assert!(picture.is_patched);
        assert_eq!(picture.turn_into(before.clone(), look), [] as [Part; 0]);
        assert!(picture.is_patched);
        // In other colours everything differs.
        let dark = Look { theme: Theme::Dark, ..look };
        assert_eq!(picture.turn_into(before.clone(), dark), [[0, 0, 800, 400]]);
        assert_eq!(picture.turn_into(before, dark), [] as [Part; 0]);
        assert!(!picture.is_patched);
        assert!(spared > 30_000, "{spared} of 105 000 places were spared");
    }
}
