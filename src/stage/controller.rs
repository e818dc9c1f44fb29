//! The controller's card: whom it takes to be alive, and whom it has elected.

use super::Stage;
use super::condition::Condition;
use super::layout::PAD;
use super::palette::Ink;
use super::pen::{SMALL, Style, TITLE};
use super::scene::{Part, Rect, pt};
use super::words::{both, duration, fill};
use crate::model::ids::BrokerId;

impl Stage<'_> {
    pub(super) fn controller(&mut self) {
        let card = self.layout.controller;
        self.card(Part::Controller, card, Condition::Works);
        self.card_hotspot(Part::Controller, card, self.words.controller.to_owned());
        let (x, right) = (card.x + PAD, card.right() - PAD);
        self.pen.text(
            pt(x, card.y + 23.0),
            Style::sans(Ink::Text, TITLE).bold(),
            self.words.controller,
        );
        self.pen.text(pt(right, card.y + 23.0), Style::sans(Ink::Muted, SMALL).end(), "KRaft");
        for n in 0..self.world.controller.brokers.len() {
            let row = Rect::new(x, card.y + 36.0 + n as f32 * 20.0, right - x, 20.0);
            self.registration(n, row);
        }
        let y = card.y + 36.0 + self.world.controller.brokers.len() as f32 * 20.0;
        self.elected(Rect::new(x, y, right - x, card.bottom() - y));
        self.pen.part = None;
    }

    /// A broker as the controller sees it: a bar counts its silence up to
    /// `broker.session.timeout.ms`.
    fn registration(&mut self, broker: usize, row: Rect) {
        let setup = self.world.setup();
        let known = &self.world.controller.brokers[broker];
        let base = row.y + 14.0;
        let own = &self.world.brokers[broker];
        let name = own.id.to_string();
        let style = Style::sans(Ink::Muted, SMALL);
        let width = self.pen.text(pt(row.x, base), style, name);
        let silent_us = self.now_us.saturating_sub(known.heard_us);
        // A heartbeat that is late by half is worth a mark.
        let late = silent_us > own.settings(setup).broker_heartbeat_interval_us * 3 / 2;
        let time = duration(silent_us);
        let (ink, words) = match (known.state.fenced, late) {
            (true, _) => (Ink::Lost, vec![self.words.fenced.to_owned()]),
            (false, true) => (Ink::Leader, vec![fill(self.words.silent, &[&time]), time]),
            (false, false) => (Ink::Muted, vec![self.words.alive.to_owned()]),
        };
        let style = Style { ink, ..style.end() };
        let limit = row.width - width - 22.0;
        let word = words.iter().find(|word| style.width(word) <= limit).or(words.last());
        let word = word.cloned().unwrap_or_default();
        let word_width = self.pen.text(pt(row.right(), base), style, word);
        let dot = self.pen.circle(pt(row.right() - word_width - 9.0, base - 4.0), 4.0);
        match (known.state.fenced, late) {
            (true, _) => dot.stroke(Ink::Lost, 1.4),
            (false, true) => dot.fill(Ink::Leader),
            (false, false) => dot.fill(Ink::Acked),
        };
        if late && !known.state.fenced {
            let part = silent_us as f32 / setup.broker.broker_session_timeout_us.max(1) as f32;
            let bar = Rect::new(row.x, row.bottom() - 1.5, row.width, 2.0);
            self.pen.rect(bar, 1.0).fill(Ink::Line);
            self.pen.rect(Rect { width: bar.width * part.min(1.0), ..bar }, 1.0).fill(Ink::Leader);
        }
    }

    /// Who leads the partition that is drawn in full, and who is in its ISR.
    fn elected(&mut self, area: Rect) {
        let Some(partition) = self.partition else { return };
        let state = &self.world.controller.partitions[partition.index()];
        let name = self.world.setup().partition_name(partition);
        self.pen
            .line(pt(area.x, area.y + 7.0), pt(area.right(), area.y + 7.0))
            .stroke(Ink::Line, 1.0);
        let style = Style::sans(Ink::Muted, SMALL);
        let base = area.y + 25.0;
        let epoch = fill(self.words.epoch, &[&state.leader_epoch]);
        let width = self.pen.text(pt(area.right(), base), style.end(), epoch);
        self.pen.fit(pt(area.x, base), area.width - width - 8.0, style, name);
        let isr = isr_words(&state.isr);
        let words = self.words;
        let (ink, leader) = match state.leader {
            Some(leader) => (Ink::Leader, vec![fill(words.leader_is, &[&(leader.0 + 1)])]),
            None => (Ink::Lost, both(words.offline, words.offline_short)),
        };
        let width = self.pen.text(pt(area.right(), base + 18.0), style.end(), isr);
        let style = Style::sans(ink, SMALL).medium();
        let limit = area.width - width - 8.0;
        self.pen.first_that_fits(pt(area.x, base + 18.0), limit, style, &leader);
    }
}

/// An ISR by the numbers of its brokers: `ISR 1 2 3`.
pub(super) fn isr_words(isr: &[BrokerId]) -> String {
    let last = isr.iter().map(|id| id.0).max().unwrap_or_default();
    let numbers = (0..=last).filter(|number| isr.contains(&BrokerId(*number)));
    numbers.fold("ISR".to_owned(), |words, number| format!("{words} {}", number + 1))
}
