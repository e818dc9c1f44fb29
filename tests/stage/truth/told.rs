//! What an application was told beside what is true.

use ackscope::model::ids::RecordId;
use ackscope::stage::scene::{Form, Point};
use ackscope::stage::{Ink, Part, Site};
use ackscope::verdict::{Fate, Told};

use super::{Picture, line_of, near, numbers, rect_of, stroked};

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    signs(picture, wrong);
    all(picture, wrong);
    counts(picture, wrong);
}

/// The sign above each record, and the look of what became of it.
fn signs(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    for spot in &picture.scene.hotspots {
        let Part::Record(record, Site::Told(producer)) = spot.part else { continue };
        let at = Point { x: spot.rect.center().x, y: spot.rect.y - 9.0 * picture.scale };
        let shapes = picture.shapes(Part::Producer(producer));
        let (mut tick, mut cross, mut dash, mut dots) = (0, 0, 0, 0);
        for shape in near(shapes, at, 7.0 * picture.scale) {
            match &shape.form {
                Form::Circle { .. } => dots += 1,
                Form::Path(_) if stroked(shape, Ink::Acked) => tick += 1,
                Form::Path(_) if stroked(shape, Ink::Lost) => cross += 1,
                Form::Path(_) => dash += 1,
                _ => {}
            }
        }
        let told = picture.ledger.told(record);
        let wanted = match told {
            Told::Acked => (1, 0, 0, 0),
            Told::Failed(_) => (0, 2, 0, 0),
            Told::Nothing => (0, 0, 1, 0),
            Told::Pending => (0, 0, 0, 3),
        };
        if (tick, cross, dash, dots) != wanted {
            wrong.push(format!("told of {record}: {told:?}, {:?}", (tick, cross, dash, dots)));
        }
        let (fate, stranded) = picture.ledger.standing(record);
        let lost = stranded || fate == Fate::Lost;
        let shapes = picture.shapes(spot.part);
        let crossed = shapes.iter().any(|shape| line_of(shape).is_some());
        let chip = shapes.iter().rfind(|shape| rect_of(shape).is_some());
        let fill = chip.and_then(|chip| chip.fill).map(|fill| fill.ink);
        let wanted = match fate {
            _ if lost => None,
            Fate::Delivered => Some(Ink::Acked),
            Fate::Duplicated => Some(Ink::Duplicated),
            Fate::Ghost => Some(Ink::Ghost),
            _ => None,
        };
        if crossed != lost || fill != wanted {
            wrong.push(format!("{record} is {fate:?}, {stranded}: {fill:?}, crossed {crossed}"));
        }
        if !spot.label.contains(&record.to_string()) || !spot.label.ends_with(fate.word()) {
            wrong.push(format!("{record} is {fate:?}: {}", spot.label));
        }
    }
}

/// Those that were sent last are drawn, and how many came before them is said.
fn all(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    let setup = picture.world.setup();
    for producer in &picture.world.producers {
        let sent = setup.records_of(producer.id).filter(|id| picture.ledger.is_sent(*id));
        let sent: Vec<RecordId> = sent.collect();
        let drawn = picture.scene.hotspots.iter().filter_map(|spot| match spot.part {
            Part::Record(record, Site::Told(id)) if id == producer.id => Some(record),
            _ => None,
        });
        let mut drawn: Vec<RecordId> = drawn.collect();
        drawn.sort_unstable();
        let hidden = sent.len().saturating_sub(drawn.len());
        let mut texts = picture.texts(Part::Producer(producer.id)).map(|text| &*text.content);
        let earlier = [format!("… {hidden} earlier"), format!("+{hidden}")];
        let lite = |text: &str| text.ends_with(" acked");
        let said = hidden == 0 || texts.any(|text| earlier.iter().any(|e| text == e) || lite(text));
        if sent[hidden..] != drawn || !said {
            wrong.push(format!("{} has sent {sent:?}, told of {drawn:?}", producer.id));
        }
    }
}

/// Where there is no room for each, how many of each kind there are.
fn counts(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    let setup = picture.world.setup();
    for producer in &picture.world.producers {
        let (mut acked, mut failed, mut open) = (0, 0, 0);
        for record in setup.records_of(producer.id).filter(|id| picture.ledger.is_sent(*id)) {
            match picture.ledger.told(record) {
                Told::Acked => acked += 1,
                Told::Failed(_) => failed += 1,
                Told::Pending | Told::Nothing => open += 1,
            }
        }
        let all = [(" acked", acked), (" failed", failed), (" open", open)];
        for text in picture.texts(Part::Producer(producer.id)) {
            for (word, count) in all {
                let says = text.content.ends_with(word) && numbers(&text.content).len() == 1;
                if says && numbers(&text.content) != [count] {
                    wrong.push(format!("{}: {count}{word}: {}", producer.id, text.content));
                }
            }
        }
    }
}
