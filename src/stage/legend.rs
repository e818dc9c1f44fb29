//! The key to the signs, at the bottom.

use super::Stage;
use super::cuts::cut_sign;
use super::look::{Look, chip_sign};
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Part, Rect, pt};
use crate::verdict::Fate;

/// What a sign looks like.
#[derive(Clone, Copy)]
enum Sign {
    Record(Look),
    Cut,
    Open,
}

impl Stage<'_> {
    pub(super) fn legend(&mut self) {
        let words = self.words;
        let mut signs = vec![
            (Sign::Record(Look::DISK), words.on_disk),
            (Sign::Record(Look::PAGE_CACHE), words.page_cache),
            (Sign::Record(Look::MOVING), words.on_the_way),
            (Sign::Record(Look::DOWN), words.down),
            (Sign::Record(Look::LOST), words.lost),
            (Sign::Record(Look::DONE), words.done_once),
        ];
        let style = Style::sans(Ink::Muted, SMALL);
        let area = self.layout.legend;
        let gap = if self.layout.narrow { 14.0 } else { 18.0 };
        let width = |text: &str| 22.0 + style.width(text);
        let mut total: f32 = signs.iter().map(|(_, text)| width(text) + gap).sum::<f32>() - gap;
        // The rarer signs are explained when they are there, and there is room.
        let rarer = [
            (self.open_seen, Sign::Open, words.open_transaction),
            (self.cut_seen, Sign::Cut, words.cut),
            (self.fate_seen(Fate::Duplicated), Sign::Record(Look::DUPLICATED), words.duplicated),
            (self.fate_seen(Fate::Ghost), Sign::Record(Look::GHOST), words.ghost),
        ];
        for (there, sign, text) in rarer {
            if there && (self.layout.narrow || total + gap + width(text) <= area.width) {
                signs.push((sign, text));
                total += gap + width(text);
            }
        }
        self.pen.part = Some(Part::Legend);
        let mut at = pt(area.x, area.y + 4.0);
        if total <= area.width {
            at = pt(area.x + (area.width - total) / 2.0, area.bottom() - 25.0);
        }
        for (sign, text) in signs {
            if at.x + width(text) > area.right() + 0.5 {
                at = pt(area.x, at.y + 22.0);
            }
            if at.y + 20.0 > area.bottom() {
                break;
            }
            self.sign(sign, Rect::new(at.x + 2.0, at.y + 3.0, 13.0, 13.0));
            self.pen.text(pt(at.x + 22.0, at.y + 13.5), style, text);
            at.x += width(text) + gap;
        }
        self.pen.part = None;
    }

    fn sign(&mut self, sign: Sign, rect: Rect) {
        match sign {
            Sign::Record(look) => chip_sign(&mut self.pen, rect, look),
            Sign::Cut => cut_sign(&mut self.pen, rect.center()),
            Sign::Open => {
                let y = rect.bottom() - 2.0;
                let bar = self.pen.line(pt(rect.x, y), pt(rect.right(), y));
                bar.stroke(Ink::Leader, 2.5).dash(4.0, 2.0);
            }
        }
    }

    fn fate_seen(&self, fate: Fate) -> bool {
        self.verdicts.values().any(|verdict| verdict.fate == fate)
    }
}
