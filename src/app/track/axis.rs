//! Times under the lanes.

use ackscope::player::Fold;
use ackscope::stage::palette::Ink;
use ackscope::stage::scene::Anchor;

use super::ticks::{round_step, tick};
use super::{Track, solid};

const TICK_SIZE: f32 = 10.5;
/// The least distance between two times of the axis.
const TICK_GAP: f32 = 84.0;

impl Track<'_> {
    /// Times under the lanes, in round numbers, where there is room; none within folds.
    pub(super) fn times(&mut self, folds: &[Fold], end_us: u64) {
        let (from_ms, to_ms) = self.part.window_ms;
        let pace = self.part.pace;
        let (from_us, to_us) = (pace.sim_us(from_ms), pace.sim_us(to_ms).min(end_us));
        let mut edges = vec![from_us];
        edges.extend(folds.iter().flat_map(|fold| [fold.from_us, fold.to_us]));
        edges.push(to_us);
        let y = self.size.height - 3.0;
        let mut free = self.size.gutter - TICK_GAP;
        for section in edges.chunks(2) {
            let &[from_us, to_us] = section else { continue };
            if from_us >= to_us {
                continue;
            }
            let step = round_step(to_us - from_us, self.x(to_us) - self.x(from_us), TICK_GAP);
            let mut at_us = from_us.div_ceil(step) * step;
            while at_us <= to_us {
                let x = self.x(at_us);
                let is_seen = x >= self.size.gutter && x < self.size.width - 30.0;
                if is_seen && x - free >= TICK_GAP * 0.8 {
                    let lettering = (Anchor::Middle, TICK_SIZE, true);
                    self.text(tick(at_us, step), (x, y), lettering, Ink::Muted);
                    let top = self.foot();
                    self.line((x, top), (x, top + 4.0), solid(Ink::Edge, 1.0), 1.0);
                    free = x;
                }
                at_us += step;
            }
        }
    }
}
