//! What the controller's card says: whom it takes to be alive, whom it has elected, who is in sync.

use ackscope::stage::scene::Text;
use ackscope::stage::{Ink, Part};

use super::{Picture, says_time};

pub fn check(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    registrations(picture, wrong);
    elected(picture, wrong);
}

/// The other texts of a line.
fn beside<'a>(picture: &Picture<'a>, text: &Text) -> Vec<&'a str> {
    let line = picture.line(Part::Controller, text.at.y);
    line.filter(|other| other.at != text.at).map(|other| &*other.content).collect()
}

fn registrations(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    let setup = picture.world.setup();
    for (broker, known) in picture.world.brokers.iter().zip(&picture.world.controller.brokers) {
        let name = broker.id.to_string();
        let rows: Vec<_> =
            picture.texts(Part::Controller).filter(|text| text.content == name).collect();
        let [row] = rows[..] else {
            wrong.push(format!("the controller has {} rows for {name}", rows.len()));
            continue;
        };
        let said = beside(picture, row);
        let silent_us = picture.now_us - known.heard_us;
        let late = 2 * silent_us > 3 * setup.broker.broker_heartbeat_interval_us;
        let right = match (&said[..], known.state.fenced) {
            (["fenced"], fenced) => fenced,
            (["alive"], false) => !late,
            ([text], false) => {
                late && says_time(text.strip_prefix("silent ").unwrap_or(text), silent_us)
            }
            _ => false,
        };
        if !right {
            let fenced = known.state.fenced;
            wrong.push(format!("{name}: fenced {fenced}, silent {silent_us} µs: {said:?}"));
        }
        let height = 20.0 * picture.scale;
        let mut bars = picture.filled(Part::Controller, Ink::Leader);
        let bar = bars.find(|bar| (0.0..height).contains(&(bar.y - row.at.y)));
        let share = bar.and_then(|bar| picture.share(Part::Controller, bar, Ink::Line));
        let over = silent_us as f32 / setup.broker.broker_session_timeout_us.max(1) as f32;
        let wanted = (late && !known.state.fenced).then_some(over.min(1.0));
        let same = match (share, wanted) {
            (Some(share), Some(wanted)) => (share - wanted).abs() < 0.02,
            (share, wanted) => share.is_none() && wanted.is_none_or(|wanted| wanted < 0.02),
        };
        if !same {
            wrong.push(format!("{name}: the bar of its silence: {share:?}, not {wanted:?}"));
        }
    }
}

fn elected(picture: &Picture<'_>, wrong: &mut Vec<String>) {
    let Some(partition) = picture.partition else { return };
    let state = &picture.world.controller.partitions[partition.index()];
    let texts: Vec<&str> = picture.texts(Part::Controller).map(|text| &*text.content).collect();
    let mut isr: Vec<u16> = state.isr.iter().map(|id| id.0 + 1).collect();
    isr.sort_unstable();
    let isr: String = isr.iter().map(|number| format!(" {number}")).collect();
    let leader = state.leader.map(|id| format!("leader {}", id.0 + 1));
    let wanted = [format!("ISR{isr}"), format!("epoch {}", state.leader_epoch)];
    for text in &wanted {
        if !texts.contains(&&**text) {
            wrong.push(format!("the controller: {text}: {texts:?}"));
        }
    }
    let offline = texts.iter().any(|text| text.starts_with("offline"));
    let said = texts.iter().find(|text| text.starts_with("leader "));
    if said.map(|text| (*text).to_owned()) != leader || offline != leader.is_none() {
        wrong.push(format!("the controller: {leader:?}: {texts:?}"));
    }
}
