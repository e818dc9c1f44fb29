//! The brokers' cards: their state, who leads, who is in sync, and one sentence.

use super::Stage;
use super::condition::Condition;
use super::layout::{PAD, rows_height};
use super::palette::Ink;
use super::pen::{SMALL, Style, TITLE};
use super::scene::{Part, Point, Rect, pt};
use super::strip::Strip;
use super::words::{fill, moment, ranges};
use crate::model::broker::replica::{Leader, Replica, Role};
use crate::model::broker::{Broker, Process};
use crate::model::ids::{BrokerId, Node, PartitionId};
use crate::verdict::Told;

/// From the lower edge of a card to the top of the button there, as a share of the button's width.
const BUTTON_TOP: f32 = 0.4;
/// How many batches from the end of a log are searched for records that only it holds.
const LOOK_BACK: usize = 64;

impl Stage<'_> {
    pub(super) fn brokers(&mut self) {
        let strip = self.strip();
        for n in 0..self.world.brokers.len() {
            self.broker(BrokerId(n as u16), strip);
        }
    }

    fn broker(&mut self, id: BrokerId, strip: Strip) {
        let broker = &self.world.brokers[id.index()];
        let card = self.layout.brokers[id.index()];
        let condition = self.condition(Node::Broker(id));
        self.card(Part::Broker(id), card, condition);
        let state = self.broker_header(broker, card);
        self.card_hotspot(Part::Broker(id), card, format!("{id}, {state}"));
        let Some(partition) = self.partition else { return };
        match broker.replica(partition) {
            Some(replica) => {
                self.log(broker, replica, card, strip);
                self.footer(broker, replica, card, strip);
            }
            None => {
                let name = self.world.setup().partition_name(partition);
                let y = if self.layout.tiled { card.bottom() - 12.0 } else { card.y + 44.0 };
                let at = pt(card.x + PAD, y);
                let style = Style::sans(Ink::Muted, SMALL);
                let text = fill(self.words.no_replica, &[&name]);
                self.pen.fit(at, self.line_end(card, y) - at.x, style, text);
            }
        }
        self.other_replicas(broker, card);
        self.pen.part = None;
    }

    /// How far to the right a line of a broker's card may go: up to the button in its corner, if it
    /// stands beside that. The button is no larger where the type is.
    pub(super) fn line_end(&self, card: Rect, base: f32) -> f32 {
        let button = self.button / self.layout.scale;
        let is_beside = base > card.bottom() - button * BUTTON_TOP;
        card.right() - PAD - if is_beside { button } else { 0.0 }
    }

    /// Name, state, epoch; on the right whether the controller has it in the ISR.
    fn broker_header(&mut self, broker: &Broker, card: Rect) -> String {
        let base = card.y + 23.0;
        let down = broker.process == Process::Down;
        let name_style = Style::sans(if down { Ink::Lost } else { Ink::Text }, TITLE).bold();
        let mut x = card.x + PAD;
        x += self.pen.text(pt(x, base), name_style, broker.id.to_string()) + 10.0;
        let replica = self.partition.and_then(|p| broker.replica(p));
        let (state, ink, solid) = self.broker_state(broker, replica.map(|r| &r.role));
        let style = Style::sans(ink, SMALL).bold();
        let mut right = card.right() - PAD;
        if let Some(replica) = replica {
            let room = right - x - style.width(state) - 16.0 - 8.0;
            right -= self.in_isr(broker.id, replica.partition, (pt(right, base), room)) + 8.0;
        }
        let node = Node::Broker(broker.id);
        let paused = self.condition(node) == Condition::Paused;
        // Where there is no room for both, that it stands still is what counts.
        let both = style.width(state) + 16.0 + 6.0 + self.paused_width();
        if !paused || x + both <= right {
            let texts = if down { self.with_time(node, state) } else { vec![state.to_owned()] };
            let fits = |text: &&String| x + style.width(text) + 16.0 <= right;
            let text = texts.iter().find(fits).or(texts.last()).cloned().unwrap_or_default();
            x += self.pen.pill(pt(x, base - 14.0), style, solid, text) + 6.0;
        }
        if paused {
            x += self.paused_label(pt(x, base - 14.0)) + 6.0;
        }
        x += 2.0;
        if let Some(replica) = replica.filter(|_| broker.process == Process::Running) {
            let epoch = fill(self.words.epoch, &[&replica.leader_epoch]);
            let elected_us = self.ledger.elected_us(replica.partition);
            let since = elected_us.filter(|_| replica.leader().is_some() && solid.is_some());
            let since = since.map(|us| fill(self.words.since, &[&epoch, &moment(us)]));
            let texts: Vec<String> = since.into_iter().chain([epoch]).collect();
            let style = Style::sans(Ink::Muted, SMALL);
            self.pen.first_that_fits(pt(x, base), right - x, style, &texts);
        }
        match paused {
            true => format!("{state}, {}", self.words.paused),
            false => state.to_owned(),
        }
    }

    /// The word for what a broker does, its ink, and the ink behind it.
    fn broker_state(
        &self,
        broker: &Broker,
        role: Option<&Role>,
    ) -> (&'static str, Ink, Option<Ink>) {
        let words = self.words;
        let controller = &self.world.controller;
        let fenced = controller.brokers[broker.id.index()].state.fenced;
        let leader = self.partition.and_then(|p| controller.partitions[p.index()].leader);
        let elected = leader == Some(broker.id);
        match (broker.process, role) {
            (Process::Down, _) if self.world.faults().is_off(Node::Broker(broker.id)) => {
                (words.no_power, Ink::Lost, None)
            }
            (Process::Down, _) if broker.clean_epoch.is_some() => (words.stopped, Ink::Lost, None),
            (Process::Down, _) => (words.crashed, Ink::Lost, None),
            (Process::Stopping, _) => (words.stopping, Ink::Leader, None),
            (Process::Starting, _) => (words.starting, Ink::Leader, None),
            (Process::Running, _) if fenced => (words.fenced, Ink::Lost, None),
            (_, Some(Role::Leader(_))) if !elected => (words.deposed, Ink::Leader, None),
            (Process::Running, Some(Role::Follower(_) | Role::None)) if elected => {
                (words.elected, Ink::Leader, None)
            }
            (_, Some(Role::Leader(_))) => (words.leader, Ink::OnLeader, Some(Ink::LeaderFill)),
            (_, Some(Role::Follower(_))) => (words.follower, Ink::Muted, None),
            (_, Some(Role::Offline)) => (words.disk_failed, Ink::Lost, None),
            (_, Some(Role::None)) => (words.no_role, Ink::Muted, None),
            (_, None) => (words.running, Ink::Muted, None),
        }
    }

    /// Whether the controller has a broker in an ISR; answers with the width of the words. Where there
    /// is no room for those, the dot says it: full, or a ring.
    fn in_isr(
        &mut self,
        broker: BrokerId,
        partition: PartitionId,
        (end, room): (Point, f32),
    ) -> f32 {
        let state = &self.world.controller.partitions[partition.index()];
        let is_in = state.isr.contains(&broker);
        let word = match is_in {
            true => self.words.in_isr,
            false if state.elr.contains(&broker) => self.words.in_elr,
            false => self.words.not_in_isr,
        };
        let style = Style::sans(Ink::Muted, SMALL);
        let fits = style.width(word) + 13.0 <= room;
        let width = if fits { self.pen.text(end, style.end(), word) } else { -5.0 };
        let dot = self.pen.circle(pt(end.x - width - 9.0, end.y - 4.0), 4.0);
        if is_in {
            dot.fill(Ink::Acked)
        } else {
            dot.stroke(Ink::Leader, 1.6)
        };
        width + 13.0
    }

    /// Where the groups are, one sentence on what this replica is about, and how much of it is on
    /// disk. In a low card that is one line: there the sentence has what room is left.
    fn footer(&mut self, broker: &Broker, replica: &Replica, card: Rect, strip: Strip) {
        let place = self.place(broker.id.index(), card, strip);
        let tiled = self.layout.tiled;
        let rows = if tiled { 0.0 } else { rows_height(self.layout.rows) };
        let first = self.pointers_base(place);
        let mut at = pt(card.x + PAD, (card.bottom() - rows - 11.0).max(first));
        let own_line = at.y - first >= 14.0;
        let right = self.line_end(card, at.y);
        let log = &replica.log;
        let style = Style::sans(Ink::Muted, SMALL);
        let (flushed, end) = (log.flushed_offset(), log.end_offset());
        let short = format!("{flushed}/{end}");
        let words = [
            fill(self.words.of_on_disk, &[&flushed, &end]),
            fill(self.words.on_disk_short, &[&short]),
            short,
        ];
        let fits = |text: &&String| style.width(text) <= right - at.x;
        let on_disk = words.iter().find(fits).unwrap_or(&words[2]).clone();
        let width = self.pen.text(pt(right, at.y), style.end(), on_disk);
        let limit = right - width - 12.0;
        let (mut ink, mut sentences) = self.sentences(broker, replica);
        if replica.leader().is_some() && (own_line || ink != Ink::Lost) {
            let end = if own_line { self.line_end(card, first) } else { limit };
            let base = if own_line { first } else { at.y };
            let from = self.pointers(replica, place, (base, end));
            if !own_line {
                at.x = from;
            }
        }
        let gone = self.gone(broker, replica);
        if own_line && replica.leader().is_none() {
            let place = pt(card.x + PAD, first);
            let limit = self.line_end(card, first) - place.x;
            self.pen.first_that_fits(place, limit, Style { ink: Ink::Lost, ..style }, &gone);
        } else if !gone.is_empty() {
            (ink, sentences) = (Ink::Lost, gone);
        }
        self.pen.first_that_fits(at, limit - at.x, Style { ink, ..style }, &sentences);
    }

    /// The sentence in words, then shorter.
    fn sentences(&mut self, broker: &Broker, replica: &Replica) -> (Ink, Vec<String>) {
        let words = self.words;
        let condition = self.condition(Node::Broker(broker.id));
        let only_here = self.only_here(broker, replica);
        if !only_here.is_empty() {
            let numbers = ranges(&only_here);
            let all = [words.only_here_acked, words.only_here].map(|t| fill(t, &[&numbers]));
            return (Ink::Lost, all.to_vec());
        }
        let (flushed, end) = (replica.log.flushed_offset(), replica.log.end_offset());
        let sentences = match (broker.process, &replica.role) {
            _ if condition == Condition::Paused => {
                vec![words.stands_still.to_owned(), words.stands_still_short.to_owned()]
            }
            _ if condition == Condition::NoPower => {
                let left = if end == 0 { words.nothing_is_left } else { words.disk_is_left };
                vec![left.to_owned()]
            }
            (Process::Down, _) if end == 0 => Vec::new(),
            (Process::Down, _) if flushed == end => vec![words.log_on_disk.to_owned()],
            (Process::Down, _) => vec![words.cache_survives.to_owned()],
            (Process::Starting, _) => {
                vec![words.loading.to_owned(), words.loading_short.to_owned()]
            }
            (_, Role::Leader(leader)) => self.leading(broker, replica.partition, leader),
            (_, Role::Follower(Some(leader))) => self.following(*leader, replica),
            (_, Role::Follower(None)) => vec![words.no_leader.to_owned()],
            (_, Role::Offline) => {
                vec![words.disk_failed_long.to_owned(), words.disk_failed.to_owned()]
            }
            (_, Role::None) => Vec::new(),
        };
        (Ink::Muted, sentences)
    }

    /// What a leader waits for, and what it knows of its followers.
    fn leading(&self, broker: &Broker, partition: PartitionId, leader: &Leader) -> Vec<String> {
        let long = self.known_followers(leader, |id| id.to_string());
        let short = self.known_followers(leader, |id| (id.0 + 1).to_string());
        match broker.in_purgatory(partition) {
            0 => vec![long, short],
            count => {
                let waits = fill(self.words.in_purgatory, &[&count]);
                vec![format!("{waits} · {long}"), format!("{waits} · {short}"), waits]
            }
        }
    }

    /// Up to where the leader knows its followers to be.
    fn known_followers(&self, leader: &Leader, name: impl Fn(BrokerId) -> String) -> String {
        let known = leader.followers.iter().map(|(id, follower)| {
            let unknown = || self.words.unknown.to_owned();
            let at = follower.end_offset.map_or_else(unknown, |end| end.to_string());
            fill(self.words.follower_at, &[&name(*id), &at])
        });
        known.collect::<Vec<_>>().join(" · ")
    }

    /// Whom a follower fetches from, and how far it is behind.
    fn following(&self, leader: BrokerId, replica: &Replica) -> Vec<String> {
        let words = self.words;
        let leads = self.world.brokers[leader.index()].replica(replica.partition);
        let end = leads.map_or(0, |leader| leader.log.end_offset());
        let behind = end.saturating_sub(replica.log.end_offset());
        let from = [words.fetching_from, words.from_leader].map(|t| fill(t, &[&leader]));
        if behind == 0 {
            return from.to_vec();
        }
        let behind = fill(words.behind, &[&behind]);
        vec![format!("{} · {behind}", from[0]), format!("{} · {behind}", from[1]), behind]
    }

    /// The records that were acked, and that no other broker holds than this one, which is down or
    /// was deposed.
    fn only_here(&mut self, broker: &Broker, replica: &Replica) -> Vec<u32> {
        let down = broker.process == Process::Down;
        let batches = replica.log.batches();
        let tail = batches[batches.len().saturating_sub(LOOK_BACK)..].iter();
        let only_here = tail.flat_map(|e| e.records()).map(|(_, id)| id).filter(|id| {
            let verdict = self.verdict(*id);
            let mut holders = verdict.stored.iter().flat_map(|copy| &copy.brokers);
            let alone = holders.all(|(holder, _)| *holder == broker.id);
            let waits = verdict.stranded || (down && verdict.processed == 0);
            alone && waits && verdict.told == Told::Acked
        });
        only_here.map(|id| id.0).collect()
    }

    /// What a log has lost and did not get back; then shorter.
    fn gone(&self, broker: &Broker, replica: &Replica) -> Vec<String> {
        let cut_off = replica.log.cut_off();
        let first = cut_off.first().map_or(0, |batch| batch.base_offset);
        let after = replica.log.batches().iter().rev().take_while(|it| it.end_offset() > first);
        let back: Vec<_> = after.flat_map(|batch| batch.records()).collect();
        let cut_off = cut_off.iter().flat_map(|batch| batch.records());
        let gone = cut_off.filter(|it| !back.contains(it)).map(|(_, record)| record.0);
        let numbers = ranges(&gone.collect::<Vec<_>>());
        if numbers.is_empty() {
            return Vec::new();
        }
        let words = self.words;
        let no_power = self.condition(Node::Broker(broker.id)) == Condition::NoPower;
        let long = if no_power { words.cache_lost } else { words.gone };
        [long, words.gone_short].map(|text| fill(text, &[&numbers])).to_vec()
    }
}
