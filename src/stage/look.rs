//! What a record looks like. The same signs everywhere, each legible without its colour:
//! solid is on disk (or done), outlined is only in a page cache (or a buffer), a double outline is
//! on its way, dashed is on a broker that is down, crossed out is lost or about to be.

use super::palette::Ink;
use super::pen::{Pen, SMALL, Style};
use super::scene::{Part, Point, Rect, Site, pt};
use crate::model::ids::RecordId;
use crate::verdict::{Fate, Told, Verdict};

/// Where a record is, as far as its look depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// With the producer: nothing is known of it elsewhere.
    Waiting,
    /// In a message.
    Moving,
    /// In a log, not on disk.
    PageCache,
    /// In a log, on disk.
    Disk,
    /// With a consumer, not worked on yet.
    Fetched,
    /// A consumer works on it.
    Processing,
    /// Seen from outside: its fate alone decides.
    Judged,
}

/// What a record looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The ink of its inside, and how strong it is.
    pub fill: Option<(Ink, f32)>,
    /// The ink of its outline.
    pub stroke: Ink,
    /// The ink of its number.
    pub text: Ink,
    /// Whether its outline is dashed.
    pub dashed: bool,
    /// Whether it has a second outline.
    pub ring: bool,
    /// Whether it is crossed out.
    pub crossed: bool,
    /// Whether a second one looks out from behind it.
    pub stacked: bool,
    /// Whether it has a dot at its corner.
    pub dotted: bool,
}

impl Look {
    /// Stored on disk.
    pub const DISK: Self = Self::solid(Ink::Record, Ink::OnRecord);
    /// Stored, and only in a page cache.
    pub const PAGE_CACHE: Self = Self::outlined(Ink::Record, Ink::RecordText);
    /// On its way.
    pub const MOVING: Self =
        Self { ring: true, ..Self::outlined(Ink::Accent, Ink::Text).tinted(Ink::Accent) };
    /// On a broker that is down.
    pub const DOWN: Self = Self { dashed: true, ..Self::PAGE_CACHE };
    /// Lost, or about to be.
    pub const LOST: Self = Self { crossed: true, ..Self::outlined(Ink::Lost, Ink::Lost) };
    /// It took effect more than once.
    pub const DUPLICATED: Self =
        Self { stacked: true, ..Self::solid(Ink::Duplicated, Ink::OnDuplicated) };
    /// It took effect, though its application was told that it failed.
    pub const GHOST: Self = Self { dotted: true, ..Self::solid(Ink::Ghost, Ink::OnGhost) };
    /// In a log, as part of a transaction that was aborted.
    pub const ABORTED: Self = Self::outlined(Ink::Edge, Ink::Muted);
    /// It took effect once.
    pub const DONE: Self = Self::solid(Ink::Acked, Ink::OnAcked);

    const fn outlined(ink: Ink, text: Ink) -> Self {
        Self {
            fill: None,
            stroke: ink,
            text,
            dashed: false,
            ring: false,
            crossed: false,
            stacked: false,
            dotted: false,
        }
    }

    const fn solid(ink: Ink, text: Ink) -> Self {
        Self { fill: Some((ink, 1.0)), ..Self::outlined(ink, text) }
    }

    const fn tinted(self, ink: Ink) -> Self {
        Self { fill: Some((ink, 0.16)), ..self }
    }
}

/// The look of a record with that verdict in that state; `down` is whether what holds it is down.
#[must_use]
pub fn look(verdict: &Verdict, state: State, down: bool) -> Look {
    let doomed = verdict.fate == Fate::Lost || verdict.stranded;
    let aborted = verdict.fate == Fate::Aborted;
    let look = match state {
        State::Judged => return judged(verdict, doomed),
        State::Disk if doomed => Look::LOST.tinted(Ink::Lost),
        State::PageCache if doomed => Look::LOST,
        State::Moving if doomed => Look { ring: true, ..Look::LOST },
        State::Disk if aborted => Look::ABORTED.tinted(Ink::Edge),
        State::PageCache if aborted => Look::ABORTED,
        State::Waiting => Look::outlined(Ink::Edge, Ink::Text),
        State::Moving => Look::MOVING,
        State::PageCache | State::Fetched => Look::PAGE_CACHE,
        State::Disk => Look::DISK,
        State::Processing => Look::solid(Ink::LeaderFill, Ink::OnLeader),
    };
    Look { dashed: down, ..look }
}

fn judged(verdict: &Verdict, doomed: bool) -> Look {
    match verdict.fate {
        _ if doomed => Look::LOST,
        Fate::Delivered => Look::DONE,
        Fate::Duplicated => Look::DUPLICATED,
        Fate::Ghost => Look::GHOST,
        Fate::Reported | Fate::Aborted => {
            Look { dashed: true, ..Look::outlined(Ink::Edge, Ink::Muted) }
        }
        Fate::Lost | Fate::Pending if verdict.stored.is_empty() => {
            Look::outlined(Ink::Edge, Ink::Text)
        }
        Fate::Lost | Fate::Pending => Look::PAGE_CACHE,
    }
}

/// Draws a record in a rectangle.
pub fn chip(pen: &mut Pen, rect: Rect, record: RecordId, look: Look, site: Option<Site>) {
    let outer = pen.part;
    pen.part = site.map(|site| Part::Record(record, site)).or(outer);
    let center = rect.center();
    let size = if rect.height >= 25.0 { SMALL + 1.0 } else { SMALL };
    sign_around(pen, rect, look, size * 0.44);
    pen.text(
        pt(center.x, center.y + size * 0.36),
        Style::mono(look.text, size).middle(),
        number(record),
    );
    pen.part = outer;
}

/// Draws the sign of a record without its number.
pub fn chip_sign(pen: &mut Pen, rect: Rect, look: Look) {
    sign_around(pen, rect, look, 0.0);
}

/// Draws the sign of a record and leaves the middle free so far up and down, for its number.
fn sign_around(pen: &mut Pen, rect: Rect, look: Look, free: f32) {
    let radius = (rect.height * 0.22).max(3.0);
    if look.ring {
        pen.rect(rect.inset(-2.75), radius + 2.5).fill(Ink::Surface).stroke(look.stroke, 1.0);
    }
    if look.stacked {
        let behind = Rect { x: rect.x + 3.0, y: rect.y - 3.0, ..rect };
        pen.rect(behind.inset(0.75), radius).fill(Ink::Card).stroke(look.stroke, 1.5);
    }
    let shape = pen.rect(rect.inset(0.75), radius);
    if let Some((ink, opacity)) = look.fill {
        shape.tint(ink, opacity);
    }
    shape.stroke(look.stroke, 1.5);
    if look.dashed {
        shape.dash(3.0, 2.5);
    }
    if look.dotted {
        pen.circle(pt(rect.right() - 1.5, rect.y + 1.5), 3.5)
            .fill(look.stroke)
            .stroke(Ink::Card, 1.5);
    }
    if look.crossed {
        slash(pen, rect.inset(2.5), look.stroke, free);
    }
}

/// A slash from corner to corner, in two pieces where the middle is to stay free.
fn slash(pen: &mut Pen, rect: Rect, ink: Ink, free: f32) {
    let (center, half) = (rect.center(), rect.height / 2.0);
    let at = |up: f32| pt(center.x + rect.width / 2.0 * up / half, center.y - up);
    if free <= 0.0 {
        pen.line(at(-half), at(half)).stroke(ink, 1.5);
        return;
    }
    for side in [-1.0, 1.0] {
        pen.line(at(side * half), at(side * free)).stroke(ink, 1.75);
    }
}

/// A record's number, as a text.
#[must_use]
pub fn number(record: RecordId) -> String {
    record.0.to_string()
}

/// The sign of what the application was told, around a point.
pub fn told_sign(pen: &mut Pen, center: Point, told: Told) {
    match told {
        Told::Acked => pen.tick(center, 11.0, Ink::Acked),
        Told::Failed(_) => pen.cross(center, 11.0, Ink::Lost),
        Told::Nothing => {
            pen.line(pt(center.x - 3.5, center.y), pt(center.x + 3.5, center.y))
                .stroke(Ink::Muted, 1.6)
                .round();
        }
        Told::Pending => {
            for step in [-4.0, 0.0, 4.0] {
                pen.circle(pt(center.x + step, center.y), 1.2).fill(Ink::Muted);
            }
        }
    }
}
