//! The key to the signs, at the bottom.

use super::Stage;
use super::cuts::cut_sign;
use super::look::{Look, chip_sign};
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Part, Rect, pt};
use crate::verdict::Fate;

impl Stage<'_> {
    pub(super) fn legend(&mut self) {
        let words = self.words;
        let mut signs = vec![
            (Some(Look::DISK), words.on_disk),
            (Some(Look::PAGE_CACHE), words.page_cache),
            (Some(Look::MOVING), words.on_the_way),
            (Some(Look::DOWN), words.down),
            (Some(Look::LOST), words.lost),
            (Some(Look::DONE), words.done_once),
        ];
        let style = Style::sans(Ink::Muted, SMALL);
        let area = self.layout.legend;
        let gap = if self.layout.narrow { 14.0 } else { 18.0 };
        let width = |text: &str| 22.0 + style.width(text);
        let mut total: f32 = signs.iter().map(|(_, text)| width(text) + gap).sum::<f32>() - gap;
        // The rarer signs are explained when they are there, and there is room.
        let rarer = [
            (self.cut_seen, None, words.cut),
            (self.fate_seen(Fate::Duplicated), Some(Look::DUPLICATED), words.duplicated),
            (self.fate_seen(Fate::Ghost), Some(Look::GHOST), words.ghost),
        ];
        for (there, look, text) in rarer {
            if there && (self.layout.narrow || total + gap + width(text) <= area.width) {
                signs.push((look, text));
                total += gap + width(text);
            }
        }
        self.pen.part = Some(Part::Legend);
        let mut at = pt(area.x, area.y + 4.0);
        if total <= area.width {
            at = pt(area.x + (area.width - total) / 2.0, area.bottom() - 27.0);
        }
        for (look, text) in signs {
            if at.x + width(text) > area.right() + 0.5 {
                at = pt(area.x, at.y + 22.0);
            }
            if at.y + 20.0 > area.bottom() {
                break;
            }
            let sign = Rect::new(at.x + 2.0, at.y + 3.0, 13.0, 13.0);
            match look {
                Some(look) => chip_sign(&mut self.pen, sign, look),
                None => cut_sign(&mut self.pen, sign.center()),
            }
            self.pen.text(pt(at.x + 22.0, at.y + 13.5), style, text);
            at.x += width(text) + gap;
        }
        self.pen.part = None;
    }

    fn fate_seen(&self, fate: Fate) -> bool {
        self.verdicts.values().any(|verdict| verdict.fate == fate)
    }
}
