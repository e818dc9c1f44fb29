//! Members of groups: whether they belong to a generation, and where they are in what they read.

use super::Stage;
use super::palette::Ink;
use super::pen::{BODY, SMALL, Style};
use super::scene::{Rect, pt};
use super::words::{fill, moment};
use crate::model::broker::replica::Role;
use crate::model::consumer::Consumer;
use crate::model::consumer::membership::Phase;
use crate::model::ids::{Node, PartitionId};

impl Stage<'_> {
    /// Where a consumer stands in its group; the longer words first.
    pub(super) fn membership(&self, consumer: &Consumer) -> (Ink, Vec<String>) {
        let words = self.words;
        let phase = match &consumer.member.phase {
            Phase::Preparing | Phase::Joining => Some(words.joining),
            Phase::Syncing(_) => Some(words.syncing),
            Phase::Reconciling(_) | Phase::Yielding(_) => Some(words.yielding),
            Phase::Settled => None,
        };
        if let Some(phase) = phase {
            return (Ink::Leader, vec![phase.to_owned(), words.rebalance.to_owned()]);
        }
        let Some(generation) = consumer.member.generation else {
            return (Ink::Lost, vec![words.outside.to_owned()]);
        };
        (Ink::Muted, vec![fill(words.generation, &[&generation])])
    }

    /// Position, committed offset and lag in the one partition that a consumer reads; of several,
    /// the first two, as far as there is room. One that has died has none any more.
    pub(super) fn numbers(&mut self, consumer: &Consumer, area: Rect) {
        if !consumer.alive {
            return self.left_behind(consumer, area);
        }
        if consumer.partitions.len() > 1 {
            return self.partitions_read(consumer, area);
        }
        let Some((partition, assigned)) = consumer.partitions.iter().next() else { return };
        let high_watermark = self.leader_high_watermark(*partition);
        let lag =
            high_watermark.map(|hw| hw.saturating_sub(assigned.committed.unwrap_or_default()));
        let rows = [
            (self.words.position, assigned.position.map(|position| position.offset), Ink::Text),
            (self.words.committed, assigned.committed, Ink::Text),
            (self.words.lag, lag, if lag > Some(0) { Ink::Leader } else { Ink::Text }),
        ];
        for (n, (name, value, ink)) in rows.into_iter().enumerate() {
            self.number(n, name, (or_dash(value), ink), area);
        }
    }

    /// Of one that has died: since when, and from where on its group reads again.
    fn left_behind(&mut self, consumer: &Consumer, area: Rect) {
        let since_us = self.ledger.out_since_us(Node::Consumer(consumer.id));
        let group = self.world.setup().consumers[consumer.id.index()].group;
        let committed = self.partition.and_then(|partition| self.committed(group, partition));
        let since = since_us.map(|us| (self.words.out_since, (moment(us), Ink::Text)));
        let committed = committed.map(|at| (self.words.committed, (at.to_string(), Ink::Acked)));
        for (n, (name, value)) in since.into_iter().chain(committed).enumerate() {
            self.number(n, name, value, area);
        }
    }

    /// A line of three: what it is, and how much.
    fn number(&mut self, line: usize, name: &'static str, (value, ink): (String, Ink), area: Rect) {
        let base = area.y + 9.0 + line as f32 * area.height / 3.0;
        self.pen.text(pt(area.right(), base), Style::mono(ink, BODY).end(), value);
        self.pen.text(pt(area.x, base), Style::sans(Ink::Muted, SMALL), name);
    }

    /// A line for each partition, that which is drawn in full first.
    fn partitions_read(&mut self, consumer: &Consumer, area: Rect) {
        const STEP: f32 = 17.0;
        let style = Style::sans(Ink::Muted, SMALL);
        let heads = [self.words.position_committed, self.words.position_committed_short];
        let heads = heads.map(str::to_owned);
        let at = pt(area.right(), area.y + 9.0);
        self.pen.first_that_fits(at, area.width, style.end(), &heads);
        let mut partitions: Vec<PartitionId> = consumer.partitions.keys().copied().collect();
        partitions.sort_by_key(|p| Some(*p) != self.partition);
        let room = ((area.height - 9.0) / STEP).floor().max(1.0) as usize;
        let shown = if partitions.len() > room { room - 1 } else { partitions.len() };
        let mut base = area.y + 9.0;
        for partition in &partitions[..shown] {
            base += STEP;
            let assigned = &consumer.partitions[partition];
            let position = or_dash(assigned.position.map(|position| position.offset));
            let numbers = format!("{position} · {}", or_dash(assigned.committed));
            let mono = Style::mono(Ink::Text, SMALL).end();
            let width = self.pen.text(pt(area.right(), base), mono, numbers);
            let name = self.world.setup().partition_name(*partition);
            self.pen.fit(pt(area.x, base), area.width - width - 8.0, style, name);
        }
        if shown < partitions.len() {
            let more = fill(self.words.more_partitions, &[&(partitions.len() - shown)]);
            self.pen.fit(pt(area.x, base + STEP), area.width, style, more);
        }
    }

    /// The high watermark of the partition's leader, as that leader has it.
    pub(super) fn leader_high_watermark(&self, partition: PartitionId) -> Option<u64> {
        let leads = |role: &Role| matches!(role, Role::Leader(_));
        let replicas = self.world.brokers.iter().filter_map(|broker| broker.replica(partition));
        let leaders = replicas.filter(|replica| leads(&replica.role));
        leaders.max_by_key(|replica| replica.leader_epoch).map(|replica| replica.high_watermark)
    }
}

fn or_dash(value: Option<u64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}
