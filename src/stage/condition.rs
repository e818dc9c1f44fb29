//! Whether what is on the stage works: a card for each condition, told apart without colour.

use super::Stage;
use super::palette::Ink;
use super::pen::{Pen, SMALL, Style};
use super::scene::{Part, Point, Rect, pt};
use super::words::moment;
use crate::model::broker::Process;
use crate::model::ids::Node;

/// What a pause sign takes of a line, with the space after it.
const SIGN: f32 = 13.0;

/// The height of a card's head: no record is drawn there.
const HEAD: f32 = 34.0;

/// Whether something works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// It does.
    Works,
    /// Its process stands still, and is alive to the network.
    Paused,
    /// Its process is gone.
    Down,
    /// Its machine has no power.
    NoPower,
}

impl Stage<'_> {
    pub(super) fn condition(&self, node: Node) -> Condition {
        let world = self.world;
        let alive = match node {
            // One that was closed in order is no more there, but nothing is wrong with it.
            Node::Producer(id) => {
                let producer = &world.producers[id.index()];
                producer.alive || producer.closing
            }
            Node::Broker(id) => world.brokers[id.index()].process != Process::Down,
            Node::Consumer(id) => world.consumers[id.index()].alive,
            Node::Controller => true,
        };
        match alive {
            true if world.faults().is_paused(node) => Condition::Paused,
            true => Condition::Works,
            false if world.faults().is_off(node) => Condition::NoPower,
            false => Condition::Down,
        }
    }

    /// A card of something that works, or does not: long dashes where it stands still, short ones
    /// where it is down, dots where it has no power.
    pub(super) fn card(&mut self, part: Part, card: Rect, condition: Condition) {
        self.pen.part = Some(part);
        let shape = self.pen.rect(card.inset(0.5), 10.0);
        match condition {
            Condition::Works => shape.fill(Ink::Card).stroke(Ink::Line, 1.0),
            Condition::Paused => shape.fill(Ink::Card).stroke(Ink::Leader, 1.25).dash(14.0, 6.0),
            Condition::Down => shape.fill(Ink::DownCard).stroke(Ink::Lost, 1.25).dash(5.0, 4.0),
            Condition::NoPower => {
                shape.fill(Ink::DownCard).stroke(Ink::Lost, 1.75).dash(0.1, 5.0).round()
            }
        };
    }

    /// What a card is as a whole is said, and done, at its head.
    pub(super) fn card_hotspot(&mut self, part: Part, card: Rect, label: String) {
        let head = Rect { height: HEAD.min(card.height), ..card };
        self.pen.handle(part, card, head, true, label);
    }

    /// The word and the ink for what does not work, of a producer or a consumer.
    pub(super) fn trouble(&self, condition: Condition) -> Option<(Ink, &'static str)> {
        match condition {
            Condition::Works => None,
            Condition::Paused => Some((Ink::Leader, self.words.paused)),
            Condition::Down => Some((Ink::Lost, self.words.crashed)),
            Condition::NoPower => Some((Ink::Lost, self.words.no_power)),
        }
    }

    /// The word for what has happened to something, with the time, and without it.
    pub(super) fn with_time(&self, node: Node, word: &str) -> Vec<String> {
        let at = self.ledger.out_since_us(node).map(|at_us| format!("{word} {}", moment(at_us)));
        at.into_iter().chain([word.to_owned()]).collect()
    }

    /// How wide the label of something that is paused is.
    pub(super) fn paused_width(&self) -> f32 {
        paused_style().width(self.words.paused) + SIGN + 16.0
    }

    /// The label of something that is paused; answers with its width.
    pub(super) fn paused_label(&mut self, at: Point) -> f32 {
        let (style, width) = (paused_style(), self.paused_width());
        let rect = Rect::new(at.x, at.y, width, style.size + 8.0);
        self.pen.rect(rect.inset(0.5), rect.height / 2.0).stroke(style.ink, 1.0);
        let middle = rect.center().y;
        pause_sign(&mut self.pen, pt(at.x + 12.0, middle), style.ink);
        let text = pt(at.x + 8.0 + SIGN, middle + style.size * 0.36);
        self.pen.text(text, style, self.words.paused);
        width
    }
}

fn paused_style() -> Style {
    Style::sans(Ink::Leader, SMALL).bold()
}

/// Two bars around a point.
pub(super) fn pause_sign(pen: &mut Pen, center: Point, ink: Ink) {
    for x in [center.x - 3.5, center.x + 1.0] {
        pen.rect(Rect::new(x, center.y - 4.0, 2.5, 8.0), 0.75).fill(ink);
    }
}
