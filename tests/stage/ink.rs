//! What is written can be read, what is drawn can be seen, and states are told apart.

use std::collections::BTreeSet;

use ackscope::model::ids::RecordId;
use ackscope::stage::look::{Look, State, look};
use ackscope::stage::{Ink, Theme};
use ackscope::verdict::{Fate, Verdict};

use crate::support::{STORY, all_scenes, at, texts};

/// The inks behind each ink of text, wherever the stage puts it.
const BEHIND: [(Ink, &[Ink]); 12] = [
    (Ink::Text, &[Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well, Ink::Raised]),
    (Ink::Muted, &[Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well, Ink::Raised]),
    (Ink::Accent, &[Ink::Surface, Ink::Card, Ink::Well]),
    (Ink::RecordText, &[Ink::Card, Ink::DownCard, Ink::Well, Ink::Surface]),
    (Ink::Lost, &[Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well]),
    (Ink::Acked, &[Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well]),
    (Ink::Leader, &[Ink::Surface, Ink::Card, Ink::Well]),
    (Ink::OnRecord, &[Ink::Record]),
    (Ink::OnAcked, &[Ink::Acked]),
    (Ink::OnLeader, &[Ink::LeaderFill]),
    (Ink::OnDuplicated, &[Ink::Duplicated]),
    (Ink::OnGhost, &[Ink::Ghost]),
];

#[test]
fn every_text_can_be_read_on_what_is_behind_it() {
    for theme in Theme::ALL {
        for (ink, behind) in BEHIND {
            for under in behind {
                let contrast = theme.color(ink).contrast(theme.color(*under));
                assert!(contrast >= 4.5, "{theme:?}: {ink:?} on {under:?} is {contrast:.2}");
            }
        }
        // A record on its way, and a slot: text on a tint over something.
        for (tint, opacity, under) in
            [(Ink::Accent, 0.2, Ink::Card), (Ink::Accent, 0.16, Ink::Surface)]
        {
            let behind = theme.color(tint).over(theme.color(under), opacity);
            assert!(
                theme.color(Ink::Text).contrast(behind) >= 4.5,
                "{theme:?}: text on a tint of {tint:?}"
            );
        }
    }
    let listed: BTreeSet<Ink> = BEHIND.iter().map(|(ink, _)| *ink).collect();
    for (name, scene) in all_scenes() {
        for (shape, text) in texts(&scene) {
            let ink = shape.fill.expect("text has an ink").ink;
            assert!(
                listed.contains(&ink),
                "{name}: “{}” is in {ink:?}, which is not checked",
                text.content
            );
        }
    }
}

#[test]
fn marks_that_mean_something_can_be_seen() {
    let marks = [
        Ink::Edge,
        Ink::Record,
        Ink::Accent,
        Ink::Acked,
        Ink::Leader,
        Ink::Lost,
        Ink::Duplicated,
        Ink::Ghost,
    ];
    for theme in Theme::ALL {
        for mark in marks {
            for under in [Ink::Surface, Ink::Card, Ink::DownCard, Ink::Well] {
                let contrast = theme.color(mark).contrast(theme.color(under));
                assert!(contrast >= 3.0, "{theme:?}: {mark:?} on {under:?} is {contrast:.2}");
            }
        }
    }
}

#[test]
fn a_record_looks_different_wherever_something_differs_even_without_colour() {
    let verdict = |ms, record| at(STORY, ms).ledger.verdict(RecordId(record));
    let safe = verdict(87.5, 1);
    let lost = verdict(20_000.0, 6);
    assert_eq!(lost.fate, Fate::Lost);
    // Without colour: how filled, dashed, ringed, crossed.
    let signs = |look: Look| {
        let fill = look.fill.map(|(_, opacity)| (opacity * 100.0) as u32);
        (fill == Some(100), look.dashed, look.ring, look.crossed)
    };
    let looks = [
        look(&safe, State::Disk, false),
        look(&safe, State::PageCache, false),
        look(&safe, State::Moving, false),
        look(&safe, State::Disk, true),
        look(&safe, State::PageCache, true),
        look(&lost, State::PageCache, false),
        look(&lost, State::PageCache, true),
    ];
    let different: BTreeSet<_> = looks.map(signs).into_iter().collect();
    assert_eq!(different.len(), looks.len(), "{different:?}");
    // A duplicate's verdict is stacked, a ghost's has a dot; the others differ as above.
    let fates =
        [Fate::Delivered, Fate::Duplicated, Fate::Ghost, Fate::Lost, Fate::Reported, Fate::Pending];
    let judged = fates.map(|fate| {
        let look = look(&Verdict { fate, stranded: false, ..safe.clone() }, State::Judged, false);
        (signs(look), look.stacked, look.dotted)
    });
    let different: BTreeSet<_> = judged.into_iter().collect();
    assert_eq!(different.len(), fates.len(), "{judged:?}");
    assert!(look(&lost, State::Judged, false).crossed);
}
