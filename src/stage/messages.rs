//! What is on its way: where it is, and what it carries.
//!
//! Records travel as themselves, other requests under their name; what says nothing new is a
//! dot, and heartbeats and the traffic of internal topics are not shown.

use super::Stage;
use super::cargo::{Cargo, Note};
use super::links::{Half, flow};
use super::look::{self, Look, State};
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Part, Point, Rect, Site, pt, within};
use super::words::fill;
use crate::model::ids::{Node, RecordId};
use crate::model::message::Message;

/// How long what died stays to be seen.
const GRAVE_US: u64 = 25_000;
/// Which part of its way it has covered.
const GRAVE: f32 = 0.8;

/// Whether a message will be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    /// As far as is known.
    Good,
    /// It will find nobody.
    Doomed,
    /// It has found nobody.
    Dead,
}

/// Records that are drawn together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bundle<'r> {
    pub records: &'r [RecordId],
    /// How many of them are drawn one by one.
    pub shown: usize,
    pub site: Site,
    /// Whether nobody will hear of them.
    pub doomed: bool,
    /// Whether the outline is broken: they are doomed, or wait.
    pub dashed: bool,
}

impl Stage<'_> {
    pub(super) fn messages(&mut self) {
        let world = self.world;
        for message in world.network().messages.values() {
            if let Some(cargo) = self.cargo(message) {
                let doomed = !world.network().hears(message.connection, message.to);
                self.message(message, &cargo, if doomed { Life::Doomed } else { Life::Good });
            }
        }
        self.graves();
        self.pen.part = None;
    }

    /// What died on its way stays there for a while, or until its producer gives it up; of
    /// several in one place, the last.
    fn graves(&mut self) {
        let network = self.world.network();
        for (n, message) in network.lost.iter().enumerate() {
            let later = network.lost.iter().skip(n + 1);
            let same = |other: &&Message| (other.from, other.to) == (message.from, message.to);
            let fresh = self.now_us.saturating_sub(message.arrive_us) <= GRAVE_US;
            let waits = || self.world.producers.iter().any(|p| p.awaits(message.request));
            if later.clone().any(|other| same(&other)) || !(fresh || waits()) {
                continue;
            }
            let Some(cargo) = self.cargo(message) else { continue };
            if !matches!(cargo, Cargo::Dot) {
                self.message(message, &cargo, Life::Dead);
            }
        }
    }

    fn message(&mut self, message: &Message, cargo: &Cargo, life: Life) {
        let doomed = life != Life::Good;
        let flow = flow(message);
        let cut = self.is_cut(message.from, message.to);
        let shown = self.bundle_len(cargo, cut);
        let half = self.half(message, cargo, shown);
        let Some(way) = self.way(message.from, message.to, flow, half) else { return };
        let whole_us = (message.arrive_us - message.sent_us).max(1);
        let part = self.now_us.saturating_sub(message.sent_us) as f32 / whole_us as f32;
        let part = match within(part, 0.0, 1.0) {
            _ if life == Life::Dead => GRAVE,
            part if cut => self.before_cut(message, half, part),
            part if life == Life::Doomed => part.min(GRAVE),
            part => part,
        };
        let at = way.at(part);
        self.pen.part = Some(Part::Message(message.id));
        if life == Life::Dead {
            self.grave(at, half);
        }
        match cargo {
            Cargo::Records(records, name) => {
                self.message_name(message, name, part, pt(at.x, at.y - half.y - 5.0), doomed);
                // Late is what a cut link or a paused process keeps waiting.
                let late = self.now_us > message.arrive_us;
                let bundle = Bundle {
                    records,
                    shown,
                    site: match life {
                        Life::Dead => Site::Lost(message.id),
                        _ => Site::Message(message.id),
                    },
                    doomed,
                    dashed: doomed || late,
                };
                self.bundle(bundle, at, half);
            }
            Cargo::Note(ink, note) => {
                let ink = if doomed { Ink::Lost } else { *ink };
                let rect = half.around(at);
                let shape = self.pen.rect(rect.inset(0.5), 9.0);
                shape.fill(Ink::Surface).stroke(ink, 1.0);
                if doomed {
                    shape.dash(3.0, 2.5);
                }
                for (n, line) in self.note_lines(message, note).into_iter().enumerate() {
                    let y = rect.y + 13.5 + n as f32 * 13.0;
                    self.pen.text(pt(at.x, y), note_style(ink), line.to_owned());
                }
            }
            Cargo::Ack => {
                let ink = if doomed { Ink::Lost } else { Ink::Acked };
                let ring = self.pen.circle(at, 9.0).fill(Ink::Surface).stroke(ink, 1.25);
                if doomed {
                    ring.dash(3.0, 2.5);
                }
                self.pen.tick(at, 9.0, ink);
            }
            Cargo::Refusal(error) => {
                self.pen.circle(at, 9.0).fill(Ink::Surface).stroke(Ink::Lost, 1.25);
                self.pen.cross(at, 9.0, Ink::Lost);
                self.refusal(message, error, at);
            }
            Cargo::News => {
                let points = [
                    pt(at.x, at.y - 6.0),
                    pt(at.x + 6.0, at.y),
                    pt(at.x, at.y + 6.0),
                    pt(at.x - 6.0, at.y),
                ];
                self.pen.polygon(&points).fill(Ink::LeaderFill).stroke(Ink::Leader, 1.0);
            }
            Cargo::Dot => {
                self.pen.circle(at, 2.5).tint(if doomed { Ink::Lost } else { Ink::Muted }, 0.75);
            }
        }
    }

    /// The name of an error, in as many lines as it takes between the cards.
    fn refusal(&mut self, message: &Message, error: &'static str, at: Point) {
        if self.layout.narrow {
            return;
        }
        let (left, right) = self.gap(message);
        let style = Style::sans(Ink::Lost, SMALL).medium().middle();
        let lines = camel_lines(error.trim_end_matches("Exception"), |line| {
            style.width(line) <= right - left
        });
        let count = lines.len();
        for (n, line) in lines.into_iter().enumerate() {
            let half = style.width(line) / 2.0;
            let x = at.x.max(left + half).min((right - half).max(left + half));
            let y = at.y - 14.0 - (count - 1 - n) as f32 * 13.0;
            self.pen.text(pt(x, y), style, line.to_owned());
        }
    }

    /// A note in as many lines as it takes between the cards.
    fn note_lines<'n>(&self, message: &Message, note: &'n Note) -> Vec<&'n str> {
        if self.layout.narrow {
            return vec![&note.short];
        }
        let (left, right) = self.gap(message);
        camel_lines(&note.long, |line| note_style(Ink::Text).width(line) <= right - left - 14.0)
    }

    /// The room between the cards that a message goes through.
    fn gap(&self, message: &Message) -> (f32, f32) {
        let layout = &self.layout;
        let brokers = layout.brokers[0];
        let is_producer = |node: Node| matches!(node, Node::Producer(_));
        let (left, right) = if is_producer(message.from) || is_producer(message.to) {
            (layout.producers.first().map_or(0.0, |card| card.right()), brokers.x)
        } else {
            (brokers.right(), layout.controller.x)
        };
        (left + 2.0, right - 2.0)
    }

    /// The sign that something died there: a cross in its corner, and the word.
    fn grave(&mut self, at: Point, half: Half) {
        let corner = pt(at.x, at.y + half.y + 8.0);
        self.pen.cross(pt(corner.x - 14.0, corner.y), 11.0, Ink::Lost);
        if !self.layout.narrow {
            let style = Style::sans(Ink::Lost, SMALL).bold();
            self.pen.text(pt(corner.x - 6.0, corner.y + 4.0), style, self.words.died);
        }
    }

    /// The name shows when the message is clear of the cards. What goes from broker to broker
    /// needs none.
    fn message_name(
        &mut self,
        message: &Message,
        name: &'static str,
        part: f32,
        at: Point,
        doomed: bool,
    ) {
        let between_brokers =
            matches!((message.from, message.to), (Node::Broker(_), Node::Broker(_)));
        let clear = within((part.min(1.0 - part) - 0.06) / 0.1, 0.0, 1.0);
        if clear <= 0.0 || between_brokers || self.layout.narrow {
            return;
        }
        let ink = if doomed { Ink::Lost } else { Ink::Accent };
        self.pen.text(at, Style::sans(ink, SMALL).medium().middle(), name);
        if let Some(text) = self.pen.shapes.last_mut() {
            text.fade(clear);
        }
    }

    /// How many records of a message are drawn one by one. Before a cut there is little room.
    fn bundle_len(&self, cargo: &Cargo, cut: bool) -> usize {
        let Cargo::Records(records, _) = cargo else { return 0 };
        self.shown_of(records.len(), cut)
    }

    /// The same of so many records.
    pub(super) fn shown_of(&self, count: usize, cut: bool) -> usize {
        let gap = if self.layout.narrow {
            0.0
        } else {
            self.layout.brokers[0].x - self.layout.producers.first().map_or(0.0, |p| p.right())
        };
        let most = if cut { 1.0 } else { 3.0 };
        let fit = within(((gap - 24.0) / (self.chip.width + 3.0)).floor(), 1.0, most);
        count.min(fit as usize)
    }

    /// The size of a bundle of so many records.
    pub(super) fn bundle_half(&self, count: usize, shown: usize) -> Half {
        let more = usize::from(shown < count) as f32;
        let pitch = self.chip.width + 3.0;
        if self.layout.narrow {
            let y = (self.chip.height + more * 14.0) / 2.0 + 3.5;
            return Half { x: self.chip.width / 2.0 + 3.5, y };
        }
        let width = shown as f32 * pitch - 3.0 + more * 26.0;
        Half { x: width / 2.0 + 3.5, y: self.chip.height / 2.0 + 3.5 }
    }

    fn half(&self, message: &Message, cargo: &Cargo, shown: usize) -> Half {
        match cargo {
            Cargo::Records(records, _) => self.bundle_half(records.len(), shown),
            Cargo::Note(_, note) => {
                let style = note_style(Ink::Text);
                let lines = self.note_lines(message, note);
                let width = lines.iter().map(|line| style.width(line)).fold(0.0, f32::max);
                Half { x: width / 2.0 + 7.0, y: 9.5 + (lines.len() - 1) as f32 * 6.5 }
            }
            Cargo::Ack | Cargo::Refusal(_) => Half { x: 10.0, y: 10.0 },
            Cargo::News => Half { x: 7.0, y: 7.0 },
            Cargo::Dot => Half { x: 3.0, y: 3.0 },
        }
    }

    /// Records within a second outline.
    pub(super) fn bundle(&mut self, bundle: Bundle<'_>, at: Point, half: Half) {
        let Bundle { records, shown, site, doomed, dashed } = bundle;
        let outer = half.around(at);
        let ink = if doomed { Ink::Lost } else { Ink::Accent };
        let shape = self.pen.rect(outer.inset(0.5), 8.0);
        shape.fill(Ink::Surface).stroke(ink, 1.0);
        if dashed {
            shape.dash(3.0, 2.5);
        }
        for (n, record) in records.iter().take(shown).enumerate() {
            let x = outer.x + 3.5 + n as f32 * (self.chip.width + 3.0);
            let rect = Rect::new(x, outer.y + 3.5, self.chip.width, self.chip.height);
            let look = match doomed {
                true => Look::LOST,
                false => look::look(self.verdict(*record), State::Moving, false),
            };
            self.record_as(rect, *record, Look { ring: false, ..look }, site);
        }
        if shown < records.len() {
            let text = fill(self.words.more, &[&(records.len() - shown)]);
            let style = Style::sans(Ink::Text, SMALL).middle();
            let at = match self.layout.narrow {
                true => pt(at.x, outer.bottom() - 5.0),
                false => pt(outer.right() - 15.0, at.y + 4.0),
            };
            self.pen.text(at, style, text);
            self.pen.fold(site, records.len() - shown);
        }
    }
}

fn note_style(ink: Ink) -> Style {
    Style::sans(ink, SMALL).medium().middle()
}

/// A name in camel case or some words, cut before capitals and behind spaces into lines that fit.
fn camel_lines(name: &str, fits: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let begins = |(place, sign): &(usize, char)| {
            let before = rest[..*place].chars().next_back();
            let capital = sign.is_ascii_uppercase();
            before == Some(' ') || (capital && !before.is_some_and(|s| s.is_ascii_uppercase()))
        };
        let begins = rest.char_indices().skip(1).filter(begins);
        let ends: Vec<usize> = begins.map(|(place, _)| place).chain([rest.len()]).collect();
        let fitting = ends.iter().rev().find(|end| fits(rest[..**end].trim_end()));
        let end = *fitting.unwrap_or(&ends[0]);
        lines.push(rest[..end].trim_end());
        rest = &rest[end..];
    }
    lines
}
