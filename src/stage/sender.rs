//! The sender's part of a producer's card: requests in flight, and whom they go to.

use super::Stage;
use super::palette::Ink;
use super::pen::{SMALL, Style};
use super::producers::SENDER;
use super::scene::{Rect, pt};
use super::words::fill;
use crate::model::client::LinkState;
use crate::model::ids::{BrokerId, Node};
use crate::model::producer::{InFlight, Producer};
use crate::script::config::ProducerConfig;

/// The most boxes that are drawn for requests in flight.
const SLOTS: u32 = 5;

impl Stage<'_> {
    pub(super) fn sender(&mut self, producer: &Producer, config: &ProducerConfig, area: Rect) {
        let max = config.max_in_flight_requests_per_connection;
        let words = self.words;
        let leaders = self.leaders_of(producer);
        let many = leaders.len() > 1;
        let all = match many {
            true => [words.in_flight_each, words.in_flight_many, "{}"],
            false => [words.in_flight, words.in_flight, words.in_flight_short],
        };
        let count = producer.in_flight.len();
        self.section(area, &["Sender"], &all.map(|t| fill(t, &[&count, &max])));
        let gap = if self.layout.narrow { 2.5 } else { 4.0 };
        let fit = ((area.width + gap) / (18.0 + gap)).floor() as u32;
        let slots = (max.saturating_mul(leaders.len().max(1) as u32)).min(SLOTS).min(fit).max(1);
        let width = ((area.width + gap) / slots as f32 - gap).min(44.0);
        for n in 0..slots {
            let x = area.x + n as f32 * (width + gap);
            let slot = Rect::new(x, area.y + 19.0, width, 26.0);
            if n == 0 {
                self.places.senders.push((producer.id, slot));
            }
            match producer.in_flight.get(n as usize) {
                Some(request) => self.slot(request, config, slot),
                None => {
                    self.pen.rect(slot.inset(0.5), 6.0).stroke(Ink::Line, 1.0);
                }
            }
        }
        let at = pt(area.x, area.y + SENDER - 2.0);
        let (ink, texts) = self.connection(producer, &leaders);
        self.pen.first_that_fits(at, area.width, Style::sans(ink, SMALL), &texts);
    }

    /// The brokers that a producer takes for the leaders of its partitions.
    pub(super) fn leaders_of(&self, producer: &Producer) -> Vec<BrokerId> {
        let partitions = self.partitions_of(producer.id);
        let mut leaders = Vec::new();
        for leader in partitions.iter().filter_map(|p| producer.metadata.leader(*p)) {
            if !leaders.contains(&leader) {
                leaders.push(leader);
            }
        }
        leaders
    }

    /// Whether a producer is connected to a broker.
    pub(super) fn link_state(producer: &Producer, broker: BrokerId) -> LinkState {
        let link = producer.client.links.get(&Node::Broker(broker));
        link.map(|link| link.state).unwrap_or_default()
    }

    /// Whom the sender sends to, and whether it can; the longer words first.
    fn connection(&self, producer: &Producer, leaders: &[BrokerId]) -> (Ink, Vec<String>) {
        let words = self.words;
        if leaders.is_empty() {
            return (Ink::Lost, vec![words.no_leader_known.to_owned()]);
        }
        for leader in leaders {
            match Self::link_state(producer, *leader) {
                LinkState::Ready(_) => {}
                LinkState::Connecting(_) => {
                    return (Ink::Leader, vec![fill(words.connecting, &[leader])]);
                }
                LinkState::Disconnected { .. } => {
                    let long = fill(words.disconnected, &[leader]);
                    return (Ink::Lost, vec![long, words.waits_for_connection.to_owned()]);
                }
            }
        }
        let names: Vec<String> = leaders.iter().map(ToString::to_string).collect();
        let long = fill(words.connected, &[&names.join(", ")]);
        (Ink::Muted, vec![long, fill(words.connected_many, &[&leaders.len()])])
    }

    /// A request in flight: its records, and how much of `request.timeout.ms` is over.
    pub(super) fn slot(&mut self, request: &InFlight, config: &ProducerConfig, slot: Rect) {
        self.pen.rect(slot, 6.0).tint(Ink::Accent, 0.2);
        self.places.slots.push((request.request, slot));
        let numbers: Vec<u32> =
            request.batches.iter().flat_map(|b| &b.records).map(|r| r.0).collect();
        let style = Style::mono(Ink::Text, SMALL).middle();
        let texts = match numbers[..] {
            [] => Vec::new(),
            [one] => vec![one.to_string()],
            [first, .., last] => {
                vec![format!("{first}–{last}"), fill(self.words.times, &[&numbers.len()])]
            }
        };
        let center = slot.center();
        self.pen.first_that_fits(pt(center.x, center.y + 4.0), slot.width - 1.0, style, &texts);
        let age_us = self.now_us.saturating_sub(request.sent_us);
        let part = (age_us as f32 / config.request_timeout_us.max(1) as f32).min(1.0);
        if part > 0.02 {
            let bar = Rect::new(slot.x + 4.0, slot.bottom() - 3.5, (slot.width - 8.0) * part, 2.0);
            self.pen.rect(bar, 1.0).fill(Ink::Leader);
        }
    }
}
