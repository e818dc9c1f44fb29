//! The key to the signs, at the bottom.
//!
//! The common signs are always explained, so that nothing moves; the rarer ones when they are there.
//! Where there is no room for all, those go first that are nowhere on the stage.

use super::Stage;
use super::cuts::cut_sign;
use super::look::{Look, chip_sign};
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::scene::{Part, Rect, pt};
use super::words::Words;

/// A sign that is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Disk,
    PageCache,
    Moving,
    Down,
    Lost,
    Done,
    Open,
    Cut,
    Duplicated,
    Ghost,
}

impl Sign {
    const COMMON: [Self; 6] =
        [Self::Disk, Self::PageCache, Self::Moving, Self::Down, Self::Lost, Self::Done];
    const RARER: [Self; 4] = [Self::Open, Self::Cut, Self::Duplicated, Self::Ghost];

    /// What a record's look shows first of all.
    pub(super) fn of(look: Look) -> Self {
        match look {
            _ if look.crossed => Self::Lost,
            _ if look.stacked => Self::Duplicated,
            _ if look.dotted => Self::Ghost,
            _ if look.dashed => Self::Down,
            Look::DONE => Self::Done,
            Look::DISK => Self::Disk,
            _ if look.stroke == Ink::Accent => Self::Moving,
            _ => Self::PageCache,
        }
    }

    fn words(self, words: &Words) -> &'static str {
        match self {
            Self::Disk => words.on_disk,
            Self::PageCache => words.page_cache,
            Self::Moving => words.on_the_way,
            Self::Down => words.down,
            Self::Lost => words.lost,
            Self::Done => words.done_once,
            Self::Open => words.open_transaction,
            Self::Cut => words.cut,
            Self::Duplicated => words.duplicated,
            Self::Ghost => words.ghost,
        }
    }

    fn look(self) -> Option<Look> {
        Some(match self {
            Self::Disk => Look::DISK,
            Self::PageCache => Look::PAGE_CACHE,
            Self::Moving => Look::MOVING,
            Self::Down => Look::DOWN,
            Self::Lost => Look::LOST,
            Self::Done => Look::DONE,
            Self::Duplicated => Look::DUPLICATED,
            Self::Ghost => Look::GHOST,
            Self::Open | Self::Cut => return None,
        })
    }
}

impl Stage<'_> {
    /// Notes that a sign was drawn.
    pub(super) fn see(&mut self, sign: Sign) {
        if !self.seen.contains(&sign) {
            self.seen.push(sign);
        }
    }

    pub(super) fn legend(&mut self) {
        let narrow = self.layout.narrow;
        let style = Style::sans(Ink::Muted, SMALL);
        let gap = if narrow { 14.0 } else { 18.0 };
        let words = self.words;
        let width = |sign: Sign| 22.0 + style.width(sign.words(words));
        let total = |signs: &[Sign]| signs.iter().map(|s| width(*s) + gap).sum::<f32>() - gap;
        let mut area = self.layout.legend;
        let rarer = Sign::RARER.into_iter().filter(|sign| self.seen.contains(sign));
        let mut signs: Vec<Sign> = Sign::COMMON.into_iter().chain(rarer).collect();
        if !narrow {
            let [left, right] = self.corners.map(|corner| corner / self.layout.scale);
            area = Rect { x: area.x + left, width: area.width - left - right, ..area };
            while total(&signs) > area.width && signs.len() > 1 {
                let unseen = signs.iter().rposition(|sign| !self.seen.contains(sign));
                signs.remove(unseen.unwrap_or(signs.len() - 1));
            }
        }
        self.pen.part = Some(Part::Legend);
        let mut at = pt(area.x, area.y + 4.0);
        if !narrow {
            at = pt(area.x + (area.width - total(&signs)) / 2.0, area.bottom() - 25.0);
        }
        for sign in signs {
            if at.x + width(sign) > area.right() + 0.5 {
                at = pt(area.x, at.y + 22.0);
            }
            if at.y + 20.0 > area.bottom() {
                break;
            }
            self.sign(sign, Rect::new(at.x + 2.0, at.y + 3.0, 13.0, 13.0));
            self.pen.text(pt(at.x + 22.0, at.y + 13.5), style, sign.words(words));
            at.x += width(sign) + gap;
        }
        self.pen.part = None;
    }

    fn sign(&mut self, sign: Sign, rect: Rect) {
        match sign.look() {
            Some(look) => chip_sign(&mut self.pen, rect, look),
            None if sign == Sign::Cut => cut_sign(&mut self.pen, rect.center()),
            None => {
                let y = rect.bottom() - 2.0;
                let bar = self.pen.line(pt(rect.x, y), pt(rect.right(), y));
                bar.stroke(Ink::Leader, 2.5).dash(4.0, 2.0);
            }
        }
    }
}
