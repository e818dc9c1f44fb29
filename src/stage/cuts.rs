//! Links that are cut: a gap with a cross near the receiver's end, where what was sent waits.

use super::Stage;
use super::legend::Sign;
use super::links::{Half, Way, flow};
use super::palette::Ink;
use super::pen::Pen;
use super::scene::{Point, Rect, pt};
use crate::model::ids::Node;
use crate::model::message::Message;

/// Which part of a way lies before its cut.
const CUT: f32 = 0.78;
/// Half of the gap, in pixels.
const GAP: f32 = 9.0;
/// Half of the cross, with a space around it.
const MARK: f32 = 7.0;
/// Half of the width of a message's name.
const NAME: f32 = 26.0;
/// How finely the place is sought where something large comes to a halt.
const STEPS: u16 = 48;

impl Stage<'_> {
    /// Whether nothing gets through from one to the other.
    pub(super) fn is_cut(&self, from: Node, to: Node) -> bool {
        self.world.faults().is_cut(from, to)
    }

    /// Draws a way that is cut.
    pub(super) fn cut_link(&mut self, way: Way) {
        self.see(Sign::Cut);
        let half = (GAP / way.length().max(1.0)).min(0.2);
        for part in [way.before(CUT - half), way.back().before(1.0 - CUT - half)] {
            self.pen.shape(part.form()).stroke(Ink::Lost, 1.5).dash(5.0, 4.0);
        }
        cut_sign(&mut self.pen, way.at(CUT));
    }

    /// How far a message of that size gets on its way, which is cut: it stays clear of the cross,
    /// and so does its name.
    pub(super) fn before_cut(&self, message: &Message, half: Half, part: f32) -> f32 {
        let (from, to, flow) = (message.from, message.to, flow(message));
        let mark = self.way(from, to, flow, Half::default()).map(|way| way.at(CUT));
        let (Some(mark), Some(way)) = (mark, self.way(from, to, flow, half)) else { return part };
        let mark = Rect::new(mark.x - MARK, mark.y - MARK, 2.0 * MARK, 2.0 * MARK);
        let between_brokers = matches!((from, to), (Node::Broker(_), Node::Broker(_)));
        let name = if between_brokers || self.layout.narrow { 0.0 } else { NAME };
        let half = Half { x: half.x.max(name), y: half.y + name * 0.65 };
        let clear = |part: &f32| !half.around(way.at(*part)).overlaps(mark);
        let parts = (0..=STEPS).map(|n| part * f32::from(n) / f32::from(STEPS));
        parts.take_while(clear).last().unwrap_or(0.0)
    }
}

/// The cross in the gap.
pub(super) fn cut_sign(pen: &mut Pen, center: Point) {
    pen.cross(pt(center.x, center.y), 15.0, Ink::Lost);
}
