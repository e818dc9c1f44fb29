//! The lowest lane: how many records are at risk, acked and not committed.

use ackscope::player::{Player, at_risk};
use ackscope::stage::palette::Ink;
use ackscope::stage::scene::{Anchor, Rect, within};

use super::Track;
use super::lanes::NAME_SIZE;
use crate::app::words::words;

impl Track<'_> {
    /// A band, as high as there are records at risk.
    pub(super) fn risk(&mut self, player: &Player) {
        let steps = at_risk(player.setup(), player.trace());
        let Some(most) = steps.iter().map(|step| step.1).max().filter(|most| *most > 0) else {
            return;
        };
        let room = self.lane() * 0.9;
        let foot = self.foot();
        for (at, (from_us, count)) in steps.iter().enumerate() {
            let to_us = steps.get(at + 1).map_or(player.end_us(), |next| next.0);
            let (left, right) = (self.inside(*from_us), self.inside(to_us));
            let is_seen = self.x(to_us) >= self.size.gutter && self.x(*from_us) <= self.size.width;
            if *count > 0 && is_seen {
                let height = (room * *count as f32 / most as f32).max(2.0);
                let rect = Rect::new(left, foot - height, (right - left).max(1.0), height);
                self.rect(rect, 0.0, Ink::LeaderFill, 0.45);
            }
        }
        if self.size.gutter > 0.0 && self.lane() >= NAME_SIZE {
            // Where lanes are low it stands lower, off the name above it.
            let up = within(self.lane() - NAME_SIZE - 2.0, 0.0, 3.0);
            let at = (self.size.gutter - 10.0, foot - up);
            self.text(words().at_risk.to_owned(), at, (Anchor::End, NAME_SIZE, false), Ink::Leader);
        }
    }
}
